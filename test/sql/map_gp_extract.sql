-- A GP extract of long format to shared tables: a miniature with a patient for every rule.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create schema mini;
call ph.create_views_from('gp_extract', 'mini', 'made');

create table mini.patient (
	patient_id text, date_of_birth text, year_of_birth text, month_of_birth text, sex text, ethnicity text,
	ethnicity_recorded_on text, ethnicity_self_reported text, date_of_death text, practice_code text, pcn_code text,
	registration_start text, registration_end text, lsoa21 text);
insert into mini.patient values
	('one', '1950-05-06', null, null, 'Female', 'a', '2015-01-01', 'Y', null, 'G1', 'N1', '2000-01-01', null,
	 'E01000001'),
	('month', null, '1960', '2', '1', 'Z', null, null, null, 'G1', 'N1', '2010-01-01', '2020-01-01', 'E01000002'),
	('year', null, '1970', null, 'I', 'W', '2015-01-01', null, '2023-06-01', 'G1', 'N1', '2010-01-01', null, null),
	('moved', '1980-01-01', null, null, 'x', 'B', '2010-01-01', null, null, null, null, null, null, 'E01000001'),
	('born never', null, null, null, 'M', null, null, null, null, 'G1', 'N1', '2010-01-01', null, null),
	('begins never', '1990-01-01', null, null, '9', null, null, null, null, 'G1', 'N1', null, null, null),
	('one', '1950-05-06', null, null, 'Female', 'a', '2015-01-01', 'Y', null, 'G1', 'N1', '2000-01-01', null,
	 'E01000001');
create table mini.registration (
	patient_id text, practice_code text, pcn_code text, registration_start text, registration_end text);
insert into mini.registration values
	('moved', 'G1', 'N1', '2010-01-01', '2018-01-01'), ('moved', 'G2', null, '2018-01-01', null);
create table mini.ethnicity (
	patient_id text, ethnicity text, ethnicity_recorded_on text, ethnicity_self_reported text, recorded_by text);
insert into mini.ethnicity values
	('one', 'C', '2020-01-01', 'N', 'hospital'), ('one', 'C', '2021-01-01', null, 'hospital'),
	('moved', 'C', '2012-01-01', null, 'hospital'), ('moved', 'Z', '2019-01-01', 'Y', 'practice');
create table mini.event (
	event_id text, patient_id text, event_date text, code text, code_system text, term text, value text, unit text,
	practice_code text, consultation_id text);
insert into mini.event values
	('1', 'one', '2022-05-01', '44054006', 'SNOMED CT', 'Type 2 diabetes', null, null, 'G1', 'c1'),
	('2', 'one', '2022-05-01', '1003671000000109', null, 'HbA1c', '58', 'mmol/mol', 'G1', 'c1'),
	('3', 'one', '2022-05-02', 'C10..', 'Read v2', 'Diabetes', null, null, 'G1', 'none'),
	('4', 'moved', '2022-05-03', 'XaELP', 'CTV3', null, 'negative', null, 'G2', null),
	('5', 'moved', '2022-05-04', '123', null, null, null, null, 'G2', null),
	('6', 'moved', '2022-05-04', '123', 'local', null, null, null, 'G2', null),
	('7', 'nobody', '2022-05-04', '123', 'SNOMED', null, null, null, 'G2', null),
	('8', 'one', '1900-01-01', '44054006', 'SNOMED', null, null, null, 'G1', null),
	('9', 'one', null, '44054006', 'SNOMED', null, null, null, 'G1', null),
	('10', 'one', '2022-05-04', null, 'SNOMED', null, null, null, 'G1', null),
	('11', 'year', '2023-06-02', '44054006', 'SNOMED', null, null, null, 'G1', null),
	('1', 'one', '2022-05-01', '44054006', 'SNOMED CT', 'Type 2 diabetes', null, null, 'G1', 'c1');
create table mini.consultation (consultation_id text, patient_id text, consultation_date text, practice_code text);
insert into mini.consultation values ('c1', 'one', '2022-05-01', 'G1'), ('c2', 'moved', '2022-05-03', 'G2');

call ph.create_views_from('gp_extract', 'mini', 'looked', data_day => '2023-12-31');
call ph.create_views_from('gp_extract', 'mini', 'made', materialise => true);
select day as of_the_latest_event from made.data_day;
call ph.create_views_from('gp_extract', 'mini', 'made', materialise => true, data_day => '2023-12-31');
select t.relation
from ph.shared_table() t
where query_to_xml(format(
	'(table looked.%1$I except all table made.%1$I) union all (table made.%1$I except all table looked.%1$I)',
	t.relation), false, true, '')::text <> '';
select relation, part, kind, what, sum(rows) as rows, min(example) as example
from made.source_count
group by relation, part, kind, what
order by relation, part, kind desc, what;
select sum(rows) = (select count(*) from mini.event) as every_event_is_counted
from made.source_count
where relation = 'clinical_event' and kind <> 'remark';

select * from made.person order by person_id;
select * from made.ethnicity order by person_id;
select * from made.registration order by person_id, start_date;
select person_id, lsoa21_code, start_date, end_date from made.residence order by person_id;
select * from made.place order by place_id;
select encounter_id, person_id, pod, start_date, provider_code from made.encounter order by encounter_id;
select person_id, event_date, code_system, code, encounter_id
from made.clinical_event
order by event_date, code_system, code;
select * from made.measurement;
select person_id, age, practice, neighbourhood, small_area from made.person_at('2023-05-01') order by person_id;
drop schema mini, looked, made cascade;
