-- Money shared by need: 6,600 practices against hand-written SQL, and 100,000 areas.
-- Budgets: raking of 7,000 places by 8 segments, full and with a tenth of the cells at 0, against windows that sum the
-- lines of the same cells.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
\ir milliseconds.psql
create temp table practice as
select 'P' || lpad(i::text, 5, '0') as practice, 10 + abs(hashint8extended(i, 1)) % 20000 as population,
	(abs(hashint8extended(i, 2)) % 2000000000) / 100000.0 as weighted_population,
	1000 + abs(hashint8extended(i, 3)) % 30000000 as baseline
from generate_series(1, 6600) i;
create temp table area as
select i as area, abs(hashint8extended(i, 4)) % 1000000 / 100.0 as weight from generate_series(1, 100000) i;
vacuum analyze practice, area;
create temp table measured (what text, of text, milliseconds float8);
create function pg_temp.measure(what text, query text, of text default null) returns void language sql
begin atomic
	insert into measured values (what, of, pg_temp.milliseconds(query));
end;
-- the hand-written ones: in numeric, by largest remainder; growth by halving an interval 60 times
select pg_temp.measure('capitation of 6,600 practices, by hand',
		'select practice, share, target, units / 100
		from (
			select *, floor(target * 100) + (row_number() over (order by fraction desc, practice)
				<= 10000000000000 - sum(floor(target * 100)) over ())::int as units
			from (
				select *, target * 100 - floor(target * 100) as fraction
				from (
					select practice, weighted_population / sum(weighted_population) over () as share,
						100000000000 * weighted_population / sum(weighted_population) over () as target
					from practice
				) t
			) f
		) u'),
	pg_temp.measure('capitation of 6,600 practices',
		'select practice, ph.capitation(100000000000, weighted_population, population) over (order by practice)
		from practice', 'capitation of 6,600 practices, by hand'),
	pg_temp.measure('apportioning to 6,600 practices',
		'select practice, ph.apportion(100000000000, weighted_population) over (order by practice) from practice',
		'capitation of 6,600 practices, by hand'),
	pg_temp.measure('pace of change of 6,600 practices, by hand, to a tolerance',
		'with recursive distance as materialized (
			select practice, baseline::float8, baseline::float8 * sum(weighted_population) over ()
				/ nullif(sum(baseline) over () * weighted_population, 0) - 1 as d
			from practice
		), halved as (
			select 0 as step, -10::float8 as low, 1e6::float8 as high
			union all
			select step + 1, case when spent < 105000000000 then middle else low end,
				case when spent < 105000000000 then high else middle end
			from (
				select step, low, high, (low + high) / 2 as middle,
					(
						select sum(baseline * (1 + least(greatest((low + high) / 2 - 0.3 * d, 0), 0.1)))
						from distance
					) as spent
				from halved
				where step < 60
			) s
		)
		select practice, least(greatest((select low from halved where step = 60) - 0.3 * d, 0), 0.1) as growth
		from distance'),
	pg_temp.measure('pace of change of 6,600 practices',
		'select practice, ph.pace_of_change(baseline, weighted_population, 105000000000, 0.3, 0, 0.1)
			over (order by practice)
		from practice', 'pace of change of 6,600 practices, by hand, to a tolerance'),
	pg_temp.measure('apportioning to 100,000 areas, by hand, unrounded',
		'select area, 100000000000 * weight / sum(weight) over () from area'),
	pg_temp.measure('apportioning to 100,000 areas',
		'select area, ph.apportion(100000000000, weight) over (order by area) from area',
		'apportioning to 100,000 areas, by hand, unrounded') \g /dev/null
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m
left join measured b on b.what = m.of;
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
