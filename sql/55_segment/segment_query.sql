
-- ---- from rules to a query ----
-- ph.segment_query is written in pieces, each of which is the text of a part of it. What they are written from is read
-- once: the rules, and the segments with the condition of each.

create type ph_support.query_rule as (
	rule text,
	segment text,
	rule_order integer,
	effect text,
	says text,
	condition text,
	inputs text[]
);
comment on type ph_support.query_rule is
	'a rule as the query of a scheme is written from it: '
	'condition is as PostgreSQL writes it, inputs those that it reads';
comment on column ph_support.query_rule.rule is 'name of the rule';
comment on column ph_support.query_rule.segment is 'the segment it assigns to';
comment on column ph_support.query_rule.rule_order is 'its place among the rules';
comment on column ph_support.query_rule.effect is 'assign, promote or demote';
comment on column ph_support.query_rule.says is 'the rule in plain words';
comment on column ph_support.query_rule.condition is 'the rule as PostgreSQL writes it';
comment on column ph_support.query_rule.inputs is 'the inputs that it reads';

create type ph_support.query_segment as (
	segment text,
	parent text,
	rank integer,
	kind text,
	condition text
);
comment on type ph_support.query_segment is
	'a segment as the query of a scheme is written from it: condition is that any of its rules is true';
comment on column ph_support.query_segment.segment is 'name of the segment';
comment on column ph_support.query_segment.parent is 'the segment it lies within, NULL for an outermost one';
comment on column ph_support.query_segment.rank is 'rank of the segment, 1 is the highest need';
comment on column ph_support.query_segment.kind is 'segment, flag or default';
comment on column ph_support.query_segment.condition is 'that any of its rules is true';

create function ph_support.query_rules(
	schema text, scheme text, version text, names text[], types regtype[])
