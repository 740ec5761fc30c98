-- ---- funnels ----

CREATE TYPE ph.funnel_point AS (
  value float8, denominator float8, size float8, baseline float8, lower_998 float8, lower_95 float8, upper_95 float8, upper_998 float8,
  significance text, dispersion float8, between_variance float8, note text);
COMMENT ON TYPE ph.funnel_point IS
  'a place in a funnel: size is what to draw it at (people of a proportion, events of a ratio or rate, expected events of these where over-dispersion is allowed for), limits of 95 % and 99.8 % at that size, significance high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable, mean square of the scores and variance between places; notes: missing_input, no_exposure, zero_expected, fewer_than_10_events, no_dispersion, rate_type_not_said';

CREATE FUNCTION ph.funnel(numerator float8, denominator float8, statistic text, per float8 DEFAULT 1, rate float8 DEFAULT NULL,
    overdispersion text DEFAULT 'none', rate_type text DEFAULT NULL)
  RETURNS ph.funnel_point
  AS 'MODULE_PATHNAME', 'funnel' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.funnel(float8, float8, text, float8, float8, text, text) IS
  'each place against the baseline of its partition (Spiegelhalter 2005); statistic: proportion, rate, or ratio with expected events as denominator and a baseline of 1; rate_type: crude or dsr (directly standardised, by its rate, not judged below 10 events); NULL: dsr where the denominator is NULL, crude with a note where numerator and denominator do not make the rate; overdispersion: none, winsorised or trimmed (additive, Spiegelhalter 2012), on the arcsine root of proportions and the log of ratios and rates';

CREATE FUNCTION ph.funnel_curve(statistic text, baseline float8, smallest float8, largest float8, points integer DEFAULT 100,
    per float8 DEFAULT 1, between_variance float8 DEFAULT NULL,
    OUT size float8, OUT lower_998 float8, OUT lower_95 float8, OUT upper_95 float8, OUT upper_998 float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'funnel_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.funnel_curve(text, float8, float8, float8, integer, float8, float8) IS
  'the curves of a funnel as rows for a plotting tool; size: people of a proportion, events of a ratio or rate, expected events where between_variance is given; baseline in units of per';
