/* survival.c: the share that survives, and the time by which a share has had the event. */
#include "indicator/survival.h"

#include <float.h>
#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"
#include "core/tie.h"
#include "indicator/survival_curve.h"

/*
 * ph.entry_tally(entered float8, "time" float8): transition, a person's time of entry beside that of leaving.
 *
 * Keyed by entry, nobody with an event.  Who did not enter before leaving was never at risk: counted as missing.
 */
PG_FUNCTION_INFO_V1(tally_fold_entry);
Datum
tally_fold_entry(PG_FUNCTION_ARGS)
{
	double		entered = PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1);
	double		time = PG_ARGISNULL(2) ? NAN : PG_GETARG_FLOAT8(2);

	if (!PG_ARGISNULL(1) && !isfinite(entered))
		argument_error("entered", "must be a finite number", "Use NULL for an unknown time of entry.");
	if (!PG_ARGISNULL(2) && !isfinite(time))
		argument_error("time", "must be a finite number", "Use NULL for an unknown time of leaving.");
	fcinfo->args[2].value = BoolGetDatum(false);
	fcinfo->args[2].isnull = entered >= time || tied(entered, time);
	return tally_fold_person_boolean(fcinfo);
}

static Scale
argument_scale(FunctionCallInfo fcinfo, int index)
{
	static const char *const scales[] = {"log-log", "log", "plain", NULL};

	return argument_choice(fcinfo, index, "limits", scales);
}

/*
 * ph.survival(ph.tally, confidence float8, limits text, entered ph.tally) -> rows
 *
 * A row a time at which somebody left, in the unit of the key: at risk, events and censored are people,
 * survival just after the time with its standard error and limits, and the cumulative hazard.  No rows
 * of an empty tally; one row of NULLs and a note where there is no curve.
 */
