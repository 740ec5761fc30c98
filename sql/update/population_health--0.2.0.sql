\echo Use "CREATE EXTENSION population_health" to load this file. \quit

create schema ph;
comment on schema ph is
	'population_health: rows fold into summaries, summaries roll up, indicators are asked of summaries';
grant usage on schema ph to public;

create schema ph_support;
comment on schema ph_support is
	'population_health: what the types, aggregates and procedures of ph are made of; nothing here is for people';
grant usage on schema ph_support to public;

-- ---- estimate ----

create type ph.estimate as (
	value float8,
	lower float8,
	upper float8,
	note text
);
comment on type ph.estimate is
	'what an indicator returns: value, confidence limits, '
	'and a note that says why there is no value or what was left out; test (e).value IS NOT NULL';
comment on column ph.estimate.value is
	'the answer, in the unit and times the per that the function says; NULL where there is none';
comment on column ph.estimate.lower is 'its lower confidence limit; NULL where it does not exist';
comment on column ph.estimate.upper is 'its upper confidence limit; NULL where it does not exist';
comment on column ph.estimate.note is
	'why there is no value, or what was left out: words of docs/estimate.md; NULL where there is nothing to say';
-- ---- comparison ----

create type ph.comparison as (
	value float8,
	lower float8,
	upper float8,
	p_value float8,
	verdict text,
	note text
);
comment on type ph.comparison is
	'what comparing returns: value and confidence limits, two-sided p, and a verdict: lower, similar, higher, '
	'or better, similar, worse where it is said which way is good; NULL with a note where there is no answer';
comment on column ph.comparison.value is 'the difference or the ratio, as the function says';
comment on column ph.comparison.lower is 'its lower confidence limit';
comment on column ph.comparison.upper is 'its upper confidence limit';
comment on column ph.comparison.p_value is 'two-sided p of no difference';
comment on column ph.comparison.verdict is
	'lower, similar or higher; better, similar or worse where it is said which way is good';
comment on column ph.comparison.note is 'why there is no answer, or what was left out';


-- ---- test of a hypothesis ----

create type ph.test as (
	statistic float8,
	degrees_of_freedom integer,
	p_value float8,
	note text
);
comment on type ph.test is
	'what a test of a hypothesis returns: the statistic, its degrees of freedom (NULL where it is a standard normal), '
	'p (two-sided), and a note that says why there is none or what was left out';
comment on column ph.test.statistic is
	'the test statistic: chi-squared where it has degrees of freedom, else a standard normal';
comment on column ph.test.degrees_of_freedom is 'degrees of freedom; NULL where the statistic is a standard normal';
comment on column ph.test.p_value is 'two-sided p';
comment on column ph.test.note is 'why there is no answer, or what was left out';

-- ---- tally ----

create type ph.tally;

create function ph_support.tally_in(cstring) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_in';
create function ph_support.tally_out(ph.tally) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_out';
create function ph_support.tally_recv(internal) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_recv';
create function ph_support.tally_send(ph.tally) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_send';

