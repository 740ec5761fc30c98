-- What can be told of hidden counts: beside every table that the shown counts allow, listed by brute force.
\pset format unaligned

-- 200 tables of 2 rows and 3 columns with their totals, up to half of the cells hidden
create temp table made as
with count as (
	select id, r, c, (hashint8(id * 100 + r * 10 + c)::bigint % 4 + 4) % 4 as n
	from generate_series(1, 200) id, generate_series(1, 2) r, generate_series(1, 3) c
), summed as (
	select id, r, c, sum(n)::bigint as n
	from count
	group by grouping sets ((id, r, c), (id, r), (id, c), (id))
)
select *, coalesce(r, 3) * 10 + coalesce(c, 4) as cell,
	hashint8(id * 1000 + coalesce(r, 3) * 10 + coalesce(c, 4))::bigint % 3 = 0
		and not (r is null and c is null) and n > 0 as hidden
from summed;

-- each hidden cell takes every value from 1 to 18, the grand total of the greatest table
create temp table allowed as
with recursive shown as (
	select id, array_agg(n order by cell) as n, array_agg(cell order by cell) as cell,
		array_agg(hidden order by cell) as hidden
	from made
	group by id
	having count(*) filter (where hidden) between 1 and 4
), filled as (
	select id, n, hidden, 1 as i
	from shown
	union all
	select id, case when hidden[i] then n[:i - 1] || v || n[i + 1:] else n end, hidden, i + 1
	from filled
	cross join generate_series(1, case when hidden[i] then 18 else 1 end) v
	where i <= 12
)
select id, n
from filled
-- r1c1 r1c2 r1c3 r1, r2c1 r2c2 r2c3 r2, c1 c2 c3 all
where i = 13 and n[1] + n[2] + n[3] = n[4] and n[5] + n[6] + n[7] = n[8] and n[1] + n[5] = n[9]
	and n[2] + n[6] = n[10] and n[3] + n[7] = n[11] and n[4] + n[8] = n[12];
select count(distinct id) > 100 as enough_tables, count(*) > count(distinct id) as some_are_uncertain from allowed;
create temp table listed as
select id, cell, min(v) as least, max(v) as greatest
from allowed
cross join unnest(n) with ordinality u (v, i)
join lateral (
	select cell
	from made m
	where m.id = allowed.id
	order by cell
	offset i - 1
	limit 1) c on true
group by id, cell;
select count(*) > 1000 as enough, bool_and(bounds = int8range(least, greatest, '[]')) as as_listed,
	bool_and(bounds = without) as n_of_hidden_is_not_read
from (
	select id, cell, ph.attack(n, not hidden, 'r' || r, 'c' || c) over (partition by id) as bounds,
		ph.attack(case when not hidden then n end, not hidden, 'r' || r, 'c' || c) over (partition by id) as without
	from made) attacked
join listed using (id, cell);

-- an unpublished margin is unknown, one column is a tree of one, and a row without its columns a single number
create temp table tree (row_key text, row_parent text, n bigint, shown boolean);
insert into tree values
	(null, null, 20, true), ('north', null, 12, true), ('south', null, 8, true), ('n1', 'north', 3, false),
	('n2', 'north', 9, false), ('s1', 'south', 8, true);
select row_key, ph.attack(n, shown, row_key, null, row_parent) over () from tree;
select row_key, ph.attack(n, shown, row_key, null, row_parent, false) over () from tree order by row_key desc;
-- without the total of the north nothing but the system bounds it
select row_key, ph.attack(n, shown, row_key, null, row_parent) over ()
from (
	select row_key, row_parent, n, shown and row_key is distinct from 'north' and row_key is not null as shown
	from tree) t;
select ph.attack(-5, false, null, null) over (), ph.attack(5, true, null, null) over ();
select ph.attack(n, n <> 3, r, c) over ()
from (values ('a', 'x', 3), ('a', 'y', 4), ('b', 'x', 5), ('b', 'y', 6), (null, 'x', 8), (null, 'y', 10)) t (r, c, n);

-- what is no table
select ph.attack(n, true, k, null) over () from (values ('a', 1), ('b', 2)) t (k, n);
select ph.attack(n, true, k, null) over () from (values ('a', 1), ('a', 2), (null, 3)) t (k, n);
select ph.attack(n, shown, k, null) over ()
from (values ('a', 1, true), ('b', 2, true), (null, 4, true)) t (k, n, shown);
select ph.attack(n, shown, k, null) over ()
from (values ('a', 1, false), ('b', 4, true), (null, 4, true)) t (k, n, shown);
select ph.attack(n, shown, k, null, null, false) over ()
from (values ('a', 1, false), ('b', 4, true), (null, 4, true)) t (k, n, shown);
select ph.attack(n, true, k, null) over () from (values ('a', -1), ('b', 5), (null, 4)) t (k, n);
select ph.attack(null, true, 'a', null) over ();
select ph.attack(1, null, 'a', null) over ();
select ph.attack(1, false, k, null, null, z) over () from (values ('a', true), (null, false)) t (k, z);
select ph.attack(n, true, k, null, p) over () from (values ('a', 'b', 1), ('b', 'a', 1), (null, null, 1)) t (k, p, n);
select ph.attack(n, true, k, null, p) over () from (values ('a', 'z', 1), (null, null, 1)) t (k, p, n);
select ph.attack(n, true, k, null, p) over () from (values (null, 'a', 1), ('a', null, 1)) t (k, p, n);
select ph.attack(n, true, k, c, p) over ()
from (values ('a', null, null, 1), ('a', 'x', 'b', 1), ('b', null, null, 1)) t (k, c, p, n);
select ph.attack(9000000000000000000, true, 'a', null) over ();
select ph.attack(n, true, k, null) over ()
from (values ('a', 2000000000000000000), (null, 2000000000000000000)) t (k, n);
select count(bounds)
from (select ph.attack(1, true, i::text, i::text) over () as bounds from generate_series(1, 2000) i) t;
select count(bounds)
from (select ph.attack(1, true, i::text, null) over () as bounds from generate_series(1, 1000001) i) t;
