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

static char *
field_text(Datum point, const char *field)
{
	return svg_number(number_field(point, false, field));
}

/*
 * ph.chart_funnel(labels text[], points ph.funnel_point[], title text, unit text, source text) -> text
 *
 * Each place by its size, from which its limits follow, and its value; its own limits joined in order of
 * the sizes, and the baseline.  Places outside the limits of 99.8 % are diamonds and named where there is room, those
 * outside 95 % only are squares.
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
	Picture    *picture = picture_start(fcinfo, 2, "Funnel plot of places", 3);
	StringInfo	svg = &picture->marks;
	double	   *values = palloc_array(double, Max(count, 1));
	int			above = 0,
				below = 0,
				outside_95 = 0;
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

	for (int i = 0; i < count; i++)
	{
		double		value = values[i] = number_field(points[i], nulls[i], "value");

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
		return picture_of_nothing(picture, "no place has a value");
	/* room for the outer limit, but not for all of it where the smallest places have theirs far out */
	high = fmax(high, fmin(outermost, baseline + 1.75 * (high - baseline)));
	qsort(marks, shown, sizeof(FunnelMark), compare_marks);
	across = axis_of(marks[0].size > largest / 2 ? marks[0].size * 0.95 : 0, largest * 1.05, 70, 740);
	up = axis_of(low - (high - low) * 0.05, high + (high - low) * 0.05, 326, 52);
	svg_axis_left(svg, &up, 70, 740, picture_axis(picture, "value"));
	svg_axis_below(svg, &across, 326, 326, "size: people, events or expected events");
	picture_row(picture, "place", "size", "value", "lower 99.8 %", "lower 95 %", "upper 95 %", "upper 99.8 %",
				"significance");
	for (int field = 0; field < lengthof(fields); field++)
	{
		bool		down = false;

		svg_path_start(svg, classes[field]);
		for (int i = 0; i < shown; i++)
		{
			double		y = axis_at(&up, number_field(points[marks[i].point], false, fields[field]));

			/* a limit beyond the frame is not drawn, rather than along its edge */
			svg_path_to(svg, axis_at(&across, marks[i].size), y >= 46 && y <= 326 ? y : NAN, &down);
		}
		svg_path_end(svg);
	}
	for (int i = 0; i < shown; i++)
	{
		int			point = marks[i].point;
		double		value = number_field(points[point], false, "value");
		char	   *significance = text_field(points[point], false, "significance");
		bool		outside = strstr(significance, "99.8") != NULL;
		bool		only_95 = !outside && strstr(significance, "95") != NULL;
		double		x = axis_at(&across, marks[i].size),
					y = axis_at(&up, value);

		CHECK_FOR_INTERRUPTS();
		svg_point(svg, x, y, outside ? SHAPE_DIAMOND : only_95 ? SHAPE_SQUARE : SHAPE_DOT,
				  outside ? "b" : only_95 ? "c" : "a",
				  psprintf("%s: %s, %s", labels[point], svg_number(value), plain_words(significance)));
		if (outside)
			write_name(svg, names, x, y, labels[point]);
		above += outside && significance[0] == 'h';
		below += outside && significance[0] == 'l';
		outside_95 += only_95;
		picture_row(picture, name_of(labels, point), svg_number(marks[i].size), svg_number(value),
					field_text(points[point], "lower_998"), field_text(points[point], "lower_95"),
					field_text(points[point], "upper_95"), field_text(points[point], "upper_998"),
					plain_words(significance));
	}
	picture_says(picture, "Of %d places %d lie above and %d below the limits of 99.8 %%, %d more outside those of "
				 "95 %%; the baseline is %s.", shown, above, below, outside_95, svg_number(baseline));
	picture_says_range(picture, values, labels, count);
	picture->bottom = 360;
	picture_key_line(picture, "mean", psprintf("baseline: %s", svg_number(baseline)));
	picture_key_line(picture, "limit", "95 % limits");
	picture_key_line(picture, "outer", "99.8 % limits");
	picture_key_point(picture, SHAPE_DOT, "a", "within");
	picture_key_point(picture, SHAPE_SQUARE, "c", "outside 95 %");
	picture_key_point(picture, SHAPE_DIAMOND, "b", "outside 99.8 %");
	return picture_end(picture);
}
