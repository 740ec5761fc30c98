-- Who may touch which rows: rows seen are rows owed, by rules recomputed here from how the people were made up.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_owner;
create role regress_loader;
create role regress_group;
create role regress_login login;
create role regress_bypass bypassrls;
select format('create role regress_%s; create role regress_%1$s_national', purpose) from ph.purpose() \gexec
select format('grant create on database %I to regress_owner', current_database()) \gexec

-- ---- sixty people, some of whom moved, some of whom are registered with nobody ----
set role regress_owner;
call ph.secure('health');
call ph.create_shared_tables('health');
insert into health.place (place_id, place_kind)
values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('A3', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('D3', 'LAD24'),
	('I1', 'ICB24'), ('I2', 'ICB24'), ('G1', 'PRACTICE'), ('G2', 'PRACTICE'), ('G3', 'PRACTICE');
insert into health.place_parent
values ('A1', 'D1'), ('A2', 'D2'), ('A3', 'D3'), ('D1', 'I1'), ('D2', 'I1'), ('D3', 'I2');
insert into health.place_factor
values ('A1', 'imd2019_decile', '2019', 1), ('A2', 'imd2019_decile', '2019', 5), ('A3', 'imd2019_decile', '2019', 9);
insert into health.data_day values ('2024-06-30');
insert into health.person (person_id, birth_date, sex, ethnicity_code)
select 'P' || i, date '1950-01-01' + i * 200, (array['F', 'M'])[1 + i % 2], (array['A', 'M', 'Z'])[1 + i % 3]
from generate_series(1, 60) i;
insert into health.residence (person_id, lsoa21_code, start_date, end_date)
select 'P' || i, 'A' || 1 + i % 3, date '2020-01-01', case when i % 5 = 0 then date '2022-01-01' end
from generate_series(1, 60) i
union all
select 'P' || i, 'A' || 1 + (i + 1) % 3, '2022-01-01', null from generate_series(5, 60, 5) i;
insert into health.registration (person_id, practice_code, start_date)
select 'P' || i, 'G' || 1 + i % 3, '2020-01-01' from generate_series(1, 55) i;
insert into health.encounter (encounter_id, person_id, pod, start_date, end_date, cost, primary_icd10)
select i, 'P' || 1 + i % 60, (array['GP', 'AE', 'NEL'])[1 + i % 3], date '2019-06-01' + i * 3,
	date '2019-06-01' + i * 3, 10, case when i % 6 = 2 then 'B20.0' when i % 3 = 2 then 'J44' end
from generate_series(1, 600) i;
insert into health.clinical_event (person_id, event_date, code_system, code)
select 'P' || 1 + i % 60, date '2020-06-01' + i * 2, 'ICD10', (array['E11.9', 'B20.1', 'I10', 'J44', 'J45'])[1 + i % 5]
from generate_series(1, 600) i;
insert into health.measurement (person_id, measure_date, code_system, code, value)
select 'P' || i, '2024-01-01', 'SNOMED', '60621009', 20 + i % 20 from generate_series(1, 60) i;
insert into health.enrolment (person_id, programme, start_date)
select 'P' || i, 'walks', case when i % 2 = 0 then date '2021-06-01' end from generate_series(1, 60, 3) i;
insert into health.wait (person_id, pathway, clock_start)
select 'P' || i, 'W' || i, '2021-12-01' from generate_series(1, 60, 2) i;
insert into health.external_score (person_id, name, version, scored_on, value)
select 'P' || i, 'risk', '1', '2022-01-01', i from generate_series(1, 60, 2) i;
insert into health.ethnicity (person_id, ethnicity_code) select person_id, ethnicity_code from health.person;
insert into health.code_list
values ('copd', '1', 'ICD10', 'J44', 'prefix'), ('hiv', '1', 'ICD10', 'B20', 'prefix');
create table health.visit (person_id text, visited_on date, nhs_number text);
insert into health.visit select 'P' || i, '2021-01-01', '999' from generate_series(1, 61) i;
call ph.create_population_views('health', neighbourhood => 'none');
call ph.create_segment_inputs('health');
call ph.create_calendar('health', '2021-01-01', '2024-12-31');
call ph.create_segment_tables('health');
call ph.create_segment_view('london_matrix', '2013', 'health.segment_input', 'health.london', missing => 'unknown');

-- ---- what is refused ----
call ph.secure('health');
call ph.create_sharing_tables('health');
call ph.create_sharing_tables('health');
call ph.create_sharing_tables('nowhere');
call ph.create_sharing_tables('ph');
call ph.secure('health', '[]');
call ph.secure('health', '{"visits": null}');
call ph.secure('health', '{"visit": "seen_on"}');
call ph.secure('health', '{"place": null}');
call ph.secure('health', '{"person": "birth_date"}');
call ph.refresh_access('health');
call ph.grant_access('health', 'regress_research', 'analyst');
select ph.left_out('health', 'planning');
select ph.left_out(null, 'planning');
-- policies need tables
begin;
alter table health.wait rename to kept_wait;
create view health.wait as select * from health.kept_wait;
call ph.secure('health');
rollback;
reset role;
set role regress_research;
call ph.secure('health');
reset role;
set role regress_owner;
\set VERBOSITY terse
insert into health.entitlement (role, level, place, purpose) values ('regress_group', 'national', 'D1', 'research');
insert into health.entitlement (role, level, purpose) values ('regress_group', 'place', 'research');
insert into health.entitlement (role, level, place, purpose) values ('regress_group', 'place', 'D1', 'curiosity');
insert into health.entitlement (role, level, place, purpose) values ('regress_group', 'place', 'D1', 'research');
insert into health.entitlement (role, level, place, purpose) values ('regress_group', 'place', 'D2', 'planning');
insert into health.entitlement (role, level, place, purpose, until)
values ('regress_group', 'place', 'D2', 'planning', '2020-01-01');
update health.entitlement set until = null where role = 'regress_group';
delete from health.entitlement;
insert into health.may_use values ('P1', 'curiosity');
\set VERBOSITY default

-- ---- secured ----
insert into health.may_use
select 'P' || i, p.purpose
from generate_series(1, 61) i, ph.purpose() with ordinality p (purpose, description, n)
where (i + n) % 4 <> 0;
insert into health.restricted_code
values ('ICD10', 'B20', 'prefix', 'law', '{direct_care,planning}', 'this test'),
	('ICD10', 'B20.1', 'exact', 'sensitive', '{direct_care}', 'this test'),
	('ICD10', 'J45', 'exact', 'third_party', '{}', 'this test');
call ph.secure('health', '{"visit": "visited_on"}');
call ph.secure('health');
-- nothing of the extension holds up a policy or what it calls
select count(*) as built_on_the_extension
from pg_depend d
join pg_depend member on member.classid = d.refclassid and member.objid = d.refobjid and member.deptype = 'e'
join pg_extension e on e.oid = member.refobjid and e.extname = 'population_health'
where (d.classid, d.objid) in (
	select 'pg_policy'::regclass, oid from pg_policy where polrelid::regclass::text like 'health.%'
	union all
	select 'pg_proc'::regclass, oid
	from pg_proc
	where pronamespace = 'health'::regnamespace and proname in ('scope', 'may_ask', 'keep_one_purpose'));
select relrowsecurity and relforcerowsecurity as secured, count(*), string_agg(relname, ' ' order by relname)
from pg_class c
where relnamespace = 'health'::regnamespace and relkind in ('r', 'p')
	and exists (select from pg_attribute where attrelid = c.oid and attname = 'person_id')
group by 1;
select proname, prosecdef, provolatile, proparallel, proconfig
from pg_proc
where pronamespace = 'health'::regnamespace and proname in ('scope', 'may_ask')
order by proname;
-- the owner sees and writes all rows, as before
select count(*) from health.person;
select problem, relation, found
from ph.check_shared_tables('health')
where problem not in ('empty relation', 'before birth', 'list without events');

-- ---- grants ----
select format('call ph.grant_access(''health'', ''regress_%s'', ''analyst'');
	call ph.grant_access(''health'', ''regress_%1$s_national'', ''analyst'');
	insert into health.entitlement (role, level, place, purpose)
	values (''regress_%1$s'', ''place'', ''elsewhere'', ''%1$s'');
	insert into health.entitlement (role, level, purpose) values (''regress_%1$s_national'', ''national'', ''%1$s'')',
	purpose)
from ph.purpose() \gexec
call ph.refresh_access('health');
call ph.grant_access('health', 'regress_nobody', 'analyst');
call ph.grant_access('health', 'regress_group', 'king');
call ph.grant_access('health', 'regress_bypass', 'analyst');
call ph.grant_access('health', 'regress_owner', 'aggregate');
call ph.revoke_access('health', 'regress_nobody');
select kind, count(*), count(columns) as by_column from ph.access_kind(), ph.access_grants('health', kind) group by kind
order by kind;
select relation, columns from ph.access_grants('health', 'analyst') where relation in ('person', 'visit');

-- ---- what is owed, from how the people were made up ----
reset role;
create schema truth;
create function truth.area(i integer, day date) returns integer
language sql immutable
return case when i % 5 = 0 and (day < '2020-01-01' or day >= '2022-01-01' or day is null) then 1 + (i + 1) % 3
	else 1 + i % 3 end;
create function truth.plan_says(query text, pattern text) returns boolean
language plpgsql
as $$
declare
	line text;
begin
	for line in execute 'explain ' || query loop
		if line ~ pattern then
			return true;
		end if;
	end loop;
	return false;
end
$$;
create view truth.dated as
select 'person' as relation, person_id as key, person_id, null::date as day, null::text[] as unless from health.person
union all
select 'residence', concat(person_id, start_date), person_id, start_date, null from health.residence
union all
select 'registration', concat(person_id, start_date), person_id, start_date, null from health.registration
union all
select 'encounter', encounter_id, person_id, start_date,
	case when primary_icd10 like 'B20%' then '{direct_care,planning}'::text[] end
from health.encounter
union all
select 'clinical_event', concat(person_id, event_date, code), person_id, event_date,
	case code when 'B20.1' then '{direct_care}'::text[] when 'J45' then '{}' end
from health.clinical_event
union all
select 'measurement', concat(person_id, value), person_id, measure_date, null from health.measurement
union all
select 'enrolment', concat(person_id, start_date), person_id, start_date, null from health.enrolment
union all
select 'wait', pathway, person_id, clock_start, null from health.wait
union all
select 'external_score', concat(person_id, value), person_id, scored_on, null from health.external_score
union all
select 'ethnicity', person_id, person_id, null, null from health.ethnicity;
-- who is registered with nobody is in no stay, and nowhere
create table truth.row as
select relation, key, person_id, unless, case when i <= 55 then case area when 3 then 'I2' else 'I1' end end as system,
	case when i <= 55 then 'D' || area end as place, case when i <= 55 then 'G' || 1 + i % 3 end as practice
from truth.dated, lateral (select substr(person_id, 2)::integer as i) p, lateral (select truth.area(i, day) as area) a;
create function truth.owed(purpose text, everywhere boolean, places text[]) returns text[]
language sql stable security definer
begin atomic
	select coalesce(array_agg(r.relation || ' ' || r.key order by r.relation, r.key), '{}')
	from truth.row r
	where (everywhere or array[r.system, r.place, r.practice] && places)
		and (r.unless is null or purpose = any (r.unless))
		and exists (select from health.may_use u where u.person_id = r.person_id and u.purpose = owed.purpose);
end;
grant usage on schema truth to public;
create view truth.seen with (security_invoker = true) as
select array_agg(d.relation || ' ' || d.key order by d.relation, d.key) as seen from truth.dated d;
alter view truth.dated set (security_invoker = true);
grant select on truth.dated, truth.seen, truth.row to public;

-- one role: what it sees of each table, and that it is what is owed
insert into health.entitlement (role, level, place, purpose)
values ('regress_planning', 'place', 'D1', 'planning'), ('regress_planning', 'practice', 'G3', 'planning');
set role regress_planning;
select relation, count(*) from truth.dated group by relation order by relation;
select count(person_id) as persons, count(death_date) as died from health.person;
select seen = truth.owed('planning', false, '{D1,G3}') as rows_owed, cardinality(seen) from truth.seen;
select * from health.person;
select nhs_number from health.visit;
select may_use_research from health.person;
insert into health.person (person_id, birth_date) values ('X', '2000-01-01');
update health.person set sex = 'F';
reset role;
set role regress_planning_national;
select seen = truth.owed('planning', true, '{}') as rows_owed, cardinality(seen) from truth.seen;
reset role;

-- a thousand sets of entitlements, drawn anew from one seed
create temp table wrong (n integer, role text, seen integer, owed integer);
do $$
declare
	purpose text;
	who text;
	places text[];
	national boolean;
	rows_seen text[];
	rows_owed text[];
begin
	perform setseed(0.5);
	for n in 1 .. 1000 loop
		purpose := (array(select p.purpose from ph.purpose() p))[1 + floor(random() * 6)];
		national := random() < 0.1;
		who := concat('regress_', purpose, case when national then '_national' end);
		delete from health.entitlement where role = who and level <> 'national' and place <> 'elsewhere';
		-- of some the last day has come, or was yesterday
		with drawn as (
			insert into health.entitlement (role, level, place, purpose, until)
			select who, (array['system', 'place', 'practice'])[1 + k / 4],
				(array['I1', 'I2', 'I3', 'I4', 'D1', 'D2', 'D3', 'D4', 'G1', 'G2', 'G3', 'G4'])[1 + k], purpose,
				(statement_timestamp() at time zone 'UTC')::date
					+ (array[-1, 0, 1, null])[1 + floor(random() * 4)::integer]
			from generate_series(0, 11) k
			where random() < 0.15
			returning *
		)
		select coalesce(array_agg(place) filter (
			where until is null or until >= (statement_timestamp() at time zone 'UTC')::date), '{}')
		into places
		from drawn;
		execute 'set local role ' || who;
		select coalesce(s.seen, '{}') into rows_seen from truth.seen s;
		reset role;
		rows_owed := truth.owed(purpose, national, places);
		if rows_seen <> rows_owed then
			insert into wrong values (n, who, cardinality(rows_seen), cardinality(rows_owed));
		end if;
	end loop;
end
$$;
select count(*) as sets_with_wrong_rows from wrong;
select count(*) from truth.row;

-- views and functions that were made over these tables answer as they do over a copy of the rows that are owed
create procedure truth.compare(who text, purpose text, places text[])
language plpgsql
as $$
declare
	owed constant text[] := truth.owed(purpose, false, places);
	part record;
	here text;
	there text;
begin
	drop schema if exists owed cascade;
	create schema owed;
	for part in select distinct relation from truth.row loop
		execute format('create table owed.%I as select * from health.%1$I with no data', part.relation);
	end loop;
	insert into owed.person select * from health.person where 'person ' || person_id = any (owed);
	insert into owed.residence
	select * from health.residence where concat('residence ', person_id, start_date) = any (owed);
	insert into owed.registration
	select * from health.registration where concat('registration ', person_id, start_date) = any (owed);
	insert into owed.encounter select * from health.encounter where concat('encounter ', encounter_id) = any (owed);
	insert into owed.clinical_event
	select * from health.clinical_event where concat('clinical_event ', person_id, event_date, code) = any (owed);
	insert into owed.measurement
	select * from health.measurement where concat('measurement ', person_id, value) = any (owed);
	foreach part.relation in array '{place,place_parent,place_factor,code_list,code_map,data_day,calendar}'::text[] loop
		execute format('create table owed.%I as table health.%1$I', part.relation);
	end loop;
	call ph.create_population_views('owed', 'LSOA21', 'none', 'LAD24', 'ICB24', 'imd2019_decile');
	call ph.create_segment_inputs('owed');
	call ph.create_segment_view('london_matrix', '2013', 'owed.segment_input', 'owed.london', missing => 'unknown');
	for part in
		select quote_ident(v.relation) as call from ph_support.population_view() v where v.relation <> 'practice_ladder'
		union all
		values ('london'), ('person_at(''2021-06-01'')'), ('person_at(''2023-06-01'')'),
			('person_period(''[2021-01-01,2023-01-01)'')'), ('person_period(''[2021-01-01,2023-01-01)'', ''NEL'')'),
			('segment_inputs(''2022-06-01'')')
	loop
		execute 'set local role ' || who;
		execute format('select md5(string_agg(v::text, E''
'' order by v::text)) from health.%s v', part.call) into here;
		reset role;
		execute format('select md5(string_agg(v::text, E''
'' order by v::text)) from owed.%s v', part.call) into there;
		if here is distinct from there then
			raise warning '% is another for %', part.call, who;
		end if;
	end loop;
