
-- ---- rates and proportions ----

CREATE FUNCTION ph.crude_rate(tally ph.tally, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95, limits text DEFAULT 'standard')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'crude_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.crude_rate(ph.tally, float8, float8, text) IS
  'events over exposure, times per; limits of the count as in ph.count_limits, widened for repeated events when rows were people; notes: no_data, missing_input, no_exposure';

CREATE FUNCTION ph.proportion(tally ph.tally, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'proportion' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.proportion(ph.tally, float8, float8) IS
  'events over population, times per, with Wilson limits (1927); more events than population is an error; notes: no_data, missing_input, no_exposure';

CREATE FUNCTION ph.mean(tally ph.tally, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.mean(ph.tally, float8, float8) IS
  'mean of a value over people folded one row each, times per, with limits of Student''s t; a tally of counts is an error, and so are years in place of people where their total is not whole; notes: no_data, missing_input, no_exposure, limit_undefined';
