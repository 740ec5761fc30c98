/*
 * regression_fold.c: the aggregates that sum up a pass of a regression over its rows.
 *
 * Sums are compensated, so that neither the order of the rows nor how they were shared out shows in the
 * answer; cross products for linear fits are kept without rounding.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/fingerprint.h"
#include "model/regression.h"
#include "utils/array.h"

/* ---- the families ---- */

static double
variance_at(RegressionFamily family, double mean)
{
	return family == FAMILY_LOGISTIC ? mean * (1 - mean) : family == FAMILY_POISSON ? mean : 1;
}

/* Counts' logarithm of the likelihood has its constant, log y!. */
static double
log_likelihood_at(RegressionFamily family, double y, double predictor, double mean)
{
	if (family == FAMILY_LOGISTIC)
		return -log1p(exp(y > 0 ? -predictor : predictor));
	return y * predictor - mean - lgamma(y + 1);
}

static double
deviance_at(RegressionFamily family, double y, double predictor, double mean)
{
	if (family == FAMILY_LOGISTIC)
		return -2 * log_likelihood_at(family, y, predictor, mean);
	if (family == FAMILY_POISSON)
		return 2 * ((y > 0 ? y * log(y / mean) : 0) - (y - mean));
	return (y - mean) * (y - mean);
}

/* Where Newton's method starts: near the response itself. */
static double
starting_mean(RegressionFamily family, double y)
{
	return family == FAMILY_LOGISTIC ? (y + 0.5) / 2 : y + 0.1;
}

static double
predictor_of_mean(RegressionFamily family, double mean)
{
	return family == FAMILY_LOGISTIC ? log(mean / (1 - mean)) : log(mean);
}

/*
 * How a row stands against a direction: below 0 where going there makes it less likely (Albert and
 * Anderson 1984).  Where no row does, the likelihood grows without end.
 */
static double
margin_of(RegressionFamily family, double y, double along)
{
	if (family == FAMILY_LOGISTIC)
		return y > 0 ? along : -along;
	return y > 0 ? -fabs(along) : -along;
}

/* ---- one row ---- */

static void
add_exact_products(Sum *packed, const double *z, int size, double weight)
{
	for (int j = 0; j < size; j++)
	{
		Sum			factor = dd_product(weight, z[j]);

		for (int i = 0; i <= j; i++, packed++)
		{
			Sum			product = dd_product(factor.high, z[i]);

			sum_add(packed, product.high);
			packed->low += product.low + factor.low * z[i];
		}
	}
}

static void
add_products(Sum *packed, const double *x, int columns, double weight)
{
	for (int j = 0; j < columns; j++)
	{
		double		factor = weight * x[j];

		for (int i = 0; i <= j; i++, packed++)
			sum_add(packed, factor * x[i]);
	}
}

static void
add_multiple(Sum *gradient, const double *x, int columns, double factor)
{
	for (int j = 0; j < columns; j++)
		sum_add(&gradient[j], factor * x[j]);
}

static double
dot(const double *a, const double *b, int count)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* From the response alone: weights and working response of the first step. */
static void
add_start(Regression *state, const double *x, double y, double weight, double offset)
{
	double		mean = starting_mean(state->family, y);
	double		variance = variance_at(state->family, mean);
	double		working = predictor_of_mean(state->family, mean) - offset + (y - mean) / variance;

	add_multiple(regression_gradient(state), x, state->columns, weight * variance * working);
	add_products(regression_triangle(state), x, state->columns, weight * variance);
}

/* Residual squared over variance; of a probability that rounding made 0 or 1 too. */
static double
pearson_at(RegressionFamily family, double y, double predictor, double mean)
{
	if (family == FAMILY_LOGISTIC)
		return exp(y > 0 ? -predictor : predictor);
	return y == mean ? 0 : (y - mean) * (y - mean) / variance_at(family, mean);
}

/* At the coefficients: parameters are the coefficients, then the direction of the last step. */
static void
add_at_coefficients(Regression *state, const double *x, double y, double weight, double offset, bool single)
{
	const double *coefficients = regression_parameters(state) + state->columns;
	double		predictor = offset + dot(coefficients, x, state->columns);
	double		mean = regression_mean(state->family, predictor);
	double		variance = variance_at(state->family, mean);
	double		residual = y - mean;

	if (state->pass == PASS_SQUARES)
	{
		add_products(regression_triangle(state), x, state->columns,
					 (single ? weight * weight : weight) * residual * residual);
		return;
	}
	add_multiple(regression_gradient(state), x, state->columns, weight * residual);
	if (state->pass == PASS_SCORES)
		return;
	add_products(regression_triangle(state), x, state->columns, weight * variance);
	if (state->family != FAMILY_LINEAR)
		sum_add(&state->log_likelihood, weight * log_likelihood_at(state->family, y, predictor, mean));
	sum_add(&state->deviance, weight * deviance_at(state->family, y, predictor, mean));
	sum_add(&state->pearson, weight * pearson_at(state->family, y, predictor, mean));
	if (state->parameters == 3 * state->columns)
	{
		double		along = dot(coefficients + state->columns, x, state->columns);

		state->margin = fmin(state->margin, margin_of(state->family, y, along));
		state->reach = fmax(state->reach, fabs(along));
	}
}

