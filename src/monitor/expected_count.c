/*
 * expected_count.c: how many events a period would have from its season, its days and its people alone.
 *
 * Monthly admissions rise every winter, fall in short months and grow with the population; a chart of the bare
 * counts takes all of it for special causes.  Observed counts over these expected ones are indirectly
 * standardised for the season, and what is left on a U chart of the two is what a control chart is for.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/window.h"
#include "miscadmin.h"
#include "monitor/calendar.h"

#define FEWEST_PERIODS 2		/* of a season: one alone would be its own expectation */

/* What the periods of one season of the baseline add up to. */
typedef struct Season
{
	int			periods;
	double		events;
	double		exposure;
} Season;

typedef struct Seasons
{
	bool		ready;
	Calendar	calendar;
	Season		season[MOST_SEASONS];
} Seasons;

typedef struct Period
{
	int			season;
	double		events;			/* NAN: not known */
	double		exposure;		/* people times days */
	bool		baseline;
} Period;

static Period
period_at(WindowObject window, Calendar calendar, int64 row)
{
	bool		isnull,
				no_baseline,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, 1, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);
	DateADT		date = isnull ? DATEVAL_NOEND : day_of_instant(DatumGetTimestampTz(given));
	double		population = window_number(window, 2, row, "population");
	Datum		baseline = WinGetFuncArgInPartition(window, 3, row, WINDOW_SEEK_HEAD, false, &no_baseline, &isout);
	Period		period;

	if (DATE_NOT_FINITE(date))
		argument_error("period", "must be a date in every row", NULL);
	period.season = season_of(calendar, date);
	period.events = window_number(window, 0, row, "events");
	period.exposure = population * days_of_period(calendar, date);
	period.baseline = !no_baseline && DatumGetBool(baseline);
	if (period.events < 0)
		argument_error("events", "must not be negative", NULL);
	if (population < 0)
		argument_error("population", "must not be negative", NULL);
	return period;
}

static void
find_seasons(WindowObject window, Seasons *seasons, int rows)
{
	static const char *const calendars[] = {"day", "week", "month", "quarter", NULL};

	seasons->calendar = window_choice(window, 4, "calendar", calendars);
	for (int i = 0; i < rows; i++)
	{
		Period		period = period_at(window, seasons->calendar, i);
		Season	   *season = &seasons->season[period.season];

		CHECK_FOR_INTERRUPTS();
		if (!period.baseline || isnan(period.events) || !(period.exposure > 0))
			continue;
		season->periods++;
		season->events += period.events;
		season->exposure += period.exposure;
	}
	seasons->ready = true;
}

/*
 * ph.expected_count(events float8, period timestamptz, population float8, baseline boolean, calendar text)
 *   OVER (PARTITION BY series) -> float8
 *
 * The people of the period times its days, at the rate of its season: all events over all people and days of the
 * same month (or quarter, week of the year, weekday) in the rows of the baseline.  Rates of seasons are ratios of
 * sums, so that a season is as sure as it has events (the ratio-to-total method of seasonal indices; indirect
 * standardisation for the season).  NULL where the baseline has fewer than two periods of the season, or people
 * are not known.  Errors: a period that is no date, negative numbers, calendar other than day, week, month, quarter.
 */
PG_FUNCTION_INFO_V1(expected_count);
Datum
expected_count(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Seasons    *seasons = WinGetPartitionLocalMemory(window, sizeof(Seasons));
	Period		period;
	const Season *season;

	if (!seasons->ready)
		find_seasons(window, seasons, rows);
	period = period_at(window, seasons->calendar, WinGetCurrentPosition(window));
	season = &seasons->season[period.season];
	if (isnan(period.exposure) || season->periods < FEWEST_PERIODS)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(period.exposure * season->events / season->exposure);
}
