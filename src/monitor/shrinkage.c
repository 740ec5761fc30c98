/*
 * shrinkage.c: rates of small places drawn towards the rate of all.
 *
 * Empirical Bayes with a Gamma prior (Clayton and Kaldor 1987), its mean and variance by Marshall's
 * moments (1991): m = sum O / sum n, A = sum n (r - m)^2 / sum n - m / nbar.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/estimate.h"
#include "core/window.h"
#include "miscadmin.h"

typedef struct Prior
{
	bool		ready;
	int			places;
	double		mean;
	double		variance;		/* between places; not above 0 where chance explains all of it */
	double		per;
	double		confidence;
} Prior;

static bool
place_at(WindowObject window, int64 row, double *events, double *exposure)
{
	*events = window_number(window, 0, row, "events");
	*exposure = window_number(window, 1, row, "exposure");
	if (*events < 0)
		argument_error("events", "must not be negative", NULL);
	if (*exposure < 0)
		argument_error("exposure", "must not be negative", NULL);
	return !isnan(*events) && *exposure > 0;
}

static void
find_prior(WindowObject window, Prior *prior, int rows)
{
	double		events,
				exposure,
				all_events = 0,
				all_exposure = 0,
				spread = 0;

	prior->per = window_number(window, 2, 0, "per");
	prior->confidence = window_number(window, 3, 0, "confidence");
	if (!(prior->per > 0))
		argument_error("per", "must be greater than 0", NULL);
	if (!(prior->confidence > 0 && prior->confidence < 1))
		argument_error("confidence", "must lie between 0 and 1, both excluded", "Write 0.95 for a 95 % interval.");
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!place_at(window, i, &events, &exposure))
			continue;
		prior->places++;
		all_events += events;
		all_exposure += exposure;
	}
	prior->mean = all_exposure > 0 ? all_events / all_exposure : NAN;
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (place_at(window, i, &events, &exposure))
			spread += exposure * pow(events / exposure - prior->mean, 2);
	}
	prior->variance = spread / all_exposure - prior->mean * prior->places / all_exposure;
	prior->ready = true;
}

/* The posterior: Gamma of shape O + m^2 / A and rate n + m / A. */
static Estimate
shrunken(const Prior *prior, double events, double exposure)
{
	double		tail = (1 - prior->confidence) / 2;
	double		shape,
				rate;
	Estimate	estimate;

	if (!(prior->variance > 0))
	{
		estimate = (Estimate) {prior->mean, NAN, NAN, NULL};
		estimate_note(&estimate, "shrunk: wholly, to the rate of all %d places", prior->places);
		return estimate;
	}
	shape = events + prior->mean * prior->mean / prior->variance;
	rate = exposure + prior->mean / prior->variance;
	estimate = (Estimate) {shape / rate, chi_square_lower_quantile(tail, 2 * shape) / 2 / rate,
		chi_square_upper_quantile(tail, 2 * shape) / 2 / rate, NULL};
	estimate_note(&estimate, "shrunk: towards the rate of %d places, own weight %.2f", prior->places, exposure / rate);
	return estimate;
}

/*
 * ph.shrunken_rate(events float8, exposure float8, per float8, confidence float8) OVER (PARTITION BY ...)
 *   -> ph.estimate
 *
 * A place's rate drawn towards that of all places of the partition, the more the less it says itself.
 * exposure may be expected events: then it is a ratio.  The note says so in every answer.
 */
PG_FUNCTION_INFO_V1(shrunken_rate);
Datum
shrunken_rate(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Prior	   *prior = WinGetPartitionLocalMemory(window, sizeof(Prior));
	double		events,
				exposure;
	Estimate	estimate;

	if (!prior->ready)
		find_prior(window, prior, rows);
	if (!place_at(window, WinGetCurrentPosition(window), &events, &exposure))
		return estimate_datum(fcinfo, estimate_none(exposure == 0 ? "no_exposure" : "missing_input"));
	if (prior->places < 2)
		return estimate_datum(fcinfo, estimate_none("fewer_than_2_places"));
	estimate = shrunken(prior, events, exposure);
	estimate_scale(&estimate, prior->per);
	return estimate_datum(fcinfo, estimate);
}
