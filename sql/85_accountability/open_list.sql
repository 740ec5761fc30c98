
-- ---- lists of people: opened, and on record before anybody reads them ----
-- The view beneath a list is its owner's alone. Who works with people opens the list: a function with the rights of its
-- owner writes down who is shown to whom and what for, and a later transaction reads them. An answer in the transaction
-- of its record could be read and the record rolled back.

create function ph_support.list_function(
	out name text, out types text, out definition text, out body text, out description text)
returns setof record
language sql immutable parallel safe
begin atomic
	values (
		'asking_role', '',
		'() returns name language sql stable',
		$body$
select case current_setting('role') when 'none' then session_user else current_setting('role')::name end
$body$,
		'the role that asks, with whosever rights a function runs'
	), (
		'places_of', 'jsonb',
		'(person jsonb) returns text[] language sql immutable',
		$body$
select array['system ' || (person ->> 'access_system'), 'place ' || (person ->> 'access_place'),
	'practice ' || (person ->> 'access_practice')]
$body$,
		'the places of a row of person that entitlements are for, with their levels'
	), (
		'list_scope', 'text, oid',
		'(purpose text, person oid, out is_secured boolean, out everywhere boolean, out places text[])
			returns record language plpgsql stable',
		$body$
declare
	who constant name := {asking_role}();
	purposes text[];
begin
	select count(*) > 0, coalesce(bool_or(pg_has_role(session_user, who, 'member') and exists (
		select from unnest(p.polroles) r where r <> 0 and pg_has_role(who, r, 'usage'))), false)
	into is_secured, everywhere
	from pg_policy p
	where p.polrelid = list_scope.person and p.polname = 'custodian';
	if is_secured and not everywhere then
		purposes := {scope}('purpose', who);
		if (purposes <> '{}' and coalesce(purpose, purposes[1]) = all (purposes)) is not true then
			raise exception 'role "%" is not entitled for this purpose alone', who
				using errcode = 'insufficient_privilege',
					hint = 'The steward writes entitlements; who has roles of several purposes sets one of them.';
		end if;
		everywhere := cardinality({scope}('national', who)) > 0;
		places := array(
			select l.level || ' ' || p
			from unnest('{system,place,practice}'::text[]) l (level), unnest({scope}(l.level, who)) p);
	end if;
end
$body$,
		'whether the table of persons is secured, and of what places the role that asks may see people for a purpose; '
		'NULL is the one purpose that it has'
	), (
		'is_of_places', 'text, oid',
		'(person text, people oid) returns boolean language sql stable',
		$body$
select exists (
	select
	from {person} p, {list_scope}(null, $2) s
	where p.person_id::text = $1 and (not s.is_secured or s.everywhere or {places_of}(to_jsonb(p)) && s.places))
$body$,
		'whether somebody is a person of the places of the role that asks, who may write about him or her'
	), (
		'open_list', 'text, text, text',
		'(list text, purpose text, reason text) returns bigint language plpgsql volatile security definer',
		$body$
declare
	before constant text := coalesce(current_setting('population_health.purpose', true), '');
	asked record;
	scope record;
	listed jsonb[];
	number bigint;
begin
	if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
		raise exception 'the isolation level of the transaction must be read committed'
			using errcode = 'active_sql_transaction', hint = 'At others somebody could be shown who was just removed.';
	elsif coalesce(reason, '') !~ '\S' then
		raise exception 'argument "reason" must not be null or empty'
			using errcode = 'invalid_parameter_value', hint = 'It is for whoever reads who opened lists.';
	end if;
	select l.list, l.purpose, c.relnamespace, format('%I.%I', n.nspname, l.relation) as relation
	into asked
	from {person_list} l
	join pg_class c on c.oid = l.tableoid
	join pg_namespace n on n.oid = c.relnamespace
	where l.list = open_list.list;
	if asked.list is null then
		raise exception 'argument "list" must be a list of people'
			using errcode = 'invalid_parameter_value', hint = 'SELECT list, purpose FROM person_list shows them.';
	elsif asked.purpose is distinct from open_list.purpose then
		raise exception 'list "%" is for the purpose %', asked.list, asked.purpose
			using errcode = 'invalid_parameter_value', hint = 'People are not shown for what their list is not for.';
	end if;
	select s.*
	into scope
	from pg_class c, {list_scope}(asked.purpose, c.oid) s
	where c.relname = 'person' and c.relnamespace = asked.relnamespace;
	-- rows whose code is restricted are left out by the policy of their table
	perform set_config('population_health.purpose', asked.purpose, true);
	execute format('select array_agg(to_jsonb(v)) from %s v', asked.relation) into listed;
	perform set_config('population_health.purpose', before, true);
	with allowed as (
		select p.person_id::text as person_id, v - 'person_id' as details, exists (
				select
				from {person_request} r
				where r.person_id = p.person_id::text and r.kind in ('objection', 'restriction')
					and r.about in (asked.list, 'all')
					and coalesce(r.outcome in ('upheld', 'partly_upheld'), true)) as objects
		from unnest(listed) v
		join {person} p on p.person_id::text = v ->> 'person_id'
		cross join to_jsonb(p) who
		where not scope.is_secured or (who ->> ('may_use_' || asked.purpose))::boolean
			and (scope.everywhere or {places_of}(who) && scope.places)
	), opened as (
		insert into {list_opening} (list, purpose, reason, role, people, objected)
		select asked.list, asked.purpose, open_list.reason, {asking_role}(), count(*) filter (where not objects),
			count(*) filter (where objects)
		from allowed
		returning opening
	), shown as (
		insert into {opened_person} (person_id, opening, details)
		select a.person_id, o.opening, a.details
		from allowed a, opened o
		where not a.objects
	)
	select opening into number from opened;
	return number;
exception when unique_violation then
	raise exception 'list "%" has a person more than once', asked.list
		using errcode = 'cardinality_violation', hint = 'The view beneath a list is one row a person.';
end
$body$,
		'writes down that the caller opens a list of people, for what purpose and reason, and who is on it: of those '
		'whom the caller may see, without those who object. Returns the number of the opening, whose people stand in '
		'opened_list once it is committed. With the rights of its owner'
	), (
		'opened_people', '',
		'() returns table (
			opening bigint, list text, purpose text, reason text, opened_at timestamptz, person_id text, details jsonb)
			language plpgsql stable security definer',
		$body$
