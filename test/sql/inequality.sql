-- Inequality: against regr_slope and simulation by hand, and laws.
create function pg_temp.near(a float8, b float8, tolerance float8 default 1e-9) returns boolean immutable
begin atomic select abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1e-3); end;
-- equal populations: ordinary least squares on the middles of the tenths
select pg_temp.near((s).value, slope) as slope,
	pg_temp.near((r).value, (slope + intercept) / intercept) as ratio,
	pg_temp.near((m).value, -(s).value * 1000) and pg_temp.near((m).lower, -(s).upper * 1000) as turned,
	pg_temp.near((i).value, 1 / (r).value) and pg_temp.near((i).lower, 1 / (r).upper) as inverted
from (
	select regr_slope(y, (n - 0.5) / 10) slope,
		regr_intercept(y, (n - 0.5) / 10) intercept,
		array_agg(500::float8 order by n) p,
		array_agg(y order by n) v,
		array_agg(2::float8 order by n) e
	from (select n, 60 + 3 * n + n % 3 as y from generate_series(1, 10) n) g(n, y)
) q,
	lateral (
		select ph.slope_index_of_values(p, v, e),
			ph.relative_index_of_values(p, v, e),
			ph.slope_index_of_values(p, v, e, per => -1000),
			ph.relative_index_of_values(p, v, e, per => -1)
	) x(s, r, m, i);
-- limits given instead of errors; a log scale without transform is simulated, the same for the same seed
select pg_temp.near((l).upper, (e).upper) as limits
from (
	select ph.slope_index_of_values('{10,20,30}', '{5,6,9}', lower => '{3,4,7}', upper => '{7,8,11}') l,
		ph.slope_index_of_values('{10,20,30}'::float8[], '{5,6,9}'::float8[],
			array_fill((2 / 1.959963984540054)::float8, array[3])) e
) q;
select (a).note, a = b as same_seed, a <> c as other_seed, (t).note as transformed
from (
	select ph.slope_index_of_values('{10,20,30}', '{5,6,9}', '{.1,.1,.1}', scale => 'log', repetitions => 2000) a,
		ph.slope_index_of_values('{10,20,30}', '{5,6,9}', '{.1,.1,.1}', scale => 'log', repetitions => 2000) b,
		ph.slope_index_of_values('{10,20,30}', '{5,6,9}', '{.1,.1,.1}', scale => 'log', repetitions => 2000,
			seed => 2) c,
		ph.slope_index_of_values('{10,20,30}', '{5,6,9}', '{.1,.1,.1}', scale => 'log', transform => true) t
) q;
-- of tallies: the same as of their rates and errors
create temp table grp as
select array['counts; 0: 1000 90 90', 'counts; 0: 1200 80 80', 'counts; 0: 900 40 40',
		'counts; 0: 1100 44 44']::ph.tally[] g,
	array['counts; 0: 1000 60 60', 'counts; 0: 1200 70 70', 'counts; 0: 900 38 38', 'counts; 0: 1100 42 42']::ph.tally[]
		later;
select pg_temp.near((a).value, (b).value) and pg_temp.near((a).lower, (b).lower) as tallies,
	pg_temp.near((f).value, 100000 * 90 / 1000.0) as point
from grp,
	lateral (
		select ph.slope_index_of_inequality(g, 'rate', per => 1),
			ph.slope_index_of_values('{1000,1200,900,1100}', array[.09, 80/1200.0, 40/900.0, .04],
				array[sqrt(90)/1000, sqrt(80)/1200, sqrt(40)/900, sqrt(44)/1100])
	) q(a, b),
	lateral (select * from ph.inequality_points(g, 'rate') where group_number = 1) f;
select group_number, population,
	round(position::numeric, 4) as position,
	round(value) as value,
	round(fitted) as fitted
from grp, ph.inequality_points(g, 'rate');
-- equal groups: no slope, ratio 1, nothing attributable
select round(((ph.slope_index_of_inequality(e, 'rate')).value)::numeric, 6) as slope,
	round(((ph.relative_index_of_inequality(e, 'rate')).value)::numeric, 6) as ratio,
	round(((ph.concentration_index(e, 'rate')).value)::numeric, 9) as concentration,
	round(((ph.population_attributable_risk(e, 'rate')).value)::numeric, 9) as risk
