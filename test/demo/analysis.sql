-- The questions of a population health team, asked of the shared tables at an index day,
-- the first of the month in which the last whole year of the data begins:
-- the year before it is the base, the year after it the follow-up.
--
--     psql -v schema=health -f test/demo/analysis.sql
--
-- comes after CALL ph.create_population_views('health'). Every answer is made once, as a table of schema
-- analysis, which is replaced; the view of that name with _table is how it is shown. Nothing
-- that is shown tells of fewer than 10 people: such a count is '<10', and as many more are held back
-- as it takes that the hidden ones add up to 10, so that a total does not give them away. Places add up
-- on more than one level, so their counts are rounded to 5 instead.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
do $$
begin
  if obj_description(to_regnamespace('analysis'), 'pg_namespace')
      is distinct from 'population_health: answers of analysis.sql'
    and to_regnamespace('analysis') is not null then
    raise exception 'schema analysis is of another origin' using errcode = 'duplicate_schema',
      hint = 'Rename it first: it would be replaced.';
  end if;
end $$;
drop schema if exists analysis cascade;
create schema analysis;
comment on schema analysis is 'population_health: answers of analysis.sql';
set search_path = :"schema";

create function analysis.hidden(n numeric, below numeric default 0) returns boolean
language sql immutable parallel safe
return n between 1 and 9 or n > 0 and below between 1 and 9;
comment on function analysis.hidden(numeric, numeric) is
'whether a count must not be shown: it is small, or the smaller counts beside it add up to less than 10';

create function analysis.whole(n numeric) returns text language sql immutable parallel safe
return to_char(n, 'FM999,999,999,990');
create function analysis.one_place(n double precision) returns text language sql immutable parallel safe
return to_char(n::numeric, 'FM999,999,990.0');
create function analysis.percent(share double precision) returns text language sql immutable parallel safe
return to_char(share::numeric * 100, 'FM990.0') || ' %';
create function analysis.shown(n numeric, below numeric default 0) returns text language sql immutable parallel safe
return case when n between 1 and 9 then '<10' when analysis.hidden(n, below) then 'held back'
  else analysis.whole(n) end;
create function analysis.rounded(n numeric) returns text language sql immutable parallel safe
return case when analysis.hidden(n) then '<10' else analysis.whole(5 * round(n / 5)) end;

-- the last whole year begins on the first of a month, and the data may tell of a day of the next
select coalesce(
  date_trunc('month', (least((select max(day) from data_day), current_date) + 1 - interval '1 year'))::date,
  date_trunc('month', current_date + 1 - interval '1 year')::date) as index_day
\gset
create function analysis.day(years integer) returns date language sql immutable parallel safe
return (date :'index_day' + make_interval(years => years))::date;
comment on function analysis.day(integer) is 'the day so many years after the index day';

-- 1: the data

create table analysis.source as
select * from ph.source_report(:'schema');

create view analysis.source_table as
select relation as "relation", item as "rows of the source", analysis.shown(sum(rows)) as "rows",
  max(note) as "note"
from analysis.source
where section = 'rows'
group by relation, item
order by (select ordinality from ph.shared_table() with ordinality t where t.relation = source.relation), item desc;

create view analysis.field_table as
select relation as "relation",
  string_agg(format('%s %s', item, analysis.percent(share)), ', ' order by share, item) as "not known of every row"
from analysis.source
where section = 'fields' and share < 1
group by relation
order by (select ordinality from ph.shared_table() with ordinality t where t.relation = source.relation);

create view analysis.register_table as
select relation as "register", item as "of", analysis.shown(rows) as "people",
  case when not analysis.hidden(rows) then analysis.percent(share) end as "share",
  analysis.percent(expected) as "plausible", note as "note"
from analysis.source
where section = 'registers' and item = 'all'
order by relation;

create view analysis.missing_table as
select relation as "empty", note as "what cannot be answered"
from analysis.source
where section = 'missing'
order by relation;

-- 2 to 4: each person once

