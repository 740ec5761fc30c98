/*
 * inequality.h: groups in order of disadvantage, and the line through them.
 *
 * The first group is the most disadvantaged.  A group lies where its people do: at the middle of its
 * share in everybody, cumulated from the first group on, so that the line runs from 0, the most
 * disadvantaged, to 1, the least.
 */
#ifndef PH_INEQUALITY_H
#define PH_INEQUALITY_H

#include "compare/indicator.h"

#define MAX_GROUPS 100

typedef struct Groups
{
	int			count;
	double	   *share;			/* of the population */
	double	   *position;		/* 0 to 1 */
	double	   *value;
	double	   *error;			/* standard error of the value */
	char	   *note;			/* NULL, or what is to be said of their number */
	char	   *left_out;		/* NULL, or what is to be said of their values */
} Groups;

typedef struct Line
{
	double		intercept;		/* the value at 0 */
	double		slope;			/* the value at 1 less that at 0 */
	double		variance_intercept;
	double		variance_slope;
	double		covariance;
} Line;

/*
 * How many groups there must be, 0 where it is not said: a group that nobody is in is not in an array, and people
 * of unknown group come as one more, which would be taken for the least disadvantaged.
 */
extern int	argument_group_count(FunctionCallInfo fcinfo, int index);

/* Errors: a population that is not positive, values or errors that are not numbers. */
extern Groups groups_place(int count, const double *population, double *value, double *error);

/* The mean of all people's values; there must be a group. */
extern double groups_mean(const Groups *groups);

/* Asks each tally; false, with *why, where one has no answer, or there are more or fewer than said. */
extern bool groups_ask(Tally **tallies, int count, int said, const Asked *asked, Groups *groups, Estimate *why);

/* Adds what is to be said of the groups. */
extern void groups_note(Estimate *estimate, const Groups *groups);

/* Least squares weighted by population; false, with *why, for fewer than two groups. */
extern bool line_fit(const Groups *groups, Line *line, Estimate *why);

#endif
