/*
 * inequality.c: slope and relative index of inequality, concentration index, attributable risk.
 *
 * The slope is a weighted sum of the groups' values, so its limits are exact: no simulation, but for
 * values whose errors are normal only on a log or logit scale while the line is drawn on their own.
 */
#include "compare/inequality.h"

#include <math.h>

#include "common/pg_prng.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/sort.h"
#include "core/tally_list.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define MOST_REPETITIONS 1000000
#define FIFTHS 5
#define TENTHS 10

/* ---- groups ---- */

Groups
groups_place(int count, const double *population, double *value, double *error)
{
	Groups		groups = {.count = count, .value = value, .error = error};
	double		total = 0,
				below = 0;

	groups.share = palloc_array(double, Max(count, 1));
	groups.position = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (!(population[i] > 0) || !isfinite(population[i]))
			argument_error("population", "must be greater than 0 in every group", NULL);
		if (!isfinite(value[i]))
			argument_error("value", "must be a finite number in every group", NULL);
		if (!(error[i] >= 0) || !isfinite(error[i]))
			argument_error("standard_error", "must be finite and not negative in every group", NULL);
		total += population[i];
	}
	for (int i = 0; i < count; i++)
	{
		groups.share[i] = population[i] / total;
		groups.position[i] = below + groups.share[i] / 2;
		below += groups.share[i];
	}
	return groups;
}

int
argument_group_count(FunctionCallInfo fcinfo, int index)
{
	return PG_ARGISNULL(index) ? 0 : argument_whole(fcinfo, index, "groups", 2, MAX_GROUPS);
}

/* Whether there are as many groups as said; the field's fifths and tenths need no saying. */
static bool
groups_complete(int count, int said, char **note)
{
	*note = NULL;
	if (said > 0 && count != said)
		*note = psprintf("number_of_groups: %d, not %d", count, said);
	else if (said == 0 && count >= 2 && count != FIFTHS && count != TENTHS)
		*note = psprintf("number_of_groups: %d, not said", count);
	return said == 0 || count == said;
}

/* What is to be said of the groups' values: the first note, and in how many groups there is one. */
static char *
groups_notes(const Quantity *quantity, int count)
{
	char	   *first = NULL;
	int			notes = 0;

	for (int i = 0; i < count; i++)
		if (quantity[i].estimate.note && notes++ == 0)
			first = psprintf("group %d: %s", i + 1, quantity[i].estimate.note);
	return notes > 1 ? psprintf("%s; groups_with_notes: %d", first, notes) : first;
}

bool
groups_ask(Tally **tallies, int count, int said, const Asked *asked, Groups *groups, Estimate *why)
{
	char	   *note;

	double	   *population = palloc_array(double, Max(count, 1));
	double	   *value = palloc_array(double, Max(count, 1));
	double	   *error = palloc_array(double, Max(count, 1));
	Quantity   *quantity = palloc_array(Quantity, Max(count, 1));
	bool		certain = true;

	if (count > MAX_GROUPS)
		argument_error("tallies", "must not have more than 100 elements", NULL);
	if (!groups_complete(count, said, &note))
	{
		*why = estimate_none("%s", note);
		return false;
	}
	for (int i = 0; i < count; i++)
	{
		quantity[i] = ask(tallies[i], asked);
		if (isnan(quantity[i].estimate.value) || isnan(quantity[i].variance))
		{
			*why = estimate_none("group %d: %s", i + 1, quantity[i].estimate.note ? quantity[i].estimate.note : "no_variance");
			return false;
		}
		population[i] = sum_value(tally_total(tallies[i]).exposure);
		value[i] = quantity[i].estimate.value;
		error[i] = sqrt(quantity[i].variance);
		certain = certain && error[i] == 0;
	}
	*groups = groups_place(count, population, value, error);
	groups->note = note;
	groups->left_out = groups_notes(quantity, count);
	/* values such as 5 of 5 and 0 of 5 tell nothing of how sure they are */
	for (int i = 0; certain && i < groups->count; i++)
		groups->error[i] = NAN;
	return true;
}

