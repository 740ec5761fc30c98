/* rate.c: rates and proportions asked of a tally, and the limits of a count. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/estimate.h"
#include "core/interval.h"

/*
 * ph.count_limits(events float8, confidence float8, method text) -> ph.estimate
 *
 * Confidence limits of a count of events: 'standard' (exact below 10 events, Byar's from 10 on),
 * 'exact' or 'byar'.
 */
PG_FUNCTION_INFO_V1(count_limits_estimate);
Datum
count_limits_estimate(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"standard", "exact", "byar", NULL};
	static Limits (*const limits_by[]) (double, double) = {count_limits, exact_limits, byar_limits};
	double		confidence = argument_confidence(fcinfo, 1);
	int			method = argument_choice(fcinfo, 2, "method", methods);
	double		events;
	Limits		limits;
	Estimate	estimate;

	if (PG_ARGISNULL(0))
		return estimate_datum(fcinfo, estimate_none("missing_input"));
	events = argument_number(fcinfo, 0, "events");
	if (events < 0)
		argument_error("events", "must not be negative", NULL);
	limits = limits_by[method] (events, confidence);
	estimate = (Estimate) {events, limits.lower, limits.upper, NULL};
	return estimate_datum(fcinfo, estimate);
}

/*
 * ph.crude_rate(ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * Events over exposure, times per.  Limits of the count, exact below 10 events and Byar's from 10 on,
 * widened for repeated events of one person when rows were people.
 */
PG_FUNCTION_INFO_V1(crude_rate);
Datum
crude_rate(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	double		per = argument_positive(fcinfo, 1, "per");
	double		confidence = argument_confidence(fcinfo, 2);
	double		exposure,
				events;
	TallyCell	total;
	Limits		limits;
	Estimate	estimate;

	if (!estimate_possible(tally, &estimate))
		return estimate_datum(fcinfo, estimate);
	total = tally_total(tally);
	exposure = sum_value(total.exposure);
	events = sum_value(total.events);
	if (exposure == 0)
		return estimate_datum(fcinfo, estimate_none("no_exposure"));

	limits = repeated_limits(events, sum_value(total.squares), count_limits(events, confidence));
	estimate = (Estimate) {events, limits.lower, limits.upper, NULL};
	estimate_scale(&estimate, per / exposure);
	return estimate_datum(fcinfo, estimate);
}

/*
 * A proportion counts people once: no cell may hold more events than people, nor anyone two events.
 * Squares are the events themselves where each is another person's.
 */
static void
check_proportion(const TallyCell *cell)
{
	if (sum_value(cell->events) > sum_value(cell->exposure))
		argument_error("tally", "holds more events than population, which no proportion can have",
					   "Ask for a rate, or fold a boolean for each person.");
	if (sum_value(cell->events) != sum_value(cell->squares))
		argument_error("tally", "holds events other than 0 and 1 of a person, which no proportion can have",
					   "Ask for a rate, or fold a boolean for each person.");
}

/*
 * ph.proportion(ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * Events over population, times per, with Wilson's score limits.
 */
PG_FUNCTION_INFO_V1(proportion);
Datum
proportion(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	double		per = argument_positive(fcinfo, 1, "per");
	double		confidence = argument_confidence(fcinfo, 2);
	double		exposure,
				events;
	TallyCell	total;
	Limits		limits;
	Estimate	estimate;

	if (!estimate_possible(tally, &estimate))
		return estimate_datum(fcinfo, estimate);
	for (int i = 0; i < tally->sorted; i++)
		check_proportion(&tally->cells[i]);
	check_proportion(&tally->unknown);
	total = tally_total(tally);
	exposure = sum_value(total.exposure);
	events = sum_value(total.events);
	if (exposure == 0)
		return estimate_datum(fcinfo, estimate_none("no_exposure"));

	limits = wilson_limits(events, exposure, confidence);
	estimate = (Estimate) {events / exposure, limits.lower, limits.upper, NULL};
	estimate_scale(&estimate, per);
	return estimate_datum(fcinfo, estimate);
}
