-- ---- funnels ----

CREATE TYPE ph.funnel_point AS (
  value float8, denominator float8, size float8, baseline float8, lower_998 float8, lower_95 float8, upper_95 float8, upper_998 float8,
  significance text, dispersion float8, between_variance float8, note text);
COMMENT ON TYPE ph.funnel_point IS
  'a place in a funnel: size is what to draw it at (people of a proportion, events of a ratio or rate, expected events of these where over-dispersion is allowed for), limits of 95 % and 99.8 % at that size, significance high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable, mean square of the scores and variance between places; notes: missing_input, no_exposure, zero_expected, fewer_than_10_events, no_dispersion, rate_type_not_said';
COMMENT ON COLUMN ph.funnel_point.value IS 'proportion, ratio or rate of the place, times per';
COMMENT ON COLUMN ph.funnel_point.denominator IS 'people, person-time or expected events of the place, of one year where years are given';
COMMENT ON COLUMN ph.funnel_point.size IS
  'what to draw the place at: people of a proportion, events of a ratio or rate, expected events of these where '
  'over-dispersion is allowed for';
COMMENT ON COLUMN ph.funnel_point.baseline IS 'value of all places together: the centre line';
COMMENT ON COLUMN ph.funnel_point.lower_998 IS 'lower limit of 99.8 % at that size';
COMMENT ON COLUMN ph.funnel_point.lower_95 IS 'lower limit of 95 % at that size';
COMMENT ON COLUMN ph.funnel_point.upper_95 IS 'upper limit of 95 % at that size';
COMMENT ON COLUMN ph.funnel_point.upper_998 IS 'upper limit of 99.8 % at that size';
COMMENT ON COLUMN ph.funnel_point.significance IS
  'high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable';
COMMENT ON COLUMN ph.funnel_point.dispersion IS
  'mean square of the scores of the places: above 1 there is more spread than chance makes';
COMMENT ON COLUMN ph.funnel_point.between_variance IS
  'variance between places beyond chance, on the scale of the limits; NULL where it is not allowed for';
COMMENT ON COLUMN ph.funnel_point.note IS 'why the place is not judged, or what to be careful with';

CREATE FUNCTION ph.funnel(numerator float8, denominator float8, statistic text, per float8 DEFAULT 1, rate float8 DEFAULT NULL,
    overdispersion text DEFAULT 'none', rate_type text DEFAULT NULL, years float8 DEFAULT 1)
  RETURNS ph.funnel_point
  AS 'MODULE_PATHNAME', 'funnel' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.funnel(float8, float8, text, float8, float8, text, text, float8) IS
  'each place against the baseline of its partition (Spiegelhalter 2005); statistic: proportion, rate, or ratio with expected events as denominator and a baseline of 1; rate_type: crude or dsr (directly standardised, by its rate, not judged below 10 events); NULL: dsr where the denominator is NULL, crude with a note where numerator and denominator do not make the rate; overdispersion: none, winsorised or trimmed (additive, Spiegelhalter 2012), on the arcsine root of proportions and the log of ratios and rates; years of data: the denominator is shown as of one year';

CREATE FUNCTION ph.funnel_curve(statistic text, baseline float8, smallest float8, largest float8, points integer DEFAULT 100,
    per float8 DEFAULT 1, between_variance float8 DEFAULT NULL,
    OUT size float8, OUT lower_998 float8, OUT lower_95 float8, OUT upper_95 float8, OUT upper_998 float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'funnel_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.funnel_curve(text, float8, float8, float8, integer, float8, float8) IS
  'the curves of a funnel as rows for a plotting tool; size: people of a proportion, events of a ratio or rate, expected events where between_variance is given; baseline in units of per';
