
-- ---- what is generated in a schema of a user ----
-- Views and functions are replaced in place: grants, comments and whatever is built on them stay. A view is
-- always a security invoker, so that policies on the tables below hold for whoever asks.

CREATE FUNCTION ph_support.in_schema(query text, schema text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT regexp_replace(query, '[{]([a-z_]+)[}]',
    replace(quote_ident(schema), chr(92), chr(92) || chr(92)) || '.' || chr(92) || '1', 'g');
END;
COMMENT ON FUNCTION ph_support.in_schema(text, text) IS
'the query with every name in braces, {person}, made the qualified name in the schema';

CREATE PROCEDURE ph_support.require_own_schema(schema text, name text DEFAULT '') LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  longest constant integer := current_setting('max_identifier_length');
BEGIN
  IF schema IN ('ph', 'ph_support') OR schema LIKE 'pg\_%' OR schema = 'information_schema' THEN
    RAISE EXCEPTION 'argument "schema" must not be %', schema USING ERRCODE = '22023',
      HINT = 'What is yours lives in a schema of your own.';
  ELSIF octet_length(schema) > longest OR octet_length(name) > longest THEN
    RAISE EXCEPTION 'names must not have more than % bytes', longest USING ERRCODE = 'name_too_long';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_own_schema(text, text) IS 'does nothing where something of a user can be made '
  'under the name in the schema. Errors: 22023 for a schema of the extension or of the system, name_too_long';

CREATE PROCEDURE ph_support.require_column_names(what text, relation text, names text[], taken text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wrong text := (SELECT string_agg(n, ', ' ORDER BY n) FROM unnest(names) n WHERE n::name = ANY (taken));
  alike text := (SELECT n::name FROM unnest(names) n GROUP BY n::name HAVING count(*) > 1 ORDER BY n::name LIMIT 1);
  hint constant text := format('Give these %s other names.', regexp_replace(what, '^code ', ''));
BEGIN
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION '% have names that columns of % have: %', what, relation, wrong USING ERRCODE = '42701',
      HINT = hint;
  ELSIF alike IS NOT NULL THEN
    RAISE EXCEPTION '% have names that are the same column of %, of which the first % bytes count: %', what, relation,
      current_setting('max_identifier_length'), alike USING ERRCODE = '42701', HINT = hint;
  ELSIF '' = ANY (names) THEN
    RAISE EXCEPTION '% must have names', what USING ERRCODE = 'invalid_name';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_column_names(text, text, text[], text[]) IS 'does nothing where each of the names '
  'can be a column of the relation beside those that are taken. Errors: duplicate_column, invalid_name';

CREATE FUNCTION ph_support.is_generated(class regclass, object oid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  -- a view has its mark on its rule too, where no user writes a comment of his own
  SELECT obj_description(object, class::text) LIKE 'population\_health: %'
    OR EXISTS (SELECT FROM pg_rewrite r
      WHERE r.ev_class = object AND class = 'pg_class'::regclass
        AND obj_description(r.oid, 'pg_rewrite') LIKE 'population\_health: %')
$$;
COMMENT ON FUNCTION ph_support.is_generated(regclass, oid) IS 'whether a relation or function was made by this extension in a '
  'schema of a user, so that it may be replaced';

CREATE FUNCTION ph_support.built_on(INOUT class oid, INOUT object oid) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE above (class, object) AS (
    SELECT built_on.class, built_on.object
    UNION
    SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END, coalesce(r.ev_class, d.objid)
    FROM above
    JOIN pg_depend d ON d.refclassid = above.class AND d.refobjid = above.object AND d.deptype IN ('n', 'a', 'i')
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid)
  SELECT above.class, above.object FROM above
$$;
COMMENT ON FUNCTION ph_support.built_on(oid, oid) IS 'an object and all that is built on it, also through others';

CREATE FUNCTION ph_support.dependants(class regclass, object oid) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(name, ', ' ORDER BY name COLLATE "C")
  FROM ph_support.built_on(dependants.class, dependants.object) above,
    pg_describe_object(above.class, above.object, 0) name
  WHERE above.class IN ('pg_class'::regclass, 'pg_proc'::regclass)
    AND (above.class, above.object) <> (dependants.class::oid, dependants.object)
$$;
COMMENT ON FUNCTION ph_support.dependants(regclass, oid) IS 'the relations and functions that are built on a relation or '
  'function, also through others; NULL where there are none';

CREATE PROCEDURE ph_support.require_generated(schema text, name text, class regclass, object oid) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF ph_support.is_generated(class, object) IS NOT TRUE THEN
    RAISE EXCEPTION 'schema "%" already has % of another origin', schema, name
      USING ERRCODE = 'duplicate_object', HINT = 'Only what this extension made is replaced; rename or drop the other '
        'first.';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.require_generated(text, text, regclass, oid) IS 'does nothing where the object was made by '
  'this extension. Errors: duplicate_object';

CREATE PROCEDURE ph_support.describe_generated(kind text, name text, class regclass, object oid, description text)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(obj_description(object, class::text), 'population_health: ') LIKE 'population\_health: %' THEN
    EXECUTE format('COMMENT ON %s %s IS %L', kind, name, 'population_health: ' || description);
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.describe_generated(text, text, regclass, oid, text)
  IS 'says what a generated object is, unless its owner has written another comment';

CREATE PROCEDURE ph_support.comment_columns(relation regclass, columns jsonb) LANGUAGE plpgsql SET search_path = pg_catalog,
  pg_temp AS $$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT attname, columns ->> attname AS description FROM pg_attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND columns ? attname AND col_description(relation,
      attnum) IS NULL LOOP
    EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', relation, part.attname, part.description);
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph_support.comment_columns(regclass, jsonb) IS 'describes the columns of a relation that have no comment '
  'yet: name, description';

CREATE PROCEDURE ph_support.replace_view(schema text, name text, query text, description text, columns jsonb,
  keep boolean DEFAULT false) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
  target text := format('%I.%I', schema, name);
  view regclass := to_regclass(target);
  lost text;
  unknown text;
  readers text;
  part record;
BEGIN
  CALL ph_support.require_own_schema(schema, name);
  IF view IS NULL THEN
    EXECUTE format('CREATE VIEW %s WITH (security_invoker = true) AS %s', target, query);
    view := target::regclass;
  ELSE
    CALL ph_support.require_generated(schema, name, 'pg_class', view);
    EXECUTE format('CREATE TEMP VIEW ph_replacement AS %s', query);
    IF ('pg_class'::regclass::oid, 'pg_temp.ph_replacement'::regclass::oid) IN (
      SELECT b.class, b.object FROM ph_support.built_on('pg_class'::regclass, view) b) THEN
      RAISE EXCEPTION 'view % would read itself', target USING ERRCODE = 'invalid_object_definition',
        HINT = 'Name another view, or a source that is not built on it.';
    END IF;
    SELECT string_agg(quote_ident(old.attname), ', ' ORDER BY old.attnum), string_agg(format('NULL::%s AS %I',
      format_type(old.atttypid, old.atttypmod), old.attname), ', ' ORDER BY old.attnum),
      string_agg(DISTINCT reader.object::text, ', ')
        FILTER (WHERE ph_support.is_generated(reader.class, reader.object) IS NOT TRUE)
    INTO lost, unknown, readers
    FROM pg_attribute old LEFT JOIN pg_attribute new ON new.attrelid = 'pg_temp.ph_replacement'::regclass
      AND new.attname = old.attname
      AND (new.atttypid, new.atttypmod, new.attcollation) = (old.atttypid, old.atttypmod, old.attcollation)
    LEFT JOIN (
      SELECT d.refobjsubid, CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END::regclass AS class,
        coalesce(r.ev_class, d.objid) AS object
      FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = view AND r.ev_class IS DISTINCT FROM view) reader
      ON reader.refobjsubid = old.attnum
    WHERE old.attrelid = view AND old.attnum > 0 AND new.attname IS NULL;
    IF lost IS NOT NULL AND (NOT keep OR readers IS NOT NULL) THEN
      RAISE EXCEPTION 'view % would lose or change columns (%); built on it: %', target, lost,
        coalesce(ph_support.dependants('pg_class', view), 'nothing')
        USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Drop the view, and what is built on it, and call '
          'again.';
    ELSIF lost IS NOT NULL THEN
      query := format('SELECT *, %s FROM (%s) shorter', unknown, query);
      EXECUTE format('CREATE OR REPLACE TEMP VIEW ph_replacement AS %s', query);
    END IF;
    -- columns that are there keep their places, new ones come after them
    SELECT string_agg(quote_ident(new.attname), ', ' ORDER BY old.attnum, new.attnum) AS names, bool_and(old.attnum
      IS NOT DISTINCT FROM new.attnum OR old.attnum IS NULL) AS in_order INTO part
    FROM pg_attribute new LEFT JOIN pg_attribute old ON old.attrelid = view AND old.attname = new.attname
    WHERE new.attrelid = 'pg_temp.ph_replacement'::regclass AND new.attnum > 0;
    IF NOT part.in_order THEN
      query := format('SELECT %s FROM (%s) replacement', part.names, query);
      DROP VIEW pg_temp.ph_replacement;
      EXECUTE format('CREATE TEMP VIEW ph_replacement AS %s', query);
    END IF;
    -- who is reading the view is not waited for where nothing changes
    IF pg_get_viewdef(view) <> pg_get_viewdef('pg_temp.ph_replacement'::regclass)
      OR NOT EXISTS (SELECT FROM pg_class WHERE oid = view AND 'security_invoker=true' = ANY (reloptions)) THEN
      EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS %s', target, query);
    END IF;
    DROP VIEW pg_temp.ph_replacement;
  END IF;
  EXECUTE format('COMMENT ON RULE "_RETURN" ON %s IS %L', target, 'population_health: generated');
  CALL ph_support.describe_generated('VIEW', target, 'pg_class', view, description);
  CALL ph_support.comment_columns(view, columns);
END $$;
COMMENT ON PROCEDURE ph_support.replace_view(text, text, text, text, jsonb, boolean) IS
  'makes a view of a query with the rights of whoever asks it, or replaces the one that this extension made: columns '
    'that are there keep their places and new ones come last; with keep a column that the query has no more is NULL '
      'while only generated views and functions read it. Errors: duplicate_object where the name is taken by '
        'something else, invalid_object_definition where the query reads the view itself, dependent_objects_still_exist, with what is built on the view, where a column would go away or change its '
          'type';

CREATE PROCEDURE ph_support.replace_function(schema text, name text, types text, definition text, description text)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target text := format('%I.%I(%s)', schema, name, types);
  other record;
BEGIN
  CALL ph_support.require_own_schema(schema, name);
  FOR other IN SELECT oid, oid::regprocedure AS signature FROM pg_proc WHERE pronamespace =
    to_regnamespace(quote_ident(schema)) AND proname = name LOOP
    CALL ph_support.require_generated(schema, name, 'pg_proc', other.oid);
    IF other.oid <> coalesce(to_regprocedure(target), 0) THEN  -- one function a name, or literals are ambiguous
      EXECUTE format('DROP FUNCTION %s', other.signature);
    END IF;
  END LOOP;
  EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I%s', schema, name, definition);
  CALL ph_support.describe_generated('FUNCTION', target, 'pg_proc', target::regprocedure, description);
END $$;
COMMENT ON PROCEDURE ph_support.replace_function(text, text, text, text, text) IS
  'makes a function (definition: from its arguments on), or replaces the one that this extension made, in place; types '
    'are those of its arguments. Errors: duplicate_object where the name is taken by something else, '
      'dependent_objects_still_exist where others are built on one with other arguments';
