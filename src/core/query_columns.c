/* query_columns.c: naming the columns of a query that a user gives as text. */
#include "core/query_columns.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "utils/builtins.h"

int
find_column(const QueryColumns *columns, const char *name, const char *argument)
{
	for (int i = 0; i < columns->count; i++)
		if (strcmp(columns->names[i], name) == 0)
			return i;
	argument_error(argument, "is not a column of the query", NULL);
}

/*
 * ph_support.number_of(numeric) -> float8
 *
 * The nearest double; infinity for what is beyond all of them, which whoever reads the column refuses by its name.
 */
PG_FUNCTION_INFO_V1(number_of);
Datum
number_of(PG_FUNCTION_ARGS)
{
	return numeric_float8_no_overflow(fcinfo);
}

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
			return psprintf("q.%s::pg_catalog.float8", name);
		case NUMERICOID:
			/* the cast of PostgreSQL would print a number that is too large */
			return psprintf("ph_support.number_of(q.%s)", name);
	}
	argument_error(argument,
				   psprintf("must be numbers or booleans, which column \"%s\" is not", columns->names[column]),
				   "A category becomes one column of 0 and 1 for each of its values but one: (sex = 'F')::integer.");
}

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
		given = array_elements(named, TEXTOID, &elements, &nulls);
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
