
-- ---- the map of the OMOP Common Data Model, 5.3 and 5.4 ----

insert into ph.source_map (map, description, published) values
	('omop',
	 'The OMOP Common Data Model, 5.3 or 5.4: persons, deaths, observation periods as registration, visits, '
	 'conditions, procedures, observations, drugs, measurements. Concepts become codes by the table concept; '
	 'without it source values are taken in their form, and counted. Costs are those of visits; several lines of one '
	 'visit are counted and not added up.',
	 'Observational Health Data Sciences and Informatics (OHDSI), OMOP CDM v5.4 and v5.3');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'omop', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('person', 'person_id', 'whole', 'source'),
		('person', 'gender_concept_id', 'whole', 'source'),
		('person', 'gender_source_value', 'text', 'no'),
		('person', 'year_of_birth', 'whole', 'source'),
		('person', 'month_of_birth', 'whole', 'no'),
		('person', 'day_of_birth', 'whole', 'no'),
		('person', 'race_concept_id', 'whole', 'no'),
		('person', 'race_source_value', 'text', 'no'),
		('person', 'person_source_value', 'text', 'no'),
		('person', 'location_id', 'whole', 'no'),
		('person', 'care_site_id', 'whole', 'no'),
		('death', 'person_id', 'whole', 'relation'),
		('death', 'death_date', 'day', 'relation'),
		('death', 'cause_concept_id', 'whole', 'no'),
		('death', 'cause_source_value', 'text', 'no'),
		('observation_period', 'observation_period_id', 'whole', 'no'),
		('observation_period', 'person_id', 'whole', 'source'),
		('observation_period', 'observation_period_start_date', 'day', 'source'),
		('observation_period', 'observation_period_end_date', 'day', 'source'),
		('visit_occurrence', 'visit_occurrence_id', 'whole', 'relation'),
		('visit_occurrence', 'person_id', 'whole', 'relation'),
		('visit_occurrence', 'visit_concept_id', 'whole', 'relation'),
		('visit_occurrence', 'visit_start_date', 'day', 'relation'),
		('visit_occurrence', 'visit_end_date', 'day', 'no'),
		('visit_occurrence', 'visit_source_value', 'text', 'no'),
		('visit_occurrence', 'care_site_id', 'whole', 'no'),
		('visit_occurrence', 'provider_id', 'whole', 'no'),
		('visit_occurrence', 'admitted_from_concept_id', 'whole', 'no'),
		('visit_occurrence', 'admitting_source_concept_id', 'whole', 'no'),
		('condition_occurrence', 'condition_occurrence_id', 'whole', 'relation'),
		('condition_occurrence', 'person_id', 'whole', 'relation'),
		('condition_occurrence', 'condition_concept_id', 'whole', 'relation'),
		('condition_occurrence', 'condition_start_date', 'day', 'relation'),
		('condition_occurrence', 'condition_status_concept_id', 'whole', 'no'),
		('condition_occurrence', 'visit_occurrence_id', 'whole', 'no'),
		('condition_occurrence', 'condition_source_value', 'text', 'no'),
		('condition_occurrence', 'condition_source_concept_id', 'whole', 'no'),
		('procedure_occurrence', 'procedure_occurrence_id', 'whole', 'relation'),
		('procedure_occurrence', 'person_id', 'whole', 'relation'),
		('procedure_occurrence', 'procedure_concept_id', 'whole', 'relation'),
		('procedure_occurrence', 'procedure_date', 'day', 'relation'),
		('procedure_occurrence', 'visit_occurrence_id', 'whole', 'no'),
		('procedure_occurrence', 'procedure_source_value', 'text', 'no'),
		('procedure_occurrence', 'procedure_source_concept_id', 'whole', 'no'),
		('observation', 'observation_id', 'whole', 'relation'),
		('observation', 'person_id', 'whole', 'relation'),
		('observation', 'observation_concept_id', 'whole', 'relation'),
		('observation', 'observation_date', 'day', 'relation'),
		('observation', 'visit_occurrence_id', 'whole', 'no'),
		('observation', 'observation_source_value', 'text', 'no'),
		('observation', 'observation_source_concept_id', 'whole', 'no'),
		('drug_exposure', 'drug_exposure_id', 'whole', 'relation'),
		('drug_exposure', 'person_id', 'whole', 'relation'),
		('drug_exposure', 'drug_concept_id', 'whole', 'relation'),
		('drug_exposure', 'drug_exposure_start_date', 'day', 'relation'),
		('drug_exposure', 'visit_occurrence_id', 'whole', 'no'),
		('drug_exposure', 'drug_source_value', 'text', 'no'),
		('drug_exposure', 'drug_source_concept_id', 'whole', 'no'),
		('measurement', 'measurement_id', 'whole', 'relation'),
		('measurement', 'person_id', 'whole', 'relation'),
		('measurement', 'measurement_concept_id', 'whole', 'relation'),
		('measurement', 'measurement_date', 'day', 'relation'),
		('measurement', 'value_as_number', 'number', 'relation'),
		('measurement', 'unit_source_value', 'text', 'no'),
		('measurement', 'measurement_source_value', 'text', 'no'),
		('measurement', 'measurement_source_concept_id', 'whole', 'no'),
		('cost', 'cost_event_id', 'whole', 'relation'),
		('cost', 'cost_domain_id', 'text', 'relation'),
		('cost', 'total_charge', 'number', 'no'),
		('cost', 'total_cost', 'number', 'no'),
		('cost', 'total_paid', 'number', 'no'),
		('cost', 'paid_by_payer', 'number', 'no'),
		('cost', 'amount_allowed', 'number', 'no'),
		('location', 'location_id', 'whole', 'relation'),
		('location', 'state', 'text', 'no'),
		('location', 'county', 'text', 'no'),
		('location', 'zip', 'text', 'no'),
		('provider', 'provider_id', 'whole', 'relation'),
		('provider', 'care_site_id', 'whole', 'no'),
		('care_site', 'care_site_id', 'whole', 'relation'),
		('care_site', 'care_site_name', 'text', 'no'),
		('cdm_source', 'source_release_date', 'day', 'no'),
		('concept', 'concept_id', 'whole', 'relation'),
		('concept', 'concept_name', 'text', 'no'),
		('concept', 'vocabulary_id', 'text', 'relation'),
		('concept', 'concept_code', 'text', 'relation')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('omop', 'day_order', 'ISO', 'how days are written that are text: ISO, DMY or MDY'),
	('omop', 'cost_column', 'total_paid',
	 'the cost of a visit: total_paid, total_cost, total_charge, paid_by_payer or amount_allowed');

