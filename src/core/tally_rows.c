/* tally_rows.c: the cells of a tally as rows, its totals, and its equality and order. */
#include "core/ordering.h"
#include "core/tally.h"

#include <math.h>

#include "miscadmin.h"

/*
 * ph.cells(ph.tally): rows (key, exposure, events, events_squared) in key order; the cell of unknown
 * key, if any row had one, comes last with a NULL key.
 */
PG_FUNCTION_INFO_V1(tally_cells);
Datum
tally_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Tally	   *tally;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	tally = PG_GETARG_TALLY(0);
	for (int i = 0; i < tally->sorted + (tally->unknown_rows > 0 ? 1 : 0); i++)
	{
		const TallyCell *cell = i < tally->sorted ? &tally->cells[i] : &tally->unknown;
		Datum		values[4] = {
			Float8GetDatum(cell->key),
			Float8GetDatum(sum_value(cell->exposure)),
			Float8GetDatum(sum_value(cell->events)),
			Float8GetDatum(sum_value(cell->squares))
		};
		bool		nulls[4] = {i == tally->sorted, false, false, false};

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.exposure(ph.tally): all people, years or population, the unknown key included.
 */
PG_FUNCTION_INFO_V1(tally_exposure);
Datum
tally_exposure(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sum_value(tally_total(PG_GETARG_TALLY(0)).exposure));
}

/*
 * ph.events(ph.tally): all events, the unknown key included.
 */
PG_FUNCTION_INFO_V1(tally_events);
Datum
tally_events(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sum_value(tally_total(PG_GETARG_TALLY(0)).events));
}

/*
 * ph.missing_rows(ph.tally): rows left out because their events or exposure were NULL.
 */
PG_FUNCTION_INFO_V1(tally_missing_rows);
Datum
tally_missing_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TALLY(0)->missing);
}

/*
 * ph.unknown_rows(ph.tally): rows whose key was NULL.
 */
PG_FUNCTION_INFO_V1(tally_unknown_rows);
Datum
tally_unknown_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TALLY(0)->unknown_rows);
}

/* ---- equality and order ---- */

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

#define KEPT_BITS 72
#define HEAD_BITS 36

/*
 * A sum to its first 72 bits, in two parts that hang on its value alone.  What lies below depends, for fractions, on
 * the order of the rows, and with it on how many workers shared them.
 */
static Sum
rounded(Sum sum)
{
	int			exponent;
	double		grid,
				step;
	Sum			result;

	frexp(sum.high, &exponent);
	grid = ldexp(1, exponent - KEPT_BITS);
	step = ldexp(1, exponent - HEAD_BITS);
	if (sum.high == 0 || grid == 0)
		return sum;
	result.high = floor(sum.high / step) * step;
	result.low = rint(((sum.high - result.high) + sum.low) / grid) * grid;
	if (result.low < 0 || result.low >= step)
	{
		double		carried = result.low < 0 ? -step : step;

		result.high += carried;
		result.low -= carried;
	}
	return result;
}

static int
compare_sums(Sum a, Sum b)
{
	Sum			left = rounded(a),
				right = rounded(b);
	int			order = compare_numbers(left.high, right.high);

	return order != 0 ? order : compare_numbers(left.low, right.low);
}

static int
compare_cells(const TallyCell *a, const TallyCell *b)
{
	const int	orders[] = {compare_numbers(a->key, b->key), compare_sums(a->exposure, b->exposure),
		compare_sums(a->events, b->events), compare_sums(a->squares, b->squares)};

	for (int i = 0; i < lengthof(orders); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static int
tally_order(FunctionCallInfo fcinfo)
{
	Tally	   *a = PG_GETARG_TALLY(0);
	Tally	   *b = PG_GETARG_TALLY(1);
	int			result;

	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	if (a->missing != b->missing)
		return a->missing < b->missing ? -1 : 1;
	if (a->unknown_rows != b->unknown_rows)
		return a->unknown_rows < b->unknown_rows ? -1 : 1;
	if ((result = compare_cells(&a->unknown, &b->unknown)) != 0)
		return result;
	for (int i = 0; i < Min(a->sorted, b->sorted); i++)
		if ((result = compare_cells(&a->cells[i], &b->cells[i])) != 0)
			return result;
	return (a->sorted > b->sorted) - (a->sorted < b->sorted);
}

/* Sums are compared to 72 bits (21 digits). */
ORDERING_OF(tally);
