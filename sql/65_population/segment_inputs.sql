
-- ---- the people as the rules of segments ask for them ----

create function ph_support.segment_input_query(schema text, lists text[], people text, as_of text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		select p.person_id, p.age as age_years, p.sex, p.ethnicity, p.place, p.neighbourhood, p.deprivation_decile,
			%2$s
			coalesce(cardinality(r.conditions), 0) as long_term_conditions,
			coalesce(ph.charlson(c.conditions), 0) as charlson,
			coalesce(ph.hospital_frailty(c.conditions), 0)::double precision as hospital_frailty,
			coalesce(e.emergency, 0)::integer as emergency_admissions_12_months,
			coalesce(e.emergency, 0)::integer as non_elective_admissions,
			coalesce(e.maternity, 0)::integer as maternity_activity,
			coalesce(e.attendances, 0)::integer as emergency_attendances_12_months,
			coalesce(e.outpatient, 0)::integer as outpatient_attendances_12_months,
			coalesce(e.consultations, 0)::integer as consultations_12_months,
			coalesce(e.spend, 0)::double precision as spend_12_months,
			m.bmi::double precision as bmi,
			m.smoker
		from %1$I.%4$s p
		left join (
			select person_id, array_agg(distinct condition) as conditions
			from %1$I.register
			where first_date < %3$s
			group by person_id
		) r on r.person_id = p.person_id
		left join (
			select person_id::text as person_id, ph.conditions_of(code) as conditions
			from %1$I.clinical_event
			where code_system = 'ICD10' and ph.in_look_back(event_date, %3$s, '2 years')
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
					where code = '60621009' and ph.in_look_back(measure_date, %3$s, '1 year')))[1] as bmi,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code = '77176002'))[1] = 1 as smoker
			from %1$I.measurement
			where code_system = 'SNOMED' and measure_date < %3$s
			group by 1
		) m on m.person_id = p.person_id$query$,
		schema, (
			select string_agg(format('coalesce(%L = any (r.conditions), false) as %I,', l, l::name), ' ' order by l)
			from unnest(lists) l),
		as_of, people)
$$;
comment on function ph_support.segment_input_query(text, text[], text, text) is
	'the query of the people of a day, an expression, in a relation of the schema, '
	'with what rules of segments ask for and a column for each of the code lists';

create procedure ph.create_segment_inputs(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lists text[];
	own text[];
	described jsonb;
	view regclass;
	columns text;
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
		ph_support.segment_input_query(schema, '{}', 'person_at_data_day', day));
	select array_agg(attname) into own from pg_attribute where attrelid = 'pg_temp.ph_own'::regclass;
	drop view ph_own;
	call ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
	select coalesce(
		jsonb_object_agg(l::name, format('whether a code of the list %s was recorded before the day', l)), '{}')
	into described
	from unnest(lists) l;
	call ph_support.replace_population_view(
		schema, 'segment_input', ph_support.segment_input_query(schema, lists, 'person_at_data_day', day), described,
		keep => true);
	view := format('%I.segment_input', schema)::regclass;
	-- a list that has gone is a column of the view still, of which nothing is known
	select string_agg(
		case
			when attname = any (own || lists::name[]::text[]) then quote_ident(attname)
			else format('null::%s', format_type(atttypid, atttypmod)) end,
		', ' order by attnum)
	into columns
	from pg_attribute
	where attrelid = view and attnum > 0 and not attisdropped;
	call ph_support.replace_function(schema, 'segment_inputs', 'timestamptz',
		format($query$(as_of timestamptz)
			returns setof %s
			language sql stable
			begin atomic
				select %s from (%s) input;
			end$query$,
			view, columns, ph_support.segment_input_query(
				schema, lists, 'person_at(segment_inputs.as_of::date)', 'segment_inputs.as_of::date')),
		'the people of a day as the rules of segments ask for them: age, place, '
		'whether each list of code_list was recorded before the day, scores of two years, '
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
	'SNOMED CT 60621009 is body mass index, 77176002 smoker. '
	'Errors: duplicate_column where a list has the name of another input '
	'or, in its first 63 bytes, of another list, '
	'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';
