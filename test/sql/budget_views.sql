-- Views of money, staff and assets against sums of their own, and what ph.check_budget and ph.finding list.
\set SHOW_CONTEXT never
\set VERBOSITY terse
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
call ph.create_budget_views('budget_views_test');
call ph.create_shared_tables('budget_views_test');
call ph.create_budget_tables('budget_views_test');
set search_path = budget_views_test;
insert into place (place_id, place_kind) values ('N', 'LAD24'), ('S', 'LAD24');
insert into partner
values ('council', 'Council', 'council'), ('hospital', 'Hospital', 'nhs_provider'), ('charity', 'Charity', 'voluntary');
insert into service
values ('ward', 'hospital', 'Ward', 'care', true, false), ('nurse', 'hospital', 'Nurse', 'care', false, true),
	('advice', 'charity', 'Advice', 'determinants', false, true), ('desk', 'council', 'Desk', null, false, null),
	('scan', 'hospital', 'Scan', 'care', false, false);
insert into budget_agreement
values ('pool', 'Pool', 'section_75', 'council', '2024-04-15', '2024-08-01', 'contribution', 0.01),
	('shared', 'Aligned', 'virtual', 'council', '2024-04-01', '2024-08-01', 'agreed', 1);
insert into budget_agreement_partner
values ('pool', 'council', null, null), ('pool', 'hospital', null, 30), ('pool', 'charity', null, 10),
	('shared', 'council', 0.5, null), ('shared', 'hospital', 0.5, null);
insert into funding_stream
values ('a', 'A', 'x', 'communities', null, null, 'council', 'g', '2024-04-01', '2025-04-01', 100),
	('b', 'B', 'x', 'care', 'old', 'N', 'hospital', 'g', '2024-07-01', null, 50),
	('c', 'C', 'x', 'care', 'young', 'N', 'charity', 'g', null, '2024-07-01', 50),
	('d', 'D', 'x', 'care', 'old', 'S', 'charity', 'h', null, null, 50);
insert into budget_entry (agreement, partner, entry_date, kind, amount, service, place, stream, why)
values ('pool', 'council', '2024-04-15', 'opening', -20, null, null, null, null),
	('pool', 'council', '2024-04-15', 'contribution', 120, null, null, null, null),
	('pool', 'hospital', '2024-05-01', 'contribution', 100, null, null, null, null),
	('pool', 'charity', '2024-05-01', 'contribution', 50, null, null, null, null),
	('pool', 'hospital', '2024-05-02', 'spend', 200, 'ward', 'N', null, null),
	('pool', 'hospital', '2024-07-02', 'spend', 60, 'nurse', 'S', null, null),
	('pool', 'charity', '2024-07-03', 'spend', 60, 'advice', 'S', 'a', null),
	('pool', 'council', '2024-07-04', 'spend', 15, 'desk', null, null, null),
	('pool', 'council', '2024-07-05', 'spend', 5, null, null, null, null),
	('pool', 'hospital', '2024-07-31', 'adjustment', -10, 'nurse', 'S', null, 'late credit'),
	('shared', 'council', '2024-04-01', 'contribution', 10, null, null, null, null),
	('shared', 'hospital', '2024-04-01', 'contribution', 10, null, null, null, null),
	('shared', 'hospital', '2024-06-01', 'spend', 13, 'scan', null, null, null);
insert into budget_entry (agreement, reverses, why) values ('pool', 9, 'twice');
insert into staff
values ('nurse', 'N', '2024-05-01', 'nurse', 2), ('nurse', 'N', '2024-05-01', 'assistant', 0.5),
	('nurse', 'N', '2024-06-01', 'nurse', 0), ('advice', 'S', '2024-05-01', null, 1),
	('desk', 'W', '2024-05-01', null, 1);
insert into place_need
values ('N', '2024-01-01', 900, 1000, 'by hand'), ('N', '2024-06-01', 900, 1100, 'by hand'),
	('S', '2024-06-01', 800, 700, 'by hand');
insert into asset
values ('h1', 'hall', 'N', 'council', 50, 'places'), ('h2', 'hall', 'N', null, 30, 'places'),
	('p1', 'park', 'S', 'council', null, null), ('p2', 'park', null, 'council', null, null);

