
-- ---- measures ----
-- A measure is a row: who is counted, what happened to them, which indicator is asked of it and what is better. Its
-- queries are text over the shared tables and the views on them, {person} standing for person in the schema; {day} is
-- the day that a day measure is asked on. What is shipped and what users make are tables of one shape.

create table ph.breakdown (
	breakdown text primary key check (breakdown ~ '^[a-z][a-z0-9_]*$'),
	name text not null,
	ordered boolean not null default false,
	groups text[] not null default '{}',
	expression text,
	query text,
	otherwise text not null default 'unknown',
	check (num_nonnulls(expression, query) = 1)
);
comment on table ph.breakdown is
	'what measures may be broken down by; who belongs to no group, or to one that is not known, is in the group '
	'unknown';
comment on column ph.breakdown.breakdown is 'name of the breakdown';
comment on column ph.breakdown.name is 'name to show';
comment on column ph.breakdown.ordered is
	'whether the groups have an order that means something, the most disadvantaged or youngest first';
comment on column ph.breakdown.groups is 'the groups in the order in which they are shown';
comment on column ph.breakdown.expression is
	'shipped only: the group, as an expression over s (the stay), p (the person) and age';
comment on column ph.breakdown.query is
	'a query of person_id, group_name and, if groups change, days (a daterange): who is in which group on which days';
comment on column ph.breakdown.otherwise is
	'the group of who is in no row of the query, where the query has rows at all: unknown, or no';

create table ph.measure (
	measure text not null check (measure ~ '^[a-z][a-z0-9_]*$'),
	version text not null check (version ~ '^[0-9a-z][0-9a-z._-]*$'),
	name text not null check (name <> ''),
	meaning text not null check (meaning <> ''),
	indicator text not null,
	per float8 check (per > 0),
	unit text not null,
	standard text,
	reference text check (reference = 'system'),
	with_measure text,
	age float8,
	until float8,
	age_from integer check (age_from >= 0),
	age_until integer check (age_until > 0),
	exposure text not null default 'years' check (exposure in ('years', 'people', 'rows')),
	better text not null check (better in ('lower', 'higher', 'neither')),
	kind text not null check (kind in ('input', 'process', 'output', 'outcome')),
	aim text not null check (aim in ('outcomes', 'quality', 'cost', 'equity', 'experience')),
	pillar text not null check (pillar in ('determinants', 'behaviours', 'communities', 'care')),
	action_area text check (action_area in (
		'shared value', 'collaboration', 'equitable communities', 'integrated services')),
	team text,
	owner text,
	source text not null,
	leaves_out text,
	population text check (population in ('registered', 'resident', 'registered_or_resident')),
	purpose text,
	people text,
	events text,
	persons text,
	areas text,
	recorded text,
	recorded_within interval,
	breakdowns text[] not null default '{deprivation_quintile,sex,age_band,ethnicity}',
	period_kinds text[] not null default '{month,financial_year}',
	chart text not null default 'xmr' check (chart in ('xmr', 'u', 'p')),
	overdispersion boolean not null default false,
	seasonal boolean not null default false,
	reference_tally ph.tally,
	folded_at timestamptz,
	primary key (measure, version),
	check (num_nonnulls(events, persons, areas) = 1),
	check (people is null or events is not null),
	check (age_from < age_until),
	check (num_nonnulls(standard, reference, with_measure) <= 1)
);
comment on table ph.measure is
	'the measures that are shipped: read only; CALL ph.create_measure_tables(...) takes them into a schema of yours, '
	'where measures of your own stand beside them';
comment on column ph.measure.measure is 'name of the measure';
comment on column ph.measure.version is 'version; the latest one counts, numbers in it compared as numbers';
comment on column ph.measure.name is 'name to show';
comment on column ph.measure.meaning is 'what it means, in one sentence';
comment on column ph.measure.indicator is 'the indicator that is asked of its tallies: one of ph.indicators()';
comment on column ph.measure.per is 'what the indicator is times; NULL is its own';
comment on column ph.measure.unit is 'unit of the value';
comment on column ph.measure.standard is
	'standard population of a standardised rate, as text of a tally; NULL is the indicator''s own. '
	'Its bands beyond the age limits are left out';
