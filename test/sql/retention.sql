-- Who is removed leaves no trace: no table has the person_id, and every stored summary is that of data that never had
-- the person. What is no longer kept goes by rule, counted, or not at all.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_k_owner;
create role regress_k_other;
select format('grant create, temporary on database %I to regress_k_owner', current_database()) \gexec

-- ---- the same eighty people, made with and without some of them ----
create schema made;
grant usage on schema made to public;
create table made.person as
select 'person-' || lpad(i::text, 3, '0') as person_id, i from generate_series(1, 80) i;
grant select on made.person to public;
create procedure made.fill(schema text, without text[])
language plpgsql
as $$
declare
	statement text;
begin
	call ph.create_shared_tables(schema);
	call ph.create_accountability_tables(schema);
	execute format('set local search_path = %I, made', schema);
	create temp table who on commit drop as
	select * from made.person p where p.person_id <> all (without);
	insert into place (place_id, place_kind)
	values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('A3', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('I1', 'ICB24'),
		('G1', 'PRACTICE'), ('G2', 'PRACTICE');
	insert into place_parent values ('A1', 'D1'), ('A2', 'D2'), ('A3', 'D2'), ('D1', 'I1'), ('D2', 'I1');
	insert into place_factor
	select 'A' || n, 'imd2019_decile', '2019', 4 * n - 3 from generate_series(1, 3) n;
	insert into data_day values ('2024-06-30');
	execute format(
		'insert into %I.person (person_id, birth_date, sex, ethnicity_code, death_date)
		select person_id, date ''1940-01-01'' + i * 300, (array[''F'', ''M''])[1 + i %% 2],
			(array[''A'', ''M''])[1 + i %% 2],
			case when i %% 20 = 7 then date ''2022-02-02'' + i end
		from who', schema);
	insert into residence (person_id, lsoa21_code, start_date, end_date)
	select person_id, 'A' || 1 + i % 3, date '2015-01-01', case when i % 5 = 0 then date '2023-02-01' end from who
	union all
	select person_id, 'A' || 1 + (i + 1) % 3, date '2023-02-01', null from who where i % 5 = 0;
	insert into registration (person_id, practice_code, start_date)
	select person_id, 'G' || 1 + i % 2, '2015-01-01' from who;
	insert into encounter (encounter_id, person_id, pod, start_date, end_date, cost, primary_icd10)
	select concat_ws('/', i, n), person_id, (array['NEL', 'AE', 'GP'])[1 + n % 3], date '2020-01-10' + n * 60 + i,
		case when n % 2 = 0 then date '2020-01-12' + n * 60 + i end, 100 + i, 'J44'
	from who, generate_series(1, 24) n
	where (i + n) % 3 <> 0;
	insert into clinical_event (person_id, event_date, code_system, code, encounter_id)
	select e.person_id, e.start_date, 'ICD10', 'J44', e.encounter_id from encounter e where e.pod = 'NEL';
	insert into measurement (person_id, measure_date, code_system, code, value)
	select person_id, '2024-01-01', 'SNOMED', '60621009', 20 + i % 20 from who;
	insert into enrolment (person_id, programme, start_date, end_date)
	select person_id, 'walks', date '2021-06-01', case when i % 3 = 0 then date '2022-06-01' end
	from who
	where i % 2 = 0;
	insert into wait (person_id, pathway, clock_start, clock_stop)
	select person_id, 'W' || i, '2021-12-01', case when i % 4 = 0 then date '2022-03-01' end from who where i % 2 = 0;
	insert into external_score (person_id, name, version, scored_on, value)
	select person_id, 'risk', '1', '2022-01-01', i from who;
	insert into ethnicity (person_id, ethnicity_code) select person_id, 'A' from who;
	create table visit (person_id text, visited_on date, note text);
	insert into visit select person_id, date '2021-01-01' + i, 'seen ' || person_id from who;
	set local search_path = "$user", public;
	call ph.create_population_views(schema, neighbourhood => 'none');
	call ph.create_segment_inputs(schema);
	call ph.create_calendar(schema, '2020-01-01', '2025-03-31');
	call ph.create_measure_tables(schema);
	call ph.create_sharing_tables(schema);
	call ph.create_segment_tables(schema);
	execute format('insert into %I.may_use select person_id, ''planning'' from made.person p
		where i %% 10 <> 0 and person_id <> all ($1)
		union all
		select person_id, ''direct_care'' from made.person where person_id <> all ($1)', schema) using without;
	call ph.store_stays(schema);
	call ph.secure(schema, '{"visit": "visited_on"}');
	foreach statement in array array['2023-01-01', '2024-01-01'] loop
		execute format('create or replace view %1$I.grouped with (security_invoker = true) as
			select person_id, ''two'' as scheme, ''1'' as version, case when right(person_id, 1) < %2$L then ''low''
				else ''high'' end as segment, case when right(person_id, 1) < %2$L then 1 else 2 end as rank,
				''{}''::text[] as matched
			from %1$I.person
			where death_date is null or death_date > %3$L', schema,
			case statement when '2023-01-01' then '5' else '7' end, statement);
		call ph.record_segments(schema, format('%I.grouped', schema)::regclass, statement::timestamptz);
	end loop;
end
$$;
grant execute on procedure made.fill(text, text[]) to public;
-- every table of a schema, row for row: how many rows have the text anywhere
create function made.rows_with(schema text, pattern text) returns table (relation text, rows bigint)
language plpgsql
as $$
begin
	for relation in
		select c.relname::text
		from pg_class c
		where c.relnamespace = schema::regnamespace and c.relkind in ('r', 'm')
		order by 1
	loop
		execute format('select count(*) from %I.%I t where t::text ~ $1', schema, relation) into rows using pattern;
		if rows > 0 then
			return next;
		end if;
	end loop;
end
$$;
create function made.summaries(schema text) returns setof text
language plpgsql
as $$
begin
	return query execute format(
		'select concat_ws(''|'', measure, version, level, place_id, breakdown, group_name, period_kind, period,
			tally::text, people, people_with_event, provisional, share_known, value, lower, upper, note, numerator,
			denominator, shrunken_value, shrunken_lower, shrunken_upper, purpose)
		from %1$I.measure_tally
		union all
		select concat_ws(''|'', measure, version, period_kind, period, data_until, levels, breakdowns, rows, people,
			events, reference::text, note, purpose, left_out)
		from %1$I.measure_fold
		union all
		select to_jsonb(s)::text
		from %1$I.stored_stay s
		union all
		select concat_ws(''|'', fold, person_id, first_day, after_day, age, key, amount, exposure, single, practice)
		from %1$I.measure_person
		union all
		select concat_ws(''|'', scheme, as_of, people)
		from %1$I.segment_recording', schema);
end
$$;
set role regress_k_owner;
call made.fill('health', '{}');
call made.fill('without', '{person-007,person-014,person-030}');
-- folds of three periods and two measures: whole ones, and one that is provisional; and an older version of one
select format('call ph.fold_measures(%L, ''{emergency_admissions}'', ''{2022/23,2023/24,2024/25}'',
		''{system,place,practice}'', ''{}'', purpose => ''planning'')', s),
	format('insert into %1$I.measure (%2$s) select %3$s from %1$I.measure where measure = ''emergency_admissions''', s,
		c.columns, c.next)
from unnest('{health,without}'::text[]) s
cross join (
	select string_agg(quote_ident(column_name), ', ') as columns,
		string_agg(case column_name when 'version' then '''99''' else quote_ident(column_name) end, ', ') as next
	from information_schema.columns
	where (table_schema, table_name) = ('ph', 'measure') and column_name not in ('folded_at', 'reference_tally')
) c \gexec
select format('call ph.fold_measures(%L, ''{emergency_admissions,ae_attendances}'', ''{2022/23,2024/25}'', null, null,
	purpose => ''planning'')', s)
from unnest('{health,without}'::text[]) s \gexec
select count(*) as folds, count(distinct (measure, version)) as measures, count(distinct period) as periods
from health.measure_fold;
reset role;
select count(*) > 300 as many_summaries,
	count(*) - (select count(*) from made.summaries('without')) > 0 as more_rows,
	exists (select made.summaries('health') except select made.summaries('without')) as differ
from made.summaries('health');

-- ---- what else is known of people ----
set role regress_k_owner;
begin;
insert into health.score_run (run, score, version, kind, purpose, as_of, content_hash, tiering, data_stamp, people,
	scored)
values ('old', 'frailty', '1', 'external', 'planning', '2019-04-01', 'x', 'given', 'x', 80, 80),
	('new', 'frailty', '1', 'external', 'direct_care', '2024-04-01', 'x', 'given', 'x', 80, 80);
insert into health.person_score (person_id, run, value, tier)
select person_id, run, i, 1 + i % 2 from made.person, unnest('{old,new}'::text[]) run;
commit;
call ph.create_run_list('health', 'first', 'new');
insert into health.identity select person_id, 9990000000 + i from made.person;
select count(*) as asked
from made.person p, health.request_reidentification(p.person_id, 'direct_care', 'a call')
where i < 8;
insert into health.decision (person_id, run, offer, decided_by, decided_on, decision, reason, human_changed)
select person_id, case when i % 2 = 0 then 'old' end, 'a visit', 'the team', date '2019-05-01' + i * 20, 'offer',
	'alone', false
from made.person;
insert into health.person_request (person_id, kind, about, received, answered, outcome)
values ('person-002', 'objection', 'first', '2019-01-01', null, null),
	('person-004', 'objection', 'first', '2019-01-01', '2019-02-01', 'upheld'),
	('person-006', 'objection', 'all', '2019-01-01', '2019-02-01', 'refused'),
	('person-007', 'review', 'old', '2019-01-01', '2019-02-01', 'upheld'),
	('person-008', 'restriction', 'all', '2024-01-01', null, null);
select health.open_list('first', 'direct_care', 'calls') is not null as opened;
create table health.letter (person_id text, sent date);
insert into health.letter values ('person-007', '2024-01-01');
reset role;

-- ---- what is refused; nothing goes ----
create table before as select * from made.rows_with('health', 'person-');
set role regress_k_owner;
call ph.remove_person('health', 'person-007', null);
call ph.remove_person('health', 'person-007', ' ');
call ph.remove_person('health', null, 'a request');
call ph.remove_person('nowhere', 'person-007', 'a request');
call ph.remove_person('health', 'person-999', 'a request');
call ph.remove_people('health', '{}', 'a request');
call ph.remove_people('health', '{person-007,null}', 'a request');
call ph.remove_people('health', null, 'a request');
reset role;
set role regress_k_other;
call ph.remove_person('health', 'person-007', 'a request');
reset role;
-- what refers to a person from elsewhere keeps all of it
create schema elsewhere;
create table elsewhere.card (person_id text references health.person);
insert into elsewhere.card values ('person-007');
set role regress_k_owner;
\set VERBOSITY sqlstate
call ph.remove_person('health', 'person-007', 'a request');
\set VERBOSITY default
reset role;
drop schema elsewhere cascade;
-- a fold that fails keeps all of it
set role regress_k_owner;
alter table health.measure disable trigger user;
update health.measure
set events = 'select person_id, start_date as event_date, 1 / (cost - cost) as amount from {encounter}'
where measure = 'ae_attendances';
\set VERBOSITY sqlstate
call ph.remove_person('health', 'person-007', 'a request');
\set VERBOSITY default
update health.measure m set events = s.events from ph.measure s
where m.measure = 'ae_attendances' and s.measure = m.measure and s.version = m.version;
alter table health.measure enable trigger user;
reset role;
select count(*) as removals from health.removal;
(table before except select * from made.rows_with('health', 'person-'))
union all
(select * from made.rows_with('health', 'person-') except table before);

-- ---- removed ----
set role regress_k_owner;
set client_min_messages = notice;
call ph.remove_person('health', 'person-007', 'request 17 of 2024');
call ph.remove_people('health', '{person-014,person-030,person-999}', 'request 18 of 2024');
set client_min_messages = warning;
reset role;
select kind, basis, people, removed, login = session_user as by_me from health.removal order by removal;
-- nowhere but in a table that is not the extension's
select * from made.rows_with('health', 'person-(007|014|030)');
select * from made.rows_with('without', 'person-(007|014|030)');
select count(*) as queued from health.changed_person where person_id ~ 'person-(007|014|030)';
-- all that is stored is that of data that never had them
select count(*) from (
	(select made.summaries('health') except all select made.summaries('without'))
	union all
	(select made.summaries('without') except all select made.summaries('health'))) differ;
select run, people from health.score_run order by run;
select count(*) as shown, (select people from health.list_opening) as were from health.opened_person;
-- and is left alone where it is fresh
set role regress_k_owner;
select min(folded_at) as folded_at from health.measure_fold \gset
call ph.fold_measures('health', '{emergency_admissions,ae_attendances}', '{2022/23,2024/25}', purpose => 'planning');
select count(*) filter (where folded_at > :'folded_at') as folded_again from health.measure_fold;
-- a summary that cannot be folded any more goes
delete from health.calendar where name = '2023/24';
call ph.remove_person('health', 'person-001', 'request 19 of 2024');
select count(*) from health.measure_fold where period = '2023-04-01';
select count(*) from health.measure_tally where period = '2023-04-01';
reset role;
-- records are still only added, and only in the transaction of a removal do rows go
set role regress_k_owner;
delete from health.reidentification;
delete from health.removal;
reset role;

-- ---- retention: what is due ----
set role regress_k_owner;
drop table health.letter;
select relation, rows, people, case when relation <> 'reidentification' then oldest_day end as oldest_day, note
from ph.retention_due('health', '2024-06-30')
where relation <> 'opened_person'
order by relation;
select * from ph.retention_due('nowhere');
select * from ph.retention_due('health', null);
select * from ph.retention_due('health', 'infinity');
\set VERBOSITY terse
insert into health.retention_rule values ('encounter', null, '3 years', '');
insert into health.retention_rule values ('encounter', null, '-3 years', 'a schedule');
insert into health.retention_rule values ('encounter', 'curiosity', '3 years', 'a schedule');
\set VERBOSITY default
insert into health.retention_rule
values ('encounter', null, '3 years', 'schedule 1'), ('enrolment', null, '1 year', 'schedule 1'),
	('wait', null, '1 year', 'schedule 1'), ('person_score', 'planning', '2 years', 'schedule 2'),
	('person_score', null, '10 years', 'schedule 2'), ('decision', null, '3 years', 'schedule 2'),
	('person_request', null, '1 year', 'schedule 2'), ('opened_person', 'direct_care', '6 years', 'schedule 3'),
	('reidentification', null, '6 years', 'schedule 3'), ('visit', null, '2 years 6 months', 'schedule 4'),
	('segment_history', null, '6 months', 'schedule 4');
create temp table due as select * from ph.retention_due('health', '2024-06-30') where note is distinct from 'no_rule';
select relation, purpose, keep, basis, rows, people, note from due order by relation, purpose;
-- recomputed
select d.relation, d.purpose, (d.rows, d.people, d.oldest_day) = (q.rows, q.people, q.oldest) as same
from due d
join (
	select 'encounter', null,
		count(*) filter (where coalesce(end_date, start_date) <= '2021-06-30') as rows,
		count(distinct person_id) filter (where coalesce(end_date, start_date) <= '2021-06-30') as people,
		min(coalesce(end_date, start_date)) as oldest
	from health.encounter
	union all
	select 'enrolment', null, count(*) filter (where end_date <= '2023-06-30'),
		count(distinct person_id) filter (where end_date <= '2023-06-30'), min(end_date)
	from health.enrolment
	union all
	select 'person_score', 'planning', count(*), count(distinct person_id), '2019-04-01'
	from health.person_score
	where run = 'old'
	union all
	select 'person_score', null, 0, 0, '2024-04-01'
	union all
	select 'decision', null, count(*) filter (where decided_on <= '2021-06-30'),
		count(distinct person_id) filter (where decided_on <= '2021-06-30'), min(decided_on)
	from health.decision
	union all
	select 'person_request', null, 1, 1, '2019-02-01'
	union all
	select 'visit', null, count(*) filter (where visited_on <= '2021-12-30'),
		count(distinct person_id) filter (where visited_on <= '2021-12-30'), min(visited_on)
	from health.visit
) q (relation, purpose, rows, people, oldest) on q.relation = d.relation and q.purpose is not distinct from d.purpose
order by 1, 2;
-- what is said of one purpose goes before what is said of all
begin;
update health.retention_rule set keep = '20 years' where relation = 'person_score' and purpose = 'planning';
update health.retention_rule set keep = '1 month' where relation = 'person_score' and purpose is null;
select purpose, rows, oldest_day from ph.retention_due('health', '2024-06-30') where relation = 'person_score';
delete from health.retention_rule where relation = 'person_score' and purpose = 'planning';
select purpose, rows, oldest_day from ph.retention_due('health', '2024-06-30') where relation = 'person_score';
rollback;
reset role;

-- ---- purged ----
create table before_purge as select * from made.rows_with('health', '.');
set role regress_k_owner;
call ph.purge('health', 'encounter', null);
call ph.purge('health', 'encounter', '');
call ph.purge('health', 'measurement', 'a year is over');
call ph.purge('health', 'encounter', 'a year is over', now() + interval '1 day');
call ph.purge('health', 'encounter', 'a year is over', null);
call ph.purge('nowhere', null, 'a year is over');
-- a rule that cannot be followed stops all
insert into health.retention_rule
values ('ethnicity', null, '1 year', 'x'), ('stored_stay', null, '1 year', 'x'), ('letters', null, '1 year', 'x'),
	('visit', 'planning', '1 year', 'x');
select relation, purpose, rows, people, note
from ph.retention_due('health', '2024-06-30')
where note <> 'no_rule'
order by relation;
call ph.purge('health', null, 'a year is over', '2024-06-30');
call ph.purge('health', 'ethnicity', 'a year is over', '2024-06-30');
call ph.purge('health', 'stored_stay', 'a year is over', '2024-06-30');
call ph.purge('health', 'letters', 'a year is over', '2024-06-30');
delete from health.retention_rule where relation in ('ethnicity', 'stored_stay', 'letters') or purpose = 'planning'
	and relation = 'visit';
reset role;
(table before_purge except select * from made.rows_with('health', '.'))
union all
(select * from made.rows_with('health', '.') except table before_purge);
set role regress_k_owner;
create temp table kept as
select 'encounter' as relation, count(*) as rows
from health.encounter
where coalesce(end_date, start_date) > '2021-06-30'
union all
select 'clinical_event', count(*) from health.clinical_event
union all
select 'person_score', count(*) from health.person_score where run = 'new'
union all
select 'decision', count(*) from health.decision where decided_on > '2021-06-30'
union all
select 'person_request', count(*) from health.person_request where person_id <> 'person-006'
union all
select 'visit', count(*) from health.visit where visited_on > '2021-12-30'
union all
select 'enrolment', count(*) from health.enrolment where end_date is null or end_date > '2023-06-30';
set client_min_messages = notice;
call ph.purge('health', 'encounter', 'a year is over', '2024-06-30');
call ph.purge('health', null, 'a year is over', '2024-06-30');
call ph.purge('health', null, 'a year is over', '2024-06-30');
set client_min_messages = warning;
select kind, basis, people, removed from health.removal order by removal desc limit 2;
select k.relation, k.rows = r.rows as as_many_as_are_kept
from kept k
join (
	select 'encounter', count(*) from health.encounter
	union all
	select 'clinical_event', count(*) from health.clinical_event
	union all
	select 'person_score', count(*) from health.person_score
	union all
	select 'decision', count(*) from health.decision
	union all
	select 'person_request', count(*) from health.person_request
	union all
	select 'visit', count(*) from health.visit
	union all
	select 'enrolment', count(*) from health.enrolment
) r (relation, rows) using (relation)
order by 1;
select count(*) filter (where encounter_id is null and event_date <= '2021-06-28') > 0 as events_stay_without_encounter,
	count(*) filter (where encounter_id is null and event_date > '2021-06-30') as none_of_what_is_kept
from health.clinical_event;
select bool_and(rows = 0) as nothing_is_due from ph.retention_due('health', '2024-06-30') where note is null;
-- objections that are in force stay in force, and lists as short
select person_id, about, outcome from health.person_request order by 1;
-- who died so long ago goes with all rows
delete from health.retention_rule;
insert into health.retention_rule values ('person', null, '2 years', 'schedule 5');
create temp table gone as
select person_id from health.person where death_date + interval '2 years' <= '2024-06-30';
select relation, rows, people from ph.retention_due('health', '2024-06-30') where relation = 'person';
call ph.purge('health', 'person', 'the dead', '2024-06-30');
select people, (removed ->> 'person')::integer as persons, removed ? 'encounter' as encounters
from health.removal
order by removal desc
limit 1;
select string_agg(person_id, '|') as gone from gone \gset
select string_agg(quote_literal(person_id), ',') as gone_list from gone \gset
reset role;
select count(*) as died_long_ago from made.person where person_id = any (array[:gone_list]);
select * from made.rows_with('health', :'gone');
-- what is stored is what a fold of all of it says now
create table stored as select made.summaries('health') as s;
set role regress_k_owner;
call ph.store_stays('health');
call ph.fold_measures('health', '{emergency_admissions,ae_attendances}', '{2022/23,2024/25}', refold => true,
	purpose => 'planning');
reset role;
select count(*) as differ
from (
	(select made.summaries('health') except all table stored)
	union all
	(table stored except all select made.summaries('health'))) d;

-- ---- shared tables that are views have no rows to remove ----
set role regress_k_owner;
call ph.create_shared_tables('viewed');
call ph.create_accountability_tables('viewed');
insert into viewed.person (person_id, birth_date) values ('P1', '1950-01-01');
alter table viewed.wait rename to kept_wait;
create view viewed.wait as select * from viewed.kept_wait;
call ph.remove_person('viewed', 'P1', 'a request');
drop view viewed.wait;
alter table viewed.kept_wait rename to wait;
-- without stays, measures, sharing
call ph.remove_person('viewed', 'P1', 'a request');
select kind, removed, people from viewed.removal;
select relation, note from ph.retention_due('viewed') where relation not in (select t.relation from ph.shared_table() t)
order by 1;
reset role;
set client_min_messages = error;
drop schema health, "without", viewed, made cascade;
drop table before, before_purge, stored;
drop table if exists kept, due, gone;
select format('revoke create, temporary on database %I from regress_k_owner', current_database()) \gexec
drop role regress_k_owner, regress_k_other;
