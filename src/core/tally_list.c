/* tally_list.c: reading an array of tallies. */
#include "core/tally_list.h"

#include "core/argument.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

int
argument_tallies(FunctionCallInfo fcinfo, int index, const char *argument, Tally ***tallies)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int16		length;
	bool		by_value;
	char		alignment;

	*tallies = NULL;
	if (PG_ARGISNULL(index))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	if (ARR_NDIM(array) > 1)
		argument_error(argument, "must be a list of one dimension", NULL);
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, &elements, &nulls, &count);
	*tallies = palloc_array(Tally *, Max(count, 1));
	for (int i = 0; i < count; i++)
		(*tallies)[i] = nulls[i] ? NULL : tally_canonical(tally_open(elements[i]));
	return count;
}
