-- Survival of a tally keyed by follow-up time, against Kaplan and Meier, Greenwood, Nelson and Aalen written a second
-- time in SQL.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

-- 3,000 people with tied times, lost from sight or not, some followed from a later time on
create temp table followed as
select i as id, i % 3 as grp, i % 5 as place,
	(1 + i * 7919 % 211 % 60)::float8 as time,
	i * 31 % 10 < 4 as event,
	least(i * 13 % 7, i * 7919 % 211 % 60)::float8 as start
from generate_series(1, 3000) i;
create temp view whole as
select ph.person_tally(time, event) as t, ph.person_tally(start, false) as entered
from followed;
create temp view by_sql as
with left_at as (
	select time, count(*) as leaving, count(*) filter (where event) as d
	from followed
	group by time
), at_risk as (
	select time, d, leaving - d as censored,
		sum(leaving) over (order by time desc) as n,
		(select count(*) from followed where followed.time >= left_at.time and start < left_at.time) as n_entered
	from left_at
)
select time, d, censored, n, n_entered,
	exp(sum(ln((n - d)::float8 / n)) over w) as survival,
	sum(d::float8 / n) over w as hazard,
	sum(d::float8 / n / (n - d)) over w as greenwood,
	exp(sum(ln((n_entered - d)::float8 / n_entered)) over w) as survival_entered,
	sum(d::float8 / n_entered / (n_entered - d)) over w as greenwood_entered
from at_risk
where n > d
window w as (order by time);

-- the curve; its limits on three scales
select count(*) as times,
	bool_and((s.at_risk = n and s.events = d and s.censored = b.censored) is true) as people,
	bool_and(abs(s.survival - b.survival) < 1e-12 is true) as survival,
	bool_and(abs(s.standard_error - b.survival * sqrt(greenwood)) < 1e-12 is true) as standard_error,
	bool_and(abs(s.cumulative_hazard - hazard) < 1e-12 is true) as hazard,
	count(s.note) as notes
from whole, ph.survival(t) s full join by_sql b using (time);
select count(*) as times,
	count(*) filter (
		where abs(plain.lower - greatest(0, b.survival - z * b.survival * sqrt(greenwood))) < 1e-12
			and abs(plain.upper - least(1, b.survival + z * b.survival * sqrt(greenwood))) < 1e-12) as plain,
	count(*) filter (
		where abs(log.lower - b.survival * exp(-z * sqrt(greenwood))) < 1e-12
			and abs(log.upper - least(1, b.survival * exp(z * sqrt(greenwood)))) < 1e-12) as log,
	count(*) filter (
		where abs(l.lower - exp(-exp(ln(-ln(b.survival)) + z * sqrt(greenwood) / -ln(b.survival)))) < 1e-12
			and abs(l.upper - exp(-exp(ln(-ln(b.survival)) - z * sqrt(greenwood) / -ln(b.survival)))) < 1e-12
	) as log_log
from (values (1.959963984540054::float8)) v(z),
	whole,
	ph.survival(t) l
	join ph.survival((select t from whole), limits => 'plain') plain using (time)
	join ph.survival((select t from whole), limits => 'log') log using (time)
	join by_sql b using (time);
-- entered late: at risk after the time of entry
select count(*) as times,
	bool_and(s.at_risk = n_entered is true) as at_risk,
	bool_and(abs(s.survival - survival_entered) < 1e-12 is true) as survival,
	bool_and(abs(s.standard_error - survival_entered * sqrt(greenwood_entered)) < 1e-12 is true) as standard_error
from whole, ph.survival(t, entered => entered) s full join by_sql b using (time);
-- by hand: 5 people, one lost at 2 with an event there, all gone at 7
select time, at_risk, events, censored,
	round(survival::numeric, 6) as survival,
	round(standard_error::numeric, 6) as standard_error,
	round(lower::numeric, 6) as lower, round(upper::numeric, 6) as upper,
	round(cumulative_hazard::numeric, 6) as hazard,
	note
