\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- runs of scores: recorded once, recomputed, tiered, compared, judged ----

call ph.create_shared_tables('run');
insert into run.data_day values ('2025-03-31');
insert into run.person (person_id, birth_date, sex)
select 'P' || i, date '1940-01-01' + i * 20, case when i % 2 = 0 then 'F' else 'M' end
from generate_series(1, 1000) i;
call ph.record_scores('run', 'too early', 'x', '1', 'run.person', '2024-04-01', 'direct_care');
call ph.create_accountability_tables('run');
call ph.create_accountability_tables('run');  -- again: what is there stays
select count(*) = (select count(*) from ph_support.accountability_table()) as all_there,
	bool_and(obj_description(c.oid, 'pg_class') is not null) as all_described
from pg_class c
join ph_support.accountability_table() t on c.oid = to_regclass('run.' || t.relation);

-- one in fifty has an unknown input
create table run.input as
select person_id, i * 7919 % 97 as age, i % 5 = 0 as copd, case when i % 50 <> 0 then i % 7 end as visits,
	'unused' as more
from (select person_id, substr(person_id, 2)::integer as i from run.person) p;
create table run.known_model as
select ph.given_model('logistic', '{(intercept),age,copd,visits}', '{-5,0.05,0.5,0.1}') as model;
select model from run.known_model
\gset
call ph.record_scores('run', 'spring', 'admission', '1', 'run.input', '2024-04-01', 'risk_stratification',
	model => :'model', predicts => 'emergency admission within a year', label_kind => 'use', horizon => '1 year',
	source => 'this test');
select run, score, version, kind, purpose, as_of, predicts, label_kind, horizon, inputs, tiering, cuts, ties, data_day,
	people, scored, left_out, source, length(content_hash)
from run.score_run;
-- each score again, by hand; who lacks an input has none, and it is said which
select count(*) as people,
	count(*) filter (
		where abs(s.value - 1 / (1 + exp(5 - 0.05 * age - 0.5 * copd::integer - 0.1 * visits))) < 1e-12) as same,
	count(*) filter (where s.value is null and visits is null and missing_inputs = '{visits}'
		and status = 'missing_input:visits' and tier is null) as unknown,
	count(*) filter (where s.inputs = jsonb_build_object('age', age, 'copd', copd, 'visits', visits)) as kept
from run.person_score s
join run.input i using (person_id);
-- what was kept of the model and of each person gives the score again, and says what it is made of
select count(*) as again
from run.person_score s
join run.score_run r using (run),
	ph.score_by_name(jsonb_populate_record(null::ph.model, r.model), s.inputs) a
where a.value is not distinct from s.value;
-- the tiers are those of the people with a score
select tier, count(*), count(*) filter (where tier = t.again) as same
from run.person_score s
join (
	select person_id, ph.risk_tier(value) over (order by value desc nulls last, person_id) as again
	from run.person_score) t using (person_id)
group by tier
order by tier;

-- ---- a run never changes ----
call ph.record_scores('run', 'spring', 'admission', '1', 'run.input', '2024-04-01', 'risk_stratification',
	model => :'model');
update run.score_run set version = '2';
delete from run.score_run;
truncate run.person_score;
update run.person_score set value = 0;
delete from run.person_score where person_id = 'P1';
insert into run.person_score (person_id, run, value) values ('newcomer', 'spring', 0.9);
-- nor does a removal of an earlier transaction let rows go
insert into run.removal (kind, basis, people) values ('person', 'erasure', 1);
delete from run.person_score where person_id = 'P1';
begin;
insert into run.removal (kind, basis, people) values ('person', 'erasure', 1);
delete from run.person_score where person_id = 'P1';
delete from run.removal;
rollback;

-- ---- an instrument, and somebody else's product ----
create view run.points as
select person_id, (age / 20)::numeric as value, case when age >= 80 then 'severe' end as band, visits
from run.input;
call ph.record_scores('run', 'comorbidity', 'charlson', '2', 'run.points', '2024-04-01', 'planning', tiering => 'edge',
	cuts => '{4,2}');
