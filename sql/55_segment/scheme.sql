
-- ---- segmentation schemes as data ----

create table ph.scheme (
	scheme text not null check (scheme <> ''),
	version text not null check (version <> ''),
	label text not null,
	source text,
	certainty text check (certainty in ('read', 'derived', 'from memory', 'ours')),
	precedence text check (precedence in ('source', 'ours')),
	valid_from date,
	used_at timestamptz,
	primary key (scheme, version)
);
comment on table ph.scheme is
	'segmentation schemes that are shipped: read only; '
	'copy one into tables of your own with ph.copy_scheme to change it';
comment on column ph.scheme.scheme is 'name of the scheme';
comment on column ph.scheme.version is 'version of the scheme';
comment on column ph.scheme.label is 'name to show';
comment on column ph.scheme.source is 'where the scheme comes from';
comment on column ph.scheme.valid_from is 'day from which the version is meant to hold';
comment on column ph.scheme.certainty is 'read in the source, derived from it, from memory, or ours';
comment on column ph.scheme.precedence is 'whether the order of the segments is the source''s or ours';
comment on column ph.scheme.used_at is 'when it was first used: from then on the version cannot change';

create table ph.scheme_input (
	scheme text not null,
	version text not null,
	input text not null check (input not in ('', 'person_id')),
	type text not null,
	description text,
	code_list text,
	activity boolean not null default false,
	primary key (scheme, version, input),
	foreign key (scheme, version) references ph.scheme on delete cascade
);
comment on table ph.scheme_input is
	'the inputs that the rules of a scheme may name: a column of the relation of people each';
comment on column ph.scheme_input.scheme is 'name of the scheme';
comment on column ph.scheme_input.version is 'version of the scheme';
comment on column ph.scheme_input.input is 'name of the input: the column of the relation of people';
comment on column ph.scheme_input.type is 'its type in SQL, without a length';
comment on column ph.scheme_input.description is 'what it is, in words';
comment on column ph.scheme_input.code_list is 'list of the shared table code_list that the input comes from';
comment on column ph.scheme_input.activity is
	'whether it is use of services or spend: a scheme by activity explains activity by itself';

create table ph.scheme_segment (
	scheme text not null,
	version text not null,
	segment text not null check (segment <> ''),
	rank integer not null,
	kind text not null default 'segment' check (kind in ('segment', 'default', 'flag')),
	parent text check (parent <> segment),
	label text,
	source text,
	primary key (scheme, version, segment),
	unique (scheme, version, rank),
	check (kind = 'segment' or parent is null),
	foreign key (scheme, version) references ph.scheme on delete cascade,
	foreign key (scheme, version, parent) references ph.scheme_segment
);
create unique index scheme_segment_default on ph.scheme_segment (scheme, version) where kind = 'default';
comment on table ph.scheme_segment is
	'the segments of a scheme: rank 1 is the highest need and wins; kind segment is exclusive, '
	'default takes whom no rule matches, flag overlaps everything; parent nests a segment in another';
comment on column ph.scheme_segment.scheme is 'name of the scheme';
comment on column ph.scheme_segment.version is 'version of the scheme';
comment on column ph.scheme_segment.segment is 'name of the segment';
comment on column ph.scheme_segment.rank is 'order of need: 1 is the highest and wins';
comment on column ph.scheme_segment.kind is 'segment, default (whom no rule matches) or flag (overlaps everything)';
comment on column ph.scheme_segment.parent is 'segment within which it lies';
comment on column ph.scheme_segment.label is 'name to show';
comment on column ph.scheme_segment.source is 'where it was read';

