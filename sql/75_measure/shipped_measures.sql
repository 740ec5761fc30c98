
-- ---- the measures that are shipped ----
-- A statement a theme. A measure of events counts them in the place of their day; a measure of a day asks what was
-- known before that day. Windows that look for a person's next contact read all contacts: such measures are folded by
-- years only.

-- emergencies and contacts
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar, action_area,
	team, source, leaves_out, events, recorded, period_kinds, seasonal)
select measure, '1', name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, 'care',
	'integrated services', team, source, leaves_out, events,
	format('select start_date as record_date from {encounter} where pod = %L', pod), period_kinds::text[],
	period_kinds = '{month,financial_year}' and measure <> 'emergency_bed_days'
from (
	values
		('emergency_admissions', 'Emergency admissions',
		 'Emergency admissions per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcome', 'outcomes', 'urgent care',
		 'NHS Outcomes Framework, domain 3', 'Nothing: all unplanned admissions count, those for childbirth too.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('ambulatory_care_sensitive_admissions', 'Emergency admissions that care outside hospital can prevent',
		 'Emergency admissions for chronic ambulatory-care-sensitive conditions per 100,000 person-years, standardised '
		 'for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcome', 'quality', 'primary care',
		 'NHS Outcomes Framework 2.3.i',
		 'The primary diagnosis alone decides: acute bronchitis beside COPD is not counted, and neither sickle cell '
		 'disease nor an operation takes an admission out.',
		 $$select e.person_id, e.start_date as event_date, 1 as amount
			from {encounter} e, ph.ambulatory_care_sensitive(e.primary_icd10) sensitive
			where e.pod = 'NEL' and ph.is_emergency_admission(e.admission_method)$$,
		 'NEL', '{month,financial_year}'),
		('falls_admissions', 'Emergency admissions after falls, 65 and over',
		 'Emergency admissions with a fall of people of 65 and over, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 65, null, 'lower', 'outcome', 'outcomes', 'community care',
		 'Fingertips 22401, Public Health Outcomes Framework C29',
		 'A fall is an external cause W00 to W19 at any position, or a primary diagnosis R29.6; the source asks for an '
		 'injury as primary diagnosis.',
		 $$select e.person_id, e.start_date as event_date, 1 as amount
			from {encounter} e
			left join (
				select distinct person_id, encounter_id
				from {clinical_event}
				where code_system = 'ICD10' and code >= 'W' and code < 'X' and left(code, 2) in ('W0', 'W1')
			) fall on fall.person_id = e.person_id and fall.encounter_id = e.encounter_id
			where e.pod = 'NEL'
				and (fall.person_id is not null or left(ph.icd10_normalise(e.primary_icd10), 4) = 'R296')$$,
		 'NEL', '{month,financial_year}'),
		('emergency_admissions_under_19', 'Emergency admissions under 19',
		 'Emergency admissions of children and young people under 19, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, 19, 'lower', 'outcome', 'outcomes', 'children',
		 'NHS Outcomes Framework 2.3.ii and 3.2',
		 'All causes count, not asthma, diabetes, epilepsy and lower respiratory infections alone.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('emergency_bed_days', 'Emergency bed days',
		 'Nights in hospital after emergency admission per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'nights per 100,000 person-years', null, null, 'lower', 'output', 'quality', 'urgent care',
		 'NHS England, bed days of emergency care',
		 'All nights of a stay count on its day of admission; one that is not over counts up to the data day.',
		 $$select person_id, start_date as event_date,
				coalesce(end_date, least((select max(day) from {data_day}), current_date)) - start_date as amount
			from {encounter}
			where pod = 'NEL'$$,
		 'NEL', '{month,financial_year}'),
		('ae_attendances', 'Accident and emergency attendances',
		 'Attendances at accident and emergency per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'output', 'quality', 'urgent care',
		 'NHS England, A&E attendances', 'Types of department are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'AE'$$,
		 'AE', '{month,financial_year}'),
		('ae_attendances_under_5', 'Accident and emergency attendances under 5',
		 'Attendances at accident and emergency of children under 5, per 1,000 person-years.',
		 'rate', 1000, 'per 1,000 person-years', null, 5, 'lower', 'output', 'quality', 'children',
		 'Fingertips, child health profiles', 'Age is that of the first day in the period, not of the attendance.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'AE'$$,
		 'AE', '{month,financial_year}'),
		('gp_contacts', 'Consultations in general practice',
		 'Consultations in general practice a person and year.',
		 'rate', 1, 'a person-year', null, null, 'neither', 'output', 'quality', 'primary care',
		 'NHS England, appointments in general practice', 'Kinds of consultation are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'GP'$$,
		 'GP', '{month,financial_year}'),
		('outpatient_attendances', 'Outpatient attendances',
		 'Outpatient attendances per 1,000 person-years, standardised for age.',
		 'dsr', 1000, 'per 1,000 person-years', null, null, 'neither', 'output', 'quality', 'planned care',
		 'NHS England, hospital outpatient activity', 'First and later attendances are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'OP'$$,
		 'OP', '{financial_year}'),
		('elective_admissions', 'Planned admissions',
		 'Elective admissions and day cases per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'neither', 'output', 'quality', 'planned care',
		 'NHS England, admitted patient care activity', 'Day cases are not told apart.',
		 $$select person_id, start_date as event_date, 1 as amount
			from {encounter}
			where pod = 'EL'$$,
		 'EL', '{month,financial_year}')
) m (
	measure, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, team, source, leaves_out,
	events, pod, period_kinds);

