/*
 * survival.c: survival of people followed until an event or until they are lost from sight.
 *
 * A tally keyed by follow-up time is all that is needed: exposure counts who left at that time, events
 * who of them left with the event.  The others are censored then, and still at risk at that time.
 */
#include "indicator/survival.h"

#include <float.h>
#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/tie.h"
#include "miscadmin.h"
#include "indicator/contrast.h"

/* ---- the curve ---- */

static void
check_people(const TallyCell *cell, const char *argument)
{
	double		people = sum_value(cell->exposure);

	if (cell->key < 0)
		argument_error(argument, "holds times below 0", NULL);
	if (people != rint(people))
		argument_error(argument, "holds people who are no whole number",
					   "Fold one row a person: ph.person_tally(time, event).");
}

/* Nobody leaves with two events, and nobody has an event without leaving. */
static void
check_leaving(const TallyCell *cell)
{
	double		events = sum_value(cell->events);

	check_people(cell, "tally");
	if (events > sum_value(cell->exposure))
		argument_error("tally", "holds more events than people at a time",
					   "Fold one row a person: ph.person_tally(time, event).");
	if (events != sum_value(cell->squares) || events != rint(events))
		argument_error("tally", "holds people with other than 0 or 1 event",
					   "Fold one row a person: ph.person_tally(time, event).");
}

/* The cell of those who left last. */
static int
last_leaving(const Tally *tally)
{
	int			last = tally->sorted - 1;

	while (last > 0 && sum_value(tally->cells[last].exposure) == 0)
		last--;
	return last;
}

/* Whether there are people of known times. */
static bool
people_followed(const Tally *tally, Estimate *why)
{
	double		people = sum_value(tally_known(tally).exposure);

	if (people == 0)
		*why = estimate_none("no_exposure");
	else if (people > CURVE_MAX_PEOPLE)
		*why = estimate_none("out_of_range");
	else
		return true;
	return false;
}

/* Who is of unknown time in one tally cannot be left out of the other. */
static bool
times_known(const Tally *tally, Estimate *why)
{
	if (tally->unknown_rows > 0)
		*why = estimate_none("unknown_key: " INT64_FORMAT " rows", tally->unknown_rows);
	return tally->unknown_rows == 0;
}

/*
 * Where all who were at risk had the event while others were still to come, the curve would end at 0 though
 * people went on to be followed.
 */
static bool
somebody_always_at_risk(const Tally *tally, const Tally *entered, Estimate *why)
{
	Curve		curve = curve_start(tally, entered);

	while (curve_next(&curve))
		if (curve.survival == 0 && curve.next_cell <= last_leaving(tally))
		{
			*why = estimate_none("nobody_at_risk: after %g", curve.time);
			return false;
		}
	return true;
}

static bool
entries_possible(const Tally *tally, const Tally *entered, Estimate *why)
{
	if (!estimate_possible(entered, why))
		return false;
	for (int i = 0; i < entered->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_people(&entered->cells[i], "entered");
	}
	if (!times_known(entered, why) || !people_followed(entered, why))
		return false;
	if (sum_value(tally_total(entered).exposure) != sum_value(tally_total(tally).exposure))
		argument_error("entered", "must hold as many people as leave",
					   "Fold both tallies from the same rows.");
	return somebody_always_at_risk(tally, entered, why);
}

bool
curve_possible(const Tally *tally, const Tally *entered, Estimate *why)
{
	Estimate	why_entered;

	if (!estimate_possible(tally, why))
		return false;
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_leaving(&tally->cells[i]);
	}
	if (!people_followed(tally, why) || (entered && !times_known(tally, why)))
		return false;
	if (entered && !entries_possible(tally, entered, &why_entered))
	{
		*why = estimate_none("entered: %s", why_entered.note);
		return false;
	}
	return true;
}

Present
present_start(const Tally *tally, const Tally *entered)
{
	Present		present = {.entered = entered};

	if (entered == NULL)
		present.people = tally_known(tally).exposure;
	return present;
}

