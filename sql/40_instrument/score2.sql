
create function ph.score2(
	age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8,
	total_cholesterol_mmol_l float8, hdl_cholesterol_mmol_l float8, diabetes boolean default false,
	equation text default 'by_age', age_at_diabetes_diagnosis_years float8 default null,
	hba1c_mmol_mol float8 default null, egfr_ml_min float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score2';
comment on function ph.score2(
	float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) is
	'SCORE2, SCORE2-OP or SCORE2-Diabetes (2021, 2023): '
	'the share that will have a cardiovascular event within ten years; region low (the UK), moderate, '
	'high or very_high; equation by_age: score2 from 40, score2_op from 70 to 89; or score2_diabetes, '
	'of people with diabetes, which alone reads the last three inputs (else not_used in the status)';
create function ph.score2_terms(
	age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8,
	total_cholesterol_mmol_l float8, hdl_cholesterol_mmol_l float8, diabetes boolean default false,
	equation text default 'by_age', age_at_diabetes_diagnosis_years float8 default null,
	hba1c_mmol_mol float8 default null, egfr_ml_min float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 17
as 'MODULE_PATHNAME', 'score2_terms';
comment on function ph.score2_terms(
	float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) is
	'what SCORE2 is made of: each term''s contribution to the linear predictor, before recalibration to the region';
