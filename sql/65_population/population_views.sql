
-- ---- the population of the shared tables ----
-- Questions that every study of a population asks first, made over the shared tables as ordinary views and functions in
-- the caller's schema: where a place lies, who was there on a day, who was at risk in a period and what happened to
-- them, who has which condition.
--
-- Everything about time rests on one view, stay: the days of each person, each day once. person_at is its stays that
-- hold a day, person_period its stays cut to a period, so the two always agree. Both compare plain columns of stay and
-- encounter with the bounds asked for and see no window above them, so that the planner pushes a person, a place and a
-- period down to indexes and knows how many rows there are.

-- The planner expects 100 rows of the built-in unnest, and takes && and @> of computed ranges for rare: together they
-- would make it choose nested loops over whole populations. Hence this function, and not isempty(a * b) instead of
-- a && b below.
create function ph_support.unnest_days(days datemultirange) returns setof daterange
language internal immutable strict parallel safe rows 1
as 'multirange_unnest';
comment on function ph_support.unnest_days(datemultirange) is
	'one row a range of the multirange, as unnest gives them, which the planner expects to be one';

create function ph_support.bounded_period(period daterange) returns daterange
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if period is null or isempty(period)
		or not coalesce(isfinite(lower(period)) and isfinite(upper(period)), false) then
		raise exception 'period must have a first and a last day'
			using errcode = 'invalid_parameter_value',
				hint = 'A year is daterange(''2023-04-01'', ''2024-04-01''): the end is the first day after it.';
	end if;
	return period;
end
$$;
comment on function ph_support.bounded_period(daterange) is
	'the period itself. Errors: invalid_parameter_value where it is NULL, empty or without end on either side';

create function ph_support.first_day(period daterange) returns date
language sql immutable parallel safe
return lower(ph_support.bounded_period(period));
comment on function ph_support.first_day(daterange) is
	'the first day of a period. Errors: as ph_support.bounded_period';

create function ph_support.day_after(period daterange) returns date
language sql immutable parallel safe
return upper(ph_support.bounded_period(period));
comment on function ph_support.day_after(daterange) is
	'the first day after a period. Errors: as ph_support.bounded_period';

