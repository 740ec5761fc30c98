
-- ---- queries that are given as text ----

create function ph.query_columns(query text, out column_name text, out type regtype) returns setof record
language c stable strict parallel restricted rows 10
as 'MODULE_PATHNAME', 'query_columns';
comment on function ph.query_columns(text) is
	'the columns of a query, which must be one SELECT that only reads, in order and with their types; it is not run';

create function ph_support.number_of(value numeric) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'number_of';
comment on function ph_support.number_of(numeric) is
	'support function of queries given as text: the nearest double, infinity beyond all of them';

create function ph_support.may_commit() returns boolean
language c stable parallel restricted
as 'MODULE_PATHNAME', 'may_commit';
comment on function ph_support.may_commit() is
	'support function of procedures that commit step by step: whether the one that asks may, '
	'neither inside BEGIN nor inside a function';

create function ph_support.query_reads(
	query text, out kind text, out object oid, out name text, out through oid, out reader oid, out columns text[])
returns setof record
language c stable strict parallel restricted rows 20
as 'MODULE_PATHNAME', 'query_reads';
comment on function ph_support.query_reads(text) is
	'the relations that a query reads, views and what they read among them, with their columns, and the functions that '
	'it calls, also by operators, casts, types, checks of domains and policies of tables; through: the view in which '
	'it stands, NULL for the query itself, each once for each such view; reader: the owner of that view, whose rights '
	'count, NULL for whoever asks (of security_invoker views too); the query is analysed and not run; errors: those of '
	'ph.query_columns';

create function ph_support.function_fault(function oid) returns text
language sql stable parallel safe
begin atomic
	select case
			when provolatile = 'v' then 'is volatile'
			when not of_extension and (pronamespace <> 'pg_catalog'::regnamespace or p.oid >= 16384)
				then 'is neither of PostgreSQL nor of population_health'
			when provolatile <> 'i' and (
				of_extension and (
					pronamespace <> 'ph'::regnamespace or lanname not in ('c', 'sql')
						or proargnames && array['query', 'schema'])
				or not of_extension and (
					proname ~ '^(query|cursor|table|schema|database)_to_xml' or proname ~ '^pg_input_'
						or proname in (
							'array_in', 'record_in', 'domain_in', 'range_in', 'multirange_in', 'anyrange_in',
							'anymultirange_in', 'anycompatiblerange_in', 'anycompatiblemultirange_in')))
				then 'reads or calls what a text names' end
	from pg_proc p
	join pg_language l on l.oid = prolang,
	lateral (
		select exists (
				select
				from pg_depend d
				join pg_extension e on e.oid = d.refobjid
				where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
					and d.refclassid = 'pg_extension'::regclass and e.extname = 'population_health') as of_extension
	) m
	where p.oid = function;
end;
comment on function ph_support.function_fault(oid) is
	'why a query that is kept may not call a function, NULL where it may: one of PostgreSQL or of population_health '
	'that is not volatile and does not run, read or make what a text or a number names; volatility marks of other '
	'functions prove nothing';

create function ph_support.may_read(reader oid, relation oid, columns text[]) returns boolean
language sql stable parallel safe
begin atomic
	select has_table_privilege(reader, relation, 'select')
		or case
			when columns = '{}' then has_any_column_privilege(reader, relation, 'select')
			else (select bool_and(has_column_privilege(reader, relation, c, 'select')) from unnest(columns) c) end;
end;
comment on function ph_support.may_read(oid, oid, text[]) is
	'whether a role may read these columns of a relation; of no column, whether it may read any';

create procedure ph_support.require_safe_query(query text, author regrole)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
	fault text;
begin
	if author is null then
		raise exception 'argument "author" must not be null'
			using errcode = 'null_value_not_allowed';
	elsif query is null then
		raise exception 'argument "query" must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	for found in
		select kind, object, name, through, coalesce(reader, author)::regrole as reader, columns
		from ph_support.query_reads(query)
	loop
		if found.kind = 'function' then
			fault := ph_support.function_fault(found.object);
			if fault is not null and not ph_support.is_access_function(found.object) then
				raise exception 'argument "query" calls %, which %', found.name, fault
					using errcode = '22023',
						hint = 'It may call functions of PostgreSQL and population_health that are not '
							'volatile and that read or call nothing that a text names.';
			elsif not has_function_privilege(author, found.object, 'execute') then
				raise exception 'role % may not call %, which argument "query" calls', author, found.name
					using errcode = '42501', hint = 'Grant EXECUTE on it, or ask without it.';
			end if;
		elsif not ph_support.may_read(found.reader, found.object, found.columns) then
			raise exception 'role % may not read %, which argument "query" reads', found.reader, found.name
				using errcode = '42501',
					hint = 'Grant SELECT on it, or on the columns that are read, or ask a view that the role may read.';
		elsif found.through is null and not has_schema_privilege(
			author, (select relnamespace from pg_class where oid = found.object), 'usage') then
			raise exception 'role % may not use the schema of %, which argument "query" reads', author, found.name
				using errcode = '42501', hint = 'Grant USAGE on the schema.';
		end if;
	end loop;
end
$$;
comment on procedure ph_support.require_safe_query(text, regrole) is
	'does nothing where a query may be kept and asked by others than its author: one SELECT that only reads, calls '
	'nothing but functions of PostgreSQL and population_health that are not volatile, and reads only what its author '
	'may, or the owner of the view in which it stands. Names are looked for in pg_catalog and pg_temp alone, so that '
	'they mean the same whoever asks. Errors: 22023, 42501 insufficient_privilege, null_value_not_allowed, those of '
	'ph.query_columns';
