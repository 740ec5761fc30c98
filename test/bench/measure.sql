-- One fold of a measure at five levels and four breakdowns against a plain GROUP BY of the persons of the same rows, on
-- the population that population.sql left; the views of 7,000 neighbourhoods over 36 months against the index scan of
-- their summaries and the SQL by hand from rows; and how far their own experience may be trusted.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
\ir milliseconds.psql
create temp table measured (n serial, what text, of text, milliseconds float8);
create function pg_temp.took(statement text) returns float8 language plpgsql as $$
declare start constant timestamptz := clock_timestamp();
begin
	execute statement;
	return extract(epoch from clock_timestamp() - start) * 1000;
end $$;
call ph.create_measure_tables('bench_health');
vacuum analyze;
insert into measured (what, milliseconds)
select 'GROUP BY person of the year', pg_temp.milliseconds('select person_id, count(*) from bench_health.encounter
	where start_date >= ''2023-01-01'' and start_date < ''2024-01-01'' group by person_id');
insert into measured (what, milliseconds)
select 'what the data are like (once a call)',
	pg_temp.took('select ph_support.relation_stamp(''bench_health.encounter'', current_user::regrole)');
insert into measured (what, of, milliseconds)
select 'one fold, five levels, four breakdowns', 'GROUP BY person of the year', pg_temp.took('
	call ph.fold_measures(''bench_health'', ''{emergency_admissions}'', ''{2023}'',
		''{system,place,neighbourhood,practice,small_area}'',
		''{deprivation_quintile,sex,age_band,ethnicity}'', refold => true)');
insert into measured (what, of, milliseconds)
select 'one fold of a month', 'one fold, five levels, four breakdowns', pg_temp.took('
	call ph.fold_measures(''bench_health'', ''{emergency_admissions}'', ''{2023-05}'',
		''{system,place,neighbourhood,practice,small_area}'',
		''{deprivation_quintile,sex,age_band,ethnicity}'', refold => true)');
select level, count(*) as rows, pg_size_pretty(sum(pg_column_size(t.*))) as bytes,
	pg_size_pretty(3000 * 40 * 60 * sum(pg_column_size(t.*)) / 1000) as three_million_people_forty_measures_sixty_months
from bench_health.measure_tally t
where period_kind = 'month'
group by level
order by level;
-- 7,000 neighbourhoods of 400 people each over 36 months, under one system
create table bench_health.made_tally as
select 'emergency_admissions' as measure, '1' as version, 'neighbourhood' as level, 'N' || place as place_id,
	'all' as breakdown, 'all' as group_name, 'month' as period_kind,
	(date '2020-01-01' + month * interval '1 month')::date as period,
	ph.person_tally(age, (age * 31 + place * 7 + month) % 97 / 90, 30.4 / 365.25) as tally, 101 as people,
	8 as people_with_event
from generate_series(1, 7000) place, generate_series(0, 35) month, generate_series(0, 100) age
group by place, month;
insert into bench_health.measure_tally (
	measure, version, level, place_id, breakdown, group_name, period_kind, period, tally, people, people_with_event,
	provisional, folded_at)
select *, false, now() from bench_health.made_tally
union all
select measure, version, 'system', 'S', breakdown, group_name, period_kind, period, ph.rollup(tally), sum(people),
	sum(people_with_event), false, now()
from bench_health.made_tally
group by measure, version, breakdown, group_name, period_kind, period;
insert into bench_health.measure_fold (
	measure, version, period_kind, period, data_until, levels, breakdowns, rows, people, reference, seconds, folded_at)
select measure, version, period_kind, period, period + 30, '{system,neighbourhood}', '{}', 7001, 707000,
	ph.rollup(tally), 0, now()
from bench_health.made_tally
group by measure, version, period_kind, period;
insert into bench_health.measure_place
select distinct 'neighbourhood', place_id, 'Neighbourhood ' || place_id, 'PCN', 'system', 'S'
from bench_health.made_tally
union all
select 'system', 'S', 'System', 'ICB', null, null;
update bench_health.measure set folded_at = now() where measure = 'emergency_admissions' and folded_at is null;
vacuum analyze;
insert into measured (what, milliseconds)
select 'index scan of 7,000 summaries', pg_temp.milliseconds('select tally from bench_health.measure_tally
	where measure = ''emergency_admissions'' and level = ''neighbourhood'' and period_kind = ''month''
		and period = ''2022-06-01'' and breakdown = ''all''');
insert into measured (what, of, milliseconds)
select 'measure_value of 7,000 places', 'index scan of 7,000 summaries', pg_temp.milliseconds('
	select * from bench_health.measure_value
	where measure = ''emergency_admissions'' and level = ''neighbourhood'' and period_kind = ''month''
		and period = ''2022-06-01''');
insert into measured (what, of, milliseconds)
select 'measure_value of one place', 'index scan of 7,000 summaries', pg_temp.milliseconds('
	select * from bench_health.measure_value
	where measure = ''emergency_admissions'' and level = ''neighbourhood'' and period_kind = ''month''
		and place_id = ''N77''');
insert into measured (what, milliseconds)
select 'events and expected of 7,000 places over three periods, by hand', pg_temp.milliseconds('
	select place_id, sum(ph.events(t.tally)), sum(ph.expected(t.tally, f.reference))
	from bench_health.measure_tally t
	join bench_health.measure_fold f using (measure, version, period_kind, period)
	where measure = ''emergency_admissions'' and level = ''neighbourhood'' and period_kind = ''month''
		and period in (''2022-01-01'', ''2022-02-01'', ''2022-03-01'') and breakdown = ''all''
	group by place_id');
insert into measured (what, of, milliseconds)
select 'place_experience of them', 'events and expected of 7,000 places over three periods, by hand',
	pg_temp.milliseconds('
	select * from ph.place_experience(''bench_health'', ''emergency_admissions'', ''neighbourhood'',
		''{2022-01,2022-02,2022-03}'')');
insert into measured (what, of, milliseconds)
select 'a page from stored summaries: a place''s level, 36 months', 'the page by hand from rows, one month x 36',
	pg_temp.milliseconds('
	select period, place_id, value, lower, upper from bench_health.measure_value
	where measure = ''emergency_admissions'' and level = ''neighbourhood'' and period_kind = ''month''', 1);
insert into measured (what, milliseconds)
select 'the page by hand from rows, one month x 36', 36 * pg_temp.milliseconds('
	select area, (ph.dsr(tally)).*
	from (
		select area, ph.person_tally(age, events, years) as tally
		from (
			select person_id, practice as area, min(age) as age, sum(events) as events, sum(years) as years
			from bench_health.person_period(''[2023-03-01,2023-04-01)'', ''NEL'') p
			where stay > 0
			group by person_id, practice
		) person
		group by area
	) folded', 1);
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
	round((m.milliseconds / o.milliseconds)::numeric, 4) as ratio
from measured m
left join measured o on o.what = m.of
order by m.n;

