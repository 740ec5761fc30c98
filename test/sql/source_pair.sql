-- The same made-up people as Synthea's tables and as a CDM give the same answers, and those that their rows give
-- without any map.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create table people as
select i, format('00000000-0000-4000-8000-%s', lpad(i::text, 12, '0')) as id,
	date '1930-01-01' + i * 217 % 30000 as born,
	case when i % 9 = 0 then date '2022-01-01' + i * 37 % 1000 end as died,
	case when i % 2 = 0 then 'F' else 'M' end as sex,
	(array['white', 'black', 'asian', 'native', 'other'])[1 + i % 5] as race, 'County ' || i % 3 as county,
	lpad((7000 + i % 11)::text, 5, '0') as zip
from generate_series(1, 200) i;
create table visits as
select 1000 * p.i + n as v, p.i,
	(array['wellness', 'ambulatory', 'emergency', 'inpatient', 'urgentcare', 'emergency'])[1 + (p.i + n) % 6] as class,
	greatest(p.born, date '2021-01-01') + (p.i * 13 + n * 71) % 1100 as day,
	case when (p.i + n) % 6 = 3 then 1 + n % 4 else 0 end as nights, 50 + (p.i * n) % 400 as cost
from people p, generate_series(1, 6) n;
-- some are admitted from the emergency room, on the day
insert into visits
select 500000 + v, i, 'emergency', day, 0, 10 from visits where class = 'inpatient' and v % 3 = 0;
-- no two stays of a person share a day, of which Synthea's map makes two encounters and OMOP's one
delete from visits a using visits b
where a.class = 'inpatient' and b.class = 'inpatient' and a.i = b.i and a.v > b.v
	and daterange(a.day, a.day + a.nights, '[]') && daterange(b.day, b.day + b.nights, '[]');
-- nor is there an emergency visit on the day before, of which only OMOP's map asks
delete from visits a using visits b
where a.class = 'emergency' and b.class = 'inpatient' and a.i = b.i and a.day = b.day - 1;
create table problems as
select 10 * p.i + n as c, p.i, (array['44054006', '38341003', '13645005', '84114007'])[1 + (p.i + n) % 4] as code,
	greatest(p.born, date '2020-06-01') + (p.i * 29 + n * 101) % 1300 as day
from people p, generate_series(1, 2) n
where p.i % 3 > 0;

create schema synthea;
create table synthea.patients as
select id as "Id", born::text as "BIRTHDATE", coalesce(died::text, '') as "DEATHDATE", race as "RACE", sex as "GENDER",
	'Made-up State' as "STATE", county as "COUNTY", zip as "ZIP"
from people;
create table synthea.encounters as
select v::text as "Id", day || 'T08:00:00Z' as "START", day + nights || 'T09:00:00Z' as "STOP", id as "PATIENT",
	'' as "ORGANIZATION", class as "ENCOUNTERCLASS", cost::text as "TOTAL_CLAIM_COST"
from visits join people using (i);
create table synthea.payer_transitions as
select id as "PATIENT", greatest(born, '2020-01-01') || 'T00:00:00Z' as "START_DATE",
	'2024-07-01T00:00:00Z' as "END_DATE",
	'NO_INSURANCE' as "PAYER"
from people where i % 4 > 0;
create table synthea.conditions as
select day::text as "START", '' as "STOP", id as "PATIENT", '' as "ENCOUNTER", 'SNOMED-CT' as "SYSTEM", code as "CODE",
	'in words' as "DESCRIPTION"
from problems join people using (i);

create schema cdm;
create table cdm.person as
select i as person_id, case sex when 'F' then 8532 else 8507 end as gender_concept_id,
	extract(year from born)::integer as year_of_birth, extract(month from born)::integer as month_of_birth,
	extract(day from born)::integer as day_of_birth,
	(array[8527, 8516, 8515, 8657, 0])[1 + i % 5] as race_concept_id, race as race_source_value, i as location_id,
	id as person_source_value
from people;
create table cdm.location as
select i as location_id, 'Made-up State' as state, county, zip from people;
create table cdm.death as select i as person_id, died as death_date from people where died is not null;
create table cdm.observation_period as
select i as observation_period_id, i as person_id,
	case when i % 4 > 0 then greatest(born, '2020-01-01') else born end as observation_period_start_date,
	case when i % 4 > 0 then date '2024-06-30' else date '2024-12-31' end as observation_period_end_date
from people;
create table cdm.visit_occurrence as
select v as visit_occurrence_id, i as person_id,
	case class when 'inpatient' then 9201 when 'emergency' then 9203 else 9202 end as visit_concept_id,
	day as visit_start_date, day + nights as visit_end_date
