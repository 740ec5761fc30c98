
-- ---- clusters: segments found in data ----

create type ph.cluster_sums;
create function ph_support.cluster_sums_in(cstring) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_in';
create function ph_support.cluster_sums_out(ph.cluster_sums) returns cstring
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_out';
create function ph_support.cluster_sums_recv(internal) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_recv';
create function ph_support.cluster_sums_send(ph.cluster_sums) returns bytea
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_sums_send';
create type ph.cluster_sums (
	input = ph_support.cluster_sums_in, output = ph_support.cluster_sums_out, receive = ph_support.cluster_sums_recv,
	send = ph_support.cluster_sums_send, internallength = variable, alignment = double, storage = extended
);
comment on type ph.cluster_sums is
	'what one pass of k-means or k-prototypes sums up over its rows, with the centres that they were held against; '
	'passes over parts of the rows combine. Holds no rows';
comment on function ph_support.cluster_sums_in(cstring) is 'text input of ph.cluster_sums';
comment on function ph_support.cluster_sums_out(ph.cluster_sums) is 'text output of ph.cluster_sums';
comment on function ph_support.cluster_sums_recv(internal) is 'binary input of ph.cluster_sums';
comment on function ph_support.cluster_sums_send(ph.cluster_sums) is 'binary output of ph.cluster_sums';

create function ph.cluster_start(
	centres float8[], weights float8[] default null, modes integer[] default null, words integer[] default null,
	gamma float8 default null)
returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_start';
comment on function ph.cluster_start(float8[], float8[], integer[], integer[], float8) is
	'a pass of k-means that no row has entered: centres, a row a cluster; weights of the columns (1 each); '
	'for k-prototypes modes, a row a cluster of codes from 1, how many words each category has, and gamma, '
	'what a category costs that is not the mode (1)';

create function ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[]) returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_fold';
create function ph_support.cluster_fold(ph.cluster_sums, start ph.cluster_sums, x float8[], codes integer[])
returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_fold';
create function ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) returns ph.cluster_sums
language c immutable parallel safe
as 'MODULE_PATHNAME', 'cluster_combine';
comment on function ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[]) is
	'support function of the cluster aggregates';
comment on function ph_support.cluster_fold(ph.cluster_sums, ph.cluster_sums, float8[], integer[]) is
	'support function of the cluster aggregates';
comment on function ph_support.cluster_combine(ph.cluster_sums, ph.cluster_sums) is
	'support function of the cluster aggregates: the rows of both';

create aggregate ph.cluster_step(start ph.cluster_sums, x float8[]) (
	sfunc = ph_support.cluster_fold, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine, sspace = 4096,
	parallel = safe
);
comment on aggregate ph.cluster_step(ph.cluster_sums, float8[]) is
	'one pass of k-means: adds each row to the cluster whose centre is nearest, the first of those that are as near; '
	'rows with a NULL are counted and left out';
create aggregate ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]) (
	sfunc = ph_support.cluster_fold, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine, sspace = 4096,
	parallel = safe
);
comment on aggregate ph.cluster_step(ph.cluster_sums, float8[], integer[]) is
	'one pass of k-prototypes (Huang 1998), over numbers and categories by code; '
	'rows with a NULL are counted and left out';
create aggregate ph.cluster_rollup(cluster_sums ph.cluster_sums) (
	sfunc = ph_support.cluster_combine, stype = ph.cluster_sums, combinefunc = ph_support.cluster_combine,
	sspace = 4096, parallel = safe
);
comment on aggregate ph.cluster_rollup(ph.cluster_sums) is
	'one pass over the rows of many: each partner folds its own, none hands over a row';

create function ph.cluster_next(cluster_sums ph.cluster_sums) returns ph.cluster_sums
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'cluster_next_pass';
comment on function ph.cluster_next(ph.cluster_sums) is
	'the next pass, that no row has entered: each centre the mean of its rows, each mode their commonest word; '
	'a cluster without rows stays where it is';
create function ph.inertia(cluster_sums ph.cluster_sums) returns float8
language c immutable strict parallel safe
as 'MODULE_PATHNAME', 'inertia';
comment on function ph.inertia(ph.cluster_sums) is
	'the cost of the rows about the centres of the pass: '
	'squared distances, and gamma for each category that is not the mode; NULL without rows';
