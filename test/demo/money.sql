-- What money the people need, what was spent on them and why it differs, and who gains. Into schema analysis.
--
--     psql -v schema=health -f test/demo/money.sql
--
-- comes after findings.sql. The budget of the last whole year is what the year before cost, shared by need: nobody
-- else's plan is known here. Prices are not known either, so that what became dearer counts as activity.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";
set jit = off;
set enable_nestloop = off;  -- nobody has statistics of how many people a day has

call ph.create_budget_tables(:'schema');
select exists (select from budget_entry) as has_ledger, exists (
    select
    from encounter
    where start_date >= analysis.day(-1) and start_date < analysis.day(0) and cost > 0)
  and exists (
    select
    from encounter
    where start_date >= analysis.day(0) and start_date < analysis.day(1) and cost > 0) as has_cost
\gset
create function analysis.in_pounds(n numeric) returns text language sql immutable parallel safe
return to_char(round(n, -3), 'FM999,999,999,990');
comment on function analysis.in_pounds(numeric) is
'money to the nearest 1,000, so that what is held back cannot be worked out';

\if :has_cost
call ph.create_segment_inputs(:'schema');
-- a model of few terms, since few people tell little; what nobody knows is left out
select analysis.day(0) as index_day, array(
    select input
    from unnest(ph_support.chosen_cost_inputs(:'schema', analysis.day(0), null, false)) input
    where input in ('age_sex', 'deprivation', 'long_term_conditions')) as terms
\gset
call ph.create_expected_cost(:'schema', :'index_day', :'terms');

create table analysis.money_person as
select y.year, c.person_id, c.place, c.expected, c.years, c.cost,
  case
    when i.long_term_conditions >= 2 then 'several conditions'
    when i.long_term_conditions = 1 then 'one condition'
    when i.long_term_conditions = 0 then 'no condition'
    else 'not known' end as segment
from generate_series(-1, 0) y (year)
cross join lateral person_expected_cost(analysis.day(y.year)) c
join lateral segment_inputs(analysis.day(y.year)) i on i.person_id = c.person_id
where c.expected is not null and c.cost is not null and c.years > 0 and c.place is not null;

create table analysis.money_explained as
select level, groups, r_squared
from ph.cost_explained(:'schema')
where split = 'test';

create table analysis.money_need as
select coalesce(p.name, n.place_id) as place, n.*
from ph.place_need(:'schema', 'place', 2) n
left join (select distinct place_id, name from place) p on p.place_id = n.place_id;

-- envelopes: the money of the year before, by expected cost; of segments as it was spent
create view analysis.place_envelope as
select place as place_id, ph.apportion(total, expected) over (order by place
  rows between unbounded preceding and unbounded following) as amount
from (
  select place, greatest(sum(expected), 0) as expected, (
    select round(sum(cost)::numeric, 2) from analysis.money_person where year = -1) as total
  from analysis.money_person
  where year = 0
  group by place
) p;
create view analysis.segment_envelope as
select segment, ph.apportion(total, cost) over (order by segment
  rows between unbounded preceding and unbounded following) as amount
from (
  select segment, sum(cost) as cost, (
    select round(sum(cost)::numeric, 2) from analysis.money_person where year = -1) as total
  from analysis.money_person
  where year = -1
  group by segment
) s;
create view analysis.money_segment as
select person_id, segment
from analysis.money_person
where year = 0;
delete from budget_run where run = 'report';
call ph.record_budget(:'schema', 'report', 'analysis.place_envelope', 'analysis.segment_envelope',
  'analysis.money_segment', as_of => :'index_day');

create table analysis.place_budget as
select coalesce(p.name, b.place_id) as place, b.segment, b.people, b.budget, b.lower, b.upper, r.status, b.spend
from ph.budget_outcome(:'schema', 'report', 'analysis.money_segment') b
join budget_run r on r.run = 'report'
left join (select distinct place_id, name from place) p on p.place_id = b.place_id;

create table analysis.money_bridge as
select segment, ph.variance_bridge(people_budget, people_actual, cost_budget, risk_budget, risk_actual, 1, 1, actual)
  over () as line
from (
  select segment, sum(years) filter (where year = -1) as people_budget,
    sum(years) filter (where year = 0) as people_actual,
    round((sum(cost) filter (where year = -1) / sum(years) filter (where year = -1))::numeric, 6) as cost_budget,
    sum(expected * years) filter (where year = -1) / sum(years) filter (where year = -1) as risk_budget,
    sum(expected * years) filter (where year = 0) / sum(years) filter (where year = 0) as risk_actual,
    round((sum(cost) filter (where year = 0))::numeric, 2) as actual
  from analysis.money_person
  group by segment
) s;
create table analysis.bridge_step as
select n, label, amount
from (
  select sum((line).budget) as budget, sum((line).population) as population, sum((line).mix) as mix,
    sum((line).need) as need, sum((line).activity) as activity, sum((line).actual) as actual
  from analysis.money_bridge
) of_all,
unnest(array['The year before', 'Population', 'Mix', 'Need', 'Activity', 'The last year'],
  array[budget, population, mix, need, activity, actual]) with ordinality step (label, amount, n);

