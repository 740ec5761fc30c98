/* nearest_cluster.c: ph.clusters as a value, and the cluster that a person falls into. */
#include "learn/nearest_cluster.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* The number, from 1, of the first cluster with the word as its mode; 0: none has it. */
static int
word_code(const Clusters *clusters, int category, const char *word)
{
	for (int c = 0; c < clusters->count; c++)
		if (strcmp(clusters->modes[c * clusters->categories + category], word) == 0)
			return c + 1;
	return 0;
}

Clusters
clusters_read(Datum datum)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(datum);
	Clusters	clusters = {0};
	int64		count = field_count(tuple, "k", false);
	double	   *centres,
			   *weights;
	double		gamma = field_number(tuple, "gamma");
	char	   *method = field_text(tuple, "method");

	clusters.mixed = method && strcmp(method, "k_prototypes") == 0;
	clusters.terms = field_texts(tuple, "clusters", "terms", &clusters.columns);
	clusters.category_names = field_texts(tuple, "clusters", "categories", &clusters.categories);
	if (count < 1 || count > CLUSTER_MOST || clusters.columns > CLUSTER_MOST_COLUMNS ||
		clusters.categories > CLUSTER_MOST_CATEGORIES ||
		clusters.columns + clusters.categories == 0)
		argument_error("clusters", "must have clusters and terms", "ph.k_means and ph.k_prototypes make them.");
	centres = field_table(tuple, "clusters", "centres", (int) count, clusters.columns);
	weights = field_numbers(tuple, "clusters", "weights", clusters.columns);
	clusters.modes = field_text_table(tuple, "clusters", "modes", (int) count, clusters.categories);
	if (centres == NULL || weights == NULL || (clusters.modes == NULL && clusters.categories > 0))
		return clusters;
	clusters.count = (int) count;
	clusters.shape = cluster_new(clusters.count, clusters.columns, clusters.categories, clusters.categories);
	clusters.shape->gamma = clusters.categories > 0 ? gamma : 0;
	memcpy(cluster_weights(clusters.shape), weights, sizeof(double) * clusters.columns);
	memcpy(cluster_centre(clusters.shape, 0), centres, sizeof(double) * clusters.count * clusters.columns);
	for (int j = 0; j < clusters.categories; j++)
	{
		cluster_limits(clusters.shape)[j] = clusters.count;
		for (int c = 0; c < clusters.count; c++)
			cluster_modes(clusters.shape, c)[j] = word_code(&clusters, j, clusters.modes[c * clusters.categories + j]);
	}
	if (!cluster_parameters_agree(clusters.shape))
		argument_error("clusters", psprintf("must have centres that are finite and at most %g in size, with weights"
											" and gamma that are not negative", CLUSTER_LARGEST), NULL);
	return clusters;
}

int
clusters_nearest(const Clusters *clusters, const double *x, char *const *words)
{
	double		codes[CLUSTER_MOST_CATEGORIES];

	for (int j = 0; j < clusters->categories; j++)
		codes[j] = word_code(clusters, j, words[j]);
	return cluster_nearest(clusters->shape, x, codes);
}

typedef struct ClustersCache
{
	RecordCache record;
	Clusters	clusters;
} ClustersCache;

/*
 * ph.nearest_cluster(ph.clusters, x float8[], categories text[]) -> integer
 *
 * The number, from 1, of the cluster that a person falls into: the nearest, the first of those that are as near; NULL
 * where a value is NULL or not finite, or where there are no clusters.  Errors: lists of another length.
 */
PG_FUNCTION_INFO_V1(nearest_cluster);
Datum
nearest_cluster(PG_FUNCTION_ARGS)
{
	ClustersCache *cache;
	Datum	   *numbers = NULL,
			   *texts = NULL;
	bool	   *no_number = NULL,
			   *no_text = NULL;
	int			number_count = 0,
				text_count = 0,
				nearest;
	double		x[CLUSTER_MOST_COLUMNS];
	char	   *words[CLUSTER_MOST_CATEGORIES];

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	cache = (ClustersCache *) record_cache(fcinfo, 0, sizeof(ClustersCache));
	if (!cache->record.read)
	{
		cache->clusters = clusters_read(record_cache_open(&cache->record));
		record_cache_close(&cache->record);
	}
	if (!PG_ARGISNULL(1))
		number_count = array_elements(PG_GETARG_ARRAYTYPE_P(1), FLOAT8OID, &numbers, &no_number);
	if (!PG_ARGISNULL(2))
		text_count = array_elements(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, &texts, &no_text);
	if (!PG_ARGISNULL(1) && number_count != cache->clusters.columns)
		argument_error("x", "must have one element for each number among the terms", NULL);
	if (!PG_ARGISNULL(2) && text_count != cache->clusters.categories)
		argument_error("categories", "must have one element for each category among the terms", NULL);
	if (cache->clusters.count == 0 || number_count < cache->clusters.columns || text_count < cache->clusters.categories)
		PG_RETURN_NULL();
	for (int j = 0; j < number_count; j++)
	{
		x[j] = no_number[j] ? NAN : DatumGetFloat8(numbers[j]);
		if (!isfinite(x[j]))
			PG_RETURN_NULL();
	}
	for (int j = 0; j < text_count; j++)
	{
		if (no_text[j])
			PG_RETURN_NULL();
		words[j] = TextDatumGetCString(texts[j]);
	}
	nearest = clusters_nearest(&cache->clusters, x, words);
	if (nearest < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(nearest + 1);
}
