
-- ---- folding measures ----

-- ---- what the data were like ----

create function ph_support.relation_stamp(relation regclass, reader regrole) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	kind constant "char" := (select relkind from pg_class where oid = relation);
	stamp text;
begin
	if ph_support.row_security_hides(relation, reader) then
		raise exception 'row security hides rows of % from %', relation, reader
			using errcode = 'insufficient_privilege', hint =
				'Fold as a role that sees all rows, through views whose owners do: what is folded is shown to others.';
	end if;
	if kind = 'v' then
		stamp := md5(pg_get_viewdef(relation));
	elsif kind in ('r', 'p', 'm') and has_table_privilege(relation, 'select')
		and not ph_support.row_security_hides(relation, current_user::regrole)
		and has_schema_privilege((select relnamespace from pg_class where oid = relation), 'usage')
	then
		-- every write leaves its transaction on the rows that it made, and takes away those of others
		execute format(
			'select md5(string_agg(x || '':'' || n, '','' order by x collate "C"))
			from (select xmin::text as x, count(*) as n from %s group by xmin) written', relation)
		into stamp;
	else
		stamp := clock_timestamp()::text;  -- of foreign tables, and those behind a view of others, nobody knows
	end if;
	return coalesce(stamp, 'empty');
end
$$;
comment on function ph_support.relation_stamp(regclass, regrole) is
	'a text that changes when rows of a table do, or the query of a view; one that is always another of a foreign '
	'table, and of one that the caller may read through a view alone. '
	'Errors: insufficient_privilege where row security hides rows from the reader';

create function ph_support.relations_below(query text, out relation regclass, out reader regrole) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select distinct r.object::regclass, coalesce(r.reader::regrole, current_user::regrole)
	from ph_support.query_reads(query) r
	where r.kind = 'relation'
$$;
comment on function ph_support.relations_below(text) is
	'the tables and views that a query reads, also through views, each with the role whose rights count';

create function ph_support.data_stamp(schema text, queries text[], inout known jsonb, out stamp text)
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	parts text[] := '{}';
begin
	for part in
		select distinct r.relation, r.reader, concat(r.relation, ' ', r.reader) as key
		from unnest(queries) q, ph_support.relations_below(ph_support.measure_query(schema, q)) r
		order by r.relation, r.reader
	loop
		if not known ? part.key then
			known := known || jsonb_build_object(part.key, ph_support.relation_stamp(part.relation, part.reader));
		end if;
		parts := parts || format('%s %s', part.relation, known ->> part.key);
	end loop;
	stamp := md5(array_to_string(parts, E'\n'));
end
$$;
comment on function ph_support.data_stamp(text, text[], jsonb) is
	'a text that changes when the tables and views do which the queries read; known holds those that were looked at';

-- ---- persons into tallies ----
-- Who has one row in the period is in one small area and one practice: these are folded once, and rolled up into the
-- places above. Who moved is folded at each level by itself, so that he counts once in it, with the age, the key and
-- the groups of the first day there.

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
	-- one text, so that rows are grouped by two columns; PostgreSQL remembers what the groups of the last persons gave
	select coalesce(
		string_agg(
			format('(%L || %s)', b || chr(31), (
				select string_agg(format('%I', 'group_' || d), ' || '', '' || ' order by n)
				from regexp_split_to_table(b, ' by ') with ordinality s (d, n))),
			', '),
		format('(%L)', 'all' || chr(31) || 'all'))
	from unnest(breakdowns) b;
end;
comment on function ph_support.group_values(text[]) is
	'the cells, breakdown and group in one text, that one row of measure_person stands in, as values of a query: '
	'all where there is no breakdown';

create function ph_support.tally_call(weighted boolean) returns text
language sql immutable parallel safe
return case when weighted then 'ph.person_tally(key, amount, exposure)' else 'ph.person_tally(key, amount)' end;
comment on function ph_support.tally_call(boolean) is 'the aggregate of what persons add, by their exposure or by head';

create function ph_support.within_ages(m ph.measure) returns text
language sql immutable parallel safe
return concat_ws(' and ', 'true', 'age >= ' || m.age_from, 'age < ' || m.age_until);
comment on function ph_support.within_ages(ph.measure) is 'the condition that an age is within the limits of a measure';

create function ph_support.unit_query(
	relation text, m ph.measure, places text, breakdowns text[], weighted boolean)
returns text
language sql stable
begin atomic
	select format(
		'select %1$s, cell, %2$s as tally, count(*) as people, count(*) filter (where amount <> 0) as people_with_event
		from %3$s c,
			lateral (values %4$s) grouped (cell)
		where single and %5$s
		group by %1$s, cell',
		places, ph_support.tally_call(weighted), relation, ph_support.group_values(breakdowns),
		ph_support.within_ages(m));
end;
comment on function ph_support.unit_query(text, ph.measure, text, text[], boolean) is
	'the query of the tallies of who has one row, by the places that are named';

create function ph_support.mover_query(relation text, m ph.measure, place text, breakdowns text[], weighted boolean)
returns text
language sql stable
begin atomic
	select format(
		'select place_id, cell, %1$s as tally, count(*) as people,
			count(*) filter (where amount <> 0) as people_with_event
		from (
			select (array_agg(age order by first_day))[1] as age, (array_agg(key order by first_day))[1] as key,
				case when count(*) = count(amount) then sum(amount) end as amount, sum(exposure) as exposure,
				%2$s as place_id%3$s
			from %4$s
			where not single
			group by s.person_id, %2$s
		) person,
			lateral (values %5$s) grouped (cell)
		where %6$s
		group by place_id, cell',
		ph_support.tally_call(weighted), place,
		(
			select string_agg(format(', (array_agg(%I order by first_day))[1] as %1$I', 'group_' || d), '')
			from unnest(ph_support.breakdown_dimensions(breakdowns)) d
		),
		relation, ph_support.group_values(breakdowns), ph_support.within_ages(m));
end;
comment on function ph_support.mover_query(text, ph.measure, text, text[], boolean) is
	'the query of the tallies of who has several rows, together by person and place';

create function ph_support.row_query(relation text, m ph.measure, place text, breakdowns text[]) returns text
language sql stable
begin atomic
	select format(
		'select %1$s as place_id, cell, %2$s as tally, count(distinct person_id collate "C") as people,
			count(distinct person_id collate "C") filter (where amount <> 0) as people_with_event
		from %3$s,
			lateral (values %4$s) grouped (cell)
		where %5$s
		group by %1$s, cell',
		place, ph_support.tally_call(false), relation, ph_support.group_values(breakdowns), ph_support.within_ages(m));
end;
comment on function ph_support.row_query(text, ph.measure, text, text[]) is
	'the query of the tallies of rows that count by themselves, such as waits';

create function ph_support.place_joins(schema text, place text) returns text
language sql immutable parallel safe
return case split_part(place, '.', 1)
	when 's' then ''
	when 'area' then format(' left join %I.place_ladder area on area.small_area = s.small_area', schema)
	else format(' left join %I.practice_ladder practice on practice.practice = s.practice', schema) end;
comment on function ph_support.place_joins(text, text) is
	'the joins that the expression of a place needs beside s, a stay';

create function ph_support.level_query(
	schema text, m ph.measure, level text, place text, breakdowns text[], weighted boolean, by_row boolean)
returns text
language sql stable
begin atomic
	select format(
		'select %1$L as level, coalesce(place_id, ''unknown'') as place_id, shown.breakdown, shown.group_name,
			ph.rollup(tally) as tally, sum(people)::bigint as people,
			sum(people_with_event)::bigint as people_with_event
		from (%2$s) folded,
			-- all people are those of any one breakdown, and of none where there is none
			lateral (
				select split_part(cell, chr(31), 1), split_part(cell, chr(31), 2)
				union
				select ''all'', ''all'') shown (breakdown, group_name)
		where shown.breakdown <> ''all'' or split_part(cell, chr(31), 1) = %3$L
		group by coalesce(place_id, ''unknown''), shown.breakdown, shown.group_name',
		level,
		case
			when by_row then ph_support.row_query(part.persons, m, place, breakdowns)
			else format(
				'select %s as place_id, cell, tally, people, people_with_event
				from pg_temp.%s s%s
				union all
				%s', place, case when place in ('s.practice', 's.neighbourhood') or place like 'practice.%'
					then 'ph_by_practice' else 'ph_by_area' end,
				ph_support.place_joins(schema, place),
				ph_support.mover_query(part.persons, m, place, breakdowns, weighted)) end,
		coalesce(breakdowns[1], 'all'))
	from (
		select format('%I.new_measure_person s%s', schema, ph_support.place_joins(schema, place)) as persons
	) part;
end;
comment on function ph_support.level_query(text, ph.measure, text, text, text[], boolean, boolean) is
	'the query of the tallies of one level of place over what persons add';

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

create procedure ph_support.fold_persons(
	schema text, m ph.measure, first_day date, last_day date, levels text[], breakdowns text[], purpose text, fold text,
	keep boolean)
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
		schema, m, first_day, last_day + 1, last_day, ph_support.breakdown_dimensions(breakdowns), by_row, purpose);
	execute format('create %s table %s as select %L::text as fold, c.* from (%s) c',
		case when keep then '' else 'unlogged' end, target, fold, query);
	if m.exposure <> 'rows' then
		call ph_support.require_disjoint_days(schema, m);
	end if;
	call ph_support.take_statistics(target::regclass);
	if not by_row then
		query := ph_support.unit_query(target, m, 'system, place, small_area', breakdowns, weighted);
		execute 'create temp table ph_by_area on commit drop as ' || query;
		query := ph_support.unit_query(target, m, 'neighbourhood, practice', breakdowns, weighted);
		execute 'create temp table ph_by_practice on commit drop as ' || query;
	end if;
	select string_agg(
		ph_support.level_query(schema, m, l.level, l.column_name, breakdowns, weighted, by_row), E'\nunion all ')
	into query
	from ph_support.folded_levels(schema) l
	where l.level = any (levels);
	execute 'create temp table ph_folded on commit drop as ' || query;
	drop table if exists pg_temp.ph_by_area, pg_temp.ph_by_practice;
	call ph_support.drop_contributions(schema, fold);
	if keep then
		call ph_support.keep_contributions(schema, fold);
	else
		execute 'drop table ' || target;
	end if;
