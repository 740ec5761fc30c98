/* calendar.h: the periods of a calendar that a series is kept by. */
#ifndef PH_CALENDAR_H
#define PH_CALENDAR_H

#include "postgres.h"
#include "utils/date.h"

typedef enum Calendar
{
	CALENDAR_DAY,
	CALENDAR_WEEK,				/* begins on Monday */
	CALENDAR_MONTH,
	CALENDAR_QUARTER,
	CALENDAR_YEAR,
	CALENDAR_ANY				/* any days in ascending order */
} Calendar;

/* The number of the period of a day: neighbours differ by 1. */
extern int64 period_number(Calendar calendar, DateADT date);

/* The calendars that have a season: day, week, month and quarter. */
#define MOST_SEASONS 53

/* The weekday, the week of the year (the rare 53rd belongs to the 52nd), the month or the quarter; from 0. */
extern int	season_of(Calendar calendar, DateADT date);

/* How many days the period of a day has. */
extern int	days_of_period(Calendar calendar, DateADT date);

#endif
