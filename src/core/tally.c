/*
 * tally.c: the summary of a population, cell by cell.
 *
 * Finding a cell is what a row costs.  Keys such as ages are evenly spaced, so the first look goes to
 * where an even spacing would have put the key, and a binary search is the fallback.  A new key goes
 * into an unsorted tail that is merged when the room is used up: n log n for any order of arrival.
 */
#include "core/tally.h"

#include <math.h>

#include "common/int.h"
#include "core/double_double.h"
#include "core/type_error.h"
#include "miscadmin.h"

static int32
tally_capacity(const Tally *tally)
{
	return (VARSIZE(tally) - offsetof(Tally, cells)) / sizeof(TallyCell);
}

Tally *
tally_new(int capacity)
{
	Tally	   *tally;

	if (capacity < 0 || capacity > TALLY_MAX_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a tally cannot hold more than %d different keys", TALLY_MAX_CELLS),
				 errhint("Round the keys, for example to whole years of age.")));
	tally = palloc0(TALLY_SIZE(capacity));
	SET_VARSIZE(tally, TALLY_SIZE(capacity));
	tally->version = TALLY_VERSION;
	if (capacity == 0)
		tally->flags = TALLY_CANONICAL;
	return tally;
}

/* What an aggregate's state must be like to be worked on: a stored value has been taken apart before. */
static Tally *
open_full(Datum datum)
{
	Tally	   *tally = (Tally *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(tally) < TALLY_SIZE(0) || tally->version != TALLY_VERSION ||
		(tally->flags & ~TALLY_KNOWN_FLAGS) != 0 || tally->reserved != 0 ||
		tally->sorted < 0 || tally->tail < 0 ||
		(int64) tally->sorted + tally->tail > tally_capacity(tally))
		stored_value_error("ph.tally");
	return tally;
}

Tally *
tally_open(Datum datum)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(datum);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(packed);
	Size		size = VARSIZE_ANY_EXHDR(packed);
	Tally	   *tally;

	if (size < 2 || bytes[0] != TALLY_STORED_VERSION)
		return open_full(PointerGetDatum(packed));
	if ((bytes[1] & ~TALLY_KNOWN_FLAGS) != 0)
		stored_value_error("ph.tally");
	tally = tally_restore(bytes[1], bytes + 2, size - 2);
	if (tally == NULL)
		stored_value_error("ph.tally");
	return tally;
}

Tally *
argument_tally(FunctionCallInfo fcinfo, int index)
{
	return PG_ARGISNULL(index) ? NULL : PG_GETARG_TALLY(index);
}

void
tally_set_key_range(Tally *tally)
{
	tally->inverse_step = tally->first_key = tally->last_key = 0;
	if (tally->sorted == 0)
		return;
	tally->first_key = tally->cells[0].key;
	tally->last_key = tally->cells[tally->sorted - 1].key;
	if (tally->sorted > 1)
		tally->inverse_step = (tally->sorted - 1) / (tally->last_key - tally->first_key);
	if (!isfinite(tally->inverse_step))
		tally->inverse_step = 0;
}

static TallyCell *
find_cell(Tally *tally, double key)
{
	int			low = 0,
				high = tally->sorted - 1;

	if (key < tally->first_key || key > tally->last_key)
		high = -1;
	else if (tally->sorted > 0)
	{
		double		guess = (key - tally->first_key) * tally->inverse_step + 0.5;

		if (guess >= 0 && guess < tally->sorted && tally->cells[(int) guess].key == key)
			return &tally->cells[(int) guess];
	}
	while (low <= high)
	{
		int			middle = low + (high - low) / 2;
		double		found = tally->cells[middle].key;

		if (found == key)
			return &tally->cells[middle];
		if (found < key)
			low = middle + 1;
		else
			high = middle - 1;
	}
	/* rows often arrive in runs of one key: the newest cell of the tail is worth a look */
	if (tally->tail > 0 && tally->cells[tally->sorted + tally->tail - 1].key == key)
		return &tally->cells[tally->sorted + tally->tail - 1];
	return NULL;
}

