-- reads reference/people
-- Attributable fractions and numbers, and what of errors.csv is of them.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table fraction (
	case_id text, tag text, kind text, exposed float8, exposed_se float8, rr float8, rr_lower float8, rr_upper float8,
	confidence float8, paf float8, link_se float8, delta_lower float8, delta_upper float8, substitution_lower float8,
	substitution_upper float8, mc_lower float8, mc_upper float8, mc_sd_lower float8, mc_sd_upper float8);
create temp table category_input (
	case_id text, tag text, category text, share float8, rr float8, rr_lower float8, rr_upper float8, part float8);
create temp table category_expected (
	case_id text, tag text, kind text, confidence float8, paf float8, link_se float8, delta_lower float8,
	delta_upper float8);
create temp table combined_input (
	case_id text, tag text, factor text, paf float8, communality float8, link_se float8, part float8);
create temp table combined_expected (
	case_id text, tag text, confidence float8, combined float8, sum_of_parts float8, lower float8, upper float8);
create temp table exposure_input (
	case_id text, tag text, group_name text, people float8, deaths float8, exposure float8, attributable float8);
create temp table exposure_expected (
	case_id text, tag text, rr float8, rr_lower float8, rr_upper float8, per float8, counterfactual float8,
	paf_population float8, paf_population_lower float8, paf_population_upper float8, attributable float8,
	attributable_lower float8, attributable_upper float8, paf_cases float8, paf_cases_lower float8,
	paf_cases_upper float8);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy fraction from program 'cat $REFERENCE/attributable.csv' csv header
\copy category_input from program 'cat $REFERENCE/attributable_categories_input.csv' csv header
\copy category_expected from program 'cat $REFERENCE/attributable_categories_expected.csv' csv header
\copy combined_input from program 'cat $REFERENCE/attributable_combined_input.csv' csv header
\copy combined_expected from program 'cat $REFERENCE/attributable_combined_expected.csv' csv header
\copy exposure_input from program 'cat $REFERENCE/attributable_exposure_input.csv' csv header
\copy exposure_expected from program 'cat $REFERENCE/attributable_exposure_expected.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

insert into result
select 'attributable fractions', case_id || ' ' || tag,
	pg_temp.agree(
		array[(a).fraction, (a).link_error, (a).delta_lower, (a).delta_upper, (a).substitution_lower,
			(a).substitution_upper],
		array[paf, link_se, delta_lower, delta_upper, substitution_lower, substitution_upper], 1e-8)
from fraction, lateral (
	select ph.attributable_fraction(
			exposed, rr, kind, rr_lower, rr_upper, exposed_se, confidence) as a
) s;

insert into result
select 'attributable fractions of categories', e.case_id || ' ' || tag,
	pg_temp.agree(array[a.fraction, a.link_error, a.lower, a.upper], array[paf, link_se, delta_lower, delta_upper],
		1e-8)
	and parts_agree
from category_expected e
join lateral (
	select array_agg(share) as shares, array_agg(rr) as risks, array_agg(rr_lower) as lowers,
		array_agg(rr_upper) as uppers, array_agg(category) as categories
	from category_input
	where case_id = e.case_id
) i on true
join lateral ph.attributable_fraction_of_categories(shares, risks, kind, lowers, uppers, categories, confidence) a
	on a.category is null
join lateral (
	select bool_and(pg_temp.agree(array[p.fraction], array[part], 1e-8)) as parts_agree
	from ph.attributable_fraction_of_categories(shares, risks, kind, lowers, uppers, categories, confidence) p
	join category_input c on c.case_id = e.case_id and c.category = p.category
) p on true;

insert into result
select 'several causes combined', e.case_id || ' ' || tag,
	pg_temp.agree(
		array[a.fraction, a.lower, a.upper, p.total], array[combined, e.lower, e.upper, sum_of_parts], 1e-8)
	and parts_agree
from combined_expected e
join lateral (
	select array_agg(paf) as fractions, array_agg(communality) as communalities, array_agg(link_se) as link_errors,
		array_agg(factor) as factors
	from combined_input
	where case_id = e.case_id
) i on true
join lateral ph.combined_attributable_fraction(fractions, communalities, link_errors, factors, confidence) a
	on a.factor is null
join lateral (
	select bool_and(pg_temp.agree(array[p.part], array[c.part], 1e-8)) as parts_agree, sum(p.fraction) as total
	from ph.combined_attributable_fraction(fractions, communalities, link_errors, factors, confidence) p
	join combined_input c on c.case_id = e.case_id and c.factor = p.factor
) p on true;

insert into result
select 'attributable numbers', e.case_id || ' ' || tag,
	pg_temp.agree(
		array[fraction_of_people, fraction_of_people_lower, fraction_of_people_upper, a.attributable,
			a.attributable_lower, a.attributable_upper, fraction_of_events, fraction_of_events_lower,
			fraction_of_events_upper],
		array[paf_population, paf_population_lower, paf_population_upper, e.attributable, e.attributable_lower,
			e.attributable_upper, paf_cases, paf_cases_lower, paf_cases_upper], 1e-8)
	and groups_agree
from exposure_expected e
join lateral (
	select array_agg(i.people) as people, array_agg(deaths) as deaths, array_agg(exposure) as levels,
		array_agg(group_name) as groups
	from exposure_input i
	where case_id = e.case_id
) i on true
join lateral ph.attributable(
	i.people, deaths, levels, rr, per, counterfactual, rr_lower, rr_upper, groups) a on group_name is null
join lateral (
	select bool_and(pg_temp.agree(array[g.attributable], array[c.attributable], 1e-8)) as groups_agree
	from ph.attributable(i.people, deaths, levels, rr, per, counterfactual, rr_lower, rr_upper, groups) g
	join exposure_input c on c.case_id = e.case_id and c.group_name = g.group_name
) p on true;

-- one argument of a call that is right is replaced
create function pg_temp.outcome(function_name text, arguments jsonb) returns text language plpgsql
as $$
declare
	number float8;
	note text;
begin
	case
	when function_name = 'combined' then
		select fraction, c.note into number, note
		from ph.combined_attributable_fraction(array[(arguments ->> 'paf')::float8, 0.1]) c
		where factor is null;
	when arguments ? 'exposure' then
		select a.attributable, a.note into number, note
		from ph.attributable(
			'{10,20}', '{1,2}', array[8, (arguments ->> 'exposure')::float8], 1.08, 10, 5, 1.06, 1.09) a
		where group_name is null;
	else
		select fraction, f.note into number, note
		from (
			select d || arguments as v
			from (values ('{"exposed": 0.3, "rr": 1.2, "rr_lower": 1.1, "rr_upper": 1.3}'::jsonb)) g(d)
		) s, lateral ph.attributable_fraction(
			(v ->> 'exposed')::float8, (v ->> 'rr')::float8, 'levin', (v ->> 'rr_lower')::float8,
			(v ->> 'rr_upper')::float8) f;
	end case;
	return case when number is null then 'null:' || note else 'ok' end;
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of attributable fractions', case_id || ' ' || scenario || ': ' || outcome,
	outcome = recommended_outcome
from errors, lateral pg_temp.outcome(function_name, arguments) outcome
where function_name in ('attributable', 'combined');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
