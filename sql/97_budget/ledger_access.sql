
-- ---- who sees which ledger, and posts to it ----
-- Agreements are told apart by what scope() says of who asks, once a statement; nothing here is of this extension. A
-- party sees all of its agreements, since a chain is checked, and goes on, as a whole. Policies are not forced on the
-- owner, who dumps the ledger, and as whom the references between its tables are checked.

create function ph_support.ledger_policy(
	schema text, out relation text, out name text, out command text, out condition text)
returns setof record
language sql stable
begin atomic
	with asked (partners, agreements) as (
		select ph_support.asked_once(format('%I.scope(%L, current_user)', schema, 'partner'), 'text[]', false),
			ph_support.asked_once(format('%I.scope(%L, current_user)', schema, 'agreement'), 'text[]', false)
	), ledger (relation) as (
		values ('budget_agreement'), ('budget_agreement_partner'), ('budget_head'), ('budget_entry')
	)
	select l.relation, 'party', 'select', format('(agreement = any (%s))', a.agreements)
	from ledger l, asked a
	union all
	-- stewards and auditors
	select l.relation, 'overseer', 'select',
		format('(select has_table_privilege((%L::regclass)::oid, %L))', format('%I.entitlement', schema), 'select')
	from ledger l
	union all
	select 'budget_head', 'poster', 'update', format('(agreement = any (%s))', a.agreements)
	from asked a
	union all
	-- the host keeps the ledger of a pool for all its partners; where no money moves, each posts its own
	select 'budget_entry', 'poster', 'insert', format(
		'(exists (select from %I.budget_agreement a where ((a.agreement = budget_entry.agreement) and
			(case a.kind when ''section_75'' then a.host else budget_entry.partner end = any (%s)))))', schema,
		a.partners)
	from asked a;
end;
comment on function ph_support.ledger_policy(text) is
	'the policies of the ledger: who sees the agreements to which a partner is a party, who all, and who posts';