-- ---- positions ----
select agreement, month, paid_in, spend, balance, round(share_spent::numeric, 4) as share_spent,
	round(share_of_period::numeric, 4) as share_of_period, is_posted
from agreement_position
order by agreement, month;
select agreement, partner, opening, contribution, spend, round(share::numeric, 4) as share, closing, closing_rounded,
	pool, balance, unfunded, paid_by_host, settlement, note
from closing_balance
order by agreement, partner;
-- what partners are left with closes: paid in less spent, and what moves in a real pool is among them
select agreement, sum(closing_rounded) = min(balance) + min(unfunded) as closes,
	sum(opening + contribution - spend) = min(balance) as of_the_ledger,
	bool_and(kind = 'section_75' or paid_by_host = 0) as virtual_moves_no_money
from closing_balance
group by agreement, kind
order by agreement;

-- ---- pillars, crisis and upstream ----
select * from pillar_month order by month, pillar, stance;
select (select sum(spend) from pillar_month) = (
		select sum(amount) from budget_entry where kind in ('spend', 'adjustment')) as all_spend_is_there,
	(select sum(whole_time_equivalents) from pillar_month) = (
		select sum(whole_time_equivalents) from staff) as all_staff;
select period_kind, start_date, crisis_spend, upstream_spend, other_spend, unknown_spend,
	round(upstream_share::numeric, 4) as upstream_share, crisis_contacts, agreements, began, ended, note
from prevention_trend
order by period_kind, start_date;
-- contacts come with the views of the record
insert into person values ('ann', '1950-01-01');
insert into contact (contact_id, person_id, service, start_date, cost)
values ('1', 'ann', 'ward', '2024-05-03', 7), ('2', 'ann', 'advice', '2024-05-04', null),
	('3', 'ann', 'desk', '2024-05-05', 2);
call ph.create_record_views('budget_views_test');
call ph.create_budget_views('budget_views_test');
select pillar, stance, spend, contacts, contact_cost, whole_time_equivalents
from pillar_month
where month = '2024-05-01'
order by pillar, stance;
select crisis_contacts, upstream_contacts from prevention_trend where start_date = '2024-05-01';

-- ---- does the trend see money that moves, and none that does not? ----
insert into budget_agreement values ('moving', 'M', 'virtual', null, '2020-01-01', '2022-01-01');
insert into budget_agreement_partner values ('moving', 'hospital');
begin;
insert into budget_entry (agreement, partner, entry_date, kind, amount, service)
select 'moving', 'hospital', day, 'spend', 500 + sign * (i + 3 * (i % 3)), service
from (select i, (date '2020-01-01' + i * interval '1 month')::date as day from generate_series(0, 23) i) m
cross join (values ('ward', -1), ('nurse', 1)) s (service, sign);
select count(*) filter (where point_type = 'special_cause_improvement') as improvements,
	max(point_type) filter (where start_date = '2021-12-01') as last_month
from prevention_trend
where period_kind = 'month' and start_date < '2022-01-01';
rollback;
begin;
insert into budget_entry (agreement, partner, entry_date, kind, amount, service)
select 'moving', 'hospital', day, 'spend', 500 + sign * 5 * (i * 7 % 5), service
from (select i, (date '2020-01-01' + i * interval '1 month')::date as day from generate_series(0, 23) i) m
cross join (values ('ward', -1), ('nurse', 1)) s (service, sign);
select count(*) filter (where point_type = 'common_cause') as common_cause
from prevention_trend
where period_kind = 'month' and start_date < '2022-01-01';
rollback;

