/*
 * cluster_rows.c: the rows of a query for clusters: all of them in passes that PostgreSQL may run in parallel, or a
 * sample of them in memory.
 *
 * All passes see the snapshot of the calling statement.  The sample takes every n-th row in the order of the values
 * themselves, so that it does not hang on how the rows are stored.
 */
#include "segment/cluster.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#define BATCH 1000

/* ---- columns ---- */

static bool
is_category(Oid type)
{
	return type == BOOLOID || type == TEXTOID || type == VARCHAROID || type == BPCHAROID || type_is_enum(type);
}

/* The words of a category in order, as a list of literals. */
static char *
read_words(ClusterSource *source, const char *expression, int category)
{
	char	   *sql = psprintf("select pg_catalog.array_agg(w order by w collate \"C\") from (select distinct (%s) as w from (%s\n) q where %s is not null limit %d) s",
							   expression, source->query, expression, CLUSTER_MOST_WORDS + 1);
	Datum		words;
	bool		isnull;
	Datum	   *elements = NULL;
	bool	   *nulls;
	int			count = 0;
	char	   *literal = "'{}'";

	if (SPI_execute(sql, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		argument_error("query", "must be a SELECT", NULL);
	words = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
	{
		deconstruct_array(DatumGetArrayTypeP(words), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
		literal = quote_literal_cstr(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	}
	source->limits[category] = Max(count, 1);
	source->words[category] = palloc0_array(char *, Max(count, 1));
	for (int i = 0; i < count; i++)
		source->words[category][i] = TextDatumGetCString(elements[i]);
	source->word_count += source->limits[category];
	if (source->word_count > CLUSTER_MOST_WORDS)
		argument_error("terms", psprintf("must not have more than %d different words, which they have with column \"%s\"",
										 CLUSTER_MOST_WORDS, source->category_names[category]),
					   "Name the terms without it, or group its words in the query.");
	return literal;
}

static void
add_category(ClusterSource *source, const QueryColumns *columns, int position)
{
	int			category = source->categories++;
	char	   *expression = psprintf("q.%s::pg_catalog.text collate \"C\"", quote_identifier(columns->names[position]));

	if (category >= CLUSTER_MOST_CATEGORIES)
		argument_error("terms", psprintf("must not be more than %d categories", CLUSTER_MOST_CATEGORIES), NULL);
	source->category_names[category] = columns->names[position];
	source->category_expressions[category] = psprintf("pg_catalog.array_position(%s::pg_catalog.text[], %s)", read_words(source, expression, category), expression);
}

static char *
label_expression(const QueryColumns *columns, const char *name, const char *argument)
{
	return name ? psprintf("q.%s::pg_catalog.text", quote_identifier(columns->names[find_column(columns, name, argument)])) : NULL;
}

/* Says what to read of the source's query: terms, or all columns; words and booleans are categories if mixed. */
void
cluster_source_open(ClusterSource *source, ArrayType *terms, bool mixed, const char *person, const char *cluster)
{
	QueryColumns columns = query_columns(source->query);
	const char *others[] = {person, cluster};
	int		   *positions;
	int			count = query_terms(terms, &columns, others, lengthof(others), CLUSTER_MOST_COLUMNS, &positions);

	if (count == 0)
		argument_error("terms", "must have a column", NULL);
	source->rows = -1;
	source->names = palloc_array(char *, count);
	source->expressions = palloc_array(char *, count);
	source->category_names = palloc_array(char *, count);
	source->category_expressions = palloc_array(char *, count);
	source->words = palloc_array(char **, count);
	source->limits = palloc_array(int, count);
	source->person = label_expression(&columns, person, "person");
	source->cluster = label_expression(&columns, cluster, "cluster");
	/* who is in no cluster has no part in it */
	if (cluster)
		source->query = psprintf("select * from (%s\n) q where q.%s is not null", source->query, quote_identifier(cluster));
	for (int i = 0; i < count; i++)
		if (mixed && is_category(columns.types[positions[i]]))
			add_category(source, &columns, positions[i]);
		else
		{
			source->names[source->columns] = columns.names[positions[i]];
			source->expressions[source->columns++] = number_expression(&columns, positions[i], "terms");
		}
}

/* ---- all rows ---- */

static void
append_list(StringInfo sql, char **expressions, int count)
{
	for (int i = 0; i < count; i++)
		appendStringInfo(sql, "%s%s", i > 0 ? ", " : "", expressions[i]);
}

static char *
pass_query(const ClusterSource *source)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "select ph.cluster_step($1, array[");
	append_list(&sql, source->expressions, source->columns);
	appendStringInfoString(&sql, "]::pg_catalog.float8[], array[");
	append_list(&sql, source->category_expressions, source->categories);
	appendStringInfo(&sql, "]::pg_catalog.int4[]) from (%s\n) q", source->query);
	return sql.data;
}

/* One pass over all rows; NULL of no rows. */
ClusterSums *
cluster_pass(void *over, ClusterSums *start)
{
	ClusterSource *source = over;
	Oid			types[] = {DatumGetObjectId(DirectFunctionCall1(regtypein, CStringGetDatum("ph.cluster_sums")))};
	Datum		values[] = {PointerGetDatum(start)};
	ClusterSums *result = NULL;
	int64		rows = 0;
	Datum		datum;
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	if (SPI_execute_with_args(pass_query(source), 1, types, values, NULL, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		argument_error("query", "must be a SELECT", NULL);
	datum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
	{
		MemoryContext old = MemoryContextSwitchTo(source->context);

		result = cluster_open(PointerGetDatum(PG_DETOAST_DATUM_COPY(datum)));
		MemoryContextSwitchTo(old);
		rows = (int64) cluster_people(result);
	}
	SPI_freetuptable(SPI_tuptable);
	if (source->rows >= 0 && source->rows != rows)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"query\" must return the same rows in every pass"),
				 errhint("It calls something volatile, such as random(): store its rows in a table first.")));
	source->rows = rows;
	ereport(DEBUG1, (errmsg("ph: a pass over %lld rows, cost %g", (long long) rows, result ? cluster_inertia(result) : 0)));
	return result;
}

/* All rows as one cluster; NULL of no rows. */
ClusterSums *
cluster_describe(ClusterSource *source)
{
	ClusterSums *start = cluster_new(1, source->columns, source->categories, source->word_count);

	for (int j = 0; j < source->columns; j++)
		cluster_weights(start)[j] = 1;
	for (int j = 0; j < source->categories; j++)
	{
		cluster_limits(start)[j] = source->limits[j];
		cluster_modes(start, 0)[j] = 1;
	}
	return cluster_pass(source, start);
}

static double
column_variance(ClusterSums *described, int column)
{
	double		people = cluster_people(described);

	return people > 1 ? cluster_column_squares(described, 0, column) / (people - 1) : 0;
}

/* A column that does not vary weighs nothing. */
void
cluster_scale(ClusterSums *described, double *weights)
{
	for (int j = 0; j < described->columns; j++)
	{
		double		variance = column_variance(described, j);

		weights[j] = variance > 1e-30 * cluster_mean(described, 0, j) * cluster_mean(described, 0, j) && variance > 1e-150 ? 1 / variance : 0;
	}
}

/*
 * The mean variance of the columns over the mean of 1 - sum p^2 of the categories, as Szepannek 2018 ("clustMixType")
 * balances them; 1 where either does not exist.
 */
double
cluster_default_gamma(ClusterSums *described, const double *weights)
{
	const double *counts = cluster_counts(described, 0);
	double		people = cluster_people(described);
	double		variance = 0,
				diversity = 0;

	for (int j = 0; j < described->columns; j++)
		variance += weights[j] * column_variance(described, j) / described->columns;
	for (int j = 0; j < described->categories; j++)
	{
		double		same = 0;

		for (int word = 0; word < (int) cluster_limits(described)[j]; word++)
			same += (counts[word] / people) * (counts[word] / people);
		counts += (int) cluster_limits(described)[j];
		diversity += (1 - same) / described->categories;
	}
	return variance > 0 && diversity > 0 ? variance / diversity : 1;
}

/* ---- some rows ---- */

static void
append_numbered(StringInfo sql, const char *prefix, int count)
{
	for (int i = 0; i < count; i++)
		appendStringInfo(sql, "%s%s%d", sql->len > 0 ? ", " : "", prefix, i + 1);
}

static void
append_known(StringInfo sql, const char *prefix, int count)
{
	for (int i = 0; i < count; i++)
		appendStringInfo(sql, "%s%d is not null and ", prefix, i + 1);
}

/* The names that the sample's query gives its columns. */
static char *
sample_columns(const ClusterSource *source)
{
	StringInfoData list;

	initStringInfo(&list);
	append_numbered(&list, "x", source->columns);
	append_numbered(&list, "c", source->categories);
	if (source->cluster)
		appendStringInfoString(&list, ", cluster");
	if (source->person)
		appendStringInfoString(&list, ", person");
	return list.data;
}

static char *
sample_query(const ClusterSource *source)
{
	StringInfoData sql;
	char	   *all = sample_columns(source);

	initStringInfo(&sql);
	appendStringInfo(&sql, "select %s from (select e.*, pg_catalog.row_number() over (order by %s) as place from (select ", all, all);
	for (int i = 0; i < source->columns; i++)
		appendStringInfo(&sql, "%s%s as x%d", i > 0 ? ", " : "", source->expressions[i], i + 1);
	for (int i = 0; i < source->categories; i++)
		appendStringInfo(&sql, "%s%s as c%d", source->columns + i > 0 ? ", " : "", source->category_expressions[i], i + 1);
	if (source->cluster)
		appendStringInfo(&sql, ", %s collate \"C\" as cluster", source->cluster);
	if (source->person)
		appendStringInfo(&sql, ", %s collate \"C\" as person", source->person);
	appendStringInfo(&sql, " from (%s\n) q) e where ", source->query);
	append_known(&sql, "x", source->columns);
	append_known(&sql, "c", source->categories);
	appendStringInfo(&sql, "true) s where ((place operator(pg_catalog.*) $1) operator(pg_catalog./) $2) operator(pg_catalog.<>)"
					 " (((place operator(pg_catalog.-) 1) operator(pg_catalog.*) $1) operator(pg_catalog./) $2) order by place");
	return sql.data;
}

static ClusterRows
rows_new(const ClusterSource *source, int count)
{
	ClusterRows rows = {.columns = source->columns, .categories = source->categories};

	rows.x = palloc_array(double, Max((Size) count * source->columns, 1));
	rows.codes = palloc_array(double, Max((Size) count * source->categories, 1));
	rows.cluster = source->cluster ? palloc_array(char *, Max(count, 1)) : NULL;
	rows.person = source->person ? palloc_array(char *, Max(count, 1)) : NULL;
	return rows;
}

static void
read_row(ClusterRows *rows, HeapTuple tuple, TupleDesc desc, Datum *values, bool *nulls)
{
	int			field = rows->columns + rows->categories;

	heap_deform_tuple(tuple, desc, values, nulls);
	for (int j = 0; j < rows->columns; j++)
		rows->x[(Size) rows->count * rows->columns + j] = DatumGetFloat8(values[j]);
	for (int j = 0; j < rows->categories; j++)
		rows->codes[(Size) rows->count * rows->categories + j] = DatumGetInt32(values[rows->columns + j]);
	if (rows->cluster)
		rows->cluster[rows->count] = TextDatumGetCString(values[field++]);
	if (rows->person)
		rows->person[rows->count] = nulls[field] ? NULL : TextDatumGetCString(values[field]);
	rows->count++;
}

/* At most so many of the complete rows of the query, of which there are so many; in the order of their values. */
ClusterRows
cluster_sample(ClusterSource *source, int64 rows, int most)
{
	int			wanted = (int) Min(rows, most);
	ClusterRows result = rows_new(source, wanted);
	int			fields = source->columns + source->categories + 2;
	Datum	   *values = palloc_array(Datum, fields);
	bool	   *nulls = palloc_array(bool, fields);
	Portal		portal;

	if (wanted == 0)
		return result;
	portal = SPI_cursor_open_with_args(NULL, sample_query(source), 2, (Oid[]) {INT8OID, INT8OID},
									   (Datum[]) {Int64GetDatum(wanted), Int64GetDatum(rows)}, NULL, true, 0);
	for (;;)
	{
		uint64		count;

		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, BATCH);
		count = SPI_processed;
		for (uint64 i = 0; i < count && result.count < wanted; i++)
			read_row(&result, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		SPI_freetuptable(SPI_tuptable);
		if (count == 0)
			break;
	}
	SPI_cursor_close(portal);
	return result;
}
