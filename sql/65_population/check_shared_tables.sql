
-- ---- what is wrong with shared tables, or with views of the same shape ----
-- Every check is a row of ph.shared_check(): a condition that is true of a row that is wrong, or a query that returns
-- the key of each thing that is wrong, and the columns that it reads. All conditions of a relation are asked in one
-- pass.

create function ph_support.version_numbers(version text) returns numeric[]
language sql immutable parallel safe
begin atomic
	select array(
		select part::numeric
		from regexp_split_to_table(version, '[^0-9]+') part
		where part <> '');
end;
comment on function ph_support.version_numbers(text) is
	'the numbers in a version, by which versions are put in order: 10 comes after 9';

create function ph_support.latest_version_query() returns text
language sql immutable parallel safe
return $$select distinct on (list) list, version
	from (select distinct list, version from {code_list}) versions
	order by list, ph_support.version_numbers(version) desc, version desc$$;
comment on function ph_support.latest_version_query() is
	'the query of the latest version of each code list, numbers in it compared as numbers: list, version';

create function ph_support.matched_code_query(
	mapped boolean,
	columns text default 'wanted.list, recorded.code_system, recorded.code',
	chosen text default $$jsonb_contains(
		(select jsonb_object_agg(list, version) from latest), jsonb_build_object(list, version))$$)
returns text
language sql immutable parallel safe
return format($$with latest as (
	%1$s
), wanted as not materialized (  -- so that the planner sees how many rules there are of each kind
	select list, version, match, code_system, code,
		ph_support.code_key(code_system::text, code::text, match::text) as key
	from {code_list}
	where %2$s
), code as (
	select distinct code_system, code from {clinical_event}
), recorded as (
	select code_system, code, ph_support.code_key(code_system::text, code::text, 'exact') as key
	from code%3$s
)
select %4$s
from recorded
join wanted on wanted.key = recorded.key and wanted.match = 'exact'
union
select %4$s
from recorded
join wanted on recorded.key ^@ wanted.key and wanted.match = 'prefix'$$,
	ph_support.latest_version_query(), chosen,
	case
		when mapped then $$
	union
	select code_system, code, ph_support.code_key(to_system::text, to_code::text, 'exact')
	from code
	join {code_map} on ph_support.code_key(from_system::text, from_code::text, 'exact')
		= ph_support.code_key(code_system::text, code::text, 'exact')$$
		else '' end,
	columns);
comment on function ph_support.matched_code_query(boolean, text, text) is
	'the query that finds the codes of clinical_event, themselves or (mapped) what code_map makes of them, '
	'that are in the latest version of each code list, or in those rows of code_list for which chosen holds: '
	'columns of wanted (rows of code_list) and recorded (code_system, code)';