end
$$;
delete from health.entitlement where place <> 'elsewhere';
insert into health.entitlement (role, level, place, purpose)
values ('regress_planning', 'system', 'I1', 'planning'), ('regress_research', 'place', 'D2', 'research'),
	('regress_payment', 'practice', 'G1', 'payment'), ('regress_payment', 'place', 'D3', 'payment'),
	('regress_direct_care', 'system', 'I1', 'direct_care'), ('regress_direct_care', 'system', 'I2', 'direct_care');
call truth.compare('regress_planning', 'planning', '{I1}');
call truth.compare('regress_research', 'research', '{D2}');
call truth.compare('regress_payment', 'payment', '{G1,D3}');
call truth.compare('regress_direct_care', 'direct_care', '{I1,I2}');
set role regress_direct_care;
select count(*) as people, count(*) filter (where hiv) as hiv from health.segment_input;
reset role;
set role regress_planning;
select condition, count(*) from health.register group by condition;
reset role;

-- ---- who asks, and when ----
-- members that inherit have what the role has; two purposes at once see nothing until one is chosen
grant regress_planning, regress_group to regress_login;
set session authorization regress_login;
select count(person_id) > 0 as inherited from health.person;
reset session authorization;
grant regress_research to regress_login;
set session authorization regress_login;
select count(person_id) as with_two_purposes from health.person;
set role regress_planning;
select count(person_id) > 0 as planning, bool_and(person_id in (
	select u from unnest(truth.owed('planning', false, '{I1}')) o, substr(o, 8) u)) as owed from health.person;
