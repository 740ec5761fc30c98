/* interval.c: confidence limits of counts, rates, proportions and normal values, as plain mathematics. */
#include "core/interval.h"

#include <math.h>

#include "core/distribution.h"

/* Byar's approximation (Breslow and Day 1987).  A lower limit below 0 does not exist: NAN. */
Limits
byar_limits(double events, double confidence)
{
	double		z = two_sided_z(confidence);
	double		next = events + 1;
	Limits		limits;

	limits.lower = events * pow(1 - 1 / (9 * events) - z / (3 * sqrt(events)), 3);
	limits.upper = next * pow(1 - 1 / (9 * next) + z / (3 * sqrt(next)), 3);
	if (!(limits.lower >= 0))
		limits.lower = NAN;
	return limits;
}

/* Exact Poisson limits from chi-square quantiles (Garwood 1936). */
Limits
exact_limits(double events, double confidence)
{
	double		tail = (1 - confidence) / 2;
	Limits		limits;

	limits.lower = events > 0 ? chi_square_lower_quantile(tail, 2 * events) / 2 : 0;
	limits.upper = chi_square_upper_quantile(tail, 2 * events + 2) / 2;
	return limits;
}

#define MANY_EVENTS 900000.0

/* The chance of more than events, and half the chance of just so many, where expected are expected. */
static double
mid_p_above(double events, double expected)
{
	double		more = chi_square_lower_tail(2 * expected, 2 * events + 2);
	double		as_many_or_more = events > 0 ? chi_square_lower_tail(2 * expected, 2 * events) : 1;

	return (more + as_many_or_more) / 2;
}

/* Bisection: the chance grows with what is expected. */
static double
mid_p_limit(double events, double chance, double low, double high)
{
	for (int i = 0; i < 200 && low < high; i++)
	{
		double		middle = low + (high - low) / 2;

		if (middle == low || middle == high)
			break;
		if (mid_p_above(events, middle) < chance)
			low = middle;
		else
			high = middle;
	}
	return low + (high - low) / 2;
}

/* Mid-P limits of a Poisson count (Cohen and Yang 1994); they lie within the exact ones. */
Limits
mid_p_limits(double events, double confidence)
{
	double		tail = (1 - confidence) / 2;
	Limits		exact = exact_limits(events, confidence);
	Limits		limits;

	/* halfway between the two chi-squares is the one halfway; GSL's tail has jumps from here on */
	if (events > MANY_EVENTS)
		return (Limits) {chi_square_lower_quantile(tail, 2 * events + 1) / 2,
						 chi_square_upper_quantile(tail, 2 * events + 1) / 2};
	limits.lower = events > 0 ? mid_p_limit(events, tail, exact.lower, events + 1) : 0;
	limits.upper = mid_p_limit(events, 1 - tail, events / 2, exact.upper);
	return limits;
}

/* England's convention: exact below 10 events, Byar's from there on. */
Limits
count_limits(double events, double confidence)
{
	return events < 10 ? exact_limits(events, confidence) : byar_limits(events, confidence);
}

/*
 * Limits of a count whose events come in clusters, several to one person: the distance from the count
 * grows by the square root of (sum of squares / sum), the compound Poisson's variance over the count.
 */
Limits
repeated_limits(double events, double squares, Limits independent)
{
	double		inflation = events > 0 ? sqrt(squares / events) : 1;
	Limits		limits;

	limits.lower = fmax(0, events + inflation * (independent.lower - events));
	limits.upper = events + inflation * (independent.upper - events);
	if (isnan(independent.lower))
		limits.lower = NAN;
	return limits;
}

/*
 * Of a weighted sum of events (Dobson et al. 1991), from Byar's limits of their count; may lie below 0 and is not
 * clipped.
 */
Limits
dobson_limits(double rate, double variance, double events, double confidence)
{
	Limits		count = byar_limits(events, confidence);
	double		ratio = sqrt(variance / events);
	Limits		limits;

	limits.lower = rate + ratio * (count.lower - events);
	limits.upper = rate + ratio * (count.upper - events);
	return limits;
}

/* Of a value whose error is normal. */
Limits
normal_limits(double value, double error, double confidence)
{
	double		distance = two_sided_z(confidence) * error;

	return (Limits) {value - distance, value + distance};
}

/* Wilson's score limits (Wilson 1927; Newcombe and Altman 2000). */
Limits
wilson_limits(double events, double population, double confidence)
{
	double		z = two_sided_z(confidence);
	double		middle = 2 * events + z * z;
	double		half = z * sqrt(z * z + 4 * events * (1 - events / population));
	double		scale = 2 * (population + z * z);
	Limits		limits;

	limits.lower = fmax(0, (middle - half) / scale);
	limits.upper = fmin(1, (middle + half) / scale);
	if (events == 0)
		limits.lower = 0;
	if (events == population)
		limits.upper = 1;
	return limits;
}
