/*
 * silhouette.c: how much nearer each person is to their own segment than to the next one.
 *
 * Rousseeuw 1987: s = (b - a) / max(a, b), with a the mean distance to the others of the own segment and b the least
 * mean distance to those of another; 0 for a person alone in a segment.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/query_columns.h"
#include "core/record.h"
#include "learn/cluster_rows.h"
#include "learn/cluster_sums.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_ROWS 50000
#define MOST_SEGMENTS 1000

/* The segments in order, and which one each row is in. */
typedef struct Segments
{
	int			count;
	char	  **names;
	int		   *size;
	int		   *of_row;
} Segments;

typedef struct Silhouette
{
	double		value;
	int			neighbour;
} Silhouette;

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static Segments
segments_of(const ClusterRows *rows)
{
	Segments	segments = {0};

	segments.names = palloc_array(char *, Max(rows->count, 1));
	segments.of_row = palloc_array(int, Max(rows->count, 1));
	memcpy(segments.names, rows->cluster, sizeof(char *) * rows->count);
	qsort(segments.names, rows->count, sizeof(char *), compare_names);
	for (int i = 0; i < rows->count; i++)
		if (segments.count == 0 || strcmp(segments.names[segments.count - 1], segments.names[i]) != 0)
			segments.names[segments.count++] = segments.names[i];
	if (segments.count > MOST_SEGMENTS)
		argument_error("cluster", psprintf("must not have more than %d different values", MOST_SEGMENTS), NULL);
	segments.size = palloc0_array(int, Max(segments.count, 1));
	for (int i = 0; i < rows->count; i++)
	{
		char	  **found = bsearch(&rows->cluster[i], segments.names, segments.count, sizeof(char *), compare_names);

		segments.of_row[i] = found - segments.names;
		segments.size[segments.of_row[i]]++;
	}
	return segments;
}

/* Sums of distances from a row to each segment. */
static void
distances_from(ClusterSums *shape, const ClusterRows *rows, const Segments *segments, int row, double *sums)
{
	memset(sums, 0, sizeof(double) * segments->count);
	for (int i = 0; i < rows->count; i++)
		sums[segments->of_row[i]] += sqrt(cluster_cost(shape, rows->x + (Size) row * rows->columns,
													   rows->codes + (Size) row * rows->categories,
													   rows->x + (Size) i * rows->columns,
													   rows->codes + (Size) i * rows->categories));
}

static Silhouette
silhouette_of(const Segments *segments, int own, const double *sums)
{
	Silhouette	silhouette = {.value = NAN, .neighbour = -1};
	double		within = segments->size[own] > 1 ? sums[own] / (segments->size[own] - 1) : 0;
	double		beside = INFINITY;

	for (int s = 0; s < segments->count; s++)
		if (s != own && sums[s] / segments->size[s] < beside)
		{
			beside = sums[s] / segments->size[s];
			silhouette.neighbour = s;
		}
	if (silhouette.neighbour < 0)
		return silhouette;
	silhouette.value = segments->size[own] == 1 || fmax(within, beside) == 0 ? 0
		: (beside - within) / fmax(within, beside);
	return silhouette;
}

static void
put_silhouettes(ReturnSetInfo *result, ClusterSums *shape, const ClusterRows *rows, double share)
{
	Segments	segments = segments_of(rows);
	double	   *sums = palloc_array(double, Max(segments.count, 1));

	for (int i = 0; i < rows->count; i++)
	{
		Silhouette	silhouette;
		Datum		values[5];
		bool		nulls[5];

		CHECK_FOR_INTERRUPTS();
		distances_from(shape, rows, &segments, i, sums);
		silhouette = silhouette_of(&segments, segments.of_row[i], sums);
		record_text(values, nulls, 0, rows->person ? rows->person[i] : NULL);
		record_text(values, nulls, 1, rows->cluster[i]);
		record_text(values, nulls, 2, silhouette.neighbour < 0 ? NULL : segments.names[silhouette.neighbour]);
		record_number(values, nulls, 3, silhouette.value);
		record_number(values, nulls, 4, share);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * ph.silhouette(query text, cluster text, person text, terms text[], scale text, gamma float8, most_rows
 *   integer) -> rows (person_id, in_cluster, neighbour, silhouette, share)
 *
 * A row a person: all of them up to most_rows, above that a sample of as many; share is what part of the rows was used.
 * With gamma, words and booleans are categories.  NULL where there is one cluster.  Errors: columns that are not there.
 */
PG_FUNCTION_INFO_V1(silhouette);
Datum
silhouette(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	ClusterSource source;
	char	   *cluster = argument_column(fcinfo, 1);
	bool		standard = argument_standard_scale(fcinfo, 4);
	bool		mixed = !PG_ARGISNULL(5);
	double		gamma = mixed ? argument_number(fcinfo, 5, "gamma") : 0;
	int			most = argument_whole(fcinfo, 6, "most_rows", 1, MOST_ROWS);
	ClusterSums *described;

	if (cluster == NULL)
		argument_error("cluster", "must not be null", NULL);
	if (gamma < 0 || gamma > CLUSTER_LARGEST)
		argument_error("gamma", "must not be negative or above 1e50", NULL);
	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	source = (ClusterSource) {.query = argument_query(fcinfo, 0)};
	cluster_source_open(&source, PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3), mixed, argument_column(fcinfo, 2),
						cluster);
	described = cluster_describe(&source);
	if (described && source.rows > 0)
	{
		ClusterSums *shape = cluster_without_rows(described);
		ClusterRows rows = cluster_sample(&source, source.rows, most);

		if (standard)
			cluster_scale(described, cluster_weights(shape));
		shape->gamma = gamma;
		put_silhouettes(result, shape, &rows, (double) rows.count / source.rows);
	}
	work_memory_close(caller);
	return (Datum) 0;
}
