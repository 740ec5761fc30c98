-- Rows that partners wrote: who sees which, recomputed here; employers and the police see nobody.
\set SHOW_CONTEXT never
set client_min_messages = warning;
create role regress_pr_owner;
select format('grant create on database %I to regress_pr_owner', current_database()) \gexec
select format('create role regress_pr_%s', purpose) from ph.purpose() \gexec
set role regress_pr_owner;

call ph.create_shared_tables('partner_rows');
set search_path = partner_rows, public;
insert into partner values
	('hospital', null, 'nhs_provider'), ('council', null, 'council'), ('charity', null, 'voluntary'),
	('works', null, 'employer'), ('police', null, 'police_fire');
insert into service select partner, partner from partner;
insert into place values ('A1', 'LSOA21'), ('A2', 'LSOA21'), ('D1', 'LAD24'), ('D2', 'LAD24'), ('I', 'ICB24');
insert into place_parent values ('A1', 'D1'), ('A2', 'D2'), ('D1', 'I'), ('D2', 'I');
insert into data_day values ('2024-06-30');
insert into person (person_id, birth_date) select 'P' || i, '1970-01-01' from generate_series(1, 40) i;
insert into residence (person_id, lsoa21_code, start_date)
select 'P' || i, 'A' || 1 + i % 2, '2000-01-01' from generate_series(1, 40) i;
create function pg_temp.drawn_purposes(n integer) returns text[] language sql as $$
	select case n % 7
		when 0 then null
		when 1 then '{}'
		else array(select p.purpose from ph.purpose() with ordinality p (purpose, description, k)
			where (n / 7) >> (k::integer - 1) & 1 = 1) end
$$;
insert into contact (person_id, contact_id, service, partner, start_date, purposes)
select 'P' || 1 + n % 40, n, p.partner, nullif(p.partner, 'charity'), date '2024-01-01' + n % 100,
	pg_temp.drawn_purposes(n)
from generate_series(1, 600) n
join (select partner, row_number() over (order by partner) - 1 as k from partner) p on p.k = n % 5;
insert into life_event (person_id, event_date, kind, partner, purposes)
select 'P' || 1 + n % 40, date '2023-01-01' + n, 'fell', (array['council', 'police', null])[1 + n % 3],
	pg_temp.drawn_purposes(n * 5)
from generate_series(1, 300) n;
insert into work_status (person_id, start_date, end_date, status, partner, purposes)
select 'P' || 1 + n % 40, date '2020-01-01' + n, date '2020-01-01' + n, 'employed',
	(array['works', 'council'])[1 + n % 2], pg_temp.drawn_purposes(n * 3)
from generate_series(1, 300) n;
insert into person_goal (person_id, goal_id, set_on, partner, purposes)
select 'P' || 1 + n % 40, n, date '2023-01-01' + n, (array['council', 'police', null, 'hospital'])[1 + n % 4],
	pg_temp.drawn_purposes(n * 11)
from generate_series(1, 200) n;
insert into engagement (person_id, activity, invited_on, partner, purposes)
select 'P' || 1 + n % 40, n, date '2023-01-01' + n, (array['charity', 'works'])[1 + n % 2],
	pg_temp.drawn_purposes(n * 2)
from generate_series(1, 200) n;
insert into intervention (intervention, version, partner) values ('advice', '1', 'council');
insert into offer (person_id, intervention, version, identified_on)
select 'P' || n, 'advice', '1', '2024-01-01' from generate_series(1, 40) n;
call ph.create_population_views(
	'partner_rows', neighbourhood => 'none', deprivation => 'none', population => 'resident');
call ph.create_record_views('partner_rows');
call ph.create_sharing_tables('partner_rows');
insert into may_use
select 'P' || i, purpose from generate_series(1, 40) i, ph.purpose() where (i + length(purpose)) % 5 > 0;
call ph.secure('partner_rows');
select format('call ph.grant_access(''partner_rows'', ''regress_pr_%s'', ''analyst'')', purpose)
from ph.purpose() \gexec
-- of every role one that stays, so that the policies do
insert into entitlement (role, level, place, purpose, justification)
select 'regress_pr_' || purpose, 'place', 'elsewhere', purpose, 'none needed' from ph.purpose();
call ph.refresh_access('partner_rows');
select count(*) from ph.finding('partner_rows') where kind in ('policy_altered', 'row_security_off', 'owner_view');

