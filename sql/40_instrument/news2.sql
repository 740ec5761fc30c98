
CREATE FUNCTION ph.news2(respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean, systolic_bp_mmhg float8,
    pulse_per_min float8, consciousness text, temperature_c float8, oxygen_scale integer DEFAULT 1, age_years float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'news2' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.news2(float8, float8, boolean, float8, float8, text, float8, integer, float8) IS
  'National Early Warning Score 2 (Royal College of Physicians 2017, who hold it): consciousness A, C, V, P or U; oxygen_scale 2 where the prescribed saturation is 88 to 92 %; low, low_medium (a single 3), medium from 5, high from 7; from 16 years, not in pregnancy';
CREATE FUNCTION ph.news2_terms(respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean, systolic_bp_mmhg float8,
    pulse_per_min float8, consciousness text, temperature_c float8, oxygen_scale integer DEFAULT 1, age_years float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'news2_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.news2_terms(float8, float8, boolean, float8, float8, text, float8, integer, float8) IS
  'what NEWS2 is made of: each vital sign and its points';
