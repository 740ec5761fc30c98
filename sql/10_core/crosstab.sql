
-- ---- people by two whole numbers ----

CREATE TYPE ph.crosstab;
CREATE FUNCTION ph_support.crosstab_in(cstring) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.crosstab_out(ph.crosstab) RETURNS cstring
  AS 'MODULE_PATHNAME', 'crosstab_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.crosstab_recv(internal) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.crosstab_send(ph.crosstab) RETURNS bytea
  AS 'MODULE_PATHNAME', 'crosstab_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.crosstab (
  INPUT = ph_support.crosstab_in, OUTPUT = ph_support.crosstab_out,
  RECEIVE = ph_support.crosstab_recv, SEND = ph_support.crosstab_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.crosstab IS
  'people by two whole numbers, such as tiers before and after, in order: {1>1: 30, 1>2: 4, 2>?: 1}; '
  '? is unknown: not yet here, or gone';
COMMENT ON FUNCTION ph_support.crosstab_in(cstring) IS 'text input of ph.crosstab';
COMMENT ON FUNCTION ph_support.crosstab_out(ph.crosstab) IS 'text output of ph.crosstab';
COMMENT ON FUNCTION ph_support.crosstab_recv(internal) IS 'binary input of ph.crosstab';
COMMENT ON FUNCTION ph_support.crosstab_send(ph.crosstab) IS 'binary output of ph.crosstab';

CREATE FUNCTION ph_support.crosstab_fold(ph.crosstab, row_number integer, column_number integer) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.crosstab_combine(ph.crosstab, ph.crosstab) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.crosstab_roll_up(ph.crosstab, ph.crosstab) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_roll_up' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_roll_up(ph.crosstab, ph.crosstab) IS 'support function of ph.crosstab_rollup';
CREATE FUNCTION ph_support.crosstab_final(ph.crosstab) RETURNS ph.crosstab
  AS 'MODULE_PATHNAME', 'crosstab_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_fold(ph.crosstab, integer, integer) IS 'support function of the crosstab aggregates';
COMMENT ON FUNCTION ph_support.crosstab_combine(ph.crosstab, ph.crosstab)
  IS 'support function of the crosstab aggregates: the people of both';
COMMENT ON FUNCTION ph_support.crosstab_final(ph.crosstab) IS 'support function of the crosstab aggregates';
CREATE AGGREGATE ph.crosstab(row_number integer, column_number integer) (
  SFUNC = ph_support.crosstab_fold, STYPE = ph.crosstab, INITCOND = '{}',
  FINALFUNC = ph_support.crosstab_final, COMBINEFUNC = ph_support.crosstab_combine, SSPACE = 256, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.crosstab(integer, integer) IS
  'folds a row a person: the number before and the number after; NULL is unknown';
CREATE AGGREGATE ph.crosstab_rollup(ph.crosstab) (
  SFUNC = ph_support.crosstab_roll_up, STYPE = ph.crosstab, INITCOND = '{}',
  FINALFUNC = ph_support.crosstab_final, COMBINEFUNC = ph_support.crosstab_roll_up, SSPACE = 256, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.crosstab_rollup(ph.crosstab) IS 'the people of many tables; NULL where one of them is';

CREATE FUNCTION ph.crosstab_equal(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.crosstab_equal(ph.crosstab, ph.crosstab) IS 'implementation of operator =';
CREATE OPERATOR ph.= (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph.crosstab_equal,
  COMMUTATOR = OPERATOR(ph.=), NEGATOR = OPERATOR(ph.<>), RESTRICT = eqsel, JOIN = eqjoinsel);

CREATE FUNCTION ph_support.crosstab_not_equal(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_not_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_not_equal(ph.crosstab, ph.crosstab) IS 'implementation of operator <>';
CREATE OPERATOR ph.<> (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph_support.crosstab_not_equal,
  COMMUTATOR = OPERATOR(ph.<>), NEGATOR = OPERATOR(ph.=), RESTRICT = neqsel, JOIN = neqjoinsel);

CREATE FUNCTION ph_support.crosstab_less(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_less' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_less(ph.crosstab, ph.crosstab) IS 'implementation of operator <';
CREATE OPERATOR ph.< (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph_support.crosstab_less,
  COMMUTATOR = OPERATOR(ph.>), NEGATOR = OPERATOR(ph.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);

CREATE FUNCTION ph_support.crosstab_less_or_equal(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_less_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_less_or_equal(ph.crosstab, ph.crosstab) IS 'implementation of operator <=';
CREATE OPERATOR ph.<= (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph_support.crosstab_less_or_equal,
  COMMUTATOR = OPERATOR(ph.>=), NEGATOR = OPERATOR(ph.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);

CREATE FUNCTION ph_support.crosstab_greater(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_greater' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_greater(ph.crosstab, ph.crosstab) IS 'implementation of operator >';
CREATE OPERATOR ph.> (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph_support.crosstab_greater,
  COMMUTATOR = OPERATOR(ph.<), NEGATOR = OPERATOR(ph.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);

CREATE FUNCTION ph_support.crosstab_greater_or_equal(ph.crosstab, ph.crosstab) RETURNS boolean
  AS 'MODULE_PATHNAME', 'crosstab_greater_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_greater_or_equal(ph.crosstab, ph.crosstab) IS 'implementation of operator >=';
CREATE OPERATOR ph.>= (LEFTARG = ph.crosstab, RIGHTARG = ph.crosstab, FUNCTION = ph_support.crosstab_greater_or_equal,
  COMMUTATOR = OPERATOR(ph.<=), NEGATOR = OPERATOR(ph.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

CREATE FUNCTION ph_support.crosstab_compare(ph.crosstab, ph.crosstab) RETURNS integer
  AS 'MODULE_PATHNAME', 'crosstab_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.crosstab_compare(ph.crosstab, ph.crosstab) IS
  'btree support: order by content, without meaning of its own';
CREATE OPERATOR CLASS ph.crosstab_ops DEFAULT FOR TYPE ph.crosstab USING btree AS
  OPERATOR 1 ph.<, OPERATOR 2 ph.<=, OPERATOR 3 ph.=, OPERATOR 4 ph.>=, OPERATOR 5 ph.>,
  FUNCTION 1 ph_support.crosstab_compare(ph.crosstab, ph.crosstab);

CREATE FUNCTION ph.movement(crosstab ph.crosstab, confidence float8 DEFAULT 0.95,
    OUT before integer, OUT after integer, OUT people bigint, OUT share float8,
    OUT lower float8, OUT upper float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'movement' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 16;
COMMENT ON FUNCTION ph.movement(ph.crosstab, float8) IS
  'the matrix of movement as rows: people, and their share of those who were in the same row before, with Wilson '
  'limits; NULL is unknown: not yet here, or gone';
CREATE FUNCTION ph.movement_summary(crosstab ph.crosstab, OUT people float8, OUT entered float8, OUT gone float8,
    OUT stayed float8, OUT to_lower float8, OUT to_higher float8, OUT stayed_share float8, OUT to_lower_share float8,
    OUT to_higher_share float8) RETURNS record
  AS 'MODULE_PATHNAME', 'movement_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.movement_summary(ph.crosstab) IS
  'who entered, went, stayed, moved to a lower or to a higher number (tier 1 is the highest risk), '
  'and the last three as shares of those known both times';
