-- The shared tables and the checks of what is in them.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';

call ph.create_shared_tables('tidy');

-- the shape: every table and column has a comment, and columns stand as in the files
select c.relname, count(*) as columns,
	count(col_description(c.oid, a.attnum)) as commented,
	obj_description(c.oid, 'pg_class') is not null as table_commented,
	string_agg(a.attname::text, ',' order by a.attnum) as names
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'tidy'::regnamespace and c.relkind = 'r' and a.attnum > 0
group by c.oid, c.relname
order by c.relname collate "C";
select count(*) filter (where contype = 'f') as foreign_keys,
	count(*) filter (where contype = 'c') as rules,
	count(*) filter (where contype = 'p') as primary_keys,
	count(*) filter (where contype = 'u') as unique_keys
from pg_constraint
where connamespace = 'tidy'::regnamespace;

-- a name that is taken: nothing is made
call ph.create_shared_tables('tidy');
create schema taken;
create view taken.place as select 1 as one;
call ph.create_shared_tables('taken');
select relname from pg_class where relnamespace = 'taken'::regnamespace;
call ph.create_shared_tables(null);

-- any name of a schema does, and nobody's search_path matters
create schema hostile;
create function hostile.format(text, variadic text[]) returns text language sql
as $$ select 'drop schema tidy cascade' $$;
create function hostile.count(text) returns bigint language sql as $$ select 0::bigint $$;
set search_path = hostile, pg_catalog;
call ph.create_shared_tables(E'O\'Hara\\1 50% {person}');
select problem, count(*) from ph.check_shared_tables(E'O\'Hara\\1 50% {person}') group by problem;
reset search_path;

-- one good row of each kind
insert into tidy.person
values
	('ann', '1950-02-01', 'F', 'A', null, null), ('bob', '1940-03-02', 'M', 'Z', '2023-06-01', 'I259'),
	('cat', '1990-04-03', null, null, null, null);
insert into tidy.place
values
	('S', 'ICB24', 'system'), ('L', 'LAD24', 'place'), ('K', 'LAD24', 'other place'), ('M', 'MSOA21', null),
	('W', 'WARD24', null), ('A', 'LSOA21', null), ('N', 'PCN', null), ('G', 'PRACTICE', null);
insert into tidy.place_parent
values ('L', 'S'), ('K', 'S'), ('M', 'L'), ('W', 'L'), ('A', 'M'), ('A', 'W'), ('N', 'L'), ('G', 'N');
insert into tidy.residence
values
	('ann', 'A', null, '1950-02-01', null), ('bob', 'A', null, '1940-03-02', '2001-01-01'),
	('bob', 'A', null, '2001-01-01', null), ('cat', 'A', null, '2020-01-01', null);
insert into tidy.registration
values
	('ann', 'G', 'N', '2000-01-01', null), ('bob', 'G', 'N', '2000-01-01', '2023-06-01'),
	('cat', 'G', null, '2020-01-01', '2021-01-01'), ('cat', 'G', 'N', '2021-01-01', null);
insert into tidy.encounter
values
	(1, 'ann', 'NEL', '2023-04-01', '2023-04-03', 2, '21', 'J440', 'H', 2000.50),
	(2, 'bob', 'AE', '2023-06-01', '2023-06-01', null, null, null, 'H', 200);
insert into tidy.clinical_event
values
	('ann', '2023-04-01', 'ICD10', 'J440', null, 'APC', 1, 1),
	('bob', '2010-01-01', 'SNOMED', '13645005', 'COPD', 'GP', null, null);
insert into tidy.measurement
values ('ann', '2023-01-01', 'SNOMED', '60621009', 'Body mass index', 25, 'kg/m2');
insert into tidy.place_factor
values ('A', 'imd2019_decile', '2019', 3, 'decile', 'made up'), ('A', 'pm25', '2024', 9.5, 'ug/m3', 'made up');
insert into tidy.enrolment
values ('ann', 'CARE', '2023-05-01', null, 'enrolled'), ('cat', 'CARE', null, null, 'eligible_not_enrolled');
insert into tidy.code_list
values ('copd', 'v10', 'ICD10', 'J44', 'prefix'), ('copd', 'v9', 'SNOMED', '13645005', 'exact');
insert into tidy.data_day values ('2024-03-31');
select * from ph.check_shared_tables('tidy');

