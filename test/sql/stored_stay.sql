-- Stored stays: the rows that are computed, refreshed for those who have changed, whatever way the change came.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_shared_tables('pop');
insert into pop.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('N', 'PCN'), ('G1', 'PRACTICE'),
	('G2', 'PRACTICE');
insert into pop.place_parent values ('L', 'S'), ('A1', 'L'), ('A2', 'L'), ('N', 'L'), ('G1', 'N'), ('G2', 'N');
insert into pop.place_factor values ('A1', 'imd2019_decile', '2019', 1), ('A2', 'imd2019_decile', '2019', 10);
insert into pop.person (person_id, birth_date) select 'p' || i, date '1950-01-01' + i from generate_series(1, 2000) i;
insert into pop.residence select person_id, 'A1', null, birth_date, null from pop.person;
insert into pop.registration
select person_id, case when birth_date < '1953-01-01' then 'G1' else 'G2' end, 'N', date '2000-01-01', null::date
from pop.person
union all
select person_id, 'G2', 'N', '2020-01-01', '2021-01-01'
from pop.person
where person_id like '%7';
insert into pop.data_day values ('2024-03-31');

-- the shared tables on which stays rest as a partner may have them: registrations in partitions
create schema parts;
create table parts.registration (like pop.registration) partition by range (start_date);
create table parts.early partition of parts.registration for values from (minvalue) to ('2010-01-01');
create table parts.late partition of parts.registration for values from ('2010-01-01') to (maxvalue);
insert into parts.registration table pop.registration;
select format('create table parts.%1$I as table pop.%1$I', relation)
from ph.shared_table()
where relation <> 'registration' \gexec

create function pg_temp.differ(schema text) returns bigint
language plpgsql
as $$
declare
	rows bigint;
begin
	execute format('select count(*) from (
			(table %1$I.stay except all table %1$I.computed_stay)
			union all
			(table %1$I.computed_stay except all table %1$I.stay)) d', schema)
	into rows;
	return rows;
end
$$;

-- first the views, then what they say is stored; a day of the data must be there
call ph.store_stays('pop');
call ph.refresh_stays('pop');
call ph.mark_changed('pop', 'person');
call ph.create_population_views('pop');
call ph.create_population_views('parts');
begin;
delete from pop.data_day;
call ph.store_stays('pop');
rollback;
begin;
update pop.data_day set day = current_date + 1;
call ph.store_stays('pop');
rollback;
begin;
alter table pop.residence enable row level security;
call ph.store_stays('pop');
rollback;
begin;
create table pop.stored_stay (mine integer);
call ph.store_stays('pop');
rollback;

create table computed as select * from pop.person_period('[2020-01-01,2024-01-01)');
call ph.store_stays('pop');
call ph.store_stays('parts');
select count(*) as stays, pg_temp.differ('pop') as differ, pg_temp.differ('parts') as of_partitions from pop.stay;
select count(*) as differ
from (
	(table computed except all select * from pop.person_period('[2020-01-01,2024-01-01)'))
	union all
	(select * from pop.person_period('[2020-01-01,2024-01-01)') except all table computed)) d;
select conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = 'pop.stored_stay'::regclass and contype = 'p';
select relname, reltuples from pg_class where oid = 'pop.stored_stay'::regclass;
select count(*) as columns, count(col_description(attrelid, attnum)) as commented
from pg_attribute
where attrelid in ('pop.stored_stay'::regclass, 'pop.changed_person'::regclass, 'pop.place_dimension'::regclass)
	and attnum > 0;
call ph.mark_changed('pop', 'nonsense');

-- whose rows were changed is noted: by every event, before and after an update, and not for a statement without rows
update pop.registration set end_date = '2022-01-01' where person_id = 'p1';
delete from pop.residence where person_id in ('p2', 'p3');
insert into pop.residence values ('p2', 'A2', null, '2001-01-01', null);
insert into pop.person (person_id, birth_date) values ('new', '1990-01-01');
insert into pop.registration values ('new', 'G1', 'N', '2000-01-01', null);
update pop.residence set person_id = 'new' where person_id = 'p4';
update pop.registration set end_date = null where false;
select person_id, relation, count(*) from pop.changed_person group by person_id, relation order by 1, 2;
select pg_temp.differ('pop') > 0 as old;
call ph.refresh_stays('pop');
select pg_temp.differ('pop') as differ, (select count(*) from pop.changed_person) as waiting;
-- only their rows are written
select count(*) filter (where xmin::text <> first.xid) as written, count(*) > 2000 as of_all
from pop.stored_stay, (select xmin::text as xid from pop.stored_stay where person_id = 'p1000') first;

