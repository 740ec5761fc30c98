
-- ---- agreement of two schemes ----

create function ph.adjusted_rand(crosstab ph.crosstab, out value float8, out people bigint, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'adjusted_rand';
comment on function ph.adjusted_rand(ph.crosstab) is
	'the adjusted Rand index (Hubert and Arabie 1985) of two schemes from ph.crosstab(segment in one, '
	'segment in the other): agreement over pairs of people above chance, 1 where they agree and 0 by chance; '
	'people without a segment in either are left out and noted; notes: '
	'no_data, fewer_than_2_people, no_chance (both put everybody together, or everybody alone), left_out, out_of_range';
create function ph.rand_index(crosstab ph.crosstab, out value float8, out people bigint, out note text) returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'rand_index';
comment on function ph.rand_index(ph.crosstab) is
	'the Rand index (1971) of two schemes: the share of pairs of people together in both or apart in both; '
	'notes: no_data, fewer_than_2_people, left_out, out_of_range';
create function ph.jaccard(crosstab ph.crosstab, out value float8, out people bigint, out note text) returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'jaccard';
comment on function ph.jaccard(ph.crosstab) is
	'the Jaccard index of two schemes over pairs of people: of the pairs together in either, '
	'the share together in both; notes: no_data, fewer_than_2_people, no_pairs_together, left_out, out_of_range';
