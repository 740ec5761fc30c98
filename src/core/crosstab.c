/*
 * crosstab.c: the type ph.crosstab, people by two whole numbers: tier before and after, segment in two schemes.
 *
 * Cells in order of row and column; a number that is not known (not yet here, gone) is a row or column of
 * its own.
 */
#include "postgres.h"


#include "core/argument.h"
#include "core/crosstab.h"
#include "core/interval.h"
#include "core/ordering.h"
#include "core/record.h"
#include "common/int.h"
#include "core/read_text.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define CROSSTAB_VERSION 1
#define MOST_CELLS 100000
#define FIRST_CELLS 15			/* 256 bytes, as 2 n + 1 are 512: memory comes in powers of two */
#define CROSSTAB_SIZE(cells_) (offsetof(Crosstab, cell) + (Size) (cells_) * sizeof(CrosstabCell))
#define CAPACITY(crosstab) ((int) ((VARSIZE(crosstab) - offsetof(Crosstab, cell)) / sizeof(CrosstabCell)))

static Crosstab *
crosstab_new(int capacity)
{
	Crosstab   *crosstab = palloc0(CROSSTAB_SIZE(capacity));

	SET_VARSIZE(crosstab, CROSSTAB_SIZE(capacity));
	crosstab->version = CROSSTAB_VERSION;
	return crosstab;
}

static int
compare_cells(const CrosstabCell *a, const CrosstabCell *b)
{
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return (a->column > b->column) - (a->column < b->column);
}

static bool
crosstab_valid(const Crosstab *crosstab)
{
	if (VARSIZE(crosstab) < CROSSTAB_SIZE(0) || crosstab->version != CROSSTAB_VERSION ||
		crosstab->cells < 0 || crosstab->cells > CAPACITY(crosstab) || crosstab->cells > MOST_CELLS)
		return false;
	for (int i = 0; i < crosstab->cells; i++)
		if (crosstab->cell[i].people <= 0 || (i > 0 && compare_cells(&crosstab->cell[i - 1], &crosstab->cell[i]) >= 0))
			return false;
	return true;
}

Crosstab *
crosstab_open(Datum datum)
{
	Crosstab   *crosstab = (Crosstab *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(crosstab) < CROSSTAB_SIZE(0) || crosstab->version != CROSSTAB_VERSION ||
		crosstab->cells < 0 || crosstab->cells > CAPACITY(crosstab))
		stored_value_error("ph.crosstab");
	return crosstab;
}

static Crosstab *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? crosstab_new(FIRST_CELLS) : crosstab_open(argument_state(fcinfo));
}

static Crosstab *
crosstab_add(Crosstab *crosstab, CrosstabCell cell)
{
	int			low = 0,
				high = crosstab->cells;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_cells(&crosstab->cell[middle], &cell);

		if (order == 0)
		{
			if (pg_add_s64_overflow(crosstab->cell[middle].people, cell.people, &crosstab->cell[middle].people))
				ereport(ERROR,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("too many people in a cell of ph.crosstab")));
			return crosstab;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (crosstab->cells >= MOST_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a ph.crosstab cannot have more than %d cells", MOST_CELLS)));
	if (crosstab->cells == CAPACITY(crosstab))
	{
		Crosstab   *grown = crosstab_new(Max(FIRST_CELLS, 2 * crosstab->cells + 1));

		grown->cells = crosstab->cells;
		memcpy(grown->cell, crosstab->cell, crosstab->cells * sizeof(CrosstabCell));
		crosstab = grown;
	}
	memmove(&crosstab->cell[low + 1], &crosstab->cell[low], (crosstab->cells - low) * sizeof(CrosstabCell));
	crosstab->cell[low] = cell;
	crosstab->cells++;
	return crosstab;
}

/* ---- the aggregates ---- */

/*
 * ph.crosstab(row_number int, column_number int): transition.  NULL is the unknown row or column.
 */
PG_FUNCTION_INFO_V1(crosstab_fold);
Datum
crosstab_fold(PG_FUNCTION_ARGS)
{
	int32		row = PG_ARGISNULL(1) ? CROSSTAB_UNKNOWN : PG_GETARG_INT32(1);
	int32		column = PG_ARGISNULL(2) ? CROSSTAB_UNKNOWN : PG_GETARG_INT32(2);
	CrosstabCell cell = {row, column, 1};

	if ((!PG_ARGISNULL(1) && row == CROSSTAB_UNKNOWN) || (!PG_ARGISNULL(2) && column == CROSSTAB_UNKNOWN))
		argument_error(!PG_ARGISNULL(1) && row == CROSSTAB_UNKNOWN ? "row_number" : "column_number",
					   "must be above the least integer", NULL);
	PG_RETURN_POINTER(crosstab_add(state_to_change(fcinfo), cell));
}

/*
 * ph_support.crosstab_combine(a, b): the people of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(crosstab_combine);
Datum
crosstab_combine(PG_FUNCTION_ARGS)
{
	Crosstab   *state = state_to_change(fcinfo);
	Crosstab   *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = PG_GETARG_CROSSTAB(1);
	for (int i = 0; i < other->cells; i++)
	{
		CHECK_FOR_INTERRUPTS();
		state = crosstab_add(state, other->cell[i]);
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.crosstab_rollup(ph.crosstab): transition and combine function.  A NULL table is a part of which nothing is
 * known, and so is the sum.
 */
PG_FUNCTION_INFO_V1(crosstab_roll_up);
Datum
crosstab_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return crosstab_combine(fcinfo);
}

