/*
 * distribution.c: thin glue over the GNU Scientific Library's distributions.
 *
 * GSL 2.7.1 against R: each quantile is taken from its own tail, since the other tail loses up to nine
 * digits; chi-square quantiles go astray, by up to a third, at some degrees of freedom above 1,000, and
 * there an asymptotic expansion takes over, with Newton's steps as long as it needs them.
 */
#include "core/distribution.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#define MIDDLE_DF 1e3
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

double
normal_upper_tail(double x)
{
	return gsl_cdf_ugaussian_Q(x);
}

double
student_t_upper_tail(double t, double df)
{
	return isinf(df) ? normal_upper_tail(t) : gsl_cdf_tdist_Q(t, df);
}

double
chi_square_upper_tail(double x, double df)
{
	return gsl_cdf_chisq_Q(x, df);
}

double
chi_square_lower_tail(double x, double df)
{
	return gsl_cdf_chisq_P(x, df);
}

/* GSL's quantile is right to seven digits; its tail and density give the others. */
double
student_t_upper_quantile(double tail, double df)
{
	double		t;

	if (isinf(df))
		return normal_upper_quantile(tail);
	t = gsl_cdf_tdist_Qinv(tail, df);
	for (int i = 0; i < 2; i++)
		t += (gsl_cdf_tdist_Q(t, df) - tail) / gsl_ran_tdist_pdf(t, df);
	return t;
}

/*
 * Cornish and Fisher's expansion as Goldberg and Levine (1946) give it, z the normal quantile.  From
 * 100,000 degrees of freedom on the first term left out is below 1e-13 of the quantile.
 */
static double
chi_square_quantile_large(double z, double df)
{
	double		root = sqrt(df);
	double		z2 = z * z;

	return df + M_SQRT2 * z * root + 2.0 / 3 * (z2 - 1) +
		z * (z2 - 7) / (9 * M_SQRT2 * root) -
		(6 * z2 * z2 + 14 * z2 - 32) / (405 * df) +
		M_SQRT2 * z * (9 * z2 * z2 + 256 * z2 - 433) / (9720 * df * root);
}

/* Newton's steps from the expansion: GSL's tail probabilities and density are right where its quantile is not. */
static double
chi_square_quantile_middle(double x, double tail, double df, double (*probability) (double, double), int sign)
{
	for (int i = 0; i < 3; i++)
		x -= sign * (probability(x, df) - tail) / gsl_ran_chisq_pdf(x, df);
	return x;
}

double
chi_square_lower_quantile(double tail, double df)
{
	double		a = df / 2;
	double		first = exp((log(tail) + lgamma(a + 1)) / a);

	/* close to 0 two terms of the incomplete gamma series are exact, and GSL does not converge */
	if (first < 1e-6)
		return 2 * first * (1 + first / (a + 1));
	if (df > LARGE_DF)
		return chi_square_quantile_large(-normal_upper_quantile(tail), df);
	if (df > MIDDLE_DF)
		return chi_square_quantile_middle(chi_square_quantile_large(-normal_upper_quantile(tail), df),
										  tail, df, gsl_cdf_chisq_P, 1);
	return gsl_cdf_chisq_Pinv(tail, df);
}

double
chi_square_upper_quantile(double tail, double df)
{
	if (df > LARGE_DF)
		return chi_square_quantile_large(normal_upper_quantile(tail), df);
	if (df > MIDDLE_DF)
		return chi_square_quantile_middle(chi_square_quantile_large(normal_upper_quantile(tail), df),
										  tail, df, gsl_cdf_chisq_Q, -1);
	return gsl_cdf_chisq_Qinv(tail, df);
}
