-- Distributions at the ends of their ranges, asked through what uses them: an answer in time, and a right one, or none.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;
set statement_timeout = '20s';

-- a count of n events is near normal: its square root is normal about the root, and a mean of n people has a normal's
-- limits
select method,
	count(*) as all,
	count(*) filter (where abs(sqrt(l.upper) - sqrt(n) - z / 2) < 1 / sqrt(n) + 1e-8
		and abs(sqrt(n) - sqrt(l.lower) - z / 2) < 1 / sqrt(n) + 1e-8) as normal,
	count(*) filter (where l.lower < n and n < l.upper) as around
from unnest(array['standard', 'exact', 'byar', 'mid-p']) method,
	(values (0.95::float8, 1.959963984540054::float8), (0.998, 3.090232306167813)) c(confidence, z),
	(select power(10, e)::float8 from generate_series(6, 15) e) s(n),
	lateral count_limits(n, confidence, method) l
group by method
order by method;
-- at every size of a count, the steps between the routes included, limits rise with the count
select method, count(*) as all, count(*) filter (where lower > before_lower and upper > before_upper) as rises
from (
	select method, n, l.*, lag(lower) over w as before_lower, lag(upper) over w as before_upper
	from unnest(array['exact', 'mid-p']) method,
		(
			select floor(power(1.07, i))
			from generate_series(1, 500) i
			union
			select v + d
			from unnest(array[499, 500, 49999, 50000, 899999, 900000]) v, generate_series(0, 1) d
		) s(n),
		lateral count_limits(n::float8, 0.95, method) l
	window w as (partition by method order by n)
) q
where before_lower is not null
group by method
order by method;
-- confidences next to 0 and 1
select confidence,
	count(*) as all,
	count(*) filter (where (l.lower <= n and n <= l.upper) or l.note = 'limit_undefined') as around
from unnest(array[1e-300, 1e-16, 1 - 1e-16, 0.9999999999999998]::float8[]) confidence,
	unnest(array[1, 9, 1e3, 1e6, 1e12, 1e15]::float8[]) n,
	lateral count_limits(n, confidence, 'exact') l
group by 1
order by 1;

-- gamma limits of a rate that one person's many events make, and of very many; a shape far below 1 has limits near 0,
-- found by bisection
select method, events, squares, r.lower <= r.value and r.value <= r.upper as around, r.note
from unnest(array['fay-feuer', 'tiwari']) method,
	(values (1e3::float8, 1e6::float8), (1e6, 1e6), (1e12, 1e12), (1e15, 1e15), (1e15, 1e30)) v(events, squares),
	lateral dsr(format('counts; 0: 1e15 %s %s', events, squares)::tally, 'counts; 0: 1 0 0', per => 1,
		limits => method) r
order by 1, 2, 3;
-- Student's t of few people and of many: by its own tables, and the normal
select people, abs((m.upper - m.value) * sqrt(people - 1) - t) < 1e-8 as t
from (
	values
	(2, 12.706204736174698::float8), (3, 4.302652729749464), (31, 2.0422724563012373), (100001, 1.9599877075346),
	(100002, 1.9599877072974), (1000001, 1.959966356814107)
) v(people, t),
	lateral mean(format('people; negative; 0: %s 0 %s', people, people)::tally) m
order by 1;
select people, abs((m.upper - m.value) * sqrt(people) - 1.959963984540054) < 1e-6 as normal
from unnest(array[1e8, 1e10, 1e12, 1e15]) people,
	lateral mean(format('people; negative; 0: %s 0 %s', people, people)::tally) m;
-- funnels and shrinkage of very many events
select count(*) as all,
	count(*) filter (where (f).upper_998 > (f).baseline and (f).lower_998 < (f).baseline) as funnel,
	count(*) filter (where (s).lower < (s).value and (s).upper > (s).value) as shrunken
