-- reads reference/governance
-- Complementary suppression and attacks on tables.  One row a check: name, cases, failures.
\set QUIET 1
\pset format unaligned
\pset tuples_only on
create temp table suppressed_table (
	table_id text, name text, rows integer, cols integer, threshold integer, published_margins text,
	attacker_floor integer, cells text, n_primary integer, min_secondary_exact_interior integer,
	min_secondary_exact_any integer, min_secondary_range_interior integer, min_cost_range_interior integer,
	min_secondary_range_any integer, min_cost_range_any integer, status text, example_is_singleton_safe boolean);
create temp table table_cell (
	table_id text, "row" integer, col integer, kind text, value bigint, published_position boolean, is_primary boolean,
	protect_lo bigint, protect_hi bigint, primary_only_lo bigint, primary_only_hi bigint, example_hidden boolean,
	example_lo bigint, example_hi bigint);
create temp table suppressed_tree (
	tree_id text, threshold integer, nodes integer, n_primary integer, min_secondary_range integer,
	min_cost_range integer, status text);
create temp table tree_cell (
	tree_id text, node integer, parent integer, name text, value bigint, is_primary boolean, protect_lo bigint,
	protect_hi bigint, primary_only_lo bigint, primary_only_hi bigint, example_hidden boolean, example_lo bigint,
	example_hi bigint);
\copy suppressed_table from program 'cat $REFERENCE/table_suppression.csv' csv header
\copy table_cell from program 'cat $REFERENCE/table_suppression_cells.csv' csv header
\copy suppressed_tree from program 'cat $REFERENCE/hierarchy_suppression.csv' csv header
\copy tree_cell from program 'cat $REFERENCE/hierarchy_suppression_cells.csv' csv header
\ir agreement.psql

-- tables and trees alike: the key of the total is NULL, as is what is not published
create temp table cell as
select table_id, threshold, case when "row" < rows then 'r' || "row" end as row_key,
	case when col < cols then 'c' || col end as col_key, null as row_parent, value, is_primary, protect_lo, protect_hi,
	primary_only_lo, primary_only_hi, example_hidden, example_lo, example_hi
from table_cell
join suppressed_table using (table_id)
where published_position
union all
select tree_id, threshold, node::text, null, parent::text, value, is_primary, protect_lo, protect_hi, primary_only_lo,
	primary_only_hi, example_hidden, example_lo, example_hi
from tree_cell
join suppressed_tree using (tree_id);

create temp table attacked as
select *,
	ph.attack(nullif(value, -1), not is_primary, row_key, col_key, row_parent) over one as primary_only,
	ph.attack(case when not example_hidden then value end, not example_hidden, row_key, col_key, row_parent) over one
		as example
from cell
window one as (partition by table_id);
insert into result
select 'attack: only small cells hidden', concat_ws(' ', table_id, row_key, col_key),
	primary_only = int8range(coalesce(primary_only_lo, value), coalesce(primary_only_hi, case when not is_primary then value end), '[]')
from attacked
union all
select 'attack: the pattern of the reference', concat_ws(' ', table_id, row_key, col_key),
	example = int8range(coalesce(example_lo, value), coalesce(example_hi, case when not example_hidden then value end), '[]')
from attacked;

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
