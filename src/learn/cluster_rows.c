/*
 * cluster_rows.c: the rows of a query for clusters: all of them in passes that PostgreSQL may run in parallel, or a
 * sample of them in memory.
 *
 * All passes see the snapshot of the calling statement.  The sample takes every n-th row in the order of the values
 * themselves, so that it does not hang on how the rows are stored.
 */
#include "learn/cluster_rows.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query_columns.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define FIRST_WORDS 3			/* $1 and $2 are of the question itself */

/* ---- columns ---- */

static bool
is_category(Oid type)
{
	return type == BOOLOID || type == TEXTOID || type == VARCHAROID || type == BPCHAROID || type_is_enum(type);
}

/* "from user_query q", with the condition on its rows and another one. */
static char *
from_clause(const ClusterSource *source, const char *condition)
{
	return psprintf("from user_query q where (%s) and (%s)", source->condition ? source->condition : "true", condition);
}

/* The words of a category in order; no more than may be are kept. */
static void
read_words(ClusterSource *source, const char *expression, int category)
{
	QueryQuestion question = {
		.sql = psprintf("select pg_catalog.array_agg(w order by w) from (select distinct (%s) as w %s limit %d) s",
						expression, from_clause(source, psprintf("%s is not null", expression)),
						CLUSTER_MOST_WORDS + 1),
		.columns = 1,
		.types = (const Oid[]) {TEXTARRAYOID}
	};
	Datum	   *elements = NULL;
	bool	   *nulls = NULL;
	int			count = 0;

	if (query_ask_value(source->query, &question, &source->word_lists[category]))
		count = array_elements(DatumGetArrayTypeP(source->word_lists[category]), TEXTOID, &elements, &nulls);
	else
		source->word_lists[category] = PointerGetDatum(construct_empty_array(TEXTOID));
	source->limits[category] = Max(count, 1);
	source->words[category] = palloc0_array(char *, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			query_changed();
		source->words[category][i] = TextDatumGetCString(elements[i]);
	}
	source->word_count += source->limits[category];
	if (source->word_count > CLUSTER_MOST_WORDS)
		argument_error("terms",
					   psprintf("must not have more than %d different words, which they have with column \"%s\"",
										 CLUSTER_MOST_WORDS, source->category_names[category]),
					   "Name the terms without it, or group its words in the query.");
}

/* Words are parameters of a pass, behind its first one: a word is a value of a row, and has no place in a text. */
static void
add_category(ClusterSource *source, int position)
{
	int			category = source->categories++;
	const char *name = source->query->columns.names[position];
	char	   *expression = psprintf("q.%s::pg_catalog.text collate pg_catalog.\"C\"", quote_identifier(name));

	if (category >= CLUSTER_MOST_CATEGORIES)
		argument_error("terms", psprintf("must not be more than %d categories", CLUSTER_MOST_CATEGORIES), NULL);
	source->category_names[category] = pstrdup(name);
	source->category_expressions[category] = psprintf("pg_catalog.array_position($%d, %s)", FIRST_WORDS + category,
													  expression);
	read_words(source, expression, category);
}

static char *
label_expression(const QueryColumns *columns, const char *name, const char *argument)
{
	return name
		? psprintf("q.%s::pg_catalog.text", quote_identifier(columns->names[find_column(columns, name, argument)]))
		: NULL;
}

