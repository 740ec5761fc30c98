/* control.c: a control chart. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"

/*
 * ph.chart_control(periods timestamptz[], points ph.control_point[], title text) -> text
 *
 * The series with its mean and limits, phase by phase; special causes are diamonds, improvement and
 * concern of different colours.  A missing value breaks the line.
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
	char	   *title = argument_title(fcinfo, 2, "Control chart");
	double		low = INFINITY,
				high = -INFINITY;
	Axis		across,
				up;
	StringInfo	svg;

	if (argument_marks(fcinfo, 0, "periods", &periods, &period_nulls) != count)
		argument_error("periods", "must have as many elements as points", NULL);
	for (int i = 0; i < count; i++)
		for (int field = 0; field < lengthof(fields); field++)
			widen(number_field(points[i], nulls[i], fields[field]), &low, &high);
	if (!isfinite(high))
		return nothing_to_show(title, "no point has a value");
	across = axis_of(0, Max(count - 1, 1), 70, 740);
	up = axis_of(low - (high - low) * 0.05, high + (high - low) * 0.05, 260, 36);
	svg = svg_start(300, title,
					"A line through the points, with the mean and the limits of each phase; special causes are"
					" diamonds.");
	svg_axis_left(svg, &up, 70, 740);
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
	for (int i = 0; i < count; i++)
	{
		double		value = number_field(points[i], nulls[i], "value");
		char	   *type = text_field(points[i], nulls[i], "point_type");
		bool		special = strncmp(type, "special", 7) == 0;
		char		day[40] = "";
		DateADT		date = period_nulls[i] ? DATEVAL_NOEND : day_of_instant(DatumGetTimestampTz(periods[i]));

		CHECK_FOR_INTERRUPTS();
		if (!DATE_NOT_FINITE(date))
		{
			int			year,
						month,
						dom;

			j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &dom);
			snprintf(day, sizeof(day), "%04d-%02d-%02d", year, month, dom);
		}
		if (i % Max(1, (count + 5) / 6) == 0)
			svg_text(svg, axis_at(&across, i), 280, "soft middle", day, 0);
		if (!isnan(value))
			svg_point(svg, axis_at(&across, i), axis_at(&up, value), special,
					  strcmp(type, "special_cause_improvement") == 0 ? "d"
					  : strcmp(type, "special_cause_concern") == 0 ? "b" : special ? "c" : "a",
					  psprintf("%s: %s, %s", day, svg_number(value), text_field(points[i], nulls[i], "special_cause")));
	}
	return svg_end(svg);
}
