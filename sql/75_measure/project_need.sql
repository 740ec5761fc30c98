
-- ---- what will be needed ----
-- People by single year of age and group go on as they were seen to go from one day to the same day a year later: who
-- stays moves between groups, some die or leave, others are born or arrive. Births, deaths and migration that somebody
-- else projects take the place of those that were seen. Each person moves by himself, so that variances add; what was
-- seen of one year is itself by chance, which counts as much again.

create function ph_support.people_on(
	schema text, place_id text, day date, breakdown text, out query text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	grouped record;
	place text;
	joins text;
begin
	select l.column_name, ph_support.place_joins(schema, l.column_name)
	into place, joins
	from ph_support.folded_levels(schema) l
	where l.level = ph_support.level_of_place(schema, people_on.place_id);
	grouped := ph_support.group_columns(schema, array_remove(array[breakdown], null));
	query := format(
		'select s.person_id, least(ph.completed_years(p.birth_date, %1$L), 100) as age, %2$s as group_name
		from (
			select *, date %1$L as first_day from %3$I.stay where start_date <= %1$L and end_date > %1$L
		) s
		join %3$I.person p on p.person_id = s.person_id%4$s%5$s
		where coalesce(%6$s, ''unknown'') = %7$L and ph.completed_years(p.birth_date, %1$L) is not null',
		day, case when breakdown is null then '''all''' else format('%I.%I', 'g', 'group_' || breakdown) end, schema,
		joins, grouped.joins || case when breakdown is null then ''
			else format(' cross join lateral (select %s) g', substr(grouped.columns, 3)) end, place, place_id);
end
$$;
comment on function ph_support.people_on(text, text, date, text) is
	'the query of the people of a place on a day: person_id, age (100 and over together), group_name';

create type ph_support.observed_move as (age integer, from_group text, to_group text, people float8);
comment on type ph_support.observed_move is
	'people of one age who were in a group and a year later in another; NULL: nowhere';

comment on column ph_support.observed_move.age is 'age in completed years before, of who came now';
comment on column ph_support.observed_move.from_group is 'the group before; NULL: came';
comment on column ph_support.observed_move.to_group is 'the group a year later; NULL: died or left';
comment on column ph_support.observed_move.people is 'how many';

create function ph_support.observed_moves(schema text, place_id text, day date, breakdown text)
returns setof ph_support.observed_move
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	before constant text := (ph_support.people_on(schema, place_id, (day - interval '1 year')::date, breakdown));
	now constant text := (ph_support.people_on(schema, place_id, day, breakdown));
begin
	-- from nobody: who came; to nobody: who left or died
	return query execute format(
		'select coalesce(b.age, n.age), b.group_name, n.group_name, count(*)::float8
		from (%s) b
		full join (%s) n using (person_id)
		group by 1, 2, 3', before, now);
end
$$;
comment on function ph_support.observed_moves(text, text, date, text) is
	'how people of a place moved in the year up to a day: age before (of who came: now), group before, NULL for who '
	'came, group now, NULL for who went';

create function ph_support.need_rates(schema text, measure text, place_id text, period text, breakdown text)
returns table (band integer, group_name text, rate float8, variance float8)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	level constant text := ph_support.level_of_place(schema, place_id);
	by_group constant boolean := breakdown = any (
		(select m.breakdowns from ph_support.latest_measures(schema, array[measure]) m)::text[]);
begin
	return query
	select ten.band, ten.group_name, ten.events / ten.exposure, ten.squares / ten.exposure ^ 2
	from (
		select width_bucket(c.key, '{0,10,20,30,40,50,60,70,80,90}'::float8[]) as band,
			case when coalesce(by_group, false) then t.group_name end as group_name, sum(c.events) as events,
			sum(c.events_squared) as squares, sum(c.exposure) as exposure
		from ph_support.measure_places(schema, measure, level, period,
			case when coalesce(by_group, false) then breakdown else 'all' end) t,
			lateral ph.cells(t.tally) c
		where t.place_id = need_rates.place_id and c.key is not null
		group by 1, 2
	) ten
	where ten.exposure > 0;
end
$$;
comment on function ph_support.need_rates(text, text, text, text, text) is
	'activity a person and year by band of ten years of age, and by group where the measure has the breakdown, from '
	'its stored summaries';

create function ph_support.band_of_age(age integer) returns integer
language sql immutable parallel safe
return width_bucket(age::float8, '{0,10,20,30,40,50,60,70,80,90}'::float8[]);
comment on function ph_support.band_of_age(integer) is 'the band of ten years of age, 1 from 0 on, 10 from 90 on';

create function ph_support.name_of_band(band integer) returns text
language sql immutable parallel safe
return case
	when band is null then 'all'
	when band = 10 then '90+'
	else format('%s-%s', 10 * band - 10, 10 * band - 1) end;
comment on function ph_support.name_of_band(integer) is
	'the name of a band of ten years of age, all where there is none';

create function ph_support.project_people(
	schema text, place_id text, day date, years integer, breakdown text, scenario text)
returns table (years_ahead integer, age integer, group_name text, people float8, variance float8)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	oldest constant integer := 100;
	seen ph_support.observed_move[];
	groups text[];
	g integer;
	moves float8[];      -- [age, from, to], to = g + 1 is nobody
	starts float8[];     -- who was seen to start, [age, from]
	comes float8[];      -- [age, to]
	n float8[];
	v float8[];
	next_n float8[];
	next_v float8[];
	m record;
	p float8;
	base float8;
	mothers float8 := 0;
	mothers_now float8;
	births float8;
	stays float8;
	deaths float8;
	first_year constant integer := extract(year from day);
	loaded boolean := false;
begin
	select array_agg(o) into seen from ph_support.observed_moves(schema, place_id, day, breakdown) o;
	select array_agg(distinct s.name order by s.name)
	into groups
	from unnest(seen) o, lateral (values (o.from_group), (o.to_group)) s (name)
	where s.name is not null;
	g := cardinality(groups);
	if g is null then
		return;
	end if;
	moves := array_fill(0::float8, array[(oldest + 1) * g * (g + 1)]);
	starts := array_fill(0::float8, array[(oldest + 1) * g]);
	comes := array_fill(0::float8, array[(oldest + 1) * g]);
	n := array_fill(0::float8, array[(oldest + 1) * g]);
	v := n;
	for m in select * from unnest(seen) loop
		declare
			f constant integer := array_position(groups, m.from_group);
			t constant integer := coalesce(array_position(groups, m.to_group), g + 1);
			aged integer;
		begin
			if f is null then
				comes[m.age * g + t] := comes[m.age * g + t] + m.people;
				aged := m.age;
			else
				moves[(m.age * g + f - 1) * (g + 1) + t] := moves[(m.age * g + f - 1) * (g + 1) + t] + m.people;
				starts[m.age * g + f] := starts[m.age * g + f] + m.people;
				aged := least(m.age + 1, oldest);
			end if;
			if t <= g then
				n[aged * g + t] := n[aged * g + t] + m.people;
			end if;
		end;
	end loop;
	for a in 15..44 loop
		for f in 1..g loop
			mothers := mothers + n[a * g + f];
		end loop;
	end loop;
	for h in 0..years loop
		for a in 0..oldest loop
			for f in 1..g loop
				years_ahead := h;
				age := a;
				group_name := groups[f];
				people := n[a * g + f];
				variance := v[a * g + f];
				return next;
			end loop;
		end loop;
		exit when h = years;
		next_n := array_fill(0::float8, array[(oldest + 1) * g]);
		next_v := next_n;
		mothers_now := 0;
		for a in 15..44 loop
			for f in 1..g loop
				mothers_now := mothers_now + n[a * g + f];
			end loop;
		end loop;
		for a in 0..oldest loop
			deaths := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'deaths', a);
			for f in 1..g loop
				continue when n[a * g + f] = 0;
				-- where nobody of that age and group was seen, those of the ten years around are asked
				base := starts[a * g + f];
				stays := 0;
				for t in 1..g loop
					p := ph_support.share_of_moves(moves, starts, a, f, t, g, oldest);
					stays := stays + p;
				end loop;
				for t in 1..g loop
					p := ph_support.share_of_moves(moves, starts, a, f, t, g, oldest);
					if deaths is not null and stays > 0 then
						p := p / stays * (1 - least(1, deaths / greatest(1, ph_support.sum_of_age(n, a, g))));
					end if;
					next_n[least(a + 1, oldest) * g + t] := next_n[least(a + 1, oldest) * g + t] + n[a * g + f] * p;
					next_v[least(a + 1, oldest) * g + t] := next_v[least(a + 1, oldest) * g + t]
						+ v[a * g + f] * p ^ 2
						+ n[a * g + f] * p * greatest(0, 1 - p) * (1 + n[a * g + f] / greatest(base, 1));
				end loop;
			end loop;
		end loop;
		births := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'births', null);
		for a in 0..oldest loop
			p := ph_support.loaded_component(schema, scenario, place_id, first_year + h + 1, 'migration', a);
			base := ph_support.sum_of_age(comes, a, g);
			for t in 1..g loop
				stays := case
					when a = 0 and births is not null
						then births * case when base > 0 then comes[t] / base else (t = 1)::integer end
					when a = 0 then comes[t] * case when mothers > 0 then mothers_now / mothers else 1 end
					when p is not null
						then p * case when base > 0 then comes[a * g + t] / base else (t = 1)::integer end
					else comes[a * g + t] end;
				next_n[a * g + t] := greatest(0, next_n[a * g + t] + stays);
				next_v[a * g + t] := next_v[a * g + t] + 2 * abs(stays);
			end loop;
		end loop;
		n := next_n;
		v := next_v;
	end loop;
