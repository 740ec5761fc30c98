-- ---- control charts ----

CREATE TYPE ph.control_point AS (
  value float8, phase integer, mean float8, lower float8, upper float8, lower_two_thirds float8, upper_two_thirds float8,
  relative_to_mean integer, outside_limits boolean, close_to_limits boolean, trend boolean, two_in_three boolean, shift boolean,
  special_cause text, point_type text, variation text, assurance text, note text);
COMMENT ON TYPE ph.control_point IS
  'a point of a control chart: its phase and limits, every rule as a flag of its own, the rule that wins, what kind of point it is; variation (of the last point) and assurance (against the last target) of the series in every row; notes: missing_value, no_limits, short_phase (fewer than 13 points), limits_not_screened (screening would have left no movement)';
COMMENT ON COLUMN ph.control_point.value IS 'what is drawn: the value, proportion, rate or count, times per';
COMMENT ON COLUMN ph.control_point.phase IS 'number of the phase, from 1; each has limits of its own';
COMMENT ON COLUMN ph.control_point.mean IS 'centre line of the phase';
COMMENT ON COLUMN ph.control_point.lower IS 'lower control limit of the point';
COMMENT ON COLUMN ph.control_point.upper IS 'upper control limit of the point';
COMMENT ON COLUMN ph.control_point.lower_two_thirds IS 'two thirds of the way from the mean to the lower limit';
COMMENT ON COLUMN ph.control_point.upper_two_thirds IS 'two thirds of the way from the mean to the upper limit';
COMMENT ON COLUMN ph.control_point.relative_to_mean IS '1 above the mean, -1 below, 0 on it';
COMMENT ON COLUMN ph.control_point.outside_limits IS 'whether the point lies outside a limit';
COMMENT ON COLUMN ph.control_point.close_to_limits IS
  'whether it is close to a limit: beyond two thirds of the way and not outside';
COMMENT ON COLUMN ph.control_point.trend IS
  'whether it is one of a run of points each above, or each below, the one before';
COMMENT ON COLUMN ph.control_point.two_in_three IS
  'whether it is one of two in three points of one side that are close to the limit';
COMMENT ON COLUMN ph.control_point.shift IS 'whether it is one of a run of points on one side of the mean';
COMMENT ON COLUMN ph.control_point.special_cause IS 'the first rule that holds of the point, else common_cause';
COMMENT ON COLUMN ph.control_point.point_type IS
  'common_cause, special_cause_improvement, _concern, _neutral_high or _neutral_low';
COMMENT ON COLUMN ph.control_point.variation IS 'type of the last point of the series, in every row';
COMMENT ON COLUMN ph.control_point.assurance IS
  'whether the limits pass or fail the target of the last row, in every row; NULL without a target';
COMMENT ON COLUMN ph.control_point.note IS 'missing_value, no_limits, short_phase or limits_not_screened';

CREATE FUNCTION ph.control_xmr(value float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, screen boolean DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_xmr' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_xmr(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, boolean) IS
  'XmR chart (Shewhart 1931; Making Data Count) over (partition by series order by period); better: lower, higher, neither; rebase is true in the first row of a new phase; fix_after: points that set the limits, 12 or more; calendar: day, week, month, quarter, year, any: a missing period is an error but for any; rules: the set of r, excel or power_bi, overruled by run_length, screen and outside_counts (points outside count for two in three)';

CREATE FUNCTION ph.control_p(events float8, population float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_p' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_p(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'P chart of proportions, three sigmas of each population; overdispersion laney widens the limits for what varies between periods (Laney 2002); the other arguments as ph.control_xmr';

CREATE FUNCTION ph.control_u(events float8, exposure float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_u' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_u(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'U chart of rates, three Poisson sigmas of each exposure; arguments as ph.control_p';

CREATE FUNCTION ph.control_c(events float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_c' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_c(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean) IS
  'C chart of counts, three Poisson sigmas; arguments as ph.control_xmr';
