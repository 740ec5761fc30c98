-- People by two numbers: text and bytes keep them, parts combine, movement counts everybody once.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table moved as select i, case when i % 11 <> 0 then i % 3 + 1 end as before, case when i % 13 <> 0 then (i * 7 % 5) % 4 + 1 end as after from generate_series(1, 1000) i;
select crosstab(before, after) from moved;
-- against GROUP BY
select count(*) as cells, bool_and(m.people = g.people) as people, bool_and(abs(m.share - g.people::float8 / whole) < 1e-12) as share
from (select crosstab(before, after) as c from moved) x, lateral movement(c) m
full join (select before, after, count(*) as people, sum(count(*)) over (partition by before) as whole from moved group by 1, 2) g on coalesce(m.before, 0) = coalesce(g.before, 0) and coalesce(m.after, 0) = coalesce(g.after, 0);
select s.people = 1000 as everybody, entered + gone + stayed + to_lower + to_higher + (select count(*) from moved where before is null and after is null) = 1000 as closed,
  array[stayed, to_lower, to_higher] = (select array[count(*) filter (where before = after), count(*) filter (where after < before), count(*) filter (where after > before)]::float8[] from moved) as moves,
  round((stayed_share + to_lower_share + to_higher_share)::numeric, 12) as shares from (select crosstab(before, after) as c from moved) x, lateral movement_summary(c) s;
-- any split, any order; text and bytes
select count(distinct c::text) as same from (select crosstab(before, after) as c from moved union all select crosstab(before, after order by i desc) from moved
  union all select crosstab_rollup(part) from (select crosstab(before, after) as part from moved group by i % 7) p union all select crosstab_rollup(part)::text::crosstab from (select crosstab(before, after) as part from moved group by i % 2) p) u;
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
