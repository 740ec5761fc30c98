/* bars.c: groups side by side. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * ph.chart_bars(labels text[], series text[], heights float8[], title text, unit text, source text) -> text
 *
 * Groups of bars, a bar a series, at most four; heights group by group, as array_agg of arrays gives
 * them.  A NULL is not shown, and says so.  unit follows each number.
 */
PG_FUNCTION_INFO_V1(chart_bars);
Datum
chart_bars(PG_FUNCTION_ARGS)
{
	Datum	   *names;
	bool	   *name_nulls;
	int			series = argument_marks(fcinfo, 1, "series", &names, &name_nulls);
	double	   *heights = NULL;
	int			count = argument_table(fcinfo, 2, "heights", &heights);
	Picture    *picture = picture_start(fcinfo, 3, "Groups side by side", 4);
	StringInfo	svg = &picture->marks;
	const char *unit = picture_axis(picture, "");
	int			groups = series > 0 ? count / series : 0;
	char	  **labels;
	double		highest = 0;
	double	   *of_series = palloc_array(double, Max(groups, 1));
	double		bottom = 36 + groups * (20 * series + 12);
	Axis		axis;

	if (series > lengthof(series_fill))
		argument_error("series", "must not have more than 4 elements", NULL);
	if (groups * series != count)
		argument_error("heights", "must have one element for each group and series", NULL);
	if (groups > MOST_MARKS)
		argument_error("labels", "must not have more than 2000 elements", NULL);
	labels = argument_labels(fcinfo, 0, groups);
	for (int i = 0; i < count; i++)
		highest = fmax(highest, heights[i]);	/* which passes over NAN */
	if (groups == 0)
		return picture_of_nothing(picture, "no groups");
	axis = axis_of(0, highest, 290, 680);
	svg_axis_below(svg, &axis, 32, bottom, unit[0] ? unit + strspn(unit, " ") : "value");
	picture_row(picture, "group", "series", "value");
	for (int i = 0; i < count; i++)
	{
		int			group = i / series,
					bar = i % series;
		double		y = 36 + group * (20 * series + 12) + bar * 20;
		char	   *name = name_nulls[bar] ? "" : TextDatumGetCString(names[bar]);
		char	   *number = isnan(heights[i]) ? "not shown" : psprintf("%s%s", svg_number(heights[i]), unit);

		CHECK_FOR_INTERRUPTS();
		picture_row(picture, name_of(labels, group), name, number);
		if (bar == 0)
			svg_text(svg, 10, y + 13, "start", labels[group], 26);
		svg_text(svg, 282, y + 13, "soft end", name, 16);
		if (isnan(heights[i]))
		{
			svg_text(svg, 292, y + 13, "soft", number, 0);
			continue;
		}
		svg_bar(svg, 290, y, axis_at(&axis, heights[i]) - 290, 16, series_fill[bar],
				psprintf("%s, %s: %s", labels[group], name, number));
		svg_text(svg, axis_at(&axis, heights[i]) + 6, y + 13, "start", number, 16);
	}
	for (int bar = 0; bar < series; bar++)
	{
		char	   *name = name_nulls[bar] ? "" : TextDatumGetCString(names[bar]);

		for (int group = 0; group < groups; group++)
			of_series[group] = heights[group * series + bar];
		if (series > 1)
			picture_says(picture, "%s:", name);
		picture_says_range(picture, of_series, labels, groups);
	}
	picture->bottom = bottom + 34;
	return picture_end(picture);
}
