/*
 * rake_scaling.c: a table is scaled to its rows and columns in turn (Deming and Stephan 1940), and where that creeps by
 * Newton's method on its dual, a convex function of log b alone.
 */
#include "budget/rake.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#define MOST_SWEEPS 10000
#define MOST_NEWTON_LINES 256
#define NEWTON_STEPS 200
#define LONGEST_STEP 20			/* of a logarithm */

/* ---- scaling ---- */

static void
clear_sums(Lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		lines->line[i].sum = (Sum) {0, 0};
}

static void
scale(Lines *lines)
{
	for (int i = 0; i < lines->count; i++)
		lines->line[i].factor = lines->line[i].share > 0 ? lines->line[i].share / sum_value(lines->line[i].sum) : 0;
}

/* The factors of the rows from those of the columns. */
static void
scale_rows(RakeTable *table)
{
	clear_sums(&table->rows);
	for (int i = 0; i < table->cells; i++)
		if (table->cell[i].open)
			sum_add(&table->rows.line[table->cell[i].row].sum,
					table->cell[i].seed * table->columns.line[table->cell[i].column].factor);
	scale(&table->rows);
}

/* Values by the factors, and what they sum to in columns; the rows' sums are right. */
static void
sum_columns(RakeTable *table)
{
	clear_sums(&table->columns);
	for (int i = 0; i < table->cells; i++)
	{
		Cell	   *cell = &table->cell[i];
		Line	   *column = &table->columns.line[cell->column];

		cell->value = cell->open ? cell->seed * table->rows.line[cell->row].factor * column->factor : 0;
		sum_add(&column->sum, cell->value);
	}
}

/* The largest gap of a column, relative to its margin; infinite where it is no number. */
static double
column_gap(const RakeTable *table)
{
	double		gap = 0;

	for (int j = 0; j < table->columns.count; j++)
	{
		const Line *column = &table->columns.line[j];
		double		own = column->share > 0 ? fabs(sum_value(column->sum) / column->share - 1) : 0;

		if (!isfinite(own))
			return INFINITY;
		gap = fmax(gap, own);
	}
	return gap;
}

static double
sweep(RakeTable *table)
{
	CHECK_FOR_INTERRUPTS();
	scale_rows(table);
	sum_columns(table);
	return column_gap(table);
}

double
rake_by_sweeps(RakeTable *table, int most)
{
	double		gap;

	for (int j = 0; j < table->columns.count; j++)
		table->columns.line[j].factor = 1;
	while ((gap = sweep(table)) > RAKE_GAP && isfinite(gap) && --most > 0)
		for (int j = 0; j < table->columns.count; j++)
			if (table->columns.line[j].share > 0)
				table->columns.line[j].factor *= table->columns.line[j].share / sum_value(table->columns.line[j].sum);
	return gap;
}

/* ---- Newton's method ---- */

/* What the dual is at these factors, after a sweep: sum R log(sum seed b) - sum C log b, to be made least. */
static double
dual_value(const RakeTable *table)
{
	double		value = 0;

	for (int i = 0; i < table->rows.count; i++)
		if (table->rows.line[i].share > 0)
			value += table->rows.line[i].share * log(sum_value(table->rows.line[i].sum));
	for (int j = 0; j < table->columns.count; j++)
		if (table->columns.line[j].share > 0)
			value -= table->columns.line[j].share * log(table->columns.line[j].factor);
	return value;
}

/* Its second derivative, diag(column sums) - sum over rows of x x' / R, and the step that it asks for. */
static void
newton_step(const RakeTable *table, double *step)
{
	int			columns = table->columns.count;
	Sum		   *second = palloc0_array(Sum, PACKED_SIZE(columns));
	Sum		   *gap = palloc0_array(Sum, columns);
	Factor		factor;

	for (int j = 0; j < columns; j++)
	{
		second[PACKED(j, j)] = table->columns.line[j].sum;
		sum_add(&gap[j], table->columns.line[j].share - sum_value(table->columns.line[j].sum));
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
rake_by_newton(RakeTable *table)
{
	int			columns = table->columns.count;
	double	   *step = palloc_array(double, columns),
			   *from = palloc_array(double, columns);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "rake", ALLOCSET_DEFAULT_SIZES);
	double		gap = sweep(table);

	for (int round = 0; round < NEWTON_STEPS && gap > RAKE_GAP && isfinite(gap); round++)
	{
		double		value = dual_value(table);
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		newton_step(table, step);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
		for (int j = 0; j < columns; j++)
			from[j] = table->columns.line[j].factor;
		for (double part = 1;; part /= 2)
		{
			if (part < 1e-6)
				return gap;
			for (int j = 0; j < columns; j++)
				table->columns.line[j].factor = from[j] * exp(part * step[j]);
			gap = sweep(table);
			if (isfinite(gap) && dual_value(table) <= value + 1e-14 * fabs(value))
				break;
		}
	}
	return gap;
}

double
rake_to_the_end(RakeTable *table)
{
	return table->columns.count <= MOST_NEWTON_LINES ? rake_by_newton(table) : rake_by_sweeps(table, MOST_SWEEPS);
}
