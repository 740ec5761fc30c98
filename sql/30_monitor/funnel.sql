-- ---- funnels ----

create type ph.funnel_point as (
	value float8,
	denominator float8,
	size float8,
	baseline float8,
	lower_998 float8,
	lower_95 float8,
	upper_95 float8,
	upper_998 float8,
	significance text,
	dispersion float8,
	between_variance float8,
	note text
);
comment on type ph.funnel_point is
	'a place in a funnel: size is what to draw it at (people of a proportion, events of a ratio or rate, '
	'expected events of these where over-dispersion is allowed for), limits of 95 % and 99.8 % at that size, '
	'significance high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable, '
	'mean square of the scores and variance between places; '
	'notes: missing_input, no_exposure, zero_expected, fewer_than_10_events, no_dispersion, rate_type_not_said';
comment on column ph.funnel_point.value is 'proportion, ratio or rate of the place, times per';
comment on column ph.funnel_point.denominator is
	'people, person-time or expected events of the place, of one year where years are given';
comment on column ph.funnel_point.size is
	'what to draw the place at: people of a proportion, events of a ratio or rate, '
	'expected events of these where over-dispersion is allowed for';
comment on column ph.funnel_point.baseline is 'value of all places together: the centre line';
comment on column ph.funnel_point.lower_998 is 'lower limit of 99.8 % at that size';
comment on column ph.funnel_point.lower_95 is 'lower limit of 95 % at that size';
comment on column ph.funnel_point.upper_95 is 'upper limit of 95 % at that size';
comment on column ph.funnel_point.upper_998 is 'upper limit of 99.8 % at that size';
comment on column ph.funnel_point.significance is
	'high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable';
comment on column ph.funnel_point.dispersion is
	'mean square of the scores of the places: above 1 there is more spread than chance makes';
comment on column ph.funnel_point.between_variance is
	'variance between places beyond chance, on the scale of the limits; NULL where it is not allowed for';
comment on column ph.funnel_point.note is 'why the place is not judged, or what to be careful with';

create function ph.funnel(
	numerator float8, denominator float8, statistic text, per float8 default 1, rate float8 default null,
	overdispersion text default 'none', rate_type text default null, years float8 default 1)
returns ph.funnel_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'funnel';
comment on function ph.funnel(float8, float8, text, float8, float8, text, text, float8) is
	'each place against the baseline of its partition (Spiegelhalter 2005); '
	'statistic: proportion, rate, or ratio with expected events as denominator and a baseline of 1; '
	'rate_type: crude or dsr (directly standardised, by its rate, not judged below 10 events); '
	'NULL: dsr where the denominator is NULL, crude with a note where numerator and denominator do not make the rate; '
	'overdispersion: none, winsorised or trimmed (additive, Spiegelhalter 2012), on the arcsine root of proportions '
	'and the log of ratios and rates; years of data: the denominator is shown as of one year';

create function ph.funnel_curve(
	statistic text, baseline float8, smallest float8, largest float8, points integer default 100,
	per float8 default 1, between_variance float8 default null,
	out size float8, out lower_998 float8, out lower_95 float8, out upper_95 float8, out upper_998 float8)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'funnel_curve';
comment on function ph.funnel_curve(text, float8, float8, float8, integer, float8, float8) is
	'the curves of a funnel as rows for a plotting tool; size: people of a proportion, events of a ratio or rate, '
	'expected events where between_variance is given; baseline in units of per';
