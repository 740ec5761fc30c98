-- Comparing populations: against formulas written in SQL.
create function pg_temp.near(a float8, b float8) returns boolean immutable
begin atomic select abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1); end;
-- the chance that a standard normal lies beyond z on either side: its density, summed by the midpoint rule
create function pg_temp.two_sided(z float8) returns float8 immutable
begin atomic
	select 1 - sum(exp(-(((i - 0.5) * abs(z) / 20000) ^ 2) / 2)) * abs(z) / 20000 * sqrt(2 / pi())
	from generate_series(1, 20000) i;
end;
create temp table pair (name text, a ph.tally, b ph.tally);
insert into pair
values
('counts', 'counts; 40: 1000 30 30; 60: 800 50 50', 'counts; 40: 1500 25 25; 60: 700 40 40'),
('people', (select ph.person_tally(40 + i % 3, i % 4) from generate_series(1, 200) i),
	(select ph.person_tally(40 + i % 3, i % 3) from generate_series(1, 300) i));
-- a difference of rates: limits recovered from those of either side; Wald's test
select name,
	pg_temp.near((d).value, (x).value - (y).value) as value,
	pg_temp.near((d).lower, (x).value - (y).value - sqrt(((x).value - (x).lower) ^ 2 + ((y).upper - (y).value) ^ 2))
		as lower,
	pg_temp.near((d).upper, (x).value - (y).value + sqrt(((x).upper - (x).value) ^ 2 + ((y).value - (y).lower) ^ 2))
		as upper,
	abs((d).p_value - pg_temp.two_sided(((x).value - (y).value) / 100000 / sqrt(qa / ea ^ 2 + qb / eb ^ 2))) < 1e-8
		as p_value,
	(d).verdict
from pair,
	lateral (select ph.compare(a, b, 'rate', better => 'lower'), ph.crude_rate(a), ph.crude_rate(b)) q(d, x, y),
	lateral (select sum(exposure), sum(events_squared) from ph.cells(a)) ca(ea, qa),
	lateral (select sum(exposure), sum(events_squared) from ph.cells(b)) cb(eb, qb)
order by name;
-- a ratio of rates: normal on the log scale, from squares
select name,
	pg_temp.near((r).value, (x).value / (y).value) as value,
	pg_temp.near(ln((r).upper / (r).value), 1.959963984540054 * sqrt(qa / ea ^ 2 + qb / eb ^ 2)) as upper,
	pg_temp.near((r).upper * (r).lower, (r).value ^ 2) as symmetric
from pair,
	lateral (select ph.compare(a, b, 'rate', contrast => 'ratio'), ph.crude_rate(a), ph.crude_rate(b)) q(r, x, y),
	lateral (select sum(events), sum(events_squared) from ph.cells(a)) ca(ea, qa),
	lateral (select sum(events), sum(events_squared) from ph.cells(b)) cb(eb, qb)
order by name;
-- Welch's test of two means
with m as (
	select (select ph.person_tally(0, v) from unnest('{4,7,9,12,3}'::float8[]) v) a,
		(select ph.person_tally(0, v) from unnest('{11,14,9,20}'::float8[]) v) b
)
select round(((c).value)::numeric, 6) as difference,
	round(((c).lower)::numeric, 4) as lower,
	round(((c).upper)::numeric, 4) as upper,
	round(((c).p_value)::numeric, 5) as p
from (select ph.compare(a, b, 'mean') c from m) q;
-- a population compared with itself; per only rescales; the order turns the sign
select name, indicator,
	(same).value = 0 and (same).verdict = 'similar' as same,
	pg_temp.near((one).value * 10, (ten).value) and pg_temp.near((one).lower * 10, (ten).lower) as per,
	pg_temp.near((one).value, -(other).value) and pg_temp.near((one).lower, -(other).upper) as turned
from pair,
	(values ('rate'), ('dsr')) i(indicator),
	lateral (
		select ph.compare(a, a, indicator, standard, 1),
			ph.compare(a, b, indicator, standard, 1),
			ph.compare(a, b, indicator, standard, 10),
			ph.compare(b, a, indicator, standard, 1)
		from (select ph.tally 'counts; 40: 60 0 0; 42: 30 0 0' as standard) s
	) q(same, one, ten, other)
order by 1, 2;
-- benchmark: similar where the interval holds it
select b, (c).verdict, round(((c).p_value)::numeric, 4) as p
from (values (20.0), (30), (45)) v(b),
	lateral (select ph.benchmark('counts; 0: 1000 30 30', b, 'rate', per => 1000, better => 'lower') c) q;
select (ph.benchmark('counts; 0: 1000 30 30', 0.03, 'proportion')).verdict,
	(ph.benchmark('counts; 0: 1000 30 30', 3, 'proportion', per => 100)).p_value;
-- no answer has a note that says which side it was
select (ph.compare(null, a, 'rate')).note,
	(ph.compare(a, 'people; missing 3', 'rate')).note,
	(ph.compare(a, 'counts; 0: 5 0 0', 'rate', contrast => 'ratio')).note,
	(ph.compare(a, 'counts; 0: 5 0 0', 'dsr')).note
from pair
where name = 'counts';
select ph.compare(a, b, 'median') from pair;
select ph.compare(a, b, 'rate', better => 'down') from pair;
select ph.compare(a, b, 'mean') from pair where name = 'counts';
select ph.mean('counts; 0: 10 5 5');
-- means: against avg and stddev, far from 0 too
select round(off),
	abs((m).value - off - v) < 1e-6 as value,
	abs(((m).upper - (m).value) - t * s / sqrt(7)) < 1e-6 as upper