create type ph.tally (
	input = ph_support.tally_in, output = ph_support.tally_out, receive = ph_support.tally_recv,
	send = ph_support.tally_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.tally is
	'summary of a population: cells key -> (exposure, events, events squared), and counts of what was left out; '
	'text form: people; 45: 10 2 2';
comment on function ph_support.tally_in(cstring) is 'text input of ph.tally';
comment on function ph_support.tally_out(ph.tally) is 'text output of ph.tally';
comment on function ph_support.tally_recv(internal) is 'binary input of ph.tally';
comment on function ph_support.tally_send(ph.tally) is 'binary output of ph.tally';

-- support functions of the aggregates

create function ph_support.tally_fold_person(ph.tally, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_person';
comment on function ph_support.tally_fold_person(ph.tally, float8, float8) is
	'support function of the tally aggregates';

create function ph_support.tally_fold_person_boolean(ph.tally, float8, boolean) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_person_boolean';
comment on function ph_support.tally_fold_person_boolean(ph.tally, float8, boolean) is
	'support function of the tally aggregates';

create function ph_support.tally_fold_person_years(ph.tally, float8, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_person_years';
comment on function ph_support.tally_fold_person_years(ph.tally, float8, float8, float8) is
	'support function of the tally aggregates';

create function ph_support.tally_fold_count(ph.tally, float8, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_count';
comment on function ph_support.tally_fold_count(ph.tally, float8, float8, float8) is
	'support function of the tally aggregates';

create function ph_support.tally_fold_count_squared(ph.tally, float8, float8, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_count_squared';
comment on function ph_support.tally_fold_count_squared(ph.tally, float8, float8, float8, float8) is
	'support function of the tally aggregates';

create function ph_support.tally_combine(ph.tally, ph.tally) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_combine';
comment on function ph_support.tally_combine(ph.tally, ph.tally) is 'support function of the tally aggregates';

create function ph_support.tally_roll_up(ph.tally, ph.tally) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_roll_up';
comment on function ph_support.tally_roll_up(ph.tally, ph.tally) is 'support function of ph.rollup';

create function ph_support.tally_final(ph.tally) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_final';
comment on function ph_support.tally_final(ph.tally) is 'support function of the tally aggregates';


-- SSPACE is the size of a growing tally of up to 34 keys (TALLY_FIRST_SIZE), such as the bands of a standard
create aggregate ph.person_tally(key float8, events float8) (
	sfunc = ph_support.tally_fold_person, stype = ph.tally, initcond = 'empty', finalfunc = ph_support.tally_final,
	combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.person_tally(key float8, events float8) is
	'folds rows, one a person: key, all events of that person; exposure 1. '
	'NULL events are counted as missing, a NULL key as unknown';

create aggregate ph.person_tally(key float8, events boolean) (
	sfunc = ph_support.tally_fold_person_boolean, stype = ph.tally, initcond = 'empty',
	finalfunc = ph_support.tally_final, combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.person_tally(key float8, events boolean) is
	'folds rows, one a person: key, whether the event happened; exposure 1';

create aggregate ph.person_tally(key float8, events float8, years float8) (
	sfunc = ph_support.tally_fold_person_years, stype = ph.tally, initcond = 'empty',
	finalfunc = ph_support.tally_final, combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.person_tally(key float8, events float8, years float8) is
	'folds rows, one a person: key, all events of that person, years at risk';

create aggregate ph.count_tally(key float8, events float8, population float8) (
	sfunc = ph_support.tally_fold_count, stype = ph.tally, initcond = 'empty', finalfunc = ph_support.tally_final,
	combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.count_tally(key float8, events float8, population float8) is
	'folds rows of counts: key, events (each of another person), population or years at risk';

create aggregate ph.count_tally(key float8, events float8, population float8, events_squared float8) (
	sfunc = ph_support.tally_fold_count_squared, stype = ph.tally, initcond = 'empty',
	finalfunc = ph_support.tally_final, combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.count_tally(key float8, events float8, population float8, events_squared float8) is
	'folds rows of counts: key, events, population, sum of squares of events by person';

create aggregate ph.rollup(tally ph.tally) (
	sfunc = ph_support.tally_roll_up, stype = ph.tally, initcond = 'empty', finalfunc = ph_support.tally_final,
	combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.rollup(ph.tally) is
	'adds tallies of disjoint people into one, in any order, with compensated sums; '
	'a NULL tally counts as a missing row, so that what is asked of the sum is NULL with the note missing_input';


create function ph.cells(
	tally ph.tally,
	out key float8, out exposure float8, out events float8, out events_squared float8)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'tally_cells';
comment on function ph.cells(ph.tally) is
	'the cells of a tally as rows in key order; the cell of unknown key, if any, comes last with a NULL key';

create function ph.exposure(tally ph.tally) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_exposure';
comment on function ph.exposure(ph.tally) is 'all people, years or population in a tally, unknown key included';

create function ph.events(tally ph.tally) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_events';
comment on function ph.events(ph.tally) is 'all events in a tally, unknown key included';

create function ph.missing_rows(tally ph.tally) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_missing_rows';
comment on function ph.missing_rows(ph.tally) is
	'rows that a tally left out because their events or exposure were NULL';

create function ph.unknown_rows(tally ph.tally) returns bigint
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_unknown_rows';
comment on function ph.unknown_rows(ph.tally) is 'rows of a tally whose key was NULL';


create function ph_support.tally_to_jsonb(ph.tally) returns jsonb
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_to_jsonb';
comment on function ph_support.tally_to_jsonb(ph.tally) is
	'a tally as jsonb, exact; a sum is a number or an array of two that add up to it';
create function ph_support.tally_from_jsonb(jsonb) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_from_jsonb';
comment on function ph_support.tally_from_jsonb(jsonb) is
	'a tally from the jsonb that ph_support.tally_to_jsonb makes; invalid_parameter_value otherwise';
create cast (ph.tally as jsonb) with function ph_support.tally_to_jsonb(ph.tally);
create cast (jsonb as ph.tally) with function ph_support.tally_from_jsonb(jsonb);

create function ph.tally_equal(a ph.tally, b ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_equal';
comment on function ph.tally_equal(ph.tally, ph.tally) is 'implementation of operator =';
create operator ph.= (
	leftarg = ph.tally, rightarg = ph.tally, function = ph.tally_equal, commutator = operator(ph.=),
	negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.tally_not_equal(ph.tally, ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_not_equal';
comment on function ph_support.tally_not_equal(ph.tally, ph.tally) is 'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.tally, rightarg = ph.tally, function = ph_support.tally_not_equal, commutator = operator(ph.<>),
	negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.tally_less(ph.tally, ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_less';
comment on function ph_support.tally_less(ph.tally, ph.tally) is 'implementation of operator <';
create operator ph.< (
	leftarg = ph.tally, rightarg = ph.tally, function = ph_support.tally_less, commutator = operator(ph.>),
	negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.tally_less_or_equal(ph.tally, ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_less_or_equal';
comment on function ph_support.tally_less_or_equal(ph.tally, ph.tally) is 'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.tally, rightarg = ph.tally, function = ph_support.tally_less_or_equal, commutator = operator(ph.>=),
	negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.tally_greater(ph.tally, ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_greater';
comment on function ph_support.tally_greater(ph.tally, ph.tally) is 'implementation of operator >';
create operator ph.> (
	leftarg = ph.tally, rightarg = ph.tally, function = ph_support.tally_greater, commutator = operator(ph.<),
	negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.tally_greater_or_equal(ph.tally, ph.tally) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_greater_or_equal';
comment on function ph_support.tally_greater_or_equal(ph.tally, ph.tally) is 'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.tally, rightarg = ph.tally, function = ph_support.tally_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.tally_compare(ph.tally, ph.tally) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_compare';
comment on function ph_support.tally_compare(ph.tally, ph.tally) is
	'btree support: order by content, without meaning of its own';
create operator class ph.tally_ops default for type ph.tally using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.tally_compare(ph.tally, ph.tally);

-- ---- limits of a count ----

create function ph.count_limits(events float8, confidence float8 default 0.95, limits text default 'standard')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'count_limits_estimate';
comment on function ph.count_limits(float8, float8, text) is
	'confidence limits of a count: standard (exact below 10 events, Byar from 10 on), exact (Garwood 1936), '
	'byar (Breslow and Day 1987) or mid-p (Cohen and Yang 1994)';

-- ---- people by two whole numbers ----

create type ph.crosstab;
create function ph_support.crosstab_in(cstring) returns ph.crosstab
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_in';
create function ph_support.crosstab_out(ph.crosstab) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_out';
create function ph_support.crosstab_recv(internal) returns ph.crosstab
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_recv';
create function ph_support.crosstab_send(ph.crosstab) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_send';
create type ph.crosstab (
	input = ph_support.crosstab_in, output = ph_support.crosstab_out, receive = ph_support.crosstab_recv,
	send = ph_support.crosstab_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.crosstab is
	'people by two whole numbers, such as tiers before and after, in order: {1>1: 30, 1>2: 4, 2>?: 1}; '
	'? is unknown: not yet here, or gone';
comment on function ph_support.crosstab_in(cstring) is 'text input of ph.crosstab';
comment on function ph_support.crosstab_out(ph.crosstab) is 'text output of ph.crosstab';
comment on function ph_support.crosstab_recv(internal) is 'binary input of ph.crosstab';
comment on function ph_support.crosstab_send(ph.crosstab) is 'binary output of ph.crosstab';

create function ph_support.crosstab_fold(ph.crosstab, row_number integer, column_number integer) returns ph.crosstab
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crosstab_fold';
create function ph_support.crosstab_combine(ph.crosstab, ph.crosstab) returns ph.crosstab
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crosstab_combine';
create function ph_support.crosstab_roll_up(ph.crosstab, ph.crosstab) returns ph.crosstab
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crosstab_roll_up';
comment on function ph_support.crosstab_roll_up(ph.crosstab, ph.crosstab) is 'support function of ph.crosstab_rollup';
create function ph_support.crosstab_final(ph.crosstab) returns ph.crosstab
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crosstab_final';
comment on function ph_support.crosstab_fold(ph.crosstab, integer, integer) is
	'support function of the crosstab aggregates';
comment on function ph_support.crosstab_combine(ph.crosstab, ph.crosstab) is
	'support function of the crosstab aggregates: the people of both';
comment on function ph_support.crosstab_final(ph.crosstab) is 'support function of the crosstab aggregates';
create aggregate ph.crosstab(row_number integer, column_number integer) (
	sfunc = ph_support.crosstab_fold, stype = ph.crosstab, initcond = '{}', finalfunc = ph_support.crosstab_final,
	combinefunc = ph_support.crosstab_combine, sspace = 256, parallel = safe
);
comment on aggregate ph.crosstab(integer, integer) is
	'folds a row a person: the number before and the number after; NULL is unknown';
create aggregate ph.crosstab_rollup(crosstab ph.crosstab) (
	sfunc = ph_support.crosstab_roll_up, stype = ph.crosstab, initcond = '{}', finalfunc = ph_support.crosstab_final,
	combinefunc = ph_support.crosstab_roll_up, sspace = 256, parallel = safe
);
comment on aggregate ph.crosstab_rollup(ph.crosstab) is 'the people of many tables; NULL where one of them is';

create function ph.crosstab_equal(a ph.crosstab, b ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_equal';
comment on function ph.crosstab_equal(ph.crosstab, ph.crosstab) is 'implementation of operator =';
create operator ph.= (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph.crosstab_equal, commutator = operator(ph.=),
	negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.crosstab_not_equal(ph.crosstab, ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_not_equal';
comment on function ph_support.crosstab_not_equal(ph.crosstab, ph.crosstab) is 'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph_support.crosstab_not_equal,
	commutator = operator(ph.<>), negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.crosstab_less(ph.crosstab, ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_less';
comment on function ph_support.crosstab_less(ph.crosstab, ph.crosstab) is 'implementation of operator <';
create operator ph.< (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph_support.crosstab_less, commutator = operator(ph.>),
	negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.crosstab_less_or_equal(ph.crosstab, ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_less_or_equal';
comment on function ph_support.crosstab_less_or_equal(ph.crosstab, ph.crosstab) is 'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph_support.crosstab_less_or_equal,
	commutator = operator(ph.>=), negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.crosstab_greater(ph.crosstab, ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_greater';
comment on function ph_support.crosstab_greater(ph.crosstab, ph.crosstab) is 'implementation of operator >';
create operator ph.> (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph_support.crosstab_greater,
	commutator = operator(ph.<), negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.crosstab_greater_or_equal(ph.crosstab, ph.crosstab) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_greater_or_equal';
comment on function ph_support.crosstab_greater_or_equal(ph.crosstab, ph.crosstab) is 'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.crosstab, rightarg = ph.crosstab, function = ph_support.crosstab_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.crosstab_compare(ph.crosstab, ph.crosstab) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'crosstab_compare';
comment on function ph_support.crosstab_compare(ph.crosstab, ph.crosstab) is
	'btree support: order by content, without meaning of its own';
create operator class ph.crosstab_ops default for type ph.crosstab using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.crosstab_compare(ph.crosstab, ph.crosstab);

create function ph.movement(
	crosstab ph.crosstab, confidence float8 default 0.95,
	out before integer, out after integer, out people bigint, out share float8, out lower float8, out upper float8)
returns setof record
language c immutable parallel safe rows 16
as 'MODULE_PATHNAME', 'movement';
comment on function ph.movement(ph.crosstab, float8) is
	'the matrix of movement as rows: people, and their share of those who were in the same row before, '
	'with Wilson limits; NULL is unknown: not yet here, or gone';
create function ph.movement_summary(
	crosstab ph.crosstab,
	out people float8, out entered float8, out gone float8, out stayed float8, out to_lower float8,
	out to_higher float8, out stayed_share float8, out to_lower_share float8, out to_higher_share float8)
returns record
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'movement_summary';
comment on function ph.movement_summary(ph.crosstab) is
	'who entered, went, stayed, moved to a lower or to a higher number (tier 1 is the highest risk), '
	'and the last three as shares of those known both times';

-- ---- scores from measurements ----

create type ph.risk_score as (
	value float8,
	band text,
	status text
);
comment on type ph.risk_score is
	'a score of one person: value, band where the instrument has bands, and status: '
	'ok, missing_input:..., out_of_range:... (both without a value; '
	'a unit in brackets is the one that the number looks like), not_validated:... (the value stands)';
comment on column ph.risk_score.value is
	'points, index, rate or share, as the instrument says; NULL where it cannot be given';
comment on column ph.risk_score.band is 'band of the instrument that the value lies in; NULL where there is none';
comment on column ph.risk_score.status is
	'ok, missing_input, out_of_range, not_validated or not_used, each with the names of the inputs';

-- ---- queries that are given as text ----

create function ph.query_columns(query text, out column_name text, out type regtype) returns setof record
language c stable strict parallel restricted rows 10
as 'MODULE_PATHNAME', 'query_columns';
comment on function ph.query_columns(text) is
	'the columns of a query, which must be one SELECT that only reads, in order and with their types; it is not run';

create function ph_support.number_of(value numeric) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'number_of';
comment on function ph_support.number_of(numeric) is
	'support function of queries given as text: the nearest double, infinity beyond all of them';

-- ---- the day of an instant ----

create function ph_support.day_support(internal) returns internal
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'day_support';
comment on function ph_support.day_support(internal) is
	'for the planner: what ph_support.day asks of a date or timestamp is that date';
create function ph_support.day(at timestamptz) returns date
language c stable strict parallel safe support ph_support.day_support
as 'MODULE_PATHNAME', 'day';
comment on function ph_support.day(timestamptz) is
	'the day of an instant in the session''s time zone; of a date or timestamp the day that it names, in any time zone';

-- ---- bands of ages as words ----

create function ph.age_of_band(band text) returns float8
language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when word ~ '^(<|under|below|less than) ?[0-9]{1,3}$' then 0
			when word ~ '^[0-9]{1,3}( ?[+]| ?plus| ?(and|or) ?(over|above|older|more))?$' then age
			when word ~ '^[0-9]{1,3} ?(-|\u2013|to|_) ?[0-9]{1,3}$' and age <= last then age
			when word ~ '^\[[0-9]{1,3}, ?([0-9]{1,3}[])]|\))$' and age <= coalesce(last, age) then age
			when word ~ '^(>=|\u2265) ?[0-9]{1,3}$' then age end
	from (
		select word, substring(word from '[0-9]{1,3}')::float8 as age,
			substring(word from '([0-9]{1,3})[])]?$')::float8 as last
		from (
			select regexp_replace(
				btrim(lower(band collate "C")), '^(aged?|ages):? +| *(years?|yrs?)( old| of age)?', '', 'g') as word
		) cleaned
	) read
	where age between 0 and 130
$$;
comment on function ph.age_of_band(text) is
	'the lower age of a band as words, to be a key of a tally: '
	'5-9, 05-09, 5 to 9, [5,10), 90+, 90 and over, >=90, <1, under 1, a single age, Age and years around them; '
	'NULL for what is no band, such as Unknown, so that its people are counted as of unknown key';

-- ---- what is generated in a schema of a user ----
-- Views and functions are replaced in place: grants, comments and whatever is built on them stay. A view is
-- always a security invoker, so that policies on the tables below hold for whoever asks.

create function ph_support.in_schema(query text, schema text) returns text
language sql immutable parallel safe
begin atomic
	select regexp_replace(
		query, '[{]([a-z_]+)[}]',
		replace(quote_ident(schema), chr(92), chr(92) || chr(92)) || '.' || chr(92) || '1', 'g');
end;
comment on function ph_support.in_schema(text, text) is
	'the query with every name in braces, {person}, made the qualified name in the schema';

create procedure ph_support.require_own_schema(schema text, name text default '')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	longest constant integer := current_setting('max_identifier_length');
begin
	if schema in ('ph', 'ph_support') or schema like 'pg\_%' or schema = 'information_schema' then
		raise exception 'argument "schema" must not be %', schema
			using errcode = '22023', hint = 'What is yours lives in a schema of your own.';
	elsif octet_length(schema) > longest or octet_length(name) > longest then
		raise exception 'names must not have more than % bytes', longest
			using errcode = 'name_too_long';
	end if;
end
$$;
comment on procedure ph_support.require_own_schema(text, text) is
	'does nothing where something of a user can be made under the name in the schema. '
	'Errors: 22023 for a schema of the extension or of the system, name_too_long';

create procedure ph_support.require_column_names(what text, relation text, names text[], taken text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	wrong text := (
		select string_agg(n, ', ' order by n)
		from unnest(names) n
		where n::name = any (taken));
	alike text := (
		select n::name
		from unnest(names) n
		group by n::name
		having count(*) > 1
		order by n::name
		limit 1);
	hint constant text := format('Give these %s other names.', regexp_replace(what, '^code ', ''));
begin
	if wrong is not null then
		raise exception '% have names that columns of % have: %', what, relation, wrong
			using errcode = '42701', hint = hint;
	elsif alike is not null then
		raise exception '% have names that are the same column of %, of which the first % bytes count: %',
			what, relation, current_setting('max_identifier_length'), alike
			using errcode = '42701', hint = hint;
	elsif '' = any (names) then
		raise exception '% must have names', what
			using errcode = 'invalid_name';
	end if;
end
$$;
comment on procedure ph_support.require_column_names(text, text, text[], text[]) is
	'does nothing where each of the names can be a column of the relation beside those that are taken. '
	'Errors: duplicate_column, invalid_name';

create function ph_support.is_generated(class regclass, object oid) returns boolean
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	-- a view has its mark on its rule too, where no user writes a comment of his own
	select obj_description(object, class::text) like 'population\_health: %'
		or exists (
			select
			from pg_rewrite r
			where r.ev_class = object and class = 'pg_class'::regclass
				and obj_description(r.oid, 'pg_rewrite') like 'population\_health: %')
$$;
comment on function ph_support.is_generated(regclass, oid) is
	'whether a relation or function was made by this extension in a schema of a user, so that it may be replaced';

create function ph_support.built_on(inout class oid, inout object oid) returns setof record
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	with recursive above (class, object) as (
		select built_on.class, built_on.object
		union
		select case when r.oid is null then d.classid else 'pg_class'::regclass end, coalesce(r.ev_class, d.objid)
		from above
		join pg_depend d on d.refclassid = above.class and d.refobjid = above.object and d.deptype in ('n', 'a', 'i')
		left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
	)
	select above.class, above.object
	from above
$$;
comment on function ph_support.built_on(oid, oid) is 'an object and all that is built on it, also through others';

create function ph_support.dependants(class regclass, object oid) returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select string_agg(name, ', ' order by name collate "C")
	from ph_support.built_on(dependants.class, dependants.object) above,
		pg_describe_object(above.class, above.object, 0) name
	where above.class in ('pg_class'::regclass, 'pg_proc'::regclass)
		and (above.class, above.object) <> (dependants.class::oid, dependants.object)
$$;
comment on function ph_support.dependants(regclass, oid) is
	'the relations and functions that are built on a relation or function, also through others; '
	'NULL where there are none';

create procedure ph_support.require_generated(schema text, name text, class regclass, object oid)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_generated(class, object) is not true then
		raise exception 'schema "%" already has % of another origin', schema, name
			using errcode = 'duplicate_object', hint =
				'Only what this extension made is replaced; rename or drop the other first.';
	end if;
end
$$;
comment on procedure ph_support.require_generated(text, text, regclass, oid) is
	'does nothing where the object was made by this extension. Errors: duplicate_object';

create procedure ph_support.describe_generated(kind text, name text, class regclass, object oid, description text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if coalesce(obj_description(object, class::text), 'population_health: ') like 'population\_health: %' then
		execute format('comment on %s %s is %L', kind, name, 'population_health: ' || description);
	end if;
end
$$;
comment on procedure ph_support.describe_generated(text, text, regclass, oid, text) is
	'says what a generated object is, unless its owner has written another comment';

create procedure ph_support.comment_columns(relation regclass, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select attname, columns ->> attname as description
		from pg_attribute
		where attrelid = relation and attnum > 0 and not attisdropped
			and columns ? attname and col_description(relation, attnum) is null
	loop
		execute format('comment on column %s.%I is %L', relation, part.attname, part.description);
	end loop;
end
$$;
comment on procedure ph_support.comment_columns(regclass, jsonb) is
	'describes the columns of a relation that have no comment yet: name, description';

create procedure ph_support.replace_view(
	schema text, name text, query text, description text, columns jsonb, keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	target text := format('%I.%I', schema, name);
	view regclass := to_regclass(target);
	lost text;
	unknown text;
	readers text;
	part record;
begin
	call ph_support.require_own_schema(schema, name);
	if view is null then
		execute format('create view %s with (security_invoker = true) as %s', target, query);
		view := target::regclass;
	else
		call ph_support.require_generated(schema, name, 'pg_class', view);
		execute format('create temp view ph_replacement as %s', query);
		if ('pg_class'::regclass::oid, 'pg_temp.ph_replacement'::regclass::oid) in (
			select b.class, b.object
			from ph_support.built_on('pg_class'::regclass, view) b)
		then
			raise exception 'view % would read itself', target
				using errcode = 'invalid_object_definition', hint =
					'Name another view, or a source that is not built on it.';
		end if;
		select string_agg(quote_ident(old.attname), ', ' order by old.attnum),
			string_agg(
				format('null::%s as %I', format_type(old.atttypid, old.atttypmod), old.attname), ', '
				order by old.attnum),
			string_agg(distinct reader.object::text, ', ')
				filter (where ph_support.is_generated(reader.class, reader.object) is not true)
		into lost, unknown, readers
		from pg_attribute old
		left join pg_attribute new on new.attrelid = 'pg_temp.ph_replacement'::regclass
			and new.attname = old.attname
			and (new.atttypid, new.atttypmod, new.attcollation) = (old.atttypid, old.atttypmod, old.attcollation)
		left join (
			select d.refobjsubid,
				case when r.oid is null then d.classid else 'pg_class'::regclass end::regclass as class,
				coalesce(r.ev_class, d.objid) as object
			from pg_depend d
			left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
			where d.refclassid = 'pg_class'::regclass and d.refobjid = view and r.ev_class is distinct from view
		) reader on reader.refobjsubid = old.attnum
		where old.attrelid = view and old.attnum > 0 and new.attname is null;
		if lost is not null and (not keep or readers is not null) then
			raise exception 'view % would lose or change columns (%); built on it: %', target, lost,
				coalesce(ph_support.dependants('pg_class', view), 'nothing')
				using errcode = 'dependent_objects_still_exist', hint =
					'Drop the view, and what is built on it, and call again.';
		elsif lost is not null then
			query := format('select *, %s from (%s) shorter', unknown, query);
			execute format('create or replace temp view ph_replacement as %s', query);
		end if;
		-- columns that are there keep their places, new ones come after them
		select string_agg(quote_ident(new.attname), ', ' order by old.attnum, new.attnum) as names,
			bool_and(old.attnum is not distinct from new.attnum or old.attnum is null) as in_order
		into part
		from pg_attribute new
		left join pg_attribute old on old.attrelid = view and old.attname = new.attname
		where new.attrelid = 'pg_temp.ph_replacement'::regclass and new.attnum > 0;
		if not part.in_order then
			query := format('select %s from (%s) replacement', part.names, query);
			drop view pg_temp.ph_replacement;
			execute format('create temp view ph_replacement as %s', query);
		end if;
		-- who is reading the view is not waited for where nothing changes
		if pg_get_viewdef(view) <> pg_get_viewdef('pg_temp.ph_replacement'::regclass)
			or not exists (select from pg_class where oid = view and 'security_invoker=true' = any (reloptions))
		then
			execute format('create or replace view %s with (security_invoker = true) as %s', target, query);
		end if;
		drop view pg_temp.ph_replacement;
	end if;
	execute format('comment on rule "_RETURN" on %s is %L', target, 'population_health: generated');
	call ph_support.describe_generated('VIEW', target, 'pg_class', view, description);
	call ph_support.comment_columns(view, columns);
end
$$;
comment on procedure ph_support.replace_view(text, text, text, text, jsonb, boolean) is
	'makes a view of a query with the rights of whoever asks it, or replaces the one that this extension made: '
	'columns that are there keep their places and new ones come last; '
	'with keep a column that the query has no more is NULL while only generated views and functions read it. '
	'Errors: duplicate_object where the name is taken by something else, '
	'invalid_object_definition where the query reads the view itself, dependent_objects_still_exist, '
	'with what is built on the view, where a column would go away or change its type';

create procedure ph_support.replace_function(schema text, name text, types text, definition text, description text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := format('%I.%I(%s)', schema, name, types);
	other record;
begin
	call ph_support.require_own_schema(schema, name);
	for other in
		select oid, oid::regprocedure as signature
		from pg_proc
		where pronamespace = to_regnamespace(quote_ident(schema)) and proname = name
	loop
		call ph_support.require_generated(schema, name, 'pg_proc', other.oid);
		if other.oid <> coalesce(to_regprocedure(target), 0) then  -- one function a name, or literals are ambiguous
			execute format('drop function %s', other.signature);
		end if;
	end loop;
	execute format('create or replace function %I.%I%s', schema, name, definition);
	call ph_support.describe_generated('FUNCTION', target, 'pg_proc', target::regprocedure, description);
end
$$;
comment on procedure ph_support.replace_function(text, text, text, text, text) is
	'makes a function (definition: from its arguments on), or replaces the one that this extension made, in place; '
	'types are those of its arguments. Errors: duplicate_object where the name is taken by something else, '
	'dependent_objects_still_exist where others are built on one with other arguments';

-- ---- standard populations ----

create function ph.esp2013(bands integer default 19) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'esp2013';
comment on function ph.esp2013(integer) is
	'European standard population 2013 (Eurostat) as a tally: '
	'key = lower age of the band, exposure = people per 100,000; 19, 20 or 21 bands';

create function ph.who_world(bands integer default 19) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'who_world';
comment on function ph.who_world(integer) is
	'world standard population of the World Health Organization (Ahmad et al. '
	'2001) as a tally: key = lower age of the band, exposure = per cent; 18, 19 or 21 bands';

-- ---- rates and proportions ----

create function ph.crude_rate(
	tally ph.tally, per float8 default 100000, confidence float8 default 0.95, limits text default 'standard')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'crude_rate';
comment on function ph.crude_rate(ph.tally, float8, float8, text) is
	'events over exposure, times per; limits of the count as in ph.count_limits, '
	'widened for repeated events when rows were people; notes: no_data, missing_input, no_exposure';

create function ph.proportion(tally ph.tally, per float8 default 1, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'proportion';
comment on function ph.proportion(ph.tally, float8, float8) is
	'events over population, times per, with Wilson limits (1927); more events than population is an error; '
	'notes: no_data, missing_input, no_exposure';

create function ph.mean(tally ph.tally, per float8 default 1, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'mean';
comment on function ph.mean(ph.tally, float8, float8) is
	'mean of a value over people folded one row each, times per, with limits of Student''s t; '
	'a tally of counts is an error, and so are years in place of people where their total is not whole; '
	'notes: no_data, missing_input, no_exposure, limit_undefined';

-- ---- standardisation ----

create function ph.dsr(
	tally ph.tally, standard ph.tally default ph.esp2013(), per float8 default 100000, confidence float8 default 0.95,
	empty_bands text default 'null', limits text default 'dobson')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'dsr';
comment on function ph.dsr(ph.tally, ph.tally, float8, float8, text, text) is
	'directly standardised rate with limits dobson (Dobson et al. 1991, from 10 events on), fay-feuer (gamma, 1997) '
	'or tiwari (2006); variance for repeated events when rows were people; '
	'a band of the standard without exposure gives NULL and a note unless empty_bands is renormalise; '
	'notes: no_data, missing_input, empty_band, renormalised, fewer_than_10_events, no_standard, key_below_standard, '
	'events_without_exposure, unknown_key';

create function ph.dsr_of_strata(
	tallies ph.tally[], standard ph.tally[] default null, per float8 default 100000, confidence float8 default 0.95,
	empty_bands text default 'null', limits text default 'dobson')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'dsr_of_strata';
comment on function ph.dsr_of_strata(ph.tally[], ph.tally[], float8, float8, text, text) is
	'directly standardised rate over strata, a tally and a standard each, such as the sexes: standardised by age and '
	'sex; standard NULL: ph.esp2013() for each, so that the strata count alike; the rest as ph.dsr';

create function ph.expected(tally ph.tally, reference ph.tally) returns float8
language c immutable parallel safe
as 'MODULE_PATHNAME', 'expected';
comment on function ph.expected(ph.tally, ph.tally) is
	'events to expect if the rates of the reference held, by key; adds up over sexes and places; '
	'NULL where there is no reference, input is missing or a key is unknown';

create function ph.smr_of_counts(observed float8, expected float8, per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr_of_counts';
comment on function ph.smr_of_counts(float8, float8, float8, float8) is
	'indirectly standardised ratio observed / expected, times per (Breslow and Day 1987); '
	'limits of the observed count, each event taken as another person''s; '
	'notes: missing_input, no_expected, zero_expected';

create function ph.indirect_rate_of_counts(
	observed float8, expected float8, reference ph.tally, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate_of_counts';
comment on function ph.indirect_rate_of_counts(float8, float8, ph.tally, float8, float8) is
	'indirectly standardised rate where the observed events are known as a total only: ph.smr_of_counts(observed, '
	'expected) times the crude rate of the reference, times per; expected as of ph.expected(people by age, reference)';

create function ph.smr(tally ph.tally, reference ph.tally, per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr';
comment on function ph.smr(ph.tally, ph.tally, float8, float8) is
	'indirectly standardised ratio of a tally against a reference; limits allow for repeated events of one person; '
	'people of unknown key are left out, with a note';

create function ph.smr_of_strata(
	tallies ph.tally[], reference ph.tally[], per float8 default 1, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'smr_of_strata';
comment on function ph.smr_of_strata(ph.tally[], ph.tally[], float8, float8) is
	'indirectly standardised ratio over strata, one tally and one reference each, such as the sexes: '
	'standardised by age and sex; notes as ph.smr';

create function ph.indirect_rate(
	tally ph.tally, reference ph.tally, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate';
comment on function ph.indirect_rate(ph.tally, ph.tally, float8, float8) is
	'indirectly standardised rate: ph.smr times the crude rate of the reference, times per';

create function ph.indirect_rate_of_strata(
	tallies ph.tally[], reference ph.tally[], per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'indirect_rate_of_strata';
comment on function ph.indirect_rate_of_strata(ph.tally[], ph.tally[], float8, float8) is
	'indirectly standardised rate over strata, one tally and one reference each: '
	'ph.smr_of_strata times the crude rate of all references, times per';
-- ---- lives ----

create function ph.life_expectancy(
	deaths ph.tally, age float8 default 0, ages float8[] default null, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'life_expectancy';
comment on function ph.life_expectancy(ph.tally, float8, float8[], float8) is
	'years still to live at an age (Chiang 1968, Silcocks et al. 2001); '
	'ages are lower bounds of bands, the last one open, {0,1,5,10,...,90} if NULL; '
	'notes: no_data, missing_input, empty_band, deaths_exceed_population, population_not_above_5000, '
	'no_deaths_in_last_band, no_survivors, interval_wider_than_20_years, key_below_ages, unknown_key';

create function ph.life_table(
	deaths ph.tally, ages float8[] default null, confidence float8 default 0.95,
	out age float8, out population float8, out deaths_counted float8, out death_rate float8,
	out probability_of_dying float8, out survivors float8, out years_lived float8, out years_on float8,
	out life_expectancy float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 20
as 'MODULE_PATHNAME', 'life_table_rows';
comment on function ph.life_table(ph.tally, float8[], float8) is
	'the life table of a tally of deaths, a row a band: '
	'survivors of 100,000 born at its start, years they live in it and from its start on, and the expectancy; '
	'no rows where no table can be made, ph.life_expectancy says why; what is left out is in the note of every row';

create function ph.healthy_life_expectancy(
	deaths ph.tally, survey ph.tally, age float8 default 0, ages float8[] default null,
	confidence float8 default 0.95, variance text default 'prevalence')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'healthy_life_expectancy';
comment on function ph.healthy_life_expectancy(ph.tally, ph.tally, float8, float8[], float8, text) is
	'years still to live in good health (Sullivan 1971); survey: key age, exposure people asked, '
	'events those not in good health; variance: prevalence, or prevalence and mortality; notes as ph.life_expectancy';

create function ph.years_of_life_lost(
	deaths ph.tally, until float8 default 75, standard ph.tally default null, ages float8[] default null,
	per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'years_of_life_lost';
comment on function ph.years_of_life_lost(ph.tally, float8, ph.tally, float8[], float8, float8) is
	'potential years of life lost below an age: '
	'crude rate, or directly standardised where a standard is given (weights below the limit); '
	'a death counts from the middle of its band of ages, {0,5,...,90} if NULL; limits of Dobson et al. (1991); notes: '
	'no_data, missing_input, no_exposure, empty_band, no_standard, fewer_than_10_events, key_below_ages, unknown_key';

-- ---- survival ----

create function ph_support.tally_fold_entry(ph.tally, float8, float8) returns ph.tally
language c immutable parallel safe
as 'MODULE_PATHNAME', 'tally_fold_entry';
comment on function ph_support.tally_fold_entry(ph.tally, float8, float8) is 'support function of ph.entry_tally';

create aggregate ph.entry_tally(entered float8, "time" float8) (
	sfunc = ph_support.tally_fold_entry, stype = ph.tally, initcond = 'empty', finalfunc = ph_support.tally_final,
	combinefunc = ph_support.tally_combine, sspace = 2048, parallel = safe
);
comment on aggregate ph.entry_tally(entered float8, "time" float8) is
	'people by time of entry, for the argument entered of survival: '
	'rows, one a person, with the times of entry and of leaving; who did not enter before leaving was never at risk '
	'and is counted as missing, so that the answer is NULL and says so';

create function ph.survival(
	tally ph.tally, confidence float8 default 0.95, limits text default 'log-log', entered ph.tally default null,
	out "time" float8, out at_risk float8, out events float8, out censored float8, out survival float8,
	out standard_error float8, out lower float8, out upper float8, out cumulative_hazard float8, out note text)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'survival_rows';
comment on function ph.survival(ph.tally, float8, text, ph.tally) is
	'the survival curve (Kaplan and Meier 1958) of a tally keyed by follow-up time: exposure who left then, events who '
	'of them with the event; Greenwood''s standard error, limits log-log, log or plain, Nelson and Aalen''s hazard; '
	'entered: a tally of the same people keyed by time of entry; no rows of an empty tally, '
	'one of NULLs with a note where there is no curve; notes: missing_input, unknown_key, no_exposure, limit_undefined';

create function ph.survival_at(
	tally ph.tally, until float8, confidence float8 default 0.95, limits text default 'log-log',
	entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'survival_at';
comment on function ph.survival_at(ph.tally, float8, float8, text, ph.tally) is
	'the share that survives a time, of a tally keyed by follow-up time; '
	'notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up, limit_undefined';

create function ph.survival_quantile(
	tally ph.tally, share float8 default 0.5, confidence float8 default 0.95, limits text default 'log-log',
	entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'survival_quantile';
comment on function ph.survival_quantile(ph.tally, float8, float8, text, ph.tally) is
	'the time by which a share has had the event, the middle of the stretch where the curve stays exactly there; '
	'limits where those of the curve come down to it (Brookmeyer and Crowley 1982); '
	'notes: no_data, missing_input, unknown_key, no_exposure, not_reached, follow_up_ends_at_level, limit_undefined';

create function ph.median_survival(
	tally ph.tally, confidence float8 default 0.95, limits text default 'log-log', entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'median_survival';
comment on function ph.median_survival(ph.tally, float8, text, ph.tally) is
	'the time by which half have had the event: ph.survival_quantile of 0.5';

create function ph.restricted_mean(
	tally ph.tally, until float8, confidence float8 default 0.95, entered ph.tally default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'restricted_mean';
comment on function ph.restricted_mean(ph.tally, float8, float8, ph.tally) is
	'the mean time without the event up to a time: the area under the survival curve, limits normal; '
	'never beyond the last follow-up; notes: no_data, missing_input, unknown_key, no_exposure, beyond_follow_up';


-- ---- the one door for indicators ----

create function ph.indicators(
	out indicator text, out per float8, out tally text, out reference text, out until text, out takes_age boolean,
	out meaning text)
returns setof record
language c immutable parallel safe rows 16
as 'MODULE_PATHNAME', 'indicator_rows';
comment on function ph.indicators() is
	'the indicators that ph.ask, ph.compare, ph.benchmark, the indices of inequality, '
	'ph.equity_progress and ph.chart_slope know: what each is times by itself, what its tally holds, '
	'what its reference and its time are (NULL: it reads none), and whether it takes an age';

create function ph.ask(
	indicator text, tally ph.tally, reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'ask_indicator';
comment on function ph.ask(text, ph.tally, ph.tally, float8, float8, float8, float8) is
	'any indicator of ph.indicators(), asked of a tally; reference: the standard, reference or survey; '
	'reference and per NULL are the indicator''s own; NULL with a note where it is not given what it needs';

create function ph.intervals(
	indicator text, tally ph.tally, confidences float8[] default '{0.95,0.998}', reference ph.tally default null,
	per float8 default null, age float8 default 0, until float8 default null,
	out confidence float8, out value float8, out lower float8, out upper float8, out note text)
returns setof record
language sql immutable parallel safe rows 2
begin atomic
	select level, e.value, e.lower, e.upper, e.note
	from pg_catalog.unnest(confidences) with ordinality as asked (level, place),
		lateral ph.ask(indicator, tally, reference, per, level, age, until) e
	order by place;
end;
comment on function ph.intervals(text, ph.tally, float8[], ph.tally, float8, float8, float8) is
	'an indicator as ph.ask answers it, a row a confidence level, in their order; '
	'NULL for a level is an error as in ph.ask';
-- ---- comparing ----

create function ph.compare(
	tally ph.tally, comparator ph.tally, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, contrast text default 'difference',
	better text default 'neither', age float8 default 0, until float8 default null)
returns ph.comparison
language c immutable parallel safe
as 'MODULE_PATHNAME', 'compare';
comment on function ph.compare(ph.tally, ph.tally, text, ph.tally, float8, float8, text, text, float8, float8) is
	'difference (limits recovered from either side''s own: Zou and Donner 2008, Newcombe 1998; '
	'means: Welch) or ratio (normal on the log scale) of two populations of different people; '
	'indicator: any of ph.indicators(), with its reference (NULL: its own); per NULL is the indicator''s own; '
	'better: lower, higher or neither';

create function ph.cmf(
	tally ph.tally, comparator ph.tally, standard ph.tally default ph.esp2013(), per float8 default 100,
	confidence float8 default 0.95)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cmf';
comment on function ph.cmf(ph.tally, ph.tally, ph.tally, float8, float8) is
	'comparative mortality figure: ratio of two directly standardised rates times per, '
	'limits normal on the log scale (Boyle and Parkin 1991)';

create function ph.benchmark(
	tally ph.tally, benchmark float8, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, better text default 'neither', age float8 default 0,
	until float8 default null)
returns ph.comparison
language c immutable parallel safe
as 'MODULE_PATHNAME', 'benchmark';
comment on function ph.benchmark(ph.tally, float8, text, ph.tally, float8, float8, text, float8, float8) is
	'an indicator with its interval beside a fixed number in the same units: similar where the interval holds it; '
	'score test for rates, ratios and proportions, t for means, else normal';
-- ---- inequality ----

create function ph.slope_index_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_index_of_values';
comment on function ph.slope_index_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'slope index of inequality (Low and Low 2004) of published values: '
	'groups from the most disadvantaged to the least, standard errors or 95 % limits; '
	'errors normal on the scale (identity, log, logit), transform draws the line there; '
	'exact limits, but simulated (seeded) for log or logit without transform; negative per turns the direction round';

create function ph.relative_index_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'relative_index_of_values';
comment on function ph.relative_index_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'relative index of inequality of published values: the ratio of the two ends of the line '
	'of ph.slope_index_of_values; limits of Fieller (1954); negative per inverts it';

create function ph.slope_intercept_of_values(
	population float8[], value float8[], standard_error float8[] default null, lower float8[] default null,
	upper float8[] default null, scale text default 'identity', transform boolean default false, per float8 default 1,
	confidence float8 default 0.95, repetitions integer default 100000, seed bigint default 1,
	groups integer default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_intercept_of_values';
comment on function ph.slope_intercept_of_values(
	float8[], float8[], float8[], float8[], float8[], text, boolean, float8, float8, integer, bigint, integer) is
	'the line of ph.slope_index_of_values at the most disadvantaged end, on the values'' own scale; '
	'a negative per counts as positive';

create function ph.slope_index_of_inequality(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_index_of_inequality';
comment on function ph.slope_index_of_inequality(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'slope index of inequality of any indicator, one tally a group from the most disadvantaged to the least: '
	'value at the least disadvantaged end less that at the most; per NULL is 100000 for rates, else 1; '
	'negative turns the direction round; groups: how many there must be, else NULL with a note; notes: group N: '
	'..., fewer_than_2_groups, number_of_groups: more or fewer than said, or neither 5 nor 10 and not said';

create function ph.relative_index_of_inequality(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'relative_index_of_inequality';
comment on function ph.relative_index_of_inequality(
	ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'relative index of inequality of any indicator, one tally a group from the most disadvantaged to the least; '
	'limits of Fieller (1954); negative per inverts it';

create function ph.slope_intercept(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'slope_intercept';
comment on function ph.slope_intercept(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'the line of ph.slope_index_of_inequality at the most disadvantaged end, its limits normal; '
	'a negative per counts as positive';

create function ph.concentration_index(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'concentration_index';
comment on function ph.concentration_index(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'relative concentration index, -1 (all among the most disadvantaged) to 1 (Kakwani, '
	'Wagstaff and van Doorslaer 1997); variance by the delta method with fixed ranks';

create function ph.population_attributable_risk(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, reference_group integer default null, groups integer default null,
	age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'population_attributable_risk';
comment on function ph.population_attributable_risk(
	ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) is
	'what the mean of the groups would fall by if all had the value of the reference group, the last if NULL';

create function ph.population_attributable_fraction(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, reference_group integer default null, groups integer default null,
	age float8 default 0, until float8 default null)
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'population_attributable_fraction';
comment on function ph.population_attributable_fraction(
	ph.tally[], text, ph.tally, float8, float8, integer, integer, float8, float8) is
	'the share of the mean of the groups that would go if all had the value of the reference group, the last if NULL';

create function ph.inequality_points(
	tallies ph.tally[], indicator text default 'dsr', reference ph.tally default null, per float8 default null,
	confidence float8 default 0.95, groups integer default null, age float8 default 0, until float8 default null,
	out group_number integer, out population float8, out "position" float8, out value float8, out lower float8,
	out upper float8, out fitted float8, out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'inequality_points';
comment on function ph.inequality_points(ph.tally[], text, ph.tally, float8, float8, integer, float8, float8) is
	'the groups and the line of the slope index as rows for a plotting tool: '
	'position from 0 (most disadvantaged) to 1, the value with its limits, the line there';

create type ph.equity_progress as (
	mean_before float8,
	mean_after float8,
	mean_change float8,
	mean_change_lower float8,
	mean_change_upper float8,
	mean_p_value float8,
	slope_before float8,
	slope_after float8,
	slope_change float8,
	slope_change_lower float8,
	slope_change_upper float8,
	slope_p_value float8,
	most_disadvantaged_change float8,
	most_disadvantaged_lower float8,
	most_disadvantaged_upper float8,
	least_disadvantaged_change float8,
	least_disadvantaged_lower float8,
	least_disadvantaged_upper float8,
	verdict text,
	how text,
	note text
);
comment on type ph.equity_progress is
	'change of the mean, of the slope of inequality and of the line at the first and the last group, '
	'with limits and two-sided p; verdict: narrowing, widening, reversed, no clear change; how: levelling up, '
	'levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, both of these, not clear';
comment on column ph.equity_progress.mean_before is
	'mean of the groups before, weighted by population, in the unit of the indicator times per';
comment on column ph.equity_progress.mean_after is 'mean of the groups after';
comment on column ph.equity_progress.mean_change is 'mean after less mean before';
comment on column ph.equity_progress.mean_change_lower is 'lower confidence limit of the change of the mean';
comment on column ph.equity_progress.mean_change_upper is 'upper confidence limit of the change of the mean';
comment on column ph.equity_progress.mean_p_value is 'two-sided p of no change of the mean';
comment on column ph.equity_progress.slope_before is
	'slope index of inequality before: the line at the least disadvantaged end less that at the most';
comment on column ph.equity_progress.slope_after is 'slope index of inequality after';
comment on column ph.equity_progress.slope_change is 'slope after less slope before';
comment on column ph.equity_progress.slope_change_lower is 'lower confidence limit of the change of the slope';
comment on column ph.equity_progress.slope_change_upper is 'upper confidence limit of the change of the slope';
comment on column ph.equity_progress.slope_p_value is 'two-sided p of no change of the slope';
comment on column ph.equity_progress.most_disadvantaged_change is 'change of the line at the most disadvantaged group';
comment on column ph.equity_progress.most_disadvantaged_lower is 'its lower confidence limit';
comment on column ph.equity_progress.most_disadvantaged_upper is 'its upper confidence limit';
comment on column ph.equity_progress.least_disadvantaged_change is
	'change of the line at the least disadvantaged group';
comment on column ph.equity_progress.least_disadvantaged_lower is 'its lower confidence limit';
comment on column ph.equity_progress.least_disadvantaged_upper is 'its upper confidence limit';
comment on column ph.equity_progress.verdict is
	'narrowing, widening, reversed or no clear change, by the change of the slope';
comment on column ph.equity_progress.how is
	'levelling up, levelling down, levelling up and down, worse-off fell behind, better-off pulled ahead, '
	'both of these, or not clear';
comment on column ph.equity_progress.note is 'why there is no answer, or what was left out';

create function ph.equity_progress(
	before ph.tally[], after ph.tally[], indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, better text default 'lower', groups integer default null,
	age float8 default 0, until float8 default null)
returns ph.equity_progress
language c immutable parallel safe
as 'MODULE_PATHNAME', 'equity_progress';
comment on function ph.equity_progress(
	ph.tally[], ph.tally[], text, ph.tally, float8, float8, text, integer, float8, float8) is
	'did it get better, and most of all for the most disadvantaged? Groups from the most disadvantaged to the least, '
	'one tally each, the same in both periods, which are taken as independent; '
	'verdict from the change of the slope, how from the line at the first and last group; '
	'groups: how many there must be; notes: before: ..., after: ..., number_of_groups';

-- ---- do groups differ in survival ----

create function ph.log_rank(tallies ph.tally[], weights text default 'log-rank', entered ph.tally[] default null)
returns ph.test
language c immutable parallel safe
as 'MODULE_PATHNAME', 'log_rank';
comment on function ph.log_rank(ph.tally[], text, ph.tally[]) is
	'whether groups, a tally each keyed by follow-up time, differ in survival: '
	'chi-square with hypergeometric variance; weights log-rank (Mantel 1966) '
	'or peto-peto (pooled survival just before each time); groups without people at risk are left out with a note; '
	'notes: no_data, missing_input, unknown_key, fewer_than_2_groups, group_left_out, singular';

create function ph.log_rank_groups(
	tallies ph.tally[], weights text default 'log-rank', entered ph.tally[] default null,
	out group_number integer, out people float8, out observed float8, out expected float8, out variance float8,
	out note text)
returns setof record
language c immutable parallel safe rows 2
as 'MODULE_PATHNAME', 'log_rank_groups';
comment on function ph.log_rank_groups(ph.tally[], text, ph.tally[]) is
	'a row a group of ph.log_rank, numbered as in the array: people, events observed and expected (weighted), '
	'variance of their difference; notes: unknown_key, and why there is no test';
-- ---- quantiles of areas ----

create function ph.quantile_group(value float8, groups integer, better text default 'higher') returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'quantile_group';
comment on function ph.quantile_group(float8, integer, text) is
	'the quantile of a value among those of its partition, 1 (worst: '
	'the lowest values, or the highest where better is lower) to groups; '
	'R''s PHEindicatormethods by default counts from the highest; in whole numbers: values that tie share one; '
	'NULL for a NULL or NaN value, which are not counted, and where there are fewer values than groups';
-- ---- control charts ----

create type ph.control_point as (
	value float8,
	phase integer,
	mean float8,
	lower float8,
	upper float8,
	lower_two_thirds float8,
	upper_two_thirds float8,
	relative_to_mean integer,
	outside_limits boolean,
	close_to_limits boolean,
	trend boolean,
	two_in_three boolean,
	shift boolean,
	special_cause text,
	point_type text,
	variation text,
	assurance text,
	note text
);
comment on type ph.control_point is
	'a point of a control chart: its phase and limits, every rule as a flag of its own, the rule that wins, what kind '
	'of point it is; variation (of the last point) and assurance (against the last target) of the series in every row; '
	'notes: missing_value, no_limits, short_phase (fewer than 13 points), '
	'limits_not_screened (screening would have left no movement)';
comment on column ph.control_point.value is 'what is drawn: the value, proportion, rate or count, times per';
comment on column ph.control_point.phase is 'number of the phase, from 1; each has limits of its own';
comment on column ph.control_point.mean is 'centre line of the phase';
comment on column ph.control_point.lower is 'lower control limit of the point';
comment on column ph.control_point.upper is 'upper control limit of the point';
comment on column ph.control_point.lower_two_thirds is 'two thirds of the way from the mean to the lower limit';
comment on column ph.control_point.upper_two_thirds is 'two thirds of the way from the mean to the upper limit';
comment on column ph.control_point.relative_to_mean is '1 above the mean, -1 below, 0 on it';
comment on column ph.control_point.outside_limits is 'whether the point lies outside a limit';
comment on column ph.control_point.close_to_limits is
	'whether it is close to a limit: beyond two thirds of the way and not outside';
comment on column ph.control_point.trend is
	'whether it is one of a run of points each above, or each below, the one before';
comment on column ph.control_point.two_in_three is
	'whether it is one of two in three points of one side that are close to the limit';
comment on column ph.control_point.shift is 'whether it is one of a run of points on one side of the mean';
comment on column ph.control_point.special_cause is 'the first rule that holds of the point, else common_cause';
comment on column ph.control_point.point_type is
	'common_cause, special_cause_improvement, _concern, _neutral_high or _neutral_low';
comment on column ph.control_point.variation is 'type of the last point of the series, in every row';
comment on column ph.control_point.assurance is
	'whether the limits pass or fail the target of the last row, in every row; NULL without a target';
comment on column ph.control_point.note is 'missing_value, no_limits, short_phase or limits_not_screened';

create function ph.control_xmr(
	value float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, screen boolean default null,
	outside_counts boolean default null)
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_xmr';
comment on function ph.control_xmr(
	float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, boolean) is
	'XmR chart (Shewhart 1931; Making Data Count) over (partition by series order by period); better: lower, higher, '
	'neither; rebase is true in the first row of a new phase; fix_after: points that set the limits, 12 or more; '
	'calendar: day, week, month, quarter, year, any: a missing period is an error but for any; rules: the set of r, '
	'excel or power_bi, overruled by run_length, screen and outside_counts (points outside count for two in three)';

create function ph.control_p(
	events float8, population float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null,
	per float8 default 1, overdispersion text default 'none')
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_p';
comment on function ph.control_p(
	float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) is
	'P chart of proportions, three sigmas of each population; '
	'overdispersion laney widens the limits for what varies between periods (Laney 2002); '
	'the other arguments as ph.control_xmr';

create function ph.control_u(
	events float8, exposure float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null,
	per float8 default 1, overdispersion text default 'none')
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_u';
comment on function ph.control_u(
	float8, float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean, float8, text) is
	'U chart of rates, three Poisson sigmas of each exposure; arguments as ph.control_p';

create function ph.control_c(
	events float8, period timestamptz, better text default 'neither', target float8 default null,
	rebase boolean default false, fix_after integer default null, calendar text default 'month',
	rules text default 'r', run_length integer default null, outside_counts boolean default null)
returns ph.control_point
language c window stable parallel safe
as 'MODULE_PATHNAME', 'control_c';
comment on function ph.control_c(float8, timestamptz, text, float8, boolean, integer, text, text, integer, boolean) is
	'C chart of counts, three Poisson sigmas; arguments as ph.control_xmr';
-- ---- expected counts of periods ----

create function ph.expected_count(
	events float8, period timestamptz, population float8 default 1, baseline boolean default true,
	calendar text default 'month')
returns float8
language c window stable parallel safe
as 'MODULE_PATHNAME', 'expected_count';
comment on function ph.expected_count(float8, timestamptz, float8, boolean, text) is
	'the count that a period would have from its season, its days and its people alone, over (partition by series): '
	'people times days, at the rate of the same month (quarter, week of the year, weekday: '
	'calendar) in the rows where baseline is true; for ph.control_u(events, expected, period), '
	'the chart of observed over expected; NULL with fewer than two periods of the season, or people not known';
-- ---- cumulative sums ----

create type ph.cusum_point as (
	upper float8,
	lower float8,
	signal text,
	note text
);
comment on type ph.cusum_point is
	'a point of a cumulative sum: upper from 0 up, lower from 0 down, signal high or low beyond the decision limit; '
	'note: missing_value';
comment on column ph.cusum_point.upper is 'cumulative sum that watches for more, from 0 up, in units of sigma';
comment on column ph.cusum_point.lower is 'cumulative sum that watches for less, from 0 down, in units of sigma';
comment on column ph.cusum_point.signal is 'high or low where a sum passes the decision limit; else NULL';
comment on column ph.cusum_point.note is 'missing_value where the row has no value';

create function ph.cusum(
	value float8, target float8, sigma float8, allowance float8 default 0.5, decision_limit float8 default 5,
	reset boolean default true)
returns ph.cusum_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'cusum';
comment on function ph.cusum(float8, float8, float8, float8, float8, boolean) is
	'tabular cumulative sum (Page 1954) in units of sigma, over (partition by series order by period); '
	'with reset it starts again in the row after a signal';

create type ph.risk_adjusted_cusum_point as (
	upper float8,
	lower float8,
	signal text,
	observed float8,
	expected float8,
	expected_less_observed float8,
	note text
);
comment on type ph.risk_adjusted_cusum_point is
	'a point of a risk-adjusted cumulative sum, and of the variable life-adjusted display: expected less observed; '
	'note: missing_value';
comment on column ph.risk_adjusted_cusum_point.upper is
	'cumulative log-likelihood ratio that watches for more events than predicted, from 0 up';
comment on column ph.risk_adjusted_cusum_point.lower is
	'cumulative log-likelihood ratio that watches for fewer, from 0 down';
comment on column ph.risk_adjusted_cusum_point.signal is 'high or low where a sum passes the decision limit; else NULL';
comment on column ph.risk_adjusted_cusum_point.observed is 'events so far';
comment on column ph.risk_adjusted_cusum_point.expected is 'events predicted so far';
comment on column ph.risk_adjusted_cusum_point.expected_less_observed is
	'expected less observed so far: the variable life-adjusted display';
comment on column ph.risk_adjusted_cusum_point.note is 'missing_value where the row has no outcome or prediction';

create function ph.risk_adjusted_cusum(
	outcome boolean, risk float8, odds_ratio float8 default 2, decision_limit float8 default 4.5,
	reset boolean default true)
returns ph.risk_adjusted_cusum_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'risk_adjusted_cusum';
comment on function ph.risk_adjusted_cusum(boolean, float8, float8, float8, boolean) is
	'risk-adjusted cumulative sum (Steiner et al. 2000): upper watches for odds times odds_ratio, '
	'lower for odds divided by it; a constant predicted risk makes it Bernoulli''s';

create type ph.ewma_point as (
	average float8,
	lower float8,
	upper float8,
	signal text,
	note text
);
comment on type ph.ewma_point is
	'a point of an exponentially weighted moving average with its limits; note: missing_value';
comment on column ph.ewma_point.average is 'exponentially weighted moving average, in the unit of the value';
comment on column ph.ewma_point.lower is 'its lower control limit; NULL where sigma is not known';
comment on column ph.ewma_point.upper is 'its upper control limit; NULL where sigma is not known';
comment on column ph.ewma_point.signal is 'high or low where the average lies outside its limits; else NULL';
comment on column ph.ewma_point.note is 'missing_value where the row has no value';

create function ph.ewma(value float8, target float8, sigma float8, weight float8 default 0.2, width float8 default 3)
returns ph.ewma_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'ewma';
comment on function ph.ewma(float8, float8, float8, float8, float8) is
	'exponentially weighted moving average (Roberts 1959) from the target on, '
	'limits width sigmas of the average to either side, exact for its age; no limits where sigma is NULL';
-- ---- recent trend ----

create type ph.recent_trend_answer as (
	trend text,
	slope float8,
	chi_squared float8,
	p_value float8,
	note text
);
comment on type ph.recent_trend_answer is
	'trend: increasing, decreasing, no_significant_change, cannot_be_calculated (with a note that says why)';
comment on column ph.recent_trend_answer.trend is
	'increasing, decreasing, no_significant_change or cannot_be_calculated';
comment on column ph.recent_trend_answer.slope is
	'slope of the weighted line: of the logit, or of given values, a year';
comment on column ph.recent_trend_answer.chi_squared is 'the statistic of the trend, of 1 degree of freedom';
comment on column ph.recent_trend_answer.p_value is 'its p';
comment on column ph.recent_trend_answer.note is 'why there is no answer, or that one point reverses the sign';

create function ph.recent_trend(tally ph.tally) returns ph.recent_trend_answer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recent_trend_tally';
comment on function ph.recent_trend(ph.tally) is
	'trend of a proportion over its last five years, the tally keyed by year: chi-squared for trend (Armitage 1955) '
	'above 9.5495, and no single year may carry the sign (Fingertips); slope of the logit a year';

create function ph.recent_trend_of_values(
	year float8[], value float8[], lower float8[], upper float8[], confidence float8 default 0.95)
returns ph.recent_trend_answer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recent_trend_of_values';
comment on function ph.recent_trend_of_values(float8[], float8[], float8[], float8[], float8) is
	'trend of any indicator over its last five years: least squares weighted by the limits'' standard errors, '
	'chi-squared above 9.5495, and no single year may carry the sign (Fingertips)';
-- ---- funnels ----

create type ph.funnel_point as (
	value float8,
	denominator float8,
	size float8,
	baseline float8,
	lower_998 float8,
	lower_95 float8,
	upper_95 float8,
	upper_998 float8,
	significance text,
	dispersion float8,
	between_variance float8,
	note text
);
comment on type ph.funnel_point is
	'a place in a funnel: size is what to draw it at (people of a proportion, events of a ratio or rate, '
	'expected events of these where over-dispersion is allowed for), limits of 95 % and 99.8 % at that size, '
	'significance high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable, '
	'mean square of the scores and variance between places; '
	'notes: missing_input, no_exposure, zero_expected, fewer_than_10_events, no_dispersion, rate_type_not_said';
comment on column ph.funnel_point.value is 'proportion, ratio or rate of the place, times per';
comment on column ph.funnel_point.denominator is
	'people, person-time or expected events of the place, of one year where years are given';
comment on column ph.funnel_point.size is
	'what to draw the place at: people of a proportion, events of a ratio or rate, '
	'expected events of these where over-dispersion is allowed for';
comment on column ph.funnel_point.baseline is 'value of all places together: the centre line';
comment on column ph.funnel_point.lower_998 is 'lower limit of 99.8 % at that size';
comment on column ph.funnel_point.lower_95 is 'lower limit of 95 % at that size';
comment on column ph.funnel_point.upper_95 is 'upper limit of 95 % at that size';
comment on column ph.funnel_point.upper_998 is 'upper limit of 99.8 % at that size';
comment on column ph.funnel_point.significance is
	'high_99.8, high_95, not_significant, low_95, low_99.8 or not_applicable';
comment on column ph.funnel_point.dispersion is
	'mean square of the scores of the places: above 1 there is more spread than chance makes';
comment on column ph.funnel_point.between_variance is
	'variance between places beyond chance, on the scale of the limits; NULL where it is not allowed for';
comment on column ph.funnel_point.note is 'why the place is not judged, or what to be careful with';

create function ph.funnel(
	numerator float8, denominator float8, statistic text, per float8 default 1, rate float8 default null,
	overdispersion text default 'none', rate_type text default null, years float8 default 1)
returns ph.funnel_point
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'funnel';
comment on function ph.funnel(float8, float8, text, float8, float8, text, text, float8) is
	'each place against the baseline of its partition (Spiegelhalter 2005); '
	'statistic: proportion, rate, or ratio with expected events as denominator and a baseline of 1; '
	'rate_type: crude or dsr (directly standardised, by its rate, not judged below 10 events); '
	'NULL: dsr where the denominator is NULL, crude with a note where numerator and denominator do not make the rate; '
	'overdispersion: none, winsorised or trimmed (additive, Spiegelhalter 2012), on the arcsine root of proportions '
	'and the log of ratios and rates; years of data: the denominator is shown as of one year';

create function ph.funnel_curve(
	statistic text, baseline float8, smallest float8, largest float8, points integer default 100,
	per float8 default 1, between_variance float8 default null,
	out size float8, out lower_998 float8, out lower_95 float8, out upper_95 float8, out upper_998 float8)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'funnel_curve';
comment on function ph.funnel_curve(text, float8, float8, float8, integer, float8, float8) is
	'the curves of a funnel as rows for a plotting tool; size: people of a proportion, events of a ratio or rate, '
	'expected events where between_variance is given; baseline in units of per';
-- ---- small places ----

create function ph.shrunken_rate(
	events float8, exposure float8, per float8 default 100000, confidence float8 default 0.95)
returns ph.estimate
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'shrunken_rate';
comment on function ph.shrunken_rate(float8, float8, float8, float8) is
	'empirical-Bayes rate of a small place over (partition by ...): drawn towards the rate of all places '
	'with a Gamma prior by moments (Marshall 1991); exposure may be expected events; '
	'the note says how far it was drawn; notes: shrunk, no_exposure, missing_input, fewer_than_2_places';
-- ---- pictures: without a title of its own each has one that says what is drawn ----

create function ph.chart_pyramid(female ph.tally, male ph.tally, title text default null, band_width float8 default 5)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_pyramid';
comment on function ph.chart_pyramid(ph.tally, ph.tally, text, float8) is
	'population pyramid as SVG: exposure by age in bands';

create function ph.chart_ranked(
	labels text[], estimates ph.estimate[], benchmark float8 default null, title text default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_ranked';
comment on function ph.chart_ranked(text[], ph.estimate[], float8, text) is
	'places with their limits as SVG, in the order given, beside a benchmark; a place without a value shows its note';

create function ph.chart_bars(
	labels text[], series text[], heights float8[], title text default null, unit text default '')
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_bars';
comment on function ph.chart_bars(text[], text[], float8[], text, text) is
	'groups of bars as SVG, a bar a series, at most four; heights group by group; NULL is not shown; '
	'unit follows each number';

create function ph.chart_control(periods timestamptz[], points ph.control_point[], title text default null) returns text
language c stable parallel safe
as 'MODULE_PATHNAME', 'chart_control';
comment on function ph.chart_control(timestamptz[], ph.control_point[], text) is
	'control chart as SVG from the points of ph.control_xmr and its siblings; special causes are diamonds';

create function ph.chart_funnel(labels text[], points ph.funnel_point[], title text default null) returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_funnel';
comment on function ph.chart_funnel(text[], ph.funnel_point[], text) is
	'funnel plot as SVG from the points of ph.funnel; places outside 99.8 % limits are diamonds and named';

create function ph.chart_survival(
	tallies ph.tally[], labels text[] default null, title text default null, confidence float8 default 0.95,
	at_risk boolean default true)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_survival';
comment on function ph.chart_survival(ph.tally[], text[], text, float8, boolean) is
	'Kaplan-Meier curves as SVG, at most four, with log-log limits as bands and the people at risk below';

create function ph.chart_slope(
	tallies ph.tally[], labels text[] default null, indicator text default 'dsr', reference ph.tally default null,
	per float8 default null, confidence float8 default 0.95, title text default null, groups integer default null,
	age float8 default 0, until float8 default null)
returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'chart_slope';
comment on function ph.chart_slope(ph.tally[], text[], text, ph.tally, float8, float8, text, integer, float8, float8) is
	'inequality by group as SVG, the most disadvantaged first, with the line of the slope index';

-- ---- what was known when ----

create function ph.in_look_back(event_date timestamptz, as_of timestamptz, span interval) returns boolean
language sql stable parallel safe
return ph_support.day(event_date) >= (ph_support.day(as_of) - span)::date
	and ph_support.day(event_date) < ph_support.day(as_of);
comment on function ph.in_look_back(timestamptz, timestamptz, interval) is
	'whether something happened in the span before the as-of date: '
	'from as_of - span, included, to as_of, not included; of an instant its day in the session''s time zone counts; '
	'of dates plain comparisons to the planner, so an index on the date serves';
create function ph.in_follow_up(event_date timestamptz, as_of timestamptz, span interval) returns boolean
language sql stable parallel safe
return ph_support.day(event_date) >= ph_support.day(as_of)
	and ph_support.day(event_date) < (ph_support.day(as_of) + span)::date;
comment on function ph.in_follow_up(timestamptz, timestamptz, interval) is
	'whether something happened in the span from the as-of date on: '
	'from as_of, included, to as_of + span, not included; of an instant its day in the session''s time zone counts; '
	'no day is in both this and ph.in_look_back';

-- ---- conditions ----

create function ph.icd10_normalise(code text, dialect text default 'nhs') returns text
language c immutable parallel safe
as 'MODULE_PATHNAME', 'icd10_normalise_text';
comment on function ph.icd10_normalise(text, text) is
	'an ICD-10 code in capitals without punctuation and, for dialect nhs, '
	'without X filler and dagger or asterisk marks; NULL for what is no code, or more than one; dialect nhs or cm';

create function ph.icd10_valid(code text, dialect text default 'nhs') returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'icd10_valid';
comment on function ph.icd10_valid(text, text) is
	'whether something is an ICD-10 code at all: a letter, a digit, then a letter or digit; '
	'what is none adds nothing to a fold, and can be counted with this';

create function ph.several_codes(code text, dialect text default 'nhs') returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'several_codes';
comment on function ph.several_codes(text, text) is
	'whether a field of an ICD-10 or SNOMED code holds more than one: codes between commas, blanks, '
	'slashes or other signs, a range of codes, or codes run together; such a field is no code to any function';

create type ph.conditions;
create function ph_support.conditions_in(cstring) returns ph.conditions
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_in';
create function ph_support.conditions_out(ph.conditions) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_out';
create function ph_support.conditions_recv(internal) returns ph.conditions
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_recv';
create function ph_support.conditions_send(ph.conditions) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_send';
create type ph.conditions (
	input = ph_support.conditions_in, output = ph_support.conditions_out, receive = ph_support.conditions_recv,
	send = ph_support.conditions_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.conditions is
	'the set of conditions that a person has, a bitmap whose text form lists names: {mi,chf,F00}';
comment on function ph_support.conditions_in(cstring) is 'text input of ph.conditions';
comment on function ph_support.conditions_out(ph.conditions) is 'text output of ph.conditions';
comment on function ph_support.conditions_recv(internal) is 'binary input of ph.conditions';
comment on function ph_support.conditions_send(ph.conditions) is 'binary output of ph.conditions';

create function ph_support.conditions_fold_code(ph.conditions, text) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_fold_code';
create function ph_support.conditions_fold_code_dialect(ph.conditions, text, text) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_fold_code_dialect';
create function ph_support.conditions_fold_name(ph.conditions, text) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_fold_name';
create function ph_support.conditions_fold_item(ph.conditions, text, text) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_fold_item';
comment on function ph_support.conditions_fold_item(ph.conditions, text, text) is
	'support function of the conditions aggregates';
create function ph_support.conditions_final(ph.conditions) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_final';
comment on function ph_support.conditions_fold_code(ph.conditions, text) is
	'support function of the conditions aggregates';
comment on function ph_support.conditions_fold_code_dialect(ph.conditions, text, text) is
	'support function of the conditions aggregates';
comment on function ph_support.conditions_fold_name(ph.conditions, text) is
	'support function of the conditions aggregates';
comment on function ph_support.conditions_final(ph.conditions) is 'support function of the conditions aggregates';

create function ph.union(a ph.conditions, b ph.conditions) returns ph.conditions
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_union';
comment on function ph.union(ph.conditions, ph.conditions) is 'the conditions that either set holds; NULL adds nothing';
create function ph.intersection(a ph.conditions, b ph.conditions) returns ph.conditions
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_intersection';
comment on function ph.intersection(ph.conditions, ph.conditions) is 'the conditions that both sets hold';

create aggregate ph.conditions_of(code text) (
	sfunc = ph_support.conditions_fold_code, stype = ph.conditions, initcond = '{}',
	finalfunc = ph_support.conditions_final, combinefunc = ph.union, sspace = 64, parallel = safe
);
comment on aggregate ph.conditions_of(text) is
	'folds ICD-10 codes of a person, NHS dialect, into the conditions of every instrument at once; '
	'what is no code adds nothing';
create aggregate ph.conditions_of(code text, dialect text) (
	sfunc = ph_support.conditions_fold_code_dialect, stype = ph.conditions, initcond = '{}',
	finalfunc = ph_support.conditions_final, combinefunc = ph.union, sspace = 64, parallel = safe
);
comment on aggregate ph.conditions_of(text, text) is
	'folds ICD-10 codes of a person, dialect nhs or cm, into the conditions of every instrument at once';
create aggregate ph.conditions_named(name text) (
	sfunc = ph_support.conditions_fold_name, stype = ph.conditions, initcond = '{}',
	finalfunc = ph_support.conditions_final, combinefunc = ph.union, sspace = 64, parallel = safe
);
comment on aggregate ph.conditions_named(text) is
	'folds names of conditions, found by a join on any code system, into a set; an unknown name is an error';
create aggregate ph.conditions_named(name text, instrument text) (
	sfunc = ph_support.conditions_fold_item, stype = ph.conditions, initcond = '{}',
	finalfunc = ph_support.conditions_final, combinefunc = ph.union, sspace = 64, parallel = safe
);
comment on aggregate ph.conditions_named(text, text) is
	'folds the names that an instrument has for its conditions, such as cambridge or frailty_index, into a set; '
	'an unknown name is an error';
create aggregate ph.conditions_rollup(conditions ph.conditions) (
	sfunc = ph.union, stype = ph.conditions, initcond = '{}', finalfunc = ph_support.conditions_final,
	combinefunc = ph.union, sspace = 64, parallel = safe
);
comment on aggregate ph.conditions_rollup(ph.conditions) is 'the conditions that any of the sets holds';

create function ph.has(conditions ph.conditions, name text) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_has_name';
comment on function ph.has(ph.conditions, text) is
	'whether a set holds the condition of that name; an unknown name is an error';
create function ph.names(conditions ph.conditions, instrument text default null) returns text[]
language c immutable parallel safe
as 'MODULE_PATHNAME', 'conditions_names';
comment on function ph.names(ph.conditions, text) is
	'names of the conditions in a set, of one instrument, as that instrument calls them, or of all';

create function ph.conditions_equal(a ph.conditions, b ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_equal';
comment on function ph.conditions_equal(ph.conditions, ph.conditions) is 'implementation of operator =';
create operator ph.= (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph.conditions_equal, commutator = operator(ph.=),
	negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.conditions_not_equal(ph.conditions, ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_not_equal';
comment on function ph_support.conditions_not_equal(ph.conditions, ph.conditions) is 'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph_support.conditions_not_equal,
	commutator = operator(ph.<>), negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.conditions_less(ph.conditions, ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_less';
comment on function ph_support.conditions_less(ph.conditions, ph.conditions) is 'implementation of operator <';
create operator ph.< (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph_support.conditions_less,
	commutator = operator(ph.>), negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.conditions_less_or_equal(ph.conditions, ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_less_or_equal';
comment on function ph_support.conditions_less_or_equal(ph.conditions, ph.conditions) is
	'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph_support.conditions_less_or_equal,
	commutator = operator(ph.>=), negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.conditions_greater(ph.conditions, ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_greater';
comment on function ph_support.conditions_greater(ph.conditions, ph.conditions) is 'implementation of operator >';
create operator ph.> (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph_support.conditions_greater,
	commutator = operator(ph.<), negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.conditions_greater_or_equal(ph.conditions, ph.conditions) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_greater_or_equal';
comment on function ph_support.conditions_greater_or_equal(ph.conditions, ph.conditions) is
	'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.conditions, rightarg = ph.conditions, function = ph_support.conditions_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.conditions_compare(ph.conditions, ph.conditions) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'conditions_compare';
comment on function ph_support.conditions_compare(ph.conditions, ph.conditions) is
	'btree support: order by content, without meaning of its own';
create operator class ph.conditions_ops default for type ph.conditions using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.conditions_compare(ph.conditions, ph.conditions);

-- ---- instruments ----

create function ph.instrument_codes(
	out instrument text, out code_list text, out condition text, out label text, out code_prefix text,
	out weight_set text, out points numeric)
returns setof record
language c immutable parallel safe rows 700
as 'MODULE_PATHNAME', 'instrument_codes';
comment on function ph.instrument_codes() is
	'every code list and weight that the extension knows: one row an ICD-10 prefix and weight set; '
	'conditions that come by name have no prefix';

create function ph.charlson(
	conditions ph.conditions, weights text default 'charlson1987', hierarchy boolean default true,
	code_list text default 'quan2005')
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson';
comment on function ph.charlson(ph.conditions, text, boolean, text) is
	'Charlson index; weights charlson1987, quan2011, schneeweiss2003 (for LACE) or shmi (never below 0, '
	'meant for secondary diagnoses); hierarchy: the graver form alone counts; '
	'code lists quan2005, sundararajan2004 (ICD-10-AM), sweden2021 or shmi';
create function ph.charlson_age_adjusted(
	conditions ph.conditions, age_years integer, weights text default 'charlson1987', code_list text default 'quan2005')
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson_age_adjusted';
comment on function ph.charlson_age_adjusted(ph.conditions, integer, text, text) is
	'Charlson index with hierarchy plus a point a decade from age 50, four at most (Charlson et al. 1994); '
	'age in completed years, NULL where nobody has it';
create function ph.charlson_survival(conditions ph.conditions, age_years integer, code_list text default 'quan2005')
returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'charlson_survival';
comment on function ph.charlson_survival(ph.conditions, integer, text) is
	'estimated 10-year survival, 0.983 ^ exp(0.9 x age-adjusted index with the weights of 1987); '
	'a cohort of the 1980s: for comparing, not for telling anybody; NULL for an age that nobody has';
create function ph.elixhauser(
	conditions ph.conditions, weights text default 'vanwalraven2009', hierarchy boolean default true)
returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'elixhauser';
comment on function ph.elixhauser(ph.conditions, text, boolean) is
	'Elixhauser comorbidity score from the lists of Quan et al. 2005; '
	'weights vanwalraven2009, swiss2021 or ahrq2017 (mortality); may be negative';
create function ph.cambridge_multimorbidity(conditions ph.conditions, weights text default 'general')
returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cambridge_multimorbidity';
comment on function ph.cambridge_multimorbidity(ph.conditions, text) is
	'Cambridge Multimorbidity Score (Payne et al. 2020) of conditions folded by ph.conditions_named(name, '
	'''cambridge''); weights general, mortality, unplanned_admissions or consultations, of 37 conditions, '
	'or general_20 and so on, of 20';
create function ph.frailty_index(conditions ph.conditions, age_years float8 default null) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'frailty_index';
comment on function ph.frailty_index(ph.conditions, float8) is
	'electronic Frailty Index (Clegg et al. '
	'2016) of deficits folded by ph.conditions_named(name, ''frailty_index''): deficits / 36; '
	'fit, mild from 5, moderate from 9, severe from 13 deficits; validated from 65 on; its code lists are not shipped';
create function ph.hospital_frailty_risk(conditions ph.conditions, age_years float8 default null) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hospital_frailty_risk';
comment on function ph.hospital_frailty_risk(ph.conditions, float8) is
	'ph.hospital_frailty with its band and status: low below 5, intermediate to 15, high above; not_validated below 75';
create function ph.hospital_frailty(conditions ph.conditions) returns numeric
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'hospital_frailty';
comment on function ph.hospital_frailty(ph.conditions) is
	'Hospital Frailty Risk Score (Gilbert et al. 2018), exact to a tenth; '
	'low below 5, intermediate 5 to 15, high above 15; validated at 75 and over';

create function ph.explain(
	conditions ph.conditions, instrument text, weights text default null,
	out condition text, out label text, out points numeric, out counted boolean, out switched_off_by text)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'explain';
comment on function ph.explain(ph.conditions, text, text) is
	'what a score is made of: each condition, its points, '
	'whether it counted and what the hierarchy switched it off for; instrument as in ph.instrument_codes()';
create function ph.explain_codes(
	codes text[], event_dates date[], instrument text, weights text default null, dialect text default 'nhs',
	out code text, out event_date date, out condition text, out label text, out code_prefix text, out points numeric,
	out counted boolean, out switched_off_by text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_codes';
comment on function ph.explain_codes(text[], date[], text, text, text) is
	'why a person has that score: which code, on which date, matched which prefix of which condition '
	'of the instrument, with what weight, and what the hierarchy over all the codes switched it off for; '
	'from array_agg over the person''s events';

-- ---- admissions ----

create function ph.ambulatory_care_sensitive(
	primary_diagnosis text, secondary_diagnoses text[] default null, procedures text[] default null,
	code_list text default 'nhsof_2_3_i',
	out condition text, out condition_group text, out rule text)
returns setof record
language c immutable parallel safe rows 1
as 'MODULE_PATHNAME', 'ambulatory_care_sensitive';
comment on function ph.ambulatory_care_sensitive(text, text[], text[], text) is
	'the ambulatory-care-sensitive conditions for which an admission counts, '
	'by the positions of its diagnoses (ICD-10) and its procedures (OPCS-4); '
	'code_list nhsof_2_3_i (NHS Outcomes Framework 2.3.i, CCG OIS 2.6) or nhs_institute_19 (one source); '
	'count emergency admissions, first episodes, on the list''s own admission rules';
create function ph.is_emergency_admission(admission_method text, code_list text default 'nhsof_2_3_i') returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'is_emergency_admission';
comment on function ph.is_emergency_admission(text, text) is
	'whether a HES admission method is an emergency to a list of ambulatory-care-sensitive conditions';

-- ---- what each score is for ----

create function ph.instruments(
	out instrument text, out purpose text, out population text, out age_from integer, out age_to integer,
	out looks_back interval, out inputs text, out names_a_person boolean, out source text, out licence text)
returns setof record
language sql immutable parallel safe rows 20
set search_path = pg_catalog, pg_temp
as $$
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
	'what each score that is shipped is for: purpose, the population and ages in '
	'which its source validated it (age_to NULL: no upper end), how far back its source counted (NULL: '
	'it does not say), which inputs, whether it names a person for care or compares groups only, source and licence';

create function ph.fib4(
	age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text default 'nafld')
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'fib4';
comment on function ph.fib4(float8, float8, float8, float8, text) is
	'FIB-4, liver fibrosis (Sterling et al. 2006); cutoffs nafld (McPherson et al. '
	'2017, from 35, another lower edge from 65) or sterling';
create function ph.fib4_terms(
	age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text default 'nafld',
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'fib4_terms';
comment on function ph.fib4_terms(float8, float8, float8, float8, text) is
	'what FIB-4 is made of: each term''s contribution to its logarithm';

create function ph.news2(
	respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean,
	systolic_bp_mmhg float8, pulse_per_min float8, consciousness text, temperature_c float8,
	oxygen_scale integer default 1, age_years float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'news2';
comment on function ph.news2(float8, float8, boolean, float8, float8, text, float8, integer, float8) is
	'National Early Warning Score 2 (Royal College of Physicians 2017, who hold it): consciousness A, C, V, P or U; '
	'oxygen_scale 2 where the prescribed saturation is 88 to 92 %; '
	'low, low_medium (a single 3), medium from 5, high from 7; from 16 years, not in pregnancy';
create function ph.news2_terms(
	respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean,
	systolic_bp_mmhg float8, pulse_per_min float8, consciousness text, temperature_c float8,
	oxygen_scale integer default 1, age_years float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'news2_terms';
comment on function ph.news2_terms(float8, float8, boolean, float8, float8, text, float8, integer, float8) is
	'what NEWS2 is made of: each vital sign and its points';

create function ph.lace(
	length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'lace';
comment on function ph.lace(float8, boolean, float8, float8) is
	'LACE, readmission or death within 30 days (van Walraven et al. 2010); charlson with the weights schneeweiss2003; '
	'visits of the six months before the admission, without its own; low, moderate from 5, high from 10';
create function ph.lace_terms(
	length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'lace_terms';
comment on function ph.lace_terms(float8, boolean, float8, float8) is
	'what LACE is made of: each component and its points';

create function ph.hospital_score(
	haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean,
	urgent_admission boolean, admissions_12_months float8, length_of_stay_days float8)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hospital_score';
comment on function ph.hospital_score(float8, boolean, float8, boolean, boolean, float8, float8) is
	'HOSPITAL score, avoidable readmission within 30 days (Donze et al. 2013, 2016); results at discharge; '
	'low, intermediate from 5, high from 7';
create function ph.hospital_score_terms(
	haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean,
	urgent_admission boolean, admissions_12_months float8, length_of_stay_days float8,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'hospital_score_terms';
comment on function ph.hospital_score_terms(float8, boolean, float8, boolean, boolean, float8, float8) is
	'what the HOSPITAL score is made of: each component and its points';

create function ph.cha2ds2_vasc(
	age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean,
	diabetes boolean)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cha2ds2_vasc';
comment on function ph.cha2ds2_vasc(float8, text, boolean, boolean, boolean, boolean, boolean) is
	'CHA2DS2-VASc of adults with atrial fibrillation (Lip et al. 2010), 0 to 9; '
	'stroke: also transient ischaemic attack and thromboembolism';
create function ph.cha2ds2_vasc_terms(
	age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean, vascular_disease boolean,
	diabetes boolean,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 7
as 'MODULE_PATHNAME', 'cha2ds2_vasc_terms';
comment on function ph.cha2ds2_vasc_terms(float8, text, boolean, boolean, boolean, boolean, boolean) is
	'what CHA2DS2-VASc is made of: each component and its points';

create function ph.egfr(creatinine_umol_l float8, age_years float8, sex text, equation text default 'ckdepi2021')
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'egfr';
comment on function ph.egfr(float8, float8, text, text) is
	'estimated glomerular filtration rate in ml/min/1.73 m2 with its G category, from 18 years; '
	'equation ckdepi2021 (Inker et al. 2021) or ckdepi2009 (Levey et al. 2009, without a term for ethnicity)';
create function ph.egfr_terms(
	creatinine_umol_l float8, age_years float8, sex text, equation text default 'ckdepi2021',
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'egfr_terms';
comment on function ph.egfr_terms(float8, float8, text, text) is
	'what eGFR is made of: each term''s contribution to its logarithm';

create function ph.acr_category(acr_mg_mmol float8) returns text
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'acr_category';
comment on function ph.acr_category(float8) is
	'category of the albumin-creatinine ratio in mg/mmol: A1 below 3, A2 to 30, A3 above; NULL for what is none';

create function ph.kidney_failure_risk(
	age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer default 5,
	region text default 'non_north_america', variables integer default 4, diabetes boolean default null,
	hypertension boolean default null, albumin_g_l float8 default null, phosphate_mmol_l float8 default null,
	bicarbonate_mmol_l float8 default null, calcium_mmol_l float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'kidney_failure_risk';
comment on function ph.kidney_failure_risk(
	float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) is
	'kidney failure risk equation (Tangri et al. 2011, 2016): '
	'the share that will need dialysis or a transplant within 2 or 5 years, of adults with an eGFR below 60; '
	'region non_north_america (the UK) or north_america; variables 4, or 6 or 8, which rest on one source';
create function ph.kidney_failure_risk_terms(
	age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years integer default 5,
	region text default 'non_north_america', variables integer default 4, diabetes boolean default null,
	hypertension boolean default null, albumin_g_l float8 default null, phosphate_mmol_l float8 default null,
	bicarbonate_mmol_l float8 default null, calcium_mmol_l float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 8
as 'MODULE_PATHNAME', 'kidney_failure_risk_terms';
comment on function ph.kidney_failure_risk_terms(
	float8, text, float8, float8, integer, text, integer, boolean, boolean, float8, float8, float8, float8) is
	'what the kidney failure risk is made of: each term''s contribution to the linear predictor';

create function ph.score2(
	age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8,
	total_cholesterol_mmol_l float8, hdl_cholesterol_mmol_l float8, diabetes boolean default false,
	equation text default 'by_age', age_at_diabetes_diagnosis_years float8 default null,
	hba1c_mmol_mol float8 default null, egfr_ml_min float8 default null)
returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score2';
comment on function ph.score2(
	float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) is
	'SCORE2, SCORE2-OP or SCORE2-Diabetes (2021, 2023): '
	'the share that will have a cardiovascular event within ten years; region low (the UK), moderate, '
	'high or very_high; equation by_age: score2 from 40, score2_op from 70 to 89; or score2_diabetes, '
	'of people with diabetes, which alone reads the last three inputs (else not_used in the status)';
create function ph.score2_terms(
	age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8,
	total_cholesterol_mmol_l float8, hdl_cholesterol_mmol_l float8, diabetes boolean default false,
	equation text default 'by_age', age_at_diabetes_diagnosis_years float8 default null,
	hba1c_mmol_mol float8 default null, egfr_ml_min float8 default null,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 17
as 'MODULE_PATHNAME', 'score2_terms';
comment on function ph.score2_terms(
	float8, text, text, boolean, float8, float8, float8, boolean, text, float8, float8, float8) is
	'what SCORE2 is made of: each term''s contribution to the linear predictor, before recalibration to the region';

-- ---- one pass of a regression ----

create type ph.regression;
create function ph_support.regression_in(cstring) returns ph.regression
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_in';
create function ph_support.regression_out(ph.regression) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_out';
create function ph_support.regression_recv(internal) returns ph.regression
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_recv';
create function ph_support.regression_send(ph.regression) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'regression_send';
create type ph.regression (
	input = ph_support.regression_in, output = ph_support.regression_out, receive = ph_support.regression_recv,
	send = ph_support.regression_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.regression is
	'what one pass of a regression sums up over its rows; passes over parts of the rows combine. Holds no rows';
comment on function ph_support.regression_in(cstring) is 'text input of ph.regression';
comment on function ph_support.regression_out(ph.regression) is 'text output of ph.regression';
comment on function ph_support.regression_recv(internal) is 'binary input of ph.regression';
comment on function ph_support.regression_send(ph.regression) is 'binary output of ph.regression';

create function ph_support.regression_fold(
	ph.regression, pass text, family text, response float8, x float8[], weight float8, "offset" float8,
	parameters float8[], single boolean)
returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_fold';
create function ph_support.regression_combine(ph.regression, ph.regression) returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_combine';
create function ph_support.regression_fold_outer(ph.regression, scores ph.regression) returns ph.regression
language c immutable parallel safe
as 'MODULE_PATHNAME', 'regression_fold_outer';
create function ph_support.log_exposure(exposure float8, events float8) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'log_exposure';
create function ph_support.frequency_weight(weight float8) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'frequency_weight';
comment on function ph_support.regression_fold(
	ph.regression, text, text, float8, float8[], float8, float8, float8[], boolean) is
	'support function of the regression aggregates';
comment on function ph_support.regression_combine(ph.regression, ph.regression) is
	'support function of the regression aggregates';
comment on function ph_support.regression_fold_outer(ph.regression, ph.regression) is
	'support function of the regression aggregates';
comment on function ph_support.log_exposure(float8, float8) is
	'the offset of an exposure: its logarithm; NULL for 0, so that the row is left out and counted; '
	'events where it is 0 are an error';
comment on function ph_support.frequency_weight(float8) is
	'the weight itself; one that is no whole number of rows is an error';

create aggregate ph.regression_sums(
	pass text, family text, response float8, x float8[], weight float8, "offset" float8, parameters float8[],
	single boolean) (
	sfunc = ph_support.regression_fold, stype = ph.regression, combinefunc = ph_support.regression_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.regression_sums(text, text, float8, float8[], float8, float8, float8[], boolean) is
	'one pass of a regression of family linear, logistic or poisson, x with a 1 for the intercept: '
	'pass products (exact cross products of x and response), start, step (gradient and Hessian at the coefficients), '
	'scores (the gradient alone), squares (of the residuals); parameters: '
	'the centre of each x, the coefficients of the centred x, the direction of the last step, as the pass needs them; '
	'single: a row is one observation whatever its weight; rows with a NULL are counted and left out';
create aggregate ph.regression_outer(scores ph.regression) (
	sfunc = ph_support.regression_fold_outer, stype = ph.regression, combinefunc = ph_support.regression_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.regression_outer(ph.regression) is
	'folds the scores of clusters, one row each, into the sum of their outer products';

-- ---- models ----

create type ph.model as (
	family text,
	terms text[],
	coefficients float8[],
	covariance float8[],
	centre float8[],
	baseline_survival float8,
	status text,
	variance text,
	rows bigint,
	rows_left_out bigint,
	clusters bigint,
	rank integer,
	degrees_of_freedom float8,
	iterations integer,
	log_likelihood float8,
	null_log_likelihood float8,
	deviance float8,
	null_deviance float8,
	pearson float8,
	residual_standard_error float8,
	r_squared float8,
	aic float8,
	bic float8,
	note text
);
comment on type ph.model is
	'a regression model as a value: family linear, logistic, poisson or cox; terms, of which (intercept) is always 1; '
	'coefficients, NULL where the terms before make up the term, and none at all where the fit failed; covariance; '
	'centre, taken off each term; baseline_survival of a Cox model at its horizon; '
	'status ok, given, collinear, separation, one_class, no_events, no_rows, not_converged, singular. Holds no rows';
comment on column ph.model.family is 'linear, logistic, poisson or cox';
comment on column ph.model.terms is 'names of the terms, of which (intercept) is always 1';
comment on column ph.model.coefficients is
	'one a term; NULL where the terms before make up the term; none at all where the fit failed';
comment on column ph.model.covariance is 'of the coefficients, a row a term';
comment on column ph.model.centre is 'what is taken off each term; NULL for nothing';
comment on column ph.model.baseline_survival is
	'of a Cox model: survival at its horizon where every term is at its centre';
comment on column ph.model.status is
	'ok, given, collinear, separation, one_class, no_events, no_rows, not_converged or singular';
comment on column ph.model.variance is 'how the covariance was found: model, hc0, hc1, cluster or cluster0';
comment on column ph.model.rows is 'rows that were fitted';
comment on column ph.model.rows_left_out is 'rows with a NULL, and rows without exposure';
comment on column ph.model.clusters is 'clusters of the variance; NULL without';
comment on column ph.model.rank is 'terms that are not made up of others';
comment on column ph.model.degrees_of_freedom is
	'residual: observations less rank: rows, or their frequencies added up';
comment on column ph.model.iterations is 'passes of Newton''s method';
comment on column ph.model.log_likelihood is 'at the coefficients';
comment on column ph.model.null_log_likelihood is 'log-likelihood of the intercept, and the offset, alone';
comment on column ph.model.deviance is 'at the coefficients; of a linear model the residual sum of squares';
comment on column ph.model.null_deviance is 'deviance of the intercept, and the offset, alone';
comment on column ph.model.pearson is 'sum of squared residuals over their variances';
comment on column ph.model.residual_standard_error is 'of a linear model';
comment on column ph.model.r_squared is 'of a linear model: the share of the squares that is explained';
comment on column ph.model.aic is 'Akaike''s information criterion';
comment on column ph.model.bic is 'Bayesian information criterion';
comment on column ph.model.note is 'what to be careful with, such as the terms that are collinear';

create function ph.given_model(
	family text, terms text[], coefficients float8[], centre float8[] default null,
	baseline_survival float8 default null)
returns ph.model
language c immutable parallel safe
as 'MODULE_PATHNAME', 'given_model';
comment on function ph.given_model(text, text[], float8[], float8[], float8) is
	'a model from a paper or from elsewhere: family linear, logistic, poisson or cox; the term (intercept) '
	'is always 1; centre is taken off each term; a Cox model needs its baseline survival at the horizon';

create function ph.coefficients(
	model ph.model, confidence float8 default 0.95,
	out term text, out coefficient float8, out standard_error float8, out statistic float8, out p_value float8,
	out lower float8, out upper float8, out ratio float8, out ratio_lower float8, out ratio_upper float8,
	out note text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'coefficients';
comment on function ph.coefficients(ph.model, float8) is
	'a row a term: coefficient, standard error, t (linear; of G clusters with G - 1 degrees of freedom) or z, p, '
	'limits, and exp of coefficient and limits: an odds, rate or hazard ratio';

create function ph.score(model ph.model, x float8[], exposure float8 default 1) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score_list';
comment on function ph.score(ph.model, float8[], float8) is
	'the answer of a model for one person, x in the order of its terms without the intercept: a mean, a probability, '
	'events expected in the exposure, or the Cox risk 1 - S0 ^ exp(predictor); what is missing is said in the status';
create function ph.score_by_name(model ph.model, x jsonb, exposure float8 default 1) returns ph.risk_score
language c immutable parallel safe
as 'MODULE_PATHNAME', 'score_named';
comment on function ph.score_by_name(ph.model, jsonb, float8) is
	'the answer of a model for one person, values by the names of its terms: to_jsonb(row) serves; '
	'other names are passed over';
create function ph.explain_score(
	model ph.model, x float8[], exposure float8 default 1,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_list';
comment on function ph.explain_score(ph.model, float8[], float8) is
	'what each term adds to the linear predictor of a model for one person';
create function ph.explain_score_by_name(
	model ph.model, x jsonb, exposure float8 default 1,
	out term text, out value float8, out contribution float8, out status text)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'explain_named';
comment on function ph.explain_score_by_name(ph.model, jsonb, float8) is
	'what each term adds to the linear predictor of a model for one person, values by name';

create function ph.fit(
	family text, query text, response text default null, terms text[] default null, exposure text default null,
	offset_column text default null, weight text default null, weight_type text default 'frequency',
	cluster text default null, variance text default 'model', intercept boolean default true,
	max_iterations integer default 50)
returns ph.model
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'fit';
comment on function ph.fit(text, text, text, text[], text, text, text, text, text, text, boolean, integer) is
	'fits a linear, logistic or Poisson regression over the rows of a query: the response is its first column '
	'unless named, the terms all columns without another part; exposure is person-time of a Poisson model; '
	'weights are frequency (whole numbers), probability, or, of a linear model, precision (variance sigma^2 / weight); '
	'variance model, hc0, hc1 (White 1980), cluster or cluster0 (Liang and Zeger 1986). '
	'Every pass is one parallel query under the snapshot of the calling statement; '
	'rows with a NULL are left out and counted; a fit that fails has a status that says why and no coefficients';

-- ---- risk tiers ----

create function ph.risk_tier(score float8, cuts float8[] default '{0.005,0.05,0.20}', ties text default 'down')
returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'risk_tier';
comment on function ph.risk_tier(float8, float8[], text) is
	'window function over (order by score desc, person_id): tier 1 above the first cut, 2 above the second, ...; '
	'cuts are shares of the people with a score; '
	'people tied across a cut go down, up, or are split in the window''s order';
create function ph.capacity_tier(score float8, places float8[], ties text default 'down') returns integer
language c window immutable parallel safe
as 'MODULE_PATHNAME', 'capacity_tier';
comment on function ph.capacity_tier(float8, float8[], text) is
	'window function over (order by score desc, person_id): '
	'tier 1 for those that the first places have room for, 2 for the next, ..., and one more for the rest; '
	'people tied at the last place go down (so that there is room for all), up, or are split in the window''s order';
create function ph.tier_cuts(
	tally ph.tally, cuts float8[] default '{0.005,0.05,0.20}', ties text default 'down',
	out tier integer, out cut float8, out score float8, out wanted float8, out placed float8, out tied float8)
returns setof record
language c immutable parallel safe rows 4
as 'MODULE_PATHNAME', 'tier_cuts';
comment on function ph.tier_cuts(ph.tally, float8[], text) is
	'asked of a tally keyed by score: people wanted above each cut, placed there by the tie rule, '
	'and tied at the score where it falls';
create function ph.risk_band(score float8, edges float8[]) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'risk_band';
comment on function ph.risk_band(float8, float8[]) is
	'band between fixed edges in descending order: 1 at or above the first edge, 2 at or above the second, ...';

-- ---- judging a score: discrimination ----

create function ph.auroc(tally ph.tally, confidence float8 default 0.95, limits text default 'delong')
returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'auroc';
comment on function ph.auroc(ph.tally, float8, text) is
	'area under the ROC curve of a tally keyed by score, ph.person_tally(score, outcome): '
	'the chance that somebody with the outcome has a higher score than somebody without, ties counting half; '
	'limits delong (DeLong et al. 1988) or logit; people without score or outcome are left out and counted; '
	'notes: no_data, one_class, left_out, limit_undefined';
create function ph.average_precision(tally ph.tally, confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'average_precision';
comment on function ph.average_precision(ph.tally, float8) is
	'area under precision against recall, in steps, tied scores as one block; '
	'limits on the logit (Boyd, Eng and Page 2013); a useless score reaches the prevalence';
create function ph.roc(
	tally ph.tally,
	out threshold float8, out true_positives float8, out false_positives float8, out false_negatives float8,
	out true_negatives float8, out sensitivity float8, out specificity float8, out positive_predictive_value float8)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'roc';
comment on function ph.roc(ph.tally) is
	'a row a score from the highest: who is flagged at or above it, and who of them has the outcome';
create function ph.top_shares(
	tally ph.tally, shares float8[] default '{0.005,0.01,0.02,0.05,0.1,0.2}',
	out share float8, out people float8, out threshold float8, out events float8,
	out positive_predictive_value float8, out sensitivity float8, out lift float8, out people_at_threshold float8,
	out positive_predictive_value_at_threshold float8, out sensitivity_at_threshold float8)
returns setof record
language c immutable parallel safe rows 6
as 'MODULE_PATHNAME', 'top_shares';
comment on function ph.top_shares(ph.tally, float8[]) is
	'what the top shares of the people hold: people (rounded up), the score at the edge, '
	'people with the outcome among them (tied ones in proportion), positive predictive value, sensitivity and lift; '
	'and the same for all at or above the edge';
create function ph.concordance(tallies ph.tally[], confidence float8 default 0.95) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'concordance';
comment on function ph.concordance(ph.tally[], float8) is
	'Harrell''s C of a tally a score, in ascending order of the scores, each keyed by follow-up time as '
	'for ph.survival; standard error by infinitesimal jackknife; notes: no_comparable_pairs, left_out';

-- ---- judging a score: calibration ----

create type ph.calibration as (
	people float8,
	observed float8,
	expected float8,
	observed_to_expected float8,
	observed_to_expected_lower float8,
	observed_to_expected_upper float8,
	in_the_large float8,
	in_the_large_lower float8,
	in_the_large_upper float8,
	slope float8,
	slope_lower float8,
	slope_upper float8,
	slope_intercept float8,
	brier float8,
	brier_scaled float8,
	log_loss float8,
	spiegelhalter_z float8,
	spiegelhalter_p float8,
	without_logit float8,
	note text
);
comment on type ph.calibration is
	'predicted against observed: their ratio with exact Poisson limits; '
	'calibration in the large (intercept where the slope is 1) and slope, both 0 and 1 where risks are right; '
	'Brier score, its improvement over the prevalence alone, log loss, Spiegelhalter''s test; '
	'people of risk 0 or 1, who have no logit';
comment on column ph.calibration.people is 'people with a risk and an outcome';
comment on column ph.calibration.observed is 'people with the outcome';
comment on column ph.calibration.expected is 'sum of the predicted risks';
comment on column ph.calibration.observed_to_expected is 'observed / expected';
comment on column ph.calibration.observed_to_expected_lower is 'its lower limit, exact Poisson';
comment on column ph.calibration.observed_to_expected_upper is 'its upper limit, exact Poisson';
comment on column ph.calibration.in_the_large is
	'calibration in the large: the intercept, on the logit, where the slope is 1; 0 where risks are right';
comment on column ph.calibration.in_the_large_lower is 'its lower confidence limit';
comment on column ph.calibration.in_the_large_upper is 'its upper confidence limit';
comment on column ph.calibration.slope is
	'calibration slope, on the logit; 1 where risks are right, below 1 where they are too extreme';
comment on column ph.calibration.slope_lower is 'its lower confidence limit';
comment on column ph.calibration.slope_upper is 'its upper confidence limit';
comment on column ph.calibration.slope_intercept is 'the intercept that goes with the slope';
comment on column ph.calibration.brier is 'Brier score: the mean squared difference of risk and outcome';
comment on column ph.calibration.brier_scaled is
	'its improvement over giving everybody the prevalence: 1 perfect, 0 none';
comment on column ph.calibration.log_loss is 'mean negative log-likelihood of an outcome';
comment on column ph.calibration.spiegelhalter_z is 'statistic of Spiegelhalter''s test, a standard normal';
comment on column ph.calibration.spiegelhalter_p is 'its two-sided p';
comment on column ph.calibration.without_logit is
	'people of risk 0 or 1, who have no logit and are not in intercept and slope';
comment on column ph.calibration.note is 'why there is no answer, or what was left out';
create function ph.calibration(tally ph.tally, confidence float8 default 0.95) returns ph.calibration
language c immutable parallel safe
as 'MODULE_PATHNAME', 'calibration';
comment on function ph.calibration(ph.tally, float8) is
	'calibration of a tally keyed by predicted risk, ph.person_tally(risk, outcome); '
	'notes: no_data, left_out, one_class, no_slope, risk_0_or_1';
create function ph.calibration_groups(
	tally ph.tally, groups integer default 10, confidence float8 default 0.95,
	out risk_group integer, out people float8, out lowest float8, out highest float8, out expected float8,
	out observed float8, out mean_predicted float8, out observed_share float8, out lower float8, out upper float8)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'calibration_groups';
comment on function ph.calibration_groups(ph.tally, integer, float8) is
	'expected against observed from the lowest risks to the highest, in groups as equal as ties let them be (rank r '
	'of n: group floor((r - 1) groups / n), tied people together), with Wilson limits';
create function ph.hosmer_lemeshow(tally ph.tally, groups integer default 10) returns ph.test
language c immutable parallel safe
as 'MODULE_PATHNAME', 'hosmer_lemeshow';
comment on function ph.hosmer_lemeshow(ph.tally, integer) is
	'Hosmer and Lemeshow''s test of risks that were not fitted to these people: '
	'degrees of freedom are the groups of ph.calibration_groups';
create function ph.recalibrated(risk float8, intercept float8, slope float8 default 1) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'recalibrated';
comment on function ph.recalibrated(float8, float8, float8) is
	'a risk from anywhere after recalibration, with in_the_large alone or slope_intercept and slope of ph.calibration; '
	'NULL for what is no risk between 0 and 1';
create function ph.recalibrate(model ph.model, tally ph.tally, method text default 'intercept') returns ph.model
language c immutable parallel safe
as 'MODULE_PATHNAME', 'recalibrate';
comment on function ph.recalibrate(ph.model, ph.tally, text) is
	'a logistic model moved to the population in which its risks were tallied: '
	'method intercept or intercept_and_slope; a new model, without what was known of the fit of the old';

create function ph.net_benefit(
	tally ph.tally, thresholds float8[] default '{0.05,0.1,0.2,0.3}',
	out threshold float8, out true_positives float8, out false_positives float8, out net_benefit float8,
	out net_benefit_all float8, out net_benefit_none float8, out standardised float8, out avoided_per_100 float8)
returns setof record
language c immutable parallel safe rows 10
as 'MODULE_PATHNAME', 'net_benefit';
comment on function ph.net_benefit(ph.tally, float8[]) is
	'decision curve (Vickers and Elkin 2006) of a tally keyed by predicted risk: '
	'net benefit of helping those at or above each threshold, beside helping all and none; '
	'standardised by the prevalence; how many of 100 need not be helped against helping all';

-- ---- rules of segmentation schemes ----

create function ph.count_true(variadic conditions boolean[]) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'count_true';
comment on function ph.count_true(boolean[]) is
	'how many of the conditions are true; one that is not known is not counted. '
	'For k of n in a rule: ph.count_true(a, b, c) >= 2';

create function ph.unresolved(diagnosed timestamptz, resolved timestamptz) returns boolean
language sql stable parallel safe
return ph_support.day(diagnosed) is not null
	and (ph_support.day(resolved) is null or ph_support.day(diagnosed) > ph_support.day(resolved));
comment on function ph.unresolved(timestamptz, timestamptz) is
	'whether the last diagnosis is after the last note that it has resolved, by days of the session''s time zone; '
	'never NULL; rules may ask it of dates and timestamps';

create function ph.check_rule(
	expression text, inputs text[], types regtype[],
	out expression_checked text, out inputs_used text[], out always text)
returns record
language c stable strict parallel unsafe
as 'MODULE_PATHNAME', 'check_rule';
comment on function ph.check_rule(text, text[], regtype[]) is
	'a rule as PostgreSQL writes it after analysis against the declared inputs, the inputs that it reads, '
	'and what can be shown: never true, or true wherever its inputs are known; '
	'an error with its position where it is not one boolean expression of immutable functions, '
	'operators and casts of pg_catalog and population_health';

create function ph.rule_implied(expression text, by text[], inputs text[], types regtype[]) returns boolean
language c stable strict parallel unsafe
as 'MODULE_PATHNAME', 'rule_implied';
comment on function ph.rule_implied(text, text[], text[], regtype[]) is
	'whether it can be shown that one of the other rules is true wherever this one is, '
	'so that it can never win over them; false where it cannot be shown';

create function ph.rule_type(of_column regtype) returns text
language sql stable parallel safe
begin atomic
	select case typtype
		when 'e' then 'text'
		when 'd' then pg_catalog.format_type(typbasetype, -1)
		else pg_catalog.format_type(oid, -1) end
	from pg_catalog.pg_type
	where oid = of_column;
end;
comment on function ph.rule_type(regtype) is
	'the type of an input that takes the values of a column of this type: text for an enum, what a domain is of';

-- ---- segmentation schemes as data ----

create table ph.scheme (
	scheme text not null check (scheme <> ''),
	version text not null check (version <> ''),
	label text not null,
	source text,
	certainty text check (certainty in ('read', 'derived', 'from memory', 'ours')),
	precedence text check (precedence in ('source', 'ours')),
	valid_from date,
	used_at timestamptz,
	primary key (scheme, version)
);
comment on table ph.scheme is
	'segmentation schemes that are shipped: read only; '
	'copy one into tables of your own with ph.copy_scheme to change it';
comment on column ph.scheme.scheme is 'name of the scheme';
comment on column ph.scheme.version is 'version of the scheme';
comment on column ph.scheme.label is 'name to show';
comment on column ph.scheme.source is 'where the scheme comes from';
comment on column ph.scheme.valid_from is 'day from which the version is meant to hold';
comment on column ph.scheme.certainty is 'read in the source, derived from it, from memory, or ours';
comment on column ph.scheme.precedence is 'whether the order of the segments is the source''s or ours';
comment on column ph.scheme.used_at is 'when it was first used: from then on the version cannot change';

create table ph.scheme_input (
	scheme text not null,
	version text not null,
	input text not null check (input not in ('', 'person_id')),
	type text not null,
	description text,
	code_list text,
	activity boolean not null default false,
	primary key (scheme, version, input),
	foreign key (scheme, version) references ph.scheme on delete cascade
);
comment on table ph.scheme_input is
	'the inputs that the rules of a scheme may name: a column of the relation of people each';
comment on column ph.scheme_input.scheme is 'name of the scheme';
comment on column ph.scheme_input.version is 'version of the scheme';
comment on column ph.scheme_input.input is 'name of the input: the column of the relation of people';
comment on column ph.scheme_input.type is 'its type in SQL, without a length';
comment on column ph.scheme_input.description is 'what it is, in words';
comment on column ph.scheme_input.code_list is 'list of the shared table code_list that the input comes from';
comment on column ph.scheme_input.activity is
	'whether it is use of services or spend: a scheme by activity explains activity by itself';

create table ph.scheme_segment (
	scheme text not null,
	version text not null,
	segment text not null check (segment <> ''),
	rank integer not null,
	kind text not null default 'segment' check (kind in ('segment', 'default', 'flag')),
	parent text check (parent <> segment),
	label text,
	source text,
	primary key (scheme, version, segment),
	unique (scheme, version, rank),
	check (kind = 'segment' or parent is null),
	foreign key (scheme, version) references ph.scheme on delete cascade,
	foreign key (scheme, version, parent) references ph.scheme_segment
);
create unique index scheme_segment_default on ph.scheme_segment (scheme, version) where kind = 'default';
comment on table ph.scheme_segment is
	'the segments of a scheme: rank 1 is the highest need and wins; kind segment is exclusive, '
	'default takes whom no rule matches, flag overlaps everything; parent nests a segment in another';
comment on column ph.scheme_segment.scheme is 'name of the scheme';
comment on column ph.scheme_segment.version is 'version of the scheme';
comment on column ph.scheme_segment.segment is 'name of the segment';
comment on column ph.scheme_segment.rank is 'order of need: 1 is the highest and wins';
comment on column ph.scheme_segment.kind is 'segment, default (whom no rule matches) or flag (overlaps everything)';
comment on column ph.scheme_segment.parent is 'segment within which it lies';
comment on column ph.scheme_segment.label is 'name to show';
comment on column ph.scheme_segment.source is 'where it was read';

create table ph.scheme_rule (
	scheme text not null,
	version text not null,
	rule_order integer not null,
	rule text not null check (rule <> ''),
	segment text not null,
	effect text not null default 'assign' check (effect in ('assign', 'promote', 'demote')),
	expression text not null,
	says text,
	source text,
	certainty text check (certainty in ('read', 'derived', 'from memory', 'ours')),
	checked text,
	inputs text[],
	primary key (scheme, version, rule),
	unique (scheme, version, rule_order),
	foreign key (scheme, version, segment) references ph.scheme_segment on delete cascade
);
comment on table ph.scheme_rule is
	'the rules of a scheme: a boolean SQL expression over the inputs each; '
	'a segment wins when any of its rules is true and no segment of higher need is; '
	'promote and demote move a person after that';
comment on column ph.scheme_rule.scheme is 'name of the scheme';
comment on column ph.scheme_rule.version is 'version of the scheme';
comment on column ph.scheme_rule.rule_order is 'order in which rules are shown, and in which people are moved';
comment on column ph.scheme_rule.rule is 'name of the rule';
comment on column ph.scheme_rule.segment is 'segment that it assigns or moves people to';
comment on column ph.scheme_rule.effect is 'assign, promote or demote';
comment on column ph.scheme_rule.expression is 'the rule as it was written: boolean SQL over the inputs';
comment on column ph.scheme_rule.source is 'where it was read';
comment on column ph.scheme_rule.certainty is 'read in the source, derived from it, from memory, or ours';
comment on column ph.scheme_rule.inputs is 'inputs that the expression reads';
comment on column ph.scheme_rule.says is 'the rule in plain words, to the person: "you ..."';
comment on column ph.scheme_rule.checked is 'the expression as PostgreSQL writes it after its check; this is what runs';

grant select on ph.scheme, ph.scheme_input, ph.scheme_segment, ph.scheme_rule to public;

create function ph_support.scheme_tables() returns text[]
language sql immutable parallel safe
return '{scheme,scheme_input,scheme_segment,scheme_rule}'::text[];
comment on function ph_support.scheme_tables() is 'the tables that schemes are rows of, parents before their children';

-- Every change of a version, and its first use, updates the row of the version. So two at one time never both
-- succeed: the second waits and looks again, or gets 40001 where its snapshot is older.

create function ph_support.require_segment_table(schema text, name text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.%I', schema, name)) is null then
		raise exception 'argument "schema" must be a schema with the table %', name
			using errcode = 'undefined_table',
				hint = 'CALL ph.create_segment_tables(...) makes it in a schema of yours.';
	end if;
end
$$;
comment on function ph_support.require_segment_table(text, text) is
	'does nothing where the schema has this table of ph.create_segment_tables. Errors: undefined_table';

create function ph_support.require_scheme(schema text, scheme text, version text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute format('select exists (select from %I.scheme where scheme = $1 and version = $2)', schema)
	into there
	using scheme, version;
	if not there then
		raise exception 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema
			using errcode = 'undefined_object',
				hint = format('SELECT scheme, version FROM %I.scheme lists what there is.', schema);
	end if;
end
$$;
comment on function ph_support.require_scheme(text, text, text) is
	'does nothing where the schema has this version of the scheme. Errors: undefined_table, undefined_object';

create function ph_support.scheme_fingerprint(schema text, scheme text, version text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	content text;
begin
	-- as jsonb a row is written the same whatever the order of its columns
	execute (
		select format('select concat_ws(chr(10), %s)', string_agg(format($query$(
			select string_agg(line, chr(10) order by line collate "C")
			from (
				select (to_jsonb(r) - '{used_at,used_as,copied_from}'::text[])::text as line
				from %I.%I r
				where r.scheme = $1 and r.version = $2
			) part)$query$, schema, name), ', ' order by name))
		from unnest(ph_support.scheme_tables()) name)
	into content
	using scheme, version;
	return encode(sha256(convert_to(content, 'UTF8')), 'hex');
end
$$;
comment on function ph_support.scheme_fingerprint(text, text, text) is
	'SHA-256 of the rows of a version of a scheme: its inputs, segments and rules';

create function ph_support.changed_since_used(schema text, scheme text, version text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	changed boolean;
begin
	if schema = 'ph' then
		return false;  -- what is shipped cannot change
	end if;
	execute format($query$
		select used_at is not null and used_as is distinct from ph_support.scheme_fingerprint($1, $2, $3)
		from %I.scheme
		where scheme = $2 and version = $3$query$, schema)
	into changed
	using schema, scheme, version;
	return changed;
end
$$;
comment on function ph_support.changed_since_used(text, text, text) is
	'whether a version that was used is no longer what it was then, or is not known to be: '
	'it was changed while its triggers were missing';

create procedure ph_support.lock_scheme(schema text, scheme text, version text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	is_unused constant text := format(
		'select used_at is null from %I.scheme where scheme = $1 and version = $2', schema);
	unused boolean;
begin
	if schema = 'ph' then
		return;
	end if;
	execute is_unused into unused using scheme, version;
	if unused then  -- the row is waited for before what is locked is read
		execute is_unused || ' for no key update' into unused using scheme, version;
	end if;
	if unused then
		execute format($query$
			update %I.scheme
			set used_at = now(), used_as = ph_support.scheme_fingerprint($1, $2, $3)
			where scheme = $2 and version = $3$query$, schema)
		using schema, scheme, version;
	elsif ph_support.changed_since_used(schema, scheme, version) then
		raise exception 'version "%" of scheme "%" was changed since it was used', version, scheme
			using errcode = '55006', hint =
				'Its triggers were missing: attach them with CALL ph.create_segment_tables(...), '
				'and make a new version of what there is with CALL ph.copy_scheme(...).';
	end if;
end
$$;
comment on procedure ph_support.lock_scheme(text, text, text) is
	'ph.use_scheme, which does nothing where the schema has no such version: '
	'a history can be of a scheme of another schema';

create procedure ph.use_scheme(schema text, scheme text, version text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_scheme(schema, scheme, version);
	call ph_support.lock_scheme(schema, scheme, version);
end
$$;
comment on procedure ph.use_scheme(text, text, text) is
	'locks a version of a scheme: from now on it cannot change; '
	'segment views call it before they read the rules. Errors: '
	'undefined_object, 55006 where the version was changed since its first use, while its triggers were missing';

-- A version that was used does not change, in whichever schema its tables are.
create function ph_support.keep_used_scheme() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of_scheme text := case when tg_op = 'INSERT' then new.scheme else old.scheme end;
	of_version text := case when tg_op = 'INSERT' then new.version else old.version end;
	used timestamptz;
begin
	if tg_op = 'UPDATE' and (new.scheme, new.version) <> (old.scheme, old.version) then
		raise exception 'the scheme and version of a row cannot change'
			using errcode = '55006', hint = 'Insert it anew.';
	end if;
	if tg_table_name = 'scheme' and tg_table_schema <> 'ph' and tg_op = 'INSERT'
		and exists (select from ph.scheme s where s.scheme = of_scheme)
	then
		raise exception 'the name "%" belongs to a scheme that is shipped', of_scheme
			using errcode = '42939', hint = 'Give your scheme a name of its own.';
	end if;
	if tg_table_name = 'scheme' then
		used := case when tg_op <> 'INSERT' then old.used_at end;
	else
		execute format($query$
			update %I.scheme
			set used_at = used_at
			where scheme = $1 and version = $2
			returning used_at$query$, tg_table_schema)
		into used
		using of_scheme, of_version;
	end if;
	if used is not null then
		raise exception 'version "%" of scheme "%" was used and cannot change', of_version, of_scheme
			using errcode = '55006', hint = 'Make a new version: CALL ph.copy_scheme(...).';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function ph_support.keep_used_scheme() is
	'trigger of scheme tables: a version that was used does not change';

create function ph_support.check_scheme_input() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	-- the type is read, and refused where a rule could not use it
	perform ph.check_rule('true', array[new.input], array[new.type::regtype]);
	-- without a length: "character" alone would mean one letter
	new.type := format_type(new.type::regtype, -1);
	return new;
end
$$;
comment on function ph_support.check_scheme_input() is
	'trigger of scheme tables: the type of an input must be known and one that a rule may use';

create function ph_support.check_scheme_segment() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	circle boolean;
begin
	execute format($query$
		with recursive above (segment) as (
			select $3
			union
			select s.parent
			from above
			join %I.scheme_segment s on s.scheme = $1 and s.version = $2 and s.segment = above.segment
		)
		select $4 in (select segment from above where segment is not null)$query$, tg_table_schema)
	into circle
	using new.scheme, new.version, new.parent, new.segment;
	if circle then
		raise exception 'segment "%" would be its own parent', new.segment
			using errcode = '23514', hint = 'Parents must not go in a circle.';
	end if;
	return new;
end
$$;
comment on function ph_support.check_scheme_segment() is 'trigger of scheme tables: parents do not go in a circle';

create function ph_support.keep_read_input() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reader text;
begin
	if tg_op = 'UPDATE' and (new.input, new.type) = (old.input, old.type) then
		return null;
	end if;
	-- with its scheme an input goes whatever reads it
	execute format($query$
		select min(r.rule)
		from %1$I.scheme_rule r
		join %1$I.scheme s using (scheme, version)
		where r.scheme = $1 and r.version = $2 and $3 = any (r.inputs)$query$, tg_table_schema)
	into reader
	using old.scheme, old.version, old.input;
	if reader is not null then
		raise exception 'rule "%" reads input "%"', reader, old.input
			using errcode = '55006', hint = 'Delete the rules that read it first.';
	end if;
	return null;
end
$$;
comment on function ph_support.keep_read_input() is
	'trigger of scheme tables: an input that a rule reads keeps its name and type';

create function ph_support.scheme_inputs(
	schema text, scheme text, version text,
	out names text[], out types regtype[])
returns record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format($query$
		select coalesce(array_agg(input order by input), '{}'), coalesce(array_agg(type::regtype order by input), '{}')
		from %I.scheme_input
		where scheme = $1 and version = $2$query$, schema)
	into names, types
	using scheme, version;
end
$$;
comment on function ph_support.scheme_inputs(text, text, text) is
	'the inputs of a version of a scheme and their types, as ph.check_rule takes them';

create function ph_support.check_scheme_rule() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	select c.expression_checked, c.inputs_used
	into new.checked, new.inputs
	from ph_support.scheme_inputs(tg_table_schema, new.scheme, new.version) i,
		ph.check_rule(new.expression, i.names, i.types) c;
	return new;
end
$$;
comment on function ph_support.check_scheme_rule() is
	'trigger of scheme tables: a rule is analysed against the inputs and kept as PostgreSQL writes it';

create function ph_support.scheme_shape_problem(schema text, scheme text, version text, out message text, out hint text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		with placed as (
			select r.rule, r.effect = 'assign' as assigns, s.kind, s.parent
			from %1$I.scheme_rule r
			join %1$I.scheme_segment s using (scheme, version, segment)
			where scheme = $1 and version = $2
		), problem (n, message, hint) as (
			select 1, format('rule "%%s" assigns to the default segment', rule),
				'The default takes whom no rule matches; give a segment with rules another kind.'
			from placed
			where assigns and kind = 'default'
			union all
			select 2, format('rule "%%s" moves people to a flag', rule), 'Flags overlap; people move between segments.'
			from placed
			where not assigns and kind = 'flag'
			union all
			select 3, format('rule "%%s" moves people to a segment within another', rule),
				'People move between outermost segments.'
			from placed
			where not assigns and parent is not null
			union all
			select 4, format('segment "%%s" is within "%%s", which is a %%s', c.segment, p.segment, p.kind),
				'Only a segment of kind segment has others within it.'
			from %1$I.scheme_segment c
			join %1$I.scheme_segment p on (p.scheme, p.version, p.segment) = (c.scheme, c.version, c.parent)
			where c.scheme = $1 and c.version = $2 and p.kind <> 'segment'
		)
		select message, hint
		from problem
		order by n, message$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.scheme_shape_problem(text, text, text) is
	'where what rules do does not fit the kinds of the segments and their nesting';

create function ph_support.check_scheme_shape() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
begin
	select *
	into found
	from ph_support.scheme_shape_problem(tg_table_schema, new.scheme, new.version)
	limit 1;
	if found.message is not null then
		raise exception '%', found.message
			using errcode = '23514', hint = found.hint;
	end if;
	return null;
end
$$;
comment on function ph_support.check_scheme_shape() is
	'trigger of scheme tables: what rules do fits the kinds of the segments and their nesting';

create function ph_support.keep_used_schemes() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	used text;
begin
	execute format('select min(scheme) from %I.scheme where used_at is not null', tg_table_schema) into used;
	if used is null and tg_table_schema <> 'ph' then
		execute format('update %I.scheme set used_at = used_at', tg_table_schema);
	end if;
	if used is not null or tg_table_schema = 'ph' then
		raise exception 'table %.% holds versions of schemes that were used and cannot change',
			tg_table_schema, tg_table_name
			using errcode = '55006', hint = 'Delete the versions that were not used.';
	end if;
	return null;
end
$$;
comment on function ph_support.keep_used_schemes() is
	'trigger of scheme tables: no truncation of versions that were used';

create function ph_support.scheme_trigger(out relation text, out name text, out event text, out function text)
returns setof record
language sql immutable parallel safe
begin atomic
	select r, 'a_keep_used', 'BEFORE INSERT OR UPDATE OR DELETE', 'keep_used_scheme'
	from unnest(ph_support.scheme_tables()) r
	union all
	select r, 'a_keep_all', 'BEFORE TRUNCATE', 'keep_used_schemes'
	from unnest(ph_support.scheme_tables()) r
	union all
	select r, 'b_check', 'BEFORE INSERT OR UPDATE', 'check_' || r
	from unnest(array['scheme_input', 'scheme_segment', 'scheme_rule']) r
	union all
	select r, 'c_shape', 'AFTER INSERT OR UPDATE', 'check_scheme_shape'
	from unnest(array['scheme_segment', 'scheme_rule']) r
	union all
	values ('scheme_input', 'c_keep_read', 'AFTER UPDATE OR DELETE', 'keep_read_input');
end;
comment on function ph_support.scheme_trigger() is
	'the triggers that keep tables of schemes right: table, name, when, function of ph';

create function ph_support.missing_scheme_trigger(schema text, out relation text, out name text) returns setof record
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select s.relation, s.name
	from ph_support.scheme_trigger() s
	where not exists (
		select
		from pg_trigger t
		where t.tgrelid = to_regclass(format('%I.%I', schema, s.relation))
			and t.tgname = s.name
			and t.tgenabled in ('O', 'A')
			and t.tgfoid = to_regprocedure(format('ph_support.%I()', s.function)))
$$;
comment on function ph_support.missing_scheme_trigger(text) is
	'triggers that the tables of schemes of a schema lack, or have switched off; '
	'DROP EXTENSION takes them, CALL ph.create_segment_tables attaches them again';

create procedure ph_support.add_scheme_triggers(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing record;
begin
	for missing in
		select t.*
		from ph_support.missing_scheme_trigger(schema)
		join ph_support.scheme_trigger() t using (relation, name)
	loop
		execute format(
			'create or replace trigger %I %s on %I.%I %s execute function ph_support.%I()',
			missing.name, missing.event, schema, missing.relation,
			case when missing.event like '%TRUNCATE' then '' else 'for each row' end, missing.function);
		execute format('alter table %I.%I enable trigger %I', schema, missing.relation, missing.name);
	end loop;
end
$$;
comment on procedure ph_support.add_scheme_triggers(text) is
	'attaches what keeps the tables of schemes of a schema right, where it is missing; '
	'ph.create_segment_tables calls it';
call ph_support.add_scheme_triggers('ph');

-- ---- from rules to a query ----
-- ph.segment_query is written in pieces, each of which is the text of a part of it. What they are written from is read
-- once: the rules, and the segments with the condition of each.

create type ph_support.query_rule as (
	rule text,
	segment text,
	rule_order integer,
	effect text,
	says text,
	condition text,
	inputs text[]
);
comment on type ph_support.query_rule is
	'a rule as the query of a scheme is written from it: '
	'condition is as PostgreSQL writes it, inputs those that it reads';
comment on column ph_support.query_rule.rule is 'name of the rule';
comment on column ph_support.query_rule.segment is 'the segment it assigns to';
comment on column ph_support.query_rule.rule_order is 'its place among the rules';
comment on column ph_support.query_rule.effect is 'assign, promote or demote';
comment on column ph_support.query_rule.says is 'the rule in plain words';
comment on column ph_support.query_rule.condition is 'the rule as PostgreSQL writes it';
comment on column ph_support.query_rule.inputs is 'the inputs that it reads';

create type ph_support.query_segment as (
	segment text,
	parent text,
	rank integer,
	kind text,
	condition text
);
comment on type ph_support.query_segment is
	'a segment as the query of a scheme is written from it: condition is that any of its rules is true';
comment on column ph_support.query_segment.segment is 'name of the segment';
comment on column ph_support.query_segment.parent is 'the segment it lies within, NULL for an outermost one';
comment on column ph_support.query_segment.rank is 'rank of the segment, 1 is the highest need';
comment on column ph_support.query_segment.kind is 'segment, flag or default';
comment on column ph_support.query_segment.condition is 'that any of its rules is true';

create function ph_support.query_rules(
	schema text, scheme text, version text, names text[], types regtype[])
returns ph_support.query_rule[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	rules ph_support.query_rule[];
begin
	-- each is written anew from its own text, so that what stands in the table as checked is not trusted
	execute format($query$
		select array_agg(
			row (r.rule, r.segment, r.rule_order, r.effect, r.says, c.expression_checked, c.inputs_used)
				::ph_support.query_rule
			order by s.rank, r.rule_order)
		from %1$I.scheme_rule r
		join %1$I.scheme_segment s using (scheme, version, segment)
		cross join ph.check_rule(r.expression, $3, $4) c
		where scheme = $1 and version = $2$query$, schema)
	into rules
	using scheme, version, names, types;
	return coalesce(rules, '{}');
end
$$;
comment on function ph_support.query_rules(text, text, text, text[], regtype[]) is
	'the rules of a version of a scheme over inputs of these types, in the order of their segments. '
	'Errors: those of ph.check_rule';

create function ph_support.speaking_segment(
	schema text, scheme text, version text,
	out segment text, out speaker text, out ranks integer[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		with recursive part as (
			select s.segment, s.parent, s.rank, exists (
				select
				from %1$I.scheme_rule r
				where (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment)
					and r.effect = 'assign') as speaks
			from %1$I.scheme_segment s
			where s.scheme = $1 and s.version = $2
		), speaking (segment, speaker, ranks, speaks) as (
			select segment, segment, array[rank], speaks
			from part
			union all
			select s.segment, c.segment, s.ranks || c.rank, c.speaks
			from speaking s
			join part c on c.parent = s.speaker
			where not s.speaks and c.rank <> all (s.ranks)
		)
		select segment, speaker, ranks
		from speaking
		where speaks
		order by segment, ranks$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.speaking_segment(text, text, text) is
	'the segments whose rules say who is in a segment, and the ranks on the way to them: '
	'itself or, where it has no rules of its own, those within it';

create function ph_support.query_segments(
	schema text, scheme text, version text, rules ph_support.query_rule[])
returns ph_support.query_segment[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	segments ph_support.query_segment[];
begin
	execute format($query$
		with own as (
			select segment, string_agg('(' || condition || ')', ' or ' order by rule_order) as condition
			from unnest($3)
			where effect = 'assign'
			group by segment
		), spoken as (
			select s.segment, string_agg(o.condition, ' or ' order by s.ranks) as condition
			from ph_support.speaking_segment($4, $1, $2) s
			join own o on o.segment = s.speaker
			group by s.segment
		)
		select array_agg(
			row (s.segment, s.parent, s.rank, s.kind, c.condition)::ph_support.query_segment
			order by s.rank)
		from %I.scheme_segment s
		left join spoken c using (segment)
		where s.scheme = $1 and s.version = $2$query$, schema)
	into segments
	using scheme, version, rules, schema;
	return coalesce(segments, '{}');
end
$$;
comment on function ph_support.query_segments(text, text, text, ph_support.query_rule[]) is
	'the segments of a version of a scheme by rank, each with the condition that its rules make';

create function ph_support.column_type(relation regclass, name text) returns regtype
language sql stable parallel safe
begin atomic
	select a.atttypid::pg_catalog.regtype
	from pg_catalog.pg_attribute a
	where a.attrelid = relation and a.attname = name and a.attnum > 0 and not a.attisdropped;
end;
comment on function ph_support.column_type(regclass, text) is
	'the type of a column of a relation; NULL where there is none of the name';

create function ph_support.require_people(
	source regclass, person text, names text[], types regtype[], missing text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	absent constant text := (
		select string_agg(quote_ident(n), ', ' order by n)
		from unnest(names) n
		where ph_support.column_type(source, n) is null);
	other constant text := (
		select string_agg(format('%I is %s, not %s', n, format_type(c, null), t), ', ' order by n)
		from unnest(names, types) i (n, t), ph_support.column_type(source, n) c
		where c <> t
			and ph.rule_type(c) <> format_type(t, -1)
			and not exists (select from pg_cast where castsource = c and casttarget = t and castcontext = 'i'));
begin
	if missing is null or missing not in ('refuse', 'unknown') then
		raise exception 'argument "missing" is not a known choice'
			using errcode = '22023', hint = 'Choose one of: refuse, unknown.';
	elsif absent is not null and missing = 'refuse' then
		raise exception 'relation % has no column for these inputs: %', source, absent
			using errcode = '42703', hint =
				'Add them, or pass missing => ''unknown'' to count them as unknown for everybody.';
	elsif other is not null then
		raise exception 'columns of relation % have other types than the inputs: %', source, other
			using errcode = '42804', hint = 'Cast them in a view over the relation.';
	elsif ph_support.column_type(source, person) is null then
		raise exception 'relation % has no column "%"', source, person
			using errcode = '42703', hint = 'Name the column that tells people apart: person => ...';
	end if;
end
$$;
comment on function ph_support.require_people(regclass, text, text[], regtype[], text) is
	'does nothing where the inputs of a scheme can be had from a relation of people. '
	'Errors: 22023 for an unknown choice, undefined_column, datatype_mismatch';

create function ph_support.query_inputs(source regclass, names text[], types regtype[]) returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select string_agg(
		case
			when c is null then format('null::%s as %I', format_type(t, -1), n)
			when c = t then format('people.%I', n)
			else format('people.%I::%s as %1$I', n, format_type(t, -1)) end,
		E',\n\t\t' order by n)
	from unnest(names, types) i (n, t)
	left join ph_support.column_type(source, n) c on true
$$;
comment on function ph_support.query_inputs(regclass, text[], regtype[]) is
	'of the query of a scheme the columns that are its inputs: those of the relation of people, '
	'cast where their type is another, and unknown where it has none';

create function ph_support.query_case(
	conditions text[], results text[], otherwise text, depth integer, subject text default null)
returns text
language sql immutable parallel safe
begin atomic
	select coalesce(
		'case' || coalesce(' ' || subject, '')
			|| string_agg(chr(10) || repeat(chr(9), depth + 1) || 'when ' || c || ' then ' || r, '' order by n)
			|| coalesce(chr(10) || repeat(chr(9), depth + 1) || 'else ' || otherwise, '')
			|| chr(10) || repeat(chr(9), depth) || 'end',
		otherwise)
	from unnest(conditions, results) with ordinality u (c, r, n);
end;
comment on function ph_support.query_case(text[], text[], text, integer, text) is
	'the text of a case: the result of the first condition that is true (or is what the subject is), else otherwise; '
	'conditions that are NULL are left out, depth is how far its lines are indented';

create function ph_support.query_list(conditions text[], results text[]) returns text
language sql immutable parallel safe
begin atomic
	select coalesce(
		'array_remove(array['
			|| string_agg(chr(10) || chr(9) || chr(9) || 'case when ' || c || ' then ' || r || ' end', ',' order by n)
			|| chr(10) || chr(9) || ']::text[], null)',
		'''{}''::text[]')
	from unnest(conditions, results) with ordinality u (c, r, n);
end;
comment on function ph_support.query_list(text[], text[]) is
	'the text of an array of the results whose conditions are true; conditions that are NULL are left out';

-- without the segment itself, so that it ends whatever the parents are
create function ph_support.query_path(segments ph_support.query_segment[], segment text, depth integer) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	with others as (
		select array_agg(s order by s.rank) as segments
		from unnest(query_path.segments) s
		where s.segment <> query_path.segment
	)
	select 'array[' || quote_literal(query_path.segment) || ']' || coalesce(
		' || ' || ph_support.query_case(
			array_agg(s.condition order by s.rank),
			array_agg(ph_support.query_path(o.segments, s.segment, depth + 1) order by s.rank),
			null, depth),
		'')
	from others o
	cross join unnest(o.segments) s
	where s.parent = query_path.segment and s.condition is not null
$$;
comment on function ph_support.query_path(ph_support.query_segment[], text, integer) is
	'of the query of a scheme the nested segments of who is in a segment, that one first';

create function ph_support.query_rank(segments ph_support.query_segment[], rules ph_support.query_rule[])
returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	rank text := (
		select ph_support.query_case(
			array_agg(s.condition order by s.rank) filter (where s.kind = 'segment'),
			array_agg(s.rank::text order by s.rank) filter (where s.kind = 'segment'),
			min(s.rank::text) filter (where s.kind = 'default'), 1)
		from unnest(segments) s
		where s.parent is null);
	move record;
begin
	for move in
		select case r.effect when 'promote' then 'least' else 'greatest' end as farther, r.condition, s.rank
		from unnest(rules) r
		join unnest(segments) s using (segment)
		where r.effect <> 'assign'
		order by r.rule_order
	loop
		rank := move.farther || '(' || rank
			|| E',\n\tcase when ' || move.condition || ' then ' || move.rank::text || ' end)';
	end loop;
	return rank;
end
$$;
comment on function ph_support.query_rank(ph_support.query_segment[], ph_support.query_rule[]) is
	'of the query of a scheme the rank of the segment that wins: '
	'the first outermost one that is assigned, else the default, then moved by each rule that promotes or demotes';

create function ph_support.query_winner(
	segments ph_support.query_segment[], rules ph_support.query_rule[], results text[])
returns text
language sql immutable parallel safe
begin atomic
	with outermost as (
		select s.rank, s.kind, s.condition, result
		from unnest(segments, results) s (segment, parent, rank, kind, condition, result)
		where s.parent is null and s.kind <> 'flag'
	)
	select
		case
			when exists (select from unnest(rules) r where r.effect <> 'assign') then
				ph_support.query_case(
					array_agg(o.rank::text order by o.rank), array_agg(o.result order by o.rank), null, 1,
					ph_support.query_rank(segments, rules))
			else
				ph_support.query_case(
					array_agg(o.condition order by o.rank) filter (where o.kind = 'segment'),
					array_agg(o.result order by o.rank) filter (where o.kind = 'segment'),
					min(o.result) filter (where o.kind = 'default'), 1) end
	from outermost o;
end;
comment on function ph_support.query_winner(ph_support.query_segment[], ph_support.query_rule[], text[]) is
	'of the query of a scheme the result of the segment that wins, of results in the order of the segments; '
	'where rules move people it goes by the rank to which they were moved';

create function ph_support.query_holding(segments ph_support.query_segment[], kind text) returns text
language sql immutable parallel safe
begin atomic
	select ph_support.query_list(
		array_agg(s.condition order by s.rank), array_agg(quote_literal(s.segment) order by s.rank))
	from unnest(segments) s
	where s.parent is null and s.kind = query_holding.kind;
end;
comment on function ph_support.query_holding(ph_support.query_segment[], text) is
	'of the query of a scheme the outermost segments of a kind whose conditions hold: flags and candidates';

create function ph_support.query_reason(rule text, inputs text[]) returns text
language sql immutable parallel safe
begin atomic
	select quote_literal(rule || ':') || coalesce(string_agg(
		' || ' || quote_literal(case when n > 1 then ', ' else ' ' end || i || ' = ')
			|| ' || coalesce(' || quote_ident(i) || '::text, ''unknown'')', '' order by n), '')
	from unnest(inputs) with ordinality u (i, n);
end;
comment on function ph_support.query_reason(text, text[]) is
	'of the query of a scheme why a rule is true: its name, and the values of the inputs that it reads';

create function ph_support.query_unknown(rules ph_support.query_rule[]) returns text
language sql immutable parallel safe
begin atomic
	select ph_support.query_list(
		array_agg(quote_ident(i) || ' is null' order by i), array_agg(quote_literal(i) order by i))
	from (select distinct i from unnest(rules) r, unnest(r.inputs) i) used;
end;
comment on function ph_support.query_unknown(ph_support.query_rule[]) is
	'of the query of a scheme the inputs that rules read and that are not known';

create function ph.segment_query(
	scheme text, version text, source regclass, schema text default 'ph', person text default 'person_id',
	missing text default 'refuse')
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	names text[];
	types regtype[];
	rules ph_support.query_rule[];
	segments ph_support.query_segment[];
	conditions text[];
begin
	perform ph_support.require_scheme(schema, scheme, version);
	select i.names, i.types into names, types from ph_support.scheme_inputs(schema, scheme, version) i;
	perform ph_support.require_people(source, person, names, types, missing);
	rules := ph_support.query_rules(schema, scheme, version, names, types);
	segments := ph_support.query_segments(schema, scheme, version, rules);
	if not exists (select from unnest(segments) s where s.kind = 'default') then
		raise exception 'version "%" of scheme "%" has no default segment', version, scheme
			using errcode = '23514', hint = 'Give the segment of whom no rule matches kind default.';
	end if;
	conditions := array(select r.condition from unnest(rules) with ordinality r order by r.ordinality);
	return format($query$select person_id,
	%L::text as scheme,
	%L::text as version,
	%s as segment,
	%s as rank,
	%s as path,
	%s as flags,
	%s as candidates,
	%s as matched,
	%s as because,
	%s as reasons,
	%s as unknown
from (
	select %s
	from %s people
) input$query$,
		scheme, version,
		ph_support.query_winner(segments, rules, array(
			select quote_literal(s.segment)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_rank(segments, rules),
		ph_support.query_winner(segments, rules, array(
			select ph_support.query_path(segments, s.segment, 2)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_holding(segments, 'flag'),
		ph_support.query_holding(segments, 'segment'),
		ph_support.query_list(conditions, array(
			select quote_literal(r.rule)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select quote_literal(coalesce(r.says, r.rule))
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select ph_support.query_reason(r.rule, r.inputs)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_unknown(rules),
		concat_ws(E',\n\t\t', format('people.%I as person_id', person), ph_support.query_inputs(source, names, types)),
		-- with its schema, be it a temporary one
		(select format('%s.%I', relnamespace::regnamespace, relname) from pg_class where oid = source));
end
$$;
comment on function ph.segment_query(text, text, regclass, text, text, text) is
	'the query that assigns every person of a relation to a segment of a scheme: '
	'person_id, scheme, version, segment, rank, path (nested segments), flags, '
	'candidates (every outermost segment that a rule assigns to), matched (every rule that is true), '
	'because (the same in plain words), reasons (with the values), unknown (inputs not known); '
	'a rule whose inputs are unknown is no match';

-- ---- schemes of one's own ----

create procedure ph_support.create_segment_table(
	schema text, name text, definition text, description text, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation regclass := to_regclass(format('%I.%I', schema, name));
	lacking text;
begin
	if relation is null then
		execute format('create table %I.%I (%s)', schema, name, ph_support.in_schema(definition, schema));
		relation := format('%I.%I', schema, name)::regclass;
		execute format('comment on table %s is %L', relation, description);
	else
		select string_agg(quote_ident(c), ', ' order by c)
		into lacking
		from jsonb_object_keys(columns) c
		where ph_support.column_type(relation, c) is null;
		if lacking is not null or (select relkind not in ('r', 'p') from pg_class where oid = relation) then
			raise exception 'schema "%" already has % of another shape', schema, name
				using errcode = 'duplicate_table', hint = 'Rename it first, or name another schema.',
					detail = 'Missing: ' || coalesce(lacking, 'a table');
		end if;
	end if;
	call ph_support.comment_columns(relation, columns);
end
$$;
comment on procedure ph_support.create_segment_table(text, text, text, text, jsonb) is
	'makes one table of ph.create_segment_tables, with its comments, unless it is there; '
	'{name} in the definition is a table of the schema. Errors: duplicate_table where something else has the name';

create procedure ph.create_segment_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	made record;
	own constant jsonb := '{
		"person_id": "the person",
		"scheme": "name of the scheme",
		"version": "version of the scheme",
		"segment": "segment, or the state of who is not there: died, moved out, gone",
		"rank": "rank of the segment, NULL for a state",
		"matched": "rules that were true when the period began",
		"start_date": "first day of the period",
		"end_date": "first day after the period; NULL is still going on",
		"as_of": "day as of which segments were recorded",
		"previous": "day recorded before it, NULL for the first",
		"people": "people with a segment on the day",
		"recorded_at": "when it was written",
		"tier": "risk tier, NULL for every tier",
		"partner": "who offers it",
		"offer": "what is offered",
		"capacity": "people it has room for",
		"threshold": "risk from which it is offered",
		"note": "anything else"}';
begin
	call ph_support.require_own_schema(schema);
	if schema is null or to_regnamespace(quote_ident(schema)) is null then
		raise exception 'argument "schema" is not a schema'
			using errcode = '22023', hint = 'CREATE SCHEMA first.';
	end if;
	for made in
		select name, format('like ph.%I including all, ', name) || more as definition,
			replace(
				obj_description(('ph.' || name)::regclass),
				'that are shipped: read only; copy one into tables of your own with ph.copy_scheme to change it',
				'of our own') as description,
			(
				select jsonb_object_agg(attname, col_description(attrelid, attnum))
				from pg_attribute
				where attrelid = ('ph.' || name)::regclass and attnum > 0 and not attisdropped
			) as columns
		from (
			values
			('scheme', 'used_as text, copied_from text[]'),
			('scheme_input', 'foreign key (scheme, version) references {scheme} on delete cascade'),
			('scheme_segment',
			 'foreign key (scheme, version) references {scheme} on delete cascade, '
			 'foreign key (scheme, version, parent) references {scheme_segment}'),
			('scheme_rule', 'foreign key (scheme, version, segment) references {scheme_segment} on delete cascade')
		) shipped (name, more)
		union all
		select name, definition, description, (select jsonb_object_agg(c, own -> c) from unnest(columns) c)
		from (
			values
			('segment_history',
			 'person_id text not null, scheme text not null, version text not null, segment text not null, '
			 'rank integer, matched text[], start_date date not null, end_date date check (end_date > start_date), '
			 'primary key (person_id, scheme, start_date)',
			 'who was in which segment when: periods are half open, follow on each other without gap or overlap, '
			 'and the last is open; a rank of NULL is somebody who has died, moved out or not yet come',
			 array['person_id', 'scheme', 'version', 'segment', 'rank', 'matched', 'start_date', 'end_date']),
			-- each day names the one before it and none is named twice: two who record at one time meet in the
			-- unique key
			('segment_recording',
			 'scheme text not null, as_of date not null, version text not null, people bigint not null, '
			 'recorded_at timestamptz not null default now(), previous date check (previous < as_of), '
			 'primary key (scheme, as_of), unique nulls not distinct (scheme, previous)',
			 'the days as of which segments were written into segment_history, also where nobody had moved',
			 array['scheme', 'as_of', 'version', 'people', 'recorded_at', 'previous']),
			('segment_strategy',
			 'scheme text not null, version text not null, segment text not null, tier integer, partner text not null, '
			 'offer text not null, capacity integer check (capacity >= 0), threshold float8, note text, '
			 'unique nulls not distinct (scheme, version, segment, tier, partner, offer)',
			 'what each partner offers to a segment and risk tier (NULL: every tier): '
			 'the offer, how many it has room for, and the risk from which it is offered',
			 array['scheme', 'version', 'segment', 'tier', 'partner', 'offer', 'capacity', 'threshold', 'note'])
		) ours (name, definition, description, columns)
	loop
		call ph_support.create_segment_table(schema, made.name, made.definition, made.description, made.columns);
	end loop;
	execute format($query$
		create unique index if not exists segment_history_open on %I.segment_history (person_id, scheme)
		where end_date is null$query$, schema);
	-- tables of earlier days
	execute format($query$
		alter table %I.scheme
		add column if not exists used_as text,
		add column if not exists copied_from text[]$query$, schema);
	call ph_support.comment_columns(format('%I.scheme', schema)::regclass, '{
		"used_as": "fingerprint of the version when it was first used, so that a change since then is found",
		"copied_from": "schema, scheme and version that it was copied from"}');
	call ph_support.add_scheme_triggers(schema);
end
$$;
comment on procedure ph.create_segment_tables(text) is
	'makes the tables of segmentation schemes in a schema of yours: scheme, scheme_input, scheme_segment, '
	'scheme_rule as in ph, segment_history, segment_recording and segment_strategy. '
	'Called again it makes what is missing and attaches the triggers that DROP EXTENSION took. '
	'Errors: duplicate_table where a name is taken by something else';

create procedure ph.copy_scheme(
	schema text, scheme text, version text, new_scheme text, new_version text, from_schema text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation text;
	columns text;
begin
	perform ph_support.require_scheme(from_schema, scheme, version);
	perform ph_support.require_segment_table(schema, 'scheme');
	foreach relation in array ph_support.scheme_tables() loop
		select string_agg(quote_ident(attname), ', ' order by attnum)
		into columns
		from pg_attribute
		where attrelid = format('ph.%I', relation)::regclass and attnum > 0 and not attisdropped
			and attname not in ('scheme', 'version', 'used_at', 'checked', 'inputs');
		execute format($query$
			insert into %1$I.%2$I (scheme, version, %3$s)
			select $3, $4, %3$s
			from %4$I.%2$I
			where scheme = $1 and version = $2
			%5$s$query$,
			schema, relation, columns, from_schema,
			-- parents before their children
			case relation when 'scheme_segment' then 'order by parent is not null, rank' end)
		using scheme, version, new_scheme, new_version;
	end loop;
	execute format('update %I.scheme set copied_from = $1 where scheme = $2 and version = $3', schema)
	using array[from_schema, scheme, version], new_scheme, new_version;
end
$$;
comment on procedure ph.copy_scheme(text, text, text, text, text, text) is
	'copies a version of a scheme into the tables of a schema of yours under a new name or version, not yet used, '
	'to be changed there';

-- ---- segment views ----

create procedure ph.create_segment_view(
	scheme text, version text, source regclass, target text, schema text default 'ph',
	person text default 'person_id', missing text default 'refuse')
language plpgsql
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	name text[] := parse_ident(target);
	query text;
begin
	if cardinality(name) <> 2 then
		raise exception 'argument "target" must be a view with its schema'
			using errcode = '22023', hint = 'For example: health.segment.';
	end if;
	call ph.use_scheme(schema, scheme, version);
	-- not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just written
	query := ph.segment_query(scheme, version, source, schema, person, missing);
	call ph_support.replace_view(
		name[1], name[2], query,
		format('segments of %s, version %s', scheme, version),
		'{
			"person_id": "the person",
			"scheme": "name of the scheme",
			"version": "version of the scheme",
			"segment": "outermost segment of the person",
			"rank": "rank of the segment, 1 is the highest need",
			"path": "the segment and those within it",
			"flags": "flags of the person",
			"candidates": "every outermost segment that a rule assigns to",
			"matched": "every rule that is true",
			"because": "the same in plain words",
			"reasons": "the same with the values",
			"unknown": "inputs that are not known; they match nothing"}');
end
$$;
comment on procedure ph.create_segment_view(text, text, regclass, text, text, text, text) is
	'writes the query of ph.segment_query as a view with the rights of whoever asks it, and locks the version '
	'of the scheme: from then on it cannot change; a segment view that is there is replaced in place';

-- ---- asking a segment view ----

create function ph.segment_summary(
	segments regclass,
	out rank integer, out segment text, out people bigint, out share float8, out overlapping bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select rank, segment, count(*), count(*) / (sum(count(*)) over ())::float8,
			count(*) filter (where cardinality(candidates) > 1)
		from %s
		group by rank, segment
		order by rank$query$, segments);
end
$$;
comment on function ph.segment_summary(regclass) is
	'people of each segment of a segment view, their share, and how many could be in more than one: '
	'for them the order of the segments decides';

create function ph.segment_coverage(
	segments regclass, schema text default 'ph',
	out input text, out people bigint, out known bigint, out share float8)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted jsonb;  -- people by what is not known of them: the view is read once
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute format($query$
		select coalesce(jsonb_agg(pattern), '[]')
		from (
			select scheme, version, unknown, count(*) as people
			from %s
			group by 1, 2, 3
		) pattern$query$, segments)
	into counted;
	execute format($query$
		select p.scheme
		from jsonb_to_recordset($1) p (scheme text, version text)
		where not exists (select from %I.scheme t where (t.scheme, t.version) = (p.scheme, p.version))
		limit 1$query$, schema)
	into input
	using counted;
	if input is not null then
		raise exception 'schema "%" does not hold scheme "%"', schema, input
			using errcode = '42704', hint = 'Name the schema that does: schema => ...';
	end if;
	return query execute format($query$
		with inputs as (
			select i.input, sum(p.people)::bigint as people,
				case
					when exists (
						select
						from %1$I.scheme_rule r
						where (r.scheme, r.version) = (i.scheme, i.version) and i.input = any (r.inputs))
					then coalesce(sum(p.people) filter (where not i.input = any (p.unknown)), 0)::bigint end as known
			from jsonb_to_recordset($1) p (scheme text, version text, unknown text[], people bigint)
			join %1$I.scheme_input i using (scheme, version)
			group by i.scheme, i.version, i.input
		)
		select input, people, known, known / people::float8
		from inputs
		order by 1$query$, schema)
	using counted;
end
$$;
comment on function ph.segment_coverage(regclass, text) is
	'for how many people of a segment view each input of the scheme is known; '
	'an input that is not known matches nothing; NULL for an input that no rule reads';

create function ph.explain_segment(segments regclass, person_id text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	r record;
begin
	execute format($query$
		select person_id::text, scheme::text, version::text, path::text[], because::text[], flags::text[],
			unknown::text[]
		from %s
		where person_id::text = $1$query$, segments)
	into r
	using person_id;
	if r.person_id is null then
		return;
	end if;
	return next format('You are in the group "%s".', array_to_string(r.path, '", within it "'));
	if cardinality(r.because) = 0 then
		return next 'That is the group of everyone for whom none of the other reasons is recorded.';
	else
		return next format('What is recorded about you: %s.', array_to_string(r.because, '; '));
		if cardinality(r.because) > 1 then
			return next 'Where more than one reason holds, the rules say which of them decides on the group; '
				'the others still count for what you are offered.';
		end if;
	end if;
	if cardinality(r.flags) > 0 then
		return next format('You also belong to: %s.', array_to_string(r.flags, ', '));
	end if;
	if cardinality(r.unknown) > 0 then
		return next format(
			'We do not know: %s. If one of these is true of you, please tell us, since your group could change.',
			array_to_string(r.unknown, ', '));
	end if;
	return next format(
		'This follows from version %s of the rules "%s", applied by a computer to your record; '
		'ask a person to look at it if it seems wrong.',
		r.version, r.scheme);
end
$$;
comment on function ph.explain_segment(regclass, text) is
	'why a person is in a segment, in plain words to that person; no row where the person is not in the view';

-- ---- checking and comparing schemes ----

create function ph_support.rule_error(expression text, inputs text[], types text[]) returns text
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
	hint text;
begin
	perform ph.check_rule(expression, inputs, types::regtype[]);
	return null;
exception when query_canceled or assert_failure or out_of_memory then
	raise;
when undefined_column then
	get stacked diagnostics hint = pg_exception_hint;  -- the inputs that there are
	return format('%s. %s', sqlerrm, hint);
when others then
	return sqlerrm;
end
$$;
comment on function ph_support.rule_error(text, text[], text[]) is
	'why an expression is no rule over inputs of these types; NULL where it is one';

create function ph_support.copied_rule(
	schema text, scheme text, version text,
	out rule text, out expression text, out checked text, out words text, out origin text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	copied_from text[];
begin
	-- as jsonb, since tables of earlier days, and those of ph, do not have the column
	execute format($query$
		select array(select jsonb_array_elements_text(nullif(to_jsonb(s) -> 'copied_from', 'null')))
		from %I.scheme s
		where scheme = $1 and version = $2$query$, schema)
	into copied_from
	using scheme, version;
	if exists (
		select
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = copied_from[1] and c.relname = 'scheme_rule'
			and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
	then
		return query execute format($query$
			select rule, expression, checked, coalesce(says, rule),
				format('version "%%s" of scheme "%%s"', version, scheme)
			from %I.scheme_rule
			where scheme = $1 and version = $2$query$, copied_from[1])
		using copied_from[2], copied_from[3];
	end if;
end
$$;
comment on function ph_support.copied_rule(text, text, text) is
	'the rules of the version that a version of a scheme was copied from, where that is known and can be read: '
	'words are what people read';

create function ph_support.rule_findings(
	schema text, scheme text, version text, names text[], types regtype[], invalid text[], judged_by text[],
	out finding text, out segment text, out rule text, out detail text)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
	r record;
	shown record;
	activity text;
begin
	-- beats: the rules of the segments that win over this one at its level and above
	for r in execute format($query$
		with recursive part as (
			select *
			from %1$I.scheme_segment
			where scheme = $1 and version = $2
		), within as (
			select segment, parent, rank, kind
			from part
			union
			select w.segment, p.parent, p.rank, p.kind
			from within w
			join part p on p.segment = w.parent
		), rules as (
			select *
			from %1$I.scheme_rule
			where scheme = $1 and version = $2 and rule <> all ($3)
		)
		select o.segment, o.rule, o.expression, c.checked as checked_before, c.origin,
			coalesce(o.says, o.rule) = c.words and o.expression <> c.expression as same_words,
			(
				select array_agg(b.expression)
				from within w
				join part p on p.parent is not distinct from w.parent and p.rank < w.rank and p.kind = 'segment'
				join ph_support.speaking_segment($4, $1, $2) s on s.segment = p.segment
				join rules b on b.segment = s.speaker and b.effect = 'assign'
				where w.segment = o.segment and w.kind = 'segment' and o.effect = 'assign'
			) as beats
		from rules o
		left join ph_support.copied_rule($4, $1, $2) c using (rule)
		order by o.rule_order$query$, schema)
		using scheme, version, invalid, schema
	loop
		segment := r.segment;
		rule := r.rule;
		select * into shown from ph.check_rule(r.expression, names, types);
		if r.same_words and shown.expression_checked is distinct from r.checked_before then
			finding := 'words_not_changed';
			detail := format(
				'it asks for something else than in %s, and people read the same words: '
				'write in says what it asks for now',
				r.origin);
			return next;
		end if;
		if shown.always = 'never' then
			finding := 'never_true';
			detail := 'no values of the inputs make it true';
			return next;
		elsif shown.always = 'true' then
			finding := 'always_true';
			detail := 'it is true wherever its inputs are known';
			return next;
		end if;
		if shown.always is distinct from 'never' and r.beats is not null
			and ph.rule_implied(r.expression, r.beats, names, types)
		then
			finding := 'never_wins';
			detail := 'wherever it is true, a segment of higher need is assigned before it';
			return next;
		end if;
		if shown.inputs_used && judged_by then
			finding := 'judged_by_itself';
			detail := 'uses what the scheme is judged by: ' || array_to_string(
				array(select i from unnest(shown.inputs_used) i where i = any (judged_by)), ', ');
			return next;
		end if;
		execute format($query$
			select string_agg(input, ', ' order by input)
			from %I.scheme_input
			where scheme = $1 and version = $2 and activity and input = any ($3)$query$, schema)
		into activity
		using scheme, version, shown.inputs_used;
		if activity is not null then
			finding := 'uses_activity';
			detail := 'activity explains activity: ' || activity;
			return next;
		end if;
	end loop;
end
$$;
comment on function ph_support.rule_findings(text, text, text, text[], regtype[], text[], text[]) is
	'of ph.check_scheme what the rules show by themselves, without those that are none (invalid)';

create function ph_support.segment_findings(
	schema text, scheme text, version text, population_schema text,
	out finding text, out segment text, out detail text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select 'default_above', d.segment,
			'people whom no rule matches rank above, and cannot be promoted to: '
				|| string_agg(s.segment, ', ' order by s.rank)
		from %1$I.scheme_segment d
		join %1$I.scheme_segment s using (scheme, version)
		where scheme = $1 and version = $2
			and d.kind = 'default' and s.kind = 'segment' and s.parent is null and s.rank > d.rank
		group by d.segment$query$, schema)
	using scheme, version;
	return query execute format($query$
		select 'no_rule', s.segment, 'nobody can be in it'
		from %1$I.scheme_segment s
		where scheme = $1 and version = $2 and kind <> 'default'
			and not exists (
				select
				from %1$I.scheme_rule r
				where (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment))
			and not exists (
				select
				from %1$I.scheme_segment c
				where (c.scheme, c.version, c.parent) = (s.scheme, s.version, s.segment))
		order by rank$query$, schema)
	using scheme, version;
	if population_schema is not null then
		return query execute format($query$
			select 'missing_code_list', null::text,
				format('%%s, for %%s', code_list, string_agg(input, ', ' order by input))
			from %I.scheme_input i
			where scheme = $1 and version = $2 and code_list is not null
				and not exists (select from %I.code_list c where c.list = i.code_list)
			group by code_list
			order by code_list$query$, schema, population_schema)
		using scheme, version;
	end if;
	return query execute format($query$
		select 'no_default', null::text, 'nowhere for people whom no rule matches'
		where not exists (
			select
			from %I.scheme_segment
			where scheme = $1 and version = $2 and kind = 'default')$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.segment_findings(text, text, text, text) is
	'of ph.check_scheme what the segments and inputs show by themselves';

create function ph_support.people_findings(
	schema text, scheme text, version text, source regclass, person text, smallest integer,
	out finding text, out segment text, out rule text, out detail text, out people bigint)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	query text;
begin
	query := ph.segment_query(scheme, version, source, schema, person, 'unknown');
	return query execute format($query$
		with assigned as (
			select path || flags as segments, matched
			from (%1$s) q
		), everybody as (
			select count(*) as people
			from assigned
		), tried as (
			select r.rule_order, r.rule, r.segment, r.effect, count(a) as matches,
				count(a) filter (where r.segment = any (a.segments)) as wins
			from %2$I.scheme_rule r
			left join assigned a on r.rule = any (a.matched)
			where r.scheme = $1 and r.version = $2
			group by r.rule_order, r.rule, r.segment, r.effect
		), told as (
			select t.*,
				case
					when t.matches = 0 then 'true for nobody'
					when t.effect = 'assign' and t.wins = 0 then 'nobody for whom it is true is in its segment'
					end as never_wins,
				t.matches = e.people as always_true
			from tried t
			cross join everybody e
			where e.people > 0
		)
		select case when never_wins is null then 'true_for_everybody_here' else 'never_wins_here' end,
			segment, rule, never_wins, matches
		from told
		where never_wins is not null or always_true
		order by rule_order$query$, query, schema)
	using scheme, version;
	return query execute format($query$
		select 'small_segment', s.segment, null::text, format('fewer than %%s people', $3), count(q)
		from %2$I.scheme_segment s
		left join (%1$s) q on s.segment = any (q.path || q.flags)
		where s.scheme = $1 and s.version = $2
		group by s.segment, s.rank
		having count(q) < $3
		order by s.rank$query$, query, schema)
	using scheme, version, smallest;
exception when undefined_column or datatype_mismatch or data_exception then
	finding := 'unfit_people';
	-- of what a rule makes of a value no more than the kind of error is told
	detail := case when sqlstate like '22%' then 'SQLSTATE ' || sqlstate else sqlerrm end;
	return next;
end
$$;
comment on function ph_support.people_findings(text, text, text, regclass, text, integer) is
	'of ph.check_scheme what its rules do to the people of a relation, where they can be assigned at all';

create function ph.check_scheme(
	scheme text, version text, source regclass default null, schema text default 'ph',
	person text default 'person_id', smallest integer default 50, judged_by text[] default '{}',
	population_schema text default null,
	out finding text, out segment text, out rule text, out detail text, out people bigint)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	names text[] := '{}';
	types regtype[] := '{}';
	invalid text[] := '{}';  -- rules that are none
	has_default boolean := true;
	r record;
begin
	perform ph_support.require_scheme(schema, scheme, version);
	for r in select * from ph_support.missing_scheme_trigger(schema) loop
		finding := 'missing_trigger';
		detail := format('%s of %s: CALL ph.create_segment_tables(...) attaches it again', r.name, r.relation);
		return next;
	end loop;
	if ph_support.changed_since_used(schema, scheme, version) then
		finding := 'changed_since_used';
		detail :=
			'it is not known to be what it was when it was used: CALL ph.copy_scheme(...) makes a new version of it';
		return next;
	end if;
	-- what was written while the triggers were missing
	for r in select * from ph_support.scheme_shape_problem(schema, scheme, version) loop
		finding := 'invalid_shape';
		detail := r.message;
		return next;
	end loop;
	for r in execute format($query$
		select input, type
		from %I.scheme_input
		where scheme = $1 and version = $2
		order by input$query$, schema)
		using scheme, version
	loop
		detail := ph_support.rule_error('true', array[r.input], array[r.type]);
		if detail is null then
			names := names || r.input;
			types := types || r.type::regtype;
		else
			finding := 'invalid_input';
			detail := format('%s: %s', r.input, detail);
			return next;
		end if;
	end loop;
	for r in execute format($query$
		select segment, rule, expression
		from %I.scheme_rule
		where scheme = $1 and version = $2
		order by rule_order$query$, schema)
		using scheme, version
	loop
		detail := ph_support.rule_error(r.expression, names, types::text[]);
		if detail is not null then
			finding := 'invalid_rule';
			segment := r.segment;
			rule := r.rule;
			return next;
			invalid := invalid || r.rule;
		end if;
	end loop;
	return query
	select f.finding, f.segment, f.rule, f.detail, null::bigint
	from ph_support.rule_findings(schema, scheme, version, names, types, invalid, judged_by) f;
	rule := null;
	for finding, segment, detail in
		select * from ph_support.segment_findings(schema, scheme, version, population_schema)
	loop
		has_default := has_default and finding <> 'no_default';
		return next;
	end loop;
	if source is null or not has_default or invalid <> '{}' then
		return;
	end if;
	segment := null;
	for detail in select n from unnest(names) n where ph_support.column_type(source, n) is null order by n loop
		finding := 'missing_column';
		return next;
	end loop;
	return query
	select *
	from ph_support.people_findings(schema, scheme, version, source, person, smallest);
end
$$;
comment on function ph.check_scheme(text, text, regclass, text, text, integer, text[], text) is
	'what is wrong with a scheme: triggers that its tables lack (missing_trigger), '
	'a change since it was used (changed_since_used), inputs, rules and nesting that are none (invalid_input, '
	'invalid_rule, invalid_shape), rules that were changed in a copy while what people read was not '
	'(words_not_changed), rules never or always true, or that can never win (as far as logic shows it), that use '
	'what the scheme is judged by or activity, segments without a rule, code lists that population_schema lacks; '
	'with a relation of people also missing columns, people who cannot be assigned (unfit_people), '
	'rules that never win or are true for everybody there, segments with fewer than smallest people';

create function ph.scheme_changes(
	scheme text, from_version text, to_version text, schema text default 'ph', from_schema text default null,
	from_scheme text default null,
	out part text, out name text, out change text, out before text, out after text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $function$
begin
	perform ph_support.require_scheme(coalesce(from_schema, schema), coalesce(from_scheme, scheme), from_version);
	perform ph_support.require_scheme(schema, scheme, to_version);
	return query execute (
		select string_agg(
			format($query$
				select %1$L as part, %2$I::text as name,
					case when b is null then 'added' when a is null then 'removed' else 'changed' end as change,
					b::text, a::text
				from (
					select %2$I, concat_ws(', ', %3$s) as b
					from %4$I.%5$I
					where scheme = $1 and version = $2
				) x
				full join (
					select %2$I, concat_ws(', ', %3$s) as a
					from %6$I.%5$I
					where scheme = $3 and version = $4
				) y using (%2$I)
				where a is distinct from b$query$,
				v.part, v.part, v.content, coalesce(from_schema, schema), 'scheme_' || v.part, schema),
			' union all ' order by v.part) || ' order by 1, 2'
		from (
			values
			('input', $$type, case when activity then 'activity' end, 'list ' || code_list$$),
			('segment', $$kind || ' ' || rank, 'in ' || parent, label, 'source ' || source$$),
			('rule',
			 $$format('%s. %s %s if %s', rule_order, effect, segment, checked), 'says ' || says, 'source ' || source$$)
		) v (part, content))
	using coalesce(from_scheme, scheme), from_version, scheme, to_version;
end
$function$;
comment on function ph.scheme_changes(text, text, text, text, text, text) is
	'what differs between two versions of a scheme: inputs, segments and rules added, removed or changed';

create function ph.scheme_moves(
	before regclass, after regclass,
	out person_id text, out segment_before text, out segment_after text, out reasons_before text[],
	out reasons_after text[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select person_id::text, b.segment, a.segment, b.reasons, a.reasons
		from %s b
		full join %s a using (person_id)
		where b.path is distinct from a.path
		order by 1$query$, before, after);
end
$$;
comment on function ph.scheme_moves(regclass, regclass) is
	'the people who are in another segment in one segment view than in another, such as of two versions of a scheme, '
	'and why in each';

-- ---- the schemes that are shipped ----
-- Each row says where it was read and how sure it is: 'read' in the source, 'derived' from it, 'from memory' (check it
-- before use), or 'ours'. Facts and code names only; no text of the sources.

insert into ph.scheme (scheme, version, label, source, certainty, precedence)
values
	('bridges_to_health', 'bnssg-2019', 'Bridges to Health, executable reading',
	 'NHS BNSSG, population segmentation workshop, NHS-R 2019, after Lynn et al. 2007, Milbank Quarterly 85:185',
	 'read', 'source'),
	('bridges_to_health', 'nhs-england-2019',
	 'Bridges to Health, eight segments of the national data set; lists are yours',
	 'NHS England, Outcomes Based Healthcare: names of segments read; order from memory', 'from memory', 'source'),
	('snee', 'adults-2024', 'Suffolk and North East Essex: six segments of adults',
	 'Suffolk and North East Essex ICS, SNEEdocs, docs/segmentation.md and docs/ltc.md', 'read', 'source'),
	('london_matrix', '2013', 'London: fifteen groups by age and condition',
	 'North West London whole systems; IPPR figure 5.1: cells read, order ours', 'read', 'ours'),
	('kent_bands', 'year-of-care', 'Kent: long-term conditions year of care, currency bands',
	 'A. George, Kent; band A implied', 'read', 'source'),
	('frailty_index_classes', 'clegg-2016', 'Classes of the electronic frailty index',
	 'Clegg et al. 2016; cut points from memory', 'from memory', 'source'),
	('hospital_frailty_bands', 'gilbert-2018', 'Bands of the Hospital Frailty Risk Score',
	 'Gilbert et al. 2018, Lancet 391:1775; derived at 75 and over, used by NHS England from 65', 'read', 'source'),
	('core20plus5', 'adults-2021', 'Core20PLUS5 as flags, adults; PLUS groups are local',
	 'NHS England; Core20 is the national fifth by deprivation and is never ranked again locally', 'read', 'source'),
	('kaiser_pyramid', 'levels', 'Kaiser pyramid: three levels of care by risk',
	 'Kings Fund and Kaiser; shares from memory: 5 %, 20 %, rest', 'from memory', 'source'),
	('kaiser_senior', 'care-groups', 'Kaiser senior segmentation: four groups from 65 on',
	 'Kaiser Permanente senior segmentation: groups read, codes are yours', 'read', 'source');

insert into ph.scheme_input (scheme, version, input, type, description, code_list, activity)
values
	('bridges_to_health', 'bnssg-2019', 'dementia', 'boolean', 'dementia recorded', 'dementia', false),
	('bridges_to_health', 'bnssg-2019', 'frailty_class', 'text',
	 'class of the electronic frailty index: Fit, Mild, Moderate, Severe', null, false),
	('bridges_to_health', 'bnssg-2019', 'heart_failure', 'boolean', null, 'heart_failure', false),
	('bridges_to_health', 'bnssg-2019', 'coronary_heart_disease', 'boolean', null, 'coronary_heart_disease', false),
	('bridges_to_health', 'bnssg-2019', 'chronic_kidney_disease', 'boolean', null, 'chronic_kidney_disease', false),
	('bridges_to_health', 'bnssg-2019', 'cancer', 'boolean', null, 'cancer', false),
	('bridges_to_health', 'bnssg-2019', 'learning_disability', 'boolean', null, 'learning_disability', false),
	('bridges_to_health', 'bnssg-2019', 'blindness', 'boolean', null, null, false),
	('bridges_to_health', 'bnssg-2019', 'deafness', 'boolean', null, null, false),
	('bridges_to_health', 'bnssg-2019', 'long_term_conditions', 'integer',
	 'how many long-term conditions', null, false),
	('bridges_to_health', 'bnssg-2019', 'sex', 'text', 'F or M', null, false),
	('bridges_to_health', 'bnssg-2019', 'maternity_activity', 'integer',
	 'contacts with maternity services in the year', null, true),
	('bridges_to_health', 'bnssg-2019', 'non_elective_admissions', 'integer',
	 'emergency admissions in the year', null, true),
	('bridges_to_health', 'nhs-england-2019', 'dementia', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'severe_frailty', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'end_stage_heart_failure', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'end_stage_respiratory_disease', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'end_stage_renal_failure', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'liver_failure', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'incurable_cancer', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'learning_disability', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'physical_disability', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'severe_mental_illness', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'age_years', 'integer', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'hospital_frailty', 'double precision',
	 'Hospital Frailty Risk Score of two years', null, false),
	('bridges_to_health', 'nhs-england-2019', 'chronic_kidney_disease_stage', 'integer', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'emergency_admissions_12_months', 'integer', null, null, true),
	('bridges_to_health', 'nhs-england-2019', 'long_term_conditions', 'integer', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'pregnant_or_postnatal', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'infant', 'boolean', null, null, false),
	('bridges_to_health', 'nhs-england-2019', 'acute_care', 'boolean', 'an acute episode in the year', null, true),
	('bridges_to_health', 'nhs-england-2019', 'active_cancer', 'boolean',
	 'chemotherapy in twelve months with a recorded cancer', null, false),
	('snee', 'adults-2024', 'anxiety', 'boolean', null, null, false),
	('snee', 'adults-2024', 'asthma', 'boolean', null, null, false),
	('snee', 'adults-2024', 'atrial_fibrillation', 'boolean', null, null, false),
	('snee', 'adults-2024', 'chronic_kidney_disease', 'boolean', null, null, false),
	('snee', 'adults-2024', 'copd', 'boolean', null, null, false),
	('snee', 'adults-2024', 'unresolved_depression', 'boolean', null, null, false),
	('snee', 'adults-2024', 'diabetes', 'boolean', null, null, false),
	('snee', 'adults-2024', 'epilepsy', 'boolean', null, null, false),
	('snee', 'adults-2024', 'heart_failure', 'boolean', null, null, false),
	('snee', 'adults-2024', 'hypertension', 'boolean', null, null, false),
	('snee', 'adults-2024', 'learning_disability', 'boolean', null, null, false),
	('snee', 'adults-2024', 'osteoporosis', 'boolean', null, null, false),
	('snee', 'adults-2024', 'peripheral_vascular_disease', 'boolean', null, null, false),
	('snee', 'adults-2024', 'stroke', 'boolean', null, null, false),
	('snee', 'adults-2024', 'transient_ischaemic_attack', 'boolean', null, null, false),
	('snee', 'adults-2024', 'palliative_care', 'boolean', null, null, false),
	('snee', 'adults-2024', 'end_of_life', 'boolean', null, null, false),
	('snee', 'adults-2024', 'end_stage_liver_disease', 'boolean', null, null, false),
	('snee', 'adults-2024', 'end_stage_heart_failure', 'boolean', null, null, false),
	('snee', 'adults-2024', 'end_stage_renal_failure', 'boolean', null, null, false),
	('snee', 'adults-2024', 'end_stage_copd', 'boolean', null, null, false),
	('snee', 'adults-2024', 'dementia', 'boolean', null, null, false),
	('snee', 'adults-2024', 'severe_frailty', 'boolean', null, null, false),
	('snee', 'adults-2024', 'housebound', 'boolean', null, null, false),
	('snee', 'adults-2024', 'has_carer', 'boolean', null, null, false),
	('snee', 'adults-2024', 'cancer', 'boolean', null, null, false),
	('snee', 'adults-2024', 'moderate_frailty', 'boolean', null, null, false),
	('snee', 'adults-2024', 'severe_mental_illness', 'boolean', null, null, false),
	('snee', 'adults-2024', 'depression', 'boolean', null, null, false),
	('snee', 'adults-2024', 'smoker', 'boolean', null, null, false),
	('snee', 'adults-2024', 'increased_or_high_alcohol_risk', 'boolean', null, null, false),
	('snee', 'adults-2024', 'frailty_contact', 'boolean',
	 'hospital contact in the year for hip fracture, stroke, fall or frailty', null, true),
	('snee', 'adults-2024', 'mental_health_contact', 'boolean',
	 'contact in the mental health data set in the year', null, true),
	('snee', 'adults-2024', 'social_contact', 'boolean',
	 'hospital contact in the year for mental health, alcohol, drugs, self-harm or homelessness', null, true),
	('snee', 'adults-2024', 'dental_emergency', 'boolean',
	 'hospital contact in the year for emergency dentistry', null, true),
	('snee', 'adults-2024', 'bmi', 'double precision', 'body mass index within twelve months, kg/m2', null, false),
	('london_matrix', '2013', 'age_years', 'integer', null, null, false),
	('london_matrix', '2013', 'long_term_conditions', 'integer', null, null, false),
	('london_matrix', '2013', 'cancer', 'boolean', null, null, false),
	('london_matrix', '2013', 'severe_mental_illness', 'boolean', null, null, false),
	('london_matrix', '2013', 'learning_disability', 'boolean', null, null, false),
	('london_matrix', '2013', 'physical_disability', 'boolean', null, null, false),
	('london_matrix', '2013', 'advanced_dementia', 'boolean', null, null, false),
	('london_matrix', '2013', 'intensive_continuing_care', 'boolean', null, null, false),
	('london_matrix', '2013', 'homeless', 'boolean', null, null, false),
	('kent_bands', 'year-of-care', 'long_term_conditions', 'integer', null, null, false),
	('frailty_index_classes', 'clegg-2016', 'frailty_index', 'double precision', 'deficits present / 36', null, false),
	('hospital_frailty_bands', 'gilbert-2018', 'hospital_frailty', 'double precision',
	 'score of two years of admissions', null, false),
	('hospital_frailty_bands', 'gilbert-2018', 'age_years', 'integer', null, null, false),
	('core20plus5', 'adults-2021', 'deprivation_decile', 'integer',
	 'national decile of the small area, 1 the most deprived', null, false),
	('core20plus5', 'adults-2021', 'long_term_conditions', 'integer', null, null, false),
	('core20plus5', 'adults-2021', 'ethnic_minority', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'learning_disability', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'autism', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'homeless', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'drug_or_alcohol_dependence', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'vulnerable_migrant', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'gypsy_roma_traveller', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'sex_worker', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'justice_contact', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'modern_slavery', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'coastal_pocket', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'pregnant', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'severe_mental_illness', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'chronic_respiratory_disease', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'cancer', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'hypertension', 'boolean', null, null, false),
	('core20plus5', 'adults-2021', 'smoker', 'boolean', null, null, false),
	('kaiser_pyramid', 'levels', 'risk_share_above', 'double precision',
	 'share of people at higher risk: 0 is the highest', null, false),
	('kaiser_senior', 'care-groups', 'age_years', 'integer', null, null, false),
	('kaiser_senior', 'care-groups', 'long_term_conditions', 'integer', null, null, false),
	('kaiser_senior', 'care-groups', 'advanced_illness', 'boolean', null, null, false),
	('kaiser_senior', 'care-groups', 'end_organ_failure', 'boolean', null, null, false),
	('kaiser_senior', 'care-groups', 'extreme_frailty', 'boolean', null, null, false),
	('kaiser_senior', 'care-groups', 'near_end_of_life', 'boolean', null, null, false);

insert into ph.scheme_segment (scheme, version, rank, segment, kind, parent)
values
	('bridges_to_health', 'bnssg-2019', 1, 'Frailty', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 2, 'Limited reserve', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 3, 'Cancer', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 4, 'Disability', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 5, 'Long-term conditions', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 6, 'Maternity', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 7, 'Acutely ill', 'segment', null),
	('bridges_to_health', 'bnssg-2019', 8, 'Healthy', 'default', null),
	('bridges_to_health', 'nhs-england-2019', 1, 'Frailty and dementia', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 2, 'Organ failure', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 3, 'Incurable cancer', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 4, 'Disability', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 5, 'Long-term conditions', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 6, 'Acutely ill', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 7, 'Maternal and infant health', 'segment', null),
	('bridges_to_health', 'nhs-england-2019', 8, 'Healthy', 'default', null),
	('bridges_to_health', 'nhs-england-2019', 91, 'Active cancer', 'flag', null),
	('bridges_to_health', 'nhs-england-2019', 92, 'Intermediate frailty risk', 'flag', null),
	('bridges_to_health', 'nhs-england-2019', 11, 'Dementia', 'segment', 'Frailty and dementia'),
	('bridges_to_health', 'nhs-england-2019', 12, 'High frailty risk', 'segment', 'Frailty and dementia'),
	('bridges_to_health', 'nhs-england-2019', 13, 'Severe frailty', 'segment', 'Frailty and dementia'),
	('bridges_to_health', 'nhs-england-2019', 21, 'End-stage renal failure', 'segment', 'Organ failure'),
	('bridges_to_health', 'nhs-england-2019', 22, 'Liver failure', 'segment', 'Organ failure'),
	('bridges_to_health', 'nhs-england-2019', 23, 'End-stage heart failure', 'segment', 'Organ failure'),
	('bridges_to_health', 'nhs-england-2019', 24, 'End-stage respiratory disease', 'segment', 'Organ failure'),
	('bridges_to_health', 'nhs-england-2019', 51, 'Two or more conditions', 'segment', 'Long-term conditions'),
	('bridges_to_health', 'nhs-england-2019', 52, 'One condition', 'segment', 'Long-term conditions'),
	('snee', 'adults-2024', 1, 'Die well', 'segment', null),
	('snee', 'adults-2024', 2, 'Age well', 'segment', null),
	('snee', 'adults-2024', 3, 'Stay well', 'segment', null),
	('snee', 'adults-2024', 4, 'Feel well', 'segment', null),
	('snee', 'adults-2024', 5, 'Be well', 'segment', null),
	('snee', 'adults-2024', 6, 'Live well', 'default', null),
	('london_matrix', '2013', 1, 'Homeless', 'segment', null),
	('london_matrix', '2013', 2, 'Advanced dementia', 'segment', null),
	('london_matrix', '2013', 3, 'Physical disability', 'segment', null),
	('london_matrix', '2013', 4, 'Learning disability', 'segment', null),
	('london_matrix', '2013', 5, 'Severe and enduring mental illness', 'segment', null),
	('london_matrix', '2013', 6, 'Young people with intensive continuing care needs', 'segment', null),
	('london_matrix', '2013', 7, 'Children with intensive continuing care needs', 'segment', null),
	('london_matrix', '2013', 8, 'Adults and older people with cancer', 'segment', null),
	('london_matrix', '2013', 9, 'Children and young people with a long-term condition or cancer', 'segment', null),
	('london_matrix', '2013', 10, 'Older people with long-term conditions', 'segment', null),
	('london_matrix', '2013', 11, 'Adults with long-term conditions', 'segment', null),
	('london_matrix', '2013', 12, 'Mostly healthy older people', 'segment', null),
	('london_matrix', '2013', 13, 'Mostly healthy adults', 'segment', null),
	('london_matrix', '2013', 14, 'Mostly healthy young people', 'segment', null),
	('london_matrix', '2013', 15, 'Mostly healthy children', 'segment', null),
	('london_matrix', '2013', 16, 'Age not known', 'default', null),
	('kent_bands', 'year-of-care', 1, 'E', 'segment', null),
	('kent_bands', 'year-of-care', 2, 'D', 'segment', null),
	('kent_bands', 'year-of-care', 3, 'C', 'segment', null),
	('kent_bands', 'year-of-care', 4, 'B', 'segment', null),
	('kent_bands', 'year-of-care', 5, 'A', 'segment', null),
	('kent_bands', 'year-of-care', 6, 'Not known', 'default', null),
	('frailty_index_classes', 'clegg-2016', 1, 'Severe', 'segment', null),
	('frailty_index_classes', 'clegg-2016', 2, 'Moderate', 'segment', null),
	('frailty_index_classes', 'clegg-2016', 3, 'Mild', 'segment', null),
	('frailty_index_classes', 'clegg-2016', 4, 'Fit', 'segment', null),
	('frailty_index_classes', 'clegg-2016', 5, 'Not known', 'default', null),
	('hospital_frailty_bands', 'gilbert-2018', 1, 'High', 'segment', null),
	('hospital_frailty_bands', 'gilbert-2018', 2, 'Intermediate', 'segment', null),
	('hospital_frailty_bands', 'gilbert-2018', 3, 'Low', 'segment', null),
	('hospital_frailty_bands', 'gilbert-2018', 4, 'Not known or younger than 65', 'default', null),
	('core20plus5', 'adults-2021', 1, 'Core20', 'flag', null),
	('core20plus5', 'adults-2021', 2, 'PLUS: ethnic minority', 'flag', null),
	('core20plus5', 'adults-2021', 3, 'PLUS: learning disability or autism', 'flag', null),
	('core20plus5', 'adults-2021', 4, 'PLUS: multiple long-term conditions', 'flag', null),
	('core20plus5', 'adults-2021', 5, 'PLUS: inclusion health', 'flag', null),
	('core20plus5', 'adults-2021', 6, 'PLUS: coastal pocket', 'flag', null),
	('core20plus5', 'adults-2021', 7, '5: maternity', 'flag', null),
	('core20plus5', 'adults-2021', 8, '5: severe mental illness', 'flag', null),
	('core20plus5', 'adults-2021', 9, '5: chronic respiratory disease', 'flag', null),
	('core20plus5', 'adults-2021', 10, '5: early cancer diagnosis', 'flag', null),
	('core20plus5', 'adults-2021', 11, '5: hypertension', 'flag', null),
	('core20plus5', 'adults-2021', 12, 'Smoking cessation', 'flag', null),
	('core20plus5', 'adults-2021', 20, 'Everyone', 'default', null),
	('kaiser_pyramid', 'levels', 1, 'Level 3: case management', 'segment', null),
	('kaiser_pyramid', 'levels', 2, 'Level 2: disease management', 'segment', null),
	('kaiser_pyramid', 'levels', 3, 'Level 1: supported self-care', 'segment', null),
	('kaiser_pyramid', 'levels', 4, 'Risk not known', 'default', null),
	('kaiser_senior', 'care-groups', 1, '4: extreme frailty or near end of life', 'segment', null),
	('kaiser_senior', 'care-groups', 2, '3: advanced illness or end-organ failure', 'segment', null),
	('kaiser_senior', 'care-groups', 3, '2: one or more chronic conditions', 'segment', null),
	('kaiser_senior', 'care-groups', 4, '1: no chronic condition', 'segment', null),
	('kaiser_senior', 'care-groups', 5, 'Younger than 65 or not known', 'default', null);

insert into ph.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty)
values
	('bridges_to_health', 'bnssg-2019', 1, 'Frailty', 'Frailty',
	 'dementia or lower(frailty_class) in (''moderate'', ''severe'')',
	 'you have dementia, or moderate or severe frailty', 'read'),
	('bridges_to_health', 'bnssg-2019', 2, 'Limited reserve', 'Limited reserve',
	 'heart_failure or coronary_heart_disease or chronic_kidney_disease',
	 'you have heart failure, coronary heart disease or chronic kidney disease', 'read'),
	('bridges_to_health', 'bnssg-2019', 3, 'Cancer', 'Cancer',
	 'cancer',
	 'you have or had cancer', 'read'),
	('bridges_to_health', 'bnssg-2019', 4, 'Disability', 'Disability',
	 'learning_disability or blindness or deafness',
	 'you have a learning disability, or a loss of sight or hearing', 'read'),
	('bridges_to_health', 'bnssg-2019', 5, 'Long-term conditions', 'Long-term conditions',
	 'long_term_conditions > 1',
	 'you have more than one long-term condition', 'read'),
	('bridges_to_health', 'bnssg-2019', 6, 'Maternity', 'Maternity',
	 'lower(sex) in (''f'', ''female'') and maternity_activity > 0',
	 'you were in the care of maternity services in the year', 'read'),
	('bridges_to_health', 'bnssg-2019', 7, 'Acutely ill', 'Acutely ill',
	 'non_elective_admissions > 0',
	 'you were in hospital as an emergency in the year', 'read'),
	('bridges_to_health', 'nhs-england-2019', 1, 'Dementia', 'Dementia',
	 'dementia',
	 'you have dementia', 'read'),
	('bridges_to_health', 'nhs-england-2019', 2, 'High frailty risk', 'High frailty risk',
	 'age_years >= 65 and hospital_frailty > 15',
	 'you are 65 or over and your hospital stays show a high risk of frailty', 'read'),
	('bridges_to_health', 'nhs-england-2019', 3, 'Severe frailty', 'Severe frailty',
	 'severe_frailty',
	 'you have severe frailty', 'read'),
	('bridges_to_health', 'nhs-england-2019', 4, 'End-stage renal failure', 'End-stage renal failure',
	 'end_stage_renal_failure or chronic_kidney_disease_stage = 5',
	 'your kidneys have failed or nearly so', 'read'),
	('bridges_to_health', 'nhs-england-2019', 5, 'CKD 4 with four emergency admissions', 'End-stage renal failure',
	 'chronic_kidney_disease_stage = 4 and emergency_admissions_12_months >= 4',
	 'you have advanced kidney disease and were in hospital as an emergency four times or more in the year', 'read'),
	('bridges_to_health', 'nhs-england-2019', 6, 'Liver failure', 'Liver failure',
	 'liver_failure',
	 'your liver has failed or nearly so', 'read'),
	('bridges_to_health', 'nhs-england-2019', 7, 'End-stage heart failure', 'End-stage heart failure',
	 'end_stage_heart_failure',
	 'you have end-stage heart failure', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 8, 'End-stage respiratory disease', 'End-stage respiratory disease',
	 'end_stage_respiratory_disease',
	 'you have end-stage lung disease', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 9, 'Incurable cancer', 'Incurable cancer',
	 'incurable_cancer',
	 'you have a cancer that cannot be cured', 'read'),
	('bridges_to_health', 'nhs-england-2019', 10, 'Disability', 'Disability',
	 'learning_disability or physical_disability or severe_mental_illness',
	 'you have a disability or a severe mental illness', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 11, 'Two or more conditions', 'Two or more conditions',
	 'long_term_conditions >= 2',
	 'you have two or more long-term conditions', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 12, 'One condition', 'One condition',
	 'long_term_conditions = 1',
	 'you have a long-term condition', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 13, 'Acutely ill', 'Acutely ill',
	 'acute_care',
	 'you were acutely ill in the year', 'from memory'),
	('bridges_to_health', 'nhs-england-2019', 14, 'Maternal and infant health', 'Maternal and infant health',
	 'pregnant_or_postnatal or infant',
	 'you are pregnant, have just had a baby or are one', 'read'),
	('bridges_to_health', 'nhs-england-2019', 15, 'Active cancer', 'Active cancer',
	 'active_cancer',
	 'you had chemotherapy in the last twelve months', 'read'),
	('bridges_to_health', 'nhs-england-2019', 16, 'Intermediate frailty risk', 'Intermediate frailty risk',
	 'age_years >= 65 and hospital_frailty between 5 and 15',
	 'you are 65 or over and your hospital stays show some risk of frailty', 'read'),
	('snee', 'adults-2024', 1, 'Palliative care or end of life', 'Die well',
	 'palliative_care or end_of_life',
	 'you receive palliative or end-of-life care', 'read'),
	('snee', 'adults-2024', 2, 'End-stage disease', 'Die well',
	 'end_stage_liver_disease or end_stage_heart_failure or end_stage_renal_failure or end_stage_copd',
	 'you have end-stage disease of an organ', 'read'),
	('snee', 'adults-2024', 3, 'Hospital contact of frailty', 'Age well',
	 'frailty_contact',
	 'you were in hospital in the year for a hip fracture, a stroke, a fall or frailty', 'read'),
	('snee', 'adults-2024', 4, 'Dementia', 'Age well',
	 'dementia',
	 'you have dementia', 'read'),
	('snee', 'adults-2024', 5, 'Four or more conditions', 'Age well',
	 'ph.count_true(anxiety, asthma, atrial_fibrillation, chronic_kidney_disease, copd, unresolved_depression, '
	 'diabetes, epilepsy, heart_failure, hypertension, learning_disability, osteoporosis, '
	 'peripheral_vascular_disease, stroke, transient_ischaemic_attack) >= 4',
	 'you have four or more long-term conditions', 'read'),
	('snee', 'adults-2024', 6, 'Severe frailty', 'Age well',
	 'severe_frailty',
	 'you have severe frailty', 'read'),
	('snee', 'adults-2024', 7, 'Housebound', 'Age well',
	 'housebound',
	 'you cannot leave your home', 'read'),
	('snee', 'adults-2024', 8, 'Has a carer', 'Age well',
	 'has_carer',
	 'somebody cares for you', 'read'),
	('snee', 'adults-2024', 9, 'One to three conditions', 'Stay well',
	 'ph.count_true(anxiety, asthma, atrial_fibrillation, chronic_kidney_disease, copd, unresolved_depression, '
	 'diabetes, epilepsy, heart_failure, hypertension, learning_disability, osteoporosis, '
	 'peripheral_vascular_disease, stroke, transient_ischaemic_attack) between 1 and 3',
	 'you have one to three long-term conditions', 'read'),
	('snee', 'adults-2024', 10, 'Cancer', 'Stay well',
	 'cancer',
	 'you have or had cancer', 'read'),
	('snee', 'adults-2024', 11, 'Moderate frailty', 'Stay well',
	 'moderate_frailty',
	 'you have moderate frailty', 'read'),
	('snee', 'adults-2024', 12, 'Severe mental illness', 'Feel well',
	 'severe_mental_illness',
	 'you have a severe mental illness', 'read'),
	('snee', 'adults-2024', 13, 'Depression', 'Feel well',
	 'depression',
	 'you have or had depression', 'read'),
	('snee', 'adults-2024', 14, 'Anxiety', 'Feel well',
	 'anxiety',
	 'you have anxiety', 'read'),
	('snee', 'adults-2024', 15, 'Mental health contact', 'Feel well',
	 'mental_health_contact',
	 'you saw mental health services in the year', 'read'),
	('snee', 'adults-2024', 16, 'Hospital contact of mental health', 'Feel well',
	 'social_contact',
	 'you were in hospital in the year for mental health, alcohol, drugs, self-harm or homelessness', 'read'),
	('snee', 'adults-2024', 17, 'Emergency dentistry', 'Be well',
	 'dental_emergency',
	 'you needed emergency dentistry in the year', 'read'),
	('snee', 'adults-2024', 18, 'Obesity', 'Be well',
	 'bmi > 30',
	 'your body mass index is above 30', 'read'),
	('snee', 'adults-2024', 19, 'Smoker', 'Be well',
	 'smoker',
	 'you smoke', 'read'),
	('snee', 'adults-2024', 20, 'Alcohol', 'Be well',
	 'increased_or_high_alcohol_risk',
	 'alcohol puts your health at risk', 'read'),
	('london_matrix', '2013', 1, 'Homeless', 'Homeless',
	 'homeless',
	 'you have no settled home', 'read'),
	('london_matrix', '2013', 2, 'Advanced dementia', 'Advanced dementia',
	 'age_years >= 18 and advanced_dementia',
	 'you have advanced dementia', 'read'),
	('london_matrix', '2013', 3, 'Physical disability', 'Physical disability',
	 'age_years >= 18 and physical_disability',
	 'you have a physical disability', 'read'),
	('london_matrix', '2013', 4, 'Learning disability', 'Learning disability',
	 'age_years >= 18 and learning_disability',
	 'you have a learning disability', 'read'),
	('london_matrix', '2013', 5, 'Severe and enduring mental illness', 'Severe and enduring mental illness',
	 'age_years >= 18 and severe_mental_illness',
	 'you have a severe mental illness', 'read'),
	('london_matrix', '2013', 6, 'Young people, continuing care', 'Young people with intensive continuing care needs',
	 'age_years between 13 and 17 and intensive_continuing_care',
	 'you are 13 to 17 and need continuing care', 'read'),
	('london_matrix', '2013', 7, 'Children, continuing care', 'Children with intensive continuing care needs',
	 'age_years <= 12 and intensive_continuing_care',
	 'you are a child who needs continuing care', 'read'),
	('london_matrix', '2013', 8, 'Adults, cancer', 'Adults and older people with cancer',
	 'age_years >= 18 and cancer',
	 'you have or had cancer', 'read'),
	('london_matrix',
	 '2013', 9, 'Under 18, condition or cancer', 'Children and young people with a long-term condition or cancer',
	 'age_years < 18 and (long_term_conditions >= 1 or cancer)',
	 'you are under 18 and have a long-term condition or cancer', 'read'),
	('london_matrix', '2013', 10, 'Older, condition', 'Older people with long-term conditions',
	 'age_years >= 65 and long_term_conditions >= 1',
	 'you are 65 or over and have a long-term condition', 'read'),
	('london_matrix', '2013', 11, 'Adult, condition', 'Adults with long-term conditions',
	 'age_years between 18 and 64 and long_term_conditions >= 1',
	 'you have a long-term condition', 'read'),
	('london_matrix', '2013', 12, 'Older', 'Mostly healthy older people',
	 'age_years >= 65',
	 'you are 65 or over', 'read'),
	('london_matrix', '2013', 13, 'Adult', 'Mostly healthy adults',
	 'age_years between 18 and 64',
	 'you are 18 to 64', 'read'),
	('london_matrix', '2013', 14, 'Young people', 'Mostly healthy young people',
	 'age_years between 13 and 17',
	 'you are 13 to 17', 'read'),
	('london_matrix', '2013', 15, 'Children', 'Mostly healthy children',
	 'age_years <= 12',
	 'you are 12 or younger', 'read'),
	('kent_bands', 'year-of-care', 1, 'E', 'E',
	 'long_term_conditions >= 9',
	 'you have nine or more long-term conditions', 'read'),
	('kent_bands', 'year-of-care', 2, 'D', 'D',
	 'long_term_conditions between 6 and 8',
	 'you have six to eight long-term conditions', 'read'),
	('kent_bands', 'year-of-care', 3, 'C', 'C',
	 'long_term_conditions between 3 and 5',
	 'you have three to five long-term conditions', 'read'),
	('kent_bands', 'year-of-care', 4, 'B', 'B',
	 'long_term_conditions = 2',
	 'you have two long-term conditions', 'read'),
	('kent_bands', 'year-of-care', 5, 'A', 'A',
	 'long_term_conditions between 0 and 1',
	 'you have one long-term condition or none', 'derived'),
	('frailty_index_classes', 'clegg-2016', 1, 'Severe', 'Severe',
	 'frailty_index > 0.36',
	 'your record shows severe frailty', 'from memory'),
	('frailty_index_classes', 'clegg-2016', 2, 'Moderate', 'Moderate',
	 'frailty_index > 0.24',
	 'your record shows moderate frailty', 'from memory'),
	('frailty_index_classes', 'clegg-2016', 3, 'Mild', 'Mild',
	 'frailty_index > 0.12',
	 'your record shows mild frailty', 'from memory'),
	('frailty_index_classes', 'clegg-2016', 4, 'Fit', 'Fit',
	 'frailty_index >= 0',
	 'your record shows no frailty', 'from memory'),
	('hospital_frailty_bands', 'gilbert-2018', 1, 'High', 'High',
	 'age_years >= 65 and hospital_frailty > 15',
	 'your hospital stays show a high risk of frailty', 'read'),
	('hospital_frailty_bands', 'gilbert-2018', 2, 'Intermediate', 'Intermediate',
	 'age_years >= 65 and hospital_frailty >= 5',
	 'your hospital stays show some risk of frailty', 'read'),
	('hospital_frailty_bands', 'gilbert-2018', 3, 'Low', 'Low',
	 'age_years >= 65 and hospital_frailty >= 0',
	 'your hospital stays show a low risk of frailty', 'read'),
	('core20plus5', 'adults-2021', 1, 'Core20', 'Core20',
	 'deprivation_decile in (1, 2)',
	 'you live in one of the most deprived fifth of areas of England', 'read'),
	('core20plus5', 'adults-2021', 2, 'PLUS: ethnic minority', 'PLUS: ethnic minority',
	 'ethnic_minority',
	 'you belong to an ethnic minority', 'read'),
	('core20plus5', 'adults-2021', 3, 'PLUS: learning disability or autism', 'PLUS: learning disability or autism',
	 'learning_disability or autism',
	 'you have a learning disability or autism', 'read'),
	('core20plus5', 'adults-2021', 4, 'PLUS: multiple long-term conditions', 'PLUS: multiple long-term conditions',
	 'long_term_conditions >= 2',
	 'you have more than one long-term condition', 'read'),
	('core20plus5', 'adults-2021', 5, 'PLUS: inclusion health', 'PLUS: inclusion health',
	 'homeless or drug_or_alcohol_dependence or vulnerable_migrant or gypsy_roma_traveller or sex_worker '
	 'or justice_contact or modern_slavery',
	 'you belong to a group that services often miss', 'read'),
	('core20plus5', 'adults-2021', 6, 'PLUS: coastal pocket', 'PLUS: coastal pocket',
	 'coastal_pocket',
	 'you live in a deprived part of the coast', 'read'),
	('core20plus5', 'adults-2021', 7, '5: maternity', '5: maternity',
	 'pregnant',
	 'you are pregnant', 'read'),
	('core20plus5', 'adults-2021', 8, '5: severe mental illness', '5: severe mental illness',
	 'severe_mental_illness',
	 'you have a severe mental illness', 'read'),
	('core20plus5', 'adults-2021', 9, '5: chronic respiratory disease', '5: chronic respiratory disease',
	 'chronic_respiratory_disease',
	 'you have a chronic disease of the lungs', 'read'),
	('core20plus5', 'adults-2021', 10, '5: early cancer diagnosis', '5: early cancer diagnosis',
	 'cancer',
	 'you have or had cancer', 'read'),
	('core20plus5', 'adults-2021', 11, '5: hypertension', '5: hypertension',
	 'hypertension',
	 'you have high blood pressure', 'read'),
	('core20plus5', 'adults-2021', 12, 'Smoking cessation', 'Smoking cessation',
	 'smoker',
	 'you smoke', 'read'),
	('kaiser_pyramid', 'levels', 1, 'Level 3', 'Level 3: case management',
	 'risk_share_above < 0.05',
	 'your risk is among the highest 5 in 100', 'from memory'),
	('kaiser_pyramid', 'levels', 2, 'Level 2', 'Level 2: disease management',
	 'risk_share_above < 0.2',
	 'your risk is among the highest 20 in 100', 'from memory'),
	('kaiser_pyramid', 'levels', 3, 'Level 1', 'Level 1: supported self-care',
	 'risk_share_above <= 1',
	 'your risk is not among the highest', 'from memory'),
	('kaiser_senior', 'care-groups', 1, 'Care group 4', '4: extreme frailty or near end of life',
	 'age_years >= 65 and (extreme_frailty or near_end_of_life)',
	 'you are extremely frail or near the end of life', 'read'),
	('kaiser_senior', 'care-groups', 2, 'Care group 3', '3: advanced illness or end-organ failure',
	 'age_years >= 65 and (advanced_illness or end_organ_failure)',
	 'you have an advanced illness', 'read'),
	('kaiser_senior', 'care-groups', 3, 'Care group 2', '2: one or more chronic conditions',
	 'age_years >= 65 and long_term_conditions >= 1',
	 'you have a chronic condition', 'read'),
	('kaiser_senior', 'care-groups', 4, 'Care group 1', '1: no chronic condition',
	 'age_years >= 65 and long_term_conditions = 0',
	 'you have no chronic condition', 'read');

-- what is shipped is read only
update ph.scheme set used_at = '2026-11-25 00:00+00';

-- ---- segments over time ----

create procedure ph.record_segments(schema text, segments regclass, as_of timestamptz, gone regclass default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of record;
	day constant date := as_of;
	last_day date;
begin
	if day is null or not isfinite(day) then
		raise exception 'argument "as_of" must be a day'
			using errcode = '22023';
	end if;
	perform ph_support.require_segment_table(schema, 'segment_history');
	execute format($query$
		select min(scheme) as scheme, min(version) as version, count(distinct (scheme, version)) as versions,
			count(person_id) - count(distinct person_id) as repeated, count(*) - count(person_id) as nameless
		from %s$query$, segments)
	into of;
	if of.versions is distinct from 1 then
		raise exception 'relation % holds % versions of schemes, not one', segments, of.versions
			using errcode = '22023', hint = 'Record one segment view at a time, over people.';
	elsif of.nameless > 0 then
		raise exception 'relation % has rows without a person_id', segments
			using errcode = '22023', hint = 'Nobody can be followed who has no identifier.';
	elsif of.repeated > 0 then
		raise exception 'relation % holds the same person more than once', segments
			using errcode = '22023', hint = 'A segment view is one row a person.';
	end if;
	call ph_support.lock_scheme(schema, of.scheme, of.version);
	execute format('lock table %I.segment_history in share row exclusive mode', schema);
	execute format('select max(as_of) from %I.segment_recording where scheme = $1', schema)
	into last_day
	using of.scheme;
	if day <= last_day then
		raise exception 'segments of scheme "%" are already recorded as of % or later', of.scheme, last_day
			using errcode = '22023', hint = 'Record days in their order.';
	end if;
	-- who is not in the view any more is in a state without a rank: what the relation gone says, or gone
	execute format($query$
		create temp table ph_recorded on commit drop as
		select person_id::text, version, segment, rank, matched
		from %1$s
		union all
		select h.person_id, $2, coalesce(g.state, case when h.rank is null then h.segment end, 'gone'), null, null
		from %2$I.segment_history h
		left join (%3$s) g using (person_id)
		where h.scheme = $1 and h.end_date is null
			and not exists (select from %1$s s where s.person_id::text = h.person_id)$query$,
		segments, schema, coalesce(
			'select person_id::text, min(state) as state from ' || gone || ' group by 1',
			'select null::text as person_id, null::text as state where false'))
	using of.scheme, of.version;
	-- before anything else is written: here two meet who record at one time
	begin
		execute format($query$
			insert into %I.segment_recording (scheme, as_of, version, people, previous)
			select $1, $2, $3, count(*), $4
			from pg_temp.ph_recorded
			where rank is not null$query$, schema)
		using of.scheme, day, of.version, last_day;
	exception when unique_violation then
		raise exception 'segments of scheme "%" were recorded by somebody else at the same time', of.scheme
			using errcode = 'serialization_failure', hint = 'Try again.';
	end;
	execute format($query$
		update %1$I.segment_history h
		set end_date = $2
		from pg_temp.ph_recorded r
		where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null
			and (h.segment <> r.segment or h.rank is distinct from r.rank
				or h.version <> r.version and r.rank is not null)$query$, schema)
	using of.scheme, day;
	execute format($query$
		insert into %1$I.segment_history (person_id, scheme, version, segment, rank, matched, start_date)
		select r.person_id, $1, r.version, r.segment, r.rank, r.matched, $2
		from pg_temp.ph_recorded r
		where not exists (
			select
			from %1$I.segment_history h
			where h.person_id = r.person_id and h.scheme = $1 and h.end_date is null)$query$, schema)
	using of.scheme, day;
	drop table pg_temp.ph_recorded;
end
$$;
comment on procedure ph.record_segments(text, regclass, timestamptz, regclass) is
	'writes what a segment view says as of a day into segment_history: periods end and begin on that day '
	'for those who moved; who is in the view no longer is in the state that the relation gone (person_id, state) '
	'gives, such as died or moved out, or stays in the state that was recorded, or gone; '
	'days are recorded in their order, each in segment_recording';

create function ph.check_segment_history(
	schema text,
	out finding text, out person_id text, out scheme text, out start_date date)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	return query execute format($query$
		select
			case
				when previous is null then 'open_before_last'
				when previous < h.start_date then 'gap'
				else 'overlap' end,
			h.person_id, h.scheme, h.start_date
		from (
			select *, lag(end_date) over w as previous, row_number() over w as number
			from %I.segment_history
			window w as (partition by person_id, scheme order by start_date)
		) h
		where number > 1 and previous is distinct from h.start_date
		order by 2, 3, 4$query$, schema);
end
$$;
comment on function ph.check_segment_history(text) is
	'periods of segment_history that do not begin where the one before ends: gap, overlap; no row where there are none';

create function ph.segments_at(
	schema text, scheme text, as_of timestamptz,
	out person_id text, out version text, out segment text, out rank integer)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	return query execute format($query$
		select person_id, version, segment, rank
		from %I.segment_history
		where scheme = $1 and start_date <= $2 and (end_date > $2 or end_date is null)$query$, schema)
	using scheme, as_of::date;
end
$$;
comment on function ph.segments_at(text, text, timestamptz) is 'who was in which segment on a day';

create function ph.segment_moves(
	schema text, scheme text, from_date timestamptz, to_date timestamptz, any_version boolean default false,
	out person_id text, out segment_before text, out rank_before integer, out segment_after text,
	out rank_after integer)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	versions text[] := array(
		select version
		from ph.segments_at(schema, scheme, from_date)
		where rank is not null
		union
		select version
		from ph.segments_at(schema, scheme, to_date)
		where rank is not null
		order by 1);
begin
	if cardinality(versions) > 1 and not any_version then
		raise exception 'the two days are of different versions of scheme "%": %',
			scheme, array_to_string(versions, ', ')
			using errcode = '22023', hint =
				'A change of the rules is not a change of the people. '
				'Record one version for both days, or pass any_version => true.';
	end if;
	return query
	select coalesce(b.person_id, a.person_id), b.segment, b.rank, a.segment, a.rank
	from ph.segments_at(schema, scheme, from_date) b
	full join ph.segments_at(schema, scheme, to_date) a on a.person_id = b.person_id;
end
$$;
comment on function ph.segment_moves(text, text, timestamptz, timestamptz, boolean) is
	'where each person was on two days: a segment and its rank, a state without a rank (died, moved out, gone), '
	'or NULL for somebody who was not yet there; refuses to mix versions of a scheme unless asked to. '
	'Fold with ph.crosstab(rank_before, rank_after)';

create function ph.segment_move_cost(
	schema text, scheme text, from_date timestamptz, to_date timestamptz, costs regclass,
	span interval default '1 year', any_version boolean default false,
	out segment_before text, out rank_before integer, out segment_after text, out rank_after integer,
	out people bigint, out cost_before ph.estimate, out cost_after ph.estimate, out change ph.estimate)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if (span >= '0'::interval) is not true then
		raise exception 'argument "span" must not be negative'
			using errcode = '22023', hint = 'It is the time before each of the two days, such as 1 year.';
	end if;
	return query execute format($query$
		with before as (
			select person_id, sum(cost)::float8 as cost
			from %1$s
			where ph.in_look_back(start_date, $3, $5)
			group by person_id
		), after as (
			select person_id, sum(cost)::float8 as cost
			from %1$s
			where ph.in_look_back(start_date, $4, $5)
			group by person_id
		), person as (
			-- who was not there yet, and a span of which the relation has nothing, have no cost to tell of, which is
			-- not a cost of 0
			select m.*,
				case when rank_before is not null and exists (select from before) then coalesce(b.cost, 0)
					end as cost_before,
				case when exists (select from after) then coalesce(a.cost, 0) end as cost_after
			from ph.segment_moves($1, $2, $3, $4, $6) m
			left join before b using (person_id)
			left join after a using (person_id)
		), move as (
			select segment_before, rank_before, segment_after, rank_after, count(*) as people,
				ph.person_tally(0, cost_before) filter (where cost_before is not null) as before,
				ph.person_tally(0, cost_after) filter (where cost_after is not null) as after,
				ph.person_tally(0, cost_after - cost_before) filter (
					where rank_after is not null and cost_after - cost_before is not null) as change
			from person
			group by segment_before, rank_before, segment_after, rank_after
		)
		select segment_before, rank_before, segment_after, rank_after, people,
			ph.mean(before), ph.mean(after), ph.mean(change)
		from move
		order by rank_before nulls last, segment_before, rank_after nulls last, segment_after$query$, costs)
	using schema, scheme, from_date::date, to_date::date, span, any_version;
end
$$;
comment on function ph.segment_move_cost(text, text, timestamptz, timestamptz, regclass, interval, boolean) is
	'what people cost who moved between segments or stayed, between two days: '
	'mean cost of the span before the first day, of the span before the second day (of those who died or left, '
	'of the time that they were here), and the mean of each person''s change; '
	'costs is a relation with person_id, start_date and cost, such as encounter; '
	'a mean that does not exist (people not there yet or gone, a span without any cost) is NULL with a note';

create function ph.segment_dwell(
	schema text, scheme text, as_of timestamptz,
	out segment text, out rank integer, out times ph.tally, out median_days ph.estimate)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_history');
	-- a stay goes on through a new version of the rules; one that has not ended by the day is censored there, and one
	-- that began with the record is not known from its start
	return query execute format($query$
		with period as (
			select *, lag(segment) over w is distinct from segment as begins
			from %1$I.segment_history
			where scheme = $1
			window w as (partition by person_id order by start_date)
		), numbered as (
			select *, count(*) filter (where begins) over (partition by person_id order by start_date) as stay
			from period
		), stay as (
			select segment, min(rank) as rank, min(start_date) as start_date,
				case when count(end_date) = count(*) then max(end_date) end as end_date
			from numbered
			group by person_id, segment, stay
		), dwell as (
			select segment, rank,
				ph.person_tally((least(end_date, $2) - start_date)::float8, coalesce(end_date <= $2, false)) as times
			from stay
			where rank is not null and start_date < $2 and start_date > (select min(start_date) from stay)
			group by segment, rank
		)
		select segment, rank, times, ph.survival_quantile(times, 0.5)
		from dwell
		order by rank$query$, schema)
	using scheme, as_of::date;
end
$$;
comment on function ph.segment_dwell(text, text, timestamptz) is
	'how long people stay in a segment: a tally of days that survival functions answer, and its median; '
	'stays that go on are censored on the day, those that began before the first recorded day are left out';

-- ---- strategies ----

create function ph.strategy_coverage(
	schema text, segments regclass, reached regclass, risk regclass default null,
	out partner text, out offer text, out segment text, out tier integer, out eligible bigint, out offered bigint,
	out reached_people bigint, out capacity integer, out coverage ph.estimate)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'segment_strategy');
	return query execute format($query$
		select t.partner, t.offer, t.segment, t.tier,
			count(distinct s.person_id) filter (where s.person_id is not null),
			count(distinct r.person_id),
			count(distinct r.person_id) filter (where r.reached),
			t.capacity,
			ph.proportion(ph.person_tally(1, coalesce(r.reached, false)) filter (where s.person_id is not null))
		from %1$I.segment_strategy t
		join (select distinct scheme, version from %2$s) v using (scheme, version)
		left join (
			select s.person_id::text, s.scheme, s.version, s.path || s.flags as path, k.tier, k.risk
			from %2$s s
			left join (%4$s) k on k.person_id = s.person_id::text
		) s on s.scheme = t.scheme and s.version = t.version
			and t.segment = any (s.path)
			and (t.tier is null or s.tier = t.tier)
			and (t.threshold is null or s.risk >= t.threshold)
		left join (
			select person_id::text, partner, offer, bool_or(reached) as reached
			from %3$s
			group by 1, 2, 3
		) r on r.person_id = s.person_id and r.partner = t.partner and r.offer = t.offer
		group by t.partner, t.offer, t.segment, t.tier, t.capacity, t.threshold
		order by 1, 2, 3, 4$query$,
		schema, segments, reached, coalesce(
			'select person_id::text, tier, risk from ' || risk,
			'select null::text as person_id, null::integer as tier, null::float8 as risk where false'));
end
$$;
comment on function ph.strategy_coverage(text, regclass, regclass, regclass) is
	'for each offer of segment_strategy to the version of the view how many people '
	'of a segment view are eligible (segment or flag, tier and threshold of the relation risk: '
	'person_id, tier, risk), have been offered it and were reached (the relation reached: '
	'person_id, partner, offer, reached), beside the capacity; coverage is reached of eligible';

-- ---- what segments explain ----

create function ph.variance_explained(
	tally ph.tally, per float8 default 1,
	out value float8, out people float8, out segments integer, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'variance_explained';
comment on function ph.variance_explained(ph.tally, float8) is
	'the share of the variance of a value (cost) between people that their segments account for, times per: '
	'1 - (sum n_g V_g / N) / V with sample variances, of ph.person_tally(segment number, value); '
	'people of unknown segment are left out and noted; '
	'notes: no_data, missing_input, fewer_than_2_people, no_variance, unknown_key, out_of_range';

create function ph.variance_explained_table(
	tally ph.tally,
	out segment float8, out people float8, out mean float8, out standard_deviation float8, out share_of_people float8,
	out share_of_total float8, out unexplained float8)
returns setof record
language c immutable parallel safe rows 16
as 'MODULE_PATHNAME', 'variance_explained_table';
comment on function ph.variance_explained_table(ph.tally) is
	'a row a segment of ph.person_tally(segment number, value): '
	'people, mean and sample standard deviation of the value, shares of people and of the total, '
	'and the part of the variance that stays within this segment; these parts add up to 1 less ph.variance_explained';

-- ---- agreement of two schemes ----

create function ph.adjusted_rand(crosstab ph.crosstab, out value float8, out people bigint, out note text)
returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'adjusted_rand';
comment on function ph.adjusted_rand(ph.crosstab) is
	'the adjusted Rand index (Hubert and Arabie 1985) of two schemes from ph.crosstab(segment in one, '
	'segment in the other): agreement over pairs of people above chance, 1 where they agree and 0 by chance; '
	'people without a segment in either are left out and noted; notes: '
	'no_data, fewer_than_2_people, no_chance (both put everybody together, or everybody alone), left_out, out_of_range';
create function ph.rand_index(crosstab ph.crosstab, out value float8, out people bigint, out note text) returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'rand_index';
comment on function ph.rand_index(ph.crosstab) is
	'the Rand index (1971) of two schemes: the share of pairs of people together in both or apart in both; '
	'notes: no_data, fewer_than_2_people, left_out, out_of_range';
create function ph.jaccard(crosstab ph.crosstab, out value float8, out people bigint, out note text) returns record
language c immutable parallel safe
as 'MODULE_PATHNAME', 'jaccard';
comment on function ph.jaccard(ph.crosstab) is
	'the Jaccard index of two schemes over pairs of people: of the pairs together in either, '
	'the share together in both; notes: no_data, fewer_than_2_people, no_pairs_together, left_out, out_of_range';

-- ---- where people will be ----

create function ph.project(
	crosstab ph.crosstab, steps integer default 1, confidence float8 default 0.95,
	out step integer, out state integer, out people float8, out lower float8, out upper float8, out note text)
returns setof record
language c immutable parallel safe rows 50
as 'MODULE_PATHNAME', 'project';
comment on function ph.project(ph.crosstab, integer, float8) is
	'the people of each state after further periods like the one that the table of moves is of, '
	'if the chances of moving stay as they were and hang on the present state alone (Markov); '
	'limits hold the uncertainty of the observed shares (delta method) and the chance of the moves; '
	'give the dead and those who left numbers of their own, so that they stay what they are; '
	'note nobody_before: a state without people before keeps its people';

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

create function ph.grow_tree(
	query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5,
	complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1)
returns setof ph.tree_node
language c stable parallel unsafe rows 20 cost 100000
as 'MODULE_PATHNAME', 'grow_tree';
comment on function ph.grow_tree(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) is
	'a regression tree (Breiman et al. 1984) over the rows of a query, a row a node: '
	'response is its first column and terms all others unless named; '
	'method variance (cost), poisson (counts, by exposure) or gini (a boolean or text outcome); '
	'leaves of at least smallest_leaf people; pruned by cost-complexity with seeded cross-validation (folds 0: none); '
	'path is a condition in SQL that holds for the people of the node and nobody else, whatever is unknown';
create function ph.tree_pruning(
	query text, response text default null, terms text[] default null, method text default 'variance',
	exposure text default null, smallest_leaf integer default 50, depth integer default 5,
	complexity float8 default 0.001, folds integer default 10, prune text default 'one_standard_error',
	seed bigint default 1,
	out complexity_from float8, out leaves integer, out loss float8, out held_out_loss float8,
	out held_out_error float8, out chosen boolean)
returns setof record
language c stable parallel unsafe rows 20 cost 100000
as 'MODULE_PATHNAME', 'tree_pruning';
comment on function ph.tree_pruning(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) is
	'the trees that ph.grow_tree chooses from, from the largest to the root: '
	'complexity from which each is best, leaves, loss on its rows and on rows held out as shares of the root''s, '
	'the standard error of the latter, and which one is chosen';

create function ph_support.learned_inputs(
	query text, response text, exposure text, terms text[],
	out column_name text, out type regtype)
returns setof record
language sql stable parallel restricted rows 10
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

create type ph_support.learned_segment as (
	segment text,
	label text,
	rule text,
	expression text,
	says text
);
comment on type ph_support.learned_segment is 'a segment that was learned, and its one rule';
comment on column ph_support.learned_segment.segment is 'the segment';
comment on column ph_support.learned_segment.label is 'what it is called';
comment on column ph_support.learned_segment.rule is 'its one rule';
comment on column ph_support.learned_segment.expression is 'the rule as it is written';
comment on column ph_support.learned_segment.says is 'the rule in plain words';

create procedure ph_support.write_learned_scheme(
	schema text, scheme text, version text, label text, source text, inputs text[], types text[], activity text[],
	segments ph_support.learned_segment[], nobody text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute ph_support.in_schema($query$
		insert into {scheme} (scheme, version, label, source, certainty, precedence)
		values ($1, $2, $3, $4, 'derived', 'ours')$query$, schema)
	using scheme, version, label, source;
	execute ph_support.in_schema($query$
		insert into {scheme_input} (scheme, version, input, type, activity)
		select $1, $2, input, type, input = any ($5)
		from unnest($3, $4) i (input, type)$query$, schema)
	using scheme, version, inputs, types, activity;
	execute ph_support.in_schema($query$
		insert into {scheme_segment} (scheme, version, rank, segment, label)
		select $1, $2, ordinality, segment, label
		from unnest($3) with ordinality$query$, schema)
	using scheme, version, segments;
	execute ph_support.in_schema($query$
		insert into {scheme_rule} (scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, ordinality, rule, segment, expression, says, 'derived'
		from unnest($3) with ordinality$query$, schema)
	using scheme, version, segments;
	execute ph_support.in_schema($query$
		insert into {scheme_segment} (scheme, version, rank, segment, kind)
		values ($1, $2, $3, $4, 'default')$query$, schema)
	using scheme, version, cardinality(segments) + 1, nobody;
end
$$;
comment on procedure ph_support.write_learned_scheme(
	text, text, text, text, text, text[], text[], text[], ph_support.learned_segment[], text) is
	'writes segments that were learned as a scheme, in the order of the list, '
	'and a default segment for whom no rule matches';

create procedure ph_support.write_tree_scheme(
	schema text, scheme text, version text, source text, inputs text[], types regtype[], activity text[],
	leaves ph.tree_node[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	input_types text[] := array(select ph.rule_type(t) from unnest(types) with ordinality u (t, n) order by n);
	segments ph_support.learned_segment[] := array(
		select (
			format('leaf %s', l.ordinality), format('%s people, value %s', l.people, round(l.value::numeric, 4)),
			format('leaf %s', l.ordinality), l.path, 'your record says: ' || l.path
		)::ph_support.learned_segment
		from unnest(leaves) with ordinality l
		order by l.ordinality);
begin
	if segments = '{}' then
		raise exception 'argument "query" has no rows to learn from'
			using errcode = '22023';
	end if;
	-- the default takes nobody, since the paths of leaves cover everybody
	call ph_support.write_learned_scheme(
		schema, scheme, version, 'learned by a tree', source, inputs, input_types, activity, segments, 'none');
end
$$;
comment on procedure ph_support.write_tree_scheme(text, text, text, text, text[], regtype[], text[], ph.tree_node[]) is
	'support procedure of ph.learn_scheme: a segment a leaf, in the order of the list';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_scheme(
	schema text, scheme text, version text, query text, response text default null, terms text[] default null,
	method text default 'variance', exposure text default null, smallest_leaf integer default 50,
	depth integer default 5, complexity float8 default 0.001, folds integer default 10,
	prune text default 'one_standard_error', seed bigint default 1, activity text[] default '{}')
language plpgsql
as $$
declare
	leaves ph.tree_node[];
	inputs pg_catalog.text[];
	types pg_catalog.regtype[];
begin
	leaves := (
		select pg_catalog.array_agg(n order by n.value desc, n.node)
		from ph.grow_tree(
			query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) n
		where n.is_leaf);
	select pg_catalog.array_agg(i.column_name), pg_catalog.array_agg(i.type) into inputs, types
	from ph_support.learned_inputs(query, response, exposure, terms) i;
	call ph_support.write_tree_scheme(
		schema, scheme, version,
		pg_catalog.format(
			'ph.grow_tree, method %s, smallest leaf %s, depth %s, complexity %s, folds %s, prune %s, seed %s, '
			'over: %s',
			method, smallest_leaf, depth, complexity, folds, prune, seed, query),
		inputs, types, activity, leaves);
end
$$;
comment on procedure ph.learn_scheme(
	text, text, text, text, text, text[], text, text, integer, integer, float8, integer, text, bigint, text[]) is
	'grows a tree over a query (arguments of ph.grow_tree) '
	'and writes its leaves as a scheme into the tables of a schema of yours: '
	'a segment a leaf, the highest value first, its rule the leaf''s condition, checked like any other; '
	'the source of the scheme is how it was learned; activity names the inputs that are use of services or spend';

-- ---- clusters: segments found in data ----

create type ph.cluster_sums;
create function ph_support.cluster_sums_in(cstring) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_in';
create function ph_support.cluster_sums_out(ph.cluster_sums) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_out';
create function ph_support.cluster_sums_recv(internal) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_recv';
create function ph_support.cluster_sums_send(ph.cluster_sums) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_send';
create type ph.cluster_sums (
	input = ph_support.cluster_sums_in, output = ph_support.cluster_sums_out, receive = ph_support.cluster_sums_recv,
	send = ph_support.cluster_sums_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.cluster_sums is
	'what one pass of k-means or k-prototypes sums up over its rows, with the centres that they were held against; '
	'passes over parts of the rows combine. Holds no rows';
comment on function ph_support.cluster_sums_in(cstring) is 'text input of ph.cluster_sums';
comment on function ph_support.cluster_sums_out(ph.cluster_sums) is 'text output of ph.cluster_sums';
comment on function ph_support.cluster_sums_recv(internal) is 'binary input of ph.cluster_sums';
comment on function ph_support.cluster_sums_send(ph.cluster_sums) is 'binary output of ph.cluster_sums';

create function ph.cluster_start(
	centres float8[], weights float8[] default null, modes integer[] default null, words integer[] default null,
	gamma float8 default null)
returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_start';
comment on function ph.cluster_start(float8[], float8[], integer[], integer[], float8) is
	'a pass of k-means that no row has entered: centres, a row a cluster; weights of the columns (1 each); '
	'for k-prototypes modes, a row a cluster of codes from 1, how many words each category has, and gamma, '
	'what a category costs that is not the mode (1)';

create function ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[]) returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_fold';
create function ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[], codes integer[])
returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_fold';
create function ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_combine';
comment on function ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[]) is
	'support function of the cluster aggregates';
comment on function ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[], integer[]) is
	'support function of the cluster aggregates';
comment on function ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) is
	'support function of the cluster aggregates: the rows of both';

create aggregate ph.cluster_step(start ph.cluster_sums, x float8[]) (
	sfunc = ph_support.cluster_fold, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine, sspace = 4096,
	parallel = safe
);
comment on aggregate ph.cluster_step(ph.cluster_sums, float8[]) is
	'one pass of k-means: adds each row to the cluster whose centre is nearest, the first of those that are as near; '
	'rows with a NULL are counted and left out';
create aggregate ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]) (
	sfunc = ph_support.cluster_fold, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine, sspace = 4096,
	parallel = safe
);
comment on aggregate ph.cluster_step(ph.cluster_sums, float8[], integer[]) is
	'one pass of k-prototypes (Huang 1998), over numbers and categories by code; '
	'rows with a NULL are counted and left out';
create aggregate ph.cluster_rollup(cluster_sums ph.cluster_sums) (
	sfunc = ph_support.cluster_combine, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.cluster_rollup(ph.cluster_sums) is
	'one pass over the rows of many: each partner folds its own, none hands over a row';

create function ph.cluster_next(cluster_sums ph.cluster_sums) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_next_pass';
comment on function ph.cluster_next(ph.cluster_sums) is
	'the next pass, that no row has entered: each centre the mean of its rows, each mode their commonest word; '
	'a cluster without rows stays where it is';
create function ph.inertia(cluster_sums ph.cluster_sums) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'inertia';
comment on function ph.inertia(ph.cluster_sums) is
	'the cost of the rows about the centres of the pass: '
	'squared distances, and gamma for each category that is not the mode; NULL without rows';
create function ph.cluster_members(
	cluster_sums ph.cluster_sums,
	out cluster integer, out people bigint, out share float8, out centre float8[], out standard_deviation float8[],
	out modes integer[], out within_ss float8, out mean_distance float8, out simplified_silhouette float8)
returns setof record
language c immutable strict parallel safe rows 10
as 'MODULE_PATHNAME', 'cluster_members';
comment on function ph.cluster_members(ph.cluster_sums) is
	'the clusters of a pass: mean and standard deviation of their rows, commonest words, cost about them; '
	'distance and simplified silhouette are about the centres of the pass';
create function ph.nearest_centre(centres float8[], x float8[], weights float8[] default null) returns integer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'nearest_centre';
comment on function ph.nearest_centre(float8[], float8[], float8[]) is
	'the number, from 1, of the row of centres that is nearest, the first of those that are as near; '
	'NULL where a value is unknown or not finite';

create type ph.clusters as (
	method text,
	status text,
	k integer,
	rows bigint,
	rows_left_out bigint,
	terms text[],
	weights float8[],
	categories text[],
	gamma float8,
	centres float8[],
	modes text[],
	people bigint[],
	within_ss float8[],
	total_within_ss float8,
	between_ss float8,
	total_ss float8,
	calinski_harabasz float8,
	davies_bouldin float8,
	simplified_silhouette float8,
	smallest_share float8,
	iterations integer,
	starts_agreeing integer,
	note text
);
comment on type ph.clusters is
	'clusters found by ph.k_means or ph.k_prototypes: '
	'centres in the units of the terms, a row a cluster, the largest cluster first unless centres were given; '
	'weights of the terms in the distance; cost within and between; '
	'status ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows. Holds no rows';
comment on column ph.clusters.method is 'k_means or k_prototypes';
comment on column ph.clusters.status is 'ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows';
comment on column ph.clusters.k is 'number of clusters asked for';
comment on column ph.clusters.rows is 'rows that were clustered';
comment on column ph.clusters.rows_left_out is 'rows with a NULL among the terms';
comment on column ph.clusters.terms is 'names of the numbers';
comment on column ph.clusters.weights is 'weight of each term in the squared distance';
comment on column ph.clusters.categories is 'names of the categories; NULL without';
comment on column ph.clusters.gamma is
	'weight of a category that differs, beside the squared distance of the numbers; NULL without categories';
comment on column ph.clusters.centres is 'means of the clusters in the units of the terms, a row a cluster';
comment on column ph.clusters.modes is 'commonest words of the clusters, a row a cluster; NULL without categories';
comment on column ph.clusters.people is 'rows of each cluster';
comment on column ph.clusters.within_ss is
	'cost of each cluster: squared distances to its centre, and gamma for each category that differs';
comment on column ph.clusters.total_within_ss is 'sum of these';
comment on column ph.clusters.between_ss is 'total less total within';
comment on column ph.clusters.total_ss is 'squared distances of all rows to their one centre';
comment on column ph.clusters.calinski_harabasz is 'variance ratio of Calinski and Harabasz (1974): higher is better';
comment on column ph.clusters.davies_bouldin is 'index of Davies and Bouldin (1979): lower is better';
comment on column ph.clusters.simplified_silhouette is
	'mean silhouette by distances to centres, -1 to 1: higher is better';
comment on column ph.clusters.smallest_share is 'share of the rows in the smallest cluster';
comment on column ph.clusters.iterations is 'passes until nothing moved';
comment on column ph.clusters.starts_agreeing is 'how many of the starts came as near; NULL where centres were given';
comment on column ph.clusters.note is 'what to be careful with';

create function ph.k_means(
	query text, k integer, terms text[] default null, scale text default 'standard', starts integer default 50,
	seed bigint default 1, max_iterations integer default 100, smallest float8 default 0.005,
	centres float8[] default null)
returns ph.clusters
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'k_means';
comment on function ph.k_means(text, integer, text[], text, integer, bigint, integer, float8, float8[]) is
	'k-means (Lloyd 1982) over the numbers of a query''s rows: all its columns unless terms are named; '
	'scale standard (each in standard deviations) or none; from given centres, '
	'or from the best of so many seeded starts of k-means++ (Arthur and Vassilvitskii 2007) among at most 10,000 rows; '
	'clusters with less than the smallest share are noted; rows with a NULL are left out and counted';
create function ph.k_prototypes(
	query text, k integer, terms text[] default null, scale text default 'standard', starts integer default 50,
	seed bigint default 1, max_iterations integer default 100, smallest float8 default 0.005,
	centres float8[] default null, gamma float8 default null, modes text[] default null)
returns ph.clusters
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'k_prototypes';
comment on function ph.k_prototypes(
	text, integer, text[], text, integer, bigint, integer, float8, float8[], float8, text[]) is
	'k-prototypes (Huang 1998): as ph.k_means, with words and booleans as categories; '
	'gamma is what a category costs that is not the mode, '
	'the mean variance of the numbers over the mean of 1 - sum p^2 of the categories unless given';
create function ph.nearest_cluster(clusters ph.clusters, x float8[], categories text[] default null) returns integer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'nearest_cluster';
comment on function ph.nearest_cluster(ph.clusters, float8[], text[]) is
	'the cluster that a person falls into: numbers and categories in the order of the clusters'' terms; '
	'NULL where a value is unknown or not finite, or where there are no clusters';

create function ph.silhouette(
	query text, cluster text, person text default null, terms text[] default null,
	scale text default 'standard', gamma float8 default null, most_rows integer default 10000,
	out person_id text, out in_cluster text, out neighbour text, out silhouette float8, out share float8)
returns setof record
language c stable parallel unsafe rows 10000 cost 100000
as 'MODULE_PATHNAME', 'silhouette';
comment on function ph.silhouette(text, text, text, text[], text, float8, integer) is
	'the silhouette of each person (Rousseeuw 1987): '
	'1 well inside the segment that the column cluster says, '
	'0 between it and its neighbour, below 0 nearer to that one; '
	'exact up to most_rows rows, above that over a sample of as many, share says which part; '
	'with gamma words and booleans among the terms are categories, as in ph.k_prototypes';
create function ph.cluster_stability(
	query text, clusters ph.clusters, resamples integer default 100, starts integer default 5, seed bigint default 1,
	most_rows integer default 5000,
	out cluster integer, out people bigint, out jaccard float8, out recovered_share float8,
	out dissolved_share float8, out resamples_used integer, out reading text)
returns setof record
language c stable parallel unsafe rows 10 cost 1000000
as 'MODULE_PATHNAME', 'cluster_stability';
comment on function ph.cluster_stability(text, ph.clusters, integer, integer, bigint, integer) is
	'whether clusters come back when people are drawn anew (Hennig 2007): '
	'mean share of each cluster and its most similar new one that both have, how often it was recovered (0.75 or more) '
	'and dissolved (0.5 or less); stable from 0.75, doubtful from 0.6, else unstable; over most_rows rows at most';

-- A category becomes a column of 0 and 1 for each mode and one for all other words: where the word differs, two of
-- them do.
create function ph_support.cluster_parts(
	clusters ph.clusters, inputs text[], types text[],
	out value text, out weight float8, out centre float8[])
returns setof record
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
	with part as (
		select j as term, 0::bigint as word, clusters.weights[j] as weight,
			format(
				case types[array_position(inputs, clusters.terms[j])]
					when 'boolean' then '%I::integer::double precision'
					else '%I::double precision' end,
				clusters.terms[j]) as value,
			array(select clusters.centres[c][j] from generate_series(1, clusters.k) c order by c) as centre
		from generate_subscripts(clusters.terms, 1) j
		union all
		select cardinality(clusters.terms) + j, place, clusters.gamma / 2,
			case
				when word is null
				then format('(%I::text COLLATE "C" <> ALL (%L::text[]))::integer', clusters.categories[j], words)
				else format('(%I::text COLLATE "C" = %L)::integer', clusters.categories[j], word) end,
			array(
				select (clusters.modes[c][j] is not distinct from word)::integer
				from generate_series(1, clusters.k) c
				order by c)
		from generate_subscripts(clusters.categories, 1) j,
			lateral (select array_agg(distinct clusters.modes[c][j]) as words from generate_series(1, clusters.k) c) w,
			unnest(words || null::text) with ordinality u (word, place)
	)
	select value, weight, centre
	from part
	order by term, word
$$;
comment on function ph_support.cluster_parts(ph.clusters, text[], text[]) is
	'support function of ph.learn_cluster_scheme: the columns whose squared distances add up to the cost of a person';

create procedure ph_support.write_cluster_scheme(
	schema text, scheme text, version text, source text, inputs text[], types text[], clusters ph.clusters)
language plpgsql
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	clustered constant text[] := clusters.terms || clusters.categories;
	names text[] := array(select i from unnest(inputs) with ordinality u (i, n) where i = any (clustered) order by n);
	name_types text[] := array(
		select t
		from unnest(inputs, types) with ordinality u (i, t, n)
		where i = any (clustered)
		order by n);
	cluster_values text;
	cluster_weights float8[];
	cluster_centres float8[];
	segments ph_support.learned_segment[];
begin
	if clusters.centres is null then
		raise exception 'argument "clusters" must have centres'
			using errcode = '22023', hint = format('Their status is %s.', clusters.status);
	end if;
	if not clustered <@ inputs then
		raise exception 'argument "query" must have the terms of the clusters'
			using errcode = '22023';
	end if;
	select string_agg(p.value, ', ' order by n), array_agg(p.weight order by n)
	into cluster_values, cluster_weights
	from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n);
	cluster_centres := (
		select array_agg(centre order by c)
		from (
			select c, array_agg(p.centre[c] order by n) as centre
			from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n),
				generate_series(1, clusters.k) c
			group by c
		) cluster);
	segments := array(
		select (
			format('cluster %s', c), format('%s people', clusters.people[c]),
			format('nearest to cluster %s', c),
			format(
				'ph.nearest_centre(%L::double precision[], ARRAY[%s], %L::double precision[]) = %s',
				cluster_centres, cluster_values, cluster_weights, c),
			format('your record is most like those of the people of cluster %s', c)
		)::ph_support.learned_segment
		from generate_series(1, clusters.k) c
		order by c);
	call ph_support.write_learned_scheme(
		schema, scheme, version, 'learned by ' || replace(clusters.method, '_', '-'), source,
		names, name_types, '{}', segments, 'unknown');
end
$$;
comment on procedure ph_support.write_cluster_scheme(text, text, text, text, text[], text[], ph.clusters) is
	'support procedure of ph.learn_cluster_scheme: a segment a cluster';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_cluster_scheme(schema text, scheme text, version text, query text, clusters ph.clusters)
language plpgsql
as $$
declare
	inputs pg_catalog.text[];
	types pg_catalog.text[];
begin
	select pg_catalog.array_agg(c.column_name), pg_catalog.array_agg(ph.rule_type(c.type)) into inputs, types
	from ph.query_columns(query) c;
	call ph_support.write_cluster_scheme(
		schema, scheme, version,
		pg_catalog.format(
			'ph.%s, %s clusters of %s people, over: %s', clusters.method, clusters.k, clusters.rows, query),
		inputs, types, clusters);
end
$$;
comment on procedure ph.learn_cluster_scheme(text, text, text, text, ph.clusters) is
	'writes clusters as a scheme into the tables of a schema of yours: '
	'a segment a cluster, its rule that the person is nearest to it, checked like any other; '
	'people of whom a term is unknown are in the segment unknown; '
	'query has the columns of the clusters, for their types';

-- ---- latent classes of yes-or-no items ----

create type ph.latent_classes as (
	status text,
	k integer,
	rows bigint,
	rows_left_out bigint,
	patterns integer,
	terms text[],
	prevalence float8[],
	probabilities float8[],
	people bigint[],
	log_likelihood float8,
	parameters integer,
	aic float8,
	bic float8,
	entropy_r2 float8,
	g_squared float8,
	degrees_of_freedom float8,
	smallest_share float8,
	iterations integer,
	starts_agreeing integer,
	note text
);
comment on type ph.latent_classes is
	'classes found by ph.latent_class, the commonest first: prevalence, '
	'the probability of each term in each class (a row a class; NULL where nobody of the class has the term known, '
	'which is no parameter either, and in the note), people by most likely class, log-likelihood and what judges it; '
	'entropy_r2 is 1 where everybody''s class is certain; status ok, not_converged, '
	'not_identified (more parameters than patterns to tell them by) or no_rows. Holds no rows';
comment on column ph.latent_classes.status is 'ok, not_converged, not_identified or no_rows';
comment on column ph.latent_classes.k is 'number of classes asked for';
comment on column ph.latent_classes.rows is 'rows with a known item';
comment on column ph.latent_classes.rows_left_out is 'rows without a known item';
comment on column ph.latent_classes.patterns is 'different patterns of answers';
comment on column ph.latent_classes.terms is 'names of the items';
comment on column ph.latent_classes.prevalence is 'share of each class, the commonest first';
comment on column ph.latent_classes.probabilities is
	'chance of each item in each class, a row a class; NULL where nobody of the class has it known';
comment on column ph.latent_classes.people is 'rows by most likely class';
comment on column ph.latent_classes.log_likelihood is 'of the patterns';
comment on column ph.latent_classes.parameters is 'how many were estimated';
comment on column ph.latent_classes.aic is 'Akaike''s information criterion: lower is better';
comment on column ph.latent_classes.bic is 'Bayesian information criterion: lower is better';
comment on column ph.latent_classes.entropy_r2 is
	'how clear the classes of people are: 1 certain, 0 not at all; NULL of one class';
comment on column ph.latent_classes.g_squared is
	'likelihood ratio against the patterns themselves (Goodman 1974); NULL where items are unknown';
comment on column ph.latent_classes.degrees_of_freedom is
	'of g_squared: possible patterns less 1 less parameters; below 0 the classes are not identified';
comment on column ph.latent_classes.smallest_share is 'prevalence of the smallest class';
comment on column ph.latent_classes.iterations is 'steps of EM';
comment on column ph.latent_classes.starts_agreeing is
	'how many of the starts came to the same likelihood; NULL where classes were given';
comment on column ph.latent_classes.note is
	'what to be careful with: items without data or alike in all rows, small classes, a single start';

create function ph.latent_class(
	query text, k integer, terms text[] default null, starts integer default 20, seed bigint default 1,
	max_iterations integer default 10000, smallest float8 default 0.005, prevalence float8[] default null,
	probabilities float8[] default null)
returns ph.latent_classes
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'latent_class';
comment on function ph.latent_class(text, integer, text[], integer, bigint, integer, float8, float8[], float8[]) is
	'latent class analysis (Goodman 1974) of the yes-or-no columns of a query, booleans or 0 and 1, '
	'by EM from the best of several seeded starts or from given prevalence and probabilities (a row a class): '
	'unknown items are left out of a person''s likelihood, people without a known item are counted and left out';
create function ph.class_probabilities(classes ph.latent_classes, items boolean[]) returns float8[]
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'class_probabilities';
comment on function ph.class_probabilities(ph.latent_classes, boolean[]) is
	'how likely each class is for a person with these items, in the order of the terms; '
	'unknown items say nothing, nor do terms of which no class has a probability, '
	'and one without in a single class counts there as in the others together; '
	'NULL where no item is known or no class allows such a person';
create function ph.most_likely_class(classes ph.latent_classes, items boolean[]) returns integer
language sql immutable parallel safe
begin atomic
	select pg_catalog.array_position(p, (select pg_catalog.max(x) from pg_catalog.unnest(p) x))
	from (select ph.class_probabilities(classes, items) as p offset 0) q;
end;
comment on function ph.most_likely_class(ph.latent_classes, boolean[]) is
	'the number, from 1, of the class that is likeliest for a person with these items, '
	'the first of those that are as likely; NULL where no item is known';

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

-- ---- spells of episodes ----

create function ph.spell_number(start_date timestamptz, end_date timestamptz, gap integer default 0) returns bigint
language c window stable parallel safe
as 'MODULE_PATHNAME', 'spell_number';
comment on function ph.spell_number(timestamptz, timestamptz, integer) is
	'over (partition by person order by start_date, end_date): the number of the spell of episodes that overlap, '
	'touch or follow within gap days; a new one starts more than gap days, of the session''s calendar, '
	'after the greatest end so far; without end: still open, all that follow belong to it; without start: NULL; '
	'dates and timestamps serve as well';

-- ---- shared tables ----
-- The shape in which partners' linked data come to every query of this extension. The shape is data, said once:
-- ph.shared_table(), ph.shared_column(), ph.shared_reference() and ph.shared_rule(). The tables, their constraints and
-- comments are made from it, the checks of ph.check_shared_tables() ask the same rules of tables that somebody else
-- made, and the loader reads from it what a file must look like.

create function ph.shared_table(
	out relation text, out required boolean, out key text[], out key_constraint text, out indexes text[],
	out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', true, array['person_id'], 'primary key', array[]::text[],
		 'one row a person: pseudonym, birth, sex, ethnicity and death'),
		('place', true, array['place_id'], 'primary key', array['place_kind'],
		 'one row a place of any kind: small areas, wards, boroughs, systems, practices, networks'),
		('place_parent', true, array['place_id', 'parent_id'], 'primary key', array['parent_id'],
		 'which place lies in which: a graph, since a small area can lie in a ward and in a middle layer area'),
		('residence', true, array['person_id', 'start_date'], 'primary key', array['lsoa21_code'],
		 'one row a person and address: spells are half open, end_date is the first day no longer there'),
		('registration', true, array['person_id', 'start_date'], 'primary key', array['practice_code', 'pcn_code'],
		 'one row a person and registration with a practice: spells are half open, '
		 'end_date is the first day no longer there'),
		('encounter', true, array['encounter_id'], 'primary key', array['person_id, start_date', 'start_date'],
		 'one row a contact with a service: GP consultation, accident and emergency, outpatient, '
		 'elective or emergency admission'),
		('clinical_event', true, array['person_id', 'event_date', 'code'], null,
		 array['person_id, event_date', 'code, code_system', 'event_date', 'encounter_id'],
		 'one row a coded event: an entry of the GP record, or a diagnosis of an admission'),
		('measurement', false, array['person_id', 'measure_date', 'code'], null,
		 array['person_id, measure_date', 'code_system, code', 'measure_date'],
		 'one row a measured value'),
		('place_factor', false, array['place_id', 'factor', 'period'], 'primary key', array['factor'],
		 'one row a place, factor and period: deprivation deciles, air quality and the like'),
		('enrolment', false, array['person_id', 'programme', 'start_date'], 'unique nulls not distinct',
		 array['programme'],
		 'one row a person and enrolment in a programme, with those who were eligible and not enrolled'),
		('code_list', false, array['list', 'version', 'code_system', 'code'], 'primary key', array['code_system, code'],
		 'one row a code of a version of a named list: what a condition is in each code system'),
		('data_day', false, array['day'], 'primary key', array[]::text[],
		 'one row: the last day that the data tell of; no person-time is counted after it');
end;
comment on function ph.shared_table() is
	'the shared tables, one row each in the order in which they can be filled: whether a load needs it, '
	'the columns that tell its rows apart, the constraint on these columns (NULL: rows may repeat them), '
	'further indexes, description';

create function ph.shared_column(
	out relation text, out column_name text, out column_type text, out required boolean, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('person', 'person_id', 'text', true, 'pseudonym of the person'),
		('person', 'birth_date', 'date', true, 'day of birth, or the day that stands for it'),
		('person', 'sex', 'text', false, 'F, M or I (indeterminate); NULL is unknown'),
		('person', 'ethnicity_code', 'text', false, 'NHS 16+1 code, A to S; Z (not stated) and NULL are unknown'),
		('person', 'death_date', 'date', false, 'day of death; NULL is not known to have died'),
		('person', 'death_cause_icd10', 'text', false, 'underlying cause of death, ICD-10'),

		('place', 'place_id', 'text', true, 'code of the place, unique over all kinds'),
		('place', 'place_kind', 'text', true,
		 'kind and edition of the place: LSOA21, MSOA21, WARD24, LAD24, ICB24, PRACTICE, PCN'),
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
		('registration', 'end_date', 'date', false,
		 'first day no longer registered, or the day of death; NULL is still registered'),

		('encounter', 'encounter_id', 'text', true, 'identifier of the encounter, a number or any other'),
		('encounter', 'person_id', 'text', true, 'who was seen'),
		('encounter', 'pod', 'text', true,
		 'point of delivery: GP, AE (accident and emergency), OP (outpatient), EL (elective or day case), '
		 'NEL (emergency and other unplanned admission)'),
		('encounter', 'start_date', 'date', true, 'day of contact or admission; encounters are counted on this day'),
		('encounter', 'end_date', 'date', false,
		 'day of discharge; may be after the day of death, NULL is not yet discharged'),
		('encounter', 'los_days', 'integer', false, 'length of stay in nights'),
		('encounter', 'admission_method', 'text', false,
		 'HES code: 11 to 13 elective, 21 to 28 and 2A to 2D emergency, 31 and 32 maternity'),
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
		('clinical_event', 'position', 'integer', false,
		 'position among the diagnoses of the encounter; 1 is the primary diagnosis'),

		('measurement', 'person_id', 'text', true, 'who was measured'),
		('measurement', 'measure_date', 'date', true, 'day of the measurement'),
		('measurement', 'code_system', 'text', true, 'SNOMED or another system'),
		('measurement', 'code', 'text', true, 'what was measured, as a code'),
		('measurement', 'name', 'text', false, 'what was measured, in words'),
		('measurement', 'value', 'double precision', false, 'the value, in the unit beside it'),
		('measurement', 'unit', 'text', false, 'unit of the value'),

		('place_factor', 'place_id', 'text', true, 'the place'),
		('place_factor', 'factor', 'text', true,
		 'name of the factor; a decile of deprivation ends in _decile and counts from 1, the most deprived'),
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
		('code_list', 'version', 'text', true,
		 'version of the list; the latest one counts, numbers in it compared as numbers'),
		('code_list', 'code_system', 'text', true, 'SNOMED, ICD10 or another system, spelt as in clinical_event'),
		('code_list', 'code', 'text', true, 'the code, or the beginning of the codes'),
		('code_list', 'match', 'text', true, 'exact: the code itself; prefix: every code that starts with it'),

		('data_day', 'day', 'date', true, 'the last day that the data tell of');
end;
comment on function ph.shared_column() is
	'the columns of the shared tables in the order of the tables'' files: type, whether a value is required, '
	'description';

create function ph.shared_reference(
	out relation text, out column_name text, out parent_relation text, out parent_column text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
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
end;
comment on function ph.shared_reference() is
	'the references between the shared tables: a column that is not NULL names a row of the parent relation';

create function ph.shared_rule(
	out problem text, out relation text, out column_name text, out needs text[], out condition text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('death before birth', 'person', 'death_date', array['birth_date'], 'death_date >= birth_date'),
		('unknown sex', 'person', 'sex', array[]::text[], 'sex in (''F'', ''M'', ''I'')'),
		('unknown ethnicity', 'person', 'ethnicity_code', array[]::text[], 'ethnicity_code ~ ''^[A-HJ-NPRSZ]$'''),
		('cause without death', 'person', 'death_cause_icd10', array['death_date'],
		 'death_cause_icd10 is null or death_date is not null'),
		('end before start', 'residence', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'registration', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'encounter', 'end_date', array['start_date'], 'end_date >= start_date'),
		('end before start', 'enrolment', 'end_date', array['start_date'], 'end_date >= start_date'),
		('unknown pod', 'encounter', 'pod', array[]::text[], 'pod in (''GP'', ''AE'', ''OP'', ''EL'', ''NEL'')'),
		('negative value', 'encounter', 'los_days', array[]::text[], 'los_days >= 0'),
		('negative value', 'encounter', 'cost', array[]::text[], 'cost >= 0'),
		('position below 1', 'clinical_event', 'position', array[]::text[], 'position >= 1'),
		('empty code', 'clinical_event', 'code', array[]::text[], 'code <> '''''),
		('decile outside 1 to 10', 'place_factor', 'value', array['factor'],
		 'right(factor, 7) <> ''_decile'' or value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
		('infinite day', 'data_day', 'day', array[]::text[], 'isfinite(day)'),
		('unknown match', 'code_list', 'match', array[]::text[], 'match in (''exact'', ''prefix'')'),
		('empty code', 'code_list', 'code', array[]::text[], 'code <> ''''');
end;
comment on function ph.shared_rule() is
	'what every single row of the shared tables must satisfy: the problem where it does not, the column to blame, '
	'other columns that the condition reads, the condition; a condition that is NULL is satisfied';

create function ph_support.iso_day(text text) returns date
language sql immutable parallel safe
begin atomic
	-- one expression, which is written into the query that asks it
	select
		case
			when text like '0000%' then null
			when text ~ (
				'^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)'
				'|02-(0[1-9]|1[0-9]|2[0-8]))'
				'|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)'
				'([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
				'( ?(Z|[+]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)|-((0[0-9]|1[01])(:?[0-5][0-9])?|12(:?00)?)))?)?$')
				then make_date(left(text, 4)::integer, substr(text, 6, 2)::integer, substr(text, 9, 2)::integer) end;
end;
comment on function ph_support.iso_day(text) is
	'the day of a date or timestamp in the form of ISO 8601, 2024-04-01 or 2024-04-01T09:30:00Z, as it is written; '
	'NULL for anything else and for days that no calendar has';

create function ph_support.code_system_spelling(code_system text) returns text
language sql immutable parallel safe
begin atomic
	select
		case
			when code_system in ('ICD10', 'SNOMED') then code_system
			when upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C")
				~ 'ICD0?10|^(ICD|ICDX|I10)$'
				then 'ICD10'
			when upper(regexp_replace(code_system, '[^A-Za-z0-9]', '', 'g') collate "C")
				~ 'SNOMED|SNMD|^(SCT|SCTID|SNO)'
				then 'SNOMED' end;
end;
comment on function ph_support.code_system_spelling(text) is
	'how the shared tables spell a code system that is ICD-10 or SNOMED CT by another name, '
	'such as icd-10 or SNOMED CT; NULL for other systems';

create function ph_support.last_day(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select
		case
			when exists (
				select
				from pg_attribute
				where attrelid = to_regclass(format('%I.data_day', schema)) and attname = 'day' and not attisdropped)
				then 'least((select max(day) from {data_day}), current_date)'
			else 'current_date' end
$$;
comment on function ph_support.last_day(text) is
	'the expression, for ph_support.in_schema, of the last day of which person-time is counted: the day in data_day, '
	'and today where there is none or it is still to come';

create function ph_support.shared_table_definition(relation text) returns text
language sql stable
begin atomic
	select string_agg(part, ', ')
	from (
		select format('%I %s', c.column_name, c.column_type) || case when c.required then ' not null' else '' end
		from ph.shared_column() c
		where c.relation = shared_table_definition.relation
		union all
		select format('%s (%s)', t.key_constraint, array_to_string(t.key, ', '))
		from ph.shared_table() t
		where t.relation = shared_table_definition.relation and t.key_constraint is not null
		union all
		select format('constraint %I check (%s)',
			concat_ws('_', r.relation, r.column_name, replace(r.problem, ' ', '_')), r.condition)
		from ph.shared_rule() r
		where r.relation = shared_table_definition.relation
	) parts (part);
end;
comment on function ph_support.shared_table_definition(text) is
	'columns, key and check constraints of a shared table, as they stand between the brackets of CREATE TABLE';

create procedure ph.create_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	taken text;
	statement text;
begin
	if schema is null then
		raise exception 'schema must not be null'
			using errcode = 'null_value_not_allowed';
	end if;
	call ph_support.require_own_schema(schema);
	select string_agg(t.relation, ', ' order by t.relation)
	into taken
	from ph.shared_table() t
	where to_regclass(format('%I.%I', schema, t.relation)) is not null;
	if taken is not null then
		raise exception 'schema "%" already has %', schema, taken
			using errcode = 'duplicate_table',
				hint = 'Name another schema, or drop or rename these relations first; nothing was made.';
	end if;
	if to_regnamespace(quote_ident(schema)) is null then
		execute format('create schema %I', schema);
	end if;

	for statement in
		select format('create table {%I} (%s)', t.relation, ph_support.shared_table_definition(t.relation))
		from ph.shared_table() t
		union all
		select format('alter table {%I} add foreign key (%I) references {%I} (%I)',
			r.relation, r.column_name, r.parent_relation, r.parent_column)
		from ph.shared_reference() r
		union all
		select format('create index on {%I} (%s)', t.relation, i.columns)
		from ph.shared_table() t, unnest(t.indexes) i (columns)
		union all
		values ('create unique index data_day_one on {data_day} ((day is not null))')
		union all
		select format('comment on table {%I} is %L', t.relation, t.description)
		from ph.shared_table() t
		union all
		select format('comment on column {%I}.%I is %L', c.relation, c.column_name, c.description)
		from ph.shared_column() c
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
end
$$;
comment on procedure ph.create_shared_tables(text) is
	'makes the empty shared tables in the schema, and the schema where there is none; '
	'they are ordinary tables and belong to the caller. '
	'Errors: duplicate_table where one of the names is taken (nothing is made then), '
	'22023 for a schema of the extension or of the system, name_too_long';

-- ---- what is wrong with shared tables, or with views of the same shape ----
-- Every check is a row of ph.shared_check(): a condition that is true of a row that is wrong, or a query that returns
-- the key of each thing that is wrong, and the columns that it reads. All conditions of a relation are asked in one
-- pass.

create function ph_support.matched_code_query() returns text
language sql immutable parallel safe
return $$with version_order as (
	select list, version, array(
		select part::numeric
		from regexp_split_to_table(version, '[^0-9]+') part
		where part <> '') as numbers
	from (select distinct list, version from {code_list}) versions
), latest as (
	select distinct on (list) list, version
	from version_order
	order by list, numbers desc, version desc
), wanted as not materialized (  -- so that the planner sees how many rules there are of each kind
	-- system and code are one key: of one clause the planner guesses better than of two
	select list, match, code_system || ' ' ||
		case
			when code_system <> 'ICD10' then code
			when match = 'exact' then ph.icd10_normalise(code)
			else upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g') collate "C") end as key
	from {code_list}
	where jsonb_contains((select jsonb_object_agg(list, version) from latest), jsonb_build_object(list, version))
), recorded as (
	select code_system, code, code_system || ' ' ||
		case
			when code_system = 'ICD10' then ph.icd10_normalise(code)
			when code_system <> 'SNOMED' or not ph.several_codes(code) then code end as key
	from (select distinct code_system, code from {clinical_event}) codes
)
select wanted.list, recorded.code_system, recorded.code
from recorded
join wanted on wanted.key = recorded.key and wanted.match = 'exact'
union
select wanted.list, recorded.code_system, recorded.code
from recorded
join wanted on recorded.key ^@ wanted.key and wanted.match = 'prefix'$$;
comment on function ph_support.matched_code_query() is
	'the query that finds the codes of clinical_event that are in the latest version of each code list: '
	'list, code_system, code';

create function ph.shared_check(
	out problem text, out relation text, out column_name text, out needs text[], out condition text, out query text)
returns setof record
language sql stable
begin atomic
	with reads as (
		select t.relation, array(select t.relation || '.' || k from unnest(t.key) k) as key
		from ph.shared_table() t
	), condition (problem, relation, column_name, also, of_person, condition) as (
		select 'missing value', c.relation, c.column_name, array[]::text[], array[]::text[],
			format('r.%I is null', c.column_name)
		from ph.shared_column() c
		where c.required
		union all
		select 'duplicate key', t.relation, array_to_string(t.key, ', '), array[]::text[], array[]::text[],
			'r.key_copy = 2'
		from ph.shared_table() t
		where t.key_constraint is not null
		union all
		select u.problem, u.relation, u.column_name, u.column_name || u.needs, array[]::text[],
			format('not (%s)', u.condition)
		from ph.shared_rule() u
		union all
		select 'orphaned reference', f.relation, f.column_name, array[f.column_name], array['person_id'],
			'r.person_id is not null and p.person_id is null'
		from ph.shared_reference() f
		where f.parent_relation = 'person'
		union all
		select d.problem, d.relation, d.column_name, array[d.column_name], array['person_id', d.limit_column],
			format('r.%I %s p.%I', d.column_name, d.operator, d.limit_column)
		from (
			values
				('before birth', 'residence', 'start_date', '<', 'birth_date'),
				('before birth', 'registration', 'start_date', '<', 'birth_date'),
				('before birth', 'encounter', 'start_date', '<', 'birth_date'),
				('before birth', 'clinical_event', 'event_date', '<', 'birth_date'),
				('before birth', 'measurement', 'measure_date', '<', 'birth_date'),
				('after death', 'encounter', 'start_date', '>', 'death_date'),
				('after death', 'clinical_event', 'event_date', '>', 'death_date'),
				('after death', 'measurement', 'measure_date', '>', 'death_date')
		) d (problem, relation, column_name, operator, limit_column)
		union all
		select 'after data day', d.relation, d.column_name, array[d.column_name], array[]::text[],
			format('r.%I > {last day}', d.column_name)
		from (
			-- the end of an address or a registration can be agreed beforehand
			values
				('person', 'birth_date'),
				('person', 'death_date'),
				('residence', 'start_date'),
				('registration', 'start_date'),
				('encounter', 'start_date'),
				('encounter', 'end_date'),
				('clinical_event', 'event_date'),
				('measurement', 'measure_date'),
				('enrolment', 'start_date')
		) d (relation, column_name)
		union all
		select 'malformed ICD-10 code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%1$s and ph.icd10_normalise(%2$I) is null and not ph.several_codes(%2$I)',
				m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], 'death_cause_icd10 is not null'),
				('encounter', 'primary_icd10', array[]::text[], 'primary_icd10 is not null'),
				('clinical_event', 'code', array['code_system'], 'code_system = ''ICD10'''),
				('code_list', 'code', array['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
		) m (relation, column_name, also, of_system)
		union all
		select 'more than one code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%s ph.several_codes(%I)', m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], ''),
				('encounter', 'primary_icd10', array[]::text[], ''),
				('clinical_event', 'code', array['code_system'],
				 'ph_support.code_system_spelling(code_system) is not null and'),
				('measurement', 'code', array['code_system'],
				 'ph_support.code_system_spelling(code_system) is not null and'),
				('code_list', 'code', array['code_system'],
				 'ph_support.code_system_spelling(code_system) is not null and')
		) m (relation, column_name, also, of_system)
		union all
		select 'code system spelt otherwise', r, 'code_system', array['code_system'], array[]::text[],
			'ph_support.code_system_spelling(code_system) <> code_system'
		from unnest(array['clinical_event', 'measurement', 'code_list']) r
		union all
		values
			('older than 125 years', 'person', 'birth_date', array['death_date'], array[]::text[],
			 'birth_date < coalesce(death_date, {last day}) - interval ''125 years'''),
			('later than today', 'data_day', 'day', array[]::text[], array[]::text[], 'day > current_date'),
			('stay differs from dates', 'encounter', 'los_days', array['start_date', 'end_date', 'los_days'],
			 array[]::text[], 'los_days <> end_date - start_date')
	)
	select c.problem, c.relation, c.column_name,
		n.key
			|| array(
				select c.relation || '.' || k
				from unnest(case when c.problem = 'duplicate key' then c.also else c.column_name || c.also end) k)
			|| array(select 'person.' || k from unnest(c.of_person) k),
		c.condition, null
	from condition c
	join reads n on n.relation = c.relation
	union all
	select 'empty relation', t.relation, null, array[]::text[], null,
		format('select null where not exists (select from {%s})', t.relation)
	from ph.shared_table() t
	union all
	select 'orphaned reference', f.relation, f.column_name,
		n.key || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column), null,
		format(
			'select {name of %1$s} from {%1$s} r '
			'where r.%2$I is not null and not exists (select from {%3$s} p where p.%4$I = r.%2$I)',
			f.relation, f.column_name, f.parent_relation, f.parent_column)
	from ph.shared_reference() f
	join reads n on n.relation = f.relation
	where f.parent_relation <> 'person'
	union all
	select 'overlapping spells', s.relation, 'start_date',
		array(select s.relation || '.' || k from unnest('{person_id, start_date, end_date}'::text[]) k), null,
		format('select concat_ws('' '', person_id, start_date)
			from (
				select person_id, start_date,
					max(coalesce(end_date, ''infinity'')) over (
						partition by person_id order by start_date
						rows between unbounded preceding and 1 preceding) as taken_until
				from {%s} where end_date is null or end_date > start_date
			) spells
			where start_date < taken_until', s.relation)
	from (values ('residence'), ('registration')) s (relation)
	union all
	values
		('more than one day', 'data_day', 'day', array['data_day.day'], null,
		 'select day from {data_day} where (select count(*) from {data_day}) > 1'),
		('cycle', 'place_parent', 'parent_id', array['place_parent.place_id', 'place_parent.parent_id'], null,
		 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
		('ambiguous parent', 'place_parent', 'parent_id',
		 array['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'], null,
		 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select distinct above.place_id
		from above join {place} p on p.place_id = above.ancestor
		where above.place_id <> above.ancestor
		group by above.place_id, p.place_kind having count(*) > 1'),
		('list without events', 'code_list', 'list',
		 array['code_list.list', 'code_list.version', 'code_list.code_system', 'code_list.code', 'code_list.match',
		       'clinical_event.code_system', 'clinical_event.code'], null,
		 format('select list from {code_list} except select list from (%s) matched',
			ph_support.matched_code_query()));
end;
comment on function ph.shared_check() is
	'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that it reads, '
	'and either the condition that a row r of the relation (key_copy: its number among rows of the same key) '
	'and its person p satisfy where they are wrong, or the query that returns the key of each thing that is wrong; '
	'names in braces stand for relations of the schema';

create function ph_support.mistyped_column(schema text, out relation text, out column_name text)
returns setof record
language sql stable
begin atomic
	select c.relation, c.column_name
	from ph.shared_column() c
	join pg_catalog.pg_attribute a
		on a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', schema, c.relation))
		and a.attname = c.column_name
	join pg_catalog.pg_type t on t.oid = a.atttypid
	where
		case c.column_type
			when 'date' then coalesce(nullif(t.typbasetype, 0), t.oid) <> 'pg_catalog.date'::pg_catalog.regtype
			when 'text' then false
			else t.typcategory <> 'N' end;
end;
comment on function ph_support.mistyped_column(text) is
	'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, '
	'a number that is none; an identifier can have any type';

create function ph_support.unique_in(schema text, relation text, key text[]) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_index i
		where i.indrelid = to_regclass(format('%I.%I', schema, relation))
			and (i.indisprimary or i.indisunique and i.indnullsnotdistinct)
			and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
			and array(
				select a.attname::text
				from unnest(i.indkey::smallint[]) with ordinality k (attnum, place)
				join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
				where k.place <= i.indnkeyatts) <@ key)
$$;
comment on function ph_support.unique_in(text, text, text[]) is
	'whether an index keeps the rows of a relation apart by these columns, '
	'so that nobody needs to look for two of one key';

create function ph_support.shared_row_query(schema text, relation text, conditions text[]) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with keyed as (
		select format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) as name, string_agg(k, ', ') as key,
			ph_support.unique_in(schema, t.relation, t.key) as apart
		from ph.shared_table() t, unnest(t.key) k
		where t.relation = shared_row_query.relation
		group by t.relation, t.key
	)
	select format('select array[%s], array[%s]::text[] from %s r%s',
		string_agg(format('count(*) filter (where %s)', c), ', ' order by n),
		string_agg(format('min(%s collate "C") filter (where %s)', name, c), ', ' order by n),
		case
			when apart or not 'r.key_copy = 2' = any (conditions) then
				format('(select 1 as key_copy, * from {%s})', relation)
			else
				format('(select row_number() over (partition by %s) as key_copy, * from {%s})', key, relation) end,
		case
			when string_agg(c, '') ~ '\mp[.]' then
				format(' left join %s p using (person_id)',
					case
						when ph_support.unique_in(schema, 'person', '{person_id}') then '{person}'
						else '(select distinct on (person_id) * from {person} order by person_id)' end)
			else '' end)
	from keyed, unnest(conditions) with ordinality u (c, n)
	group by name, key, apart
$$;
comment on function ph_support.shared_row_query(text, text, text[]) is
	'the query that asks conditions of all rows of a shared relation in one pass: how many rows satisfy each, '
	'and the key of one';

create function ph.check_shared_tables(schema text)
returns table (problem text, relation text, column_name text, found bigint, example text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
declare
	relations text[];
	present text[];  -- relation.column
	mistyped text[];  -- likewise
	day text;
	wrong jsonb := '[]';
	asked record;
	one record;
	counts bigint[];
	examples text[];
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	day := ph_support.last_day(schema);
	relations := array(
		select t.relation
		from ph.shared_table() t
		where to_regclass(format('%I.%I', schema, t.relation)) is not null);
	present := array(
		select r || '.' || a.attname
		from unnest(relations) r
		join pg_attribute a on a.attrelid = format('%I.%I', schema, r)::regclass
		where a.attnum > 0 and not a.attisdropped);
	mistyped := array(select c.relation || '.' || c.column_name from ph_support.mistyped_column(schema) c);

	return query
	select 'missing relation', t.relation, null::text, 1::bigint, null::text
	from ph.shared_table() t
	where not t.relation = any (relations)
	order by t.relation collate "C";

	return query
	select 'missing column', c.relation, c.column_name, 1::bigint, null::text
	from ph.shared_column() c
	where c.relation = any (relations) and not c.relation || '.' || c.column_name = any (present)
	order by c.relation collate "C", c.column_name collate "C";

	return query
	select 'wrong type', split_part(c, '.', 1), split_part(c, '.', 2), 1::bigint, null::text
	from unnest(mistyped) c
	order by c collate "C";

	for asked in
		select c.relation, c.query, array_agg(c.problem order by c.problem, c.column_name) as problems,
			array_agg(c.column_name order by c.problem, c.column_name) as columns,
			array_agg(replace(c.condition, '{last day}', day) order by c.problem, c.column_name) as conditions
		from ph.shared_check() c
		where c.relation = any (relations) and c.needs <@ present and not c.needs && mistyped
		group by c.relation, c.query,
			case when c.query is not null then c.problem || coalesce(c.column_name, '') end
		order by c.relation collate "C", min(c.problem) collate "C"
	loop
		begin
			execute ph_support.in_schema(
				case
					when asked.query is null then
						ph_support.shared_row_query(schema, asked.relation, asked.conditions)
					else
						format(
							'select array[count(*)], array[min(key::text collate "C")] from (%s) wrong (key)',
							replace(asked.query, format('{name of %s}', asked.relation), (
								select format('concat_ws('' '', %s)', string_agg('r.' || k, ', '))
								from ph.shared_table() t, unnest(t.key) k
								where t.relation = asked.relation))) end,
				schema)
			into counts, examples;
			wrong := wrong || (
				select coalesce(jsonb_agg(to_jsonb(a)), '[]')
				from (
					select *, asked.relation
					from unnest(asked.problems, asked.columns, counts, examples)
						a (problem, column_name, found, example)
					where a.found > 0
				) a);
		exception when undefined_function or datatype_mismatch or data_exception then
			-- keys of two relations can each have a type that serves and still not compare: which one is asked one by
			-- one
			for one in
				select *
				from unnest(asked.problems, asked.columns, asked.conditions) o (problem, column_name, condition)
			loop
				begin
					if one.condition is null then
						raise undefined_function;
					end if;
					execute ph_support.in_schema(
						ph_support.shared_row_query(schema, asked.relation, array[one.condition]), schema)
					into counts, examples;
					wrong := wrong || jsonb_build_object(
						'problem', one.problem, 'relation', asked.relation, 'column_name', one.column_name,
						'found', counts[1], 'example', examples[1]);
				exception when undefined_function or datatype_mismatch or data_exception then
					wrong := wrong || jsonb_build_object(
						'problem', 'types do not compare', 'relation', asked.relation,
						'column_name', one.column_name, 'found', 1);
				end;
			end loop;
		end;
	end loop;
	return query
	select w.*
	from jsonb_to_recordset(wrong) w (problem text, relation text, column_name text, found bigint, example text)
	where w.found > 0
	order by w.relation collate "C", w.problem collate "C", w.column_name collate "C";
end
$$;
comment on function ph.check_shared_tables(text) is
	'what is wrong with the shared tables of the schema, or with views of their shape: the problem, where, '
	'how many rows, keys or lists have it, and the key of one of them. No rows: nothing was found. '
	'Days are held against the day in data_day, or today where there is none or it is still to come. '
	'Checks that need a relation or column that is missing, or a column of a type that cannot serve, are skipped. '
	'Each relation is read once for all checks of its rows. Errors: invalid_schema_name';

-- ---- the population of the shared tables ----
-- Questions that every study of a population asks first, made over the shared tables as ordinary views and functions in
-- the caller's schema: where a place lies, who was there on a day, who was at risk in a period and what happened to
-- them, who has which condition.
--
-- Everything about time rests on one view, stay: the days of each person, each day once. person_at is its stays that
-- hold a day, person_period its stays cut to a period, so the two always agree.

-- The planner expects 100 rows of the built-in unnest, and takes && and @> of computed ranges for rare: together they
-- would make it choose nested loops over whole populations. Hence this function, and not isempty(a * b) instead of
-- a && b below.
create function ph_support.unnest_days(days datemultirange) returns setof daterange
language internal immutable strict parallel safe rows 1
as 'multirange_unnest';
comment on function ph_support.unnest_days(datemultirange) is
	'one row a range of the multirange, as unnest gives them, which the planner expects to be one';

create function ph_support.bounded_period(period daterange) returns daterange
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if period is null or isempty(period)
		or not coalesce(isfinite(lower(period)) and isfinite(upper(period)), false) then
		raise exception 'period must have a first and a last day'
			using errcode = 'invalid_parameter_value',
				hint = 'A year is daterange(''2023-04-01'', ''2024-04-01''): the end is the first day after it.';
	end if;
	return period;
end
$$;
comment on function ph_support.bounded_period(daterange) is
	'the period itself. Errors: invalid_parameter_value where it is NULL, empty or without end on either side';

create function ph_support.known_pod(kind text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	if kind not in ('GP', 'AE', 'OP', 'EL', 'NEL') then
		raise exception 'kind must be a pod of encounters'
			using errcode = 'invalid_parameter_value',
				hint = 'The pods are GP, AE, OP, EL and NEL; null stands for all.';
	end if;
	return kind;
end
$$;
comment on function ph_support.known_pod(text) is
	'the kind of encounter itself, NULL for all. Errors: invalid_parameter_value where there is no such kind';

create procedure ph_support.require_choice(argument text, choice text, offered text[])
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if choice = any (offered) then
		return;
	end if;
	raise exception 'argument "%" is %', argument,
		case
			when choice is null and offered <> '{}' then 'needed: the data offer more than one'
			else 'none of those that the data offer' end
		using errcode = 'invalid_parameter_value', hint =
			case
				when offered = '{}' then 'There is none to choose from: fill the tables first.'
				else 'Choose one of ' || (
					select string_agg(distinct o, ', ' order by o)
					from unnest(offered) o) || '.' end;
end
$$;
comment on procedure ph_support.require_choice(text, text, text[]) is
	'does nothing where the choice is one of those offered. Errors: invalid_parameter_value, with what there is';

create function ph_support.chosen(argument text, choice text, usual text, alike text, offered text[]) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	candidates text[];
begin
	if choice is null and usual = any (offered) then
		return usual;
	end if;
	if choice is null then
		candidates := array(select distinct o from unnest(offered) o where o ~ alike);
		if candidates = '{}' then
			candidates := array(select distinct o from unnest(offered) o);
		end if;
		if cardinality(candidates) = 1 then
			return candidates[1];
		end if;
	end if;
	call ph_support.require_choice(argument, choice, offered);
	return choice;
end
$$;
comment on function ph_support.chosen(text, text, text, text, text[]) is
	'the choice; where it is NULL the usual one, or else the only one that the data offer, first among those alike. '
	'Errors: invalid_parameter_value, with what there is';

create function ph_support.kinds_above(schema text, base text) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	kinds text[];
begin
	execute format(
		'with recursive above as (
			select parent_id from %1$I.place join %1$I.place_parent using (place_id) where %2$s
			union
			select p.parent_id from above join %1$I.place_parent p on p.place_id = above.parent_id)
		select array_agg(distinct place_kind) from above join %1$I.place on place_id = parent_id',
		schema, base)
	into kinds;
	return coalesce(kinds, '{}');
end
$$;
comment on function ph_support.kinds_above(text, text) is
	'the kinds of place that lie above the places for which the condition base holds';

create function ph_support.ladder_query(schema text, name text, base text, kinds text[]) returns text
language sql stable
begin atomic
	select format(
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
			format(
				', case when count(*) filter (where place_kind = %1$L) = 1 '
				'then min(place.place_id::text) filter (where place_kind = %1$L) end as %2$I',
				kind, lower(kind collate "C")),
			'' order by kind))
	from unnest(kinds) kind;
end;
comment on function ph_support.ladder_query(text, text, text, text[]) is
	'the query that gives one row a place for which the condition base holds: its id as the column name, '
	'and one column a kind with the place of that kind above it; NULL where there is none, or more than one';

create function ph_support.spell_query(schema text, source text, columns text) returns text
language sql stable
begin atomic
	select format(
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
end;
comment on function ph_support.spell_query(text, text, text) is
	'the query that makes of the spells of the source (person_id, the columns, start_date, end_date) '
	'days that are each counted once: within life, the day of death included, up to the data day, '
	'and the spell with the later start takes over from one that it overlaps';

create function ph_support.population_view(out relation text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('place_ladder',
		 'one row a small area: the place of each kind in which it lies, NULL where there is none or more than one'),
		('practice_ladder',
		 'one row a practice: the place of each kind to which it belongs, NULL where there is none or more than one'),
		('registration_spell',
		 'days registered, each day of a person once: the later registration takes over, the day of death counts, '
		 'no day after the data day'),
		('residence_spell',
		 'days of life by small area, each day of a person once: the later address takes over, '
		 'small_area is NULL where no address is known'),
		('stay',
		 'one row a person and run of days with one registration and one address, each day once; spell is half open'),
		('register',
		 'one row a person and condition: '
		 'the first event with a code of the latest version of the code list of that name'),
		('segment_input',
		 'the people of the data day as the rules of segments ask for them; '
		 'segment_inputs(as_of) gives those of another day');
end;
comment on function ph_support.population_view() is
	'the views that ph.create_population_views and ph.create_segment_inputs make, each after those it is built on';

create function ph_support.population_column(out column_name text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
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
end;
comment on function ph_support.population_column() is 'the columns of the generated views, each name once';

create procedure ph_support.replace_population_view(
	schema text, relation text, query text, columns jsonb default '{}', keep boolean default false)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	description text := (
		select v.description
		from ph_support.population_view() v
		where v.relation = replace_population_view.relation);
	named jsonb := (select jsonb_object_agg(c.column_name, c.description) from ph_support.population_column() c);
begin
	call ph_support.replace_view(schema, relation, query, description, columns || named, keep);
end
$$;
comment on procedure ph_support.replace_population_view(text, text, text, jsonb, boolean) is
	'ph_support.replace_view of one of ph_support.population_view(); '
	'columns describes those that ph_support.population_column() does not name';

create procedure ph.drop_population_views(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	object record;
begin
	for object in
		-- what is built on others goes before them
		select 'function' as kind, p.proname as name, 'pg_proc'::regclass as class, p.oid,
			p.oid::regprocedure::text as target, case p.proname when 'segment_inputs' then 8 else 6.5 end as place
		from pg_proc p
		where p.pronamespace = to_regnamespace(quote_ident(schema))
			and p.proname in ('segment_inputs', 'person_period', 'person_at')
		union all
		select 'view', v.relation, 'pg_class', c.oid, c.oid::regclass::text, v.ordinality
		from ph_support.population_view() with ordinality v
		join pg_class c on c.oid = to_regclass(format('%I.%I', schema, v.relation))
		order by place desc
	loop
		call ph_support.require_generated(schema, object.name, object.class, object.oid);
		execute format('drop %s %s', object.kind, object.target);
	end loop;
end
$$;
comment on procedure ph.drop_population_views(text) is
	'drops what ph.create_population_views and ph.create_segment_inputs made in the schema. '
	'Errors: duplicate_object where one of the names is something else, '
	'dependent_objects_still_exist where other objects are built on them';

create procedure ph.create_population_views(
	schema text,
	small_area text default null,
	neighbourhood text default null,
	place text default null,
	system text default null,
	deprivation text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
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
	lacking text;
	object record;
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	select string_agg(relation, ', ')
	into lacking
	from ph.shared_table()
	where required and to_regclass(format('%I.%I', schema, relation)) is null;
	if lacking is not null then
		raise exception 'schema "%" lacks shared tables: %', schema, lacking
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes them; views of these names over tables of yours do as well.';
	end if;
	for object in select * from ph_support.mistyped_column(schema) limit 1 loop
		raise exception 'column "%" of "%" is not of the type that the shared tables have',
			object.column_name, object.relation
			using errcode = 'datatype_mismatch',
				hint = 'SELECT * FROM ph.check_shared_tables(schema) lists all of them.';
	end loop;
	execute format('select array(select distinct place_kind from %I.place)', schema) into place_kinds;
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select lsoa21_code from %1$I.residence))',
		schema)
	into home_kinds;
	small_area := ph_support.chosen('small_area', small_area, 'LSOA21', '^LSOA',
		case when small_area is null and home_kinds <> '{}' then home_kinds else place_kinds end);
	is_area := format('place_kind = %L', small_area);

	area_kinds := ph_support.kinds_above(schema, is_area);
	place := ph_support.chosen('place', place, 'LAD24', '^LAD', area_kinds);
	system := ph_support.chosen('system', system, 'ICB24', '^ICB', area_kinds);

	practice_kinds := ph_support.kinds_above(schema, is_practice);
	execute format(
		'select array(
			select distinct place_kind from %1$I.place where place_id in (select pcn_code from %1$I.registration))',
		schema)
	into network_kinds;
	neighbourhood := ph_support.chosen('neighbourhood', neighbourhood, 'PCN', '^PCN',
		practice_kinds || network_kinds || area_kinds);
	if neighbourhood = any (practice_kinds) then
		practice_neighbourhood := format(
			'coalesce(practice.%I, network.place_id::text)', lower(neighbourhood collate "C"));
	elsif neighbourhood = any (network_kinds) then
		practice_neighbourhood := 'network.place_id::text';
	else
		area_neighbourhood := format('area.%I', lower(neighbourhood collate "C"));
	end if;

	if to_regclass(format('%I.place_factor', schema)) is not null then
		execute format(
			'select array(
				select factor
				from %1$I.place_factor
				join %1$I.place using (place_id)
				where %2$s
				group by factor
				having bool_and(value in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)))',
			schema, is_area)
		into factors;
	end if;
	if deprivation is not null or factors <> '{}' then  -- or else deprivation is unknown
		deprivation_query := format(
			'select distinct on (place_id) place_id::text as small_area, value::integer as deprivation_decile
			from %I.place_factor
			where factor = %L
			order by place_id, period desc',
			schema, ph_support.chosen('deprivation', deprivation, 'imd2019_decile', '_decile$', factors));
	end if;

	select jsonb_object_agg(
		lower(kind collate "C"), 'the ' || kind || ' in which it lies, NULL where there is none or more than one')
	into ladder_columns
	from unnest(area_kinds || practice_kinds) kind;
	call ph_support.require_column_names('kinds of places', 'place_ladder',
		lower(area_kinds::text collate "C")::text[], '{small_area}');
	call ph_support.require_column_names('kinds of places', 'practice_ladder',
		lower(practice_kinds::text collate "C")::text[], '{practice}');
	-- a kind of place that the data have no more is one that nobody is in
	call ph_support.replace_population_view(schema, 'place_ladder',
		ph_support.ladder_query(schema, 'small_area', is_area, area_kinds),
		coalesce(ladder_columns, '{}'), keep => true);
	call ph_support.replace_population_view(schema, 'practice_ladder',
		ph_support.ladder_query(schema, 'practice', is_practice, practice_kinds),
		coalesce(ladder_columns, '{}'), keep => true);
	-- What is known of practices and areas is joined before spells are cut, while the planner still knows how many rows
	-- there are.
	call ph_support.replace_population_view(schema, 'registration_spell',
		ph_support.spell_query(schema,
			format('(
				select person_id, practice_code::text as practice, %2$s as neighbourhood, start_date, end_date
				from %1$I.registration
				left join %1$I.practice_ladder practice on practice.practice = practice_code::text
				left join %1$I.place network on network.place_id = pcn_code and network.place_kind = %3$L)',
				schema, practice_neighbourhood, neighbourhood),
			'practice, neighbourhood'));
	call ph_support.replace_population_view(schema, 'residence_spell',
		ph_support.spell_query(schema,
			-- life itself is a residence of unknown address, so that nobody is lost between two addresses
			format('(
				select person_id, small_area, %2$s as neighbourhood, area.%3$I as place, area.%4$I as system,
					deprivation_decile, start_date, end_date
				from (
					select person_id, lsoa21_code::text as small_area, start_date, end_date from %1$I.residence
					union all
					select person_id, null, null, null from %1$I.person
				) address
				left join %1$I.place_ladder area using (small_area)
				left join (%5$s) deprivation using (small_area))',
				schema, area_neighbourhood, lower(place collate "C"), lower(system collate "C"), deprivation_query),
			'small_area, neighbourhood, place, system, deprivation_decile'));
	call ph_support.replace_population_view(schema, 'stay', format(
		'select person_id, practice, coalesce(registration.neighbourhood, residence.neighbourhood) as neighbourhood,
			place, system, small_area, deprivation_decile, (deprivation_decile + 1) / 2 as deprivation_quintile,
			registration.spell * residence.spell as spell
		from %1$I.registration_spell registration
		join %1$I.residence_spell residence using (person_id)
		where not isempty(registration.spell * residence.spell)', schema));

	call ph_support.replace_function(schema, 'person_at', 'timestamptz',
		format($query$(as_of timestamptz)
			returns table (
				person_id text, age integer, sex text, ethnicity text, practice text, neighbourhood text, place text,
				system text, small_area text, deprivation_decile integer, deprivation_quintile integer)
			language sql stable parallel safe
			begin atomic
				select s.person_id, ph.completed_years(p.birth_date, person_at.as_of::date), p.sex::text,
					nullif(p.ethnicity_code::text, 'Z'), s.practice, s.neighbourhood, s.place, s.system, s.small_area,
					s.deprivation_decile, s.deprivation_quintile
				from %1$I.stay s
				join %1$I.person p on p.person_id::text = s.person_id
				where isfinite(person_at.as_of)
					and not isempty(s.spell * daterange(person_at.as_of::date, person_at.as_of::date, '[]'));
			end$query$, schema),
		'one row a person who was registered and alive on the day, as known by then, and nobody after the data day: '
		'age in completed years, where deprivation_decile 1 and deprivation_quintile 1 are the most deprived; '
		'unknown is NULL');

	call ph_support.replace_function(schema, 'person_period', 'daterange, text',
		format($query$(period daterange, kind text default null)
			returns table (
				person_id text, stay integer, age integer, sex text, ethnicity text, practice text,
				neighbourhood text, place text, system text, small_area text, deprivation_decile integer,
				deprivation_quintile integer, start_date date, end_date date, days integer, years double precision,
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
					ph.completed_years(p.birth_date, lower(r.days)), p.sex::text, nullif(p.ethnicity_code::text, 'Z'),
					r.practice, r.neighbourhood, r.place, r.system, r.small_area,
					r.deprivation_decile, r.deprivation_quintile,
					lower(r.days), upper(r.days), coalesce(upper(r.days) - lower(r.days), 0),
					coalesce(upper(r.days) - lower(r.days), 0) / 365.25::double precision,
					coalesce(c.events, 0), coalesce(c.cost, 0), coalesce(c.events_outside, 0)
				from at_risk r
				full join counted c using (person_id, stay)
				join (
					select person_id::text as person_id, birth_date, sex, ethnicity_code
					from %1$I.person
				) p using (person_id);
			end$query$, schema),
		'one row a person and stay in the period, cut at the data day: person-years at risk (days / 365.25), '
		'encounters of the kind that started in it (null: all), their cost in pounds. '
		'Encounters in the period outside any stay are counted apart in events_outside, '
		'on the first stay or on a row with stay 0. '
		'Errors: invalid_parameter_value for a period without end or an unknown kind');

	call ph_support.replace_population_view(schema, 'register', format(
		'select event.person_id::text as person_id, matched.list as condition, min(event.event_date) as first_date
		from %1$I.clinical_event event
		join (%2$s) matched on matched.code = event.code
			-- a function and not an operator: the planner takes each clause of an operator for another chance
			and texteq(matched.code_system::text, event.code_system::text)
		group by event.person_id, matched.list',
		schema, ph_support.in_schema(ph_support.matched_code_query(), schema)));

	if to_regclass(format('%I.segment_input', schema)) is not null then
		call ph.create_segment_inputs(schema);
	end if;
end
$$;
comment on procedure ph.create_population_views(text, text, text, text, text, text) is
	'makes, over the shared tables of the schema, the views place_ladder, practice_ladder, registration_spell, '
	'residence_spell, stay and register and the functions person_at(timestamptz) and person_period(daterange, text), '
	'all with the rights of whoever asks them; what an earlier call made is replaced in place. '
	'The other arguments name kinds of place and the factor with the decile of deprivation, one fixed edition; '
	'NULL takes LSOA21, PCN, LAD24, ICB24 and imd2019_decile, or the only ones that the data offer, '
	'and leaves deprivation unknown where there is no decile. Errors: invalid_schema_name, '
	'undefined_table with the shared tables that the schema lacks, invalid_parameter_value with what there is, '
	'duplicate_object where a name is taken by something else, '
	'dependent_objects_still_exist where a column of a view would go away';

-- ---- the people as the rules of segments ask for them ----

create function ph_support.segment_input_query(schema text, lists text[], as_of text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		select p.person_id, p.age as age_years, p.sex, p.ethnicity, p.place, p.neighbourhood, p.deprivation_decile,
			%2$s
			coalesce(cardinality(r.conditions), 0) as long_term_conditions,
			coalesce(ph.charlson(c.conditions), 0) as charlson,
			coalesce(ph.hospital_frailty(c.conditions), 0)::double precision as hospital_frailty,
			coalesce(e.emergency, 0)::integer as emergency_admissions_12_months,
			coalesce(e.emergency, 0)::integer as non_elective_admissions,
			coalesce(e.maternity, 0)::integer as maternity_activity,
			coalesce(e.attendances, 0)::integer as emergency_attendances_12_months,
			coalesce(e.outpatient, 0)::integer as outpatient_attendances_12_months,
			coalesce(e.consultations, 0)::integer as consultations_12_months,
			coalesce(e.spend, 0)::double precision as spend_12_months,
			m.bmi::double precision as bmi,
			m.smoker
		from %1$I.person_at(%3$s) p
		left join (
			select person_id, array_agg(distinct condition) as conditions
			from %1$I.register
			where first_date < %3$s
			group by person_id
		) r on r.person_id = p.person_id
		left join (
			select person_id::text as person_id, ph.conditions_of(code) as conditions
			from %1$I.clinical_event
			where code_system = 'ICD10' and ph.in_look_back(event_date, %3$s, '2 years')
			group by 1
		) c on c.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				count(*) filter (where pod = 'NEL') as emergency,
				count(*) filter (where pod = 'AE') as attendances,
				count(*) filter (where pod = 'OP') as outpatient,
				count(*) filter (where pod = 'GP') as consultations,
				count(*) filter (
					where btrim(admission_method::text) in ('31', '32')
						or ph.icd10_normalise(primary_icd10) like 'O%%') as maternity,
				sum(cost) as spend
			from %1$I.encounter
			where ph.in_look_back(start_date, %3$s, '1 year')
			group by 1
		) e on e.person_id = p.person_id
		left join (
			select person_id::text as person_id,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code = '60621009' and ph.in_look_back(measure_date, %3$s, '1 year')))[1] as bmi,
				(array_agg(value order by measure_date desc, value desc) filter (
					where code = '77176002'))[1] = 1 as smoker
			from %1$I.measurement
			where code_system = 'SNOMED' and measure_date < %3$s
			group by 1
		) m on m.person_id = p.person_id$query$,
		schema, (
			select string_agg(format('coalesce(%L = any (r.conditions), false) as %I,', l, l::name), ' ' order by l)
			from unnest(lists) l),
		as_of)
$$;
comment on function ph_support.segment_input_query(text, text[], text) is
	'the query of the people of a day, an expression, '
	'with what rules of segments ask for and a column for each of the code lists';

create procedure ph.create_segment_inputs(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	lists text[];
	own text[];
	described jsonb;
	view regclass;
	columns text;
	day text;
begin
	if to_regclass(format('%I.register', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = '42P01', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	day := ph_support.in_schema(ph_support.last_day(schema), schema);
	execute format('select coalesce(array_agg(distinct list order by list), ''{}'') from %I.code_list', schema)
	into lists;
	execute format('create temp view ph_own as %s', ph_support.segment_input_query(schema, '{}', day));
	select array_agg(attname) into own from pg_attribute where attrelid = 'pg_temp.ph_own'::regclass;
	drop view pg_temp.ph_own;
	call ph_support.require_column_names('code lists', 'segment_inputs', lists, own);
	select coalesce(
		jsonb_object_agg(l::name, format('whether a code of the list %s was recorded before the day', l)), '{}')
	into described
	from unnest(lists) l;
	call ph_support.replace_population_view(
		schema, 'segment_input', ph_support.segment_input_query(schema, lists, day), described, keep => true);
	view := format('%I.segment_input', schema)::regclass;
	-- a list that has gone is a column of the view still, of which nothing is known
	select string_agg(
		case
			when attname = any (own || lists::name[]::text[]) then quote_ident(attname)
			else format('null::%s', format_type(atttypid, atttypmod)) end,
		', ' order by attnum)
	into columns
	from pg_attribute
	where attrelid = view and attnum > 0 and not attisdropped;
	call ph_support.replace_function(schema, 'segment_inputs', 'timestamptz',
		format($query$(as_of timestamptz)
			returns setof %s
			language sql stable
			begin atomic
				select %s from (%s) input;
			end$query$,
			view, columns, ph_support.segment_input_query(schema, lists, 'segment_inputs.as_of::date')),
		'the people of a day as the rules of segments ask for them: age, place, '
		'whether each list of code_list was recorded before the day, scores of two years, '
		'use of services and spend of one year, last body mass index within a year, smoking; '
		'nothing from the day on is seen');
end
$$;
comment on procedure ph.create_segment_inputs(text) is
	'makes, over the shared tables of a schema, the function segment_inputs(as_of timestamptz): '
	'one row a person with what rules of segments ask for, a column for each code list; '
	'and the view segment_input of the same shape, for the data day. Call it again after a change of code_list: '
	'new lists become the last columns, and one that has gone is NULL '
	'while only generated views and functions read it. '
	'SNOMED CT 60621009 is body mass index, 77176002 smoker. '
	'Errors: duplicate_column where a list has the name of another input '
	'or, in its first 63 bytes, of another list, '
	'dependent_objects_still_exist, with what is built on the view, where something else reads a list that has gone';
