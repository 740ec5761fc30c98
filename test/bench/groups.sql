-- Many small groups: folding against two sums, the memory of states, and one tally rolled up against asking it.
\set QUIET 1
set max_parallel_workers_per_gather = 0;
set jit = off;
set work_mem = '1GB';
\ir milliseconds.psql
\ir peak.psql
create unlogged table few as
select i % 10000 as g, (i / 10000 % 19 * 5)::float8 as key, 1.0::float8 as events, 20.0::float8 as n
from generate_series(0, 999999) i;
create unlogged table many as
select i % 50000 as g, (i / 50000 % 19 * 5)::float8 as key, 1.0::float8 as events, 20.0::float8 as n
from generate_series(0, 999999) i;
vacuum analyze few, many;
create temp table measured (what text, of text, milliseconds float8);
create function pg_temp.measure(what text, query text, of text default null) returns void language sql
begin atomic
  insert into measured values (what, of, pg_temp.milliseconds(query));
end;
select pg_temp.measure('10,000 groups, two sums', 'select g, sum(events), sum(n) from few group by g'),
  pg_temp.measure('10,000 groups x 19 keys, count_tally',
    'select g, ph.count_tally(key, events, n) from few group by g', '10,000 groups, two sums'),
  pg_temp.measure('50,000 groups, two sums', 'select g, sum(events), sum(n) from many group by g'),
  pg_temp.measure('50,000 groups x 19 keys, count_tally',
    'select g, ph.count_tally(key, events, n) from many group by g', '50,000 groups, two sums') \g /dev/null
create unlogged table folded as select g, ph.count_tally(key, events, n) as tally from few group by g;
vacuum analyze folded;
select pg_temp.measure('10,000 tallies, asked', 'select ph.dsr(tally) from folded'),
  pg_temp.measure('10,000 tallies, each rolled up and asked', 'select ph.dsr(ph.rollup(tally)) from folded group by g',
    '10,000 tallies, asked'),
  pg_temp.measure('10,000 tallies, each the first of its group, asked',
    'select ph.dsr((array_agg(tally))[1]) from folded group by g', '10,000 tallies, asked') \g /dev/null
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against,
  round((m.milliseconds / b.milliseconds)::numeric, 2) as ratio
from measured m left join measured b on b.what = m.of;

-- every group begun before one is full
set enable_sort = off;
set work_mem = '64MB';
create unlogged table begun as
select g, key::float8 from generate_series(1, 60) key, generate_series(1, 100000) g order by key, g;
vacuum analyze begun;
select what, p.*, round(kilobytes / (65536 * current_setting('hash_mem_multiplier')::numeric), 2) as of_what_is_allowed
from (values ('100,000 groups x 20 keys', 'select g, ph.count_tally(key, 1, 20) from begun where key <= 20 group by g'),
  ('100,000 groups x 60 keys', 'select g, ph.count_tally(key, 1, 20) from begun group by g')) asked (what, query),
  lateral pg_temp.peak(query) p;
