/*
 * rake.c: a table of money by rows and columns, in the proportions of a seed and with given margins.
 *
 * x = seed a_row b_column with row sums R and column sums C (Deming and Stephan 1940).  It is found by alternate
 * scaling, and where that creeps by Newton's method on its dual, a convex function of log b alone.  Zero cells of the
 * seed stay zero, and whether a table with them has these margins is a question of flows, asked in whole units: from
 * the rows through open cells into the columns.  A cell of the greatest flow can be above zero where its row and its
 * column can be reached from each other by what the flow leaves; others are zero in every table (Bacharach 1970).
 *
 * Numbers are shares of the total, so that 1,000 times the money is 1,000 times the answer to the last digit.
 */
#include "postgres.h"

#include <math.h>

#include "budget/amount.h"
#include "common/hashfn.h"
#include "core/argument.h"
#include "core/network_flow.h"
#include "core/normal_equations.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define MOST_PLACES 18			/* decimals of margins that flow as whole numbers */
#define GAP 1e-12				/* the largest, relative to a margin, at which scaling has met it */
#define GAP_ENOUGH 1e-10
#define FIRST_SWEEPS 100
#define MOST_SWEEPS 10000
#define MOST_NEWTON_LINES 256
#define NEWTON_STEPS 200
#define LONGEST_STEP 20			/* of a logarithm */

/* ---- what is raked ---- */

/* A row or a column of the table. */
typedef struct Line
{
	char	   *name;
	int			length;
	int			rank;			/* among its like, in byte order of the names */
	Amount		margin;			/* NULL where it is not known */
	bool		known;			/* so is every cell's of the line */
	double		share;			/* the margin's, of the total */
	double		factor;			/* a, or b */
	double		sum;			/* of its cells as they are */
} Line;

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

typedef struct Lines
{
	int			count;
	int			capacity;
	Line	   *line;
	int		   *of_cell;		/* the line of each row of the window */
	const char *name_argument;
	const char *margin_argument;
} Lines;

typedef struct Cell
{
	int			row;			/* rank of the line */
	int			column;
	int			position;		/* in the window */
	double		seed;			/* NAN where it is not known; a share of the greatest */
	double		value;			/* a share of the total */
	bool		open;			/* may be above zero */
} Cell;

typedef enum RakeStatus
{
	RAKE_OK,
	RAKE_MARGINS_DIFFER,
	RAKE_INFEASIBLE,
	RAKE_BOUNDARY,
	RAKE_NOT_CONVERGED,
	RAKE_MISSING_INPUT
} RakeStatus;

static const char *const status_word[] = {"ok", "margins_differ", "infeasible", "boundary", "not_converged",
"missing_input"};

/* Rows are those of which there are more, whichever the caller calls so. */
typedef struct Table
{
	Lines		rows;
	Lines		columns;
	int			cells;
	Cell	   *cell;			/* by row, then column */
	Amount		total;
} Table;

/* ---- reading ---- */

