-- What a named group's rates would have spared, and statistical neighbours, against the formulas in SQL.
set client_min_messages = warning;
create schema opportunity_test;
set search_path = opportunity_test;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-9 * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- counts by group and age
create temp table counted as
select g, age, (5 + g * age * 7919 % 41)::float8 as events, (200 + g * age * 104729 % 977)::float8 as people
from generate_series(1, 5) g, generate_series(1, 9) age;
create temp table answer as
select a.*
from (
	select array_agg(t order by g) as tallies, array_agg('fifth ' || g order by g) as groups
	from (select g, ph.count_tally(age, events, people) as t from counted group by g) f
) f, ph.opportunity(tallies, groups, 'fifth 5', 0.9) a;
with by_hand as (
	select case when c.g < 5 then 'fifth ' || c.g end as name, sum(c.events) as observed,
		sum(c.people * r.events / r.people) as expected,
		sum(c.events) + sum(c.people ^ 2 * r.events / r.people ^ 2) as variance
	from counted c join counted r on r.g = 5 and r.age = c.age
	where c.g < 5
	group by 1
	union all
	select null, sum(events), sum(expected), sum(events) + sum((people / n) ^ 2 * reference)
	from (
		select sum(c.events) as events, sum(c.people) as people, r.people as n, r.events as reference,
			sum(c.people) * r.events / r.people as expected
		from counted c join counted r on r.g = 5 and r.age = c.age
		where c.g < 5
		group by c.age, r.people, r.events
	) a
)
select coalesce(name, 'all') as name, near(spared, h.observed - h.expected) as spared,
	near(lower, spared - 1.6448536269514722 * sqrt(variance)) as lower,
	near(upper, spared + 1.6448536269514722 * sqrt(variance)) as upper, note
from by_hand h join answer on group_name is not distinct from name
order by h.name;
select near((select sum(spared) from answer where group_name is not null), spared) as groups_add_up,
	observed = (select sum(events) from counted) as all_events, expected is null as no_expected
from answer
where group_name is null;
select observed = expected and spared = 0 and lower = 0 and upper = 0 as nothing, note
from answer
where group_name = 'fifth 5';
-- people with several events vary more than their number
select a.spared = b.spared as same, a.upper > b.upper as wider
from (values (
		'people; 1: 100 40 160'::ph.tally, 'counts; 1: 100 40 40'::ph.tally,
		'counts; 1: 100 20 20'::ph.tally)) v(t, c, r),
	ph.opportunity(array[t, r], '{a,r}', 'r') a, ph.opportunity(array[c, r], '{a,r}', 'r') b
where a.group_name = 'a' and b.group_name = 'a';

-- a reference that is worse; without events; not there; without people where others are; where nobody is it need not be
select * from ph.opportunity('{counts; 1: 100 5 5,counts; 1: 100 9 9}', '{a,b}', 'b');
select * from ph.opportunity('{counts; 1: 100 5 5,counts; 1: 80 0 0}', '{a,b}', 'b');
select * from ph.opportunity('{counts; 1: 100 5 5,counts; 1: 100 9 9}', '{a,b}', 'c');
select * from ph.opportunity('{counts; 1: 100 5 5,counts; 1: 100 9 9}', '{a,b}', null);
select * from ph.opportunity('{counts; 1: 100 5 5; 2: 10 0 0,counts; 1: 100 9 9}', '{a,b}', 'b');
select * from ph.opportunity('{counts; 1: 100 5 5; 2: 0 0 0,counts; 1: 100 9 9; 3: 10 1 1}', '{a,b}', 'b');
-- unknown ages, missing rows, no tally, one group
select * from ph.opportunity('{counts; unknown 2: 5 3 3; 1: 100 5 5,counts; 1: 100 3 3}', '{a,b}', 'b');
select * from ph.opportunity('{counts; missing 2; 1: 100 5 5,counts; 1: 100 3 3}', '{a,b}', 'b');
select * from ph.opportunity(array['counts; 1: 100 5 5', null, 'counts; 1: 50 9 9']::ph.tally[], '{a,b,c}', 'a');
select * from ph.opportunity('{counts; 1: 100 5 5,counts; missing 1; 1: 100 3 3}', '{a,b}', 'b');
select * from ph.opportunity('{counts; 1: 100 5 5}', '{a}', 'a');
select * from ph.opportunity('{}', '{}', 'a');
select * from ph.opportunity('{counts; 1: 100 5 5}', '{a,b}', 'a');
select * from ph.opportunity('{counts; 1: 100 5 5,counts; 1: 100 5 5}', '{a,a}', 'a');
select * from ph.opportunity('{counts; 1: 100 5 5}', '{null}', 'a');
select * from ph.opportunity('{people; negative; 1: 100 -5 5}', '{a}', 'a');