begin
	return query
	select o.opening, o.list, o.purpose, o.reason, o.opened_at, p.person_id, p.details
	from {list_opening} o
	join {opened_person} p on p.opening = o.opening
	where o.login = session_user and o.role = {asking_role}()
		and o.transaction is distinct from pg_current_xact_id_if_assigned()
		and o.opened_at > clock_timestamp() - interval '1 day';
end
$body$,
		'the people of the openings of the last day by who is logged in, as the role that asks (one login may be that '
		'of several, by SET ROLE), of earlier transactions alone. '
		'With the rights of its owner'
	);
end;
comment on function ph_support.list_function() is
	'the functions by which lists of people are opened and read; names of tables in braces';

create procedure ph_support.create_open_list(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	target text;
	there boolean;
	owner constant regrole := ph_support.owner_of(format('%I.person_list', schema)::regclass);
begin
	for part in select * from ph_support.list_function() loop
		target := format('%I.%I(%s)', schema, part.name, part.types);
		there := to_regprocedure(target) is not null;
		call ph_support.replace_function(schema, part.name, part.types, format(
			'%s set search_path = pg_catalog, pg_temp as %L', part.definition,
			ph_support.in_schema(part.body, schema)), part.description);
		if not there then
			execute format('alter function %s owner to %s', target, owner);
			call ph_support.take_all_grants('function', target);
		end if;
	end loop;
	target := format('%I.opened_list', schema);
	there := to_regclass(target) is not null;
	call ph_support.replace_view(schema, 'opened_list', ph_support.in_schema('select * from {opened_people}()', schema),
		'the people of lists that whoever is logged in has opened within a day as the same role, once committed: '
		'one row a person and opening', '{"opening": "number of the opening, as open_list returned it",
			"list": "the list", "purpose": "what for", "reason": "why, in words", "opened_at": "when",
			"person_id": "the person", "details": "what the list says of the person, by column"}');
	if not there then
		execute format('alter view %s owner to %s', target, owner);
		call ph_support.take_all_grants('table', target);
	end if;
end
$$;
comment on procedure ph_support.create_open_list(text) is
	'makes open_list, opened_people and the view opened_list in the schema, of who owns person_list, granted to '
	'nobody';

create procedure ph_support.require_list_view(schema text, relation text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	view record;
	readers text;
begin
	select c.oid, c.relkind = 'v' and exists (
			select from pg_attribute where attrelid = c.oid and attname = 'person_id' and not attisdropped) as is_list,
		exists (
			select
			from pg_options_to_table(c.reloptions) o
			where o.option_name = 'security_invoker' and o.option_value::boolean) as is_invoker
	into view
	from pg_class c
	where c.oid = to_regclass(quote_ident(schema) || '.' || quote_ident(relation));
	if view.is_list is not true then
		raise exception 'argument "relation" must be a view of the schema with person_id'
			using errcode = 'undefined_table', hint = 'It says who is on the list, one row a person.';
	elsif not view.is_invoker then
		raise exception 'view "%" has the rights of its owner', relation
			using errcode = 'invalid_object_definition', hint =
				format('ALTER VIEW %I.%I SET (security_invoker = true) first.', schema, relation);
	end if;
	select string_agg(distinct name, ', ' order by name) into readers from ph_support.grants_on(view.oid);
	if readers is not null then
		raise exception 'view "%" is granted to others: %', relation, readers
			using errcode = 'invalid_grant_operation', hint =
				format('REVOKE ALL ON %I.%I first: a list is read by opening it.', schema, relation);
	end if;
end
$$;
comment on procedure ph_support.require_list_view(text, text) is
	'does nothing where the view can be beneath a list. Errors: undefined_table, invalid_object_definition, '
	'invalid_grant_operation with the names of roles that it is granted to';

create function ph_support.purpose_of_run(schema text, run text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	purpose text;
begin
	perform ph_support.require_run(schema, run);
	execute format('select r.purpose from %I.score_run r where r.run = $1', schema) into purpose using run;
	return purpose;
end
$$;
comment on function ph_support.purpose_of_run(text, text) is
	'the purpose of a run. Errors: undefined_table, invalid_parameter_value where it is not recorded';

create function ph_support.require_list_name(list text) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
	if (list ~ '^[a-z][a-z0-9_]*$' and list <> 'all') is not true then
		raise exception 'argument "list" must be a name of small letters, digits and _, and not all'
			using errcode = 'invalid_parameter_value', hint = 'An objection about all is one to every list.';
	end if;
end
$$;
comment on function ph_support.require_list_name(text) is
	'does nothing where a list may have the name. Errors: invalid_parameter_value';

create procedure ph.create_list(
	schema text, list text, relation text, purpose text, description text, run text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	run_purpose text;
	known boolean;
begin
	call ph_support.require_own_schema(schema);
	perform ph_support.require_accountability_tables(schema);
	perform ph_support.require_list_name(list);
	if coalesce(description, '') !~ '\S' then
		raise exception 'argument "description" must not be null or empty'
			using errcode = 'invalid_parameter_value', hint = 'It says in words who is on the list.';
	elsif not exists (select from ph.purpose() p where p.purpose = create_list.purpose) then
		raise exception 'argument "purpose" must be a purpose'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.purpose() lists them.';
	end if;
	execute format('select exists (select from %I.person_list l where l.list = $1)', schema) into known using list;
	if known then
		raise exception 'there is already a list "%"', list
			using errcode = 'duplicate_object', hint = format('DELETE FROM %I.person_list first.', schema);
	end if;
	if run is not null then
		run_purpose := ph_support.purpose_of_run(schema, run);
		if run_purpose <> purpose then
			raise exception 'run "%" is for the purpose %', run, run_purpose
				using errcode = 'invalid_parameter_value', hint = 'A list has the purpose of its run.';
		end if;
	end if;
	call ph_support.require_list_view(schema, relation);
	execute format(
		'insert into %I.person_list (list, relation, run, purpose, description) values ($1, $2, $3, $4, $5)', schema)
	using list, relation, run, purpose, description;
end
$$;
comment on procedure ph.create_list(text, text, text, text, text, text) is
	'writes into person_list that a view of the schema (relation: one row a person, with person_id; with the rights of '
	'who asks, granted to nobody) is a list of people that may be opened for one purpose: open_list(list, purpose, '
	'reason) of the schema. A run is the one that it comes from. ph.grant_access grants such views to nobody. '
	'Errors: undefined_table, invalid_parameter_value, invalid_object_definition, invalid_grant_operation with who '
	'reads the view, duplicate_object for a list that there is';

create procedure ph.create_run_list(
	schema text, list text, run text, tiers integer[] default '{1}', description text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	view constant text := 'list_' || list;
	purpose text;
	lacking text;
begin
	perform ph_support.require_list_name(list);
	purpose := ph_support.purpose_of_run(schema, run);
	execute format(
		'select string_agg(coalesce(t::text, ''null''), '', '')
		from unnest($2) t
		where t is null or not exists (select from %I.person_score s where s.run = $1 and s.tier = t)', schema)
	into lacking
	using run, tiers;
	if lacking is not null or coalesce(tiers, '{}') = '{}' then
		raise exception 'argument "tiers" must list tiers of the run, not %', coalesce(lacking, 'none')
			using errcode = 'invalid_parameter_value', hint = 'Tier 1 is the highest.';
	elsif to_regclass(format('%I.%I', schema, view)) is not null then
		raise exception 'schema "%" already has %', schema, view
			using errcode = 'duplicate_object', hint = 'Name the list otherwise, or drop the view first.';
	end if;
	call ph_support.replace_view(schema, view,
		ph_support.in_schema('select person_id, value, band, tier, missing_inputs from {person_score}', schema)
			|| format(' where run = %L and tier = any (%L::integer[])', run, tiers),
		'people of a run in some of its tiers: a list that is read by opening it',
		'{"person_id": "the person", "value": "the score", "band": "band in words", "tier": "tier, 1 the highest",
			"missing_inputs": "inputs that were not known"}');
	execute format('alter view %I.%I owner to %s', schema, view,
		ph_support.owner_of(format('%I.person_list', schema)::regclass));
	call ph_support.take_all_grants('table', format('%I.%I', schema, view));
	call ph.create_list(schema, list, view, purpose,
		coalesce(description, format('tier %s of run %s', array_to_string(tiers, ', '), run)), run);
end
$$;
comment on procedure ph.create_run_list(text, text, text, integer[], text) is
	'makes a list of the people of a run who are in these tiers (1 is the highest), for the purpose of the run: the '
	'view list_ and its name (person_id, value, band, tier, missing_inputs), granted to nobody, and its row of '
	'person_list. Errors: those of ph.create_list, invalid_parameter_value for a run that is not recorded and tiers '
	'in which nobody is, duplicate_object where the view is there';
