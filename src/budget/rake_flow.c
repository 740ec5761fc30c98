/*
 * rake_flow.c: whether a table with zeros has these margins, and the same table in whole units.
 *
 * A question of flows in whole units, from the rows through open cells into the columns.  A cell of the greatest flow
 * can be above zero where its row and its column can be reached from each other by what the flow leaves; others are
 * zero in every table (Bacharach 1970).
 */
#include "budget/rake.h"

#include <math.h>

#include "core/argument.h"
#include "core/network_flow.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#define MOST_PLACES 18			/* decimals of margins that flow as whole numbers */

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
units_of_margins(const RakeTable *table)
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

/*
 * Lays the cells' arcs with a flow that is near the greatest: what scaling has found so far, in whole units that add up
 * along the row, within what is left of each margin.
 */
static void
lay_cells(NetworkFlow *network, const RakeTable *table, double total, int64 *row_left, int64 *column_left)
{
	double		until = 0;

	for (int i = 0; i < table->cells; i++)
	{
		const Cell *cell = &table->cell[i];
		int64		most = Min(row_left[cell->row], column_left[cell->column]);
		double		before = i > 0 && cell->row == cell[-1].row ? until : 0;
		double		wanted = rint((until = before + cell->value * total)) - rint(before);
		int64		flow = wanted >= most ? most : wanted > 0 ? (int64) wanted : 0;	/* no number: 0 */

		if (!cell->open)
			continue;
		network_lay(network, cell->row, table->rows.count + cell->column, FLOW_UNLIMITED, flow, ARC_OPEN);
		row_left[cell->row] -= flow;
		column_left[cell->column] -= flow;
	}
}

static int64 *
margins_in_units(const Lines *lines, Amount units)
{
	int64	   *margins = palloc_array(int64, lines->count);

	for (int i = 0; i < lines->count; i++)
		margins[i] = in_units(lines->line[i].margin, units);
	return margins;
}

RakeStatus
rake_close_by_flow(RakeTable *table)
{
	int			lines = table->rows.count + table->columns.count;
	int			source = lines,
				sink = lines + 1;
	Amount		units = units_of_margins(table);
	int64	   *row_left = margins_in_units(&table->rows, units),
			   *column_left = margins_in_units(&table->columns, units);
	int64		left = 0;
	NetworkFlow *network = network_make(lines + 2, lines + table->cells);
	int		   *component;
	RakeStatus	status = RAKE_OK;

	lay_cells(network, table, (double) in_units(table->total, units), row_left, column_left);
	for (int i = 0; i < table->rows.count; i++)
	{
		network_lay(network, source, i, row_left[i], 0, ARC_OPEN);
		left += row_left[i];
	}
	for (int j = 0; j < table->columns.count; j++)
		network_lay(network, table->rows.count + j, sink, column_left[j], 0, ARC_OPEN);
	if (network_send(network, source, sink, left) < left)
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

/* ---- whole units ---- */

static int64 *
whole_margins(const Lines *lines, Amount unit)
{
	int64	   *margins = palloc_array(int64, lines->count);

	for (int i = 0; i < lines->count; i++)
	{
		if (!amount_is_whole(lines->line[i].margin, unit))
			argument_error(lines->margin_argument, "must be a whole number of units", NULL);
		margins[i] = DatumGetInt64(DirectFunctionCall1(numeric_int8,
													   NumericGetDatum(amount_quotient(lines->line[i].margin, unit))));
	}
	return margins;
}

typedef struct Fraction
{
	double		left;			/* what is cut off, of a unit */
	int			cell;
} Fraction;

static int
largest_fraction(const void *left, const void *right, void *arg)
{
	const Fraction *a = left,
			   *b = right;

	return a->left != b->left ? (a->left < b->left) - (a->left > b->left) : a->cell - b->cell;
}

/* Cuts each value down, and says what that leaves of the cells and of the margins. */
static Fraction *
cut_down(RakeTable *table, double total, int64 *row_left, int64 *column_left)
{
	Fraction   *fraction = palloc_extended(sizeof(Fraction) * (Size) table->cells, MCXT_ALLOC_HUGE);

	for (int i = 0; i < table->cells; i++)
	{
		Cell	   *cell = &table->cell[i];
		double		value = cell->value * total;

		cell->units = (int64) floor(value);
		fraction[i] = (Fraction) {value - floor(value), i};
		row_left[cell->row] -= cell->units;
		column_left[cell->column] -= cell->units;
	}
	return fraction;
}

/*
 * A cell gets what it has, cut down, or one unit more: to the largest fractions where row and column have one left, and
 * what then is left by a flow, which exists since the fractions themselves are one.
 */
bool
rake_round_by_flow(RakeTable *table)
{
	int			lines = table->rows.count + table->columns.count,
				source = lines,
				sink = lines + 1;
	int64	   *row_left = whole_margins(&table->rows, table->unit),
			   *column_left = whole_margins(&table->columns, table->unit);
	Fraction   *fraction = cut_down(table, amount_number(amount_quotient(table->total, table->unit)), row_left,
									column_left);
	NetworkFlow *network = network_make(lines + 2, lines + table->cells);
	int64		left = 0;

	qsort_interruptible(fraction, table->cells, sizeof(Fraction), largest_fraction, NULL);
	for (int i = 0; i < table->cells; i++)
	{
		const Cell *cell = &table->cell[fraction[i].cell];
		bool		more = fraction[i].left > 0 && row_left[cell->row] > 0 && column_left[cell->column] > 0;

		network_lay(network, cell->row, table->rows.count + cell->column, cell->open && !more, more, ARC_OPEN);
		row_left[cell->row] -= more;
		column_left[cell->column] -= more;
	}
	for (int i = 0; i < table->rows.count; i++)
	{
		if (row_left[i] < 0)
			return false;
		network_lay(network, source, i, row_left[i], 0, ARC_OPEN);
		left += row_left[i];
	}
	for (int j = 0; j < table->columns.count; j++)
	{
		if (column_left[j] < 0)
			return false;
		network_lay(network, table->rows.count + j, sink, column_left[j], 0, ARC_OPEN);
	}
	if (network_send(network, source, sink, left) < left)
		return false;
	for (int i = 0; i < table->cells; i++)
		table->cell[fraction[i].cell].units += network->side[2 * i + 1].residual;
	return true;
}
