
CREATE FUNCTION ph.cha2ds2_vasc(age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean, diabetes boolean) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'cha2ds2_vasc' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cha2ds2_vasc(float8, text, boolean, boolean, boolean, boolean, boolean) IS
  'CHA2DS2-VASc of adults with atrial fibrillation (Lip et al. 2010), 0 to 9; stroke: also transient ischaemic attack and thromboembolism';
CREATE FUNCTION ph.cha2ds2_vasc_terms(age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean, diabetes boolean,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'cha2ds2_vasc_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.cha2ds2_vasc_terms(float8, text, boolean, boolean, boolean, boolean, boolean) IS
  'what CHA2DS2-VASc is made of: each component and its points';