-- the tables refuse what a single row shows to be wrong
insert into tidy.person values ('dan', '1990-01-01', 'X', 'A', null, null);
insert into tidy.clinical_event values ('bob', '2023-04-01', 'ICD10', 'J440', null, 'APC', 1, 1);  -- that of ann
insert into tidy.enrolment values ('cat', 'CARE', null, null, 'eligible_not_enrolled');

-- the same rows without constraints, as in a partner's views, and one of everything that can be wrong
create schema rough;
select format('create table rough.%1$I as table tidy.%1$I', relation) from ph.shared_table() \gexec
insert into rough.person
values
	('death before birth', '1990-01-02', 'F', 'A', '1990-01-01', 'I259'), ('sex', '1990-01-01', 'X', 'A', null, null),
	('ethnicity', '1990-01-01', 'F', 'I', null, null), ('cause', '1990-01-01', 'F', 'A', null, 'I259'),
	('malformed cause', '1990-01-01', 'F', 'A', '2024-01-01', '?'), ('no birth', null, 'F', 'A', null, null),
	('twice', '1990-01-01', 'F', 'A', null, null), ('twice', '1990-01-01', 'F', 'A', null, null);
insert into rough.place
values ('kindless', null, null), ('Y', 'WARD24', null), ('Z', 'WARD24', null);
insert into rough.place_parent
values ('Y', 'Z'), ('Z', 'Y'), ('M', 'K'), ('lost', 'S'), ('W', 'lost');
insert into rough.residence
values
	('ann', 'A', null, '2010-01-01', '2011-01-01'), ('cat', 'lost', null, '1980-01-01', '1981-01-01'),
	('lost', 'A', null, '2010-01-01', '2009-01-01');
insert into rough.registration
values
	('ann', 'G', 'N', '2020-01-01', '2021-01-01'), ('cat', 'lost', 'lost', '1980-01-01', '1981-01-01'),
	('lost', 'G', 'N', '2010-01-01', '2009-01-01'),
	('bob', 'G', 'N', '2010-01-01', '2010-01-01');  -- not a day long: overlaps nothing
insert into rough.encounter
values
	(3, 'lost', 'GP', '2023-01-01', '2022-12-31', -1, null, null, null, -1),
	(4, 'ann', 'A&E', '2023-01-01', null, null, null, '?', null, null),
	(5, 'bob', 'GP', '2023-06-02', null, null, null, null, null, null),
	(6, 'cat', 'GP', '1990-04-02', '1990-04-02', 1, null, null, null, null);
insert into rough.clinical_event
values
	('lost', '2023-01-01', 'ICD10', '?', null, 'APC', 99, 0),
	('bob', '2023-06-02', 'SNOMED', '', null, 'GP', null, null),
	('cat', '1990-04-02', 'SNOMED', '1', null, 'GP', null, null);
insert into rough.measurement
values
	('lost', '2023-01-01', 'SNOMED', '1', null, 1, null), ('bob', '2023-06-02', 'SNOMED', '1', null, 1, null),
	('cat', '1990-04-02', 'SNOMED', '1', null, 1, null);
insert into rough.place_factor
values ('lost', 'imd2019_decile', '2019', 11, null, null), ('A', 'pm25', '2024', 9.5, null, null);
insert into rough.enrolment
values ('lost', 'CARE', '2023-01-01', '2022-01-01', 'enrolled'), ('cat', 'CARE', null, null, 'eligible_not_enrolled');
insert into rough.code_list
values ('never', '1', 'ICD10', '?', 'exact'), ('never', '1', 'SNOMED', '', 'like');
insert into rough.service values ('food_bank', 'nobody', 'Food bank', 'food', false, true);
insert into rough.encounter_service values ('A&E', null, 'lost');
insert into rough.contact (person_id, contact_id, service, start_date, end_date, cost, purposes)
values
	('ann', '1', 'lost', '2023-01-02', '2023-01-01', -1, '{direct_care}'),
	('bob', '2', 'food_bank', '2023-06-02', null, null, '{gossip}'),
	('cat', '3', 'food_bank', '1990-04-02', null, null, null),
	('ann', '4', 'food_bank', '2099-01-02', null, null, '{}');
insert into rough.life_event_kind values ('won_the_lottery', null, 'infinity');
insert into rough.life_event (person_id, event_date, kind)
values
	('ann', '2023-01-01', 'abducted'), ('bob', '2023-06-02', 'bereavement'), ('cat', '1990-04-02', 'fell'),
	('ann', '2099-01-02', 'won_the_lottery');