create function ph.cluster_members(
	cluster_sums ph.cluster_sums,
	out cluster integer, out people bigint, out share float8, out centre float8[], out standard_deviation float8[],
	out modes integer[], out within_ss float8, out mean_distance float8, out simplified_silhouette float8)
returns setof record
language c immutable strict parallel safe rows 10
as 'MODULE_PATHNAME', 'cluster_members';
comment on function ph.cluster_members(ph.cluster_sums) is
	'the clusters of a pass: mean and standard deviation of their rows, commonest words, cost about them; '
	'distance and simplified silhouette are about the centres of the pass';
create function ph.nearest_centre(centres float8[], x float8[], weights float8[] default null) returns integer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'nearest_centre';
comment on function ph.nearest_centre(float8[], float8[], float8[]) is
	'the number, from 1, of the row of centres that is nearest, the first of those that are as near; '
	'NULL where a value is unknown or not finite';

create type ph.clusters as (
	method text,
	status text,
	k integer,
	rows bigint,
	rows_left_out bigint,
	terms text[],
	weights float8[],
	categories text[],
	gamma float8,
	centres float8[],
	modes text[],
	people bigint[],
	within_ss float8[],
	total_within_ss float8,
	between_ss float8,
	total_ss float8,
	calinski_harabasz float8,
	davies_bouldin float8,
	simplified_silhouette float8,
	smallest_share float8,
	iterations integer,
	starts_agreeing integer,
	note text
);
comment on type ph.clusters is
	'clusters found by ph.k_means or ph.k_prototypes: '
	'centres in the units of the terms, a row a cluster, the largest cluster first unless centres were given; '
	'weights of the terms in the distance; cost within and between; '
	'status ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows. Holds no rows';
comment on column ph.clusters.method is 'k_means or k_prototypes';
comment on column ph.clusters.status is 'ok, empty_cluster, not_converged, fewer_points_than_clusters or no_rows';
comment on column ph.clusters.k is 'number of clusters asked for';
comment on column ph.clusters.rows is 'rows that were clustered';
comment on column ph.clusters.rows_left_out is 'rows with a NULL among the terms';
comment on column ph.clusters.terms is 'names of the numbers';
comment on column ph.clusters.weights is 'weight of each term in the squared distance';
comment on column ph.clusters.categories is 'names of the categories; NULL without';
comment on column ph.clusters.gamma is
	'weight of a category that differs, beside the squared distance of the numbers; NULL without categories';
comment on column ph.clusters.centres is 'means of the clusters in the units of the terms, a row a cluster';
comment on column ph.clusters.modes is 'commonest words of the clusters, a row a cluster; NULL without categories';
comment on column ph.clusters.people is 'rows of each cluster';
comment on column ph.clusters.within_ss is
	'cost of each cluster: squared distances to its centre, and gamma for each category that differs';
comment on column ph.clusters.total_within_ss is 'sum of these';
comment on column ph.clusters.between_ss is 'total less total within';
comment on column ph.clusters.total_ss is 'squared distances of all rows to their one centre';
comment on column ph.clusters.calinski_harabasz is 'variance ratio of Calinski and Harabasz (1974): higher is better';
comment on column ph.clusters.davies_bouldin is 'index of Davies and Bouldin (1979): lower is better';
comment on column ph.clusters.simplified_silhouette is
	'mean silhouette by distances to centres, -1 to 1: higher is better';
comment on column ph.clusters.smallest_share is 'share of the rows in the smallest cluster';
comment on column ph.clusters.iterations is 'passes until nothing moved';
comment on column ph.clusters.starts_agreeing is 'how many of the starts came as near; NULL where centres were given';
comment on column ph.clusters.note is 'what to be careful with';

create function ph.k_means(
	query text, k integer, terms text[] default null, scale text default 'standard', starts integer default 50,
	seed bigint default 1, max_iterations integer default 100, smallest float8 default 0.005,
	centres float8[] default null)
