/* regression.c: the type ph.regression, one pass of a regression over its rows. */
#include "model/regression.h"

#include <math.h>

#include "core/type_error.h"

const char *const regression_families[] = {"linear", "logistic", "poisson", "cox", NULL};
const char *const regression_passes[] = {"products", "start", "step", "scores", "squares", NULL};

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

int
regression_sum_count(RegressionPass pass, int columns)
{
	return gradient_size(pass, columns) + triangle_size(pass, columns);
}

Size
regression_size(RegressionPass pass, int columns, int parameters)
{
	return offsetof(Regression, sums) + sizeof(Sum) * regression_sum_count(pass, columns) + sizeof(double) * parameters;
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

double *
regression_parameters(Regression *regression)
{
	return (double *) (regression->sums + regression_sum_count(regression->pass, regression->columns));
}

bool
regression_parameters_fit(RegressionPass pass, int columns, int parameters)
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

const char *
regression_problem(const Regression *regression, Size size)
{
	if (size < offsetof(Regression, sums) || regression->version != REGRESSION_VERSION)
		return "another version";
	if (regression->pass > PASS_SQUARES || regression->family >= FAMILY_COX || regression->flags != 0 ||
		regression->columns < 0 || regression->columns > REGRESSION_MOST_TERMS ||
		regression->parameters < 0 || regression->parameters > 3 * REGRESSION_MOST_TERMS ||
		size != regression_size(regression->pass, regression->columns, regression->parameters))
		return "a header that does not fit";
	/* the sum over clusters has none */
	if (!regression_parameters_fit(regression->pass, regression->columns, regression->parameters) &&
		!(regression->pass == PASS_SQUARES && regression->parameters == 0))
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
		stored_value_error("ph.regression");
	return regression;
}

Regression *
regression_new(RegressionPass pass, RegressionFamily family, int columns, int parameters)
{
	Size		size = regression_size(pass, columns, parameters);
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
