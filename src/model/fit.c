/*
 * fit.c: fitting linear, logistic and Poisson regression over the rows of a query.
 *
 * Each pass is one query with an aggregate, which PostgreSQL may run in parallel, and all passes see the
 * snapshot of the calling statement.  A first pass of exact cross products finds the means, the columns
 * that others make up, and the linear fit itself; Newton's method does the rest on centred columns.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/query.h"
#include "core/query_columns.h"
#include "model/fit.h"
#include "model/fit_newton.h"
#include "model/fit_pass.h"
#include "model/fit_variance.h"
#include "model/model.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* what is left of a column after the others, as a share of its variance, that is only rounding */
#define COLLINEAR 1e-22

static const char *const variances[] = {"model", "hc0", "hc1", "cluster", "cluster0", NULL};
static const char *const weight_types[] = {"frequency", "probability", "precision", NULL};

static const char *const outcome_words[] = {"ok", "separation", "singular", "not_converged"};

/* ---- columns ---- */

/* The intercept and the terms. */
static void
read_terms(FunctionCallInfo fcinfo, Fit *fit, const QueryColumns *columns, const char *const *others, int other_count)
{
	int		   *terms;
	int			count = query_terms(PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3), columns, others, other_count,
									REGRESSION_MOST_TERMS - fit->intercept, &terms);

	fit->names = palloc(sizeof(char *) * (count + 1));
	fit->columns = palloc(sizeof(char *) * (count + 1));
	if (fit->intercept)
	{
		fit->names[0] = INTERCEPT;
		fit->columns[0] = "1";
		fit->count = 1;
	}
	for (int i = 0; i < count; i++)
	{
		if (strcmp(columns->names[terms[i]], INTERCEPT) == 0)
			argument_error("terms", "must not be called " INTERCEPT, "That is the name of the term that is always 1.");
		fit->names[fit->count] = columns->names[terms[i]];
		fit->columns[fit->count++] = number_expression(columns, terms[i], "terms");
	}
}

static char *
exposure_expression(const QueryColumns *columns, const char *exposure, const char *response)
{
	int			column = find_column(columns, exposure, "exposure");

	return psprintf("ph_support.log_exposure(%s, %s)", number_expression(columns, column, "exposure"), response);
}

static void
read_question(FunctionCallInfo fcinfo, Fit *fit)
{
	char	   *response = argument_column(fcinfo, 2);
	char	   *exposure = argument_column(fcinfo, 4);
	char	   *offset = argument_column(fcinfo, 5);
	char	   *weight = argument_column(fcinfo, 6);
	char	   *cluster = argument_column(fcinfo, 8);
	const QueryColumns *columns = &fit->query->columns;
	const char *others[5];

	if (columns->count == 0)
		argument_error("query", "must have columns", NULL);
	if (response == NULL)
		response = columns->names[0];
	if (exposure && fit->family != FAMILY_POISSON)
		argument_error("exposure", "is for Poisson models", NULL);
	if (exposure && offset)
		argument_error("exposure", "cannot be given beside an offset", "The offset of an exposure is its logarithm.");
	if (offset && fit->family == FAMILY_LINEAR)
		argument_error("offset_column", "is for logistic and Poisson models", "Take it off the response.");
	others[0] = response;
	others[1] = exposure;
	others[2] = offset;
	others[3] = weight;
	others[4] = cluster;
	fit->response = number_expression(columns, find_column(columns, response, "response"), "response");
	fit->weight = weight ? number_expression(columns, find_column(columns, weight, "weight"), "weight") : "1";
	if (weight && fit->weight_type == WEIGHT_FREQUENCY)
		fit->weight = psprintf("ph_support.frequency_weight(%s)", fit->weight);
	fit->offset = offset ? number_expression(columns, find_column(columns, offset, "offset_column"), "offset_column") :
		exposure ? exposure_expression(columns, exposure, fit->response) : "0";
	if (cluster)
		fit->cluster = psprintf("q.%s", quote_identifier(columns->names[find_column(columns, cluster, "cluster")]));
	read_terms(fcinfo, fit, columns, others, lengthof(others));
}

/* ---- what enters ---- */

/* The columns that the ones before them do not make up, and their means. */
static Factor
first_factor(Fit *fit, Regression *products)
{
	return factor_new(regression_triangle(products), fit->count, fit->intercept, COLLINEAR);
}

static void
centre_columns(Fit *fit, Regression *products)
{
	fit->centre = palloc0(sizeof(double) * Max(fit->count, 1));
	for (int j = 1; fit->intercept && j < fit->count; j++)
		fit->centre[j] = sum_value(regression_triangle(products)[PACKED(0, j)]) / sum_value(products->weight);
}

