/* survival.c: curves of survival. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/tally.h"
#include "core/tally_list.h"
#include "core/tie.h"
#include "indicator/survival_curve.h"
#include "miscadmin.h"

/* A curve by its steps: the heights from 0 to the first time on, then from each time on. */
typedef struct Steps
{
	int			count;
	double	   *time;
	double	   *survival;
	double	   *lower;
	double	   *upper;
} Steps;

/* Where no limits exist because nobody had an event yet, they are the curve; at 0 they end. */
static Steps
steps_of(const Tally *tally, double z)
{
	int			most = tally->sorted + 1;
	Steps		steps = {1, palloc_array(double, most), palloc_array(double, most), palloc_array(double, most),
						 palloc_array(double, most)};
	Curve		curve = curve_start(tally, NULL);

	steps.time[0] = 0;
	steps.survival[0] = steps.lower[0] = steps.upper[0] = 1;
	while (curve_next(&curve))
	{
		Limits		limits = survival_limits(&curve, z, SCALE_LOG_LOG);

		if (curve.survival == 1)
			limits = (Limits) {1, 1};
		steps.time[steps.count] = curve.time;
		steps.survival[steps.count] = curve.survival;
		steps.lower[steps.count] = limits.lower;
		steps.upper[steps.count++] = limits.upper;
	}
	return steps;
}

/* From left to right along one of the heights, each held until the next time. */
static void
draw_steps(StringInfo svg, const Steps *steps, const double *height, const Axis *across, const Axis *up, bool *down)
{
	for (int i = 0; i < steps->count && !isnan(height[i]); i++)
	{
		CHECK_FOR_INTERRUPTS();
		svg_path_to(svg, axis_at(across, steps->time[i]), axis_at(up, height[i]), down);
		if (i + 1 < steps->count)
			svg_path_to(svg, axis_at(across, steps->time[i + 1]), axis_at(up, height[i]), down);
	}
}

static void
draw_band(StringInfo svg, const Steps *steps, const Axis *across, const Axis *up, const char *class)
{
	bool		down = false;

	svg_path_start(svg, class);
	draw_steps(svg, steps, steps->upper, across, up, &down);
	for (int i = steps->count - 1; i >= 0; i--)
	{
		CHECK_FOR_INTERRUPTS();
		if (isnan(steps->lower[i]))
			continue;
		if (i + 1 < steps->count)
			svg_path_to(svg, axis_at(across, steps->time[i + 1]), axis_at(up, steps->lower[i]), &down);
		svg_path_to(svg, axis_at(across, steps->time[i]), axis_at(up, steps->lower[i]), &down);
	}
	svg_path_end(svg);
}

static void
write_at_risk(StringInfo svg, const Tally *tally, const Axis *across, double y)
{
	double		ticks[MOST_TICKS];
	int			count = axis_ticks(across, 7, ticks);
	Present		present = present_start(tally, NULL);
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		while (left < tally->sorted && tally->cells[left].key < ticks[i])
			present_leave(&present, tally->cells[left++].exposure);
		svg_text(svg, axis_at(across, ticks[i]), y, "middle", svg_number(present_at(&present, ticks[i])), 0);
	}
}

/* Rows of the table: the curve at the ticks of the axis, and the description: where it ends. */
static void
write_steps(Picture *picture, const char *name, const Tally *tally, const Steps *steps, const Axis *across,
			bool at_risk)
{
	double		ticks[MOST_TICKS];
	int			count = axis_ticks(across, 7, ticks);
	int			last = steps->count - 1;
	int			step = 0;
	Present		present = present_start(tally, NULL);
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		while (step < last && steps->time[step + 1] <= ticks[i])
			step++;
		while (left < tally->sorted && tally->cells[left].key < ticks[i])
			present_leave(&present, tally->cells[left++].exposure);
		if (ticks[i] <= steps->time[last])
			picture_cells(picture, (const char *const[]) {name, svg_number(ticks[i]), svg_number(steps->survival[step]),
						  svg_number(steps->lower[step]), svg_number(steps->upper[step]),
						  svg_number(present_at(&present, ticks[i]))}, at_risk ? 6 : 5);
	}
	picture_says(picture, "%s: %s at %s%s%s.", name,
				 with_limits(steps->survival[last], steps->lower[last], steps->upper[last]),
				 svg_number(steps->time[last]), picture->unit ? " " : "", picture->unit ? picture->unit : "");
}