insert into rough.work_status (person_id, start_date, end_date, status, employer_size)
values
	('ann', '2020-01-01', '2023-01-01', 'employed', -1), ('ann', '2022-12-31', '2022-12-30', 'resting', null),
	('ann', '2022-01-01', null, 'off_sick', null), ('bob', '2023-06-02', null, 'retired', null),
	('cat', '1990-04-02', null, 'student', null), ('ann', '2099-01-02', null, 'retired', null);
insert into rough.intervention
values
	('advice', '1', 'nobody', 'debt', null, null, -1, -1, 'eviction', 0.8, null, null, null),
	('coach', '1', null, null, null, null, null, null, null, 0.8, 0.7, 0.9, null),
	('walks', '1', null, null, null, null, null, null, 'admission', 0.8, 0.85, 0.9, null),
	('swims', '1', null, null, null, null, 0, 0, 'admission', 0.8, 0.7, 0.9, 'made up');
create view rough.segment_input as select person_id, 30 as age from rough.person;
insert into rough.intervention (intervention, version, eligible)
values ('by age', '1', 'age > 18'), ('by star', '1', 'star_sign = 2'), ('not a rule', '1', 'age');
insert into rough.intervention_exclusion values ('swims', 'swims'), ('swims', 'lost');
insert into rough.offer (person_id, intervention, version, identified_on, offered_on, answered_on, answer, started_on,
	completed_on, ended_on)
values
	('ann', 'swims', '1', '2023-01-02', '2023-01-01', '2022-12-31', 'perhaps', '2023-01-01', '2022-12-31',
		'2023-01-01'),
	('ann', 'swims', '2', '2023-01-02', null, '2023-01-03', 'declined', null, '2023-01-03', null),
	('bob', 'swims', '1', '2023-06-02', null, null, null, '2023-06-03', null, '2023-06-02'),
	('cat', 'swims', '1', '1990-04-02', null, null, null, null, null, null),
	('ann', 'swims', '1', '2099-01-02', '2099-01-02', '2099-01-02', 'accepted', '2099-01-02', '2099-01-02', null);
insert into rough.person_goal (person_id, goal_id, set_on, set_by, agreed_on, reviewed_on, met)
values
	('ann', '1', '2023-01-02', 'nurse', '2023-01-01', '2022-12-31', null),
	('bob', '2', '2023-06-02', 'person', null, null, true), ('cat', '3', '1990-04-02', 'carer', null, null, null),
	('ann', '4', '2099-01-02', null, null, '2099-01-02', false);
insert into rough.engagement (person_id, activity, invited_on, took_part_on)
values
	('ann', 'survey', null, null), ('bob', 'survey', null, '2023-06-02'), ('cat', 'survey', null, '1990-04-02'),
	('ann', 'walk', '2099-01-02', '2099-01-02');
insert into rough.community_change (change, place_id, said, said_on, decision, did_on, told_on)
values
	('bus', 'nowhere', 'No bus on Sundays', '2023-01-02', 'perhaps', '2023-01-01', '2023-01-01');
insert into rough.health_state_value values ('mine', '11111', 1), ('mine', '66666', 'infinity');
select * from ph.check_shared_tables('rough');

-- and what is wrong beside the day of the data, in the spelling of code systems, and in fields of several codes
insert into rough.data_day values ('2024-03-31'), ('2024-03-30');
insert into rough.person
values
	('1800', '1800-01-01', 'F', 'A', null, null), ('old when she died', '1800-01-01', 'F', 'A', '2024-01-01', null),
	('died long ago', '1890-01-01', 'F', 'A', '1990-01-01', null), ('2030', '2030-01-01', 'F', 'A', null, null),
	('2099', '1990-01-01', 'F', 'A', '2099-01-01', 'I25.9, J44'),
	('on the day', '2024-03-31', 'F', 'A', '2024-03-31', null);
insert into rough.encounter
values
	(7, 'ann', 'GP', '2024-04-01', '2024-04-02', 1, null, 'J440 I10', null, null),
	(8, 'ann', 'GP', '2024-03-31', '2024-03-31', 0, null, 'J44.0', null, null),
	(8, 'cat', 'GP', '2024-03-31', '2024-03-31', 0, null, null, null, null),  -- an identifier of two persons
	('6f9619ff-8b86-d011-b42d-00c04fc964ff', 'ann', 'GP', '2024-03-31', null, null, null, null, null, null);
