-- ---- small places ----

create function ph.shrunken_rate(
	events float8, exposure float8, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'shrunken_rate';
comment on function ph.shrunken_rate(float8, float8, float8, float8) is
	'empirical-Bayes rate of a small place over (partition by ...): drawn towards the rate of all places '
	'with a Gamma prior by moments (Marshall 1991); exposure may be expected events; '
	'the note says how far it was drawn; notes: shrunk, no_exposure, missing_input, fewer_than_2_places';