end
$$;
comment on function ph_support.project_people(text, text, date, integer, text, text) is
	'people of a place by years ahead, age and group, with the variance of each';

create function ph_support.sum_of_age(numbers float8[], age integer, groups integer) returns float8
language sql immutable strict parallel safe
begin atomic
	select sum(n) from unnest(numbers[age * groups + 1 : age * groups + groups]) n;
end;
comment on function ph_support.sum_of_age(float8[], integer, integer) is 'the sum over the groups of one age';

create function ph_support.share_of_moves(
	moves float8[], starts float8[], age integer, from_group integer, to_group integer, groups integer, oldest integer)
returns float8
language sql immutable strict parallel safe
begin atomic
	-- the ages around count as much as ten people of that very age
	select coalesce((own.moved + 10 * coalesce(around.moved / nullif(around.seen, 0), 0))
		/ nullif(own.seen + case when around.seen > 0 then 10 else 0 end, 0), (from_group = to_group)::integer)
	from (
		select moves[(age * groups + from_group - 1) * (groups + 1) + to_group] as moved,
			starts[age * groups + from_group] as seen
	) own,
	lateral (
		select sum(moves[(a * groups + from_group - 1) * (groups + 1) + to_group]) as moved,
			sum(starts[a * groups + from_group]) as seen
		from generate_series(greatest(age - 5, least(age, 1)), least(age + 5, oldest)) a
		where a <> age
	) around;
