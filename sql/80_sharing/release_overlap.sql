
-- ---- places that overlap ----
-- Two hierarchies over the same people, small areas beside practices, leave together only by a rule that rounds; and
-- even then not where a place less those that lie in it is few people.

create procedure ph_support.collect_areas(schema text, f jsonb, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	population text;
	query text;
begin
	execute format('select population from %I.measure where (measure, version) = ($1, $2)', schema)
	into population
	using f ->> 'measure', f ->> 'version';
	drop table if exists pg_temp.ph_area;
	-- the atoms that no place cuts: who lives in one small area and is registered with one practice
	select string_agg(format(
		'select distinct %L || %s::text as area, concat_ws(%L, s.small_area, s.practice) as atom
		from %s s%s
		where s.start_date <= %L and s.end_date > %6$L and %2$s is not null',
		l.level || chr(31), l.column_name, chr(31), ph_support.stay_relation(schema, population),
		ph_support.place_joins(schema, l.column_name), f ->> 'last_day'), ' union all ')
	into query
	from ph_support.folded_levels(schema) l
	where l.level = any (levels);
	execute 'create temp table ph_area on commit drop as ' || query;
	analyze ph_area;
end
$$;
comment on procedure ph_support.collect_areas(text, jsonb, text[]) is
	'fills pg_temp.ph_area with the places of levels as sets of atoms, on the last day of a period';

create function ph_support.overlapping_cells(o ph_support.release_order, f jsonb, ways ph_support.hierarchy[])
returns table (breakdown text, key text, col text, release bigint, how text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	levels constant text[] := array(select distinct l from unnest(ways) h, unnest(h.levels) l);
begin
	if cardinality(ways) < 2 or (o.rule).threshold = 0 then
		return;
	end if;
	call ph_support.collect_areas(o.schema, f, levels);
	drop table if exists pg_temp.ph_shown_area;
	execute format(
		'create temp table ph_shown_area on commit drop as
		select t.level || chr(31) || t.place_id as area, max(t.people) as people, max(e.release) as release
		from %I.measure_tally t
		left join pg_temp.ph_decided d on d.breakdown = ''all'' and d.key = t.level || chr(31) || t.place_id and d.shown
		left join pg_temp.ph_earlier e on e.breakdown = ''all'' and e.shown
			and (e.level, e.place_id) = (t.level, t.place_id)
		where (t.measure, t.version, t.period_kind, t.period) = ($1, $2, $3, $4) and t.breakdown = ''all''
			and coalesce(d.key, e.place_id) is not null
		group by 1', o.schema)
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	-- of the places that differ by few people one that is new is named
	return query
	select distinct on (d.larger, d.smaller) 'all', s.area, '', max(s.release) over one, 'places that overlap'
	from ph.isolating_differences(
		'select a.area, a.atom, s.people from pg_temp.ph_area a join pg_temp.ph_shown_area s using (area)',
		(o.rule).threshold) d
	join pg_temp.ph_shown_area s on s.area = d.larger or s.area = any (d.smaller)
	window one as (partition by d.larger, d.smaller)
	order by d.larger, d.smaller, s.release is not null, s.people, s.area;
end
$$;
comment on function ph_support.overlapping_cells(ph_support.release_order, jsonb, ph_support.hierarchy[]) is
	'where two hierarchies leave, now or before, one place of each that would differ from others that lie in it by as '
	'few people as the rule hides; with the latest release of the others';
