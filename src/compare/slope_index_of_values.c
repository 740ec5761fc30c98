/*
 * slope_index_of_values.c: slope and relative index of inequality of values from anywhere, with their errors.
 *
 * Limits are exact, but for values whose errors are normal only on a log or logit scale while the line is drawn on
 * their own: these are simulated.
 */
#include "postgres.h"

#include <math.h>

#include "compare/slope_index.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/draw.h"
#include "miscadmin.h"

#define MOST_REPETITIONS 1000000

/* ---- scales ---- */

typedef enum Scale
{
	SCALE_IDENTITY,
	SCALE_LOG,
	SCALE_LOGIT
} Scale;

static double
to_scale(Scale scale, double x)
{
	switch (scale)
	{
		case SCALE_LOG:
			return log(x);
		case SCALE_LOGIT:
			return log(x / (1 - x));
		default:
			return x;
	}
}

static double
from_scale(Scale scale, double y)
{
	switch (scale)
	{
		case SCALE_LOG:
			return exp(y);
		case SCALE_LOGIT:
			return 1 / (1 + exp(-y));
		default:
			return y;
	}
}

static void
check_scale(Scale scale, const char *argument, const double *numbers, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (scale == SCALE_LOG && !(numbers[i] > 0))
			argument_error(argument, "must be greater than 0 on a log scale", NULL);
		if (scale == SCALE_LOGIT && !(numbers[i] > 0 && numbers[i] < 1))
			argument_error(argument, "must lie between 0 and 1, both excluded, on a logit scale", NULL);
	}
}

/* The ends of a line of the given slope through its middle, back on the values' own scale, compared. */
static void
indices_at(const Line *line, Scale scale, double slope, double *difference, double *ratio)
{
	double		middle = line->intercept + line->slope / 2;
	double		low = from_scale(scale, middle - slope / 2);
	double		high = from_scale(scale, middle + slope / 2);

	*difference = high - low;
	*ratio = high / low;
}

static Indices
indices_of_transformed_line(const Line *line, Scale scale, double confidence)
{
	double		distance = two_sided_z(confidence) * sqrt(line->variance_slope);
	double		beside = two_sided_z(confidence) * sqrt(line->variance_intercept);
	Indices		indices = {0};

	indices_at(line, scale, line->slope, &indices.slope.value, &indices.relative.value);
	indices_at(line, scale, line->slope - distance, &indices.slope.lower, &indices.relative.lower);
	indices_at(line, scale, line->slope + distance, &indices.slope.upper, &indices.relative.upper);
	indices.intercept = (Estimate) {from_scale(scale, line->intercept), from_scale(scale, line->intercept - beside),
	from_scale(scale, line->intercept + beside), NULL};
	return indices;
}

/* ---- simulation, where there is no closed form ---- */

static void
simulated_limits(double *draws, int repetitions, double confidence, Estimate *estimate)
{
	limits_of_draws(draws, repetitions, confidence, &estimate->lower, &estimate->upper);
	estimate_note(estimate, "simulated_limits: %d repetitions", repetitions);
}

/* Limits from lines through values drawn anew, normal on the scale; the same seed gives the same ones. */
static void
simulate_limits(const Groups *groups, Scale scale, double confidence, int repetitions, uint64 seed, Indices *indices)
{
	double		slope[MAX_GROUPS],
				intercept[MAX_GROUPS],
				centre[MAX_GROUPS],
				drawn[MAX_GROUPS];
	double	   *slopes = palloc_array(double, repetitions);
	double	   *ratios = palloc_array(double, repetitions);
	double	   *intercepts = palloc_array(double, repetitions);
	pg_prng_state state;

	pg_prng_seed(&state, seed);
	line_weights(groups, slope, intercept);
	for (int i = 0; i < groups->count; i++)
		centre[i] = to_scale(scale, groups->value[i]);
	for (int repetition = 0; repetition < repetitions; repetition++)
	{
		double		at_0,
					rise;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < groups->count; i++)
			drawn[i] = from_scale(scale, centre[i] + groups->error[i] * draw_normal(&state));
		line_through(groups, drawn, slope, &rise, &at_0);
		slopes[repetition] = rise;
		ratios[repetition] = 1 + rise / at_0;
		intercepts[repetition] = at_0;
	}
	simulated_limits(slopes, repetitions, confidence, &indices->slope);
	simulated_limits(ratios, repetitions, confidence, &indices->relative);
	simulated_limits(intercepts, repetitions, confidence, &indices->intercept);
}

/* ---- asked of arrays ---- */

/* How the arrays of the two index functions are to be read. */
typedef struct Given
{
	Groups		groups;
	Scale		scale;
	bool		transform;
	double		per;
	double		confidence;
	int			repetitions;
	uint64		seed;
	int			said;			/* groups that there must be; 0: any number */
} Given;

static double *
argument_group_numbers(FunctionCallInfo fcinfo, int index, const char *argument, int count)
{
	double	   *numbers;

	if (argument_numbers(fcinfo, index, argument, MAX_GROUPS, &numbers) != count)
		argument_error(argument, "must have as many elements as population", NULL);
	for (int i = 0; i < count; i++)
		if (!isfinite(numbers[i]))
			argument_error(argument, "must be a finite number in every group", NULL);
	return numbers;
}