create function ph_support.known_pod(kind text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if kind not in ('GP', 'AE', 'OP', 'EL', 'NEL', 'OTH') then
		raise exception 'kind must be a pod of encounters'
			using errcode = 'invalid_parameter_value',
				hint = 'The pods are GP, AE, OP, EL, NEL and OTH; null stands for all.';
	end if;
	return kind;
end
$$;
comment on function ph_support.known_pod(text) is
	'the kind of encounter itself, NULL for all. Errors: invalid_parameter_value where there is no such kind';

create function ph_support.known_population(population text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if population not in ('registered', 'resident', 'registered_or_resident', 'seen') then
		raise exception 'population must be one that is known'
			using errcode = 'invalid_parameter_value',
				hint = 'The populations are registered, resident, registered_or_resident and seen.';
	end if;
	return coalesce(population, 'registered');
end
$$;
comment on function ph_support.known_population(text) is
	'the population itself, NULL for registered. Errors: invalid_parameter_value where there is no such population';

create procedure ph_support.require_choice(argument text, choice text, offered text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if choice = any (offered) then
		return;
	end if;
	raise exception 'argument "%" is %', argument,
		case
			when choice is null and offered <> '{}' then 'needed: the data offer more than one'
			else 'none of those that the data offer' end
		using errcode = 'invalid_parameter_value', hint =
			case
				when offered = '{}' then 'There is none to choose from: fill the tables first.'
				else 'Choose one of ' || (
					select string_agg(distinct o, ', ' order by o)
					from unnest(offered) o) || '.' end;
end
$$;
comment on procedure ph_support.require_choice(text, text, text[]) is
	'does nothing where the choice is one of those offered. Errors: invalid_parameter_value, with what there is';

create function ph_support.chosen(argument text, choice text, usual text, alike text, offered text[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	candidates text[];
begin
	if choice = 'none' or choice is null and offered = '{}' then
		return null;
	end if;
	if choice is null and usual = any (offered) then
		return usual;
	end if;
	if choice is null then
		candidates := array(select distinct o from unnest(offered) o where o ~ alike);
		if candidates = '{}' then
			candidates := array(select distinct o from unnest(offered) o);
		end if;
		if cardinality(candidates) = 1 then
			return candidates[1];
		end if;
	end if;
	call ph_support.require_choice(argument, choice, offered);
	return choice;
end
$$;
comment on function ph_support.chosen(text, text, text, text, text[]) is
	'the choice; where it is NULL the usual one, or else the only one that the data offer, first among those alike; '
	'NULL where it is none, or the data offer none. '
	'Errors: invalid_parameter_value, with what there is';

create function ph_support.kinds_above(schema text, base text) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	places text[];
	kinds text[];
begin
	-- apart, since no recursive query may read tables of persons where they are distributed
	execute format('select array(select place_id::text from %I.place where %s)', schema, base) into places;
	execute format(
		'with recursive above as (
			select parent_id from %1$I.place_parent where place_id::text = any ($1)
			union
			select p.parent_id from above join %1$I.place_parent p on p.place_id = above.parent_id)
		select array_agg(distinct place_kind) from above join %1$I.place on place_id = parent_id',
		schema)
	into kinds
	using places;
	return coalesce(kinds, '{}');
end
$$;
comment on function ph_support.kinds_above(text, text) is
	'the kinds of place that lie above the places for which the condition base holds';

create function ph_support.kind_descriptions(kinds text[]) returns jsonb
language sql immutable
begin atomic
	select coalesce(
		jsonb_object_agg(
			lower(kind collate "C"), 'the ' || kind || ' in which it lies, NULL where there is none or more than one'),
		'{}')
	from unnest(kinds) kind;
end;
comment on function ph_support.kind_descriptions(text[]) is
	'what the columns of kinds of places say, by their names';

create function ph_support.place_dimension_query(schema text, kinds text[]) returns text
language sql stable
begin atomic
	select ph_support.in_schema(
		format(
			'with recursive edge as (%s), above (base_id, place_id, start_date, end_date) as (
				select place_id::text, place_id::text, date ''-infinity'', date ''infinity'' from {place}
				union
				select above.base_id, edge.parent_id,
					greatest(above.start_date, edge.start_date), least(above.end_date, edge.end_date)
				from above join edge on edge.place_id = above.place_id
				where greatest(above.start_date, edge.start_date) < least(above.end_date, edge.end_date)
			), period as (
				select base_id, day as start_date, lead(day) over (partition by base_id order by day) as end_date
				from (select base_id, start_date as day from above union select base_id, end_date from above) days
			)
			select period.base_id as place_id,
				min(place_kind::text) filter (where place.place_id::text = period.base_id) as place_kind,
				period.start_date, period.end_date, period.start_date <= %s and period.end_date > %2$s as is_current%s
			from period
			join above using (base_id)
			join {place} place on place.place_id::text = above.place_id
			where above.start_date <= period.start_date and above.end_date >= period.end_date
			group by period.base_id, period.start_date, period.end_date',
			ph_support.place_edge_query(), ph_support.last_day(schema), (
				select string_agg(
					format(
						', case when count(distinct place.place_id) filter (where place_kind = %1$L) = 1 '
						'then min(place.place_id::text) filter (where place_kind = %1$L) end as %2$I',
						kind, lower(kind collate "C")),
					'' order by kind)
				from unnest(kinds) kind)),
		schema);
end;
comment on function ph_support.place_dimension_query(text, text[]) is
	'the query that gives one row a place and period in which nothing above it changes: its id and kind, whether '
	'the period holds the data day, and one column a kind with the place of that kind '
	'in which it lies; NULL where there is none, or more than one';

create function ph_support.ladder_query(schema text, name text, base text, kinds text[]) returns text
language sql immutable
begin atomic
	select format('select place_id as %I%s from %I.place_dimension where is_current and %s', name,
		string_agg(format(', %I', lower(kind collate "C")), '' order by kind), schema, base)
	from unnest(kinds) kind;
end;
comment on function ph_support.ladder_query(text, text, text, text[]) is
	'the query that gives one row a place of place_dimension, as it lies now, for which the condition base holds: '
	'its id as the column name, and the columns of the kinds above it';

create procedure ph.refresh_place_dimension(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := format('%I.place_dimension', schema);
	kinds text[];
	names text[];
	missing text;
begin
	if to_regclass(format('%I.place', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	call ph_support.require_own_schema(schema);
	kinds := ph_support.kinds_above(schema, 'true');
	names := lower(kinds::text collate "C")::text[];
	call ph_support.require_column_names('kinds of places', 'place_dimension', names,
		'{place_id,place_kind,start_date,end_date,is_current}');
	if to_regclass(target) is null then
		execute format(
			'create table %s (
				place_id text, place_kind text, start_date date, end_date date, is_current boolean,
				primary key (place_id, start_date))', target);
		execute format('create unique index on %s (place_id) where is_current', target);
		execute format('create index on %s (place_kind)', target);
	else
		call ph_support.require_generated(schema, 'place_dimension', 'pg_class', target::regclass);
	end if;
	select string_agg(format('add column %I text', n), ', ')
	into missing
	from unnest(names) n
	where not exists (
		select
		from pg_attribute
		where attrelid = target::regclass and attname = n::name and not attisdropped);
	if missing is not null then
		execute format('alter table %s %s', target, missing);
	end if;
	call ph_support.describe_table(target,
		'one row a place and period: the place of each kind in which it lies, '
		'NULL where there is none or more than one; ph.refresh_place_dimension fills it anew',
		ph_support.kind_descriptions(kinds) || jsonb_build_object(
			'place_id', 'code of the place', 'place_kind', 'kind and edition of the place',
			'start_date', 'first day of the period, or -infinity',
			'end_date', 'first day after the period, or infinity',
			'is_current', 'whether the period holds the data day, as it was when this was filled'));

	-- who reads goes on, who else refreshes waits
	execute format('lock table %s in share row exclusive mode', target);
	execute format('delete from %s', target);
	execute format('insert into %s (place_id, place_kind, start_date, end_date, is_current%s) %s', target,
		(select string_agg(format(', %I', lower(k collate "C")), '' order by k) from unnest(kinds) k),
		ph_support.place_dimension_query(schema, kinds));
	call ph_support.take_statistics(target::regclass);
	if to_regclass(format('%I.changed_person', schema)) is not null then
		call ph.mark_changed(schema, 'place');
	end if;
end
$$;
comment on procedure ph.refresh_place_dimension(text) is
	'fills place_dimension of the schema from place and place_parent, and makes it where there is none: '
	'one row a place and period in which nothing above it changes, a column for each kind that is above some place; '
	'is_current tells the periods that hold the data day, which are those of the ladders and of stays; '
	'who reads is not kept waiting, a kind that has gone is NULL. '
	'ph.create_population_views calls it; call it after a change of places. '
	'Errors: undefined_table, duplicate_object where the name is taken by something else, '
	'duplicate_column where kinds differ in case only or are named as one of its own columns';

-- tie_break is no more columns than it takes: with more Citus reads all on one node.
create function ph_support.spell_query(schema text, source text, columns text, tie_break text) returns text
language sql stable
begin atomic
	select format(
		'select person_id::text as person_id, %3$s,
			ph_support.unnest_days(datemultirange(spell) - coalesce(range_agg(spell) over later, ''{}'')) as spell
		from (
			select person_id, %3$s, start_date,
				daterange(start_date, case when end_date = death_date then end_date + 1 else end_date end)
				* daterange(birth_date, death_date, ''[]'') * daterange(null, %4$s, ''[]'') as spell
			from %2$s spell
			join %1$I.person using (person_id)
			where (end_date is null or end_date >= start_date) and (death_date is null or death_date >= birth_date)
		) spells
		window later as (
			partition by person_id order by start_date desc nulls last, %5$s
			rows between unbounded preceding and 1 preceding)',
		schema, source, columns, ph_support.in_schema(ph_support.last_day(schema), schema), tie_break);
end;
comment on function ph_support.spell_query(text, text, text, text) is
	'the query that makes of the spells of the source (person_id, the columns, start_date, end_date) '
	'days that are each counted once: within life, the day of death included, up to the data day, '
	'and the spell with the later start takes over from one that it overlaps; of two that start on one day '
	'it is the first in the order of the columns tie_break';

create function ph_support.stay_query(schema text, population text) returns text
language sql immutable
begin atomic
	select format(
		'select person_id, practice, coalesce(registration.neighbourhood, residence.neighbourhood) as neighbourhood,
			place, system, small_area, deprivation_decile, (deprivation_decile + 1) / 2 as deprivation_quintile,
			registration.spell * residence.spell as spell
		from %2$s registration
		join %1$I.residence_spell residence using (person_id)
		-- not isempty(...), which the planner takes for a third less rows than there are
		where nullif(registration.spell * residence.spell, ''empty'') is not null and %3$s',
		schema,
		case
			when population = 'registered'
				then format('(select *, true as registered from %I.registration_spell)', schema)
			else format(
				-- life without a registration is a registration with nobody
				'(
					select *, true as registered from %1$I.registration_spell
					union all
					select person_id, null, null,
						ph_support.unnest_days(life.days - coalesce(registered.days, ''{}'')), false
					from (select person_id, range_agg(spell) as days from %1$I.residence_spell group by person_id) life
					left join (
						select person_id, range_agg(spell) as days
						from %1$I.registration_spell
						group by person_id
					) registered using (person_id))', schema) end,
		case population
			when 'resident' then 'small_area is not null'
			when 'registered_or_resident' then '(registered or small_area is not null)'
			else 'true' end);
end;
comment on function ph_support.stay_query(text, text) is
	'the query of the stays of a population: a run of days with one registration and one address that counts in it. '
	'In seen all life counts, and person_at and person_period ask for an encounter beside it';

create function ph_support.seen_condition(schema text, population text, person text, first_day text, day_after text)
returns text
language sql immutable
begin atomic
	select
		case population
			when 'seen' then format(
				'exists (
					select
					from %I.encounter seen
					where seen.person_id::text = %s and seen.start_date >= %s and seen.start_date < %s)',
				schema, person, first_day, day_after)
			else 'true' end;
end;
comment on function ph_support.seen_condition(text, text, text, text, text) is
	'the condition that a person, an expression, has an encounter from the first day on and before another, '
	'in the population seen; true in all others';

create function ph_support.person_at_query(schema text, population text, day text) returns text
language sql immutable
begin atomic
	select format(
		'select s.person_id, ph.completed_years(p.birth_date, %2$s) as age, p.sex::text as sex,
			nullif(p.ethnicity_code::text, ''Z'') as ethnicity, s.practice, s.neighbourhood, s.place, s.system,
			s.small_area, s.deprivation_decile, s.deprivation_quintile
		from %1$I.stay s
		join %1$I.person p on p.person_id::text = s.person_id
		where s.start_date <= %2$s and s.end_date > %2$s and %3$s',
		schema, day, ph_support.seen_condition(schema, population, 's.person_id',
			format('(%s + 1 - interval ''1 year'')', day), format('%s + 1', day)));
end;
comment on function ph_support.person_at_query(text, text, text) is
	'the query of the people of a population on a day, an expression';

-- With a limit Citus asks for it first, by a row a shard. Without, a query that it stands in is carried to the
-- coordinator with all tables and periods.
create function ph_support.kind_is_known(schema text, of_kind text) returns text
language sql immutable parallel safe
return format('exists (select 1 from %I.encounter where %s limit 1)', schema, of_kind);
comment on function ph_support.kind_is_known(text, text) is
	'the condition that the schema has an encounter of a kind at all, whoever had it';

-- One text for a period that is asked for, the argument of a function, and for each period of the calendar, which a
-- tool or a distributed engine can ask for by a condition.
-- Encounters are joined to stays before they are counted, grouped by all that a stay says, so that a place that is
-- asked for is looked up first. Encounters outside any stay stand apart, so that they are not sought where nobody asks
-- for them (events_outside) and for rows without a stay (stay 0).
create function ph_support.at_risk_query(
	schema text, population text, asked text, asked_days text, of_kind text, keys text[], counts text[],
	answer text)
returns text
language sql immutable
begin atomic
	select format(
		'with asked as not materialized (
			%2$s
		), at_risk as not materialized (
			select a.*, s.*, 1 + cardinality(s.earlier_ends) - width_bucket(a.first_day, s.earlier_ends) as stay
			from %1$I.stay s
			join asked a on s.start_date < a.day_after and s.end_date > a.first_day
			where %4$s
		), encounter as not materialized (
			select person_id::text as person_id, start_date, pod::text as pod, cost::numeric as cost
			from %1$I.encounter
			where %3$s and %11$s
		), inside as (
			select %5$s r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
				r.deprivation_decile, r.deprivation_quintile, greatest(r.start_date, r.first_day) as start_date,
				least(r.end_date, r.day_after) as end_date, %8$s
				-- where none of a kind is known of anybody, it is not known that there was none
				case when %12$s then count(e.person_id) end as events,
				case when %12$s then coalesce(sum(e.cost), 0) end as cost
			from at_risk r
			left join encounter e on e.person_id = r.person_id
				and e.start_date >= greatest(r.start_date, r.first_day)
				and e.start_date < least(r.end_date, r.day_after)
			group by %5$s r.person_id, r.stay, r.practice, r.neighbourhood, r.place, r.system, r.small_area,
				r.deprivation_decile, r.deprivation_quintile, r.start_date, r.end_date, r.first_day, r.day_after
		), outside as (
			select %6$s e.person_id, 1 as stay, count(*) as events
			from encounter e
			join asked a on e.start_date >= a.first_day and e.start_date < a.day_after
			where not exists (
				select
				from at_risk r
				where r.person_id = e.person_id %7$s and e.start_date >= r.start_date and e.start_date < r.end_date)
			group by %6$s e.person_id
		), counted as (
			select r.*, r.end_date - r.start_date as days, coalesce(a.events, 0) as events_outside
			from inside r
			left join outside a on a.person_id = r.person_id and a.stay = r.stay %7$s
			union all  -- of the same types, so that it is no more than two tables
			select %6$s e.person_id, 0, null, null, null, null, null, null, null, null, null, %9$s 0::bigint,
				0::numeric, 0, count(*)
			from encounter e
			join asked a on e.start_date >= a.first_day and e.start_date < a.day_after
			where not exists (select from at_risk r where r.person_id = e.person_id %7$s)
			group by %6$s e.person_id
		)
		select %10$s
		from counted c
		join %1$I.person p on p.person_id::text = c.person_id',
		schema, asked, asked_days,
		ph_support.seen_condition(schema, population, 's.person_id', 'a.first_day', 'a.day_after'),
		(select string_agg(format('r.%I,', k), ' ') from unnest(keys) k),
		(select string_agg(format('a.%I,', k), ' ') from unnest(keys) k),
		(select string_agg(format('and a.%1$I = r.%1$I', k), ' ') from unnest(keys[1:2]) k),
		(
			select string_agg(
				format('case when %s then count(*) filter (where e.pod = %L) end as %I,',
					ph_support.kind_is_known(schema, format('pod = %L', upper(c collate "C"))),
					upper(c collate "C"), c),
				' ')
			from unnest(counts) c
		),
		repeat('0::bigint, ', cardinality(counts)), answer, of_kind, ph_support.kind_is_known(schema, of_kind));
end;
comment on function ph_support.at_risk_query(text, text, text, text, text, text[], text[], text) is
	'the query of who was at risk in the periods that the query asked gives (first_day, day_after and keys, of which '
	'the first two tell them apart), with their encounters for which the conditions asked_days and of_kind hold: '
	'the columns answer of c, a row a period, person and stay, and of p, the person; '
	'counts are pods that are counted by themselves too. Of a kind that nobody has, counts are NULL';

create function ph_support.years_at_risk(population text) returns text
language sql immutable parallel safe
begin atomic
	-- who was seen is no denominator
	select case population when 'seen' then 'null::double precision' else 'c.days / 365.25::double precision' end;
end;
comment on function ph_support.years_at_risk(text) is
	'the expression of the person-years of a population: NULL in seen, where they are not known';

create function ph_support.cost_at_risk(schema text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known boolean;
begin
	execute format(
		'select not exists (select 1 from %1$I.encounter)
			or exists (select 1 from %1$I.encounter where cost is not null)',
		schema)
	into known;
	return case when known then 'c.cost' else 'null::numeric' end;
end
$$;
comment on function ph_support.cost_at_risk(text) is
	'the expression of the cost of a period: NULL where there are encounters and the cost of none is known';

create function ph_support.person_period_query(schema text, population text) returns text
language sql stable
begin atomic
	-- first_day, day_after and known_pod are immutable: the planner knows what they return
	select ph_support.at_risk_query(schema, population,
		'select ph_support.first_day(period) as first_day, ph_support.day_after(period) as day_after',
		'start_date >= ph_support.first_day(period) and start_date < ph_support.day_after(period)',
		'(ph_support.known_pod(kind) is null or pod = ph_support.known_pod(kind))', '{}', '{}',
		format(
			'c.person_id, c.stay, ph.completed_years(p.birth_date, c.start_date), p.sex::text,
			nullif(p.ethnicity_code::text, ''Z''), c.practice, c.neighbourhood, c.place, c.system, c.small_area,
			c.deprivation_decile, c.deprivation_quintile, c.start_date, c.end_date, c.days,
			%s, c.events, %s, c.events_outside', ph_support.years_at_risk(population),
			ph_support.cost_at_risk(schema)));
end;
comment on function ph_support.person_period_query(text, text) is
	'the query of the function person_period, whose arguments are period and kind';

create function ph_support.person_in_period_query(schema text, population text) returns text
language sql stable
begin atomic
	select ph_support.at_risk_query(schema, population,
		format('select kind, name, start_date as first_day, end_date as day_after from %I.calendar', schema),
		'true', 'true', '{kind,first_day,name,day_after}', '{gp,ae,op,el,nel,oth}',
		format(
			'c.kind, c.name, c.first_day as start_date, c.day_after as end_date, c.person_id, c.stay,
			ph.completed_years(p.birth_date, c.start_date) as age, p.sex::text as sex,
			nullif(p.ethnicity_code::text, ''Z'') as ethnicity, c.practice, c.neighbourhood, c.place, c.system,
			c.small_area, c.deprivation_decile, c.deprivation_quintile, c.start_date as at_risk_from,
			c.end_date as at_risk_until, c.days, %s as years, c.events, c.gp, c.ae, c.op, c.el, c.nel,
			c.oth, %s as cost, c.events_outside', ph_support.years_at_risk(population),
			ph_support.cost_at_risk(schema)));
end;
comment on function ph_support.person_in_period_query(text, text) is
	'the query of the view person_in_period: person_period of each period of the calendar, with a column a pod';

create function ph_support.population_view(out relation text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_ladder',
		 'one row a small area: the place of each kind in which it lies, NULL where there is none or more than one'),
		('practice_ladder',
		 'one row a practice: the place of each kind to which it belongs, NULL where there is none or more than one'),
		('registration_spell',
		 'days registered, each day of a person once: the later registration takes over, the day of death counts, '
		 'no day after the data day'),
		('residence_spell',
		 'days of life by small area, each day of a person once: the later address takes over, '
		 'small_area is NULL where no address is known'),
		('computed_stay',
		 'one row a person and run of days with one registration and one address, each day once, '
		 'as the tables say now; spell is half open, from start_date up to end_date'),
		('stay',
		 'one row a person and run of days with one registration and one address, each day once; '
		 'the rows of computed_stay, or of stored_stay after ph.store_stays'),
		('person_at_data_day', 'person_at of the data day'),
		('person_in_period',
		 'person_period of each period of the calendar, all kinds of encounters and a column a kind: '
		 'ask for one kind of period, or for one period by its kind and start_date'),
		('register',
		 'one row a person and condition: '
		 'the first event with a code of the latest version of the code list of that name'),
		('segment_input',
		 'the people of the data day as the rules of segments ask for them; '
		 'segment_inputs(as_of) gives those of another day');
end;
comment on function ph_support.population_view() is
	'the views that ph.create_population_views and ph.create_segment_inputs make, each after those it is built on';

create function ph_support.population_column(out column_name text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person_id', 'pseudonym of the person'),
		('practice', 'practice with which the person is registered'),
		('neighbourhood', 'neighbourhood, such as a primary care network; NULL is unknown'),
		('place', 'place, such as a local authority district, of the address; NULL is unknown'),
		('system', 'system, such as an integrated care board, of the address; NULL is unknown'),
		('small_area', 'small area of the address; NULL is unknown'),
		('deprivation_decile', 'decile of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
		('deprivation_quintile', 'fifth of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
		('spell', 'the days, half open'),
		('start_date', 'first day of the spell or period'),
		('end_date', 'first day after the spell or period'),
		('kind', 'day, month, quarter, year, financial_year or rolling_year, as in calendar'),
		('name', 'name of the period'),
		('stay', 'number of the stay of this person in the period; 0 for encounters of who had none'),
		('age', 'age in completed years on the first day at risk in the period'),
		('at_risk_from', 'first day at risk in the period'),
		('at_risk_until', 'first day after those at risk in the period'),
		('days', 'days at risk'),
		('years', 'person-years at risk, days / 365.25'),
		('events', 'encounters that started while at risk'),
		('gp', 'of these with general practice'),
		('ae', 'of these at accident and emergency'),
		('op', 'of these as an outpatient'),
		('el', 'of these elective admissions and day cases'),
		('nel', 'of these emergency and other unplanned admissions'),
		('oth', 'of these all other contacts'),
		('cost', 'cost of the events, in pounds; NULL where no encounter has one'),
		('events_outside', 'encounters in the period outside any stay'),
		('earlier_ends', 'the end dates of the stays of this person before this one, in order'),
		('condition', 'name of the code list'),
		('first_date', 'day of the first event with a code of the list'),
		('age_years', 'age in completed years'),
		('sex', 'F, M or I; NULL is unknown'),
		('ethnicity', 'NHS 16+1 code; NULL is unknown'),
		('long_term_conditions',
		 'code lists of long-term conditions recorded before the day; NULL where none was of anybody'),
		('charlson', 'Charlson score of the diagnoses of two years; NULL where nobody has an ICD-10 or ICD-9-CM code'),
		('hospital_frailty',
		 'Hospital Frailty Risk Score of the diagnoses of two years; NULL where nobody has an ICD-10 code'),
		('emergency_admissions_12_months', 'emergency admissions of one year'),
		('non_elective_admissions', 'the same by the name that some schemes give it'),
		('maternity_activity', 'contacts with maternity services of one year'),
		('emergency_attendances_12_months', 'attendances at accident and emergency of one year'),
		('outpatient_attendances_12_months', 'outpatient attendances of one year'),
		('consultations_12_months', 'consultations with general practice of one year'),
		('spend_12_months', 'cost of one year, in pounds; NULL where no encounter has one'),
		('bmi', 'last body mass index of one year; NULL is unknown'),
		('smoker', 'whether the last note on smoking says so; NULL is unknown');
end;
comment on function ph_support.population_column() is 'the columns of the generated views, each name once';

create function ph_support.population_columns() returns jsonb
language sql immutable parallel safe
return (select jsonb_object_agg(c.column_name, c.description) from ph_support.population_column() c);
comment on function ph_support.population_columns() is 'ph_support.population_column() as one value: name, description';

create procedure ph_support.describe_table(name text, description text, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.describe_generated('TABLE', name, 'pg_class', name::regclass, description);
	call ph_support.comment_columns(name::regclass, columns);
end
$$;
comment on procedure ph_support.describe_table(text, text, jsonb) is
	'says what a generated table and its columns are, where its owner has not; columns are name, description';

create procedure ph_support.create_table_where_missing(
	schema text, relation text, definition text, description text, columns jsonb, inout is_new boolean default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := format('%I.%I', schema, relation);
begin
	is_new := to_regclass(target) is null;
	if is_new then
		execute format('create table %s (%s)', target, ph_support.in_schema(definition, schema));
		call ph_support.describe_table(target, description, columns);
	end if;
end
$$;
comment on procedure ph_support.create_table_where_missing(text, text, text, text, jsonb, boolean) is
	'makes a table of a schema and says what it and its columns are, unless something has the name; {name} in the '
	'definition is a table of the schema. is_new: whether it was made';

create procedure ph_support.create_private_table(
	schema text, relation text, definition text, description text, columns jsonb, inout is_new boolean default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target constant text := format('%I.%I', schema, relation);
begin
	call ph_support.create_table_where_missing(schema, relation, definition, description, columns, is_new);
	if is_new then
		execute format('revoke all on %s from public', target);
	else
		call ph_support.require_generated(schema, relation, 'pg_class', target::regclass);
	end if;
end
$$;
comment on procedure ph_support.create_private_table(text, text, text, text, jsonb, boolean) is
	'ph_support.create_table_where_missing of a table that is granted to nobody; error duplicate_object where '
	'something else has the name';

create procedure ph_support.replace_population_view(
	schema text, relation text, query text, columns jsonb default '{}', keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	description text := (
		select v.description
		from ph_support.population_view() v
		where v.relation = replace_population_view.relation);
begin
	call ph_support.replace_view(
		schema, relation, query, description, columns || ph_support.population_columns(), keep);
end
$$;
comment on procedure ph_support.replace_population_view(text, text, text, jsonb, boolean) is
	'ph_support.replace_view of one of ph_support.population_view(); '
	'columns describes those that ph_support.population_column() does not name';

create procedure ph.drop_population_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	object record;
begin
	for object in
		-- what is built on others goes before them
		select 'function' as kind, p.proname as name, 'pg_proc'::regclass as class, p.oid,
			p.oid::regprocedure::text as target,
			case p.proname when 'segment_inputs' then 20 when 'note_changed_person' then -1 else 6.5 end as place
		from pg_proc p
		where p.pronamespace = to_regnamespace(quote_ident(schema))
			and p.proname in ('segment_inputs', 'person_period', 'person_at', 'note_changed_person')
		union all
		select 'table', relname, 'pg_class', oid, oid::regclass::text, 0
		from pg_class
		where relnamespace = to_regnamespace(quote_ident(schema)) and relkind = 'r'
			and relname in ('place_dimension', 'stored_stay', 'changed_person')
		union all
		select 'trigger', tgname, 'pg_trigger', t.oid, format('%I on %s', tgname, tgrelid::regclass), 0
		from pg_trigger t
		where tgfoid = to_regprocedure(format('%I.note_changed_person()', schema))
		union all
		select 'view', v.relation, 'pg_class', c.oid, c.oid::regclass::text, v.ordinality
		from ph_support.population_view() with ordinality v
		join pg_class c on c.oid = to_regclass(format('%I.%I', schema, v.relation))
		order by place desc
	loop
		if object.kind <> 'trigger' then
			call ph_support.require_generated(schema, object.name, object.class, object.oid);
		end if;
		execute format('drop %s %s', object.kind, object.target);
	end loop;
end
$$;
comment on procedure ph.drop_population_views(text) is
	'drops what ph.create_population_views and ph.create_segment_inputs made in the schema. '
	'Errors: duplicate_object where one of the names is something else, '
	'dependent_objects_still_exist where other objects are built on them';

create procedure ph.create_population_views(
	schema text,
	small_area text default null,
	neighbourhood text default null,
	place text default null,
	system text default null,
	deprivation text default null,
	population text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	is_area text;
	is_practice text := format('place_id::text in (select practice_code::text from %I.registration)', schema);
	area_kinds text[];
	practice_kinds text[];
	network_kinds text[];
	place_kinds text[];
	home_kinds text[];
	factors text[] := '{}';
	practice_neighbourhood text := 'null::text';  -- one of these two is known
	area_neighbourhood text := 'null::text';
	deprivation_query text := 'select null::text as small_area, null::integer as deprivation_decile where false';
	query text;
	day text;
	year integer;
	lacking text;
	object record;
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	select string_agg(relation, ', ')
	into lacking
	from ph.shared_table()
	where required and to_regclass(format('%I.%I', schema, relation)) is null;
	if lacking is not null then
		raise exception 'schema "%" lacks shared tables: %', schema, lacking
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes them; views of these names over tables of yours do as well.';
	end if;
	population := ph_support.known_population(population);
	call ph_support.keep_one_transaction(schema);
	for object in select * from ph_support.mistyped_column(schema) limit 1 loop
		raise exception 'column "%" of "%" is not of the type that the shared tables have',
			object.column_name, object.relation
			using errcode = 'datatype_mismatch',
				hint = 'SELECT * FROM ph.check_shared_tables(schema) lists all of them.';
	end loop;
	execute format('select array(select distinct place_kind from %I.place)', schema) into place_kinds;
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select lsoa21_code from %1$I.residence))',
		schema)
	into home_kinds;
	small_area := ph_support.chosen('small_area', small_area, 'LSOA21', '^LSOA',
		case when small_area is null and home_kinds <> '{}' then home_kinds else place_kinds end);
	is_area := coalesce('place_kind = ' || quote_literal(small_area), 'false');

	area_kinds := ph_support.kinds_above(schema, is_area);
	place := ph_support.chosen('place', place, 'LAD24', '^LAD', area_kinds);
	system := ph_support.chosen('system', system, 'ICB24', '^ICB', area_kinds);

	practice_kinds := ph_support.kinds_above(schema, is_practice);
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select pcn_code from %1$I.registration))',
		schema)
	into network_kinds;
	neighbourhood := ph_support.chosen('neighbourhood', neighbourhood, 'PCN', '^PCN',
		practice_kinds || network_kinds || area_kinds);
	if neighbourhood = any (practice_kinds) then
		practice_neighbourhood := format(
			'coalesce(practice.%I, network.place_id::text)', lower(neighbourhood collate "C"));
	elsif neighbourhood = any (network_kinds) then
		practice_neighbourhood := 'network.place_id::text';
	elsif neighbourhood is not null then
		area_neighbourhood := format('area.%I', lower(neighbourhood collate "C"));
	end if;

	if to_regclass(format('%I.place_factor', schema)) is not null then
		execute format(
			'select array(
				select factor
				from %1$I.place_factor
				join %1$I.place using (place_id)
				where %2$s
				group by factor
				having bool_and(value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))',
			schema, is_area)
		into factors;
	end if;
	if coalesce(deprivation, '') <> 'none' and (deprivation is not null or factors <> '{}') then
		-- or else deprivation is unknown
		deprivation_query := format(
			'select distinct on (place_id) place_id::text as small_area, value::integer as deprivation_decile
			from %I.place_factor
			where factor = %L
			order by place_id, period desc',
			schema, ph_support.chosen('deprivation', deprivation, 'imd2019_decile', '_decile$', factors));
	end if;

	call ph_support.require_column_names('kinds of places', 'place_ladder',
		lower(area_kinds::text collate "C")::text[], '{small_area}');
	call ph_support.require_column_names('kinds of places', 'practice_ladder',
		lower(practice_kinds::text collate "C")::text[], '{practice}');
	call ph.refresh_place_dimension(schema);
	-- a kind of place that the data have no more is one that nobody is in
	call ph_support.replace_population_view(schema, 'place_ladder',
		ph_support.ladder_query(schema, 'small_area', is_area, area_kinds),
		ph_support.kind_descriptions(area_kinds), keep => true);
	call ph_support.replace_population_view(schema, 'practice_ladder',
		ph_support.ladder_query(schema, 'practice', is_practice, practice_kinds),
		ph_support.kind_descriptions(practice_kinds), keep => true);
	-- What is known of practices and areas is joined before spells are cut, while the planner still knows how many rows
	-- there are.
	-- Not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just made.
	query := ph_support.spell_query(schema,
		format('(
			select person_id, practice_code::text as practice, %2$s as neighbourhood, r.start_date, r.end_date
			from %1$I.registration r
			left join %1$I.place_dimension practice on practice.place_id = practice_code::text
				and practice.is_current
			left join %1$I.place network on network.place_id = pcn_code and network.place_kind = %3$L)',
			schema, practice_neighbourhood, neighbourhood),
		'practice, neighbourhood', 'practice, neighbourhood');
	call ph_support.replace_population_view(schema, 'registration_spell', query);
	query := ph_support.spell_query(schema,
		-- Life itself is a residence of unknown address, so that nobody is lost between two addresses. No UNION, which
		-- Citus would not push down below the joins with places; of who has no address life stands there twice, and
		-- counts once as all overlapping addresses do.
		format('(
			select person_id, small_area, %2$s as neighbourhood, %3$s as place, %4$s as system,
				deprivation_decile, start_date, end_date
			from (
				select person_id, r.lsoa21_code::text as small_area, r.start_date, r.end_date
				from %1$I.person
				cross join (values (false), (true)) address (known)
				left join (select *, true as known from %1$I.residence) r using (person_id, known)
			) address
			left join %1$I.place_ladder area using (small_area)
			left join (%5$s) deprivation using (small_area))',
			schema, area_neighbourhood, coalesce('area.' || quote_ident(lower(place collate "C")), 'null::text'),
			coalesce('area.' || quote_ident(lower(system collate "C")), 'null::text'), deprivation_query),
		'small_area, neighbourhood, place, system, deprivation_decile', 'small_area');
	call ph_support.replace_population_view(schema, 'residence_spell', query);
	query := format(
		'select person_id, practice, neighbourhood, place, system, small_area, deprivation_decile, deprivation_quintile,
			spell, coalesce(lower(spell), ''-infinity'') as start_date, upper(spell) as end_date,
			coalesce(array_agg(upper(spell)) over earlier, ''{}'') as earlier_ends
		from (%s) run
		window earlier as (
			partition by person_id order by spell rows between unbounded preceding and 1 preceding)',
		ph_support.stay_query(schema, population));
	call ph_support.replace_population_view(schema, 'computed_stay', query);
	query := ph_support.stored_stay_query(schema, format('%I.%I', schema,
		case when to_regclass(format('%I.stored_stay', schema)) is null then 'computed_stay' else 'stored_stay' end));
	call ph_support.replace_population_view(schema, 'stay', query);

	call ph_support.replace_function(schema, 'person_at', 'timestamptz',
		format($query$(as_of timestamptz)
			returns table (
				person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
				system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
			language sql stable parallel safe
			begin atomic
				%s and isfinite(person_at.as_of);
			end$query$, ph_support.person_at_query(schema, population, 'person_at.as_of::date')),
		'one row a person of the population who was there and alive on the day, as known by then, '
		'and nobody after the data day: '
		'age in completed years, where deprivation_decile 1 and deprivation_quintile 1 are the most deprived; '
		'unknown is NULL');
	query := ph_support.person_period_query(schema, population);
	call ph_support.replace_function(schema, 'person_period', 'daterange, text',
		format($query$(period daterange, kind text default null)
			returns table (
				person_id text, stay integer, age integer, sex text, ethnicity text, practice text,
				neighbourhood text, place text, system text, small_area text, deprivation_decile integer,
				deprivation_quintile integer, start_date date, end_date date, days integer, years double precision,
				events bigint, cost numeric, events_outside bigint)
			language sql stable parallel safe
			begin atomic
				%s;
			end$query$, query),
		'one row a person and stay in the period, cut at the data day: person-years at risk (days / 365.25; '
		'NULL in the population seen, where they are not known), '
		'encounters of the kind that started in it (null: all; NULL where nobody ever had one), '
		'their cost in pounds (NULL where no encounter has one). '
		'Encounters in the period outside any stay are counted apart in events_outside, '
		'on the first stay or on a row with stay 0. '
		'Errors: invalid_parameter_value for a period without end or an unknown kind');
	day := ph_support.in_schema(ph_support.last_day(schema), schema);
	call ph_support.replace_population_view(schema, 'person_at_data_day',
		ph_support.person_at_query(schema, population, day));
	if to_regclass(format('%I.calendar', schema)) is null then
		execute format('select extract(year from %s)', day) into year;
		call ph.create_calendar(schema, make_date(year - 10, 1, 1), make_date(year, 12, 31));
	end if;
	query := ph_support.person_in_period_query(schema, population);
	call ph_support.replace_population_view(schema, 'person_in_period', query);

	query := format(
		'select event.person_id::text as person_id, matched.list as condition, min(event.event_date) as first_date
		from %1$I.clinical_event event
		join (%2$s) matched on matched.code = event.code
			-- a function and not an operator: the planner takes each clause of an operator for another chance
			and texteq(matched.code_system::text, event.code_system::text)
		group by event.person_id, matched.list',
		schema, ph_support.in_schema(ph_support.matched_code_query(ph_support.has_code_map(schema)), schema));
	call ph_support.replace_population_view(schema, 'register', query);

	if to_regclass(format('%I.segment_input', schema)) is not null then
		call ph.create_segment_inputs(schema);
	end if;
end
$$;
comment on procedure ph.create_population_views(text, text, text, text, text, text, text) is
	'makes, over the shared tables of the schema, the table place_dimension (ph.refresh_place_dimension) '
	'and, where there is none, a calendar of the year of the data day and the ten before it (ph.create_calendar), '
	'the views place_ladder, practice_ladder, registration_spell, residence_spell, computed_stay, stay, '
	'person_at_data_day, person_in_period and register '
	'and the functions person_at(timestamptz) and person_period(daterange, text), '
	'all with the rights of whoever asks them; what an earlier call made is replaced in place. '
	'population says whom they count: registered (as NULL), resident (known address), registered_or_resident, '
	'or seen (an encounter in the period, or in the year up to the day). '
	'The other arguments name kinds of place and the factor with the decile of deprivation, one fixed edition; '
	'NULL takes LSOA21, PCN, LAD24, ICB24 and imd2019_decile, or the only ones that the data offer; '
	'what the data offer none of, or none says not to take, is unknown of everybody. Errors: invalid_schema_name, '
	'undefined_table with the shared tables that the schema lacks, invalid_parameter_value with what there is, '
	'duplicate_object where a name is taken by something else, '
	'dependent_objects_still_exist where a column of a view would go away';
