-- Clusters of records that pairs link: against a recursive query, whatever the order of rows, and chains by name.
set search_path = public, ph;
\set SHOW_CONTEXT never
create temp table link as
select 'r' || (hashint4(i) & 2147483647) % 900 as a, 'r' || (hashint4(i + 7777) & 2147483647) % 900 as b
from generate_series(1, 380) i;
insert into link values ('alone', 'alone'), ('r1', 'r1');
create temp table linked as
select * from linked_records('select a, b from link', 12);
-- connected components by definition
create temp table component as
with recursive both_ways as (
	select a, b
	from link
	union
	select b, a
	from link
), reached as (
	select a as record, a as other
	from both_ways
	union
	select r.record, b.b
	from reached r
	join both_ways b on b.a = r.other
)
select record, min(other collate "C") as component, count(*) as records from reached group by record;
select count(*) as records,
	count(*) filter (where l.component = c.component) as components,
	count(*) filter (where l.records = c.records) as sizes,
	count(*) filter (where (l.cluster is null) = (c.records > 12)) as refused,
	count(*) filter (where coalesce(l.cluster, l.component) = l.component) as named_alike,
	count(*) filter (where (l.note is null) = (l.cluster is not null)) as told,
	count(distinct l.component) > 100 as many,
	bool_or(l.cluster is null) as some_refused
from linked l full join component c using (record);
-- links are counted once, whichever record comes first, and a record beside itself is none
select count(*) as components, count(*) filter (where l.links = k.links) as links
from (select distinct component, links from linked) l
join (
	select c.component, count(distinct (least(a, b), greatest(a, b))) filter (where a <> b) as links
	from link join component c on c.record = link.a
	group by c.component
) k using (component);
-- any order of rows, either order of the records, rows twice
select count(*) as different
from (
	(select * from linked_records('select b as y, a as x from link order by b', 12) except select * from linked)
	union all
	(
		select * from linked
		except
		select * from linked_records('select a, b from link union all select b, a from link', 12)
	)
) d;
-- rows come in the order of bytes
select array_agg(record) = array_agg(record order by record collate "C") as in_order from linked;
-- a chain is refused, and nothing of it is lost; numbers and dates are compared as text
select * from linked_records($$values (1, 2), (2, 3), (3, 4), (10, 9)$$, 3);
select * from linked_records('select date ''2024-02-29'' as a, date ''2024-03-01'' as b', 2);
select * from linked_records('select 1 as a, 2 as b where false');
-- identifiers with anything in them
select * from linked_records($$values ('', 'é'), ('é', E'a\nb'), ('O''Neill', '"')$$);
select * from linked_records($$select '1'::char(3) as "a b", '1'::char(9) as "select"$$);
-- a long chain in order
select count(*), min(component), max(records), max(links)
from linked_records('select i, i + 1 from generate_series(1, 200000) i', 20000000);
-- what must not be
\set VERBOSITY terse
select * from linked_records(null);
select * from linked_records('select 1');
select * from linked_records('select 1 as a, 2 as b, 3 as c');
select * from linked_records('select 1 as a, null::int as b');
select * from linked_records('select null as a, null as b');
select * from linked_records('select 1 as a, 2 as b', 0);
select * from linked_records('select 1 as a, 2 as b', null);
select * from linked_records('link');
select * from linked_records('delete from link returning a, b');
set statement_timeout = 300;
select count(*) from linked_records('select i, j from generate_series(1, 100000) i, generate_series(1, 100000) j');
reset statement_timeout;
