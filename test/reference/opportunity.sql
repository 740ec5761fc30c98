-- reads reference/people
-- What a named group's rates would have spared, and statistical neighbours.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table opportunity_input (
	case_id text, tag text, group_name text, age_band text, events float8, person_years float8);
create temp table opportunity_expected (
	case_id text, tag text, reference text, confidence float8, group_name text, observed float8, expected float8,
	spared float8, lower float8, upper float8, note text);
create temp table neighbours_input (
	case_id text, tag text, place text, determinant text, weight float8, value float8);
create temp table neighbours_expected (
	case_id text, tag text, place text, neighbours integer, rank integer, neighbour text, distance float8, note text);
create temp table errors (
	case_id text, tag text, function_name text, scenario text, arguments jsonb, recommended_outcome text);
\copy opportunity_input from program 'cat $REFERENCE/opportunity_input.csv' csv header
\copy opportunity_expected from program 'cat $REFERENCE/opportunity_expected.csv' csv header
\copy neighbours_input from program 'cat $REFERENCE/neighbours_input.csv' csv header
\copy neighbours_expected from program 'cat $REFERENCE/neighbours_expected.csv' csv header
\copy errors from program 'cat $REFERENCE/errors.csv' csv header
\ir agreement.psql
\ir people_agreement.psql

create temp table spared as
select case_id, a.*
from (select distinct case_id, reference, confidence from opportunity_expected) e
join lateral (
	select array_agg(tally) as tallies, array_agg(group_name) as groups
	from (
		select group_name, ph.count_tally(band, events, person_years) as tally
		from (
			select *, dense_rank() over (order by age_band) as band
			from opportunity_input i
			where i.case_id = e.case_id
		) b
		group by group_name
	) g
) t on true
join lateral ph.opportunity(tallies, groups, reference, confidence) a on true;
insert into result
select 'opportunity', coalesce(case_id, 'too many rows') || ' ' || coalesce(e.group_name, ''),
	pg_temp.agree(
		array[a.observed, a.expected, a.spared, a.lower, a.upper],
		array[e.observed, e.expected, e.spared, e.lower, e.upper], 1e-9)
	and a.note is not distinct from e.note
from opportunity_expected e
full join (select *, coalesce(group_name, 'all') as name from spared) a using (case_id)
where e.group_name = a.name or a.name is null;
insert into result
select 'opportunity: rows', 'all', count(*) = (select count(*) from opportunity_expected) from spared;

create temp table nearest as
select case_id, a.*
from (select distinct case_id, place as of_place, neighbours from neighbours_expected) e
join lateral (
	select array_agg(place) as places, array_agg(determinant) as determinants, array_agg(value) as numbers,
		array_agg(weight) as weights
	from neighbours_input i
	where i.case_id = e.case_id
) t on true
join lateral ph.nearest_places(places, determinants, numbers, weights, of_place, neighbours) a on true;
insert into result
select 'statistical neighbours', coalesce(e.case_id, a.case_id),
	bool_and(e.neighbour is not distinct from a.neighbour and e.note is not distinct from a.note
		and e.place is not distinct from a.place and pg_temp.agree(array[a.distance], array[e.distance], 1e-9))
from neighbours_expected e
full join nearest a on a.case_id = e.case_id and coalesce(a.rank, 0) = coalesce(e.rank, 0)
group by 2;

create function pg_temp.outcome(function_name text, arguments jsonb) returns text language plpgsql
as $$
begin
	return case
			when function_name = 'opportunity' then (
				select 'null:' || note
				from ph.opportunity('{counts; 1: 9 1 1,counts; 1: 9 2 2}', '{a,b}', 'c')
				where group_name is null and spared is null)
			else (
				select note
				from ph.nearest_places(
					'{a,b}', '{d,d}', '{1,2}', array_fill((arguments ->> 'weight')::float8, array[2]), 'a')) end;
exception when data_exception then
	return 'error';
end
$$;
insert into result
select 'bad input of opportunity and neighbours', case_id || ' ' || scenario || ': ' || outcome,
	outcome = recommended_outcome
from errors, lateral pg_temp.outcome(function_name, arguments) outcome
where function_name in ('opportunity', 'neighbours');

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ' ') filter (where ok is not true)
from result
group by name
order by name;
