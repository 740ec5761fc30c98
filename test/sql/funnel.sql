-- Across places: funnels, quantiles, trends, shrinkage; by hand and by law.
create function pg_temp.near(a float8, b float8) returns boolean immutable
begin atomic select a = b or abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1); end;
create temp table place as
select i, (20 + i * 37 % 61)::float8 as events, (1000 + i * 91 % 700)::float8 as people from generate_series(1, 40) i;
select count(*) as all,
	count(*) filter (where pg_temp.near((p).baseline, m)
		and pg_temp.near((p).upper_95, m + 1.959963984540054 * sqrt(m * (1 - m) / people))) as proportion,
	count(*) filter (where pg_temp.near((r).upper_998 * (l).lower, 1000 * m * events)
		and pg_temp.near((r).lower_998 * (l).upper, 1000 * m * events)) as rate,
	count(*) filter (where (r).significance like 'high%' = ((c).lower > m * people)) as significance
from (
	select *,
		ph.funnel(events, people, 'proportion') over () p,
		ph.funnel(events, people, 'rate', 1000) over () r,
		ph.count_limits(events, 0.998, 'exact') l,
		ph.count_limits(events) c
	from place
) q,
	(select sum(events) / sum(people) m from place) t;
-- a curve is the limits of a place of that size
select count(*) as all,
	count(*) filter (where pg_temp.near(f.upper_95, (p).upper_95) and pg_temp.near(f.lower_998, (p).lower_998)) as curve
from (select *, ph.funnel(events, people, 'proportion', 100) over () p from place) q,
	lateral ph.funnel_curve('proportion', (p).baseline, people, people, 1, 100) f;
select count(*), min(size), max(size) from ph.funnel_curve('ratio', 1, 10, 200, 20);
-- over-dispersion by hand: log scores winsorised
with m as (select sum(events) / sum(people) m from place), z as (
	select ln(events / (people * m)) * sqrt(people * m) z, people * m w from place, m
), o as (select z, row_number() over (order by z) r from z), s as (
	select avg(least(greatest(z, (select z from o where r = 5)), (select z from o where r = 36)) ^ 2) phi,
		avg(z ^ 2) filter (where z between (select z from o where r = 5) and (select z from o where r = 36)) trimmed
	from o
)
select pg_temp.near((f).dispersion, phi) as phi,
	pg_temp.near((f).between_variance, greatest(0, (40 * phi - 39) / (select sum(w) - sum(w ^ 2) / sum(w) from z)))
		as tau,
	pg_temp.near((t).dispersion, trimmed) as trimmed,
	(f).upper_95 > (n).upper_95 as wider
from s, (
	select i,
		ph.funnel(events, people, 'rate', overdispersion => 'winsorised') over () f,
		ph.funnel(events, people, 'rate', overdispersion => 'trimmed') over () t,
		ph.funnel(events, people, 'rate') over () n
	from place
) q
where i = 1;
select (ph.funnel(5, null, 'rate', 1000, 50) over ()).significance,
	(ph.funnel(5, null, 'proportion') over ()).note,
	(ph.funnel(50, 1000, 'rate', overdispersion => 'trimmed') over ()).note;
-- trimmed: count, weights and mean square are those of the places left
with m as (select sum(events) / sum(people) m from place), z as (
	select ln(events / (people * m)) * sqrt(people * m) z, people * m w from place, m
), left_in as (select * from (select *, row_number() over (order by z) r from z) o where r between 5 and 36)
select pg_temp.near((f).dispersion, phi) as phi,
	pg_temp.near((f).between_variance, greatest(0, (k * phi - (k - 1)) / (w - w2 / w))) as tau_of_those_left,
	(f).between_variance > 0 as some
from (select count(*) k, avg(z ^ 2) phi, sum(w) w, sum(w ^ 2) w2 from left_in) l,
	(select i, ph.funnel(events, people, 'rate', overdispersion => 'trimmed') over () f from place) q
where i = 1;
-- the size is what the limits follow from: people, events, or expected events where they are widened
select count(*) as all,
	count(*) filter (where (p).size = people) as people,
	count(*) filter (where (r).size = events) as events,
	count(*) filter (where pg_temp.near((d).size, people * (d).baseline)) as expected_events
from (
	select *,
		ph.funnel(events, people, 'proportion') over () p,
		ph.funnel(events, people, 'rate') over () r,
		ph.funnel(events, people, 'rate', overdispersion => 'trimmed') over () d
	from place
) q;
select count(*) as all,
	count(*) filter (where pg_temp.near(c.lower_95, (f).lower_95) and pg_temp.near(c.upper_998, (f).upper_998))
		as limits_of_its_size
