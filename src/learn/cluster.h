/*
 * cluster.h: clusters of people by k-means and k-prototypes.
 *
 * A row has numbers x and categories by code.  Its cost in a cluster is the sum of weight (x - centre)^2 and of
 * gamma for each category that is not the cluster's mode (Huang 1998); without categories this is k-means.  The
 * root of the cost is a distance.
 */
#ifndef PH_CLUSTER_H
#define PH_CLUSTER_H

#include "postgres.h"
#include "common/pg_prng.h"
#include "core/query.h"
#include "core/sum.h"
#include "fmgr.h"

#define CLUSTER_VERSION 1
#define CLUSTER_MOST 200
#define CLUSTER_MOST_COLUMNS 200
#define CLUSTER_MOST_CATEGORIES 50
#define CLUSTER_MOST_WORDS 2000 /* of all categories together */
#define CLUSTER_LARGEST 1e50	/* products of a weight and two differences stay finite */
#define CLUSTER_LARGEST_WEIGHT 1e150
#define CLUSTER_SAMPLE 10000	/* rows among which starts are sought */

/*
 * What one pass over the rows sums up, with the centres that it was asked to hold them against.  Behind the header
 * come the parameters: weight of each column, words of each category, centres and modes (codes from 1) by cluster;
 * then a cell for each cluster.  All are doubles.
 */
typedef struct ClusterSums
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		reserved[3];	/* always zero */
	int32		clusters;
	int32		columns;
	int32		categories;
	int32		words;
	int64		left_out;		/* rows where something was NULL */
	uint64		fingerprint;	/* of the rows */
	double		gamma;
	double		numbers[FLEXIBLE_ARRAY_MEMBER];
} ClusterSums;

typedef struct ClusterCell
{
	double		people;
	Sum			cost;			/* about the centre of the pass */
	Sum			distance;
	Sum			silhouette;		/* simplified: by the distances to the nearest centre and to the next */
	Sum			sums[FLEXIBLE_ARRAY_MEMBER];	/* of x - centre, of its square; then people by word, as doubles */
} ClusterCell;

#define PG_GETARG_CLUSTER_SUMS(n) cluster_open(PG_GETARG_DATUM(n))

static inline double *
cluster_weights(ClusterSums *sums)
{
	return sums->numbers;
}

static inline double *
cluster_limits(ClusterSums *sums)
{
	return sums->numbers + sums->columns;
}

static inline double *
cluster_centre(ClusterSums *sums, int cluster)
{
	return cluster_limits(sums) + sums->categories + (Size) cluster * sums->columns;
}

static inline double *
cluster_modes(ClusterSums *sums, int cluster)
{
	return cluster_centre(sums, sums->clusters) + (Size) cluster * sums->categories;
}

static inline ClusterCell *
cluster_cell(ClusterSums *sums, int cluster)
{
	Size		size = offsetof(ClusterCell, sums) / sizeof(double) + 4 * (Size) sums->columns + sums->words;

	return (ClusterCell *) (cluster_modes(sums, sums->clusters) + cluster * size);
}

static inline Sum *
cluster_deviations(ClusterSums *sums, int cluster)
{
	return cluster_cell(sums, cluster)->sums;
}

static inline Sum *
cluster_squares(ClusterSums *sums, int cluster)
{
	return cluster_cell(sums, cluster)->sums + sums->columns;
}

static inline double *
cluster_counts(ClusterSums *sums, int cluster)
{
	return (double *) (cluster_cell(sums, cluster)->sums + 2 * sums->columns);
}

/* The cost of a row in a cluster, or of one row beside another. */
static inline double
cluster_cost(ClusterSums *shape, const double *x, const double *codes, const double *centre, const double *modes)
{
	const double *weights = cluster_weights(shape);
	double		squares = 0;
	int			mismatches = 0;

	for (int j = 0; j < shape->columns; j++)
		squares += weights[j] * (x[j] - centre[j]) * (x[j] - centre[j]);
	for (int j = 0; j < shape->categories; j++)
		mismatches += codes[j] != modes[j];
	return squares + shape->gamma * mismatches;
}

/* ---- cluster_sums.c: one pass ---- */