from ph.survival(
	(select ph.person_tally(t, e) from (values (1, false), (2, true), (2, false), (4, true), (7, true)) v(t, e)));
-- counts are people as well, and cells of nobody are no step
select array_agg(s.time) as times,
	(
		select array_agg(s.survival)
		from ph.survival('counts; 0: 0 0 0; 1: 4 2 2; 2: 0 0 0; 3: 4 4 4; 9: 0 0 0') s
	) as survival
from ph.survival('counts; 0: 0 0 0; 1: 4 2 2; 2: 0 0 0; 3: 4 4 4; 9: 0 0 0') s;
-- all censored: nothing was lost, and log-log has no limits at 1
select limits, array_agg(s.survival) as survival, array_agg(s.lower) as lower, array_agg(s.note) as notes
from unnest(array['log-log', 'log', 'plain']) limits, ph.survival('people; 3: 1 0 0; 5: 1 0 0', limits => limits) s
group by limits
order by limits;

-- laws
-- everybody seen to the end: one minus the share that had the event by then
select count(*) as times,
	bool_and(abs(s.survival - (select avg((e.time > s.time)::int) from followed e)) < 1e-12 is true) as empirical
from ph.survival((select ph.person_tally(time, true) from followed)) s;
-- parts in any order, any split
select count(distinct row(ph.survival_at(t, 30), ph.median_survival(t), ph.restricted_mean(t, 40))) as answers,
	count(*) as ways
from (
	select ph.rollup(t order by place) as t
	from (select place, ph.person_tally(time, event) as t from followed group by place) r
	union all
	select ph.rollup(t order by place desc)
	from (select place, ph.person_tally(time, event) as t from followed group by place) r
	union all
	select ph.rollup(t)
	from (select ph.person_tally(time, event order by id desc) as t from followed group by id % 17) r
	union all
	select ph.count_tally(time, d, n)
	from (select time, count(*) as n, count(*) filter (where event) as d from followed group by time) c
	union all
	select t
	from whole
) r;
-- serial and parallel
create table followed_stored as select * from followed;
analyze followed_stored;
create function pg_temp.workers(query text) returns boolean language plpgsql
as $$
declare
	line text;
begin
	for line in execute 'explain ' || query loop
		if line ~ 'Workers Planned' then
			return true;
		end if;
	end loop;
	return false;
end
$$;
set max_parallel_workers_per_gather = 2;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
select pg_temp.workers('select ph.person_tally(time, event) from followed_stored') as parallel;
select (select ph.person_tally(time, event) from followed_stored) = t as same from whole;
reset max_parallel_workers_per_gather;
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;
drop table followed_stored;
-- everybody entered before the first time: as if nobody had entered late
select count(*) as times, bool_and(a = b is true) as same
from whole,
	lateral (select ph.person_tally(0, false) as at_0 from followed) e,
	lateral ph.survival(t) a
	join lateral ph.survival(t, entered => at_0) b using (time);
-- a larger confidence is wider around the same value
select limits, (a).value = (b).value and (b).lower < (a).lower and (a).upper < (b).upper as wider
from whole,
	unnest(array['log-log', 'log', 'plain']) limits,
	lateral (select ph.survival_at(t, 30, limits => limits), ph.survival_at(t, 30, 0.99, limits)) x(a, b)
order by limits;

-- survival at a time: the last step at or before it
select at_time,
	(e).value = coalesce(
		(select s.survival from ph.survival(t) s where s.time <= at_time order by s.time desc limit 1), 1) as value,
	(e).lower is not null as limits, (e).note
from whole,
	unnest(array[0, 0.5, 1, 1.5, 30, 59.9, 60, 60.1]) at_time,
	lateral (select ph.survival_at(t, at_time)) x(e)
order by at_time;
select t, s.*
from (values ('people; 7: 1 1 1'::ph.tally), ('people; 7: 1 0 0')) v(t), lateral ph.survival_at(t, 8) s;

