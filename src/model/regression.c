/*
 * regression.c: the type ph.regression, one pass of a regression over its rows.
 *
 * Sums are compensated, so that neither the order of the rows nor how they were shared out shows in the
 * answer; cross products for linear fits are kept without rounding.
 */
#include "model/regression.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/digits.h"
#include "core/fingerprint.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

const char *const regression_families[] = {"linear", "logistic", "poisson", "cox", NULL};
const char *const regression_passes[] = {"products", "start", "step", "scores", "squares", NULL};

/* ---- layout ---- */

static int
gradient_size(RegressionPass pass, int columns)
{
	return pass == PASS_PRODUCTS || pass == PASS_SQUARES ? 0 : columns;
}

static int
triangle_size(RegressionPass pass, int columns)
{
	return pass == PASS_SCORES ? 0 : PACKED_SIZE(columns + (pass == PASS_PRODUCTS));
}

static int
sums_of(RegressionPass pass, int columns)
{
	return gradient_size(pass, columns) + triangle_size(pass, columns);
}

static Size
size_of(RegressionPass pass, int columns, int parameters)
{
	return offsetof(Regression, sums) + sizeof(Sum) * sums_of(pass, columns) + sizeof(double) * parameters;
}

Sum *
regression_gradient(Regression *regression)
{
	return regression->sums;
}

Sum *
regression_triangle(Regression *regression)
{
	return regression->sums + gradient_size(regression->pass, regression->columns);
}

static double *
parameters_of(Regression *regression)
{
	return (double *) (regression->sums + sums_of(regression->pass, regression->columns));
}

/* How many parameters a pass has for each column: none, the centre, and coefficients and direction. */
static bool
parameters_fit(RegressionPass pass, int columns, int parameters)
{
	switch (pass)
	{
		case PASS_PRODUCTS:
			return parameters == 0;
		case PASS_START:
			return parameters == columns;
		case PASS_STEP:
			return parameters == 2 * columns || parameters == 3 * columns;
		default:
			return parameters == 2 * columns;
	}
}

static const char *
regression_problem(const Regression *regression, Size size)
{
	if (size < offsetof(Regression, sums) || regression->version != REGRESSION_VERSION)
		return "another version";
	if (regression->pass > PASS_SQUARES || regression->family >= FAMILY_COX || regression->flags != 0 ||
		regression->columns < 0 || regression->columns > REGRESSION_MOST_TERMS ||
		regression->parameters < 0 || regression->parameters > 3 * REGRESSION_MOST_TERMS ||
		size != size_of(regression->pass, regression->columns, regression->parameters))
		return "a header that does not fit";
	/* the sum over clusters has none */
	if (!parameters_fit(regression->pass, regression->columns, regression->parameters) && !(regression->pass == PASS_SQUARES && regression->parameters == 0))
		return "parameters that do not fit the pass";
	if (regression->rows < 0 || regression->left_out < 0)
		return "negative counts";
	return NULL;
}

Regression *
regression_open(Datum datum)
{
	Regression *regression = (Regression *) PG_DETOAST_DATUM(datum);

	if (regression_problem(regression, VARSIZE(regression)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type %s is not readable by this version", "ph.regression"),
				 errhint("Update the population_health library.")));
	return regression;
}

static Regression *
regression_new(RegressionPass pass, RegressionFamily family, int columns, int parameters)
{
	Size		size = size_of(pass, columns, parameters);
	Regression *regression = palloc0(size);

	SET_VARSIZE(regression, size);
	regression->version = REGRESSION_VERSION;
	regression->pass = pass;
	regression->family = family;
	regression->columns = columns;
	regression->parameters = parameters;
	regression->least = INFINITY;
	regression->greatest = -INFINITY;
	regression->margin = INFINITY;
	return regression;
}

/* ---- the families ---- */

double
regression_mean(RegressionFamily family, double predictor)
{
	switch (family)
	{
		case FAMILY_LOGISTIC:
			return 1 / (1 + exp(-predictor));
		case FAMILY_POISSON:
		case FAMILY_COX:
			return exp(fmin(predictor, 700));
		default:
			return predictor;
	}
}

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
	const double *coefficients = parameters_of(state) + state->columns;
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
	const double *centre = parameters_of(state);

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
	int			count = PG_ARGISNULL(7) ? 0 : argument_numbers(fcinfo, 7, "parameters", 3 * REGRESSION_MOST_TERMS, &parameters);
	Regression *state;

	if (family == FAMILY_COX)
		argument_error("family", "must be linear, logistic or poisson", NULL);
	if (columns > REGRESSION_MOST_TERMS)
		argument_error("x", psprintf("must not have more than %d elements", REGRESSION_MOST_TERMS), NULL);
	if (!parameters_fit(pass, columns, count))
		argument_error("parameters", "do not fit the pass and the number of columns", NULL);
	state = regression_new(pass, family, columns, count);
	for (int i = 0; i < count; i++)
		parameters_of(state)[i] = parameters[i];
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
	if (!parameters_fit(state->pass, state->columns, state->parameters))
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
	sums = sums_of(state->pass, state->columns);
	if (state->pass != other->pass || state->family != other->family || state->columns != other->columns ||
		state->parameters != other->parameters ||
		memcmp(parameters_of(state), parameters_of(other), sizeof(double) * state->parameters) != 0)
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
					   "Weight types of fractions are precision, of a row that is a mean, and probability, of a sample.");
	PG_RETURN_FLOAT8(weight);
}

