
-- ---- stays that are stored ----
-- Computing the stays of a million people takes a minute, reading them a second. Stored, they stand in one table beside
-- a queue of whose rows have changed since; the view stay then reads the table, and all that is built on stay with it.

create function ph_support.stay_source(out relation text, out everybody boolean) returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', false), ('registration', false), ('residence', false), ('place_factor', true), ('data_day', true),
		('place', true);
end;
comment on function ph_support.stay_source() is
	'the relations that stays are computed from, and whether a change of one concerns everybody';

create function ph_support.watched_relation(out relation text, out everybody boolean) returns setof record
language sql immutable parallel safe
begin atomic
	select source.relation, source.everybody
	from ph_support.stay_source() source
	where source.relation <> 'place'  -- ph.refresh_place_dimension tells
	union
	select c.relation, false
	from ph.shared_column() c
	where c.column_name = 'person_id';
end;
comment on function ph_support.watched_relation() is
	'the relations of which changed_person says who has changed, and whether a change of one concerns everybody';

-- The one function that runs with the rights of its owner, who owns the queue too: who writes into a shared table needs
-- no right on the queue, and can put nothing into it but the persons of rows that were written.
create procedure ph_support.create_change_trigger_function(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	body constant text := format(
		$body$begin
			if tg_op = 'TRUNCATE' or tg_argv[1] = 'everybody' then
				insert into %1$I.changed_person (relation) values (tg_argv[0]);
			elsif tg_op = 'INSERT' then
				insert into %1$I.changed_person (person_id, relation)
				select distinct person_id::text, tg_argv[0] from new_rows;
			elsif tg_op = 'DELETE' then
				insert into %1$I.changed_person (person_id, relation)
				select distinct person_id::text, tg_argv[0] from old_rows;
			else
				insert into %1$I.changed_person (person_id, relation)
				select person_id::text, tg_argv[0] from old_rows
				union
				select person_id::text, tg_argv[0] from new_rows;
			end if;
			return null;
		end$body$, schema);
begin
	call ph_support.replace_function(schema, 'note_changed_person', '', format(
		'() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L', body),
		'the trigger after a statement on a shared table, or on a partition of one: whose rows were changed, into '
		'changed_person; with the rights of its owner');
	execute format('revoke all on function %I.note_changed_person() from public', schema);
end
$$;
comment on procedure ph_support.create_change_trigger_function(text) is
	'makes the trigger function note_changed_person in the schema, which only its owner can put on a table; '
	'its arguments are the relation, everybody or person, and the partitions';

create procedure ph_support.watch_changes(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	missing record;
begin
	for missing in
		select source.relation, source.everybody, part.relid::regclass as part, part.parts, event,
			case
				when source.everybody or event = 'truncate' then ''
				when event = 'insert' then ' referencing new table as new_rows'
				when event = 'delete' then ' referencing old table as old_rows'
				else ' referencing old table as old_rows new table as new_rows' end as referencing
		from ph_support.watched_relation() source
		join pg_class parent on parent.oid = to_regclass(format('%I.%I', schema, source.relation))
			and parent.relkind in ('r', 'p') and not ph_support.is_distributed(parent.oid)
		cross join lateral (
			select relid,
				array(select p.relid::regclass::text from pg_partition_tree(t.relid) p order by 1)::text as parts
			from (
				select parent.oid as relid
				union
				select relid
				from pg_partition_tree(parent.oid)) t) part
		join pg_class c on c.oid = part.relid and c.relkind in ('r', 'p')
		cross join unnest('{insert,update,delete,truncate}'::text[]) event
		where not exists (
			select
			from pg_trigger
			where tgrelid = part.relid and tgname = 'changed_person_' || event
				and position(convert_to(part.parts, getdatabaseencoding()) in tgargs) > 0)
	loop
		-- the partitions that there are stand in the trigger: rows of one that is detached or dropped go away, and no
		-- trigger says so
		execute format(
			'create or replace trigger %I after %s on %s%s for each statement
			execute function %I.note_changed_person(%L, %L, %L)',
			'changed_person_' || missing.event, missing.event, missing.part, missing.referencing,
			schema, missing.relation, case when missing.everybody then 'everybody' else 'person' end, missing.parts);
		execute format(
			'insert into %1$I.changed_person (relation)
			select %2$L
			where not exists (select from %1$I.changed_person where person_id is null and relation = %2$L)',
			schema, missing.relation);
	end loop;
end
$$;
comment on procedure ph_support.watch_changes(text) is
	'makes the triggers of note_changed_person() on the tables of ph_support.watched_relation(), '
	'and on every partition, since rows written straight into one fire no trigger of the parent; '
	'where one was missing, or partitions are others than they were, everybody counts as changed. '
	'Views and foreign tables have none';

create procedure ph.mark_changed(schema text, relation text, person_ids text[] default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.changed_person', schema)) is null then
		raise exception 'schema "%" has no stored stays', schema
			using errcode = 'undefined_table', hint = 'CALL ph.store_stays(...) first.';
	elsif not exists (select from ph.shared_table() t where t.relation = mark_changed.relation) then
		raise exception 'relation must be one of the shared tables'
			using errcode = 'invalid_parameter_value', hint = 'ph.shared_table() lists them.';
	end if;
	execute format(
		'insert into %I.changed_person (person_id, relation) select distinct p, $1 from unnest($2) p', schema)
	using relation, coalesce(person_ids, array[null]);
end
$$;
comment on procedure ph.mark_changed(text, text, text[]) is
	'says that rows of the shared table were changed for these persons, or for everybody (NULL), '
	'where no trigger can say it: for views, foreign tables and distributed tables. '
	'Errors: undefined_table without stored stays, invalid_parameter_value for another relation';

create procedure ph_support.require_stays_to_store(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	secured text;
	known boolean := false;
begin
	if to_regclass(format('%I.computed_stay', schema)) is null then
		raise exception 'schema "%" has no population views', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_population_views(...) first.';
	end if;
	select string_agg(s.relation, ', ' order by s.relation)
	into secured
	from ph_support.stay_source() s
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, s.relation))
	where c.relrowsecurity and not ph_support.is_secured(schema);
	if secured is not null then
		raise exception 'row security of % would not hold in a table of stays', secured
			using errcode = 'feature_not_supported', hint = 'The view stay computes them with the rights of who asks.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %I.computed_stay', schema)]);
	if to_regclass(format('%I.data_day', schema)) is not null then
		execute format('select count(*) > 0 from %I.data_day where day <= current_date', schema) into known;
	end if;
	if not known then
		raise exception 'data_day must hold a day that is not to come'
			using errcode = 'object_not_in_prerequisite_state',
				hint = 'Without it stays end today, and what is stored would be old tomorrow.';
	end if;
