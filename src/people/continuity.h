/*
 * continuity.h: who was seen how often: providers by name with their contacts, and contacts with nobody known.
 *
 * An aggregate's state has its providers in front, in byte order of their names, and the names behind, from the end
 * backwards, so that both can grow.  What functions return and tables hold is smaller: continuity_stored().
 */
#ifndef PH_CONTINUITY_H
#define PH_CONTINUITY_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"

typedef struct Provider
{
	int64		contacts;
	int32		from_end;		/* where the name begins, in bytes before the end of the value */
	int32		length;
} Provider;

typedef struct Continuity
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		form;
	uint8		reserved[3];	/* always zero */
	int32		providers;
	int32		name_bytes;
	int64		contacts;		/* with all providers */
	int64		unknown;		/* contacts of which nobody says with whom */
	Provider	provider[FLEXIBLE_ARRAY_MEMBER];
} Continuity;

#define CONTINUITY_MOST_PROVIDERS 10000
#define CONTINUITY_LONGEST_NAME 1000
#define CONTINUITY_MOST_CONTACTS (INT64CONST(1) << 53)	/* what a double holds exactly */

#define PG_GETARG_CONTINUITY(n) continuity_open(PG_GETARG_DATUM(n))

static inline const char *
provider_name(const Continuity *continuity, const Provider *provider)
{
	return (const char *) continuity + VARSIZE(continuity) - provider->from_end;
}

extern Continuity *continuity_new(void);
extern Continuity *continuity_open(Datum datum);
extern Continuity *continuity_add(Continuity *continuity, const char *name, int length, int64 contacts);
extern void continuity_add_unknown(Continuity *continuity, int64 contacts);
extern Datum continuity_stored(const Continuity *continuity);
extern int	compare_names(const char *a, int a_length, const char *b, int b_length);

#endif
