
CREATE FUNCTION ph.lace(length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'lace' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.lace(float8, boolean, float8, float8) IS
  'LACE, readmission or death within 30 days (van Walraven et al. 2010); charlson with the weights schneeweiss2003; visits of the six months before the admission, without its own; low, moderate from 5, high from 10';
CREATE FUNCTION ph.lace_terms(length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'lace_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.lace_terms(float8, boolean, float8, float8) IS
  'what LACE is made of: each component and its points';