from visits;
create table cdm.cost as
select v as cost_event_id, 'Visit' as cost_domain_id, cost as total_paid from visits;
create table cdm.condition_occurrence as
select c as condition_occurrence_id, i as person_id, 0 as condition_concept_id, day as condition_start_date,
	code as condition_source_value
from problems;

call ph.create_views_from('synthea', 'synthea', 'one', data_day => '2024-06-30');
call ph.create_views_from('omop', 'cdm', 'other', materialise => true, data_day => '2024-06-30');
-- identifiers are kept, and are others
create function pg_temp.number_of(id text) returns integer language sql immutable return right(id, 12)::integer;

-- who was there, what happened to them, and what is known of them
select count(*) as people, count(*) filter (where one is distinct from other) as differing
from (select pg_temp.number_of(person_id) as i, sex, age, ethnicity, place, system, small_area
	from one.person_at('2023-04-01')) one
full join (select person_id::integer as i, sex, age, ethnicity, place, system, small_area
	from other.person_at('2023-04-01')) other using (i);
select pod, count(*) as rows, count(*) filter (where one is distinct from other) as differing
from (values ('NEL'), ('EL'), ('AE'), ('OP')) k (pod),
	lateral (
		select one, other
		from (select pg_temp.number_of(person_id) as i, stay, age, place, start_date, end_date, events, cost,
				events_outside
			from one.person_period('[2022-07-01,2023-07-01)', pod)) one
		full join (select person_id::integer as i, stay, age, place, start_date, end_date, events, cost, events_outside
			from other.person_period('[2022-07-01,2023-07-01)', pod)) other using (i, stay)) p
group by pod
order by pod;
select count(*) as rows, count(*) filter (where one is distinct from other) as differing
from (select pg_temp.number_of(person_id) as i, condition, first_date from one.register) one
full join (select person_id::integer as i, condition, first_date from other.register) other using (i, condition);
select count(*) as people, count(*) filter (where to_jsonb(one) - 'person_id' <> to_jsonb(other) - 'person_id')
	as differing, count(one.charlson) as charlson
from (select pg_temp.number_of(person_id) as i, * from one.segment_inputs('2023-04-01')) one
full join (select person_id::integer as i, * from other.segment_inputs('2023-04-01')) other using (i);

-- without a map: people and person-time, admissions, registers
with alive as (
	select i, greatest(case when i % 4 > 0 then greatest(born, '2020-01-01') else born end, '2022-07-01') as first_day,
		least(coalesce(died + 1, 'infinity'), '2023-07-01') as day_after
	from people
), admitted as (
	select i, count(*) as events, sum(cost) as cost
	from visits v
	where class = 'inpatient' and day >= '2022-07-01' and day < '2023-07-01'
		and exists (select from visits e where e.class = 'emergency' and e.i = v.i and e.day = v.day)
		and not exists (select from people p where p.i = v.i and p.died < v.day)
	group by i
), expected as (
	select count(*) as people, sum(day_after - first_day) as days, sum(events) as events, sum(cost) as cost
	from alive left join admitted using (i)
	where day_after > first_day
)
select expected.*, found.* = expected.* as found_as_expected
from expected, (
	select count(*) as people, sum(days) as days, sum(events) filter (where events > 0) as events,
		sum(cost) filter (where events > 0) as cost
	from one.person_period('[2022-07-01,2023-07-01)', 'NEL')
	where stay > 0) found;
select r.condition, count(*) as people, count(*) = min(expected.people) as as_expected
from one.register r
join (
	select code, count(distinct i) as people
	from problems join people using (i)
	where day <= coalesce(died, 'infinity') and day <= '2024-06-30'
	group by code) expected on expected.code = (
		select c.code from one.code_list c where c.list = r.condition and c.code_system = 'SNOMED')
group by r.condition
order by r.condition;

-- nobody has a consultation with general practice in these data: not none, but not known
select relation, note from ph.source_report('one') where section = 'missing' and relation = 'encounter';
select count(*) as people, count(events) as events
from one.person_period('[2022-07-01,2023-07-01)', 'GP')
where stay > 0;
select count(*) as rows, count(events) as events, count(ae) as ae, count(gp) as gp
from one.person_in_period
where kind = 'year' and start_date = '2023-01-01' and stay > 0;
select count(*) as people, count(consultations_12_months) as consultations,
	count(emergency_attendances_12_months) as attendances
from other.segment_inputs('2023-04-01');

drop schema synthea, cdm, one, other cascade;
drop table people, visits, problems;
