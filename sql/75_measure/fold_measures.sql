
-- ---- folding measures ----
-- First what each person adds in a period is written down, a row a person and run of days in one place: people and
-- their days cut by stays, events on those days. From there each level of place is one GROUP BY over persons, so that
-- who moves within a place counts once in it, with the age and the groups of the first day there.

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
		taken := array_append(taken, lower(place_kind collate "C"));
	end loop;
	return query
		select distinct a.attname::text, upper(a.attname::text collate "C")
		from unnest('{place_ladder,practice_ladder}'::text[]) relation
		join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', schema, relation)) and a.attnum > 1
		where a.attname::text <> all (taken);
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
				when level in (''system'', ''place'', ''neighbourhood'', ''practice'', ''small_area'') then ''s.'' || level
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
	'the levels of measure_place with the kind of place and the expression of the place, over s (a stay) and its ladders';

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
			select $1, p.place_id::text, coalesce(p.name, p.place_id)::text, p.place_kind::text,
				case when parent.id is null and $1 <> ''system'' and $3 is not null then ''system'' else parent.level end,
				coalesce(parent.id, case when $1 <> ''system'' then $3 end)
			from %1$I.place p
			join %1$I.place_dimension d on d.place_id = p.place_id and d.is_current
			left join lateral (
				select * from (values %2$s) c (id, level) where id is not null limit 1) parent on true
			where p.place_kind = $2
			union all
			select $1, ''unknown'', ''unknown'', null, case when $1 <> ''system'' and $3 is not null then ''system'' end,
				case when $1 <> ''system'' then $3 end',
			schema, coalesce(candidates, '(null::text, null::text)'))
		using part.level, part.place_kind, ph_support.only_place(schema, kinds ->> 'system');
	end loop;
	call ph_support.take_statistics(format('%I.measure_place', schema)::regclass);
end
$$;
comment on procedure ph_support.fill_measure_places(text) is
	'fills measure_place anew from place and place_dimension';

-- ---- what the data were like ----

