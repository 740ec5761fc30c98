
-- ---- clusters: segments found in data ----

CREATE TYPE ph.cluster_sums;
CREATE FUNCTION ph.cluster_sums_in(cstring) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph.cluster_sums_out(ph.cluster_sums) RETURNS cstring
  AS 'MODULE_PATHNAME', 'cluster_sums_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph.cluster_sums_recv(internal) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph.cluster_sums_send(ph.cluster_sums) RETURNS bytea
  AS 'MODULE_PATHNAME', 'cluster_sums_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.cluster_sums (
  INPUT = ph.cluster_sums_in, OUTPUT = ph.cluster_sums_out,
  RECEIVE = ph.cluster_sums_recv, SEND = ph.cluster_sums_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.cluster_sums IS
  'what one pass of k-means or k-prototypes sums up over its rows, with the centres that they were held against; passes over parts of the rows combine. Holds no rows';

CREATE FUNCTION ph.cluster_start(centres float8[], weights float8[] DEFAULT NULL, modes integer[] DEFAULT NULL, words integer[] DEFAULT NULL, gamma float8 DEFAULT NULL)
  RETURNS ph.cluster_sums AS 'MODULE_PATHNAME', 'cluster_start' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_start(float8[], float8[], integer[], integer[], float8) IS
  'a pass of k-means that no row has entered: centres, a row a cluster; weights of the columns (1 each); for k-prototypes modes, a row a cluster of codes from 1, how many words each category has, and gamma, what a category costs that is not the mode (1)';

CREATE FUNCTION ph.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[], codes integer[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph.cluster_combine(ph.cluster_sums, ph.cluster_sums) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[], integer[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph.cluster_combine(ph.cluster_sums, ph.cluster_sums) IS 'support function of the cluster aggregates: the rows of both';

CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[]) (
  SFUNC = ph.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[]) IS
  'one pass of k-means: adds each row to the cluster whose centre is nearest, the first of those that are as near; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]) (
  SFUNC = ph.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[], integer[]) IS
  'one pass of k-prototypes (Huang 1998), over numbers and categories by code; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_rollup(ph.cluster_sums) (
  SFUNC = ph.cluster_combine, STYPE = ph.cluster_sums, COMBINEFUNC = ph.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_rollup(ph.cluster_sums) IS 'one pass over the rows of many: each partner folds its own, none hands over a row';

CREATE FUNCTION ph.cluster_next(cluster_sums ph.cluster_sums) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_next_pass' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_next(ph.cluster_sums) IS
  'the next pass, that no row has entered: each centre the mean of its rows, each mode their commonest word; a cluster without rows stays where it is';
CREATE FUNCTION ph.inertia(cluster_sums ph.cluster_sums) RETURNS float8
  AS 'MODULE_PATHNAME', 'inertia' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ph.inertia(ph.cluster_sums) IS
  'the cost of the rows about the centres of the pass: squared distances, and gamma for each category that is not the mode; NULL without rows';
CREATE FUNCTION ph.cluster_members(cluster_sums ph.cluster_sums, OUT cluster integer, OUT people bigint, OUT share float8, OUT centre float8[], OUT spread float8[],
    OUT modes integer[], OUT within_ss float8, OUT mean_distance float8, OUT simplified_silhouette float8) RETURNS SETOF record
  AS 'MODULE_PATHNAME', 'cluster_members' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION ph.cluster_members(ph.cluster_sums) IS
  'the clusters of a pass: mean and standard deviation of their rows, commonest words, cost about them; distance and simplified silhouette are about the centres of the pass';
CREATE FUNCTION ph.nearest_centre(centres float8[], x float8[], weights float8[] DEFAULT NULL) RETURNS integer
  AS 'MODULE_PATHNAME', 'nearest_centre' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.nearest_centre(float8[], float8[], float8[]) IS
  'the number, from 1, of the row of centres that is nearest, the first of those that are as near; NULL where a value is unknown or not finite';

CREATE TYPE ph.clusters AS (
  method text, status text, k integer, rows bigint, rows_left_out bigint, terms text[], weights float8[], categories text[], gamma float8,
  centres float8[], modes text[], people bigint[], within_ss float8[], total_within_ss float8, between_ss float8, total_ss float8,
  calinski_harabasz float8, davies_bouldin float8, simplified_silhouette float8, smallest_share float8, iterations integer, starts_agreeing integer, note text
);
COMMENT ON TYPE ph.clusters IS
  'clusters found by ph.k_means or ph.k_prototypes: centres in the units of the terms, a row a cluster, the largest cluster first unless centres were given; weights of the terms in the distance; cost within and between; status ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows. Holds no rows';

