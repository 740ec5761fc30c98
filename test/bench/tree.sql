-- A tree on 100,000 people and 40 columns, against sorting each column once.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 0;
select string_agg(format('random() as x%s', i), ', ') as made, string_agg(format('x%s', i), ', ') as columns
from generate_series(1, 40) i \gset
create unlogged table grown as select random() as y, :made from generate_series(1, 100000);
vacuum analyze grown;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured
select 'one sort of each of 40 columns',
	null,
	sum(pg_temp.milliseconds(format('select count(*) from (select x%s from grown order by 1 offset 0) q', i)))
from generate_series(1, 40) i;
insert into measured
select 'tree, depth 5, no cross-validation',
	'one sort of each of 40 columns',
	pg_temp.milliseconds(format('select count(*) from ph.grow_tree(%L, folds => 0, complexity => 0)',
			'select y + x1, ' || :'columns' || ' from grown'),
		1);
insert into measured
select 'tree, depth 5, 10 folds',
	'one sort of each of 40 columns',
	pg_temp.milliseconds(format('select count(*) from ph.grow_tree(%L)',
			'select y + x1, ' || :'columns' || ' from grown'),
		1);
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m
left join measured b on b.what = m.of;
drop table grown;
