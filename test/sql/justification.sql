-- What protected characteristics schemes and scores use, why, and what the linter says where nobody has said it.
\set SHOW_CONTEXT never
set datestyle = 'ISO, YMD';
set client_min_messages = warning;

-- ---- names of inputs ----
select input, wanted, found
from (
	values
		('age', 'age'), ('age_years', 'age'), ('Age at diagnosis', 'age'), ('birth_date', 'age'), ('infant', 'age'),
		('age:copd', 'age'), ('sex', 'sex'), ('female', 'sex'), ('gender', 'sex'), ('sex_worker', null),
		('gender_identity', 'gender_reassignment'), ('sexual_orientation', 'sexual_orientation'),
		('ethnicity_code', 'race'), ('ethnic_minority', 'race'), ('gypsy_roma_traveller', 'race'),
		('country_of_birth', 'race'), ('learning_disability', 'disability'), ('autism', 'disability'),
		('severe_mental_illness', 'disability'), ('cancer', 'disability'), ('cancer_screening', null),
		('marital_status', 'marriage'), ('religion', 'religion'), ('pregnant_or_postnatal', 'pregnancy_maternity'),
		('maternity_activity', 'pregnancy_maternity'),
		-- deprivation is no protected characteristic, nor is what only looks like one
		('deprivation_decile', null), ('imd_quintile', null), ('average_cost', null), ('usage', null),
		('manager', null), ('trace', null), ('coverage', null), ('copd', null), ('embrace', null),
		('transient_ischaemic_attack', null)
	) name (input, wanted)
cross join lateral (
	select string_agg(p.characteristic, ', ') from ph_support.protected_inputs(array[input]) p) p (found)
where wanted is distinct from found or input in ('age', 'deprivation_decile');
select * from ph_support.protected_inputs('{age, sex, age_squared, copd}') order by 1;
select count(*) from ph_support.protected_inputs('{}');
select count(*) from ph_support.protected_inputs(null);

-- ---- every shipped scheme that uses one has its justification, and no other has ----
with used as (
	select r.scheme, r.version, p.characteristic
	from (
		select scheme, version, array_agg(distinct i) as inputs
		from ph.scheme_rule, unnest(inputs) i
		group by scheme, version) r, ph_support.protected_inputs(r.inputs) p
)
select u.*, j.scheme as justified
from used u
full join ph_support.shipped_justification() j using (scheme, version, characteristic)
where u.scheme is null or j.scheme is null;
select count(*) as justifications, bool_and(justification ~ '\S' and source ~ '\S') as all_said,
	count(*) filter (where scheme = 'core20plus5') as of_core20plus5
from ph_support.shipped_justification();

-- ---- the linter: nothing of a schema that uses nothing ----
call ph.create_shared_tables('just');
insert into just.person (person_id, birth_date, sex)
select 'P' || i, date '1950-01-01' + i, 'F' from generate_series(1, 50) i;
insert into just.data_day values ('2024-12-31');
call ph.create_sharing_tables('just');
insert into just.may_use select person_id, p from just.person, unnest('{planning,risk_stratification}'::text[]) p;
create view just.found with (security_invoker = true) as
select kind, severity, object, finding, remedy
from ph.finding('just')
where kind in (select c.kind from ph_support.accountability_check() c where c.kind ~ '^(characteristic|outcome)_');
select * from just.found;
call ph.create_accountability_tables('just');
select * from just.found;
call ph.create_segment_tables('just');
select * from just.found;

-- ---- schemes in use: what is shipped is justified; a copy of it is not, until somebody says why ----
call ph.create_segment_view('core20plus5', 'adults-2021', 'just.person', 'just.core20', missing => 'unknown');
select scheme, version, cardinality(inputs) as inputs from ph_support.scheme_in_use('just');
select name, characteristic, inputs, left(justification, 60) as justification from ph_support.justified_use('just');
select * from just.found;
call ph.copy_scheme('just', 'core20plus5', 'adults-2021', 'our_core20', '1');
select * from just.found;
call ph.create_segment_view('our_core20', '1', 'just.person', 'just.ours', schema => 'just', missing => 'unknown');
select kind, severity, object, finding, remedy from just.found;
select remedy from just.found limit 1 \gexec
select object from just.found;
select remedy from just.found \gexec
select * from just.found;
-- a version that was used or recorded counts without its view
drop view just.core20, just.ours;
select scheme, version from ph_support.scheme_in_use('just');
insert into just.segment_recording (scheme, as_of, version, people)
values ('kaiser_senior', '2024-04-01', 'care-groups', 1);
select scheme, version from ph_support.scheme_in_use('just');

-- ---- scores in use ----
create view just.input as select person_id, 70 as age, 1 as copd, 0.1 as value from just.person;
select ph.given_model('logistic', '{(intercept),age,copd}', '{-5,0.05,0.5}') as model
\gset
call ph.record_scores('just', 'first', 'admission', '1', 'just.input', '2024-04-01', 'risk_stratification',
	model => :'model');
select kind, severity, object, finding, remedy from just.found order by kind;
-- an instrument reads what its function is asked with, whatever was recorded
create view just.points as select person_id, value from just.input;
call ph.record_scores('just', 'hearts', 'score2', '2021', 'just.points', '2024-04-01', 'risk_stratification',
	predicts => 'a first cardiovascular event', label_kind => 'health');
select object from just.found where object ~ 'score2' order by object;
-- somebody else's product is justified as a model; its cost as an outcome too
create view just.product as select person_id, value, 'Q' as ethnic_group from just.input;
call ph.record_scores('just', 'bought', 'product', '9', 'just.product', '2024-04-01', 'planning',
	label_kind => 'cost');
select kind, severity, object, remedy from just.found where object ~ 'product' order by kind;
select remedy from just.found where object ~ 'product' \gexec
select * from just.found where object ~ 'product';
-- the last run of a score counts, and those that lists come from
select ph.given_model('logistic', '{(intercept),copd}', '{-5,0.5}') as model
\gset
call ph.record_scores('just', 'second', 'admission', '2', 'just.input', '2024-05-01', 'risk_stratification',
	model => :'model', label_kind => 'use');
select kind, object from just.found where object ~ 'admission' order by kind;
insert into just.person_list (list, relation, run, purpose, description)
values ('old', 'input', 'first', 'risk_stratification', 'those of the first run');
select kind, object from just.found where object ~ 'admission' order by kind, object;
-- who reads no rows of persons finds the same
create role regress_just_steward;
call ph.create_population_views('just', neighbourhood => 'none');
call ph.secure('just');
call ph.grant_access('just', 'regress_just_steward', 'steward');
set role regress_just_steward;
select kind, object from ph.finding('just') where object ~ 'admission' order by kind, object;
select count(*) from just.person_score;
reset role;
drop schema just cascade;
drop owned by regress_just_steward;
drop role regress_just_steward;