/* The mean of the people's values, from a value near them all, so that what they have in common rounds nothing away. */
static double
mean_about(const Groups *groups, const double *value, double about)
{
	double		mean = 0;

	for (int i = 0; i < groups->count; i++)
		mean += groups->share[i] * (value[i] - about);
	return mean;
}

double
groups_mean(const Groups *groups)
{
	return groups->value[0] + mean_about(groups, groups->value, groups->value[0]);
}

/*
 * What each group's value adds to the slope and to the intercept: a (b - bbar) / sum a (b - bbar)^2, and
 * a - bbar times that, with a the share and b the position.
 */
static void
line_weights(const Groups *groups, double *slope, double *intercept)
{
	double		middle = 0,
				spread = 0;

	for (int i = 0; i < groups->count; i++)
		middle += groups->share[i] * groups->position[i];
	for (int i = 0; i < groups->count; i++)
		spread += groups->share[i] * pow(groups->position[i] - middle, 2);
	for (int i = 0; i < groups->count; i++)
	{
		slope[i] = groups->share[i] * (groups->position[i] - middle) / spread;
		intercept[i] = groups->share[i] - middle * slope[i];
	}
}

/*
 * The slope of a line through values and its height at 0.  The weights of the slope add up to 0, so that it is
 * of the values less their mean: values near 10^9 that differ by little keep their differences.
 */
static void
line_through(const Groups *groups, const double *value, const double *weight, double *slope, double *intercept)
{
	double		mean = value[0] + mean_about(groups, value, value[0]);
	double		middle = 0;

	*slope = 0;
	for (int i = 0; i < groups->count; i++)
	{
		*slope += weight[i] * (value[i] - mean);
		middle += groups->share[i] * groups->position[i];
	}
	*intercept = mean - middle * *slope;
}

bool
line_fit(const Groups *groups, Line *line, Estimate *why)
{
	double		slope[MAX_GROUPS],
				intercept[MAX_GROUPS];

	if (groups->count < 2)
	{
		*why = estimate_none("fewer_than_2_groups");
		return false;
	}
	memset(line, 0, sizeof(*line));
	line_weights(groups, slope, intercept);
	for (int i = 0; i < groups->count; i++)
	{
		double		variance = groups->error[i] * groups->error[i];

		line->variance_slope += slope[i] * slope[i] * variance;
		line->variance_intercept += intercept[i] * intercept[i] * variance;
		line->covariance += slope[i] * intercept[i] * variance;
	}
	line_through(groups, groups->value, slope, &line->slope, &line->intercept);
	return true;
}

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

/* ---- the two indices ---- */

typedef struct Indices
{
	Estimate	slope;			/* index of inequality, times per */
	Estimate	relative;
} Indices;

/* A negative per turns the direction round: the slope then runs upwards to the most disadvantaged. */
static void
turn_round(Indices *indices)
{
	Estimate	relative = indices->relative;

	indices->relative.value = 1 / relative.value;
	indices->relative.lower = 1 / relative.upper;
	indices->relative.upper = 1 / relative.lower;
	if (relative.lower <= 0)
		indices->relative.lower = indices->relative.upper = NAN;
}

static void
put_in_order(Estimate *estimate)
{
	if (estimate->lower > estimate->upper)
	{
		double		lower = estimate->lower;

		estimate->lower = estimate->upper;
		estimate->upper = lower;
	}
}

/*
 * Fieller's limits (1954) of slope over intercept: the roots u of
 * (slope - u intercept)^2 = z^2 (V22 - 2 u V12 + u^2 V11); none where the intercept may be 0.
 */
static Limits
fieller_limits(const Line *line, double z)
{
	double		a = line->intercept * line->intercept - z * z * line->variance_intercept;
	double		b = line->intercept * line->slope - z * z * line->covariance;
	double		c = line->slope * line->slope - z * z * line->variance_slope;
	double		root = sqrt(fmax(0, b * b - a * c));
	Limits		limits = {NAN, NAN};

	if (a > 0)
		limits = (Limits) {(b - root) / a, (b + root) / a};
	return limits;
}

