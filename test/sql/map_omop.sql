-- a CDM of a few people in which every rule of the map has its row
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create schema cdm;
create table cdm.person (
	person_id bigint, gender_concept_id integer, year_of_birth integer, month_of_birth integer, day_of_birth integer,
	race_concept_id integer, location_id integer, care_site_id integer, person_source_value text,
	gender_source_value text, race_source_value text);
insert into cdm.person values
	(1, 8507, 1950, 3, 14, 8527, 1, 7, 'a', 'M', null),
	(2, 8532, 1960, null, null, 8516, 2, 7, 'b', 'F', null),
	(3, 0, 1970, 6, null, 0, 2, null, 'c', 'F', 'other'),
	(4, 8551, 1980, 2, 30, 8515, null, null, 'd', null, null),  -- 30 February
	(5, 8507, 1990, 1, 1, 4218674, 1, null, 'e', 'M', null),
	(5, 8507, 1990, 1, 1, 4218674, 1, null, 'e', 'M', null),  -- the same row again
	(6, 8507, 2000, 1, 1, 8527, 3, null, 'e', 'M', null);  -- a second identifier of e
create table cdm.death (person_id bigint, death_date date, cause_source_value text);
insert into cdm.death values (1, '2023-05-10', 'I21.9'), (1, '2023-06-01', 'I50.0'), (2, '2023-08-01', 'unknown');
create table cdm.location (location_id integer, state text, county text, zip text);
insert into cdm.location values (1, 'NJ', 'Essex', '07102'), (2, 'NJ', null, '07001'), (3, null, null, null);
create table cdm.care_site (care_site_id integer, care_site_name text);
insert into cdm.care_site values (7, 'The Surgery');
create table cdm.cdm_source (source_release_date text);
insert into cdm.cdm_source values ('20231231');
create table cdm.observation_period (
	observation_period_id integer, person_id bigint, observation_period_start_date date,
	observation_period_end_date date);
insert into cdm.observation_period values
	(1, 1, '2020-01-01', '2023-12-31'),
	(2, 2, '2021-01-01', '2022-12-31'),
	(3, 3, '2022-01-01', '2021-12-31'),  -- ends on the day before it starts
	(4, 3, '2022-02-01', '2022-02-01'),  -- one day
	(5, 5, '2019-01-01', '2023-12-31'),
	(6, 99, '2019-01-01', '2023-12-31'),  -- nobody
	(7, 6, '2024-06-01', '2024-07-01');  -- after the data day
create table cdm.visit_occurrence (
	visit_occurrence_id bigint, person_id bigint, visit_concept_id integer, visit_start_date date, visit_end_date date,
	care_site_id integer, admitted_from_concept_id integer);
insert into cdm.visit_occurrence values
	(1, 1, 9202, '2022-01-10', '2022-01-10', 7, 0),
	(2, 1, 9203, '2022-02-01', '2022-02-01', 7, 0),
	(3, 1, 9201, '2022-02-02', '2022-02-06', 7, 0),  -- the day after the emergency visit
	(4, 1, 9201, '2022-02-04', '2022-02-05', 7, 0),  -- nested
	(5, 1, 9201, '2022-02-06', '2022-02-09', 7, 0),  -- begins on the last day of the spell
	(6, 1, 9201, '2022-04-01', '2022-04-03', 7, 0),  -- elective
	(7, 1, 9201, '2022-05-01', '2022-05-03', 7, 8870),  -- from the emergency room
	(8, 1, 262, '2022-06-01', '2022-06-04', 7, 0),
	(9, 2, 9203, '2022-03-01', '2022-03-01', null, 0),
	(10, 2, 9201, '2022-03-01', '2022-03-01', null, 0),  -- on the day of the emergency visit, home on the same day
	(11, 2, 9201, '2022-03-02', '2022-03-04', null, 0),  -- the emergency visit belongs to the first
	(12, 2, 581399, '2022-05-01', '2022-05-01', null, 0),  -- of a kind that is not known
	(13, 2, 9201, '2022-07-10', '2022-07-01', null, 0),  -- ends before it starts
	(14, 1, 9202, '2023-05-11', '2023-05-11', null, 0),  -- the day after death
	(15, 1, 9202, '2023-05-10', '2023-05-12', null, 0),  -- the day of death counts
	(16, 3, 9202, '1960-01-01', '1960-01-01', null, 0),  -- before birth
	(17, 3, 9202, '2024-02-01', '2024-02-01', null, 0),  -- after the data day
	(18, 4, 9202, '2022-01-01', '2022-01-01', null, 0),  -- of a person who was set aside
	(19, 5, 9202, '2022-01-01', null, null, 0),
	(19, 5, 9202, '2022-01-01', null, null, 0),  -- the same row again
	(20, 3, 9202, '1970-06-05', '1970-06-05', null, 0);  -- in the month of birth
