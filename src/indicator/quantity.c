/* quantity.c: an indicator with its variance. */
#include "indicator/quantity.h"

#include <math.h>

Quantity
quantity_of(Estimate estimate, double variance)
{
	return (Quantity) {estimate, variance, INFINITY, 0, 0};
}

Quantity
quantity_none(const char *note)
{
	return quantity_of(estimate_none("%s", note), NAN);
}

void
quantity_scale(Quantity *quantity, double factor)
{
	estimate_scale(&quantity->estimate, factor);
	quantity->variance *= factor * factor;
	quantity->poisson_unit *= fabs(factor);
}
