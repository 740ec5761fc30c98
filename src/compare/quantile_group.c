/* quantile_group.c: areas in groups of equal numbers, such as quintiles of deprivation. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/sort.h"
#include "core/tie.h"
#include "core/window.h"
#include "miscadmin.h"

typedef struct Ranking
{
	bool		ready;
	bool		highest_first;
	int			known;
	int			groups;
	double		sorted[FLEXIBLE_ARRAY_MEMBER];
} Ranking;

/* A value that orders, turned round where the highest come first; NAN for NULL and NaN. */
static double
value_at(WindowObject window, int64 row, bool highest_first)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, 0, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	if (isnull)
		return NAN;
	return highest_first ? -DatumGetFloat8(given) : DatumGetFloat8(given);
}

/* The first row that is asked for says into how many groups, and from which end. */
static void
rank_values(WindowObject window, Ranking *ranking, int rows)
{
	bool		isnull;
	Datum		groups = WinGetFuncArgCurrent(window, 1, &isnull);
	Better		better;

	if (isnull || DatumGetInt32(groups) < 1)
		argument_error("groups", "must be at least 1", NULL);
	ranking->groups = DatumGetInt32(groups);
	better = window_choice(window, 2, "better", better_choices);
	if (better == BETTER_NEITHER)
		argument_error("better", "must be lower or higher", NULL);
	ranking->highest_first = better == BETTER_LOWER;
	for (int i = 0; i < rows; i++)
	{
		double		value = value_at(window, i, ranking->highest_first);

		CHECK_FOR_INTERRUPTS();
		if (!isnan(value))
			ranking->sorted[ranking->known++] = value;
	}
	sort_numbers(ranking->sorted, ranking->known);
	tie_numbers(ranking->sorted, ranking->known);
	ranking->ready = true;
}

/* How many values are lower, or as low where that is asked too. */
static int
values_below(const Ranking *ranking, double value, bool or_equal)
{
	int			low = 0,
				high = ranking->known;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (ranking->sorted[middle] < value || (or_equal && ranking->sorted[middle] == value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * ph.quantile_group(value float8, groups int, better text) OVER (PARTITION BY ...) -> int
 *
 * 1 to groups, from where things are worst: the lowest values, or with better lower the highest (which is the default
 * of R's PHEindicatormethods).  With N values of which k are lower, groups + 1 - ceil((N - k) groups / N), in whole
 * numbers: values that tie, be it but for rounding (core/tie.h), share a group.  NULL for a NULL or NaN
 * value, and for all where there are fewer values than groups.  The window's own order has no bearing.
 */
PG_FUNCTION_INFO_V1(quantile_group);
Datum
quantile_group(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Ranking    *ranking = WinGetPartitionLocalMemory(window, offsetof(Ranking, sorted) + rows * sizeof(double));
	double		value;
	int64		above,
				n;

	if (!ranking->ready)
		rank_values(window, ranking, rows);
	value = value_at(window, WinGetCurrentPosition(window), ranking->highest_first);
	if (isnan(value) || ranking->known < ranking->groups)
		PG_RETURN_NULL();
	n = ranking->known;
	/* the value stands there as the lowest of those it is tied with; a volatile one, asked for again, need not */
	value = ranking->sorted[Max(values_below(ranking, value, true), 1) - 1];
	above = n - values_below(ranking, value, false);
	PG_RETURN_INT32((int32) (ranking->groups + 1 - (above * ranking->groups + n - 1) / n));
}
