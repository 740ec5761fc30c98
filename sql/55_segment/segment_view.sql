
-- ---- schemes of one's own ----

CREATE PROCEDURE ph_support.create_segment_table(schema text, name text, definition text, description text, columns jsonb)
  LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation regclass := to_regclass(format('%I.%I', schema, name));
  lacking text;
BEGIN
  IF relation IS NULL THEN
    EXECUTE format('CREATE TABLE %I.%I (%s)', schema, name, ph_support.in_schema(definition, schema));
    relation := format('%I.%I', schema, name)::regclass;
    EXECUTE format('COMMENT ON TABLE %s IS %L', relation, description);
  ELSE
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY column_name) INTO lacking
      FROM jsonb_object_keys(columns) column_name
    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = column_name AND attnum > 0
      AND NOT attisdropped);
    IF lacking IS NOT NULL OR (SELECT relkind NOT IN ('r', 'p') FROM pg_class WHERE oid = relation) THEN
      RAISE EXCEPTION 'schema "%" already has % of another shape', schema, name USING ERRCODE = 'duplicate_table',
        HINT = 'Rename it first, or name another schema.', DETAIL = 'Missing: ' || coalesce(lacking, 'a table');
    END IF;
  END IF;
  CALL ph_support.comment_columns(relation, columns);
END $$;
COMMENT ON PROCEDURE ph_support.create_segment_table(text, text, text, text, jsonb) IS
  'makes one table of ph.create_segment_tables, with its comments, unless it is there; {name} in the definition is a '
    'table of the schema. Errors: duplicate_table where something else has the name';

