
-- ---- what each kind of role may do ----

create function ph.access_kind(out kind text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('owner', 'owns the schema and all that is in it, sees and writes all rows; nobody should log in as it'),
		('loader', 'writes the shared tables, and sees all rows of them'),
		('steward', 'writes entitlements, who may be used and what is restricted; reads summaries, no rows of persons'),
		('analyst', 'reads rows of persons within its entitlements, columns that the shared tables have, and views'),
		('aggregate', 'reads what was released, and what its numbers mean; no rows of persons'),
		('auditor', 'reads what was released, loaded, folded, scored, listed and entitled; no rows of persons'),
		('caseworker', 'opens lists of people, on record, and adds decisions and requests; reads no tables of persons'),
		('bookkeeper', 'reads the ledgers to which the partner for which it speaks is a party, and posts to those that '
			'are its to keep; no rows of persons');
end;
comment on function ph.access_kind() is 'the kinds of role that ph.grant_access knows, and what each is for';

create function ph_support.described_by_place() returns text[]
language sql immutable parallel safe
return '{place,place_parent,place_factor,code_list,code_map,data_day,partner,service,encounter_service,
	life_event_kind,intervention,intervention_exclusion,community_change,value_set,health_state_value,place_dimension,
	calendar}'::text[];
comment on function ph_support.described_by_place() is 'the tables without persons that queries of persons join';

create function ph_support.generated_view(schema text, out relation text, out of_summaries boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.relname, exists (
		select
		from ph_support.built_on('pg_class'::regclass, to_regclass(format('%I.measure_tally', schema))) b
		where b.class = 'pg_class'::regclass and b.object = c.oid)
	from pg_class c
	where c.relnamespace = to_regnamespace(quote_ident(schema)) and c.relkind = 'v'
		and ph_support.is_generated('pg_class', c.oid)
$$;
comment on function ph_support.generated_view(text) is
	'the views of the schema that this extension made, and whether they read stored summaries';

create function ph_support.told_of_releases() returns text[]
language sql immutable parallel safe
return '{release,released_row,released_current,released_value,released_breakdown,measure,breakdown,measure_place,
	calendar}'::text[];
comment on function ph_support.told_of_releases() is
	'what was released, and the tables that the views of it read; whom each release is for is in its policy';

create function ph_support.view_of_people(schema text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.person_list', schema)) is not null then
		return query execute format('select relation from %I.person_list', schema);
		return query
		values ('opened_list')
		union
		select c.relname::text
		from ph_support.accountability_table() t
		join ph_support.table_to_secure(schema) s on s.relation = t.relation and not s.by_row
		cross join ph_support.built_on('pg_class'::regclass, s.target) b
		join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'v'
		where c.relnamespace = to_regnamespace(quote_ident(schema));
	end if;
end
$$;
comment on function ph_support.view_of_people(text) is
	'the views of the schema that ph.grant_access grants to nobody but caseworkers: those beneath lists, those that '
	'read the tables of accountability that custodians alone read, and opened_list';

create function ph_support.granted_routine(out kind text, out routine text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('aggregate', 'tabulate(text, text, text, text)'), ('caseworker', 'open_list(text, text, text)'),
		('caseworker', 'opened_people()');
end;
comment on function ph_support.granted_routine() is
	'the functions of a schema that a kind of role may execute, where they are there';

create function ph_support.told_of_scores() returns text[]
language sql immutable parallel safe
return '{data_day,scheme,scheme_rule,segment_recording,score_run,run_judgement,run_group,person_list,list_opening,
	retention_rule,removal,justification}'::text[];
comment on function ph_support.told_of_scores() is
	'the tables that say of which day, by which schemes and scores people are grouped and listed, how right those are '
	'and who looked; nobody is in them';

create function ph_support.told_of_money() returns text[]
language sql immutable parallel safe
return '{budget_agreement,budget_agreement_partner,budget_head,budget_entry,agreement_position,
	closing_balance}'::text[];
comment on function ph_support.told_of_money() is
	'the ledger of money and the views of it alone; nobody is in it, but what a segment in a place costs can be of one '
	'person';

create function ph_support.told_of_virtual_budgets() returns text[]
language sql immutable parallel safe
return '{budget_run,budget_line,virtual_budget}'::text[];
comment on function ph_support.told_of_virtual_budgets() is
	'virtual budgets, whose cells can be of few people anywhere: for those alone who may see all';

create function ph_support.money_by_place() returns text[]
language sql immutable parallel safe
return '{place,place_parent,partner,service,funding_stream,staff,asset,place_need,stream_overlap,need_per_post,
	need_beside_assets}'::text[];
