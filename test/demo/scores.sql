-- A score that is used on people is on record, and judged: a model of unplanned admission is fitted to the base year,
-- and scores people at the index day; the ranking of the report's tiers is recorded beside it. Both are judged by what
-- came in the follow-up year, for everybody and by group.
--
--     psql -v schema=health -f test/demo/scores.sql
--
-- comes after analysis.sql, into schema analysis and the tables of accountability. Again: the runs stay, and are judged
-- anew.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";
call ph.create_accountability_tables(:'schema');

create function analysis.known_on(day date)
returns table (person_id text, age float8, female float8, conditions float8, planned_contacts float8,
  emergencies float8)
language sql stable as $$
  with used as (
    select e.person_id, count(*) filter (where e.pod in ('GP', 'OP', 'EL')) as planned,
      count(*) filter (where e.pod in ('NEL', 'AE')) as emergencies
    from encounter e
    where e.start_date >= known_on.day - interval '1 year' and e.start_date < known_on.day
    group by e.person_id
  ), has as (
    select r.person_id, count(*) as conditions
    from register r
    where r.first_date < known_on.day
    group by r.person_id
  )
  select p.person_id, p.age, (p.sex = 'F')::integer, coalesce(h.conditions, 0), ln(1 + coalesce(u.planned, 0)),
    ln(1 + coalesce(u.emergencies, 0))
  from person_at(known_on.day) p
  left join used u using (person_id)
  left join has h using (person_id)
$$;
comment on function analysis.known_on(date) is
'what was known of people on a day: age, sex, conditions on registers, and the logarithm of one more than the planned '
'contacts and emergencies of the year before';

-- who has left alive before the year was over, and was not admitted, has no known outcome
create function analysis.outcome_after(day date) returns table (person_id text, outcome boolean)
language sql stable as $$
  with year as (
    select outcome_after.day as first_day, (outcome_after.day + interval '1 year')::date as day_after
  ), there as (
    select s.person_id, bool_or(y.day_after - 1 <@ s.spell) as to_the_end
    from stay s, year y
    where s.spell && daterange(y.first_day, y.day_after)
    group by s.person_id
  ), admitted as (
    select distinct e.person_id
    from encounter e, year y
    where e.pod = 'NEL' and e.start_date >= y.first_day and e.start_date < y.day_after
  )
  select t.person_id, case when a.person_id is not null then true
    when t.to_the_end or p.death_date < y.day_after then false end
  from there t cross join year y join person p using (person_id) left join admitted a using (person_id)
$$;
comment on function analysis.outcome_after(date) is
'whether people were admitted unplanned in the year from a day on; NULL for who left and was not admitted before';

create table analysis.base_year as
select outcome::integer as admitted, k.*
from analysis.known_on(analysis.day(-1)) k join analysis.outcome_after(analysis.day(-1)) o using (person_id)
where outcome is not null;
create table analysis.score_input as select * from analysis.known_on(analysis.day(0));
create table analysis.outcome as select * from analysis.outcome_after(analysis.day(0));
create view analysis.ranking as
select person_id, admissions_before::float8 as value, tier from analysis.people;

create table analysis.fitted as
select ph.fit('logistic',
  'select admitted, age, female, conditions, planned_contacts, emergencies from analysis.base_year') as model;
select model, (model).status = 'ok' as is_fitted, analysis.day(0) as index_day
from analysis.fitted
\gset
select format('unplanned admission, %s', :'index_day') as fitted_run,
  format('unplanned admissions before, %s', :'index_day') as ranking_run
\gset
select not exists (select from score_run where run = :'fitted_run') as is_new
\gset
\if :is_fitted
\if :is_new
call ph.record_scores(:'schema', :'fitted_run', 'unplanned_admission', '1', 'analysis.score_input', :'index_day',
  'risk_stratification', model => :'model', predicts => 'an unplanned admission within a year', label_kind => 'use',
  horizon => '1 year', source => 'fitted to the year before');
