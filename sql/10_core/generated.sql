
-- ---- what is generated in a schema of a user ----
-- Views and functions are replaced in place: grants, comments and whatever is built on them stay. A view is
-- always a security invoker, so that policies on the tables below hold for whoever asks.

create function ph_support.in_schema(query text, schema text) returns text
language sql immutable parallel safe
begin atomic
	select regexp_replace(
		query, '[{]([a-z_]+)[}]',
		replace(quote_ident(schema), chr(92), chr(92) || chr(92)) || '.' || chr(92) || '1', 'g');
end;
comment on function ph_support.in_schema(text, text) is
	'the query with every name in braces, {person}, made the qualified name in the schema';

create procedure ph_support.require_own_schema(schema text, name text default '')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	longest constant integer := current_setting('max_identifier_length');
begin
	if coalesce(schema, '') = '' then
		raise exception 'argument "schema" must not be null or empty'
			using errcode = 'null_value_not_allowed', hint = 'Name a schema of your own.';
	elsif schema in ('ph', 'ph_support') or schema like 'pg\_%' or schema = 'information_schema' then
		raise exception 'argument "schema" must not be %', schema
			using errcode = '22023', hint = 'What is yours lives in a schema of your own.';
	elsif octet_length(schema) > longest or octet_length(name) > longest then
		raise exception 'names must not have more than % bytes', longest
			using errcode = 'name_too_long';
	end if;
end
$$;
comment on procedure ph_support.require_own_schema(text, text) is
	'does nothing where something of a user can be made under the name in the schema. '
	'Errors: null_value_not_allowed, 22023 for a schema of the extension or of the system, name_too_long';

