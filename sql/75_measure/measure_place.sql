
-- ---- the places of measures ----

create function ph_support.measure_levels(schema text, out level text, out place_kind text) returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	usual constant text[] := '{system,place,neighbourhood,practice,small_area}';
	taken text[] := usual;
	part text;
begin
	foreach part in array usual loop
		level := part;
		-- one that is in use tells its kind
		execute format(
			'select place_kind
			from %1$I.place
			where place_id = (select %2$I from %1$I.stay where %2$I is not null limit 1)', schema, part)
		into place_kind;
		return next;
		if place_kind is not null then
			taken := taken || lower(place_kind collate "C");
		end if;
	end loop;
	return query execute format(
		'select distinct a.attname::text, (
			select min(place_kind::text)
			from %1$I.place
			where lower(place_kind collate "C") = a.attname::text)
		from unnest(''{place_ladder,practice_ladder}''::text[]) relation
		join pg_attribute a on a.attrelid = to_regclass(format(''%%I.%%I'', %1$L, relation)) and a.attnum > 1
		where a.attname::text <> all ($1)', schema)
	using taken;
end
$$;
comment on function ph_support.measure_levels(text) is
	'the levels of place that measures are folded at, with the kind of place: those of stays, and the other kinds of '
	'place above small areas and practices';

create function ph_support.folded_levels(schema text, out level text, out place_kind text, out column_name text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select level, max(place_kind),
			case
				when level in (''system'', ''place'', ''neighbourhood'', ''practice'',
					''small_area'') then ''s.'' || level
				when level in (
					select attname from pg_attribute where attrelid = %2$L::regclass and attnum > 1)
					then format(''area.%%I'', level)
				else format(''practice.%%I'', level) end
		from %1$I.measure_place
		group by level
		order by array_position(''{system,place,neighbourhood,practice,small_area}'', level), level',
		schema, format('%I.place_ladder', schema));
end
$$;
comment on function ph_support.folded_levels(text) is
	'the levels of measure_place with the kind of place and the expression of the place, over s (a stay) and its '
	'ladders';

create function ph_support.only_place(schema text, kind text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	places text[];
begin
	execute format(
		'select array_agg(place_id::text) from (
			select place_id from %I.place where lower(place_kind collate "C") = $1 limit 2) p', schema)
	into places
	using kind;
	return case when cardinality(places) = 1 then places[1] end;
end
$$;
comment on function ph_support.only_place(text, text) is
	'the place of a kind where there is one, NULL where there are none or more';

create procedure ph_support.fill_measure_places(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	columns constant text[] := array(
		select attname
		from pg_attribute
		where attrelid = format('%I.place_dimension', schema)::regclass and attnum > 0 and not attisdropped);
	part record;
	levels text[];
	level_kinds text[];
	kinds jsonb;
	parents text[];
	candidates text;
begin
	execute format('lock table %I.measure_place in share row exclusive mode', schema);
	execute format('delete from %I.measure_place', schema);
	select array_agg(l.level), array_agg(l.place_kind), coalesce(
		jsonb_object_agg(l.level, lower(l.place_kind collate "C")) filter (where l.place_kind is not null), '{}')
	into levels, level_kinds, kinds
	from ph_support.measure_levels(schema) l;
	for part in select * from unnest(levels, level_kinds) l (level, place_kind) loop
		parents := array(
			select p
			from unnest(
				case part.level
					when 'system' then '{}'
					when 'place' then '{system}'
					when 'practice' then '{neighbourhood,place,system}'
					else '{place,system}' end::text[]) p
			where kinds ->> p = any (columns));
		select string_agg(format('(d.%I, %L)', kinds ->> p, p), ', ' order by n)
		into candidates
		from unnest(parents) with ordinality parent (p, n);
		-- without a parent of its own a place is held against the system, where there is one
		execute format(
			'insert into %1$I.measure_place
			select $1, p.place_id::text, coalesce(nullif(p.name, ''''), p.place_id)::text, p.place_kind::text,
				case when parent.id is null and $1 <> ''system'' and $3 is not null
					then ''system'' else parent.level end,
				coalesce(parent.id, case when $1 <> ''system'' then $3 end)
			from %1$I.place p
			join %1$I.place_dimension d on d.place_id = p.place_id and d.is_current
			left join lateral (
				select * from (values %2$s) c (id, level) where id is not null limit 1) parent on true
			where p.place_kind = $2
			union all
			select $1, ''unknown'', ''unknown'', null, case when $1 <> ''system''
				and $3 is not null then ''system'' end,
				case when $1 <> ''system'' then $3 end
			on conflict (level, place_id) do nothing',  -- a place that is called unknown is that of who has none
			schema, coalesce(candidates, '(null::text, null::text)'))
		using part.level, part.place_kind, ph_support.only_place(schema, kinds ->> 'system');
	end loop;
	call ph_support.take_statistics(format('%I.measure_place', schema)::regclass);
end
$$;
comment on procedure ph_support.fill_measure_places(text) is
	'fills measure_place anew from place and place_dimension';
