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
 *   confidence float8, title text, groups int, age float8, until float8, unit text, source text) -> text
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
	Picture    *picture = picture_start(fcinfo, 6, "Inequality between groups", 10);
	StringInfo	svg = &picture->marks;
	double	   *values = palloc_array(double, Max(count, 1));
	double		low = 0,
				high = 0;
	Groups		groups;
	Line		line;
	Estimate	why,
				remarks = {NAN, NAN, NAN, NULL},
			   *estimates;
	Axis		across = axis_of(0, 1, 70, 740),
				up;

	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	if (!groups_ask(tallies, count, said, &asked, &groups, &why) || !line_fit(&groups, &line, &why))
		return picture_of_nothing(picture, why.note);
	estimates = palloc_array(Estimate, count);
	for (int i = 0; i < count; i++)
	{
		estimates[i] = ask(tallies[i], &asked).estimate;
		estimate_scale(&estimates[i], asked.per);
		values[i] = estimates[i].value;
		widen(estimates[i].value, &low, &high);
		widen(estimates[i].upper, &low, &high);
		widen(estimates[i].lower, &low, &high);
	}
	up = axis_of(low, high * 1.05, 326, 52);
	svg_axis_left(svg, &up, 70, 740, picture_axis(picture, "value"));
	picture_row(picture, "group", "share of the people", "value", "from", "to");
	for (int i = 0; i < count; i++)
	{
		double		left = axis_at(&across, groups.position[i] - groups.share[i] / 2);
		double		right = axis_at(&across, groups.position[i] + groups.share[i] / 2);
		double		middle = axis_at(&across, groups.position[i]);
		double		y = axis_at(&up, estimates[i].value);
		double		zero = axis_at(&up, 0);

		svg_bar(svg, left + 1, fmin(y, zero), fmax(right - left - 2, 0.5), fabs(zero - y), "a s0 band",
				psprintf("%s: %s", labels[i], with_limits(estimates[i].value, estimates[i].lower, estimates[i].upper)));
		picture_row(picture, name_of(labels, i), psprintf("%.1f %%", 100 * groups.share[i]),
					svg_number(estimates[i].value), svg_number(estimates[i].lower), svg_number(estimates[i].upper));
		if (isfinite(estimates[i].lower) && isfinite(estimates[i].upper))
			svg_line(svg, middle, axis_at(&up, estimates[i].lower), middle, axis_at(&up, estimates[i].upper), "mark");
		svg_text(svg, middle, 344, "soft middle", labels[i], Max(3, (int) ((right - left) / 7)));
	}
	svg_line(svg, across.from, axis_at(&up, asked.per * line.intercept), across.to,
			 axis_at(&up, asked.per * (line.intercept + line.slope)), "s1");
	groups_note(&remarks, &groups);
	picture->bottom = 346;
	picture_remark(picture, "share of the people, the most disadvantaged on the left");
	picture_key_bar(picture, "a s0 band", "value of the group");
	picture_key_line(picture, "mark", "from its lower to its upper limit");
	picture_key_line(picture, "s1", psprintf("line of the slope index: %s from end to end",
											 svg_number(asked.per * line.slope)));
	if (remarks.note)
		picture_remark(picture, remarks.note);
	picture_says_range(picture, values, labels, count);
	picture_says(picture, "From the most to the least disadvantaged end the slope is %s.",
				 svg_number(asked.per * line.slope));
	return picture_end(picture);
}
