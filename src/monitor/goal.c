/*
 * goal.c: will a goal be reached if the trend goes on?
 *
 * Counts of periods about a line in the log rate, Poisson with over-dispersion: ln E[O] = ln N + a + b t.  Given their
 * sum S, the events of the periods are multinomial with weights N exp(b t), and the line's slope is the one at which
 * the weighted mean of the times is that of the events.  About that mean intercept and slope are uncorrelated:
 *   variance of the log rate at t = phi (1 / S + (t - mean)^2 / (S spread)).
 * Limits and chances are Student's t of n - 2 degrees of freedom, phi is at least 1 (McCullagh and Nelder 1989).
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"

#define MOST_PERIODS 1000
#define LEAST_PERIODS 3
#define MOST_STEPS 200
#define ON_TRACK 0.8
#define OFF_TRACK 0.2

typedef struct Series
{
	int			count;
	double	   *period;
	double	   *events;
	double	   *exposure;
	int			first;
	int			last;
} Series;

typedef struct Trend
{
	double		last;			/* period */
	double		exposure;		/* of the last period */
	double		rate;			/* log of the fitted rate in the last period */
	double		slope;			/* of the log rate, a period */
	double		middle;			/* period in which level and slope are uncorrelated */
	double		level_variance;
	double		slope_variance;
	double		dispersion;
	double		freedom;
} Trend;

/* ---- the trend ---- */

/* Weights N exp(b x) as shares, x from 0 in the first to 1 in the last period; the log of their sum. */
static double
weigh(const Series *series, double slope, double *weight)
{
	double		span = series->period[series->last] - series->period[series->first];
	double		largest = -INFINITY,
				sum = 0;

	for (int i = 0; i < series->count; i++)
	{
		weight[i] = log(series->exposure[i]) + slope * ((series->period[i] - series->period[series->first]) / span);
		largest = fmax(largest, weight[i]);
	}
	for (int i = 0; i < series->count; i++)
		sum += weight[i] = exp(weight[i] - largest);
	for (int i = 0; i < series->count; i++)
		weight[i] /= sum;
	return largest + log(sum);
}

/* The weighted mean and spread of x about a point. */
static double
moment(const Series *series, const double *weight, double about, int power)
{
	double		span = series->period[series->last] - series->period[series->first];
	double		result = 0;

	for (int i = 0; i < series->count; i++)
		result += weight[i] * pow((series->period[i] - series->period[series->first]) / span - about, power);
	return result;
}

/* How far the weighted mean lies above one, at a slope. */
static double
excess(const Series *series, double slope, double mean, double *weight)
{
	weigh(series, slope, weight);
	return moment(series, weight, mean, 1);
}

/* The slope at which the weighted mean is the events', by Newton's steps within bounds; infinite where none is. */
static double
solve_slope(const Series *series, double mean, double *weight)
{
	double		low = -1,
				high = 1,
				slope = 0;

	if (mean <= 0 || mean >= 1)
		return INFINITY;
	while (isfinite(low) && excess(series, low, mean, weight) > 0)
		low *= 2;
	while (isfinite(high) && excess(series, high, mean, weight) < 0)
		high *= 2;
	for (int i = 0; i < MOST_STEPS; i++)
	{
		double		off = excess(series, slope, mean, weight);
		double		step = off / moment(series, weight, mean + off, 2);

		if (off == 0)
			break;
		if (off < 0)
			low = slope;
		else
			high = slope;
		if (!(slope - step > low && slope - step < high))
			step = slope - (low + high) / 2;
		slope -= step;
		if (fabs(step) <= 1e-15 * fabs(slope))
			break;
	}
	return slope;
}

/* Pearson's chi-square over its degrees of freedom, at least 1. */
static double
dispersion(const Series *series, const double *weight, double events)
{
	double		chi_square = 0;

	for (int i = 0; i < series->count; i++)
		if (weight[i] > 0)
			chi_square += pow(series->events[i] - events * weight[i], 2) / (events * weight[i]);
	return fmax(1, chi_square / (series->count - 2));
}

/* The trend; false, with a note, where there is none. */
static bool
fit_trend(const Series *series, Trend *trend, const char **note)
{
	double	   *weight = palloc_array(double, Max(series->count, 1));
	double		events = 0,
				mean = 0,
				spread,
				span,
				slope;

	for (int i = 0; i < series->count; i++)
		events += series->events[i];
	*note = series->count < LEAST_PERIODS ? "too_few_periods" : events == 0 ? "no_events" : NULL;
	if (*note)
		return false;
	span = series->period[series->last] - series->period[series->first];
	for (int i = 0; i < series->count; i++)
		mean += series->events[i] / events * ((series->period[i] - series->period[series->first]) / span);
	slope = solve_slope(series, mean, weight);
	if (!isfinite(slope))
	{
		*note = "trend_undefined";
		return false;
	}
	trend->last = series->period[series->last];
	trend->exposure = series->exposure[series->last];
	trend->rate = log(events) - weigh(series, slope, weight) + slope;
	trend->slope = slope / span;
	trend->middle = series->period[series->first] + mean * span;
	trend->dispersion = dispersion(series, weight, events);
	trend->freedom = series->count - 2;
	spread = moment(series, weight, mean, 2) * span * span;
	trend->level_variance = trend->dispersion / events;
	trend->slope_variance = trend->dispersion / (events * spread);
	return true;
}

