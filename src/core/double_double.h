/*
 * double_double.h: arithmetic of unevaluated pairs high + low, about 32 digits.
 *
 * Dekker 1971; Hida, Li and Bailey 2001.  Needs a compiler that does not fuse multiply and add.
 */
#ifndef PH_DOUBLE_DOUBLE_H
#define PH_DOUBLE_DOUBLE_H

#include "core/sum.h"

#define SPLITTER 134217729.0	/* 2^27 + 1 */

/* high + low, where |high| is not less than |low| */
static inline Sum
dd_settle(double high, double low)
{
	double		sum = high + low;

	return (Sum) {sum, low - (sum - high)};
}

/* a b without rounding, for factors below 1e150 */
static inline Sum
dd_product(double a, double b)
{
	double		product = a * b;
	double		a_big = SPLITTER * a,
				b_big = SPLITTER * b;
	double		a_high = a_big - (a_big - a),
				b_high = b_big - (b_big - b);
	double		a_low = a - a_high,
				b_low = b - b_high;

	return (Sum) {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

static inline Sum
dd_plus(Sum a, Sum b)
{
	Sum			sum = a;

	sum_add_sum(&sum, b);
	return dd_settle(sum.high, sum.low);
}

static inline Sum
dd_minus(Sum a, Sum b)
{
	return dd_plus(a, (Sum) {-b.high, -b.low});
}

static inline Sum
dd_times(Sum a, Sum b)
{
	Sum			product = dd_product(a.high, b.high);

	return dd_settle(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static inline Sum
dd_over(Sum a, Sum b)
{
	double		first = a.high / b.high;
	Sum			rest = dd_minus(a, dd_times(b, (Sum) {first, 0}));
	double		second = rest.high / b.high;

	rest = dd_minus(rest, dd_times(b, (Sum) {second, 0}));
	return dd_plus(dd_settle(first, second), (Sum) {rest.high / b.high, 0});
}

#endif