insert into run.external_score (person_id, name, version, scored_on, value, band, licence)
select person_id, 'Bought', '7.1', '2024-04-01', age / 100.0, 'band ' || age / 50, 'one site'
from run.input
where age > 3;
create view run.bought as
select person_id, value, band from run.external_score where name = 'Bought' and scored_on = '2024-04-01';
call ph.record_scores('run', 'bought', 'Bought', '7.1', 'run.bought', '2024-04-01', 'planning', tiering => 'places',
	cuts => '{50,100}', ties => 'split', horizon => '1 year', licence => 'one site');
create view run.their_tiers as select person_id, value, 1 + (value < 0.5)::integer as tier from run.bought;
call ph.record_scores('run', 'bought as given', 'Bought', '7.1', 'run.their_tiers', '2024-04-01', 'planning',
	tiering => 'given');
select run, kind, inputs, tiering, cuts, ties, people, scored, licence from run.score_run order by recorded_at;
select run, tier, count(*), min(value) as lowest, min(band) as band
from run.person_score
where run <> 'spring'
group by run, tier
order by run, tier;
-- the hash is of what gives the score: the same model in another run, another licence of the same product
call ph.record_scores('run', 'spring again', 'admission', '1', 'run.input', '2024-05-01', 'risk_stratification',
	model => :'model');
call ph.record_scores('run', 'other coefficients', 'admission', '1', 'run.input', '2024-05-01', 'risk_stratification',
	model => ph.given_model('logistic', '{(intercept),age,copd,visits}', '{-5,0.05,0.5,0.2}'));
select count(distinct content_hash) as models from run.score_run where score = 'admission';
-- and is exact, however many digits the session prints
begin;
set local extra_float_digits = -6;
call ph.record_scores('run', 'few digits', 'digits', '1', 'run.input', '2024-05-01', 'risk_stratification',
	model => ph.given_model('logistic', '{(intercept),age}', '{-5,0.01234567890123456}'));
reset extra_float_digits;
call ph.record_scores('run', 'all digits', 'digits', '1', 'run.input', '2024-05-01', 'risk_stratification',
	model => ph.given_model('logistic', '{(intercept),age}', '{-5,0.01234567890123456}'));