static int
line_of_name(Lines *lines, line_names_hash *names, const char *name, int length)
{
	bool		found;
	char	   *key = pnstrdup(name, length);
	LineName   *entry = line_names_insert(names, key, &found);

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

static void
read_names(WindowObject window, int argument, int rows, Lines *lines)
{
	line_names_hash *names = line_names_create(CurrentMemoryContext, 256, NULL);
	int			before = -1;

	lines->capacity = 64;
	lines->line = palloc_array(Line, lines->capacity);
	lines->of_cell = palloc_array(int, rows);
	for (int i = 0; i < rows; i++)
	{
		bool		isnull,
					isout;
		Datum		given = WinGetFuncArgInPartition(window, argument, i, WINDOW_SEEK_HEAD, false, &isnull, &isout);
		text	   *name;

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			argument_error(lines->name_argument, "must not be null", NULL);
		name = DatumGetTextPP(given);
		/* most often the one before */
		if (before < 0 || VARSIZE_ANY_EXHDR(name) != lines->line[before].length ||
			memcmp(VARDATA_ANY(name), lines->line[before].name, lines->line[before].length) != 0)
			before = line_of_name(lines, names, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		lines->of_cell[i] = before;
	}
	line_names_destroy(names);
}

static void
read_margins(WindowObject window, int argument, int rows, Lines *lines)
{
	for (int i = 0; i < rows; i++)
	{
		Line	   *line = &lines->line[lines->of_cell[i]];
		bool		isnull,
					isout;
		Datum		given = WinGetFuncArgInPartition(window, argument, i, WINDOW_SEEK_HEAD, false, &isnull, &isout);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			line->known = false;
		else if (line->margin == NULL)
		{
			line->margin = window_amount(window, argument, i, lines->margin_argument);
			if (amount_sign(line->margin) < 0)
				argument_error(lines->margin_argument, "must not be negative", NULL);
		}
		else if (!DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(line->margin), given)))
			argument_error(lines->margin_argument,
						   psprintf("must be the same in all cells of a %s",
									strcmp(lines->name_argument, "row") == 0 ? "row" : "column"), NULL);
	}
}

static double *
read_seeds(WindowObject window, int rows)
{
	double	   *seeds = palloc_extended(sizeof(double) * (Size) rows, MCXT_ALLOC_HUGE);

	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seeds[i] = window_number(window, 0, i, "seed");
		if (seeds[i] < 0)
			argument_error("seed", "must not be negative", NULL);
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

static Table *
read_table(WindowObject window, int rows)
{
	Table	   *table = palloc0_object(Table);
	double	   *seeds = read_seeds(window, rows);
	double		greatest = 0;

	table->rows.name_argument = "row";
	table->rows.margin_argument = "row_margin";
	table->columns.name_argument = "column_name";
	table->columns.margin_argument = "column_margin";
	read_names(window, 1, rows, &table->rows);
	read_names(window, 2, rows, &table->columns);
	read_margins(window, 3, rows, &table->rows);
	read_margins(window, 4, rows, &table->columns);
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
			seeds[i] > 0 ? seeds[i] / greatest : seeds[i], 0, seeds[i] > 0};
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
table_is_known(const Table *table)
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

/* An empty line has no open cell; how many are left, and how many lines are not empty. */
static void
close_empty_lines(Table *table)
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
is_full(const Table *table)
{
	int64		open = 0;

	for (int i = 0; i < table->cells; i++)
		open += table->cell[i].open;
	return open == lines_with_money(&table->rows) * lines_with_money(&table->columns);
}

/* ---- whether there is a table ---- */

static int
places_of(const Lines *lines)
{
	int			places = 0;

	for (int i = 0; i < lines->count; i++)
		places = Max(places, DatumGetInt32(DirectFunctionCall1(numeric_min_scale,
															   NumericGetDatum(lines->line[i].margin))));
	return places;
}

static int64
in_units(Amount a, Amount units)
{
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(amount_product(a, units))));
}

/* How many of the least common decimal unit of all margins make one. */
static Amount
units_of_margins(const Table *table)
{
	int			places = Max(places_of(&table->rows), places_of(&table->columns));
	Amount		units;

	if (places <= MOST_PLACES)
	{
		int64		power = 1;

		for (int i = 0; i < places; i++)
			power *= 10;
		units = amount_of_count(power);
		if (amount_compare(amount_product(table->total, units), amount_of_count(FLOW_UNLIMITED - 1)) <= 0)
			return units;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("margins have too many digits where cells of the seed are zero"),
			 errhint("Round them so that they add up: ph.apportion gives whole pence.")));
}

/* Strong components of what the flow leaves (Tarjan 1972), over the nodes of lines alone. */
typedef struct Components
{
	int		   *index;			/* in order of visit, from 1; 0 not yet */
	int		   *low;
	int		   *component;		/* -1 not yet */
	int		   *stack;
	int			stacked;
	int			visited;
	int			count;
} Components;