set role regress_research;
select count(person_id) > 0 as research from health.person;
-- revoked while the session is open
reset role;
reset session authorization;
begin;
set local session authorization regress_login;
set local role regress_research;
select count(person_id) > 0 as before from health.person;
reset role;
reset session authorization;
update health.entitlement set until = '2020-01-01' where role = 'regress_research' and place = 'D2';
set local session authorization regress_login;
set local role regress_research;
select count(person_id) as after from health.person;
rollback;
-- a national role loses all at once, although the policy still names it; its places come back with the policies
begin;
delete from health.entitlement where role = 'regress_planning_national';
insert into health.entitlement (role, level, place, purpose)
values ('regress_planning_national', 'place', 'D1', 'planning');
set local role regress_planning_national;
select count(person_id) as policies_behind from health.person;
reset role;
call ph.refresh_access('health');
set local role regress_planning_national;
select seen = truth.owed('planning', false, '{D1}') as rows_owed from truth.seen;
rollback;
-- a new role sees nothing before the policies know it
begin;
call ph.grant_access('health', 'regress_group', 'analyst');
insert into health.entitlement (role, level, purpose) values ('regress_group', 'national', 'evaluation');
set local role regress_group;
select count(person_id) as not_yet from health.person;
reset role;
call ph.refresh_access('health');
set local role regress_group;
select seen = truth.owed('evaluation', true, '{}') as rows_owed from truth.seen;
reset role;
call ph.revoke_access('health', 'regress_group');
set local role regress_group;
select count(person_id) from health.person;
rollback;

