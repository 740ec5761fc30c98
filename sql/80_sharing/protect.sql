
-- ---- tables that leave with their totals ----

create function ph.protect(
	n bigint, row_key text, col_key text, row_parent text default null, rule text default 'nhse_hes_2018',
	strength text default 'range')
returns bigint
language c window stable parallel safe
as 'MODULE_PATHNAME', 'protect';
comment on function ph.protect(bigint, text, text, text, text, text) is
	'over a table with its totals, counts as they may leave by a rule: NULL where one is small, or a small one could '
	'be told from it and the others, else the count as the rule publishes it (rounded, where it rounds). Keys and '
	'row_parent as of ph.attack. strength range: whoever knows all that is shown must hold possible of every small '
	'count all from the least that it can be to the rule''s protect_upper; exact: it is not known exactly; in both, '
	'neither to the one person of a count of 1. What else is hidden is few cells, not the fewest possible; the same '
	'table has the same answer in any order of rows, and is attacked as a whole before it is given. Errors: 22023 '
	'where a pair of keys is repeated, there are no totals or they do not add up, or a group is left out under a rule '
	'that hides zeros; 42704 where the rule is none; 55000 where it cannot be protected; 22003 and 54000 where it is '
	'too large';

create function ph_support.protect_fixed(
	n bigint, row_key text, col_key text, row_parent text, hidden boolean, shown boolean, rule text, strength text)
returns boolean
language c window stable parallel safe
as 'MODULE_PATHNAME', 'protect_fixed';
comment on function ph_support.protect_fixed(bigint, text, text, text, boolean, boolean, text, text) is
	'whether a count is shown by ph.protect where some are hidden already, zeros among them, so that a hidden count '
	'may be 0 to who reads the table, and some must be shown (NULL: neither); a small count that must be shown is an '
	'error (22023), and so is what cannot be protected (55000)';
