
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

-- ---- cells ----

create procedure ph_support.collect_tallies(o ph_support.release_order, f jsonb, deepest integer, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_tally;
	-- all places by all groups, so that a group that nobody is in is not told from one that is hidden
	execute format(
		$query$
			create temp table ph_tally on commit drop as
			with known as (
				select level, place_id, group_name, people, coalesce(people_with_event, 0) as with_event
				from %I.measure_tally
				where measure = %L and version = %L and period_kind = %L and period = %L and breakdown = %L
			)
			select p.no, p.key, p.parent, g.group_name, coalesce(k.people, 0) as people,
				coalesce(k.with_event, 0) as with_event,
				-- that it is everybody is told of each of them: as if one were without, it is hidden
				case
					when not %L then 0
					when k.people > %s and k.people = k.with_event then 1
					else greatest(coalesce(k.people - k.with_event, 0), 0) end as without_event
			from pg_temp.ph_place p
			cross join (select distinct group_name from known) g
			left join known k using (level, place_id, group_name)
			where p.no <= %s
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', breakdown,
		f ->> 'indicator' = 'proportion', (o.rule).threshold, deepest);
	analyze ph_tally;
end
$$;
comment on procedure ph_support.collect_tallies(ph_support.release_order, jsonb, integer, text) is
	'fills pg_temp.ph_tally with the counts of the places of pg_temp.ph_place down to a level, by group; without_event '
	'of proportions only, where it is people too';

create procedure ph_support.collect_cells(o ph_support.release_order, f jsonb, deepest integer, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	call ph_support.collect_tallies(o, f, deepest, breakdown);
	drop table if exists pg_temp.ph_cell;
	create temp table ph_cell (
		no integer, key text, parent text, col text, people bigint, with_event bigint, without_event bigint,
		hidden boolean not null default false, fixed boolean not null default false,
		withheld boolean not null default false) on commit drop;
	insert into ph_cell
	select t.no, t.key, t.parent, t.group_name, t.people, t.with_event, t.without_event
	from pg_temp.ph_tally t
	where t.no = deepest;
	-- who moved counts in each place, so that parts may have more people than the whole: sums are made to add up, and
	-- what a place has beside its parts is a part of its own
	for level_no in reverse deepest - 1 .. 1 loop
		insert into ph_cell
		select beside.*
		from pg_temp.ph_tally t
		left join (
			select parent as key, col as group_name, sum(people)::bigint as people, sum(with_event)::bigint
				as with_event,
				sum(without_event)::bigint as without_event
			from pg_temp.ph_cell
			group by parent, col
		) parts using (key, group_name),
			lateral (
				values
					(level_no, t.key, t.parent, t.group_name, greatest(t.people, coalesce(parts.people, 0)),
					 greatest(t.with_event, coalesce(parts.with_event, 0)),
					 greatest(t.without_event, coalesce(parts.without_event, 0))),
					(0, 'rest of ' || t.key, t.key, t.group_name, greatest(t.people - coalesce(parts.people, 0), 0),
					 greatest(t.with_event - coalesce(parts.with_event, 0), 0),
					 greatest(t.without_event - coalesce(parts.without_event, 0), 0))
			) beside (no, key, parent, col, people, with_event, without_event)
		where t.no = level_no;
	end loop;
	delete from ph_cell c
	where c.no = 0 and not exists (
		select
		from pg_temp.ph_cell other
		where other.key = c.key and other.people + other.with_event + other.without_event > 0);
	-- the sum of all systems leaves nowhere
	insert into ph_cell (no, key, col, people, with_event, without_event, hidden)
	select -1, 'all', col, sum(people), sum(with_event), sum(without_event), true
	from pg_temp.ph_cell
	where no = 1
	group by col;
	if breakdown = 'all' then
		update ph_cell set col = '';
	else
		insert into ph_cell (no, key, parent, col, people, with_event, without_event, hidden)
		select no, key, parent, '', sum(people), sum(with_event), sum(without_event), no = -1
		from pg_temp.ph_cell
		group by no, key, parent;
	end if;
	create index on ph_cell (key, col);
	analyze ph_cell;
end
$$;
comment on procedure ph_support.collect_cells(ph_support.release_order, jsonb, integer, text) is
	'fills pg_temp.ph_cell with the counts of a breakdown (all: of whole places) down to a level of pg_temp.ph_place, '
	'so that they add up: what a place has beside its parts is a row of its own; col is empty for the total of a row';

-- ---- protecting them ----

create procedure ph_support.fix_cells(o ph_support.release_order, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	with standing as (
		select c.key, c.col, c.no,
			-- what the rule hides by itself, of the sum that adds up and of the place as it is; what was hidden before
			ph_support.is_small(c.people, c.with_event, c.without_event, o.rule)
				or coalesce(ph_support.is_small(t.people, t.with_event, t.without_event, o.rule), false)
				or coalesce(not d.shown, false) as hidden,
			coalesce(d.shown and d.binding, false) as fixed, coalesce(d.withheld, false) as withheld
		from pg_temp.ph_cell c
		left join pg_temp.ph_tally t on t.key = c.key
			and t.group_name = case when breakdown = 'all' then 'all' else c.col end
		left join pg_temp.ph_decided d on d.key = c.key and d.col = c.col
			and d.breakdown = case when c.col = '' then 'all' else fix_cells.breakdown end
	), whole as (
		-- where the total is hidden the whole row is
		-- what is withheld may have been shown before
		select key, col, fixed, bool_or(withheld) over cell as withheld,
			bool_or(hidden) over cell or bool_or(hidden and col = '' and no > 0) over (partition by key) as hidden
		from standing
		window cell as (partition by key, col)
	)
	update ph_cell c
	set hidden = c.hidden or w.hidden, fixed = w.fixed and not (c.hidden or w.hidden), withheld = w.withheld
	from whole w
	where w.key = c.key and w.col = c.col and (w.hidden or w.fixed);
end
$$;
comment on procedure ph_support.fix_cells(ph_support.release_order, text) is
	'marks in pg_temp.ph_cell what is hidden by itself, and what earlier decisions hide or show';

create function ph_support.counts_to_protect(rule ph.disclosure_rule) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(
		select n.counted
		from pg_temp.ph_cell c,
			lateral (
				values
					('people', c.withheld or ph_support.is_primary(c.people, rule)),
					('with_event', c.withheld or ph_support.is_primary(c.with_event, rule)),
					('without_event', c.without_event between 1 and rule.threshold)
			) n (counted, is_small)
		where c.no >= 0
		group by n.counted
		having bool_or(n.is_small)
		order by n.counted);
end
$$;
comment on function ph_support.counts_to_protect(ph.disclosure_rule) is
	'the columns of pg_temp.ph_cell in which a rule hides a count by itself, or one is withheld; the others say '
	'nothing of few people';

create function ph_support.hide_beside_withheld(rule ph.disclosure_rule) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	counted text;
	more bigint;
	hidden_more boolean := false;
begin
	if not exists (select from pg_temp.ph_cell where withheld) then
		return false;
	end if;
	foreach counted in array '{people,with_event}'::text[] loop
		execute format(
			$query$
				with attacked as (
					select *, ph_support.attack_up_to(%1$I, not hidden, key, nullif(col, ''), parent, false,
							case when withheld then %1$I + $1 + 1 end) over () as span
					from pg_temp.ph_cell
				), beside as (
					select distinct on (a.key, a.col) c.key, c.col
					from attacked a
					join pg_temp.ph_cell c on c.no > 0 and not c.hidden and not c.fixed and c.%1$I > 0
						and (c.col = a.col and (c.parent = a.key or c.parent = a.parent)
							or c.key = a.key and c.col <> '' and a.col <> '')
					where a.withheld and upper(a.span) - 1 - lower(a.span) <= $1
						-- what its other periods tell cannot hide anything
						and not exists (
							select
							from pg_temp.ph_period e
							where e.key = c.key and e.col = c.col
							having bool_and(e.shown) and count(distinct (e.period_kind, e.first_day)) > 1)
					order by a.key, a.col, c.%1$I, c.key, c.col
				)
				update pg_temp.ph_cell c
				set hidden = true
				from beside b
				where (b.key, b.col) = (c.key, c.col)
			$query$, counted)
		using rule.threshold;
		get diagnostics more = row_count;
		hidden_more := hidden_more or more > 0;
	end loop;
	return hidden_more;
end
$$;
comment on function ph_support.hide_beside_withheld(ph.disclosure_rule) is
	'hides in pg_temp.ph_cell, beside each withheld count that can be told, the smallest part, neighbour or group that '
	'may be hidden: whether there was one';

create procedure ph_support.protect_cells(o ph_support.release_order)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	counted text;
	more bigint;
	hidden_more boolean := true;
begin
	-- a row leaves or stays as a whole: what one count hides is hidden of the others too, until none hides more
	while hidden_more loop
		hidden_more := false;
		foreach counted in array ph_support.counts_to_protect(o.rule) loop
			execute format(
				'create temp table ph_shown on commit drop as
				select key, col, ph_support.protect_fixed(%I, key, nullif(col, ''''), parent, %s, fixed, $1, ''range'')
					over () as shown
				from pg_temp.ph_cell', counted,
				-- a place that is hidden for its few people has some
				case when counted = 'people' then 'hidden and not (col = '''' and people between 1 and $2)'
					else 'hidden' end)
			using o.rule_name, (o.rule).threshold;
			update ph_cell c
			set hidden = true
			from pg_temp.ph_shown s
			where s.key = c.key and s.col = c.col and not s.shown and not c.hidden;
			get diagnostics more = row_count;
			hidden_more := hidden_more or more > 0;
			drop table ph_shown;
		end loop;
		hidden_more := hidden_more or ph_support.hide_beside_withheld(o.rule);
	end loop;
end
$$;
comment on procedure ph_support.protect_cells(ph_support.release_order) is
	'hides more cells of pg_temp.ph_cell until nobody who knows the others can tell what a hidden count is';

create function ph_support.verified(rule ph.disclosure_rule) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted text;
	attacked jsonb;
	verified jsonb := '{}';
begin
	-- what is hidden may be 0 to who attacks, since a row is hidden for any of its counts
	foreach counted in array ph_support.counts_to_protect(rule) loop
		execute format(
			$query$
				select jsonb_build_object(
					'hidden', count(*) filter (where hidden),
					'primary', count(*) filter (where hidden and n between 1 and $1),
					'narrowest', min(upper(span) - 1 - lower(span)) filter (where hidden and n between 1 and $1),
					-- of what has parts, the least that it can be is more
					'known', count(*) filter (where hidden and n between 1 and $1
						and (upper(span) <= $2 or lower(span) > 1 and is_part)
						or withheld and upper(span) - 1 - lower(span) <= $1))
				from (
					select %1$I as n, hidden, withheld, no, (no = max(no) over () or no = 0)
						and (col <> '' or max(col) over () = '') as is_part,
						ph_support.attack_up_to(%1$I, not hidden, key, nullif(col, ''), parent, false,
							case
								when withheld then %1$I + $1 + 1
								when hidden and %1$I between 1 and $1 then $2 end) over () as span
					from pg_temp.ph_cell
				) attacked
				where no >= 0
			$query$, counted)
		into attacked
		using rule.threshold, rule.protect_upper;
		if (attacked ->> 'known')::bigint > 0 then
			raise exception 'the verifier found % hidden counts that can be told', attacked ->> 'known'
				using errcode = 'object_not_in_prerequisite_state';
		end if;
		verified := verified || jsonb_build_object(counted, attacked - 'known');
	end loop;
	return verified;
end
$$;
comment on function ph_support.verified(ph.disclosure_rule) is
	'what who attacks pg_temp.ph_cell can tell of it: counts hidden, those that the rule hides by itself, and the '
	'width of the narrowest limits of one. Errors: object_not_in_prerequisite_state where one can be told';

create procedure ph_support.hide_together(together text, from_level integer)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	-- zeros too, so that they may be anything to who attacks
	update ph_cell c
	set hidden = true, fixed = false
	where c.no >= from_level and c.col <> '' and not c.hidden and exists (
		select
		from pg_temp.ph_cell other
		where other.col <> '' and other.hidden and other.no >= from_level
			and (other.key = c.key or together = 'parts' and other.parent = c.parent));
end
$$;
comment on procedure ph_support.hide_together(text, integer) is
	'hides in pg_temp.ph_cell, from a level down, all groups of each place (rows) or of all places that lie in one '
	'with it (parts) of which one is hidden';

create function ph_support.decide_level(
	o ph_support.release_order, f jsonb, breakdown text, from_level integer, level_no integer, out verified jsonb,
	out fault text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	together text;
begin
	-- first as few cells as it takes, then more
	foreach together in array array['cells', 'rows', 'parts'] loop
		begin
			call ph_support.collect_cells(o, f, level_no, breakdown);
			call ph_support.fix_cells(o, breakdown);
			if together <> 'cells' then
				call ph_support.hide_together(together, from_level);
			end if;
			call ph_support.protect_cells(o);
			verified := ph_support.verified(o.rule);
			fault := null;
			return;
		exception when object_not_in_prerequisite_state then
			fault := sqlerrm;
			exit when breakdown = 'all';
		end;
	end loop;
end
$$;
comment on function ph_support.decide_level(ph_support.release_order, jsonb, text, integer, integer) is
	'fills pg_temp.ph_cell with a breakdown down to a level, protected: what the verifier says, or why it could not '
	'be; where few cells do not suffice, whole rows from from_level down are hidden, then all places of one larger '
	'place';

create function ph_support.decide(
	o ph_support.release_order, f jsonb, h ph_support.hierarchy, breakdown text, deepest integer, out reached integer,
	out verified jsonb, out fault text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	-- of which place a group is made of is known to all: its totals are parts of the larger places' groups
	of_places constant boolean := ph_support.is_of_places(o.schema, breakdown) and h.ladder = 'place_ladder';
	level_no integer := case when of_places then deepest else 1 end;
	decided record;
begin
	reached := 0;
	while level_no <= deepest loop
		select *
		into decided
		from ph_support.decide_level(o, f, breakdown, case when of_places then 1 else level_no end, level_no);
		if decided.fault is not null then
			fault := format('%s: %s', h.levels[level_no], decided.fault);
			exit;
		end if;
		verified := decided.verified;
		delete from ph_decided d
		using pg_temp.ph_cell c
		where c.no between reached + 1 and level_no and d.breakdown = decide.breakdown and d.key = c.key
			and d.col = c.col;
		insert into ph_decided
		select decide.breakdown, key, col, not hidden, true, withheld
		from pg_temp.ph_cell
		where no between reached + 1 and level_no and (col <> '' or decide.breakdown = 'all');
		reached := level_no;
		level_no := level_no + 1;
	end loop;
end
$$;
comment on function ph_support.decide(
	ph_support.release_order, jsonb, ph_support.hierarchy, text, integer) is
	'decides in pg_temp.ph_decided what of a breakdown is shown, level by level from the largest places down, or at '
	'all levels together where groups are of small areas: the level that could be protected, what the verifier says of '
	'it, why the next could not be';

create function ph_support.is_of_places(schema text, breakdown text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	of_places boolean;
begin
	execute format(
		'select bool_or(expression ~ ''\ms[.](deprivation|small_area|place|system)'')
		from %I.breakdown
		where breakdown = any (regexp_split_to_array($1, '' by ''))', schema)
	into of_places
	using breakdown;
	return coalesce(of_places, false);
end
$$;
comment on function ph_support.is_of_places(text, text) is
	'whether the groups of a breakdown, or of one of a pair, are groups of small areas, as fifths of deprivation are';

-- ---- what left before ----

create procedure ph_support.recall_releases(o ph_support.release_order, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	other record;
begin
	drop table if exists pg_temp.ph_earlier, pg_temp.ph_decided;
	execute format(
		$query$
			create temp table ph_earlier on commit drop as
			select r.release, r.breakdown, r.rule, r.record ->> 'data_stamp' as stamp, s.level, s.place_id,
				s.group_name,
				s.shown
			from %1$I.release r
			join %1$I.released_row s using (release)
			where r.measure = %2$L and r.version = %3$L and r.period_kind = %4$L and r.first_day = %5$L
				and (%6$L::bigint is null or r.release < %6$L::bigint)
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', o.before);
	select release, rule into other from pg_temp.ph_earlier where rule <> (o.rule).rule limit 1;
	if found then
		raise exception 'release % of measure "%" went by the rule %', other.release, f ->> 'measure', other.rule
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Two rules over the same numbers tell more than either: go by the same rule.';
	end if;
	create temp table ph_decided (
		breakdown text, key text, col text, shown boolean, binding boolean, withheld boolean) on commit drop;
	-- what was hidden stays so, what was shown stays so as long as the data are the same
	insert into ph_decided
	select breakdown, level || chr(31) || place_id, case when breakdown = 'all' then '' else group_name end,
		bool_and(shown), bool_and(stamp is not distinct from f ->> 'data_stamp'), false
	from pg_temp.ph_earlier
	group by 1, 2, 3;
	create index on ph_decided (key, col);
end
$$;
comment on procedure ph_support.recall_releases(ph_support.release_order, jsonb) is
	'fills pg_temp.ph_decided with what earlier releases of the measure and period showed and hid. '
	'Errors: object_not_in_prerequisite_state where they went by another rule';

create function ph_support.recalled_levels() returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(select distinct level from pg_temp.ph_earlier);
end
$$;
comment on function ph_support.recalled_levels() is
	'the levels of which pg_temp.ph_earlier tells';

create function ph_support.recalled_breakdowns_of_places(schema text, besides text[]) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	return array(
		select distinct breakdown
		from pg_temp.ph_earlier
		where breakdown <> all (besides) and ph_support.is_of_places(schema, breakdown));
end
$$;
comment on function ph_support.recalled_breakdowns_of_places(text, text[]) is
	'breakdowns by groups of small areas of which pg_temp.ph_earlier tells, beside those that are named';

create procedure ph_support.require_recalled(f jsonb, reached jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	earlier record;
begin
	select e.release, e.breakdown, e.level
	into earlier
	from pg_temp.ph_earlier e
	where not (reached -> e.breakdown ? e.level)
	order by e.release, e.level
	limit 1;
	if found then
		raise exception 'measure "%" cannot leave at these levels beside release %, which is by % at %',
			f ->> 'measure', earlier.release, earlier.breakdown, earlier.level
			using errcode = 'object_not_in_prerequisite_state', hint =
				'The new numbers would tell what it hides: release larger places first, or all levels together.';
	end if;
end
$$;
comment on procedure ph_support.require_recalled(jsonb, jsonb) is
	'does nothing where what left before, of the breakdowns that are decided, stays protected beside new levels. '
	'Errors: object_not_in_prerequisite_state, with the release';

create procedure ph_support.require_separate_breakdowns(o ph_support.release_order, f jsonb, breakdowns text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	clash record;
begin
	if ph_support.rule_rounds(o.rule) then
		return;
	end if;
	select p.breakdown as pair, s.breakdown as single, s.release
	into clash
	from (
		select b as breakdown, null::bigint as release from unnest(breakdowns) b
		union select breakdown, release from pg_temp.ph_earlier
	) p
	join (
		select b as breakdown, null::bigint as release from unnest(breakdowns) b
		union select breakdown, release from pg_temp.ph_earlier
	) s on s.breakdown <> p.breakdown
		and regexp_split_to_array(s.breakdown, ' by ') && regexp_split_to_array(p.breakdown, ' by ')
	order by position(' by ' in p.breakdown) = 0, s.release, p.breakdown, s.breakdown
	limit 1;
	if found then
		raise exception 'measure "%" cannot leave by "%" and by "%"%', f ->> 'measure', clash.pair, clash.single,
			coalesce(' of release ' || clash.release, '')
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Each tells sums of groups of the other: release one of them, or by a rule that rounds.';
	end if;
end
$$;
comment on procedure ph_support.require_separate_breakdowns(ph_support.release_order, jsonb, text[]) is
	'does nothing where no pair of breakdowns leaves beside one of its own, or beside another pair with one of them. '
	'Errors: object_not_in_prerequisite_state';

-- ---- differences ----

create procedure ph_support.collect_periods(o ph_support.release_order, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	drop table if exists pg_temp.ph_period;
	-- of what overlaps the period, and what longer ones that hold it are made of, the latest that left
	execute format(
		$query$
			create temp table ph_period on commit drop as
			with release as (
				select r.release, r.version, r.period_kind, r.first_day::date as first_day,
					(r.record ->> 'last_day')::date as last_day, r.breakdown, r.record ->> 'folded_at' as folded_at
				from %1$I.release r
				where r.measure = %2$L and r.record ->> 'same_as' is null
					and (%3$L::bigint is null or r.release < %3$L::bigint)
			), cell as (
				select r.*, s.level || chr(31) || s.place_id as key,
					case when r.breakdown = 'all' then '' else s.group_name end as col, s.shown, s.people, s.numerator
				from release r
				join %1$I.released_row s using (release)
				where exists (
					select
					from release whole
					where whole.first_day <= least(r.first_day, $1) and whole.last_day >= greatest(r.last_day, $2))
					or r.first_day >= $1 and r.last_day <= $2
			)
			select distinct on (version, period_kind, first_day, breakdown, key, col) *
			from (
				select *, false as is_told from cell
				union all
				-- groups that all left tell the events of their place
				select release, version, period_kind, first_day, last_day, 'all', folded_at, key, '', true, null,
					sum(numerator), true
				from cell
				where breakdown <> 'all'
				group by release, version, period_kind, first_day, last_day, folded_at, key
				having bool_and(shown)
			) known
			order by version, period_kind, first_day, breakdown, key, col, folded_at desc, is_told, release desc
		$query$, o.schema, f ->> 'measure', o.before)
	using (f ->> 'period')::date, (f ->> 'last_day')::date;
	analyze ph_period;
end
$$;
comment on procedure ph_support.collect_periods(ph_support.release_order, jsonb) is
	'fills pg_temp.ph_period with the cells that left before of the measure, of all versions, in this period, in parts '
	'of it, and in longer ones that hold it with their parts';

create function ph_support.telling_periods(f jsonb)
returns table (breakdown text, key text, col text, release bigint, is_told boolean)
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
	-- a period and all its parts: where all but one leave, the one is told too
	with cell as (
		select e.breakdown, e.key, e.col, e.period_kind, e.first_day, e.last_day, e.shown, e.release, false as is_new
		from pg_temp.ph_period e
		where e.version = f ->> 'version' and (e.period_kind, e.first_day) <> (f ->> 'period_kind',
			(f ->> 'period')::date)
		union all
		select d.breakdown, d.key, d.col, f ->> 'period_kind', (f ->> 'period')::date, (f ->> 'last_day')::date,
			d.shown,
			null, true
		from pg_temp.ph_decided d
		-- what left of it before is known anyhow, and is not what it is now
		where d.shown or not exists (
			select
			from pg_temp.ph_period e
			where (e.breakdown, e.key, e.col) = (d.breakdown, d.key, d.col) and e.shown
				and (e.period_kind, e.first_day) = (f ->> 'period_kind', (f ->> 'period')::date))
	)
	select w.breakdown, w.key, w.col, coalesce(max(p.release), w.release),
		w.is_new and not w.shown or bool_or(p.is_new and not p.shown)
	from cell w
	join cell p using (breakdown, key, col)
	where exists (select from pg_temp.ph_period)
		and f ->> 'of' = 'events' and f ->> 'indicator' <> 'proportion'  -- people do not add up over periods
		and p.first_day >= w.first_day and p.last_day <= w.last_day and (p.first_day, p.last_day) <> (w.first_day,
			w.last_day)
	group by w.breakdown, w.key, w.col, w.period_kind, w.first_day, w.last_day, w.shown, w.release, w.is_new,
		p.period_kind
	having sum(p.last_day - p.first_day + 1) = w.last_day - w.first_day + 1
		and count(*) filter (where not p.shown) + (not w.shown)::integer = 1 and (w.is_new or bool_or(p.is_new))
$$;
comment on function ph_support.telling_periods(jsonb) is
	'cells of a period and its parts of which all but one are shown, so that the one is told by the others: with a '
	'release that is among them, and whether the one is of the fold that is to be released';

create function ph_support.isolating_cells(o ph_support.release_order, f jsonb)
returns table (breakdown text, key text, col text, release bigint, how text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.rule_rounds(o.rule) then
		return;  -- a difference of rounded numbers isolates nobody
	end if;
	return query execute format(
		$query$
			with shown as (
				select d.breakdown, d.key, d.col, t.people::float8 as people, t.numerator,
					-- of sums that do not count events, as many as so many people would make
					case
						when %7$L then $1
						else $1 * abs(t.numerator) / nullif(t.people_with_event, 0) end as few
				from pg_temp.ph_decided d
				join %1$I.measure_tally t on t.measure = %2$L and t.version = %3$L and t.period_kind = %4$L
					and t.period = %5$L and t.breakdown = d.breakdown
					and t.level || chr(31) || t.place_id = d.key
					and t.group_name = case when d.breakdown = 'all' then 'all' else d.col end
				where d.shown
			), parts as (
				-- all that left of shorter periods of one kind within this one, and of this one within longer ones
				select s.breakdown, s.key, s.col, max(e.release) as release, s.numerator - sum(e.numerator) as events,
					s.few,
					'shorter periods of it' as how
				from shown s
				join pg_temp.ph_period e using (breakdown, key, col)
				where e.version = %3$L and e.shown and e.first_day >= %5$L and e.last_day <= %6$L
					and (e.first_day, e.last_day) <> (%5$L, %6$L)
				group by s.breakdown, s.key, s.col, s.numerator, s.few, e.period_kind
				union all
				select s.breakdown, s.key, s.col, max(l.release),
					l.numerator - s.numerator - coalesce(sum(e.numerator), 0), s.few, 'a longer period that holds it'
				from shown s
				join pg_temp.ph_period l using (breakdown, key, col)
				left join pg_temp.ph_period e on e.breakdown = s.breakdown and e.key = s.key and e.col = s.col
					and e.version = %3$L and e.shown and e.period_kind = %4$L and e.first_day <> %5$L
					and e.first_day >= l.first_day and e.last_day <= l.last_day
				where l.version = %3$L and l.shown and l.first_day <= %5$L and l.last_day >= %6$L
					and (l.first_day, l.last_day) <> (%5$L, %6$L)
				group by s.breakdown, s.key, s.col, s.numerator, s.few, l.period_kind, l.first_day, l.numerator
			)
			select s.breakdown, s.key, s.col, e.release, 'the same place and group'
			from shown s
			join pg_temp.ph_period e using (breakdown, key, col)
			where e.shown and (e.period_kind, e.first_day) = (%4$L, %5$L)
				and (abs(s.people - e.people) between 1 and $1 or abs(s.numerator - e.numerator) between 1e-9 and s.few)
			union all
			select breakdown, key, col, release, how from parts where abs(events) between 1e-9 and few
			union all
			select breakdown, key, col, release, 'periods that hold it or that it holds'
			from ph_support.telling_periods(%8$L)
			where not is_told
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', f ->> 'last_day',
		ph_support.counts_events(f ->> 'indicator'), f)
	using (o.rule).threshold;
end
$$;
comment on function ph_support.isolating_cells(ph_support.release_order, jsonb) is
	'the cells that are to be shown whose difference from what left before is as small a number as the rule hides: the '
	'same cell of another version or of other data, and parts of a period beside the whole of it; with the release '
	'that it collides with';

create function ph_support.leave_out_told(o ph_support.release_order, f jsonb, breakdowns text[]) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	told record;
	left_in text[] := breakdowns;
begin
	for told in
		select t.breakdown, max(t.release) as release, count(*) as cells
		from ph_support.telling_periods(f) t
		where t.is_told and not ph_support.rule_rounds(o.rule)
		group by t.breakdown
		order by t.breakdown
	loop
		if o.collisions = 'refuse' or told.breakdown = 'all' then
			raise exception 'what measure "%" hides by "%" would be told by release %', f ->> 'measure', told.breakdown,
				told.release
				using errcode = 'object_not_in_prerequisite_state',
					detail = format('Hidden counts that are what is left of a period without its other parts: %s.',
						told.cells),
					hint = 'Release less, or the longer period last, with collisions => ''hide''.';
		end if;
		raise warning 'measure "%" does not leave by "%": release % would tell what is hidden', f ->> 'measure',
			told.breakdown, told.release;
		delete from ph_decided d where d.breakdown = told.breakdown;
		left_in := array_remove(left_in, told.breakdown);
	end loop;
	return left_in;
end
$$;
comment on function ph_support.leave_out_told(ph_support.release_order, jsonb, text[]) is
	'the breakdowns of which no hidden count is told by what left of periods that hold this one or that it holds; with '
	'collisions => refuse, and where it is of whole places, an error: object_not_in_prerequisite_state, with the '
	'release';

create procedure ph_support.require_no_collision(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	collision record;
begin
	select *, count(*) over () as cells
	into collision
	from (
		select * from ph_support.isolating_cells(o, f)
		union all
		select * from ph_support.overlapping_cells(o, f, ways)
	) c
	order by release, key, col
	limit 1;
	if found then
		raise exception 'measure "%" would isolate people beside %', f ->> 'measure',
			coalesce('release ' || collision.release, 'its own places')
			using errcode = 'object_not_in_prerequisite_state',
				-- how many they are is not for who asks
				detail = format(
					'Counts whose difference from %s is as small as the rule hides, or tells what it hides%s.',
					collision.how, case when o.kind <> 'tabulation' then ': ' || collision.cells else '' end),
				hint = 'collisions => ''hide'' releases it without them.';
	end if;
end
$$;
comment on procedure ph_support.require_no_collision(
	ph_support.release_order, jsonb, ph_support.hierarchy[]) is
	'does nothing where nothing that is to be shown isolates people beside an earlier release. '
	'Errors: object_not_in_prerequisite_state, with the release';

-- ---- what leaves ----

create function ph_support.leaving(n float8, rule ph.disclosure_rule) returns float8
language sql immutable parallel safe
return case when ph_support.rule_rounds(rule) then ph_support.published_count(rule, round(n)::bigint) else n end;
comment on function ph_support.leaving(float8, ph.disclosure_rule) is
	'a number of a row that is shown, as its rule publishes it';

create procedure ph_support.collect_rows(o ph_support.release_order, f jsonb, breakdown text, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	rounds constant boolean := ph_support.rule_rounds(o.rule);
	of_parts constant boolean := f ->> 'indicator' in ('rate', 'proportion');
	-- years are rounded as so many people over the whole period
	whole constant float8 := case
		when rounds and f ->> 'of' = 'events' and f ->> 'indicator' <> 'proportion' and
			ph_support.counts_events(f ->> 'indicator')
		then ((f ->> 'last_day')::date - (f ->> 'period')::date + 1) / 365.25
		else 1 end;
begin
	drop table if exists pg_temp.ph_rows;
	execute format(
		$query$
			create temp table ph_rows on commit drop as
			select n.level, n.place_id, n.group_name, d.shown, e.value, case when $3 then e.lower end as lower,
				case when $3 then e.upper end as upper, p.numerator, p.denominator, p.people,
				case
					when d.breakdown <> 'all' and bool_and(d.shown) over place
						then sum(p.people) filter (where n.group_name <> 'unknown') over place
							/ nullif(sum(p.people) over place, 0) end as share_known,
				case when not $6 then t.shrunken_value end as shrunken_value,
				case when not $6 then t.shrunken_lower end as shrunken_lower,
				case when not $6 then t.shrunken_upper end as shrunken_upper,
				-- the word of a note, since what stands behind it counts
				case when d.shown then coalesce(split_part(e.note, ':', 1),
					case when t.people is null then 'no_data' end) else 'suppressed' end
					as note
			from pg_temp.ph_decided d
			cross join lateral (
				select split_part(d.key, chr(31), 1) as level, substr(d.key, position(chr(31) in d.key) + 1)
					as place_id,
					case when d.breakdown = 'all' then 'all' else d.col end as group_name
			) n
			left join (
				select *
				from %1$I.measure_tally
				where (measure, version, period_kind, period) = (%2$L, %3$L, %4$L, %5$L)
			) t on d.shown and t.breakdown = d.breakdown and t.level = n.level and t.place_id = n.place_id
				and t.group_name = n.group_name
			cross join lateral (
				select ph_support.leaving(coalesce(t.people, case when d.shown then 0 end), $1) as people,
					ph_support.leaving(t.numerator, $1) as numerator,
					ph_support.leaving(t.denominator / $7, $1) * $7 as denominator
			) p
			cross join lateral (
				select case when $2 and d.shown and p.numerator is not null and p.denominator is not null
					then ph.ask(%6$L,
					(select ph.count_tally(0, n, d) from (values (p.numerator, p.denominator)) v (n, d)),
					per => %7$L::float8) end as made
				offset 0
			) asked
			cross join lateral (
				-- what is made of parts is made of those that leave
				select case when $2 then (made).value else t.value end as value,
					case when $2 then (made).lower else t.lower end as lower,
					case when $2 then (made).upper else t.upper end as upper,
					case
						when not $2 then t.note
						when p.numerator is null or p.denominator is null then coalesce(t.note, 'suppressed')
						else coalesce((made).note, t.note) end as note
			) e
			where d.breakdown = $4 and n.level = any ($5)
			window place as (partition by n.level, n.place_id)
		$query$, o.schema, f ->> 'measure', f ->> 'version', f ->> 'period_kind', f ->> 'period', f ->> 'indicator',
		f ->> 'per')
	using o.rule, rounds and of_parts and (o.rule).rates = 'published',
		(o.rule).intervals = 'exact' or (o.rule).intervals = 'published' and of_parts, breakdown, levels, rounds, whole;
end
$$;
comment on procedure ph_support.collect_rows(ph_support.release_order, jsonb, text, text[]) is
	'fills pg_temp.ph_rows with the rows of a release: numbers by the rule where pg_temp.ph_decided shows them, none '
	'where it hides them';

create function ph_support.geography(schema text, levels text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	hash text;
begin
	execute format(
		'select encode(sha256(convert_to(string_agg(concat_ws('' '', level, place_id, place_kind, parent_level,
			parent_id), chr(10) order by level collate "C", place_id collate "C"), ''UTF8'')), ''hex'')
		from %I.measure_place
		where level = any ($1)', schema)
	into hash
	using levels;
	return hash;
end
$$;
comment on function ph_support.geography(text, text[]) is 'SHA-256 of the places of the levels and what they lie in';

create function ph_support.append_release(o ph_support.release_order, f jsonb, breakdown text, levels text[],
	more jsonb)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	number bigint;
	rows_hash constant text := (
		select encode(sha256(convert_to(coalesce(string_agg(to_jsonb(r)::text, chr(10) order by r.level collate "C",
			r.place_id collate "C", r.group_name collate "C"), ''), 'UTF8')), 'hex')
		from pg_temp.ph_rows r);
begin
	execute format('insert into %I.release (record) values ($1) returning release', o.schema)
	into number
	using f || more || jsonb_build_object(
		'kind', o.kind, 'breakdown', breakdown, 'levels', levels, 'rule', to_jsonb(o.rule),
		'rule_name', o.rule_name, 'strength', 'range',
		'audience', o.audience, 'collisions', o.collisions, 'geography', ph_support.geography(o.schema, levels),
		'role', session_user, 'acting_as', current_user, 'postgresql', current_setting('server_version'),
		'extension', (select extversion from pg_extension where extname = 'population_health'),
		'rows', (select count(*) from pg_temp.ph_rows),
		'rows_hidden', (select count(*) from pg_temp.ph_rows where not shown), 'rows_hash', rows_hash);
	execute format(
		'insert into %I.released_row (release, level, place_id, group_name, shown, value, lower, upper, numerator,
			denominator, people, share_known, shrunken_value, shrunken_lower, shrunken_upper, note)
		select $1, * from pg_temp.ph_rows', o.schema)
	using number;
	return number;
end
$$;
comment on function ph_support.append_release(ph_support.release_order, jsonb, text, text[], jsonb) is
	'appends pg_temp.ph_rows as a release, and gives its number';

-- ---- one measure and period ----

create procedure ph_support.require_one_hierarchy(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	earlier record;
begin
	if cardinality(ways) < 2 or ph_support.rule_rounds(o.rule) then
		return;
	end if;
	select release, level into earlier from pg_temp.ph_earlier where level <> all (levels) order by release limit 1;
	raise exception 'places of % and of % do not lie in each other%', ways[1].levels[cardinality(ways[1].levels)],
		ways[2].levels[cardinality(ways[2].levels)],
		coalesce(format(', and release %s of measure "%s" has %s', earlier.release, f ->> 'measure', earlier.level), '')
		using errcode = 'object_not_in_prerequisite_state', hint =
			'Their differences would be of few people: release levels that lie in each other, or by a rule that '
			'rounds.';
end
$$;
comment on procedure ph_support.require_one_hierarchy(ph_support.release_order, jsonb, ph_support.hierarchy[],
	text[]) is
	'does nothing where all levels that leave, and left before, lie in each other, or the rule rounds. '
	'Errors: object_not_in_prerequisite_state, with the earlier release';

create function ph_support.decide_all(
	o ph_support.release_order, f jsonb, ways ph_support.hierarchy[], breakdowns text[], out verified jsonb,
	out left_out jsonb, out reached jsonb)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	h ph_support.hierarchy;
	part record;
	totals integer;
	breakdown text;
begin
	verified := '{}';
	left_out := '{}';
	reached := '{}';
	foreach h in array ways loop
		call ph_support.collect_places(o.schema, h);
		totals := cardinality(h.levels);
		foreach breakdown in array array['all'] || breakdowns loop
			select * into part from ph_support.decide(o, f, h, breakdown, totals);
			if breakdown = 'all' then
				totals := part.reached;
			end if;
			verified := verified || jsonb_build_object(breakdown,
				coalesce(verified -> breakdown, '[]') || jsonb_build_array(part.verified));
			reached := reached || jsonb_build_object(breakdown,
				coalesce(reached -> breakdown, '[]') || to_jsonb(h.levels[1 : part.reached]));
			if part.fault is not null then
				left_out := left_out || jsonb_build_object(breakdown, part.fault);
			end if;
		end loop;
	end loop;
end
$$;
comment on function ph_support.decide_all(ph_support.release_order, jsonb, ph_support.hierarchy[], text[]) is
	'decides what is shown of all breakdowns: what the verifier says, what could not be protected, levels that were '
	'reached, each by breakdown';

create procedure ph_support.release_fold(
	o ph_support.release_order, f jsonb, levels text[], breakdowns text[], inout released bigint[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	ways ph_support.hierarchy[];
	chosen text[];
	decided record;
	withheld jsonb := '[]';
	more jsonb;
	part text;
	of_part text[];
begin
	-- who releases at the same time waits
	execute format('lock table %I.release in share row exclusive mode', o.schema);
	released := '{}';
	loop
		call ph_support.recall_releases(o, f);
		ways := ph_support.hierarchies(o.schema, levels || ph_support.recalled_levels());
		call ph_support.require_one_hierarchy(o, f, ways, levels);
		call ph_support.require_separate_breakdowns(o, f, breakdowns);
		insert into ph_decided
		select w ->> 'breakdown', w ->> 'key', w ->> 'col', false, false, true
		from jsonb_array_elements(withheld) w;
		decided := ph_support.decide_all(o, f, ways, array_remove(
			breakdowns || ph_support.recalled_breakdowns_of_places(o.schema, breakdowns), 'all'));
		call ph_support.require_recalled(f, decided.reached);
		-- levels that left before stay until differences are looked for: sums of what leaves tell of them
		delete from ph_decided d where d.breakdown <> all (array['all'] || breakdowns);
		call ph_support.collect_periods(o, f);
		chosen := ph_support.leave_out_told(o, f, breakdowns);
		if o.collisions = 'refuse' then
			call ph_support.require_no_collision(o, f, ways);
			exit;
		end if;
		select coalesce(jsonb_agg(distinct to_jsonb(c) - 'release' - 'how'), '[]')
		into more
		from (
			select * from ph_support.isolating_cells(o, f)
			union all
			select * from ph_support.overlapping_cells(o, f, ways)
		) c;
		exit when more = '[]';
		if withheld @> more then  -- what must be shown cannot be hidden
			call ph_support.require_no_collision(o, f, ways);
		end if;
		withheld := withheld || more;
	end loop;
	foreach part in array chosen loop
		of_part := array(
			select l from unnest(levels) l where decided.reached -> part ? l);
		continue when of_part = '{}';
		call ph_support.collect_rows(o, f, part, of_part);
		released := released || ph_support.append_release(o, f, part, of_part, jsonb_build_object(
			'verified', decided.verified -> part, 'left_out', decided.left_out -> part, 'hierarchies', to_jsonb(ways),
			'withheld', (
				select count(*)
				from jsonb_array_elements(withheld) w
				where w ->> 'breakdown' = part and split_part(w ->> 'key', chr(31), 1) = any (of_part))));
	end loop;
	drop table if exists pg_temp.ph_place, pg_temp.ph_tally, pg_temp.ph_cell, pg_temp.ph_decided, pg_temp.ph_earlier,
		pg_temp.ph_period, pg_temp.ph_rows;
end
$$;
comment on procedure ph_support.release_fold(ph_support.release_order, jsonb, text[], text[], bigint[]) is
	'releases one measure of one period: a release a breakdown';

create function ph_support.fold_record(schema text, m ph.measure, period_kind text, first_day date) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
declare
	record jsonb;
begin
	execute format(
		$query$
			select jsonb_build_object('measure', f.measure, 'version', f.version, 'name', $1.name, 'unit', $1.unit,
				'of', case when $1.events is not null then 'events' when $1.persons is not null then 'persons'
					else 'areas' end,
				'indicator', $1.indicator, 'per', $1.per,
				'definition', encode(sha256(convert_to((to_jsonb($1) - 'folded_at')::text, 'UTF8')), 'hex'),
				'period_kind', f.period_kind, 'period', f.period::text, 'last_day', f.data_until::text,
				'period_name', ph_support.period_name(f.period_kind, f.period), 'data_stamp', f.data_stamp,
				'purpose', f.purpose, 'left_out_people', f.left_out, 'note', f.note,
				'folded_at', to_char(f.folded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
			from %I.measure_fold f
			where (f.measure, f.version, f.period_kind, f.period) = ($1.measure, $1.version, $2, $3)
		$query$, schema)
	into record
	using m, period_kind, first_day;
	return record;
end
$$;
comment on function ph_support.fold_record(text, ph.measure, text, date) is
	'what the record of a release says of the fold that it is made of';

create function ph_support.release_order_of(
	schema text, rule text, audience text, purpose text, collisions text, kind text)
returns ph_support.release_order
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	o ph_support.release_order;
begin
	perform ph_support.require_release_tables(schema);
	perform ph_support.require_measure_tables(schema);
	if not pg_has_role(ph_support.owner_of(format('%I.release', schema)::regclass), 'usage') then
		raise exception 'only the owner of the tables of releases may release'
			using errcode = 'insufficient_privilege', hint = 'Partners tabulate, where they were granted it.';
	elsif audience is null or audience <> 'public' and to_regrole(quote_ident(audience)) is null then
		raise exception 'argument "audience" must be public or a role'
			using errcode = 'undefined_object',
				hint = 'Who is no member of the role does not see what is released for it.';
	end if;
	perform ph_support.require_known('collisions', array[collisions], '{refuse,hide}');
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p))
	where purpose is not null;
	o := row(schema, ph_support.disclosure_rule(rule), rule, audience, purpose, collisions, kind, null);
	return o;
end
$$;
comment on function ph_support.release_order_of(text, text, text, text, text, text) is
	'an order of a release. Errors: undefined_table, insufficient_privilege, undefined_object, '
	'invalid_parameter_value';

create procedure ph_support.require_releasable(o ph_support.release_order, m ph.measure, f jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if m.areas is null and f ->> 'purpose' is null and to_regclass(format('%I.may_use', o.schema)) is not null then
		raise exception 'measure "%" was folded of everybody', m.measure
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Since there is a list of who may be included, fold it for a purpose: refold => true, purpose => ...';
	elsif f ->> 'purpose' <> o.purpose then
		raise exception 'measure "%" was folded for the purpose %', m.measure, f ->> 'purpose'
			using errcode = 'invalid_parameter_value', hint = 'A summary outlives the list: fold it for this purpose.';
	end if;
end
$$;
comment on procedure ph_support.require_releasable(ph_support.release_order, ph.measure, jsonb) is
	'does nothing where a fold may leave for the purpose. Errors: object_not_in_prerequisite_state, '
	'invalid_parameter_value';

create function ph_support.folds_to_release(schema text, measures text[], periods text[])
returns table (m ph.measure, period_kind text, period date)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	offered constant text[] := array(select l.measure from ph_support.latest_measures(schema) l);
begin
	perform ph_support.require_known('measures', measures, offered);
	perform ph_support.require_periods(schema, periods);
	return query execute format(
		'select m, f.period_kind, f.period
		from ph_support.latest_measures($1, $2) m
		join %1$I.measure_fold f using (measure, version)
		join %1$I.calendar c on c.kind = f.period_kind and c.start_date = f.period
		where f.data_until >= c.end_date - 1 and f.note is null
			and ($3 is null or c.kind = any ($3) or c.name = any ($3))
		order by m.measure, f.period_kind, f.period', schema)
	using schema, measures, periods;
end
$$;
comment on function ph_support.folds_to_release(text, text[], text[]) is
	'the folded periods, over and with data, of the latest versions of measures. '
	'Errors: invalid_parameter_value with what there is';

create function ph_support.levels_to_release(o ph_support.release_order, f jsonb, levels text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select levels from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	if levels is null then
		return case when ph_support.rule_rounds(o.rule) then folded
			else array(
				select l
				from unnest((ph_support.hierarchies(o.schema, folded))[1].levels) l
				where l = any (folded)) end;
	end if;
	perform ph_support.require_known('levels', levels, folded);
	return levels;
end
$$;
comment on function ph_support.levels_to_release(ph_support.release_order, jsonb, text[]) is
	'the levels that are asked, or all that were folded of one hierarchy. Errors: invalid_parameter_value';

create function ph_support.breakdowns_to_release(o ph_support.release_order, f jsonb, breakdowns text[])
returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	folded text[];
begin
	execute format('select breakdowns from %I.measure_fold
		where (measure, version, period_kind, period) = ($1, $2, $3, $4)', o.schema)
	into folded
	using f ->> 'measure', f ->> 'version', f ->> 'period_kind', (f ->> 'period')::date;
	return array['all'] || array(
		select b
		from unnest(folded) b
		where b = any (breakdowns)
			or breakdowns is null and (ph_support.rule_rounds(o.rule) or not exists (
				select
				from unnest(folded) other
				where (position(' by ' in other) > 0, other) < (position(' by ' in b) > 0, b)
					and regexp_split_to_array(other, ' by ') && regexp_split_to_array(b, ' by '))));
end
$$;
comment on function ph_support.breakdowns_to_release(ph_support.release_order, jsonb, text[]) is
	'all, and the breakdowns that are asked and were folded; where none is asked, of those with one in common the '
	'first, single ones before pairs, unless the rule rounds';

create function ph_support.left_out_of(schema text, released bigint[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	said text;
begin
	execute format(
		'select string_agg(breakdown || '' at '' || (record ->> ''left_out''), ''; '' order by release)
		from %I.release
		where release = any ($1) and record ->> ''left_out'' is not null', schema)
	into said
	using released;
	return said;
end
$$;
comment on function ph_support.left_out_of(text, bigint[]) is 'what releases leave out since it could not be protected';

-- No SET clause, so that it can commit after each measure and period: all names are qualified.
create procedure ph.release_measures(
	schema text,
	measures text[],
	periods text[],
	levels text[],
	breakdowns text[],
	rule text,
	audience text,
	purpose text default null,
	collisions text default 'refuse')
language plpgsql
as $$
declare
	o constant ph_support.release_order := ph_support.release_order_of(
		schema, rule, audience, purpose, collisions, 'table');
	in_steps constant boolean := ph_support.may_commit();
	asked record;
	number bigint := 0;
	f jsonb;
	chosen text[];
	released bigint[];
	faults text;
begin
	perform ph_support.require_known('levels', levels,
		pg_catalog.array_agg(l.level)) from ph_support.folded_levels(schema) l having levels is not null;
	perform ph_support.require_known('breakdowns', release_measures.breakdowns,
		pg_catalog.array_agg(b) operator(pg_catalog.||) 'all'::text)
	from ph_support.latest_measures(schema, measures) m, pg_catalog.unnest(m.breakdowns) b
	having release_measures.breakdowns is not null;
	for asked in
		select t.*, pg_catalog.count(*) over () as total from ph_support.folds_to_release(schema, measures, periods) t
	loop
		number := number operator(pg_catalog.+) 1;
		f := ph_support.fold_record(schema, asked.m, asked.period_kind, asked.period);
		call ph_support.require_releasable(o, asked.m, f);
		chosen := ph_support.breakdowns_to_release(o, f, breakdowns);
		call ph_support.release_fold(o, f, ph_support.levels_to_release(o, f, levels), chosen, released);
		faults := ph_support.left_out_of(schema, released);
		raise notice '%', pg_catalog.concat_ws(' ', pg_catalog.format('%s of %s: %s', number, asked.total,
			(asked.m).measure), asked.period_kind, pg_catalog.to_char(asked.period, 'YYYY-MM-DD'),
			'is release', pg_catalog.array_to_string(released, ', '),
			case when faults is not null then 'without ' operator(pg_catalog.||) faults end);
		if in_steps then
			commit;
		end if;
	end loop;
	if number operator(pg_catalog.=) 0 then
		raise exception 'nothing that is asked was folded of a period that is over'
			using errcode = 'no_data_found', hint = 'CALL ph.fold_measures(...) folds measures.';
	end if;
end
$$;
comment on procedure ph.release_measures(text, text[], text[], text[], text[], text, text, text, text) is
	'releases measures of the schema (NULL: all that were folded) of periods that are over (kinds or names of '
	'calendar; NULL: all), levels (NULL: all of one hierarchy that were folded; all, where the rule rounds) and '
	'breakdowns (NULL: all that were folded; whole places always) by a rule of ph.disclosure_rule or schema.rule, for '
	'an audience: public or a role. Each table is protected as a whole, place totals first, and verified by who '
	'attacks it; a row is shown whole or hidden whole; what cannot be protected is left out and named. A release a '
	'breakdown is appended with its '
	'rows; it says how far it is and commits after each measure and period. What would isolate people beside an '
	'earlier release is an error that names it, or with collisions => hide is hidden. Errors: undefined_table, '
	'undefined_object, insufficient_privilege for others than the owner, invalid_parameter_value, no_data_found, '
	'object_not_in_prerequisite_state';