end
$$;
comment on procedure ph_support.fold_persons(text, ph.measure, date, date, text[], text[], text, text, boolean) is
	'fills pg_temp.ph_folded with the tallies of a measure of persons from the first to the last day';

create procedure ph_support.fold_areas(schema text, m ph.measure, kind text, first_day date, levels text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	published constant text := ph_support.measure_query(schema, m.areas);
	part record;
	query text :=
		'select null::text as level, null::text as place_id, ''all'' as breakdown, ''all'' as group_name,
			null::ph.tally as tally, null::bigint as people, null::bigint as people_with_event
		where false';
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
			' union all select %L, %s as place_id, ''all'', ''all'', ph.count_tally(a.key, a.numerator, a.denominator),
				round(sum(a.denominator))::bigint, round(sum(a.numerator))::bigint
			from pg_temp.ph_published a %s
			group by 2',
			part.level,
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
						select place_kind
						from pg_temp.ph_published
						group by place_kind
						order by count(*) desc, 1
						limit 1)',
					schema) end);
	end loop;
	execute 'create temp table ph_folded on commit drop as ' || query;
	drop table pg_temp.ph_published;
end
$$;
comment on procedure ph_support.fold_areas(text, ph.measure, text, date, text[]) is
	'fills pg_temp.ph_folded with the tallies of a measure of areas in a period';

