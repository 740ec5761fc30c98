
-- ---- instruments ----

CREATE FUNCTION ph.instrument_codes(OUT instrument text, OUT code_list text, OUT condition text, OUT label text,
    OUT code_prefix text, OUT weight_set text, OUT points numeric) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'instrument_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 700;
COMMENT ON FUNCTION ph.instrument_codes() IS
  'every code list and weight that the extension knows: one row an ICD-10 prefix and weight set; conditions that come by name have no prefix';

CREATE FUNCTION ph.charlson(conditions ph.conditions, weights text DEFAULT 'charlson1987', hierarchy boolean DEFAULT true, code_list text DEFAULT 'quan2005')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson(ph.conditions, text, boolean, text) IS
  'Charlson index; weights charlson1987, quan2011, schneeweiss2003 (for LACE) or shmi (never below 0, meant for secondary diagnoses); hierarchy: the graver form alone counts; code lists quan2005, sundararajan2004 (ICD-10-AM), sweden2021 or shmi';
CREATE FUNCTION ph.charlson_age_adjusted(conditions ph.conditions, age integer, weights text DEFAULT 'charlson1987', code_list text DEFAULT 'quan2005')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson_age_adjusted' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson_age_adjusted(ph.conditions, integer, text, text) IS
  'Charlson index with hierarchy plus a point a decade from age 50, four at most (Charlson et al. 1994); age in '
  'completed years, NULL where nobody has it';
CREATE FUNCTION ph.charlson_survival(conditions ph.conditions, age integer, code_list text DEFAULT 'quan2005')
  RETURNS float8
  AS 'MODULE_PATHNAME', 'charlson_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson_survival(ph.conditions, integer, text) IS
  'estimated 10-year survival, 0.983 ^ exp(0.9 x age-adjusted index with the weights of 1987); a cohort of the '
  '1980s: for comparing, not for telling anybody; NULL for an age that nobody has';
CREATE FUNCTION ph.elixhauser(conditions ph.conditions, weights text DEFAULT 'vanwalraven2009', hierarchy boolean DEFAULT true)
  RETURNS integer
  AS 'MODULE_PATHNAME', 'elixhauser' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.elixhauser(ph.conditions, text, boolean) IS
  'Elixhauser comorbidity score from the lists of Quan et al. 2005; weights vanwalraven2009, swiss2021 or ahrq2017 (mortality); may be negative';
CREATE FUNCTION ph.cambridge_multimorbidity(conditions ph.conditions, outcome text DEFAULT 'general', conditions_of integer DEFAULT 37)
  RETURNS numeric
  AS 'MODULE_PATHNAME', 'cambridge_multimorbidity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.cambridge_multimorbidity(ph.conditions, text, integer) IS
  'Cambridge Multimorbidity Score (Payne et al. 2020) of conditions folded by ph.conditions_named(name, ''cambridge''); outcome general, mortality, unplanned_admissions or consultations; of 37 or of 20 conditions';
CREATE FUNCTION ph.frailty_index(conditions ph.conditions, age_years float8 DEFAULT NULL)
  RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'frailty_index' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.frailty_index(ph.conditions, float8) IS
  'electronic Frailty Index (Clegg et al. 2016) of deficits folded by ph.conditions_named(name, ''frailty_index''): deficits / 36; fit, mild from 5, moderate from 9, severe from 13 deficits; validated from 65 on; its code lists are not shipped';
CREATE FUNCTION ph.hospital_frailty_risk(conditions ph.conditions, age_years float8 DEFAULT NULL)
  RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'hospital_frailty_risk' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_frailty_risk(ph.conditions, float8) IS
  'ph.hospital_frailty with its band and status: low below 5, intermediate to 15, high above; not_validated below 75';
CREATE FUNCTION ph.hospital_frailty(conditions ph.conditions) RETURNS numeric
  AS 'MODULE_PATHNAME', 'hospital_frailty' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_frailty(ph.conditions) IS
  'Hospital Frailty Risk Score (Gilbert et al. 2018), exact to a tenth; low below 5, intermediate 5 to 15, high above 15; validated at 75 and over';

CREATE FUNCTION ph.explain(conditions ph.conditions, instrument text, weights text DEFAULT NULL,
    OUT condition text, OUT label text, OUT points numeric, OUT counted boolean, OUT switched_off_by text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION ph.explain(ph.conditions, text, text) IS
  'what a score is made of: each condition, its points, whether it counted and what the hierarchy switched it off for; instrument as in ph.instrument_codes()';
CREATE FUNCTION ph.explain_codes(codes text[], event_dates date[], instrument text, weights text DEFAULT NULL, dialect text DEFAULT 'nhs',
    OUT code text, OUT event_date date, OUT condition text, OUT label text, OUT code_prefix text, OUT points numeric, OUT counted boolean,
    OUT switched_off_by text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_codes(text[], date[], text, text, text) IS
  'why a person has that score: which code, on which date, matched which prefix of which condition of the instrument, with what weight, and what the hierarchy over all the codes switched it off for; from array_agg over the person''s events';

-- ---- admissions ----

CREATE FUNCTION ph.ambulatory_care_sensitive(primary_diagnosis text, secondary_diagnoses text[] DEFAULT NULL, procedures text[] DEFAULT NULL,
    list text DEFAULT 'nhsof_2_3_i', OUT condition text, OUT condition_group text, OUT rule text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'ambulatory_care_sensitive' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION ph.ambulatory_care_sensitive(text, text[], text[], text) IS
  'the ambulatory-care-sensitive conditions for which an admission counts, by the positions of its diagnoses (ICD-10) and its procedures (OPCS-4); list nhsof_2_3_i (NHS Outcomes Framework 2.3.i, CCG OIS 2.6) or nhs_institute_19 (one source); count emergency admissions, first episodes, on the list''s own admission rules';
CREATE FUNCTION ph.is_emergency_admission(admission_method text, list text DEFAULT 'nhsof_2_3_i') RETURNS boolean
  AS 'MODULE_PATHNAME', 'is_emergency_admission' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.is_emergency_admission(text, text) IS
  'whether a HES admission method is an emergency to a list of ambulatory-care-sensitive conditions';