static void
visit(const NetworkFlow *network, int lines, int start, Components *found, int *path, int *side)
{
	int			depth = 0;

	path[0] = start;
	while (depth >= 0)
	{
		int			node = path[depth];

		if (found->index[node] == 0)
		{
			found->index[node] = found->low[node] = ++found->visited;
			found->stack[found->stacked++] = node;
			side[node] = network->node[node].first[ARC_OPEN];
		}
		for (; side[node] >= 0; side[node] = network->side[side[node]].next)
		{
			int			head = network->side[side[node]].head;

			if (head >= lines || network->side[side[node]].residual <= 0)
				continue;
			if (found->index[head] == 0)
				break;
			if (found->component[head] < 0)
				found->low[node] = Min(found->low[node], found->low[head]);
		}
		if (side[node] >= 0)
		{
			path[++depth] = network->side[side[node]].head;
			continue;
		}
		if (found->low[node] == found->index[node])
		{
			int			member;

			do
				found->component[member = found->stack[--found->stacked]] = found->count;
			while (member != node);
			found->count++;
		}
		depth--;
	}
}

static int *
components_of(const NetworkFlow *network, int lines)
{
	Components	found = {.index = palloc0_array(int, lines), .low = palloc0_array(int, lines),
	.component = palloc_array(int, lines), .stack = palloc_array(int, lines)};
	int		   *path = palloc_array(int, lines + 1),
			   *side = palloc_array(int, lines);

	for (int i = 0; i < lines; i++)
		found.component[i] = -1;
	for (int i = 0; i < lines; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (found.index[i] == 0)
			visit(network, lines, i, &found, path, side);
	}
	return found.component;
}

/* Closes cells that are zero in every table with these margins; whether there are tables, and all cells stay open. */
static RakeStatus
close_by_flow(Table *table)
{
	int			lines = table->rows.count + table->columns.count;
	int			source = lines,
				sink = lines + 1;
	Amount		units = units_of_margins(table);
	int64		total = in_units(table->total, units);
	NetworkFlow *network = network_make(lines + 2, lines + table->cells);
	int		   *component;
	RakeStatus	status = RAKE_OK;

	for (int i = 0; i < table->rows.count; i++)
		network_lay(network, source, i, in_units(table->rows.line[i].margin, units), 0, ARC_OPEN);
	for (int j = 0; j < table->columns.count; j++)
		network_lay(network, table->rows.count + j, sink, in_units(table->columns.line[j].margin, units), 0, ARC_OPEN);
	for (int i = 0; i < table->cells; i++)
		if (table->cell[i].open)
			network_lay(network, table->cell[i].row, table->rows.count + table->cell[i].column, FLOW_UNLIMITED, 0,
						ARC_OPEN);
	if (network_send(network, source, sink, total) < total)
		return RAKE_INFEASIBLE;
	component = components_of(network, lines);
	for (int i = 0; i < table->cells; i++)
	{
		Cell	   *cell = &table->cell[i];

		if (cell->open && component[cell->row] != component[table->rows.count + cell->column])
		{
			cell->open = false;
			status = RAKE_BOUNDARY;
		}
	}
	return status;
}

/* ---- scaling ---- */

static void
clear_sums(Lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		lines->line[i].sum = 0;
}

static void
scale(Lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		lines->line[i].factor = lines->line[i].share > 0 ? lines->line[i].share / lines->line[i].sum : 0;
}

/* The factors of the rows from those of the columns. */
static void
scale_rows(Table *table)
{
	clear_sums(&table->rows);
	for (int i = 0; i < table->cells; i++)
		if (table->cell[i].open)
			table->rows.line[table->cell[i].row].sum +=
				table->cell[i].seed * table->columns.line[table->cell[i].column].factor;
	scale(&table->rows);
}

