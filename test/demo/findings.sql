-- What a leadership group asks of the measures: what was found, how sure it is, and where.
--
--     psql -v schema=health -f test/demo/findings.sql
--
-- comes after measures.sql and analysis.sql, into schema analysis. Every number is one of the views of measures; one
-- that tells of fewer than 10 people is not shown, nor as many more as it takes that it cannot be worked out.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";

create function analysis.figure(n float8) returns text language sql immutable parallel safe
return case
  when abs(n) >= 100 then to_char(n, 'FM999,999,999,990')
  when abs(n) >= 10 then to_char(n, 'FM990.0')
  else to_char(n, 'FM0.00') end;
create function analysis.interval_of(lower float8, upper float8) returns text language sql immutable parallel safe
return format('%s to %s', analysis.figure(lower), analysis.figure(upper));

create function analysis.chance_in_words(chance float8) returns text language sql immutable parallel safe
return case when chance < 0.005 then 'below 0.01' when chance > 0.995 then 'above 0.99' else to_char(chance, 'FM0.00')
  end;
create function analysis.before(value float8, since text) returns text language sql immutable parallel safe
return case when since is not null then coalesce(analysis.figure(value), 'fewer than 10 people') end;
comment on function analysis.before(float8, text) is
'the value of the year before: a verdict without it tells that it was of too few to be shown';

create table analysis.year as
select c.name, f.period as start_date, rank() over (order by f.period desc) = 1 as is_last,
  coalesce((
      select v.place_id
      from measure_value v
      where v.level = 'system' and v.place_id <> 'unknown'
      group by v.place_id
      order by max(v.people) desc, v.place_id
      limit 1
    ), 'unknown') as system
from (select distinct period from measure_fold where period_kind = 'financial_year') f
join calendar c on c.kind = 'financial_year' and c.start_date = f.period
order by f.period desc
limit 2;

create table analysis.scorecard as
with counted as (
  select measure, v.period, v.level, place_id, f.people_with_event, f.people, before_value,
    lag(f.people_with_event) over (partition by measure, version, v.level, place_id order by v.period) as people_before
  from measure_value v
  join measure_tally f using (measure, version, level, place_id, period_kind, period)
  where f.breakdown = 'all' and v.period_kind = 'financial_year'
)
select s.*, m.indicator, m.aim, m.areas is not null as of_areas,
  case
    when m.areas is not null or not coalesce(analysis.hidden(people_before), false) then before_value
  end as before_value,
  m.areas is null and (analysis.hidden(people_with_event) or analysis.hidden(c.people)) as hidden
from analysis.year y
cross join lateral ph.scorecard(:'schema', y.system, y.name) s
join ph_support.latest_measures(:'schema') m using (measure)
join counted c on c.measure = s.measure and c.period = y.start_date and c.level = 'system' and c.place_id = y.system
where y.is_last;

create view analysis.scorecard_table as
select group_name as "group", name as "measure",
  case
    when hidden then 'not shown: fewer than 10 people'
    when since_year_before = 'similar' then 'no clear change'
    else coalesce('surely ' || since_year_before, 'no year before')
  end as "since the year before",
  case when not hidden then analysis.figure(value) end as "value",
  case when not hidden then analysis.interval_of(lower, upper) end as "95 % limits",
  case when not hidden then analysis.before(before_value, since_year_before) end as "year before", unit as "unit",
  case better when 'neither' then 'neither way' else better end as "better is"
from analysis.scorecard
where value is not null
order by group_name, array_position(array['worse', 'better', 'higher', 'lower'], since_year_before), hidden, name;

create function analysis.why(note text) returns text language sql immutable
return case
  when note = 'no_data' then 'the source has no record of the year'
  when note ~ 'fewer_than_10_events' then 'fewer than 10 events'
  when note ~ '^empty_band' then 'nobody of some ages is here'
  when note ~ 'population_not_above_5000' then 'not of 5,000 people or fewer'
  else replace(note, '_', ' ')
end;

