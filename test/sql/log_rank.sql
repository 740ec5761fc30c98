-- The log-rank test against the hypergeometric sums written a second time in SQL.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set search_path = public, ph;

create temp table followed as
select i as id, i % 3 as grp, i % 5 as place,
	(1 + (i * 7919 % 211 % 60) / (1 + i % 3))::float8 as time,
	i * 31 % 10 < 4 + i % 2 as event
from generate_series(1, 900) i;
create temp view by_group as
select array_agg(t order by grp) as tallies, array_agg(t order by grp) filter (where grp > 0) as pair
from (select grp, ph.person_tally(time, event) as t from followed group by grp) g;
-- at each time with events: at risk (n, nj) and with the event (d, dj) of all and of each group, weighted by 1 or by
-- the survival of all until just before
create temp table moment as
with pooled as (
	select time, n, d,
		coalesce(
			exp(sum(ln(1 - d / n)) over (order by time rows between unbounded preceding and 1 preceding)), 1)
			as before
	from (
		select time,
			(select count(*) from followed f where f.time >= e.time)::float8 as n,
			count(*) filter (where event)::float8 as d
		from followed e
		group by time
	) c
	where d < n
)
select weights, w, time, n, d, grp,
	(select count(*) from followed f where f.time >= p.time and f.grp = g.grp)::float8 as nj,
	(select count(*) from followed f where f.time = p.time and f.grp = g.grp and event)::float8 as dj
from pooled p,
	(select distinct grp from followed) g,
	lateral (values ('log-rank', 1), ('peto-peto', before)) v(weights, w)
where d > 0;
-- hypergeometric: of d draws from n those from a group of nj have the mean d nj / n and the variance
-- d (n - d) / (n - 1) nj / n (1 - nj / n)
create temp view by_sql as
select weights, grp, sum(w * dj) as observed, sum(w * d * nj / n) as expected,
	sum(w * w * d * (n - d) / (n - 1) * nj / n * (1 - nj / n)) as variance
from moment
group by weights, grp;

select s.weights, g.group_number,
	g.people = (select count(*) from followed where grp = group_number - 1) as people,
	abs(g.observed - s.observed) < 1e-9 as observed,
	abs(g.expected - s.expected) < 1e-9 as expected,
	abs(g.variance - s.variance) < 1e-9 as variance,
	g.note
from unnest(array['log-rank', 'peto-peto']) asked
	cross join by_group
	cross join lateral ph.log_rank_groups(tallies, asked) g
	join by_sql s on s.grp = g.group_number - 1 and s.weights = asked
order by 1, 2;
-- three groups: two excesses and their covariances, the inverse of two by two written out
with v as (
	select weights, sum(w * w * d * (n - d) / (n - 1) * -a.nj * b.nj / n / n) as ab
	from moment a join (select weights, time, nj from moment where grp = 1) b using (weights, time)
	where grp = 0
	group by weights
), u as (
	select weights,
		sum(observed - expected) filter (where grp = 0) as a,
		sum(observed - expected) filter (where grp = 1) as b,
		sum(variance) filter (where grp = 0) as aa,
		sum(variance) filter (where grp = 1) as bb
	from by_sql
	group by weights
)
select weights,
	abs(t.statistic - (a * a * bb - 2 * a * b * ab + b * b * aa) / (aa * bb - ab * ab)) < 1e-9 as statistic,
	t.degrees_of_freedom,
	abs(t.p_value - exp(-t.statistic / 2)) < 1e-12 as p,
	t.note
from v join u using (weights), by_group, lateral ph.log_rank(tallies, weights) t
order by weights;
-- by hand: 1, 2 against 3, 4, all with the event: observed 2, expected 1/2 + 1/3, variance 1/4 + 2/9
select abs(t.statistic - (2 - 5 / 6.0::float8) ^ 2 / (17 / 36.0::float8)) < 1e-12 as statistic,
	t.degrees_of_freedom, round(t.p_value::numeric, 6) as p