/* Values by the factors, and what they sum to in columns; the rows' sums are right. */
static void
sum_columns(Table *table)
{
	clear_sums(&table->columns);
	for (int i = 0; i < table->cells; i++)
	{
		Cell	   *cell = &table->cell[i];
		Line	   *column = &table->columns.line[cell->column];

		cell->value = cell->open ? cell->seed * table->rows.line[cell->row].factor * column->factor : 0;
		column->sum += cell->value;
	}
}

/* The largest gap of a column, relative to its margin; infinite where it is no number. */
static double
column_gap(const Table *table)
{
	double		gap = 0;

	for (int j = 0; j < table->columns.count; j++)
	{
		const Line *column = &table->columns.line[j];
		double		own = column->share > 0 ? fabs(column->sum / column->share - 1) : 0;

		if (!isfinite(own))
			return INFINITY;
		gap = fmax(gap, own);
	}
	return gap;
}

static double
sweep(Table *table)
{
	CHECK_FOR_INTERRUPTS();
	scale_rows(table);
	sum_columns(table);
	return column_gap(table);
}

static double
rake_by_sweeps(Table *table, int most)
{
	double		gap;

	for (int j = 0; j < table->columns.count; j++)
		table->columns.line[j].factor = 1;
	while ((gap = sweep(table)) > GAP && isfinite(gap) && --most > 0)
		for (int j = 0; j < table->columns.count; j++)
			if (table->columns.line[j].share > 0)
				table->columns.line[j].factor *= table->columns.line[j].share / table->columns.line[j].sum;
	return gap;
}

/* ---- Newton's method ---- */

/* What the dual is at these factors, after a sweep: sum R log(sum seed b) - sum C log b, to be made least. */
static double
dual_value(const Table *table)
{
	double		value = 0;

	for (int i = 0; i < table->rows.count; i++)
		if (table->rows.line[i].share > 0)
			value += table->rows.line[i].share * log(table->rows.line[i].sum);
	for (int j = 0; j < table->columns.count; j++)
		if (table->columns.line[j].share > 0)
			value -= table->columns.line[j].share * log(table->columns.line[j].factor);
	return value;
}

/* Its second derivative, diag(column sums) - sum over rows of x x' / R, and the step that it asks for. */
static void
newton_step(const Table *table, double *step)
{
	int			columns = table->columns.count;
	Sum		   *second = palloc0_array(Sum, PACKED_SIZE(columns));
	Sum		   *gap = palloc0_array(Sum, columns);
	Factor		factor;

	for (int j = 0; j < columns; j++)
	{
		sum_add(&second[PACKED(j, j)], table->columns.line[j].sum);
		sum_add(&gap[j], table->columns.line[j].share - table->columns.line[j].sum);
	}
	for (int i = 0, end; i < table->cells; i = end)
	{
		double		share = table->rows.line[table->cell[i].row].share;

		for (end = i + 1; end < table->cells && table->cell[end].row == table->cell[i].row; end++)
			;
		CHECK_FOR_INTERRUPTS();
		if (share > 0)
			for (int j = i; j < end; j++)
				for (int k = i; k <= j; k++)
					sum_add(&second[PACKED(table->cell[k].column, table->cell[j].column)],
							-table->cell[k].value * table->cell[j].value / share);
	}
	factor = factor_new(second, columns, false, 1e-25);
	factor_solve(&factor, gap, step);
	for (int j = 0; j < columns; j++)
		step[j] = isfinite(step[j]) ? fmax(-LONGEST_STEP, fmin(LONGEST_STEP, step[j])) : 0;
}

