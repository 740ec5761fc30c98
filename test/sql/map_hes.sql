-- Hospital Episode Statistics to shared tables: a miniature with a person for every rule of the map, whose name says
-- what is asked of it; answers that are stated can be counted by hand.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create schema mini;

-- nothing of it is there, no name of the person, an option that is none
call ph.create_views_from('hes', 'mini', 'made');
create table mini.hes_op (fyear text, apptdate text, attended text);
call ph.create_views_from('hes', 'mini', 'made');
drop table mini.hes_op;

create table mini.hes_apc (
	fyear text, epikey text, pseudo_hesid text, admidate text, admimeth text, classpat text, disdate text,
	dismeth text, epistart text, epiend text, epiorder text, epistat text,
	spelend text, procode3 text, provspnops text, startage text,
	mydob text, sex text, ethnos text, lsoa11 text, msoa11 text, resladst_ons text,
	gpprac text, diag_4_01 text, diag_4_02 text, opertn_4_01 text, opdate_01 text);
create procedure pg_temp.admit(
	epikey text, person text, admidate text, admimeth text, disdate text, more jsonb default '{}')
language sql
as $$
	insert into mini.hes_apc
	select (jsonb_populate_record(null::mini.hes_apc, jsonb_build_object('fyear', '2324', 'epikey', epikey,
		'pseudo_hesid', person, 'admidate', admidate, 'admimeth', admimeth, 'disdate', disdate,
		'epistart', admidate, 'epiend', disdate, 'classpat', '1', 'dismeth', '1', 'epiorder', '1', 'epistat', '3',
		'spelend', 'Y', 'procode3', 'RAA', 'startage', '40', 'sex', '2', 'ethnos', 'Z', 'diag_4_01', 'R69X',
		'diag_4_02', '-', 'opertn_4_01', '-   ') || more)).*;
$$;
-- a spell is a provider's number; its method and diagnosis are those of the first episode, its end the discharge
call pg_temp.admit('11', 'spell', '2023-05-01', '21', '2023-05-09', '{"provspnops": "S1", "epiorder": "2",
	"epistart": "2023-05-04", "diag_4_01": "A170D"}');
call pg_temp.admit('12', 'spell', '2023-05-01', '21', '1800-01-01', '{"provspnops": "S1", "epiend": "2023-05-04",
	"diag_4_01": "I10X", "diag_4_02": "E11.9", "opertn_4_01": "K40.1", "opdate_01": "2023-05-02", "spelend": "N"}');
call pg_temp.admit('13', 'spell', '2023-05-01', '21', '2023-05-03', '{"provspnops": "S2"}');
-- without a number it is the person, provider and day
call pg_temp.admit('21', 'no number', '2023-05-01', '11', '2023-05-03');
call pg_temp.admit('22', 'no number', '2023-05-01', '13', '2023-05-03', '{"epiorder": "2"}');
call pg_temp.admit('23', 'no number', '2023-05-01', '2A', '2023-05-03', '{"procode3": "RBB"}');
-- the same number of two people is not one spell
call pg_temp.admit('24', 'shared number', '2023-05-01', '12', '2023-05-03', '{"provspnops": "S1"}');
call pg_temp.admit('31', 'transfers', '2023-05-01', '81', '2023-05-03', '{"diag_4_01": "I489"}');
call pg_temp.admit('32', 'transfers', '2023-06-01', '2B', '2023-06-03');
-- regular attendances are no spells, and none with the spell of the day
call pg_temp.admit('41', 'regular', '2023-05-01', '11', '2023-05-01', '{"classpat": "3"}');
call pg_temp.admit('42', 'regular', '2023-05-01', '12', '2023-05-01', '{"classpat": "4", "epiorder": "2"}');
call pg_temp.admit('43', 'regular', '2023-05-01', '12', '2023-05-01', '{"classpat": "2", "epiorder": "3"}');
-- unfinished and finished: by key, and by spell and order; unfinished alone counts
call pg_temp.admit('51', 'unfinished', '2023-05-01', '22', '1800-01-01', '{"epistat": "1", "spelend": "N",
	"diag_4_01": "C509"}');
