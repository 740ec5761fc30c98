/* calendar.c: the periods of a calendar that a series is kept by. */
#include "monitor/calendar.h"

#include "utils/datetime.h"

typedef struct CivilDate
{
	int			year;
	int			month;
	int			day;
} CivilDate;

static CivilDate
civil_date(DateADT date)
{
	CivilDate	civil;

	j2date(date + POSTGRES_EPOCH_JDATE, &civil.year, &civil.month, &civil.day);
	return civil;
}

int64
period_number(Calendar calendar, DateADT date)
{
	CivilDate	civil = civil_date(date);

	switch (calendar)
	{
		case CALENDAR_WEEK:
			return ((int64) date + POSTGRES_EPOCH_JDATE) / 7;
		case CALENDAR_MONTH:
			return (int64) civil.year * 12 + civil.month;
		case CALENDAR_QUARTER:
			return (int64) civil.year * 4 + (civil.month - 1) / 3;
		case CALENDAR_YEAR:
			return civil.year;
		default:
			return date;
	}
}

int
season_of(Calendar calendar, DateADT date)
{
	CivilDate	civil = civil_date(date);

	switch (calendar)
	{
		case CALENDAR_DAY:
			return j2day(date + POSTGRES_EPOCH_JDATE);
		case CALENDAR_WEEK:
			return Min(date2isoweek(civil.year, civil.month, civil.day), 52) - 1;
		case CALENDAR_MONTH:
			return civil.month - 1;
		case CALENDAR_QUARTER:
			return (civil.month - 1) / 3;
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
	CivilDate	civil = civil_date(date);

	switch (calendar)
	{
		case CALENDAR_DAY:
			return 1;
		case CALENDAR_WEEK:
			return 7;
		case CALENDAR_MONTH:
			return days_of_months(civil.year, civil.month, 1);
		case CALENDAR_QUARTER:
			return days_of_months(civil.year, (civil.month - 1) / 3 * 3 + 1, 3);
		default:
			pg_unreachable();
	}
}
