-- What is told by releases one after the other: levels in the wrong order, sums of another fold, pairs.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- two places of four areas each; in one area four people have an event ----
call ph.create_shared_tables('order%s');
insert into "order%s".place
select 'S', 'ICB24', 'System' union all
select 'G1', 'PRACTICE', 'Practice' union all
select 'L' || i, 'LAD24', 'Place ' || i from generate_series(1, 2) i union all
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 8) i;
insert into "order%s".place_parent
select 'L' || i, 'S' from generate_series(1, 2) i union all
select 'A' || i, 'L' || 1 + (i - 1) / 4 from generate_series(1, 8) i;
insert into "order%s".person (person_id, birth_date, sex, ethnicity_code)
select 'P' || i, '1980-07-01', (array['F', 'M'])[1 + i % 2], (array['A', 'H'])[1 + (i / 2) % 2]
from generate_series(1, 1600) i;
insert into "order%s".residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + (i - 1) / 200, '2015-01-01' from generate_series(1, 1600) i;
insert into "order%s".registration (person_id, practice_code, start_date)
select person_id, 'G1', '2015-01-01' from "order%s".person;
insert into "order%s".data_day values ('2025-03-31');
insert into "order%s".encounter (encounter_id, person_id, pod, start_date, end_date, cost)
select row_number() over (), 'P' || (area - 1) * 200 + i, 'NEL', '2024-05-05', '2024-05-06', 1
from unnest('{4,30,33,36,20,41,44,47}'::integer[]) with ordinality v (n, area), generate_series(1, n) i;
call ph.create_population_views('order%s', neighbourhood => 'none');
call ph.create_calendar('order%s', '2024-01-01', '2025-12-31');
call ph.create_measure_tables('order%s');
insert into "order%s".measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
select name, '1', 'Emergencies', 'Emergency admissions.', 'rate', 1000, 'per 1,000', 'lower', 'outcome', 'outcomes',
	'care', 'this test', 'select person_id, start_date as event_date, 1 as amount from {encounter}', breakdowns,
	'{financial_year}'
from (
	values ('singles', '{sex,ethnicity}'::text[]), ('pairs', '{ethnicity by sex,age_band by sex}')) v (
		name, breakdowns);
call ph.fold_measures('order%s', '{singles,pairs}');
call ph_support.create_release_tables('order%s');
call ph_support.create_released_views('order%s');
create function pg_temp.left_by() returns table (release bigint, level text, place_id text, events float8)
language sql as $$
	select release, level, place_id, case when shown then numerator end
	from "order%s".released_row
	where place_id <> 'unknown'
	order by 1, 2, 3
$$;

-- ---- areas, of which one is hidden, and then their place ----
begin;
call ph.release_measures('order%s', '{singles}', null, '{small_area}', '{}', 'cms_11', 'public');
select * from pg_temp.left_by();
call ph.release_measures('order%s', '{singles}', null, '{place}', '{}', 'cms_11', 'public');
rollback;
-- the other way round the place holds
begin;
call ph.release_measures('order%s', '{singles}', null, '{place}', '{}', 'cms_11', 'public');
call ph.release_measures('order%s', '{singles}', null, '{small_area}', '{}', 'cms_11', 'public');
select l.place_id, l.events - sum(a.events) as hidden_areas, count(*) filter (where a.events is null) as are
from pg_temp.left_by() l
join "order%s".place_parent p on p.parent_id = l.place_id
join pg_temp.left_by() a on a.place_id = p.place_id
group by l.place_id, l.events
order by l.place_id;
rollback;

-- ---- the system of one fold, and its places of the next, which has one event more ----
begin;
call ph.release_measures('order%s', '{singles}', null, '{system}', '{}', 'cms_11', 'public');
insert into "order%s".encounter (encounter_id, person_id, pod, start_date, end_date, cost)
values (1000, 'P300', 'NEL', '2024-06-01', '2024-06-02', 1);
call ph.fold_measures('order%s', '{singles}', refold => true);
savepoint folded;
call ph.release_measures('order%s', '{singles}', null, '{place}', '{}', 'cms_11', 'public');
rollback to folded;
-- the system cannot be hidden again: one of its places is
call ph.release_measures('order%s', '{singles}', null, '{place}', '{}', 'cms_11', 'public', collisions => 'hide');
select * from pg_temp.left_by();
rollback;
-- groups of one fold, that all left, and other groups of the next
begin;
call ph.create_tabulate('order%s', 'cms_11');
select "order%s".tabulate('singles', '2024/25', 'place', 'sex');
insert into "order%s".encounter (encounter_id, person_id, pod, start_date, end_date, cost)
values (1000, 'P300', 'NEL', '2024-06-01', '2024-06-02', 1);
call ph.fold_measures('order%s', '{singles}', refold => true);
select "order%s".tabulate('singles', '2024/25', 'place', 'ethnicity');
rollback;

-- ---- two pairs that tell the sexes ----
begin;
call ph.release_measures('order%s', '{pairs}', null, '{place}', '{ethnicity by sex}', 'cms_11', 'public');
call ph.release_measures('order%s', '{pairs}', null, '{place}', '{age_band by sex}', 'cms_11', 'public');
rollback;

-- of all that were folded, one
begin;
call ph.release_measures('order%s', '{pairs}', null, '{place}', null, 'cms_11', 'public');
select measure, breakdown from "order%s".release order by release;
rollback;

set client_min_messages = error;
drop schema "order%s" cascade;
