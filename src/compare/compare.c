/*
 * compare.c: two populations compared, or one with a benchmark.
 *
 * What compares takes tallies: a standard error is not to be had from an estimate.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "compare/indicator.h"
#include "indicator/contrast.h"
#include "indicator/direct.h"

static double
positive_per(const Asked *asked)
{
	if (asked->per < 0)
		argument_error("per", "must be greater than 0", NULL);
	return asked->per;
}

/*
 * ph.compare(ph.tally, comparator ph.tally, indicator text, reference ph.tally, per float8,
 *   confidence float8, contrast text, better text, age float8, until float8) -> ph.comparison
 *
 * First minus second ('difference', in units of per) or first over second ('ratio'), of any indicator of
 * ph.indicators(); few events are only noted.  The people of the two are taken as different people.
 */
PG_FUNCTION_INFO_V1(compare);
Datum
compare(PG_FUNCTION_ARGS)
{
	static const char *const contrasts[] = {"difference", "ratio", NULL};
	Tally	   *tally = argument_tally(fcinfo, 0);
	Tally	   *comparator = argument_tally(fcinfo, 1);
	Asked		asked = argument_asked(fcinfo, 2, 3);
	double		per = positive_per(&asked);
	bool		as_ratio = argument_choice(fcinfo, 6, "contrast", contrasts) == 1;
	Better		better = argument_better(fcinfo, 7);
	Quantity	first,
				second;

	asked.question.compared = true;
	first = ask(tally, &asked);
	second = ask(comparator, &asked);
	return comparison_datum(fcinfo, as_ratio ? quantity_ratio(&first, &second, 1, asked.question.confidence, better)
							: quantity_difference(&first, &second, per, asked.question.confidence, better));
}

/*
 * ph.cmf(ph.tally, comparator ph.tally, standard ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * The comparative mortality figure: the ratio of two directly standardised rates, times per (Boyle and
 * Parkin 1991), limits normal on the log scale.
 */
PG_FUNCTION_INFO_V1(cmf);
Datum
cmf(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	Tally	   *comparator = argument_tally(fcinfo, 1);
	Tally	   *standard = argument_tally(fcinfo, 2);
	double		per = argument_positive(fcinfo, 3, "per");
	Question	question = {.reference = standard, .confidence = argument_confidence(fcinfo, 4), .compared = true};
	Quantity	first = dsr_quantity(tally, &question),
				second = dsr_quantity(comparator, &question);

	return estimate_datum(fcinfo, quantity_ratio(&first, &second, per, question.confidence, BETTER_NEITHER).estimate);
}

/* The variance that the value would have if the benchmark were the truth: that of a score test. */
static double
variance_under(const Quantity *quantity, double benchmark)
{
	if (quantity->poisson_unit > 0)
		return benchmark * quantity->poisson_unit;
	if (quantity->binomial_size > 0)
		return benchmark * (1 - benchmark) / quantity->binomial_size;
	return quantity->variance;
}

/*
 * ph.benchmark(ph.tally, benchmark float8, indicator text, reference ph.tally, per float8,
 *   confidence float8, better text, age float8, until float8) -> ph.comparison
 *
 * The indicator with its interval, beside a fixed number in the same units: similar where the interval
 * holds it.  The test is a score test for rates, ratios and proportions, t for means, else normal.
 */
PG_FUNCTION_INFO_V1(benchmark);
Datum
benchmark(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		against = PG_ARGISNULL(1) ? NAN : argument_number(fcinfo, 1, "benchmark");
	Asked		asked = argument_asked(fcinfo, 2, 3);
	double		per = positive_per(&asked);
	Better		better = argument_better(fcinfo, 6);
	Quantity	quantity = ask(tally, &asked);
	Comparison	comparison;
	double		variance;

	comparison = no_comparison(quantity.estimate);
	if (isnan(against))
		comparison = no_comparison(estimate_none("missing_input: benchmark"));
	else if (!isnan(quantity.estimate.value))
	{
		against /= per;
		variance = variance_under(&quantity, against);
		if (variance > 0)
			comparison.p_value = two_sided((quantity.estimate.value - against) / sqrt(variance),
										   quantity.degrees_of_freedom);
		comparison.verdict = comparison_verdict(quantity.estimate.lower, quantity.estimate.upper, against, better);
		estimate_scale(&comparison.estimate, per);
	}
	return comparison_datum(fcinfo, comparison);
}
