/* fit_pass.c: one pass of a fit over the rows of its query. */
#include "risk/fit.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

static Datum
parameters_datum(const Fit *fit, RegressionPass pass)
{
	int			lists = pass == PASS_PRODUCTS ? 0 : pass == PASS_START ? 1 : pass == PASS_STEP && fit->direction ? 3 : 2;
	const double *given[] = {fit->centre, fit->coefficients, fit->direction};
	Datum	   *elements = palloc(sizeof(Datum) * Max(3 * fit->count, 1));

	for (int list = 0; list < lists; list++)
		for (int j = 0; j < fit->count; j++)
			elements[list * fit->count + j] = Float8GetDatum(given[list][j]);
	return PointerGetDatum(construct_array(elements, lists * fit->count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* The rows of the query as response, columns, weight and offset; a row without cluster counts as missing. */
static char *
source_of(const Fit *fit, bool by_cluster)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "select ");
	if (fit->cluster || fit->complete)
		appendStringInfo(&sql, "case when %s%s%s then %s end", fit->cluster ? fit->cluster : "", fit->cluster ? " is not null and " : "",
						 fit->complete ? fit->complete : "true", fit->response);
	else
		appendStringInfoString(&sql, fit->response);
	appendStringInfoString(&sql, " as y, array[");
	for (int j = 0; j < fit->count; j++)
		appendStringInfo(&sql, "%s%s", j > 0 ? ", " : "", fit->columns[j]);
	appendStringInfo(&sql, "]::pg_catalog.float8[] as x, (%s)::pg_catalog.float8 as w, (%s)::pg_catalog.float8 as o", fit->weight, fit->offset);
	if (by_cluster)
		appendStringInfo(&sql, ", %s as cluster", fit->cluster);
	appendStringInfo(&sql, " from (%s\n) q", fit->query);
	return sql.data;
}

/* A copy of what the pass summed up; NULL of no rows. */
Regression *
fit_pass(Fit *fit, RegressionPass pass, bool by_cluster)
{
	Oid			types[] = {FLOAT8ARRAYOID};
	Datum		values[] = {parameters_datum(fit, by_cluster ? PASS_SCORES : pass)};
	char	   *sums = psprintf("ph.regression_sums('%s', '%s', y, x, w, o, $1, %s)", regression_passes[by_cluster ? PASS_SCORES : pass],
								regression_families[fit->family], fit->probability ? "true" : "false");
	char	   *sql = by_cluster
		? psprintf("select ph.regression_outer(scores) from (select %s as scores from (%s) s where cluster is not null group by cluster) c", sums, source_of(fit, true))
		: psprintf("select %s from (%s) s", sums, source_of(fit, false));
	Regression *result = NULL;
	bool		isnull;
	Datum		datum;

	CHECK_FOR_INTERRUPTS();
	fit->passes++;
	if (SPI_execute_with_args(sql, 1, types, values, NULL, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		argument_error("query", "must be a SELECT", NULL);
	datum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
	{
		MemoryContext old = MemoryContextSwitchTo(fit->context);

		result = regression_open(PointerGetDatum(PG_DETOAST_DATUM_COPY(datum)));
		MemoryContextSwitchTo(old);
	}
	SPI_freetuptable(SPI_tuptable);
	if (pass != PASS_PRODUCTS && !by_cluster &&
		(result == NULL || result->rows != fit->rows || result->least != fit->least || result->greatest != fit->greatest))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"query\" must return the same rows in every pass"),
				 errhint("It calls something volatile, such as random(): store its rows in a table first.")));
	ereport(DEBUG1, (errmsg("ph.fit: pass %d, %s", fit->passes, regression_passes[by_cluster ? PASS_SCORES : pass])));
	return result;
}
