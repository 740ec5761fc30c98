-- The limits of a count, what an estimate of nothing says, and the laws that hold for every estimate.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- published: exact limits of 0, 1, 5 and 9 events (Garwood 1936)
select e as events, round((l).lower::numeric, 4) as lower, round((l).upper::numeric, 4) as upper, (l).note
from unnest(array[0, 1, 5, 9]) e, ph.count_limits(e, limits => 'exact') l;
-- Byar's limits as written down in the book, computed here a second time
create temp view byar as
select e as events,
	e * (1 - 1 / (9 * e) - z / (3 * sqrt(e))) ^ 3 as byar_lower,
	(e + 1) * (1 - 1 / (9 * (e + 1)) + z / (3 * sqrt(e + 1))) ^ 3 as byar_upper
from unnest(array[10, 11, 27, 100, 1234.5, 1e6]::float8[]) e, (values (1.959963984540054::float8)) q(z);
select count(*) as all,
	count(*) filter (where abs((l).lower - byar_lower) < 1e-9 * events
		and abs((l).upper - byar_upper) < 1e-9 * events
		and (l).value = events) as equal
from byar, ph.count_limits(events) l;
select round((l).lower::numeric, 6) as lower, round((l).upper::numeric, 6) as upper from ph.count_limits(100, 0.998) l;
-- below 10 events exact, from 10 on Byar
select e as events,
	ph.count_limits(e) = ph.count_limits(e, limits => 'exact') as exact,
	ph.count_limits(e) = ph.count_limits(e, limits => 'byar') as byar
from unnest(array[0, 9, 9.999, 10, 11]) e;
-- the exact lower limit of n is that mean at which n or more have half the error's probability
select n as events, round(sum(exp(-(l).lower + i * ln((l).lower) - lgamma_i))::numeric, 6) as probability_of_fewer
from (values (3), (9), (20)) v(n),
	ph.count_limits(n, limits => 'exact') l,
	lateral (
		select i, coalesce((select sum(ln(j)) from generate_series(1, i) j), 0) as lgamma_i
		from generate_series(0, n - 1) i
	) p
group by n
order by n;
-- many events: limits still come, in order, around the count
select e as events, (l).lower < e and e < (l).upper and (l).note is null as around
from unnest(array[1e5, 1e6, 2.1e6, 1e9, 1e12]) e, ph.count_limits(e, limits => 'exact') l;
-- the library's own quantile goes astray at some counts above 1,000, Byar's limits do not: no count is far off
select count(*) as all,
	count(*) filter (where abs((a).lower / (b).lower - 1) < 1e-7 + 2.0 / e / e
		and abs((a).upper / (b).upper - 1) < 1e-7 + 2.0 / e / e) as near_byar
from (select generate_series(10, 60000) union all select unnest(array[1000000, 3000000, 100000000])) r(e),
	ph.count_limits(e, limits => 'exact') a,
	ph.count_limits(e, limits => 'byar') b;
-- wider with more confidence
select count(*) as all, count(*) filter (where (n).lower >= (w).lower and (n).upper <= (w).upper) as wider
from unnest(array[1, 9, 10, 500]) e, ph.count_limits(e, 0.9) n, ph.count_limits(e, 0.999) w;
-- no limit below 0 is made up
select value, lower, round(upper::numeric, 6) as upper, note from ph.count_limits(0, limits => 'byar');
select * from ph.count_limits(null);

-- arguments
\set VERBOSITY terse
select ph.count_limits(-1);
select ph.count_limits('NaN');
select ph.count_limits('Infinity');
select ph.count_limits(5, 0);
select ph.count_limits(5, 1);
select ph.count_limits(5, 1.5);
select ph.count_limits(5, 'NaN');
select ph.count_limits(5, null);
select ph.count_limits(5, limits => null);
\set VERBOSITY default
select ph.count_limits(5, 95);
select ph.count_limits(5, limits => 'Byar');

-- a value that is not there always has a note that says why
create temp view tally as
select t
from (
	values
	(null::ph.tally),
	('empty'),
	('people'),
	('people; missing 2; 1: 9 1 1'),
	('people; unknown 3: 0 0 0'),
	('counts; 1: 0 0 0'),
	('counts; 1: 0 5 5'),
	('counts; 1: 1e300 1e300 1e300; 2: 1e300 1e-300 1e-300'),
	('counts; 1: 5e-324 0 0'),
	('counts; 1: 5e-324 20 20'),
	('counts; 1: 100 20 20'),
	('people; unknown 3: 30 20 20; 0: 100 20 20')
) r(t);
select count(*) as all,
	count(*) filter (where (e).value is null) as without_value,
	count(*) filter (where (e).value is null and (e).note is null) as unexplained,
	count(*) filter (where (e).value is not null
		and (e).note is null
		and not ((e).lower <= (e).value and (e).value <= (e).upper)) as out_of_order
from (
	select ph.crude_rate(t) as e
	from tally
	union all
	select ph.dsr(t)
	from tally
	union all
	select ph.dsr(t, empty_bands => 'renormalise')
	from tally
	union all
	select ph.dsr(t, 'counts; 0: 1e308 0 0')
	from tally
	union all
	select ph.smr(t, 'counts; 0: 5e-324 1 1')
	from tally
	union all
	select ph.smr(t, 'counts; 0: 1 5e-324 1')
	from tally
	union all
	select ph.smr_of_counts(0::float8, 5e-324::float8)
) r;
-- the row is a row: it can be stored, compared and taken apart
create temp table kept as select ph.crude_rate('counts; 1: 100 20 20') as e;
select (e).value, (e).note is null as no_note, e = ph.crude_rate('counts; 1: 100 20 20') as equal from kept;
