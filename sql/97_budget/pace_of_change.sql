
-- ---- from what areas have to what they need ----

create type ph.pace_of_change as (
	opening_target numeric,
	opening_distance float8,
	growth float8,
	allocation numeric,
	allocation_rounded numeric,
	closing_target numeric,
	closing_distance float8,
	bound text,
	note text,
	missing text
);
comment on type ph.pace_of_change is 'an area''s way from its baseline towards its target, by ph.pace_of_change';
comment on column ph.pace_of_change.opening_target is 'the sum of all baselines x the area''s share of target weight';
comment on column ph.pace_of_change.opening_distance is 'baseline / opening target - 1: 0.05 is 5 % above';
comment on column ph.pace_of_change.growth is 'allocation / baseline - 1';
comment on column ph.pace_of_change.allocation is 'baseline x (1 + growth); all rows add up to the total';
comment on column ph.pace_of_change.allocation_rounded is 'the same in whole units that add up to the total';
comment on column ph.pace_of_change.closing_target is 'total x the area''s share of target weight';
comment on column ph.pace_of_change.closing_distance is 'allocation / closing target - 1';
comment on column ph.pace_of_change.bound is 'floor or cap where growth is held by one, else NULL';
comment on column ph.pace_of_change.note is
	'missing_input, no_weight, below_floors (the floors cost more than the total), above_caps (the caps leave money '
	'over): no row has an answer; no_baseline: an area that had nothing gets nothing (in all rows: none has an '
	'answer); no_target: an area without target weight has no distance and counts as at its target';
comment on column ph.pace_of_change.missing is 'arguments that this row lacks, for which no row has an answer';

create function ph.pace_of_change(
	baseline numeric, target_weight float8, total numeric, pace float8, floor float8 default null,
	cap float8 default null, max_below float8 default null, unit numeric default 0.01)
returns ph.pace_of_change
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'pace_of_change';
comment on function ph.pace_of_change(numeric, float8, numeric, float8, float8, float8, float8, numeric) is
	'window function over (partition by ... order by name collate "C"), a row an area: shares a total so that areas '
	'below their target grow faster. Growth is min(max(m - pace x opening distance, floor), cap), with the one level '
	'm that spends the total exactly. pace 0 is equal growth. floor and cap are growth of the row, NULL for none (a '
	'floor is then -1), a floor above the cap lifts it; max_below holds everybody within that share of their closing '
	'target. Another total is never handed out. One NULL elsewhere makes all rows NULL: missing says in which row, '
	'and what. Error for a negative baseline, weight or pace, a floor or cap below -1, max_below outside 0 to 1, a '
	'total, pace, max_below or unit that differs between rows, a total of no whole number of units, a number that is '
	'not finite. Source: NHS England''s pace of change; one level and exact closure are this project''s choice';