create table analysis.person_input as
with coded as (
  select person_id, ph.conditions_of(code) as conditions
  from clinical_event
  where code_system = 'ICD10' and event_date >= analysis.day(-2) and event_date < analysis.day(0)
  group by person_id
), used as (
  select person_id,
    count(*) filter (where start_date < analysis.day(0) and pod = 'NEL') as admissions_before,
    count(*) filter (where start_date < analysis.day(0)
      and (admission_method in ('31', '32') or ph.icd10_normalise(primary_icd10) like 'O%')) as births_before,
    count(*) filter (where start_date >= analysis.day(0) and pod = 'NEL') as admissions,
    sum(cost) filter (where start_date >= analysis.day(0)) as cost
  from encounter
  where start_date >= analysis.day(-1) and start_date < analysis.day(1)
  group by person_id
), has as (
  select person_id, array_agg(condition) as conditions
  from register
  where first_date < analysis.day(0)
  group by person_id
), known as (  -- what the data cannot tell is null, not false
  select array(select distinct condition from register) as lists,
    exists (
      select from encounter
      where admission_method in ('31', '32') or ph.icd10_normalise(primary_icd10) like 'O%'
    ) as births,
    exists (select from encounter where cost is not null) as costs
), person as (
  select p.person_id, age, sex, deprivation_quintile,
    coalesce(coded.conditions, '{}') as conditions,
    coalesce(admissions_before, 0) as admissions_before, coalesce(births_before, 0) as births_before,
    coalesce(admissions, 0) as admissions,
    case when known.costs then coalesce(cost, 0) end as cost,
    coalesce(has.conditions, '{}') as has, known.lists, known.births
  from person_at(analysis.day(0)) p
  cross join known
  left join coded using (person_id)
  left join used using (person_id)
  left join has using (person_id)
), scored as (
  select *, ph.charlson(conditions) as charlson, ph.charlson_age_adjusted(conditions, age) as charlson_age_adjusted,
    ph.hospital_frailty(conditions) as hospital_frailty
  from person
)
select person_id, age, sex, deprivation_quintile, conditions, charlson, charlson_age_adjusted, hospital_frailty,
  admissions_before, admissions, cost,
  ph.risk_tier(admissions_before, ties => 'split')
    over (order by admissions_before desc, hospital_frailty desc, person_id) as tier,
  -- what the scheme of segments asks for
  case when 'dementia' = any (lists) then 'dementia' = any (has) end as dementia,
  -- the electronic frailty index is not in the data, and hospital frailty is another scale
  null::text as frailty_class,
  case when 'heart_failure' = any (lists) then 'heart_failure' = any (has) end as heart_failure,
  case when 'coronary_heart_disease' = any (lists)
    then 'coronary_heart_disease' = any (has) end as coronary_heart_disease,
  case when 'chronic_kidney_disease' = any (lists)
    then 'chronic_kidney_disease' = any (has) end as chronic_kidney_disease,
  case when 'cancer' = any (lists) then 'cancer' = any (has) end as cancer,
  case when 'learning_disability' = any (lists) then 'learning_disability' = any (has) end as learning_disability,
  case when 'blindness' = any (lists) then 'blindness' = any (has) end as blindness,
  case when 'deafness' = any (lists) then 'deafness' = any (has) end as deafness,
  case when cardinality(lists) > 0 then cardinality(has) end as long_term_conditions,
  case when births then births_before::integer end as maternity_activity,
  admissions_before::integer as non_elective_admissions
from scored;

call ph.create_segment_view('bridges_to_health', 'bnssg-2019', 'analysis.person_input', 'analysis.segment_of');
create table analysis.people as
select i.person_id, age, sex, deprivation_quintile, conditions, charlson, charlson_age_adjusted, hospital_frailty,
  admissions_before, admissions, cost, tier,
  s.segment, s.rank, s.candidates, s.unknown
from analysis.person_input i join analysis.segment_of s using (person_id);


create table analysis.pyramid as
select age_from, sex, people,
  coalesce(sum(people) over (
    order by people, sex, age_from rows between unbounded preceding and 1 preceding), 0) as below
from (
  select least(age / 5 * 5, 90) as age_from, case when sex in ('F', 'M') then sex else 'other' end as sex,
    count(*) as people
  from analysis.people
  group by 1, 2
) counted;

create view analysis.pyramid_table as
select case age_from when 90 then '90 and over' else age_from || ' to ' || age_from + 4 end as "age",
  coalesce(min(analysis.shown(people, below)) filter (where sex = 'F'), '0') as "female",
  coalesce(min(analysis.shown(people, below)) filter (where sex = 'M'), '0') as "male",
  coalesce(min(analysis.shown(people, below)) filter (where sex = 'other'), '0') as "other or unknown"
from analysis.pyramid
group by age_from
order by age_from;

