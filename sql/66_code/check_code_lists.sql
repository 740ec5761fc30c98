
-- ---- what is wrong with code lists ----

create function ph_support.plain_words(text text) returns text
language sql immutable parallel safe
begin atomic
	select ' ' || btrim(regexp_replace(lower(named collate "C"), '[^[:alnum:]]+', ' ', 'g')) || ' '
	from regexp_replace(text, ' *[(][^()]*[)] *$', '') named;
end;
comment on function ph_support.plain_words(text) is
	'the words of a text in small letters with a space before and after each, '
	'without what stands in brackets at its end, as in names of SNOMED CT';

create function ph_support.code_findings_query(mapped boolean) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select format($query$
		with latest as (
			%1$s
		), wanted as materialized (
			select c.list::text, c.code_system::text, c.code::text, c.match::text,
				ph_support.is_example(c.list::text, c.code_system::text, c.code::text) as example,
				version in (select s.version from ph.shipped_code_list() s) as shipped
			from {code_list} c
			join latest using (list, version)
		), record as materialized (
			select code_system::text, code::text, min(description::text) as description, count(*) as records,
				count(distinct person_id) as people
			from {clinical_event}
			group by 1, 2
		), matched as materialized (
			select list::text, wanted_system::text, wanted_code::text, match::text, code_system::text, code::text
			from (%2$s) m
		), used as materialized (
			select w.*, count(distinct r.code) as codes, coalesce(sum(r.records), 0)::bigint as records
			from wanted w
			left join matched m on (m.list, m.wanted_system, m.wanted_code, m.match)
				= (w.list, w.code_system, w.code, w.match)
			left join record r on (r.code_system, r.code) = (m.code_system, m.code)
			group by w.list, w.code_system, w.code, w.match, w.example, w.shipped
		), list_use as (
			select list, sum(records) as records, count(*) as codes
			from used
			group by list
		), phrase as materialized (  -- the name of the list, and what its records are called
			select list, words
			from (
				select list, ph_support.plain_words(part) as words
				from list_use, regexp_split_to_table(replace(list, '_', ' '), ' or ') part
				where length(part) >= 3
				union
				select m.list, ph_support.plain_words(r.description)
				from matched m
				join record r on (r.code_system, r.code) = (m.code_system, m.code)
				where length(r.description) >= 6
			) p
		), shortest as (  -- what has a shorter one in it finds nothing more
			select p.list, array_agg(p.words) as phrases
			from phrase p
			where not exists (
				select
				from phrase s
				where s.list = p.list and s.words <> p.words and strpos(p.words, s.words) > 0)
			group by p.list
		), unlisted as (
			select r.*, ph_support.plain_words(r.description) as words
			from record r
			where not exists (select from matched m where (m.code_system, m.code) = (r.code_system, r.code))
		)
		select 1 as place, 'list matches nothing' as problem, list, null as code_system, null as code,
			0::bigint as records, 0::bigint as people, null::double precision as expected,
			format('none of its %%s codes is recorded: the input is unknown', codes) as note
		from list_use
		where records = 0
		union all
		select 2, 'only in an older version', c.list::text, c.code_system::text, min(c.code::text), null, null, null,
			format('version %%s: only the latest counts', string_agg(distinct c.version, ', '))
		from {code_list} c
		where exists (select from record r where r.code_system = c.code_system)
			and not exists (select from wanted w where w.list = c.list and w.code_system = c.code_system)
		group by c.list, c.code_system
		union all
		select 3, 'examples only', u.list, u.code_system, min(u.code), sum(u.records)::bigint, null, null,
			'bring a list: this code is one of many'
		from used u
		where exists (select from record r where r.code_system = u.code_system)
		group by u.list, u.code_system
		having bool_and(u.example)
		union all
		select 4, 'looks like it', s.list, r.code_system, r.code, r.records, r.people, null, r.description
		from unlisted r
		join shortest s on exists (select from unnest(s.phrases) p where strpos(r.words, p) > 0)
		union all
		select 5, 'code system without list', null, r.code_system, min(r.code), sum(r.records)::bigint, null, null,
			case
				when ph_support.code_system_spelling(r.code_system) is null then 'not known'
				when ph_support.code_system_spelling(r.code_system) <> r.code_system
					then 'spelt otherwise: ' || ph_support.code_system_spelling(r.code_system)
				else 'known, but no list and no code_map names it' end
		from record r
		where not exists (select from wanted w where w.code_system = r.code_system)
			and not (%3$s)
		group by r.code_system
		union all
		select 6,
			case
				when several then 'several codes in a field'
				when read is null then 'no ICD-10 code'
				else 'marks after the code' end,
			null, code_system, min(code), sum(records)::bigint, null, null,
			case
				when several then 'counted as no code'
				when read is null then 'counted as no code'
				else 'read as ' || min(read) end
		from (
			select *, ph.several_codes(code) as several, ph.icd10_normalise(code) as read
			from record
			where code_system = 'ICD10'
		) r
		-- X fills a code of three characters up to four
		where several or read is null
			or read <> regexp_replace(upper(regexp_replace(code, '[. ]', '', 'g') collate "C"), 'X$', '')
		group by code_system, several, read is null
		union all
		select 7, 'codes that match nothing', u.list, u.code_system, min(u.code), null, null, null,
			format('%%s of %%s codes', count(*) filter (where u.codes = 0), count(*))
		from used u
		join list_use l on l.list = u.list and l.records > 0
		where not u.shipped  -- ICD-10 has many codes that are rare
			and exists (select from record r where r.code_system = u.code_system)
		group by u.list, u.code_system
		having count(*) filter (where u.codes = 0) > 0$query$,
		ph_support.latest_version_query(),
		ph_support.matched_code_query(mapped,
			'wanted.list, wanted.code_system as wanted_system, wanted.code as wanted_code, wanted.match, '
			'recorded.code_system, recorded.code'),
		case when mapped then 'exists (select from {code_map} m where m.from_system = r.code_system)' else 'false' end)