CREATE FUNCTION ph.k_means(query text, k integer, terms text[] DEFAULT NULL, scale text DEFAULT 'standard', starts integer DEFAULT 50, seed bigint DEFAULT 1,
    max_iterations integer DEFAULT 100, smallest float8 DEFAULT 0.005, centres float8[] DEFAULT NULL) RETURNS ph.clusters
  AS 'MODULE_PATHNAME', 'k_means' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.k_means(text, integer, text[], text, integer, bigint, integer, float8, float8[]) IS
  'k-means (Lloyd 1982) over the numbers of a query''s rows: all its columns unless terms are named; scale standard (each in standard deviations) or none; from given centres, or from the best of so many seeded starts of k-means++ (Arthur and Vassilvitskii 2007) among at most 10,000 rows; clusters with less than the smallest share are noted; rows with a NULL are left out and counted';
CREATE FUNCTION ph.k_prototypes(query text, k integer, terms text[] DEFAULT NULL, scale text DEFAULT 'standard', starts integer DEFAULT 50, seed bigint DEFAULT 1,
    max_iterations integer DEFAULT 100, smallest float8 DEFAULT 0.005, centres float8[] DEFAULT NULL, gamma float8 DEFAULT NULL, modes text[] DEFAULT NULL) RETURNS ph.clusters
  AS 'MODULE_PATHNAME', 'k_prototypes' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION ph.k_prototypes(text, integer, text[], text, integer, bigint, integer, float8, float8[], float8, text[]) IS
  'k-prototypes (Huang 1998): as ph.k_means, with words and booleans as categories; gamma is what a category costs that is not the mode, the mean variance of the numbers over the mean of 1 - sum p^2 of the categories unless given';
CREATE FUNCTION ph.nearest_cluster(clusters ph.clusters, x float8[], categories text[] DEFAULT NULL) RETURNS integer
  AS 'MODULE_PATHNAME', 'nearest_cluster' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.nearest_cluster(ph.clusters, float8[], text[]) IS
  'the cluster that a person falls into: numbers and categories in the order of the clusters'' terms; NULL where a value is unknown or not finite, or where there are no clusters';

CREATE FUNCTION ph.silhouette(query text, cluster_column text, person_column text DEFAULT NULL, terms text[] DEFAULT NULL, scale text DEFAULT 'standard',
    gamma float8 DEFAULT NULL, most_rows integer DEFAULT 10000, OUT person text, OUT cluster text, OUT neighbour text, OUT silhouette float8, OUT share float8)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'silhouette' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10000 COST 100000;
COMMENT ON FUNCTION ph.silhouette(text, text, text, text[], text, float8, integer) IS
  'the silhouette of each person (Rousseeuw 1987): 1 well inside the segment that cluster_column says, 0 between it and its neighbour, below 0 nearer to that one; exact up to most_rows rows, above that over a sample of as many, share says which part; with gamma words and booleans among the terms are categories, as in ph.k_prototypes';
CREATE FUNCTION ph.cluster_stability(query text, clusters ph.clusters, resamples integer DEFAULT 100, starts integer DEFAULT 5, seed bigint DEFAULT 1, most_rows integer DEFAULT 5000,
    OUT cluster integer, OUT people bigint, OUT jaccard float8, OUT recovered_share float8, OUT dissolved_share float8, OUT resamples_used integer, OUT reading text)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'cluster_stability' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000000;
COMMENT ON FUNCTION ph.cluster_stability(text, ph.clusters, integer, integer, bigint, integer) IS
  'whether clusters come back when people are drawn anew (Hennig 2007): mean share of each cluster and its most similar new one that both have, how often it was recovered (0.75 or more) and dissolved (0.5 or less); stable from 0.75, doubtful from 0.6, else unstable; over most_rows rows at most';

CREATE PROCEDURE ph.learn_cluster_scheme(schema text, scheme text, version text, query text, clusters ph.clusters) LANGUAGE plpgsql SET extra_float_digits = 1 AS $$
DECLARE
  cluster_values text;
  cluster_weights float8[];
  cluster_centres float8[];
  caller_path text := pg_catalog.current_setting('search_path');
