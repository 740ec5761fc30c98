
-- ---- what segments explain ----

create function ph.variance_explained(
	tally ph.tally, per float8 default 1,
	out value float8, out people float8, out segments integer, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'variance_explained';
comment on function ph.variance_explained(ph.tally, float8) is
	'the share of the variance of a value (cost) between people that their segments account for, times per: '
	'1 - (sum n_g V_g / N) / V with sample variances, of ph.person_tally(segment number, value); '
	'people of unknown segment are left out and noted; '
	'notes: no_data, missing_input, fewer_than_2_people, no_variance, unknown_key, out_of_range';

create function ph.variance_explained_table(
	tally ph.tally,
	out segment float8, out people float8, out mean float8, out standard_deviation float8, out share_of_people float8,
	out share_of_total float8, out unexplained float8)
returns setof record
language c immutable parallel safe rows 16
as 'MODULE_PATHNAME', 'variance_explained_table';
comment on function ph.variance_explained_table(ph.tally) is
	'a row a segment of ph.person_tally(segment number, value): '
	'people, mean and sample standard deviation of the value, shares of people and of the total, '
	'and the part of the variance that stays within this segment; these parts add up to 1 less ph.variance_explained';
