
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

create function ph_support.in_transaction_block() returns boolean
language c stable parallel restricted
as 'MODULE_PATHNAME', 'in_transaction_block';
comment on function ph_support.in_transaction_block() is
	'support function of procedures that commit step by step: whether the caller is inside BEGIN';
