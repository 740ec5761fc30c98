
-- ---- what each person adds ----
-- First what each person adds to a measure in a period is written down, a row a person and run of days in one place:
-- people and their days cut by stays, events on those days.

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
				'(select *, coalesce(lower(spell), ''-infinity'') as start_date, upper(spell) as end_date from (%s) '
				'run)',
				ph_support.stay_query(schema, ph_support.known_population(population))) end;
end;
comment on function ph_support.stay_relation(text, text) is
	'the stays of a population as a relation of a query; NULL is the population that the views are made of';

create function ph_support.of_purpose(schema text, purpose text, among text) returns text
language sql immutable parallel safe
return format('s.person_id %s (select u.person_id from %I.may_use u where u.purpose = %L)', among, schema, purpose);
comment on function ph_support.of_purpose(text, text, text) is
	'the condition that the person of s is on the list of a purpose (in) or not (not in)';

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
			join %2$s s on s.person_id = e.person_id::text and s.start_date <= %3$L and s.end_date > %3$L',
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
			join %2$s s on s.person_id = e.person_id::text and s.start_date <= e.event_date
				and s.end_date > e.event_date
			where e.event_date >= %3$L and e.event_date < %4$L',
			query, stays, first_day, after_day, ph_support.number_of_column(query, 'key', 'null::float8'),
			ph_support.number_of_column(query, 'exposure', '1::float8'),
			ph_support.number_of_column(query, 'amount', null));
	end if;
	if m.people is not null then
		query := ph_support.measure_query(schema, m.people);
		people := format(E'\njoin (%s\n) e on e.person_id::text = s.person_id and e.days && daterange(%L, %L)', query,
			first_day, after_day);
		from_day := ', lower(e.days)';
		until_day := ', upper(e.days)';
		key := ph_support.number_of_column(query, 'key', key);
	end if;
	return format(
		'select *
		from (
			select s.*, greatest(s.start_date, %1$L%2$s) as first_day, least(s.end_date, %3$L%4$s) as after_day,
				%5$s as key
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
	twice boolean;
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
		call ph_support.check_measure_query(schema, ph_support.owner_of(format('%I.breakdown', schema)::regclass),
			'query',
			part.query);
		query := ph_support.measure_query(schema, part.query);
		dated := exists (select from ph.query_columns(query) where column_name = 'days');
		execute format(
			'select exists (select from (%1$s
				) q), exists (
				select
				from (
					select %2$s && lag(%2$s) over (partition by person_id order by %2$s) as twice
					from (%1$s
					) q
				) placed
				where twice)',
			query, case when dated then 'days' else 'daterange(null, null)' end)
		into known, twice;
		if twice then
			raise exception 'breakdown "%" has a person twice on one day', part.breakdown
				using errcode = 'cardinality_violation', hint = 'Its query must give each person one group on a day.';
		end if;
		joins := joins || format(
			E'\nleft join (\n%s\n) %I on %2$I.person_id::text = s.person_id%3$s',
			query, 'in_' || part.breakdown,
			case when dated then format(' and %I.days @> s.first_day', 'in_' || part.breakdown) else '' end);
		columns := columns || format(', coalesce(%I.group_name, %L) as %I', 'in_' || part.breakdown,
			case when known then part.otherwise else 'unknown' end, 'group_' || part.breakdown);
	end loop;
end
$$;
comment on function ph_support.group_columns(text, text[]) is
	'joins and columns that give the group of each person in the named breakdowns on first_day of s. '
	'Errors: cardinality_violation where a breakdown has a person twice on one day';

create function ph_support.events_part(schema text, m ph.measure, first_day date, after_day date) returns text
language sql stable
begin atomic
	-- what is not known of one event is not known of their sum
	select format(
		'(
			select r.person_id, r.first_day, case when count(*) = count(e.amount)
				then sum(e.amount::float8) end as amount
			from at_risk r
			join (%s
			) e on e.person_id::text = r.person_id and e.event_date >= r.first_day and e.event_date < r.after_day
			where e.event_date >= %L and e.event_date < %L
			group by r.person_id, r.first_day
		)', ph_support.measure_query(schema, m.events), first_day, after_day);
end;
comment on function ph_support.events_part(text, ph.measure, date, date) is
	'the relation of the sums of the events of a period measure, a row a person and run of days with any';

create function ph_support.contribution_query(
	schema text, m ph.measure, first_day date, after_day date, day date, dimensions text[], by_row boolean,
	purpose text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
	grouped record;
	amount text := 's.amount';
	exposure text := 's.exposure';
	joined text := '';
begin
	grouped := ph_support.group_columns(schema, dimensions);
	if m.events is not null and m.exposure <> 'rows' then
		amount := 'case when c.person_id is null then 0 else c.amount end';
		exposure := case m.exposure when 'years' then '((s.after_day - s.first_day) / 365.25)::float8'
			else '1::float8' end;
		joined := format(E'\nleft join %s c on c.person_id = s.person_id and c.first_day = s.first_day',
			ph_support.events_part(schema, m, first_day, after_day));
	end if;
	if not by_row then
		joined := joined || '
		left join (select person_id from at_risk group by person_id having count(*) > 1) mover
			on mover.person_id = s.person_id';
	end if;
	-- stays that are stored are quick to read again, and by workers
	return format(
		'with at_risk as %1$s (
			%2$s
		)
		select s.person_id, s.first_day, s.after_day, ph.completed_years(p.birth_date, s.first_day) as age,
			coalesce(s.key, ph.completed_years(p.birth_date, s.first_day)::float8) as key, %3$s as amount,
			%4$s as exposure, %5$s as single, s.system, s.place, s.neighbourhood, s.practice, s.small_area%6$s
		from at_risk s
		join %7$I.person p on p.person_id::text = s.person_id%8$s%9$s',
		case when m.population is null and to_regclass(format('%I.stored_stay', schema)) is not null
			then 'not materialized' else 'materialized' end,
		case
			when purpose is null then ph_support.at_risk_part(schema, m, first_day, after_day, day)
			else format('select * from (%s) s where %s', ph_support.at_risk_part(schema, m, first_day, after_day, day),
				ph_support.of_purpose(schema, purpose, 'in')) end, amount, exposure,
		case when by_row then 'true' else 'mover.person_id is null' end, grouped.columns, schema, joined,
			grouped.joins);
end
$$;
comment on function ph_support.contribution_query(text, ph.measure, date, date, date, text[], boolean, text) is
	'the query of what each person who may be used for the purpose adds to a measure in a period: a row a person and '
	'run of days in one place';

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
		call ph_support.secure_new_table(schema, 'measure_person', false);
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
	call ph_support.secure_new_table(schema, name, false);
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
