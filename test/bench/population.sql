-- A CDM of a million people and their 17 million visits into tables, and the questions asked first of a population,
-- against a plain GROUP BY of the persons of the year's encounters.
\set QUIET 1
set jit = off;
set client_min_messages = warning;
create schema bench_cdm;
create unlogged table bench_cdm.person as
select i as person_id, case i % 2 when 0 then 8532 else 8507 end as gender_concept_id, 1930 + (i * 7919 % 90)::integer
	as year_of_birth, 1 + (i % 12)::integer as month_of_birth, 1 + (i % 28)::integer as day_of_birth,
	i % 1000 as location_id
from generate_series(1::bigint, :people) i;
create unlogged table bench_cdm.location as
select i as location_id, 'State' as state, 'County ' || i % 10 as county, to_char(i, 'FM00000') as zip
from generate_series(0, 999) i;
create unlogged table bench_cdm.observation_period as
select person_id, make_date(greatest(year_of_birth + 1, 2010), 1, 1) as observation_period_start_date,
	date '2024-12-31' as observation_period_end_date
from bench_cdm.person;
create unlogged table bench_cdm.visit_occurrence as
select 17 * p.i + n as visit_occurrence_id, p.i as person_id,
	(array[581477, 9202, 9203, 9201, 581477, 9202, 581477])[1 + (p.i * 31 + n) % 7] as visit_concept_id,
	date '2022-01-01' + ((p.i * 7919 + n * 65) % 1090)::integer as visit_start_date,
	date '2022-01-01' + ((p.i * 7919 + n * 65) % 1090)::integer + (p.i % 3)::integer as visit_end_date,
	case (p.i + n) % 3 when 0 then 8870 else 0 end as admitted_from_concept_id
from generate_series(1::bigint, :people) p (i), generate_series(0, 16) n;
create unlogged table bench_cdm.cdm_source as select date '2024-12-31' as source_release_date;
vacuum analyze;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
create function pg_temp.took(statement text) returns float8 language plpgsql as $$
declare start constant timestamptz := clock_timestamp();
begin
	execute statement;
	return extract(epoch from clock_timestamp() - start) * 1000;
end $$;
insert into measured
select 'the visits as a table, sorted, with a key', null, pg_temp.took('
	create table bench_cdm.sorted as select * from bench_cdm.visit_occurrence order by person_id;
	alter table bench_cdm.sorted add primary key (person_id, visit_occurrence_id)');
drop table bench_cdm.sorted;
insert into measured
select 'ph.create_views_from, as tables', 'the visits as a table, sorted, with a key', pg_temp.took(
	'call ph.create_views_from(''omop'', ''bench_cdm'', ''bench_health'', materialise => true)');
insert into measured select 'ph.store_stays', null, pg_temp.took('call ph.store_stays(''bench_health'')');
vacuum analyze;
insert into measured
select 'GROUP BY person of the year', null, pg_temp.milliseconds('select person_id, count(*) from bench_health.encounter
	where start_date >= ''2023-01-01'' and start_date < ''2024-01-01'' group by person_id');
insert into measured
select 'one person''s year', 'GROUP BY person of the year', pg_temp.milliseconds('select *
	from bench_health.person_period(''[2023-01-01,2024-01-01)'') where person_id = ''77''');
insert into measured
select 'everybody''s year, emergencies', 'GROUP BY person of the year', pg_temp.milliseconds('select person_id, events
	from bench_health.person_period(''[2023-01-01,2024-01-01)'', ''NEL'') where stay > 0');
insert into measured
select 'everybody''s month, emergencies', 'everybody''s year, emergencies',
	pg_temp.milliseconds('select person_id, events
	from bench_health.person_period(''[2023-03-01,2023-04-01)'', ''NEL'') where stay > 0');
insert into measured
select 'README 4: three levels', 'GROUP BY person of the year', pg_temp.milliseconds('
	select area, (ph.dsr(tally)).value
	from (
		select area, ph.person_tally(age, events, years) as tally
		from (
			select person_id, area, min(age) as age, sum(events) as events, sum(years) as years
			from bench_health.person_period(''[2023-01-01,2024-01-01)'', ''NEL'') p,
				lateral (values (system), (place), (small_area)) level (area)
			where stay > 0
			group by person_id, area
		) person
		group by area
	) folded');
insert into measured
select 'segment inputs of everybody', 'GROUP BY person of the year',
	pg_temp.milliseconds('select * from bench_health.segment_inputs(''2024-01-01'')', 1);
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / o.milliseconds)::numeric, 4) as ratio
from measured m
left join measured o on o.what = m.of
order by m.ctid;
drop schema bench_cdm cascade;
