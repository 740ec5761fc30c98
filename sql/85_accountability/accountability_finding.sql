
-- ---- what is wrong with the tables of accountability ----
-- Rows for ph.finding, as those of ph_support.sharing_check.

create function ph_support.accountability_check(
	out kind text, out severity text, out needs text, out finding text, out query text)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('list_unopened', 'high', 'person_list', 'people of lists, scores or decisions are read without opening a list',
		 $query$
			select distinct format('%s: %s', c.oid::regclass, g.name),
				format('revoke all on %s from %s', c.oid::regclass, g.name)
			from (
				select relation from {person_list}
				union
				select unnest('{person_score,opened_person,decision}'::text[])
			) r
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, r.relation))
			cross join lateral ph_support.grants_on(c.oid) g
			where g.privilege = 'SELECT'
		 $query$),
		('list_without_view', 'low', 'person_list', 'the view beneath the list is no more',
		 $query$
			select l.list, format('delete from %I.person_list where list = %L', $1, l.list)
			from {person_list} l
			where to_regclass(format('%I.%I', $1, l.relation)) is null
		 $query$),
		('trigger_off', 'high', 'score_run', 'the trigger that guards the table is off or missing',
		 $query$
			select format('%s: keep_record', c.oid::regclass), case
				when t.oid is null then format('call ph.create_accountability_tables(%L)', $1)
				else format('alter table %s enable trigger keep_record', c.oid::regclass) end
			from ph_support.accountability_table() a
			join pg_class c on c.oid = to_regclass(format('%I.%I', $1, a.relation))
			left join pg_trigger t on t.tgrelid = c.oid and t.tgname = 'keep_record'
			where a.is_kept and (t.oid is null or t.tgenabled not in ('O', 'A'))
		 $query$);
end;
comment on function ph_support.accountability_check() is
	'what ph.finding looks for in the tables of accountability, as ph_support.sharing_check';
