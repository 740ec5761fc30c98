
-- ---- maps from the tables that people have to the shared tables ----
-- A map is data: which columns of a source it reads, which rows of the source make rows of which shared table, and
-- which expression makes which column. It is SQL that a person can read and change; the rules that all sources share
-- (duplicates, unknown persons, days that cannot be) stand once, in ph_support.judged_rows_query().
--
-- In rows and expressions {visit_occurrence} is a relation of the source with the columns of source_column, each in its
-- type and NULL where the source has none; {made.NAME} is what an earlier step of the map has made;
-- {option.NAME} the value of an option as a literal, {column.NAME} an option that names a column, {load.data_day} the
-- last day that the data tell of.

create table ph.source_map (
	map text primary key check (map <> ''),
	description text not null,
	published text not null
);
comment on table ph.source_map is
	'the shapes of data that ph.create_views_from understands, one row a map; '
	'ph.copy_source_map makes a copy to change';
comment on column ph.source_map.map is 'name of the map';
comment on column ph.source_map.description is 'the shape of the source, and what the map makes of it';
comment on column ph.source_map.published is 'who publishes the shape of the source';

create table ph.source_column (
	map text not null references ph.source_map on delete cascade,
	relation text not null,
	column_name text not null,
	column_type text not null default 'text' check (column_type in ('text', 'day', 'number', 'whole')),
	needed text not null default 'no' check (needed in ('source', 'relation', 'one', 'no')),
	primary key (map, relation, column_name)
);
comment on table ph.source_column is
	'what a map reads: one row a column of the source, found in any case of its letters';
comment on column ph.source_column.map is 'name of the map';
comment on column ph.source_column.relation is 'relation of the source, a table, view or foreign table';
comment on column ph.source_column.column_name is 'its column';
comment on column ph.source_column.column_type is
	'how it is read: text (NULL where empty), day, number, whole number; a number that cannot be read is NULL, '
	'a day -infinity, which sets its row aside';
comment on column ph.source_column.needed is
	'source: nothing can be made without it; relation: its relation cannot be read without it; '
	'one: its relation cannot be read without one of those; no: it can be missing';

create table ph.source_option (
	map text not null references ph.source_map on delete cascade,
	option text not null check (option ~ '^[a-z_]+$'),
	value text,
	description text not null,
	primary key (map, option)
);
comment on table ph.source_option is 'what can be chosen when a map is used, and what holds otherwise';
comment on column ph.source_option.map is 'name of the map';
comment on column ph.source_option.option is 'name of the option';
comment on column ph.source_option.value is 'what holds where nothing is chosen';
comment on column ph.source_option.description is 'what is chosen';

create table ph.source_value (
	map text not null references ph.source_map on delete cascade,
	list text not null,
	source_value text not null,
	value text,
	description text,
	primary key (map, list, source_value)
);
comment on table ph.source_value is
	'what a value of the source means; the row * stands for every value without a row, which is counted, '
	'and without it such a value is unknown, and counted too';
comment on column ph.source_value.map is 'name of the map';
comment on column ph.source_value.list is 'name of the list of values';
comment on column ph.source_value.source_value is 'value as the source has it';
comment on column ph.source_value.value is 'value of the shared table; NULL is known to be unknown';
comment on column ph.source_value.description is 'what the value says';

create table ph.source_rows (
	map text not null references ph.source_map on delete cascade,
	step integer not null,
	relation text not null check (relation ~ '^[a-z_0-9]+$'),
	part text not null,
	source_rows text not null,
	description text not null,
	primary key (map, relation, part)
);
comment on table ph.source_rows is
	'which rows of the source make rows of which relation: a shared table, or a step on the way to one';
comment on column ph.source_rows.map is 'name of the map';
comment on column ph.source_rows.step is 'order in which relations are made';
comment on column ph.source_rows.relation is 'shared table, or a name of the map''s own that later steps read';
comment on column ph.source_rows.part is 'which of the parts whose rows it has, for the report';
comment on column ph.source_rows.source_rows is 'what stands after FROM, a condition and groups included';
comment on column ph.source_rows.description is 'which rows these are, and what is left out';

create table ph.source_expression (
	map text not null,
	relation text not null,
	part text not null,
	column_name text not null,
	expression text not null,
	value_list text,
	primary key (map, relation, part, column_name),
	foreign key (map, relation, part) references ph.source_rows on delete cascade
);
comment on table ph.source_expression is
	'which expression makes which column; columns of a shared table without one are NULL';