returns ph_support.query_rule[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	rules ph_support.query_rule[];
begin
	-- each is written anew from its own text, so that what stands in the table as checked is not trusted
	execute format($query$
		select array_agg(
			row (r.rule, r.segment, r.rule_order, r.effect, r.says, c.expression_checked, c.inputs_used)
				::ph_support.query_rule
			order by s.rank, r.rule_order)
		from %1$I.scheme_rule r
		join %1$I.scheme_segment s using (scheme, version, segment)
		cross join ph.check_rule(r.expression, $3, $4) c
		where scheme = $1 and version = $2$query$, schema)
	into rules
	using scheme, version, names, types;
	return coalesce(rules, '{}');
end
$$;
comment on function ph_support.query_rules(text, text, text, text[], regtype[]) is
	'the rules of a version of a scheme over inputs of these types, in the order of their segments. '
	'Errors: those of ph.check_rule';

create function ph_support.speaking_segment(
	schema text, scheme text, version text,
	out segment text, out speaker text, out ranks integer[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	return query execute format($query$
		with recursive part as (
			select s.segment, s.parent, s.rank, exists (
				select
				from %1$I.scheme_rule r
				where (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment)
					and r.effect = 'assign') as speaks
			from %1$I.scheme_segment s
			where s.scheme = $1 and s.version = $2
		), speaking (segment, speaker, ranks, speaks) as (
			select segment, segment, array[rank], speaks
			from part
			union all
			select s.segment, c.segment, s.ranks || c.rank, c.speaks
			from speaking s
			join part c on c.parent = s.speaker
			where not s.speaks and c.rank <> all (s.ranks)
		)
		select segment, speaker, ranks
		from speaking
		where speaks
		order by segment, ranks$query$, schema)
	using scheme, version;
end
$$;
comment on function ph_support.speaking_segment(text, text, text) is
	'the segments whose rules say who is in a segment, and the ranks on the way to them: '
	'itself or, where it has no rules of its own, those within it';

create function ph_support.query_segments(
	schema text, scheme text, version text, rules ph_support.query_rule[])
returns ph_support.query_segment[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	segments ph_support.query_segment[];
begin
	execute format($query$
		with own as (
			select segment, string_agg('(' || condition || ')', ' or ' order by rule_order) as condition
			from unnest($3)
			where effect = 'assign'
			group by segment
		), spoken as (
			select s.segment, string_agg(o.condition, ' or ' order by s.ranks) as condition
			from ph_support.speaking_segment($4, $1, $2) s
			join own o on o.segment = s.speaker
			group by s.segment
		)
		select array_agg(
			row (s.segment, s.parent, s.rank, s.kind, c.condition)::ph_support.query_segment
			order by s.rank)
		from %I.scheme_segment s
		left join spoken c using (segment)
		where s.scheme = $1 and s.version = $2$query$, schema)
	into segments
	using scheme, version, rules, schema;
	return coalesce(segments, '{}');
end
$$;
comment on function ph_support.query_segments(text, text, text, ph_support.query_rule[]) is
	'the segments of a version of a scheme by rank, each with the condition that its rules make';

create function ph_support.column_type(relation regclass, name text) returns regtype
language sql stable parallel safe
begin atomic
	select a.atttypid::pg_catalog.regtype
	from pg_catalog.pg_attribute a
	where a.attrelid = relation and a.attname = name and a.attnum > 0 and not a.attisdropped;
end;
comment on function ph_support.column_type(regclass, text) is
	'the type of a column of a relation; NULL where there is none of the name';

create function ph_support.require_people(
	source regclass, person text, names text[], types regtype[], missing text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	absent constant text := (
		select string_agg(quote_ident(n), ', ' order by n)
		from unnest(names) n
		where ph_support.column_type(source, n) is null);
	other constant text := (
		select string_agg(format('%I is %s, not %s', n, format_type(c, null), t), ', ' order by n)
		from unnest(names, types) i (n, t), ph_support.column_type(source, n) c
		where c <> t
			and ph.rule_type(c) <> format_type(t, -1)
			and not exists (select from pg_cast where castsource = c and casttarget = t and castcontext = 'i'));
begin
	if missing is null or missing not in ('refuse', 'unknown') then
		raise exception 'argument "missing" is not a known choice'
			using errcode = '22023', hint = 'Choose one of: refuse, unknown.';
	elsif absent is not null and missing = 'refuse' then
		raise exception 'relation % has no column for these inputs: %', source, absent
			using errcode = '42703', hint =
				'Add them, or pass missing => ''unknown'' to count them as unknown for everybody.';
	elsif other is not null then
		raise exception 'columns of relation % have other types than the inputs: %', source, other
			using errcode = '42804', hint = 'Cast them in a view over the relation.';
	elsif ph_support.column_type(source, person) is null then
		raise exception 'relation % has no column "%"', source, person
			using errcode = '42703', hint = 'Name the column that tells people apart: person => ...';
	end if;
end
$$;
comment on function ph_support.require_people(regclass, text, text[], regtype[], text) is
	'does nothing where the inputs of a scheme can be had from a relation of people. '
	'Errors: 22023 for an unknown choice, undefined_column, datatype_mismatch';

create function ph_support.query_inputs(source regclass, names text[], types regtype[]) returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	select string_agg(
		case
			when c is null then format('null::%s as %I', format_type(t, -1), n)
			when c = t then format('people.%I', n)
			else format('people.%I::%s as %1$I', n, format_type(t, -1)) end,
		E',\n\t\t' order by n)
	from unnest(names, types) i (n, t)
	left join ph_support.column_type(source, n) c on true
$$;
comment on function ph_support.query_inputs(regclass, text[], regtype[]) is
	'of the query of a scheme the columns that are its inputs: those of the relation of people, '
	'cast where their type is another, and unknown where it has none';

create function ph_support.query_case(
	conditions text[], results text[], otherwise text, depth integer, subject text default null)
returns text
language sql immutable parallel safe
begin atomic
	select coalesce(
		'case' || coalesce(' ' || subject, '')
			|| string_agg(chr(10) || repeat(chr(9), depth + 1) || 'when ' || c || ' then ' || r, '' order by n)
			|| coalesce(chr(10) || repeat(chr(9), depth + 1) || 'else ' || otherwise, '')
			|| chr(10) || repeat(chr(9), depth) || 'end',
		otherwise)
	from unnest(conditions, results) with ordinality u (c, r, n);
end;
comment on function ph_support.query_case(text[], text[], text, integer, text) is
	'the text of a case: the result of the first condition that is true (or is what the subject is), else otherwise; '
	'conditions that are NULL are left out, depth is how far its lines are indented';

create function ph_support.query_list(conditions text[], results text[]) returns text
language sql immutable parallel safe
begin atomic
	select coalesce(
		'array_remove(array['
			|| string_agg(chr(10) || chr(9) || chr(9) || 'case when ' || c || ' then ' || r || ' end', ',' order by n)
			|| chr(10) || chr(9) || ']::text[], null)',
		'''{}''::text[]')
	from unnest(conditions, results) with ordinality u (c, r, n);
end;
comment on function ph_support.query_list(text[], text[]) is
	'the text of an array of the results whose conditions are true; conditions that are NULL are left out';

-- without the segment itself, so that it ends whatever the parents are
create function ph_support.query_path(segments ph_support.query_segment[], segment text, depth integer) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
	with others as (
		select array_agg(s order by s.rank) as segments
		from unnest(query_path.segments) s
		where s.segment <> query_path.segment
	)
	select 'array[' || quote_literal(query_path.segment) || ']' || coalesce(
		' || ' || ph_support.query_case(
			array_agg(s.condition order by s.rank),
			array_agg(ph_support.query_path(o.segments, s.segment, depth + 1) order by s.rank),
			null, depth),
		'')
	from others o
	cross join unnest(o.segments) s
	where s.parent = query_path.segment and s.condition is not null
$$;
comment on function ph_support.query_path(ph_support.query_segment[], text, integer) is
	'of the query of a scheme the nested segments of who is in a segment, that one first';

create function ph_support.query_rank(segments ph_support.query_segment[], rules ph_support.query_rule[])
returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
	rank text := (
		select ph_support.query_case(
			array_agg(s.condition order by s.rank) filter (where s.kind = 'segment'),
			array_agg(s.rank::text order by s.rank) filter (where s.kind = 'segment'),
			min(s.rank::text) filter (where s.kind = 'default'), 1)
		from unnest(segments) s
		where s.parent is null);
	move record;
begin
	for move in
		select case r.effect when 'promote' then 'least' else 'greatest' end as farther, r.condition, s.rank
		from unnest(rules) r
		join unnest(segments) s using (segment)
		where r.effect <> 'assign'
		order by r.rule_order
	loop
		rank := move.farther || '(' || rank
			|| E',\n\tcase when ' || move.condition || ' then ' || move.rank::text || ' end)';
	end loop;
	return rank;
end
$$;
comment on function ph_support.query_rank(ph_support.query_segment[], ph_support.query_rule[]) is
	'of the query of a scheme the rank of the segment that wins: '
	'the first outermost one that is assigned, else the default, then moved by each rule that promotes or demotes';

create function ph_support.query_winner(
	segments ph_support.query_segment[], rules ph_support.query_rule[], results text[])
returns text
language sql immutable parallel safe
begin atomic
	with outermost as (
		select s.rank, s.kind, s.condition, result
		from unnest(segments, results) s (segment, parent, rank, kind, condition, result)
		where s.parent is null and s.kind <> 'flag'
	)
	select
		case
			when exists (select from unnest(rules) r where r.effect <> 'assign') then
				ph_support.query_case(
					array_agg(o.rank::text order by o.rank), array_agg(o.result order by o.rank), null, 1,
					ph_support.query_rank(segments, rules))
			else
				ph_support.query_case(
					array_agg(o.condition order by o.rank) filter (where o.kind = 'segment'),
					array_agg(o.result order by o.rank) filter (where o.kind = 'segment'),
					min(o.result) filter (where o.kind = 'default'), 1) end
	from outermost o;
end;
comment on function ph_support.query_winner(ph_support.query_segment[], ph_support.query_rule[], text[]) is
	'of the query of a scheme the result of the segment that wins, of results in the order of the segments; '
	'where rules move people it goes by the rank to which they were moved';

create function ph_support.query_holding(segments ph_support.query_segment[], kind text) returns text
language sql immutable parallel safe
begin atomic
	select ph_support.query_list(
		array_agg(s.condition order by s.rank), array_agg(quote_literal(s.segment) order by s.rank))
	from unnest(segments) s
	where s.parent is null and s.kind = query_holding.kind;
end;
comment on function ph_support.query_holding(ph_support.query_segment[], text) is
	'of the query of a scheme the outermost segments of a kind whose conditions hold: flags and candidates';

create function ph_support.query_reason(rule text, inputs text[]) returns text
language sql immutable parallel safe
begin atomic
	select quote_literal(rule || ':') || coalesce(string_agg(
		' || ' || quote_literal(case when n > 1 then ', ' else ' ' end || i || ' = ')
			|| ' || coalesce(' || quote_ident(i) || '::text, ''unknown'')', '' order by n), '')
	from unnest(inputs) with ordinality u (i, n);
end;
comment on function ph_support.query_reason(text, text[]) is
	'of the query of a scheme why a rule is true: its name, and the values of the inputs that it reads';

create function ph_support.query_unknown(rules ph_support.query_rule[]) returns text
language sql immutable parallel safe
begin atomic
	select ph_support.query_list(
		array_agg(quote_ident(i) || ' is null' order by i), array_agg(quote_literal(i) order by i))
	from (select distinct i from unnest(rules) r, unnest(r.inputs) i) used;
end;
comment on function ph_support.query_unknown(ph_support.query_rule[]) is
	'of the query of a scheme the inputs that rules read and that are not known';

create function ph.segment_query(
	scheme text, version text, source regclass, schema text default 'ph', person text default 'person_id',
	missing text default 'refuse')
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	names text[];
	types regtype[];
	rules ph_support.query_rule[];
	segments ph_support.query_segment[];
	conditions text[];
begin
	-- rules are read and written with backslashes as such: elsewhere the text would mean something else
	if current_setting('standard_conforming_strings') = 'off' then
		raise exception 'standard_conforming_strings must be on'
			using errcode = '55000', hint = 'SET standard_conforming_strings = on first.';
	end if;
	perform ph_support.require_scheme(schema, scheme, version);
	select i.names, i.types into names, types from ph_support.scheme_inputs(schema, scheme, version) i;
	perform ph_support.require_people(source, person, names, types, missing);
	rules := ph_support.query_rules(schema, scheme, version, names, types);
	segments := ph_support.query_segments(schema, scheme, version, rules);
	if not exists (select from unnest(segments) s where s.kind = 'default') then
		raise exception 'version "%" of scheme "%" has no default segment', version, scheme
			using errcode = '23514', hint = 'Give the segment of whom no rule matches kind default.';
	end if;
	conditions := array(select r.condition from unnest(rules) with ordinality r order by r.ordinality);
	return format($query$select person_id,
	%L::text as scheme,
	%L::text as version,
	%s as segment,
	%s as rank,
	%s as path,
	%s as flags,
	%s as candidates,
	%s as matched,
	%s as because,
	%s as reasons,
	%s as unknown
from (
	select %s
	from %s people
) input$query$,
		scheme, version,
		ph_support.query_winner(segments, rules, array(
			select quote_literal(s.segment)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_rank(segments, rules),
		ph_support.query_winner(segments, rules, array(
			select ph_support.query_path(segments, s.segment, 2)
			from unnest(segments) with ordinality s
			order by s.ordinality)),
		ph_support.query_holding(segments, 'flag'),
		ph_support.query_holding(segments, 'segment'),
		ph_support.query_list(conditions, array(
			select quote_literal(r.rule)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select quote_literal(coalesce(r.says, r.rule))
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_list(conditions, array(
			select ph_support.query_reason(r.rule, r.inputs)
			from unnest(rules) with ordinality r
			order by r.ordinality)),
		ph_support.query_unknown(rules),
		concat_ws(E',\n\t\t', format('people.%I as person_id', person), ph_support.query_inputs(source, names, types)),
		-- with its schema, be it a temporary one
		(select format('%s.%I', relnamespace::regnamespace, relname) from pg_class where oid = source));
end
$$;
comment on function ph.segment_query(text, text, regclass, text, text, text) is
	'the query that assigns every person of a relation to a segment of a scheme: '
	'person_id, scheme, version, segment, rank, path (nested segments), flags, '
	'candidates (every outermost segment that a rule assigns to), matched (every rule that is true), '
	'because (the same in plain words), reasons (with the values), unknown (inputs not known); '
	'a rule whose inputs are unknown is no match. '
	'Errors: 55000 with standard_conforming_strings off, under which the text would mean something else';
