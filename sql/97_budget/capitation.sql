
-- ---- a total shared by need ----

create type ph.capitation as (
	share float8,
	target numeric,
	target_rounded numeric,
	per_head numeric,
	need_index float8,
	note text,
	missing text
);
comment on type ph.capitation is 'an area''s fair share of a total, by ph.capitation';
comment on column ph.capitation.share is 'weighted population over that of all rows, a fraction';
comment on column ph.capitation.target is 'total x share, to 40 places, in the unit of money of the total';
comment on column ph.capitation.target_rounded is 'the same in whole units; all rows add up to the total';
comment on column ph.capitation.per_head is 'target a person; NULL without a population';
comment on column ph.capitation.need_index is
	'weighted people a person over that of all rows: above 1 for more need than all have; NULL without a population';
comment on column ph.capitation.note is
	'missing_input, no_weight (all weights 0): no row has an answer; no_population: an area without people, which '
	'gets its money and has no per_head and no need_index';
comment on column ph.capitation.missing is 'arguments that this row lacks, for which no row has an answer';

create function ph.capitation(
	total numeric, weighted_population float8, population float8 default null, unit numeric default 0.01)
returns ph.capitation
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'capitation';
comment on function ph.capitation(numeric, float8, float8, numeric) is
	'window function over (partition by ... order by name collate "C"), a row an area: the share of a total by '
	'weighted population, also in whole units that add up to it (largest remainder; equal remainders go by the '
	'window''s order), per head, and the need index, which in a partition by system is the place index. Without '
	'population (NULL in all rows) the last two are NULL. A negative total is money taken back. One NULL elsewhere '
	'makes all rows NULL: missing says in which row, and what. Error for a total or unit that differs between rows, '
	'a total of no whole number of units, a unit below 10^-10, a weight or population that is negative, not finite, '
	'or neither 0 nor between 10^-15 and 10^30, an amount of 10^30 or more. Source: weighted capitation of NHS '
	'England; Hamilton''s method of largest remainders';

create function ph.apportion(total numeric, weight float8, unit numeric default 0.01) returns numeric
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'apportion';
comment on function ph.apportion(numeric, float8, numeric) is
	'window function over (partition by ... order by name collate "C"): a total shared by weights in whole units that '
	'add up to it (largest remainder; equal remainders go by the window''s order). NULL in all rows where the total '
	'or a weight is NULL or all weights are 0. Errors as ph.capitation';
