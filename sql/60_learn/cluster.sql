
-- ---- clusters: segments found in data ----

CREATE TYPE ph.cluster_sums;
CREATE FUNCTION ph_support.cluster_sums_in(cstring) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_out(ph.cluster_sums) RETURNS cstring
  AS 'MODULE_PATHNAME', 'cluster_sums_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_recv(internal) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_sums_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_sums_send(ph.cluster_sums) RETURNS bytea
  AS 'MODULE_PATHNAME', 'cluster_sums_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE ph.cluster_sums (
  INPUT = ph_support.cluster_sums_in, OUTPUT = ph_support.cluster_sums_out,
  RECEIVE = ph_support.cluster_sums_recv, SEND = ph_support.cluster_sums_send,
  INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE ph.cluster_sums IS
  'what one pass of k-means or k-prototypes sums up over its rows, with the centres that they were held against; passes over parts of the rows combine. Holds no rows';
COMMENT ON FUNCTION ph_support.cluster_sums_in(cstring) IS 'text input of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_out(ph.cluster_sums) IS 'text output of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_recv(internal) IS 'binary input of ph.cluster_sums';
COMMENT ON FUNCTION ph_support.cluster_sums_send(ph.cluster_sums) IS 'binary output of ph.cluster_sums';

CREATE FUNCTION ph.cluster_start(centres float8[], weights float8[] DEFAULT NULL, modes integer[] DEFAULT NULL, words integer[] DEFAULT NULL, gamma float8 DEFAULT NULL)
  RETURNS ph.cluster_sums AS 'MODULE_PATHNAME', 'cluster_start' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph.cluster_start(float8[], float8[], integer[], integer[], float8) IS
  'a pass of k-means that no row has entered: centres, a row a cluster; weights of the columns (1 each); for k-prototypes modes, a row a cluster of codes from 1, how many words each category has, and gamma, what a category costs that is not the mode (1)';

CREATE FUNCTION ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[], codes integer[]) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_fold' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) RETURNS ph.cluster_sums
  AS 'MODULE_PATHNAME', 'cluster_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[], integer[]) IS 'support function of the cluster aggregates';
COMMENT ON FUNCTION ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) IS 'support function of the cluster aggregates: the rows of both';

CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[]) (
  SFUNC = ph_support.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[]) IS
  'one pass of k-means: adds each row to the cluster whose centre is nearest, the first of those that are as near; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]) (
  SFUNC = ph_support.cluster_fold, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
);
COMMENT ON AGGREGATE ph.cluster_step(ph.cluster_sums, float8[], integer[]) IS
  'one pass of k-prototypes (Huang 1998), over numbers and categories by code; rows with a NULL are counted and left out';
