
-- ---- shared goals ----
-- A goal is a row about a measure: where, of whom, from which period to which value by when, whose it is. It is live
-- when all of its owners have signed, and stays as it is from the first signature on.

create function ph_support.goal_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('subsystem',
		 'subsystem text primary key check (subsystem <> ''''), name text not null,
		 parent text references {subsystem} check (parent <> subsystem)',
		 'one row a subsystem: a named set of segments, places and partners with goals and a scorecard of its own',
		 jsonb_build_object('subsystem', 'name of the subsystem', 'name', 'name to show',
			'parent', 'subsystem that it is a part of')),
		('subsystem_part',
		 'subsystem text references {subsystem} on delete cascade,
		 kind text not null check (kind in (''segment'', ''place'', ''partner'')), part text not null,
		 primary key (subsystem, kind, part)',
		 'what a subsystem consists of', jsonb_build_object('subsystem', 'the subsystem',
			'kind', 'segment, place or partner', 'part', 'the segment, place or partner')),
		('goal',
		 'goal text primary key check (goal <> ''''), name text not null, measure text not null, level text not null,
		 place_id text not null, breakdown text not null default ''all'', group_name text not null default ''all'',
		 beside_group text, period_kind text not null default ''financial_year'', baseline date not null,
		 target float8 not null check (target > 0 and target < ''infinity''), target_period date not null,
		 leave_out date[] not null default ''{}'', parent text references {goal} check (parent <> goal),
		 subsystem text references {subsystem}, check (target_period > baseline),
		 check ((breakdown = ''all'') = (group_name = ''all'')),
		 check (beside_group is null or breakdown <> ''all'' and beside_group <> group_name)',
		 'one row a goal: which value a measure shall have, where and of whom, from a baseline to a period',
		 jsonb_build_object('goal', 'name of the goal', 'name', 'name to show', 'measure', 'measure that it is about',
			'level', 'level of the place', 'place_id', 'the place',
			'breakdown', 'breakdown of the group that it is about, or all', 'group_name', 'the group, or all',
			'beside_group',
			'of a goal on inequality: the group beside which the first is held; the target is a ratio then',
			'period_kind', 'kind of period in which progress is measured', 'baseline',
				'first day of the baseline period',
			'target', 'the value that shall be reached, in the unit of the measure, or the ratio of the two groups',
			'target_period', 'first day of the period in which it shall be reached',
			'leave_out', 'first days of periods that the trend leaves out, such as those of a shock',
			'parent', 'goal that it is a part of', 'subsystem', 'subsystem whose goal it is')),
		('goal_owner',
		 'goal text references {goal} on delete cascade, partner text not null, signed_on date, signed_by text,
		 primary key (goal, partner), check ((signed_on is null) = (signed_by is null))',
		 'the partners that own a goal, with their signatures: it is live when all have signed',
		 jsonb_build_object('goal', 'the goal', 'partner', 'the partner', 'signed_on', 'day of the signature',
			'signed_by', 'who signed')),
		('goal_intervention',
		 'goal text references {goal} on delete cascade, intervention text not null, partner text not null,
		 expected_contribution float8, source text, primary key (goal, intervention)',
		 'what is done to reach a goal, and how much of the way each is expected to contribute',
		 jsonb_build_object('goal', 'the goal', 'intervention', 'what is done', 'partner', 'who does it',
			'expected_contribution', 'expected change of the value of the measure, negative where it falls',
			'source', 'where the expectation comes from')),
		('population_component',
		 'scenario text not null check (scenario <> ''observed''), place_id text not null, year integer not null,
		 component text not null check (component in (''births'', ''deaths'', ''migration'')), age integer,
		 people float8 not null, source text,
		 check ((component = ''births'') = (age is null)), check (age between 0 and 100),
		 check (abs(people) < 1e10 and (people >= 0 or component = ''migration'')),
		 unique nulls not distinct (scenario, place_id, year, component, age)',
		 'births, deaths and net migration that somebody projects, a row a scenario, place, year and age: '
		 'ph.project_need takes them',
		 jsonb_build_object('scenario', 'name of the projection', 'place_id', 'the place', 'year', 'the year',
			'component', 'births, deaths or migration (net: who comes less who goes)',
			'age', 'age in completed years, 100 and over together as 100; NULL for births', 'people', 'how many',
			'source', 'who projects it')),
		('goal_milestone',
		 'goal text references {goal} on delete cascade, milestone text not null, partner text not null,
		 due date not null, delivered_on date, primary key (goal, milestone)',
		 'what partners have promised on the way to a goal, and when it was delivered',
		 jsonb_build_object('goal', 'the goal', 'milestone', 'what was promised', 'partner', 'who promised it',
			'due', 'day by which', 'delivered_on', 'day on which it was delivered; NULL is not yet'));
