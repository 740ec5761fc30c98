-- reads reference/budgets
-- What a population needs: money shared by need, brought to target, and how far experience can be trusted.  One row a
-- check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table capitation_input (
	case_id text, tag text, total numeric, unit numeric, area text, population float8, weighted_population float8);
create temp table capitation_expected (
	case_id text, tag text, area text, share float8, target float8, target_rounded numeric, per_head float8,
	need_index float8, note text);
create temp table weighted_population_input (
	case_id text, tag text, area text, population float8, age_index float8, need_index float8, mff float8);
create temp table weighted_population_expected (
	case_id text, tag text, area text, raw float8, weighted_population float8, need_index float8, note text);
create temp table component_mix_input (
	case_id text, tag text, area text, population float8, component text, weight float8, weighted_population float8,
	mff float8);
create temp table component_mix_expected (
	case_id text, tag text, area text, weighted_population float8, per_head float8);
create temp table place_index_expected (
	case_id text, tag text, icb_code text, district_code text, practices integer, population float8,
	general_acute_index float8, community_index float8, mental_health_index float8, maternity_index float8,
	health_inequalities_index float8, prescribing_index float8, core_index float8, primary_medical_need_index float8,
	primary_medical_index float8);
create temp table practice (
	practice_code text, practice_name text, sub_icb_code text, sub_icb_name text, icb_code text, icb_name text,
	region_code text, region_name text, district_code text, district_name text, upper_tier_code text,
	population float8, general_acute float8, community float8, mental_health float8, maternity float8,
	health_inequalities float8, prescribing float8, core float8, primary_medical_need float8, primary_medical float8);
create temp table pace_cases (
	case_id text, tag text, total numeric, pace float8, max_below float8, unit numeric);
create temp table pace_input (
	case_id text, tag text, area text, baseline numeric, target_weight float8, floor float8, cap float8);
create temp table pace_expected (
	case_id text, tag text, area text, opening_target float8, opening_distance float8, growth float8,
	allocation float8, allocation_rounded numeric, closing_target float8, closing_distance float8, bound text,
	note text);
create temp table credibility_limited (
	case_id text, tag text, people float8, cv float8, probability float8, tolerance float8, full_at float8,
	credibility float8);
create temp table straub_cases (
	case_id text, tag text, within float8, "between" float8, k float8, collective float8, note text);
create temp table straub_input (
	case_id text, tag text, group_name text, period text, value float8, exposure float8);
create temp table straub_expected (
	case_id text, tag text, group_name text, exposure float8, mean float8, credibility float8, estimate float8);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy capitation_input from program 'cat $REFERENCE/capitation_input.csv' csv header
\copy capitation_expected from program 'cat $REFERENCE/capitation_expected.csv' csv header
\copy weighted_population_input from program 'cat $REFERENCE/weighted_population_input.csv' csv header
\copy weighted_population_expected from program 'cat $REFERENCE/weighted_population_expected.csv' csv header
\copy component_mix_input from program 'cat $REFERENCE/component_mix_input.csv' csv header
\copy component_mix_expected from program 'cat $REFERENCE/component_mix_expected.csv' csv header
\copy place_index_expected from program 'cat $REFERENCE/place_index_expected.csv' csv header
\copy practice from program 'gzip -dc $REFERENCE/../../data/nhs_allocations/*.csv.gz' csv header
\copy pace_cases from program 'cat $REFERENCE/pace_of_change_cases.csv' csv header
\copy pace_input from program 'cat $REFERENCE/pace_of_change_input.csv' csv header
\copy pace_expected from program 'cat $REFERENCE/pace_of_change_expected.csv' csv header
\copy credibility_limited from program 'cat $REFERENCE/credibility_limited.csv' csv header
\copy straub_cases from program 'cat $REFERENCE/buhlmann_straub_cases.csv' csv header
\copy straub_input from program 'cat $REFERENCE/buhlmann_straub_input.csv' csv header
\copy straub_expected from program 'cat $REFERENCE/buhlmann_straub_expected.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
-- |got - want| <= tol max(|want|, scale), as the README there has it
create function pg_temp.near(got float8, want float8, scale float8, tol float8 default 1e-9) returns boolean immutable
begin atomic
	select coalesce(abs(got - want) <= tol * greatest(abs(want), scale), got is null and want is null);
end;

-- ---- shares ----

