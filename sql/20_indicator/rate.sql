
-- ---- rates and proportions ----

create function ph.crude_rate(
	tally ph.tally, per float8 default 100000, confidence float8 default 0.95, limits text default 'standard')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crude_rate';
comment on function ph.crude_rate(ph.tally, float8, float8, text) is
	'events over exposure, times per; limits of the count as in ph.count_limits, '
	'widened for repeated events when rows were people; notes: no_data, missing_input, no_exposure';

create function ph.proportion(tally ph.tally, per float8 default 1, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'proportion';
comment on function ph.proportion(ph.tally, float8, float8) is
	'events over population, times per, with Wilson limits (1927); more events than population is an error; '
	'notes: no_data, missing_input, no_exposure';

create function ph.mean(tally ph.tally, per float8 default 1, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'mean';
comment on function ph.mean(ph.tally, float8, float8) is
	'mean of a value over people folded one row each, times per, with limits of Student''s t; '
	'a tally of counts is an error, and so are years in place of people where their total is not whole; '
	'notes: no_data, missing_input, no_exposure, limit_undefined';