insert into ph.source_value (map, list, source_value, value, description) values
	('omop', 'sex', '8507', 'M', 'male'),
	('omop', 'sex', '8532', 'F', 'female'),
	('omop', 'sex', '8521', 'I', 'other'),
	('omop', 'sex', '8551', null, 'unknown'),
	('omop', 'sex', 'M', 'M', 'male, where the concept is 0'),
	('omop', 'sex', 'F', 'F', 'female, where the concept is 0'),
	('omop', 'ethnicity', '8527', 'C', 'White: any other White background'),
	('omop', 'ethnicity', '8516', 'P', 'Black: any other Black background'),
	('omop', 'ethnicity', '8515', 'L', 'Asian: any other Asian background'),
	('omop', 'ethnicity', '8557', 'S', 'Native Hawaiian or other Pacific islander: any other ethnic group'),
	('omop', 'ethnicity', '8657', 'S', 'American Indian or Alaska native: any other ethnic group'),
	('omop', 'ethnicity', '8522', 'S', 'other: any other ethnic group'),
	('omop', 'ethnicity', '8552', null, 'unknown'),
	('omop', 'ethnicity', 'white', 'C', 'where the concept is 0'),
	('omop', 'ethnicity', 'black', 'P', 'where the concept is 0'),
	('omop', 'ethnicity', 'asian', 'L', 'where the concept is 0'),
	('omop', 'ethnicity', 'native', 'S', 'where the concept is 0'),
	('omop', 'ethnicity', 'hawaiian', 'S', 'where the concept is 0'),
	('omop', 'ethnicity', 'other', 'S', 'where the concept is 0'),
	('omop', 'pod', '9202', 'OP', 'outpatient visit'),
	('omop', 'pod', '581477', 'OP', 'office visit; GP where primary care is to stand by itself'),
	('omop', 'pod', '5083', 'OP', 'telehealth'),
	('omop', 'pod', '9203', 'AE', 'emergency room visit'),
	('omop', 'pod', '262', 'AE', 'the attendance of an emergency room and inpatient visit'),
	('omop', 'pod', '9201', 'EL', 'inpatient visit'),
	('omop', 'pod', 'emergency 9201', 'NEL', 'inpatient visit from the emergency room'),
	('omop', 'pod', '*', 'OTH', 'any other visit'),
	('omop', 'code_system', 'SNOMED', 'SNOMED', null),
	('omop', 'code_system', 'ICD10', 'ICD10', null),
	('omop', 'code_system', 'ICD10CM', 'ICD10CM', null),
	('omop', 'code_system', 'ICD9CM', 'ICD9CM', null),
	('omop', 'code_system', 'OPCS4', 'OPCS4', null),
	('omop', 'code_system', 'Read', 'READ2', null),
	('omop', 'code_system', 'LOINC', 'LOINC', null),
	('omop', 'code_system', 'RxNorm', 'RXNORM', null),
	('omop', 'code_system', 'RxNorm Extension', 'RXNORM', null),
	('omop', 'code_system', 'CVX', 'CVX', null),
	('omop', 'code_system', 'unmapped ICD10', 'ICD10', 'a source value of concept 0 in the form of an ICD-10 code'),
	('omop', 'code_system', 'ICD10 by form', 'ICD10',
	 'a source value in the form of an ICD-10 code, without a vocabulary'),
	('omop', 'code_system', 'SNOMED by form', 'SNOMED',
	 'a source value in the form of a SNOMED CT code, without a vocabulary'),
	('omop', 'code_system', 'LOINC by form', 'LOINC',
	 'a source value in the form of a LOINC code, without a vocabulary'),
	('omop', 'code_system', 'UNKNOWN', 'UNKNOWN', 'a source value of which nobody knows the code system'),
	('omop', 'code_system', '*', 'OTHER', 'a vocabulary that no code list names');

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('omop', 0, 'data_day', 'cdm_source', '{cdm_source} s', 'the day on which the source was released'),
	('omop', 1, 'person', 'person',
	 '(
		select *,
			case
				when year_of_birth between 1800 and 2200 and coalesce(month_of_birth, 1) between 1 and 12
					and coalesce(day_of_birth, 1) between 1 and 31
					then make_date(year_of_birth::integer, coalesce(month_of_birth, 1)::integer, 1) end
				as first_of_month
		from {person} q) p
		left join (
			select person_id, min(death_date) as death_date,
				(array_agg(cause_source_value order by death_date))[1] as cause_source_value
			from {death} q group by person_id) d using (person_id)',
	 'persons with their first day of death'),
	('omop', 2, 'address_area', 'location',
	 '{location} l where concat(state, county, zip) <> ''''',
	 'locations as areas: a ZIP code within its county and state'),
	('omop', 3, 'place', 'care_site',
	 '{care_site} c where care_site_id in (select care_site_id from {person} p)',
	 'care sites with which people are registered'),
	('omop', 5, 'residence', 'person',
	 '{made.source_person} b
		join (select distinct person_id, location_id from {person} q) p on p.person_id::text = b.person_id
		join {made.address_area} a using (location_id) where b.fault is null',
	 'the one location of a person, for life'),
	('omop', 6, 'registration', 'observation_period',
	 '{observation_period} o
		left join (
			select person_id, min(care_site_id) as care_site_id from {person} q group by person_id) p using (person_id)
		left join {care_site} c on c.care_site_id = p.care_site_id',
	 'observation periods, the last day included, with the care site of the person where there is one'),
	('omop', 5, 'omop_provider', 'provider',
	 '{provider} p where provider_id is not null group by provider_id',
	 'the care site of each provider, for visits that name no other'),
	('omop', 6, 'omop_inpatient_row', 'visit_occurrence',
	 '(
		select *, row_number() over (
			partition by person_id, visit_occurrence_id
			order by can_be desc, visit_start_date, visit_end_date, source_row) as version
		from (
			select v.*, r.care_site_id as provider_site,
				coalesce(isfinite(visit_start_date) and visit_start_date >= earliest_birth_date
				and visit_start_date <= {load.data_day} and coalesce(visit_start_date <= death_date, true)
				and coalesce(visit_end_date >= visit_start_date, true), false) as can_be
			from {visit_occurrence} v
			left join {made.omop_provider} r using (provider_id)
			left join (
				select person_id, earliest_birth_date, death_date
				from {made.source_person} q where coalesce(fault = '''', true)) p on p.person_id = v.person_id::text
			where visit_concept_id in (9201, 262)) visit
	) v',
	 'inpatient visits, each version of one, and whether its days can be'),
	('omop', 7, 'omop_inpatient', 'visit_occurrence',
	 '(
		select *, count(*) filter (where begins) over by_day as spell
		from (
			select *, visit_start_date > max(last_day) over (
				partition by person_id order by visit_start_date, last_day, visit_occurrence_id
				rows between unbounded preceding and 1 preceding) is not false as begins
			from (
				select *, greatest(visit_end_date, visit_start_date) as last_day
				-- what is set aside neither lengthens nor begins a spell
				from {made.omop_inpatient_row} q where can_be and version = 1) inpatient
		) visits
		window by_day as (
			partition by person_id order by visit_start_date, last_day, visit_occurrence_id
			rows between unbounded preceding and current row)
	) v',
	 'inpatient visits with the number of their spell: those that overlap, are nested or share a day are one'),
	('omop', 8, 'omop_spell', 'visit_occurrence',
	 '(
		select person_id, spell, min(visit_start_date) as start_date,
			case when bool_and(visit_end_date is not null) then max(last_day) end as end_date,
			array_agg(visit_occurrence_id order by visit_start_date, last_day, visit_occurrence_id) as visits,
			(array_agg(visit_concept_id = 262 or admitted_from_concept_id = 8870
				order by visit_start_date, last_day, visit_occurrence_id))[1] is true as from_emergency,
			(array_agg(care_site_id order by visit_start_date, last_day, visit_occurrence_id))[1] as care_site_id
		from {made.omop_inpatient} group by person_id, spell) s
		left join (
			-- an emergency visit belongs to the spell that begins on its day, or else on the next
			select distinct e.person_id, coalesce(i.visit_start_date, e.visit_start_date + 1) as admitted
			from {visit_occurrence} e
			left join {made.omop_inpatient} i on i.begins and i.person_id = e.person_id
				and i.visit_start_date = e.visit_start_date
			where e.visit_concept_id = 9203 and isfinite(e.visit_start_date)
		) emergency on emergency.person_id = s.person_id and emergency.admitted = s.start_date',
	 'spells in hospital, and whether each began in the emergency room'),
	('omop', 9, 'omop_inpatient_visit', 'visit_occurrence',
	 '{made.omop_spell} s, unnest(s.visits) v (visit_occurrence_id)',
	 'the encounter to which each inpatient visit belongs'),
	('omop', 9, 'omop_primary', 'condition_occurrence',
	 '{condition_occurrence} o
		left join {concept} s on s.concept_id = nullif(o.condition_source_concept_id, 0)
			and s.vocabulary_id in (''ICD10'', ''ICD10CM'')
		where condition_status_concept_id in (32901, 32902, 32903) and visit_occurrence_id is not null
			and coalesce(s.concept_code, o.condition_source_value) ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$''
		group by visit_occurrence_id',
	 'primary diagnoses of visits that are ICD-10 codes'),
	('omop', 9, 'omop_cost', 'cost',
	 '{cost} c where lower(cost_domain_id) = ''visit'' group by cost_event_id',
	 'costs of visits: of one that has several lines none is taken'),
	('omop', 10, 'encounter', 'spells',
	 '{made.omop_spell} s
		left join {made.omop_primary} d on d.visit_occurrence_id = s.visits[1]
		left join lateral (
			select case when count(*) = count(c.cost) then sum(c.cost) end as cost, max(c.lines) as lines
			from unnest(s.visits) v (id) left join {made.omop_cost} c on c.visit_occurrence_id = v.id) c on true',
	 'spells in hospital, under the first of their visits'),
	('omop', 10, 'encounter', 'attendances with admission',
	 '{visit_occurrence} v left join {made.omop_provider} r using (provider_id) where visit_concept_id = 262',
	 'the attendances at the emergency room of visits that went on as inpatients'),
	('omop', 10, 'encounter', 'inpatient visits set aside',
	 '{made.omop_inpatient_row} v where not can_be or version > 1',
	 'inpatient visits without days that can be, and those that stand twice'),
	('omop', 10, 'encounter', 'visits within a spell', '{made.omop_inpatient} v where not begins',
	 'inpatient visits that go on with a spell: told, and no encounters of their own'),
	('omop', 10, 'encounter', 'other visits',
	 '{visit_occurrence} v left join {made.omop_cost} c using (visit_occurrence_id)
		left join {made.omop_primary} d using (visit_occurrence_id)
		left join {made.omop_provider} r using (provider_id)
		where coalesce(visit_concept_id, 0) not in (9201, 262)',
	 'all other visits'),
	('omop', 12, 'measurement', 'measurement',
	 '{measurement} m left join {concept} c on c.concept_id = nullif(m.measurement_concept_id, 0)',
	 'measurements; those without a number are set aside');

