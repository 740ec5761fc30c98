
-- ---- the map of Synthea's CSV files ----

insert into ph.source_map (map, description, published) values
	('synthea',
	 'The CSV files of Synthea, loaded as tables of their names, identifiers kept. Registration is the payer''s, '
	 'NO_INSURANCE included, and life where there is no payer_transitions; no ICD-10, so that scores from it are NULL. '
	 'Ambulatory, wellness, outpatient, urgent care and virtual contacts are OP, as its OMOP form has them. '
	 'Costs are the claims of encounters.',
	 'The MITRE Corporation, Synthea, CSV File Data Dictionary');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'synthea', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('patients', 'id', 'text', 'source'),
		('patients', 'birthdate', 'day', 'source'),
		('patients', 'deathdate', 'day', 'source'),
		('patients', 'ssn', 'text', 'no'),
		('patients', 'race', 'text', 'no'),
		('patients', 'gender', 'text', 'no'),
		('patients', 'state', 'text', 'no'),
		('patients', 'county', 'text', 'no'),
		('patients', 'zip', 'text', 'no'),
		('encounters', 'id', 'text', 'source'),
		('encounters', 'start', 'day', 'source'),
		('encounters', 'stop', 'day', 'relation'),
		('encounters', 'patient', 'text', 'relation'),
		('encounters', 'organization', 'text', 'no'),
		('encounters', 'encounterclass', 'text', 'relation'),
		('encounters', 'base_encounter_cost', 'number', 'no'),
		('encounters', 'total_claim_cost', 'number', 'no'),
		('encounters', 'payer_coverage', 'number', 'no'),
		('payer_transitions', 'patient', 'text', 'relation'),
		('payer_transitions', 'start_date', 'day', 'no'),
		('payer_transitions', 'end_date', 'day', 'no'),
		('payer_transitions', 'start_year', 'whole', 'no'),
		('payer_transitions', 'end_year', 'whole', 'no'),
		('payer_transitions', 'payer', 'text', 'no'),
		('payers', 'id', 'text', 'relation'),
		('payers', 'name', 'text', 'no'),
		('organizations', 'id', 'text', 'relation'),
		('organizations', 'name', 'text', 'no'),
		('conditions', 'start', 'day', 'relation'),
		('conditions', 'stop', 'day', 'no'),
		('conditions', 'patient', 'text', 'relation'),
		('conditions', 'encounter', 'text', 'no'),
		('conditions', 'system', 'text', 'no'),
		('conditions', 'code', 'text', 'relation'),
		('conditions', 'description', 'text', 'no'),
		('procedures', 'date', 'day', 'no'),
		('procedures', 'start', 'day', 'no'),
		('procedures', 'patient', 'text', 'relation'),
		('procedures', 'encounter', 'text', 'no'),
		('procedures', 'system', 'text', 'no'),
		('procedures', 'code', 'text', 'relation'),
		('procedures', 'description', 'text', 'no'),
		('medications', 'start', 'day', 'relation'),
		('medications', 'patient', 'text', 'relation'),
		('medications', 'encounter', 'text', 'no'),
		('medications', 'code', 'text', 'relation'),
		('medications', 'description', 'text', 'no'),
		('immunizations', 'date', 'day', 'relation'),
		('immunizations', 'patient', 'text', 'relation'),
		('immunizations', 'encounter', 'text', 'no'),
		('immunizations', 'code', 'text', 'relation'),
		('immunizations', 'description', 'text', 'no'),
		('allergies', 'start', 'day', 'relation'),
		('allergies', 'patient', 'text', 'relation'),
		('allergies', 'encounter', 'text', 'no'),
		('allergies', 'system', 'text', 'no'),
		('allergies', 'code', 'text', 'relation'),
		('allergies', 'description', 'text', 'no'),
		('observations', 'date', 'day', 'relation'),
		('observations', 'patient', 'text', 'relation'),
		('observations', 'encounter', 'text', 'no'),
		('observations', 'code', 'text', 'relation'),
		('observations', 'description', 'text', 'no'),
		('observations', 'value', 'text', 'relation'),
		('observations', 'units', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('synthea', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('synthea', 'cost_column', 'total_claim_cost',
	 'the cost of an encounter: total_claim_cost, base_encounter_cost or payer_coverage');

insert into ph.source_value (map, list, source_value, value, description) values
	('synthea', 'sex', 'F', 'F', 'female'),
	('synthea', 'sex', 'M', 'M', 'male'),
	('synthea', 'ethnicity', 'white', 'C', 'any other White background'),
	('synthea', 'ethnicity', 'black', 'P', 'any other Black background'),
	('synthea', 'ethnicity', 'black or african american', 'P', 'as earlier versions write it'),
	('synthea', 'ethnicity', 'american indian or alaska native', 'S', 'as earlier versions write it'),
	('synthea', 'ethnicity', 'asian', 'L', 'any other Asian background'),
	('synthea', 'ethnicity', 'native', 'S', 'any other ethnic group'),
	('synthea', 'ethnicity', 'hawaiian', 'S', 'any other ethnic group'),
	('synthea', 'ethnicity', 'other', 'S', 'any other ethnic group'),
	('synthea', 'pod', 'ambulatory', 'OP', null),
	('synthea', 'pod', 'wellness', 'OP', 'GP where primary care is to stand by itself'),
	('synthea', 'pod', 'outpatient', 'OP', null),
	('synthea', 'pod', 'urgentcare', 'OP', null),
	('synthea', 'pod', 'virtual', 'OP', null),
	('synthea', 'pod', 'home', 'OP', null),
	('synthea', 'pod', 'emergency', 'AE', null),
	('synthea', 'pod', 'inpatient', 'EL', 'without an emergency encounter on its first day'),
	('synthea', 'pod', 'emergency inpatient', 'NEL', 'with an emergency encounter on its first day'),
	('synthea', 'pod', 'snf', 'OTH', 'skilled nursing facility'),
	('synthea', 'pod', 'hospice', 'OTH', 'hospice'),
	('synthea', 'pod', '*', 'OTH', 'any other class'),
	('synthea', 'code_system', 'SNOMED-CT', 'SNOMED', null),
	('synthea', 'code_system', 'http://snomed.info/sct', 'SNOMED', null),
	('synthea', 'code_system', 'ICD10', 'ICD10', null),
	('synthea', 'code_system', 'ICD10-CM', 'ICD10CM', null),
	('synthea', 'code_system', 'RxNorm', 'RXNORM', null),
	('synthea', 'code_system', 'Unknown', 'UNKNOWN', null),
	('synthea', 'code_system', '*', 'UNKNOWN', 'a system that is not known');

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('synthea', 0, 'data_day', 'encounters', '{encounters} e where start <= current_date',
	 'the day of the latest encounter, since no file says up to which day the others tell'),
	('synthea', 1, 'person', 'patients', '{patients} p', 'everybody in patients'),
	('synthea', 2, 'address_area', 'patients',
	 '{patients} p where concat(state, county, zip) <> '''' group by state, county, zip',
	 'the areas of addresses: a ZIP code within its county'),
	('synthea', 3, 'place', 'payers',
	 '(select patient, payer from {payer_transitions} t where payer is not null) t
		left join {payers} y on y.id = t.payer group by t.payer, y.name',
	 'payers, with whom people are registered'),
	('synthea', 5, 'residence', 'patients', '{patients} p where concat(state, county, zip) <> ''''',
	 'the one address of a patient, for life'),
	('synthea', 6, 'registration', 'payer_transitions',
	 '{payer_transitions} t', 'with a payer, up to the day before the end; NO_INSURANCE is one of them'),
	('synthea', 6, 'registration', 'patients',
	 '{patients} p where not exists (select from {payer_transitions} t where t.patient = p.id)',
	 'life, of those without payer transitions'),
	('synthea', 7, 'encounter', 'encounters',
	 '{encounters} e
		left join (select distinct patient, start from {encounters} q where encounterclass = ''emergency'') a
		on e.encounterclass = ''inpatient'' and a.patient = e.patient and a.start = e.start',
	 'every encounter'),
	('synthea', 8, 'clinical_event', 'conditions', '{conditions} c', 'conditions, on the day of their start'),
	('synthea', 8, 'clinical_event', 'procedures', '{procedures} c', 'procedures'),
	('synthea', 8, 'clinical_event', 'medications', '{medications} c', 'medications, on the day of their start'),
	('synthea', 8, 'clinical_event', 'immunizations', '{immunizations} c', 'immunizations'),
	('synthea', 8, 'clinical_event', 'allergies', '{allergies} c', 'allergies, on the day of their start'),
	('synthea', 9, 'measurement', 'observations',
	 '{observations} o', 'observations; those that are no number are set aside');

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'synthea', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'encounters', 'day', 'e.start', null),

		('person', 'patients', 'source_key', 'p.id', null),
		('person', 'patients', 'source_person', 'p.ssn', null),
		('person', 'patients', 'person_id', 'p.id', null),
		('person', 'patients', 'birth_date', 'p.birthdate', null),
		('person', 'patients', 'death_date', 'p.deathdate', null),
		('person', 'patients', 'sex', 'p.gender', 'sex'),
		('person', 'patients', 'ethnicity_code', 'p.race', 'ethnicity'),

		('place', 'payers', 'source_key', 't.payer', null),
		('place', 'payers', 'place_id', 't.payer', null),
		('place', 'payers', 'place_kind', '''PAYER''', null),
		('place', 'payers', 'name', 'y.name', null),

		('residence', 'patients', 'source_key', 'p.id', null),
		('residence', 'patients', 'person_id', 'p.id', null),
		('residence', 'patients', 'lsoa21_code',
		 'concat_ws('' / '', state, county, coalesce(zip, ''no ZIP code''))', null),
		('residence', 'patients', 'start_date', 'p.birthdate', null),

		('registration', 'payer_transitions', 'source_key',
		 'concat_ws('' '', t.patient, coalesce(t.start_date::text, t.start_year::text))', null),
		('registration', 'payer_transitions', 'source_row', 't.source_row', null),
		('registration', 'payer_transitions', 'source_provider', 't.payer', null),
		('registration', 'payer_transitions', 'person_id', 't.patient', null),
		('registration', 'payer_transitions', 'practice_code', 't.payer', null),
		('registration', 'payer_transitions', 'start_date',
		 'coalesce(t.start_date, case
			when t.start_year between 1800 and 2200 then make_date(t.start_year::integer, 1, 1)
			when t.start_year is not null then date ''-infinity'' end)', null),
		('registration', 'payer_transitions', 'end_date',
		 'coalesce(t.end_date, case
			when t.end_year between 1800 and 2200 then make_date(t.end_year::integer + 1, 1, 1)
			when t.end_year is not null then date ''-infinity'' end)', null),
		('registration', 'patients', 'source_key', 'p.id', null),
		('registration', 'patients', 'person_id', 'p.id', null),
		('registration', 'patients', 'start_date', 'p.birthdate', null),

		('encounter', 'encounters', 'source_key', 'e.id', null),
		('encounter', 'encounters', 'source_provider', 'e.organization', null),
		('encounter', 'encounters', 'encounter_id', 'e.id', null),
		('encounter', 'encounters', 'person_id', 'e.patient', null),
		('encounter', 'encounters', 'pod',
		 'case when a.patient is not null then ''emergency '' else '''' end || e.encounterclass', 'pod'),
		('encounter', 'encounters', 'start_date', 'e.start', null),
		('encounter', 'encounters', 'end_date', 'e.stop', null),
		('encounter', 'encounters', 'los_days',
		 'case when e.stop >= e.start and isfinite(e.start) then e.stop - e.start end', null),
		('encounter', 'encounters', 'provider_code', 'e.organization', null),
		('encounter', 'encounters', 'cost', 'e.{column.cost_column}', null),

		('clinical_event', 'conditions', 'event_date', 'c.start', null),
		('clinical_event', 'conditions', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),
		('clinical_event', 'procedures', 'event_date', 'coalesce(c.start, c.date)', null),
		('clinical_event', 'procedures', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),
		('clinical_event', 'medications', 'event_date', 'c.start', null),
		('clinical_event', 'medications', 'code_system', '''RXNORM''', null),
		('clinical_event', 'immunizations', 'event_date', 'c.date', null),
		('clinical_event', 'immunizations', 'code_system', '''CVX''', null),
		('clinical_event', 'allergies', 'event_date', 'c.start', null),
		('clinical_event', 'allergies', 'code_system', 'coalesce(c.system, ''SNOMED-CT'')', 'code_system'),

		('measurement', 'observations', 'source_key', 'concat_ws('' '', o.patient, o.date, o.code)', null),
		('measurement', 'observations', 'source_row', 'o.source_row', null),
		('measurement', 'observations', 'source_fault',
		 'case when ph_support.source_number(o.value) is null then ''no number'' end', null),
		('measurement', 'observations', 'person_id', 'o.patient', null),
		('measurement', 'observations', 'measure_date', 'o.date', null),
		('measurement', 'observations', 'code_system', '''LOINC''', null),
		('measurement', 'observations', 'code', 'o.code', null),
		('measurement', 'observations', 'name', 'o.description', null),
		('measurement', 'observations', 'value', 'ph_support.source_number(o.value)', null),
		('measurement', 'observations', 'unit', 'o.units', null)
) e (relation, part, column_name, expression, value_list)
union all
select 'synthea', 'clinical_event', p.part, e.column_name, e.expression, null
from unnest('{conditions,procedures,medications,immunizations,allergies}'::text[]) p (part)
cross join (
	values
		('source_key', 'concat_ws('' '', c.patient, c.encounter, c.code)'),
		('source_row', 'c.source_row'),
		('person_id', 'c.patient'),
		('code', 'c.code'),
		('description', 'c.description'),
		('encounter_id', 'c.encounter')
) e (column_name, expression)
union all
select 'synthea', 'clinical_event', p.part, 'source', quote_literal(p.part), null
from unnest('{conditions,procedures,medications,immunizations,allergies}'::text[]) p (part);