select count(distinct content_hash) as models, count(distinct model) as kept, min(model #>> '{coefficients,1}')
from run.score_run
where score = 'digits';
rollback;

-- what somebody disputes is not known to a model
begin;
insert into run.person_request (person_id, kind, about, received) values ('P1', 'correction', 'copd', '2024-05-01');
call ph.record_scores('run', 'disputed', 'admission', '1', 'run.input', '2024-05-01', 'risk_stratification',
	model => :'model');
select s.person_id, s.value is null as no_score, s.missing_inputs, s.inputs, o.value is not null as had_one
from run.person_score s
join run.person_score o using (person_id)
where s.run = 'disputed' and o.run = 'spring' and s.value is distinct from o.value;
rollback;

-- ---- two runs ----
select * from ph.score_run_drift('run', 'spring', 'spring again');
select tier_before, tier_after, people, round(mean_before::numeric, 3) as mean_before,
	round(mean_after::numeric, 3) as mean_after, note
from ph.score_run_drift('run', 'other coefficients', 'bought');
-- it closes to the people of both, and is a count by hand
select d.people, d.moved, p.people, p.moved
from (
	select sum(people) as people, sum(people) filter (where tier_before <> tier_after) as moved
	from ph.score_run_drift('run', 'other coefficients', 'bought')) d, (
	select count(*) as people,
		count(*) filter (where a.person_id is null or b.person_id is null or a.tier is distinct from b.tier) as moved
	from (select * from run.person_score where run = 'other coefficients') a
	full join (select * from run.person_score where run = 'bought') b using (person_id)) p;

-- ---- judged when outcomes have arrived ----
create table run.admitted as
select person_id, (i * 104729 % 100) < age as outcome
from (select *, substr(person_id, 2)::integer as i from run.input) p
where person_id <> 'P7';
call ph.judge_run('run', 'spring', 'run.admitted');
create temp table asked as
select ph.person_tally(s.value, o.outcome::integer) as tally, (
		select min(value) from run.person_score where run = 'spring' and tier = 1) as cut
from run.person_score s
join run.admitted o using (person_id)
where run = 'spring' and value is not null;
select j.statistic, round(j.value::numeric, 4) as value, round(j.lower::numeric, 4) as lower,
	round(j.upper::numeric, 4) as upper, j.value = a.value as same, j.threshold = cut as at_cut, j.note,
	j.people, j.events
from run.run_judgement j, asked, lateral (
	select (ph.auroc(tally)).value where statistic = 'auroc'
	union all
	select (ph.average_precision(tally)).value where statistic = 'average_precision'
	union all
	select (to_jsonb(c) ->> statistic)::float8 from ph.calibration(tally) c where to_jsonb(c) ? statistic
	union all
	select n.net_benefit from ph.net_benefit(tally, array[cut]) n where statistic = 'net_benefit'
	union all
	select n.net_benefit_all from ph.net_benefit(tally, array[cut]) n where statistic = 'net_benefit_of_all'
	union all
	select r.sensitivity from ph.roc(tally) r where statistic = 'sensitivity' and r.threshold = cut
	union all
	select 1 - r.specificity from ph.roc(tally) r where statistic = 'false_positive_share' and r.threshold = cut
	union all
	select r.positive_predictive_value from ph.roc(tally) r
	where statistic = 'positive_predictive_value' and r.threshold = cut
	union all
	select (r.true_positives + r.false_positives) / j.people from ph.roc(tally) r
	where statistic = 'listed' and r.threshold = cut) a (value)
order by j.statistic;
-- points are no risks; how many is whether; who is judged twice has two judgements
create view run.counted as select person_id, case when outcome then 3 else 0 end as outcome from run.admitted;
call ph.judge_run('run', 'bought as given', 'run.counted');
call ph.judge_run('run', 'bought', 'run.counted', threshold => 0.8);
call ph.judge_run('run', 'bought', 'run.counted', threshold => 0.8);
create view run.no_count as select person_id, case when outcome then 'NaN' else '1' end::float8 as outcome
from run.admitted;
call ph.judge_run('run', 'bought', 'run.no_count', threshold => 0.8);
call ph.judge_run('run', 'bought', 'run.counted', threshold => 'NaN');
select run, count(distinct judged_at) as times, statistic, round(value::numeric, 3) as value, note
from run.run_judgement
where run = 'bought' and statistic in ('auroc', 'brier', 'sensitivity')
group by run, statistic, value, note
order by statistic;
-- points have nothing that risks have
begin;
create view run.tenths as select person_id, value * 10 as value from run.bought;
call ph.record_scores('run', 'tenths', 'Tenths', '1', 'run.tenths', '2024-04-01', 'planning', horizon => '1 year');
call ph.judge_run('run', 'tenths', 'run.counted', threshold => 8);
select statistic, value, note from run.run_judgement where run = 'tenths' and value is null order by statistic;
rollback;
delete from run.run_judgement;

-- ---- tiers as a breakdown of measures ----
call ph.create_tier_breakdown('run', 'spring');
insert into run.place values ('S', 'ICB24', 'S'), ('L1', 'LAD24', 'L1'), ('A1', 'LSOA21', 'A1'), ('N1', 'PCN', 'N1'),
	('G1', 'PRACTICE', 'G1');
insert into run.place_parent values ('L1', 'S'), ('A1', 'L1'), ('N1', 'S'), ('G1', 'N1');
insert into run.registration (person_id, practice_code, pcn_code, start_date)
select person_id, 'G1', 'N1', '2015-01-01' from run.person;
insert into run.residence (person_id, lsoa21_code, start_date) select person_id, 'A1', '2015-01-01' from run.person;
insert into run.encounter (encounter_id, person_id, pod, start_date, end_date)
select i, 'P' || 1 + i * 7 % 1000, 'NEL', date '2023-04-01' + i % 700, date '2023-04-01' + i % 700
from generate_series(1, 900) i;
call ph.create_population_views('run');
call ph.create_calendar('run', '2023-01-01', '2025-12-31');
call ph.create_measure_tables('run');
call ph.create_tier_breakdown('run', 'spring');
insert into run.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, source, events, breakdowns,
	period_kinds)
