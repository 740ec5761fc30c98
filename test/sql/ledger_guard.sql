-- What goes past the guards of the ledger is told; and the chain holds however entries come: in bulk, by MERGE, by
-- COPY, after savepoints, and where a table inherits.
\set SHOW_CONTEXT never
\set VERBOSITY terse
set client_min_messages = warning;
call ph.create_shared_tables('ledger_guard');
call ph.create_budget_tables('ledger_guard');
set search_path = ledger_guard;
insert into partner values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider');
insert into budget_agreement
values ('pool', 'Pool', 'section_75', 'council', '2024-04-01', '2025-04-01', 'contribution', 0.01),
	('other', 'Other', 'virtual', null, '2024-04-01', '2025-04-01', 'contribution', 1);
insert into budget_agreement_partner (agreement, partner)
select agreement, partner from budget_agreement, partner;
create function pg_temp.post(text, numeric) returns bigint language sql as $$
	insert into ledger_guard.budget_entry (agreement, partner, entry_date, kind, amount)
	values ($1, 'council', '2024-05-01', 'spend', $2)
	returning entry
$$;
create view chains as
select h.agreement, h.count as head, count(e.entry) as entries, sum(e.amount) as amount, (
		select count(*)
		from ph.verify_budget('ledger_guard', h.agreement)) as problems
from budget_head h
left join budget_entry e on e.agreement = h.agreement
group by h.agreement, h.count;
create function pg_temp.unguarded() returns table (key text) language sql as $$
	select key from ph.check_budget('ledger_guard') where problem = 'guard off or gone past'
$$;

-- ---- savepoints: what is taken back leaves no gap ----
begin;
select pg_temp.post('pool', 1);
savepoint one;
select pg_temp.post('pool', 2), pg_temp.post('other', 2);
savepoint two;
select pg_temp.post('pool', 3);
rollback to two;
select pg_temp.post('pool', 4);
rollback to one;
select pg_temp.post('pool', 5);
release one;
commit;
begin;
select pg_temp.post('pool', 6);
rollback;
do $$
begin
	perform pg_temp.post('pool', 7);
	begin
		perform pg_temp.post('pool', 8);
		raise exception 'no';
	exception when raise_exception then
		perform pg_temp.post('pool', 9);
	end;
end
$$;
select * from chains order by agreement;

-- ---- ten thousand by COPY; the file's own numbers and hashes count for nothing ----
copy budget_entry (agreement, entry, partner, entry_date, kind, amount, posted_by, hash)
from program 'seq 10000 | sed "s/.*/pool,&,hospital,2024-06-01,contribution,0.01,nobody,x/"' (format csv);
select * from chains order by agreement;
select count(*) from budget_entry where posted_by <> session_user or length(hash) <> 64;
copy budget_entry (agreement, partner, entry_date, kind, amount) from stdin (format csv);
other,council,2024-06-01,spend,1
other,council,2024-06-01,spend,0.5
\.
select * from chains where agreement = 'other';

-- ---- in one statement: functions that post, ON CONFLICT, MERGE ----
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('other', 'council', '2024-06-01', 'spend', 1) on conflict do nothing;
insert into budget_entry (agreement, entry, partner, entry_date, kind, amount)
values ('other', 1, 'council', '2024-06-01', 'spend', 1) on conflict (agreement, entry) do nothing;
insert into budget_entry (agreement, entry, partner, entry_date, kind, amount)
values ('other', 1, 'council', '2024-06-01', 'spend', 1)
on conflict (agreement, entry) do update set amount = excluded.amount;
merge into budget_entry e
using (values ('other', 1, 5), ('other', 77, 6), ('pool', -1, 7)) v (agreement, entry, amount)
	on e.agreement = v.agreement and e.entry = v.entry
when not matched then insert (agreement, partner, entry_date, kind, amount)
	values (v.agreement, 'council', '2024-06-01', 'spend', v.amount);
merge into budget_entry e
using (values ('other', 1)) v (agreement, entry) on e.agreement = v.agreement and e.entry = v.entry
when matched then delete;
with first as (
	insert into budget_entry (agreement, partner, entry_date, kind, amount)
	values ('other', 'council', '2024-06-01', 'spend', 10)
	returning entry
)
insert into budget_entry (agreement, partner, entry_date, kind, amount)
select 'other', 'council', '2024-06-01', 'spend', 20 + count(*) from first;
select * from chains order by agreement;
-- one that posts while another statement posts to the same ledger
insert into budget_entry (agreement, partner, entry_date, kind, amount)
select 'other', 'council', '2024-06-01', 'spend', 100 + pg_temp.post('other', 30) from generate_series(1, 3);
select * from chains where agreement = 'other';

