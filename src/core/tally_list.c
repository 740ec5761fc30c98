/* tally_list.c: reading an array of tallies. */
#include "core/tally_list.h"

#include "core/argument.h"

int
argument_tallies(FunctionCallInfo fcinfo, int index, const char *argument, Tally ***tallies)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count = argument_elements(fcinfo, index, argument, &elements, &nulls);

	*tallies = PG_ARGISNULL(index) ? NULL : palloc_array(Tally *, Max(count, 1));
	for (int i = 0; i < count; i++)
		(*tallies)[i] = nulls[i] ? NULL : tally_canonical(tally_open(elements[i]));
	return count;
}
