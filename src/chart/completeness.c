/* completeness.c: what arrived in each month, a row a source, so that a month that is half there is seen. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "core/sort.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define ROW_HEIGHT 44
#define BAR_HEIGHT 30

/* The median of those of the numbers that are there; NAN where none is. */
static double
usual(const double *counts, int count)
{
	double	   *known = palloc_array(double, Max(count, 1));
	int			n = 0;
	double		median;

	for (int i = 0; i < count; i++)
		if (!isnan(counts[i]))
			known[n++] = counts[i];
	if (n == 0)
		return NAN;
	sort_numbers(known, n);
	median = (known[(n - 1) / 2] + known[n / 2]) / 2;
	pfree(known);
	return median;
}

/*
 * ph.chart_completeness(labels text[], periods text[], counts float8[], title text) -> text
 *
 * A row of bars a label, a bar a period, scaled to the highest of its row; counts label by label.  A NULL is a gap.
 * A period with less than half of the usual one, the median of its row, is drawn as a warning, and the last period's
 * share of the usual one stands at the end of the row.
 */
PG_FUNCTION_INFO_V1(chart_completeness);
Datum
chart_completeness(PG_FUNCTION_ARGS)
{
	Datum	   *names;
	bool	   *name_nulls;
	int			periods = argument_marks(fcinfo, 1, "periods", &names, &name_nulls);
	double	   *counts = NULL;
	int			count = argument_table(fcinfo, 2, "counts", &counts);
	char	   *title = argument_title(fcinfo, 3, "What arrived in each period");
	int			rows = periods > 0 ? count / periods : 0;
	char	  **labels;
	double		width = periods > 0 ? 480.0 / periods : 0;
	StringInfo	svg;

	if (rows * periods != count)
		argument_error("counts", "must have one element for each label and period", NULL);
	if (count > MOST_MARKS)
		argument_error("counts", "must not have more than 2000 elements", NULL);
	labels = argument_labels(fcinfo, 0, rows);
	if (rows == 0)
		return nothing_to_show(title, "no periods");
	svg = svg_start(64 + rows * ROW_HEIGHT, title, "A row of bars a label, a bar a period.");
	for (int row = 0; row < rows; row++)
	{
		const double *of_row = counts + row * periods;
		double		bottom = 36 + row * ROW_HEIGHT + BAR_HEIGHT;
		double		median = usual(of_row, periods);
		double		last = of_row[periods - 1];
		double		highest = 0;

		for (int i = 0; i < periods; i++)
			highest = fmax(highest, of_row[i]); /* which passes over NAN */
		svg_text(svg, 10, bottom - 8, "start", labels[row], 20);
		svg_line(svg, 180, bottom, 660, bottom, "rule");
		for (int i = 0; i < periods; i++)
		{
			double		height = highest > 0 ? BAR_HEIGHT * of_row[i] / highest : 0;
			bool		low = of_row[i] < median / 2;

			CHECK_FOR_INTERRUPTS();
			if (isnan(of_row[i]))
				continue;
			svg_bar(svg, 180 + i * width, bottom - height, Max(width - 1, 0.5), height, series_fill[low ? 1 : 0],
					psprintf("%s, %s: %s%s", labels[row], name_nulls[i] ? "" : TextDatumGetCString(names[i]),
							 svg_number(of_row[i]), low ? ", less than half of the usual" : ""));
		}
		if (!isnan(last) && median > 0)
			svg_text(svg, 668, bottom - 8, last < median / 2 ? "start" : "soft",
					 psprintf("last: %.0f %%", 100 * last / median), 0);
	}
	svg_text(svg, 180, 52 + rows * ROW_HEIGHT, "soft", name_nulls[0] ? "" : TextDatumGetCString(names[0]), 20);
	svg_text(svg, 660, 52 + rows * ROW_HEIGHT, "soft end",
			 name_nulls[periods - 1] ? "" : TextDatumGetCString(names[periods - 1]), 20);
	return svg_end(svg);
}
