/* type_error.h: the one wording for values of our types that cannot be read. */
#ifndef PH_TYPE_ERROR_H
#define PH_TYPE_ERROR_H

#include "postgres.h"
#include "core/compat.h"

/* A stored value of another version, or damaged. */
pg_noreturn extern void stored_value_error(const char *type);

/* What came to a receive function; the problem is NULL or what is wrong with it. */
pg_noreturn extern void binary_value_error(const char *type, const char *problem);

#endif
