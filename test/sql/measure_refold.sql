-- What a fold must not lose, count twice or take for up to date, and whose tables it reads: 90 people in two places.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

call ph.create_shared_tables('r');
insert into r.place
values ('S', 'ICB24', 'System'), ('L1', 'LAD24', 'Hill'), ('L2', 'LAD24', ''), ('W', 'Old ward', 'Ward'),
	('A1', 'LSOA21', null), ('A2', 'LSOA21', null), ('G', 'PRACTICE', 'Practice'),
	('unknown', 'LSOA21', 'not known');
insert into r.place_parent
values ('L1', 'S'), ('L2', 'S'), ('A1', 'L1'), ('A2', 'L2'), ('A1', 'W');
insert into r.person (person_id, birth_date, sex, death_date)
select i, date '1934-06-01' + i * 365, case i % 2 when 0 then 'F' else 'M' end,
	case when i % 30 = 0 then date '2025-01-01' end
from generate_series(1, 90) i;
insert into r.registration (person_id, practice_code, start_date)
select i, 'G', '2020-01-01' from generate_series(1, 90) i;
insert into r.residence (person_id, lsoa21_code, start_date)
select i, 'A' || 1 + i % 2, '2020-01-01' from generate_series(1, 90) i;
insert into r.encounter (encounter_id, person_id, pod, start_date)
select i, 1 + i % 90, 'GP', date '2024-04-01' + i % 365 from generate_series(1, 400) i;
insert into r.data_day values ('2025-03-31');
call ph.create_population_views('r', neighbourhood => 'none');
call ph.create_measure_tables('r');
begin;
drop table r.calendar cascade;
call ph.fold_measures('r', '{gp_contacts}');
rollback;
call ph.create_calendar('r', '2023-01-01', '2025-12-31');
insert into r.breakdown (breakdown, name, groups, query)
values ('half', 'half', array['old', 'young'], 'select person_id, ''old'' as group_name from {person}');
create view r.made_visit as select person_id, start_date as event_date, 1 as amount from r.encounter;
\set names 'measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns'
\set measure 'insert into r.measure (':names')'
:measure values ('ours', '1', 'Ours', 'Contacts.', 'dsr', 'u', 'lower', 'output', 'quality', 'care', 'this test',
	'select person_id, event_date, amount from {made_visit}', '{sex by age_band,half}');

-- a level or breakdown that is asked for later stands beside those that were folded, also when the data are others
call ph.fold_measures('r', '{ours}', '{2024/25}', '{system}', '{half}');
call ph.fold_measures('r', '{ours}', '{2024/25}', '{place}', '{}');
update r.data_day set day = '2025-03-30';
call ph.fold_measures('r', '{ours}', '{2024/25}', '{place}', '{}');
select level, breakdown, count(*) from r.measure_tally group by level, breakdown order by level, breakdown;
-- but for refold, which leaves what it is asked for
call ph.fold_measures('r', '{ours}', '{2024/25}', '{place}', '{}', refold => true);
select distinct level, breakdown from r.measure_tally;
call ph.fold_measures('r', '{ours}', '{2024/25}', '{}');

-- groups of ages have crude rates in pairs too
call ph.fold_measures('r', '{ours}', '{2024/25}');
select count(*) as groups, count(value) as with_value
from r.measure_tally
where level = 'system' and breakdown = 'sex by age_band';

-- another query of a breakdown or of a view is another fold
set client_min_messages = notice;
call ph.fold_measures('r', '{ours}', '{2024/25}');
update r.breakdown
set query = 'select person_id, case when birth_date < ''1970-01-01'' then ''old'' else ''young'' end as group_name
	from {person}'
where breakdown = 'half';
call ph.fold_measures('r', '{ours}', '{2024/25}');
create or replace view r.made_visit as select person_id, start_date as event_date, 2 as amount from r.encounter;
call ph.fold_measures('r', '{ours}', '{2024/25}');
set client_min_messages = warning;
select group_name, people, numerator
from r.measure_breakdown
where breakdown = 'half' and level = 'system' and place_id = 'S'
order by group_order;

-- nobody counts twice: a person in two groups, though nobody moved, or a breakdown that is named twice
update r.breakdown
set query = 'select person_id, ''old'' as group_name from {person} union all select ''7'', ''young'''
where breakdown = 'half';
call ph.fold_measures('r', '{ours}', '{2024/25}');
update r.breakdown
set query = 'select person_id, ''old'' as group_name, daterange(null, ''2024-05-01'') as days from {person}
	union all select ''7'', ''young'', daterange(''2024-05-01'', null)'
