/*
 * bands.h: the cells of a population gathered into bands.
 *
 * A key belongs to the band with the greatest lower bound that is not above it, so that a tally by
 * single years of age can be read with any set of bands.
 *
 * Where all bounds can be ages the keys are taken for ages: one that nobody can have (core/age.h) stands for an
 * age that is not known, and is left out like one, never a part of the oldest band.  Bounds that cannot be ages,
 * such as numbers of cells of age and sex, say that the keys are something else: then every key is one.
 */
#ifndef PH_BANDS_H
#define PH_BANDS_H

#include "core/estimate.h"

typedef struct Bands
{
	int			count;
	const double *lower;		/* bounds, ascending */
	TallyCell  *cell;			/* the population's cells of each band, added up */
	const TallyCell *below;		/* a cell below the lowest band, one with people if any, or NULL */
	bool		ages;			/* whether the keys are taken for ages */
	bool		some_ages;		/* some of the bounds can be ages, some cannot */
} Bands;

/* What is not in an answer: people of unknown key, and of keys that are taken for ages and cannot be any. */
typedef struct LeftOut
{
	int64		unknown_rows;
	bool		no_age;
	double		no_age_exposure;
	bool		in_doubt;		/* keys that can be no ages are in, since the bounds are none either */
} LeftOut;

extern Bands bands_gather(const Tally *population, const double *lower, int count);

/* Whether a key lies in the bands, or below them; false: it is left out. */
extern bool bands_take(const Bands *bands, double key);

extern void left_out_add(LeftOut *left_out, const Bands *bands, const Tally *population);
extern void left_out_note(Estimate *estimate, const LeftOut *left_out);

/* The same, and then of a standard, reference or survey, by its name: what is not in its weights or rates. */
extern void left_out_notes(Estimate *estimate, const LeftOut *left_out, const char *name, const LeftOut *named);

/* The keys of a tally, as lower bounds. */
extern double *bands_of(const Tally *tally);

#endif
