/*
 * control_chart_rules.c: limits and rules of Shewhart's charts.
 *
 * Everything here sees the points of one phase, and no rule reaches beyond its ends.  A missing value is
 * NAN: it keeps its place, takes two moving ranges with it, and breaks runs and trends, since comparisons
 * with it are false.
 */
#include "monitor/control_chart_rules.h"

#include <math.h>

#include "core/sum.h"
#include "miscadmin.h"

/* Shewhart's constants for moving ranges of two, rounded as the field rounds them. */
#define LIMIT_FACTOR 2.66		/* 3 / d2 */
#define RANGE_TO_SIGMA 1.128	/* d2 */
#define SCREEN_FACTOR 3.267		/* D4 */

/* ---- limits ---- */

static int
baseline(int count, const ChartRules *rules)
{
	return Min(rules->fix_after, count);
}

/* The mean moving range of those below a limit; NAN where there is none. */
static double
mean_moving_range(const double *values, int count, double limit)
{
	Sum			sum = {0, 0};
	int			ranges = 0;

	for (int i = 1; i < count; i++)
	{
		double		range = fabs(values[i] - values[i - 1]);

		if (range < limit)
		{
			sum_add(&sum, range);
			ranges++;
		}
	}
	return ranges > 0 ? sum_value(sum) / ranges : NAN;
}

/*
 * XmR: the mean, and 2.66 mean moving ranges to either side.  Screening leaves out, once, moving ranges
 * from 3.267 of their mean on; where none is left there are no limits.
 */
void
xmr_limits(ChartPoint *points, int count, const ChartRules *rules)
{
	int			base = baseline(count, rules);
	double	   *values = palloc_array(double, base);
	Sum			sum = {0, 0};
	int			known = 0;
	bool		unscreened = false;
	double		mean,
				range;

	for (int i = 0; i < base; i++)
	{
		values[i] = points[i].value;
		if (isnan(values[i]))
			continue;
		sum_add(&sum, values[i]);
		known++;
	}
	mean = known > 0 ? sum_value(sum) / known : NAN;
	range = mean_moving_range(values, base, INFINITY);
	if (rules->screen)
	{
		double		screened = mean_moving_range(values, base, SCREEN_FACTOR * range);

		/* where all that moved was screened off, what is left would call every point a signal */
		unscreened = screened == 0 && range > 0;
		if (!unscreened)
			range = screened;
	}
	for (int i = 0; i < count; i++)
	{
		points[i].mean = mean;
		points[i].unscreened = unscreened;
		points[i].lower = mean - LIMIT_FACTOR * range;
		points[i].upper = mean + LIMIT_FACTOR * range;
		points[i].lower_two_thirds = mean - (2 * (LIMIT_FACTOR / 3)) * range;
		points[i].upper_two_thirds = mean + (2 * (LIMIT_FACTOR / 3)) * range;
	}
	pfree(values);
}

typedef double (*PointSigma) (double mean, double size);

static double
binomial_sigma(double mean, double size)
{
	return sqrt(mean * (1 - mean) / size);
}

static double
poisson_sigma(double mean, double size)
{
	return sqrt(mean / size);
}

/* Laney (2002): the points' distances in their own sigmas have a sigma of their own, from moving ranges. */
static double
laney_factor(const ChartPoint *points, int count, double mean, PointSigma sigma)
{
	double	   *distances = palloc_array(double, Max(count, 1));
	double		factor;

	for (int i = 0; i < count; i++)
		distances[i] = (points[i].value - mean) / sigma(mean, points[i].size);
	factor = mean_moving_range(distances, count, INFINITY) / RANGE_TO_SIGMA;
	pfree(distances);
	return factor;
}

/* Three sigmas of each point's own size to either side of the mean, within what values can be. */
static void
shewhart_limits(ChartPoint *points, int count, const ChartRules *rules, PointSigma sigma, double highest, bool laney)
{
	int			base = baseline(count, rules);
	Sum			events = {0, 0},
				size = {0, 0};
	double		mean,
				factor;

	for (int i = 0; i < base; i++)
	{
		if (isnan(points[i].value))
			continue;
		sum_add(&events, points[i].events);
		sum_add(&size, points[i].size);
	}
	mean = sum_value(size) > 0 ? sum_value(events) / sum_value(size) : NAN;
	factor = laney ? laney_factor(points, base, mean, sigma) : 1;
	if (factor == 0)
		factor = NAN;			/* no variation to set limits by */
	for (int i = 0; i < count; i++)
	{
		double		width = isnan(points[i].value) ? NAN : factor * sigma(mean, points[i].size);

		points[i].mean = mean;
		if (isnan(width))
			continue;
		points[i].lower = fmax(0, mean - 3 * width);
		points[i].upper = fmin(highest, mean + 3 * width);
		points[i].lower_two_thirds = fmax(0, mean - 2 * width);
		points[i].upper_two_thirds = fmin(highest, mean + 2 * width);
	}
}

