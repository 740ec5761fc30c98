
-- ---- goals ----

create type ph.goal_progress as (
	dispersion float8,
	change float8,
	change_lower float8,
	change_upper float8,
	fitted_now float8,
	projected float8,
	trend_lower float8,
	trend_upper float8,
	value_lower float8,
	value_upper float8,
	chance_trend float8,
	chance_value float8,
	needed_change float8,
	verdict text,
	note text
);
comment on type ph.goal_progress is
	'where a rate will be at a goal''s date if its trend goes on, with limits and the chance that the goal is reached; '
	'verdict by chance_value: on_track from 0.8, off_track up to 0.2, else uncertain';
comment on column ph.goal_progress.dispersion is
	'how much more the periods scatter than chance would have them, at least 1';
comment on column ph.goal_progress.change is 'relative change of the fitted rate from one period to the next';
comment on column ph.goal_progress.change_lower is 'its lower confidence limit';
comment on column ph.goal_progress.change_upper is 'its upper confidence limit';
comment on column ph.goal_progress.fitted_now is 'rate of the trend in the last period, times per';
comment on column ph.goal_progress.projected is 'rate of the trend in the target period, times per';
comment on column ph.goal_progress.trend_lower is 'lower confidence limit of the underlying rate then';
comment on column ph.goal_progress.trend_upper is 'upper confidence limit of the underlying rate then';
comment on column ph.goal_progress.value_lower is
	'lower limit of the rate as it will be observed, that period''s noise included';
comment on column ph.goal_progress.value_upper is 'upper limit of the rate as it will be observed';
comment on column ph.goal_progress.chance_trend is 'chance that the underlying rate reaches the target';
comment on column ph.goal_progress.chance_value is 'chance that the observed rate reaches the target';
comment on column ph.goal_progress.needed_change is
	'relative change a period that leads from the fitted rate now to the target';
comment on column ph.goal_progress.verdict is 'on_track, uncertain or off_track, by chance_value';
comment on column ph.goal_progress.note is
	'why there is no answer: missing_input, too_few_periods (fewer than 3), no_events, trend_undefined (events in the '
	'first or the last period only); or out_of_range, where some of it is larger than numbers are';

create function ph.goal_progress(
	periods float8[], events float8[], exposures float8[], target float8, target_period float8,
	better text default 'lower', per float8 default 100000, confidence float8 default 0.95)
returns ph.goal_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'goal_progress';
comment on function ph.goal_progress(float8[], float8[], float8[], float8, float8, text, float8, float8) is
	'whether a rate will reach its target, a rate times per, in a later period: Poisson trend in the log rate over '
	'periods (years as numbers; some may be missing), over-dispersion at least 1, Student''s t of n - 2 degrees of '
	'freedom; error for a period twice, exposure not above 0, a target period that is not after the last';

create type ph.goal_gap_progress as (
	ratio_now float8,
	projected float8,
	lower float8,
	upper float8,
	chance float8,
	needed_change float8,
	verdict text,
	note text
);
comment on type ph.goal_gap_progress is
	'where the ratio of two groups'' rates will be at a goal''s date if both trends go on, with limits and the chance '
	'that the goal is reached; verdict by chance: on_track from 0.8, off_track up to 0.2, else uncertain';
comment on column ph.goal_gap_progress.ratio_now is 'ratio of the two trends in the last period';
comment on column ph.goal_gap_progress.projected is 'ratio of the two trends in the target period';
comment on column ph.goal_gap_progress.lower is 'lower confidence limit of that ratio';
comment on column ph.goal_gap_progress.upper is 'upper confidence limit of that ratio';
comment on column ph.goal_gap_progress.chance is 'chance that the ratio reaches the target';
comment on column ph.goal_gap_progress.needed_change is
	'relative change of the ratio a period that leads to the target';
comment on column ph.goal_gap_progress.verdict is 'on_track, uncertain or off_track, by chance';
comment on column ph.goal_gap_progress.note is 'why there is no answer, as of ph.goal_progress';

create function ph.goal_gap_progress(
	periods float8[], events float8[], exposures float8[], other_periods float8[], other_events float8[],
	other_exposures float8[], target_ratio float8, target_period float8, better text default 'lower',
	confidence float8 default 0.95)
returns ph.goal_gap_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'goal_gap_progress';
comment on function ph.goal_gap_progress(
	float8[], float8[], float8[], float8[], float8[], float8[], float8, float8, text, float8) is
	'whether the ratio of one group''s rate to another''s will reach its target: two trends of ph.goal_progress, whose '
	'variances and degrees of freedom add; now is the later of their last periods; notes and errors the same';