-- ---- loads, stored stays, segments, folds ----
set role regress_owner;
insert into health.person (person_id, birth_date) values ('P70', '1990-01-01');
insert into health.may_use values ('P70', 'planning');
insert into health.residence (person_id, lsoa21_code, start_date) values ('P70', 'A1', '2020-01-01');
insert into health.registration (person_id, practice_code, start_date) values ('P70', 'G1', '2020-01-01');
set role regress_planning;
select count(person_id) as not_yet from health.person where person_id = 'P70';
call ph.refresh_access('health');
select ph.left_out('health', 'planning');
call ph.store_stays('health');
call ph.record_segments('health', 'health.london', '2024-06-30');
reset role;
set role regress_owner;
call ph.refresh_access('health');
call ph.store_stays('health');
call ph.record_segments('health', 'health.london', '2024-06-30');
call ph.grant_access('health', 'regress_planning', 'analyst');
select count(*) as noted from health.changed_person where person_id is not null;
set role regress_planning;
select count(person_id) as now from health.person where person_id = 'P70';
select count(*) > 0 and count(*) = count(*) filter (where system = 'I1') as of_i1 from health.stay;
select count(*) = (select count(*) from health.person_at('2024-06-30')) as of_mine
from ph.segments_at('health', 'london_matrix', '2024-06-30');
set role regress_owner;
-- who moves takes the rows along, and only what changed is written
update health.residence set lsoa21_code = 'A3' where person_id = 'P70';
select distinct person_id, relation from health.changed_person order by 1;
create temp table before as select ctid as at, person_id from health.person;
call ph.refresh_stays('health');
select p.person_id, p.access_place
from health.person p
where not exists (select from before b where b.person_id = p.person_id and b.at = p.ctid);
select count(*) from health.changed_person where person_id is not null;
drop table before;
-- folds of the owner see all, are not repeated, and nobody else's are made
call ph.create_measure_tables('health');
call ph.fold_measures('health', '{gp_contacts}', '{2023,2024}', purpose => 'planning');
create temp table folded as select period, folded_at from health.measure_fold;
call ph.fold_measures('health', '{gp_contacts}', '{2023,2024}', purpose => 'planning');
select f.period, f.people, f.folded_at = was.folded_at as kept
from health.measure_fold f
join folded was using (period)
order by f.period;
drop table folded;
select count(*) from health.measure_person;
grant all on all tables in schema health to regress_planning;
set role regress_planning;
set client_min_messages = error;  -- up to PostgreSQL 16 ANALYZE says that it may not
call ph.fold_measures('health', '{gp_contacts}', '{2023}', refold => true, purpose => 'planning');
set client_min_messages = warning;
select count(*) as contributions from health.measure_person;
select count(*) as queue from health.changed_person;
select count(*) as may_use from health.may_use;
set role regress_owner;
revoke all on all tables in schema health from regress_planning;
call ph.grant_access('health', 'regress_planning', 'analyst');
-- a policy that only looks like ours is one like any other
begin;
create or replace function health.may_ask(target regclass, who name) returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
return true;
select ph_support.row_security_hides('health.person', 'regress_owner') as hides;
rollback;
begin;
create policy mine on health.person as restrictive for select using (sex = 'F');
select ph_support.row_security_hides('health.person', 'regress_owner') as hides;
call ph.fold_measures('health', '{gp_contacts}', '{2023}', refold => true, purpose => 'planning');
rollback;
begin;
create policy mine on health.person as restrictive for select
using ((select health.may_ask('health.person', current_user)) or sex = 'F');
select ph_support.row_security_hides('health.person', 'regress_owner') as hides;
rollback;
select ph_support.row_security_hides('health.person', 'regress_owner') as hides,
	ph_support.row_security_hides('health.person', 'regress_planning_national') as of_national;

