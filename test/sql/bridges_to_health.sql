-- Bridges to Health: each rule alone, the order of the rules, and what is not known.
\set SHOW_CONTEXT never
set client_min_messages = warning;

-- a healthy person, and one input changed at a time
create function pg_temp.person(changed text default null, value text default null) returns ph.segment language plpgsql as $$
declare
  inputs constant text[] := array['dementia', 'frailty_class', 'heart_failure', 'coronary_heart_disease', 'chronic_kidney_disease', 'cancer', 'learning_disability',
    'blindness', 'deafness', 'long_term_conditions', 'sex', 'maternity_activity', 'non_elective_admissions'];
  healthy constant text[] := array['false', 'Fit', 'false', 'false', 'false', 'false', 'false', 'false', 'false', '0', 'F', '0', '0'];
  call text;
  answer ph.segment;
begin
  select string_agg(format('%s => %L', i, case when i = changed then value else h end), ', ') into call from unnest(inputs, healthy) r(i, h);
  execute format('select (ph.bridges_to_health(%s)).*', call) into answer;
  return answer;
end $$;
select changed, value, (p).* from (values (null, null), ('dementia', 'true'), ('frailty_class', 'Moderate'), ('frailty_class', 'SEVERE'), ('frailty_class', 'Mild'), ('heart_failure', 'true'),
  ('coronary_heart_disease', 'true'), ('chronic_kidney_disease', 'true'), ('cancer', 'true'), ('learning_disability', 'true'), ('blindness', 'true'), ('deafness', 'true'),
  ('long_term_conditions', '1'), ('long_term_conditions', '2'), ('maternity_activity', '1'), ('non_elective_admissions', '1')) v(changed, value), pg_temp.person(changed, value) p;
-- an unknown input is no match, and is listed
select changed, (p).segment, (p).unknown from unnest(array['dementia', 'frailty_class', 'heart_failure', 'coronary_heart_disease', 'chronic_kidney_disease', 'cancer', 'learning_disability',
  'blindness', 'deafness', 'long_term_conditions', 'sex', 'maternity_activity', 'non_elective_admissions']) changed, pg_temp.person(changed, null) p;
select (ph.bridges_to_health(null, null, null, null, null, null, null, null, null, null, null, null, null)).segment,
  cardinality((ph.bridges_to_health(null, null, null, null, null, null, null, null, null, null, null, null, null)).unknown) as unknown;
-- one known reason is enough beside an unknown one
select (ph.bridges_to_health(null, 'severe', null, true, null, false, false, false, false, 0, 'F', 0, 0)).*;
-- maternity needs a woman
select sex, (ph.bridges_to_health(false, 'Fit', false, false, false, false, false, false, false, 0, sex, 1, 0)).segment
from unnest(array['F', 'f', 'Female', 'M', 'male', '', null]) sex;

-- every combination of the seven rules: the first that matches wins and all that matched are kept in order
with every as (select bits, bits & 1 > 0 as a, bits & 2 > 0 as b, bits & 4 > 0 as c, bits & 8 > 0 as d, bits & 16 > 0 as e, bits & 32 > 0 as f, bits & 64 > 0 as g from generate_series(0, 127) bits),
  answered as (select bits, ph.bridges_to_health(a, 'Fit', b, false, false, c, false, d, false, case when e then 2 else 0 end, 'F', f::int, g::int) as s from every),
  wanted as (select bits, array_remove(array[case when a then 'Frailty' end, case when b then 'Limited reserve' end, case when c then 'Cancer' end, case when d then 'Disability' end,
    case when e then 'Long-term conditions' end, case when f then 'Maternity' end, case when g then 'Acutely ill' end], null) as matched,
    case when a then 1 when b then 2 when c then 3 when d then 4 when e then 5 when f then 6 when g then 7 else 8 end as rank from every)
select count(*) as all, count(*) filter (where (s).matched = matched) as matched, count(*) filter (where (s).rank = rank) as ranked,
  count(*) filter (where (s).segment = (select r.segment from ph.segment_rules() r where r.rank = w.rank)) as named
from answered join wanted w using (bits);

-- the rules as printed
select rank, segment, inputs from ph.segment_rules() order by rank;
-- every argument is the input of some rule
select array_agg(name order by name) from (
  select unnest(proargnames) as name from pg_proc where oid = 'ph.bridges_to_health'::regproc
  except select unnest(inputs) from ph.segment_rules()) d;
-- segments are countable
select (s).segment, count(*) from (select ph.bridges_to_health(i % 7 = 0, 'Fit', false, false, false, i % 5 = 0, false, false, false, i % 3, 'F', 0, 0) as s from generate_series(1, 105) i) r
group by 1, (s).rank order by (s).rank;
