/*
 * cluster_sums.c: the type ph.cluster_sums, one pass of k-means or k-prototypes over its rows.
 *
 * MacQueen 1967; Lloyd 1982, "Least squares quantization in PCM"; Huang 1998.  Deviations are taken from the centre
 * of the pass, and their sums and squares kept twice as exact as a double, so that values far from 0 lose nothing.
 */
#include "learn/cluster_sums.h"

#include <float.h>
#include <math.h>

#include "core/double_double.h"
#include "core/fingerprint.h"
#include "core/type_error.h"

/* ---- layout ---- */

/* Doubles behind the header that are parameters. */
static Size
cluster_parameter_count(const ClusterSums *sums)
{
	return (1 + (Size) sums->clusters) * (sums->columns + sums->categories);
}

Size
cluster_number_count(const ClusterSums *sums)
{
	return cluster_parameter_count(sums) + sums->clusters * cluster_cell_size(sums);
}

bool
cluster_shape_is_possible(int clusters, int columns, int categories, int words)
{
	return clusters >= 1 && clusters <= CLUSTER_MOST && columns >= 0 && columns <= CLUSTER_MOST_COLUMNS &&
		categories >= 0 && categories <= CLUSTER_MOST_CATEGORIES && columns + categories >= 1 &&
		words >= categories && words <= CLUSTER_MOST_WORDS && (words == 0 || categories > 0);
}

ClusterSums *
cluster_new(int clusters, int columns, int categories, int words)
{
	ClusterSums head = {.clusters = clusters, .columns = columns, .categories = categories, .words = words};
	Size		size = offsetof(ClusterSums, numbers) + sizeof(double) * cluster_number_count(&head);
	ClusterSums *sums = palloc0(size);

	memcpy(sums, &head, offsetof(ClusterSums, numbers));
	SET_VARSIZE(sums, size);
	sums->version = CLUSTER_VERSION;
	return sums;
}

ClusterSums *
cluster_without_rows(ClusterSums *sums)
{
	ClusterSums *result = cluster_new(sums->clusters, sums->columns, sums->categories, sums->words);

	result->gamma = sums->gamma;
	memcpy(result->numbers, sums->numbers, sizeof(double) * cluster_parameter_count(sums));
	return result;
}

/* Whether two passes hold their rows against the same centres. */
bool
cluster_same_parameters(ClusterSums *a, ClusterSums *b)
{
	return a->clusters == b->clusters && a->columns == b->columns && a->categories == b->categories &&
		a->words == b->words &&
		memcmp(&a->gamma, &b->gamma, sizeof(double) * (1 + cluster_parameter_count(a))) == 0;
}

static bool
is_count(double x)
{
	return x >= 0 && x <= 9007199254740992.0 && x == rint(x);
}

/* Whether the lists of words and the sizes agree: what indexes into the value. */
static bool
sizes_agree(ClusterSums *sums, Size size)
{
	double		words = 0;

	if (size < offsetof(ClusterSums, numbers) || sums->version != CLUSTER_VERSION || sums->reserved[0] ||
		sums->reserved[1] || sums->reserved[2] ||
		!cluster_shape_is_possible(sums->clusters, sums->columns, sums->categories, sums->words) ||
		size != offsetof(ClusterSums, numbers) + sizeof(double) * cluster_number_count(sums))
		return false;
	for (int j = 0; j < sums->categories; j++)
	{
		if (!is_count(cluster_limits(sums)[j]) || cluster_limits(sums)[j] < 1)
			return false;
		words += cluster_limits(sums)[j];
	}
	return words == sums->words;
}

