/* chart.c: pictures of populations, places, time, survival and inequality. */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "chart/svg.h"
#include "core/age.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/tally_list.h"
#include "core/tie.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "core/bands.h"
#include "compare/inequality.h"
#include "indicator/survival.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"

#define MOST_MARKS 2000

static const char *const series_line[] = {"s0", "s1", "s2", "s3"};
static const char *const series_fill[] = {"a", "b", "c", "d"};
static const char *const series_band[] = {"a band", "b band", "c band", "d band"};

/* ---- reading ---- */

static int
argument_elements(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls)
{
	ArrayType  *array;
	int			count;
	int16		length;
	bool		by_value;
	char		alignment;

	if (PG_ARGISNULL(index))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	if (ARR_NDIM(array) > 1)
		argument_error(argument, "must be a list of one dimension", NULL);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, elements, nulls, &count);
	if (count > MOST_MARKS)
		argument_error(argument, "must not have more than 2000 elements", NULL);
	return count;
}

/* Labels, empty for nulls and where no list is given; so many must there be. */
static char **
argument_labels(FunctionCallInfo fcinfo, int index, int count)
{
	char	  **labels = palloc_array(char *, Max(count, 1));
	Datum	   *elements;
	bool	   *nulls;
	int			given = argument_elements(fcinfo, index, "labels", &elements, &nulls);

	if (given != count && !PG_ARGISNULL(index))
		argument_error("labels", "must have as many elements as there are marks", NULL);
	for (int i = 0; i < count; i++)
		labels[i] = i < given && !nulls[i] ? TextDatumGetCString(elements[i]) : "";
	return labels;
}

static char *
argument_text(FunctionCallInfo fcinfo, int index, char *otherwise)
{
	return PG_ARGISNULL(index) ? otherwise : text_to_cstring(PG_GETARG_TEXT_PP(index));
}

/* A picture always has a title, for those who hear it: what is drawn, unless it is said. */
static char *
argument_title(FunctionCallInfo fcinfo, int index, char *drawn)
{
	char	   *title = argument_text(fcinfo, index, drawn);

	return title[strspn(title, " ")] == '\0' ? drawn : title;
}

/* A numeric field of a composite; NAN where either is NULL, and where no picture can show it. */
static double
number_field(Datum composite, bool isnull, const char *field)
{
	Datum		value;

	if (isnull)
		return NAN;
	value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);
	return isnull || !(fabs(DatumGetFloat8(value)) <= 1e300) ? NAN : DatumGetFloat8(value);
}

static char *
text_field(Datum composite, bool isnull, const char *field)
{
	Datum		value;

	if (isnull)
		return "no data";
	value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);
	return isnull ? "" : TextDatumGetCString(value);
}

