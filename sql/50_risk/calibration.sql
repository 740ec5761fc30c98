
-- ---- judging a score: calibration ----

CREATE TYPE ph.calibration AS (
  people float8, observed float8, expected float8, observed_to_expected float8, observed_to_expected_lower float8, observed_to_expected_upper float8,
  in_the_large float8, in_the_large_lower float8, in_the_large_upper float8, slope float8, slope_lower float8, slope_upper float8, slope_intercept float8,
  brier float8, brier_scaled float8, log_loss float8, spiegelhalter_z float8, spiegelhalter_p float8, without_logit float8, note text);
COMMENT ON TYPE ph.calibration IS
  'predicted against observed: their ratio with exact Poisson limits; calibration in the large (intercept where the slope is 1) and slope, both 0 and 1 where risks are right; Brier score, its improvement over the prevalence alone, log loss, Spiegelhalter''s test; people of risk 0 or 1, who have no logit';
COMMENT ON COLUMN ph.calibration.people IS 'people with a risk and an outcome';
COMMENT ON COLUMN ph.calibration.observed IS 'people with the outcome';
COMMENT ON COLUMN ph.calibration.expected IS 'sum of the predicted risks';
COMMENT ON COLUMN ph.calibration.observed_to_expected IS 'observed / expected';
COMMENT ON COLUMN ph.calibration.observed_to_expected_lower IS 'its lower limit, exact Poisson';
COMMENT ON COLUMN ph.calibration.observed_to_expected_upper IS 'its upper limit, exact Poisson';
COMMENT ON COLUMN ph.calibration.in_the_large IS
  'calibration in the large: the intercept, on the logit, where the slope is 1; 0 where risks are right';
COMMENT ON COLUMN ph.calibration.in_the_large_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.calibration.in_the_large_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.calibration.slope IS
  'calibration slope, on the logit; 1 where risks are right, below 1 where they are too extreme';
COMMENT ON COLUMN ph.calibration.slope_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.calibration.slope_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.calibration.slope_intercept IS 'the intercept that goes with the slope';
COMMENT ON COLUMN ph.calibration.brier IS 'Brier score: the mean squared difference of risk and outcome';
COMMENT ON COLUMN ph.calibration.brier_scaled IS
  'its improvement over giving everybody the prevalence: 1 perfect, 0 none';
COMMENT ON COLUMN ph.calibration.log_loss IS 'mean negative log-likelihood of an outcome';
COMMENT ON COLUMN ph.calibration.spiegelhalter_z IS 'statistic of Spiegelhalter''s test, a standard normal';
COMMENT ON COLUMN ph.calibration.spiegelhalter_p IS 'its two-sided p';
COMMENT ON COLUMN ph.calibration.without_logit IS
  'people of risk 0 or 1, who have no logit and are not in intercept and slope';
COMMENT ON COLUMN ph.calibration.note IS 'why there is no answer, or what was left out';
CREATE FUNCTION ph.calibration(tally ph.tally, confidence float8 DEFAULT 0.95) RETURNS ph.calibration
  AS 'MODULE_PATHNAME', 'calibration' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.calibration(ph.tally, float8) IS
  'calibration of a tally keyed by predicted risk, ph.person_tally(risk, outcome); notes: no_data, left_out, one_class, no_slope, risk_0_or_1';
CREATE FUNCTION ph.calibration_groups(tally ph.tally, groups integer DEFAULT 10, confidence float8 DEFAULT 0.95,
    OUT risk_group integer, OUT people float8, OUT lowest float8, OUT highest float8, OUT expected float8, OUT observed float8,
    OUT mean_predicted float8, OUT observed_share float8, OUT lower float8, OUT upper float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'calibration_groups' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.calibration_groups(ph.tally, integer, float8) IS
  'expected against observed from the lowest risks to the highest, in groups as equal as ties let them be (rank r of n: group floor((r - 1) groups / n), tied people together), with Wilson limits';
CREATE FUNCTION ph.hosmer_lemeshow(tally ph.tally, groups integer DEFAULT 10) RETURNS ph.test
  AS 'MODULE_PATHNAME', 'hosmer_lemeshow' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hosmer_lemeshow(ph.tally, integer) IS
  'Hosmer and Lemeshow''s test of risks that were not fitted to these people: degrees of freedom are the groups of ph.calibration_groups';
CREATE FUNCTION ph.recalibrated(risk float8, intercept float8, slope float8 DEFAULT 1) RETURNS float8
  AS 'MODULE_PATHNAME', 'recalibrated' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.recalibrated(float8, float8, float8) IS
  'a risk from anywhere after recalibration, with in_the_large alone or slope_intercept and slope of ph.calibration; '
  'NULL for what is no risk between 0 and 1';
CREATE FUNCTION ph.recalibrate(model ph.model, tally ph.tally, method text DEFAULT 'intercept') RETURNS ph.model
  AS 'MODULE_PATHNAME', 'recalibrate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recalibrate(ph.model, ph.tally, text) IS
  'a logistic model moved to the population in which its risks were tallied: method intercept or intercept_and_slope; a new model, without what was known of the fit of the old';
