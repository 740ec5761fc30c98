-- Who sees which ledger and posts to it: parties, hosts, stewards, the owner; and who tries what is not theirs.
\set SHOW_CONTEXT never
\set VERBOSITY terse
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
create role regress_la_owner;
create role regress_la_council;
create role regress_la_hospital;
create role regress_la_charity;
create role regress_la_stranger;
create role regress_la_steward;
create role regress_la_analyst;
-- a login inherits from a role that speaks; one that is of two partners is one at a time
create role regress_la_login login in role regress_la_council;
create role regress_la_both login noinherit in role regress_la_council, regress_la_charity;
select format('grant create on database %I to regress_la_owner', current_database()) \gexec

set role regress_la_owner;
call ph.create_shared_tables('ledger_access');
set search_path = ledger_access;
insert into partner
values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider'), ('charity', 'Charity', 'voluntary');
insert into service values ('ward', 'hospital', 'Ward', 'care', true, false);
insert into place (place_id, place_kind)
values ('A', 'LSOA21'), ('N', 'LAD24'), ('S', 'ICB24'), ('G', 'PRACTICE');
insert into place_parent values ('A', 'N'), ('N', 'S'), ('G', 'N');
insert into data_day values ('2024-06-30');
insert into person values ('ann', '1950-01-01');
insert into registration values ('ann', 'G', null, '1950-01-01');
call ph.create_population_views('ledger_access', neighbourhood => 'none');
call ph.create_budget_tables('ledger_access');
-- without sharing nothing changes
select count(*) as problems from ph.check_budget('ledger_access');
call ph.create_sharing_tables('ledger_access');
select kind, severity, object, finding, remedy from ph.finding('ledger_access') where kind like 'ledger%';
grant select on budget_entry to regress_la_stranger;
select * from ph.check_budget('ledger_access');
revoke select on budget_entry from regress_la_stranger;
call ph.secure('ledger_access');
select kind, object
from ph.finding('ledger_access')
where kind like 'ledger%' or kind in ('steward_posts', 'speaker_of_nobody');

insert into budget_agreement
values ('pool', 'Pool', 'section_75', 'council', '2024-04-01', '2025-04-01', 'contribution', 0.01),
	('aligned', 'Aligned', 'virtual', null, '2024-04-01', '2025-04-01', 'contribution', 0.01),
	('theirs', 'Theirs', 'virtual', null, '2024-04-01', '2025-04-01', 'contribution', 5),
	('empty', 'Nobody yet', 'virtual', null, '2024-04-01', '2025-04-01', 'contribution', 1);
insert into budget_agreement_partner (agreement, partner)
values ('pool', 'council'), ('pool', 'hospital'), ('aligned', 'council'), ('aligned', 'charity'),
	('theirs', 'hospital'), ('theirs', 'charity');
insert into partner_role
values ('regress_la_council', 'council'), ('regress_la_hospital', 'hospital'), ('regress_la_charity', 'charity');
insert into entitlement (role, level, purpose) values ('regress_la_analyst', 'national', 'planning');
call ph.refresh_access('ledger_access');
select format('call ph.grant_access(''ledger_access'', ''regress_la_%s'', ''bookkeeper'')', r)
from unnest('{council,hospital,charity,stranger}'::text[]) r \gexec
call ph.grant_access('ledger_access', 'regress_la_steward', 'steward');
call ph.grant_access('ledger_access', 'regress_la_analyst', 'analyst');
select relation, privilege, columns
from ph.access_grants('ledger_access', 'bookkeeper')
where privilege <> 'select' or relation like 'budget%';
select p.polrelid::regclass as relation, p.polname, p.polcmd, pg_get_expr(coalesce(polqual, polwithcheck), polrelid)
from pg_policy p
where polrelid::regclass::text like 'budget%' and (polrelid = 'budget_entry'::regclass or polcmd <> 'r')
order by 1, 2;