create view analysis.no_value_table as
select name as "measure", analysis.why(note) as "why"
from analysis.scorecard
where value is null
order by note <> 'no_data', name;

-- the measures that have a page: the first six of these that have a value
create table analysis.chosen as
select row_number() over (order by position) as position, m.*, s.value as system_value
from unnest(array['emergency_admissions', 'ae_attendances', 'deaths_under_75', 'gp_contacts', 'cost_a_head',
    'multimorbidity', 'ambulatory_care_sensitive_admissions', 'smoking', 'diabetes_prevalence'])
  with ordinality p (measure, position)
join ph_support.latest_measures(:'schema') m using (measure)
join analysis.scorecard s using (measure)
where s.value is not null and not s.hidden
order by p.position
limit 6;

-- places of the last year, and their fifths of deprivation
create table analysis.place_value as
select v.*, m.indicator, m.kind, t.people_with_event, t.tally,
  m.areas is null and (analysis.hidden(t.people_with_event, below) or analysis.hidden(t.people)) as hidden
from analysis.year y
join measure_value v on v.period = y.start_date and v.period_kind = 'financial_year'
join ph_support.latest_measures(:'schema') m using (measure, version)
join measure_tally t using (measure, version, level, place_id, period_kind, period)
cross join lateral (
  select coalesce(sum(o.people_with_event), 0) as below
  from measure_tally o
  where (o.measure, o.version, o.level, o.breakdown, o.period_kind, o.period)
      = (t.measure, t.version, t.level, 'all', t.period_kind, t.period)
    and (o.people_with_event, o.place_id) < (t.people_with_event, t.place_id)
) smaller
where y.is_last and t.breakdown = 'all' and v.level <> 'system' and v.place_id <> 'unknown';

create table analysis.fifth as
select t.measure, t.group_name, t.tally, t.value, t.note, t.people, t.people_with_event,
  analysis.hidden(people_with_event, coalesce(sum(people_with_event) over (
    partition by measure order by people_with_event, group_name rows between unbounded preceding and 1 preceding), 0))
    as hidden
from analysis.year y
join measure_tally t on t.period = y.start_date and t.period_kind = 'financial_year' and t.level = 'system'
  and t.place_id = y.system
join analysis.chosen c using (measure, version)
where y.is_last and t.breakdown = 'deprivation_quintile' and t.group_name <> 'unknown';

-- before and after: the gap by deprivation of the system and of places
create table analysis.gap as
select i.*, y.name as year
from analysis.year y
join measure_inequality i on i.period = y.start_date and i.period_kind = 'financial_year'
where y.is_last and i.place_id <> 'unknown'
  and (i.level = 'system' and i.place_id = y.system
    or i.level = 'place' and i.measure in (select measure from analysis.chosen));

create view analysis.gap_table as
select name as "measure", place_name as "place", analysis.figure(-slope) as "gap",
  analysis.interval_of(-slope_upper, -slope_lower) as "95 % limits", unit as "unit",
  analysis.figure(-slope_change) as "change", analysis.interval_of(-slope_change_upper, -slope_change_lower)
    as "limits of the change",
  case
    when verdict is not null then concat_ws(': ', verdict, how)
    when better = 'neither' then 'no side is better'
    else 'the year before has no gap to compare'
  end as "since the year before"
from analysis.gap
where slope_lower is not null
  and not exists (select from analysis.place_value v where v.measure = gap.measure and v.level = gap.level
    and v.place_id = gap.place_id and v.hidden)
  and measure in (select measure from analysis.scorecard where not hidden)
order by level <> 'system', name, place_name;

-- which level of places a picture shows: the smallest of which at least nine in ten may be shown
create table analysis.shown_level as
select distinct on (measure) measure, level, places, left_out
from (
  select measure, level, count(*) as places, count(*) filter (where hidden or value is null) as left_out
  from analysis.place_value
  where level in ('small_area', 'neighbourhood', 'place') and measure in (select measure from analysis.chosen)
  group by measure, level
) counted
where places between 5 and 200 and left_out <= 0.1 * places
order by measure, places desc;

