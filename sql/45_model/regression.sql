
-- ---- one pass of a regression ----

CREATE TYPE ph.regression;
CREATE FUNCTION ph_support.regression_in(cstring) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_out(ph.regression) RETURNS cstring
  AS 'MODULE_PATHNAME', 'regression_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_recv(internal) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_send(ph.regression) RETURNS bytea
  AS 'MODULE_PATHNAME', 'regression_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.regression (
  INPUT = ph_support.regression_in, OUTPUT = ph_support.regression_out,
  RECEIVE = ph_support.regression_recv, SEND = ph_support.regression_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.regression IS
  'what one pass of a regression sums up over its rows; passes over parts of the rows combine. Holds no rows';
COMMENT ON FUNCTION ph_support.regression_in(cstring) IS 'text input of ph.regression';
COMMENT ON FUNCTION ph_support.regression_out(ph.regression) IS 'text output of ph.regression';
COMMENT ON FUNCTION ph_support.regression_recv(internal) IS 'binary input of ph.regression';
COMMENT ON FUNCTION ph_support.regression_send(ph.regression) IS 'binary output of ph.regression';

CREATE FUNCTION ph_support.regression_fold(ph.regression, pass text, family text, response float8, x float8[], weight float8, "offset" float8,
    parameters float8[], single boolean) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_combine(ph.regression, ph.regression) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_fold_outer(ph.regression, scores ph.regression) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_fold_outer' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.log_exposure(exposure float8, events float8) RETURNS float8
  AS 'MODULE_PATHNAME', 'log_exposure' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.frequency_weight(weight float8) RETURNS float8
  AS 'MODULE_PATHNAME', 'frequency_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.regression_fold(ph.regression, text, text, float8, float8[], float8, float8, float8[], boolean) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.regression_combine(ph.regression, ph.regression) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.regression_fold_outer(ph.regression, ph.regression) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.log_exposure(float8, float8) IS
  'the offset of an exposure: its logarithm; NULL for 0, so that the row is left out and counted; events where it is '
  '0 are an error';
COMMENT ON FUNCTION ph_support.frequency_weight(float8) IS 'the weight itself; one that is no whole number of rows is an error';

CREATE AGGREGATE ph.regression_sums(pass text, family text, response float8, x float8[], weight float8, "offset" float8,
    parameters float8[], single boolean) (
  SFUNC = ph_support.regression_fold, STYPE = ph.regression, COMBINEFUNC = ph_support.regression_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.regression_sums(text, text, float8, float8[], float8, float8, float8[], boolean) IS
  'one pass of a regression of family linear, logistic or poisson, x with a 1 for the intercept: pass products '
  '(exact cross products of x and response), start, step (gradient and Hessian at the coefficients), scores (the '
  'gradient alone), squares (of the residuals); parameters: the centre of each x, the coefficients of the centred x, '
  'the direction of the last step, as the pass needs them; single: a row is one observation whatever its weight; '
  'rows with a NULL are counted and left out';
CREATE AGGREGATE ph.regression_outer(scores ph.regression) (
  SFUNC = ph_support.regression_fold_outer, STYPE = ph.regression, COMBINEFUNC = ph_support.regression_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.regression_outer(ph.regression) IS
  'folds the scores of clusters, one row each, into the sum of their outer products';
