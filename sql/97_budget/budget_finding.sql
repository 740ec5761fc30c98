
-- ---- what ph.finding looks for in the tables of money ----
-- Money of a partner is nobody's data. That of a segment in a place can be of one person whose care is dear: entries
-- are granted to stewards and auditors alone, and their numbers leave through the release step like others.

create function ph_support.readers_of_money(relation text, of_people text) returns text
language sql immutable parallel safe
return format($query$
			select distinct format('%%s: %%s', c.oid::regclass, g.name),
				format('revoke all on %%s from %%s', c.oid::regclass, g.name)
			from pg_class c
			cross join lateral ph_support.grants_on(c.oid) g
			where c.oid = to_regclass(format('%%I.%1$s', $1)) and g.privilege = 'SELECT'
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
		 'a trigger that guards the ledger is off, missing or of another making',
		 $query$
			select format('%I.%I: %s', $1, g.relation, g.name), case
				when t.oid is null then format('call ph.create_budget_tables(%L)', $1)
				else format('alter table %I.%I enable trigger %I', $1, g.relation, g.name) end
			from ph_support.budget_trigger() g
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, g.relation))
			left join pg_trigger t on t.tgrelid = c.oid and t.tgname = g.name
			where t.oid is null or t.tgenabled not in ('O', 'A')
			union all
			select format('%I.%I()', $1, g.name), format('call ph.create_budget_tables(%L)', $1)
			from ph_support.budget_guard() g
			where not exists (
				select
				from pg_proc p
				where p.oid = to_regprocedure(format('%I.%I()', $1, g.name))
					and p.prosrc = ph_support.in_schema(g.body, $1))
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
