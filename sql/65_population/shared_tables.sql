
-- ---- shared tables ----
-- The shape in which partners' linked data come to every query of this extension. The shape is data, said once:
-- ph.shared_table(), ph.shared_column(), ph.shared_reference() and ph.shared_rule(). The tables, their constraints and
-- comments are made from it, the checks of ph.check_shared_tables() ask the same rules of tables that somebody else
-- made, and the loader reads from it what a file must look like.

create function ph.shared_table(
	out relation text, out required boolean, out key text[], out key_constraint text, out indexes text[],
	out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', true, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: pseudonym, birth, sex, ethnicity and death'),
		('place', true, array['place_id'], 'primary key', array['place_kind'],
		 'one row a place of any kind: small areas, wards, boroughs, systems, practices, networks'),
		('place_parent', true, array['place_id', 'parent_id'], 'primary key', array['parent_id'],
		 'which place lies in which: a graph, since a small area can lie in a ward and in a middle layer area'),
		('residence', true, array['person_id', 'start_date'], 'primary key', array['lsoa21_code'],
		 'one row a person and address: spells are half open, end_date is the first day no longer there'),
		('registration', true, array['person_id', 'start_date'], 'primary key', array['practice_code', 'pcn_code'],
		 'one row a person and registration with a practice: spells are half open, '
		 'end_date is the first day no longer there'),
		('encounter', true, array['person_id', 'encounter_id'], 'primary key',
		 array['person_id, start_date', 'start_date', 'encounter_id'],
		 'one row a contact with a service: GP consultation, accident and emergency, outpatient, '
		 'elective or emergency admission'),
		('clinical_event', true, array['person_id', 'event_date', 'code'], null,
		 array['person_id, event_date', 'code, code_system', 'event_date', 'encounter_id'],
		 'one row a coded event: an entry of the GP record, or a diagnosis of an admission'),
		('measurement', false, array['person_id', 'measure_date', 'code'], null,
		 array['person_id, measure_date', 'code_system, code', 'measure_date'],
		 'one row a measured value'),
		('place_factor', false, array['place_id', 'factor', 'period'], 'primary key', array['factor'],
		 'one row a place, factor and period: deprivation deciles, air quality and the like'),
		('enrolment', false, array['person_id', 'programme', 'start_date'], 'unique nulls not distinct',
		 array['programme'],
		 'one row a person and enrolment in a programme, with those who were eligible and not enrolled'),
		('code_list', false, array['list', 'version', 'code_system', 'code'], 'primary key', array['code_system, code'],
		 'one row a code of a version of a named list: what a condition is in each code system'),
		('data_day', false, array['day'], 'primary key', array[]::text[],
		 'one row: the last day that the data tell of; no person-time is counted after it');
end;
comment on function ph.shared_table() is
	'the shared tables, one row each in the order in which they can be filled: whether a load needs it, '
	'the columns that tell its rows apart, the constraint on these columns (NULL: rows may repeat them), '
	'further indexes, description';

