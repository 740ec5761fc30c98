/*
 * cusum.c: cumulative sums and moving averages as window functions.
 *
 * Each keeps a few numbers and reads one row at a time, in the window's order.  A missing value leaves
 * them as they are.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "windowapi.h"

typedef struct Running
{
	int64		rows;			/* informative ones so far */
	double		upper;
	double		lower;
	double		observed;
	double		expected;
	bool		alarmed;		/* the row before crossed a limit */
} Running;

static double
current_number(WindowObject window, int argument, const char *name, bool *isnull)
{
	Datum		given = WinGetFuncArgCurrent(window, argument, isnull);

	if (!*isnull && !isfinite(DatumGetFloat8(given)))
		argument_error(name, "must be a finite number", NULL);
	return *isnull ? NAN : DatumGetFloat8(given);
}

static double
setting(WindowObject window, int argument, const char *name, bool positive)
{
	bool		isnull;
	double		x = current_number(window, argument, name, &isnull);

	if (isnull)
		argument_error(name, "must not be null", NULL);
	if (positive && x <= 0)
		argument_error(name, "must be greater than 0", NULL);
	return x;
}

static bool
resets(WindowObject window, int argument)
{
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, argument, &isnull);

	return !isnull && DatumGetBool(given);
}

static void
start_again_after_alarm(Running *running, bool reset)
{
	if (running->alarmed && reset)
		running->upper = running->lower = 0;
	running->alarmed = false;
}

static const char *
signal_of(Running *running, double limit)
{
	const char *signal = running->upper > limit ? "high" : running->lower < -limit ? "low" : NULL;

	running->alarmed = signal != NULL;
	return signal;
}

/*
 * ph.cusum(value float8, target float8, sigma float8, allowance float8, decision_limit float8, reset
 *   boolean) OVER (... ORDER BY period) -> ph.cusum_point
 *
 * Page's tabular cumulative sum (1954), in units of sigma: upper = max(0, upper + z - allowance), lower
 * likewise downwards and never above 0.  With reset both start again in the row after a signal.
 */
PG_FUNCTION_INFO_V1(cusum);
Datum
cusum(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Running    *running = WinGetPartitionLocalMemory(window, sizeof(Running));
	bool		isnull;
	double		value = current_number(window, 0, "value", &isnull);
	double		target = setting(window, 1, "target", false);
	double		sigma = setting(window, 2, "sigma", true);
	double		allowance = setting(window, 3, "allowance", false);
	double		limit = setting(window, 4, "decision_limit", true);
	Datum		values[4];
	bool		nulls[4];

	if (allowance < 0)
		argument_error("allowance", "must not be negative", NULL);
	if (!isnull)
	{
		double		z = (value - target) / sigma;

		start_again_after_alarm(running, resets(window, 5));
		running->upper = fmax(0, running->upper + z - allowance);
		running->lower = fmin(0, running->lower + z + allowance);
	}
	record_number(values, nulls, 0, running->upper);
	record_number(values, nulls, 1, running->lower);
	record_text(values, nulls, 2, isnull ? NULL : signal_of(running, limit));
	record_text(values, nulls, 3, isnull ? "missing_value" : NULL);
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	return record_datum(fcinfo, values, nulls);
}

/* Steiner et al. 2000: the log likelihood ratio of an odds ratio against 1, given the predicted risk. */
static double
risk_weight(bool happened, double risk, double odds_ratio)
{
	double		denominator = log1p((odds_ratio - 1) * risk);

	return happened ? log(odds_ratio) - denominator : -denominator;
}

/*
 * ph.risk_adjusted_cusum(outcome boolean, risk float8, odds_ratio float8, decision_limit float8,
 *   reset boolean) OVER (... ORDER BY time) -> ph.risk_adjusted_cusum_point
 *
 * upper watches for odds multiplied by odds_ratio, lower for odds divided by it (Steiner et al. 2000);
 * observed, expected and their difference, expected less observed (the variable life-adjusted display,
 * Lovegrove et al. 1997).  A constant predicted risk makes it Bernoulli's.
 */
PG_FUNCTION_INFO_V1(risk_adjusted_cusum);
Datum
risk_adjusted_cusum(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Running    *running = WinGetPartitionLocalMemory(window, sizeof(Running));
	bool		outcome_missing,
				risk_missing;
	bool		happened = DatumGetBool(WinGetFuncArgCurrent(window, 0, &outcome_missing));
	double		risk = current_number(window, 1, "risk", &risk_missing);
	double		odds_ratio = setting(window, 2, "odds_ratio", true);
	double		limit = setting(window, 3, "decision_limit", true);
	bool		missing = outcome_missing || risk_missing;
	Datum		values[7];
	bool		nulls[7];

	if (odds_ratio <= 1)
		argument_error("odds_ratio", "must be greater than 1", "The lower sum watches for its inverse.");
	if (!missing && !(risk >= 0 && risk <= 1))
		argument_error("risk", "must lie between 0 and 1", NULL);
	if (!missing)
	{
		start_again_after_alarm(running, resets(window, 4));
		running->upper = fmax(0, running->upper + risk_weight(happened, risk, odds_ratio));
		running->lower = fmin(0, running->lower - risk_weight(happened, risk, 1 / odds_ratio));
		running->observed += happened;
		running->expected += risk;
	}
	record_number(values, nulls, 0, running->upper);
	record_number(values, nulls, 1, running->lower);
	record_text(values, nulls, 2, missing ? NULL : signal_of(running, limit));
	record_number(values, nulls, 3, running->observed);
	record_number(values, nulls, 4, running->expected);
	record_number(values, nulls, 5, running->expected - running->observed);
	record_text(values, nulls, 6, missing ? "missing_value" : NULL);
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.ewma(value float8, target float8, sigma float8, weight float8, width float8) OVER (... ORDER BY
 *   period) -> ph.ewma_point
 *
 * The exponentially weighted moving average from the target on (Roberts 1959), with its exact limits,
 * width sigma sqrt(w (1 - (1 - w)^2t) / (2 - w)) to either side; no limits where sigma is NULL.
 */
PG_FUNCTION_INFO_V1(ewma);
Datum
ewma(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Running    *running = WinGetPartitionLocalMemory(window, sizeof(Running));
	bool		isnull,
				no_sigma;
	double		value = current_number(window, 0, "value", &isnull);
	double		target = setting(window, 1, "target", false);
	double		sigma = current_number(window, 2, "sigma", &no_sigma);
	double		weight = setting(window, 3, "weight", true);
	double		width = setting(window, 4, "width", true);
	double		average,
				distance;
	Datum		values[5];
	bool		nulls[5];

	if (weight > 1)
		argument_error("weight", "must not be greater than 1", NULL);
	if (sigma < 0)
		argument_error("sigma", "must not be negative", NULL);
	/* upper holds the distance of the average from the target */
	if (!isnull)
	{
		running->rows++;
		running->upper = weight * (value - target) + (1 - weight) * running->upper;
	}
	average = target + running->upper;
	distance = width * sigma * sqrt(weight / (2 - weight) * (1 - pow(1 - weight, 2.0 * running->rows)));
	record_number(values, nulls, 0, average);
	record_number(values, nulls, 1, target - distance);
	record_number(values, nulls, 2, target + distance);
	record_text(values, nulls, 3, isnull ? NULL : average > target + distance ? "high" : average < target - distance
				? "low" : NULL);
	record_text(values, nulls, 4, isnull ? "missing_value" : NULL);
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	return record_datum(fcinfo, values, nulls);
}