values
	('ours', '1', 'Ours', 'Emergency admissions.', 'rate', 1000, 'per 1,000', 'lower', 'outcome', 'outcomes', 'care',
	 'this test', 'select person_id, start_date as event_date, 1 as amount from {encounter}', '{risk_tier}',
		'{financial_year}');
call ph.fold_measures('run', '{ours}', '{2023/24,2024/25}', '{system}');
-- the tiers are those of the run from its day on, and nobody's before
select f.period, f.group_name, f.people, f.events, f.people = c.people and f.events = c.events as same
from (
	select period, group_name, people, numerator as events from run.measure_tally
	where measure = 'ours' and level = 'system' and breakdown = 'risk_tier') f
left join (
	select y.period, case when y.period < '2024-04-01' then 'unknown' else coalesce(s.tier::text, 'unknown') end
			as group_name,
		count(*) as people, sum(events) as events
	from (values (date '2023-04-01'), ('2024-04-01')) y (period), run.person_score s, lateral (
		select count(*) as events
		from run.encounter e
		where e.person_id = s.person_id and e.start_date >= y.period and e.start_date < y.period + interval '1 year') e
	where s.run = 'spring'
	group by 1, 2) c using (period, group_name)
order by 1, 2;
-- a breakdown of yours stays what it is
begin;
insert into run.breakdown (breakdown, name, ordered, groups, query, otherwise)
values ('mine', 'mine', false, '{a}', 'select person_id, ''a'' as group_name from {person}', 'a');
call ph.create_tier_breakdown('run', 'spring', 'mine');
rollback;
-- another run is other tiers: what was folded is folded anew
call ph.create_tier_breakdown('run', 'bought as given');
call ph.fold_measures('run', '{ours}', '{2024/25}', '{system}');
select group_name, people from run.measure_tally
where measure = 'ours' and level = 'system' and breakdown = 'risk_tier' and period = '2024-04-01'
order by 1;

-- any name of a run
call ph.record_scores('run', '{person} of ''{run}'' \ 100%s', 'Bought', '7.1', 'run.their_tiers', '2024-04-01',
	'planning', tiering => 'given');
call ph.create_tier_breakdown('run', '{person} of ''{run}'' \ 100%s');
call ph.fold_measures('run', '{ours}', '{2024/25}', '{system}');
select group_name, people from run.measure_tally
where measure = 'ours' and level = 'system' and breakdown = 'risk_tier' and period = '2024-04-01'
order by 1;
begin isolation level repeatable read;
call ph.record_scores('run', 'of old rows', 'Bought', '7.1', 'run.their_tiers', '2024-04-01', 'planning',
	tiering => 'given');
rollback;

-- ---- for a purpose: who may not be used is left out, restricted codes are not read ----
call ph.create_sharing_tables('run');
insert into run.may_use select person_id, 'risk_stratification'
from run.person
where substr(person_id, 2)::integer % 4 <> 0;
call ph.record_scores('run', 'of those who may', 'admission', '1', 'run.input', '2024-04-01', 'risk_stratification',
	model => :'model');
call ph.record_scores('run', 'of nobody', 'admission', '1', 'run.input', '2024-04-01', 'research', model => :'model');
select people, left_out from run.score_run where run = 'of those who may';
select count(*) from run.person_score where run = 'of those who may' and substr(person_id, 2)::integer % 4 = 0;
insert into run.restricted_code (code_system, code, class, source) values ('ICD10', 'B20', 'law', 'this test');
call ph.record_scores('run', 'restricted', 'admission', '1', 'run.input', '2024-04-01', 'risk_stratification',
	model => :'model');

