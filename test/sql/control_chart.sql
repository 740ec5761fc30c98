-- Control charts: limits and rules by hand, missing values, phases, calendars.
create function pg_temp.near(a float8, b float8) returns boolean immutable
begin atomic select a = b or abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1); end;
create temp table series as
select s,
	(date '2021-01-01' + n * interval '1 month')::date as month,
	(50 + (s * 31 + n * n * 17) % 23 + case when s = 2 and n > 20 then 15 else 0 end)::float8 as y,
	n
from generate_series(1, 5) s, generate_series(0, 29) n;
create temp table chart as
select *, ph.control_xmr(y, month, 'lower', 60) over (partition by s order by month) x from series;
-- limits by hand: moving ranges screened once
with range as (select s, y, abs(y - lag(y) over (partition by s order by month)) as r from series), kept as (
	select *, r < 3.267 * avg(r) over (partition by s) as keep from range
)
select count(*) as all,
	count(*) filter (where pg_temp.near((x).mean, m)
		and pg_temp.near((x).upper, m + 2.66 * a)
		and pg_temp.near((x).lower, m - 2.66 * a)) as limits
from chart
join (select s, avg(y) m, avg(r) filter (where keep) a from kept group by s) h using (s);
-- rules by hand
select count(*) as all,
	count(*) filter (where (x).outside_limits = (y > (x).upper or y < (x).lower)) as outside,
	count(*) filter (where (x).shift = shift) as shift,
	count(*) filter (where (x).trend = trend) as trend,
	count(*) filter (where (x).shift) > 0 as some
from (
	select c.*,
		exists (
			select
			from series a
			where a.s = c.s
				and a.n between c.n - 6 and c.n
				and a.n <= 23
				and (
					select count(*) = 7 and (bool_and(b.y > (c.x).mean) or bool_and(b.y < (c.x).mean))
					from series b
					where b.s = a.s and b.n between a.n and a.n + 6
				)
		) as shift,
		exists (
			select
			from series a
			where a.s = c.s
				and a.n between c.n - 6 and c.n
				and a.n <= 23
				and (
					select bool_and(step > 0) or bool_and(step < 0)
					from (
						select y - lag(y) over (order by n) step
						from series b
						where b.s = a.s and b.n between a.n and a.n + 6
					) z
					where step is not null
				)
		) as trend
	from chart c
) r;
-- multiplying values rescales limits and changes no flag
select count(*) as all,
	count(*) filter (where pg_temp.near((b.x).upper, 1024 * (a.x).upper)
		and (b.x).special_cause = (a.x).special_cause
		and (b.x).point_type = (a.x).point_type) as scaled
from chart a
join (
	select s, n, ph.control_xmr(1024 * y, month, 'lower') over (partition by s order by month) x from series
) b using (s, n);
-- a missing value keeps its place, is flagged nowhere, and breaks a run of one side
select bool_and((x).outside_limits is null and (x).special_cause = 'common_cause' and (x).note = 'missing_value')
		filter (where n = 25) as missing,
	bool_or((x).shift) as shift_with_gap
from (
	select n,
		ph.control_xmr(case when n <> 25 then case when n < 22 then n % 3 else 3 end end, month) over (order by month) x
	from series
	where s = 1
) q;
select bool_or((x).shift) as shift_without_gap
from (
	select n, ph.control_xmr(case when n < 22 then n % 3 else 3 end, month) over (order by month) x
	from series
	where s = 1
) q;
-- phases: limits of their own; a baseline of the first 12
select (x).phase, count(*), count(distinct (x).mean) as means
from (
	select ph.control_xmr(y, month, rebase => n in (12, 20)) over (partition by s order by month) x
	from series
	where s = 1
) q
group by 1
order by 1;
select count(distinct (x).mean) as means, pg_temp.near(min((x).mean), min(m)) as fixed
from (
	select ph.control_xmr(y, month, fix_after => 12) over (order by month) x, avg(y) filter (where n < 12) over () m
	from series
	where s = 3
) q;
-- dialects: six points make a shift in Excel, and nothing is screened there
select dialect, count(*) filter (where (x).shift) as shifts, round(max((x).upper)::numeric, 4) as upper
from unnest('{r,excel,power_bi}'::text[]) dialect,
	lateral (
		select ph.control_xmr(v, d, rules => dialect) over (order by d) x
		from (
			select (date '2021-01-01' + i * interval '1 month')::date d,
				case when i between 10 and 15 then 11 when i = 20 then 30 else 10 - i % 2 end v
			from generate_series(1, 30) i
		) z
	) q
