
create function ph.fib4(
	age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text default 'nafld')
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'fib4';
comment on function ph.fib4(float8, float8, float8, float8, text) is
	'FIB-4, liver fibrosis (Sterling et al. 2006); cutoffs nafld (McPherson et al. '
	'2017, from 35, another lower edge from 65) or sterling';
create function ph.fib4_terms(
	age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text default 'nafld',
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'fib4_terms';
comment on function ph.fib4_terms(float8, float8, float8, float8, text) is
	'what FIB-4 is made of: each term''s contribution to its logarithm';
