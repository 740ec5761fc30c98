/* argument.c: reading arguments, and the one wording for a bad one. */
#include "core/argument.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

void
argument_error(const char *argument, const char *rule, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" %s", argument, rule),
			 hint ? errhint("%s", hint) : 0));
}

void
argument_element_error(const char *argument, int element, const char *rule, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" %s, which element %d does not", argument, rule, element + 1),
			 err_generic_string(PG_DIAG_COLUMN_NAME, psprintf("%d", element + 1)),
			 hint ? errhint("%s", hint) : 0));
}

const char *
column_rule(double largest)
{
	return psprintf("must hold finite numbers of at most %g in size", largest);
}

double
argument_number(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x;

	if (PG_ARGISNULL(index))
		argument_error(argument, "must not be null", NULL);
	x = PG_GETARG_FLOAT8(index);
	if (!isfinite(x))
		argument_error(argument, "must be a finite number", NULL);
	return x;
}

double
argument_positive(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x = argument_number(fcinfo, index, argument);

	if (x <= 0)
		argument_error(argument, "must be greater than 0", NULL);
	return x;
}

double
argument_from_zero(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x = PG_ARGISNULL(index) ? NAN : argument_number(fcinfo, index, argument);

	if (x < 0)
		argument_error(argument, "must not be negative", NULL);
	return x;
}

int
argument_whole(FunctionCallInfo fcinfo, int index, const char *argument, int least, int most)
{
	if (PG_ARGISNULL(index))
		argument_error(argument, "must not be null", NULL);
	if (PG_GETARG_INT32(index) < least || PG_GETARG_INT32(index) > most)
		argument_error(argument, psprintf("must lie between %d and %d", least, most), NULL);
	return PG_GETARG_INT32(index);
}

int64
argument_seed(FunctionCallInfo fcinfo, int index)
{
	if (PG_ARGISNULL(index))
		argument_error("seed", "must not be null", "The same seed gives the same answer.");
	return PG_GETARG_INT64(index);
}

double
argument_confidence(FunctionCallInfo fcinfo, int index)
{
	double		confidence = argument_number(fcinfo, index, "confidence");

	if (confidence <= 0 || confidence >= 1)
		argument_error("confidence", "must lie between 0 and 1, both excluded",
					   "Write 0.95 for a 95 % interval.");
	return confidence;
}

int
text_choice(const text *given, const char *argument, const char *const *choices)
{
	StringInfoData hint;

	if (given != NULL)
		for (int i = 0; choices[i] != NULL; i++)
			if (VARSIZE_ANY_EXHDR(given) == strlen(choices[i]) &&
				memcmp(VARDATA_ANY(given), choices[i], strlen(choices[i])) == 0)
				return i;

	initStringInfo(&hint);
	appendStringInfo(&hint, "Choose one of: %s", choices[0]);
	for (int i = 1; choices[i] != NULL; i++)
		appendStringInfo(&hint, ", %s", choices[i]);
	appendStringInfoChar(&hint, '.');
	argument_error(argument, "is not a known choice", hint.data);
}

int
argument_choice(FunctionCallInfo fcinfo, int index, const char *argument,
				const char *const *choices)
{
	return text_choice(PG_ARGISNULL(index) ? NULL : PG_GETARG_TEXT_PP(index), argument, choices);
}

int
array_elements(ArrayType *array, Oid type, Datum **elements, bool **nulls)
{
	int16		length;
	bool		by_value;
	char		alignment;
	int			count;

	switch (type)
	{
			/* what functions of every row take needs no look into the catalogue */
		case FLOAT8OID:
			length = sizeof(float8);
			by_value = FLOAT8PASSBYVAL;
			alignment = TYPALIGN_DOUBLE;
			break;
		case TEXTOID:
			length = -1;
			by_value = false;
			alignment = TYPALIGN_INT;
			break;
		case BOOLOID:
			length = sizeof(bool);
			by_value = true;
			alignment = TYPALIGN_CHAR;
			break;
		default:
			get_typlenbyvalalign(type, &length, &by_value, &alignment);
	}
	deconstruct_array(array, type, length, by_value, alignment, elements, nulls, &count);
	return count;
}

int
array_numbers(ArrayType *array, const char *argument, int most, double **numbers)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (ARR_NDIM(array) > 1)
		argument_error(argument, "must be a list of numbers", NULL);
	count = array_elements(array, FLOAT8OID, &elements, &nulls);
	if (count > most)
		argument_error(argument, psprintf("must not have more than %d elements", most), NULL);
	*numbers = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			argument_error(argument, "must not contain nulls", NULL);
		(*numbers)[i] = DatumGetFloat8(elements[i]);
	}
	return count;
}

int
argument_numbers(FunctionCallInfo fcinfo, int index, const char *argument, int most, double **numbers)
{
	if (PG_ARGISNULL(index))
		argument_error(argument, "must not be null", NULL);
	return array_numbers(PG_GETARG_ARRAYTYPE_P(index), argument, most, numbers);
}

int
argument_elements(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls)
{
	ArrayType  *array;

	if (PG_ARGISNULL(index))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	if (ARR_NDIM(array) > 1)
		argument_error(argument, "must be a list of one dimension", NULL);
	return array_elements(array, ARR_ELEMTYPE(array), elements, nulls);
}

DateADT
day_of_instant(TimestampTz instant)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(instant)));
}

bool
array_is_table(const ArrayType *array, int rows, int columns)
{
	if (rows * columns == 0)
		return ARR_NDIM(array) == 0;
	if (ARR_NDIM(array) == 1)
		return columns == 1 && ARR_DIMS(array)[0] == rows;
	return ARR_NDIM(array) == 2 && ARR_DIMS(array)[0] == rows && ARR_DIMS(array)[1] == columns;
}