-- a contract on that year: half of what is saved, from 2 % on; and whether chance would have paid it
create table analysis.money_contract as
select ph.contract(max_share => 0.5, msr => 0.02, quality_rule => 'pass', two_sided => false) as contract,
  round(sum(cost) filter (where year = -1)::numeric / sum(years) filter (where year = -1)::numeric, 2) as benchmark,
  round(sum(cost) filter (where year = 0)::numeric / sum(years) filter (where year = 0)::numeric, 2) as actual,
  round(sum(years) filter (where year = 0)::numeric, 2) as person_years,
  stddev_samp(cost / years) filter (where year = 0)
    / nullif(avg(cost / years) filter (where year = 0), 0) as variation
from analysis.money_person;
create table analysis.money_settlement as
select c.benchmark, c.actual, c.person_years, s.*, u.probability_paying
from analysis.money_contract c
cross join lateral ph.settlement(contract, benchmark, actual, person_years, quality => 1) s
cross join lateral ph.settlement_uncertainty(0, person_years::float8, person_years::float8, variation, msr => 0.02) u;

-- the failures of that contract, whatever the year was: a scenario a row, partners by weight
create table analysis.money_failure as
select t.*
from analysis.money_contract c
cross join lateral ph.incentive_test(contract, benchmark, benchmark * 0.97, person_years,
  scenarios => array[
    ph.scenario('emergency admissions fall', health => 1, worst_fifth => 0, admissions_avoided => 10,
      admission_cost => 3000),
    ph.scenario('the worst fifth improves most', health => 1, worst_fifth => 1, cost_factor => 1.005),
    ph.scenario('coded risk creeps up by 3 %', health => 0, worst_fifth => 0, benchmark_factor => 1.03),
    ph.scenario('the sick are left out', health => -1, worst_fifth => -1, left_out => 0.02, left_out_cost => 6,
      left_out_benchmark => 3),
    ph.scenario('quality slips', health => 0, worst_fifth => 0, quality => 0.5, cost_factor => 0.99)],
  partners => array[
    ph.partner_effect('hospital', 0.5, income_per_admission => 2500), ph.partner_effect('practices', 0.3),
    ph.partner_effect('council', 0.2)],
  quality => 1) t
where t.finding is not null;

create view analysis.money_need_table as
select place as "place", analysis.shown(people) as "people",
  case when not analysis.hidden(people) then analysis.figure(need_index) end as "need",
  case when not analysis.hidden(people) then analysis.figure(experience) end as "own cost",
  case when not analysis.hidden(people) then analysis.interval_of(lower, upper) end as "by chance from and to",
  case when not analysis.hidden(people) then analysis.percent(limited_credibility) end as "own cost is trusted by",
  case when not analysis.hidden(people) then analysis.figure(limited_index) end as "settled"
from analysis.money_need
order by place;

create view analysis.place_budget_table as
select place as "place", segment as "people with", analysis.shown(people) as "people",
  case when analysis.hidden(people) then 'held back' else analysis.in_pounds(budget) end as "budget",
  case when not analysis.hidden(people) then format('%s to %s', analysis.in_pounds(lower), analysis.in_pounds(upper))
    end as "by chance from and to",
  case when analysis.hidden(people) then 'held back' else analysis.in_pounds(spend) end as "spent"
from analysis.place_budget
order by place, segment;

create view analysis.money_settlement_table as
select line as "line", amount as "pounds"
from analysis.money_settlement s,
lateral (
  values (1, 'benchmark a head', analysis.figure(s.benchmark::float8)),
    (2, 'actual a head', analysis.figure(s.actual::float8)),
    (3, 'saved (below 0: overspent)', analysis.in_pounds(s.gross)),
    (4, 'to the partners', analysis.in_pounds(s.provider_rounded)),
    (5, 'to who pays', analysis.in_pounds(s.payer_rounded))) l (n, line, amount)
order by n;

create view analysis.money_failure_table as
select scenario as "scenario", partner as "partner", analysis.in_pounds(gain) as "gains", finding as "finding",
  array_to_string(reasons, ', ') as "why the population loses"
from analysis.money_failure
order by finding, scenario, partner;
\endif

\if :has_ledger
create table analysis.pool_closing as
select name, partner, contribution, spend, closing_rounded, settlement
from closing_balance;
create view analysis.pool_closing_table as
select name as "agreement", partner as "partner", analysis.in_pounds(contribution) as "paid in",
  analysis.in_pounds(spend) as "spent", analysis.whole(closing_rounded) as "back (below 0: to pay)",
  settlement as "how"
from analysis.pool_closing
order by name, partner;

create table analysis.prevention_month as
select start_date, upstream_share,
  ph.control_xmr(upstream_share, start_date::timestamp at time zone 'UTC', 'higher', calendar => 'any')
    over (order by start_date rows between unbounded preceding and unbounded following) as point
from prevention_trend
where period_kind = 'month';
\endif
reset jit;
reset enable_nestloop;
