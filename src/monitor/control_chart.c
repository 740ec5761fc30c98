/*
 * control_chart.c: XmR, P, U and C charts as window functions.
 *
 * The first call of a partition reads all of it and answers every point; later calls hand out answers.
 * Points that have no place in the calendar are refused, so that a missing period is never closed up.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"
#include "monitor/calendar.h"
#include "monitor/control_chart_rules.h"

#define SHORT_PHASE 13


typedef struct Chart
{
	bool		ready;
	int			count;
	Better better;
	double		per;
	const char *assurance;
	ChartPoint	points[FLEXIBLE_ARRAY_MEMBER];
} Chart;

/* the positions of a chart function's arguments; -1 where it has none */
typedef struct Arguments
{
	int			value;			/* value or events */
	int			size;
	int			period;
	int			better;
	int			target;
	int			rebase;
	int			fix_after;
	int			calendar;
	int			rules;
	int			run_length;
	int			screen;
	int			outside_counts;
	int			per;
	int			overdispersion;
} Arguments;

typedef enum ChartKind
{
	CHART_XMR,
	CHART_P,
	CHART_U,
	CHART_C
} ChartKind;

/* ---- reading ---- */

static Datum
argument_at(WindowObject window, int argument, int64 row, bool *isnull)
{
	bool		isout;

	if (argument < 0)
	{
		*isnull = true;
		return (Datum) 0;
	}
	return WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, isnull, &isout);
}

static int
integer_of(WindowObject window, int argument, int otherwise)
{
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, argument, &isnull);

	return isnull ? otherwise : DatumGetInt32(given);
}

static bool
boolean_of(WindowObject window, int argument, bool otherwise)
{
	bool		isnull;
	Datum		given;

	if (argument < 0)
		return otherwise;
	given = WinGetFuncArgCurrent(window, argument, &isnull);
	return isnull ? otherwise : DatumGetBool(given);
}

static void
check_period(Calendar calendar, int64 number, int64 before)
{
	if (number <= before)
		argument_error("period", "must ascend in the window's order, each one once",
					   "Write ORDER BY period, and one row a period.");
	if (calendar != CALENDAR_ANY && number != before + 1)
		argument_error("period", "must not skip a period of the calendar",
					   "Left join the rows to generate_series of all periods, or say calendar => 'any'.");
}

static void
read_point(WindowObject window, const Arguments *arguments, ChartKind kind, int64 row, ChartPoint *point)
{
	point->value = window_number(window, arguments->value, row, kind == CHART_XMR ? "value" : "events");
	point->lower = point->upper = point->lower_two_thirds = point->upper_two_thirds = NAN;
	if (kind == CHART_XMR)
		return;
	point->events = point->value;
	point->size = kind == CHART_C ? 1 : window_number(window, arguments->size, row, kind == CHART_P ? "population"
													  : "exposure");
	if (point->events < 0)
		argument_error("events", "must not be negative", NULL);
	if (point->size < 0)
		argument_error(kind == CHART_P ? "population" : "exposure", "must not be negative", NULL);
	if (kind == CHART_P && point->events > point->size)
		argument_error("events", "must not be more than population", "Ask for a U chart of rates.");
	if (point->size == 0 && point->events > 0)
		argument_error("exposure", "must not be 0 where there are events", NULL);
	point->value = point->size > 0 ? point->events / point->size : NAN;
}

static void
check_periods(WindowObject window, int argument, int count, Calendar calendar)
{
	int64		before = 0;

	for (int i = 0; i < count; i++)
	{
		bool		isnull;
		Datum		given = argument_at(window, argument, i, &isnull);
		DateADT		day = isnull ? DATEVAL_NOEND : day_of_instant(DatumGetTimestampTz(given));
		int64		number;

		CHECK_FOR_INTERRUPTS();
		if (DATE_NOT_FINITE(day))
			argument_error("period", "must be a date in every row", NULL);
		number = period_number(calendar, day);
		if (i > 0)
			check_period(calendar, number, before);
		before = number;
	}
}