CREATE AGGREGATE ph.cluster_rollup(ph.cluster_sums) (
  SFUNC = ph_support.cluster_combine, STYPE = ph.cluster_sums, COMBINEFUNC = ph_support.cluster_combine, SSPACE = 4096, PARALLEL = SAFE
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
COMMENT ON COLUMN ph.clusters.method IS 'k_means or k_prototypes';
COMMENT ON COLUMN ph.clusters.status IS 'ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows';
COMMENT ON COLUMN ph.clusters.k IS 'number of clusters asked for';
COMMENT ON COLUMN ph.clusters.rows IS 'rows that were clustered';
COMMENT ON COLUMN ph.clusters.rows_left_out IS 'rows with a NULL among the terms';
COMMENT ON COLUMN ph.clusters.terms IS 'names of the numbers';
COMMENT ON COLUMN ph.clusters.weights IS 'weight of each term in the squared distance';
COMMENT ON COLUMN ph.clusters.categories IS 'names of the categories; NULL without';
COMMENT ON COLUMN ph.clusters.gamma IS
  'weight of a category that differs, beside the squared distance of the numbers; NULL without categories';
COMMENT ON COLUMN ph.clusters.centres IS 'means of the clusters in the units of the terms, a row a cluster';
COMMENT ON COLUMN ph.clusters.modes IS 'commonest words of the clusters, a row a cluster; NULL without categories';
COMMENT ON COLUMN ph.clusters.people IS 'rows of each cluster';
COMMENT ON COLUMN ph.clusters.within_ss IS
  'cost of each cluster: squared distances to its centre, and gamma for each category that differs';
COMMENT ON COLUMN ph.clusters.total_within_ss IS 'sum of these';
COMMENT ON COLUMN ph.clusters.between_ss IS 'total less total within';
COMMENT ON COLUMN ph.clusters.total_ss IS 'squared distances of all rows to their one centre';
COMMENT ON COLUMN ph.clusters.calinski_harabasz IS 'variance ratio of Calinski and Harabasz (1974): higher is better';
COMMENT ON COLUMN ph.clusters.davies_bouldin IS 'index of Davies and Bouldin (1979): lower is better';
COMMENT ON COLUMN ph.clusters.simplified_silhouette IS
  'mean silhouette by distances to centres, -1 to 1: higher is better';
COMMENT ON COLUMN ph.clusters.smallest_share IS 'share of the rows in the smallest cluster';
COMMENT ON COLUMN ph.clusters.iterations IS 'passes until nothing moved';
COMMENT ON COLUMN ph.clusters.starts_agreeing IS 'how many of the starts came as near; NULL where centres were given';
COMMENT ON COLUMN ph.clusters.note IS 'what to be careful with';

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

CREATE FUNCTION ph.silhouette(query text, cluster text, person text DEFAULT NULL, terms text[] DEFAULT NULL, scale text DEFAULT 'standard',
    gamma float8 DEFAULT NULL, most_rows integer DEFAULT 10000, OUT person_id text, OUT in_cluster text, OUT neighbour text, OUT silhouette float8, OUT share float8)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'silhouette' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10000 COST 100000;
COMMENT ON FUNCTION ph.silhouette(text, text, text, text[], text, float8, integer) IS
  'the silhouette of each person (Rousseeuw 1987): 1 well inside the segment that the column cluster says, 0 between it and its neighbour, below 0 nearer to that one; exact up to most_rows rows, above that over a sample of as many, share says which part; with gamma words and booleans among the terms are categories, as in ph.k_prototypes';
CREATE FUNCTION ph.cluster_stability(query text, clusters ph.clusters, resamples integer DEFAULT 100, starts integer DEFAULT 5, seed bigint DEFAULT 1, most_rows integer DEFAULT 5000,
    OUT cluster integer, OUT people bigint, OUT jaccard float8, OUT recovered_share float8, OUT dissolved_share float8, OUT resamples_used integer, OUT reading text)
  RETURNS SETOF record AS 'MODULE_PATHNAME', 'cluster_stability' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10 COST 1000000;
COMMENT ON FUNCTION ph.cluster_stability(text, ph.clusters, integer, integer, bigint, integer) IS
  'whether clusters come back when people are drawn anew (Hennig 2007): mean share of each cluster and its most similar new one that both have, how often it was recovered (0.75 or more) and dissolved (0.5 or less); stable from 0.75, doubtful from 0.6, else unstable; over most_rows rows at most';

-- A category becomes a column of 0 and 1 for each mode and one for all other words: where the word differs, two of them do.
create function ph_support.cluster_parts(clusters ph.clusters, inputs text[], types text[],
	out value text, out weight float8, out centre float8[])
	returns setof record language sql immutable set search_path = pg_catalog, pg_temp as $$
	with part as (
		select j as term, 0::bigint as word, clusters.weights[j] as weight,
			format(case types[array_position(inputs, clusters.terms[j])]
				when 'boolean' then '%I::integer::double precision' else '%I::double precision' end, clusters.terms[j]) as value,
			array(select clusters.centres[c][j] from generate_series(1, clusters.k) c order by c) as centre
		from generate_subscripts(clusters.terms, 1) j
		union all
		select cardinality(clusters.terms) + j, place, clusters.gamma / 2,
			case when word is null then format('(%I::text COLLATE "C" <> ALL (%L::text[]))::integer', clusters.categories[j], words)
				else format('(%I::text COLLATE "C" = %L)::integer', clusters.categories[j], word) end,
			array(select (clusters.modes[c][j] is not distinct from word)::integer from generate_series(1, clusters.k) c order by c)
		from generate_subscripts(clusters.categories, 1) j,
			lateral (select array_agg(distinct clusters.modes[c][j]) as words from generate_series(1, clusters.k) c) w,
			unnest(words || null::text) with ordinality u (word, place))
	select value, weight, centre from part order by term, word;
$$;
comment on function ph_support.cluster_parts(ph.clusters, text[], text[]) is
	'support function of ph.learn_cluster_scheme: the columns whose squared distances add up to the cost of a person';

create procedure ph_support.write_cluster_scheme(schema text, scheme text, version text, source text, inputs text[], types text[],
	clusters ph.clusters)
language plpgsql set search_path = pg_catalog, pg_temp set extra_float_digits = 1 as $$
declare
	cluster_values text;
	cluster_weights float8[];
	cluster_centres float8[];
begin
	if clusters.centres is null then
		raise exception 'argument "clusters" must have centres' using errcode = '22023', hint = format('Their status is %s.', clusters.status);
	end if;
	if not clusters.terms || clusters.categories <@ inputs then
		raise exception 'argument "query" must have the terms of the clusters' using errcode = '22023';
	end if;
	select string_agg(p.value, ', ' order by n), array_agg(p.weight order by n) into cluster_values, cluster_weights
	from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n);
	cluster_centres := (
		select array_agg(centre order by c)
		from (
			select c, array_agg(p.centre[c] order by n) as centre
			from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n), generate_series(1, clusters.k) c
			group by c) cluster);
	execute format('insert into %I.scheme (scheme, version, label, source, certainty, precedence)
		values ($1, $2, $3, $4, ''derived'', ''ours'')', schema)
	using scheme, version, 'learned by ' || replace(clusters.method, '_', '-'), source;
	execute format('insert into %I.scheme_input (scheme, version, input, type)
		select $1, $2, input, type from unnest($3, $4) as column_of (input, type) where input = any ($5)', schema)
	using scheme, version, inputs, types, clusters.terms || clusters.categories;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, label)
		select $1, $2, c, ''cluster '' || c, $3[c] || '' people'' from generate_series(1, $4) c', schema)
	using scheme, version, clusters.people, clusters.k;
	execute format('insert into %I.scheme_rule (scheme, version, rule_order, rule, segment, expression, says, certainty)
		select $1, $2, c, ''nearest to cluster '' || c, ''cluster '' || c,
			format(''ph.nearest_centre(%%L::double precision[], ARRAY[%%s], %%L::double precision[]) = %%s'', $3, $4, $5, c),
			''your record is most like those of the people of cluster '' || c, ''derived''
		from generate_series(1, $6) c', schema)
	using scheme, version, cluster_centres, cluster_values, cluster_weights, clusters.k;
	execute format('insert into %I.scheme_segment (scheme, version, rank, segment, kind)
		values ($1, $2, $3, ''unknown'', ''default'')', schema)
	using scheme, version, clusters.k + 1;
end $$;
comment on procedure ph_support.write_cluster_scheme(text, text, text, text, text[], text[], ph.clusters) is
	'support procedure of ph.learn_cluster_scheme: a segment a cluster';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_cluster_scheme(schema text, scheme text, version text, query text, clusters ph.clusters)
language plpgsql as $$
declare
	inputs pg_catalog.text[];
	types pg_catalog.text[];
begin
	select pg_catalog.array_agg(c.column_name), pg_catalog.array_agg(ph.rule_type(c.type)) into inputs, types
	from ph.query_columns(query) c;
	call ph_support.write_cluster_scheme(schema, scheme, version,
		pg_catalog.format('ph.%s, %s clusters of %s people, over: %s', clusters.method, clusters.k, clusters.rows, query),
		inputs, types, clusters);
end $$;
COMMENT ON PROCEDURE ph.learn_cluster_scheme(text, text, text, text, ph.clusters) IS
  'writes clusters as a scheme into the tables of a schema of yours: a segment a cluster, its rule that the person is nearest to it, checked like any other; people of whom a term is unknown are in the segment unknown; query has the columns of the clusters, for their types';
