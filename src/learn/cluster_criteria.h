/* cluster_criteria.h: how good clusters are. */
#ifndef PH_CLUSTER_CRITERIA_H
#define PH_CLUSTER_CRITERIA_H

#include "learn/cluster_sums.h"

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

#endif
