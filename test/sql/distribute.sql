-- Distribution without Citus says what is missing and leaves all as it is; with Citus, see test/suite/distribute.sh.
\set SHOW_CONTEXT never
set client_min_messages = warning;
call ph.distribute_shared_tables('nowhere');
call ph.create_shared_tables('pop');
call ph.distribute_shared_tables('pop');
select count(*) as references_that_stay
from pg_constraint
where connamespace = 'pop'::regnamespace and contype = 'f';
-- a partner's views are told by name, before anything else
create schema partner;
create table partner.person as table pop.person;
create view partner.encounter as table pop.encounter;
create view partner.place as table pop.place;
call ph.distribute_shared_tables('partner');
select relation, by_person from ph_support.to_distribute('pop');
-- each table of persons can be distributed by person: its keys hold person_id, and it refers to tables of persons by
-- person_id and to no others but whole ones
select c.conrelid::regclass, pg_get_constraintdef(c.oid) as wrong
from pg_constraint c
join ph_support.to_distribute('pop') d on d.target = c.conrelid
left join ph_support.to_distribute('pop') parent on parent.target = c.confrelid
where d.by_person and (c.contype in ('p', 'u') or parent.by_person)
	and not exists (
		select
		from pg_attribute a
		where a.attrelid = c.conrelid and a.attname = 'person_id' and a.attnum = any (c.conkey));
select c.conrelid::regclass as wrong
from pg_constraint c
join ph_support.to_distribute('pop') d on d.target = c.conrelid and not d.by_person
join ph_support.to_distribute('pop') parent on parent.target = c.confrelid and parent.by_person;
drop schema partner, pop cascade;
