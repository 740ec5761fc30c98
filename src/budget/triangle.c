/*
 * triangle.c: the type ph.triangle, money paid by origin and development period, and the aggregates that fold payments
 * into it.
 */
#include "budget/triangle.h"

#include <math.h>

#include "core/argument.h"
#include "core/ordering.h"
#include "core/type_error.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#define TRIANGLE_VERSION 1
#define FIRST_SIZE 1024			/* memory comes in powers of two; the SSPACE of the aggregates */
#define HEADER_SIZE offsetof(Triangle, cell)

static Triangle *
triangle_of_size(Size size)
{
	Triangle   *triangle = palloc0(size);

	SET_VARSIZE(triangle, size);
	triangle->version = TRIANGLE_VERSION;
	return triangle;
}

Triangle *
triangle_new(void)
{
	return triangle_of_size(FIRST_SIZE);
}

static Size
size_in_use(const Triangle *triangle)
{
	return HEADER_SIZE + triangle->cells * sizeof(TriangleCell) + triangle->name_bytes;
}

Triangle *
triangle_open(Datum datum)
{
	Triangle   *triangle = (Triangle *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(triangle) < HEADER_SIZE || triangle->version != TRIANGLE_VERSION || triangle->cells < 0 ||
		triangle->cells > TRIANGLE_MOST_CELLS || triangle->name_bytes < 0 ||
		size_in_use(triangle) > VARSIZE(triangle))
		stored_value_error("ph.triangle");
	return triangle;
}

/* ---- growing ---- */

static int
compare_keys(const Triangle *triangle, const TriangleCell *cell, const char *name, int length, int32 development)
{
	int			order = memcmp(origin_name(triangle, cell), name, Min(cell->length, length));

	if (order == 0)
		order = (cell->length > length) - (cell->length < length);
	return order != 0 ? order : (cell->development > development) - (cell->development < development);
}

/* Whether a cell is there, and its place among the others. */
static bool
find_cell(const Triangle *triangle, const char *name, int length, int32 development, int *place)
{
	int			low = 0,
				high = triangle->cells;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_keys(triangle, &triangle->cell[middle], name, length, development);

		if (order == 0)
		{
			*place = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return false;
}

static Triangle *
with_room_for(Triangle *triangle, Size more)
{
	Size		size = VARSIZE(triangle);
	Triangle   *grown;

	if (size_in_use(triangle) + more <= size)
		return triangle;
	size = Max(size, FIRST_SIZE);
	while (size_in_use(triangle) + more > size)
		size *= 2;
	grown = triangle_of_size(size);
	memcpy((char *) grown + sizeof(int32), (char *) triangle + sizeof(int32),
		   HEADER_SIZE - sizeof(int32) + triangle->cells * sizeof(TriangleCell));
	memcpy((char *) grown + size - triangle->name_bytes,
		   (char *) triangle + VARSIZE(triangle) - triangle->name_bytes, triangle->name_bytes);
	return grown;
}

static bool
has_origin(const Triangle *triangle, int place, const char *name, int length)
{
	return place >= 0 && place < triangle->cells && triangle->cell[place].length == length &&
		memcmp(origin_name(triangle, &triangle->cell[place]), name, length) == 0;
}

/* Where the name of an origin lies; it is written where neither neighbour has it. */
static int32
place_of_name(Triangle *triangle, int place, const char *name, int length)
{
	if (has_origin(triangle, place - 1, name, length))
		return triangle->cell[place - 1].from_end;
	if (has_origin(triangle, place, name, length))
		return triangle->cell[place].from_end;
	triangle->name_bytes += length;
	memcpy((char *) triangle + VARSIZE(triangle) - triangle->name_bytes, name, length);
	return triangle->name_bytes;
}

/* What is written must be read again: a numeric of few bytes may be long as text. */
static bool
write_paid(TriangleCell *cell, Amount paid)
{
	if (VARSIZE(paid) > TRIANGLE_PAID_ROOM ||
		DatumGetInt32(DirectFunctionCall1(numeric_scale, NumericGetDatum(paid))) > TRIANGLE_MOST_DECIMALS ||
		!(fabs(amount_number(paid)) < TRIANGLE_GREATEST_PAID))
		return false;
	memset(cell->paid, 0, TRIANGLE_PAID_ROOM);
	memcpy(cell->paid, paid, VARSIZE(paid));
	return true;
}

bool
triangle_add(Triangle **where, const char *name, int length, int32 development, Amount paid)
{
	Triangle   *triangle = *where;
	TriangleCell cell = {.length = length, .development = development};
	int			place;

	if (find_cell(triangle, name, length, development, &place))
		return write_paid(&triangle->cell[place], amount_sum(cell_paid(&triangle->cell[place]), paid));
	if (triangle->cells >= TRIANGLE_MOST_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a ph.triangle cannot have more than %d cells", TRIANGLE_MOST_CELLS),
				 errhint("Fold by longer periods: months or quarters.")));
	if (!write_paid(&cell, paid))
		return false;
	triangle = with_room_for(triangle, sizeof(TriangleCell) + length);
	cell.from_end = place_of_name(triangle, place, name, length);
	memmove(&triangle->cell[place + 1], &triangle->cell[place], (triangle->cells - place) * sizeof(TriangleCell));
	triangle->cell[place] = cell;
	triangle->cells++;
	*where = triangle;
	return true;
}