end;
comment on function ph_support.share_of_moves(
	float8[], float8[], integer, integer, integer, integer, integer) is
	'the share of an age and group that is in another group a year later, smoothed over the ages around it';

create function ph_support.loaded_component(
	schema text, scenario text, place_id text, year integer, component text, age integer)
returns float8
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found float8;
begin
	if scenario = 'observed' then
		return null;
	end if;
	execute format(
		'select sum(c.people)
		from %I.population_component c
		where c.scenario = $1 and c.place_id = $2 and c.year = $3 and c.component = $4
			and ($5 is null or c.age = $5)', schema)
	into found
	using scenario, place_id, year, component, age;
	return found;
end
$$;
comment on function ph_support.loaded_component(text, text, text, integer, text, integer) is
	'births, deaths or migration that are loaded for a scenario, place, year and age; NULL where there are none';

create function ph_support.projected_from(schema text, period text) returns date
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
	known boolean;
begin
	perform ph_support.require_periods(schema, array[period]);
	execute format('select max(end_date) - 1 from %I.calendar where name = $1', schema) into last_day using period;
	execute format('select %s >= $1 - interval ''1 day''', ph_support.in_schema(ph_support.last_day(schema), schema))
	into known
	using last_day;
	if not known then
		raise exception 'argument "period" must be over'
			using errcode = 'invalid_parameter_value', hint = 'Project from the last period of which all is known.';
	end if;
	return last_day;
end
$$;
comment on function ph_support.projected_from(text, text) is
	'the last day of a period (a name of calendar) that is over. Errors: invalid_parameter_value';

create procedure ph_support.require_breakdown(schema text, breakdown text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	offered text[];
begin
	execute format('select array_agg(b.breakdown) from %I.breakdown b', schema) into offered;
	perform ph_support.require_known('breakdown', array_remove(array[breakdown], null), offered);
end
$$;
comment on procedure ph_support.require_breakdown(text, text) is
	'does nothing for NULL and for a single breakdown of the schema. Errors: invalid_parameter_value';

create function ph.project_need(
	schema text, place_id text, period text, years integer default 5, measures text[] default '{}',
	breakdown text default null, scenario text default 'observed')
returns table (
	years_ahead integer, age_band text, group_name text, measure text, people float8, people_lower float8,
	people_upper float8, activity float8, activity_lower float8, activity_upper float8, note text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
	known boolean;
	asked_of constant text[] := coalesce(measures, '{}');
begin
	perform ph_support.level_of_place(schema, place_id);
	last_day := ph_support.projected_from(schema, period);
	call ph_support.require_breakdown(schema, breakdown);
	if years is null or years < 1 or years > 50 then
		raise exception 'argument "years" must be from 1 to 50'
			using errcode = 'invalid_parameter_value';
	end if;
	if scenario <> 'observed' then
		execute format(
			'select exists (select from %I.population_component c where c.scenario = $1 and c.place_id = $2)', schema)
		into known
		using scenario, place_id;
		if not known then
			raise exception 'argument "scenario" names none that is loaded for the place'
				using errcode = 'invalid_parameter_value', hint = format(
					'Insert its births, deaths and migration into %I.population_component, or ask for observed.',
						schema);
		end if;
	end if;
	perform ph_support.require_measure(schema, m) from unnest(asked_of) m;
	return query
	with person as (
		select p.years_ahead, ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people,
			sum(p.variance) as variance
		from ph_support.project_people(schema, project_need.place_id, last_day, years, breakdown, scenario) p
		group by p.years_ahead, ph_support.band_of_age(p.age), p.group_name
	), asked as (
		select m.name, r.band, r.group_name, r.rate, r.variance
		from unnest(asked_of) m (name)
		left join lateral ph_support.need_rates(schema, m.name, project_need.place_id, period, breakdown) r on true
	), cell as (
		select p.years_ahead, p.band, p.group_name, m.name, p.people, p.variance, p.people * r.rate as activity,
			r.rate ^ 2 * p.variance + p.people ^ 2 * r.variance as activity_variance, p.people > 0
				and r.rate is null as lacks
		from person p
		cross join (select unnest(asked_of) union all select null where asked_of = '{}') m (name)
		left join asked r on r.name = m.name and r.band = p.band and coalesce(r.group_name, p.group_name) = p.group_name
	), line as (
		select c.years_ahead, c.band, c.group_name, c.name, c.people, c.variance, c.activity, c.activity_variance,
			c.name is not null and c.lacks as lacks
		from cell c
		union all
		select c.years_ahead, null, null, c.name, sum(c.people), sum(c.variance), sum(c.activity),
			sum(c.activity_variance), c.name is not null and bool_or(c.lacks)
		from cell c
		group by c.years_ahead, c.name
	)
	select l.years_ahead,
		ph_support.name_of_band(l.band),
		coalesce(l.group_name, 'all'), l.name, l.people, greatest(0, l.people - 1.959963984540054 * sqrt(l.variance)),
		l.people + 1.959963984540054 * sqrt(l.variance), case when not l.lacks then l.activity end,
		case when not l.lacks and l.name is not null
			then greatest(0, l.activity - 1.959963984540054 * sqrt(l.activity_variance)) end,
		case when not l.lacks then l.activity + 1.959963984540054 * sqrt(l.activity_variance) end,
		case when l.lacks then 'no_rate: nobody of that age and group in the period' end
	from line l
	order by l.name, l.years_ahead, l.band nulls last, l.group_name nulls last;
end
$$;
comment on function ph.project_need(text, text, text, integer, text[], text, text) is
	'people of a place by band of age and group, and what they will need of measures, so many years after a period (a '
	'name of calendar): everybody goes on as people were seen to go in the year up to its last day (moves between the '
	'groups of a breakdown, deaths, who left and who came, births by the number of people of 15 to 44), or by the '
	'births, deaths and migration that are loaded in population_component under the name of a scenario; activity is '
	'people times what the stored summaries of the period say a person of that age (and group) has. age_band and '
	'group_name all are the totals. 95 % limits from the chance of each move and of what was seen of it; not in them '
	'is that the future may be another. Errors: undefined_table, invalid_parameter_value';

create function ph.backtest_need(
	schema text, place_id text, period text, breakdown text default null)
returns table (
	age_band text, group_name text, projected float8, projected_lower float8, projected_upper float8, observed float8,
	inside boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	last_day date;
begin
	perform ph_support.level_of_place(schema, place_id);
	last_day := ph_support.projected_from(schema, period);
	call ph_support.require_breakdown(schema, breakdown);
	return query
	with projected as (
		select ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people, sum(p.variance) as variance
		from ph_support.project_people(schema, backtest_need.place_id, (last_day - interval '1 year')::date, 1,
			breakdown,
			'observed') p
		where p.years_ahead = 1
		group by ph_support.band_of_age(p.age), p.group_name
	), observed as (
		select ph_support.band_of_age(p.age) as band, p.group_name, sum(p.people) as people
		from ph_support.project_people(schema, backtest_need.place_id, last_day, 1, breakdown, 'observed') p
		where p.years_ahead = 0
		group by ph_support.band_of_age(p.age), p.group_name
	), line as (
		select coalesce(p.band, o.band) as band, coalesce(p.group_name, o.group_name) as group_name,
			coalesce(p.people, 0) as projected, coalesce(p.variance, 0) as variance, coalesce(o.people, 0) as observed
		from projected p
		full join observed o on o.band = p.band and o.group_name = p.group_name
		union all
		select null, null, (select sum(p.people) from projected p), (select sum(p.variance) from projected p),
			(select sum(o.people) from observed o)
	)
	select ph_support.name_of_band(l.band), coalesce(l.group_name, 'all'), l.projected,
		case when l.projected is not null then greatest(0, l.projected - 1.959963984540054 * sqrt(l.variance)) end,
		l.projected + 1.959963984540054 * sqrt(l.variance), l.observed,
		abs(l.observed - l.projected) <= 1.959963984540054 * sqrt(l.variance)
	from line l
	order by l.band nulls last, l.group_name nulls last;
end
$$;
comment on function ph.backtest_need(text, text, text, text) is
	'ph.project_need held against a year that it has not seen: people of a place at the end of a period as the year '
	'before it would have projected them, with limits, beside those who were there. Errors: undefined_table, '
	'invalid_parameter_value';
