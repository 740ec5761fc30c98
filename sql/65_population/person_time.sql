
-- ---- time at risk ----

CREATE FUNCTION ph_support.completed_years(birth_date date, at date) RETURNS integer
  AS 'MODULE_PATHNAME', 'completed_years' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.completed_years(date, date) IS 'ph.completed_years of days';
CREATE FUNCTION ph.completed_years(birth_date timestamptz, at timestamptz) RETURNS integer
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.completed_years(ph_support.day(birth_date), ph_support.day(at));
COMMENT ON FUNCTION ph.completed_years(timestamptz, timestamptz) IS
  'age in completed years on a day, NULL before birth and from 131 on, which nobody has; who is born on 29 February completes a year on 1 March, or on 29 February where there is one; of an instant its day in the session''s time zone counts';

CREATE FUNCTION ph.person_time(birth_date timestamptz, start_date timestamptz, end_date timestamptz,
    calendar text DEFAULT 'year', age_width integer DEFAULT 1,
    OUT age integer, OUT period_start date, OUT days integer, OUT years float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'person_time' LANGUAGE C STABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.person_time(timestamptz, timestamptz, timestamptz, text, integer) IS
  'the days from start_date up to but without end_date cut by age (completed years, the lower bound of a band of age_width) and calendar period (none, month, quarter, financial_year from 1 April, year); years are days / 365.25; days before birth are left out, an unknown birth gives a NULL age, as does an age from 131 on; of an instant its day in the session''s time zone counts';