/* Standard errors as given, or from 95 % limits on the scale. */
static double *
argument_errors(FunctionCallInfo fcinfo, Scale scale, int count)
{
	bool		has_errors = !PG_ARGISNULL(2);
	bool		has_limits = !PG_ARGISNULL(3) && !PG_ARGISNULL(4);
	double	   *lower,
			   *upper,
			   *error;

	if (has_errors == has_limits || (has_errors && (!PG_ARGISNULL(3) || !PG_ARGISNULL(4))))
		argument_error("standard_error", "must be given, or lower and upper, but not both",
					   "lower and upper are 95 % limits.");
	if (has_errors)
		return argument_group_numbers(fcinfo, 2, "standard_error", count);
	lower = argument_group_numbers(fcinfo, 3, "lower", count);
	upper = argument_group_numbers(fcinfo, 4, "upper", count);
	check_scale(scale, "lower", lower, count);
	check_scale(scale, "upper", upper, count);
	error = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (lower[i] > upper[i])
			argument_error("lower", "must not be above upper", NULL);
		error[i] = (to_scale(scale, upper[i]) - to_scale(scale, lower[i])) / (2 * normal_upper_quantile(0.025));
	}
	return error;
}

static Given
argument_given(FunctionCallInfo fcinfo)
{
	static const char *const scales[] = {"identity", "log", "logit", NULL};
	Given		given;
	double	   *population,
			   *value;
	int			count = argument_numbers(fcinfo, 0, "population", MAX_GROUPS, &population);

	given.scale = argument_choice(fcinfo, 5, "scale", scales);
	given.transform = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	if (given.transform && given.scale == SCALE_IDENTITY)
		argument_error("transform", "needs a scale of log or logit", NULL);
	value = argument_group_numbers(fcinfo, 1, "value", count);
	check_scale(given.scale, "value", value, count);
	given.groups = groups_place(count, population, value, argument_errors(fcinfo, given.scale, count));
	given.per = argument_direction(fcinfo, 7);
	given.confidence = argument_confidence(fcinfo, 8);
	given.repetitions = PG_ARGISNULL(9) ? 0 : PG_GETARG_INT32(9);
	if (given.repetitions < 1000 || given.repetitions > MOST_REPETITIONS)
		argument_error("repetitions", "must lie between 1,000 and 1,000,000", NULL);
	given.seed = PG_ARGISNULL(10) ? 0 : PG_GETARG_INT64(10);
	given.said = argument_group_count(fcinfo, 11);
	return given;
}

static bool
indices_of_given(Given *given, Indices *indices, Estimate *why)
{
	Groups		groups = given->groups;
	Line		line;

	if (!groups_complete(groups.count, given->said, &given->groups.note))
	{
		*why = estimate_none("%s", given->groups.note);
		return false;
	}
	if (given->transform)
	{
		groups.value = palloc_array(double, Max(groups.count, 1));
		for (int i = 0; i < groups.count; i++)
			groups.value[i] = to_scale(given->scale, given->groups.value[i]);
	}
	if (!line_fit(&groups, &line, why))
		return false;
	if (given->transform)
		*indices = indices_of_transformed_line(&line, given->scale, given->confidence);
	else
		*indices = indices_of_line(&line, given->confidence);
	if (given->scale != SCALE_IDENTITY && !given->transform)
		simulate_limits(&groups, given->scale, given->confidence, given->repetitions, given->seed, indices);
	return true;
}

static Datum
index_of_arrays(FunctionCallInfo fcinfo, OfLine index)
{
	Given		given = argument_given(fcinfo);
	Indices		indices;
	Estimate	why;

	if (!indices_of_given(&given, &indices, &why))
		return estimate_datum(fcinfo, why);
	return index_datum(fcinfo, &given.groups, &indices, given.per, index);
}

/*
 * ph.slope_index_of_values(population float8[], value float8[], standard_error float8[], lower
 *   float8[], upper float8[], scale text, transform boolean, per float8, confidence float8,
 *   repetitions int, seed bigint, groups int) -> ph.estimate
 *
 * Groups from the most disadvantaged to the least; the difference between the two ends of the line
 * through their values (Low and Low 2004).  Errors of the values are normal on the scale: 'identity',
 * 'log' or 'logit'; with transform the line is drawn on that scale too.  Limits are exact, but simulated
 * for a log or logit scale without transform.  A negative per turns the direction round.
 */
PG_FUNCTION_INFO_V1(slope_index_of_values);
Datum
slope_index_of_values(PG_FUNCTION_ARGS)
{
	return index_of_arrays(fcinfo, INDEX_SLOPE);
}

/*
 * ph.relative_index_of_values(the same) -> ph.estimate
 *
 * The ratio of the two ends of the line; limits by Fieller (1954).  A negative per inverts it.
 */
PG_FUNCTION_INFO_V1(relative_index_of_values);
Datum
relative_index_of_values(PG_FUNCTION_ARGS)
{
	return index_of_arrays(fcinfo, INDEX_RELATIVE);
}

/*
 * ph.slope_intercept_of_values(the same) -> ph.estimate
 *
 * The line at the most disadvantaged end, on the values' own scale; a negative per counts as positive.
 */
PG_FUNCTION_INFO_V1(slope_intercept_of_values);
Datum
slope_intercept_of_values(PG_FUNCTION_ARGS)
{
	return index_of_arrays(fcinfo, INDEX_INTERCEPT);
}
