
-- ---- scorecards ----

create function ph_support.scorecard_group(by_what text, m ph.measure) returns text
language sql immutable parallel safe
return case by_what
	when 'triple_aim' then
		case m.aim
			when 'outcomes' then 'outcomes'
			when 'cost' then 'cost a head'
			when 'equity' then 'outcomes'
			else 'quality and experience' end
	when 'pillar' then m.pillar
	when 'partner' then coalesce(m.owner, 'nobody')
	when 'team' then coalesce(m.team, 'none')
	when 'framework' then coalesce(m.action_area, 'none') end;
comment on function ph_support.scorecard_group(text, ph.measure) is 'the group of a measure in a scorecard';

create function ph.scorecard(schema text, place_id text, period text, by text default 'triple_aim')
returns table (
	group_name text, measure text, name text, kind text, value float8, lower float8, upper float8, unit text,
		better text,
	against_parent text, since_year_before text, rank bigint, rank_best bigint, rank_worst bigint, peers bigint,
	trade_off text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	if by is null or by not in ('triple_aim', 'pillar', 'partner', 'team', 'framework') then
		raise exception 'argument "by" must be one that is known'
			using errcode = 'invalid_parameter_value', hint =
				'They are triple_aim, pillar, partner, team and framework.';
	end if;
	perform ph_support.require_periods(schema, array[period]);
	-- a place is surely better than another where its limits lie wholly on the good side of the other's
	return query execute format(
		'with asked as (
			select v.*, ph_support.scorecard_group($4, m) as group_name, m.kind as kind_of, m.aim
			from %1$I.measure_value v
			join %1$I.calendar c on c.kind = v.period_kind and c.start_date = v.period and c.name = $3
			join ph_support.latest_measures($1) m using (measure, version)
			where v.level = $5
		), placed as (
			select a.*, r.*
			from asked a
			cross join lateral (
				select count(p.value) as peers,
					1 + count(*) filter (where case a.better when ''higher''
						then p.value > a.value else p.value < a.value end)
						as rank,
					1 + count(*) filter (where case a.better when ''higher''
						then p.lower > a.upper else p.upper < a.lower end)
						as rank_best,
					count(p.value) - count(*) filter (
						where case a.better when ''higher'' then p.upper < a.lower
							else p.lower > a.upper end) as rank_worst
				from asked p
				where p.measure = a.measure and p.level = a.level and p.place_id <> ''unknown''
			) r
			where a.place_id = $2
		)
		select group_name, measure, name, kind_of, value, lower, upper, unit, better, parent_verdict, before_verdict,
			case when better <> ''neither'' and value is not null then rank end,
			case when better <> ''neither'' and value is not null then rank_best end,
			case when better <> ''neither'' and value is not null then rank_worst end, peers,
			case
				when before_verdict = ''better'' and aim = ''cost''
					then ''cost fell while worse: '' || string_agg(name, '', '')
						filter (where before_verdict = ''worse'' and aim <> ''cost'') over ()
				when before_verdict = ''worse'' and aim = ''cost''
					then ''cost rose while better: '' || string_agg(name, '', '')
						filter (where before_verdict = ''better'' and aim <> ''cost'') over ()
				when before_verdict = ''worse''
					then ''worse while cost fell: '' || string_agg(name, '', '')
						filter (where before_verdict = ''better'' and aim = ''cost'') over () end,
			note
		from placed
		order by group_name, name', schema)
	using schema, place_id, period, by, ph_support.level_of_place(schema, place_id);
end
$$;
comment on function ph.scorecard(text, text, text, text) is
	'the measures of a place in a period (a name of calendar), a row each, grouped by triple_aim (outcomes, quality '
	'and experience, cost a head), pillar, partner, team or framework (the action areas of the Culture of Health '
	'framework): value with limits, verdicts against the larger place and the year before, rank among the places of '
	'its level, 1 the best, from rank_best to rank_worst as far as limits that do not overlap tell, and where cost '
	'and the rest went different ways. There is no composite of them. Errors: undefined_table, '
	'invalid_parameter_value';

create function ph_support.require_place(schema text, place_id text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	execute format('select exists (select from %I.measure_place p where p.place_id = $1)', schema)
	into there
	using place_id;
	if not there then
		raise exception 'argument "place_id" names no place that measures are folded of'
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT level, place_id, place_name FROM %I.measure_place tells which there are.', schema);
	end if;
end
$$;
comment on function ph_support.require_place(text, text) is
	'does nothing where measures are folded of the place. Errors: invalid_parameter_value';

create function ph_support.goals_of(schema text, subsystem text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	-- those that say so, and those that say no other and are of one of its places, partners or segments
	return query execute format(
		'with recursive part (subsystem) as (
			select $1
			union
			select s.subsystem from part join %1$I.subsystem s on s.parent = part.subsystem
		)
		select g.goal
		from %1$I.goal g
		where $1 is null or g.subsystem in (select subsystem from part)
			or g.subsystem is null and exists (
				select
				from part
				join %1$I.subsystem_part p using (subsystem)
				where p.kind = ''place'' and p.part = g.place_id
					or p.kind = ''segment'' and p.part = g.group_name
					or p.kind = ''partner'' and p.part in (select o.partner
						from %1$I.goal_owner o where o.goal = g.goal))',
		schema)
	using subsystem;
end
$$;
comment on function ph_support.goals_of(text, text) is
	'the goals of a subsystem, its parts included; NULL: all';

create function ph.goal_scorecard(schema text, subsystem text default null)
returns table (
	goal text, name text, kind text, owners text, live boolean, value float8, lower float8, upper float8,
		should_be float8,
	target float8, target_period date, chance float8, needed_change float8, verdict text, unit text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
	goals bigint;
	outcomes bigint;
begin
	perform ph_support.require_measure_tables(schema);
	execute format('select $1 is null or exists (select from %I.subsystem s where s.subsystem = $1)', schema)
	into there
	using subsystem;
	if not there then
		raise exception 'argument "subsystem" names no subsystem'
			using errcode = 'undefined_object', hint = format(
				'SELECT subsystem, name FROM %I.subsystem tells which there are.', schema);
	end if;
	execute format(
		'select count(*), count(*) filter (where m.kind = ''outcome'')
		from ph_support.goals_of($1, $2) o
		join %1$I.goal g on g.goal = o
		left join ph_support.latest_measures($1) m using (measure)', schema)
	into goals, outcomes
	using schema, subsystem;
	if goals > 0 and outcomes = 0 then
		raise exception 'the scorecard%s has no outcome measure', coalesce(' of ' || subsystem, '')
			using errcode = 'invalid_parameter_value', hint =
				'Goals on inputs, processes and outputs alone do not tell whether anybody is better off: '
				'add a goal of a measure whose kind is outcome.';
	end if;
	return query execute format(
		'select s.goal, s.name, m.kind, (
				select string_agg(o.partner, '', '' order by o.partner) from %1$I.goal_owner o where o.goal = s.goal),
			s.live, s.value, s.lower, s.upper, s.should_be, s.target, s.target_period, s.chance, s.needed_change,
			s.verdict, s.unit, s.note
		from ph.goal_status($1) s
		left join ph_support.latest_measures($1) m using (measure)
		where s.goal in (select ph_support.goals_of($1, $2))
		order by s.goal', schema)
	using schema, subsystem;
end
$$;
comment on function ph.goal_scorecard(text, text) is
	'the goals of the schema, or of a subsystem and its parts, as of ph.goal_status, with their owners and the kind '
	'of their measures, NULL where that was dropped. Errors: undefined_table, undefined_object, '
	'invalid_parameter_value for goals without any outcome among them';