create table analysis.deprivation as
select deprivation_quintile, people, mean_age, aged_65,
  coalesce(sum(people) over (
    order by people, deprivation_quintile rows between unbounded preceding and 1 preceding), 0) as below
from (
  select deprivation_quintile, count(*) as people, avg(age) as mean_age, count(*) filter (where age >= 65) as aged_65
  from analysis.people
  group by deprivation_quintile
) counted;

create view analysis.deprivation_table as
select case deprivation_quintile when 1 then '1, most deprived' when 5 then '5, least deprived'
         else coalesce(deprivation_quintile::text, 'unknown') end as "quintile of deprivation",
  analysis.shown(people, below) as "people",
  case when not analysis.hidden(people, below) then analysis.one_place(mean_age) end as "mean age",
  case when not analysis.hidden(people, below) and not analysis.hidden(aged_65)
    then analysis.percent(aged_65::float8 / people) end as "aged 65 and over"
from analysis.deprivation
order by deprivation_quintile;

-- 3: conditions, scores and tiers

create table analysis.morbidity as
select score, band, people, mean_age, cost, admissions,
  coalesce(sum(people) over (
    partition by score order by people, band rows between unbounded preceding and 1 preceding), 0) as below
from (
  select score, band, count(*) as people, avg(age) as mean_age, avg(cost) as cost, sum(admissions) as admissions
  from analysis.people
  cross join lateral (values
    ('Charlson', case when charlson >= 5 then '5 and over' when charlson >= 3 then '3 to 4'
      when charlson >= 1 then '1 to 2' else '0' end),
    ('Charlson with age', case when charlson_age_adjusted >= 5 then '5 and over'
      when charlson_age_adjusted >= 3 then '3 to 4'
                               when charlson_age_adjusted >= 1 then '1 to 2' else '0' end),
    ('Hospital frailty, aged 75 and over', case when age < 75 then null when hospital_frailty > 15 then 'above 15, high'
                               when hospital_frailty >= 5 then '5 to 15, intermediate'
                               else '0 to below 5, low or none' end)) bands (score, band)
  where band is not null
  group by score, band
) counted;

create view analysis.morbidity_table as
select score as "score", band as "band", analysis.shown(people, below) as "people",
  case when not analysis.hidden(people, below) then analysis.one_place(mean_age) end as "mean age",
  case when not analysis.hidden(people, below) then analysis.whole(cost) end as "£ a head in the next year",
  case when not analysis.hidden(people, below) and not analysis.hidden(admissions)
    then analysis.one_place(100 * admissions::float8 / people) end as "admissions per 100 people"
from analysis.morbidity
order by score, band;

create table analysis.tie as
select ties, cuts.*
from (select ph.person_tally(admissions_before, admissions) as tally from analysis.people) t,
  unnest(array['down', 'up', 'split']) with ordinality rule (ties, position),
  ph.tier_cuts(tally, ties => ties) cuts
order by position, tier;

create view analysis.tie_table as
select ties as "people tied go", tier as "down to tier", analysis.percent(cut) as "cut",
  score as "admissions at the cut", analysis.shown(wanted::numeric) as "people wanted",
  analysis.shown(placed::numeric, below) as "people placed", analysis.shown(tied::numeric, below) as "tied at the cut"
from (
  -- what one rule places and what is tied give away what another rule places
  select *, bool_or(analysis.hidden(placed::numeric) or analysis.hidden(tied::numeric))
    over (partition by tier)::integer as below
  from analysis.tie
  where cut is not null
) t
order by array_position(array['down', 'up', 'split'], ties), tier;

create table analysis.tier as
select tier, people, cost, admissions, cost / nullif(sum(cost) over (), 0) as cost_share,
  admissions / nullif(sum(admissions) over (), 0) as admission_share, people / sum(people) over () as people_share,
  coalesce(sum(people) over (order by people, tier rows between unbounded preceding and 1 preceding), 0) as below
from (
  select tier, count(*) as people, sum(cost) as cost, sum(admissions) as admissions
  from analysis.people
  group by tier
) summed;

create view analysis.tier_table as
select tier as "tier", analysis.shown(people, below) as "people",
  case when not hidden then analysis.percent(people_share::float8) end as "share of people",
  case when not hidden then analysis.whole(cost) end as "£ in the next year",
  case when not hidden then analysis.percent(cost_share::float8) end as "share of cost",
  case when not hidden then analysis.shown(admissions) end as "admissions",
  case when not hidden and not analysis.hidden(admissions)
    then analysis.percent(admission_share::float8) end as "share of admissions"