static double
rate_at(const Trend *trend, double period)
{
	return trend->rate + trend->slope * (period - trend->last);
}

static double
variance_at(const Trend *trend, double period)
{
	return trend->level_variance + pow(period - trend->middle, 2) * trend->slope_variance;
}

/* ---- what it says of a goal ---- */

static Limits
student_limits(double value, double variance, double freedom, double confidence)
{
	double		reach = student_t_upper_quantile((1 - confidence) / 2, freedom) * sqrt(variance);

	return (Limits) {value - reach, value + reach};
}

/* The chance that a log rate, or a difference of them, is at the target or on the good side of it. */
static double
chance(double target, double value, double variance, double freedom, Better better)
{
	double		t = (log(target) - value) / sqrt(variance);

	return student_t_upper_tail(better == BETTER_LOWER ? -t : t, freedom);
}

static const char *
verdict(double chance)
{
	if (isnan(chance))
		return NULL;
	return chance >= ON_TRACK ? "on_track" : chance <= OFF_TRACK ? "off_track" : "uncertain";
}

/* The change a period, as a share, that leads from a log rate to the target in so many periods. */
static double
needed_change(double target, double now, double periods)
{
	return expm1((log(target) - now) / periods);
}

/* ---- arguments ---- */

static void
check_series(const Series *series, const char *const *names)
{
	for (int i = 0; i < series->count; i++)
	{
		if (!isfinite(series->period[i]))
			argument_error(names[0], "must hold finite numbers", NULL);
		if (!(series->events[i] >= 0) || !isfinite(series->events[i]))
			argument_error(names[1], "must hold finite numbers that are not negative", NULL);
		if (!(series->exposure[i] > 0) || !isfinite(series->exposure[i]))
			argument_error(names[2], "must hold finite numbers greater than 0",
						   "Leave a period without anybody at risk out.");
		for (int j = 0; j < i; j++)
			if (series->period[i] == series->period[j])
				argument_error(names[0], "must not have a period twice", NULL);
	}
}

/* Three lists of one length; false where something in them is not known. */
static bool
argument_series(FunctionCallInfo fcinfo, int index, const char *const *names, Series *series)
{
	double	  **lists[] = {&series->period, &series->events, &series->exposure};

	*series = (Series) {0};
	for (int i = 0; i < lengthof(lists); i++)
		if (PG_ARGISNULL(index + i) || array_contains_nulls(PG_GETARG_ARRAYTYPE_P(index + i)))
			return false;
	for (int i = 0; i < lengthof(lists); i++)
	{
		int			count = argument_numbers(fcinfo, index + i, names[i], MOST_PERIODS, lists[i]);

		if (i > 0 && count != series->count)
			argument_error(names[i], psprintf("must have as many elements as %s", names[0]), NULL);
		series->count = count;
	}
	check_series(series, names);
	for (int i = 0; i < series->count; i++)
	{
		if (series->period[i] < series->period[series->first])
			series->first = i;
		if (series->period[i] > series->period[series->last])
			series->last = i;
	}
	return true;
}

static Better
argument_good_side(FunctionCallInfo fcinfo, int index)
{
	Better		better = argument_better(fcinfo, index);

	if (better == BETTER_NEITHER)
		argument_error("better", "must be lower or higher", NULL);
	return better;
}

static void
check_target_period(double period, double last)
{
	if (period <= last)
		argument_error("target_period", "must be after the last period", NULL);
}

static int
put_limits(Datum *values, bool *nulls, int field, Limits limits, double (*back) (double), double per)
{
	record_number(values, nulls, field, per * back(limits.lower));
	record_number(values, nulls, field + 1, per * back(limits.upper));
	return field + 2;
}

/* Why there is no answer, or that some of it is larger than numbers are. */
static void
put_note(Datum *values, bool *nulls, int fields, const char *note)
{
	for (int i = 0; note == NULL && i < fields - 1; i++)
		if (nulls[i])
			note = "out_of_range";
	record_text(values, nulls, fields - 1, note);
}

/*
 * ph.goal_progress(periods float8[], events float8[], exposures float8[], target float8, target_period float8,
 *   better text, per float8, confidence float8) -> ph.goal_progress
 *
 * The target is a rate times per.  All NULL, with a note, for fewer than three periods, no events, events in the first
 * or the last period only, or a NULL among the lists.  Errors: a period twice, exposure that is not above 0, negative
 * events, a target period that is not after the last, a target that is not above 0.
 */