comment on column ph.measure.reference is
	'system: the whole system of the same period is the reference of an indicator that needs one';
comment on column ph.measure.with_measure is
	'the measure whose tally is the reference: the survey of healthy life expectancy';
comment on column ph.measure.age is 'age from which a life expectancy counts';
comment on column ph.measure.until is 'time that survival and years of life lost are asked for';
comment on column ph.measure.age_from is
	'youngest age that counts, in completed years on the first day at risk in the period in that place';
comment on column ph.measure.age_until is 'first age that counts no more';
comment on column ph.measure.exposure is
	'what is below the line: years at risk, people with a day at risk, or rows: the events themselves, '
	'each with a column exposure, or 1';
comment on column ph.measure.better is 'lower, higher or neither';
comment on column ph.measure.kind is 'input, process, output or outcome';
comment on column ph.measure.aim is 'outcomes, quality, cost, equity or experience';
comment on column ph.measure.pillar is 'determinants, behaviours, communities or care';
comment on column ph.measure.action_area is
	'action area of the Culture of Health framework: shared value, collaboration, equitable communities, '
	'integrated services';
comment on column ph.measure.team is 'team that it is about';
comment on column ph.measure.owner is 'partner that answers for it';
comment on column ph.measure.source is 'who defines it';
comment on column ph.measure.leaves_out is 'what it leaves out or does otherwise than its source';
comment on column ph.measure.population is
	'registered, resident or registered_or_resident; NULL is the population that the views are made of';
comment on column ph.measure.purpose is 'what it may be used for';
comment on column ph.measure.people is
	'of a period measure: the query of who is at risk on which days, person_id, days daterange and, if it is not age, '
	'key; NULL is everybody on all days. The days of one person do not overlap';
comment on column ph.measure.events is
	'of a period measure: the query of what happened, person_id, event_date, amount and, where exposure is rows, '
	'exposure and key';
comment on column ph.measure.persons is
	'of a day measure: the query of persons on {day}, one row each, person_id, amount and, if they are not 1 and age, '
	'exposure and key; a period is asked on its last day';
comment on column ph.measure.areas is
	'of a measure of areas: the query of published numbers, place_id, period_kind, period, numerator, denominator and '
	'key; they roll up into larger places';
comment on column ph.measure.recorded is
	'the query of the days, record_date, on which its source has a record: a period without any is no data. '
	'NULL: the events themselves';
comment on column ph.measure.recorded_within is
	'of a day measure: how long before the day a record may lie; NULL is ever';
comment on column ph.measure.breakdowns is
	'what it may be broken down by, each a breakdown or a pair of them, "deprivation_quintile by sex"';
comment on column ph.measure.period_kinds is 'the kinds of period of calendar that are folded unless others are asked';
comment on column ph.measure.chart is 'control chart of its series: xmr, u (rates) or p (proportions)';
comment on column ph.measure.overdispersion is 'whether its funnels allow for places that differ by more than chance';
comment on column ph.measure.seasonal is
	'whether its monthly series is adjusted for season and the number of days before it is charted';
comment on column ph.measure.reference_tally is 'the standard within the age limits, as the indicator takes it';
comment on column ph.measure.folded_at is 'when it was first folded: from then on the version cannot change';

grant select on ph.breakdown, ph.measure to public;

create function ph_support.measure_tables() returns text[]
language sql immutable parallel safe
return '{breakdown,measure,relative_risk}'::text[];
comment on function ph_support.measure_tables() is 'the tables of measures that are shipped and copied';

-- ---- what a query of a measure must give ----

