
-- ---- who may touch which rows: functions and policies ----
-- A policy compares columns of the row with what is computed once a statement, so that indexes and workers serve, and
-- names nothing of this extension, so that it outlives it. Policies of roles are TO those roles, because what holds of
-- every row then costs nothing (national), or one boolean column (purpose); may_ask sees to it that these lists and the
-- entitlements in force agree, and else nothing is seen.

create function ph_support.access_level() returns setof text
language sql immutable parallel safe
begin atomic
	values ('system'), ('place'), ('practice');
end;
comment on function ph_support.access_level() is 'the levels of place at which rows are given to roles';

-- Strings and not SQL bodies: whether a function is the one that is made here is told by its text. In plpgsql, which
-- keeps their plans: SQL would plan them anew in every statement.
create function ph_support.access_function(
	schema text, out name text, out types text, out arguments text, out returned text, out body text,
	out description text)
returns setof record
language sql stable
begin atomic
	with held (query) as (
		-- not current_date, which a session's time zone moves; who speaks for the police does so after SET ROLE too
		values (format(
			$query$from %1$I.entitlement e
				join pg_roles r on r.rolname = e.role
				where coalesce(e.until >= (statement_timestamp() at time zone 'UTC')::date, true)
					and pg_has_role(session_user, who, 'member') and pg_has_role(who, r.oid, 'usage')
					and (e.justification <> '' or not exists (
						select
						from (%2$s) s
						join pg_roles b on b.rolname = s.role
						where pg_has_role(who, b.oid, 'usage')
							or pg_has_role(session_user, b.oid, 'usage')
								and not (select rolsuper from pg_roles where rolname = session_user)))$query$,
			schema, ph_support.enforcing_role_query(schema)))
	)
	select 'scope', 'text, name', '(level text, who name)', 'text[]',
		format(
			$body$begin
				if level = 'partner' then
					return array(
						select s.partner
						from %1$I.partner_role s
						join pg_roles r on r.rolname = s.role
						where pg_has_role(session_user, who, 'member') and pg_has_role(who, r.oid, 'usage'));
				elsif level = 'agreement' then
					return array(
						select p.agreement
						from %1$I.budget_agreement_partner p
						where p.partner = any ((select %1$I.scope('partner', who))::text[])
						union
						select a.agreement
						from %1$I.budget_agreement a
						where a.host = any ((select %1$I.scope('partner', who))::text[]));
				end if;
				return array(
					select case scope.level when 'purpose' then e.purpose else e.place end
					%2$s and scope.level in (e.level, 'purpose'));
			end$body$, schema, held.query),
		'the places of a level whose rows a role may see, for level purpose what for, by entitlements in force of '
		'it and of roles whose rights it inherits, for level partner for which partners it speaks, and for level '
		'agreement to which agreements about money these are parties; none for roles '
		'of which the session is no member, nor for employers, the police and partners that are not in the table, or '
		'sessions of theirs, where no justification is written'
	from held
	union all
	select 'may_ask', 'regclass, name', '(target regclass, who name)', 'boolean',
		format(
			$body$declare
				bound name[] := array(
					select p.polname
					from pg_policy p
					where p.polrelid = target
						and exists (select from unnest(p.polroles) b where b <> 0 and pg_has_role(who, b, 'usage')));
			begin
				return 'custodian' = any (bound) or coalesce((
					select min(e.purpose) = max(e.purpose) and 'purpose_' || min(e.purpose) = any (bound)
						and ('national' <> all (bound) or bool_or(e.level = 'national'))
					%s), false);
			end$body$, held.query),
		'whether a role may ask the table for rows at all: as its custodian, or because its entitlements in force are '
		'of one purpose and the policies of the table are those of these entitlements'
	from held;
end;
comment on function ph_support.access_function(text) is
	'the functions that policies in the schema call: name, types, arguments, what is returned, body, description';

create procedure ph_support.create_access_functions(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	part record;
begin
	for part in select * from ph_support.access_function(schema) loop
		call ph_support.replace_function(schema, part.name, part.types, format(
			'%s returns %s language plpgsql stable parallel safe security definer '
			'set search_path = pg_catalog, pg_temp as %L', part.arguments, part.returned, part.body),
			part.description);
		execute format('grant execute on function %I.%I(%s) to public', schema, part.name, part.types);
	end loop;
end
$$;
comment on procedure ph_support.create_access_functions(text) is
	'makes scope() and may_ask() in the schema, with the rights of its owner, who reads entitlement for those who ask';

create function ph_support.is_access_function(function oid) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_proc p
		join pg_namespace n on n.oid = p.pronamespace
		join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
		cross join ph_support.access_function(n.nspname) f
		where p.oid = function and to_regprocedure(format('%I.%I(%s)', n.nspname, f.name, f.types)) = p.oid
			and p.prosrc = f.body and p.prosecdef and p.proconfig = array['search_path=pg_catalog, pg_temp'])
