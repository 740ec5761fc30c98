-- Goals: a Poisson trend in the log rate, checked against its own equations.
set client_min_messages = warning;
create schema goal_test;
set search_path = goal_test;

create function row_of(g ph.goal_progress) returns text immutable
begin atomic
	select concat_ws(' ', round((g).change::numeric, 6), round((g).fitted_now::numeric, 3),
		round((g).projected::numeric, 3), round((g).chance_value::numeric, 6), (g).verdict, (g).note);
end;

-- random series, also of few events and of millions, of days, of uneven times and exposures
select setseed(0.14);
create temp table series as
select s as id, array_agg(t order by random()) as t
from (
	select s, array[start + step * k * (1 + random() / 9),
		floor(size * exp((s % 7 - 3) * k / 40.0) * (0.8 + 0.4 * random())),
			1000 * (1 + random()) * (1 + s % 5)]::float8[] as t
	from generate_series(1, 300) s, lateral (
		select 10.0 ^ (s % 6) as size, case when s % 2 = 0 then 2016 else 738000 end as start,
			case when s % 2 = 0 then 1 else 91 end as step
		offset 0) w,
		generate_series(0, 3 + s % 9) k
) r
group by s;
create temp table fitted as
select id, t, p, o, n, last, h, (
		select ph.goal_progress(p, o, n, 50, last + h, case when id % 3 = 0 then 'higher' else 'lower' end, 1000, 0.9)
	) as g
from (
	select id, t, array_agg(r[1] order by j) as p, array_agg(r[2] order by j) as o, array_agg(r[3] order by j) as n,
		max(r[1]) as last, (max(r[1]) - min(r[1])) / 3 as h
	from (
		select id, t, j, array[t[j][1], t[j][2], t[j][3]] as r
		from series, generate_subscripts(t, 1) j
	) e
	group by id, t
) f;
create temp table counted as
select id, i, p[i] - last as x, o[i] as events, n[i] as exposure,
	n[i] * (g).fitted_now / 1000 * (1 + (g).change) ^ (p[i] - last) as fitted
from fitted, generate_subscripts(p, 1) i
where (g).change is not null;
-- the score equations, Pearson's dispersion, the variances by the information matrix turned round
create temp table by_hand as
select id, count(*) as periods, sum(events - fitted) / sum(events) as level,
	sum(x * (events - fitted)) / sum(events * abs(x)) as slope,
	greatest(1, sum((events - fitted) ^ 2 / fitted) / (count(*) - 2)) as phi, sum(fitted) as s0, sum(fitted * x) as s1,
	sum(fitted * x * x) as s2, max(exposure) filter (where x = 0) as last_exposure
from counted
group by id;
select count(*) > 250 as series, bool_and(abs(level) < 1e-9 and abs(slope) < 1e-9) as solves_the_equations,
	bool_and(abs((g).dispersion / phi - 1) < 1e-7) as dispersion
from by_hand join fitted using (id);
create temp table judged as
select id, g, h, periods as n, eta, b, v, (s0 / det) * phi as vb, v + phi / (last_exposure * exp(eta)) as vo,
	ln(50 / 1000.0) as target, id % 3 = 0 as higher
from (
	select *, ln((g).fitted_now / 1000) + ln(1 + (g).change) * h as eta, ln(1 + (g).change) as b,
		phi * (s2 - 2 * h * s1 + h * h * s0) / det as v
	from (select *, s0 * s2 - s1 * s1 as det from by_hand) m join fitted using (id)
) e;
-- quantiles and tails of Student's t for 2 and 1 degrees of freedom in closed form; the others by their symmetry
select bool_and(abs(ln((g).projected / 1000) - eta) < 1e-7) as projected,
	bool_and(abs((g).needed_change - (exp((target - ln((g).fitted_now / 1000)) / h) - 1))
		< 1e-9 * (1 + (g).needed_change)) as needed,
	bool_and(abs(ln((g).trend_upper / (g).projected) / ln((g).projected / (g).trend_lower) - 1) < 1e-6)
		as even_about_it,
	bool_and(abs(ln((g).value_upper / (g).projected) / ln((g).trend_upper / (g).projected) / sqrt(vo / v) - 1) < 1e-6)
		as noise_of_the_period,
	bool_and(abs(ln((1 + (g).change_upper) / (1 + (g).change)) / ln((g).trend_upper / (g).projected)
		/ sqrt(vb / v) - 1) < 1e-6) as change_limits,
	bool_and(abs(ln((g).trend_upper / (g).projected) / (sqrt(v) * 0.9 * sqrt(2 / (1 - 0.81))) - 1) < 1e-6)
		filter (where n = 4) as limits_of_two_degrees,
	bool_and(abs((g).chance_value - (0.5 + case when higher then -1 else 1 end * z / (2 * sqrt(2 + z * z)))) < 1e-9)
		filter (where n = 4) as chance_of_two_degrees,
	bool_and(((g).chance_trend > 0.5) = ((g).chance_value > 0.5)) as same_side,
	bool_and((g).verdict = case
			when (g).chance_value >= 0.8 then 'on_track'
			when (g).chance_value <= 0.2 then 'off_track'
			else 'uncertain' end) as verdict