/*
 * ph.chart_survival(tallies ph.tally[], labels text[], title text, confidence float8, at_risk boolean,
 *   unit text, source text) -> text
 *
 * Kaplan and Meier's curves, a line style each, at most four, with log-log limits as bands and the people
 * at risk below.  A tally without an answer says why.
 */
PG_FUNCTION_INFO_V1(chart_survival);
Datum
chart_survival(PG_FUNCTION_ARGS)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	char	  **labels = argument_labels(fcinfo, 1, count);
	Picture    *picture = picture_start(fcinfo, 2, "Survival by time of follow-up", 5);
	StringInfo	svg = &picture->marks;
	const char *time = picture->unit ? psprintf("time of follow-up, in %s", picture->unit) : "time of follow-up";
	double		z = two_sided_z(argument_confidence(fcinfo, 3));
	bool		at_risk = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	double		longest = 0;
	double		below = 384 + 18 * count;
	Axis		across,
				up = axis_of(0, 1, 326, 52);
	Estimate	why;

	if (count > lengthof(series_line))
		argument_error("tallies", "must not have more than 4 elements", NULL);
	for (int i = 0; i < count; i++)
		tie_keys(&tallies[i], 1);
	for (int i = 0; i < count; i++)
		if (curve_possible(tallies[i], NULL, &why) && tallies[i]->sorted > 0)
			longest = fmax(longest, tallies[i]->cells[tallies[i]->sorted - 1].key);
	if (longest == 0)
		return picture_of_nothing(picture, "nobody was followed");
	across = axis_of(0, longest, 70, 740);
	svg_axis_left(svg, &up, 70, 740, "share without the event");
	svg_axis_below(svg, &across, 326, 326, time);
	picture_cells(picture, (const char *const[]) {"group", time, "share without the event", "from", "to",
				  "people at risk"}, at_risk ? 6 : 5);
	if (at_risk)
		svg_text(svg, 70, below + 10, "soft", "people at risk", 0);
	for (int i = 0; i < count; i++)
	{
		double		y = 384 + 18 * i;
		bool		down = false;
		Steps		steps;

		svg_line(svg, 70, y - 4, 110, y - 4, series_line[i]);
		if (!curve_possible(tallies[i], NULL, &why))
		{
			svg_text(svg, 118, y, "soft", psprintf("%s: not shown, %s", labels[i], why.note), 80);
			continue;
		}
		why = (Estimate) {0};
		estimate_note_unknown(&why, tallies[i]->unknown_rows);
		svg_text(svg, 118, y, "start", why.note ? psprintf("%s; %s", labels[i], why.note) : labels[i], 100);
		steps = steps_of(tallies[i], z);
		draw_band(svg, &steps, &across, &up, series_band[i]);
		svg_path_start(svg, series_line[i]);
		draw_steps(svg, &steps, steps.survival, &across, &up, &down);
		svg_path_end(svg);
		write_steps(picture, name_of(labels, i), tallies[i], &steps, &across, at_risk);
		if (!at_risk)
			continue;
		svg_line(svg, 10, below + 24 + 18 * i, 46, below + 24 + 18 * i, series_line[i]);
		write_at_risk(svg, tallies[i], &across, below + 28 + 18 * i);
	}
	picture->bottom = below + (at_risk ? 14 + 18 * count : -8);
	picture_key_bar(picture, "a s0 band", "between its lower and upper limit");
	return picture_end(picture);
}