-- what follows a contact, contact by contact
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, period_kinds, overdispersion)
values
	('readmissions_30_days', '1', 'Emergency readmissions within 30 days',
	 'Share of discharges after emergency admission that another follows on the day of discharge or within 29 days.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'quality', 'care', 'integrated services', 'acute hospitals',
	 'NHS Outcomes Framework 3b',
	 'Discharges after emergency admission only, of people alive after that day, whose 30 days are over by the data '
	 'day; causes are not looked at. It counts in the place of the day of discharge.',
	 $$select e.person_id, e.end_date as event_date, max(case when again.person_id is null then 0 else 1 end) as amount
		from {encounter} e
		join {person} p on p.person_id = e.person_id and (p.death_date is null or p.death_date > e.end_date)
		left join {encounter} again on again.person_id = e.person_id and again.pod = 'NEL'
			and again.encounter_id <> e.encounter_id
			and again.start_date >= e.end_date and again.start_date <= e.end_date + 29
		where e.pod = 'NEL' and e.end_date + 29 <= least((select max(day) from {data_day}), current_date)
		group by e.person_id, e.encounter_id, e.end_date$$,
	 '{financial_year}', true),
	('readmissions_30_days_adjusted', '1', 'Emergency readmissions within 30 days, for age and conditions',
	 'Emergency readmissions within 30 days over those that the rates of all discharges of the same age band and '
	 'number '
	 'of long-term conditions would give.',
	 'rate', 1, 'observed over expected', 'rows', 'lower', 'outcome', 'quality', 'care', 'integrated services',
	 'acute hospitals', 'NHS Outcomes Framework 3b, adjusted as said here',
	 'As readmissions_30_days. Expected: the mean over all discharges of the data in bands of age (0, 18, 40, 65, 80) '
	 'at '
	 'discharge and number of conditions (0, 1, 2, 3, 4 and more) coded before the admission; not deprivation, cause '
	 'or '
	 'sex. The expected counts are taken as known.',
	 $$select person_id, event_date, amount, avg(amount) over (partition by age_band, conditions) as exposure
		from (
			select i.person_id, i.event_date, i.amount,
				width_bucket(ph.completed_years(i.birth_date, i.event_date), array[18, 40, 65, 80]) as age_band,
				least(count(r.condition), 4) as conditions
			from (
				select e.person_id, e.encounter_id, e.start_date, e.end_date as event_date, p.birth_date,
					max(case when again.person_id is null then 0 else 1 end) as amount
				from {encounter} e
				join {person} p on p.person_id = e.person_id and (p.death_date is null or p.death_date > e.end_date)
				left join {encounter} again on again.person_id = e.person_id and again.pod = 'NEL'
					and again.encounter_id <> e.encounter_id
					and again.start_date >= e.end_date and again.start_date <= e.end_date + 29
				where e.pod = 'NEL' and e.end_date + 29 <= least((select max(day) from {data_day}), current_date)
				group by e.person_id, e.encounter_id, e.start_date, e.end_date, p.birth_date
			) i
			left join {register} r on r.person_id = i.person_id::text and r.first_date < i.start_date
				and r.condition in (
					select list
					from ph.shipped_code_list()
					where long_term_condition)
			group by i.person_id, i.encounter_id, i.event_date, i.amount, i.birth_date
		) discharge$$,
	 '{financial_year}', true),
	('long_emergency_stays', '1', 'Emergency stays of 21 nights and more',
	 'Share of emergency stays that last 21 nights or more.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'acute hospitals',
	 'NHS England, long length of stay',
	 'Stays are counted on the day of discharge; those that are not over are left out.',
	 $$select person_id, end_date as event_date, case when end_date - start_date >= 21 then 1 else 0 end as amount
		from {encounter}
		where pod = 'NEL' and end_date is not null$$,
	 '{financial_year}', false),
	('same_service_again', '1', 'The same service again within 7 days',
	 'Share of contacts that another contact with the same kind of service follows within 7 days.',
	 'proportion', 100, '%', 'rows', 'lower', 'process', 'experience', 'care', 'integrated services', 'primary care',
	 'NHS England, unplanned re-attendance within 7 days, for all kinds of service',
	 'Planned courses of treatment count too; kinds of service are general practice, A&E, outpatients, elective, '
	 'emergency and other. Contacts whose 7 days are not over by the data day are left out.',
	 $$select person_id, event_date, case when next_date <= event_date + 7 then 1 else 0 end as amount
		from (
			select person_id, start_date as event_date,
				lead(start_date) over (partition by person_id, pod order by start_date, encounter_id) as next_date
			from {encounter}
		) contact
		where event_date + 7 <= least((select max(day) from {data_day}), current_date)$$,
	 '{financial_year}', true);

-- cost
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, recorded, period_kinds)
select measure, '1', name, meaning, 'mean', 1, 'pounds', 'people', 'lower', 'input', 'cost', 'care', 'shared value',
	'finance', 'NHS England, patient-level costing',
	'Per person with a day at risk in the period, however short; a contact without a cost counts as none.',
	format(
		$$select e.person_id, e.start_date as event_date, e.cost as amount
		from {encounter} e%s
		where e.cost is not null%s$$,
		case when sensitive then ', ph.ambulatory_care_sensitive(e.primary_icd10) sensitive' end, ' and ' || of),
	'select start_date as record_date from {encounter} where cost is not null', period_kinds::text[]
from (
	values
		('cost_a_head', 'Cost of care a head', 'What care cost a person in the period.', null, false,
		 '{month,financial_year}'),
		('emergency_cost_a_head', 'Cost of emergencies a head',
		 'What emergency admissions and attendances cost a person in the period.', $$e.pod in ('NEL', 'AE')$$, false,
		 '{financial_year}'),
		('planned_cost_a_head', 'Cost of planned hospital care a head',
		 'What elective admissions and outpatient attendances cost a person in the period.', $$e.pod in ('EL', 'OP')$$,
		 false, '{financial_year}'),
		('primary_care_cost_a_head', 'Cost of general practice a head',
		 'What consultations in general practice cost a person in the period.', $$e.pod = 'GP'$$, false,
		 '{financial_year}'),
		('ambulatory_care_sensitive_cost_a_head', 'Cost a head of admissions that care outside hospital can prevent',
		 'What emergency admissions for ambulatory-care-sensitive conditions cost a person in the period.',
		 $$e.pod = 'NEL' and ph.is_emergency_admission(e.admission_method)$$, true, '{financial_year}')
) m (measure, name, meaning, of, sensitive, period_kinds);

-- the end of life, death by death
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, exposure, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, events, period_kinds)
values
	('cost_last_year_of_life', '1', 'Cost of care in the last year of life',
	 'What care cost in the year up to the day of death, a death.',
	 'mean', 1, 'pounds', 'rows', 'lower', 'input', 'cost', 'care', 'shared value', 'end of life care',
	 'Nuffield Trust, care at the end of life',
	 'Encounters as far as they have costs; not social care, hospices and medicines. A year '
	 'that lies partly before the first encounter of the data is too cheap.',
	 $$select p.person_id, p.death_date as event_date, coalesce(sum(e.cost), 0) as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.start_date <= p.death_date
			and e.start_date > p.death_date - 365
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}'),
	('three_emergencies_before_death', '1', 'Three emergency admissions in the last 90 days of life',
	 'Share of deaths with three or more emergency admissions in the 90 days up to the day of death.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services',
	 'end of life care', 'Fingertips, palliative and end of life care profiles',
	 'Deaths by accident count too.',
	 $$select p.person_id, p.death_date as event_date, case when count(e.person_id) >= 3 then 1 else 0 end as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.pod = 'NEL' and e.start_date <= p.death_date
			and e.start_date > p.death_date - 90
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}'),
	('deaths_in_hospital', '1', 'Deaths in hospital',
	 'Share of deaths that lie within a stay in hospital.',
	 'proportion', 100, '%', 'rows', 'lower', 'outcome', 'experience', 'care', 'integrated services',
	 'end of life care', 'Fingertips 93474, place of death',
	 'From stays and not from the place on the certificate: a discharge on the day of death counts as in hospital.',
	 $$select p.person_id, p.death_date as event_date, max(case when e.person_id is null then 0 else 1 end) as amount
		from {person} p
		left join {encounter} e on e.person_id = p.person_id and e.pod in ('EL', 'NEL')
			and e.start_date <= p.death_date and (e.end_date is null or e.end_date >= p.death_date)
		where p.death_date is not null
		group by p.person_id, p.death_date$$,
	 '{financial_year}');