comment on function ph_support.money_by_place() is
	'streams of money, staff, assets and need, the views of them, and what they name';

create function ph_support.view_of_ledger(schema text) returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select c.relname::text
	from unnest('{budget_entry,budget_line}'::text[]) t (relation)
	cross join ph_support.built_on('pg_class'::regclass, to_regclass(format('%I.%I', schema, t.relation))) b
	join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'v'
$$;
comment on function ph_support.view_of_ledger(text) is
	'the views that read the ledger of money or virtual budgets, which ph.grant_access grants to no analyst';

create function ph.access_grants(schema text, kind text)
returns table (relation text, privilege text, columns text[])
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
	with wanted (kind, relation, privilege, columns) as (
		-- columns by name: what else was put into a table, such as an identifier, is not granted
		select 'analyst', c.relation, 'select', array_agg(c.column_name order by c.column_name)
		from ph.shared_column() c
		where c.relation in (select p.relation from ph.shared_column() p where p.column_name = 'person_id')
			and c.column_name <> 'death_cause_icd10'  -- a code that no row could be left out for
		group by c.relation
		union all
		select 'analyst', t.relation, 'select', array_agg(a.attname::text order by a.attname)
		from unnest('{stored_stay,segment_history,disputed_input}'::text[]) t (relation)
		join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', schema, t.relation)) and a.attnum > 0
			and not a.attisdropped and a.attname !~ '^(access|may_use)_'
		group by t.relation
		union all
		select 'analyst', v.relation, 'select', null
		from ph_support.generated_view(schema) v
		where not v.of_summaries and v.relation not in (
			select ph_support.view_of_people(schema) union all select ph_support.view_of_ledger(schema))
		union all
		select 'caseworker', relation, privilege, columns
		from (
			values ('opened_list', 'select', null::text[]), ('person_list', 'select', '{list,run,purpose,description}'),
				('decision', 'insert',
					'{person_id,run,offer,decided_by,decided_on,decision,reason,human_changed,not_for_post}'),
				('person_request', 'insert', '{person_id,kind,about,received,note}')
		) c (relation, privilege, columns)
		union all
		select 'bookkeeper', relation, privilege, columns
		from (
			values ('budget_entry', 'insert', '{agreement,partner,entry_date,kind,amount,service,place,segment,stream,
					reverses,why}'::text[]),
				-- locked and moved by the triggers of who posts
				('budget_head', 'update', '{count,hash}')
		) b (relation, privilege, columns)
		union all
		select k.kind, r, p, null
		from (
			values
				('analyst', ph_support.described_by_place() || ph_support.money_by_place() || '{scheme,scheme_input,
					scheme_segment,scheme_rule,segment_recording,segment_strategy}'::text[], '{select}'::text[]),
				('loader', array(select t.relation from ph.shared_table() t), '{select,insert,update,delete}'),
				('loader', '{data_load}', '{select,insert}'),
				('steward', '{entitlement,partner_role,may_use,restricted_code,disclosure_rule}',
				 '{select,insert,update,delete}'),
				('steward', ph_support.described_by_place() || '{secured_table,measure_tally,measure_fold,
					place_ladder,practice_ladder,release_head}'::text[], '{select}'),
				('aggregate', '{place}', '{select}'),
				('auditor', '{release_head,entitlement,partner_role,restricted_code,secured_table,data_load,source_load,
					source_count,measure_fold,segment_recording}', '{select}')
		) k (kind, relations, privileges), unnest(k.relations) r, unnest(k.privileges) p
		union all
		select k, r, 'select', null
		from unnest('{analyst,steward,aggregate,auditor}'::text[]) k, unnest(ph_support.told_of_releases()) r
		union all
		select k, r, 'select', null
		from unnest('{steward,auditor}'::text[]) k,
			unnest(ph_support.told_of_scores() || ph_support.told_of_virtual_budgets()) r
		union all
		select k, r, 'select', null
		from unnest('{steward,auditor,bookkeeper}'::text[]) k,
			unnest(ph_support.told_of_money() || ph_support.money_by_place()) r
		union all
		select 'steward', v.relation, 'select', null
		from ph_support.generated_view(schema) v
		where v.of_summaries
	)
	select distinct w.relation, w.privilege, w.columns
	from wanted w
	where w.kind = access_grants.kind and to_regclass(format('%I.%I', schema, w.relation)) is not null
	order by w.relation, w.privilege;
