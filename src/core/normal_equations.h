/* normal_equations.h: symmetric systems in double-double, with redundant columns found. */
#ifndef PH_NORMAL_EQUATIONS_H
#define PH_NORMAL_EQUATIONS_H

#include "postgres.h"
#include "core/double_double.h"

/* where row i and column j, i <= j, stand in a packed upper triangle of so many columns */
#define PACKED(i, j) ((Size) (j) * ((j) + 1) / 2 + (i))
#define PACKED_SIZE(columns) ((Size) (columns) * ((columns) + 1) / 2)

/* A = L D L' of the columns that are not redundant. */
typedef struct Factor
{
	int			size;
	int			rank;
	bool	   *redundant;		/* a column that earlier columns make up */
	Sum		   *lower;			/* L by rows, size x size; its diagonal is 1 */
	Sum		   *diagonal;		/* D */
} Factor;

/*
 * Columns are taken in order, so that earlier ones are kept.  A column is redundant where what is left of
 * it after the earlier ones is less than tolerance of what is left of it after the first, if that is an
 * intercept.
 */
extern Factor factor_new(const Sum *packed, int size, bool intercept, double tolerance);

/* A x = b; NAN for redundant columns. */
extern void factor_solve(const Factor *factor, const Sum *b, double *x);

/* The inverse, size x size, NAN in the rows and columns of redundant ones. */
extern double *factor_inverse(const Factor *factor);

#endif
