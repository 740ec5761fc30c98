-- ---- control charts ----

CREATE TYPE ph.control_point AS (
  value float8, phase integer, mean float8, lower float8, upper float8, lower_two_thirds float8, upper_two_thirds float8,
  relative_to_mean integer, outside_limits boolean, close_to_limits boolean, trend boolean, two_in_three boolean, shift boolean,
  special_cause text, point_type text, variation text, assurance text, note text);
COMMENT ON TYPE ph.control_point IS
  'a point of a control chart: its phase and limits, every rule as a flag of its own, the rule that wins, what kind of point it is; variation (of the last point) and assurance (against the last target) of the series in every row; notes: missing_value, no_limits, short_phase (fewer than 13 points), limits_not_screened (screening would have left no movement)';

CREATE FUNCTION ph.xmr(value float8, period timestamptz, improvement text DEFAULT 'neutral', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', dialect text DEFAULT 'r', run_length integer DEFAULT NULL, screen boolean DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'xmr' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.xmr(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, boolean) IS
  'XmR chart (Shewhart 1931; Making Data Count) over (partition by series order by period); improvement: increase, decrease, neutral; rebase is true in the first row of a new phase; fix_after: points that set the limits, 12 or more; calendar: day, week, month, quarter, year, any: a missing period is an error but for any; dialect: r, excel, power_bi, overruled by run_length, screen and outside_counts (points outside count for two in three)';

CREATE FUNCTION ph.p_chart(events float8, population float8, period timestamptz, improvement text DEFAULT 'neutral', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', dialect text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'p_chart' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.p_chart(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'P chart of proportions, three sigmas of each population; overdispersion laney widens the limits for what varies between periods (Laney 2002); the other arguments as ph.xmr';

CREATE FUNCTION ph.u_chart(events float8, exposure float8, period timestamptz, improvement text DEFAULT 'neutral', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', dialect text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'u_chart' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.u_chart(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'U chart of rates, three Poisson sigmas of each exposure; arguments as ph.p_chart';

CREATE FUNCTION ph.c_chart(events float8, period timestamptz, improvement text DEFAULT 'neutral', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', dialect text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'c_chart' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.c_chart(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean) IS
  'C chart of counts, three Poisson sigmas; arguments as ph.xmr';