bool
cluster_parameters_agree(ClusterSums *sums)
{
	if (!(sums->gamma >= 0 && sums->gamma <= CLUSTER_LARGEST_WEIGHT) || sums->left_out < 0)
		return false;
	for (int j = 0; j < sums->columns; j++)
		if (!(cluster_weights(sums)[j] >= 0 && cluster_weights(sums)[j] <= CLUSTER_LARGEST_WEIGHT))
			return false;
	for (int c = 0; c < sums->clusters; c++)
	{
		for (int j = 0; j < sums->columns; j++)
			if (!(fabs(cluster_centre(sums, c)[j]) <= CLUSTER_LARGEST))
				return false;
		for (int j = 0; j < sums->categories; j++)
			if (!is_count(cluster_modes(sums, c)[j]) || cluster_modes(sums, c)[j] < 1 ||
				cluster_modes(sums, c)[j] > cluster_limits(sums)[j])
				return false;
	}
	return true;
}

/* Everything of a value that came from outside. */
bool
cluster_is_valid(ClusterSums *sums, Size size)
{
	if (!sizes_agree(sums, size) || !cluster_parameters_agree(sums))
		return false;
	for (int c = 0; c < sums->clusters; c++)
	{
		ClusterCell *cell = cluster_cell(sums, c);
		double	   *counts = cluster_counts(sums, c);

		if (!is_count(cell->people))
			return false;
		for (double *number = &cell->cost.high; number < counts; number++)
			if (!isfinite(*number))
				return false;
		for (int word = 0; word < sums->words; word++)
			if (!is_count(counts[word]) || counts[word] > cell->people)
				return false;
	}
	return true;
}

ClusterSums *
cluster_open(Datum datum)
{
	ClusterSums *sums = (ClusterSums *) PG_DETOAST_DATUM(datum);

	if (!sizes_agree(sums, VARSIZE(sums)))
		stored_value_error("ph.cluster_sums");
	return sums;
}

/* ---- one row ---- */

/* The cluster with the least cost, the first of those that cost as little, and the least cost of another. */
static int
nearest_two(ClusterSums *sums, const double *x, const double *codes, double *least, double *second)
{
	int			nearest = 0;

	*least = *second = INFINITY;
	for (int c = 0; c < sums->clusters; c++)
	{
		double		cost = cluster_cost(sums, x, codes, cluster_centre(sums, c), cluster_modes(sums, c));

		if (cost < *least)
		{
			*second = *least;
			*least = cost;
			nearest = c;
		}
		else if (cost < *second)
			*second = cost;
	}
	return nearest;
}

int
cluster_nearest(ClusterSums *sums, const double *x, const double *codes)
{
	double		least,
				second;
	int			nearest = nearest_two(sums, x, codes, &least, &second);

	return least < INFINITY ? nearest : -1;
}

static void
add_to_cell(ClusterSums *sums, int cluster, const double *x, const double *codes)
{
	const double *centre = cluster_centre(sums, cluster);
	Sum		   *deviations = cluster_deviations(sums, cluster);
	Sum		   *squares = cluster_squares(sums, cluster);
	double	   *counts = cluster_counts(sums, cluster);

	for (int j = 0; j < sums->columns; j++)
	{
		double		deviation = x[j] - centre[j];
		Sum			square = dd_product(deviation, deviation);

		sum_add(&deviations[j], deviation);
		sum_add_sum(&squares[j], square);
	}
	for (int j = 0; j < sums->categories; j++)
	{
		counts[(int) codes[j] - 1]++;
		counts += (int) cluster_limits(sums)[j];
	}
}

/* Adds a row to the cluster whose centre is nearest, the first of those that are as near. */
void
cluster_add(ClusterSums *sums, const double *x, const double *codes)
{
	double		least,
				second;
	int			nearest = nearest_two(sums, x, codes, &least, &second);
	ClusterCell *cell = cluster_cell(sums, nearest);

	sums->fingerprint += fingerprint_add_list(fingerprint_add_list(0, x, sums->columns), codes, sums->categories);
	cell->people++;
	sum_add(&cell->cost, least);
	sum_add(&cell->distance, sqrt(least));
	if (second > 0 && second < INFINITY)
		sum_add(&cell->silhouette, 1 - sqrt(least / second));
	add_to_cell(sums, nearest, x, codes);
}