-- an agreement that ends takes its crises with it: that is no move to prevention, and the view says so, beside the
-- day on which it ends, in the months and quarters that are not wholly before it or after; one without spending is none
begin;
insert into budget_agreement
select agreement, agreement, 'virtual', null, start_date, end_date
from (
	values ('stays', date '2010-01-01', date '2012-01-01'), ('ends', '2010-01-01', '2010-09-01'),
		('ends_within', '2010-01-01', '2010-11-16'), ('begins', '2011-02-10', '2012-01-01'),
		('unspent', '2010-01-01', '2010-06-01')
) a (agreement, start_date, end_date);
insert into budget_agreement_partner (agreement, partner)
select agreement, 'hospital'
from budget_agreement
where agreement in ('stays', 'ends', 'ends_within', 'begins', 'unspent');
insert into budget_entry (agreement, partner, entry_date, kind, amount, service)
select agreement, 'hospital', greatest(month, start_date), 'spend', amount, service
from budget_agreement a
join (
	values ('stays', 'nurse', 50), ('stays', 'ward', 10), ('ends', 'ward', 90), ('ends_within', 'ward', 40),
		('begins', 'ward', 40)) s (agreement, service, amount) using (agreement)
cross join lateral (
	select m::date
	from generate_series(date_trunc('month', start_date::timestamp), end_date - interval '1 day', '1 month') m
) m (month);
select period_kind, start_date, round(upstream_share::numeric, 3) as upstream_share, point_type, agreements, began,
	ended, note
from prevention_trend
where start_date < '2012-01-01'
order by period_kind, start_date;
rollback;

-- ---- need beside staff and assets; streams ----
select service, place, month, whole_time_equivalents, weighted_population, need_per_post, note
from need_per_post
order by service, place, month;
select place, kind, unit, assets, capacity, weighted_population, need_per_capacity, note
from need_beside_assets
order by place, kind;
select * from stream_overlap order by stream, other_stream;
-- a place within another: while it lies there, over any number of steps, by one way or two, and in a circle
begin;
insert into place (place_id, place_kind) values ('A', 'LSOA21'), ('M', 'MSOA21'), ('W', 'WARD24'), ('I', 'ICB24');
insert into place_parent (place_id, parent_id, start_date, end_date)
values ('A', 'M', null, null), ('A', 'W', null, null), ('M', 'N', null, '2024-06-01'), ('W', 'N', null, '2024-03-01'),
	('M', 'S', '2024-06-01', null), ('N', 'I', null, null), ('S', 'I', null, null);
insert into funding_stream (stream, name, goal, place, start_date, end_date)
values ('p', 'p', 'near', 'A', null, null), ('q', 'q', 'near', 'N', '2024-01-01', null),
	('r', 'r', 'near', 'S', null, '2024-12-01'), ('s', 's', 'near', 'I', null, null),
	('t', 't', 'near', 'W', null, null), ('u', 'u', 'near', 'elsewhere', null, null),
	('v', 'v', 'near', 'A', '2030-01-01', null);
select stream, other_stream, place, start_date, end_date
from stream_overlap
where goal = 'near'
order by stream, other_stream;
insert into place_parent values ('I', 'A');
select count(*) > 0 as answered from stream_overlap where goal = 'near';
rollback;
select count(*) filter (where col_description(attrelid, attnum) is null) as columns_without_a_word
from pg_attribute a
join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'budget_views_test'::regnamespace and a.attnum > 0 and not a.attisdropped
	and c.relkind in ('r', 'v')
	and (c.relname ~ '^(budget|agreement|closing|pillar|prevention|need|stream|funding|staff|asset|place_need)');
select count(*) as with_rights_of_their_owner
from pg_class
where relnamespace = 'budget_views_test'::regnamespace and relkind = 'v'
	and not 'security_invoker=true' = any (reloptions);

-- ---- what is wrong ----
select * from ph.check_budget('budget_views_test');
insert into budget_agreement values ('bad', 'B', 'section_75', null, '2024-04-01', '2025-04-01', 'agreed', 0.01),
	('odd', 'O', 'virtual', 'nobody', '2024-04-01', '2025-04-01', 'contribution', 0.01);
insert into budget_agreement_partner
values ('bad', 'council', 0.3, 5), ('bad', 'hospital', 0.6, 5), ('bad', 'ghost', null, 5), ('odd', 'council', null, 0);
insert into budget_entry (agreement, partner, entry_date, kind, amount, service, place, stream)
values ('bad', 'council', '2024-05-01', 'spend', 40, 'none', 'nowhere', 'zz'),
	('bad', 'council', '2024-05-01', 'spend', 70, 'ward', 'N', 'b');
