
-- ---- the chain of a ledger ----

create function ph.verify_budget(schema text, agreement text, count bigint default null, hash text default null)
returns table (entry bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_budget_tables(schema);
	if num_nulls(count, hash) = 1 and count is distinct from 0 then  -- an empty ledger has no hash
		raise exception 'arguments "count" and "hash" must be given together'
			using errcode = 'null_value_not_allowed', hint = 'Both stand in every export.';
	end if;
	return query execute ph_support.in_schema(format(
		$query$
			with chain as (
				select e.*, lag(e.entry, 1, 0::bigint) over o as before,
					lag(e.hash, 1, %s) over o as before_hash, %s as right_hash
				from {budget_entry} e
				where e.agreement = $1
				window o as (order by e.entry)
			)
			select c.entry, p.problem
			from chain c,
				lateral (
					values
						('an entry before it is missing', c.entry <> c.before + 1),
						('it does not follow the entry before it, or the terms',
							c.previous_hash is distinct from c.before_hash),
						('it was changed', c.hash <> c.right_hash)
				) p (problem, found)
			where p.found
			union all
			select coalesce(h.count, 0), 'the chain does not end where its head says'
			from (select $1) a
			left join {budget_head} h on h.agreement = $1
			left join (
				select max(c.entry) as entry, (array_agg(c.hash order by c.entry desc))[1] as hash
				from chain c
			) last on true
			where (coalesce(last.entry, 0), last.hash) is distinct from (h.count, h.hash)
			union all
			select $2, 'the entry that was exported is not in the chain'
			where $2 is not null and $3 is distinct from (select c.hash from chain c where c.entry = $2)
			order by 1, 2
		$query$, ph_support.budget_terms_hash('$1'), ph_support.budget_entry_hash('e')), schema)
	using agreement, count, hash;
end
$$;
comment on function ph.verify_budget(text, text, bigint, text) is
	'what is wrong with the ledger of an agreement, no rows where nothing is: an entry that is missing or was changed, '
	'terms that were changed, an order that was changed, and an agreement that is not there; count and hash, as an '
	'export printed them: whether what was exported is still in it, which whoever owns the tables cannot feign. '
	'Errors: undefined_table, null_value_not_allowed';

create function ph.export_budget(schema text, agreement text) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
	exported jsonb;
begin
	perform ph_support.require_budget_tables(schema);
	execute ph_support.in_schema(
		$query$
			select jsonb_build_object(
				'format', 'population_health ledger 1',
				'agreement', jsonb_strip_nulls(to_jsonb(a)),
				'partners', (
					select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(p)) order by p.partner collate "C"), '[]')
					from {budget_agreement_partner} p
					where p.agreement = a.agreement),
				'entries', (
					select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(e)) order by e.entry), '[]')
					from {budget_entry} e
					where e.agreement = a.agreement),
				'chain', jsonb_build_object('count', h.count, 'hash', h.hash))
			from {budget_agreement} a
			join {budget_head} h on h.agreement = a.agreement
			where a.agreement = $1
		$query$, schema)
	into exported
	using agreement;
	if exported is null then
		raise exception 'argument "agreement" must name an agreement'
			using errcode = 'no_data_found', hint = format('SELECT agreement, name FROM %I.budget_agreement.', schema);
	end if;
	return exported;
end
$$;
comment on function ph.export_budget(text, text) is
	'an agreement as JSON: its terms, its partners, all entries of its ledger with their hashes, and the head of the '
	'chain, count and hash, which ph.verify_budget takes: a partner who keeps them can tell later whether an entry was '
	'changed. Errors: undefined_table, no_data_found';