PG_FUNCTION_INFO_V1(goal_progress);
Datum
goal_progress(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"periods", "events", "exposures"};
	Series		series;
	bool		known = argument_series(fcinfo, 0, names, &series);
	double		target = argument_positive(fcinfo, 3, "target");
	double		period = argument_number(fcinfo, 4, "target_period");
	Better		better = argument_good_side(fcinfo, 5);
	double		per = argument_positive(fcinfo, 6, "per");
	double		confidence = argument_confidence(fcinfo, 7);
	const char *note = "missing_input";
	Trend		trend;
	Datum		values[15];
	bool		nulls[15];
	int			field = 0;
	double		rate,
				variance,
				observed,
				chance_value;

	memset(nulls, true, sizeof(nulls));
	if (!known || !fit_trend(&series, &trend, &note))
	{
		record_text(values, nulls, lengthof(values) - 1, note);
		return record_datum(fcinfo, values, nulls);
	}
	check_target_period(period, trend.last);
	rate = rate_at(&trend, period);
	variance = variance_at(&trend, period);
	/* what will be counted then has that period's own noise, too */
	observed = variance + trend.dispersion / (trend.exposure * exp(rate));
	chance_value = chance(target / per, rate, observed, trend.freedom, better);
	record_number(values, nulls, field++, trend.dispersion);
	record_number(values, nulls, field++, expm1(trend.slope));
	field = put_limits(values, nulls, field,
					   student_limits(trend.slope, trend.slope_variance, trend.freedom, confidence), expm1, 1);
	record_number(values, nulls, field++, per * exp(trend.rate));
	record_number(values, nulls, field++, per * exp(rate));
	field = put_limits(values, nulls, field, student_limits(rate, variance, trend.freedom, confidence), exp, per);
	field = put_limits(values, nulls, field, student_limits(rate, observed, trend.freedom, confidence), exp, per);
	record_number(values, nulls, field++, chance(target / per, rate, variance, trend.freedom, better));
	record_number(values, nulls, field++, chance_value);
	record_number(values, nulls, field++, needed_change(target / per, trend.rate, period - trend.last));
	record_text(values, nulls, field++, verdict(chance_value));
	Assert(field == lengthof(values) - 1);
	put_note(values, nulls, lengthof(values), NULL);
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.goal_gap_progress(periods float8[], events float8[], exposures float8[], other_periods float8[],
 *   other_events float8[], other_exposures float8[], target_ratio float8, target_period float8, better text,
 *   confidence float8) -> ph.goal_gap_progress
 *
 * The ratio of the rates of two groups, the second the one that is compared with: two trends whose variances and
 * degrees of freedom add.  Now is the later of their last periods.  Notes and errors as of ph.goal_progress.
 */
PG_FUNCTION_INFO_V1(goal_gap_progress);
Datum
goal_gap_progress(PG_FUNCTION_ARGS)
{
	static const char *const names[2][3] = {{"periods", "events", "exposures"},
	{"other_periods", "other_events", "other_exposures"}};
	Series		series[2];
	bool		known[] = {argument_series(fcinfo, 0, names[0], &series[0]),
	argument_series(fcinfo, 3, names[1], &series[1])};
	double		target = argument_positive(fcinfo, 6, "target_ratio");
	double		period = argument_number(fcinfo, 7, "target_period");
	Better		better = argument_good_side(fcinfo, 8);
	double		confidence = argument_confidence(fcinfo, 9);
	const char *note = "missing_input";
	Trend		trend[2];
	Datum		values[8];
	bool		nulls[8];
	int			field = 0;
	double		last,
				now,
				ratio,
				variance,
				freedom,
				reached;

	memset(nulls, true, sizeof(nulls));
	if (!known[0] || !known[1] || !fit_trend(&series[0], &trend[0], &note) || !fit_trend(&series[1], &trend[1], &note))
	{
		record_text(values, nulls, lengthof(values) - 1, note);
		return record_datum(fcinfo, values, nulls);
	}
	last = fmax(trend[0].last, trend[1].last);
	check_target_period(period, last);
	now = rate_at(&trend[0], last) - rate_at(&trend[1], last);
	ratio = rate_at(&trend[0], period) - rate_at(&trend[1], period);
	variance = variance_at(&trend[0], period) + variance_at(&trend[1], period);
	freedom = trend[0].freedom + trend[1].freedom;
	reached = chance(target, ratio, variance, freedom, better);
	record_number(values, nulls, field++, exp(now));
	record_number(values, nulls, field++, exp(ratio));
	field = put_limits(values, nulls, field, student_limits(ratio, variance, freedom, confidence), exp, 1);
	record_number(values, nulls, field++, reached);
	record_number(values, nulls, field++, needed_change(target, now, period - last));
	record_text(values, nulls, field++, verdict(reached));
	Assert(field == lengthof(values) - 1);
	put_note(values, nulls, lengthof(values), NULL);
	return record_datum(fcinfo, values, nulls);
}