from ph.log_rank(array['people; 1: 1 1 1; 2: 1 1 1', 'people; 3: 1 1 1; 4: 1 1 1']::ph.tally[]) t;

-- entered late: at risk after the time of entry, in every group; checked against the sums in SQL
create temp table late as
select *, least(floor(time / 2), id % 4)::float8 as start
from followed
where time >= 1;
create temp view late_group as
select array_agg(t order by grp) as tallies, array_agg(e order by grp) as entered
from (select grp, ph.person_tally(time, event) as t, ph.person_tally(start, false) as e from late group by grp) g;
with moment as (
	select time, grp,
		(select count(*) from late f where f.start < e.time and f.time >= e.time)::float8 as n,
		(select count(*) from late f where f.time = e.time and event)::float8 as d,
		(select count(*) from late f where f.start < e.time and f.time >= e.time and f.grp = g.grp)::float8 as nj,
		(select count(*) from late f where f.time = e.time and event and f.grp = g.grp)::float8 as dj
	from (select distinct time from late where event) e, (select distinct grp from late) g
), by_sql as (
	select grp, sum(dj) as observed, sum(d * nj / n) as expected,
		sum(case when n > 1 then d * (n - d) / (n - 1) * nj / n * (1 - nj / n) else 0 end) as variance
	from moment
	group by grp
)
select g.group_number,
	g.observed = s.observed as observed,
	abs(g.expected - s.expected) < 1e-9 as expected,
	abs(g.variance - s.variance) < 1e-9 as variance,
	t.statistic <> (ph.log_rank(tallies)).statistic as entry_matters
from late_group,
	lateral ph.log_rank_groups(tallies, entered => entered) g
	join by_sql s on s.grp = g.group_number - 1,
	lateral ph.log_rank(tallies, entered => entered) t
order by 1;
-- all from 0: as if nobody had entered late, for a group of NULL too
select ph.log_rank(tallies, entered => array[null, null, null]::ph.tally[]) = ph.log_rank(tallies) as from_0
from by_group;
select ph.log_rank(tallies, entered => entered[1:2]) from late_group;
select ph.log_rank(
		array['people; 5: 2 1 1', 'people; 5: 2 1 1']::ph.tally[],
		entered => array['people; 1: 1 0 0', 'people; 1: 2 0 0']::ph.tally[]);
-- laws
-- groups that are the same, or a multiple of each other, differ by exactly nothing
select weights, t.*
from (select ph.person_tally(time, event) as once from followed) f,
	lateral (select ph.rollup(copy) as thrice from (select f.once from generate_series(1, 3)) r(copy)) m,
	unnest(array['log-rank', 'peto-peto']) weights,
	lateral ph.log_rank(array[once, thrice, once], weights) t
order by weights;
-- the order of the groups does not matter; observed and expected add up alike
select abs(t.statistic - turned.statistic) < 1e-9 as any_order, abs(p.statistic - swapped.statistic) < 1e-9 as pair
from by_group,
	lateral ph.log_rank(tallies) t,
	lateral ph.log_rank(array[tallies[3], tallies[1], tallies[2]]) turned,
	lateral ph.log_rank(pair) p,
	lateral ph.log_rank(array[pair[2], pair[1]]) swapped;
select weights, abs(sum(observed) - sum(expected)) < 1e-9 as balanced
from by_group, unnest(array['log-rank', 'peto-peto']) weights, lateral ph.log_rank_groups(tallies, weights)
group by weights
order by weights;
-- only the order of the times matters, and parts roll up
select (ph.log_rank(pair)).statistic = (
		select (ph.log_rank(array_agg(t order by grp))).statistic
		from (select grp, ph.person_tally(exp(time / 9), event) as t from followed where grp > 0 group by grp) g
	) as monotone,
	tallies = (
		select array_agg(t order by grp)
		from (
			select grp, ph.rollup(t) as t
			from (select grp, ph.person_tally(time, event) as t from followed group by grp, place) p
			group by grp
		) g
	) as rolled_up
from by_group;

