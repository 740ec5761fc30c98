/*
 * savings_rate.c: how large a saving must be before chance is no longer a likely reason, and what chance alone pays.
 */
#include "postgres.h"

#include <math.h>

#include "budget/amount.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"

/* A rate of 0 to 1, NAN for NULL. */
static double
argument_rate(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x = argument_from_zero(fcinfo, index, argument);

	if (x > 1)
		argument_error(argument, "must lie between 0 and 1", "Write 0.02 for 2 %.");
	return x;
}

/* From the smaller tail, since 1 - confidence is 1 where the confidence is tiny. */
static double
one_sided_z(double confidence)
{
	return confidence < 0.5 ? -normal_upper_quantile(confidence) : normal_upper_quantile(1 - confidence);
}

/*
 * ph.minimum_savings_rate(people float8, cv float8, confidence float8) -> float8
 *
 * z CV / sqrt(people), one-sided: what chance alone exceeds with probability 1 - confidence.  A fraction; NULL where
 * people or cv is not known, or nobody is there.  Errors: people or cv below 0, confidence not between 0 and 1.
 */
PG_FUNCTION_INFO_V1(minimum_savings_rate);
Datum
minimum_savings_rate(PG_FUNCTION_ARGS)
{
	double		people = argument_from_zero(fcinfo, 0, "people");
	double		cv = argument_from_zero(fcinfo, 1, "cv");
	double		confidence = argument_confidence(fcinfo, 2);

	if (!(people > 0) || isnan(cv))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(one_sided_z(confidence) * cv / sqrt(people));
}

/* ---- the table of the Medicare Shared Savings Program, 42 CFR 425.604(b) and 425.605(b) ---- */

/* In each band the rate, in per cent, goes in a straight line from its first number of people to the next band's. */
typedef struct RateBand
{
	int			people;
	double		rate;
	double		rate_at_end;
} RateBand;

static const RateBand mssp_rates[] = {
	{0, 12.2, 12.2},
	{500, 12.2, 8.7},
	{1000, 8.7, 5.0},
	{3000, 5.0, 3.9},
	{5000, 3.9, 3.6},
	{6000, 3.6, 3.4},
	{7000, 3.4, 3.2},
	{8000, 3.2, 3.1},
	{9000, 3.1, 3.0},
	{10000, 3.0, 2.7},
	{15000, 2.7, 2.5},
	{20000, 2.5, 2.2},
	{50000, 2.2, 2.0},
	{60000, 2.0, 2.0},
};

/*
 * ph.mssp_minimum_savings_rate(people float8) -> float8
 *
 * A fraction, in decimals exact but for its last step into a float8; NULL for NULL and where nobody is there.  Error:
 * people below 0.
 */
PG_FUNCTION_INFO_V1(mssp_minimum_savings_rate);
Datum
mssp_minimum_savings_rate(PG_FUNCTION_ARGS)
{
	double		people = argument_from_zero(fcinfo, 0, "people");
	int			last = lengthof(mssp_rates) - 1;
	int			i = last;
	Amount		rate;

	if (!(people > 0))
		PG_RETURN_NULL();
	while (people < mssp_rates[i].people)
		i--;
	rate = amount_of_number(mssp_rates[i].rate);
	if (i < last)
	{
		Amount		rise = amount_difference(amount_of_number(mssp_rates[i].rate_at_end), rate);
		Amount		above = amount_difference(amount_of_number(people), amount_of_count(mssp_rates[i].people));
		Amount		width = amount_of_count(mssp_rates[i + 1].people - mssp_rates[i].people);

		rate = amount_sum(rate, amount_quotient(amount_product(rise, above), width));
	}
	PG_RETURN_FLOAT8(amount_number(amount_quotient(rate, amount_of_count(100))));
}

/* ---- what chance pays ---- */

/* The probability that a normal of this mean and error is at least so much. */
static double
probability_of_reaching(double threshold, double mean, double error)
{
	if (error == 0)
		return mean >= threshold;
	return normal_upper_tail((threshold - mean) / error);
}

/*
 * ph.settlement_uncertainty(rate, people, benchmark_people, cv, confidence, msr, mlr)
 *   -> (standard_error, lower, upper, probability_paying, probability_owing, note)
 *
 * The error of an observed rate of saving whose true value is rate: CV sqrt(1/people + 1/benchmark_people), without the
 * second where the benchmark is not an experience.  All as fractions; without mlr nothing is owed.  NULL with a note
 * where something is not known or nobody is there.  Errors: people, cv below 0, rates outside 0 to 1, confidence.
 */
PG_FUNCTION_INFO_V1(settlement_uncertainty);
Datum
settlement_uncertainty(PG_FUNCTION_ARGS)
{
	double		rate = PG_ARGISNULL(0) ? NAN : argument_number(fcinfo, 0, "rate");
	double		people = argument_from_zero(fcinfo, 1, "people");
	double		benchmark_people = argument_from_zero(fcinfo, 2, "benchmark_people");
	double		cv = argument_from_zero(fcinfo, 3, "cv");
	double		confidence = argument_confidence(fcinfo, 4);
	double		msr = argument_rate(fcinfo, 5, "msr");
	double		mlr = argument_rate(fcinfo, 6, "mlr");
	double		error = cv * sqrt(1 / people + (isnan(benchmark_people) ? 0 : 1 / benchmark_people));
	bool		lacks = isnan(rate) || isnan(people) || isnan(cv) || isnan(msr);
	bool		known = !lacks && isfinite(error);
	Datum		values[6];
	bool		nulls[6];

	record_number(values, nulls, 0, known ? error : NAN);
	record_number(values, nulls, 1, known ? rate - two_sided_z(confidence) * error : NAN);
	record_number(values, nulls, 2, known ? rate + two_sided_z(confidence) * error : NAN);
	record_number(values, nulls, 3, known ? probability_of_reaching(msr, rate, error) : NAN);
	record_number(values, nulls, 4, !known ? NAN : isnan(mlr) ? 0 : probability_of_reaching(mlr, -rate, error));
	record_text(values, nulls, 5, lacks ? "missing_input" : known ? NULL : "no_population");
	return record_datum(fcinfo, values, nulls);
}