returns ph.clusters
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'k_means';
comment on function ph.k_means(text, integer, text[], text, integer, bigint, integer, float8, float8[]) is
	'k-means (Lloyd 1982) over the numbers of a query''s rows: all its columns unless terms are named; '
	'scale standard (each in standard deviations) or none; from given centres, '
	'or from the best of so many seeded starts of k-means++ (Arthur and Vassilvitskii 2007) among at most 10,000 rows; '
	'clusters with less than the smallest share are noted; rows with a NULL are left out and counted';
create function ph.k_prototypes(
	query text, k integer, terms text[] default null, scale text default 'standard', starts integer default 50,
	seed bigint default 1, max_iterations integer default 100, smallest float8 default 0.005,
	centres float8[] default null, gamma float8 default null, modes text[] default null)
returns ph.clusters
language c stable parallel unsafe cost 100000
as 'MODULE_PATHNAME', 'k_prototypes';
comment on function ph.k_prototypes(
	text, integer, text[], text, integer, bigint, integer, float8, float8[], float8, text[]) is
	'k-prototypes (Huang 1998): as ph.k_means, with words and booleans as categories; '
	'gamma is what a category costs that is not the mode, '
	'the mean variance of the numbers over the mean of 1 - sum p^2 of the categories unless given';
create function ph.nearest_cluster(clusters ph.clusters, x float8[], categories text[] default null) returns integer
language c immutable parallel safe
as 'MODULE_PATHNAME', 'nearest_cluster';
comment on function ph.nearest_cluster(ph.clusters, float8[], text[]) is
	'the cluster that a person falls into: numbers and categories in the order of the clusters'' terms; '
	'NULL where a value is unknown or not finite, or where there are no clusters';

create function ph.silhouette(
	query text, cluster text, person text default null, terms text[] default null,
	scale text default 'standard', gamma float8 default null, most_rows integer default 10000,
	out person_id text, out in_cluster text, out neighbour text, out silhouette float8, out share float8)
returns setof record
language c stable parallel unsafe rows 10000 cost 100000
as 'MODULE_PATHNAME', 'silhouette';
comment on function ph.silhouette(text, text, text, text[], text, float8, integer) is
	'the silhouette of each person (Rousseeuw 1987): '
	'1 well inside the segment that the column cluster says, '
	'0 between it and its neighbour, below 0 nearer to that one; '
	'exact up to most_rows rows, above that over a sample of as many, share says which part; '
	'with gamma words and booleans among the terms are categories, as in ph.k_prototypes';
create function ph.cluster_stability(
	query text, clusters ph.clusters, resamples integer default 100, starts integer default 5, seed bigint default 1,
	most_rows integer default 5000,
	out cluster integer, out people bigint, out jaccard float8, out recovered_share float8,
	out dissolved_share float8, out resamples_used integer, out reading text)
returns setof record
language c stable parallel unsafe rows 10 cost 1000000
as 'MODULE_PATHNAME', 'cluster_stability';
comment on function ph.cluster_stability(text, ph.clusters, integer, integer, bigint, integer) is
	'whether clusters come back when people are drawn anew (Hennig 2007): '
	'mean share of each cluster and its most similar new one that both have, how often it was recovered (0.75 or more) '
	'and dissolved (0.5 or less); stable from 0.75, doubtful from 0.6, else unstable; over most_rows rows at most';

-- A category becomes a column of 0 and 1 for each mode and one for all other words: where the word differs, two of
-- them do.
create function ph_support.cluster_parts(
	clusters ph.clusters, inputs text[], types text[],
	out value text, out weight float8, out centre float8[])
returns setof record
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
	with part as (
		select j as term, 0::bigint as word, clusters.weights[j] as weight,
			format(
				case types[array_position(inputs, clusters.terms[j])]
					when 'boolean' then '%I::integer::double precision'
					else '%I::double precision' end,
				clusters.terms[j]) as value,
			array(select clusters.centres[c][j] from generate_series(1, clusters.k) c order by c) as centre
		from generate_subscripts(clusters.terms, 1) j
		union all
		select cardinality(clusters.terms) + j, place, clusters.gamma / 2,
			case
				when word is null
				then format('(%I::text COLLATE "C" <> ALL (%L::text[]))::integer', clusters.categories[j], words)
				else format('(%I::text COLLATE "C" = %L)::integer', clusters.categories[j], word) end,
			array(
				select (clusters.modes[c][j] is not distinct from word)::integer
				from generate_series(1, clusters.k) c
				order by c)
		from generate_subscripts(clusters.categories, 1) j,
			lateral (select array_agg(distinct clusters.modes[c][j]) as words from generate_series(1, clusters.k) c) w,
			unnest(words || null::text) with ordinality u (word, place)
	)
	select value, weight, centre
	from part
	order by term, word
