
-- ---- what was understood ----

create function ph_support.report_rows(schema text)
returns table (relation text, provider text, item text, rows bigint, example text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	if to_regclass(format('%I.source_count', schema)) is not null then
		return query execute format(
			'select relation, provider, case kind when ''used'' then kind else kind || '': '' || what end,
				sum(rows)::bigint, min(example), null::text
			from %I.source_count
			group by 1, 2, 3', schema);
		return;
	end if;
	for part in
		select t.relation, exists (
			select
			from ph.shared_column() c
			where c.relation = t.relation and c.column_name = 'provider_code') as has_provider
		from ph.shared_table() t
		where to_regclass(format('%I.%I', schema, t.relation)) is not null
	loop
		return query execute format('select %L, %s, ''used'', count(*), null::text, null::text from %I.%I group by 2',
			part.relation, case when part.has_provider then 'provider_code::text' else 'null::text' end, schema,
			part.relation);
	end loop;
end
$$;
comment on function ph_support.report_rows(text) is
	'what became of the rows of the source by relation and provider: used, set aside and why, remarked; '
	'where no map has counted, the rows of the tables';

create function ph_support.require_report(schema text, months integer) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	elsif months is null or months < 1 or months > 600 then
		raise exception 'argument "months" must be from 1 to 600'
			using errcode = 'invalid_parameter_value';
	elsif to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_views_from(...) makes them of what you have.';
	end if;
end
$$;
comment on function ph_support.require_report(text, integer) is
	'does nothing where the schema has shared tables to report of. '
	'Errors: invalid_schema_name, undefined_table, invalid_parameter_value';

create function ph_support.report_months(schema text, months integer)
returns table (relation text, item text, rows bigint, share double precision, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
	last_month date;
begin
	perform ph_support.require_report(schema, months);
	execute ph_support.in_schema(
		format('select date_trunc(''month'', %s::timestamp)', ph_support.last_day(schema)), schema)
	into last_month;
	for part in
		select d.relation, d.start_column
		from ph_support.dated_relation() d
		where d.relation = any ('{encounter,clinical_event,measurement}')
			and to_regclass(format('%I.%I', schema, d.relation)) is not null
	loop
		return query execute format(
			'with counted as (
				select m.month::date as month, coalesce(c.rows, 0) as rows
				from generate_series($1::timestamp, $2::timestamp, ''1 month'') m (month)
				left join (
					select date_trunc(''month'', %1$I::timestamp) as month, count(*) as rows
					from %2$I.%3$I
					where %1$I >= $1 and %1$I < $2 + interval ''1 month''
					group by 1
				) c using (month)
			), usual as (  -- months before the data begin say nothing of it
				select first_month, percentile_cont(0.5) within group (order by rows) as rows
				from counted
				join (select min(month) as first_month from counted where rows > 0) f on month >= first_month
				group by first_month
			)
			select %3$L, to_char(c.month, ''YYYY-MM''), c.rows,
				case when c.month >= u.first_month then c.rows / nullif(u.rows, 0) end,
				case
					when c.month < u.first_month then ''before the first record''
					when c.rows < u.rows / 2 then ''less than half of the usual month'' end
			from counted c, usual u',
			part.start_column, schema, part.relation)
		using (last_month - make_interval(months => months - 1))::date, last_month;
	end loop;
end
$$;
comment on function ph_support.report_months(text, integer) is
	'records by month, of so many up to the data day, beside the usual month: '
	'the median of those looked at, from the first with a record on';

create function ph_support.report_fields(schema text)
returns table (relation text, item text, rows bigint, share double precision)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select c.relation, array_agg(c.column_name order by c.ordinality) as names,
			string_agg(format('count(%I)', c.column_name), ', ' order by c.ordinality) as counts
		from ph.shared_column() with ordinality c
		join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', schema, c.relation))
			and a.attname = c.column_name and not a.attisdropped
		where not c.relation = any ('{code_list,code_map,data_day}')
		group by c.relation
		order by min(c.ordinality)
	loop
		return query execute format(
			'select %L, n, k, k / nullif(all_rows, 0)::double precision
			from (select count(*) as all_rows, array[%s] as known from %I.%I) counted, unnest($1, known) u (n, k)
			where all_rows > 0',
			part.relation, part.counts, schema, part.relation)
		using part.names;
	end loop;
end
$$;
comment on function ph_support.report_fields(text) is 'how many rows of each relation know each field';

create function ph_support.report_span(schema text)
returns table (item text, rows bigint, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.stay', schema)) is null then
		return;
	end if;
	return query execute format(
		'select u.item, null::bigint, u.day::text
		from (
			select min(start_date) filter (where isfinite(start_date)) as first_day, max(end_date) - 1 as last_day
			from %1$I.stay) span,
			unnest(array[''first day of person-time'', ''last day of person-time''],
				array[span.first_day, span.last_day]) u (item, day)
		union all
		select ''people on the data day'', count(*),
			case when count(*) = 0 then ''nobody: give a data_day on which people are registered'' end
		from %1$I.person_at(%2$s)', schema, ph_support.in_schema(ph_support.last_day(schema), schema));
end
$$;
comment on function ph_support.report_span(text) is
	'the first and the last day on which person-time counts, and how many people are there on the data day';

create function ph_support.report_missing(schema text)
returns table (relation text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	need record;
	there boolean;
	pod text;
begin
	for need in select * from ph_support.shared_need() loop
		there := false;
		if to_regclass(format('%I.%I', schema, need.relation)) is not null then
			execute format('select exists (select from %I.%I)', schema, need.relation) into there;
		end if;
		if not there then
			return query select need.relation, need.without;
		end if;
	end loop;
	foreach pod in array '{GP,AE,OP,EL,NEL}'::text[] loop
		exit when to_regclass(format('%I.encounter', schema)) is null;
		execute format('select not exists (select from %I.encounter) or %s', schema,
			ph_support.kind_is_known(schema, format('pod = %L', pod)))
		into there;
		if not there then
			return query
			select 'encounter', format('no encounter of kind %s: counts and rates of them are unknown', pod);
		end if;
	end loop;
end
$$;
comment on function ph_support.report_missing(text) is
	'the shared tables that are empty, kinds of encounter that nobody has, and what cannot be answered so';

create function ph.source_report(schema text, months integer default 36)
returns table (
	section text, relation text, provider text, item text, rows bigint, share double precision,
	expected double precision, example text, note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_report(schema, months);
	return query
	select 'rows', r.relation, r.provider, r.item, r.rows, null::double precision, null::double precision, r.example,
		r.note
	from ph_support.report_rows(schema) r
	order by (select t.ordinality from ph.shared_table() with ordinality t where t.relation = r.relation),
		r.provider collate "C", r.item collate "C" desc;
	return query
	select 'months', m.relation, null::text, m.item, m.rows, m.share, null::double precision, null::text, m.note
	from ph_support.report_months(schema, months) m;
	return query
	select 'fields', f.relation, null::text, f.item, f.rows, f.share, null::double precision, null::text, null::text
	from ph_support.report_fields(schema) f;
	if to_regclass(format('%I.register', schema)) is not null
		and to_regclass(format('%I.code_list', schema)) is not null
	then
		return query
		select 'registers', c.register, null::text, concat_ws(' ', c.characteristic, c.value), c.registered,
			c.registered::double precision / nullif(c.people, 0), c.expected / nullif(c.people, 0), null::text,
			c.verdict
		from ph.register_coverage(schema) c;
	end if;
	return query
	select 'person-time', 'stay', null::text, s.item, s.rows, null::double precision, null::double precision,
		null::text, s.note
	from ph_support.report_span(schema) s;
	return query
	select 'missing', m.relation, null::text, null::text, null::bigint, null::double precision, null::double precision,
		null::text, m.note
	from ph_support.report_missing(schema) m;
end
$$;
comment on function ph.source_report(text, integer) is
	'what was understood of the data of a schema, by section: rows (of each relation and provider used, set aside and '
	'why, remarked, with the key of one), months (records of each of the last months up to the data day, '
	'as a share of the usual month), fields (share of rows that know each), registers (people beside what is '
	'plausible), person-time (first and last day that counts, people on the data day), '
	'missing (empty tables and kinds of encounter, and what cannot be answered so). '
	'Errors: invalid_schema_name, undefined_table, invalid_parameter_value';

create function ph.chart_source_report(schema text, months integer default 36) returns text
language sql stable
begin atomic
	with month as (
		select m.relation, m.item,
			case when m.note is distinct from 'before the first record' then m.rows end as rows
		from ph_support.report_months(schema, months) m
	), row as (
		select relation, array_agg(item order by item) as items, array_agg(rows::double precision order by item) as rows
		from month
		group by relation
	)
	select ph.chart_completeness(array_agg(relation order by relation), min(items), array_agg(rows order by relation),
		'Records by month', source => 'tables of schema ' || schema)
	from row;
end;
comment on function ph.chart_source_report(text, integer) is
	'the months of ph.source_report as SVG: a row of bars a relation, so that a month that is half loaded is seen';
