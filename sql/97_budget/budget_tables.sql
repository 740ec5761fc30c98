
-- ---- money of partners: the tables, in a schema of yours ----
-- Entries of the ledger are only added: what was wrong is reversed by another entry. Each carries the hash of the one
-- before, the first that of the agreement's terms, and the row of budget_head is locked by who posts, so that two who
-- post to one agreement meet there. What guards this stands in the schema of its owner and names nothing of this
-- extension.

create function ph_support.virtual_budget_column() returns jsonb
language sql immutable parallel safe
return jsonb_build_object(
	'run', 'the recorded budget', 'place_id', 'the place', 'segment', 'the segment',
	'month', 'first day of the month; NULL where no profile was given: the whole year',
	'people', 'people of the place and segment whose expected cost is known',
	'expected', 'their expected cost in pounds: what the budget starts from',
	'budget', 'pounds, brought to the envelopes of places and of segments',
	'budget_rounded', 'the same in pence that meet both envelopes; NULL where these are not in whole pence',
	'lower', 'what so many people cost at least but for chance, where the budget is right; of a month as if what is '
		'spent in it did not hang on other months', 'upper', 'what they cost at most, likewise',
	'note', 'as of ph.rake; no_population, no_expected (people of whom no cost above 0 is expected), no_share');
comment on function ph_support.virtual_budget_column() is 'what the columns of budget_line and virtual_budget are';