-- deaths
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_until, until, better, kind, aim, pillar, action_area,
	team,
	source, leaves_out, events, recorded, breakdowns, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_until, years, better, 'outcome', aim, pillar, action_area,
	'public health', source, leaves_out, events,
	'select death_date as record_date from {person} where death_date is not null',
	'{deprivation_quintile,sex,age_band,ethnicity,learning_disability,severe_mental_illness}', '{financial_year}'
from (
	values
		('deaths_under_75', 'Deaths under 75',
		 'Deaths from all causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'equitable communities',
		 'Fingertips 108, Public Health Outcomes Framework',
		 'Deaths by day of death, not of registration; of residents as of the first day in the period.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$),
		('preventable_deaths_under_75', 'Deaths under 75 that prevention could have avoided',
		 'Deaths from preventable causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'equity', 'behaviours', 'equitable communities',
		 'Office for National Statistics; OECD and Eurostat, January 2022 version, as ph.avoidable_cause() has it',
		 'Causes that are both preventable and treatable count by half in each; a death without a cause is not '
		 'counted.',
		 $$select p.person_id, p.death_date as event_date, c.preventable as amount
			from {person} p, ph.icd10_normalise(p.death_cause_icd10) cause (icd10),
				unnest(array[left(icd10, 3), nullif(left(icd10, 4), left(icd10, 3))]) beginning (code)
			join ph.avoidable_cause() c using (code)
			where p.death_date is not null and c.preventable > 0 and (c.sex is null or c.sex = p.sex)$$),
		('treatable_deaths_under_75', 'Deaths under 75 that care could have avoided',
		 'Deaths from treatable causes of people under 75 per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Office for National Statistics; OECD and Eurostat, January 2022 version, as ph.avoidable_cause() has it',
		 'Causes that are both preventable and treatable count by half in each; a death without a cause is not '
		 'counted.',
		 $$select p.person_id, p.death_date as event_date, c.treatable as amount
			from {person} p, ph.icd10_normalise(p.death_cause_icd10) cause (icd10),
				unnest(array[left(icd10, 3), nullif(left(icd10, 4), left(icd10, 3))]) beginning (code)
			join ph.avoidable_cause() c using (code)
			where p.death_date is not null and c.treatable > 0 and (c.sex is null or c.sex = p.sex)$$),
		('cardiovascular_deaths_under_75', 'Deaths under 75 from cardiovascular disease',
		 'Deaths from diseases of the circulation (I00 to I99) of people under 75 per 100,000 person-years, '
		 'standardised '
		 'for age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40401, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^I'$$),
		('cancer_deaths_under_75', 'Deaths under 75 from cancer',
		 'Deaths from malignant neoplasms (C00 to C97) of people under 75 per 100,000 person-years, standardised for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40501, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^C'$$),
		('respiratory_deaths_under_75', 'Deaths under 75 from respiratory disease',
		 'Deaths from respiratory diseases (J00 to J99) of people under 75 per 100,000 person-years, standardised for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', 75, null, 'lower', 'outcomes', 'care', 'integrated services',
		 'Fingertips 40701, Core20PLUS5', 'A death without a cause is not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~ '^J'$$),
		('suicides', 'Suicides',
		 'Deaths from intentional self-harm and injury of undetermined intent per 100,000 person-years, standardised '
		 'for '
		 'age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcomes', 'communities',
		 'equitable communities', 'Fingertips 41001, Office for National Statistics',
		 'The source counts X60 to X84 from the age of 10 and Y10 to Y34 from 15; here all ages count.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null
				and ph.icd10_normalise(death_cause_icd10) ~ '^(X[67]|X8[0-4]|Y[12]|Y3[0-4])'$$),
		('alcohol_specific_deaths', 'Deaths from alcohol',
		 'Deaths from causes that alcohol alone has, per 100,000 person-years, standardised for age.',
		 'dsr', 100000, 'per 100,000 person-years', null, null, 'lower', 'outcomes', 'behaviours', 'equitable '
		 'communities',
		 'Office for National Statistics, alcohol-specific deaths; Fingertips 91380',
		 'Causes that alcohol has in part are not counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null and ph.icd10_normalise(death_cause_icd10) ~
				'^(E244|F10|G312|G621|G721|I426|K292|K70|K852|K860|Q860|R780|X45|X65|Y15)'$$),
		('life_expectancy', 'Life expectancy at birth',
		 'Years that somebody born now would live under the death rates of the period.',
		 'life_expectancy', 1, 'years', null, null, 'higher', 'outcomes', 'determinants', 'equitable communities',
		 'Fingertips 90366, Public Health Outcomes Framework A01b',
		 'One year and not three together: no value where 5,000 person-years or fewer are counted.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$),
		('years_of_life_lost', 'Years of life lost before 75',
		 'Years that deaths below 75 came too early, per 100,000 person-years.',
		 'years_of_life_lost', 100000, 'years per 100,000 person-years', 75, 75, 'lower', 'outcomes', 'determinants',
		 'equitable communities', 'Office for National Statistics, years of life lost',
		 'A crude rate; a death counts from the middle of its band of five years of age.',
		 $$select person_id, death_date as event_date, 1 as amount
			from {person}
			where death_date is not null$$)
) m (
	measure, name, meaning, indicator, per, unit, age_until, years, better, aim, pillar, action_area, source,
	leaves_out,
	events);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, with_measure, exposure, better, kind, aim, pillar,
	action_area,
	team, source, leaves_out, people, events, recorded, period_kinds)
values
	('infant_deaths', '1', 'Deaths in the first year of life',
	 'Deaths before the first birthday per 1,000 years lived before it.',
	 'rate', 1000, 'per 1,000 person-years', null, 'years', 'lower', 'outcome', 'outcomes', 'care', 'integrated '
	 'services',
	 'children', 'Fingertips 92196, infant mortality',
	 'Over the years lived before the first birthday and not over live births, so that who is registered weeks after '
	 'birth is not lost; deaths before any registration are.',
	 $$select person_id, daterange(birth_date, (birth_date + interval '1 year')::date) as days
		from {person}$$,
	 $$select person_id, death_date as event_date, 1 as amount
		from {person}
		where death_date is not null$$,
	 'select death_date as record_date from {person} where death_date is not null', '{financial_year}'),
	('not_in_good_health', '1', 'Not in good health',
	 'Share of those asked in a survey who say that their health is not good.',
	 'proportion', 100, '%', null, 'rows', 'lower', 'outcome', 'equity', 'determinants', 'equitable communities',
	 'public health', 'Annual Population Survey; GP Patient Survey',
	 'Where there is a table survey (person_id, asked_on, in_good_health); it is not one of the shared tables. Answers '
	 'count as they are, without the weights of a survey.',
	 null,
	 $$select person_id, asked_on as event_date, (not in_good_health)::int as amount
		from {survey}$$,
	 null, '{financial_year}'),
	('healthy_life_expectancy', '1', 'Healthy life expectancy at birth',
	 'Years in good health that somebody born now would live under the death rates and the health of the period.',
	 'healthy_life_expectancy', 1, 'years', 'not_in_good_health', 'years', 'higher', 'outcome', 'equity',
	 'determinants',
	 'equitable communities', 'public health', 'Fingertips 90362, Public Health Outcomes Framework A01a',
	 'Where not_in_good_health is folded for the same period; bands of age in which nobody was asked leave no value.',
	 null,
	 $$select person_id, death_date as event_date, 1 as amount
		from {person}
		where death_date is not null$$,
	 $$select death_date as record_date
		from {person}
		where death_date is not null and exists (select from {survey})$$, '{financial_year}');

-- who has which condition
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, period_kinds)
select list || '_prevalence', '1',
	'Prevalence of ' || case list when 'hiv' then 'HIV' when 'copd' then 'COPD' else replace(list, '_', ' ') end,
	format('Share of people%s with a code of the list %s before the last day of the period.', ' of ' || age_from || ' '
	'and over',
		list),
	'proportion', 100, '%', age_from, 'neither', 'outcome', 'outcomes', 'care', 'integrated services', 'primary '
	'care', source,
	'By code alone: nobody leaves a register by getting well or by another code.',
	format(
		$$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = %L and r.first_date < {day}$$, list),
	format('select first_date as record_date from {register} where condition = %L', list), '{financial_year}'
from ph_support.shipped_list()
left join (
	values
		('asthma', 6), ('chronic_kidney_disease', 18), ('depression', 18), ('diabetes', 17), ('epilepsy', 18),
		('osteoporosis', 50), ('rheumatoid_arthritis', 16)
) limits (list, age_from) using (list)
where long_term_condition;

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, period_kinds)
values
	('multimorbidity', '1', 'Two or more long-term conditions',
	 'Share of people with codes of two or more long-term conditions before the last day of the period.',
	 'proportion', 100, '%', null, 'lower', 'outcome', 'outcomes', 'care', 'integrated services', 'primary care',
	 'Barnett et al. 2012, Lancet 380:37',
	 'Conditions are those that ph.shipped_code_list() calls long-term, by the codes that code_list has of them.',
	 $$select p.person_id, case when c.conditions >= 2 then 1 else 0 end as amount
		from {person} p
		left join (
			select person_id, count(*) as conditions
			from {register}
			where first_date < {day}
				and condition in (
					select list
					from ph.shipped_code_list()
					where long_term_condition)
			group by person_id
		) c on c.person_id = p.person_id::text$$,
	 'select first_date as record_date from {register}', '{financial_year}'),
	('hospital_frailty', '1', 'Frailty at 75 and over',
	 'Share of people of 75 and over with a Hospital Frailty Risk Score of 5 or more from the diagnoses of two years.',
	 'proportion', 100, '%', 75, 'lower', 'outcome', 'outcomes', 'care', 'integrated services', 'community care',
	 'Gilbert et al. 2018, Lancet 391:1775',
	 'Who was in no hospital in the two years counts as not frail.',
	 $$select p.person_id, case when ph.hospital_frailty(c.conditions) >= 5 then 1 else 0 end as amount
		from {person} p
		left join (
			select person_id, ph.conditions_of(code) as conditions
			from {clinical_event}
			where code_system = 'ICD10' and event_date < {day} and event_date >= ({day} - interval '2 years')::date
			group by person_id
		) c on c.person_id = p.person_id$$,
	 $$select event_date as record_date
		from {clinical_event}
		where code_system = 'ICD10'$$, '{financial_year}'),
	('carers', '1', 'Carers known to general practice',
	 'Share of people with a code of the list carer before the last day of the period.',
	 'proportion', 100, '%', null, 'higher', 'process', 'experience', 'communities', 'collaboration', 'primary care',
	 'NHS England, quality markers for carers',
	 'Needs a list carer in code_list; none is shipped. Who cares and has not said so is not known.',
	 $$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = 'carer' and r.first_date < {day}$$,
	 $$select first_date as record_date
		from {register}
		where condition = 'carer'$$, '{financial_year}'),
	('homelessness', '1', 'Homelessness known to care',
	 'People with a code of homelessness before the last day of the period, per 1,000.',
	 'rate', 1000, 'per 1,000 people', null, 'lower', 'outcome', 'equity', 'determinants', 'equitable communities',
	 'inclusion health', 'Core20PLUS5, inclusion health groups',
	 'Ever coded: who has found a home since still counts, and most people without a home are never coded.',
	 $$select p.person_id, case when r.person_id is null then 0 else 1 end as amount
		from {person} p
		left join {register} r
			on r.person_id = p.person_id::text and r.condition = 'homeless' and r.first_date < {day}$$,
	 $$select first_date as record_date
		from {register}
		where condition = 'homeless'$$, '{financial_year}'),
	('ethnicity_known', '1', 'Ethnicity known',
	 'Share of people whose ethnicity is recorded and stated.',
	 'proportion', 100, '%', null, 'higher', 'process', 'equity', 'care', 'collaboration', 'business intelligence',
	 'Core20PLUS5; NHS England, ethnicity recording',
	 'As recorded now: when it was recorded is not in the table.',
	 $$select person_id, case when ethnicity_code is null or ethnicity_code = 'Z' then 0 else 1 end as amount
		from {person}$$,
	 'select {day} as record_date from {person} where ethnicity_code is not null', '{financial_year}');

