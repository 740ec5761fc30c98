-- The bridge from budget to actual against its formulas; it closes by segment, over segments and over services.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema bridge_test;
set search_path = bridge_test, ph;
create temp table part (service text, segment text, n0 float8, n1 float8, c0 numeric, r0 float8, r1 float8, p0 float8,
	p1 float8,
	a numeric);
insert into part
select 'V' || v, 'S' || s, 1000 * s, 1000 * s + s * 37 % 211, 100 * s + v * 31.25, 0.8 + s / 10.0,
	0.85 + s * 7 % 5 / 9.0,
	1, 1 + v / 50.0, round((1000 * s + s * 37 % 211) * (100 * s + v * 31.25) * (1 + (v * s * 7 % 11 - 4) / 50.0), 2)
from generate_series(1, 5) s, generate_series(1, 3) v;
create temp table bridged as
select part.*, variance_bridge(n0, n1, c0, r0, r1, p0, p1, a) over (partition by service) as b,
	variance_bridge(n0, n1, c0 * 1000, r0, r1, p0, p1, a * 1000) over (partition by service order by segment desc
		rows between unbounded preceding and unbounded following) as k
from part;
-- the README's formulas, of each service
create temp table by_hand as
select service, (sum(n1) - sum(n0))::numeric * sum(n0 * c0)::numeric / sum(n0)::numeric as population,
	sum(n1 * c0)::numeric - sum(n1)::numeric * sum(n0 * c0)::numeric / sum(n0)::numeric as mix,
	sum(n1 * c0 * (r1 / r0 - 1))::numeric as need,
	sum(a::float8 * p0 / p1)::numeric - sum(n1 * c0 * r1 / r0)::numeric as activity,
	sum(a::float8 * (1 - p0 / p1))::numeric as price
from part
group by service;
select bool_and(abs(b.population - h.population) < 1e-6) as population, bool_and(abs(b.mix - h.mix) < 1e-6) as mix,
	bool_and(abs(b.need - h.need) < 1e-6) as need, bool_and(abs(b.activity - h.activity) < 1e-6) as activity,
	bool_and(abs(b.price - h.price) < 1e-6) as price
from by_hand h
join (
	select service, sum((b).population) as population, sum((b).mix) as mix, sum((b).need) as need,
		sum((b).activity) as activity, sum((b).price) as price
	from bridged
	group by service
) b using (service);
select bool_and((b).total = a - n0::numeric * c0 and (b).total = (b).actual - (b).budget) as total,
	bool_and(abs((b).total - (b).population - (b).mix - (b).need - (b).activity - (b).price) < 1e-35) as closes,
	bool_and(abs((b).total - (b).shapley_population - (b).shapley_mix - (b).shapley_need - (b).shapley_activity
		- (b).shapley_price) < 1e-25) as shapley_closes,
	bool_and(abs((b).mix * 1000 - (k).mix) < 1e-30 and abs((b).shapley_need
		* 1000 - (k).shapley_need) < 1e-20) as thousand,
	bool_and((b).note is null) as no_note
from bridged;
-- services add up to the bridge of all of them at once where prices and needs are those of the segment
create temp table whole as
select sum((b).population) as population, sum((b).mix) as mix, sum((b).need) as need
from (
	select variance_bridge(n0, n1, c0, r0, r1, 1, 1, a) over () as b
	from (
		select segment, min(n0) as n0, min(n1) as n1, sum(c0) as c0, min(r0) as r0, min(r1) as r1, sum(a) as a
		from part
		group by segment
	) s
) t;
select abs(w.population - s.population) < 1e-30 as population, abs(w.mix - s.mix) < 1e-30 as mix,
	abs(w.need - s.need) < 1e-30 as need
from whole w, (select sum((b).population) as population, sum((b).mix) as mix, sum((b).need) as need from bridged) s;

-- Shapley against all 120 orders, one after the other
create temp table orders as
select row_number() over () as number, array[a, b, c, d, e] as steps
from generate_series(1, 5) a, generate_series(1, 5) b, generate_series(1, 5) c, generate_series(1, 5) d,
	generate_series(1, 5) e
where (select count(distinct x) from unnest(array[a, b, c, d, e]) x) = 5;
create temp table factor as
select service, segment, array[n0_all, c0::float8 * n0 / n0_all, 1, 1, 1] as before,
	array[n1_all, c0::float8 * n1 / n1_all, r1 / r0, a::float8 * p0 / p1 / (n1 * c0::float8 * r1 / r0),
		p1 / p0] as after
