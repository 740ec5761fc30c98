
create function ph.lace(
	length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'lace';
comment on function ph.lace(float8, boolean, float8, float8) is
	'LACE, readmission or death within 30 days (van Walraven et al. 2010); charlson with the weights schneeweiss2003; '
	'visits of the six months before the admission, without its own; low, moderate from 5, high from 10';
create function ph.lace_terms(
	length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'lace_terms';
comment on function ph.lace_terms(float8, boolean, float8, float8) is
	'what LACE is made of: each component and its points';
