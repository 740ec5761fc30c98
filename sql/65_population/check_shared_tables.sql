-- What is wrong with shared tables, or with views of the same shape. Every check is a row of
-- ph.shared_check(): a condition that is true of a row that is wrong, or a query that returns the key of
-- each thing that is wrong, and the columns that it reads. All conditions of a relation are asked in one pass.

CREATE FUNCTION ph_support.matched_code_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $$with version_order as (
  select list, version, array(
    select part::numeric from regexp_split_to_table(version, '[^0-9]+') part where part <> '') as numbers
  from (select distinct list, version from {code_list}) versions
), latest as (
  select distinct on (list) list, version
  from version_order
  order by list, numbers desc, version desc
), wanted as not materialized (  -- so that the planner sees how many rules there are of each kind
  -- system and code are one key: of one clause the planner guesses better than of two
  select list, match, code_system || ' ' ||
    case when code_system <> 'ICD10' then code
         when match = 'exact' then ph.icd10_normalise(code)
         else upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g') collate "C") end as key
  from {code_list}
  where jsonb_contains((select jsonb_object_agg(list, version) from latest), jsonb_build_object(list, version))
), recorded as (
  select code_system, code, code_system || ' ' ||
    case when code_system = 'ICD10' then ph.icd10_normalise(code)
         when code_system <> 'SNOMED' or not ph.several_codes(code) then code end as key
  from (select distinct code_system, code from {clinical_event}) codes
)
select wanted.list, recorded.code_system, recorded.code
from recorded join wanted on wanted.key = recorded.key and wanted.match = 'exact'
union
select wanted.list, recorded.code_system, recorded.code
from recorded join wanted on recorded.key ^@ wanted.key and wanted.match = 'prefix'$$;
COMMENT ON FUNCTION ph_support.matched_code_query() IS
'the query that finds the codes of clinical_event that are in the latest version of each code list: list, code_system, code';

