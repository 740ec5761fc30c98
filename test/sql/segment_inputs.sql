-- Inputs of segments over a change of code lists, and names and days that shared tables refuse.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('gone');
insert into gone.data_day values ('2024-03-31');
insert into gone.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into gone.place_parent values ('L', 'S'), ('A', 'L'), ('N', 'L'), ('G', 'N');
insert into gone.person values ('ann', '1950-01-01'), ('old', '1800-01-01');
insert into gone.registration select person_id, 'G', 'N', '1950-01-01' from gone.person;
insert into gone.clinical_event values ('ann', '2020-01-01', 'ICD10', 'J44');
insert into gone.code_list
values ('copd', '1', 'ICD10', 'J44', 'prefix'), ('asthma', '1', 'ICD10', 'J45', 'prefix');
call ph.create_population_views('gone');
call ph.create_segment_inputs('gone');
-- a list that has gone is unknown of everybody while only what is generated reads it; an age that nobody has is unknown
select person_id, age_years, copd, asthma from gone.segment_input order by 1;
delete from gone.code_list where list = 'copd';
call ph.create_population_views('gone');
select person_id, copd, asthma from gone.segment_input order by 1;
select person_id, copd, asthma from gone.segment_inputs('2024-01-01') order by 1;
insert into gone.code_list values ('copd', '1', 'ICD10', 'J44', 'prefix');
call ph.create_population_views('gone');
select person_id, copd, asthma from gone.segment_input order by 1;
-- what is not recorded of anybody before the day is unknown: a list, the count of conditions, scores of diagnoses
begin;
insert into gone.code_list
values ('asthma', '1', 'SNOMED', '195967001', 'exact'), ('homeless', '1', 'ICD10', 'Z590', 'exact');
insert into gone.clinical_event
values ('old', '2022-01-01', 'SNOMED', '195967001'), ('ann', '2023-01-01', 'ICD10', 'Z59.0');
call ph.create_segment_inputs('gone');
select as_of, person_id, copd, asthma, homeless, long_term_conditions, charlson, hospital_frailty
from (values (date '2019-01-01'), ('2021-01-01'), ('2022-06-01'), ('2024-01-01')) d (as_of), gone.segment_inputs(as_of)
order by as_of, person_id;
-- the rule again, over the rows themselves
select bool_and((i.asthma is null) = (not exists (
		select from gone.clinical_event e where e.code = '195967001' and e.event_date < as_of))) as list,
	bool_and((i.charlson is null) = (not exists (
		select from gone.clinical_event e where e.code_system = 'ICD10' and e.event_date < as_of))) as diagnoses,
	-- homeless is no long-term condition, as ph.shipped_code_list() says
	bool_and(i.long_term_conditions is not distinct from case
		when exists (
			select from gone.clinical_event e where e.code in ('J44', '195967001') and e.event_date < as_of)
			then coalesce(i.copd, false)::integer + coalesce(i.asthma, false)::integer end) as conditions
from generate_series(date '2018-06-01', '2024-03-01', '3 months') as_of, gone.segment_inputs(as_of) i;
-- ICD-9-CM says Charlson, and nothing of hospital frailty
savepoint icd9cm;
update gone.clinical_event set code_system = 'ICD9CM', code = '428.0', event_date = '2023-01-01';
select person_id, charlson, hospital_frailty from gone.segment_inputs('2024-01-01') order by person_id;
update gone.clinical_event set code_system = 'ICD10CM', code = 'I50.9';
select person_id, charlson, hospital_frailty from gone.segment_inputs('2024-01-01') order by person_id;
rollback to icd9cm;
-- so is what segments say of it
create schema segments;
call ph.create_segment_view('london_matrix', '2013', 'gone.segment_input', 'segments.london', missing => 'unknown');
select input, people, known
from ph.segment_coverage('segments.london')
where input in ('homeless', 'long_term_conditions', 'cancer')
order by input;
delete from gone.clinical_event;
select input, people, known
from ph.segment_coverage('segments.london')
where input in ('homeless', 'long_term_conditions', 'cancer')
order by input;
rollback;
-- somebody's own view or function reads it
begin;
create view gone.mine as select count(copd) from gone.segment_input;
delete from gone.code_list where list = 'copd';
call ph.create_population_views('gone');
rollback;
begin;
create function gone.mine() returns bigint language sql begin atomic select count(copd) from gone.segment_input; end;
delete from gone.code_list where list = 'copd';
call ph.create_population_views('gone');
rollback;
-- names that are the same column
begin;
insert into gone.code_list
select repeat('x', 63) || i, '1', 'ICD10', 'J44', 'prefix'
from generate_series(1, 2) i;
call ph.create_segment_inputs('gone');
rollback;
begin;
insert into gone.code_list values (repeat('y', 70), '1', 'ICD10', 'J44', 'prefix');
call ph.create_segment_inputs('gone');
select count(*) as bytes_of_the_column
from pg_attribute
where attrelid = 'gone.segment_input'::regclass and octet_length(attname) = 63;
rollback;
begin;
insert into gone.code_list values ('', '1', 'ICD10', 'J44', 'prefix');
call ph.create_segment_inputs('gone');
rollback;
begin;
insert into gone.place values ('L2', 'lad24');
insert into gone.place_parent values ('A', 'L2');
call ph.create_population_views('gone');
rollback;
-- nobody makes anything where the extension or the system lives
call ph.create_shared_tables('ph');
call ph.create_shared_tables('ph_support');
call ph.create_shared_tables('pg_catalog');
call ph.create_shared_tables('information_schema');
call ph.create_shared_tables(repeat('x', 70));
-- a data day that is still to come is told and counts as today; one that never comes is refused
update gone.data_day set day = '2090-01-01';
select problem, relation, column_name, found
from ph.check_shared_tables('gone')
where relation = 'data_day';
select max(upper(spell)) = current_date + 1 as until_today from gone.stay;
update gone.data_day set day = 'infinity';
select text, ph_support.iso_day(text)
from unnest(
	array[
		'2024-04-01T09:30+99:99', '2024-04-01T09:30+14:00', '2024-04-01T09:30+14:01', '2024-04-01T09:30-12',
		'2024-04-01T09:30-13:00', '2024-04-01T09:30+0545', '2024-04-01T09:30+05:60']) text;
drop schema gone cascade;
