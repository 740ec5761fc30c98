
-- ---- what is wrong with what is shared ----
-- A check is a query over the catalogue and the tables of sharing, no rows where all is well: object and remedy, the
-- statement that mends it. $1 is the schema, $2 the role that dumps.

create function ph_support.names_it(source text, name text) returns boolean
language sql immutable parallel safe
-- a name may have characters that mean something in a pattern
return source ~ format('(^|\W)%s(\W|$)', regexp_replace(quote_ident(name), '(\W)', '\\\1', 'g'));
comment on function ph_support.names_it(text, text) is
	'whether a piece of SQL has a name as a word, quoted where it must be';

create function ph_support.sensitive_column(out relation text, out column_name text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('person', 'ethnicity_code'), ('person', 'death_cause_icd10'), ('ethnicity', 'ethnicity_code'),
		('clinical_event', 'code'), ('encounter', 'primary_icd10');
end;
comment on function ph_support.sensitive_column() is
	'columns whose most common values, which EXPLAIN makes estimates of, tell of people whose rows are hidden';

create function ph_support.sharing_trigger(out relation text, out name text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('entitlement', 'keep_one_purpose'), ('release', 'append'), ('release', 'refuse_change'),
		('released_row', 'refuse_change'), ('release_head', 'refuse_change'),
		('reidentification', 'keep_reidentification');
end;
comment on function ph_support.sharing_trigger() is 'the triggers that guard the tables of sharing';

-- ---- what checks ask ----

create function ph_support.grants_on(relation oid, out grantee oid, out name text, out privilege text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select distinct g.grantee, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end, g.privilege_type
	from pg_class c
	cross join lateral (
		select c.relacl
		union all
		select attacl from pg_attribute where attrelid = c.oid and not attisdropped) held (rights)
	cross join lateral aclexplode(held.rights) g
	where c.oid = relation and g.grantee <> c.relowner
$$;
comment on function ph_support.grants_on(oid) is
	'who but the owner was granted what on a relation or columns of it; grantee 0 is public';

create function ph_support.has_rights_of(role oid, others regrole[]) returns boolean
language sql stable
begin atomic
	select exists (select from unnest(others) o where pg_has_role(role, o, 'usage'));
end;
comment on function ph_support.has_rights_of(oid, regrole[]) is 'whether a role is or inherits one of the others';

create function ph_support.roles_entitled(schema text, policy text default '%') returns regrole[]
language sql stable
begin atomic
	select array(select r from ph_support.entitled_roles(schema) e, unnest(e.roles) r where e.policy like $2);
end;
comment on function ph_support.roles_entitled(text, text) is
	'the roles that have entitlements in force, all or those of a policy';

create function ph_support.built_on_persons(schema text, out class oid, out object oid) returns setof record
language sql stable
begin atomic
	select distinct b.class, b.object
	from ph_support.table_to_secure(schema) s, ph_support.built_on('pg_class'::regclass, s.target) b;
end;
comment on function ph_support.built_on_persons(text) is 'what is built on the tables of persons, also through others';

create function ph_support.condition_key(condition text) returns text
language sql immutable parallel safe
return lower(regexp_replace(condition, '\s+AS "?\w+"?|::[a-z]+(\[\])?|\s', '', 'g') collate "C");
comment on function ph_support.condition_key(text) is
	'a condition without casts, aliases and blanks, so that the one of a policy as PostgreSQL writes it is that which '
	'it was made of';

create function ph_support.policy_check(
	schema text, out target regclass, out name text, out is_there boolean, out is_wanted boolean,
	out roles_differ boolean, out rule_differs boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with wanted as (
		select s.target, a.name, array(select r::oid from unnest(a.roles) r order by 1) as roles,
			a.definition like 'as permissive%' as permissive, a.definition like '%for all%' as for_all,
			ph_support.condition_key(
				substring(a.definition from 'using \((.*?)\)(?: with check \(true\))?$')) as condition
		from ph_support.table_to_secure(schema) s,
			ph_support.wanted_policy(schema, s.target, s.by_row) a
	), there as (
		select s.target, p.polname::text as name,
			array(select r from unnest(p.polroles) r where r <> 0 order by 1) as roles,
			p.polpermissive as permissive, p.polcmd = '*' as for_all,
			ph_support.condition_key(pg_get_expr(p.polqual, p.polrelid)) as condition,
			(p.polcmd in ('r', '*') or p.polname = 'added' and p.polcmd = 'a')
				and coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'true') = 'true' as plain
		from ph_support.table_to_secure(schema) s
		join pg_policy p on p.polrelid = s.target
	)
	select coalesce(w.target, t.target), coalesce(w.name, t.name), t.name is not null, w.name is not null,
		w.roles <> t.roles,
		not t.plain or (w.permissive, w.for_all, w.condition) is distinct from (t.permissive, t.for_all, t.condition)
	from wanted w
	full join there t on t.target = w.target and t.name = w.name
	where t.permissive is not false or w.name is not null  -- what others restrict shows nobody more
$$;
comment on function ph_support.policy_check(text) is
	'the policies of the tables of persons beside those that ph.secure makes: which are there, which should be, and '
	'whether roles or what they say differ';

create function ph_support.calls_for_each_row(relation oid, condition text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from regexp_replace(
				condition, '\(\s*SELECT ([^()]|\(([^()]|\(([^()]|\([^()]*\))*\))*\))*\)', '', 'g') outside,
			regexp_matches(outside, '[[:alnum:]_".]+\(([^()]*)\)', 'g') call (arguments)
		where not exists (
			select
			from pg_attribute a
			where a.attrelid = relation and a.attnum > 0 and a.attname ~ '^\w+$'
				and ph_support.names_it(call.arguments[1], a.attname)))
$$;
comment on function ph_support.calls_for_each_row(oid, text) is
	'whether a condition calls, outside of sub-selects, a function of no column: once a row, with one answer';

-- ---- the checks ----

create function ph_support.sharing_check(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		-- tables and their policies
		('no_table', 'high', 'person', 'policies need tables, and this is none',
		 $query$
			select s.target, format('call ph.create_views_from(..., schema => %L, materialise => true)', $1)
			from ph_support.table_to_secure($1) s
			join pg_class c on c.oid = s.target
			where c.relkind not in ('r', 'p')
		 $query$),
		('row_security_off', 'high', 'person', 'row security is off, or not forced on the owner: policies do not hold',
		 $query$
			select t.target, format('alter table %s enable row level security', t.target)
				|| case when t.forced then ', force row level security' else '' end
			from (
				select target, true
				from ph_support.table_to_secure($1)
				union all
				select to_regclass(format('%I.%I', $1, r)), false
				from unnest('{identity,reidentification,release,released_row}'::text[]) r
			) t (target, forced)
			join pg_class c on c.oid = t.target
			where c.relkind in ('r', 'p') and not (c.relrowsecurity and (c.relforcerowsecurity or not t.forced))
		 $query$),
		('policy_altered', 'high', 'person', 'a policy of ph.secure is missing, or says something else',
		 $query$
			select format('%s: %s', p.target, p.name), format('call ph.secure(%L)', $1)
			from ph_support.policy_check($1) p
			where p.is_wanted and p.is_there and p.rule_differs
				or p.is_wanted <> p.is_there and p.name in ('custodian', 'added', 'may_ask', 'area')
		 $query$),
		('policy_stale', 'medium', 'person', 'the policy is not that of the entitlements in force: roles see nothing',
		 $query$
			select format('%s: %s', p.target, p.name), format('call ph.refresh_access(%L)', $1)
			from ph_support.policy_check($1) p
			where p.roles_differ
				or p.is_wanted <> p.is_there and (p.name = 'national' or p.name like 'purpose\_%')
		 $query$),
		('policy_of_others', 'high', 'person', 'somebody''s policy shows more rows than those of ph.secure',
		 $query$
			select format('%s: %s', p.target, p.name), format('drop policy %I on %s', p.name, p.target)
			from (
				select target, name
				from ph_support.policy_check($1)
				where is_there and not is_wanted and name not in ('custodian', 'added', 'may_ask', 'area', 'national')
					and name not like 'purpose\_%'
				union all
				select polrelid::regclass, polname
				from pg_policy
				where polpermissive and polrelid in (
						to_regclass(format('%I.identity', $1)), to_regclass(format('%I.release', $1)),
						to_regclass(format('%I.released_row', $1)))
					and polname not in ('hidden', 'audience')) p
		 $query$),
		('sees_all_rows', 'high', 'person', 'the role is a custodian, who sees all rows, but does not load them',
		 $query$
			select distinct r::regrole, format('call ph.revoke_access(%L, %L)', $1, r::regrole::name)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target and p.polname = 'custodian'
			join pg_class c on c.oid = s.target
			cross join unnest(p.polroles) r
			where r not in (0, c.relowner) and not has_any_column_privilege(
				r, case s.relation when 'may_use' then s.target else to_regclass(format('%I.person', $1)) end, 'insert')
		 $query$),
		('function_altered', 'high', 'person', 'the function that policies call is not as ph.secure made it',
		 $query$
			select p.oid::regprocedure, format('call ph.secure(%L)', $1)
			from ph_support.access_function($1) f
			join pg_proc p on p.oid = to_regprocedure(format('%I.%I(%s)', $1, f.name, f.types))
			where not ph_support.is_access_function(p.oid)
		 $query$),
		('policy_function', 'medium', 'person', 'a policy calls a volatile or parallel unsafe function: no workers',
		 $query$
			select distinct format('%s: %s: %s', s.target, p.polname, f.oid::regprocedure),
				format('drop policy %I on %s', p.polname, s.target)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target
			-- what is pinned is in no dependency
			cross join regexp_matches(p.polqual::text, ':(?:funcid|opfuncid) (\d+)', 'g') called
			join pg_proc f on f.oid = called[1]::oid
			where f.provolatile = 'v' or f.proparallel <> 's'
		 $query$),
		('call_for_each_row', 'low', 'person', 
		 'a policy calls a function of no column outside of a sub-select: once a row',
		 $query$
			select format('%s: %s', s.target, p.polname), format('drop policy %I on %s', p.polname, s.target)
			from ph_support.table_to_secure($1) s
			join pg_policy p on p.polrelid = s.target
			where not ph_support.is_distributed(s.target)
				and ph_support.calls_for_each_row(s.target, pg_get_expr(p.polqual, s.target))
		 $query$),
		('index_unusable', 'low', 'person', 'row security keeps the index from use: its equality is not leakproof',
		 $query$
			select i.indexrelid::regclass, coalesce(
				(
					select format('alter table %s drop constraint %I', s.target, n.conname)
					from pg_constraint n
					where n.conindid = i.indexrelid and n.conrelid = s.target),
				format('drop index %s', i.indexrelid::regclass))
			from ph_support.table_to_secure($1) s
			join pg_index i on i.indrelid = s.target
			join pg_opclass o on o.oid = i.indclass[0]
			join pg_am m on m.oid = o.opcmethod
			join pg_amop e on e.amopfamily = o.opcfamily and e.amoplefttype = o.opcintype
				and e.amoprighttype = o.opcintype
				and e.amopstrategy = case m.amname when 'btree' then 3 when 'hash' then 1 end
			join pg_operator equal on equal.oid = e.amopopr
			join pg_proc p on p.oid = equal.oprcode
			where not p.proleakproof
		 $query$),
		-- ways around them
		('owner_view', 'high', 'person', 'the view reads rows of persons with the rights of its owner, not of who asks',
		 $query$
			select c.oid::regclass, format('alter view %s set (security_invoker = true)', c.oid::regclass)
			from ph_support.built_on_persons($1) b
			join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'v'
			where not coalesce((
				select o.option_value::boolean
				from pg_options_to_table(c.reloptions) o
				where o.option_name = 'security_invoker'), false)
		 $query$),
		('materialised_copy', 'high', 'person', 'a materialised view keeps rows of persons, and has no policies',
		 $query$
			select c.oid::regclass, format('drop materialized view %s', c.oid::regclass)
			from ph_support.built_on_persons($1) b
			join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass and c.relkind = 'm'
		 $query$),
		('copied_rows', 'high', 'person', 'a table with person_id has no row security, and is in the schema or granted',
		 $query$
			select c.oid::regclass, case
				when n.nspname = $1 then format('call ph.secure(%L, %L)', $1, jsonb_build_object(c.relname, null))
				else format('revoke all on %s from %s', c.oid::regclass, g.names) end
			from pg_class c
			join pg_namespace n on n.oid = c.relnamespace
			join pg_attribute a on a.attrelid = c.oid and a.attname = 'person_id' and not a.attisdropped
			cross join lateral (
				select string_agg(distinct name, ', ')
				from ph_support.grants_on(c.oid)
				where privilege = 'SELECT') g (names)
			where c.relkind in ('r', 'p', 'f') and not c.relrowsecurity and n.nspname !~ '^pg_'
				and c.oid not in (select target from ph_support.table_to_secure($1))
				and (n.nspname, c.relname) not in (
					select $1::name, relation::name from ph_support.identity_table())
				and (n.nspname = $1 or g.names is not null)
		 $query$),
		('definer_reads_persons', 'high', 'person', 'a function reads rows of persons with the rights of its owner',
		 $query$
			select p.oid::regprocedure, format('alter routine %s security invoker', p.oid::regprocedure)
			from pg_proc p
			where p.prosecdef and ph_support.is_generated('pg_proc', p.oid) is not true
				and exists (
					select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee <> p.proowner)
				and (('pg_proc'::regclass, p.oid) in (select class, object from ph_support.built_on_persons($1))
					or ph_support.names_it(concat(p.prosrc, p.proconfig), $1) and exists (
						select
						from ph_support.table_to_secure($1) s
						where ph_support.names_it(p.prosrc, s.relation)))
		 $query$),
		('definer_search_path', 'medium', null,
		 'a function with the rights of its owner has no fixed search_path that ends with pg_temp',
		 $query$
			select p.oid::regprocedure, format('alter routine %s set search_path = %s, pg_temp', p.oid::regprocedure,
				concat_ws(', ', 'pg_catalog', quote_ident(n.nspname)))
			from pg_proc p
			join pg_namespace n on n.oid = p.pronamespace and n.nspname <> 'pg_catalog'
			where p.prosecdef and not exists (select from unnest(p.proconfig) s where s ~ '^search_path=.*\mpg_temp"?$')
				and not exists (
					select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')
		 $query$),
		('bypasses_policies', 'high', 'person', 'who can log in is, or can become, one for whom no policy holds',
		 $query$
			select p.rolname, case
				when p.oid = b.oid and p.rolsuper then format('alter role %I nosuperuser', p.rolname)
				when p.oid = b.oid then format('alter role %I nobypassrls', p.rolname)
				else format('revoke %I from %I', b.rolname, p.rolname) end
			from pg_roles p
			join pg_roles b on (b.rolbypassrls or b.rolsuper)
				and case when p.rolsuper then p.oid = b.oid else pg_has_role(p.oid, b.oid, 'member') end
			where p.rolcanlogin and p.rolname is distinct from $2
				-- a superuser is one of those who are given rows where an entitlement or a membership says so
				and case
					when p.rolsuper then p.oid = any (ph_support.roles_entitled($1)) or exists (
						select
						from pg_auth_members m
						where m.member = p.oid and m.roleid = any (ph_support.roles_entitled($1)))
					else exists (
						select
						from ph_support.table_to_secure($1) s, unnest(array[p.oid, b.oid]) r
						where has_any_column_privilege(r, s.target, 'select')) end
		 $query$),
		('temporary_open', 'medium', null, 'everybody may make temporary functions, which see rows before filters',
		 $query$
			select current_database(), format('revoke temporary on database %1$I from public; '
				'grant temporary on database %1$I to %2$s', current_database(), n.nspowner::regrole)
			from pg_namespace n
			where n.nspname = $1 and has_database_privilege('public', current_database(), 'temporary')
		 $query$),
		('language_open', 'medium', null, 'everybody may write functions in the language, and DO blocks',
		 $query$
			select l.lanname, format('revoke usage on language %1$I from public; grant usage on language %1$I to %2$s',
				l.lanname, n.nspowner::regrole)
			from pg_language l, pg_namespace n
			where n.nspname = $1 and l.lanispl and l.lanpltrusted and has_language_privilege('public', l.oid, 'usage')
		 $query$),
		('create_open', 'medium', null, 'everybody may make functions and tables in the schema',
		 $query$
			select n.nspname, format('revoke create on schema %I from public', n.nspname)
			from pg_namespace n
			where n.nspname !~ '^pg_' and has_schema_privilege('public', n.oid, 'create')
		 $query$),
		-- who was given what
		('granted_to_public', 'high', null, 'everybody has rights, roles that are yet to be made too',
		 $query$
			select c.oid::regclass::text, format('revoke all on %s from public', c.oid::regclass)
			from pg_class c
			where c.relnamespace = to_regnamespace(quote_ident($1))
				and exists (select from ph_support.grants_on(c.oid) where grantee = 0)
			union all
			select n.nspname, format('revoke all on schema %I from public', n.nspname)
			from pg_namespace n, aclexplode(n.nspacl) g
			where n.nspname = $1 and g.grantee = 0
			union all
			select p.oid::regprocedure::text, format('revoke all on routine %s from public', p.oid::regprocedure)
			from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
			where p.pronamespace = to_regnamespace(quote_ident($1)) and p.prosecdef and g.grantee = 0
				and p.prorettype <> 'trigger'::regtype
				and not exists (select from ph_support.access_function($1) f where f.name = p.proname)
			union all
			select format('tables that %s makes', d.defaclrole::regrole),
				format('alter default privileges for role %s %srevoke all on tables from public', d.defaclrole::regrole,
					'in schema ' || quote_ident(n.nspname) || ' ')
			from pg_default_acl d
			left join pg_namespace n on n.oid = d.defaclnamespace
			cross join aclexplode(d.defaclacl) g
			where d.defaclobjtype = 'r' and g.grantee = 0 and coalesce(n.nspname = $1, true)
		 $query$),
		('stored_tally_open', 'high', 'entitlement', 'stored summaries of all people are read by who may not see them',
		 $query$
			select distinct format('%s: %s', c.oid::regclass, g.name),
				format('revoke all on %s from %s', c.oid::regclass, g.name)
			from pg_attribute a
			join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm')
			cross join lateral ph_support.grants_on(c.oid) g
			where a.atttypid = 'ph.tally'::regtype and not a.attisdropped and g.privilege = 'SELECT'
				and c.relname <> 'measure'  -- a standard population is nobody
				and not ph_support.has_rights_of(g.grantee, ph_support.roles_entitled($1, 'national'))
				-- stewards and auditors
				and not has_table_privilege(g.grantee, format('%I.entitlement', $1), 'select')
		 $query$),
		('identity_open', 'high', 'identity', 'somebody but its owner may read or write who people are',
		 $query$
			select distinct g.name, format('revoke all on %I.identity from %s', $1, g.name)
			from ph_support.grants_on(to_regclass(format('%I.identity', $1))) g
		 $query$),
		('steward_reads_rows', 'high', 'entitlement', 'who may entitle roles, or name who is included, reads rows too',
		 $query$
			select r.rolname,
				format('revoke insert, update, delete on %1$I.entitlement, %1$I.may_use from %2$I', $1, r.rolname)
			from pg_roles r
			join pg_class c on c.oid = to_regclass(format('%I.person', $1))
			where not r.rolsuper and not pg_has_role(r.oid, c.relowner, 'usage')
				and has_any_column_privilege(r.oid, c.oid, 'select')
				and (has_any_column_privilege(r.oid, format('%I.entitlement', $1), 'insert')
					or has_any_column_privilege(r.oid, format('%I.entitlement', $1), 'update')
					or has_any_column_privilege(r.oid, format('%I.may_use', $1), 'insert'))
		 $query$),
		('granted_without_entitlement', 'low', 'entitlement',
		 'the role may read tables of persons, but is entitled to no row',
		 $query$
			with reader as materialized (
				select distinct g.grantee, g.name
				from ph_support.table_to_secure($1) s
				cross join lateral ph_support.grants_on(s.target) g
				where s.by_row and g.privilege = 'SELECT' and g.grantee <> 0
			), known (role) as materialized (
				select unnest(ph_support.roles_entitled($1)
					|| ph_support.custodians($1, to_regclass(format('%I.person', $1))))
			)
			select r.name, format('call ph.revoke_access(%L, %L)', $1, r.grantee::regrole::name)
			from reader r
			where not exists (
				select
				from known k
				where pg_has_role(r.grantee, k.role, 'usage') or pg_has_role(k.role, r.grantee, 'usage'))
		 $query$),
		('entitlement_of_nobody', 'medium', 'entitlement',
		 'the role is no more: who makes one of this name has its rows',
		 $query$
			select distinct e.role, format('delete from %I.entitlement where role = %L', $1, e.role)
			from {entitlement} e
			where not exists (select from pg_roles where rolname = e.role)
		 $query$),
		('speaker_of_nobody', 'medium', 'partner_role',
		 'the role is no more: who makes one of this name speaks for the partner',
		 $query$
			select distinct s.role, format('delete from %I.partner_role where role = %L', $1, s.role)
			from {partner_role} s
			where not exists (select from pg_roles where rolname = s.role)
		 $query$),
		('entitlement_expired', 'low', 'entitlement', 'the last day of the entitlement is past',
		 $query$
			select distinct e.role, format(
				'delete from %I.entitlement where role = %L and until < (now() at time zone ''UTC'')::date', $1, e.role)
			from {entitlement} e
			where e.until < (statement_timestamp() at time zone 'UTC')::date
		 $query$),
		('employer_or_police_entitled', 'medium', 'partner_role',
		 'the role speaks for an employer, the police or an unknown partner, and is entitled to rows of persons',
		 $query$
			select distinct concat_ws(': ', e.role, s.partner, e.justification),
				format('delete from %I.entitlement where role = %L', $1, e.role)
			from {entitlement} e
			join pg_roles r on r.rolname = e.role
			cross join ph_support.enforcing_role($1) s
			join pg_roles b on b.rolname = s.role and pg_has_role(r.oid, b.oid, 'usage')
		 $query$),
		('employer_or_police_may_become', 'medium', 'partner_role',
		 'a member of a role that speaks for an employer or the police may SET ROLE to one that is entitled',
		 $query$
			select distinct concat_ws(': ', l.rolname, s.partner), format('revoke %I from %I', e.role, l.rolname)
			from {entitlement} e
			join pg_roles r on r.rolname = e.role
			cross join ph_support.enforcing_role($1) s
			join pg_roles b on b.rolname = s.role and not pg_has_role(r.oid, b.oid, 'usage')
			join pg_roles l on not l.rolsuper and l.oid <> r.oid and pg_has_role(l.oid, b.oid, 'member')
				and pg_has_role(l.oid, r.oid, 'member')
		 $query$),
		('role_of_no_partner', 'low', 'partner_role',
		 'partners are employers or the police, and it is not said for which partner the role speaks',
		 $query$
			select distinct e.role, format('insert into %I.partner_role values (%L, ...)', $1, e.role)
			from {entitlement} e
			where exists (select from {partner} p where p.kind in ('employer', 'police_fire'))
				and not exists (
					select
					from {partner_role} s
					join pg_roles b on b.rolname = s.role
					join pg_roles r on r.rolname = e.role and pg_has_role(r.oid, b.oid, 'usage'))
		 $query$),
		('nobody_may_be_used', 'low', 'may_use', 'roles are entitled for a purpose for which nobody may be included',
		 $query$
			select p.purpose,
				format('insert into %1$I.may_use (person_id, purpose) ...; call ph.refresh_access(%1$L)', $1)
			from ph.purpose() p
			where exists (select from ph_support.entitled_roles($1) e where e.policy = 'purpose_' || p.purpose)
				and not exists (select from {may_use} u where u.purpose = p.purpose)
		 $query$),
		-- what tells of people all the same
		('trigger_off', 'high', 'entitlement', 'the trigger that guards the table is off or missing',
		 $query$
			select format('%I.%I: %s', $1, g.relation, g.name), case
				when t.oid is null then format('call ph.create_sharing_tables(%L)', $1)
				else format('alter table %I.%I enable trigger %I', $1, g.relation, g.name) end
			from ph_support.sharing_trigger() g
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, g.relation))
			left join pg_trigger t on t.tgrelid = c.oid and t.tgname = g.name
			where t.oid is null or t.tgenabled not in ('O', 'A')
		 $query$),
		('untyped_number', 'medium', null,
		 'a view has an untyped literal beside an NHS number: its errors repeat it; write ph.nhs_number ''...''',
		 $query$
			with numbered as materialized (
				select distinct r.ev_class
				from pg_attribute a
				join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
					and d.refobjsubid = a.attnum
				join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
				where a.atttypid = 'ph.nhs_number'::regtype
			)
			select ev_class::regclass, format(
				'create or replace view %s with (security_invoker = true) as ...', ev_class::regclass)
			from numbered
			where pg_get_viewdef(ev_class) ~
				'\)::bigint [<>=]+ ((ANY|ALL) \()?''[{\d]|''\d+''::bigint [<>=]+ \([^()]+\)::bigint'
		 $query$),
		('overlapping_places', 'information', 'measure_fold',
		 'levels of measures do not lie in each other: released together, they tell of who is in one and not the other',
		 $query$
			select array_to_string(h.levels, ' > '),
				format('call ph.release_measures(%L, ..., levels => %L)', $1, h.levels)
			from (
				select ph_support.hierarchies(
					$1, array(select distinct l from {measure_fold} f, unnest(f.levels) l)) as ways
			) folded,
			unnest(folded.ways) h
			where cardinality(folded.ways) > 1
		 $query$),
		('sensitive_statistics', 'information', 'person',
		 'EXPLAIN tells analysts what is common in rows that they may not see; without statistics, plans are worse',
		 $query$
			select format('%s.%I', s.target, m.column_name), format(
				'alter table %1$s alter column %2$I set statistics 0; '
				'delete from pg_statistic where starelid = %1$L::regclass and staattnum = %3$s',
				s.target, m.column_name, a.attnum)
			from ph_support.table_to_secure($1) s
			join ph_support.sensitive_column() m using (relation)
			join pg_attribute a on a.attrelid = s.target and a.attname = m.column_name
			where exists (
					select
					from ph_support.grants_on(s.target) g
					where has_column_privilege(g.grantee, s.target, a.attnum, 'select')
						and not ph_support.has_rights_of(g.grantee,
							ph_support.custodians($1, s.target) || ph_support.roles_entitled($1, 'national')))
				and (coalesce(a.attstattarget, -1) <> 0 or exists (
					select
					from pg_stats t
					where format('%I.%I', t.schemaname, t.tablename)::regclass = s.target
						and t.attname = m.column_name))
			union all
			select format('%I.%I', n.nspname, x.stxname), format('drop statistics %I.%I', n.nspname, x.stxname)
			from ph_support.table_to_secure($1) s
			join ph_support.sensitive_column() m using (relation)
			join pg_attribute a on a.attrelid = s.target and a.attname = m.column_name
			join pg_statistic_ext x on x.stxrelid = s.target and a.attnum = any (x.stxkeys)
			join pg_namespace n on n.oid = x.stxnamespace
		 $query$),
		('values_logged', 'information', null, 'the server''s log keeps values of statements or parameters',
		 $query$
			select s.name, format('alter database %I set %s = %L', current_database(), s.name, s.quiet)
			from (
				values (
						'log_parameter_max_length_on_error', '0',
						current_setting('log_parameter_max_length_on_error') <> '0'),
					('log_parameter_max_length', '0', current_setting('log_parameter_max_length') <> '0'
						and (current_setting('log_statement') in ('mod', 'all')
							or current_setting('log_min_duration_statement') <> '-1'))
			) s (name, quiet, found)
			where s.found
		 $query$),
		('not_audited', 'information', null, 'pgaudit is not loaded: no log says who read what',
		 $query$
			select 'pgaudit', 'shared_preload_libraries = ''pgaudit'' in postgresql.conf, and restart'
			where not exists (select from pg_settings where name = 'pgaudit.log')
		 $query$);
end;
comment on function ph_support.sharing_check() is
	'what ph.finding looks for: kind, severity, the relation of the schema without which there is nothing to look at '
	'(NULL: none), what is wrong, and the query of objects and remedies; $1 is the schema, $2 the role that dumps';

create function ph.finding(
	schema text, dump_role text default null,
	out kind text, out severity text, out object text, out finding text, out remedy text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	if schema is null or to_regclass(format('%I.entitlement', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of sharing'
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes them.';
	elsif dump_role is not null and not exists (select from pg_roles where rolname = dump_role) then
		raise exception 'argument "dump_role" must be a role'
			using errcode = 'undefined_object', hint = 'It is the one with BYPASSRLS that pg_dump runs as.';
	end if;
	for part in
		select *
		from (
			select * from ph_support.sharing_check()
			union all
			-- stewards read no rows of persons: what stands in such tables is for owners
			select *
			from ph_support.accountability_check() a
			where ph_support.sees_all_rows(to_regclass(format('%I.%I', schema, a.needs)))
			union all
			select *
			from ph_support.budget_finding() b
			where has_table_privilege(to_regclass(format('%I.%I', schema, b.needs)), 'select')
		) c
		where c.needs is null or to_regclass(format('%I.%I', schema, c.needs)) is not null
		order by array_position('{high,medium,low,information}', c.severity), c.kind
	loop
		return query execute format(
			'select %L, %L, f.object::text, %L, f.remedy from (%s) f (object, remedy) order by 3, 5',
			part.kind, part.severity, part.finding, ph_support.in_schema(part.query, schema))
		using schema, dump_role;
	end loop;
end
$$;
comment on function ph.finding(text, text) is
	'what is wrong with what is shared in the schema and with scores that are used on its people, no rows where all is '
	'well: kind, severity (high, medium, low, or information, which is a choice of yours), object, finding, and '
	'remedy, the statement that mends it. It reads the catalogue, the tables of sharing and, where they are, those of '
	'accountability; for owners, stewards and superusers. dump_role is the one role with BYPASSRLS that dumps. '
	'docs/sharing.md and docs/governance.md say what each kind is. Errors: undefined_table without tables of sharing, '
	'undefined_object for a dump_role that does not exist, insufficient_privilege for others';
