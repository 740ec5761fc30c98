-- Five million generated rows, 200 areas: folding into tallies against two sums and against the
-- standardised rate written by hand.  Everything in one run; read the ratios, not the seconds.
\set QUIET 1
set max_parallel_workers_per_gather = 0;
set jit = off;
set work_mem = '256MB';
create unlogged table bench as
select (i * 7919 % 200)::int as area, (i * 104729 % 101)::float8 as age,
  ((i * 31337 % 1009) < 60)::int::float8 as events, (20 + i * 17 % 59)::float8 as n
from generate_series(1::bigint, :rows) i;
vacuum analyze bench;
create unlogged table band as select key as lower, exposure as weight from ph.cells(ph.esp2013());

-- the standardised rate with Dobson's limits by hand: what an analyst would have to write
create view by_hand as
with cell as (
	select area, least(trunc(age / 5) * 5, 90) as lower, sum(events) as x, sum(n) as n
	from bench
	group by 1, 2
), rate as (
	select area,
		sum(weight * x / n) / sum(weight) as y,
		sum(weight ^ 2 * x / n ^ 2) / sum(weight) ^ 2 as v,
		sum(x) as o
	from cell
	join band using (lower)
	group by area
)
select area,
	100000 * y as value,
	100000 * (y + sqrt(v / o) * (o * (1 - 1 / (9 * o) - 1.959963984540054 / (3 * sqrt(o))) ^ 3 - o)) as lower,
	100000 * (y + sqrt(v / o) * ((o + 1) * (1 - 1 / (9 * (o + 1)) + 1.959963984540054 / (3 * sqrt(o + 1))) ^ 3 - o))
		as upper
from rate;

\ir milliseconds.psql

create temp table measured (what text, of text, milliseconds float8);
insert into measured select 'two sums by area', null,
  pg_temp.milliseconds('select area, sum(events), sum(n) from bench group by area');
insert into measured select 'count_tally, single years of age', 'two sums by area',
  pg_temp.milliseconds('select area, ph.count_tally(age, events, n) from bench group by area');
insert into measured select 'count_tally, five-year bands', 'two sums by area',
  pg_temp.milliseconds('select area, ph.count_tally(trunc(age / 5) * 5, events, n) from bench group by area');
insert into measured select 'two sums by area and age', null,
  pg_temp.milliseconds('select area, age, sum(events), sum(n) from bench group by area, age');
insert into measured select 'dsr by hand, with interval', null, pg_temp.milliseconds('select * from by_hand');
insert into measured select 'dsr from rows, with interval', 'dsr by hand, with interval',
  pg_temp.milliseconds('select area, ph.dsr(ph.count_tally(age, events, n)) from bench group by area');
create unlogged table stored as select area, ph.count_tally(age, events, n) as tally from bench group by area;
insert into measured select 'dsr from stored tallies', 'dsr by hand, with interval',
  pg_temp.milliseconds('select ph.dsr(tally) from stored');

-- the two ways must agree before their times mean anything
select count(*) as areas, count(*) filter (where abs((e).value - h.value) > 1e-9 * h.value
  or abs((e).lower - h.lower) > 1e-9 * h.value
  or abs((e).upper - h.upper) > 1e-9 * h.value) as differing
from by_hand h join (select area, ph.dsr(tally) e from stored) s using (area);
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m left join measured b on b.what = m.of;
select 56 as bytes_a_cell, round(avg(length(ph_support.tally_send(tally)))) as bytes_sent_a_group,
  round(avg(pg_column_size(tally))) as bytes_stored_a_group from stored;

-- Outcomes from stored summaries, beside the same in SQL by hand.
create unlogged table area19 as
  select area, ph.count_tally(band, 50 + (area * 7 + band) % 20, 1000 + (area * 13) % 500) tally
from generate_series(1, 10000) area, unnest(array[0,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90]) band
  group by area;
create unlogged table area20 as
  select area, ph.count_tally(band, 5 + (area * 7 + band) % 20, 1000 + (area * 13) % 500) tally
from generate_series(1, 1000) area, unnest(array[0,1,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90]) band
  group by area;
create unlogged table decile as select area, q, 1000.0::float8 + (area * q) % 300 as people,
  (70 + q + (area * q) % 7)::float8 as value, 0.5::float8 as error
    from generate_series(1, 1000) area, generate_series(1, 10) q;
create unlogged table decile_list as select area, array_agg(people order by q) p, array_agg(value order by q) v,
  array_agg(error order by q) e from decile group by area;
create unlogged table series as select s, (date '2020-01-01' + n * interval '1 month')::date as month,
  (100 + (s * 31 + n * 17) % 23)::float8 as value from generate_series(1, 200) s, generate_series(0, 35) n;
create unlogged table cell19 as select area, key as lower, exposure as n, events as x
  from area19, lateral ph.cells(tally);
vacuum analyze;
insert into measured select '10,000 areas, dsr of rows by hand', null,
  pg_temp.milliseconds('select area, sum(weight * x / n) / sum(weight) y, sum(weight ^ 2 * x / n ^ 2) v, sum(x) o
    from cell19 join band using (lower) group by area');
insert into measured select '10,000 areas, dsr of tallies', '10,000 areas, dsr of rows by hand',
  pg_temp.milliseconds('select ph.dsr(tally) from area19');
insert into measured select '10,000 areas, dsr folded from cell rows, with limits', '10,000 areas, dsr of rows by hand',
  pg_temp.milliseconds('select area, ph.dsr(ph.count_tally(lower, x, n)) from cell19 group by area');
insert into measured select '1,000 areas, life expectancy', '10,000 areas, dsr of rows by hand',
  pg_temp.milliseconds('select ph.life_expectancy(tally) from area20');
insert into measured select '1,000 areas, slope by regr_slope, no limits', null,
  pg_temp.milliseconds('select area, regr_slope(value, q) from decile group by area');
insert into measured select '1,000 areas, slope index', '1,000 areas, slope by regr_slope, no limits',
  pg_temp.milliseconds('select ph.slope_index_of_values(p, v, e) from decile_list');
insert into measured select '200 series x 36, lag by hand', null,
  pg_temp.milliseconds('select avg(value) over w, abs(value - lag(value) over w), count(*) over (w rows 6 preceding)
    from series window w as (partition by s order by month)');
insert into measured select '200 series x 36, xmr', '200 series x 36, lag by hand',
  pg_temp.milliseconds('select ph.control_xmr(value, month) over (partition by s order by month) from series');
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m left join measured b on b.what = m.of where m.what like '%000 areas%' or m.what like '200 series%';