-- Conditions, procedures, observations and drugs are of one form: a part for the codes that the source has, and one for
-- the standard concepts of which the vocabulary says that they are others.
insert into ph.source_rows (map, step, relation, part, source_rows, description)
select 'omop', 11, 'clinical_event', d.relation,
	format(
		'{%1$s} e
		left join {concept} s on s.concept_id = nullif(e.%2$s_source_concept_id, 0)
		left join {concept} c on c.concept_id = nullif(e.%2$s_concept_id, 0)
		left join {made.omop_inpatient_visit} i using (visit_occurrence_id)
		cross join lateral (
			select
				case
					when s.vocabulary_id is not null then s.vocabulary_id
					when e.%2$s_source_value ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$'' then
						case
							when coalesce(e.%2$s_source_concept_id, 0) = 0 then ''unmapped ICD10''
							else ''ICD10 by form'' end
					%3$s
					else ''UNKNOWN'' end as system) f
		where s.vocabulary_id is not null or f.system <> ''UNKNOWN'' or c.concept_id is null',
		d.relation, d.domain,
		-- identifiers of RxNorm have the form of those of SNOMED CT
		case
			when d.domain <> 'drug' then format(
				'when e.%s_source_value ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED by form''', d.domain)
			else '' end),
	'codes of the source; those that only the vocabulary can tell are left to the standard concepts'
