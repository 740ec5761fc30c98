/*
 * rake.c: a table of money by rows and columns, in the proportions of a seed and with given margins.
 *
 * x = seed a_row b_column with row sums R and column sums C.  Zero cells of the seed stay zero.  Numbers are shares of
 * the total, so that 1,000 times the money is 1,000 times the answer to the last digit.
 */
#include "budget/rake.h"

#include <math.h>

#include "common/hashfn.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#define GAP_ENOUGH 1e-10
#define LEAST_UNIT 1e-10
#define MOST_UNITS 1e15		/* that a double counts one by one, and a tenth of them */

static const char *const status_word[] = {"ok", "margins_differ", "infeasible", "boundary", "not_converged",
"missing_input"};

typedef struct LineName
{
	const char *name;
	int			length;
	int			line;
	uint32		hash;
	char		status;
} LineName;

#define SH_PREFIX line_names
#define SH_ELEMENT_TYPE LineName
#define SH_KEY_TYPE const char *
#define SH_KEY name
#define SH_HASH_KEY(table, name) hash_bytes((const unsigned char *) (name), strlen(name))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* ---- reading ---- */

static int
line_of_name(Lines *lines, const char *name, int length)
{
	bool		found;
	char	   *key = pnstrdup(name, length);
	LineName   *entry = line_names_insert(lines->names, key, &found);

	if (found)
	{
		pfree(key);
		return entry->line;
	}
	if (lines->count == lines->capacity)
	{
		lines->capacity *= 2;
		lines->line = repalloc_huge(lines->line, sizeof(Line) * (Size) lines->capacity);
	}
	entry->line = lines->count;
	lines->line[lines->count] = (Line) {.name = key, .length = length, .known = true};
	return lines->count++;
}

/* The line of a cell by its name, most often that of the cell before. */
static int
read_name(WindowObject window, int row, Lines *lines)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, lines->name_index, row, WINDOW_SEEK_HEAD, false, &isnull,
												 &isout);
	const Line *before = row > 0 ? &lines->line[lines->of_cell[row - 1]] : NULL;
	text	   *name;

	if (isnull)
		argument_error(lines->name_argument, "must not be null", NULL);
	name = DatumGetTextPP(given);
	if (before && VARSIZE_ANY_EXHDR(name) == before->length &&
		memcmp(VARDATA_ANY(name), before->name, before->length) == 0)
		return lines->of_cell[row - 1];
	return line_of_name(lines, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

static void
read_margin(WindowObject window, int row, Lines *lines)
{
	Line	   *line = &lines->line[lines->of_cell[row]];
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, lines->margin_index, row, WINDOW_SEEK_HEAD, false, &isnull,
												 &isout);

	if (isnull)
		line->known = false;
	else if (line->margin == NULL)
		line->margin = window_amount_from_zero(window, lines->margin_index, row, lines->margin_argument);
	else if (!DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(line->margin), given)))
		argument_error(lines->margin_argument, psprintf("must be the same in all cells of a %s", lines->what), NULL);
}

static Lines
new_lines(int cells, const char *what, int name_index, const char *name_argument, int margin_index,
		  const char *margin_argument)
{
	return (Lines) {.capacity = 64, .line = palloc_array(Line, 64),
		.of_cell = palloc_extended(sizeof(int) * (Size) cells, MCXT_ALLOC_HUGE),
		.names = line_names_create(CurrentMemoryContext, 256, NULL), .what = what, .name_index = name_index,
		.name_argument = name_argument, .margin_index = margin_index, .margin_argument = margin_argument};
}

static void
read_unit(WindowObject window, int row, RakeTable *table)
{
	Amount		unit = window_amount(window, 5, row, "unit");

	if (row == 0)
		table->unit = unit;
	else if ((unit == NULL) != (table->unit == NULL) || (unit && amount_compare(unit, table->unit) != 0))
		argument_error("unit", "must be the same in all rows of a partition", NULL);
	if (row == 0 && unit && amount_compare(unit, amount_of_number(LEAST_UNIT)) < 0)
		argument_error("unit", "must be at least 10^-10", "Write 0.01 for pence.");
	if (row > 0 && unit)
		pfree(unit);
}

/* Row by row, since a window that does not fit in memory goes back only step by step. */
static double *
read_cells(WindowObject window, int rows, RakeTable *table)
{
	double	   *seeds = palloc_extended(sizeof(double) * (Size) rows, MCXT_ALLOC_HUGE);

	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seeds[i] = window_number(window, 0, i, "seed");
		if (seeds[i] < 0)
			argument_error("seed", "must not be negative", NULL);
		table->rows.of_cell[i] = read_name(window, i, &table->rows);
		table->columns.of_cell[i] = read_name(window, i, &table->columns);
		read_margin(window, i, &table->rows);
		read_margin(window, i, &table->columns);
		read_unit(window, i, table);
	}
	return seeds;
}