end;
comment on function ph.access_grants(text, text) is
	'what ph.grant_access grants to a kind of role on what is in the schema now: relation, privilege, and the columns '
	'(NULL: all); beside it USAGE on the schema, to the kind aggregate EXECUTE on tabulate, to caseworkers on '
	'open_list and opened_people, and nothing else';

create procedure ph_support.require_role_of_others(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	if not exists (select from pg_roles where rolname = role) then
		raise exception 'role "%" does not exist', role
			using errcode = 'undefined_object', hint = 'CREATE ROLE makes roles, which are the DBA''s; '
				'DELETE FROM entitlement takes away what one that has gone has left.';
	elsif to_regclass(format('%I.entitlement', schema)) is null then
		raise exception 'schema "%" has no tables of sharing', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) first.';
	elsif (
		select r.rolname = role
		from pg_class c
		join pg_roles r on r.oid = c.relowner
		where c.oid = format('%I.entitlement', schema)::regclass)
	then
		raise exception 'role "%" owns the schema', role
			using errcode = 'invalid_grant_operation',
				hint = 'CALL ph.grant_access(..., ''owner'') gives it to another.';
	end if;
end
$$;
comment on procedure ph_support.require_role_of_others(text, text) is
	'does nothing where the role is there and does not own the tables of sharing. '
	'Errors: undefined_object, undefined_table, invalid_grant_operation';

