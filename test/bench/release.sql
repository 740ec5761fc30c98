-- One measure of a month of 7,000 small areas of 1,000 people in 150 places, by four breakdowns, released by an exact
-- rule: some eight people of an area had an event, so that most areas are hidden and whole tables are protected; and
-- the
-- same where a fifth of all people had one. All that is shipped is as many of these as there are measures.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
call ph.create_shared_tables('bench_release');
insert into bench_release.place
select 'S', 'ICB24', 'System' union all
select 'L' || i, 'LAD24', 'Place ' || i from generate_series(1, 150) i union all
select 'A' || i, 'LSOA21', 'Area ' || i from generate_series(1, 7000) i;
insert into bench_release.place_parent
select 'L' || i, 'S' from generate_series(1, 150) i union all
select 'A' || i, 'L' || 1 + i % 150 from generate_series(1, 7000) i;
call ph.create_population_views('bench_release', neighbourhood => 'LAD24');
call ph.create_calendar('bench_release', '2023-01-01', '2023-12-31');
call ph.create_measure_tables('bench_release');
call ph_support.create_release_tables('bench_release');
call ph_support.create_released_views('bench_release');
insert into bench_release.measure_place
select 'system', 'S', 'System', 'ICB24', null, null union all
select 'place', 'L' || i, 'Place ' || i, 'LAD24', 'system', 'S' from generate_series(1, 150) i union all
select 'small_area', 'A' || i, 'Area ' || i, 'LSOA21', 'place', 'L' || 1 + i % 150 from generate_series(1, 7000) i;
create function pg_temp.chance(variadic parts integer[]) returns float8 language sql
return abs(hashtext(array_to_string(parts, ' '))::bigint) / 2147483648.0;
-- small groups, large ones and empty ones
create temp table part as
select i, i % 5 as fifth, sex, band, ethnicity, people,
	(people * pg_temp.chance(i, sex, band, ethnicity, 1) / 60)::integer as few,
	(people * pg_temp.chance(i, sex, band, ethnicity, 2) / 2.5)::integer as many
from generate_series(1, 7000) i, generate_series(1, 2) sex, generate_series(1, 8) band, generate_series(1, 7) ethnicity,
	lateral (select (60 * pg_temp.chance(i, sex, band, ethnicity) / ethnicity ^ 2)::integer as people) p;
insert into bench_release.measure_tally (
	measure, version, level, place_id, breakdown, group_name, period_kind, period, tally, people, people_with_event,
	numerator, denominator, value, provisional, folded_at)
select measure, '1', level, place, breakdown, group_name, 'month', '2023-05-01', ph.count_tally(0, events, people),
	people,
	events, events, people, events::float8 / nullif(people, 0), false, now()
from (
	select measure, level, place,
		case
			when grouping(fifth) = 0 then 'deprivation_quintile'
			when grouping(sex) = 0 then 'sex'
			when grouping(band) = 0 then 'age_band'
			when grouping(ethnicity) = 0 then 'ethnicity'
			else 'all' end as breakdown,
		coalesce(coalesce(fifth, sex, band, ethnicity)::text, 'all') as group_name, sum(people) as people,
		sum(events) as events
	from part,
		lateral (values ('small_area', 'A' || i), ('place', 'L' || 1 + i % 150), ('system', 'S')) p (level, place),
		lateral (values ('emergency_admissions', few), ('ae_attendances', many)) m (measure, events)
	group by measure, level, place, grouping sets ((), (fifth), (sex), (band), (ethnicity))
) counted
group by measure, level, place, breakdown, group_name, people, events;
insert into bench_release.measure_fold (
	measure, version, period_kind, period, data_until, levels, breakdowns, rows, people, seconds, folded_at)
select measure, '1', 'month', '2023-05-01', '2023-05-31', '{system,place,small_area}',
	'{deprivation_quintile,sex,age_band,ethnicity}', 1, 1, 0, now()
from unnest('{emergency_admissions,ae_attendances}'::text[]) measure;
update bench_release.measure set folded_at = now() where measure in ('emergency_admissions', 'ae_attendances');
analyze;
create temp table released (measure text, seconds float8);
\o /dev/null
select clock_timestamp() as start \gset
call ph.release_measures('bench_release', '{emergency_admissions}', '{month}', null, null, 'cms_11', 'public');
insert into released
select 'emergency_admissions', extract(epoch from clock_timestamp() - :'start'::timestamptz);
select clock_timestamp() as start \gset
call ph.release_measures('bench_release', '{ae_attendances}', '{month}', null, null, 'cms_11', 'public');
insert into released
select 'ae_attendances', extract(epoch from clock_timestamp() - :'start'::timestamptz);
\o
select s.measure, sum((record ->> 'rows')::bigint) as rows, sum((record ->> 'rows_hidden')::bigint) as hidden,
	string_agg(breakdown || ' ' || (record ->> 'left_out'), '; ') as left_out, round(s.seconds::numeric, 1) as seconds,
	round((s.seconds * (select count(distinct measure) from ph.measure) / 60)::numeric, 1) as minutes_for_all_measures
from released s
join bench_release.release using (measure)
group by s.measure, s.seconds
order by s.measure;
drop schema bench_release cascade;
