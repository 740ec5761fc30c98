-- What a partner who may ask for some rows tries in order to learn of others: each channel, and what closes it.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_keeper;
create role regress_analyst login;
create role regress_other;
create role regress_everywhere;
create role regress_reader;
select format('grant create on database %I to regress_keeper', current_database()) \gexec
grant pg_read_all_data to regress_reader;

-- two places; in the other one a code that nobody here has, and a value that is no number
set role regress_keeper;
call ph.create_shared_tables('health');
insert into health.place (place_id, place_kind)
values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('I1', 'ICB24'), ('G1', 'PRACTICE');
insert into health.place_parent values ('A1', 'D1'), ('A2', 'D2'), ('D1', 'I1'), ('D2', 'I1');
insert into health.data_day values ('2024-06-30');
insert into health.person (person_id, birth_date, sex)
select 'P' || i, date '1950-01-01' + i, 'F' from generate_series(1, 400) i;
insert into health.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 2, '2020-01-01' from generate_series(1, 400) i;
insert into health.registration (person_id, practice_code, start_date)
select 'P' || i, 'G1', '2020-01-01' from generate_series(1, 400) i;
insert into health.clinical_event (person_id, event_date, code_system, code, description)
select 'P' || 1 + i % 400, '2021-01-01', 'ICD10', case when i % 2 = 0 then 'B20' else 'I10' end,
	case when i % 2 = 0 then 'secret' else '1' end
from generate_series(1, 4000) i;
call ph.create_population_views('health', neighbourhood => 'none');
call ph.create_sharing_tables('health');
insert into health.may_use select person_id, purpose from health.person, ph.purpose();
call ph.secure('health');
call ph.grant_access('health', 'regress_analyst', 'analyst');
call ph.grant_access('health', 'regress_other', 'analyst');
call ph.grant_access('health', 'regress_everywhere', 'analyst');
insert into health.entitlement (role, level, place, purpose, until)
values ('regress_analyst', 'place', 'D1', 'planning', null), ('regress_everywhere', 'national', null, 'planning', null);
call ph.refresh_access('health');
analyze health.clinical_event;
reset role;
select code, access_place, count(*) from health.clinical_event group by 1, 2 order by 1, 2;

-- ---- a function of one's own in WHERE sees no row that is hidden, in tables and in views ----
grant create on schema public to regress_analyst;
set session authorization regress_analyst;
create function pg_temp.tell(value text) returns boolean
language plpgsql cost 0.0001
as $$
begin
	if value in ('B20', 'A2') then
		raise warning 'told of %', value;
	end if;
	return true;
end
$$;
select count(code) as events from health.clinical_event where pg_temp.tell(code);
select count(*) as addresses from health.residence where pg_temp.tell(lsoa21_code);
select count(*) as stays from health.stay where pg_temp.tell(small_area);
select count(*) as people from health.person_at('2024-01-01') where pg_temp.tell(small_area);
select count(*) as register from health.register where pg_temp.tell(condition);
-- without TEMP and without a schema of one's own there is none
reset session authorization;
select format('revoke temporary on database %I from public', current_database()) \gexec
revoke create on schema public from regress_analyst, public;
set session authorization regress_analyst;
select has_database_privilege(current_database(), 'temporary') as may_make_temporary;
create function public.other() returns integer language sql return 1;

-- ---- error text: a cast that fails on hidden rows is not tried on them ----
select sum(description::integer) from health.clinical_event;
select count(*) from health.clinical_event where description::integer = 1;
select count(*) from health.clinical_event where 1 / (description <> 'secret')::integer = 1;

-- ---- copies, joins, locks, keys ----
copy (select distinct code from health.clinical_event) to stdout;
select distinct lsoa21_code from health.residence r join health.clinical_event e using (person_id);
select count(*) from health.person where person_id = 'P1';
select person_id from health.person where person_id = 'P1' for update;
delete from health.person;

-- ---- estimates: those of a code that only others have tell of it, unless its column has no statistics ----
reset session authorization;
create schema estimate;
grant usage on schema estimate to public;
create function estimate.rows(query text) returns float8
language plpgsql
as $$
declare
	plan json;
begin
	execute 'explain (format json) ' || query into plan;
	return plan -> 0 -> 'Plan' -> 'Plan Rows';