group by 1
order by 1;
select dialect, target, max((x).assurance) as assurance
from unnest('{r,power_bi}'::text[]) dialect,
	unnest('{3.16,1,4}'::float8[]) target,
	lateral (
		select ph.control_xmr(v, d, 'higher', target, rules => dialect) over (order by d) x
		from (select (date '2021-01-01' + i * interval '1 month')::date d, i % 2 v from generate_series(1, 30) i) z
	) q
group by 1, 2
order by 1, 2;
-- no variation has no limits, and says so
select distinct (x).mean, (x).upper, (x).outside_limits, (x).note
from (select ph.control_xmr(5, month) over (order by month) x from series where s = 1) q;
select ph.control_xmr(5, date '2021-01-01') over ();
-- a missing period is an error; so are doubled ones, wrong orders and values that are no number
select ph.control_xmr(y, month) over (partition by s order by month) from series where n <> 7;
select count(x)
from (
	select ph.control_xmr(y, month, calendar => 'any') over (partition by s order by month) x
	from series
	where n <> 7
) q;
select ph.control_xmr(y, month) over (order by month) from series;
select ph.control_xmr(y, month) over (partition by s order by month desc) from series;
select ph.control_xmr('NaN', month) over (partition by s order by month) from series;
select ph.control_xmr(y, null) over (partition by s order by month) from series;
select ph.control_xmr(y, month, fix_after => 11) over (partition by s order by month) from series;
select ph.control_xmr(y, month, 'up') over (partition by s order by month) from series;
select calendar, count(x)
from (
	values ('day', interval '1 day'), ('week', '7 days'), ('quarter', '3 months'), ('year', '1 year')
) c(calendar, step),
	lateral (
		select ph.control_xmr(i, (date '2020-02-29' + i * step)::date, calendar => calendar) over (order by i) x
		from generate_series(0, 20) i
	) q
group by 1
order by 1;
-- proportions, rates and counts
create temp table event as
select n, month, (10 + n * 7 % 13)::float8 as events, (200 + n * 11 % 50)::float8 as people
from series
where s = 1;
select count(*) as all,
	count(*) filter (where pg_temp.near((p).upper, 100 * least(1, m + 3 * sqrt(m * (1 - m) / people)))
		and pg_temp.near((p).lower, 100 * greatest(0, m - 3 * sqrt(m * (1 - m) / people)))) as p,
	count(*) filter (where pg_temp.near((u).upper, m + 3 * sqrt(m / people))) as u,
	count(*) filter (where pg_temp.near((c).upper, k + 3 * sqrt(k))) as c,
	count(*) filter (where pg_temp.near((l).upper - (l).mean, z * 3 * sqrt(m * (1 - m) / people))) as laney
from (
	select *,
		ph.control_p(events, people, month, per => 100) over w p,
		ph.control_u(events, people, month) over w u,
		ph.control_c(events, month) over w c,
		ph.control_p(events, people, month, overdispersion => 'laney') over w l
	from event
	window w as (order by month)
) q,
	(select sum(events) / sum(people) m, avg(events) k from event) t,
	(
		select avg(abs(d - before)) / 1.128 z
		from (
			select d, lag(d) over (order by month) before
			from (
				select month, (events / people - m) / sqrt(m * (1 - m) / people) d
				from event, (select sum(events) / sum(people) m from event) t
			) a
		) b
	) f;
