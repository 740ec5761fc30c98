/*
 * person_time.c: time at risk cut by age and calendar period, as a Lexis diagram has it.
 *
 * Days are half open, [start, end).  Every cut is at a birthday or at the start of a calendar period, so
 * that a piece lies in one age band and one period.
 */
#include "postgres.h"

#include "core/age.h"
#include "core/argument.h"
#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"

#define NEVER DATEVAL_NOEND		/* a cut that does not come */
#define LAST_YEAR (JULIAN_MAXYEAR - 1)	/* of dates; cuts behind it do not come */

typedef enum Calendar
{
	CALENDAR_NONE,
	CALENDAR_MONTH,
	CALENDAR_QUARTER,
	CALENDAR_FINANCIAL_YEAR,
	CALENDAR_YEAR
} Calendar;

/* The months of a period, and the month of the year in which one starts. */
static const struct
{
	int			months;
	int			first;
}			calendar_rule[] = {{0, 0}, {1, 1}, {3, 1}, {12, 4}, {12, 1}};

/* Where the cutting stands between two rows. */
typedef struct PersonTime
{
	bool		born;			/* whether the birth date is known */
	DateADT		birth;
	DateADT		at;				/* the first day not yet given out */
	DateADT		end;
	Calendar	calendar;
	int			age_width;
} PersonTime;

/* ---- dates ---- */

static DateADT
date_of(int year, int month, int day)
{
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

static void
split_date(DateADT date, int *year, int *month, int *day)
{
	j2date(date + POSTGRES_EPOCH_JDATE, year, month, day);
}

/* The day on which somebody completes so many years: 1 March for 29 February where there is none. */
static DateADT
birthday(DateADT birth, int64 years)
{
	int			year,
				month,
				day;

	split_date(birth, &year, &month, &day);
	if (year + years > LAST_YEAR)
		return NEVER;
	year += years;
	if (month == 2 && day == 29 && !isleap(year))
		return date_of(year, 3, 1);
	return date_of(year, month, day);
}

static int
age_at(DateADT birth, DateADT at)
{
	int			birth_year,
				year,
				month,
				day;

	split_date(birth, &birth_year, &month, &day);
	split_date(at, &year, &month, &day);
	year -= birth_year;
	return at < birthday(birth, year) ? year - 1 : year;
}

/* The start of the period of a day, or of the period so many further on. */
static DateADT
period_start(Calendar calendar, DateADT at, int further)
{
	int			months = calendar_rule[calendar].months,
				first = calendar_rule[calendar].first;
	int			year,
				month,
				day,
				start;

	split_date(at, &year, &month, &day);
	start = (month - first + 12) / months * months - 12 + further * months;	/* months after the first of this year */
	start += first - 1;
	year += start < 0 ? -1 : start / 12;
	if (year > LAST_YEAR)
		return NEVER;
	return date_of(year, (start + 12) % 12 + 1, 1);
}

/* ph_support.completed_years(birth_date date, as_of date) -> integer.  NULL for an age that nobody can have. */
PG_FUNCTION_INFO_V1(completed_years);
Datum
completed_years(PG_FUNCTION_ARGS)
{
	DateADT		birth = PG_GETARG_DATEADT(0),
				at = PG_GETARG_DATEADT(1);
	int			age;

	if (DATE_NOT_FINITE(birth) || DATE_NOT_FINITE(at))
		PG_RETURN_NULL();
	age = age_at(birth, at);
	if (!age_is_possible(age))
		PG_RETURN_NULL();
	PG_RETURN_INT32(age);
}

/* ---- pieces ---- */

typedef struct Piece
{
	bool		age_known;
	int			age;
	DateADT		period;
	int			days;
} Piece;

static Piece
next_piece(PersonTime *time)
{
	Piece		piece = {0};
	DateADT		until = time->end;

	if (time->born)
	{
		int			age = age_at(time->birth, time->at);

		piece.age_known = age_is_possible(age);
		piece.age = age - age % time->age_width;
		if (piece.age_known)
			until = Min(until, birthday(time->birth, Min((int64) piece.age + time->age_width, LARGEST_AGE + 1)));
	}
	if (time->calendar != CALENDAR_NONE)
	{
		piece.period = period_start(time->calendar, time->at, 0);
		until = Min(until, period_start(time->calendar, time->at, 1));
	}
	piece.days = until - time->at;
	time->at = until;
	return piece;
}

static DateADT
argument_day(FunctionCallInfo fcinfo, int index, const char *argument, const char *hint)
{
	DateADT		day = PG_ARGISNULL(index) ? NEVER : day_of_instant(PG_GETARG_TIMESTAMPTZ(index));

	if (DATE_NOT_FINITE(day))
		argument_error(argument, PG_ARGISNULL(index) ? "must not be null" : "must be a finite date", hint);
	return day;
}

static PersonTime
argument_person_time(FunctionCallInfo fcinfo)
{
	static const char *const calendars[] = {"none", "month", "quarter", "financial_year", "year", NULL};
	PersonTime	time = {.born = !PG_ARGISNULL(0)};

	if (time.born)
		time.birth = argument_day(fcinfo, 0, "birth_date", NULL);
	time.at = argument_day(fcinfo, 1, "start_date", "Write the first day of the window where the start is not known.");
	time.end = argument_day(fcinfo, 2, "end_date",
							"Write coalesce(end_date, the first day after the window) for who is still there.");
	time.calendar = argument_choice(fcinfo, 3, "calendar", calendars);
	time.age_width = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	if (time.age_width < 1)
		argument_error("age_width", "must be at least 1", NULL);
	if (time.born)
		time.at = Max(time.at, time.birth);
	if (time.calendar != CALENDAR_NONE && !IS_VALID_DATE(period_start(time.calendar, time.at, 0)))
		argument_error("start_date", "is too early for a calendar period", NULL);
	return time;
}

/*
 * ph.person_time(birth_date timestamptz, start_date timestamptz, end_date timestamptz, calendar text,
 *   age_width integer)
 *   -> rows
 *
 * The days from start_date up to but without end_date, cut at birthdays and calendar periods, in order:
 * age in completed years, as the lower bound of its band of age_width years, NULL if the birth is not
 * known or the age is one that nobody has; the first day of the period, NULL without a calendar; days, and
 * years of 365.25 days.  Days before birth are left out.
 */
PG_FUNCTION_INFO_V1(person_time);
Datum
person_time(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	PersonTime *time;
	Piece		piece;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &call->tuple_desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "person-time is asked for where no row can be returned");
		call->tuple_desc = BlessTupleDesc(call->tuple_desc);
		time = palloc_object(PersonTime);
		*time = argument_person_time(fcinfo);
		call->user_fctx = time;
		MemoryContextSwitchTo(old);
	}
	CHECK_FOR_INTERRUPTS();
	call = SRF_PERCALL_SETUP();
	time = call->user_fctx;
	if (time->at >= time->end)
		SRF_RETURN_DONE(call);

	piece = next_piece(time);
	values[0] = Int32GetDatum(piece.age);
	nulls[0] = !piece.age_known;
	values[1] = DateADTGetDatum(piece.period);
	nulls[1] = time->calendar == CALENDAR_NONE;
	values[2] = Int32GetDatum(piece.days);
	values[3] = Float8GetDatum(piece.days / 365.25);
	SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, values, nulls)));
}