CREATE PROCEDURE ph.create_segment_tables(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
  SET client_min_messages = warning AS $$
DECLARE
  made record;
  own constant jsonb := '{
    "person_id": "the person", "scheme": "name of the scheme", "version": "version of the scheme", "segment": '
      '"segment, or the state of who is not there: died, moved out, gone",
    "rank": "rank of the segment, NULL for a state", "matched": "rules that were true when the period began", '
      '"start_date": "first day of the period", "end_date": "first day after the period; NULL is still going on",
    "as_of": "day as of which segments were recorded", "previous": "day recorded before it, NULL for the first", '
      '"people": "people with a segment on the day", "recorded_at": "when it was written",
    "tier": "risk tier, NULL for every tier", "partner": "who offers it", "offer": "what is offered", "capacity": '
      '"people it has room for", "threshold": "risk from which it is offered", "note": "anything else"}';
BEGIN
  CALL ph_support.require_own_schema(schema);
  IF schema IS NULL OR to_regnamespace(quote_ident(schema)) IS NULL THEN
    RAISE EXCEPTION 'argument "schema" is not a schema' USING ERRCODE = '22023', HINT = 'CREATE SCHEMA first.';
  END IF;
  FOR made IN
    SELECT name, format('LIKE ph.%I INCLUDING ALL', name) || more AS definition,
      replace(obj_description(('ph.' || name)::regclass), 'that are shipped: read only; copy one into tables of your '
        'own with ph.copy_scheme to change it', 'of our own') AS description,
      (SELECT jsonb_object_agg(attname, col_description(attrelid, attnum)) FROM pg_attribute
        WHERE attrelid = ('ph.' || name)::regclass AND attnum > 0 AND NOT attisdropped) AS columns
    FROM (VALUES ('scheme', ''), ('scheme_input', ', FOREIGN KEY (scheme, version) REFERENCES {scheme} ON DELETE '
      'CASCADE'),
      ('scheme_segment', ', FOREIGN KEY (scheme, version) REFERENCES {scheme} ON DELETE CASCADE, FOREIGN KEY (scheme, '
        'version, parent) REFERENCES {scheme_segment}'),
      ('scheme_rule', ', FOREIGN KEY (scheme, version, segment) REFERENCES {scheme_segment} ON DELETE CASCADE'))
        shipped (name, more)
    UNION ALL
    SELECT name, definition, description, (SELECT jsonb_object_agg(c, own -> c) FROM unnest(columns) c)
    FROM (VALUES
      ('segment_history', 'person_id text NOT NULL, scheme text NOT NULL, version text NOT NULL, segment text NOT '
        'NULL, rank integer, matched text[],
          start_date date NOT NULL, end_date date CHECK (end_date > start_date), PRIMARY KEY (person_id, scheme, '
            'start_date)',
        'who was in which segment when: periods are half open, follow on each other without gap or overlap, and the '
          'last is open; a rank of NULL is somebody who has died, moved out or not yet come',
        ARRAY['person_id', 'scheme', 'version', 'segment', 'rank', 'matched', 'start_date', 'end_date']),
      -- each day names the one before it and none is named twice: two who record at one time meet in the unique key
      ('segment_recording', 'scheme text NOT NULL, as_of date NOT NULL, version text NOT NULL, people bigint NOT NULL, '
        'recorded_at timestamptz NOT NULL DEFAULT now(), previous date CHECK (previous < as_of),
          PRIMARY KEY (scheme, as_of), UNIQUE NULLS NOT DISTINCT (scheme, previous)',
        'the days as of which segments were written into segment_history, also where nobody had moved',
        ARRAY['scheme', 'as_of', 'version', 'people', 'recorded_at', 'previous']),
      ('segment_strategy', 'scheme text NOT NULL, version text NOT NULL, segment text NOT NULL, tier integer, partner '
        'text NOT NULL, offer text NOT NULL,
          capacity integer CHECK (capacity >= 0), threshold float8, note text, UNIQUE NULLS NOT DISTINCT (scheme, '
            'version, segment, tier, partner, offer)',
        'what each partner offers to a segment and risk tier (NULL: every tier): the offer, how many it has room for, '
          'and the risk from which it is offered',
        ARRAY['scheme', 'version', 'segment', 'tier', 'partner', 'offer', 'capacity', 'threshold',
          'note'])) ours (name, definition, description, columns)
  LOOP
    CALL ph_support.create_segment_table(schema, made.name, made.definition, made.description, made.columns);
  END LOOP;
  EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS segment_history_open ON %I.segment_history (person_id, scheme) '
    'WHERE end_date IS NULL', schema);
  EXECUTE format('ALTER TABLE %I.scheme ADD COLUMN IF NOT EXISTS used_as text', schema);
  CALL ph_support.comment_columns(format('%I.scheme', schema)::regclass,
    '{"used_as": "fingerprint of the version when it was first used, so that a change since then is found"}');
  CALL ph_support.add_scheme_triggers(schema);
END $$;
COMMENT ON PROCEDURE ph.create_segment_tables(text) IS
  'makes the tables of segmentation schemes in a schema of yours: scheme, scheme_input, scheme_segment, scheme_rule as '
    'in ph, segment_history, segment_recording and segment_strategy. Called again it makes what is missing and '
      'attaches the triggers that DROP EXTENSION took. Errors: duplicate_table where a name is taken by something else';

CREATE PROCEDURE ph.copy_scheme(schema text, scheme text, version text, new_scheme text, new_version text, from_schema text DEFAULT 'ph')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation text;
  columns text;
BEGIN
  PERFORM ph_support.require_scheme(from_schema, scheme, version);
  FOREACH relation IN ARRAY ARRAY['scheme', 'scheme_input', 'scheme_segment', 'scheme_rule'] LOOP
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
    WHERE attrelid = format('ph.%I', relation)::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('scheme', 'version', 'used_at', 'checked', 'inputs');
    -- parents before their children
    EXECUTE format('INSERT INTO %1$I.%2$I (scheme, version, %3$s) SELECT $3, $4, %3$s FROM %4$I.%2$I WHERE scheme = $1 AND version = $2%5$s', schema, relation, columns, from_schema,
      CASE WHEN relation = 'scheme_segment' THEN ' ORDER BY parent IS NOT NULL, rank' ELSE '' END) USING scheme, version, new_scheme, new_version;
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph.copy_scheme(text, text, text, text, text, text) IS 'copies a version of a scheme into the tables of a schema of yours under a new name or version, not yet used, to be changed there';

-- ---- from rules to a query ----

CREATE FUNCTION ph.segment_query(scheme text, version text, source regclass, schema text DEFAULT 'ph', person text DEFAULT 'person_id', missing text DEFAULT 'refuse')
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  s record;
  own text;
  condition jsonb := '{}';  -- of each segment
  path jsonb := '{}';       -- of a person within each segment
  inputs text;
  absent text;
  names text[];
  types regtype[];
  rules jsonb;
  segments jsonb;
  default_segment text;
  default_rank int;
  ranked text;
  moved text;
  segment text;
  moves boolean;
  arrays text;
BEGIN
  IF missing IS NULL OR missing NOT IN ('refuse', 'unknown') THEN
    RAISE EXCEPTION 'argument "missing" is not a known choice' USING ERRCODE = '22023', HINT = 'Choose one of: refuse, unknown.';
  END IF;
  EXECUTE format('SELECT array_agg(input ORDER BY input), array_agg(type::regtype ORDER BY input) FROM %I.scheme_input WHERE scheme = $1 AND version = $2', schema) INTO names, types USING scheme, version;
  -- rules are written anew from their own text, so that what stands in the table as checked is not trusted
  EXECUTE format('SELECT jsonb_agg(to_jsonb(r) || jsonb_build_object(''checked'', (ph.check_rule(r.expression, $3, $4)).expression_checked, ''segment_rank'', s.rank, ''kind'', s.kind) ORDER BY s.rank, r.rule_order)
    FROM %1$I.scheme_rule r JOIN %1$I.scheme_segment s USING (scheme, version, segment) WHERE r.scheme = $1 AND r.version = $2', schema) INTO rules USING scheme, version, coalesce(names, '{}'), coalesce(types, '{}');
  EXECUTE format('WITH RECURSIVE below AS (
      SELECT segment, parent, rank, kind, 0 AS depth FROM %1$I.scheme_segment WHERE scheme = $1 AND version = $2 AND parent IS NULL
      UNION ALL SELECT c.segment, c.parent, c.rank, c.kind, depth + 1 FROM %1$I.scheme_segment c JOIN below b ON c.parent = b.segment WHERE c.scheme = $1 AND c.version = $2)
    SELECT jsonb_agg(to_jsonb(below) ORDER BY depth DESC, rank) FROM below', schema) INTO segments USING scheme, version;
  IF segments IS NULL THEN
    RAISE EXCEPTION 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema USING ERRCODE = '42704';
  END IF;
  SELECT e->>'segment', (e->>'rank')::int INTO default_segment, default_rank FROM jsonb_array_elements(segments) e WHERE e->>'kind' = 'default';
  IF default_segment IS NULL THEN
    RAISE EXCEPTION 'version "%" of scheme "%" has no default segment', version, scheme USING ERRCODE = '23514', HINT = 'Give the segment of whom no rule matches kind default.';
  END IF;

  -- every input is a column of the relation, or unknown where that was asked for
  SELECT string_agg(CASE WHEN a.attname IS NULL THEN format('NULL::%s AS %I', format_type(t, -1), n) WHEN a.atttypid = t THEN format('people.%I', n) ELSE format('people.%I::%s AS %1$I', n, format_type(t, -1)) END, ', ' ORDER BY n),
    string_agg(quote_ident(n), ', ' ORDER BY n) FILTER (WHERE a.attname IS NULL)
  INTO inputs, absent
  FROM unnest(names, types) i(n, t) LEFT JOIN pg_attribute a ON a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped;
  IF absent IS NOT NULL AND missing = 'refuse' THEN
    RAISE EXCEPTION 'relation % has no column for these inputs: %', source, absent USING ERRCODE = '42703', HINT = 'Add them, or pass missing => ''unknown'' to count them as unknown for everybody.';
  END IF;
  SELECT string_agg(format('%I is %s, not %s', n, format_type(a.atttypid, NULL), t), ', ' ORDER BY n) INTO absent
  FROM unnest(names, types) i(n, t) JOIN pg_attribute a ON a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped
  WHERE a.atttypid <> t AND ph.rule_type(a.atttypid) <> format_type(t, -1) AND NOT EXISTS (SELECT FROM pg_cast WHERE castsource = a.atttypid AND casttarget = t AND castcontext = 'i');
  IF absent IS NOT NULL THEN
    RAISE EXCEPTION 'columns of relation % have other types than the inputs: %', source, absent USING ERRCODE = '42804', HINT = 'Cast them in a view over the relation.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = person AND a.attnum > 0 AND NOT a.attisdropped) THEN
    RAISE EXCEPTION 'relation % has no column "%"', source, person USING ERRCODE = '42703', HINT = 'Name the column that tells people apart: person => ...';
  END IF;

  -- from the innermost segments outwards: a segment without rules of its own is any of those within it
  FOR s IN SELECT e->>'segment' AS segment FROM jsonb_array_elements(segments) WITH ORDINALITY e(e, n) ORDER BY n LOOP
    SELECT string_agg('(' || (r->>'checked') || ')', ' OR ' ORDER BY (r->>'rule_order')::int) INTO own FROM jsonb_array_elements(rules) r WHERE r->>'segment' = s.segment AND r->>'effect' = 'assign';
    IF own IS NULL THEN
      SELECT string_agg(condition->>(c->>'segment'), ' OR ' ORDER BY (c->>'rank')::int) INTO own FROM jsonb_array_elements(segments) c WHERE c->>'parent' = s.segment AND condition->>(c->>'segment') IS NOT NULL;
    END IF;
    condition := condition || jsonb_build_object(s.segment, own);
    SELECT 'CASE ' || string_agg(format('WHEN %s THEN ARRAY[%L]%s', condition->>(c->>'segment'), c->>'segment', ' || ' || (path->>(c->>'segment'))), ' ' ORDER BY (c->>'rank')::int) || ' ELSE ''{}''::text[] END'
    INTO own FROM jsonb_array_elements(segments) c WHERE c->>'parent' = s.segment AND condition->>(c->>'segment') IS NOT NULL;
    path := path || jsonb_build_object(s.segment, own);
  END LOOP;

  moves := EXISTS (SELECT FROM jsonb_array_elements(rules) r WHERE r->>'effect' <> 'assign');
  SELECT coalesce('CASE' || string_agg(format(E'\n    WHEN %s THEN %L', condition->>(e->>'segment'), e->>'segment'), '' ORDER BY (e->>'rank')::int) || format(E'\n    ELSE %L END', default_segment), quote_literal(default_segment)),
    coalesce('CASE' || string_agg(format(' WHEN %s THEN %s', condition->>(e->>'segment'), e->>'rank'), '' ORDER BY (e->>'rank')::int) || format(' ELSE %s END', default_rank), default_rank::text),
    coalesce('CASE' || string_agg(format(' WHEN %s THEN ARRAY[%L]%s', condition->>(e->>'segment'), e->>'segment', ' || ' || (path->>(e->>'segment'))), '' ORDER BY (e->>'rank')::int) || format(' ELSE ARRAY[%L] END', default_segment), format('ARRAY[%L]', default_segment))
  INTO segment, ranked, own
  FROM jsonb_array_elements(segments) e WHERE e->>'kind' = 'segment' AND e->>'parent' IS NULL AND condition->>(e->>'segment') IS NOT NULL;
  IF moves THEN
    moved := ranked;
    FOR s IN SELECT r->>'checked' AS checked, r->>'effect' AS effect, r->>'segment_rank' AS target FROM jsonb_array_elements(rules) r WHERE r->>'effect' <> 'assign' ORDER BY (r->>'rule_order')::int LOOP
      moved := format('%s(%s, CASE WHEN %s THEN %s END)', CASE s.effect WHEN 'promote' THEN 'LEAST' ELSE 'GREATEST' END, moved, s.checked, s.target);
    END LOOP;
    SELECT format('CASE %s%s END', moved, string_agg(format(' WHEN %s THEN %L', e->>'rank', e->>'segment'), '' ORDER BY (e->>'rank')::int)) INTO segment FROM jsonb_array_elements(segments) e WHERE e->>'kind' <> 'flag' AND e->>'parent' IS NULL;
    SELECT format('CASE %s%s END', moved, string_agg(format(' WHEN %s THEN ARRAY[%L]%s', e->>'rank', e->>'segment', ' || ' || (path->>(e->>'segment'))), '' ORDER BY (e->>'rank')::int))
    INTO own FROM jsonb_array_elements(segments) e WHERE e->>'kind' <> 'flag' AND e->>'parent' IS NULL;
    ranked := moved;
  END IF;

  SELECT string_agg(format(E'  array_remove(ARRAY[%s]::text[], NULL) AS %I,\n', list, CASE kind WHEN 'flag' THEN 'flags' ELSE 'candidates' END), '' ORDER BY kind) INTO arrays
  FROM (SELECT kind, coalesce(string_agg(format('CASE WHEN %s THEN %L END', condition->>(e->>'segment'), e->>'segment'), ', ' ORDER BY (e->>'rank')::int) FILTER (WHERE condition->>(e->>'segment') IS NOT NULL), '') AS list
    FROM unnest(ARRAY['flag', 'segment']) kind LEFT JOIN jsonb_array_elements(segments) e ON e->>'kind' = kind AND e->>'parent' IS NULL GROUP BY kind) lists;
  SELECT arrays || format(E'  array_remove(ARRAY[%s]::text[], NULL) AS matched,\n  array_remove(ARRAY[%s]::text[], NULL) AS because,\n  array_remove(ARRAY[%s]::text[], NULL) AS reasons,\n',
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L END', r->>'checked', r->>'rule'), ', ' ORDER BY n), ''),
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L END', r->>'checked', coalesce(r->>'says', r->>'rule')), ', ' ORDER BY n), ''),
    coalesce(string_agg(format(E'\n    CASE WHEN %s THEN %L%s END', r->>'checked', (r->>'rule') || ':',
      (SELECT string_agg(format(' || %L || COALESCE(%I::text, ''unknown'')', CASE WHEN k > 1 THEN ', ' ELSE ' ' END || i || ' = ', i), '' ORDER BY k) FROM jsonb_array_elements_text(r->'inputs') WITH ORDINALITY i(i, k))), ', ' ORDER BY n), ''))
  INTO arrays FROM jsonb_array_elements(rules) WITH ORDINALITY r(r, n);
  SELECT arrays || format('  array_remove(ARRAY[%s]::text[], NULL) AS unknown', coalesce(string_agg(format(E'CASE WHEN %I IS NULL THEN %1$L END', i), ', ' ORDER BY i), '')) INTO arrays
  FROM (SELECT DISTINCT i FROM jsonb_array_elements(rules) r, jsonb_array_elements_text(r->'inputs') i) used;

  RETURN format(E'SELECT person_id, %L::text AS scheme, %L::text AS version,\n  %s AS segment,\n  %s AS rank,\n  %s AS path,\n%s\nFROM (SELECT people.%I AS person_id%s FROM %s people) input',
    scheme, version, segment, ranked, own, arrays, person, ', ' || inputs, source);
END $$;
COMMENT ON FUNCTION ph.segment_query(text, text, regclass, text, text, text) IS
  'the query that assigns every person of a relation to a segment of a scheme: person_id, scheme, version, segment, rank, path (nested segments), flags, candidates (every outermost segment that a rule assigns to), matched (every rule that is true), because (the same in plain words), reasons (with the values), unknown (inputs not known); a rule whose inputs are unknown is no match';

CREATE PROCEDURE ph.create_segment_view(scheme text, version text, source regclass, target text, schema text DEFAULT 'ph', person text DEFAULT 'person_id', missing text DEFAULT 'refuse')
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  name text[] := parse_ident(target);
BEGIN
  IF cardinality(name) <> 2 THEN
    RAISE EXCEPTION 'argument "target" must be a view with its schema' USING ERRCODE = '22023', HINT = 'For example: health.segment.';
  END IF;
  CALL ph.use_scheme(schema, scheme, version);
  CALL ph_support.replace_view(name[1], name[2], ph.segment_query(scheme, version, source, schema, person, missing),
    format('segments of %s, version %s', scheme, version),
    '{"person_id": "the person", "scheme": "name of the scheme", "version": "version of the scheme", "segment": '
      '"outermost segment of the person", "rank": "rank of the segment, 1 is the highest need",
      "path": "the segment and those within it", "flags": "flags of the person", "candidates": "every outermost '
        'segment that a rule assigns to", "matched": "every rule that is true", "because": "the same in plain words",
      "reasons": "the same with the values", "unknown": "inputs that are not known; they match nothing"}');
END $$;
COMMENT ON PROCEDURE ph.create_segment_view(text, text, regclass, text, text, text, text) IS
  'writes the query of ph.segment_query as a view with the rights of whoever asks it, and locks the version of the '
    'scheme: from then on it cannot change; a segment view that is there is replaced in place';

-- ---- asking a segment view ----

CREATE FUNCTION ph.segment_summary(segments regclass, OUT rank integer, OUT segment text, OUT people bigint, OUT share float8, OUT overlapping bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT rank, segment, count(*), count(*) / (sum(count(*)) OVER ())::float8, count(*) FILTER (WHERE cardinality(candidates) > 1) FROM %s GROUP BY rank, segment ORDER BY rank', segments);
END $$;
COMMENT ON FUNCTION ph.segment_summary(regclass) IS 'people of each segment of a segment view, their share, and how many could be in more than one: for them the order of the segments decides';

CREATE FUNCTION ph.segment_coverage(segments regclass, schema text DEFAULT 'ph', OUT input text, OUT people bigint, OUT known bigint, OUT share float8)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counted jsonb;  -- people by what is not known of them: the view is read once
BEGIN
  EXECUTE format('SELECT coalesce(jsonb_agg(pattern), ''[]'') FROM (SELECT scheme, version, unknown, count(*) AS '
    'people FROM %s GROUP BY 1, 2, 3) pattern', segments) INTO counted;
  EXECUTE format('SELECT p.scheme FROM jsonb_to_recordset($1) p (scheme text, version text) WHERE NOT EXISTS (SELECT '
    'FROM %I.scheme t WHERE (t.scheme, t.version) = (p.scheme, p.version)) LIMIT 1', schema) INTO input USING counted;
  IF input IS NOT NULL THEN
    RAISE EXCEPTION 'schema "%" does not hold scheme "%"', schema, input USING ERRCODE = '42704', HINT = 'Name the schema that does: schema => ...';
  END IF;
  RETURN QUERY EXECUTE format('SELECT input, people, known, known / people::float8 FROM (
      SELECT i.input, sum(p.people)::bigint AS people,
        CASE WHEN EXISTS (SELECT FROM %1$I.scheme_rule r WHERE (r.scheme, r.version) = (i.scheme, i.version) AND '
          'i.input = ANY (r.inputs))
          THEN coalesce(sum(p.people) FILTER (WHERE NOT i.input = ANY (p.unknown)), 0)::bigint END AS known
      FROM jsonb_to_recordset($1) p (scheme text, version text, unknown text[], people bigint) JOIN %1$I.scheme_input '
        'i USING (scheme, version)
      GROUP BY i.scheme, i.version, i.input) inputs ORDER BY 1', schema) USING counted;
END $$;
COMMENT ON FUNCTION ph.segment_coverage(regclass, text) IS 'for how many people of a segment view each input of the scheme is known; an input that is not known matches nothing; NULL for an input that no rule reads';

CREATE FUNCTION ph.explain_segment(segments regclass, person_id text) RETURNS SETOF text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  r record;
BEGIN
  EXECUTE format('SELECT person_id::text, scheme::text, version::text, path::text[], because::text[], flags::text[], unknown::text[] FROM %s WHERE person_id::text = $1', segments) INTO r USING person_id;
  IF r.person_id IS NULL THEN
    RETURN;
  END IF;
  RETURN NEXT format('You are in the group "%s".', array_to_string(r.path, '", within it "'));
  IF cardinality(r.because) = 0 THEN
    RETURN NEXT 'That is the group of everyone for whom none of the other reasons is recorded.';
  ELSE
    RETURN NEXT format('What is recorded about you: %s.', array_to_string(r.because, '; '));
    IF cardinality(r.because) > 1 THEN
      RETURN NEXT 'Where more than one reason holds, the rules say which of them decides on the group; the others still count for what you are offered.';
    END IF;
  END IF;
  IF cardinality(r.flags) > 0 THEN
    RETURN NEXT format('You also belong to: %s.', array_to_string(r.flags, ', '));
  END IF;
  IF cardinality(r.unknown) > 0 THEN
    RETURN NEXT format('We do not know: %s. If one of these is true of you, please tell us, since your group could change.', array_to_string(r.unknown, ', '));
  END IF;
  RETURN NEXT format('This follows from version %s of the rules "%s", applied by a computer to your record; ask a person to look at it if it seems wrong.', r.version, r.scheme);
END $$;
COMMENT ON FUNCTION ph.explain_segment(regclass, text) IS 'why a person is in a segment, in plain words to that person; no row where the person is not in the view';

-- ---- checking and comparing schemes ----

CREATE FUNCTION ph_support.rule_error(expression text, inputs text[], types text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph.check_rule(expression, inputs, types::regtype[]);
  RETURN NULL;
EXCEPTION WHEN query_canceled OR assert_failure OR out_of_memory THEN
  RAISE;
WHEN OTHERS THEN
  RETURN sqlerrm;
END $$;
COMMENT ON FUNCTION ph_support.rule_error(text, text[], text[]) IS 'why an expression is no rule over inputs of these '
  'types; NULL where it is one';

CREATE FUNCTION ph.check_scheme(scheme text, version text, source regclass DEFAULT NULL, schema text DEFAULT 'ph', person text DEFAULT 'person_id', smallest integer DEFAULT 50,
    judged_by text[] DEFAULT '{}', population_schema text DEFAULT NULL, OUT finding text, OUT segment text, OUT rule text, OUT detail text, OUT people bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS $$
DECLARE
  names text[];
  types regtype[];
  r record;
  shown record;
  counted jsonb;
  query text;
  columns text;
  invalid text[] := '{}';  -- rules that are none
  has_default boolean;
BEGIN
  PERFORM ph_support.require_scheme(schema, scheme, version);
  FOR r IN SELECT * FROM ph_support.missing_scheme_trigger(schema) LOOP
    finding := 'missing_trigger'; detail := format('%s of %s: CALL ph.create_segment_tables(...) attaches it again',
      r.name, r.relation); RETURN NEXT;
  END LOOP;
  IF ph_support.changed_since_used(schema, scheme, version) THEN
    finding := 'changed_since_used';
    detail := 'it is not known to be what it was when it was used: CALL ph.copy_scheme(...) makes a new version of it';
    RETURN NEXT;
  END IF;
  -- what was written while the triggers were missing
  FOR r IN SELECT p.message FROM ph_support.scheme_shape_problem(schema, scheme, version) p LOOP
    finding := 'invalid_shape'; detail := r.message; RETURN NEXT;
  END LOOP;
  names := '{}'; types := '{}';
  FOR r IN EXECUTE format('SELECT input, type FROM %I.scheme_input WHERE scheme = $1 AND version = $2 ORDER BY input',
    schema) USING scheme, version LOOP
    detail := ph_support.rule_error('true', ARRAY[r.input], ARRAY[r.type]);
    IF detail IS NULL THEN
      names := names || r.input; types := types || r.type::regtype;
    ELSE
      finding := 'invalid_input'; detail := format('%s: %s', r.input, detail); RETURN NEXT;
    END IF;
  END LOOP;
  FOR r IN EXECUTE format('SELECT segment, rule, expression FROM %I.scheme_rule WHERE scheme = $1 AND version = $2 '
    'ORDER BY rule_order', schema) USING scheme, version LOOP
    detail := ph_support.rule_error(r.expression, names, types::text[]);
    IF detail IS NOT NULL THEN
      finding := 'invalid_rule'; segment := r.segment; rule := r.rule; RETURN NEXT;
      invalid := invalid || r.rule;
    END IF;
  END LOOP;
  -- what the rules say by themselves, of those that are rules; beats: the rules of the segments that win over this one at its level and above
  FOR r IN EXECUTE format('WITH RECURSIVE part AS (SELECT * FROM %1$I.scheme_segment WHERE scheme = $1 AND version = $2),
      within AS (SELECT p.segment, p.segment AS above, p.parent, p.rank, p.kind FROM part p UNION SELECT w.segment, p.segment, p.parent, p.rank, p.kind FROM within w JOIN part p ON p.segment = w.parent),
      rules AS (SELECT * FROM %1$I.scheme_rule WHERE scheme = $1 AND version = $2),
      own AS (SELECT * FROM rules WHERE effect = ''assign''),
      -- a segment without rules of its own is any of those within it
      source AS (SELECT segment, segment AS at FROM part UNION SELECT s.segment, c.segment FROM source s JOIN part c ON c.parent = s.at WHERE s.at NOT IN (SELECT segment FROM own)),
      speaks AS (SELECT s.segment, o.expression FROM source s JOIN own o ON o.segment = s.at WHERE o.rule <> ALL ($3))
    SELECT o.*, p.kind, (SELECT array_agg(s.expression) FROM within w JOIN part b ON b.parent IS NOT DISTINCT FROM w.parent AND b.rank < w.rank AND b.kind = ''segment'' JOIN speaks s ON s.segment = b.segment
        WHERE w.segment = o.segment AND w.kind = ''segment'' AND o.effect = ''assign'') AS beats
    FROM rules o JOIN part p USING (segment) WHERE o.rule <> ALL ($3) ORDER BY o.rule_order', schema)
    USING scheme, version, invalid LOOP
    segment := r.segment; rule := r.rule;
    SELECT * INTO shown FROM ph.check_rule(r.expression, names, types);
    IF shown.always = 'never' THEN
      finding := 'never_true'; detail := 'no values of the inputs make it true'; RETURN NEXT;
    ELSIF shown.always = 'true' THEN
      finding := 'always_true'; detail := 'it is true wherever its inputs are known'; RETURN NEXT;
    END IF;
    IF shown.always IS DISTINCT FROM 'never' AND r.beats IS NOT NULL AND ph.rule_implied(r.expression, r.beats, names, types) THEN
      finding := 'never_wins'; detail := 'wherever it is true, a segment of higher need is assigned before it'; RETURN NEXT;
    END IF;
    IF shown.inputs_used && judged_by THEN
      finding := 'judged_by_itself'; detail := 'uses what the scheme is judged by: ' || array_to_string(ARRAY(SELECT i FROM unnest(shown.inputs_used) i WHERE i = ANY (judged_by)), ', '); RETURN NEXT;
    END IF;
    EXECUTE format('SELECT string_agg(input, '', '' ORDER BY input) FROM %I.scheme_input WHERE scheme = $1 AND version = $2 AND activity AND input = ANY ($3)', schema) INTO columns USING scheme, version, shown.inputs_used;
    IF columns IS NOT NULL THEN
      finding := 'uses_activity'; detail := 'activity explains activity: ' || columns; RETURN NEXT;
    END IF;
  END LOOP;
  rule := NULL;
  FOR r IN EXECUTE format('SELECT d.segment, string_agg(s.segment, '', '' ORDER BY s.rank) AS below FROM %1$I.scheme_segment d JOIN %1$I.scheme_segment s USING (scheme, version)
      WHERE scheme = $1 AND version = $2 AND d.kind = ''default'' AND s.kind = ''segment'' AND s.parent IS NULL AND s.rank > d.rank GROUP BY d.segment', schema) USING scheme, version LOOP
    finding := 'default_above'; segment := r.segment; detail := 'people whom no rule matches rank above, and cannot be promoted to: ' || r.below; RETURN NEXT;
  END LOOP;
  FOR r IN EXECUTE format('SELECT s.* FROM %1$I.scheme_segment s WHERE scheme = $1 AND version = $2 AND kind <> ''default''
      AND NOT EXISTS (SELECT FROM %1$I.scheme_rule r WHERE (r.scheme, r.version, r.segment) = (s.scheme, s.version, s.segment))
      AND NOT EXISTS (SELECT FROM %1$I.scheme_segment c WHERE (c.scheme, c.version, c.parent) = (s.scheme, s.version, s.segment)) ORDER BY rank', schema) USING scheme, version LOOP
    finding := 'no_rule'; segment := r.segment; detail := 'nobody can be in it'; RETURN NEXT;
  END LOOP;
  segment := NULL;
  IF population_schema IS NOT NULL THEN
    FOR r IN EXECUTE format('SELECT code_list, string_agg(input, '', '') AS inputs FROM %I.scheme_input i WHERE scheme = $1 AND version = $2 AND code_list IS NOT NULL AND NOT EXISTS (SELECT FROM %I.code_list c WHERE c.list = i.code_list) GROUP BY 1 ORDER BY 1', schema, population_schema)
      USING scheme, version LOOP
      finding := 'missing_code_list'; detail := format('%s, for %s', r.code_list, r.inputs); RETURN NEXT;
    END LOOP;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.scheme_segment WHERE scheme = $1 AND version = $2 '
    'AND kind = ''default'')', schema) INTO has_default USING scheme, version;
  IF NOT has_default THEN
    finding := 'no_default'; detail := 'nowhere for people whom no rule matches'; RETURN NEXT;
  END IF;
  IF source IS NULL OR NOT has_default OR invalid <> '{}' THEN
    RETURN;
  END IF;
  FOR r IN SELECT n FROM unnest(names) n WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = n AND a.attnum > 0 AND NOT a.attisdropped) ORDER BY n LOOP
    finding := 'missing_column'; detail := r.n; RETURN NEXT;
  END LOOP;
  -- and what they do to these people, where they can be assigned at all
  BEGIN
    query := ph.segment_query(scheme, version, source, schema, person, 'unknown');
    FOR r IN EXECUTE format('WITH assigned AS (SELECT segment, path, flags, matched FROM (%1$s) q), everybody AS (SELECT count(*) AS n FROM assigned)
      SELECT r.rule, r.segment, r.effect, e.n, count(a.*) FILTER (WHERE r.rule = ANY (a.matched)) AS matches, count(a.*) FILTER (WHERE r.rule = ANY (a.matched) AND (r.segment = ANY (a.path) OR r.segment = ANY (a.flags))) AS wins
      FROM %2$I.scheme_rule r CROSS JOIN everybody e LEFT JOIN assigned a ON r.rule = ANY (a.matched) WHERE r.scheme = $1 AND r.version = $2 GROUP BY r.rule, r.rule_order, r.segment, r.effect, e.n ORDER BY r.rule_order', query, schema)
      USING scheme, version LOOP
      rule := r.rule; segment := r.segment; people := r.matches;
      IF r.n > 0 AND (r.matches = 0 OR r.effect = 'assign' AND r.wins = 0) THEN
        finding := 'never_wins_here'; detail := CASE r.matches WHEN 0 THEN 'true for nobody' ELSE 'nobody for whom it is true is in its segment' END; RETURN NEXT;
      ELSIF r.n > 0 AND r.matches = r.n THEN
        finding := 'true_for_everybody_here'; detail := NULL; RETURN NEXT;
      END IF;
    END LOOP;
    rule := NULL;
    FOR r IN EXECUTE format('SELECT s.segment, count(q.*) AS n FROM %2$I.scheme_segment s LEFT JOIN (%1$s) q ON s.segment = ANY (q.path) OR s.segment = ANY (q.flags) WHERE s.scheme = $1 AND s.version = $2 GROUP BY s.segment, s.rank HAVING count(q.*) < $3 ORDER BY s.rank', query, schema)
      USING scheme, version, smallest LOOP
      finding := 'small_segment'; segment := r.segment; detail := format('fewer than %s people', smallest); people := r.n; RETURN NEXT;
    END LOOP;
  EXCEPTION WHEN undefined_column OR datatype_mismatch OR data_exception THEN
    -- of what a rule makes of a value no more than the kind of error is told
    finding := 'unfit_people'; segment := NULL; rule := NULL; people := NULL;
    detail := CASE WHEN sqlstate LIKE '22%' THEN 'SQLSTATE ' || sqlstate ELSE sqlerrm END;
    RETURN NEXT;
  END;
END $$;
COMMENT ON FUNCTION ph.check_scheme(text, text, regclass, text, text, integer, text[], text) IS
  'what is wrong with a scheme: triggers that its tables lack (missing_trigger), a change since it was used '
    '(changed_since_used), inputs, rules and nesting that are none (invalid_input, invalid_rule, invalid_shape), rules '
    'never or always true, or that can never win (as far as logic shows it), that use what the scheme is judged by or '
      'activity, segments without a rule, code lists that population_schema lacks; with a relation of people also '
        'missing columns, people who cannot be assigned (unfit_people), rules that never win or are true for everybody there, segments with fewer than smallest '
          'people';

CREATE FUNCTION ph.scheme_changes(scheme text, from_version text, to_version text, schema text DEFAULT 'ph', from_schema text DEFAULT NULL, from_scheme text DEFAULT NULL, OUT part text, OUT name text, OUT change text, OUT before text, OUT after text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph_support.require_scheme(coalesce(from_schema, schema), coalesce(from_scheme, scheme), from_version);
  PERFORM ph_support.require_scheme(schema, scheme, to_version);
  RETURN QUERY EXECUTE (SELECT string_agg(format('SELECT %1$L AS part, %2$I::text AS name, CASE WHEN b IS NULL THEN ''added'' WHEN a IS NULL THEN ''removed'' ELSE ''changed'' END AS change, b::text, a::text
      FROM (SELECT %2$I, (%3$s) AS b FROM %4$I.%5$I WHERE scheme = $1 AND version = $2) x FULL JOIN (SELECT %2$I, (%3$s) AS a FROM %6$I.%5$I WHERE scheme = $3 AND version = $4) y USING (%2$I) WHERE a IS DISTINCT FROM b',
      p, k, d, coalesce(from_schema, schema), 'scheme_' || p, schema), ' UNION ALL ' ORDER BY n) || ' ORDER BY 1, 2'
    FROM (VALUES (1, 'input', 'input', 'concat_ws('', '', type, CASE WHEN activity THEN ''activity'' END, ''list '' || code_list)'), (2, 'segment', 'segment', 'concat_ws('', '', kind || '' '' || rank, ''in '' || parent, label, ''source '' || source)'),
      (3, 'rule', 'rule', 'concat_ws('', '', format(''%s. %s %s if %s'', rule_order, effect, segment, checked), ''says '' || says, ''source '' || source)')) v(n, p, k, d))
  USING coalesce(from_scheme, scheme), from_version, scheme, to_version;
END $$;
COMMENT ON FUNCTION ph.scheme_changes(text, text, text, text, text, text) IS 'what differs between two versions of a scheme: inputs, segments and rules added, removed or changed';

CREATE FUNCTION ph.scheme_moves(before regclass, after regclass, OUT person_id text, OUT segment_before text, OUT segment_after text, OUT reasons_before text[], OUT reasons_after text[])
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT person_id::text, b.segment, a.segment, b.reasons, a.reasons FROM %s b FULL JOIN %s a USING (person_id) WHERE b.path IS DISTINCT FROM a.path ORDER BY 1', before, after);
END $$;
COMMENT ON FUNCTION ph.scheme_moves(regclass, regclass) IS 'the people who are in another segment in one segment view than in another, such as of two versions of a scheme, and why in each';
