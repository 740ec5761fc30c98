
-- ---- pairs of records by how far each of their fields agrees ----

create type ph.agreement_patterns;
create function ph_support.agreement_patterns_in(cstring) returns ph.agreement_patterns
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_in';
create function ph_support.agreement_patterns_out(ph.agreement_patterns) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_out';
create function ph_support.agreement_patterns_recv(internal) returns ph.agreement_patterns
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_recv';
create function ph_support.agreement_patterns_send(ph.agreement_patterns) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_send';
create type ph.agreement_patterns (
	input = ph_support.agreement_patterns_in, output = ph_support.agreement_patterns_out,
	receive = ph_support.agreement_patterns_recv, send = ph_support.agreement_patterns_send,
	internallength = variable, alignment = double, storage = extended
);
comment on type ph.agreement_patterns is
	'pairs of records by how far each of their fields agrees, in order: {? 0 1: 558, 1 1 2: 2197}; '
	'0 is a field that differs, the highest level one that agrees, ? one that is unknown in either record; '
	'1 to 16 fields, levels 0 to 14, at most 65,536 patterns';
comment on function ph_support.agreement_patterns_in(cstring) is 'text input of ph.agreement_patterns';
comment on function ph_support.agreement_patterns_out(ph.agreement_patterns) is
	'text output of ph.agreement_patterns';
comment on function ph_support.agreement_patterns_recv(internal) is 'binary input of ph.agreement_patterns';
comment on function ph_support.agreement_patterns_send(ph.agreement_patterns) is
	'binary output of ph.agreement_patterns';

create function ph_support.agreement_patterns_fold(ph.agreement_patterns, levels integer[])
returns ph.agreement_patterns
language c immutable parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_fold';
create function ph_support.agreement_patterns_fold(ph.agreement_patterns, levels integer[], pairs bigint)
returns ph.agreement_patterns
language c immutable parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_fold';
create function ph_support.agreement_patterns_combine(ph.agreement_patterns, ph.agreement_patterns)
returns ph.agreement_patterns
language c immutable parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_combine';
create function ph_support.agreement_patterns_roll_up(ph.agreement_patterns, ph.agreement_patterns)
returns ph.agreement_patterns
language c immutable parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_roll_up';
create function ph_support.agreement_patterns_final(ph.agreement_patterns) returns ph.agreement_patterns
language c immutable parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_final';
comment on function ph_support.agreement_patterns_fold(ph.agreement_patterns, integer[]) is
	'support function of ph.agreement_patterns: a pair';
comment on function ph_support.agreement_patterns_fold(ph.agreement_patterns, integer[], bigint) is
	'support function of ph.agreement_patterns: so many pairs of one pattern';
comment on function ph_support.agreement_patterns_combine(ph.agreement_patterns, ph.agreement_patterns) is
	'support function of ph.agreement_patterns: the pairs of both';
comment on function ph_support.agreement_patterns_roll_up(ph.agreement_patterns, ph.agreement_patterns) is
	'support function of ph.agreement_patterns_rollup';
comment on function ph_support.agreement_patterns_final(ph.agreement_patterns) is
	'support function of the aggregates of ph.agreement_patterns';
create aggregate ph.agreement_patterns(levels integer[]) (
	sfunc = ph_support.agreement_patterns_fold, stype = ph.agreement_patterns, initcond = '{}',
	finalfunc = ph_support.agreement_patterns_final, combinefunc = ph_support.agreement_patterns_combine,
	sspace = 1024, parallel = safe
);
comment on aggregate ph.agreement_patterns(integer[]) is
	'folds a row a pair of records: for each field the level at which it agrees, from 0 where it differs to at most '
	'14; -1 or NULL where it is unknown in either record, which is no disagreement. '
	'Errors: other fields than in the pairs before, no list, more than 16 fields';
create aggregate ph.agreement_patterns(levels integer[], pairs bigint) (
	sfunc = ph_support.agreement_patterns_fold, stype = ph.agreement_patterns, initcond = '{}',
	finalfunc = ph_support.agreement_patterns_final, combinefunc = ph_support.agreement_patterns_combine,
	sspace = 1024, parallel = safe
);
comment on aggregate ph.agreement_patterns(integer[], bigint) is
	'folds a row a pattern that has been counted: its levels, and how many pairs have it (at least 0)';