-- care processes and treatment to target
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, recorded_within, breakdowns, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, 'higher', 'process', aim, 'care', 'integrated '
'services',
	'primary care', source, leaves_out, persons,
	format(
		$$select measure_date as record_date
		from {measurement}
		where (code_system, code) in (%s)$$, recorded), '1 year',
	'{deprivation_quintile,sex,age_band,ethnicity,learning_disability,severe_mental_illness}', '{financial_year}'
from (
	values
		('blood_pressure_to_target', 'Blood pressure to target in hypertension',
		 'Share of people with hypertension whose latest blood pressure of the year was at most 140/90, from 80 years '
		 '150/90.',
		 'proportion', 100, '%', null, 'outcomes', 'QOF HYP008 and HYP009',
		 'The latest day with both readings in the 12 months before counts, the mean of several on one day; who was '
		 'not '
		 'measured is not to target. Readings at home have no limits of their own, and nobody is excepted.',
		 $$select r.person_id,
				case
					when m.systolic <= case when ph.completed_years(p.birth_date, {day}) >= 80 then 150 else 140 end
						and m.diastolic <= 90 then 1
					else 0 end as amount
			from {register} r
			join {person} p on p.person_id::text = r.person_id
			left join (
				select distinct on (person_id) person_id, systolic, diastolic
				from (
					select person_id, measure_date,
						avg(value) filter (where code in ('271649006', '8480-6')) as systolic,
						avg(value) filter (where code in ('271650006', '8462-4')) as diastolic
					from {measurement}
					where (code_system, code) in (
							('SNOMED', '271649006'), ('LOINC', '8480-6'), ('SNOMED', '271650006'), ('LOINC', '8462-4'))
						and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				where systolic is not null and diastolic is not null
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id
			where r.condition = 'hypertension' and r.first_date < {day}$$,
		 $$('SNOMED', '271649006'), ('LOINC', '8480-6')$$),
		('hba1c_to_target', 'HbA1c to target in diabetes',
		 'Share of people of 17 and over with diabetes whose latest HbA1c of the year was at most 58 mmol/mol.',
		 'proportion', 100, '%', 17, 'outcomes', 'QOF DM006 and DM020; National Diabetes Audit',
		 'The latest day in the 12 months before counts, the mean of several on one day; who was not measured is not '
		 'to '
		 'target. Frail people have no limit of their own, and nobody is excepted.',
		 $$select r.person_id, case when m.value <= 58 then 1 else 0 end as amount
			from {register} r
			left join (
				select distinct on (person_id) person_id, value
				from (
					select person_id, measure_date, avg(value) as value
					from {measurement}
					where (code_system, code) in (('SNOMED', '999791000000106'), ('LOINC', '59261-8'))
						and value is not null and measure_date < {day}
						and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id
			where r.condition = 'diabetes' and r.first_date < {day}$$,
		 $$('SNOMED', '999791000000106'), ('LOINC', '59261-8')$$),
		('cholesterol_to_target', 'Cholesterol to target in cardiovascular disease',
		 'Share of people with coronary, cerebrovascular or peripheral arterial disease whose latest non-HDL '
		 'cholesterol '
		 'of the year was at most 2.6 mmol/l.',
		 'proportion', 100, '%', null, 'outcomes', 'QOF CHOL004; NICE NG238',
		 'Non-HDL is the total less HDL of the latest day with both, in the 12 months before; LDL is not looked at. '
		 'Who '
		 'was not measured is not to target.',
		 $$select r.person_id, case when m.total - m.hdl <= 2.6 then 1 else 0 end as amount
			from (
				select distinct person_id
				from {register}
				where condition in ('coronary_heart_disease', 'stroke_or_tia', 'peripheral_arterial_disease')
					and first_date < {day}
			) r
			left join (
				select distinct on (person_id) person_id, total, hdl
				from (
					select person_id, measure_date,
						avg(value) filter (where code in ('1005671000000105', '14647-2')) as total,
						avg(value) filter (where code in ('1005681000000107', '14646-4')) as hdl
					from {measurement}
					where (code_system, code) in (
							('SNOMED', '1005671000000105'), ('LOINC', '14647-2'), ('SNOMED', '1005681000000107'),
							('LOINC', '14646-4'))
						and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
					group by person_id, measure_date
				) reading
				where total is not null and hdl is not null
				order by person_id, measure_date desc
			) m on m.person_id::text = r.person_id$$,
		 $$('SNOMED', '1005671000000105'), ('LOINC', '14647-2')$$),
		('blood_pressure_measured', 'Blood pressure measured in five years, 45 and over',
		 'Share of people of 45 and over whose blood pressure was measured in the five years before.',
		 'proportion', 100, '%', 45, 'quality', 'QOF BP002', 'A systolic reading counts; nobody is excepted.',
		 $$select p.person_id, case when m.person_id is null then 0 else 1 end as amount
			from {person} p
			left join (
				select distinct person_id
				from {measurement}
				where (code_system, code) in (('SNOMED', '271649006'), ('LOINC', '8480-6'))
					and measure_date < {day} and measure_date >= ({day} - interval '5 years')::date
			) m on m.person_id = p.person_id$$,
		 $$('SNOMED', '271649006'), ('LOINC', '8480-6')$$),
		('diabetes_care_processes', 'Care processes in diabetes',
		 'Care processes that people of 17 and over with diabetes had in the year, of six: HbA1c, blood pressure, '
		 'cholesterol, kidney function, body mass index, smoking.',
		 'mean', 1, 'of six', 17, 'quality', 'National Diabetes Audit',
		 'Urine albumin and feet, the other two of its eight, are not in the table of measurements.',
		 $$select r.person_id, coalesce(m.processes, 0) as amount
			from {register} r
			left join (
				select person_id, count(distinct code) as processes
				from {measurement}
				where code_system = 'SNOMED' and code in (
						'999791000000106', '271649006', '1005671000000105', '1020291000000106', '60621009', '77176002')
					and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
				group by person_id
			) m on m.person_id::text = r.person_id
			where r.condition = 'diabetes' and r.first_date < {day}$$,
		 $$('SNOMED', '999791000000106')$$),
		('severe_mental_illness_checks', 'Physical checks in severe mental illness',
		 'Physical checks that people of 18 and over with severe mental illness had in the year, of five: blood '
		 'pressure, '
		 'HbA1c, cholesterol, body mass index, smoking.',
		 'mean', 1, 'of five', 18, 'equity', 'Core20PLUS5; NHS Long Term Plan; QOF MH021',
		 'Alcohol, the sixth check of the source, is not in the table of measurements.',
		 $$select r.person_id, coalesce(m.checks, 0) as amount
			from {register} r
			left join (
				select person_id, count(distinct code) as checks
				from {measurement}
				where code_system = 'SNOMED'
					and code in ('271649006', '999791000000106', '1005671000000105', '60621009', '77176002')
					and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
				group by person_id
			) m on m.person_id::text = r.person_id
			where r.condition = 'severe_mental_illness' and r.first_date < {day}$$,
		 $$('SNOMED', '271649006')$$)
) m (measure, name, meaning, indicator, per, unit, age_from, aim, source, leaves_out, persons, recorded);

-- behaviours
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, better, kind, aim, pillar, action_area, team,
	source,
	leaves_out, persons, recorded, recorded_within, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, age_from, better, kind, aim, 'behaviours', 'equitable '
'communities',
	'public health', source, leaves_out, persons,
	format(
		$$select measure_date as record_date
		from {measurement}
		where (code_system, code) in (%s)$$, recorded), '1 year', '{financial_year}'
from (
	values
		('smoking', 'Smoking at 15 and over',
		 'Share of people of 15 and over, of whom smoking is known, who smoked when they were last asked.',
		 'proportion', 100, '%', 15, 'lower', 'outcome', 'outcomes', 'Fingertips 91280, smoking prevalence (QOF)',
		 'Who was never asked is not counted; an answer counts however old it is.',
		 $$select distinct on (person_id) person_id, value as amount
			from {measurement}
			where code_system = 'SNOMED' and code = '77176002' and value in (0, 1) and measure_date < {day}
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '77176002')$$),
		('smoking_known', 'Smoking known at 15 and over',
		 'Share of people of 15 and over of whom it was recorded in two years whether they smoke.',
		 'proportion', 100, '%', 15, 'higher', 'process', 'quality', 'QOF SMOK002, for all adults',
		 'All people and not those with long-term conditions alone.',
		 $$select p.person_id, case when m.person_id is null then 0 else 1 end as amount
			from {person} p
			left join (
				select distinct person_id
				from {measurement}
				where code_system = 'SNOMED' and code = '77176002' and measure_date < {day}
					and measure_date >= ({day} - interval '2 years')::date
			) m on m.person_id = p.person_id$$,
		 $$('SNOMED', '77176002')$$),
		('obesity', 'Obesity at 18 and over',
		 'Share of people of 18 and over, who were measured in the year, whose latest body mass index was 30 or more.',
		 'proportion', 100, '%', 18, 'lower', 'outcome', 'outcomes', 'QOF OB003; Fingertips',
		 'Who was not measured in the 12 months before is not counted, and those measured are heavier than others. The '
		 'lower limits for Asian and Black people are not applied.',
		 $$select distinct on (person_id) person_id, case when value >= 30 then 1 else 0 end as amount
			from {measurement}
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5')) and value is not null
				and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '60621009'), ('LOINC', '39156-5')$$),
		('body_mass_index', 'Body mass index at 18 and over',
		 'Mean of the latest body mass index of people of 18 and over who were measured in the year.',
		 'mean', 1, 'kg/m2', 18, 'lower', 'outcome', 'outcomes', 'Health Survey for England',
		 'Who was not measured in the 12 months before is not counted.',
		 $$select distinct on (person_id) person_id, value as amount
			from {measurement}
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5')) and value is not null
				and measure_date < {day} and measure_date >= ({day} - interval '1 year')::date
			order by person_id, measure_date desc, value desc$$,
		 $$('SNOMED', '60621009'), ('LOINC', '39156-5')$$)
) m (
	measure, name, meaning, indicator, per, unit, age_from, better, kind, aim, source, leaves_out, persons, recorded);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, better, kind, aim, pillar,
	action_area, team,
	source, leaves_out, persons, recorded, recorded_within, period_kinds)
select measure, '1', name,
	format('Share of %s of %s to %s with a code of the list %s in the %s before.',
		case sex when 'F' then 'women' else 'people' end, age_from, age_until - 1, list, span),
	'proportion', 100, '%', age_from, age_until, 'higher', 'process', aim, 'behaviours', 'collaboration', 'public '
	'health', source,
	format('Needs a list %s in code_list; none is shipped. Codes are taken as they stand, without prefixes or '
	'versions; '
		'who was offered and declined counts as not done.', list),
	format(
		$$select p.person_id, case when c.person_id is null then 0 else 1 end as amount
		from {person} p
		left join (
			select distinct e.person_id
			from {clinical_event} e
			join {code_list} l on l.code_system = e.code_system and l.code = e.code
			where l.list = %L and e.event_date < {day} and e.event_date >= ({day} - interval %L)::date
		) c on c.person_id = p.person_id
		where %s$$, list, span, case when sex is null then 'true' else format('p.sex = %L', sex) end),
	format(
		$$select e.event_date as record_date
		from {clinical_event} e
		join {code_list} l on l.code_system = e.code_system and l.code = e.code
		where l.list = %L$$, list),
	'1 year', '{financial_year}'
from (
	values
		('flu_vaccination', 'Flu vaccination at 65 and over', 'influenza_vaccination', 65, 120, null, '1 year',
		'outcomes',
		 'UK Health Security Agency, seasonal flu uptake'),
		('measles_vaccination', 'Measles, mumps and rubella vaccination at 5', 'mmr_vaccination', 5, 6, null, '6 years',
		 'outcomes', 'UK Health Security Agency, COVER'),
		('cervical_screening', 'Cervical screening at 25 to 64', 'cervical_screening', 25, 65, 'F', '5 years 6 months',
		 'quality', 'NHS England, cervical screening coverage'),
		('breast_screening', 'Breast screening at 53 to 70', 'breast_screening', 53, 71, 'F', '3 years', 'quality',
		 'NHS England, breast screening coverage'),
		('bowel_screening', 'Bowel screening at 60 to 74', 'bowel_screening', 60, 75, null, '2 years 6 months',
		'quality',
		 'NHS England, bowel cancer screening coverage')
) m (measure, name, list, age_from, age_until, sex, span, aim, source);

-- alcohol, mental health, maternity
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, age_from, age_until, exposure, better, kind, aim, pillar,
	action_area, team, source, leaves_out, people, events, recorded, period_kinds)