create temp table shared as
select i.case_id, i.area, abs(i.total)::float8 as scale,
	ph.capitation(total, weighted_population, population, unit) over w as c,
	ph.apportion(total, weighted_population, unit) over w as apportioned
from capitation_input i
window w as (partition by case_id order by area collate "C");
insert into result
select 'capitation', coalesce(case_id, 'too many rows') || ' ' || coalesce(area, ''),
	pg_temp.near((c).share, e.share, 1) and pg_temp.near((c).target::float8, e.target, scale)
	and (c).target_rounded is not distinct from e.target_rounded
	and pg_temp.near((c).per_head::float8, e.per_head, scale) and pg_temp.near((c).need_index, e.need_index, 1)
	and (c).note is not distinct from e.note
from capitation_expected e
full join shared using (case_id, area);
insert into result
select 'apportion', case_id || ' ' || area, apportioned is not distinct from e.target_rounded
from capitation_expected e
full join shared using (case_id, area);
insert into result
select 'weighted population', case_id || ' ' || area,
	pg_temp.near((w).raw, e.raw, 1) and pg_temp.near((w).weighted_population, e.weighted_population, 1)
	and pg_temp.near((w).need_index, e.need_index, 1) and (w).note is not distinct from e.note
from weighted_population_expected e
full join (
	select case_id, area,
		ph.weighted_population(population, age_index, need_index, mff) over (partition by case_id) as w
	from weighted_population_input
) a using (case_id, area);
insert into result
select 'mix of components', case_id || ' ' || area,
	pg_temp.near((m).weighted_population, e.weighted_population, 1) and pg_temp.near((m).per_head, e.per_head, 1)
	and (m).note is null
from component_mix_expected e
full join (
	select case_id, area,
		ph.component_mix(population, weighted_populations, weights, factors) over (partition by case_id) as m
	from (
		select case_id, area, population, array_agg(weighted_population order by component) as weighted_populations,
			array_agg(weight order by component) as weights, array_agg(mff order by component) as factors
		from component_mix_input
		group by case_id, area, population
	) area
) a using (case_id, area);

-- ---- places inside a system, of 6,553 practices ----

create temp table place as
select icb_code, district_code, district_name, component, count(*) as practices, sum(population) as population,
	sum(weight) as weight
from practice, lateral (
	values ('general_acute', general_acute), ('community', community), ('mental_health', mental_health),
		('maternity', maternity), ('health_inequalities', health_inequalities), ('prescribing', prescribing),
		('core', core), ('primary_medical_need', primary_medical_need), ('primary_medical', primary_medical)
) c(component, weight)
group by icb_code, district_code, district_name, component;
create temp table place_index as
select icb_code, district_code, district_name, component, practices, population,
	(ph.capitation(0, weight, population) over (partition by icb_code, component)).need_index
from place;
insert into result
select 'place index', case_id || ' ' || district_code || ' ' || component,
	pg_temp.near(need_index, (to_jsonb(e) ->> (component || '_index'))::float8, 1) and i.practices = e.practices
	and pg_temp.near(i.population, e.population, 1)
from place_index_expected e
left join place_index i using (icb_code, district_code);
insert into result
select 'place index of Greater Manchester to 4 decimals', name, round(need_index::numeric, 4) = core
from (
	values ('Bolton', 1.0109), ('Bury', 0.9664), ('Manchester', 0.9735), ('Oldham', 1.0052), ('Rochdale', 1.0400),
		('Salford', 1.0316), ('Stockport', 0.9821), ('Tameside', 1.0566), ('Trafford', 0.9180), ('Wigan', 1.0419)
) known(name, core)
left join place_index on district_name = name and icb_code = 'QOP' and component = 'core';
insert into result
select 'primary medical care is 0.85 of need and 0.15 of health inequalities', practice_code,
	pg_temp.near(
		(ph.component_mix(
			population, array[primary_medical_need, health_inequalities], '{0.85,0.15}') over ()).weighted_population,
		primary_medical, 1, 1e-6)
from practice;
insert into result
select 'every penny of 107 billion has a practice', 'all', sum(apportioned) = 107000000000.07
from (
	select ph.apportion(107000000000.07, core) over (order by practice_code collate "C") as apportioned
	from practice
) p;

-- ---- pace of change ----

create temp table paced as
select case_id, area, sum(baseline) over (partition by case_id)::float8 as scale,
	ph.pace_of_change(baseline, target_weight, total, pace, floor, cap, max_below, unit) over (
		partition by case_id
		order by area collate "C") as p
