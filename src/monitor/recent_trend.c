/*
 * recent_trend.c: does an indicator go up or down over its last five points?
 *
 * The recent trend of England's public health profiles (Fingertips): a chi-squared test at p = 0.002,
 * and no single point may carry the direction.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"
#include "indicator/rate.h"

#define POINTS 5
#define CRITICAL 9.5495			/* chi-square of 1 degree of freedom at 0.002 */
#define MOST_YEARS 1000

typedef struct Series
{
	double		year[POINTS];
	double		value[POINTS];	/* logits of proportions */
	double		weight[POINTS];
} Series;

typedef struct Trend
{
	double		chi_squared;
	double		slope;
	const char *trend;
	const char *note;
} Trend;

static Trend
no_trend(const char *note)
{
	Trend		trend = {NAN, NAN, "cannot_be_calculated", note};

	return trend;
}

/* The slope of a weighted least squares line, one point left out or, with -1, none; and sum w (t - tbar)^2. */
static double
slope_without(const Series *series, int left_out, double *spread)
{
	double		weight = 0,
				year = 0,
				value = 0,
				product = 0;

	for (int i = 0; i < POINTS; i++)
		if (i != left_out)
		{
			weight += series->weight[i];
			year += series->weight[i] * series->year[i];
			value += series->weight[i] * series->value[i];
		}
	year /= weight;
	value /= weight;
	*spread = 0;
	for (int i = 0; i < POINTS; i++)
		if (i != left_out)
		{
			*spread += series->weight[i] * pow(series->year[i] - year, 2);
			product += series->weight[i] * (series->year[i] - year) * (series->value[i] - value);
		}
	return product / *spread;
}

/* Significant, and of the same sign whichever point is left out. */
static Trend
judge(const Series *series, double chi_squared)
{
	double		spread;
	double		slope = slope_without(series, -1, &spread);
	Trend		trend = {chi_squared, slope, slope > 0 ? "increasing" : "decreasing", NULL};

	if (!(chi_squared > CRITICAL))
		trend.trend = "no_significant_change";
	else
		for (int i = 0; i < POINTS; i++)
			if (!(slope_without(series, i, &spread) * slope > 0))
			{
				trend.trend = "no_significant_change";
				trend.note = "one_point_reverses_sign";
			}
	return trend;
}

static Datum
trend_datum(FunctionCallInfo fcinfo, Trend trend)
{
	Datum		values[5];
	bool		nulls[5];

	record_text(values, nulls, 0, trend.trend);
	record_number(values, nulls, 1, trend.slope);
	record_number(values, nulls, 2, trend.chi_squared);
	record_number(values, nulls, 3, isnan(trend.chi_squared) ? NAN : chi_square_upper_tail(trend.chi_squared, 1));
	record_text(values, nulls, 4, trend.note);
	return record_datum(fcinfo, values, nulls);
}

/*
 * Chi-squared for trend of proportions: T^2 / (p (1 - p) sum n (t - tbar)^2), T = sum (t - tbar)(c - n p), the
 * sums of squares about their means, since millions of people leave little of a difference of such sums.
 */
static double
chi_squared_for_trend(const TallyCell *cells)
{
	double		people = 0,
				events = 0,
				middle = 0,
				trend = 0,
				spread = 0,
				share;

	for (int i = 0; i < POINTS; i++)
	{
		people += sum_value(cells[i].exposure);
		events += sum_value(cells[i].events);
		middle += sum_value(cells[i].exposure) * (cells[i].key - cells[0].key);
	}
	share = events / people;
	middle /= people;
	for (int i = 0; i < POINTS; i++)
	{
		double		n = sum_value(cells[i].exposure);
		double		t = cells[i].key - cells[0].key - middle;

		trend += t * (sum_value(cells[i].events) - n * share);
		spread += n * t * t;
	}
	return trend * trend / (share * (1 - share) * spread);
}

