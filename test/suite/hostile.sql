-- Hostile queries for every function that takes one: psql -v function=NAME.  Writes a line for each complaint, and the
-- number of calls last.  The role may log in and nothing more.
\set ON_ERROR_STOP 1
set client_min_messages = warning;
set statement_timeout = '20s';
create temp table person as
select i as person_id, (i * 7919 % 90)::float8 as age, (i * 104729 % 1000)::float8 as cost, i % 3 = 0 as smoker,
	case when i % 4 = 0 then 'north' else 'south' end as place, i % 5 as practice
from generate_series(1, 400) i;
create temp sequence counter;
create temp table changing as select i::float8 as age, (i * i % 97)::float8 as cost from generate_series(1, 200) i;
-- functions that lie about themselves: the same arguments, other answers
create function pg_temp.next_number(after integer) returns float8 language plpgsql immutable as
	$$ begin return case when nextval('pg_temp.counter') > after then 'NaN' else random() end; end $$;
create function pg_temp.next_null(after integer) returns float8 language plpgsql immutable as
	$$ begin return case when nextval('pg_temp.counter') > after then null else random() end; end $$;
create function pg_temp.next_word(after integer) returns text language plpgsql immutable as
	$$ begin
		return case when nextval('pg_temp.counter') > after then null
			else 'word ' || currval('pg_temp.counter') % 5 end;
	end $$;
create function pg_temp.next_flag(after integer) returns boolean language plpgsql immutable as
	$$ begin
		return case when nextval('pg_temp.counter') > after then null else currval('pg_temp.counter') % 3 = 0 end;
	end $$;
-- and functions that change what the next pass will read
create function pg_temp.drops_a_column() returns float8 language plpgsql volatile as
	$$ begin
		if nextval('pg_temp.counter') = 150 then
			execute 'create or replace temp view changed as select ''a''::text as age, 1 as cost';
		end if;
		return currval('pg_temp.counter');
	end $$;
create temp view changed as select age, cost from changing;
create temp table canary as select 1 as n;
create temp table written as select 1 as n;
-- with the rights of who asks, as in any SELECT
create function pg_temp.writes() returns float8 language plpgsql volatile as
	$$ begin insert into pg_temp.written values (2); return random(); end $$;

