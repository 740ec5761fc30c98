/* window.c: window functions that answer from the whole partition. */
#include "core/window.h"

#include <math.h>

#include "core/argument.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#define MAX_ROWS 1000000

int
window_rows(WindowObject window)
{
	int64		rows = WinGetPartitionRowCount(window);

	if (rows > MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a partition cannot have more than %d rows here", MAX_ROWS),
				 errhint("Write PARTITION BY, one series or one set of places a partition.")));
	return (int) rows;
}

double
window_number(WindowObject window, int argument, int64 row, const char *name)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	if (isnull)
		return NAN;
	if (!isfinite(DatumGetFloat8(given)))
		argument_error(name, "must be a finite number", "Use NULL for a missing value.");
	return DatumGetFloat8(given);
}

double
window_number_of_all(WindowObject window, int argument, int rows, const char *name)
{
	double		first = window_number(window, argument, 0, name);

	for (int row = 1; row < rows; row++)
	{
		double		other = window_number(window, argument, row, name);

		CHECK_FOR_INTERRUPTS();
		if (isnan(first) != isnan(other) || first < other || first > other)
			argument_error(name, "must be the same in all rows of a partition", NULL);
	}
	return first;
}

int
window_choice(WindowObject window, int argument, const char *name, const char *const *choices)
{
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, argument, &isnull);

	return text_choice(isnull ? NULL : DatumGetTextPP(given), name, choices);
}

static void
find_answers(WindowPartition *partition, void (*find) (WindowPartition *partition))
{
	MemoryContext caller = CurrentMemoryContext,
				work = AllocSetContextCreate(caller, "answers of a partition", ALLOCSET_DEFAULT_SIZES);

	partition->rows = window_rows(partition->window);
	partition->kept = GetMemoryChunkContext(partition);
	MemoryContextSwitchTo(partition->kept);
	partition->answered = palloc0_array(bool, partition->rows);
	partition->answers = palloc_array(Datum, partition->rows);
	MemoryContextSwitchTo(work);
	find(partition);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
}

Datum
window_answer(FunctionCallInfo fcinfo, void (*find) (WindowPartition *partition))
{
	WindowObject window = PG_WINDOW_OBJECT();
	WindowPartition *partition;
	int64		row;

	if (!WindowObjectIsValid(window))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("a window function is asked for outside a window")));
	partition = WinGetPartitionLocalMemory(window, sizeof(WindowPartition));
	if (partition->answers == NULL)
	{
		partition->fcinfo = fcinfo;
		partition->window = window;
		find_answers(partition, find);
	}
	row = WinGetCurrentPosition(window);
	WinSetMarkPosition(window, row);
	if (!partition->answered[row])
		PG_RETURN_NULL();
	return partition->answers[row];
}

void
window_put(WindowPartition *partition, int row, Datum answer)
{
	MemoryContext work = MemoryContextSwitchTo(partition->kept);

	partition->answers[row] = datumCopy(answer, false, -1);
	partition->answered[row] = true;
	MemoryContextSwitchTo(work);
}
