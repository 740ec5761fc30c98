/*
 * line.h: the line through groups in order of disadvantage.
 *
 * The slope is a weighted sum of the groups' values, so its variance is exact.
 */
#ifndef PH_LINE_H
#define PH_LINE_H

#include "compare/groups.h"

typedef struct Line
{
	double		intercept;		/* the value at 0 */
	double		slope;			/* the value at 1 less that at 0 */
	double		variance_intercept;
	double		variance_slope;
	double		covariance;
} Line;

/* Least squares weighted by population; false, with *why, for fewer than two groups. */
extern bool line_fit(const Groups *groups, Line *line, Estimate *why);

/* What each group's value adds to the slope and to the intercept, and the line of such a slope through other values. */
extern void line_weights(const Groups *groups, double *slope, double *intercept);
extern void line_through(const Groups *groups, const double *value, const double *weight, double *slope,
						 double *intercept);

#endif
