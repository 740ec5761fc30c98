/*
 * compare.c: two populations compared, or one with a benchmark.
 *
 * What compares takes tallies: a standard error is not to be had from an estimate.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "indicator/measure.h"

static Comparison
no_comparison(Estimate why)
{
	Comparison	comparison = {why, NAN, NULL};

	return comparison;
}

static double
two_sided(double statistic, double degrees_of_freedom)
{
	return 2 * student_t_upper_tail(fabs(statistic), degrees_of_freedom);
}

/* Whether both sides have an answer; the note of what has none says which side it was. */
static bool
both_measured(const Measure *first, const Measure *second, Comparison *none)
{
	const Measure *sides[] = {first, second};
	static const char *const names[] = {"first", "second"};

	for (int i = 0; i < 2; i++)
		if (isnan(sides[i]->estimate.value))
		{
			*none = no_comparison(estimate_none("%s: %s", names[i], sides[i]->estimate.note ? sides[i]->estimate.note : "no_data"));
			return false;
		}
	return true;
}

/* Notes on what the sides left out are passed on. */
static void
pass_notes(Estimate *estimate, const Measure *first, const Measure *second)
{
	if (first->estimate.note)
		estimate_note(estimate, "first: %s", first->estimate.note);
	if (second->estimate.note)
		estimate_note(estimate, "second: %s", second->estimate.note);
}

/* Welch's degrees of freedom of a difference of two means (Satterthwaite 1946). */
static double
welch_degrees(const Measure *first, const Measure *second)
{
	double		v = first->variance,
				w = second->variance;

	if (isinf(first->degrees_of_freedom) || isinf(second->degrees_of_freedom))
		return INFINITY;
	return (v + w) * (v + w) / (v * v / first->degrees_of_freedom + w * w / second->degrees_of_freedom);
}

/*
 * Limits from those of either side (Zou and Donner 2008; for proportions Newcombe 1998): the difference
 * is as far from each limit as the two sides' own distances add up in squares.
 */
static Limits
recovered_limits(const Estimate *first, const Estimate *second)
{
	double		difference = first->value - second->value;
	Limits		limits;

	limits.lower = difference - hypot(first->value - first->lower, second->upper - second->value);
	limits.upper = difference + hypot(first->upper - first->value, second->value - second->lower);
	return limits;
}

/*
 * The difference.  Means: Welch's t.  All else: limits recovered from either side's own, and a normal
 * test; no test where neither side varies.
 */
Comparison
measure_difference(const Measure *first, const Measure *second, double per, double confidence, Better better)
{
	double		difference = first->estimate.value - second->estimate.value;
	double		error = sqrt(first->variance + second->variance);
	double		degrees = welch_degrees(first, second);
	Limits		limits = recovered_limits(&first->estimate, &second->estimate);
	Comparison	comparison;

	if (!both_measured(first, second, &comparison))
		return comparison;
	if (isfinite(degrees))
	{
		double		distance = student_t_upper_quantile((1 - confidence) / 2, degrees) * error;

		limits = (Limits) {difference - distance, difference + distance};
	}
	/* limits of no width would be a certainty that two sides without variation cannot give */
	if (!(limits.upper > limits.lower))
		limits = (Limits) {NAN, NAN};
	comparison = no_comparison((Estimate) {difference, limits.lower, limits.upper, NULL});
	if (error > 0)
		comparison.p_value = two_sided(difference / error, degrees);
	comparison.verdict = comparison_verdict(limits.lower, limits.upper, 0, better);
	estimate_scale(&comparison.estimate, per);
	pass_notes(&comparison.estimate, first, second);
	return comparison;
}

/* The ratio, normal on the log scale (delta method); it needs both sides above 0. */
Comparison
measure_ratio(const Measure *first, const Measure *second, double per, double confidence, Better better)
{
	double		x = first->estimate.value,
				y = second->estimate.value;
	double		error,
				factor;
	Comparison	comparison;

	if (!both_measured(first, second, &comparison))
		return comparison;
	if (y <= 0 || x < 0)
		return no_comparison(estimate_none(y == 0 ? "second: zero" : "not_positive"));
	error = sqrt(first->variance / (x * x) + second->variance / (y * y));
	factor = exp(normal_upper_quantile((1 - confidence) / 2) * error);
	comparison = no_comparison((Estimate) {x / y, x / y / factor, x / y * factor, NULL});
	if (x == 0)
	{
		comparison.estimate.lower = comparison.estimate.upper = NAN;
		estimate_note(&comparison.estimate, "first: zero");
	}
	else if (error > 0)
		comparison.p_value = two_sided(log(x / y) / error, INFINITY);
	else
		comparison.estimate.lower = comparison.estimate.upper = NAN;
	comparison.verdict = comparison_verdict(comparison.estimate.lower, comparison.estimate.upper, 1, better);
	estimate_scale(&comparison.estimate, per);
	pass_notes(&comparison.estimate, first, second);
	return comparison;
}