create function ph_support.indicator_of(indicator text, breakdown text) returns text
language sql immutable parallel safe
return case when breakdown ~ '(^| by )age_band' and indicator in ('dsr', 'dsr_gamma') then 'rate' else indicator end;
comment on function ph_support.indicator_of(text, text) is
	'the indicator of a breakdown: groups of ages have crude rates, since there is nothing to standardise';

create function ph_support.counts_events(indicator text) returns boolean
language sql immutable parallel safe
return indicator in ('rate', 'proportion', 'dsr', 'dsr_gamma', 'smr', 'indirect_rate');
comment on function ph_support.counts_events(text) is
	'whether an indicator is events over people, years or expected events';

create function ph_support.reference_of(m ph.measure, whole ph.tally) returns ph.tally
language sql immutable parallel safe
return case when m.reference = 'system' then whole else m.reference_tally end;
comment on function ph_support.reference_of(ph.measure, ph.tally) is
	'what the indicator of a measure takes beside a summary: the whole system, or its standard';

create function ph_support.shrunken_values(
	m ph.measure, whole ph.tally,
	out level text, out place_id text, out breakdown text, out shrunken_value float8, out shrunken_lower float8,
	out shrunken_upper float8)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	whole_value float8;
begin
	if m.measure is null then
		return;
	end if;
	whole_value := (ph.ask(m.indicator, whole, ph_support.reference_of(m, whole), m.per)).value;
	-- events over those that the whole system's rates would give, times the whole system's value
	return query
	with drawn as (
		select f.level, f.place_id,
			ph.shrunken_rate(ph.events(f.tally), ph.expected(f.tally, whole), 1) over (partition by f.level) as ratio
		from pg_temp.ph_folded f
		where f.breakdown = 'all' and f.level <> 'system' and f.place_id <> 'unknown'
	)
	select d.level, d.place_id, 'all', whole_value * (d.ratio).value, whole_value * (d.ratio).lower,
		whole_value * (d.ratio).upper
	from drawn d;
end
$$;
comment on function ph_support.shrunken_values(ph.measure, ph.tally) is
	'the values of small places in pg_temp.ph_folded, drawn towards the value of the whole system; no rows for NULL';

create type ph_support.due_fold as (
	kind text, first_day date, last_day date, levels text[], breakdowns text[], purpose text,
	stamp text);
