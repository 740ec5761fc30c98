-- What is wrong with shared tables, or with views of the same shape. Every check is a row of
-- ph.shared_check(): a query that returns the key of each thing that is wrong, and the columns that
-- it reads. One loop asks them all.

CREATE FUNCTION ph.matched_code_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $$with version_order as (
  select list, version, array(
    select part::numeric from regexp_split_to_table(version, '[^0-9]+') part where part <> '') as numbers
  from (select distinct list, version from {code_list}) versions
), latest as (
  select distinct on (list) list, version
  from version_order
  order by list, numbers desc, version desc
), wanted as (
  select list, code_system, match,
    case when code_system <> 'ICD10' then code
         when match = 'exact' then ph.icd10_normalise(code)
         else upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g')) end as code
  from {code_list}
  join latest using (list, version)
), recorded as (
  select code_system, code,
    case when code_system <> 'ICD10' then code else ph.icd10_normalise(code) end as normal_code
  from (select distinct code_system, code from {clinical_event}) codes
)
select distinct wanted.list, recorded.code_system, recorded.code
from recorded
join wanted on wanted.code_system = recorded.code_system
  and case wanted.match when 'exact' then recorded.normal_code = wanted.code
                        when 'prefix' then starts_with(recorded.normal_code, wanted.code) end$$;
COMMENT ON FUNCTION ph.matched_code_query() IS
'the query that finds the codes of clinical_event that are in the latest version of each code list: list, code_system, code';

CREATE FUNCTION ph.shared_check(
	OUT problem text, OUT relation text, OUT column_name text, OUT needs text[], OUT query text)
RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH named AS (  -- how a row is told from others
		SELECT t.relation, t.key_constraint, t.key,
			ARRAY(SELECT t.relation || '.' || k FROM unnest(t.key) k) AS needs,
			format('concat_ws('' '', %s)', (SELECT string_agg('r.' || k, ', ') FROM unnest(t.key) k)) AS name
		FROM ph.shared_table() t
	)
	SELECT 'empty relation', t.relation, NULL::text, ARRAY[]::text[],
		format('select null where not exists (select from {%s})', t.relation)
	FROM ph.shared_table() t
	UNION ALL
	SELECT 'missing value', c.relation, c.column_name, n.needs || (c.relation || '.' || c.column_name),
		format('select %s from {%s} r where r.%I is null', n.name, c.relation, c.column_name)
	FROM ph.shared_column() c JOIN named n ON n.relation = c.relation
	WHERE c.required
	UNION ALL
	SELECT 'duplicate key', n.relation, array_to_string(n.key, ', '), n.needs,
		format('select min(%s) from {%s} r group by %s having count(*) > 1', n.name, n.relation, array_to_string(n.key, ', '))
	FROM named n
	WHERE n.key_constraint IS NOT NULL
	UNION ALL
	SELECT u.problem, u.relation, u.column_name,
		n.needs || ARRAY(SELECT u.relation || '.' || k FROM unnest(u.column_name || u.needs) k),
		format('select %s from {%s} r where not (%s)', n.name, u.relation, u.condition)
	FROM ph.shared_rule() u JOIN named n ON n.relation = u.relation
	UNION ALL
	SELECT 'orphaned reference', f.relation, f.column_name,
		n.needs || (f.relation || '.' || f.column_name) || (f.parent_relation || '.' || f.parent_column),
		format('select %s from {%s} r where r.%I is not null and not exists (select from {%s} p where p.%I = r.%I)',
			n.name, f.relation, f.column_name, f.parent_relation, f.parent_column, f.column_name)
	FROM ph.shared_reference() f JOIN named n ON n.relation = f.relation
	UNION ALL
	SELECT d.problem, d.relation, d.column_name,
		n.needs || ARRAY['person.person_id', 'person.' || d.limit_column] || (d.relation || '.' || d.column_name),
		format('select %s from {%s} r join {person} p using (person_id) where r.%I %s p.%I',
			n.name, d.relation, d.column_name, d.operator, d.limit_column)
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
	) d (problem, relation, column_name, operator, limit_column) JOIN named n ON n.relation = d.relation
	UNION ALL
	SELECT 'overlapping spells', s.relation, 'start_date',
		ARRAY(SELECT s.relation || '.' || k FROM unnest('{person_id, start_date, end_date}'::text[]) k),
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
	SELECT 'malformed ICD-10 code', m.relation, m.column_name,
		n.needs || ARRAY(SELECT m.relation || '.' || k FROM unnest(m.column_name || m.also) k),
		-- each distinct code is looked at once
		format('select %1$s from {%2$s} r where %4$s and %3$I in (
				select code from (select distinct %3$I as code from {%2$s} where %4$s) codes
				where ph.icd10_normalise(code) is null)',
			n.name, m.relation, m.column_name, m.condition)
	FROM (
		VALUES
		('person', 'death_cause_icd10', ARRAY[]::text[], 'death_cause_icd10 is not null'),
		('encounter', 'primary_icd10', ARRAY[]::text[], 'primary_icd10 is not null'),
		('clinical_event', 'code', ARRAY['code_system'], 'code_system = ''ICD10'''),
		('code_list', 'code', ARRAY['code_system', 'match'], 'code_system = ''ICD10'' and match = ''exact''')
	) m (relation, column_name, also, condition) JOIN named n ON n.relation = m.relation
	UNION ALL
	VALUES
	('stay differs from dates', 'encounter', 'los_days',
	 ARRAY['encounter.encounter_id', 'encounter.start_date', 'encounter.end_date', 'encounter.los_days'],
	 'select encounter_id::text from {encounter} where los_days <> end_date - start_date'),
	('cycle', 'place_parent', 'parent_id', ARRAY['place_parent.place_id', 'place_parent.parent_id'],
	 'with recursive above (place_id, ancestor) as (
			select place_id, parent_id from {place_parent}
			union
			select above.place_id, p.parent_id from above join {place_parent} p on p.place_id = above.ancestor)
		select place_id from above where place_id = ancestor'),
	('ambiguous parent', 'place_parent', 'parent_id',
	 ARRAY['place_parent.place_id', 'place_parent.parent_id', 'place.place_id', 'place.place_kind'],
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
	       'clinical_event.code_system', 'clinical_event.code'],
	 format('select list from {code_list} except select list from (%s) matched', ph.matched_code_query()));