create function ph_support.relation_stamp(relation regclass) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	stamp text;
begin
	if row_security_active(relation) then
		raise exception 'row security hides rows of % from whoever folds', relation
			using errcode = 'insufficient_privilege', hint =
				'Fold as a role that sees all rows: what is folded is shown to others.';
	end if;
	-- every write leaves its transaction on the rows that it made, and takes away those of others
	if (select relkind in ('r', 'p', 'm') from pg_class where oid = relation) then
		execute format(
			'select md5(string_agg(x || '':'' || n, '','' order by x collate "C"))
			from (select xmin::text as x, count(*) as n from %s group by xmin) written', relation)
		into stamp;
	else
		stamp := clock_timestamp()::text;  -- of foreign tables nobody knows
	end if;
	return coalesce(stamp, 'empty');
end
$$;
comment on function ph_support.relation_stamp(regclass) is
	'a text that changes when rows of a table do; of a foreign table one that is always another. '
	'Errors: insufficient_privilege where row security hides rows';

create function ph_support.relations_below(query text) returns setof regclass
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select distinct r.object::regclass
	from ph_support.query_reads(query) r
	join pg_class c on c.oid = r.object
	where r.kind = 'relation' and c.relkind <> 'v'
$$;
comment on function ph_support.relations_below(text) is 'the tables that a query reads, also through views';

create function ph_support.data_stamp(schema text, queries text[], inout known jsonb, out stamp text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	relation regclass;
	parts text[] := '{}';
begin
	for relation in
		select distinct r
		from unnest(queries) q, ph_support.relations_below(ph_support.measure_query(schema, q)) r
		order by r
	loop
		if not known ? relation::text then
			known := known || jsonb_build_object(relation::text, ph_support.relation_stamp(relation));
		end if;
		parts := parts || format('%s %s', relation, known ->> relation::text);
	end loop;
	stamp := md5(array_to_string(parts, E'\n'));
end
$$;
comment on function ph_support.data_stamp(text, text[], jsonb) is
	'a text that changes when the tables do which the queries read; known holds those of tables that were looked at';

-- ---- what each person adds ----

create function ph_support.number_of_column(query text, name text, otherwise text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce((select format('e.%I::float8', q.column_name) from ph.query_columns(query) q
		where q.column_name = name), otherwise)
$$;
comment on function ph_support.number_of_column(text, text, text) is
	'the column of e, the rows of the query, as a number; otherwise where the query does not give it';

create function ph_support.stay_relation(schema text, population text) returns text
language sql stable
begin atomic
	select
		case
			when population is null then format('%I.stay', schema)
			else format(
				'(select *, coalesce(lower(spell), ''-infinity'') as start_date, upper(spell) as end_date from (%s) run)',
				ph_support.stay_query(schema, ph_support.known_population(population))) end;
end;
comment on function ph_support.stay_relation(text, text) is
	'the stays of a population as a relation of a query; NULL is the population that the views are made of';

create function ph_support.at_risk_part(schema text, m ph.measure, first_day date, after_day date, day date)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	stays constant text := ph_support.stay_relation(schema, m.population);
	query text;
	people text := '';
	from_day text := '';
	until_day text := '';
	key text := 'null::float8';
begin
	if m.persons is not null then
		query := ph_support.measure_query(schema, m.persons, day);
		return format(
			'select s.*, %4$L::date as first_day, %4$L::date + 1 as after_day, %5$s as key, %6$s as exposure,
				%7$s as amount
			from (%1$s
			) e
			join %2$s s on s.person_id = e.person_id and s.start_date <= %3$L and s.end_date > %3$L',
			query, stays, day, day, ph_support.number_of_column(query, 'key', 'null::float8'),
			ph_support.number_of_column(query, 'exposure', '1::float8'),
			ph_support.number_of_column(query, 'amount', null));
	elsif m.exposure = 'rows' then
		query := ph_support.measure_query(schema, m.events);
		return format(
			'select s.*, e.event_date as first_day, e.event_date + 1 as after_day, %5$s as key, %6$s as exposure,
				%7$s as amount
			from (%1$s
			) e
			join %2$s s on s.person_id = e.person_id and s.start_date <= e.event_date and s.end_date > e.event_date
			where e.event_date >= %3$L and e.event_date < %4$L',
			query, stays, first_day, after_day, ph_support.number_of_column(query, 'key', 'null::float8'),
			ph_support.number_of_column(query, 'exposure', '1::float8'),
			ph_support.number_of_column(query, 'amount', null));
	end if;
	if m.people is not null then
		query := ph_support.measure_query(schema, m.people);
		people := format(E'\njoin (%s\n) e on e.person_id = s.person_id and e.days && daterange(%L, %L)', query, first_day,
			after_day);
		from_day := ', lower(e.days)';
		until_day := ', upper(e.days)';
		key := ph_support.number_of_column(query, 'key', key);
	end if;
	return format(
		'select *
		from (
			select s.*, greatest(s.start_date, %1$L%2$s) as first_day, least(s.end_date, %3$L%4$s) as after_day, %5$s as key
			from %6$s s%7$s
			where s.start_date < %3$L and s.end_date > %1$L
		) cut
		where first_day < after_day',
		first_day, from_day, after_day, until_day, key, stays, people);
end
$$;
comment on function ph_support.at_risk_part(text, ph.measure, date, date, date) is
	'the query of the stays of a measure in a period, cut at the days at risk (first_day, after_day), with key, and of '
	'measures of a day and of rows amount and exposure';

create function ph_support.group_columns(schema text, names text[], out joins text, out columns text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	query text;
	dated boolean;
	known boolean;
begin
	joins := '';
	columns := '';
	for part in execute format('select * from %I.breakdown where breakdown = any ($1) order by breakdown', schema)
	using names
	loop
		if part.expression is not null then
			columns := columns || format(', (%s) as %I', part.expression, 'group_' || part.breakdown);
			continue;
		end if;
		call ph_support.check_measure_query(schema, ph_support.owner_of(format('%I.breakdown', schema)::regclass), 'query',
			part.query);
		query := ph_support.measure_query(schema, part.query);
		dated := exists (select from ph.query_columns(query) where column_name = 'days');
		execute format('select exists (select from (%s
			) q)', query) into known;
		joins := joins || format(
			E'\nleft join (\n%s\n) %I on %2$I.person_id = s.person_id%3$s',
			query, 'in_' || part.breakdown,
			case when dated then format(' and %I.days @> s.first_day', 'in_' || part.breakdown) else '' end);
		columns := columns || format(', coalesce(%I.group_name, %L) as %I', 'in_' || part.breakdown,
			case when known then part.otherwise else 'unknown' end, 'group_' || part.breakdown);
	end loop;
end
$$;
comment on function ph_support.group_columns(text, text[]) is
	'joins and columns that give the group of each person in the named breakdowns on first_day of s';

create function ph_support.contribution_query(
	schema text, m ph.measure, first_day date, after_day date, day date, dimensions text[], by_row boolean)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	grouped record;
	amount text := 's.amount';
	exposure text := 's.exposure';
	events text := '';
	levels text;
begin
	grouped := ph_support.group_columns(schema, dimensions);
	select string_agg(format('coalesce(%s, ''unknown'') as %I', l.column_name, 'level_' || l.level), ', ')
	into levels
	from ph_support.folded_levels(schema) l;
	if m.events is not null and m.exposure <> 'rows' then
		amount := 'case when c.person_id is null then 0 else c.amount end';
		exposure := case m.exposure when 'years' then '(s.after_day - s.first_day) / 365.25' else '1::float8' end;
		events := format(
			'left join (
				select r.person_id, r.first_day, case when count(*) = count(e.amount) then sum(e.amount::float8) end as amount
				from at_risk r
				join (%s
				) e on e.person_id = r.person_id and e.event_date >= r.first_day and e.event_date < r.after_day
				where e.event_date >= %L and e.event_date < %L
				group by r.person_id, r.first_day
			) c on c.person_id = s.person_id and c.first_day = s.first_day',
			ph_support.measure_query(schema, m.events), first_day, after_day);
	end if;
	return format(
		'with at_risk as (
			%1$s
		)
		select s.person_id, s.first_day, s.after_day, ph.completed_years(p.birth_date, s.first_day) as age,
			coalesce(s.key, ph.completed_years(p.birth_date, s.first_day)::float8) as key, %2$s as amount,
			%3$s as exposure, %9$s as single, %4$s%5$s
		from at_risk s
		join %6$I.person p on p.person_id = s.person_id
		left join %6$I.place_ladder area on area.small_area = s.small_area
		left join %6$I.practice_ladder practice on practice.practice = s.practice
		%7$s%8$s%10$s',
		ph_support.at_risk_part(schema, m, first_day, after_day, day), amount, exposure, levels, grouped.columns, schema,
		events, grouped.joins, case when by_row then 'true' else 'mover.person_id is null' end,
		case when by_row then '' else
			E'\nleft join (select person_id from at_risk group by person_id having count(*) > 1) mover
				on mover.person_id = s.person_id' end);
end
$$;
comment on function ph_support.contribution_query(text, ph.measure, date, date, date, text[], boolean) is
	'the query of what each person adds to a measure in a period: a row a person and run of days in one place';

-- ---- a level is one GROUP BY over persons ----

create function ph_support.breakdown_dimensions(breakdowns text[]) returns text[]
language sql immutable parallel safe
begin atomic
	select coalesce(array_agg(distinct d order by d), '{}')
	from unnest(breakdowns) b, regexp_split_to_table(b, ' by ') d;
end;
comment on function ph_support.breakdown_dimensions(text[]) is
	'the single breakdowns of a list of breakdowns and pairs of them';

create function ph_support.group_values(breakdowns text[]) returns text
language sql immutable parallel safe
begin atomic
	select '(''all'', ''all'')' || coalesce(string_agg(format(', (%L, %s)', b, (
			select string_agg(format('%I', 'group_' || d), ' || '', '' || ' order by n)
			from regexp_split_to_table(b, ' by ') with ordinality s (d, n))), '' order by b), '')
	from unnest(breakdowns) b;
end;
comment on function ph_support.group_values(text[]) is
	'the rows (breakdown, group) that one row of measure_person stands in, as values of a query';

create function ph_support.level_query(
	relation text, level text, breakdowns text[], age_from integer, age_until integer, weighted boolean, by_row boolean)
returns text
language sql stable
begin atomic
	-- of who has several rows in a place, age, key and groups are those of the first
	select format(
		$query$
			select %1$L as level, place_id, breakdown, group_name, %2$s as tally, %3$s as people,
				%3$s filter (where amount <> 0) as people_with_event
			from (
				select person_id, %4$I as place_id, age, key, amount, exposure%5$s
				from %6$s
				where single
				union all
				select person_id, %4$I as place_id, (array_agg(age order by first_day))[1],
					(array_agg(key order by first_day))[1], case when count(*) = count(amount) then sum(amount) end,
					sum(exposure)%7$s
				from %6$s
				where not single
				group by person_id, %4$I
			) person,
				lateral (values %8$s) grouped (breakdown, group_name)
			where %9$s
			group by place_id, breakdown, group_name$query$,
		level, case when weighted then 'ph.person_tally(key, amount, exposure)' else 'ph.person_tally(key, amount)' end,
		case when by_row then 'count(distinct person_id)' else 'count(*)' end,
		'level_' || level,
		(select string_agg(format(', %I', 'group_' || d), '') from unnest(ph_support.breakdown_dimensions(breakdowns)) d),
		relation,
		(
			select string_agg(format(', (array_agg(%I order by first_day))[1]', 'group_' || d), '')
			from unnest(ph_support.breakdown_dimensions(breakdowns)) d
		),
		ph_support.group_values(breakdowns),
		concat_ws(' and ', 'true', 'age >= ' || age_from, 'age < ' || age_until));
end;
comment on function ph_support.level_query(text, text, text[], integer, integer, boolean, boolean) is
	'the query of the tallies of one level of place over the rows of a table of what persons add: '
	'weighted by exposure or not, each row by itself or together by person';

-- ---- one measure and period ----

create function ph_support.measure_parts(m ph.measure) returns text[]
language sql immutable parallel safe
return array_remove(array[m.people, m.events, m.persons, m.areas, m.recorded], null);
comment on function ph_support.measure_parts(ph.measure) is 'the queries of a measure';

create function ph_support.recorded_query(schema text, m ph.measure, day date) returns text
language sql stable
begin atomic
	select ph_support.measure_part(schema, coalesce(m.recorded,
		'select event_date as record_date from (' || m.events || E'\n) happened',
		'select period as record_date from (' || m.areas || E'\n) published',
		'select {day} as record_date from (' || m.persons || E'\n) persons where amount is not null'), day);
end;
comment on function ph_support.recorded_query(text, ph.measure, date) is
	'the relation of the days on which the source of a measure has a record';

create function ph_support.has_record(schema text, m ph.measure, first_day date, last_day date) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	found boolean;
begin
	execute format('select exists (select from %s r where record_date <= $2 and ($1 is null or record_date >= $1))',
		ph_support.recorded_query(schema, m, last_day))
	into found
	using
		case
			when m.persons is null then first_day
			when m.recorded is not null then (last_day - m.recorded_within)::date + 1 end,
		last_day;
	return found;
end
$$;
comment on function ph_support.has_record(text, ph.measure, date, date) is
	'whether the source of a measure has a record of the period: in it, or up to its last day for a measure of a day';

create procedure ph_support.keep_contributions(schema text, fold text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	parent constant text := format('%I.measure_person', schema);
	child constant text := format('%I.new_measure_person', schema);
	name constant text := 'measure_person_' || left(md5(fold), 16);
	part record;
begin
	if to_regclass(parent) is null then
		execute format('create table %s (like %s) partition by list (fold)', parent, child);
		call ph_support.describe_table(parent,
			'what each person adds to the measures of periods that are not over, a partition a measure and period: '
			'a row a person and run of days in one place', jsonb_build_object(
				'fold', 'measure, version, kind of period and first day', 'person_id', 'the person',
				'first_day', 'first day of the run', 'after_day', 'first day after it',
				'age', 'age in completed years on the first day', 'key', 'key of the tally, age where it is no other',
				'amount', 'what happened in it', 'exposure', 'years, people or rows',
				'single', 'whether the person has no other row'));
	end if;
	for part in
		select case when p.attname is null then parent else child end as lacks, coalesce(p.attname, c.attname) as name
		from (select attname from pg_attribute where attrelid = parent::regclass and attnum > 0 and not attisdropped) p
		full join (select attname from pg_attribute where attrelid = child::regclass and attnum > 0) c using (attname)
		where p.attname is null or c.attname is null
	loop
		execute format('alter table %s add column %I text', part.lacks, part.name);
	end loop;
	execute format('drop table if exists %I.%I', schema, name);
	execute format('alter table %s rename to %I', child, name);
	execute format('alter table %s attach partition %I.%I for values in (%L)', parent, schema, name, fold);
end
$$;
comment on procedure ph_support.keep_contributions(text, text) is
	'makes new_measure_person the partition of measure_person of a measure and period that is not over';

create procedure ph_support.drop_contributions(schema text, fold text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
	execute format('drop table if exists %I.%I', schema, 'measure_person_' || left(md5(fold), 16));
end
$$;
comment on procedure ph_support.drop_contributions(text, text) is
	'drops the partition of measure_person of a measure and period, where there is one';

create procedure ph_support.require_disjoint_days(schema text, m ph.measure)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	twice boolean;
begin
	execute format(
		'select exists (
			select
			from (
				select first_day, lag(after_day) over (partition by person_id order by first_day, after_day) as before
				from %I.new_measure_person
				where not single
			) run
			where first_day < before)', schema)
	into twice;
	if twice then
		raise exception 'measure "%" counts a person twice on one day', m.measure
			using errcode = 'cardinality_violation', hint =
				'Its query of people gives days that overlap, or its query of persons gives a person more than once.';
	end if;
end
$$;
comment on procedure ph_support.require_disjoint_days(text, ph.measure) is
	'does nothing where no person is counted twice on one day. Errors: cardinality_violation';

create procedure ph_support.fold_persons(
	schema text, m ph.measure, first_day date, last_day date, levels text[], breakdowns text[], fold text, keep boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target constant text := format('%I.new_measure_person', schema);
	weighted boolean := m.exposure = 'years' and m.events is not null;
	by_row boolean := false;
	query text;
begin
	if m.persons is not null or m.exposure = 'rows' then
		weighted := exists (
			select
			from ph.query_columns(ph_support.measure_query(schema, coalesce(m.persons, m.events)))
			where column_name = 'exposure');
		by_row := m.persons is null and not weighted;
	end if;
	query := ph_support.contribution_query(
		schema, m, first_day, last_day + 1, last_day, ph_support.breakdown_dimensions(breakdowns), by_row);
	execute format('create table %s as select %L::text as fold, c.* from (%s) c', target, fold, query);
	if m.exposure <> 'rows' then
		call ph_support.require_disjoint_days(schema, m);
	end if;
	call ph_support.take_statistics(target::regclass);
	select string_agg(
		ph_support.level_query(target, l, breakdowns, m.age_from, m.age_until, weighted, by_row), E'\nunion all' order by n)
	into query
	from unnest(levels) with ordinality asked (l, n);
	execute 'create temp table ph_folded on commit drop as ' || query;
	call ph_support.drop_contributions(schema, fold);
	if keep then
		call ph_support.keep_contributions(schema, fold);
	else
		execute 'drop table ' || target;
	end if;
end
$$;
comment on procedure ph_support.fold_persons(text, ph.measure, date, date, text[], text[], text, boolean) is
	'fills pg_temp.ph_folded with the tallies of a measure of persons from the first to the last day';

create procedure ph_support.fold_areas(schema text, m ph.measure, kind text, first_day date, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	published constant text := ph_support.measure_query(schema, m.areas);
	part record;
	query text := '';
begin
	execute format(
		'create temp table ph_published on commit drop as
		select e.place_id, p.place_kind::text as place_kind, %s as key, e.numerator::float8 as numerator,
			e.denominator::float8 as denominator
		from (%s
		) e
		join %I.place p on p.place_id = e.place_id
		where e.period_kind = %L and e.period = %L',
		ph_support.number_of_column(published, 'key', '0::float8'), published, schema, kind, first_day);
	for part in
		select l.*, exists (select from pg_temp.ph_published a where a.place_kind = l.place_kind) as has_own,
			a.attname
		from ph_support.folded_levels(schema) l
		left join pg_attribute a on a.attrelid = format('%I.place_dimension', schema)::regclass
			and a.attname = lower(l.place_kind collate "C") and not a.attisdropped
		where l.level = any (levels) and l.place_kind is not null
	loop
		-- what is published of the level itself counts, else that of the smallest places in it
		query := query || format(
			'%s select %L as level, %s as place_id, ''all'' as breakdown, ''all'' as group_name,
				ph.count_tally(a.key, a.numerator, a.denominator) as tally,
				round(sum(a.denominator))::bigint as people, round(sum(a.numerator))::bigint as people_with_event
			from pg_temp.ph_published a %s
			group by 2',
			case when query = '' then '' else ' union all' end, part.level,
			case
				when part.has_own then 'a.place_id'
				when part.attname is null then '''unknown'''
				else format('coalesce(d.%I, ''unknown'')', part.attname) end,
			case
				when part.has_own then format('where a.place_kind = %L', part.place_kind)
				when part.attname is null then 'where false'
				else format(
					'join %I.place_dimension d on d.place_id = a.place_id and d.is_current
					where a.place_kind = (
						select place_kind from pg_temp.ph_published group by place_kind order by count(*) desc, 1 limit 1)',
					schema) end);
	end loop;
	execute 'create temp table ph_folded on commit drop as ' || regexp_replace(query, 'group by 2', 'group by 2', 'g');
	drop table pg_temp.ph_published;
end
$$;
comment on procedure ph_support.fold_areas(text, ph.measure, text, date, text[]) is
	'fills pg_temp.ph_folded with the tallies of a measure of areas in a period';

create function ph_support.shrunken_values(
	m ph.measure,
	out level text, out place_id text, out breakdown text, out shrunken_value float8, out shrunken_lower float8,
	out shrunken_upper float8)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	-- events over those that the whole system's rates would give, times the whole system's value
	return query
	with whole as (
		select tally, (ph.ask(m.indicator, tally, coalesce(m.reference_tally, tally), m.per)).value
		from (
			select ph.rollup(f.tally) as tally
			from pg_temp.ph_folded f
			where f.level = 'system' and f.breakdown = 'all'
		) whole
	), drawn as (
		select f.level, f.place_id, w.value,
			ph.shrunken_rate(ph.events(f.tally), ph.expected(f.tally, w.tally), 1) over (partition by f.level) as ratio
		from pg_temp.ph_folded f, whole w
		where m.indicator is not null and f.breakdown = 'all' and f.level <> 'system' and f.place_id <> 'unknown'
	)
	select d.level, d.place_id, 'all', d.value * (d.ratio).value, d.value * (d.ratio).lower, d.value * (d.ratio).upper
	from drawn d;
end
$$;
comment on function ph_support.shrunken_values(ph.measure) is
	'the values of small places in pg_temp.ph_folded, drawn towards the value of the whole system; no rows for NULL';

create procedure ph_support.fold_measure(
	schema text, m ph.measure, kind text, first_day date, last_day date, data_day date, levels text[], breakdowns text[],
	stamp text)
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off  -- it takes longer than a fold of a small population
as $$
declare
	began constant timestamptz := clock_timestamp();
	until constant date := least(last_day, data_day);
	recorded constant boolean := m.areas is not null or ph_support.has_record(schema, m, first_day, until);
	fold constant text := concat_ws(' ', m.measure, m.version, kind, first_day);
	is_of constant text := 'measure = $1 and version = $2 and period_kind = $3 and period = $4';
begin
	-- who folds at the same time waits
	execute format('lock table %I.measure_fold in share row exclusive mode', schema);
	if m.areas is not null then
		call ph_support.fold_areas(schema, m, kind, first_day, levels);
	else
		call ph_support.fold_persons(schema, m, case when m.persons is null then first_day else until end, until, levels,
			breakdowns, fold, last_day > data_day);
	end if;
	execute format('delete from %I.measure_tally where %s', schema, is_of)
	using m.measure, m.version, kind, first_day;
	execute format(
		'insert into %I.measure_tally
		select $1, $2, level, place_id, breakdown, group_name, $3, $4, case when $5 then tally else ''empty'' end, people,
			case when $5 then people_with_event end, $6, $7, now(),
			case
				when breakdown = ''all''
					then sum(people) filter (where place_id <> ''unknown'') over (partition by level, breakdown)
						/ nullif(sum(people) over (partition by level, breakdown), 0)
				else sum(people) filter (where group_name <> ''unknown'') over (partition by level, place_id, breakdown)
					/ nullif(sum(people) over (partition by level, place_id, breakdown), 0) end,
			shrunken_value, shrunken_lower, shrunken_upper
		from pg_temp.ph_folded
		left join ph_support.shrunken_values($8) shrunken using (level, place_id, breakdown)', schema)
	using m.measure, m.version, kind, first_day, recorded, stamp, last_day > data_day,
		case when recorded and m.indicator in ('rate', 'proportion', 'dsr', 'dsr_gamma', 'smr', 'indirect_rate') then m end;
	execute format('delete from %I.measure_fold where %s', schema, is_of)
	using m.measure, m.version, kind, first_day;
	execute format(
		'insert into %I.measure_fold
		select $1, $2, $3, $4, $5, $6, $7, $8, count(*),
			coalesce(sum(people) filter (where level = ''system'' and breakdown = ''all''), 0),
			ph.events(ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all'')),
			ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all''),
			case when not $9 then ''no_data'' end, extract(epoch from clock_timestamp() - $10), now()
		from pg_temp.ph_folded', schema)
	using m.measure, m.version, kind, first_day, until, levels, breakdowns, stamp, recorded, began;
	execute format('update %I.measure set folded_at = now() where measure = $1 and version = $2 and folded_at is null',
		schema)
	using m.measure, m.version;
	drop table pg_temp.ph_folded;
end
$$;
comment on procedure ph_support.fold_measure(
	text, ph.measure, text, date, date, date, text[], text[], text) is
	'folds one measure of one period at all levels and breakdowns, in the place of what was folded of it before';

-- ---- all that is asked ----

create procedure ph_support.require_known(argument text, asked text[], offered text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text := (select string_agg(a, ', ') from unnest(asked) a where a <> all (offered) or a is null);
begin
	if wrong is not null or array_position(asked, null) is not null then
		raise exception 'argument "%" names what there is not: %', argument, coalesce(wrong, 'null')
			using errcode = 'invalid_parameter_value', hint =
				'There are ' || coalesce((select string_agg(distinct o, ', ' order by o) from unnest(offered) o), 'none') || '.';
	end if;
end
$$;
comment on procedure ph_support.require_known(text, text[], text[]) is
	'does nothing where all that is asked is offered. Errors: invalid_parameter_value, with what there is';

create function ph_support.latest_measures(schema text, measures text[] default null) returns setof ph.measure
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.measure_tally', schema)) is null then
		raise exception 'schema "%" has no tables of measures', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_measure_tables(...) makes them.';
	end if;
	return query execute format(
		'select distinct on (measure) %s
		from %I.measure
		where $1 is null or measure = any ($1)
		order by measure, ph_support.measure_order(version) desc', (
			select string_agg(quote_ident(attname), ', ' order by attnum)
			from pg_attribute
			where attrelid = 'ph.measure'::regclass and attnum > 0 and not attisdropped), schema)
	using measures;
end
$$;
comment on function ph_support.latest_measures(text, text[]) is
	'the latest version of each measure of the schema, or of those that are named. Errors: undefined_table';

create function ph_support.periods_to_fold(
	schema text, m ph.measure, asked text[], data_day date,
	out kind text, out first_day date, out last_day date)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	earliest date;
begin
	-- of a kind of period only those from the first record on
	execute format('select min(record_date) from %s r', ph_support.recorded_query(schema, m, data_day)) into earliest;
	return query execute format(
		'select kind, start_date, end_date - 1
		from %I.calendar
		where start_date <= $3
			and (name = any ($2) or kind = any (coalesce($2, $1)) and end_date > $4)
		order by kind, start_date', schema)
	using m.period_kinds, asked, data_day, earliest;
end
$$;
comment on function ph_support.periods_to_fold(text, ph.measure, text[], date) is
	'the periods of calendar of a measure that are asked for by their kind or name, none that begins after the data day';

create procedure ph_support.check_measure_now(schema text, m ph.measure)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	author constant regrole := ph_support.owner_of(format('%I.measure', schema)::regclass);
	part record;
begin
	if not pg_has_role(author, 'usage') then
		raise exception 'only the owner of the tables of measures may fold'
			using errcode = 'insufficient_privilege', hint = 'Its rights decide what a measure may read.';
	end if;
	for part in
		select *
		from (
			values ('people', m.people), ('events', m.events), ('persons', m.persons), ('areas', m.areas),
				('recorded', m.recorded)
		) q (name, query)
	loop
		call ph_support.check_measure_query(schema, author, part.name, part.query);
	end loop;
end
$$;
comment on procedure ph_support.check_measure_now(text, ph.measure) is
	'does nothing where the caller may fold and the queries of the measure are still safe. '
	'Errors: insufficient_privilege, those of ph_support.check_measure_query';

create function ph_support.lacking_relation(schema text, m ph.measure) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select min(name[1])
	from unnest(ph_support.measure_parts(m)) q, regexp_matches(q, '[{]([a-z_]+)[}]', 'g') name
	where name[1] <> 'day' and to_regclass(format('%I.%I', schema, name[1])) is null
$$;
comment on function ph_support.lacking_relation(text, ph.measure) is
	'a relation that a measure reads and the schema has not, NULL where it has all';

create function ph_support.breakdown_queries(schema text, breakdowns text[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format('select query from %I.breakdown where query is not null and breakdown = any ($1)', schema)
	using ph_support.breakdown_dimensions(breakdowns);
end
$$;
comment on function ph_support.breakdown_queries(text, text[]) is 'the queries of the named breakdowns and pairs';

create function ph_support.folds_due(
	schema text, measures text[], periods text[], levels text[], breakdowns text[], refold boolean)
returns table (
	measure ph.measure, kind text, first_day date, last_day date, data_day date, level_names text[], breakdown_names text[],
	stamp text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	m ph.measure;
	known jsonb := '{}';
	offered text[];
	there boolean;
begin
	execute format('select day from (select %s as day) d', ph_support.in_schema(ph_support.last_day(schema), schema))
	into data_day;
	level_names := array(select l.level from ph_support.folded_levels(schema) l);
	call ph_support.require_known('levels', levels, level_names);
	level_names := coalesce(levels, level_names);
	offered := array(select l.measure from ph_support.latest_measures(schema) l);
	call ph_support.require_known('measures', measures, offered);
	execute format('select array_agg(kind) || array_agg(name) from %I.calendar', schema) into offered;
	call ph_support.require_known('periods', periods, offered);
	for m in select * from ph_support.latest_measures(schema, measures) loop
		if measures is null and ph_support.lacking_relation(schema, m) is not null then
			continue;  -- what is shipped for tables that are not here
		end if;
		call ph_support.check_measure_now(schema, m);
		if measures is not null then
			call ph_support.require_known('breakdowns', breakdowns, m.breakdowns);
		end if;
		breakdown_names := array(
			select b from unnest(m.breakdowns) b where m.areas is null and (breakdowns is null or b = any (breakdowns)));
		measure := m;
		select d.stamp, d.known
		into stamp, known
		from ph_support.data_stamp(schema, ph_support.measure_parts(m) || array[
			'select start_date from {stay}', 'select birth_date from {person}'] || (
				select array_agg(b.query)
				from ph_support.breakdown_queries(schema, breakdown_names) b (query)), known) d;
		stamp := md5(concat_ws(' ', stamp, data_day, (to_jsonb(m) - 'folded_at')::text));
		for kind, first_day, last_day in
			select * from ph_support.periods_to_fold(schema, m, periods, data_day)
		loop
			execute format(
				'select exists (
					select
					from %I.measure_fold
					where measure = $1 and version = $2 and period_kind = $3 and period = $4 and data_stamp = $5
						and levels @> $6 and breakdowns @> $7)', schema)
			into there
			using m.measure, m.version, kind, first_day, stamp, level_names, breakdown_names;
			if refold or not there then
				return next;
			end if;
		end loop;
	end loop;
end
$$;
comment on function ph_support.folds_due(text, text[], text[], text[], text[], boolean) is
	'the measures and periods that are missing or out of date. Errors: invalid_parameter_value with what there is, '
	'those of ph_support.check_measure_now';

-- No SET clause, so that it can commit after each measure and period: all names are qualified.
create procedure ph.fold_measures(
	schema text,
	measures text[] default null,
	periods text[] default null,
	levels text[] default null,
	breakdowns text[] default null,
	refold boolean default false)
language plpgsql
as $$
declare
	due record;
	in_steps constant boolean := not ph_support.in_transaction_block();
begin
	call ph_support.fill_measure_places(schema);
	for due in
		select d.*, pg_catalog.row_number() over () as number, pg_catalog.count(*) over () as total
		from ph_support.folds_due(schema, measures, periods, levels, breakdowns, refold) d
	loop
		call ph_support.fold_measure(schema, due.measure, due.kind, due.first_day, due.last_day, due.data_day,
			due.level_names, due.breakdown_names, due.stamp);
		raise info '% of %: %, % from %', due.number, due.total, (due.measure).measure, due.kind, due.first_day;
		if in_steps then
			commit;
		end if;
	end loop;
end
$$;
comment on procedure ph.fold_measures(text, text[], text[], text[], text[], boolean) is
	'folds measures of the schema (NULL: the latest version of all whose tables are there) over periods (kinds or names '
	'of calendar; NULL: the kinds of each measure), levels (NULL: all) and breakdowns (NULL: all that a measure allows) '
	'into measure_tally: only what is missing or out of date, unless refold. It says how far it is, and commits after '
	'each measure and period, so that who reads meanwhile sees whole ones and a failure leaves what was there; inside a '
	'transaction it commits nothing. The numbers of a period that is not over are provisional; a period of which the '
	'source has no record has no data. Errors: undefined_table, invalid_parameter_value with what there is, '
	'insufficient_privilege for others than the owner, for queries that read what the owner may not, and where row '
	'security hides rows, cardinality_violation where a person counts twice';
