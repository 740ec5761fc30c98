
-- ---- what is wrong with the tables of money ----

create function ph_support.budget_check(out problem text, out relation text, out query text) returns setof record
language sql immutable parallel safe
begin atomic
	-- names that are in no table: the relation, its key, the column, the table where the name should be
	select format('no such %s', n.parent), n.relation, format(
		'select %s from {%s} r where r.%I is not null and not exists (select from {%s} n where n.%I::text = r.%3$I)',
		n.key, n.relation, n.named, n.parent, n.parent_key)
	from (
		values
			('budget_agreement', 'agreement', 'host', 'partner', 'partner'),
			('budget_agreement_partner', 'concat_ws('' '', agreement, partner)', 'partner', 'partner', 'partner'),
			('budget_entry', 'concat_ws('' '', agreement, entry)', 'service', 'service', 'service'),
			('budget_entry', 'concat_ws('' '', agreement, entry)', 'place', 'place', 'place_id'),
			('budget_entry', 'concat_ws('' '', agreement, entry)', 'stream', 'funding_stream', 'stream'),
			('funding_stream', 'stream', 'partner', 'partner', 'partner'),
			('funding_stream', 'stream', 'place', 'place', 'place_id'),
			('staff', 'concat_ws('' '', service, place, month, professional)', 'service', 'service', 'service'),
			('staff', 'concat_ws('' '', service, place, month, professional)', 'place', 'place', 'place_id'),
			('asset', 'asset', 'partner', 'partner', 'partner'),
			('asset', 'asset', 'place', 'place', 'place_id'),
			('place_need', 'concat_ws('' '', place, as_of)', 'place', 'place', 'place_id')
	) n (relation, key, named, parent, parent_key)
	union all
	values
		('section 75 agreement without a host', 'budget_agreement',
		 'select agreement from {budget_agreement} where kind = ''section_75'' and host is null'),
		('host is no partner of the agreement', 'budget_agreement',
		 'select a.agreement
		from {budget_agreement} a
		where a.host is not null and not exists (
			select from {budget_agreement_partner} p where (p.agreement, p.partner) = (a.agreement, a.host))'),
		('fewer than two partners', 'budget_agreement',
		 'select a.agreement
		from {budget_agreement} a
		left join {budget_agreement_partner} p on p.agreement = a.agreement
		group by a.agreement
		having count(p.partner) < 2'),
		('agreed share missing', 'budget_agreement_partner',
		 'select concat_ws('' '', p.agreement, p.partner)
		from {budget_agreement_partner} p
		join {budget_agreement} a on a.agreement = p.agreement
		where a.basis = ''agreed'' and p.agreed_share is null'),
		('agreed shares do not add up to 1', 'budget_agreement',
		 'select a.agreement
		from {budget_agreement} a
		join {budget_agreement_partner} p on p.agreement = a.agreement
		where a.basis = ''agreed''
		group by a.agreement
		having sum(p.agreed_share) <> 1'),
		('overspend that nobody bears', 'budget_agreement',
		 'select distinct agreement from {closing_balance} where unfunded > 0 and host is null'),
		('parts cannot be told', 'budget_agreement',
		 'select c.agreement
		from {closing_balance} c
		where c.closing_rounded is null and exists (select from {budget_entry} e where e.agreement = c.agreement)
		group by c.agreement'),
		('entry outside its period', 'budget_entry',
		 'select concat_ws('' '', e.agreement, e.entry)
		from {budget_entry} e
		join {budget_agreement} a on a.agreement = e.agreement
		where e.entry_date < a.start_date or e.entry_date >= a.end_date'),
		('negative amount', 'budget_entry',
		 'select concat_ws('' '', agreement, entry)
		from {budget_entry}
		where amount < 0 and kind not in (''opening'', ''adjustment'') and reverses is null'),
		('entry outside the period of its stream', 'budget_entry',
		 'select concat_ws('' '', e.agreement, e.entry)
		from {budget_entry} e
		join {funding_stream} f on f.stream = e.stream
		where not daterange(f.start_date, f.end_date) @> e.entry_date'),
		('spent more than its stream has', 'funding_stream',
		 'select f.stream
		from {funding_stream} f
		join {budget_entry} e on e.stream = f.stream and e.kind in (''spend'', ''adjustment'')
		group by f.stream
		having sum(e.amount) > f.amount'),
		('guard off or gone past', 'budget_entry', 'select object from ph_support.unguarded_ledger($1)'),
		('granted without row security', 'budget_entry',
		 'select distinct g.name
		from pg_class c
		cross join lateral ph_support.grants_on(c.oid) g
		where c.oid = format(''%I.budget_entry'', $1)::regclass and not c.relrowsecurity'),
		('broken chain', 'budget_entry',
		 'select concat_ws('' '', a.agreement, v.entry)
		from {budget_agreement} a, ph.verify_budget($1, a.agreement) v
		group by a.agreement, v.entry'),
		('stream without accountable partner', 'funding_stream',
		 'select stream from {funding_stream} where partner is null'),
		('stream without a goal', 'funding_stream', 'select stream from {funding_stream} where goal is null'),
		('stream without money', 'funding_stream', 'select stream from {funding_stream} where amount is null'),
		('streams overlap', 'funding_stream', 'select concat_ws('' '', stream, other_stream) from {stream_overlap}'),
		('posts of one service together and apart', 'staff',
		 'select concat_ws('' '', service, place, month)
		from {staff}
		group by service, place, month
		having count(*) > 1 and bool_or(professional is null)'),
		('capacity without a unit', 'asset',
		 'select asset from {asset} where capacity is not null and unit is null');
end;
comment on function ph_support.budget_check() is
	'the checks of ph.check_budget: the query of the keys of the rows that are wrong; $1 is the schema';

create function ph.check_budget(schema text, out relation text, out problem text, out key text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
as $$
declare
	asked record;
begin
	perform ph_support.require_budget_tables(schema);
	for asked in
		select * from ph_support.budget_check() c order by c.relation collate "C", c.problem collate "C"
	loop
		begin
			return query execute format(
				'select %L, %L, c.key from (%s) c (key) order by c.key collate "C"',
				asked.relation, asked.problem, ph_support.in_schema(asked.query, schema))
			using schema;
		exception
			-- of what went past the triggers a view has no answer: the other checks have
			when invalid_parameter_value then
				return query select asked.relation, 'cannot be checked: ' || asked.problem, sqlerrm;
		end;
	end loop;
end
$$;
comment on function ph.check_budget(text) is
	'what is wrong with the tables of money of the schema, a row each: the table, the problem and the key of its row. '
	'No rows: nothing was found. Partners, services, places and streams that are not there, agreements without host, '
	'partners or shares that add up, entries outside their period or that of their stream, amounts below 0, triggers '
	'that are off or gone past, a chain that is broken, a ledger that others read and no policy guards, overspends '
	'that nobody bears, streams without an accountable partner, a goal or money, that overlap, or of which more was '
	'spent, posts counted twice. Who does not own the tables is told of the agreements to which it is a party. '
	'Errors: undefined_table';