static Indices
indices_of_line(const Line *line, double confidence)
{
	double		z = two_sided_z(confidence);
	double		distance = z * sqrt(line->variance_slope);
	Limits		limits = fieller_limits(line, z);
	Indices		indices;

	indices.slope = (Estimate) {line->slope, line->slope - distance, line->slope + distance, NULL};
	indices.relative = (Estimate) {1 + line->slope / line->intercept, 1 + limits.lower, 1 + limits.upper, NULL};
	if (line->intercept == 0)
		indices.relative = estimate_none("zero_intercept");
	else if (indices.relative.value <= 0)
		indices.relative = estimate_none("line_below_zero");
	return indices;
}

/* The ends of a line of the given slope through its middle, back on the values' own scale. */
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
	Indices		indices = {{NAN, NAN, NAN, NULL}, {NAN, NAN, NAN, NULL}};

	indices_at(line, scale, line->slope, &indices.slope.value, &indices.relative.value);
	indices_at(line, scale, line->slope - distance, &indices.slope.lower, &indices.relative.lower);
	indices_at(line, scale, line->slope + distance, &indices.slope.upper, &indices.relative.upper);
	return indices;
}

/* ---- simulation, where there is no closed form ---- */

static double
draw_normal(pg_prng_state *state)
{
	double		u = pg_prng_double(state);

	return -normal_upper_quantile(fmax(u, 0x1p-54));
}

static void
limits_of_draws(double *draws, int repetitions, double confidence, Estimate *estimate)
{
	double		tail = (1 - confidence) / 2;

	CHECK_FOR_INTERRUPTS();
	sort_numbers(draws, repetitions);
	estimate->lower = draws[Max((int) rint(repetitions * tail), 1) - 1];
	estimate->upper = draws[Max((int) rint(repetitions * (1 - tail)), 1) - 1];
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
	}
	limits_of_draws(slopes, repetitions, confidence, &indices->slope);
	limits_of_draws(ratios, repetitions, confidence, &indices->relative);
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

static double
argument_direction(FunctionCallInfo fcinfo, int index)
{
	double		per = argument_number(fcinfo, index, "per");

	if (per == 0)
		argument_error("per", "must not be 0", "A negative number turns the direction round.");
	return per;
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

void
groups_note(Estimate *estimate, const Groups *groups)
{
	if (groups->note)
		estimate_note(estimate, "%s", groups->note);
	if (groups->left_out)
		estimate_note(estimate, "%s", groups->left_out);
}

static Datum
groups_datum(FunctionCallInfo fcinfo, const Groups *groups, Estimate estimate)
{
	groups_note(&estimate, groups);
	return estimate_datum(fcinfo, estimate);
}

/* The index that is asked for, in its direction. */
static Datum
index_datum(FunctionCallInfo fcinfo, const Groups *groups, Indices *indices, double per, bool relative)
{
	if (per < 0)
		turn_round(indices);
	estimate_scale(&indices->slope, per);
	put_in_order(&indices->slope);
	return groups_datum(fcinfo, groups, relative ? indices->relative : indices->slope);
}

static Datum
index_of_arrays(FunctionCallInfo fcinfo, bool relative)
{
	Given		given = argument_given(fcinfo);
	Indices		indices;
	Estimate	why;

	if (!indices_of_given(&given, &indices, &why))
		return estimate_datum(fcinfo, why);
	return index_datum(fcinfo, &given.groups, &indices, given.per, relative);
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
	return index_of_arrays(fcinfo, false);
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
	return index_of_arrays(fcinfo, true);
}

/* ---- asked of tallies ---- */

static bool
argument_groups(FunctionCallInfo fcinfo, int said, Asked *asked, Groups *groups, Estimate *why)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);

	*asked = argument_asked(fcinfo, 1, 2);
	return groups_ask(tallies, count, argument_group_count(fcinfo, said), asked, groups, why);
}

