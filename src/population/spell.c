/*
 * spell.c: numbering the spells that a person's episodes make up.
 *
 * Episodes that overlap, touch, or follow each other within a gap belong to one spell.  A later episode
 * may end before an earlier one, so what counts is the greatest end so far and not the last.
 */
#include "postgres.h"

#include "core/argument.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "windowapi.h"

/* What is known of a partition after the rows so far. */
typedef struct Spells
{
	int64		number;			/* 0: no episode yet */
	TimestampTz last_start;
	TimestampTz greatest_end;
} Spells;

/* The time of an argument of the row at hand; false where it is null. */
static bool
current_time(WindowObject window, int index, TimestampTz *time)
{
	bool		isnull;
	Datum		datum = WinGetFuncArgCurrent(window, index, &isnull);

	if (!isnull)
		*time = DatumGetTimestampTz(datum);
	return !isnull;
}

static int32
current_gap(WindowObject window)
{
	bool		isnull;
	int32		gap = DatumGetInt32(WinGetFuncArgCurrent(window, 2, &isnull));

	if (isnull || gap < 0)
		argument_error("gap", "must be a number of days from 0 on", NULL);
	return gap;
}

/* The end of a spell, and so many days of the calendar on, some of 23 or 25 hours; no end is too late for a time. */
static TimestampTz
days_after(TimestampTz end, int32 days)
{
	Interval	gap = {.day = days};
	int64		length = (days + INT64CONST(1)) * USECS_PER_DAY;

	if (days == 0 || TIMESTAMP_NOT_FINITE(end))
		return end;
	if (end > END_TIMESTAMP - length)
		return DT_NOEND;
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(end),
												   IntervalPGetDatum(&gap)));
}

static void
check_episode(const Spells *spells, TimestampTz start, TimestampTz end)
{
	if (TIMESTAMP_NOT_FINITE(start))
		argument_error("start_date", "must be a finite date", NULL);
	if (end < start)
		argument_error("end_date", "must not lie before start_date",
					   "Leave such episodes out, or write greatest(start_date, end_date).");
	if (spells->number > 0 && start < spells->last_start)
		argument_error("start_date", "must not go back from one row to the next",
					   "Write OVER (PARTITION BY person ORDER BY start_date, end_date).");
}

/*
 * ph.spell_number(start_date timestamptz, end_date timestamptz, gap integer) OVER (PARTITION BY person ORDER BY
 *   start_date, end_date) -> bigint
 *
 * The number of the spell, from 1 on, to which an episode belongs: a new one where it starts more than
 * gap days after the greatest end so far.  An episode without end is still open, and all that follow
 * belong to its spell; one without start belongs to none, and its number is NULL.
 */
PG_FUNCTION_INFO_V1(spell_number);
Datum
spell_number(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Spells	   *spells;
	TimestampTz start,
				end = DT_NOEND;
	int32		gap;

	if (!WindowObjectIsValid(window))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("window function spell_number called outside a window")));
	spells = WinGetPartitionLocalMemory(window, sizeof(Spells));
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	gap = current_gap(window);
	if (!current_time(window, 0, &start))
		PG_RETURN_NULL();
	current_time(window, 1, &end);
	check_episode(spells, start, end);

	if (spells->number == 0 || start > days_after(spells->greatest_end, gap))
	{
		spells->number++;
		spells->greatest_end = end;
	}
	spells->greatest_end = Max(spells->greatest_end, end);
	spells->last_start = start;
	PG_RETURN_INT64(spells->number);
}
