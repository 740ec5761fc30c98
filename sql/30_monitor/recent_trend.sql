-- ---- recent trend ----

create type ph.recent_trend_answer as (
	trend text,
	slope float8,
	chi_squared float8,
	p_value float8,
	note text
);
comment on type ph.recent_trend_answer is
	'trend: increasing, decreasing, no_significant_change, cannot_be_calculated (with a note that says why)';
comment on column ph.recent_trend_answer.trend is
	'increasing, decreasing, no_significant_change or cannot_be_calculated';
comment on column ph.recent_trend_answer.slope is
	'slope of the weighted line: of the logit, or of given values, a year';
comment on column ph.recent_trend_answer.chi_squared is 'the statistic of the trend, of 1 degree of freedom';
comment on column ph.recent_trend_answer.p_value is 'its p';
comment on column ph.recent_trend_answer.note is 'why there is no answer, or that one point reverses the sign';

create function ph.recent_trend(tally ph.tally) returns ph.recent_trend_answer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recent_trend_tally';
comment on function ph.recent_trend(ph.tally) is
	'trend of a proportion over its last five years, the tally keyed by year: chi-squared for trend (Armitage 1955) '
	'above 9.5495, and no single year may carry the sign (Fingertips); slope of the logit a year';

create function ph.recent_trend_of_values(
	year float8[], value float8[], lower float8[], upper float8[], confidence float8 default 0.95)
returns ph.recent_trend_answer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recent_trend_of_values';
comment on function ph.recent_trend_of_values(float8[], float8[], float8[], float8[], float8) is
	'trend of any indicator over its last five years: least squares weighted by the limits'' standard errors, '
	'chi-squared above 9.5495, and no single year may carry the sign (Fingertips)';