static Datum
index_of_tallies(FunctionCallInfo fcinfo, bool relative)
{
	Asked		asked;
	Groups		groups;
	Line		line;
	Estimate	why;
	Indices		indices;

	if (!argument_groups(fcinfo, 5, &asked, &groups, &why) || !line_fit(&groups, &line, &why))
		return estimate_datum(fcinfo, why);
	indices = indices_of_line(&line, asked.question.confidence);
	return index_datum(fcinfo, &groups, &indices, asked.per, relative);
}

/*
 * ph.slope_index_of_inequality(tallies ph.tally[], indicator text, standard ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 *
 * The same of any indicator of one tally a group, from the most disadvantaged to the least.
 */
PG_FUNCTION_INFO_V1(slope_index_of_inequality);
Datum
slope_index_of_inequality(PG_FUNCTION_ARGS)
{
	return index_of_tallies(fcinfo, false);
}

/*
 * ph.relative_index_of_inequality(tallies ph.tally[], indicator text, standard ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 */
PG_FUNCTION_INFO_V1(relative_index_of_inequality);
Datum
relative_index_of_inequality(PG_FUNCTION_ARGS)
{
	return index_of_tallies(fcinfo, true);
}

/* ---- weighted sums of the groups' values and their limits ---- */

static Estimate
normal_estimate(double value, double variance, double confidence)
{
	double		distance = two_sided_z(confidence) * sqrt(variance);
	Estimate	estimate = {value, value - distance, value + distance, NULL};

	return estimate;
}

/*
 * Twice the covariance of value and position over the mean: 2 sum a (y - mean) b / mean (Kakwani, Wagstaff
 * and van Doorslaer 1997).  Variance by the delta method, positions taken as fixed:
 * sum (a (2 b - 1 - C) / mean)^2 error^2.
 */
static Estimate
concentration(const Groups *groups, double confidence)
{
	double		mean = groups_mean(groups);
	double		index = 0,
				variance = 0;

	if (mean == 0)
		return estimate_none("zero_mean");
	for (int i = 0; i < groups->count; i++)
		index += 2 * groups->share[i] * (groups->value[i] - mean) * groups->position[i] / mean;
	for (int i = 0; i < groups->count; i++)
		variance += pow(groups->share[i] * (2 * groups->position[i] - 1 - index) / mean * groups->error[i], 2);
	return normal_estimate(index, variance, confidence);
}

/* What everybody's value would fall by if all had the reference group's: mean - y_ref. */
static Estimate
attributable_risk(const Groups *groups, int reference, double confidence)
{
	double		variance = 0;

	for (int i = 0; i < groups->count; i++)
		variance += pow((groups->share[i] - (i == reference)) * groups->error[i], 2);
	return normal_estimate(mean_about(groups, groups->value, groups->value[reference]), variance, confidence);
}

/* The same as a share of the mean, 1 - y_ref / mean; variance by the delta method. */
static Estimate
attributable_fraction(const Groups *groups, int reference, double confidence)
{
	double		y = groups->value[reference];
	double		risk = mean_about(groups, groups->value, y);
	double		mean = y + risk;
	double		variance = 0;

	if (mean == 0)
		return estimate_none("zero_mean");
	for (int i = 0; i < groups->count; i++)
		variance += pow((y * groups->share[i] / (mean * mean) - (i == reference) / mean) * groups->error[i], 2);
	return normal_estimate(risk / mean, variance, confidence);
}

/*
 * ph.concentration_index(tallies ph.tally[], indicator text, standard ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 *
 * From -1, all of it among the most disadvantaged, to 1.  per has no bearing on it.
 */
