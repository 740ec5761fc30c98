\echo Use "CREATE EXTENSION population_health" to load this file. \quit

CREATE SCHEMA ph;
COMMENT ON SCHEMA ph IS 'population_health: rows fold into summaries, summaries roll up, indicators are asked of summaries';
GRANT USAGE ON SCHEMA ph TO PUBLIC;

CREATE SCHEMA ph_support;
COMMENT ON SCHEMA ph_support IS
	'population_health: what the types, aggregates and procedures of ph are made of; nothing here is for people';
GRANT USAGE ON SCHEMA ph_support TO PUBLIC;

-- ---- estimate ----

CREATE TYPE ph.estimate AS (value float8, lower float8, upper float8, note text);
COMMENT ON TYPE ph.estimate IS
  'what an indicator returns: value, confidence limits, and a note that says why there is no value or what was left out; test (e).value IS NOT NULL';
COMMENT ON COLUMN ph.estimate.value IS
  'the answer, in the unit and times the per that the function says; NULL where there is none';
COMMENT ON COLUMN ph.estimate.lower IS 'its lower confidence limit; NULL where it does not exist';
COMMENT ON COLUMN ph.estimate.upper IS 'its upper confidence limit; NULL where it does not exist';
COMMENT ON COLUMN ph.estimate.note IS
  'why there is no value, or what was left out: words of docs/estimate.md; NULL where there is nothing to say';
-- ---- comparison ----

CREATE TYPE ph.comparison AS (value float8, lower float8, upper float8, p_value float8, verdict text, note text);
COMMENT ON TYPE ph.comparison IS
  'what comparing returns: value and confidence limits, two-sided p, and a verdict: lower, similar, higher, or better, similar, worse where it is said which way is good; NULL with a note where there is no answer';
COMMENT ON COLUMN ph.comparison.value IS 'the difference or the ratio, as the function says';
COMMENT ON COLUMN ph.comparison.lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.comparison.upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.comparison.p_value IS 'two-sided p of no difference';
COMMENT ON COLUMN ph.comparison.verdict IS
  'lower, similar or higher; better, similar or worse where it is said which way is good';
COMMENT ON COLUMN ph.comparison.note IS 'why there is no answer, or what was left out';


-- ---- test of a hypothesis ----

CREATE TYPE ph.test AS (statistic float8, degrees_of_freedom integer, p_value float8, note text);
COMMENT ON TYPE ph.test IS
  'what a test of a hypothesis returns: the statistic, its degrees of freedom (NULL where it is a standard normal), p (two-sided), and a note that says why there is none or what was left out';
COMMENT ON COLUMN ph.test.statistic IS
  'the test statistic: chi-squared where it has degrees of freedom, else a standard normal';
COMMENT ON COLUMN ph.test.degrees_of_freedom IS 'degrees of freedom; NULL where the statistic is a standard normal';
COMMENT ON COLUMN ph.test.p_value IS 'two-sided p';
COMMENT ON COLUMN ph.test.note IS 'why there is no answer, or what was left out';

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

-- ---- limits of a count ----

CREATE FUNCTION ph.count_limits(events float8, confidence float8 DEFAULT 0.95, limits text DEFAULT 'standard')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'count_limits_estimate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.count_limits(float8, float8, text) IS
  'confidence limits of a count: standard (exact below 10 events, Byar from 10 on), exact (Garwood 1936), byar (Breslow and Day 1987) or mid-p (Cohen and Yang 1994)';

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

-- ---- scores from measurements ----

CREATE TYPE ph.risk_score AS (value float8, band text, status text);
COMMENT ON TYPE ph.risk_score IS
  'a score of one person: value, band where the instrument has bands, and status: ok, missing_input:..., out_of_range:... (both without a value; a unit in brackets is the one that the number looks like), not_validated:... (the value stands)';
COMMENT ON COLUMN ph.risk_score.value IS
  'points, index, rate or share, as the instrument says; NULL where it cannot be given';
COMMENT ON COLUMN ph.risk_score.band IS 'band of the instrument that the value lies in; NULL where there is none';
COMMENT ON COLUMN ph.risk_score.status IS
  'ok, missing_input, out_of_range, not_validated or not_used, each with the names of the inputs';

-- ---- queries that are given as text ----

create function ph.query_columns(query text, out column_name text, out type regtype) returns setof record
	as 'MODULE_PATHNAME', 'query_columns' language c stable strict parallel restricted rows 10;
comment on function ph.query_columns(text) is
	'the columns of a query, which must be one SELECT that only reads, in order and with their types; it is not run';

create function ph_support.number_of(value numeric) returns float8
	as 'MODULE_PATHNAME', 'number_of' language c immutable strict parallel safe;
comment on function ph_support.number_of(numeric) is
	'support function of queries given as text: the nearest double, infinity beyond all of them';

-- ---- the day of an instant ----

CREATE FUNCTION ph_support.day_support(internal) RETURNS internal
  AS 'MODULE_PATHNAME', 'day_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.day_support(internal) IS
  'for the planner: what ph_support.day asks of a date or timestamp is that date';
CREATE FUNCTION ph_support.day(at timestamptz) RETURNS date
  AS 'MODULE_PATHNAME', 'day' LANGUAGE C STABLE STRICT PARALLEL SAFE SUPPORT ph_support.day_support;
COMMENT ON FUNCTION ph_support.day(timestamptz) IS
  'the day of an instant in the session''s time zone; of a date or timestamp the day that it names, in any time zone';

-- ---- bands of ages as words ----

create function ph.age_of_band(band text) returns float8
	language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
	select case
		when word ~ '^(<|under|below|less than) ?[0-9]{1,3}$' then 0
		when word ~ '^[0-9]{1,3}( ?[+]| ?plus| ?(and|or) ?(over|above|older|more))?$' then age
		when word ~ '^[0-9]{1,3} ?(-|\u2013|to|_) ?[0-9]{1,3}$' and age <= last then age
		when word ~ '^\[[0-9]{1,3}, ?([0-9]{1,3}[])]|\))$' then age
		when word ~ '^(>=|\u2265) ?[0-9]{1,3}$' then age
		end
	from (
		select word, substring(word from '[0-9]{1,3}')::float8 as age, substring(word from '[0-9]{1,3}$')::float8 as last
		from (
			select regexp_replace(btrim(lower(band collate "C")), '^(aged?|ages):? +| *(years?|yrs?)( old| of age)?', '', 'g') as word
		) cleaned
	) read
	where age between 0 and 130 $$;
comment on function ph.age_of_band(text) is
	'the lower age of a band as words, to be a key of a tally: 5-9, 05-09, 5 to 9, [5,10), 90+, 90 and over, >=90, <1, under 1, '
	'a single age, Age and years around them; NULL for what is no band, such as Unknown, so that its people are counted as '
	'of unknown key';

-- ---- what is generated in a schema of a user ----
-- Views and functions are replaced in place: grants, comments and whatever is built on them stay. A view is
-- always a security invoker, so that policies on the tables below hold for whoever asks.

