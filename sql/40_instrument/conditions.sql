
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
