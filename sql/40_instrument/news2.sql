
create function ph.news2(
	respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean,
	systolic_bp_mmhg float8, pulse_per_min float8, consciousness text, temperature_c float8,
	oxygen_scale integer default 1, age_years float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'news2';
comment on function ph.news2(float8, float8, boolean, float8, float8, text, float8, integer, float8) is
	'National Early Warning Score 2 (Royal College of Physicians 2017, who hold it): consciousness A, C, V, P or U; '
	'oxygen_scale 2 where the prescribed saturation is 88 to 92 %; '
	'low, low_medium (a single 3), medium from 5, high from 7; from 16 years, not in pregnancy';
create function ph.news2_terms(
	respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean,
	systolic_bp_mmhg float8, pulse_per_min float8, consciousness text, temperature_c float8,
	oxygen_scale integer default 1, age_years float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'news2_terms';
comment on function ph.news2_terms(float8, float8, boolean, float8, float8, text, float8, integer, float8) is
	'what NEWS2 is made of: each vital sign and its points';
