-- reads reference/people
-- Activation, reported outcomes and experience, EQ-5D.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table activation (case_id text, tag text, cut_points text, score text, level int, note text);
create temp table activation_change (
	case_id text, tag text, cut_points text, before text, after text, smallest_change text, change numeric,
	level_before int, level_after int, verdict text, note text);
create temp table cut_point (cut_points text, level int, above numeric, up_to numeric, confirmed text);
create temp table responder_input (case_id text, tag text, person int, before numeric, after numeric);
create temp table responder_expected (
	case_id text, tag text, better text, smallest_change numeric, scale_min numeric, scale_max numeric,
	confidence float8,
	pairs bigint, incomplete bigint, responders bigint, share float8, share_lower float8, share_upper float8,
	worsened bigint, mean_change float8, sd_change float8, change_lower float8, change_upper float8,
	before_at_best float8, before_at_worst float8, after_at_best float8, after_at_worst float8, no_room bigint,
	note text);
create temp table ancova_input (case_id text, tag text, person int, treated boolean, before float8, after float8);
create temp table ancova_expected (
	case_id text, tag text, confidence float8, n_control bigint, n_group bigint, slope float8,
	adjusted_difference float8, standard_error float8, lower float8, upper float8, p_df float8,
	unadjusted_difference float8, change_control float8, change_group float8, note text);
create temp table top_box (
	case_id text, tag text, answers text, top text, not_applicable text, confidence float8, answered bigint,
	in_top bigint, share float8, lower float8, upper float8, note text);
create temp table eq5d (
	case_id text, tag text, profile text, mobility int, self_care int, usual_activities int, pain int, anxiety int,
	worst_level int, full_health boolean, "position" int, outcome text);
create temp table eq5d_change (
	case_id text, tag text, before text, after text, verdict text, dimensions_better int, dimensions_worse int);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy activation from program 'cat $REFERENCE/activation.csv' csv header
\copy activation_change from program 'cat $REFERENCE/activation_change.csv' csv header
\copy cut_point from program 'cat $REFERENCE/activation_cut_points.csv' csv header
\copy responder_input from program 'cat $REFERENCE/responder_input.csv' csv header
\copy responder_expected from program 'cat $REFERENCE/responder_expected.csv' csv header
\copy ancova_input from program 'cat $REFERENCE/ancova_input.csv' csv header
\copy ancova_expected from program 'cat $REFERENCE/ancova_expected.csv' csv header
\copy top_box from program 'cat $REFERENCE/top_box.csv' csv header
\copy eq5d from program 'cat $REFERENCE/eq5d.csv' csv header
\copy eq5d_change from program 'cat $REFERENCE/eq5d_change.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

insert into result
select 'cut points of activation', cut_points || ' ' || level, (c.above, c.up_to, c.confirmed)
	is not distinct from (s.above, s.up_to, s.confirmed)
from cut_point c
full join ph.activation_cut_points() s using (cut_points, level);

create function pg_temp.level_of(score text, cut_points text) returns text language plpgsql
as $$
begin
	return ph.activation_level(score::numeric, cut_points);
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'levels of activation', case_id || ' ' || tag,
	pg_temp.level_of(score, cut_points) is not distinct from coalesce(level::text, nullif(note, 'missing_input'))
from activation;
insert into result
select 'changes of activation', case_id || ' ' || tag,
	(c.change, c.level_before, c.level_after, c.verdict, c.note)
		is not distinct from (a.change, a.level_before, a.level_after, a.verdict, a.note)
from activation_change a,
	ph.activation_change(before::numeric, after::numeric, smallest_change::numeric, cut_points) c;

insert into result
select 'responders', case_id || ' ' || tag,
	(r.pairs, r.incomplete, r.responders, r.worsened, r.no_room, r.note)
		is not distinct from (e.pairs, e.incomplete, e.responders, e.worsened, e.no_room, e.note)
	and pg_temp.agree(
		array[r.share, r.share_lower, r.share_upper, r.mean_change, r.sd_change, r.change_lower, r.change_upper,
			r.before_at_best, r.before_at_worst, r.after_at_best, r.after_at_worst],
		array[e.share, e.share_lower, e.share_upper, e.mean_change, e.sd_change, e.change_lower, e.change_upper,
			e.before_at_best, e.before_at_worst, e.after_at_best, e.after_at_worst], 1e-8)
