
-- ---- months of membership, and what they should cost ----

create function ph.member_months(
	spans datemultirange, period daterange, out days integer, out any_day integer, out exact float8)
returns record
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'member_months';
comment on function ph.member_months(datemultirange, daterange) is
	'how long somebody belonged in a period: days; any_day, the calendar months with at least one day; exact, the days '
	'over the days of each month, summed. Spans that are open end with the period; days in several count once: '
	'range_agg(daterange(start_date, end_date)) gives spans of rows. Errors: a period without a first or last day, or '
	'outside the years 1 to 9999';