/* Who entered at a time is at risk after it. */
double
present_at(Present *present, double time)
{
	const Tally *entered = present->entered;

	while (entered && present->next_entry < entered->sorted && entered->cells[present->next_entry].key < time)
		sum_add_sum(&present->people, entered->cells[present->next_entry++].exposure);
	return sum_value(present->people);
}

void
present_leave(Present *present, Sum leaving)
{
	sum_add_sum(&present->people, (Sum) {-leaving.high, -leaving.low});
}

/* Before the first step: nobody had an event. */
Curve
curve_start(const Tally *tally, const Tally *entered)
{
	return (Curve) {.tally = tally, .present = present_start(tally, entered), .survival = 1};
}

/*
 * To the next time at which somebody left (Kaplan and Meier 1958): of n at risk, d with the event, share
 * (n - d) / n survive it.  Greenwood (1926) for the variance, Nelson and Aalen for the hazard.
 */
bool
curve_next(Curve *curve)
{
	const TallyCell *cell;
	double		leaving,
				n,
				d;

	do
	{
		CHECK_FOR_INTERRUPTS();
		if (curve->next_cell == curve->tally->sorted)
			return false;
		cell = &curve->tally->cells[curve->next_cell++];
		leaving = sum_value(cell->exposure);
	} while (leaving == 0);

	n = present_at(&curve->present, cell->key);
	d = sum_value(cell->events);
	if (leaving > n)
		argument_error("entered", "lets people enter who have left by then", "Who leaves must have entered before.");
	curve->time = cell->key;
	curve->at_risk = n;
	curve->events = d;
	curve->censored = leaving - d;
	curve->steps += d > 0;
	curve->survival *= (n - d) / n;
	curve->log_variance = curve->survival > 0 ? d / n / (n - d) : 0;
	sum_add(&curve->greenwood, curve->log_variance);
	sum_add(&curve->hazard, d / n);
	present_leave(&curve->present, cell->exposure);
	return true;
}

/* ---- limits ---- */

static Scale
argument_scale(FunctionCallInfo fcinfo, int index)
{
	static const char *const scales[] = {"log-log", "log", "plain", NULL};

	return argument_choice(fcinfo, index, "limits", scales);
}

/*
 * Limits that are normal on the scale of log(-log S), log S or S itself (Kalbfleisch and Prentice 2002);
 * the last two are cut at 0 and 1.  There are none where survival is 0 and, log-log, where it is 1.
 */
Limits
survival_limits(const Curve *curve, double z, Scale scale)
{
	double		s = curve->survival;
	double		error = sqrt(sum_value(curve->greenwood));
	double		power = exp(z * error / -log(s));

	if (s == 0 || (scale == SCALE_LOG_LOG && s == 1))
		return (Limits) {NAN, NAN};
	if (scale == SCALE_LOG_LOG)
		return (Limits) {pow(s, power), pow(s, 1 / power)};
	if (scale == SCALE_LOG)
		return (Limits) {s * exp(-z * error), fmin(1, s * exp(z * error))};
	return (Limits) {fmax(0, s - z * s * error), fmin(1, s + z * s * error)};
}

/* People by time of leaving and, unless everybody is followed from time 0, by time of entry. */
typedef struct Followed
{
	Tally	   *tally;
	Tally	   *entered;
} Followed;

/* Arguments tally, the first, and entered; -1: there is none. */
static Followed
argument_followed(FunctionCallInfo fcinfo, int tally, int entered)
{
	Tally	   *tallies[] = {argument_tally(fcinfo, tally),
	entered < 0 ? NULL : argument_tally(fcinfo, entered)};

	tie_keys(tallies, lengthof(tallies));
	return (Followed) {tallies[0], tallies[1]};
}

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
 * ph.survival_at(ph.tally, at_time float8, confidence float8, limits text, entered ph.tally) -> ph.estimate
 *
 * The share that survives a time; none beyond the last follow-up unless nobody is left.
 */
