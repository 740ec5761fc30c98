
-- ---- calendar ----

create function ph_support.period_name(kind text, first_day date) returns text
language sql stable parallel safe
return case kind
	when 'day' then to_char(first_day, 'YYYY-MM-DD')
	when 'month' then to_char(first_day, 'YYYY-MM')
	when 'quarter' then to_char(first_day, 'YYYY "Q"Q')
	when 'year' then to_char(first_day, 'YYYY')
	when 'financial_year' then to_char(first_day, 'YYYY/') || to_char(first_day + interval '1 year', 'YY')
	when 'rolling_year' then 'year to ' || to_char(first_day + interval '11 months', 'YYYY-MM') end;
comment on function ph_support.period_name(text, date) is 'the name of a period of calendar, by its kind and first day';

create function ph_support.calendar_query() returns text
language sql immutable parallel safe
return $query$with periods as (
	select k.kind, start::date as first,
		(start + case
			when k.kind = 'day' then interval '1 day'
			when k.kind = 'month' then interval '1 month'
			when k.kind = 'quarter' then interval '3 months'
			else interval '1 year' end)::date as after
	from unnest('{day,month,quarter,year,financial_year,rolling_year}'::text[]) k (kind),
		generate_series(date_trunc('month', $1::timestamp), $2::timestamp,
			case when k.kind = 'day' then interval '1 day' else interval '1 month' end) start
	where case k.kind
		when 'quarter' then extract(month from start) in (1, 4, 7, 10)
		when 'year' then extract(month from start) = 1
		when 'financial_year' then extract(month from start) = 4
		else true end
)
select p.kind, daterange(p.first, p.after), p.first, p.after,
	ph_support.period_name(p.kind, p.first)
from periods p
where p.first >= $1 and p.after - 1 <= $2$query$;
comment on function ph_support.calendar_query() is
	'the query of the rows of a calendar: the periods of each kind that lie between two days, its parameters';

create procedure ph.create_calendar(schema text, first_day timestamptz, last_day timestamptz)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	longest constant integer := 300 * 366;
	target text;
begin
	if schema is null or first_day is null or last_day is null then
		raise exception 'schema, first_day and last_day must not be null'
			using errcode = 'null_value_not_allowed';
	elsif not isfinite(first_day) or not isfinite(last_day) or last_day < first_day
		or ph_support.day(last_day) - ph_support.day(first_day) > longest then
		raise exception 'last_day must be from first_day on and within 300 years of it'
			using errcode = 'invalid_parameter_value',
				hint = 'CALL ph.create_calendar(schema, ''2015-01-01'', ''2030-12-31'').';
	end if;
	call ph_support.require_own_schema(schema);
	target := format('%I.calendar', schema);
	if to_regclass(target) is null then
		execute format('create table %s (
			kind text, period daterange, start_date date, end_date date, name text,
			primary key (kind, start_date))', target);
	else
		call ph_support.require_generated(schema, 'calendar', 'pg_class', target::regclass);
	end if;
	call ph_support.describe_table(target, 'one row a period that lies within the days of the calendar',
		jsonb_build_object(
		'kind', 'day, month, quarter, year, financial_year (from 1 April) or rolling_year (twelve months)',
		'period', 'the days, half open, as person_period takes them', 'start_date', 'first day of the period',
		'end_date', 'first day after the period', 'name', 'name to show'));
	-- who reads goes on, who else fills it waits
	execute format('lock table %s in share row exclusive mode', target);
	execute format('delete from %s', target);
	execute format('insert into %s %s', target, ph_support.calendar_query())
	using ph_support.day(first_day), ph_support.day(last_day);
	call ph_support.take_statistics(target::regclass);
end
$$;
comment on procedure ph.create_calendar(text, timestamptz, timestamptz) is
	'makes the table calendar in the schema, or fills it anew: the days, months, quarters, calendar years, '
	'financial years from April on and rolling years of twelve months that lie between the two days, both included. '
	'Errors: null_value_not_allowed, invalid_parameter_value for days without end, in the wrong order '
	'or more than 300 years apart, duplicate_object where the name is taken by something else';
