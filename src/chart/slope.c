/* slope.c: an indicator by group, with the line of its slope index. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "compare/line.h"
#include "core/argument.h"
#include "core/tally.h"
#include "core/tally_list.h"

/*
 * ph.chart_slope(tallies ph.tally[], labels text[], indicator text, reference ph.tally, per float8,
 *   confidence float8, title text, groups int) -> text
 *
 * Groups from the most disadvantaged to the least, as wide as their share of the people, their values
 * with limits, and the line of the slope index of inequality.
 */
PG_FUNCTION_INFO_V1(chart_slope);
Datum
chart_slope(PG_FUNCTION_ARGS)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	char	  **labels = argument_labels(fcinfo, 1, count);
	int			said = argument_group_count(fcinfo, 7);
	Asked		asked = argument_asked(fcinfo, 2, 3);
	char	   *title = argument_title(fcinfo, 6, "Inequality between groups");
	double		low = 0,
				high = 0;
	Groups		groups;
	Line		line;
	Estimate	why,
				remarks = {NAN, NAN, NAN, NULL},
			   *estimates;
	Axis		across = axis_of(0, 1, 70, 740),
				up;
	StringInfo	svg;

	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	if (!groups_ask(tallies, count, said, &asked, &groups, &why) || !line_fit(&groups, &line, &why))
		return nothing_to_show(title, why.note);
	estimates = palloc_array(Estimate, count);
	for (int i = 0; i < count; i++)
	{
		estimates[i] = ask(tallies[i], &asked).estimate;
		estimate_scale(&estimates[i], asked.per);
		widen(estimates[i].value, &low, &high);
		widen(estimates[i].upper, &low, &high);
		widen(estimates[i].lower, &low, &high);
	}
	up = axis_of(low, high * 1.05, 310, 36);
	svg = svg_start(370, title, "A bar a group, as wide as its share of the people, with its limits, and the line of "
					"the slope index of inequality.");
	svg_axis_left(svg, &up, 70, 740);
	for (int i = 0; i < count; i++)
	{
		double		left = axis_at(&across, groups.position[i] - groups.share[i] / 2);
		double		right = axis_at(&across, groups.position[i] + groups.share[i] / 2);
		double		middle = axis_at(&across, groups.position[i]);
		double		y = axis_at(&up, estimates[i].value);
		double		zero = axis_at(&up, 0);

		svg_bar(svg, left + 1, fmin(y, zero), fmax(right - left - 2, 0.5), fabs(zero - y), "a",
				psprintf("%s: %s (%s to %s)", labels[i], svg_number(estimates[i].value), svg_number(estimates[i].lower),
						 svg_number(estimates[i].upper)));
		if (isfinite(estimates[i].lower) && isfinite(estimates[i].upper))
			svg_line(svg, middle, axis_at(&up, estimates[i].lower), middle, axis_at(&up, estimates[i].upper), "mark");
		svg_text(svg, middle, 328, "soft middle", labels[i], Max(3, (int) ((right - left) / 7)));
	}
	svg_line(svg, across.from, axis_at(&up, asked.per * line.intercept), across.to,
			 axis_at(&up, asked.per * (line.intercept + line.slope)), "s1");
	groups_note(&remarks, &groups);
	svg_text(svg, 70, 352, "soft", psprintf("most disadvantaged on the left; slope %s from end to end%s%s",
											svg_number(asked.per * line.slope),
											remarks.note ? "; " : "", remarks.note ? remarks.note : ""), 0);
	return svg_end(svg);
}