-- ---- who is left out, by whom it is ----
reset role;
select reason, breakdown, group_name, people, people_in_all, rows
from ph.left_out('health', 'planning')
where breakdown <> 'deprivation_quintile';
select l.people = (
		select count(*)
		from health.person p
		where not exists (
			select from health.may_use u where u.person_id = p.person_id and u.purpose = 'planning')) as people,
	r.rows = (
		select count(*) from truth.row where unless is not null and not 'planning' = any (unless)) as rows
from ph.left_out('health', 'planning') l, ph.left_out('health', 'planning') r
where (l.reason, l.breakdown) = ('may_use', 'all') and (r.reason, r.breakdown) = ('restricted_code', 'all');
select ph.left_out('health', 'curiosity');
-- a published set, and again without one of its codes
create table health.published (code text, term text);
insert into health.published values ('I10', 'x'), ('J44', 'y');
select format from ph.code_list_format() group by format order by format;
call ph.load_restricted_codes('health', 'opencodelists', 'health.published', 'sensitive', 'set', '{payment}', null,
	'ICD10');
select code, restricted_unless, count(*) from health.clinical_event group by 1, 2 order by 1, 2;
delete from health.published where code = 'I10';
call ph.load_restricted_codes('health', 'opencodelists', 'health.published', 'sensitive', 'set', '{payment}', null,
	'ICD10');