from responder_expected e
join lateral (
	select coalesce(array_agg(before), '{}') as before, coalesce(array_agg(after), '{}') as after
	from responder_input i
	where i.case_id = e.case_id
) i on true, ph.reported_change(i.before, i.after, better, smallest_change, scale_min, scale_max, confidence) r;

insert into result
select 'adjusted for where people started', case_id || ' ' || tag,
	(a.control_people, a.treated_people, a.note) is not distinct from (n_control, n_group, e.note)
	and pg_temp.agree(
		array[a.slope, a.adjusted_difference, a.standard_error, a.lower, a.upper, a.degrees_of_freedom,
			a.unadjusted_difference, a.change_control, a.change_treated],
		array[e.slope, e.adjusted_difference, e.standard_error, e.lower, e.upper, p_df, e.unadjusted_difference,
			e.change_control, change_group], 1e-8)
from ancova_expected e
join lateral (
	select array_agg(before) as before, array_agg(after) as after, array_agg(treated) as treated
	from ancova_input i
	where i.case_id = e.case_id
) i on true, ph.adjusted_change(i.before, i.after, i.treated, confidence) a;

insert into result
select 'top box', case_id || ' ' || tag,
	(t.answered, t.in_top, t.note) is not distinct from (b.answered, b.in_top, b.note)
	and pg_temp.agree(array[t.share, t.lower, t.upper], array[b.share, b.lower, b.upper], 1e-8)
from top_box b,
	lateral (
		select coalesce(array_agg(split_part(part, ':', 1)), '{}') as given
		from string_to_table(answers, ';') part, generate_series(1, split_part(part, ':', 2)::int)
	) g,
	ph.top_box(given, string_to_array(top, ';'), string_to_array(not_applicable, ';'), confidence) t;

create function pg_temp.profile_of(profile text) returns text language plpgsql
as $$
begin
	return (
		select concat_ws(',', mobility, self_care, usual_activities, pain, anxiety, worst_level, full_health,
			"position", coalesce('null:' || note, 'ok'))
		from ph.eq5d_profile(profile));
exception when data_exception then
	return 'error';
end
$$;
-- an invalid profile of no characters is written as one that is missing
insert into result
select 'EQ-5D-5L profiles', case_id || ' ' || tag,
	pg_temp.profile_of(case when tag = 'invalid' then coalesce(profile, '') else profile end) = concat_ws(',',
		mobility, self_care, usual_activities, pain, anxiety, worst_level, full_health, "position", outcome)
from eq5d;
insert into result
select 'changes of EQ-5D-5L profiles', case_id || ' ' || tag, (c.verdict, c.dimensions_better, c.dimensions_worse)
	= (e.verdict, e.dimensions_better, e.dimensions_worse) and c.note is null
from eq5d_change e, ph.eq5d_change(before, after) c;

create function pg_temp.outcome(function_name text, arguments jsonb) returns text language plpgsql
as $$
begin
	return case function_name
		when 'activation_level' then coalesce(ph.activation_level(50, arguments ->> 'set')::text, 'null')
		when 'activation_change' then (ph.activation_change(50, 60, (arguments ->> 'smallest_change')::numeric)).verdict
		when 'responders' then (
			ph.reported_change(array[10, (arguments ->> 'score')::numeric], '{20,30}', 'higher', 5, 0,
				(arguments ->> 'max')::numeric)).note
		when 'eq5d' then 'null:' || (ph.eq5d_index_mean('{0.5,0.7}', '{NULL,NULL}')).note end;
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of what people report', case_id || ' ' || scenario || ': ' || coalesce(outcome, 'none'),
	outcome = recommended_outcome
from errors, lateral pg_temp.outcome(function_name, arguments) outcome
where function_name in ('activation_level', 'activation_change', 'responders', 'eq5d');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