static char *
joined_names(char **names, const bool *chosen, int count)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int j = 0; j < count; j++)
		if (chosen[j])
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", names[j]);
	return list.data;
}

/* ---- the model ---- */

/* Numbers of the columns that entered, put at their places among all terms; NAN for the others. */
static double *
spread_list(const double *numbers, const bool *redundant, int count)
{
	double	   *all = palloc(sizeof(double) * Max(count, 1));

	for (int i = 0, k = 0; i < count; i++)
		all[i] = redundant[i] ? NAN : numbers[k++];
	return all;
}

static double *
spread_square(const double *numbers, int size, const bool *redundant, int count)
{
	double	   *all = palloc(sizeof(double) * Max((Size) count * count, 1));

	for (int i = 0, k = 0; i < count; i++)
	{
		for (int j = 0, l = 0; j < count; j++)
			all[i * count + j] = redundant[i] || redundant[j] ? NAN : numbers[k * size + l++];
		k += !redundant[i];
	}
	return all;
}

/* Why no fit can be tried on such a response; NULL where it can. */
static const char *
hopeless(RegressionFamily family, const Regression *products)
{
	if (products == NULL || products->rows == 0)
		return "no_rows";
	if (family == FAMILY_LOGISTIC && products->least == products->greatest)
		return "one_class";
	if (family == FAMILY_POISSON && products->greatest == 0)
		return "no_events";
	return NULL;
}

/* n as the weights say: frequencies count people, the others do not. */
static double
observations(const Fit *fit, const Regression *products)
{
	return fit->weight_type == WEIGHT_FREQUENCY ? sum_value(products->weight) : products->rows;
}

static void
information_criteria(Model *model, double parameters, double n)
{
	model->aic = -2 * model->log_likelihood + 2 * parameters;
	model->bic = -2 * model->log_likelihood + log(n) * parameters;
}

/* The normal likelihood at its own variance, which is a parameter too. */
static void
judge_linear(Model *model, Fit *fit, Regression *products, const Sum *packed, double residual_squares, double n)
{
	int			y = fit->count;
	Sum			squares = packed[PACKED(y, y)];

	if (fit->intercept)
	{
		Sum			response = packed[PACKED(0, y)];

		squares = dd_minus(squares, dd_over(dd_times(response, response), packed[0]));
	}
	model->deviance = residual_squares;
	model->null_deviance = sum_value(squares);
	model->r_squared = products->least < products->greatest || !fit->intercept
		? 1 - residual_squares / model->null_deviance : NAN;
	model->residual_standard_error = model->degrees_of_freedom > 0
		? sqrt(residual_squares / model->degrees_of_freedom) : NAN;
	model->log_likelihood = residual_squares > 0 ? -n / 2 * (log(2 * M_PI * residual_squares / n) + 1) : NAN;
	if (fit->weight_type == WEIGHT_PRECISION)
		model->log_likelihood += sum_value(products->log_weight) / 2;
	information_criteria(model, model->rank + 1, n);
}

/* Cross products about the means, with the intercept apart from the rest. */
static Sum *
centred_products(const Sum *packed, int count)
{
	Sum		   *centred = palloc_array(Sum, PACKED_SIZE(count));

	memcpy(centred, packed, sizeof(Sum) * PACKED_SIZE(count));
	for (int j = 1; j < count; j++)
	{
		centred[PACKED(0, j)] = (Sum) {0, 0};
		for (int i = 1; i <= j; i++)
			centred[PACKED(i, j)] = dd_minus(packed[PACKED(i, j)],
											 dd_over(dd_times(packed[PACKED(0, i)], packed[PACKED(0, j)]), packed[0]));
	}
	return centred;
}

/* Robust variances are sums over rows in doubles, so the columns are centred first. */
static void
robust_linear(Model *model, Fit *fit, Regression *products, double n)
{
	int			k = fit->count;
	Sum		   *packed = regression_triangle(products);
	Factor		factor = factor_new(fit->intercept ? centred_products(packed, k) : packed, k, false, 0);

	centre_columns(fit, products);
	fit->coefficients = palloc_array(double, Max(k, 1));
	memcpy(fit->coefficients, model->coefficients, sizeof(double) * k);
	if (fit->intercept)
		fit->coefficients[0] = sum_value(packed[PACKED(0, k)]) / sum_value(packed[0]);
	model->covariance = fit_robust_covariance(fit, factor_inverse(&factor), n, &model->clusters);
	fit_uncentre(fit, fit->coefficients, model->covariance);
}

