/* type_error.c: the one wording for values of our types that cannot be read. */
#include "core/type_error.h"

void
stored_value_error(const char *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored value of type %s is not readable by this version", type),
			 errhint("Update the population_health library.")));
}

void
binary_value_error(const char *type, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", type),
			 problem ? errdetail("In short: %s.", problem) : 0));
}
