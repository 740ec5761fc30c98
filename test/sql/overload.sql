-- Drivers send parameters without types: every function of ph must be found by its number of arguments.
\set SHOW_CONTEXT never
-- two functions of a name that can have the same number of arguments; the only ones are aggregates over a column,
-- which has a type
create temp table form as
select p.oid, p.proname, p.prokind, n as arguments
from pg_proc p,
	generate_series(
		case when provariadic <> 0 then 1 else pronargs - pronargdefaults end,
		case when provariadic <> 0 then 5 else pronargs end) n
where pronamespace = 'ph'::regnamespace;
select a.oid::regprocedure, b.oid::regprocedure, a.arguments, a.prokind
from form a join form b using (proname, arguments)
where a.oid < b.oid;
-- so each can be prepared without a type, if it can be called in an expression at all
create function pg_temp.prepared(call text) returns text language plpgsql
as $$
declare
	answer text;
begin
	execute 'prepare untyped as select ' || call;
	select parameter_types::text into answer from pg_prepared_statements where name = 'untyped';
	deallocate untyped;
	return answer;
exception when others then
	return sqlstate || ' ' || sqlerrm;
end
$$;
create temp table asked as
select p.oid::regprocedure as function, arguments,
	pg_temp.prepared(format(
		'ph.%I(%s)%s', p.proname, (select string_agg('$' || i, ', ') from generate_series(1, arguments) i),
		case p.prokind when 'w' then ' over (order by 1)' else '' end)) as found,
	(
		select array_agg(t::regtype order by i)::text
		from unnest(p.proargtypes::oid[]) with ordinality a (t, i)
		where i <= arguments
	) as declared
from form f join pg_proc p using (oid)
where arguments > 0
	and p.prokind <> 'p'
	and provariadic = 0
	and p.prorettype <> 'trigger'::regtype
	and not p.proargtypes::oid[] && array['internal', 'cstring', 'anyelement', 'anyarray', 'record']::regtype[]::oid[];
select count(*) filter (where found = declared) > 100 as most_are from asked;
select function, arguments, found
from asked
where found is distinct from declared
order by function, arguments;
-- an argument of a type settles the others
select pg_temp.prepared('ph.smr($1, $2)') as smr,
	pg_temp.prepared('ph.smr_of_counts($1, $2)') as smr_of_counts,
	pg_temp.prepared('ph.slope_index_of_inequality($1, $2)') as slope,
	pg_temp.prepared('ph.slope_index_of_values($1, $2)') as slope_of_values,
	pg_temp.prepared('e from ph.explain_score($1, $2) e') as explain_score,
	pg_temp.prepared('ph.score($1, $2)') as score,
	pg_temp.prepared('ph.score_by_name($1, $2)') as score_by_name;
select pg_temp.prepared('ph.person_tally(k, $1) from (values (1::float8)) v (k)') as tally_of_float8,
	pg_temp.prepared('ph.person_tally(k, $1) from (values (1)) v (k)') as tally_of_integer,
	pg_temp.prepared('ph.person_tally($1, events) from (values (true)) v (events)') as of_event;