/* A comparison is answered, with a note, where a rate of its own is not: below 10 events. */
static Measure
side_of(const Tally *tally, const Question *question)
{
	if (question->indicator == INDICATOR_DSR)
		return dsr_to_compare(tally, question->standard, question->confidence);
	return measure_ask(tally, question);
}

static double
positive_per(const Question *question)
{
	if (question->per < 0)
		argument_error("per", "must be greater than 0", NULL);
	return question->per;
}

/*
 * ph.compare(ph.tally, comparator ph.tally, indicator text, standard ph.tally, per float8,
 *   confidence float8, contrast text, better text) -> ph.comparison
 *
 * First minus second ('difference', in units of per) or first over second ('ratio'), of rate, proportion,
 * mean, dsr, smr (standard is then the reference) or life_expectancy at birth.  The people of the two are
 * taken as different people.
 */
PG_FUNCTION_INFO_V1(compare);
Datum
compare(PG_FUNCTION_ARGS)
{
	static const char *const contrasts[] = {"difference", "ratio", NULL};
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	Tally	   *comparator = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
	Question	question = argument_question(fcinfo, 2);
	double		per = positive_per(&question);
	bool		as_ratio = argument_choice(fcinfo, 6, "contrast", contrasts) == 1;
	Better		better = argument_better(fcinfo, 7);
	Measure		first = side_of(tally, &question);
	Measure		second = side_of(comparator, &question);

	return comparison_datum(fcinfo, as_ratio ? measure_ratio(&first, &second, 1, question.confidence, better)
							: measure_difference(&first, &second, per, question.confidence, better));
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
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	Tally	   *comparator = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
	Tally	   *standard = PG_ARGISNULL(2) ? NULL : PG_GETARG_TALLY(2);
	double		per = argument_positive(fcinfo, 3, "per");
	double		confidence = argument_confidence(fcinfo, 4);
	Measure		first,
				second;

	first = dsr_to_compare(tally, standard, confidence);
	second = dsr_to_compare(comparator, standard, confidence);
	return estimate_datum(fcinfo, measure_ratio(&first, &second, per, confidence, BETTER_NOT_SAID).estimate);
}

/* The variance that the value would have if the benchmark were the truth: that of a score test. */
static double
variance_under(const Measure *measure, double benchmark)
{
	if (measure->poisson_unit > 0)
		return benchmark * measure->poisson_unit;
	if (measure->binomial_size > 0)
		return benchmark * (1 - benchmark) / measure->binomial_size;
	return measure->variance;
}

/*
 * ph.benchmark(ph.tally, benchmark float8, indicator text, standard ph.tally, per float8,
 *   confidence float8, better text) -> ph.comparison
 *
 * The indicator with its interval, beside a fixed number in the same units: similar where the interval
 * holds it.  The test is a score test for rates, ratios and proportions, t for means, else normal.
 */
PG_FUNCTION_INFO_V1(benchmark);
Datum
benchmark(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	double		against = PG_ARGISNULL(1) ? NAN : argument_number(fcinfo, 1, "benchmark");
	Question	question = argument_question(fcinfo, 2);
	double		per = positive_per(&question);
	Better		better = argument_better(fcinfo, 6);
	Measure		measure = measure_ask(tally, &question);
	Comparison	comparison;
	double		variance;

	comparison = no_comparison(measure.estimate);
	if (isnan(against))
		comparison = no_comparison(estimate_none("missing_input: benchmark"));
	else if (!isnan(measure.estimate.value))
	{
		against /= per;
		variance = variance_under(&measure, against);
		if (variance > 0)
			comparison.p_value = two_sided((measure.estimate.value - against) / sqrt(variance), measure.degrees_of_freedom);
		comparison.verdict = comparison_verdict(measure.estimate.lower, measure.estimate.upper, against, better);
		estimate_scale(&comparison.estimate, per);
	}
	return comparison_datum(fcinfo, comparison);
}