static int
compare_names(const void *a, const void *b, void *lines)
{
	return strcmp(((Lines *) lines)->line[*(const int *) a].name, ((Lines *) lines)->line[*(const int *) b].name);
}

/* Puts the lines in order of their names, and says of each where it then stands. */
static void
put_in_order(Lines *lines, int cells)
{
	int		   *order = palloc_array(int, lines->count);
	Line	   *line = palloc_extended(sizeof(Line) * (Size) lines->count, MCXT_ALLOC_HUGE);

	for (int i = 0; i < lines->count; i++)
		order[i] = i;
	qsort_interruptible(order, lines->count, sizeof(int), compare_names, lines);
	for (int i = 0; i < lines->count; i++)
		lines->line[order[i]].rank = i;
	for (int i = 0; i < cells; i++)
		lines->of_cell[i] = lines->line[lines->of_cell[i]].rank;
	for (int i = 0; i < lines->count; i++)
		line[i] = lines->line[order[i]];
	lines->line = line;
}

static int
compare_cells(const void *left, const void *right, void *arg)
{
	const Cell *a = left,
			   *b = right;

	return a->row != b->row ? (a->row > b->row) - (a->row < b->row) : (a->column > b->column) - (a->column < b->column);
}

static RakeTable *
read_table(WindowObject window, int rows)
{
	RakeTable  *table = palloc0_object(RakeTable);
	double	   *seeds,
				greatest = 0;

	table->rows = new_lines(rows, "row", 1, "row", 3, "row_margin");
	table->columns = new_lines(rows, "column", 2, "column_name", 4, "column_margin");
	seeds = read_cells(window, rows, table);
	if (table->columns.count > table->rows.count)
	{
		Lines		more = table->columns;

		table->columns = table->rows;
		table->rows = more;
	}
	put_in_order(&table->rows, rows);
	put_in_order(&table->columns, rows);
	for (int i = 0; i < rows; i++)
		greatest = fmax(greatest, seeds[i]);	/* which passes over NAN */
	table->cells = rows;
	table->cell = palloc_extended(sizeof(Cell) * (Size) rows, MCXT_ALLOC_HUGE);
	for (int i = 0; i < rows; i++)
		table->cell[i] = (Cell) {table->rows.of_cell[i], table->columns.of_cell[i], i,
			seeds[i] > 0 ? seeds[i] / greatest : seeds[i], 0, seeds[i] > 0, 0};
	qsort_interruptible(table->cell, rows, sizeof(Cell), compare_cells, NULL);
	for (int i = 1; i < rows; i++)
		if (compare_cells(&table->cell[i - 1], &table->cell[i], NULL) == 0)
			argument_error("column_name", "must name each cell of a row once", "Sum the rows of a cell first.");
	return table;
}

/* ---- margins ---- */

static bool
is_known(const Lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		if (!lines->line[i].known)
			return false;
	return true;
}

static bool
table_is_known(const RakeTable *table)
{
	for (int i = 0; i < table->cells; i++)
		if (isnan(table->cell[i].seed))
			return false;
	return is_known(&table->rows) && is_known(&table->columns);
}

static Amount
sum_of_margins(const Lines *lines)
{
	Amount		sum = amount_of_count(0);

	for (int i = 0; i < lines->count; i++)
		sum = amount_sum(sum, lines->line[i].margin);
	return sum;
}

static void
share_out(Lines *lines, Amount total)
{
	for (int i = 0; i < lines->count; i++)
		lines->line[i].share = amount_number(amount_quotient(lines->line[i].margin, total));
}

/* An empty line has no open cell. */
static void
close_empty_lines(RakeTable *table)
{
	for (int i = 0; i < table->cells; i++)
		if (table->rows.line[table->cell[i].row].share == 0 || table->columns.line[table->cell[i].column].share == 0)
			table->cell[i].open = false;
}

static int64
lines_with_money(const Lines *lines)
{
	int64		count = 0;

	for (int i = 0; i < lines->count; i++)
		count += lines->line[i].share > 0;
	return count;
}

/* Where every cell between two lines with money is open, any margins can be met. */
static bool
is_full(const RakeTable *table)
{
	int64		open = 0;

	for (int i = 0; i < table->cells; i++)
		open += table->cell[i].open;
	return open == lines_with_money(&table->rows) * lines_with_money(&table->columns);
}

/* ---- the answer ---- */

