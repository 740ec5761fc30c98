
-- ---- what can be told of hidden counts ----

create function ph.attack(
	n bigint, shown boolean, row_key text, col_key text, row_parent text default null, zero_shown boolean default true)
returns int8range
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'attack';
comment on function ph.attack(bigint, boolean, text, text, text, boolean) is
	'over a table with its totals, the least and greatest that each hidden count can be to whoever knows every shown '
	'one, and a shown count itself; a range without upper end: nothing bounds it. A NULL key is the total over that '
	'key; row_parent is the row_key of the row whose children these are; col_key NULL in all rows: one column. n of '
	'what is not shown is not read; a total without a row is unknown, any other count without one is 0. zero_shown: '
	'zeros would have been shown, so that a hidden count is at least 1. Exact: greatest flows of a network. Errors: '
	'22023 where the shown counts contradict each other, a pair of keys is repeated or there are no totals; 22003 '
	'above 2305843009213693951 in all; 54000 above 1,000,000 rows or 2,000,000 pairs of keys';

create function ph_support.attack_up_to(
	n bigint, shown boolean, row_key text, col_key text, row_parent text, zero_shown boolean, reach bigint)
returns int8range
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'attack_up_to';
comment on function ph_support.attack_up_to(bigint, boolean, text, text, text, boolean, bigint) is
	'ph.attack of the counts whose reach is not NULL, no further up than to it; NULL of others';