END;
COMMENT ON FUNCTION ph.shared_check() IS
'the checks of ph.check_shared_tables: problem, relation and column to blame, the columns that the query reads, and the query, which returns the key of each thing that is wrong; names in braces stand for relations of the schema';

CREATE FUNCTION ph.mistyped_column(schema text, OUT relation text, OUT column_name text)
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
COMMENT ON FUNCTION ph.mistyped_column(text) IS
'columns of the shared tables, or of views of their shape, whose type cannot serve: a day that is not a date, a number that is none; an identifier can have any type';

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
	wrong record;
BEGIN
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		RAISE EXCEPTION 'schema "%" does not exist', schema
			USING ERRCODE = 'invalid_schema_name';
	END IF;
	relations := ARRAY(
		SELECT t.relation FROM ph.shared_table() t
		WHERE to_regclass(format('%I.%I', schema, t.relation)) IS NOT NULL);
	present := ARRAY(
		SELECT r || '.' || a.attname
		FROM unnest(relations) r
		JOIN pg_attribute a ON a.attrelid = format('%I.%I', schema, r)::regclass
		WHERE a.attnum > 0 AND NOT a.attisdropped);
	mistyped := ARRAY(
		SELECT c.relation || '.' || c.column_name FROM ph.mistyped_column(schema) c);

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

	FOR wrong IN
		SELECT c.problem, c.relation, c.column_name, ph.in_schema(c.query, schema) AS query
		FROM ph.shared_check() c
		WHERE c.relation = ANY (relations) AND c.needs <@ present AND NOT c.needs && mistyped
		ORDER BY c.relation COLLATE "C", c.problem COLLATE "C", c.column_name COLLATE "C"
	LOOP
		BEGIN
			RETURN QUERY EXECUTE format(
				'select $1, $2, $3, count(*), min(key collate "C") from (%s) wrong (key) having count(*) > 0', wrong.query)
			USING wrong.problem, wrong.relation, wrong.column_name;
		EXCEPTION WHEN undefined_function OR datatype_mismatch OR data_exception THEN
			-- keys of two relations can each have a type that serves and still not compare
			RETURN QUERY SELECT 'types do not compare', wrong.relation, wrong.column_name, 1::bigint, NULL::text;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION ph.check_shared_tables(text) IS
'what is wrong with the shared tables of the schema, or with views of their shape: the problem, where, how many rows, keys or lists have it, and the key of one of them. No rows: nothing was found. Checks that need a relation or column that is missing, or a column of a type that cannot serve, are skipped. Errors: invalid_schema_name';