-- ---- statistical neighbours ----
create temp table determinant as
select 'place ' || p as place, d as determinant, case when p = 7 and d = 'green' then null else
	case d when 'income' then 20000 + p * 7919 % 9973 when 'crime' then p * 31 % 23 when 'green' then p * p % 13 / 13.0
		else 0.1 end end::float8 as number,
	case d when 'income' then 2 when 'crime' then 0.5 else 1 end::float8 as weight
from generate_series(1, 40) p, unnest(array['income', 'crime', 'green', 'the same']) d;
create temp table nearest as
select a.*
from (
	select array_agg(place order by number) as places, array_agg(determinant order by number) as determinants,
		array_agg(number order by number) as numbers, array_agg(weight order by number) as weights
	from determinant
) d, ph.nearest_places(d.places, determinants, numbers, weights, neighbours => 5) a;
with score as (
	select place, determinant, weight, (number - avg(number) over w) / stddev_pop(number) over w as z
	from determinant
	where place <> 'place 7' and determinant <> 'the same'
	window w as (partition by determinant)
), pair as (
	select a.place, b.place as neighbour, sqrt(sum(a.weight * (a.z - b.z) ^ 2)) as distance
	from score a join score b using (determinant)
	where a.place <> b.place
	group by 1, 2
), ranked as (
	select *, row_number() over (partition by place order by distance, neighbour collate "C") as rank
	from pair
)
select count(*) as rows, bool_and(r.neighbour = n.neighbour) as neighbours,
	bool_and(near(n.distance, r.distance)) as distances
from nearest n join ranked r using (place, rank)
where n.note is null;
select * from nearest where note is not null;
select bool_and(n.neighbour = o.neighbour and n.distance = o.distance) as of_one_is_of_all, count(*)
from (
	select o.*
	from (
		select array_agg(place) as places, array_agg(determinant) as determinants, array_agg(number) as numbers,
			array_agg(weight) as weights
		from determinant
	) d, ph.nearest_places(d.places, determinants, numbers, weights, 'place 9', 5) o
) o join nearest n using (place, rank);
-- ties go by name in byte order, also those that only rounding parts; no weights are all 1; huge numbers are numbers
select rank, neighbour, round(distance::numeric, 9) as distance
from ph.nearest_places('{me,b,a,B,far}', '{d,d,d,d,d}', '{0.3,0.4,0.2,0.39999999999999997,9}', place => 'me');
select rank, neighbour, round(distance::numeric, 6) as distance
from ph.nearest_places('{a,b,c}', '{d,d,d}', '{-1.7e308,0,1.7e308}', place => 'b');
select rank, neighbour, round(distance::numeric, 6) as distance
from ph.nearest_places('{a,b,c}', '{d,d,d}', '{0,5e-324,1e-323}', place => 'b');
select * from ph.nearest_places('{a,b,a,b}', '{d,d,e,e}', '{1,1,5,5}', '{1,1,0,0}');
-- none: alone, all others lack something, itself lacks something, a row that is not there
select * from ph.nearest_places('{a}', '{d}', '{1}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,null}');
select * from ph.nearest_places('{a,a,b}', '{d,e,d}', '{1,2,3}');
select * from ph.nearest_places('{}', '{}', '{}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,2}', '{-1,-1}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,2}', '{1,2}');
select * from ph.nearest_places('{a,a}', '{d,d}', '{1,2}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,Infinity}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1}');
select * from ph.nearest_places('{a,null}', '{d,d}', '{1,2}');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,2}', place => 'c');
select * from ph.nearest_places('{a,b}', '{d,d}', '{1,2}', neighbours => 0);