from pace_input
join pace_cases using (case_id);
insert into result
select 'pace of change', case_id || ' ' || area,
	pg_temp.near((p).opening_target::float8, e.opening_target, scale)
	and pg_temp.near((p).opening_distance, e.opening_distance, 1)
	and pg_temp.near((p).growth, e.growth, 1) and pg_temp.near((p).allocation::float8, e.allocation, scale)
	and (p).allocation_rounded is not distinct from e.allocation_rounded
	and pg_temp.near((p).closing_target::float8, e.closing_target, scale)
	and pg_temp.near((p).closing_distance, e.closing_distance, 1)
	and (p).bound is not distinct from e.bound and (p).note is not distinct from e.note
from pace_expected e
full join paced using (case_id, area);

-- ---- credibility ----

insert into result
select 'limited fluctuation', case_id,
	pg_temp.near(l.full_at, c.full_at, 1) and pg_temp.near(l.credibility, c.credibility, 1)
from credibility_limited c, lateral ph.limited_fluctuation(people, cv, probability, tolerance) l;
create temp table trusted as
select i.case_id, i.group_name, ph.credibility(group_name, value, exposure) over (partition by case_id) as c
from straub_input i;
insert into result
select 'Buhlmann-Straub', case_id || ' ' || e.group_name,
	pg_temp.near((c).exposure, e.exposure, 1) and pg_temp.near((c).mean, e.mean, 1)
	and pg_temp.near((c).credibility, e.credibility, 1) and pg_temp.near((c).estimate, e.estimate, 1)
	and pg_temp.near((c).within, s.within, 1)
	and pg_temp.near((c)."between", s."between", s.collective ^ 2 * 1e-6, 1e-7)
	and pg_temp.near((c).collective, s.collective, 1) and (c).note is not distinct from s.note
from straub_expected e
join straub_cases s using (case_id)
full join trusted using (case_id, group_name);
insert into result
select 'Buhlmann-Straub over tallies', a.case_id || ' ' || a.group_name,
	pg_temp.near((a.t).estimate, (b.c).estimate, 1) and (a.t).note is not distinct from (b.c).note
from (
	select case_id, group_name, ph.credibility(group_name, tally) over (partition by case_id) as t
	from (
		select case_id, group_name, ph.count_tally(0, value * exposure, exposure) as tally
		from straub_input
		group by case_id, group_name, period
	) year
) a
join trusted b using (case_id, group_name);

-- ---- what cannot be ----

create function pg_temp.outcome(of text, of_case text, arguments jsonb) returns text language plpgsql
as $$
declare
	a constant jsonb := arguments;
	answers text[];
begin
	if of = 'capitation' then
		select array_agg(coalesce('null:' || (c).note, 'ok'))
		into answers
		from (
			select ph.capitation(
				case when a ? 'total' and jsonb_typeof(a -> 'total') = 'array' then (a -> 'total' ->> n)::numeric
					when a ? 'total' then (a ->> 'total')::numeric
					else 100 end,
				coalesce((a -> 'weighted_population' ->> n)::float8, 1), 10, coalesce((a ->> 'unit')::numeric, 0.01))
				over () as c
			from generate_series(0, 1) n
			where a <> '{}'
		) r;
	elsif of = 'weighted_population' then
		perform ph.weighted_population(10, 1, (a ->> 'need_index')::float8, 1) over ();
	elsif of = 'component_mix' then
		perform ph.component_mix(10, '{1,1}', array(select jsonb_array_elements_text(a -> 'weight'))::float8[]) over ();
	elsif of = 'pace_of_change' then
		perform ph.pace_of_change(coalesce((a ->> 'baseline')::numeric, 5), 1, 5, 0.5, (a ->> 'floor')::float8,
			max_below => (a ->> 'max_below')::float8, unit => 1) over ();
	elsif a ? 'tolerance' then
		perform ph.limited_fluctuation(10, 1, 0.9, (a ->> 'tolerance')::float8);
	else
		perform ph.credibility('a', coalesce((a ->> 'value')::float8, 1), coalesce((a ->> 'exposure')::float8, 1))
			over ();
	end if;
	return coalesce(answers[1], 'no_rows');
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of sharing by need', case_id || ' ' || scenario || ': ' || outcome, outcome = recommended_outcome
from errors, lateral pg_temp.outcome(function_name, case_id, arguments) outcome
where function_name in ('capitation', 'weighted_population', 'component_mix', 'pace_of_change', 'credibility');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