create table analysis.mapped as
select v.*, c.system_value, y.name as year
from analysis.shown_level l
join analysis.chosen c using (measure)
join analysis.place_value v using (measure, level)
cross join analysis.year y
where y.is_last and l.measure = (
    select measure from analysis.shown_level join analysis.chosen using (measure) order by position limit 1);

create table analysis.funnel as
select v.measure, v.level, v.place_id, v.place_name, v.hidden,
  -- allows for people who have several, and for places that differ by more than chance
  ph.funnel(numerator, case when v.indicator <> 'dsr' then denominator end,
    case v.indicator when 'proportion' then 'proportion' else 'rate' end, per => v.per,
    rate => case v.indicator when 'dsr' then value end,
    rate_type => case v.indicator when 'dsr' then 'dsr' when 'rate' then 'crude' end,
    overdispersion => 'winsorised') over places as point
from analysis.place_value v
join analysis.shown_level using (measure, level)
where v.indicator in ('proportion', 'rate', 'dsr')
window places as (partition by v.measure);

create table analysis.trend as
select t.period, t.measure, t.unit, t.chart_value, t.mean, t.lower_limit, t.upper_limit, t.rule, t.improvement,
  t.variation, t.note, analysis.hidden(f.people_with_event, coalesce(sum(f.people_with_event) over (
    partition by t.measure order by f.people_with_event, t.period rows between unbounded preceding and 1 preceding), 0))
    as hidden, m.seasonal
from analysis.year y
join analysis.chosen m on true
join measure_trend t on t.measure = m.measure and t.version = m.version and t.level = 'system' and t.place_id = y.system
  and t.period_kind = 'month'
join measure_tally f on (f.measure, f.version, f.level, f.place_id, f.breakdown, f.period_kind, f.period)
  = (t.measure, t.version, t.level, t.place_id, 'all', t.period_kind, t.period)
where y.is_last and not t.provisional;

create table analysis.goal as
select s.*, m.name as measure_name, c.owners, d.level as goal_level, m.areas is null and exists (
    select
    from measure_tally t
    where (t.measure, t.version, t.level, t.place_id, t.breakdown, t.period_kind)
        = (m.measure, m.version, d.level, d.place_id, d.breakdown, d.period_kind)
      and t.group_name in (d.group_name, d.beside_group) and t.period in (s.baseline, s.period)
      and analysis.hidden(t.people_with_event)
  ) as hidden
from ph.goal_status(:'schema') s
join ph_support.latest_measures(:'schema') m using (measure)
join ph.goal_scorecard(:'schema') c using (goal)
join goal d using (goal);

create view analysis.goal_table as
select name as "goal", coalesce(replace(verdict, '_', ' '), analysis.why(note)) as "verdict",
  analysis.chance_in_words(chance) as "chance",
  case
    when hidden then 'not shown: fewer than 10 people'
    else analysis.figure(value) || ' (' || analysis.interval_of(lower, upper) || ')'
  end as "now",
  case when not hidden then analysis.figure(should_be) end as "should be by now", analysis.figure(target) as "target",
  to_char(target_period, 'Mon YYYY') as "by",
  case
    when not hidden
      then analysis.figure(projected) || ' (' || analysis.interval_of(projected_lower, projected_upper) || ')'
  end as "trend leads to",
  owners || case when live then '' else ': not signed by all' end as "owners"
from analysis.goal
order by goal_level = 'place', breakdown <> 'all', not live, goal;

create table analysis.goal_part as
select g.name as goal, p.part, coalesce(g2.name, p.part) as name, p.events_now, p.events_at_target, p.fewer
from analysis.goal g
cross join lateral ph.goal_parts(:'schema', g.goal) p
left join analysis.goal g2 on g2.goal = p.part
where g.goal in (select parent from goal);

create view analysis.goal_part_table as
select goal as "of the goal", name as "part", analysis.rounded(events_now::numeric) as "events now",
  analysis.rounded(events_at_target::numeric) as "events at the target"
