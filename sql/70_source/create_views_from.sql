
-- ---- from the tables that people have to the shared tables, in one CALL ----

create function ph_support.source_load(
	map text, source text, schema text, options jsonb, maps text, data_day timestamptz) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known jsonb;
	wrong text;
begin
	execute format(
		'select coalesce(jsonb_object_agg(option, value), ''{}'') from %I.source_option o where o.map = $1', maps)
	into known
	using map;
	if jsonb_typeof(options) is distinct from 'object' then
		raise exception 'argument "options" must be a JSON object'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"day_order": "DMY"}''.';
	end if;
	if not isfinite(data_day) then
		raise exception 'argument "data_day" must be a day'
			using errcode = 'invalid_parameter_value', hint = 'It is the last day of which the data tell.';
	end if;
	select string_agg(k, ', ' order by k) into wrong from jsonb_object_keys(options) k where not known ? k;
	if wrong is not null then
		raise exception 'map "%" has no option %', map, wrong
			using errcode = 'invalid_parameter_value', hint = format('Its options are %s.', coalesce((
				select string_agg(k, ', ' order by k) from jsonb_object_keys(known) k), 'none'));
	end if;
	return jsonb_build_object('maps', maps, 'map', map, 'source', source, 'schema', schema, 'prefix', '',
		-- what is chosen as null is not chosen
		'options', jsonb_build_object('day_order', 'ISO', 'sentinel_days', '{}') || known
			|| jsonb_strip_nulls(options),
		'data_day', ph_support.day(data_day));
end
$$;
comment on function ph_support.source_load(text, text, text, jsonb, text, timestamptz) is
	'how a map is used, for the queries that it stands for. Errors: invalid_parameter_value for an unknown option';