/*
 * The final function of the aggregates: the state without spare room, so that equal tables have equal bytes.
 */
PG_FUNCTION_INFO_V1(crosstab_final);
Datum
crosstab_final(PG_FUNCTION_ARGS)
{
	Crosstab   *state;
	Crosstab   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = PG_GETARG_CROSSTAB(0);
	if (state->cells == CAPACITY(state))
		PG_RETURN_POINTER(state);
	result = crosstab_new(state->cells);
	result->cells = state->cells;
	memcpy(result->cell, state->cell, state->cells * sizeof(CrosstabCell));
	PG_RETURN_POINTER(result);
}

/* ---- order ---- */

static int
crosstab_order(FunctionCallInfo fcinfo)
{
	Crosstab   *a = PG_GETARG_CROSSTAB(0);
	Crosstab   *b = PG_GETARG_CROSSTAB(1);

	for (int i = 0; i < Min(a->cells, b->cells); i++)
	{
		int			order = compare_cells(&a->cell[i], &b->cell[i]);

		if (order == 0)
			order = (a->cell[i].people > b->cell[i].people) - (a->cell[i].people < b->cell[i].people);
		if (order != 0)
			return order;
	}
	return (a->cells > b->cells) - (a->cells < b->cells);
}

ORDERING_OF(crosstab);

/* ---- text and bytes ---- */

static void
append_key(StringInfo out, int32 key)
{
	if (key == CROSSTAB_UNKNOWN)
		appendStringInfoChar(out, '?');
	else
		appendStringInfo(out, "%d", key);
}

/*
 * ph.crosstab output: row>column: people, in order, ? for unknown: {1>1: 30, 1>2: 4, 2>?: 1}.
 */
