-- Folds measures of the last two financial years that are over: a choice of those that are shipped, to be quick.
--
--     psql -v schema=health -f test/demo/measures.sql
--
-- comes after CALL ph.create_population_views('health'). CALL ph.fold_measures('health') folds all that are shipped.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
set search_path = :"schema";
call ph.create_measure_tables(:'schema');

-- of many people a dozen measures, by deprivation alone and without months: a fold takes seconds then
select count(*) > 20000 as is_large,
	case when count(*) > 20000 then '{deprivation_quintile}' else '{deprivation_quintile,sex,age_band}' end
		as breakdowns
from person
\gset
create temp table chosen as
select m.*, m.measure in ('emergency_admissions', 'ae_attendances') as by_month,
	m.measure in ('gp_contacts', 'ambulatory_care_sensitive_admissions', 'multimorbidity') as by_neighbourhood
from ph_support.latest_measures(:'schema') m
where ph_support.lacking_relation(:'schema', m) is null
	and (not :'is_large' or measure in (
		'emergency_admissions', 'emergency_bed_days', 'ae_attendances', 'deaths_under_75', 'gp_contacts', 'cost_a_head',
		'multimorbidity', 'readmissions_30_days', 'smoking', 'diabetes_prevalence'))
	and measure in (
		-- outcomes
		'emergency_admissions', 'emergency_admissions_under_19', 'falls_admissions', 'deaths_under_75',
		'preventable_deaths_under_75', 'treatable_deaths_under_75', 'infant_deaths', 'life_expectancy',
		'multimorbidity', 'hospital_frailty', 'diabetes_prevalence', 'hypertension_prevalence',
		'coronary_heart_disease_prevalence', 'copd_prevalence', 'depression_prevalence',
		'dementia_prevalence', 'severe_mental_illness_prevalence',
		'smoking', 'obesity', 'fine_particles', 'most_deprived_fifth', 'income_deprivation',
		-- quality and experience
		'ambulatory_care_sensitive_admissions', 'readmissions_30_days', 'ae_attendances', 'emergency_bed_days',
		'gp_contacts', 'elective_admissions', 'outpatient_attendances', 'mental_health_contacts',
		'blood_pressure_measured', 'blood_pressure_to_target', 'hba1c_to_target', 'diabetes_care_processes',
		'severe_mental_illness_checks', 'flu_vaccination', 'cervical_screening', 'waits_over_18_weeks',
		'deaths_in_hospital',
		-- cost
		'cost_a_head', 'emergency_cost_a_head', 'planned_cost_a_head', 'cost_last_year_of_life');

-- the data day says which years are over
create temp table year_over as
select c.name, c.start_date, c.end_date
from calendar c
where c.kind = 'financial_year'
	and c.end_date <= coalesce(least((select max(day) from data_day), current_date), current_date) + 1
order by c.start_date desc
limit 2;

create temp table month_over as
select c.name
from calendar c
where c.kind = 'month' and c.end_date <= (select max(end_date) from year_over)
order by c.start_date desc
limit 36;
select count(*) || ' measures of ' || coalesce((select string_agg(name, ' and ' order by name) from year_over),
	'no year: none is over') as folding
from chosen
\gset
\echo :folding

select format('call ph.fold_measures(%L, %L, %L, %L, %L)', :'schema', array_agg(measure order by measure),
	(select array_agg(name order by name) from year_over), levels, of.breakdowns)
from chosen,
	lateral (
		select case
				when measure = 'emergency_admissions' then '{system,place,neighbourhood,small_area}'
				when by_month or by_neighbourhood then '{system,place,neighbourhood}'
				else '{system,place}' end as levels,
			array(select b from unnest(:'breakdowns'::text[]) b where b = any (chosen.breakdowns) and areas is null)
				as breakdowns
	) of
where exists (select from year_over)
group by levels, of.breakdowns
order by levels
\gexec
\if :is_large
\else
\echo 'the last 36 months of emergencies'
select format('call ph.fold_measures(%L, %L, %L, ''{system,place}'', ''{}'')', :'schema',
	array_agg(measure order by measure), (select array_agg(name order by name) from month_over))
from chosen
where by_month and exists (select from month_over)
having count(*) > 0
\gexec
\endif