create table cdm.cost (cost_event_id bigint, cost_domain_id text, total_paid numeric, total_charge numeric);
insert into cdm.cost values (1, 'Visit', 100, 150), (3, 'Visit', 1000, 1100), (4, 'Visit', 10, 11), (5, 'Visit', 1, 2),
	(6, 'Visit', 5, 6), (6, 'Visit', 7, 8), (7, 'Procedure', 50, 60);
create table cdm.concept (concept_id integer, concept_name text, vocabulary_id text, concept_code text);
insert into cdm.concept values
	(201826, 'Type 2 diabetes mellitus', 'SNOMED', '44054006'),
	(45533456, 'Type 2 diabetes mellitus without complications', 'ICD10', 'E11.9'),
	(35206882, 'Type 2 diabetes mellitus without complications', 'ICD10CM', 'E11.9'),
	(3038553, 'Body mass index', 'LOINC', '39156-5');
create table cdm.condition_occurrence (
	condition_occurrence_id bigint, person_id bigint, condition_concept_id integer, condition_start_date date,
	condition_source_value text, condition_source_concept_id integer, visit_occurrence_id bigint,
	condition_status_concept_id integer);
insert into cdm.condition_occurrence values
	(1, 1, 201826, '2022-01-10', 'E11.9', 45533456, 1, null),  -- ICD-10, and SNOMED CT as the standard
	(2, 2, 201826, '2022-03-01', 'E11.9', 35206882, 10, null),  -- ICD-10-CM
	(3, 3, 201826, '2022-02-01', '44054006', 201826, null, null),  -- SNOMED CT, its own standard
	(4, 1, 0, '2022-02-03', 'I50.0', 0, 4, 32902),  -- no concept, in the form of ICD-10, primary, of a nested visit
	(5, 1, 0, '2022-02-03', 'heart failure', 0, 4, null),  -- no code at all
	(6, 5, 0, '2022-02-03', '84114007', 0, null, null),  -- in the form of SNOMED CT
	(7, 2, 0, '2022-07-10', 'J44.9', 0, 13, null),  -- of a visit that was set aside
	(8, 1, 0, '2022-02-02', 'I21.9', 0, 3, 32902);
create table cdm.measurement (
	measurement_id bigint, person_id bigint, measurement_concept_id integer, measurement_date date,
	value_as_number numeric, measurement_source_value text, unit_source_value text);
insert into cdm.measurement values (1, 1, 3038553, '2022-01-10', 31.5, '39156-5', 'kg/m2'),
	(2, 1, 3038553, '2022-01-11', null, '39156-5', 'kg/m2'), (3, 2, 0, '2022-01-10', 5, '4548-4', '%');

call ph.create_views_from('omop', 'cdm', 'looked');
select * from looked.person order by person_id;
select * from looked.registration order by person_id, start_date;
select encounter_id, person_id, pod, start_date, end_date, los_days, primary_icd10, provider_code, cost
from looked.encounter order by person_id, start_date, encounter_id;
select * from looked.clinical_event order by person_id, event_date, code_system, code;
select * from looked.measurement order by person_id;
select r.*, p.name from looked.residence r join looked.place p on p.place_id = lsoa21_code order by person_id;
select * from looked.place_dimension order by place_id collate "C";
select relation, part, provider, kind, what, rows, example from looked.source_count
where kind <> 'used' order by relation, part, provider, kind, what collate "C";
-- every row of the source is used or set aside, once
select count(*) as visits,
	(select sum(rows) from looked.source_count where relation = 'encounter' and kind <> 'remark') as rows,
	(select count(*) from looked.encounter) as encounters
from cdm.visit_occurrence;
select day from looked.data_day;
select person_id, start_date, end_date from looked.stay order by person_id, start_date;
select person_id, events from looked.person_period('[2022-01-01,2023-01-01)', 'NEL') where stay > 0 order by person_id;

-- materialised, the tables hold the same rows
call ph.create_views_from('omop', 'cdm', 'kept', materialise => true);
do $$
declare
	relation text;
	differing bigint;
begin
	for relation in select t.relation from ph.shared_table() t loop
		execute format('select count(*) from ((table looked.%1$I except all table kept.%1$I) union all
			(table kept.%1$I except all table looked.%1$I)) d', relation) into differing;
		if differing > 0 then
			raise exception '% rows of % differ', differing, relation;
		end if;
	end loop;
end
$$;
select problem, relation, column_name, found from ph.check_shared_tables('kept')
where problem not in ('empty relation', 'list without events');