BEGIN
  IF clusters.centres IS NULL THEN
    RAISE EXCEPTION 'argument "clusters" must have centres' USING ERRCODE = '22023', HINT = pg_catalog.format('Their status is %s.', clusters.status);
  END IF;
  -- only the query is read under the caller's search path
  EXECUTE pg_catalog.format(E'CREATE TEMP TABLE ph_learned AS SELECT * FROM (%s\n) q LIMIT 0', pg_catalog.rtrim(query, E'; \t\r\n'));
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  CREATE TEMP TABLE ph_column AS SELECT attname::text AS input, ph.rule_type(atttypid) AS type FROM pg_attribute WHERE attrelid = 'pg_temp.ph_learned'::regclass AND attnum > 0;
  IF NOT clusters.terms || clusters.categories <@ ARRAY(SELECT input FROM pg_temp.ph_column) THEN
    RAISE EXCEPTION 'argument "query" must have the terms of the clusters' USING ERRCODE = '22023';
  END IF;
  -- a category becomes a column of 0 and 1 for each mode and one for all other words: where the word differs, two of them do
  CREATE TEMP TABLE ph_part AS
  SELECT j AS term, 0::bigint AS word, format(CASE type WHEN 'boolean' THEN '%I::integer::double precision' ELSE '%I::double precision' END, input) AS value, clusters.weights[j] AS weight, ARRAY(SELECT clusters.centres[c][j] FROM generate_series(1, clusters.k) c ORDER BY c) AS centre
  FROM generate_subscripts(clusters.terms, 1) j JOIN pg_temp.ph_column ON input = clusters.terms[j]
  UNION ALL
  SELECT cardinality(clusters.terms) + j, place, CASE WHEN word IS NULL THEN format('(%I::text COLLATE "C" <> ALL (%L::text[]))::integer', clusters.categories[j], words) ELSE format('(%I::text COLLATE "C" = %L)::integer', clusters.categories[j], word) END,
    clusters.gamma / 2, ARRAY(SELECT (clusters.modes[c][j] IS NOT DISTINCT FROM word)::integer FROM generate_series(1, clusters.k) c ORDER BY c)
  FROM generate_subscripts(clusters.categories, 1) j, LATERAL (SELECT array_agg(DISTINCT clusters.modes[c][j]) AS words FROM generate_series(1, clusters.k) c) w, unnest(words || NULL::text) WITH ORDINALITY u(word, place);
  SELECT string_agg(value, ', ' ORDER BY term, word), array_agg(weight ORDER BY term, word) INTO cluster_values, cluster_weights FROM pg_temp.ph_part;
  SELECT array_agg(centre ORDER BY c) INTO cluster_centres FROM (SELECT c, array_agg(centre[c] ORDER BY term, word) AS centre FROM pg_temp.ph_part, generate_series(1, clusters.k) c GROUP BY c) q;
  EXECUTE format('INSERT INTO %I.scheme (scheme, version, label, source, certainty, precedence) VALUES ($1, $2, $3, $4, ''derived'', ''ours'')', schema)
    USING scheme, version, 'learned by ' || replace(clusters.method, '_', '-'), format('ph.%s, %s clusters of %s people, over: %s', clusters.method, clusters.k, clusters.rows, query);
  EXECUTE format('INSERT INTO %I.scheme_input (scheme, version, input, type) SELECT $1, $2, input, type FROM pg_temp.ph_column WHERE input = ANY ($3)', schema) USING scheme, version, clusters.terms || clusters.categories;
  EXECUTE format('INSERT INTO %I.scheme_segment (scheme, version, rank, segment, label) SELECT $1, $2, c, ''cluster '' || c, $3[c] || '' people'' FROM generate_series(1, $4) c', schema) USING scheme, version, clusters.people, clusters.k;
  EXECUTE format('INSERT INTO %I.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty)
    SELECT $1, $2, c, ''nearest to cluster '' || c, ''cluster '' || c, format(''ph.nearest_centre(%%L::double precision[], ARRAY[%%s], %%L::double precision[]) = %%s'', $3, $4, $5, c), ''your record is most like those of the people of cluster '' || c, ''derived'' FROM generate_series(1, $6) c', schema)
    USING scheme, version, cluster_centres, cluster_values, cluster_weights, clusters.k;
  EXECUTE format('INSERT INTO %I.scheme_segment (scheme, version, rank, segment, kind) VALUES ($1, $2, $3, ''unknown'', ''default'')', schema) USING scheme, version, clusters.k + 1;
  DROP TABLE pg_temp.ph_learned, pg_temp.ph_column, pg_temp.ph_part;
  PERFORM set_config('search_path', caller_path, true);
END $$;
COMMENT ON PROCEDURE ph.learn_cluster_scheme(text, text, text, text, ph.clusters) IS
  'writes clusters as a scheme into the tables of a schema of yours: a segment a cluster, its rule that the person is nearest to it, checked like any other; people of whom a term is unknown are in the segment unknown; query has the columns of the clusters, for their types';
