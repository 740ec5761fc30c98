-- Whoever lists the extension in a tool sees what everything is: no object without a comment.
select d.classid::regclass as catalog, pg_describe_object(d.classid, d.objid, 0) as without
from pg_depend d
join pg_extension e on d.refclassid = 'pg_extension'::regclass
	and d.refobjid = e.oid
	and d.deptype = 'e'
	and e.extname = 'population_health'
where d.classid = any ('{pg_proc,pg_type,pg_class,pg_namespace}'::regclass[])
	and obj_description(d.objid, d.classid::regclass::name) is null
	and not exists (
		select
		from pg_type t
		where d.classid = 'pg_type'::regclass
			and t.oid = d.objid
			and (t.typelem <> 0
				or t.typtype = 'm'
				or exists (select from pg_class c where c.oid = t.typrelid and c.relkind <> 'c'))
	)
	and not exists (
		select
		from pg_class c
		where d.classid = 'pg_class'::regclass and c.oid = d.objid and c.relkind in ('i', 'c', 't')
	)
order by 1, 2;
select a.attrelid::regclass as relation, a.attname as without
from pg_attribute a
join pg_class c on c.oid = a.attrelid
where c.relnamespace in ('ph'::regnamespace, 'ph_support'::regnamespace)
	and c.relkind in ('c', 'r', 'v', 'm', 'p', 'f')
	and a.attnum > 0
	and not a.attisdropped
	and col_description(a.attrelid, a.attnum) is null
order by 1, 2;
select count(distinct c.relname) > 10 as composites, count(*) > 150 as columns
from pg_class c
join pg_attribute a on a.attrelid = c.oid and attnum > 0
where relnamespace = 'ph'::regnamespace and relkind = 'c';
-- two columns of a type are not said to be the same
select c.relname, col_description(a.attrelid, a.attnum), count(*)
from pg_attribute a
join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'ph'::regnamespace
	and c.relkind = 'c'
	and a.attnum > 0
	and col_description(a.attrelid, a.attnum) not like 'its %'
group by 1, 2
having count(*) > 1;
-- the rule of the house: an aggregate's state is its result type, a value that can be stored and merged
select aggfnoid::regprocedure as aggregate, aggtranstype::regtype as state
from pg_aggregate
join pg_proc p on p.oid = aggfnoid
where p.pronamespace = 'ph'::regnamespace and aggtranstype <> p.prorettype;
