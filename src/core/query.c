/* query.c: the columns of a query that a user gives as text, asked through SPI. */
#include "core/query.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* What columns a query returns, without running it. */
QueryColumns
query_columns(const char *query)
{
	char	   *limited = psprintf("select * from (%s\n) q limit 0", query);
	QueryColumns columns;

	if (SPI_execute(limited, true, 0) != SPI_OK_SELECT)
		argument_error("query", "must be a SELECT", NULL);
	columns.count = SPI_tuptable->tupdesc->natts;
	columns.names = palloc(sizeof(char *) * Max(columns.count, 1));
	columns.types = palloc(sizeof(Oid) * Max(columns.count, 1));
	columns.collations = palloc(sizeof(Oid) * Max(columns.count, 1));
	for (int i = 0; i < columns.count; i++)
	{
		columns.names[i] = pstrdup(NameStr(TupleDescAttr(SPI_tuptable->tupdesc, i)->attname));
		columns.types[i] = getBaseType(TupleDescAttr(SPI_tuptable->tupdesc, i)->atttypid);
		columns.collations[i] = TupleDescAttr(SPI_tuptable->tupdesc, i)->attcollation;
		for (int j = 0; j < i; j++)
			if (strcmp(columns.names[i], columns.names[j]) == 0)
				argument_error("query", "must not have two columns of one name", NULL);
	}
	return columns;
}

int
find_column(const QueryColumns *columns, const char *name, const char *argument)
{
	for (int i = 0; i < columns->count; i++)
		if (strcmp(columns->names[i], name) == 0)
			return i;
	argument_error(argument, "is not a column of the query", NULL);
}

/* A column as a number. */
char *
number_expression(const QueryColumns *columns, int column, const char *argument)
{
	const char *name = quote_identifier(columns->names[column]);

	switch (columns->types[column])
	{
		case BOOLOID:
			return psprintf("q.%s::pg_catalog.int4::pg_catalog.float8", name);
		case FLOAT8OID:
			return psprintf("q.%s", name);
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case NUMERICOID:
			return psprintf("q.%s::pg_catalog.float8", name);
	}
	argument_error(argument, psprintf("must be numbers or booleans, which column \"%s\" is not", columns->names[column]),
				   "A category becomes one column of 0 and 1 for each of its values but one: (sex = 'F')::integer.");
}

/* The text of a query, without what would end it inside another. */
char *
argument_query(FunctionCallInfo fcinfo, int index)
{
	char	   *query;

	if (PG_ARGISNULL(index))
		argument_error("query", "must not be null", NULL);
	query = text_to_cstring(PG_GETARG_TEXT_PP(index));
	for (int last = strlen(query) - 1; last >= 0 && strchr("; \t\r\n", query[last]); last--)
		query[last] = '\0';
	return query;
}

/* A name, or NULL where none is given. */
char *
argument_column(FunctionCallInfo fcinfo, int index)
{
	return PG_ARGISNULL(index) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(index));
}

static bool
is_among(const char *name, const char *const *others, int count)
{
	for (int i = 0; i < count; i++)
		if (others[i] != NULL && strcmp(name, others[i]) == 0)
			return true;
	return false;
}

int
query_terms(ArrayType *named, const QueryColumns *columns, const char *const *others,
			int other_count, int most, int **terms)
{
	Datum	   *elements = NULL;
	bool	   *nulls = NULL;
	int			given = columns->count;
	int			count = 0;

	if (named)
		deconstruct_array(named, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &given);
	*terms = palloc_array(int, Max(given, 1));
	for (int i = 0; i < given; i++)
	{
		int			column = i;

		if (named)
		{
			if (nulls[i])
				argument_error("terms", "must not contain nulls", NULL);
			column = find_column(columns, TextDatumGetCString(elements[i]), "terms");
		}
		if (is_among(columns->names[column], others, other_count))
		{
			if (named)
				argument_error("terms", "must not name a column that has another part", NULL);
			continue;
		}
		for (int j = 0; j < count; j++)
			if ((*terms)[j] == column)
				argument_error("terms", "must not name a column twice", NULL);
		if (count >= most)
			argument_error("terms", psprintf("must not be more than %d", most), NULL);
		(*terms)[count++] = column;
	}
	return count;
}
