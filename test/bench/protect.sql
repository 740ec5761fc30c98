-- Complementary suppression and attacks: a table of 50 by 20, and 7,000 neighbourhoods in a tree by ten bands, against
-- grouping the cells with their totals.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
select setseed(0.5) \g /dev/null
create temp table small_cell as
select 'r' || r as r, 'c' || c as c, floor(exp(random() * 5) - 1)::bigint as n
from generate_series(1, 50) r, generate_series(1, 20) c;
create temp table small as
select r, c, sum(n)::bigint as n
from small_cell
group by grouping sets ((r, c), (r), (c), ());
create temp table large_cell as
select 'region ' || r / 1050 as region, 'place ' || r / 35 as place, 'neighbourhood ' || r as neighbourhood,
	'band ' || c as band, floor(exp(random() * 6) - 1)::bigint as n
from generate_series(0, 6999) r, generate_series(1, 10) c;
create temp table large as
select coalesce(neighbourhood, place, region) as r,
	case when neighbourhood is not null then place when place is not null then region end as parent, band as c,
	sum(n)::bigint as n
from large_cell
group by grouping sets ((region, place, neighbourhood, band), (region, place, neighbourhood), (region, place, band),
	(region, place), (region, band), (region), (band), ());
analyze;
create temp table measured (what text, of text, milliseconds float8);
insert into measured
values
	('50 by 20, grouped with totals', null,
		pg_temp.milliseconds('select r, c, sum(n) from small_cell group by grouping sets ((r, c), (r), (c), ())')),
	('50 by 20, protect', '50 by 20, grouped with totals',
		pg_temp.milliseconds('select ph.protect(n, r, c) over () from small')),
	('50 by 20, attack on small cells alone', '50 by 20, grouped with totals',
		pg_temp.milliseconds('select ph.attack(n, n not between 1 and 7, r, c) over () from small')),
	('7,000 in a tree by 10, grouped with totals', null,
		pg_temp.milliseconds('
			select region, place, neighbourhood, band, sum(n)
			from large_cell
			group by grouping sets ((region, place, neighbourhood, band), (region, place, neighbourhood),
				(region, place, band), (region, place), (region, band), (region), (band), ())', 1)),
	('7,000 in a tree by 10, protect', '7,000 in a tree by 10, grouped with totals',
		pg_temp.milliseconds('select ph.protect(n, r, c, parent) over () from large', 1)),
	('7,000 in a tree by 10, attack on small cells alone', '7,000 in a tree by 10, grouped with totals',
		pg_temp.milliseconds('select ph.attack(n, n not between 1 and 7, r, c, parent) over () from large', 1));
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
drop table small_cell, small, large_cell, large, measured;