CREATE FUNCTION ph_support.in_schema(query text, schema text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT regexp_replace(query, '[{]([a-z_]+)[}]',
    replace(quote_ident(schema), chr(92), chr(92) || chr(92)) || '.' || chr(92) || '1', 'g');
END;
COMMENT ON FUNCTION ph_support.in_schema(text, text) IS
'the query with every name in braces, {person}, made the qualified name in the schema';

CREATE PROCEDURE ph_support.require_own_schema(schema text, name text DEFAULT '') LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  longest constant integer := current_setting('max_identifier_length');
BEGIN
  IF schema IN ('ph', 'ph_support') OR schema LIKE 'pg\_%' OR schema = 'information_schema' THEN
    RAISE EXCEPTION 'argument "schema" must not be %', schema USING ERRCODE = '22023',
      HINT = 'What is yours lives in a schema of your own.';
  ELSIF octet_length(schema) > longest OR octet_length(name) > longest THEN
    RAISE EXCEPTION 'names must not have more than % bytes', longest USING ERRCODE = 'name_too_long';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_own_schema(text, text) IS 'does nothing where something of a user can be made '
  'under the name in the schema. Errors: 22023 for a schema of the extension or of the system, name_too_long';

CREATE PROCEDURE ph_support.require_column_names(what text, relation text, names text[], taken text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wrong text := (SELECT string_agg(n, ', ' ORDER BY n) FROM unnest(names) n WHERE n::name = ANY (taken));
  alike text := (SELECT n::name FROM unnest(names) n GROUP BY n::name HAVING count(*) > 1 ORDER BY n::name LIMIT 1);
  hint constant text := format('Give these %s other names.', regexp_replace(what, '^code ', ''));
BEGIN
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '% have names that columns of % have: %', what, relation, wrong USING ERRCODE = '42701',
      HINT = hint;
  ELSIF alike IS NOT NULL THEN
    RAISE EXCEPTION '% have names that are the same column of %, of which the first % bytes count: %', what, relation,
      current_setting('max_identifier_length'), alike USING ERRCODE = '42701', HINT = hint;
  ELSIF '' = ANY (names) THEN
    RAISE EXCEPTION '% must have names', what USING ERRCODE = 'invalid_name';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_column_names(text, text, text[], text[]) IS 'does nothing where each of the names '
  'can be a column of the relation beside those that are taken. Errors: duplicate_column, invalid_name';

CREATE FUNCTION ph_support.is_generated(class regclass, object oid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  -- a view has its mark on its rule too, where no user writes a comment of his own
  SELECT obj_description(object, class::text) LIKE 'population\_health: %'
    OR EXISTS (SELECT FROM pg_rewrite r
      WHERE r.ev_class = object AND class = 'pg_class'::regclass
        AND obj_description(r.oid, 'pg_rewrite') LIKE 'population\_health: %')
$$;
COMMENT ON FUNCTION ph_support.is_generated(regclass, oid) IS 'whether a relation or function was made by this extension in a '
  'schema of a user, so that it may be replaced';

CREATE FUNCTION ph_support.built_on(INOUT class oid, INOUT object oid) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE above (class, object) AS (
    SELECT built_on.class, built_on.object
    UNION
    SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END, coalesce(r.ev_class, d.objid)
    FROM above
    JOIN pg_depend d ON d.refclassid = above.class AND d.refobjid = above.object AND d.deptype IN ('n', 'a', 'i')
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid)
  SELECT above.class, above.object FROM above
$$;
COMMENT ON FUNCTION ph_support.built_on(oid, oid) IS 'an object and all that is built on it, also through others';

CREATE FUNCTION ph_support.dependants(class regclass, object oid) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(name, ', ' ORDER BY name COLLATE "C")
  FROM ph_support.built_on(dependants.class, dependants.object) above,
    pg_describe_object(above.class, above.object, 0) name
  WHERE above.class IN ('pg_class'::regclass, 'pg_proc'::regclass)
    AND (above.class, above.object) <> (dependants.class::oid, dependants.object)
$$;
COMMENT ON FUNCTION ph_support.dependants(regclass, oid) IS 'the relations and functions that are built on a relation or '
  'function, also through others; NULL where there are none';

CREATE PROCEDURE ph_support.require_generated(schema text, name text, class regclass, object oid) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF ph_support.is_generated(class, object) IS NOT TRUE THEN
    RAISE EXCEPTION 'schema "%" already has % of another origin', schema, name
      USING ERRCODE = 'duplicate_object', HINT = 'Only what this extension made is replaced; rename or drop the other '
        'first.';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_generated(text, text, regclass, oid) IS 'does nothing where the object was made by '
  'this extension. Errors: duplicate_object';

CREATE PROCEDURE ph_support.describe_generated(kind text, name text, class regclass, object oid, description text)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(obj_description(object, class::text), 'population_health: ') LIKE 'population\_health: %' THEN
    EXECUTE format('COMMENT ON %s %s IS %L', kind, name, 'population_health: ' || description);
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.describe_generated(text, text, regclass, oid, text)
  IS 'says what a generated object is, unless its owner has written another comment';

CREATE PROCEDURE ph_support.comment_columns(relation regclass, columns jsonb) LANGUAGE plpgsql SET search_path = pg_catalog,
  pg_temp AS $$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT attname, columns ->> attname AS description FROM pg_attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND columns ? attname AND col_description(relation,
      attnum) IS NULL LOOP
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', relation, part.attname, part.description);
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph_support.comment_columns(regclass, jsonb) IS 'describes the columns of a relation that have no comment '
  'yet: name, description';

CREATE PROCEDURE ph_support.replace_view(schema text, name text, query text, description text, columns jsonb,
  keep boolean DEFAULT false) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
  target text := format('%I.%I', schema, name);
  view regclass := to_regclass(target);
  lost text;
  unknown text;
  readers text;
  part record;
BEGIN
  CALL ph_support.require_own_schema(schema, name);
  IF view IS NULL THEN
    EXECUTE format('CREATE VIEW %s WITH (security_invoker = true) AS %s', target, query);
    view := target::regclass;
  ELSE
    CALL ph_support.require_generated(schema, name, 'pg_class', view);
    EXECUTE format('CREATE TEMP VIEW ph_replacement AS %s', query);
    IF ('pg_class'::regclass::oid, 'pg_temp.ph_replacement'::regclass::oid) IN (
      SELECT b.class, b.object FROM ph_support.built_on('pg_class'::regclass, view) b) THEN
      RAISE EXCEPTION 'view % would read itself', target USING ERRCODE = 'invalid_object_definition',
        HINT = 'Name another view, or a source that is not built on it.';
    END IF;
    SELECT string_agg(quote_ident(old.attname), ', ' ORDER BY old.attnum), string_agg(format('NULL::%s AS %I',
      format_type(old.atttypid, old.atttypmod), old.attname), ', ' ORDER BY old.attnum),
      string_agg(DISTINCT reader.object::text, ', ')
        FILTER (WHERE ph_support.is_generated(reader.class, reader.object) IS NOT TRUE)
    INTO lost, unknown, readers
    FROM pg_attribute old LEFT JOIN pg_attribute new ON new.attrelid = 'pg_temp.ph_replacement'::regclass
      AND new.attname = old.attname
      AND (new.atttypid, new.atttypmod, new.attcollation) = (old.atttypid, old.atttypmod, old.attcollation)
    LEFT JOIN (
      SELECT d.refobjsubid, CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END::regclass AS class,
        coalesce(r.ev_class, d.objid) AS object
      FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = view AND r.ev_class IS DISTINCT FROM view) reader
      ON reader.refobjsubid = old.attnum
    WHERE old.attrelid = view AND old.attnum > 0 AND new.attname IS NULL;
    IF lost IS NOT NULL AND (NOT keep OR readers IS NOT NULL) THEN
      RAISE EXCEPTION 'view % would lose or change columns (%); built on it: %', target, lost,
        coalesce(ph_support.dependants('pg_class', view), 'nothing')
        USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Drop the view, and what is built on it, and call '
          'again.';
    ELSIF lost IS NOT NULL THEN
      query := format('SELECT *, %s FROM (%s) shorter', unknown, query);
      EXECUTE format('CREATE OR REPLACE TEMP VIEW ph_replacement AS %s', query);
    END IF;
    -- columns that are there keep their places, new ones come after them
    SELECT string_agg(quote_ident(new.attname), ', ' ORDER BY old.attnum, new.attnum) AS names, bool_and(old.attnum
      IS NOT DISTINCT FROM new.attnum OR old.attnum IS NULL) AS in_order INTO part
    FROM pg_attribute new LEFT JOIN pg_attribute old ON old.attrelid = view AND old.attname = new.attname
    WHERE new.attrelid = 'pg_temp.ph_replacement'::regclass AND new.attnum > 0;
    IF NOT part.in_order THEN
      query := format('SELECT %s FROM (%s) replacement', part.names, query);
      DROP VIEW pg_temp.ph_replacement;
      EXECUTE format('CREATE TEMP VIEW ph_replacement AS %s', query);
    END IF;
    -- who is reading the view is not waited for where nothing changes
    IF pg_get_viewdef(view) <> pg_get_viewdef('pg_temp.ph_replacement'::regclass)
      OR NOT EXISTS (SELECT FROM pg_class WHERE oid = view AND 'security_invoker=true' = ANY (reloptions)) THEN
      EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS %s', target, query);
    END IF;
    DROP VIEW pg_temp.ph_replacement;
  END IF;
  EXECUTE format('COMMENT ON RULE "_RETURN" ON %s IS %L', target, 'population_health: generated');
  CALL ph_support.describe_generated('VIEW', target, 'pg_class', view, description);
  CALL ph_support.comment_columns(view, columns);
END $$;
COMMENT ON PROCEDURE ph_support.replace_view(text, text, text, text, jsonb, boolean) IS
  'makes a view of a query with the rights of whoever asks it, or replaces the one that this extension made: columns '
    'that are there keep their places and new ones come last; with keep a column that the query has no more is NULL '
      'while only generated views and functions read it. Errors: duplicate_object where the name is taken by '
        'something else, invalid_object_definition where the query reads the view itself, dependent_objects_still_exist, with what is built on the view, where a column would go away or change its '
          'type';

CREATE PROCEDURE ph_support.replace_function(schema text, name text, types text, definition text, description text)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target text := format('%I.%I(%s)', schema, name, types);
  other record;
BEGIN
  CALL ph_support.require_own_schema(schema, name);
  FOR other IN SELECT oid, oid::regprocedure AS signature FROM pg_proc WHERE pronamespace =
    to_regnamespace(quote_ident(schema)) AND proname = name LOOP
    CALL ph_support.require_generated(schema, name, 'pg_proc', other.oid);
    IF other.oid <> coalesce(to_regprocedure(target), 0) THEN  -- one function a name, or literals are ambiguous
      EXECUTE format('DROP FUNCTION %s', other.signature);
    END IF;
  END LOOP;
  EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I%s', schema, name, definition);
  CALL ph_support.describe_generated('FUNCTION', target, 'pg_proc', target::regprocedure, description);
END $$;
COMMENT ON PROCEDURE ph_support.replace_function(text, text, text, text, text) IS
  'makes a function (definition: from its arguments on), or replaces the one that this extension made, in place; types '
    'are those of its arguments. Errors: duplicate_object where the name is taken by something else, '
      'dependent_objects_still_exist where others are built on one with other arguments';

-- ---- standard populations ----

CREATE FUNCTION ph.esp2013(bands integer DEFAULT 19) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'esp2013' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.esp2013(integer) IS
  'European standard population 2013 (Eurostat) as a tally: key = lower age of the band, exposure = people per 100,000; 19, 20 or 21 bands';

CREATE FUNCTION ph.who_world(bands integer DEFAULT 19) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'who_world' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.who_world(integer) IS
  'world standard population of the World Health Organization (Ahmad et al. 2001) as a tally: key = lower age of the band, exposure = per cent; 18, 19 or 21 bands';

-- ---- rates and proportions ----

CREATE FUNCTION ph.crude_rate(tally ph.tally, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95, limits text DEFAULT 'standard')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'crude_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.crude_rate(ph.tally, float8, float8, text) IS
  'events over exposure, times per; limits of the count as in ph.count_limits, widened for repeated events when rows were people; notes: no_data, missing_input, no_exposure';

CREATE FUNCTION ph.proportion(tally ph.tally, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'proportion' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.proportion(ph.tally, float8, float8) IS
  'events over population, times per, with Wilson limits (1927); more events than population is an error; notes: no_data, missing_input, no_exposure';

CREATE FUNCTION ph.mean(tally ph.tally, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.mean(ph.tally, float8, float8) IS
  'mean of a value over people folded one row each, times per, with limits of Student''s t; a tally of counts is an error, and so are years in place of people where their total is not whole; notes: no_data, missing_input, no_exposure, limit_undefined';

-- ---- standardisation ----

CREATE FUNCTION ph.dsr(tally ph.tally, standard ph.tally DEFAULT ph.esp2013(), per float8 DEFAULT 100000,
    confidence float8 DEFAULT 0.95, empty_bands text DEFAULT 'null', limits text DEFAULT 'dobson')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'dsr' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.dsr(ph.tally, ph.tally, float8, float8, text, text) IS
  'directly standardised rate with limits dobson (Dobson et al. 1991, from 10 events on), fay-feuer (gamma, 1997) or tiwari (2006); variance for repeated events when rows were people; a band of the standard without exposure gives NULL and a note unless empty_bands is renormalise; notes: no_data, missing_input, empty_band, renormalised, fewer_than_10_events, no_standard, key_below_standard, events_without_exposure, unknown_key';

CREATE FUNCTION ph.expected(tally ph.tally, reference ph.tally) RETURNS float8
  AS 'MODULE_PATHNAME', 'expected' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.expected(ph.tally, ph.tally) IS
  'events to expect if the rates of the reference held, by key; adds up over sexes and places; NULL where there is no reference, input is missing or a key is unknown';

CREATE FUNCTION ph.smr_of_counts(observed float8, expected float8, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'smr_of_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.smr_of_counts(float8, float8, float8, float8) IS
  'indirectly standardised ratio observed / expected, times per (Breslow and Day 1987); limits of the observed count, each event taken as another person''s; notes: missing_input, no_expected, zero_expected';

create function ph.indirect_rate_of_counts(observed float8, expected float8, reference ph.tally,
	per float8 default 100000, confidence float8 default 0.95) returns ph.estimate
	as 'MODULE_PATHNAME', 'indirect_rate_of_counts' language c immutable parallel safe;
comment on function ph.indirect_rate_of_counts(float8, float8, ph.tally, float8, float8) is
	'indirectly standardised rate where the observed events are known as a total only: ph.smr_of_counts(observed, expected) '
	'times the crude rate of the reference, times per; expected as of ph.expected(people by age, reference)';

CREATE FUNCTION ph.smr(tally ph.tally, reference ph.tally, per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'smr' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.smr(ph.tally, ph.tally, float8, float8) IS
  'indirectly standardised ratio of a tally against a reference; limits allow for repeated events of one person; people of unknown key are left out, with a note';

CREATE FUNCTION ph.smr_of_strata(tallies ph.tally[], reference ph.tally[], per float8 DEFAULT 1, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'smr_of_strata' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.smr_of_strata(ph.tally[], ph.tally[], float8, float8) IS
  'indirectly standardised ratio over strata, one tally and one reference each, such as the sexes: standardised by '
  'age and sex; notes as ph.smr';

CREATE FUNCTION ph.indirect_rate(tally ph.tally, reference ph.tally, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'indirect_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.indirect_rate(ph.tally, ph.tally, float8, float8) IS
  'indirectly standardised rate: ph.smr times the crude rate of the reference, times per';

CREATE FUNCTION ph.indirect_rate_of_strata(tallies ph.tally[], reference ph.tally[], per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'indirect_rate_of_strata' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.indirect_rate_of_strata(ph.tally[], ph.tally[], float8, float8) IS
  'indirectly standardised rate over strata, one tally and one reference each: ph.smr_of_strata times the crude rate '
  'of all references, times per';
-- ---- lives ----

CREATE FUNCTION ph.life_expectancy(deaths ph.tally, age float8 DEFAULT 0, ages float8[] DEFAULT NULL,
    confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'life_expectancy' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.life_expectancy(ph.tally, float8, float8[], float8) IS
  'years still to live at an age (Chiang 1968, Silcocks et al. 2001); ages are lower bounds of bands, the last one open, {0,1,5,10,...,90} if NULL; notes: no_data, missing_input, empty_band, deaths_exceed_population, population_not_above_5000, no_deaths_in_last_band, no_survivors, interval_wider_than_20_years, key_below_ages, unknown_key';

CREATE FUNCTION ph.life_table(deaths ph.tally, ages float8[] DEFAULT NULL, confidence float8 DEFAULT 0.95,
    OUT age float8, OUT population float8, OUT deaths_counted float8, OUT death_rate float8, OUT probability_of_dying float8,
    OUT survivors float8, OUT years_lived float8, OUT years_on float8,
    OUT life_expectancy float8, OUT lower float8, OUT upper float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'life_table_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION ph.life_table(ph.tally, float8[], float8) IS
  'the life table of a tally of deaths, a row a band: survivors of 100,000 born at its start, years they live in it and from its start on, and the expectancy; no rows where no table can be made, ph.life_expectancy says why; what is left out is in the note of every row';

CREATE FUNCTION ph.healthy_life_expectancy(deaths ph.tally, survey ph.tally, age float8 DEFAULT 0,
    ages float8[] DEFAULT NULL, confidence float8 DEFAULT 0.95, variance text DEFAULT 'prevalence')
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'healthy_life_expectancy' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.healthy_life_expectancy(ph.tally, ph.tally, float8, float8[], float8, text) IS
  'years still to live in good health (Sullivan 1971); survey: key age, exposure people asked, events those not in good health; variance: prevalence, or prevalence and mortality; notes as ph.life_expectancy';

CREATE FUNCTION ph.years_of_life_lost(deaths ph.tally, age_limit float8 DEFAULT 75, standard ph.tally DEFAULT NULL,
    ages float8[] DEFAULT NULL, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'years_of_life_lost' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.years_of_life_lost(ph.tally, float8, ph.tally, float8[], float8, float8) IS
  'potential years of life lost below an age: crude rate, or directly standardised where a standard is given (weights below the limit); a death counts from the middle of its band of ages, {0,5,...,90} if NULL; limits of Dobson et al. (1991); notes: no_data, missing_input, no_exposure, empty_band, no_standard, fewer_than_10_events, key_below_ages, unknown_key';

-- ---- survival ----

CREATE FUNCTION ph_support.tally_fold_entry(ph.tally, float8, float8) RETURNS ph.tally
  AS 'MODULE_PATHNAME', 'tally_fold_entry' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.tally_fold_entry(ph.tally, float8, float8) IS 'support function of ph.entry_tally';

CREATE AGGREGATE ph.entry_tally(entered float8, "time" float8) (
  SFUNC = ph_support.tally_fold_entry, STYPE = ph.tally, INITCOND = 'empty',
  FINALFUNC = ph_support.tally_final, COMBINEFUNC = ph_support.tally_combine, SSPACE = 2048, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.entry_tally(entered float8, "time" float8) IS
  'people by time of entry, for the argument entered of survival: rows, one a person, with the times of entry and of leaving; who did not enter before leaving was never at risk and is counted as missing, so that the answer is NULL and says so';

CREATE FUNCTION ph.survival(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL,
    OUT "time" float8, OUT at_risk float8, OUT events float8, OUT censored float8, OUT survival float8, OUT standard_error float8,
    OUT lower float8, OUT upper float8, OUT cumulative_hazard float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'survival_rows' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.survival(ph.tally, float8, text, ph.tally) IS
  'the survival curve (Kaplan and Meier 1958) of a tally keyed by follow-up time: exposure who left then, events who of them with the event; Greenwood''s standard error, limits log-log, log or plain, Nelson and Aalen''s hazard; entered: a tally of the same people keyed by time of entry; no rows of an empty tally, one of NULLs with a note where there is no curve; notes: missing_input, unknown_key, no_exposure, limit_undefined';

CREATE FUNCTION ph.survival_at(tally ph.tally, at_time float8, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'survival_at' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.survival_at(ph.tally, float8, float8, text, ph.tally) IS
  'the share that survives a time, of a tally keyed by follow-up time; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up, limit_undefined';

CREATE FUNCTION ph.survival_quantile(tally ph.tally, share float8 DEFAULT 0.5, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'survival_quantile' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.survival_quantile(ph.tally, float8, float8, text, ph.tally) IS
  'the time by which a share has had the event, the middle of the stretch where the curve stays exactly there; limits where those of the curve come down to it (Brookmeyer and Crowley 1982); notes: no_data, missing_input, unknown_key, no_exposure, not_reached, follow_up_ends_at_level, limit_undefined';

CREATE FUNCTION ph.median_survival(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'log-log', entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'median_survival' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.median_survival(ph.tally, float8, text, ph.tally) IS
  'the time by which half have had the event: ph.survival_quantile of 0.5';

CREATE FUNCTION ph.restricted_mean(tally ph.tally, until float8, confidence float8 DEFAULT 0.95, entered ph.tally DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'restricted_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.restricted_mean(ph.tally, float8, float8, ph.tally) IS
  'the mean time without the event up to a time: the area under the survival curve, limits normal; never beyond the last follow-up; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up';


-- ---- the one door for indicators ----

create function ph.indicators(out indicator text, out per float8, out tally text, out reference text, out until text,
	out takes_age boolean, out meaning text) returns setof record
	as 'MODULE_PATHNAME', 'indicator_rows' language c immutable parallel safe rows 15;
comment on function ph.indicators() is
	'the indicators that ph.ask, ph.compare, ph.benchmark, the indices of inequality, ph.equity_progress and ph.chart_slope know: what each is times by itself, what its tally holds, what its reference and its time are (NULL: it reads none), and whether it takes an age';

create function ph.ask(indicator text, tally ph.tally, reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, age float8 default 0, until float8 default null) returns ph.estimate
	as 'MODULE_PATHNAME', 'ask_indicator' language c immutable parallel safe;
comment on function ph.ask(text, ph.tally, ph.tally, float8, float8, float8, float8) is
	'any indicator of ph.indicators(), asked of a tally; reference: the standard, reference or survey; reference and per NULL are the indicator''s own; NULL with a note where it is not given what it needs';

create function ph.intervals(indicator text, tally ph.tally, confidences float8[] default '{0.95,0.998}',
	reference ph.tally default null, per float8 default null, age float8 default 0, until float8 default null,
	out confidence float8, out value float8, out lower float8, out upper float8, out note text)
	returns setof record language sql immutable parallel safe rows 2
begin atomic
	select level, e.value, e.lower, e.upper, e.note
	from pg_catalog.unnest(confidences) with ordinality as asked (level, place),
		lateral ph.ask(indicator, tally, reference, per, level, age, until) e
	order by place;
end;
comment on function ph.intervals(text, ph.tally, float8[], ph.tally, float8, float8, float8) is
	'an indicator as ph.ask answers it, a row a confidence level, in their order; NULL for a level is an error as in ph.ask';
-- ---- comparing ----

CREATE FUNCTION ph.compare(tally ph.tally, comparator ph.tally, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
    contrast text DEFAULT 'difference', better text DEFAULT 'neither', age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.comparison
  AS 'MODULE_PATHNAME', 'compare' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.compare(ph.tally, ph.tally, text, ph.tally, float8, float8, text, text, float8, float8) IS
  'difference (limits recovered from either side''s own: Zou and Donner 2008, Newcombe 1998; means: Welch) or ratio (normal on the log scale) of two populations of different people; indicator: any of ph.indicators(), with its reference (NULL: its own); per NULL is the indicator''s own; better: lower, higher or neither';

CREATE FUNCTION ph.cmf(tally ph.tally, comparator ph.tally, standard ph.tally DEFAULT ph.esp2013(),
    per float8 DEFAULT 100, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'cmf' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cmf(ph.tally, ph.tally, ph.tally, float8, float8) IS
  'comparative mortality figure: ratio of two directly standardised rates times per, limits normal on the log scale (Boyle and Parkin 1991)';

CREATE FUNCTION ph.benchmark(tally ph.tally, benchmark float8, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95,
    better text DEFAULT 'neither', age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.comparison
  AS 'MODULE_PATHNAME', 'benchmark' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.benchmark(ph.tally, float8, text, ph.tally, float8, float8, text, float8, float8) IS
  'an indicator with its interval beside a fixed number in the same units: similar where the interval holds it; score test for rates, ratios and proportions, t for means, else normal';
-- ---- inequality ----

CREATE FUNCTION ph.slope_index_of_values(population float8[], value float8[], standard_error float8[] DEFAULT NULL,
    lower float8[] DEFAULT NULL, upper float8[] DEFAULT NULL, scale text DEFAULT 'identity', transform boolean DEFAULT false,
    per float8 DEFAULT 1, confidence float8 DEFAULT 0.95, repetitions integer DEFAULT 100000, seed bigint DEFAULT 1, groups integer DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'slope_index_of_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.slope_index_of_values(float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) IS
  'slope index of inequality (Low and Low 2004) of published values: groups from the most disadvantaged to the least, standard errors or 95 % limits; errors normal on the scale (identity, log, logit), transform draws the line there; exact limits, but simulated (seeded) for log or logit without transform; negative per turns the direction round';

CREATE FUNCTION ph.relative_index_of_values(population float8[], value float8[], standard_error float8[] DEFAULT NULL,
    lower float8[] DEFAULT NULL, upper float8[] DEFAULT NULL, scale text DEFAULT 'identity', transform boolean DEFAULT false,
    per float8 DEFAULT 1, confidence float8 DEFAULT 0.95, repetitions integer DEFAULT 100000, seed bigint DEFAULT 1, groups integer DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'relative_index_of_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.relative_index_of_values(float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) IS
  'relative index of inequality of published values: the ratio of the two ends of the line of '
  'ph.slope_index_of_values; limits of Fieller (1954); negative per inverts it';

CREATE FUNCTION ph.slope_index_of_inequality(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'slope_index_of_inequality' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.slope_index_of_inequality(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) IS
  'slope index of inequality of any indicator, one tally a group from the most disadvantaged to the least: value at the least disadvantaged end less that at the most; per NULL is 100000 for rates, else 1; negative turns the direction round; groups: how many there must be, else NULL with a note; notes: group N: ..., fewer_than_2_groups, number_of_groups: more or fewer than said, or neither 5 nor 10 and not said';

CREATE FUNCTION ph.relative_index_of_inequality(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'relative_index_of_inequality' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.relative_index_of_inequality(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) IS
  'relative index of inequality of any indicator, one tally a group from the most disadvantaged to the least; limits of Fieller (1954); negative per inverts it';

CREATE FUNCTION ph.concentration_index(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'concentration_index' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.concentration_index(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) IS
  'relative concentration index, -1 (all among the most disadvantaged) to 1 (Kakwani, Wagstaff and van Doorslaer 1997); variance by the delta method with fixed ranks';

CREATE FUNCTION ph.population_attributable_risk(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, reference_group integer DEFAULT NULL, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'population_attributable_risk' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.population_attributable_risk(ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) IS
  'what the mean of the groups would fall by if all had the value of the reference group, the last if NULL';

CREATE FUNCTION ph.population_attributable_fraction(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, reference_group integer DEFAULT NULL, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'population_attributable_fraction' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.population_attributable_fraction(ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) IS
  'the share of the mean of the groups that would go if all had the value of the reference group, the last if NULL';

CREATE FUNCTION ph.inequality_points(tallies ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL,
    OUT group_number integer, OUT population float8, OUT "position" float8, OUT value float8, OUT lower float8, OUT upper float8,
    OUT fitted float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'inequality_points' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.inequality_points(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) IS
  'the groups and the line of the slope index as rows for a plotting tool: position from 0 (most disadvantaged) to 1, the value with its limits, the line there';

CREATE TYPE ph.equity_progress AS (
  mean_before float8, mean_after float8, mean_change float8, mean_change_lower float8, mean_change_upper float8, mean_p_value float8,
  slope_before float8, slope_after float8, slope_change float8, slope_change_lower float8, slope_change_upper float8, slope_p_value float8,
  most_disadvantaged_change float8, most_disadvantaged_lower float8, most_disadvantaged_upper float8,
  least_disadvantaged_change float8, least_disadvantaged_lower float8, least_disadvantaged_upper float8,
  verdict text, how text, note text);
COMMENT ON TYPE ph.equity_progress IS
  'change of the mean, of the slope of inequality and of the line at the first and the last group, with limits and two-sided p; verdict: narrowing, widening, reversed, no clear change; how: levelling up, levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, both of these, not clear';
COMMENT ON COLUMN ph.equity_progress.mean_before IS
  'mean of the groups before, weighted by population, in the unit of the indicator times per';
COMMENT ON COLUMN ph.equity_progress.mean_after IS 'mean of the groups after';
COMMENT ON COLUMN ph.equity_progress.mean_change IS 'mean after less mean before';
COMMENT ON COLUMN ph.equity_progress.mean_change_lower IS 'lower confidence limit of the change of the mean';
COMMENT ON COLUMN ph.equity_progress.mean_change_upper IS 'upper confidence limit of the change of the mean';
COMMENT ON COLUMN ph.equity_progress.mean_p_value IS 'two-sided p of no change of the mean';
COMMENT ON COLUMN ph.equity_progress.slope_before IS
  'slope index of inequality before: the line at the least disadvantaged end less that at the most';
COMMENT ON COLUMN ph.equity_progress.slope_after IS 'slope index of inequality after';
COMMENT ON COLUMN ph.equity_progress.slope_change IS 'slope after less slope before';
COMMENT ON COLUMN ph.equity_progress.slope_change_lower IS 'lower confidence limit of the change of the slope';
COMMENT ON COLUMN ph.equity_progress.slope_change_upper IS 'upper confidence limit of the change of the slope';
COMMENT ON COLUMN ph.equity_progress.slope_p_value IS 'two-sided p of no change of the slope';
COMMENT ON COLUMN ph.equity_progress.most_disadvantaged_change IS 'change of the line at the most disadvantaged group';
COMMENT ON COLUMN ph.equity_progress.most_disadvantaged_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.equity_progress.most_disadvantaged_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.equity_progress.least_disadvantaged_change IS
  'change of the line at the least disadvantaged group';
COMMENT ON COLUMN ph.equity_progress.least_disadvantaged_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.equity_progress.least_disadvantaged_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.equity_progress.verdict IS
  'narrowing, widening, reversed or no clear change, by the change of the slope';
COMMENT ON COLUMN ph.equity_progress.how IS
  'levelling up, levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, both of '
  'these, or not clear';
COMMENT ON COLUMN ph.equity_progress.note IS 'why there is no answer, or what was left out';

CREATE FUNCTION ph.equity_progress(before ph.tally[], after ph.tally[], indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, better text DEFAULT 'lower', groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL)
  RETURNS ph.equity_progress
  AS 'MODULE_PATHNAME', 'equity_progress' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.equity_progress(ph.tally[], ph.tally[], text, ph.tally, float8, float8, text, integer, float8, float8) IS
  'did it get better, and most of all for the most disadvantaged? Groups from the most disadvantaged to the least, one tally each, the same in both periods, which are taken as independent; verdict from the change of the slope, how from the line at the first and last group; groups: how many there must be; notes: before: ..., after: ..., number_of_groups';

-- ---- do groups differ in survival ----

CREATE FUNCTION ph.log_rank(tallies ph.tally[], weights text DEFAULT 'log-rank', entered ph.tally[] DEFAULT NULL)
  RETURNS ph.test
  AS 'MODULE_PATHNAME', 'log_rank' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.log_rank(ph.tally[], text, ph.tally[]) IS
  'whether groups, a tally each keyed by follow-up time, differ in survival: chi-square with hypergeometric variance; weights log-rank (Mantel 1966) or peto-peto (pooled survival just before each time); groups without people at risk are left out with a note; notes: no_data, missing_input, unknown_key, fewer_than_2_groups, group_left_out, singular';

CREATE FUNCTION ph.log_rank_groups(tallies ph.tally[], weights text DEFAULT 'log-rank', entered ph.tally[] DEFAULT NULL,
    OUT group_number integer, OUT people float8, OUT observed float8, OUT expected float8, OUT variance float8, OUT note text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'log_rank_groups' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ph.log_rank_groups(ph.tally[], text, ph.tally[]) IS
  'a row a group of ph.log_rank, numbered as in the array: people, events observed and expected (weighted), variance of their difference; notes: unknown_key, and why there is no test';
-- ---- quantiles of areas ----

CREATE FUNCTION ph.quantile_group(value float8, groups integer, better text DEFAULT 'higher') RETURNS integer
  AS 'MODULE_PATHNAME', 'quantile_group' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.quantile_group(float8, integer, text) IS
  'the quantile of a value among those of its partition, 1 (worst: the lowest values, or the highest where better is lower) '
  'to groups; R''s PHEindicatormethods by default counts from the highest; in whole numbers: values that tie share one; NULL for a NULL or NaN value, which are not counted, and where there are fewer values than groups';
-- ---- control charts ----

CREATE TYPE ph.control_point AS (
  value float8, phase integer, mean float8, lower float8, upper float8, lower_two_thirds float8, upper_two_thirds float8,
  relative_to_mean integer, outside_limits boolean, close_to_limits boolean, trend boolean, two_in_three boolean, shift boolean,
  special_cause text, point_type text, variation text, assurance text, note text);
COMMENT ON TYPE ph.control_point IS
  'a point of a control chart: its phase and limits, every rule as a flag of its own, the rule that wins, what kind of point it is; variation (of the last point) and assurance (against the last target) of the series in every row; notes: missing_value, no_limits, short_phase (fewer than 13 points), limits_not_screened (screening would have left no movement)';
COMMENT ON COLUMN ph.control_point.value IS 'what is drawn: the value, proportion, rate or count, times per';
COMMENT ON COLUMN ph.control_point.phase IS 'number of the phase, from 1; each has limits of its own';
COMMENT ON COLUMN ph.control_point.mean IS 'centre line of the phase';
COMMENT ON COLUMN ph.control_point.lower IS 'lower control limit of the point';
COMMENT ON COLUMN ph.control_point.upper IS 'upper control limit of the point';
COMMENT ON COLUMN ph.control_point.lower_two_thirds IS 'two thirds of the way from the mean to the lower limit';
COMMENT ON COLUMN ph.control_point.upper_two_thirds IS 'two thirds of the way from the mean to the upper limit';
COMMENT ON COLUMN ph.control_point.relative_to_mean IS '1 above the mean, -1 below, 0 on it';
COMMENT ON COLUMN ph.control_point.outside_limits IS 'whether the point lies outside a limit';
COMMENT ON COLUMN ph.control_point.close_to_limits IS
  'whether it is close to a limit: beyond two thirds of the way and not outside';
COMMENT ON COLUMN ph.control_point.trend IS
  'whether it is one of a run of points each above, or each below, the one before';
COMMENT ON COLUMN ph.control_point.two_in_three IS
  'whether it is one of two in three points of one side that are close to the limit';
COMMENT ON COLUMN ph.control_point.shift IS 'whether it is one of a run of points on one side of the mean';
COMMENT ON COLUMN ph.control_point.special_cause IS 'the first rule that holds of the point, else common_cause';
COMMENT ON COLUMN ph.control_point.point_type IS
  'common_cause, special_cause_improvement, _concern, _neutral_high or _neutral_low';
COMMENT ON COLUMN ph.control_point.variation IS 'type of the last point of the series, in every row';
COMMENT ON COLUMN ph.control_point.assurance IS
  'whether the limits pass or fail the target of the last row, in every row; NULL without a target';
COMMENT ON COLUMN ph.control_point.note IS 'missing_value, no_limits, short_phase or limits_not_screened';

CREATE FUNCTION ph.control_xmr(value float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, screen boolean DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_xmr' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_xmr(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, boolean) IS
  'XmR chart (Shewhart 1931; Making Data Count) over (partition by series order by period); better: lower, higher, neither; rebase is true in the first row of a new phase; fix_after: points that set the limits, 12 or more; calendar: day, week, month, quarter, year, any: a missing period is an error but for any; rules: the set of r, excel or power_bi, overruled by run_length, screen and outside_counts (points outside count for two in three)';

CREATE FUNCTION ph.control_p(events float8, population float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_p' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_p(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'P chart of proportions, three sigmas of each population; overdispersion laney widens the limits for what varies between periods (Laney 2002); the other arguments as ph.control_xmr';

CREATE FUNCTION ph.control_u(events float8, exposure float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL,
    per float8 DEFAULT 1, overdispersion text DEFAULT 'none')
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_u' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_u(float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) IS
  'U chart of rates, three Poisson sigmas of each exposure; arguments as ph.control_p';

CREATE FUNCTION ph.control_c(events float8, period timestamptz, better text DEFAULT 'neither', target float8 DEFAULT NULL,
    rebase boolean DEFAULT false, fix_after integer DEFAULT NULL, calendar text DEFAULT 'month', rules text DEFAULT 'r', run_length integer DEFAULT NULL, outside_counts boolean DEFAULT NULL)
  RETURNS ph.control_point
  AS 'MODULE_PATHNAME', 'control_c' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.control_c(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean) IS
  'C chart of counts, three Poisson sigmas; arguments as ph.control_xmr';
-- ---- expected counts of periods ----

CREATE FUNCTION ph.expected_count(events float8, period timestamptz, population float8 DEFAULT 1, baseline boolean DEFAULT true,
    calendar text DEFAULT 'month')
  RETURNS float8
  AS 'MODULE_PATHNAME', 'expected_count' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.expected_count(float8, timestamptz, float8, boolean, text) IS
  'the count that a period would have from its season, its days and its people alone, over (partition by series): people times days, at the rate of the same month (quarter, week of the year, weekday: calendar) in the rows where baseline is true; for ph.control_u(events, expected, period), the chart of observed over expected; NULL with fewer than two periods of the season, or people not known';
-- ---- cumulative sums ----

CREATE TYPE ph.cusum_point AS (upper float8, lower float8, signal text, note text);
COMMENT ON TYPE ph.cusum_point IS 'a point of a cumulative sum: upper from 0 up, lower from 0 down, signal high or low beyond the decision limit; note: missing_value';
COMMENT ON COLUMN ph.cusum_point.upper IS 'cumulative sum that watches for more, from 0 up, in units of sigma';
COMMENT ON COLUMN ph.cusum_point.lower IS 'cumulative sum that watches for less, from 0 down, in units of sigma';
COMMENT ON COLUMN ph.cusum_point.signal IS 'high or low where a sum passes the decision limit; else NULL';
COMMENT ON COLUMN ph.cusum_point.note IS 'missing_value where the row has no value';

CREATE FUNCTION ph.cusum(value float8, target float8, sigma float8, allowance float8 DEFAULT 0.5, decision_limit float8 DEFAULT 5,
    reset boolean DEFAULT true)
  RETURNS ph.cusum_point
  AS 'MODULE_PATHNAME', 'cusum' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cusum(float8, float8, float8, float8, float8, boolean) IS
  'tabular cumulative sum (Page 1954) in units of sigma, over (partition by series order by period); with reset it starts again in the row after a signal';

CREATE TYPE ph.risk_adjusted_cusum_point AS (upper float8, lower float8, signal text, observed float8, expected float8, expected_less_observed float8, note text);
COMMENT ON TYPE ph.risk_adjusted_cusum_point IS 'a point of a risk-adjusted cumulative sum, and of the variable life-adjusted display: expected less observed; note: missing_value';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.upper IS
  'cumulative log-likelihood ratio that watches for more events than predicted, from 0 up';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.lower IS
  'cumulative log-likelihood ratio that watches for fewer, from 0 down';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.signal IS 'high or low where a sum passes the decision limit; else NULL';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.observed IS 'events so far';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.expected IS 'events predicted so far';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.expected_less_observed IS
  'expected less observed so far: the variable life-adjusted display';
COMMENT ON COLUMN ph.risk_adjusted_cusum_point.note IS 'missing_value where the row has no outcome or prediction';

CREATE FUNCTION ph.risk_adjusted_cusum(outcome boolean, predicted float8, odds_ratio float8 DEFAULT 2, decision_limit float8 DEFAULT 4.5,
    reset boolean DEFAULT true)
  RETURNS ph.risk_adjusted_cusum_point
  AS 'MODULE_PATHNAME', 'risk_adjusted_cusum' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_adjusted_cusum(boolean, float8, float8, float8, boolean) IS
  'risk-adjusted cumulative sum (Steiner et al. 2000): upper watches for odds times odds_ratio, lower for odds divided by it; a constant predicted risk makes it Bernoulli''s';

CREATE TYPE ph.ewma_point AS (average float8, lower float8, upper float8, signal text, note text);
COMMENT ON TYPE ph.ewma_point IS 'a point of an exponentially weighted moving average with its limits; note: missing_value';
COMMENT ON COLUMN ph.ewma_point.average IS 'exponentially weighted moving average, in the unit of the value';
COMMENT ON COLUMN ph.ewma_point.lower IS 'its lower control limit; NULL where sigma is not known';
COMMENT ON COLUMN ph.ewma_point.upper IS 'its upper control limit; NULL where sigma is not known';
COMMENT ON COLUMN ph.ewma_point.signal IS 'high or low where the average lies outside its limits; else NULL';
COMMENT ON COLUMN ph.ewma_point.note IS 'missing_value where the row has no value';

CREATE FUNCTION ph.ewma(value float8, target float8, sigma float8, weight float8 DEFAULT 0.2, width float8 DEFAULT 3)
  RETURNS ph.ewma_point
  AS 'MODULE_PATHNAME', 'ewma' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.ewma(float8, float8, float8, float8, float8) IS
  'exponentially weighted moving average (Roberts 1959) from the target on, limits width sigmas of the average to either side, exact for its age; no limits where sigma is NULL';
-- ---- recent trend ----

CREATE TYPE ph.recent_trend_answer AS (trend text, slope float8, chi_squared float8, p_value float8, note text);
COMMENT ON TYPE ph.recent_trend_answer IS
  'trend: increasing, decreasing, no_significant_change, cannot_be_calculated (with a note that says why)';
COMMENT ON COLUMN ph.recent_trend_answer.trend IS
  'increasing, decreasing, no_significant_change or cannot_be_calculated';
COMMENT ON COLUMN ph.recent_trend_answer.slope IS
  'slope of the weighted line: of the logit, or of given values, a year';
COMMENT ON COLUMN ph.recent_trend_answer.chi_squared IS 'the statistic of the trend, of 1 degree of freedom';
COMMENT ON COLUMN ph.recent_trend_answer.p_value IS 'its p';
COMMENT ON COLUMN ph.recent_trend_answer.note IS 'why there is no answer, or that one point reverses the sign';

CREATE FUNCTION ph.recent_trend(tally ph.tally) RETURNS ph.recent_trend_answer
  AS 'MODULE_PATHNAME', 'recent_trend_tally' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recent_trend(ph.tally) IS
  'trend of a proportion over its last five years, the tally keyed by year: chi-squared for trend (Armitage 1955) above 9.5495, and no single year may carry the sign (Fingertips); slope of the logit a year';

CREATE FUNCTION ph.recent_trend(year float8[], value float8[], lower float8[], upper float8[], confidence float8 DEFAULT 0.95)
  RETURNS ph.recent_trend_answer
  AS 'MODULE_PATHNAME', 'recent_trend_values' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recent_trend(float8[], float8[], float8[], float8[], float8) IS
  'trend of any indicator over its last five years: least squares weighted by the limits'' standard errors, chi-squared above 9.5495, and no single year may carry the sign (Fingertips)';
-- ---- funnels ----

CREATE TYPE ph.funnel_point AS (
  value float8, denominator float8, size float8, baseline float8, lower_998 float8, lower_95 float8, upper_95 float8, upper_998 float8,
  significance text, dispersion float8, between_variance float8, note text);
COMMENT ON TYPE ph.funnel_point IS
  'a place in a funnel: size is what to draw it at (people of a proportion, events of a ratio or rate, expected events of these where over-dispersion is allowed for), limits of 95 % and 99.8 % at that size, significance high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable, mean square of the scores and variance between places; notes: missing_input, no_exposure, zero_expected, fewer_than_10_events, no_dispersion, rate_type_not_said';
COMMENT ON COLUMN ph.funnel_point.value IS 'proportion, ratio or rate of the place, times per';
COMMENT ON COLUMN ph.funnel_point.denominator IS 'people, person-time or expected events of the place, of one year where years are given';
COMMENT ON COLUMN ph.funnel_point.size IS
  'what to draw the place at: people of a proportion, events of a ratio or rate, expected events of these where '
  'over-dispersion is allowed for';
COMMENT ON COLUMN ph.funnel_point.baseline IS 'value of all places together: the centre line';
COMMENT ON COLUMN ph.funnel_point.lower_998 IS 'lower limit of 99.8 % at that size';
COMMENT ON COLUMN ph.funnel_point.lower_95 IS 'lower limit of 95 % at that size';
COMMENT ON COLUMN ph.funnel_point.upper_95 IS 'upper limit of 95 % at that size';
COMMENT ON COLUMN ph.funnel_point.upper_998 IS 'upper limit of 99.8 % at that size';
COMMENT ON COLUMN ph.funnel_point.significance IS
  'high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable';
COMMENT ON COLUMN ph.funnel_point.dispersion IS
  'mean square of the scores of the places: above 1 there is more spread than chance makes';
COMMENT ON COLUMN ph.funnel_point.between_variance IS
  'variance between places beyond chance, on the scale of the limits; NULL where it is not allowed for';
COMMENT ON COLUMN ph.funnel_point.note IS 'why the place is not judged, or what to be careful with';

CREATE FUNCTION ph.funnel(numerator float8, denominator float8, statistic text, per float8 DEFAULT 1, rate float8 DEFAULT NULL,
    overdispersion text DEFAULT 'none', rate_type text DEFAULT NULL, years float8 DEFAULT 1)
  RETURNS ph.funnel_point
  AS 'MODULE_PATHNAME', 'funnel' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.funnel(float8, float8, text, float8, float8, text, text, float8) IS
  'each place against the baseline of its partition (Spiegelhalter 2005); statistic: proportion, rate, or ratio with expected events as denominator and a baseline of 1; rate_type: crude or dsr (directly standardised, by its rate, not judged below 10 events); NULL: dsr where the denominator is NULL, crude with a note where numerator and denominator do not make the rate; overdispersion: none, winsorised or trimmed (additive, Spiegelhalter 2012), on the arcsine root of proportions and the log of ratios and rates; years of data: the denominator is shown as of one year';

CREATE FUNCTION ph.funnel_curve(statistic text, baseline float8, smallest float8, largest float8, points integer DEFAULT 100,
    per float8 DEFAULT 1, between_variance float8 DEFAULT NULL,
    OUT size float8, OUT lower_998 float8, OUT lower_95 float8, OUT upper_95 float8, OUT upper_998 float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'funnel_curve' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.funnel_curve(text, float8, float8, float8, integer, float8, float8) IS
  'the curves of a funnel as rows for a plotting tool; size: people of a proportion, events of a ratio or rate, expected events where between_variance is given; baseline in units of per';
-- ---- small places ----

CREATE FUNCTION ph.shrunken_rate(events float8, exposure float8, per float8 DEFAULT 100000, confidence float8 DEFAULT 0.95)
  RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'shrunken_rate' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.shrunken_rate(float8, float8, float8, float8) IS
  'empirical-Bayes rate of a small place over (partition by ...): drawn towards the rate of all places with a Gamma prior by moments (Marshall 1991); exposure may be expected events; the note says how far it was drawn; notes: shrunk, no_exposure, missing_input, fewer_than_2_places';
-- ---- pictures: without a title of its own each has one that says what is drawn ----

CREATE FUNCTION ph.chart_pyramid(female ph.tally, male ph.tally, title text DEFAULT NULL, band_width float8 DEFAULT 5) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_pyramid' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_pyramid(ph.tally, ph.tally, text, float8) IS 'population pyramid as SVG: exposure by age in bands';

CREATE FUNCTION ph.chart_ranked(labels text[], estimates ph.estimate[], benchmark float8 DEFAULT NULL, title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_ranked' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_ranked(text[], ph.estimate[], float8, text) IS 'places with their limits as SVG, in the order given, beside a benchmark; a place without a value shows its note';

CREATE FUNCTION ph.chart_bars(labels text[], measures text[], heights float8[], title text DEFAULT NULL, unit text DEFAULT '') RETURNS text
  AS 'MODULE_PATHNAME', 'chart_bars' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_bars(text[], text[], float8[], text, text) IS 'groups of bars as SVG, a bar a measure, at most four; heights group by group; NULL is not shown; unit follows each number';

CREATE FUNCTION ph.chart_control(periods timestamptz[], points ph.control_point[], title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_control' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_control(timestamptz[], ph.control_point[], text) IS 'control chart as SVG from the points of ph.control_xmr and its siblings; special causes are diamonds';

CREATE FUNCTION ph.chart_funnel(labels text[], points ph.funnel_point[], title text DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_funnel' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_funnel(text[], ph.funnel_point[], text) IS 'funnel plot as SVG from the points of ph.funnel; places outside 99.8 % limits are diamonds and named';

CREATE FUNCTION ph.chart_survival(tallies ph.tally[], labels text[] DEFAULT NULL, title text DEFAULT NULL,
    confidence float8 DEFAULT 0.95, at_risk boolean DEFAULT true) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_survival' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_survival(ph.tally[], text[], text, float8, boolean) IS 'Kaplan-Meier curves as SVG, at most four, with log-log limits as bands and the people at risk below';

CREATE FUNCTION ph.chart_slope(tallies ph.tally[], labels text[] DEFAULT NULL, indicator text DEFAULT 'dsr',
    reference ph.tally DEFAULT NULL, per float8 DEFAULT NULL, confidence float8 DEFAULT 0.95, title text DEFAULT NULL, groups integer DEFAULT NULL,
    age float8 DEFAULT 0, until float8 DEFAULT NULL) RETURNS text
  AS 'MODULE_PATHNAME', 'chart_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.chart_slope(ph.tally[], text[], text, ph.tally, float8, float8, text, integer, float8, float8) IS 'inequality by group as SVG, the most disadvantaged first, with the line of the slope index';

-- ---- what was known when ----

CREATE FUNCTION ph.in_look_back(event_date timestamptz, as_of timestamptz, span interval) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.day(event_date) >= (ph_support.day(as_of) - span)::date
    AND ph_support.day(event_date) < ph_support.day(as_of);
COMMENT ON FUNCTION ph.in_look_back(timestamptz, timestamptz, interval) IS
  'whether something happened in the span before the as-of date: from as_of - span, included, to as_of, not included; of an instant its day in the session''s time zone counts; of dates plain comparisons to the planner, so an index on the date serves';
CREATE FUNCTION ph.in_follow_up(event_date timestamptz, as_of timestamptz, span interval) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN ph_support.day(event_date) >= ph_support.day(as_of)
    AND ph_support.day(event_date) < (ph_support.day(as_of) + span)::date;
COMMENT ON FUNCTION ph.in_follow_up(timestamptz, timestamptz, interval) IS
  'whether something happened in the span from the as-of date on: from as_of, included, to as_of + span, not included; of an instant its day in the session''s time zone counts; no day is in both this and ph.in_look_back';

-- ---- conditions ----

CREATE FUNCTION ph.icd10_normalise(code text, dialect text DEFAULT 'nhs') RETURNS text
  AS 'MODULE_PATHNAME', 'icd10_normalise_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.icd10_normalise(text, text) IS
  'an ICD-10 code in capitals without punctuation and, for dialect nhs, without X filler and dagger or asterisk '
  'marks; NULL for what is no code, or more than one; dialect nhs or cm';

CREATE FUNCTION ph.icd10_valid(code text, dialect text DEFAULT 'nhs') RETURNS boolean
  AS 'MODULE_PATHNAME', 'icd10_valid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.icd10_valid(text, text) IS
  'whether something is an ICD-10 code at all: a letter, a digit, then a letter or digit; what is none adds nothing to a fold, and can be counted with this';

CREATE FUNCTION ph.several_codes(code text, dialect text DEFAULT 'nhs') RETURNS boolean
  AS 'MODULE_PATHNAME', 'several_codes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.several_codes(text, text) IS
  'whether a field of an ICD-10 or SNOMED code holds more than one: codes between commas, blanks, slashes or other '
  'signs, a range of codes, or codes run together; such a field is no code to any function';

CREATE TYPE ph.conditions;
CREATE FUNCTION ph_support.conditions_in(cstring) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_out(ph.conditions) RETURNS cstring
  AS 'MODULE_PATHNAME', 'conditions_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_recv(internal) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_send(ph.conditions) RETURNS bytea
  AS 'MODULE_PATHNAME', 'conditions_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.conditions (
  INPUT = ph_support.conditions_in, OUTPUT = ph_support.conditions_out,
  RECEIVE = ph_support.conditions_recv, SEND = ph_support.conditions_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.conditions IS
  'the set of conditions that a person has, a bitmap whose text form lists names: {mi,chf,F00}';
COMMENT ON FUNCTION ph_support.conditions_in(cstring) IS 'text input of ph.conditions';
COMMENT ON FUNCTION ph_support.conditions_out(ph.conditions) IS 'text output of ph.conditions';
COMMENT ON FUNCTION ph_support.conditions_recv(internal) IS 'binary input of ph.conditions';
COMMENT ON FUNCTION ph_support.conditions_send(ph.conditions) IS 'binary output of ph.conditions';

CREATE FUNCTION ph_support.conditions_fold_code(ph.conditions, text) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_fold_code' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_fold_code_dialect(ph.conditions, text, text) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_fold_code_dialect' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_fold_name(ph.conditions, text) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_fold_name' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.conditions_fold_item(ph.conditions, text, text) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_fold_item' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_fold_item(ph.conditions, text, text) IS 'support function of the conditions aggregates';
CREATE FUNCTION ph_support.conditions_final(ph.conditions) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_fold_code(ph.conditions, text) IS 'support function of the conditions aggregates';
COMMENT ON FUNCTION ph_support.conditions_fold_code_dialect(ph.conditions, text, text) IS 'support function of the conditions aggregates';
COMMENT ON FUNCTION ph_support.conditions_fold_name(ph.conditions, text) IS 'support function of the conditions aggregates';
COMMENT ON FUNCTION ph_support.conditions_final(ph.conditions) IS 'support function of the conditions aggregates';

CREATE FUNCTION ph.union(a ph.conditions, b ph.conditions) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_union' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.union(ph.conditions, ph.conditions) IS
  'the conditions that either set holds; NULL adds nothing';
CREATE FUNCTION ph.intersection(a ph.conditions, b ph.conditions) RETURNS ph.conditions
  AS 'MODULE_PATHNAME', 'conditions_intersection' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.intersection(ph.conditions, ph.conditions) IS 'the conditions that both sets hold';

CREATE AGGREGATE ph.conditions_of(code text) (
  SFUNC = ph_support.conditions_fold_code, STYPE = ph.conditions, INITCOND = '{}',
  FINALFUNC = ph_support.conditions_final, COMBINEFUNC = ph.union, SSPACE = 64, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.conditions_of(text) IS
  'folds ICD-10 codes of a person, NHS dialect, into the conditions of every instrument at once; what is no code adds nothing';
CREATE AGGREGATE ph.conditions_of(code text, dialect text) (
  SFUNC = ph_support.conditions_fold_code_dialect, STYPE = ph.conditions, INITCOND = '{}',
  FINALFUNC = ph_support.conditions_final, COMBINEFUNC = ph.union, SSPACE = 64, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.conditions_of(text, text) IS
  'folds ICD-10 codes of a person, dialect nhs or cm, into the conditions of every instrument at once';
CREATE AGGREGATE ph.conditions_named(name text) (
  SFUNC = ph_support.conditions_fold_name, STYPE = ph.conditions, INITCOND = '{}',
  FINALFUNC = ph_support.conditions_final, COMBINEFUNC = ph.union, SSPACE = 64, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.conditions_named(text) IS
  'folds names of conditions, found by a join on any code system, into a set; an unknown name is an error';
CREATE AGGREGATE ph.conditions_named(name text, instrument text) (
  SFUNC = ph_support.conditions_fold_item, STYPE = ph.conditions, INITCOND = '{}',
  FINALFUNC = ph_support.conditions_final, COMBINEFUNC = ph.union, SSPACE = 64, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.conditions_named(text, text) IS
  'folds the names that an instrument has for its conditions, such as cambridge or frailty_index, into a set; an unknown name is an error';
CREATE AGGREGATE ph.conditions_rollup(ph.conditions) (
  SFUNC = ph.union, STYPE = ph.conditions, INITCOND = '{}',
  FINALFUNC = ph_support.conditions_final, COMBINEFUNC = ph.union, SSPACE = 64, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.conditions_rollup(ph.conditions) IS 'the conditions that any of the sets holds';

CREATE FUNCTION ph.has(conditions ph.conditions, name text) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_has_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.has(ph.conditions, text) IS 'whether a set holds the condition of that name; an unknown name is an error';
CREATE FUNCTION ph.names(conditions ph.conditions, instrument text DEFAULT NULL) RETURNS text[]
  AS 'MODULE_PATHNAME', 'conditions_names' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.names(ph.conditions, text) IS
  'names of the conditions in a set, of one instrument, as that instrument calls them, or of all';

CREATE FUNCTION ph.conditions_equal(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.conditions_equal(ph.conditions, ph.conditions) IS 'implementation of operator =';
CREATE OPERATOR ph.= (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph.conditions_equal,
  COMMUTATOR = OPERATOR(ph.=), NEGATOR = OPERATOR(ph.<>), RESTRICT = eqsel, JOIN = eqjoinsel);

CREATE FUNCTION ph_support.conditions_not_equal(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_not_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_not_equal(ph.conditions, ph.conditions) IS 'implementation of operator <>';
CREATE OPERATOR ph.<> (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph_support.conditions_not_equal,
  COMMUTATOR = OPERATOR(ph.<>), NEGATOR = OPERATOR(ph.=), RESTRICT = neqsel, JOIN = neqjoinsel);

CREATE FUNCTION ph_support.conditions_less(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_less' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_less(ph.conditions, ph.conditions) IS 'implementation of operator <';
CREATE OPERATOR ph.< (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph_support.conditions_less,
  COMMUTATOR = OPERATOR(ph.>), NEGATOR = OPERATOR(ph.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);

CREATE FUNCTION ph_support.conditions_less_or_equal(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_less_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_less_or_equal(ph.conditions, ph.conditions) IS 'implementation of operator <=';
CREATE OPERATOR ph.<= (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph_support.conditions_less_or_equal,
  COMMUTATOR = OPERATOR(ph.>=), NEGATOR = OPERATOR(ph.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);

CREATE FUNCTION ph_support.conditions_greater(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_greater' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_greater(ph.conditions, ph.conditions) IS 'implementation of operator >';
CREATE OPERATOR ph.> (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph_support.conditions_greater,
  COMMUTATOR = OPERATOR(ph.<), NEGATOR = OPERATOR(ph.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);

CREATE FUNCTION ph_support.conditions_greater_or_equal(ph.conditions, ph.conditions) RETURNS boolean
  AS 'MODULE_PATHNAME', 'conditions_greater_or_equal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_greater_or_equal(ph.conditions, ph.conditions) IS 'implementation of operator >=';
CREATE OPERATOR ph.>= (LEFTARG = ph.conditions, RIGHTARG = ph.conditions, FUNCTION = ph_support.conditions_greater_or_equal,
  COMMUTATOR = OPERATOR(ph.<=), NEGATOR = OPERATOR(ph.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

CREATE FUNCTION ph_support.conditions_compare(ph.conditions, ph.conditions) RETURNS integer
  AS 'MODULE_PATHNAME', 'conditions_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.conditions_compare(ph.conditions, ph.conditions) IS 'btree support: order by content, without meaning of its own';
CREATE OPERATOR CLASS ph.conditions_ops DEFAULT FOR TYPE ph.conditions USING btree AS
  OPERATOR 1 ph.<, OPERATOR 2 ph.<=, OPERATOR 3 ph.=, OPERATOR 4 ph.>=, OPERATOR 5 ph.>,
  FUNCTION 1 ph_support.conditions_compare(ph.conditions, ph.conditions);

-- ---- instruments ----

CREATE FUNCTION ph.instrument_codes(OUT instrument text, OUT code_list text, OUT condition text, OUT label text,
    OUT code_prefix text, OUT weight_set text, OUT points numeric) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'instrument_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 700;
COMMENT ON FUNCTION ph.instrument_codes() IS
  'every code list and weight that the extension knows: one row an ICD-10 prefix and weight set; conditions that come by name have no prefix';

CREATE FUNCTION ph.charlson(conditions ph.conditions, weights text DEFAULT 'charlson1987', hierarchy boolean DEFAULT true, code_list text DEFAULT 'quan2005')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson(ph.conditions, text, boolean, text) IS
  'Charlson index; weights charlson1987, quan2011, schneeweiss2003 (for LACE) or shmi (never below 0, meant for secondary diagnoses); hierarchy: the graver form alone counts; code lists quan2005, sundararajan2004 (ICD-10-AM), sweden2021 or shmi';
CREATE FUNCTION ph.charlson_age_adjusted(conditions ph.conditions, age integer, weights text DEFAULT 'charlson1987', code_list text DEFAULT 'quan2005')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'charlson_age_adjusted' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson_age_adjusted(ph.conditions, integer, text, text) IS
  'Charlson index with hierarchy plus a point a decade from age 50, four at most (Charlson et al. 1994); age in '
  'completed years, NULL where nobody has it';
CREATE FUNCTION ph.charlson_survival(conditions ph.conditions, age integer, code_list text DEFAULT 'quan2005')
  RETURNS float8
  AS 'MODULE_PATHNAME', 'charlson_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.charlson_survival(ph.conditions, integer, text) IS
  'estimated 10-year survival, 0.983 ^ exp(0.9 x age-adjusted index with the weights of 1987); a cohort of the '
  '1980s: for comparing, not for telling anybody; NULL for an age that nobody has';
CREATE FUNCTION ph.elixhauser(conditions ph.conditions, weights text DEFAULT 'vanwalraven2009', hierarchy boolean DEFAULT true)
  RETURNS integer
  AS 'MODULE_PATHNAME', 'elixhauser' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.elixhauser(ph.conditions, text, boolean) IS
  'Elixhauser comorbidity score from the lists of Quan et al. 2005; weights vanwalraven2009, swiss2021 or ahrq2017 (mortality); may be negative';
CREATE FUNCTION ph.cambridge_multimorbidity(conditions ph.conditions, outcome text DEFAULT 'general', conditions_of integer DEFAULT 37)
  RETURNS numeric
  AS 'MODULE_PATHNAME', 'cambridge_multimorbidity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.cambridge_multimorbidity(ph.conditions, text, integer) IS
  'Cambridge Multimorbidity Score (Payne et al. 2020) of conditions folded by ph.conditions_named(name, ''cambridge''); outcome general, mortality, unplanned_admissions or consultations; of 37 or of 20 conditions';
CREATE FUNCTION ph.frailty_index(conditions ph.conditions, age_years float8 DEFAULT NULL)
  RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'frailty_index' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.frailty_index(ph.conditions, float8) IS
  'electronic Frailty Index (Clegg et al. 2016) of deficits folded by ph.conditions_named(name, ''frailty_index''): deficits / 36; fit, mild from 5, moderate from 9, severe from 13 deficits; validated from 65 on; its code lists are not shipped';
CREATE FUNCTION ph.hospital_frailty_risk(conditions ph.conditions, age_years float8 DEFAULT NULL)
  RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'hospital_frailty_risk' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_frailty_risk(ph.conditions, float8) IS
  'ph.hospital_frailty with its band and status: low below 5, intermediate to 15, high above; not_validated below 75';
CREATE FUNCTION ph.hospital_frailty(conditions ph.conditions) RETURNS numeric
  AS 'MODULE_PATHNAME', 'hospital_frailty' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_frailty(ph.conditions) IS
  'Hospital Frailty Risk Score (Gilbert et al. 2018), exact to a tenth; low below 5, intermediate 5 to 15, high above 15; validated at 75 and over';

CREATE FUNCTION ph.explain(conditions ph.conditions, instrument text, weights text DEFAULT NULL,
    OUT condition text, OUT label text, OUT points numeric, OUT counted boolean, OUT switched_off_by text)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION ph.explain(ph.conditions, text, text) IS
  'what a score is made of: each condition, its points, whether it counted and what the hierarchy switched it off for; instrument as in ph.instrument_codes()';
CREATE FUNCTION ph.explain_codes(codes text[], event_dates date[], instrument text, weights text DEFAULT NULL, dialect text DEFAULT 'nhs',
    OUT code text, OUT event_date date, OUT condition text, OUT label text, OUT code_prefix text, OUT points numeric, OUT counted boolean,
    OUT switched_off_by text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_codes(text[], date[], text, text, text) IS
  'why a person has that score: which code, on which date, matched which prefix of which condition of the instrument, with what weight, and what the hierarchy over all the codes switched it off for; from array_agg over the person''s events';

-- ---- admissions ----

CREATE FUNCTION ph.ambulatory_care_sensitive(primary_diagnosis text, secondary_diagnoses text[] DEFAULT NULL, procedures text[] DEFAULT NULL,
    list text DEFAULT 'nhsof_2_3_i', OUT condition text, OUT condition_group text, OUT rule text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'ambulatory_care_sensitive' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION ph.ambulatory_care_sensitive(text, text[], text[], text) IS
  'the ambulatory-care-sensitive conditions for which an admission counts, by the positions of its diagnoses (ICD-10) and its procedures (OPCS-4); list nhsof_2_3_i (NHS Outcomes Framework 2.3.i, CCG OIS 2.6) or nhs_institute_19 (one source); count emergency admissions, first episodes, on the list''s own admission rules';
CREATE FUNCTION ph.is_emergency_admission(admission_method text, list text DEFAULT 'nhsof_2_3_i') RETURNS boolean
  AS 'MODULE_PATHNAME', 'is_emergency_admission' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.is_emergency_admission(text, text) IS
  'whether a HES admission method is an emergency to a list of ambulatory-care-sensitive conditions';

-- ---- what each score is for ----

create function ph.instruments(
	out instrument text, out purpose text, out population text, out age_from integer, out age_to integer,
	out looks_back interval, out inputs text, out names_a_person boolean, out source text, out licence text)
	returns setof record language sql immutable parallel safe rows 20 set search_path = pg_catalog, pg_temp as $$
	values
		('news2', 'acute deterioration in hospital or at home: how soon and by whom to be seen',
			'adults, not pregnant', 16, null::integer, null::interval, 'vital signs taken together', true,
			'Royal College of Physicians 2017',
			'no restriction; the College is to be named as its holder, and its charts to stay as they are'),
		('lace', 'death or unplanned readmission within 30 days of discharge', 'adults, medical and surgical', 18, null,
			'6 months', 'the stay, its comorbidity, emergency visits of the 6 months before', true,
			'van Walraven et al. 2010', 'published points'),
		('hospital_score', 'avoidable readmission within 30 days of discharge', 'adults of medical wards', 18, null,
			'1 year', 'haemoglobin and sodium at discharge, the stay, admissions of the year before', true,
			'Donze et al. 2013, 2016', 'published points'),
		('hospital_frailty_risk', 'frailty as admissions show it: long stays, death, readmission',
			'emergency admissions', 75, null, '2 years', 'ICD-10 codes of two years, the admission itself included', true,
			'Gilbert et al. 2018', 'CC BY 4.0'),
		('hospital_frailty', 'the same as a number alone', 'emergency admissions', 75, null, '2 years',
			'ICD-10 codes of two years, the admission itself included', true, 'Gilbert et al. 2018', 'CC BY 4.0'),
		('frailty_index', 'frailty as general practice records it: care home, admission, death', 'people of practices', 65,
			95, null, '36 deficits, present or not, ever recorded', true, 'Clegg et al. 2016',
			'published formula; its code lists have terms of their own and are not shipped'),
		('cha2ds2_vasc', 'stroke within a year: whether to offer anticoagulation', 'adults with atrial fibrillation', 18,
			null, null, 'age, sex, conditions ever recorded', true, 'Lip et al. 2010', 'published points'),
		('egfr', 'kidney function, its category', 'adults, creatinine stable', 18, null, null,
			'a creatinine; a category needs two at least 90 days apart', true, 'Inker et al. 2021; Levey et al. 2009',
			'published equations'),
		('kidney_failure_risk', 'dialysis or transplant within 2 or 5 years: whom to refer',
			'adults with a GFR below 60', 18, null, null, 'GFR and urine albumin of about the same day', true,
			'Tangri et al. 2011, 2016', 'published equations'),
		('fib4', 'advanced fibrosis of the liver: whom to test further', 'adults with a reason to look', 35, null, null,
			'AST, ALT and platelets of one sample', true, 'Sterling et al. 2006; McPherson et al. 2017',
			'published formula'),
		('score2', 'first cardiovascular event within 10 years', 'people without cardiovascular disease, in Europe', 40,
			89, null, 'blood pressure and cholesterol as last measured, untreated or not', true,
			'SCORE2, SCORE2-OP 2021; SCORE2-Diabetes 2023', 'published equations'),
		('charlson', 'comorbidity, to compare hospitals and groups', 'people in hospital', 18, null, null,
			'ICD-10 codes; how far back is the analyst''s to state', false,
			'Charlson et al. 1987; Quan et al. 2005, 2011; Sundararajan et al. 2004; Ludvigsson et al. 2021',
			'published lists and weights'),
		('charlson_age_adjusted', 'comorbidity and age, to compare groups', 'people in hospital', 18, null, null,
			'as charlson, and age', false, 'Charlson et al. 1994', 'published weights'),
		('charlson_survival', 'survival of 10 years as in the 1980s, to compare groups', 'people in hospital', 18, null,
			null, 'as charlson, and age', false, 'Charlson et al. 1987, 1994', 'published formula'),
		('elixhauser', 'comorbidity, to compare deaths in hospital', 'people in hospital', 18, null, null,
			'ICD-10 codes; how far back is the analyst''s to state', false,
			'Elixhauser et al. 1998; Quan et al. 2005; van Walraven et al. 2009; Moore et al. 2017; Sharma et al. 2021',
			'published lists and weights'),
		('cambridge_multimorbidity', 'multimorbidity, to tell need between groups and segments', 'people of practices',
			20, null, null, 'conditions by name, ever recorded or treated', false, 'Payne et al. 2020',
			'published weights; code lists are the user''s'),
		('ambulatory_care_sensitive', 'admissions that care outside hospital might have avoided, counted by place',
			'admissions', 0, null, null, 'diagnoses by position and procedures of one admission', false,
			'NHS Outcomes Framework 2.3.i; NHS Institute', 'published rules') $$;
comment on function ph.instruments() is
	'what each score that is shipped is for: purpose, the population and ages in which its source validated it (age_to NULL: '
	'no upper end), how far back its source counted (NULL: it does not say), which inputs, whether it names a person for '
	'care or compares groups only, source and licence';

CREATE FUNCTION ph.fib4(age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text DEFAULT 'nafld') RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'fib4' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.fib4(float8, float8, float8, float8, text) IS
  'FIB-4, liver fibrosis (Sterling et al. 2006); cutoffs nafld (McPherson et al. 2017, from 35, another lower edge from 65) or sterling';
CREATE FUNCTION ph.fib4_terms(age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text DEFAULT 'nafld',
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'fib4_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.fib4_terms(float8, float8, float8, float8, text) IS
  'what FIB-4 is made of: each term''s contribution to its logarithm';

CREATE FUNCTION ph.news2(respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean, systolic_bp_mmhg float8,
    pulse_per_min float8, consciousness text, temperature_c float8, oxygen_scale integer DEFAULT 1, age_years float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'news2' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.news2(float8, float8, boolean, float8, float8, text, float8, integer, float8) IS
  'National Early Warning Score 2 (Royal College of Physicians 2017, who hold it): consciousness A, C, V, P or U; oxygen_scale 2 where the prescribed saturation is 88 to 92 %; low, low_medium (a single 3), medium from 5, high from 7; from 16 years, not in pregnancy';
CREATE FUNCTION ph.news2_terms(respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean, systolic_bp_mmhg float8,
    pulse_per_min float8, consciousness text, temperature_c float8, oxygen_scale integer DEFAULT 1, age_years float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'news2_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.news2_terms(float8, float8, boolean, float8, float8, text, float8, integer, float8) IS
  'what NEWS2 is made of: each vital sign and its points';

CREATE FUNCTION ph.lace(length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'lace' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.lace(float8, boolean, float8, float8) IS
  'LACE, readmission or death within 30 days (van Walraven et al. 2010); charlson with the weights schneeweiss2003; visits of the six months before the admission, without its own; low, moderate from 5, high from 10';
CREATE FUNCTION ph.lace_terms(length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'lace_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.lace_terms(float8, boolean, float8, float8) IS
  'what LACE is made of: each component and its points';

CREATE FUNCTION ph.hospital_score(haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean, urgent_admission boolean,
    admissions_12_months float8, length_of_stay_days float8) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'hospital_score' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hospital_score(float8, boolean, float8, boolean, boolean, float8, float8) IS
  'HOSPITAL score, avoidable readmission within 30 days (Donze et al. 2013, 2016); results at discharge; low, intermediate from 5, high from 7';
CREATE FUNCTION ph.hospital_score_terms(haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean, urgent_admission boolean,
    admissions_12_months float8, length_of_stay_days float8,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'hospital_score_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.hospital_score_terms(float8, boolean, float8, boolean, boolean, float8, float8) IS
  'what the HOSPITAL score is made of: each component and its points';

CREATE FUNCTION ph.cha2ds2_vasc(age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean, diabetes boolean) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'cha2ds2_vasc' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cha2ds2_vasc(float8, text, boolean, boolean, boolean, boolean, boolean) IS
  'CHA2DS2-VASc of adults with atrial fibrillation (Lip et al. 2010), 0 to 9; stroke: also transient ischaemic attack and thromboembolism';
CREATE FUNCTION ph.cha2ds2_vasc_terms(age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean, diabetes boolean,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'cha2ds2_vasc_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 7;
COMMENT ON FUNCTION ph.cha2ds2_vasc_terms(float8, text, boolean, boolean, boolean, boolean, boolean) IS
  'what CHA2DS2-VASc is made of: each component and its points';

CREATE FUNCTION ph.egfr(creatinine_umol_l float8, age_years float8, sex text, equation text DEFAULT 'ckdepi2021') RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'egfr' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.egfr(float8, float8, text, text) IS
  'estimated glomerular filtration rate in ml/min/1.73 m2 with its G category, from 18 years; equation ckdepi2021 (Inker et al. 2021) or ckdepi2009 (Levey et al. 2009, without a term for ethnicity)';
CREATE FUNCTION ph.egfr_terms(creatinine_umol_l float8, age_years float8, sex text, equation text DEFAULT 'ckdepi2021',
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'egfr_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.egfr_terms(float8, float8, text, text) IS
  'what eGFR is made of: each term''s contribution to its logarithm';

CREATE FUNCTION ph.acr_category(acr_mg_mmol float8) RETURNS text
  AS 'MODULE_PATHNAME', 'acr_category' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.acr_category(float8) IS
  'category of the albumin-creatinine ratio in mg/mmol: A1 below 3, A2 to 30, A3 above; NULL for what is none';

CREATE FUNCTION ph.kidney_failure_risk(age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer DEFAULT 5, region text DEFAULT 'non_north_america',
    variables integer DEFAULT 4, diabetes boolean DEFAULT NULL, hypertension boolean DEFAULT NULL, albumin_g_l float8 DEFAULT NULL,
    phosphate_mmol_l float8 DEFAULT NULL, bicarbonate_mmol_l float8 DEFAULT NULL, calcium_mmol_l float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'kidney_failure_risk' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.kidney_failure_risk(float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) IS
  'kidney failure risk equation (Tangri et al. 2011, 2016): the share that will need dialysis or a transplant within 2 or 5 years, of adults with an eGFR below 60; region non_north_america (the UK) or north_america; variables 4, or 6 or 8, which rest on one source';
CREATE FUNCTION ph.kidney_failure_risk_terms(age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer DEFAULT 5, region text DEFAULT 'non_north_america',
    variables integer DEFAULT 4, diabetes boolean DEFAULT NULL, hypertension boolean DEFAULT NULL, albumin_g_l float8 DEFAULT NULL,
    phosphate_mmol_l float8 DEFAULT NULL, bicarbonate_mmol_l float8 DEFAULT NULL, calcium_mmol_l float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'kidney_failure_risk_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION ph.kidney_failure_risk_terms(float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) IS
  'what the kidney failure risk is made of: each term''s contribution to the linear predictor';

CREATE FUNCTION ph.score2(age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8, total_cholesterol_mmol_l float8,
    hdl_cholesterol_mmol_l float8, diabetes boolean DEFAULT false, model text DEFAULT 'by_age', age_at_diabetes_diagnosis_years float8 DEFAULT NULL,
    hba1c_mmol_mol float8 DEFAULT NULL, egfr_ml_min float8 DEFAULT NULL) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score2' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score2(float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) IS
  'SCORE2, SCORE2-OP or SCORE2-Diabetes (2021, 2023): the share that will have a cardiovascular event within ten '
  'years; region low (the UK), moderate, high or very_high; model by_age: score2 from 40, score2_op from 70 to 89; '
  'or score2_diabetes, of people with diabetes, which alone reads the last three inputs (else not_used in the status)';
CREATE FUNCTION ph.score2_terms(age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8, total_cholesterol_mmol_l float8,
    hdl_cholesterol_mmol_l float8, diabetes boolean DEFAULT false, model text DEFAULT 'by_age', age_at_diabetes_diagnosis_years float8 DEFAULT NULL,
    hba1c_mmol_mol float8 DEFAULT NULL, egfr_ml_min float8 DEFAULT NULL,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'score2_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 17;
COMMENT ON FUNCTION ph.score2_terms(float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) IS
  'what SCORE2 is made of: each term''s contribution to the linear predictor, before recalibration to the region';

-- ---- one pass of a regression ----

CREATE TYPE ph.regression;
CREATE FUNCTION ph_support.regression_in(cstring) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_out(ph.regression) RETURNS cstring
  AS 'MODULE_PATHNAME', 'regression_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_recv(internal) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_send(ph.regression) RETURNS bytea
  AS 'MODULE_PATHNAME', 'regression_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.regression (
  INPUT = ph_support.regression_in, OUTPUT = ph_support.regression_out,
  RECEIVE = ph_support.regression_recv, SEND = ph_support.regression_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.regression IS
  'what one pass of a regression sums up over its rows; passes over parts of the rows combine. Holds no rows';
COMMENT ON FUNCTION ph_support.regression_in(cstring) IS 'text input of ph.regression';
COMMENT ON FUNCTION ph_support.regression_out(ph.regression) IS 'text output of ph.regression';
COMMENT ON FUNCTION ph_support.regression_recv(internal) IS 'binary input of ph.regression';
COMMENT ON FUNCTION ph_support.regression_send(ph.regression) IS 'binary output of ph.regression';

CREATE FUNCTION ph_support.regression_fold(ph.regression, pass text, family text, response float8, x float8[], weight float8, "offset" float8,
    parameters float8[], single boolean) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_combine(ph.regression, ph.regression) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.regression_fold_outer(ph.regression, scores ph.regression) RETURNS ph.regression
  AS 'MODULE_PATHNAME', 'regression_fold_outer' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.log_exposure(exposure float8, events float8) RETURNS float8
  AS 'MODULE_PATHNAME', 'log_exposure' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.frequency_weight(weight float8) RETURNS float8
  AS 'MODULE_PATHNAME', 'frequency_weight' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.regression_fold(ph.regression, text, text, float8, float8[], float8, float8, float8[], boolean) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.regression_combine(ph.regression, ph.regression) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.regression_fold_outer(ph.regression, ph.regression) IS 'support function of the regression aggregates';
COMMENT ON FUNCTION ph_support.log_exposure(float8, float8) IS
  'the offset of an exposure: its logarithm; NULL for 0, so that the row is left out and counted; events where it is '
  '0 are an error';
COMMENT ON FUNCTION ph_support.frequency_weight(float8) IS 'the weight itself; one that is no whole number of rows is an error';

CREATE AGGREGATE ph.regression_sums(pass text, family text, response float8, x float8[], weight float8, "offset" float8,
    parameters float8[], single boolean) (
  SFUNC = ph_support.regression_fold, STYPE = ph.regression, COMBINEFUNC = ph_support.regression_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.regression_sums(text, text, float8, float8[], float8, float8, float8[], boolean) IS
  'one pass of a regression of family linear, logistic or poisson, x with a 1 for the intercept: pass products '
  '(exact cross products of x and response), start, step (gradient and Hessian at the coefficients), scores (the '
  'gradient alone), squares (of the residuals); parameters: the centre of each x, the coefficients of the centred x, '
  'the direction of the last step, as the pass needs them; single: a row is one observation whatever its weight; '
  'rows with a NULL are counted and left out';
CREATE AGGREGATE ph.regression_outer(scores ph.regression) (
  SFUNC = ph_support.regression_fold_outer, STYPE = ph.regression, COMBINEFUNC = ph_support.regression_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.regression_outer(ph.regression) IS
  'folds the scores of clusters, one row each, into the sum of their outer products';

-- ---- models ----

CREATE TYPE ph.model AS (
  family text, terms text[], coefficients float8[], covariance float8[], centre float8[], baseline_survival float8,
  status text, variance text, rows bigint, rows_left_out bigint, clusters bigint, rank integer, residual_df float8, iterations integer,
  log_likelihood float8, null_log_likelihood float8, deviance float8, null_deviance float8, pearson float8,
  residual_standard_error float8, r_squared float8, aic float8, bic float8, note text);
COMMENT ON TYPE ph.model IS
  'a regression model as a value: family linear, logistic, poisson or cox; terms, of which (intercept) is always 1; coefficients, NULL where the terms before make up the term, and none at all where the fit failed; covariance; centre, taken off each term; baseline_survival of a Cox model at its horizon; status ok, given, collinear, separation, one_class, no_events, no_rows, not_converged, singular. Holds no rows';
COMMENT ON COLUMN ph.model.family IS 'linear, logistic, poisson or cox';
COMMENT ON COLUMN ph.model.terms IS 'names of the terms, of which (intercept) is always 1';
COMMENT ON COLUMN ph.model.coefficients IS
  'one a term; NULL where the terms before make up the term; none at all where the fit failed';
COMMENT ON COLUMN ph.model.covariance IS 'of the coefficients, a row a term';
COMMENT ON COLUMN ph.model.centre IS 'what is taken off each term; NULL for nothing';
COMMENT ON COLUMN ph.model.baseline_survival IS
  'of a Cox model: survival at its horizon where every term is at its centre';
COMMENT ON COLUMN ph.model.status IS
  'ok, given, collinear, separation, one_class, no_events, no_rows, not_converged or singular';
COMMENT ON COLUMN ph.model.variance IS 'how the covariance was found: model, hc0, hc1, cluster or cluster0';
COMMENT ON COLUMN ph.model.rows IS 'rows that were fitted';
COMMENT ON COLUMN ph.model.rows_left_out IS 'rows with a NULL, and rows without exposure';
COMMENT ON COLUMN ph.model.clusters IS 'clusters of the variance; NULL without';
COMMENT ON COLUMN ph.model.rank IS 'terms that are not made up of others';
COMMENT ON COLUMN ph.model.residual_df IS 'observations less rank: rows, or their frequencies added up';
COMMENT ON COLUMN ph.model.iterations IS 'passes of Newton''s method';
COMMENT ON COLUMN ph.model.log_likelihood IS 'at the coefficients';
COMMENT ON COLUMN ph.model.null_log_likelihood IS 'log-likelihood of the intercept, and the offset, alone';
COMMENT ON COLUMN ph.model.deviance IS 'at the coefficients; of a linear model the residual sum of squares';
COMMENT ON COLUMN ph.model.null_deviance IS 'deviance of the intercept, and the offset, alone';
COMMENT ON COLUMN ph.model.pearson IS 'sum of squared residuals over their variances';
COMMENT ON COLUMN ph.model.residual_standard_error IS 'of a linear model';
COMMENT ON COLUMN ph.model.r_squared IS 'of a linear model: the share of the squares that is explained';
COMMENT ON COLUMN ph.model.aic IS 'Akaike''s information criterion';
COMMENT ON COLUMN ph.model.bic IS 'Bayesian information criterion';
COMMENT ON COLUMN ph.model.note IS 'what to be careful with, such as the terms that are collinear';

CREATE FUNCTION ph.given_model(family text, terms text[], coefficients float8[], centre float8[] DEFAULT NULL, baseline_survival float8 DEFAULT NULL) RETURNS ph.model
  AS 'MODULE_PATHNAME', 'given_model' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.given_model(text, text[], float8[], float8[], float8) IS
  'a model from a paper or from elsewhere: family linear, logistic, poisson or cox; the term (intercept) is always 1; centre is taken off each term; a Cox model needs its baseline survival at the horizon';

CREATE FUNCTION ph.coefficients(model ph.model, confidence float8 DEFAULT 0.95,
    OUT term text, OUT coefficient float8, OUT standard_error float8, OUT statistic float8, OUT p_value float8, OUT lower float8, OUT upper float8,
    OUT ratio float8, OUT ratio_lower float8, OUT ratio_upper float8, OUT note text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'coefficients' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.coefficients(ph.model, float8) IS
  'a row a term: coefficient, standard error, t (linear; of G clusters with G - 1 degrees of freedom) or z, p, '
  'limits, and exp of coefficient and limits: an odds, rate or hazard ratio';

CREATE FUNCTION ph.score(model ph.model, x float8[], exposure float8 DEFAULT 1) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score_list' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score(ph.model, float8[], float8) IS
  'the answer of a model for one person, x in the order of its terms without the intercept: a mean, a probability, events expected in the exposure, or the Cox risk 1 - S0 ^ exp(predictor); what is missing is said in the status';
CREATE FUNCTION ph.score_by_name(model ph.model, x jsonb, exposure float8 DEFAULT 1) RETURNS ph.risk_score
  AS 'MODULE_PATHNAME', 'score_named' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.score_by_name(ph.model, jsonb, float8) IS
  'the answer of a model for one person, values by the names of its terms: to_jsonb(row) serves; other names are passed over';
CREATE FUNCTION ph.explain_score(model ph.model, x float8[], exposure float8 DEFAULT 1,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_list' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_score(ph.model, float8[], float8) IS 'what each term adds to the linear predictor of a model for one person';
CREATE FUNCTION ph.explain_score_by_name(model ph.model, x jsonb, exposure float8 DEFAULT 1,
    OUT term text, OUT value float8, OUT contribution float8, OUT status text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'explain_named' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.explain_score_by_name(ph.model, jsonb, float8) IS
  'what each term adds to the linear predictor of a model for one person, values by name';

CREATE FUNCTION ph.fit(family text, query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, exposure text DEFAULT NULL,
    offset_column text DEFAULT NULL, weight text DEFAULT NULL, weight_type text DEFAULT 'frequency', cluster text DEFAULT NULL,
    variance text DEFAULT 'model', intercept boolean DEFAULT true, max_iterations integer DEFAULT 50) RETURNS ph.model
  AS 'MODULE_PATHNAME', 'fit' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.fit(text, text, text, text[], text, text, text, text, text, text, boolean, integer) IS
  'fits a linear, logistic or Poisson regression over the rows of a query: the response is its first column unless '
  'named, the terms all columns without another part; exposure is person-time of a Poisson model; weights are '
  'frequency (whole numbers), probability, or, of a linear model, precision (variance sigma^2 / weight); variance '
  'model, hc0, hc1 (White 1980), cluster or cluster0 (Liang and Zeger 1986). Every pass is one parallel query under '
  'the snapshot of the calling statement; rows with a NULL are left out and counted; a fit that fails has a status '
  'that says why and no coefficients';

-- ---- risk tiers ----

CREATE FUNCTION ph.risk_tier(score float8, cuts float8[] DEFAULT '{0.005,0.05,0.20}', ties text DEFAULT 'down')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'risk_tier' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_tier(float8, float8[], text) IS
  'window function over (order by score desc, person_id): tier 1 above the first cut, 2 above the second, ...; cuts are shares of the people with a score; people tied across a cut go down, up, or are split in the window''s order';
CREATE FUNCTION ph.capacity_tier(score float8, places float8[], ties text DEFAULT 'down')
  RETURNS integer
  AS 'MODULE_PATHNAME', 'capacity_tier' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.capacity_tier(float8, float8[], text) IS
  'window function over (order by score desc, person_id): tier 1 for those that the first places have room for, 2 for the next, ..., and one more for the rest; people tied at the last place go down (so that there is room for all), up, or are split in the window''s order';
CREATE FUNCTION ph.tier_cuts(tally ph.tally, cuts float8[] DEFAULT '{0.005,0.05,0.20}', ties text DEFAULT 'down',
    OUT tier integer, OUT cut float8, OUT score float8, OUT wanted float8, OUT placed float8, OUT tied float8)
  RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'tier_cuts' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION ph.tier_cuts(ph.tally, float8[], text) IS
  'asked of a tally keyed by score: people wanted above each cut, placed there by the tie rule, and tied at the score where it falls';
CREATE FUNCTION ph.risk_band(score float8, edges float8[]) RETURNS integer
  AS 'MODULE_PATHNAME', 'risk_band' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.risk_band(float8, float8[]) IS
  'band between fixed edges in descending order: 1 at or above the first edge, 2 at or above the second, ...';

-- ---- judging a score: discrimination ----

CREATE FUNCTION ph.auroc(tally ph.tally, confidence float8 DEFAULT 0.95, limits text DEFAULT 'delong') RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'auroc' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.auroc(ph.tally, float8, text) IS
  'area under the ROC curve of a tally keyed by score, ph.person_tally(score, outcome): the chance that somebody with the outcome has a higher score than somebody without, ties counting half; limits delong (DeLong et al. 1988) or logit; people without score or outcome are left out and counted; notes: no_data, one_class, left_out, limit_undefined';
CREATE FUNCTION ph.average_precision(tally ph.tally, confidence float8 DEFAULT 0.95) RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'average_precision' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.average_precision(ph.tally, float8) IS
  'area under precision against recall, in steps, tied scores as one block; limits on the logit (Boyd, Eng and Page 2013); a useless score reaches the prevalence';
CREATE FUNCTION ph.roc(tally ph.tally, OUT threshold float8, OUT true_positives float8, OUT false_positives float8, OUT false_negatives float8,
    OUT true_negatives float8, OUT sensitivity float8, OUT specificity float8, OUT positive_predictive_value float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'roc' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION ph.roc(ph.tally) IS 'a row a score from the highest: who is flagged at or above it, and who of them has the outcome';
CREATE FUNCTION ph.top_shares(tally ph.tally, shares float8[] DEFAULT '{0.005,0.01,0.02,0.05,0.1,0.2}',
    OUT share float8, OUT people float8, OUT threshold float8, OUT events float8, OUT positive_predictive_value float8, OUT sensitivity float8, OUT lift float8,
    OUT people_at_threshold float8, OUT positive_predictive_value_at_threshold float8, OUT sensitivity_at_threshold float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'top_shares' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 6;
COMMENT ON FUNCTION ph.top_shares(ph.tally, float8[]) IS
  'what the top shares of the people hold: people (rounded up), the score at the edge, people with the outcome among them (tied ones in proportion), positive predictive value, sensitivity and lift; and the same for all at or above the edge';
CREATE FUNCTION ph.concordance(tallies ph.tally[], confidence float8 DEFAULT 0.95) RETURNS ph.estimate
  AS 'MODULE_PATHNAME', 'concordance' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.concordance(ph.tally[], float8) IS
  'Harrell''s C of a tally a score, in ascending order of the scores, each keyed by follow-up time as for ph.survival; standard error by infinitesimal jackknife; notes: no_comparable_pairs, left_out';

-- ---- judging a score: calibration ----

CREATE TYPE ph.calibration AS (
  people float8, observed float8, expected float8, observed_to_expected float8, observed_to_expected_lower float8, observed_to_expected_upper float8,
  in_the_large float8, in_the_large_lower float8, in_the_large_upper float8, slope float8, slope_lower float8, slope_upper float8, slope_intercept float8,
  brier float8, brier_scaled float8, log_loss float8, spiegelhalter_z float8, spiegelhalter_p float8, without_logit float8, note text);
COMMENT ON TYPE ph.calibration IS
  'predicted against observed: their ratio with exact Poisson limits; calibration in the large (intercept where the slope is 1) and slope, both 0 and 1 where risks are right; Brier score, its improvement over the prevalence alone, log loss, Spiegelhalter''s test; people of risk 0 or 1, who have no logit';
COMMENT ON COLUMN ph.calibration.people IS 'people with a risk and an outcome';
COMMENT ON COLUMN ph.calibration.observed IS 'people with the outcome';
COMMENT ON COLUMN ph.calibration.expected IS 'sum of the predicted risks';
COMMENT ON COLUMN ph.calibration.observed_to_expected IS 'observed / expected';
COMMENT ON COLUMN ph.calibration.observed_to_expected_lower IS 'its lower limit, exact Poisson';
COMMENT ON COLUMN ph.calibration.observed_to_expected_upper IS 'its upper limit, exact Poisson';
COMMENT ON COLUMN ph.calibration.in_the_large IS
  'calibration in the large: the intercept, on the logit, where the slope is 1; 0 where risks are right';
COMMENT ON COLUMN ph.calibration.in_the_large_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.calibration.in_the_large_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.calibration.slope IS
  'calibration slope, on the logit; 1 where risks are right, below 1 where they are too extreme';
COMMENT ON COLUMN ph.calibration.slope_lower IS 'its lower confidence limit';
COMMENT ON COLUMN ph.calibration.slope_upper IS 'its upper confidence limit';
COMMENT ON COLUMN ph.calibration.slope_intercept IS 'the intercept that goes with the slope';
COMMENT ON COLUMN ph.calibration.brier IS 'Brier score: the mean squared difference of risk and outcome';
COMMENT ON COLUMN ph.calibration.brier_scaled IS
  'its improvement over giving everybody the prevalence: 1 perfect, 0 none';
COMMENT ON COLUMN ph.calibration.log_loss IS 'mean negative log-likelihood of an outcome';
COMMENT ON COLUMN ph.calibration.spiegelhalter_z IS 'statistic of Spiegelhalter''s test, a standard normal';
COMMENT ON COLUMN ph.calibration.spiegelhalter_p IS 'its two-sided p';
COMMENT ON COLUMN ph.calibration.without_logit IS
  'people of risk 0 or 1, who have no logit and are not in intercept and slope';
COMMENT ON COLUMN ph.calibration.note IS 'why there is no answer, or what was left out';
CREATE FUNCTION ph.calibration(tally ph.tally, confidence float8 DEFAULT 0.95) RETURNS ph.calibration
  AS 'MODULE_PATHNAME', 'calibration' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.calibration(ph.tally, float8) IS
  'calibration of a tally keyed by predicted risk, ph.person_tally(risk, outcome); notes: no_data, left_out, one_class, no_slope, risk_0_or_1';
CREATE FUNCTION ph.calibration_groups(tally ph.tally, groups integer DEFAULT 10, confidence float8 DEFAULT 0.95,
    OUT risk_group integer, OUT people float8, OUT lowest float8, OUT highest float8, OUT expected float8, OUT observed float8,
    OUT mean_predicted float8, OUT observed_share float8, OUT lower float8, OUT upper float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'calibration_groups' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.calibration_groups(ph.tally, integer, float8) IS
  'expected against observed from the lowest risks to the highest, in groups as equal as ties let them be (rank r of n: group floor((r - 1) groups / n), tied people together), with Wilson limits';
CREATE FUNCTION ph.hosmer_lemeshow(tally ph.tally, groups integer DEFAULT 10) RETURNS ph.test
  AS 'MODULE_PATHNAME', 'hosmer_lemeshow' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.hosmer_lemeshow(ph.tally, integer) IS
  'Hosmer and Lemeshow''s test of risks that were not fitted to these people: degrees of freedom are the groups of ph.calibration_groups';
CREATE FUNCTION ph.recalibrated(risk float8, intercept float8, slope float8 DEFAULT 1) RETURNS float8
  AS 'MODULE_PATHNAME', 'recalibrated' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.recalibrated(float8, float8, float8) IS
  'a risk from anywhere after recalibration, with in_the_large alone or slope_intercept and slope of ph.calibration; '
  'NULL for what is no risk between 0 and 1';
CREATE FUNCTION ph.recalibrate(model ph.model, tally ph.tally, method text DEFAULT 'intercept') RETURNS ph.model
  AS 'MODULE_PATHNAME', 'recalibrate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.recalibrate(ph.model, ph.tally, text) IS
  'a logistic model moved to the population in which its risks were tallied: method intercept or intercept_and_slope; a new model, without what was known of the fit of the old';

CREATE FUNCTION ph.net_benefit(tally ph.tally, thresholds float8[] DEFAULT '{0.05,0.1,0.2,0.3}',
    OUT threshold float8, OUT true_positives float8, OUT false_positives float8, OUT net_benefit float8, OUT net_benefit_all float8,
    OUT net_benefit_none float8, OUT standardised float8, OUT avoided_per_100 float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'net_benefit' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.net_benefit(ph.tally, float8[]) IS
  'decision curve (Vickers and Elkin 2006) of a tally keyed by predicted risk: net benefit of helping those at or above each threshold, beside helping all and none; standardised by the prevalence; how many of 100 need not be helped against helping all';

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

-- ---- segmentation schemes as data ----

CREATE TABLE ph.scheme (
  scheme text NOT NULL CHECK (scheme <> ''), version text NOT NULL CHECK (version <> ''),
  label text NOT NULL, source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')),
  precedence text CHECK (precedence IN ('source', 'ours')), valid_from date, used_at timestamptz,
  PRIMARY KEY (scheme, version));
COMMENT ON TABLE ph.scheme IS 'segmentation schemes that are shipped: read only; copy one into tables of your own with ph.copy_scheme to change it';
COMMENT ON COLUMN ph.scheme.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme.label IS 'name to show';
COMMENT ON COLUMN ph.scheme.source IS 'where the scheme comes from';
COMMENT ON COLUMN ph.scheme.valid_from IS 'day from which the version is meant to hold';
COMMENT ON COLUMN ph.scheme.certainty IS 'read in the source, derived from it, from memory, or ours';
COMMENT ON COLUMN ph.scheme.precedence IS 'whether the order of the segments is the source''s or ours';
COMMENT ON COLUMN ph.scheme.used_at IS 'when it was first used: from then on the version cannot change';

CREATE TABLE ph.scheme_input (
  scheme text NOT NULL, version text NOT NULL, input text NOT NULL CHECK (input NOT IN ('', 'person_id')), type text NOT NULL, description text,
  code_list text, activity boolean NOT NULL DEFAULT false,
  PRIMARY KEY (scheme, version, input), FOREIGN KEY (scheme, version) REFERENCES ph.scheme ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_input IS 'the inputs that the rules of a scheme may name: a column of the relation of people each';
COMMENT ON COLUMN ph.scheme_input.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_input.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_input.input IS 'name of the input: the column of the relation of people';
COMMENT ON COLUMN ph.scheme_input.type IS 'its type in SQL, without a length';
COMMENT ON COLUMN ph.scheme_input.description IS 'what it is, in words';
COMMENT ON COLUMN ph.scheme_input.code_list IS 'list of the shared table code_list that the input comes from';
COMMENT ON COLUMN ph.scheme_input.activity IS 'whether it is use of services or spend: a scheme by activity explains activity by itself';

CREATE TABLE ph.scheme_segment (
  scheme text NOT NULL, version text NOT NULL, segment text NOT NULL CHECK (segment <> ''), rank integer NOT NULL,
  kind text NOT NULL DEFAULT 'segment' CHECK (kind IN ('segment', 'default', 'flag')), parent text CHECK (parent <> segment), label text, source text,
  PRIMARY KEY (scheme, version, segment), UNIQUE (scheme, version, rank), CHECK (kind = 'segment' OR parent IS NULL),
  FOREIGN KEY (scheme, version) REFERENCES ph.scheme ON DELETE CASCADE,
  FOREIGN KEY (scheme, version, parent) REFERENCES ph.scheme_segment);
CREATE UNIQUE INDEX scheme_segment_default ON ph.scheme_segment (scheme, version) WHERE kind = 'default';
COMMENT ON TABLE ph.scheme_segment IS
  'the segments of a scheme: rank 1 is the highest need and wins; kind segment is exclusive, default takes whom no rule matches, flag overlaps everything; parent nests a segment in another';
COMMENT ON COLUMN ph.scheme_segment.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_segment.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_segment.segment IS 'name of the segment';
COMMENT ON COLUMN ph.scheme_segment.rank IS 'order of need: 1 is the highest and wins';
COMMENT ON COLUMN ph.scheme_segment.kind IS 'segment, default (whom no rule matches) or flag (overlaps everything)';
COMMENT ON COLUMN ph.scheme_segment.parent IS 'segment within which it lies';
COMMENT ON COLUMN ph.scheme_segment.label IS 'name to show';
COMMENT ON COLUMN ph.scheme_segment.source IS 'where it was read';

CREATE TABLE ph.scheme_rule (
  scheme text NOT NULL, version text NOT NULL, rule_order integer NOT NULL, rule text NOT NULL CHECK (rule <> ''), segment text NOT NULL,
  effect text NOT NULL DEFAULT 'assign' CHECK (effect IN ('assign', 'promote', 'demote')), expression text NOT NULL, says text,
  source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')), checked text, inputs text[],
  PRIMARY KEY (scheme, version, rule), UNIQUE (scheme, version, rule_order),
  FOREIGN KEY (scheme, version, segment) REFERENCES ph.scheme_segment ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_rule IS
  'the rules of a scheme: a boolean SQL expression over the inputs each; a segment wins when any of its rules is true and no segment of higher need is; promote and demote move a person after that';
COMMENT ON COLUMN ph.scheme_rule.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_rule.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_rule.rule_order IS 'order in which rules are shown, and in which people are moved';
COMMENT ON COLUMN ph.scheme_rule.rule IS 'name of the rule';
COMMENT ON COLUMN ph.scheme_rule.segment IS 'segment that it assigns or moves people to';
COMMENT ON COLUMN ph.scheme_rule.effect IS 'assign, promote or demote';
COMMENT ON COLUMN ph.scheme_rule.expression IS 'the rule as it was written: boolean SQL over the inputs';
COMMENT ON COLUMN ph.scheme_rule.source IS 'where it was read';
COMMENT ON COLUMN ph.scheme_rule.certainty IS 'read in the source, derived from it, from memory, or ours';
COMMENT ON COLUMN ph.scheme_rule.inputs IS 'inputs that the expression reads';
COMMENT ON COLUMN ph.scheme_rule.says IS 'the rule in plain words, to the person: "you ..."';
COMMENT ON COLUMN ph.scheme_rule.checked IS 'the expression as PostgreSQL writes it after its check; this is what runs';

GRANT SELECT ON ph.scheme, ph.scheme_input, ph.scheme_segment, ph.scheme_rule TO PUBLIC;

-- Every change of a version, and its first use, updates the row of the version. So two at one time never both
-- succeed: the second waits and looks again, or gets 40001 where its snapshot is older.

CREATE FUNCTION ph_support.require_scheme(schema text, scheme text, version text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  there boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.scheme WHERE scheme = $1 AND version = $2)', schema) INTO there
    USING scheme, version;
  IF NOT there THEN
    RAISE EXCEPTION 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema
      USING ERRCODE = 'undefined_object';
  END IF;
END $$;
COMMENT ON FUNCTION ph_support.require_scheme(text, text, text) IS 'does nothing where the schema has this version of the '
  'scheme. Errors: undefined_object';

CREATE FUNCTION ph_support.scheme_fingerprint(schema text, scheme text, version text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  content text;
BEGIN
  -- as jsonb a row is written the same whatever the order of its columns
  EXECUTE (
    SELECT format('SELECT concat_ws(chr(10), %s)', string_agg(format('(SELECT string_agg(line, chr(10) ORDER BY line '
      'COLLATE "C") FROM (SELECT (to_jsonb(r) - ''{used_at,used_as}''::text[])::text AS line FROM %I.%I r '
      'WHERE r.scheme = $1 AND r.version = $2) part)', schema, name), ', ' ORDER BY name))
    FROM unnest('{scheme,scheme_input,scheme_segment,scheme_rule}'::text[]) name) INTO content USING scheme, version;
  RETURN encode(sha256(convert_to(content, 'UTF8')), 'hex');
END $$;
COMMENT ON FUNCTION ph_support.scheme_fingerprint(text, text, text) IS 'SHA-256 of the rows of a version of a scheme: '
  'its inputs, segments and rules';

CREATE FUNCTION ph_support.changed_since_used(schema text, scheme text, version text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed boolean;
BEGIN
  IF schema = 'ph' THEN
    RETURN false;  -- what is shipped cannot change
  END IF;
  EXECUTE format('SELECT used_at IS NOT NULL AND used_as IS DISTINCT FROM ph_support.scheme_fingerprint($1, $2, $3) '
    'FROM %I.scheme WHERE scheme = $2 AND version = $3', schema) INTO changed USING schema, scheme, version;
  RETURN changed;
END $$;
COMMENT ON FUNCTION ph_support.changed_since_used(text, text, text) IS 'whether a version that was used is no longer what '
  'it was then, or is not known to be: it was changed while its triggers were missing';

CREATE PROCEDURE ph_support.lock_scheme(schema text, scheme text, version text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  unused boolean;
BEGIN
  IF schema = 'ph' THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT used_at IS NULL FROM %I.scheme WHERE scheme = $1 AND version = $2', schema) INTO unused
    USING scheme, version;
  IF unused THEN  -- the row is waited for before what is locked is read
    EXECUTE format('SELECT used_at IS NULL FROM %I.scheme WHERE scheme = $1 AND version = $2 FOR NO KEY UPDATE',
      schema) INTO unused USING scheme, version;
  END IF;
  IF unused THEN
    EXECUTE format('UPDATE %I.scheme SET used_at = now(), used_as = ph_support.scheme_fingerprint($1, $2, $3) '
      'WHERE scheme = $2 AND version = $3', schema) USING schema, scheme, version;
  ELSIF ph_support.changed_since_used(schema, scheme, version) THEN
    RAISE EXCEPTION 'version "%" of scheme "%" was changed since it was used', version, scheme USING ERRCODE = '55006',
      HINT = 'Its triggers were missing: attach them with CALL ph.create_segment_tables(...), and make a new version '
        'of what there is with CALL ph.copy_scheme(...).';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.lock_scheme(text, text, text) IS 'ph.use_scheme, which does nothing where the schema has '
  'no such version: a history can be of a scheme of another schema';

CREATE PROCEDURE ph.use_scheme(schema text, scheme text, version text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph_support.require_scheme(schema, scheme, version);
  CALL ph_support.lock_scheme(schema, scheme, version);
END $$;
COMMENT ON PROCEDURE ph.use_scheme(text, text, text) IS 'locks a version of a scheme: from now on it cannot change; '
  'segment views call it before they read the rules. Errors: undefined_object, 55006 where the version was changed since '
    'its first use, while its triggers were missing';

-- A version that was used does not change, in whichever schema its tables are.
CREATE FUNCTION ph_support.keep_used_scheme() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of_scheme text := CASE WHEN TG_OP = 'INSERT' THEN NEW.scheme ELSE OLD.scheme END;
  of_version text := CASE WHEN TG_OP = 'INSERT' THEN NEW.version ELSE OLD.version END;
  used timestamptz;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.scheme, NEW.version) <> (OLD.scheme, OLD.version) THEN
    RAISE EXCEPTION 'the scheme and version of a row cannot change' USING ERRCODE = '55006', HINT = 'Insert it anew.';
  END IF;
  IF TG_TABLE_NAME = 'scheme' AND TG_TABLE_SCHEMA <> 'ph' AND TG_OP = 'INSERT' AND EXISTS (SELECT FROM ph.scheme s WHERE s.scheme = of_scheme) THEN
    RAISE EXCEPTION 'the name "%" belongs to a scheme that is shipped', of_scheme USING ERRCODE = '42939', HINT = 'Give your scheme a name of its own.';
  END IF;
  IF TG_TABLE_NAME = 'scheme' THEN
    used := CASE WHEN TG_OP <> 'INSERT' THEN OLD.used_at END;
  ELSE
    EXECUTE format('UPDATE %I.scheme SET used_at = used_at WHERE scheme = $1 AND version = $2 RETURNING used_at',
      TG_TABLE_SCHEMA) INTO used USING of_scheme, of_version;
  END IF;
  IF used IS NOT NULL THEN
    RAISE EXCEPTION 'version "%" of scheme "%" was used and cannot change', of_version, of_scheme USING ERRCODE = '55006', HINT = 'Make a new version: CALL ph.copy_scheme(...).';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION ph_support.keep_used_scheme() IS 'trigger of scheme tables: a version that was used does not change';

CREATE FUNCTION ph_support.check_scheme_input() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- the type is read, and refused where a rule could not use it
  PERFORM ph.check_rule('true', ARRAY[NEW.input], ARRAY[NEW.type::regtype]);
  -- without a length: "character" alone would mean one letter
  NEW.type := format_type(NEW.type::regtype, -1);
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_input() IS 'trigger of scheme tables: the type of an input must be known and one that a rule may use';

CREATE FUNCTION ph_support.check_scheme_segment() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  circle boolean;
BEGIN
  EXECUTE format('WITH RECURSIVE above (segment) AS (
      SELECT $3 UNION SELECT s.parent FROM above JOIN %I.scheme_segment s ON s.scheme = $1 AND s.version = $2 AND '
        's.segment = above.segment)
    SELECT $4 IN (SELECT segment FROM above WHERE segment IS NOT NULL)', TG_TABLE_SCHEMA) INTO circle
      USING NEW.scheme, NEW.version, NEW.parent, NEW.segment;
  IF circle THEN
    RAISE EXCEPTION 'segment "%" would be its own parent', NEW.segment USING ERRCODE = '23514',
      HINT = 'Parents must not go in a circle.';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_segment() IS 'trigger of scheme tables: parents do not go in a circle';

CREATE FUNCTION ph_support.keep_read_input() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reader text;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.input, NEW.type) = (OLD.input, OLD.type) THEN
    RETURN NULL;
  END IF;
  -- with its scheme an input goes whatever reads it
  EXECUTE format('SELECT min(r.rule) FROM %1$I.scheme_rule r JOIN %1$I.scheme s USING (scheme, version) WHERE r.scheme = $1 AND r.version = $2 AND $3 = ANY (r.inputs)', TG_TABLE_SCHEMA) INTO reader USING OLD.scheme, OLD.version, OLD.input;
  IF reader IS NOT NULL THEN
    RAISE EXCEPTION 'rule "%" reads input "%"', reader, OLD.input USING ERRCODE = '55006', HINT = 'Delete the rules that read it first.';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.keep_read_input() IS 'trigger of scheme tables: an input that a rule reads keeps its name and type';

CREATE FUNCTION ph_support.check_scheme_rule() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  names text[];
  types regtype[];
BEGIN
  EXECUTE format('SELECT coalesce(array_agg(input ORDER BY input), ''{}''), coalesce(array_agg(type::regtype ORDER BY input), ''{}'') FROM %I.scheme_input WHERE scheme = $1 AND version = $2', TG_TABLE_SCHEMA)
    INTO names, types USING NEW.scheme, NEW.version;
  SELECT c.expression_checked, c.inputs_used INTO NEW.checked, NEW.inputs FROM ph.check_rule(NEW.expression, names, types) c;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_rule() IS 'trigger of scheme tables: a rule is analysed against the inputs and kept as PostgreSQL writes it';

CREATE FUNCTION ph_support.scheme_shape_problem(schema text, scheme text, version text, OUT message text, OUT hint text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('
    SELECT message, hint FROM (
      SELECT 1 AS n, format(''rule "%%s" assigns to the default segment'', rule) AS message, ''The default takes whom no rule matches; give a segment with rules another kind.'' AS hint FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect = ''assign'' AND kind = ''default''
      UNION ALL SELECT 2, format(''rule "%%s" moves people to a flag'', rule), ''Flags overlap; people move between segments.'' FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect <> ''assign'' AND kind = ''flag''
      UNION ALL SELECT 3, format(''rule "%%s" moves people to a segment within another'', rule), ''People move between outermost segments.'' FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect <> ''assign'' AND parent IS NOT NULL
      UNION ALL SELECT 4, format(''segment "%%s" is within "%%s", which is a %%s'', c.segment, p.segment, p.kind), ''Only a segment of kind segment has others within it.'' FROM %1$I.scheme_segment c JOIN %1$I.scheme_segment p ON (p.scheme, p.version, p.segment) = (c.scheme, c.version, c.parent) WHERE c.scheme = $1 AND c.version = $2 AND p.kind <> ''segment'') problem
    ORDER BY n, message', schema) USING scheme, version;
END $$;
COMMENT ON FUNCTION ph_support.scheme_shape_problem(text, text, text) IS 'where what rules do does not fit the kinds of '
  'the segments and their nesting';

CREATE FUNCTION ph_support.check_scheme_shape() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found record;
BEGIN
  SELECT * INTO found FROM ph_support.scheme_shape_problem(TG_TABLE_SCHEMA, NEW.scheme, NEW.version) LIMIT 1;
  IF found.message IS NOT NULL THEN
    RAISE EXCEPTION '%', found.message USING ERRCODE = '23514', HINT = found.hint;
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_shape() IS 'trigger of scheme tables: what rules do fits the kinds of the segments and their nesting';

CREATE FUNCTION ph_support.keep_used_schemes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  used text;
BEGIN
  EXECUTE format('SELECT min(scheme) FROM %I.scheme WHERE used_at IS NOT NULL', TG_TABLE_SCHEMA) INTO used;
  IF used IS NULL AND TG_TABLE_SCHEMA <> 'ph' THEN
    EXECUTE format('UPDATE %I.scheme SET used_at = used_at', TG_TABLE_SCHEMA);
  END IF;
  IF used IS NOT NULL OR TG_TABLE_SCHEMA = 'ph' THEN
    RAISE EXCEPTION 'table %.% holds versions of schemes that were used and cannot change', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = '55006', HINT = 'Delete the versions that were not used.';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.keep_used_schemes() IS 'trigger of scheme tables: no truncation of versions that were used';

CREATE FUNCTION ph_support.scheme_trigger(OUT relation text, OUT name text, OUT event text, OUT function text)
  RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT r, 'a_keep_used', 'BEFORE INSERT OR UPDATE OR DELETE', 'keep_used_scheme' FROM unnest(ARRAY['scheme',
    'scheme_input', 'scheme_segment', 'scheme_rule']) r
  UNION ALL
  SELECT r, 'a_keep_all', 'BEFORE TRUNCATE', 'keep_used_schemes' FROM unnest(ARRAY['scheme', 'scheme_input',
    'scheme_segment', 'scheme_rule']) r
  UNION ALL
  SELECT r, 'b_check', 'BEFORE INSERT OR UPDATE', 'check_' || r FROM unnest(ARRAY['scheme_input', 'scheme_segment',
    'scheme_rule']) r
  UNION ALL
  SELECT r, 'c_shape', 'AFTER INSERT OR UPDATE', 'check_scheme_shape' FROM unnest(ARRAY['scheme_segment',
    'scheme_rule']) r
  UNION ALL
  VALUES ('scheme_input', 'c_keep_read', 'AFTER UPDATE OR DELETE', 'keep_read_input');
END;
COMMENT ON FUNCTION ph_support.scheme_trigger() IS 'the triggers that keep tables of schemes right: table, name, when, '
  'function of ph';

CREATE FUNCTION ph_support.missing_scheme_trigger(schema text, OUT relation text, OUT name text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.relation, s.name
  FROM ph_support.scheme_trigger() s
  WHERE NOT EXISTS (SELECT FROM pg_trigger t
    WHERE t.tgrelid = to_regclass(format('%I.%I', schema, s.relation)) AND t.tgname = s.name AND t.tgenabled IN ('O',
      'A')
      AND t.tgfoid = to_regprocedure(format('ph_support.%I()', s.function)))
$$;
COMMENT ON FUNCTION ph_support.missing_scheme_trigger(text) IS
  'triggers that the tables of schemes of a schema lack, or have switched off; DROP EXTENSION takes them, CALL '
    'ph.create_segment_tables attaches them again';

CREATE PROCEDURE ph_support.add_scheme_triggers(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  missing record;
BEGIN
  FOR missing IN SELECT t.* FROM ph_support.missing_scheme_trigger(schema) JOIN ph_support.scheme_trigger() t USING (relation,
    name) LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I %s ON %I.%I %s EXECUTE FUNCTION ph_support.%I()', missing.name,
      missing.event, schema, missing.relation,
      CASE WHEN missing.event LIKE '%TRUNCATE' THEN '' ELSE 'FOR EACH ROW' END, missing.function);
    EXECUTE format('ALTER TABLE %I.%I ENABLE TRIGGER %I', schema, missing.relation, missing.name);
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph_support.add_scheme_triggers(text) IS 'attaches what keeps the tables of schemes of a schema right, '
  'where it is missing; ph.create_segment_tables calls it';
CALL ph_support.add_scheme_triggers('ph');

-- ---- schemes of one's own ----

CREATE PROCEDURE ph_support.create_segment_table(schema text, name text, definition text, description text, columns jsonb)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation regclass := to_regclass(format('%I.%I', schema, name));
  lacking text;
BEGIN
  IF relation IS NULL THEN
    EXECUTE format('CREATE TABLE %I.%I (%s)', schema, name, ph_support.in_schema(definition, schema));
    relation := format('%I.%I', schema, name)::regclass;
    EXECUTE format('COMMENT ON TABLE %s IS %L', relation, description);
  ELSE
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY column_name) INTO lacking
      FROM jsonb_object_keys(columns) column_name
    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = column_name AND attnum > 0
      AND NOT attisdropped);
    IF lacking IS NOT NULL OR (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = relation) THEN
      RAISE EXCEPTION 'schema "%" already has % of another shape', schema, name USING ERRCODE = 'duplicate_table',
        HINT = 'Rename it first, or name another schema.', DETAIL = 'Missing: ' || coalesce(lacking, 'a table');
    END IF;
  END IF;
  CALL ph_support.comment_columns(relation, columns);
END $$;
COMMENT ON PROCEDURE ph_support.create_segment_table(text, text, text, text, jsonb) IS
  'makes one table of ph.create_segment_tables, with its comments, unless it is there; {name} in the definition is a '
    'table of the schema. Errors: duplicate_table where something else has the name';

CREATE PROCEDURE ph.create_segment_tables(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  SET client_min_messages = warning AS $$
DECLARE
  made record;
  own constant jsonb := '{
    "person_id": "the person", "scheme": "name of the scheme", "version": "version of the scheme", "segment": '
      '"segment, or the state of who is not there: died, moved out, gone",
    "rank": "rank of the segment, NULL for a state", "matched": "rules that were true when the period began", '
      '"start_date": "first day of the period", "end_date": "first day after the period; NULL is still going on",
    "as_of": "day as of which segments were recorded", "previous": "day recorded before it, NULL for the first", '
      '"people": "people with a segment on the day", "recorded_at": "when it was written",
    "tier": "risk tier, NULL for every tier", "partner": "who offers it", "offer": "what is offered", "capacity": '
      '"people it has room for", "threshold": "risk from which it is offered", "note": "anything else"}';
BEGIN
  CALL ph_support.require_own_schema(schema);
  IF schema IS NULL OR to_regnamespace(quote_ident(schema)) IS NULL THEN
    RAISE EXCEPTION 'argument "schema" is not a schema' USING ERRCODE = '22023', HINT = 'CREATE SCHEMA first.';
  END IF;
  FOR made IN
    SELECT name, format('LIKE ph.%I INCLUDING ALL', name) || more AS definition,
      replace(obj_description(('ph.' || name)::regclass), 'that are shipped: read only; copy one into tables of your '
        'own with ph.copy_scheme to change it', 'of our own') AS description,
      (SELECT jsonb_object_agg(attname, col_description(attrelid, attnum)) FROM pg_attribute
        WHERE attrelid = ('ph.' || name)::regclass AND attnum > 0 AND NOT attisdropped) AS columns
    FROM (VALUES ('scheme', ''), ('scheme_input', ', FOREIGN KEY (scheme, version) REFERENCES {scheme} ON DELETE '
      'CASCADE'),
      ('scheme_segment', ', FOREIGN KEY (scheme, version) REFERENCES {scheme} ON DELETE CASCADE, FOREIGN KEY (scheme, '
        'version, parent) REFERENCES {scheme_segment}'),
      ('scheme_rule', ', FOREIGN KEY (scheme, version, segment) REFERENCES {scheme_segment} ON DELETE CASCADE'))
        shipped (name, more)
    UNION ALL
    SELECT name, definition, description, (SELECT jsonb_object_agg(c, own -> c) FROM unnest(columns) c)
    FROM (VALUES
      ('segment_history', 'person_id text NOT NULL, scheme text NOT NULL, version text NOT NULL, segment text NOT '
        'NULL, rank integer, matched text[],
          start_date date NOT NULL, end_date date CHECK (end_date > start_date), PRIMARY KEY (person_id, scheme, '
            'start_date)',
        'who was in which segment when: periods are half open, follow on each other without gap or overlap, and the '
          'last is open; a rank of NULL is somebody who has died, moved out or not yet come',
        ARRAY['person_id', 'scheme', 'version', 'segment', 'rank', 'matched', 'start_date', 'end_date']),
      -- each day names the one before it and none is named twice: two who record at one time meet in the unique key
      ('segment_recording', 'scheme text NOT NULL, as_of date NOT NULL, version text NOT NULL, people bigint NOT NULL, '
        'recorded_at timestamptz NOT NULL DEFAULT now(), previous date CHECK (previous < as_of),
          PRIMARY KEY (scheme, as_of), UNIQUE NULLS NOT DISTINCT (scheme, previous)',
        'the days as of which segments were written into segment_history, also where nobody had moved',
        ARRAY['scheme', 'as_of', 'version', 'people', 'recorded_at', 'previous']),
      ('segment_strategy', 'scheme text NOT NULL, version text NOT NULL, segment text NOT NULL, tier integer, partner '
        'text NOT NULL, offer text NOT NULL,
          capacity integer CHECK (capacity >= 0), threshold float8, note text, UNIQUE NULLS NOT DISTINCT (scheme, '
            'version, segment, tier, partner, offer)',
        'what each partner offers to a segment and risk tier (NULL: every tier): the offer, how many it has room for, '
          'and the risk from which it is offered',
        ARRAY['scheme', 'version', 'segment', 'tier', 'partner', 'offer', 'capacity', 'threshold',
          'note'])) ours (name, definition, description, columns)
  LOOP
    CALL ph_support.create_segment_table(schema, made.name, made.definition, made.description, made.columns);
  END LOOP;
  EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS segment_history_open ON %I.segment_history (person_id, scheme) '
    'WHERE end_date IS NULL', schema);
  EXECUTE format('ALTER TABLE %I.scheme ADD COLUMN IF NOT EXISTS used_as text', schema);
  CALL ph_support.comment_columns(format('%I.scheme', schema)::regclass,
    '{"used_as": "fingerprint of the version when it was first used, so that a change since then is found"}');
  CALL ph_support.add_scheme_triggers(schema);
END $$;
COMMENT ON PROCEDURE ph.create_segment_tables(text) IS
  'makes the tables of segmentation schemes in a schema of yours: scheme, scheme_input, scheme_segment, scheme_rule as '
    'in ph, segment_history, segment_recording and segment_strategy. Called again it makes what is missing and '
      'attaches the triggers that DROP EXTENSION took. Errors: duplicate_table where a name is taken by something else';

CREATE PROCEDURE ph.copy_scheme(schema text, scheme text, version text, new_scheme text, new_version text, from_schema text DEFAULT 'ph')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text;
  columns text;
BEGIN
  PERFORM ph_support.require_scheme(from_schema, scheme, version);
  FOREACH relation IN ARRAY ARRAY['scheme', 'scheme_input', 'scheme_segment', 'scheme_rule'] LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = format('ph.%I', relation)::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('scheme', 'version', 'used_at', 'checked', 'inputs');
    -- parents before their children
    EXECUTE format('INSERT INTO %1$I.%2$I (scheme, version, %3$s) SELECT $3, $4, %3$s FROM %4$I.%2$I WHERE scheme = $1 AND version = $2%5$s', schema, relation, columns, from_schema,
      CASE WHEN relation = 'scheme_segment' THEN ' ORDER BY parent IS NOT NULL, rank' ELSE '' END) USING scheme, version, new_scheme, new_version;
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph.copy_scheme(text, text, text, text, text, text) IS 'copies a version of a scheme into the tables of a schema of yours under a new name or version, not yet used, to be changed there';

-- ---- from rules to a query ----

CREATE FUNCTION ph.segment_query(scheme text, version text, source regclass, schema text DEFAULT 'ph', person text DEFAULT 'person_id', missing text DEFAULT 'refuse')
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  own text;
  condition jsonb := '{}';  -- of each segment
  path jsonb := '{}';       -- of a person within each segment
  inputs text;
  absent text;
  names text[];
  types regtype[];
  rules jsonb;
  segments jsonb;
  default_segment text;
  default_rank int;
  ranked text;
  moved text;
  segment text;
  moves boolean;
  arrays text;
BEGIN
  IF missing IS NULL OR missing NOT IN ('refuse', 'unknown') THEN
    RAISE EXCEPTION 'argument "missing" is not a known choice' USING ERRCODE = '22023', HINT = 'Choose one of: refuse, unknown.';
  END IF;
  EXECUTE format('SELECT array_agg(input ORDER BY input), array_agg(type::regtype ORDER BY input) FROM %I.scheme_input WHERE scheme = $1 AND version = $2', schema) INTO names, types USING scheme, version;
  -- rules are written anew from their own text, so that what stands in the table as checked is not trusted
  EXECUTE format('SELECT jsonb_agg(to_jsonb(r) || jsonb_build_object(''checked'', (ph.check_rule(r.expression, $3, $4)).expression_checked, ''segment_rank'', s.rank, ''kind'', s.kind) ORDER BY s.rank, r.rule_order)
    FROM %1$I.scheme_rule r JOIN %1$I.scheme_segment s USING (scheme, version, segment) WHERE r.scheme = $1 AND r.version = $2', schema) INTO rules USING scheme, version, coalesce(names, '{}'), coalesce(types, '{}');
  EXECUTE format('WITH RECURSIVE below AS (
      SELECT segment, parent, rank, kind, 0 AS depth FROM %1$I.scheme_segment WHERE scheme = $1 AND version = $2 AND parent IS NULL
      UNION ALL SELECT c.segment, c.parent, c.rank, c.kind, depth + 1 FROM %1$I.scheme_segment c JOIN below b ON c.parent = b.segment WHERE c.scheme = $1 AND c.version = $2)
    SELECT jsonb_agg(to_jsonb(below) ORDER BY depth DESC, rank) FROM below', schema) INTO segments USING scheme, version;
  IF segments IS NULL THEN
    RAISE EXCEPTION 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema USING ERRCODE = '42704';
  END IF;
  SELECT e->>'segment', (e->>'rank')::int INTO default_segment, default_rank FROM jsonb_array_elements(segments) e WHERE e->>'kind' = 'default';
  IF default_segment IS NULL THEN
    RAISE EXCEPTION 'version "%" of scheme "%" has no default segment', version, scheme USING ERRCODE = '23514', HINT = 'Give the segment of whom no rule matches kind default.';
  END IF;

  -- every input is a column of the relation, or unknown where that was asked for
  SELECT string_agg(CASE WHEN a.attname IS NULL THEN format('NULL::%s AS %I', format_type(t, -1), n) WHEN a.atttypid = t THEN format('people.%I', n) ELSE format('people.%I::%s AS %1$I', n, format_type(t, -1)) END, ', ' ORDER BY n),
    string_agg(quote_ident(n), ', ' ORDER BY n) FILTER (WHERE a.attname IS NULL)
  INTO inputs, absent
  FROM unnest(names, types) i(n, t) LEFT JOIN pg_attribute a ON a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped;
  IF absent IS NOT NULL AND missing = 'refuse' THEN
    RAISE EXCEPTION 'relation % has no column for these inputs: %', source, absent USING ERRCODE = '42703', HINT = 'Add them, or pass missing => ''unknown'' to count them as unknown for everybody.';
  END IF;
  SELECT string_agg(format('%I is %s, not %s', n, format_type(a.atttypid, NULL), t), ', ' ORDER BY n) INTO absent
  FROM unnest(names, types) i(n, t) JOIN pg_attribute a ON a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped
  WHERE a.atttypid <> t AND ph.rule_type(a.atttypid) <> format_type(t, -1) AND NOT EXISTS (SELECT FROM pg_cast WHERE castsource = a.atttypid AND casttarget = t AND castcontext = 'i');
  IF absent IS NOT NULL THEN
    RAISE EXCEPTION 'columns of relation % have other types than the inputs: %', source, absent USING ERRCODE = '42804', HINT = 'Cast them in a view over the relation.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = person AND a.attnum > 0 AND NOT a.attisdropped) THEN
    RAISE EXCEPTION 'relation % has no column "%"', source, person USING ERRCODE = '42703', HINT = 'Name the column that tells people apart: person => ...';
  END IF;

  -- from the innermost segments outwards: a segment without rules of its own is any of those within it
  FOR s IN SELECT e->>'segment' AS segment FROM jsonb_array_elements(segments) WITH ORDINALITY e(e, n) ORDER BY n LOOP
    SELECT string_agg('(' || (r->>'checked') || ')', ' OR ' ORDER BY (r->>'rule_order')::int) INTO own FROM jsonb_array_elements(rules) r WHERE r->>'segment' = s.segment AND r->>'effect' = 'assign';
    IF own IS NULL THEN
      SELECT string_agg(condition->>(c->>'segment'), ' OR ' ORDER BY (c->>'rank')::int) INTO own FROM jsonb_array_elements(segments) c WHERE c->>'parent' = s.segment AND condition->>(c->>'segment') IS NOT NULL;
    END IF;
    condition := condition || jsonb_build_object(s.segment, own);
    SELECT 'CASE ' || string_agg(format('WHEN %s THEN ARRAY[%L]%s', condition->>(c->>'segment'), c->>'segment', ' || ' || (path->>(c->>'segment'))), ' ' ORDER BY (c->>'rank')::int) || ' ELSE ''{}''::text[] END'
    INTO own FROM jsonb_array_elements(segments) c WHERE c->>'parent' = s.segment AND condition->>(c->>'segment') IS NOT NULL;
    path := path || jsonb_build_object(s.segment, own);
  END LOOP;

  moves := EXISTS (SELECT FROM jsonb_array_elements(rules) r WHERE r->>'effect' <> 'assign');
  SELECT coalesce('CASE' || string_agg(format(E'\n    WHEN %s THEN %L', condition->>(e->>'segment'), e->>'segment'), '' ORDER BY (e->>'rank')::int) || format(E'\n    ELSE %L END', default_segment), quote_literal(default_segment)),
    coalesce('CASE' || string_agg(format(' WHEN %s THEN %s', condition->>(e->>'segment'), e->>'rank'), '' ORDER BY (e->>'rank')::int) || format(' ELSE %s END', default_rank), default_rank::text),
    coalesce('CASE' || string_agg(format(' WHEN %s THEN ARRAY[%L]%s', condition->>(e->>'segment'), e->>'segment', ' || ' || (path->>(e->>'segment'))), '' ORDER BY (e->>'rank')::int) || format(' ELSE ARRAY[%L] END', default_segment), format('ARRAY[%L]', default_segment))
  INTO segment, ranked, own
  FROM jsonb_array_elements(segments) e WHERE e->>'kind' = 'segment' AND e->>'parent' IS NULL AND condition->>(e->>'segment') IS NOT NULL;
  IF moves THEN
    moved := ranked;
    FOR s IN SELECT r->>'checked' AS checked, r->>'effect' AS effect, r->>'segment_rank' AS target FROM jsonb_array_elements(rules) r WHERE r->>'effect' <> 'assign' ORDER BY (r->>'rule_order')::int LOOP
      moved := format('%s(%s, CASE WHEN %s THEN %s END)', CASE s.effect WHEN 'promote' THEN 'LEAST' ELSE 'GREATEST' END, moved, s.checked, s.target);
    END LOOP;
    SELECT format('CASE %s%s END', moved, string_agg(format(' WHEN %s THEN %L', e->>'rank', e->>'segment'), '' ORDER BY (e->>'rank')::int)) INTO segment FROM jsonb_array_elements(segments) e WHERE e->>'kind' <> 'flag' AND e->>'parent' IS NULL;
    SELECT format('CASE %s%s END', moved, string_agg(format(' WHEN %s THEN ARRAY[%L]%s', e->>'rank', e->>'segment', ' || ' || (path->>(e->>'segment'))), '' ORDER BY (e->>'rank')::int))
    INTO own FROM jsonb_array_elements(segments) e WHERE e->>'kind' <> 'flag' AND e->>'parent' IS NULL;
    ranked := moved;
  END IF;

  SELECT string_agg(format(E'  array_remove(ARRAY[%s]::text[], NULL) AS %I,\n', list, CASE kind WHEN 'flag' THEN 'flags' ELSE 'candidates' END), '' ORDER BY kind) INTO arrays
  FROM (SELECT kind, coalesce(string_agg(format('CASE WHEN %s THEN %L END', condition->>(e->>'segment'), e->>'segment'), ', ' ORDER BY (e->>'rank')::int) FILTER (WHERE condition->>(e->>'segment') IS NOT NULL), '') AS list
    FROM unnest(ARRAY['flag', 'segment']) kind LEFT JOIN jsonb_array_elements(segments) e ON e->>'kind' = kind AND e->>'parent' IS NULL GROUP BY kind) lists;
  SELECT arrays || format(E'  array_remove(ARRAY[%s]::text[], NULL) AS matched,\n  array_remove(ARRAY[%s]::text[], NULL) AS because,\n  array_remove(ARRAY[%s]::text[], NULL) AS reasons,\n',
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L END', r->>'checked', r->>'rule'), ', ' ORDER BY n), ''),
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L END', r->>'checked', coalesce(r->>'says', r->>'rule')), ', ' ORDER BY n), ''),
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L%s END', r->>'checked', (r->>'rule') || ':',
      (SELECT string_agg(format(' || %L || COALESCE(%I::text, ''unknown'')', CASE WHEN k > 1 THEN ', ' ELSE ' ' END || i || ' = ', i), '' ORDER BY k) FROM jsonb_array_elements_text(r->'inputs') WITH ORDINALITY i(i, k))), ', ' ORDER BY n), ''))
  INTO arrays FROM jsonb_array_elements(rules) WITH ORDINALITY r(r, n);
  SELECT arrays || format('  array_remove(ARRAY[%s]::text[], NULL) AS unknown', coalesce(string_agg(format(E'CASE WHEN %I IS NULL THEN %1$L END', i), ', ' ORDER BY i), '')) INTO arrays
  FROM (SELECT DISTINCT i FROM jsonb_array_elements(rules) r, jsonb_array_elements_text(r->'inputs') i) used;

  RETURN format(E'SELECT person_id, %L::text AS scheme, %L::text AS version,\n  %s AS segment,\n  %s AS rank,\n  %s AS path,\n%s\nFROM (SELECT people.%I AS person_id%s FROM %s people) input',
    scheme, version, segment, ranked, own, arrays, person, ', ' || inputs, source);
END $$;
COMMENT ON FUNCTION ph.segment_query(text, text, regclass, text, text, text) IS
  'the query that assigns every person of a relation to a segment of a scheme: person_id, scheme, version, segment, rank, path (nested segments), flags, candidates (every outermost segment that a rule assigns to), matched (every rule that is true), because (the same in plain words), reasons (with the values), unknown (inputs not known); a rule whose inputs are unknown is no match';

CREATE PROCEDURE ph.create_segment_view(scheme text, version text, source regclass, target text, schema text DEFAULT 'ph', person text DEFAULT 'person_id', missing text DEFAULT 'refuse')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  name text[] := parse_ident(target);
BEGIN
  IF cardinality(name) <> 2 THEN
    RAISE EXCEPTION 'argument "target" must be a view with its schema' USING ERRCODE = '22023', HINT = 'For example: health.segment.';
  END IF;
  CALL ph.use_scheme(schema, scheme, version);
  CALL ph_support.replace_view(name[1], name[2], ph.segment_query(scheme, version, source, schema, person, missing),
    format('segments of %s, version %s', scheme, version),
    '{"person_id": "the person", "scheme": "name of the scheme", "version": "version of the scheme", "segment": '
      '"outermost segment of the person", "rank": "rank of the segment, 1 is the highest need",
      "path": "the segment and those within it", "flags": "flags of the person", "candidates": "every outermost '
        'segment that a rule assigns to", "matched": "every rule that is true", "because": "the same in plain words",
      "reasons": "the same with the values", "unknown": "inputs that are not known; they match nothing"}');
END $$;
COMMENT ON PROCEDURE ph.create_segment_view(text, text, regclass, text, text, text, text) IS
  'writes the query of ph.segment_query as a view with the rights of whoever asks it, and locks the version of the '
    'scheme: from then on it cannot change; a segment view that is there is replaced in place';

-- ---- asking a segment view ----

CREATE FUNCTION ph.segment_summary(segments regclass, OUT rank integer, OUT segment text, OUT people bigint, OUT share float8, OUT overlapping bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT rank, segment, count(*), count(*) / (sum(count(*)) OVER ())::float8, count(*) FILTER (WHERE cardinality(candidates) > 1) FROM %s GROUP BY rank, segment ORDER BY rank', segments);
END $$;
COMMENT ON FUNCTION ph.segment_summary(regclass) IS 'people of each segment of a segment view, their share, and how many could be in more than one: for them the order of the segments decides';

CREATE FUNCTION ph.segment_coverage(segments regclass, schema text DEFAULT 'ph', OUT input text, OUT people bigint, OUT known bigint, OUT share float8)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counted jsonb;  -- people by what is not known of them: the view is read once
BEGIN
  EXECUTE format('SELECT coalesce(jsonb_agg(pattern), ''[]'') FROM (SELECT scheme, version, unknown, count(*) AS '
    'people FROM %s GROUP BY 1, 2, 3) pattern', segments) INTO counted;
  EXECUTE format('SELECT p.scheme FROM jsonb_to_recordset($1) p (scheme text, version text) WHERE NOT EXISTS (SELECT '
    'FROM %I.scheme t WHERE (t.scheme, t.version) = (p.scheme, p.version)) LIMIT 1', schema) INTO input USING counted;
  IF input IS NOT NULL THEN
    RAISE EXCEPTION 'schema "%" does not hold scheme "%"', schema, input USING ERRCODE = '42704', HINT = 'Name the schema that does: schema => ...';
  END IF;
  RETURN QUERY EXECUTE format('SELECT input, people, known, known / people::float8 FROM (
      SELECT i.input, sum(p.people)::bigint AS people,
        CASE WHEN EXISTS (SELECT FROM %1$I.scheme_rule r WHERE (r.scheme, r.version) = (i.scheme, i.version) AND '
          'i.input = ANY (r.inputs))
          THEN coalesce(sum(p.people) FILTER (WHERE NOT i.input = ANY (p.unknown)), 0)::bigint END AS known
      FROM jsonb_to_recordset($1) p (scheme text, version text, unknown text[], people bigint) JOIN %1$I.scheme_input '
        'i USING (scheme, version)
      GROUP BY i.scheme, i.version, i.input) inputs ORDER BY 1', schema) USING counted;
END $$;
COMMENT ON FUNCTION ph.segment_coverage(regclass, text) IS 'for how many people of a segment view each input of the scheme is known; an input that is not known matches nothing; NULL for an input that no rule reads';

CREATE FUNCTION ph.explain_segment(segments regclass, person_id text) RETURNS SETOF text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
BEGIN
  EXECUTE format('SELECT person_id::text, scheme::text, version::text, path::text[], because::text[], flags::text[], unknown::text[] FROM %s WHERE person_id::text = $1', segments) INTO r USING person_id;
  IF r.person_id IS NULL THEN
    RETURN;
  END IF;
  RETURN NEXT format('You are in the group "%s".', array_to_string(r.path, '", within it "'));
  IF cardinality(r.because) = 0 THEN
    RETURN NEXT 'That is the group of everyone for whom none of the other reasons is recorded.';
  ELSE
    RETURN NEXT format('What is recorded about you: %s.', array_to_string(r.because, '; '));
    IF cardinality(r.because) > 1 THEN
      RETURN NEXT 'Where more than one reason holds, the rules say which of them decides on the group; the others still count for what you are offered.';
    END IF;
  END IF;
  IF cardinality(r.flags) > 0 THEN
    RETURN NEXT format('You also belong to: %s.', array_to_string(r.flags, ', '));
  END IF;
  IF cardinality(r.unknown) > 0 THEN
    RETURN NEXT format('We do not know: %s. If one of these is true of you, please tell us, since your group could change.', array_to_string(r.unknown, ', '));
  END IF;
  RETURN NEXT format('This follows from version %s of the rules "%s", applied by a computer to your record; ask a person to look at it if it seems wrong.', r.version, r.scheme);
END $$;
COMMENT ON FUNCTION ph.explain_segment(regclass, text) IS 'why a person is in a segment, in plain words to that person; no row where the person is not in the view';

-- ---- checking and comparing schemes ----

CREATE FUNCTION ph_support.rule_error(expression text, inputs text[], types text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph.check_rule(expression, inputs, types::regtype[]);
  RETURN NULL;
EXCEPTION WHEN query_canceled OR assert_failure OR out_of_memory THEN
  RAISE;
WHEN OTHERS THEN
  RETURN sqlerrm;
END $$;
COMMENT ON FUNCTION ph_support.rule_error(text, text[], text[]) IS 'why an expression is no rule over inputs of these '
  'types; NULL where it is one';

CREATE FUNCTION ph.check_scheme(scheme text, version text, source regclass DEFAULT NULL, schema text DEFAULT 'ph', person text DEFAULT 'person_id', smallest integer DEFAULT 50,
    judged_by text[] DEFAULT '{}', population_schema text DEFAULT NULL, OUT finding text, OUT segment text, OUT rule text, OUT detail text, OUT people bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  names text[];
  types regtype[];
  r record;
  shown record;
  counted jsonb;
  query text;
  columns text;
  invalid text[] := '{}';  -- rules that are none
  has_default boolean;
BEGIN
  PERFORM ph_support.require_scheme(schema, scheme, version);
  FOR r IN SELECT * FROM ph_support.missing_scheme_trigger(schema) LOOP
    finding := 'missing_trigger'; detail := format('%s of %s: CALL ph.create_segment_tables(...) attaches it again',
      r.name, r.relation); RETURN NEXT;
  END LOOP;
  IF ph_support.changed_since_used(schema, scheme, version) THEN
    finding := 'changed_since_used';
    detail := 'it is not known to be what it was when it was used: CALL ph.copy_scheme(...) makes a new version of it';
    RETURN NEXT;
  END IF;
  -- what was written while the triggers were missing
  FOR r IN SELECT p.message FROM ph_support.scheme_shape_problem(schema, scheme, version) p LOOP
    finding := 'invalid_shape'; detail := r.message; RETURN NEXT;
  END LOOP;
  names := '{}'; types := '{}';
  FOR r IN EXECUTE format('SELECT input, type FROM %I.scheme_input WHERE scheme = $1 AND version = $2 ORDER BY input',
    schema) USING scheme, version LOOP
    detail := ph_support.rule_error('true', ARRAY[r.input], ARRAY[r.type]);
    IF detail IS NULL THEN
      names := names || r.input; types := types || r.type::regtype;
    ELSE
      finding := 'invalid_input'; detail := format('%s: %s', r.input, detail); RETURN NEXT;
    END IF;
  END LOOP;
  FOR r IN EXECUTE format('SELECT segment, rule, expression FROM %I.scheme_rule WHERE scheme = $1 AND version = $2 '
    'ORDER BY rule_order', schema) USING scheme, version LOOP
    detail := ph_support.rule_error(r.expression, names, types::text[]);
    IF detail IS NOT NULL THEN
      finding := 'invalid_rule'; segment := r.segment; rule := r.rule; RETURN NEXT;
      invalid := invalid || r.rule;
    END IF;
  END LOOP;
  -- what the rules say by themselves, of those that are rules; beats: the rules of the segments that win over this one at its level and above
  FOR r IN EXECUTE format('WITH RECURSIVE part AS (SELECT * FROM %1$I.scheme_segment WHERE scheme = $1 AND version = $2),
      within AS (SELECT p.segment, p.segment AS above, p.parent, p.rank, p.kind FROM part p UNION SELECT w.segment, p.segment, p.parent, p.rank, p.kind FROM within w JOIN part p ON p.segment = w.parent),
      rules AS (SELECT * FROM %1$I.scheme_rule WHERE scheme = $1 AND version = $2),
      own AS (SELECT * FROM rules WHERE effect = ''assign''),
      -- a segment without rules of its own is any of those within it
      source AS (SELECT segment, segment AS at FROM part UNION SELECT s.segment, c.segment FROM source s JOIN part c ON c.parent = s.at WHERE s.at NOT IN (SELECT segment FROM own)),
      speaks AS (SELECT s.segment, o.expression FROM source s JOIN own o ON o.segment = s.at WHERE o.rule <> ALL ($3))
    SELECT o.*, p.kind, (SELECT array_agg(s.expression) FROM within w JOIN part b ON b.parent IS NOT DISTINCT FROM w.parent AND b.rank < w.rank AND b.kind = ''segment'' JOIN speaks s ON s.segment = b.segment
        WHERE w.segment = o.segment AND w.kind = ''segment'' AND o.effect = ''assign'') AS beats
    FROM rules o JOIN part p USING (segment) WHERE o.rule <> ALL ($3) ORDER BY o.rule_order', schema)
    USING scheme, version, invalid LOOP
    segment := r.segment; rule := r.rule;
    SELECT * INTO shown FROM ph.check_rule(r.expression, names, types);
    IF shown.always = 'never' THEN
      finding := 'never_true'; detail := 'no values of the inputs make it true'; RETURN NEXT;
    ELSIF shown.always = 'true' THEN
      finding := 'always_true'; detail := 'it is true wherever its inputs are known'; RETURN NEXT;
    END IF;
    IF shown.always IS DISTINCT FROM 'never' AND r.beats IS NOT NULL AND ph.rule_implied(r.expression, r.beats, names, types) THEN
      finding := 'never_wins'; detail := 'wherever it is true, a segment of higher need is assigned before it'; RETURN NEXT;
    END IF;
    IF shown.inputs_used && judged_by THEN
      finding := 'judged_by_itself'; detail := 'uses what the scheme is judged by: ' || array_to_string(ARRAY(SELECT i FROM unnest(shown.inputs_used) i WHERE i = ANY (judged_by)), ', '); RETURN NEXT;
    END IF;
    EXECUTE format('SELECT string_agg(input, '', '' ORDER BY input) FROM %I.scheme_input WHERE scheme = $1 AND version = $2 AND activity AND input = ANY ($3)', schema) INTO columns USING scheme, version, shown.inputs_used;
    IF columns IS NOT NULL THEN
      finding := 'uses_activity'; detail := 'activity explains activity: ' || columns; RETURN NEXT;
    END IF;
  END LOOP;
  rule := NULL;
  FOR r IN EXECUTE format('SELECT d.segment, string_agg(s.segment, '', '' ORDER BY s.rank) AS below FROM %1$I.scheme_segment d JOIN %1$I.scheme_segment s USING (scheme, version)
      WHERE scheme = $1 AND version = $2 AND d.kind = ''default'' AND s.kind = ''segment'' AND s.parent IS NULL AND s.rank > d.rank GROUP BY d.segment', schema) USING scheme, version LOOP
    finding := 'default_above'; segment := r.segment; detail := 'people whom no rule matches rank above, and cannot be promoted to: ' || r.below; RETURN NEXT;
  END LOOP;
  FOR r IN EXECUTE format('SELECT s.* FROM %1$I.scheme_segment s WHERE scheme = $1 AND version = $2 AND kind <> ''default''
      AND NOT EXISTS (SELECT FROM %1$I.scheme_rule r WHERE (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment))
      AND NOT EXISTS (SELECT FROM %1$I.scheme_segment c WHERE (c.scheme, c.version, c.parent) = (s.scheme, s.version, s.segment)) ORDER BY rank', schema) USING scheme, version LOOP
    finding := 'no_rule'; segment := r.segment; detail := 'nobody can be in it'; RETURN NEXT;
  END LOOP;
  segment := NULL;
  IF population_schema IS NOT NULL THEN
    FOR r IN EXECUTE format('SELECT code_list, string_agg(input, '', '') AS inputs FROM %I.scheme_input i WHERE scheme = $1 AND version = $2 AND code_list IS NOT NULL AND NOT EXISTS (SELECT FROM %I.code_list c WHERE c.list = i.code_list) GROUP BY 1 ORDER BY 1', schema, population_schema)
      USING scheme, version LOOP
      finding := 'missing_code_list'; detail := format('%s, for %s', r.code_list, r.inputs); RETURN NEXT;
    END LOOP;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.scheme_segment WHERE scheme = $1 AND version = $2 '
    'AND kind = ''default'')', schema) INTO has_default USING scheme, version;
  IF NOT has_default THEN
    finding := 'no_default'; detail := 'nowhere for people whom no rule matches'; RETURN NEXT;
  END IF;
  IF source IS NULL OR NOT has_default OR invalid <> '{}' THEN
    RETURN;
  END IF;
  FOR r IN SELECT n FROM unnest(names) n WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped) ORDER BY n LOOP
    finding := 'missing_column'; detail := r.n; RETURN NEXT;
  END LOOP;
  -- and what they do to these people, where they can be assigned at all
  BEGIN
    query := ph.segment_query(scheme, version, source, schema, person, 'unknown');
    FOR r IN EXECUTE format('WITH assigned AS (SELECT segment, path, flags, matched FROM (%1$s) q), everybody AS (SELECT count(*) AS n FROM assigned)
      SELECT r.rule, r.segment, r.effect, e.n, count(a.*) FILTER (WHERE r.rule = ANY (a.matched)) AS matches, count(a.*) FILTER (WHERE r.rule = ANY (a.matched) AND (r.segment = ANY (a.path) OR r.segment = ANY (a.flags))) AS wins
      FROM %2$I.scheme_rule r CROSS JOIN everybody e LEFT JOIN assigned a ON r.rule = ANY (a.matched) WHERE r.scheme = $1 AND r.version = $2 GROUP BY r.rule, r.rule_order, r.segment, r.effect, e.n ORDER BY r.rule_order', query, schema)
      USING scheme, version LOOP
      rule := r.rule; segment := r.segment; people := r.matches;
      IF r.n > 0 AND (r.matches = 0 OR r.effect = 'assign' AND r.wins = 0) THEN
        finding := 'never_wins_here'; detail := CASE r.matches WHEN 0 THEN 'true for nobody' ELSE 'nobody for whom it is true is in its segment' END; RETURN NEXT;
      ELSIF r.n > 0 AND r.matches = r.n THEN
        finding := 'true_for_everybody_here'; detail := NULL; RETURN NEXT;
      END IF;
    END LOOP;
    rule := NULL;
    FOR r IN EXECUTE format('SELECT s.segment, count(q.*) AS n FROM %2$I.scheme_segment s LEFT JOIN (%1$s) q ON s.segment = ANY (q.path) OR s.segment = ANY (q.flags) WHERE s.scheme = $1 AND s.version = $2 GROUP BY s.segment, s.rank HAVING count(q.*) < $3 ORDER BY s.rank', query, schema)
      USING scheme, version, smallest LOOP
      finding := 'small_segment'; segment := r.segment; detail := format('fewer than %s people', smallest); people := r.n; RETURN NEXT;
    END LOOP;
  EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception THEN
    -- of what a rule makes of a value no more than the kind of error is told
    finding := 'unfit_people'; segment := NULL; rule := NULL; people := NULL;
    detail := CASE WHEN sqlstate LIKE '22%' THEN 'SQLSTATE ' || sqlstate ELSE sqlerrm END;
    RETURN NEXT;
  END;
END $$;
COMMENT ON FUNCTION ph.check_scheme(text, text, regclass, text, text, integer, text[], text) IS
  'what is wrong with a scheme: triggers that its tables lack (missing_trigger), a change since it was used '
    '(changed_since_used), inputs, rules and nesting that are none (invalid_input, invalid_rule, invalid_shape), rules '
    'never or always true, or that can never win (as far as logic shows it), that use what the scheme is judged by or '
      'activity, segments without a rule, code lists that population_schema lacks; with a relation of people also '
        'missing columns, people who cannot be assigned (unfit_people), rules that never win or are true for everybody there, segments with fewer than smallest '
          'people';

CREATE FUNCTION ph.scheme_changes(scheme text, from_version text, to_version text, schema text DEFAULT 'ph', from_schema text DEFAULT NULL, from_scheme text DEFAULT NULL, OUT part text, OUT name text, OUT change text, OUT before text, OUT after text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph_support.require_scheme(coalesce(from_schema, schema), coalesce(from_scheme, scheme), from_version);
  PERFORM ph_support.require_scheme(schema, scheme, to_version);
  RETURN QUERY EXECUTE (SELECT string_agg(format('SELECT %1$L AS part, %2$I::text AS name, CASE WHEN b IS NULL THEN ''added'' WHEN a IS NULL THEN ''removed'' ELSE ''changed'' END AS change, b::text, a::text
      FROM (SELECT %2$I, (%3$s) AS b FROM %4$I.%5$I WHERE scheme = $1 AND version = $2) x FULL JOIN (SELECT %2$I, (%3$s) AS a FROM %6$I.%5$I WHERE scheme = $3 AND version = $4) y USING (%2$I) WHERE a IS DISTINCT FROM b',
      p, k, d, coalesce(from_schema, schema), 'scheme_' || p, schema), ' UNION ALL ' ORDER BY n) || ' ORDER BY 1, 2'
    FROM (VALUES (1, 'input', 'input', 'concat_ws('', '', type, CASE WHEN activity THEN ''activity'' END, ''list '' || code_list)'), (2, 'segment', 'segment', 'concat_ws('', '', kind || '' '' || rank, ''in '' || parent, label, ''source '' || source)'),
      (3, 'rule', 'rule', 'concat_ws('', '', format(''%s. %s %s if %s'', rule_order, effect, segment, checked), ''says '' || says, ''source '' || source)')) v(n, p, k, d))
  USING coalesce(from_scheme, scheme), from_version, scheme, to_version;
END $$;
COMMENT ON FUNCTION ph.scheme_changes(text, text, text, text, text, text) IS 'what differs between two versions of a scheme: inputs, segments and rules added, removed or changed';

CREATE FUNCTION ph.scheme_moves(before regclass, after regclass, OUT person_id text, OUT segment_before text, OUT segment_after text, OUT reasons_before text[], OUT reasons_after text[])
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT person_id::text, b.segment, a.segment, b.reasons, a.reasons FROM %s b FULL JOIN %s a USING (person_id) WHERE b.path IS DISTINCT FROM a.path ORDER BY 1', before, after);
END $$;
COMMENT ON FUNCTION ph.scheme_moves(regclass, regclass) IS 'the people who are in another segment in one segment view than in another, such as of two versions of a scheme, and why in each';

-- ---- the schemes that are shipped ----
-- Each row says where it was read and how sure it is: 'read' in the source, 'derived' from it, 'from memory' (check it
-- before use), or 'ours'. Facts and code names only; no text of the sources.

INSERT INTO ph.scheme (scheme, version, label, source, certainty, precedence) VALUES
  ('bridges_to_health', 'bnssg-2019', 'Bridges to Health, executable reading', 'NHS BNSSG, population segmentation workshop, NHS-R 2019, after Lynn et al. 2007, Milbank Quarterly 85:185', 'read', 'source'),
  ('bridges_to_health', 'nhs-england-2019', 'Bridges to Health, eight segments of the national data set; lists are yours', 'NHS England, Outcomes Based Healthcare: names of segments read; order from memory', 'from memory', 'source'),
  ('snee', 'adults-2024', 'Suffolk and North East Essex: six segments of adults', 'Suffolk and North East Essex ICS, SNEEdocs, docs/segmentation.md and docs/ltc.md', 'read', 'source'),
  ('london_matrix', '2013', 'London: fifteen groups by age and condition', 'North West London whole systems; IPPR figure 5.1: cells read, order ours', 'read', 'ours'),
  ('kent_bands', 'year-of-care', 'Kent: long-term conditions year of care, currency bands', 'A. George, Kent; band A implied', 'read', 'source'),
  ('frailty_index_classes', 'clegg-2016', 'Classes of the electronic frailty index', 'Clegg et al. 2016; cut points from memory', 'from memory', 'source'),
  ('hospital_frailty_bands', 'gilbert-2018', 'Bands of the Hospital Frailty Risk Score', 'Gilbert et al. 2018, Lancet 391:1775; derived at 75 and over, used by NHS England from 65', 'read', 'source'),
  ('core20plus5', 'adults-2021', 'Core20PLUS5 as flags, adults; PLUS groups are local', 'NHS England; Core20 is the national fifth by deprivation and is never ranked again locally', 'read', 'source'),
  ('kaiser_pyramid', 'levels', 'Kaiser pyramid: three levels of care by risk', 'Kings Fund and Kaiser; shares from memory: 5 %, 20 %, rest', 'from memory', 'source'),
  ('kaiser_senior', 'care-groups', 'Kaiser senior segmentation: four groups from 65 on', 'Kaiser Permanente senior segmentation: groups read, codes are yours', 'read', 'source');

INSERT INTO ph.scheme_input (scheme, version, input, type, description, code_list, activity) VALUES
  ('bridges_to_health', 'bnssg-2019', 'dementia', 'boolean', 'dementia recorded', 'dementia', false),
  ('bridges_to_health', 'bnssg-2019', 'frailty_class', 'text', 'class of the electronic frailty index: Fit, Mild, Moderate, Severe', NULL, false),
  ('bridges_to_health', 'bnssg-2019', 'heart_failure', 'boolean', NULL, 'heart_failure', false),
  ('bridges_to_health', 'bnssg-2019', 'coronary_heart_disease', 'boolean', NULL, 'coronary_heart_disease', false),
  ('bridges_to_health', 'bnssg-2019', 'chronic_kidney_disease', 'boolean', NULL, 'chronic_kidney_disease', false),
  ('bridges_to_health', 'bnssg-2019', 'cancer', 'boolean', NULL, 'cancer', false),
  ('bridges_to_health', 'bnssg-2019', 'learning_disability', 'boolean', NULL, 'learning_disability', false),
  ('bridges_to_health', 'bnssg-2019', 'blindness', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'bnssg-2019', 'deafness', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'bnssg-2019', 'long_term_conditions', 'integer', 'how many long-term conditions', NULL, false),
  ('bridges_to_health', 'bnssg-2019', 'sex', 'text', 'F or M', NULL, false),
  ('bridges_to_health', 'bnssg-2019', 'maternity_activity', 'integer', 'contacts with maternity services in the year', NULL, true),
  ('bridges_to_health', 'bnssg-2019', 'non_elective_admissions', 'integer', 'emergency admissions in the year', NULL, true),
  ('bridges_to_health', 'nhs-england-2019', 'dementia', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'severe_frailty', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'end_stage_heart_failure', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'end_stage_respiratory_disease', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'end_stage_renal_failure', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'liver_failure', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'incurable_cancer', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'learning_disability', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'physical_disability', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'severe_mental_illness', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'age_years', 'integer', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'hospital_frailty', 'double precision', 'Hospital Frailty Risk Score of two years', NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'chronic_kidney_disease_stage', 'integer', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'emergency_admissions_12_months', 'integer', NULL, NULL, true),
  ('bridges_to_health', 'nhs-england-2019', 'long_term_conditions', 'integer', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'pregnant_or_postnatal', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'infant', 'boolean', NULL, NULL, false),
  ('bridges_to_health', 'nhs-england-2019', 'acute_care', 'boolean', 'an acute episode in the year', NULL, true),
  ('bridges_to_health', 'nhs-england-2019', 'active_cancer', 'boolean', 'chemotherapy in twelve months with a recorded cancer', NULL, false),
  ('snee', 'adults-2024', 'anxiety', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'asthma', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'atrial_fibrillation', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'chronic_kidney_disease', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'copd', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'unresolved_depression', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'diabetes', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'epilepsy', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'heart_failure', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'hypertension', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'learning_disability', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'osteoporosis', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'peripheral_vascular_disease', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'stroke', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'transient_ischaemic_attack', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'palliative_care', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'end_of_life', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'end_stage_liver_disease', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'end_stage_heart_failure', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'end_stage_renal_failure', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'end_stage_copd', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'dementia', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'severe_frailty', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'housebound', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'has_carer', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'cancer', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'moderate_frailty', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'severe_mental_illness', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'depression', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'smoker', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'increased_or_high_alcohol_risk', 'boolean', NULL, NULL, false),
  ('snee', 'adults-2024', 'frailty_contact', 'boolean', 'hospital contact in the year for hip fracture, stroke, fall or frailty', NULL, true),
  ('snee', 'adults-2024', 'mental_health_contact', 'boolean', 'contact in the mental health data set in the year', NULL, true),
  ('snee', 'adults-2024', 'social_contact', 'boolean', 'hospital contact in the year for mental health, alcohol, drugs, self-harm or homelessness', NULL, true),
  ('snee', 'adults-2024', 'dental_emergency', 'boolean', 'hospital contact in the year for emergency dentistry', NULL, true),
  ('snee', 'adults-2024', 'bmi', 'double precision', 'body mass index within twelve months, kg/m2', NULL, false),
  ('london_matrix', '2013', 'age_years', 'integer', NULL, NULL, false),
  ('london_matrix', '2013', 'long_term_conditions', 'integer', NULL, NULL, false),
  ('london_matrix', '2013', 'cancer', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'severe_mental_illness', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'learning_disability', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'physical_disability', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'advanced_dementia', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'intensive_continuing_care', 'boolean', NULL, NULL, false),
  ('london_matrix', '2013', 'homeless', 'boolean', NULL, NULL, false),
  ('kent_bands', 'year-of-care', 'long_term_conditions', 'integer', NULL, NULL, false),
  ('frailty_index_classes', 'clegg-2016', 'frailty_index', 'double precision', 'deficits present / 36', NULL, false),
  ('hospital_frailty_bands', 'gilbert-2018', 'hospital_frailty', 'double precision', 'score of two years of admissions', NULL, false),
  ('hospital_frailty_bands', 'gilbert-2018', 'age_years', 'integer', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'deprivation_decile', 'integer', 'national decile of the small area, 1 the most deprived', NULL, false),
  ('core20plus5', 'adults-2021', 'long_term_conditions', 'integer', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'ethnic_minority', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'learning_disability', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'autism', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'homeless', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'drug_or_alcohol_dependence', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'vulnerable_migrant', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'gypsy_roma_traveller', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'sex_worker', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'justice_contact', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'modern_slavery', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'coastal_pocket', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'pregnant', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'severe_mental_illness', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'chronic_respiratory_disease', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'cancer', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'hypertension', 'boolean', NULL, NULL, false),
  ('core20plus5', 'adults-2021', 'smoker', 'boolean', NULL, NULL, false),
  ('kaiser_pyramid', 'levels', 'risk_share_above', 'double precision', 'share of people at higher risk: 0 is the highest', NULL, false),
  ('kaiser_senior', 'care-groups', 'age_years', 'integer', NULL, NULL, false),
  ('kaiser_senior', 'care-groups', 'long_term_conditions', 'integer', NULL, NULL, false),
  ('kaiser_senior', 'care-groups', 'advanced_illness', 'boolean', NULL, NULL, false),
  ('kaiser_senior', 'care-groups', 'end_organ_failure', 'boolean', NULL, NULL, false),
  ('kaiser_senior', 'care-groups', 'extreme_frailty', 'boolean', NULL, NULL, false),
  ('kaiser_senior', 'care-groups', 'near_end_of_life', 'boolean', NULL, NULL, false);

INSERT INTO ph.scheme_segment (scheme, version, rank, segment, kind, parent) VALUES
  ('bridges_to_health', 'bnssg-2019', 1, 'Frailty', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 2, 'Limited reserve', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 3, 'Cancer', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 4, 'Disability', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 5, 'Long-term conditions', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 6, 'Maternity', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 7, 'Acutely ill', 'segment', NULL),
  ('bridges_to_health', 'bnssg-2019', 8, 'Healthy', 'default', NULL),
  ('bridges_to_health', 'nhs-england-2019', 1, 'Frailty and dementia', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 2, 'Organ failure', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 3, 'Incurable cancer', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 4, 'Disability', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 5, 'Long-term conditions', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 6, 'Acutely ill', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 7, 'Maternal and infant health', 'segment', NULL),
  ('bridges_to_health', 'nhs-england-2019', 8, 'Healthy', 'default', NULL),
  ('bridges_to_health', 'nhs-england-2019', 91, 'Active cancer', 'flag', NULL),
  ('bridges_to_health', 'nhs-england-2019', 92, 'Intermediate frailty risk', 'flag', NULL),
  ('bridges_to_health', 'nhs-england-2019', 11, 'Dementia', 'segment', 'Frailty and dementia'),
  ('bridges_to_health', 'nhs-england-2019', 12, 'High frailty risk', 'segment', 'Frailty and dementia'),
  ('bridges_to_health', 'nhs-england-2019', 13, 'Severe frailty', 'segment', 'Frailty and dementia'),
  ('bridges_to_health', 'nhs-england-2019', 21, 'End-stage renal failure', 'segment', 'Organ failure'),
  ('bridges_to_health', 'nhs-england-2019', 22, 'Liver failure', 'segment', 'Organ failure'),
  ('bridges_to_health', 'nhs-england-2019', 23, 'End-stage heart failure', 'segment', 'Organ failure'),
  ('bridges_to_health', 'nhs-england-2019', 24, 'End-stage respiratory disease', 'segment', 'Organ failure'),
  ('bridges_to_health', 'nhs-england-2019', 51, 'Two or more conditions', 'segment', 'Long-term conditions'),
  ('bridges_to_health', 'nhs-england-2019', 52, 'One condition', 'segment', 'Long-term conditions'),
  ('snee', 'adults-2024', 1, 'Die well', 'segment', NULL),
  ('snee', 'adults-2024', 2, 'Age well', 'segment', NULL),
  ('snee', 'adults-2024', 3, 'Stay well', 'segment', NULL),
  ('snee', 'adults-2024', 4, 'Feel well', 'segment', NULL),
  ('snee', 'adults-2024', 5, 'Be well', 'segment', NULL),
  ('snee', 'adults-2024', 6, 'Live well', 'default', NULL),
  ('london_matrix', '2013', 1, 'Homeless', 'segment', NULL),
  ('london_matrix', '2013', 2, 'Advanced dementia', 'segment', NULL),
  ('london_matrix', '2013', 3, 'Physical disability', 'segment', NULL),
  ('london_matrix', '2013', 4, 'Learning disability', 'segment', NULL),
  ('london_matrix', '2013', 5, 'Severe and enduring mental illness', 'segment', NULL),
  ('london_matrix', '2013', 6, 'Young people with intensive continuing care needs', 'segment', NULL),
  ('london_matrix', '2013', 7, 'Children with intensive continuing care needs', 'segment', NULL),
  ('london_matrix', '2013', 8, 'Adults and older people with cancer', 'segment', NULL),
  ('london_matrix', '2013', 9, 'Children and young people with a long-term condition or cancer', 'segment', NULL),
  ('london_matrix', '2013', 10, 'Older people with long-term conditions', 'segment', NULL),
  ('london_matrix', '2013', 11, 'Adults with long-term conditions', 'segment', NULL),
  ('london_matrix', '2013', 12, 'Mostly healthy older people', 'segment', NULL),
  ('london_matrix', '2013', 13, 'Mostly healthy adults', 'segment', NULL),
  ('london_matrix', '2013', 14, 'Mostly healthy young people', 'segment', NULL),
  ('london_matrix', '2013', 15, 'Mostly healthy children', 'segment', NULL),
  ('london_matrix', '2013', 16, 'Age not known', 'default', NULL),
  ('kent_bands', 'year-of-care', 1, 'E', 'segment', NULL),
  ('kent_bands', 'year-of-care', 2, 'D', 'segment', NULL),
  ('kent_bands', 'year-of-care', 3, 'C', 'segment', NULL),
  ('kent_bands', 'year-of-care', 4, 'B', 'segment', NULL),
  ('kent_bands', 'year-of-care', 5, 'A', 'segment', NULL),
  ('kent_bands', 'year-of-care', 6, 'Not known', 'default', NULL),
  ('frailty_index_classes', 'clegg-2016', 1, 'Severe', 'segment', NULL),
  ('frailty_index_classes', 'clegg-2016', 2, 'Moderate', 'segment', NULL),
  ('frailty_index_classes', 'clegg-2016', 3, 'Mild', 'segment', NULL),
  ('frailty_index_classes', 'clegg-2016', 4, 'Fit', 'segment', NULL),
  ('frailty_index_classes', 'clegg-2016', 5, 'Not known', 'default', NULL),
  ('hospital_frailty_bands', 'gilbert-2018', 1, 'High', 'segment', NULL),
  ('hospital_frailty_bands', 'gilbert-2018', 2, 'Intermediate', 'segment', NULL),
  ('hospital_frailty_bands', 'gilbert-2018', 3, 'Low', 'segment', NULL),
  ('hospital_frailty_bands', 'gilbert-2018', 4, 'Not known or younger than 65', 'default', NULL),
  ('core20plus5', 'adults-2021', 1, 'Core20', 'flag', NULL),
  ('core20plus5', 'adults-2021', 2, 'PLUS: ethnic minority', 'flag', NULL),
  ('core20plus5', 'adults-2021', 3, 'PLUS: learning disability or autism', 'flag', NULL),
  ('core20plus5', 'adults-2021', 4, 'PLUS: multiple long-term conditions', 'flag', NULL),
  ('core20plus5', 'adults-2021', 5, 'PLUS: inclusion health', 'flag', NULL),
  ('core20plus5', 'adults-2021', 6, 'PLUS: coastal pocket', 'flag', NULL),
  ('core20plus5', 'adults-2021', 7, '5: maternity', 'flag', NULL),
  ('core20plus5', 'adults-2021', 8, '5: severe mental illness', 'flag', NULL),
  ('core20plus5', 'adults-2021', 9, '5: chronic respiratory disease', 'flag', NULL),
  ('core20plus5', 'adults-2021', 10, '5: early cancer diagnosis', 'flag', NULL),
  ('core20plus5', 'adults-2021', 11, '5: hypertension', 'flag', NULL),
  ('core20plus5', 'adults-2021', 12, 'Smoking cessation', 'flag', NULL),
  ('core20plus5', 'adults-2021', 20, 'Everyone', 'default', NULL),
  ('kaiser_pyramid', 'levels', 1, 'Level 3: case management', 'segment', NULL),
  ('kaiser_pyramid', 'levels', 2, 'Level 2: disease management', 'segment', NULL),
  ('kaiser_pyramid', 'levels', 3, 'Level 1: supported self-care', 'segment', NULL),
  ('kaiser_pyramid', 'levels', 4, 'Risk not known', 'default', NULL),
  ('kaiser_senior', 'care-groups', 1, '4: extreme frailty or near end of life', 'segment', NULL),
  ('kaiser_senior', 'care-groups', 2, '3: advanced illness or end-organ failure', 'segment', NULL),
  ('kaiser_senior', 'care-groups', 3, '2: one or more chronic conditions', 'segment', NULL),
  ('kaiser_senior', 'care-groups', 4, '1: no chronic condition', 'segment', NULL),
  ('kaiser_senior', 'care-groups', 5, 'Younger than 65 or not known', 'default', NULL);

INSERT INTO ph.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty) VALUES
  ('bridges_to_health', 'bnssg-2019', 1, 'Frailty', 'Frailty', 'dementia or lower(frailty_class) in (''moderate'', ''severe'')', 'you have dementia, or moderate or severe frailty', 'read'),
  ('bridges_to_health', 'bnssg-2019', 2, 'Limited reserve', 'Limited reserve', 'heart_failure or coronary_heart_disease or chronic_kidney_disease', 'you have heart failure, coronary heart disease or chronic kidney disease', 'read'),
  ('bridges_to_health', 'bnssg-2019', 3, 'Cancer', 'Cancer', 'cancer', 'you have or had cancer', 'read'),
  ('bridges_to_health', 'bnssg-2019', 4, 'Disability', 'Disability', 'learning_disability or blindness or deafness', 'you have a learning disability, or a loss of sight or hearing', 'read'),
  ('bridges_to_health', 'bnssg-2019', 5, 'Long-term conditions', 'Long-term conditions', 'long_term_conditions > 1', 'you have more than one long-term condition', 'read'),
  ('bridges_to_health', 'bnssg-2019', 6, 'Maternity', 'Maternity', 'lower(sex) in (''f'', ''female'') and maternity_activity > 0', 'you were in the care of maternity services in the year', 'read'),
  ('bridges_to_health', 'bnssg-2019', 7, 'Acutely ill', 'Acutely ill', 'non_elective_admissions > 0', 'you were in hospital as an emergency in the year', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 1, 'Dementia', 'Dementia', 'dementia', 'you have dementia', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 2, 'High frailty risk', 'High frailty risk', 'age_years >= 65 and hospital_frailty > 15', 'you are 65 or over and your hospital stays show a high risk of frailty', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 3, 'Severe frailty', 'Severe frailty', 'severe_frailty', 'you have severe frailty', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 4, 'End-stage renal failure', 'End-stage renal failure', 'end_stage_renal_failure or chronic_kidney_disease_stage = 5', 'your kidneys have failed or nearly so', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 5, 'CKD 4 with four emergency admissions', 'End-stage renal failure', 'chronic_kidney_disease_stage = 4 and emergency_admissions_12_months >= 4', 'you have advanced kidney disease and were in hospital as an emergency four times or more in the year', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 6, 'Liver failure', 'Liver failure', 'liver_failure', 'your liver has failed or nearly so', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 7, 'End-stage heart failure', 'End-stage heart failure', 'end_stage_heart_failure', 'you have end-stage heart failure', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 8, 'End-stage respiratory disease', 'End-stage respiratory disease', 'end_stage_respiratory_disease', 'you have end-stage lung disease', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 9, 'Incurable cancer', 'Incurable cancer', 'incurable_cancer', 'you have a cancer that cannot be cured', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 10, 'Disability', 'Disability', 'learning_disability or physical_disability or severe_mental_illness', 'you have a disability or a severe mental illness', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 11, 'Two or more conditions', 'Two or more conditions', 'long_term_conditions >= 2', 'you have two or more long-term conditions', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 12, 'One condition', 'One condition', 'long_term_conditions = 1', 'you have a long-term condition', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 13, 'Acutely ill', 'Acutely ill', 'acute_care', 'you were acutely ill in the year', 'from memory'),
  ('bridges_to_health', 'nhs-england-2019', 14, 'Maternal and infant health', 'Maternal and infant health', 'pregnant_or_postnatal or infant', 'you are pregnant, have just had a baby or are one', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 15, 'Active cancer', 'Active cancer', 'active_cancer', 'you had chemotherapy in the last twelve months', 'read'),
  ('bridges_to_health', 'nhs-england-2019', 16, 'Intermediate frailty risk', 'Intermediate frailty risk', 'age_years >= 65 and hospital_frailty between 5 and 15', 'you are 65 or over and your hospital stays show some risk of frailty', 'read'),
  ('snee', 'adults-2024', 1, 'Palliative care or end of life', 'Die well', 'palliative_care or end_of_life', 'you receive palliative or end-of-life care', 'read'),
  ('snee', 'adults-2024', 2, 'End-stage disease', 'Die well', 'end_stage_liver_disease or end_stage_heart_failure or end_stage_renal_failure or end_stage_copd', 'you have end-stage disease of an organ', 'read'),
  ('snee', 'adults-2024', 3, 'Hospital contact of frailty', 'Age well', 'frailty_contact', 'you were in hospital in the year for a hip fracture, a stroke, a fall or frailty', 'read'),
  ('snee', 'adults-2024', 4, 'Dementia', 'Age well', 'dementia', 'you have dementia', 'read'),
  ('snee', 'adults-2024', 5, 'Four or more conditions', 'Age well', 'ph.count_true(anxiety, asthma, atrial_fibrillation, chronic_kidney_disease, copd, unresolved_depression, diabetes, epilepsy, heart_failure, hypertension, learning_disability, osteoporosis, peripheral_vascular_disease, stroke, transient_ischaemic_attack) >= 4', 'you have four or more long-term conditions', 'read'),
  ('snee', 'adults-2024', 6, 'Severe frailty', 'Age well', 'severe_frailty', 'you have severe frailty', 'read'),
  ('snee', 'adults-2024', 7, 'Housebound', 'Age well', 'housebound', 'you cannot leave your home', 'read'),
  ('snee', 'adults-2024', 8, 'Has a carer', 'Age well', 'has_carer', 'somebody cares for you', 'read'),
  ('snee', 'adults-2024', 9, 'One to three conditions', 'Stay well', 'ph.count_true(anxiety, asthma, atrial_fibrillation, chronic_kidney_disease, copd, unresolved_depression, diabetes, epilepsy, heart_failure, hypertension, learning_disability, osteoporosis, peripheral_vascular_disease, stroke, transient_ischaemic_attack) between 1 and 3', 'you have one to three long-term conditions', 'read'),
  ('snee', 'adults-2024', 10, 'Cancer', 'Stay well', 'cancer', 'you have or had cancer', 'read'),
  ('snee', 'adults-2024', 11, 'Moderate frailty', 'Stay well', 'moderate_frailty', 'you have moderate frailty', 'read'),
  ('snee', 'adults-2024', 12, 'Severe mental illness', 'Feel well', 'severe_mental_illness', 'you have a severe mental illness', 'read'),
  ('snee', 'adults-2024', 13, 'Depression', 'Feel well', 'depression', 'you have or had depression', 'read'),
  ('snee', 'adults-2024', 14, 'Anxiety', 'Feel well', 'anxiety', 'you have anxiety', 'read'),
  ('snee', 'adults-2024', 15, 'Mental health contact', 'Feel well', 'mental_health_contact', 'you saw mental health services in the year', 'read'),
  ('snee', 'adults-2024', 16, 'Hospital contact of mental health', 'Feel well', 'social_contact', 'you were in hospital in the year for mental health, alcohol, drugs, self-harm or homelessness', 'read'),
  ('snee', 'adults-2024', 17, 'Emergency dentistry', 'Be well', 'dental_emergency', 'you needed emergency dentistry in the year', 'read'),
  ('snee', 'adults-2024', 18, 'Obesity', 'Be well', 'bmi > 30', 'your body mass index is above 30', 'read'),
  ('snee', 'adults-2024', 19, 'Smoker', 'Be well', 'smoker', 'you smoke', 'read'),
  ('snee', 'adults-2024', 20, 'Alcohol', 'Be well', 'increased_or_high_alcohol_risk', 'alcohol puts your health at risk', 'read'),
  ('london_matrix', '2013', 1, 'Homeless', 'Homeless', 'homeless', 'you have no settled home', 'read'),
  ('london_matrix', '2013', 2, 'Advanced dementia', 'Advanced dementia', 'age_years >= 18 and advanced_dementia', 'you have advanced dementia', 'read'),
  ('london_matrix', '2013', 3, 'Physical disability', 'Physical disability', 'age_years >= 18 and physical_disability', 'you have a physical disability', 'read'),
  ('london_matrix', '2013', 4, 'Learning disability', 'Learning disability', 'age_years >= 18 and learning_disability', 'you have a learning disability', 'read'),
  ('london_matrix', '2013', 5, 'Severe and enduring mental illness', 'Severe and enduring mental illness', 'age_years >= 18 and severe_mental_illness', 'you have a severe mental illness', 'read'),
  ('london_matrix', '2013', 6, 'Young people, continuing care', 'Young people with intensive continuing care needs', 'age_years between 13 and 17 and intensive_continuing_care', 'you are 13 to 17 and need continuing care', 'read'),
  ('london_matrix', '2013', 7, 'Children, continuing care', 'Children with intensive continuing care needs', 'age_years <= 12 and intensive_continuing_care', 'you are a child who needs continuing care', 'read'),
  ('london_matrix', '2013', 8, 'Adults, cancer', 'Adults and older people with cancer', 'age_years >= 18 and cancer', 'you have or had cancer', 'read'),
  ('london_matrix', '2013', 9, 'Under 18, condition or cancer', 'Children and young people with a long-term condition or cancer', 'age_years < 18 and (long_term_conditions >= 1 or cancer)', 'you are under 18 and have a long-term condition or cancer', 'read'),
  ('london_matrix', '2013', 10, 'Older, condition', 'Older people with long-term conditions', 'age_years >= 65 and long_term_conditions >= 1', 'you are 65 or over and have a long-term condition', 'read'),
  ('london_matrix', '2013', 11, 'Adult, condition', 'Adults with long-term conditions', 'age_years between 18 and 64 and long_term_conditions >= 1', 'you have a long-term condition', 'read'),
  ('london_matrix', '2013', 12, 'Older', 'Mostly healthy older people', 'age_years >= 65', 'you are 65 or over', 'read'),
  ('london_matrix', '2013', 13, 'Adult', 'Mostly healthy adults', 'age_years between 18 and 64', 'you are 18 to 64', 'read'),
  ('london_matrix', '2013', 14, 'Young people', 'Mostly healthy young people', 'age_years between 13 and 17', 'you are 13 to 17', 'read'),
  ('london_matrix', '2013', 15, 'Children', 'Mostly healthy children', 'age_years <= 12', 'you are 12 or younger', 'read'),
  ('kent_bands', 'year-of-care', 1, 'E', 'E', 'long_term_conditions >= 9', 'you have nine or more long-term conditions', 'read'),
  ('kent_bands', 'year-of-care', 2, 'D', 'D', 'long_term_conditions between 6 and 8', 'you have six to eight long-term conditions', 'read'),
  ('kent_bands', 'year-of-care', 3, 'C', 'C', 'long_term_conditions between 3 and 5', 'you have three to five long-term conditions', 'read'),
  ('kent_bands', 'year-of-care', 4, 'B', 'B', 'long_term_conditions = 2', 'you have two long-term conditions', 'read'),
  ('kent_bands', 'year-of-care', 5, 'A', 'A', 'long_term_conditions between 0 and 1', 'you have one long-term condition or none', 'derived'),
  ('frailty_index_classes', 'clegg-2016', 1, 'Severe', 'Severe', 'frailty_index > 0.36', 'your record shows severe frailty', 'from memory'),
  ('frailty_index_classes', 'clegg-2016', 2, 'Moderate', 'Moderate', 'frailty_index > 0.24', 'your record shows moderate frailty', 'from memory'),
  ('frailty_index_classes', 'clegg-2016', 3, 'Mild', 'Mild', 'frailty_index > 0.12', 'your record shows mild frailty', 'from memory'),
  ('frailty_index_classes', 'clegg-2016', 4, 'Fit', 'Fit', 'frailty_index >= 0', 'your record shows no frailty', 'from memory'),
  ('hospital_frailty_bands', 'gilbert-2018', 1, 'High', 'High', 'age_years >= 65 and hospital_frailty > 15', 'your hospital stays show a high risk of frailty', 'read'),
  ('hospital_frailty_bands', 'gilbert-2018', 2, 'Intermediate', 'Intermediate', 'age_years >= 65 and hospital_frailty >= 5', 'your hospital stays show some risk of frailty', 'read'),
  ('hospital_frailty_bands', 'gilbert-2018', 3, 'Low', 'Low', 'age_years >= 65 and hospital_frailty >= 0', 'your hospital stays show a low risk of frailty', 'read'),
  ('core20plus5', 'adults-2021', 1, 'Core20', 'Core20', 'deprivation_decile in (1, 2)', 'you live in one of the most deprived fifth of areas of England', 'read'),
  ('core20plus5', 'adults-2021', 2, 'PLUS: ethnic minority', 'PLUS: ethnic minority', 'ethnic_minority', 'you belong to an ethnic minority', 'read'),
  ('core20plus5', 'adults-2021', 3, 'PLUS: learning disability or autism', 'PLUS: learning disability or autism', 'learning_disability or autism', 'you have a learning disability or autism', 'read'),
  ('core20plus5', 'adults-2021', 4, 'PLUS: multiple long-term conditions', 'PLUS: multiple long-term conditions', 'long_term_conditions >= 2', 'you have more than one long-term condition', 'read'),
  ('core20plus5', 'adults-2021', 5, 'PLUS: inclusion health', 'PLUS: inclusion health', 'homeless or drug_or_alcohol_dependence or vulnerable_migrant or gypsy_roma_traveller or sex_worker or justice_contact or modern_slavery', 'you belong to a group that services often miss', 'read'),
  ('core20plus5', 'adults-2021', 6, 'PLUS: coastal pocket', 'PLUS: coastal pocket', 'coastal_pocket', 'you live in a deprived part of the coast', 'read'),
  ('core20plus5', 'adults-2021', 7, '5: maternity', '5: maternity', 'pregnant', 'you are pregnant', 'read'),
  ('core20plus5', 'adults-2021', 8, '5: severe mental illness', '5: severe mental illness', 'severe_mental_illness', 'you have a severe mental illness', 'read'),
  ('core20plus5', 'adults-2021', 9, '5: chronic respiratory disease', '5: chronic respiratory disease', 'chronic_respiratory_disease', 'you have a chronic disease of the lungs', 'read'),
  ('core20plus5', 'adults-2021', 10, '5: early cancer diagnosis', '5: early cancer diagnosis', 'cancer', 'you have or had cancer', 'read'),
  ('core20plus5', 'adults-2021', 11, '5: hypertension', '5: hypertension', 'hypertension', 'you have high blood pressure', 'read'),
  ('core20plus5', 'adults-2021', 12, 'Smoking cessation', 'Smoking cessation', 'smoker', 'you smoke', 'read'),
  ('kaiser_pyramid', 'levels', 1, 'Level 3', 'Level 3: case management', 'risk_share_above < 0.05', 'your risk is among the highest 5 in 100', 'from memory'),
  ('kaiser_pyramid', 'levels', 2, 'Level 2', 'Level 2: disease management', 'risk_share_above < 0.2', 'your risk is among the highest 20 in 100', 'from memory'),
  ('kaiser_pyramid', 'levels', 3, 'Level 1', 'Level 1: supported self-care', 'risk_share_above <= 1', 'your risk is not among the highest', 'from memory'),
  ('kaiser_senior', 'care-groups', 1, 'Care group 4', '4: extreme frailty or near end of life', 'age_years >= 65 and (extreme_frailty or near_end_of_life)', 'you are extremely frail or near the end of life', 'read'),
  ('kaiser_senior', 'care-groups', 2, 'Care group 3', '3: advanced illness or end-organ failure', 'age_years >= 65 and (advanced_illness or end_organ_failure)', 'you have an advanced illness', 'read'),
  ('kaiser_senior', 'care-groups', 3, 'Care group 2', '2: one or more chronic conditions', 'age_years >= 65 and long_term_conditions >= 1', 'you have a chronic condition', 'read'),
  ('kaiser_senior', 'care-groups', 4, 'Care group 1', '1: no chronic condition', 'age_years >= 65 and long_term_conditions = 0', 'you have no chronic condition', 'read');

-- what is shipped is read only
UPDATE ph.scheme SET used_at = '2026-11-25 00:00+00';

-- ---- segments over time ----

CREATE PROCEDURE ph.record_segments(schema text, segments regclass, as_of timestamptz, gone regclass DEFAULT NULL)
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of record;
  others bigint;
  day constant date := as_of;
  last_day date;
BEGIN
  IF day IS NULL OR NOT isfinite(day) THEN
    RAISE EXCEPTION 'argument "as_of" must be a day' USING ERRCODE = '22023';
  END IF;
  EXECUTE format('SELECT min(scheme) AS scheme, min(version) AS version, count(DISTINCT (scheme, version)) AS versions, count(person_id) - count(DISTINCT person_id) AS repeated, count(*) - count(person_id) AS nameless FROM %s', segments) INTO of;
  IF of.versions IS DISTINCT FROM 1 THEN
    RAISE EXCEPTION 'relation % holds % versions of schemes, not one', segments, of.versions USING ERRCODE = '22023', HINT = 'Record one segment view at a time, over people.';
  ELSIF of.nameless > 0 THEN
    RAISE EXCEPTION 'relation % has rows without a person_id', segments USING ERRCODE = '22023', HINT = 'Nobody can be followed who has no identifier.';
  ELSIF of.repeated > 0 THEN
    RAISE EXCEPTION 'relation % holds the same person more than once', segments USING ERRCODE = '22023', HINT = 'A segment view is one row a person.';
  END IF;
  CALL ph_support.lock_scheme(schema, of.scheme, of.version);
  EXECUTE format('LOCK TABLE %I.segment_history IN SHARE ROW EXCLUSIVE MODE', schema);
  EXECUTE format('SELECT max(as_of) FROM %I.segment_recording WHERE scheme = $1', schema) INTO last_day USING of.scheme;
  IF day <= last_day THEN
    RAISE EXCEPTION 'segments of scheme "%" are already recorded as of % or later', of.scheme, last_day USING ERRCODE = '22023', HINT = 'Record days in their order.';
  END IF;
  -- who is not in the view any more is in a state without a rank: what the relation gone says, or gone
  EXECUTE format('CREATE TEMP TABLE ph_recorded ON COMMIT DROP AS
      SELECT person_id::text, version, segment, rank, matched FROM %1$s
      UNION ALL
      SELECT h.person_id, $2, %3$s, NULL, NULL FROM %2$I.segment_history h %4$s WHERE h.scheme = $1 AND h.end_date IS NULL AND NOT EXISTS (SELECT FROM %1$s s WHERE s.person_id::text = h.person_id)',
    segments, schema, CASE WHEN gone IS NULL THEN 'coalesce(CASE WHEN h.rank IS NULL THEN h.segment END, ''gone'')' ELSE 'coalesce(g.state, CASE WHEN h.rank IS NULL THEN h.segment END, ''gone'')' END,
    CASE WHEN gone IS NULL THEN '' ELSE format('LEFT JOIN (SELECT person_id::text, min(state) AS state FROM %s GROUP BY 1) g USING (person_id)', gone) END) USING of.scheme, of.version;
  -- before anything else is written: here two meet who record at one time
  BEGIN
    EXECUTE format('INSERT INTO %I.segment_recording (scheme, as_of, version, people, previous) SELECT $1, $2, $3, '
      'count(*), $4 FROM pg_temp.ph_recorded WHERE rank IS NOT NULL', schema) USING of.scheme, day, of.version,
        last_day;
  EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'segments of scheme "%" were recorded by somebody else at the same time', of.scheme
      USING ERRCODE = 'serialization_failure', HINT = 'Try again.';
  END;
  EXECUTE format('WITH changed AS (
      SELECT r.* FROM pg_temp.ph_recorded r LEFT JOIN %1$I.segment_history h ON h.person_id = r.person_id AND h.scheme = $1 AND h.end_date IS NULL
      WHERE h.person_id IS NULL OR h.segment <> r.segment OR h.rank IS DISTINCT FROM r.rank OR h.version <> r.version AND r.rank IS NOT NULL),
    closed AS (UPDATE %1$I.segment_history h SET end_date = $2 FROM changed c WHERE h.person_id = c.person_id AND h.scheme = $1 AND h.end_date IS NULL RETURNING h.person_id)
    SELECT count(*) FROM closed', schema) INTO others USING of.scheme, day;
  EXECUTE format('INSERT INTO %1$I.segment_history (person_id, scheme, version, segment, rank, matched, start_date)
    SELECT r.person_id, $1, r.version, r.segment, r.rank, r.matched, $2 FROM pg_temp.ph_recorded r WHERE NOT EXISTS '
      '(SELECT FROM %1$I.segment_history h WHERE h.person_id = r.person_id AND h.scheme = $1 AND h.end_date IS NULL)',
        schema) USING of.scheme, day;
  DROP TABLE pg_temp.ph_recorded;
END $$;
COMMENT ON PROCEDURE ph.record_segments(text, regclass, timestamptz, regclass) IS
  'writes what a segment view says as of a day into segment_history: periods end and begin on that day for those who moved; who is in the view no longer is in the state that the relation gone (person_id, state) gives, such as died or moved out, or stays in the state that was recorded, or gone; days are recorded in their order, each in segment_recording';

CREATE FUNCTION ph.check_segment_history(schema text, OUT finding text, OUT person_id text, OUT scheme text, OUT start_date date) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT CASE WHEN previous IS NULL THEN ''open_before_last'' WHEN previous < h.start_date THEN ''gap'' ELSE ''overlap'' END, h.person_id, h.scheme, h.start_date
    FROM (SELECT *, lag(end_date) OVER w AS previous, row_number() OVER w AS number FROM %I.segment_history WINDOW w AS (PARTITION BY person_id, scheme ORDER BY start_date)) h
    WHERE number > 1 AND previous IS DISTINCT FROM h.start_date ORDER BY 2, 3, 4', schema);
END $$;
COMMENT ON FUNCTION ph.check_segment_history(text) IS 'periods of segment_history that do not begin where the one before ends: gap, overlap; no row where there are none';

CREATE FUNCTION ph.segments_at(schema text, scheme text, at timestamptz, OUT person_id text, OUT version text,
  OUT segment text, OUT rank integer)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT person_id, version, segment, rank FROM %I.segment_history WHERE scheme = $1 AND '
    'start_date <= $2 AND (end_date > $2 OR end_date IS NULL)', schema) USING scheme, at::date;
END $$;
COMMENT ON FUNCTION ph.segments_at(text, text, timestamptz) IS 'who was in which segment on a day';

CREATE FUNCTION ph.segment_moves(schema text, scheme text, from_date timestamptz, to_date timestamptz,
  any_version boolean DEFAULT false,
    OUT person_id text, OUT segment_before text, OUT rank_before integer, OUT segment_after text, OUT rank_after integer)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  versions text;
  count integer;
BEGIN
  EXECUTE format('SELECT string_agg(DISTINCT version, '', '' ORDER BY version), count(DISTINCT version) FROM %I.segment_history WHERE scheme = $1 AND rank IS NOT NULL AND (start_date <= $2 AND (end_date > $2 OR end_date IS NULL) OR start_date <= $3 AND (end_date > $3 OR end_date IS NULL))', schema)
    INTO versions, count USING scheme, from_date::date, to_date::date;
  IF count > 1 AND NOT any_version THEN
    RAISE EXCEPTION 'the two days are of different versions of scheme "%": %', scheme, versions USING ERRCODE = '22023', HINT = 'A change of the rules is not a change of the people. Record one version for both days, or pass any_version => true.';
  END IF;
  RETURN QUERY EXECUTE format('SELECT person_id, b.segment, b.rank, a.segment, a.rank
    FROM (SELECT * FROM %1$I.segment_history WHERE scheme = $1 AND start_date <= $2 AND (end_date > $2 OR end_date IS NULL)) b
    FULL JOIN (SELECT * FROM %1$I.segment_history WHERE scheme = $1 AND start_date <= $3 AND (end_date > $3 OR '
      'end_date IS NULL)) a USING (person_id)', schema) USING scheme, from_date::date, to_date::date;
END $$;
COMMENT ON FUNCTION ph.segment_moves(text, text, timestamptz, timestamptz, boolean) IS
  'where each person was on two days: a segment and its rank, a state without a rank (died, moved out, gone), or NULL for somebody who was not yet there; refuses to mix versions of a scheme unless asked to. Fold with ph.crosstab(rank_before, rank_after)';

CREATE FUNCTION ph.segment_move_cost(schema text, scheme text, from_date timestamptz, to_date timestamptz, costs regclass,
  span interval DEFAULT '1 year', any_version boolean DEFAULT false,
    OUT segment_before text, OUT rank_before integer, OUT segment_after text, OUT rank_after integer, OUT people bigint, OUT cost_before ph.estimate, OUT cost_after ph.estimate, OUT change ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (span >= '0'::interval) IS NOT TRUE THEN
    RAISE EXCEPTION 'argument "span" must not be negative' USING ERRCODE = '22023',
      HINT = 'It is the time before each of the two days, such as 1 year.';
  END IF;
  RETURN QUERY EXECUTE format('
    WITH before AS (SELECT person_id, sum(cost)::float8 AS cost FROM %1$s WHERE ph.in_look_back(start_date, $3, $5) GROUP BY person_id),
      after AS (SELECT person_id, sum(cost)::float8 AS cost FROM %1$s WHERE ph.in_look_back(start_date, $4, $5) GROUP BY person_id),
      -- who was not there yet, and a span of which the relation has nothing, have no cost to tell of, which is not a cost of 0
      person AS (SELECT m.*, CASE WHEN rank_before IS NOT NULL AND EXISTS (SELECT FROM before) THEN coalesce(b.cost, 0) END AS cost_before, CASE WHEN EXISTS (SELECT FROM after) THEN coalesce(a.cost, 0) END AS cost_after
        FROM ph.segment_moves($1, $2, $3, $4, $6) m LEFT JOIN before b USING (person_id) LEFT JOIN after a USING (person_id)),
      move AS (SELECT segment_before, rank_before, segment_after, rank_after, count(*) AS people, ph.person_tally(0, cost_before) FILTER (WHERE cost_before IS NOT NULL) AS before,
          ph.person_tally(0, cost_after) FILTER (WHERE cost_after IS NOT NULL) AS after, ph.person_tally(0, cost_after - cost_before) FILTER (WHERE rank_after IS NOT NULL AND cost_after - cost_before IS NOT NULL) AS change
        FROM person GROUP BY segment_before, rank_before, segment_after, rank_after)
    SELECT segment_before, rank_before, segment_after, rank_after, people, ph.mean(before), ph.mean(after), ph.mean(change) FROM move
    ORDER BY rank_before NULLS LAST, segment_before, rank_after NULLS LAST, segment_after', costs) USING schema,
      scheme, from_date::date, to_date::date, span, any_version;
END $$;
COMMENT ON FUNCTION ph.segment_move_cost(text, text, timestamptz, timestamptz, regclass, interval, boolean) IS
  'what people cost who moved between segments or stayed, between two days: mean cost of the span before the first day, of the span before the second day (of those who died or left, of the time that they were here), and the mean of each person''s change; costs is a relation with person_id, start_date and cost, such as encounter; a mean that does not exist (people not there yet or gone, a span without any cost) is NULL with a note';

CREATE FUNCTION ph.segment_dwell(schema text, scheme text, at timestamptz, OUT segment text, OUT rank integer,
  OUT times ph.tally, OUT median_days ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- a stay goes on through a new version of the rules; one that has not ended by the day is censored there, and one that
  -- began with the record is not known from its start
  RETURN QUERY EXECUTE format('WITH period AS (
      SELECT *, lag(segment) OVER w IS DISTINCT FROM segment AS begins FROM %1$I.segment_history WHERE scheme = $1 WINDOW w AS (PARTITION BY person_id ORDER BY start_date)),
    numbered AS (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY person_id ORDER BY start_date) AS stay FROM period),
    stay AS (SELECT segment, min(rank) AS rank, min(start_date) AS start_date, CASE WHEN count(end_date) = count(*) THEN max(end_date) END AS end_date FROM numbered GROUP BY person_id, segment, stay)
    SELECT segment, rank, times, ph.survival_quantile(times, 0.5) FROM (
      SELECT segment, rank, ph.person_tally((least(end_date, $2) - start_date)::float8, coalesce(end_date <= $2, false)) AS times
      FROM stay WHERE rank IS NOT NULL AND start_date < $2 AND start_date > (SELECT min(start_date) FROM stay) GROUP '
        'BY segment, rank) t ORDER BY rank', schema) USING scheme, at::date;
END $$;
COMMENT ON FUNCTION ph.segment_dwell(text, text, timestamptz) IS
  'how long people stay in a segment: a tally of days that survival functions answer, and its median; stays that go on are censored on the day, those that began before the first recorded day are left out';

-- ---- strategies ----

CREATE FUNCTION ph.strategy_coverage(schema text, segments regclass, reached regclass, risk regclass DEFAULT NULL,
    OUT partner text, OUT offer text, OUT segment text, OUT tier integer, OUT eligible bigint, OUT offered bigint, OUT reached_people bigint, OUT capacity integer, OUT coverage ph.estimate)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT t.partner, t.offer, t.segment, t.tier, count(DISTINCT s.person_id) FILTER (WHERE s.person_id IS NOT NULL), count(DISTINCT r.person_id), count(DISTINCT r.person_id) FILTER (WHERE r.reached), t.capacity,
      ph.proportion(ph.person_tally(1, coalesce(r.reached, false)) FILTER (WHERE s.person_id IS NOT NULL))
    FROM %1$I.segment_strategy t JOIN (SELECT DISTINCT scheme, version FROM %2$s) v USING (scheme, version)
    LEFT JOIN (SELECT s.person_id::text, s.scheme, s.version, s.path || s.flags AS path, %4$s FROM %2$s s %5$s) s
      ON s.scheme = t.scheme AND s.version = t.version AND t.segment = ANY (s.path) AND (t.tier IS NULL OR s.tier = t.tier) AND (t.threshold IS NULL OR s.risk >= t.threshold)
    LEFT JOIN (SELECT person_id::text, partner, offer, bool_or(reached) AS reached FROM %3$s GROUP BY 1, 2, 3) r ON r.person_id = s.person_id AND r.partner = t.partner AND r.offer = t.offer
    GROUP BY t.partner, t.offer, t.segment, t.tier, t.capacity, t.threshold ORDER BY 1, 2, 3, 4', schema, segments, reached,
    CASE WHEN risk IS NULL THEN 'NULL::integer AS tier, NULL::float8 AS risk' ELSE 'k.tier, k.risk' END, CASE WHEN risk IS NULL THEN '' ELSE format('LEFT JOIN %s k ON k.person_id::text = s.person_id::text', risk) END);
END $$;
COMMENT ON FUNCTION ph.strategy_coverage(text, regclass, regclass, regclass) IS
  'for each offer of segment_strategy to the version of the view how many people of a segment view are eligible (segment or flag, tier and threshold of the relation risk: person_id, tier, risk), have been offered it and were reached (the relation reached: person_id, partner, offer, reached), beside the capacity; coverage is reached of eligible';

-- ---- what segments explain ----

CREATE FUNCTION ph.variance_explained(tally ph.tally, per float8 DEFAULT 1,
    OUT value float8, OUT people float8, OUT segments integer, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'variance_explained' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.variance_explained(ph.tally, float8) IS
  'the share of the variance of a value (cost) between people that their segments account for, times per: 1 - (sum n_g V_g / N) / V with sample variances, of ph.person_tally(segment number, value); people of unknown segment are left out and noted; notes: no_data, missing_input, fewer_than_2_people, no_variance, unknown_key, out_of_range';

CREATE FUNCTION ph.variance_explained_table(tally ph.tally, OUT segment float8, OUT people float8, OUT mean float8, OUT sd float8,
    OUT share_of_people float8, OUT share_of_total float8, OUT unexplained float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'variance_explained_table' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 16;
COMMENT ON FUNCTION ph.variance_explained_table(ph.tally) IS
  'a row a segment of ph.person_tally(segment number, value): people, mean and sample standard deviation of the value, shares of people and of the total, and the part of the variance that stays within this segment; these parts add up to 1 less ph.variance_explained';

-- ---- agreement of two schemes ----

CREATE FUNCTION ph.adjusted_rand(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'adjusted_rand' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.adjusted_rand(ph.crosstab) IS
  'the adjusted Rand index (Hubert and Arabie 1985) of two schemes from ph.crosstab(segment in one, segment in the other): agreement over pairs of people above chance, 1 where they agree and 0 by chance; people without a segment in either are left out and noted; notes: no_data, fewer_than_2_people, no_chance (both put everybody together, or everybody alone), left_out, out_of_range';
CREATE FUNCTION ph.rand_index(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'rand_index' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.rand_index(ph.crosstab) IS
  'the Rand index (1971) of two schemes: the share of pairs of people together in both or apart in both; notes: no_data, fewer_than_2_people, left_out, out_of_range';
CREATE FUNCTION ph.jaccard(crosstab ph.crosstab, OUT value float8, OUT people bigint, OUT note text) RETURNS record
  AS 'MODULE_PATHNAME', 'jaccard' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.jaccard(ph.crosstab) IS
  'the Jaccard index of two schemes over pairs of people: of the pairs together in either, the share together in both; notes: no_data, fewer_than_2_people, no_pairs_together, left_out, out_of_range';

-- ---- where people will be ----

CREATE FUNCTION ph.project(crosstab ph.crosstab, steps integer DEFAULT 1, confidence float8 DEFAULT 0.95,
    OUT step integer, OUT state integer, OUT people float8, OUT lower float8, OUT upper float8, OUT note text) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'project' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION ph.project(ph.crosstab, integer, float8) IS
  'the people of each state after further periods like the one that the table of moves is of, if the chances of moving stay as they were and hang on the present state alone (Markov); limits hold the uncertainty of the observed shares (delta method) and the chance of the moves; give the dead and those who left numbers of their own, so that they stay what they are; note nobody_before: a state without people before keeps its people';

-- ---- trees: segments learned from data ----

create type ph.tree_node as (
	node integer,
	parent integer,
	node_depth integer,
	is_leaf boolean,
	split text,
	path text,
	people bigint,
	value float8,
	loss float8,
	saved float8,
	class text
);
comment on type ph.tree_node is 'a node of a regression tree, as ph.grow_tree returns it';
comment on column ph.tree_node.node is 'its number: the root is 1, the children of n are 2 n and 2 n + 1';
comment on column ph.tree_node.parent is 'the number of the node above it; NULL for the root';
comment on column ph.tree_node.node_depth is 'how many splits lie above it';
comment on column ph.tree_node.is_leaf is 'whether it is not split, in the tree that was chosen';
comment on column ph.tree_node.split is 'the condition of its left child; NULL for a leaf';
comment on column ph.tree_node.path is 'a condition in SQL that holds for the people of the node and for nobody else';
comment on column ph.tree_node.people is 'how many rows are in it';
comment on column ph.tree_node.value is 'mean of the response, rate of events by exposure, or share of the class';
comment on column ph.tree_node.loss is 'squared deviations, deviance, or rows that are not of the class';
comment on column ph.tree_node.saved is 'what its split takes off the loss; NULL for a leaf';
comment on column ph.tree_node.class is 'the commonest class, for the method gini';

create function ph.grow_tree(query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5, complexity float8 default 0.001,
	folds integer default 10, prune text default 'one_standard_error', seed bigint default 1)
	returns setof ph.tree_node as 'MODULE_PATHNAME', 'grow_tree' language c stable parallel unsafe rows 20 cost 100000;
COMMENT ON FUNCTION ph.grow_tree(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'a regression tree (Breiman et al. 1984) over the rows of a query, a row a node: response is its first column and terms all others unless named; method variance (cost), poisson (counts, by exposure) or gini (a boolean or text outcome); leaves of at least smallest_leaf people; pruned by cost-complexity with seeded cross-validation (folds 0: none); path is a condition in SQL that holds for the people of the node and nobody else, whatever is unknown';
CREATE FUNCTION ph.tree_pruning(query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, method text DEFAULT 'variance', exposure text DEFAULT NULL,
    smallest_leaf integer DEFAULT 50, depth integer DEFAULT 5, complexity float8 DEFAULT 0.001, folds integer DEFAULT 10, prune text DEFAULT 'one_standard_error', seed bigint DEFAULT 1,
    OUT complexity_from float8, OUT leaves integer, OUT loss float8, OUT held_out_loss float8, OUT held_out_error float8, OUT chosen boolean)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'tree_pruning' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20 COST 100000;
COMMENT ON FUNCTION ph.tree_pruning(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'the trees that ph.grow_tree chooses from, from the largest to the root: complexity from which each is best, leaves, loss on its rows and on rows held out as shares of the root''s, the standard error of the latter, and which one is chosen';

create function ph_support.learned_inputs(query text, response text, exposure text, terms text[], out column_name text, out type regtype)
	returns setof record language sql stable parallel restricted rows 10
begin atomic
	select c.column_name, c.type
	from ph.query_columns(query) with ordinality as c (column_name, type, n)
	where (case when response is null then c.n <> 1 else c.column_name <> response end)
		and (exposure is null or c.column_name <> exposure)
		and (terms is null or c.column_name = any (terms))
	order by c.n;
end;
comment on function ph_support.learned_inputs(text, text, text, text[]) is
	'support function of ph.learn_scheme: the columns of a query that a tree takes as terms';

create procedure ph_support.write_tree_scheme(schema text, scheme text, version text, source text, inputs text[], types regtype[],
	activity text[], leaves ph.tree_node[])
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if coalesce(cardinality(leaves), 0) = 0 then
		raise exception 'argument "query" has no rows to learn from' using errcode = '22023';
	end if;
	execute format('insert into %I.scheme (scheme, version, label, source, certainty, precedence)
		values ($1, $2, ''learned by a tree'', $3, ''derived'', ''ours'')', schema)
	using scheme, version, source;
	execute format('insert into %I.scheme_input (scheme, version, input, type, activity)
		select $1, $2, input, ph.rule_type(type), input = any ($5) from unnest($3, $4) as column_of (input, type)', schema)
	using scheme, version, inputs, types, activity;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, label)
		select $1, $2, n, ''leaf '' || n, format(''%%s people, value %%s'', people, round(value::numeric, 4))
		from unnest($3) with ordinality as leaf (node, parent, node_depth, is_leaf, split, path, people, value, loss, saved, class, n)',
		schema)
	using scheme, version, leaves;
	-- the last leaf takes nobody else, since paths cover everybody
	execute format('insert into %I.scheme_rule
			(scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, n, ''leaf '' || n, ''leaf '' || n, path, ''your record says: '' || path, ''derived''
		from unnest($3) with ordinality as leaf (node, parent, node_depth, is_leaf, split, path, people, value, loss, saved, class, n)',
		schema)
	using scheme, version, leaves;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, kind)
		values ($1, $2, $3, ''none'', ''default'')', schema)
	using scheme, version, cardinality(leaves) + 1;
end $$;
comment on procedure ph_support.write_tree_scheme(text, text, text, text, text[], regtype[], text[], ph.tree_node[]) is
	'support procedure of ph.learn_scheme: a segment a leaf, in the order of the list';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_scheme(schema text, scheme text, version text, query text, response text default null,
	terms text[] default null, method text default 'variance', exposure text default null, smallest_leaf integer default 50,
	depth integer default 5, complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1, activity text[] default '{}')
language plpgsql as $$
declare
	leaves ph.tree_node[];
	inputs pg_catalog.text[];
	types pg_catalog.regtype[];
begin
	leaves := (select pg_catalog.array_agg(n order by n.value desc, n.node)
		from ph.grow_tree(query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) n
		where n.is_leaf);
	select pg_catalog.array_agg(i.column_name), pg_catalog.array_agg(i.type) into inputs, types
	from ph_support.learned_inputs(query, response, exposure, terms) i;
	call ph_support.write_tree_scheme(schema, scheme, version,
		pg_catalog.format('ph.grow_tree, method %s, smallest leaf %s, depth %s, complexity %s, folds %s, prune %s, seed %s, over: %s',
			method, smallest_leaf, depth, complexity, folds, prune, seed, query),
		inputs, types, activity, leaves);
end $$;
COMMENT ON PROCEDURE ph.learn_scheme(text, text, text, text, text, text[], text, text, integer, integer, float8, integer, text, bigint, text[]) IS
  'grows a tree over a query (arguments of ph.grow_tree) and writes its leaves as a scheme into the tables of a schema of yours: a segment a leaf, the highest value first, its rule the leaf''s condition, checked like any other; the source of the scheme is how it was learned; activity names the inputs that are use of services or spend';

-- ---- clusters: segments found in data ----

CREATE TYPE ph.cluster_sums;
CREATE FUNCTION ph_support.cluster_sums_in(cstring) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_out(ph.cluster_sums) RETURNS cstring
  AS 'MODULE_PATHNAME', 'cluster_sums_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_recv(internal) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_send(ph.cluster_sums) RETURNS bytea
  AS 'MODULE_PATHNAME', 'cluster_sums_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.cluster_sums (
  INPUT = ph_support.cluster_sums_in, OUTPUT = ph_support.cluster_sums_out,
  RECEIVE = ph_support.cluster_sums_recv, SEND = ph_support.cluster_sums_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.cluster_sums IS
  'what one pass of k-means or k-prototypes sums up over its rows, with the centres that they were held against; passes over parts of the rows combine. Holds no rows';
COMMENT ON FUNCTION ph_support.cluster_sums_in(cstring) IS 'text input of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_out(ph.cluster_sums) IS 'text output of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_recv(internal) IS 'binary input of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_send(ph.cluster_sums) IS 'binary output of ph.cluster_sums';

CREATE FUNCTION ph.cluster_start(centres float8[], weights float8[] DEFAULT NULL, modes integer[] DEFAULT NULL, words integer[] DEFAULT NULL, gamma float8 DEFAULT NULL)
  RETURNS ph.cluster_sums AS 'MODULE_PATHNAME', 'cluster_start' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_start(float8[], float8[], integer[], integer[], float8) IS
  'a pass of k-means that no row has entered: centres, a row a cluster; weights of the columns (1 each); for k-prototypes modes, a row a cluster of codes from 1, how many words each category has, and gamma, what a category costs that is not the mode (1)';

CREATE FUNCTION ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[], codes integer[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[], integer[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) IS 'support function of the cluster aggregates: the rows of both';

CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[]) (
  SFUNC = ph_support.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[]) IS
  'one pass of k-means: adds each row to the cluster whose centre is nearest, the first of those that are as near; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]) (
  SFUNC = ph_support.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[], integer[]) IS
  'one pass of k-prototypes (Huang 1998), over numbers and categories by code; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_rollup(ph.cluster_sums) (
  SFUNC = ph_support.cluster_combine, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_rollup(ph.cluster_sums) IS 'one pass over the rows of many: each partner folds its own, none hands over a row';

CREATE FUNCTION ph.cluster_next(cluster_sums ph.cluster_sums) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_next_pass' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_next(ph.cluster_sums) IS
  'the next pass, that no row has entered: each centre the mean of its rows, each mode their commonest word; a cluster without rows stays where it is';
CREATE FUNCTION ph.inertia(cluster_sums ph.cluster_sums) RETURNS float8
  AS 'MODULE_PATHNAME', 'inertia' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.inertia(ph.cluster_sums) IS
  'the cost of the rows about the centres of the pass: squared distances, and gamma for each category that is not the mode; NULL without rows';
CREATE FUNCTION ph.cluster_members(cluster_sums ph.cluster_sums, OUT cluster integer, OUT people bigint, OUT share float8, OUT centre float8[], OUT spread float8[],
    OUT modes integer[], OUT within_ss float8, OUT mean_distance float8, OUT simplified_silhouette float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'cluster_members' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.cluster_members(ph.cluster_sums) IS
  'the clusters of a pass: mean and standard deviation of their rows, commonest words, cost about them; distance and simplified silhouette are about the centres of the pass';
CREATE FUNCTION ph.nearest_centre(centres float8[], x float8[], weights float8[] DEFAULT NULL) RETURNS integer
  AS 'MODULE_PATHNAME', 'nearest_centre' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.nearest_centre(float8[], float8[], float8[]) IS
  'the number, from 1, of the row of centres that is nearest, the first of those that are as near; NULL where a value is unknown or not finite';

CREATE TYPE ph.clusters AS (
  method text, status text, k integer, rows bigint, rows_left_out bigint, terms text[], weights float8[], categories text[], gamma float8,
  centres float8[], modes text[], people bigint[], within_ss float8[], total_within_ss float8, between_ss float8, total_ss float8,
  calinski_harabasz float8, davies_bouldin float8, simplified_silhouette float8, smallest_share float8, iterations integer, starts_agreeing integer, note text
);
COMMENT ON TYPE ph.clusters IS
  'clusters found by ph.k_means or ph.k_prototypes: centres in the units of the terms, a row a cluster, the largest cluster first unless centres were given; weights of the terms in the distance; cost within and between; status ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows. Holds no rows';
COMMENT ON COLUMN ph.clusters.method IS 'k_means or k_prototypes';
COMMENT ON COLUMN ph.clusters.status IS 'ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows';
COMMENT ON COLUMN ph.clusters.k IS 'number of clusters asked for';
COMMENT ON COLUMN ph.clusters.rows IS 'rows that were clustered';
COMMENT ON COLUMN ph.clusters.rows_left_out IS 'rows with a NULL among the terms';
COMMENT ON COLUMN ph.clusters.terms IS 'names of the numbers';
COMMENT ON COLUMN ph.clusters.weights IS 'weight of each term in the squared distance';
COMMENT ON COLUMN ph.clusters.categories IS 'names of the categories; NULL without';
COMMENT ON COLUMN ph.clusters.gamma IS
  'weight of a category that differs, beside the squared distance of the numbers; NULL without categories';
COMMENT ON COLUMN ph.clusters.centres IS 'means of the clusters in the units of the terms, a row a cluster';
COMMENT ON COLUMN ph.clusters.modes IS 'commonest words of the clusters, a row a cluster; NULL without categories';
COMMENT ON COLUMN ph.clusters.people IS 'rows of each cluster';
COMMENT ON COLUMN ph.clusters.within_ss IS
  'cost of each cluster: squared distances to its centre, and gamma for each category that differs';
COMMENT ON COLUMN ph.clusters.total_within_ss IS 'sum of these';
COMMENT ON COLUMN ph.clusters.between_ss IS 'total less total within';
COMMENT ON COLUMN ph.clusters.total_ss IS 'squared distances of all rows to their one centre';
COMMENT ON COLUMN ph.clusters.calinski_harabasz IS 'variance ratio of Calinski and Harabasz (1974): higher is better';
COMMENT ON COLUMN ph.clusters.davies_bouldin IS 'index of Davies and Bouldin (1979): lower is better';
COMMENT ON COLUMN ph.clusters.simplified_silhouette IS
  'mean silhouette by distances to centres, -1 to 1: higher is better';
COMMENT ON COLUMN ph.clusters.smallest_share IS 'share of the rows in the smallest cluster';
COMMENT ON COLUMN ph.clusters.iterations IS 'passes until nothing moved';
COMMENT ON COLUMN ph.clusters.starts_agreeing IS 'how many of the starts came as near; NULL where centres were given';
COMMENT ON COLUMN ph.clusters.note IS 'what to be careful with';

CREATE FUNCTION ph.k_means(query text, k integer, terms text[] DEFAULT NULL, scale text DEFAULT 'standard', starts integer DEFAULT 50, seed bigint DEFAULT 1,
    max_iterations integer DEFAULT 100, smallest float8 DEFAULT 0.005, centres float8[] DEFAULT NULL) RETURNS ph.clusters
  AS 'MODULE_PATHNAME', 'k_means' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.k_means(text, integer, text[], text, integer, bigint, integer, float8, float8[]) IS
  'k-means (Lloyd 1982) over the numbers of a query''s rows: all its columns unless terms are named; scale standard (each in standard deviations) or none; from given centres, or from the best of so many seeded starts of k-means++ (Arthur and Vassilvitskii 2007) among at most 10,000 rows; clusters with less than the smallest share are noted; rows with a NULL are left out and counted';
CREATE FUNCTION ph.k_prototypes(query text, k integer, terms text[] DEFAULT NULL, scale text DEFAULT 'standard', starts integer DEFAULT 50, seed bigint DEFAULT 1,
    max_iterations integer DEFAULT 100, smallest float8 DEFAULT 0.005, centres float8[] DEFAULT NULL, gamma float8 DEFAULT NULL, modes text[] DEFAULT NULL) RETURNS ph.clusters
  AS 'MODULE_PATHNAME', 'k_prototypes' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.k_prototypes(text, integer, text[], text, integer, bigint, integer, float8, float8[], float8, text[]) IS
  'k-prototypes (Huang 1998): as ph.k_means, with words and booleans as categories; gamma is what a category costs that is not the mode, the mean variance of the numbers over the mean of 1 - sum p^2 of the categories unless given';
CREATE FUNCTION ph.nearest_cluster(clusters ph.clusters, x float8[], categories text[] DEFAULT NULL) RETURNS integer
  AS 'MODULE_PATHNAME', 'nearest_cluster' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.nearest_cluster(ph.clusters, float8[], text[]) IS
  'the cluster that a person falls into: numbers and categories in the order of the clusters'' terms; NULL where a value is unknown or not finite, or where there are no clusters';

CREATE FUNCTION ph.silhouette(query text, cluster text, person text DEFAULT NULL, terms text[] DEFAULT NULL, scale text DEFAULT 'standard',
    gamma float8 DEFAULT NULL, most_rows integer DEFAULT 10000, OUT person_id text, OUT in_cluster text, OUT neighbour text, OUT silhouette float8, OUT share float8)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'silhouette' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10000 COST 100000;
COMMENT ON FUNCTION ph.silhouette(text, text, text, text[], text, float8, integer) IS
  'the silhouette of each person (Rousseeuw 1987): 1 well inside the segment that the column cluster says, 0 between it and its neighbour, below 0 nearer to that one; exact up to most_rows rows, above that over a sample of as many, share says which part; with gamma words and booleans among the terms are categories, as in ph.k_prototypes';
CREATE FUNCTION ph.cluster_stability(query text, clusters ph.clusters, resamples integer DEFAULT 100, starts integer DEFAULT 5, seed bigint DEFAULT 1, most_rows integer DEFAULT 5000,
    OUT cluster integer, OUT people bigint, OUT jaccard float8, OUT recovered_share float8, OUT dissolved_share float8, OUT resamples_used integer, OUT reading text)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'cluster_stability' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000000;
COMMENT ON FUNCTION ph.cluster_stability(text, ph.clusters, integer, integer, bigint, integer) IS
  'whether clusters come back when people are drawn anew (Hennig 2007): mean share of each cluster and its most similar new one that both have, how often it was recovered (0.75 or more) and dissolved (0.5 or less); stable from 0.75, doubtful from 0.6, else unstable; over most_rows rows at most';

-- A category becomes a column of 0 and 1 for each mode and one for all other words: where the word differs, two of them do.
create function ph_support.cluster_parts(clusters ph.clusters, inputs text[], types text[],
	out value text, out weight float8, out centre float8[])
	returns setof record language sql immutable set search_path = pg_catalog, pg_temp as $$
	with part as (
		select j as term, 0::bigint as word, clusters.weights[j] as weight,
			format(case types[array_position(inputs, clusters.terms[j])]
				when 'boolean' then '%I::integer::double precision' else '%I::double precision' end, clusters.terms[j]) as value,
			array(select clusters.centres[c][j] from generate_series(1, clusters.k) c order by c) as centre
		from generate_subscripts(clusters.terms, 1) j
		union all
		select cardinality(clusters.terms) + j, place, clusters.gamma / 2,
			case when word is null then format('(%I::text COLLATE "C" <> ALL (%L::text[]))::integer', clusters.categories[j], words)
				else format('(%I::text COLLATE "C" = %L)::integer', clusters.categories[j], word) end,
			array(select (clusters.modes[c][j] is not distinct from word)::integer from generate_series(1, clusters.k) c order by c)
		from generate_subscripts(clusters.categories, 1) j,
			lateral (select array_agg(distinct clusters.modes[c][j]) as words from generate_series(1, clusters.k) c) w,
			unnest(words || null::text) with ordinality u (word, place))
	select value, weight, centre from part order by term, word;
$$;
comment on function ph_support.cluster_parts(ph.clusters, text[], text[]) is
	'support function of ph.learn_cluster_scheme: the columns whose squared distances add up to the cost of a person';

create procedure ph_support.write_cluster_scheme(schema text, scheme text, version text, source text, inputs text[], types text[],
	clusters ph.clusters)
language plpgsql set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
declare
	cluster_values text;
	cluster_weights float8[];
	cluster_centres float8[];
begin
	if clusters.centres is null then
		raise exception 'argument "clusters" must have centres' using errcode = '22023', hint = format('Their status is %s.', clusters.status);
	end if;
	if not clusters.terms || clusters.categories <@ inputs then
		raise exception 'argument "query" must have the terms of the clusters' using errcode = '22023';
	end if;
	select string_agg(p.value, ', ' order by n), array_agg(p.weight order by n) into cluster_values, cluster_weights
	from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n);
	cluster_centres := (
		select array_agg(centre order by c)
		from (
			select c, array_agg(p.centre[c] order by n) as centre
			from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n), generate_series(1, clusters.k) c
			group by c) cluster);
	execute format('insert into %I.scheme (scheme, version, label, source, certainty, precedence)
		values ($1, $2, $3, $4, ''derived'', ''ours'')', schema)
	using scheme, version, 'learned by ' || replace(clusters.method, '_', '-'), source;
	execute format('insert into %I.scheme_input (scheme, version, input, type)
		select $1, $2, input, type from unnest($3, $4) as column_of (input, type) where input = any ($5)', schema)
	using scheme, version, inputs, types, clusters.terms || clusters.categories;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, label)
		select $1, $2, c, ''cluster '' || c, $3[c] || '' people'' from generate_series(1, $4) c', schema)
	using scheme, version, clusters.people, clusters.k;
	execute format('insert into %I.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, c, ''nearest to cluster '' || c, ''cluster '' || c,
			format(''ph.nearest_centre(%%L::double precision[], ARRAY[%%s], %%L::double precision[]) = %%s'', $3, $4, $5, c),
			''your record is most like those of the people of cluster '' || c, ''derived''
		from generate_series(1, $6) c', schema)
	using scheme, version, cluster_centres, cluster_values, cluster_weights, clusters.k;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, kind)
		values ($1, $2, $3, ''unknown'', ''default'')', schema)
	using scheme, version, clusters.k + 1;
end $$;
comment on procedure ph_support.write_cluster_scheme(text, text, text, text, text[], text[], ph.clusters) is
	'support procedure of ph.learn_cluster_scheme: a segment a cluster';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_cluster_scheme(schema text, scheme text, version text, query text, clusters ph.clusters)
language plpgsql as $$
declare
	inputs pg_catalog.text[];
	types pg_catalog.text[];
begin
	select pg_catalog.array_agg(c.column_name), pg_catalog.array_agg(ph.rule_type(c.type)) into inputs, types
	from ph.query_columns(query) c;
	call ph_support.write_cluster_scheme(schema, scheme, version,
		pg_catalog.format('ph.%s, %s clusters of %s people, over: %s', clusters.method, clusters.k, clusters.rows, query),
		inputs, types, clusters);
end $$;
COMMENT ON PROCEDURE ph.learn_cluster_scheme(text, text, text, text, ph.clusters) IS
  'writes clusters as a scheme into the tables of a schema of yours: a segment a cluster, its rule that the person is nearest to it, checked like any other; people of whom a term is unknown are in the segment unknown; query has the columns of the clusters, for their types';

-- ---- latent classes of yes-or-no items ----

CREATE TYPE ph.latent_classes AS (
  status text, k integer, rows bigint, rows_left_out bigint, patterns integer, terms text[], prevalence float8[], probabilities float8[], people bigint[],
  log_likelihood float8, parameters integer, aic float8, bic float8, entropy_r2 float8, g_squared float8, degrees_of_freedom float8, smallest_share float8,
  iterations integer, starts_agreeing integer, note text
);
COMMENT ON TYPE ph.latent_classes IS
  'classes found by ph.latent_class, the commonest first: prevalence, the probability of each term in each class (a '
  'row a class; NULL where nobody of the class has the term known, which is no parameter either, and in the note), '
  'people by most likely class, log-likelihood and what judges it; entropy_r2 is 1 where everybody''s class is '
  'certain; status ok, not_converged, not_identified (more parameters than patterns to tell them by) or no_rows. '
  'Holds no rows';
COMMENT ON COLUMN ph.latent_classes.status IS 'ok, not_converged, not_identified or no_rows';
COMMENT ON COLUMN ph.latent_classes.k IS 'number of classes asked for';
COMMENT ON COLUMN ph.latent_classes.rows IS 'rows with a known item';
COMMENT ON COLUMN ph.latent_classes.rows_left_out IS 'rows without a known item';
COMMENT ON COLUMN ph.latent_classes.patterns IS 'different patterns of answers';
COMMENT ON COLUMN ph.latent_classes.terms IS 'names of the items';
COMMENT ON COLUMN ph.latent_classes.prevalence IS 'share of each class, the commonest first';
COMMENT ON COLUMN ph.latent_classes.probabilities IS
  'chance of each item in each class, a row a class; NULL where nobody of the class has it known';
COMMENT ON COLUMN ph.latent_classes.people IS 'rows by most likely class';
COMMENT ON COLUMN ph.latent_classes.log_likelihood IS 'of the patterns';
COMMENT ON COLUMN ph.latent_classes.parameters IS 'how many were estimated';
COMMENT ON COLUMN ph.latent_classes.aic IS 'Akaike''s information criterion: lower is better';
COMMENT ON COLUMN ph.latent_classes.bic IS 'Bayesian information criterion: lower is better';
COMMENT ON COLUMN ph.latent_classes.entropy_r2 IS
  'how clear the classes of people are: 1 certain, 0 not at all; NULL of one class';
COMMENT ON COLUMN ph.latent_classes.g_squared IS
  'likelihood ratio against the patterns themselves (Goodman 1974); NULL where items are unknown';
COMMENT ON COLUMN ph.latent_classes.degrees_of_freedom IS
  'of g_squared: possible patterns less 1 less parameters; below 0 the classes are not identified';
COMMENT ON COLUMN ph.latent_classes.smallest_share IS 'prevalence of the smallest class';
COMMENT ON COLUMN ph.latent_classes.iterations IS 'steps of EM';
COMMENT ON COLUMN ph.latent_classes.starts_agreeing IS
  'how many of the starts came to the same likelihood; NULL where classes were given';
COMMENT ON COLUMN ph.latent_classes.note IS
  'what to be careful with: items without data or alike in all rows, small classes, a single start';

CREATE FUNCTION ph.latent_class(query text, k integer, terms text[] DEFAULT NULL, starts integer DEFAULT 20, seed bigint DEFAULT 1, max_iterations integer DEFAULT 10000,
    smallest float8 DEFAULT 0.005, prevalence float8[] DEFAULT NULL, probabilities float8[] DEFAULT NULL) RETURNS ph.latent_classes
  AS 'MODULE_PATHNAME', 'latent_class' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.latent_class(text, integer, text[], integer, bigint, integer, float8, float8[], float8[]) IS
  'latent class analysis (Goodman 1974) of the yes-or-no columns of a query, booleans or 0 and 1, by EM from the best of several seeded starts or from given prevalence and probabilities (a row a class): unknown items are left out of a person''s likelihood, people without a known item are counted and left out';
CREATE FUNCTION ph.class_probabilities(classes ph.latent_classes, items boolean[]) RETURNS float8[]
  AS 'MODULE_PATHNAME', 'class_probabilities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.class_probabilities(ph.latent_classes, boolean[]) IS
  'how likely each class is for a person with these items, in the order of the terms; unknown items say nothing, nor '
  'do terms of which no class has a probability, and one without in a single class counts there as in the others '
  'together; NULL where no item is known or no class allows such a person';
CREATE FUNCTION ph.most_likely_class(classes ph.latent_classes, items boolean[]) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.array_position(p, (SELECT pg_catalog.max(x) FROM pg_catalog.unnest(p) x)) FROM (SELECT ph.class_probabilities(classes, items) AS p OFFSET 0) q;
END;
COMMENT ON FUNCTION ph.most_likely_class(ph.latent_classes, boolean[]) IS
  'the number, from 1, of the class that is likeliest for a person with these items, the first of those that are as likely; NULL where no item is known';

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

-- ---- spells of episodes ----

CREATE FUNCTION ph.spell_number(start_date timestamptz, end_date timestamptz, gap integer DEFAULT 0)
  RETURNS bigint
  AS 'MODULE_PATHNAME', 'spell_number' LANGUAGE C WINDOW STABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.spell_number(timestamptz, timestamptz, integer) IS
  'over (partition by person order by start_date, end_date): the number of the spell of episodes that overlap, touch or follow within gap days; a new one starts more than gap days, of the session''s calendar, after the greatest end so far; without end: still open, all that follow belong to it; without start: NULL; dates and timestamps serve as well';
-- The shared tables: the shape in which partners' linked data come to every query of this extension.
-- The shape is data, said once: ph.shared_table(), ph.shared_column(), ph.shared_reference() and
-- ph.shared_rule(). The tables, their constraints and comments are made from it, the checks of
-- ph.check_shared_tables() ask the same rules of tables that somebody else made, and the loader
-- reads from it what a file must look like.

CREATE FUNCTION ph.shared_table(
	OUT relation text, OUT required boolean, OUT key text[], OUT key_constraint text, OUT indexes text[],
	OUT description text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('person', true, ARRAY['person_id'], 'primary key', ARRAY[]::text[],
	 'one row a person: pseudonym, birth, sex, ethnicity and death'),
	('place', true, ARRAY['place_id'], 'primary key', ARRAY['place_kind'],
	 'one row a place of any kind: small areas, wards, boroughs, systems, practices, networks'),
	('place_parent', true, ARRAY['place_id', 'parent_id'], 'primary key', ARRAY['parent_id'],
	 'which place lies in which: a graph, since a small area can lie in a ward and in a middle layer area'),
	('residence', true, ARRAY['person_id', 'start_date'], 'primary key', ARRAY['lsoa21_code'],
	 'one row a person and address: spells are half open, end_date is the first day no longer there'),
	('registration', true, ARRAY['person_id', 'start_date'], 'primary key', ARRAY['practice_code', 'pcn_code'],
	 'one row a person and registration with a practice: spells are half open, end_date is the first day no longer there'),
	('encounter', true, ARRAY['encounter_id'], 'primary key', ARRAY['person_id, start_date', 'start_date'],
	 'one row a contact with a service: GP consultation, accident and emergency, outpatient, elective or emergency admission'),
	('clinical_event', true, ARRAY['person_id', 'event_date', 'code'], NULL,
	 ARRAY['person_id, event_date', 'code, code_system', 'event_date', 'encounter_id'],
	 'one row a coded event: an entry of the GP record, or a diagnosis of an admission'),
	('measurement', false, ARRAY['person_id', 'measure_date', 'code'], NULL,
	 ARRAY['person_id, measure_date', 'code_system, code', 'measure_date'],
	 'one row a measured value'),
	('place_factor', false, ARRAY['place_id', 'factor', 'period'], 'primary key', ARRAY['factor'],
	 'one row a place, factor and period: deprivation deciles, air quality and the like'),
	('enrolment', false, ARRAY['person_id', 'programme', 'start_date'], 'unique nulls not distinct', ARRAY['programme'],
	 'one row a person and enrolment in a programme, with those who were eligible and not enrolled'),
	('code_list', false, ARRAY['list', 'version', 'code_system', 'code'], 'primary key', ARRAY['code_system, code'],
	 'one row a code of a version of a named list: what a condition is in each code system'),
	('data_day', false, ARRAY['day'], 'primary key', ARRAY[]::text[],
	 'one row: the last day that the data tell of; no person-time is counted after it');
END;
COMMENT ON FUNCTION ph.shared_table() IS
'the shared tables, one row each in the order in which they can be filled: whether a load needs it, the columns that tell its rows apart, the constraint on these columns (NULL: rows may repeat them), further indexes, description';

CREATE FUNCTION ph.shared_column(
	OUT relation text, OUT column_name text, OUT column_type text, OUT required boolean, OUT description text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('person', 'person_id', 'text', true, 'pseudonym of the person'),
	('person', 'birth_date', 'date', true, 'day of birth, or the day that stands for it'),
	('person', 'sex', 'text', false, 'F, M or I (indeterminate); NULL is unknown'),
	('person', 'ethnicity_code', 'text', false, 'NHS 16+1 code, A to S; Z (not stated) and NULL are unknown'),
	('person', 'death_date', 'date', false, 'day of death; NULL is not known to have died'),
	('person', 'death_cause_icd10', 'text', false, 'underlying cause of death, ICD-10'),

	('place', 'place_id', 'text', true, 'code of the place, unique over all kinds'),
	('place', 'place_kind', 'text', true, 'kind and edition of the place: LSOA21, MSOA21, WARD24, LAD24, ICB24, PRACTICE, PCN'),
	('place', 'name', 'text', false, 'name to show'),

	('place_parent', 'place_id', 'text', true, 'the smaller place'),
	('place_parent', 'parent_id', 'text', true, 'a larger place in which it lies'),

	('residence', 'person_id', 'text', true, 'who lives there'),
	('residence', 'lsoa21_code', 'text', true, 'small area of the address, lower layer super output area of 2021'),
	('residence', 'lsoa11_code', 'text', false, 'the same in the areas of 2011; not a place of this data'),
	('residence', 'start_date', 'date', true, 'first day there'),
	('residence', 'end_date', 'date', false, 'first day no longer there; NULL is still there'),

	('registration', 'person_id', 'text', true, 'who is registered'),
	('registration', 'practice_code', 'text', true, 'the practice'),
	('registration', 'pcn_code', 'text', false, 'primary care network of the practice at that time'),
	('registration', 'start_date', 'date', true, 'first day registered'),
	('registration', 'end_date', 'date', false, 'first day no longer registered, or the day of death; NULL is still registered'),

	('encounter', 'encounter_id', 'text', true, 'identifier of the encounter, a number or any other'),
	('encounter', 'person_id', 'text', true, 'who was seen'),
	('encounter', 'pod', 'text', true, 'point of delivery: GP, AE (accident and emergency), OP (outpatient), EL (elective or day case), NEL (emergency and other unplanned admission)'),
	('encounter', 'start_date', 'date', true, 'day of contact or admission; encounters are counted on this day'),
	('encounter', 'end_date', 'date', false, 'day of discharge; may be after the day of death, NULL is not yet discharged'),
	('encounter', 'los_days', 'integer', false, 'length of stay in nights'),
	('encounter', 'admission_method', 'text', false, 'HES code: 11 to 13 elective, 21 to 28 and 2A to 2D emergency, 31 and 32 maternity'),
	('encounter', 'primary_icd10', 'text', false, 'primary diagnosis of an admission, ICD-10'),
	('encounter', 'provider_code', 'text', false, 'organisation that gave the care'),
	('encounter', 'cost', 'numeric', false, 'cost in pounds'),

	('clinical_event', 'person_id', 'text', true, 'whom the code is about'),
	('clinical_event', 'event_date', 'date', true, 'day of the event, or of the admission'),
	('clinical_event', 'code_system', 'text', true, 'SNOMED, ICD10, spelt so, or another system'),
	('clinical_event', 'code', 'text', true, 'the code'),
	('clinical_event', 'description', 'text', false, 'what the code says'),
	('clinical_event', 'source', 'text', false, 'where it was recorded: GP, APC (admitted patient care)'),
	('clinical_event', 'encounter_id', 'text', false, 'encounter of which it is a diagnosis'),
	('clinical_event', 'position', 'integer', false, 'position among the diagnoses of the encounter; 1 is the primary diagnosis'),

	('measurement', 'person_id', 'text', true, 'who was measured'),
	('measurement', 'measure_date', 'date', true, 'day of the measurement'),
	('measurement', 'code_system', 'text', true, 'SNOMED or another system'),
	('measurement', 'code', 'text', true, 'what was measured, as a code'),
	('measurement', 'name', 'text', false, 'what was measured, in words'),
	('measurement', 'value', 'double precision', false, 'the value, in the unit beside it'),
	('measurement', 'unit', 'text', false, 'unit of the value'),

	('place_factor', 'place_id', 'text', true, 'the place'),
	('place_factor', 'factor', 'text', true, 'name of the factor; a decile of deprivation ends in _decile and counts from 1, the most deprived'),
	('place_factor', 'period', 'text', true, 'year or edition of the value'),
	('place_factor', 'value', 'double precision', false, 'the value, in the unit beside it'),
	('place_factor', 'unit', 'text', false, 'unit of the value'),
	('place_factor', 'source', 'text', false, 'who published it'),

	('enrolment', 'person_id', 'text', true, 'who is enrolled or eligible'),
	('enrolment', 'programme', 'text', true, 'name of the programme'),
	('enrolment', 'start_date', 'date', false, 'first day in the programme; NULL is never enrolled'),
	('enrolment', 'end_date', 'date', false, 'first day no longer in the programme; NULL is still enrolled'),
	('enrolment', 'status', 'text', false, 'enrolled, eligible_not_enrolled or another state'),

	('code_list', 'list', 'text', true, 'name of the list: the condition in full words'),
	('code_list', 'version', 'text', true, 'version of the list; the latest one counts, numbers in it compared as numbers'),
	('code_list', 'code_system', 'text', true, 'SNOMED, ICD10 or another system, spelt as in clinical_event'),
	('code_list', 'code', 'text', true, 'the code, or the beginning of the codes'),
	('code_list', 'match', 'text', true, 'exact: the code itself; prefix: every code that starts with it'),

	('data_day', 'day', 'date', true, 'the last day that the data tell of');
END;
COMMENT ON FUNCTION ph.shared_column() IS
'the columns of the shared tables in the order of the tables'' files: type, whether a value is required, description';

CREATE FUNCTION ph.shared_reference(
	OUT relation text, OUT column_name text, OUT parent_relation text, OUT parent_column text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('place_parent', 'place_id', 'place', 'place_id'),
	('place_parent', 'parent_id', 'place', 'place_id'),
	('residence', 'person_id', 'person', 'person_id'),
	('residence', 'lsoa21_code', 'place', 'place_id'),
	('registration', 'person_id', 'person', 'person_id'),
	('registration', 'practice_code', 'place', 'place_id'),
	('registration', 'pcn_code', 'place', 'place_id'),
	('encounter', 'person_id', 'person', 'person_id'),
	('clinical_event', 'person_id', 'person', 'person_id'),
	('clinical_event', 'encounter_id', 'encounter', 'encounter_id'),
	('measurement', 'person_id', 'person', 'person_id'),
	('place_factor', 'place_id', 'place', 'place_id'),
	('enrolment', 'person_id', 'person', 'person_id');
END;
COMMENT ON FUNCTION ph.shared_reference() IS
'the references between the shared tables: a column that is not NULL names a row of the parent relation';

CREATE FUNCTION ph.shared_rule(
	OUT problem text, OUT relation text, OUT column_name text, OUT needs text[], OUT condition text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('death before birth', 'person', 'death_date', ARRAY['birth_date'], 'death_date >= birth_date'),
	('unknown sex', 'person', 'sex', ARRAY[]::text[], 'sex in (''F'', ''M'', ''I'')'),
	('unknown ethnicity', 'person', 'ethnicity_code', ARRAY[]::text[], 'ethnicity_code ~ ''^[A-HJ-NPRSZ]$'''),
	('cause without death', 'person', 'death_cause_icd10', ARRAY['death_date'], 'death_cause_icd10 is null or death_date is not null'),
	('end before start', 'residence', 'end_date', ARRAY['start_date'], 'end_date >= start_date'),
	('end before start', 'registration', 'end_date', ARRAY['start_date'], 'end_date >= start_date'),
	('end before start', 'encounter', 'end_date', ARRAY['start_date'], 'end_date >= start_date'),
	('end before start', 'enrolment', 'end_date', ARRAY['start_date'], 'end_date >= start_date'),
	('unknown pod', 'encounter', 'pod', ARRAY[]::text[], 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'')'),
	('negative value', 'encounter', 'los_days', ARRAY[]::text[], 'los_days >= 0'),
	('negative value', 'encounter', 'cost', ARRAY[]::text[], 'cost >= 0'),
	('position below 1', 'clinical_event', 'position', ARRAY[]::text[], 'position >= 1'),
	('empty code', 'clinical_event', 'code', ARRAY[]::text[], 'code <> '''''),
	('decile outside 1 to 10', 'place_factor', 'value', ARRAY['factor'], 'right(factor, 7) <> ''_decile'' or value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
	('infinite day', 'data_day', 'day', ARRAY[]::text[], 'isfinite(day)'),
	('unknown match', 'code_list', 'match', ARRAY[]::text[], 'match in (''exact'', ''prefix'')'),
	('empty code', 'code_list', 'code', ARRAY[]::text[], 'code <> ''''');
END;
COMMENT ON FUNCTION ph.shared_rule() IS
'what every single row of the shared tables must satisfy: the problem where it does not, the column to blame, other columns that the condition reads, the condition; a condition that is NULL is satisfied';

CREATE FUNCTION ph_support.iso_day(text text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- one expression, which is written into the query that asks it
	SELECT CASE WHEN text LIKE '0000%' THEN NULL WHEN text ~
		('^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))'
			'|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)'
			'([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?( ?(Z|[+]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)'
			'|-((0[0-9]|1[01])(:?[0-5][0-9])?|12(:?00)?)))?)?$')
		THEN make_date(left(text, 4)::integer, substr(text, 6, 2)::integer, substr(text, 9, 2)::integer) END;
END;
COMMENT ON FUNCTION ph_support.iso_day(text) IS
'the day of a date or timestamp in the form of ISO 8601, 2024-04-01 or 2024-04-01T09:30:00Z, as it is written; NULL '
  'for anything else and for days that no calendar has';

CREATE FUNCTION ph_support.code_system_spelling(code_system text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN code_system IN ('ICD10', 'SNOMED') THEN code_system
		WHEN upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') COLLATE "C") ~ 'ICD0?10|^(ICD|ICDX|I10)$'
			THEN 'ICD10'
		WHEN upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') COLLATE "C") ~ 'SNOMED|SNMD|^(SCT|SCTID|SNO)'
			THEN 'SNOMED' END;
END;
COMMENT ON FUNCTION ph_support.code_system_spelling(text) IS
'how the shared tables spell a code system that is ICD-10 or SNOMED CT by another name, such as icd-10 or SNOMED CT; '
  'NULL for other systems';

CREATE FUNCTION ph_support.last_day(schema text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(format('%I.data_day', schema))
		AND attname = 'day' AND NOT attisdropped)
		THEN 'least((select max(day) from {data_day}), current_date)' ELSE 'current_date' END
$$;
COMMENT ON FUNCTION ph_support.last_day(text) IS
'the expression, for ph_support.in_schema, of the last day of which person-time is counted: the day in data_day, and today '
  'where there is none or it is still to come';

CREATE FUNCTION ph_support.shared_table_definition(relation text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT string_agg(part, ', ')
	FROM (
		SELECT format('%I %s', c.column_name, c.column_type) || CASE WHEN c.required THEN ' not null' ELSE '' END
		FROM ph.shared_column() c
		WHERE c.relation = shared_table_definition.relation
		UNION ALL
		SELECT format('%s (%s)', t.key_constraint, array_to_string(t.key, ', '))
		FROM ph.shared_table() t
		WHERE t.relation = shared_table_definition.relation AND t.key_constraint IS NOT NULL
		UNION ALL
		SELECT format('constraint %I check (%s)', concat_ws('_', r.relation, r.column_name, replace(r.problem, ' ', '_')), r.condition)
		FROM ph.shared_rule() r
		WHERE r.relation = shared_table_definition.relation
	) parts (part);
END;
COMMENT ON FUNCTION ph_support.shared_table_definition(text) IS
'columns, key and check constraints of a shared table, as they stand between the brackets of CREATE TABLE';

CREATE PROCEDURE ph.create_shared_tables(schema text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken text;
	statement text;
BEGIN
	IF schema IS NULL THEN
		RAISE EXCEPTION 'schema must not be null'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	CALL ph_support.require_own_schema(schema);
	SELECT string_agg(t.relation, ', ' ORDER BY t.relation) INTO taken
	FROM ph.shared_table() t
	WHERE to_regclass(format('%I.%I', schema, t.relation)) IS NOT NULL;
	IF taken IS NOT NULL THEN
		RAISE EXCEPTION 'schema "%" already has %', schema, taken
			USING ERRCODE = 'duplicate_table',
				HINT = 'Name another schema, or drop or rename these relations first; nothing was made.';
	END IF;
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		EXECUTE format('create schema %I', schema);
	END IF;

	FOR statement IN
		SELECT format('create table {%I} (%s)', t.relation, ph_support.shared_table_definition(t.relation))
		FROM ph.shared_table() t
		UNION ALL
		SELECT format('alter table {%I} add foreign key (%I) references {%I} (%I)', r.relation, r.column_name, r.parent_relation, r.parent_column)
		FROM ph.shared_reference() r
		UNION ALL
		SELECT format('create index on {%I} (%s)', t.relation, i.columns)
		FROM ph.shared_table() t, unnest(t.indexes) i (columns)
		UNION ALL
		VALUES ('create unique index data_day_one on {data_day} ((day is not null))')
		UNION ALL
		SELECT format('comment on table {%I} is %L', t.relation, t.description)
		FROM ph.shared_table() t
		UNION ALL
		SELECT format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
		FROM ph.shared_column() c
	LOOP
		EXECUTE ph_support.in_schema(statement, schema);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE ph.create_shared_tables(text) IS
'makes the empty shared tables in the schema, and the schema where there is none; they are ordinary tables and belong to the caller. Errors: duplicate_table where one of the names is taken (nothing is made then), 22023 for a schema of the extension or of the system, name_too_long';
-- What is wrong with shared tables, or with views of the same shape. Every check is a row of
-- ph.shared_check(): a condition that is true of a row that is wrong, or a query that returns the key of
-- each thing that is wrong, and the columns that it reads. All conditions of a relation are asked in one pass.

CREATE FUNCTION ph_support.matched_code_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $$with version_order as (
  select list, version, array(
    select part::numeric from regexp_split_to_table(version, '[^0-9]+') part where part <> '') as numbers
  from (select distinct list, version from {code_list}) versions
), latest as (
  select distinct on (list) list, version
  from version_order
  order by list, numbers desc, version desc
), wanted as not materialized (  -- so that the planner sees how many rules there are of each kind
  -- system and code are one key: of one clause the planner guesses better than of two
  select list, match, code_system || ' ' ||
    case when code_system <> 'ICD10' then code
         when match = 'exact' then ph.icd10_normalise(code)
         else upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g') collate "C") end as key
  from {code_list}
  where jsonb_contains((select jsonb_object_agg(list, version) from latest), jsonb_build_object(list, version))
), recorded as (
  select code_system, code, code_system || ' ' ||
    case when code_system = 'ICD10' then ph.icd10_normalise(code)
         when code_system <> 'SNOMED' or not ph.several_codes(code) then code end as key
  from (select distinct code_system, code from {clinical_event}) codes
)
select wanted.list, recorded.code_system, recorded.code
from recorded join wanted on wanted.key = recorded.key and wanted.match = 'exact'
union
select wanted.list, recorded.code_system, recorded.code
from recorded join wanted on recorded.key ^@ wanted.key and wanted.match = 'prefix'$$;
COMMENT ON FUNCTION ph_support.matched_code_query() IS
'the query that finds the codes of clinical_event that are in the latest version of each code list: list, code_system, code';

CREATE FUNCTION ph.shared_check(
	OUT problem text, OUT relation text, OUT column_name text, OUT needs text[], OUT condition text, OUT query text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH reads AS (
		SELECT t.relation, ARRAY(SELECT t.relation || '.' || k FROM unnest(t.key) k) AS key
		FROM ph.shared_table() t
	), condition (problem, relation, column_name, also, of_person, condition) AS (
		SELECT 'missing value', c.relation, c.column_name, ARRAY[]::text[], ARRAY[]::text[], format('r.%I is null',
			c.column_name)
		FROM ph.shared_column() c
		WHERE c.required
		UNION ALL
		SELECT 'duplicate key', t.relation, array_to_string(t.key, ', '), ARRAY[]::text[], ARRAY[]::text[],
			'r.key_copy = 2'
		FROM ph.shared_table() t
		WHERE t.key_constraint IS NOT NULL
		UNION ALL
		SELECT u.problem, u.relation, u.column_name, u.column_name || u.needs, ARRAY[]::text[], format('not (%s)',
			u.condition)
		FROM ph.shared_rule() u
		UNION ALL
		SELECT 'orphaned reference', f.relation, f.column_name, ARRAY[f.column_name], ARRAY['person_id'],
			'r.person_id is not null and p.person_id is null'
		FROM ph.shared_reference() f
		WHERE f.parent_relation = 'person'
		UNION ALL
		SELECT d.problem, d.relation, d.column_name, ARRAY[d.column_name], ARRAY['person_id', d.limit_column],
			format('r.%I %s p.%I', d.column_name, d.operator, d.limit_column)
		FROM (
			VALUES
			('before birth', 'residence', 'start_date', '<', 'birth_date'),
			('before birth', 'registration', 'start_date', '<', 'birth_date'),
			('before birth', 'encounter', 'start_date', '<', 'birth_date'),
			('before birth', 'clinical_event', 'event_date', '<', 'birth_date'),
			('before birth', 'measurement', 'measure_date', '<', 'birth_date'),
			('after death', 'encounter', 'start_date', '>', 'death_date'),
			('after death', 'clinical_event', 'event_date', '>', 'death_date'),
			('after death', 'measurement', 'measure_date', '>', 'death_date')
		) d (problem, relation, column_name, operator, limit_column)
		UNION ALL
		SELECT 'after data day', d.relation, d.column_name, ARRAY[d.column_name], ARRAY[]::text[],
			format('r.%I > {last day}', d.column_name)
		FROM (
			-- the end of an address or a registration can be agreed beforehand
			VALUES ('person', 'birth_date'), ('person', 'death_date'), ('residence', 'start_date'), ('registration',
				'start_date'),
			('encounter', 'start_date'), ('encounter', 'end_date'), ('clinical_event', 'event_date'), ('measurement',
				'measure_date'), ('enrolment', 'start_date')
		) d (relation, column_name)
		UNION ALL
		SELECT 'malformed ICD-10 code', m.relation, m.column_name, m.column_name || m.also, ARRAY[]::text[],
			format('%1$s and ph.icd10_normalise(%2$I) is null and not ph.several_codes(%2$I)', m.of_system, m.column_name)
		FROM (
			VALUES
			('person', 'death_cause_icd10', ARRAY[]::text[], 'death_cause_icd10 is not null'),
			('encounter', 'primary_icd10', ARRAY[]::text[], 'primary_icd10 is not null'),
			('clinical_event', 'code', ARRAY['code_system'], 'code_system = ''ICD10'''),
			('code_list', 'code', ARRAY['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
		) m (relation, column_name, also, of_system)
		UNION ALL
		SELECT 'more than one code', m.relation, m.column_name, m.column_name || m.also, ARRAY[]::text[],
			format('%s ph.several_codes(%I)', m.of_system, m.column_name)
		FROM (
			VALUES
			('person', 'death_cause_icd10', ARRAY[]::text[], ''),
			('encounter', 'primary_icd10', ARRAY[]::text[], ''),
			('clinical_event', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and'),
			('measurement', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and'),
			('code_list', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and')
		) m (relation, column_name, also, of_system)
		UNION ALL
		SELECT 'code system spelt otherwise', r, 'code_system', ARRAY['code_system'], ARRAY[]::text[],
			'ph_support.code_system_spelling(code_system) <> code_system'
		FROM unnest(ARRAY['clinical_event', 'measurement', 'code_list']) r
		UNION ALL
		VALUES
		('older than 125 years', 'person', 'birth_date', ARRAY['death_date'], ARRAY[]::text[],
			'birth_date < coalesce(death_date, {last day}) - interval ''125 years'''),
		('later than today', 'data_day', 'day', ARRAY[]::text[], ARRAY[]::text[], 'day > current_date'),
		('stay differs from dates', 'encounter', 'los_days', ARRAY['start_date', 'end_date', 'los_days'],
			ARRAY[]::text[], 'los_days <> end_date - start_date')
	)
	SELECT c.problem, c.relation, c.column_name,
		n.key || ARRAY(SELECT c.relation || '.' || k FROM unnest(CASE WHEN c.problem = 'duplicate key' THEN c.also
			ELSE c.column_name || c.also END) k)
			|| ARRAY(SELECT 'person.' || k FROM unnest(c.of_person) k), c.condition, NULL
	FROM condition c JOIN reads n ON n.relation = c.relation
	UNION ALL
	SELECT 'empty relation', t.relation, NULL, ARRAY[]::text[], NULL,
		format('select null where not exists (select from {%s})', t.relation)
	FROM ph.shared_table() t
	UNION ALL
	SELECT 'orphaned reference', f.relation, f.column_name,
		n.key || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column), NULL,
		format('select {name of %1$s} from {%1$s} r where r.%2$I is not null and not exists (select from {%3$s} p '
			'where p.%4$I = r.%2$I)',
			f.relation, f.column_name, f.parent_relation, f.parent_column)
	FROM ph.shared_reference() f JOIN reads n ON n.relation = f.relation
	WHERE f.parent_relation <> 'person'
	UNION ALL
	SELECT 'overlapping spells', s.relation, 'start_date',
		ARRAY(SELECT s.relation || '.' || k FROM unnest('{person_id, start_date, end_date}'::text[]) k), NULL,
		format('select concat_ws('' '', person_id, start_date)
			from (
				select person_id, start_date,
					max(coalesce(end_date, ''infinity'')) over (
						partition by person_id order by start_date
						rows between unbounded preceding and 1 preceding) as taken_until
				from {%s} where end_date is null or end_date > start_date
			) spells
			where start_date < taken_until', s.relation)
	FROM (VALUES ('residence'), ('registration')) s (relation)
	UNION ALL
	VALUES
	('more than one day', 'data_day', 'day', ARRAY['data_day.day'], NULL, 'select day from {data_day} where (select '
		'count(*) from {data_day}) > 1'),
	('cycle', 'place_parent', 'parent_id', ARRAY['place_parent.place_id', 'place_parent.parent_id'], NULL,
	 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
	('ambiguous parent', 'place_parent', 'parent_id',
	 ARRAY['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'], NULL,
	 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select distinct above.place_id
		from above join {place} p on p.place_id = above.ancestor
		where above.place_id <> above.ancestor
		group by above.place_id, p.place_kind having count(*) > 1'),
	('list without events', 'code_list', 'list',
	 ARRAY['code_list.list', 'code_list.version', 'code_list.code_system', 'code_list.code', 'code_list.match',
	       'clinical_event.code_system', 'clinical_event.code'], NULL,
	 format('select list from {code_list} except select list from (%s) matched', ph_support.matched_code_query()));
END;
COMMENT ON FUNCTION ph.shared_check() IS
'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that it reads, and either '
  'the condition that a row r of the relation (key_copy: its number among rows of the same key) and its person p '
    'satisfy where they are wrong, or the query that returns the key of each thing that is wrong; names in braces '
      'stand for relations of the schema';

CREATE FUNCTION ph_support.mistyped_column(schema text, OUT relation text, OUT column_name text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT c.relation, c.column_name
	FROM ph.shared_column() c
	JOIN pg_catalog.pg_attribute a
		ON a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', schema, c.relation)) AND a.attname = c.column_name
	JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	WHERE CASE c.column_type
		WHEN 'date' THEN coalesce(nullif(t.typbasetype, 0), t.oid) <> 'pg_catalog.date'::pg_catalog.regtype
		WHEN 'text' THEN false
		ELSE t.typcategory <> 'N' END;
END;
COMMENT ON FUNCTION ph_support.mistyped_column(text) IS
'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, a number that is none; an identifier can have any type';

CREATE FUNCTION ph_support.unique_in(schema text, relation text, key text[]) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (
		SELECT FROM pg_index i
		WHERE i.indrelid = to_regclass(format('%I.%I', schema, relation)) AND (i.indisprimary OR i.indisunique
			AND i.indnullsnotdistinct) AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
			AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (attnum, place)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
					WHERE k.place <= i.indnkeyatts) <@ key)
$$;
COMMENT ON FUNCTION ph_support.unique_in(text, text, text[]) IS 'whether an index keeps the rows of a relation apart by these '
  'columns, so that nobody needs to look for two of one key';

CREATE FUNCTION ph_support.shared_row_query(schema text, relation text, conditions text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH keyed AS (
		SELECT format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) AS name, string_agg(k, ', ') AS key,
			ph_support.unique_in(schema, t.relation, t.key) AS apart
		FROM ph.shared_table() t, unnest(t.key) k
		WHERE t.relation = shared_row_query.relation
		GROUP BY t.relation, t.key
	)
	SELECT format('select array[%s], array[%s]::text[] from %s r%s',
		string_agg(format('count(*) filter (where %s)', c), ', ' ORDER BY n),
		string_agg(format('min(%s collate "C") filter (where %s)', name, c), ', ' ORDER BY n),
		CASE WHEN apart OR NOT 'r.key_copy = 2' = ANY (conditions) THEN format('(select 1 as key_copy, * from {%s})',
			relation)
			ELSE format('(select row_number() over (partition by %s) as key_copy, * from {%s})', key, relation) END,
		CASE WHEN string_agg(c, '') ~ '\mp[.]' THEN format(' left join %s p using (person_id)', CASE
			WHEN ph_support.unique_in(schema, 'person', '{person_id}') THEN '{person}'
			ELSE '(select distinct on (person_id) * from {person} order by person_id)' END) ELSE '' END)
	FROM keyed, unnest(conditions) WITH ORDINALITY u (c, n)
	GROUP BY name, key, apart
$$;
COMMENT ON FUNCTION ph_support.shared_row_query(text, text, text[]) IS
'the query that asks conditions of all rows of a shared relation in one pass: how many rows satisfy each, and the key '
  'of one';

CREATE FUNCTION ph.check_shared_tables(schema text)
RETURNS TABLE (problem text, relation text, column_name text, found bigint, example text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO'
AS $$
DECLARE
	relations text[];
	present text[];  -- relation.column
	mistyped text[];  -- likewise
	day text;
	wrong jsonb := '[]';
	asked record;
	one record;
	counts bigint[];
	examples text[];
BEGIN
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema
			USING ERRCODE = 'invalid_schema_name';
	END IF;
	day := ph_support.last_day(schema);
	relations := ARRAY(
		SELECT t.relation FROM ph.shared_table() t
		WHERE to_regclass(format('%I.%I', schema, t.relation)) IS NOT NULL);
	present := ARRAY(
		SELECT r || '.' || a.attname
		FROM unnest(relations) r
		JOIN pg_attribute a ON a.attrelid = format('%I.%I', schema, r)::regclass
		WHERE a.attnum > 0 AND NOT a.attisdropped);
	mistyped := ARRAY(
		SELECT c.relation || '.' || c.column_name FROM ph_support.mistyped_column(schema) c);

	RETURN QUERY
	SELECT 'missing relation', t.relation, NULL::text, 1::bigint, NULL::text
	FROM ph.shared_table() t
	WHERE NOT t.relation = ANY (relations)
	ORDER BY t.relation COLLATE "C";

	RETURN QUERY
	SELECT 'missing column', c.relation, c.column_name, 1::bigint, NULL::text
	FROM ph.shared_column() c
	WHERE c.relation = ANY (relations) AND NOT c.relation || '.' || c.column_name = ANY (present)
	ORDER BY c.relation COLLATE "C", c.column_name COLLATE "C";

	RETURN QUERY
	SELECT 'wrong type', split_part(c, '.', 1), split_part(c, '.', 2), 1::bigint, NULL::text
	FROM unnest(mistyped) c
	ORDER BY c COLLATE "C";

	FOR asked IN
		SELECT c.relation, c.query, array_agg(c.problem ORDER BY c.problem, c.column_name) AS problems,
			array_agg(c.column_name ORDER BY c.problem, c.column_name) AS columns,
			array_agg(replace(c.condition, '{last day}', day) ORDER BY c.problem, c.column_name) AS conditions
		FROM ph.shared_check() c
		WHERE c.relation = ANY (relations) AND c.needs <@ present AND NOT c.needs && mistyped
		GROUP BY c.relation, c.query, CASE WHEN c.query IS NOT NULL THEN c.problem || coalesce(c.column_name, '') END
		ORDER BY c.relation COLLATE "C", min(c.problem) COLLATE "C"
	LOOP
		BEGIN
			IF asked.query IS NULL THEN
				EXECUTE ph_support.in_schema(ph_support.shared_row_query(schema, asked.relation, asked.conditions), schema)
					INTO counts, examples;
			ELSE
				EXECUTE ph_support.in_schema(format('select array[count(*)], array[min(key::text collate "C")] from (%s) wrong '
					'(key)',
					replace(asked.query, format('{name of %s}', asked.relation), (
						SELECT format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) FROM ph.shared_table() t,
							unnest(t.key) k WHERE t.relation = asked.relation))), schema)
				INTO counts, examples;
			END IF;
			wrong := wrong || (
				SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]')
				FROM (SELECT *, asked.relation FROM unnest(asked.problems, asked.columns, counts,
					examples) a (problem, column_name, found, example) WHERE a.found > 0) a);
		EXCEPTION WHEN undefined_function OR datatype_mismatch OR data_exception THEN
			-- keys of two relations can each have a type that serves and still not compare: which one is asked one by one
			FOR one IN SELECT * FROM unnest(asked.problems, asked.columns, asked.conditions) o (problem, column_name,
				condition) LOOP
				BEGIN
					IF one.condition IS NULL THEN
						RAISE undefined_function;
					END IF;
					EXECUTE ph_support.in_schema(ph_support.shared_row_query(schema, asked.relation, ARRAY[one.condition]), schema)
						INTO counts, examples;
					wrong := wrong || jsonb_build_object('problem', one.problem, 'relation', asked.relation,
						'column_name', one.column_name, 'found', counts[1], 'example', examples[1]);
				EXCEPTION WHEN undefined_function OR datatype_mismatch OR data_exception THEN
					wrong := wrong || jsonb_build_object('problem', 'types do not compare', 'relation',
						asked.relation, 'column_name', one.column_name, 'found', 1);
				END;
			END LOOP;
		END;
	END LOOP;
	RETURN QUERY
	SELECT w.* FROM jsonb_to_recordset(wrong) w (problem text, relation text, column_name text, found bigint,
		example text)
	WHERE w.found > 0
	ORDER BY w.relation COLLATE "C", w.problem COLLATE "C", w.column_name COLLATE "C";
END
$$;
COMMENT ON FUNCTION ph.check_shared_tables(text) IS
'what is wrong with the shared tables of the schema, or with views of their shape: the problem, where, how many rows, '
  'keys or lists have it, and the key of one of them. No rows: nothing was found. Days are held against the day in '
    'data_day, or today where there is none or it is still to come. Checks that need a relation or column that is missing, or a column of a '
      'type that cannot serve, are skipped. Each relation is read once for all checks of its rows. Errors: '
        'invalid_schema_name';
-- Questions that every study of a population asks first, made over the shared tables as ordinary
-- views and functions in the caller's schema: where a place lies, who was there on a day, who was
-- at risk in a period and what happened to them, who has which condition.
--
-- Everything about time rests on one view, stay: the days of each person, each day once. person_at
-- is its stays that hold a day, person_period its stays cut to a period, so the two always agree.

-- The planner expects 100 rows of the built-in unnest, and takes && and @> of computed ranges for
-- rare: together they would make it choose nested loops over whole populations. Hence this function,
-- and not isempty(a * b) instead of a && b below.
CREATE FUNCTION ph_support.unnest_days(days datemultirange) RETURNS SETOF daterange
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE ROWS 1
AS 'multirange_unnest';
COMMENT ON FUNCTION ph_support.unnest_days(datemultirange) IS
'one row a range of the multirange, as unnest gives them, which the planner expects to be one';

CREATE FUNCTION ph_support.bounded_period(period daterange) RETURNS daterange
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF period IS NULL OR isempty(period) OR NOT coalesce(isfinite(lower(period)) AND isfinite(upper(period)), false) THEN
		RAISE EXCEPTION 'period must have a first and a last day'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'A year is daterange(''2023-04-01'', ''2024-04-01''): the end is the first day after it.';
	END IF;
	RETURN period;
END
$$;
COMMENT ON FUNCTION ph_support.bounded_period(daterange) IS
'the period itself. Errors: invalid_parameter_value where it is NULL, empty or without end on either side';

CREATE FUNCTION ph_support.known_pod(kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF kind NOT IN ('GP', 'AE', 'OP', 'EL', 'NEL') THEN
		RAISE EXCEPTION 'kind must be a pod of encounters'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'The pods are GP, AE, OP, EL and NEL; null stands for all.';
	END IF;
	RETURN kind;
END
$$;
COMMENT ON FUNCTION ph_support.known_pod(text) IS
'the kind of encounter itself, NULL for all. Errors: invalid_parameter_value where there is no such kind';

CREATE PROCEDURE ph_support.require_choice(argument text, choice text, offered text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF choice = ANY (offered) THEN
		RETURN;
	END IF;
	RAISE EXCEPTION 'argument % is %', argument, CASE WHEN choice IS NULL AND offered <> '{}'
		THEN 'needed: the data offer more than one' ELSE 'none of those that the data offer' END
		USING ERRCODE = 'invalid_parameter_value',
			HINT = CASE WHEN offered = '{}' THEN 'There is none to choose from: fill the tables first.'
			            ELSE 'Choose one of ' || (SELECT string_agg(DISTINCT o, ', ' ORDER BY o) FROM unnest(offered) o) || '.' END;
END
$$;
COMMENT ON PROCEDURE ph_support.require_choice(text, text, text[]) IS
'does nothing where the choice is one of those offered. Errors: invalid_parameter_value, with what there is';

CREATE FUNCTION ph_support.chosen(argument text, choice text, usual text, alike text, offered text[]) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidates text[];
BEGIN
	IF choice IS NULL AND usual = ANY (offered) THEN
		RETURN usual;
	END IF;
	IF choice IS NULL THEN
		candidates := ARRAY(SELECT DISTINCT o FROM unnest(offered) o WHERE o ~ alike);
		IF candidates = '{}' THEN
			candidates := ARRAY(SELECT DISTINCT o FROM unnest(offered) o);
		END IF;
		IF cardinality(candidates) = 1 THEN
			RETURN candidates[1];
		END IF;
	END IF;
	CALL ph_support.require_choice(argument, choice, offered);
	RETURN choice;
END
$$;
COMMENT ON FUNCTION ph_support.chosen(text, text, text, text, text[]) IS
'the choice; where it is NULL the usual one, or else the only one that the data offer, first among those alike. '
  'Errors: invalid_parameter_value, with what there is';

CREATE FUNCTION ph_support.kinds_above(schema text, base text) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kinds text[];
BEGIN
	EXECUTE format(
		'with recursive above as (
			select parent_id from %1$I.place join %1$I.place_parent using (place_id) where %2$s
			union
			select p.parent_id from above join %1$I.place_parent p on p.place_id = above.parent_id)
		select array_agg(distinct place_kind) from above join %1$I.place on place_id = parent_id',
		schema, base)
	INTO kinds;
	RETURN coalesce(kinds, '{}');
END
$$;
COMMENT ON FUNCTION ph_support.kinds_above(text, text) IS
'the kinds of place that lie above the places for which the condition base holds';

CREATE FUNCTION ph_support.ladder_query(schema text, name text, base text, kinds text[]) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format(
		'with recursive above (%2$I, place_id) as (
			select place_id::text, place_id from %1$I.place where %3$s
			union
			select above.%2$I, parent.parent_id
			from above join %1$I.place_parent parent on parent.place_id = above.place_id)
		select above.%2$I%4$s
		from above join %1$I.place on place.place_id = above.place_id
		group by above.%2$I',
		schema, name, base,
		string_agg(
			format(', case when count(*) filter (where place_kind = %1$L) = 1 then min(place.place_id::text) filter '
				'(where place_kind = %1$L) end as %2$I',
				kind, lower(kind COLLATE "C")),
			'' ORDER BY kind))
	FROM unnest(kinds) kind;
END;
COMMENT ON FUNCTION ph_support.ladder_query(text, text, text, text[]) IS
'the query that gives one row a place for which the condition base holds: its id as the column name, and one column a kind with the place of that kind above it; NULL where there is none, or more than one';

CREATE FUNCTION ph_support.spell_query(schema text, source text, columns text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format(
		'select person_id::text as person_id, %3$s,
			ph_support.unnest_days(datemultirange(spell) - coalesce(range_agg(spell) over later, ''{}'')) as spell
		from (
			select person_id, %3$s, start_date,
				daterange(start_date, case when end_date = death_date then end_date + 1 else end_date end)
				* daterange(birth_date, death_date, ''[]'') * daterange(null, %4$s, ''[]'') as spell
			from %2$s spell
			join %1$I.person using (person_id)
			where (end_date is null or end_date >= start_date) and (death_date is null or death_date >= birth_date)
		) spells
		window later as (
			partition by person_id order by start_date desc nulls last, %3$s
			rows between unbounded preceding and 1 preceding)',
		schema, source, columns, ph_support.in_schema(ph_support.last_day(schema), schema));
END;
COMMENT ON FUNCTION ph_support.spell_query(text, text, text) IS
'the query that makes of the spells of the source (person_id, the columns, start_date, end_date) days that are each '
  'counted once: within life, the day of death included, up to the data day, and the spell with the later start takes '
    'over from one that it overlaps';

CREATE FUNCTION ph_support.population_view(OUT relation text, OUT description text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('place_ladder', 'one row a small area: the place of each kind in which it lies, NULL where there is none or more '
		'than one'),
	('practice_ladder', 'one row a practice: the place of each kind to which it belongs, NULL where there is none or '
		'more than one'),
	('registration_spell', 'days registered, each day of a person once: the later registration takes over, the day of '
		'death counts, no day after the data day'),
	('residence_spell', 'days of life by small area, each day of a person once: the later address takes over, '
		'small_area is NULL where no address is known'),
	('stay', 'one row a person and run of days with one registration and one address, each day once; spell is half '
		'open'),
	('register', 'one row a person and condition: the first event with a code of the latest version of the code list '
		'of that name'),
	('segment_input', 'the people of the data day as the rules of segments ask for them; segment_inputs(as_of) gives '
		'those of another day');
END;
COMMENT ON FUNCTION ph_support.population_view() IS 'the views that ph.create_population_views and ph.create_segment_inputs '
  'make, each after those it is built on';

CREATE FUNCTION ph_support.population_column(OUT column_name text, OUT description text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
	('person_id', 'pseudonym of the person'),
	('practice', 'practice with which the person is registered'),
	('neighbourhood', 'neighbourhood, such as a primary care network; NULL is unknown'),
	('place', 'place, such as a local authority district, of the address; NULL is unknown'),
	('system', 'system, such as an integrated care board, of the address; NULL is unknown'),
	('small_area', 'small area of the address; NULL is unknown'),
	('deprivation_decile', 'decile of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
	('deprivation_quintile', 'fifth of deprivation of the small area, 1 is the most deprived; NULL is unknown'),
	('spell', 'the days, half open'),
	('condition', 'name of the code list'),
	('first_date', 'day of the first event with a code of the list'),
	('age_years', 'age in completed years'),
	('sex', 'F, M or I; NULL is unknown'),
	('ethnicity', 'NHS 16+1 code; NULL is unknown'),
	('long_term_conditions', 'code lists recorded before the day'),
	('charlson', 'Charlson score of the diagnoses of two years'),
	('hospital_frailty', 'Hospital Frailty Risk Score of the diagnoses of two years'),
	('emergency_admissions_12_months', 'emergency admissions of one year'),
	('non_elective_admissions', 'the same by the name that some schemes give it'),
	('maternity_activity', 'contacts with maternity services of one year'),
	('emergency_attendances_12_months', 'attendances at accident and emergency of one year'),
	('outpatient_attendances_12_months', 'outpatient attendances of one year'),
	('consultations_12_months', 'consultations with general practice of one year'),
	('spend_12_months', 'cost of one year, in pounds'),
	('bmi', 'last body mass index of one year; NULL is unknown'),
	('smoker', 'whether the last note on smoking says so; NULL is unknown');
END;
COMMENT ON FUNCTION ph_support.population_column() IS 'the columns of the generated views, each name once';

CREATE PROCEDURE ph_support.replace_population_view(schema text, relation text, query text, columns jsonb DEFAULT '{}',
  keep boolean DEFAULT false)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	description text := (SELECT v.description FROM ph_support.population_view() v WHERE v.relation =
		replace_population_view.relation);
	named jsonb := (SELECT jsonb_object_agg(c.column_name, c.description) FROM ph_support.population_column() c);
BEGIN
	CALL ph_support.replace_view(schema, relation, query, description, columns || named, keep);
END
$$;
COMMENT ON PROCEDURE ph_support.replace_population_view(text, text, text, jsonb, boolean)
  IS 'ph_support.replace_view of one of ph_support.population_view(); columns describes those that ph_support.population_column() does not '
    'name';

CREATE PROCEDURE ph.drop_population_views(schema text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
	object record;
BEGIN
	FOR object IN
		SELECT 'function' AS kind, p.proname AS name, 'pg_proc'::regclass AS class, p.oid, p.oid::regprocedure::text
			AS target,
			CASE p.proname WHEN 'segment_inputs' THEN 8 ELSE 6.5 END AS place 
				-- what is built on others goes before them
		FROM pg_proc p
		WHERE p.pronamespace = to_regnamespace(quote_ident(schema)) AND p.proname IN ('segment_inputs',
			'person_period', 'person_at')
		UNION ALL
		SELECT 'view', v.relation, 'pg_class', c.oid, c.oid::regclass::text, v.ordinality
		FROM ph_support.population_view() WITH ORDINALITY v
		JOIN pg_class c ON c.oid = to_regclass(format('%I.%I', schema, v.relation))
		ORDER BY place DESC
	LOOP
		CALL ph_support.require_generated(schema, object.name, object.class, object.oid);
		EXECUTE format('drop %s %s', object.kind, object.target);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE ph.drop_population_views(text) IS
'drops what ph.create_population_views and ph.create_segment_inputs made in the schema. Errors: duplicate_object where one of the names is something else, dependent_objects_still_exist where other objects are built on them';

CREATE PROCEDURE ph.create_population_views(
	schema text,
	small_area text DEFAULT NULL,
	neighbourhood text DEFAULT NULL,
	place text DEFAULT NULL,
	system text DEFAULT NULL,
	deprivation text DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_area text;
	is_practice text := format('place_id in (select practice_code from %I.registration)', schema);
	area_kinds text[];
	practice_kinds text[];
	network_kinds text[];
	place_kinds text[];
	home_kinds text[];
	factors text[] := '{}';
	ladder_columns jsonb;
	practice_neighbourhood text := 'null::text';  -- one of these two is known
	area_neighbourhood text := 'null::text';
	deprivation_query text := 'select null::text as small_area, null::integer as deprivation_decile where false';
	object record;
BEGIN
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema
			USING ERRCODE = 'invalid_schema_name';
	END IF;
	FOR object IN SELECT * FROM ph_support.mistyped_column(schema) LIMIT 1 LOOP
		RAISE EXCEPTION 'column "%" of "%" is not of the type that the shared tables have', object.column_name, object.relation
			USING ERRCODE = 'datatype_mismatch', HINT = 'SELECT * FROM ph.check_shared_tables(schema) lists all of them.';
	END LOOP;
	EXECUTE format('select array(select distinct place_kind from %I.place)', schema) INTO place_kinds;
	EXECUTE format('select array(select distinct place_kind from %1$I.place where place_id in (select lsoa21_code from '
		'%1$I.residence))', schema) INTO home_kinds;
	small_area := ph_support.chosen('small_area', small_area, 'LSOA21', '^LSOA', CASE WHEN small_area IS NULL
		AND home_kinds <> '{}' THEN home_kinds ELSE place_kinds END);
	is_area := format('place_kind = %L', small_area);

	area_kinds := ph_support.kinds_above(schema, is_area);
	place := ph_support.chosen('place', place, 'LAD24', '^LAD', area_kinds);
	system := ph_support.chosen('system', system, 'ICB24', '^ICB', area_kinds);

	practice_kinds := ph_support.kinds_above(schema, is_practice);
	EXECUTE format(
		'select array(select distinct place_kind from %1$I.place where place_id in (select pcn_code from %1$I.registration))',
		schema) INTO network_kinds;
	neighbourhood := ph_support.chosen('neighbourhood', neighbourhood, 'PCN', '^PCN',
		practice_kinds || network_kinds || area_kinds);
	IF neighbourhood = ANY (practice_kinds) THEN
		practice_neighbourhood := format('coalesce(practice.%I, network.place_id::text)', lower(neighbourhood COLLATE "C"));
	ELSIF neighbourhood = ANY (network_kinds) THEN
		practice_neighbourhood := 'network.place_id::text';
	ELSE
		area_neighbourhood := format('area.%I', lower(neighbourhood COLLATE "C"));
	END IF;

	IF to_regclass(format('%I.place_factor', schema)) IS NOT NULL THEN
		EXECUTE format(
			'select array(
				select factor from %1$I.place_factor join %1$I.place using (place_id) where %2$s
				group by factor having bool_and(value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))', schema, is_area)
					INTO factors;
	END IF;
	IF deprivation IS NOT NULL OR factors <> '{}' THEN  -- or else deprivation is unknown
		deprivation_query := format(
			'select distinct on (place_id) place_id::text as small_area, value::integer as deprivation_decile
			from %I.place_factor
			where factor = %L
			order by place_id, period desc', schema, ph_support.chosen('deprivation', deprivation, 'imd2019_decile',
				'_decile$', factors));
	END IF;

	SELECT jsonb_object_agg(lower(kind COLLATE "C"), 'the ' || kind || ' in which it lies, NULL where there is none or '
		'more than one') INTO ladder_columns
	FROM unnest(area_kinds || practice_kinds) kind;
	CALL ph_support.require_column_names('kinds of places', 'place_ladder',
		lower(area_kinds::text COLLATE "C")::text[], '{small_area}');
	CALL ph_support.require_column_names('kinds of places', 'practice_ladder',
		lower(practice_kinds::text COLLATE "C")::text[], '{practice}');
	-- a kind of place that the data have no more is one that nobody is in
	CALL ph_support.replace_population_view(schema, 'place_ladder', ph_support.ladder_query(schema, 'small_area', is_area,
		area_kinds), coalesce(ladder_columns, '{}'), keep => true);
	CALL ph_support.replace_population_view(schema, 'practice_ladder', ph_support.ladder_query(schema, 'practice', is_practice,
		practice_kinds), coalesce(ladder_columns, '{}'), keep => true);
	-- What is known of practices and areas is joined before spells are cut, while the planner still
	-- knows how many rows there are.
	CALL ph_support.replace_population_view(schema, 'registration_spell',
		ph_support.spell_query(schema,
			format('(
				select person_id, practice_code::text as practice, %2$s as neighbourhood, start_date, end_date
				from %1$I.registration
				left join %1$I.practice_ladder practice on practice.practice = practice_code::text
				left join %1$I.place network on network.place_id = pcn_code and network.place_kind = %3$L)',
				schema, practice_neighbourhood, neighbourhood),
			'practice, neighbourhood'));
	CALL ph_support.replace_population_view(schema, 'residence_spell',
		ph_support.spell_query(schema,
			-- life itself is a residence of unknown address, so that nobody is lost between two addresses
			format('(
				select person_id, small_area, %2$s as neighbourhood, area.%3$I as place, area.%4$I as system, '
					'deprivation_decile, start_date, end_date
				from (
					select person_id, lsoa21_code::text as small_area, start_date, end_date from %1$I.residence
					union all
					select person_id, null, null, null from %1$I.person
				) address
				left join %1$I.place_ladder area using (small_area)
				left join (%5$s) deprivation using (small_area))',
				schema, area_neighbourhood, lower(place COLLATE "C"), lower(system COLLATE "C"), deprivation_query),
			'small_area, neighbourhood, place, system, deprivation_decile'));
	CALL ph_support.replace_population_view(schema, 'stay', format(
		'select person_id, practice, coalesce(registration.neighbourhood, residence.neighbourhood) as neighbourhood, '
			'place, system, small_area, deprivation_decile,
			(deprivation_decile + 1) / 2 as deprivation_quintile, registration.spell * residence.spell as spell
		from %1$I.registration_spell registration
		join %1$I.residence_spell residence using (person_id)
		where not isempty(registration.spell * residence.spell)', schema));

	CALL ph_support.replace_function(schema, 'person_at', 'timestamptz', format(
		'(at timestamptz)
		returns table (
			person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
			system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
		language sql stable parallel safe
		begin atomic
			select s.person_id, ph.completed_years(p.birth_date, at::date), p.sex::text, nullif(p.ethnicity_code::text, '
				'''Z''),
				s.practice, s.neighbourhood, s.place, s.system, s.small_area, s.deprivation_decile, s.deprivation_quintile
			from %1$I.stay s
			join %1$I.person p on p.person_id::text = s.person_id
			where isfinite(at) and not isempty(s.spell * daterange(at::date, at::date, ''[]''));
		end', schema),
		'one row a person who was registered and alive on the day, as known by then, and nobody after the data day: '
			'age in completed years, where deprivation_decile 1 and deprivation_quintile 1 are the most deprived; '
				'unknown is NULL');

	CALL ph_support.replace_function(schema, 'person_period', 'daterange, text', format(
		'(period daterange, kind text default null)
		returns table (
			person_id text, stay integer, age integer, sex text, ethnicity text, practice text, neighbourhood text,
			place text, system text, small_area text, deprivation_decile integer, deprivation_quintile integer,
			start_date date, end_date date, days integer, years double precision,
			events bigint, cost numeric, events_outside bigint)
		language sql stable parallel safe
		begin atomic
			with asked as materialized (
				select ph_support.bounded_period(period) as period, ph_support.known_pod(kind) as kind
			), at_risk as (
				select s.*, s.spell * asked.period as days,
					row_number() over (partition by s.person_id order by s.spell)::integer as stay
				from %1$I.stay s, asked
				where not isempty(s.spell * asked.period)
			), counted as (
				select e.person_id::text as person_id, coalesce(r.stay, 1) as stay, count(r.stay) as events,
					sum(e.cost::numeric) filter (where r.stay is not null) as cost,
					count(*) filter (where r.stay is null) as events_outside
				from asked
				join %1$I.encounter e on asked.period @> e.start_date and (asked.kind is null or e.pod = asked.kind)
				left join at_risk r on r.person_id = e.person_id::text and r.days @> e.start_date
				group by e.person_id, coalesce(r.stay, 1)
			)
			select person_id, case when r.days is null then 0 else stay end,
				ph.completed_years(p.birth_date, lower(r.days)), p.sex::text, nullif(p.ethnicity_code::text, ''Z''),
				r.practice, r.neighbourhood, r.place, r.system, r.small_area, r.deprivation_decile, r.deprivation_quintile,
				lower(r.days), upper(r.days), coalesce(upper(r.days) - lower(r.days), 0),
				coalesce(upper(r.days) - lower(r.days), 0) / 365.25::double precision,
				coalesce(c.events, 0), coalesce(c.cost, 0), coalesce(c.events_outside, 0)
			from at_risk r
			full join counted c using (person_id, stay)
			join (select person_id::text as person_id, birth_date, sex, ethnicity_code from %1$I.person) p using '
				'(person_id);
		end', schema),
		'one row a person and stay in the period, cut at the data day: person-years at risk (days / 365.25), '
			'encounters of the kind that started in it (null: all), their cost in pounds. Encounters in the period '
				'outside any stay are counted apart in events_outside, on the first stay or on a row with stay 0. '
					'Errors: invalid_parameter_value for a period without end or an unknown kind');

	CALL ph_support.replace_population_view(schema, 'register', format(
		'select event.person_id::text as person_id, matched.list as condition, min(event.event_date) as first_date
		from %1$I.clinical_event event
		join (%2$s) matched on matched.code = event.code
			-- a function and not an operator: the planner takes each clause of an operator for another chance
			and texteq(matched.code_system::text, event.code_system::text)
		group by event.person_id, matched.list', schema, ph_support.in_schema(ph_support.matched_code_query(), schema)));

	IF to_regclass(format('%I.segment_input', schema)) IS NOT NULL THEN
		CALL ph.create_segment_inputs(schema);
	END IF;
END
$$;
COMMENT ON PROCEDURE ph.create_population_views(text, text, text, text, text, text) IS
'makes, over the shared tables of the schema, the views place_ladder, practice_ladder, registration_spell, '
  'residence_spell, stay and register and the functions person_at(timestamptz) and person_period(daterange, text), all '
    'with the rights of whoever asks them; what an earlier call made is replaced in place. The other arguments name '
      'kinds of place and the factor with the decile of deprivation, one fixed edition; NULL takes LSOA21, PCN, LAD24, '
        'ICB24 and imd2019_decile, or the only ones that the data offer, and leaves deprivation unknown where there is '
          'no decile. Errors: invalid_schema_name, invalid_parameter_value with what there is, duplicate_object where '
            'a name is taken by something else, dependent_objects_still_exist where a column of a view would go away';

-- ---- the people as the rules of segments ask for them ----

CREATE FUNCTION ph_support.segment_input_query(schema text, lists text[], as_of text) RETURNS text LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
  SELECT format($query$SELECT p.person_id, p.age AS age_years, p.sex, p.ethnicity, p.place, p.neighbourhood,
    p.deprivation_decile,
    %2$s
    coalesce(cardinality(r.conditions), 0) AS long_term_conditions, coalesce(ph.charlson(c.conditions), 0) AS charlson,
    coalesce(ph.hospital_frailty(c.conditions), 0)::double precision AS hospital_frailty,
    coalesce(e.emergency, 0)::integer AS emergency_admissions_12_months,
    coalesce(e.emergency, 0)::integer AS non_elective_admissions,
    coalesce(e.maternity, 0)::integer AS maternity_activity,
    coalesce(e.attendances, 0)::integer AS emergency_attendances_12_months,
    coalesce(e.outpatient, 0)::integer AS outpatient_attendances_12_months,
    coalesce(e.consultations, 0)::integer AS consultations_12_months,
    coalesce(e.spend, 0)::double precision AS spend_12_months, m.bmi::double precision AS bmi, m.smoker
  FROM %1$I.person_at(%3$s) p
  LEFT JOIN (SELECT person_id, array_agg(DISTINCT condition) AS conditions
    FROM %1$I.register WHERE first_date < %3$s GROUP BY person_id) r ON r.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id, ph.conditions_of(code) AS conditions
    FROM %1$I.clinical_event
    WHERE code_system = 'ICD10' AND ph.in_look_back(event_date, %3$s, '2 years')
    GROUP BY 1) c ON c.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id, count(*) FILTER (WHERE pod = 'NEL') AS emergency,
      count(*) FILTER (WHERE pod = 'AE') AS attendances, count(*) FILTER (WHERE pod = 'OP') AS outpatient,
      count(*) FILTER (WHERE pod = 'GP') AS consultations,
      count(*) FILTER (WHERE btrim(admission_method::text) IN ('31', '32') OR ph.icd10_normalise(primary_icd10) LIKE 'O%%')
        AS maternity,
      sum(cost) AS spend
    FROM %1$I.encounter WHERE ph.in_look_back(start_date, %3$s, '1 year') GROUP BY 1) e ON e.person_id = p.person_id
  LEFT JOIN (SELECT person_id::text AS person_id,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '60621009'
        AND ph.in_look_back(measure_date, %3$s, '1 year')))[1] AS bmi,
      (array_agg(value ORDER BY measure_date DESC, value DESC) FILTER (WHERE code = '77176002'))[1] = 1 AS smoker
    FROM %1$I.measurement WHERE code_system = 'SNOMED' AND measure_date < %3$s GROUP BY 1) m
      ON m.person_id = p.person_id$query$,
    schema, (SELECT string_agg(format('coalesce(%L = ANY (r.conditions), false) AS %I,', l, l::name), ' '
      ORDER BY l)
      FROM unnest(lists) l), as_of)
$$;
COMMENT ON FUNCTION ph_support.segment_input_query(text, text[], text) IS 'the query of the people of a day, an expression, '
  'with what rules of segments ask for and a column for each of the code lists';

CREATE PROCEDURE ph.create_segment_inputs(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  lists text[];
  own text[];
  described jsonb;
  view regclass;
  columns text;
  day text;
BEGIN
  IF to_regclass(format('%I.register', schema)) IS NULL THEN
    RAISE EXCEPTION 'schema "%" has no population views', schema USING ERRCODE = '42P01',
      HINT = 'CALL ph.create_population_views(...) first.';
  END IF;
  day := ph_support.in_schema(ph_support.last_day(schema), schema);
  EXECUTE format('SELECT coalesce(array_agg(DISTINCT list ORDER BY list), ''{}'') FROM %I.code_list', schema) INTO lists;
  EXECUTE format('CREATE TEMP VIEW ph_own AS %s', ph_support.segment_input_query(schema, '{}', day));
  SELECT array_agg(attname) INTO own FROM pg_attribute WHERE attrelid = 'pg_temp.ph_own'::regclass;
  DROP VIEW pg_temp.ph_own;
  CALL ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
  SELECT coalesce(jsonb_object_agg(l::name, format('whether a code of the list %s was recorded before the day', l)), '{}')
    INTO described FROM unnest(lists) l;
  CALL ph_support.replace_population_view(schema, 'segment_input', ph_support.segment_input_query(schema, lists, day), described,
    keep => true);
  view := format('%I.segment_input', schema)::regclass;
  -- a list that has gone is a column of the view still, of which nothing is known
  SELECT string_agg(CASE WHEN attname = ANY (own || lists::name[]::text[]) THEN quote_ident(attname)
      ELSE format('NULL::%s', format_type(atttypid, atttypmod)) END, ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = view AND attnum > 0 AND NOT attisdropped;
  CALL ph_support.replace_function(schema, 'segment_inputs', 'timestamptz', format('(as_of timestamptz) RETURNS SETOF %s LANGUAGE '
    'sql STABLE BEGIN ATOMIC SELECT %s FROM (%s) input; END',
      view, columns, ph_support.segment_input_query(schema, lists, 'segment_inputs.as_of::date')),
    'the people of a day as the rules of segments ask for them: age, place, whether each list of code_list was '
      'recorded before the day, scores of two years, use of services and spend of one year, last body mass index '
        'within a year, smoking; nothing from the day on is seen');
END $$;
COMMENT ON PROCEDURE ph.create_segment_inputs(text) IS
  'makes, over the shared tables of a schema, the function segment_inputs(as_of timestamptz): one row a person with what '
    'rules of segments ask for, a column for each code list; and the view segment_input of the same shape, for the '
      'data day. Call it again after a change of code_list: new lists become the last columns, and one that '
      'has gone is NULL while only generated views and functions read it. SNOMED CT 60621009 is '
        'body mass index, 77176002 smoker. Errors: duplicate_column where a list has the name of another input or, in its first 63 bytes, '
          'of another list, '
          'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';
