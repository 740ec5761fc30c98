
-- ---- risk tiers ----

CREATE FUNCTION ph.risk_tier(score float8, cuts float8[] DEFAULT '{0.005,0.05,0.20}', ties text DEFAULT 'down')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'risk_tier' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_tier(float8, float8[], text) IS
  'window function over (order by score desc, person_id): tier 1 above the first cut, 2 above the second, ...; cuts are shares of the people with a score; people tied across a cut go down, up, or are split in the window''s order';
CREATE FUNCTION ph.capacity_tier(score float8, places float8[], ties text DEFAULT 'down')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'capacity_tier' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.capacity_tier(float8, float8[], text) IS
  'window function over (order by score desc, person_id): tier 1 for those that the first places have room for, 2 for the next, ..., and one more for the rest; people tied at the last place go down (so that there is room for all), up, or are split in the window''s order';
CREATE FUNCTION ph.tier_cuts(tally ph.tally, cuts float8[] DEFAULT '{0.005,0.05,0.20}', ties text DEFAULT 'down',
    OUT tier integer, OUT cut float8, OUT score float8, OUT wanted float8, OUT placed float8, OUT tied float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'tier_cuts' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.tier_cuts(ph.tally, float8[], text) IS
  'asked of a tally keyed by score: people wanted above each cut, placed there by the tie rule, and tied at the score where it falls';
CREATE FUNCTION ph.risk_band(score float8, edges float8[]) RETURNS integer
  AS 'MODULE_PATHNAME', 'risk_band' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_band(float8, float8[]) IS
  'band between fixed edges in descending order: 1 at or above the first edge, 2 at or above the second, ...';