insert into budget_agreement values ('hostless', 'H', 'section_75', null, '2024-04-01', '2025-04-01');
insert into budget_agreement_partner values ('hostless', 'council', null, 1), ('hostless', 'hospital', null, 1);
insert into budget_entry (agreement, partner, entry_date, kind, amount)
values ('hostless', 'council', '2024-05-01', 'contribution', 4), ('hostless', 'hospital', '2024-05-01', 'spend', 10);
insert into funding_stream (stream, name, partner, place) values ('e', 'E', null, 'nowhere');
insert into staff values ('ghost', 'nowhere', '2024-05-01', null, 1), ('nurse', 'N', '2024-05-01', null, 1);
insert into asset values ('x', 'bench', 'nowhere', 'ghost', 3, null);
insert into place_need values ('nowhere', '2024-01-01', 1, 1, 'by hand');
set session_replication_role = replica;
insert into budget_entry (
	agreement, entry, partner, entry_date, kind, amount, posted_by, posted_at, previous_hash, hash)
select 'odd', 1, 'council', '2023-05-01', 'spend', 4, 'x', now(), 'x', 'x';
set session_replication_role = origin;
select * from ph.check_budget('budget_views_test');
-- of an amount that went past the triggers the view has no answer, but all that can be checked is
begin;
set local session_replication_role = replica;
update budget_entry set amount = 0.001 where agreement = 'pool' and entry = 5;
select * from ph.check_budget('budget_views_test') where problem like '%cannot%' or problem = 'broken chain';
select agreement, count(closing_rounded) as told, min(note) as note
from closing_balance
group by agreement
order by agreement;
rollback;
-- rows that the tables refuse
insert into staff values ('nurse', 'N', '2024-05-02', null, 1);
insert into staff values ('nurse', 'N', '2024-07-01', null, -1);
insert into staff values ('nurse', 'N', '2024-05-01', null, 2);
insert into asset values ('y', 'bench', 'N', null, -1);
insert into funding_stream (stream, name, pillar) values ('f', 'F', 'wealth');
insert into funding_stream (stream, name, amount) values ('f', 'F', -1);
insert into place_need values ('N', '2025-01-01', -1, 1, 'by hand');
select * from ph.check_budget('nowhere');

-- ---- what ph.finding says, and whom ph.grant_access lets read ----
call ph.create_sharing_tables('budget_views_test');
select kind, severity, object from ph.finding('budget_views_test') where kind like 'ledger%';
alter table budget_entry disable trigger keep_ledger, disable trigger keep_alone;
drop trigger append on budget_entry;
create role regress_money_reader;
grant select on budget_entry, budget_line to regress_money_reader;
insert into budget_run (run, level, as_of, cost_name, cost_as_of, inputs, model, confidence, people, no_cost, no_place,
	no_segment)
values ('plan', 'place', '2024-04-01', 'cost', '2023-04-01', '{}', '{}', 0.95, 1, 0, 0, 0);
insert into budget_line (run, place_id, segment, people, budget) values ('plan', 'N', 'old', 1, 900);
select kind, severity, object, remedy from ph.finding('budget_views_test') where kind = 'budget_open';
update budget_entry set segment = 'old' where agreement = 'bad' and place = 'N';
select kind, severity, object, remedy from ph.finding('budget_views_test') where kind like 'ledger%';
call ph.create_budget_tables('budget_views_test');
select kind, object from ph.finding('budget_views_test') where kind = 'ledger_unguarded';
create or replace function keep_ledger() returns trigger language plpgsql as 'begin return null; end';
select kind, object, remedy from ph.finding('budget_views_test') where kind = 'ledger_unguarded';
call ph.create_budget_tables('budget_views_test');
select count(*) as unguarded from ph.finding('budget_views_test') where kind = 'ledger_unguarded';
select k.kind, string_agg(distinct g.relation, ', ' order by g.relation) as money
from ph.access_kind() k
left join ph.access_grants('budget_views_test', k.kind) g on g.relation in (
	'budget_agreement', 'budget_entry', 'closing_balance', 'pillar_month', 'prevention_trend', 'funding_stream',
	'need_per_post')
group by k.kind
order by k.kind;
drop owned by regress_money_reader;
drop role regress_money_reader;
set client_min_messages = warning;
drop schema budget_views_test cascade;
