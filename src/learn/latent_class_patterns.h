/*
 * latent_class_patterns.h: yes-or-no answers of people, as patterns with their number of people, so that a step over
 * them costs the same for a thousand people and for a million.
 */
#ifndef PH_LATENT_CLASS_PATTERNS_H
#define PH_LATENT_CLASS_PATTERNS_H

#include "postgres.h"
#include "core/query.h"
#include "utils/array.h"

#define MOST_ITEMS 60

typedef struct Pattern
{
	uint64		yes;			/* bit j: item j */
	uint64		known;
	double		people;
} Pattern;

typedef struct Patterns
{
	int			items;
	char	  **names;
	int			count;
	Pattern    *patterns;
	double		people;
	int64		left_out;		/* people of whom no item is known */
	uint64		known;			/* items that somebody has known */
	uint64		varying;		/* items that some have and some have not: the others tell no classes apart */
	bool		complete;		/* every item that anybody has known is known of everybody */
} Patterns;

/* The answers of a query's rows; terms NULL: of all columns. */
extern Patterns latent_patterns(const UserQuery *query, ArrayType *terms);

#endif