from (
	select funnel(n, n, 'ratio') over () f, shrunken_rate(n + i * n / 1000, n) over () s
	from (select i, power(10, i)::float8 as n from generate_series(6, 15) i) v
) q;
-- and of hardly any: a gamma of shape 0.0005 has 97.5 % below exp(-51.2), since x^a / gamma(a + 1) = 0.975, where GSL
-- answers 10^15 times more
select abs(ln((e).upper / 4000) - (ln(0.975) - 0.000288402) / 0.0005) < 1e-4 as upper
from (select dsr('counts; 0: 1 1 7999', 'counts; 0: 1 0 0', 1, limits => 'tiwari') e) q;
select count(*) as all, count(*) filter (where (s).lower >= 0 and (s).upper > (s).lower) as shrunken
from (select shrunken_rate(case when i = 1 then 1e6 else 0 end, 1e6) over () s from generate_series(1, 2000) i) q;
-- chi-squares of very many people
select (t).degrees_of_freedom, (t).statistic > 1e14 as far_out, (t).p_value < 1e-300 as p
from (
	select log_rank(array['counts; 1: 1e15 5e14 5e14; 2: 1e15 1e15 1e15',
			'counts; 1: 1e15 1e14 1e14; 2: 1e15 1e15 1e15']::tally[]) t
) q;

-- F of degrees of freedom from few to very many, by the ratio of two standardised rates of people as in the standard:
-- many over many is near normal on the log scale, few over very many has the exact limits of a count
create function pg_temp.ratio(n float8, n_of_reference float8, confidence float8) returns estimate
language sql as '
	select ask(''dsr_ratio'', tally, reference, confidence => confidence)
	from (
		select count_tally(key, n * share, 1e6 * share) as tally,
			count_tally(key, n_of_reference * share, 1e6 * share) as reference
		from cells(esp2013()), lateral (select exposure / 1e5 as share) s
	) t';
select count(*) as all,
	count(*) filter (where abs(ln((e).upper / (e).value) / (z * sqrt(1 / n + 1 / m)) - 1) < 2 / sqrt(least(n, m)) + 5e-5
		and abs(ln((e).value / (e).lower) / (z * sqrt(1 / n + 1 / m)) - 1) < 2 / sqrt(least(n, m)) + 5e-5) as normal
from (values (0.95::float8, 1.959963984540054::float8), (0.998, 3.090232306167813)) c(confidence, z),
	(select power(10, e)::float8 from generate_series(4, 8) e) s(n),
	(select power(10, e)::float8 from generate_series(4, 8) e) r(m),
	lateral (select pg_temp.ratio(n, m, confidence) as e) e;
-- beyond 10^9 degrees of freedom limits are those of so many, no narrower
select n,
	(e).lower < (e).value and (e).value < (e).upper as around,
	abs((e).upper - 1 - 1.2397e-4) < 1e-8 as no_narrower
from unnest(array[1e9, 1e12, 1e15]::float8[]) n, lateral (select pg_temp.ratio(n, n, 0.95) as e) e;
select n,
	abs((e).lower * m / n / ((l).lower / n) - 1) < 1e-7 as lower,
	abs((e).upper * m / n / ((l).upper / n) - 1) < 1e-7 as upper
from unnest(array[1, 2.5, 9, 400]::float8[]) n,
	(values (1e15::float8)) r(m),
	lateral (select pg_temp.ratio(n, m, 0.95) as e, count_limits(n, 0.95, 'exact') as l) e;
-- confidences next to 0 and 1, and hardly any events: around the value, or told that they are not to be had
select confidence,
	count(*) as all,
	count(*) filter (where (e).value is null and (e).note = 'out_of_range') as out_of_range,
	count(*) filter (where ((e).lower > (e).value or (e).upper < (e).value) is not true
		and ((e).lower is null or (e).upper is null) and (e).note = 'limit_undefined') as told,
	count(*) filter (where (e).lower <= (e).value and (e).value <= (e).upper and (e).note is null) as both
from unnest(array[1e-300, 1e-16, 0.95, 0.999, 1 - 1e-16]::float8[]) confidence,
	unnest(array[1e-300, 1e-3, 1, 30, 1e6, 1e9, 1e15]::float8[]) n,
	unnest(array[1e-300, 1e-3, 1, 30, 1e6, 1e9, 1e15]::float8[]) m,
	lateral (select pg_temp.ratio(n, m, confidence) as e) e
group by 1
order by 1;
