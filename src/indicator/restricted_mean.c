/*
 * restricted_mean.c: the mean time without the event up to a time, the area under the curve of survival.
 */
#include "indicator/restricted_mean.h"

#include <math.h>

#include "core/argument.h"
#include "indicator/survival_curve.h"

/* The area under the curve up to its present step or, where that is later, up to a time. */
typedef struct Area
{
	Sum			sum;
	double		time;
	double		height;
} Area;

static const Area no_area = {{0, 0}, 0, 1};

static void
area_add(Area *area, double time, double height)
{
	sum_add(&area->sum, area->height * (time - area->time));
	area->time = time;
	area->height = height;
}

/* The area up to a time; NAN where the curve ends before it and above 0. */
static double
area_until(Curve curve, double until)
{
	Area		area = no_area;
	bool		more;

	while ((more = curve_next(&curve)) && curve.time < until)
		area_add(&area, curve.time, curve.survival);
	if (!more && until > area.time && area.height > 0)
		return NAN;
	area_add(&area, until, 0);
	return sum_value(area.sum);
}

/* Sum over the events up to a time of (area from the event to that time)^2 d / (n (n - d)). */
static double
area_variance(Curve curve, double until, double total)
{
	Area		area = no_area;
	double		variance = 0;

	while (curve_next(&curve) && curve.time < until)
	{
		double		behind;

		area_add(&area, curve.time, curve.survival);
		behind = total - sum_value(area.sum);
		variance += behind * behind * curve.log_variance;
	}
	return variance;
}

static Quantity
restricted_mean_until(Followed followed, double until, double confidence)
{
	Quantity	quantity = quantity_of(estimate_none("no_data"), NAN);
	Curve		curve;
	double		mean;

	if (!curve_possible(followed.tally, followed.entered, &quantity.estimate))
		return quantity;
	curve = curve_start(followed.tally, followed.entered);
	mean = area_until(curve, until);
	if (isnan(mean))
		return quantity_of(estimate_none("beyond_follow_up: the last is at %g",
										last_leaving_time(followed.tally)), NAN);
	quantity.variance = area_variance(curve, until, mean);
	quantity.estimate = estimate_normal(mean, sqrt(quantity.variance), confidence);
	estimate_note_unknown(&quantity.estimate, followed.tally->unknown_rows);
	return quantity;
}

Quantity
restricted_mean_quantity(const Tally *tally, const Question *question)
{
	return restricted_mean_until(followed_from_start(tally), question->until, question->confidence);
}

/*
 * ph.restricted_mean(ph.tally, until float8, confidence float8, entered ph.tally) -> ph.estimate
 *
 * The mean time without the event up to a time, in the unit of the key: the area under the curve (Irwin
 * 1949), its limits normal.  The curve is never drawn on beyond the last follow-up.
 */
PG_FUNCTION_INFO_V1(restricted_mean);
Datum
restricted_mean(PG_FUNCTION_ARGS)
{
	Followed	followed = argument_followed(fcinfo, 0, 3);
	double		until = argument_positive(fcinfo, 1, "until");
	double		confidence = argument_confidence(fcinfo, 2);

	return estimate_datum(fcinfo, restricted_mean_until(followed, until, confidence).estimate);
}
