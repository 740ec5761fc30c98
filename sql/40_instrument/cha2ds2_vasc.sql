
create function ph.cha2ds2_vasc(
	age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean,
	diabetes boolean)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cha2ds2_vasc';
comment on function ph.cha2ds2_vasc(float8, text, boolean, boolean, boolean, boolean, boolean) is
	'CHA2DS2-VASc of adults with atrial fibrillation (Lip et al. 2010), 0 to 9; '
	'stroke: also transient ischaemic attack and thromboembolism';
create function ph.cha2ds2_vasc_terms(
	age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean,
	diabetes boolean,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'cha2ds2_vasc_terms';
comment on function ph.cha2ds2_vasc_terms(float8, text, boolean, boolean, boolean, boolean, boolean) is
	'what CHA2DS2-VASc is made of: each component and its points';
