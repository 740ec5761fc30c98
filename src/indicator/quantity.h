/*
 * quantity.h: an indicator with what comparing it needs, and what it is asked with.
 *
 * An estimate alone carries no standard error, so whatever compares, ranks or draws a line through
 * indicators asks tallies for quantities.
 */
#ifndef PH_QUANTITY_H
#define PH_QUANTITY_H

#include "core/estimate.h"

typedef struct Quantity
{
	Estimate	estimate;
	double		variance;
	double		degrees_of_freedom; /* of the variance: infinite but for means */
	double		poisson_unit;	/* variance of a value of 1, for rates and ratios; else 0 */
	double		binomial_size;	/* people, for proportions; else 0 */
} Quantity;

typedef struct Question
{
	Tally	   *reference;		/* the standard of a direct, the reference of an indirect rate, a survey; NULL: none */
	double		confidence;
	double		age;			/* from which years are expected */
	double		until;			/* a time or age up to which is asked; NAN: not said */
	bool		compared;		/* few events are then only noted */
} Question;

/* An indicator in units of its own: per is for the caller to apply, once. */
typedef Quantity (*Ask) (const Tally *tally, const Question *question);

extern Quantity quantity_of(Estimate estimate, double variance);
extern Quantity quantity_none(const char *note);
extern void quantity_scale(Quantity *quantity, double factor);

#endif
