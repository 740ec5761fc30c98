/* comparison.c: building the composite ph.comparison. */
#include "core/comparison.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"

const char *const better_choices[] = {"lower", "higher", "neither", NULL};

Better
argument_better(FunctionCallInfo fcinfo, int index)
{
	return PG_ARGISNULL(index) ? BETTER_NEITHER : argument_choice(fcinfo, index, "better", better_choices);
}

const char *
comparison_verdict(double lower, double upper, double against, Better better)
{
	static const char *const below[] = {"better", "worse", "lower"};
	static const char *const above[] = {"worse", "better", "higher"};

	if (upper < against)
		return below[better];
	if (lower > against)
		return above[better];
	if (isnan(lower) || isnan(upper))
		return NULL;
	return "similar";
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
