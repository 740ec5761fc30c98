/* comparison.c: building the composite ph.comparison. */
#include "core/comparison.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"

Better
argument_better(FunctionCallInfo fcinfo, int index)
{
	static const char *const choices[] = {"lower", "higher", NULL};

	if (PG_ARGISNULL(index))
		return BETTER_NOT_SAID;
	return argument_choice(fcinfo, index, "better", choices) == 0 ? BETTER_LOWER : BETTER_HIGHER;
}

const char *
comparison_verdict(double lower, double upper, double against, Better better)
{
	static const char *const below[] = {"lower", "better", "worse"};
	static const char *const above[] = {"higher", "worse", "better"};

	if (upper < against)
		return below[better];
	if (lower > against)
		return above[better];
	if (isnan(lower) || isnan(upper))
		return NULL;
	return "similar";
}

void
comparison_normal(Comparison *comparison, double difference, double error, double confidence)
{
	Limits		limits = normal_limits(difference, error, confidence);

	comparison->estimate.value = difference;
	comparison->estimate.lower = limits.lower;
	comparison->estimate.upper = limits.upper;
	comparison->p_value = 2 * normal_upper_tail(fabs(difference) / error);
	comparison->verdict = comparison_verdict(limits.lower, limits.upper, 0, BETTER_NOT_SAID);
}

Datum
comparison_datum(FunctionCallInfo fcinfo, Comparison comparison)
{
	Datum		values[6];
	bool		nulls[6];
	Estimate	estimate = comparison.estimate;

	estimate_settle(&estimate);
	record_number(values, nulls, 0, estimate.value);
	record_number(values, nulls, 1, estimate.lower);
	record_number(values, nulls, 2, estimate.upper);
	record_number(values, nulls, 3, comparison.p_value);
	record_text(values, nulls, 4, comparison.verdict);
	record_text(values, nulls, 5, estimate.note);
	return record_datum(fcinfo, values, nulls);
}