values
	('alcohol_specific_admissions', '1', 'Admissions for alcohol',
	 'Admissions whose primary diagnosis alcohol alone has, per 100,000 person-years, standardised for age.',
	 'dsr', 100000, 'per 100,000 person-years', null, null, 'years', 'lower', 'outcome', 'outcomes', 'behaviours',
	 'equitable communities', 'public health', 'Fingertips 93764, admission episodes for alcohol-specific conditions',
	 'The source counts diagnoses at any position.',
	 null,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~
			'^(E244|F10|G312|G621|G721|I426|K292|K70|K852|K860|T510|T511|T519|X45|X65|Y15)'$$,
	 $$select start_date as record_date
		from {encounter}
		where pod in ('EL', 'NEL') and primary_icd10 is not null$$, '{financial_year}'),
	('self_harm_admissions', '1', 'Admissions after self-harm at 10 to 24',
	 'Emergency admissions after self-harm of people of 10 to 24 per 100,000 person-years, standardised for age.',
	 'dsr', 100000, 'per 100,000 person-years', 10, 25, 'years', 'lower', 'outcome', 'outcomes', 'communities',
	 'equitable communities', 'mental health', 'Fingertips 90813, hospital admissions after self-harm',
	 'A cause X60 to X84 at any position; attendances without an admission are not counted.',
	 null,
	 $$select e.person_id, e.start_date as event_date, 1 as amount
		from {encounter} e
		join (
			select distinct person_id, encounter_id
			from {clinical_event}
			where code_system = 'ICD10' and code >= 'X6' and code < 'X85'
		) harm on harm.person_id = e.person_id and harm.encounter_id = e.encounter_id
		where e.pod = 'NEL'$$,
	 $$select event_date as record_date
		from {clinical_event}
		where code_system = 'ICD10' and code >= 'V' and code < 'Z'$$, '{financial_year}'),
	('mental_health_contacts', '1', 'Contacts for mental health',
	 'Contacts of any kind whose primary diagnosis is a mental disorder (F10 to F99), per 1,000 person-years.',
	 'rate', 1000, 'per 1,000 person-years', null, null, 'years', 'neither', 'output', 'experience', 'care',
	 'integrated services', 'mental health', 'NHS England, mental health services',
	 'Contacts without a diagnosis, and dementia (F00 to F09), are not counted.',
	 null,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where ph.icd10_normalise(primary_icd10) ~ '^F[1-9]'$$,
	 'select start_date as record_date from {encounter} where primary_icd10 is not null', '{financial_year}'),
	('births', '1', 'Deliveries of women of 15 to 44',
	 'Deliveries in hospital per 1,000 years of women of 15 to 44.',
	 'rate', 1000, 'per 1,000 person-years', 15, 45, 'years', 'neither', 'output', 'outcomes', 'care', 'integrated '
	 'services',
	 'maternity', 'Office for National Statistics, general fertility rate',
	 'Deliveries and not children: admissions with a primary diagnosis O80 to O84; births at home are not counted.',
	 $$select person_id, daterange(birth_date, null) as days
		from {person}
		where sex = 'F'$$,
	 $$select person_id, start_date as event_date, 1 as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~ '^O8[0-4]'$$,
	 null, '{financial_year}'),
	('caesarean_sections', '1', 'Caesarean sections',
	 'Share of deliveries in hospital by caesarean section.',
	 'proportion', 100, '%', null, null, 'rows', 'neither', 'process', 'quality', 'care', 'integrated services',
	 'maternity',
	 'National Maternity and Perinatal Audit',
	 'By the primary diagnosis (O82 of O80 to O84), not by the procedure.',
	 null,
	 $$select person_id, start_date as event_date,
			case when ph.icd10_normalise(primary_icd10) ~ '^O82' then 1 else 0 end as amount
		from {encounter}
		where pod in ('EL', 'NEL') and ph.icd10_normalise(primary_icd10) ~ '^O8[0-4]'$$,
	 null, '{financial_year}');

