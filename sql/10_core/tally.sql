
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

create function ph.without(tally ph.tally, part ph.tally) returns ph.tally
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'tally_without';
comment on function ph.without(ph.tally, ph.tally) is
	'a tally less a part that ph.rollup added to it: ph.without(ph.rollup of a and b, b) is a; counts are exact, other '
	'sums to 72 bits, a cell left with nothing is gone; NULL for either is NULL (a part of which nothing is known was '
	'added as a missing row: take ''counts; missing 1'' away); error where the part is not within the tally';


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
