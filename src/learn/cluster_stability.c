/*
 * cluster_stability.c: whether clusters come back when people are drawn anew.
 *
 * Hennig 2007, "Cluster-wise assessment of cluster stability": rows are drawn with replacement and clustered from the
 * beginning; each cluster is compared with the most similar new one by Jaccard's share, over the rows that were drawn,
 * each once.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "learn/cluster_rows.h"
#include "learn/cluster_start.h"
#include "learn/cluster_sums.h"
#include "learn/nearest_cluster.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define MOST_RESAMPLES 10000
#define MOST_STARTS 100
#define MOST_ROWS 50000
#define MOST_ITERATIONS 200

/* Hennig's marks: a cluster that comes back, one that is a pattern at best, and one that dissolves. */
#define STABLE 0.75
#define DOUBTFUL 0.6
#define DISSOLVED 0.5

typedef struct Stability
{
	int			resamples;		/* in which the cluster had rows */
	double		jaccard;		/* sums over them */
	int			recovered;
	int			dissolved;
} Stability;

/* ---- the clusters to be judged ---- */

static ArrayType *
terms_of(const Clusters *clusters)
{
	Datum	   *names = palloc_array(Datum, clusters->columns + clusters->categories);

	for (int i = 0; i < clusters->columns; i++)
		names[i] = CStringGetTextDatum(clusters->terms[i]);
	for (int i = 0; i < clusters->categories; i++)
		names[clusters->columns + i] = CStringGetTextDatum(clusters->category_names[i]);
	return construct_array(names, clusters->columns + clusters->categories, TEXTOID, -1, false, TYPALIGN_INT);
}

/* Its weights and gamma, with the words of the query. */
static ClusterSums *
shape_of(const Clusters *clusters, const ClusterSource *source)
{
	ClusterSums *shape;

	if (source->columns != clusters->columns || source->categories != clusters->categories)
		argument_error("query", "must have the terms of the clusters, with numbers and categories as they were", NULL);
	shape = cluster_new(clusters->count, source->columns, source->categories, source->word_count);
	shape->gamma = clusters->shape->gamma;
	memcpy(cluster_weights(shape), cluster_weights(clusters->shape), sizeof(double) * source->columns);
	for (int j = 0; j < source->categories; j++)
		cluster_limits(shape)[j] = source->limits[j];
	return shape;
}

static int *
clusters_of(const Clusters *clusters, const ClusterSource *source, const ClusterRows *rows)
{
	int		   *cluster = palloc_array(int, Max(rows->count, 1));
	char	   *words[CLUSTER_MOST_CATEGORIES];

	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < rows->categories; j++)
			words[j] = source->words[j][(int) rows->codes[(Size) i * rows->categories + j] - 1];
		cluster[i] = clusters_nearest(clusters, rows->x + (Size) i * rows->columns, words);
	}
	return cluster;
}

/* ---- one resample ---- */

static void
draw_rows(const ClusterRows *rows, ClusterRows *drawn, bool *is_drawn, pg_prng_state *random)
{
	drawn->count = rows->count;
	memset(is_drawn, false, rows->count);
	for (int i = 0; i < rows->count; i++)
	{
		int			row = (int) (pg_prng_double(random) * rows->count);

		is_drawn[row] = true;
		memcpy(drawn->x + (Size) i * rows->columns, rows->x + (Size) row * rows->columns,
			   sizeof(double) * rows->columns);
		memcpy(drawn->codes + (Size) i * rows->categories, rows->codes + (Size) row * rows->categories,
			   sizeof(double) * rows->categories);
	}
}

/* Rows that were drawn, by cluster and by new cluster. */
static void
cross_clusters(ClusterSums *found, const ClusterRows *rows, const bool *is_drawn, const int *cluster, int *table)
{
	memset(table, 0, sizeof(int) * found->clusters * found->clusters);
	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_drawn[i])
			table[cluster[i] * found->clusters +
				  cluster_nearest(found, rows->x + (Size) i * rows->columns,
								  rows->codes + (Size) i * rows->categories)]++;
	}
}

/* The greatest share of a cluster and a new one together that both have; NAN for a cluster without rows. */
static double
best_jaccard(const int *table, int count, int cluster)
{
	int			own = 0;
	double		best = 0;

	for (int b = 0; b < count; b++)
		own += table[cluster * count + b];
	for (int b = 0; b < count; b++)
	{
		int			other = 0;

		for (int a = 0; a < count; a++)
			other += table[a * count + b];
		best = fmax(best, table[cluster * count + b] / (double) (own + other - table[cluster * count + b]));
	}
	return own > 0 ? best : NAN;
}