from (select *, (target - eta) / sqrt(vo) as z from judged) j;
select distinct (g).note from fitted where (g).note is not null order by 1;

-- laws: order of the rows, unit of time, per, the other side
select
	row_of(ph.goal_progress('{1,2,3,5}', '{9,8,6,7}', '{100,100,90,95}', 50, 7, per => 1000))
		= row_of(ph.goal_progress('{5,2,1,3}', '{7,8,9,6}', '{95,100,100,90}', 50, 7, per => 1000)) as any_order,
	abs((a).chance_value - (b).chance_value) < 1e-12
		and abs((a).trend_upper - (b).trend_upper) < 1e-9 as any_unit_of_time,
	abs((a).trend_upper / 10 - (c).trend_upper) < 1e-9 and (a).chance_value = (c).chance_value as per,
	abs((a).chance_value + (d).chance_value - 1) < 1e-12 as one_or_the_other
from (select
	ph.goal_progress('{1,2,3,5}', '{9,8,6,7}', '{100,100,90,95}', 50, 7, per => 1000) as a,
	ph.goal_progress('{8,9,10,12}', '{9,8,6,7}', '{100,100,90,95}', 50, 14, per => 1000) as b,
	ph.goal_progress('{1,2,3,5}', '{9,8,6,7}', '{100,100,90,95}', 5, 7, per => 100) as c,
	ph.goal_progress('{1,2,3,5}', '{9,8,6,7}', '{100,100,90,95}', 50, 7, 'higher', per => 1000) as d) s;
-- a trend through every point is that trend
select row_of(ph.goal_progress('{0,1,2,3}', '{800,400,200,100}', '{1,1,1,1}', 25, 5, per => 1)) as halves;

-- none, huge, tiny: zero years, a single event, a rate of a billionth, exposures that differ a lot
select row_of(ph.goal_progress('{1,2,3,4}', '{0,0,1,0}', '{10,10,10,10}', 5, 6)) as one_event,
	row_of(ph.goal_progress('{1,2,3,4}', '{0,0,3,0}', '{1e-3,1e9,1e2,5}', 5, 6)) as uneven,
	row_of(ph.goal_progress('{1,2,3}', '{1e12,2e12,4e12}', '{1,1,1}', 8e12, 4, 'higher', 1)) as many;
select (g).projected, (g).chance_value, (g).verdict, (g).note
from ph.goal_progress('{1,2,3}', '{1,1e300,1e300}', '{1,1,1}', 1, 1e6) g;

-- no answer
select (ph.goal_progress('{1,2}', '{3,4}', '{10,10}', 5, 3)).note as two,
	(ph.goal_progress('{}', '{}', '{}', 5, 3)).note as none,
	(ph.goal_progress('{1,2,3}', '{0,0,0}', '{10,10,10}', 5, 4)).note as no_events,
	(ph.goal_progress('{1,2,3}', '{0,0,5}', '{10,10,10}', 5, 4)).note as last_only,
	(ph.goal_progress('{1,2,3}', '{7,0,0}', '{10,10,10}', 5, 4)).note as first_only,
	(ph.goal_progress('{1,2,3}', '{7,null,2}', '{10,10,10}', 5, 4)).note as unknown,
	(ph.goal_progress(null, '{7,3,2}', '{10,10,10}', 5, 4)).note as no_list,
	(ph.goal_progress('{1,2,3}', '{7,9,2}', '{1,1,1}', 5, 4)).note as events_above_exposure;
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,10,10}', 5, 3);
select ph.goal_progress('{1,2,2}', '{5,4,3}', '{10,10,10}', 5, 4);
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,0,10}', 5, 4);
select ph.goal_progress('{1,2,3}', '{5,-4,3}', '{10,10,10}', 5, 4);
select ph.goal_progress('{1,NaN,3}', '{5,4,3}', '{10,10,10}', 5, 4);
select ph.goal_progress('{1,2,3}', '{5,4}', '{10,10,10}', 5, 4);
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,10,10}', 0, 4);
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,10,10}', 5, null);
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,10,10}', 5, 4, 'neither');
select ph.goal_progress('{1,2,3}', '{5,4,3}', '{10,10,10}', 5, 4, confidence => 95);