from (select ph.funnel(events, people, 'rate', overdispersion => 'trimmed') over () f from place) q,
	lateral ph.funnel_curve('rate', (f).baseline, (f).size, (f).size, 1, between_variance => (f).between_variance) c;
-- a place with nobody, or with nothing expected, has a note and no part in the rest
select statistic, events, people,
	(f).value,
	(f).note,
	(f).significance,
	pg_temp.near((f).baseline, case statistic when 'ratio' then 1 else 0.15 end) as baseline
from unnest('{proportion,rate,ratio}'::text[]) statistic,
	lateral (
		select events, people, ph.funnel(events, people, statistic, overdispersion => 'trimmed') over () f
		from (values (10::float8, 100::float8), (20, 100), (0, 0), (4, 0)) v(events, people)
	) q
where people = 0
order by 1, 2;
select ph.funnel(5, -1, 'ratio') over ();
-- a standardised rate is one whatever stands beside it; said; not said, one that its events over people do not make has
-- a note
select rate_type, people, rate, (f).significance, (f).note
from (
	select *, ph.funnel(5, people, 'rate', 1000, rate, rate_type => rate_type) over (partition by n) f
	from (
		values
		(1, 'dsr', 100::float8, 80::float8), (2, null, 100, 80), (3, null, 100, 50.04), (4, 'crude', 100, 80),
		(5, null, 100, null), (6, 'dsr', 100, null), (7, 'dsr', null, 80), (8, 'crude', null, 80)
	) v(n, rate_type, people, rate)
) q
order by n;
select count(*) as all,
	count(*) filter (where (a).value = (b).value and (a).upper_95 = (b).upper_95) as same_with_denominator
from (
	select ph.funnel(events, people, 'rate', 1000, 50 + i, rate_type => 'dsr') over () a,
		ph.funnel(events, null, 'rate', 1000, 50 + i) over () b
	from place
) q;
select ph.funnel(5, 100, 'ratio', rate_type => 'dsr') over ();
select ph.funnel(5, 100, 'rate', rate_type => 'standardised') over ();
select ph.funnel(5, 3, 'proportion') over ();
select ph.funnel(5, 3, 'mean') over ();
select * from ph.funnel_curve('ratio', 1, 10, 5);
-- quantiles: ties share, order of the window has no bearing
select string_agg(q::text, ' ' order by v)
from (select v, ph.quantile_group(v, 5) over (order by v desc) q from unnest('{1,2,3,4,5,6,7,7,7,10}'::float8[]) v) x;
select string_agg(coalesce(q::text, '-'), ' ')
from (select ph.quantile_group(v, 2, 'lower') over () q from unnest('{1,2,null,NaN,3,4}'::float8[]) v) x;
select ph.quantile_group(1, 2) over (), ph.quantile_group(1, 1) over ();
select ph.quantile_group(1, 0) over ();
-- which end is worse is said by the first row
select string_agg(q::text, ' ' order by v)
from (
	select v, ph.quantile_group(v, 2, better) over (order by v) as q
	from (values (1.0::float8, 'higher'), (2, 'lower'), (3, 'lower'), (4, 'lower')) v (v, better)
) x;
select ph.quantile_group(1, 1, 'neither') over ();
-- recent trend: the chi-squared test by hand; slopes turn with time
select round(((t).chi_squared)::numeric, 6) as chi_squared,
	(t).trend,
	(u).trend as turned,
	pg_temp.near((t).slope, -(u).slope) as slope
from (
	select ph.recent_trend(ph.count_tally(y, 100 + 20 * y, 1000)) t,
		ph.recent_trend(ph.count_tally(-y, 100 + 20 * y, 1000)) u
	from generate_series(3, 7) y
) q;
with y as (select y - 5 t, 100.0 + 20 * y c, 1000.0 n from generate_series(3, 7) y), s as (
	select sum(n) nn, sum(c) cc, sum(c * t) ct, sum(n * t) nt, sum(n * t * t) ntt from y
)
select round(nn * (nn * ct - cc * nt) ^ 2 / (cc * (nn - cc) * (nn * ntt - nt ^ 2)), 6) as by_hand
from s;
select (ph.recent_trend(null)).note,
	(ph.recent_trend('counts; 1: 5 2 2')).note,
	(ph.recent_trend_of_values('{1,2,3,4,4}', '{1,2,3,4,5}', '{0,1,2,3,4}', '{2,3,4,5,6}')).note,
	(ph.recent_trend_of_values('{1,2,3,4,5}', '{1,2,3,4,5}', '{1,2,3,4,5}', '{1,2,3,4,5}')).note;
