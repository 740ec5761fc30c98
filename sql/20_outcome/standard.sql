
-- ---- standard populations ----

CREATE FUNCTION ph.esp2013(bands integer DEFAULT 19) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'esp2013' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.esp2013(integer) IS
  'European standard population 2013 (Eurostat) as a tally: key = lower age of the band, exposure = people per 100,000; 19, 20 or 21 bands';
