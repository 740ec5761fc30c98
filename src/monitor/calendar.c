/* calendar.c: the periods of a calendar that a series is kept by. */
#include "monitor/calendar.h"

#include "utils/datetime.h"

static void
parts_of(DateADT date, int *year, int *month, int *day)
{
	j2date(date + POSTGRES_EPOCH_JDATE, year, month, day);
}

int64
period_number(Calendar calendar, DateADT date)
{
	int			year,
				month,
				day;

	parts_of(date, &year, &month, &day);
	switch (calendar)
	{
		case CALENDAR_WEEK:
			return ((int64) date + POSTGRES_EPOCH_JDATE) / 7;
		case CALENDAR_MONTH:
			return (int64) year * 12 + month;
		case CALENDAR_QUARTER:
			return (int64) year * 4 + (month - 1) / 3;
		case CALENDAR_YEAR:
			return year;
		default:
			return date;
	}
}

int
season_of(Calendar calendar, DateADT date)
{
	int			year,
				month,
				day;

	parts_of(date, &year, &month, &day);
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
		default:
			pg_unreachable();
	}
}

static int
days_of_months(int year, int first, int months)
{
	int			days = 0;

	for (int month = first; month < first + months; month++)
		days += day_tab[isleap(year)][month - 1];
	return days;
}

int
days_of_period(Calendar calendar, DateADT date)
{
	int			year,
				month,
				day;

	parts_of(date, &year, &month, &day);
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
		default:
			pg_unreachable();
	}
}
