
-- ---- agreement of two schemes ----

CREATE FUNCTION ph.adjusted_rand(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'adjusted_rand' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.adjusted_rand(ph.crosstab) IS
  'the adjusted Rand index (Hubert and Arabie 1985) of two schemes from ph.crosstab(segment in one, segment in the other): agreement over pairs of people above chance, 1 where they agree and 0 by chance; people without a segment in either are left out and noted; notes: no_data, fewer_than_2_people, no_chance (both put everybody together, or everybody alone), left_out, out_of_range';
CREATE FUNCTION ph.rand_index(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'rand_index' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.rand_index(ph.crosstab) IS
  'the Rand index (1971) of two schemes: the share of pairs of people together in both or apart in both; notes: no_data, fewer_than_2_people, left_out, out_of_range';
CREATE FUNCTION ph.jaccard(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'jaccard' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.jaccard(ph.crosstab) IS
  'the Jaccard index of two schemes over pairs of people: of the pairs together in either, the share together in both; notes: no_data, fewer_than_2_people, no_pairs_together, left_out, out_of_range';