create table ph.scheme_rule (
	scheme text not null,
	version text not null,
	rule_order integer not null,
	rule text not null check (rule <> ''),
	segment text not null,
	effect text not null default 'assign' check (effect in ('assign', 'promote', 'demote')),
	expression text not null,
	says text,
	source text,
	certainty text check (certainty in ('read', 'derived', 'from memory', 'ours')),
	checked text,
	inputs text[],
	primary key (scheme, version, rule),
	unique (scheme, version, rule_order),
	foreign key (scheme, version, segment) references ph.scheme_segment on delete cascade
);
comment on table ph.scheme_rule is
	'the rules of a scheme: a boolean SQL expression over the inputs each; '
	'a segment wins when any of its rules is true and no segment of higher need is; '
	'promote and demote move a person after that';
comment on column ph.scheme_rule.scheme is 'name of the scheme';
comment on column ph.scheme_rule.version is 'version of the scheme';
comment on column ph.scheme_rule.rule_order is 'order in which rules are shown, and in which people are moved';
comment on column ph.scheme_rule.rule is 'name of the rule';
comment on column ph.scheme_rule.segment is 'segment that it assigns or moves people to';
comment on column ph.scheme_rule.effect is 'assign, promote or demote';
comment on column ph.scheme_rule.expression is 'the rule as it was written: boolean SQL over the inputs';
comment on column ph.scheme_rule.source is 'where it was read';
comment on column ph.scheme_rule.certainty is 'read in the source, derived from it, from memory, or ours';
comment on column ph.scheme_rule.inputs is 'inputs that the expression reads';
comment on column ph.scheme_rule.says is 'the rule in plain words, to the person: "you ..."';
comment on column ph.scheme_rule.checked is 'the expression as PostgreSQL writes it after its check; this is what runs';

grant select on ph.scheme, ph.scheme_input, ph.scheme_segment, ph.scheme_rule to public;

create function ph_support.scheme_tables() returns text[]
language sql immutable parallel safe
return '{scheme,scheme_input,scheme_segment,scheme_rule}'::text[];
comment on function ph_support.scheme_tables() is 'the tables that schemes are rows of, parents before their children';

-- Every change of a version, and its first use, updates the row of the version. So two at one time never both
-- succeed: the second waits and looks again, or gets 40001 where its snapshot is older.

