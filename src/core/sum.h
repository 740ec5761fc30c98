/*
 * sum.h: compensated sums.
 *
 * A Sum is an unevaluated pair high + low.  Adding keeps what rounding would lose (Knuth's two-sum;
 * Ogita, Rump and Oishi 2005, "Accurate sum and dot product"), so that the order of the rows does not
 * show in the answer.  While rows arrive the pair may overlap; sum_normalise() makes it canonical.
 */
#ifndef PH_SUM_H
#define PH_SUM_H

typedef struct Sum
{
	double		high;
	double		low;
} Sum;

static inline void
sum_add(Sum *sum, double x)
{
	double		high = sum->high + x;
	double		virtual_x = high - sum->high;

	sum->low += (sum->high - (high - virtual_x)) + (x - virtual_x);
	sum->high = high;
}

static inline void
sum_add_sum(Sum *sum, Sum other)
{
	sum_add(sum, other.high);
	sum->low += other.low;
}

static inline Sum
sum_normalise(Sum sum)
{
	Sum			result = {0.0, 0.0};

	sum_add(&result, sum.high);
	sum_add(&result, sum.low);
	if (result.low == 0.0)
		result.low = 0.0;		/* no negative zero: equal sums have equal bytes */
	return result;
}

static inline double
sum_value(Sum sum)
{
	return sum.high + sum.low;
}

#endif