static double
rake_by_newton(Table *table)
{
	int			columns = table->columns.count;
	double	   *step = palloc_array(double, columns),
			   *from = palloc_array(double, columns);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "rake", ALLOCSET_DEFAULT_SIZES);
	double		gap = sweep(table);

	for (int round = 0; round < NEWTON_STEPS && gap > GAP && isfinite(gap); round++)
	{
		double		value = dual_value(table);
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		newton_step(table, step);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
		for (int j = 0; j < columns; j++)
			from[j] = table->columns.line[j].factor;
		for (double part = 1; part > 1e-6; part /= 2)
		{
			for (int j = 0; j < columns; j++)
				table->columns.line[j].factor = from[j] * exp(part * step[j]);
			gap = sweep(table);
			if (isfinite(gap) && dual_value(table) <= value + 1e-14 * fabs(value))
				break;
		}
	}
	return gap;
}

static RakeStatus
rake_table(Table *table)
{
	double		gap = rake_by_sweeps(table, FIRST_SWEEPS);

	if (gap > GAP && table->columns.count <= MOST_NEWTON_LINES)
		gap = rake_by_newton(table);
	else if (gap > GAP)
		gap = rake_by_sweeps(table, MOST_SWEEPS);
	return gap <= GAP_ENOUGH ? RAKE_OK : RAKE_NOT_CONVERGED;
}

/* ---- the answer ---- */

static RakeStatus
solve(Table *table)
{
	RakeStatus	status = RAKE_OK;

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
	if (!is_full(table))
		status = close_by_flow(table);
	if (status == RAKE_INFEASIBLE)
		return status;
	return rake_table(table) == RAKE_OK ? status : RAKE_NOT_CONVERGED;
}

/* What is kept for the rows of the window, in their order. */
typedef struct Raked
{
	bool		ready;
	RakeStatus	status;
	Amount		total;
	double		share[FLEXIBLE_ARRAY_MEMBER];	/* NAN: must be zero although its seed is not */
} Raked;

static void
rake_window(WindowObject window, int rows, Raked *raked)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "rake", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);
	Table	   *table = read_table(window, rows);

	raked->status = solve(table);
	for (int i = 0; i < rows; i++)
	{
		const Cell *cell = &table->cell[i];
		bool		emptied = !cell->open && cell->seed > 0 && table->rows.line[cell->row].share > 0 &&
			table->columns.line[cell->column].share > 0;

		raked->share[cell->position] = emptied ? NAN : cell->value;
	}
	MemoryContextSwitchTo(GetMemoryChunkContext(raked));
	if (table->total)
		raked->total = DatumGetNumericCopy(NumericGetDatum(table->total));
	raked->ready = true;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
}

/*
 * ph.rake(seed float8, row text, column_name text, row_margin numeric, column_margin numeric) OVER (...)
 *   -> (value numeric, status text, note text)
 *
 * A row a cell; cells that no row names are zero.  value has the cross ratios of the seed and the margins, which each
 * cell of a line repeats; it is NULL where there is no answer, and the note says why.  status, of the whole partition:
 * ok; margins_differ; infeasible, no table with these zeros has these margins; boundary, one has, with more zeros, and
 * it is given; not_converged; missing_input.  Errors: negative seeds and margins, the same cell twice, two margins of
 * one line, margins of more than 18 decimals or 4.6e18 units where cells are zero.
 */
PG_FUNCTION_INFO_V1(rake);
Datum
rake(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Raked	   *raked = WinGetPartitionLocalMemory(window, offsetof(Raked, share) + rows * sizeof(double));
	bool		answered;
	double		share;
	Datum		values[3];
	bool		nulls[3];

	if (!raked->ready)
		rake_window(window, rows, raked);
	share = raked->share[WinGetCurrentPosition(window)];
	answered = raked->status == RAKE_OK || raked->status == RAKE_BOUNDARY;
	record_amount(values, nulls, 0, !answered ? NULL : isnan(share) || share == 0 ? amount_of_count(0)
				  : amount_product(amount_of_number(share), raked->total));
	record_text(values, nulls, 1, status_word[raked->status]);
	record_text(values, nulls, 2, !answered ? status_word[raked->status] : isnan(share) ? "must_be_zero" : NULL);
	return record_datum(fcinfo, values, nulls);
}