end
$$;
comment on procedure ph_support.require_stays_to_store(text) is
	'does nothing where stays can be stored. Errors: undefined_table without population views, '
	'feature_not_supported under row security other than that of ph.secure, insufficient_privilege for who does not '
	'see all rows, object_not_in_prerequisite_state without a data day';

create function ph_support.grants_again(old regclass, new regclass) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	select format('grant %s %s on %s to %s%s', a.privilege_type, a.columns, new,
		case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
		case when a.is_grantable then ' with grant option' else '' end)
	from (
		select c.relowner, '' as columns, acl.*
		from pg_class c, aclexplode(c.relacl) acl
		where c.oid = old
		union all
		select c.relowner, format('(%I)', attname), acl.*
		from pg_class c
		join pg_attribute on attrelid = c.oid, aclexplode(attacl) acl
		where c.oid = old
	) a
	where a.grantee <> a.relowner;
end;
comment on function ph_support.grants_again(regclass, regclass) is
	'the statements that give on the new relation, and its columns, what is granted on the old one';

create procedure ph_support.give_to_owner_of_stay(schema text, kind text, target text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('alter %s %I.%s owner to %s', kind, schema, target, (
		select relowner::regrole
		from pg_class
		where oid = format('%I.stay', schema)::regclass));
end
$$;
comment on procedure ph_support.give_to_owner_of_stay(text, text, text) is
	'gives a table or function of the schema to who owns the view stay, whoever made it: '
	'a superuser who stores or refreshes stays would else lock the owner out';

create function ph_support.stored_stay_query(schema text, stored text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format('select %s from %s', ph_support.column_list(format('%I.computed_stay', schema)::regclass), stored)
$$;
comment on function ph_support.stored_stay_query(text, text) is
	'the query of stored stays: the columns of computed_stay, and not those by which ph.secure tells rows apart';

create procedure ph_support.move_stays_in(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	old regclass := to_regclass(format('%I.stored_stay', schema));
	new regclass := to_regclass(format('%I.new_stored_stay', schema));
	statement text;
begin
	for statement in select * from ph_support.grants_again(old, new) loop
		execute statement;
	end loop;
	call ph_support.replace_population_view(schema, 'stay', ph_support.stored_stay_query(schema, new::text));
	execute format('drop table if exists %I.stored_stay', schema);
	execute format('alter table %s rename to stored_stay', new);
	call ph_support.give_to_owner_of_stay(schema, 'table', 'stored_stay');
	for statement in
		select format('alter index %s rename to %I', i.indexrelid::regclass,
			replace(c.relname, 'new_stored_stay', 'stored_stay'))
		from pg_index i
		join pg_class c on c.oid = i.indexrelid
		where i.indrelid = new
	loop
		execute statement;
	end loop;
end
$$;
comment on procedure ph_support.move_stays_in(text) is
	'lets the view stay read new_stored_stay, which becomes stored_stay with the grants of the one before';

create procedure ph.store_stays(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	statement text;
begin
	call ph_support.require_stays_to_store(schema);
	if to_regclass(format('%I.stored_stay', schema)) is not null then
		call ph_support.require_generated(
			schema, 'stored_stay', 'pg_class', format('%I.stored_stay', schema)::regclass);
	end if;
	if to_regclass(format('%I.changed_person', schema)) is null then
		execute format(
			'create table %I.changed_person (
				person_id text, relation text not null, at timestamptz not null default clock_timestamp())', schema);
		call ph_support.describe_table(format('%I.changed_person', schema),
			'one row a person and statement: whose rows in the shared tables have changed '
			'since stays were last refreshed',
			'{"person_id": "who; NULL is everybody", "relation": "the shared table", "at": "when"}');
		call ph_support.create_change_trigger_function(schema);
		call ph_support.give_to_owner_of_stay(schema, 'table', 'changed_person');
		call ph_support.give_to_owner_of_stay(schema, 'function', 'note_changed_person()');
		call ph_support.watch_changes(schema);
		execute format('delete from %I.changed_person', schema);  -- nobody was asked before
	end if;
	call ph_support.keep_one_transaction(schema);
	call ph_support.watch_changes(schema);
	-- first, so that what changes from now on stays in the queue
	execute format(
		'delete from %I.changed_person where relation in (select s.relation from ph_support.stay_source() s)', schema);
	if ph_support.is_distributed(to_regclass(format('%I.person', schema))) then  -- each node stores what it has
		execute format('create table %1$I.new_stored_stay as select * from %1$I.computed_stay with no data', schema);
		call ph_support.distribute_by_person(schema, 'new_stored_stay');
		execute format('insert into %1$I.new_stored_stay select * from %1$I.computed_stay', schema);
	else  -- by workers, which INSERT ... SELECT has not
		execute format('create table %1$I.new_stored_stay as select * from %1$I.computed_stay', schema);
	end if;
	foreach statement in array array[
		'alter table {new_stored_stay} add primary key (person_id, start_date)',
		'create index on {new_stored_stay} (practice)',
		'create index on {new_stored_stay} (neighbourhood)',
		'create index on {new_stored_stay} (small_area)']
	loop
		execute ph_support.in_schema(statement, schema);
	end loop;
	call ph_support.secure_new_table(schema, 'new_stored_stay', true);
	call ph_support.take_statistics(format('%I.new_stored_stay', schema)::regclass);
	call ph_support.describe_table(format('%I.new_stored_stay', schema),
		'the rows of computed_stay as they were when they were last stored or refreshed',
		ph_support.population_columns());
	call ph_support.move_stays_in(schema);
	call ph_support.refresh_access_where_secured(schema);
end
$$;
comment on procedure ph.store_stays(text) is
	'stores the rows of computed_stay in the table stored_stay, with indexes and statistics, '
	'and lets the view stay read it: person_at, person_period and all that is built on stay become fast, '
	'and as old as the last ph.refresh_stays. Triggers on the shared tables note whose rows change in changed_person; '
	'who reads stay needs the right to read stored_stay. Again: all is stored anew. '
	'Errors: undefined_table without population views, feature_not_supported under row security other than that of '
	'ph.secure, insufficient_privilege for who does not see all rows, '
	'object_not_in_prerequisite_state without a data day, duplicate_object where the name is taken';

create procedure ph.refresh_stays(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	persons text[];
	everybody boolean;
begin
	if to_regclass(format('%I.stored_stay', schema)) is null then
		raise exception 'schema "%" has no stored stays', schema
			using errcode = 'undefined_table', hint = 'CALL ph.store_stays(...) first.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %I.computed_stay', schema)]);
	execute format('lock table %I.stored_stay in share row exclusive mode', schema);
	call ph_support.watch_changes(schema);
	execute format(
		'with taken as (
			delete from %I.changed_person
			where relation in (select s.relation from ph_support.stay_source() s)
			returning person_id)
		select array_agg(distinct person_id) filter (where person_id is not null),
			coalesce(bool_or(person_id is null), false)
		from taken', schema)
	into persons, everybody;
	if everybody then
		call ph.store_stays(schema);
	elsif persons is not null then
		execute format('delete from %I.stored_stay where person_id = any ($1)', schema) using persons;
		execute format(
			'insert into %1$I.stored_stay (%2$s) select * from %1$I.computed_stay where person_id = any ($1)', schema,
			ph_support.column_list(format('%I.computed_stay', schema)::regclass))
		using persons;
		call ph_support.refresh_access_where_secured(schema);
	end if;
end
$$;
comment on procedure ph.refresh_stays(text) is
	'computes anew the stored stays of the persons in changed_person, which is empty then, '
	'or of everybody where a whole table, the data day, places or factors of places have changed. '
	'Errors: undefined_table without stored stays, as ph.store_stays where all is stored anew';
