/* window.c: window functions that answer from the whole partition. */
#include "core/window.h"

#include <math.h>

#include "core/argument.h"

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

int
window_choice(WindowObject window, int argument, const char *name, const char *const *choices)
{
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, argument, &isnull);

	return text_choice(isnull ? NULL : DatumGetTextPP(given), name, choices);
}
