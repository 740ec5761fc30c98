/*
 * cluster_criteria.c: how good clusters are, from the sums of a pass.
 *
 * Calinski and Harabasz 1974; Davies and Bouldin 1979; the simplified silhouette of Hruschka et al. 2006.
 */
#include "learn/cluster_criteria.h"

#include <math.h>

/* Numbers about the mean of all; it is found from the first centre, so that nothing is lost far from 0. */
static double
between_squares(ClusterSums *sums)
{
	double		people = cluster_people(sums),
				between = 0;

	for (int j = 0; j < sums->columns; j++)
	{
		double		from = cluster_mean(sums, 0, j);
		Sum			shift = {0, 0};

		for (int c = 0; c < sums->clusters; c++)
			sum_add(&shift, cluster_cell(sums, c)->people * (cluster_mean(sums, c, j) - from));
		for (int c = 0; c < sums->clusters; c++)
		{
			double		away = cluster_mean(sums, c, j) - from - sum_value(shift) / people;

			between += cluster_weights(sums)[j] * cluster_cell(sums, c)->people * away * away;
		}
	}
	return between;
}

/* Rows without the commonest word of a category, of all and within the clusters. */
static double
between_mismatches(ClusterSums *sums)
{
	ClusterSums *all = cluster_new(1, sums->columns, sums->categories, sums->words);
	double		between = 0;

	all->gamma = sums->gamma;
	memcpy(cluster_limits(all), cluster_limits(sums), sizeof(double) * sums->categories);
	for (int c = 0; c < sums->clusters; c++)
	{
		cluster_cell(all, 0)->people += cluster_cell(sums, c)->people;
		for (int word = 0; word < sums->words; word++)
			cluster_counts(all, 0)[word] += cluster_counts(sums, c)[word];
		between -= cluster_within(sums, c);
		for (int j = 0; j < sums->columns; j++)
			between += cluster_weights(sums)[j] * cluster_column_squares(sums, c, j);
	}
	return between + cluster_within(all, 0);
}

static double
mean_distance(ClusterSums *sums, int cluster)
{
	return sum_value(cluster_cell(sums, cluster)->distance) / cluster_cell(sums, cluster)->people;
}

/* Davies and Bouldin 1979: the mean over clusters of the worst ratio of widths to the distance between. */
static double
davies_bouldin(ClusterSums *sums)
{
	double		sum = 0;
	int			count = 0;

	for (int a = 0; a < sums->clusters; a++)
	{
		double		worst = 0;

		if (cluster_cell(sums, a)->people == 0)
			continue;
		for (int b = 0; b < sums->clusters; b++)
			if (b != a && cluster_cell(sums, b)->people > 0)
				worst = fmax(worst, (mean_distance(sums, a) + mean_distance(sums, b)) /
							 sqrt(cluster_cost(sums, cluster_centre(sums, a), cluster_modes(sums, a),
											   cluster_centre(sums, b), cluster_modes(sums, b))));
		sum += worst;
		count++;
	}
	return count > 1 ? sum / count : NAN;
}

ClusterCriteria
cluster_judge(ClusterSums *sums)
{
	ClusterCriteria criteria = {.smallest_share = 1};
	double		people = cluster_people(sums);
	double		between = between_squares(sums) + between_mismatches(sums);
	Sum			silhouette = {0, 0};
	int			count = 0;

	for (int c = 0; c < sums->clusters; c++)
	{
		count += cluster_cell(sums, c)->people > 0;
		criteria.within += cluster_within(sums, c);
		criteria.smallest_share = fmin(criteria.smallest_share, cluster_cell(sums, c)->people / people);
		sum_add_sum(&silhouette, cluster_cell(sums, c)->silhouette);
	}
	criteria.total = criteria.within + between;
	criteria.calinski_harabasz = count > 1 && people > count
		? (between / (count - 1)) / (criteria.within / (people - count)) : NAN;
	criteria.davies_bouldin = davies_bouldin(sums);
	criteria.silhouette = count > 1 ? sum_value(silhouette) / people : NAN;
	return criteria;
}
