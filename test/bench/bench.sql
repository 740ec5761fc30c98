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
  select area, least(trunc(age / 5) * 5, 90) as lower, sum(events) as x, sum(n) as n from bench group by 1, 2),
rate as (
  select area, sum(weight * x / n) / sum(weight) as y, sum(weight ^ 2 * x / n ^ 2) / sum(weight) ^ 2 as v, sum(x) as o
  from cell join band using (lower) group by area)
select area, 100000 * y as value,
  100000 * (y + sqrt(v / o) * (o * (1 - 1 / (9 * o) - 1.959963984540054 / (3 * sqrt(o))) ^ 3 - o)) as lower,
  100000 * (y + sqrt(v / o) * ((o + 1) * (1 - 1 / (9 * (o + 1)) + 1.959963984540054 / (3 * sqrt(o + 1))) ^ 3 - o)) as upper
from rate;

create function pg_temp.milliseconds(query text) returns float8 language plpgsql as $$
declare
  best float8 := 'Infinity';
  start timestamptz;
begin
  for i in 1 .. 5 loop
    start := clock_timestamp();
    execute 'select count(*) from (' || query || ' offset 0) q';
    best := least(best, extract(epoch from clock_timestamp() - start) * 1000);
  end loop;
  return best;
end $$;

create temp table measured (what text, of text, milliseconds float8);
insert into measured select 'two sums by area', null, pg_temp.milliseconds('select area, sum(events), sum(n) from bench group by area');
insert into measured select 'count_tally, single years of age', 'two sums by area', pg_temp.milliseconds('select area, ph.count_tally(age, events, n) from bench group by area');
insert into measured select 'count_tally, five-year bands', 'two sums by area', pg_temp.milliseconds('select area, ph.count_tally(trunc(age / 5) * 5, events, n) from bench group by area');
insert into measured select 'two sums by area and age', null, pg_temp.milliseconds('select area, age, sum(events), sum(n) from bench group by area, age');
insert into measured select 'dsr by hand, with interval', null, pg_temp.milliseconds('select * from by_hand');
insert into measured select 'dsr from rows, with interval', 'dsr by hand, with interval', pg_temp.milliseconds('select area, ph.dsr(ph.count_tally(age, events, n)) from bench group by area');
create unlogged table stored as select area, ph.count_tally(age, events, n) as tally from bench group by area;
insert into measured select 'dsr from stored tallies', 'dsr by hand, with interval', pg_temp.milliseconds('select ph.dsr(tally) from stored');

-- the two ways must agree before their times mean anything
select count(*) as areas, count(*) filter (where abs((e).value - h.value) > 1e-9 * h.value or abs((e).lower - h.lower) > 1e-9 * h.value
  or abs((e).upper - h.upper) > 1e-9 * h.value) as differing
from by_hand h join (select area, ph.dsr(tally) e from stored) s using (area);
select m.what, round(m.milliseconds::numeric, 1) as milliseconds, m.of as against, round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m left join measured b on b.what = m.of;
select 56 as bytes_a_cell, round(avg(length(ph.tally_send(tally)))) as bytes_sent_a_group, round(avg(pg_column_size(tally))) as bytes_stored_a_group from stored;