from (select array['counts; 0: 1000 50 50', 'counts; 0: 2000 100 100', 'counts; 0: 400 20 20']::ph.tally[] e) q;
-- concentration index and attributable risk by hand
select pg_temp.near((c).value, by_hand) as concentration,
	pg_temp.near((r).value, 100000 * (254 / 4200.0 - 0.04)) as risk,
	(r).lower < (r).value as limits
from grp,
	lateral (
		select ph.concentration_index(g, 'rate'),
			ph.population_attributable_risk(g, 'rate')
	) q(c, r),
	(
		select 2 * sum(x * b) / sum(x) - 1 as by_hand
		from (
			select x, (sum(n) over (order by i) - n / 2) / 4200.0 b
			from (values (1, 1000.0, 90.0), (2, 1200, 80), (3, 900, 40), (4, 1100, 44)) v(i, n, x)
		) y
	) h;
-- equity progress: verdicts
create function pg_temp.groups(worst float8, best float8) returns ph.tally[] immutable
begin atomic
	select array_agg(t order by i)
	from (
		select i, ph.count_tally(0, round((worst + (best - worst) * i / 4) * 100), 10000) t
		from generate_series(0, 4) i
		group by i
	) g;
end;
select name, (p).verdict, (p).how, (p).mean_change < 0 as fewer
from (
	values
	('levelling up', 20, 10, 12, 10), ('levelling down', 20, 10, 20, 18), ('both', 20, 10, 16, 14),
	('fell behind', 20, 10, 28, 10), ('pulled ahead', 20, 10, 20, 3), ('both ways', 20, 10, 25, 5),
	('same', 20, 10, 20, 10), ('reversed', 20, 10, 8, 16)
) v(name, b1, b2, a1, a2),
	lateral (select ph.equity_progress(pg_temp.groups(b1, b2), pg_temp.groups(a1, a2), 'rate') p) q;
select (p).verdict, (p).how
from (select ph.equity_progress(pg_temp.groups(60, 70), pg_temp.groups(68, 70), 'rate', better => 'higher') p) q;
-- the change of the slope is the difference of the slopes, and its limits those of independent sums
select pg_temp.near((p).slope_change, (a).value - (b).value) as change,
	pg_temp.near(((p).slope_change_upper - (p).slope_change) ^ 2,
		((a).upper - (a).value) ^ 2 + ((b).upper - (b).value) ^ 2) as limits
from grp,
	lateral (
		select ph.equity_progress(g, later, 'rate'),
			ph.slope_index_of_inequality(later, 'rate'),
			ph.slope_index_of_inequality(g, 'rate')
	) q(p, a, b);
select (ph.equity_progress(g, array[later[1], null, later[3], later[4]], 'rate')).note,
	(ph.slope_index_of_inequality(array[g[1]], 'rate')).note,
	(ph.concentration_index('{}'::ph.tally[])).note,
	(ph.slope_index_of_inequality(g)).note
from grp;
select ph.equity_progress(g, later[1:3], 'rate') from grp;
select ph.slope_index_of_values('{10,0}'::float8[], '{1,2}'::float8[], '{1,1}');
select ph.slope_index_of_values('{10,10}'::float8[], '{1,2}'::float8[], '{1,null}');
select ph.slope_index_of_values('{10,10}'::float8[], '{1,2}'::float8[]);
select ph.slope_index_of_values('{10,10}', '{1,0}', '{1,1}', scale => 'log');
select ph.slope_index_of_values('{10,10}', '{1,2}', '{1,1}', transform => true);
select ph.slope_index_of_values('{10,10}', '{1,2}', '{1,1}', repetitions => 10);
select ph.population_attributable_risk(g, 'rate', reference_group => 9) from grp;

-- groups of certain values tell nothing of how sure the line is
select * from ph.slope_index_of_inequality(array['people; 0: 5 5 5', 'people; 0: 5 0 0']::ph.tally[], 'proportion');
select (p).*
from (
	select ph.equity_progress(array['people; 0: 5 5 5', 'people; 0: 5 0 0']::ph.tally[],
			array['people; 0: 5 0 0', 'people; 0: 5 0 0']::ph.tally[], 'proportion') as p
) q;

