-- Budgets: raking of 7,000 places by 8 segments, full and with a tenth of the cells at 0, against windows that sum the
-- lines of the same cells.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
create temp table budget_cell as
select 'P' || lpad(i::text, 5, '0') as place, 'S' || j as segment,
	(1 + (i * 7919 + j * 104729) % 997)::float8 as seed, 100.50 + i % 300 as place_money,
	sum(100.50 + i % 300) over () / 64 as segment_money
from generate_series(1, 7000) i, generate_series(1, 8) j;
analyze budget_cell;
select what, round(milliseconds::numeric) as milliseconds
from (
	values
		('7,000 by 8: sums of their lines by windows', pg_temp.milliseconds(
			'select sum(seed) over (partition by place), sum(seed) over (partition by segment) from budget_cell')),
		('7,000 by 8: raked', pg_temp.milliseconds(
			'select ph.rake(seed, place, segment, place_money, segment_money) over () from budget_cell')),
		('7,000 by 8: raked, a tenth of the cells 0', pg_temp.milliseconds(
			'select ph.rake(case when mod(seed::integer, 10) > 0 then seed else 0 end, place, segment, place_money,
				segment_money) over () from budget_cell'))
) measured (what, milliseconds);