from (
	values
		('condition', 'condition_occurrence'),
		('procedure', 'procedure_occurrence'),
		('observation', 'observation'),
		('drug', 'drug_exposure')
) d (domain, relation)
union all
select 'omop', 11, 'clinical_event', d.relation || ', standard concepts',
	format(
		'{%1$s} e
		join {concept} s on s.concept_id = nullif(e.%2$s_concept_id, 0)
		left join {made.omop_inpatient_visit} i using (visit_occurrence_id)
		where e.%2$s_concept_id is distinct from e.%2$s_source_concept_id',
		d.relation, d.domain),
	'standard concepts that are not those of the source'
from (
	values
		('condition', 'condition_occurrence'),
		('procedure', 'procedure_occurrence'),
		('observation', 'observation'),
		('drug', 'drug_exposure')
) d (domain, relation);

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'omop', 'clinical_event', r.part, e.column_name,
	format(e.expression, split_part(split_part(r.part, ',', 1), '_', 1),
		case
			when r.part like 'drug%' then 'drug_exposure_start_date'
			when r.part like 'condition%' then 'condition_start_date'
			else split_part(split_part(r.part, ',', 1), '_', 1) || '_date' end,
		split_part(r.part, ',', 1) || '_id'),
	e.value_list
from ph.source_rows r
cross join (
	values
		('source_key', 'e.%3$s', null),
		('person_id', 'e.person_id', null),
		('event_date', 'e.%2$s', null),
		('description', 's.concept_name', null),
		('source', '''%1$s''', null),
		('encounter_id', 'coalesce(i.encounter_id, e.visit_occurrence_id)', null)
) e (column_name, expression, value_list)
where r.map = 'omop' and r.relation = 'clinical_event'
union all
select 'omop', 'clinical_event', r.part, e.column_name,
	format(e.expression, split_part(split_part(r.part, ',', 1), '_', 1)), e.value_list