/* Says what to read of the source's query: terms, or all columns; words and booleans are categories if mixed. */
void
cluster_source_open(ClusterSource *source, ArrayType *terms, bool mixed, const char *person, const char *cluster)
{
	const QueryColumns *columns = &source->query->columns;
	const char *others[] = {person, cluster};
	int		   *positions;
	int			count = query_terms(terms, columns, others, lengthof(others), CLUSTER_MOST_COLUMNS, &positions);

	if (count == 0)
		argument_error("terms", "must have a column", NULL);
	source->rows = -1;
	source->names = palloc_array(char *, count);
	source->expressions = palloc_array(char *, count);
	source->category_names = palloc_array(char *, count);
	source->category_expressions = palloc_array(char *, count);
	source->word_lists = palloc_array(Datum, count);
	source->words = palloc_array(char **, count);
	source->limits = palloc_array(int, count);
	source->person = label_expression(columns, person, "person");
	source->cluster = label_expression(columns, cluster, "cluster");
	/* who is in no cluster has no part in it */
	if (cluster)
		source->condition = psprintf("q.%s is not null", quote_identifier(cluster));
	for (int i = 0; i < count; i++)
		if (mixed && is_category(columns->types[positions[i]]))
			add_category(source, positions[i]);
		else
		{
			source->names[source->columns] = columns->names[positions[i]];
			source->expressions[source->columns++] = number_expression(columns, positions[i], "terms");
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
	appendStringInfo(&sql, "]::pg_catalog.int4[]) %s", from_clause(source, "true"));
	return sql.data;
}

/* A question with parameters of its own, then the words of each category. */
static QueryQuestion
question_with_words(const ClusterSource *source, const char *sql, int own, const Oid *types, const Datum *values)
{
	int			parameters = FIRST_WORDS - 1 + source->categories;
	Oid		   *all_types = palloc_array(Oid, parameters);
	Datum	   *all_values = palloc_array(Datum, parameters);

	for (int i = 0; i < parameters; i++)
	{
		int			category = i - (FIRST_WORDS - 1);

		all_types[i] = category >= 0 ? TEXTARRAYOID : i < own ? types[i] : INT8OID;
		all_values[i] = category >= 0 ? source->word_lists[category] : i < own ? values[i] : Int64GetDatum(0);
	}
	return (QueryQuestion) {
		.sql = sql,
		.parameters = parameters,
		.parameter_types = all_types,
		.parameter_values = all_values,
		.element_names = source->names,
		.element_count = source->columns,
		.element_largest = CLUSTER_LARGEST
	};
}

/* One pass over all rows; NULL of no rows. */
ClusterSums *
cluster_pass(void *over, ClusterSums *start)
{
	ClusterSource *source = over;
	const Oid	type = type_in_ph("cluster_sums");
	QueryQuestion question = question_with_words(source, pass_query(source), 1, &type,
												 (Datum[]) {PointerGetDatum(start)});
	ClusterSums *result = NULL;
	int64		rows = 0;
	uint64		fingerprint = 0;
	Datum		datum;

	CHECK_FOR_INTERRUPTS();
	question.columns = 1;
	question.types = &type;
	if (query_ask_value(source->query, &question, &datum))
	{
		result = cluster_open(datum);
		if (!cluster_is_valid(result, VARSIZE(result)) || !cluster_same_parameters(result, start))
			query_changed();
		rows = (int64) cluster_people(result);
		fingerprint = result->fingerprint;
	}
	if (source->rows >= 0 && (source->rows != rows || source->fingerprint != fingerprint))
		query_changed();
	source->rows = rows;
	source->fingerprint = fingerprint;
	ereport(DEBUG1,
			(errmsg("ph: a pass over %lld rows, cost %g", (long long) rows, result ? cluster_inertia(result) : 0)));
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

bool
argument_standard_scale(FunctionCallInfo fcinfo, int index)
{
	static const char *const scales[] = {"none", "standard", NULL};

	return argument_choice(fcinfo, index, "scale", scales) == 1;
}

/* A column that does not vary weighs nothing. */
void
cluster_scale(ClusterSums *described, double *weights)
{
	for (int j = 0; j < described->columns; j++)
	{
		double		variance = column_variance(described, j);
		double		mean = cluster_mean(described, 0, j);

		weights[j] = variance > 1e-30 * mean * mean && variance > 1e-150 ? 1 / variance : 0;
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
	appendStringInfo(&sql,
					 "select %s from (select e.*, pg_catalog.row_number() over (order by %s) as place from (select ",
					 all, all);
	for (int i = 0; i < source->columns; i++)
		appendStringInfo(&sql, "%s%s as x%d", i > 0 ? ", " : "", source->expressions[i], i + 1);
	for (int i = 0; i < source->categories; i++)
		appendStringInfo(&sql, "%s%s as c%d", source->columns + i > 0 ? ", " : "", source->category_expressions[i],
						 i + 1);
	if (source->cluster)
		appendStringInfo(&sql, ", %s collate pg_catalog.\"C\" as cluster", source->cluster);
	if (source->person)
		appendStringInfo(&sql, ", %s collate pg_catalog.\"C\" as person", source->person);
	appendStringInfo(&sql, " %s) e where ", from_clause(source, "true"));
	append_known(&sql, "x", source->columns);
	append_known(&sql, "c", source->categories);
	appendStringInfo(&sql, "true) s where ((place operator(pg_catalog.*) $1) operator(pg_catalog./) $2)"
					 " operator(pg_catalog.<>) (((place operator(pg_catalog.-) 1) operator(pg_catalog.*) $1)"
					 " operator(pg_catalog./) $2) order by place");
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

/* The number of a row, looked at in every row: a query may answer differently the second time. */
static double
known_number(const ClusterSource *source, int column, Datum value, bool null)
{
	if (null)
		query_changed();
	if (!(fabs(DatumGetFloat8(value)) <= CLUSTER_LARGEST))
		argument_error("terms", psprintf("%s, which column \"%s\" does not", column_rule(CLUSTER_LARGEST),
										 source->names[column]),
					   "Use NULL for a missing value.");
	return DatumGetFloat8(value);
}

static double
known_code(const ClusterSource *source, int category, Datum value, bool null)
{
	if (null || DatumGetInt32(value) < 1 || DatumGetInt32(value) > source->limits[category])
		query_changed();
	return DatumGetInt32(value);
}

typedef struct Sample
{
	const ClusterSource *source;
	ClusterRows rows;
	int			wanted;
	MemoryContext memory;
} Sample;

static char *
kept_text(const Sample *sample, Datum value)
{
	return MemoryContextStrdup(sample->memory, TextDatumGetCString(value));
}

static void
read_row(void *state, const Datum *values, const bool *nulls)
{
	Sample	   *sample = state;
	ClusterRows *rows = &sample->rows;
	int			field = rows->columns + rows->categories;

	if (rows->count >= sample->wanted)
		query_changed();
	for (int j = 0; j < rows->columns; j++)
		rows->x[(Size) rows->count * rows->columns + j] = known_number(sample->source, j, values[j], nulls[j]);
	for (int j = 0; j < rows->categories; j++)
		rows->codes[(Size) rows->count * rows->categories + j] =
			known_code(sample->source, j, values[rows->columns + j], nulls[rows->columns + j]);
	if (rows->cluster)
	{
		if (nulls[field])
			query_changed();
		rows->cluster[rows->count] = kept_text(sample, values[field++]);
	}
	if (rows->person)
		rows->person[rows->count] = nulls[field] ? NULL : kept_text(sample, values[field]);
	rows->count++;
}

/* At most so many of the complete rows of the query, of which there are so many; in the order of their values. */
ClusterRows
cluster_sample(ClusterSource *source, int64 rows, int most)
{
	Sample		sample = {.source = source, .wanted = (int) Min(rows, most), .memory = CurrentMemoryContext};
	int			fields = source->columns + source->categories;
	Oid		   *types = palloc_array(Oid, fields + 2);
	QueryQuestion question;

	sample.rows = rows_new(source, sample.wanted);
	if (sample.wanted == 0)
		return sample.rows;
	question = question_with_words(source, sample_query(source), 2, (Oid[]) {INT8OID, INT8OID},
								   (Datum[]) {Int64GetDatum(sample.wanted), Int64GetDatum(rows)});
	question.columns = fields + (source->cluster != NULL) + (source->person != NULL);
	question.types = types;
	for (int i = 0; i < question.columns; i++)
		types[i] = i < source->columns ? FLOAT8OID : i < fields ? INT4OID : TEXTOID;
	query_ask(source->query, &question, read_row, &sample);
	if (sample.rows.count != sample.wanted)
		query_changed();
	return sample.rows;
}