static RakeStatus
solve(RakeTable *table)
{
	RakeStatus	status = RAKE_OK;
	double		gap;

	if (!table_is_known(table))
		return RAKE_MISSING_INPUT;
	table->total = sum_of_margins(&table->rows);
	if (amount_compare(table->total, sum_of_margins(&table->columns)) != 0)
		return RAKE_MARGINS_DIFFER;
	if (amount_sign(table->total) == 0)
		return RAKE_OK;
	share_out(&table->rows, table->total);
	share_out(&table->columns, table->total);
	close_empty_lines(table);
	gap = rake_by_sweeps(table, RAKE_FIRST_SWEEPS);
	if (!is_full(table))
		status = rake_close_by_flow(table);
	if (status == RAKE_INFEASIBLE)
		return status;
	if (status == RAKE_BOUNDARY)
		gap = rake_by_sweeps(table, RAKE_FIRST_SWEEPS);
	if (gap > RAKE_GAP)
		gap = rake_to_the_end(table);
	return gap <= GAP_ENOUGH ? status : RAKE_NOT_CONVERGED;
}

/* What is kept for the rows of the window, in their order. */
typedef struct Raked
{
	bool		ready;
	RakeStatus	status;
	Amount		total;
	Amount		unit;
	int64	   *units;			/* NULL where they are not wanted, or cannot be */
	double		share[FLEXIBLE_ARRAY_MEMBER];	/* NAN: must be zero although its seed is not */
} Raked;

static bool
is_answered(RakeStatus status)
{
	return status == RAKE_OK || status == RAKE_BOUNDARY;
}

static bool
round_table(RakeTable *table, RakeStatus status)
{
	if (!table->unit || !is_answered(status))
		return false;
	if (amount_compare(amount_quotient(table->total, table->unit), amount_of_number(MOST_UNITS)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a table cannot be rounded to more than 10^15 units"),
				 errhint("Take a larger unit.")));
	return rake_round_by_flow(table);
}

static void
rake_window(WindowObject window, int rows, Raked *raked)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "rake", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);
	RakeTable  *table = read_table(window, rows);
	bool		rounded;

	raked->status = solve(table);
	for (int i = 0; i < rows; i++)
	{
		const Cell *cell = &table->cell[i];
		bool		emptied = !cell->open && cell->seed > 0 && table->rows.line[cell->row].share > 0 &&
			table->columns.line[cell->column].share > 0;

		raked->share[cell->position] = emptied ? NAN : cell->value;
	}
	rounded = round_table(table, raked->status);
	MemoryContextSwitchTo(GetMemoryChunkContext(raked));
	if (table->total)
		raked->total = DatumGetNumericCopy(NumericGetDatum(table->total));
	if (rounded)
	{
		raked->unit = DatumGetNumericCopy(NumericGetDatum(table->unit));
		raked->units = palloc_extended(sizeof(int64) * (Size) rows, MCXT_ALLOC_HUGE);
		for (int i = 0; i < rows; i++)
			raked->units[table->cell[i].position] = table->cell[i].units;
	}
	raked->ready = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
}

/*
 * ph.rake(seed float8, row text, column_name text, row_margin numeric, column_margin numeric, unit numeric) OVER (...)
 *   -> (value numeric, value_rounded numeric, status text, note text)
 *
 * A row a cell; cells that no row names are zero.  value has the cross ratios of the seed and the margins, which each
 * cell of a line repeats; it is NULL where there is no answer, and the note says why.  status, of the whole partition:
 * ok; margins_differ; infeasible, no table with these zeros has these margins; boundary, one has, with more zeros, and
 * it is given; not_converged; missing_input.  value_rounded is the value cut down to whole units or one more, so that
 * both margins are met to the last unit; NULL without a unit.  Errors: negative seeds and margins, the same cell twice,
 * two margins of one line, margins of more than 18 decimals or 4.6e18 units where cells are zero, margins that are no
 * whole number of units, more than 10^15 units.
 */
PG_FUNCTION_INFO_V1(rake);
Datum
rake(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Raked	   *raked = WinGetPartitionLocalMemory(window, offsetof(Raked, share) + rows * sizeof(double));
	int64		position = WinGetCurrentPosition(window);
	bool		answered;
	double		share;
	Datum		values[4];
	bool		nulls[4];

	if (!raked->ready)
		rake_window(window, rows, raked);
	share = raked->share[position];
	answered = is_answered(raked->status);
	record_amount(values, nulls, 0, !answered ? NULL : isnan(share) || share == 0 ? amount_of_count(0)
				  : amount_product(amount_of_number(share), raked->total));
	record_amount(values, nulls, 1, !raked->units ? NULL
				  : amount_product(amount_of_count(raked->units[position]), raked->unit));
	record_text(values, nulls, 2, status_word[raked->status]);
	record_text(values, nulls, 3, !answered ? status_word[raked->status] : isnan(share) ? "must_be_zero" : NULL);
	return record_datum(fcinfo, values, nulls);
}