select ph.control_p(5, 3, month) over (order by month) from event;
select (ph.control_u(0, 0, month) over (order by month)).note from event limit 1;
-- cumulative sums by hand
with recursive hand as (
	select 0 as i, 0::float8 as up, 0::float8 as down
	union all
	select i + 1, greatest(0, up + (10 + i % 5 - 11) / 2.0 - 0.5), least(0, down + (10 + i % 5 - 11) / 2.0 + 0.5)
	from hand
	where i < 40
)
select count(*) as all, count(*) filter (where pg_temp.near((c).upper, up) and pg_temp.near((c).lower, down)) as cusum
from hand
join (
	select i, ph.cusum(10 + (i - 1) % 5, 11, 2, reset => false) over (order by i) c from generate_series(1, 40) i
) q using (i);
select string_agg(coalesce((c).signal, '-'), '' order by i) as reset
from (select i, ph.cusum(14, 11, 1, 0.5, 6) over (order by i) c from generate_series(1, 9) i) q;
select (c).upper, (c).note
from (select i, ph.cusum(case when i <> 2 then 12 end, 11, 1) over (order by i) c from generate_series(1, 3) i) q
order by i;
select ph.cusum(1, 1, 0) over ();
select ph.risk_adjusted_cusum(true, 1.5) over ();
select ph.risk_adjusted_cusum(true, 0.5, 0.5) over ();
select ph.ewma(1, 1, 1, 2) over ();

-- where screening leaves no movement the unscreened range stands; where nothing varies there are no limits
select (x).special_cause, count(*) as all, count(*) filter (where (x).upper > (x).lower) as limits
from (
	select ph.control_xmr(case when i = 10 then 6 else 5 end, d) over (order by d) as x
	from (select i, (date '2024-01-01' + i * interval '1 month')::date as d from generate_series(0, 15) i) s
) s
group by 1
order by 1;
-- and the limits that were not screened say so
select (x).note, count(*)
from (
	select ph.control_xmr(case when i = 10 then 6 else 5 end, d) over (order by d) as x
	from (select i, (date '2024-01-01' + i * interval '1 month')::date as d from generate_series(0, 15) i) s
) s
group by 1;
select (x).note, count(*)
from (
	select ph.control_xmr(case when i = 5 then 6 else 5 end, d) over (order by d) as x
	from (select i, (date '2024-01-01' + i * interval '1 month')::date as d from generate_series(0, 9) i) s
) s
group by 1;

-- a baseline of no points, or of less than none, is none
select ph.control_xmr(y, month, fix_after => 0) over (partition by s order by month) from series;
select ph.control_xmr(y, month, fix_after => -1) over (partition by s order by month) from series;
select ph.control_p(events, people, month, fix_after => 0) over (order by month) from event;
select ph.control_u(events, people, month, fix_after => 0) over (order by month) from event;
select ph.control_c(events, month, fix_after => 0) over (order by month) from event;
select ph.control_xmr(y, month, run_length => 0) over (partition by s order by month) from series;

-- dates, times and text alike
select count(distinct x) as alike
from (
	select ph.control_xmr(y, month::timestamp) over (order by n) x, n
	from series
	where s = 1
	union all
	select ph.control_xmr(y, month) over (order by n), n
	from series
	where s = 1
	union all
	select ph.control_xmr(y, date_trunc('month', month::timestamp)) over (order by n), n
	from series
	where s = 1
) a
group by n
order by 1 desc
limit 1;
-- date_trunc of a date has a time zone: a day is that of the session's, also where its midnight is not on the clock
set timezone = 'America/Sao_Paulo';
select count(*) as points, count(distinct x::text) as different
from (
	select ph.control_xmr(1, d, calendar => 'day') over (order by d) x
	from (select date '2018-11-01' + i as d from generate_series(0, 7) i) days
) s;
select count(*) as all, count(*) filter (where a.x is not distinct from b.x) as truncated
from (select ph.control_xmr(y, month) over (order by n) x, n from series where s = 1) a
join (select ph.control_xmr(y, date_trunc('month', month)) over (order by n) x, n from series where s = 1) b using (n);
reset timezone;
select ph.control_c(5, '2024-01-01') over () is null as unknown_literal,
	ph.control_u(5, 9, timestamp '2024-01-31 23:59') over () is null as a_time,
	ph.control_p(5, 9, date '2024-01-01') over () is null as a_date;
select ph.control_xmr(5, 'infinity') over ();
select calendar, count(x)
from unnest('{day,week,month}'::text[]) calendar,
	lateral (
		select ph.control_xmr(i, timestamp '2024-01-01 10:00' + i * ('1 ' || calendar)::interval, calendar => calendar)
				over (order by i) x
		from generate_series(0, 20) i
	) q
group by 1
order by 1;