static void
check_response(RegressionFamily family, double y)
{
	if (family == FAMILY_LOGISTIC && y != 0 && y != 1)
		argument_error("response", "must be 0 or 1", "Fold events and trials into rows with frequency weights.");
	if (family == FAMILY_POISSON && (y < 0 || y != rint(y)))
		argument_error("response", "must be a count of events", "Person-time is the exposure, not a divisor.");
}

static uint64
fingerprint_of(const double *x, int columns, double y, double weight, double offset)
{
	return fingerprint_add(fingerprint_add(fingerprint_add(fingerprint_add_list(0, x, columns), y), weight), offset);
}

static void
fold_row(Regression *state, const double *x, double y, double weight, double offset, bool single)
{
	double		z[REGRESSION_MOST_TERMS + 1];
	const double *centre = regression_parameters(state);

	check_response(state->family, y);
	state->rows++;
	state->fingerprint += fingerprint_of(x, state->columns, y, weight, offset);
	state->least = fmin(state->least, y);
	state->greatest = fmax(state->greatest, y);
	sum_add(&state->weight, weight);
	sum_add(&state->log_weight, log(weight));
	sum_add(&state->response, weight * y);
	if (state->pass == PASS_PRODUCTS)
	{
		memcpy(z, x, sizeof(double) * state->columns);
		z[state->columns] = y;
		add_exact_products(regression_triangle(state), z, state->columns + 1, weight);
		sum_add(&state->exposure, weight * exp(fmin(offset, 700)));
		return;
	}
	for (int j = 0; j < state->columns; j++)
		z[j] = x[j] - centre[j];
	if (state->pass == PASS_START)
		add_start(state, z, y, weight, offset);
	else
		add_at_coefficients(state, z, y, weight, offset, single);
}

/* ---- the aggregate ---- */

static Regression *
first_state(FunctionCallInfo fcinfo, int columns)
{
	RegressionPass pass = argument_choice(fcinfo, 1, "pass", regression_passes);
	RegressionFamily family = argument_choice(fcinfo, 2, "family", regression_families);
	double	   *parameters = NULL;
	int			count = PG_ARGISNULL(7) ? 0
		: argument_numbers(fcinfo, 7, "parameters", 3 * REGRESSION_MOST_TERMS, &parameters);
	Regression *state;

	if (family == FAMILY_COX)
		argument_error("family", "must be linear, logistic or poisson", NULL);
	if (columns > REGRESSION_MOST_TERMS)
		argument_error("x", psprintf("must not have more than %d elements", REGRESSION_MOST_TERMS), NULL);
	if (!regression_parameters_fit(pass, columns, count))
		argument_error("parameters", "do not fit the pass and the number of columns", NULL);
	state = regression_new(pass, family, columns, count);
	for (int i = 0; i < count; i++)
		regression_parameters(state)[i] = parameters[i];
	return state;
}

/*
 * ph.regression_sums(pass text, family text, response float8, x float8[], weight float8, offset float8,
 *   parameters float8[], single boolean): transition
 *
 * single: a row is one observation whatever its weight, so that its squared residual has the weight squared.
 * Rows with a NULL are counted and left out; rows of weight 0 do not count.  Errors: values that are not
 * finite, negative weights, responses that the family cannot have, rows of another length.
 */
PG_FUNCTION_INFO_V1(regression_fold);
Datum
regression_fold(PG_FUNCTION_ARGS)
{
	Regression *state;
	ArrayType  *array;
	const double *x;
	double		y,
				weight,
				offset;
	int			columns;

	if (PG_ARGISNULL(4))
		argument_error("x", "must not be null", "Give an array; its elements may be null.");
	array = PG_GETARG_ARRAYTYPE_P(4);
	if (ARR_NDIM(array) > 1)
		argument_error("x", "must be a list of one dimension", NULL);
	columns = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	if (PG_ARGISNULL(0))
		state = first_state(fcinfo, columns);
	else
		state = regression_open(argument_state(fcinfo));
	if (!regression_parameters_fit(state->pass, state->columns, state->parameters))
		argument_error("regression", "is a sum over clusters, which no row can enter", NULL);
	if (columns != state->columns)
		argument_error("x", "must have the same number of elements in every row", NULL);
	if (PG_ARGISNULL(3) || PG_ARGISNULL(5) || PG_ARGISNULL(6) || (ARR_HASNULL(array) && array_contains_nulls(array)))
	{
		state->left_out++;
		PG_RETURN_POINTER(state);
	}
	x = (const double *) ARR_DATA_PTR(array);
	y = PG_GETARG_FLOAT8(3);
	weight = PG_GETARG_FLOAT8(5);
	offset = PG_GETARG_FLOAT8(6);
	for (int j = 0; j < columns; j++)
		if (!(fabs(x[j]) <= REGRESSION_LARGEST))
			argument_element_error("x", j, column_rule(REGRESSION_LARGEST), "Use NULL for a missing value.");
	if (!(fabs(y) <= REGRESSION_LARGEST))
		argument_error("response", column_rule(REGRESSION_LARGEST), "Use NULL for a missing value.");
	if (!(fabs(offset) <= REGRESSION_LARGEST))
		argument_error("offset", column_rule(REGRESSION_LARGEST), "Use NULL for a missing value.");
	if (!(weight >= 0 && weight <= REGRESSION_LARGEST))
		argument_error("weight", psprintf("must lie between 0 and %g", REGRESSION_LARGEST), NULL);
	if (weight > 0)
		fold_row(state, x, y, weight, offset, !PG_ARGISNULL(8) && PG_GETARG_BOOL(8));
	PG_RETURN_POINTER(state);
}

