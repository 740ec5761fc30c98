-- The linter of what is shared: nothing of a schema that our own procedures secured, and each kind appears when it is
-- made and goes when its remedy is run.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_f_owner;
create role regress_f_analyst;
create role regress_f_national;
create role regress_f_steward;
create role regress_f_auditor;
create role regress_f_aggregate;
create role regress_f_loader;
create role regress_f_caseworker;
create role regress_f_bookkeeper;
create role regress_f_other;
create role regress_f_dump login bypassrls in role regress_f_owner;
select format('grant create, temporary on database %I to regress_f_owner', current_database()) \gexec


set role regress_f_owner;
call ph.create_shared_tables('health');
insert into health.place (place_id, place_kind)
values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('I1', 'ICB24'), ('G1', 'PRACTICE');
insert into health.place_parent values ('A1', 'D1'), ('A2', 'D2'), ('D1', 'I1'), ('D2', 'I1');
insert into health.data_day values ('2024-06-30');
insert into health.person (person_id, birth_date, sex, ethnicity_code)
select 'P' || i, date '1950-01-01' + i * 200, (array['F', 'M'])[1 + i % 2], 'A' from generate_series(1, 40) i;
insert into health.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 2, '2020-01-01' from generate_series(1, 40) i;
insert into health.registration (person_id, practice_code, start_date)
select 'P' || i, 'G1', '2020-01-01' from generate_series(1, 40) i;
insert into health.encounter (encounter_id, person_id, pod, start_date, end_date)
select i, 'P' || 1 + i % 40, 'NEL', date '2022-06-01' + i, date '2022-06-01' + i from generate_series(1, 200) i;
call ph.create_population_views('health', neighbourhood => 'none');
call ph.create_segment_inputs('health');
call ph.create_calendar('health', '2021-01-01', '2024-06-30');
call ph.create_segment_tables('health');
call ph.create_measure_tables('health');
select * from ph.finding('health');
call ph.create_sharing_tables('health');
call ph.store_stays('health');
insert into health.may_use select 'P' || i, 'planning' from generate_series(1, 38) i;
-- before ph.secure nothing holds
select kind, severity, count(*), min(object) as first, min(remedy) as remedy
from ph.finding('health')
where kind in ('row_security_off', 'policy_altered')
group by kind, severity
order by kind;
call ph.secure('health');
insert into health.entitlement (role, level, place, purpose)
values ('regress_f_analyst', 'place', 'D1', 'planning'), ('regress_f_national', 'national', null, 'planning');
select format('call ph.grant_access(''health'', ''regress_f_%s'', ''%1$s'')', kind)
from ph.access_kind()
where kind <> 'owner' \gexec
call ph.grant_access('health', 'regress_f_national', 'analyst');
call ph.fold_measures('health', '{emergency_admissions}', '{2022/23}', '{system,place}', '{}',
	purpose => 'planning');
reset role;

-- ---- what is so in every new database ----
select kind, severity, replace(object, current_database(), 'DATABASE') as object, finding,
	replace(remedy, current_database(), 'DATABASE') as remedy
from ph.finding('health')
where severity <> 'information';
\set ECHO none
select remedy from ph.finding('health') where kind in ('temporary_open', 'language_open') \gexec
\set ECHO all

-- ---- nothing of what our own procedures made ----
create view found with (security_invoker = true) as
select *
from ph.finding('health', dump_role => 'regress_f_dump')
where severity <> 'information';
grant select on found to public;
select * from found;
select kind, object, finding, remedy from ph.finding('health') where severity = 'information' order by kind, object;
-- owners and stewards read it, others do not
set role regress_f_owner;
select count(*) from found;
set role regress_f_steward;
select count(*) from found;
set role regress_f_analyst;
select * from found;
reset role;
select * from ph.finding(null);
select * from ph.finding('nowhere');
select * from ph.finding('health', 'regress_f_nobody');