static void
add_resample(Stability *stability, double jaccard)
{
	if (isnan(jaccard))
		return;
	stability->resamples++;
	stability->jaccard += jaccard;
	stability->recovered += jaccard >= STABLE;
	stability->dissolved += jaccard <= DISSOLVED;
}

static Stability *
resample(ClusterRows *rows, ClusterSums *shape, const int *cluster, int resamples, int starts, int64 seed)
{
	int			count = shape->clusters;
	Stability  *stability = palloc0_array(Stability, count);
	int		   *table = palloc_array(int, count * count);
	bool	   *is_drawn = palloc_array(bool, Max(rows->count, 1));
	ClusterRows drawn = *rows;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext one_resample = AllocSetContextCreate(caller, "ph resample", ALLOCSET_DEFAULT_SIZES);
	pg_prng_state random;

	drawn.x = palloc_array(double, Max((Size) rows->count * rows->columns, 1));
	drawn.codes = palloc_array(double, Max((Size) rows->count * rows->categories, 1));
	pg_prng_seed(&random, (uint64) seed);
	for (int i = 0; i < resamples; i++)
	{
		ClusterSums *found;
		int			agreeing;

		draw_rows(rows, &drawn, is_drawn, &random);
		MemoryContextSwitchTo(one_resample);
		found = cluster_seek(&drawn, shape, starts, MOST_ITERATIONS, &random, &agreeing);
		if (found)
		{
			cross_clusters(found, rows, is_drawn, cluster, table);
			for (int c = 0; c < count; c++)
				add_resample(&stability[c], best_jaccard(table, count, c));
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(one_resample);
		ereport(DEBUG1, (errmsg("ph.cluster_stability: resample %d of %d", i + 1, resamples)));
	}
	MemoryContextDelete(one_resample);
	return stability;
}

/* ---- from SQL ---- */

static const char *
word_for(double jaccard)
{
	return isnan(jaccard) ? NULL : jaccard >= STABLE ? "stable" : jaccard >= DOUBTFUL ? "doubtful" : "unstable";
}

static void
put_stability(ReturnSetInfo *result, const Stability *stability, int count, const int *cluster, const ClusterRows *rows)
{
	for (int c = 0; c < count; c++)
	{
		double		times = stability[c].resamples;
		double		jaccard = stability[c].jaccard / times;
		int64		people = 0;
		Datum		values[7];
		bool		nulls[7];

		for (int i = 0; i < rows->count; i++)
			people += cluster[i] == c;
		values[0] = Int32GetDatum(c + 1);
		nulls[0] = false;
		record_count(values, nulls, 1, people, true);
		record_number(values, nulls, 2, jaccard);
		record_number(values, nulls, 3, stability[c].recovered / times);
		record_number(values, nulls, 4, stability[c].dissolved / times);
		record_count(values, nulls, 5, stability[c].resamples, false);
		record_text(values, nulls, 6, word_for(jaccard));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * ph.cluster_stability(query text, ph.clusters, resamples integer, starts integer, seed bigint, most_rows integer)
 *   -> rows (cluster, people, jaccard, recovered_share, dissolved_share, resamples_used, reading)
 *
 * A row a cluster, over all rows of the query up to most_rows, above that over a sample of as many, which people
 * counts. NULL where the cluster has no row there; a resample with fewer different rows than clusters is not used.
 * Errors: clusters that do not exist, a query without their terms.
 */
PG_FUNCTION_INFO_V1(cluster_stability);
Datum
cluster_stability(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	ClusterSource source;
	Clusters	clusters;
	int			resamples = argument_whole(fcinfo, 2, "resamples", 1, MOST_RESAMPLES);
	int			starts = argument_whole(fcinfo, 3, "starts", 1, MOST_STARTS);
	int64		seed = argument_seed(fcinfo, 4);
	int			most = argument_whole(fcinfo, 5, "most_rows", 1, MOST_ROWS);
	ClusterSums *described;

	if (PG_ARGISNULL(1))
		argument_error("clusters", "must not be null", NULL);
	clusters = clusters_read(PG_GETARG_DATUM(1));
	InitMaterializedSRF(fcinfo, 0);
	if (clusters.count == 0)
		return (Datum) 0;
	caller = work_memory_open();
	source = (ClusterSource) {.query = argument_query(fcinfo, 0)};
	cluster_source_open(&source, terms_of(&clusters), clusters.mixed, NULL, NULL);
	described = cluster_describe(&source);
	if (described && source.rows > 0)
	{
		ClusterRows rows = cluster_sample(&source, source.rows, most);
		ClusterSums *shape = shape_of(&clusters, &source);
		int		   *cluster = clusters_of(&clusters, &source, &rows);

		put_stability(result, resample(&rows, shape, cluster, resamples, starts, seed), clusters.count, cluster, &rows);
	}
	work_memory_close(caller);
	return (Datum) 0;
}
