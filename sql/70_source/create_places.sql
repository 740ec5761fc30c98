
-- ---- places from one table of small areas, and deciles of what is known of them ----

create procedure ph_support.require_place_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing text[];
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.source_load', schema)) is not null or exists (
		select
		from pg_class
		where relnamespace = to_regnamespace(quote_ident(schema))
			and relname = any ('{place,place_parent,place_factor}') and relkind not in ('r', 'p'))
	then
		raise exception 'the places of schema "%" are made from a source, or are views', schema
			using errcode = 'wrong_object_type', hint =
				'Name the schema of the source: every map reads place, place_parent and place_factor that stand there. '
				'Then CALL ph.create_views_from(...) again.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;
	missing := array(
		select t.relation
		from ph.shared_table() with ordinality t
		where t.relation = any ('{place,place_parent,place_factor}')
			and to_regclass(format('%I.%I', schema, t.relation)) is null
		order by t.ordinality);
	call ph_support.make_shared_tables(schema, missing);
end
$$;
comment on procedure ph_support.require_place_tables(text) is
	'makes the tables place, place_parent and place_factor of the schema where there are none. '
	'Errors: null_value_not_allowed, wrong_object_type where they are views, or made from a source';

create function ph_support.column_choices(argument text, choices jsonb, columns text[])
returns table (choice text, column_name text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	if jsonb_typeof(choices) is distinct from 'object' then
		raise exception 'argument "%" must be a JSON object of names and columns', argument
			using errcode = 'invalid_parameter_value', hint = 'As in ''{"LSOA21": "lsoa21cd", "LAD24": "lad24cd"}''.';
	end if;
	select string_agg(key, ', ' order by key) into wrong from jsonb_each_text(choices)
	where key = '' or not coalesce(value = any (columns), false);
	if wrong is not null then
		raise exception 'argument "%" names a column that the query does not have, for %', argument, wrong
			using errcode = 'undefined_column', hint = format('Its columns are %s.', array_to_string(columns, ', '));
	end if;
	return query select key, value from jsonb_each_text(choices) order by key;
end
$$;
comment on function ph_support.column_choices(text, jsonb, text[]) is
	'names and columns of an argument. Errors: invalid_parameter_value, undefined_column with those that there are';

create procedure ph.create_places(
	schema text, query text, small_area text, kinds jsonb, names jsonb default '{}', factors jsonb default '{}',
	period text default '', source text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns text[];
	chosen record;
	area text;
	told record;
begin
	if query is null or small_area is null or period is null then
		raise exception 'query, small_area and period must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	columns := array(select column_name from ph.query_columns(query));
	perform ph_support.column_choices('kinds', kinds, columns), ph_support.column_choices('names', names, columns),
		ph_support.column_choices('factors', factors, columns);
	area := kinds ->> small_area;
	if area is null then
		raise exception 'argument "small_area" is none of the kinds'
			using errcode = 'invalid_parameter_value', hint = 'Name the kind of the smallest areas, such as LSOA21.';
	elsif exists (select from jsonb_object_keys(names) n where not kinds ? n) then
		raise exception 'argument "names" names a kind that argument "kinds" does not'
			using errcode = 'invalid_parameter_value', hint = 'Names are by kind, as in ''{"LAD24": "lad24nm"}''.';
	end if;
	call ph_support.require_place_tables(schema);
	execute format('create temp table ph_area on commit drop as select * from (%s) area', query);

	-- what most rows say of a place, and of two that as many say the first: a postcode directory has many an area
	create temp table ph_said (small_area text, kind text, what text, value text, sayings bigint, rows bigint)
		on commit drop;
	for chosen in
		select 'name' as what, n.choice as kind, k.column_name as area_column, n.column_name
		from ph_support.column_choices('names', names, columns) n
		join ph_support.column_choices('kinds', kinds, columns) k using (choice)
		union all
		select case when k.choice = small_area then 'area' else 'parent' end, k.choice, area, k.column_name
		from ph_support.column_choices('kinds', kinds, columns) k
		union all
		select 'factor', f.choice, area, f.column_name
		from ph_support.column_choices('factors', factors, columns) f
	loop
		execute format(
			'insert into pg_temp.ph_said
			select distinct on (small_area) small_area, $1, $2, value, count(*) over (partition by small_area), rows
			from (
				select btrim(%1$I::text) as small_area, btrim(%2$I::text) as value, count(*) as rows
				from pg_temp.ph_area
				where btrim(%1$I::text) <> '''' and btrim(%2$I::text) <> ''''
				group by 1, 2) said
			order by small_area, rows desc, value collate "C"',
			chosen.area_column, chosen.column_name)
		using chosen.kind, chosen.what;
	end loop;
	if not exists (select from pg_temp.ph_said where what = 'area') then
		raise exception 'the query has no small areas'
			using errcode = 'no_data_found', hint = 'No row has a value in the column that kinds gives for small_area.';
	end if;
	for told in
		select s.what, s.kind, count(*) as places, min(s.small_area) as example
		from pg_temp.ph_said s
		where s.sayings > 1
		group by s.what, s.kind
		order by s.what, s.kind
	loop
		raise notice '% %: % places have more than one, that of most rows is taken, for example %',
			told.what, told.kind, told.places, told.example;
	end loop;
	if exists (select from pg_temp.ph_said where what = 'factor' and ph_support.source_number(value) is null) then
		raise exception 'argument "factors" names a column that has what is no number'
			using errcode = 'invalid_parameter_value', hint = 'Leave such rows out, or make them NULL, in the query.';
	end if;

	create temp table ph_place on commit drop as
	select distinct on (s.value) s.value as place_id, s.kind as place_kind, n.value as name
	from pg_temp.ph_said s
	left join pg_temp.ph_said n on n.what = 'name' and n.kind = s.kind and n.small_area = s.value
	where s.what in ('area', 'parent')
	order by s.value, s.what, s.kind;
	for told in execute format(
		'select count(*) as places, min(s.place_id) as example
		from pg_temp.ph_place s
		join %I.place p on p.place_id = s.place_id and p.place_kind <> s.place_kind
		having count(*) > 0', schema)
	loop
		raise notice '% places were of another kind, for example %', told.places, told.example;
	end loop;
	execute format(
		'update %1$I.place p
		set name = coalesce(s.name, p.name), place_kind = s.place_kind
		from pg_temp.ph_place s
		where p.place_id = s.place_id
			and (p.name, p.place_kind) is distinct from (coalesce(s.name, p.name), s.place_kind)',
		schema);
	execute format(
		'insert into %1$I.place (place_id, place_kind, name)
		select s.place_id, s.place_kind, s.name
		from pg_temp.ph_place s
		where not exists (select from %1$I.place p where p.place_id = s.place_id)', schema);
	execute format(
		'delete from %1$I.place_parent t
		using %1$I.place parent
		where t.place_id in (select small_area from pg_temp.ph_said where what = ''area'')
			and parent.place_id = t.parent_id
			and parent.place_kind in (select kind from pg_temp.ph_said where what = ''parent'')', schema);
	execute format(
		'insert into %1$I.place_parent (place_id, parent_id)
		select distinct s.small_area, s.value
		from pg_temp.ph_said s
		where s.what = ''parent'' and s.value <> s.small_area', schema);
	execute format(
		'insert into %1$I.place_factor (place_id, factor, period, value, source)
		select s.small_area, s.kind, $1, ph_support.source_number(s.value), $2
		from pg_temp.ph_said s
		where s.what = ''factor''
		on conflict (place_id, factor, period) do update set value = excluded.value, source = excluded.source', schema)
	using period, source;
	drop table pg_temp.ph_area, pg_temp.ph_said, pg_temp.ph_place;
	if to_regclass(format('%I.place_dimension', schema)) is not null then
		call ph.refresh_place_dimension(schema);
	end if;
end
$$;
comment on procedure ph.create_places(text, text, text, jsonb, jsonb, jsonb, text, text) is
	'makes places of one table of small areas, with columns for what they lie in, in any country''s codes: '
	'fills place, place_parent and place_factor of the schema, and makes them where there are none. '
	'query gives the rows, one or more a small area, as a postcode directory has them; kinds the column of each kind '
	'of place, {"LSOA21": "lsoa21cd", "LAD24": "lad24cd"}, small_area the kind of the smallest; names the column with '
	'the name of a kind; factors the column of numbers that are known of small areas, for a period, from a source. '
	'Where rows of one small area differ, what most of them say is taken, and it is told how many differ. '
	'Called again, places are replaced and none is dropped. '
	'In the schema of a source, ph.create_views_from takes them from there. '
	'Errors: null_value_not_allowed, invalid_parameter_value, undefined_column with those that there are, '
	'no_data_found, wrong_object_type where the places of the schema are views, or made from a source';

create procedure ph.create_area_deciles(
	schema text, factor text, period text, most_deprived text default 'highest', population text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	areas bigint;
	weighted bigint;
begin
	if schema is null or factor is null or period is null then
		raise exception 'schema, factor and period must not be null'
			using errcode = 'null_value_not_allowed';
	elsif coalesce(most_deprived, '') not in ('highest', 'lowest') then
		raise exception 'argument "most_deprived" must be highest or lowest'
			using errcode = 'invalid_parameter_value', hint = 'It says which values of the score mean most deprived.';
	end if;
	call ph_support.require_place_tables(schema);
	execute format(
		'select count(*), count(*) filter (where w.value >= 0)
		from %1$I.place_factor s
		left join %1$I.place_factor w on w.place_id = s.place_id and w.period = s.period and w.factor = $3
		where s.factor = $1 and s.period = $2 and s.value <> ''NaN''', schema)
	into areas, weighted
	using factor, period, population;
	if areas < 10 then
		raise exception 'there are fewer than ten areas with a value of factor "%" in period "%"', factor, period
			using errcode = 'invalid_parameter_value',
				hint = 'Scores stand in place_factor: CALL ph.create_places(..., factors => ...) writes them.';
	elsif population is not null and weighted < areas then
		raise exception '% of % areas have no value of factor "%" in the period', areas - weighted, areas, population
			using errcode = 'invalid_parameter_value', hint = 'Deciles by population need the people of every area.';
	end if;
	execute format(
		'insert into %1$I.place_factor (place_id, factor, period, value, source)
		select place_id, $1 || ''_decile'', $2,
			-- the share of areas, or of people, that come before; areas that tie share one
			least(10, floor(10 * coalesce(sum(weight) over (
				order by rank range between unbounded preceding and current row exclude group), 0)
				/ nullif(sum(weight) over (), 0)) + 1),
			concat(''computed from '', $1, '' by '', coalesce($3, ''areas''))
		from (
			select s.place_id, (case when $4 = ''highest'' then -s.value else s.value end) as rank,
				case when $3 is null then 1::numeric else w.value::numeric end as weight
			from %1$I.place_factor s
			left join %1$I.place_factor w on w.place_id = s.place_id and w.period = s.period and w.factor = $3
			where s.factor = $1 and s.period = $2 and s.value <> ''NaN'') area
		on conflict (place_id, factor, period) do update set value = excluded.value, source = excluded.source', schema)
	using factor, period, population, most_deprived;
end
$$;
comment on procedure ph.create_area_deciles(text, text, text, text, text) is
	'writes into place_factor, as FACTOR_decile, the tenth of each area by a score of place_factor in a period: '
	'1 the most deprived, whose scores are the highest, or the lowest where most_deprived says so; '
	'tenths of the areas, or of the people that the factor population counts in the same period. '
	'Areas that tie share the lower decile: floor(10 * before / all) + 1, before counts those that come before. '
	'Errors: null_value_not_allowed, invalid_parameter_value for fewer than ten areas and without the people of some, '
	'wrong_object_type where the places of the schema are views, or made from a source';
