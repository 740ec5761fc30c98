/* fit_pass.c: one pass of a fit over the rows of its query. */
#include "model/fit_pass.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

static Datum
parameters_datum(const Fit *fit, RegressionPass pass)
{
	int			lists = pass == PASS_PRODUCTS ? 0 : pass == PASS_START ? 1
		: pass == PASS_STEP && fit->direction ? 3 : 2;
	const double *given[] = {fit->centre, fit->coefficients, fit->direction};
	Datum	   *elements = palloc(sizeof(Datum) * Max(3 * fit->count, 1));

	for (int list = 0; list < lists; list++)
		for (int j = 0; j < fit->count; j++)
			elements[list * fit->count + j] = Float8GetDatum(given[list][j]);
	return PointerGetDatum(construct_array(elements, lists * fit->count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/* The rows of the query as response, columns, weight and offset; a row without cluster counts as missing. */
static char *
source_of(const Fit *fit, bool by_cluster)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "select ");
	if (fit->cluster || fit->complete)
		appendStringInfo(&sql, "case when %s%s%s then %s end", fit->cluster ? fit->cluster : "", fit->cluster
						 ? " is not null and " : "",
						 fit->complete ? fit->complete : "true", fit->response);
	else
		appendStringInfoString(&sql, fit->response);
	appendStringInfoString(&sql, " as y, array[");
	for (int j = 0; j < fit->count; j++)
		appendStringInfo(&sql, "%s%s", j > 0 ? ", " : "", fit->columns[j]);
	appendStringInfo(&sql, "]::pg_catalog.float8[] as x, (%s)::pg_catalog.float8 as w, (%s)::pg_catalog.float8 as o",
					 fit->weight, fit->offset);
	if (by_cluster)
		appendStringInfo(&sql, ", %s as cluster", fit->cluster);
	appendStringInfoString(&sql, " from user_query q");
	return sql.data;
}

static char *
pass_query(const Fit *fit, RegressionPass pass, bool by_cluster)
{
	char	   *sums = psprintf("ph.regression_sums('%s', '%s', y, x, w, o, $1, %s)", regression_passes[pass],
								regression_families[fit->family],
								fit->weight_type == WEIGHT_FREQUENCY ? "false" : "true");

	if (by_cluster)
		return psprintf("select ph.regression_outer(scores) from (select %s as scores from (%s) s"
						" where cluster is not null group by cluster) c",
						sums, source_of(fit, true));
	return psprintf("select %s from (%s) s", sums, source_of(fit, false));
}

/* Every pass must meet the rows of the first; one over clusters counts clusters. */
static void
check_rows(Fit *fit, const Regression *result, bool by_cluster)
{
	if (fit->rows >= 0 && (result == NULL || (!by_cluster && result->rows != fit->rows)))
		query_changed();
	if (fit->has_fingerprint && result->fingerprint != fit->fingerprint)
		query_changed();
	if (by_cluster)
		return;
	fit->rows = result ? result->rows : 0;
	fit->fingerprint = result ? result->fingerprint : 0;
	fit->has_fingerprint = true;
}

Regression *
fit_pass(Fit *fit, RegressionPass pass, bool by_cluster)
{
	const Oid	type = type_in_ph("regression"),
				parameters = FLOAT8ARRAYOID;
	Datum		values[] = {parameters_datum(fit, pass)};
	QueryQuestion question = {
		.sql = pass_query(fit, pass, by_cluster),
		.parameters = 1,
		.parameter_types = &parameters,
		.parameter_values = values,
		.columns = 1,
		.types = &type,
		.element_names = fit->names,
		.element_count = fit->count,
		.element_largest = REGRESSION_LARGEST
	};
	Regression *result = NULL;
	Datum		datum;

	CHECK_FOR_INTERRUPTS();
	fit->passes++;
	if (query_ask_value(fit->query, &question, &datum))
		result = regression_open(datum);
	check_rows(fit, result, by_cluster);
	if (result && (result->family != fit->family || result->columns != fit->count ||
				   result->pass != (by_cluster ? PASS_SQUARES : pass)))
		query_changed();
	ereport(DEBUG1, (errmsg("ph.fit: pass %d, %s", fit->passes, regression_passes[pass])));
	return result;
}
