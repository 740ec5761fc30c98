/* draw.c: numbers drawn by chance, and limits from them. */
#include "core/draw.h"

#include <math.h>

#include "core/distribution.h"
#include "core/sort.h"
#include "miscadmin.h"

/* A number above 0 and below 1. */
static double
draw_uniform(pg_prng_state *random)
{
	return fmax(pg_prng_double(random), 0x1p-54);
}

double
draw_normal(pg_prng_state *random)
{
	return -normal_upper_quantile(draw_uniform(random));
}

/* Marsaglia and Tsang 2000: a transformed normal, accepted or drawn again. */
double
draw_gamma(pg_prng_state *random, double shape)
{
	double		d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
	double		c = 1 / sqrt(9 * d);

	for (;;)
	{
		double		x = draw_normal(random);
		double		v = pow(1 + c * x, 3);

		CHECK_FOR_INTERRUPTS();
		if (v > 0 && log(draw_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v))
			return d * v * (shape < 1 ? pow(draw_uniform(random), 1 / shape) : 1);
	}
}

void
limits_of_draws(double *draws, int count, double confidence, double *lower, double *upper)
{
	double		tail = (1 - confidence) / 2;

	CHECK_FOR_INTERRUPTS();
	sort_numbers(draws, count);
	*lower = draws[Max((int) rint(count * tail), 1) - 1];
	*upper = draws[Max((int) rint(count * (1 - tail)), 1) - 1];
}
