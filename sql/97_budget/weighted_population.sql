
-- ---- people counted by what they need ----

create type ph.weighted_population as (
	raw float8,
	weighted_population float8,
	need_index float8,
	note text,
	missing text
);
comment on type ph.weighted_population is 'an area''s people counted by what they need, by ph.weighted_population';
comment on column ph.weighted_population.raw is 'population x age index x need index x market forces factor';
comment on column ph.weighted_population.weighted_population is
	'the same, brought to the sum of the population of all rows';
comment on column ph.weighted_population.need_index is 'weighted people a person; 1 for all rows together';
comment on column ph.weighted_population.note is
	'missing_input, no_weight: no row has an answer; no_population: an area without people';
comment on column ph.weighted_population.missing is
	'arguments that this row lacks, for which no row has an answer';

create function ph.weighted_population(
	population float8, age_index float8 default 1, need_index float8 default 1, mff float8 default 1)
returns ph.weighted_population
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'weighted_population';
comment on function ph.weighted_population(float8, float8, float8, float8) is
	'window function over (partition by ...), a row an area: population x age index x need index x market forces '
	'factor, brought to the sum of the population. One NULL makes all rows NULL: missing says in which row, and what. '
	'Error for a number that is negative, not finite, or neither 0 nor between 10^-15 and 10^30. Source: weighted '
	'capitation of NHS England, as in HFMA, NHS resource allocation, 2011';

create type ph.component_mix as (
	weighted_population float8,
	per_head float8,
	note text,
	missing text
);
comment on type ph.component_mix is 'an area''s weighted people over several components, by ph.component_mix';
comment on column ph.component_mix.weighted_population is
	'all people x the area''s share of each component''s weighted people, by the components'' weights';
comment on column ph.component_mix.per_head is 'weighted people a person; 1 for all rows together';
comment on column ph.component_mix.note is
	'missing_input, no_weight (a component that has a weight has no weighted people): no row has an answer; '
	'no_population: an area without people';
comment on column ph.component_mix.missing is 'arguments that this row lacks, for which no row has an answer';

create function ph.component_mix(
	population float8, weighted_populations float8[], weights float8[], mff float8[] default null)
returns ph.component_mix
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'component_mix';
comment on function ph.component_mix(float8, float8[], float8[], float8[]) is
	'window function over (partition by ...), a row an area, the lists by component: N sum of w WP m / sum over areas '
	'of WP m, N all people, w the policy weights (the same in all rows, sum 1), m the market forces factor: 1 for a '
	'component that does not carry it; NULL in all rows: none does. One NULL elsewhere makes all rows NULL: missing '
	'says in which row, and what. Error for weights that differ between rows, are negative or do not sum to 1 (within '
	'10^-9), lists of other lengths, numbers that are negative, not finite or above 10^30. Source: recovered from '
	'NHS England''s published weighted populations, 2024/25';