create function ph_support.require_segment_table(schema text, name text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	if schema is null or to_regclass(format('%I.%I', schema, name)) is null then
		raise exception 'argument "schema" must be a schema with the table %', name
			using errcode = 'undefined_table',
				hint = 'CALL ph.create_segment_tables(...) makes it in a schema of yours.';
	end if;
end
$$;
comment on function ph_support.require_segment_table(text, text) is
	'does nothing where the schema has this table of ph.create_segment_tables. Errors: undefined_table';

create function ph_support.require_scheme(schema text, scheme text, version text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	there boolean;
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute format('select exists (select from %I.scheme where scheme = $1 and version = $2)', schema)
	into there
	using scheme, version;
	if not there then
		raise exception 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema
			using errcode = 'undefined_object',
				hint = format('SELECT scheme, version FROM %I.scheme lists what there is.', schema);
	end if;
end
$$;
comment on function ph_support.require_scheme(text, text, text) is
	'does nothing where the schema has this version of the scheme. Errors: undefined_table, undefined_object';

create function ph_support.scheme_fingerprint(schema text, scheme text, version text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	content text;
begin
	-- as jsonb a row is written the same whatever the order of its columns
	execute (
		select format('select concat_ws(chr(10), %s)', string_agg(format($query$(
			select string_agg(line, chr(10) order by line collate "C")
			from (
				select (to_jsonb(r) - '{used_at,used_as,copied_from}'::text[])::text as line
				from %I.%I r
				where r.scheme = $1 and r.version = $2
			) part)$query$, schema, name), ', ' order by name))
		from unnest(ph_support.scheme_tables()) name)
	into content
	using scheme, version;
	return encode(sha256(convert_to(content, 'UTF8')), 'hex');
end
$$;
comment on function ph_support.scheme_fingerprint(text, text, text) is
	'SHA-256 of the rows of a version of a scheme: its inputs, segments and rules';

create function ph_support.changed_since_used(schema text, scheme text, version text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	changed boolean;
begin
	if schema = 'ph' then
		return false;  -- what is shipped cannot change
	end if;
	execute format($query$
		select used_at is not null and used_as is distinct from ph_support.scheme_fingerprint($1, $2, $3)
		from %I.scheme
		where scheme = $2 and version = $3$query$, schema)
	into changed
	using schema, scheme, version;
	return changed;
end
$$;
comment on function ph_support.changed_since_used(text, text, text) is
	'whether a version that was used is no longer what it was then, or is not known to be: '
	'it was changed while its triggers were missing';

create procedure ph_support.lock_scheme(schema text, scheme text, version text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	is_unused constant text := format(
		'select used_at is null from %I.scheme where scheme = $1 and version = $2', schema);
	unused boolean;
begin
	if schema = 'ph' then
		return;
	end if;
	execute is_unused into unused using scheme, version;
	if unused then  -- the row is waited for before what is locked is read
		execute is_unused || ' for no key update' into unused using scheme, version;
	end if;
	if unused then
		execute format($query$
			update %I.scheme
			set used_at = now(), used_as = ph_support.scheme_fingerprint($1, $2, $3)
			where scheme = $2 and version = $3$query$, schema)
		using schema, scheme, version;
	elsif ph_support.changed_since_used(schema, scheme, version) then
		raise exception 'version "%" of scheme "%" was changed since it was used', version, scheme
			using errcode = '55006', hint =
				'Its triggers were missing: attach them with CALL ph.create_segment_tables(...), '
				'and make a new version of what there is with CALL ph.copy_scheme(...).';
	end if;
end
$$;
comment on procedure ph_support.lock_scheme(text, text, text) is
	'ph.use_scheme, which does nothing where the schema has no such version: '
	'a history can be of a scheme of another schema';

create procedure ph.use_scheme(schema text, scheme text, version text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_scheme(schema, scheme, version);
	call ph_support.lock_scheme(schema, scheme, version);
end
$$;
comment on procedure ph.use_scheme(text, text, text) is
	'locks a version of a scheme: from now on it cannot change; '
	'segment views call it before they read the rules. Errors: '
	'undefined_object, 55006 where the version was changed since its first use, while its triggers were missing';

-- A version that was used does not change, in whichever schema its tables are.
create function ph_support.keep_used_scheme() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	of_scheme text := case when tg_op = 'INSERT' then new.scheme else old.scheme end;
	of_version text := case when tg_op = 'INSERT' then new.version else old.version end;
	used timestamptz;
begin
	if tg_op = 'UPDATE' and (new.scheme, new.version) <> (old.scheme, old.version) then
		raise exception 'the scheme and version of a row cannot change'
			using errcode = '55006', hint = 'Insert it anew.';
	end if;
	if tg_table_name = 'scheme' and tg_table_schema <> 'ph' and tg_op = 'INSERT'
		and exists (select from ph.scheme s where s.scheme = of_scheme)
	then
		raise exception 'the name "%" belongs to a scheme that is shipped', of_scheme
			using errcode = '42939', hint = 'Give your scheme a name of its own.';
	end if;
	if tg_table_name = 'scheme' then
		used := case when tg_op <> 'INSERT' then old.used_at end;
	else
		execute format($query$
			update %I.scheme
			set used_at = used_at
			where scheme = $1 and version = $2
			returning used_at$query$, tg_table_schema)
		into used
		using of_scheme, of_version;
	end if;
	if used is not null then
		raise exception 'version "%" of scheme "%" was used and cannot change', of_version, of_scheme
			using errcode = '55006', hint = 'Make a new version: CALL ph.copy_scheme(...).';
	end if;
	return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function ph_support.keep_used_scheme() is
	'trigger of scheme tables: a version that was used does not change';

create function ph_support.check_scheme_input() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	-- the type is read, and refused where a rule could not use it
	perform ph.check_rule('true', array[new.input], array[new.type::regtype]);
	-- without a length: "character" alone would mean one letter
	new.type := format_type(new.type::regtype, -1);
	return new;
end
$$;
comment on function ph_support.check_scheme_input() is
	'trigger of scheme tables: the type of an input must be known and one that a rule may use';

create function ph_support.check_scheme_segment() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	circle boolean;
begin
	execute format($query$
		with recursive above (segment) as (
			select $3
			union
			select s.parent
			from above
			join %I.scheme_segment s on s.scheme = $1 and s.version = $2 and s.segment = above.segment
		)
		select $4 in (select segment from above where segment is not null)$query$, tg_table_schema)
	into circle
	using new.scheme, new.version, new.parent, new.segment;
	if circle then
		raise exception 'segment "%" would be its own parent', new.segment
			using errcode = '23514', hint = 'Parents must not go in a circle.';
	end if;
	return new;
end
$$;
comment on function ph_support.check_scheme_segment() is 'trigger of scheme tables: parents do not go in a circle';

create function ph_support.keep_read_input() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	reader text;
begin
	if tg_op = 'UPDATE' and (new.input, new.type) = (old.input, old.type) then
		return null;
	end if;
	-- with its scheme an input goes whatever reads it
	execute format($query$
		select min(r.rule)
		from %1$I.scheme_rule r
		join %1$I.scheme s using (scheme, version)
		where r.scheme = $1 and r.version = $2 and $3 = any (r.inputs)$query$, tg_table_schema)
	into reader
	using old.scheme, old.version, old.input;
	if reader is not null then
		raise exception 'rule "%" reads input "%"', reader, old.input
			using errcode = '55006', hint = 'Delete the rules that read it first.';
	end if;
	return null;
end
$$;
comment on function ph_support.keep_read_input() is
	'trigger of scheme tables: an input that a rule reads keeps its name and type';

create function ph_support.scheme_inputs(
	schema text, scheme text, version text,
	out names text[], out types regtype[])
returns record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	execute format($query$
		select coalesce(array_agg(input order by input), '{}'), coalesce(array_agg(type::regtype order by input), '{}')
		from %I.scheme_input
		where scheme = $1 and version = $2$query$, schema)
	into names, types
	using scheme, version;
end
$$;
comment on function ph_support.scheme_inputs(text, text, text) is
	'the inputs of a version of a scheme and their types, as ph.check_rule takes them';

create function ph_support.check_scheme_rule() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
	select c.expression_checked, c.inputs_used
	into new.checked, new.inputs
	from ph_support.scheme_inputs(tg_table_schema, new.scheme, new.version) i,
		ph.check_rule(new.expression, i.names, i.types) c;
	return new;
end
$$;
comment on function ph_support.check_scheme_rule() is
	'trigger of scheme tables: a rule is analysed against the inputs and kept as PostgreSQL writes it';

create function ph_support.scheme_shape_problem(schema text, scheme text, version text, out message text, out hint text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		with placed as (
			select r.rule, r.effect = 'assign' as assigns, s.kind, s.parent
			from %1$I.scheme_rule r
			join %1$I.scheme_segment s using (scheme, version, segment)
			where scheme = $1 and version = $2
		), problem (n, message, hint) as (
			select 1, format('rule "%%s" assigns to the default segment', rule),
				'The default takes whom no rule matches; give a segment with rules another kind.'
			from placed
			where assigns and kind = 'default'
			union all
			select 2, format('rule "%%s" moves people to a flag', rule), 'Flags overlap; people move between segments.'
			from placed
			where not assigns and kind = 'flag'
			union all
			select 3, format('rule "%%s" moves people to a segment within another', rule),
				'People move between outermost segments.'
			from placed
			where not assigns and parent is not null
			union all
			select 4, format('segment "%%s" is within "%%s", which is a %%s', c.segment, p.segment, p.kind),
				'Only a segment of kind segment has others within it.'
			from %1$I.scheme_segment c
			join %1$I.scheme_segment p on (p.scheme, p.version, p.segment) = (c.scheme, c.version, c.parent)
			where c.scheme = $1 and c.version = $2 and p.kind <> 'segment'
		)
		select message, hint
		from problem
		order by n, message$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.scheme_shape_problem(text, text, text) is
	'where what rules do does not fit the kinds of the segments and their nesting';

create function ph_support.check_scheme_shape() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	found record;
begin
	select *
	into found
	from ph_support.scheme_shape_problem(tg_table_schema, new.scheme, new.version)
	limit 1;
	if found.message is not null then
		raise exception '%', found.message
			using errcode = '23514', hint = found.hint;
	end if;
	return null;
end
$$;
comment on function ph_support.check_scheme_shape() is
	'trigger of scheme tables: what rules do fits the kinds of the segments and their nesting';

create function ph_support.keep_used_schemes() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	used text;
begin
	execute format('select min(scheme) from %I.scheme where used_at is not null', tg_table_schema) into used;
	if used is null and tg_table_schema <> 'ph' then
		execute format('update %I.scheme set used_at = used_at', tg_table_schema);
	end if;
	if used is not null or tg_table_schema = 'ph' then
		raise exception 'table %.% holds versions of schemes that were used and cannot change',
			tg_table_schema, tg_table_name
			using errcode = '55006', hint = 'Delete the versions that were not used.';
	end if;
	return null;
end
$$;
comment on function ph_support.keep_used_schemes() is
	'trigger of scheme tables: no truncation of versions that were used';

create function ph_support.scheme_trigger(out relation text, out name text, out event text, out function text)
returns setof record
language sql immutable parallel safe
begin atomic
	select r, 'a_keep_used', 'BEFORE INSERT OR UPDATE OR DELETE', 'keep_used_scheme'
	from unnest(ph_support.scheme_tables()) r
	union all
	select r, 'a_keep_all', 'BEFORE TRUNCATE', 'keep_used_schemes'
	from unnest(ph_support.scheme_tables()) r
	union all
	select r, 'b_check', 'BEFORE INSERT OR UPDATE', 'check_' || r
	from unnest(array['scheme_input', 'scheme_segment', 'scheme_rule']) r
	union all
	select r, 'c_shape', 'AFTER INSERT OR UPDATE', 'check_scheme_shape'
	from unnest(array['scheme_segment', 'scheme_rule']) r
	union all
	values ('scheme_input', 'c_keep_read', 'AFTER UPDATE OR DELETE', 'keep_read_input');
end;
comment on function ph_support.scheme_trigger() is
	'the triggers that keep tables of schemes right: table, name, when, function of ph';

create function ph_support.missing_scheme_trigger(schema text, out relation text, out name text) returns setof record
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select s.relation, s.name
	from ph_support.scheme_trigger() s
	where not exists (
		select
		from pg_trigger t
		where t.tgrelid = to_regclass(format('%I.%I', schema, s.relation))
			and t.tgname = s.name
			and t.tgenabled in ('O', 'A')
			and t.tgfoid = to_regprocedure(format('ph_support.%I()', s.function)))
$$;
comment on function ph_support.missing_scheme_trigger(text) is
	'triggers that the tables of schemes of a schema lack, or have switched off; '
	'DROP EXTENSION takes them, CALL ph.create_segment_tables attaches them again';

create procedure ph_support.add_scheme_triggers(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	missing record;
begin
	for missing in
		select t.*
		from ph_support.missing_scheme_trigger(schema)
		join ph_support.scheme_trigger() t using (relation, name)
	loop
		execute format(
			'create or replace trigger %I %s on %I.%I %s execute function ph_support.%I()',
			missing.name, missing.event, schema, missing.relation,
			case when missing.event like '%TRUNCATE' then '' else 'for each row' end, missing.function);
		execute format('alter table %I.%I enable trigger %I', schema, missing.relation, missing.name);
	end loop;
end
$$;
comment on procedure ph_support.add_scheme_triggers(text) is
	'attaches what keeps the tables of schemes of a schema right, where it is missing; '
	'ph.create_segment_tables calls it';
call ph_support.add_scheme_triggers('ph');