comment on column ph.source_expression.map is 'name of the map';
comment on column ph.source_expression.relation is 'relation that is made';
comment on column ph.source_expression.part is 'part of it';
comment on column ph.source_expression.column_name is
	'its column, or of a shared table source_key (names a row of the source; a second row of one key '
	'is a duplicate), source_row (where rows have no key: all of it), '
	'source_provider (whose rows these are, for the report), source_end (the end as the source says it), '
	'source_fault (why a row must be set aside), source_remark, '
	'source_remark_2 and so on (what the report counts of rows that are used), '
	'and of person also earliest_birth_date and source_person (who it is in the source)';
comment on column ph.source_expression.expression is 'SQL over the rows of the part';
comment on column ph.source_expression.value_list is 'list of source_value by which the value is translated';

grant select on ph.source_map, ph.source_column, ph.source_option, ph.source_value, ph.source_rows, ph.source_expression
	to public;

create function ph_support.source_map_tables() returns text[]
language sql immutable parallel safe
return '{source_map,source_column,source_option,source_value,source_rows,source_expression}'::text[];
comment on function ph_support.source_map_tables() is
	'the tables of which a map has rows, each after those it refers to';

create procedure ph_support.require_source_map(maps text, map text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	known text;
begin
	if to_regclass(format('%I.source_map', maps)) is null then
		raise exception 'schema "%" has no maps', maps
			using errcode = 'undefined_table',
				hint = 'CALL ph.copy_source_map(...) makes the tables and a copy of a map.';
	end if;
	execute format('select string_agg(map, '', '' order by map) from %I.source_map', maps) into known;
	if map is null or not map = any (string_to_array(known, ', ')) then
		raise exception 'argument "map" is none of the maps of schema "%"', maps
			using errcode = 'undefined_object', hint = format('There are %s.', coalesce(known, 'none'));
	end if;
end
$$;
comment on procedure ph_support.require_source_map(text, text) is
	'does nothing where the schema maps has the map. Errors: undefined_table, undefined_object with what there is';

create function ph.source_maps(maps text default 'ph')
returns table (
	map text, relation text, part text, column_name text, expression text, value_list text, source_rows text,
	description text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.source_map', maps)) is null then
		raise exception 'schema "%" has no maps', maps
			using errcode = 'undefined_table',
				hint = 'CALL ph.copy_source_map(...) makes the tables and a copy of a map.';
	end if;
	return query execute format(
		'select r.map, r.relation, r.part, e.column_name, e.expression, e.value_list, r.source_rows, r.description
		from %1$I.source_rows r
		left join %1$I.source_expression e using (map, relation, part)
		order by r.map, r.step, r.relation, r.part, e.column_name', maps);
end
$$;
comment on function ph.source_maps(text) is
	'the maps of a schema, those that are shipped unless another is named: one row a column that is made, '
	'with its expression and the rows of the source it is over, in the order in which they are made. '
	'What a source must have, its options and the meaning of its values stand in ph.source_column, ph.source_option '
	'and ph.source_value. Errors: undefined_table';

create procedure ph.copy_source_map(map text, schema text, copy text default null, maps text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	relation text;
	columns text;
	taken boolean;
begin
	call ph_support.require_source_map(maps, map);
	call ph_support.require_own_schema(schema);
	copy := coalesce(copy, map);
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	if to_regclass(format('%I.source_map', schema)) is not null then
		execute format('select exists (select from %I.source_map m where m.map = $1)', schema) into taken using copy;
		if taken then
			raise exception 'schema "%" already has a map "%"', schema, copy
				using errcode = 'duplicate_object', hint = 'Give the copy another name, or delete the other first.';
		end if;
	end if;
	foreach relation in array ph_support.source_map_tables() loop
		if to_regclass(format('%I.%I', schema, relation)) is null then
			execute format('create table %I.%I (like ph.%I including all)', schema, relation, relation);
			if relation <> 'source_map' then
				execute format('alter table %I.%I add foreign key (%s) references %I.%I on delete cascade',
					schema, relation,
					case relation when 'source_expression' then 'map, relation, part' else 'map' end, schema,
					case relation when 'source_expression' then 'source_rows' else 'source_map' end);
			end if;
		end if;
		select string_agg(quote_ident(attname), ', ' order by attnum)
		into columns
		from pg_attribute
		where attrelid = format('ph.%I', relation)::regclass and attnum > 0 and not attisdropped and attname <> 'map';
		execute format('insert into %I.%I (map, %s) select $1, %s from %I.%I s where s.map = $2',
			schema, relation, columns, columns, maps, relation)
		using copy, map;
	end loop;
end
$$;
comment on procedure ph.copy_source_map(text, text, text, text) is
	'copies a map into tables of the same names in a schema of yours, which are made where there are none, '
	'as copy (NULL: the same name), to change there: ph.create_views_from(..., maps => schema) uses it. '
	'Errors: undefined_table, undefined_object for an unknown map, duplicate_object, '
	'22023 for a schema of the extension';
