
CREATE FUNCTION ph.fib4(age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text DEFAULT 'nafld') RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'fib4' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.fib4(float8, float8, float8, float8, text) IS
  'FIB-4, liver fibrosis (Sterling et al. 2006); cutoffs nafld (McPherson et al. 2017, from 35, another lower edge from 65) or sterling';
CREATE FUNCTION ph.fib4_terms(age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text DEFAULT 'nafld',
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'fib4_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.fib4_terms(float8, float8, float8, float8, text) IS
  'what FIB-4 is made of: each term''s contribution to its logarithm';
