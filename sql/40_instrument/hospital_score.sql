
CREATE FUNCTION ph.hospital_score(haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean, urgent_admission boolean,
    admissions_12_months float8, length_of_stay_days float8) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'hospital_score' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_score(float8, boolean, float8, boolean, boolean, float8, float8) IS
  'HOSPITAL score, avoidable readmission within 30 days (Donze et al. 2013, 2016); results at discharge; low, intermediate from 5, high from 7';
CREATE FUNCTION ph.hospital_score_terms(haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean, urgent_admission boolean,
    admissions_12_months float8, length_of_stay_days float8,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'hospital_score_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.hospital_score_terms(float8, boolean, float8, boolean, boolean, float8, float8) IS
  'what the HOSPITAL score is made of: each component and its points';
