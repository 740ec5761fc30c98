/* ranked.c: places in order of their values. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"

/*
 * ph.chart_ranked(labels text[], estimates ph.estimate[], benchmark float8, title text) -> text
 *
 * A row a place in the order given: its value with limits; a diamond where the limits leave the benchmark
 * out.  A place without a value shows its note.
 */
PG_FUNCTION_INFO_V1(chart_ranked);
Datum
chart_ranked(PG_FUNCTION_ARGS)
{
	Datum	   *estimates;
	bool	   *nulls;
	int			count = argument_marks(fcinfo, 1, "estimates", &estimates, &nulls);
	char	  **labels = argument_labels(fcinfo, 0, count);
	double		benchmark = PG_ARGISNULL(2) ? NAN : argument_number(fcinfo, 2, "benchmark");
	char	   *title = argument_title(fcinfo, 3, "Places in order, with their limits");
	double		low = 0,
				high = -INFINITY,
				bottom = 46 + 24 * count;
	Axis		axis;
	StringInfo	svg;

	for (int i = 0; i < count; i++)
	{
		widen(number_field(estimates[i], nulls[i], "value"), &low, &high);
		widen(number_field(estimates[i], nulls[i], "lower"), &low, &high);
		widen(number_field(estimates[i], nulls[i], "upper"), &low, &high);
	}
	if (!isfinite(high))
		return nothing_to_show(title, "no place has a value");
	widen(benchmark, &low, &high);
	axis = axis_of(low, high, 290, 740);
	svg = svg_start(bottom + 30, title,
					"A row a place: a mark at its value, a line from its lower to its upper limit, and the benchmark.");
	svg_axis_below(svg, &axis, 34, bottom);
	if (isfinite(benchmark))
		svg_line(svg, axis_at(&axis, benchmark), 34, axis_at(&axis, benchmark), bottom, "mark");
	for (int i = 0; i < count; i++)
	{
		double		y = 48 + 24 * i;
		double		value = number_field(estimates[i], nulls[i], "value");
		double		lower = number_field(estimates[i], nulls[i], "lower");
		double		upper = number_field(estimates[i], nulls[i], "upper");
		bool		differs = lower > benchmark || upper < benchmark;

		CHECK_FOR_INTERRUPTS();
		svg_text(svg, 280, y + 4, "end", labels[i], 42);
		if (isnan(value))
		{
			svg_text(svg, 295, y + 4, "soft", psprintf("not shown: %s", text_field(estimates[i], nulls[i], "note")),
					 60);
			continue;
		}
		if (!isnan(lower) && !isnan(upper))
			svg_line(svg, axis_at(&axis, lower), y, axis_at(&axis, upper), y, "mean");
		svg_point(svg, axis_at(&axis, value), y, differs, differs ? "b" : "a",
				  psprintf("%s: %s (%s to %s)", labels[i], svg_number(value), svg_number(lower), svg_number(upper)));
	}
	return svg_end(svg);
}
