-- Money shared by need: against the formulas in SQL, to the penny, in any order and any currency; what is missing.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create schema capitation_test;
set search_path = capitation_test, public, ph;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-12 * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- eight systems of up to 60 areas with many equal weights, some without people, some without weight
create table area as
select s as system, 'a' || i as area, (s * 7919 % 1000003)::numeric / 100 * s as total,
	case when i % 17 = 5 then 0 else 100 + i * 31 % 977 end::float8 as population,
	case when i % 13 = 3 then 0 else 10 + (i * s) % 7 * 11.37 end::float8 as weight
from generate_series(1, 8) s, generate_series(1, 7 * s + 4) i;
create table asked as
select *, ph.capitation(total, weight, population) over w as c, ph.apportion(total, weight) over w as apportioned
from area
window w as (
	partition by system
	order by area collate "C");
create table by_hand as
select *,
	(floor(target * 100) + case when row_number() over (
				partition by system
				order by target * 100 - floor(target * 100) desc, area collate "C")
			<= total * 100 - sum(floor(target * 100)) over (partition by system) then 1 else 0 end) / 100 as rounded
from (
	select *, round(total * weight::numeric(40, 30) / sum(weight::numeric) over (partition by system), 25) as target,
		weight / sum(weight) over w as share,
		weight / nullif(population, 0) / (sum(weight) over w / sum(population) over w) as need_index
	from area
	window w as (partition by system)
) t;
select count(*) as areas, bool_and(near((c).share, h.share)) as share,
	bool_and(abs((c).target - h.target) < 1e-24) as target,
	bool_and((c).target_rounded = h.rounded) as rounded, bool_and(apportioned = h.rounded) as apportioned,
	bool_and(near((c).per_head::float8, h.target::float8 / nullif(population, 0))) as per_head,
	bool_and(near((c).need_index, h.need_index)) as need_index,
	bool_and((c).note is not distinct from case when population = 0 then 'no_population' end) as note
from asked
join by_hand h using (system, area, population);
select bool_and(rounded = total) as closes, bool_and(abs(target - total) < 1e-30) as targets_add_up,
	bool_and(near(index_of_all, 1)) as index_of_all_is_1
from (
	select system, total, sum((c).target_rounded) as rounded, sum((c).target) as target,
		sum((c).need_index * population) / sum(population) + sum((c).share) filter (where population = 0)
			as index_of_all
	from asked
	group by system, total
) s;

-- money x 1000 gives money x 1000 and the same shares; a total taken back is the opposite; rows come in any order
select bool_and((k.c).target_rounded = 1000 * (a.c).target_rounded) as rounded,
	bool_and(abs((k.c).target - 1000 * (a.c).target) < 1e-30) as target,
	bool_and((k.c).share = (a.c).share) as share,
	bool_and((k.back).target_rounded = -(a.c).target_rounded) as taken_back
from asked a
join (
	select system, area, ph.capitation(1000 * total, weight, population, 10) over w as c,
		ph.capitation(-total, weight, population) over w as back
	from area
	window w as (
		partition by system
		order by area collate "C")
) k using (system, area);
select bool_and(s.c is not distinct from a.c) as any_order
from asked a
join (
	select system, area, ph.capitation(total, weight, population) over (
			partition by system
			order by area collate "C") as c
	from (select * from area order by hashtext(area || system)) shuffled
) s using (system, area);
select string_agg(area || ' ' || apportioned, ', ' order by apportioned desc, area) as ties_go_by_the_windows_order
from (
	select area, ph.apportion(0.02, 1) over (order by area desc) as apportioned
	from unnest('{a,b,c}'::text[]) area
) t;
select 0.29 / 0.01 = 29 as exact, sum(apportioned) as pennies
from (select ph.apportion(0.29, i) over () as apportioned from unnest('{29,0}'::int[]) i) t;

-- what is weighted
create table indexed as
select i as area, (i * 7919 % 997)::float8 as population, 0.8 + i % 5 * 0.1 as age_index,
	0.7 + i % 7 * 0.13 as need_index, 0.95 + i % 3 * 0.06 as mff
