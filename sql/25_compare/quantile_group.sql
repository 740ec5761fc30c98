-- ---- quantiles of areas ----

CREATE FUNCTION ph.quantile_group(value float8, groups integer, highest_first boolean DEFAULT false) RETURNS integer
  AS 'MODULE_PATHNAME', 'quantile_group' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.quantile_group(float8, integer, boolean) IS
  'the quantile, 1 to groups, of a value among those of its partition, in whole numbers: values that tie share one; NULL for a NULL or NaN value, which are not counted, and where there are fewer values than groups';