/*
 * ph.recent_trend(ph.tally keyed by year) -> ph.recent_trend_answer
 *
 * Of proportions: events of people, by the chi-squared test for trend (Armitage 1955).
 */
PG_FUNCTION_INFO_V1(recent_trend_tally);
Datum
recent_trend_tally(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	Estimate	why;
	Series		series;
	const TallyCell *cells;

	if (!estimate_possible(tally, &why))
		return trend_datum(fcinfo, no_trend(why.note));
	if (tally->unknown_rows > 0)
		return trend_datum(fcinfo, no_trend("unknown_key"));
	if (tally->sorted < POINTS)
		return trend_datum(fcinfo, no_trend("fewer_than_5_points"));
	cells = &tally->cells[tally->sorted - POINTS];
	for (int i = 0; i < POINTS; i++)
	{
		double		c = sum_value(cells[i].events);
		double		n = sum_value(cells[i].exposure);

		check_proportion(&cells[i]);
		if (c <= 0 || c >= n)
			return trend_datum(fcinfo, no_trend("proportion_of_0_or_1"));
		series.year[i] = cells[i].key;
		series.value[i] = log(c / (n - c));
		series.weight[i] = 1;
	}
	return trend_datum(fcinfo, judge(&series, chi_squared_for_trend(cells)));
}

/* The positions of the last five years, in their order; which must be different ones. */
static void
last_years(const double *years, int count, int *last)
{
	bool	   *taken = palloc0(count);

	for (int point = POINTS - 1; point >= 0; point--)
	{
		int			latest = -1;

		for (int i = 0; i < count; i++)
			if (!taken[i] && (latest < 0 || years[i] > years[latest]))
				latest = i;
		taken[latest] = true;
		last[point] = latest;
	}
}

/*
 * ph.recent_trend_of_values(year float8[], value float8[], lower float8[], upper float8[], confidence float8)
 *   -> ph.recent_trend_answer
 *
 * Of any indicator with limits: a line by least squares, weights one over the square of the standard
 * error that the limits imply.  Errors: lists of different lengths, a year twice.
 */
PG_FUNCTION_INFO_V1(recent_trend_of_values);
Datum
recent_trend_of_values(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"year", "value", "lower", "upper"};
	double	   *lists[4];
	double		z;
	double		spread,
				slope;
	int			count = 0,
				last[POINTS];
	Series		series;

	z = two_sided_z(argument_confidence(fcinfo, 4));
	for (int i = 0; i < 4; i++)
	{
		int			elements;

		if (PG_ARGISNULL(i) || array_contains_nulls(PG_GETARG_ARRAYTYPE_P(i)))
			return trend_datum(fcinfo, no_trend("missing_input"));
		elements = argument_numbers(fcinfo, i, names[i], MOST_YEARS, &lists[i]);
		if (i > 0 && elements != count)
			argument_error(names[i], "must have as many elements as year", NULL);
		count = elements;
		for (int j = 0; j < count; j++)
			if (!isfinite(lists[i][j]))
				argument_error(names[i], "must be a finite number in every element", NULL);
	}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < i; j++)
			if (lists[0][i] == lists[0][j])
				return trend_datum(fcinfo, no_trend("duplicate_year"));
	if (count < POINTS)
		return trend_datum(fcinfo, no_trend("fewer_than_5_points"));
	last_years(lists[0], count, last);
	for (int i = 0; i < POINTS; i++)
	{
		double		error = (lists[3][last[i]] - lists[2][last[i]]) / (2 * z);

		if (!(error > 0))
			return trend_datum(fcinfo, no_trend("no_standard_error"));
		series.year[i] = lists[0][last[i]];
		series.value[i] = lists[1][last[i]];
		series.weight[i] = 1 / (error * error);
	}
	slope = slope_without(&series, -1, &spread);
	return trend_datum(fcinfo, judge(&series, slope * slope * spread));
}