-- what a role with a purpose, places and partners is owed, from the rows themselves
create table truth as
select 'contact' as relation, contact_id as key, person_id, partner, purposes from contact
union all
select 'life_event', event_date::text, person_id, partner, purposes from life_event
union all
select 'work_status', start_date::text, person_id, partner, purposes from work_status
union all
select 'person_goal', goal_id::text, person_id, partner, purposes from person_goal
union all
select 'engagement', activity, person_id, partner, purposes from engagement
union all
select 'offer', person_id, person_id, null, array(select purpose from ph.purpose()) from offer;
create function owed(who_for text, places text[], speaks_for text[], justified boolean) returns text[]
language sql stable security definer set search_path = partner_rows, pg_temp
begin atomic
	select coalesce(array_agg(t.relation || ' ' || t.key order by t.relation collate "C", t.key collate "C"), '{}')
	from truth t
	join may_use u on u.person_id = t.person_id and u.purpose = who_for
	where (who_for = any (t.purposes) or t.partner = any (speaks_for))
		and 'D' || 1 + substr(t.person_id, 2)::integer % 2 = any (places)
		and (justified or not speaks_for && '{works,police}');
end;
create view seen with (security_invoker = true) as
select coalesce(array_agg(relation || ' ' || key order by relation collate "C", key collate "C"), '{}') as seen
from (
	select 'contact' as relation, contact_id as key from contact
	union all
	select 'life_event', event_date::text from life_event
	union all
	select 'work_status', start_date::text from work_status
	union all
	select 'person_goal', goal_id::text from person_goal
	union all
	select 'engagement', activity from engagement
	union all
	select 'offer', person_id from offer) s;
grant select on seen to public;
grant execute on function owed to public;

-- a thousand sets of entitlements, partners and justifications
create temp table wrong (n integer, who text, seen integer, owed integer);
create temp table size (seen integer);
reset role;
do $$
declare
	purpose text;
	who text;
	places text[];
	speaks_for text[];
	justified boolean;
	rows_seen text[];
	rows_owed text[];
	of_timeline bigint;
begin
	perform setseed(0.25);
	for n in 1 .. 1000 loop
		set local role regress_pr_owner;
		purpose := (array(select p.purpose from ph.purpose() p))[1 + floor(random() * 6)];
		who := 'regress_pr_' || purpose;
		justified := random() < 0.3;
		delete from partner_role;
		delete from entitlement where place <> 'elsewhere';
		places := array(select d from unnest('{D1,D2}'::text[]) d where random() < 0.7);
		speaks_for := array(select p.partner from partner p where random() < 0.25);
		-- who was entitled before it was said for whom he speaks is refused like all others
		insert into entitlement (role, level, place, purpose, justification)
		select who, 'place', d, purpose, case when justified then 'a court says so' end from unnest(places) d;
		insert into partner_role select who, p from unnest(speaks_for) p;
		execute 'set local role ' || who;
		select s.seen into rows_seen from seen s;
		select count(*) into of_timeline from person_timeline
		where source in ('contact', 'life_event', 'work_status', 'person_goal', 'engagement', 'offer');
		set local role regress_pr_owner;
		rows_owed := owed(purpose, places, speaks_for, justified);
		reset role;
		insert into size values (cardinality(rows_seen));
		if rows_seen <> rows_owed or of_timeline <> cardinality(rows_owed) then
			insert into wrong values (n, who, cardinality(rows_seen), cardinality(rows_owed));
		end if;
	end loop;
end
$$;
select count(*) as sets_with_wrong_rows from wrong;
select count(*) filter (where seen = 0) > 100 as some_see_nothing,
	count(*) filter (where seen > 200) > 100 as some_see_many
from size;

-- an employer or the police: refused where it is said for whom the role speaks, and found where it was said later
set role regress_pr_owner;
delete from partner_role;
delete from entitlement;
insert into partner_role values ('regress_pr_direct_care', 'police'), ('regress_pr_planning', 'council');
insert into entitlement (role, level, place, purpose) values ('regress_pr_direct_care', 'place', 'D1', 'direct_care');
\set VERBOSITY terse
insert into entitlement (role, level, place, purpose, justification)
values ('regress_pr_direct_care', 'place', 'D1', 'direct_care', '');
\set VERBOSITY default
insert into entitlement (role, level, place, purpose, justification)
values ('regress_pr_direct_care', 'place', 'D1', 'direct_care', 'missing person, order 7');
insert into entitlement (role, level, place, purpose) values
	('regress_pr_planning', 'place', 'D1', 'planning'), ('regress_pr_research', 'place', 'D1', 'research');