create procedure ph_support.secure_ledger(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	if not exists (select from ph_support.unsecured_ledger(schema)) then
		return;  -- who reads it is not waited for
	end if;
	for part in
		select p.*, format('%I.%I', schema, p.relation) as target
		from ph_support.ledger_policy(schema) p
	loop
		execute format('drop policy if exists %I on %s', part.name, part.target);
		execute format('create policy %I on %s for %s %s (%s)', part.name, part.target, part.command,
			case part.command when 'insert' then 'with check' else 'using' end, part.condition);
		execute format('alter table %s enable row level security', part.target);
	end loop;
end
$$;
comment on procedure ph_support.secure_ledger(text) is
	'gives the ledger its policies, in the place of those of the same names, where something is wrong with them';

create function ph_support.unsecured_ledger(schema text, out object text, out remedy text) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with policy as (
		select to_regclass(format('%I.%I', schema, p.relation)) as target, p.*
		from ph_support.ledger_policy(schema) p
	), off as (
		select distinct p.target
		from policy p
		join pg_class c on c.oid = p.target
		where not c.relrowsecurity
	), wanted as (
		select *
		from policy
		where target not in (select target from off)
	), there as (
		select p.polrelid::regclass as target, p.polname::text as name,
			case p.polcmd when 'r' then 'select' when 'w' then 'update' when 'a' then 'insert' end as command,
			p.polroles = '{0}' and p.polpermissive and num_nonnulls(p.polqual, p.polwithcheck) = 1 as plain,
			pg_get_expr(coalesce(p.polqual, p.polwithcheck), p.polrelid) as condition, p.polpermissive
		from pg_policy p
		where p.polrelid in (select w.target from wanted w)
	)
	select target::text, format('call ph.secure(%L)', schema)
	from off
	union all
	select format('%s: %s', coalesce(w.target, t.target), coalesce(w.name, t.name)),
		case when w.name is null then format('drop policy %I on %s', t.name, t.target)
			else format('call ph.secure(%L)', schema) end
	from wanted w
	full join there t on t.target = w.target and t.name = w.name
	where (t.name is null or w.name is null or not t.plain or w.command is distinct from t.command
			or ph_support.condition_key(w.condition) <> ph_support.condition_key(t.condition))
		and (w.name is not null or t.polpermissive)  -- what others restrict shows nobody more
$$;
comment on function ph_support.unsecured_ledger(text) is
	'the tables of the ledger without row security, its policies that are missing or say something else, and those of '
	'others that show more; and what mends it';

create function ph_support.unguarded_trigger(schema text, out object text, out remedy text) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with wanted as (
		select format('%I.%I', schema, g.relation) as relation,
			to_regclass(format('%I.%I', schema, g.relation)) as target, g.name,
			lower('create trigger ' || g.definition collate "C") as definition
		from ph_support.budget_trigger(schema) g
	), there as (
		select tgrelid::regclass as target, tgname::text as name, tgenabled in ('O', 'A') as is_on, tgisinternal,
			lower(pg_get_triggerdef(oid) collate "C") as definition
		from pg_trigger
		where tgrelid in (select target from wanted)
	)
	select format('%s: %s', coalesce(w.relation, t.target::text), coalesce(w.name, t.name)), case
		when w.name is null then format('drop trigger %I on %s', t.name, t.target)
		when t.definition = w.definition then format('alter table %s enable trigger %I', w.target, w.name)
		else format('call ph.create_budget_tables(%L)', schema) end
	from wanted w
	full join (select * from there where not tgisinternal) t on t.target = w.target and t.name = w.name
	where t.name is null or w.name is null or not t.is_on or t.definition <> w.definition
	union all
	-- those of references between tables
	select distinct t.target::text, format('alter table %s enable trigger all', t.target)
	from there t
	where t.tgisinternal and not t.is_on
$$;
comment on function ph_support.unguarded_trigger(text) is
	'triggers of the ledger that are off, missing, of others or not as they were made; and what mends it';

create function ph_support.session_without_triggers(out object text, out remedy text) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select 'session_replication_role: ' || g.name,
		format('revoke set on parameter session_replication_role from %s', g.name)
	from (
		select case a.grantee when 0 then 'public' else a.grantee::regrole::text end
		from pg_parameter_acl p
		cross join lateral aclexplode(p.paracl) a
		left join pg_roles r on r.oid = a.grantee
		where p.parname = 'session_replication_role' and a.privilege_type = 'SET' and r.rolsuper is not true
	) g (name)
	union all
	select 'session_replication_role: ' || s.setting, format('alter %s reset session_replication_role', s.setting)
	from (
		select concat_ws(' in ',
			'role ' || coalesce(quote_ident(r.rolname), case when d.datname is null then 'all' end),
			'database ' || quote_ident(d.datname))
		from pg_db_role_setting s
		left join pg_roles r on r.oid = s.setrole
		left join pg_database d on d.oid = s.setdatabase
		where coalesce(d.datname = current_database(), true)
			and 'session_replication_role=replica' = any (lower(s.setconfig::text collate "C")::text[])
	) s (setting)
$$;
comment on function ph_support.session_without_triggers() is
	'roles that may have sessions in which no trigger fires, and those that begin with one; and what mends it';

create function ph_support.unguarded_ledger(schema text, out object text, out remedy text) returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with ledger as (
		select distinct to_regclass(format('%I.%I', schema, g.relation)) as target
		from ph_support.budget_trigger(schema) g
	)
	select object, remedy
	from ph_support.unguarded_trigger(schema)
	union all
	select format('%I.%I()', schema, g.name), format('call ph.create_budget_tables(%L)', schema)
	from ph_support.budget_guard() g
	where not exists (
		select
		from pg_proc p
		where p.oid = to_regprocedure(format('%I.%I()', schema, g.name))
			and p.prosrc = ph_support.in_schema(g.body, schema))
	union all
	select format('%s: %s', r.ev_class::regclass, r.rulename),
		format('drop rule %I on %s', r.rulename, r.ev_class::regclass)
	from pg_rewrite r
	where r.ev_class in (select target from ledger)
	union all
	-- whose rows are read as the ledger's, and have no triggers
	select i.inhrelid::regclass::text,
		format('alter table %s no inherit %s', i.inhrelid::regclass, i.inhparent::regclass)
	from pg_inherits i
	where i.inhparent in (select target from ledger)
	union all
	select object, remedy
	from ph_support.session_without_triggers()
$$;
comment on function ph_support.unguarded_ledger(text) is
	'what lets entries go past the guards of the ledger: triggers, their functions that say something else, rules, '
	'tables that inherit from it, sessions without triggers; and what mends it';