call pg_temp.admit('51', 'unfinished', '2023-05-01', '22', '2023-05-08', '{"diag_4_01": "C500"}');
call pg_temp.admit('52', 'unfinished', '2023-07-01', '22', '1800-01-01', '{"epistat": "1", "spelend": "N"}');
call pg_temp.admit('53', 'unfinished', '2023-07-01', '22', '2023-07-08');
call pg_temp.admit('54', 'unfinished', '2024-03-01', '22', '1800-01-01', '{"epistat": "1", "spelend": "N"}');
-- no day of discharge: the last end of an episode, or open; open long before the data day is remarked
call pg_temp.admit('61', 'ends', '2023-05-01', '23', '1801-01-01', '{"provspnops": "E1", "epiend": "2023-05-05"}');
call pg_temp.admit('62', 'ends', '2023-05-01', '23', '1801-01-01', '{"provspnops": "E1", "epiorder": "2",
	"epiend": "2023-05-11"}');
call pg_temp.admit('63', 'ends', '2022-05-01', '24', '', '{"spelend": "N", "epiend": "2022-06-01"}');
-- codes
call pg_temp.admit('71', 'codes', '2023-05-01', '25', '2023-05-02', '{"diag_4_01": "I10X,E119", "diag_4_02": "X!",
	"opertn_4_01": "K401", "opdate_01": "1800-01-01"}');
-- death is the end of a spell; the day of death counts, a later one does not
call pg_temp.admit('81', 'died', '2023-05-01', '28', '2023-05-10', '{"dismeth": "4"}');
call pg_temp.admit('82', 'died', '2023-05-10', '11', '2023-05-10', '{"procode3": "RBB"}');
call pg_temp.admit('83', 'died', '2023-05-11', '21', '2023-05-12');
-- days that cannot be
call pg_temp.admit('91', 'days', '1800-01-01', '21', '2023-05-03');
call pg_temp.admit('92', 'days', '2023-05-03', '21', '2023-05-01', '{"diag_4_01": "C509"}');
call pg_temp.admit('93', 'days', '2024-04-01', '21', '2024-04-02');
call pg_temp.admit('94', 'days', '2023-13-01', '21', '2023-05-01');
call pg_temp.admit('95', 'days', '2023-08-01', '2C', '2023-08-01');
call pg_temp.admit('95', 'days', '2023-08-01', '2C', '2023-08-01');
call pg_temp.admit('96', null, '2023-08-01', '21', '2023-08-01');
-- methods that are neither
call pg_temp.admit('a1', 'methods', '2023-05-01', '31', '2023-05-02');
call pg_temp.admit('a2', 'methods', '2023-06-01', '82', '2023-06-02');
call pg_temp.admit('a3', 'methods', '2023-07-01', '99', '2023-07-02');
call pg_temp.admit('a4', 'methods', '2023-08-01', '2d', '2023-08-02');
-- births: by month; by age; by both; babies; contradictions; unknown
call pg_temp.admit('b1', 'born by month', '2023-05-20', '12', '2023-05-20', '{"mydob": "021980", "startage": null}');
call pg_temp.admit('b2', 'born by age', '2023-05-20', '12', '2023-05-20', '{"startage": "40.0"}');
call pg_temp.admit('b3', 'born by two ages', '2023-05-20', '12', '2023-05-20', '{"startage": "40"}');
call pg_temp.admit('b4', 'born by two ages', '2023-05-31', '12', '2023-05-31', '{"startage": "41"}');
call pg_temp.admit('b5', 'born here', '2023-05-20', '82', '2023-05-22', '{"startage": "7001", "mydob": "052023"}');
call pg_temp.admit('b6', 'baby of weeks', '2023-05-20', '21', '2023-05-22', '{"startage": "7003"}');
call pg_temp.admit('b7', 'baby of this month', '2023-05-10', '21', '2023-05-12', '{"startage": null, "mydob": "52023",
	"dismeth": "4"}');