select ph.recent_trend('people; 1: 9 5 25; 2: 9 5 25; 3: 9 5 25; 4: 9 6 36; 5: 9 7 49');
select ph.recent_trend_of_values('{1,2}', '{1}', '{1}', '{1}');
-- shrinkage by hand (Marshall), and laws
with m as (select sum(events) / sum(people) m, sum(people) n, count(*) k from place), a as (
	select m, sum(people * (events / people - m) ^ 2) / n - m * k / n a
	from place, m
	group by m, n, k
)
select count(*) as all,
	count(*) filter (where pg_temp.near((s).value, 1000 * (events + m * m / a) / (people + m / a))) as by_hand,
	count(*) filter (where (s).value between least(events / people, m) * 1000 and greatest(events / people, m) * 1000)
		as between,
	count(*) filter (where (s).lower < (s).value and (s).upper > (s).value) as limits,
	count(*) filter (where (s).note like 'shrunk: towards the rate of 40 places, own weight 0.%') as said
from a, (select *, ph.shrunken_rate(events, people, 1000) over () s from place) q;
select distinct round(((s).value)::numeric, 6) as value, (s).note
from (select ph.shrunken_rate(10, 100, 100) over () s from generate_series(1, 5)) q;
select count(*) as all, count(*) filter (where pg_temp.near((a).value, (b).value)) as units
from (
	select ph.shrunken_rate(events, people, 1000) over () a,
		ph.shrunken_rate(events, people / 12, 1000 / 12.0) over () b
	from place
) q;
select (ph.shrunken_rate(1, 10) over ()).note,
	(ph.shrunken_rate(null, 10) over ()).note,
	(ph.shrunken_rate(1, 0) over ()).note;
-- system, place and neighbourhood: levels reconcile
create temp table cell as
select i % 4 area, i % 12 hood, (i % 19 * 5)::float8 age, (i * 7 % 11)::float8 x, (100 + i % 50)::float8 n
from generate_series(1, 3000) i;
select count(*) as all, count(*) filter (where p operator(ph.=) r) as reconcile
from (select area, ph.count_tally(age, x, n) p from cell group by area) a
join (
	select area, ph.rollup(t) r
	from (select area, hood, ph.count_tally(age, x, n) t from cell group by area, hood) h
	group by area
) b using (area);

-- a place without events is as far out as half of one is, where places differ more than by chance
select n, d, (f).significance
from (
	select n, d, ph.funnel(n, d, 'ratio', overdispersion => 'winsorised') over () as f
	from (values (10.0::float8, 10.0::float8), (20, 20), (0, 1), (0, 40)) v(n, d)
) q;

-- the trend of a hundred million people is that of a hundred thousand, a thousand times as sure
select pg_temp.near((a).chi_squared * 1e6, (b).chi_squared) as chi_squared
from (
	select ph.recent_trend(ph.count_tally(2019 + y, 5000 + (y * 7) % 4, 100000)) a,
		ph.recent_trend(ph.count_tally(2019 + y, (5000 + (y * 7) % 4) * 1e6, 100000 * 1e6)) b
	from generate_series(1, 5) y
) q;
select pg_temp.near((a).chi_squared, (b).chi_squared) and pg_temp.near((a).slope, (b).slope) as far
from (
	select ph.recent_trend_of_values('{1,2,3,4,5}', '{1,3,2,5,4}', '{0,2,1,4,3}', '{2,4,3,6,5}') a,
		ph.recent_trend_of_values('{1,2,3,4,5}', '{1000000001,1000000003,1000000002,1000000005,1000000004}',
			'{1000000000,1000000002,1000000001,1000000004,1000000003}',
			'{1000000002,1000000004,1000000003,1000000006,1000000005}') b
) q;

-- years of data: the same funnel, its denominators those of one year
select count(*) filter (where (one).value = (three).value
		and (one).significance = (three).significance
		and (one).lower_998 = (three).lower_998) as same,
	count(*) filter (where (one).denominator = 3 * (three).denominator) as a_third,
	count(*) as places
from (
	select ph.funnel(events, people, 'rate', 1000) over () as one,
		ph.funnel(events, people, 'rate', 1000, years => 3) over () as three
	from generate_series(1, 30) i, lateral (values (20 + i * 37 % 61, 3000 + i * 910 % 7000)) v(events, people)
) f;
select ph.funnel(1, 2, 'rate', years => 0) over ();

-- the trend of every year, not of the last alone: a tally folded over a window
select year, (t).trend, (t).slope is not distinct from (alone).slope as as_alone
from (
	select year,
		ph.recent_trend(ph.count_tally(year, events, 1000) over (order by year rows 4 preceding)) as t,
		(
			select ph.recent_trend(ph.count_tally(y, 100 + 25 * (y - 2010), 1000))
			from generate_series(greatest(year - 4, 2010), year) y
		) as alone
	from generate_series(2010, 2017) year, lateral (values (100 + 25 * (year - 2010))) v(events)
) by_year
order by year;