static void
widen(double x, double *low, double *high)
{
	if (isfinite(x))
	{
		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
}

static Datum
nothing_to_show(const char *title, const char *why)
{
	StringInfo	svg = svg_start(60, title, "Nothing to show.");

	svg_text(svg, 10, 45, "soft", psprintf("nothing to show: %s", why), 100);
	return svg_end(svg);
}

/* ---- population pyramid ---- */

/*
 * ph.chart_pyramid(female ph.tally, male ph.tally, title text, band_width float8) -> text
 *
 * Exposure by age in bands, females to the left and males to the right, to one scale.  A band without
 * people has no bar and no tooltip: it may have been held back.  Ages that are unknown, or that nobody has, are
 * left out and said.
 */
PG_FUNCTION_INFO_V1(chart_pyramid);
Datum
chart_pyramid(PG_FUNCTION_ARGS)
{
	Tally	   *sexes[] = {PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0), PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1)};
	static const char *const names[] = {"female", "male"};
	char	   *title = argument_title(fcinfo, 2, "Population pyramid");
	double		width = argument_positive(fcinfo, 3, "band_width");
	double		lower[40];
	int			count = 0;
	double		highest = 0,
				oldest = 0,
				bottom;
	Bands		bands[2];
	LeftOut		left_out = {0};
	Estimate	left = {0};
	Axis		side[2];
	StringInfo	svg;

	for (int sex = 0; sex < 2; sex++)
		for (int i = 0; sexes[sex] && i < sexes[sex]->sorted; i++)
			if (age_is_possible(sexes[sex]->cells[i].key))
				oldest = fmax(oldest, sexes[sex]->cells[i].key);
	while (count < lengthof(lower) && (count == 0 || count * width <= oldest))
	{
		lower[count] = count * width;
		count++;
	}
	for (int sex = 0; sex < 2; sex++)
	{
		sexes[sex] = sexes[sex] ? sexes[sex] : tally_new(0);
		bands[sex] = bands_gather(sexes[sex], lower, count);
		left_out_add(&left_out, &bands[sex], sexes[sex]);
		for (int i = 0; i < count; i++)
			highest = fmax(highest, sum_value(bands[sex].cell[i].exposure));
	}
	if (highest == 0)
		return nothing_to_show(title, "no people");
	bottom = 50 + 17 * count;
	left_out_note(&left, &left_out);
	svg = svg_start(bottom + (left.note ? 46 : 30), title,
					"People by age in bands, females to the left and males to the right.");
	side[0] = axis_of(0, highest, 350, 30);
	side[1] = axis_of(0, highest, 410, 730);
	if (left.note)
		svg_text(svg, 10, bottom + 40, "soft", left.note, 100);
	svg_text(svg, 190, 42, "soft middle", "female", 0);
	svg_text(svg, 570, 42, "soft middle", "male", 0);
	for (int sex = 0; sex < 2; sex++)
		svg_axis_below(svg, &side[sex], 48, bottom);
	for (int i = 0; i < count; i++)
	{
		double		y = bottom - 17 * (i + 1);
		char	   *ages = i + 1 < count ? psprintf("%g-%g", lower[i], lower[i + 1] - 1) : psprintf("%g+", lower[i]);

		svg_text(svg, 380, y + 12, "soft middle", ages, 0);
		for (int sex = 0; sex < 2; sex++)
		{
			double		people = sum_value(bands[sex].cell[i].exposure);
			double		x = axis_at(&side[sex], people);

			if (people > 0)
				svg_bar(svg, fmin(x, side[sex].from), y, fabs(x - side[sex].from), 15, sex == 0 ? "b" : "a",
						psprintf("%s, age %s: %s", names[sex], ages, svg_number(people)));
		}
	}
	return svg_end(svg);
}

/* ---- ranked places ---- */

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
	int			count = argument_elements(fcinfo, 1, "estimates", &estimates, &nulls);
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
	svg = svg_start(bottom + 30, title, "A row a place: a mark at its value, a line from its lower to its upper limit, and the benchmark.");
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
			svg_text(svg, 295, y + 4, "soft", psprintf("not shown: %s", text_field(estimates[i], nulls[i], "note")), 60);
			continue;
		}
		if (!isnan(lower) && !isnan(upper))
			svg_line(svg, axis_at(&axis, lower), y, axis_at(&axis, upper), y, "mean");
		svg_point(svg, axis_at(&axis, value), y, differs, differs ? "b" : "a",
				  psprintf("%s: %s (%s to %s)", labels[i], svg_number(value), svg_number(lower), svg_number(upper)));
	}
	return svg_end(svg);
}

/* ---- groups side by side ---- */

/* A list or a table of numbers, row by row; NAN for nulls. */
static int
argument_table(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(index))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	*numbers = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		(*numbers)[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (isinf((*numbers)[i]) || (*numbers)[i] < 0)
			argument_error(argument, "must be finite and not negative", "Use NULL for what must not be shown.");
	}
	return count;
}

/*
 * ph.chart_bars(labels text[], measures text[], heights float8[], title text, unit text) -> text
 *
 * Groups of bars, a bar a measure, at most four; heights group by group, as array_agg of arrays gives
 * them.  A NULL is not shown, and says so.  unit follows each number.
 */
