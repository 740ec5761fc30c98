-- Crude rates and proportions against the formulas of the books, written here a second time in SQL.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

create function pg_temp.z(confidence float8) returns float8 language sql
as $$ select case confidence when 0.95 then 1.959963984540054 when 0.998 then 3.090232306167813 end::float8 $$;
create function pg_temp.same(e ph.estimate, value float8, lower float8, upper float8)
returns boolean language sql
as $$
	select abs(e.value - value) <= 1e-12 * value
		and abs(e.lower - lower) <= 1e-9 * value
		and abs(e.upper - upper) <= 1e-9 * value
		and e.note is null
$$;
create temp view asked as
select n, x, s, per, confidence, pg_temp.z(confidence) as z, t
from (
	values
		(1000::float8, 10::float8, 10::float8), (1000, 100, 100), (2500, 137, 261), (12.5, 64, 1024),
		(1e7, 65536, 65536)
) v(n, x, s),
	(values (1::float8), (1000), (100000)) p(per),
	(values (0.95), (0.998)) c(confidence),
	lateral (select format('counts; 40: %s %s %s', n, x, s)::ph.tally as t) f;

-- by hand: 100 events in 1,000 people, 10 in 1,000 person-years
select round((e).value::numeric, 6) as value,
	round((e).lower::numeric, 6) as lower,
	round((e).upper::numeric, 6) as upper,
	(e).note
from (
	values
		(ph.crude_rate('counts; 1: 1000 100 100', 1000)), (ph.crude_rate('counts; 1: 1000 5 5')),
		(ph.crude_rate('counts; 1: 1000 0 0')), (ph.proportion('counts; 1: 1000 100 100', 100)),
		(ph.proportion('counts; 1: 10 0 0')), (ph.proportion('counts; 1: 10 10 10'))
) r(e);

-- Byar's limits of the count, widened by the root of (squares / events), over exposure
select count(*) as all,
	count(*) filter (where pg_temp.same(
		ph.crude_rate(t, per, confidence), per * x / n,
		per / n * greatest(0, x + sqrt(s / x) * (x * (1 - 1 / (9.0 * x) - z / (3 * sqrt(x))) ^ 3 - x)),
		per / n * (x + sqrt(s / x) * ((x + 1) * (1 - 1 / (9.0 * (x + 1)) + z / (3 * sqrt(x + 1))) ^ 3 - x)))) as equal
from asked;
-- Wilson's score limits
select count(*) as all,
	count(*) filter (where pg_temp.same(
		ph.proportion(t, per, confidence), per * p,
		per * (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n),
		per * (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n))) as equal
from (select *, x / n as p from asked where s = x and x < n) a;

-- per only rescales
select count(*) as all,
	count(*) filter (
		where abs((a).value * 1000 - (b).value) <= 1e-12 * (b).value
			and abs((a).lower * 1000 - (b).lower) <= 1e-9 * (b).value
			and abs((a).upper * 1000 - (b).upper) <= 1e-9 * (b).value) as rescaled
from (
	select ph.crude_rate(t, 1) as a, ph.crude_rate(t, 1000) as b
	from asked
	union all
	select ph.proportion(t, 1), ph.proportion(t, 1000)
	from asked
	where x < n and s = x
) r;
-- the rate of a whole lies between the rates of its parts, and keys do not matter to it
select (w).value between (a).value and (b).value as between_parts,
	w = ph.crude_rate('counts; 7: 300 60 60') as any_key
from (
	select ph.crude_rate(ph.rollup(t)) as w
	from (values ('counts; 1: 100 10 10'::ph.tally), ('counts; 2: 200 50 50')) r(t)
) q,
	ph.crude_rate('counts; 1: 100 10 10') a,
	ph.crude_rate('counts; 2: 200 50 50') b;
-- repeated events of one person widen the limits; people with one event each are counts
select ph.crude_rate(once) = ph.crude_rate('counts; 1: 40 20 20') as as_counts,
	(ph.crude_rate(often)).value = (ph.crude_rate(once)).value as same_value,
	(ph.crude_rate(often)).lower < (ph.crude_rate(once)).lower
		and (ph.crude_rate(often)).upper > (ph.crude_rate(once)).upper as wider
from (
	select ph.person_tally(1, (i <= 20)::int) as once, ph.person_tally(1, (i <= 5)::int * 4) as often
	from generate_series(1, 40) i
) r;
-- the unknown key belongs to a crude rate
select ph.crude_rate('counts; unknown 2: 500 50 50; 1: 500 50 50') = ph.crude_rate('counts; 1: 1000 100 100') as same;

-- what cannot be answered says why
select t as tally,
	(ph.crude_rate(t)).note as crude_rate,
	(ph.proportion(t)).note as proportion,
	(ph.crude_rate(t)).value is null and (ph.proportion(t)).value is null as no_value
from (values (null::ph.tally), ('empty'), ('people; missing 3; 1: 10 1 1'), ('people'), ('counts; 1: 0 0 0')) r(t);
select (ph.crude_rate('counts; 1: 0 5 5')).note;
select (ph.crude_rate('counts; 1: 1e-300 1e150 1e150')).note;
-- what is wrong is an error
select ph.crude_rate('people; negative; 1: 2 3 29');
select ph.proportion('counts; 1: 10 11 11');
select ph.proportion('counts; 1: 10 11 11; 2: 100 0 0');
select ph.proportion('people; 1: 10 2 4');
\set VERBOSITY terse
select ph.proportion('people; unknown 1: 1 2 4; 1: 10 2 2');
select ph.crude_rate('counts; 1: 10 1 1', 0);
select ph.crude_rate('counts; 1: 10 1 1', -1);
select ph.crude_rate('counts; 1: 10 1 1', null);
select ph.crude_rate('counts; 1: 10 1 1', 'NaN');
select ph.crude_rate('counts; 1: 10 1 1', 'Infinity');
select ph.crude_rate('counts; 1: 10 1 1', 1, 0);
select ph.crude_rate('counts; 1: 10 1 1', 1, 1);
select ph.crude_rate('counts; 1: 10 1 1', 1, 1.5);
select ph.crude_rate('counts; 1: 10 1 1', 1, 'NaN');
select ph.crude_rate('counts; 1: 10 1 1', 1, null);
-- arguments are checked even where there is no data
select ph.proportion(null, 0);
select ph.proportion('empty', 1, 95);

-- repeated events are no proportion, whatever the rows were
select (ph.proportion('counts; 1: 10 4 80')).value;
select (ph.proportion('mixed; 40: 11 3 9')).value;

-- mid-P limits of many events: no jump where the method changes, and where R puts them
select round((a.upper - 899999)::numeric, 3) as below,
	round((b.upper - 900001)::numeric, 3) as above,
	round(c.lower::numeric, 0) as lower,
	round(c.upper::numeric, 0) as upper
from ph.count_limits(899999, 0.95, 'mid-p') a,
	ph.count_limits(900001, 0.95, 'mid-p') b,
	ph.count_limits(1e9, 0.95, 'mid-p') c;
