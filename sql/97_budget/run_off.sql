
-- ---- what is paid late ----

create type ph.triangle;
create function ph_support.triangle_in(cstring) returns ph.triangle
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_in';
create function ph_support.triangle_out(ph.triangle) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_out';
create function ph_support.triangle_recv(internal) returns ph.triangle
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_recv';
create function ph_support.triangle_send(ph.triangle) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_send';
create type ph.triangle (
	input = ph_support.triangle_in, output = ph_support.triangle_out, receive = ph_support.triangle_recv,
	send = ph_support.triangle_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.triangle is
	'money paid by origin (the month of service) and development period (1: that month, 2: the next, ...), as sums '
	'of what was paid in each, exact, in byte order of the origins: {"2024-01" 1: 100.50, "2024-01" 2: 60}; a cell '
	'that is not there is not known';
comment on function ph_support.triangle_in(cstring) is 'text input of ph.triangle';
comment on function ph_support.triangle_out(ph.triangle) is 'text output of ph.triangle';
comment on function ph_support.triangle_recv(internal) is 'binary input of ph.triangle';
comment on function ph_support.triangle_send(ph.triangle) is 'binary output of ph.triangle';

create function ph_support.triangle_fold(ph.triangle, origin text, development integer, paid numeric)
returns ph.triangle
language c immutable parallel safe
as 'MODULE_PATHNAME', 'triangle_fold';
comment on function ph_support.triangle_fold(ph.triangle, text, integer, numeric) is 'support function of ph.run_off';
create function ph_support.triangle_combine(ph.triangle, ph.triangle) returns ph.triangle
language c immutable parallel safe
as 'MODULE_PATHNAME', 'triangle_combine';
comment on function ph_support.triangle_combine(ph.triangle, ph.triangle) is
	'support function of ph.run_off: the payments of both';
create function ph_support.triangle_roll_up(ph.triangle, ph.triangle) returns ph.triangle
language c immutable parallel safe
as 'MODULE_PATHNAME', 'triangle_roll_up';
comment on function ph_support.triangle_roll_up(ph.triangle, ph.triangle) is 'support function of ph.run_off_rollup';
create function ph_support.triangle_final(ph.triangle) returns ph.triangle
language c immutable parallel safe
as 'MODULE_PATHNAME', 'triangle_final';
comment on function ph_support.triangle_final(ph.triangle) is 'support function of the triangle aggregates';
create aggregate ph.run_off(origin text, development integer, paid numeric) (
	sfunc = ph_support.triangle_fold, stype = ph.triangle, initcond = '{}', finalfunc = ph_support.triangle_final,
	combinefunc = ph_support.triangle_combine, sspace = 1024, parallel = safe
);
comment on aggregate ph.run_off(text, integer, numeric) is
	'folds a row a payment, or a sum of some: origin, such as the month of service; development, 1 for what was paid '
	'in the first period, 2 in the next; paid, what was paid in it (not until it: ph.cumulative_run_off), and 0 '
	'where nothing was. Payments of one cell are added. Errors: NULLs, origins of more than 200 bytes, developments '
	'outside 1 to 1000, more than 10,000 cells';
create aggregate ph.run_off_rollup(triangle ph.triangle) (
	sfunc = ph_support.triangle_roll_up, stype = ph.triangle, initcond = '{}', finalfunc = ph_support.triangle_final,
	combinefunc = ph_support.triangle_roll_up, sspace = 1024, parallel = safe
);
comment on aggregate ph.run_off_rollup(ph.triangle) is
	'the payments of many parts, as if they had been folded at once; NULL where one of them is. Errors: as ph.run_off';

create function ph.triangle_equal(a ph.triangle, b ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_equal';
comment on function ph.triangle_equal(ph.triangle, ph.triangle) is 'implementation of operator =';
create operator ph.= (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph.triangle_equal, commutator = operator(ph.=),
	negator = operator(ph.<>), restrict = eqsel, join = eqjoinsel
);

create function ph_support.triangle_not_equal(ph.triangle, ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_not_equal';
comment on function ph_support.triangle_not_equal(ph.triangle, ph.triangle) is 'implementation of operator <>';
create operator ph.<> (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph_support.triangle_not_equal,
	commutator = operator(ph.<>), negator = operator(ph.=), restrict = neqsel, join = neqjoinsel
);

create function ph_support.triangle_less(ph.triangle, ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_less';
comment on function ph_support.triangle_less(ph.triangle, ph.triangle) is 'implementation of operator <';
create operator ph.< (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph_support.triangle_less, commutator = operator(ph.>),
	negator = operator(ph.>=), restrict = scalarltsel, join = scalarltjoinsel
);

create function ph_support.triangle_less_or_equal(ph.triangle, ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_less_or_equal';
comment on function ph_support.triangle_less_or_equal(ph.triangle, ph.triangle) is 'implementation of operator <=';
create operator ph.<= (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph_support.triangle_less_or_equal,
	commutator = operator(ph.>=), negator = operator(ph.>), restrict = scalarlesel, join = scalarlejoinsel
);

create function ph_support.triangle_greater(ph.triangle, ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_greater';
comment on function ph_support.triangle_greater(ph.triangle, ph.triangle) is 'implementation of operator >';
create operator ph.> (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph_support.triangle_greater,
	commutator = operator(ph.<), negator = operator(ph.<=), restrict = scalargtsel, join = scalargtjoinsel
);

create function ph_support.triangle_greater_or_equal(ph.triangle, ph.triangle) returns boolean
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_greater_or_equal';
comment on function ph_support.triangle_greater_or_equal(ph.triangle, ph.triangle) is 'implementation of operator >=';
create operator ph.>= (
	leftarg = ph.triangle, rightarg = ph.triangle, function = ph_support.triangle_greater_or_equal,
	commutator = operator(ph.<=), negator = operator(ph.<), restrict = scalargesel, join = scalargejoinsel
);

create function ph_support.triangle_compare(ph.triangle, ph.triangle) returns integer
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'triangle_compare';
comment on function ph_support.triangle_compare(ph.triangle, ph.triangle) is
	'btree support: order by content, without meaning of its own';
create operator class ph.triangle_ops default for type ph.triangle using btree as
	operator 1 ph.<,
	operator 2 ph.<=,
	operator 3 ph.=,
	operator 4 ph.>=,
	operator 5 ph.>,
	function 1 ph_support.triangle_compare(ph.triangle, ph.triangle);

create function ph.triangle_cells(
	triangle ph.triangle, out origin text, out development integer, out paid numeric, out cumulative numeric)
returns setof record
language c immutable parallel safe rows 100
as 'MODULE_PATHNAME', 'triangle_cells';
comment on function ph.triangle_cells(ph.triangle) is
	'a row a cell, in byte order of the origins and by development: what was paid in the period and until its end, '
	'which is NULL behind a period that is not known';

create function ph.cumulative_run_off(origins text[], developments integer[], cumulative numeric[])
returns ph.triangle
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_argument(
		coalesce(cardinality(developments) = cardinality(origins), true)
			and coalesce(cardinality(cumulative) = cardinality(origins), true),
		'cumulative', 'must have an element for each of origins and developments');
	perform ph_support.require_argument(not exists (
			select
			from unnest(origins, developments) cell (origin, development)
			group by origin, development
			having count(*) > 1),
		'developments', 'must have each period of an origin once', 'Amounts until a period cannot be added.');
	perform ph_support.require_argument(not exists (
			select
			from (
				select development, amount,
					row_number() over (partition by origin order by development) as number
				from unnest(origins, developments, cumulative) cell (origin, development, amount)
			) numbered
			where development is distinct from number or amount is null),
		'cumulative', 'must have every development period of an origin until its last',
		'Where nothing was paid in a period, repeat the amount of the one before.');
	return ph.run_off(origin, development, amount - coalesce(before, 0))
	from (
		select origin, development, amount,
			lag(amount) over (partition by origin order by development) as before
		from unnest(origins, developments, cumulative) cell (origin, development, amount)
	) paid;
end
$$;
comment on function ph.cumulative_run_off(text[], integer[], numeric[]) is
	'a triangle from amounts paid until the end of each development period, as published triangles have them: '
	'array_agg of each column. Errors: the same cell twice, a period left out or NULL, lists of different lengths';

create function ph.development_factors(
	triangle ph.triangle, out development integer, out origins integer, out factor float8, out sigma_squared float8)
returns setof record
language c immutable parallel safe rows 12
as 'MODULE_PATHNAME', 'development_factors';
comment on function ph.development_factors(ph.triangle) is
	'a row a period but the last: factor, what was paid until the next period over what was paid until it, summed '
	'over the origins that have both, NULL where nothing was paid; sigma_squared, Mack''s variance around it (1993) '
	'in money, NULL where a single origin had paid nothing or there are not two; of a last factor of one origin the '
	'least of the two before and their continuation. Errors: an origin with a period left out';
create function ph.chain_ladder(
	triangle ph.triangle, tail float8 default 1,
	out origin text, out latest numeric, out to_ultimate float8, out completion float8, out ultimate numeric,
	out outstanding numeric, out standard_error numeric, out note text)
returns setof record
language c immutable parallel safe rows 12
as 'MODULE_PATHNAME', 'chain_ladder';
comment on function ph.chain_ladder(ph.triangle, float8) is
	'what will have been paid: a row an origin and a last one of all, whose origin is NULL. ultimate = latest x '
	'to_ultimate, the product of the development factors to come and of tail (beyond the last period); completion is '
	'1 / to_ultimate; outstanding = ultimate - latest. standard_error: Mack (1993), of all with what origins share; '
	'NULL with a tail other than 1, fewer than four periods, or an amount that is not above 0. An origin with '
	'nothing paid yet has an ultimate of 0: a warning, not news. note: no_paid where a factor to come does not '
	'exist. Errors: an origin with a period left out (fold paid 0), a tail not above 0';