create procedure ph_support.require_column_names(what text, relation text, names text[], taken text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text := (
		select string_agg(n, ', ' order by n)
		from unnest(names) n
		where n::name = any (taken));
	alike text := (
		select n::name
		from unnest(names) n
		group by n::name
		having count(*) > 1
		order by n::name
		limit 1);
	hint constant text := format('Give these %s other names.', regexp_replace(what, '^code ', ''));
begin
	if wrong is not null then
		raise exception '% have names that columns of % have: %', what, relation, wrong
			using errcode = '42701', hint = hint;
	elsif alike is not null then
		raise exception '% have names that are the same column of %, of which the first % bytes count: %',
			what, relation, current_setting('max_identifier_length'), alike
			using errcode = '42701', hint = hint;
	elsif '' = any (names) then
		raise exception '% must have names', what
			using errcode = 'invalid_name';
	end if;
end
$$;
comment on procedure ph_support.require_column_names(text, text, text[], text[]) is
	'does nothing where each of the names can be a column of the relation beside those that are taken. '
	'Errors: duplicate_column, invalid_name';

create function ph_support.is_generated(class regclass, object oid) returns boolean
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	-- a view has its mark on its rule too, where no user writes a comment of his own
	select obj_description(object, class::text) like 'population\_health: %'
		or exists (
			select
			from pg_rewrite r
			where r.ev_class = object and class = 'pg_class'::regclass
				and obj_description(r.oid, 'pg_rewrite') like 'population\_health: %')
$$;
comment on function ph_support.is_generated(regclass, oid) is
	'whether a relation or function was made by this extension in a schema of a user, so that it may be replaced';

create function ph_support.built_on(inout class oid, inout object oid) returns setof record
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	with recursive above (class, object) as (
		select built_on.class, built_on.object
		union
		select case when r.oid is null then d.classid else 'pg_class'::regclass end, coalesce(r.ev_class, d.objid)
		from above
		join pg_depend d on d.refclassid = above.class and d.refobjid = above.object and d.deptype in ('n', 'a', 'i')
		left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
	)
	select above.class, above.object
	from above
$$;
comment on function ph_support.built_on(oid, oid) is 'an object and all that is built on it, also through others';

create function ph_support.dependants(class regclass, object oid) returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select string_agg(name, ', ' order by name collate "C")
	from ph_support.built_on(dependants.class, dependants.object) above,
		pg_describe_object(above.class, above.object, 0) name
	where above.class in ('pg_class'::regclass, 'pg_proc'::regclass)
		and (above.class, above.object) <> (dependants.class::oid, dependants.object)
$$;
comment on function ph_support.dependants(regclass, oid) is
	'the relations and functions that are built on a relation or function, also through others; '
	'NULL where there are none';

create procedure ph_support.require_generated(schema text, name text, class regclass, object oid)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_generated(class, object) is not true then
		raise exception 'schema "%" already has % of another origin', schema, name
			using errcode = 'duplicate_object', hint =
				'Only what this extension made is replaced; rename or drop the other first.';
	end if;
end
$$;
comment on procedure ph_support.require_generated(text, text, regclass, oid) is
	'does nothing where the object was made by this extension. Errors: duplicate_object';

create procedure ph_support.describe_generated(kind text, name text, class regclass, object oid, description text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if coalesce(obj_description(object, class::text), 'population_health: ') like 'population\_health: %' then
		execute format('comment on %s %s is %L', kind, name, 'population_health: ' || description);
	end if;
end
$$;
comment on procedure ph_support.describe_generated(text, text, regclass, oid, text) is
	'says what a generated object is, unless its owner has written another comment';

create procedure ph_support.comment_columns(relation regclass, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select attname, columns ->> attname as description
		from pg_attribute
		where attrelid = relation and attnum > 0 and not attisdropped
			and columns ? attname and col_description(relation, attnum) is null
	loop
		execute format('comment on column %s.%I is %L', relation, part.attname, part.description);
	end loop;
end
$$;
comment on procedure ph_support.comment_columns(regclass, jsonb) is
	'describes the columns of a relation that have no comment yet: name, description';

create function ph_support.column_list(relation regclass) returns text
language sql stable
begin atomic
	select string_agg(quote_ident(attname), ', ' order by attnum)
	from pg_attribute
	where attrelid = relation and attnum > 0 and not attisdropped;
end;
comment on function ph_support.column_list(regclass) is 'the columns of a relation, as a list of a query';

create procedure ph_support.replace_view(
	schema text, name text, query text, description text, columns jsonb, keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target text := format('%I.%I', schema, name);
	view regclass := to_regclass(target);
	lost text;
	unknown text;
	readers text;
	part record;
begin
	call ph_support.require_own_schema(schema, name);
	if view is null then
		execute format('create view %s with (security_invoker = true) as %s', target, query);
		view := target::regclass;
	else
		call ph_support.require_generated(schema, name, 'pg_class', view);
		execute format('create temp view ph_replacement as %s', query);
		if ('pg_class'::regclass::oid, 'pg_temp.ph_replacement'::regclass::oid) in (
			select b.class, b.object
			from ph_support.built_on('pg_class'::regclass, view) b)
		then
			raise exception 'view % would read itself', target
				using errcode = 'invalid_object_definition', hint =
					'Name another view, or a source that is not built on it.';
		end if;
		select string_agg(quote_ident(old.attname), ', ' order by old.attnum),
			string_agg(
				format('null::%s as %I', format_type(old.atttypid, old.atttypmod), old.attname), ', '
				order by old.attnum),
			string_agg(distinct reader.object::text, ', ')
				filter (where ph_support.is_generated(reader.class, reader.object) is not true)
		into lost, unknown, readers
		from pg_attribute old
		left join (
			select d.refobjsubid,
				case when r.oid is null then d.classid else 'pg_class'::regclass end::regclass as class,
				coalesce(r.ev_class, d.objid) as object
			from pg_depend d
			left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
			where d.refclassid = 'pg_class'::regclass and d.refobjid = view and r.ev_class is distinct from view
		) reader on reader.refobjsubid = old.attnum
		where old.attrelid = view and old.attnum > 0 and not exists (
			select
			from pg_attribute new
			where new.attrelid = 'pg_temp.ph_replacement'::regclass and new.attname = old.attname
				and (new.atttypid, new.atttypmod, new.attcollation) = (old.atttypid, old.atttypmod, old.attcollation));
		if lost is not null and (not keep or readers is not null) then
			raise exception 'view % would lose or change columns (%); built on it: %', target, lost,
				coalesce(ph_support.dependants('pg_class', view), 'nothing')
				using errcode = 'dependent_objects_still_exist', hint =
					'Drop the view, and what is built on it, and call again.';
		elsif lost is not null then
			query := format('select *, %s from (%s) shorter', unknown, query);
			execute format('create or replace temp view ph_replacement as %s', query);
		end if;
		-- columns that are there keep their places, new ones come after them
		select string_agg(quote_ident(new.attname), ', ' order by old.attnum, new.attnum) as names,
			bool_and(old.attnum is not distinct from new.attnum or old.attnum is null) as in_order
		into part
		from pg_attribute new
		left join pg_attribute old on old.attrelid = view and old.attname = new.attname
		where new.attrelid = 'pg_temp.ph_replacement'::regclass and new.attnum > 0;
		if not part.in_order then
			query := format('select %s from (%s) replacement', part.names, query);
			drop view ph_replacement;
			execute format('create temp view ph_replacement as %s', query);
		end if;
		-- who is reading the view is not waited for where nothing changes
		if pg_get_viewdef(view) <> pg_get_viewdef('pg_temp.ph_replacement'::regclass)
			or not exists (select from pg_class where oid = view and 'security_invoker=true' = any (reloptions))
		then
			execute format('create or replace view %s with (security_invoker = true) as %s', target, query);
		end if;
		drop view ph_replacement;
	end if;
	execute format('comment on rule "_RETURN" on %s is %L', target, 'population_health: generated');
	call ph_support.describe_generated('VIEW', target, 'pg_class', view, description);
	call ph_support.comment_columns(view, columns);
end
$$;
comment on procedure ph_support.replace_view(text, text, text, text, jsonb, boolean) is
	'makes a view of a query with the rights of whoever asks it, or replaces the one that this extension made: '
	'columns that are there keep their places and new ones come last; '
	'with keep a column that the query has no more is NULL while only generated views and functions read it. '
	'Errors: duplicate_object where the name is taken by something else, '
	'invalid_object_definition where the query reads the view itself, dependent_objects_still_exist, '
	'with what is built on the view, where a column would go away or change its type';

create procedure ph_support.replace_function(schema text, name text, types text, definition text, description text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := format('%I.%I(%s)', schema, name, types);
	other record;
begin
	call ph_support.require_own_schema(schema, name);
	for other in
		select oid, oid::regprocedure as signature
		from pg_proc
		where pronamespace = to_regnamespace(quote_ident(schema)) and proname = name
	loop
		call ph_support.require_generated(schema, name, 'pg_proc', other.oid);
		if other.oid <> coalesce(to_regprocedure(target), 0) then  -- one function a name, or literals are ambiguous
			execute format('drop function %s', other.signature);
		end if;
	end loop;
	execute format('create or replace function %I.%I%s', schema, name, definition);
	call ph_support.describe_generated('FUNCTION', target, 'pg_proc', target::regprocedure, description);
end
$$;
comment on procedure ph_support.replace_function(text, text, text, text, text) is
	'makes a function (definition: from its arguments on), or replaces the one that this extension made, in place; '
	'types are those of its arguments. Errors: duplicate_object where the name is taken by something else, '
	'dependent_objects_still_exist where others are built on one with other arguments';
