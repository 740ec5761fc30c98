/* fit_variance.c: variances that do not take the model's word for them. */
#include "model/fit_variance.h"

#include <math.h>

#include "model/fit_pass.h"

/* A B A of symmetric matrices, count x count. */
static double *
sandwich(const double *bread, Regression *squares, int count, double factor)
{
	double	   *half = palloc0(sizeof(double) * Max((Size) count * count, 1));
	double	   *whole = palloc0(sizeof(double) * Max((Size) count * count, 1));
	Sum		   *meat = regression_triangle(squares);

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			for (int k = 0; k < count; k++)
				half[i * count + j] += bread[i * count + k] * sum_value(meat[k <= j ? PACKED(k, j) : PACKED(j, k)]);
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			for (int k = 0; k < count; k++)
				whole[i * count + j] += factor * half[i * count + k] * bread[k * count + j];
	return whole;
}

/*
 * HC0 of White 1980, HC1 with n / (n - k); clusters as Liang and Zeger 1986, with G / (G - 1) and, for
 * linear models, (n - 1) / (n - k), unless the name is cluster0.
 */
double *
fit_robust_covariance(Fit *fit, const double *bread, double n, int64 *clusters)
{
	bool		by_cluster = fit->variance == VARIANCE_CLUSTER || fit->variance == VARIANCE_CLUSTER0;
	Regression *squares;
	double		factor = 1;

	fit->direction = NULL;
	squares = fit_pass(fit, by_cluster ? PASS_SCORES : PASS_SQUARES, by_cluster);
	if (fit->variance == VARIANCE_HC1)
		factor = n / (n - fit->count);
	if (by_cluster)
		*clusters = squares ? squares->rows : 0;
	if (fit->variance == VARIANCE_CLUSTER)
		factor = *clusters / (*clusters - 1.0) * (fit->family == FAMILY_LINEAR ? (n - 1) / (n - fit->count) : 1);
	if (squares == NULL || !isfinite(factor) || factor < 0 || n <= fit->count || (by_cluster && *clusters < 2))
		return NULL;
	return sandwich(bread, squares, fit->count, factor);
}

/* From centred columns to the columns as they are: the intercept takes up what centring took off. */
void
fit_uncentre(const Fit *fit, double *coefficients, double *covariance)
{
	int			n = fit->count;

	if (!fit->intercept)
		return;
	for (int j = 1; j < n; j++)
		coefficients[0] -= coefficients[j] * fit->centre[j];
	if (covariance == NULL)
		return;
	for (int pass = 0; pass < 2; pass++)	/* T C, then (T C) T' */
		for (int j = 0; j < n; j++)
			for (int k = 1; k < n; k++)
				covariance[pass == 0 ? j : j * n] -= fit->centre[k] * covariance[pass == 0 ? k * n + j : j * n + k];
}