from analysis.goal_part;

create view analysis.delivery_table as
select partner as "partner", goals as "goals owned", signed as "goals signed", promised as "milestones promised",
  delivered as "delivered", late as "late", due as "due by the data day"
from ph.goal_delivery(:'schema');

create table analysis.chance as
select v.measure, v.name, v.level, v.compared, v.judged, v.said_better, v.said_worse, v.by_chance
from analysis.year y
join measure_verdicts v on v.period = y.start_date and v.period_kind = 'financial_year'
where y.is_last and v.level in ('system', 'place', 'neighbourhood', 'small_area');

-- five sentences, each with the numbers that it is made of
create table analysis.sentence (position integer, measure text, place_id text, value float8, lower float8, upper float8,
  sentence text);

insert into analysis.sentence
with before as (
  select *,
    case
      when hidden then 'of fewer than 10 people'
      else format('%s %s (%s) after %s', analysis.figure(value), unit, analysis.interval_of(lower, upper),
        analysis.before(before_value, since_year_before))
    end as told,
    row_number() over (partition by since_year_before order by name) as n
  from analysis.scorecard
  where since_year_before is not null
), counted as (
  select count(*) as judged, count(*) filter (where since_year_before = 'worse') as worse,
    count(*) filter (where since_year_before = 'better') as better,
    string_agg(name || ', ' || told, '; ' order by name) filter (where since_year_before = 'worse' and n <= 3)
      as the_worse,
    string_agg(name || ', ' || told, '; ' order by name) filter (where since_year_before = 'better' and n <= 3)
      as the_better,
    min(measure) filter (where since_year_before = 'worse' and n = 1) as first_measure
  from before
), chance as (
  select sum(by_chance) as expected from analysis.chance where level = 'system' and compared = 'before'
)
select 1, first_measure, null, judged, worse, better,
  case
    when judged = 0 then 'No measure of the system has two years to compare.'
    else format('Of %s measures of the system that have two years, %s since %s%s; %s; chance alone would call about %s '
      'of them changed.', judged,
      case worse when 0 then 'none is surely worse' when 1 then '1 is surely worse'
        else worse || ' are surely worse' end,
      (select name from analysis.year where not is_last),
      coalesce(': ' || the_worse || case when worse > 3 then format(' and %s more', worse - 3) else '' end, ''),
      case better when 0 then 'none is surely better'
        else better || ' surely better: ' || the_better
          || case when better > 3 then format(' and %s more', better - 3) else '' end end,
      analysis.one_place(expected))
  end
from counted, chance;

insert into analysis.sentence
with judged as (
  select v.*,
    (v.value - v.parent_value) / nullif(case when v.value > v.parent_value then v.value - v.lower
      else v.upper - v.value end, 0) as limits_away
  from analysis.place_value v
  where v.level = 'place' and not hidden and v.better <> 'neither' and v.kind <> 'input'
    and v.parent_verdict is not null
), counted as (
  select count(*) as judged, count(*) filter (where parent_verdict <> 'similar') as said, 0.05 * count(*) as by_chance
  from judged
), first as (
  select * from judged where parent_verdict <> 'similar' order by abs(limits_away) desc, measure, place_id limit 1
)
select 2, measure, place_id, value, lower, upper,
  case
    when judged = 0 then 'No place can be held against the system.'
    when said = 0 then format('No place differs surely from the system in any of %s comparisons of a measure and a '
      'place.', judged)
    else format('%s differs most surely from the system: %s %s %s (%s) where the system has %s, which is %s; of %s '
      'comparisons of a measure and a place %s say better or worse, and chance alone would make about %s do so.',
      place_name, lower(left(name, 1)) || substring(name from 2), analysis.figure(value), unit,
      analysis.interval_of(lower, upper), analysis.figure(parent_value), parent_verdict, judged, said,
      analysis.one_place(by_chance))
  end
from counted left join first on true;

