-- Raking: cross ratios of the seed and the margins, feasibility, boundaries, what creeps, laws and errors.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema rake_test;
set search_path = rake_test, ph;
create function near(a numeric, b numeric, tol numeric default 1e-12) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= tol * greatest(abs(b), 1e-3), a is null and b is null);
end;

-- two by two by hand: x (18 - 10 + x) (4 / 6) = (10 - x) (12 - x) with cross ratio 4 / 6
create temp table two (place text, segment text, seed float8, place_money numeric, segment_money numeric);
insert into two values ('a', 'x', 1, 10, 12), ('a', 'y', 2, 10, 18), ('b', 'x', 3, 20, 12), ('b', 'y', 4, 20, 18);
create temp table raked as
select two.*, rake(seed, place, segment, place_money, segment_money) over () as r from two;
select place, segment, round((r).value, 9) as value, (r).status, (r).note from raked order by place, segment;
select near(max(x) filter (where place || segment = 'ax') * max(x) filter (where place || segment = 'by')
	/ max(x) filter (where place || segment = 'ay') / max(x) filter (where place || segment = 'bx'), 4.0 / 6)
		as cross_ratio
from (select place, segment, (r).value as x from raked) v;

-- a table of 60 places and 7 segments with zeros: margins, cross ratios, order of rows, columns for rows, money x 1000
create temp table cell as
select 'P' || i as place, 'S' || j as segment,
	case when (i * 7 + j * 3) % 5 = 0 then 0 else 1 + i * j * 31 % 89 end as seed,
	(1 + i * 17 % 23) * 100.25 as paid
from generate_series(1, 60) i, generate_series(1, 7) j;
create temp table of_margins as
select place, segment, seed, sum(seed * paid) over (partition by place)::numeric as place_money,
	sum(seed * paid) over (partition by segment)::numeric as segment_money
from (select place, segment, seed, paid from cell) c;
create temp table answer as
select *, rake(seed * 1.7, place, segment, place_money, segment_money) over () as r,
	rake(seed * 1.7, place, segment, place_money, segment_money) over (order by segment desc, place
		rows between unbounded preceding and unbounded following) as otherwise,
	rake(seed * 3.4, segment, place, segment_money, place_money) over () as turned,
	rake(seed * 1.7, place, segment, place_money * 1000, segment_money * 1000) over () as thousand
from of_margins;
select count(*) as cells, bool_and((r).status = 'ok' and (r).note is null) as ok,
	bool_and((r).value = (otherwise).value) as any_order, bool_and(near((turned).value, (r).value)) as turned,
	bool_and((thousand).value = (r).value * 1000) as thousand,
	bool_and((seed = 0) = ((r).value = 0)) as zeros
from answer;
select bool_and(near(row_sum, place_money)) as rows, bool_and(near(column_sum, segment_money)) as columns
from (
	select place_money, segment_money, sum((r).value) over (partition by place) as row_sum,
		sum((r).value) over (partition by segment) as column_sum
	from answer
) s;
select count(*) > 100 as some, bool_and(near(a.x * d.x * b.seed::numeric * c.seed::numeric,
	b.x * c.x * a.seed::numeric * d.seed::numeric, 1e-10)) as cross_ratios
from (select place, segment, seed, (r).value as x from answer where seed > 0) a
join (select place, segment, seed, (r).value as x from answer where seed > 0) b using (place)
join (select place, segment, seed, (r).value as x from answer where seed > 0) c on c.segment = a.segment
join (select place, segment, seed, (r).value as x from answer where seed > 0) d
	on d.place = c.place and d.segment = b.segment
where a.segment < b.segment and a.place < c.place;

create function asked(cells text) returns table (place text, segment text, value numeric, status text, note text)
begin atomic
	select split_part(w, ' ', 1), split_part(w, ' ', 2), round((r).value, 6), (r).status, (r).note
	from (
		select w, rake(nullif(split_part(w, ' ', 3), '-')::float8, split_part(w, ' ', 1), split_part(w, ' ', 2),
				nullif(split_part(w, ' ', 4), '-')::numeric, nullif(split_part(w, ' ', 5), '-')::numeric) over () as r
		from string_to_table(cells, ', ') w
	) t;
end;
-- margins that differ by a penny; no table; a table only with another zero; a margin of 0 empties its line
select * from asked('a x 1 10 12, a y 2 10 18.01, b x 3 20 12, b y 4 20 18.01');
select * from asked('a x 1 10 12, b y 1 20 18');
select * from asked('a x 2 40 40, a y 3 40 60, b x 0 60 40, b y 7 60 60');
select * from asked('a x 2 40 0, a y 3 40 100, b x 5 60 0, b y 7 60 100');
select * from asked('a x 2 0 0, a y 3 0 0');
-- a cell of no row is a zero cell; two blocks that nothing joins
select * from asked('a x 2 40 40, b y 7 60.5 60.5');
select * from asked('a x 1 10.10 7, a y 1 10.10 3.10, b z 2 5 4, b w 1 5 1');
-- margins in thirds of a penny, of which a full table needs no whole units
select * from asked('a x 1 0.33333333333333333333333333333333333333 0.33333333333333333333333333333333333333');
select * from asked('a x 1 - 10, a y 1 10 0');
select * from asked('a x - 10 10');
select * from asked('a x 0 10 10');

