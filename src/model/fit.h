/*
 * fit.h: a regression being fitted over the rows of a query.
 *
 * Newton's method and robust variances are sums over rows in doubles, so they see centred columns.
 */
#ifndef PH_FIT_H
#define PH_FIT_H

#include "postgres.h"
#include "core/query.h"
#include "model/regression.h"

typedef enum Variance
{
	VARIANCE_MODEL,
	VARIANCE_HC0,
	VARIANCE_HC1,
	VARIANCE_CLUSTER,
	VARIANCE_CLUSTER0
} Variance;

typedef enum WeightType
{
	WEIGHT_FREQUENCY,			/* a row stands for so many equal ones */
	WEIGHT_PROBABILITY,			/* it was drawn with a chance in proportion to 1 / weight */
	WEIGHT_PRECISION			/* its variance is sigma^2 / weight */
} WeightType;

typedef struct Fit
{
	RegressionFamily family;
	UserQuery  *query;
	char	   *response;		/* expressions over q, a row of the query */
	char	   *weight;
	char	   *offset;
	char	   *cluster;		/* NULL: none */
	char	  **names;			/* of the columns that enter, the intercept first */
	char	  **columns;		/* their expressions */
	int			count;
	char	   *complete;		/* whether a row has every column, also one that was dropped; NULL: none was */
	bool		intercept;
	WeightType	weight_type;
	Variance	variance;
	int			most_iterations;
	double	   *centre;			/* of the columns that enter; 0 without an intercept */
	double	   *coefficients;	/* of the centred columns */
	double	   *direction;		/* of the last step */
	int			passes;
	int64		rows;			/* of the first pass: every pass must see the same; -1: none yet */
	uint64		fingerprint;	/* of the first pass over these columns */
	bool		has_fingerprint;
} Fit;

#endif