create function ph_support.measure_query_columns(
	out part text, out column_name text, out types regtype[], out needed boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select part, column_name, case kind
			when 'person' then '{text,varchar,int,bigint,uuid}'
			when 'number' then '{int,bigint,smallint,numeric,float8,real}'
			else array[kind]::text end::regtype[], needed
	from (
		values
			('people', 'person_id', 'person', true),
			('people', 'days', 'daterange', true),
			('people', 'key', 'number', false),
			('events', 'person_id', 'person', true),
			('events', 'event_date', 'date', true),
			('events', 'amount', 'number', true),
			('events', 'exposure', 'number', false),
			('events', 'key', 'number', false),
			('persons', 'person_id', 'person', true),
			('persons', 'amount', 'number', true),
			('persons', 'exposure', 'number', false),
			('persons', 'key', 'number', false),
			('areas', 'place_id', 'text', true),
			('areas', 'period_kind', 'text', true),
			('areas', 'period', 'date', true),
			('areas', 'numerator', 'number', true),
			('areas', 'denominator', 'number', true),
			('areas', 'key', 'number', false),
			('recorded', 'record_date', 'date', true),
			('query', 'person_id', 'person', true),
			('query', 'group_name', 'text', true),
			('query', 'days', 'daterange', false)
	) c (part, column_name, kind, needed);
end;
comment on function ph_support.measure_query_columns() is
	'the columns that the queries of measures (people, events, persons, areas, recorded) and of breakdowns (query) '
	'give, the types that each may have, and whether it is needed';

create function ph_support.measure_query(schema text, query text, day date default current_date) returns text
language sql stable parallel safe
begin atomic
	select ph_support.in_schema(
		replace(rtrim(query, E'; \n\t\r'), '{day}', quote_literal(day::text) || '::pg_catalog.date'), schema);
end;
comment on function ph_support.measure_query(text, text, date) is
	'the query of a measure with the relations of the schema and the day in it';

create function ph_support.measure_part(schema text, query text, day date default current_date) returns text
language sql stable parallel safe
return '(' || ph_support.measure_query(schema, query, day) || E'\n)';  -- after a comment at its end
comment on function ph_support.measure_part(text, text, date) is
	'the query of a measure as a relation of another query, which must have been checked';

create procedure ph_support.check_measure_query(schema text, author regrole, part text, query text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	readable text;
	wrong text;
begin
	if query is null then
		return;
	end if;
	readable := ph_support.measure_query(schema, query);
	call ph_support.require_safe_query(readable, author);
	select string_agg(format('%s %s', c.column_name, c.types[1]), ', ')
	into wrong
	from ph_support.measure_query_columns() c
	-- as it is folded: a relation of another query
	left join ph.query_columns(format('select * from %s q', ph_support.measure_part(schema, query))) q
		using (column_name)
	where c.part = check_measure_query.part
		and (q.type is null and c.needed or q.type is not null and q.type <> all (c.types));
	if wrong is not null then
		raise exception 'the query "%" must give the columns %', part, wrong
			using errcode = 'datatype_mismatch', hint = (
				select string_agg(format('%s %s%s', c.column_name, c.types[1],
					case when c.needed then '' else ' (may be left out)' end),
					', ')
				from ph_support.measure_query_columns() c
				where c.part = check_measure_query.part);
	end if;
end
$$;
comment on procedure ph_support.check_measure_query(text, regrole, text, text) is
	'does nothing where the query is one SELECT that only reads what its author may read, calls only functions that '
	'are not volatile, and gives the columns of its part. Errors: those of ph_support.require_safe_query, '
	'datatype_mismatch';

create function ph_support.standard_of(standard text, age_from integer, age_until integer) returns ph.tally
language sql immutable parallel safe
begin atomic
	select ph.count_tally(key, events, exposure)
	from (
		select c.*, lead(c.key) over (order by c.key) as next
		from ph.cells(coalesce(standard::ph.tally, ph.esp2013())) c
	) band
	where (age_until is null or key < age_until) and (age_from is null or next is null or next > age_from);
end;
comment on function ph_support.standard_of(text, integer, integer) is
	'a standard population, ph.esp2013() where it is NULL, without the bands that lie wholly beyond the age limits';

-- ---- keeping them right ----

create function ph_support.owner_of(relation regclass) returns regrole
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
return (select relowner::regrole from pg_class where oid = relation);
comment on function ph_support.owner_of(regclass) is 'the owner of a relation';

create function ph_support.check_measure() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	author constant regrole := ph_support.owner_of(tg_relid);
	wrong text;
	lacks_survey boolean;
	part record;
begin
	if not pg_has_role(author, 'usage') then
		raise exception 'only the owner of table %.% may write measures', tg_table_schema, tg_table_name
			using errcode = 'insufficient_privilege', hint = 'The owner''s rights decide what a measure may read.';
	end if;
	if not exists (select from ph.indicators() i where i.indicator = new.indicator) then
		raise exception 'column "indicator" must be an indicator'
			using errcode = 'invalid_parameter_value', hint = (
				select 'The indicators are ' || string_agg(i.indicator, ', ') || '.'
				from ph.indicators() i);
	end if;
	if tg_table_schema <> 'ph' and exists (
		select
		from ph.measure m
		where m.measure = new.measure and (m.version = new.version)
			and to_jsonb(m) - '{folded_at,reference_tally}'::text[]
				<> to_jsonb(new) - '{folded_at,reference_tally}'::text[])
	then
		raise exception 'version "%" of measure "%" is shipped and stays as it is', new.version, new.measure
			using errcode = '42939', hint = 'Give yours a version, or a name, of its own.';
	end if;
	execute format(
		'select string_agg(d, '', '') from unnest($1) b, regexp_split_to_table(b, '' by '') d '
		'where d not in (select breakdown from %I.breakdown)', tg_table_schema)
	into wrong
	using new.breakdowns;
	if wrong is not null then
		raise exception 'column "breakdowns" names what table breakdown has not: %', wrong
			using errcode = 'invalid_parameter_value', hint = 'Insert the breakdown first, or name one that is there.';
	end if;
	if cardinality(new.breakdowns) <> (select count(distinct b) from unnest(new.breakdowns) b) then
		raise exception 'column "breakdowns" must name each breakdown once'
			using errcode = 'invalid_parameter_value', hint = 'Who is in a breakdown that is named twice counts twice.';
	end if;
	if exists (
		select
		from unnest(new.period_kinds) k
		where k not in ('day', 'month', 'quarter', 'year', 'financial_year', 'rolling_year'))
	then
		raise exception 'column "period_kinds" must name kinds of period'
			using errcode = 'invalid_parameter_value', hint =
				'They are day, month, quarter, year, financial_year and rolling_year.';
	end if;
	if new.standard is not null or new.indicator in ('dsr', 'dsr_gamma') then
		new.reference_tally := ph_support.standard_of(new.standard, new.age_from, new.age_until);
	else
		new.reference_tally := null;
	end if;
	if tg_table_schema = 'ph' then  -- shipped queries are checked where they are folded: {person} is of a schema
		return new;
	end if;
	if new.indicator in ('smr', 'indirect_rate', 'dsr_ratio') and coalesce(new.reference, new.standard) is null then
		raise exception 'indicator "%" needs a reference', new.indicator
			using errcode = 'invalid_parameter_value', hint = 'Say reference = system, or give a standard as a tally.';
	elsif new.indicator = 'healthy_life_expectancy' and new.with_measure is null then
		raise exception 'indicator "%" needs a survey', new.indicator
			using errcode = 'invalid_parameter_value', hint = 'Name the measure of the survey in with_measure.';
	end if;
	execute format('select $1 is not null and not exists (select from %I.measure where measure = $1)', tg_table_schema)
	into lacks_survey
	using new.with_measure;
	if lacks_survey and not exists (select from ph.measure m where m.measure = new.with_measure) then
		raise exception 'column "with_measure" names no measure'
			using errcode = 'invalid_parameter_value', hint = 'Insert the measure of the survey first.';
	end if;
	for part in
		select *
		from (
			values ('people', new.people), ('events', new.events), ('persons', new.persons), ('areas', new.areas),
				('recorded', new.recorded)
		) q (name, query)
		where not exists (select from ph.measure m where (m.measure, m.version) = (new.measure, new.version))
	loop
		call ph_support.check_measure_query(tg_table_schema, author, part.name, part.query);
	end loop;
	return new;
end
$$;
comment on function ph_support.check_measure() is
	'trigger of the table measure: its indicator, breakdowns and kinds of period are known, its queries safe, '
	'and it is its owner who writes';

create function ph_support.keep_folded_measure() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	changes boolean := true;
begin
	if tg_op = 'DELETE' then  -- with all that was folded of it a version goes: ph.drop_measure
		execute format('select exists (select from %I.measure_fold where measure = $1 and version = $2)',
			tg_table_schema)
		into changes
		using old.measure, old.version;
	else
		changes := to_jsonb(new) - 'folded_at' <> to_jsonb(old) - 'folded_at' or new.folded_at is null;
	end if;
	if old.folded_at is not null and changes then
		raise exception 'version "%" of measure "%" was folded and cannot change', old.version, old.measure
			using errcode = '55006', hint =
				'Insert it anew with another version; ph.drop_measure takes a measure and all that was folded of it.';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function ph_support.keep_folded_measure() is
	'trigger of the table measure: a version that was folded does not change, nor go without what was folded of it';

create function ph_support.check_breakdown() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reader text;
begin
	if not pg_has_role(ph_support.owner_of(tg_relid), 'usage') then
		raise exception 'only the owner of table %.% may write breakdowns', tg_table_schema, tg_table_name
			using errcode = 'insufficient_privilege';
	end if;
	if tg_op = 'DELETE' then
		execute format(
			'select min(measure) from %I.measure where $1 = any (ph_support.breakdown_dimensions(breakdowns))',
			tg_table_schema)
		into reader
		using old.breakdown;
		if reader is not null then
			raise exception 'measure "%" names breakdown "%"', reader, old.breakdown
				using errcode = '55006', hint = 'Drop the measures that name it first: ph.drop_measure.';
		end if;
		return old;
	elsif exists (select from ph.breakdown b where b.breakdown = new.breakdown and to_jsonb(b) = to_jsonb(new)) then
		return new;
	elsif exists (select from ph.breakdown b where b.breakdown = new.breakdown) then
		raise exception 'breakdown "%" is shipped and stays as it is', new.breakdown
			using errcode = '42939', hint = 'Give yours a name of its own.';
	elsif new.expression is not null then
		raise exception 'column "expression" is for breakdowns that are shipped'
			using errcode = 'invalid_parameter_value', hint = 'Give a query of person_id, group_name and days.';
	elsif new.breakdown in ('all', 'unknown') then
		raise exception 'column "breakdown" must not be %', new.breakdown
			using errcode = 'invalid_parameter_value', hint = 'The name says something else in what is folded.';
	end if;
	call ph_support.check_measure_query(tg_table_schema, ph_support.owner_of(tg_relid), 'query', new.query);
	return new;
end
$$;
comment on function ph_support.check_breakdown() is
	'trigger of the table breakdown: those that are shipped stay as they are, the queries of others are safe, and what '
	'a measure names stays';

create procedure ph_support.add_measure_triggers(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute ph_support.in_schema(
		'create or replace trigger a_keep_folded before update or delete on {measure}
		for each row execute function ph_support.keep_folded_measure()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update on {measure}
		for each row execute function ph_support.check_measure()', schema);
	execute ph_support.in_schema(
		'create or replace trigger b_check before insert or update or delete on {breakdown}
		for each row execute function ph_support.check_breakdown()', schema);
end
$$;
comment on procedure ph_support.add_measure_triggers(text) is
	'attaches what keeps the tables of measures of a schema right; ph.create_measure_tables calls it';
