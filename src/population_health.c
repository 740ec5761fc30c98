/* population_health.c: the module's entry.  There are no settings: what a function needs is an argument. */
#include "postgres.h"

#include "fmgr.h"
#include "core/compat.h"
#include "core/distribution.h"

PH_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	distribution_init();
}