/*
 * ph.regression_outer(ph.regression): transition, over the scores of clusters
 *
 * A row a cluster: the sum of score score'.
 */
PG_FUNCTION_INFO_V1(regression_fold_outer);
Datum
regression_fold_outer(PG_FUNCTION_ARGS)
{
	Regression *scores;
	Regression *state;
	double		values[REGRESSION_MOST_TERMS];

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	scores = PG_GETARG_REGRESSION(1);
	if (scores->pass != PASS_SCORES)
		argument_error("scores", "must come from the pass scores", NULL);
	if (PG_ARGISNULL(0))
		state = regression_new(PASS_SQUARES, scores->family, scores->columns, 0);
	else
		state = regression_open(argument_state(fcinfo));
	if (state->pass != PASS_SQUARES || state->columns != scores->columns || state->family != scores->family)
		argument_error("scores", "must be of one regression", NULL);
	state->left_out += scores->left_out;
	state->fingerprint += scores->fingerprint;
	if (scores->rows == 0)
		PG_RETURN_POINTER(state);
	state->rows++;
	for (int j = 0; j < scores->columns; j++)
		values[j] = sum_value(regression_gradient(scores)[j]);
	add_products(regression_triangle(state), values, state->columns, 1);
	PG_RETURN_POINTER(state);
}

/*
 * ph_support.regression_combine(a, b): the same pass over the rows of both.  Errors: two different passes.
 */
PG_FUNCTION_INFO_V1(regression_combine);
Datum
regression_combine(PG_FUNCTION_ARGS)
{
	Regression *state,
			   *other;
	int			sums;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_REGRESSION(PG_ARGISNULL(0) ? 1 : 0));
	}
	other = PG_GETARG_REGRESSION(1);
	state = regression_open(argument_state(fcinfo));
	sums = regression_sum_count(state->pass, state->columns);
	if (state->pass != other->pass || state->family != other->family || state->columns != other->columns ||
		state->parameters != other->parameters ||
		memcmp(regression_parameters(state), regression_parameters(other), sizeof(double) * state->parameters) != 0)
		argument_error("regression", "must be the same pass on both sides", NULL);
	state->rows += other->rows;
	state->left_out += other->left_out;
	state->fingerprint += other->fingerprint;
	state->least = fmin(state->least, other->least);
	state->greatest = fmax(state->greatest, other->greatest);
	state->margin = fmin(state->margin, other->margin);
	state->reach = fmax(state->reach, other->reach);
	sum_add_sum(&state->weight, other->weight);
	sum_add_sum(&state->log_weight, other->log_weight);
	sum_add_sum(&state->response, other->response);
	sum_add_sum(&state->exposure, other->exposure);
	sum_add_sum(&state->log_likelihood, other->log_likelihood);
	sum_add_sum(&state->deviance, other->deviance);
	sum_add_sum(&state->pearson, other->pearson);
	for (int i = 0; i < sums; i++)
		sum_add_sum(&state->sums[i], other->sums[i]);
	PG_RETURN_POINTER(state);
}

/* ---- columns of a row ---- */

/*
 * ph_support.log_exposure(exposure float8, events float8) -> float8
 *
 * The offset of an exposure; NULL for none, so that the row is left out.  Errors: a negative exposure, events without
 * exposure.
 */
PG_FUNCTION_INFO_V1(log_exposure);
Datum
log_exposure(PG_FUNCTION_ARGS)
{
	double		exposure = PG_GETARG_FLOAT8(0);
	double		events = PG_GETARG_FLOAT8(1);

	if (!(exposure >= 0) || isinf(exposure))
		argument_error("exposure", "must be finite and not negative", NULL);
	if (exposure == 0 && events != 0)
		argument_error("exposure", "must be above 0 where there are events",
					   "Person-time and events must be counted of the same people and days.");
	if (exposure == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(log(exposure));
}

/*
 * ph_support.frequency_weight(weight float8) -> float8
 *
 * The weight itself.  Errors: one that is no number of rows.
 */
PG_FUNCTION_INFO_V1(frequency_weight);
Datum
frequency_weight(PG_FUNCTION_ARGS)
{
	double		weight = PG_GETARG_FLOAT8(0);

	if (weight != rint(weight))
		argument_error("weight", "must be a whole number where it is a frequency",
					   "Weight types of fractions are precision, of a row that is a mean, and probability, of a"
					   " sample.");
	PG_RETURN_FLOAT8(weight);
}