-- waits, from the shared table wait: a row a wait, its days to the stop of the clock, or so far
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, until, exposure, better, kind, aim, pillar, action_area,
	team,
	source, leaves_out, events, period_kinds)
select measure, '1', name, meaning, indicator, per, unit, until, 'rows', 'lower', 'outcome', 'experience', 'care',
	'integrated services', 'planned care', source,
	'Waits that began in the period, those that are not over censored at the data day; the clock stops for whatever '
	'reason, a death or a removal too.',
	format(
		$$select person_id, clock_start as event_date,
			least(clock_stop, least((select max(day) from {data_day}), current_date)) - clock_start as key,
			case when clock_stop <= least((select max(day) from {data_day}), current_date) then 1 else 0 end as amount
		from {wait}
		where clock_start <= least((select max(day) from {data_day}), current_date) and %s$$, of),
	'{financial_year}'
from (
	values
		('waits_over_18_weeks', 'Waits for treatment over 18 weeks',
		 'Share of waits from referral to treatment that last longer than 18 weeks.', 'survival', 100, '%', 126,
		 'NHS constitution, referral to treatment', $$coalesce(kind,
		 'referral_to_treatment') = 'referral_to_treatment'$$),
		('median_wait', 'Median wait for treatment',
		 'Days from referral within which half of the waits are over.', 'median_survival', 1, 'days', null,
		 'NHS England, referral to treatment waiting times',
		 $$coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'$$),
		('mean_wait', 'Mean wait for treatment',
		 'Mean days from referral to treatment, of a wait''s first 26 weeks.', 'restricted_mean', 1, 'days', 182,
		 'NHS England, referral to treatment waiting times',
		 $$coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'$$),
		('diagnostic_waits_over_6_weeks', 'Waits for a diagnosis over 6 weeks',
		 'Share of waits for a diagnostic test that last longer than 6 weeks.', 'survival', 100, '%', 42,
		 'NHS England, diagnostic waiting times', $$kind = 'diagnostic'$$)
) m (measure, name, meaning, indicator, per, unit, until, source, of);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, recorded_within, period_kinds)
values
	('still_waiting', '1', 'Still waiting for treatment',
	 'Waits from referral to treatment that are not over on the last day of the period, per 1,000 people.',
	 'rate', 1000, 'per 1,000 people', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'planned care',
	 'NHS England, referral to treatment waiting times, incomplete pathways', 'A person may wait on several pathways.',
	 $$select p.person_id, coalesce(w.waits, 0) as amount
		from {person} p
		left join (
			select person_id, count(*) as waits
			from {wait}
			where clock_start <= {day} and (clock_stop is null or clock_stop > {day})
				and coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'
			group by person_id
		) w on w.person_id = p.person_id$$,
	 'select clock_start as record_date from {wait}', '1 year', '{month,financial_year}'),
	('still_waiting_over_52_weeks', '1', 'Still waiting for treatment after 52 weeks',
	 'Of the waits that are not over on the last day of the period, those that began more than 52 weeks before, in '
	 '100.',
	 'rate', 100, 'in 100 waits', 'lower', 'outcome', 'experience', 'care', 'integrated services', 'planned care',
	 'NHS England, referral to treatment waiting times, incomplete pathways', 'A person may wait on several pathways.',
	 $$select person_id, count(*) filter (where clock_start < {day} - 364) as amount, count(*) as exposure
		from {wait}
		where clock_start <= {day} and (clock_stop is null or clock_stop > {day})
			and coalesce(kind, 'referral_to_treatment') = 'referral_to_treatment'
		group by person_id$$,
	 'select clock_start as record_date from {wait}', '1 year', '{financial_year}');

-- where people live: factors of their small areas, weighted by residents
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, breakdowns, period_kinds)
select measure, '1', name, meaning, 'mean', 1, unit, better, 'input', aim, pillar, 'equitable communities', 'public '
'health',
	source,
	format('The factor %s of place_factor, its latest edition on all days, so that a change is one of where people '
	'live. '
		'Who has no known small area is not counted. Limits are those of people: the factor itself is taken as exact.',
		factor),
	format(
		$$select s.person_id, f.value as amount
		from {stay} s
		join (
			select distinct on (place_id) place_id, value
			from {place_factor}
			where factor = %L and value is not null
			order by place_id, period desc
		) f on f.place_id = s.small_area
		where s.start_date <= {day} and s.end_date > {day}$$, factor),
	format(
		$$select {day} as record_date
		from {place_factor}
		where factor = %L$$, factor),
	'{sex,age_band,ethnicity}', '{financial_year}'