where breakdown = 'half';
call ph.fold_measures('r', '{ours}', '{2024/25}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, event_date, amount from {made_visit}', '{sex,sex}');
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, event_date, amount from {made_visit}', '{sex,null}');
-- what cannot be folded is not saved
:measure values ('bad', '1', 'B', 'B', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select person_id, event_date, amount from {made_visit}; -- the end', '{}');

-- a survey comes before what is asked beside it, whatever the measures are called; later answers make it due
create table r.survey as
select person_id, date '2024-06-01' as asked_on, person_id::int % 3 > 0 as in_good_health from r.person;
call ph.fold_measures('r', '{healthy_life_expectancy,not_in_good_health}', '{2024/25}', '{system}', '{}');
select note from r.measure_value where measure = 'healthy_life_expectancy';
call ph.fold_measures('r', '{not_in_good_health}', '{2024/25}', '{system}', '{}', refold => true);
set client_min_messages = notice;
call ph.fold_measures('r', '{healthy_life_expectancy}', '{2024/25}', '{system}', '{}');
call ph.fold_measures('r', '{healthy_life_expectancy}', '{2024/25}', '{system}', '{}');
set client_min_messages = warning;

-- kinds of place as they are written have their names; a place that is called unknown is where unknown people are
select level, place_id, place_name, place_kind, parent_id
from r.measure_place
where level in ('place', 'old ward') or place_id = 'unknown'
order by level, place_id;

-- published numbers at levels without a kind of place have no rows
insert into r.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, areas, breakdowns)
values ('published', '1', 'P', 'P', 'rate', 'u', 'lower', 'outcome', 'outcomes', 'care', 's',
	'select place_id, ''financial_year''::text as period_kind, date ''2024-04-01'' as period, 1 as numerator,
		2 as denominator from {place} where place_kind = ''LSOA21''', '{}');
call ph.fold_measures('r', '{published}', '{2024/25}', '{neighbourhood}');
select count(*) from r.measure_tally where measure = 'published';
call ph.fold_measures('r', '{published}', '{2024/25}');
select level, sum(numerator) from r.measure_value where measure = 'published' group by level order by level;

-- whoever is granted views alone folds over them, with ids of any type; a policy that filters for the owner of a view
-- is no less a filter
create role measure_folder;
create role measure_partner;
create schema rv;
grant usage, create on schema rv to measure_partner;
grant usage on schema rv to measure_folder;
select format('grant create on database %I to measure_folder', current_database())
\gexec
select format('create view rv.%1$I as select * from r.%1$I', relation)
from ph.shared_table()
where relation not in ('person', 'residence', 'registration', 'encounter')
union all
values
	('create view rv.person as
		select person_id::integer as person_id, birth_date, sex, ethnicity_code, death_date from r.person'),
	('create view rv.residence as
		select person_id::integer as person_id, lsoa21_code, start_date, end_date from r.residence'),
	('create view rv.registration as
		select person_id::integer as person_id, practice_code, pcn_code, start_date, end_date from r.registration'),
	('create view rv.encounter as
		select encounter_id, person_id::varchar(9) as person_id, pod, start_date, end_date, cost from r.encounter')
\gexec
grant select on all tables in schema rv to measure_folder;
set role measure_folder;
create schema ro;
select format('create view ro.%1$I as select * from rv.%1$I', relation) from ph.shared_table()
\gexec
call ph.create_population_views('ro', neighbourhood => 'none');
call ph.create_calendar('ro', '2023-01-01', '2025-12-31');
call ph.create_measure_tables('ro');
call ph.fold_measures('ro', '{gp_contacts,ethnicity_known,multimorbidity}', '{2024/25}', '{system}', '{}');
select measure, people, numerator, note from ro.measure_value order by measure;
reset role;
alter table r.encounter enable row level security;
create policy some_rows on r.encounter to measure_partner using (person_id < '5');
grant usage on schema r to measure_partner;
grant select on r.encounter to measure_partner;
alter view rv.encounter owner to measure_partner;
set role measure_folder;
call ph.fold_measures('ro', '{gp_contacts}', '{2024/25}', '{system}', '{}', refold => true);
reset role;
call ph.fold_measures('ro', '{gp_contacts}', '{2024/25}', '{system}', '{}', refold => true);
drop owned by measure_folder cascade;
drop owned by measure_partner cascade;
drop role measure_folder;
drop role measure_partner;
drop schema rv, r cascade;
select count(*) from pg_namespace where nspname in ('r', 'rv', 'ro');
