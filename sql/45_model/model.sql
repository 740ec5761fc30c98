
-- ---- models ----

CREATE TYPE ph.model AS (
  family text, terms text[], coefficients float8[], covariance float8[], centre float8[], baseline_survival float8,
  status text, variance text, rows bigint, rows_left_out bigint, clusters bigint, rank integer, residual_df float8, iterations integer,
  log_likelihood float8, null_log_likelihood float8, deviance float8, null_deviance float8, pearson float8,
  residual_standard_error float8, r_squared float8, aic float8, bic float8, note text);
COMMENT ON TYPE ph.model IS
  'a regression model as a value: family linear, logistic, poisson or cox; terms, of which (intercept) is always 1; coefficients, NULL where the terms before make up the term, and none at all where the fit failed; covariance; centre, taken off each term; baseline_survival of a Cox model at its horizon; status ok, given, collinear, separation, one_class, no_events, no_rows, not_converged, singular. Holds no rows';
COMMENT ON COLUMN ph.model.family IS 'linear, logistic, poisson or cox';
COMMENT ON COLUMN ph.model.terms IS 'names of the terms, of which (intercept) is always 1';
COMMENT ON COLUMN ph.model.coefficients IS
  'one a term; NULL where the terms before make up the term; none at all where the fit failed';
COMMENT ON COLUMN ph.model.covariance IS 'of the coefficients, a row a term';
COMMENT ON COLUMN ph.model.centre IS 'what is taken off each term; NULL for nothing';
COMMENT ON COLUMN ph.model.baseline_survival IS
  'of a Cox model: survival at its horizon where every term is at its centre';
COMMENT ON COLUMN ph.model.status IS
  'ok, given, collinear, separation, one_class, no_events, no_rows, not_converged or singular';
COMMENT ON COLUMN ph.model.variance IS 'how the covariance was found: model, hc0, hc1, cluster or cluster0';
COMMENT ON COLUMN ph.model.rows IS 'rows that were fitted';
COMMENT ON COLUMN ph.model.rows_left_out IS 'rows with a NULL, and rows without exposure';
COMMENT ON COLUMN ph.model.clusters IS 'clusters of the variance; NULL without';
COMMENT ON COLUMN ph.model.rank IS 'terms that are not made up of others';
COMMENT ON COLUMN ph.model.residual_df IS 'observations less rank: rows, or their frequencies added up';
COMMENT ON COLUMN ph.model.iterations IS 'passes of Newton''s method';
COMMENT ON COLUMN ph.model.log_likelihood IS 'at the coefficients';
COMMENT ON COLUMN ph.model.null_log_likelihood IS 'log-likelihood of the intercept, and the offset, alone';
COMMENT ON COLUMN ph.model.deviance IS 'at the coefficients; of a linear model the residual sum of squares';
COMMENT ON COLUMN ph.model.null_deviance IS 'deviance of the intercept, and the offset, alone';
COMMENT ON COLUMN ph.model.pearson IS 'sum of squared residuals over their variances';
COMMENT ON COLUMN ph.model.residual_standard_error IS 'of a linear model';
COMMENT ON COLUMN ph.model.r_squared IS 'of a linear model: the share of the squares that is explained';
COMMENT ON COLUMN ph.model.aic IS 'Akaike''s information criterion';
COMMENT ON COLUMN ph.model.bic IS 'Bayesian information criterion';
COMMENT ON COLUMN ph.model.note IS 'what to be careful with, such as the terms that are collinear';

CREATE FUNCTION ph.given_model(family text, terms text[], coefficients float8[], centre float8[] DEFAULT NULL, baseline_survival float8 DEFAULT NULL) RETURNS ph.model
  AS 'MODULE_PATHNAME', 'given_model' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.given_model(text, text[], float8[], float8[], float8) IS
  'a model from a paper or from elsewhere: family linear, logistic, poisson or cox; the term (intercept) is always 1; centre is taken off each term; a Cox model needs its baseline survival at the horizon';

CREATE FUNCTION ph.coefficients(model ph.model, confidence float8 DEFAULT 0.95,
    OUT term text, OUT coefficient float8, OUT standard_error float8, OUT statistic float8, OUT p_value float8, OUT lower float8, OUT upper float8,
    OUT ratio float8, OUT ratio_lower float8, OUT ratio_upper float8, OUT note text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'coefficients' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.coefficients(ph.model, float8) IS
  'a row a term: coefficient, standard error, t (linear; of G clusters with G - 1 degrees of freedom) or z, p, '
  'limits, and exp of coefficient and limits: an odds, rate or hazard ratio';

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
COMMENT ON FUNCTION ph.explain_score_by_name(ph.model, jsonb, float8) IS
  'what each term adds to the linear predictor of a model for one person, values by name';
