
-- ---- pools of partners ----

create type ph.pool_closing as (
	share float8,
	closing numeric,
	closing_rounded numeric,
	pool numeric,
	balance numeric,
	unfunded numeric,
	note text
);
comment on type ph.pool_closing is
	'what is left of a pool for a partner; notes: unfunded (caps leave some of an overspend to nobody), and, all else '
	'NULL, missing_input, negative_weight (a partner has paid in less than nothing), no_weight';
comment on column ph.pool_closing.share is 'share of the partner in what is left or over, as a fraction';
comment on column ph.pool_closing.closing is 'what goes back to the partner; below 0 what it is charged';
comment on column ph.pool_closing.closing_rounded is
	'the same in whole units; all partners'' add up to balance + unfunded';
comment on column ph.pool_closing.pool is 'what all partners brought forward and paid in';
comment on column ph.pool_closing.balance is 'pool less what all spent: below 0 an overspend';
comment on column ph.pool_closing.unfunded is 'of an overspend what no cap leaves room for: it stays with the host';
comment on column ph.pool_closing.note is 'unfunded, or why there is no answer';

create function ph.pooled_budget(
	opening numeric, contribution numeric, spend numeric, agreed_share float8 default null,
	overspend_cap numeric default null, basis text default 'contribution', unit numeric default 0.01)
returns ph.pool_closing
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'pooled_budget';
comment on function ph.pooled_budget(numeric, numeric, numeric, float8, numeric, text, numeric) is
	'window function over (partition by pool order by partner), a row a partner: closes a pool. Money in one currency: '
	'opening (brought forward, below 0 a debt), contribution, spend (net of reversals); pool is all opening + '
	'contribution, balance is pool - spend. What is left goes back by share, what is over is charged by share and '
	'never above overspend_cap (NULL: no cap): min(cap, L share) with one level L; what no cap leaves room for is '
	'unfunded. Shares are of what was paid in (basis contribution) or of agreed_share, in any unit (agreed). Whole '
	'units by largest remainder, ties to who comes first in the window. Exact decimals. Errors: 22023 for a negative '
	'contribution, share or cap, a unit that is not positive or does not go into balance and caps, a basis or unit '
	'that differs between rows, amounts that are not finite';
