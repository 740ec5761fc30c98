
-- ---- segmentation schemes as data ----

CREATE TABLE ph.scheme (
  scheme text NOT NULL CHECK (scheme <> ''), version text NOT NULL CHECK (version <> ''),
  label text NOT NULL, source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')),
  precedence text CHECK (precedence IN ('source', 'ours')), valid_from date, used_at timestamptz,
  PRIMARY KEY (scheme, version));
COMMENT ON TABLE ph.scheme IS 'segmentation schemes that are shipped: read only; copy one into tables of your own with ph.copy_scheme to change it';
COMMENT ON COLUMN ph.scheme.certainty IS 'read in the source, derived from it, from memory, or ours';
COMMENT ON COLUMN ph.scheme.precedence IS 'whether the order of the segments is the source''s or ours';
COMMENT ON COLUMN ph.scheme.used_at IS 'when it was first used: from then on the version cannot change';

CREATE TABLE ph.scheme_input (
  scheme text NOT NULL, version text NOT NULL, input text NOT NULL CHECK (input NOT IN ('', 'person_id')), type text NOT NULL, description text,
  code_list text, activity boolean NOT NULL DEFAULT false,
  PRIMARY KEY (scheme, version, input), FOREIGN KEY (scheme, version) REFERENCES ph.scheme ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_input IS 'the inputs that the rules of a scheme may name: a column of the relation of people each';
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

CREATE TABLE ph.scheme_rule (
  scheme text NOT NULL, version text NOT NULL, rule_order integer NOT NULL, rule text NOT NULL CHECK (rule <> ''), segment text NOT NULL,
  effect text NOT NULL DEFAULT 'assign' CHECK (effect IN ('assign', 'promote', 'demote')), expression text NOT NULL, says text,
  source text, certainty text CHECK (certainty IN ('read', 'derived', 'from memory', 'ours')), checked text, inputs text[],
  PRIMARY KEY (scheme, version, rule), UNIQUE (scheme, version, rule_order),
  FOREIGN KEY (scheme, version, segment) REFERENCES ph.scheme_segment ON DELETE CASCADE);
COMMENT ON TABLE ph.scheme_rule IS
  'the rules of a scheme: a boolean SQL expression over the inputs each; a segment wins when any of its rules is true and no segment of higher need is; promote and demote move a person after that';
COMMENT ON COLUMN ph.scheme_rule.says IS 'the rule in plain words, to the person: "you ..."';
COMMENT ON COLUMN ph.scheme_rule.checked IS 'the expression as PostgreSQL writes it after its check; this is what runs';

GRANT SELECT ON ph.scheme, ph.scheme_input, ph.scheme_segment, ph.scheme_rule TO PUBLIC;

-- A version that was used does not change, in whichever schema its tables are.
CREATE FUNCTION ph.keep_used_scheme() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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
  EXECUTE format('SELECT used_at FROM %I.scheme WHERE scheme = $1 AND version = $2', TG_TABLE_SCHEMA) INTO used USING of_scheme, of_version;
  IF used IS NOT NULL THEN
    RAISE EXCEPTION 'version "%" of scheme "%" was used and cannot change', of_version, of_scheme USING ERRCODE = '55006', HINT = 'Make a new version: CALL ph.copy_scheme(...).';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION ph.keep_used_scheme() IS 'trigger of scheme tables: a version that was used does not change';

CREATE FUNCTION ph.check_scheme_input() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- the type is read, and refused where a rule could not use it
  PERFORM ph.check_rule('true', ARRAY[NEW.input], ARRAY[NEW.type::regtype]);
  NEW.type := NEW.type::regtype::text;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph.check_scheme_input() IS 'trigger of scheme tables: the type of an input must be known and one that a rule may use';

CREATE FUNCTION ph.check_scheme_segment() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  above text := NEW.parent;
BEGIN
  WHILE above IS NOT NULL LOOP
    IF above = NEW.segment THEN
      RAISE EXCEPTION 'segment "%" would be its own parent', NEW.segment USING ERRCODE = '23514', HINT = 'Parents must not go in a circle.';
    END IF;
    EXECUTE format('SELECT parent FROM %I.scheme_segment WHERE scheme = $1 AND version = $2 AND segment = $3', TG_TABLE_SCHEMA) INTO above USING NEW.scheme, NEW.version, above;
  END LOOP;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph.check_scheme_segment() IS 'trigger of scheme tables: parents do not go in a circle';

CREATE FUNCTION ph.check_scheme_rule() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  names text[];
  types regtype[];
  kind text;
BEGIN
  EXECUTE format('SELECT coalesce(array_agg(input ORDER BY input), ''{}''), coalesce(array_agg(type::regtype ORDER BY input), ''{}'') FROM %I.scheme_input WHERE scheme = $1 AND version = $2', TG_TABLE_SCHEMA)
    INTO names, types USING NEW.scheme, NEW.version;
  SELECT c.expression_checked, c.inputs_used INTO NEW.checked, NEW.inputs FROM ph.check_rule(NEW.expression, names, types) c;
  EXECUTE format('SELECT kind FROM %I.scheme_segment WHERE scheme = $1 AND version = $2 AND segment = $3', TG_TABLE_SCHEMA) INTO kind USING NEW.scheme, NEW.version, NEW.segment;
  IF kind = 'default' AND NEW.effect = 'assign' THEN
    RAISE EXCEPTION 'rule "%" assigns to the default segment', NEW.rule USING ERRCODE = '23514', HINT = 'The default takes whom no rule matches; give a segment with rules another kind.';
  ELSIF kind = 'flag' AND NEW.effect <> 'assign' THEN
    RAISE EXCEPTION 'rule "%" moves people to a flag', NEW.rule USING ERRCODE = '23514', HINT = 'Flags overlap; people move between segments.';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ph.check_scheme_rule() IS 'trigger of scheme tables: a rule is analysed against the inputs and kept as PostgreSQL writes it';

DO $$
DECLARE relation text;
BEGIN
  FOREACH relation IN ARRAY ARRAY['scheme', 'scheme_input', 'scheme_segment', 'scheme_rule'] LOOP
    EXECUTE format('CREATE TRIGGER a_keep_used BEFORE INSERT OR UPDATE OR DELETE ON ph.%I FOR EACH ROW EXECUTE FUNCTION ph.keep_used_scheme()', relation);
  END LOOP;
END $$;
CREATE TRIGGER b_check BEFORE INSERT OR UPDATE ON ph.scheme_input FOR EACH ROW EXECUTE FUNCTION ph.check_scheme_input();
CREATE TRIGGER b_check BEFORE INSERT OR UPDATE ON ph.scheme_segment FOR EACH ROW EXECUTE FUNCTION ph.check_scheme_segment();
CREATE TRIGGER b_check BEFORE INSERT OR UPDATE ON ph.scheme_rule FOR EACH ROW EXECUTE FUNCTION ph.check_scheme_rule();
