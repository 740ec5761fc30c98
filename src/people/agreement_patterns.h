/*
 * agreement_patterns.h: pairs of records by how far each of their fields agrees.
 *
 * All that the weights of a linkage can be learned from: as many cells as there are patterns, however many pairs.
 * Patterns are in order, field by field, unknown first, each with at least one pair.
 */
#ifndef PH_AGREEMENT_PATTERNS_H
#define PH_AGREEMENT_PATTERNS_H

#include "postgres.h"
#include "core/compat.h"

#define MOST_FIELDS 16
#define MOST_LEVELS 15			/* 0 to 14 */
#define LEVEL_UNKNOWN (-1)

/* Four bits a field, from the highest: 0 unknown, else the level and 1.  So keys sort as patterns do. */
typedef struct AgreementPattern
{
	uint64		key;
	int64		pairs;
} AgreementPattern;

typedef struct AgreementPatterns
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		fields;			/* 0 as long as there is no pair */
	uint8		reserved[2];	/* always zero */
	int32		patterns;		/* in use; an aggregate's state has spare room behind them, all zero */
	int32		reserved2;
	AgreementPattern pattern[FLEXIBLE_ARRAY_MEMBER];
} AgreementPatterns;

#define PG_GETARG_AGREEMENT_PATTERNS(n) agreement_patterns_open(PG_GETARG_DATUM(n))

#define LEVEL_SHIFT(field) (4 * (MOST_FIELDS - 1 - (field)))

static inline int
pattern_level(uint64 key, int field)
{
	return (int) (key >> LEVEL_SHIFT(field) & 15) - 1;
}

extern AgreementPatterns *agreement_patterns_open(Datum datum);

/* The pattern of argument levels, an integer array; the number of its fields. */
extern uint64 argument_pattern(FunctionCallInfo fcinfo, int index, int *fields);

/* How many levels a field has in these pairs: one more than the highest. */
extern int	field_levels(const AgreementPatterns *patterns, int field);

/* The share of each level among the pairs that have a field known; 0 for all where none has. */
extern void field_shares(const AgreementPatterns *patterns, int field, double *shares);

#endif
