-- The planner is told how large states are, and running aggregates keep to the memory that a session may use.
set client_min_messages = warning;
set max_parallel_workers_per_gather = 0;
set enable_sort = off;

-- every aggregate says the size of its state
select aggfnoid::regprocedure as silent
from pg_aggregate a
	join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = a.aggfnoid and d.deptype = 'e'
	join pg_extension e on e.oid = d.refobjid and e.extname = 'population_health'
where aggtransspace = 0;
select count(*) > 15 as aggregates
from pg_aggregate a
	join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = a.aggfnoid and d.deptype = 'e'
	join pg_extension e on e.oid = d.refobjid and e.extname = 'population_health';

\getenv folder PG_ABS_SRCDIR
\set peak :folder '/bench/peak.psql'
\i :peak

-- 50,000 groups of 20 keys, which come to every group in turn so that all states are begun before one is full: those
-- that are begun stay within twice what a hash table may have, and the rest goes to disk
set work_mem = '4MB';
set hash_mem_multiplier = 2;
create temp table counted as
select g, k::float8 as key, 'A' || lpad(k::text, 2, '0') as code
from generate_series(1, 20) k, generate_series(1, 50000) g
order by k, g;
create temp table folded as select g, ph.count_tally(key, 1, 10) as tally from counted group by g;
analyze counted, folded;
select what, kilobytes <= 2 * 2 * 4096 as within_twice, batches > 0 as hashed
from (
	values
		('person_tally', 'select g, ph.person_tally(key, 1) from counted group by g'),
		('count_tally', 'select g, ph.count_tally(key, 1, 10) from counted group by g'),
		('rollup', 'select g, ph.rollup(tally) from folded group by g'),
		('crosstab of 10 cells', 'select g, ph.crosstab(key::integer / 2, 1) from counted group by g'),
		('continuity of 10 providers', 'select g, ph.continuity(''Dr '' || key::integer / 2) from counted group by g'),
		('conditions_of', 'select g, ph.conditions_of(code) from counted group by g')
) asked (what, query),
	lateral pg_temp.peak(query);