PG_FUNCTION_INFO_V1(crosstab_out);
Datum
crosstab_out(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = PG_GETARG_CROSSTAB(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < crosstab->cells; i++)
	{
		appendStringInfoString(&out, i > 0 ? ", " : "");
		append_key(&out, crosstab->cell[i].row);
		appendStringInfoChar(&out, '>');
		append_key(&out, crosstab->cell[i].column);
		appendStringInfo(&out, ": " INT64_FORMAT, crosstab->cell[i].people);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

static bool
read_key(char **at, int32 *key)
{
	int64		number;

	if (**at == '?')
	{
		*key = CROSSTAB_UNKNOWN;
		(*at)++;
		return true;
	}
	if (!read_whole(at, (int64) PG_INT32_MIN + 1, PG_INT32_MAX, &number))
		return false;
	*key = (int32) number;
	return true;
}

/*
 * ph.crosstab input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(crosstab_in);
Datum
crosstab_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	Crosstab   *crosstab = crosstab_new(8);
	bool		valid = read_word(&at, "{");

	while (valid && *at != '}')
	{
		CrosstabCell cell = {0};

		valid = (crosstab->cells == 0 || read_word(&at, ", ")) && read_key(&at, &cell.row) && read_word(&at, ">") &&
			read_key(&at, &cell.column) && read_word(&at, ": ") && read_whole(&at, 1, PG_INT64_MAX, &cell.people) &&
			(crosstab->cells == 0 || compare_cells(&crosstab->cell[crosstab->cells - 1], &cell) < 0);
		if (valid)
			crosstab = crosstab_add(crosstab, cell);
	}
	if (!valid || strcmp(at, "}") != 0)
		return text_value_error(fcinfo->context, "ph.crosstab", at - text + 1,
								"Cells in order: {1>1: 30, 1>2: 4, 2>?: 1}.");
	return DirectFunctionCall1(crosstab_final, PointerGetDatum(crosstab));
}

/*
 * ph.crosstab binary output: version, cells, each with row, column and people.
 */
PG_FUNCTION_INFO_V1(crosstab_send);
Datum
crosstab_send(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = PG_GETARG_CROSSTAB(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CROSSTAB_VERSION);
	pq_sendint32(&out, crosstab->cells);
	for (int i = 0; i < crosstab->cells; i++)
	{
		pq_sendint32(&out, crosstab->cell[i].row);
		pq_sendint32(&out, crosstab->cell[i].column);
		pq_sendint64(&out, crosstab->cell[i].people);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.crosstab binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(crosstab_recv);
Datum
crosstab_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 5 && pq_getmsgbyte(in) == CROSSTAB_VERSION;
	uint32		cells = valid ? pq_getmsgint(in, 4) : 0;
	Crosstab   *crosstab;

	valid = valid && cells <= MOST_CELLS && in->len - in->cursor == (int) (cells * 16);
	crosstab = crosstab_new(valid ? cells : 0);
	for (int i = 0; valid && i < cells; i++)
	{
		crosstab->cell[i].row = pq_getmsgint(in, 4);
		crosstab->cell[i].column = pq_getmsgint(in, 4);
		crosstab->cell[i].people = pq_getmsgint64(in);
		crosstab->cells++;
	}
	if (!valid || !crosstab_valid(crosstab))
		binary_value_error("ph.crosstab", NULL);
	PG_RETURN_POINTER(crosstab);
}

/* ---- asking ---- */

static void
record_key(Datum *values, bool *nulls, int field, int32 key)
{
	values[field] = Int32GetDatum(key);
	nulls[field] = key == CROSSTAB_UNKNOWN;
}

/*
 * ph.movement(ph.crosstab, confidence float8) -> rows (before, after, people, share, lower, upper)
 *
 * The matrix as rows: of the people who were in before, the share that is in after, with Wilson's limits.
 */
PG_FUNCTION_INFO_V1(movement);
Datum
movement(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		confidence = argument_confidence(fcinfo, 1);
	Crosstab   *crosstab;
	double		row = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	crosstab = PG_GETARG_CROSSTAB(0);
	for (int i = 0; i < crosstab->cells; i++)
	{
		CrosstabCell *cell = &crosstab->cell[i];
		Limits		limits;
		Datum		values[6];
		bool		nulls[6];

		CHECK_FOR_INTERRUPTS();
		if (i == 0 || cell->row != crosstab->cell[i - 1].row)
		{
			row = 0;
			for (int j = i; j < crosstab->cells && crosstab->cell[j].row == cell->row; j++)
				row += crosstab->cell[j].people;
		}
		limits = wilson_limits(cell->people, row, confidence);
		record_key(values, nulls, 0, cell->row);
		record_key(values, nulls, 1, cell->column);
		values[2] = Int64GetDatum(cell->people);
		nulls[2] = false;
		record_number(values, nulls, 3, cell->people / row);
		record_number(values, nulls, 4, limits.lower);
		record_number(values, nulls, 5, limits.upper);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.movement_summary(ph.crosstab) -> (people, entered, gone, stayed, to_lower, to_higher, and the last three as
 *   shares of who is known both before and after)
 *
 * Lower and higher are numbers: tier 1 is the highest risk.
 */
PG_FUNCTION_INFO_V1(movement_summary);
Datum
movement_summary(PG_FUNCTION_ARGS)
{
	Crosstab   *crosstab = PG_GETARG_CROSSTAB(0);
	double		people = 0,
				entered = 0,
				gone = 0,
				stayed = 0,
				lower = 0,
				higher = 0;
	Datum		values[9];
	bool		nulls[9];

	for (int i = 0; i < crosstab->cells; i++)
	{
		CrosstabCell *cell = &crosstab->cell[i];

		people += cell->people;
		if (cell->row == CROSSTAB_UNKNOWN)
			entered += cell->column == CROSSTAB_UNKNOWN ? 0 : cell->people;
		else if (cell->column == CROSSTAB_UNKNOWN)
			gone += cell->people;
		else if (cell->row == cell->column)
			stayed += cell->people;
		else if (cell->column < cell->row)
			lower += cell->people;
		else
			higher += cell->people;
	}
	{
		double		both = stayed + lower + higher;
		double		numbers[] = {people, entered, gone, stayed, lower, higher, stayed / both, lower / both,
								 higher / both};

		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, field, numbers[field]);
	}
	return record_datum(fcinfo, values, nulls);
}