/* ---- what a pass says ---- */

double
cluster_people(ClusterSums *sums)
{
	double		people = 0;

	for (int c = 0; c < sums->clusters; c++)
		people += cluster_cell(sums, c)->people;
	return people;
}

double
cluster_inertia(ClusterSums *sums)
{
	Sum			cost = {0, 0};

	for (int c = 0; c < sums->clusters; c++)
		sum_add_sum(&cost, cluster_cell(sums, c)->cost);
	return sum_value(cost);
}

/* How far the mean of the rows is from the centre of the pass. */
static double
mean_deviation(ClusterSums *sums, int cluster, int column)
{
	double		people = cluster_cell(sums, cluster)->people;

	return people > 0 ? sum_value(cluster_deviations(sums, cluster)[column]) / people : 0;
}

double
cluster_mean(ClusterSums *sums, int cluster, int column)
{
	return cluster_centre(sums, cluster)[column] + mean_deviation(sums, cluster, column);
}

double
cluster_column_squares(ClusterSums *sums, int cluster, int column)
{
	Sum			people = {cluster_cell(sums, cluster)->people, 0};
	Sum			deviation = cluster_deviations(sums, cluster)[column];

	if (people.high == 0)
		return 0;
	return fmax(sum_value(dd_minus(cluster_squares(sums, cluster)[column],
								   dd_over(dd_times(deviation, deviation), people))), 0);
}

/* The word that most rows have, the first in order of those that are as common; as it was without rows. */
int
cluster_mode(ClusterSums *sums, int cluster, int category, double *people)
{
	const double *counts = cluster_counts(sums, cluster);
	int			mode = (int) cluster_modes(sums, cluster)[category];

	for (int j = 0; j < category; j++)
		counts += (int) cluster_limits(sums)[j];
	*people = 0;
	for (int word = 0; word < (int) cluster_limits(sums)[category]; word++)
		if (counts[word] > *people)
		{
			*people = counts[word];
			mode = word + 1;
		}
	return mode;
}

double
cluster_within(ClusterSums *sums, int cluster)
{
	double		within = 0;

	for (int j = 0; j < sums->columns; j++)
		within += cluster_weights(sums)[j] * cluster_column_squares(sums, cluster, j);
	for (int j = 0; j < sums->categories; j++)
	{
		double		people;

		cluster_mode(sums, cluster, j, &people);
		within += sums->gamma * (cluster_cell(sums, cluster)->people - people);
	}
	return within;
}

ClusterSums *
cluster_next(ClusterSums *sums)
{
	ClusterSums *next = cluster_without_rows(sums);
	double		people;

	for (int c = 0; c < sums->clusters; c++)
	{
		for (int j = 0; j < sums->columns; j++)
			cluster_centre(next, c)[j] = cluster_mean(sums, c, j);
		for (int j = 0; j < sums->categories; j++)
			cluster_modes(next, c)[j] = cluster_mode(sums, c, j, &people);
	}
	return next;
}

/* Whether the centres are where the rows would move them to, as far as rounding lets one see. */
bool
cluster_settled(ClusterSums *sums)
{
	double		people = cluster_people(sums);

	for (int j = 0; j < sums->columns; j++)
	{
		double		squares = 0;

		for (int c = 0; c < sums->clusters; c++)
			squares += sum_value(cluster_squares(sums, c)[j]);
		for (int c = 0; c < sums->clusters; c++)
			if (fabs(mean_deviation(sums, c, j)) > fmax(1e-12 * sqrt(squares / people),
														2 * DBL_EPSILON * fabs(cluster_centre(sums, c)[j])))
				return false;
	}
	for (int c = 0; c < sums->clusters; c++)
		for (int j = 0; j < sums->categories; j++)
			if (cluster_mode(sums, c, j, &people) != cluster_modes(sums, c)[j])
				return false;
	return true;
}
