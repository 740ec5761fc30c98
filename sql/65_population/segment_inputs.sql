
-- ---- the people as the rules of segments ask for them ----

create function ph_support.segment_input_query(
	schema text, lists text[], uncounted text[], people text, as_of text)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		select p.person_id, p.age as age_years, p.sex, p.ethnicity, p.place, p.neighbourhood, p.deprivation_decile,
			%2$s
			case
				when k.long_term_conditions then coalesce(r.long_term_conditions, 0)::integer
				end as long_term_conditions,
			case when k.icd10 or k.icd9 then coalesce(ph.charlson(c.conditions), 0) end as charlson,
			case
				when k.icd10 then coalesce(ph.hospital_frailty(c.conditions), 0)::double precision
				end as hospital_frailty,
			case when k.nel then coalesce(e.emergency, 0)::integer end as emergency_admissions_12_months,
			case when k.nel then coalesce(e.emergency, 0)::integer end as non_elective_admissions,
			case when k.encounters then coalesce(e.maternity, 0)::integer end as maternity_activity,
			case when k.ae then coalesce(e.attendances, 0)::integer end as emergency_attendances_12_months,
			case when k.op then coalesce(e.outpatient, 0)::integer end as outpatient_attendances_12_months,
			case when k.gp then coalesce(e.consultations, 0)::integer end as consultations_12_months,
			case when k.cost then coalesce(e.spend, 0)::double precision end as spend_12_months,
			m.bmi::double precision as bmi,
			m.smoker
		from %1$I.%6$s p
		cross join (
			-- a list of which nobody has a record says nothing: its codes may be of another system than the records
			select array_agg(distinct list) as lists, bool_or(list <> all (%4$L)) as long_term_conditions,
				exists (
					select 1
					from %1$I.clinical_event
					where code_system in ('ICD10', 'ICD10CM') and event_date < %3$s) as icd10,
				exists (
					select 1
					from %1$I.clinical_event
					where code_system = 'ICD9CM' and event_date < %3$s) as icd9,
				%7$s,
				exists (
					select 1
					from %1$I.encounter
					where cost is not null and start_date < %3$s) as cost
			from (%5$s) matched
			join (
				select distinct code, code_system from %1$I.clinical_event where event_date < %3$s) e
				using (code, code_system)
		) k
		left join (
			select person_id, array_agg(distinct condition) as conditions,
				count(distinct condition) filter (where condition <> all (%4$L)) as long_term_conditions
			from %1$I.register
			where first_date < %3$s
			group by person_id
		) r on r.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				ph.union(
					ph.conditions_of(code) filter (where code_system = 'ICD10'),
					ph.union(
						ph.conditions_of(code, 'cm') filter (where code_system = 'ICD10CM'),
						ph.conditions_of(code, 'icd9cm') filter (where code_system = 'ICD9CM'))) as conditions
			from %1$I.clinical_event
			where code_system in ('ICD10', 'ICD10CM', 'ICD9CM') and ph.in_look_back(event_date, %3$s, '2 years')
			group by 1
		) c on c.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				count(*) filter (where pod = 'NEL') as emergency,
				count(*) filter (where pod = 'AE') as attendances,
				count(*) filter (where pod = 'OP') as outpatient,
				count(*) filter (where pod = 'GP') as consultations,
				count(*) filter (
					where btrim(admission_method::text) in ('31', '32')
						or ph.icd10_normalise(primary_icd10) like 'O%%') as maternity,
				sum(cost) as spend
			from %1$I.encounter
			where ph.in_look_back(start_date, %3$s, '1 year')
			group by 1
		) e on e.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code in ('60621009', '39156-5')
						and ph.in_look_back(measure_date, %3$s, '1 year')))[1] as bmi,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code = '77176002'))[1] = 1 as smoker
			from %1$I.measurement
			where (code_system, code) in (('SNOMED', '60621009'), ('LOINC', '39156-5'), ('SNOMED', '77176002'))
				and measure_date < %3$s
			group by 1
		) m on m.person_id = p.person_id$query$,
		schema, (
			select string_agg(
				format('case when %1$L = any (k.lists) then coalesce(%1$L = any (r.conditions), false) end as %2$I,',
					l, l::name),
				' ' order by l)
			from unnest(lists) l),
		as_of, uncounted, ph_support.in_schema(ph_support.matched_code_query(ph_support.has_code_map(schema)), schema),
		people, (
			select string_agg(format('%s as %I', ph_support.kind_is_known(schema, condition), name), ', ' order by name)
			from (
				values
					('encounters', 'true'), ('nel', 'pod = ''NEL'''), ('ae', 'pod = ''AE'''), ('op', 'pod = ''OP'''),
					('gp', 'pod = ''GP''')
			) k (name, condition)))
