/* control_chart_rules.h: limits and rules of Shewhart's charts, as plain C over an array of points. */
#ifndef PH_CONTROL_CHART_RULES_H
#define PH_CONTROL_CHART_RULES_H

#include "postgres.h"

typedef struct ChartPoint
{
	/* given; NAN is a missing value */
	double		value;
	double		events;			/* value = events / size, for proportions and rates */
	double		size;
	int			phase;			/* 1, 2, ... */

	/* answered; NAN where there is none */
	double		mean;
	double		lower;
	double		upper;
	double		lower_two_thirds;
	double		upper_two_thirds;
	int			side;			/* of the mean: -1, 0, 1 */
	int			direction;		/* of the trend it is part of: -1 falling, 1 rising, 0 in none */
	bool		outside;
	bool		close;			/* beyond a two-thirds limit, not outside */
	bool		two_in_three;
	bool		shift;
	bool		unscreened;		/* limits of all moving ranges, since screening left none above 0 */
} ChartPoint;

typedef struct ChartRules
{
	bool		screen;			/* moving ranges, once */
	int			fix_after;		/* points of each phase that set its limits; more than there are: all */
	int			run_length;		/* points of a shift and of a trend */
	bool		outside_counts; /* for two in three */
	bool		tie_falls;		/* the last point of a rising trend that ties with the first of another falls */
} ChartRules;

/* limits of one phase */
extern void xmr_limits(ChartPoint *points, int count, const ChartRules *rules);
extern void binomial_limits(ChartPoint *points, int count, const ChartRules *rules, bool laney);
extern void poisson_limits(ChartPoint *points, int count, const ChartRules *rules, bool laney);

/* which special causes the points of one phase show */
extern void chart_rules(ChartPoint *points, int count, const ChartRules *rules);

#endif