PG_FUNCTION_INFO_V1(chart_bars);
Datum
chart_bars(PG_FUNCTION_ARGS)
{
	Datum	   *names;
	bool	   *name_nulls;
	int			measures = argument_elements(fcinfo, 1, "measures", &names, &name_nulls);
	double	   *heights = NULL;
	int			count = argument_table(fcinfo, 2, "heights", &heights);
	char	   *title = argument_title(fcinfo, 3, "Groups side by side");
	char	   *unit = argument_text(fcinfo, 4, "");
	int			groups = measures > 0 ? count / measures : 0;
	char	  **labels;
	double		highest = 0;
	Axis		axis;
	StringInfo	svg;

	if (measures > lengthof(series_fill))
		argument_error("measures", "must not have more than 4 elements", NULL);
	if (groups * measures != count)
		argument_error("heights", "must have one element for each group and measure", NULL);
	if (groups > MOST_MARKS)
		argument_error("labels", "must not have more than 2000 elements", NULL);
	labels = argument_labels(fcinfo, 0, groups);
	for (int i = 0; i < count; i++)
		highest = fmax(highest, heights[i]);	/* which passes over NAN */
	if (groups == 0)
		return nothing_to_show(title, "no groups");
	axis = axis_of(0, highest, 290, 680);
	svg = svg_start(40 + groups * (20 * measures + 12), title, "A group of bars a label, a bar a measure.");
	for (int i = 0; i < count; i++)
	{
		int			group = i / measures,
					measure = i % measures;
		double		y = 36 + group * (20 * measures + 12) + measure * 20;
		char	   *name = name_nulls[measure] ? "" : TextDatumGetCString(names[measure]);
		char	   *number = psprintf("%s%s", svg_number(heights[i]), unit);

		CHECK_FOR_INTERRUPTS();
		if (measure == 0)
			svg_text(svg, 10, y + 13, "start", labels[group], 26);
		svg_text(svg, 282, y + 13, "soft end", name, 16);
		if (isnan(heights[i]))
		{
			svg_text(svg, 292, y + 13, "soft", "not shown", 0);
			continue;
		}
		svg_bar(svg, 290, y, axis_at(&axis, heights[i]) - 290, 16, series_fill[measure], psprintf("%s, %s: %s", labels[group], name, number));
		svg_text(svg, axis_at(&axis, heights[i]) + 6, y + 13, "start", number, 16);
	}
	return svg_end(svg);
}

/* ---- control chart ---- */

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
	int			count = argument_elements(fcinfo, 1, "points", &points, &nulls);
	char	   *title = argument_title(fcinfo, 2, "Control chart");
	double		low = INFINITY,
				high = -INFINITY;
	Axis		across,
				up;
	StringInfo	svg;

	if (argument_elements(fcinfo, 0, "periods", &periods, &period_nulls) != count)
		argument_error("periods", "must have as many elements as points", NULL);
	for (int i = 0; i < count; i++)
		for (int field = 0; field < lengthof(fields); field++)
			widen(number_field(points[i], nulls[i], fields[field]), &low, &high);
	if (!isfinite(high))
		return nothing_to_show(title, "no point has a value");
	across = axis_of(0, Max(count - 1, 1), 70, 740);
	up = axis_of(low - (high - low) * 0.05, high + (high - low) * 0.05, 260, 36);
	svg = svg_start(300, title, "A line through the points, with the mean and the limits of each phase; special causes are diamonds.");
	svg_axis_left(svg, &up, 70, 740);
	for (int field = 0; field < lengthof(fields); field++)
	{
		bool		down = false;
		int			phase = 0;

		svg_path_start(svg, classes[field]);
		for (int i = 0; i < count; i++)
		{
			bool		isnull = true;
			Datum		given = nulls[i] ? (Datum) 0 : GetAttributeByName(DatumGetHeapTupleHeader(points[i]), "phase", &isnull);

			if (field > 0 && !isnull && DatumGetInt32(given) != phase)
				down = false;
			phase = isnull ? 0 : DatumGetInt32(given);
			svg_path_to(svg, axis_at(&across, i), axis_at(&up, number_field(points[i], nulls[i], fields[field])), &down);
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
					  strcmp(type, "special_cause_improvement") == 0 ? "d" : strcmp(type, "special_cause_concern") == 0 ? "b" : special ? "c" : "a",
					  psprintf("%s: %s, %s", day, svg_number(value), text_field(points[i], nulls[i], "special_cause")));
	}
	return svg_end(svg);
}

/* ---- funnel ---- */

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
	int			count = argument_elements(fcinfo, 1, "points", &points, &nulls);
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
	svg = svg_start(350, title, "A mark a place, by its size and its value, with the baseline and the limits of 95 % and 99.8 %.");
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

/* ---- survival ---- */

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
	Steps		steps = {1, palloc_array(double, most), palloc_array(double, most), palloc_array(double, most), palloc_array(double, most)};
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