-- ---- the host keeps the ledger of a pool, in an alignment each posts its own ----
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('theirs', 'hospital', '2024-04-01', 'contribution', 35);
set role regress_la_council;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-04-01', 'contribution', 60), ('pool', 'hospital', '2024-04-01', 'contribution', 40),
	('aligned', 'council', '2024-04-01', 'contribution', 10)
returning agreement, entry, partner, posted_by = session_user as by_the_login;
insert into budget_entry (agreement, reverses, why) values ('pool', 2, 'paid in later');
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'charity', '2024-04-01', 'contribution', 10);
set role regress_la_charity;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'charity', '2024-04-01', 'contribution', 10) returning entry;
insert into budget_entry (agreement, reverses, why) values ('aligned', 1, 'not ours');
insert into budget_entry (agreement, reverses, why) values ('aligned', 2, 'ours') returning entry, partner, amount;
insert into budget_entry (agreement, partner, entry_date, kind, amount, posted_by)
values ('aligned', 'charity', '2024-04-01', 'contribution', 10, 'council');
set role regress_la_hospital;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'hospital', '2024-04-01', 'spend', 10);
insert into budget_entry (agreement, reverses, why) values ('pool', 1, 'not ours');

-- every role, agreement and partner against the rule: also a pool whose host is no partner of it, and one without host
set role regress_la_owner;
begin;
insert into budget_agreement
values ('hosted', 'Hosted', 'section_75', 'charity', '2024-04-01', '2025-04-01', 'contribution', 1),
	('hostless', 'Hostless', 'section_75', null, '2024-04-01', '2025-04-01', 'contribution', 1);
insert into budget_agreement_partner (agreement, partner)
select agreement, partner
from unnest('{hosted,hostless}'::text[]) agreement, unnest('{council,hospital}'::text[]) partner;
create temp table tried on commit drop as
select r.role, a.agreement, p.partner,
	coalesce(case a.kind when 'section_75' then a.host else p.partner end = r.partner, false) as owed,
	null::boolean as done, null::text as said
from partner_role r, budget_agreement a
join budget_agreement_partner p using (agreement);
reset role;
do $$
declare
	try record;
begin
	for try in select * from tried loop
		begin
			perform set_config('role', try.role, true);
			insert into ledger_access.budget_entry (agreement, partner, entry_date, kind, amount)
			values (try.agreement, try.partner, '2024-04-01', 'spend', 5);
			raise exception 'posted' using errcode = 'YY000';
		exception when others then
			perform set_config('role', 'none', true);
			update tried
			set done = sqlstate = 'YY000', said = sqlstate
			where (role, agreement, partner) = (try.role, try.agreement, try.partner);
		end;
	end loop;
end
$$;
select done, said, count(*), count(*) filter (where done <> owed) as wrong from tried group by done, said order by said;
rollback;

-- ---- what each sees: agreements, partners, heads, entries, views, functions ----
reset role;
create function pg_temp.seen() returns table (what text, agreements text) begin atomic
	select 'agreement', string_agg(agreement, ' ' order by agreement) from ledger_access.budget_agreement
	union all
	select 'partner', string_agg(concat(agreement, ':', partner), ' ' order by agreement, partner)
	from ledger_access.budget_agreement_partner
	union all
	select 'head', string_agg(concat(agreement, ':', count), ' ' order by agreement) from ledger_access.budget_head
	union all
	select 'entry', string_agg(concat(agreement, ':', entry), ' ' order by agreement, entry)
	from ledger_access.budget_entry
	union all
	select 'position', string_agg(distinct agreement, ' ') from ledger_access.agreement_position
	union all
	select 'closing', string_agg(concat(agreement, ':', closing), ' ' order by agreement, partner)
	from ledger_access.closing_balance
	union all
	select 'broken', string_agg(distinct a.agreement, ' ')
	from ledger_access.budget_agreement a, ph.verify_budget('ledger_access', a.agreement)
	union all
	select 'problem', string_agg(concat(problem, ': ', key), '; ') from ph.check_budget('ledger_access');
