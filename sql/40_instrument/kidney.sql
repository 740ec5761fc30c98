
create function ph.egfr(creatinine_umol_l float8, age_years float8, sex text, equation text default 'ckdepi2021')
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'egfr';
comment on function ph.egfr(float8, float8, text, text) is
	'estimated glomerular filtration rate in ml/min/1.73 m2 with its G category, from 18 years; '
	'equation ckdepi2021 (Inker et al. 2021) or ckdepi2009 (Levey et al. 2009, without a term for ethnicity)';
create function ph.egfr_terms(
	creatinine_umol_l float8, age_years float8, sex text, equation text default 'ckdepi2021',
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'egfr_terms';
comment on function ph.egfr_terms(float8, float8, text, text) is
	'what eGFR is made of: each term''s contribution to its logarithm';

create function ph.acr_category(acr_mg_mmol float8) returns text
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'acr_category';
comment on function ph.acr_category(float8) is
	'category of the albumin-creatinine ratio in mg/mmol: A1 below 3, A2 to 30, A3 above; NULL for what is none';

create function ph.kidney_failure_risk(
	age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer default 5,
	region text default 'non_north_america', variables integer default 4, diabetes boolean default null,
	hypertension boolean default null, albumin_g_l float8 default null, phosphate_mmol_l float8 default null,
	bicarbonate_mmol_l float8 default null, calcium_mmol_l float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'kidney_failure_risk';
comment on function ph.kidney_failure_risk(
	float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) is
	'kidney failure risk equation (Tangri et al. 2011, 2016): '
	'the share that will need dialysis or a transplant within 2 or 5 years, of adults with an eGFR below 60; '
	'region non_north_america (the UK) or north_america; variables 4, or 6 or 8, which rest on one source';
create function ph.kidney_failure_risk_terms(
	age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer default 5,
	region text default 'non_north_america', variables integer default 4, diabetes boolean default null,
	hypertension boolean default null, albumin_g_l float8 default null, phosphate_mmol_l float8 default null,
	bicarbonate_mmol_l float8 default null, calcium_mmol_l float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 8
as 'MODULE_PATHNAME', 'kidney_failure_risk_terms';
comment on function ph.kidney_failure_risk_terms(
	float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) is
	'what the kidney failure risk is made of: each term''s contribution to the linear predictor';