$$;
comment on function ph_support.cluster_parts(ph.clusters, text[], text[]) is
	'support function of ph.learn_cluster_scheme: the columns whose squared distances add up to the cost of a person';

create procedure ph_support.write_cluster_scheme(
	schema text, scheme text, version text, source text, inputs text[], types text[], clusters ph.clusters)
language plpgsql
set search_path = pg_catalog, pg_temp
set extra_float_digits = 1
as $$
declare
	clustered constant text[] := clusters.terms || clusters.categories;
	names text[] := array(select i from unnest(inputs) with ordinality u (i, n) where i = any (clustered) order by n);
	name_types text[] := array(
		select t
		from unnest(inputs, types) with ordinality u (i, t, n)
		where i = any (clustered)
		order by n);
	cluster_values text;
	cluster_weights float8[];
	cluster_centres float8[];
	segments ph_support.learned_segment[];
begin
	if clusters.centres is null then
		raise exception 'argument "clusters" must have centres'
			using errcode = '22023', hint = format('Their status is %s.', clusters.status);
	end if;
	if not clustered <@ inputs then
		raise exception 'argument "query" must have the terms of the clusters'
			using errcode = '22023';
	end if;
	select string_agg(p.value, ', ' order by n), array_agg(p.weight order by n)
	into cluster_values, cluster_weights
	from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n);
	cluster_centres := (
		select array_agg(centre order by c)
		from (
			select c, array_agg(p.centre[c] order by n) as centre
			from ph_support.cluster_parts(clusters, inputs, types) with ordinality p (value, weight, centre, n),
				generate_series(1, clusters.k) c
			group by c
		) cluster);
	segments := array(
		select (
			format('cluster %s', c), format('%s people', clusters.people[c]),
			format('nearest to cluster %s', c),
			format(
				'ph.nearest_centre(%L::double precision[], ARRAY[%s], %L::double precision[]) = %s',
				cluster_centres, cluster_values, cluster_weights, c),
			format('your record is most like those of the people of cluster %s', c)
		)::ph_support.learned_segment
		from generate_series(1, clusters.k) c
		order by c);
	call ph_support.write_learned_scheme(
		schema, scheme, version, 'learned by ' || replace(clusters.method, '_', '-'), source,
		names, name_types, '{}', segments, 'unknown');
end
$$;
comment on procedure ph_support.write_cluster_scheme(text, text, text, text, text[], text[], ph.clusters) is
	'support procedure of ph.learn_cluster_scheme: a segment a cluster';

-- The query is read under the caller's search path, so that this procedure has none and says where each name lies.
create procedure ph.learn_cluster_scheme(schema text, scheme text, version text, query text, clusters ph.clusters)
language plpgsql
as $$
declare
	inputs pg_catalog.text[];
	types pg_catalog.text[];
begin
	select pg_catalog.array_agg(c.column_name), pg_catalog.array_agg(ph.rule_type(c.type)) into inputs, types
	from ph.query_columns(query) c;
	call ph_support.write_cluster_scheme(
		schema, scheme, version,
		pg_catalog.format(
			'ph.%s, %s clusters of %s people, over: %s', clusters.method, clusters.k, clusters.rows, query),
		inputs, types, clusters);
end
$$;
comment on procedure ph.learn_cluster_scheme(text, text, text, text, ph.clusters) is
	'writes clusters as a scheme into the tables of a schema of yours: '
	'a segment a cluster, its rule that the person is nearest to it, checked like any other; '
	'people of whom a term is unknown are in the segment unknown; '
	'query has the columns of the clusters, for their types';
