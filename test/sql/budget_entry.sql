-- The ledger of partners' money: what cannot be posted, what cannot be changed, and a chain that tells when it was.
\set SHOW_CONTEXT never
\set VERBOSITY terse
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_budget_tables('nowhere');
call ph.create_shared_tables('money');
call ph.create_budget_tables(null);
call ph.create_budget_tables('ph');
select * from ph.verify_budget('money', 'pool');
call ph.create_budget_tables('money');
call ph.create_budget_tables('money');
set search_path = money;

insert into partner values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider');
insert into service values ('ward', 'hospital', 'Ward', 'care', true, false);
insert into budget_agreement
values ('pool', 'Pool', 'section_75', 'council', '2024-04-01', '2025-04-01', 'contribution', 0.01),
	('other', 'Other', 'virtual', null, '2024-04-01', '2025-04-01', 'agreed', 1);
insert into budget_agreement_partner
values ('pool', 'council', null, 10), ('pool', 'hospital', null, null), ('other', 'council', 0.5, null);

-- ---- terms that are none ----
insert into budget_agreement values ('x', 'X', 'alliance', null, '2024-04-01', '2025-04-01');
insert into budget_agreement values ('x', 'X', 'virtual', null, '2025-04-01', '2024-04-01');
insert into budget_agreement values ('x', 'X', 'virtual', null, '2024-04-01', 'infinity');
insert into budget_agreement values ('x', 'X', 'virtual', null, '2024-04-01', '2025-04-01', 'need');
insert into budget_agreement values ('x', 'X', 'virtual', null, '2024-04-01', '2025-04-01', 'agreed', 'NaN');
insert into budget_agreement_partner values ('pool', 'police', -0.1);
insert into budget_agreement_partner values ('pool', 'police', null, 0.001);
insert into budget_agreement_partner values ('pool', 'police', null, 'NaN');
-- until there is an entry they can change, but for a cap that is no whole number of units
update budget_agreement set unit = 3 where agreement = 'pool';
update budget_agreement_partner set overspend_cap = 20 where agreement = 'pool' and partner = 'council';
update budget_agreement_partner set overspend_cap = 10 where agreement = 'pool' and partner = 'council';
insert into budget_agreement values ('draft', 'Draft', 'virtual', null, '2024-04-01', '2025-04-01');
insert into budget_agreement_partner values ('draft', 'council');
delete from budget_agreement where agreement = 'draft';
select agreement, count, hash is null as no_hash from budget_head order by agreement;

-- ---- posting: all rows of a statement or none ----
insert into budget_entry (agreement, partner, entry_date, kind, amount, service)
values ('pool', 'council', '2024-04-01', 'contribution', 100, null),
	('pool', 'hospital', '2024-04-01', 'contribution', 60.50, null),
	('pool', 'hospital', '2025-03-31', 'spend', 200, 'ward');
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'spend', 1), ('pool', 'council', '2025-04-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-03-31', 'spend', 1);
insert into budget_entry (agreement, partner, kind, amount) values ('pool', 'council', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', 'infinity', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'police', '2024-05-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('none', 'council', '2024-05-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values (null, 'council', '2024-05-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'spend', -1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'contribution', -1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'spend', 0.001);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'spend', 'NaN');
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'gift', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-05-01', 'adjustment', -1);
select entry, partner, kind, amount from budget_entry order by entry;
select agreement, count from budget_head order by agreement;

-- ---- an entry is taken back by another, once, as a whole ----
insert into budget_entry (agreement, reverses) values ('pool', 3);
insert into budget_entry (agreement, reverses, amount, why) values ('pool', 3, -100, 'part of it');
insert into budget_entry (agreement, reverses, why) values ('pool', 3, 'of another ward');
insert into budget_entry (agreement, reverses, why) values ('pool', 3, 'of another ward');
insert into budget_entry (agreement, reverses, why) values ('pool', 3, 'of another ward') on conflict do nothing;
insert into budget_entry (agreement, reverses, why) values ('pool', 4, 'it was right');
insert into budget_entry (agreement, reverses, why) values ('pool', 9, 'there is none');
-- in one statement: two ledgers, and an entry with what takes it back
insert into budget_entry (agreement, partner, entry_date, kind, amount, reverses, why)
values ('pool', 'council', '2024-06-01', 'adjustment', -3, null, 'a credit'),
	('other', 'council', '2024-06-01', 'spend', 7, null, null), ('other', null, null, null, null, 1, 'typed wrong');
insert into budget_entry (agreement, partner, entry_date, kind, amount, reverses, why)
values ('pool', 'council', '2024-06-01', 'spend', 8, null, null), ('pool', null, null, null, null, 6, 'at once'),
	('pool', null, null, null, null, 6, 'twice');
select entry, partner, entry_date, kind, amount, service, reverses, why
from budget_entry
where agreement = 'pool' and entry > 2
order by entry;
select agreement, count, hash = (
		select e.hash from budget_entry e where e.agreement = h.agreement and e.entry = h.count) as of_the_last
from budget_head h
order by agreement;

-- ---- what cannot be changed ----
update budget_entry set amount = 1;
update budget_entry set why = 'nothing' where false;
delete from budget_entry;
truncate budget_entry;
truncate budget_agreement cascade;
update budget_head set count = 0;
delete from budget_head where agreement = 'pool';
update budget_agreement set host = 'hospital' where agreement = 'pool';
delete from budget_agreement where agreement = 'pool';
insert into budget_agreement_partner values ('pool', 'police');
update budget_agreement_partner set overspend_cap = null where agreement = 'pool';
delete from budget_agreement_partner where agreement = 'pool';

