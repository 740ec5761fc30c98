-- What the server says of every column that a tool may see, for what each client says to be held against.
select 'column', c.relname, a.attname,
	case format_type(a.atttypid, a.atttypmod)
		when 'double precision' then 'number'
		when 'timestamp with time zone' then 'time'
		else format_type(a.atttypid, a.atttypmod) end,
	col_description(a.attrelid, a.attnum)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'health'::regnamespace and c.relkind = 'v'
	and (c.relname like 'measure\_%' or c.relname = 'goal_value')
order by c.relname collate "C", a.attnum