create procedure ph_support.require_source(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing text;
begin
	if to_regnamespace(quote_ident(load ->> 'source')) is null then
		raise exception 'argument "source" names no schema: "%"', load ->> 'source'
			using errcode = 'invalid_schema_name', hint = 'Name the schema in which the tables of the source are.';
	end if;
	select string_agg(needed, ', ' order by needed)
	into missing
	from (
		select concat_ws('.', c.relation, case when c.found is not null then c.column_name end) as needed
		from ph_support.source_columns(load) c
		where c.name is null and (c.needed = 'source' or c.needed = 'relation' and c.found is not null)
		union
		select format('%s.%s', c.relation, string_agg(c.column_name, ' or ' order by c.column_name))
		from ph_support.source_columns(load) c
		where c.needed = 'one' and c.found is not null
		group by c.relation
		having count(c.name) = 0
		union
		select 'one of ' || string_agg(distinct c.relation, ', ')
		from ph_support.source_columns(load) c
		where not c.relation = any ('{place,place_parent,place_factor}')
		having count(c.found) = 0 and count(*) filter (where c.needed = 'source') = 0
	) needed;
	if missing is not null then
		raise exception 'schema "%" lacks what map "%" needs: %', load ->> 'source', load ->> 'map', missing
			using errcode = 'undefined_table', hint = 'ph.source_column says what each map reads; '
				'ph.copy_source_map makes a copy to change. Nothing was made.';
	end if;
	if not load #>> '{options,day_order}' = any ('{ISO,DMY,MDY}') then
		raise exception 'option "day_order" must be ISO, DMY or MDY'
			using errcode = 'invalid_parameter_value', hint = 'It is how the source writes 1 April 2024: '
				'2024-04-01 or 20240401, 01/04/2024, or 04/01/2024.';
	end if;
	begin
		perform (load #>> '{options,sentinel_days}')::date[];
	exception when data_exception then
		raise exception 'option "sentinel_days" must be an array of days'
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"sentinel_days": "{1800-01-01,1900-01-01}"}''.';
	end;
end
$$;
comment on procedure ph_support.require_source(jsonb) is
	'does nothing where the source has what the map needs. '
	'Errors: invalid_schema_name, undefined_table with what is missing, invalid_parameter_value';

create procedure ph_support.make_source_relation(load jsonb, name text, query text, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made bigint;
	description constant text := format('made by map %s of %s', load ->> 'map', load ->> 'source');
	columns constant jsonb := (
		select coalesce(jsonb_object_agg(c.column_name, c.description), '{}')
		from ph.shared_column() c
		where c.relation = name);
begin
	if tables then
		execute format('create table %I.%I as %s', load ->> 'schema', concat(load ->> 'prefix', name), query);
		get diagnostics made = row_count;
		execute format('analyze %I.%I', load ->> 'schema', concat(load ->> 'prefix', name));
		if made > 0 then
			raise notice '%: % rows after % s', name, made,
				round(extract(epoch from clock_timestamp() - transaction_timestamp())::numeric, 1);
		end if;
	else
		call ph_support.replace_view(load ->> 'schema', name, query, description, columns);
	end if;
end
$$;
comment on procedure ph_support.make_source_relation(jsonb, text, text, boolean) is
	'makes of a query a view, or a table, of which it says how many rows it has and when it was done';

create function ph_support.shared_rows_query(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format('select %s from %s',
		string_agg(
			case
				when ph_support.map_makes(load, wanted) then quote_ident(c.column_name)
				else format('null::%s as %I', c.column_type, c.column_name) end,
			', ' order by c.ordinality),
		case
			when not ph_support.map_makes(load, wanted) then '(select where false) nothing'
			else format('%I.%I where %s', load ->> 'schema', concat(load ->> 'prefix', 'source_', wanted),
				ph_support.row_is_used()) end)
	from ph.shared_column() with ordinality c
	where c.relation = wanted;
end;
comment on function ph_support.shared_rows_query(jsonb, text) is
	'the query of a shared table from the judged rows of a map; without rows where the map makes none';

create function ph_support.source_count_query(load jsonb, wanted text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
begin atomic
	select format(
		'select %L, part, source_provider, said.kind, said.what, count(*), min(source_key)
		from %I.%I, lateral (
			select case when fault is null then ''used'' else ''set aside'' end, fault
			union all
			select ''remark'', remark from unnest(remarks) remark where fault is null) said (kind, what)
		group by part, source_provider, said.kind, said.what',
		wanted, load ->> 'schema', concat(load ->> 'prefix', 'source_', wanted));
end;
comment on function ph_support.source_count_query(jsonb, text) is
	'the query that counts the judged rows of a map for a shared table: used, set aside and why, remarked';

create procedure ph_support.make_source_counts(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	relation text;
begin
	execute format('create table if not exists %I.source_count (
			relation text not null, part text not null, provider text, kind text not null, what text,
			rows bigint not null, example text)', load ->> 'schema');
	call ph_support.describe_table(format('%I.source_count', load ->> 'schema'),
		'what became of the rows of the source: used, set aside and why, remarked',
		'{"relation": "the shared table", "part": "part of the map", "provider": "whose rows; NULL is not said",
			"kind": "used, set aside or remark", "what": "why it was set aside, or what is remarked",
			"rows": "rows of the source", "example": "the key of one of them"}');
	execute format('delete from %I.source_count', load ->> 'schema');
	for relation in
		select m
		from ph_support.made_shared_table() m
		where ph_support.map_makes(load, m)
	loop
		execute format('insert into %I.source_count %s', load ->> 'schema',
			ph_support.source_count_query(load, relation));
	end loop;
end
$$;
comment on procedure ph_support.make_source_counts(jsonb) is
	'fills source_count of the schema with what became of the rows of the source';

create procedure ph_support.require_understood(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lost record;
begin
	-- nobody can be used, or days are written otherwise than they are read
	execute format(
		'with counted as (
			select relation, kind, what, sum(rows) as rows, min(example) as example
			from %I.source_count
			where kind <> ''remark''
			group by relation, kind, what
		)
		select relation, what, (select sum(a.rows) from counted a where a.relation = c.relation) as rows, example
		from counted c
		where kind = ''set aside'' and (
			what = ''unreadable date''
				and 2 * rows > (select sum(a.rows) from counted a where a.relation = c.relation)
			or relation = ''person''
				and not exists (select from counted u where u.relation = ''person'' and u.kind = ''used''))
		order by what = ''unreadable date'' desc, rows desc
		limit 1', load ->> 'schema')
	into lost;
	if lost.relation is not null then
		raise exception 'most of the % rows for "%" cannot be understood: %, as that of %',
			lost.rows, lost.relation, lost.what, lost.example
			using errcode = 'data_exception', hint = 'ph.source_column says how each column is read, '
				'and the option day_order how days are written. Nothing was made.';
	end if;
end
$$;
comment on procedure ph_support.require_understood(jsonb) is
	'does nothing where there are people to use, or none at all in the source, and most days can be read. '
	'Errors: data_exception with how many rows cannot be understood, why, and the key of one';

create function ph_support.source_data_day(load jsonb) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	day date;
begin
	if load ->> 'data_day' is not null then
		return (load ->> 'data_day')::date;
	end if;
	execute format('select max(day) from (%s) said', coalesce(
		ph_support.source_rows_query(load, 'data_day'), 'select null::date as day'))
	into day;
	if day is null or not isfinite(day) then
		raise exception 'the source does not say up to which day its data tell'
			using errcode = 'invalid_parameter_value', hint = 'Give it as argument "data_day". Nothing was made.';
	end if;
	return day;
end
$$;
comment on function ph_support.source_data_day(jsonb) is
	'the last day that the data tell of: the one that was given, or else the one that the source says. '
	'Errors: invalid_parameter_value where there is none';

create function ph_support.map_steps(load jsonb) returns table (relation text, shared boolean, name text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select r.relation, t.relation is not null,
			case when t.relation is null then r.relation else ''source_'' || r.relation end
		from (
			select relation, min(step) as step
			from %I.source_rows
			where map = $1 and relation <> ''data_day''
			group by relation
		) r
		left join ph.shared_table() t using (relation)
		order by r.step, r.relation', load ->> 'maps')
	using load ->> 'map';
end
$$;
comment on function ph_support.map_steps(jsonb) is
	'what a map makes, in its order: steps of the map''s own, and shared tables, whose judged rows are source_person '
	'and so on; the data day is asked for before';

create procedure ph_support.make_source_rows(load jsonb, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made record;
	query text;
begin
	for made in select * from ph_support.map_steps(load) loop
		query :=
			case
				when made.shared then ph_support.judged_rows_query(load, made.relation)
				else ph_support.source_rows_query(load, made.relation) end;
		call ph_support.make_source_relation(load, made.name, query, tables);
	end loop;
end
$$;
comment on procedure ph_support.make_source_rows(jsonb, boolean) is
	'makes what a map makes of a source, as views or tables';

create function ph_support.made_shared_table() returns setof text
language sql immutable parallel safe
begin atomic
	select t.relation
	from ph.shared_table() with ordinality t
	where not t.relation = any ('{code_list,code_map,data_day}')
	order by t.ordinality;
end;
comment on function ph_support.made_shared_table() is
	'the shared tables that maps make, in the order in which they can be filled; code lists are brought, '
	'the data day is said';

create procedure ph_support.move_shared_tables_in(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation text;
	statement text;
begin
	for relation in select ph_support.made_shared_table() loop
		execute format('alter table %I.%I rename to %I', load ->> 'schema', 'new_' || relation, relation);
	end loop;
	for statement in select ph_support.shared_table_statements(array(select ph_support.made_shared_table())) loop
		execute ph_support.in_schema(statement, load ->> 'schema');
	end loop;
end
$$;
comment on procedure ph_support.move_shared_tables_in(jsonb) is
	'lets the new rows be the shared tables, with their keys, references, indexes and comments';

create function ph_support.changed_rows_query(schema text, wanted text, columns text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format(
		'select %1$s from ((select %2$s from %3$I.%4$I except all select %2$s from %3$I.%5$I)
			union all (select %2$s from %3$I.%5$I except all select %2$s from %3$I.%4$I)) differing',
		columns, string_agg(quote_ident(c.column_name), ', '), schema, wanted, 'new_' || wanted)
	from ph.shared_column() c
	where c.relation = wanted;
end;
comment on function ph_support.changed_rows_query(text, text, text) is
	'the query of columns of the rows of a shared table that are not among the new ones, and the other way round';

create procedure ph_support.change_shared_rows(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	schema constant text := load ->> 'schema';
	persons text[];
	part record;
begin
	-- who has a row that differs is written anew, in all person tables, so that references hold
	persons := array(
		select m
		from ph_support.made_shared_table() with ordinality made (m, place)
		where exists (select from ph.shared_column() c where c.relation = m and c.column_name = 'person_id')
		order by place);
	execute format('create temp table ph_changed on commit drop as select distinct person_id from (%s) changed', (
		select string_agg(ph_support.changed_rows_query(schema, r, 'person_id'), ' union all ')
		from unnest(persons) r));
	for part in select r as relation from unnest(persons) with ordinality u (r, place) order by place desc loop
		execute format('delete from %I.%I where person_id in (select person_id from pg_temp.ph_changed)',
			schema, part.relation);
	end loop;
	for part in
		select r.relation, r.of_person, t.key, string_agg(quote_ident(c.column_name), ', ') as columns,
			string_agg(format('%1$I = excluded.%1$I', c.column_name), ', ')
				filter (where not c.column_name = any (t.key)) as changes
		from (select m, m = any (persons) from ph_support.made_shared_table() m) r (relation, of_person)
		join ph.shared_table() t using (relation)
		join ph.shared_column() c using (relation)
		group by r.relation, r.of_person, t.key
		order by array_position(array(select ph_support.made_shared_table()), r.relation)
	loop
		if part.of_person then
			execute format(
				'insert into %1$I.%2$I (%3$s)
				select %3$s from %1$I.%4$I where person_id in (select person_id from pg_temp.ph_changed)',
				schema, part.relation, part.columns, 'new_' || part.relation);
		else
			execute format(
				'insert into %1$I.%2$I (%3$s)
				select %3$s from (select %3$s from %1$I.%4$I except all select %3$s from %1$I.%2$I) new
				on conflict (%5$s) do %6$s',
				schema, part.relation, part.columns, 'new_' || part.relation, array_to_string(part.key, ', '),
				case when part.changes is null then 'nothing' else 'update set ' || part.changes end);
		end if;
		execute format('analyze %I.%I', schema, part.relation);
	end loop;
	-- places that are gone, after all that names them
	for part in
		select t.relation, t.key
		from ph.shared_table() t
		where t.relation in (select ph_support.made_shared_table()) and not t.relation = any (persons)
		order by array_position(array(select ph_support.made_shared_table()), t.relation) desc
	loop
		execute format(
			'delete from %1$I.%2$I old where not exists (select from %1$I.%3$I new where (%4$s) = (%5$s))',
			schema, part.relation, 'new_' || part.relation,
			(select string_agg('old.' || quote_ident(k), ', ') from unnest(part.key) k),
			(select string_agg('new.' || quote_ident(k), ', ') from unnest(part.key) k));
	end loop;
	drop table pg_temp.ph_changed;
	for part in select ph_support.made_shared_table() as relation loop
		execute format('drop table %I.%I', schema, 'new_' || part.relation);
	end loop;
end
$$;
comment on procedure ph_support.change_shared_rows(jsonb) is
	'writes into the shared tables what differs in the new rows: persons of whom a row differs are written anew, '
	'and nobody else, so that triggers note who has changed';

create procedure ph_support.drop_source_rows(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	made record;
begin
	for made in select * from ph_support.map_steps(load) loop
		execute format('drop table %I.%I', load ->> 'schema', concat(load ->> 'prefix', made.name));
	end loop;
end
$$;
comment on procedure ph_support.drop_source_rows(jsonb) is 'drops the tables of what a map made on its way';

create procedure ph_support.note_source_load(load jsonb, tables boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	schema constant text := load ->> 'schema';
	relation text;
	kept date;
begin
	foreach relation in array '{code_list,code_map,data_day}'::text[] loop
		if to_regclass(format('%I.%I', schema, relation)) is null then
			call ph_support.make_shared_tables(schema, array[relation]);
			if relation = 'code_list' then
				call ph.load_shipped_code_lists(schema);
			end if;
		end if;
	end loop;
	execute format('select max(day) from %I.data_day', schema) into kept;
	if kept is distinct from (load ->> 'data_day')::date then
		execute format('delete from %I.data_day', schema);
		execute format('insert into %I.data_day values ($1)', schema) using (load ->> 'data_day')::date;
	end if;
	call ph_support.create_data_load(schema);
	execute format('create table if not exists %I.source_load (
		load_id bigint, map text, maps text, source text, options jsonb, materialised boolean, data_day date)', schema);
	call ph_support.describe_table(format('%I.source_load', schema),
		'how the shared tables were made, the last row last',
		'{"load_id": "the data stamp then", "map": "name of the map", "maps": "schema that has it",
			"source": "schema of the source", "options": "what was chosen", "materialised": "as tables, or as views",
			"data_day": "last day that the data tell of"}');
	for relation in select ph_support.made_shared_table() loop
		execute format(
			'insert into %1$I.data_load (relation, rows)
			select %2$L, coalesce(sum(rows), 0) from %1$I.source_count where relation = %2$L and kind = ''used''',
			schema, relation);
	end loop;
	execute format('insert into %1$I.source_load
		select (select max(load_id) from %1$I.data_load), $1, $2, $3, $4, $5, $6', schema)
	using load ->> 'map', load ->> 'maps', load ->> 'source', load -> 'options', tables, (load ->> 'data_day')::date;
end
$$;
comment on procedure ph_support.note_source_load(jsonb, boolean) is
	'says in data_day, data_load and source_load of the schema what was made of which source';

create function ph_support.preferred_kind(preference text, kinds text[]) returns text
language sql immutable
begin atomic
	select case
		when preference is not null then coalesce((
			select p.kind
			from regexp_split_to_table(preference, ', *') with ordinality p (kind, place)
			where p.kind = any (kinds)
			order by p.place
			limit 1), 'none') end;
end;
comment on function ph_support.preferred_kind(text, text[]) is
	'of kinds of place in order of preference, between commas, the first that the data have; '
	'none where they have none, NULL without a preference';

create procedure ph_support.create_views_of_source(load jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	schema constant text := load ->> 'schema';
	options constant jsonb := load -> 'options';
	kinds text[];
	small_area text;
begin
	execute format('select coalesce(array_agg(distinct place_kind), ''{}'') from %I.place', schema) into kinds;
	small_area := ph_support.preferred_kind(options ->> 'small_area', kinds);
	execute format('select $1 || coalesce(array_agg(distinct place_kind), ''{}'')
		from %1$I.place where place_id in (select pcn_code from %1$I.registration)', schema)
	into kinds
	using ph_support.kinds_above(schema, format(
		'(place_kind = %L or place_id in (select practice_code from %I.registration))', small_area, schema));
	call ph.create_population_views(schema, small_area,
		ph_support.preferred_kind(options ->> 'neighbourhood', kinds),
		ph_support.preferred_kind(options ->> 'place', kinds), ph_support.preferred_kind(options ->> 'system', kinds),
		options ->> 'deprivation', options ->> 'population');
	call ph.create_segment_inputs(schema);
end
$$;
comment on procedure ph_support.create_views_of_source(jsonb) is
	'makes the population views and the inputs of segments with the kinds of place that a map chooses';

create procedure ph.create_views_from(
	map text,
	source text,
	schema text,
	materialise boolean default false,
	options jsonb default '{}',
	data_day timestamptz default null,
	maps text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	load jsonb;
	relation text;
	query text;
	kind "char";
	again boolean := false;
begin
	if schema is null or source is null or materialise is null then
		raise exception 'source, schema and materialise must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	call ph_support.require_source_map(maps, map);
	call ph_support.require_own_schema(schema);
	-- who else makes the same schema waits
	perform pg_advisory_xact_lock(hashtextextended('population_health ' || schema, 0));
	load := ph_support.source_load(map, source, schema, options, maps, data_day);
	call ph_support.require_source(load);
	load := load || jsonb_build_object('data_day', ph_support.source_data_day(load));

	select c.relkind into kind from pg_class c where c.oid = to_regclass(format('%I.person', schema));
	again := to_regclass(format('%I.source_load', schema)) is not null and kind is not null;
	if kind is not null and (not again or (kind = 'r') <> materialise) then
		raise exception 'schema "%" already has shared tables, made otherwise', schema
			using errcode = 'duplicate_table', hint = 'Name another schema, or drop this one first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	load := load || jsonb_build_object('prefix', case when materialise then 'new_' else '' end);
	call ph_support.make_source_rows(load, materialise);
	for relation in select ph_support.made_shared_table() loop
		query := ph_support.shared_rows_query(load, relation);
		call ph_support.make_source_relation(load, relation, query, materialise);
	end loop;
	call ph_support.make_source_counts(load);
	call ph_support.require_understood(load);
	if materialise then
		call ph_support.drop_source_rows(load);
		if again then
			call ph_support.change_shared_rows(load);
		else
			call ph_support.move_shared_tables_in(load);
		end if;
	end if;
	call ph_support.note_source_load(load, materialise);
	call ph_support.create_views_of_source(load);
	if to_regclass(format('%I.stored_stay', schema)) is not null then
		call ph.refresh_stays(schema);
	end if;
	call ph_support.refresh_access_where_secured(schema);
end
$$;
comment on procedure ph.create_views_from(text, text, text, boolean, jsonb, timestamptz, text) is
	'makes the shared tables of a schema from the tables of a source that has the shape of a map '
	'(ph.source_maps: omop, synthea, hes, gp_extract), with the code lists that are shipped, '
	'the population views and the inputs of segments over them. '
	'They are views, or with materialise tables with keys, indexes and statistics, written in parallel; called again, '
	'views are replaced in place, and of tables only the persons are written of whom a row differs. '
	'options as ph.source_option lists them; data_day where the source does not say up to which day it tells; '
	'maps is the schema of a map of your own. Rows that cannot be are set aside and counted in source_count: '
	'SELECT * FROM ph.source_report(schema). All or nothing is made. '
	'Errors: undefined_object for an unknown map, invalid_schema_name, undefined_table with what the source lacks, '
	'invalid_parameter_value for an unknown option and without a data day, '
	'data_exception where most of it cannot be understood, '
	'duplicate_table where the schema has other shared tables';