-- ---- the gap ----
create temp table gap as
select a.id, a.g as a, b.g as b, a.h, a.last,
	ph.goal_gap_progress(a.p, a.o, a.n, a.p, b.o, b.n, 1.5, a.last + a.h) as g,
	ph.goal_gap_progress(a.p, b.o, b.n, a.p, a.o, a.n, 1 / 1.5, a.last + a.h, 'higher') as turned
from fitted a
join (select f.id, o, n, ph.goal_progress(s.p, o, n, 50, last + h, per => 1000) as g
	from (select id, p, last, h from fitted) s
	join lateral (
		select s.id, array_agg(1 + x order by i) as o, array_agg(500 + x order by i) as n
		from unnest(s.p) with ordinality q(v, i), lateral (select (s.id * 7919 * i % 97)::float8 as x) r
	) f using (id)) b using (id)
where (a.g).change is not null and a.id % 6 < 3;
select count(*) > 100 as gaps,
	bool_and(abs((g).ratio_now - (a).fitted_now / (b).fitted_now) < 1e-6 * (g).ratio_now) as now,
	bool_and(abs((g).projected - (a).projected / (b).projected) < 1e-6 * (g).projected) as then,
	bool_and(abs((g).needed_change - ((1.5 / (g).ratio_now) ^ (1 / h) - 1))
		< 1e-9 * (1 + (g).needed_change)) as needed,
	bool_and(abs((g).chance - (turned).chance) < 1e-9) as turned_round,
	bool_and(abs((g).lower * (turned).upper - 1) < 1e-9) as limits_turned_round
from gap;
-- both fall, the gap widens: the goal on the mean is met and the one on the gap is not
with year as (
	select array_agg(2016 + k order by k)::float8[] as p,
		array_agg(round(1200 * 0.97 ^ k) order by k)::float8[] as most,
		array_agg(round(600 * 0.93 ^ k) order by k)::float8[] as least, array_agg(90000 order by k)::float8[] as people
	from generate_series(0, 7) k
)
select (ph.goal_progress(p, most, people, 1100, 2026)).verdict as most,
	(ph.goal_progress(p, least, people, 550, 2026)).verdict as least,
	(g).verdict as gap, (g).projected > (g).ratio_now as widens
from year, ph.goal_gap_progress(p, most, people, p, least, people, 1.8, 2026) g;
-- now is the later of the last periods
select abs((g).ratio_now - 8) < 1e-9 as at_four, (g).note
from ph.goal_gap_progress(
	'{1,2,3,4}', '{800,800,800,800}', '{1,1,1,1}', '{0,1,2,3}', '{1600,800,400,200}', '{1,1,1,1}', 2, 5) g;
select (ph.goal_gap_progress('{1,2}', '{8,8}', '{1,1}', '{0,1,2}', '{1,8,4}', '{1,1,1}', 2, 5)).note as one_too_few,
	(ph.goal_gap_progress('{1,2,3}', '{8,8,8}', '{1,1,1}', '{0,1,2}', '{0,0,0}', '{1,1,1}', 2, 5)).note as no_events,
	(ph.goal_gap_progress('{1,2,3}', '{8,8,8}', '{1,1,1}', null, '{0,0,0}', '{1,1,1}', 2, 5)).note as unknown;
select ph.goal_gap_progress('{1,2,3}', '{8,8,8}', '{1,1,1}', '{0,1,2}', '{1,1,1}', '{1,-1,1}', 2, 5);
select ph.goal_gap_progress('{1,2,3}', '{8,8,8}', '{1,1,1}', '{0,1,5}', '{1,1,1}', '{1,1,1}', 2, 4);
