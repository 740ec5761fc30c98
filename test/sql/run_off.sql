-- Run-off: triangles folded, merged and read back; factors, ultimates and Mack's errors against their formulas in SQL.
set client_min_messages = warning;
\set SHOW_CONTEXT never
create schema run_off_test;
set search_path = run_off_test, ph;
create function near(a float8, b float8) returns boolean immutable
begin atomic
	select coalesce(abs(a - b) <= 1e-10 * greatest(abs(b), 1e-3), a is null and b is null);
end;
-- 8 origins, of which the last has one period; several payments a cell
create temp table payment as
select 'M' || o as origin, d as development, round(100000.0 / (d * d) * (1 + (o * 31 + d * 17 + k * 7) % 13 / 20.0),
	2) as paid,
	k as part
from generate_series(1, 8) o, generate_series(1, 9 - o) d, generate_series(1, 3) k;
create temp table folded as select run_off(origin, development, paid) as t from payment;
create temp table parts as
select part, run_off(origin, development, paid order by paid) as t from payment group by part;

-- any order, parts merged, text and bytes
select whole = merged as merged, whole = backwards as any_order, merged::text = whole::text as same_text,
	whole::text::triangle = whole as read_back, whole::text::triangle::text = whole::text as same_again
from (
	select (select t from folded) as whole, (select run_off_rollup(t order by part desc) from parts) as merged,
		(select run_off(origin, development, paid order by development desc, origin desc) from payment) as backwards
) t;
select run_off_rollup(t) is null as unknown_part from (values (null), ('{"a" 1: 1}'::triangle)) v (t);
select run_off(origin, development, paid) filter (where false) as nothing from payment;
select '{"a\"\\" 1: 1.50, "b" 2: -3}'::triangle as t, run_off('a"\', 1,
	1.5) = '{"a\"\\" 1: 1.500}'::triangle as equal,
	'{"a" 1: 1}'::triangle < '{"a" 1: 2}'::triangle as less,
		'{"a" 1: 1}'::triangle <> '{"a" 2: 1}'::triangle as differ,
	'{"a" 1: 1}'::triangle <= '{}'::triangle as not_less, '{"b" 1: 1}'::triangle >= '{"a" 1: 2}'::triangle as by_name,
	'{"ab" 1: 1}'::triangle > '{"a" 1: 1}'::triangle as longer;
select count(*) as cells, bool_and(c.paid = s.paid) as sums, bool_and(c.cumulative = s.cumulative) as cumulative
from folded, lateral triangle_cells(t) c
join (
	select origin, development, sum(sum(paid)) over (partition by origin order by development) as cumulative,
		sum(paid) as paid
	from payment
	group by origin, development
) s using (origin, development);
select * from triangle_cells('{"a" 1: 1, "a" 2: 2, "a" 4: 4, "b" 2: 1}');

-- the formulas
create temp table c as select origin, development, cumulative from folded, triangle_cells(t);
create temp table f as
select development, factor, (
		select sum(a.cumulative::float8 * (b.cumulative / a.cumulative - factor)::float8 ^ 2) / nullif(count(*) - 1,
			0)
		from c a
		join c b on b.origin = a.origin and b.development = a.development + 1
		where a.development = g.development
	) as sigma_squared, from_paid
from (
	select a.development, sum(b.cumulative) / sum(a.cumulative) as factor, sum(a.cumulative) as from_paid
	from c a
	join c b on b.origin = a.origin and b.development = a.development + 1
	group by a.development
) g;
update f
set sigma_squared = least(s.before, s.before_that, s.before ^ 2 / s.before_that)
from (
	select max(sigma_squared) filter (where development = 6) as before,
		max(sigma_squared) filter (where development = 5) as before_that
	from f
) s
where f.sigma_squared is null;
select count(*) as periods, bool_and(near(d.factor, f.factor::float8)) as factors,
	bool_and(near(d.sigma_squared, f.sigma_squared::float8)) as sigmas,
		bool_and(d.origins = 8 - development) as origins
from folded, lateral development_factors(t) d
join f using (development);
create temp table answer as select l.* from folded, lateral chain_ladder(t) l;
create temp table to_come as
select origin, latest_development, latest, f.development, f.factor, f.sigma_squared, f.from_paid,
	latest * coalesce(exp(sum(ln(f.factor)) over earlier), 1) as paid