/* ---- text and bytes ---- */

/* Everything behind the header is doubles. */
static int
doubles_of(const Regression *regression)
{
	return (size_of(regression->pass, regression->columns, regression->parameters) - offsetof(Regression, least)) / sizeof(double);
}

/*
 * ph.regression output: pass, family, columns, parameters, rows, left out, fingerprint, then every number in order.
 */
PG_FUNCTION_INFO_V1(regression_out);
Datum
regression_out(PG_FUNCTION_ARGS)
{
	Regression *regression = PG_GETARG_REGRESSION(0);
	const double *numbers = &regression->least;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s %s %d %d " INT64_FORMAT " " INT64_FORMAT " " UINT64_FORMAT, regression_passes[regression->pass],
					 regression_families[regression->family], regression->columns, regression->parameters,
					 regression->rows, regression->left_out, regression->fingerprint);
	for (int i = 0; i < doubles_of(regression); i++)
	{
		appendStringInfoChar(&out, ' ');
		append_digits(&out, numbers[i]);
	}
	PG_RETURN_CSTRING(out.data);
}

static int
word_of(const char *word, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

/*
 * ph.regression input.  Errors: invalid_text_representation.
 */
PG_FUNCTION_INFO_V1(regression_in);
Datum
regression_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char		pass[16],
				family[16];
	int			columns,
				parameters,
				used = 0;
	long long	rows,
				left_out;
	unsigned long long fingerprint;
	Regression *regression = NULL;
	bool		valid = sscanf(text, "%15s %15s %d %d %lld %lld %llu%n", pass, family, &columns, &parameters, &rows, &left_out,
							   &fingerprint, &used) == 7 &&
		word_of(pass, regression_passes) >= 0 && word_of(family, regression_families) >= 0 &&
		columns >= 0 && columns <= REGRESSION_MOST_TERMS && parameters >= 0 && parameters <= 3 * REGRESSION_MOST_TERMS;

	if (valid)
	{
		double	   *numbers;

		regression = regression_new(word_of(pass, regression_passes), word_of(family, regression_families), columns, parameters);
		regression->rows = rows;
		regression->left_out = left_out;
		regression->fingerprint = fingerprint;
		numbers = &regression->least;
		text += used;
		for (int i = 0; valid && i < doubles_of(regression); i++)
		{
			char	   *end;

			errno = 0;
			numbers[i] = strtod(text, &end);
			valid = *text == ' ' && end > text;
			text = end;
		}
		valid = valid && *text == '\0' && regression_problem(regression, VARSIZE(regression)) == NULL;
	}
	if (!valid)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.regression")));
	PG_RETURN_POINTER(regression);
}

/*
 * ph.regression binary output: version, pass, family, columns, parameters, rows, left out, fingerprint, numbers.
 */
PG_FUNCTION_INFO_V1(regression_send);
Datum
regression_send(PG_FUNCTION_ARGS)
{
	Regression *regression = PG_GETARG_REGRESSION(0);
	const double *numbers = &regression->least;
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, REGRESSION_VERSION);
	pq_sendbyte(&out, regression->pass);
	pq_sendbyte(&out, regression->family);
	pq_sendint32(&out, regression->columns);
	pq_sendint32(&out, regression->parameters);
	pq_sendint64(&out, regression->rows);
	pq_sendint64(&out, regression->left_out);
	pq_sendint64(&out, regression->fingerprint);
	for (int i = 0; i < doubles_of(regression); i++)
		pq_sendfloat8(&out, numbers[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.regression binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(regression_recv);
Datum
regression_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 35 && pq_getmsgbyte(in) == REGRESSION_VERSION;
	Regression *regression = NULL;

	if (valid)
	{
		int			pass = pq_getmsgbyte(in),
					family = pq_getmsgbyte(in),
					columns = pq_getmsgint(in, 4),
					parameters = pq_getmsgint(in, 4);

		valid = pass <= PASS_SQUARES && family < FAMILY_COX && columns >= 0 && columns <= REGRESSION_MOST_TERMS &&
			parameters >= 0 && parameters <= 3 * REGRESSION_MOST_TERMS &&
			in->len - in->cursor == 24 + size_of(pass, columns, parameters) - offsetof(Regression, least);
		if (valid)
		{
			double	   *numbers;

			regression = regression_new(pass, family, columns, parameters);
			regression->rows = pq_getmsgint64(in);
			regression->left_out = pq_getmsgint64(in);
			regression->fingerprint = pq_getmsgint64(in);
			numbers = &regression->least;
			for (int i = 0; i < doubles_of(regression); i++)
				numbers[i] = pq_getmsgfloat8(in);
			valid = regression_problem(regression, VARSIZE(regression)) == NULL;
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", "ph.regression")));
	PG_RETURN_POINTER(regression);
}