-- ---- the chain: the hash again from what an export says, and one that was tampered with ----
select * from ph.verify_budget('money', 'pool');
select * from ph.verify_budget('money', 'other');
select * from ph.verify_budget('money', 'none');
create table public.kept as select ph.export_budget('money', 'pool') as exported;
select exported - 'entries' - 'chain' as terms, exported -> 'chain' ->> 'count' as count from public.kept;
with entry as (
	select e, (e ->> 'entry')::integer as number
	from public.kept, jsonb_array_elements(exported -> 'entries') e
), again as (
	select number, e ->> 'hash' as hash, encode(sha256(convert_to((e - 'hash' || jsonb_build_object('posted_at',
			to_char((e ->> 'posted_at')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text,
			'UTF8')), 'hex') as hash_again,
		e ->> 'previous_hash' as previous_hash, lag(e ->> 'hash', 1, (
			select encode(sha256(convert_to((exported - '{entries,chain,format}'::text[])::text, 'UTF8')), 'hex')
			from public.kept)) over (order by number) as before
	from entry
)
select count(*) as entries, bool_and(hash = hash_again) as hashes_are_of_the_rows,
	bool_and(previous_hash = before) as each_follows, max(hash) filter (where number = 5) = (
		select exported -> 'chain' ->> 'hash' from public.kept) as head_is_the_last
from again;
set timezone = 'Asia/Kathmandu';
set datestyle = 'German';
select count(*) as wrong_under_other_settings from ph.verify_budget('money', 'pool');
reset timezone;
set datestyle = 'ISO, YMD';
create function public.problems() returns table (entry bigint, problem text) begin atomic
	select v.*
	from public.kept, ph.verify_budget('money', 'pool', (exported -> 'chain' ->> 'count')::bigint,
		exported -> 'chain' ->> 'hash') v;
end;
select * from public.problems();
select * from ph.verify_budget('money', 'pool', 1);
-- what the export of an empty ledger prints
begin;
insert into budget_agreement values ('empty', 'E', 'virtual', null, '2024-04-01', '2025-04-01');
select ph.export_budget('money', 'empty') -> 'chain' as chain;
select * from ph.verify_budget('money', 'empty', 0, null);
select * from ph.verify_budget('money', 'pool', -1, 'x');
rollback;
begin;
set local session_replication_role = replica;
update budget_entry set amount = 101 where agreement = 'pool' and entry = 2;
select * from public.problems();
rollback;
begin;
set local session_replication_role = replica;
delete from budget_entry where agreement = 'pool' and entry = 2;
select * from public.problems();
rollback;
begin;
set local session_replication_role = replica;
update budget_agreement_partner set overspend_cap = 0 where agreement = 'pool' and partner = 'council';
select * from public.problems();
rollback;
begin;  -- the last entry taken away, and the head set to the one before: only who kept an export can tell
set local session_replication_role = replica;
delete from budget_entry where agreement = 'pool' and entry = 5;
update budget_head h
set count = 4, hash = e.hash
from budget_entry e
where h.agreement = 'pool' and e.agreement = 'pool' and e.entry = 4;
select count(*) as seen_without_an_export from ph.verify_budget('money', 'pool');
select * from public.problems();
rollback;

-- a column that comes later, and is not filled, breaks no chain
begin;
alter table budget_agreement add column note text;
alter table budget_agreement_partner add column note text;
alter table budget_entry add column note text;
select * from public.problems();
insert into budget_entry (agreement, partner, entry_date, kind, amount, note)
values ('pool', 'council', '2024-06-02', 'spend', 1, 'new');
select * from public.problems();
set local session_replication_role = replica;
update budget_agreement set note = 'x' where agreement = 'pool';
select * from public.problems();
rollback;

-- ---- who may post, and who may not ----
create role regress_budget_clerk;
grant usage on schema money to regress_budget_clerk;
set role regress_budget_clerk;
select count(*) from budget_entry;
reset role;
grant select on budget_agreement, budget_agreement_partner to regress_budget_clerk;
grant select, insert on budget_entry to regress_budget_clerk;
grant select, update on budget_head to regress_budget_clerk;
set role regress_budget_clerk;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('other', 'council', '2024-06-01', 'spend', 4);
update budget_head set hash = 'x' where agreement = 'other';
update budget_head set count = 0, hash = null where agreement = 'other';
create temp table lever (pulled boolean);
create function pg_temp.forge() returns trigger language plpgsql as $$
begin
	update money.budget_head set count = 1000, hash = 'x' where agreement = 'other';
	return new;
end
$$;
create trigger forge before insert on lever for each row execute function pg_temp.forge();
insert into lever values (true);
drop table lever;
update budget_entry set amount = 1;
delete from budget_entry;
select * from ph.verify_budget('money', 'other');
reset role;
select ph.export_budget('money', 'none');

-- ---- the ledger outlives the extension ----
reset search_path;
drop function public.problems;
select proname
from pg_depend d
join pg_proc p on d.classid = 'pg_proc'::regclass and d.objid = p.oid
where p.pronamespace = 'money'::regnamespace and d.refclassid = 'pg_extension'::regclass;
\set VERBOSITY default
begin;
drop extension population_health cascade;
insert into money.budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-07-01', 'spend', 5);
select entry, amount, length(hash) from money.budget_entry where agreement = 'pool' and entry > 4 order by entry;
savepoint deleted;
delete from money.budget_entry;
rollback to deleted;
rollback;
drop owned by regress_budget_clerk;
drop role regress_budget_clerk;