void
binomial_limits(ChartPoint *points, int count, const ChartRules *rules, bool laney)
{
	shewhart_limits(points, count, rules, binomial_sigma, 1, laney);
}

void
poisson_limits(ChartPoint *points, int count, const ChartRules *rules, bool laney)
{
	shewhart_limits(points, count, rules, poisson_sigma, INFINITY, laney);
}

/* ---- rules ---- */

static int
sign_of_difference(double a, double b)
{
	return (a > b) - (a < b);
}

/* A trend: as many points as a run, each above, or each below, the one before. */
static void
find_trends(ChartPoint *points, int count, int run_length)
{
	int			start = 0;

	for (int i = 1; i <= count; i++)
	{
		int			step = i < count ? sign_of_difference(points[i].value, points[i - 1].value) : 0;
		int			step_before = i - 1 > start
			? sign_of_difference(points[start + 1].value, points[start].value) : step;

		if (step != 0 && step == step_before)
			continue;
		if (i - start >= run_length)
			for (int j = start; j < i; j++)
				points[j].direction = sign_of_difference(points[start + 1].value, points[start].value);
		start = step != 0 ? i - 1 : i;
	}
}

/*
 * Which way a point of a trend goes: to the next point if that is in a trend too, else from the one
 * before.  So a peak that two trends share is falling.
 */
static void
direct_trends(ChartPoint *points, int count, bool tie_falls)
{
	for (int i = 0; i < count; i++)
	{
		ChartPoint *point = &points[i];
		bool		next_in_trend = i + 1 < count && points[i + 1].direction != 0;
		int			onwards;

		if (point->direction == 0)
			continue;
		onwards = next_in_trend ? sign_of_difference(points[i + 1].value, point->value) : 0;
		if (onwards != 0)
			point->direction = onwards;
		else if (next_in_trend && tie_falls)
			point->direction = -1;
		else if (i > 0 && sign_of_difference(point->value, points[i - 1].value) != 0)
			point->direction = sign_of_difference(point->value, points[i - 1].value);
	}
}

/* A shift: as many points as a run on one side of the mean; a point on it breaks the run. */
static void
find_shifts(ChartPoint *points, int count, int run_length)
{
	int			start = 0;

	for (int i = 1; i <= count; i++)
	{
		if (i < count && points[i].side != 0 && points[i].side == points[start].side)
			continue;
		if (points[start].side != 0 && i - start >= run_length)
			for (int j = start; j < i; j++)
				points[j].shift = true;
		start = i;
	}
}

/* Two in three: three points on one side of the mean, two of them close to its limit; these are flagged. */
static void
find_two_in_three(ChartPoint *points, int count, bool outside_counts)
{
	for (int i = 0; i + 2 < count; i++)
	{
		ChartPoint *window = &points[i];
		int			near = 0;

		if (window[0].side == 0 || window[1].side != window[0].side || window[2].side != window[0].side)
			continue;
		for (int j = 0; j < 3; j++)
			near += window[j].close || (outside_counts && window[j].outside);
		for (int j = 0; j < 3 && near >= 2; j++)
			if (window[j].close || (outside_counts && window[j].outside))
				window[j].two_in_three = true;
	}
}

void
chart_rules(ChartPoint *points, int count, const ChartRules *rules)
{
	for (int i = 0; i < count; i++)
	{
		ChartPoint *point = &points[i];

		CHECK_FOR_INTERRUPTS();
		point->side = sign_of_difference(point->value, point->mean);
		point->outside = point->value > point->upper || point->value < point->lower;
		point->close = !point->outside &&
			(point->value > point->upper_two_thirds || point->value < point->lower_two_thirds);
	}
	if (count == 0)
		return;
	find_trends(points, count, rules->run_length);
	direct_trends(points, count, rules->tie_falls);
	find_shifts(points, count, rules->run_length);
	find_two_in_three(points, count, rules->outside_counts);
}
