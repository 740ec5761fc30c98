/*
 * bands.h: the cells of a population gathered into bands.
 *
 * A key belongs to the band with the greatest lower bound that is not above it, so that a tally by
 * single years of age can be read with any set of bands.
 */
#ifndef PH_BANDS_H
#define PH_BANDS_H

#include "core/tally.h"

typedef struct Bands
{
	int			count;
	const double *lower;		/* bounds, ascending */
	TallyCell  *cell;			/* the population's cells of each band, added up */
	const TallyCell *below;		/* a cell below the lowest band, one with people if any, or NULL */
} Bands;

extern Bands bands_gather(const Tally *population, const double *lower, int count);

/* The keys of a tally, as lower bounds. */
extern double *bands_of(const Tally *tally);

#endif
