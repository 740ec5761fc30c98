-- From what areas have to what they need: the conditions of the one level, exact ends, laws, what cannot be.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema pace_test;
set search_path = pace_test, public, ph;

-- twenty systems whose totals run from just above their floors to just below their caps
create table area as
select s as system, 'a' || lpad(i::text, 2, '0') as area, (1000 + (i * 7919 + s * 104729) % 99991)::numeric as baseline,
	(1000 + (i * 7919 + s * 104729) % 99991) * (0.9 + (i * 37 + s * 11) % 41 * 0.005) as weight,
	case when i % 5 > 0 then (i % 4 * 0.01)::float8 end as floor,
	case when i % 3 > 0 then (0.05 + i % 7 * 0.01)::float8 end as cap,
	case when s % 3 = 0 then 0.07::float8 end as max_below, (s % 6 * 0.2)::float8 as pace
from generate_series(1, 20) s, generate_series(1, 12) i;
create table total as
select system, round(sum(baseline) * (1.02 + system * 0.002), 2) as total from area group by system;
create table asked as
select *, ph.pace_of_change(baseline, weight, total, pace, floor, cap, max_below) over (
		partition by system
		order by area) as p
from area
join total using (system);
select count(*) as areas, count(distinct (p).bound) as bounds, count((p).note) as notes,
	count(*) filter (where (p).bound is null) > 60 as many_unbounded,
	bool_or((p).bound = 'floor' and (p).growth > coalesce(floor, -1)) as some_held_near_target
from asked;
-- money closes; targets and distances are what they are; growth is the same level less the push, within its bounds
select bool_and(spent = total) as closes, bool_and(abs(unrounded - total) < 1e-20) as unrounded,
	bool_and(abs(opening - baselines) < 1e-20) as opening_targets,
	bool_and(abs(closing - total) < 1e-20) as closing_targets
from (
	select system, total, sum((p).allocation_rounded) as spent, sum((p).allocation) as unrounded,
		sum((p).opening_target) as opening, sum(baseline) as baselines, sum((p).closing_target) as closing
	from asked
	group by system, total
) s;
create table levelled as
select *, (p).growth + pace * (p).opening_distance as level,
	greatest(coalesce(floor, -1), coalesce((p).closing_target::float8 * (1 - max_below) / baseline::float8 - 1, -1))
		as least,
	max((p).growth + pace * (p).opening_distance) filter (where (p).bound is null) over (partition by system) as of_all
from asked;
select bool_and(abs((p).opening_distance - (baseline / (p).opening_target - 1)::float8) < 1e-12) as opening_distance,
	bool_and(abs((p).closing_distance - ((p).allocation / (p).closing_target - 1)::float8) < 1e-12) as closing_distance,
	bool_and(abs((p).growth - ((p).allocation / baseline - 1)::float8) < 1e-12) as growth,
	bool_and(abs(level - of_all) < 1e-12) filter (where (p).bound is null) as one_level,
	bool_and(abs((p).growth - least) < 1e-12 and level >= of_all - 1e-12) filter (where (p).bound = 'floor') as floors,
	bool_and(abs((p).growth - greatest(cap, least)) < 1e-12 and level <= of_all + 1e-12)
		filter (where (p).bound = 'cap') as caps,
	bool_and((p).growth >= least - 1e-12) as none_below,
	bool_and((p).growth <= greatest(coalesce(cap, 1e9), least) + 1e-12) as none_above,
	bool_and((p).closing_distance >= -max_below - 1e-12) as within_max_below
from levelled;
select count(*) > 100 as many, bool_and((a.p).growth >= (b.p).growth) as who_is_further_below_grows_faster
from asked a
join asked b using (system)
where (a.p).opening_distance < (b.p).opening_distance and (a.p).bound is null and (b.p).bound is null;
-- money x 1000, rows in another order
select bool_and((k.p).allocation_rounded = 1000 * (a.p).allocation_rounded) as money_scales,
	bool_and((k.p).growth = (a.p).growth and (k.p).bound is not distinct from (a.p).bound) as growth_stays
from asked a
join (
	select system, area,
		ph.pace_of_change(1000 * baseline, weight, 1000 * total, pace, floor, cap, max_below, 10) over (
			partition by system
			order by area) as p
	from (select * from area order by hashtext(area)) a
	join total using (system)
) k using (system, area);

-- the ends are exact
create view ends as
select total, area, ph.pace_of_change(baseline, weight, total, 0.4, 0.1, 0.3, unit => 1) over (
		partition by total
		order by area) as p
from (values ('a', 1000, 300), ('b', 1000, 420), ('c', 1000, 280)) v(area, baseline, weight),
	unnest('{3299,3300,3301,3899,3900,3901}'::numeric[]) total;
select total,
	string_agg(coalesce((p).bound, '') || coalesce((p).allocation_rounded::text, (p).note), ', ' order by area)
		as allocations
from ends
group by total
order by total;
select area, round((p).opening_target, 2) as opening_target, round((p).opening_distance::numeric, 4) as distance,
	(p).growth, (p).allocation_rounded, (p).bound, (p).note
from (
	select area, ph.pace_of_change(baseline, weight, 2600000, 0.5, 0, unit => 1) over (order by area) as p
	from (values ('a', 100000, 0), ('b', 1500000, 500), ('c', 900000, 500), ('d', 0, 500)) v(area, baseline, weight)
) a
order by area;
select area, (p).growth, (p).bound
from (
	select area, ph.pace_of_change(100, 1, 224, 1, floor, 0.05) over (order by area) as p
	from (values ('a floor above its cap lifts it', 0.2::float8), ('b', null)) v(area, floor)
) a
order by area;
select (ph.pace_of_change(0, 1, 100, 1) over ()).note as nothing_to_grow,
	(ph.pace_of_change(10, 0, 100, 1) over ()).note as no_target_at_all,
	(ph.pace_of_change(10, 1, -1, 1) over ()).note as less_than_nothing,
	(ph.pace_of_change(10, 1, 0, 1) over ()).allocation = 0 as nothing,
	(ph.pace_of_change(10, 1, 10, null) over ()).missing as no_pace;
select area, (ph.pace_of_change(baseline, weight, 2100, 0.5) over (order by area)).note,
	(ph.pace_of_change(baseline, weight, 2100, 0.5) over (order by area)).missing
from (values ('a', 1, 2), ('b', null, null), ('c', 2, 1)) v(area, baseline, weight)
order by area;

create function refused(query text) returns text language plpgsql
as $$
begin
	execute 'select * from (' || query || ' offset 0) q';
	return 'accepted';
exception when others then
	return sqlstate || ': ' || sqlerrm;
end
$$;
select asked, refused('select ' || asked || ' over () from generate_series(1, 2) i')
from unnest(array[
	'ph.pace_of_change(-5, 1, 10, 1)', 'ph.pace_of_change(5, -1, 10, 1)', 'ph.pace_of_change(5, 1, 10.001, 1)',
	'ph.pace_of_change(5, 1, 10 + i, 1)', 'ph.pace_of_change(5, 1, 10, -1)', 'ph.pace_of_change(5, 1, 10, i)',
	'ph.pace_of_change(5, 1, 10, 1, -1.5)', 'ph.pace_of_change(5, 1, 10, 1, 0, -2)',
	'ph.pace_of_change(5, 1, 10, 1, ''NaN'')', 'ph.pace_of_change(5, 1, 10, 1, max_below => 1.2)',
	'ph.pace_of_change(5, 1, 10, 1, max_below => i * 0.1)', 'ph.pace_of_change(''Infinity'', 1, 10, 1)']) asked;
