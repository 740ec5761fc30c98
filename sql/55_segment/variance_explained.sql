
-- ---- what segments explain ----

CREATE FUNCTION ph.variance_explained(tally ph.tally, per float8 DEFAULT 1,
    OUT value float8, OUT people float8, OUT segments integer, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'variance_explained' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.variance_explained(ph.tally, float8) IS
  'the share of the variance of a value (cost) between people that their segments account for, times per: 1 - (sum n_g V_g / N) / V with sample variances, of ph.person_tally(segment number, value); people of unknown segment are left out and noted; notes: no_data, missing_input, fewer_than_2_people, no_variance, unknown_key, out_of_range';

CREATE FUNCTION ph.variance_explained_table(tally ph.tally, OUT segment float8, OUT people float8, OUT mean float8, OUT sd float8,
    OUT share_of_people float8, OUT share_of_total float8, OUT unexplained float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'variance_explained_table' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 16;
COMMENT ON FUNCTION ph.variance_explained_table(ph.tally) IS
  'a row a segment of ph.person_tally(segment number, value): people, mean and sample standard deviation of the value, shares of people and of the total, and the part of the variance that stays within this segment; these parts add up to 1 less ph.variance_explained';
