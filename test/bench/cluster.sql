-- A pass of k-means, 8 clusters of 10 columns, against avg() of the same columns; the whole of k-means and of latent
-- classes.
\set QUIET 1
set jit = off;
set max_parallel_workers_per_gather = 2;
select string_agg(format('random() as x%s', i), ', ') as made,
	string_agg(format('x%s', i), ', ') as columns,
	string_agg(format('avg(x%s)', i), ', ') as averages
from generate_series(1, 10) i \gset
create unlogged table clustered as select :made from generate_series(1, :people);
create unlogged table items as
select random() < 0.3 as a,
	random() < 0.1 as b,
	random() < 0.2 as c,
	random() < 0.2 as d,
	random() < 0.4 as e,
	random() < 0.05 as f,
	random() < 0.15 as g,
	random() < 0.25 as h
from generate_series(1, :people);
vacuum analyze clustered, items;
\ir milliseconds.psql
create temp table measured (what text, of text, milliseconds float8);
insert into measured
select 'avg() of 10 columns', null, pg_temp.milliseconds(format('select %s from clustered', :'averages'));
select format('select ph.inertia(ph.cluster_step(%L, array[%s])) from clustered',
		(
			select ph.cluster_start(array_agg(x))
			from (
				select array(select random() from generate_series(1, 10) where i > 0) as x from generate_series(1, 8) i
			) s
		),
		:'columns') as pass \gset
insert into measured select 'a pass of k-means, k = 8', 'avg() of 10 columns', pg_temp.milliseconds(:'pass');
insert into measured
select 'k-means with 50 starts', 'avg() of 10 columns',
	pg_temp.milliseconds('select ph.k_means(''select * from clustered'', 8)', 1);
insert into measured
select 'count(*) by 8 items', null,
	pg_temp.milliseconds('select count(*) from (select count(*) from items group by a, b, c, d, e, f, g, h) g');
insert into measured
select 'latent classes, k = 3, 20 starts',
	'count(*) by 8 items',
	pg_temp.milliseconds('select ph.latent_class(''select * from items'', 3, max_iterations => 200)', 1);
set max_parallel_workers_per_gather = 0;
insert into measured
select 'avg() of 10 columns, one process', null, pg_temp.milliseconds(format('select %s from clustered', :'averages'));
insert into measured
select 'a pass of k-means, one process', 'avg() of 10 columns, one process', pg_temp.milliseconds(:'pass');
select m.what,
	round(m.milliseconds::numeric, 1) as milliseconds,
	m.of as against,
	round((m.milliseconds / b.milliseconds)::numeric, 4) as ratio
from measured m
left join measured b on b.what = m.of;
drop table clustered, items;
