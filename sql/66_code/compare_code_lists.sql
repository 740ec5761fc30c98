
-- ---- two versions of a code list ----

create function ph.compare_code_lists(schema text, list text, version_one text, version_other text)
returns table (code_system text, code text, match text, found_in text, records bigint, people bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	target text := ph_support.require_code_list(schema);
	versions text[];
begin
	execute format('select array(select distinct version::text from %s where list = $1 order by 1)', target)
	using list
	into versions;
	if not coalesce(versions @> array[version_one, version_other], false) then
		raise exception 'list "%" does not have both versions', list
			using errcode = 'invalid_parameter_value',
				hint = coalesce('It has ' || nullif(array_to_string(versions, ', '), ''), 'It has none') || '.';
	end if;
	return query execute ph_support.in_schema(
		format(
			'with listed as (
				select code_system::text, code::text, match::text,
					case
						when count(distinct version) = 2 or $2 = $3 then ''both''
						when min(version) = $2 then ''one''
						else ''other'' end as found_in
				from {code_list}
				where list = $1 and version in ($2, $3)
				group by 1, 2, 3
			), matched as (%s)
			select l.code_system, l.code, l.match, l.found_in, count(e.person_id), count(distinct e.person_id)
			from listed l
			left join matched m on (m.list_system, m.list_code, m.match) = (l.code_system, l.code, l.match)
			left join {clinical_event} e on e.code_system = m.code_system and e.code = m.code
			group by l.code_system, l.code, l.match, l.found_in
			order by array_position(''{both,one,other}'', l.found_in), count(e.person_id) desc,
				l.code_system collate "C", l.code collate "C", l.match collate "C"',
			ph_support.matched_code_query(ph_support.has_code_map(schema),
				'wanted.code_system as list_system, wanted.code as list_code, wanted.match, '
				'recorded.code_system, recorded.code',
				'list = $1 and version in ($2, $3)')),
		schema)
	using list, version_one, version_other;
end
$$;
comment on function ph.compare_code_lists(text, text, text, text) is
	'the codes of two versions of a code list of the schema: in which they are (both, one, other), '
	'and how many records and people of clinical_event each code has by itself. '
	'Errors: undefined_table, invalid_parameter_value with the versions that there are';
