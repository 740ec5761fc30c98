/*
 * cluster_sums.h: what one pass of k-means or k-prototypes sums up.
 *
 * A row has numbers x and categories by code.  Its cost in a cluster is the sum of weight (x - centre)^2 and of
 * gamma for each category that is not the cluster's mode (Huang 1998); without categories this is k-means.  The
 * root of the cost is a distance.
 */
#ifndef PH_CLUSTER_SUMS_H
#define PH_CLUSTER_SUMS_H

#include "postgres.h"
#include "core/sum.h"
#include "fmgr.h"

#define CLUSTER_VERSION 1
#define CLUSTER_MOST 200
#define CLUSTER_MOST_COLUMNS 200
#define CLUSTER_MOST_CATEGORIES 50
#define CLUSTER_MOST_WORDS 2000 /* of all categories together */
#define CLUSTER_LARGEST 1e50	/* products of a weight and two differences stay finite */
#define CLUSTER_LARGEST_WEIGHT 1e150

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

/* In doubles. */
static inline Size
cluster_cell_size(const ClusterSums *sums)
{
	return offsetof(ClusterCell, sums) / sizeof(double) + 4 * (Size) sums->columns + sums->words;
}

static inline ClusterCell *
cluster_cell(ClusterSums *sums, int cluster)
{
	return (ClusterCell *) (cluster_modes(sums, sums->clusters) + cluster * cluster_cell_size(sums));
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

extern bool cluster_shape_is_possible(int clusters, int columns, int categories, int words);
/* Doubles behind the header. */
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
/* About that mean, without weight. */
extern double cluster_column_squares(ClusterSums *sums, int cluster, int column);
extern double cluster_within(ClusterSums *sums, int cluster);	/* cost about its own mean and modes */
extern int	cluster_mode(ClusterSums *sums, int cluster, int category,
						 double *people);	/* code of the commonest word, and who has it */
extern ClusterSums *cluster_next(ClusterSums *sums);	/* without rows, with the means and modes as centres */
extern bool cluster_settled(ClusterSums *sums);
extern bool cluster_same_parameters(ClusterSums *a, ClusterSums *b);	/* held against the same centres */

#endif
