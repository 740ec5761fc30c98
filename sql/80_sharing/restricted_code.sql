
-- ---- codes that are left out, and people who are ----

create procedure ph.load_restricted_codes(
	schema text,
	format text,
	relation regclass,
	class text,
	source text,
	purposes text[] default '{}',
	part text default null,
	code_system text default null,
	vocabulary text default null)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
	published text;
	missing text;
	codes bigint;
begin
	call ph_support.require_own_schema(schema);
	if to_regclass(format('%I.restricted_code', schema)) is null then
		raise exception 'schema "%" has no tables of sharing', schema
			using errcode = 'undefined_table', hint = 'CALL ph.create_sharing_tables(...) first.';
	end if;
	select string_agg(a.name, ', ')
	into missing
	from (
		values ('format', format), ('relation', relation::text), ('class', class), ('source', source),
			('purposes', purposes::text)) a (name, value)
	where coalesce(a.value, '') = '';
	if missing is not null then
		raise exception 'arguments must be given and not be empty: %', missing
			using errcode = 'null_value_not_allowed';
	elsif class not in ('law', 'sensitive', 'third_party') then
		raise exception 'argument "class" must be law, sensitive or third_party'
			using errcode = 'invalid_parameter_value', hint = 'It says why the codes are restricted.';
	elsif not purposes <@ array(select p.purpose from ph.purpose() p) then
		raise exception 'argument "purposes" must list purposes'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.purpose() lists them.';
	end if;
	published := ph_support.published_code_query(relation, format, part, code_system, vocabulary);
	execute format('delete from %I.restricted_code r where (r.class, r.source) = ($1, $2)', schema)
	using class, source;
	execute format(
		'insert into %I.restricted_code (code_system, code, match, class, purposes, source)
		select code_system, code, match, $1, $2, $3 from (%s) published', schema, published)
	using class, purposes, source;
	get diagnostics codes = row_count;
	if codes = 0 then
		raise exception 'relation % has no code', relation
			using errcode = 'no_data_found', hint = 'Was the file copied, and is part the one that you mean?';
	end if;
	call ph_support.refresh_access_where_secured(schema);
end
$$;
comment on procedure ph.load_restricted_codes(text, text, regclass, text, text, text[], text, text, text) is
	'reads a published set of codes from a relation into which its file was copied (formats: ph.code_list_format()) '
	'into restricted_code of the schema, in the place of what the same source said for the class, and fills the '
	'columns of secured tables (ph.refresh_access): rows with such a code are then left out for all purposes but those '
	'listed. class: law, sensitive or third_party; part, code_system and vocabulary as in ph.load_code_list. '
	'Errors: undefined_table, null_value_not_allowed, invalid_parameter_value, no_data_found, '
	'those of ph.refresh_access';

create function ph.left_out(
	schema text, purpose text,
	out reason text, out breakdown text, out group_name text, out people bigint, out people_in_all bigint,
	out rows bigint)
returns setof record
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	coded text;
begin
	if not exists (select from ph.purpose() p where p.purpose = left_out.purpose) then
		raise exception 'argument "purpose" must be a purpose'
			using errcode = 'invalid_parameter_value', hint = 'SELECT * FROM ph.purpose() lists them.';
	elsif ph_support.is_secured(schema) is not true then
		raise exception 'schema "%" is not secured', schema
			using errcode = 'undefined_object', hint = 'CALL ph.secure(...) first.';
	end if;
	perform ph_support.require_all_rows(array[format('select from %I.stay', schema)]);
	select string_agg(
		format('select t.person_id::text as person_id, count(*) as rows
			from %s t
			where not coalesce(%L = any (t.restricted_unless), true)
			group by t.person_id', s.target, purpose), ' union all ')
	into coded
	from ph_support.table_to_secure(schema) s
	join ph_support.coded_column() using (relation);
	return query execute format(
		'with last as (
			select distinct on (s.person_id) s.person_id, s.deprivation_quintile
			from %1$I.stay s
			order by s.person_id, s.start_date desc
		), restricted as (
			select person_id, sum(c.rows)::bigint as rows
			from (%2$s) c
			group by person_id
		), person as (
			select not p.%3$I as unused, r.rows,
				array[''all'', ''deprivation_quintile'', ''ethnicity''] as breakdowns,
				array[''all'', coalesce(l.deprivation_quintile::text, ''unknown''),
					coalesce(nullif(p.ethnicity_code::text, ''Z''), ''unknown'')] as groups
			from %1$I.person p
			left join last l on l.person_id = p.person_id::text
			left join restricted r on r.person_id = p.person_id::text
		)
		select said.reason, g.breakdown, g.group_name, count(*) filter (where said.left_out), count(*),
			case when said.reason = ''restricted_code'' then coalesce(sum(person.rows), 0)::bigint end
		from person
		cross join lateral unnest(person.breakdowns, person.groups) g (breakdown, group_name)
		cross join lateral (
			values (''may_use'', unused), (''restricted_code'', person.rows is not null)) said (reason, left_out)
		group by said.reason, g.breakdown, g.group_name
		order by said.reason, g.breakdown, g.group_name', schema, coded, 'may_use_' || purpose);
end
$$;
comment on function ph.left_out(text, text) is
	'how many people, and for restricted_code how many of their rows, are left out for a purpose, and of how many: of '
	'all, by fifth of deprivation (1 is the most deprived) and by ethnicity; reason is may_use (the person is not to '
	'be included) or restricted_code (rows with such codes, none of which is named). For who decides, not to publish: '
	'counts are exact. Errors: invalid_parameter_value for another purpose, undefined_object where the schema is not '
	'secured, insufficient_privilege for who does not see all rows';
