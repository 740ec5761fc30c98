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
#include "utils/datetime.h"

#define MOST_SEASONS 53
#define FEWEST_PERIODS 2		/* of a season: one alone would be its own expectation */

typedef enum Calendar
{
	CALENDAR_DAY,
	CALENDAR_WEEK,
	CALENDAR_MONTH,
	CALENDAR_QUARTER
} Calendar;

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

/* The weekday, the week of the year (the rare 53rd belongs to the 52nd), the month or the quarter; from 0. */
static int
season_of(Calendar calendar, DateADT date)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	switch (calendar)
	{
		case CALENDAR_DAY:
			return j2day(date + POSTGRES_EPOCH_JDATE);
		case CALENDAR_WEEK:
			return Min(date2isoweek(year, month, day), 52) - 1;
		case CALENDAR_MONTH:
			return month - 1;
		case CALENDAR_QUARTER:
			return (month - 1) / 3;
	}
	pg_unreachable();
}

static int
days_of_months(int year, int first, int months)
{
	int			days = 0;

	for (int month = first; month < first + months; month++)
		days += day_tab[isleap(year)][month - 1];
	return days;
}

static int
days_of(Calendar calendar, DateADT date)
{
	int			year,
				month,
				day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	switch (calendar)
	{
		case CALENDAR_DAY:
			return 1;
		case CALENDAR_WEEK:
			return 7;
		case CALENDAR_MONTH:
			return days_of_months(year, month, 1);
		case CALENDAR_QUARTER:
			return days_of_months(year, (month - 1) / 3 * 3 + 1, 3);
	}
	pg_unreachable();
}

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
	period.exposure = population * days_of(calendar, date);
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
