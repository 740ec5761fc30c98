/* line.c: the line through groups in order of disadvantage. */
#include "compare/line.h"

#include <math.h>

/*
 * What each group's value adds to the slope and to the intercept: a (b - bbar) / sum a (b - bbar)^2, and
 * a - bbar times that, with a the share and b the position.
 */
void
line_weights(const Groups *groups, double *slope, double *intercept)
{
	double		middle = 0,
				spread = 0;

	for (int i = 0; i < groups->count; i++)
		middle += groups->share[i] * groups->position[i];
	for (int i = 0; i < groups->count; i++)
		spread += groups->share[i] * pow(groups->position[i] - middle, 2);
	for (int i = 0; i < groups->count; i++)
	{
		slope[i] = groups->share[i] * (groups->position[i] - middle) / spread;
		intercept[i] = groups->share[i] - middle * slope[i];
	}
}

/*
 * The slope of a line through values and its height at 0.  The weights of the slope add up to 0, so that it is
 * of the values less their mean: values near 10^9 that differ by little keep their differences.
 */
void
line_through(const Groups *groups, const double *value, const double *weight, double *slope, double *intercept)
{
	double		mean = value[0] + groups_mean_about(groups, value, value[0]);
	double		middle = 0;

	*slope = 0;
	for (int i = 0; i < groups->count; i++)
	{
		*slope += weight[i] * (value[i] - mean);
		middle += groups->share[i] * groups->position[i];
	}
	*intercept = mean - middle * *slope;
}

bool
line_fit(const Groups *groups, Line *line, Estimate *why)
{
	double		slope[MAX_GROUPS],
				intercept[MAX_GROUPS];

	if (groups->count < 2)
	{
		*why = estimate_none("fewer_than_2_groups");
		return false;
	}
	memset(line, 0, sizeof(*line));
	line_weights(groups, slope, intercept);
	for (int i = 0; i < groups->count; i++)
	{
		double		variance = groups->error[i] * groups->error[i];

		line->variance_slope += slope[i] * slope[i] * variance;
		line->variance_intercept += intercept[i] * intercept[i] * variance;
		line->covariance += slope[i] * intercept[i] * variance;
	}
	line_through(groups, groups->value, slope, &line->slope, &line->intercept);
	return true;
}
