/*
 * distribution.c: thin glue over the GNU Scientific Library's distributions.
 *
 * GSL 2.7.1 against R: each quantile is taken from its own tail, since the other tail loses up to nine
 * digits; chi-square quantiles go astray, by up to a third, at some degrees of freedom above 1,000, and
 * there an asymptotic expansion takes over, with Newton's steps as long as it needs them.
 *
 * Where each call is safe, tried with tails from 5e-17, half of what the largest confidence leaves, to 0.5:
 *   gsl_cdf_ugaussian_Q, _Qinv     everywhere
 *   gsl_cdf_tdist_Q                up to 10^15 degrees of freedom, against betainc of 40 digits up to 10^9
 *   gsl_cdf_tdist_Qinv             a start only, up to 100,000: what the tail contradicts is sought by
 *                                  bisection; above, an expansion
 *   gsl_cdf_chisq_P, _Q            up to 1.8 million; above, no caller asks
 *   gsl_cdf_chisq_Pinv, _Qinv      a start only, up to 1,000, as of tdist: below 0.1 it is far off or no number
 *   gsl_ran_tdist_pdf, _chisq_pdf  closed forms, within those ranges only
 *   gsl_cdf_fdist_P                up to 10^9 degrees of freedom either side, against a continued fraction of 40
 *                                  digits: within 1e-6 of tails from 1e-10, within 1e-5 at the most degrees
 * gsl_cdf_fdist_Pinv and gsl_cdf_beta_Pinv, which loop for minutes at large degrees of freedom, are not called.
 */
#include "core/distribution.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#define MIDDLE_DF 1e3
#define LARGE_DF 1e5
#define NORMAL_DF 1e15			/* of Student's t: the normal to the last digit */
#define AGREEMENT 1e-9			/* of a quantile's tail with the one asked for, as a share */
#define BISECTIONS 100			/* of the 1,400 natural logarithms that numbers span */
#define MOST_F_DF 1e9
#define F_AGREEMENT 1e-5		/* the like of AGREEMENT */

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
two_sided_z(double confidence)
{
	return normal_upper_quantile((1 - confidence) / 2);
}

double
normal_upper_tail(double x)
{
	return gsl_cdf_ugaussian_Q(x);
}

double
student_t_upper_tail(double t, double df)
{
	return df > NORMAL_DF ? normal_upper_tail(t) : gsl_cdf_tdist_Q(t, df);
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

typedef double (*Probability) (double x, double df);

static bool
has_tail(double x, double tail, double df, Probability probability)
{
	return fabs(probability(x, df) - tail) <= AGREEMENT * tail;
}

/* The quantile above 0 of a probability that falls with x, or rises, in so many steps; NAN if there is none. */
static double
bisected_quantile(double tail, double df, Probability probability, bool falls)
{
	double		low = log(DBL_MIN),
				high = log(DBL_MAX);

	if (falls ? probability(DBL_MIN, df) < tail : probability(DBL_MIN, df) > tail)
		return 0;
	for (int i = 0; i < BISECTIONS; i++)
	{
		double		middle = (low + high) / 2;
		bool		below = probability(exp(middle), df) < tail;

		if (below == falls)
			high = middle;
		else
			low = middle;
	}
	return has_tail(exp(low), tail, df, probability) ? exp(low) : NAN;
}

/* A quantile that a library gives, unless the tail there is another: then the one that bisection finds. */
static double
checked_quantile(double x, double tail, double df, Probability probability, bool falls)
{
	return has_tail(x, tail, df, probability) ? x : bisected_quantile(tail, df, probability, falls);
}

/* Cornish and Fisher's expansion about the normal quantile (Abramowitz and Stegun 1964, 26.7.5). */
static double
student_t_quantile_large(double z, double df)
{
	double		z2 = z * z;

	return z + z * (z2 + 1) / (4 * df) + z * ((5 * z2 + 16) * z2 + 3) / (96 * df * df) +
		z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * df * df * df);
}

/* GSL's quantile is right to seven digits; its tail and density give the others. */
double
student_t_upper_quantile(double tail, double df)
{
	double		t;

	if (df > LARGE_DF)
		return student_t_quantile_large(normal_upper_quantile(tail), df);
	t = gsl_cdf_tdist_Qinv(tail, df);
	for (int i = 0; i < 2; i++)
		t += (gsl_cdf_tdist_Q(t, df) - tail) / gsl_ran_tdist_pdf(t, df);
	return tail < 0.5 ? checked_quantile(t, tail, df, gsl_cdf_tdist_Q, true) : t;
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
chi_square_quantile_middle(double x, double tail, double df, Probability probability, int sign)
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
	return checked_quantile(gsl_cdf_chisq_Pinv(tail, df), tail, df, gsl_cdf_chisq_P, false);
}

double
chi_square_upper_quantile(double tail, double df)
{
	if (df > LARGE_DF)
		return chi_square_quantile_large(normal_upper_quantile(tail), df);
	if (df > MIDDLE_DF)
		return chi_square_quantile_middle(chi_square_quantile_large(normal_upper_quantile(tail), df),
										  tail, df, gsl_cdf_chisq_Q, -1);
	return checked_quantile(gsl_cdf_chisq_Qinv(tail, df), tail, df, gsl_cdf_chisq_Q, true);
}

/* Above 10^9 degrees of freedom the quantile of so many, farther from 1 by less than 2 in 10,000. */
double
f_lower_quantile(double tail, double df, double df_below)
{
	double		low = log(DBL_MIN),
				high = log(DBL_MAX);

	df = fmin(df, MOST_F_DF);
	df_below = fmin(df_below, MOST_F_DF);
	if (gsl_cdf_fdist_P(DBL_MIN, df, df_below) > tail)
		return 0;
	for (int i = 0; i < BISECTIONS; i++)
	{
		double		middle = (low + high) / 2;

		if (gsl_cdf_fdist_P(exp(middle), df, df_below) < tail)
			low = middle;
		else
			high = middle;
	}
	return fabs(gsl_cdf_fdist_P(exp(low), df, df_below) - tail) <= F_AGREEMENT * tail ? exp(low) : NAN;
}
