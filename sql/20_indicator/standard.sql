
-- ---- standard populations ----

CREATE FUNCTION ph.esp2013(bands integer DEFAULT 19) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'esp2013' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.esp2013(integer) IS
  'European standard population 2013 (Eurostat) as a tally: key = lower age of the band, exposure = people per 100,000; 19, 20 or 21 bands';

CREATE FUNCTION ph.who_world(bands integer DEFAULT 19) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'who_world' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.who_world(integer) IS
  'world standard population of the World Health Organization (Ahmad et al. 2001) as a tally: key = lower age of the band, exposure = per cent; 18, 19 or 21 bands';
