/*
 * cluster.c: k-means and k-prototypes over the rows of a query, and the clusters as a value.
 *
 * Starts are sought in memory among CLUSTER_SAMPLE rows at most; the best goes on over all rows, each pass one
 * parallel query.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "learn/cluster_criteria.h"
#include "learn/cluster_rows.h"
#include "learn/cluster_start.h"
#include "learn/cluster_sums.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define MOST_STARTS 1000
#define MOST_ITERATIONS 10000

typedef struct Question
{
	ClusterSource source;
	int			clusters;
	bool		standard;
	int			starts;
	int64		seed;
	int			most_iterations;
	double		smallest;
	double		gamma;			/* NAN: the default */
	bool		given;			/* centres are */
} Question;

typedef struct Found
{
	const char *status;
	ClusterSums *sums;			/* the last pass; NULL: none */
	int		   *order;			/* of the clusters */
	int			iterations;
	int			agreeing;		/* starts; -1: none were sought */
	int64		rows;
	int64		left_out;
} Found;

/* ---- the question ---- */

static void
read_question(FunctionCallInfo fcinfo, Question *question, bool mixed)
{
	question->source = (ClusterSource) {.query = argument_query(fcinfo, 0)};
	question->clusters = argument_whole(fcinfo, 1, "k", 1, CLUSTER_MOST);
	question->standard = argument_standard_scale(fcinfo, 3);
	question->starts = argument_whole(fcinfo, 4, "starts", 1, MOST_STARTS);
	question->seed = argument_seed(fcinfo, 5);
	question->most_iterations = argument_whole(fcinfo, 6, "max_iterations", 1, MOST_ITERATIONS);
	question->smallest = argument_number(fcinfo, 7, "smallest");
	if (question->smallest < 0 || question->smallest >= 1)
		argument_error("smallest", "must be at least 0 and below 1", "It is a share of the rows.");
	question->given = !PG_ARGISNULL(8) || (mixed && !PG_ARGISNULL(10));
	question->gamma = NAN;
	if (mixed && !PG_ARGISNULL(9))
	{
		question->gamma = argument_number(fcinfo, 9, "gamma");
		if (question->gamma < 0 || question->gamma > CLUSTER_LARGEST)
			argument_error("gamma", "must not be negative or above 1e50", NULL);
	}
}

/* The code of a word; a word that no row has cannot be a mode. */
static int
word_code(const ClusterSource *source, int category, const char *word)
{
	for (int i = 0; i < source->limits[category]; i++)
		if (source->words[category][i] && strcmp(source->words[category][i], word) == 0)
			return i + 1;
	argument_error("modes", psprintf("must hold words that column \"%s\" has", source->category_names[category]), NULL);
}

static void
given_centres(FunctionCallInfo fcinfo, const Question *question, bool mixed, ClusterSums *start)
{
	const ClusterSource *source = &question->source;
	Datum	   *elements;
	bool	   *nulls;
	int			count = 0;

	if (PG_ARGISNULL(8) != (source->columns == 0))
		argument_error("centres", "must be given for the numbers among the terms, and only for them", NULL);
	if (!PG_ARGISNULL(8))
		count = array_elements(PG_GETARG_ARRAYTYPE_P(8), FLOAT8OID, &elements, &nulls);
	if (!PG_ARGISNULL(8) && !array_is_table(PG_GETARG_ARRAYTYPE_P(8), start->clusters, start->columns))
		argument_error("centres", "must have a row for each cluster with an element for each number among the terms",
					   NULL);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i] || !(fabs(DatumGetFloat8(elements[i])) <= CLUSTER_LARGEST))
			argument_error("centres", column_rule(CLUSTER_LARGEST), NULL);
		cluster_centre(start, 0)[i] = DatumGetFloat8(elements[i]);
	}
	if (!mixed)
		return;
	if (PG_ARGISNULL(10) != (source->categories == 0))
		argument_error("modes", "must be given with centres for the categories among the terms, and only for them",
					   NULL);
	if (source->categories == 0)
		return;
	count = array_elements(PG_GETARG_ARRAYTYPE_P(10), TEXTOID, &elements, &nulls);
	if (!array_is_table(PG_GETARG_ARRAYTYPE_P(10), start->clusters, start->categories))
		argument_error("modes", "must have a row for each cluster with an element for each category among the terms",
					   NULL);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			argument_error("modes", "must not contain nulls", NULL);
		cluster_modes(start, 0)[i] = word_code(source, i % source->categories, TextDatumGetCString(elements[i]));
	}
}