create function ph_support.budget_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('budget_agreement',
		 'agreement text primary key check (agreement ~ ''\S''), name text not null check (name ~ ''\S''),
			kind text not null check (kind in (''section_75'', ''virtual'')), host text,
			start_date date not null check (isfinite(start_date)), end_date date not null check (isfinite(end_date)),
			basis text not null default ''contribution'' check (basis in (''contribution'', ''agreed'')),
			unit numeric not null default 0.01 check (unit > 0 and unit < 1e30), check (start_date < end_date)',
		 'one row a pool or alignment of partners'' money for a period; its terms stand from the first entry on',
		 jsonb_build_object('agreement', 'code of the agreement', 'name', 'name to show',
			'kind', 'section_75: a real pool, which its host holds; virtual: budgets are aligned and no money moves',
			'host', 'the partner that holds the pool and has what nobody else bears', 'start_date', 'first day',
			'end_date', 'first day after it',
			'basis', 'shares in what is left or over: contribution (what was paid in) or agreed (agreed_share)',
			'unit', 'smallest amount of money, such as 0.01')),
		('budget_agreement_partner',
		 'agreement text not null references {budget_agreement} on delete cascade,
			partner text not null check (partner ~ ''\S''),
			agreed_share numeric check (agreed_share >= 0 and agreed_share < 1e30),
			overspend_cap numeric check (overspend_cap >= 0 and overspend_cap < 1e30),
			primary key (agreement, partner)',
		 'one row a partner of an agreement',
		 jsonb_build_object('agreement', 'the agreement', 'partner', 'the partner, as in partner',
			'agreed_share', 'its share in what is left or over, where shares are agreed; as a fraction',
			'overspend_cap', 'the most that it bears of an overspend; NULL is no cap')),
		('budget_head',
		 'agreement text primary key references {budget_agreement} on delete cascade, count bigint not null default 0,
			hash text',
		 'one row an agreement: how many entries its ledger has, and the hash of the last; kept by triggers',
		 jsonb_build_object('agreement', 'the agreement', 'count', 'number of its last entry', 'hash', 'its hash')),
		('funding_stream',
		 'stream text primary key check (stream ~ ''\S''), name text not null, purpose text,
			pillar text check (pillar in (''determinants'', ''behaviours'', ''communities'', ''care'')),
			segment text, place text, partner text, goal text, start_date date, end_date date,
			amount numeric check (amount >= 0 and amount < 1e30), check (start_date < end_date)',
		 'one row a stream of money: for what, for whom, where, and who answers for it',
		 jsonb_build_object('stream', 'code of the stream', 'name', 'name to show', 'purpose', 'what for, in words',
			'pillar', 'as in service', 'segment', 'for whom; NULL is everybody', 'place', 'where; NULL is everywhere',
			'partner', 'the partner who answers for it', 'goal', 'the goal that it serves',
			'start_date', 'first day; NULL is always', 'end_date', 'first day after it; NULL is open',
			'amount', 'money that there is for it')),
		('staff',
		 'service text not null, place text not null, month date not null check (extract(day from month) = 1),
			professional text,
			whole_time_equivalents numeric not null
				check (whole_time_equivalents >= 0 and whole_time_equivalents < 1e9),
			unique nulls not distinct (service, place, month, professional)',
		 'one row a service, place, month and kind of professional: posts that were filled',
		 jsonb_build_object('service', 'the service', 'place', 'where', 'month', 'first day of the month',
			'professional', 'kind of professional; NULL is all together',
			'whole_time_equivalents', 'posts filled, one being a whole-time post')),
		('asset',
		 'asset text primary key check (asset ~ ''\S''), kind text not null check (kind ~ ''\S''), place text,
			partner text, capacity numeric check (capacity >= 0 and capacity < 1e15), unit text',
		 'one row a thing that people can use: a hall, a park, a bed base, a food bank',
		 jsonb_build_object('asset', 'code of the asset', 'kind', 'what it is', 'place', 'where',
			'partner', 'whose it is; NULL is nobody''s or not known', 'capacity', 'how much it holds or gives',
			'unit', 'of what: places, beds, hours a week')),
		('place_need',
		 'place text not null, as_of date not null check (isfinite(as_of)),
			population numeric check (population >= 0 and population < 1e15),
			weighted_population numeric not null check (weighted_population >= 0 and weighted_population < 1e15),
			source text not null check (source ~ ''\S''), primary key (place, as_of)',
		 'one row a place and day: what its population needs, in weighted people',
		 jsonb_build_object('place', 'the place', 'as_of', 'the day from which on it counts',
			'population', 'people who live or are registered there', 'weighted_population', 'people, weighted by need',
			'source', 'how, or by whom, they were weighted')),
		('budget_entry',
		 'agreement text not null references {budget_agreement}, entry bigint not null, partner text not null,
			entry_date date not null check (isfinite(entry_date)),
			kind text not null check (kind in (''opening'', ''contribution'', ''spend'', ''adjustment'')),
			amount numeric not null check (abs(amount) < 1e30 and amount <> 0), service text, place text, segment text,
			stream text, reverses bigint, why text, posted_by text not null, posted_at timestamptz not null,
			previous_hash text not null, hash text not null, primary key (agreement, entry),
			foreign key (agreement, partner) references {budget_agreement_partner},
			foreign key (agreement, reverses) references {budget_entry}, unique (agreement, reverses),
			check (amount > 0 or kind in (''opening'', ''adjustment'') or reverses is not null),
			check (coalesce(why ~ ''\S'', kind <> ''adjustment'' and reverses is null))',
		 'one row an entry of an agreement''s ledger, a chain of hashes to which rows are only added',
		 jsonb_build_object('agreement', 'the agreement', 'entry', 'number of the entry, from 1, without gaps',
			'partner', 'whose opening balance or contribution it is, or who spent', 'entry_date', 'day of the entry',
			'kind', 'opening (brought forward, below 0 a debt), contribution, spend, or adjustment (of spend)',
			'amount', 'money; below 0 where it reverses another', 'service', 'on which service',
			'place', 'in which place', 'segment', 'for which segment', 'stream', 'of which funding stream',
			'reverses', 'the entry that it takes back', 'why', 'why, in words: of reversals and adjustments',
			'posted_by', 'who posted it', 'posted_at', 'when',
			'previous_hash', 'hash of the entry before; of the first that of the terms',
			'hash', 'SHA-256 of all the rest of the row')),
		('budget_run',
		 'run text primary key check (run ~ ''\S''), level text not null, as_of date not null, cost_name text not null,
			cost_as_of date not null, inputs text[] not null, neutral text[], model jsonb not null, variation float8,
			confidence float8 not null, total numeric, status text, people bigint not null, no_cost bigint not null,
			no_place bigint not null, no_segment bigint not null, data_day date,
			recorded_by text not null default session_user, recorded_at timestamptz not null default clock_timestamp()',
		 'one row a virtual budget that was recorded, with what it was made of; it never changes',
		 jsonb_build_object('run', 'name of the budget', 'level', 'the level of its places',
			'as_of', 'the day whose people it is for', 'cost_name', 'the expected cost that it starts from',
			'cost_as_of', 'the day from which the year of costs starts that the model was fitted to',
			'inputs', 'what that expected cost is made of',
			'neutral', 'groups that it does not pay for, as of ph.create_expected_cost',
			'model', 'the model as it was: a ph.model as jsonb',
			'variation', 'coefficient of variation of what people cost in that year',
			'confidence', 'of the limits of its lines', 'total',
			'sum of the envelopes of places in pounds; NULL where one is not known',
			'status', 'as of ph.rake: ok, or why there are no budgets', 'people', 'people in its cells',
			'no_cost', 'people left out, since their expected cost is not known',
			'no_place', 'of the others, people whose place has no envelope',
			'no_segment', 'of the rest, people whose segment is not known or has no envelope')
			|| jsonb_build_object('data_day', 'last day of which the data told', 'recorded_by', 'who recorded it',
			'recorded_at', 'when it was recorded')),
		('budget_line',
		 'run text not null references {budget_run} on delete cascade, place_id text not null, segment text not null,
			month date, people bigint not null, expected float8, budget numeric, budget_rounded numeric,
			lower numeric, upper numeric, note text, unique nulls not distinct (run, place_id, segment, month)',
		 'one row a place, segment and month of a recorded budget: to plan and compare with, not an account',
		 ph_support.virtual_budget_column());
