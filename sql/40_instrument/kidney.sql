
CREATE FUNCTION ph.egfr(creatinine_umol_l float8, age_years float8, sex text, equation text DEFAULT 'ckdepi2021') RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'egfr' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.egfr(float8, float8, text, text) IS
  'estimated glomerular filtration rate in ml/min/1.73 m2 with its G category, from 18 years; equation ckdepi2021 (Inker et al. 2021) or ckdepi2009 (Levey et al. 2009, without a term for ethnicity)';
CREATE FUNCTION ph.egfr_terms(creatinine_umol_l float8, age_years float8, sex text, equation text DEFAULT 'ckdepi2021',
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'egfr_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.egfr_terms(float8, float8, text, text) IS
  'what eGFR is made of: each term''s contribution to its logarithm';

CREATE FUNCTION ph.acr_category(acr_mg_mmol float8) RETURNS text
  AS 'MODULE_PATHNAME', 'acr_category' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.acr_category(float8) IS
  'category of the albumin-creatinine ratio in mg/mmol: A1 below 3, A2 to 30, A3 above; NULL for what is none';

CREATE FUNCTION ph.kidney_failure_risk(age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer DEFAULT 5, region text DEFAULT 'non_north_america',
    variables integer DEFAULT 4, diabetes boolean DEFAULT NULL, hypertension boolean DEFAULT NULL, albumin_g_l float8 DEFAULT NULL,
    phosphate_mmol_l float8 DEFAULT NULL, bicarbonate_mmol_l float8 DEFAULT NULL, calcium_mmol_l float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'kidney_failure_risk' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.kidney_failure_risk(float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) IS
  'kidney failure risk equation (Tangri et al. 2011, 2016): the share that will need dialysis or a transplant within 2 or 5 years, of adults with an eGFR below 60; region non_north_america (the UK) or north_america; variables 4, or 6 or 8, which rest on one source';
CREATE FUNCTION ph.kidney_failure_risk_terms(age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer DEFAULT 5, region text DEFAULT 'non_north_america',
    variables integer DEFAULT 4, diabetes boolean DEFAULT NULL, hypertension boolean DEFAULT NULL, albumin_g_l float8 DEFAULT NULL,
    phosphate_mmol_l float8 DEFAULT NULL, bicarbonate_mmol_l float8 DEFAULT NULL, calcium_mmol_l float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'kidney_failure_risk_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION ph.kidney_failure_risk_terms(float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) IS
  'what the kidney failure risk is made of: each term''s contribution to the linear predictor';
