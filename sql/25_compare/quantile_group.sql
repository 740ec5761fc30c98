-- ---- quantiles of areas ----

create function ph.quantile_group(value float8, groups integer, better text default 'higher') returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'quantile_group';
comment on function ph.quantile_group(float8, integer, text) is
	'the quantile of a value among those of its partition, 1 (worst: '
	'the lowest values, or the highest where better is lower) to groups; '
	'R''s PHEindicatormethods by default counts from the highest; in whole numbers: values that tie share one; '
	'NULL for a NULL or NaN value, which are not counted, and where there are fewer values than groups';
