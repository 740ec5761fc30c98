/* rate.c: rates, proportions and means asked of a tally, and the limits of a count. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "indicator/rate.h"

typedef Limits (*LimitsOfCount) (double events, double confidence);

static LimitsOfCount
argument_limits(FunctionCallInfo fcinfo, int index)
{
	static const char *const methods[] = {"standard", "exact", "byar", "mid-p", NULL};
	static const LimitsOfCount limits[] = {count_limits, exact_limits, byar_limits, mid_p_limits};

	return limits[argument_choice(fcinfo, index, "limits", methods)];
}

/*
 * ph.count_limits(events float8, confidence float8, limits text) -> ph.estimate
 *
 * Confidence limits of a count of events: 'standard' (exact below 10 events, Byar's from 10 on),
 * 'exact' (Garwood 1936), 'byar' (Breslow and Day 1987) or 'mid-p' (Cohen and Yang 1994).
 */
PG_FUNCTION_INFO_V1(count_limits_estimate);
Datum
count_limits_estimate(PG_FUNCTION_ARGS)
{
	double		confidence = argument_confidence(fcinfo, 1);
	LimitsOfCount limits_of = argument_limits(fcinfo, 2);
	double		events;
	Limits		limits;
	Estimate	estimate;

	if (PG_ARGISNULL(0))
		return estimate_datum(fcinfo, estimate_none("missing_input"));
	events = argument_number(fcinfo, 0, "events");
	if (events < 0)
		argument_error("events", "must not be negative", NULL);
	limits = limits_of(events, confidence);
	estimate = (Estimate) {events, limits.lower, limits.upper, NULL};
	return estimate_datum(fcinfo, estimate);
}

/*
 * ph_support.two_sided_z(confidence float8) -> float8
 *
 * z such that a standard normal lies within z of 0 with this probability.
 */
PG_FUNCTION_INFO_V1(two_sided_z_of);
Datum
two_sided_z_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(two_sided_z(argument_confidence(fcinfo, 0)));
}

/*
 * ph_support.two_sided_t(confidence float8, degrees_of_freedom float8) -> float8
 *
 * t such that Student's t lies within t of 0 with this probability.
 */
PG_FUNCTION_INFO_V1(two_sided_t_of);
Datum
two_sided_t_of(PG_FUNCTION_ARGS)
{
	double		tail = (1 - argument_confidence(fcinfo, 0)) / 2;

	PG_RETURN_FLOAT8(student_t_upper_quantile(tail, argument_positive(fcinfo, 1, "degrees_of_freedom")));
}

/* ---- rates ---- */

static Quantity
rate_with_limits(const Tally *tally, double confidence, LimitsOfCount limits_of)
{
	TallyCell	total;
	double		exposure,
				events,
				squares;
	Limits		limits;
	Quantity	quantity = quantity_of(estimate_none("no_exposure"), NAN);

	if (!estimate_possible(tally, &quantity.estimate))
		return quantity;
	total = tally_total(tally);
	exposure = sum_value(total.exposure);
	events = sum_value(total.events);
	squares = sum_value(total.squares);
	if (exposure == 0)
		return quantity;

	limits = repeated_limits(events, squares, limits_of(events, confidence));
	quantity.estimate = (Estimate) {events, limits.lower, limits.upper, NULL};
	quantity.variance = squares;
	quantity.poisson_unit = events > 0 ? squares / events : 1;
	quantity_scale(&quantity, 1 / exposure);
	return quantity;
}

Quantity
rate_quantity(const Tally *tally, const Question *question)
{
	return rate_with_limits(tally, question->confidence, count_limits);
}

/*
 * ph.crude_rate(ph.tally, per float8, confidence float8, limits text) -> ph.estimate
 *
 * Events over exposure, times per.  Limits of the count as in ph.count_limits, widened for
 * repeated events of one person when rows were people.
 */