create function ph_support.speaks_unjustified(schema text, who oid) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer boolean;
begin
	execute format(
		'select exists (
				select
				from ph_support.enforcing_role(%1$L) s
				join pg_roles b on b.rolname = s.role and pg_has_role($1, b.oid, ''usage''))
			and not exists (
				select
				from %1$I.entitlement e
				join pg_roles b on b.rolname = e.role and pg_has_role($1, b.oid, ''usage'')
				where e.justification <> '''')', schema)
	into answer
	using who;
	return answer;
end
$$;
comment on function ph_support.speaks_unjustified(text, oid) is
	'whether a role speaks for an employer, the police or a partner that nobody knows, and no entitlement says why it '
	'may see rows of persons';

create procedure ph_support.require_grantee(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	grantee record;
begin
	call ph_support.require_own_schema(schema);
	select oid, rolsuper or rolbypassrls as sees_all, rolcanlogin
	into grantee
	from pg_roles
	where rolname = role;
	call ph_support.require_role_of_others(schema, role);
	if not exists (select from ph.access_kind() k where k.kind = require_grantee.kind) then
		raise exception 'argument "kind" must be a kind of role'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.access_kind() lists them.';
	elsif kind <> 'owner' and not ph_support.is_secured(schema) then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'object_not_in_prerequisite_state', hint = 'CALL ph.secure(...) first.';
	elsif kind <> 'owner' and grantee.sees_all then
		raise exception 'role "%" is a superuser or has BYPASSRLS', role
			using errcode = 'invalid_grant_operation', hint = 'No policy holds for it: make another role.';
	elsif kind in ('analyst', 'caseworker') and ph_support.speaks_unjustified(schema, grantee.oid) then
		-- without rows to read, the plans of its queries would still count those that are hidden
		raise exception 'role "%" speaks for an employer or the police', role
			using errcode = 'invalid_grant_operation', hint =
				'They see no rows of persons; where a law says otherwise, write it into justification of its '
				'entitlement first.';
	elsif kind not in ('owner', 'loader') and exists (
		select
		from pg_policy p, unnest(p.polroles) r
		where p.polrelid = format('%I.person', schema)::regclass and p.polname = 'custodian' and r <> 0
			and r <> grantee.oid and pg_has_role(grantee.oid, r, 'member'))
	then
		raise exception 'role "%" is a member of one that sees all rows', role
			using errcode = 'invalid_grant_operation', hint = 'REVOKE that membership first.';
	end if;
end
$$;
comment on procedure ph_support.require_grantee(text, text, text) is
	'does nothing where the role can be of the kind. Errors: undefined_object, undefined_table, '
	'invalid_parameter_value, object_not_in_prerequisite_state, invalid_grant_operation';

create procedure ph_support.set_custodian(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in
		select s.target, array_to_string(array(
			select c
			from unnest(ph_support.custodians(schema, s.target)) c
			where c::oid <> grantee.oid or c::oid = r.relowner
			union
			select grantee.oid::regrole
			where kind = 'loader' and s.by_row or kind = 'steward' and s.relation = 'may_use'), ', ') as roles
		from ph_support.table_to_secure(schema) s
		join pg_class r on r.oid = s.target
		join pg_policy p on p.polrelid = s.target and p.polname = 'custodian'
		join pg_roles grantee on grantee.rolname = role
	loop
		execute format('alter policy custodian on %s to %s', part.target, part.roles);
	end loop;
end
$$;
comment on procedure ph_support.set_custodian(text, text, text) is
	'lets loaders see and write all rows of the tables of persons, stewards those of may_use, others none';

create procedure ph_support.give_schema_to(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	statement text;
begin
	execute format('alter schema %I owner to %I', schema, role);
	for statement in
		select format('alter %s %s owner to %I',
			case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
				else 'table' end, c.oid::regclass, role)
		from pg_class c
		where c.relnamespace = schema::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
		union all
		select format('alter routine %s owner to %I', p.oid::regprocedure, role)
		from pg_proc p
		where p.pronamespace = schema::regnamespace and p.prokind in ('f', 'p')
	loop
		execute statement;
	end loop;
end
$$;
comment on procedure ph_support.give_schema_to(text, text) is
	'makes a role the owner of the schema, its tables, views and functions';

create procedure ph_support.revoke_grants(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format('revoke all on all tables in schema %I from %I', schema, role);
	execute format('revoke all on all routines in schema %I from %I', schema, role);
	execute format('revoke all on schema %I from %I', schema, role);
end
$$;
comment on procedure ph_support.revoke_grants(text, text) is 'takes from a role all that it was granted in the schema';

create procedure ph.grant_access(schema text, role text, kind text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	granted record;
	owner text;
begin
	call ph_support.require_grantee(schema, role, kind);
	call ph_support.keep_one_transaction(schema);
	if kind = 'owner' then
		select r.rolname
		into owner
		from pg_class c
		join pg_roles r on r.oid = c.relowner
		where c.oid = format('%I.entitlement', schema)::regclass;
		call ph_support.give_schema_to(schema, role);
		call ph_support.set_custodian(schema, owner, kind);
	else
		-- first what locks tables, lest it meet an autovacuum that waits for what was granted
		call ph_support.set_custodian(schema, role, kind);
		call ph_support.revoke_grants(schema, role);
		execute format('grant usage on schema %I to %I', schema, role);
		for granted in select * from ph.access_grants(schema, kind) loop
			execute format('grant %s %s on %I.%I to %I', granted.privilege, (
				select '(' || string_agg(quote_ident(c), ', ') || ')' from unnest(granted.columns) c),
				schema, granted.relation, role);
		end loop;
		for granted in
			select to_regprocedure(format('%I.%s', schema, g.routine)) as routine
			from ph_support.granted_routine() g
			where g.kind = grant_access.kind
		loop
			if granted.routine is not null then
				execute format('grant execute on function %s to %I', granted.routine, role);
			end if;
		end loop;
	end if;
	if ph_support.is_secured(schema) then
		call ph_support.require_policies_current(schema);
	end if;
end
$$;
comment on procedure ph.grant_access(text, text, text) is
	'gives a role that the DBA has made what its kind may do in the schema (ph.access_kind(), ph.access_grants()) and '
	'takes from it what it had there beyond that; it brings the policies up to the entitlements in force. An owner '
	'gets the schema itself with all that is in it. Rows are seen by entitlement alone: INSERT INTO entitlement. '
	'Again, after new views or tables: these are granted too. '
	'Errors: undefined_object for a role that does not exist, undefined_table without tables of sharing, '
	'invalid_parameter_value for another kind, object_not_in_prerequisite_state before ph.secure, '
	'invalid_grant_operation for superusers, roles with BYPASSRLS, members of roles that see all rows, and, of kinds '
	'that read rows, roles that speak for an employer or the police without a justified entitlement';

create procedure ph.revoke_access(schema text, role text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	call ph_support.require_own_schema(schema);
	call ph_support.require_role_of_others(schema, role);
	call ph_support.keep_one_transaction(schema);
	execute format('delete from %I.entitlement e where e.role = $1', schema) using role;
	if ph_support.is_secured(schema) then
		call ph_support.set_custodian(schema, role, 'nobody');
	end if;
	call ph_support.revoke_grants(schema, role);
	if ph_support.is_secured(schema) then
		call ph_support.require_policies_current(schema);
	end if;
end
$$;
comment on procedure ph.revoke_access(text, text) is
	'takes from a role its entitlements, grants and place in policies of the schema, at once for its open sessions '
	'too; it can be dropped then. '
	'Errors: undefined_object, undefined_table, invalid_grant_operation for the owner';
