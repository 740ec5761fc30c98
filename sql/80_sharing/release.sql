
-- ---- releases: what left, on record ----
-- A row of release is one table of numbers that left, and cannot be changed: each carries the hash of the one before,
-- and the one row of release_head is updated by who appends, so that two writers meet there. What guards it stands in
-- the schema of its owner and names nothing of this extension.

create function ph_support.release_table(
	out relation text, out definition text, out description text, out columns jsonb)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('release_head',
			'is_head boolean primary key default true check (is_head), count bigint not null, hash text not null',
		 'one row: how many releases there are, and the hash of the last',
		 jsonb_build_object('is_head', 'true', 'count', 'number of the last release', 'hash', 'its hash')),
		('release',
		 'release bigint primary key, record jsonb not null, previous_hash text not null, hash text not null,
		 written_by xid8 not null default pg_current_xact_id(),
		 kind text not null generated always as (record ->> ''kind'') stored,
		 measure text not null generated always as (record ->> ''measure'') stored,
		 version text not null generated always as (record ->> ''version'') stored,
		 period_kind text not null generated always as (record ->> ''period_kind'') stored,
		 first_day text not null generated always as (record ->> ''period'') stored,
		 breakdown text not null generated always as (record ->> ''breakdown'') stored,
		 rule text not null generated always as (record -> ''rule'' ->> ''rule'') stored,
		 audience text not null generated always as (record ->> ''audience'') stored',
		 'one row a table of numbers that left: what it was made of, by which rule, for whom, and what the verifier '
		 'said; a chain of hashes, to which rows are only added',
		 jsonb_build_object('release', 'number of the release, without gaps', 'record', 'all that is known of it',
			'previous_hash', 'hash of the release before', 'hash', 'SHA-256 of the hash before and the record',
			'written_by', 'the transaction that wrote it, in which its audience does not see it yet',
			'kind', 'table, or tabulation', 'measure', 'name of the measure', 'version', 'its version',
			'period_kind', 'kind of period', 'first_day', 'first day of the period', 'breakdown', 'all, or by what',
			'rule', 'the rule of disclosure', 'audience', 'public, or the role that it is for')),
		('released_row',
		 'release bigint not null references {release}, level text not null, place_id text not null,
		 group_name text not null, shown boolean not null, value float8, lower float8, upper float8, numerator float8,
		 denominator float8, people float8, share_known float8, shrunken_value float8, shrunken_lower float8,
		 shrunken_upper float8, note text, primary key (release, level, place_id, group_name)',
		 'one row a place and group of a release: its numbers, or none of them where it is hidden',
		 jsonb_build_object('release', 'number of the release', 'level', 'level of place', 'place_id', 'the place',
			'group_name', 'all, the group, or unknown', 'shown', 'whether its numbers left',
			'value', 'the value', 'lower', 'its lower 95 % limit', 'upper', 'its upper 95 % limit',
			'numerator', 'events, by the rule', 'denominator', 'people, years or rows, by the rule',
			'people', 'people who are counted, by the rule',
			'share_known', 'share of the people of the place whose group is known',
			'shrunken_value', 'value of a small place drawn towards that of all',
			'shrunken_lower', 'its lower 95 % limit', 'shrunken_upper', 'its upper 95 % limit',
			'note', 'suppressed, or why there is no value'));
end;
comment on function ph_support.release_table() is 'the tables of releases: columns, descriptions';