from analysis.tier, lateral (select analysis.hidden(people, below)) h (hidden)
order by tier;

-- Days of the next year to the first unplanned admission. Who leaves before is lost from sight then; each step
-- of the curve holds 10 admissions or more, and who leaves between two steps is taken to the later one.
create table analysis.admission_free as
with last as (
  select person_id, max(end_date) as end_date
  from person_period(daterange(analysis.day(0), analysis.day(1)))
  where stay > 0
  group by person_id
), first as (
  select e.person_id, min(e.start_date) as start_date
  from encounter e join last on e.person_id = last.person_id and e.start_date < last.end_date
  where e.pod = 'NEL' and e.start_date >= analysis.day(0)
  group by e.person_id
), followed as (
  select person_id, tier, coalesce(start_date, end_date) - analysis.day(0) as days, start_date is not null as admitted
  from analysis.people join last using (person_id) left join first using (person_id)
), counted as (
  select *, row_number() over (partition by tier, admitted order by days, person_id) as admission,
    count(*) over (partition by tier, admitted) as admissions
  from followed
), stepped as (
  select *, admitted and (admission % 10 = 0 and admissions - admission >= 10 or admission = admissions) as step
  from counted
), taken as (
  select tier, admitted,
    coalesce(min(days) filter (where step) over (partition by tier order by days desc), 365) as days
  from stepped
)
select tier, count(*) as people, count(*) filter (where admitted) as admitted, ph.person_tally(days, admitted) as tally
from taken
group by tier;

-- 4: segments

create table analysis.segment as
select rank, segment, people, overlapping, cost,
  people / sum(people) over () as people_share, cost / nullif(sum(cost) over (), 0) as cost_share,
  coalesce(sum(people) over (order by people, rank rows between unbounded preceding and 1 preceding), 0) as below
from (
  select rank, segment, count(*) as people, count(*) filter (where cardinality(candidates) > 1) as overlapping,
    sum(cost) as cost
  from analysis.people
  group by rank, segment
) summed;

create view analysis.segment_table as
select rank as "rank", segment as "segment", analysis.shown(people, below) as "people",
  case when not hidden then analysis.percent(people_share::float8) end as "share of people",
  case when not hidden then analysis.whole(cost) end as "£ in the next year",
  case when not hidden then analysis.percent(cost_share::float8) end as "share of cost",
  case when not hidden then analysis.whole(cost / people) end as "£ a head",
  case when not hidden and not analysis.hidden(people - overlapping)
    then analysis.shown(overlapping) end as "matched other rules too"
from analysis.segment, lateral (select analysis.hidden(people, below)) h (hidden)
order by rank;

create table analysis.coverage as
select g.rank, r.segment, r.says as rule, c.input, position, c.share as known, c.note
from ph.scheme_rule r join ph.scheme_segment g using (scheme, version, segment)
cross join unnest(r.inputs) with ordinality i (input, position)
  join ph.segment_coverage('analysis.segment_of', population => :'schema') c using (input)
where r.scheme = 'bridges_to_health' and r.version = 'bnssg-2019';

create view analysis.coverage_table as
select segment as "segment", rule as "rule",
  string_agg(replace(input, '_', ' ') || ' ' || round(100 * known) || ' %' || coalesce(' (' || note || ')', ''), ', '
    order by position)
    as "inputs, and for how many people each is known"
from analysis.coverage
group by rank, segment, rule
order by rank;

-- 5: rates of places

create table analysis.rate as
with person as (  -- who moves within a place is one person of it
  select person_id, system, place, neighbourhood, deprivation_quintile,
    grouping(system, place, neighbourhood, deprivation_quintile) as grouped,
    min(age) as age, sum(events) as events, sum(years) as years
  from person_period(daterange(analysis.day(0), analysis.day(1)), 'NEL')
  where stay > 0
  group by grouping sets (
    (person_id, system), (person_id, system, place), (person_id, system, neighbourhood),
      (person_id, deprivation_quintile))
), folded as (
  select case grouped when 7 then 'system' when 3 then 'place' when 5 then 'neighbourhood'
    else 'quintile of deprivation' end as level,
    case grouped when 7 then system when 3 then place when 5 then neighbourhood
      else deprivation_quintile::text end as place_id,
    count(*) as people, sum(events) as events, sum(years) as years, ph.person_tally(age, events, years) as tally
  from person
  group by 1, 2
)
select level, place_id, coalesce(name, place_id, 'unknown') as name, people, events, years, tally,
  d.value, d.lower, d.upper, d.note
