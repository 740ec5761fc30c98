/*
 * groups.h: groups in order of disadvantage.
 *
 * The first group is the most disadvantaged.  A group lies where its people do: at the middle of its
 * share in everybody, cumulated from the first group on, so that positions run from 0, the most
 * disadvantaged, to 1, the least.
 */
#ifndef PH_GROUPS_H
#define PH_GROUPS_H

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

/*
 * How many groups there must be, 0 where it is not said: a group that nobody is in is not in an array, and people
 * of unknown group come as one more, which would be taken for the least disadvantaged.
 */
extern int	argument_group_count(FunctionCallInfo fcinfo, int index);

/* Errors: a population that is not positive, values or errors that are not numbers. */
extern Groups groups_place(int count, const double *population, double *value, double *error);

/* The mean of all people's values, less a value near them all, so that what they have in common rounds nothing away. */
extern double groups_mean_about(const Groups *groups, const double *value, double about);

/* The mean of all people's values; there must be a group. */
extern double groups_mean(const Groups *groups);

/* Whether there are as many groups as said, and the note on it; the field's fifths and tenths need no saying. */
extern bool groups_complete(int count, int said, char **note);

/* Asks each tally; false, with *why, where one has no answer, or there are more or fewer than said. */
extern bool groups_ask(Tally **tallies, int count, int said, const Asked *asked, Groups *groups, Estimate *why);

/*
 * The arguments of a measure of inequality: tallies, an indicator with all that it is asked with, and at said the
 * number of groups; false, with *why, where they have no answer.
 */
extern bool argument_groups(FunctionCallInfo fcinfo, int said, Asked *asked, Groups *groups, Estimate *why);

/* Adds what is to be said of the groups; the same as the answer of a function. */
extern void groups_note(Estimate *estimate, const Groups *groups);
extern Datum groups_datum(FunctionCallInfo fcinfo, const Groups *groups, Estimate estimate);

#endif
