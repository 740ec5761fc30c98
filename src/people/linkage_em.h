/*
 * linkage_em.h: weights of a linkage, by expectation and maximisation over agreement patterns.
 *
 * Fellegi and Sunter 1969 (J Am Stat Assoc 64:1183): a pair of records is a match, with chance lambda, or is not; field
 * f agrees at level l with chance m[f][l] among matches and u[f][l] among others, each field by itself.  Unknown levels
 * are left out of the product.  EM: Dempster, Laird and Rubin 1977; Jaro 1989.
 */
#ifndef PH_LINKAGE_EM_H
#define PH_LINKAGE_EM_H

#include "people/agreement_patterns.h"

typedef struct Linkage
{
	int			fields;
	int			columns;		/* of the tables: the most levels of any field */
	int			levels[MOST_FIELDS];	/* of each field; 0: nothing is known of it */
	double		lambda;
	double		m[MOST_FIELDS * MOST_LEVELS];	/* fields x columns; NAN behind the levels of a field */
	double		u[MOST_FIELDS * MOST_LEVELS];
	double		log_likelihood; /* of the parameters; after a step, of those before it */
} Linkage;

typedef struct LinkageFree
{
	bool		lambda;
	bool		u;
} LinkageFree;

/* Logarithms of the chances, so that a pattern is a sum. */
typedef struct LinkageLogarithms
{
	double		match;
	double		other;
	double		m[MOST_FIELDS * MOST_LEVELS];
	double		u[MOST_FIELDS * MOST_LEVELS];
} LinkageLogarithms;

extern void linkage_logarithms(const Linkage *linkage, LinkageLogarithms *logs);

/* The logarithms of the chance that a pair is a match of this pattern, and that it is none of it. */
extern void linkage_pattern(const Linkage *linkage, const LinkageLogarithms *logs, uint64 key, double *match,
							double *other);

/* -INFINITY where a pattern that pairs have cannot be. */
extern double linkage_log_likelihood(const Linkage *linkage, const AgreementPatterns *patterns);

/*
 * Steps from parameters under which every pattern can be, until none changes by as much as settled: how many, and the
 * greatest change of the last one.
 */
extern int	linkage_em(Linkage *linkage, const AgreementPatterns *patterns, LinkageFree freedom, double settled,
					   int most, double *change);

#endif