/* ---- the clusters ---- */

/* Weights, words and gamma of the question, without centres. */
static ClusterSums *
shape_of(const Question *question, ClusterSums *described)
{
	const ClusterSource *source = &question->source;
	ClusterSums *shape = cluster_new(question->clusters, source->columns, source->categories, source->word_count);

	for (int j = 0; j < source->columns; j++)
		cluster_weights(shape)[j] = 1;
	if (question->standard)
		cluster_scale(described, cluster_weights(shape));
	for (int j = 0; j < source->categories; j++)
		cluster_limits(shape)[j] = source->limits[j];
	shape->gamma = isnan(question->gamma) ? cluster_default_gamma(described, cluster_weights(shape)) : question->gamma;
	return shape;
}

/* The clusters by size, the largest first, so that the same clusters have the same numbers. */
static int *
order_by_size(ClusterSums *sums, bool given)
{
	int		   *order = palloc_array(int, sums->clusters);

	for (int c = 0; c < sums->clusters; c++)
	{
		int			place = c;

		for (; !given && place > 0 &&
			 cluster_cell(sums, order[place - 1])->people < cluster_cell(sums, c)->people; place--)
			order[place] = order[place - 1];
		order[place] = c;
	}
	return order;
}

static const char *
status_of(ClusterSums *sums)
{
	if (!cluster_settled(sums))
		return "not_converged";
	for (int c = 0; c < sums->clusters; c++)
		if (cluster_cell(sums, c)->people == 0)
			return "empty_cluster";
	return "ok";
}

static Found
find_clusters(FunctionCallInfo fcinfo, Question *question, bool mixed)
{
	ClusterSource *source = &question->source;
	Found		found = {.status = "no_rows", .agreeing = -1};
	ClusterSums *described = cluster_describe(source);
	ClusterSums *start;

	found.rows = described ? (int64) cluster_people(described) : 0;
	found.left_out = described ? described->left_out : 0;
	if (found.rows == 0)
		return found;
	start = shape_of(question, described);
	if (question->given)
		given_centres(fcinfo, question, mixed, start);
	else
	{
		ClusterRows rows = cluster_sample(source, found.rows, CLUSTER_SAMPLE);
		pg_prng_state random;

		pg_prng_seed(&random, (uint64) question->seed);
		start = cluster_seek(&rows, start, question->starts, question->most_iterations, &random, &found.agreeing);
		if (start == NULL)
		{
			found.status = "fewer_points_than_clusters";
			return found;
		}
	}
	found.sums = cluster_lloyd(cluster_pass, source, start, question->most_iterations, &found.iterations);
	found.status = status_of(found.sums);
	found.order = order_by_size(found.sums, question->given);
	return found;
}

/* ---- the value ---- */

#define FIELDS 23

static char *
note_of(const Question *question, const Found *found)
{
	StringInfoData note;

	initStringInfo(&note);
	for (int c = 0; c < found->sums->clusters; c++)
	{
		double		share = cluster_cell(found->sums, found->order[c])->people / found->rows;

		if (share < question->smallest)
			appendStringInfo(&note, "%scluster %d has less than %g %% of the rows", note.len > 0 ? "; " : "", c + 1,
							 100 * question->smallest);
	}
	for (int j = 0; question->standard && j < found->sums->columns; j++)
		if (cluster_weights(found->sums)[j] == 0)
			appendStringInfo(&note, "%s%s hardly varies", note.len > 0 ? "; " : "", question->source.names[j]);
	return note.len > 0 ? note.data : NULL;
}