from (
	select distinct on (origin) origin, development as latest_development, cumulative as latest
	from c
	order by origin, development desc
) l
join f on f.development >= latest_development
window earlier as (partition by origin order by f.development rows between unbounded preceding and 1 preceding);
create temp table by_hand as
select origin, min(latest) as latest, min(latest) * exp(sum(ln(factor))) as ultimate,
	(min(latest) * exp(sum(ln(factor))))::float8 ^ 2 * sum(sigma_squared / factor::float8 ^ 2
		* (1 / paid + 1 / from_paid)::float8) as squared
from to_come
group by origin;
select count(*) as origins, bool_and(near(a.latest::float8, h.latest::float8)) as latest,
	bool_and(near(a.ultimate::float8, h.ultimate::float8)) as ultimate,
		bool_and(a.ultimate = a.latest + a.outstanding) as closes,
	bool_and(near(a.completion * a.to_ultimate, 1)) as completion,
	bool_and(near(a.standard_error::float8, sqrt(h.squared)::float8)) as errors
from answer a
join by_hand h using (origin);
-- of all: Mack's sum over pairs
select near(a.standard_error::float8, sqrt(squared + 2 * shared)::float8) as error_of_all,
	near(a.ultimate::float8, u::float8) as ultimate
from (select * from answer where origin is null) a, (select sum(squared) as squared from by_hand) s,
	(
		select sum((i.ultimate * j.ultimate)::float8 * (
				select sum(sigma_squared / factor::float8 ^ 2 / from_paid::float8)
				from f
				where development >= greatest(x.latest_development, y.latest_development)
			)) as shared
		from by_hand i
		join by_hand j on i.origin < j.origin
		join (select distinct origin, latest_development from to_come) x on x.origin = i.origin
		join (select distinct origin, latest_development from to_come) y on y.origin = j.origin
	) p, (select sum(ultimate) as u from answer where origin is not null) t;
-- money x 1000
select bool_and(a.ultimate * 1000 = k.ultimate) as ultimates, bool_and(a.to_ultimate = k.to_ultimate) as factors,
	bool_and(near(a.standard_error::float8 * 1000, k.standard_error::float8)) as errors
from answer a
join (
	select l.* from (select run_off(origin, development, paid * 1000) as t from payment) k, lateral chain_ladder(t) l
) k on k.origin is not distinct from a.origin;

-- a tail, nothing paid, a hole, too few periods, from amounts until a period
select origin, round(ultimate, 2) as ultimate, round(to_ultimate::numeric, 4) as to_ultimate, standard_error, note
from chain_ladder('{"a" 1: 100, "a" 2: 50, "b" 1: 80}', 1.02);
select * from chain_ladder('{"a" 1: 0, "a" 2: 50, "b" 1: 80}');
select * from chain_ladder('{}');
select * from chain_ladder(null);
select * from chain_ladder('{"a" 1: 100, "a" 3: 50}');
select * from chain_ladder('{"a" 2: 100}');
select * from chain_ladder('{"a" 1: 100}', 0);
select * from chain_ladder('{"a" 1: 100}', -1);
select * from development_factors('{"a" 1: 100, "a" 3: 50}');
select cumulative_run_off('{a,a,b}', '{1,2,1}', '{100,150,80}');
select cumulative_run_off('{a,a}', '{1,1}', '{100,150}');
select cumulative_run_off('{a,a,a}', '{1,2,3}', '{100,null,160}');
select cumulative_run_off('{a,a}', '{1,3}', '{100,160}');
select cumulative_run_off('{a,a}', '{1}', '{100,160}');
select cumulative_run_off('{}', '{}', '{}'), cumulative_run_off(null, null, null);
select run_off(null, 1, 1);
select run_off('', 1, 1);
select run_off(repeat('x', 201), 1, 1);
select run_off('a', 0, 1);
select run_off('a', 1001, 1);
select run_off('a', null, 1);
select run_off('a', 1, null);
select run_off('a', 1, 'NaN');
select run_off('a', 1, 1e29 + 1e-90);
-- what few bytes hold and no text could be read again, in memory and as bytes from elsewhere
select run_off('a', 1, 1e-200);
select run_off('a', 1, 1.5::numeric(300, 200));
select (run_off('a', 1, 1e29 + 1e-60)::text)::triangle;
select ('{"a" 1: 1' || repeat('0', 50) || '}')::triangle;

select run_off(i::text, d, 1) from generate_series(1, 101) i, generate_series(1, 100) d;
select '{"b" 1: 1, "a" 1: 1}'::triangle;
select '{"a" 0: 1}'::triangle;
select '{"a" 1: 1e5}'::triangle;
select '{"a" 1: NaN}'::triangle;
select '{"a" 1: 1'::triangle;
select '{"" 1: 1}'::triangle;
drop schema run_off_test cascade;
