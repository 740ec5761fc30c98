
-- ---- Bridges to Health ----

CREATE TYPE ph.segment AS (segment text, rank integer, matched text[], unknown text[]);
COMMENT ON TYPE ph.segment IS
  'the segment of a person: the winning segment, its rank (1 is the highest need), every rule that matched in order, and the inputs that were not known';

CREATE FUNCTION ph.segment_rules(OUT scheme text, OUT rank integer, OUT segment text, OUT rule text, OUT inputs text[])
  RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
  SELECT 'bridges_to_health', r.* FROM (VALUES
    (1, 'Frailty', 'dementia, or frailty class Moderate or Severe', ARRAY['dementia', 'frailty_class']),
    (2, 'Limited reserve', 'heart failure, coronary heart disease or chronic kidney disease', ARRAY['heart_failure', 'coronary_heart_disease', 'chronic_kidney_disease']),
    (3, 'Cancer', 'cancer', ARRAY['cancer']),
    (4, 'Disability', 'learning disability, blindness or deafness', ARRAY['learning_disability', 'blindness', 'deafness']),
    (5, 'Long-term conditions', 'more than one long-term condition', ARRAY['long_term_conditions']),
    (6, 'Maternity', 'female with maternity activity', ARRAY['sex', 'maternity_activity']),
    (7, 'Acutely ill', 'a non-elective admission', ARRAY['non_elective_admissions']),
    (8, 'Healthy', 'everyone else', ARRAY[]::text[])) r;
END;
COMMENT ON FUNCTION ph.segment_rules() IS
  'the rules of the shipped scheme in order of precedence, and the inputs that each reads; source: NHS BNSSG, population segmentation workshop, NHS-R 2019, after Lynn et al. 2007';

CREATE FUNCTION ph.bridges_to_health(
    dementia boolean, frailty_class text, heart_failure boolean, coronary_heart_disease boolean,
    chronic_kidney_disease boolean, cancer boolean, learning_disability boolean, blindness boolean,
    deafness boolean, long_term_conditions integer, sex text, maternity_activity integer,
    non_elective_admissions integer)
  RETURNS ph.segment LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT (coalesce(m.matched[1], 'Healthy'),
          coalesce(array_position(
            ARRAY['Frailty', 'Limited reserve', 'Cancer', 'Disability', 'Long-term conditions', 'Maternity', 'Acutely ill'],
            m.matched[1]), 8),
          m.matched,
          array_remove(ARRAY[
            CASE WHEN dementia IS NULL THEN 'dementia' END,
            CASE WHEN frailty_class IS NULL THEN 'frailty_class' END,
            CASE WHEN heart_failure IS NULL THEN 'heart_failure' END,
            CASE WHEN coronary_heart_disease IS NULL THEN 'coronary_heart_disease' END,
            CASE WHEN chronic_kidney_disease IS NULL THEN 'chronic_kidney_disease' END,
            CASE WHEN cancer IS NULL THEN 'cancer' END,
            CASE WHEN learning_disability IS NULL THEN 'learning_disability' END,
            CASE WHEN blindness IS NULL THEN 'blindness' END,
            CASE WHEN deafness IS NULL THEN 'deafness' END,
            CASE WHEN long_term_conditions IS NULL THEN 'long_term_conditions' END,
            CASE WHEN sex IS NULL THEN 'sex' END,
            CASE WHEN maternity_activity IS NULL THEN 'maternity_activity' END,
            CASE WHEN non_elective_admissions IS NULL THEN 'non_elective_admissions' END], NULL))::ph.segment
  FROM (SELECT array_remove(ARRAY[
    CASE WHEN dementia OR lower(frailty_class) IN ('moderate', 'severe') THEN 'Frailty' END,
    CASE WHEN heart_failure OR coronary_heart_disease OR chronic_kidney_disease THEN 'Limited reserve' END,
    CASE WHEN cancer THEN 'Cancer' END,
    CASE WHEN learning_disability OR blindness OR deafness THEN 'Disability' END,
    CASE WHEN long_term_conditions > 1 THEN 'Long-term conditions' END,
    CASE WHEN lower(sex) IN ('f', 'female') AND maternity_activity > 0 THEN 'Maternity' END,
    CASE WHEN non_elective_admissions > 0 THEN 'Acutely ill' END], NULL)) m(matched);
END;
COMMENT ON FUNCTION ph.bridges_to_health(boolean, text, boolean, boolean, boolean, boolean, boolean, boolean, boolean, integer, text, integer, integer) IS
  'Bridges to Health: first of seven ordered rules wins, all that matched are kept; an unknown input is no match and is listed; source: NHS BNSSG workshop 2019, after Lynn et al. 2007';
