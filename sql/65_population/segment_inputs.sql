
-- ---- the people as the rules of segments ask for them ----

CREATE FUNCTION ph_support.segment_input_query(schema text, lists text[], as_of text) RETURNS text LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
  SELECT format($query$SELECT p.person_id, p.age AS age_years, p.sex, p.ethnicity, p.place, p.neighbourhood,
    p.deprivation_decile,
    %2$s
    coalesce(cardinality(r.conditions), 0) AS long_term_conditions, coalesce(ph.charlson(c.conditions), 0) AS charlson,
    coalesce(ph.hospital_frailty(c.conditions), 0)::double precision AS hospital_frailty,
    coalesce(e.emergency, 0)::integer AS emergency_admissions_12_months,
    coalesce(e.emergency, 0)::integer AS non_elective_admissions,
    coalesce(e.maternity, 0)::integer AS maternity_activity,
    coalesce(e.attendances, 0)::integer AS emergency_attendances_12_months,
    coalesce(e.outpatient, 0)::integer AS outpatient_attendances_12_months,
    coalesce(e.consultations, 0)::integer AS consultations_12_months,
    coalesce(e.spend, 0)::double precision AS spend_12_months, m.bmi::double precision AS bmi, m.smoker
  FROM %1$I.person_at(%3$s) p
  LEFT JOIN (SELECT person_id, array_agg(DISTINCT condition) AS conditions
    FROM %1$I.register WHERE first_date < %3$s GROUP BY person_id) r ON r.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id, ph.conditions_of(code) AS conditions
    FROM %1$I.clinical_event
    WHERE code_system = 'ICD10' AND ph.in_look_back(event_date, %3$s, '2 years')
    GROUP BY 1) c ON c.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id, count(*) FILTER (WHERE pod = 'NEL') AS emergency,
      count(*) FILTER (WHERE pod = 'AE') AS attendances, count(*) FILTER (WHERE pod = 'OP') AS outpatient,
      count(*) FILTER (WHERE pod = 'GP') AS consultations,
      count(*) FILTER (WHERE btrim(admission_method::text) IN ('31', '32') OR ph.icd10_normalise(primary_icd10) LIKE 'O%%')
        AS maternity,
      sum(cost) AS spend
    FROM %1$I.encounter WHERE ph.in_look_back(start_date, %3$s, '1 year') GROUP BY 1) e ON e.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '60621009'
        AND ph.in_look_back(measure_date, %3$s, '1 year')))[1] AS bmi,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '77176002'))[1] = 1 AS smoker
    FROM %1$I.measurement WHERE code_system = 'SNOMED' AND measure_date < %3$s GROUP BY 1) m
      ON m.person_id = p.person_id$query$,
    schema, (SELECT string_agg(format('coalesce(%L = ANY (r.conditions), false) AS %I,', l, l::name), ' '
      ORDER BY l)
      FROM unnest(lists) l), as_of)
$$;
COMMENT ON FUNCTION ph_support.segment_input_query(text, text[], text) IS 'the query of the people of a day, an expression, '
  'with what rules of segments ask for and a column for each of the code lists';

CREATE PROCEDURE ph.create_segment_inputs(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  lists text[];
  own text[];
  described jsonb;
  view regclass;
  columns text;
  day text;
BEGIN
  IF to_regclass(format('%I.register', schema)) IS NULL THEN
    RAISE EXCEPTION 'schema "%" has no population views', schema USING ERRCODE = '42P01',
      HINT = 'CALL ph.create_population_views(...) first.';
  END IF;
  day := ph_support.in_schema(ph_support.last_day(schema), schema);
  EXECUTE format('SELECT coalesce(array_agg(DISTINCT list ORDER BY list), ''{}'') FROM %I.code_list', schema) INTO lists;
  EXECUTE format('CREATE TEMP VIEW ph_own AS %s', ph_support.segment_input_query(schema, '{}', day));
  SELECT array_agg(attname) INTO own FROM pg_attribute WHERE attrelid = 'pg_temp.ph_own'::regclass;
  DROP VIEW pg_temp.ph_own;
  CALL ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
  SELECT coalesce(jsonb_object_agg(l::name, format('whether a code of the list %s was recorded before the day', l)), '{}')
    INTO described FROM unnest(lists) l;
  CALL ph_support.replace_population_view(schema, 'segment_input', ph_support.segment_input_query(schema, lists, day), described,
    keep => true);
  view := format('%I.segment_input', schema)::regclass;
  -- a list that has gone is a column of the view still, of which nothing is known
  SELECT string_agg(CASE WHEN attname = ANY (own || lists::name[]::text[]) THEN quote_ident(attname)
      ELSE format('NULL::%s', format_type(atttypid, atttypmod)) END, ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = view AND attnum > 0 AND NOT attisdropped;
  CALL ph_support.replace_function(schema, 'segment_inputs', 'timestamptz', format('(as_of timestamptz) RETURNS SETOF %s LANGUAGE '
    'sql STABLE BEGIN ATOMIC SELECT %s FROM (%s) input; END',
      view, columns, ph_support.segment_input_query(schema, lists, 'segment_inputs.as_of::date')),
    'the people of a day as the rules of segments ask for them: age, place, whether each list of code_list was '
      'recorded before the day, scores of two years, use of services and spend of one year, last body mass index '
        'within a year, smoking; nothing from the day on is seen');
END $$;
COMMENT ON PROCEDURE ph.create_segment_inputs(text) IS
  'makes, over the shared tables of a schema, the function segment_inputs(as_of timestamptz): one row a person with what '
    'rules of segments ask for, a column for each code list; and the view segment_input of the same shape, for the '
      'data day. Call it again after a change of code_list: new lists become the last columns, and one that '
      'has gone is NULL while only generated views and functions read it. SNOMED CT 60621009 is '
        'body mass index, 77176002 smoker. Errors: duplicate_column where a list has the name of another input or, in its first 63 bytes, '
          'of another list, '
          'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';