from (
	select *, sum(n0) over (partition by service) as n0_all, sum(n1) over (partition by service) as n1_all from part
) p;
create function cost(before float8[], after float8[], taken integer[]) returns float8 immutable
begin atomic
	select exp(sum(ln(case when i = any (taken) then after[i] else before[i] end))) from generate_series(1, 5) i;
end;
select count(*) as lines, bool_and(abs(mean - shapley::float8) < 1e-6) as mean_of_all_orders
from (
	select service, segment, step, avg(cost(before, after, steps[:place]) - cost(before, after,
		steps[:place - 1])) as mean
	from factor, orders, generate_series(1, 5) step, lateral (select array_position(steps, step) as place) p
	where service = 'V2'
	group by service, segment, step
) m
join (
	select service, segment, step, shapley
	from bridged, unnest(array[(b).shapley_population, (b).shapley_mix, (b).shapley_need, (b).shapley_activity,
			(b).shapley_price]) with ordinality s (shapley, step)
) g using (service, segment, step);

select round((b).population, 2) as population, round((b).mix, 2) as mix, (b).activity, (b).total, (b).shapley_mix,
	(b).note
from (
	select variance_bridge(n0, n1, c0, 1, 1, 1, 1, a) over () as b
	from (values (100, 120, 50, 6100), (30, 0, 500, 0)) v (n0, n1, c0, a)
) t;
create function note_of(n0 float8, n1 float8, c0 numeric, r0 float8, r1 float8, p0 float8, p1 float8,
	a numeric) returns text
begin atomic select (b).note from (select variance_bridge(n0, n1, c0, r0, r1, p0, p1, a) over () as b) t; end;
select note_of(10, 10, 5, 1, 1, 1, 1, null) as no_actual, note_of(null, 10, 5, 1, 1, 1, 1, 1) as no_people,
	note_of(0, 10, 5, 1, 1, 1, 1, 1) as nobody, note_of(10, 10, 0, 1, 1, 1, 1, 5) as free,
	note_of(10, 10, 5, 1, 0, 1, 1, 5) as no_need_left, note_of(10, 10, 5, 1, 1, 1, 1, -5) as reversal;
select note_of(10, 10, 5, 0, 1, 1, 1, 1);
select note_of(10, 10, 5, 1, -1, 1, 1, 1);
select note_of(10, 10, 5, 1, 1, 0, 1, 1);
select note_of(10, 10, 5, 1, 1, 1, 0, 1);
select note_of(-10, 10, 5, 1, 1, 1, 1, 1);
select note_of(10, -10, 5, 1, 1, 1, 1, 1);
select note_of(10, 10, -5, 1, 1, 1, 1, 1);
select note_of(10, 10, 5, 'NaN', 1, 1, 1, 1);
select note_of(10, 10, 5, 1, 1e-300, 1, 1, 1);

-- the picture: a bar a row and two of the legend, up and down apart by fill and sign, hostile text as text
create temp table picture as
select chart_bridge(array['Budget', '</text><script>', null, 'Need', 'Actual'], array[100, 25, -40, null, 90],
	'A & b',
	'GBP', 'made up') as svg;
select (select count(*) from regexp_matches(svg, '<rect ', 'g')) as bars, svg like '%>+25<%' as up,
	svg like '%>-40<%' as down,
	svg like '%>not known<%' as not_known, svg like '%The steps leave +5 unexplained.%' as unexplained,
	svg ~ '<script' as dangerous, length(replace(svg, '<', '')) = length(replace(svg, '>', '')) as well_formed,
	substring(svg from '<desc>([^<]*)') as says
from picture;
select (
		select array_agg(m[1]::float8 order by o)
		from regexp_matches(svg, 'width="([0-9.]+)" height="16.0"', 'g') with ordinality g(m, o)
	) as widths
from picture;
select chart_bridge('{a,b,c}', '{-10,5,-5}') like '%unexplained%' as closes, chart_bridge(null,
	null) like '%no steps%' as nothing;
select chart_bridge('{a,b}', '{1,NULL}');
select chart_bridge('{a,b}', '{1,Infinity}');
select chart_bridge('{a}', '{1,2}');
drop schema bridge_test cascade;
