-- ---- comparing ----

CREATE FUNCTION ph.compare(tally ph.tally, comparator ph.tally, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
    contrast text DEFAULT 'difference', better text DEFAULT 'neither', age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.comparison
  AS 'MODULE_PATHNAME', 'compare' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.compare(ph.tally, ph.tally, text, ph.tally, float8, float8, text, text, float8, float8) IS
  'difference (limits recovered from either side''s own: Zou and Donner 2008, Newcombe 1998; means: Welch) or ratio (normal on the log scale) of two populations of different people; indicator: any of ph.indicators(), with its reference (NULL: its own); per NULL is the indicator''s own; better: lower, higher or neither';

CREATE FUNCTION ph.cmf(tally ph.tally, comparator ph.tally, standard ph.tally DEFAULT ph.esp2013(),
    per float8 DEFAULT 100, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'cmf' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cmf(ph.tally, ph.tally, ph.tally, float8, float8) IS
  'comparative mortality figure: ratio of two directly standardised rates times per, limits normal on the log scale (Boyle and Parkin 1991)';

CREATE FUNCTION ph.benchmark(tally ph.tally, benchmark float8, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
    better text DEFAULT 'neither', age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.comparison
  AS 'MODULE_PATHNAME', 'benchmark' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.benchmark(ph.tally, float8, text, ph.tally, float8, float8, text, float8, float8) IS
  'an indicator with its interval beside a fixed number in the same units: similar where the interval holds it; score test for rates, ratios and proportions, t for means, else normal';