insert into analysis.sentence
with asked as (
  select g.*, abs(slope) / nullif(slope_upper - slope_lower, 0) as sureness
  from analysis.gap g
  where level = 'system' and slope_lower is not null and better <> 'neither'
    and measure in (select measure from analysis.scorecard where not hidden)
), counted as (
  select count(verdict) as compared, count(*) filter (where verdict = 'narrowing') as narrowing,
    count(*) filter (where verdict = 'widening') as widening
  from asked
), first as (
  select * from asked order by verdict is null, sureness desc, measure limit 1
)
select 3, measure, place_id, slope, slope_lower, slope_upper,
  case
    when measure is null
      then 'No gap by deprivation can be measured: a fifth has too few events, or deprivation is not known.'
    else format('By deprivation the surest gap is of %s: from the least to the most deprived end it %s by %s %s '
      '(%s); since %s %s. Of %s gaps that have two years %s narrow and %s widen.',
      lower(left(name, 1)) || substring(name from 2), case when slope < 0 then 'rises' else 'falls' end,
      analysis.figure(abs(slope)), case unit when '%' then 'percentage points' else unit end,
      case when slope < 0 then analysis.interval_of(-slope_upper, -slope_lower)
        else analysis.interval_of(slope_lower, slope_upper) end,
      (select name from analysis.year where not is_last),
      case
        when verdict is null then 'whether it narrows is not known'
        else format('%s (change of the gap %s)', case verdict when 'narrowing' then 'it narrows' when 'widening'
          then 'it widens' when 'reversed' then 'it has turned round' else 'there is no clear change' end,
          analysis.interval_of(-slope_change_upper, -slope_change_lower))
      end, compared, narrowing, widening)
  end
from counted left join first on true;

insert into analysis.sentence
with first as (
  select *
  from analysis.goal
  where live and chance is not null and not hidden
  order by goal_level <> 'system', breakdown <> 'all', goal
  limit 1
)
select 4, f.measure, f.goal, f.chance, f.lower, f.upper,
  case
    when (select count(*) from analysis.goal) = 0 then
      'No goals are set: a row of the table goal sets one, and it is live when its owners have signed in goal_owner.'
    when f.goal is null then 'Of no goal that all owners have signed can the chance be told yet.'
    else format('The goal "%s", %s %s by %s, has a chance of %s (%s): it is at %s (%s) and should be at %s; its trend '
      'leads to %s (%s).', f.name, analysis.figure(target), unit, to_char(target_period, 'FMMonth YYYY'),
      analysis.chance_in_words(chance), replace(verdict, '_', ' '), analysis.figure(value),
      analysis.interval_of(lower, upper),
      analysis.figure(should_be), analysis.figure(projected), analysis.interval_of(projected_lower, projected_upper))
  end
from (values (1)) one left join first f on true;

insert into analysis.sentence
with counted as (
  select count(*) as measures, count(*) filter (where note = 'no_data') as no_data,
    count(*) filter (where value is null and note is distinct from 'no_data') as too_few,
    count(*) filter (where value is not null and since_year_before is null) as no_before,
    string_agg(lower(left(name, 1)) || substring(name from 2), ', ' order by name)
      filter (where note = 'no_data' and n <= 4) as names
  from (select *, row_number() over (partition by note order by name) as n from analysis.scorecard) s
)
select 5, null, null, measures, no_data, too_few,
  case
    when measures = 0 then 'No measure is known: no financial year of the data is over, or no place is a system.'
    else format('Not known: of %s measures %s have no record of the year%s, %s have too few people or events for a '
      'value, and %s have no value of the year before to compare; %s more of the catalogue were never recorded or are '
      'not folded here.',
      measures, no_data,
      coalesce(' (' || names || case when no_data > 4 then format(' and %s more', no_data - 4) else '' end || ')', ''),
      too_few, no_before, (select count(*) from ph_support.latest_measures(:'schema')) - measures)
  end
from counted;

\pset footer off
\pset null ''
\echo '0. What was found'
select sentence from analysis.sentence order by position;
\echo 'Goals'
table analysis.goal_table;
