-- ---- comparing ----

create function ph.compare(
	tally ph.tally, comparator ph.tally, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, contrast text default 'difference',
	better text default 'neither', age float8 default 0, until float8 default null)
returns ph.comparison
language c immutable parallel safe
as 'MODULE_PATHNAME', 'compare';
comment on function ph.compare(ph.tally, ph.tally, text, ph.tally, float8, float8, text, text, float8, float8) is
	'difference (limits recovered from either side''s own: Zou and Donner 2008, Newcombe 1998; '
	'means: Welch) or ratio (normal on the log scale) of two populations of different people; '
	'indicator: any of ph.indicators(), with its reference (NULL: its own); per NULL is the indicator''s own; '
	'better: lower, higher or neither';

create function ph.cmf(
	tally ph.tally, comparator ph.tally, standard ph.tally default ph.esp2013(), per float8 default 100,
	confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cmf';
comment on function ph.cmf(ph.tally, ph.tally, ph.tally, float8, float8) is
	'comparative mortality figure: ratio of two directly standardised rates times per, '
	'limits normal on the log scale (Boyle and Parkin 1991)';

create function ph.benchmark(
	tally ph.tally, benchmark float8, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, better text default 'neither', age float8 default 0,
	until float8 default null)
returns ph.comparison
language c immutable parallel safe
as 'MODULE_PATHNAME', 'benchmark';
comment on function ph.benchmark(ph.tally, float8, text, ph.tally, float8, float8, text, float8, float8) is
	'an indicator with its interval beside a fixed number in the same units: similar where the interval holds it; '
	'score test for rates, ratios and proportions, t for means, else normal';