-- a line that goes below 0 has no ratio
select *
from ph.relative_index_of_inequality(array['counts; 0: 1000 3 3', 'counts; 0: 500 10 10',
		'counts; 0: 1000 50 50']::ph.tally[],
	'rate');

-- noise is no gradient that could have been reversed
select (e).verdict, (e).how
from (
	select ph.equity_progress(array['counts; 0: 10000 800 800', 'counts; 0: 10000 800 800', v]::ph.tally[],
			array['counts; 0: 10000 1000 1000', 'counts; 0: 10000 800 800', 'counts; 0: 10000 600 600']::ph.tally[],
			'rate') e
	from unnest(array['counts; 0: 10000 801 801', 'counts; 0: 10000 799 799']) v
) x;

-- values near 10^9 keep their differences: the same as of what is left when 10^9 is taken off
select what, abs(far - near) < tolerance as same
from (
	select 'slope' as what,
		1e-9 as tolerance,
		(ph.slope_index_of_values(p, f, e)).value as far,
		(ph.slope_index_of_values(p, n, e)).value as near
	from (
		select array[1000, 700, 1300, 900, 1100]::float8[] p,
			array[3, 2.5, 1, 2, 0.25]::float8[] n,
			array[1e9 + 3, 1e9 + 2.5, 1e9 + 1, 1e9 + 2, 1e9 + 0.25]::float8[] f,
			array[1, 1, 1, 1, 1]::float8[] e
	) v
	union all
	select 'attributable risk', 1e-6,
		(ph.population_attributable_risk(array['counts; 0: 1 1000000003 1', 'counts; 0: 1 1000000001 1']::ph.tally[],
			'rate', per => 1)).value,
		1
	union all
	select 'concentration', 1e-18,
		(ph.concentration_index(array['counts; 0: 1 1000000003 1', 'counts; 0: 1 1000000001 1']::ph.tally[],
			'rate')).value,
		-1 / 2000000004.0::float8
) q;

-- people of unknown group come last, where the least disadvantaged are expected; a group may be missing: both are said,
-- or refused
create temp table fifth as
select q, ph.count_tally(0, case when q is null then 400 else 100 - 10 * q end, 1000) t
from unnest(array[1, 2, 3, 4, 5, null]) q
group by q;
create temp view list as
select 'all five' as what, array_agg(t order by q) filter (where q is not null) g
from fifth
union all
select 'unknown too', array_agg(t order by q)
from fifth
union all
select 'four', array_agg(t order by q) filter (where q <> 3)
from fifth;
select what, said, f, (e).value is not null as value, (e).note
from list, unnest(array[null, 5]) said,
	lateral (
		values
		('slope', ph.slope_index_of_inequality(g, 'rate', groups => said)),
		('relative', ph.relative_index_of_inequality(g, 'rate', groups => said)),
		('concentration', ph.concentration_index(g, 'rate', groups => said)),
		('risk', ph.population_attributable_risk(g, 'rate', groups => said)),
		('published',
			ph.slope_index_of_values(array_fill(10::float8, array[cardinality(g)]),
				array_fill(2::float8, array[cardinality(g)]), array_fill(1::float8, array[cardinality(g)]),
				groups => said))
	) v(f, e)
order by 1, 2, 3;
select what, said, (p).verdict, (p).note
from list, unnest(array[null, 5]) said, lateral (select ph.equity_progress(g, g, 'rate', groups => said) p) q
order by 1, 2;
select what, count(*), count(fitted) as fitted, min(note) as note
from list, unnest(array[5]) said, lateral ph.inequality_points(g, 'rate', groups => said)
group by 1
order by 1;
select ph.slope_index_of_inequality(g, 'rate', groups => 1) from list;

-- what the groups leave out is said of the index
create temp table left_out as
select ph.count_tally(a, 50, 10000) fine,
	ph.count_tally(case when a = 5 then 999 else a end, 50, 10000) no_age,
	ph.count_tally(case when a > 3 then a end, 50, 10000) no_key
