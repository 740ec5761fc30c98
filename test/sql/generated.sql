-- What is made in the schema of a user: with the rights of whoever asks, replaced in place, every column described.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create function pg_temp.refused(query text) returns text language plpgsql as $$
declare message text; state text;
begin
	execute query;
	return 'accepted';
exception when others then
	get stacked diagnostics message = message_text, state = returned_sqlstate;
	return state || ' | ' || message;
end $$;

call ph.create_shared_tables('made');
insert into made.place
values ('S', 'ICB24'), ('L', 'LAD24'), ('W', 'WARD24'), ('A', 'LSOA21'), ('N', 'PCN'), ('G', 'PRACTICE');
insert into made.place_parent values ('L', 'S'), ('W', 'L'), ('A', 'W'), ('N', 'L'), ('G', 'N');
insert into made.place_factor values ('A', 'imd2019_decile', '2019', 3);
insert into made.person
select p, '1950-01-01', 'F', 'A', null, null
from unnest('{ann,bob,cat}'::text[]) p;
insert into made.residence select person_id, 'A', null, birth_date, null from made.person;
insert into made.registration select person_id, 'G', 'N', birth_date, null from made.person;
insert into made.encounter
select person_id, person_id, 'NEL', '2024-01-01', '2024-01-02', 1, '21', 'J440', null, 100
from made.person;
insert into made.clinical_event
select person_id, '2024-01-01', 'ICD10', 'J440', null, 'APC', person_id, 1
from made.person;
insert into made.measurement
select person_id, '2024-01-01', 'SNOMED', '60621009', 'bmi', 25, 'kg/m2'
from made.person;
insert into made.code_list values ('copd', '1', 'ICD10', 'J44', 'prefix');
insert into made.data_day values ('2024-03-31');
create schema care;
call ph.create_segment_tables('care');
call ph.create_population_views('made');
call ph.create_segment_inputs('made');
call ph.create_segment_view('kent_bands', 'year-of-care', 'made.segment_input', 'care.kent');
call ph.learn_scheme('care', 'learned', '1',
	$$select long_term_conditions::float8 as y, age_years from made.segment_input$$, smallest_leaf => 1, folds => 0);
call ph.create_segment_view('learned', '1', 'made.segment_input', 'care.learned', 'care');

-- every view has the rights of whoever asks it, and nothing has more
select n.nspname, relname
from pg_class c
join pg_namespace n on n.oid = relnamespace
where nspname in ('made', 'care', 'ph')
	and relkind in ('v', 'm')
	and not coalesce('security_invoker=true' = any (reloptions), false);
select count(*) filter (where prosecdef) as definers, count(*) > 100 as all_of_them
from pg_proc
where pronamespace in ('made'::regnamespace, 'care'::regnamespace, 'ph'::regnamespace);
-- every column of every table and view is described
select relname, attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid
where relnamespace in ('made'::regnamespace, 'care'::regnamespace)
	and relkind in ('v', 'r')
	and attnum > 0
	and not attisdropped
	and col_description(c.oid, attnum) is null;
select relname, attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid
where c.oid in ('ph.scheme'::regclass, 'ph.scheme_input'::regclass, 'ph.scheme_segment'::regclass,
	'ph.scheme_rule'::regclass)
	and attnum > 0
	and col_description(c.oid, attnum) is null;

-- wherever a day is asked for, a timestamp does: one function a name, without date
select proname
from pg_proc
where 'date'::regtype = any (proargtypes)
	and (pronamespace in ('made'::regnamespace, 'care'::regnamespace)
		or pronamespace = 'ph'::regnamespace
		and proname in ('completed_years', 'unresolved', 'record_segments', 'segments_at', 'segment_moves',
			'segment_move_cost', 'segment_dwell'));
call ph.record_segments('care', 'care.learned', timestamp '2024-01-01 09:30');
call ph.record_segments('care', 'care.learned', date '2024-02-01');
call ph.record_segments('care', 'care.learned', '2024-03-01');
select as_of, previous, people from care.segment_recording order by 1;
select (select count(*) from ph.segments_at('care', 'learned', timestamp '2024-01-01 00:00')) as midnight,
	(select count(*) from ph.segments_at('care', 'learned', date '2023-12-31')) as day_before,
	(
		select count(*) from ph.segment_moves('care', 'learned', timestamp '2024-01-01 12:00', date '2024-02-01')
	) as moves,
	(select count(*) from ph.segment_dwell('care', 'learned', now()::timestamp)) as dwell,
	ph.unresolved(timestamp '2024-01-01 10:00', timestamp '2024-01-01 09:00') as same_day;

-- a policy on the tables holds in every view and function over them
create role ph_test_one_person;
grant usage on schema made, care to ph_test_one_person;
grant select on all tables in schema made, care to ph_test_one_person;
alter table made.person enable row level security;
create policy own on made.person to ph_test_one_person using (person_id = 'bob');
alter table made.clinical_event enable row level security;
create policy own on made.clinical_event to ph_test_one_person using (person_id = 'bob');
set role ph_test_one_person;
select (select string_agg(distinct person_id, ' ') from made.stay) as stay,
	(select string_agg(distinct person_id, ' ') from made.register) as register,
	(select string_agg(distinct person_id, ' ') from made.registration_spell) as registration_spell,
	(select string_agg(distinct person_id, ' ') from made.residence_spell) as residence_spell,
	(select string_agg(distinct person_id, ' ') from made.segment_input) as segment_input,
	(select string_agg(distinct person_id, ' ') from care.kent) as segments,
	(select string_agg(distinct person_id, ' ') from care.learned) as learned;
