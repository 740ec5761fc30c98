
-- ---- segmentation schemes as data ----

CREATE TABLE ph.scheme (
  scheme text NOT NULL CHECK (scheme <> ''), version text NOT NULL CHECK (version <> ''),
  label text NOT NULL, source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')),
  precedence text CHECK (precedence IN ('source', 'ours')), valid_from date, used_at timestamptz,
  PRIMARY KEY (scheme, version));
COMMENT ON TABLE ph.scheme IS 'segmentation schemes that are shipped: read only; copy one into tables of your own with ph.copy_scheme to change it';
COMMENT ON COLUMN ph.scheme.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme.label IS 'name to show';
COMMENT ON COLUMN ph.scheme.source IS 'where the scheme comes from';
COMMENT ON COLUMN ph.scheme.valid_from IS 'day from which the version is meant to hold';
COMMENT ON COLUMN ph.scheme.certainty IS 'read in the source, derived from it, from memory, or ours';
COMMENT ON COLUMN ph.scheme.precedence IS 'whether the order of the segments is the source''s or ours';
COMMENT ON COLUMN ph.scheme.used_at IS 'when it was first used: from then on the version cannot change';

CREATE TABLE ph.scheme_input (
  scheme text NOT NULL, version text NOT NULL, input text NOT NULL CHECK (input NOT IN ('', 'person_id')), type text NOT NULL, description text,
  code_list text, activity boolean NOT NULL DEFAULT false,
  PRIMARY KEY (scheme, version, input), FOREIGN KEY (scheme, version) REFERENCES ph.scheme ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_input IS 'the inputs that the rules of a scheme may name: a column of the relation of people each';
COMMENT ON COLUMN ph.scheme_input.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_input.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_input.input IS 'name of the input: the column of the relation of people';
COMMENT ON COLUMN ph.scheme_input.type IS 'its type in SQL, without a length';
COMMENT ON COLUMN ph.scheme_input.description IS 'what it is, in words';
COMMENT ON COLUMN ph.scheme_input.code_list IS 'list of the shared table code_list that the input comes from';
COMMENT ON COLUMN ph.scheme_input.activity IS 'whether it is use of services or spend: a scheme by activity explains activity by itself';

CREATE TABLE ph.scheme_segment (
  scheme text NOT NULL, version text NOT NULL, segment text NOT NULL CHECK (segment <> ''), rank integer NOT NULL,
  kind text NOT NULL DEFAULT 'segment' CHECK (kind IN ('segment', 'default', 'flag')), parent text CHECK (parent <> segment), label text, source text,
  PRIMARY KEY (scheme, version, segment), UNIQUE (scheme, version, rank), CHECK (kind = 'segment' OR parent IS NULL),
  FOREIGN KEY (scheme, version) REFERENCES ph.scheme ON DELETE CASCADE,
  FOREIGN KEY (scheme, version, parent) REFERENCES ph.scheme_segment);
CREATE UNIQUE INDEX scheme_segment_default ON ph.scheme_segment (scheme, version) WHERE kind = 'default';
COMMENT ON TABLE ph.scheme_segment IS
  'the segments of a scheme: rank 1 is the highest need and wins; kind segment is exclusive, default takes whom no rule matches, flag overlaps everything; parent nests a segment in another';
COMMENT ON COLUMN ph.scheme_segment.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_segment.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_segment.segment IS 'name of the segment';
COMMENT ON COLUMN ph.scheme_segment.rank IS 'order of need: 1 is the highest and wins';
COMMENT ON COLUMN ph.scheme_segment.kind IS 'segment, default (whom no rule matches) or flag (overlaps everything)';
COMMENT ON COLUMN ph.scheme_segment.parent IS 'segment within which it lies';
COMMENT ON COLUMN ph.scheme_segment.label IS 'name to show';
COMMENT ON COLUMN ph.scheme_segment.source IS 'where it was read';

CREATE TABLE ph.scheme_rule (
  scheme text NOT NULL, version text NOT NULL, rule_order integer NOT NULL, rule text NOT NULL CHECK (rule <> ''), segment text NOT NULL,
  effect text NOT NULL DEFAULT 'assign' CHECK (effect IN ('assign', 'promote', 'demote')), expression text NOT NULL, says text,
  source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')), checked text, inputs text[],
  PRIMARY KEY (scheme, version, rule), UNIQUE (scheme, version, rule_order),
  FOREIGN KEY (scheme, version, segment) REFERENCES ph.scheme_segment ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_rule IS
  'the rules of a scheme: a boolean SQL expression over the inputs each; a segment wins when any of its rules is true and no segment of higher need is; promote and demote move a person after that';
COMMENT ON COLUMN ph.scheme_rule.scheme IS 'name of the scheme';
COMMENT ON COLUMN ph.scheme_rule.version IS 'version of the scheme';
COMMENT ON COLUMN ph.scheme_rule.rule_order IS 'order in which rules are shown, and in which people are moved';
COMMENT ON COLUMN ph.scheme_rule.rule IS 'name of the rule';
COMMENT ON COLUMN ph.scheme_rule.segment IS 'segment that it assigns or moves people to';
COMMENT ON COLUMN ph.scheme_rule.effect IS 'assign, promote or demote';
COMMENT ON COLUMN ph.scheme_rule.expression IS 'the rule as it was written: boolean SQL over the inputs';
COMMENT ON COLUMN ph.scheme_rule.source IS 'where it was read';
COMMENT ON COLUMN ph.scheme_rule.certainty IS 'read in the source, derived from it, from memory, or ours';
COMMENT ON COLUMN ph.scheme_rule.inputs IS 'inputs that the expression reads';
COMMENT ON COLUMN ph.scheme_rule.says IS 'the rule in plain words, to the person: "you ..."';
COMMENT ON COLUMN ph.scheme_rule.checked IS 'the expression as PostgreSQL writes it after its check; this is what runs';

GRANT SELECT ON ph.scheme, ph.scheme_input, ph.scheme_segment, ph.scheme_rule TO PUBLIC;

-- Every change of a version, and its first use, updates the row of the version. So two at one time never both
-- succeed: the second waits and looks again, or gets 40001 where its snapshot is older.

CREATE FUNCTION ph_support.require_scheme(schema text, scheme text, version text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  there boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.scheme WHERE scheme = $1 AND version = $2)', schema) INTO there
    USING scheme, version;
  IF NOT there THEN
    RAISE EXCEPTION 'there is no version "%" of scheme "%" in schema "%"', version, scheme, schema
      USING ERRCODE = 'undefined_object';
  END IF;
END $$;
COMMENT ON FUNCTION ph_support.require_scheme(text, text, text) IS 'does nothing where the schema has this version of the '
  'scheme. Errors: undefined_object';

CREATE FUNCTION ph_support.scheme_fingerprint(schema text, scheme text, version text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  content text;
BEGIN
  -- as jsonb a row is written the same whatever the order of its columns
  EXECUTE (
    SELECT format('SELECT concat_ws(chr(10), %s)', string_agg(format('(SELECT string_agg(line, chr(10) ORDER BY line '
      'COLLATE "C") FROM (SELECT (to_jsonb(r) - ''{used_at,used_as}''::text[])::text AS line FROM %I.%I r '
      'WHERE r.scheme = $1 AND r.version = $2) part)', schema, name), ', ' ORDER BY name))
    FROM unnest('{scheme,scheme_input,scheme_segment,scheme_rule}'::text[]) name) INTO content USING scheme, version;
  RETURN encode(sha256(convert_to(content, 'UTF8')), 'hex');
END $$;
COMMENT ON FUNCTION ph_support.scheme_fingerprint(text, text, text) IS 'SHA-256 of the rows of a version of a scheme: '
  'its inputs, segments and rules';

CREATE FUNCTION ph_support.changed_since_used(schema text, scheme text, version text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed boolean;
BEGIN
  IF schema = 'ph' THEN
    RETURN false;  -- what is shipped cannot change
  END IF;
  EXECUTE format('SELECT used_at IS NOT NULL AND used_as IS DISTINCT FROM ph_support.scheme_fingerprint($1, $2, $3) '
    'FROM %I.scheme WHERE scheme = $2 AND version = $3', schema) INTO changed USING schema, scheme, version;
  RETURN changed;
END $$;
COMMENT ON FUNCTION ph_support.changed_since_used(text, text, text) IS 'whether a version that was used is no longer what '
  'it was then, or is not known to be: it was changed while its triggers were missing';

CREATE PROCEDURE ph_support.lock_scheme(schema text, scheme text, version text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  unused boolean;
BEGIN
  IF schema = 'ph' THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT used_at IS NULL FROM %I.scheme WHERE scheme = $1 AND version = $2', schema) INTO unused
    USING scheme, version;
  IF unused THEN  -- the row is waited for before what is locked is read
    EXECUTE format('SELECT used_at IS NULL FROM %I.scheme WHERE scheme = $1 AND version = $2 FOR NO KEY UPDATE',
      schema) INTO unused USING scheme, version;
  END IF;
  IF unused THEN
    EXECUTE format('UPDATE %I.scheme SET used_at = now(), used_as = ph_support.scheme_fingerprint($1, $2, $3) '
      'WHERE scheme = $2 AND version = $3', schema) USING schema, scheme, version;
  ELSIF ph_support.changed_since_used(schema, scheme, version) THEN
    RAISE EXCEPTION 'version "%" of scheme "%" was changed since it was used', version, scheme USING ERRCODE = '55006',
      HINT = 'Its triggers were missing: attach them with CALL ph.create_segment_tables(...), and make a new version '
        'of what there is with CALL ph.copy_scheme(...).';
  END IF;
END $$;
COMMENT ON PROCEDURE ph_support.lock_scheme(text, text, text) IS 'ph.use_scheme, which does nothing where the schema has '
  'no such version: a history can be of a scheme of another schema';

CREATE PROCEDURE ph.use_scheme(schema text, scheme text, version text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM ph_support.require_scheme(schema, scheme, version);
  CALL ph_support.lock_scheme(schema, scheme, version);
END $$;
COMMENT ON PROCEDURE ph.use_scheme(text, text, text) IS 'locks a version of a scheme: from now on it cannot change; '
  'segment views call it before they read the rules. Errors: undefined_object, 55006 where the version was changed since '
    'its first use, while its triggers were missing';

-- A version that was used does not change, in whichever schema its tables are.
CREATE FUNCTION ph_support.keep_used_scheme() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  of_scheme text := CASE WHEN TG_OP = 'INSERT' THEN NEW.scheme ELSE OLD.scheme END;
  of_version text := CASE WHEN TG_OP = 'INSERT' THEN NEW.version ELSE OLD.version END;
  used timestamptz;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.scheme, NEW.version) <> (OLD.scheme, OLD.version) THEN
    RAISE EXCEPTION 'the scheme and version of a row cannot change' USING ERRCODE = '55006', HINT = 'Insert it anew.';
  END IF;
  IF TG_TABLE_NAME = 'scheme' AND TG_TABLE_SCHEMA <> 'ph' AND TG_OP = 'INSERT' AND EXISTS (SELECT FROM ph.scheme s WHERE s.scheme = of_scheme) THEN
    RAISE EXCEPTION 'the name "%" belongs to a scheme that is shipped', of_scheme USING ERRCODE = '42939', HINT = 'Give your scheme a name of its own.';
  END IF;
  IF TG_TABLE_NAME = 'scheme' THEN
    used := CASE WHEN TG_OP <> 'INSERT' THEN OLD.used_at END;
  ELSE
    EXECUTE format('UPDATE %I.scheme SET used_at = used_at WHERE scheme = $1 AND version = $2 RETURNING used_at',
      TG_TABLE_SCHEMA) INTO used USING of_scheme, of_version;
  END IF;
  IF used IS NOT NULL THEN
    RAISE EXCEPTION 'version "%" of scheme "%" was used and cannot change', of_version, of_scheme USING ERRCODE = '55006', HINT = 'Make a new version: CALL ph.copy_scheme(...).';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION ph_support.keep_used_scheme() IS 'trigger of scheme tables: a version that was used does not change';

CREATE FUNCTION ph_support.check_scheme_input() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- the type is read, and refused where a rule could not use it
  PERFORM ph.check_rule('true', ARRAY[NEW.input], ARRAY[NEW.type::regtype]);
  -- without a length: "character" alone would mean one letter
  NEW.type := format_type(NEW.type::regtype, -1);
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_input() IS 'trigger of scheme tables: the type of an input must be known and one that a rule may use';

CREATE FUNCTION ph_support.check_scheme_segment() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  circle boolean;
BEGIN
  EXECUTE format('WITH RECURSIVE above (segment) AS (
      SELECT $3 UNION SELECT s.parent FROM above JOIN %I.scheme_segment s ON s.scheme = $1 AND s.version = $2 AND '
        's.segment = above.segment)
    SELECT $4 IN (SELECT segment FROM above WHERE segment IS NOT NULL)', TG_TABLE_SCHEMA) INTO circle
      USING NEW.scheme, NEW.version, NEW.parent, NEW.segment;
  IF circle THEN
    RAISE EXCEPTION 'segment "%" would be its own parent', NEW.segment USING ERRCODE = '23514',
      HINT = 'Parents must not go in a circle.';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_segment() IS 'trigger of scheme tables: parents do not go in a circle';

CREATE FUNCTION ph_support.keep_read_input() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reader text;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.input, NEW.type) = (OLD.input, OLD.type) THEN
    RETURN NULL;
  END IF;
  -- with its scheme an input goes whatever reads it
  EXECUTE format('SELECT min(r.rule) FROM %1$I.scheme_rule r JOIN %1$I.scheme s USING (scheme, version) WHERE r.scheme = $1 AND r.version = $2 AND $3 = ANY (r.inputs)', TG_TABLE_SCHEMA) INTO reader USING OLD.scheme, OLD.version, OLD.input;
  IF reader IS NOT NULL THEN
    RAISE EXCEPTION 'rule "%" reads input "%"', reader, OLD.input USING ERRCODE = '55006', HINT = 'Delete the rules that read it first.';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.keep_read_input() IS 'trigger of scheme tables: an input that a rule reads keeps its name and type';

CREATE FUNCTION ph_support.check_scheme_rule() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  names text[];
  types regtype[];
BEGIN
  EXECUTE format('SELECT coalesce(array_agg(input ORDER BY input), ''{}''), coalesce(array_agg(type::regtype ORDER BY input), ''{}'') FROM %I.scheme_input WHERE scheme = $1 AND version = $2', TG_TABLE_SCHEMA)
    INTO names, types USING NEW.scheme, NEW.version;
  SELECT c.expression_checked, c.inputs_used INTO NEW.checked, NEW.inputs FROM ph.check_rule(NEW.expression, names, types) c;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_rule() IS 'trigger of scheme tables: a rule is analysed against the inputs and kept as PostgreSQL writes it';

CREATE FUNCTION ph_support.scheme_shape_problem(schema text, scheme text, version text, OUT message text, OUT hint text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('
    SELECT message, hint FROM (
      SELECT 1 AS n, format(''rule "%%s" assigns to the default segment'', rule) AS message, ''The default takes whom no rule matches; give a segment with rules another kind.'' AS hint FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect = ''assign'' AND kind = ''default''
      UNION ALL SELECT 2, format(''rule "%%s" moves people to a flag'', rule), ''Flags overlap; people move between segments.'' FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect <> ''assign'' AND kind = ''flag''
      UNION ALL SELECT 3, format(''rule "%%s" moves people to a segment within another'', rule), ''People move between outermost segments.'' FROM %1$I.scheme_rule JOIN %1$I.scheme_segment USING (scheme, version, segment) WHERE scheme = $1 AND version = $2 AND effect <> ''assign'' AND parent IS NOT NULL
      UNION ALL SELECT 4, format(''segment "%%s" is within "%%s", which is a %%s'', c.segment, p.segment, p.kind), ''Only a segment of kind segment has others within it.'' FROM %1$I.scheme_segment c JOIN %1$I.scheme_segment p ON (p.scheme, p.version, p.segment) = (c.scheme, c.version, c.parent) WHERE c.scheme = $1 AND c.version = $2 AND p.kind <> ''segment'') problem
    ORDER BY n, message', schema) USING scheme, version;
END $$;
COMMENT ON FUNCTION ph_support.scheme_shape_problem(text, text, text) IS 'where what rules do does not fit the kinds of '
  'the segments and their nesting';

CREATE FUNCTION ph_support.check_scheme_shape() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found record;
BEGIN
  SELECT * INTO found FROM ph_support.scheme_shape_problem(TG_TABLE_SCHEMA, NEW.scheme, NEW.version) LIMIT 1;
  IF found.message IS NOT NULL THEN
    RAISE EXCEPTION '%', found.message USING ERRCODE = '23514', HINT = found.hint;
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.check_scheme_shape() IS 'trigger of scheme tables: what rules do fits the kinds of the segments and their nesting';

CREATE FUNCTION ph_support.keep_used_schemes() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  used text;
BEGIN
  EXECUTE format('SELECT min(scheme) FROM %I.scheme WHERE used_at IS NOT NULL', TG_TABLE_SCHEMA) INTO used;
  IF used IS NULL AND TG_TABLE_SCHEMA <> 'ph' THEN
    EXECUTE format('UPDATE %I.scheme SET used_at = used_at', TG_TABLE_SCHEMA);
  END IF;
  IF used IS NOT NULL OR TG_TABLE_SCHEMA = 'ph' THEN
    RAISE EXCEPTION 'table %.% holds versions of schemes that were used and cannot change', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = '55006', HINT = 'Delete the versions that were not used.';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ph_support.keep_used_schemes() IS 'trigger of scheme tables: no truncation of versions that were used';

CREATE FUNCTION ph_support.scheme_trigger(OUT relation text, OUT name text, OUT event text, OUT function text)
  RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT r, 'a_keep_used', 'BEFORE INSERT OR UPDATE OR DELETE', 'keep_used_scheme' FROM unnest(ARRAY['scheme',
    'scheme_input', 'scheme_segment', 'scheme_rule']) r
  UNION ALL
  SELECT r, 'a_keep_all', 'BEFORE TRUNCATE', 'keep_used_schemes' FROM unnest(ARRAY['scheme', 'scheme_input',
    'scheme_segment', 'scheme_rule']) r
  UNION ALL
  SELECT r, 'b_check', 'BEFORE INSERT OR UPDATE', 'check_' || r FROM unnest(ARRAY['scheme_input', 'scheme_segment',
    'scheme_rule']) r
  UNION ALL
  SELECT r, 'c_shape', 'AFTER INSERT OR UPDATE', 'check_scheme_shape' FROM unnest(ARRAY['scheme_segment',
    'scheme_rule']) r
  UNION ALL
  VALUES ('scheme_input', 'c_keep_read', 'AFTER UPDATE OR DELETE', 'keep_read_input');
END;
COMMENT ON FUNCTION ph_support.scheme_trigger() IS 'the triggers that keep tables of schemes right: table, name, when, '
  'function of ph';

CREATE FUNCTION ph_support.missing_scheme_trigger(schema text, OUT relation text, OUT name text) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.relation, s.name
  FROM ph_support.scheme_trigger() s
  WHERE NOT EXISTS (SELECT FROM pg_trigger t
    WHERE t.tgrelid = to_regclass(format('%I.%I', schema, s.relation)) AND t.tgname = s.name AND t.tgenabled IN ('O',
      'A')
      AND t.tgfoid = to_regprocedure(format('ph_support.%I()', s.function)))
$$;
COMMENT ON FUNCTION ph_support.missing_scheme_trigger(text) IS
  'triggers that the tables of schemes of a schema lack, or have switched off; DROP EXTENSION takes them, CALL '
    'ph.create_segment_tables attaches them again';

CREATE PROCEDURE ph_support.add_scheme_triggers(schema text) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  missing record;
BEGIN
  FOR missing IN SELECT t.* FROM ph_support.missing_scheme_trigger(schema) JOIN ph_support.scheme_trigger() t USING (relation,
    name) LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER %I %s ON %I.%I %s EXECUTE FUNCTION ph_support.%I()', missing.name,
      missing.event, schema, missing.relation,
      CASE WHEN missing.event LIKE '%TRUNCATE' THEN '' ELSE 'FOR EACH ROW' END, missing.function);
    EXECUTE format('ALTER TABLE %I.%I ENABLE TRIGGER %I', schema, missing.relation, missing.name);
  END LOOP;
END $$;
COMMENT ON PROCEDURE ph_support.add_scheme_triggers(text) IS 'attaches what keeps the tables of schemes of a schema right, '
  'where it is missing; ph.create_segment_tables calls it';
CALL ph_support.add_scheme_triggers('ph');