end;
grant execute on function pg_temp.seen() to public;
set role regress_la_owner;
select * from pg_temp.seen();
set role regress_la_council;
select * from pg_temp.seen();
select count(*) as of_other_tables from stream_overlap, need_per_post, need_beside_assets;
set role regress_la_hospital;
select * from pg_temp.seen();
set role regress_la_charity;
select * from pg_temp.seen();
set role regress_la_stranger;
select * from pg_temp.seen();
set role regress_la_steward;
select * from pg_temp.seen() where what <> 'problem';
select count(*) as of_other_tables from stream_overlap, need_per_post, need_beside_assets;
set role regress_la_analyst;
select count(*) from budget_agreement;

-- ---- a hidden agreement is as one that is not there ----
set role regress_la_council;
select ph.export_budget('ledger_access', 'theirs');
select ph.export_budget('ledger_access', 'none');
select * from ph.verify_budget('ledger_access', 'theirs');
select * from ph.verify_budget('ledger_access', 'none');
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('theirs', 'council', '2024-04-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('none', 'council', '2024-04-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('theirs', 'hospital', '2030-04-01', 'spend', 1) on conflict do nothing;
insert into budget_entry (agreement, reverses, why) values ('theirs', 1, 'guessed');
select * from budget_head where agreement = 'theirs' for update;
update budget_head set count = count where agreement = 'theirs' returning *;
update budget_head set count = 1, hash = 'x';
-- a function of one's own that costs nothing is shown no hidden row
create function pg_temp.tell(text) returns boolean cost 0.0001 language plpgsql as $$
begin
	if $1 ~ '^(theirs|empty)' then
		raise warning '%', $1;
	end if;
	return true;
end
$$;
select count(*) from budget_entry where pg_temp.tell(agreement || entry);
select count(*) from closing_balance where pg_temp.tell(agreement || partner);
-- nor does a file tell or take one, nor what ANALYZE has gathered
copy (select agreement from budget_head order by agreement) to stdout;
copy budget_entry (agreement, partner, entry_date, kind, amount) from stdin (format csv);
pool,council,2024-06-01,spend,1
\.
reset role;
analyze budget_agreement, budget_entry;
set role regress_la_council;
select count(*) as gathered from pg_stats where tablename in ('budget_agreement', 'budget_entry');
-- nor are terms, heads or entries written by others than the owner, whatever was granted
reset role;
grant insert, update, delete, truncate on budget_agreement, budget_agreement_partner, budget_head, budget_entry
	to regress_la_council;
set role regress_la_council;
insert into budget_agreement values ('theirs', 'x', 'virtual', null, '2024-04-01', '2025-04-01');
insert into budget_agreement values ('new', 'x', 'virtual', null, '2024-04-01', '2025-04-01');
insert into budget_agreement_partner values ('empty', 'council');
update budget_agreement set host = 'council' returning agreement;
delete from budget_agreement_partner returning agreement;
delete from budget_head returning agreement;
update budget_entry set amount = 1;
merge into budget_entry e
using (values ('theirs', 1)) v (agreement, entry) on (e.agreement, e.entry) = (v.agreement, v.entry)
when matched then update set amount = 1
when not matched then do nothing;
truncate budget_agreement cascade;
reset role;
revoke insert, update, delete, truncate on budget_agreement, budget_agreement_partner from regress_la_council;

-- ---- members ----
set session authorization regress_la_login;
set search_path = ledger_access;
select * from pg_temp.seen() where what = 'agreement';
select string_agg(agreement, ' ' order by agreement) as agreements from budget_agreement;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'hospital', '2024-05-01', 'spend', 7) returning entry, posted_by;
set role regress_la_hospital;
select scope('agreement', 'regress_la_hospital') as of_others, cardinality(scope('agreement', current_user)) as ours,
	cardinality(scope('agreement', 'regress_la_owner')) as of_the_owner;