create temp table hostile_query (n serial, query text);
insert into hostile_query (query)
select distinct replace(v, 'AFTER', after) from unnest(array[
	-- more than one statement, and texts that would end one inside another
	'select 1::float8 as a) q; select 12345::int8 as a from (select 1::float8 as a',
	'select 1::float8 as a, 2 as b) q; select ''\x0102030405060708''::bytea as a from (select 1::float8 as a, 2 as b',
	'select 1 as a, 2 as b; select 3 as a, 4 as b', 'select 1 as a, 2 as b;;',
	'select 1 as a, 2 as b; drop table canary',
	'select 1 as a, 2 as b)', '(select 1 as a, 2 as b', '((select 1 as a, 2 as b))',
	'select 1 as a, 2 as b) union all (select 3, 4',
	'select 1 as a, 2 as b) q where false union all select 1, 2 from (select 1 as a, 2 as b', ')', '(', ';', '', ' ',
	E'\n',
	'select 1 as a, 2 as b -- ) q', 'select 1 as a, 2 as b /* ) q */', '/* select 1 as a, 2 as b', '-- select 1',
	'select 1 as a, 2 as b /*', E'select 1 as a, 2 as b --\n', 'select ''', 'select "', 'select $$',
	'select $a$ 1 $a$ as a, 2 as b',
	E'select U&"a\\0062" from person', 'select 1 as a, 2 as b \gexec', repeat('(', 20000),
	'select ' || repeat('1+', 8000) || '1 as a, 2 as b',
	-- statements that are not a SELECT, or write
	'insert into canary values (3) returning n as a, n as b', 'delete from person returning age, cost',
	'update person set age = 1 returning age, cost',
	'with d as (delete from person returning age, cost) select age, cost from d',
	'with d as (insert into canary values (4) returning n) select n as a, n as b from d',
	'select n as a, b from (with d as (insert into canary values (5) returning n) select n, n as b from d) x',
	'select age, cost into taken from person', 'select age, cost from person for update',
	'select * from (select age, cost from person for share) x',
	'create table taken as select 1', 'copy person to stdout', 'copy person from program ''true''',
	'explain select age, cost from person',
	'declare c cursor for select age, cost from person', 'fetch all from c', 'execute p', 'prepare p as select 1',
	'call c()',
	'do $do$ begin end $do$', 'truncate person', 'lock person', 'vacuum', 'begin', 'rollback', 'show all',
	'set work_mem = ''1MB''', 'values (1, 2), (2, 5), (3, 9)', 'table person',
	'merge into person p using person q on p.person_id = q.person_id when matched then delete',
	-- columns: none, one, many, odd names and types
	'select from person', 'select age from person', 'select 1 as a, 2 as a', 'select age, cost from no_such_table',
	'select no_such_column from person',
	'select age as "q", cost as "x" from person', 'select age as user_query, cost as "cluster" from person',
	'select age as "a""b", cost as "a'' || pg_sleep(9)" from person',
	'select age as "$1", cost as "(intercept)" from person',
	'select age as ' || quote_ident(repeat('n', 63)) || ', cost from person', 'select * from user_query',
	'select * from user_query q', 'select q.* from q',
	'select ' || (select string_agg(format('age + %s as c%1$s', i), ', ') from generate_series(1, 300) i)
		|| ' from person',
	'select ' || (select string_agg(format('age + %s as c%1$s', i), ', ') from generate_series(1, 1600) i)
		|| ' from person',
	'select ''\x00''::bytea as a, ''\x01''::bytea as b', 'select row(1, 2) as a, row(3) as b',
	'select array[1, 2] as a, ''{}''::text[] as b', 'select ''1'' as a, ''2'' as b', 'select null as a, null as b',
	'select ''{}''::json as a, ''1 day''::interval as b', 'select ''empty''::ph.tally as a, null::ph.cluster_sums as b',
	'select pg_sleep(0) as a, 1 as b', 'select ''t''::regclass as a, 1::oid as b',
	'select $1 as a, $2 as b', 'select :a as a', 'select (p).* from person p', 'select p as a, p as b from person p',
	'select sum(age) over () as a, cost from person', 'select count(*) as a, count(*) as b from person',
	'select age, cost from person tablesample bernoulli (50)',
	'with recursive r as (select 1 as n union all select n + 1 from r where n < 100) select n::float8 as a, n * n as b '
		'from r',
	'select age, cost from person limit 0', 'select age, cost from person limit 1',
	'select null::float8 as a, null::float8 as b from person', 'select null::boolean as a, null::text as b from person',
	'select 1e308::float8 as a, -1e308::float8 as b from person', 'select ''Infinity''::float8 as a, age from person',
	'select ''NaN''::float8 as a, age from person', 'select 5e-324::float8 as a, -0.0::float8 as b from person',
	'select ''NaN''::numeric as a, 1e400::numeric as b from person',
	'select 1e50::float8 * person_id as a, -1e50::float8 * person_id as b from person',
	'select age, ''NaN''::float4 as b from person',
	'select 1 / (age - 7) as a, cost from person', 'select 1 as a, 2 as b from person',
	'select smoker, smoker as again from person', 'select smoker, not smoker as other from person',
	'select place, smoker from person',
	'select repeat(''x'', 100000) as a, place from person', 'select age::text as a, cost::text as b from person',
	'select (age > 40)::int as a, age, place, smoker, practice from person',
	-- rows that are others in the next pass
	'select random() as a, random() as b from person', 'select age, cost from person where random() < 0.5',
	'select age, cost from person order by random()',
	'select i as a, i as b, i as c from (select nextval(''counter'') as n offset 0) s, generate_series(1, 10) i '
		'where n <= 1',
	'select i as a, i % 2 as b from (select nextval(''counter'') as n offset 0) s, generate_series(1, 10) i '
		'where n <= 2',
	'select nextval(''counter'')::float8 as a, age from person',
	'select case when n <= 400 or n % 10 > 0 then random() else ''NaN'' end as a, n as b from (select '
		'nextval(''counter'') n from generate_series(1, 400)) q',
	'select case when n <= 800 then random() end as a, n as b from (select nextval(''counter'') n from '
		'generate_series(1, 400)) q',
	'select case when n <= 400 then ''a'' when n < 800 then ''b'' end as a, n % 3 = 0 as b from (select '
		'nextval(''counter'') n from generate_series(1, 400)) q',
	'select pg_temp.next_number(AFTER) as a, pg_temp.next_number(AFTER + person_id * 0) as b from person',
	'select pg_temp.next_null(AFTER + person_id * 0) as a, age from person',
	'select pg_temp.next_word(AFTER + person_id * 0) as a, pg_temp.next_flag(AFTER + person_id * 0) as b, age from '
		'person',
	'select pg_temp.next_flag(AFTER + person_id * 0) as a, pg_temp.next_flag(AFTER + person_id * 0) as b from person',
	'select pg_temp.drops_a_column() as a, cost from changed',
	'select age, cost, pg_temp.drops_a_column() as c from changed', 'select pg_temp.writes() as a, age from person']) v,
	unnest(array['1', '399', '401', '850', '1300', '2500']) after;

