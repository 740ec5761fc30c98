
-- ---- the map of an extract of general practice records in long format ----
-- A skeleton to copy: the columns are those that extracts from EMIS and TPP have under names of their own.

insert into ph.source_map (map, description, published) values
	('gp_extract',
	 'An extract of general practice records in long format: patient, event (one row a coded entry), and, where there '
	 'are, registration (more than one a patient), consultation and ethnicity (more than one record a patient). '
	 'Every coded event is a clinical event, those with a number are measurements too; consultations are GP. '
	 'An end of registration is the first day no longer registered.',
	 'no one publishes it: the columns that extracts of EMIS Web and TPP SystmOne have in common, to copy and change');

insert into ph.source_column (map, relation, column_name, column_type, needed)
select 'gp_extract', c.relation, c.column_name, c.column_type, c.needed
from (
	values
		('patient', 'patient_id', 'text', 'source'),
		('patient', 'date_of_birth', 'day', 'one'),
		('patient', 'year_of_birth', 'whole', 'one'),
		('patient', 'month_of_birth', 'whole', 'no'),
		('patient', 'sex', 'text', 'source'),
		('patient', 'ethnicity', 'text', 'no'),
		('patient', 'ethnicity_recorded_on', 'day', 'no'),
		('patient', 'ethnicity_self_reported', 'text', 'no'),
		('patient', 'date_of_death', 'day', 'no'),
		('patient', 'practice_code', 'text', 'no'),
		('patient', 'pcn_code', 'text', 'no'),
		('patient', 'registration_start', 'day', 'no'),
		('patient', 'registration_end', 'day', 'no'),
		('patient', 'lsoa21', 'text', 'no'),
		('patient', 'lsoa11', 'text', 'no'),
		('registration', 'patient_id', 'text', 'relation'),
		('registration', 'practice_code', 'text', 'relation'),
		('registration', 'pcn_code', 'text', 'no'),
		('registration', 'registration_start', 'day', 'relation'),
		('registration', 'registration_end', 'day', 'no'),
		('event', 'event_id', 'text', 'no'),
		('event', 'patient_id', 'text', 'source'),
		('event', 'event_date', 'day', 'source'),
		('event', 'code', 'text', 'source'),
		('event', 'code_system', 'text', 'no'),
		('event', 'term', 'text', 'no'),
		('event', 'value', 'text', 'no'),
		('event', 'unit', 'text', 'no'),
		('event', 'practice_code', 'text', 'no'),
		('event', 'consultation_id', 'text', 'no'),
		('consultation', 'consultation_id', 'text', 'relation'),
		('consultation', 'patient_id', 'text', 'relation'),
		('consultation', 'consultation_date', 'day', 'relation'),
		('consultation', 'practice_code', 'text', 'no'),
		('ethnicity', 'patient_id', 'text', 'relation'),
		('ethnicity', 'ethnicity', 'text', 'relation'),
		('ethnicity', 'ethnicity_recorded_on', 'day', 'no'),
		('ethnicity', 'ethnicity_self_reported', 'text', 'no'),
		('ethnicity', 'recorded_by', 'text', 'no')
) c (relation, column_name, column_type, needed);

insert into ph.source_option (map, option, value, description) values
	('gp_extract', 'day_order', 'ISO', 'how days are written: ISO, DMY or MDY'),
	('gp_extract', 'sentinel_days', '{1800-01-01,1900-01-01,9999-12-31}', 'days that stand for none'),
	('gp_extract', 'small_area', 'LSOA21, LSOA11', 'kind of place of an address, the first that the data have'),
	('gp_extract', 'neighbourhood', 'PCN, MSOA21', 'kind of place of a neighbourhood, the first that the data have'),
	('gp_extract', 'place', 'LAD24, LAD', 'kind of place of a place, the first that the data have'),
	('gp_extract', 'system', 'ICB24, ICB', 'kind of place of a system, the first that the data have');