call pg_temp.admit('b8', 'contradiction', '2023-05-20', '12', '2023-05-20', '{"startage": "20", "mydob": "011900"}');
call pg_temp.admit('b9', 'contradiction', '2023-06-20', '12', '2023-06-20', '{"startage": "60", "mydob": "121582"}');
call pg_temp.admit('ba', 'no birth', '2023-05-20', '12', '2023-05-20', '{"startage": null, "mydob": "121582"}');
call pg_temp.admit('bb', 'born, day unknown', '1800-01-01', '12', '1800-01-01', '{"mydob": "031980"}');
-- sex, ethnicity, addresses: the latest that is known
call pg_temp.admit('c1', 'latest', '2023-05-20', '12', '2023-05-20', '{"sex": "1", "ethnos": "4", "lsoa11": "E01000001",
	"msoa11": "E02000001", "resladst_ons": "E09000001", "gpprac": "A81001"}');
call pg_temp.admit('c2', 'latest', '2023-06-20', '12', '2023-06-20', '{"sex": "2", "ethnos": "A", "lsoa11": "E01000002",
	"msoa11": "E02000001", "resladst_ons": "E09000001", "gpprac": "V81999"}');
call pg_temp.admit('c3', 'latest', '2023-07-20', '12', '2023-07-20', '{"sex": "9", "ethnos": "99",
	"lsoa11": "E99999999", "gpprac": "&"}');
call pg_temp.admit('c4', 'latest', '2023-08-20', '12', '2023-08-20', '{"sex": "0", "ethnos": "9",
	"lsoa11": "E01000001"}');
call pg_temp.admit('c5', 'white', '2023-08-20', '12', '2023-08-20', '{"ethnos": "0", "sex": "8"}');
call pg_temp.admit('c6', 'odd', '2023-08-20', '12', '2023-08-20', '{"ethnos": "Q"}');

create table mini.hes_op (
	fyear text, attendkey text, pseudo_hesid text, apptdate text, attended text, apptage text, sex text, procode3 text,
	lsoa21 text, diag_4_01 text, opertn_4_01 text);
insert into mini.hes_op values
	('2324', '1', 'latest', '2023-09-01', '5', '40.0', '0', 'RAA', 'E01000009', 'R69X', E'&\t '),
	('2324', '2', 'latest', '2023-09-02', '6', '40.0', '0', 'RAA', null, '', 'X999'),
	('2324', '3', 'latest', '2023-09-03', '3', '40.0', '0', 'RAA', null, 'C509', null),
	('2324', '4', 'latest', '2023-09-04', null, '40.0', '0', 'RAA', null, 'C509', null),
	('2324', '1', 'latest', '2023-09-01', '5', '40.0', '0', 'RAA', 'E01000009', 'R69X', E'&\t ');
create table mini.hes_ae (
	fyear text, aekey text, encrypted_hesid text, arrivaldate text, aeattendcat text, arrivalage text, procode3 text);
insert into mini.hes_ae values
	('2223', '1', 'attends', '2022-09-01', '1', '39', 'RAA'), ('2324', '2', 'attends', '2023-09-01', '2', '40', 'RAA'),
	('2324', '3', 'attends', '2023-09-02', '3', '40', 'RAA'), ('2324', '4', 'attends', '2023-09-03', '9', '40', 'RAA');
create table mini.hes_ecds (
	fyear text, ec_ident text, token_person_id text, arrival_date text, ec_attendance_category text,
	age_at_arrival text, stated_gender text, ethnic_category text, ec_diagnosis_01 text, der_provider_code text);
insert into mini.hes_ecds values
	('2023/24', '1', 'attends', '2023-10-01', '1', '40', '1', 'G', '195967001', 'RAA00'),
	('2023/24', '2', 'attends', '2023-10-02', '4', '40', '1', 'G', '195967001', 'RAA00'),
	('2023/24', '3', 'attends', '2023-10-03', '2', '40', '1', 'G', null, 'RAA00');

call ph.create_views_from('hes', 'mini', 'looked');
call ph.create_views_from('hes', 'mini', 'made', materialise => true);
call ph.create_views_from('hes', 'mini', 'made', materialise => true);
select t.relation
from ph.shared_table() t
where query_to_xml(format(
	'(table looked.%1$I except all table made.%1$I) union all (table made.%1$I except all table looked.%1$I)',
	t.relation), false, true, '')::text <> '';
