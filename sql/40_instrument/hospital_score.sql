
create function ph.hospital_score(
	haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean,
	urgent_admission boolean, admissions_12_months float8, length_of_stay_days float8)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hospital_score';
comment on function ph.hospital_score(float8, boolean, float8, boolean, boolean, float8, float8) is
	'HOSPITAL score, avoidable readmission within 30 days (Donze et al. 2013, 2016); results at discharge; '
	'low, intermediate from 5, high from 7';
create function ph.hospital_score_terms(
	haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean,
	urgent_admission boolean, admissions_12_months float8, length_of_stay_days float8,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'hospital_score_terms';
comment on function ph.hospital_score_terms(float8, boolean, float8, boolean, boolean, float8, float8) is
	'what the HOSPITAL score is made of: each component and its points';