from (
	select off, avg(x) as v, stddev_samp(x) as s, ph.mean(ph.person_tally(0, x + off)) as m
	from unnest('{1,5,2,8,9.5,4,7}'::float8[]) x, unnest('{0,1e6,1e9}'::float8[]) off
	group by off
) q,
	(values (2.4469118511449692)) t(t)
order by off;
-- limits of a count: mid-P lies within exact, and cuts half the chance
select count(*) as all, count(*) filter (where (m).lower >= (e).lower and (m).upper <= (e).upper) as within
from generate_series(0, 300, 7) n,
	lateral (select ph.count_limits(n, limits => 'mid-p'), ph.count_limits(n, limits => 'exact')) q(m, e);
select round(((ph.count_limits(0, 0.9, 'mid-p')).upper + ln(0.1))::numeric, 9) as zero_events;
-- gamma limits: one band is the exact interval; Tiwari's lies below Fay and Feuer's
select pg_temp.near((g).lower, (e).lower) and pg_temp.near((g).upper, (e).upper) as exact
from (
	select ph.dsr('counts; 0: 1000 7 7', 'counts; 0: 1 0 0', 1000, limits => 'fay-feuer') g,
		ph.count_limits(7, limits => 'exact') e
) q;
select (f).upper > (t).upper as tighter, (f).lower = (t).lower as lower, (ph.dsr(tally, s)).note
from (
	select tally, s, ph.dsr(tally, s, limits => 'fay-feuer') f, ph.dsr(tally, s, limits => 'tiwari') t
	from (values ('counts; 0: 1000 3 3; 50: 200 4 4'::ph.tally, 'counts; 0: 60 0 0; 50: 40 0 0'::ph.tally)) v(tally, s)
) q;
-- the population as its own standard: the crude rate
select pg_temp.near((ph.dsr(a, a)).value, (ph.crude_rate(a)).value) as own_standard from pair;
-- by age and sex: strata add up; one stratum is the ratio itself; the rate is the ratio times the reference's rate
select pg_temp.near((ph.smr_of_strata(array[a, b], array[b, a])).value,
		(ph.events(a) + ph.events(b)) / (ph.expected(a, b) + ph.expected(b, a))) as strata,
	ph.smr_of_strata(array[a], array[b]) = ph.smr(a, b) as one,
	pg_temp.near((ph.indirect_rate(a, b)).value, (ph.smr(a, b)).value * (ph.crude_rate(b)).value) as rate
from pair
where name = 'counts';
select ph.smr_of_strata(array[a, b], array[a]) from pair where name = 'counts';
select (ph.smr_of_strata('{}'::ph.tally[], '{}')).note, (ph.smr_of_strata(array[a], array[null::ph.tally])).note
from pair
where name = 'counts';
select round(sum(exposure)::numeric, 3), count(*) from ph.cells(ph.who_world(21));
select ph.who_world(20);

-- everybody has it, there and here
select * from ph.benchmark('counts; 0: 10 10 10', 1, 'proportion');
-- two sides without variation give no certainty
select * from ph.compare('people; 0: 2 6 18', 'people; 0: 20 20 20', 'mean');
select * from ph.compare('people; 0: 2 6 18', 'people; 0: 20 20 20', 'mean', contrast => 'ratio');
select * from ph.compare('people; 5: 4 4 4', 'people; 7: 4 4 4', 'restricted_mean', until => 10, better => 'higher');

-- an area without a reference, a standard or a benchmark has no answer, and stops no report
select name, (e).value is null as none, (e).note
from (
	values
	('reference with a missing row', ph.smr('counts; 0: 10 5 5', 'counts; missing 1; 0: 10 5 5'::ph.tally)),
	('reference of one sex',
		ph.smr_of_strata(array['counts; 0: 10 5 5', 'counts; 0: 10 5 5']::ph.tally[],
			array['counts; 0: 10 5 5']::ph.tally[])),
	('no reference', ph.indirect_rate('counts; 0: 10 5 5', null::ph.tally)),
	('no list', ph.indirect_rate_of_strata(array['counts; 0: 10 5 5']::ph.tally[], null::ph.tally[])),
	('no standard', ph.dsr('counts; 0: 10 5 5', null)),
	('standard with a missing row', ph.dsr('counts; 0: 10 5 5', 'counts; missing 2; 0: 1 0 0')),
	('figure', ph.cmf('counts; 0: 10 5 5', 'counts; 0: 10 5 5', null)),
	('figure of nobody', ph.cmf('counts; 0: 10 15 15', null, 'counts; 0: 1 0 0')),
	('years', ph.years_of_life_lost('counts; 0: 1000 5 5', 75, 'counts; missing 3; 0: 80 0 0; 75: 20 0 0')),
	('slope', ph.slope_index_of_inequality(array_fill('counts; 0: 10 15 15'::ph.tally, array[5]), reference => 'empty'))
) v(name, e);
select name, (c).value is null as none, (c).note
from (
	values
	('no standard', ph.compare('counts; 0: 10 15 15', 'counts; 0: 10 5 5', 'dsr', 'empty')),
	('no reference', ph.compare('counts; 0: 10 15 15', 'counts; 0: 10 5 5', 'smr', null)),
	('reference with a missing row',
		ph.compare('counts; 0: 10 15 15', 'counts; 0: 10 5 5', 'smr', 'counts; missing 1; 0: 10 5 5')),
	('no benchmark', ph.benchmark('counts; 0: 10 15 15', null)),
	('nobody there', ph.compare('counts; 0: 10 1 1', null, 'life_expectancy'))
) v(name, c);