insert into rough.clinical_event
values
	('ann', '2099-01-01', 'ICD10', 'J440', null, 'GP', null, null),
	('bob', '2023-01-01', 'ICD10', 'J440', null, 'GP', 7, 1),  -- that of ann
	('ann', '2024-01-01', 'ICD-10', 'J440', null, 'GP', null, null),
	('ann', '2024-01-01', 'icd10', 'J440', null, 'GP', null, null),
	('ann', '2024-01-01', 'SNOMED CT', '13645005', null, 'GP', null, null),
	('ann', '2024-01-01', 'OPCS4', 'K40 K41', null, 'GP', null, null),
	('ann', '2024-01-01', 'SNOMED', '13645005 73211009', null, 'GP', null, null),
	('ann', '2024-01-01', 'ICD10', 'A17.0†G01*', null, 'GP', null, null);
insert into rough.measurement values ('ann', '2099-01-01', 'snomed', '1', null, 1, null);
insert into rough.residence values ('2030', 'A', null, '2024-04-01', '2050-01-01');
insert into rough.registration values ('2030', 'G', 'N', '2024-04-01', '2050-01-01');
insert into rough.enrolment values ('ann', 'LATER', '2024-04-01', null, 'enrolled');
insert into rough.code_list
values ('spelt', '1', 'ICD 10', 'J44', 'prefix'), ('both', '1', 'ICD10', 'J44;I10', 'exact');
select problem, relation, column_name, found, example
from ph.check_shared_tables('rough')
where problem in (
	'after data day', 'older than 125 years', 'more than one day', 'code system spelt otherwise', 'more than one code',
	'identifier of two persons', 'orphaned reference');
select code, ph.several_codes(code)
from unnest(
	array[
		'J44.0', 'J440', 'I10X', 'G01*', 'A17.0†', 'A17.0+', 'J44.0', 'M0690', 'J440,I10', 'J440 I10', 'J440I10',
		'J44/I10', 'A17.0†G01*', 'A17.0+G01', 'J44-I10', '13645005', '13645005;73211009', '13645005 73211009']) code;
select name, ph_support.code_system_spelling(name)
from unnest(
	array[
		'ICD10', 'ICD-10', 'icd10', 'ICD 10', 'ICD10CM', 'http://hl7.org/fhir/sid/icd-10', 'SNOMED', 'SNOMED CT',
		'snomed-ct', 'SCT', 'http://snomed.info/sct', 'ICD9', 'ICD-11', 'OPCS4', 'CTV3']) name;
select text, ph_support.iso_day(text)
from unnest(
	array[
		'2024-04-01', '2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2024-04-31', '0000-01-01', '05/06/07',
		'today', 'infinity', '2024-4-1', '20240401', '2024-04-01T09:30:00Z', '2024-04-01 23:59:59.5+01:00',
		'2024-04-01T24:00', '2024-04-01x']) text;

-- each relation is read once for all of its rows, and its encounters twice more, for those who name them and for
-- identifiers of two persons, also where no index keeps its rows apart
create temp table size as
select 'encounter' as relation, 3 as passes, count(*) as rows
from rough.encounter
union all
select 'measurement', 1, count(*)
from rough.measurement
union all
select 'enrolment', 1, count(*)
from rough.enrolment;
select from pg_stat_force_next_flush();
begin;
select count(*) > 0 as asked from ph.check_shared_tables('rough');
-- and one row to see whether there is any
select relation, returned >= rows as all_read, returned <= passes * rows + 1 as few_enough
from size, pg_stat_get_xact_tuples_returned(('rough.' || relation)::regclass) returned;
rollback;

-- one day only
insert into tidy.data_day values ('2024-04-01');

insert into rough.data_day values ('2099-01-01'), ('infinity');
-- every check found something, but for the one that needs an empty relation
select distinct problem
from ph.shared_check()
except
select problem
from ph.check_shared_tables('rough');
delete from rough.data_day where day > '2090-01-01';

-- what is missing is said, and the checks that can still be asked are asked
truncate rough.measurement;
drop table rough.code_list;
drop table rough.place_parent;
alter table rough.encounter drop column pod;
alter table rough.person drop column death_date;
create view rough.place_parent as select place_id, parent_id from tidy.place_parent;
select * from ph.check_shared_tables('rough');
select * from ph.check_shared_tables('nowhere');
select * from ph.check_shared_tables(null);