/* Exact least squares: everything in double-double from the exact cross products. */
static void
fit_linear(Model *model, Fit *fit, Regression *products, double n)
{
	int			k = fit->count;
	Sum		   *packed = regression_triangle(products);
	Sum		   *right = palloc(sizeof(Sum) * Max(k, 1));
	Factor		factor = first_factor(fit, products);
	Factor		with_response = factor_new(packed, k + 1, false, 0);
	double		residual_squares = Max(sum_value(with_response.diagonal[k]), 0);

	for (int j = 0; j < k; j++)
		right[j] = packed[PACKED(j, k)];
	model->coefficients = palloc(sizeof(double) * Max(k, 1));
	factor_solve(&factor, right, model->coefficients);
	judge_linear(model, fit, products, packed, residual_squares, n);
	if (fit->variance != VARIANCE_MODEL)
		robust_linear(model, fit, products, n);
	else if (model->degrees_of_freedom > 0)
	{
		model->covariance = factor_inverse(&factor);
		for (int i = 0; i < k * k; i++)
			model->covariance[i] *= residual_squares / model->degrees_of_freedom;
	}
}

/* The terms that the last step moves, each in its own standard deviations. */
static char *
moving_terms(const Fit *fit, Regression *products)
{
	bool	   *moving = palloc0(sizeof(bool) * Max(fit->count, 1));
	double	   *moves = palloc0(sizeof(double) * Max(fit->count, 1));
	double		largest = 0;

	for (int j = fit->intercept; j < fit->count; j++)
	{
		double		mean_square = sum_value(regression_triangle(products)[PACKED(j, j)]) / sum_value(products->weight);

		moves[j] = fabs(fit->direction[j]) * sqrt(fmax(mean_square - fit->centre[j] * fit->centre[j], 0));
		largest = fmax(largest, moves[j]);
	}
	for (int j = fit->intercept; j < fit->count; j++)
		moving[j] = moves[j] > 1e-3 * largest;
	return joined_names(fit->names, moving, fit->count);
}

static void
fit_generalised(Model *model, Fit *fit, Regression *products, double n)
{
	Regression *final = NULL;
	FitOutcome		outcome;
	Factor		factor;
	double	   *bread;

	centre_columns(fit, products);
	outcome = fit_newton(fit, &final, &model->iterations);
	model->status = outcome_words[outcome];
	if (outcome == FIT_SEPARATION)
		model->note = psprintf("separation: no finite estimate of %s", moving_terms(fit, products));
	if (outcome != FIT_CONVERGED)
		return;
	model->log_likelihood = sum_value(final->log_likelihood);
	model->deviance = sum_value(final->deviance);
	model->pearson = sum_value(final->pearson);
	information_criteria(model, model->rank, n);
	factor = factor_new(regression_triangle(final), fit->count, false, 0);
	bread = factor_inverse(&factor);
	model->coefficients = palloc(sizeof(double) * Max(fit->count, 1));
	memcpy(model->coefficients, fit->coefficients, sizeof(double) * fit->count);
	model->covariance = fit->variance == VARIANCE_MODEL ? bread
		: fit_robust_covariance(fit, bread, n, &model->clusters);
	fit_uncentre(fit, model->coefficients, model->covariance);
}

static char *
complete_condition(const Fit *fit)
{
	StringInfoData sql;

	if (fit->complete)
		return fit->complete;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "(true");
	for (int j = 0; j < fit->count; j++)
		appendStringInfo(&sql, " and %s is not null", fit->columns[j]);
	appendStringInfoString(&sql, ")");
	return sql.data;
}

/*
 * What the intercept and the offset alone would reach.  Without an offset, and for rates, the intercept
 * is known: the fit is a single pass.
 */
static void
fit_null(Model *model, const Fit *fit, const Regression *products)
{
	Fit			null = *fit;
	double		events = sum_value(products->response),
				n = sum_value(products->weight);
	double		intercept = fit->family == FAMILY_POISSON ? log(events / sum_value(products->exposure))
		: log(events / (n - events));
	Regression *final = NULL;
	int			iterations;

	if (!fit->intercept)
		return;
	null.complete = complete_condition(fit);
	null.count = 1;
	null.has_fingerprint = false;
	null.direction = NULL;
	null.coefficients = &intercept;
	if (fit->family == FAMILY_POISSON || strcmp(fit->offset, "0") == 0)
		final = fit_pass(&null, PASS_STEP, false);
	else if (fit_newton(&null, &final, &iterations) != FIT_CONVERGED)
		return;
	model->null_log_likelihood = sum_value(final->log_likelihood);
	model->null_deviance = sum_value(final->deviance);
}

