/*
 * distribution.c: thin glue over the GNU Scientific Library's distributions.
 *
 * GSL 2.7.1 against R: each quantile is taken from its own tail, since the other tail loses up to nine
 * digits; chi-square quantiles fail around two million degrees of freedom, and there the quantile is
 * solved for here from GSL's distribution function.
 */
#include "core/distribution.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#define LARGE_DF 1e5

/* GSL's own handler would abort the whole server. */
void
distribution_init(void)
{
	gsl_set_error_handler_off();
}

double
normal_upper_quantile(double tail)
{
	return gsl_cdf_ugaussian_Qinv(tail);
}

/*
 * The density of a chi-square on a scale where its size does not overflow: Loader's saddle-point form.
 * With a = df / 2 and x / 2 = a (1 + u): log density at x is -a (u - log(1 + u)) - log(...).
 */
static double
chi_square_log_density(double x, double df)
{
	double		a = df / 2;
	double		u = x / df - 1;
	double		stirling = 1 / (12 * a);	/* log gamma(a) beyond Stirling's first terms */

	return -a * (u - log1p(u)) - log1p(u) - 0.5 * log(4 * M_PI * df) - stirling;
}

/*
 * Newton's steps on the tail probability from Wilson and Hilferty's start (1931).  At such degrees of
 * freedom the start is right to six digits and two steps reach the last.
 */
static double
solve_large(double tail, double df, double z, double (*probability) (double, double), double sign)
{
	double		c = 2 / (9 * df);
	double		x = df * pow(1 - c + z * sqrt(c), 3);

	for (int i = 0; i < 4; i++)
		x -= sign * (probability(x, df) - tail) / exp(chi_square_log_density(x, df));
	return x;
}

double
chi_square_lower_quantile(double tail, double df)
{
	if (df > LARGE_DF)
		return solve_large(tail, df, -normal_upper_quantile(tail), gsl_cdf_chisq_P, 1);
	return gsl_cdf_chisq_Pinv(tail, df);
}

double
chi_square_upper_quantile(double tail, double df)
{
	if (df > LARGE_DF)
		return solve_large(tail, df, normal_upper_quantile(tail), gsl_cdf_chisq_Q, -1);
	return gsl_cdf_chisq_Qinv(tail, df);
}
