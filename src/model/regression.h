/*
 * regression.h: what one pass of a regression over its rows sums up.
 *
 * The same bytes are the aggregate's state and its result; passes over parts of the rows combine.
 */
#ifndef PH_REGRESSION_H
#define PH_REGRESSION_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"
#include "core/normal_equations.h"

#define REGRESSION_VERSION 2
#define REGRESSION_MOST_TERMS 250

/* beyond it products of three numbers overflow */
#define REGRESSION_LARGEST 1e100

typedef enum RegressionFamily
{
	FAMILY_LINEAR,
	FAMILY_LOGISTIC,
	FAMILY_POISSON,
	FAMILY_COX					/* only as a given model */
} RegressionFamily;

extern const char *const regression_families[];

/* What is summed, over the columns x (an intercept is a column of ones). */
typedef enum RegressionPass
{
	PASS_PRODUCTS,				/* w z z' without rounding, z = x and y: all that a linear fit needs */
	PASS_START,					/* H = w v x x' and w v x times the working response, from the response alone */
	PASS_STEP,					/* H and the gradient w r x at the coefficients */
	PASS_SCORES,				/* the gradient alone: the scores of one cluster */
	PASS_SQUARES				/* w r^2 x x', or w^2 where weights count nobody, or score score' over clusters */
} RegressionPass;

extern const char *const regression_passes[];

typedef struct Regression
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		pass;
	uint8		family;
	uint8		flags;			/* reserved, always zero */
	int32		columns;
	int32		parameters;		/* doubles behind the sums: see regression_parameters */
	int64		rows;			/* that count: nothing missing, weight above 0 */
	int64		left_out;		/* rows where something was NULL */
	uint64		fingerprint;	/* of the rows that count */
	double		least;			/* of the response */
	double		greatest;
	double		margin;			/* the worst of the rows against the direction, and its longest reach */
	double		reach;
	Sum			weight;
	Sum			log_weight;
	Sum			response;		/* weighted */
	Sum			exposure;		/* weighted exp(offset) */
	Sum			log_likelihood;
	Sum			deviance;
	Sum			pearson;
	Sum			sums[FLEXIBLE_ARRAY_MEMBER];	/* the gradient, then the packed triangle */
} Regression;

#define PG_GETARG_REGRESSION(n) regression_open(PG_GETARG_DATUM(n))

extern Size regression_size(RegressionPass pass, int columns, int parameters);
extern Regression *regression_new(RegressionPass pass, RegressionFamily family, int columns, int parameters);
extern Regression *regression_open(Datum datum);
extern const char *regression_problem(const Regression *regression, Size size); /* of a value from outside, or NULL */

extern Sum *regression_gradient(Regression *regression);	/* columns; not for PASS_PRODUCTS and PASS_SQUARES */
extern Sum *regression_triangle(Regression *regression);	/* packed; with the response last for PASS_PRODUCTS */
extern int	regression_sum_count(RegressionPass pass, int columns); /* of both */

/* Behind the sums, a number a column each: none, the centre, the centre and coefficients, and a direction too. */
extern double *regression_parameters(Regression *regression);
extern bool regression_parameters_fit(RegressionPass pass, int columns, int parameters);

/* The mean of the response at a linear predictor. */
extern double regression_mean(RegressionFamily family, double predictor);

#endif
