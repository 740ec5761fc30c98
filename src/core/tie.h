/*
 * tie.h: numbers that are one but for rounding.
 *
 * 0.1 + 0.2 is not 0.3 in floating point, and times that were worked out in two ways would come one after the
 * other though they are the same.  Two neighbours in the order of all are tied where they differ by no more than
 * the square root of the machine's epsilon, 1.5e-8, of the greater; a run of such neighbours is one number, its
 * lowest.  Whole numbers are exact, and only tied where they are equal.  R's survival package has the same
 * tolerance, but of the mean of all: so one number far out would tie what lies close to 0.
 */
#ifndef PH_TIE_H
#define PH_TIE_H

#include <math.h>

#include "core/tally.h"

#define TIE_TOLERANCE 0x1p-26

static inline bool
tied(double a, double b)
{
	bool		exact = a == rint(a) && b == rint(b);

	return a == b || (!exact && isfinite(a) && isfinite(b) && fabs(a - b) <= TIE_TOLERANCE * fmax(fabs(a), fabs(b)));
}

/* Gives each of a run of tied numbers, in ascending order, the lowest of them; whether any was changed. */
extern bool tie_numbers(double *numbers, size_t count);

/* Ties the keys of all the tallies together; a tally that changes is a new one, NULLs stay. */
extern void tie_keys(Tally **tallies, int count);

#endif