$$;
comment on function ph_support.is_access_function(oid) is
	'whether a function is to the letter one that ph_support.access_function gives for its schema';

-- ---- which tables ----

create function ph_support.coded_column(out relation text, out code_system text, out code text) returns setof record
language sql immutable parallel safe
begin atomic
	values ('clinical_event', 'code_system', 'code'), ('measurement', 'code_system', 'code'),
		('encounter', '''ICD10''', 'primary_icd10');
end;
comment on function ph_support.coded_column() is
	'the tables whose rows restricted_code leaves out: the expressions of the code system and the code';

create function ph_support.own_secured_table(schema text, out relation text, out date_column text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if to_regclass(format('%I.secured_table', schema)) is not null then
		return query execute format('select relation, date_column from %I.secured_table', schema);
	end if;
end
$$;
comment on function ph_support.own_secured_table(text) is 'the tables of a user''s own that ph.secure covers';

create function ph_support.table_to_secure(
	schema text, out relation text, out target regclass, out date_column text, out by_row boolean)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with wanted (relation, date_column, by_row) as (
		select c.relation, case when c.relation <> 'person' then d.start_column end, true
		from ph.shared_column() c
		left join ph_support.dated_relation() d using (relation)
		where c.column_name = 'person_id'
		union all
		values ('stored_stay', 'start_date', true), ('segment_history', 'start_date', true),
			('disputed_input', null, true), ('changed_person', null, false), ('measure_person', null, false),
			('may_use', null, false), ('person_score', null, false), ('decision', null, false),
			('person_request', null, false), ('opened_person', null, false)
		union all
		select o.relation, o.date_column, true
		from ph_support.own_secured_table(schema) o
	)
	select w.relation, c.oid::regclass, w.date_column, w.by_row
	from wanted w
	join pg_class c on c.oid = to_regclass(format('%I.%I', schema, w.relation))
	union all
	-- who reads a partition by its own name asks it and not its parent
	select p.relname, p.oid::regclass, null, false
	from wanted w
	cross join pg_partition_tree(to_regclass(format('%I.%I', schema, w.relation))) t
	join pg_class p on p.oid = t.relid
	where t.level > 0
$$;
comment on function ph_support.table_to_secure(text) is
	'the tables of persons in the schema: the shared ones, those that are made over them and those of secured_table, '
	'with the column of the day on which a row belongs to a place; and, not by_row, those that only custodians may '
	'read: queues, what folds keep, the tables of accountability, and partitions by their own names';

create function ph_support.is_secured(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_policy
		where polrelid = to_regclass(quote_ident(schema) || '.person') and polname = 'custodian')
$$;
comment on function ph_support.is_secured(text) is 'whether ph.secure has been called for the schema';

-- ---- which policies ----

create function ph_support.entitled_roles(schema text)
returns table (policy text, roles regrole[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format(
		'select p.policy, array_agg(distinct r.oid order by r.oid)::regrole[]
		from %I.entitlement e
		join pg_roles r on r.rolname = e.role
		cross join lateral (
			select ''purpose_'' || e.purpose
			union all
			select ''national''
			where e.level = ''national'') p (policy)
		where coalesce(e.until >= (statement_timestamp() at time zone ''UTC'')::date, true)
		group by p.policy', schema);
end
$$;
comment on function ph_support.entitled_roles(text) is
	'the policies that are of roles, and those roles by the entitlements in force: national, and one a purpose';

create function ph_support.custodians(schema text, target regclass) returns regrole[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select array(
		select relowner::regrole
		from pg_class
		where oid = target
		union
		-- what is made later is for those who look after what was there
		select r::regrole
		from pg_policy p, unnest(p.polroles) r
		where p.polname = 'custodian' and r <> 0 and p.polrelid = coalesce(
			(select polrelid from pg_policy where polrelid = target and polname = 'custodian'),
			to_regclass(format('%I.person', schema)))
		order by 1)
$$;
comment on function ph_support.custodians(text, regclass) is
	'the roles that see and write all rows of a table: its owner, and who was made a loader of it or of person';

create function ph_support.asked_once(call text, type text, distributed boolean) returns text
language sql immutable parallel safe
return case when distributed then call else format('(select %s)::%s', call, type) end;
comment on function ph_support.asked_once(text, text, boolean) is
	'the call as a policy asks it: once a statement, or, since Citus refuses subqueries in policies, as it stands';

create function ph_support.area_condition(schema text, distributed boolean) returns text
language sql stable
begin atomic
	select format('(%s)', string_agg(format('(%I = any (%s))', 'access_' || l, ph_support.asked_once(
		format('%I.scope(%L, current_user)', schema, l), 'text[]', distributed)), ' or '))
	from ph_support.access_level() l;
end;
comment on function ph_support.area_condition(text, boolean) is
	'the condition that a row is of a place of who asks, with the brackets that PostgreSQL writes';

create function ph_support.has_restricted_rows(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select from pg_attribute where attrelid = target and attname = 'restricted_unless' and not attisdropped)
$$;
comment on function ph_support.has_restricted_rows(regclass) is
	'whether the rows of a table say for which purposes they may be seen';

create function ph_support.names_purposes(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_class r
		join ph.shared_column() c on c.relation = r.relname and c.column_name = 'purposes'
		where r.oid = target)
$$;
comment on function ph_support.names_purposes(regclass) is
	'whether the partner who wrote a row of the table said for which purposes it may be seen';

create function ph_support.is_narrowed(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return ph_support.has_restricted_rows(target) or ph_support.names_purposes(target);
comment on function ph_support.is_narrowed(regclass) is
	'whether rows of the table are for some purposes only, whosoever asks';

create function ph_support.restricted_condition(target regclass, distributed boolean) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- only narrows: a setting gives nobody a row
	select format(
		case
			when ph_support.names_purposes(target) then '((%1$s = %2$L) or (%1$s = any (purposes)))'
			else '((%1$s = %2$L) or (restricted_unless is null) or (%1$s = any (restricted_unless)))' end,
		ph_support.asked_once(
			'coalesce(current_setting(''population_health.purpose'', true), '''')', 'text', distributed), '')
$$;
comment on function ph_support.restricted_condition(regclass, boolean) is
	'the condition that a row, for its code or by who wrote it, may be seen for the purpose that who sees all rows '
	'folds for';

create function ph_support.purpose_condition(schema text, target regclass, purpose text, distributed boolean)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- through a view the policy is that of who owns it, the places are those of who asks
	select format(
		case
			when ph_support.names_purposes(target) then '(%1$I and ((%2$L = any (purposes)) or %4$s) and %3$s)'
			when ph_support.has_restricted_rows(target)
				then '(%1$I and ((restricted_unless is null) or (%2$L = any (restricted_unless))) and %3$s)'
			else '(%1$I and %3$s)' end, 'may_use_' || purpose, purpose,
		format('(%L = any (%s))', purpose, ph_support.asked_once(
			format('%I.scope(%L, current_user)', schema, 'purpose'), 'text[]', distributed)),
		format('(partner = any (%s))', ph_support.asked_once(
			format('%I.scope(%L, current_user)', schema, 'partner'), 'text[]', distributed)))
$$;
comment on function ph_support.purpose_condition(text, regclass, text, boolean) is
	'the condition that a row may be seen for a purpose: its person may be used for it, its code is not restricted, '
	'where rows name purposes it is one of them or who asks speaks for the partner who wrote the row, and it is the '
	'purpose of who asks';

create function ph_support.may_ask_call(schema text, target regclass) returns text
language sql immutable parallel safe
return format('%I.may_ask(%L::regclass, current_user)', schema, target);
comment on function ph_support.may_ask_call(text, regclass) is 'the call by which a policy asks whether a role may ask';

create function ph_support.added_by_grant(target regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return (select relname in ('decision', 'person_request') from pg_class where oid = target);
comment on function ph_support.added_by_grant(regclass) is
	'whether who reads no row of a table of persons may yet be granted to add some';

create function ph_support.access_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select 'custodian', ph_support.custodians(schema, target),
		'as permissive for all to %s using (true) with check (true)'
	union all
	select 'added', '{}', 'as permissive for insert to public with check (true)'
	where not by_row and ph_support.added_by_grant(target)
	union all
	select 'may_ask', '{}', format('as restrictive for select to public using (%s)',
		ph_support.asked_once(ph_support.may_ask_call(schema, target), 'boolean', false))
	union all
	select 'restricted', '{}', format('as restrictive for select to public using (%s)',
		ph_support.restricted_condition(target, false))
	where ph_support.is_narrowed(target)
	union all
	select 'area', '{}', format('as permissive for select to public using (%s)',
		ph_support.area_condition(schema, false))
	where by_row
	union all
	select e.policy, e.roles, case
		when e.policy = 'national' then 'as permissive for select to %s using (true)'
		else format('as restrictive for select to %%s using (%s)',
			ph_support.purpose_condition(schema, target, p.purpose, false)) end
	from ph_support.entitled_roles(schema) e
	left join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	where by_row
$$;
comment on function ph_support.access_policy(text, regclass, boolean) is
	'the policies of a table: custodian sees and writes all; added lets who was granted INSERT add rows that they do '
	'not read; area shows the rows of places that a role has, national '
	'all rows to roles that have them everywhere; restrictive are may_ask, restricted, and one a purpose: who may be '
	'used for it, less what is restricted for it. definition has %s for the roles';

create function ph_support.distributed_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	-- Citus 13 makes restrictive policies permissive ones on the shards, so that each must hold by itself
	select 'custodian', ph_support.custodians(schema, target), format(
		'as permissive for all to %%s using (%s) with check (true)',
		case when ph_support.is_narrowed(target) then ph_support.restricted_condition(target, true) else 'true' end)
	union all
	select 'added', '{}', 'as permissive for insert to public with check (true)'
	where not by_row and ph_support.added_by_grant(target)
	union all
	select e.policy, e.roles, format('as permissive for select to %%s using ((%s and %s and %s))',
		ph_support.may_ask_call(schema, target), ph_support.purpose_condition(schema, target, p.purpose, true),
		ph_support.area_condition(schema, true))
	from ph_support.entitled_roles(schema) e
	join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	where by_row
	union all
	select 'national_' || p.purpose, national.roles, format(
		'as permissive for select to %%s using ((%s and %s and (cardinality(%I.scope(%L, current_user)) > 0)))',
		ph_support.may_ask_call(schema, target), ph_support.purpose_condition(schema, target, p.purpose, true), schema,
		'national')
	from ph_support.entitled_roles(schema) e
	join ph.purpose() p on e.policy = 'purpose_' || p.purpose
	join ph_support.entitled_roles(schema) n on n.policy = 'national'
	cross join lateral (
		select array(select unnest(e.roles) intersect select unnest(n.roles) order by 1) as roles
	) national
	where by_row and national.roles <> '{}'
$$;
comment on function ph_support.distributed_policy(text, regclass, boolean) is
	'the policies of a table that is distributed: custodian, and for each purpose one that shows the rows of the '
	'places that a role has and one that shows all to roles that have them everywhere. definition has %s for the roles';

create function ph_support.wanted_policy(
	schema text, target regclass, by_row boolean, out name text, out roles regrole[], out definition text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if ph_support.is_distributed(target) then
		return query select * from ph_support.distributed_policy(schema, target, by_row);
	else
		return query select * from ph_support.access_policy(schema, target, by_row);
	end if;
end
$$;
comment on function ph_support.wanted_policy(text, regclass, boolean) is 'the policies that a table should have';

create function ph_support.policies_are_current(schema text, target regclass, by_row boolean) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select not exists (
		select
		from (
			select a.name, array(select r::oid from unnest(a.roles) r order by 1) as roles
			from ph_support.wanted_policy(schema, target, by_row) a
		) wanted
		full join (
			select polname, array(select r from unnest(polroles) r where r <> 0 order by 1) as roles
			from pg_policy
			where polrelid = target
				and (polname in ('custodian', 'added', 'may_ask', 'restricted', 'area', 'national')
				or polname like 'purpose\_%' or polname like 'national\_%')
		) there on there.polname = wanted.name and there.roles = wanted.roles
		where there.polname is null or wanted.name is null)
$$;
comment on function ph_support.policies_are_current(text, regclass, boolean) is
	'whether the table has the policies that it should, each for the roles that it should be for';

create procedure ph_support.replace_policies(schema text, target regclass, by_row boolean)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	wanted record;
	old name;
begin
	-- asked before any is dropped: custodians are read from the policy
	create temp table ph_policy on commit drop as
	select *
	from ph_support.wanted_policy(schema, target, by_row);
	for old in
		select polname
		from pg_policy
		where polrelid = target
			and (polname in ('custodian', 'added', 'may_ask', 'restricted', 'area', 'national')
				or polname like 'purpose\_%' or polname like 'national\_%')
	loop
		execute format('drop policy %I on %s', old, target);
	end loop;
	for wanted in select * from pg_temp.ph_policy loop
		-- not by format: a schema may have % in its name
		execute format('create policy %I on %s ', wanted.name, target)
			|| replace(wanted.definition, ' to %s ', format(' to %s ', array_to_string(wanted.roles, ', ')));
	end loop;
	drop table pg_temp.ph_policy;
	execute format('alter table %s enable row level security, force row level security', target);
end
$$;
comment on procedure ph_support.replace_policies(text, regclass, boolean) is
	'gives a table its policies, in the place of those of the same names, and forces them on its owner too';

-- ---- who sees all rows ----

create function ph_support.is_may_ask(condition text, relation regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce(bool_or(ph_support.is_access_function(to_regprocedure(asked.function || '(regclass, name)'))
		and condition in (asked.call, format('( SELECT %s AS may_ask)', asked.call))), false)
	from (
		-- pg_get_expr doubles quotes alone
		select f.function, format('%s(''%s''::regclass, CURRENT_USER)', f.function,
			replace(relation::text, '''', '''''')) as call
		from (
			select format('%I.may_ask', n.nspname) as function
			from pg_class c
			join pg_namespace n on n.oid = c.relnamespace
			where c.oid = relation) f) asked
$$;
comment on function ph_support.is_may_ask(text, regclass) is
	'whether the condition of a policy, as pg_get_expr writes it, asks may_ask of the schema of the table, '
	'and that is the function that this extension makes';

create function ph_support.is_custodian(who regrole, relation regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_policy p, unnest(p.polroles) k
		where p.polrelid = relation and p.polname = 'custodian' and k <> 0 and pg_has_role(who, k, 'usage'))
$$;
comment on function ph_support.is_custodian(regrole, regclass) is
	'whether a role has the rights of one that the policy custodian of the table names';

create function ph_support.is_unrestricted(condition text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select coalesce(current_setting('population_health.purpose', true), '') = ''
		and coalesce(bool_or(condition in (
			format('((%1$s = %2$L::text) OR (restricted_unless IS NULL) OR (%1$s = ANY (restricted_unless)))',
				asked.call, ''),
			format('((%1$s = %2$L::text) OR (%1$s = ANY (purposes)))', asked.call, ''))),
			false)
	from (
		values ('( SELECT COALESCE(current_setting(''population_health.purpose''::text, true), ''''::text) '
			'AS "coalesce")'),
			('COALESCE(current_setting(''population_health.purpose''::text, true), ''''::text)')) asked (call)
$$;
comment on function ph_support.is_unrestricted(text) is
	'whether the condition of a policy, as pg_get_expr writes it, is ph_support.restricted_condition, and no purpose '
	'is set: then it is true of every row';

create function ph_support.row_security_hides(relation regclass, reader regrole) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with applies as (
		select p.polpermissive, pg_get_expr(p.polqual, p.polrelid) as condition
		from pg_policy p
		where p.polrelid = relation and p.polcmd in ('r', '*')
			and exists (select from unnest(p.polroles) r where r = 0 or pg_has_role(reader, r, 'usage'))
	)
	select c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
		and (c.relforcerowsecurity or not pg_has_role(r.oid, c.relowner, 'usage'))
		and not (
			exists (
				select
				from applies
				where polpermissive and (condition = 'true' or ph_support.is_unrestricted(condition)))
			and not exists (
				select
				from applies a
				where not a.polpermissive and a.condition <> 'true'
					and not (ph_support.is_unrestricted(a.condition)
						or ph_support.is_may_ask(a.condition, relation)
							and ph_support.is_custodian(current_user::regrole, relation))))
	from pg_class c, pg_roles r
	where c.oid = relation and r.oid = reader
$$;
comment on function ph_support.row_security_hides(regclass, regrole) is
	'whether policies may hide rows of a table from a role, when the current one asks through it: they do not where '
	'one that applies to it says true and none that restricts it does, but for those of ph.secure, of which it must be '
	'a custodian';

create function ph_support.require_all_rows(queries text[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	hidden record;
begin
	for hidden in
		select distinct b.relation, b.reader
		from unnest(queries) q, ph_support.relations_below(q) b
		where ph_support.row_security_hides(b.relation, b.reader)
		order by 1
		limit 1
	loop
		raise exception 'row security hides rows of % from %', hidden.relation, hidden.reader
			using errcode = 'insufficient_privilege', hint =
				'Call this as a role that sees all rows, such as the owner: what is made of them is shown to others.';
	end loop;
end
$$;
comment on function ph_support.require_all_rows(text[]) is
	'does nothing where the current role sees all rows of what the queries read, also through views. '
	'Errors: insufficient_privilege with the first table of which policies hide rows';
