/*
 * latent_class.h: latent class analysis of yes-or-no items.
 *
 * Lazarsfeld and Henry 1968; Goodman 1974.  Within a class the items are independent: a person of class c has pattern
 * x with probability  prod over known items j of p_cj^x_j (1 - p_cj)^(1 - x_j).  Unknown items are left out of the
 * product (missing at random).  The rows enter as patterns with their number of people, so that a step costs the same
 * for a thousand people and for a million.
 */
#ifndef PH_LATENT_CLASS_H
#define PH_LATENT_CLASS_H

#include "postgres.h"
#include "core/query.h"
#include "fmgr.h"
#include "utils/array.h"

#define MOST_ITEMS 60
#define MOST_CLASSES 50

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

typedef struct Classes
{
	int			count;
	int			items;
	double	   *prevalence;
	double	   *probability;	/* count x items; NAN outside where nobody of the class has the item known */
	double		log_likelihood; /* of the parameters before the last step, or of these after judging */
} Classes;

/* Logarithms of the parameters, so that a pattern is a sum. */
typedef struct Logarithms
{
	double		prevalence[MOST_CLASSES];
	double		yes[MOST_CLASSES * MOST_ITEMS];
	double		no[MOST_CLASSES * MOST_ITEMS];
} Logarithms;

/* latent_class_patterns.c: the answers of a query's rows, between SPI_connect() and SPI_finish() */
extern Patterns latent_patterns(const UserQuery *query, ArrayType *terms);

/* latent_class_em.c */
extern void latent_logarithms(const Classes *classes, Logarithms *logs);

/* The chance of each class for somebody with this pattern; its log-likelihood, -INFINITY where no class allows it. */
extern double latent_posterior(const Classes *classes, const Logarithms *logs, uint64 yes, uint64 known,
							   double *posterior);
extern double latent_log_likelihood(const Classes *classes, const Patterns *patterns);

/* Steps until nothing but rounding changes; how many, -1 where most were not enough. */
extern int	latent_em(Classes *classes, const Patterns *patterns, int most);

/* The best of several seeded starts, and how many of them ended as well. */
extern Classes latent_best_start(const Patterns *patterns, int classes, int starts, int64 seed, int most,
								 int *agreeing);

/* The commonest class first: their numbers are arbitrary otherwise. */
extern void latent_order(Classes *classes);

/* The probabilities that rest on anybody's answers, the others NAN. */
extern Classes latent_with_data(const Classes *classes, const Patterns *patterns);

/* For a class without data on an item, what the item is in the other classes; NAN where all are without. */
extern void latent_fill(Classes *classes);

#endif