$$;
comment on function ph_support.segment_input_query(text, text[], text[], text, text) is
	'the query of the people of a day, an expression, in a relation of the schema, '
	'with what rules of segments ask for and a column for each of the code lists; '
	'uncounted lists are no long-term conditions';

create function ph_support.input_made_of(lists text[], uncounted text[], out input text, out made_of text[])
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('long_term_conditions', array(select l from unnest(lists) l where l <> all (uncounted))),
		('deprivation_decile', '{place}'),
		('emergency_admissions_12_months', '{non_elective_admissions}'),
		('non_elective_admissions', '{emergency_admissions_12_months}'),
		('spend_12_months', '{emergency_admissions_12_months,non_elective_admissions,maternity_activity,
			emergency_attendances_12_months,outpatient_attendances_12_months,consultations_12_months}');
end;
comment on function ph_support.input_made_of(text[], text[]) is
	'inputs of rules that say again, or count, what others do: who disputes one of those disputes it too';

create function ph_support.disputed_query(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- one aggregate over joins on the person, which Citus takes where it does not take a UNION
	select ph_support.in_schema(format($query$
		select d.person_id, array_agg(distinct s.input) filter (where s.input is not null) as inputs
		from {disputed_input} d
		left join (
			-- a record that is disputed is in no other list, and in no score of diagnoses
			select e.person_id::text as person_id, m.list::name::text as list, other.list::name::text as other_list,
				e.code_system in ('ICD10', 'ICD10CM', 'ICD9CM') as is_diagnosis
			from {clinical_event} e
			join (%1$s) m on m.code = e.code and texteq(m.code_system::text, e.code_system::text)
			join (%1$s) other on other.code = e.code and texteq(other.code_system::text, e.code_system::text)
			where exists (select 1 from {disputed_input} limit 1)  -- or else no code is looked at
		) r on r.person_id = d.person_id and r.list = d.input
		cross join lateral (
			values (d.input), (r.other_list), (case when r.is_diagnosis then 'charlson' end),
				(case when r.is_diagnosis then 'hospital_frailty' end)) s (input)
		group by d.person_id$query$, ph_support.matched_code_query(ph_support.has_code_map(schema))), schema)
$$;
comment on function ph_support.disputed_query(text) is
	'the query of the inputs of rules that people dispute (disputed_input), with those that come from the same '
	'records: person_id, inputs';

create function ph_support.undisputed_query(
	schema text, query text, columns text[], lists text[], uncounted text[])
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select case
		when to_regclass(format('%I.disputed_input', schema)) is null then query
		else format('select i.person_id, %s from (%s) i left join (%s) d on d.person_id = i.person_id',
			string_agg(
				format('case when (d.inputs && %L) is not true then i.%I end as %2$I', c.name || m.made_of, c.name),
				', ' order by c.place),
			query, ph_support.disputed_query(schema)) end
	from unnest(columns) with ordinality c (name, place)
	left join ph_support.input_made_of(lists, uncounted) m on m.input = c.name
	where c.name <> 'person_id'
$$;
comment on function ph_support.undisputed_query(text, text, text[], text[], text[]) is
	'the query of the inputs of rules, with these columns, in which what a person disputes is NULL, where the schema '
	'has the tables of accountability';

create procedure ph_support.grant_disputed_input(schema text, view regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reader text;
begin
	if to_regclass(format('%I.disputed_input', schema)) is not null then
		for reader in select distinct name from ph_support.grants_on(view) where privilege = 'SELECT' loop
			execute format('grant select (person_id, input) on %I.disputed_input to %s', schema, reader);
		end loop;
	end if;
end
$$;
comment on procedure ph_support.grant_disputed_input(text, regclass) is
	'lets who may read the view segment_input read what it now reads too, where there is disputed_input';

create procedure ph.create_segment_inputs(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lists text[];
	uncounted text[] := array(select distinct s.list from ph.shipped_code_list() s where not s.long_term_condition);
	own text[];
	names text[];
	described jsonb;
	view regclass;
	columns text;
	query text;
	day text;
begin
	if to_regclass(format('%I.register', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = '42P01', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	day := ph_support.in_schema(ph_support.last_day(schema), schema);
	execute format('select coalesce(array_agg(distinct list order by list), ''{}'') from %I.code_list', schema)
	into lists;
	execute format('create temp view ph_own as %s',
		ph_support.segment_input_query(schema, '{}', uncounted, 'person_at_data_day', day));
	select array_agg(attname order by attnum) into own from pg_attribute where attrelid = 'pg_temp.ph_own'::regclass;
	drop view ph_own;
	call ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
	names := own[:array_position(own, 'deprivation_decile')] || lists::name[]::text[]
		|| own[array_position(own, 'deprivation_decile') + 1:];
	select coalesce(
		jsonb_object_agg(l::name, format(
			'whether a code of the list %s was recorded before the day; NULL where it was of nobody', l)), '{}')
	into described
	from unnest(lists) l;
	-- not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just made
	query := ph_support.segment_input_query(schema, lists, uncounted, 'person_at_data_day', day);
	query := ph_support.undisputed_query(schema, query, names, lists, uncounted);
	call ph_support.replace_population_view(schema, 'segment_input', query, described, keep => true);
	view := format('%I.segment_input', schema)::regclass;
	call ph_support.grant_disputed_input(schema, view);
	-- a list that has gone is a column of the view still, of which nothing is known
	select string_agg(
		case
			when attname = any (names) then quote_ident(attname)
			else format('null::%s', format_type(atttypid, atttypmod)) end,
		', ' order by attnum)
	into columns
	from pg_attribute
	where attrelid = view and attnum > 0 and not attisdropped;
	query := ph_support.segment_input_query(schema, lists, uncounted, 'person_at(segment_inputs.as_of::date)',
		'segment_inputs.as_of::date');
	query := ph_support.undisputed_query(schema, query, names, lists, uncounted);
	call ph_support.replace_function(schema, 'segment_inputs', 'timestamptz',
		format($query$(as_of timestamptz)
			returns setof %s
			language sql stable
			begin atomic
				select %s from (%s) input;
			end$query$,
			view, columns, query),
		'the people of a day as the rules of segments ask for them: age, place, '
		'whether each list of code_list was recorded before the day (unknown where it was of nobody), '
		'scores of two years (unknown where nobody has an ICD-10 code), '
		'use of services and spend of one year, last body mass index within a year, smoking; '
		'nothing from the day on is seen');
end
$$;
comment on procedure ph.create_segment_inputs(text) is
	'makes, over the shared tables of a schema, the function segment_inputs(as_of timestamptz): '
	'one row a person with what rules of segments ask for, a column for each code list; '
	'and the view segment_input of the same shape, for the data day. Call it again after a change of code_list: '
	'new lists become the last columns, and one that has gone is NULL '
	'while only generated views and functions read it. '
	'A list of which nobody has a record before the day is unknown, never false; so is long_term_conditions '
	'where no list of a condition has one (lists that ph.shipped_code_list() calls no long-term condition, '
	'or part of another, are not counted), and charlson and hospital_frailty where nobody has an ICD-10 (ICD-10-CM, '
	'for charlson ICD-9-CM) code, use of a service that nobody has used, '
	'and spend_12_months where no encounter before the day has a cost. '
	'Where the schema has the tables of accountability (ph.create_accountability_tables), what a person disputes is '
	'unknown on every day, from the request on until it is refused, withdrawn or the record corrected: the input, '
	'lists and scores of the same records, and what counts them. '
	'SNOMED CT 60621009 and LOINC 39156-5 are body mass index, SNOMED CT 77176002 smoker. '
	'Errors: duplicate_column where a list has the name of another input '
	'or, in its first 63 bytes, of another list, '
	'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';