create function ph_support.has_code_map(schema text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select to_regclass(format('%I.code_map', schema)) is not null
$$;
comment on function ph_support.has_code_map(text) is
	'whether the schema has a table code_map: those from before version 0.3 have none';

create function ph_support.place_edge_query() returns text
language sql immutable parallel safe
return $$select place_id::text as place_id, parent_id::text as parent_id,
		-- whether or not the relation has these columns
		coalesce((to_jsonb(p) ->> 'start_date')::date, '-infinity') as start_date,
		coalesce((to_jsonb(p) ->> 'end_date')::date, 'infinity') as end_date
	from {place_parent} p$$;
comment on function ph_support.place_edge_query() is
	'the query of what lies in which place from which day on and until before which day, also where nothing is dated';

create function ph.shared_check(
	out problem text, out relation text, out column_name text, out needs text[], out condition text, out query text)
returns setof record
language sql stable
begin atomic
	with reads as (
		select t.relation, array(select t.relation || '.' || k from unnest(t.key) k) as key
		from ph.shared_table() t
	), condition (problem, relation, column_name, also, of_person, condition) as (
		select 'missing value', c.relation, c.column_name, array[]::text[], array[]::text[],
			format('r.%I is null', c.column_name)
		from ph.shared_column() c
		where c.required
		union all
		select 'duplicate key', t.relation, array_to_string(t.key, ', '), array[]::text[], array[]::text[],
			'r.key_copy = 2'
		from ph.shared_table() t
		where t.key_constraint is not null
		union all
		select u.problem, u.relation, u.column_name, u.column_name || u.needs, array[]::text[],
			format('not (%s)', u.condition)
		from ph.shared_rule() u
		union all
		select 'orphaned reference', f.relation, f.column_name, array[f.column_name], array['person_id'],
			'r.person_id is not null and p.person_id is null'
		from ph.shared_reference() f
		where f.parent_relation = 'person'
		union all
		select d.problem, d.relation, d.column_name, array[d.column_name], array['person_id', d.limit_column],
			format('r.%I %s p.%I', d.column_name, d.operator, d.limit_column)
		from (
			values
				('before birth', 'residence', 'start_date', '<', 'birth_date'),
				('before birth', 'registration', 'start_date', '<', 'birth_date'),
				('before birth', 'encounter', 'start_date', '<', 'birth_date'),
				('before birth', 'clinical_event', 'event_date', '<', 'birth_date'),
				('before birth', 'measurement', 'measure_date', '<', 'birth_date'),
				('before birth', 'contact', 'start_date', '<', 'birth_date'),
				('before birth', 'life_event', 'event_date', '<', 'birth_date'),
				('before birth', 'work_status', 'start_date', '<', 'birth_date'),
				('before birth', 'offer', 'identified_on', '<', 'birth_date'),
				('before birth', 'person_goal', 'set_on', '<', 'birth_date'),
				('before birth', 'engagement', 'took_part_on', '<', 'birth_date'),
				('after death', 'encounter', 'start_date', '>', 'death_date'),
				('after death', 'clinical_event', 'event_date', '>', 'death_date'),
				('after death', 'measurement', 'measure_date', '>', 'death_date'),
				('after death', 'contact', 'start_date', '>', 'death_date'),
				('after death', 'life_event', 'event_date', '>', 'death_date'),
				('after death', 'work_status', 'start_date', '>', 'death_date'),
				('after death', 'offer', 'identified_on', '>', 'death_date'),
				('after death', 'offer', 'started_on', '>', 'death_date'),
				('after death', 'person_goal', 'set_on', '>', 'death_date'),
				('after death', 'engagement', 'took_part_on', '>', 'death_date')
		) d (problem, relation, column_name, operator, limit_column)
		union all
		select 'after data day', d.relation, d.column_name, array[d.column_name], array[]::text[],
			format('r.%I > {last day}', d.column_name)
		from (
			-- the end of an address or a registration can be agreed beforehand
			values
				('person', 'birth_date'),
				('person', 'death_date'),
				('residence', 'start_date'),
				('registration', 'start_date'),
				('encounter', 'start_date'),
				('encounter', 'end_date'),
				('clinical_event', 'event_date'),
				('measurement', 'measure_date'),
				('enrolment', 'start_date'),
				('contact', 'start_date'),
				('life_event', 'event_date'),
				('work_status', 'start_date'),
				('offer', 'identified_on'),
				('offer', 'offered_on'),
				('offer', 'started_on'),
				('offer', 'completed_on'),
				('person_goal', 'set_on'),
				('person_goal', 'reviewed_on'),
				('engagement', 'invited_on'),
				('engagement', 'took_part_on')
		) d (relation, column_name)
		union all
		select 'malformed ICD-10 code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%1$s and ph.icd10_normalise(%2$I) is null and not ph.several_codes(%2$I)',
				m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], 'death_cause_icd10 is not null'),
				('encounter', 'primary_icd10', array[]::text[], 'primary_icd10 is not null'),
				('clinical_event', 'code', array['code_system'], 'code_system = ''ICD10'''),
				('code_list', 'code', array['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
		) m (relation, column_name, also, of_system)
		union all
		select 'more than one code', m.relation, m.column_name, m.column_name || m.also, array[]::text[],
			format('%s ph.several_codes(%I)', m.of_system, m.column_name)
		from (
			values
				('person', 'death_cause_icd10', array[]::text[], ''),
				('encounter', 'primary_icd10', array[]::text[], ''),
				('clinical_event', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and'),
				('measurement', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and'),
				('code_list', 'code', array['code_system'],
				 'code_system in (''ICD10'', ''SNOMED'') and')
		) m (relation, column_name, also, of_system)
		union all
		select 'code system spelt otherwise', r, 'code_system', array['code_system'], array[]::text[],
			'ph_support.code_system_spelling(code_system) <> code_system'
		from unnest(array['clinical_event', 'measurement', 'code_list']) r
		union all
		values
			('older than 125 years', 'person', 'birth_date', array['death_date'], array[]::text[],
			 'birth_date < coalesce(death_date, {last day}) - interval ''125 years'''),
			('later than today', 'data_day', 'day', array[]::text[], array[]::text[], 'day > current_date'),
			('stay differs from dates', 'encounter', 'los_days', array['start_date', 'end_date', 'los_days'],
			 array[]::text[], 'los_days <> end_date - start_date')
	)
	select c.problem, c.relation, c.column_name,
		n.key
			|| array(
				select c.relation || '.' || k
				from unnest(case when c.problem = 'duplicate key' then c.also else c.column_name || c.also end) k)
			|| array(select 'person.' || k from unnest(c.of_person) k),
		c.condition, null
	from condition c
	join reads n on n.relation = c.relation
	union all
	select 'empty relation', t.relation, null, array[]::text[], null,
		format('select null::text where not exists (select 1 from {%s})', t.relation)
	from ph_support.shared_need() t
	union all
	select 'orphaned reference', f.relation, f.column_name,
		n.key || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column)
			|| array(select f.parent_relation || '.' || b from unnest(f.beside) b), null,
		format(
			'select {name of %1$s} from {%1$s} r '
			'where r.%2$I is not null and not exists (select from {%3$s} p where %4$s)',
			f.relation, f.column_name, f.parent_relation,
			ph_support.reference_condition(f.column_name, f.parent_column, f.beside))
	from ph.shared_reference() f
	join reads n on n.relation = f.relation
	where f.parent_relation <> 'person'
	union all
	select 'overlapping spells', s.relation, 'start_date',
		array(select s.relation || '.' || k from unnest('{person_id, start_date, end_date}'::text[]) k), null,
		format('select concat_ws('' '', person_id, start_date)
			from (
				select person_id, start_date,
					max(coalesce(end_date, ''infinity'')) over (
						partition by person_id order by start_date
						rows between unbounded preceding and 1 preceding) as taken_until
				from {%s} where end_date is null or end_date > start_date
			) spells
			where start_date < taken_until', s.relation)
	from (values ('residence'), ('registration'), ('work_status')) s (relation)
	union all
	select 'unknown purpose', p.relation, 'purposes', n.key || (p.relation || '.purposes'), null,
		format(
			'select {name of %1$s} from {%1$s} r
			where not coalesce(purposes <@ array(select p.purpose from ph.purpose() p), true)', p.relation)
	from (select c.relation from ph.shared_column() c where c.column_name = 'purposes') p
	join reads n on n.relation = p.relation
	union all
	values
		('unknown kind', 'life_event', 'kind', array['life_event.kind', 'life_event_kind.kind'], null,
		 'select distinct kind
		from {life_event}
		where kind not in (
			select k.kind from ph.life_event_kind() k union all select own.kind from {life_event_kind} own)'),
		('no such intervention', 'intervention_exclusion', 'intervention',
		 array['intervention_exclusion.intervention', 'intervention_exclusion.excludes', 'intervention.intervention'],
		 null,
		 'select named
		from {intervention_exclusion}, unnest(array[intervention, excludes]) named
		where named not in (select intervention from {intervention})'),
		('value set without all profiles', 'health_state_value', 'value_set',
		 array['health_state_value.value_set', 'health_state_value.profile'], null,
		 'select value_set
		from {health_state_value}
		group by value_set
		having count(*) <> 3125'),
		('identifier of two persons', 'encounter', 'encounter_id',
		 array['encounter.encounter_id', 'encounter.person_id'], null,
		 'select encounter_id
		from {encounter}
		group by encounter_id
		having min(person_id::text collate "C") <> max(person_id::text collate "C")'),
		('more than one day', 'data_day', 'day', array['data_day.day'], null,
		 'select day from {data_day} where (select count(*) from {data_day}) > 1'),
		('cycle', 'place_parent', 'parent_id', array['place_parent.place_id', 'place_parent.parent_id'], null,
		 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
		('ambiguous parent', 'place_parent', 'parent_id',
		 array['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'], null,
		 format('with recursive edge as (%s), above (base_id, place_id, start_date, end_date) as (
			select place_id, parent_id, start_date, end_date from edge
			union
			select above.base_id, edge.parent_id,
				greatest(above.start_date, edge.start_date), least(above.end_date, edge.end_date)
			from above join edge on edge.place_id = above.place_id
			where greatest(above.start_date, edge.start_date) < least(above.end_date, edge.end_date)
		), ancestor as (
			select above.*, place_kind from above join {place} p on p.place_id::text = above.place_id
		)
		select distinct a.base_id
		from ancestor a
		join ancestor b on b.base_id = a.base_id and b.place_kind = a.place_kind and b.place_id > a.place_id
			and b.start_date < a.end_date and a.start_date < b.end_date
		where a.base_id not in (a.place_id, b.place_id)', ph_support.place_edge_query())),
		('list without events', 'code_list', 'list',
		 array['code_list.list', 'code_list.version', 'code_list.code_system', 'code_list.code', 'code_list.match',
		       'clinical_event.code_system', 'clinical_event.code',
		       'code_map.from_system', 'code_map.from_code', 'code_map.to_system', 'code_map.to_code'], null,
		 format('select list from {code_list} except select list from (%s) matched',
			ph_support.matched_code_query(mapped => true)));
end;
comment on function ph.shared_check() is
	'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that it reads, '
	'and either the condition that a row r of the relation (key_copy: its number among rows of the same key) '
	'and its person p satisfy where they are wrong, or the query that returns the key of each thing that is wrong; '
	'names in braces stand for relations of the schema';

create function ph_support.mistyped_column(schema text, out relation text, out column_name text)
returns setof record
language sql stable
begin atomic
	select c.relation, c.column_name
	from ph.shared_column() c
	join pg_catalog.pg_attribute a
		on a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', schema, c.relation))
		and a.attname = c.column_name
	join pg_catalog.pg_type t on t.oid = a.atttypid
	where
		case c.column_type
			when 'date' then coalesce(nullif(t.typbasetype, 0), t.oid) <> 'pg_catalog.date'::pg_catalog.regtype
			when 'text' then false
			when 'boolean' then t.typcategory <> 'B'
			when 'text[]' then t.typcategory <> 'A'
			else t.typcategory <> 'N' end;
end;
comment on function ph_support.mistyped_column(text) is
	'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, '
	'a number that is none; an identifier can have any type';

create function ph_support.unique_in(schema text, relation text, key text[]) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	select exists (
		select
		from pg_index i
		where i.indrelid = to_regclass(format('%I.%I', schema, relation))
			and (i.indisprimary or i.indisunique and i.indnullsnotdistinct)
			and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
			and array(
				select a.attname::text
				from unnest(i.indkey::smallint[]) with ordinality k (attnum, place)
				join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
				where k.place <= i.indnkeyatts) <@ key)
$$;
comment on function ph_support.unique_in(text, text, text[]) is
	'whether an index keeps the rows of a relation apart by these columns, '
	'so that nobody needs to look for two of one key';

create function ph_support.shared_row_query(schema text, relation text, conditions text[]) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
	with keyed as (
		select format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) as name, string_agg(k, ', ') as key,
			ph_support.unique_in(schema, t.relation, t.key) as apart
		from ph.shared_table() t, unnest(t.key) k
		where t.relation = shared_row_query.relation
		group by t.relation, t.key
	)
	select format('select array[%s], array[%s]::text[] from %s r%s',
		string_agg(format('count(*) filter (where %s)', c), ', ' order by n),
		string_agg(format('min(%s collate "C") filter (where %s)', name, c), ', ' order by n),
		case
			when apart or not 'r.key_copy = 2' = any (conditions) then
				format('(select 1 as key_copy, * from {%s})', relation)
			else
				format('(select row_number() over (partition by %s) as key_copy, * from {%s})', key, relation) end,
		case
			when string_agg(c, '') ~ '\mp[.]' then
				format(' left join %s p using (person_id)',
					case
						when ph_support.unique_in(schema, 'person', '{person_id}') then '{person}'
						else '(select distinct on (person_id) * from {person} order by person_id)' end)
			else '' end)
	from keyed, unnest(conditions) with ordinality u (c, n)
	group by name, key, apart
$$;
comment on function ph_support.shared_row_query(text, text, text[]) is
	'the query that asks conditions of all rows of a shared relation in one pass: how many rows satisfy each, '
	'and the key of one';

create function ph.check_shared_tables(schema text)
returns table (problem text, relation text, column_name text, found bigint, example text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO'
as $$
declare
	relations text[];
	present text[];  -- relation.column
	mistyped text[];  -- likewise
	day text;
	wrong jsonb := '[]';
	asked record;
	one record;
	counts bigint[];
	examples text[];
begin
	if to_regnamespace(quote_ident(schema)) is null then
		raise exception 'schema "%" does not exist', schema
			using errcode = 'invalid_schema_name';
	end if;
	day := ph_support.last_day(schema);
	relations := array(
		select t.relation
		from ph.shared_table() t
		where to_regclass(format('%I.%I', schema, t.relation)) is not null);
	present := array(
		select r || '.' || a.attname
		from unnest(relations) r
		join pg_attribute a on a.attrelid = format('%I.%I', schema, r)::regclass
		where a.attnum > 0 and not a.attisdropped);
	mistyped := array(select c.relation || '.' || c.column_name from ph_support.mistyped_column(schema) c);

	return query
	select 'missing relation', t.relation, null::text, 1::bigint, null::text
	from ph.shared_table() t
	where not t.relation = any (relations)
	order by t.relation collate "C";

	return query
	select 'missing column', c.relation, c.column_name, 1::bigint, null::text
	from ph.shared_column() c
	where c.relation = any (relations) and not c.optional and not c.relation || '.' || c.column_name = any (present)
	order by c.relation collate "C", c.column_name collate "C";

	return query
	select 'wrong type', split_part(c, '.', 1), split_part(c, '.', 2), 1::bigint, null::text
	from unnest(mistyped) c
	order by c collate "C";

	for asked in
		select c.relation, c.query, array_agg(c.problem order by c.problem, c.column_name) as problems,
			array_agg(c.column_name order by c.problem, c.column_name) as columns,
			array_agg(replace(c.condition, '{last day}', day) order by c.problem, c.column_name) as conditions
		from ph.shared_check() c
		where c.relation = any (relations) and c.needs <@ present and not c.needs && mistyped
		group by c.relation, c.query,
			case when c.query is not null then c.problem || coalesce(c.column_name, '') end
		order by c.relation collate "C", min(c.problem) collate "C"
	loop
		begin
			execute ph_support.in_schema(
				case
					when asked.query is null then
						ph_support.shared_row_query(schema, asked.relation, asked.conditions)
					else
						format(
							'select array[count(*)], array[min(key::text collate "C")] from (%s) wrong (key)',
							replace(asked.query, format('{name of %s}', asked.relation), (
								select format('concat_ws('' '', %s)', string_agg('r.' || k, ', '))
								from ph.shared_table() t, unnest(t.key) k
								where t.relation = asked.relation))) end,
				schema)
			into counts, examples;
			wrong := wrong || (
				select coalesce(jsonb_agg(to_jsonb(a)), '[]')
				from (
					select *, asked.relation
					from unnest(asked.problems, asked.columns, counts, examples)
						a (problem, column_name, found, example)
					where a.found > 0
				) a);
		exception when undefined_function or datatype_mismatch or data_exception then
			-- keys of two relations can each have a type that serves and still not compare: which one is asked one by
			-- one
			for one in
				select *
				from unnest(asked.problems, asked.columns, asked.conditions) o (problem, column_name, condition)
			loop
				begin
					if one.condition is null then
						raise undefined_function;
					end if;
					execute ph_support.in_schema(
						ph_support.shared_row_query(schema, asked.relation, array[one.condition]), schema)
					into counts, examples;
					wrong := wrong || jsonb_build_object(
						'problem', one.problem, 'relation', asked.relation, 'column_name', one.column_name,
						'found', counts[1], 'example', examples[1]);
				exception when undefined_function or datatype_mismatch or data_exception then
					wrong := wrong || jsonb_build_object(
						'problem', 'types do not compare', 'relation', asked.relation,
						'column_name', one.column_name, 'found', 1);
				end;
			end loop;
		end;
	end loop;
	return query
	select w.*
	from jsonb_to_recordset(wrong) w (problem text, relation text, column_name text, found bigint, example text)
	where w.found > 0
	order by w.relation collate "C", w.problem collate "C", w.column_name collate "C";
end
$$;
comment on function ph.check_shared_tables(text) is
	'what is wrong with the shared tables of the schema, or with views of their shape: the problem, where, '
	'how many rows, keys or lists have it, and the key of one of them. No rows: nothing was found. '
	'Days are held against the day in data_day, or today where there is none or it is still to come. '
	'Checks that need a relation or column that is missing, or a column of a type that cannot serve, are skipped. '
	'Each relation is read once for all checks of its rows. Errors: invalid_schema_name';