PG_FUNCTION_INFO_V1(crude_rate);
Datum
crude_rate(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		per = argument_positive(fcinfo, 1, "per");
	double		confidence = argument_confidence(fcinfo, 2);
	Quantity	quantity = rate_with_limits(tally, confidence, argument_limits(fcinfo, 3));

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}

/* Arguments: tally, per, confidence. */
static Datum
ask_tally(FunctionCallInfo fcinfo, Ask asked)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		per = argument_positive(fcinfo, 1, "per");
	Question	question = {.confidence = argument_confidence(fcinfo, 2)};
	Quantity	quantity = asked(tally, &question);

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}

/* ---- proportions ---- */

/*
 * A proportion counts people once: no cell may hold more events than people, nor anyone two events.
 * Squares are the events themselves where each is another person's.
 */
void
check_proportion(const TallyCell *cell)
{
	if (sum_value(cell->events) > sum_value(cell->exposure))
		argument_error("tally", "holds more events than population, which no proportion can have",
					   "Ask for a rate, or fold a boolean for each person.");
	if (sum_value(cell->events) != sum_value(cell->squares))
		argument_error("tally", "holds events other than 0 and 1 of a person, which no proportion can have",
					   "Ask for a rate, or fold a boolean for each person.");
}

Quantity
proportion_quantity(const Tally *tally, const Question *question)
{
	TallyCell	total;
	double		people,
				events,
				share;
	Limits		limits;
	Quantity	quantity = quantity_of(estimate_none("no_exposure"), NAN);

	if (!estimate_possible(tally, &quantity.estimate))
		return quantity;
	for (int i = 0; i < tally->sorted; i++)
		check_proportion(&tally->cells[i]);
	check_proportion(&tally->unknown);
	total = tally_total(tally);
	people = sum_value(total.exposure);
	events = sum_value(total.events);
	if (people == 0)
		return quantity;

	share = events / people;
	limits = wilson_limits(events, people, question->confidence);
	quantity = quantity_of((Estimate) {share, limits.lower, limits.upper, NULL}, share * (1 - share) / people);
	quantity.binomial_size = people;
	return quantity;
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
	return ask_tally(fcinfo, proportion_quantity);
}

/* ---- means ---- */

Quantity
mean_quantity(const Tally *tally, const Question *question)
{
	TallyCell	total;
	double		people,
				mean,
				distance;
	Quantity	quantity = quantity_of(estimate_none("no_exposure"), NAN);

	if (tally && (tally->flags & TALLY_COUNTS))
		argument_error("tally", "holds counts, whose spread between people is not known",
					   "Fold one row a person with ph.person_tally(key, value).");
	if (!estimate_answerable(tally, &quantity.estimate))
		return quantity;
	total = tally_total(tally);
	people = sum_value(total.exposure);
	if (people != rint(people))
		argument_error("tally", "holds years at risk, and a mean is over people",
					   "Fold one row a person with ph.person_tally(key, value).");
	if (people == 0)
		return quantity;
	mean = sum_value(total.events) / people;
	quantity = quantity_of((Estimate) {mean, NAN, NAN, NULL}, NAN);
	if (people < 2)
		return quantity;

	quantity.degrees_of_freedom = people - 1;
	quantity.variance = tally_squares_about_mean(&total) / (people - 1) / people;
	distance = student_t_upper_quantile((1 - question->confidence) / 2, people - 1) * sqrt(quantity.variance);
	quantity.estimate.lower = mean - distance;
	quantity.estimate.upper = mean + distance;
	return quantity;
}

/*
 * ph.mean(ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * The mean of a value (cost, stay, score) over people, times per, with limits of Student's t; one person
 * has no limits.  The tally must be of people, one row each.
 */
PG_FUNCTION_INFO_V1(mean);
Datum
mean(PG_FUNCTION_ARGS)
{
	return ask_tally(fcinfo, mean_quantity);
}
