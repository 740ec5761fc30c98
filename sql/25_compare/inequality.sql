-- ---- inequality ----

create function ph.slope_index_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_index_of_values';
comment on function ph.slope_index_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'slope index of inequality (Low and Low 2004) of published values: '
	'groups from the most disadvantaged to the least, standard errors or 95 % limits; '
	'errors normal on the scale (identity, log, logit), transform draws the line there; '
	'exact limits, but simulated (seeded) for log or logit without transform; negative per turns the direction round';

create function ph.relative_index_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'relative_index_of_values';
comment on function ph.relative_index_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'relative index of inequality of published values: the ratio of the two ends of the line '
	'of ph.slope_index_of_values; limits of Fieller (1954); negative per inverts it';

create function ph.slope_intercept_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_intercept_of_values';
comment on function ph.slope_intercept_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'the line of ph.slope_index_of_values at the most disadvantaged end, on the values'' own scale; '
	'a negative per counts as positive';

create function ph.slope_index_of_inequality(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_index_of_inequality';
comment on function ph.slope_index_of_inequality(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'slope index of inequality of any indicator, one tally a group from the most disadvantaged to the least: '
	'value at the least disadvantaged end less that at the most; per NULL is 100000 for rates, else 1; '
	'negative turns the direction round; groups: how many there must be, else NULL with a note; notes: group N: '
	'..., fewer_than_2_groups, number_of_groups: more or fewer than said, or neither 5 nor 10 and not said';

create function ph.relative_index_of_inequality(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'relative_index_of_inequality';
comment on function ph.relative_index_of_inequality(
	ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'relative index of inequality of any indicator, one tally a group from the most disadvantaged to the least; '
	'limits of Fieller (1954); negative per inverts it';

create function ph.slope_intercept(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_intercept';
comment on function ph.slope_intercept(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'the line of ph.slope_index_of_inequality at the most disadvantaged end, its limits normal; '
	'a negative per counts as positive';

create function ph.concentration_index(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'concentration_index';
comment on function ph.concentration_index(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'relative concentration index, -1 (all among the most disadvantaged) to 1 (Kakwani, '
	'Wagstaff and van Doorslaer 1997); variance by the delta method with fixed ranks';

create function ph.population_attributable_risk(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, reference_group integer default null, groups integer default null,
	age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'population_attributable_risk';
comment on function ph.population_attributable_risk(
	ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) is
	'what the mean of the groups would fall by if all had the value of the reference group, the last if NULL; '
	'fractions by an exposure: ph.attributable_fraction';

create function ph.inequality_points(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null,
	out group_number integer, out population float8, out "position" float8, out value float8, out lower float8,
	out upper float8, out fitted float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'inequality_points';
comment on function ph.inequality_points(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'the groups and the line of the slope index as rows for a plotting tool: '
	'position from 0 (most disadvantaged) to 1, the value with its limits, the line there';

create type ph.equity_progress as (
	mean_before float8,
	mean_after float8,
	mean_change float8,
	mean_change_lower float8,
	mean_change_upper float8,
	mean_p_value float8,
	slope_before float8,
	slope_after float8,
	slope_change float8,
	slope_change_lower float8,
	slope_change_upper float8,
	slope_p_value float8,
	most_disadvantaged_change float8,
	most_disadvantaged_lower float8,
	most_disadvantaged_upper float8,
	least_disadvantaged_change float8,
	least_disadvantaged_lower float8,
	least_disadvantaged_upper float8,
	verdict text,
	how text,
	note text
);
comment on type ph.equity_progress is
	'change of the mean, of the slope of inequality and of the line at the first and the last group, '
	'with limits and two-sided p; verdict: narrowing, widening, reversed, no clear change; how: levelling up, '
	'levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, both of these, not clear';
comment on column ph.equity_progress.mean_before is
	'mean of the groups before, weighted by population, in the unit of the indicator times per';
comment on column ph.equity_progress.mean_after is 'mean of the groups after';
comment on column ph.equity_progress.mean_change is 'mean after less mean before';
comment on column ph.equity_progress.mean_change_lower is 'lower confidence limit of the change of the mean';
comment on column ph.equity_progress.mean_change_upper is 'upper confidence limit of the change of the mean';
comment on column ph.equity_progress.mean_p_value is 'two-sided p of no change of the mean';
comment on column ph.equity_progress.slope_before is
	'slope index of inequality before: the line at the least disadvantaged end less that at the most';
comment on column ph.equity_progress.slope_after is 'slope index of inequality after';
comment on column ph.equity_progress.slope_change is 'slope after less slope before';
comment on column ph.equity_progress.slope_change_lower is 'lower confidence limit of the change of the slope';
comment on column ph.equity_progress.slope_change_upper is 'upper confidence limit of the change of the slope';
comment on column ph.equity_progress.slope_p_value is 'two-sided p of no change of the slope';
comment on column ph.equity_progress.most_disadvantaged_change is 'change of the line at the most disadvantaged group';
comment on column ph.equity_progress.most_disadvantaged_lower is 'its lower confidence limit';
comment on column ph.equity_progress.most_disadvantaged_upper is 'its upper confidence limit';
comment on column ph.equity_progress.least_disadvantaged_change is
	'change of the line at the least disadvantaged group';
comment on column ph.equity_progress.least_disadvantaged_lower is 'its lower confidence limit';
comment on column ph.equity_progress.least_disadvantaged_upper is 'its upper confidence limit';
comment on column ph.equity_progress.verdict is
	'narrowing, widening, reversed or no clear change, by the change of the slope';
comment on column ph.equity_progress.how is
	'levelling up, levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, '
	'both of these, or not clear';
comment on column ph.equity_progress.note is 'why there is no answer, or what was left out';

create function ph.equity_progress(
	before ph.tally[], after ph.tally[], indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, better text default 'lower', groups integer default null,
	age float8 default 0, until float8 default null)
returns ph.equity_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'equity_progress';
comment on function ph.equity_progress(
	ph.tally[], ph.tally[], text, ph.tally, float8, float8, text, integer, float8, float8) is
	'did it get better, and most of all for the most disadvantaged? Groups from the most disadvantaged to the least, '
	'one tally each, the same in both periods, which are taken as independent; '
	'verdict from the change of the slope, how from the line at the first and last group; '
	'groups: how many there must be; notes: before: ..., after: ..., number_of_groups';
