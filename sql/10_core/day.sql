
-- ---- the day of an instant ----

CREATE FUNCTION ph_support.day_support(internal) RETURNS internal
  AS 'MODULE_PATHNAME', 'day_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.day_support(internal) IS
  'for the planner: what ph_support.day asks of a date or timestamp is that date';
CREATE FUNCTION ph_support.day(at timestamptz) RETURNS date
  AS 'MODULE_PATHNAME', 'day' LANGUAGE C STABLE STRICT PARALLEL SAFE SUPPORT ph_support.day_support;
COMMENT ON FUNCTION ph_support.day(timestamptz) IS
  'the day of an instant in the session''s time zone; of a date or timestamp the day that it names, in any time zone';
