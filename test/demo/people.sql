-- What all partners know: one person's record, whose tempo has changed, and how far help came. Into schema analysis.
--
--     psql -v schema=health -f test/demo/people.sql
--
-- comes after analysis.sql. People are shown one by one only where they are made up: of others a list is opened, on
-- record, and not printed.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";
call ph.create_record_views(:'schema');
call ph.create_cascade_views(:'schema');

-- what is usual is fitted to all but the last year; the list is of the week up to the data day
select ph_support.data_day(:'schema') as last_day,
  (ph_support.data_day(:'schema') - interval '1 year')::date as fitted_to,
  to_regnamespace(:'schema' || '_truth') is not null as is_made_up
\gset
call ph.create_wobble_view(:'schema', before => :'fitted_to', false_alarms_per_1000 => 100, as_of => :'last_day');

create function analysis.is_made_up() returns boolean
language sql immutable
return :'is_made_up'::boolean;

create table analysis.wobble_count as
select status, count(*) as people
from wobble
group by status
order by status;

create table analysis.wobble_list as
select person_id, alarm_date, since, why, coalesce(n.name, last_partner) as last_partner, last_seen, strength
from wobble w
left join partner n on n.partner = w.last_partner
where status = 'alarm' and :'is_made_up'
order by strength desc, person_id
limit 12;

create view analysis.wobble_count_table as
select case status when 'alarm' then 'an alarm this week' when 'usual' then 'as usual for them'
    else 'unseen: too few contacts to tell' end as "people", analysis.rounded(people) as "number, to the nearest 5"
from analysis.wobble_count;

create view analysis.wobble_table as
select person_id as "person (made up)", alarm_date as "alarm", since as "since", why as "why",
  coalesce(last_partner, 'not said') as "who saw them last", last_seen as "on"
from analysis.wobble_list
order by strength desc, person_id;

-- the one of the list whom most partners know
create table analysis.shown_person as
select t.person_id, count(distinct t.partner) as partners
from person_timeline t
where t.person_id in (select person_id from analysis.wobble_list) and t.kind = 'contact'
  and t.from_date >= date :'fitted_to'
group by t.person_id
order by partners desc, t.person_id
limit 1;

-- the interventions to which most people came
create table analysis.reached_stage as
select o.intervention, coalesce(i.name, o.intervention) as name, s.number, s.stage, s.reached, s.lost, s.open,
  s.share_of_first, s as answer
from (
  select intervention, count(*) as people
  from every_offer
  where source = 'offer'
  group by intervention
  order by count(started_on) desc, intervention
  limit 6
) o
left join lateral (
  select name
  from intervention i
  where i.intervention = o.intervention
  order by version desc
  limit 1
) i on true
cross join lateral ph.intervention_cascade(:'schema', o.intervention) c
cross join lateral ph.cascade_stages(c.cascade) s;

create table analysis.work_stage as
select intervention, name, s.number, replace(s.stage, '_', ' ') as stage, s.reached, s.lost, s.open, s.share_of_first,
  s as answer
from (
  select i.intervention, coalesce(i.name, i.intervention) as name
  from intervention i
  join offer o using (intervention, version)
  where i.pillar = 'determinants' and i.event = 'out_of_work'
  group by i.intervention, i.name
  order by count(*) desc, i.intervention
  limit 1
) i
cross join lateral ph.work_cascade(:'schema', i.intervention, (date :'fitted_to' - interval '1 year')::date) c
cross join lateral ph.cascade_stages(c.cascade, ph.work_stages()) s;

create view analysis.reached_stage_table as
select name as "intervention", stage as "stage", analysis.shown(reached) as "reached",
  -- who is open is told by the stage before, reached and lost
  case when analysis.hidden(reached) or analysis.hidden(lost) or analysis.hidden(open) then 'held back'
    else analysis.whole(lost) end as "lost",
  case when not analysis.hidden(reached) then analysis.percent(share_of_first) end as "of those identified"
from analysis.reached_stage
order by name, number;

create view analysis.work_stage_table as
select stage as "stage", analysis.shown(reached) as "reached",
  case when held then 'held back' else analysis.whole(lost) end as "lost",
  case when held then 'held back' else analysis.whole(open) end as "open"
from (
  -- two of the three tell the third
  select *, analysis.hidden(reached) or analysis.hidden(lost) or analysis.hidden(open) as held
  from analysis.work_stage) s
order by number;