-- again: only who changed is written anew
create table was as select ctid as place, person_id from kept.encounter;
update cdm.visit_occurrence set visit_end_date = '2022-01-02' where visit_occurrence_id = 19;
insert into cdm.location values (4, 'NJ', 'Essex', '07103');
update cdm.person set location_id = 4 where person_id = 5;
call ph.create_views_from('omop', 'cdm', 'kept', materialise => true);
select distinct e.person_id
from kept.encounter e
where not exists (select from was w where w.place = e.ctid and w.person_id = e.person_id);
select encounter_id, end_date from kept.encounter where person_id = '5';
select lsoa21_code from kept.residence where person_id = '5';
select relation, count(*) as loads from kept.data_load group by relation having count(*) > 1 order by relation limit 2;
delete from cdm.observation_period where person_id = 5;
delete from cdm.visit_occurrence where person_id = 5;
delete from cdm.condition_occurrence where person_id = 5;
delete from cdm.person where person_id = 5;
call ph.create_views_from('omop', 'cdm', 'kept', materialise => true);
select count(*) from kept.person where person_id = '5';
select place_id from kept.place where place_id like '%07103';

-- another column of cost, another day
call ph.create_views_from('omop', 'cdm', 'kept', materialise => true, options => '{"cost_column": "total_charge"}',
	data_day => '2022-03-31');
select encounter_id, cost from kept.encounter where cost is not null order by encounter_id;
select what, sum(rows) from kept.source_count where relation = 'encounter' and kind = 'set aside' group by what
order by what;

-- what cannot be
call ph.create_views_from('omop', 'cdm', 'kept', options => '{}');
call ph.create_views_from('omop', 'cdm', 'other', options => '{"price": "1"}');
call ph.create_views_from('omop', 'cdm', 'other', options => '[]');
call ph.create_views_from('omop', 'cdm', 'other', options => '{"cost_column": "nothing"}');
call ph.create_views_from('omop', 'cdm', 'other', options => '{"day_order": "YDM"}');
call ph.create_views_from('omap', 'cdm', 'other');
call ph.create_views_from('omop', 'nowhere', 'other');
call ph.create_views_from('omop', 'cdm', 'ph');
call ph.create_views_from('omop', null, 'other');
-- written with workers: what is stored is made by CREATE TABLE AS, of a query that can be read in parallel
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
create function pg_temp.gathers(relation text) returns boolean
language plpgsql
as $$
declare
	line text;
begin
	for line in execute 'explain (costs off) create table none as ' || ph_support.judged_rows_query(
		ph_support.source_load('omop', 'cdm', 'looked', '{}', 'ph', '2023-12-31'), relation)
	loop
		if line like '%Gather%' then
			return true;
		end if;
	end loop;
	return false;
end
$$;
select relation, pg_temp.gathers(relation) from unnest('{person,encounter,clinical_event}'::text[]) relation;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;

-- days that are written otherwise: nothing is made, but where they are few they are set aside
create schema written;
create table written.person as select * from cdm.person;
create table written.observation_period as
select observation_period_id, person_id,
	to_char(observation_period_start_date, 'DD/MM/YYYY') as observation_period_start_date,
	to_char(observation_period_end_date, 'DD/MM/YYYY') as observation_period_end_date
from cdm.observation_period;
call ph.create_views_from('omop', 'written', 'other', data_day => '2023-12-31');
select to_regnamespace('other') as other;
call ph.create_views_from('omop', 'written', 'other', data_day => '2023-12-31', options => '{"day_order": "DMY"}');
-- a CDM without visits, conditions and a vocabulary
select (select count(*) from other.registration) as registrations, (select count(*) from other.encounter) as encounters;
select relation, note from ph.source_report('other') where section = 'missing' order by relation;
select sum(events) as events, (ph.crude_rate(ph.person_tally(age, events, years))).*
from other.person_period('[2019-01-01,2024-01-01)', 'NEL') where stay > 0;
update written.observation_period set observation_period_start_date = 'soon' where observation_period_id = 1;
call ph.create_views_from('omop', 'written', 'other', data_day => '2023-12-31', options => '{"day_order": "DMY"}');
select what, rows, example from other.source_count
where relation = 'registration' and kind = 'set aside' order by what;
update written.person set year_of_birth = 3000;
call ph.create_views_from('omop', 'written', 'other', data_day => '2023-12-31', options => '{"day_order": "DMY"}');
select count(*) as loads_kept from other.source_load;
drop schema written, other cascade;

drop schema looked cascade;
alter table cdm.person drop column year_of_birth;
drop table cdm.observation_period;
call ph.create_views_from('omop', 'cdm', 'other');
select to_regnamespace('other');
drop schema cdm, kept cascade;
drop table was;
