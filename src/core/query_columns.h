/* query_columns.h: the columns of a query that a user gives as text, and those that arguments name. */
#ifndef PH_QUERY_COLUMNS_H
#define PH_QUERY_COLUMNS_H

#include "postgres.h"
#include "fmgr.h"
#include "utils/array.h"

typedef struct QueryColumns
{
	int			count;
	char	  **names;
	Oid		   *types;			/* base types */
	Oid		   *collations;
} QueryColumns;

/* The name of a column; NULL where none is given. */
extern char *argument_column(FunctionCallInfo fcinfo, int index);

/* The position of a named column; an expression over q, a row of the query, that is the column as float8. */
extern int	find_column(const QueryColumns *columns, const char *name, const char *argument);
extern char *number_expression(const QueryColumns *columns, int column, const char *argument);

/*
 * The terms: the columns that are named, or, for NULL, every column that has no other part.  Their positions, at
 * most so many; others are names or NULL.
 */
extern int	query_terms(ArrayType *named, const QueryColumns *columns, const char *const *others,
						int other_count, int most, int **terms);

#endif