-- quantiles: where the curve is first at or below the level
select count(*) as shares, count((q).value) as reached,
	bool_and(
		(q).value is not distinct from (select min(s.time) from ph.survival(t) s where s.survival <= 1 - share))
		as value,
	bool_and(
		(q).lower is not distinct from (select min(s.time) from ph.survival(t) s where s.lower <= 1 - share)) as lower,
	bool_and(
		(q).upper is not distinct from (select min(s.time) from ph.survival(t) s where s.upper <= 1 - share)) as upper
from whole,
	generate_series(1, 98) i,
	lateral (select i / 100.0 + 0.001) h(share),
	lateral (select ph.survival_quantile(t, share)) x(q);
select ph.median_survival(t) = ph.survival_quantile(t) as median,
	ph.median_survival(t, 0.9, 'plain', entered) = ph.survival_quantile(t, 0.5, 0.9, 'plain', entered) as entered
from whole;
-- exactly at the level, up to rounding: the middle of the stretch; n people without ties or loss have the median of the
-- sample
select count(*) as sizes, bool_and((ph.median_survival(t)).value = median is true) as median
from (
	select n, ph.person_tally(i * i, true) as t, percentile_cont(0.5) within group (order by i * i) as median
	from generate_series(1, 400) n, generate_series(1, n) i
	group by n
) s;
select share, (ph.survival_quantile(t, share)).value
from (select ph.person_tally(i, true) as t from generate_series(1, 10) i) s,
	unnest(array[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) share;
-- to the end of follow-up where that ends at the level; not reached
select t, q.value, q.lower, q.upper, q.note
from (
	values
		('people; 2: 1 1 1; 6: 1 0 0'::ph.tally), ('people; 2: 2 1 1'), ('people; 2: 3 1 1; 6: 1 0 0'),
		('people; 2: 3 1 1; 6: 4 1 1; 9: 2 0 0'), ('people; 7: 1 1 1')
) v(t),
	lateral ph.median_survival(t, limits => 'log') q;

-- the restricted mean: area and variance by integration in SQL
with step as (
	select time, lead(time) over (order by time) as next, survival, d, n
	from by_sql
	union all
	select 0, 1, 1, 0, 1
), piece as (
	select until, time, survival * (least(next, until) - time) as area, d::float8 / n / (n - d) as g
	from step, unnest(array[0.5, 1, 20, 33.3, 59]) until
	where time < until
), area as (
	select *, sum(area) over (partition by until order by time desc) as behind
	from piece
), wanted as (
	select until, sum(area) as mean, sqrt(sum(behind * behind * g)) as error
	from area
	group by until
)
select until,
	abs(r.value - mean) < 1e-9 as mean,
	abs(r.upper - mean - 1.959963984540054 * error) < 1e-9 as upper,
	abs(mean - r.lower - 1.959963984540054 * error) < 1e-9 as lower,
	r.note
from wanted, whole, lateral ph.restricted_mean(t, until) r
order by until;
-- all seen to the end: the mean of the times cut at until; the hazard of nobody is a straight line
select abs((ph.restricted_mean(ph.person_tally(time, true), 25)).value - avg(least(time, 25))) < 1e-9 as mean,
	(ph.restricted_mean(ph.person_tally(time, false), 25)).value as nobody
from followed;
-- never drawn on beyond the last follow-up, but nobody left is nobody left
select t, until, r.value, r.note
from (values ('people; 2: 1 1 1; 6: 1 0 0; 9: 0 0 0'::ph.tally), ('people; 2: 1 1 1; 6: 1 1 1')) v(t),
	unnest(array[6, 6.5]) until,
	lateral ph.restricted_mean(t, until) r
order by t, until;
-- compared: the difference of the means, variances added; the ratio on the log scale
with mean as (
	select a, b, (ra).value as x,
		((ra).upper - (ra).value) / 1.959963984540054 as sx,
		(rb).value as y,
		((rb).upper - (rb).value) / 1.959963984540054 as sy
	from (
		select ph.person_tally(time, event) filter (where grp = 1) as a,
			ph.person_tally(time, event) filter (where grp = 2 and id % 4 > 0) as b
		from followed
	) g,
		lateral (select ph.restricted_mean(a, 40), ph.restricted_mean(b, 40)) r(ra, rb)
)
select abs(d.value - (x - y)) < 1e-12 as difference,
	abs(d.upper - (x - y + 1.959963984540054 * sqrt(sx * sx + sy * sy))) < 1e-9 as upper,
	(d.p_value < 0.05) = (d.lower > 0 or d.upper < 0) as p_agrees,
	d.verdict, d.note,
	abs(r.value - x / y) < 1e-12 as ratio,
	abs(r.lower - x / y * exp(-1.959963984540054 * sqrt((sx / x) ^ 2 + (sy / y) ^ 2))) < 1e-9 as lower
from mean,
	lateral ph.compare(a, b, 'restricted_mean', until => 40, better => 'higher') d,
	lateral ph.compare(a, b, 'restricted_mean', until => 40, contrast => 'ratio') r;
select d.*
from ph.compare('people; 7: 2 1 1', 'people; missing 2; 7: 1 1 1', 'restricted_mean', until => 5) d;
select d.*
from ph.compare('people; 3: 2 1 1', 'people; 7: 2 1 1', 'restricted_mean', until => 5, contrast => 'ratio') d;

-- every note
select t as tally,
	(select count(*) from ph.survival(t)) as rows,
	(select note from ph.survival(t) limit 1) as curve,
	(ph.survival_at(t, 1)).note as at,
	(ph.median_survival(t)).note as median,
	(ph.restricted_mean(t, 1)).note as mean
from (
	values
		(null::ph.tally), ('empty'), ('people; missing 3; 5: 2 1 1'), ('people; unknown 2: 2 0 0; 5: 2 1 1'),
		('people'), ('counts; 0: 0 0 0'), ('counts; 5: 1e17 3 3')
) v(t);
select entered, (ph.survival_at('people; 5: 2 1 1', 5, entered => entered)).note
from (
	values ('empty'::ph.tally), ('people; missing 3; 1: 2 0 0'), ('people; unknown 2: 2 0 0'), ('people')
) v(entered);

-- errors
select ph.survival('people; 5: 2 1 4');
select ph.survival('counts; 5: 2 3 3');
\set VERBOSITY terse
select ph.survival('people; 5: 2 2 4');
select ph.survival('counts; 5: 2.5 1 1');
select ph.survival('counts; 5: 2 0.5 0.5');
select ph.survival('people; -5: 2 1 1');
select ph.survival('people; negative; 5: 2 -1 1');
select ph.survival('people; 5: 2 1 1', entered => 'people; -5: 2 0 0');
select ph.survival('people; 5: 2 1 1', entered => 'people; 0: 2.5 0 0');
select ph.survival('people; 5: 2 1 1', entered => 'people; 0: 1 0 0');
select ph.survival('people; 5: 2 1 1', entered => 'people; 0: 1 0 0; 5: 1 0 0');
select ph.survival('people; 5: 2 1 1', 1);
select ph.survival('people; 5: 2 1 1', limits => 'arcsin');
select ph.survival('people; 5: 2 1 1', limits => null);
select ph.survival_at('people; 5: 2 1 1', -1);
select ph.survival_at('people; 5: 2 1 1', null);
select ph.survival_at('people; 5: 2 1 1', 'Infinity');
select ph.survival_quantile('people; 5: 2 1 1', 0);
select ph.survival_quantile('people; 5: 2 1 1', 1);
select ph.restricted_mean('people; 5: 2 1 1', 0);
select ph.restricted_mean('people; 5: 2 1 1', null);

-- a time of entry, or of leaving, that is no number is refused by its name
select ph.entry_tally('NaN', 1);
select ph.entry_tally('infinity', 1);
select ph.entry_tally(1, 'NaN');
