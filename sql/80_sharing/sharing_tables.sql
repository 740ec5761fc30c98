
-- ---- the tables of sharing in a schema of yours ----

create function ph_support.purpose_list() returns text
language sql immutable
begin atomic
	select string_agg(quote_literal(p.purpose), ', ')
	from ph.purpose() p;
end;
comment on function ph_support.purpose_list() is
	'the purposes as a literal list, so that no constraint names an object of the extension';

create function ph_support.name_in_policies(schema text, relation text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	name text := format('%I.%I', schema, relation);
begin
	if ph_support.is_distributed(to_regclass(name)) then
		execute 'select shard_name(logicalrelid, shardid) from pg_dist_shard where logicalrelid = $1'
		into name
		using to_regclass(name);
	end if;
	return name;
end
$$;
comment on function ph_support.name_in_policies(text, text) is
	'the name by which functions of policies read a table that is whole on every node: Citus asks them on shards, '
	'where they may read nothing distributed, but the one shard that the node has';

create function ph_support.enforcing_role_query(schema text) returns text
language sql stable
-- nobody knows what a partner is that is not in the table
return format($query$select s.role, s.partner
	from %I.partner_role s
	left join %s p on p.partner = s.partner
	where coalesce(p.kind in ('employer', 'police_fire'), true)$query$,
	schema, ph_support.name_in_policies(schema, 'partner'));
comment on function ph_support.enforcing_role_query(text) is
	'the query of the roles that speak for an employer, the police or a partner that is not in the table: they get no '
	'rows of persons unless an entitlement is justified, since help must not become enforcement';

create function ph_support.enforcing_role(schema text) returns table (role text, partner text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute ph_support.enforcing_role_query(schema);
end
$$;
comment on function ph_support.enforcing_role(text) is 'the rows of ph_support.enforcing_role_query()';

create function ph_support.sharing_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable
begin atomic
	values
		('entitlement',
		 format('role text not null,
			level text not null check (level in (''national'', ''system'', ''place'', ''practice'')),
			place text check (place <> ''''),
			purpose text not null check (purpose in (%s)),
			until date,
			justification text check (justification <> ''''),
			granted_by text not null default session_user,
			granted_at timestamptz not null default now(),
			check ((level = ''national'') = (place is null)),
			unique nulls not distinct (role, level, place, purpose)', ph_support.purpose_list()),
		 'one row a role and place whose rows it may see, for one purpose; who has no row sees nobody',
		 jsonb_build_object(
			'role', 'name of the role; members that inherit its rights have its entitlements',
			'level', 'national (everywhere), or the level of the place: system, place, practice',
			'place', 'the system, place or practice, as in stay; NULL for national only',
			'purpose', 'what for, of ph.purpose(); a role has one purpose at a time',
			'until', 'last day on which it holds; NULL is open',
			'justification', 'why a role that speaks for an employer or the police sees rows of persons at all',
			'granted_by', 'who wrote it', 'granted_at', 'when')),
		('partner_role',
		 'role text not null, partner text not null, primary key (role, partner)',
		 'one row a role and partner for which it speaks: it sees the rows that this partner wrote for itself alone, '
		 'and the agreements about money to which it is a party',
		 jsonb_build_object('role', 'name of the role', 'partner', 'the partner, of table partner')),
		('may_use',
		 format('person_id text not null, purpose text not null check (purpose in (%s)),
			primary key (person_id, purpose)', ph_support.purpose_list()),
		 'one row a person and purpose for which he or she may be included; who is not on it is not seen',
		 jsonb_build_object('person_id', 'pseudonym of the person', 'purpose', 'for what, of ph.purpose()')),
		('restricted_code',
		 format('code_system text not null, code text not null check (code <> ''''),
			match text not null default ''exact'' check (match in (''exact'', ''prefix'')),
			class text not null check (class in (''law'', ''sensitive'', ''third_party'')),
			purposes text[] not null default ''{}'' check (purposes <@ array[%s]), source text not null,
			primary key (code_system, code, match, class, source)', ph_support.purpose_list()),
		 'one row a code whose rows are left out for all purposes but those that it lists',
		 jsonb_build_object(
			'code_system', 'code system, spelt as in clinical_event', 'code', 'the code, or the beginning of the codes',
			'match', 'exact: the code itself; prefix: every code that starts with it',
			'class', 'why: law (disclosure is an offence), sensitive, third_party (tells of somebody else)',
			'purposes', 'purposes for which rows with it may be seen all the same',
			'source', 'who published the set, and where')),
		('secured_table',
		 'relation text primary key, date_column text',
		 'one row a table of yours, beside those of the extension, that ph.secure covers',
		 jsonb_build_object(
			'relation', 'name of the table, which has a column person_id',
			'date_column', 'the column of the day on which a row belongs to a place; NULL is the last place'));
end;
comment on function ph_support.sharing_table() is
	'the tables that ph.create_sharing_tables makes: columns, descriptions';

create procedure ph_support.keep_one_purpose(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	body constant text := format(
		$body$declare
			today constant date := statement_timestamp() at time zone 'UTC';
		begin
			lock table %1$I.entitlement in share row exclusive mode;  -- two who write at one time meet here
			if new.justification is null and exists (select from (%2$s) s where s.role = new.role) then
				raise exception 'role "%%" speaks for an employer, the police or a partner that is not known', new.role
					using errcode = 'check_violation',
						hint = 'They see no rows of persons; where a law says otherwise, write it into justification.';
			elsif exists (
				select
				from %1$I.entitlement e
				where e.role = new.role and e.purpose <> new.purpose and coalesce(e.until >= today, true))
				and coalesce(new.until >= today, true)
			then
				raise exception 'role "%%" is entitled for another purpose', new.role
					using errcode = 'check_violation',
						hint = 'A statement has one purpose: make a role for each, and SET ROLE to one of them.';
			end if;
			return null;
		end$body$, schema, ph_support.enforcing_role_query(schema));
begin
	call ph_support.replace_function(schema, 'keep_one_purpose', '', format(
		'() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L', body),
		'the trigger that refuses in entitlement a second purpose of one role, and employers and the police');
	execute format('create or replace trigger keep_one_purpose after insert or update on %1$I.entitlement
		for each row execute function %1$I.keep_one_purpose()', schema);
end
$$;
comment on procedure ph_support.keep_one_purpose(text) is
	'makes the trigger by which entitlement refuses a second purpose of one role, and roles of employers and the '
	'police without a justification';

create procedure ph.create_sharing_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	is_new boolean;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.person', schema)) is null then
		raise exception 'schema "%" has no shared tables', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_shared_tables(...) first.';
	end if;
	for part in select * from ph_support.sharing_table() loop
		call ph_support.create_private_table(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	call ph_support.keep_one_purpose(schema);
	if to_regclass(format('%I.disclosure_rule', schema)) is null then
		execute format('create table %I.disclosure_rule (like ph.disclosure_rule including all)', schema);
		call ph_support.describe_table(format('%I.disclosure_rule', schema),
			'one row a rule of your own by which numbers leave, named schema.rule in calls', '{}');
	end if;
	call ph.create_identity_table(schema);
	call ph_support.create_release_tables(schema);
	call ph_support.create_released_views(schema);
end
$$;
comment on procedure ph.create_sharing_tables(text) is
	'makes, beside the shared tables of the schema, the tables of sharing: entitlement (which role sees which places, '
	'for which purpose, until when), partner_role (for whom a role speaks), may_use (who may be included for which '
	'purpose), restricted_code (codes whose '
	'rows are left out), secured_table, disclosure_rule (rules of your own by which numbers leave), identity, and '
	'release with its rows and views (the views where there are measures: call it again after '
	'ph.create_measure_tables). They belong to the caller and are granted to nobody. '
	'Again: what is there stays as it is. Errors: undefined_table without shared tables, '
	'duplicate_object where a name is taken by something else';
