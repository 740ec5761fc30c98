
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
