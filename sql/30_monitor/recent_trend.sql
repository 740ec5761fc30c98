-- ---- recent trend ----

CREATE TYPE ph.recent_trend_answer AS (trend text, slope float8, chi_squared float8, p_value float8, note text);
COMMENT ON TYPE ph.recent_trend_answer IS
  'trend: increasing, decreasing, no_significant_change, cannot_be_calculated (with a note that says why)';
COMMENT ON COLUMN ph.recent_trend_answer.trend IS
  'increasing, decreasing, no_significant_change or cannot_be_calculated';
COMMENT ON COLUMN ph.recent_trend_answer.slope IS
  'slope of the weighted line: of the logit, or of given values, a year';
COMMENT ON COLUMN ph.recent_trend_answer.chi_squared IS 'the statistic of the trend, of 1 degree of freedom';
COMMENT ON COLUMN ph.recent_trend_answer.p_value IS 'its p';
COMMENT ON COLUMN ph.recent_trend_answer.note IS 'why there is no answer, or that one point reverses the sign';

CREATE FUNCTION ph.recent_trend(tally ph.tally) RETURNS ph.recent_trend_answer
  AS 'MODULE_PATHNAME', 'recent_trend_tally' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recent_trend(ph.tally) IS
  'trend of a proportion over its last five years, the tally keyed by year: chi-squared for trend (Armitage 1955) above 9.5495, and no single year may carry the sign (Fingertips); slope of the logit a year';

CREATE FUNCTION ph.recent_trend(year float8[], value float8[], lower float8[], upper float8[], confidence float8 DEFAULT 0.95)
  RETURNS ph.recent_trend_answer
  AS 'MODULE_PATHNAME', 'recent_trend_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recent_trend(float8[], float8[], float8[], float8[], float8) IS
  'trend of any indicator over its last five years: least squares weighted by the limits'' standard errors, chi-squared above 9.5495, and no single year may carry the sign (Fingertips)';