insert into ph.source_value (map, list, source_value, value, description) values
	('gp_extract', 'sex', 'F', 'F', 'female'),
	('gp_extract', 'sex', 'FEMALE', 'F', 'female'),
	('gp_extract', 'sex', '2', 'F', 'female'),
	('gp_extract', 'sex', 'M', 'M', 'male'),
	('gp_extract', 'sex', 'MALE', 'M', 'male'),
	('gp_extract', 'sex', '1', 'M', 'male'),
	('gp_extract', 'sex', 'I', 'I', 'indeterminate'),
	('gp_extract', 'sex', 'INDETERMINATE', 'I', 'indeterminate'),
	('gp_extract', 'sex', 'U', null, 'unknown'),
	('gp_extract', 'sex', 'UNKNOWN', null, 'unknown'),
	('gp_extract', 'sex', '0', null, 'not known'),
	('gp_extract', 'sex', '9', null, 'not specified'),
	('gp_extract', 'ethnicity', 'Z', null, 'not stated'),
	('gp_extract', 'ethnicity', 'X', null, 'not known'),
	('gp_extract', 'ethnicity', '99', null, 'not known'),
	('gp_extract', 'ethnicity', '*', '?', 'no code of an ethnicity'),
	('gp_extract', 'self_reported', 'TRUE', 'true', null),
	('gp_extract', 'self_reported', 'T', 'true', null),
	('gp_extract', 'self_reported', 'Y', 'true', null),
	('gp_extract', 'self_reported', 'YES', 'true', null),
	('gp_extract', 'self_reported', '1', 'true', null),
	('gp_extract', 'self_reported', 'FALSE', 'false', null),
	('gp_extract', 'self_reported', 'F', 'false', null),
	('gp_extract', 'self_reported', 'N', 'false', null),
	('gp_extract', 'self_reported', 'NO', 'false', null),
	('gp_extract', 'self_reported', '0', 'false', null),
	('gp_extract', 'code_system', 'SNOMED', 'SNOMED', null),
	('gp_extract', 'code_system', 'SNOMEDCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'SCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'HTTPSNOMEDINFOSCT', 'SNOMED', null),
	('gp_extract', 'code_system', 'READ', 'READ2', null),
	('gp_extract', 'code_system', 'READ2', 'READ2', null),
	('gp_extract', 'code_system', 'READV2', 'READ2', null),
	('gp_extract', 'code_system', 'READ3', 'CTV3', null),
	('gp_extract', 'code_system', 'READV3', 'CTV3', null),
	('gp_extract', 'code_system', 'CTV3', 'CTV3', null),
	('gp_extract', 'code_system', 'ICD10', 'ICD10', null),
	('gp_extract', 'code_system', 'UNKNOWN', 'UNKNOWN', 'a code without a code system'),
	('gp_extract', 'code_system', '*', 'UNKNOWN', 'a code system that is not known');
insert into ph.source_value (map, list, source_value, value, description)
select 'gp_extract', 'ethnicity', code, code, 'a code of 2001'
from regexp_split_to_table('ABCDEFGHJKLMNPRS', '') code;

