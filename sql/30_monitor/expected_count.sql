-- ---- expected counts of periods ----

create function ph.expected_count(
	events float8, period timestamptz, population float8 default 1, baseline boolean default true,
	calendar text default 'month')
returns float8
language c window stable parallel safe
as 'MODULE_PATHNAME', 'expected_count';
comment on function ph.expected_count(float8, timestamptz, float8, boolean, text) is
	'the count that a period would have from its season, its days and its people alone, over (partition by series): '
	'people times days, at the rate of the same month (quarter, week of the year, weekday: '
	'calendar) in the rows where baseline is true; for ph.control_u(events, expected, period), '
	'the chart of observed over expected; NULL with fewer than two periods of the season, or people not known';