-- what alternate scaling creeps to, Newton's method reaches: blocks that only a seed of 1e-9 joins
select place, segment, round((r).value, 6) as value, (r).status
from (
	select *, rake(seed, place, segment, place_money, segment_money) over () as r
	from (
		values ('a', 'x', 1, 30, 25), ('a', 'y', 1, 30, 25), ('b', 'x', 1, 25, 25), ('b', 'y', 1, 25, 25), ('a', 'z',
			1e-9,
			30, 25), ('b', 'z', 1e-9, 25, 25), ('c', 'z', 1, 20, 25), ('c', 'x', 1e-9, 20, 25), ('c', 'y', 1e-9, 20,
				25)
	) v (place, segment, seed, place_money, segment_money)
) t
order by place, segment;
-- where a cell decides alone how much goes from block to block
select bool_and((r).status = 'ok') as ok, bool_and(near((r).value, 5, 1e-10)) filter (where seed < 1) as bridge
from (
	select *, rake(seed, place, segment, place_money, segment_money) over () as r
	from (
		values ('a', 'x', 2, 15, 10), ('a', 'y', 1e-12, 15, 20), ('b', 'y', 3, 15, 20)
	) v (place, segment, seed, place_money, segment_money)
) t;
-- random tables with many zeros: whatever is answered has its margins and its zeros, and what is made has an answer
create temp table made as
select t, 'P' || i as place, 'S' || j as segment, hit as seed, (hit * (1 + (t * i + j * 13) % 7))::numeric as money
from generate_series(1, 60) t, generate_series(1, 2 + t % 5) i, generate_series(1, 2 + t % 4) j,
	lateral (select ((t * 7919 + i * 104729 + j * 1299709) % 101 % 3)::float8 as hit) h;
create temp table of_made as
select t, place, segment, seed, rake(seed, place, segment, place_money, segment_money) over (partition by t) as r,
	place_money, segment_money
from (
	select made.*, sum(money) over (partition by t, place) as place_money,
		sum(money) over (partition by t, segment) as segment_money
	from made
) m;
select (r).status, count(distinct t) as tables, bool_and(seed > 0 or (r).value = 0) as zeros,
	bool_and((r).value > 0 or seed = 0 or place_money = 0 or segment_money = 0) as positive
from of_made
group by (r).status;
select bool_and(near(row_sum, place_money)) as rows, bool_and(near(column_sum, segment_money)) as columns
from (
	select place_money, segment_money, sum((r).value) over (partition by t, place) as row_sum,
		sum((r).value) over (partition by t, segment) as column_sum
	from of_made
) s;

select * from asked('a x -1 10 10');
select * from asked('a x 1 -10 10');
select * from asked('a x 1 10 -10');
select * from asked('a x 1 10 20, a x 1 10 20');
select * from asked('a x 1 10 20, a y 1 11 20');
select * from asked('a x 1 10 20, b x 1 11 21');
select * from asked('a x NaN 10 10');
select * from asked('a x 1 NaN 10');
-- in whole pence: every cell cut down or one penny more, both margins to the penny; where cells are zero too
select count(distinct t) as tables, bool_and(abs((r).value_rounded - (r).value) < 0.01) as near,
	bool_and(by_place = place_money) as places, bool_and(by_segment = segment_money) as segments,
	bool_and((r).value_rounded = round((r).value_rounded, 2)) as pence, count(*) - count((r).value_rounded) as untold
from (
	select *, sum((r).value_rounded) over (partition by t, place) as by_place,
		sum((r).value_rounded) over (partition by t, segment) as by_segment
	from (
		select *, rake(seed, place, segment, place_money, segment_money, 0.01) over (partition by t) as r
		from (
			select *, sum(pence) over (partition by t, place) as place_money,
				sum(pence) over (partition by t, segment) as segment_money
			from (
				select t, 'p' || p as place, 's' || g as segment,
					case when abs(hashint8(t * 1000 + p * 10 + g)) % 5 = 0 then 0
						else abs(hashint8(t * 77 + p * 31 + g)) % 1000 end::float8 as seed,
					case when abs(hashint8(t * 1000 + p * 10 + g)) % 5 > 0
						then abs(hashint8(t + p * 13 + g * 7)) % 100000 else 0 end / 100.0 as pence
				from generate_series(1, 60) t, generate_series(1, 9) p, generate_series(1, 6) g) cell) margin
	) raked
	where (r).status in ('ok', 'boundary')) summed;
-- ties by the names; no unit, no rounded value
select place, segment, (rake(1, place, segment, 0.03, 0.03, 0.01) over ()).value_rounded as pence,
	(rake(1, place, segment, 0.03, 0.03) over ()).value_rounded as none
from unnest('{a,b}'::text[]) place, unnest('{x,y}'::text[]) segment
order by place, segment;
select rake(1, 'a', 'x', 0.005, 0.005, 0.01) over ();
select rake(1, 'a', 'x', 1, 1, 0) over ();
select rake(1, 'a', s, 2, 1, u) over () from (values ('x', 1), ('y', 2)) v(s, u);
select rake(1, 'a', 'x', 1e20, 1e20, 0.01) over ();
select rake(1, null, 'x', 10, 10) over ();
select rake(1, 'a', null, 10, 10) over ();
select rake(s, 'a', c, 0.2222222222222222222222, m) over ()
from (values (1, 'x', 0.1111111111111111111111), (1, 'y', 0.1111111111111111111111), (0, 'z', 0)) v (s, c, m);
select rake(s, p, 'x', 0.1111111111111111111111, 0.2222222222222222222222) over ()
from (values (1, 'a'), (0, 'b')) v (s, p);
drop schema rake_test cascade;