extern bool cluster_shape_is_possible(int clusters, int columns, int categories, int words);
/* Doubles behind the header that are parameters, and all of them. */
extern Size cluster_parameter_count(const ClusterSums *sums);
extern Size cluster_number_count(const ClusterSums *sums);
extern bool cluster_is_valid(ClusterSums *sums, Size size); /* everything of a value that came from outside */
extern ClusterSums *cluster_open(Datum datum);
extern ClusterSums *cluster_new(int clusters, int columns, int categories, int words);
extern bool cluster_parameters_agree(ClusterSums *sums);	/* finite, not negative, modes among the words */
extern ClusterSums *cluster_without_rows(ClusterSums *sums);	/* the same parameters */
extern int	cluster_nearest(ClusterSums *sums, const double *x, const double *codes);	/* -1: no cost is finite */
extern void cluster_add(ClusterSums *sums, const double *x, const double *codes);
extern double cluster_people(ClusterSums *sums);
extern double cluster_inertia(ClusterSums *sums);
extern double cluster_mean(ClusterSums *sums, int cluster, int column); /* of its rows; the centre where it has none */
extern double cluster_column_squares(ClusterSums *sums, int cluster, int column);	/* about that mean, without weight */
extern double cluster_within(ClusterSums *sums, int cluster);	/* cost about its own mean and modes */
extern int	cluster_mode(ClusterSums *sums, int cluster, int category,
						 double *people);	/* code of the commonest word, and who has it */
extern ClusterSums *cluster_next(ClusterSums *sums);	/* without rows, with the means and modes as centres */
extern bool cluster_settled(ClusterSums *sums);
extern bool cluster_same_parameters(ClusterSums *a, ClusterSums *b);	/* held against the same centres */

/* ---- cluster_rows.c: the rows of a query ---- */

typedef struct ClusterSource
{
	UserQuery  *query;
	char	   *condition;		/* which rows have a part in it, as SQL over q; NULL: all */
	int			columns;
	char	  **names;
	char	  **expressions;	/* over q, a row of the query */
	int			categories;
	char	  **category_names;
	char	  **category_expressions;	/* of the word's code */
	Datum	   *word_lists;		/* text[], in order, by category */
	char	 ***words;			/* the same */
	int		   *limits;			/* how many */
	int			word_count;		/* of all categories */
	char	   *person;			/* expressions as text, NULL: not asked */
	char	   *cluster;
	int64		rows;			/* of the first pass: every pass must see the same; -1: none yet */
	uint64		fingerprint;
} ClusterSource;

typedef struct ClusterRows
{
	int			count;
	int			columns;
	int			categories;
	double	   *x;
	double	   *codes;
	char	  **person;			/* NULL: not asked */
	char	  **cluster;
} ClusterRows;

extern void cluster_source_open(ClusterSource *source, ArrayType *terms, bool mixed, const char *person,
								const char *cluster);
extern ClusterSums *cluster_pass(void *source, ClusterSums *start);
extern ClusterSums *cluster_describe(ClusterSource *source);	/* all rows as one cluster */
extern void cluster_scale(ClusterSums *described, double *weights); /* weights that give each column a variance of 1 */
extern double cluster_default_gamma(ClusterSums *described, const double *weights);
extern ClusterRows cluster_sample(ClusterSource *source, int64 rows, int most);

/* ---- cluster_start.c: centres to start from ---- */

/* Lloyd's passes, each by the function, until nothing moves; the last pass. */
extern ClusterSums *cluster_lloyd(ClusterSums *(*pass) (void *over, ClusterSums *start), void *over,
								  ClusterSums *start, int most, int *iterations);

/* The best of so many seeded starts among rows in memory; NULL where they are fewer different ones than clusters. */
extern ClusterSums *cluster_seek(ClusterRows *rows, ClusterSums *shape, int starts, int most, pg_prng_state *random,
								 int *agreeing);

/* ---- cluster_criteria.c: how good they are ---- */

typedef struct ClusterCriteria
{
	double		within;			/* cost about the clusters' own means and modes */
	double		total;			/* about those of everybody */
	double		calinski_harabasz;
	double		davies_bouldin;
	double		silhouette;
	double		smallest_share;
} ClusterCriteria;

extern ClusterCriteria cluster_judge(ClusterSums *sums);

/* ---- nearest_cluster.c: the result as a value ---- */

typedef struct Clusters
{
	int			count;			/* 0: there are none */
	int			columns;
	int			categories;
	bool		mixed;			/* found by k-prototypes */
	char	  **terms;
	char	  **category_names;
	char	  **modes;			/* count x categories */
	ClusterSums *shape;			/* weights, gamma, centres, and modes by the first cluster that has the word */
} Clusters;

extern const char *const cluster_scales[];	/* cluster.c */

extern Clusters clusters_read(Datum datum);

/* From 0; -1 where no cost is finite. */
extern int	clusters_nearest(const Clusters *clusters, const double *x, char *const *words);

#endif