end;
comment on function ph_support.goal_table() is
	'the tables of goals, in the order in which they build on each other: columns, descriptions';

create function ph_support.keep_signed_goal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	signed boolean;
begin
	execute format('select exists (select from %I.goal_owner where goal = $1 and signed_on is not null)',
		tg_table_schema)
	into signed
	using old.goal;
	if signed then
		raise exception 'goal "%" was signed and cannot change', old.goal
			using errcode = '55006', hint = 'Take the signatures back, or set a new goal.';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function ph_support.keep_signed_goal() is 'trigger of the table goal: what was signed does not change';

create function ph_support.refuse_circle() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	name constant text := to_jsonb(new) ->> tg_table_name;
	circle boolean;
begin
	execute format(
		'with recursive above (name) as (
			select $2
			union
			select t.parent from above join %1$I.%2$I t on t.%2$I = above.name)
		select $1 in (select name from above where name is not null)', tg_table_schema, tg_table_name)
	into circle
	using name, new.parent;
	if circle then
		raise exception '% "%" would be a part of itself', tg_table_name, name
			using errcode = '23514', hint = 'Parents must not go in a circle.';
	end if;
	return new;
end
$$;
comment on function ph_support.refuse_circle() is
	'trigger of the tables goal and subsystem, which name their rows by a column of their own name: parents do not go '
	'in a circle';

create function ph_support.begins_period(kind text, day date) returns boolean
language sql immutable parallel safe
return isfinite(day) and case kind
	when 'day' then true
	when 'financial_year' then (extract(month from day), extract(day from day)) = (4, 1)
	else day = date_trunc(kind, day::timestamp) end;
comment on function ph_support.begins_period(text, date) is
	'whether a period of a kind (day, month, quarter, year, financial_year) begins on the day, also beyond the '
	'calendar';

create function ph_support.check_goal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	problem text;
begin
	execute format(
		'select case
			when m.measure is null then ''measure'' || '' names no measure''
			when not exists (select from %1$I.measure_place where level = $1.level and place_id = $1.place_id)
				then ''place_id names no place of the level''
			when $1.breakdown <> ''all'' and $1.breakdown <> all (m.breakdowns)
				then ''breakdown names none that the measure allows''
			when $1.breakdown <> ''all'' and exists (
					select
					from unnest(array[$1.group_name, $1.beside_group]) g
					where g is not null
						and not exists (select from %1$I.breakdown b where b.breakdown = $1.breakdown
							and g = any (b.groups))
						and not exists (
							select
							from %1$I.measure_tally t
							where (t.measure, t.breakdown, t.group_name) = ($1.measure, $1.breakdown, g)))
				then ''group_name or beside_group names no group of the breakdown''
			when $1.period_kind = ''rolling_year'' then ''period_kind must not be rolling_year: its periods overlap''
			when not exists (select from %1$I.calendar where kind = $1.period_kind and start_date = $1.baseline)
				then ''baseline is not the first day of a period of calendar''
			when not ph_support.begins_period($1.period_kind, $1.target_period)
				then ''target_period is not the first day of a period''
			end
		from (values (1)) one
		left join ph_support.latest_measures(%2$L, array[$1.measure]) m on true', tg_table_schema, tg_table_schema)
	into problem
	using new;
	if problem is not null then
		raise exception 'column %', problem
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT * FROM %I.measure, measure_place and calendar tell what there is; ph.fold_measures fills '
				'places.',
				tg_table_schema);
	end if;
	return new;