bool
triangle_append(Triangle **where, const char *name, int length, int64 development, Amount paid)
{
	const Triangle *triangle = *where;

	return length >= 1 && length <= TRIANGLE_LONGEST_NAME && development >= 1 &&
		development <= TRIANGLE_MOST_PERIODS && triangle->cells < TRIANGLE_MOST_CELLS &&
		(triangle->cells == 0 || compare_keys(triangle, &triangle->cell[triangle->cells - 1], name, length,
											  (int32) development) < 0) &&
		triangle_add(where, name, length, (int32) development, paid);
}

Triangle *
triangle_stored(const Triangle *triangle)
{
	Size		names = 0;
	Triangle   *stored;

	for (int i = 0; i < triangle->cells; i++)
		if (i == 0 || triangle->cell[i].from_end != triangle->cell[i - 1].from_end)
			names += triangle->cell[i].length;
	stored = triangle_of_size(HEADER_SIZE + triangle->cells * sizeof(TriangleCell) + names);
	for (int i = 0; i < triangle->cells; i++)
	{
		const TriangleCell *cell = &triangle->cell[i];

		stored->cell[i] = *cell;
		stored->cell[i].from_end = place_of_name(stored, i, origin_name(triangle, cell), cell->length);
		stored->cells = i + 1;
	}
	return stored;
}

/* ---- the aggregates ---- */

static Triangle *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? triangle_new() : triangle_open(argument_state(fcinfo));
}

pg_noreturn static void
too_many_digits(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("an amount has too many digits for a ph.triangle"),
			 errhint("Round it to pence.")));
}

/*
 * ph.run_off(origin text, development integer, paid numeric): transition.
 */
PG_FUNCTION_INFO_V1(triangle_fold);
Datum
triangle_fold(PG_FUNCTION_ARGS)
{
	Triangle   *state = state_to_change(fcinfo);
	Amount		paid = argument_amount(fcinfo, 3, "paid");
	int			development = argument_whole(fcinfo, 2, "development", 1, TRIANGLE_MOST_PERIODS);
	text	   *origin;

	if (PG_ARGISNULL(1))
		argument_error("origin", "must not be null", NULL);
	if (paid == NULL)
		argument_error("paid", "must not be null", "A payment that is not known is no row; nothing paid is 0.");
	origin = PG_GETARG_TEXT_PP(1);
	if (VARSIZE_ANY_EXHDR(origin) < 1 || VARSIZE_ANY_EXHDR(origin) > TRIANGLE_LONGEST_NAME)
		argument_error("origin", psprintf("must have 1 to %d bytes", TRIANGLE_LONGEST_NAME), NULL);
	if (!triangle_add(&state, VARDATA_ANY(origin), VARSIZE_ANY_EXHDR(origin), development, paid))
		too_many_digits();
	PG_RETURN_POINTER(state);
}

/*
 * ph_support.triangle_combine(a, b): the payments of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(triangle_combine);
Datum
triangle_combine(PG_FUNCTION_ARGS)
{
	Triangle   *state = state_to_change(fcinfo);
	Triangle   *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = PG_GETARG_TRIANGLE(1);
	for (int i = 0; i < other->cells; i++)
	{
		const TriangleCell *cell = &other->cell[i];

		CHECK_FOR_INTERRUPTS();
		if (!triangle_add(&state, origin_name(other, cell), cell->length, cell->development, cell_paid(cell)))
			too_many_digits();
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.run_off_rollup(ph.triangle): transition and combine function.  NULL is a part of which nothing is known, and so is
 * the sum.
 */
PG_FUNCTION_INFO_V1(triangle_roll_up);
Datum
triangle_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return triangle_combine(fcinfo);
}

/*
 * The final function of the aggregates.
 */
PG_FUNCTION_INFO_V1(triangle_final);
Datum
triangle_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(triangle_stored(PG_GETARG_TRIANGLE(0)));
}

/* ---- order ---- */

static int
triangle_order(FunctionCallInfo fcinfo)
{
	Triangle   *a = PG_GETARG_TRIANGLE(0);
	Triangle   *b = PG_GETARG_TRIANGLE(1);

	for (int i = 0; i < Min(a->cells, b->cells); i++)
	{
		const TriangleCell *cell = &b->cell[i];
		int			order = compare_keys(a, &a->cell[i], origin_name(b, cell), cell->length, cell->development);

		if (order == 0)
			order = amount_compare(cell_paid(&a->cell[i]), cell_paid(cell));
		if (order != 0)
			return order;
	}
	return (a->cells > b->cells) - (a->cells < b->cells);
}

ORDERING_OF(triangle);
