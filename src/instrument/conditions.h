/*
 * conditions.h: the set of conditions that a person has.
 *
 * A bitmap over the registry, which is the instruments' items one after the other and only ever grows
 * at its end.  The width is in the length; words that are not there read as zero.
 */
#ifndef PH_CONDITIONS_H
#define PH_CONDITIONS_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"

#define CONDITIONS_VERSION 1

typedef struct Conditions
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		reserved[3];	/* always zero */
	uint64		words[FLEXIBLE_ARRAY_MEMBER];
} Conditions;

#define CONDITIONS_SIZE(words_) (offsetof(Conditions, words) + (words_) * sizeof(uint64))
#define CONDITIONS_WORDS(c) ((int) ((VARSIZE(c) - offsetof(Conditions, words)) / sizeof(uint64)))

#define PG_GETARG_CONDITIONS(n) conditions_open(PG_GETARG_DATUM(n))

extern Conditions *conditions_open(Datum datum);

static inline bool
conditions_has(const Conditions *conditions, int bit)
{
	return bit / 64 < CONDITIONS_WORDS(conditions) &&
		(conditions->words[bit / 64] >> (bit % 64) & 1);
}

#endif
