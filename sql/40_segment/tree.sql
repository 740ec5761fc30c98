
-- ---- trees: segments learned from data ----

CREATE FUNCTION ph.grow_tree(query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, method text DEFAULT 'variance', exposure text DEFAULT NULL,
    smallest_leaf integer DEFAULT 50, depth integer DEFAULT 5, complexity float8 DEFAULT 0.001, folds integer DEFAULT 10, prune text DEFAULT 'one_standard_error', seed bigint DEFAULT 1,
    OUT node integer, OUT parent integer, OUT node_depth integer, OUT is_leaf boolean, OUT split text, OUT path text, OUT people bigint, OUT value float8, OUT loss float8, OUT saved float8, OUT class text)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'grow_tree' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20 COST 100000;
COMMENT ON FUNCTION ph.grow_tree(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'a regression tree (Breiman et al. 1984) over the rows of a query, a row a node: response is its first column and terms all others unless named; method variance (cost), poisson (counts, by exposure) or gini (a boolean or text outcome); leaves of at least smallest_leaf people; pruned by cost-complexity with seeded cross-validation (folds 0: none); path is a condition in SQL that holds for the people of the node and nobody else, whatever is unknown';
CREATE FUNCTION ph.tree_pruning(query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, method text DEFAULT 'variance', exposure text DEFAULT NULL,
    smallest_leaf integer DEFAULT 50, depth integer DEFAULT 5, complexity float8 DEFAULT 0.001, folds integer DEFAULT 10, prune text DEFAULT 'one_standard_error', seed bigint DEFAULT 1,
    OUT complexity_from float8, OUT leaves integer, OUT loss float8, OUT held_out_loss float8, OUT held_out_error float8, OUT chosen boolean)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'tree_pruning' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20 COST 100000;
COMMENT ON FUNCTION ph.tree_pruning(text, text, text[], text, text, integer, integer, float8, integer, text, bigint) IS
  'the trees that ph.grow_tree chooses from, from the largest to the root: complexity from which each is best, leaves, loss on its rows and on rows held out as shares of the root''s, the standard error of the latter, and which one is chosen';

CREATE PROCEDURE ph.learn_scheme(schema text, scheme text, version text, query text, response text DEFAULT NULL, terms text[] DEFAULT NULL, method text DEFAULT 'variance', exposure text DEFAULT NULL,
    smallest_leaf integer DEFAULT 50, depth integer DEFAULT 5, complexity float8 DEFAULT 0.001, folds integer DEFAULT 10, prune text DEFAULT 'one_standard_error', seed bigint DEFAULT 1, activity text[] DEFAULT '{}')
LANGUAGE plpgsql AS $$
DECLARE
  leaf record;
  number integer := 0;
  caller_path text := pg_catalog.current_setting('search_path');
BEGIN
  -- only the query is read under the caller's search path
  EXECUTE pg_catalog.format(E'CREATE TEMP TABLE ph_learned AS SELECT * FROM (%s\n) q LIMIT 0', pg_catalog.rtrim(query, E'; \t\r\n'));
  CREATE TEMP TABLE ph_leaf AS SELECT * FROM ph.grow_tree(query, response, terms, method, exposure, smallest_leaf, depth, complexity, folds, prune, seed) WHERE is_leaf;
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  IF NOT EXISTS (SELECT FROM pg_temp.ph_leaf) THEN
    RAISE EXCEPTION 'argument "query" has no rows to learn from' USING ERRCODE = '22023';
  END IF;
  EXECUTE format('INSERT INTO %I.scheme (scheme, version, label, source, certainty, precedence) VALUES ($1, $2, $3, $4, ''derived'', ''ours'')', schema)
    USING scheme, version, 'learned by a tree', format('ph.grow_tree, method %s, smallest leaf %s, depth %s, complexity %s, folds %s, prune %s, seed %s, over: %s', method, smallest_leaf, depth, complexity, folds, prune, seed, query);
  EXECUTE format('INSERT INTO %I.scheme_input (scheme, version, input, type, activity) SELECT $1, $2, attname, ph.rule_type(atttypid), attname = ANY ($6) FROM pg_attribute
    WHERE attrelid = ''pg_temp.ph_learned''::regclass AND attnum > 0 AND attname IS DISTINCT FROM coalesce($3, (SELECT attname FROM pg_attribute WHERE attrelid = ''pg_temp.ph_learned''::regclass AND attnum = 1)) AND attname IS DISTINCT FROM $4 AND ($5 IS NULL OR attname = ANY ($5))', schema)
    USING scheme, version, response, exposure, terms, activity;
  -- the highest value is the highest need; the last leaf takes nobody else, since paths cover everybody
  FOR leaf IN SELECT * FROM pg_temp.ph_leaf ORDER BY value DESC, node LOOP
    number := number + 1;
    EXECUTE format('INSERT INTO %I.scheme_segment (scheme, version, rank, segment, label) VALUES ($1, $2, $3, $4, $5)', schema)
      USING scheme, version, number, 'leaf ' || number, format('%s people, value %s', leaf.people, round(leaf.value::numeric, 4));
    EXECUTE format('INSERT INTO %I.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty) VALUES ($1, $2, $3, $4, $4, $5, $6, ''derived'')', schema)
      USING scheme, version, number, 'leaf ' || number, leaf.path, 'your record says: ' || leaf.path;
  END LOOP;
  EXECUTE format('INSERT INTO %I.scheme_segment (scheme, version, rank, segment, kind) VALUES ($1, $2, $3, ''none'', ''default'')', schema) USING scheme, version, number + 1;
  DROP TABLE pg_temp.ph_learned, pg_temp.ph_leaf;
  PERFORM set_config('search_path', caller_path, true);
END $$;
COMMENT ON PROCEDURE ph.learn_scheme(text, text, text, text, text, text[], text, text, integer, integer, float8, integer, text, bigint, text[]) IS
  'grows a tree over a query (arguments of ph.grow_tree) and writes its leaves as a scheme into the tables of a schema of yours: a segment a leaf, the highest value first, its rule the leaf''s condition, checked like any other; the source of the scheme is how it was learned; activity names the inputs that are use of services or spend';