from (
	values
		('income_deprivation', 'Income deprivation where people live', 'Mean share of people in income deprivation in '
		'the '
		 'small area, weighted by residents.', 'income_deprivation_pct', '%', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation, income domain'),
		('deprivation_score', 'Deprivation where people live', 'Mean score of the index of multiple deprivation of '
		'the small '
		 'area, weighted by residents.', 'imd2025_score', 'score', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation 2025'),
		('unemployment', 'Unemployment where people live', 'Mean share of people out of work in the small area, '
		'weighted by '
		 'residents.', 'unemployed_pct', '%', 'lower', 'equity', 'determinants', 'Census 2021'),
		('social_rented_housing', 'Social housing where people live', 'Mean share of homes in social rent in the '
		'small area, '
		 'weighted by residents.', 'social_rented_pct', '%', 'neither', 'equity', 'determinants', 'Census 2021'),
		('overcrowding', 'Overcrowded homes where people live', 'Mean indicator of overcrowded homes in the small '
		'area, '
		 'weighted by residents.', 'overcrowding_rooms', 'indicator', 'lower', 'equity', 'determinants',
		 'English Indices of Deprivation 2025, barriers to housing'),
		('fuel_poverty', 'Fuel poverty where people live', 'Mean share of households in fuel poverty in the small '
		'area, '
		 'weighted by residents.', 'fuel_poverty_pct', '%', 'lower', 'equity', 'determinants',
		 'Department for Energy Security and Net Zero; Fingertips 93759'),
		('fine_particles', 'Fine particles where people live', 'Mean PM2.5 of the small area, weighted by residents.',
		 'pm25', 'ug/m3', 'lower', 'outcomes', 'communities', 'Defra, modelled background concentrations; Fingertips '
		 '93867'),
		('nitrogen_dioxide', 'Nitrogen dioxide where people live', 'Mean nitrogen dioxide of the small area, weighted '
		'by '
		 'residents.', 'no2', 'ug/m3', 'lower', 'outcomes', 'communities', 'Defra, modelled background concentrations'),
		('green_space', 'Green space near home', 'Mean share of homes near green space in the small area, weighted by '
		 'residents.', 'green_access_pct', '%', 'higher', 'outcomes', 'communities',
		 'Defra, access to green and blue space'),
		('no_car', 'Homes without a car where people live', 'Mean share of households without a car in the small area, '
		 'weighted by residents.', 'no_car_pct', '%', 'neither', 'equity', 'communities', 'Census 2021'),
		('crime', 'Crime where people live', 'Mean score of the crime domain of the small area, weighted by residents.',
		 'crime_score', 'score', 'lower', 'equity', 'communities', 'English Indices of Deprivation, crime domain')
) m (measure, name, meaning, factor, unit, better, aim, pillar, source);

insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	persons, recorded, breakdowns, period_kinds)
values
	('most_deprived_fifth', '1', 'People in the most deprived fifth',
	 'Share of people who live in the most deprived fifth of small areas.',
	 'proportion', 100, '%', 'neither', 'input', 'equity', 'determinants', 'equitable communities', 'public health',
	 'Core20PLUS5, Core20',
	 'Fifths of the edition that the population views are made of, on all days. Who has no known small area is not '
	 'counted.',
	 $$select person_id, case when deprivation_quintile = 1 then 1 else 0 end as amount
		from {stay}
		where start_date <= {day} and end_date > {day} and deprivation_quintile is not null$$,
	 null, '{sex,age_band,ethnicity}', '{financial_year}');

-- published numbers of places
insert into ph.measure (
	measure, version, name, meaning, indicator, per, unit, better, kind, aim, pillar, action_area, team, source,
	leaves_out,
	areas, breakdowns, period_kinds)
select measure, '1', name, meaning, 'rate', per, unit, 'lower', 'outcome', 'equity', pillar, 'equitable communities',
	'public health', source,
	format('Where place_factor has the counts %s and %s of the same places and periods: a year, 2024, or a financial '
	'year, '
		'2024/25.', events, population),
	format(
		$$select n.place_id, case when n.period like '%%/%%' then 'financial_year' else 'year' end as period_kind,
			make_date(left(n.period, 4)::int, case when n.period like '%%/%%' then 4 else 1 end, 1) as period,
			n.value as numerator, d.value as denominator
		from {place_factor} n
		join {place_factor} d on d.place_id = n.place_id and d.period = n.period and d.factor = %L
		where n.factor = %L and n.period ~ '^[0-9]{4}(/[0-9]{2})?$' and n.value is not null and d.value > 0$$,
		population, events),
	'{}', '{year,financial_year}'
from (
	values
		('claimants', 'People who claim benefits for being out of work',
		 'Claimants in 100 residents of 16 to 64, as published.', 100, 'in 100 people', 'determinants',
		 'Nomis, claimant count', 'claimants', 'residents_16_to_64'),
		('children_in_poverty', 'Children in families with low income',
		 'Children in families with low income in 100 children under 16, as published.', 100, 'in 100 children',
		 'determinants', 'Department for Work and Pensions; Fingertips 93700', 'children_in_low_income',
		 'children_under_16'),
		('recorded_crime', 'Crimes recorded by the police', 'Crimes per 1,000 residents, as published.', 1000,
		 'per 1,000 people', 'communities', 'Home Office, recorded crime', 'recorded_crimes', 'residents')
) m (measure, name, meaning, per, unit, pillar, source, events, population);
