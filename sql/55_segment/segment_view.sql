
-- ---- schemes of one's own ----

create procedure ph_support.create_segment_table(
	schema text, name text, definition text, description text, columns jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation regclass := to_regclass(format('%I.%I', schema, name));
	lacking text;
begin
	if relation is null then
		execute format('create table %I.%I (%s)', schema, name, ph_support.in_schema(definition, schema));
		relation := format('%I.%I', schema, name)::regclass;
		execute format('comment on table %s is %L', relation, description);
	else
		select string_agg(quote_ident(c), ', ' order by c)
		into lacking
		from jsonb_object_keys(columns) c
		where ph_support.column_type(relation, c) is null;
		if lacking is not null or (select relkind not in ('r', 'p') from pg_class where oid = relation) then
			raise exception 'schema "%" already has % of another shape', schema, name
				using errcode = 'duplicate_table', hint = 'Rename it first, or name another schema.',
					detail = 'Missing: ' || coalesce(lacking, 'a table');
		end if;
	end if;
	call ph_support.comment_columns(relation, columns);
end
$$;
comment on procedure ph_support.create_segment_table(text, text, text, text, jsonb) is
	'makes one table of ph.create_segment_tables, with its comments, unless it is there; '
	'{name} in the definition is a table of the schema. Errors: duplicate_table where something else has the name';

create procedure ph.create_segment_tables(schema text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
	made record;
	own constant jsonb := '{
		"person_id": "the person",
		"scheme": "name of the scheme",
		"version": "version of the scheme",
		"segment": "segment, or the state of who is not there: died, moved out, gone",
		"rank": "rank of the segment, NULL for a state",
		"matched": "rules that were true when the period began",
		"start_date": "first day of the period",
		"end_date": "first day after the period; NULL is still going on",
		"as_of": "day as of which segments were recorded",
		"previous": "day recorded before it, NULL for the first",
		"people": "people with a segment on the day",
		"recorded_at": "when it was written",
		"tier": "risk tier, NULL for every tier",
		"partner": "who offers it",
		"offer": "what is offered",
		"capacity": "people it has room for",
		"threshold": "risk from which it is offered",
		"note": "anything else"}';
begin
	call ph_support.require_own_schema(schema);
	if schema is null or to_regnamespace(quote_ident(schema)) is null then
		raise exception 'argument "schema" is not a schema'
			using errcode = '22023', hint = 'CREATE SCHEMA first.';
	end if;
	for made in
		select name, format('like ph.%I including all, ', name) || more as definition,
			replace(
				obj_description(('ph.' || name)::regclass),
				'that are shipped: read only; copy one into tables of your own with ph.copy_scheme to change it',
				'of our own') as description,
			(
				select jsonb_object_agg(attname, col_description(attrelid, attnum))
				from pg_attribute
				where attrelid = ('ph.' || name)::regclass and attnum > 0 and not attisdropped
			) as columns
		from (
			values
			('scheme', 'used_as text, copied_from text[]'),
			('scheme_input', 'foreign key (scheme, version) references {scheme} on delete cascade'),
			('scheme_segment',
			 'foreign key (scheme, version) references {scheme} on delete cascade, '
			 'foreign key (scheme, version, parent) references {scheme_segment}'),
			('scheme_rule', 'foreign key (scheme, version, segment) references {scheme_segment} on delete cascade')
		) shipped (name, more)
		union all
		select name, definition, description, (select jsonb_object_agg(c, own -> c) from unnest(columns) c)
		from (
			values
			('segment_history',
			 'person_id text not null, scheme text not null, version text not null, segment text not null, '
			 'rank integer, matched text[], start_date date not null, end_date date check (end_date > start_date), '
			 'primary key (person_id, scheme, start_date)',
			 'who was in which segment when: periods are half open, follow on each other without gap or overlap, '
			 'and the last is open; a rank of NULL is somebody who has died, moved out or not yet come',
			 array['person_id', 'scheme', 'version', 'segment', 'rank', 'matched', 'start_date', 'end_date']),
			-- each day names the one before it and none is named twice: two who record at one time meet in the
			-- unique key
			('segment_recording',
			 'scheme text not null, as_of date not null, version text not null, people bigint not null, '
			 'recorded_at timestamptz not null default now(), previous date check (previous < as_of), '
			 'primary key (scheme, as_of), unique nulls not distinct (scheme, previous)',
			 'the days as of which segments were written into segment_history, also where nobody had moved',
			 array['scheme', 'as_of', 'version', 'people', 'recorded_at', 'previous']),
			('segment_strategy',
			 'scheme text not null, version text not null, segment text not null, tier integer, partner text not null, '
			 'offer text not null, capacity integer check (capacity >= 0), threshold float8, note text, '
			 'unique nulls not distinct (scheme, version, segment, tier, partner, offer)',
			 'what each partner offers to a segment and risk tier (NULL: every tier): '
			 'the offer, how many it has room for, and the risk from which it is offered',
			 array['scheme', 'version', 'segment', 'tier', 'partner', 'offer', 'capacity', 'threshold', 'note'])
		) ours (name, definition, description, columns)
	loop
		call ph_support.create_segment_table(schema, made.name, made.definition, made.description, made.columns);
	end loop;
	execute format($query$
		create unique index if not exists segment_history_open on %I.segment_history (person_id, scheme)
		where end_date is null$query$, schema);
	-- tables of earlier days
	execute format($query$
		alter table %I.scheme
		add column if not exists used_as text,
		add column if not exists copied_from text[]$query$, schema);
	call ph_support.comment_columns(format('%I.scheme', schema)::regclass, '{
		"used_as": "fingerprint of the version when it was first used, so that a change since then is found",
		"copied_from": "schema, scheme and version that it was copied from"}');
	call ph_support.add_scheme_triggers(schema);
end
$$;
comment on procedure ph.create_segment_tables(text) is
	'makes the tables of segmentation schemes in a schema of yours: scheme, scheme_input, scheme_segment, '
	'scheme_rule as in ph, segment_history, segment_recording and segment_strategy. '
	'Called again it makes what is missing and attaches the triggers that DROP EXTENSION took. '
	'Errors: duplicate_table where a name is taken by something else';

create procedure ph.copy_scheme(
	schema text, scheme text, version text, new_scheme text, new_version text, from_schema text default 'ph')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	relation text;
	columns text;
begin
	perform ph_support.require_scheme(from_schema, scheme, version);
	perform ph_support.require_segment_table(schema, 'scheme');
	foreach relation in array ph_support.scheme_tables() loop
		select string_agg(quote_ident(attname), ', ' order by attnum)
		into columns
		from pg_attribute
		where attrelid = format('ph.%I', relation)::regclass and attnum > 0 and not attisdropped
			and attname not in ('scheme', 'version', 'used_at', 'checked', 'inputs');
		execute format($query$
			insert into %1$I.%2$I (scheme, version, %3$s)
			select $3, $4, %3$s
			from %4$I.%2$I
			where scheme = $1 and version = $2
			%5$s$query$,
			schema, relation, columns, from_schema,
			-- parents before their children
			case relation when 'scheme_segment' then 'order by parent is not null, rank' end)
		using scheme, version, new_scheme, new_version;
	end loop;
	execute format('update %I.scheme set copied_from = $1 where scheme = $2 and version = $3', schema)
	using array[from_schema, scheme, version], new_scheme, new_version;
end
$$;
comment on procedure ph.copy_scheme(text, text, text, text, text, text) is
	'copies a version of a scheme into the tables of a schema of yours under a new name or version, not yet used, '
	'to be changed there';

-- ---- segment views ----

create procedure ph.create_segment_view(
	scheme text, version text, source regclass, target text, schema text default 'ph',
	person text default 'person_id', missing text default 'refuse')
language plpgsql
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	name text[] := parse_ident(target);
	query text;
begin
	if cardinality(name) <> 2 then
		raise exception 'argument "target" must be a view with its schema'
			using errcode = '22023', hint = 'For example: health.segment.';
	end if;
	call ph.use_scheme(schema, scheme, version);
	-- not among the arguments of CALL: there PostgreSQL up to 16.4 does not see what the transaction has just written
	query := ph.segment_query(scheme, version, source, schema, person, missing);
	call ph_support.replace_view(
		name[1], name[2], query,
		format('segments of %s, version %s', scheme, version),
		'{
			"person_id": "the person",
			"scheme": "name of the scheme",
			"version": "version of the scheme",
			"segment": "outermost segment of the person",
			"rank": "rank of the segment, 1 is the highest need",
			"path": "the segment and those within it",
			"flags": "flags of the person",
			"candidates": "every outermost segment that a rule assigns to",
			"matched": "every rule that is true",
			"because": "the same in plain words",
			"reasons": "the same with the values",
			"unknown": "inputs that are not known; they match nothing"}');
end
$$;
comment on procedure ph.create_segment_view(text, text, regclass, text, text, text, text) is
	'writes the query of ph.segment_query as a view with the rights of whoever asks it, and locks the version '
	'of the scheme: from then on it cannot change; a segment view that is there is replaced in place';

-- ---- asking a segment view ----

create function ph.segment_summary(
	segments regclass,
	out rank integer, out segment text, out people bigint, out share float8, out overlapping bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select rank, segment, count(*), count(*) / (sum(count(*)) over ())::float8,
			count(*) filter (where cardinality(candidates) > 1)
		from %s
		group by rank, segment
		order by rank$query$, segments);
end
$$;
comment on function ph.segment_summary(regclass) is
	'people of each segment of a segment view, their share, and how many could be in more than one: '
	'for them the order of the segments decides';

create function ph.segment_coverage(
	segments regclass, schema text default 'ph', population text default null,
	out input text, out people bigint, out known bigint, out share float8, out note text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	counted jsonb;  -- people by what is not known of them: the view is read once
	verdicts jsonb := '{}';  -- of the registers of the population beside what is plausible
begin
	perform ph_support.require_segment_table(schema, 'scheme');
	execute format($query$
		select coalesce(jsonb_agg(pattern), '[]')
		from (
			select scheme, version, unknown, count(*) as people
			from %s
			group by 1, 2, 3
		) pattern$query$, segments)
	into counted;
	execute format($query$
		select p.scheme
		from jsonb_to_recordset($1) p (scheme text, version text)
		where not exists (select from %I.scheme t where (t.scheme, t.version) = (p.scheme, p.version))
		limit 1$query$, schema)
	into input
	using counted;
	if input is not null then
		raise exception 'schema "%" does not hold scheme "%"', schema, input
			using errcode = '42704', hint = 'Name the schema that does: schema => ...';
	end if;
	if population is not null then
		select coalesce(jsonb_object_agg(c.register, c.verdict), '{}')
		into verdicts
		from ph.register_coverage(population) c
		where c.characteristic = 'all' and c.verdict <> 'plausible';
	end if;
	return query execute format($query$
		with inputs as (
			select i.input, coalesce(i.code_list, i.input) as register, sum(p.people)::bigint as people,
				case
					when exists (
						select
						from %1$I.scheme_rule r
						where (r.scheme, r.version) = (i.scheme, i.version) and i.input = any (r.inputs))
					then coalesce(sum(p.people) filter (where not i.input = any (p.unknown)), 0)::bigint end as known
			from jsonb_to_recordset($1) p (scheme text, version text, unknown text[], people bigint)
			join %1$I.scheme_input i using (scheme, version)
			group by i.scheme, i.version, i.input, i.code_list
		)
		select input, people, known, known / people::float8, $2 ->> register
		from inputs
		order by 1$query$, schema)
	using counted, verdicts;
end
$$;
comment on function ph.segment_coverage(regclass, text, text) is
	'for how many people of a segment view each input of the scheme is known; '
	'an input that is not known matches nothing; NULL for an input that no rule reads. '
	'Where population names the schema of shared tables that the people come from, note says of an input '
	'from a code list how its register lies beside what is plausible (ph.register_coverage), unless it is';

create function ph_support.segment_in_words(
	path text[], because text[], flags text[], unknown text[], scheme text, version text)
returns setof text
language sql immutable parallel safe
begin atomic
	select words
	from (
		values
			(format('You are in the group "%s".', array_to_string(path, '", within it "'))),
			(
				case
					when because = '{}'
						then 'That is the group of everyone for whom none of the other reasons is recorded.'
					when because is not null
						then format('What is recorded about you: %s.', array_to_string(because, '; ')) end),
			(
				case
					when cardinality(because) > 1
						then 'Where more than one reason holds, the rules say which of them decides on the group; '
							'the others still count for what you are offered.' end),
			(
				case
					when cardinality(flags) > 0
						then format('You also belong to: %s.', array_to_string(flags, ', ')) end),
			(
				case
					when cardinality(unknown) > 0
						then format('We do not know: %s. If one of these is true of you, please tell us, '
							'since your group could change.', array_to_string(unknown, ', ')) end),
			(
				format('This follows from version %s of the rules "%s", applied by a computer to your record; '
					'ask a person to look at it if it seems wrong.', version, scheme))) said (words)
	where words is not null;
end;
comment on function ph_support.segment_in_words(text[], text[], text[], text[], text, text) is
	'a row of a segment view in plain words to the person; because NULL is not told';

create function ph.explain_segment(segments regclass, person_id text) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select ph_support.segment_in_words(path::text[], because::text[], flags::text[], unknown::text[],
			scheme::text, version::text)
		from %s
		where person_id::text = $1$query$, segments)
	using person_id;
end
$$;
comment on function ph.explain_segment(regclass, text) is
	'why a person is in a segment, in plain words to that person; no row where the person is not in the view';

-- ---- checking and comparing schemes ----

create function ph_support.rule_error(expression text, inputs text[], types text[]) returns text
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
	hint text;
begin
	perform ph.check_rule(expression, inputs, types::regtype[]);
	return null;
exception when query_canceled or assert_failure or out_of_memory then
	raise;
when undefined_column then
	get stacked diagnostics hint = pg_exception_hint;  -- the inputs that there are
	return format('%s. %s', sqlerrm, hint);
when others then
	return sqlerrm;
end
$$;
comment on function ph_support.rule_error(text, text[], text[]) is
	'why an expression is no rule over inputs of these types; NULL where it is one';

create function ph_support.copied_rule(
	schema text, scheme text, version text,
	out rule text, out expression text, out checked text, out words text, out origin text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	copied_from text[];
begin
	-- as jsonb, since tables of earlier days, and those of ph, do not have the column
	execute format($query$
		select array(select jsonb_array_elements_text(nullif(to_jsonb(s) -> 'copied_from', 'null')))
		from %I.scheme s
		where scheme = $1 and version = $2$query$, schema)
	into copied_from
	using scheme, version;
	if exists (
		select
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = copied_from[1] and c.relname = 'scheme_rule'
			and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
	then
		return query execute format($query$
			select rule, expression, checked, coalesce(says, rule),
				format('version "%%s" of scheme "%%s"', version, scheme)
			from %I.scheme_rule
			where scheme = $1 and version = $2$query$, copied_from[1])
		using copied_from[2], copied_from[3];
	end if;
end
$$;
comment on function ph_support.copied_rule(text, text, text) is
	'the rules of the version that a version of a scheme was copied from, where that is known and can be read: '
	'words are what people read';

create function ph_support.rule_findings(
	schema text, scheme text, version text, names text[], types regtype[], invalid text[], judged_by text[],
	out finding text, out segment text, out rule text, out detail text)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
as $$
declare
	r record;
	shown record;
	activity text;
begin
	-- beats: the rules of the segments that win over this one at its level and above
	for r in execute format($query$
		with recursive part as (
			select *
			from %1$I.scheme_segment
			where scheme = $1 and version = $2
		), within as (
			select segment, parent, rank, kind
			from part
			union
			select w.segment, p.parent, p.rank, p.kind
			from within w
			join part p on p.segment = w.parent
		), rules as (
			select *
			from %1$I.scheme_rule
			where scheme = $1 and version = $2 and rule <> all ($3)
		)
		select o.segment, o.rule, o.expression, c.checked as checked_before, c.origin,
			coalesce(o.says, o.rule) = c.words and o.expression <> c.expression as same_words,
			(
				select array_agg(b.expression)
				from within w
				join part p on p.parent is not distinct from w.parent and p.rank < w.rank and p.kind = 'segment'
				join ph_support.speaking_segment($4, $1, $2) s on s.segment = p.segment
				join rules b on b.segment = s.speaker and b.effect = 'assign'
				where w.segment = o.segment and w.kind = 'segment' and o.effect = 'assign'
			) as beats
		from rules o
		left join ph_support.copied_rule($4, $1, $2) c using (rule)
		order by o.rule_order$query$, schema)
		using scheme, version, invalid, schema
	loop
		segment := r.segment;
		rule := r.rule;
		select * into shown from ph.check_rule(r.expression, names, types);
		if r.same_words and shown.expression_checked is distinct from r.checked_before then
			finding := 'words_not_changed';
			detail := format(
				'it asks for something else than in %s, and people read the same words: '
				'write in says what it asks for now',
				r.origin);
			return next;
		end if;
		if shown.always = 'never' then
			finding := 'never_true';
			detail := 'no values of the inputs make it true';
			return next;
		elsif shown.always = 'true' then
			finding := 'always_true';
			detail := 'it is true wherever its inputs are known';
			return next;
		end if;
		if shown.always is distinct from 'never' and r.beats is not null
			and ph.rule_implied(r.expression, r.beats, names, types)
		then
			finding := 'never_wins';
			detail := 'wherever it is true, a segment of higher need is assigned before it';
			return next;
		end if;
		if shown.inputs_used && judged_by then
			finding := 'judged_by_itself';
			detail := 'uses what the scheme is judged by: ' || array_to_string(
				array(select i from unnest(shown.inputs_used) i where i = any (judged_by)), ', ');
			return next;
		end if;
		execute format($query$
			select string_agg(input, ', ' order by input)
			from %I.scheme_input
			where scheme = $1 and version = $2 and activity and input = any ($3)$query$, schema)
		into activity
		using scheme, version, shown.inputs_used;
		if activity is not null then
			finding := 'uses_activity';
			detail := 'activity explains activity: ' || activity;
			return next;
		end if;
	end loop;
end
$$;
comment on function ph_support.rule_findings(text, text, text, text[], regtype[], text[], text[]) is
	'of ph.check_scheme what the rules show by themselves, without those that are none (invalid)';

create function ph_support.segment_findings(
	schema text, scheme text, version text, population_schema text,
	out finding text, out segment text, out detail text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select 'default_above', d.segment,
			'people whom no rule matches rank above, and cannot be promoted to: '
				|| string_agg(s.segment, ', ' order by s.rank)
		from %1$I.scheme_segment d
		join %1$I.scheme_segment s using (scheme, version)
		where scheme = $1 and version = $2
			and d.kind = 'default' and s.kind = 'segment' and s.parent is null and s.rank > d.rank
		group by d.segment$query$, schema)
	using scheme, version;
	return query execute format($query$
		select 'no_rule', s.segment, 'nobody can be in it'
		from %1$I.scheme_segment s
		where scheme = $1 and version = $2 and kind <> 'default'
			and not exists (
				select
				from %1$I.scheme_rule r
				where (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment))
			and not exists (
				select
				from %1$I.scheme_segment c
				where (c.scheme, c.version, c.parent) = (s.scheme, s.version, s.segment))
		order by rank$query$, schema)
	using scheme, version;
	if population_schema is not null then
		return query execute format($query$
			select 'missing_code_list', null::text,
				format('%%s, for %%s', code_list, string_agg(input, ', ' order by input))
			from %I.scheme_input i
			where scheme = $1 and version = $2 and code_list is not null
				and not exists (select from %I.code_list c where c.list = i.code_list)
			group by code_list
			order by code_list$query$, schema, population_schema)
		using scheme, version;
	end if;
	return query execute format($query$
		select 'no_default', null::text, 'nowhere for people whom no rule matches'
		where not exists (
			select
			from %I.scheme_segment
			where scheme = $1 and version = $2 and kind = 'default')$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.segment_findings(text, text, text, text) is
	'of ph.check_scheme what the segments and inputs show by themselves';

create function ph_support.people_findings(
	schema text, scheme text, version text, source regclass, person text, smallest integer,
	out finding text, out segment text, out rule text, out detail text, out people bigint)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	query text;
begin
	query := ph.segment_query(scheme, version, source, schema, person, 'unknown');
	return query execute format($query$
		with assigned as (
			select path || flags as segments, matched
			from (%1$s) q
		), everybody as (
			select count(*) as people
			from assigned
		), tried as (
			select r.rule_order, r.rule, r.segment, r.effect, count(a) as matches,
				count(a) filter (where r.segment = any (a.segments)) as wins
			from %2$I.scheme_rule r
			left join assigned a on r.rule = any (a.matched)
			where r.scheme = $1 and r.version = $2
			group by r.rule_order, r.rule, r.segment, r.effect
		), told as (
			select t.*,
				case
					when t.matches = 0 then 'true for nobody'
					when t.effect = 'assign' and t.wins = 0 then 'nobody for whom it is true is in its segment'
					end as never_wins,
				t.matches = e.people as always_true
			from tried t
			cross join everybody e
			where e.people > 0
		)
		select case when never_wins is null then 'true_for_everybody_here' else 'never_wins_here' end,
			segment, rule, never_wins, matches
		from told
		where never_wins is not null or always_true
		order by rule_order$query$, query, schema)
	using scheme, version;
	return query execute format($query$
		select 'small_segment', s.segment, null::text, format('fewer than %%s people', $3), count(q)
		from %2$I.scheme_segment s
		left join (%1$s) q on s.segment = any (q.path || q.flags)
		where s.scheme = $1 and s.version = $2
		group by s.segment, s.rank
		having count(q) < $3
		order by s.rank$query$, query, schema)
	using scheme, version, smallest;
exception when undefined_column or datatype_mismatch or data_exception then
	finding := 'unfit_people';
	-- of what a rule makes of a value no more than the kind of error is told
	detail := case when sqlstate like '22%' then 'SQLSTATE ' || sqlstate else sqlerrm end;
	return next;
end
$$;
comment on function ph_support.people_findings(text, text, text, regclass, text, integer) is
	'of ph.check_scheme what its rules do to the people of a relation, where they can be assigned at all';

create function ph.check_scheme(
	scheme text, version text, source regclass default null, schema text default 'ph',
	person text default 'person_id', smallest integer default 50, judged_by text[] default '{}',
	population_schema text default null,
	out finding text, out segment text, out rule text, out detail text, out people bigint)
returns setof record
language plpgsql stable parallel unsafe
set search_path = pg_catalog, pg_temp
set standard_conforming_strings = on
as $$
declare
	names text[] := '{}';
	types regtype[] := '{}';
	invalid text[] := '{}';  -- rules that are none
	has_default boolean := true;
	r record;
begin
	perform ph_support.require_scheme(schema, scheme, version);
	for r in select * from ph_support.missing_scheme_trigger(schema) loop
		finding := 'missing_trigger';
		detail := format('%s of %s: CALL ph.create_segment_tables(...) attaches it again', r.name, r.relation);
		return next;
	end loop;
	if ph_support.changed_since_used(schema, scheme, version) then
		finding := 'changed_since_used';
		detail :=
			'it is not known to be what it was when it was used: CALL ph.copy_scheme(...) makes a new version of it';
		return next;
	end if;
	-- what was written while the triggers were missing
	for r in select * from ph_support.scheme_shape_problem(schema, scheme, version) loop
		finding := 'invalid_shape';
		detail := r.message;
		return next;
	end loop;
	for r in execute format($query$
		select input, type
		from %I.scheme_input
		where scheme = $1 and version = $2
		order by input$query$, schema)
		using scheme, version
	loop
		detail := ph_support.rule_error('true', array[r.input], array[r.type]);
		if detail is null then
			names := names || r.input;
			types := types || r.type::regtype;
		else
			finding := 'invalid_input';
			detail := format('%s: %s', r.input, detail);
			return next;
		end if;
	end loop;
	for r in execute format($query$
		select segment, rule, expression
		from %I.scheme_rule
		where scheme = $1 and version = $2
		order by rule_order$query$, schema)
		using scheme, version
	loop
		detail := ph_support.rule_error(r.expression, names, types::text[]);
		if detail is not null then
			finding := 'invalid_rule';
			segment := r.segment;
			rule := r.rule;
			return next;
			invalid := invalid || r.rule;
		end if;
	end loop;
	return query
	select f.finding, f.segment, f.rule, f.detail, null::bigint
	from ph_support.rule_findings(schema, scheme, version, names, types, invalid, judged_by) f;
	rule := null;
	for finding, segment, detail in
		select * from ph_support.segment_findings(schema, scheme, version, population_schema)
	loop
		has_default := has_default and finding <> 'no_default';
		return next;
	end loop;
	if source is null or not has_default or invalid <> '{}' then
		return;
	end if;
	segment := null;
	for detail in select n from unnest(names) n where ph_support.column_type(source, n) is null order by n loop
		finding := 'missing_column';
		return next;
	end loop;
	return query
	select *
	from ph_support.people_findings(schema, scheme, version, source, person, smallest);
end
$$;
comment on function ph.check_scheme(text, text, regclass, text, text, integer, text[], text) is
	'what is wrong with a scheme: triggers that its tables lack (missing_trigger), '
	'a change since it was used (changed_since_used), inputs, rules and nesting that are none (invalid_input, '
	'invalid_rule, invalid_shape), rules that were changed in a copy while what people read was not '
	'(words_not_changed), rules never or always true, or that can never win (as far as logic shows it), that use '
	'what the scheme is judged by or activity, segments without a rule, code lists that population_schema lacks; '
	'with a relation of people also missing columns, people who cannot be assigned (unfit_people), '
	'rules that never win or are true for everybody there, segments with fewer than smallest people';

create function ph.scheme_changes(
	scheme text, from_version text, to_version text, schema text default 'ph', from_schema text default null,
	from_scheme text default null,
	out part text, out name text, out change text, out before text, out after text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $function$
begin
	perform ph_support.require_scheme(coalesce(from_schema, schema), coalesce(from_scheme, scheme), from_version);
	perform ph_support.require_scheme(schema, scheme, to_version);
	return query execute (
		select string_agg(
			format($query$
				select %1$L as part, %2$I::text as name,
					case when b is null then 'added' when a is null then 'removed' else 'changed' end as change,
					b::text, a::text
				from (
					select %2$I, concat_ws(', ', %3$s) as b
					from %4$I.%5$I
					where scheme = $1 and version = $2
				) x
				full join (
					select %2$I, concat_ws(', ', %3$s) as a
					from %6$I.%5$I
					where scheme = $3 and version = $4
				) y using (%2$I)
				where a is distinct from b$query$,
				v.part, v.part, v.content, coalesce(from_schema, schema), 'scheme_' || v.part, schema),
			' union all ' order by v.part) || ' order by 1, 2'
		from (
			values
			('input', $$type, case when activity then 'activity' end, 'list ' || code_list$$),
			('segment', $$kind || ' ' || rank, 'in ' || parent, label, 'source ' || source$$),
			('rule',
			 $$format('%s. %s %s if %s', rule_order, effect, segment, checked), 'says ' || says, 'source ' || source$$)
		) v (part, content))
	using coalesce(from_scheme, scheme), from_version, scheme, to_version;
end
$function$;
comment on function ph.scheme_changes(text, text, text, text, text, text) is
	'what differs between two versions of a scheme: inputs, segments and rules added, removed or changed';

create function ph.scheme_moves(
	before regclass, after regclass,
	out person_id text, out segment_before text, out segment_after text, out reasons_before text[],
	out reasons_after text[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		select person_id::text, b.segment, a.segment, b.reasons, a.reasons
		from %s b
		full join %s a using (person_id)
		where b.path is distinct from a.path
		order by 1$query$, before, after);
end
$$;
comment on function ph.scheme_moves(regclass, regclass) is
	'the people who are in another segment in one segment view than in another, such as of two versions of a scheme, '
	'and why in each';
