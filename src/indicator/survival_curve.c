/*
 * survival_curve.c: the curve of people followed until an event or until they are lost from sight.
 *
 * A tally keyed by follow-up time is all that is needed: exposure counts who left at that time, events
 * who of them left with the event.  The others are censored then, and still at risk at that time.
 */
#include "indicator/survival_curve.h"

#include <math.h>

#include "core/argument.h"
#include "core/tie.h"
#include "miscadmin.h"

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

double
last_leaving_time(const Tally *tally)
{
	return tally->cells[last_leaving(tally)].key;
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

Followed
argument_followed(FunctionCallInfo fcinfo, int tally, int entered)
{
	Tally	   *tallies[] = {argument_tally(fcinfo, tally),
	entered < 0 ? NULL : argument_tally(fcinfo, entered)};

	tie_keys(tallies, lengthof(tallies));
	return (Followed) {tallies[0], tallies[1]};
}

Followed
followed_from_start(const Tally *tally)
{
	Tally	   *tied = unconstify(Tally *, tally);

	tie_keys(&tied, 1);
	return (Followed) {tied, NULL};
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
