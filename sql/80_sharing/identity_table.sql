
-- ---- who a pseudonym is ----
-- A table apart, its owner's alone, and a way to ask it that leaves a trace. Nothing here names an object of the
-- extension: it must outlive DROP EXTENSION ... CASCADE, so that a number is a bigint.

create function ph_support.identity_table(
	out relation text, out definition text, out policy text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values (
		'identity',
		'person_id text primary key,
		nhs_number bigint not null unique check (nhs_number between 0 and 9999999999)',
		'create policy hidden on {identity} using (false)',
		'who a person_id is; readable by its owner alone, whoever else must know asks by request_reidentification and '
		'reidentify',
		'{"person_id": "the pseudonym that the shared tables have", "nhs_number": "NHS number, which ph.nhs_number '
		'becomes by itself; without its leading zeros"}'::jsonb
	), (
		'reidentification',
		'request bigint generated always as identity primary key,
		at timestamptz not null default clock_timestamp(),
		login text not null default session_user,
		role text not null default current_setting(''role''),
		person_id text not null,
		purpose text not null check (purpose ~ ''\S''),
		reason text not null check (reason ~ ''\S''),
		transaction xid8 not null default pg_current_xact_id()',
		'create policy read_by_grant on {reidentification} for select using (true)',
		'who asked when and why who a person is, one row a request; rows are added and never changed',
		'{"request": "number of the request", "at": "when", "login": "who was logged in", "role": "what SET ROLE '
		'chose, none where nothing", "person_id": "of whom", "purpose": "what for, such as direct_care", "reason": '
		'"why, in words", "transaction": "the transaction that asked: only a later one is answered"}'::jsonb
	);
end;
comment on function ph_support.identity_table() is 'the tables that ph.create_identity_table makes';

create function ph_support.identity_function(
	out name text, out types text, out definition text, out body text, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values (
		'request_reidentification', 'text, text, text',
		'(person_id text, purpose text, reason text) returns bigint language plpgsql volatile security definer',
		$body$
declare
	number bigint;
begin
	if coalesce(person_id, '') = '' or coalesce(purpose, '') !~ '\S' or coalesce(reason, '') !~ '\S' then
		raise exception 'person_id, purpose and reason must not be null or empty'
			using errcode = 'invalid_parameter_value', hint = 'The reason is for whoever reads the log.';
	end if;
	insert into {reidentification} (person_id, purpose, reason)
	values (person_id, purpose, reason)
	returning request into number;
	return number;
end
$body$,
		'writes down who asks who a person is, for what purpose and reason; the answer is that of reidentify, in a '
		'later transaction. With the rights of its owner'
	), (
		'reidentify', 'bigint',
		'(request bigint) returns text language plpgsql stable security definer',
		$body$
declare
	asked {reidentification};
begin
	select r.* into asked
	from {reidentification} r
	where r.request = reidentify.request and r.login = session_user;
	if asked.request is null then
		raise exception 'there is no such request of yours'
			using errcode = 'invalid_parameter_value', hint = 'request_reidentification() makes one.';
	elsif asked.transaction = pg_current_xact_id_if_assigned() then
		raise exception 'the request must be committed first'
			using errcode = 'object_not_in_prerequisite_state', hint = 'What is taken back would leave no trace.';
	elsif asked.at < clock_timestamp() - interval '1 day' then
		raise exception 'the request is older than a day'
			using errcode = 'object_not_in_prerequisite_state', hint = 'Ask again.';
	end if;
	return (
		select lpad(i.nhs_number::text, 10, '0')
		from {identity} i
		where i.person_id = asked.person_id);
end
$body$,
		'the NHS number of the person that a committed request of the last day asks for, NULL where nobody is known; '
		'only whoever asked is answered. With the rights of its owner'
	), (
		'keep_reidentification', '',
		'() returns trigger language plpgsql',
		$body$
begin
	if tg_op = 'DELETE' and to_regclass(format('%I.removal', tg_table_schema)) is not null then
		if exists (select from {removal} r where r.transaction = pg_current_xact_id_if_assigned()) then
			return null;
		end if;
	end if;
	raise exception 'rows of % are never changed', tg_table_name
		using errcode = 'insufficient_privilege', hint = 'People are removed by ph.remove_person.';
end
$body$,
		'the trigger that refuses whatever would change the log of re-identification, but for removals on record'
	);
end;
comment on function ph_support.identity_function() is
	'the functions that ph.create_identity_table makes; names of tables in braces';

create procedure ph_support.take_all_grants(kind text, target text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	for statement in
		select distinct format('revoke all on %s %s from %s', kind, target,
			case when right_of.grantee = 0 then 'public' else right_of.grantee::regrole::text end)
		from (
			select relowner, relacl
			from pg_class
			where oid = case kind when 'table' then to_regclass(target) end
			union all
			select proowner, coalesce(proacl, acldefault('f', proowner))
			from pg_proc
			where oid = case kind when 'function' then to_regprocedure(target) end
		) made (owner, rights),
		lateral aclexplode(made.rights) right_of
		where right_of.grantee <> made.owner
	loop
		execute statement;
	end loop;
end
$$;
comment on procedure ph_support.take_all_grants(text, text) is
	'takes from everybody but its owner the rights on a table or function that is new, '
	'those of ALTER DEFAULT PRIVILEGES too';

create procedure ph.create_identity_table(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	is_new boolean;
	there boolean;
begin
	call ph_support.require_own_schema(schema);
	for part in select * from ph_support.identity_table() loop
		target := format('%I.%I', schema, part.relation);
		call ph_support.create_table_where_missing(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
		if is_new then
			call ph_support.take_all_grants('table', target);
			-- a grant on all tables of the schema, made without a thought, shows no row of identity
			execute format('alter table %s enable row level security', target);
			execute ph_support.in_schema(part.policy, schema);
		else
			call ph_support.require_generated(schema, part.relation, 'pg_class', target::regclass);
		end if;
	end loop;
	for part in select * from ph_support.identity_function() loop
		target := format('%I.%I(%s)', schema, part.name, part.types);
		there := to_regprocedure(target) is not null;
		call ph_support.replace_function(schema, part.name, part.types, format(
			'%s set search_path = pg_catalog, pg_temp as %L', part.definition,
			ph_support.in_schema(part.body, schema)), part.description);
		if not there then
			call ph_support.take_all_grants('function', target);
		end if;
	end loop;
	execute ph_support.in_schema(
		'create or replace trigger keep_reidentification before update or delete or truncate on {reidentification}
		for each statement execute function {keep_reidentification}()', schema);
end
$$;
comment on procedure ph.create_identity_table(text) is
	'makes in the schema, owned by the caller and granted to nobody, the table identity (person_id, nhs_number), of '
	'which row security shows others nothing even where it is granted; the log reidentification, which only grows; and '
	'two functions for those to whom you grant EXECUTE on them: request_reidentification(person_id, purpose, reason) '
	'writes into the log and returns the number of the request, reidentify(request) answers it once that is committed, '
	'so that no rollback hides it. They run with the rights of their owner under a fixed search_path and name nothing '
	'of the extension. Called again it replaces the functions in place. Errors: null_value_not_allowed, 22023, '
	'invalid_schema_name, duplicate_object where a name is taken by something else';