from generate_series(0, 40) i;
select bool_and(near((w).raw, population * age_index * need_index * mff)) as raw,
	bool_and(near((w).weighted_population, raw * people / all_raw)) as weighted_population,
	bool_and(near((w).need_index, raw * people / all_raw / nullif(population, 0))) as need_index,
	near(sum((w).weighted_population), sum(population)) as of_all,
	string_agg(area || ' ' || (w).note, ', ') as notes
from (
	select *, ph.weighted_population(population, age_index, need_index, mff) over () as w,
		population * age_index * need_index * mff as raw, sum(population) over () as people,
		sum(population * age_index * need_index * mff) over () as all_raw
	from indexed
) i;
select bool_and(near((m).weighted_population,
		people * (0.6 * need_index * mff / all_need + 0.4 * age_index / all_age))) as mix,
	bool_and(near((m).per_head, (m).weighted_population / nullif(population, 0))) as per_head,
	near(sum((m).weighted_population), sum(population)) as of_all,
	bool_and(near((without).weighted_population,
		people * (0.6 * need_index / all_need_alone + 0.4 * age_index / all_age))) as without_factor
from (
	select *,
		ph.component_mix(population, array[need_index, age_index, 0], '{0.6,0.4,0}', array[mff, 1, 1]) over () as m,
		ph.component_mix(population, array[need_index, age_index], '{0.6,0.4}') over () as without,
		sum(population) over () as people, sum(need_index * mff) over () as all_need,
		sum(age_index) over () as all_age, sum(need_index) over () as all_need_alone
	from indexed
) i;

-- one NULL makes all NULL and says where it is
select area, c.*
from (
	select area, ph.capitation(100, weight, population) over (order by area) as c
	from (values ('a', 1, 1), ('b', null, null), ('c', 2, 3)) v(area, weight, population)
) s, lateral (select (c).*) c
order by area;
select area, (ph.capitation(null, weight) over (order by area)).note,
	(ph.capitation(null, weight) over (order by area)).missing, ph.apportion(10, weight) over (order by area)
from (values ('a', 1), ('b', null)) v(area, weight)
order by area;
select (ph.capitation(100, 0, 5) over ()).note as no_weight, ph.apportion(100, 0) over () as nothing,
	(ph.weighted_population(0) over ()).note as nobody,
	(ph.component_mix(1, '{0,1}', '{0.5,0.5}') over ()).note as mix;
select area, (ph.weighted_population(population, 1, need) over (order by area)).*
from (values ('a', 10, 1), ('b', null, null), ('c', 5, 0)) v(area, population, need)
order by area;
select area, (ph.component_mix(1, components, '{0.5,0.5}', factors) over (order by area)).*
from (values ('a', '{1,2}'::float8[], '{1,1}'::float8[]), ('b', '{1,null}', null), ('c', null, '{1,1}'))
	v(area, components, factors)
order by area;
select count(*) as no_rows from (select ph.capitation(1, 1) over () from generate_series(1, 0)) c;

-- what cannot be
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
	'ph.capitation(100, -1)', 'ph.capitation(100, ''NaN'')', 'ph.capitation(100, ''Infinity'')',
	'ph.capitation(100, 1e31)', 'ph.capitation(100, 1e-16)', 'ph.capitation(100, 1, -1)',
	'ph.capitation(100.005, 1)', 'ph.capitation(100 + i, 1)', 'ph.capitation(''NaN'', 1)', 'ph.capitation(1e30, 1)',
	'ph.capitation(1e400, 1)', 'ph.capitation(100, 1, 1, 0)', 'ph.capitation(100, 1, 1, null)',
	'ph.capitation(100, 1, 1, i)',
	'ph.apportion(100.005, 1)', 'ph.apportion(100, -1)',
	'ph.weighted_population(-1)', 'ph.weighted_population(1, 1, -0.1)', 'ph.weighted_population(1, 1, 1, ''NaN'')',
	'ph.component_mix(1, ''{1,1}'', ''{0.85,0.1}'')', 'ph.component_mix(1, ''{1,1}'', ''{1.1,-0.1}'')',
	'ph.component_mix(1, ''{1}'', ''{0.5,0.5}'')', 'ph.component_mix(1, ''{1,1}'', ''{0.5,0.5}'', ''{1}'')',
	'ph.component_mix(1, ''{1,-1}'', ''{0.5,0.5}'')',
	'ph.component_mix(1, ''{1,1}'', array[0.5 + i * 0.1, 0.5 - i * 0.1])']) asked;
