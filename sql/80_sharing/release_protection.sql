
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
