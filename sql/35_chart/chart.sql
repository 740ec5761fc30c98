-- ---- pictures: without a title of its own each has one that says what is drawn ----

CREATE FUNCTION ph.chart_pyramid(female ph.tally, male ph.tally, title text DEFAULT NULL, band_width float8 DEFAULT 5) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_pyramid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_pyramid(ph.tally, ph.tally, text, float8) IS 'population pyramid as SVG: exposure by age in bands';

CREATE FUNCTION ph.chart_ranked(labels text[], estimates ph.estimate[], benchmark float8 DEFAULT NULL, title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_ranked' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_ranked(text[], ph.estimate[], float8, text) IS 'places with their limits as SVG, in the order given, beside a benchmark; a place without a value shows its note';

CREATE FUNCTION ph.chart_bars(labels text[], measures text[], heights float8[], title text DEFAULT NULL, unit text DEFAULT '') RETURNS text
  AS 'MODULE_PATHNAME', 'chart_bars' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_bars(text[], text[], float8[], text, text) IS 'groups of bars as SVG, a bar a measure, at most four; heights group by group; NULL is not shown; unit follows each number';

CREATE FUNCTION ph.chart_control(periods timestamptz[], points ph.control_point[], title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_control' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_control(timestamptz[], ph.control_point[], text) IS 'control chart as SVG from the points of ph.control_xmr and its siblings; special causes are diamonds';

CREATE FUNCTION ph.chart_funnel(labels text[], points ph.funnel_point[], title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_funnel' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_funnel(text[], ph.funnel_point[], text) IS 'funnel plot as SVG from the points of ph.funnel; places outside 99.8 % limits are diamonds and named';

CREATE FUNCTION ph.chart_survival(tallies ph.tally[], labels text[] DEFAULT NULL, title text DEFAULT NULL,
    confidence float8 DEFAULT 0.95, at_risk boolean DEFAULT true) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_survival' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_survival(ph.tally[], text[], text, float8, boolean) IS 'Kaplan-Meier curves as SVG, at most four, with log-log limits as bands and the people at risk below';

CREATE FUNCTION ph.chart_slope(tallies ph.tally[], labels text[] DEFAULT NULL, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, title text DEFAULT NULL, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_slope(ph.tally[], text[], text, ph.tally, float8, float8, text, integer, float8, float8) IS 'inequality by group as SVG, the most disadvantaged first, with the line of the slope index';
