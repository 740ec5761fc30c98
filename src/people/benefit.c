/*
 * benefit.c: what an intervention can be expected to spare a person.
 *
 * risk x (1 - rate ratio) x value - cost: not who is at most risk, but who can be helped most.  Its limits are those of
 * the ratio, and the same error for everybody: a list's total has them in the same proportion.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"

#define ROUNDING 1e-12			/* what is gained and what it costs are the same within this share of them */

static double
benefit(double risk, double ratio, double value, double cost)
{
	double		gain = risk * (1 - ratio) * value;

	/* 0.1 x (1 - 0.9) x 100 is 1, and in floating point a little less */
	return fabs(gain - cost) <= ROUNDING * fmax(fabs(gain), cost) ? 0 : gain - cost;
}

/*
 * ph.expected_benefit(risk float8, rate_ratio float8, ratio_lower float8, ratio_upper float8, value float8,
 *   cost float8) -> (benefit, lower, upper, offer, note)
 *
 * risk is of the event that the ratio is about, in persons or expected events; value and cost are in one unit.  NULL
 * with a note where risk, ratio, value or cost is not known; without limits there are none.  Errors: a number that is
 * not finite or below 0, one limit without the other, a ratio outside its limits.
 */
PG_FUNCTION_INFO_V1(expected_benefit);
Datum
expected_benefit(PG_FUNCTION_ARGS)
{
	double		risk = argument_from_zero(fcinfo, 0, "risk");
	double		ratio = argument_from_zero(fcinfo, 1, "rate_ratio");
	double		lower = argument_from_zero(fcinfo, 2, "ratio_lower");
	double		upper = argument_from_zero(fcinfo, 3, "ratio_upper");
	double		value = argument_from_zero(fcinfo, 4, "value");
	double		cost = argument_from_zero(fcinfo, 5, "cost");
	double		expected = benefit(risk, ratio, value, cost);
	const char *note = NULL;
	Datum		values[5];
	bool		nulls[5];

	if (isnan(lower) != isnan(upper))
		argument_error(isnan(lower) ? "ratio_lower" : "ratio_upper", "must be given where the other limit is", NULL);
	if (lower > ratio || lower > upper)
		argument_error("ratio_lower", "must not be above the ratio or its upper limit", NULL);
	if (ratio > upper)
		argument_error("ratio_upper", "must not be below the ratio", NULL);
	if (isnan(ratio))
		note = "no_ratio";
	else if (isnan(expected))
		note = "missing_input";
	else if (isinf(expected))
		note = "out_of_range";
	else if (isnan(lower))
		note = "no_limits";
	record_number(values, nulls, 0, expected);
	record_number(values, nulls, 1, nulls[0] ? NAN : benefit(risk, upper, value, cost));
	record_number(values, nulls, 2, nulls[0] ? NAN : benefit(risk, lower, value, cost));
	values[3] = BoolGetDatum(expected > 0);
	nulls[3] = nulls[0];
	record_text(values, nulls, 4, note);
	return record_datum(fcinfo, values, nulls);
}