select code, restricted_unless from health.clinical_event where code in ('I10', 'J44') group by 1, 2 order by 1;
call ph.load_restricted_codes('health', 'opencodelists', 'health.published', 'odd', 'set');
call ph.load_restricted_codes('health', 'opencodelists', 'health.published', 'law', 'set', '{odd}');
call ph.load_restricted_codes('health', 'opencodelists', 'health.published', 'law', null);

-- ---- other kinds of role ----
call ph.grant_access('health', 'regress_loader', 'loader');
set role regress_loader;
insert into health.person (person_id, birth_date) values ('P71', '1990-01-01');
select count(*) from health.person;
select count(*) from health.may_use;
reset role;
call ph.grant_access('health', 'regress_loader', 'steward');
set role regress_loader;
insert into health.may_use values ('P71', 'planning');
select count(*) > 100 as all_listed from health.may_use;
insert into health.entitlement (role, level, place, purpose) values ('regress_group', 'place', 'D1', 'research');
select count(*) from health.person;
reset role;
call ph.grant_access('health', 'regress_loader', 'auditor');
set role regress_loader;
select count(*) from health.entitlement where role = 'regress_group';
select count(*) from health.may_use;
reset role;
call ph.grant_access('health', 'regress_loader', 'aggregate');
set role regress_loader;
select count(*) from health.measure_place;
select count(*) from health.measure_tally;
select count(*) from health.entitlement;
reset role;
call ph.revoke_access('health', 'regress_loader');
grant regress_owner to regress_loader;
call ph.grant_access('health', 'regress_loader', 'analyst');
revoke regress_owner from regress_loader;
drop role regress_loader;

