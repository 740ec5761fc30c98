
-- ---- time at risk ----

CREATE FUNCTION ph.person_time(birth_date timestamp, start_date timestamp, end_date timestamp, calendar text DEFAULT 'year', age_width integer DEFAULT 1,
    OUT age integer, OUT period_start date, OUT days integer, OUT years float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'person_time' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.person_time(timestamp, timestamp, timestamp, text, integer) IS
  'the days from start_date up to but without end_date cut by age (completed years, the lower bound of a band of age_width) and calendar period (none, month, quarter, financial_year from 1 April, year); years are days / 365.25; days before birth are left out, an unknown birth gives a NULL age';
