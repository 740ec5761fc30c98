
-- ---- rules of segmentation schemes ----

CREATE FUNCTION ph.count_true(VARIADIC conditions boolean[]) RETURNS integer
  AS 'MODULE_PATHNAME', 'count_true' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.count_true(boolean[]) IS 'how many of the conditions are true; one that is not known is not counted. For k of n in a rule: ph.count_true(a, b, c) >= 2';

CREATE FUNCTION ph.unresolved(diagnosed timestamptz, resolved timestamptz) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.day(diagnosed) IS NOT NULL
    AND (ph_support.day(resolved) IS NULL OR ph_support.day(diagnosed) > ph_support.day(resolved));
COMMENT ON FUNCTION ph.unresolved(timestamptz, timestamptz) IS 'whether the last diagnosis is after the last note that '
  'it has resolved, by days of the session''s time zone; never NULL; rules may ask it of dates and timestamps';

CREATE FUNCTION ph.check_rule(expression text, inputs text[], types regtype[], OUT expression_checked text, OUT inputs_used text[], OUT always text)
  RETURNS record AS 'MODULE_PATHNAME', 'check_rule' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION ph.check_rule(text, text[], regtype[]) IS
  'a rule as PostgreSQL writes it after analysis against the declared inputs, the inputs that it reads, and what can be shown: never true, or true wherever its inputs are known; an error with its position where it is not one boolean expression of immutable functions, operators and casts of pg_catalog and population_health';

CREATE FUNCTION ph.rule_implied(expression text, by text[], inputs text[], types regtype[]) RETURNS boolean
  AS 'MODULE_PATHNAME', 'rule_implied' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION ph.rule_implied(text, text[], text[], regtype[]) IS
  'whether it can be shown that one of the other rules is true wherever this one is, so that it can never win over them; false where it cannot be shown';

CREATE FUNCTION ph.rule_type(of_column regtype) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE typtype WHEN 'e' THEN 'text' WHEN 'd' THEN pg_catalog.format_type(typbasetype, -1) ELSE pg_catalog.format_type(oid, -1) END FROM pg_catalog.pg_type WHERE oid = of_column;
END;
COMMENT ON FUNCTION ph.rule_type(regtype) IS 'the type of an input that takes the values of a column of this type: text for an enum, what a domain is of';