/* A new phase begins at each row that says rebase.  A constant says nothing, or that every row is a phase. */
static void
read_phases(WindowObject window, int argument, bool constant, Chart *chart)
{
	int			phase = 1;
	bool		rebase = constant && boolean_of(window, argument, false);

	for (int i = 0; i < chart->count; i++)
	{
		bool		isnull = true;
		Datum		given = constant ? (Datum) 0 : argument_at(window, argument, i, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && (rebase || (!isnull && DatumGetBool(given))))
			phase++;
		chart->points[i].phase = phase;
	}
}

/* Argument by argument, since a window hands out the next row faster than the same row again. */
static void
read_points(WindowObject window, const Arguments *arguments, ChartKind kind, Chart *chart, Calendar calendar,
			bool constant_rebase)
{
	check_periods(window, arguments->period, chart->count, calendar);
	read_phases(window, arguments->rebase, constant_rebase, chart);
	for (int i = 0; i < chart->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_point(window, arguments, kind, i, &chart->points[i]);
	}
}

/*
 * The sets of rules: 'r' is NHSRplotthedots; 'excel' does not screen and has runs of six; 'power_bi' takes a
 * target on a limit as passed or failed.  run_length, screen and outside_counts overrule them.
 */
typedef enum RuleSet
{
	RULES_R,
	RULES_EXCEL,
	RULES_POWER_BI
} RuleSet;

static ChartRules
read_rules(WindowObject window, const Arguments *arguments, RuleSet set)
{
	ChartRules	rules;

	rules.run_length = integer_of(window, arguments->run_length, set == RULES_EXCEL ? 6 : 7);
	rules.screen = boolean_of(window, arguments->screen, set != RULES_EXCEL);
	rules.outside_counts = boolean_of(window, arguments->outside_counts, false);
	rules.tie_falls = set == RULES_R;
	rules.fix_after = integer_of(window, arguments->fix_after, INT_MAX);
	if (rules.run_length < 3 || rules.run_length > 100)
		argument_error("run_length", "must lie between 3 and 100", NULL);
	if (rules.fix_after < 12)
		argument_error("fix_after", "must be at least 12", "Fewer points make no baseline.");
	return rules;
}

/* ---- words ---- */

/* Whether the limits pass or fail a target for good: by the last point. */
static const char *
assurance_of(const ChartPoint *last, Better better, double target, bool inclusive)
{
	bool		above,
				below;

	if (isnan(target) || better == BETTER_NEITHER || isnan(last->upper))
		return NULL;
	above = inclusive ? target >= last->upper : target > last->upper;
	below = inclusive ? target <= last->lower : target < last->lower;
	if (!above && !below)
		return "inconsistent";
	return above == (better == BETTER_HIGHER) ? "consistent_fail" : "consistent_pass";
}

/* The rule that wins, and which way it points. */
static const char *
special_cause(const ChartPoint *point, int *direction)
{
	*direction = point->side;
	if (point->outside)
		return point->side > 0 ? "above_upper_limit" : "below_lower_limit";
	if (point->direction != 0)
	{
		*direction = point->direction;
		return point->direction > 0 ? "trend_increasing" : "trend_decreasing";
	}
	if (point->two_in_three)
		return point->side > 0 ? "two_in_three_above" : "two_in_three_below";
	if (point->shift)
		return point->side > 0 ? "shift_above" : "shift_below";
	*direction = 0;
	return "common_cause";
}

static const char *
point_type(const ChartPoint *point, Better better)
{
	int			direction;

	special_cause(point, &direction);
	if (direction == 0)
		return "common_cause";
	if (better == BETTER_NEITHER)
		return direction > 0 ? "special_cause_neutral_high" : "special_cause_neutral_low";
	return (direction > 0) == (better == BETTER_HIGHER) ? "special_cause_improvement"
		: "special_cause_concern";
}

/* ---- the chart ---- */