-- ---- each kind comes and, by its remedy, goes ----
\set named 'replace(object, current_database(), ''DATABASE'') as object'
\set mended 'replace(remedy, current_database(), ''DATABASE'') as remedy'
\set show 'select kind, severity, ':named', ':mended' from found order by kind, object, remedy'
-- tables and policies
set role regress_f_owner;
alter table health.encounter no force row level security;
alter table health.identity disable row level security;
:show;
select distinct remedy from found order by remedy desc \gexec
alter policy area on health.encounter using (true);
alter policy purpose_planning on health.person using (may_use_planning or birth_date is not null);
alter policy purpose_planning on health.clinical_event using (
	(may_use_planning and restricted_unless is null) or 'planning' = any (restricted_unless));
drop policy may_ask on health.wait;
create policy area on health.may_use using (true);
:show;
select distinct remedy from found order by remedy desc \gexec
insert into health.entitlement (role, level, purpose) values ('regress_f_other', 'national', 'planning');
select kind, severity, count(*), remedy from found group by kind, severity, remedy;
select distinct remedy from found order by remedy desc \gexec
delete from health.entitlement where role = 'regress_f_other';
call ph.refresh_access('health');
create policy shown on health.person for select to regress_f_other using (birth_date < '2000-01-01');
create policy shown on health.release using (true);
:show;
select distinct remedy from found order by remedy desc \gexec
alter policy custodian on health.person to regress_f_owner, regress_f_loader, regress_f_other;
:show;
select distinct remedy from found order by remedy desc \gexec
create or replace function health.may_ask(target regclass, who name) returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as 'begin return true; end';
:show;
select distinct remedy from found order by remedy desc \gexec
create policy slow on health.encounter as restrictive using (pg_has_role(current_user, 'regress_f_owner', 'member'));
create policy slow on health.wait as restrictive using (random() >= 0 and pathway is not null);
:show;
select distinct remedy from found order by remedy desc \gexec
-- asked of a column, or once, is well
create policy quick on health.encounter as restrictive using (
	length(pod) > 0 and (select pg_has_role(current_user, 'regress_f_owner', 'member')));
:show;
drop policy quick on health.encounter;
create index by_cost on health.encounter (cost);
alter table health.wait add column ticket numeric unique;
:show;
select distinct remedy from found order by remedy desc \gexec
-- ways around
create view health.plain as select * from health.person;
create view health.plainer with (security_invoker = false) as select person_id from health.plain;
create materialized view health.kept as select person_id from health.plainer;
:show;
select distinct remedy from found order by remedy desc \gexec
drop view health.plainer, health.plain;
reset role;
create schema regress_f_copy;
create table regress_f_copy.person as select * from health.person;
create table regress_f_copy.kept as select * from health.person;
grant select (person_id) on regress_f_copy.person to regress_f_analyst, public;
create table health.note (person_id text);
alter table health.note owner to regress_f_owner;
:show;
select distinct remedy from found order by remedy desc \gexec
create function regress_f_copy.people() returns bigint
language plpgsql security definer
as 'begin return (select count(*) from health.person); end';
create function regress_f_copy.counted() returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
	select count(*) from health.person;
end;
:show;
select remedy from found order by 1 desc \gexec
-- roles
select kind, object from ph.finding('health') where kind = 'bypasses_policies';
create role regress_f_bypass login bypassrls in role regress_f_analyst;
create role regress_f_login login in role regress_f_bypass;
create role regress_f_super login superuser in role regress_f_analyst;
:show;
select distinct remedy from found order by remedy desc \gexec
:show;
drop role regress_f_bypass, regress_f_login, regress_f_super;
grant create on schema health to public;
grant select on health.place to public;
alter default privileges for role regress_f_owner in schema health grant select on tables to public;
create function health.count_of_places() returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
	select count(*) from health.place;
