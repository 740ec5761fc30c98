/*
 * contrast.c: the difference and the ratio of two quantities.
 */
#include "indicator/contrast.h"

#include <math.h>

#include "core/distribution.h"
#include "core/interval.h"

Comparison
no_comparison(Estimate why)
{
	Comparison	comparison = {why, NAN, NULL};

	return comparison;
}

double
two_sided(double statistic, double degrees_of_freedom)
{
	return 2 * student_t_upper_tail(fabs(statistic), degrees_of_freedom);
}

/* Whether both sides have an answer; the note of what has none says which side it was. */
static bool
both_answer(const Quantity *first, const Quantity *second, Comparison *none)
{
	const Quantity *sides[] = {first, second};
	static const char *const names[] = {"first", "second"};

	for (int i = 0; i < 2; i++)
		if (isnan(sides[i]->estimate.value))
		{
			*none = no_comparison(estimate_none("%s: %s", names[i],
												sides[i]->estimate.note ? sides[i]->estimate.note : "no_data"));
			return false;
		}
	return true;
}

/* Notes on what the sides left out are passed on. */
static void
pass_notes(Estimate *estimate, const Quantity *first, const Quantity *second)
{
	if (first->estimate.note)
		estimate_note(estimate, "first: %s", first->estimate.note);
	if (second->estimate.note)
		estimate_note(estimate, "second: %s", second->estimate.note);
}

/* Welch's degrees of freedom of a difference of two means (Satterthwaite 1946). */
static double
welch_degrees(const Quantity *first, const Quantity *second)
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
quantity_difference(const Quantity *first, const Quantity *second, double per, double confidence, Better better)
{
	double		difference = first->estimate.value - second->estimate.value;
	double		error = sqrt(first->variance + second->variance);
	double		degrees = welch_degrees(first, second);
	Limits		limits = recovered_limits(&first->estimate, &second->estimate);
	Comparison	comparison;

	if (!both_answer(first, second, &comparison))
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
quantity_ratio(const Quantity *first, const Quantity *second, double per, double confidence, Better better)
{
	double		x = first->estimate.value,
				y = second->estimate.value;
	double		error,
				factor;
	Comparison	comparison;

	if (!both_answer(first, second, &comparison))
		return comparison;
	if (y <= 0 || x < 0)
		return no_comparison(estimate_none(y == 0 ? "second: zero" : "not_positive"));
	error = sqrt(first->variance / (x * x) + second->variance / (y * y));
	factor = exp(two_sided_z(confidence) * error);
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
