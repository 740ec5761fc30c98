-- What a source has that cannot be neither stops the load nor changes what is right beside it.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- names that look like what maps put in
create schema "odd {person}'s\1%s";
set search_path = "odd {person}'s\1%s";
create table person (
	person_id text, gender_concept_id integer, year_of_birth text, month_of_birth text, person_source_value text[]);
insert into person values
	('9223372036854775807', 8507, '1950', '1', '{a}'), ('-9223372036854775808', 8532, '1960', '1', '{b}'),
	('3', 8507, '0', null, null), ('4', 8507, '99999999999', null, null), ('5', 8507, '1970', '13', null),
	('6', 8507, '1980', '1', null), ('9223372036854775808', 8507, '1980', '1', null);
create table death as select '6' as person_id, '2024-06-10' as death_date;
create table observation_period (
	person_id text, observation_period_start_date text, observation_period_end_date text);
insert into observation_period values
	('6', '2020-01-01', '2019-01-01'), ('6', '2020-01-01', '2020-03-31'), ('6', '2020-01-01', '2022-03-31'),
	('6', '2020-01-01', 'soon'), ('6', 'soon', '2021-01-01'), ('6', 'later', '2021-01-01'),
	('6', 'later', '2021-01-01'), ('6', null, '2022-01-01');
create domain day as date;
create table visit_occurrence (
	visit_occurrence_id integer, person_id text, visit_concept_id integer, visit_start_date day, visit_end_date day);
insert into visit_occurrence values
	(1, '-9223372036854775808', 9201, '2024-01-01', '2024-01-05'),  -- twice: its cost counts once
	(1, '-9223372036854775808', 9201, '2024-01-01', '2024-01-05'),
	(2, '-9223372036854775808', 9201, '1900-01-01', '2024-02-05'),  -- before birth, and would be one with all others
	(3, '-9223372036854775808', 9201, '2025-03-20', '2025-04-05'),
	(4, '-9223372036854775808', 9201, '2025-04-03', '2025-04-20'),  -- after the data day
	(5, '6', 9201, '2024-06-01', '2024-06-12'), (6, '6', 9201, '2024-06-11', '2024-06-20'),  -- after death
	(7, '99', 9201, '2024-01-01', '2024-01-02'), (8, null, 9201, '2024-01-01', '2024-01-02'),
	(9, '6', 262, '2024-03-03', '2024-03-01'), (9, '6', 262, '2024-03-01', '2024-03-03'),  -- the second can be
	(null, '6', 9202, '2024-03-01', null), (null, '6', 9202, '2024-03-02', null);
create table cost as select 1 as cost_event_id, 'Visit' as cost_domain_id, 100 as total_paid;
create table condition_occurrence as
select 1 as condition_occurrence_id, '-9223372036854775808' as person_id, 0 as condition_concept_id,
	date '2024-01-01' as condition_start_date, 1 as visit_occurrence_id, 'I10' as condition_source_value;
create table cdm_source as select '2025-03-31' as source_release_date;
reset search_path;
call ph.create_views_from('omop', 'odd {person}''s\1%s', 'made {visit_occurrence} "%I\1', materialise => true,
	options => '{"small_area": "{person}''", "day_order": null}');
set search_path = "made {visit_occurrence} ""%I\1";
select person_id, birth_date from person order by birth_date;
select person_id, start_date, end_date from registration order by person_id;
select encounter_id, pod, start_date, end_date, cost from encounter order by encounter_id collate "C";
select relation, part, what, rows, example
from source_count
where kind = 'set aside'
order by relation, part, what;
reset search_path;

-- a domain is read as what it is of, in whatever form the session writes days
call ph.create_views_from('omop', 'odd {person}''s\1%s', 'looked');
set datestyle = 'German';
select count(*) from looked.encounter;
set datestyle = 'ISO, YMD';

-- what a map reads, and of which it says nothing; no last day
call ph.copy_source_map('omop', 'maps');
update maps.source_rows set source_rows = '{measurement} m where {nothing} is null' where relation = 'measurement';
call ph.create_views_from('omop', 'odd {person}''s\1%s', 'other', maps => 'maps');
call ph.create_views_from('omop', 'odd {person}''s\1%s', 'other', data_day => 'infinity');
drop schema "odd {person}'s\1%s", "made {visit_occurrence} ""%I\1", looked, maps cascade;

-- a baby of 365 days, and ages and years beyond any
create schema odd;
create table odd.hes_apc as
select '2425' as fyear, person as epikey, person as pseudo_hesid, 'RAA' as procode3, day as admidate, day as epistart,
	day as disdate, '21' as admimeth, age as startage, born as mydob
from (
	values ('a', '2024-12-31', '7007', '012024'), ('b', '2024-12-31', '99999999999', '021980')
) r (person, day, age, born);
call ph.create_views_from('hes', 'odd', 'made', options => '{"sentinel_days": "soon"}');
call ph.create_views_from('hes', 'odd', 'made', materialise => true, options => '{"sentinel_days": null}');
select person_id, birth_date from made.person order by person_id;
select what, rows from made.source_count where relation = 'person' and kind = 'remark';
drop schema made cascade;
create table odd.patients as
select id, '1950-01-01' as birthdate, '' as deathdate from unnest('{a,b,c}'::text[]) id;
create table odd.encounters as
select id, 'a' as patient, '2023-01-01' as start, '2023-01-02' as stop, 'wellness' as encounterclass
from unnest(array['1', null, null]) id;
create table odd.payer_transitions as
select *
from (values ('a', '1990', '2020'), ('b', '0', '2020'), ('c', '1990', '99999999999'),
	('a', '1980', '1989'), ('a', '1970', '1979')) t (patient, start_year, end_year);
call ph.create_views_from('synthea', 'odd', 'made', materialise => true);
table made.registration;
select relation, what, rows from made.source_count where kind = 'set aside' order by relation, what;
-- a map is one SELECT a part, that of the data day too
call ph.copy_source_map('synthea', 'odd', 'hostile');
update odd.source_rows
set source_rows = '{encounters} e) x; drop table odd.encounters; select * from (select current_date as start) e'
where relation = 'data_day';
call ph.create_views_from('hostile', 'odd', 'other', maps => 'odd');
select to_regclass('odd.encounters') is not null as still_there, to_regnamespace('other') as other;
drop schema odd, made cascade;
