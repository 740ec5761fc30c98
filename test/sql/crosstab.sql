-- People by two numbers: text and bytes keep them, parts combine, movement counts everybody once.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table moved as
select i,
	case when i % 11 <> 0 then i % 3 + 1 end as before,
	case when i % 13 <> 0 then (i * 7 % 5) % 4 + 1 end as after
from generate_series(1, 1000) i;
select crosstab(before, after) from moved;
-- against GROUP BY
select count(*) as cells,
	count(*) filter (where m.people = g.people) as people,
	count(*) filter (where abs(m.share - g.people::float8 / whole) < 1e-12) as share
from (select crosstab(before, after) as c from moved) x, lateral movement(c) m
full join (
	select before, after, count(*) as people, sum(count(*)) over (partition by before) as whole
	from moved
	group by 1, 2
) g on coalesce(m.before, 0) = coalesce(g.before, 0)
	and coalesce(m.after, 0) = coalesce(g.after, 0);
select s.people = 1000 as everybody,
	entered + gone + stayed + to_lower + to_higher + (select count(*) from moved where before is null and after is null)
		= 1000 as closed,
	array[stayed, to_lower, to_higher] = (
		select array[count(*) filter (where before = after), count(*) filter (where after < before),
				count(*) filter (where after > before)]::float8[]
		from moved
	) as moves,
	round((stayed_share + to_lower_share + to_higher_share)::numeric, 12) as shares
from (select crosstab(before, after) as c from moved) x, lateral movement_summary(c) s;
-- any split, any order; text and bytes
select count(distinct c::text) as same
from (
	select crosstab(before, after) as c
	from moved
	union all
	select crosstab(before, after order by i desc)
	from moved
	union all
	select crosstab_rollup(part)
	from (select crosstab(before, after) as part from moved group by i % 7) p
	union all
	select crosstab_rollup(part)::text::crosstab
	from (select crosstab(before, after) as part from moved group by i % 2) p
) u;
create temp table stored (c crosstab);
insert into stored select crosstab(before, after) from moved;
\copy stored to program 'cat > /dev/null' (format binary)
select c::text::crosstab::text = c::text as text from stored;
select crosstab(before, after), movement_summary('{}') from moved where false;
select text, '{1>1: 1}'::crosstab::text from (values ('{1>1: 30, 1>2: 4, 2>?: 1}'::crosstab)) v(text);
select '{1>1: 0}'::crosstab;
select '{1>2: 1, 1>1: 1}'::crosstab;
select '{1>1: 1'::crosstab;
select '{1>-2147483648: 1}'::crosstab;
select crosstab(-2147483648, 1);

-- equality and order by content
create temp table part as select i % 7 as n, crosstab(before, after) as c from moved group by i % 7;
select count(distinct c) as distinct_values, count(*) as rows
from (select c from part union all select c::text::crosstab from part) u;
select count(*) as united
from (select crosstab(before, after) as c from moved union select crosstab(before, after order by i desc) from moved) u;
select count(*) as all,
	count(*) filter (where (a.c = b.c) = (a.c::text = b.c::text)) as equal_where_the_text_is,
	count(*) filter (where (a.c <> b.c) = not (a.c = b.c)) as not_equal,
	count(*) filter (where (a.c < b.c) = (b.c > a.c)) as less,
	count(*) filter (where (a.c <= b.c) = (a.c < b.c or a.c = b.c)) as less_or_equal,
	count(*) filter (where (a.c >= b.c) = not (a.c < b.c)) as greater_or_equal,
	count(*) filter (where ph_support.crosstab_compare(a.c, b.c) = -ph_support.crosstab_compare(b.c, a.c))
		as antisymmetric,
	bool_or(a.c < b.c) as some_less
from part a, part b;
select '{}'::crosstab < '{1>1: 1}' as empty_first,
	'{1>1: 1}'::crosstab < '{1>1: 2}' as by_people,
	'{?>1: 1}'::crosstab < '{1>1: 1}' as unknown_first,
	'{1>1: 9}'::crosstab < '{1>2: 1}' as by_cell;
create unique index on part (c);
set enable_seqscan = off;
select n from part where c = (select c from part where n = 3);
insert into part select 99, c from part where n = 3;
reset enable_seqscan;
