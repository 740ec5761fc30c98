/* normal_equations.c: L D L' in double-double with pivots in a fixed order. */
#include "core/normal_equations.h"

#include <math.h>

#include "core/compat.h"
#include "miscadmin.h"

/* A column that does not vary beside an intercept leaves only rounding: of the sums, and of the data. */
#define CONSTANT_TOLERANCE 1e-28

static Sum
packed_at(const Sum *packed, int i, int j)
{
	return packed[i <= j ? PACKED(i, j) : PACKED(j, i)];
}

/* A_ij - sum over kept k < j of L_ik D_k L_jk */
static Sum
left_over(const Factor *factor, const Sum *packed, int i, int j)
{
	Sum			rest = packed_at(packed, i, j);

	for (int k = 0; k < j; k++)
		if (!factor->redundant[k])
			rest = dd_minus(rest, dd_times(dd_times(factor->lower[i * factor->size + k], factor->diagonal[k]),
										   factor->lower[j * factor->size + k]));
	return rest;
}

static bool
is_redundant(const Factor *factor, const Sum *packed, int j, double left, bool intercept, double tolerance)
{
	double		whole = packed_at(packed, j, j).high;
	double		varying = whole;

	if (intercept && j > 0 && !factor->redundant[0])
	{
		Sum			l = factor->lower[j * factor->size];

		varying = dd_minus(packed_at(packed, j, j), dd_times(dd_times(l, l), factor->diagonal[0])).high;
	}
	return !(left > 0) || !(varying > CONSTANT_TOLERANCE * whole) || left < tolerance * varying;
}

Factor
factor_new(const Sum *packed, int size, bool intercept, double tolerance)
{
	Factor		factor = {.size = size};

	factor.redundant = palloc0(sizeof(bool) * Max(size, 1));
	factor.diagonal = palloc0(sizeof(Sum) * Max(size, 1));
	factor.lower = palloc0(sizeof(Sum) * Max((Size) size * size, 1));
	for (int j = 0; j < size; j++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < j; k++)
			if (!factor.redundant[k])
				factor.lower[j * size + k] = dd_over(left_over(&factor, packed, j, k), factor.diagonal[k]);
		factor.diagonal[j] = left_over(&factor, packed, j, j);
		factor.redundant[j] = is_redundant(&factor, packed, j, factor.diagonal[j].high, intercept, tolerance);
		factor.rank += !factor.redundant[j];
	}
	return factor;
}

/* L y = b, then D L' x = y */
static void
solve_sums(const Factor *factor, const Sum *b, Sum *x)
{
	int			size = factor->size;

	for (int i = 0; i < size; i++)
	{
		x[i] = factor->redundant[i] ? (Sum) {0, 0} : b[i];
		for (int k = 0; k < i && !factor->redundant[i]; k++)
			if (!factor->redundant[k])
				x[i] = dd_minus(x[i], dd_times(factor->lower[i * size + k], x[k]));
	}
	for (int i = size - 1; i >= 0; i--)
	{
		if (factor->redundant[i])
			continue;
		x[i] = dd_over(x[i], factor->diagonal[i]);
		for (int k = i + 1; k < size; k++)
			if (!factor->redundant[k])
				x[i] = dd_minus(x[i], dd_times(factor->lower[k * size + i], x[k]));
	}
}

void
factor_solve(const Factor *factor, const Sum *b, double *x)
{
	Sum		   *sums = palloc(sizeof(Sum) * Max(factor->size, 1));

	solve_sums(factor, b, sums);
	for (int i = 0; i < factor->size; i++)
		x[i] = factor->redundant[i] ? NAN : sum_value(sums[i]);
	pfree(sums);
}

double *
factor_inverse(const Factor *factor)
{
	int			size = factor->size;
	double	   *inverse = palloc(sizeof(double) * Max((Size) size * size, 1));
	Sum		   *unit = palloc(sizeof(Sum) * Max(size, 1));
	double	   *column = palloc(sizeof(double) * Max(size, 1));

	for (int j = 0; j < size; j++)
	{
		CHECK_FOR_INTERRUPTS();
		memset(unit, 0, sizeof(Sum) * size);
		unit[j].high = 1;
		factor_solve(factor, unit, column);
		for (int i = 0; i < size; i++)
			inverse[i * size + j] = factor->redundant[j] ? NAN : column[i];
	}
	return inverse;
}