set session authorization regress_la_both;
set search_path = ledger_access;
select count(*) from ledger_access.budget_agreement;
set role regress_la_charity;
select string_agg(agreement, ' ' order by agreement) as agreements from budget_agreement;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'council', '2024-05-01', 'spend', 7);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'charity', '2024-05-01', 'spend', 7) returning posted_by;
set role regress_la_council;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'council', '2024-05-01', 'spend', 7) returning posted_by;
reset session authorization;

-- ---- what the policies lack is found, and mended ----
set role regress_la_owner;
select kind, object
from ph.finding('ledger_access')
where kind like 'ledger%' or kind in ('steward_posts', 'speaker_of_nobody');
update budget_entry set segment = 'x' where false;
insert into budget_entry (agreement, partner, entry_date, kind, amount, segment, place)
values ('pool', 'council', '2024-05-01', 'spend', 7, 'frail', 'A');
grant select on budget_entry to regress_la_analyst, public;
create policy helpful on budget_agreement using (true);
create policy narrow on budget_agreement as restrictive using (true);
alter policy party on budget_entry using (true);
drop policy poster on budget_entry;
alter table budget_head disable row level security;
create view everything as select * from budget_entry;
create materialized view copied as select * from budget_entry;
create function told() returns bigint language sql security definer as
	'select count(*) from ledger_access.budget_entry';
grant insert on partner_role to regress_la_charity;
insert into partner_role values ('regress_la_gone', 'council');
select kind, object, remedy
from ph.finding('ledger_access')
where kind like 'ledger%' or kind in ('steward_posts', 'speaker_of_nobody')
	or kind = 'granted_to_public' and object not like '%()';
delete from partner_role where role = 'regress_la_gone';
revoke insert on partner_role from regress_la_charity;
drop function told;
drop materialized view copied;
drop view everything;
drop policy helpful on budget_agreement;
revoke select on budget_entry from regress_la_analyst, public;
call ph.create_budget_tables('ledger_access');
select kind, object
from ph.finding('ledger_access')
where kind like 'ledger%' or kind in ('steward_posts', 'speaker_of_nobody');

-- ---- a policy of others that hides entries from who posts neither forks the chain nor lets it begin again ----
create policy blind on budget_entry as restrictive for select using (posted_by = current_user);
create policy recent on budget_entry as restrictive for select using (entry > 2);
set role regress_la_council;
select count(*) from budget_entry where agreement = 'pool';
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-06-01', 'spend', 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'council', '2024-06-01', 'spend', 1), ('pool', 'council', '2024-06-01', 'spend', 1);
insert into budget_entry (agreement, reverses, why) values ('pool', 2, 'twice');
set role regress_la_owner;
drop policy blind on budget_entry;
drop policy recent on budget_entry;
select a.agreement, v.* from budget_agreement a, ph.verify_budget('ledger_access', a.agreement) v;
set role regress_la_council;
create policy blind on budget_entry as restrictive for select using (true);
set role regress_la_owner;
-- an entry that reverses hidden from who reverses again
create policy blind on budget_entry as restrictive for select using (reverses is null);
set role regress_la_council;
insert into budget_entry (agreement, reverses, why) values ('pool', 2, 'twice');
set role regress_la_owner;
drop policy blind on budget_entry;

-- ---- the policies outlive the extension ----
reset role;
begin;
drop extension population_health cascade;
set role regress_la_council;
select string_agg(agreement, ' ' order by agreement) as agreements from budget_agreement;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('pool', 'hospital', '2024-07-01', 'spend', 5) returning agreement;
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('aligned', 'charity', '2024-07-01', 'spend', 5);
rollback;
drop schema ledger_access cascade;
select format('drop owned by %1$I cascade; drop role %1$I', rolname)
from pg_roles
where rolname like 'regress\_la\_%'
order by rolname in ('regress_la_owner') \gexec