end;
grant temporary on database :"DBNAME" to public;
grant usage on language plpgsql to public;
:show;
\set ECHO none
select distinct remedy from found order by remedy desc \gexec
\set ECHO all
:show;
drop function health.count_of_places();
grant select on health.measure_tally to regress_f_analyst, regress_f_national;
create table regress_f_copy.tally as select tally from health.measure_tally;
grant select on regress_f_copy.tally to public;
:show;
select distinct remedy from found order by remedy desc \gexec
revoke select on health.measure_tally from regress_f_national;
grant select (person_id) on health.identity to regress_f_steward;
:show;
select distinct remedy from found order by remedy desc \gexec
grant select on health.person to regress_f_steward;
:show;
select remedy from found where kind = 'steward_reads_rows' \gexec
:show;
call ph.grant_access('health', 'regress_f_steward', 'steward');
:show;
grant select (person_id) on health.wait to regress_f_other;
:show;
select distinct remedy from found order by remedy desc \gexec
-- entitlements
create role regress_f_gone;
insert into health.entitlement (role, level, place, purpose, until)
values ('regress_f_gone', 'place', 'D1', 'planning', null),
	('regress_f_other', 'place', 'D1', 'planning', '2020-01-01');
drop role regress_f_gone;
select kind, severity, object, substr(remedy, 1, 73) as remedy from found;
select distinct remedy from found order by remedy desc \gexec
insert into health.entitlement (role, level, place, purpose) values ('regress_f_other', 'place', 'D1', 'research');
call ph.refresh_access('health');
:show;
insert into health.may_use values ('P1', 'research');
:show;
-- guards
alter table health.release disable trigger refuse_change;
drop trigger keep_one_purpose on health.entitlement;
:show;
select distinct remedy from found order by remedy desc \gexec
-- numbers
create table regress_f_copy.numbered (n ph.nhs_number);
create view regress_f_copy.wrong as select n from regress_f_copy.numbered where n = '9434765919';
create view regress_f_copy.also_wrong as select n from regress_f_copy.numbered where n = any ('{9434765919}');
create view regress_f_copy.turned as select n from regress_f_copy.numbered where '9434765919' <> n;
create view regress_f_copy.well as select n from regress_f_copy.numbered
where n = ph.nhs_number '9434765919' or n in ('9434765919', '9434765870');
:show;
drop view regress_f_copy.wrong, regress_f_copy.also_wrong, regress_f_copy.turned;
:show;

-- ---- choices ----
drop view found;
create view found as
select *
from ph.finding('health', dump_role => 'regress_f_dump')
where kind <> 'not_audited';
create statistics health.together on ethnicity_code, sex from health.person;
insert into health.clinical_event (person_id, event_date, code_system, code)
select 'P' || i, '2022-01-01', 'ICD10', 'E11' from generate_series(1, 40) i;
analyze health.clinical_event;
select kind, severity, object, substr(remedy, 1, 40) as remedy from found order by kind, object;
select distinct remedy from found order by remedy desc \gexec
:show;
set log_parameter_max_length_on_error = -1;
set log_statement = 'mod';
:show;
\set ECHO none
select distinct remedy from found order by remedy desc \gexec
\set ECHO all
\c
:show;
call ph.fold_measures('health', '{emergency_admissions}', '{2022/23}', '{system,place,practice}', '{}',
	purpose => 'planning');
:show;

-- all is well again, and the rows seen are those of the place who may be used
drop table regress_f_copy.numbered cascade;
set role regress_f_analyst;
select count(*) from health.person;
reset role;
-- ---- the roles go again ----
set client_min_messages = warning;
drop schema regress_f_copy, health cascade;
drop view found;
select format('drop owned by %s; drop role %1$s', rolname) from pg_roles
where rolname like 'regress\_f\_%'
order by rolname \gexec
-- other tests share the database
grant temporary on database :"DBNAME" to public;
grant usage on language plpgsql to public;
alter database :"DBNAME" reset log_parameter_max_length;
alter database :"DBNAME" reset log_parameter_max_length_on_error;