from generate_series(0, 90) a;
select f, (e).value is not null as value, (e).note
from left_out, lateral (
	select array[fine, no_age, fine, no_key, fine] g, array[fine, fine, fine, fine, fine] clean
) groups,
	lateral (
		values
		('slope', ph.slope_index_of_inequality(g)),
		('ratio', ph.relative_index_of_inequality(g)),
		('concentration', ph.concentration_index(g)),
		('risk', ph.population_attributable_risk(g)),
		('one group', ph.slope_index_of_inequality(array[fine, fine, fine, fine, no_key])),
		('none', ph.slope_index_of_inequality(clean)),
		('crude', ph.slope_index_of_inequality(g, 'rate'))
	) v(f, e);
select (ph.equity_progress(array[fine, fine, fine, fine], array[fine, no_age, fine, no_key])).note from left_out;
select ph.chart_slope(array[fine, no_age, fine, fine, fine], '{a,b,c,d,e}') like '%group 2: impossible_age%' as chart
from left_out;

-- the intercept: a weighted regression by hand, its variance that of a weighted sum; from there the slope leads to the
-- last
with given as (
	select 'counts; 0: 1000 90 90'::ph.tally as t, 1 as i
	union all
	select 'counts; 0: 1200 80 80', 2
	union all
	select 'counts; 0: 900 40 40', 3
	union all
	select 'counts; 0: 1100 44 44', 4
), placed as (
	select i, t,
		ph.exposure(t) as n,
		ph.events(t) / ph.exposure(t) as y,
		ph.events(t) / ph.exposure(t) ^ 2 as variance,
		(sum(ph.exposure(t)) over (order by i) - ph.exposure(t) / 2) / sum(ph.exposure(t)) over () as x
	from given
), middle as (
	select sum(n * x) / sum(n) as x, sum(n * y) / sum(n) as y, sum(n) as n
	from placed
), line as (
	select sum(p.n * (p.x - m.x) * p.y) / sum(p.n * (p.x - m.x) ^ 2) as slope, sum(p.n * (p.x - m.x) ^ 2) as spread
	from placed p, middle m
), by_hand as (
	select max(m.y - m.x * l.slope) as intercept,
		sum((p.n / m.n - m.x * p.n * (p.x - m.x) / l.spread) ^ 2 * p.variance) as variance
	from placed p, middle m, line l
)
select pg_temp.near(e.value, intercept) as value,
	pg_temp.near(e.upper - e.value, 1.959963984540054 * sqrt(variance)) as upper,
	pg_temp.near(e.value + s.value, e.value * r.value) as slope_and_ratio,
	again.value = e.value as direction
from by_hand,
	(select array_agg(t order by i) as groups from given) g,
	lateral ph.slope_intercept(groups, 'rate', per => 1) e,
	lateral ph.slope_index_of_inequality(groups, 'rate', per => 1) s,
	lateral ph.relative_index_of_inequality(groups, 'rate', per => 1) r,
	lateral ph.slope_intercept(groups, 'rate', per => -1) again;
-- of values: by the ends of the line where it was drawn, and simulated within its limits where it was not
select scale, transform,
	pg_temp.near(e.value, s.value / (r.value - 1)) as by_the_ends,
	e.lower < e.value and e.value < e.upper as within,
	e.note
from (values ('identity', false), ('log', true), ('logit', true), ('log', false)) how(scale, transform),
	lateral (select '{10,20,30}'::float8[] as p, '{0.5,0.4,0.2}'::float8[] as v, '{.1,.1,.1}'::float8[] as se) given,
	lateral ph.slope_intercept_of_values(p, v, se, scale => scale, transform => transform, repetitions => 2000) e,
	lateral ph.slope_index_of_values(p, v, se, scale => scale, transform => transform, repetitions => 2000) s,
	lateral ph.relative_index_of_values(p, v, se, scale => scale, transform => transform, repetitions => 2000) r;

-- what leaves the range of numbers on the way to a line says so
select ph.slope_index_of_values('{1,1,1,1,1}', '{1e308,1e308,1e308,-1e308,-1e308}', '{5,5,5,5,5}')
		as values_too_far_apart,
	ph.slope_intercept_of_values('{1e308,1e308,1,1,1}', '{1,2,3,4,5}', '{1,1,1,1,1}') as too_many_people;
