
-- ---- the queries that a map stands for ----
-- load is how a map is used: maps (the schema whose tables hold it), map, source (schema), schema, prefix (of the names
-- of what is made), options, data_day.

create function ph_support.source_day(written text, day_order text) returns date
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_day';
comment on function ph_support.source_day(text, text) is
	'the day that a source has written: 2024-04-01 or 2024-04-01T09:30:00Z, 20240401, and 01/04/2024 only where '
	'day_order says DMY or MDY; NULL where nothing is written, -infinity for what cannot be read';

create function ph_support.source_number(written text) returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_number';
comment on function ph_support.source_number(text) is 'the number that a source has written; NULL for what is none';

create function ph_support.source_whole(written text) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'source_whole';
comment on function ph_support.source_whole(text) is
	'the whole number that a source has written, 5 or 5.0; NULL for what is none';

create function ph_support.source_relation(source text, relation text) returns regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select oid
	from pg_class
	where relnamespace = to_regnamespace(quote_ident(source)) and lower(relname collate "C") = relation
		and relkind in ('r', 'p', 'v', 'm', 'f')
	order by relname = relation desc, relname
	limit 1
$$;
comment on function ph_support.source_relation(text, text) is
	'the relation of the source by this name, in any case of its letters';

create function ph_support.source_reading(name text, type regtype, column_type text, day_order text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select
		case
			when name is null then format('null::%s', case column_type
				when 'day' then 'date'
				when 'number' then 'numeric'
				when 'whole' then 'bigint'
				else 'text' end)
			when column_type = 'day' and type = 'date'::regtype then quote_ident(name)
			when column_type = 'day' and type in ('timestamp'::regtype, 'timestamptz'::regtype)
				then format('%I::date', name)
			when column_type = 'day' then format('ph_support.source_day(%I::text, %L)', name, day_order)
			when column_type = 'whole' and type in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
				then format('%I::bigint', name)
			when column_type = 'whole' then format('ph_support.source_whole(%I::text)', name)
			when column_type = 'number' and type in (
				'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype)
				then format('%I::numeric', name)
			when column_type = 'number' then format('ph_support.source_number(%I::text)', name)
			else format('nullif(btrim(%I::text), '''')', name) end;
end;
comment on function ph_support.source_reading(text, regtype, text, text) is
	'the expression that reads a column of a source in the type that a map wants, typed NULL where there is none';

create function ph_support.source_columns(load jsonb, wanted text default null)
returns table (relation text, column_name text, column_type text, needed text, found regclass, name name, type regtype)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'with named as (
			select relation, ph_support.source_relation($2, relation) as found
			from (
				select distinct relation from %1$I.source_column where map = $1 and coalesce(relation = $3, true)) named
		), attribute as (
			select distinct on (relation, lower(attname collate "C"))
				relation, lower(attname collate "C") as column_name, attname,
				-- what is of a domain is read as what it is of, whatever form the session writes days in
				coalesce(nullif(typbasetype, 0), atttypid) as atttypid
			from named
			join pg_attribute on attrelid = found and attnum > 0 and not attisdropped
			join pg_type on pg_type.oid = atttypid
			order by relation, lower(attname collate "C"), attname = lower(attname collate "C") desc, attnum
		)
		select c.relation, c.column_name, c.column_type, c.needed, r.found, a.attname, a.atttypid::regtype
		from %1$I.source_column c
		join named r using (relation)
		left join attribute a using (relation, column_name)
		where c.map = $1',
		load ->> 'maps')
	using load ->> 'map', load ->> 'source', wanted;
end
$$;
comment on function ph_support.source_columns(jsonb, text) is
	'the columns that a map reads, of one relation or all, and what the source has for them: relation, name and type, '
	'NULL where it has none';

create function ph_support.source_relation_query(load jsonb, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	relation_query text;
begin
	select format('(select %s%s)',
		string_agg(
			format('%s as %I', ph_support.source_reading(c.name, c.type, c.column_type, load #>> '{options,day_order}'),
				c.column_name),
			', ' order by c.column_name),
		coalesce(', md5(source_row::text) as source_row from ' || min(c.found::text) || ' source_row',
			', null::text as source_row where false'))
	into relation_query
	from ph_support.source_columns(load, wanted) c
	having count(*) > 0;
	if relation_query is null then
		raise exception 'map "%" reads "%", of which it names no column', load ->> 'map', wanted
			using errcode = 'invalid_parameter_value', hint = 'Add its columns to source_column.';
	end if;
	return relation_query;
end
$$;
comment on function ph_support.source_relation_query(jsonb, text) is
	'the query, in brackets, of a relation of the source with the columns that a map names, each in its type; '
	'without rows where the source has no such relation. Errors: invalid_parameter_value';

create function ph_support.source_option(load jsonb, option text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if not load -> 'options' ? option then
		raise exception 'map "%" asks for an option "%" that it does not have', load ->> 'map', option
			using errcode = 'invalid_parameter_value', hint = 'Add it to source_option.';
	end if;
	return load -> 'options' ->> option;
end
$$;
comment on function ph_support.source_option(jsonb, text) is
	'the value of an option. Errors: invalid_parameter_value where the map has none of this name';

create function ph_support.source_column_option(load jsonb, option text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	chosen constant text := ph_support.source_option(load, option);
begin
	if chosen is null or not exists (select from ph_support.source_columns(load) c where c.column_name = chosen) then
		raise exception 'option "%" must name a column that map "%" reads', option, load ->> 'map'
			using errcode = 'invalid_parameter_value', hint = 'ph.source_column lists them.';
	end if;
	return chosen;
end
$$;
comment on function ph_support.source_column_option(jsonb, text) is
	'the column that an option names. Errors: invalid_parameter_value where the map reads no such column';

create function ph_support.source_sql(load jsonb, text text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	pattern constant text := '[{](made[.]|option[.]|column[.]|load[.])?([a-z_][a-z_0-9]*)[}]';
	-- what is put in is not read again: names and options can have braces too
	pieces constant text[] := regexp_split_to_array(text, pattern);
	sql text := pieces[1];
	braced record;
begin
	for braced in
		select m[1] as kind, m[2] as name, n
		from regexp_matches(text, pattern, 'g') with ordinality r (m, n)
		order by n
	loop
		sql := concat(sql,
			case braced.kind
				when 'made.' then format('%I.%I', load ->> 'schema', concat(load ->> 'prefix', braced.name))
				when 'option.' then quote_nullable(ph_support.source_option(load, braced.name))
				when 'column.' then quote_ident(ph_support.source_column_option(load, braced.name))
				when 'load.' then format('%L::date', load ->> braced.name)
				else ph_support.source_relation_query(load, braced.name) end,
			pieces[braced.n + 1]);
	end loop;
	return sql;
end
$$;
comment on function ph_support.source_sql(jsonb, text) is
	'SQL of a map with what stands in braces put in: relations of the source, what was made before, options, '
	'the data day';

create function ph_support.source_value_sql(
	load jsonb, list text, expression text, out translated text, out unknown text)
language plpgsql stable strict
set search_path = pg_catalog, pg_temp
as $$
declare
	pairs text;
	listed text;
	otherwise text;
begin
	execute format(
		'select string_agg(format(''when %%L then %%L'', source_value, value), '' '' order by source_value)
				filter (where source_value <> ''*''),
			string_agg(quote_literal(source_value), '', '' order by source_value) filter (where source_value <> ''*''),
			max(value) filter (where source_value = ''*'')
		from %I.source_value where map = $1 and list = $2',
		load ->> 'maps')
	into pairs, listed, otherwise
	using load ->> 'map', list;
	if pairs is null then
		raise exception 'map "%" translates by a list "%" that it does not have', load ->> 'map', list
			using errcode = 'invalid_parameter_value', hint = 'Add its values to source_value.';
	end if;
	translated := format('case (%s)::text %s else case when (%s) is not null then %L end end',
		expression, pairs, expression, otherwise);
	unknown := format('case when (%s)::text not in (%s) then concat(%L, (%s)) end',
		expression, listed, format('unknown %s: ', list), expression);
end
$$;
comment on function ph_support.source_value_sql(jsonb, text, text) is
	'the expression that translates a value by a list of a map, and the one that says which value has no row there; '
	'NULL without a list. '
	'Errors: invalid_parameter_value';

create function ph_support.source_part_query(load jsonb, wanted text, part text, source_rows text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	columns text;
	shared boolean := exists (select from ph.shared_table() t where t.relation = wanted);
begin
	execute format(
		'with given as (
			select e.column_name, coalesce(v.translated, s.sql) as expression, v.unknown
			from %I.source_expression e
			cross join lateral ph_support.source_sql($1, e.expression) s (sql)
			left join lateral ph_support.source_value_sql($1, e.value_list, s.sql) v on true
			where e.map = $1 ->> ''map'' and e.relation = $2 and e.part = $3
		), wanted (place, column_name, column_type) as (
			select c.ordinality, c.column_name, c.column_type
			from ph.shared_column() with ordinality c
			where c.relation = $2
			union all
			select 1000 + s.ordinality, s.column_name, s.column_type
			from ph_support.source_special() with ordinality s
			where $4 and (s.relation is null or s.relation = $2)
			union all
			select null, g.column_name, null
			from given g
			where not $4
		)
		select string_agg(
				case
					when w.column_type is null then format(''%%s as %%I'', g.expression, w.column_name)
					else format(''(%%s)::%%s as %%I'', coalesce(g.expression, ''null''), w.column_type,
						w.column_name) end,
				'', '' order by w.place, w.column_name)
			|| case
				when $4 then format('', array_remove(array[%%s]::text[], null) as remarks'',
					(select concat_ws('', '', string_agg(unknown, '', ''),
						string_agg(expression, '', '') filter (where column_name like ''source\_remark%%''))
					from given))
				else '''' end
		from wanted w
		left join given g using (column_name)',
		load ->> 'maps')
	into columns
	using load, wanted, part, shared;
	return format('select %L::text as part, %s from %s', part, columns, ph_support.source_sql(load, source_rows));
end
$$;
comment on function ph_support.source_part_query(jsonb, text, text, text) is
	'the query of one part of what a map makes: of a shared table all columns in their types, '
	'and those that say where a row comes from';

create function ph_support.source_special(out relation text, out column_name text, out column_type text)
returns setof record
language sql immutable parallel safe
begin atomic
	values (null, 'source_key', 'text'), (null, 'source_provider', 'text'), (null, 'source_end', 'date'),
		(null, 'source_fault', 'text'), (null, 'source_row', 'text'),
		('person', 'earliest_birth_date', 'date'), ('person', 'source_person', 'text');
end;
comment on function ph_support.source_special() is
	'the columns that the rows of a map have beside those of a shared table, all of them or of one';

create function ph_support.source_rows_query(load jsonb, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	rows_query text;
begin
	execute format(
		'select string_agg(ph_support.source_part_query($1, $2, r.part, r.source_rows), '' union all '' order by r.part)
		from %I.source_rows r
		where r.map = $1 ->> ''map'' and r.relation = $2',
		load ->> 'maps')
	into rows_query
	using load, wanted;
	perform ph.query_columns(rows_query);
	return rows_query;
end
$$;
comment on function ph_support.source_rows_query(jsonb, text) is
	'the query of all rows that a map makes of a source for a relation, which must be one SELECT that only reads; '
	'NULL where it makes none. Errors: those of ph.query_columns, where the SQL of the map is something else';

create function ph_support.map_makes(load jsonb, wanted text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	made boolean;
begin
	execute format('select exists (select from %I.source_rows r where r.map = $1 and r.relation = $2)', load ->> 'maps')
	into made
	using load ->> 'map', wanted;
	return made;
end
$$;
comment on function ph_support.map_makes(jsonb, text) is 'whether a map makes rows for a relation';

create function ph_support.dated_relation(out relation text, out start_column text, out end_column text)
returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', 'birth_date', 'death_date'), ('residence', 'start_date', 'end_date'),
		('registration', 'start_date', 'end_date'), ('encounter', 'start_date', 'end_date'),
		('clinical_event', 'event_date', null), ('measurement', 'measure_date', null),
		('enrolment', 'start_date', 'end_date'), ('wait', 'clock_start', 'clock_stop'),
		('external_score', 'scored_on', null), ('contact', 'start_date', 'end_date'),
		('life_event', 'event_date', null), ('work_status', 'start_date', 'end_date'),
		('offer', 'identified_on', 'completed_on'), ('person_goal', 'set_on', 'reviewed_on'),
		('engagement', 'took_part_on', null);
end;
comment on function ph_support.dated_relation() is
	'the shared tables that tell of a day, and the columns with its first and last';

create function ph_support.fault_sql(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	-- the first that holds is the one that is counted
	select format('case %s else r.source_fault end', string_agg(format('when %s then %L', condition, fault), ' '
			order by place))
	from (
		select 1, 'duplicate', 'r.copy > 1 or r.source_fault = ''duplicate'''
		union all
		select 2, 'unknown person', 'p.person_id is null'
		where wanted <> 'person' and exists (
			select
			from ph.shared_column() c
			where c.relation = wanted and c.column_name = 'person_id')
		union all
		select f.place, f.fault, replace(replace(f.condition, '{start}', quote_ident(d.start_column)),
			'{end}', concat('coalesce(r.source_end, ', coalesce('r.' || d.end_column, 'null'), ')'))
		from ph_support.dated_relation() d
		cross join (
			values
				(3, 'sentinel date', format('r.{start} = any (%L::date[])', load #>> '{options,sentinel_days}')),
				(4, 'unreadable date', '''-infinity'' in (r.{start}, {end})'),
				(6, 'before birth', 'r.{start} < p.earliest_birth_date'),
				(7, 'after the data day', format('r.{start} > %L::date', load ->> 'data_day')),
				(8, 'after death', 'r.{start} > p.death_date'),
				(9, 'end before start', '{end} < r.{start}')) f (place, fault, condition)
		where d.relation = wanted and not (wanted = 'person' and f.place in (6, 8))
		union all
		select case when c.column_name = d.start_column then 5 else 10 end,
			'missing ' || c.column_name, format('r.%I is null', c.column_name)
		from ph.shared_column() c
		left join ph_support.dated_relation() d using (relation)
		where c.relation = wanted and c.required
		union all
		select 11, r.problem, format('not (%s)', r.condition)
		from ph.shared_rule() r
		join ph.shared_column() c using (relation, column_name)
		where r.relation = wanted and c.required
	) f (place, fault, condition);
end;
comment on function ph_support.fault_sql(jsonb, text) is
	'the expression of why a row r of a source, of the person p, is set aside: the first fault that it has; '
	'NULL where it is used';

create function ph_support.row_is_used() returns text
language sql immutable parallel safe
return $$coalesce(fault = '', true)$$;
comment on function ph_support.row_is_used() is
	'the condition that a judged row has no fault; the planner takes it to hold of half of all rows, '
	'and fault is null of one in 200, for which it would choose nested loops';

create function ph_support.judged_rows_query(load jsonb, wanted text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	with shared as (
		select string_agg(quote_ident(c.column_name), ', ' order by c.ordinality) as names,
			string_agg(
				case
					when c.column_name = 'encounter_id' and wanted <> 'encounter' then 'e.encounter_id'
					when r.condition is null then 'r.' || quote_ident(c.column_name)
					else format('case when (%s) is not false then r.%2$I end as %2$I', r.condition, c.column_name) end,
				', ' order by c.ordinality) as checked,
			string_agg(
				format('case when (%s) is false then %L end', r.condition,
					format('%s: %s left out', r.problem, c.column_name)), ', ') filter (where r.problem is not null)
				as remarks,
			bool_or(c.column_name = 'person_id') and wanted <> 'person' as of_person,
			bool_or(c.column_name = 'encounter_id') and wanted <> 'encounter' as of_encounter
		from ph.shared_column() with ordinality c
		left join lateral (
			-- an optional value that breaks a rule is unknown; days are judged as faults
			select string_agg(s.problem, ', ') as problem,
				string_agg(format('(%s)', s.condition), ' and ') as condition
			from ph.shared_rule() s
			left join ph_support.dated_relation() d using (relation)
			where s.relation = c.relation and s.column_name = c.column_name and not c.required
				and s.column_name is distinct from d.end_column
		) r on true
		where c.relation = wanted
	)
	select format(
		'select r.part, r.source_key, r.source_provider, r.remarks%s as remarks, %s%s, %s as fault
		from (select *, row_number() over (partition by %s order by %s%s) as copy from (%s) given) r%s%s',
		coalesce(' || array_remove(array[' || s.remarks || ']::text[], null)', '')
			|| case
				when wanted = 'person' then ' || array_remove(array[case when r.source_person is not null '
					'and min(r.person_id) over (partition by r.source_person) <> r.person_id '
					'then ''a second identifier of one source person'' end], null)'
				else '' end,
		s.checked,
		case when wanted = 'person' then ', coalesce(r.earliest_birth_date, r.birth_date) as earliest_birth_date, '
			'r.source_person' else '' end,
		ph_support.fault_sql(load, wanted),
		case
			when t.key_constraint is null then 'person_id, part, coalesce(source_row, source_key)'
			else concat(array_to_string(t.key, ', '),
				', case when ' || k.unknown || ' then given::text end') end,
		-- of rows with one key one that can be counts, and of two that begin on one day the longer
		concat('(coalesce(source_end, ' || d.end_column || ') < ' || d.start_column || ') is true, ',
			case when d.start_column = any (t.key) then d.end_column || ' desc nulls first, ' end),
		s.names,
		ph_support.source_rows_query(load, wanted),
		case
			when s.of_person then format(
				' left join (select person_id, earliest_birth_date, death_date from %I.%I where %s) p '
				'on p.person_id = r.person_id',
				load ->> 'schema', concat(load ->> 'prefix', 'source_person'), ph_support.row_is_used())
			else '' end,
		case
			when s.of_encounter then format(
				' left join (select person_id, encounter_id from %I.%I where %s) e '
				'on e.person_id = r.person_id and e.encounter_id = r.encounter_id',
				load ->> 'schema', concat(load ->> 'prefix', 'source_encounter'), ph_support.row_is_used())
			else '' end)
	from shared s
	join ph.shared_table() t on t.relation = wanted
	left join ph_support.dated_relation() d on d.relation = wanted
	cross join lateral (
		-- rows of which the key is not known are no copies of one another
		select string_agg(
				case
					when c.column_name = d.start_column then format(
						'coalesce(%I = any (%L::date[] || date ''-infinity''), true)', c.column_name,
						load #>> '{options,sentinel_days}')
					else format('%I is null', c.column_name) end,
				' or ') as unknown
		from ph.shared_column() c
		where c.relation = wanted and c.column_name = any (t.key) and c.required
	) k
	where ph_support.map_makes(load, wanted);
end;
comment on function ph_support.judged_rows_query(jsonb, text) is
	'the query of the rows that a map makes for a shared table: where each comes from, what is remarked of it, '
	'its columns, and the fault for which it is set aside; NULL where the map makes none';
