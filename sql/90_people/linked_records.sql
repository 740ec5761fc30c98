
-- ---- records that pairs link ----

create function ph.linked_records(
	query text, most integer default 20, out record text, out cluster text, out component text, out records integer,
	out links bigint, out note text)
returns setof record
language c stable parallel unsafe cost 100000 rows 1000
as 'MODULE_PATHNAME', 'linked_records';
comment on function ph.linked_records(text, integer) is
	'clusters of records: query has two columns, the two records of a pair that is linked, in any order and however '
	'often; a record beside itself is one alone. A row a record, in the order of bytes: its cluster, named by the '
	'least of its records, so that it depends on no order of rows; how many records and how many different links it '
	'has, records * (records - 1) / 2 where each is linked with each. Of more than most records it is a chain of links '
	'rather than one person: cluster is NULL, component names it and note says so. Identifiers are compared as text. '
	'Errors: other than two columns, nulls, more than 20 million records';
