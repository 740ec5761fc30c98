-- Expected counts of periods: against SQL, and what a chart of them says of chance alone.
create function pg_temp.near(a float8, b float8) returns boolean immutable
begin atomic select a = b or abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1); end;
create temp table month as
select n,
	(date '2020-03-01' + n * interval '1 month')::date as month,
	(50 + n * 37 % 41 + case when (n + 2) % 12 in (0, 1, 11) then 60 else 0 end)::float8 as events,
	(1000 + 7 * n + n * 13 % 31)::float8 as people
from generate_series(0, 59) n;
-- the rate of the same month of all years, times people and days
create temp view by_sql as
select n, people * days * sum(events) over same / sum(people * days) over same as expected
from (select *, extract(day from month + interval '1 month' - interval '1 day')::float8 as days from month) d
window same as (partition by extract(month from month));
select count(*) as all, count(*) filter (where pg_temp.near(e, expected)) as as_sql
from (select n, ph.expected_count(events, month, people) over () e from month) q
join by_sql using (n);
-- a baseline says what was usual; what came later does not count
select count(*) as all, count(*) filter (where pg_temp.near(e, expected)) as baseline
from (select n, ph.expected_count(events, month, people, n < 48) over (order by n desc) e from month) q
join (
	select m.n, m.people * d.days * s.rate as expected
	from month m,
		lateral (select extract(day from month + interval '1 month' - interval '1 day')::float8 as days) d,
		lateral (
			select sum(b.events)
				/ sum(b.people * extract(day from b.month + interval '1 month' - interval '1 day')::float8) as rate
			from month b
			where b.n < 48 and extract(month from b.month) = extract(month from m.month)
		) s
) h using (n);
-- laws: what is expected of all the baseline is what came; people of another unit change nothing; the order of the
-- window has no bearing
select pg_temp.near(sum(e), sum(events)) as adds_up,
	count(*) as all,
	count(*) filter (where pg_temp.near(e, thousands)) as any_unit,
	count(*) filter (where e = backwards) as any_order
from (
	select events,
		ph.expected_count(events, month, people) over () e,
		ph.expected_count(events, month, people / 1000) over () thousands,
		ph.expected_count(events, month, people) over (order by n desc) backwards
	from month
) q;
-- without people, the days of a month alone: February of a leap year has 29 twenty-eighths of another
select pg_temp.near(max(e) / min(e), 29 / 28.0) as leap
from (select month, ph.expected_count(100, month) over () e from month) q
where extract(month from month) = 2;
-- other calendars
select calendar,
	count(distinct round(e::numeric, 6)) as expectations,
	count(e) as answers,
	pg_temp.near(sum(e), sum(v)) as adds_up
from (values ('day', interval '1 day'), ('week', '7 days'), ('quarter', '3 months')) c(calendar, step),
	lateral (
		select v, ph.expected_count(v, d, calendar => calendar) over () e
		from (select (date '2019-01-07' + i * step) d, (10 + i % 7 * i % 5)::float8 v from generate_series(0, 207) i) s
	) q
group by 1
order by 1;
-- a season seen once has no expectation but itself: none; nor has a period of unknown people; unknown events are no
-- part of it
select n, round(e::numeric, 3) as expected
from (
	select n,
		ph.expected_count(case when n <> 1 then 30 end, date '2020-01-01' + n * interval '1 month',
			case when n <> 12 then 100 end) over () e
	from generate_series(0, 25) n
) q
where n in (0, 1, 2, 12, 13, 24, 25)
order by n;
select ph.expected_count(1, null) over ();
select ph.expected_count(-1, '2024-01-01') over ();
select ph.expected_count(1, '2024-01-01', -1) over ();
select ph.expected_count(1, '2024-01-01', calendar => 'year') over ();
-- seasonal counts of chance alone, 40 series of five years: a chart of the counts cries wolf, one of observed over
-- expected hardly ever
create temp table seasonal as
select s,
	(date '2019-01-01' + n * interval '1 month')::date as month,
	1000.0 + 5 * n as people,
	(
		select count(*)
		from generate_series(1, 400) j
		where (('x' || substr(md5(s || '.' || n || '.' || j), 1, 8))::bit(32)::bigint / 4294967296.0)
			< 0.25 * (1 + 0.5 * cos(n * pi() / 6)) * (1 + n / 200.0)
	) as events
from generate_series(1, 40) s, generate_series(0, 59) n;
create temp view charted as
select ph.control_xmr(events, month) over w as bare,
	ph.control_u(events, expected, month, overdispersion => 'laney') over w as adjusted
from (select *, ph.expected_count(events, month, people) over (partition by s) as expected from seasonal) e
window w as (partition by s order by month);
select count(*) as points,
	count(*) filter (where (bare).outside_limits) > 400 as bare_cries_wolf,
	count(*) filter (where (adjusted).outside_limits) <= 0.01 * count(*) as adjusted_is_quiet,
	abs(avg((adjusted).mean) - 1) < 0.001 as about_1
from charted;
-- and what is no season still shows: a month with half as many again, every year of the rest as usual
select count(*) filter (where (x).special_cause = 'above_upper_limit' and month = '2022-05-01') as found,
	count(*) filter (where (x).outside_limits and month <> '2022-05-01') as others
from (
	select month, ph.control_u(events, expected, month, overdispersion => 'laney') over (order by month) x
	from (
		select *, ph.expected_count(events, month, people) over () as expected
		from (
			select month, people, case when month = '2022-05-01' then events * 1.6 else events end as events
			from seasonal
			where s = 1
		) b
	) e
) q;
