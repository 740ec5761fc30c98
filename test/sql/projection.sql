-- Projection of people over states: against powers of the matrix in SQL, simulation, and laws.
\set SHOW_CONTEXT never
create temp table moved as
select *
from (values (1, 1, 60), (1, 2, 30), (1, 9, 10), (2, 1, 20), (2, 2, 160), (2, 9, 20)) v(b, a, n);
create temp table observed as select ph.crosstab(b, a) as c from moved, generate_series(1, n);
select step, state,
	round(people::numeric, 4) as people,
	round(lower::numeric, 4) as lower, round(upper::numeric, 4) as upper, note
from observed, lateral ph.project(c, 3);
-- the same by repeated matrix products
with recursive p as (
	select b, a, n::numeric / sum(n) over (partition by b) as p
	from moved
	union all
	select 9, 9, 1
), x as (
	select 0 as step, a as state, sum(n)::numeric as people
	from moved
	group by a
), walk as (
	select *
	from x
	union all
	select step + 1, state, people
	from (
		select w.step, p.a as state,
			sum(w.people * p.p) over (partition by w.step, p.a) as people,
			row_number() over (partition by w.step, p.a) as k
		from walk w join p on p.b = w.state
		where w.step < 3
	) q
	where k = 1
)
select count(*) as rows, count(*) filter (where abs(w.people - r.people) <= 1e-9) as same
from walk w join (select r.* from observed, lateral ph.project(c, 3) r) r using (step, state);
-- people are neither made nor lost; rolling up first is the same as folding all
select step, round(sum(people)::numeric, 6) as people
from observed, lateral ph.project(c, 5)
group by 1
order by 1;
with parts as (
	select ph.crosstab(b, a) as part
	from moved, generate_series(1, n) i
	group by i % 3
), whole as (
	select ph.crosstab_rollup(part) as rolled_up
	from parts
)
select count(*) as rows, bool_and((q.state = p.state and q.people = p.people) is true) as rolled_up
from observed,
	whole,
	lateral ph.project(c, 2) with ordinality p,
	lateral ph.project(rolled_up, 2) with ordinality q
where p.ordinality = q.ordinality;
-- one step: the variance of the delta method is x' var(P) x by hand, and of the moves sum x p (1 - p)
with p as (
	select b, a, n::float8 / sum(n) over (partition by b) as p, sum(n) over (partition by b) as total
	from moved
), x as (
	select a as state, sum(n)::float8 as people
	from moved
	group by a
)
select round(
		sqrt(sum(x.people ^ 2 * p * (1 - p) / total + x.people * p * (1 - p)) * 1.959963984540054 ^ 2)::numeric, 6)
		as by_hand,
	(
		select round((upper - people)::numeric, 6)
		from observed, lateral ph.project(c, 1)
		where step = 1 and state = 2
	) as half_width
from p join x on x.state = p.b
where p.a = 2;
-- two steps against simulation of both: seeded, the spread within a tenth
select setseed(0.5) \g /dev/null
-- counts are drawn from the normal distribution about the observed ones, with their own variance
create temp table simulated as
with draw as (
	select r, b, a, greatest(0, n + sqrt(n) * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())) as w
	from generate_series(1, 4000) r, moved
), share as (
	select r, b, a, w / sum(w) over (partition by r, b) as p
	from draw
	union all
	select r, 9, 9, 1
	from generate_series(1, 4000) r
), one as (
	select r, s.a as state, sum(x.people * s.p) as people
	from share s join (select a as state, sum(n)::float8 as people from moved group by a) x on x.state = s.b
	group by 1, 2
), two as (
	select one.r, s.a as state, sum(one.people * s.p) as people
	from one join share s on s.r = one.r and s.b = one.state
	group by 1, 2
)
select state, stddev_samp(people) as sd
from two
group by 1;
-- without the chance of the moves, that is, for many people known from few: scaled by hand
select state, round((sd / sqrt(((upper - people) / 1.959963984540054) ^ 2 - moves))::numeric, 1) as ratio
from simulated
	join (select r.* from observed, lateral ph.project(c, 2) r where step = 2) r using (state),
	lateral (
		select sum(x.people * q.p * (1 - q.p)) as moves
		from (select a as s, sum(n)::float8 as people from moved group by a) x
			join (
				with p as (
					select b, a, n::float8 / sum(n) over (partition by b) as p
					from moved
					union all
					select 9, 9, 1
				)
				select f.b, g.a, sum(f.p * g.p) as p
				from p f join p g on g.b = f.a
				group by 1, 2
			) q on q.b = x.s
				and q.a = r.state
	) m
order by state;
-- states that nobody was in before, newcomers, and those of whom nothing is known
select * from ph.project('{?>2: 5, 1>?: 3, 1>1: 8, 1>2: 2}', 1);
select count(*) from ph.project('{}', 2);
select count(*) from ph.project(null, 2);
select * from ph.project('{1>1: 8}', -1);
select * from ph.project('{1>1: 8}', 101);
select * from ph.project('{1>1: 8}', 1, 1);
select count(*)
from (select ph.crosstab(i, i + 1) as c from generate_series(1, 300) i) t, lateral ph.project(c, 1);