comment on type ph_support.due_fold is 'a period of a measure that is to be folded';
comment on column ph_support.due_fold.kind is 'kind of period';
comment on column ph_support.due_fold.first_day is 'its first day';
comment on column ph_support.due_fold.last_day is 'its last day';
comment on column ph_support.due_fold.levels is 'levels of place to fold';
comment on column ph_support.due_fold.breakdowns is 'breakdowns to fold';
comment on column ph_support.due_fold.purpose is 'purpose for which people may be used';
comment on column ph_support.due_fold.stamp is 'what the data are like';

create procedure ph_support.store_folded(
	schema text, m ph.measure, due ph_support.due_fold, recorded boolean, provisional boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	whole ph.tally;
begin
	if not recorded then
		update pg_temp.ph_folded set tally = 'empty', people_with_event = null;
	end if;
	select ph.rollup(tally) into whole from pg_temp.ph_folded where level = 'system' and breakdown = 'all';
	-- the indicator is asked once, here, and not each time that somebody looks
	execute format(
		'insert into %1$I.measure_tally (
			measure, version, level, place_id, breakdown, group_name, period_kind, period, tally, people,
			people_with_event, data_stamp, provisional, folded_at, share_known, value, lower, upper, note, numerator,
			denominator, shrunken_value, shrunken_lower, shrunken_upper, purpose)
		select $1, $2, level, place_id, breakdown, group_name, $3, $4, tally, people, people_with_event, $6, $7, now(),
			case
				when breakdown = ''all''
					then sum(people) filter (where place_id <> ''unknown'') over (partition by level, breakdown)
						/ nullif(sum(people) over (partition by level, breakdown), 0)
				else sum(people) filter (where group_name <> ''unknown'') over (partition by level, place_id, breakdown)
					/ nullif(sum(people) over (partition by level, place_id, breakdown), 0) end,
			(e).value, (e).lower, (e).upper, (e).note, case when $11 then ph.events(tally) end,
			case when $11 then ph.exposure(tally) end, shrunken_value,
			shrunken_lower, shrunken_upper, $12
		from pg_temp.ph_folded f
		left join ph_support.shrunken_values($8, $9) shrunken using (level, place_id, breakdown)
		left join (
			select level, place_id, breakdown, group_name, tally as survey
			from %1$I.measure_tally
			where (measure, version) = (
					select measure, version from ph_support.latest_measures($10, array[$5.with_measure]))
				and period_kind = $3 and period = $4 and purpose is not distinct from $12
		) w using (level, place_id, breakdown, group_name),
			lateral (
				select ph.ask(ph_support.indicator_of($5.indicator, breakdown), tally,
					coalesce(ph_support.reference_of($5, $9), survey), $5.per, 0.95,
					coalesce($5.age, 0), $5.until) as e
				offset 0
			) asked', schema)
	using m.measure, m.version, due.kind, due.first_day, m, due.stamp, provisional,
		case when recorded and ph_support.counts_events(m.indicator) then m end, whole, schema, recorded, due.purpose;
end
$$;
comment on procedure ph_support.store_folded(text, ph.measure, ph_support.due_fold, boolean, boolean) is
	'writes pg_temp.ph_folded into measure_tally, each summary with its answer';

create function ph_support.left_out(
	schema text, m ph.measure, first_day date, after_day date, day date, purpose text)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	people bigint;
begin
	if purpose is not null then
		execute format('select count(distinct s.person_id) from (%s) s where %s',
			ph_support.at_risk_part(schema, m, first_day, after_day, day),
			ph_support.of_purpose(schema, purpose, 'not in'))
		into people;
	end if;
	return people;
end
$$;
comment on function ph_support.left_out(text, ph.measure, date, date, date, text) is
	'people at risk of a measure in a period who are not on the list of a purpose; NULL where there is no purpose';

create procedure ph_support.fold_measure(schema text, m ph.measure, due ph_support.due_fold, data_day date)
language plpgsql
set search_path = pg_catalog, pg_temp
set jit = off  -- it takes longer than a fold of a small population
set default_statistics_target = 10
as $$
declare
	began constant timestamptz := clock_timestamp();
	until constant date := least(due.last_day, data_day);
	from_day constant date := case when m.persons is null then due.first_day else until end;
	recorded constant boolean := m.areas is not null or ph_support.has_record(schema, m, due.first_day, until);
	fold constant text := concat_ws(' ', m.measure, m.version, due.kind, due.first_day);
	-- of one version there is one purpose: the numbers of two are not of the same people
	is_of constant text := 'measure = $1 and version = $2
		and (period_kind = $3 and period = $4 or purpose is distinct from $5)';
	left_out bigint;
begin
	-- who folds at the same time waits
	execute format('lock table %I.measure_fold in share row exclusive mode', schema);
	-- rows whose code is restricted are left out by the policy of their table
	perform set_config('population_health.purpose', coalesce(due.purpose, ''), true);
	if m.areas is not null then
		call ph_support.fold_areas(schema, m, due.kind, due.first_day, due.levels);
	else
		call ph_support.fold_persons(schema, m, from_day, until, due.levels, due.breakdowns, due.purpose, fold,
			due.last_day > data_day);
		left_out := ph_support.left_out(schema, m, from_day, until + 1, until, due.purpose);
	end if;
	execute format('delete from %I.measure_tally where %s', schema, is_of)
	using m.measure, m.version, due.kind, due.first_day, due.purpose;
	call ph_support.store_folded(schema, m, due, recorded, due.last_day > data_day);
	execute format('delete from %I.measure_fold where %s', schema, is_of)
	using m.measure, m.version, due.kind, due.first_day, due.purpose;
	execute format(
		'insert into %I.measure_fold (
			measure, version, period_kind, period, data_until, levels, breakdowns, data_stamp, rows, people, events,
			reference, note, seconds, folded_at, purpose, left_out)
		select $1, $2, $3, $4, $5, $6, $7, $8, count(*),
			coalesce(sum(people) filter (where level = ''system'' and breakdown = ''all''), 0),
			ph.events(ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all'')),
			ph.rollup(tally) filter (where level = ''system'' and breakdown = ''all''),
			case when not $9 then ''no_data'' end, extract(epoch from clock_timestamp() - $10), now(), $11, $12
		from pg_temp.ph_folded', schema)
	using m.measure, m.version, due.kind, due.first_day, until, due.levels, due.breakdowns, due.stamp, recorded, began,
		due.purpose, left_out;
	execute format('update %I.measure set folded_at = now() where measure = $1 and version = $2 and folded_at is null',
		schema)
	using m.measure, m.version;
	drop table pg_temp.ph_folded;
	perform set_config('population_health.purpose', '', true);
