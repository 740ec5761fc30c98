/* argument.h: reading arguments, and the one wording for a bad one. */
#ifndef PH_ARGUMENT_H
#define PH_ARGUMENT_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/timestamp.h"

/* Names the argument and the rule, and never repeats the value: it may be a patient's. */
pg_noreturn extern void argument_error(const char *argument, const char *rule, const char *hint);

/* An element, from 0, of a list; where that holds columns of a user's query, the query's driver names the column. */
pg_noreturn extern void argument_element_error(const char *argument, int element, const char *rule, const char *hint);

/* The rule for the numbers of a column: finite, and of at most so much in size. */
extern const char *column_rule(double largest);

extern double argument_number(FunctionCallInfo fcinfo, int index, const char *argument);
extern double argument_positive(FunctionCallInfo fcinfo, int index, const char *argument);
extern double argument_from_zero(FunctionCallInfo fcinfo, int index, const char *argument);	/* NAN for NULL */
extern int	argument_whole(FunctionCallInfo fcinfo, int index, const char *argument, int least, int most);
extern int64 argument_seed(FunctionCallInfo fcinfo, int index);
extern double argument_confidence(FunctionCallInfo fcinfo, int index);

/*
 * The state of a transition function, argument 0: itself where an aggregate calls, a copy where a user calls the
 * support function directly.  What opens it may be changed.
 */
static inline Datum
argument_state(FunctionCallInfo fcinfo)
{
	if (AggCheckCallContext(fcinfo, NULL))
		return PG_GETARG_DATUM(0);
	return PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));
}

/* The position of a text argument in a list of choices that ends with NULL. */
extern int	text_choice(const text *given, const char *argument, const char *const *choices);
extern int	argument_choice(FunctionCallInfo fcinfo, int index, const char *argument,
							const char *const *choices);

/* The elements of an array of any type, whatever its dimensions, and how many there are. */
extern int	array_elements(ArrayType *array, Oid type, Datum **elements, bool **nulls);

/* The numbers of an array, none null, at most so many. */
extern int	array_numbers(ArrayType *array, const char *argument, int most, double **numbers);
extern int	argument_numbers(FunctionCallInfo fcinfo, int index, const char *argument, int most, double **numbers);

/* The elements of a list; NULL has none. */
extern int	argument_elements(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls);

/* The day of an instant in the session's time zone; what is infinite stays so. */
extern DateADT day_of_instant(TimestampTz instant);

/* Whether an array is a table of so many rows and columns; a list is a table of one column. */
extern bool array_is_table(const ArrayType *array, int rows, int columns);

#endif
