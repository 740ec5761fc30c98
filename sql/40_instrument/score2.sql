
CREATE FUNCTION ph.score2(age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8, total_cholesterol_mmol_l float8,
    hdl_cholesterol_mmol_l float8, diabetes boolean DEFAULT false, model text DEFAULT 'by_age', age_at_diabetes_diagnosis_years float8 DEFAULT NULL,
    hba1c_mmol_mol float8 DEFAULT NULL, egfr_ml_min float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score2' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score2(float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) IS
  'SCORE2, SCORE2-OP or SCORE2-Diabetes (2021, 2023): the share that will have a cardiovascular event within ten '
  'years; region low (the UK), moderate, high or very_high; model by_age: score2 from 40, score2_op from 70 to 89; '
  'or score2_diabetes, of people with diabetes, which alone reads the last three inputs (else not_used in the status)';
CREATE FUNCTION ph.score2_terms(age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8, total_cholesterol_mmol_l float8,
    hdl_cholesterol_mmol_l float8, diabetes boolean DEFAULT false, model text DEFAULT 'by_age', age_at_diabetes_diagnosis_years float8 DEFAULT NULL,
    hba1c_mmol_mol float8 DEFAULT NULL, egfr_ml_min float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'score2_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 17;
COMMENT ON FUNCTION ph.score2_terms(float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) IS
  'what SCORE2 is made of: each term''s contribution to the linear predictor, before recalibration to the region';
