
-- ---- shared tables on a distributed engine ----
-- On a server with Citus the tables of persons are spread over its nodes by person, everything of one person on one
-- node, and all other tables are on every node. Nothing here needs Citus to be installed or built.

create function ph_support.is_distributed(relation regclass) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known boolean := false;
begin
	if to_regclass('pg_catalog.pg_dist_partition') is not null then
		execute 'select exists (select from pg_dist_partition where logicalrelid = $1)' into known using relation;
	end if;
	return known;
end
$$;
comment on function ph_support.is_distributed(regclass) is
	'whether Citus has the table on its nodes, spread by a column or whole; false where there is no Citus';

create procedure ph_support.keep_one_transaction(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_distributed(to_regclass(format('%I.person', schema))) then
		-- Citus would refuse to make a function or an index after it has read shards in parallel
		perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
	end if;
end
$$;
comment on procedure ph_support.keep_one_transaction(text) is
	'lets one transaction both read distributed tables and make things beside them; nothing elsewhere';

create procedure ph_support.take_statistics(relation regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if not ph_support.is_distributed(relation) then  -- Citus refuses ANALYZE of what the transaction has filled
		execute format('analyze %s', relation);
	end if;
end
$$;
comment on procedure ph_support.take_statistics(regclass) is
	'ANALYZE of a table that was filled; what is distributed is left to autovacuum on its nodes';

create procedure ph_support.distribute_by_person(schema text, relation text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform create_distributed_table(format('%I.%I', schema, relation)::regclass, 'person_id',
		colocate_with => case when relation = 'person' then 'none' else format('%I.person', schema) end);
end
$$;
comment on procedure ph_support.distribute_by_person(text, text) is
	'spreads a table of the schema over the nodes of Citus by person_id, each person where the table person has it';

create function ph_support.to_distribute(schema text, out relation text, out target regclass, out by_person boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select r.relation, c.oid::regclass, exists (
		select
		from pg_attribute a
		where a.attrelid = c.oid and a.attname = 'person_id' and r.relation <> 'changed_person')
	from (
		select t.relation, t.ordinality
		from ph.shared_table() with ordinality t
		union all
		select o.relation, 100 + o.ordinality
		from unnest('{data_load,place_dimension,calendar,stored_stay}'::text[]) with ordinality o (relation)
	) r (relation, place)
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, r.relation))
	order by r.place
$$;
comment on function ph_support.to_distribute(text) is
	'the shared tables of the schema that are there, and those made beside them, in the order in which they can be '
	'distributed: those of persons by person, person first, the others whole';

create procedure ph.distribute_shared_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	wrong text;
	references_again text[];
	statement text;
	part record;
begin
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	select string_agg(d.relation, ', ' order by d.relation)
	into wrong
	from ph_support.to_distribute(schema) d
	join pg_class c on c.oid = d.target
	where c.relkind not in ('r', 'p');
	if wrong is not null then
		raise exception 'only tables can be distributed, and these are none: %', wrong
			using errcode = 'wrong_object_type',
				hint = 'Copy them into tables: CALL ph.create_shared_tables(...) and INSERT ... SELECT.';
	elsif not exists (select from pg_extension where extname = 'citus') then
		raise exception 'this database has no Citus'
			using errcode = 'feature_not_supported',
				hint = 'CREATE EXTENSION citus, on every node, and citus_add_node(...) come first; '
					'without it the tables are as good where they are.';
	end if;

	perform set_config('citus.multi_shard_modify_mode', 'sequential', true);  -- so that one transaction does all of it
	-- a table cannot be distributed while one that is not refers to it, or while it has triggers
	for statement in
		select format('drop trigger %I on %s', tgname, tgrelid::regclass)
		from pg_trigger
		join ph_support.to_distribute(schema) d on d.target = tgrelid
		where tgfoid = to_regprocedure(format('%I.note_changed_person()', schema))
	loop
		execute statement;
	end loop;
	select array_agg(format('alter table %s add constraint %I %s',
		conrelid::regclass, conname, pg_get_constraintdef(c.oid)))
	into references_again
	from pg_constraint c
	join ph_support.to_distribute(schema) d on d.target = c.conrelid
	where contype = 'f';
	for statement in
		select format('alter table %s drop constraint %I', conrelid::regclass, conname)
		from pg_constraint c
		join ph_support.to_distribute(schema) d on d.target = c.conrelid
		where contype = 'f'
	loop
		execute statement;
	end loop;
	for part in
		select *
		from ph_support.to_distribute(schema) d
		where not ph_support.is_distributed(d.target)
	loop
		if part.by_person then
			call ph_support.distribute_by_person(schema, part.relation);
		else
			perform create_reference_table(part.target);
		end if;
	end loop;
	foreach statement in array coalesce(references_again, '{}') loop
		execute statement;
	end loop;
end
$$;
comment on procedure ph.distribute_shared_tables(text) is
	'on a server with Citus: distributes the tables of persons of the schema by person_id, '
	'everything of one person on one node, and makes all others reference tables, which are on every node; '
	'rows, keys and references stay. Where triggers noted changed persons, the loader says it from then on '
	'(ph.mark_changed). Again: tables that have come since. '
	'Errors: undefined_table, wrong_object_type with the names of those that are views, '
	'feature_not_supported without Citus';