set client_min_messages = warning;
drop schema tidy, rough, taken, hostile, "O'Hara\1 50% {person}" cascade;

-- views of the right shape whose days are timestamps: reported, and the rest is still checked
call ph.create_shared_tables('typed');
create schema warehouse;
create view warehouse.person as
select person_id, birth_date::timestamp as birth_date, sex, ethnicity_code, death_date, death_cause_icd10
from typed.person;
select problem, relation, column_name
from ph.check_shared_tables('warehouse')
where problem in ('wrong type', 'empty relation');

-- identifiers of any type: checked, and the views are made
create schema ids;
set client_min_messages = warning;
select format('create table ids.%1$I as table typed.%1$I', relation) from ph.shared_table() \gexec
alter table ids.person alter person_id type uuid using person_id::uuid;
select format('alter table ids.%I alter person_id type uuid using person_id::uuid', relation)
from ph.shared_column()
where column_name = 'person_id' and relation <> 'person' \gexec
alter table ids.encounter alter encounter_id type uuid using encounter_id::uuid;
alter table ids.clinical_event alter encounter_id type uuid using encounter_id::uuid;
insert into ids.place
values ('1', 'ICB24'), ('2', 'LAD24'), ('3', 'LSOA21'), ('4', 'PCN'), ('5', 'PRACTICE');
insert into ids.place_parent values ('2', '1'), ('3', '2'), ('4', '2'), ('5', '4');
alter table ids.place alter place_id type bigint using place_id::bigint;
alter table ids.place_parent
	alter place_id type bigint using place_id::bigint,
	alter parent_id type bigint using parent_id::bigint;
alter table ids.residence alter lsoa21_code type bigint using lsoa21_code::bigint;
alter table ids.registration
	alter practice_code type bigint using practice_code::bigint,
	alter pcn_code type bigint using pcn_code::bigint;
alter table ids.place_factor alter place_id type bigint using place_id::bigint;
alter table ids.community_change alter place_id type bigint using place_id::bigint;
insert into ids.person values (md5('ann')::uuid, '1950-01-01', 'F', 'A', null, null);
insert into ids.residence values (md5('ann')::uuid, 3, null, '1950-01-01', null);
insert into ids.registration values (md5('ann')::uuid, 5, 4, '1950-01-01', null);
insert into ids.encounter
values (md5('1')::uuid, md5('ann')::uuid, 'NEL', '2024-01-01', '2024-01-02', 1, '21', 'J440', null, 100);
insert into ids.clinical_event
values (md5('ann')::uuid, '2024-01-01', 'ICD10', 'J440', null, 'APC', md5('1')::uuid, 1);
insert into ids.code_list values ('copd', '1', 'ICD10', 'J44', 'prefix');
insert into ids.data_day values ('2024-03-31');
insert into ids.place_factor values (3, 'imd2025_decile', '2025', 4);
select problem, relation, column_name
from ph.check_shared_tables('ids')
where problem <> 'empty relation';
call ph.create_population_views('ids');
call ph.create_segment_inputs('ids');
select person_id, practice, neighbourhood, place, system, small_area, deprivation_decile
from ids.person_at('2024-03-31');
select person_id, days, events, cost from ids.person_period('[2023-04-01,2024-04-01)');
select person_id, copd, emergency_admissions_12_months from ids.segment_input;
drop schema typed, warehouse, ids cascade;

-- tables of an earlier version are completed, and keep their rows
call ph.create_shared_tables('fresh');
call ph.create_shared_tables('older');
insert into older.place (place_id, place_kind) values ('a', 'LSOA21');
alter table older.place_parent drop column start_date, drop column end_date;
alter table older.code_list drop column source;
drop table older.code_map, older.wait, older.data_load;
call ph.complete_shared_tables('older');
call ph.complete_shared_tables('older');
select relname, attname
from pg_attribute
join pg_class c on c.oid = attrelid and attnum > 0 and not attisdropped and relkind = 'r'
join pg_namespace n on n.oid = relnamespace and nspname in ('fresh', 'older')
group by relname, attname
having count(*) <> 2;
select (select count(*) from older.place) as places,
	(select count(*) from pg_constraint where connamespace = 'older'::regnamespace)
		= (select count(*) from pg_constraint where connamespace = 'fresh'::regnamespace) as same_constraints;
call ph.complete_shared_tables('nowhere');
set client_min_messages = warning;
drop schema fresh, older cascade;
