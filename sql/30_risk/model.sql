
-- ---- models ----

CREATE TYPE ph.model AS (
  family text, terms text[], coefficients float8[], covariance float8[], centre float8[], baseline_survival float8,
  status text, variance text, rows bigint, rows_left_out bigint, clusters bigint, rank integer, residual_df float8, iterations integer,
  log_likelihood float8, null_log_likelihood float8, deviance float8, null_deviance float8, pearson float8,
  residual_standard_error float8, r_squared float8, aic float8, bic float8, note text);
COMMENT ON TYPE ph.model IS
  'a regression model as a value: family linear, logistic, poisson or cox; terms, of which (intercept) is always 1; coefficients, NULL where the terms before make up the term, and none at all where the fit failed; covariance; centre, taken off each term; baseline_survival of a Cox model at its horizon; status ok, given, collinear, separation, one_class, no_events, no_rows, not_converged, singular. Holds no rows';

CREATE FUNCTION ph.given_model(family text, terms text[], coefficients float8[], centre float8[] DEFAULT NULL, baseline_survival float8 DEFAULT NULL) RETURNS ph.model
  AS 'MODULE_PATHNAME', 'given_model' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.given_model(text, text[], float8[], float8[], float8) IS
  'a model from a paper or from elsewhere: family linear, logistic, poisson or cox; the term (intercept) is always 1; centre is taken off each term; a Cox model needs its baseline survival at the horizon';

CREATE FUNCTION ph.coefficients(model ph.model, confidence float8 DEFAULT 0.95,
    OUT term text, OUT coefficient float8, OUT standard_error float8, OUT statistic float8, OUT p_value float8, OUT lower float8, OUT upper float8,
    OUT ratio float8, OUT ratio_lower float8, OUT ratio_upper float8, OUT note text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'coefficients' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.coefficients(ph.model, float8) IS
  'a row a term: coefficient, standard error, t (linear; of G clusters with G - 1 degrees of freedom) or z, p, limits, and exp of coefficient and limits: an odds, rate or hazard ratio';

CREATE FUNCTION ph.score(model ph.model, x float8[], exposure float8 DEFAULT 1) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score_list' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score(ph.model, float8[], float8) IS
  'the answer of a model for one person, x in the order of its terms without the intercept: a mean, a probability, events expected in the exposure, or the Cox risk 1 - S0 ^ exp(predictor); what is missing is said in the status';
CREATE FUNCTION ph.score_by_name(model ph.model, x jsonb, exposure float8 DEFAULT 1) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score_named' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score_by_name(ph.model, jsonb, float8) IS
  'the answer of a model for one person, values by the names of its terms: to_jsonb(row) serves; other names are passed over';
CREATE FUNCTION ph.explain_score(model ph.model, x float8[], exposure float8 DEFAULT 1,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_list' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_score(ph.model, float8[], float8) IS 'what each term adds to the linear predictor of a model for one person';
CREATE FUNCTION ph.explain_score_by_name(model ph.model, x jsonb, exposure float8 DEFAULT 1,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_named' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_score_by_name(ph.model, jsonb, float8) IS 'what each term adds to the linear predictor of a model for one person, values by name';