PG_FUNCTION_INFO_V1(survival_rows);
Datum
survival_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Followed	followed = argument_followed(fcinfo, 0, 3);
	double		z = two_sided_z(argument_confidence(fcinfo, 1));
	Scale		scale = argument_scale(fcinfo, 2);
	Datum		values[10];
	bool		nulls[10];
	Estimate	why;
	Curve		curve;

	InitMaterializedSRF(fcinfo, 0);
	if (!curve_possible(followed.tally, followed.entered, &why))
	{
		memset(nulls, true, sizeof(nulls));
		record_text(values, nulls, 9, why.note);
		if (strcmp(why.note, "no_data") != 0)
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		return (Datum) 0;
	}
	curve = curve_start(followed.tally, followed.entered);
	while (curve_next(&curve))
	{
		Estimate	step = {0};
		Limits		limits = survival_limits(&curve, z, scale);
		double		error = curve.survival > 0 ? curve.survival * sqrt(sum_value(curve.greenwood)) : NAN;
		double		numbers[] = {curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, error,
			limits.lower, limits.upper, sum_value(curve.hazard)};

		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, field, numbers[field]);
		if (isnan(limits.lower))
			estimate_note(&step, "limit_undefined");
		estimate_note_unknown(&step, followed.tally->unknown_rows);
		record_text(values, nulls, 9, step.note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.survival_at(ph.tally, until float8, confidence float8, limits text, entered ph.tally) -> ph.estimate
 *
 * The share that survives a time; none beyond the last follow-up unless nobody is left.
 */
PG_FUNCTION_INFO_V1(survival_at);
Datum
survival_at(PG_FUNCTION_ARGS)
{
	Followed	followed = argument_followed(fcinfo, 0, 4);
	double		until = argument_number(fcinfo, 1, "until");
	double		z = two_sided_z(argument_confidence(fcinfo, 2));
	Scale		scale = argument_scale(fcinfo, 3);
	Estimate	estimate;
	Curve		curve,
				next;
	Limits		limits;

	if (until < 0)
		argument_error("until", "must not be negative", NULL);
	if (!curve_possible(followed.tally, followed.entered, &estimate))
		return estimate_datum(fcinfo, estimate);
	curve = next = curve_start(followed.tally, followed.entered);
	while (curve_next(&next) && (next.time <= until || tied(next.time, until)))
		curve = next;
	if (next.time <= until && until > curve.time && !tied(until, curve.time) && curve.survival > 0)
		return estimate_datum(fcinfo, estimate_none("beyond_follow_up: the last is at %g", curve.time));

	limits = survival_limits(&curve, z, scale);
	estimate = (Estimate) {curve.survival, limits.lower, limits.upper, NULL};
	estimate_note_unknown(&estimate, followed.tally->unknown_rows);
	return estimate_datum(fcinfo, estimate);
}

/* The curve at a time, limits on the scale of the log of the log; it is never drawn on beyond the last follow-up. */
Quantity
survival_quantity(const Tally *tally, const Question *question)
{
	Followed	followed = followed_from_start(tally);
	Quantity	quantity = quantity_none("no_data");
	double		survival = 1;
	Curve		curve;
	bool		more;

	if (!curve_possible(followed.tally, NULL, &quantity.estimate))
		return quantity;
	curve = curve_start(followed.tally, NULL);
	quantity = quantity_of((Estimate) {1, NAN, NAN, NULL}, 0);
	while ((more = curve_next(&curve)) && curve.time <= question->until)
	{
		Limits		limits = survival_limits(&curve, two_sided_z(question->confidence), SCALE_LOG_LOG);

		survival = curve.survival;
		quantity = quantity_of((Estimate) {survival, limits.lower, limits.upper, NULL},
							   survival * survival * sum_value(curve.greenwood));
	}
	if (!more && survival > 0 && question->until > last_leaving_time(followed.tally))
		return quantity_of(estimate_none("beyond_follow_up: the last is at %g",
										 last_leaving_time(followed.tally)), NAN);
	estimate_note_unknown(&quantity.estimate, followed.tally->unknown_rows);
	return quantity;
}

/* ---- quantiles ---- */

/* Where a falling curve comes down to a level, and how long it stays there. */
typedef struct Crossing
{
	double		level;
	double		first;			/* the first time at or below the level; NAN: not yet */
	bool		at_level;		/* exactly at it then */
	double		below;			/* the first time below it; NAN: not yet */
} Crossing;

/* The level and each step of the curve are rounded by half a unit in the last place or two. */
static void
crossing_step(Crossing *crossing, const Curve *curve, double height)
{
	double		rounding = DBL_EPSILON * (1 + curve->steps * height);

	if (isnan(height))
		return;
	if (isnan(crossing->first) && height <= crossing->level + rounding)
	{
		crossing->first = curve->time;
		crossing->at_level = height >= crossing->level - rounding;
	}
	if (isnan(crossing->below) && height < crossing->level - rounding)
		crossing->below = curve->time;
}

/* The middle of the stretch exactly at the level, which the end of follow-up may end. */
static double
crossing_time(const Crossing *crossing, double last_time)
{
	double		end = isnan(crossing->below) ? last_time : crossing->below;

	return crossing->at_level ? crossing->first / 2 + end / 2 : crossing->first;
}

static Estimate
survival_quantile_estimate(Followed followed, double share, double confidence, Scale scale)
{
	Crossing	value = {1 - share, NAN, false, NAN};
	Crossing	lower = value,
				upper = value;
	double		z = two_sided_z(confidence);
	Curve		curve;
	Estimate	estimate;

	if (!curve_possible(followed.tally, followed.entered, &estimate))
		return estimate;
	curve = curve_start(followed.tally, followed.entered);
	while (curve_next(&curve))
	{
		Limits		limits = survival_limits(&curve, z, scale);

		crossing_step(&value, &curve, curve.survival);
		crossing_step(&lower, &curve, limits.lower);
		crossing_step(&upper, &curve, limits.upper);
	}
	estimate = (Estimate) {crossing_time(&value, curve.time), crossing_time(&lower, curve.time),
		crossing_time(&upper, curve.time), NULL};
	if (isnan(value.first))
		estimate_note(&estimate, "not_reached");
	if (value.at_level && isnan(value.below))
		estimate_note(&estimate, "follow_up_ends_at_level");
	estimate_note_unknown(&estimate, followed.tally->unknown_rows);
	return estimate;
}

/*
 * ph.survival_quantile(ph.tally, share float8, confidence float8, limits text, entered ph.tally) -> ph.estimate
 *
 * The time by which a share has had the event: where the curve comes down to 1 - share, the middle of
 * the stretch if it stays exactly there.  Limits where those of the curve come down to it (Brookmeyer and
 * Crowley 1982): the lower one is given where the curve itself does not.
 */
PG_FUNCTION_INFO_V1(survival_quantile);
Datum
survival_quantile(PG_FUNCTION_ARGS)
{
	Followed	followed = argument_followed(fcinfo, 0, 4);
	double		share = argument_number(fcinfo, 1, "share");
	double		confidence = argument_confidence(fcinfo, 2);
	Scale		scale = argument_scale(fcinfo, 3);

	if (share <= 0 || share >= 1)
		argument_error("share", "must lie between 0 and 1, both excluded", "Write 0.5 for the median.");
	return estimate_datum(fcinfo, survival_quantile_estimate(followed, share, confidence, scale));
}

/*
 * ph.median_survival(ph.tally, confidence float8, limits text, entered ph.tally) -> ph.estimate
 *
 * The time by which half have had the event.
 */
PG_FUNCTION_INFO_V1(median_survival);
Datum
median_survival(PG_FUNCTION_ARGS)
{
	Followed	followed = argument_followed(fcinfo, 0, 3);
	double		confidence = argument_confidence(fcinfo, 1);
	Scale		scale = argument_scale(fcinfo, 2);

	return estimate_datum(fcinfo, survival_quantile_estimate(followed, 0.5, confidence, scale));
}

/* ---- asked by name ---- */

/* Who has had the event by a time. */
Quantity
cumulative_incidence_quantity(const Tally *tally, const Question *question)
{
	Quantity	quantity = survival_quantity(tally, question);
	Estimate	survived = quantity.estimate;

	quantity.estimate.value = 1 - survived.value;
	quantity.estimate.lower = 1 - survived.upper;
	quantity.estimate.upper = 1 - survived.lower;
	return quantity;
}

/* The median with the variance that its limits would have if they were normal; none where one of them is not there. */
Quantity
median_survival_quantity(const Tally *tally, const Question *question)
{
	Estimate	median = survival_quantile_estimate(followed_from_start(tally), 0.5, question->confidence,
													SCALE_LOG_LOG);
	double		error = (median.upper - median.lower) / (2 * two_sided_z(question->confidence));

	return quantity_of(median, error * error);
}