/* Fields that exist only where there are clusters. */
static void
record_clusters(Datum *values, bool *nulls, const Question *question, const Found *found)
{
	ClusterSums *sums = found->sums;
	const ClusterSource *source = &question->source;
	int			count = sums->clusters;
	ClusterCriteria criteria = cluster_judge(sums);
	ClusterSums *next = cluster_next(sums);
	double	   *centres = palloc_array(double, Max(count * source->columns, 1));
	double	   *within = palloc_array(double, count);
	char	  **modes = palloc_array(char *, Max(count * source->categories, 1));
	Datum	   *people = palloc_array(Datum, count);

	for (int i = 0; i < count; i++)
	{
		int			c = found->order[i];

		memcpy(centres + i * source->columns, cluster_centre(next, c), sizeof(double) * source->columns);
		for (int j = 0; j < source->categories; j++)
			modes[i * source->categories + j] = source->words[j][(int) cluster_modes(next, c)[j] - 1];
		people[i] = Int64GetDatum((int64) cluster_cell(sums, c)->people);
		within[i] = cluster_within(sums, c);
	}
	record_numbers(values, nulls, 6, cluster_weights(sums), source->columns);
	record_number(values, nulls, 8, source->categories > 0 ? sums->gamma : NAN);
	record_table(values, nulls, 9, centres, count, source->columns);
	record_text_table(values, nulls, 10, modes, count, source->categories);
	values[11] = PointerGetDatum(construct_array(people, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
												 TYPALIGN_DOUBLE));
	nulls[11] = false;
	record_numbers(values, nulls, 12, within, count);
	record_number(values, nulls, 13, criteria.within);
	record_number(values, nulls, 14, criteria.total - criteria.within);
	record_number(values, nulls, 15, criteria.total);
	/* clusters of one point each are infinitely well apart */
	values[16] = Float8GetDatum(criteria.calinski_harabasz);
	nulls[16] = isnan(criteria.calinski_harabasz);
	record_number(values, nulls, 17, criteria.davies_bouldin);
	record_number(values, nulls, 18, criteria.silhouette);
	record_number(values, nulls, 19, criteria.smallest_share);
	record_count(values, nulls, 20, found->iterations, false);
	record_count(values, nulls, 21, found->agreeing, false);
	record_text(values, nulls, 22, note_of(question, found));
}

static Datum
clusters_datum(FunctionCallInfo fcinfo, const Question *question, const Found *found, bool mixed)
{
	Datum		values[FIELDS];
	bool		nulls[FIELDS];

	memset(nulls, true, sizeof(nulls));
	record_text(values, nulls, 0, mixed ? "k_prototypes" : "k_means");
	record_text(values, nulls, 1, found->status);
	record_count(values, nulls, 2, question->clusters, false);
	record_count(values, nulls, 3, found->rows, true);
	record_count(values, nulls, 4, found->left_out, true);
	record_texts(values, nulls, 5, question->source.names, question->source.columns);
	record_texts(values, nulls, 7, question->source.category_names, question->source.categories);
	if (found->sums)
		record_clusters(values, nulls, question, found);
	return record_datum(fcinfo, values, nulls);
}

static Datum
cluster_query(FunctionCallInfo fcinfo, bool mixed)
{
	MemoryContext caller = work_memory_open();
	MemoryContext own;
	Question	question;
	Found		found;
	Datum		datum;

	read_question(fcinfo, &question, mixed);
	cluster_source_open(&question.source, PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2), mixed, NULL, NULL);
	found = find_clusters(fcinfo, &question, mixed);
	own = MemoryContextSwitchTo(caller);
	datum = clusters_datum(fcinfo, &question, &found, mixed);
	MemoryContextSwitchTo(own);
	work_memory_close(caller);
	return datum;
}

/*
 * ph.k_means(query text, k integer, terms text[], scale text, starts integer, seed bigint, max_iterations integer,
 *   smallest float8, centres float8[]) -> ph.clusters
 *
 * k-means over the numbers of a query's rows, from given centres or from the best of several seeded starts of
 * k-means++.  scale standard: each column in units of its standard deviation.  What has no answer has a status that
 * says why.  Errors: columns that are not there or not numbers, values that are not finite, a query that is not stable.
 */
PG_FUNCTION_INFO_V1(k_means);
Datum
k_means(PG_FUNCTION_ARGS)
{
	return cluster_query(fcinfo, false);
}

/*
 * ph.k_prototypes(query text, k integer, terms text[], scale text, starts integer, seed bigint, max_iterations
 *   integer, smallest float8, centres float8[], gamma float8, modes text[]) -> ph.clusters
 *
 * As ph.k_means, with words and booleans as categories; gamma is what a category costs that is not the mode.
 */
PG_FUNCTION_INFO_V1(k_prototypes);
Datum
k_prototypes(PG_FUNCTION_ARGS)
{
	return cluster_query(fcinfo, true);
}
