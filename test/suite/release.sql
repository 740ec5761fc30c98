-- Twelve made-up populations as measures of a month: three places of three small areas, by sex and ethnicity, with who
-- is
-- in a place but in no known area; released in three calls.  The last queries are for release.pl: what each hidden
-- small
-- count is, and of which parts it and every shown count are sums.
\set QUIET 1
set client_min_messages = warning;
call ph.create_shared_tables('r');
insert into r.place values ('S', 'ICB24', 'S');
insert into r.place select 'L' || i, 'LAD24', 'L' || i from generate_series(1, 3) i;
insert into r.place select 'A' || i, 'LSOA21', 'A' || i from generate_series(1, 9) i;
insert into r.place_parent select 'L' || i, 'S' from generate_series(1, 3) i;
insert into r.place_parent select 'A' || i, 'L' || 1 + i % 3 from generate_series(1, 9) i;
call ph.create_population_views('r', neighbourhood => 'LAD24');
call ph.create_calendar('r', '2023-01-01', '2023-12-31');
call ph.create_measure_tables('r');
call ph_support.create_release_tables('r');
delete from r.measure;
insert into r.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, persons, breakdowns,
	period_kinds, folded_at)
select 'made_' || i, '1', 'Made', 'Made.', 'proportion', 100, 'percent', 'lower', 'outcome', 'outcomes', 'care',
	'this test',
	'select person_id, 1 as amount from {person}', '{sex,ethnicity}', '{month}', now()
from generate_series(1, 12) i;
insert into r.measure_place values ('system', 'S', 'S', 'ICB24', null, null);
insert into r.measure_place select 'place', 'L' || i, 'L' || i, 'LAD24', 'system', 'S' from generate_series(1, 3) i;
insert into r.measure_place
select 'small_area', 'A' || i, 'A' || i, 'LSOA21', 'place', 'L' || 1 + i % 3 from generate_series(1, 9) i;
create function pg_temp.chance(variadic parts text[]) returns float8 language sql
return abs(hashtext(array_to_string(parts, ' '))::bigint) / 2147483648.0;
create table part as
select m, area, place, sex, ethnicity, people, (people * pg_temp.chance(m, area, sex, ethnicity, 'event'))::bigint
	as events
from (
	select 'made_' || m as m, nullif('A' || area, 'A0') as area, 'L' || case when area = 0 then 1 + m % 3
		else 1 + area % 3 end
		as place, 'sex ' || sex as sex, 'ethnicity ' || ethnicity as ethnicity,
		floor((8 + m % 7 * 6) * pg_temp.chance(m::text, area::text, sex::text, ethnicity::text) ^ 2)::bigint as people
	from generate_series(1, 12) m, generate_series(0, 9) area, generate_series(1, 2) sex, generate_series(1,
		3) ethnicity
) made;
create table row_part as
select l.level, l.place_id, b.breakdown, b.group_name, p.*
from part p,
	lateral (values ('small_area', area), ('place', place), ('system', 'S')) l (level, place_id),
	lateral (values ('all', 'all'), ('sex', sex), ('ethnicity', ethnicity)) b (breakdown, group_name)
where l.place_id is not null;
insert into r.measure_tally (
	measure, version, level, place_id, breakdown, group_name, period_kind, period, tally, people, people_with_event,
	numerator, denominator, value, provisional, folded_at)
select m, '1', level, place_id, breakdown, group_name, 'month', '2023-05-01', ph.count_tally(0, n, d), d, n, n, d,
	100.0 * n / nullif(d, 0), false, now()
from (
	select m, level, place_id, breakdown, group_name, sum(people) as d, sum(events) as n
	from row_part
	group by m, level, place_id, breakdown, group_name
) summed
group by m, level, place_id, breakdown, group_name, n, d;
insert into r.measure_fold (
	measure, version, period_kind, period, data_until, levels, breakdowns, rows, people, seconds, folded_at)
select measure, '1', 'month', '2023-05-01', '2023-05-31', '{system,place,small_area}', '{sex,ethnicity}', 1, 1, 0, now()
from r.measure;
call ph.release_measures('r', null, null, '{system,place}', '{sex}', :'rule', 'public');
call ph.release_measures('r', null, null, '{system,place,small_area}', '{ethnicity}', :'rule', 'public');
call ph.release_measures('r', null, null, '{small_area}', '{sex}', :'rule', 'public');
create view shown_row as
select distinct measure as m, level, place_id, breakdown, group_name, bool_and(shown) as shown
from r.released_row
join r.release using (release)
group by measure, level, place_id, breakdown, group_name;
-- measure, count, shown or the least and most that must stay possible, the count, its parts
select m, counted, case when shown then 'shown' else 'hidden' end, sum(n) as n,
	string_agg(concat_ws('/', coalesce(area, place), sex, ethnicity), ',' order by area, place, sex, ethnicity)
from row_part
join shown_row using (m, level, place_id, breakdown, group_name),
	lateral (values ('people', people), ('with', events), ('without', people - events)) c (counted, n)
group by m, counted, level, place_id, breakdown, group_name, shown
order by 1, 2, level, place_id, breakdown, group_name;