select (select string_agg(distinct person_id, ' ') from made.person_at('2024-03-31')) as person_at,
	(select string_agg(distinct person_id, ' ') from made.person_period('[2024-01-01,2024-03-01)')) as person_period,
	(select string_agg(distinct person_id, ' ') from made.segment_inputs('2024-03-31')) as segment_inputs,
	(select sum(people) from ph.segment_summary('care.kent')) as summary;
reset role;
-- who may not read the tables reads nothing through the views
create role ph_test_views_only;
grant usage on schema made, care to ph_test_views_only;
grant select on made.stay, care.kent to ph_test_views_only;
set role ph_test_views_only;
select pg_temp.refused('select * from made.stay'), pg_temp.refused('select * from care.kent');
reset role;

-- called again: grants, comments, functions' owners and what is built on them stay
grant select on made.stay to public;
revoke execute on function made.person_at from public;
comment on view made.stay is 'ours to describe';
comment on column made.stay.practice is 'the surgery';
create view care.on_top as select place, count(*) as people from made.stay group by 1;
create view care.on_inputs as
select count(*) filter (where copd) as copd from made.segment_inputs('2024-03-31');
create table before_call as
select oid, relacl
from pg_class
where relnamespace = 'made'::regnamespace
union all
select oid, proacl
from pg_proc
where pronamespace = 'made'::regnamespace;
insert into made.code_list
values ('a list that is new', '1', 'ICD10', 'J45', 'prefix'), ('asthma', '1', 'ICD10', 'J45', 'prefix');
call ph.create_population_views('made');
call ph.create_segment_view('kent_bands', 'year-of-care', 'made.segment_input', 'care.kent');
select count(*) as before,
	count(*) filter (where now.relacl is not distinct from b.relacl) as the_same_with_their_grants
from before_call b
left join (select oid, relacl from pg_class union all select oid, proacl from pg_proc) now using (oid);
select obj_description('made.stay'::regclass) as view,
	col_description('made.stay'::regclass, 2) as practice,
	(select people from care.on_top) as people,
	(select copd from care.on_inputs) as copd;
select count(*) as still_invokers
from pg_class
where relnamespace in ('made'::regnamespace, 'care'::regnamespace)
	and relkind = 'v'
	and 'security_invoker=true' = any (reloptions);
-- new lists are the last columns
select string_agg(attname, ', ' order by attnum) as last_columns
from pg_attribute
where attrelid = 'made.segment_input'::regclass and attnum > 20;
select count(*) as both_answer
from made.segment_inputs('2024-03-31') f
join made.segment_input v on v::text = f::text;
select relname, attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid
where relnamespace = 'made'::regnamespace and relkind = 'v' and attnum > 0 and col_description(c.oid, attnum) is null;
-- a column that goes away is refused, and what is built on it named; nothing has changed then
begin;
delete from made.code_list where list = 'copd';
select pg_temp.refused($$call ph.create_segment_inputs('made')$$);
rollback;
-- a kind of place that has gone is one that nobody is in, unless somebody reads it
begin;
delete from made.place_parent where 'W' in (place_id, parent_id);
insert into made.place_parent values ('A', 'L');
savepoint nobody_reads;
call ph.create_population_views('made');
select * from made.place_ladder;
rollback to nobody_reads;
create view care.wards as select ward24 from made.place_ladder;
select pg_temp.refused($$call ph.create_population_views('made')$$);
rollback;
-- a scheme of another shape in the same view
alter view care.learned rename to other;
create view care.learned as select 1 as mine;
select pg_temp.refused($$call ph.create_segment_view('learned', '1', 'made.segment_input', 'care.learned', 'care')$$);
-- tables of schemes are made once, and a table of another shape is not taken for one
call ph.create_segment_tables('care');
create schema taken;
create table taken.scheme (one integer);
select pg_temp.refused($$call ph.create_segment_tables('taken')$$);
-- triggers that are missing are told, and come back
drop trigger b_check on care.scheme_rule;
alter table care.scheme_rule disable trigger a_keep_used;
select finding, detail
from ph.check_scheme('learned', '1', schema => 'care')
where finding = 'missing_trigger'
order by detail;
call ph.create_segment_tables('care');
select count(*) as missing from ph_support.missing_scheme_trigger('care');
select pg_temp.refused($$update care.scheme_rule set expression = 'true' where scheme = 'learned'$$);
-- what was written while they were missing is told too
insert into care.scheme values ('nonsense', '1', 'nonsense');
insert into care.scheme_segment (scheme, version, rank, segment, kind)
values ('nonsense', '1', 1, 'S', 'segment'), ('nonsense', '1', 2, 'D', 'default');
alter table care.scheme_rule disable trigger b_check;
insert into care.scheme_rule (scheme, version, rule_order, rule, segment, expression)
values ('nonsense', '1', 1, 'r', 'S', 'nonsense(((');
call ph.create_segment_tables('care');
select finding, rule from ph.check_scheme('nonsense', '1', schema => 'care');
drop schema care, taken, made cascade;
drop table before_call;
drop role ph_test_one_person, ph_test_views_only;