-- ---- plans: workers, and the index where a place is narrow ----
set role regress_owner;
create table health.many (person_id text, day date, amount integer);
insert into health.many select 'P' || 1 + i % 60, date '2019-06-01' + i % 1800, i from generate_series(1, 20000) i;
call ph.secure('health', '{"many": "day"}');
analyze health.many;
grant select on health.many to regress_planning, regress_planning_national;
set min_parallel_table_scan_size = 0;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set role regress_planning_national;
\set many '''select count(*), sum(amount) from health.many'''
select truth.plan_says(:many, 'Gather') as by_workers, truth.plan_says(:many, 'access_|SubPlan|scope') as by_place;
set role regress_planning;
select truth.plan_says(:many, 'Gather') as by_workers, truth.plan_says(:many, 'SubPlan|scope') as by_row;
set enable_seqscan = off;
select truth.plan_says(:many, 'Gather') as by_workers, truth.plan_says(:many, 'Index Cond.*access_place') as by_index;
select count(*) from health.many;
reset all;
reset role;
select count(*) from health.many m where truth.area(substr(m.person_id, 2)::integer, m.day) in (1, 2)
	and substr(m.person_id, 2)::integer <= 55 and exists (
		select from health.may_use u where u.person_id = m.person_id and u.purpose = 'planning');
-- where nodes ask, without a subquery: the same rows
begin;
set local role regress_owner;
do $$
declare
	part record;
	old name;
	wanted constant jsonb := jsonb_agg(to_jsonb(d)) from ph_support.distributed_policy('health', 'health.many', true) d;
begin
	for old in select polname from pg_policy where polrelid = 'health.many'::regclass loop
		execute format('drop policy %I on health.many', old);
	end loop;
	for part in select * from jsonb_to_recordset(wanted) p (name text, roles text[], definition text) loop
		execute format('create policy %I on health.many ', part.name)
			|| format(part.definition, array_to_string(part.roles, ', '));
	end loop;
end
$$;
set local role regress_planning;
select truth.plan_says(:many, 'InitPlan|SubPlan') as by_subquery;
select count(*) from health.many;
set local role regress_owner;
select ph_support.row_security_hides('health.many', 'regress_owner') as hides, count(*) from health.many;
rollback;

-- ---- without the extension ----
begin;
set local client_min_messages = error;
drop extension population_health cascade;
set local role regress_planning;
select count(person_id) > 0 and bool_and(person_id in (select key from truth.row where relation = 'person'
	and system = 'I1' union values ('P70'))) as of_i1 from health.person;
set local role regress_research_national;
select count(person_id) from health.person;
rollback;
begin;
set local client_min_messages = error;
drop extension population_health cascade;
select count(*) as policies from pg_policy where polrelid = 'health.person'::regclass;
delete from health.entitlement;
set local role regress_planning;
select count(person_id) from health.person;
rollback;

-- ---- another owner ----
create role regress_second;
call ph.grant_access('health', 'regress_second', 'owner');
set role regress_second;
select count(*) from health.person;
call ph.refresh_access('health');
set role regress_planning;
select count(person_id) > 0 as as_before from health.person;
reset role;

set client_min_messages = error;
drop schema health, truth cascade;
select format('drop owned by regress_%s, regress_%1$s_national; drop role regress_%1$s, regress_%1$s_national', purpose)
from ph.purpose() \gexec
drop schema owed cascade;
drop owned by regress_owner, regress_group, regress_login, regress_second;
drop role regress_owner, regress_group, regress_login, regress_bypass, regress_second;