create aggregate ph.agreement_patterns_rollup(patterns ph.agreement_patterns) (
	sfunc = ph_support.agreement_patterns_roll_up, stype = ph.agreement_patterns, initcond = '{}',
	finalfunc = ph_support.agreement_patterns_final, combinefunc = ph_support.agreement_patterns_roll_up,
	sspace = 1024, parallel = safe
);
comment on aggregate ph.agreement_patterns_rollup(ph.agreement_patterns) is
	'the pairs of many, of blocks or partners; NULL where one of them is';

create function ph_support.agreement_patterns_equal(ph.agreement_patterns, ph.agreement_patterns) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_equal';
comment on function ph_support.agreement_patterns_equal(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator =';
create operator ph.= (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns,
	function = ph_support.agreement_patterns_equal, commutator = operator(ph.=), negator = operator(ph.<>),
	restrict = eqsel, join = eqjoinsel
);

create function ph_support.agreement_patterns_not_equal(ph.agreement_patterns, ph.agreement_patterns) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_not_equal';
comment on function ph_support.agreement_patterns_not_equal(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns,
	function = ph_support.agreement_patterns_not_equal, commutator = operator(ph.<>), negator = operator(ph.=),
	restrict = neqsel, join = neqjoinsel
);

create function ph_support.agreement_patterns_less(ph.agreement_patterns, ph.agreement_patterns) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_less';
comment on function ph_support.agreement_patterns_less(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator <';
create operator ph.< (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns, function = ph_support.agreement_patterns_less,
	commutator = operator(ph.>), negator = operator(ph.>=),
	restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.agreement_patterns_less_or_equal(ph.agreement_patterns, ph.agreement_patterns)
returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_less_or_equal';
comment on function ph_support.agreement_patterns_less_or_equal(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns,
	function = ph_support.agreement_patterns_less_or_equal, commutator = operator(ph.>=), negator = operator(ph.>),
	restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.agreement_patterns_greater(ph.agreement_patterns, ph.agreement_patterns) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_greater';
comment on function ph_support.agreement_patterns_greater(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator >';
create operator ph.> (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns, function = ph_support.agreement_patterns_greater,
	commutator = operator(ph.<), negator = operator(ph.<=),
	restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.agreement_patterns_greater_or_equal(ph.agreement_patterns, ph.agreement_patterns)
returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_greater_or_equal';
comment on function ph_support.agreement_patterns_greater_or_equal(ph.agreement_patterns, ph.agreement_patterns) is
	'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.agreement_patterns, rightarg = ph.agreement_patterns,
	function = ph_support.agreement_patterns_greater_or_equal, commutator = operator(ph.<=), negator = operator(ph.<),
	restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.agreement_patterns_compare(ph.agreement_patterns, ph.agreement_patterns) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_patterns_compare';
comment on function ph_support.agreement_patterns_compare(ph.agreement_patterns, ph.agreement_patterns) is
	'btree support: order by content, without meaning of its own';
create operator class ph.agreement_patterns_ops default for type ph.agreement_patterns using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.agreement_patterns_compare(ph.agreement_patterns, ph.agreement_patterns);


create function ph.agreement_counts(patterns ph.agreement_patterns, out levels integer[], out pairs bigint)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'agreement_counts';
comment on function ph.agreement_counts(ph.agreement_patterns) is
	'the patterns as rows, in order: the level of each field, NULL unknown, and the pairs that have it';
create function ph.agreement_shares(patterns ph.agreement_patterns) returns float8[]
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'agreement_shares';
comment on function ph.agreement_shares(ph.agreement_patterns) is
	'a row a field, a column a level from 0: the share of the pairs with the field known that agree so far; '
	'of pairs drawn at random it is u of ph.linkage. NULL behind the highest level of a field, and of no pairs';