static inline void
cell_add(TallyCell *cell, const TallyCell *other)
{
	sum_add_sum(&cell->exposure, other->exposure);
	sum_add_sum(&cell->events, other->events);
	sum_add_sum(&cell->squares, other->squares);
	if (unlikely(!isfinite(cell->exposure.high) || !isfinite(cell->events.high) ||
				 !isfinite(cell->squares.high)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a sum in the tally is out of range")));
}

static int
compare_keys(const void *a, const void *b)
{
	double		left = ((const TallyCell *) a)->key;
	double		right = ((const TallyCell *) b)->key;

	CHECK_FOR_INTERRUPTS();

	return (left > right) - (left < right);
}

/* Puts the tail in order among the sorted cells.  No key of the tail is among them already. */
static void
merge_tail(Tally *tally)
{
	TallyCell  *tail;
	int			left = 0,
				i,
				j,
				to;

	if (tally->tail == 0)
		return;
	tail = palloc_array(TallyCell, tally->tail);
	memcpy(tail, &tally->cells[tally->sorted], tally->tail * sizeof(TallyCell));
	qsort(tail, tally->tail, sizeof(TallyCell), compare_keys);

	for (i = 1; i < tally->tail; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (tail[i].key == tail[left].key)
			cell_add(&tail[left], &tail[i]);
		else
			tail[++left] = tail[i];
	}
	left++;

	memset(&tally->cells[tally->sorted], 0, tally->tail * sizeof(TallyCell));
	for (i = tally->sorted - 1, j = left - 1, to = tally->sorted + left - 1; j >= 0; to--)
	{
		if (i >= 0 && tally->cells[i].key > tail[j].key)
			tally->cells[to] = tally->cells[i--];
		else
			tally->cells[to] = tail[j--];
	}
	pfree(tail);
	tally->sorted += left;
	tally->tail = 0;
	tally_set_key_range(tally);
}

/*
 * The next capacity.  Memory comes in powers of two, so a tally fills one: 2 kB hold 34 cells, more than the bands of
 * any standard, then 4 kB 71, 8 kB 144.  A group that begins with less would be moved at its 5th, 9th and 17th key,
 * and leave behind as much as it ends with.
 */
static int
larger_capacity(int capacity)
{
	Size		size = TALLY_FIRST_SIZE;

	if (capacity > TALLY_MAX_CELLS / 2)
		return Max(TALLY_MAX_CELLS, capacity + 1);
	while ((size - TALLY_SIZE(0)) / sizeof(TallyCell) <= capacity)
		size *= 2;
	return Min((size - TALLY_SIZE(0)) / sizeof(TallyCell), TALLY_MAX_CELLS);
}

/* A copy with more room, in the caller's context: the executor takes it from there. */
static Tally *
enlarge(const Tally *tally)
{
	Tally	   *result = tally_new(larger_capacity(tally_capacity(tally)));

	memcpy((char *) result + VARHDRSZ, (const char *) tally + VARHDRSZ,
		   TALLY_SIZE(tally->sorted + tally->tail) - VARHDRSZ);
	return result;
}

/* Adds a cell whose key is not among the sorted ones.  Returns the tally, which may have had to move. */
static pg_noinline Tally *
append_cell(Tally *tally, const TallyCell *cell)
{
	int			capacity = tally_capacity(tally);

	if (tally->sorted + tally->tail == capacity)
	{
		TallyCell  *found;

		merge_tail(tally);
		/* the tail is not searched: the key may have been in it */
		if ((found = find_cell(tally, cell->key)) != NULL)
		{
			cell_add(found, cell);
			return tally;
		}
		if (capacity - tally->sorted < 1 + capacity / 4)
			tally = enlarge(tally);
	}
	tally->cells[tally->sorted + tally->tail] = *cell;
	if (tally->tail == 0 && (tally->sorted == 0 || tally->last_key < cell->key))
	{
		tally->sorted++;
		tally_set_key_range(tally);
	}
	else
		tally->tail++;
	return tally;
}

/* Adds a cell, in place where it can.  Returns the tally, which may have had to move. */
Tally *
tally_add(Tally *tally, const TallyCell *cell)
{
	TallyCell  *found = find_cell(tally, cell->key);

	tally->flags &= ~TALLY_CANONICAL;
	if (found == NULL)
		return append_cell(tally, cell);
	cell_add(found, cell);
	return tally;
}

/* A sum of numbers of rows, kept within what every outer form holds exactly. */
static int64
add_rows(int64 a, int64 b)
{
	int64		result;

	if (pg_add_s64_overflow(a, b, &result) || result > TALLY_MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a number of rows in the tally is out of range")));
	return result;
}

void
tally_add_unknown(Tally *tally, const TallyCell *cell, int64 rows)
{
	tally->unknown_rows = add_rows(tally->unknown_rows, rows);
	cell_add(&tally->unknown, cell);
}

void
tally_add_missing(Tally *tally, int64 rows)
{
	tally->missing = add_rows(tally->missing, rows);
}

static TallyCell
cell_normalise(const TallyCell *cell)
{
	TallyCell	result;

	result.key = cell->key;
	result.exposure = sum_normalise(cell->exposure);
	result.events = sum_normalise(cell->events);
	result.squares = sum_normalise(cell->squares);
	return result;
}

/* The same tally in key order, sums normalised, nothing spare; the argument is never changed. */
Tally *
tally_canonical(Tally *tally)
{
	Tally	   *result;

	if (tally->flags & TALLY_CANONICAL)
		return tally;
	result = palloc(TALLY_SIZE(tally->sorted + tally->tail));
	memcpy(result, tally, TALLY_SIZE(tally->sorted + tally->tail));
	merge_tail(result);
	for (int i = 0; i < result->sorted; i++)
		result->cells[i] = cell_normalise(&result->cells[i]);
	result->unknown = cell_normalise(&result->unknown);
	SET_VARSIZE(result, TALLY_SIZE(result->sorted));
	tally_set_key_range(result);
	result->flags |= TALLY_CANONICAL;
	return result;
}

static const char *
cell_problem(const TallyCell *cell)
{
	const Sum  *sums[] = {&cell->exposure, &cell->events, &cell->squares};

	for (int i = 0; i < 3; i++)
	{
		Sum			normal = sum_normalise(*sums[i]);

		if (!isfinite(sums[i]->high) || !isfinite(sums[i]->low))
			return "a sum must be finite";
		if (normal.high != sums[i]->high || normal.low != sums[i]->low)
			return "the two parts of a sum must not overlap";
	}
	if (cell->exposure.high < 0)
		return "exposure must not be negative";
	if (cell->squares.high < 0)
		return "events squared must not be negative";
	if (cell->squares.high == 0 && cell->events.high != 0 && fabs(cell->events.high) > 1e-150)
		return "events squared must not be 0 where there are events";
	return NULL;
}

/* What is wrong with a tally that came from outside, or NULL.  Serves text, binary and JSON alike. */
const char *
tally_problem(const Tally *tally)
{
	const char *problem;
	uint8		rows = tally->flags & (TALLY_PEOPLE | TALLY_COUNTS);

	if (tally->missing < 0 || tally->missing > TALLY_MAX_ROWS ||
		tally->unknown_rows < 0 || tally->unknown_rows > TALLY_MAX_ROWS)
		return "a number of rows must lie between 0 and 2^53";
	if (rows == 0 && (tally->sorted > 0 || tally->missing > 0 || tally->unknown_rows > 0 ||
					  (tally->flags & TALLY_NEGATIVE)))
		return "an empty tally must not hold anything";
	if ((problem = cell_problem(&tally->unknown)) != NULL)
		return problem;
	if (tally->unknown_rows == 0 && (tally->unknown.exposure.high != 0 ||
									 tally->unknown.events.high != 0 ||
									 tally->unknown.squares.high != 0))
		return "an unknown cell must have rows";
	if (!(tally->flags & TALLY_NEGATIVE) && tally->unknown.events.high < 0)
		return "events must not be negative unless the tally says so";
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!isfinite(tally->cells[i].key))
			return "a key must be finite";
		if (i > 0 && !(tally->cells[i - 1].key < tally->cells[i].key))
			return "keys must be in ascending order";
		if ((problem = cell_problem(&tally->cells[i])) != NULL)
			return problem;
		if (!(tally->flags & TALLY_NEGATIVE) && tally->cells[i].events.high < 0)
			return "events must not be negative unless the tally says so";
	}
	return NULL;
}

/* Everything with a known key in one cell. */
TallyCell
tally_known(const Tally *tally)
{
	TallyCell	total = {0};

	for (int i = 0; i < tally->sorted + tally->tail; i++)
		cell_add(&total, &tally->cells[i]);
	return total;
}

/* Everything the tally holds, the unknown key included, in one cell. */
TallyCell
tally_total(const Tally *tally)
{
	TallyCell	total = tally_known(tally);

	cell_add(&total, &tally->unknown);
	return total;
}

/*
 * The sum of squared distances from the mean of people, (people squares - sum^2) / people: a small difference of large
 * numbers, so every product is taken apart into two parts, and these are added up from the largest, which cancel.
 * What is not above the rounding of the sums themselves is 0.  NAN where the numbers are too large.
 */
double
tally_squares_about_mean(const TallyCell *people)
{
	Sum			sum = sum_normalise(people->events),
				squares = sum_normalise(people->squares);
	double		count = sum_value(people->exposure);
	Sum			products[] = {
		dd_product(count, squares.high), dd_product(-sum.high, sum.high),
		dd_product(count, squares.low), dd_product(-2 * sum.high, sum.low), dd_product(-sum.low, sum.low)
	};
	Sum			difference = {0, 0};

	for (int i = 0; i < lengthof(products); i++)
		sum_add(&difference, products[i].high);
	for (int i = 0; i < lengthof(products); i++)
		sum_add(&difference, products[i].low);
	difference = sum_normalise(difference);
	if (difference.high <= count * 0x1p-106 * products[0].high)
		return 0;
	return sum_value(difference) / count;
}
