
-- ---- instruments ----

CREATE FUNCTION ph.instrument_codes(OUT instrument text, OUT code_list text, OUT condition text, OUT label text,
    OUT code_prefix text, OUT weight_set text, OUT points numeric) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'instrument_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 700;
COMMENT ON FUNCTION ph.instrument_codes() IS
  'every code list and weight that the extension knows: one row an ICD-10 prefix and weight set';

CREATE FUNCTION ph.charlson(conditions ph.conditions, weights text DEFAULT 'charlson1987', hierarchy boolean DEFAULT true)
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson(ph.conditions, text, boolean) IS
  'Charlson index from the lists of Quan et al. 2005; weights charlson1987 or quan2011; hierarchy: the graver form alone counts';
CREATE FUNCTION ph.charlson_age_adjusted(conditions ph.conditions, age integer, weights text DEFAULT 'charlson1987')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson_age_adjusted' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson_age_adjusted(ph.conditions, integer, text) IS
  'Charlson index with hierarchy plus a point a decade from age 50, four at most (Charlson et al. 1994); age in completed years';
CREATE FUNCTION ph.hospital_frailty(conditions ph.conditions) RETURNS numeric
  AS 'MODULE_PATHNAME', 'hospital_frailty' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_frailty(ph.conditions) IS
  'Hospital Frailty Risk Score (Gilbert et al. 2018), exact to a tenth; low below 5, intermediate 5 to 15, high above 15; validated at 75 and over';

CREATE FUNCTION ph.explain(conditions ph.conditions, instrument text, weights text DEFAULT NULL,
    OUT condition text, OUT label text, OUT points numeric, OUT counted boolean, OUT switched_off_by text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION ph.explain(ph.conditions, text, text) IS
  'what a score is made of: each condition, its points, whether it counted and what the hierarchy switched it off for; instrument charlson or hospital_frailty';
