
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
	'folds codes of a person into the conditions of every instrument at once: ICD-10, dialect nhs or cm, '
	'or ICD-9-CM, dialect icd9cm, into those of Charlson and Elixhauser '
	'(quan2005: the enhanced ICD-9-CM lists of that paper)';
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