PG_FUNCTION_INFO_V1(survival_at);
Datum
survival_at(PG_FUNCTION_ARGS)
{
	Followed	followed = argument_followed(fcinfo, 0, 4);
	double		at_time = argument_number(fcinfo, 1, "at_time");
	double		z = two_sided_z(argument_confidence(fcinfo, 2));
	Scale		scale = argument_scale(fcinfo, 3);
	Estimate	estimate;
	Curve		curve,
				next;
	Limits		limits;

	if (at_time < 0)
		argument_error("at_time", "must not be negative", NULL);
	if (!curve_possible(followed.tally, followed.entered, &estimate))
		return estimate_datum(fcinfo, estimate);
	curve = next = curve_start(followed.tally, followed.entered);
	while (curve_next(&next) && (next.time <= at_time || tied(next.time, at_time)))
		curve = next;
	if (next.time <= at_time && at_time > curve.time && !tied(at_time, curve.time) && curve.survival > 0)
		return estimate_datum(fcinfo, estimate_none("beyond_follow_up: the last is at %g", curve.time));

	limits = survival_limits(&curve, z, scale);
	estimate = (Estimate) {curve.survival, limits.lower, limits.upper, NULL};
	estimate_note_unknown(&estimate, followed.tally->unknown_rows);
	return estimate_datum(fcinfo, estimate);
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

/* ---- the restricted mean ---- */

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
										followed.tally->cells[last_leaving(followed.tally)].key), NAN);
	quantity.variance = area_variance(curve, until, mean);
	quantity.estimate = estimate_normal(mean, sqrt(quantity.variance), confidence);
	estimate_note_unknown(&quantity.estimate, followed.tally->unknown_rows);
	return quantity;
}

/* A tally that is followed from time 0, its times tied. */
static Followed
followed_from_start(const Tally *tally)
{
	Tally	   *tied = unconstify(Tally *, tally);

	tie_keys(&tied, 1);
	return (Followed) {tied, NULL};
}

Quantity
restricted_mean_quantity(const Tally *tally, const Question *question)
{
	return restricted_mean_until(followed_from_start(tally), question->until, question->confidence);
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
	if (!more && survival > 0 && question->until > followed.tally->cells[last_leaving(followed.tally)].key)
		return quantity_of(estimate_none("beyond_follow_up: the last is at %g",
										 followed.tally->cells[last_leaving(followed.tally)].key), NAN);
	estimate_note_unknown(&quantity.estimate, followed.tally->unknown_rows);
	return quantity;
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

typedef Comparison (*Contrast) (const Quantity *first, const Quantity *second, double per, double confidence, Better better);

/* Arguments of both comparisons: tally, comparator, until, confidence, better. */
static Datum
compare_restricted_means(FunctionCallInfo fcinfo, Contrast contrast)
{
	double		until = argument_positive(fcinfo, 2, "until");
	double		confidence = argument_confidence(fcinfo, 3);
	Better		better = argument_better(fcinfo, 4);
	Quantity	first = restricted_mean_until(argument_followed(fcinfo, 0, -1), until, confidence);
	Quantity	second = restricted_mean_until(argument_followed(fcinfo, 1, -1), until, confidence);

	return comparison_datum(fcinfo, contrast(&first, &second, 1, confidence, better));
}

/*
 * ph.restricted_mean_difference(ph.tally, comparator ph.tally, until float8, confidence float8, better text)
 *   -> ph.comparison
 *
 * First minus second, in the unit of the key, with a normal test (Royston and Parmar 2013).
 */
PG_FUNCTION_INFO_V1(restricted_mean_difference);
Datum
restricted_mean_difference(PG_FUNCTION_ARGS)
{
	return compare_restricted_means(fcinfo, quantity_difference);
}

/*
 * ph.restricted_mean_ratio(ph.tally, comparator ph.tally, until float8, confidence float8, better text)
 *   -> ph.comparison
 *
 * First over second, normal on the log scale.
 */
PG_FUNCTION_INFO_V1(restricted_mean_ratio);
Datum
restricted_mean_ratio(PG_FUNCTION_ARGS)
{
	return compare_restricted_means(fcinfo, quantity_ratio);
}