end
$$;
set session authorization regress_analyst;
select estimate.rows('select code from health.clinical_event where code = ''B20''')
	> estimate.rows('select code from health.clinical_event where code = ''X99''') as told_by_statistics;
select count(*) as statistics from pg_stats where schemaname = 'health' and tablename = 'clinical_event';
select count(*) as samples from pg_statistic;
reset session authorization;
alter table health.clinical_event alter code set statistics 0;
delete from pg_statistic
where starelid = 'health.clinical_event'::regclass and staattnum = (
	select attnum from pg_attribute where attrelid = starelid and attname = 'code');
analyze health.clinical_event;
select count(*) as columns_with_statistics
from pg_stats
where schemaname = 'health' and tablename = 'clinical_event' and attname = 'code';
set session authorization regress_analyst;
select estimate.rows('select code from health.clinical_event where code = ''B20''')
	> estimate.rows('select code from health.clinical_event where code = ''X99''') as told_without_statistics;
reset session authorization;

-- ---- settings of the session are no authority ----
set session authorization regress_analyst;
set row_security = off;
select count(person_id) from health.person;
reset row_security;
set health.place = 'D2';
set health.who = 'regress_everywhere';
set search_path = pg_temp, health;
select count(person_id) from person where person_id = 'P1';
reset search_path;
set role regress_everywhere;
-- nor is the session's day: an entitlement that ended yesterday is not in force west of here
reset session authorization;
update health.entitlement
set until = (now() at time zone 'UTC')::date - 1
where role = 'regress_analyst';
set session authorization regress_analyst;
set timezone = '<-24>+24';
select count(person_id) from health.person;
reset timezone;
reset session authorization;
update health.entitlement set until = null where role = 'regress_analyst';

-- ---- the functions of the policies tell nobody of others ----
set session authorization regress_analyst;
select health.scope('place', 'regress_analyst') as mine, health.scope('place', 'regress_other') as others,
	health.may_ask('health.person', 'regress_everywhere') as others_may;
select role from health.entitlement;

-- ---- a function of one's own lends nobody its rows; a view does, if it has the rights of its owner ----
-- which analysts cannot make, who may create nothing in any schema
reset session authorization;
create schema lent authorization regress_everywhere;
set role regress_everywhere;
grant usage on schema lent to public;
create view lent.person as select person_id from health.person;
grant select on lent.person to public;
create function lent.count_persons() returns bigint
language sql security definer
return (select count(person_id) from health.person);
select count(*) as own, lent.count_persons() as by_function from lent.person;
reset role;
set session authorization regress_analyst;
select count(*) as in_view, lent.count_persons() as by_function from lent.person;
reset session authorization;
alter view lent.person set (security_invoker = true);
set session authorization regress_analyst;
select count(*) as in_invoker_view from lent.person;
reset session authorization;
select has_schema_privilege('regress_analyst', 'health', 'create') as may_create;
-- nor does a view put together the purpose of who owns it and the places of who asks
create view lent.mixed as select person_id from health.person;
alter view lent.mixed owner to regress_analyst;
grant select on lent.mixed to regress_other;
insert into health.entitlement (role, level, place, purpose) values ('regress_other', 'place', 'D2', 'research');
call ph.refresh_access('health');
set role regress_other;
select (select count(*) from lent.mixed) as by_view, count(person_id) as own from health.person;
reset role;
delete from health.entitlement where role = 'regress_other';
call ph.refresh_access('health');

-- ---- another role, the same session and plan ----
alter role regress_analyst noinherit;
grant regress_other, regress_everywhere to regress_analyst;
set session authorization regress_analyst;
set plan_cache_mode = force_generic_plan;
prepare persons as select count(person_id) from health.person;
execute persons;
set role regress_everywhere;
execute persons;
set role regress_other;
execute persons;
reset role;
execute persons;
reset session authorization;

-- ---- who may read all tables may not read all rows ----
set role regress_reader;
select count(*) from health.person;
select count(*) from health.may_use;
reset role;

set client_min_messages = error;
drop schema health, estimate, lent cascade;
select format('grant temporary on database %I to public', current_database()) \gexec
drop owned by regress_keeper, regress_analyst, regress_other, regress_everywhere, regress_reader;
drop role regress_keeper, regress_analyst, regress_other, regress_everywhere, regress_reader;
