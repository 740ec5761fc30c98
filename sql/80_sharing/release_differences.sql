
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
