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
 * ph.chart_completeness(labels text[], periods text[], counts float8[], title text, unit text, source text) -> text
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
	Picture    *picture = picture_start(fcinfo, 3, "What arrived in each period", 4);
	StringInfo	svg = &picture->marks;
	int			rows = periods > 0 ? count / periods : 0;
	char	  **labels;
	double		width = periods > 0 ? 480.0 / periods : 0;
	char	  **period_names = palloc_array(char *, Max(periods, 1));
	int			few = 0;

	if (rows * periods != count)
		argument_error("counts", "must have one element for each label and period", NULL);
	if (count > MOST_MARKS)
		argument_error("counts", "must not have more than 2000 elements", NULL);
	labels = argument_labels(fcinfo, 0, rows);
	if (rows == 0)
		return picture_of_nothing(picture, "no periods");
	for (int i = 0; i < periods; i++)
		period_names[i] = name_nulls[i] ? "" : TextDatumGetCString(names[i]);
	picture_row(picture, "row", "period", picture_axis(picture, "records"), "remark");
	picture_says(picture, "%d rows, from %s to %s.", rows, period_names[0], period_names[periods - 1]);
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
			picture_row(picture, name_of(labels, row), period_names[i], svg_number(of_row[i]),
						isnan(of_row[i]) ? "nothing" : low ? "less than half of the usual" : "");
			if (isnan(of_row[i]))
				continue;
			svg_bar(svg, 180 + i * width, bottom - height, Max(width - 1, 0.5), height, series_fill[low ? 1 : 0],
					psprintf("%s, %s: %s%s", labels[row], period_names[i], svg_number(of_row[i]),
							 low ? ", less than half of the usual" : ""));
			if (low)
				svg_point(svg, 180 + (i + 0.5) * width, bottom + 7, SHAPE_TRIANGLE, series_fill[1], period_names[i]);
			few += low;
		}
		if (!isnan(last) && median > 0)
		{
			svg_text(svg, 668, bottom - 8, last < median / 2 ? "start" : "soft",
					 psprintf("last: %.0f %%", 100 * last / median), 0);
			picture_says(picture, "%s: %s in the last, %.0f %% of the usual %s.", name_of(labels, row),
						 svg_number(last), 100 * last / median, svg_number(median));
		}
	}
	picture_says(picture, "Less than half of the usual: %d.", few);
	svg_text(svg, 180, 56 + rows * ROW_HEIGHT, "soft", period_names[0], 20);
	svg_text(svg, 420, 56 + rows * ROW_HEIGHT, "soft middle", "period", 0);
	svg_text(svg, 660, 56 + rows * ROW_HEIGHT, "soft end", period_names[periods - 1], 20);
	picture->bottom = 58 + rows * ROW_HEIGHT;
	picture_key_bar(picture, series_fill[0], psprintf("%s, each row up to its own highest",
													  picture_axis(picture, "records")));
	picture_key_point(picture, SHAPE_TRIANGLE, series_fill[1], "less than half of the usual, the median of its row");
	return picture_end(picture);
}
