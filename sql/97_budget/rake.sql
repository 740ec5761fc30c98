
-- ---- a table of money with given margins ----

create type ph.raked_cell as (value numeric, value_rounded numeric, status text, note text);
comment on type ph.raked_cell is 'a cell of a table with given margins, of ph.rake';
comment on column ph.raked_cell.value is 'what the cell has; NULL where there is no answer';
comment on column ph.raked_cell.value_rounded is
	'the same in whole units, cut down or one more, so that both margins are met exactly; NULL without a unit';
comment on column ph.raked_cell.status is
	'of the whole table: ok, margins_differ, infeasible, boundary, not_converged, missing_input';
comment on column ph.raked_cell.note is
	'the status where value is NULL; must_be_zero where no table with these margins has money here';
create function ph.rake(
	seed float8, "row" text, column_name text, row_margin numeric, column_margin numeric, unit numeric default null)
returns ph.raked_cell
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'rake';
comment on function ph.rake(float8, text, text, numeric, numeric, numeric) is
	'window function, a row a cell: the table with the proportions (cross ratios) of seed and these margins, which '
	'all cells of a row or column repeat (Deming and Stephan 1940). Cells without a row, and of seed 0, stay 0; a '
	'margin of 0 empties its line. status, of the whole partition: ok; margins_differ, compared exactly; infeasible: '
	'no table with these zeros has these margins; boundary: only one with more zeros has, which is given, and the '
	'note of those cells is must_be_zero; not_converged; missing_input. Where there is no answer value is NULL and '
	'note is the status. With a unit (0.01 for pence), of which margins must be whole numbers, value_rounded meets '
	'both margins in whole units, by the largest fractions and a flow. Errors: negative seeds and margins, one cell '
	'twice, two margins of a line, margins that are no whole number of units, more than 10^15 units, names that are '
	'NULL, margins too fine to be whole numbers below 4.6e18 of a common decimal unit where cells are zero';