/*
 * ph.chart_survival(tallies ph.tally[], labels text[], title text, confidence float8, at_risk boolean) -> text
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
	char	   *title = argument_title(fcinfo, 2, "Survival by time of follow-up");
	double		z = normal_upper_quantile((1 - argument_confidence(fcinfo, 3)) / 2);
	bool		at_risk = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	double		longest = 0;
	double		below = 352 + 18 * count;
	Axis		across,
				up = axis_of(0, 1, 310, 36);
	Estimate	why;
	StringInfo	svg;

	if (count > lengthof(series_line))
		argument_error("tallies", "must not have more than 4 elements", NULL);
	for (int i = 0; i < count; i++)
		tie_keys(&tallies[i], 1);
	for (int i = 0; i < count; i++)
		if (curve_possible(tallies[i], NULL, &why) && tallies[i]->sorted > 0)
			longest = fmax(longest, tallies[i]->cells[tallies[i]->sorted - 1].key);
	if (longest == 0)
		return nothing_to_show(title, "nobody was followed");
	across = axis_of(0, longest, 70, 740);
	svg = svg_start(below + (at_risk ? 24 + 18 * count : 6), title, at_risk
					? "Survival by time of follow-up, a line style each group, with limits as bands, and below the people at risk."
					: "Survival by time of follow-up, a line style each group, with limits as bands.");
	svg_axis_left(svg, &up, 70, 740);
	svg_axis_below(svg, &across, 310, 310);
	if (at_risk)
		svg_text(svg, 70, below + 10, "soft", "people at risk", 0);
	for (int i = 0; i < count; i++)
	{
		double		y = 352 + 18 * i;
		bool		down = false;
		Steps		steps;

		svg_line(svg, 70, y - 4, 110, y - 4, series_line[i]);
		if (!curve_possible(tallies[i], NULL, &why))
		{
			svg_text(svg, 118, y, "soft", psprintf("%s: not shown, %s", labels[i], why.note), 80);
			continue;
		}
		why = (Estimate) {0};
		estimate_note_unknown(&why, tallies[i]);
		svg_text(svg, 118, y, "start", why.note ? psprintf("%s; %s", labels[i], why.note) : labels[i], 100);
		steps = steps_of(tallies[i], z);
		draw_band(svg, &steps, &across, &up, series_band[i]);
		svg_path_start(svg, series_line[i]);
		draw_steps(svg, &steps, steps.survival, &across, &up, &down);
		svg_path_end(svg);
		if (!at_risk)
			continue;
		svg_line(svg, 10, below + 24 + 18 * i, 46, below + 24 + 18 * i, series_line[i]);
		write_at_risk(svg, tallies[i], &across, below + 28 + 18 * i);
	}
	return svg_end(svg);
}

/* ---- inequality ---- */

/*
 * ph.chart_slope(tallies ph.tally[], labels text[], indicator text, standard ph.tally, per float8,
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
	svg = svg_start(370, title, "A bar a group, as wide as its share of the people, with its limits, and the line of the slope index of inequality.");
	svg_axis_left(svg, &up, 70, 740);
	for (int i = 0; i < count; i++)
	{
		double		left = axis_at(&across, groups.position[i] - groups.share[i] / 2);
		double		right = axis_at(&across, groups.position[i] + groups.share[i] / 2);
		double		middle = axis_at(&across, groups.position[i]);
		double		y = axis_at(&up, estimates[i].value);
		double		zero = axis_at(&up, 0);

		svg_bar(svg, left + 1, fmin(y, zero), fmax(right - left - 2, 0.5), fabs(zero - y), "a",
				psprintf("%s: %s (%s to %s)", labels[i], svg_number(estimates[i].value), svg_number(estimates[i].lower), svg_number(estimates[i].upper)));
		if (isfinite(estimates[i].lower) && isfinite(estimates[i].upper))
			svg_line(svg, middle, axis_at(&up, estimates[i].lower), middle, axis_at(&up, estimates[i].upper), "mark");
		svg_text(svg, middle, 328, "soft middle", labels[i], Max(3, (int) ((right - left) / 7)));
	}
	svg_line(svg, across.from, axis_at(&up, asked.per * line.intercept), across.to,
			 axis_at(&up, asked.per * (line.intercept + line.slope)), "s1");
	svg_text(svg, 70, 352, "soft", psprintf("most disadvantaged on the left; slope %s from end to end%s%s",
											svg_number(asked.per * line.slope),
											groups.note ? "; " : "", groups.note ? groups.note : ""), 0);
	return svg_end(svg);
}
