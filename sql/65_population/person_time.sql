
-- ---- time at risk ----

create function ph_support.completed_years(birth_date date, as_of date) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'completed_years';
comment on function ph_support.completed_years(date, date) is 'ph.completed_years of days';

create function ph.completed_years(birth_date timestamptz, as_of timestamptz) returns integer
language sql stable parallel safe
return ph_support.completed_years(ph_support.day(birth_date), ph_support.day(as_of));
comment on function ph.completed_years(timestamptz, timestamptz) is
	'age in completed years on a day, NULL before birth and from 131 on, which nobody has; '
	'who is born on 29 February completes a year on 1 March, or on 29 February where there is one; '
	'of an instant its day in the session''s time zone counts';

create function ph.person_time(
	birth_date timestamptz, start_date timestamptz, end_date timestamptz, calendar text default 'year',
	age_width integer default 1,
	out age integer, out period_start date, out days integer, out years float8)
returns setof record
language c stable parallel safe rows 10
as 'MODULE_PATHNAME', 'person_time';
comment on function ph.person_time(timestamptz, timestamptz, timestamptz, text, integer) is
	'the days from start_date up to but without end_date cut by age '
	'(completed years, the lower bound of a band of age_width) '
	'and calendar period (none, month, quarter, financial_year from 1 April, year); '
	'years are days / 365.25; days before birth are left out, an unknown birth gives a NULL age, '
	'as does an age from 131 on; of an instant its day in the session''s time zone counts';
