/* tally_without.c: a part taken out of a tally again. */
#include "core/tally.h"

#include <math.h>

#include "core/argument.h"
#include "miscadmin.h"

#define KEPT_SHARE 0x1p-72		/* of a sum: what is below depends on the order of the rows, as in tally_rows.c */

pg_noreturn static void
not_a_part(void)
{
	argument_error("part", "must be a part of the tally",
				   "It has a key that the tally lacks, or more than the tally has, or rows of another kind.");
}

static Sum
sum_without(Sum sum, Sum part)
{
	Sum			rest = sum;

	sum_add_sum(&rest, (Sum) {-part.high, -part.low});
	rest = sum_normalise(rest);
	return fabs(rest.high) <= KEPT_SHARE * fabs(sum.high) ? (Sum) {0, 0} : rest;
}

static TallyCell
cell_without(const TallyCell *cell, const TallyCell *part)
{
	return (TallyCell) {cell->key, sum_without(cell->exposure, part->exposure),
		sum_without(cell->events, part->events), sum_without(cell->squares, part->squares)};
}

static bool
cell_is_empty(const TallyCell *cell)
{
	return cell->exposure.high == 0 && cell->events.high == 0 && cell->squares.high == 0;
}

static int64
rows_without(int64 rows, int64 part)
{
	if (part > rows)
		not_a_part();
	return rows - part;
}

/* Both in key order: every cell of the part is met on the way through those of the tally. */
static Tally *
tally_without_part(const Tally *tally, const Tally *part)
{
	Tally	   *rest = tally_new(tally->sorted);
	int			met = 0;

	if (part->flags & ~tally->flags)
		not_a_part();
	rest->missing = rows_without(tally->missing, part->missing);
	rest->unknown_rows = rows_without(tally->unknown_rows, part->unknown_rows);
	rest->unknown = cell_without(&tally->unknown, &part->unknown);
	for (int i = 0; i < tally->sorted; i++)
	{
		TallyCell	cell = tally->cells[i];

		CHECK_FOR_INTERRUPTS();
		if (met < part->sorted && part->cells[met].key == cell.key)
		{
			cell = cell_without(&cell, &part->cells[met++]);
			if (cell_is_empty(&cell))
				continue;
		}
		rest->cells[rest->sorted++] = cell;
	}
	if (met < part->sorted)
		not_a_part();
	/* what nobody is left in is as if nobody had been: of no kind */
	if (rest->sorted > 0 || rest->missing > 0 || rest->unknown_rows > 0)
		rest->flags = tally->flags & ~TALLY_CANONICAL;
	if (tally_problem(rest) != NULL)
		not_a_part();
	return rest;
}

/*
 * ph.without(tally ph.tally, part ph.tally) -> ph.tally
 *
 * What ph.rollup added taken away again: cells, rows of unknown key and missing rows.  Whole numbers are exact, other
 * sums agree to 72 bits; a cell that is left with nothing is gone.  That some row was negative, and of which kinds the
 * rows were, stays true of what is left.  NULL for either is NULL.  Errors: a part that is not within the tally.
 */
PG_FUNCTION_INFO_V1(tally_without);
Datum
tally_without(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(tally_datum(tally_without_part(PG_GETARG_TALLY(0), PG_GETARG_TALLY(1))));
}
