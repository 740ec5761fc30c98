
-- ---- who was seen how often ----

create type ph.continuity;
create function ph_support.continuity_in(cstring) returns ph.continuity
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_in';
create function ph_support.continuity_out(ph.continuity) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_out';
create function ph_support.continuity_recv(internal) returns ph.continuity
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_recv';
create function ph_support.continuity_send(ph.continuity) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_send';
create type ph.continuity (
	input = ph_support.continuity_in, output = ph_support.continuity_out, receive = ph_support.continuity_recv,
	send = ph_support.continuity_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.continuity is
	'who was seen how often: contacts by provider, in byte order of the names, and ? contacts with nobody known: '
	'{"Dr A": 5, "Dr B": 2, ?: 1}';
comment on function ph_support.continuity_in(cstring) is 'text input of ph.continuity';
comment on function ph_support.continuity_out(ph.continuity) is 'text output of ph.continuity';
comment on function ph_support.continuity_recv(internal) is 'binary input of ph.continuity';
comment on function ph_support.continuity_send(ph.continuity) is 'binary output of ph.continuity';

create function ph_support.continuity_fold(ph.continuity, provider text) returns ph.continuity
language c immutable parallel safe
as 'MODULE_PATHNAME', 'continuity_fold';
comment on function ph_support.continuity_fold(ph.continuity, text) is 'support function of ph.continuity';
create function ph_support.continuity_combine(ph.continuity, ph.continuity) returns ph.continuity
language c immutable parallel safe
as 'MODULE_PATHNAME', 'continuity_combine';
comment on function ph_support.continuity_combine(ph.continuity, ph.continuity) is
	'support function of the continuity aggregates: the contacts of both';
create function ph_support.continuity_roll_up(ph.continuity, ph.continuity) returns ph.continuity
language c immutable parallel safe
as 'MODULE_PATHNAME', 'continuity_roll_up';
comment on function ph_support.continuity_roll_up(ph.continuity, ph.continuity) is
	'support function of ph.continuity_rollup';
create function ph_support.continuity_final(ph.continuity) returns ph.continuity
language c immutable parallel safe
as 'MODULE_PATHNAME', 'continuity_final';
comment on function ph_support.continuity_final(ph.continuity) is 'support function of the continuity aggregates';
create aggregate ph.continuity(provider text) (
	sfunc = ph_support.continuity_fold, stype = ph.continuity, initcond = '{}',
	finalfunc = ph_support.continuity_final, combinefunc = ph_support.continuity_combine, sspace = 256, parallel = safe
);
comment on aggregate ph.continuity(text) is
	'folds a row a contact: with whom, a professional, a service or a partner; NULL and an empty name are a contact '
	'with nobody known; names are compared as they are, byte by byte. Errors: more than 10,000 providers, a name '
	'longer than 1,000 bytes, more than 2^53 contacts';
create aggregate ph.continuity_rollup(continuity ph.continuity) (
	sfunc = ph_support.continuity_roll_up, stype = ph.continuity, initcond = '{}',
	finalfunc = ph_support.continuity_final, combinefunc = ph_support.continuity_roll_up, sspace = 256, parallel = safe
);
comment on aggregate ph.continuity_rollup(ph.continuity) is
	'the contacts of many parts, as if they had been folded at once; NULL where one of them is. Errors: as '
	'ph.continuity';

create function ph.continuity_equal(a ph.continuity, b ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_equal';
comment on function ph.continuity_equal(ph.continuity, ph.continuity) is 'implementation of operator =';
create operator ph.= (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph.continuity_equal, commutator = operator(ph.=),
	negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.continuity_not_equal(ph.continuity, ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_not_equal';
comment on function ph_support.continuity_not_equal(ph.continuity, ph.continuity) is 'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph_support.continuity_not_equal,
	commutator = operator(ph.<>), negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.continuity_less(ph.continuity, ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_less';
comment on function ph_support.continuity_less(ph.continuity, ph.continuity) is 'implementation of operator <';
create operator ph.< (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph_support.continuity_less,
	commutator = operator(ph.>),
	negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.continuity_less_or_equal(ph.continuity, ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_less_or_equal';
comment on function ph_support.continuity_less_or_equal(ph.continuity, ph.continuity) is
	'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph_support.continuity_less_or_equal,
	commutator = operator(ph.>=), negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.continuity_greater(ph.continuity, ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_greater';
comment on function ph_support.continuity_greater(ph.continuity, ph.continuity) is 'implementation of operator >';
create operator ph.> (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph_support.continuity_greater,
	commutator = operator(ph.<), negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.continuity_greater_or_equal(ph.continuity, ph.continuity) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_greater_or_equal';
comment on function ph_support.continuity_greater_or_equal(ph.continuity, ph.continuity) is
	'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.continuity, rightarg = ph.continuity, function = ph_support.continuity_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.continuity_compare(ph.continuity, ph.continuity) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_compare';
comment on function ph_support.continuity_compare(ph.continuity, ph.continuity) is
	'btree support: order by content, without meaning of its own';
create operator class ph.continuity_ops default for type ph.continuity using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.continuity_compare(ph.continuity, ph.continuity);

create function ph.continuity_contacts(continuity ph.continuity, out provider text, out contacts bigint)
returns setof record
language c immutable parallel safe rows 5
as 'MODULE_PATHNAME', 'continuity_contacts';
comment on function ph.continuity_contacts(ph.continuity) is
	'a row a provider, in byte order of the names, with its contacts, and last, where there are some, those with '
	'nobody known, whose provider is NULL';

create function ph.continuity_indices(
	continuity ph.continuity,
	out contacts bigint, out providers integer, out unknown bigint, out usual_provider text,
	out usual_provider_continuity float8, out bice_boxerman float8, out modified_modified_continuity float8,
	out ejlertsson_berg float8, out note text)
returns record
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'continuity_indices';
comment on function ph.continuity_indices(ph.continuity) is
	'how continuous care was, of n contacts with each of M providers, N in all; unknown ones are counted apart. '
	'usual_provider: who was seen most, of several the first in byte order; usual_provider_continuity (UPC): max n / '
	'N (Breslau and Reeb 1975); bice_boxerman (COC): (sum n^2 - N) / (N (N - 1)), the share of pairs of contacts '
	'that are with one provider (Bice and Boxerman 1977); modified_modified_continuity (MMCI): (1 - M / (N + 0.1)) / '
	'(1 - 1 / (N + 0.1)) (Magill and Senf 1987), which is a little above 0 where all differ; ejlertsson_berg (K): (N '
	'- M) / (N - 1) (Ejlertsson and Berg 1984). Shares of 0 to 1. note: fewer_than_two where N is below 2, and the '
	'four are NULL';

-- ---- who was seen after whom ----

create type ph.provider_sequence as (
	first_provider text,
	last_provider text,
	contacts bigint,
	same_as_before bigint,
	unknown bigint
);
comment on type ph.provider_sequence is
	'who was seen after whom: what is needed of contacts in their order; folded by ph.provider_sequence, and a later '
	'one can follow it (ph.provider_sequence_rollup)';
comment on column ph.provider_sequence.first_provider is 'who was seen first, of those who are known; NULL for nobody';
comment on column ph.provider_sequence.last_provider is 'who was seen last, of those who are known; NULL for nobody';
comment on column ph.provider_sequence.contacts is 'contacts with somebody known';
comment on column ph.provider_sequence.same_as_before is
	'of them, those with the provider of the one before';
comment on column ph.provider_sequence.unknown is 'contacts with nobody known, which stand between no others';

create function ph_support.provider_sequence_fold(ph.provider_sequence, provider text) returns ph.provider_sequence
language c immutable parallel safe
as 'MODULE_PATHNAME', 'provider_sequence_fold';
comment on function ph_support.provider_sequence_fold(ph.provider_sequence, text) is
	'support function of ph.provider_sequence';
create function ph_support.provider_sequence_roll_up(ph.provider_sequence, ph.provider_sequence)
returns ph.provider_sequence
language c immutable parallel safe
as 'MODULE_PATHNAME', 'provider_sequence_roll_up';
comment on function ph_support.provider_sequence_roll_up(ph.provider_sequence, ph.provider_sequence) is
	'support function of ph.provider_sequence_rollup';
create aggregate ph.provider_sequence(provider text) (
	sfunc = ph_support.provider_sequence_fold, stype = ph.provider_sequence, initcond = '(,,0,0,0)', sspace = 128,
	parallel = safe
);
comment on aggregate ph.provider_sequence(text) is
	'folds a row a contact in the order that ORDER BY within the brackets says: ph.provider_sequence(professional '
	'order by start_date). NULL and an empty name are a contact with nobody known: it is left out, and its neighbours '
	'follow each other; names are compared as they are, byte by byte. Errors: more than 2^53 contacts';
create aggregate ph.provider_sequence_rollup(sequence ph.provider_sequence) (
	sfunc = ph_support.provider_sequence_roll_up, stype = ph.provider_sequence, initcond = '(,,0,0,0)', sspace = 128,
	parallel = safe
);
comment on aggregate ph.provider_sequence_rollup(ph.provider_sequence) is
	'parts one after the other, in the order that ORDER BY within the brackets says, as if their contacts had been '
	'folded at once: every contact of a part lies before every one of the next (months, not partners); NULL where one '
	'of them is. Errors: a value that no contacts can have, more than 2^53 contacts';
create function ph.sequential_continuity(sequence ph.provider_sequence) returns ph.estimate
language c immutable parallel safe
as 'MODULE_PATHNAME', 'sequential_continuity';
comment on function ph.sequential_continuity(ph.provider_sequence) is
	'the share of contacts, from the second on, that are with the provider of the contact before (SECON, Steinwachs '
	'1979). It has no limits; notes: fewer_than_two, and no_data of NULL. Errors: a value that no contacts can have';