static void
answer_phases(Chart *chart, ChartKind kind, const ChartRules *rules, bool laney)
{
	int			start = 0;

	for (int i = 1; i <= chart->count; i++)
	{
		ChartPoint *points = &chart->points[start];

		if (i < chart->count && chart->points[i].phase == points->phase)
			continue;
		if (kind == CHART_XMR)
			xmr_limits(points, i - start, rules);
		else if (kind == CHART_P)
			binomial_limits(points, i - start, rules, laney);
		else
			poisson_limits(points, i - start, rules, laney);
		chart_rules(points, i - start, rules);
		start = i;
	}
}

static void
make_chart(WindowObject window, const Arguments *arguments, ChartKind kind, Chart *chart, bool constant_rebase)
{
	static const char *const calendars[] = {"day", "week", "month", "quarter", "year", "any", NULL};
	static const char *const rule_sets[] = {"r", "excel", "power_bi", NULL};
	static const char *const overdispersions[] = {"none", "laney", NULL};
	Calendar	calendar = window_choice(window, arguments->calendar, "calendar", calendars);
	RuleSet		set = window_choice(window, arguments->rules, "rules", rule_sets);
	ChartRules	rules = read_rules(window, arguments, set);
	bool		laney = arguments->overdispersion >= 0 &&
		window_choice(window, arguments->overdispersion, "overdispersion", overdispersions) == 1;
	double		target;

	chart->better = window_choice(window, arguments->better, "better", better_choices);
	chart->per = arguments->per < 0 ? 1 : window_number(window, arguments->per, 0, "per");
	if (!(chart->per > 0))
		argument_error("per", "must be greater than 0", NULL);
	read_points(window, arguments, kind, chart, calendar, constant_rebase);
	answer_phases(chart, kind, &rules, laney);
	target = window_number(window, arguments->target, chart->count - 1, "target");
	chart->assurance = assurance_of(&chart->points[chart->count - 1], chart->better, target / chart->per,
									set == RULES_POWER_BI);
	chart->ready = true;
}

static const char *
note_of(const Chart *chart, int row)
{
	const ChartPoint *point = &chart->points[row];
	int			first = row,
				last = row;

	if (isnan(point->value))
		return "missing_value";
	while (first > 0 && row - first < SHORT_PHASE && chart->points[first - 1].phase == point->phase)
		first--;
	while (last + 1 < chart->count && last - first < SHORT_PHASE && chart->points[last + 1].phase == point->phase)
		last++;
	if (isnan(point->upper))
		return "no_limits";
	if (last - first + 1 < SHORT_PHASE)
		return point->unscreened ? "short_phase; limits_not_screened" : "short_phase";
	return point->unscreened ? "limits_not_screened" : NULL;
}

static void
record_flag(Datum *values, bool *nulls, int field, bool flag, bool known)
{
	values[field] = BoolGetDatum(flag);
	nulls[field] = !known;
}

static Datum
point_datum(FunctionCallInfo fcinfo, const Chart *chart, int row)
{
	const ChartPoint *point = &chart->points[row];
	const ChartPoint *last = &chart->points[chart->count - 1];
	bool		known = !isnan(point->value);
	bool		limited = known && !isnan(point->upper);
	int			direction;
	Datum		values[18];
	bool		nulls[18];

	record_number(values, nulls, 0, chart->per * point->value);
	values[1] = Int32GetDatum(point->phase);
	nulls[1] = false;
	record_number(values, nulls, 2, chart->per * point->mean);
	record_number(values, nulls, 3, chart->per * point->lower);
	record_number(values, nulls, 4, chart->per * point->upper);
	record_number(values, nulls, 5, chart->per * point->lower_two_thirds);
	record_number(values, nulls, 6, chart->per * point->upper_two_thirds);
	values[7] = Int32GetDatum(point->side);
	nulls[7] = !known;
	record_flag(values, nulls, 8, point->outside, limited);
	record_flag(values, nulls, 9, point->close, limited);
	record_flag(values, nulls, 10, point->direction != 0, known);
	record_flag(values, nulls, 11, point->two_in_three, limited);
	record_flag(values, nulls, 12, point->shift, known);
	record_text(values, nulls, 13, special_cause(point, &direction));
	record_text(values, nulls, 14, point_type(point, chart->better));
	record_text(values, nulls, 15, isnan(last->value) ? NULL : point_type(last, chart->better));
	record_text(values, nulls, 16, chart->assurance);
	record_text(values, nulls, 17, note_of(chart, row));
	return record_datum(fcinfo, values, nulls);
}

