/* ranked.c: places in order of their values. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"

/*
 * ph.chart_ranked(labels text[], estimates ph.estimate[], benchmark float8, title text, unit text, source text) -> text
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
	Picture    *picture = picture_start(fcinfo, 3, "Places in order, with their limits", 4);
	StringInfo	svg = &picture->marks;
	double	   *values = palloc_array(double, Max(count, 1));
	double		low = 0,
				high = -INFINITY,
				bottom = 46 + 24 * count;
	int			above = 0,
				below = 0;
	Axis		axis;

	for (int i = 0; i < count; i++)
	{
		values[i] = number_field(estimates[i], nulls[i], "value");
		widen(values[i], &low, &high);
		widen(number_field(estimates[i], nulls[i], "lower"), &low, &high);
		widen(number_field(estimates[i], nulls[i], "upper"), &low, &high);
	}
	if (!isfinite(high))
		return picture_of_nothing(picture, "no place has a value");
	widen(benchmark, &low, &high);
	axis = axis_of(low, high, 290, 740);
	svg_axis_below(svg, &axis, 34, bottom, picture_axis(picture, "value"));
	if (isfinite(benchmark))
		svg_line(svg, axis_at(&axis, benchmark), 34, axis_at(&axis, benchmark), bottom, "mark");
	picture_row(picture, "place", "value", "from", "to", "beside the benchmark", "note");
	for (int i = 0; i < count; i++)
	{
		double		y = 48 + 24 * i;
		double		lower = number_field(estimates[i], nulls[i], "lower");
		double		upper = number_field(estimates[i], nulls[i], "upper");
		bool		is_above = lower > benchmark;
		bool		is_below = upper < benchmark;
		char	   *note = text_field(estimates[i], nulls[i], "note");

		CHECK_FOR_INTERRUPTS();
		svg_text(svg, 280, y + 4, "end", labels[i], 42);
		if (isnan(values[i]))
		{
			svg_text(svg, 295, y + 4, "soft", psprintf("not shown: %s", note), 60);
			picture_row(picture, name_of(labels, i), "", "", "", "", note);
			continue;
		}
		above += is_above;
		below += is_below;
		if (!isnan(lower) && !isnan(upper))
			svg_line(svg, axis_at(&axis, lower), y, axis_at(&axis, upper), y, "mean");
		svg_point(svg, axis_at(&axis, values[i]), y, is_above || is_below ? SHAPE_DIAMOND : SHAPE_DOT,
				  is_above || is_below ? "b" : "a",
				  psprintf("%s: %s", labels[i], with_limits(values[i], lower, upper)));
		picture_row(picture, name_of(labels, i), svg_number(values[i]), svg_number(lower), svg_number(upper),
					is_above ? "above" : is_below ? "below" : "", note);
	}
	picture->bottom = bottom + 34;
	picture_says_range(picture, values, labels, count);
	picture_key_point(picture, SHAPE_DOT, "a", "value");
	picture_key_line(picture, "mean", "from its lower to its upper limit");
	if (isfinite(benchmark))
	{
		picture_says(picture, "By their limits %d are above and %d below the benchmark of %s, of %d places.", above,
					 below, svg_number(benchmark), count);
		picture_key_point(picture, SHAPE_DIAMOND, "b", "the limits leave the benchmark out");
		picture_key_line(picture, "mark", psprintf("benchmark: %s", svg_number(benchmark)));
	}
	return picture_end(picture);
}
