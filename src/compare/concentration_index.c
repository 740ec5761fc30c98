/* concentration_index.c: the concentration index of an indicator over groups in order of disadvantage. */
#include "postgres.h"

#include <math.h>

#include "compare/groups.h"

/*
 * Twice the covariance of value and position over the mean: 2 sum a (y - mean) b / mean (Kakwani, Wagstaff
 * and van Doorslaer 1997).  Variance by the delta method, positions taken as fixed:
 * sum (a (2 b - 1 - C) / mean)^2 error^2.
 */
static Estimate
concentration(const Groups *groups, double confidence)
{
	double		mean = groups_mean(groups);
	double		index = 0,
				variance = 0;

	if (mean == 0)
		return estimate_none("zero_mean");
	for (int i = 0; i < groups->count; i++)
		index += 2 * groups->share[i] * (groups->value[i] - mean) * groups->position[i] / mean;
	for (int i = 0; i < groups->count; i++)
		variance += pow(groups->share[i] * (2 * groups->position[i] - 1 - index) / mean * groups->error[i], 2);
	return estimate_normal(index, sqrt(variance), confidence);
}

/*
 * ph.concentration_index(tallies ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 *
 * From -1, all of it among the most disadvantaged, to 1.  per has no bearing on it.
 */
PG_FUNCTION_INFO_V1(concentration_index);
Datum
concentration_index(PG_FUNCTION_ARGS)
{
	Asked		asked;
	Groups		groups;
	Estimate	estimate;

	if (!argument_groups(fcinfo, 5, &asked, &groups, &estimate))
		return estimate_datum(fcinfo, estimate);
	estimate = groups.count < 2 ? estimate_none("fewer_than_2_groups")
		: concentration(&groups, asked.question.confidence);
	return groups_datum(fcinfo, &groups, estimate);
}
