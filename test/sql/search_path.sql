-- Nothing of ours runs what a search path puts before pg_catalog.
set client_min_messages = warning;
-- every function in SQL or PL/pgSQL has a body that was read when it was made, or a path of its own, but for two that
-- read the caller's query under the caller's path
select p.oid::regprocedure as without_a_path
from pg_proc p
	join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
	join pg_extension e on e.oid = d.refobjid and e.extname = 'population_health'
	join pg_language l on l.oid = p.prolang
where l.lanname in ('sql', 'plpgsql')
	and p.prosqlbody is null
	and not exists (select from unnest(p.proconfig) c where c like 'search\_path=pg\_catalog, %')
order by 1;

create schema plain;
create table plain.person as
select i as person_id, (i * 7919 % 90)::float8 as age,
	(i * 104729 % 1000)::float8 as cost,
	i % 3 = 0 as smoker, i % 5 = 0 as diabetic,
	case when i % 4 = 0 then 'north' else 'south' end as place,
	i % 5 as practice, (i % 50)::float8 / 50 as risk
from generate_series(1, 400) i;
call ph.create_segment_tables('plain');

-- a schema full of traps: every operator, function, type and relation of pg_catalog that one can have a namesake of
create schema trap;
create function trap.sprung() returns boolean language plpgsql
as $$ begin raise exception 'trapped'; end $$;
create table plain.answer (call text, answer text, trapped text);
do $$
declare
	r record;
	pseudo constant oid[] := array(select oid from pg_type where typtype = 'p' and typname <> 'record');
begin
	for r in
		select o.oid as number, oprname, oprleft::regtype as l, oprright::regtype as r, oprresult::regtype as result
		from pg_operator o
		where oprnamespace = 'pg_catalog'::regnamespace
			and oprleft <> 0
			and not oprleft = any (pseudo)
			and not oprright = any (pseudo)
			and oprcode::oid <> 0
	loop
		execute format(
			'create function trap.operator_%s(%s, %s) returns %s language plpgsql '
			'as $f$ begin raise exception ''trapped''; end $f$',
			r.number, r.l, r.r, r.result);
		execute format(
			'create operator trap.%s (leftarg = %s, rightarg = %s, function = trap.operator_%s)', r.oprname, r.l, r.r,
			r.number);
	end loop;
	for r in
		select distinct on (proname, proargtypes) proname,
			pg_get_function_identity_arguments(p.oid) as arguments,
			proargtypes,
			case when proretset or prorettype = any (pseudo) then 'boolean'
				else prorettype::regtype::text end as result
		from pg_proc p
		where pronamespace = 'pg_catalog'::regnamespace
			and prokind in ('f', 'a', 'w')
			and not proargtypes::oid[] && pseudo
			and provariadic = 0
			and proargmodes is null
	loop
		execute format(
			'create function trap.%I(%s) returns %s language plpgsql '
			'as $f$ begin raise exception ''trapped''; end $f$',
			r.proname,
			(
				select coalesce(string_agg(t::regtype::text, ', ' order by n), '')
				from unnest(r.proargtypes::oid[]) with ordinality a (t, n)
			), r.result);
	end loop;
	for r in
		select unnest(array[
				'text', 'int4', 'int8', 'float8', 'bool', 'numeric', 'name', 'date', 'regtype', 'regclass', 'oid',
				'jsonb']) as typname
	loop
		execute format('create domain trap.%I as pg_catalog.%1$I check (trap.sprung())', r.typname);
	end loop;
	for r in
		select relname
		from pg_class
		where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
	loop
		execute format('create table trap.%I (trapped boolean)', r.relname);
	end loop;
end
$$;
-- the same calls under a plain path and under the hostile one
create procedure plain.ask(path text) language plpgsql set search_path = pg_catalog
as $$
declare
	c text;
	said text;