create function ph.shared_column(
	out relation text, out column_name text, out column_type text, out required boolean, out description text,
	out optional boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select c.*, (c.relation, c.column_name) in (('place_parent', 'start_date'), ('place_parent', 'end_date'))
	from (
		values
		('person', 'person_id', 'text', true, 'pseudonym of the person'),
		('person', 'birth_date', 'date', true, 'day of birth, or the day that stands for it'),
		('person', 'sex', 'text', false, 'F, M or I (indeterminate); NULL is unknown'),
		('person', 'ethnicity_code', 'text', false, 'NHS 16+1 code, A to S; Z (not stated) and NULL are unknown'),
		('person', 'death_date', 'date', false, 'day of death; NULL is not known to have died'),
		('person', 'death_cause_icd10', 'text', false, 'underlying cause of death, ICD-10'),

		('place', 'place_id', 'text', true, 'code of the place, unique over all kinds'),
		('place', 'place_kind', 'text', true,
		 'kind and edition of the place: LSOA21, MSOA21, WARD24, LAD24, ICB24, PRACTICE, PCN'),
		('place', 'name', 'text', false, 'name to show'),

		('place_parent', 'place_id', 'text', true, 'the smaller place'),
		('place_parent', 'parent_id', 'text', true, 'a larger place in which it lies'),
		('place_parent', 'start_date', 'date', false, 'first day on which it lies there; NULL is always before'),
		('place_parent', 'end_date', 'date', false, 'first day on which it lies there no longer; NULL is still there'),

		('residence', 'person_id', 'text', true, 'who lives there'),
		('residence', 'lsoa21_code', 'text', true, 'small area of the address, lower layer super output area of 2021'),
		('residence', 'lsoa11_code', 'text', false, 'the same in the areas of 2011; not a place of this data'),
		('residence', 'start_date', 'date', true, 'first day there'),
		('residence', 'end_date', 'date', false, 'first day no longer there; NULL is still there'),

		('registration', 'person_id', 'text', true, 'who is registered'),
		('registration', 'practice_code', 'text', true, 'the practice'),
		('registration', 'pcn_code', 'text', false, 'primary care network of the practice at that time'),
		('registration', 'start_date', 'date', true, 'first day registered'),
		('registration', 'end_date', 'date', false,
		 'first day no longer registered, or the day of death; NULL is still registered'),

		('encounter', 'encounter_id', 'text', true, 'identifier of the encounter, a number or any other'),
		('encounter', 'person_id', 'text', true, 'who was seen'),
		('encounter', 'pod', 'text', true,
		 'point of delivery: GP, AE (accident and emergency), OP (outpatient), EL (elective or day case), '
		 'NEL (emergency and other unplanned admission)'),
		('encounter', 'start_date', 'date', true, 'day of contact or admission; encounters are counted on this day'),
		('encounter', 'end_date', 'date', false,
		 'day of discharge; may be after the day of death, NULL is not yet discharged'),
		('encounter', 'los_days', 'integer', false, 'length of stay in nights'),
		('encounter', 'admission_method', 'text', false,
		 'HES code: 11 to 13 elective, 21 to 28 and 2A to 2D emergency, 31 and 32 maternity'),
		('encounter', 'primary_icd10', 'text', false, 'primary diagnosis of an admission, ICD-10'),
		('encounter', 'provider_code', 'text', false, 'organisation that gave the care'),
		('encounter', 'cost', 'numeric', false, 'cost in pounds'),

		('clinical_event', 'person_id', 'text', true, 'whom the code is about'),
		('clinical_event', 'event_date', 'date', true, 'day of the event, or of the admission'),
		('clinical_event', 'code_system', 'text', true, 'SNOMED, ICD10, spelt so, or another system'),
		('clinical_event', 'code', 'text', true, 'the code'),
		('clinical_event', 'description', 'text', false, 'what the code says'),
		('clinical_event', 'source', 'text', false, 'where it was recorded: GP, APC (admitted patient care)'),
		('clinical_event', 'encounter_id', 'text', false, 'encounter of which it is a diagnosis'),
		('clinical_event', 'position', 'integer', false,
		 'position among the diagnoses of the encounter; 1 is the primary diagnosis'),

		('measurement', 'person_id', 'text', true, 'who was measured'),
		('measurement', 'measure_date', 'date', true, 'day of the measurement'),
		('measurement', 'code_system', 'text', true, 'SNOMED or another system'),
		('measurement', 'code', 'text', true, 'what was measured, as a code'),
		('measurement', 'name', 'text', false, 'what was measured, in words'),
		('measurement', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('measurement', 'unit', 'text', false, 'unit of the value'),

		('place_factor', 'place_id', 'text', true, 'the place'),
		('place_factor', 'factor', 'text', true,
		 'name of the factor; a decile of deprivation ends in _decile and counts from 1, the most deprived'),
		('place_factor', 'period', 'text', true, 'year or edition of the value'),
		('place_factor', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('place_factor', 'unit', 'text', false, 'unit of the value'),
		('place_factor', 'source', 'text', false, 'who published it'),

		('enrolment', 'person_id', 'text', true, 'who is enrolled or eligible'),
		('enrolment', 'programme', 'text', true, 'name of the programme'),
		('enrolment', 'start_date', 'date', false, 'first day in the programme; NULL is never enrolled'),
		('enrolment', 'end_date', 'date', false, 'first day no longer in the programme; NULL is still enrolled'),
		('enrolment', 'status', 'text', false, 'enrolled, eligible_not_enrolled or another state'),

		('code_list', 'list', 'text', true, 'name of the list: the condition in full words'),
		('code_list', 'version', 'text', true,
		 'version of the list; the latest one counts, numbers in it compared as numbers'),
		('code_list', 'code_system', 'text', true, 'SNOMED, ICD10 or another system, spelt as in clinical_event'),
		('code_list', 'code', 'text', true, 'the code, or the beginning of the codes'),
		('code_list', 'match', 'text', true, 'exact: the code itself; prefix: every code that starts with it'),

		('data_day', 'day', 'date', true, 'the last day that the data tell of')
	) c (relation, column_name, column_type, required, description);
end;
comment on function ph.shared_column() is
	'the columns of the shared tables in the order of the tables'' files: type, whether a value is required, '
	'description, whether the column itself may be missing';

create function ph.shared_reference(
	out relation text, out column_name text, out parent_relation text, out parent_column text, out beside text[])
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_parent', 'place_id', 'place', 'place_id', array[]::text[]),
		('place_parent', 'parent_id', 'place', 'place_id', '{}'),
		('residence', 'person_id', 'person', 'person_id', '{}'),
		('residence', 'lsoa21_code', 'place', 'place_id', '{}'),
		('registration', 'person_id', 'person', 'person_id', '{}'),
		('registration', 'practice_code', 'place', 'place_id', '{}'),
		('registration', 'pcn_code', 'place', 'place_id', '{}'),
		('encounter', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'person_id', 'person', 'person_id', '{}'),
		('clinical_event', 'encounter_id', 'encounter', 'encounter_id', '{person_id}'),
		('measurement', 'person_id', 'person', 'person_id', '{}'),
		('place_factor', 'place_id', 'place', 'place_id', '{}'),
		('enrolment', 'person_id', 'person', 'person_id', '{}');
end;
comment on function ph.shared_reference() is
	'the references between the shared tables: a column that is not NULL names a row of the parent relation; '
	'columns beside it have the same name and value in both, so that an event names an encounter of its own person';

create function ph_support.reference_condition(column_name text, parent_column text, beside text[]) returns text
language sql immutable parallel safe
begin atomic
	select string_agg(format('p.%I = r.%I', part.parent_column, part.column_name), ' and ' order by part.place)
	from (
		select 0, column_name, parent_column
		union all
		select b.place, b.name, b.name
		from unnest(beside) with ordinality b (name, place)
	) part (place, column_name, parent_column);
end;
comment on function ph_support.reference_condition(text, text, text[]) is
	'the condition that row p of the parent relation is the one that row r names, by a row of ph.shared_reference()';

create function ph.shared_rule(
	out problem text, out relation text, out column_name text, out needs text[], out condition text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('death before birth', 'person', 'death_date', array['birth_date'], 'death_date >= birth_date'),
		('unknown sex', 'person', 'sex', array[]::text[], 'sex in (''F'', ''M'', ''I'')'),
		('unknown ethnicity', 'person', 'ethnicity_code', array[]::text[], 'ethnicity_code ~ ''^[A-HJ-NPRSZ]$'''),
		('cause without death', 'person', 'death_cause_icd10', array['death_date'],
		 'death_cause_icd10 is null or death_date is not null'),
		('end before start', 'residence', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'registration', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'encounter', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'place_parent', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'enrolment', 'end_date', array['start_date'], 'end_date >= start_date'),
		('unknown pod', 'encounter', 'pod', array[]::text[], 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'')'),
		('negative value', 'encounter', 'los_days', array[]::text[], 'los_days >= 0'),
		('negative value', 'encounter', 'cost', array[]::text[], 'cost >= 0'),
		('position below 1', 'clinical_event', 'position', array[]::text[], 'position >= 1'),
		('empty code', 'clinical_event', 'code', array[]::text[], 'code <> '''''),
		('decile outside 1 to 10', 'place_factor', 'value', array['factor'],
		 'right(factor, 7) <> ''_decile'' or value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
		('infinite day', 'data_day', 'day', array[]::text[], 'isfinite(day)'),
		('unknown match', 'code_list', 'match', array[]::text[], 'match in (''exact'', ''prefix'')'),
		('empty code', 'code_list', 'code', array[]::text[], 'code <> ''''');
end;
comment on function ph.shared_rule() is
	'what every single row of the shared tables must satisfy: the problem where it does not, the column to blame, '
	'other columns that the condition reads, the condition; a condition that is NULL is satisfied';

create function ph_support.iso_day(text text) returns date
language sql immutable parallel safe
begin atomic
	-- one expression, which is written into the query that asks it
	select
		case
			when text like '0000%' then null
			when text ~ (
				'^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)'
				'|02-(0[1-9]|1[0-9]|2[0-8]))'
				'|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)'
				'([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
				'( ?(Z|[+]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)|-((0[0-9]|1[01])(:?[0-5][0-9])?|12(:?00)?)))?)?$')
				then make_date(left(text, 4)::integer, substr(text, 6, 2)::integer, substr(text, 9, 2)::integer) end;
end;
comment on function ph_support.iso_day(text) is
	'the day of a date or timestamp in the form of ISO 8601, 2024-04-01 or 2024-04-01T09:30:00Z, as it is written; '
	'NULL for anything else and for days that no calendar has';

create function ph_support.code_system_spelling(code_system text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when code_system in ('ICD10', 'SNOMED') then code_system
			when upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C")
				~ 'ICD0?10|^(ICD|ICDX|I10)$'
				then 'ICD10'
			when upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C")
				~ 'SNOMED|SNMD|^(SCT|SCTID|SNO)'
				then 'SNOMED' end;
end;
comment on function ph_support.code_system_spelling(text) is
	'how the shared tables spell a code system that is ICD-10 or SNOMED CT by another name, '
	'such as icd-10 or SNOMED CT; NULL for other systems';

create function ph_support.last_day(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when exists (
				select
				from pg_attribute
				where attrelid = to_regclass(format('%I.data_day', schema)) and attname = 'day' and not attisdropped)
				then 'least((select max(day) from {data_day}), current_date)'
			else 'current_date' end
$$;
comment on function ph_support.last_day(text) is
	'the expression, for ph_support.in_schema, of the last day of which person-time is counted: the day in data_day, '
	'and today where there is none or it is still to come';

create function ph_support.shared_table_definition(relation text) returns text
language sql stable
begin atomic
	select string_agg(part, ', ')
	from (
		select format('%I %s', c.column_name, c.column_type) || case when c.required then ' not null' else '' end
		from ph.shared_column() c
		where c.relation = shared_table_definition.relation
		union all
		select format('%s (%s)', t.key_constraint, array_to_string(t.key, ', '))
		from ph.shared_table() t
		where t.relation = shared_table_definition.relation and t.key_constraint is not null
		union all
		select format('constraint %I check (%s)',
			concat_ws('_', r.relation, r.column_name, replace(r.problem, ' ', '_')), r.condition)
		from ph.shared_rule() r
		where r.relation = shared_table_definition.relation
	) parts (part);
end;
comment on function ph_support.shared_table_definition(text) is
	'columns, key and check constraints of a shared table, as they stand between the brackets of CREATE TABLE';

create procedure ph.create_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	taken text;
	statement text;
begin
	if schema is null then
		raise exception 'schema must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	call ph_support.require_own_schema(schema);
	select string_agg(t.relation, ', ' order by t.relation)
	into taken
	from (select s.relation from ph.shared_table() s union all values ('data_load')) t
	where to_regclass(format('%I.%I', schema, t.relation)) is not null;
	if taken is not null then
		raise exception 'schema "%" already has %', schema, taken
			using errcode = 'duplicate_table',
				hint = 'Name another schema, or drop or rename these relations first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;

	for statement in
		select format('create table {%I} (%s)', t.relation, ph_support.shared_table_definition(t.relation))
		from ph.shared_table() t
		union all
		select format('alter table {%I} add foreign key (%s) references {%I} (%s)',
			r.relation, array_to_string(r.beside || r.column_name, ', '),
			r.parent_relation, array_to_string(r.beside || r.parent_column, ', '))
		from ph.shared_reference() r
		union all
		select format('create index on {%I} (%s)', t.relation, i.columns)
		from ph.shared_table() t, unnest(t.indexes) i (columns)
		union all
		values
			('create unique index data_day_one on {data_day} ((day is not null))'),
			('create table {data_load} (
				load_id bigint generated always as identity primary key, relation text not null,
				rows bigint not null check (rows >= 0), loaded_at timestamptz not null default now())'),
			('comment on table {data_load} is ''one row a load of a shared table, in order: '
			 'the greatest load_id is the stamp of the data'''),
			('comment on column {data_load}.load_id is ''number of the load, the later the greater'''),
			('comment on column {data_load}.relation is ''the shared table'''),
			('comment on column {data_load}.rows is ''rows that were loaded'''),
			('comment on column {data_load}.loaded_at is ''when''')
		union all
		select format('comment on table {%I} is %L', t.relation, t.description)
		from ph.shared_table() t
		union all
		select format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
		from ph.shared_column() c
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
end
$$;
comment on procedure ph.create_shared_tables(text) is
	'makes the empty shared tables in the schema, with data_load beside them, which says when each was loaded, '
	'and the schema where there is none; '
	'they are ordinary tables and belong to the caller. '
	'Errors: duplicate_table where one of the names is taken (nothing is made then), '
	'22023 for a schema of the extension or of the system, name_too_long';