-- ---- bad input ----
call ph.record_scores('run', 'bad', 'admission', '1', 'run.input', '2024-04-01', null, model => :'model');
call ph.record_scores('run', 'bad', 'admission', '1', 'run.input', '2024-04-01', 'fun', model => :'model');
call ph.record_scores('run', 'bad', 'admission', '1', 'run.input', null, 'planning', model => :'model');
call ph.record_scores('run', 'bad', 'admission', '1', 'run.input', '2025-05-01', 'planning', model => :'model');
call ph.record_scores('run', 'bad', 'admission', '1', null, '2024-04-01', 'planning', model => :'model');
call ph.record_scores('run', 'bad', 'admission', '1', 'run.points', '2024-04-01', 'planning', model => :'model');
call ph.record_scores('run', 'bad', 'x', '1', 'run.input', '2024-04-01', 'planning');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', tiering => 'given');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', tiering => 'luck');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', label_kind => 'wealth');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', horizon => '-1 day');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', horizon => '1 hour');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', horizon => '1 month -35 days');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', horizon => '1000000 years');
create view run.words as select person_id, 'high'::text as value from run.input;
call ph.record_scores('run', 'bad', 'x', '1', 'run.words', '2024-04-01', 'planning');
create view run.twice as select person_id, value from run.points union all select 'P1', 3;
call ph.record_scores('run', 'bad', 'x', '1', 'run.twice', '2024-04-01', 'planning');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', tiering => 'edge');
call ph.record_scores('run', 'bad', 'x', '1', 'run.points', '2024-04-01', 'planning', tiering => 'edge', cuts => '{}');
call ph.record_scores('run', 'bad', 'x', '1', 'run.their_tiers', '2024-04-01', 'planning', tiering => 'given',
	cuts => '{1}');
truncate run.restricted_code;
call ph.record_scores('run', ' ', 'x', '1', 'run.bought', '2024-04-01', 'risk_stratification');
call ph.record_scores('run', 'bad', 'x', null, 'run.bought', '2024-04-01', 'risk_stratification');
insert into run.may_use select person_id, 'planning' from run.person;
call ph.record_scores('run', 'bad', 'x', '1', 'run.twice', '2024-04-01', 'planning');
create view run.no_number as
select person_id, case when person_id = 'P9' then 'NaN'::float8 else 1 end as value from run.input;
call ph.record_scores('run', 'bad', 'x', '1', 'run.no_number', '2024-04-01', 'planning');
create view run.half_tier as select person_id, 1 as value, case when person_id = 'P9' then 1.5 else 1 end as tier
from run.input;
call ph.record_scores('run', 'bad', 'x', '1', 'run.half_tier', '2024-04-01', 'planning', tiering => 'given');
create view run.nameless as select nullif(person_id, 'P9') as person_id, value from run.points;
call ph.record_scores('run', 'bad', 'x', '1', 'run.nameless', '2024-04-01', 'planning');
insert into run.may_use values ('stranger', 'planning');
create view run.strange as select person_id, value from run.points union all select 'stranger', 3;
call ph.record_scores('run', 'bad', 'x', '1', 'run.strange', '2024-04-01', 'planning');
select row('logistic', '{(intercept),age}', '{1,NULL}', null, null, null, 'collinear', null, null, null, null, null,
		null, null, null, null, null, null, null, null, null, null, null, null)::ph.model as half_fitted
\gset
call ph.record_scores('run', 'bad', 'm', '1', 'run.input', '2024-04-01', 'planning', model => :'half_fitted');
call ph.judge_run('run', 'unknown', 'run.admitted');
call ph.judge_run('run', 'comorbidity', 'run.admitted');
call ph.judge_run('run', 'spring', null);
call ph.judge_run('run', 'spring', 'run.words');
call ph.judge_run('run', 'spring', 'run.input');
create view run.two_outcomes as select * from run.admitted union all select 'P1', true;
call ph.judge_run('run', 'bought', 'run.two_outcomes');
update run.data_day set day = '2025-03-30';
call ph.judge_run('run', 'spring', 'run.admitted');
select * from ph.score_run_drift('run', 'spring', 'autumn');
call ph.create_tier_breakdown('run', 'autumn');
-- nothing of what failed is there
select run from run.score_run order by recorded_at;
select count(distinct run) from run.person_score;
-- the records outlive the extension, and so does what guards them
begin;
drop extension population_health cascade;
select count(*) as tables
from unnest('{score_run,person_score,run_judgement,decision,person_request,person_list,list_opening,opened_person,
	retention_rule,removal,justification,input_in_words}'::text[]) t
