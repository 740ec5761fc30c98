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


-- the rules of the reference hide 1 to so many and round nothing
create temp table disclosure_rule (like ph.disclosure_rule including all);
insert into disclosure_rule (rule, name, threshold, protect_lower, protect_upper, minimum_people, source, certainty)
select 't' || threshold, 'the reference''s', threshold, 1, threshold, threshold + 1, 'README', 'ours'
from (values (4), (7), (10)) t (threshold);

create temp table protected as
select *,
	ph.protect(value, row_key, col_key, row_parent, 'pg_temp.t4') over (partition by table_id) as n
from cell
where threshold = 4
union all
select *,
	ph.protect(value, row_key, col_key, row_parent, 'pg_temp.t7') over (partition by table_id)
from cell
where threshold = 7
union all
select *,
	ph.protect(value, row_key, col_key, row_parent, 'pg_temp.t10') over (partition by table_id)
from cell
where threshold = 10;
create temp table told as
select *, ph.attack(n, n is not null, row_key, col_key, row_parent) over (partition by table_id) as bounds
from protected;
insert into result
select 'protect: shown counts are the true ones, small ones and 0 are as they must be',
	concat_ws(' ', table_id, row_key, col_key),
	coalesce(n = value, true) and (not is_primary or n is null) and (value > 0 or n is not null)
from protected
union all
select 'protect: small counts keep their intervals', concat_ws(' ', table_id, row_key, col_key),
	lower(bounds) <= protect_lo and (upper_inf(bounds) or upper(bounds) > protect_hi)
from told
where is_primary
union all
select 'protect: few more cells than the fewest possible', table_id || ' ' || extra || ' of ' || optimum,
	extra <= optimum + greatest(1, optimum / 4.0)
from (
	select table_id, count(*) filter (where n is null and not is_primary) as extra
	from protected
	group by table_id) counted
join (
	select table_id, min_secondary_range_any
	from suppressed_table
	union all
	select tree_id, min_secondary_range
	from suppressed_tree) listed (table_id, optimum) using (table_id);
\if :{?details}
select table_id, count(*) filter (where n is null and not is_primary) as extra, optimum
from protected
join (
	select table_id, min_secondary_range_any
	from suppressed_table
	union all
	select tree_id, min_secondary_range
	from suppressed_tree) listed (table_id, optimum) using (table_id)
group by table_id, optimum
having count(*) filter (where n is null and not is_primary) <> optimum;
\endif

select name, count(*), count(*) filter (where ok is not true), string_agg(case_id, ', ') filter (where ok is not true)
from result
group by name
order by name;