-- straight into a partition, through the parent, into a partition that is new, and by who is not the owner
insert into parts.late values ('p5', 'G1', 'N', '2023-01-01', '2023-06-01');
delete from parts.early where person_id = 'p6';
insert into parts.registration values ('p8', 'G2', 'N', '2022-01-01', '2022-06-01');
select person_id, relation from parts.changed_person order by person_id;
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ;
truncate parts.late;
select person_id, relation from parts.changed_person order by person_id;
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ, (select count(*) from parts.changed_person) as waiting;
alter table parts.registration detach partition parts.late;
create table parts.later partition of parts.registration for values from ('2010-01-01') to (maxvalue);
insert into parts.later values ('p9', 'G1', 'N', '2023-01-01', '2023-06-01');
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ;
-- rows of a partition that is detached go away, and come back with it
alter table parts.registration detach partition parts.later;
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ;
alter table parts.registration attach partition parts.later for values from ('2010-01-01') to (maxvalue);
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ;
insert into parts.later values ('p20', 'G1', 'N', '2023-01-01', null);
call ph.refresh_stays('parts');
drop table parts.later;
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ, (select count(*) from parts.changed_person) as waiting;
create table parts.later partition of parts.registration for values from ('2010-01-01') to (maxvalue);
call ph.refresh_stays('parts');
create role ph_test_loader;
grant usage on schema parts to ph_test_loader;
grant insert on parts.registration to ph_test_loader;
set role ph_test_loader;
insert into parts.registration values ('p10', 'G1', 'N', '2023-01-01', '2023-06-01');
table parts.changed_person;
insert into parts.changed_person (person_id, relation) values ('p1', 'person');
create temp table mine (person_id text);
create trigger mine after insert on mine referencing new table as new_rows for each statement
execute function parts.note_changed_person('person', 'person');
reset role;
drop table mine;
select prosecdef as of_its_owner, proconfig
from pg_proc
where oid = 'parts.note_changed_person()'::regprocedure;
select person_id, relation from parts.changed_person;

-- the queue says what has changed of every table of persons; a refresh of stays takes its own
insert into parts.encounter (encounter_id, person_id, pod, start_date)
values ('1', 'p1', 'GP', '2023-01-01'), ('2', 'p1', 'GP', '2023-01-02');
update parts.encounter set person_id = 'p2' where encounter_id = '2';
delete from parts.encounter where encounter_id = '2';
insert into parts.clinical_event (person_id, event_date, code_system, code)
values ('p1', '2023-01-01', 'ICD10', 'J440');
truncate parts.measurement;
call ph.refresh_stays('parts');
select person_id, relation, count(*) from parts.changed_person group by person_id, relation order by 2, 1;
truncate parts.changed_person;

-- without triggers the loader says it
call ph.refresh_stays('parts');
alter table parts.registration disable trigger user;
update parts.early set end_date = '2003-01-01' where person_id in ('p11', 'p12');
truncate parts.changed_person;
call ph.mark_changed('parts', 'registration', array['p11', 'p12']);
call ph.refresh_stays('parts');
select pg_temp.differ('parts') as differ;
call ph.mark_changed('parts', 'registration');
select person_id, relation from parts.changed_person;

-- the data day, deprivation and places are everybody's; what is granted stays
grant select on pop.stored_stay to ph_test_loader;
grant update (practice) on pop.stored_stay to ph_test_loader;
update pop.data_day set day = '2023-12-31';
update pop.place_factor set value = 5;
delete from pop.place_parent where place_id = 'A2';
call ph.create_population_views('pop');
select person_id, relation from pop.changed_person order by relation;
call ph.refresh_stays('pop');
select pg_temp.differ('pop') as differ, max(end_date) as until,
	has_table_privilege('ph_test_loader', 'pop.stored_stay', 'select') as may_still_read,
	has_column_privilege('ph_test_loader', 'pop.stored_stay', 'practice', 'update') as and_write_a_column
from pop.stay;
-- whoever refreshes, a superuser too, it belongs to who owns the view
alter view pop.stay owner to ph_test_loader;
call ph.mark_changed('pop', 'person');
call ph.refresh_stays('pop');
select relname, relowner::regrole from pg_class where oid in ('pop.stay'::regclass, 'pop.stored_stay'::regclass)
order by relname;
alter view pop.stay owner to current_user;
call ph.store_stays('pop');
select relname
from pg_class
where relnamespace = 'pop'::regnamespace and relname ~ 'stored_stay'
order by relname collate "C";

-- one person is found by an index, and what is stored is computed by workers
create function pg_temp.plan(query text) returns text
language plpgsql
as $$
declare
	plan json;
begin
	execute 'explain (format json) ' || query into plan;
	return plan;
end
$$;
select pg_temp.plan($$select * from pop.person_period('[2023-04-01,2024-04-01)') where person_id = 'p1'$$)
	~ 'stored_stay_pkey' as one_person,
	pg_temp.plan($$select * from pop.person_period('[2023-04-01,2024-04-01)') where small_area = 'A2'$$)
	~ 'stored_stay_small_area_idx' as small_area;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
select pg_temp.plan('create table pop.copy as select * from pop.computed_stay') ~ '"Gather' as workers;
reset all;

-- dropped, all of it goes, and the tables are as they were
set client_min_messages = warning;
call ph.drop_population_views('pop');
select relname
from pg_class
where relnamespace = 'pop'::regnamespace and relkind in ('r', 'v') and relname not in ('data_load', 'calendar')
except
select relation
from ph.shared_table();
insert into pop.registration values ('p1', 'G2', 'N', '2023-01-01', null);
drop table computed;
-- any name of a schema does
\set odd 'O''Hara\\1 50% {person} $body$ $$ é'
call ph.create_shared_tables(:'odd');
insert into :"odd".place select * from pop.place;
insert into :"odd".place_parent select * from pop.place_parent;
insert into :"odd".data_day values ('2024-03-31');
call ph.create_population_views(:'odd', neighbourhood => 'LAD24');
call ph.store_stays(:'odd');
insert into :"odd".person (person_id, birth_date) values ('p1', '1990-01-01');
insert into :"odd".registration values ('p1', 'G1', 'N', '2000-01-01', null);
select person_id, relation from :"odd".changed_person order by relation;
call ph.refresh_stays(:'odd');
select count(*) from :"odd".stay;
call ph.drop_population_views(:'odd');
update :"odd".registration set end_date = '2020-01-01';
drop schema :"odd" cascade;
drop schema pop, parts cascade;
drop role ph_test_loader;
