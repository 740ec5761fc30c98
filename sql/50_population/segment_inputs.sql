
-- ---- the people as the rules of segments ask for them ----

CREATE PROCEDURE ph.create_segment_inputs(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  lists text[];
  own constant text[] := ARRAY['as_of', 'person_id', 'age_years', 'sex', 'ethnicity', 'place', 'neighbourhood', 'deprivation_decile', 'long_term_conditions', 'charlson', 'hospital_frailty',
    'emergency_admissions_12_months', 'non_elective_admissions', 'maternity_activity', 'emergency_attendances_12_months', 'outpatient_attendances_12_months', 'consultations_12_months', 'spend_12_months', 'bmi', 'smoker'];
BEGIN
  IF to_regclass(format('%I.register', schema)) IS NULL THEN
    RAISE EXCEPTION 'schema "%" has no population views', schema USING ERRCODE = '42P01', HINT = 'CALL ph.create_population_views(...) first.';
  END IF;
  EXECUTE format('SELECT coalesce(array_agg(DISTINCT list ORDER BY list), ''{}'') FROM %I.code_list', schema) INTO lists;
  IF lists && own THEN
    RAISE EXCEPTION 'code lists have names that columns of segment_inputs have: %', array_to_string(ARRAY(SELECT unnest(lists) INTERSECT SELECT unnest(own) ORDER BY 1), ', ') USING ERRCODE = '42701', HINT = 'Give these lists other names.';
  END IF;
  IF obj_description(to_regprocedure(format('%I.segment_inputs(date)', schema)), 'pg_proc') NOT LIKE 'population_health: %' THEN
    RAISE EXCEPTION 'schema "%" already has segment_inputs of another origin', schema USING ERRCODE = '42710', HINT = 'Rename or drop it first.';
  END IF;
  EXECUTE format('DROP FUNCTION IF EXISTS %I.segment_inputs(date)', schema);
  EXECUTE format($ddl$
CREATE FUNCTION %1$I.segment_inputs(as_of date) RETURNS TABLE (
  person_id text, age_years integer, sex text, ethnicity text, place text, neighbourhood text, deprivation_decile integer,
  %2$s
  long_term_conditions integer, charlson integer, hospital_frailty double precision,
  emergency_admissions_12_months integer, non_elective_admissions integer, maternity_activity integer, emergency_attendances_12_months integer,
  outpatient_attendances_12_months integer, consultations_12_months integer, spend_12_months double precision, bmi double precision, smoker boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.person_id, p.age, p.sex, p.ethnicity, p.place, p.neighbourhood, p.deprivation_decile,
    %3$s
    coalesce(cardinality(r.conditions), 0), coalesce(ph.charlson(c.conditions), 0), coalesce(ph.hospital_frailty(c.conditions), 0)::double precision,
    coalesce(e.emergency, 0)::integer, coalesce(e.emergency, 0)::integer, coalesce(e.maternity, 0)::integer, coalesce(e.attendances, 0)::integer,
    coalesce(e.outpatient, 0)::integer, coalesce(e.consultations, 0)::integer, coalesce(e.spend, 0)::double precision, m.bmi, m.smoker
  FROM %1$I.person_at(as_of) p
  LEFT JOIN (SELECT person_id, array_agg(DISTINCT condition) AS conditions FROM %1$I.register WHERE first_date < as_of GROUP BY person_id) r USING (person_id)
  LEFT JOIN (SELECT person_id, ph.conditions_of(code) AS conditions FROM %1$I.clinical_event WHERE code_system = 'ICD10' AND ph.in_look_back(event_date, as_of, '2 years') GROUP BY person_id) c USING (person_id)
  LEFT JOIN (SELECT person_id, count(*) FILTER (WHERE pod = 'NEL') AS emergency, count(*) FILTER (WHERE pod = 'AE') AS attendances, count(*) FILTER (WHERE pod = 'OP') AS outpatient,
      count(*) FILTER (WHERE pod = 'GP') AS consultations, count(*) FILTER (WHERE admission_method IN ('31', '32') OR primary_icd10 LIKE 'O%%') AS maternity, sum(cost) AS spend
    FROM %1$I.encounter WHERE ph.in_look_back(start_date, as_of, '1 year') GROUP BY person_id) e USING (person_id)
  LEFT JOIN (SELECT person_id,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '60621009' AND ph.in_look_back(measure_date, as_of, '1 year')))[1] AS bmi,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '77176002'))[1] = 1 AS smoker
    FROM %1$I.measurement WHERE code_system = 'SNOMED' AND measure_date < as_of GROUP BY person_id) m USING (person_id);
END $ddl$, schema, (SELECT string_agg(format('%I boolean,', l), ' ' ORDER BY l) FROM unnest(lists) l),
    (SELECT string_agg(format('coalesce(%L = ANY (r.conditions), false),', l), ' ' ORDER BY l) FROM unnest(lists) l));
  EXECUTE format('COMMENT ON FUNCTION %I.segment_inputs(date) IS %L', schema,
    'population_health: the people of a day as the rules of segments ask for them: age, place, whether each list of code_list was recorded before the day, scores of two years, use of services and spend of one year, last body mass index within a year, smoking; nothing from the day on is seen');
END $$;
COMMENT ON PROCEDURE ph.create_segment_inputs(text) IS
  'makes the function segment_inputs(as_of date) over the shared tables of a schema: one row a person with what rules of segments ask for, a column for each code list; call it again after a change of code_list. SNOMED CT 60621009 is body mass index, 77176002 smoker';