/* Leaves only the columns that are not made up of earlier ones. */
static void
keep_columns(Fit *fit, const bool *redundant)
{
	int			kept = 0;

	fit->complete = complete_condition(fit);
	for (int j = 0; j < fit->count; j++)
	{
		if (redundant[j])
			continue;
		fit->names[kept] = fit->names[j];
		fit->columns[kept++] = fit->columns[j];
	}
	fit->count = kept;
}

static Model
fit_model(Fit *fit)
{
	Regression *products = fit_pass(fit, PASS_PRODUCTS, false);
	Model		model = model_empty(fit->family, NULL, fit->count, "ok");
	const char *why = hopeless(fit->family, products);
	Factor		factor;
	double		n;

	model.terms = palloc(sizeof(char *) * Max(fit->count, 1));
	memcpy(model.terms, fit->names, sizeof(char *) * fit->count);
	model.variance = variances[fit->variance];
	model.rows = products ? products->rows : 0;
	model.rows_left_out = products ? products->left_out : 0;
	if (why)
	{
		model.status = why;
		return model;
	}
	n = observations(fit, products);
	factor = first_factor(fit, products);
	model.rank = factor.rank;
	model.degrees_of_freedom = n - factor.rank;
	if (factor.rank < fit->count)
	{
		keep_columns(fit, factor.redundant);
		fit->has_fingerprint = false;
		products = fit_pass(fit, PASS_PRODUCTS, false);
	}
	if (fit->family == FAMILY_LINEAR)
	{
		model.iterations = 1;
		fit_linear(&model, fit, products, n);
	}
	else
	{
		fit_generalised(&model, fit, products, n);
		if (model.coefficients)
			fit_null(&model, fit, products);
	}
	if (fit->cluster && model.coefficients && model.clusters < 2)
		model.note = "one_cluster: nothing is known of the variance between clusters";
	if (factor.rank < model.count && model.coefficients)
	{
		model.coefficients = spread_list(model.coefficients, factor.redundant, model.count);
		if (model.covariance)
			model.covariance = spread_square(model.covariance, fit->count, factor.redundant, model.count);
		model.status = "collinear";
		model.note = psprintf("collinear: %s", joined_names(model.terms, factor.redundant, model.count));
	}
	return model;
}

/*
 * ph.fit(family text, query text, response text, terms text[], exposure text, offset_column text, weight text,
 *   weight_type text, cluster text, variance text, intercept boolean, max_iterations int) -> ph.model
 *
 * Maximum likelihood over the rows of a query; columns are named.  A fit that fails gives no coefficients
 * and says why in the status.  Errors: columns that are not there or not numbers, values that are not
 * finite, a query that is not stable.
 */
PG_FUNCTION_INFO_V1(fit);
Datum
fit(PG_FUNCTION_ARGS)
{
	MemoryContext caller = work_memory_open();
	MemoryContext own;
	Fit			fit = {.rows = -1};
	bool		by_cluster;
	Model		model;
	Datum		result;

	fit.family = argument_choice(fcinfo, 0, "family", regression_families);
	if (fit.family == FAMILY_COX)
		argument_error("family", "must be linear, logistic or poisson",
					   "A Cox model can be given with ph.given_model.");
	fit.query = argument_query(fcinfo, 1);
	fit.weight_type = argument_choice(fcinfo, 7, "weight_type", weight_types);
	if (fit.weight_type == WEIGHT_PRECISION && fit.family != FAMILY_LINEAR)
		argument_error("weight_type", "must be frequency or probability for logistic and Poisson models",
					   "The mean of an event sets its variance; a row that stands for several has their number as its"
					   " frequency.");
	if (PG_ARGISNULL(6))
		fit.weight_type = WEIGHT_FREQUENCY; /* each row is one */
	fit.variance = argument_choice(fcinfo, 9, "variance", variances);
	by_cluster = fit.variance == VARIANCE_CLUSTER || fit.variance == VARIANCE_CLUSTER0;
	if (by_cluster == PG_ARGISNULL(8))
		argument_error("cluster", "must be given with the variance cluster, and only with it", NULL);
	if (fit.weight_type == WEIGHT_PROBABILITY && fit.variance == VARIANCE_MODEL)
		argument_error("variance", "must be hc0, hc1 or cluster where weights are probabilities", NULL);
	if (PG_ARGISNULL(10))
		argument_error("intercept", "must not be null", NULL);
	fit.intercept = PG_GETARG_BOOL(10);
	fit.most_iterations = argument_whole(fcinfo, 11, "max_iterations", 1, 1000);

	read_question(fcinfo, &fit);
	model = fit_model(&fit);
	own = MemoryContextSwitchTo(caller);
	result = model_datum(fcinfo, &model);
	MemoryContextSwitchTo(own);
	work_memory_close(caller);
	return result;
}