end
$$;
comment on procedure ph_support.fold_measure(text, ph.measure, ph_support.due_fold, date) is
	'folds one measure of one period at all levels and breakdowns, in the place of what was folded of it before, and '
	'of all that was folded of it for another purpose';

-- ---- all that is asked ----

create function ph_support.require_known(argument text, asked text[], offered text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text := (select string_agg(a, ', ') from unnest(asked) a where a <> all (offered) or a is null);
begin
	if wrong is not null or array_position(asked, null) is not null then
		raise exception 'argument "%" names what there is not: %', argument, coalesce(wrong, 'null')
			using errcode = 'invalid_parameter_value', hint =
				'There are ' || coalesce((
					select string_agg(o, ', ' order by o) filter (where n <= 12)
						|| case when count(*) > 12 then format(' and %s more', count(*) - 12) else '' end
					from (select distinct o, dense_rank() over (order by o) as n from unnest(offered) o) named),
						'none') || '.';
	end if;
end
$$;
comment on function ph_support.require_known(text, text[], text[]) is
	'does nothing where all that is asked is offered. Errors: invalid_parameter_value, with what there is';

create function ph_support.require_measure_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.measure_tally', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of measures'
			using errcode = 'undefined_table', hint = 'CALL ph.create_measure_tables(...) makes them.';
	end if;
end
$$;
comment on function ph_support.require_measure_tables(text) is
	'does nothing where the schema has the tables of ph.create_measure_tables. Errors: undefined_table';

create function ph_support.latest_measures(schema text, measures text[] default null) returns setof ph.measure
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_measure_tables(schema);
	return query execute format(
		'select distinct on (measure) %s
		from %I.measure
		where $1 is null or measure = any ($1)
		order by measure, ph_support.version_numbers(version) desc, version desc',
		ph_support.column_list('ph.measure'), schema)
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
	'the periods of calendar of a measure that are asked for by their kind or name, none that begins after the data '
	'day';

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
	return query execute format('select query from %I.breakdown where query is not null and breakdown = any ($1)',
		schema)
	using ph_support.breakdown_dimensions(breakdowns);
end
$$;
comment on function ph_support.breakdown_queries(text, text[]) is 'the queries of the named breakdowns and pairs';

create function ph_support.breakdown_rows(schema text, breakdowns text[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	said text;
begin
	execute format(
		'select string_agg(to_jsonb(b)::text, '' '' order by breakdown)
		from %I.breakdown b
		where breakdown = any ($1)', schema)
	into said
	using ph_support.breakdown_dimensions(breakdowns);
	return said;
end
$$;
comment on function ph_support.breakdown_rows(text, text[]) is
	'what the catalogue says of the named breakdowns and pairs, as one text';

create function ph_support.require_periods(schema text, periods text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text;
begin
	execute format(
		'select string_agg(coalesce(p, ''null''), '', '')
		from unnest($1) p
		where p is null or not exists (select from %I.calendar where kind = p or name = p)', schema)
	into wrong
	using periods;
	if wrong is not null then
		raise exception 'calendar has no period of the kind or name %', wrong
			using errcode = 'invalid_parameter_value', hint = format(
				'SELECT kind, name FROM %I.calendar: a kind is financial_year, a name 2024/25; '
				'CALL ph.create_calendar(...) makes it of other years.', schema);
	end if;
end
$$;
comment on function ph_support.require_periods(text, text[]) is
	'does nothing where calendar has all periods by their kind or name. Errors: invalid_parameter_value';

create function ph_support.counts_who_was_seen(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return coalesce(pg_get_viewdef(to_regclass(format('%I.person_at_data_day', schema))) ~ ' seen\M', false);
comment on function ph_support.counts_who_was_seen(text) is
	'whether the population views of the schema are of who was seen: their query then asks for an encounter, seen';

create function ph_support.require_restricted_left_out(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	restricted boolean := to_regclass(format('%I.restricted_code', schema)) is not null;
begin
	if restricted then
		execute format('select exists (select from %I.restricted_code)', schema) into restricted;
	end if;
	if restricted and exists (
		select
		from ph_support.coded_column() c
		join pg_class t on t.oid = to_regclass(format('%I.%I', schema, c.relation))
		where not row_security_active(t.oid))
	then
		raise exception 'codes are restricted, and no policy leaves their rows out'
			using errcode = 'object_not_in_prerequisite_state', hint =
				'CALL ph.secure(...), and fold as an owner who does not bypass row security.';
	end if;
end
$$;
comment on function ph_support.require_restricted_left_out(text) is
	'does nothing where no code is restricted, or policies leave their rows out of what is folded. '
	'Errors: object_not_in_prerequisite_state';

create function ph_support.require_rows_of_purpose(schema text, m ph.measure, purpose text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	others boolean;
begin
	for part in
		select distinct b.relation
		from unnest(ph_support.measure_parts(m)) q, ph_support.relations_below(ph_support.measure_query(schema, q)) b
		where ph_support.names_purposes(b.relation) and not row_security_active(b.relation)
	loop
		execute format('select exists (select from %s where $1 = any (purposes) is not true)', part.relation)
		into others
		using purpose;
		if others then
			raise exception 'rows of % may not serve the purpose %, and no policy leaves them out',
				part.relation, purpose
				using errcode = 'object_not_in_prerequisite_state', hint =
					'CALL ph.secure(...), and fold as an owner who does not bypass row security.';
		end if;
	end loop;
end
$$;
comment on function ph_support.require_rows_of_purpose(text, ph.measure, text) is
	'does nothing where all rows that a measure reads may serve the purpose by who wrote them, or policies leave the '
	'others out. Errors: object_not_in_prerequisite_state';

create function ph_support.fold_purpose(schema text, m ph.measure, purpose text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_known('purpose', array[purpose], array(select p.purpose from ph.purpose() p))
	where purpose is not null;
	if to_regclass(format('%I.may_use', schema)) is null then
		if purpose is not null then
			raise exception 'schema "%" has no list of who may be included', schema
				using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes it, may_use.';
		end if;
		return null;
	elsif m.areas is not null then
		return null;  -- what others published of areas is of no person of ours
	elsif m.purpose <> purpose then
		raise exception 'measure "%" is for the purpose %', m.measure, m.purpose
			using errcode = 'invalid_parameter_value', hint = 'Make a version of it for the other purpose.';
	elsif coalesce(purpose, m.purpose) is null then
		raise exception 'argument "purpose" must not be null where may_use says who may be included'
			using errcode = 'null_value_not_allowed', hint =
				'Say for what: ' || (select string_agg(p.purpose, ', ') from ph.purpose() p) || '.';
	end if;
	perform ph_support.require_restricted_left_out(schema);
	perform ph_support.require_rows_of_purpose(schema, m, coalesce(purpose, m.purpose));
	return coalesce(purpose, m.purpose);
end
$$;
comment on function ph_support.fold_purpose(text, ph.measure, text) is
	'the purpose for which a measure is folded, NULL where the schema has no list of who may be included. '
	'Errors: undefined_table, null_value_not_allowed, invalid_parameter_value, object_not_in_prerequisite_state';

create procedure ph_support.require_one_purpose(schema text, m ph.measure, purpose text, refold boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	other text;
	mixed boolean;
begin
	execute format(
		'select true, min(purpose) from %I.measure_fold
		where measure = $1 and version = $2 and purpose is distinct from $3
		having count(*) > 0', schema)
	into mixed, other
	using m.measure, m.version, purpose;
	if mixed and not refold then
		raise exception 'measure "%" was folded for %', m.measure,
			coalesce('the purpose ' || other, 'everybody, without a purpose')
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Numbers of two purposes are not of the same people: make a version of it for the other purpose, or '
				'refold => true, which lets go of all that was folded of it.';
	end if;
end
$$;
comment on procedure ph_support.require_one_purpose(text, ph.measure, text, boolean) is
	'does nothing where a measure was folded for no other purpose, or shall be folded anew. '
	'Errors: object_not_in_prerequisite_state';

create function ph_support.folds_of_measure(
	schema text, m ph.measure, periods text[], levels text[], breakdowns text[], refold boolean, purpose text,
	data_day date,
	inout known jsonb, out due ph_support.due_fold[])
returns record
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	offered_levels constant text[] := array(select l.level from ph_support.folded_levels(schema) l);
	part ph_support.due_fold;
	fresh boolean;
	was record;
begin
	call ph_support.check_measure_now(schema, m);
	part.purpose := ph_support.fold_purpose(schema, m, purpose);
	call ph_support.require_one_purpose(schema, m, part.purpose, refold);
	if m.areas is null and m.population is null and ph_support.counts_who_was_seen(schema) then
		raise exception 'the population seen is nobody''s denominator'
			using errcode = 'object_not_in_prerequisite_state', hint =
				'Who is well is missing in it: make the population views of registered or resident people, '
				'or give the measure a population of its own.';
	end if;
	select d.stamp, d.known
	into part.stamp, known
	from ph_support.data_stamp(schema, ph_support.measure_parts(m) || array[
		'select start_date from {stay}', 'select birth_date from {person}'] || (
			select array_agg(b.query)
			from ph_support.breakdown_queries(schema, m.breakdowns) b (query)
		) || case when part.purpose is not null then 'select person_id from {may_use}' end, known) d;
	-- another version of the extension may answer otherwise
	part.stamp := md5(concat_ws(' ', part.stamp, data_day, part.purpose, (to_jsonb(m) - 'folded_at')::text,
		ph_support.breakdown_rows(schema, m.breakdowns),
		(select extversion from pg_extension where extname = 'population_health')));
	due := '{}';
	for part.kind, part.first_day, part.last_day in
		select * from ph_support.periods_to_fold(schema, m, periods, data_day)
	loop
		execute format(
			'select f.levels, f.breakdowns, f.data_stamp = $5 and not exists (
					select
					from %1$I.measure_fold survey
					where survey.measure = $6 and (survey.period_kind, survey.period) = ($3, $4)
						and survey.folded_at > f.folded_at) as fresh
			from %1$I.measure_fold f
			where f.measure = $1 and f.version = $2 and f.period_kind = $3 and f.period = $4', schema)
		into was
		using m.measure, m.version, part.kind, part.first_day, part.stamp, m.with_measure;
		-- what was folded beside what is asked is folded with it, and not lost
		part.levels := array(
			select l
			from unnest(offered_levels) l
			where levels is null or l = any (levels) or not refold and l = any (was.levels));
		part.breakdowns := array(
			select b
			from unnest(m.breakdowns) b
			where m.areas is null and (breakdowns is null or b = any (breakdowns))
				or not refold and b = any (was.breakdowns));
		fresh := was.fresh and was.levels @> part.levels and was.breakdowns @> part.breakdowns;
		if refold or fresh is not true then
			due := due || part;
		end if;
	end loop;
end
$$;
comment on function ph_support.folds_of_measure(
	text, ph.measure, text[], text[], text[], boolean, text, date, jsonb) is
	'the periods of a measure that are missing or out of date; known: what tables were like that were looked at. '
	'Errors: those of ph_support.check_measure_now, object_not_in_prerequisite_state where nobody is a denominator';

create function ph_support.folds_due(
	schema text, measures text[], periods text[], levels text[], breakdowns text[], refold boolean, purpose text)
returns table (measure ph.measure, data_day date, due ph_support.due_fold, state text, fault text, hint text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	m ph.measure;
	known jsonb := '{}';
	found ph_support.due_fold[];
	offered text[];
begin
	if to_regclass(format('%I.calendar', schema)) is null then
		raise exception 'schema "%" has no calendar', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_calendar(...) makes it.';
	elsif levels = '{}' then
		raise exception 'argument "levels" must not be empty'
			using errcode = 'invalid_parameter_value', hint = 'NULL is all of them.';
	end if;
	data_day := ph_support.data_day(schema);
	offered := array(select l.level from ph_support.folded_levels(schema) l);
	perform ph_support.require_known('levels', levels, offered);
	offered := array(select l.measure from ph_support.latest_measures(schema) l);
	perform ph_support.require_known('measures', measures, offered);
	perform ph_support.require_periods(schema, periods);
	if measures is not null then
		perform ph_support.require_known('breakdowns', folds_due.breakdowns, l.breakdowns)
		from ph_support.latest_measures(schema, measures) l;
	end if;
	-- what is asked beside a survey comes after it
	for m in
		select *
		from ph_support.latest_measures(schema, measures) l
		order by l.with_measure is not null, l.measure
	loop
		if measures is null and ph_support.lacking_relation(schema, m) is not null then
			continue;  -- what is shipped for tables that are not here
		end if;
		measure := m;
		begin
			select f.known, f.due
			into known, found
			from ph_support.folds_of_measure(schema, m, periods, levels, breakdowns, refold, purpose, data_day, known)
				f;
			fault := null;
		exception when others then
			get stacked diagnostics state = returned_sqlstate, fault = message_text, hint = pg_exception_hint;
			found := array[null::ph_support.due_fold];
		end;
		foreach due in array found loop
			return next;
		end loop;
	end loop;
end
$$;
comment on function ph_support.folds_due(text, text[], text[], text[], text[], boolean, text) is
	'the measures and periods that are missing or out of date, and the measures that cannot be folded, with what is '
	'wrong with them. Errors: undefined_table, invalid_parameter_value with what there is';

-- No SET clause, so that it can commit after each measure and period: all names are qualified.
create procedure ph.fold_measures(
	schema text,
	measures text[] default null,
	periods text[] default null,
	levels text[] default null,
	breakdowns text[] default null,
	refold boolean default false,
	purpose text default null)
language plpgsql
as $$
declare
	due record;
	in_steps constant boolean := ph_support.may_commit();
	failed bigint := 0;
	first_state text;
	first_message text;
	first_hint text;
	said text;
begin
	perform ph_support.require_measure_tables(schema);
	call ph_support.fill_measure_places(schema);
	for due in
		select d.measure, d.data_day, d.due, d.state, d.fault, d.hint, pg_catalog.row_number() over () as number,
			pg_catalog.count(*) over () as total
		from ph_support.folds_due(schema, measures, periods, levels, breakdowns, refold, purpose) d
	loop
		said := pg_catalog.concat_ws(' ', pg_catalog.format('%s of %s: %s', due.number, due.total,
			(due.measure).measure),
			(due.due).kind, pg_catalog.to_char((due.due).first_day, 'YYYY-MM-DD'));
		-- one that fails keeps no other from being folded
		begin
			if due.fault is not null then
				raise exception '%', due.fault
					using errcode = due.state, hint = coalesce(nullif(due.hint, ''),
						'Mend the measure, or name others.');
			end if;
			call ph_support.fold_measure(schema, due.measure, due.due, due.data_day);
			raise notice '%', said;
		exception when others then
			if not in_steps or due.total operator(pg_catalog.=) 1 then
				raise;
			end if;
			raise warning '% was not folded: %', said, sqlerrm;
			if failed operator(pg_catalog.=) 0 then
				get stacked diagnostics first_state = returned_sqlstate, first_message = message_text,
					first_hint = pg_exception_hint;
			end if;
			failed := failed operator(pg_catalog.+) 1;
		end;
		if in_steps then
			commit;
		end if;
	end loop;
	if failed operator(pg_catalog.>) 0 then
		raise exception '%', first_message
			using errcode = first_state, hint = coalesce(nullif(first_hint, ''), 'The warnings name them.'),
				detail = pg_catalog.format(
				'%s could not be folded, and this is why the first of them could not; all others were.', failed);
	end if;
end
$$;
comment on procedure ph.fold_measures(text, text[], text[], text[], text[], boolean, text) is
	'folds measures of the schema (NULL: the latest version of all whose tables are there) over periods (kinds or '
	'names of calendar; NULL: the kinds of each measure), levels (NULL: all) and breakdowns (NULL: all that a measure '
	'allows) into measure_tally: only what is missing or out of date, together with the levels and breakdowns that '
	'were folded before; with refold all that is asked, and nothing else stays. Where the schema has a list of who may '
	'be included, may_use, only they count, for the purpose that is asked (NULL: that of the measure), and who is left '
	'out is counted; what was folded for one purpose is not folded on for another. It says how far it is, and commits '
	'after each measure and period, so that who reads meanwhile sees whole ones and a failure leaves what was there; '
	'inside a transaction it commits nothing, and stops at the first failure. The numbers of a period that is not '
	'over are provisional; a period of which the source has no record has no data. Errors: undefined_table, '
	'invalid_parameter_value with what there is, insufficient_privilege for others than the owner, for queries that '
	'read what the owner may not, and where row security hides rows, cardinality_violation where a person counts '
	'twice';
