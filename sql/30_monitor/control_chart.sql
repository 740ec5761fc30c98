-- ---- control charts ----

create type ph.control_point as (
	value float8,
	phase integer,
	mean float8,
	lower float8,
	upper float8,
	lower_two_thirds float8,
	upper_two_thirds float8,
	relative_to_mean integer,
	outside_limits boolean,
	close_to_limits boolean,
	trend boolean,
	two_in_three boolean,
	shift boolean,
	special_cause text,
	point_type text,
	variation text,
	assurance text,
	note text
);
comment on type ph.control_point is
	'a point of a control chart: its phase and limits, every rule as a flag of its own, the rule that wins, what kind '
	'of point it is; variation (of the last point) and assurance (against the last target) of the series in every row; '
	'notes: missing_value, no_limits, short_phase (fewer than 13 points), '
	'limits_not_screened (screening would have left no movement)';
comment on column ph.control_point.value is 'what is drawn: the value, proportion, rate or count, times per';
comment on column ph.control_point.phase is 'number of the phase, from 1; each has limits of its own';
comment on column ph.control_point.mean is 'centre line of the phase';
comment on column ph.control_point.lower is 'lower control limit of the point';
comment on column ph.control_point.upper is 'upper control limit of the point';
comment on column ph.control_point.lower_two_thirds is 'two thirds of the way from the mean to the lower limit';
comment on column ph.control_point.upper_two_thirds is 'two thirds of the way from the mean to the upper limit';
comment on column ph.control_point.relative_to_mean is '1 above the mean, -1 below, 0 on it';
comment on column ph.control_point.outside_limits is 'whether the point lies outside a limit';
comment on column ph.control_point.close_to_limits is
	'whether it is close to a limit: beyond two thirds of the way and not outside';
comment on column ph.control_point.trend is
	'whether it is one of a run of points each above, or each below, the one before';
comment on column ph.control_point.two_in_three is
	'whether it is one of two in three points of one side that are close to the limit';
comment on column ph.control_point.shift is 'whether it is one of a run of points on one side of the mean';
comment on column ph.control_point.special_cause is 'the first rule that holds of the point, else common_cause';
comment on column ph.control_point.point_type is
	'common_cause, special_cause_improvement, _concern, _neutral_high or _neutral_low';
comment on column ph.control_point.variation is 'type of the last point of the series, in every row';
comment on column ph.control_point.assurance is
	'whether the limits pass or fail the target of the last row, in every row; NULL without a target';
comment on column ph.control_point.note is 'missing_value, no_limits, short_phase or limits_not_screened';

create function ph.control_xmr(
	value float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, screen boolean default null,
	outside_counts boolean default null)
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_xmr';
comment on function ph.control_xmr(
	float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, boolean) is
	'XmR chart (Shewhart 1931; Making Data Count) over (partition by series order by period); better: lower, higher, '
	'neither; rebase is true in the first row of a new phase; fix_after: points that set the limits, 12 or more; '
	'calendar: day, week, month, quarter, year, any: a missing period is an error but for any; rules: the set of r, '
	'excel or power_bi, overruled by run_length, screen and outside_counts (points outside count for two in three)';

create function ph.control_p(
	events float8, population float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null,
	per float8 default 1, overdispersion text default 'none')
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_p';
comment on function ph.control_p(
	float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) is
	'P chart of proportions, three sigmas of each population; '
	'overdispersion laney widens the limits for what varies between periods (Laney 2002); '
	'the other arguments as ph.control_xmr';

create function ph.control_u(
	events float8, exposure float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null,
	per float8 default 1, overdispersion text default 'none')
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_u';
comment on function ph.control_u(
	float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) is
	'U chart of rates, three Poisson sigmas of each exposure; arguments as ph.control_p';

create function ph.control_c(
	events float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null)
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_c';
comment on function ph.control_c(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean) is
	'C chart of counts, three Poisson sigmas; arguments as ph.control_xmr';