begin
	foreach c in array array[
		$c$ph.fit('linear', 'select cost, age, practice from plain.person')$c$,
		$c$ph.fit('logistic', 'select smoker, age, practice from plain.person',
			variance => 'cluster', cluster => 'practice')$c$,
		$c$ph.fit('poisson', 'select practice, risk, age from plain.person', exposure => 'cost')$c$,
		$c$ph.k_means('select age, cost from plain.person', 3, starts => 2)$c$,
		$c$ph.k_prototypes('select age, place, smoker from plain.person', 2, starts => 2)$c$,
		$c$ph.latent_class('select smoker, diabetic from plain.person', 1, starts => 1)$c$,
		$c$ph.grow_tree('select cost, age, smoker, place from plain.person', folds => 2)$c$,
		$c$ph.tree_pruning('select cost, age, smoker, place from plain.person', folds => 2)$c$,
		$c$ph.silhouette('select age, cost, place from plain.person', 'place', 'person_id')$c$,
		$c$ph.query_columns('select age, cost, place from plain.person')$c$,
		$c$ph.isolating_differences('select area, atom, people
			from (values (''a'', 1, 5), (''a'', 2, 5), (''b'', 1, 3)) v (area, atom, people)')$c$,
		$c$ph.publish_model(ph.fit('linear', 'select cost, age from plain.person'))$c$,
		$c$ph.publish(23, 'us_census_drb')$c$,
		$c$ph.cluster_stability('select age, cost from plain.person',
			ph.k_means('select age, cost from plain.person', 2, starts => 1), resamples => 2)$c$]
	loop
		begin
			c := 'select ' || c;
			perform pg_catalog.set_config('search_path', path, true);
			execute c into said;
			perform pg_catalog.set_config('search_path', 'pg_catalog', true);
			insert into plain.answer values (c, said, path);
		exception when others then
			perform pg_catalog.set_config('search_path', 'pg_catalog', true);
			insert into plain.answer values (c, sqlerrm, path);
		end;
	end loop;
end
$$;
call plain.ask('pg_catalog');
call plain.ask('trap, pg_catalog');
select substr(b.call, 8, 40) as call,
	a.answer operator(pg_catalog.=) b.answer as same,
	b.answer ~ 'trapped' as trapped
from plain.answer a join plain.answer b using (call)
where a.trapped = 'pg_catalog' and b.trapped = 'trap, pg_catalog'
order by 1;
select count(*) as answers, count(*) filter (where answer ~ 'trapped|does not exist|syntax') as failed
from plain.answer;

-- procedures, with clusters made before
create table plain.found as
select ph.k_prototypes('select age, place, smoker from plain.person', 2, starts => 2) as clusters;
do $$
declare
	clusters ph.clusters := (select f.clusters from plain.found f);
begin
	perform set_config('search_path', 'trap, pg_catalog', true);
	call ph.learn_scheme('plain', 'tree', '1', 'select cost, age, smoker, place from plain.person', folds => 2);
	call ph.learn_cluster_scheme('plain', 'clusters', '1', 'select age, place, smoker from plain.person', clusters);
	call ph.create_segment_view('tree', '1', 'plain.person', 'plain.tree_segment', 'plain');
	call ph.create_segment_view('clusters', '1', 'plain.person', 'plain.cluster_segment', 'plain');
end
$$;
set search_path = trap, pg_catalog;
select operator_free.segments
from (select pg_catalog.count(*) as segments from plain.scheme_segment) operator_free;
select pg_catalog.count(*) as people from plain.tree_segment;
select pg_catalog.count(*) as people from plain.cluster_segment;
reset search_path;

-- words of rows are in no text of an error: they would be in the server's log
create function plain.fails_later(n integer) returns text language plpgsql immutable
as $$
begin
	if nextval('plain.counter') > 1000 then
		raise exception 'later';
	end if;
	return 'secret of ' || n;
end
$$;
create sequence plain.counter;
do $$
declare
	said text;
	context text;
begin
	perform ph.k_prototypes('select plain.fails_later(person_id % 7) as word, age from plain.person', 2, starts => 2);
exception when others then
	get stacked diagnostics said = message_text, context = pg_exception_context;
	raise warning 'failed with: %; context has a word of a row: %', said, context ~ 'secret of [0-9]';
end
$$;
drop schema plain, trap cascade;
