-- reads reference/people
-- Goals on a rate and on the ratio of two groups, and what of errors.csv is of them.
-- One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table goal_input (case_id text, tag text, year float8, events float8, person_years float8);
create temp table goal_expected (
	case_id text, tag text, target float8, target_year float8, better text, per float8, confidence float8,
	dispersion float8, annual_change float8, annual_change_lower float8, annual_change_upper float8, fitted_now float8,
	projected float8, trend_lower float8, trend_upper float8, value_lower float8, value_upper float8,
	chance_trend float8, chance_value float8, needed_change float8, verdict text, note text);
create temp table gap_input (case_id text, tag text, group_name text, year float8, events float8, person_years float8);
create temp table gap_expected (
	case_id text, tag text, target_ratio float8, target_year float8, confidence float8, ratio_now float8,
	projected float8, lower float8, upper float8, chance float8, needed_change float8);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\copy goal_input from program 'cat $REFERENCE/goal_input.csv' csv header
\copy goal_expected from program 'cat $REFERENCE/goal_expected.csv' csv header
\copy gap_input from program 'cat $REFERENCE/goal_gap_input.csv' csv header
\copy gap_expected from program 'cat $REFERENCE/goal_gap_expected.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

insert into result
select 'goals', case_id || ' ' || tag,
	pg_temp.agree(
		array[(g).dispersion, (g).change, (g).change_lower, (g).change_upper, (g).fitted_now, (g).projected,
			(g).trend_lower, (g).trend_upper, (g).value_lower, (g).value_upper, (g).chance_trend, (g).chance_value,
			(g).needed_change],
		array[dispersion, annual_change, annual_change_lower, annual_change_upper, fitted_now, projected, trend_lower,
			trend_upper, value_lower, value_upper, chance_trend, chance_value, needed_change], 1e-7)
	and (g).verdict is not distinct from verdict and (g).note is not distinct from note
from goal_expected e
join lateral (
	select ph.goal_progress(
			array_agg(year), array_agg(events), array_agg(person_years), target, target_year, better, per,
			confidence) as g
	from goal_input i
	where i.case_id = e.case_id
) a on true;

insert into result
select 'goals on a gap', case_id || ' ' || tag,
	pg_temp.agree(
		array[(g).ratio_now, (g).projected, (g).lower, (g).upper, (g).chance, (g).needed_change],
		array[ratio_now, projected, lower, upper, chance, needed_change], 1e-7)
from gap_expected e
join lateral (
	select ph.goal_gap_progress(
			array_agg(year) filter (where most), array_agg(events) filter (where most),
			array_agg(person_years) filter (where most), array_agg(year) filter (where not most),
			array_agg(events) filter (where not most), array_agg(person_years) filter (where not most), target_ratio,
			target_year, confidence => confidence) as g
	from (select *, group_name = 'most_deprived' as most from gap_input) i
	where i.case_id = e.case_id
) a on true;

-- a call that is right but for what the scenario says
create function pg_temp.outcome(scenario text) returns text language plpgsql
as $$
begin
	return coalesce((ph.goal_progress(
			case when scenario like 'two rows%' then '{2020,2021,2021}' else '{2020,2021,2022}' end::float8[],
			case when scenario like 'events above%' then '{300,290,280}' else '{30,29,28}' end::float8[],
			case when scenario = 'person-years 0' then '{100,0,100}' else '{100,100,100}' end::float8[], 20000,
			case when scenario like 'target date%' then 2022 else 2025 end)).note, 'ok');
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of goals', case_id || ' ' || scenario || ': ' || outcome, outcome = recommended_outcome
from errors, lateral pg_temp.outcome(scenario) outcome
where function_name = 'goal';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
