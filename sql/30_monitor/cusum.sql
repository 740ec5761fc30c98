-- ---- cumulative sums ----

CREATE TYPE ph.cusum_point AS (upper float8, lower float8, signal text, note text);
COMMENT ON TYPE ph.cusum_point IS 'a point of a cumulative sum: upper from 0 up, lower from 0 down, signal high or low beyond the decision limit; note: missing_value';
COMMENT ON COLUMN ph.cusum_point.upper IS 'cumulative sum that watches for more, from 0 up, in units of sigma';
COMMENT ON COLUMN ph.cusum_point.lower IS 'cumulative sum that watches for less, from 0 down, in units of sigma';
COMMENT ON COLUMN ph.cusum_point.signal IS 'high or low where a sum passes the decision limit; else NULL';
COMMENT ON COLUMN ph.cusum_point.note IS 'missing_value where the row has no value';

CREATE FUNCTION ph.cusum(value float8, target float8, sigma float8, allowance float8 DEFAULT 0.5, decision_limit float8 DEFAULT 5,
    reset boolean DEFAULT true)
  RETURNS ph.cusum_point
  AS 'MODULE_PATHNAME', 'cusum' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cusum(float8, float8, float8, float8, float8, boolean) IS
  'tabular cumulative sum (Page 1954) in units of sigma, over (partition by series order by period); with reset it starts again in the row after a signal';

CREATE TYPE ph.risk_adjusted_cusum_point AS (upper float8, lower float8, signal text, observed float8, expected float8, expected_less_observed float8, note text);
COMMENT ON TYPE ph.risk_adjusted_cusum_point IS 'a point of a risk-adjusted cumulative sum, and of the variable life-adjusted display: expected less observed; note: missing_value';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.upper IS
  'cumulative log-likelihood ratio that watches for more events than predicted, from 0 up';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.lower IS
  'cumulative log-likelihood ratio that watches for fewer, from 0 down';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.signal IS 'high or low where a sum passes the decision limit; else NULL';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.observed IS 'events so far';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.expected IS 'events predicted so far';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.expected_less_observed IS
  'expected less observed so far: the variable life-adjusted display';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.note IS 'missing_value where the row has no outcome or prediction';

CREATE FUNCTION ph.risk_adjusted_cusum(outcome boolean, predicted float8, odds_ratio float8 DEFAULT 2, decision_limit float8 DEFAULT 4.5,
    reset boolean DEFAULT true)
  RETURNS ph.risk_adjusted_cusum_point
  AS 'MODULE_PATHNAME', 'risk_adjusted_cusum' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_adjusted_cusum(boolean, float8, float8, float8, boolean) IS
  'risk-adjusted cumulative sum (Steiner et al. 2000): upper watches for odds times odds_ratio, lower for odds divided by it; a constant predicted risk makes it Bernoulli''s';

CREATE TYPE ph.ewma_point AS (average float8, lower float8, upper float8, signal text, note text);
COMMENT ON TYPE ph.ewma_point IS 'a point of an exponentially weighted moving average with its limits; note: missing_value';
COMMENT ON COLUMN ph.ewma_point.average IS 'exponentially weighted moving average, in the unit of the value';
COMMENT ON COLUMN ph.ewma_point.lower IS 'its lower control limit; NULL where sigma is not known';
COMMENT ON COLUMN ph.ewma_point.upper IS 'its upper control limit; NULL where sigma is not known';
COMMENT ON COLUMN ph.ewma_point.signal IS 'high or low where the average lies outside its limits; else NULL';
COMMENT ON COLUMN ph.ewma_point.note IS 'missing_value where the row has no value';

CREATE FUNCTION ph.ewma(value float8, target float8, sigma float8, weight float8 DEFAULT 0.2, width float8 DEFAULT 3)
  RETURNS ph.ewma_point
  AS 'MODULE_PATHNAME', 'ewma' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.ewma(float8, float8, float8, float8, float8) IS
  'exponentially weighted moving average (Roberts 1959) from the target on, limits width sigmas of the average to either side, exact for its age; no limits where sigma is NULL';