create procedure ph_support.create_release_guards(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
begin
	call ph_support.replace_function(schema, 'append_release', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$,
			ph_support.in_schema($body$
begin
	update {release_head} set count = count + 1 returning count, hash into strict new.release, new.previous_hash;
	new.record := new.record || jsonb_build_object(
		'release', new.release,
		'released_at', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
	new.hash := encode(sha256(convert_to(new.previous_hash || new.record::text, 'UTF8')), 'hex');
	update {release_head} set hash = new.hash;
	return new;
end$body$, schema)),
		'gives a release its number, time and hash: the next of the chain');
	call ph_support.replace_function(schema, 'refuse_change_of_release', '',
		format($body$() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as %L$body$, $body$
begin
	raise exception 'what was released cannot be changed'
		using errcode = 'insufficient_privilege', hint = 'Release again: the latest release of a table counts.';
end$body$), 'refuses to change or delete what was released');
	for part in
		select t.relation, 'refuse_change' as name,
			'before update or delete or truncate on %s for each statement execute function '
			'%I.refuse_change_of_release()'
				as definition
		from unnest('{release,released_row}'::text[]) t (relation)
		union all
		values ('release', 'append',
			'before insert on %s for each row execute function %I.append_release()')
		union all
		values ('release_head', 'refuse_change',
			'before delete or truncate on %s for each statement execute function %I.refuse_change_of_release()')
	loop
		if not exists (
			select from pg_trigger where tgrelid = format('%I.%I', schema, part.relation)::regclass
				and tgname = part.name)
		then
			execute format('create trigger %I ' || part.definition, part.name,
				format('%I.%I', schema, part.relation), schema);
		end if;
	end loop;
end
$$;
comment on procedure ph_support.create_release_guards(text) is
	'makes the trigger functions and triggers of the tables of releases';

create procedure ph_support.create_release_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	part record;
	is_new boolean;
	-- not before it is on record for good: who asks cannot take the answer and roll the record back
	mine constant text := format('written_by is distinct from pg_current_xact_id_if_assigned() and (
		audience = ''public'' or audience = any (array(
			select rolname::text from pg_roles where pg_has_role(oid, ''usage'')))
		or (select has_table_privilege(%L::regclass, ''select'')))', format('%I.release_head', schema));
begin
	for part in select * from ph_support.release_table() loop
		call ph_support.create_table_where_missing(
			schema, part.relation, part.definition, part.description, part.columns, is_new);
	end loop;
	execute ph_support.in_schema('create index if not exists release_of_measure
		on {release} (measure, period_kind, first_day, breakdown)', schema);
	execute ph_support.in_schema(
		'insert into {release_head} values (true, 0, repeat(''0'', 64)) on conflict do nothing', schema);
	call ph_support.create_release_guards(schema);
	-- whom a release is for sees it, who may read the head of the chain all of them
	if not exists (select from pg_policy where polrelid = format('%I.release', schema)::regclass) then
		execute ph_support.in_schema('alter table {release} enable row level security', schema);
		execute ph_support.in_schema(format('create policy audience on {release} for select using (%s)', mine), schema);
		execute ph_support.in_schema('alter table {released_row} enable row level security', schema);
		execute ph_support.in_schema('create policy audience on {released_row} for select using (
			exists (select from {release} r where r.release = released_row.release))', schema);
	end if;
end
$$;
comment on procedure ph_support.create_release_tables(text) is
	'makes the tables release, release_head and released_row with what guards them: rows are only added';

create function ph_support.require_release_tables(schema text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.released_row', schema)) is null then
		raise exception 'argument "schema" must be a schema with tables of releases'
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) makes them.';
	end if;
end
$$;
comment on function ph_support.require_release_tables(text) is
	'does nothing where the schema has the tables of releases. Errors: undefined_table';

-- ---- the chain ----

create function ph_support.released_rows_hash(schema text, release bigint) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	hash text;
begin
	execute format(
		'select encode(sha256(convert_to(coalesce(string_agg(
				(to_jsonb(r) - ''release'')::text, chr(10) order by r.level collate "C", r.place_id collate "C",
					r.group_name collate "C"), ''''), ''UTF8'')), ''hex'')
		from %I.released_row r
		where r.release = $1', schema)
	into hash
	using release;
	return hash;
end
$$;
comment on function ph_support.released_rows_hash(text, bigint) is
	'SHA-256 of the rows of a release, as text that no setting changes';

create function ph.verify_releases(schema text, count bigint default null, hash text default null)
returns table (release bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_release_tables(schema);
	if num_nulls(count, hash) = 1 then
		raise exception 'arguments "count" and "hash" must be given together'
			using errcode = 'null_value_not_allowed', hint = 'Both stand in every export.';
	end if;
	return query execute format(
		$query$
			with chain as (
				select r.release, r.record, r.hash, r.previous_hash,
					lag(r.release, 1, 0::bigint) over o as before, lag(r.hash, 1, repeat('0', 64)) over o as before_hash
				from %1$I.release r
				window o as (order by r.release)
			)
			select c.release, p.problem
			from chain c,
				lateral (
					values
						('a release before it is missing', c.release <> c.before + 1),
						('it does not follow the release before it', c.previous_hash <> c.before_hash),
						('its record was changed',
						 c.hash <> encode(sha256(convert_to(c.previous_hash || c.record::text, 'UTF8')), 'hex')
							or (c.record ->> 'release')::bigint is distinct from c.release),
						('its rows were changed', c.record ->> 'rows_hash'
							<> ph_support.released_rows_hash($1, coalesce((c.record ->> 'same_as')::bigint, c.release)))
				) p (problem, found)
			where p.found
			union all
			select h.count, 'the chain does not end where its head says'
			from %1$I.release_head h
			where not exists (
				select
				from (
					select coalesce(max(c.release), 0), coalesce((array_agg(c.hash order by c.release desc))[1],
						repeat('0', 64))
					from chain c
				) last (release, hash)
				where (last.release, last.hash) = (h.count, h.hash))
			union all
			select $2, 'the release that was exported is not in the chain'
			where $2 is not null and $3 is distinct from case when $2 = 0 then repeat('0', 64)
				else (select c.hash from chain c where c.release = $2) end
			order by 1, 2
		$query$, schema)
	using schema, count, hash;
end
$$;
comment on function ph.verify_releases(text, bigint, text) is
	'what is wrong with the chain of releases of the schema, no rows where nothing is: a release that is missing, a '
	'record, a row or an order that was changed; count and hash, as an export printed them: whether what was exported '
	'is still in it, which whoever owns the tables cannot feign. Errors: undefined_table, null_value_not_allowed';

create function ph.release_export(schema text, release bigint) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	exported jsonb;
begin
	perform ph_support.require_release_tables(schema);
	execute format(
		$query$
			select jsonb_build_object(
				'format', 'population_health release 1',
				'record', r.record,
				'previous_hash', r.previous_hash,
				'hash', r.hash,
				'rows', (
					select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(s) - 'release')
						order by s.level collate "C", s.place_id collate "C", s.group_name collate "C"), '[]')
					from %1$I.released_row s
					where s.release = coalesce((r.record ->> 'same_as')::bigint, r.release)),
				'chain', (select jsonb_build_object('count', h.count, 'hash', h.hash) from %1$I.release_head h))
			from %1$I.release r
			where r.release = $1
		$query$, schema)
	into exported
	using release;
	if exported is null then
		raise exception 'argument "release" must be the number of a release'
			using errcode = 'no_data_found', hint = format('SELECT release, measure FROM %I.release.', schema);
	end if;
	return exported;
end
$$;
comment on function ph.release_export(text, bigint) is
	'a release as JSON: its record, its rows, its hash and the one before, and the head of the chain, count and hash, '
	'which ph.verify_releases takes; docs/disclosure.md says what each field is. '
	'Errors: undefined_table, no_data_found';
