-- Lists of people are read by opening them: on record before anybody reads, of those alone whom who asks may see.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_l_owner;
create role regress_l_case login;
create role regress_l_other login;
create role regress_l_both login;
create role regress_l_analyst;
create role regress_l_random;
select format('grant create on database %I to regress_l_owner', current_database()) \gexec

-- ---- sixty people in three places ----
set role regress_l_owner;
call ph.create_shared_tables('health');
call ph.create_list('health', 'frail', 'list_frail', 'direct_care', 'frail people');
call ph.create_accountability_tables('health');
insert into health.place (place_id, place_kind)
values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('A3', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('D3', 'LAD24'),
	('I1', 'ICB24'), ('I2', 'ICB24'), ('G1', 'PRACTICE'), ('G2', 'PRACTICE');
insert into health.place_parent
values ('A1', 'D1'), ('A2', 'D2'), ('A3', 'D3'), ('D1', 'I1'), ('D2', 'I1'), ('D3', 'I2');
insert into health.data_day values ('2024-06-30');
insert into health.person (person_id, birth_date) select 'P' || i, '1950-01-01' from generate_series(1, 60) i;
insert into health.residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 3, '2020-01-01' from generate_series(1, 60) i;
insert into health.registration (person_id, practice_code, start_date)
select 'P' || i, 'G' || 1 + i % 2, '2020-01-01' from generate_series(1, 55) i;
insert into health.clinical_event (person_id, event_date, code_system, code)
select 'P' || i, '2023-01-01', 'ICD10', case when i % 4 = 0 then 'B20' else 'J44' end from generate_series(1, 60) i;
call ph.create_population_views('health', neighbourhood => 'none');
begin;
insert into health.score_run (run, score, version, kind, purpose, as_of, content_hash, tiering, data_stamp, people,
	scored, inputs)
values ('winter', 'frailty', '1', 'external', 'direct_care', '2024-04-01', 'x', 'given', 'x', 60, 60, '{bmi}');
insert into health.person_score (person_id, run, value, band, tier, missing_inputs)
select 'P' || i, 'winter', i, 'band ' || i % 2, 1 + i % 3, case when i = 3 then '{bmi}'::text[] else '{}' end
from generate_series(1, 60) i;
commit;

-- ---- lists ----
create view health.with_copd with (security_invoker = true) as
select person_id, max(event_date) as last_record
from health.clinical_event
where code_system = 'ICD10'
group by person_id;
create view health.plain as select person_id from health.person;
create view health.nobody with (security_invoker = true) as select place_id from health.place;
create view health.twice with (security_invoker = true) as
select person_id from health.person union all select person_id from health.person where person_id = 'P3';
call ph.create_list('health', 'Frail', 'with_copd', 'direct_care', 'x');
call ph.create_list('health', 'all', 'with_copd', 'direct_care', 'x');
call ph.create_list('health', null, 'with_copd', 'direct_care', 'x');
call ph.create_list('health', 'copd', 'with_copd', 'curiosity', 'x');
call ph.create_list('health', 'copd', 'with_copd', null, 'x');
call ph.create_list('health', 'copd', 'with_copd', 'direct_care', ' ');
call ph.create_list('health', 'copd', 'person', 'direct_care', 'x');
call ph.create_list('health', 'copd', 'nobody', 'direct_care', 'x');
call ph.create_list('health', 'copd', 'nowhere', 'direct_care', 'x');
call ph.create_list('health', 'copd', null, 'direct_care', 'x');
call ph.create_list('health', 'copd', 'plain', 'direct_care', 'x');
call ph.create_list('health', 'copd', 'with_copd', 'direct_care', 'x', run => 'summer');
call ph.create_list('health', 'copd', 'with_copd', 'planning', 'x', run => 'winter');
grant select on health.with_copd to regress_l_analyst;
call ph.create_list('health', 'copd', 'with_copd', 'direct_care', 'x');
revoke all on health.with_copd from regress_l_analyst;
call ph.create_list('nowhere', 'copd', 'with_copd', 'direct_care', 'x');
call ph.create_list('health', 'copd', 'with_copd', 'direct_care', 'people with a record of COPD');
call ph.create_list('health', 'copd', 'with_copd', 'direct_care', 'people with a record of COPD');
call ph.create_list('health', 'twice', 'twice', 'direct_care', 'somebody twice');
call ph.create_run_list('health', 'frail', 'summer');
call ph.create_run_list('health', 'frail', 'winter', '{}');
call ph.create_run_list('health', 'frail', 'winter', '{1,9,null}');
call ph.create_run_list('health', null, 'winter');
call ph.create_run_list('health', 'frail', 'winter');
call ph.create_run_list('health', 'frail', 'winter');
call ph.create_run_list('health', 'most', 'winter', '{1,2}', 'the first two tiers');
select list, relation, run, purpose, description, made_by = session_user as by_me from health.person_list order by list;
select list, (select count(*) from health.list_frail) as frail, (select count(*) from health.list_most) as most
from health.person_list
where list = 'frail';
select column_name from ph.query_columns('select * from health.list_frail');

-- ---- opened where the schema is not secured: all who are on it and do not object ----
select health.open_list('frail', 'direct_care', 'to try it') as opening;
select count(*) as in_tier_1, min(details::text) from health.opened_list where opening = 1;
select opening, list, purpose, reason, people, objected, role = current_user as role, login = session_user as login
from health.list_opening;
-- what is refused
select health.open_list('frial', 'direct_care', 'x');
select health.open_list(null, 'direct_care', 'x');
select health.open_list('frail', 'planning', 'x');
select health.open_list('frail', null, 'x');
select health.open_list('frail', 'direct_care', ' ');
select health.open_list('frail', 'direct_care', null);
select health.open_list('twice', 'direct_care', 'x');
select count(*) as openings from health.list_opening;
-- what is on record stays
update health.list_opening set reason = 'another';
delete from health.opened_person;
-- no statement on a table above goes past that
create table health.above (like health.list_opening);
create table health.parted (like health.opened_person) partition by list (person_id);
alter table health.list_opening inherit health.above;
alter table health.parted attach partition health.opened_person default;
drop table health.above, health.parted;
-- nor do removals and runs that were restored with the number of a transaction to come
begin;
insert into health.removal (kind, basis, people, transaction, removed_at)
select 'person', 'of another server', 1, (pg_current_xact_id()::text::bigint + i)::text::xid8, '2020-01-01'
from generate_series(1, 50) i;
insert into health.score_run (run, score, version, kind, purpose, as_of, content_hash, tiering, data_stamp, people,
	scored, transaction, recorded_at)
select 'restored ' || i, 'x', '1', 'external', 'direct_care', '2020-01-01', 'x', 'given', 'x', 1, 1,
	(pg_current_xact_id()::text::bigint + i)::text::xid8, '2020-01-01'
from generate_series(1, 50) i;
commit;
begin;
select count(*) from health.removal where transaction = pg_current_xact_id();
delete from health.opened_person;
rollback;
insert into health.person_score (person_id, run)
select 'P1', run from health.score_run where transaction = pg_current_xact_id();

-- ---- objections remove from every opening after them ----
insert into health.person_request (person_id, kind, about, received, answered, outcome)
values ('P3', 'objection', 'frail', '2024-05-01', null, null),
	('P6', 'restriction', 'all', '2024-05-01', '2024-05-02', 'upheld'),
	('P9', 'objection', 'frail', '2024-05-01', '2024-05-02', 'partly_upheld'),
	('P12', 'objection', 'frail', '2024-05-01', '2024-05-02', 'refused'),
	('P15', 'objection', 'all', '2024-05-01', '2024-05-02', 'withdrawn'),
	('P18', 'objection', 'copd', '2024-05-01', null, null),
	('P21', 'review', 'winter', '2024-05-01', null, null),
	('P24', 'correction', 'bmi', '2024-05-01', null, null);
select health.open_list('frail', 'direct_care', 'after objections') as opening \gset
select people, objected from health.list_opening where opening = :opening;
select person_id from health.list_frail except select person_id from health.opened_list where opening = :opening
order by 1;
-- requests go with a removal on record alone
delete from health.person_request;
begin;
insert into health.removal (kind, basis, people) values ('retention', 'this test', 0);
delete from health.person_request;
commit;

-- ---- secured: who may see whom ----
call ph.create_sharing_tables('health');
insert into health.may_use
select 'P' || i, p.purpose
from generate_series(1, 60) i, ph.purpose() with ordinality p (purpose, description, n)
where (i + n) % 5 <> 0;
insert into health.restricted_code values ('ICD10', 'B20', 'prefix', 'law', '{payment}', 'this test');
call ph.secure('health');
select relname, relrowsecurity and relforcerowsecurity as secured
from pg_class
where relnamespace = 'health'::regnamespace
	and relname in ('person_score', 'decision', 'person_request', 'opened_person')
order by relname;
call ph.grant_access('health', 'regress_l_case', 'caseworker');
call ph.grant_access('health', 'regress_l_other', 'caseworker');
call ph.grant_access('health', 'regress_l_analyst', 'analyst');
select * from ph.access_grants('health', 'caseworker');
select relation
from ph.access_grants('health', 'analyst')
where relation ~ 'list|score|decision|opened|request|copd|removal|retention';
insert into health.entitlement (role, level, place, purpose)
values ('regress_l_case', 'place', 'D1', 'direct_care'), ('regress_l_other', 'place', 'D2', 'direct_care'),
	('regress_l_analyst', 'national', null, 'direct_care');
call ph.refresh_access('health');
reset role;

set session authorization regress_l_case;
begin;
select count(*) from health.opened_list;
select health.open_list('frail', 'direct_care', 'calls of this week') is not null as opened;
-- not in the transaction that opened it, nor a part of it
select count(*) as seen_before_commit from health.opened_list;
savepoint a;
select health.open_list('frail', 'direct_care', 'calls of this week') is not null as opened;
release a;
select count(*) as seen_before_commit from health.opened_list;
rollback;
select count(*) as seen_after_rollback from health.opened_list;
select health.open_list('frail', 'direct_care', 'calls of this week') as opening \gset
select list, purpose, reason, count(*), min(details::text), max(details::text)
from health.opened_list
where opening = :opening
group by list, purpose, reason;
select list, run, purpose, description from health.person_list order by list;
-- tables and views stay closed
select * from health.list_frail;
select * from health.person_score;
select * from health.opened_person;
select * from health.list_opening;
select * from health.person;
select * from health.decision;
select * from health.list_scope('direct_care', 'health.person'::regclass);
select * from health.scope('place', current_user);
insert into health.opened_person values ('P1', 1, '{}');
-- what a caseworker adds: as who is logged in, and read by custodians alone
insert into health.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
values ('P3', 'winter', 'a visit', 'the team', '2024-05-01', 'offer', 'lives alone', false);
insert into health.decision (person_id, offer, decided_by, decided_on, decision, reason, human_changed, recorded_by)
values ('P3', 'a visit', 'the team', '2024-05-01', 'offer', 'lives alone', false, 'somebody else');
insert into health.person_request (person_id, kind, about, received) values ('P6', 'objection', 'frail', '2024-05-01');
insert into health.person_request (person_id, kind, about, received, answered, outcome)
values ('P6', 'objection', 'frail', '2024-05-01', '2024-05-01', 'refused');
-- about people of his or her places; of who is elsewhere the answer is that of nobody
insert into health.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
values ('P4', 'winter', 'a visit', 'the team', '2024-05-01', 'offer', 'lives alone', false);
insert into health.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
values ('nobody', 'winter', 'a visit', 'the team', '2024-05-01', 'offer', 'lives alone', false);
insert into health.person_request (person_id, kind, about, received) values ('P4', 'objection', 'frail', '2024-05-01');
select * from health.is_of_places('P3', 'health.person'::regclass);
select health.open_list('frail', 'direct_care', 'calls of next week') as next_opening \gset
select person_id from health.opened_list where opening = :opening
except
select person_id from health.opened_list where opening = :next_opening;
select count(*) = 0 as twice_is_refused from (select health.open_list('twice', 'direct_care', 'x')) t;
reset session authorization;
select person_id, offer, recorded_by from health.decision;
select login, role, people, objected from health.list_opening order by opening desc limit 2;
-- who opened it sees it, nobody else
set session authorization regress_l_other;
select count(*) from health.opened_list;
select health.open_list('most', 'direct_care', 'my own') is not null as opened;
select count(*), count(distinct opening) as openings from health.opened_list;
reset session authorization;
set session authorization regress_l_analyst;
select * from health.opened_list;
select health.open_list('frail', 'direct_care', 'x');
select * from health.with_copd;
reset session authorization;
-- for a day
begin;
insert into health.list_opening (list, purpose, reason, login, role, opened_at, people, objected, transaction)
values ('frail', 'direct_care', 'yesterday', 'regress_l_case', 'regress_l_case',
		now() - interval '24 hours 1 second', 1, 0, '3'),
	('frail', 'direct_care', 'today', 'regress_l_case', 'regress_l_case', now() - interval '23 hours', 1, 0, '3');
insert into health.opened_person (person_id, opening, details)
select 'P1', opening, '{}' from health.list_opening where reason in ('yesterday', 'today');
commit;
set session authorization regress_l_case;
select reason, count(*) from health.opened_list where reason in ('yesterday', 'today') group by reason;
reset session authorization;

-- ---- entitlements: of another purpose, of two, ended, none ----
set role regress_l_owner;
update health.entitlement set purpose = 'planning' where role = 'regress_l_case';
reset role;
set session authorization regress_l_case;
select health.open_list('frail', 'direct_care', 'x');
reset session authorization;
update health.entitlement set purpose = 'direct_care', until = '2020-01-01' where role = 'regress_l_case';
set session authorization regress_l_case;
select health.open_list('frail', 'direct_care', 'x');
reset session authorization;
update health.entitlement set until = null where role = 'regress_l_case';
insert into health.entitlement (role, level, place, purpose) values ('regress_l_random', 'place', 'D3', 'payment');
grant regress_l_case, regress_l_random to regress_l_both;
set session authorization regress_l_both;
select health.open_list('frail', 'direct_care', 'x');
-- one of them is set, and is on record beside who is logged in
set role regress_l_case;
select health.open_list('frail', 'direct_care', 'x') is not null as opened;
select count(*) from health.opened_list;
-- a login of several roles sees as each what that one opened
reset role;
select count(*) from health.opened_list;
reset session authorization;
select login, role, people from health.list_opening order by opening desc limit 1;

-- ---- a hundred sets of entitlements and objections, lists of four purposes, against plain SQL ----
set role regress_l_owner;
call ph.create_list('health', 'copd_payment', 'with_copd', 'payment', 'x');
call ph.create_list('health', 'copd_planning', 'with_copd', 'planning', 'x');
call ph.create_list('health', 'copd_research', 'with_copd', 'research', 'x');
reset role;
call ph.grant_access('health', 'regress_l_random', 'caseworker');
create temp table compared (n integer, list text, opened boolean, same boolean, people bigint, objected bigint);
do $$
declare
	asked record;
	number bigint;
	places text[];
	national boolean;
	held text;
	is_entitled boolean;
	owed text[];
	objecting bigint;
begin
	perform setseed(0.16);
	insert into health.removal (kind, basis, people) values ('retention', 'this test', 0);
	for n in 1 .. 100 loop
		select list, relation, purpose
		into asked
		from health.person_list
		where list <> 'twice'
		order by random()
		limit 1;
		delete from health.entitlement where role = 'regress_l_random';
		delete from health.person_request;
		held := case when random() < 0.8 then asked.purpose else 'evaluation' end;
		national := random() < 0.15;
		places := array(
			select p from unnest('{D1,D2,D3,I1,I2,G1,G2,elsewhere}'::text[]) p where random() < 0.25);
		insert into health.entitlement (role, level, place, purpose)
		select 'regress_l_random', case left(p, 1) when 'I' then 'system' when 'G' then 'practice' else 'place' end, p,
			held
		from unnest(places) p;
		insert into health.entitlement (role, level, purpose)
		select 'regress_l_random', 'national', held where national;
		insert into health.person_request (person_id, kind, about, received, answered, outcome)
		select 'P' || i, k.kind, k.about, '2024-01-01', case when k.outcome is not null then date '2024-02-01' end,
			k.outcome
		from generate_series(1, 60) i
		cross join lateral (
			select d.kind, case d.kind when 'review' then 'winter' when 'correction' then 'bmi'
					else (array['all', asked.list, 'twice'])[1 + floor(random() * 3 + i * 0)] end as about,
				(array['upheld', 'partly_upheld', 'refused', 'withdrawn', null])[1 + floor(random() * 5 + i * 0)]
					as outcome
			from (
				select (array['objection', 'restriction', 'review', 'correction'])[1 + floor(random() * 4 + i * 0)]
					as kind
				offset 0
			) d
		) k
		where random() < 0.3;
		is_entitled := held = asked.purpose and (national or places <> '{}');
		-- owed, by how the people were made up: nobody of P56 on is anywhere
		select coalesce(array_agg(p order by p) filter (where not o), '{}'), count(*) filter (where o)
		into owed, objecting
		from (
			select 'P' || i as p, exists (
					select
					from health.person_request r
					where r.person_id = 'P' || i and r.kind in ('objection', 'restriction')
						and r.about in ('all', asked.list)
						and (r.answered is null or r.outcome in ('upheld', 'partly_upheld'))) as o
			from generate_series(1, 60) i
			where (
					asked.list = 'frail' and i % 3 = 0
					or asked.list = 'most' and i % 3 in (0, 1)
					or asked.list like 'copd%' and (i % 4 <> 0 or asked.purpose = 'payment'))
				and exists (
					select from health.may_use u where u.person_id = 'P' || i and u.purpose = asked.purpose)
				and (national or i <= 55 and (
					'D' || 1 + i % 3 = any (places)
					or case when i % 3 = 2 then 'I2' else 'I1' end = any (places)
					or 'G' || 1 + i % 2 = any (places)))
		) everybody;
		begin
			set local role regress_l_random;
			number := health.open_list(asked.list, asked.purpose, 'a draw');
			reset role;
			insert into compared
			select n, asked.list, true,
				is_entitled and o.people = cardinality(owed) and o.objected = objecting and owed = array(
					select person_id from health.opened_person p where p.opening = number order by person_id),
				o.people, o.objected
			from health.list_opening o
			where o.opening = number;
		exception when insufficient_privilege then
			insert into compared values (n, asked.list, false, not is_entitled, 0, 0);
		end;
	end loop;
end
$$;
select bool_and(same) as all_same, count(*), count(*) filter (where opened) between 60 and 95 as most_opened,
	sum(people) > 500 as many_shown, sum(objected) > 50 as many_object, count(distinct list) as lists
from compared;
select * from compared where not same;

-- ---- what the linter finds ----
create view found with (security_invoker = true) as
select kind, severity, object, remedy
from ph.finding('health')
where kind in ('list_unopened', 'list_without_view', 'trigger_off', 'policy_altered', 'owner_view', 'copied_rows',
	'definer_reads_persons', 'row_security_off');
grant select on found to regress_l_owner;
set role regress_l_owner;
select * from found;
grant select on health.with_copd, health.person_score, health.list_most to regress_l_analyst;
grant select (person_id) on health.opened_person to regress_l_case;
alter table health.decision disable trigger keep_record;
alter table health.person_score disable trigger keep_run;
drop trigger keep_record on health.list_opening;
drop view health.twice;
drop policy added on health.decision;
create policy added on health.decision using (true);
alter table health.person_score no force row level security;
select * from found order by kind, object;
select remedy from found order by remedy \gexec
select * from found;
reset role;

-- ---- taken again ----
call ph.revoke_access('health', 'regress_l_case');
set session authorization regress_l_case;
select count(*) from health.opened_list;
select health.open_list('frail', 'direct_care', 'x');
reset session authorization;

-- ---- nothing of it names the extension; made again, what was granted stays; any name of a schema ----
select count(*) as names_the_extension
from pg_proc
where pronamespace = 'health'::regnamespace and proname in ('open_list', 'opened_people', 'list_scope', 'keep_record')
	and regexp_replace(prosrc, 'hint = [^;]*', '', 'g') ~ '\mph(_support)?\.';
select count(*) as built_on_the_extension
from pg_depend d
join pg_depend member on member.classid = d.refclassid and member.objid = d.refobjid and member.deptype = 'e'
join pg_extension e on e.oid = member.refobjid and e.extname = 'population_health'
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
where coalesce(r.ev_class::regclass::text, p.oid::regproc::text) in ('health.opened_list', 'health.list_frail',
	'health.open_list', 'health.opened_people', 'health.list_scope', 'health.keep_record');
call ph.create_accountability_tables('health');
select has_function_privilege('regress_l_other', 'health.open_list(text,text,text)', 'execute') as other,
	has_function_privilege('public', 'health.open_list(text,text,text)', 'execute') as everybody;
set role regress_l_owner;
\set odd '"it''s 100% \\odd"'
call ph.create_shared_tables('it''s 100% \odd');
call ph.create_accountability_tables('it''s 100% \odd');
insert into :odd.person (person_id, birth_date) values ('P1', '1950-01-01');
create view :odd.everybody with (security_invoker = true) as select person_id, birth_date from :odd.person;
call ph.create_list('it''s 100% \odd', 'everybody', 'everybody', 'direct_care', 'all people');
select :odd.open_list('everybody', 'direct_care', 'names');
select person_id, details from :odd.opened_list;
insert into :odd.data_day values ('2024-06-30');
call ph.create_population_views('it''s 100% \odd', neighbourhood => 'none');
call ph.create_sharing_tables('it''s 100% \odd');
insert into :odd.may_use values ('P1', 'planning');
call ph.secure('it''s 100% \odd');
select :odd.open_list('everybody', 'direct_care', 'nobody may be used') as opening \gset
select people from :odd.list_opening where opening = :opening;
-- a snapshot of before could show somebody who was removed since
begin isolation level repeatable read;
select :odd.open_list('everybody', 'direct_care', 'an old snapshot');
rollback;
reset role;
drop schema :odd cascade;
drop view found;
set client_min_messages = error;
drop schema health cascade;
select format('revoke create on database %I from regress_l_owner', current_database()) \gexec
drop role regress_l_owner, regress_l_case, regress_l_other, regress_l_both, regress_l_analyst, regress_l_random;