insert into ph.source_rows (map, step, relation, part, source_rows, description) values
	('gp_extract', 0, 'data_day', 'event', '{event} e where event_date <= current_date',
	 'the day of the latest event, since no file says up to which day the others tell'),
	('gp_extract', 4, 'ethnicity_record', 'patient', '{patient} p where ethnicity is not null',
	 'the record of ethnicity of a patient'),
	('gp_extract', 4, 'ethnicity_record', 'ethnicity', '{ethnicity} p where ethnicity is not null',
	 'further records of ethnicity'),
	('gp_extract', 7, 'person', 'patient',
	 '{patient} p
		left join {made.chosen_ethnicity} e on e.person_id = p.patient_id
		cross join lateral (
			select case
				when year_of_birth between 1800 and 2200 and coalesce(month_of_birth, 1) between 1 and 12
					then make_date(year_of_birth::integer, coalesce(month_of_birth, 1)::integer, 1) end as first_day
		) b',
	 'patients'),
	('gp_extract', 8, 'place', 'small areas',
	 '{patient} p where coalesce(lsoa21, lsoa11) is not null
		and coalesce(lsoa21, lsoa11) not in (select place_id from {place} q where place_id is not null)
		group by coalesce(lsoa21, lsoa11)',
	 'small areas of addresses that place does not have'),
	('gp_extract', 8, 'place', 'practices',
	 '(select practice_code from {patient} p union select practice_code from {registration} r) p
		where practice_code is not null
			and practice_code not in (select place_id from {place} q where place_id is not null)',
	 'practices that place does not have'),
	('gp_extract', 8, 'place', 'networks',
	 '(select pcn_code from {patient} p union select pcn_code from {registration} r) p
		where pcn_code is not null
			and pcn_code not in (select place_id from {place} q where place_id is not null)',
	 'primary care networks that place does not have'),
	('gp_extract', 10, 'residence', 'patient',
	 '{patient} p join {made.source_person} b on b.person_id = p.patient_id and b.fault is null
		where coalesce(lsoa21, lsoa11) is not null',
	 'the one address of a patient, for life'),
	('gp_extract', 11, 'registration', 'registration', '{registration} r', 'registrations'),
	('gp_extract', 11, 'registration', 'patient',
	 '{patient} r
		where patient_id not in (select patient_id from {registration} q where patient_id is not null)
			and (registration_start is not null or registration_end is not null or practice_code is not null)',
	 'the one registration of patients without rows in registration'),
	('gp_extract', 12, 'encounter', 'consultation', '{consultation} c', 'consultations'),
	('gp_extract', 13, 'clinical_event', 'event',
	 '{event} e
		cross join lateral (
			select coalesce(upper(regexp_replace(code_system, ''[^A-Za-z0-9]'', '''', ''g'')),
				case when code ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED'' else ''UNKNOWN'' end) as system) f',
	 'all coded events; a code without a system is SNOMED where it has the form'),
	('gp_extract', 13, 'measurement', 'event',
	 '{event} e
		cross join lateral (
			select coalesce(upper(regexp_replace(code_system, ''[^A-Za-z0-9]'', '''', ''g'')),
				case when code ~ ''^[1-9][0-9]{2,14}[01]0[0-9]$'' then ''SNOMED'' else ''UNKNOWN'' end) as system) f
		where ph_support.source_number(value) is not null',
	 'events that have a number');

insert into ph.source_expression (map, relation, part, column_name, expression, value_list)
select 'gp_extract', e.relation, e.part, e.column_name, e.expression, e.value_list
from (
	values
		('data_day', 'event', 'day', 'e.event_date', null),

		('person', 'patient', 'source_key', 'p.patient_id', null),
		('person', 'patient', 'person_id', 'p.patient_id', null),
		('person', 'patient', 'birth_date',
		 'coalesce(p.date_of_birth, case
			when p.month_of_birth is null then b.first_day + interval ''6 months''
			else b.first_day + 14 end)', null),
		('person', 'patient', 'earliest_birth_date', 'coalesce(p.date_of_birth, b.first_day)', null),
		('person', 'patient', 'sex', 'upper(p.sex)', 'sex'),
		('person', 'patient', 'ethnicity_code', 'e.ethnicity_code', null),
		('person', 'patient', 'death_date', 'p.date_of_death', null),
		('person', 'patient', 'source_remark',
		 'case
			when p.date_of_birth is not null then null
			when p.month_of_birth is null then ''birth by year: taken for 1 July''
			else ''birth by month: taken for its 15th day'' end', null),

		('place', 'small areas', 'source_key', 'coalesce(lsoa21, lsoa11)', null),
		('place', 'small areas', 'place_id', 'coalesce(lsoa21, lsoa11)', null),
		('place', 'small areas', 'place_kind', 'case when count(lsoa21) > 0 then ''LSOA21'' else ''LSOA11'' end', null),
		('place', 'practices', 'source_key', 'p.practice_code', null),
		('place', 'practices', 'place_id', 'p.practice_code', null),
		('place', 'practices', 'place_kind', '''PRACTICE''', null),
		('place', 'networks', 'source_key', 'p.pcn_code', null),
		('place', 'networks', 'place_id', 'p.pcn_code', null),
		('place', 'networks', 'place_kind', '''PCN''', null),

		('residence', 'patient', 'source_key', 'p.patient_id', null),
		('residence', 'patient', 'person_id', 'p.patient_id', null),
		('residence', 'patient', 'lsoa21_code', 'coalesce(p.lsoa21, p.lsoa11)', null),
		('residence', 'patient', 'lsoa11_code', 'p.lsoa11', null),
		('residence', 'patient', 'start_date', 'b.birth_date', null),

		('encounter', 'consultation', 'source_key', 'c.consultation_id', null),
		('encounter', 'consultation', 'source_provider', 'c.practice_code', null),
		('encounter', 'consultation', 'encounter_id', 'c.consultation_id', null),
		('encounter', 'consultation', 'person_id', 'c.patient_id', null),
		('encounter', 'consultation', 'pod', '''GP''', null),
		('encounter', 'consultation', 'start_date', 'c.consultation_date', null),
		('encounter', 'consultation', 'end_date', 'c.consultation_date', null),
		('encounter', 'consultation', 'provider_code', 'c.practice_code', null),

		('clinical_event', 'event', 'event_date', 'e.event_date', null),
		('clinical_event', 'event', 'description', 'e.term', null),
		('clinical_event', 'event', 'source', '''GP''', null),
		('clinical_event', 'event', 'encounter_id', 'e.consultation_id', null),
		('measurement', 'event', 'measure_date', 'e.event_date', null),
		('measurement', 'event', 'name', 'e.term', null),
		('measurement', 'event', 'value', 'ph_support.source_number(e.value)', null),
		('measurement', 'event', 'unit', 'e.unit', null)
) e (relation, part, column_name, expression, value_list)
union all
select 'gp_extract', r.relation, 'event', e.column_name, e.expression, e.value_list
from unnest('{clinical_event,measurement}'::text[]) r (relation)
cross join (
	values
		('source_key', 'coalesce(e.event_id, concat_ws('' '', e.patient_id, e.event_date, e.code))', null),
		('source_row', 'coalesce(e.event_id, e.source_row)', null),
		('source_provider', 'e.practice_code', null),
		('person_id', 'e.patient_id', null),
		('code_system', 'f.system', 'code_system'),
		('code', 'e.code', null)
) e (column_name, expression, value_list)
union all
select 'gp_extract', 'registration', r.part, e.column_name, e.expression, null
from unnest('{registration,patient}'::text[]) r (part)
cross join (
	values
		('source_key', 'concat_ws('' '', r.patient_id, r.registration_start)'),
		('source_row', 'r.source_row'),
		('source_provider', 'r.practice_code'),
		('person_id', 'r.patient_id'),
		('practice_code', 'r.practice_code'),
		('pcn_code', 'r.pcn_code'),
		('start_date', 'r.registration_start'),
		('end_date', 'r.registration_end')
) e (column_name, expression)
union all
select 'gp_extract', 'ethnicity_record', r.part, e.column_name, e.expression, e.value_list
from (values ('patient', '''GP'''), ('ethnicity', 'coalesce(p.recorded_by, ''GP'')')) r (part, source)
cross join lateral (
	values
		('person_id', 'p.patient_id', null),
		('record', quote_literal(r.part || ' ') || ' || p.source_row', null),
		('recorded_on', 'p.ethnicity_recorded_on', null),
		('source', r.source, null),
		('self_reported', 'upper(p.ethnicity_self_reported)', 'self_reported'),
		('given', 'upper(p.ethnicity)', null),
		('ethnicity_code', 'upper(p.ethnicity)', 'ethnicity')
) e (column_name, expression, value_list);
