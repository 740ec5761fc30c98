
-- ---- limits of a count ----

CREATE FUNCTION ph.count_limits(events float8, confidence float8 DEFAULT 0.95, limits text DEFAULT 'standard')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'count_limits_estimate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.count_limits(float8, float8, text) IS
  'confidence limits of a count: standard (exact below 10 events, Byar from 10 on), exact (Garwood 1936), byar (Breslow and Day 1987) or mid-p (Cohen and Yang 1994)';
