
-- ---- gains among partners ----

create type ph.gain_share as (
	share float8,
	amount numeric,
	amount_rounded numeric,
	note text
);
comment on type ph.gain_share is 'a partner''s part of a common saving or loss';
comment on column ph.gain_share.share is 'its share of the weights';
comment on column ph.gain_share.amount is 'its part, to 40 decimals';
comment on column ph.gain_share.amount_rounded is 'its part in whole units; the parts add up to the gain';
comment on column ph.gain_share.note is
	'missing_input (the gain, any weight, or of a saving who is in deficit), no_weight: no parts for anybody';

create function ph.gain_share(
	gain numeric, weight float8, in_deficit boolean default false, improvement float8 default null,
	equity_factor float8 default null, equity_cap float8 default null, unit numeric default 0.01)
returns ph.gain_share
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'gain_share';
comment on function ph.gain_share(numeric, float8, boolean, float8, float8, float8, numeric) is
	'window function over (order by partner), a row a partner: divides a gain by weights of budget, contribution or '
	'need. A saving passes over who is in deficit, and multiplies weights by 1 + equity_factor x improvement, within '
	'1 - and + equity_cap; an improvement that is not known counts 0. A loss goes by plain weights. Units left over '
	'go to the largest fractions, ties by the window''s order. gain, equity_factor, equity_cap and unit are the same '
	'in all rows. Errors: a weight below 0, terms that differ, a gain that is no whole number of units';

create type ph.shapley_part as (
	partner text,
	value numeric,
	value_rounded numeric,
	note text
);
comment on type ph.shapley_part is 'what a partner adds to a common result, over all orders of joining';
comment on column ph.shapley_part.partner is 'its name';
comment on column ph.shapley_part.value is 'the Shapley value, to 40 decimals; may be negative';
comment on column ph.shapley_part.value_rounded is 'in pence; the parts add up to the whole result';
comment on column ph.shapley_part.note is
	'missing_input: the value of some coalition is not known; not_in_pence: a result that pence cannot divide';

create type ph.coalition_worth as (
	coalition text[],
	value numeric
);
comment on type ph.coalition_worth is 'what some partners reach together';
comment on column ph.coalition_worth.coalition is 'the partners; {} for nobody';
comment on column ph.coalition_worth.value is 'what they reach, in money; NULL is not known';

create function ph.shapley(worth ph.coalition_worth[]) returns setof ph.shapley_part
language c immutable parallel safe rows 12
as 'MODULE_PATHNAME', 'shapley';
comment on function ph.shapley(ph.coalition_worth[]) is
	'each partner''s Shapley value of a worth of every coalition, all 2^n of at most 12 partners with {} among them: '
	'sum over S of |S|! (n - |S| - 1)! / n! x (v(S + i) - v(S)), exact. The parts add up to v(all) - v({}): '
	'select p.* from ph.shapley(array(select (coalition, value)::ph.coalition_worth from worth)) p. Errors: a '
	'coalition missing or there twice, more than 12 partners. Source: Shapley 1953';
