
-- ---- what ph.finding looks for in the tables of money ----
-- Money of a partner is nobody's data. That of a segment in a place can be of one person whose care is dear: entries
-- are granted to stewards, auditors and parties alone, and their numbers leave through the release step like others.

create function ph_support.readers_of_money(relation text, of_people text) returns text
language sql immutable parallel safe
return format($query$
			select distinct format('%%s: %%s', c.oid::regclass, g.name),
				format('revoke all on %%s from %%s', c.oid::regclass, g.name)
			from pg_class c
			cross join lateral ph_support.grants_on(c.oid) g
			where c.oid = to_regclass(format('%%I.%1$s', $1)) and g.privilege = 'SELECT'
				and not c.relrowsecurity  -- which shows parties what they have agreed on
				and exists (select from {%1$s} where %2$s)
				and not ph_support.has_rights_of(g.grantee, ph_support.roles_entitled($1, 'national'))
				-- stewards and auditors
				and not has_table_privilege(g.grantee, format('%%I.entitlement', $1), 'select')
		 $query$, relation, of_people);
comment on function ph_support.readers_of_money(text, text) is
	'the query of who may read a table of money without being entitled to see all people, where it has rows that can '
	'be of one person';

create function ph_support.budget_finding(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('ledger_unguarded', 'high', 'budget_entry',
		 'a trigger that guards the ledger is off, missing or not as it was made, or something goes past them',
		 'select object, remedy from ph_support.unguarded_ledger($1)'),
		('ledger_unsecured', 'high', 'budget_entry',
		 'row security does not hold: who is granted the ledger sees all of it, and posts for everybody',
		 'select object, remedy from ph_support.unsecured_ledger($1)'),
		('ledger_view', 'high', 'budget_entry',
		 'a view or function shows the ledger with the rights of its owner, or a view keeps a copy of it',
		 $query$
			select c.oid::regclass::text, case c.relkind
				when 'v' then format('alter view %s set (security_invoker = true)', c.oid::regclass)
				else format('drop materialized view %s', c.oid::regclass) end
			from ph_support.built_on('pg_class'::regclass, format('%I.budget_entry', $1)::regclass) b
			join pg_class c on c.oid = b.object and b.class = 'pg_class'::regclass
			where c.relkind = 'm' or c.relkind = 'v' and not coalesce((
				select o.option_value::boolean
				from pg_options_to_table(c.reloptions) o
				where o.option_name = 'security_invoker'), false)
			union all
			select p.oid::regprocedure::text, format('alter routine %s security invoker', p.oid::regprocedure)
			from pg_proc p
			where p.prosecdef and ph_support.names_it(p.prosrc, 'budget_entry')
				and ph_support.names_it(concat(p.prosrc, p.proconfig), $1)
				and ph_support.is_generated('pg_proc', p.oid) is not true
		 $query$),
		('steward_posts', 'medium', 'partner_role',
		 'who may say for which partner a role speaks posts to ledgers too: for any partner',
		 $query$
			select r.rolname, format('revoke insert, update, delete on %I.partner_role from %I', $1, r.rolname)
			from pg_roles r
			join pg_class c on c.oid = to_regclass(format('%I.budget_entry', $1))
			where not r.rolsuper and r.rolname !~ '^pg_' and not pg_has_role(r.oid, c.relowner, 'usage')
				and has_any_column_privilege(r.oid, c.oid, 'insert')
				and (has_any_column_privilege(r.oid, format('%I.partner_role', $1), 'insert')
					or has_any_column_privilege(r.oid, format('%I.partner_role', $1), 'update'))
		 $query$),
		('ledger_broken', 'high', 'budget_entry', 'an entry, a term or the order of a ledger was changed',
		 $query$
			select distinct a.agreement, format('select * from ph.verify_budget(%L, %L)', $1, a.agreement)
			from {budget_agreement} a, ph.verify_budget($1, a.agreement)
		 $query$),
		('ledger_open', 'medium', 'budget_entry',
		 'entries name segment and place, so that one can be of one person, and are read by who may not see all people',
		 ph_support.readers_of_money('budget_entry', 'segment is not null and place is not null')),
		('budget_open', 'medium', 'budget_line',
		 'virtual budgets are of segments in places, so that one can be of one person, and are read by who may not see '
		 'all people',
		 ph_support.readers_of_money('budget_line', 'people > 0'));
end;
comment on function ph_support.budget_finding() is
	'what ph.finding looks for in the tables of money, as ph_support.sharing_check()';