\endif
\endif
select not exists (select from score_run where run = :'ranking_run') as is_new
\gset
\if :is_new
call ph.record_scores(:'schema', :'ranking_run', 'unplanned_admissions_before', '1', 'analysis.ranking', :'index_day',
  'risk_stratification', tiering => 'given', predicts => 'an unplanned admission within a year', label_kind => 'use',
  horizon => '1 year', source => 'the tiers of this report');
\endif
-- a year that is not over is judged later; people of the first two tiers are those who would be listed
select format('call ph.judge_run(%L, %L, %L, threshold => %s)', :'schema', r.run, 'analysis.outcome',
  (select min(value) from person_score s where s.run = r.run and tier <= 2))
from score_run r
where r.run in (:'fitted_run', :'ranking_run') and (r.as_of + r.horizon)::date <= (select max(day) from data_day) + 1
  and exists (select from analysis.outcome o where o.outcome)
\gexec

create table analysis.judgement as
select j.*, r.score, r.as_of
from run_judgement j join score_run r using (run)
where j.run in (:'fitted_run', :'ranking_run') and j.outcome = 'analysis.outcome'
  and j.judged_at = (select max(judged_at) from run_judgement o where o.run = j.run);

create function analysis.ratio_of(value float8, lower float8, upper float8) returns text
language sql immutable parallel safe
return to_char(value, 'FM0.00') || to_char(lower, ' (FM0.00') || to_char(upper, '" to "FM0.00)');

create view analysis.judgement_table as
select replace(score, '_', ' ') as "score",
  max(analysis.shown(people)) as "people", max(analysis.shown(events)) as "with the outcome",
  max(analysis.ratio_of(value, lower, upper)) filter (where statistic = 'auroc') as "area under the curve",
  coalesce(max(analysis.ratio_of(value, lower, upper)) filter (where statistic = 'observed_to_expected'),
    'points, no risk') as "observed to expected",
  max(to_char(value, 'FM0.00')) filter (where statistic = 'slope') as "slope",
  max(analysis.percent(value)) filter (where statistic = 'listed') as "listed",
  max(analysis.percent(value)) filter (where statistic = 'sensitivity') as "of those with the outcome, listed",
  max(analysis.percent(value)) filter (where statistic = 'positive_predictive_value')
    as "of those listed, with the outcome"
from analysis.judgement
where not analysis.hidden(people) and not analysis.hidden(events) and not analysis.hidden(people - events)
group by score
order by score desc;

-- counts of groups are rounded to 5, and shares are of these, since each dimension adds up to the same people
create table analysis.judged_group as
select g.*, analysis.hidden(g.people) or analysis.hidden(g.listed) or analysis.hidden(g.events) as hidden,
  array_position(array['sex', 'age_band', 'ethnicity', 'deprivation_quintile', 'place', 'record_length'], g.dimension)
    as position
from run_group g
where g.run = :'fitted_run' and g.outcome = 'analysis.outcome'
  and g.judged_at = (select max(judged_at) from run_group o where o.run = g.run);

create view analysis.judged_group_table as
select replace(g.dimension, '_', ' ') as "by",
  coalesce(p.name, replace(g.group_name, '_', ' ')) as "group", analysis.rounded(people) as "people",
  analysis.rounded(listed) as "listed",
  case when not hidden then analysis.percent(round(listed / 5.0)::float8 / round(people / 5.0)) end as "share listed",
  case when not hidden then analysis.ratio_of(observed_to_expected, observed_to_expected_lower,
    observed_to_expected_upper) end as "observed to expected",
  case when not hidden then analysis.ratio_of(conditions_ratio, conditions_ratio_lower, conditions_ratio_upper) end
    as "conditions at equal score",
  case when not hidden then analysis.ratio_of(emergency_ratio, emergency_ratio_lower, emergency_ratio_upper) end
    as "emergencies at equal score",
  case when hidden then 'not shown: fewer than 10 of them, listed or with the outcome'
    else coalesce(replace(verdict, '_', ' '), 'too few to say') end as "verdict"
from analysis.judged_group g
left join place p on g.dimension = 'place' and p.place_id = g.group_name
order by position, group_name;

\pset footer off
\pset null ''
\echo '8. Scores of' :index_day 'judged by what came'
table analysis.judgement_table;
\echo 'By group, and what people of one score need'
table analysis.judged_group_table;
