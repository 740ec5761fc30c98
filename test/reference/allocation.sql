-- reads reference/people
-- Expected benefit and the allocation of places.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table benefit (
	case_id text, tag text, risk float8, rate_ratio float8, ratio_lower float8, ratio_upper float8, value float8,
	cost float8, benefit float8, lower float8, upper float8, offer boolean, note text);
create temp table allocation_case (
	case_id text, tag text, most_per_person integer, deprived_floor integer, status text, floor_reached bigint,
	optimum float8, without_floor float8, price_of_floor float8, optimal_allocations bigint, greedy float8,
	capacity_bound float8);
create temp table allocation_person (case_id text, tag text, person text, deprived boolean);
create temp table allocation_intervention (case_id text, tag text, intervention text, capacity integer);
create temp table allocation_exclusion (case_id text, tag text, intervention text, excludes text);
create temp table allocation_benefit (case_id text, tag text, person text, intervention text, benefit float8);
create temp table allocation_expected (case_id text, tag text, person text, intervention text);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy benefit from program 'cat $REFERENCE/benefit.csv' csv header
\copy allocation_case from program 'cat $REFERENCE/allocation_cases.csv' csv header
\copy allocation_person from program 'cat $REFERENCE/allocation_people.csv' csv header
\copy allocation_intervention from program 'cat $REFERENCE/allocation_interventions.csv' csv header
\copy allocation_exclusion from program 'cat $REFERENCE/allocation_exclusions.csv' csv header
\copy allocation_benefit from program 'cat $REFERENCE/allocation_benefit.csv' csv header
\copy allocation_expected from program 'cat $REFERENCE/allocation_expected.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

insert into result
select 'expected benefit', case_id,
	pg_temp.agree(array[a.benefit, a.lower, a.upper], array[b.benefit, b.lower, b.upper], 1e-9)
	and a.offer is not distinct from b.offer and a.note is not distinct from b.note
from benefit b, ph.expected_benefit(risk, rate_ratio, ratio_lower, ratio_upper, value, cost) a;

create temp table asked as
select c.*, format('select b.person, intervention, benefit, deprived from allocation_benefit b '
		'left join allocation_person p using (case_id, person) where case_id = %L', case_id) as benefits,
	format('select intervention, capacity from allocation_intervention where case_id = %L', case_id) as interventions,
	format('select intervention, excludes from allocation_exclusion where case_id = %L', case_id) as exclusions
from allocation_case c;
insert into result
select 'allocation: value, floor and its price', a.case_id || coalesce(' ' || s::text, ''),
	s.status = a.status and s.benefit = optimum and s.without_floor = a.without_floor
	and s.price_of_floor = a.price_of_floor and s.floor_reached is not distinct from a.floor_reached
	and s.bound = optimum and optimum between coalesce(greedy, 0) and capacity_bound
from asked a, ph.allocation_summary(benefits, interventions, exclusions, most_per_person, deprived_floor) s;
insert into result
select 'allocation: who gets what', case_id, places is not distinct from expected
from asked a, lateral (
	select array_agg((s.person, s.intervention)::text order by s.person, s.intervention) as places
	from ph.allocate(benefits, interventions, exclusions, most_per_person, deprived_floor) s
) s, lateral (
	select array_agg((e.person, e.intervention)::text order by e.person, e.intervention) as expected
	from allocation_expected e
	where e.case_id = a.case_id
) e;

create function pg_temp.outcome(arguments jsonb) returns text language plpgsql
as $$
begin
	perform
	from ph.allocate(
		format('select %L::text, %L::text, %L::float8', 'p', case arguments when '{}' then 'j' else 'i' end,
			coalesce(arguments ->> 'benefit', '1')),
		format('select %L::text, %L::integer', 'i', case when arguments ? 'capacity' then arguments ->> 'capacity'
			else '1' end));
	return 'ok';
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of allocations', case_id || ' ' || scenario || ': ' || outcome, outcome = recommended_outcome
from errors, lateral pg_temp.outcome(arguments) outcome
where function_name = 'allocation';

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
