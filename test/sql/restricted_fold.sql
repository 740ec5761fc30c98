-- What is folded for a purpose: people who may be used for it, without rows whose code is restricted for it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create role regress_fold_owner;
create schema f authorization regress_fold_owner;
set role regress_fold_owner;
call ph.create_shared_tables('f');
insert into f.place values ('S', 'ICB24', 'System'), ('L', 'LAD24', 'Place'), ('A', 'LSOA21', 'Area');
insert into f.place_parent values ('A', 'L'), ('L', 'S');
insert into f.person (person_id, birth_date, sex) select 'P' || i, '1970-01-01', 'F' from generate_series(1, 100) i;
insert into f.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A', '2015-01-01' from generate_series(1, 100) i;
insert into f.clinical_event (person_id, event_date, code_system, code)
select 'P' || i, '2024-05-01', 'SNOMED', case when i % 2 = 0 then '111' else '222' end from generate_series(1, 60) i;
insert into f.data_day values ('2025-03-31');
call ph.create_population_views(
	'f', neighbourhood => 'LAD24', place => 'LAD24', system => 'ICB24', population => 'resident');
call ph.create_calendar('f', '2024-01-01', '2025-12-31');
call ph.create_measure_tables('f');
insert into f.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('our_codes', '1', 'Codes', 'Codes a year.', 'rate', 'a year', 'neither', 'output', 'quality', 'care', 'this test',
	 'select person_id, event_date, 1 as amount from {clinical_event}', '{sex}', '{financial_year}');
call ph.create_sharing_tables('f');
insert into f.may_use
select 'P' || i, p
from generate_series(1, 90) i, unnest('{planning,direct_care}'::text[]) p
where p <> 'planning' or i <= 80;
insert into f.restricted_code (code_system, code, match, class, purposes, source) values
	('SNOMED', '222', 'exact', 'law', '{direct_care}', 'this test');

-- a purpose is said, known, and its policies there
call ph.fold_measures('f', '{our_codes}', '{2024/25}');
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'curiosity');
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'planning');
call ph.secure('f');
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'planning');
select purpose, people, events, left_out from f.measure_fold;
-- by hand
select count(*) as people, (
	select count(*)
	from f.clinical_event
	join f.may_use u using (person_id)
	where u.purpose = 'planning' and code <> '222') as events, (
	select count(*) from f.person p where not exists (
		select from f.may_use u where u.person_id = p.person_id and u.purpose = 'planning')) as left_out
from f.may_use
where purpose = 'planning';
select distinct purpose from f.measure_tally;

-- two purposes are not mixed, unless all is folded anew
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'direct_care');
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'direct_care', refold => true);
select purpose, people, events, left_out from f.measure_fold;
-- a new list makes it out of date
delete from f.may_use where person_id = 'P1';
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'direct_care');
select purpose, people, events, left_out from f.measure_fold;
-- a measure that says what it is for
insert into f.measure (
	measure, version, name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds, purpose)
select measure, '2', name, meaning, indicator, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds, 'planning'
from f.measure
where measure = 'our_codes';
call ph.fold_measures('f', '{our_codes}', '{2024/25}');
call ph.fold_measures('f', '{our_codes}', '{2024/25}', purpose => 'direct_care');
select version, purpose, people, events, left_out from f.measure_fold order by version;
-- a setting only narrows, and who sees less than all does not fold
set population_health.purpose = 'planning';
select count(*) from f.clinical_event;
call ph.fold_measures('f', '{our_codes}', '{2024/25}', refold => true);
reset population_health.purpose;
select count(*) from f.clinical_event;
reset role;
-- who bypasses row security would fold what is restricted
call ph.fold_measures('f', '{our_codes}', '{2024/25}', refold => true);

set client_min_messages = error;
drop schema f cascade;
drop owned by regress_fold_owner;
drop role regress_fold_owner;