select day from made.data_day;

-- a row of the source is used, or set aside under one fault
select relation, part, kind, what, sum(rows) as rows, min(example) as example
from made.source_count
group by relation, part, kind, what
order by relation, part, kind desc, what;
select part, sum(rows) = case part
		when 'hes_apc' then (select count(*) from mini.hes_apc)
		when 'hes_op' then (select count(*) from mini.hes_op)
		when 'hes_ae' then (select count(*) from mini.hes_ae)
		when 'hes_ecds' then (select count(*) from mini.hes_ecds) end as every_row_is_counted
from made.source_count
where relation = 'encounter' and kind <> 'remark'
group by part
order by part;

select encounter_id, person_id, pod, start_date, end_date, los_days as los, admission_method as method, primary_icd10,
	provider_code as provider
from made.encounter
order by encounter_id collate "C";
select encounter_id, person_id, event_date, code_system, code, position, source
from made.clinical_event
where code <> 'R69'
order by encounter_id collate "C", event_date, code_system, position, code;
select p.person_id, p.birth_date, p.sex, p.ethnicity_code as ethnicity, p.death_date
from made.person p
order by p.person_id collate "C";
-- what a birth by age leaves possible: the middle of the days on which somebody of that age can have been born
select p.person_id, d.earliest, d.latest, p.birth_date = d.earliest + (d.latest - d.earliest) / 2 as middle
from (
	values
		('born by age', date '1982-05-21', date '1983-05-20'),
		('born by two ages', date '1982-05-21', date '1982-05-31'),
		('baby of weeks', date '2023-04-22', date '2023-05-13'),
		('baby of this month', date '2023-05-01', date '2023-05-10'),
		('contradiction', date '1962-06-21', date '1963-06-20')
) d (person_id, earliest, latest)
left join made.person p using (person_id)
where p.birth_date is distinct from d.earliest + (d.latest - d.earliest) / 2;
select * from made.ethnicity where records > 0 or ethnicity_code is not null order by person_id collate "C";
select person_id, lsoa21_code, start_date, end_date from made.residence order by person_id, start_date;
select place_id, place_kind from made.place order by place_id;
select * from made.place_parent order by place_id, parent_id;

-- there is no list of people: who was seen counts, and a rate is NULL with a note
select count(*) as people, count(distinct person_id) as distinct_people
from made.person_at('2024-03-31');
select count(distinct person_id) = (
		select count(distinct person_id)
		from made.encounter
		where start_date >= '2023-04-01') as who_was_seen,
	sum(events) as admissions, (ph.crude_rate(ph.person_tally(age, events, years))).*
from made.person_period('[2023-04-01,2024-04-01)', 'NEL')
where stay > 0;
select sum(events + events_outside) = (
		select count(*)
		from made.encounter
		where pod = 'NEL' and start_date >= '2023-04-01') as every_admission
from made.person_period('[2023-04-01,2024-04-01)', 'NEL');

-- places that were brought with the source, of which the map says nothing more
create table mini.area (lsoa text, msoa text, la text, la_name text, imd numeric);
insert into mini.area values
	('E01000001', 'E02000001', 'E09000001', 'Harbour', 3), ('E01000002', 'E02000001', 'E09000001', 'Harbour', 8);
call ph.create_places('mini', 'select * from mini.area', 'LSOA11',
	'{"LSOA11": "lsoa", "MSOA11": "msoa", "LAD24": "la"}', '{"LAD24": "la_name"}', '{"imd_decile": "imd"}', '2019');
call ph.create_views_from('hes', 'mini', 'made', materialise => true,
	options => '{"place": "LAD24", "small_area": "LSOA11"}');
select place_id, place_kind, name from made.place order by place_id;
select person_id, small_area, place, neighbourhood, deprivation_decile
from made.person_at('2023-08-25')
where person_id = 'latest';
-- what is made from a source has no places of its own to fill: the source's are
call ph.create_places('made', 'select * from mini.area', 'LSOA11', '{"LSOA11": "lsoa"}');
call ph.create_places('looked', 'select * from mini.area', 'LSOA11', '{"LSOA11": "lsoa"}');
drop schema mini, looked, made cascade;