from ph.source_rows r
join (
	values
		(true, 'code_system', 's.vocabulary_id', 'code_system'),
		(true, 'code', 's.concept_code', null),
		(false, 'code_system', 'f.system', 'code_system'),
		(false, 'code', 'coalesce(s.concept_code, e.%1$s_source_value)', null),
		(false, 'source_remark',
		 'case when s.vocabulary_id is null then concat(''code without a concept: '', f.system) end', null)
) e (standard, column_name, expression, value_list) on e.standard = (r.part like '%, standard concepts')
where r.map = 'omop' and r.relation = 'clinical_event'
union all
select 'omop', 'clinical_event', r.part, 'position',
	'case when e.condition_status_concept_id in (32901, 32902, 32903) then 1 end', null
from ph.source_rows r
where r.map = 'omop' and r.relation = 'clinical_event' and r.part like 'condition%';

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'omop', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'cdm_source', 'day', 's.source_release_date', null),

		('person', 'person', 'source_key', 'p.person_id', null),
		('person', 'person', 'source_person', 'p.person_source_value', null),
		('person', 'person', 'person_id', 'p.person_id', null),
		('person', 'person', 'birth_date',
		 'case
			when p.month_of_birth is null then (p.first_of_month + interval ''6 months'')::date
			when p.day_of_birth is null then p.first_of_month + 14
			when date_trunc(''month'', (p.first_of_month + p.day_of_birth::integer - 1)::timestamp) = p.first_of_month
				then p.first_of_month + p.day_of_birth::integer - 1 end', null),
		('person', 'person', 'earliest_birth_date',
		 'case when p.month_of_birth is null or p.day_of_birth is null then p.first_of_month end', null),
		('person', 'person', 'source_remark',
		 'case
			when p.month_of_birth is null then ''birth by year: taken for 1 July''
			when p.day_of_birth is null then ''birth by month: taken for its 15th day'' end', null),
		('person', 'person', 'death_date', 'd.death_date', null),
		('person', 'person', 'death_cause_icd10',
		 'case
			when d.cause_source_value ~ ''^[A-Z][0-9][0-9A-Z][.]?[0-9A-Z]{0,4}$'' then d.cause_source_value end', null),
		('person', 'person', 'sex',
		 'coalesce(nullif(p.gender_concept_id, 0)::text, upper(p.gender_source_value))', 'sex'),
		('person', 'person', 'ethnicity_code',
		 'coalesce(nullif(p.race_concept_id, 0)::text, lower(p.race_source_value))', 'ethnicity'),

		('address_area', 'location', 'location_id', 'l.location_id', null),

		('place', 'care_site', 'source_key', 'c.care_site_id', null),
		('place', 'care_site', 'place_id', 'concat(''care site '', c.care_site_id)', null),
		('place', 'care_site', 'place_kind', '''CARE_SITE''', null),
		('place', 'care_site', 'name', 'c.care_site_name', null),

		('residence', 'person', 'source_key', 'p.person_id', null),
		('residence', 'person', 'person_id', 'p.person_id', null),
		('residence', 'person', 'lsoa21_code', 'a.area_id', null),
		('residence', 'person', 'start_date', 'b.birth_date', null),

		('registration', 'observation_period', 'source_key',
		 'coalesce(o.observation_period_id::text, concat_ws('' '', o.person_id, o.observation_period_start_date))',
		 null),
		('registration', 'observation_period', 'person_id', 'o.person_id', null),
		('registration', 'observation_period', 'practice_code', '''care site '' || c.care_site_id', null),
		('registration', 'observation_period', 'start_date', 'o.observation_period_start_date', null),
		('registration', 'observation_period', 'end_date', 'o.observation_period_end_date + 1', null),
		('registration', 'observation_period', 'source_end', 'o.observation_period_end_date', null),

		('omop_provider', 'provider', 'provider_id', 'p.provider_id', null),
		('omop_provider', 'provider', 'care_site_id', 'min(p.care_site_id)', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'person_id', 'v.person_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_concept_id', 'v.visit_concept_id', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_start_date', 'v.visit_start_date', null),
		('omop_inpatient_row', 'visit_occurrence', 'visit_end_date', 'v.visit_end_date', null),
		('omop_inpatient_row', 'visit_occurrence', 'care_site_id', 'coalesce(v.care_site_id, v.provider_site)', null),
		('omop_inpatient_row', 'visit_occurrence', 'admitted_from_concept_id',
		 'coalesce(v.admitted_from_concept_id, v.admitting_source_concept_id)', null),
		('omop_inpatient_row', 'visit_occurrence', 'can_be', 'v.can_be', null),
		('omop_inpatient_row', 'visit_occurrence', 'version', 'v.version', null),
		('omop_inpatient', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient', 'visit_occurrence', 'person_id', 'v.person_id', null),
		('omop_inpatient', 'visit_occurrence', 'visit_concept_id', 'v.visit_concept_id', null),
		('omop_inpatient', 'visit_occurrence', 'visit_start_date', 'v.visit_start_date', null),
		('omop_inpatient', 'visit_occurrence', 'visit_end_date', 'v.visit_end_date', null),
		('omop_inpatient', 'visit_occurrence', 'last_day', 'v.last_day', null),
		('omop_inpatient', 'visit_occurrence', 'care_site_id', 'v.care_site_id', null),
		('omop_inpatient', 'visit_occurrence', 'admitted_from_concept_id', 'v.admitted_from_concept_id', null),
		('omop_inpatient', 'visit_occurrence', 'begins', 'v.begins', null),
		('omop_inpatient', 'visit_occurrence', 'spell', 'v.spell', null),
		('omop_spell', 'visit_occurrence', 'person_id', 's.person_id', null),
		('omop_spell', 'visit_occurrence', 'start_date', 's.start_date', null),
		('omop_spell', 'visit_occurrence', 'end_date', 's.end_date', null),
		('omop_spell', 'visit_occurrence', 'visits', 's.visits', null),
		('omop_spell', 'visit_occurrence', 'emergency', 's.from_emergency or emergency.person_id is not null', null),
		('omop_spell', 'visit_occurrence', 'care_site_id', 's.care_site_id', null),
		('omop_inpatient_visit', 'visit_occurrence', 'visit_occurrence_id', 'v.visit_occurrence_id', null),
		('omop_inpatient_visit', 'visit_occurrence', 'encounter_id', 's.visits[1]', null),
		('omop_primary', 'condition_occurrence', 'visit_occurrence_id', 'o.visit_occurrence_id', null),
		('omop_primary', 'condition_occurrence', 'code',
		 '(array_agg(coalesce(s.concept_code, o.condition_source_value) order by o.condition_occurrence_id))[1]', null),
		('omop_cost', 'cost', 'visit_occurrence_id', 'c.cost_event_id', null),
		('omop_cost', 'cost', 'lines', 'count(*)', null),
		('omop_cost', 'cost', 'cost', 'case when count(*) = 1 then min(c.{column.cost_column}) end', null),

		('encounter', 'spells', 'source_key', 's.visits[1]', null),
		('encounter', 'spells', 'source_provider', 's.care_site_id', null),
		('encounter', 'spells', 'encounter_id', 's.visits[1]', null),
		('encounter', 'spells', 'person_id', 's.person_id', null),
		('encounter', 'spells', 'pod', 'case when s.emergency then ''emergency 9201'' else ''9201'' end', 'pod'),
		('encounter', 'spells', 'start_date', 's.start_date', null),
		('encounter', 'spells', 'end_date', 's.end_date', null),
		('encounter', 'spells', 'los_days', 's.end_date - s.start_date', null),
		('encounter', 'spells', 'primary_icd10', 'd.code', null),
		('encounter', 'spells', 'provider_code', '''care site '' || s.care_site_id', null),
		('encounter', 'spells', 'cost', 'c.cost', null),
		('encounter', 'spells', 'source_remark',
		 'case when c.lines > 1 then ''several cost lines, none taken'' end', null),
		('encounter', 'attendances with admission', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'attendances with admission', 'source_provider',
		 'coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'attendances with admission', 'encounter_id', 'concat(v.visit_occurrence_id, '' AE'')', null),
		('encounter', 'attendances with admission', 'person_id', 'v.person_id', null),
		('encounter', 'attendances with admission', 'pod', '''262''', 'pod'),
		('encounter', 'attendances with admission', 'start_date', 'v.visit_start_date', null),
		('encounter', 'attendances with admission', 'end_date', 'v.visit_start_date', null),
		('encounter', 'attendances with admission', 'source_end', 'v.visit_end_date', null),
		('encounter', 'attendances with admission', 'provider_code',
		 '''care site '' || coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'inpatient visits set aside', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'inpatient visits set aside', 'source_provider', 'v.care_site_id', null),
		('encounter', 'inpatient visits set aside', 'encounter_id',
		 'concat(v.visit_occurrence_id, case when v.version > 1 then '' version '' || v.version end)', null),
		('encounter', 'inpatient visits set aside', 'source_fault',
		 'case when v.version > 1 then ''duplicate'' end', null),
		('encounter', 'inpatient visits set aside', 'person_id', 'v.person_id', null),
		('encounter', 'inpatient visits set aside', 'pod', '''9201''', 'pod'),
		('encounter', 'inpatient visits set aside', 'start_date', 'v.visit_start_date', null),
		('encounter', 'inpatient visits set aside', 'end_date', 'v.visit_end_date', null),
		('encounter', 'visits within a spell', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'visits within a spell', 'source_provider', 'v.care_site_id', null),
		('encounter', 'visits within a spell', 'source_fault', '''visit within a spell''', null),
		('encounter', 'visits within a spell', 'encounter_id', 'v.visit_occurrence_id', null),
		('encounter', 'visits within a spell', 'person_id', 'v.person_id', null),
		('encounter', 'visits within a spell', 'pod', '''9201''', 'pod'),
		('encounter', 'visits within a spell', 'start_date', 'v.visit_start_date', null),
		('encounter', 'visits within a spell', 'end_date', 'v.visit_end_date', null),
		('encounter', 'other visits', 'source_key', 'v.visit_occurrence_id', null),
		('encounter', 'other visits', 'source_provider', 'coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'other visits', 'encounter_id', 'v.visit_occurrence_id', null),
		('encounter', 'other visits', 'person_id', 'v.person_id', null),
		('encounter', 'other visits', 'pod', 'coalesce(v.visit_concept_id, 0)', 'pod'),
		('encounter', 'other visits', 'start_date', 'v.visit_start_date', null),
		('encounter', 'other visits', 'end_date', 'v.visit_end_date', null),
		('encounter', 'other visits', 'primary_icd10', 'd.code', null),
		('encounter', 'other visits', 'provider_code',
		 '''care site '' || coalesce(v.care_site_id, r.care_site_id)', null),
		('encounter', 'other visits', 'cost', 'c.cost', null),
		('encounter', 'other visits', 'source_remark',
		 'case when c.lines > 1 then ''several cost lines, none taken'' end', null),

		('measurement', 'measurement', 'source_key', 'm.measurement_id', null),
		('measurement', 'measurement', 'source_fault',
		 'case when m.value_as_number is null then ''no number'' end', null),
		('measurement', 'measurement', 'person_id', 'm.person_id', null),
		('measurement', 'measurement', 'measure_date', 'm.measurement_date', null),
		('measurement', 'measurement', 'code_system',
		 'case
			when c.vocabulary_id is not null then c.vocabulary_id
			when m.measurement_source_value ~ ''^[0-9]{1,5}-[0-9]$'' then ''LOINC by form''
			when m.measurement_source_value ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED by form''
			else ''UNKNOWN'' end', 'code_system'),
		('measurement', 'measurement', 'code',
		 'coalesce(c.concept_code, m.measurement_source_value, m.measurement_concept_id::text)', null),
		('measurement', 'measurement', 'name', 'c.concept_name', null),
		('measurement', 'measurement', 'value', 'm.value_as_number', null),
		('measurement', 'measurement', 'unit', 'm.unit_source_value', null)
) e (relation, part, column_name, expression, value_list);