$$;
comment on function ph_support.code_findings_query(boolean) is
	'the query of what ph.check_code_lists finds by codes, each kind with its place; mapped: there is a code_map';

create function ph.check_code_lists(schema text)
returns table (
	problem text, list text, code_system text, code text, records bigint, people bigint, expected double precision,
	note text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
	perform ph_support.require_code_list(schema);
	return query execute ph_support.in_schema(
		format(
			'select problem, list, code_system, code, records, people, expected, note
			from (%s) finding
			order by place, list collate "C", records desc nulls last, code_system collate "C", code collate "C"',
			ph_support.code_findings_query(ph_support.has_code_map(schema))),
		schema);
	if to_regclass(format('%I.register', schema)) is null then
		return query
		select 'coverage is not known', null::text, null::text, null::text, null::bigint, null::bigint,
			null::double precision, 'CALL ph.create_population_views(...) first';
		return;
	end if;
	return query
	select c.verdict, c.register, null::text, null::text, c.registered, c.people, c.expected, c.source
	from ph.register_coverage(schema) c
	where c.characteristic = 'all' and c.verdict like '%plausible' and c.verdict <> 'plausible';
end
$$;
comment on function ph.check_code_lists(text) is
	'what is wrong with the code lists of the schema beside its records, the latest version of each list. problem: '
	'list matches nothing; only in an older version (codes of a code system that the data use); '
	'examples only (a code system that the data use has nothing but an example of ph.shipped_code_list()); '
	'looks like it (records under a code that is in no list, whose description has the name of the list, '
	'or what one of its codes is called, in it as words; note: the description); '
	'code system without list (nor code_map; note: whether it is known); '
	'several codes in a field, no ICD-10 code, marks after the code; '
	'codes that match nothing, of lists that are not shipped (note: how many of how many); '
	'and registers far below, below, above or far above '
	'what is plausible (records: people registered, expected, note: the source; ph.register_coverage shows all). '
	'code is one of the codes concerned. No rows: nothing was found. Errors: undefined_table';
