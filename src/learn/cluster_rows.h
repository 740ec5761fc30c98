/* cluster_rows.h: the rows of a query that are clustered. */
#ifndef PH_CLUSTER_ROWS_H
#define PH_CLUSTER_ROWS_H

#include "core/query.h"
#include "learn/cluster_sums.h"

#define CLUSTER_SAMPLE 10000	/* rows among which starts are sought */

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
extern bool argument_standard_scale(FunctionCallInfo fcinfo, int index);	/* of the choices none and standard */
extern void cluster_scale(ClusterSums *described, double *weights); /* weights that give each column a variance of 1 */
extern double cluster_default_gamma(ClusterSums *described, const double *weights);
extern ClusterRows cluster_sample(ClusterSource *source, int64 rows, int most);

#endif
