
-- ---- releasing measures ----
-- Places of one hierarchy are the rows of a table, groups its columns. Place totals are protected first, level by level
-- from the largest down, and what is shown or hidden there is fixed for every table of groups: where a total is hidden
-- the whole row is. So each table can be protected by itself, and no two of them say more together than each alone:
-- given the shown totals, the hidden rows of any one table leave all ways open of sharing out what is hidden among
-- them that those of any other leave. The same holds of people with and without an event.

create type ph_support.release_order as (
	schema text, rule ph.disclosure_rule, rule_name text, audience text, purpose text, collisions text, kind text,
	before bigint);
comment on type ph_support.release_order is 'what is asked of a release, beside what it is of';
comment on column ph_support.release_order.schema is 'the schema';
comment on column ph_support.release_order.rule is 'the rule of disclosure';
comment on column ph_support.release_order.rule_name is 'the rule as it was asked for';
comment on column ph_support.release_order.audience is 'public, or the role that it is for';
comment on column ph_support.release_order.purpose is 'purpose for which the people may be used';
comment on column ph_support.release_order.collisions is
	'what to do with a number that would isolate people beside an earlier release: refuse or hide';
comment on column ph_support.release_order.kind is 'table, or tabulation';
comment on column ph_support.release_order.before is
	'only releases before this one were earlier; NULL: all that there are';

create function ph_support.is_primary(n bigint, rule ph.disclosure_rule) returns boolean
language sql immutable parallel safe
return n between case when rule.zero_shown then 1 else 0 end and rule.threshold;
comment on function ph_support.is_primary(bigint, ph.disclosure_rule) is 'whether a rule hides a count by itself';

create function ph_support.is_small(people bigint, with_event bigint, without_event bigint, rule ph.disclosure_rule)
returns boolean
language sql immutable parallel safe
return ph_support.is_primary(people, rule) or ph_support.is_primary(with_event, rule)
	or without_event between 1 and (rule).threshold;
comment on function ph_support.is_small(bigint, bigint, bigint, ph.disclosure_rule) is
	'whether a rule hides a row for one of its counts; nobody without an event is nobody, and is no reason';

-- ---- the hierarchy ----

create function ph_support.ladder_levels(
	schema text, out level text, out ladder text, out column_name text, out places bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select distinct on (l.level) l.level, r.ladder, a.attname::text,
			(select count(*) from %1$I.measure_place p where p.level = l.level)
		from ph_support.folded_levels($1) l
		cross join (values (''place_ladder'', ''small_area''), (''practice_ladder'', ''practice'')) r (ladder, base)
		left join pg_attribute a on a.attrelid = format(''%%I.%%I'', $1, r.ladder)::regclass and a.attnum > 0
			and a.attname = case when l.level = r.base then r.base else lower(l.place_kind collate "C") end
		order by l.level, a.attname is null, r.ladder', schema)
	using schema;
end
$$;
comment on function ph_support.ladder_levels(text) is
	'the levels of measures, each with the ladder and its column that tell of its places, those of residence first, '
	'and how many places it has';

create function ph_support.is_nested(schema text, ladder text, inner_column text, outer_column text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	nested boolean;
begin
	execute format('select not exists (select from %I.%I group by %I having count(distinct %I) > 1)', schema, ladder,
		inner_column, outer_column)
	into nested;
	return nested;
end
$$;
comment on function ph_support.is_nested(text, text, text, text) is
	'whether each place of one column of a ladder lies in at most one of another';

create type ph_support.hierarchy as (ladder text, levels text[], column_names text[]);
comment on type ph_support.hierarchy is 'levels of place of which each lies in the one before';
comment on column ph_support.hierarchy.ladder is 'the view that says what lies in what';
comment on column ph_support.hierarchy.levels is 'the levels, from the whole system down';
comment on column ph_support.hierarchy.column_names is 'their columns in the view; NULL where it has none';

create function ph_support.hierarchies(schema text, levels text[]) returns ph_support.hierarchy[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	system_column text;
	ways ph_support.hierarchy[] := '{}';
	h ph_support.hierarchy;
	fits boolean;
begin
	for part in
		select *
		from ph_support.ladder_levels(schema) l
		where l.level = 'system' or l.level = any (levels)
		order by l.level <> 'system', l.places, l.level
	loop
		if part.level = 'system' then
			system_column := part.column_name;
			continue;
		end if;
		fits := false;
		for i in 1 .. cardinality(ways) loop
			h := ways[i];
			fits := h.ladder = part.ladder and part.column_name is not null and ph_support.is_nested(
				schema, h.ladder, part.column_name, h.column_names[cardinality(h.column_names)]);
			if fits then
				ways[i] := row(h.ladder, h.levels || part.level, h.column_names || part.column_name);
				exit;
			end if;
		end loop;
		if not fits then
			ways := ways || row(
				part.ladder, array['system', part.level], array[system_column, part.column_name])::ph_support.hierarchy;
		end if;
	end loop;
	if ways = '{}' then
		ways := array[row('place_ladder', array['system'], array[system_column])::ph_support.hierarchy];
	end if;
	return ways;
end
$$;
comment on function ph_support.hierarchies(text, text[]) is
	'the levels as hierarchies, each of levels that lie in each other, from the system down: one where all do';

create function ph_support.parent_expression(schema text, h ph_support.hierarchy, no integer) returns text
language sql stable
begin atomic
	-- the nearest larger place that is known; of no known system it is the unknown one
	select format('coalesce(%s)', string_agg(part.expression, ', ' order by part.no desc))
	from (
		select i as no, format('%L || min(l.%I)::text', h.levels[i] || chr(31), h.column_names[i]) as expression
		from generate_series(1, least(no - 1, coalesce(cardinality(h.levels), 0))) i
		where h.column_names[i] is not null
		union all
		select 0, quote_literal('system' || chr(31) || coalesce((
			select min(ph_support.only_place(schema, lower(l.place_kind collate "C")))
			from ph_support.folded_levels(schema) l
			where l.level = 'system'), 'unknown'))
	) part;
end;
comment on function ph_support.parent_expression(text, ph_support.hierarchy, integer) is
	'the key of the place in which the places of a level of a hierarchy lie, as an expression over rows l of its '
	'ladder';

create procedure ph_support.collect_places(schema text, h ph_support.hierarchy)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_place;
	create temp table ph_place (no integer, level text, place_id text, key text, parent text) on commit drop;
	for i in 1 .. cardinality(h.levels) loop
		-- who is in no known place is counted in the larger one only
		execute format(
			'insert into ph_place
			select $1, p.level, p.place_id, p.level || chr(31) || p.place_id, %s
			from %I.measure_place p
			left join %I.%I l on %s
			where p.level = $2 and (p.place_id <> ''unknown'' or $1 = 1)
			group by p.level, p.place_id',
			case when i = 1 then '''all''' else ph_support.parent_expression(schema, h, i) end,
			schema, schema, h.ladder,
			case when i = 1 or h.column_names[i] is null then 'false'
				else format('l.%I::text = p.place_id', h.column_names[i]) end)
		using i, h.levels[i];
	end loop;
	analyze ph_place;
end
$$;
comment on procedure ph_support.collect_places(text, ph_support.hierarchy) is
	'fills pg_temp.ph_place with the places of a hierarchy, each with the place in which it lies';
