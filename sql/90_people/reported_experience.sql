
-- ---- experience that people report ----

create function ph.top_box(
	answers text[], top text[], not_applicable text[] default '{}', confidence float8 default 0.95,
	out answered bigint, out in_top bigint, out not_applicable_answers bigint, out unanswered bigint, out share float8,
	out lower float8, out upper float8, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(cardinality(array_remove(top, null)) > 0, 'top', 'must name an answer');
	perform ph_support.require_argument(not coalesce(top && not_applicable, false), 'not_applicable',
		'must not name an answer of top');
	select count(*) filter (where a = any (coalesce(not_applicable, '{}'))), count(*) filter (where a is null),
		count(*) filter (where a = any (top)), count(a)
	into not_applicable_answers, unanswered, in_top, answered
	from unnest(answers) a;
	answered := answered - not_applicable_answers;
	select s.value, s.lower, s.upper
	into share, lower, upper
	from ph_support.share(in_top, answered, confidence) s;
	note := case when answered = 0 then 'no_data' end;
end
$$;
comment on function ph.top_box(text[], text[], text[], float8) is
	'the share of answers that are among the best ones, top, with Wilson limits; answers that say that the question '
	'does not apply, and NULL, are counted apart and in no denominator. note: no_data where nobody answered. Errors: '
	'invalid_parameter_value where top is empty or an answer is in both lists';

create function ph.case_mix_adjusted(
	answers float8[], expected float8[], reference float8, confidence float8 default 0.95,
	out answered bigint, out left_out bigint, out mean float8, out expected_mean float8, out adjusted float8,
	out lower float8, out upper float8, out note text)
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(cardinality(answers) = cardinality(expected), 'expected',
		'must have as many elements as answers', 'What a model expects of each person: (ph.score(model, x)).value.');
	perform ph_support.require_argument(reference > '-infinity' and reference < 'infinity', 'reference',
		'must be a finite number', 'The mean of all places together.');
	perform ph_support.require_argument(
		not exists (select from unnest(answers || expected) x where x in ('NaN', 'infinity', '-infinity')),
		'answers', 'and expected must hold finite numbers');
	with asked as (
		select count(*) as answered, avg(a.answer) as mean, avg(a.expected) as expected_mean,
			ph.mean(ph.person_tally(0, a.answer - a.expected), confidence => confidence) as residual
		from unnest(answers, expected) a (answer, expected)
		where a.answer is not null and a.expected is not null
	)
	select a.answered, cardinality(answers) - a.answered, a.mean, a.expected_mean, reference + (a.residual).value,
		reference + (a.residual).lower, reference + (a.residual).upper
	into answered, left_out, mean, expected_mean, adjusted, lower, upper
	from asked a;
	note := case when answered = 0 then 'no_data' when lower is null then 'limit_undefined' end;
end
$$;
comment on function ph.case_mix_adjusted(float8[], float8[], float8, float8) is
	'the mean of answers (0 and 1 for the share in the top box) of one place, had it the people of all: its mean, '
	'less what a given model expects of its people, plus the mean of all, the reference. Limits of Student''s t of '
	'what is left of each answer; the model and the reference are taken as known. left_out: people without an answer '
	'or of whom the model expects nothing. note: no_data, limit_undefined of one person. Errors: '
	'invalid_parameter_value for numbers that are not finite, lists of different length';
