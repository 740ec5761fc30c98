
-- ---- NHS numbers ----
-- No operators of their own: those of bigint are in pg_catalog, where every search path finds them, and leakproof, so
-- that row security lets them use indexes.

create type ph.nhs_number;
create function ph_support.nhs_number_in(cstring) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_in';
create function ph_support.nhs_number_out(ph.nhs_number) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_out';
create function ph_support.nhs_number_recv(internal) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_recv';
create function ph_support.nhs_number_send(ph.nhs_number) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_send';
create type ph.nhs_number (
	input = ph_support.nhs_number_in, output = ph_support.nhs_number_out, receive = ph_support.nhs_number_recv,
	send = ph_support.nhs_number_send, like = pg_catalog.int8
);
comment on type ph.nhs_number is
	'an NHS number whose check digit is right (modulus 11, NHS Data Dictionary), eight bytes: read from ten digits in '
	'one piece, or 3-3-4 with single blanks or hyphens, blanks and tabs around them; written as ten digits. It '
	'compares, joins and is indexed as bigint does, which it becomes by itself. Errors: invalid_text_representation, '
	'which never repeats the value. Write ph.nhs_number ''...'' or a typed parameter: a literal without a type beside '
	'it is read as bigint, whose own error repeats it';
comment on function ph_support.nhs_number_in(cstring) is 'text input of ph.nhs_number';
comment on function ph_support.nhs_number_out(ph.nhs_number) is 'text output of ph.nhs_number';
comment on function ph_support.nhs_number_recv(internal) is 'binary input of ph.nhs_number';
comment on function ph_support.nhs_number_send(ph.nhs_number) is 'binary output of ph.nhs_number';
create cast (ph.nhs_number as bigint) without function as implicit;

create function ph.nhs_number(stored bigint) returns ph.nhs_number
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_of_bigint';
comment on function ph.nhs_number(bigint) is
	'an NHS number that was stored as a bigint, with its leading zeros again. A number of nine digits is one that '
	'begins with zero: of numbers that came as such, ask where they came from whether a digit was lost. '
	'Errors: numeric_value_out_of_range for what is none, which never repeats the value';

create function ph.nhs_number_valid(written text) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_valid';
comment on function ph.nhs_number_valid(text) is
	'whether a text can be read as ph.nhs_number: its form and its check digit (modulus 11), never an error. Numbers '
	'of tests, and 0000000000 and its like, are valid too: ph.nhs_number_range tells them apart';

create function ph.nhs_number_range(number ph.nhs_number) returns text
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'nhs_number_range';
comment on function ph.nhs_number_range(ph.nhs_number) is
	'who issues such a number: england_wales_iom (4000000000 to 4999999999, 6000000000 to 7999999999), scotland_chi '
	'(begins with a day and a month, DDMMYY), northern_ireland_hsc (3200000010 to 3999999999), test (9990000000 and '
	'above, never issued), unallocated; that a number lies in a range does not say that it was issued. Source: '
	'the ranges that NHS England, NHS Scotland and HSC Northern Ireland have been given';
