/* control.c: a control chart. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"

typedef struct Kind
{
	const char *type;			/* of a point */
	Shape		shape;
	const char *class;
	const char *words;
} Kind;

static const Kind kinds[] = {
	{"special_cause_concern", SHAPE_DIAMOND, "b", "special cause, of concern"},
	{"special_cause_improvement", SHAPE_SQUARE, "d", "special cause, an improvement"},
	{"special", SHAPE_TRIANGLE, "c", "special cause"},
	{"", SHAPE_DOT, "a", "value"},
};

static int
kind_of(const char *type)
{
	int			kind = 0;

	while (strncmp(type, kinds[kind].type, strlen(kinds[kind].type)) != 0)
		kind++;
	return kind;
}

static char *
day_text(Datum instant, bool isnull)
{
	DateADT		date = isnull ? DATEVAL_NOEND : day_of_instant(DatumGetTimestampTz(instant));
	int			year,
				month,
				day;

	if (DATE_NOT_FINITE(date))
		return "";
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * ph.chart_control(periods timestamptz[], points ph.control_point[], title text, unit text, source text) -> text
 *
 * The series with its mean and limits, phase by phase; special causes are told by shape and colour: concern is a
 * diamond, improvement a square, what is neither a triangle.  A missing value breaks the line.
 */
PG_FUNCTION_INFO_V1(chart_control);
Datum
chart_control(PG_FUNCTION_ARGS)
{
	static const char *const fields[] = {"value", "mean", "lower", "upper"};
	static const char *const classes[] = {"s0", "mean", "limit", "limit"};
	Datum	   *periods,
			   *points;
	bool	   *period_nulls,
			   *nulls;
	int			count = argument_marks(fcinfo, 1, "points", &points, &nulls);
	Picture    *picture = picture_start(fcinfo, 2, "Control chart", 3);
	StringInfo	svg = &picture->marks;
	double	   *values = palloc_array(double, Max(count, 1));
	char	  **days = palloc_array(char *, Max(count, 1));
	int			of_kind[lengthof(kinds)] = {0};
	int			latest = -1;
	double		low = INFINITY,
				high = -INFINITY;
	Axis		across,
				up;

	if (argument_marks(fcinfo, 0, "periods", &periods, &period_nulls) != count)
		argument_error("periods", "must have as many elements as points", NULL);
	for (int i = 0; i < count; i++)
		for (int field = 0; field < lengthof(fields); field++)
			widen(number_field(points[i], nulls[i], fields[field]), &low, &high);
	if (!isfinite(high))
		return picture_of_nothing(picture, "no point has a value");
	across = axis_of(0, Max(count - 1, 1), 70, 740);
	up = axis_of(low - (high - low) * 0.05, high + (high - low) * 0.05, 276, 52);
	svg_axis_left(svg, &up, 70, 740, picture_axis(picture, "value"));
	for (int field = 0; field < lengthof(fields); field++)
	{
		bool		down = false;
		int			phase = 0;

		svg_path_start(svg, classes[field]);
		for (int i = 0; i < count; i++)
		{
			bool		isnull = true;
			Datum		given = nulls[i] ? (Datum) 0
				: GetAttributeByName(DatumGetHeapTupleHeader(points[i]), "phase", &isnull);

			if (field > 0 && !isnull && DatumGetInt32(given) != phase)
				down = false;
			phase = isnull ? 0 : DatumGetInt32(given);
			svg_path_to(svg, axis_at(&across, i), axis_at(&up, number_field(points[i], nulls[i], fields[field])),
						&down);
		}
		svg_path_end(svg);
	}
	picture_row(picture, "period", "value", "mean", "lower limit", "upper limit", "kind of point", "note");
	for (int i = 0; i < count; i++)
	{
		double		mean = number_field(points[i], nulls[i], "mean");
		double		lower = number_field(points[i], nulls[i], "lower");
		double		upper = number_field(points[i], nulls[i], "upper");
		const Kind *kind = &kinds[kind_of(text_field(points[i], nulls[i], "point_type"))];

		CHECK_FOR_INTERRUPTS();
		values[i] = number_field(points[i], nulls[i], "value");
		days[i] = day_text(periods[i], period_nulls[i]);
		if (i % Max(1, (count + 5) / 6) == 0)
			svg_text(svg, axis_at(&across, i), 296, axis_at(&across, i) > 720 ? "soft end" : "soft middle", days[i], 0);
		picture_row(picture, days[i], svg_number(values[i]), svg_number(mean), svg_number(lower), svg_number(upper),
					isnan(values[i]) ? "" : kind->words, text_field(points[i], nulls[i], "note"));
		if (isnan(values[i]))
			continue;
		latest = i;
		of_kind[kind - kinds]++;
		svg_point(svg, axis_at(&across, i), axis_at(&up, values[i]), kind->shape, kind->class,
				  psprintf("%s: %s, %s", days[i], svg_number(values[i]),
						   plain_words(text_field(points[i], nulls[i], "special_cause"))));
	}
	svg_text(svg, 405, 312, "soft middle", "period", 0);
	if (latest >= 0)
		picture_says(picture, "Latest: %s, %s; limits %s to %s.", days[latest], svg_number(values[latest]),
					 svg_number(number_field(points[latest], nulls[latest], "lower")),
					 svg_number(number_field(points[latest], nulls[latest], "upper")));
	picture_says_range(picture, values, days, count);
	picture_says(picture, "%d of %d points are special causes: %d of concern, %d an improvement, %d neither.",
				 of_kind[0] + of_kind[1] + of_kind[2], of_kind[0] + of_kind[1] + of_kind[2] + of_kind[3], of_kind[0],
				 of_kind[1], of_kind[2]);
	picture->bottom = 316;
	picture_key_line(picture, "mean", "mean of the phase");
	picture_key_line(picture, "limit", "its limits");
	for (int kind = lengthof(kinds) - 1; kind >= 0; kind--)
		if (of_kind[kind] > 0)
			picture_key_point(picture, kinds[kind].shape, kinds[kind].class, kinds[kind].words);
	return picture_end(picture);
}
