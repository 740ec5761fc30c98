
-- ---- tally ----

CREATE TYPE ph.tally;

CREATE FUNCTION ph_support.tally_in(cstring) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.tally_out(ph.tally) RETURNS cstring
  AS 'MODULE_PATHNAME', 'tally_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.tally_recv(internal) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.tally_send(ph.tally) RETURNS bytea
  AS 'MODULE_PATHNAME', 'tally_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE ph.tally (
  INPUT = ph_support.tally_in, OUTPUT = ph_support.tally_out, RECEIVE = ph_support.tally_recv, SEND = ph_support.tally_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.tally IS
  'summary of a population: cells key -> (exposure, events, events squared), and counts of what was left out; text form: people; 45: 10 2 2';
COMMENT ON FUNCTION ph_support.tally_in(cstring) IS 'text input of ph.tally';
COMMENT ON FUNCTION ph_support.tally_out(ph.tally) IS 'text output of ph.tally';
COMMENT ON FUNCTION ph_support.tally_recv(internal) IS 'binary input of ph.tally';
COMMENT ON FUNCTION ph_support.tally_send(ph.tally) IS 'binary output of ph.tally';

-- support functions of the aggregates

CREATE FUNCTION ph_support.tally_fold_person(ph.tally, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_person' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_person(ph.tally, float8, float8) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_fold_person_boolean(ph.tally, float8, boolean) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_person_boolean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_person_boolean(ph.tally, float8, boolean) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_fold_person_years(ph.tally, float8, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_person_years' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_person_years(ph.tally, float8, float8, float8) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_fold_count(ph.tally, float8, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_count' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_count(ph.tally, float8, float8, float8) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_fold_count_squared(ph.tally, float8, float8, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_count_squared' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_count_squared(ph.tally, float8, float8, float8, float8) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_combine(ph.tally, ph.tally) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_combine(ph.tally, ph.tally) IS 'support function of the tally aggregates';

CREATE FUNCTION ph_support.tally_roll_up(ph.tally, ph.tally) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_roll_up' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_roll_up(ph.tally, ph.tally) IS 'support function of ph.rollup';

CREATE FUNCTION ph_support.tally_final(ph.tally) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_final(ph.tally) IS 'support function of the tally aggregates';


-- SSPACE is the size of a growing tally of up to 34 keys (TALLY_FIRST_SIZE), such as the bands of a standard
CREATE AGGREGATE ph.person_tally(key float8, events float8) (
  SFUNC = ph_support.tally_fold_person, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.person_tally(key float8, events float8) IS
  'folds rows, one a person: key, all events of that person; exposure 1. NULL events are counted as missing, a NULL key as unknown';

CREATE AGGREGATE ph.person_tally(key float8, events boolean) (
  SFUNC = ph_support.tally_fold_person_boolean, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.person_tally(key float8, events boolean) IS
  'folds rows, one a person: key, whether the event happened; exposure 1';

CREATE AGGREGATE ph.person_tally(key float8, events float8, years float8) (
  SFUNC = ph_support.tally_fold_person_years, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.person_tally(key float8, events float8, years float8) IS
  'folds rows, one a person: key, all events of that person, years at risk';

CREATE AGGREGATE ph.count_tally(key float8, events float8, population float8) (
  SFUNC = ph_support.tally_fold_count, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.count_tally(key float8, events float8, population float8) IS
  'folds rows of counts: key, events (each of another person), population or years at risk';

CREATE AGGREGATE ph.count_tally(key float8, events float8, population float8, events_squared float8) (
  SFUNC = ph_support.tally_fold_count_squared, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.count_tally(key float8, events float8, population float8, events_squared float8) IS
  'folds rows of counts: key, events, population, sum of squares of events by person';

CREATE AGGREGATE ph.rollup(ph.tally) (
  SFUNC = ph_support.tally_roll_up, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.rollup(ph.tally) IS
  'adds tallies of disjoint people into one, in any order, with compensated sums; a NULL tally counts as a missing row, so that what is asked of the sum is NULL with the note missing_input';


CREATE FUNCTION ph.cells(tally ph.tally, OUT key float8, OUT exposure float8, OUT events float8, OUT events_squared float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'tally_cells' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.cells(ph.tally) IS
  'the cells of a tally as rows in key order; the cell of unknown key, if any, comes last with a NULL key';

CREATE FUNCTION ph.exposure(tally ph.tally) RETURNS float8
  AS 'MODULE_PATHNAME', 'tally_exposure' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.exposure(ph.tally) IS 'all people, years or population in a tally, unknown key included';

CREATE FUNCTION ph.events(tally ph.tally) RETURNS float8
  AS 'MODULE_PATHNAME', 'tally_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.events(ph.tally) IS 'all events in a tally, unknown key included';

CREATE FUNCTION ph.missing_rows(tally ph.tally) RETURNS bigint
  AS 'MODULE_PATHNAME', 'tally_missing_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.missing_rows(ph.tally) IS 'rows that a tally left out because their events or exposure were NULL';

CREATE FUNCTION ph.unknown_rows(tally ph.tally) RETURNS bigint
  AS 'MODULE_PATHNAME', 'tally_unknown_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.unknown_rows(ph.tally) IS 'rows of a tally whose key was NULL';


CREATE FUNCTION ph_support.tally_to_jsonb(ph.tally) RETURNS jsonb
  AS 'MODULE_PATHNAME', 'tally_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_to_jsonb(ph.tally) IS 'a tally as jsonb, exact; a sum is a number or an array of two that add up to it';
CREATE FUNCTION ph_support.tally_from_jsonb(jsonb) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_from_jsonb(jsonb) IS 'a tally from the jsonb that ph_support.tally_to_jsonb makes; invalid_parameter_value otherwise';
CREATE CAST (ph.tally AS jsonb) WITH FUNCTION ph_support.tally_to_jsonb(ph.tally);
CREATE CAST (jsonb AS ph.tally) WITH FUNCTION ph_support.tally_from_jsonb(jsonb);

CREATE FUNCTION ph.tally_equal(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.tally_equal(ph.tally, ph.tally) IS 'implementation of operator =';
CREATE OPERATOR ph.= (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph.tally_equal,
  COMMUTATOR = OPERATOR(ph.=), NEGATOR = OPERATOR(ph.<>), RESTRICT = eqsel, JOIN = eqjoinsel);

CREATE FUNCTION ph_support.tally_not_equal(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_not_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_not_equal(ph.tally, ph.tally) IS 'implementation of operator <>';
CREATE OPERATOR ph.<> (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph_support.tally_not_equal,
  COMMUTATOR = OPERATOR(ph.<>), NEGATOR = OPERATOR(ph.=), RESTRICT = neqsel, JOIN = neqjoinsel);

CREATE FUNCTION ph_support.tally_less(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_less' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_less(ph.tally, ph.tally) IS 'implementation of operator <';
CREATE OPERATOR ph.< (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph_support.tally_less,
  COMMUTATOR = OPERATOR(ph.>), NEGATOR = OPERATOR(ph.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);

CREATE FUNCTION ph_support.tally_less_or_equal(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_less_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_less_or_equal(ph.tally, ph.tally) IS 'implementation of operator <=';
CREATE OPERATOR ph.<= (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph_support.tally_less_or_equal,
  COMMUTATOR = OPERATOR(ph.>=), NEGATOR = OPERATOR(ph.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);

CREATE FUNCTION ph_support.tally_greater(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_greater' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_greater(ph.tally, ph.tally) IS 'implementation of operator >';
CREATE OPERATOR ph.> (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph_support.tally_greater,
  COMMUTATOR = OPERATOR(ph.<), NEGATOR = OPERATOR(ph.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);

CREATE FUNCTION ph_support.tally_greater_or_equal(ph.tally, ph.tally) RETURNS boolean
  AS 'MODULE_PATHNAME', 'tally_greater_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_greater_or_equal(ph.tally, ph.tally) IS 'implementation of operator >=';
CREATE OPERATOR ph.>= (LEFTARG = ph.tally, RIGHTARG = ph.tally, FUNCTION = ph_support.tally_greater_or_equal,
  COMMUTATOR = OPERATOR(ph.<=), NEGATOR = OPERATOR(ph.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

CREATE FUNCTION ph_support.tally_compare(ph.tally, ph.tally) RETURNS integer
  AS 'MODULE_PATHNAME', 'tally_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_compare(ph.tally, ph.tally) IS 'btree support: order by content, without meaning of its own';
CREATE OPERATOR CLASS ph.tally_ops DEFAULT FOR TYPE ph.tally USING btree AS
  OPERATOR 1 ph.<, OPERATOR 2 ph.<=, OPERATOR 3 ph.=, OPERATOR 4 ph.>=, OPERATOR 5 ph.>,
  FUNCTION 1 ph_support.tally_compare(ph.tally, ph.tally);
