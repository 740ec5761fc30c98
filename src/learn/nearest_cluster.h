/* nearest_cluster.h: a result of clustering as a value, and who is nearest to which cluster. */
#ifndef PH_NEAREST_CLUSTER_H
#define PH_NEAREST_CLUSTER_H

#include "learn/cluster_sums.h"

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

extern Clusters clusters_read(Datum datum);

/* From 0; -1 where no cost is finite. */
extern int	clusters_nearest(const Clusters *clusters, const double *x, char *const *words);

#endif