from folded
cross join lateral ph.dsr(tally) d
left join place using (place_id);

create view analysis.rate_table as
select level as "level", name as "name", analysis.rounded(people) as "people",
  case when not hidden then analysis.whole(years::numeric) end as "person-years",
  case when not analysis.hidden(people) then analysis.rounded(events) end as "admissions",
  case when not hidden then analysis.whole(value::numeric) end as "rate per 100,000",
  case when not hidden then analysis.whole(lower::numeric) end as "from",
  case when not hidden then analysis.whole(upper::numeric) end as "to",
  note as "note"
from analysis.rate, lateral (select analysis.hidden(people) or analysis.hidden(events)) h (hidden)
order by array_position(array['system', 'place', 'neighbourhood', 'quintile of deprivation'], level), place_id;

create table analysis.small_area as
with ladder as (
  select small_area, coalesce(to_jsonb(place_ladder) ->> 'msoa21', small_area) as area from place_ladder
), person as (
  select person_id, area, min(age) as age, sum(events) as events, sum(years) as years
  from person_period(daterange(analysis.day(0), analysis.day(1)), 'NEL')
  left join ladder using (small_area)
  where stay > 0
  group by person_id, area
), folded as (
  select area, count(*) as people, sum(events) as events, ph.person_tally(age / 5 * 5, events, years) as tally
  from person
  group by area
), whole as (
  select ph.rollup(tally) as tally from folded
)
select area, coalesce(name, area, 'unknown') as name, people, events, expected, s.value, s.lower, s.upper, s.note,
  coalesce(sum(events) over (order by events, area rows between unbounded preceding and 1 preceding), 0) as below
from folded
cross join whole
cross join lateral ph.smr(folded.tally, whole.tally) s
cross join lateral ph.expected(folded.tally, whole.tally) expected
left join place on place_id = area;

create view analysis.small_area_table as
select name as "small area", analysis.rounded(people) as "people", analysis.shown(events, below) as "admissions",
  analysis.one_place(expected) as "expected", to_char(value, 'FM990.00') as "ratio",
  to_char(lower, 'FM990.00') as "from", to_char(upper, 'FM990.00') as "to",
  case when lower > 1 then 'above' when upper < 1 then 'below' end as "against the whole",
  note as "note"
from analysis.small_area
where value is not null and not analysis.hidden(people) and not analysis.hidden(events, below)
order by value desc, area;

-- a funnel is of areas that may nearly all be shown: if only the busy ones were, each would lie above the whole
create table analysis.area as
with person as (
  select person_id, practice, neighbourhood, place, grouping(practice, neighbourhood, place) as grouped,
    min(age) as age, sum(events) as events, sum(years) as years
  from person_period(daterange(analysis.day(0), analysis.day(1)), 'NEL')
  where stay > 0
  group by grouping sets ((person_id, practice), (person_id, neighbourhood), (person_id, place))
), folded as (
  select case grouped when 3 then 'practice' when 5 then 'neighbourhood' else 'place' end as level,
    case grouped when 3 then practice when 5 then neighbourhood else place end as area,
    count(*) as people, sum(events) as events, ph.person_tally(age / 5 * 5, events, years) as tally
  from person
  group by 1, 2
), judged as (
  select level, area, people, events, ph.funnel(events::float8, expected, 'ratio', overdispersion => 'winsorised')
    over (partition by level) as funnel,
    coalesce(sum(events) over (
      partition by level order by events, area rows between unbounded preceding and 1 preceding), 0) as below
  from folded
  join (select level, ph.rollup(tally) as whole from folded group by level) w using (level)
  cross join lateral ph.expected(tally, whole) expected
)
select level, area, coalesce(name, area, 'unknown') as name, people, events, funnel,
  analysis.hidden(people) or analysis.hidden(events, below) as hidden
from judged
left join place on place_id = area;

create view analysis.funnel_level as
select level, count(*) as areas, count(*) filter (where hidden) as left_out
from analysis.area
group by level
having count(*) filter (where hidden) <= 0.1 * count(*)
order by array_position(array['practice', 'neighbourhood', 'place'], level)
limit 1;