-- how each function is called; %1$s is the query
create temp table hostile_call (function text, call text);
insert into hostile_call values
	('fit', 'select ph.fit(''linear'', %1$L)'), ('fit', 'select ph.fit(''logistic'', %1$L)'),
	('fit', 'select ph.fit(''poisson'', %1$L)'),
	('fit', 'select ph.fit(''linear'', %1$L, cluster => (select min(column_name) from ph.query_columns(%1$L)), '
		'variance => ''cluster'')'),
	('fit', 'select ph.fit(''logistic'', %1$L, variance => ''hc1'')'),
	('fit', 'select ph.fit(''linear'', %1$L, intercept => false)'),
	('fit', 'select ph.fit(''poisson'', %1$L, exposure => (select max(column_name) from ph.query_columns(%1$L)))'),
	('fit', 'select ph.fit(''linear'', %1$L, response => ''a) from person --'', terms => ''{b}'')'),
	('k_means', 'select ph.k_means(%1$L, 1, starts => 2)'), ('k_means', 'select ph.k_means(%1$L, 3, starts => 2)'),
	('k_means', 'select ph.k_means(%1$L, 2, scale => ''none'', centres => ''{{1, 2}, {3, 4}}'')'),
	('k_means', 'select ph.k_means(%1$L, 2, array[''a) q; select 1'', null])'),
	('k_prototypes', 'select ph.k_prototypes(%1$L, 2, starts => 2)'),
	('k_prototypes', 'select ph.k_prototypes(%1$L, 4, scale => ''none'', gamma => 1e49, starts => 2)'),
	('silhouette', 'select count(s) from ph.silhouette(%1$L, ''a'') s'),
	('silhouette', 'select count(s) from ph.silhouette(%1$L, ''place'', ''age'', gamma => 1, most_rows => 50) s'),
	('silhouette', 'select count(s) from ph.silhouette(%1$L, ''smoker'', ''smoker'') s'),
	('cluster_stability',
		'select count(s) from ph.cluster_stability(%1$L, ph.k_means(''select age as a, cost as b from person'', 3, '
			'starts => 1), resamples => 2, starts => 1) s'),
	('cluster_stability',
		'select count(s) from ph.cluster_stability(%1$L, '
			'ph.k_prototypes(''select place as a, smoker as b from person'', 2, starts => 1), '
			'resamples => 2, starts => 1, most_rows => 30) s'),
	('cluster_stability',
		'select count(s) from ph.cluster_stability(%1$L, (row(''k_means'', ''ok'', 2, 5, 0, ''{a}'', ''{1e150}'', '
			'''{}'', null, ''{-1e50,1e50}'', ''{}'', ''{2,3}'', null, 1, 1, 2, 1, 1, 1, 0.4, 3, 1, '
			'null))::ph.clusters, resamples => 2, starts => 1) s'),
	('linked_records', 'select ph.linked_records(%1$L)'),
	('linked_records', 'select ph.linked_records(''select a, b from ('' || %1$L || '') q (a, b)'', 1)'),
	('latent_class', 'select ph.latent_class(%1$L, 2, starts => 2, max_iterations => 50)'),
	('latent_class', 'select ph.latent_class(%1$L, 1, array[''smoker''], starts => 1)'),
	('grow_tree', 'select count(t) from ph.grow_tree(%1$L, smallest_leaf => 5, folds => 2) t'),
	('grow_tree', 'select count(t) from ph.grow_tree(%1$L, method => ''poisson'', smallest_leaf => 5, folds => 0) t'),
	('grow_tree', 'select count(t) from ph.grow_tree(%1$L, method => ''gini'', smallest_leaf => 5, folds => 2) t'),
	('grow_tree', 'select count(t) from ph.tree_pruning(%1$L, smallest_leaf => 1, folds => 3) t'),
	-- the same texts as names of schemas, schemes, columns and relations
	('names', 'call ph.create_segment_tables(%1$L)'), ('names', 'call ph.create_shared_tables(%1$L)'),
	('names', 'call ph.create_population_views(%1$L)'),
	('names', 'select count(c) from ph.check_shared_tables(%1$L) c'), ('names', 'call ph.create_segment_inputs(%1$L)'),
	('names', 'call ph.copy_scheme(%1$L, %1$L, %1$L, %1$L, %1$L)'),
	('names', 'select ph.segment_query(%1$L, %1$L, ''pg_temp.person'', %1$L, %1$L)'),
	('names', 'call ph.create_segment_view(''bridges_to_health'', ''2010'', ''pg_temp.person'', %1$L)'),
	('names', 'select count(c) from ph.check_scheme(%1$L, %1$L, null, %1$L) c'),
	('names', 'select count(c) from ph.segments_at(%1$L, %1$L, now()) c'),
	('names', 'select count(c) from ph.scheme_changes(%1$L, %1$L, %1$L, %1$L) c'),
	('names', 'select ph.fit(''linear'', ''select cost, age from person'', response => %1$L, terms => array[%1$L])'),
	('names', 'select ph.k_means(''select cost, age from person'', 2, array[%1$L])'),
	('names', 'select count(c) from ph.silhouette(''select cost, place from person'', %1$L, %1$L) c'),
	('names', 'select count(c) from ph.grow_tree(''select cost, age from person'', '
		'%1$L, array[%1$L], ''poisson'', %1$L) c'),
	('names', 'select ph.latent_class(''select smoker from person'', 1, array[%1$L])'),
	('differences', 'select count(d) from ph.isolating_differences(%1$L, 100) d'),
	('names', 'call ph.load_perturbation(%1$L, %1$L, ''pg_class'')'), ('names', 'select ph.publish(9, %1$L, %1$L)'),
	('names', 'select ph.perturbed_count(''12:5'', %1$L)'),
	('query_columns', 'select count(c) from ph.query_columns(%1$L) c'),
	('query_columns', 'select count(c) from ph_support.query_reads(%1$L) c'),
	('query_columns', 'call ph_support.require_safe_query(%1$L, current_user::regrole)'),
	('learn', 'call ph.learn_scheme(''pg_temp'', ''tree'', ''1'', %1$L, smallest_leaf => 5, folds => 0)'),
	('learn',
		'call ph.learn_cluster_scheme(''pg_temp'', ''clusters'', ''1'', %1$L, '
			'ph.k_means(''select age as a, cost as b from person'', 2, starts => 1))');

\o /dev/null
\set ON_ERROR_STOP 0
\set VERBOSITY verbose
-- each as a statement of its own, so that the time allowed is a call's
select 'drop view if exists pg_temp.changed',
	'create temp view changed as select age, cost from changing',
	'alter sequence pg_temp.counter restart',
	format(call, query)
from hostile_call, hostile_query
where function = :'function'
order by call, n \gexec
\set VERBOSITY default
\set ON_ERROR_STOP 1
\o
select 'a query has written: ' || count(*) from canary having count(*) <> 1;
select 'a query has deleted: ' || count(*) from person having count(*) <> 400;
select 'a query has made a table' where to_regclass('taken') is not null or to_regclass('pg_temp.taken') is not null;
select count(*) || ' calls' from hostile_call, hostile_query where function = :'function';
