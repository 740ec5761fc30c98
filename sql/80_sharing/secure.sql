
-- ---- rows that know who may see them ----

create function ph_support.access_column(out name text, out type text, out description text) returns setof record
language sql immutable
begin atomic
	-- what every row is tested for comes first: a column costs those before it
	select 'may_use_' || p.purpose, 'boolean not null default false',
		format('whether the person may be included for %s', p.purpose)
	from ph.purpose() p
	union all
	select 'access_' || l, 'text collate "C"', format('the %s whose partners may see the row; NULL is nobody there', l)
	from ph_support.access_level() l;
end;
comment on function ph_support.access_column() is
	'the columns by which policies tell rows apart: name, type, description';

create procedure ph_support.add_access_columns(target regclass, relation text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	for part in
		select *
		from (
			select *
			from ph_support.access_column()
			union all
			select 'restricted_unless', 'text[]', 'purposes for which the row may be seen, where its code is restricted'
			where relation in (select c.relation from ph_support.coded_column() c)) c
		order by c.name like 'access%', c.name
	loop
		execute format('alter table %s add column if not exists %I %s', target, part.name, part.type);
		execute format('comment on column %s.%I is %L', target, part.name, part.description);
		if part.name like 'access%' then
			execute format('create index if not exists %I on %s (%I)',
				concat_ws('_', relation, part.name), target, part.name);
		end if;
	end loop;
end
$$;
comment on procedure ph_support.add_access_columns(regclass, text) is
	'gives a table the columns of ph_support.access_column(), restricted_unless where its rows have codes, and indexes';

create procedure ph_support.secure_table(schema text, target regclass, relation text, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if by_row then
		call ph_support.add_access_columns(target, relation);
	end if;
	call ph_support.replace_policies(schema, target, by_row);
end
$$;
comment on procedure ph_support.secure_table(text, regclass, text, boolean) is
	'gives a table the columns and the policies of ph.secure; nobody but custodians sees a row before '
	'ph.refresh_access fills the columns';

create procedure ph_support.secure_new_table(schema text, relation text, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_secured(schema) then
		call ph_support.secure_table(schema, format('%I.%I', schema, relation)::regclass, relation, by_row);
	end if;
end
$$;
comment on procedure ph_support.secure_new_table(text, text, boolean) is
	'secures a table of persons that was just made, where the schema is secured';

-- ---- to which stay a row belongs ----

create function ph_support.access_period_query(schema text) returns text
language sql stable
begin atomic
	select ph_support.in_schema(format(
		'with last as (
			select distinct on (person_id) person_id, system, place, practice, start_date
			from {stay}
			order by person_id, start_date desc
		), period as (
			select s.person_id, s.spell, s.system, s.place, s.practice, s.start_date = last.start_date as is_last
			from {stay} s
			join last using (person_id)
			union all
			select person_id, ph_support.unnest_days(datemultirange(daterange(null, null)) - away.days),
				system, place, practice, false
			from (select person_id, range_agg(spell) as days from {stay} group by person_id) away
			join last using (person_id)
			union all
			select p.person_id::text, daterange(null, null), null, null, null, true
			from {person} p
			where not exists (select from last where last.person_id = p.person_id::text)
		)
		select period.person_id, spell, is_last, %s, %s
		from period
		left join (
			select person_id, %s
			from {may_use}
			group by person_id
		) use on use.person_id = period.person_id',
		(
			select string_agg(format('coalesce(use.%1$I, false) as %1$I', 'may_use_' || p.purpose), ', ')
			from ph.purpose() p
		),
		(select string_agg(format('%I as %I', l, 'access_' || l), ', ') from ph_support.access_level() l),
		(
			select string_agg(format('bool_or(purpose = %L) as %I', p.purpose, 'may_use_' || p.purpose), ', ')
			from ph.purpose() p
		)), schema);
end;
comment on function ph_support.access_period_query(text) is
	'the query that gives every day of every person once, a row a period: the places of the stay that holds it, '
	'otherwise those of the last stay (none: NULL), and for what the person may be used; is_last marks the last stay';

create function ph_support.access_values(row_name text, otherwise text default null) returns text
language sql stable
begin atomic
	select string_agg(
		case
			when row_name is not null then format('%I.%I', row_name, c.name)
			when c.type like 'boolean%' then 'false'
			else 'null' end, ', ')
	from ph_support.access_column() c;
end;
comment on function ph_support.access_values(text, text) is
	'the access columns of a row, as a list; of a row without a name those of nobody';

create function ph_support.access_update(target regclass, date_column text, periods text) returns setof text
language sql stable
begin atomic
	select format(
		'update %s t
		set (%s) = row(%s)
		from %s p
		where t.person_id::text = p.person_id and %s and (%s) is distinct from (%3$s)',
		target, c.names, ph_support.access_values('p'), periods,
		case
			when date_column is null then 'p.is_last'
			else format('case when t.%1$I is null then p.is_last else p.spell @> t.%1$I::date end', date_column) end,
		ph_support.access_values('t'))
	from (select string_agg(quote_ident(name), ', ') as names from ph_support.access_column()) c
	union all
	-- rows of nobody that is known
	select format(
		'update %s t
		set (%s) = row(%s)
		where not exists (select from %s p where t.person_id::text = p.person_id) and (%s) is distinct from (%3$s)',
		target, c.names, ph_support.access_values(null), periods, ph_support.access_values('t'))
	from (select string_agg(quote_ident(name), ', ') as names from ph_support.access_column()) c;
end;
comment on function ph_support.access_update(regclass, text, text) is
	'the statements that fill the access columns of a table, of those rows that differ';

create function ph_support.restricted_update(schema text, target regclass, code_system text, code text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select ph_support.in_schema(format(
		'with recorded as (
			select distinct (%2$s)::text as code_system, (%3$s)::text as code
			from %1$s
			where %3$s is not null
		), named as (
			select code_system, code, ph_support.code_key(code_system, code, ''exact'') as key
			from recorded%4$s
		), allowed as (
			select code_system, code, purpose, bool_and(purpose = any (r.purposes)) as allowed
			from named
			join (
				select *, ph_support.code_key(code_system, code, match) as restricted_key
				from {restricted_code}) r (
					restricted_system, restricted, match, class, purposes, source, restricted_key)
				on case r.match when ''exact'' then r.restricted_key = key else key ^@ r.restricted_key end
			cross join ph.purpose()
			group by code_system, code, purpose
		)
		update %1$s t
		set restricted_unless = r.purposes
		from (
			select code_system, code, case when count(a.purpose) > 0
				then coalesce(array_agg(a.purpose order by a.purpose) filter (where a.allowed), ''{}'') end as purposes
			from recorded
			left join allowed a using (code_system, code)
			group by code_system, code
		) r (of_system, of_code, purposes)
		where r.of_system = (%2$s)::text and r.of_code = t.%3$I::text
			and t.restricted_unless is distinct from r.purposes',
		target, code_system, code,
		case
			when ph_support.has_code_map(schema) then '
			union
			select code_system, code, ph_support.code_key(to_system::text, to_code::text, ''exact'')
			from recorded
			join {code_map} on ph_support.code_key(from_system::text, from_code::text, ''exact'')
				= ph_support.code_key(code_system, code, ''exact'')'
			else '' end), schema)
$$;
comment on function ph_support.restricted_update(text, regclass, text, text) is
	'the statement that says of each row with a code in restricted_code, itself or by code_map, for which purposes it '
	'may be seen: those that every such row lists';

create procedure ph_support.run_access_updates(schema text, relations text[], periods text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	statement text;
begin
	for part in
		select s.*, c.code_system, c.code
		from ph_support.table_to_secure(schema) s
		left join ph_support.coded_column() c on c.relation = s.relation and exists (
			select
			from pg_attribute
			where attrelid = s.target and attname = c.code and not attisdropped)
		where s.by_row and (relations is null or s.relation = any (relations))
	loop
		for statement in
			select ph_support.access_update(part.target, part.date_column, periods)
			union all
			select ph_support.restricted_update(schema, part.target, part.code_system, part.code)
			where part.code is not null
		loop
			execute statement;
		end loop;
	end loop;
end
$$;
comment on procedure ph_support.run_access_updates(text, text[], text) is
	'fills the access columns of the secured tables, or of those that are named, from the periods';

create procedure ph_support.require_policies_current(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select s.*
		from ph_support.table_to_secure(schema) s
		where not ph_support.policies_are_current(schema, s.target, s.by_row)
	loop
		if not pg_has_role((select relowner from pg_class where oid = part.target), 'usage') then
			raise warning 'policies of % are not those of the entitlements in force', part.target
				using hint = 'Its owner must CALL ph.refresh_access: until then some roles see nothing.';
		else
			call ph_support.secure_table(schema, part.target, part.relation, part.by_row);
		end if;
	end loop;
end
$$;
comment on procedure ph_support.require_policies_current(text) is
	'brings the roles of policies up to the entitlements in force, and secures tables that are new; '
	'a warning where the caller does not own the table';

create procedure ph.refresh_access(schema text, relations text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	periods text := 'pg_temp.ph_access_period';
	began timestamptz;
	queries text[];
begin
	call ph_support.require_own_schema(schema);
	if ph_support.is_secured(schema) is not true then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'undefined_object', hint = 'CALL ph.secure(...) first.';
	end if;
	queries := array[format('select from %I.stay', schema), format('select from %I.may_use', schema)];
	perform ph_support.require_all_rows(queries);
	perform pg_advisory_xact_lock(hashtextextended('population_health access ' || schema, 0));
	call ph_support.keep_one_transaction(schema);
	call ph_support.require_policies_current(schema);
	if ph_support.is_distributed(format('%I.person', schema)::regclass) then  -- nodes know no temporary table
		periods := format('%I.new_access_period', schema);
		execute format('create table %s as select * from (%s) p with no data', periods,
			ph_support.access_period_query(schema));
		call ph_support.distribute_by_person(schema, 'new_access_period');
		execute format('insert into %s %s', periods, ph_support.access_period_query(schema));
	else
		execute 'create temp table ph_access_period on commit drop as ' || ph_support.access_period_query(schema);
		analyze pg_temp.ph_access_period;
	end if;
	began := clock_timestamp();
	call ph_support.run_access_updates(schema, relations, periods);
	execute 'drop table ' || periods;
	if to_regclass(format('%I.changed_person', schema)) is not null then
		-- what was written here says nothing new of anybody
		execute format('delete from %I.changed_person where at >= $1 and xmin = pg_current_xact_id()::xid', schema)
		using began;
	end if;
end
$$;
comment on procedure ph.refresh_access(text, text[]) is
	'fills the access columns of the secured tables of the schema, or of those that are named, of rows that differ: a '
	'row belongs to the places of the stay that holds its day, otherwise of the last stay of the person, and without '
	'any stay to nobody (national roles see it); may_use says for what it may be asked, restricted_code for what its '
	'code may be seen. It brings the roles of the policies up to the entitlements in force. ph.create_views_from, '
	'ph.store_stays, ph.refresh_stays and ph.record_segments call it; call it after loads of your own, and after a '
	'change of may_use, restricted_code, or of entitlement: until then new rows are seen by nobody, and new roles see '
	'nothing. Errors: undefined_object where the schema is not secured, insufficient_privilege for who does not see '
	'all rows of what it reads';

create procedure ph_support.refresh_access_where_secured(schema text, relations text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_secured(schema) then
		call ph.refresh_access(schema, relations);
	end if;
end
$$;
comment on procedure ph_support.refresh_access_where_secured(text, text[]) is
	'ph.refresh_access where the schema is secured';

create procedure ph_support.require_securable(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lacking text;
	wrong text;
begin
	select string_agg(n.name, ', ')
	into lacking
	from (
		values ('person', 'ph.create_shared_tables'), ('stay', 'ph.create_population_views'),
			('entitlement', 'ph.create_sharing_tables')) n (name, maker)
	where to_regclass(format('%I.%I', schema, n.name)) is null;
	if lacking is not null then
		raise exception 'schema "%" lacks %', schema, lacking
			using errcode = 'undefined_table', hint =
				'ph.create_shared_tables, ph.create_population_views and ph.create_sharing_tables make them.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into wrong
	from ph_support.table_to_secure(schema) s
	join pg_class c on c.oid = s.target
	where c.relkind not in ('r', 'p');
	if wrong is not null then
		raise exception 'policies need tables, and these are none: %', wrong
			using errcode = 'wrong_object_type', hint =
				'Copy them into tables: ph.create_views_from(..., materialise => true), or INSERT ... SELECT.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into wrong
	from ph_support.table_to_secure(schema) s
	join pg_class c on c.oid = s.target
	where not pg_has_role(c.relowner, 'usage');
	if wrong is not null then
		raise exception 'only the owner of the tables may secure them: %', wrong
			using errcode = 'insufficient_privilege', hint = 'Who secures tables decides who sees their rows.';
	end if;
end
$$;
comment on procedure ph_support.require_securable(text) is
	'does nothing where the tables of the schema can be secured by the caller. Errors: undefined_table, '
	'wrong_object_type with the names of views and foreign tables, insufficient_privilege for others than the owner';

create procedure ph_support.note_own_tables(schema text, own jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	target regclass;
begin
	if jsonb_typeof(own) is distinct from 'object' then
		raise exception 'argument "own" must be a JSON object'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"visit": "visited_on", "note": null}''.';
	end if;
	for part in select key as relation, value #>> '{}' as date_column from jsonb_each(own) loop
		target := to_regclass(format('%I.%I', schema, part.relation));
		if target is null then
			raise exception 'schema "%" has no table "%"', schema, part.relation
				using errcode = 'undefined_table', hint = 'Argument "own" names tables of the schema.';
		elsif exists (
			select
			from ph_support.table_to_secure(schema) s
			where s.relation = part.relation
				and s.relation not in (select o.relation from ph_support.own_secured_table(schema) o))
		then
			raise exception 'table "%" is secured without being named', part.relation
				using errcode = 'invalid_parameter_value', hint = 'Argument "own" is for tables of your own.';
		elsif exists (
			select
			from unnest(array['person_id', part.date_column]) c
			where c is not null and not exists (
				select
				from pg_attribute
				where attrelid = target and attname = c and attnum > 0 and not attisdropped))
		then
			raise exception 'table "%" lacks person_id or the column of its day', part.relation
				using errcode = 'undefined_column', hint = 'Rows are given to roles by the stays of their person.';
		end if;
		execute format(
			'insert into %I.secured_table values ($1, $2)
			on conflict (relation) do update set date_column = excluded.date_column', schema)
		using part.relation, part.date_column;
	end loop;
end
$$;
comment on procedure ph_support.note_own_tables(text, jsonb) is
	'writes tables of a user''s own into secured_table. Errors: invalid_parameter_value, undefined_table, '
	'undefined_column';

create procedure ph.secure(schema text, own jsonb default '{}')
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.secured_table', schema)) is not null then
		call ph_support.note_own_tables(schema, own);
	end if;
	call ph_support.require_securable(schema);
	call ph_support.create_access_functions(schema);
	for part in select * from ph_support.table_to_secure(schema) loop
		call ph_support.secure_table(schema, part.target, part.relation, part.by_row);
	end loop;
	if to_regclass(format('%I.budget_entry', schema)) is not null then
		call ph_support.secure_ledger(schema);
	end if;
	call ph.refresh_access(schema);
end
$$;
comment on procedure ph.secure(text, jsonb) is
	'puts row security, forced on owners too, on the tables of persons in the schema: the shared ones, stored_stay and '
	'segment_history, tables of yours (own: {"visit": "visited_on", "note": null}, each with a column person_id and '
	'perhaps the day on which a row belongs to a place); changed_person, measure_person and may_use, and partitions by '
	'their own names, are for custodians alone. It adds columns may_use_ and a purpose, access_system, access_place '
	'and access_practice with indexes, and restricted_unless where rows have codes; makes scope() and may_ask(), with '
	'the rights of their owner, in the schema; gives the ledger of ph.create_budget_tables its policies; and fills the '
	'columns (ph.refresh_access). A role then sees rows of '
	'its places, of who may be included for its one purpose, and nothing before ph.grant_access. COPY FROM does not '
	'work under row security, and dumps need BYPASSRLS. Again: what is new is secured too. '
	'Errors: undefined_table, undefined_column, wrong_object_type with the names of views and foreign tables, '
	'insufficient_privilege for others than the owner, duplicate_object where a name is taken by something else';