create view analysis.no_answer_table as
select level as "level", name as "name", note as "note"
from (
  select level, name, note from analysis.rate where value is null
  union all
  select 'small area', name, note from analysis.small_area where value is null
  union all
  select 'small area', count(*) || ' of ' || (select count(*) from analysis.small_area),
    'fewer than 10 admissions, or held back'
  from analysis.small_area
  where value is not null and (analysis.hidden(people) or analysis.hidden(events, below))
  having count(*) > 0
) without  -- 2 comes before 10
order by array_position(array['system', 'place', 'neighbourhood', 'quintile of deprivation', 'small area'], level),
  substring(name from '^[^0-9]*'), substring(name from '[0-9]+')::numeric, name;

-- 6: months

create table analysis.month as
with change as materialized (  -- how many people more or fewer there are from a day on
  select day, sum(n) as n
  from stay cross join lateral (values (lower(spell), 1), (upper(spell), -1)) c (day, n)
  group by day
), admitted as (
  select date_trunc('month', start_date) as month, count(*) as admissions
  from encounter
  where pod = 'NEL' and start_date >= analysis.day(-2) and start_date < analysis.day(1)
  group by 1
), counted as (
  select month::date, coalesce(admissions, 0) as admissions,
    (select coalesce(sum(n), 0) from change where day <= month + interval '14 days') as people
  from generate_series(analysis.day(-2)::timestamp, analysis.day(1) - interval '1 month', '1 month') month
  left join admitted using (month)
), seasonal as (  -- as the month of the year, its days and its people would have it
  select *, ph.expected_count(admissions, month, people::float8) over () as expected from counted
), charted as (
  select *, ph.control_u(admissions, expected, month, better => 'lower', overdispersion => 'laney')
    over (order by month) as point
  from seasonal
)
select month, admissions, people, expected, point, (point).value as ratio, (point).lower as lower,
  (point).upper as upper,
  coalesce(sum(admissions) over (
    order by admissions, month rows between unbounded preceding and 1 preceding), 0) as below
from charted;

create view analysis.month_table as
select to_char(month, 'YYYY-MM') as "month", analysis.shown(admissions, below) as "admissions",
  analysis.one_place(expected) as "expected", case when not hidden then to_char(ratio, 'FM990.00') end as "ratio",
  to_char(lower, 'FM990.00') as "lower limit", to_char(upper, 'FM990.00') as "upper limit",
  case when hidden then null when ratio > upper then 'above' when ratio < lower then 'below' end as "outside"
from analysis.month, lateral (select analysis.hidden(admissions, below)) h (hidden)
order by month;

-- 7: who was reached by a programme; what came of it is not asked here, since who is reached differs from who is not

create table analysis.reached as
select programme, deprivation_quintile, count(*) as people,
  count(*) filter (where enrolled) as enrolled
from (
  select person_id, programme, bool_or(start_date is not null) as enrolled
  from enrolment
  where start_date is null or start_date < analysis.day(1)
  group by person_id, programme
) asked
join analysis.people using (person_id)
group by programme, deprivation_quintile;

create view analysis.reached_table as
select initcap(replace(programme, '_', ' ')) as "programme",
  case deprivation_quintile when 1 then '1, most deprived' when 5 then '5, least deprived'
         else coalesce(deprivation_quintile::text, 'unknown') end as "quintile of deprivation",
  analysis.rounded(people) as "people recorded", analysis.rounded(enrolled) as "enrolled"
from analysis.reached
order by programme, deprivation_quintile;

\pset footer off
\pset null ''
\echo '1. The data'
table analysis.source_table;
table analysis.missing_table;
\echo '2. Population at' :index_day
table analysis.pyramid_table;
table analysis.deprivation_table;
\echo '3. Scores from the diagnoses of two years before'
table analysis.morbidity_table;
\echo 'Ties at the cuts of the tiers'
table analysis.tie_table;
\echo 'Tiers by unplanned admissions in the year before, and what came in the next year'
table analysis.tier_table;
\echo '4. Segments: Bridges to Health'
table analysis.segment_table;
table analysis.coverage_table;
\echo '5. Unplanned admissions, directly standardised rate per 100,000 person-years'
table analysis.rate_table;
\echo 'Small areas against the whole: admissions to expected admissions'
table analysis.small_area_table;
\echo 'Without an answer'
table analysis.no_answer_table;
\echo '6. Unplanned admissions by month'
table analysis.month_table;
\echo '7. Who was reached by a programme'
table analysis.reached_table;