end
$$;
comment on function ph_support.check_goal() is
	'trigger of the table goal: its measure, place, groups and periods are known';

create procedure ph_support.create_goal_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	is_new boolean;
begin
	for part in select * from ph_support.goal_table() loop
		call ph_support.create_table_where_missing(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	execute ph_support.in_schema(
		'create or replace trigger a_keep_signed before update or delete on {goal}
		for each row execute function ph_support.keep_signed_goal()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update on {goal}
		for each row execute function ph_support.check_goal()', schema);
	foreach target in array '{goal,subsystem}'::text[] loop
		execute format(
			'create or replace trigger c_refuse_circle before insert or update on %I.%I
			for each row execute function ph_support.refuse_circle()', schema, target);
	end loop;
end
$$;
comment on procedure ph_support.create_goal_tables(text) is
	'makes the tables of goals; ph.create_measure_tables calls it';

-- ---- how far goals are ----

-- Events and exposure that a trend is fitted to: those of the tally where the indicator is events over exposure, with
-- the exposure that gives a standardised rate; else as many as have the value's own relative error.
create function ph_support.trend_events(
	m ph.measure, tally ph.tally, reference ph.tally, out value float8, out lower float8, out upper float8,
	out events float8, out exposure float8)
returns record
language sql immutable parallel safe
begin atomic
	select (e).value, (e).lower, (e).upper, counted.events,
		case
			when counted.events > 0 then counted.events / ((e).value / per)
			when m.indicator in ('smr', 'indirect_rate')
				then nullif(ph.expected(tally, whole), 0) * case m.indicator
					when 'smr' then 1
					else ph.exposure(whole) / nullif(ph.events(whole), 0) end
			else nullif(ph.exposure(tally), 0) end
	from (
		select coalesce(m.per, (select i.per from ph.indicators() i where i.indicator = m.indicator)) as per,
			ph_support.reference_of(m, reference) as whole,
			ph.ask(m.indicator, tally, ph_support.reference_of(m, reference), m.per, 0.95, coalesce(m.age, 0),
				m.until) as e
		offset 0
	) asked,
	lateral (
		select
			case
				when ph_support.counts_events(m.indicator) then ph.events(tally)
				when (e).value > 0 and (e).lower > 0
					then (2 * 1.959963984540054 / ln((e).upper / (e).lower)) ^ 2 end as events
	) counted;
end;
comment on function ph_support.trend_events(ph.measure, ph.tally, ph.tally) is
	'the value of a measure with its limits, and the events and exposure whose rate, times per, is that value and has '
	'its error';

create function ph_support.goal_series(schema text, goal record) returns table (
	period date, group_name text, tally ph.tally, reference ph.tally, value float8, lower float8, upper float8,
	events float8, exposure float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select t.period, t.group_name, t.tally,
			ph_support.reference_of(m, f.reference), e.value, e.lower, e.upper, e.events, e.exposure
		from ph_support.latest_measures($1, array[$2]) m
		join %1$I.measure_tally t using (measure, version)
		join %1$I.measure_fold f using (measure, version, period_kind, period),
			lateral ph_support.trend_events(m, t.tally, f.reference) e
		where t.level = $3 and t.place_id = $4 and t.breakdown = $5 and t.group_name in ($6, $7) and t.period_kind = $8
			and t.period between $9 and $10 and not t.provisional and f.note is null and t.period <> all ($11)
		order by t.period', schema)
	using schema, goal.measure, goal.level, goal.place_id, goal.breakdown, goal.group_name,
		coalesce(goal.beside_group, goal.group_name), goal.period_kind, goal.baseline,
		goal.target_period, goal.leave_out;
end
$$;
comment on function ph_support.goal_series(text, record) is
	'the periods of a goal, from its baseline until its target period, that are over and not left out, by group';

create function ph_support.period_number(kind text, first_day date) returns float8
language sql immutable parallel safe
return case kind
	when 'day' then first_day - date '2000-01-01'
	when 'month' then extract(year from first_day) * 12 + extract(month from first_day)
	when 'rolling_year' then extract(year from first_day) + (extract(month from first_day) - 1) / 12.0
	when 'quarter' then extract(year from first_day) * 4 + extract(quarter from first_day)
	else extract(year from first_day) end;
comment on function ph_support.period_number(text, date) is 'the period as a number that is one more for the next one';

create function ph.goal_status(schema text)
returns table (
	goal text, name text, measure text, level text, place_id text, breakdown text, group_name text, beside_group text,
	subsystem text, live boolean, baseline date, baseline_value float8, period date, value float8, lower float8,
	upper float8, should_be float8, target float8, target_period date, projected float8, projected_lower float8,
	projected_upper float8, chance float8, needed_change float8, verdict text, better text, unit text, periods float8,
	left_out float8, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	g record;
	m ph.measure;
	s record;
	per float8;
	ahead float8;
	way float8;
	p ph.goal_progress;
	gap ph.goal_gap_progress;
begin
	perform ph_support.require_measure_tables(schema);
	for g in execute format(
		'select g.*, not exists (select from %1$I.goal_owner o where o.goal = g.goal and signed_on is null)
			and exists (select from %1$I.goal_owner o where o.goal = g.goal) as live
		from %1$I.goal g
		order by g.goal', schema)
	loop
		select * into m from ph_support.latest_measures(schema, array[g.measure]);
		select coalesce(m.per, i.per) into per from ph.indicators() i where i.indicator = m.indicator;
		select array_agg(o.number order by o.period) filter (where a) as numbers,
			array_agg(o.events order by o.period) filter (where a) as events,
			array_agg(o.exposure order by o.period) filter (where a) as exposures,
			array_agg(o.number order by o.period) filter (where not a) as other_numbers,
			array_agg(o.events order by o.period) filter (where not a) as other_events,
			array_agg(o.exposure order by o.period) filter (where not a) as other_exposures,
			max(o.period) as period, max(o.folded_until) as folded_until, count(*) filter (where a) as periods,
			max(o.value) filter (where a and o.period = g.baseline) as baseline_value,
			max(o.value) filter (where not a and o.period = g.baseline) as other_baseline,
			(array_agg(o.value) filter (where a and o.period = o.last))[1] as value,
			(array_agg(o.lower) filter (where a and o.period = o.last))[1] as lower,
			(array_agg(o.upper) filter (where a and o.period = o.last))[1] as upper,
			(array_agg(o.value) filter (where not a and o.period = o.last))[1] as other_value,
			(array_agg(o.tally) filter (where a and o.period = o.last))[1] as tally,
			(array_agg(o.tally) filter (where not a and o.period = o.last))[1] as other_tally,
			(array_agg(o.reference) filter (where a and o.period = o.last))[1] as reference
		into s
		from (
			select o.*, ph_support.period_number(g.period_kind, o.period) as number, o.group_name = g.group_name as a,
				max(o.period) over () as last
			from (
				select series.*, max(series.period) over () as folded_until
				from ph_support.goal_series(schema, g) series
			) o
			where o.exposure > 0 and o.events is not null
		) o;
		goal := g.goal;
		name := g.name;
		measure := g.measure;
		level := g.level;
		place_id := g.place_id;
		breakdown := g.breakdown;
		group_name := g.group_name;
		beside_group := g.beside_group;
		subsystem := g.subsystem;
		live := g.live;
		baseline := g.baseline;
		target := g.target;
		target_period := g.target_period;
		better := case m.better when 'neither' then 'lower' else m.better end;
		unit := case when g.beside_group is not null then 'ratio of the two groups' else m.unit end;
		period := s.period;
		periods := s.periods;
		left_out := cardinality(g.leave_out);
		if g.beside_group is null then
			baseline_value := s.baseline_value;
			value := s.value;
			lower := s.lower;
			upper := s.upper;
		else
			baseline_value := s.baseline_value / nullif(s.other_baseline, 0);
			value := s.value / nullif(s.other_value, 0);
			lower := null;
			upper := null;
			if s.period is not null then  -- of a measure that was dropped there is no indicator to ask
				select c.lower, c.upper
				into lower, upper
				from ph.compare(s.tally, s.other_tally, m.indicator, s.reference, m.per, 0.95, 'ratio', m.better,
					coalesce(m.age, 0), m.until) c;
			end if;
		end if;
		ahead := ph_support.period_number(g.period_kind, g.target_period)
			- ph_support.period_number(g.period_kind, g.baseline);
		way := (ph_support.period_number(g.period_kind, s.period) - ph_support.period_number(g.period_kind, g.baseline))
			/ ahead;
		should_be := case
			-- who is there already shall stay there
			when (baseline_value <= g.target) = (better = 'lower') or baseline_value = g.target then g.target
			when baseline_value > 0 then baseline_value * (g.target / baseline_value) ^ least(way, 1) end;
		p := null;
		gap := null;
		if s.period is null then
			note := 'no_data';
		elsif s.period = g.target_period then
			note := 'target_period_is_over';
		elsif g.beside_group is not null then
			gap := ph.goal_gap_progress(s.numbers, s.events, s.exposures, s.other_numbers, s.other_events,
				s.other_exposures, g.target, ph_support.period_number(g.period_kind, g.target_period), better);
			note := gap.note;
		else
			p := ph.goal_progress(s.numbers, s.events, s.exposures, g.target,
				ph_support.period_number(g.period_kind, g.target_period),
				better, per);
			note := p.note;
		end if;
		if s.period < s.folded_until and note is null then
			note := 'later_periods_without_value';
		end if;
		projected := coalesce(p.projected, gap.projected);
		projected_lower := coalesce(p.value_lower, gap.lower);
		projected_upper := coalesce(p.value_upper, gap.upper);
		chance := coalesce(p.chance_value, gap.chance);
		needed_change := coalesce(p.needed_change, gap.needed_change);
		verdict := case
			when note = 'target_period_is_over' then
				case
					when value = target or (value < target) = (better = 'lower') then 'reached'
					when value is not null then 'missed' end
			else coalesce(p.verdict, gap.verdict) end;
		return next;
	end loop;
end
$$;
comment on function ph.goal_status(text) is
	'the goals of the schema, a row each: the value of its baseline and of the last period that is over, with limits; '
	'where it should be by now, on a straight way in the logarithm; where its trend leads (ph.goal_progress, '
	'ph.goal_gap_progress) with limits of what will be observed, of a ratio of groups those of the ratio that '
	'underlies it, the chance of reaching the target and the change a period that is still needed; verdict '
	'on_track, uncertain or off_track, reached or missed once the target period is over; live: all owners have '
	'signed. Periods are those of the latest version of the measure: fold older ones with ph.fold_goals. Notes: '
	'no_data, too_few_periods, no_events, missing_input, target_period_is_over, later_periods_without_value (folded '
	'since, and not counted). Errors: undefined_table';

create function ph.goal_parts(schema text, goal text)
returns table (part text, level text, place_id text, events_now float8, events_at_target float8, fewer float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	perform ph_support.require_measure_tables(schema);
	execute format('select exists (select from %I.goal g where g.goal = $1)', schema) into there using goal;
	if not there then
		raise exception 'argument "goal" names no goal'
			using errcode = 'undefined_object', hint = format('SELECT goal FROM %I.goal tells which there are.',
				schema);
	end if;
	-- events that are spared add up where rates do not
	return query execute format(
		'with part as (
			select g.goal, g.parent, g.level, g.place_id, ph.events(t.tally) as events_now,
				ph.events(t.tally) * g.target / nullif(t.value, 0) as events_at_target
			from ph.goal_status($1) s
			join %1$I.goal w on w.goal = s.goal
			join %1$I.goal g on g.goal = w.goal or g.parent = w.goal
			left join ph_support.latest_measures($1) m on m.measure = w.measure
			left join %1$I.measure_tally t on (t.measure, t.version, t.level, t.place_id, t.breakdown, t.group_name,
				t.period_kind, t.period) = (g.measure, m.version, g.level, g.place_id, g.breakdown, g.group_name,
				g.period_kind, s.period) and (g.measure, g.period_kind) = (w.measure, w.period_kind)
				and g.beside_group is null
			where w.goal = $2
		), line as (
			select 1 as n, goal, level, place_id, events_now, events_at_target from part where parent = $2
			union all
			select 2, ''remainder'', null, null,
				max(events_now) filter (where goal = $2) - coalesce(sum(events_now) filter (where parent = $2), 0),
				max(events_at_target) filter (where goal = $2)
					- coalesce(sum(events_at_target) filter (where parent = $2), 0)
			from part
			union all
			select 3, goal, level, place_id, events_now, events_at_target from part where goal = $2
		)
		select goal, level, place_id, events_now, events_at_target, events_now - events_at_target
		from line
		order by n, goal', schema)
	using schema, goal;
end
$$;
comment on function ph.goal_parts(text, text) is
	'how the parts of a goal make up the whole: events of its last period, events that its target would leave, and '
	'how many fewer these are, a row a part, the remainder that no part has, and the goal itself, to which they add '
	'up; NULL of a part that cannot be added, since it is about another measure or kind of period, or about the ratio '
	'of groups. Errors: undefined_table, undefined_object';

create function ph.goal_contributions(schema text, goal text)
returns table (intervention text, partner text, expected_contribution float8, share_of_the_way float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	way float8;
	found boolean := false;
begin
	perform ph_support.require_measure_tables(schema);
	select s.target - s.value, true into way, found from ph.goal_status(schema) s where s.goal =
		goal_contributions.goal;
	if found is not true then
		raise exception 'argument "goal" names no goal'
			using errcode = 'undefined_object', hint = format(
				'SELECT goal FROM %I.goal tells which there are.', schema);
	end if;
	return query execute format(
		'with line as (
			select 1 as n, i.intervention, i.partner, i.expected_contribution
			from %1$I.goal_intervention i
			where i.goal = $1
			union all
			select 2, ''nothing planned'', null, $2 - coalesce((
				select sum(i.expected_contribution) from %1$I.goal_intervention i where i.goal = $1), 0)
			union all
			select 3, ''the way to go'', null, $2
		)
		select intervention, partner, expected_contribution, expected_contribution / nullif($2, 0)
		from line
		order by n, intervention', schema)
	using goal, way;
end
$$;
comment on function ph.goal_contributions(text, text) is
	'what is done to reach a goal, how far each is expected to bring it, in the unit of the measure and as a share of '
	'the way from the last value to the target, what nothing is planned for, and the way, to which they add up. '
	'Expectations are those that were given; whether they come true is for evaluation. '
	'Errors: undefined_table, undefined_object';

create function ph.check_goals(schema text) returns table (problem text, goal text, detail text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'select ''nobody owns it'', g.goal, null
		from %1$I.goal g
		where not exists (select from %1$I.goal_owner o where o.goal = g.goal)
		union all
		select ''not signed by all'', g.goal, string_agg(o.partner, '', '' order by o.partner)
		from %1$I.goal g
		join %1$I.goal_owner o on o.goal = g.goal and o.signed_on is null
		group by g.goal
		union all
		select ''its measure is gone'', g.goal, g.measure
		from %1$I.goal g
		where not exists (select from %1$I.measure m where m.measure = g.measure)
		union all
		select ''two parts are about the same people'', a.parent, format(''%%s and %%s'', a.goal, b.goal)
		from %1$I.goal a
		join %1$I.goal b on b.parent = a.parent and b.goal > a.goal and b.measure = a.measure
			and (b.level, b.place_id, b.breakdown, b.group_name) = (a.level, a.place_id, a.breakdown, a.group_name)
		union all
		select ''a subsystem has what its parent has not'', s.subsystem, format(''%%s %%s'', p.kind, p.part)
		from %1$I.subsystem s
		join %1$I.subsystem_part p using (subsystem)
		where exists (select from %1$I.subsystem_part o where o.subsystem = s.parent and o.kind = p.kind)
			and not exists (
				select from %1$I.subsystem_part o where (o.subsystem, o.kind, o.part) = (s.parent, p.kind, p.part))
		union all
		select ''a part of a subsystem is in none below it'', s.subsystem, format(''%%s %%s'', p.kind, p.part)
		from %1$I.subsystem s
		join %1$I.subsystem_part p using (subsystem)
		where exists (
				select
				from %1$I.subsystem c
				join %1$I.subsystem_part o using (subsystem)
				where c.parent = s.subsystem and o.kind = p.kind)
			and not exists (
				select
				from %1$I.subsystem c
				join %1$I.subsystem_part o using (subsystem)
				where c.parent = s.subsystem and (o.kind, o.part) = (p.kind, p.part))
		order by 1, 2, 3', schema);
end
$$;
comment on function ph.check_goals(text) is
	'what does not hold together in the goals of a schema: goals that nobody owns or not all have signed, parts of one '
	'goal about the same people, subsystems that do not close to their parent; no row where all is well. '
	'Errors: undefined_table';

create function ph.goal_delivery(schema text)
returns table (partner text, goals bigint, signed bigint, promised bigint, delivered bigint, late bigint, due bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'with today as (select %2$s as day), owner as (
			select partner, count(*) as goals, count(signed_on) as signed from %1$I.goal_owner group by partner
		), promise as (
			select partner, count(*) as promised, count(delivered_on) filter (where delivered_on <= day) as delivered,
				count(*) filter (where coalesce(delivered_on, day) > due) as late,
					count(*) filter (where due <= day) as due
			from %1$I.goal_milestone, today
			group by partner
		)
		select partner, coalesce(goals, 0), coalesce(signed, 0), coalesce(promised, 0), coalesce(delivered, 0),
			coalesce(late, 0), coalesce(due, 0)
		from owner
		full join promise using (partner)
		order by partner', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;
comment on function ph.goal_delivery(text) is
	'what partners have signed, promised and delivered by the data day, a row each: milestones promised, delivered, '
	'late (delivered after they were due, or due and not delivered) and due. Errors: undefined_table';

create procedure ph.fold_goals(schema text)
language plpgsql
as $$
declare
	part record;
begin
	perform ph_support.require_measure_tables(schema);
	for part in
		select *
		from ph_support.goal_periods(schema)
	loop
		call ph.fold_measures(schema, array[part.measure], part.periods);
	end loop;
end
$$;
comment on procedure ph.fold_goals(text) is
	'folds the periods of all goals from their baselines on, where they are missing or out of date: what the latest '
	'version of a measure lacks, too. Errors: those of ph.fold_measures';

create function ph_support.goal_periods(schema text) returns table (measure text, periods text[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select g.measure, array_agg(distinct c.name order by c.name)
		from %1$I.goal g
		join %1$I.calendar c on c.kind = g.period_kind and c.start_date >= g.baseline
			and c.start_date <= g.target_period
			and c.start_date <= %2$s
		group by g.measure', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;
comment on function ph_support.goal_periods(text) is 'the measures of goals and the names of their periods';