-- groups without people, or without people at risk when there were events, are left out
select t.statistic = (ph.log_rank(pair)).statistic as same, t.degrees_of_freedom, t.note
from by_group, lateral ph.log_rank(array[null, pair[1], 'empty', pair[2], 'people; 0.5: 3 0 0']) t;
select group_number, people, observed > 0 as observed, expected > 0 as expected, variance > 0 as variance, note
from by_group, lateral ph.log_rank_groups(array[null, pair[1], 'empty', pair[2], 'people; 0.5: 3 0 0']);
-- a group without events, and one that loses everybody at once
select (ph.log_rank(array['people; 2: 1 1 1; 3: 1 1 1', 'people; 2: 1 0 0; 5: 2 0 0']::ph.tally[])).p_value
		between 0.01 and 0.5 as no_events,
	(ph.log_rank(array['people; 2: 3 3 3', 'people; 5: 3 3 3']::ph.tally[])).p_value < 0.05 as all_at_once;
-- more groups than a person could list
select t.degrees_of_freedom, t.note
from (
	select array_agg(t) as tallies
	from (select ph.person_tally(time, event) as t from followed group by id % 40) g
) g,
	lateral ph.log_rank(tallies) t;

-- every note
select tallies, t.*
from (
	values
		(null::ph.tally[]), ('{}'), ('{empty,NULL}'), ('{"people; 5: 2 1 1"}'),
		('{"people; 5: 2 0 0","people; 6: 2 0 0"}'), ('{"people; 5: 2 2 2","people; 5: 2 2 2"}'),
		('{"people; 5: 2 1 1","people; missing 3; 5: 2 1 1"}'), ('{"people; unknown 2: 2 0 0","people; 5: 2 1 1"}'),
		('{"counts; 5: 9007199254740992 1 1","people; 5: 2 1 1"}')
) v(tallies),
	lateral ph.log_rank(tallies) t;
select g.* from ph.log_rank_groups('{"people; 5: 2 1 1","people; missing 3; 5: 2 1 1"}') g;
-- errors
select ph.log_rank('{"people; 5: 2 1 1","people; 5: 2 1 1"}', 'wilcoxon');
\set VERBOSITY terse
select ph.log_rank('{"people; 5: 2 1 1","people; 5: 2 1 1"}', null);
select ph.log_rank('{"people; 5: 2 1 1","counts; 5: 2 3 3"}');
select ph.log_rank('{{"people; 5: 2 1 1"},{"people; 5: 2 1 1"}}');
select ph.log_rank(array_agg('people; 5: 2 1 1'::ph.tally)) from generate_series(1, 1001);

-- sets of groups never at risk together: the degrees of freedom are the rank of the variance, and the statistic is the
-- sum of the sets'
with p as (
	select g,
		case when g <= 2 then 0 else 100 end as entry,
		(case when g <= 2 then 0 else 100 end) + 1 + (i * (7 + g)) % 37 as leaving,
		(i * g) % 3 = 0 as event
	from generate_series(1, 4) g, generate_series(1, 40) i
	where i <= 20 + 5 * g
), t as (
	select g, ph.person_tally(leaving, event) as l, ph.person_tally(entry, false) as e
	from p
	group by g
), all_sets as (
	select ph.log_rank(array_agg(l order by g), 'log-rank', array_agg(e order by g)) as r
	from t
), one_set as (
	select ph.log_rank(array_agg(l order by g), 'log-rank', array_agg(e order by g)) as r
	from t
	group by g <= 2
)
select (a.r).degrees_of_freedom,
	abs((a.r).statistic - (select sum((r).statistic) from one_set)) < 1e-9 as same,
	round((a.r).p_value::numeric, 5) as p
from all_sets a;

-- whose time is not known is said in the row of the group
select group_number, people, note
from ph.log_rank_groups(
	array['people; unknown 1: 1 1 1; 1: 1 1 1; 2: 1 1 1', 'people; 1: 1 1 1; 3: 1 0 0', null]::ph.tally[]);
