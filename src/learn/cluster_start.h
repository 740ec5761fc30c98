/* cluster_start.h: centres to start from, and the passes from there. */
#ifndef PH_CLUSTER_START_H
#define PH_CLUSTER_START_H

#include "postgres.h"
#include "common/pg_prng.h"
#include "learn/cluster_rows.h"

/* Lloyd's passes, each by the function, until nothing moves; the last pass. */
extern ClusterSums *cluster_lloyd(ClusterSums *(*pass) (void *over, ClusterSums *start), void *over,
								  ClusterSums *start, int most, int *iterations);

/* The best of so many seeded starts among rows in memory; NULL where they are fewer different ones than clusters. */
extern ClusterSums *cluster_seek(ClusterRows *rows, ClusterSums *shape, int starts, int most, pg_prng_state *random,
								 int *agreeing);

#endif