CREATE FUNCTION ph.shared_check(
	OUT problem text, OUT relation text, OUT column_name text, OUT needs text[], OUT condition text, OUT query text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH reads AS (
		SELECT t.relation, ARRAY(SELECT t.relation || '.' || k FROM unnest(t.key) k) AS key
		FROM ph.shared_table() t
	), condition (problem, relation, column_name, also, of_person, condition) AS (
		SELECT 'missing value', c.relation, c.column_name, ARRAY[]::text[], ARRAY[]::text[], format('r.%I is null',
			c.column_name)
		FROM ph.shared_column() c
		WHERE c.required
		UNION ALL
		SELECT 'duplicate key', t.relation, array_to_string(t.key, ', '), ARRAY[]::text[], ARRAY[]::text[],
			'r.key_copy = 2'
		FROM ph.shared_table() t
		WHERE t.key_constraint IS NOT NULL
		UNION ALL
		SELECT u.problem, u.relation, u.column_name, u.column_name || u.needs, ARRAY[]::text[], format('not (%s)',
			u.condition)
		FROM ph.shared_rule() u
		UNION ALL
		SELECT 'orphaned reference', f.relation, f.column_name, ARRAY[f.column_name], ARRAY['person_id'],
			'r.person_id is not null and p.person_id is null'
		FROM ph.shared_reference() f
		WHERE f.parent_relation = 'person'
		UNION ALL
		SELECT d.problem, d.relation, d.column_name, ARRAY[d.column_name], ARRAY['person_id', d.limit_column],
			format('r.%I %s p.%I', d.column_name, d.operator, d.limit_column)
		FROM (
			VALUES
			('before birth', 'residence', 'start_date', '<', 'birth_date'),
			('before birth', 'registration', 'start_date', '<', 'birth_date'),
			('before birth', 'encounter', 'start_date', '<', 'birth_date'),
			('before birth', 'clinical_event', 'event_date', '<', 'birth_date'),
			('before birth', 'measurement', 'measure_date', '<', 'birth_date'),
			('after death', 'encounter', 'start_date', '>', 'death_date'),
			('after death', 'clinical_event', 'event_date', '>', 'death_date'),
			('after death', 'measurement', 'measure_date', '>', 'death_date')
		) d (problem, relation, column_name, operator, limit_column)
		UNION ALL
		SELECT 'after data day', d.relation, d.column_name, ARRAY[d.column_name], ARRAY[]::text[],
			format('r.%I > {last day}', d.column_name)
		FROM (
			-- the end of an address or a registration can be agreed beforehand
			VALUES ('person', 'birth_date'), ('person', 'death_date'), ('residence', 'start_date'), ('registration',
				'start_date'),
			('encounter', 'start_date'), ('encounter', 'end_date'), ('clinical_event', 'event_date'), ('measurement',
				'measure_date'), ('enrolment', 'start_date')
		) d (relation, column_name)
		UNION ALL
		SELECT 'malformed ICD-10 code', m.relation, m.column_name, m.column_name || m.also, ARRAY[]::text[],
			format('%1$s and ph.icd10_normalise(%2$I) is null and not ph.several_codes(%2$I)', m.of_system, m.column_name)
		FROM (
			VALUES
			('person', 'death_cause_icd10', ARRAY[]::text[], 'death_cause_icd10 is not null'),
			('encounter', 'primary_icd10', ARRAY[]::text[], 'primary_icd10 is not null'),
			('clinical_event', 'code', ARRAY['code_system'], 'code_system = ''ICD10'''),
			('code_list', 'code', ARRAY['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
		) m (relation, column_name, also, of_system)
		UNION ALL
		SELECT 'more than one code', m.relation, m.column_name, m.column_name || m.also, ARRAY[]::text[],
			format('%s ph.several_codes(%I)', m.of_system, m.column_name)
		FROM (
			VALUES
			('person', 'death_cause_icd10', ARRAY[]::text[], ''),
			('encounter', 'primary_icd10', ARRAY[]::text[], ''),
			('clinical_event', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and'),
			('measurement', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and'),
			('code_list', 'code', ARRAY['code_system'], 'ph_support.code_system_spelling(code_system) is not null and')
		) m (relation, column_name, also, of_system)
		UNION ALL
		SELECT 'code system spelt otherwise', r, 'code_system', ARRAY['code_system'], ARRAY[]::text[],
			'ph_support.code_system_spelling(code_system) <> code_system'
		FROM unnest(ARRAY['clinical_event', 'measurement', 'code_list']) r
		UNION ALL
		VALUES
		('older than 125 years', 'person', 'birth_date', ARRAY['death_date'], ARRAY[]::text[],
			'birth_date < coalesce(death_date, {last day}) - interval ''125 years'''),
		('later than today', 'data_day', 'day', ARRAY[]::text[], ARRAY[]::text[], 'day > current_date'),
		('stay differs from dates', 'encounter', 'los_days', ARRAY['start_date', 'end_date', 'los_days'],
			ARRAY[]::text[], 'los_days <> end_date - start_date')
	)
	SELECT c.problem, c.relation, c.column_name,
		n.key || ARRAY(SELECT c.relation || '.' || k FROM unnest(CASE WHEN c.problem = 'duplicate key' THEN c.also
			ELSE c.column_name || c.also END) k)
			|| ARRAY(SELECT 'person.' || k FROM unnest(c.of_person) k), c.condition, NULL
	FROM condition c JOIN reads n ON n.relation = c.relation
	UNION ALL
	SELECT 'empty relation', t.relation, NULL, ARRAY[]::text[], NULL,
		format('select null where not exists (select from {%s})', t.relation)
	FROM ph.shared_table() t
	UNION ALL
	SELECT 'orphaned reference', f.relation, f.column_name,
		n.key || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column), NULL,
		format('select {name of %1$s} from {%1$s} r where r.%2$I is not null and not exists (select from {%3$s} p '
			'where p.%4$I = r.%2$I)',
			f.relation, f.column_name, f.parent_relation, f.parent_column)
	FROM ph.shared_reference() f JOIN reads n ON n.relation = f.relation
	WHERE f.parent_relation <> 'person'
	UNION ALL
	SELECT 'overlapping spells', s.relation, 'start_date',
		ARRAY(SELECT s.relation || '.' || k FROM unnest('{person_id, start_date, end_date}'::text[]) k), NULL,
		format('select concat_ws('' '', person_id, start_date)
			from (
				select person_id, start_date,
					max(coalesce(end_date, ''infinity'')) over (
						partition by person_id order by start_date
						rows between unbounded preceding and 1 preceding) as taken_until
				from {%s} where end_date is null or end_date > start_date
			) spells
			where start_date < taken_until', s.relation)
	FROM (VALUES ('residence'), ('registration')) s (relation)
	UNION ALL
	VALUES
	('more than one day', 'data_day', 'day', ARRAY['data_day.day'], NULL, 'select day from {data_day} where (select '
		'count(*) from {data_day}) > 1'),
	('cycle', 'place_parent', 'parent_id', ARRAY['place_parent.place_id', 'place_parent.parent_id'], NULL,
	 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
	('ambiguous parent', 'place_parent', 'parent_id',
	 ARRAY['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'], NULL,
	 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select distinct above.place_id
		from above join {place} p on p.place_id = above.ancestor
		where above.place_id <> above.ancestor
		group by above.place_id, p.place_kind having count(*) > 1'),
	('list without events', 'code_list', 'list',
	 ARRAY['code_list.list', 'code_list.version', 'code_list.code_system', 'code_list.code', 'code_list.match',
	       'clinical_event.code_system', 'clinical_event.code'], NULL,
	 format('select list from {code_list} except select list from (%s) matched', ph_support.matched_code_query()));
END;
COMMENT ON FUNCTION ph.shared_check() IS
'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that it reads, and either '
  'the condition that a row r of the relation (key_copy: its number among rows of the same key) and its person p '
    'satisfy where they are wrong, or the query that returns the key of each thing that is wrong; names in braces '
      'stand for relations of the schema';

CREATE FUNCTION ph_support.mistyped_column(schema text, OUT relation text, OUT column_name text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT c.relation, c.column_name
	FROM ph.shared_column() c
	JOIN pg_catalog.pg_attribute a
		ON a.attrelid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', schema, c.relation)) AND a.attname = c.column_name
	JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	WHERE CASE c.column_type
		WHEN 'date' THEN coalesce(nullif(t.typbasetype, 0), t.oid) <> 'pg_catalog.date'::pg_catalog.regtype
		WHEN 'text' THEN false
		ELSE t.typcategory <> 'N' END;
END;
COMMENT ON FUNCTION ph_support.mistyped_column(text) IS
'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, a number that is none; an identifier can have any type';

CREATE FUNCTION ph_support.unique_in(schema text, relation text, key text[]) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (
		SELECT FROM pg_index i
		WHERE i.indrelid = to_regclass(format('%I.%I', schema, relation)) AND (i.indisprimary OR i.indisunique
			AND i.indnullsnotdistinct) AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
			AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (attnum, place)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
					WHERE k.place <= i.indnkeyatts) <@ key)
$$;
COMMENT ON FUNCTION ph_support.unique_in(text, text, text[]) IS 'whether an index keeps the rows of a relation apart by these '
  'columns, so that nobody needs to look for two of one key';

CREATE FUNCTION ph_support.shared_row_query(schema text, relation text, conditions text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH keyed AS (
		SELECT format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) AS name, string_agg(k, ', ') AS key,
			ph_support.unique_in(schema, t.relation, t.key) AS apart
		FROM ph.shared_table() t, unnest(t.key) k
		WHERE t.relation = shared_row_query.relation
		GROUP BY t.relation, t.key
	)
	SELECT format('select array[%s], array[%s]::text[] from %s r%s',
		string_agg(format('count(*) filter (where %s)', c), ', ' ORDER BY n),
		string_agg(format('min(%s collate "C") filter (where %s)', name, c), ', ' ORDER BY n),
		CASE WHEN apart OR NOT 'r.key_copy = 2' = ANY (conditions) THEN format('(select 1 as key_copy, * from {%s})',
			relation)
			ELSE format('(select row_number() over (partition by %s) as key_copy, * from {%s})', key, relation) END,
		CASE WHEN string_agg(c, '') ~ '\mp[.]' THEN format(' left join %s p using (person_id)', CASE
			WHEN ph_support.unique_in(schema, 'person', '{person_id}') THEN '{person}'
			ELSE '(select distinct on (person_id) * from {person} order by person_id)' END) ELSE '' END)
	FROM keyed, unnest(conditions) WITH ORDINALITY u (c, n)
	GROUP BY name, key, apart
$$;
COMMENT ON FUNCTION ph_support.shared_row_query(text, text, text[]) IS
'the query that asks conditions of all rows of a shared relation in one pass: how many rows satisfy each, and the key '
  'of one';

CREATE FUNCTION ph.check_shared_tables(schema text)
RETURNS TABLE (problem text, relation text, column_name text, found bigint, example text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO'
AS $$
DECLARE
	relations text[];
	present text[];  -- relation.column
	mistyped text[];  -- likewise
	day text;
	wrong jsonb := '[]';
	asked record;
	one record;
	counts bigint[];
	examples text[];
BEGIN
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema
			USING ERRCODE = 'invalid_schema_name';
	END IF;
	day := ph_support.last_day(schema);
	relations := ARRAY(
		SELECT t.relation FROM ph.shared_table() t
		WHERE to_regclass(format('%I.%I', schema, t.relation)) IS NOT NULL);
	present := ARRAY(
		SELECT r || '.' || a.attname
		FROM unnest(relations) r
		JOIN pg_attribute a ON a.attrelid = format('%I.%I', schema, r)::regclass
		WHERE a.attnum > 0 AND NOT a.attisdropped);
	mistyped := ARRAY(
		SELECT c.relation || '.' || c.column_name FROM ph_support.mistyped_column(schema) c);

	RETURN QUERY
	SELECT 'missing relation', t.relation, NULL::text, 1::bigint, NULL::text
	FROM ph.shared_table() t
	WHERE NOT t.relation = ANY (relations)
	ORDER BY t.relation COLLATE "C";

	RETURN QUERY
	SELECT 'missing column', c.relation, c.column_name, 1::bigint, NULL::text
	FROM ph.shared_column() c
	WHERE c.relation = ANY (relations) AND NOT c.relation || '.' || c.column_name = ANY (present)
	ORDER BY c.relation COLLATE "C", c.column_name COLLATE "C";

	RETURN QUERY
	SELECT 'wrong type', split_part(c, '.', 1), split_part(c, '.', 2), 1::bigint, NULL::text
	FROM unnest(mistyped) c
	ORDER BY c COLLATE "C";

	FOR asked IN
		SELECT c.relation, c.query, array_agg(c.problem ORDER BY c.problem, c.column_name) AS problems,
			array_agg(c.column_name ORDER BY c.problem, c.column_name) AS columns,
			array_agg(replace(c.condition, '{last day}', day) ORDER BY c.problem, c.column_name) AS conditions
		FROM ph.shared_check() c
		WHERE c.relation = ANY (relations) AND c.needs <@ present AND NOT c.needs && mistyped
		GROUP BY c.relation, c.query, CASE WHEN c.query IS NOT NULL THEN c.problem || coalesce(c.column_name, '') END
		ORDER BY c.relation COLLATE "C", min(c.problem) COLLATE "C"
	LOOP
		BEGIN
			IF asked.query IS NULL THEN
				EXECUTE ph_support.in_schema(ph_support.shared_row_query(schema, asked.relation, asked.conditions), schema)
					INTO counts, examples;
			ELSE
				EXECUTE ph_support.in_schema(format('select array[count(*)], array[min(key::text collate "C")] from (%s) wrong '
					'(key)',
					replace(asked.query, format('{name of %s}', asked.relation), (
						SELECT format('concat_ws('' '', %s)', string_agg('r.' || k, ', ')) FROM ph.shared_table() t,
							unnest(t.key) k WHERE t.relation = asked.relation))), schema)
				INTO counts, examples;
			END IF;
			wrong := wrong || (
				SELECT coalesce(jsonb_agg(to_jsonb(a)), '[]')
				FROM (SELECT *, asked.relation FROM unnest(asked.problems, asked.columns, counts,
					examples) a (problem, column_name, found, example) WHERE a.found > 0) a);
		EXCEPTION WHEN undefined_function OR datatype_mismatch OR data_exception THEN
			-- keys of two relations can each have a type that serves and still not compare: which one is asked one by one
			FOR one IN SELECT * FROM unnest(asked.problems, asked.columns, asked.conditions) o (problem, column_name,
				condition) LOOP
				BEGIN
					IF one.condition IS NULL THEN
						RAISE undefined_function;
					END IF;
					EXECUTE ph_support.in_schema(ph_support.shared_row_query(schema, asked.relation, ARRAY[one.condition]), schema)
						INTO counts, examples;
					wrong := wrong || jsonb_build_object('problem', one.problem, 'relation', asked.relation,
						'column_name', one.column_name, 'found', counts[1], 'example', examples[1]);
				EXCEPTION WHEN undefined_function OR datatype_mismatch OR data_exception THEN
					wrong := wrong || jsonb_build_object('problem', 'types do not compare', 'relation',
						asked.relation, 'column_name', one.column_name, 'found', 1);
				END;
			END LOOP;
		END;
	END LOOP;
	RETURN QUERY
	SELECT w.* FROM jsonb_to_recordset(wrong) w (problem text, relation text, column_name text, found bigint,
		example text)
	WHERE w.found > 0
	ORDER BY w.relation COLLATE "C", w.problem COLLATE "C", w.column_name COLLATE "C";
END
$$;
COMMENT ON FUNCTION ph.check_shared_tables(text) IS
'what is wrong with the shared tables of the schema, or with views of their shape: the problem, where, how many rows, '
  'keys or lists have it, and the key of one of them. No rows: nothing was found. Days are held against the day in '
    'data_day, or today where there is none or it is still to come. Checks that need a relation or column that is missing, or a column of a '
      'type that cannot serve, are skipped. Each relation is read once for all checks of its rows. Errors: '
        'invalid_schema_name';