end;
comment on function ph_support.budget_table() is 'the tables that ph.create_budget_tables makes: columns, descriptions';

-- what is NULL is in no hash, so that a column that comes later breaks no chain
create function ph_support.budget_terms_hash(agreement text) returns text
language sql immutable parallel safe
return format($query$(
	select encode(sha256(convert_to(jsonb_strip_nulls(jsonb_build_object('agreement', to_jsonb(a), 'partners', (
			select jsonb_agg(to_jsonb(p) order by p.partner collate "C")
			from {budget_agreement_partner} p
			where p.agreement = a.agreement)))::text, 'UTF8')), 'hex')
	from {budget_agreement} a
	where a.agreement = %s)$query$, agreement);
comment on function ph_support.budget_terms_hash(text) is
	'the expression of the hash of an agreement''s terms, given that of the agreement';

create function ph_support.budget_entry_hash(entry text) returns text
language sql immutable parallel safe
return format($query$encode(sha256(convert_to((
	jsonb_strip_nulls(to_jsonb(%1$s) - '{hash,posted_at}'::text[]) || jsonb_build_object('posted_at',
		to_char(%1$s.posted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text, 'UTF8')), 'hex')$query$,
	entry);
comment on function ph_support.budget_entry_hash(text) is
	'the expression of the hash of an entry, given the name of its row: of all of it but the hash, the time in UTC';

create function ph_support.budget_guard(out name text, out body text, out description text) returns setof record
language sql immutable parallel safe
begin atomic
	values
		('append_entry',
		 format($body$
declare
	terms record;
	head record;
	undone record;
begin
	-- who posts to one agreement at one time waits here
	select h.count as entry, h.hash into head from {budget_head} h where h.agreement = new.agreement for update;
	if not found then
		raise exception 'column "agreement" must name an agreement' using errcode = 'foreign_key_violation';
	end if;
	-- within a statement the head has not moved yet
	select coalesce(last.entry, head.entry) + 1, coalesce(last.hash, head.hash)
	into new.entry, new.previous_hash
	from (values (0)) one
	left join (
		select e.entry, e.hash
		from {budget_entry} e
		where e.agreement = new.agreement and e.entry >= head.entry
		order by e.entry desc
		limit 1
	) last on true;
	select * into strict terms from {budget_agreement} a where a.agreement = new.agreement;
	if new.reverses is not null then
		select * into undone from {budget_entry} e where e.agreement = new.agreement and e.entry = new.reverses;
		if undone is null or undone.reverses is not null then
			raise exception 'column "reverses" must be the number of an entry that reverses no other'
				using errcode = 'foreign_key_violation';
		elsif exists (
			select from {budget_entry} e where e.agreement = new.agreement and e.reverses = new.reverses)
		then
			raise exception 'column "reverses" names an entry that is reversed already'
				using errcode = 'unique_violation', hint = 'Post it again if it was right.';
		elsif coalesce(new.partner <> undone.partner or new.kind <> undone.kind or new.amount <> -undone.amount, false)
		then
			raise exception 'an entry that reverses must have partner and kind of the other, and its amount below 0'
				using errcode = 'check_violation', hint = 'Leave them out: they are taken from there.';
		end if;
		new.partner := undone.partner;
		new.kind := undone.kind;
		new.amount := -undone.amount;
		new.entry_date := coalesce(new.entry_date, undone.entry_date);
		new.service := undone.service;
		new.place := undone.place;
		new.segment := undone.segment;
		new.stream := undone.stream;
	end if;
	if not (new.entry_date >= terms.start_date and new.entry_date < terms.end_date) then
		raise exception 'column "entry_date" must lie within the period of the agreement'
			using errcode = 'check_violation', hint = 'What is of another period belongs to the agreement of that one.';
	elsif abs(new.amount) < 1e30 and mod(new.amount, terms.unit) <> 0 then
		raise exception 'column "amount" must be a whole number of the units of the agreement'
			using errcode = 'check_violation';
	elsif new.amount <= 0 and new.kind not in ('opening', 'adjustment') and new.reverses is null then
		raise exception 'column "amount" must be above 0'
			using errcode = 'check_violation', hint = 'An entry is taken back by one that reverses it.';
	elsif (new.kind = 'adjustment' or new.reverses is not null) and coalesce(new.why !~ '\S', true) then
		raise exception 'column "why" must say why an entry reverses or adjusts' using errcode = 'check_violation';
	end if;
	if new.entry = 1 then
		new.previous_hash := %s;
	end if;
	new.posted_by := session_user;
	new.posted_at := clock_timestamp();
	new.hash := %s;
	return new;
end$body$, ph_support.budget_terms_hash('new.agreement'), ph_support.budget_entry_hash('new')),
		 'gives an entry its number, time and hash, the next of the chain, and takes from the entry that it reverses '
		 'what that says'),
		('move_head',
		 $body$
begin
	update {budget_head} h
	set count = last.entry, hash = last.hash
	from (select distinct on (agreement) agreement, entry, hash from added order by agreement, entry desc) last
	where h.agreement = last.agreement;
	return null;
end$body$,
		 'moves the head of each ledger to the last entry that a statement added'),
		('keep_ledger',
		 $body$
begin
	raise exception 'entries of the ledger are only added'
		using errcode = 'insufficient_privilege',
			hint = 'Take an entry back by one that reverses it: insert agreement, reverses, why.';
end$body$,
		 'refuses to change or delete what was posted'),
		('keep_head',
		 $body$
begin
	-- who posts may update it: on to an entry that is there, and never back; or with an agreement that has no entry
	if tg_op = 'DELETE' and old.count = 0 then
		return old;
	elsif tg_op = 'UPDATE' and new.agreement = old.agreement and ((new.count, new.hash) is not distinct from
			(old.count, old.hash)
		or new.count > old.count and exists (
			select
			from {budget_entry} e
			where (e.agreement, e.entry, e.hash) = (new.agreement, new.count, new.hash)))
	then
		return new;
	end if;
	raise exception 'the head of the ledger is kept by its triggers'
		using errcode = 'insufficient_privilege', hint = 'Insert into budget_entry.';
end$body$,
		 'refuses to change the head of a ledger but through its entries'),
		('begin_ledger',
		 $body$
begin
	insert into {budget_head} (agreement) values (new.agreement);
	return null;
end$body$,
		 'gives a new agreement an empty ledger'),
		('keep_terms',
		 $body$
declare
	changed constant record := case tg_op when 'DELETE' then old else new end;
	posted bigint;
begin
	-- who posts waits here, or is waited for
	update {budget_head} h set count = h.count
	where h.agreement = changed.agreement and exists (
		select from {budget_agreement} a where a.agreement = h.agreement)
	returning h.count into posted;
	if posted > 0 or tg_op = 'UPDATE' and new.agreement <> old.agreement then
		raise exception 'the terms of an agreement stand from its first entry on'
			using errcode = 'object_in_use', hint = 'New terms are a new agreement, with opening balances.';
	elsif tg_op <> 'DELETE' and exists (
		select
		from {budget_agreement} a
		left join {budget_agreement_partner} p on p.agreement = a.agreement
		where a.agreement = changed.agreement and mod(
			coalesce((to_jsonb(changed) ->> 'overspend_cap')::numeric, p.overspend_cap),
			coalesce((to_jsonb(changed) ->> 'unit')::numeric, a.unit)) <> 0)
	then
		raise exception 'column "overspend_cap" must be a whole number of the units of the agreement'
			using errcode = 'check_violation';
	end if;
	return changed;
end$body$,
		 'refuses to change the terms of an agreement that has entries'),
		('keep_budget',
		 $body$
begin
	-- lines go with their run, which whoever owns it may delete whole
	if tg_op = 'DELETE' and not exists (select from {budget_run} r where r.run = old.run) then
		return old;
	end if;
	raise exception 'a recorded budget never changes'
		using errcode = 'insufficient_privilege', hint = 'Record another one.';
end$body$,
		 'refuses to change a recorded budget'),
		('keep_lines',
		 $body$
begin
	if exists (
		select
		from (select run, count(*) as lines from added group by run) a
		where a.lines < (select count(*) from {budget_line} l where l.run = a.run))
	then
		raise exception 'a recorded budget never changes'
			using errcode = 'insufficient_privilege', hint = 'Record another one.';
	end if;
	return null;
end$body$,
		 'refuses to add lines to a budget that has some'),
		('sign_budget',
		 $body$
begin
	new.recorded_by := session_user;
	new.recorded_at := clock_timestamp();
	return new;
end$body$,
		 'says who records a budget and when, whatever was given');
end;
comment on function ph_support.budget_guard() is
	'the trigger functions of the tables of money: name, body, description';

-- as pg_get_triggerdef writes them, but for capitals
create function ph_support.budget_trigger(schema text, out relation text, out name text, out definition text)
returns setof record
language sql immutable parallel safe
begin atomic
	select g.relation, g.name, format('%s %s on %I.%I %s execute function %3$I.%6$s()', g.name, g.event, schema,
		g.relation, g.manner, g.guard)
	from (
		values
			('budget_entry', 'append', 'before insert', 'for each row', 'append_entry'),
			('budget_entry', 'move_head', 'after insert', 'referencing new table as added for each statement',
			 'move_head'),
			('budget_entry', 'keep_ledger', 'before delete or update or truncate', 'for each statement', 'keep_ledger'),
			-- a statement on a table from which it inherits would go past the one above: where rows are asked for those
			-- that changed, the server lets it inherit from none
			('budget_entry', 'keep_alone', 'after update', 'referencing old table as changed for each row',
			 'keep_ledger'),
			('budget_head', 'keep_head', 'before delete or update', 'for each row', 'keep_head'),
			('budget_head', 'keep_heads', 'before truncate', 'for each statement', 'keep_head'),
			('budget_agreement', 'begin_ledger', 'after insert', 'for each row', 'begin_ledger'),
			('budget_agreement', 'keep_terms', 'before delete or update', 'for each row', 'keep_terms'),
			('budget_agreement_partner', 'keep_terms', 'before insert or delete or update', 'for each row',
			 'keep_terms'),
			('budget_run', 'sign_budget', 'before insert', 'for each row', 'sign_budget'),
			('budget_run', 'keep_budget', 'before update or truncate', 'for each statement', 'keep_budget'),
			('budget_line', 'keep_budget', 'before delete or update', 'for each row', 'keep_budget'),
			('budget_line', 'keep_lines', 'after insert', 'referencing new table as added for each statement',
			 'keep_lines'),
			('budget_line', 'keep_all_lines', 'before truncate', 'for each statement', 'keep_budget')
	) g (relation, name, event, manner, guard);
end;
comment on function ph_support.budget_trigger(text) is
	'the triggers that guard the tables of money of a schema: table, name, and the rest of CREATE TRIGGER';

create function ph_support.require_budget_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.budget_entry', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of money'
			using errcode = 'undefined_table', hint = 'CALL ph.create_budget_tables(...) makes them.';
	end if;
end
$$;
comment on function ph_support.require_budget_tables(text) is
	'does nothing where the schema has the tables of money. Errors: undefined_table';

create procedure ph.create_budget_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	is_new boolean;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.partner', schema)) is null or to_regclass(format('%I.service', schema)) is null then
		raise exception 'schema "%" lacks partner or service', schema
			using errcode = 'undefined_table', hint =
				'CALL ph.create_shared_tables(...) makes them, ph.complete_shared_tables(...) those that are new.';
	end if;
	for part in select * from ph_support.budget_table() loop
		call ph_support.create_private_table(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	for part in select * from ph_support.budget_guard() loop
		call ph_support.replace_function(schema, part.name, '',
			format('() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L',
				ph_support.in_schema(part.body, schema)),
			part.description);
	end loop;
	if exists (select from ph_support.unguarded_trigger(schema)) then  -- else who posts is not waited for
		for part in select * from ph_support.budget_trigger(schema) loop
			execute 'create or replace trigger ' || part.definition;
		end loop;
	end if;
	if ph_support.is_secured(schema) then
		call ph_support.secure_ledger(schema);
	end if;
	call ph.create_budget_views(schema);
end
$$;
comment on procedure ph.create_budget_tables(text) is
	'makes, beside the shared tables of the schema, the tables of money: budget_agreement (section_75 or virtual) '
	'and budget_agreement_partner, budget_entry, the ledger (INSERT posts; an entry that reverses needs agreement, '
	'reverses and why alone; triggers number and chain entries and refuse UPDATE, DELETE and TRUNCATE) with '
	'budget_head, funding_stream, staff, asset, place_need, budget_run and budget_line (of ph.record_budget); and '
	'the views of ph.create_budget_views. They belong to the caller, are granted to nobody and outlive the extension '
	'(views that ask its functions do not). Money is numeric, in one currency. Where the schema is secured '
	'(ph.secure), a login sees the agreements to which a partner for which it speaks (partner_role) is a party, as a '
	'whole; the host posts to a pool for all its partners, to a virtual agreement each partner its own; stewards and '
	'auditors see all. Elsewhere whoever is granted sees all. Who posts needs INSERT and SELECT on budget_entry, '
	'SELECT on the agreement''s tables, and SELECT and UPDATE on budget_head: the kind bookkeeper of '
	'ph.grant_access. Again: what is there stays, and triggers are made as they were. Errors: undefined_table '
	'without shared tables, duplicate_object where a name is taken by something else';