insert into partner_role values ('regress_pr_research', 'works');
insert into entitlement (role, level, place, purpose) values ('regress_pr_payment', 'place', 'D1', 'payment');
call ph.refresh_access('partner_rows');
select kind, severity, object, remedy
from ph.finding('partner_rows')
where kind in ('employer_or_police_entitled', 'role_of_no_partner', 'row_for_its_writer_alone');
set role regress_pr_research;
select count(*) from person;
select count(*) from person_timeline;
set role regress_pr_owner;

-- nor for a partner that is in no table, nor after SET ROLE to one that is entitled
set role regress_pr_payment;
select count(*) from person;
set role regress_pr_owner;
insert into partner_role values ('regress_pr_payment', 'Police');
set role regress_pr_payment;
select count(*) from person;
reset role;
create role regress_pr_officer;
grant regress_pr_risk_stratification to regress_pr_officer;
grant usage on schema partner_rows to regress_pr_officer;
set role regress_pr_owner;
insert into entitlement (role, level, place, purpose)
values ('regress_pr_risk_stratification', 'place', 'D1', 'risk_stratification');
insert into partner_role values ('regress_pr_officer', 'police');
call ph.refresh_access('partner_rows');
select kind, severity, object, remedy
from ph.finding('partner_rows')
where kind = 'employer_or_police_may_become' or object like '%Police';
reset role;
set role regress_pr_risk_stratification;
select count(*) from person;
set session authorization regress_pr_officer;
set role regress_pr_risk_stratification;
select count(*) from partner_rows.person;
reset session authorization;
set search_path = partner_rows, public;
set role regress_pr_owner;

-- what is folded for a purpose reads rows that may serve it
set population_health.purpose = 'planning';
select count(*) = (select count(*) from truth where relation = 'contact' and 'planning' = any (purposes)) as narrowed
from contact;
reset population_health.purpose;
-- so that who has no policies may not fold it
update service set crisis = true;
call ph.create_measure_tables('partner_rows');
call ph.fold_measures('partner_rows', '{crisis_contacts}', '{2023/24}', '{system}', '{}', purpose => 'planning');
select ph.events(m.tally) as folded, c.n as may_be
from measure_tally m, (
	select count(*) as n
	from contact
	where 'planning' = any (purposes) and start_date < '2024-04-01'
		and person_id in (select person_id from may_use where purpose = 'planning')
) c;
reset role;
set search_path = partner_rows, public;
\set VERBOSITY terse
call ph.fold_measures(
	'partner_rows', '{crisis_contacts}', '{2023/24}', '{system}', '{}', purpose => 'planning', refold => true);
\set VERBOSITY default
set role regress_pr_owner;
update service set crisis = null;

-- this week's list is of the rows that its asker may see, and nobody's for an employer
call ph.create_wobble_view(
	'partner_rows', before => '2024-03-01', false_alarms_per_1000 => 0.001, as_of => '2024-04-10');
call ph.create_wobble_view('partner_rows', before => '2024-03-01', as_of => '2024-04-10');
call ph.grant_access('partner_rows', 'regress_pr_research', 'analyst');
call ph.grant_access('partner_rows', 'regress_pr_planning', 'analyst');
select count(*) as people from wobble;
set role regress_pr_research;
select count(*) as people from wobble;
set role regress_pr_planning;
select count(*) as people, count(*) filter (where w.person_id not in (select person_id from person)) as others,
	count(last_partner) as seen, count(*) filter (where last_partner is not null and not exists (
		select from every_contact c where c.person_id = w.person_id and c.partner = w.last_partner)) as seen_by_others
from wobble w;
set role regress_pr_owner;

-- withdrawn by who wrote it: hidden at once
update contact set purposes = '{}' where partner = 'hospital';
set role regress_pr_planning;
select count(*) from contact where partner = 'hospital';
reset role;

reset search_path;
drop schema partner_rows cascade;
select format('drop role regress_pr_%s', purpose) from ph.purpose() \gexec
drop role regress_pr_officer;
drop owned by regress_pr_owner;
drop role regress_pr_owner;