-- ---- children: the ledger is none, and has none unseen ----
create table above (like budget_entry);
alter table budget_entry inherit above;
create table divided (like budget_entry) partition by list (agreement);
alter table divided attach partition budget_entry default;
select * from pg_temp.unguarded();
create table below () inherits (budget_entry);
insert into below select * from budget_entry where agreement = 'other' and entry = 1;
select * from pg_temp.unguarded();
select entry, problem from ph.verify_budget('ledger_guard', 'other');
select pg_temp.post('other', 1) > 4;
delete from budget_entry;
drop table below, above, divided;
select * from pg_temp.unguarded();
select * from chains where agreement = 'other';

-- ---- rules and triggers ----
begin;
create rule swallow as on insert to budget_entry do instead nothing;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('other', 'council', '2024-06-01', 'spend', 1);
create rule also as on update to budget_agreement_partner do also select 1;
select * from pg_temp.unguarded();
select relation, problem from ph.check_budget('ledger_guard') where problem like 'guard%';
savepoint unknown;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('other', 'council', '2024-06-01', 'spend', 1) returning entry;
rollback;
begin;
create function pg_temp.skip() returns trigger language plpgsql as 'begin return null; end';
create trigger a_skip before insert on budget_entry for each row execute function pg_temp.skip();
drop trigger begin_ledger on budget_agreement;
alter table budget_head disable trigger keep_head;
alter table budget_entry enable replica trigger move_head;
create or replace trigger append before insert on budget_entry for each row when (false)
	execute function append_entry();
create or replace trigger keep_ledger before update or truncate on budget_entry for each statement
	execute function keep_ledger();
alter table budget_agreement_partner enable always trigger keep_terms;
create or replace function keep_terms() returns trigger language plpgsql as 'begin return new; end';
select object, remedy from ph_support.unguarded_ledger('ledger_guard') order by object;
call ph.create_budget_tables('ledger_guard');
select * from pg_temp.unguarded();
drop trigger a_skip on budget_entry;
select * from pg_temp.unguarded();
select pg_temp.post('pool', 1);
rollback;
begin;
alter table budget_entry disable trigger all;
select object, remedy from ph_support.unguarded_ledger('ledger_guard') where remedy like '%all';
alter table budget_entry enable trigger all;
select * from pg_temp.unguarded();
rollback;

begin;
create role "regress ledger guard";
grant set on parameter session_replication_role to "regress ledger guard";
alter role "regress ledger guard" set session_replication_role = replica;
alter role "regress ledger guard" set datestyle = 'ISO';
select format('alter database %I set session_replication_role = ''Replica''', current_database()) \gexec
select replace(object, quote_ident(current_database()), 'here') as object,
	replace(remedy, quote_ident(current_database()), 'here') as remedy
from ph_support.unguarded_ledger('ledger_guard');
select remedy from ph_support.unguarded_ledger('ledger_guard') \gexec
select * from pg_temp.unguarded();
rollback;

-- a table that is gone is told of, and made again
begin;
drop table budget_line cascade;
select * from pg_temp.unguarded();
call ph.create_budget_tables('ledger_guard');
select count(*) as left_over from pg_temp.unguarded();
rollback;

-- ---- a schema whose name must be quoted ----
call ph.create_shared_tables('Ledger "guard%');
call ph.create_budget_tables('Ledger "guard%');
call ph.create_sharing_tables('Ledger "guard%');
insert into "Ledger ""guard%".place (place_id, place_kind) values ('G', 'PRACTICE');
insert into "Ledger ""guard%".data_day values ('2024-06-30');
insert into "Ledger ""guard%".person values ('ann', '1950-01-01');
insert into "Ledger ""guard%".registration values ('ann', 'G', null, '1950-01-01');
call ph.create_population_views('Ledger "guard%', neighbourhood => 'none');
call ph.secure('Ledger "guard%');
select kind, object, remedy from ph.finding('Ledger "guard%') where kind like 'ledger%';
alter table "Ledger ""guard%".budget_entry disable trigger append, disable row level security;
select kind, object, remedy from ph.finding('Ledger "guard%') where kind like 'ledger%';
drop schema "Ledger ""guard%" cascade;
drop schema ledger_guard cascade;