where to_regclass('run.' || t) is not null;
select count(*) as scores, count(inputs) as inputs from run.person_score where run = 'spring';
update run.person_score set value = 1;
rollback;
begin;
drop extension population_health cascade;
insert into run.person_score (person_id, run, value) values ('newcomer', 'spring', 0.9);
rollback;

drop schema run cascade;

-- ---- in a secured schema a run reads no row whose code is restricted for its purpose ----
create role regress_run_owner;
create schema safe authorization regress_run_owner;
set role regress_run_owner;
call ph.create_shared_tables('safe');
insert into safe.person (person_id, birth_date) select 'P' || i, '1970-01-01' from generate_series(1, 50) i;
insert into safe.clinical_event (person_id, event_date, code_system, code)
select 'P' || i, '2024-03-01', 'SNOMED', case when i % 2 = 0 then '111' else '222' end
from generate_series(1, 50) i;
insert into safe.data_day values ('2025-03-31');
insert into safe.place values ('S', 'ICB24', 'System'), ('L', 'LAD24', 'Place'), ('A', 'LSOA21', 'Area');
insert into safe.place_parent values ('A', 'L'), ('L', 'S');
insert into safe.residence (person_id, lsoa21_code, start_date) select person_id, 'A', '2015-01-01' from safe.person;
call ph.create_population_views('safe', neighbourhood => 'LAD24', place => 'LAD24', system => 'ICB24',
	population => 'resident');
call ph.create_sharing_tables('safe');
call ph.create_accountability_tables('safe');
insert into safe.may_use
select 'P' || i, p from generate_series(1, 40) i, unnest('{planning,direct_care}'::text[]) p;
insert into safe.restricted_code (code_system, code, class, purposes, source)
values ('SNOMED', '222', 'law', '{direct_care}', 'this test');
call ph.secure('safe');
create view safe.known with (security_invoker = true) as
select p.person_id, count(e.code)::float8 as value
from safe.person p left join safe.clinical_event e using (person_id)
group by p.person_id;
call ph.record_scores('safe', 'for planning', 'codes', '1', 'safe.known', '2024-04-01', 'planning', tiering => 'edge',
	cuts => '{1}');
call ph.record_scores('safe', 'for care', 'codes', '1', 'safe.known', '2024-04-01', 'direct_care', tiering => 'edge',
	cuts => '{1}');
select run, purpose, people, left_out, sum(value) as codes
from safe.score_run join safe.person_score using (run)
group by run
order by run;
-- the purpose is that of the run alone
select count(*) as codes, current_setting('population_health.purpose', true) as purpose from safe.clinical_event;
-- who sees a part of the people is told nothing that would be taken for all
create view safe.came as select person_id, true as outcome from safe.person;
reset role;
set client_min_messages = warning;
create role regress_run_reader;
grant usage on schema safe to regress_run_reader;
grant select on all tables in schema safe to regress_run_reader;
update safe.data_day set day = '2026-03-31';
set role regress_run_owner;
call ph.record_scores('safe', 'judged', 'codes', '1', 'safe.known', '2024-04-01', 'planning', tiering => 'edge',
	cuts => '{1}', horizon => '1 year');
call ph.judge_run('safe', 'judged', 'safe.came', 1);
select people, events from safe.run_judgement where statistic = 'listed';
set role regress_run_reader;
select * from ph.score_run_drift('safe', 'for planning', 'for care');
select * from ph.score_by_group('safe', 'judged', 'safe.came', 1);
call ph.judge_run('safe', 'judged', 'safe.came', 1);
reset role;
drop schema safe cascade;
drop role regress_run_owner;
drop role regress_run_reader;