PG_FUNCTION_INFO_V1(concentration_index);
Datum
concentration_index(PG_FUNCTION_ARGS)
{
	Asked		asked;
	Groups		groups;
	Estimate	estimate;

	if (!argument_groups(fcinfo, 5, &asked, &groups, &estimate))
		return estimate_datum(fcinfo, estimate);
	estimate = groups.count < 2 ? estimate_none("fewer_than_2_groups") : concentration(&groups, asked.question.confidence);
	return groups_datum(fcinfo, &groups, estimate);
}

static Datum
attributable(FunctionCallInfo fcinfo, bool fraction)
{
	Asked		asked;
	Groups		groups;
	Estimate	estimate;
	int			reference;

	if (!argument_groups(fcinfo, 6, &asked, &groups, &estimate))
		return estimate_datum(fcinfo, estimate);
	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	if (groups.count < 2)
		return estimate_datum(fcinfo, estimate_none("fewer_than_2_groups"));
	reference = PG_ARGISNULL(5) ? groups.count : PG_GETARG_INT32(5);
	if (reference < 1 || reference > groups.count)
		argument_error("reference", "must be the number of a group, from 1", NULL);
	if (fraction)
		estimate = attributable_fraction(&groups, reference - 1, asked.question.confidence);
	else
	{
		estimate = attributable_risk(&groups, reference - 1, asked.question.confidence);
		estimate_scale(&estimate, asked.per);
	}
	return groups_datum(fcinfo, &groups, estimate);
}

/*
 * ph.population_attributable_risk(tallies ph.tally[], indicator text, standard ph.tally, per float8,
 *   confidence float8, reference int, groups int) -> ph.estimate
 *
 * The mean less the value of the reference group, the last and least disadvantaged if NULL: negative
 * where that group has the higher value.
 */
PG_FUNCTION_INFO_V1(population_attributable_risk);
Datum
population_attributable_risk(PG_FUNCTION_ARGS)
{
	return attributable(fcinfo, false);
}

/*
 * ph.population_attributable_fraction(the same) -> ph.estimate
 */
PG_FUNCTION_INFO_V1(population_attributable_fraction);
Datum
population_attributable_fraction(PG_FUNCTION_ARGS)
{
	return attributable(fcinfo, true);
}

/*
 * ph.inequality_points(tallies ph.tally[], indicator text, standard ph.tally, per float8, confidence
 *   float8, groups int) -> rows (group_number, population, position, value, lower, upper, fitted, note)
 *
 * The groups and the line, for a plotting tool: position from 0 to 1, the group's value with limits of
 * its own, and the line at its position.  A group without an answer has a note, and then there is no line, as
 * where there are more groups or fewer than said.
 */
PG_FUNCTION_INFO_V1(inequality_points);
Datum
inequality_points(PG_FUNCTION_ARGS)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	int			said = argument_group_count(fcinfo, 5);
	Asked		asked = argument_asked(fcinfo, 1, 2);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Groups		groups;
	Line		line;
	Estimate	why;
	bool		fitted = groups_ask(tallies, count, said, &asked, &groups, &why) && line_fit(&groups, &line, &why);
	char	   *note;
	bool		complete = groups_complete(count, said, &note);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Estimate	estimate = ask(tallies[i], &asked).estimate;
		Datum		values[8];
		bool		nulls[8];

		estimate_scale(&estimate, asked.per);
		put_in_order(&estimate);
		estimate_settle(&estimate);
		if (note && (fitted || !complete))
			estimate_note(&estimate, "%s", note);
		values[0] = Int32GetDatum(i + 1);
		nulls[0] = false;
		record_number(values, nulls, 1, tallies[i] ? sum_value(tally_total(tallies[i]).exposure) : NAN);
		record_number(values, nulls, 2, fitted ? groups.position[i] : NAN);
		record_number(values, nulls, 3, estimate.value);
		record_number(values, nulls, 4, estimate.lower);
		record_number(values, nulls, 5, estimate.upper);
		record_number(values, nulls, 6, fitted ? asked.per * (line.intercept + line.slope * groups.position[i]) : NAN);
		record_text(values, nulls, 7, estimate.note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
