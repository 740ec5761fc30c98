/*
 * latent_class_em.h: latent classes of yes-or-no items, by expectation and maximisation.
 *
 * Lazarsfeld and Henry 1968; Goodman 1974.  Within a class the items are independent: a person of class c has pattern
 * x with probability  prod over known items j of p_cj^x_j (1 - p_cj)^(1 - x_j).  Unknown items are left out of the
 * product (missing at random).
 */
#ifndef PH_LATENT_CLASS_EM_H
#define PH_LATENT_CLASS_EM_H

#include "learn/latent_class_patterns.h"

#define MOST_CLASSES 50

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