static Datum
chart_point(FunctionCallInfo fcinfo, const Arguments *arguments, ChartKind kind)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			count = window_rows(window);
	Chart	   *chart;

	chart = WinGetPartitionLocalMemory(window, offsetof(Chart, points) + count * sizeof(ChartPoint));
	if (!chart->ready)
	{
		chart->count = count;
		make_chart(window, arguments, kind, chart, get_fn_expr_arg_stable(fcinfo->flinfo, arguments->rebase));
	}
	return point_datum(fcinfo, chart, (int) WinGetCurrentPosition(window));
}

/*
 * ph.control_xmr(value float8, period timestamptz, better text, target float8, rebase boolean, fix_after int,
 *   calendar text, rules text, run_length int, screen boolean, outside_counts boolean)
 *   OVER (PARTITION BY series ORDER BY period) -> ph.control_point
 *
 * Individual values and moving ranges (Shewhart 1931; NHS England, Making Data Count).  Special causes:
 * outside the limits, a trend, two in three close to a limit, a shift; the first that holds wins.  target
 * and rebase may vary by row.  Errors: periods that are missing, doubled or out of order, values that
 * are not finite, fix_after below 12.
 */
PG_FUNCTION_INFO_V1(control_xmr);
Datum
control_xmr(PG_FUNCTION_ARGS)
{
	static const Arguments arguments = {.value = 0, .size = -1, .period = 1, .better = 2, .target = 3, .rebase = 4,
		.fix_after = 5, .calendar = 6, .rules = 7, .run_length = 8, .screen = 9, .outside_counts = 10, .per = -1,
	.overdispersion = -1};

	return chart_point(fcinfo, &arguments, CHART_XMR);
}

static const Arguments rate_arguments = {.value = 0, .size = 1, .period = 2, .better = 3, .target = 4, .rebase = 5,
	.fix_after = 6, .calendar = 7, .rules = 8, .run_length = 9, .screen = -1, .outside_counts = 10, .per = 11,
.overdispersion = 12};

/*
 * ph.control_p(events float8, population float8, period timestamptz, ..., per float8, overdispersion text)
 *   OVER (...) -> ph.control_point
 *
 * Proportions, three sigmas of each point's own population to either side (Shewhart 1931); with 'laney'
 * widened for what varies between periods (Laney 2002).
 */
PG_FUNCTION_INFO_V1(control_p);
Datum
control_p(PG_FUNCTION_ARGS)
{
	return chart_point(fcinfo, &rate_arguments, CHART_P);
}

/*
 * ph.control_u(events float8, exposure float8, period timestamptz, ..., per float8, overdispersion text)
 *   OVER (...) -> ph.control_point
 *
 * Rates of events over an exposure, Poisson sigmas.
 */
PG_FUNCTION_INFO_V1(control_u);
Datum
control_u(PG_FUNCTION_ARGS)
{
	return chart_point(fcinfo, &rate_arguments, CHART_U);
}

/*
 * ph.control_c(events float8, period timestamptz, ...) OVER (...) -> ph.control_point
 *
 * Counts of events, Poisson sigmas.
 */
PG_FUNCTION_INFO_V1(control_c);
Datum
control_c(PG_FUNCTION_ARGS)
{
	static const Arguments arguments = {.value = 0, .size = -1, .period = 1, .better = 2, .target = 3, .rebase = 4,
		.fix_after = 5, .calendar = 6, .rules = 7, .run_length = 8, .screen = -1, .outside_counts = 9, .per = -1,
	.overdispersion = -1};

	return chart_point(fcinfo, &arguments, CHART_C);
}
