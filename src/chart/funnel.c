/* funnel.c: places by size within the limits of chance. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "miscadmin.h"

typedef struct FunnelMark
{
	double		size;
	int			point;
} FunnelMark;

static int
compare_marks(const void *a, const void *b)
{
	double		left = ((const FunnelMark *) a)->size;
	double		right = ((const FunnelMark *) b)->size;

	return (left > right) - (left < right);
}

/* Where names were written; a further one that would lie over them is left to the tooltip. */
typedef struct Names
{
	int			count;
	struct
	{
		double		left,
					right,
					y;
	}			taken[MOST_MARKS];
} Names;

static void
write_name(StringInfo svg, Names *names, double x, double y, const char *name)
{
	bool		leftwards = x > 600;
	double		width = 6.5 * Min(strlen(name), 24);
	double		left = leftwards ? x - 9 - width : x + 9;

	for (int i = 0; i < names->count; i++)
		if (fabs(names->taken[i].y - y) < 12 && left < names->taken[i].right && left + width > names->taken[i].left)
			return;
	names->taken[names->count].left = left;
	names->taken[names->count].right = left + width;
	names->taken[names->count++].y = y;
	svg_text(svg, leftwards ? x - 9 : x + 9, y + 4, leftwards ? "end" : "start", name, 24);
}

/*
 * ph.chart_funnel(labels text[], points ph.funnel_point[], title text) -> text
 *
 * Each place by its size, from which its limits follow, and its value; its own limits joined in order of
 * the sizes, and the baseline.  Places outside the limits of 99.8 % are diamonds and named where there is room.
 */
PG_FUNCTION_INFO_V1(chart_funnel);
Datum
chart_funnel(PG_FUNCTION_ARGS)
{
	static const char *const fields[] = {"baseline", "lower_95", "upper_95", "lower_998", "upper_998"};
	static const char *const classes[] = {"mean", "limit", "limit", "outer", "outer"};
	Datum	   *points;
	bool	   *nulls;
	int			count = argument_marks(fcinfo, 1, "points", &points, &nulls);
	char	  **labels = argument_labels(fcinfo, 0, count);
	char	   *title = argument_title(fcinfo, 2, "Funnel plot of places");
	FunnelMark *marks = palloc_array(FunnelMark, Max(count, 1));
	Names	   *names = palloc0(sizeof(Names));
	int			shown = 0;
	double		low = INFINITY,
				high = -INFINITY,
				outermost = -INFINITY,
				baseline = NAN,
				largest = 0;
	Axis		across,
				up;
	StringInfo	svg;

	for (int i = 0; i < count; i++)
	{
		double		value = number_field(points[i], nulls[i], "value");

		marks[shown].size = number_field(points[i], nulls[i], "size");
		if (isnan(value) || isnan(marks[shown].size))
			continue;
		marks[shown++].point = i;
		largest = fmax(largest, marks[shown - 1].size);
		widen(value, &low, &high);
		widen(number_field(points[i], nulls[i], "lower_998"), &low, &high);
		widen(number_field(points[i], nulls[i], "upper_95"), &low, &high);
		outermost = fmax(outermost, number_field(points[i], nulls[i], "upper_998"));
		baseline = number_field(points[i], nulls[i], "baseline");
	}
	if (shown == 0)
		return nothing_to_show(title, "no place has a value");
	/* room for the outer limit, but not for all of it where the smallest places have theirs far out */
	high = fmax(high, fmin(outermost, baseline + 1.75 * (high - baseline)));
	qsort(marks, shown, sizeof(FunnelMark), compare_marks);
	across = axis_of(marks[0].size > largest / 2 ? marks[0].size * 0.95 : 0, largest * 1.05, 70, 740);
	up = axis_of(low - (high - low) * 0.05, high + (high - low) * 0.05, 310, 36);
	svg = svg_start(350, title,
					"A mark a place, by its size and its value, with the baseline and the limits of 95 % and 99.8 %.");
	svg_axis_left(svg, &up, 70, 740);
	svg_axis_below(svg, &across, 310, 310);
	for (int field = 0; field < lengthof(fields); field++)
	{
		bool		down = false;

		svg_path_start(svg, classes[field]);
		for (int i = 0; i < shown; i++)
		{
			double		y = axis_at(&up, number_field(points[marks[i].point], false, fields[field]));

			/* a limit beyond the frame is not drawn, rather than along its edge */
			svg_path_to(svg, axis_at(&across, marks[i].size), y >= 30 && y <= 310 ? y : NAN, &down);
		}
		svg_path_end(svg);
	}
	for (int i = 0; i < shown; i++)
	{
		int			point = marks[i].point;
		double		value = number_field(points[point], false, "value");
		char	   *significance = text_field(points[point], false, "significance");
		bool		outside = strstr(significance, "99.8") != NULL;
		double		x = axis_at(&across, marks[i].size),
					y = axis_at(&up, value);

		CHECK_FOR_INTERRUPTS();
		svg_point(svg, x, y, outside, outside ? "b" : strstr(significance, "95") ? "c" : "a",
				  psprintf("%s: %s, %s", labels[point], svg_number(value), significance));
		if (outside)
			write_name(svg, names, x, y, labels[point]);
	}
	return svg_end(svg);
}
