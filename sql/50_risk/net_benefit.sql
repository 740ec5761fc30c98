
CREATE FUNCTION ph.net_benefit(tally ph.tally, thresholds float8[] DEFAULT '{0.05,0.1,0.2,0.3}',
    OUT threshold float8, OUT true_positives float8, OUT false_positives float8, OUT net_benefit float8, OUT net_benefit_all float8,
    OUT net_benefit_none float8, OUT standardised float8, OUT avoided_per_100 float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'net_benefit' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.net_benefit(ph.tally, float8[]) IS
  'decision curve (Vickers and Elkin 2006) of a tally keyed by predicted risk: net benefit of helping those at or above each threshold, beside helping all and none; standardised by the prevalence; how many of 100 need not be helped against helping all';
