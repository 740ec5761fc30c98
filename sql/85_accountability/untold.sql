
-- ---- what is not told of a person ----

create function ph_support.require_person(schema text, person text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	known boolean;
begin
	perform ph_support.require_accountability_tables(schema);
	execute format('select exists (select from %I.person where person_id::text = $1)', schema) into known using person;
	if not known then
		raise exception 'argument "person" must be a person of the schema'
			using errcode = 'no_data_found', hint = 'It is the person_id of the table person.';
	end if;
end
$$;
comment on function ph_support.require_person(text, text) is
	'does nothing where the schema has tables of accountability and the person. Errors: undefined_table, no_data_found';

create function ph_support.listed_code_query(schema text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return case
	when to_regclass(format('%I.code_list', schema)) is null
		then 'select null as list, null as code_system, null as code, null as match where false'
	else 'select list::text as list, code_system::text as code_system, code::text as code, match::text as match
		from {code_list}' end;
comment on function ph_support.listed_code_query(text) is
	'the query of the codes of code lists; no rows where the schema has none';

create function ph_support.untold_code(
	schema text, person text, for_post boolean, classes text[], out code_system text, out code text)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	coded text;
	restricted text := 'select null, null, null where false';
begin
	select string_agg(
		format('select (%s)::text as code_system, %s::text as code from %s where person_id::text = $1',
			c.code_system, c.code, t.target),
		' union ')
	into coded
	from (
		select * from ph_support.coded_column()
		union all
		values ('person', '''ICD10''', 'death_cause_icd10')  -- a column: no policy leaves a row out for it
	) c (relation, code_system, code)
	join ph_support.table_of_person(schema) t using (relation);
	if to_regclass(format('%I.restricted_code', schema)) is not null then
		restricted := 'select code_system, code, match from {restricted_code}
			where class = any ($3) and ''direct_care'' <> all (purposes)';
	end if;
	return query execute ph_support.in_schema(format($query$
		with recorded as (
			%1$s
		), named as (
			select code_system, code, ph_support.code_key(code_system, code, 'exact') as key
			from recorded
			where code is not null%3$s
		), untold as materialized (
			select match, ph_support.code_key(code_system, code, match) as key
			from (
				%2$s
				union
				select code_system, code, match
				from (%4$s) l
				where $2 and list in (select input from {input_in_words} where not_for_post)
			) u (code_system, code, match)
		)
		select distinct n.code_system, n.code
		from named n
		join untold u on case u.match when 'exact' then n.key = u.key else n.key ^@ u.key end$query$,
		coalesce(coded, 'select null::text as code_system, null::text as code where false'), restricted,
		case
			when ph_support.has_code_map(schema) then '
			union
			select r.code_system, r.code, ph_support.code_key(to_system::text, to_code::text, ''exact'')
			from recorded r
			join {code_map} on ph_support.code_key(from_system::text, from_code::text, ''exact'')
				= ph_support.code_key(r.code_system, r.code, ''exact'')'
			else '' end, ph_support.listed_code_query(schema)), schema)
	using person, for_post, classes;
end
$$;
comment on function ph_support.untold_code(text, text, boolean, text[]) is
	'the codes recorded of a person that are not told: those of these classes of restricted_code that direct care may '
	'not see, and for post also those of code lists that input_in_words keeps out of letters';

create function ph_support.untold_input(schema text, for_post boolean, classes text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	answer text[] := '{}';
	marked text[];
begin
	if to_regclass(format('%I.restricted_code', schema)) is not null then
		execute ph_support.in_schema(format($query$
			with restricted as (
				select match, ph_support.code_key(code_system, code, match) as key
				from {restricted_code}
				where class = any ($1) and 'direct_care' <> all (purposes)
			), untold as materialized (
				select match, key
				from restricted%s
			), listed as materialized (
				select list, match, ph_support.code_key(code_system, code, match) as key
				from (%s) l
			)
			select array(
				select l.list
				from listed l
				join untold u on u.key = l.key
				union
				select l.list
				from listed l
				join untold u on u.match = 'prefix' and l.key ^@ u.key
				union
				select l.list
				from listed l
				join untold u on l.match = 'prefix' and u.key ^@ l.key)$query$,
			case
				when ph_support.has_code_map(schema) then '
				union
				select ''exact'', ph_support.code_key(to_system::text, to_code::text, ''exact'')
				from {code_map}
				join restricted r on case r.match
					when ''exact'' then ph_support.code_key(from_system::text, from_code::text, ''exact'') = r.key
					else ph_support.code_key(from_system::text, from_code::text, ''exact'') ^@ r.key end'
				else '' end, ph_support.listed_code_query(schema)), schema)
		into answer
		using classes;
	end if;
	execute format('select array(select input from %I.input_in_words where $1 and not_for_post)', schema)
	into marked
	using for_post;
	return answer || marked;
end
$$;
comment on function ph_support.untold_input(text, boolean, text[]) is
	'the inputs that are told to nobody: code lists with a code of these classes of restricted_code that direct care '
	'may not see, and for post those that input_in_words keeps out of letters. Of everybody, so that what is not '
	'said of one tells nothing';

create function ph_support.is_untold(input text, untold text[]) returns boolean
language sql immutable parallel safe
-- a term of a model may be made of an input: asthma_squared, asthma:age
return exists (
	select
	from unnest(untold) u
	where strpos(
		'_' || regexp_replace(input, '\W+', '_', 'g') || '_', '_' || regexp_replace(u, '\W+', '_', 'g') || '_') > 0);
comment on function ph_support.is_untold(text, text[]) is
	'whether an input, or a term that has the name of one in its own, is not told';

create function ph_support.told(inputs text[], untold text[]) returns text[]
language sql immutable parallel safe
return array(
	select i
	from unnest(inputs) with ordinality told (i, place)
	where not ph_support.is_untold(i, untold)
	order by place);
comment on function ph_support.told(text[], text[]) is 'the inputs without those that are not told, in their order';

create function ph_support.told_values(inputs jsonb, untold text[]) returns jsonb
language sql immutable parallel safe
return case
	when jsonb_typeof(inputs) = 'object' then inputs - array(
		select key from jsonb_object_keys(inputs) key where ph_support.is_untold(key, untold))
	else inputs end;
comment on function ph_support.told_values(jsonb, text[]) is 'the values by input without those that are not told';

create function ph_support.known_rule(
	schema text, scheme text, version text, out rule text, out segment text, out says text, out reads text[])
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	source text;
	known boolean;
begin
	foreach source in array array[schema, 'ph'] loop
		if to_regclass(format('%I.scheme_rule', source)) is not null then
			execute format('select exists (select from %I.scheme where scheme = $1 and version = $2)', source)
			into known
			using scheme, version;
			if known then
				return query execute format(
					'select r.rule, r.segment, coalesce(r.says, r.rule), array(
						select unnest(r.inputs)
						union
						select i.code_list
						from %1$I.scheme_input i
						where i.scheme = r.scheme and i.version = r.version and i.input = any (r.inputs)
							and i.code_list is not null)
					from %1$I.scheme_rule r
					where r.scheme = $1 and r.version = $2', source)
				using scheme, version;
				return;
			end if;
		end if;
	end loop;
end
$$;
comment on function ph_support.known_rule(text, text, text) is
	'the rules of a version of a scheme, of the schema or else shipped: the segment, what they say, and what they '
	'read, inputs and code lists; no rows where the scheme is in neither';

create function ph_support.matched_rule(
	schema text, scheme text, version text, matched text[], untold text[],
	out rule text, out segment text, out says text, out told boolean, out place bigint)
returns setof record
language sql stable
begin atomic
	select m.rule, r.segment, coalesce(r.says, m.rule),
		-- of a rule that is in no table nobody knows what it reads
		untold = '{}' or r.rule is not null
			and not exists (select from unnest(r.reads) i where ph_support.is_untold(i, untold)),
		m.place
	from unnest(matched) with ordinality m (rule, place)
	left join ph_support.known_rule(schema, scheme, version) r on r.rule = m.rule;
end;
comment on function ph_support.matched_rule(text, text, text, text[], text[]) is
	'rules that were true of a person, in their order: segment, what they say, and whether that is told';
