/* life_table.h: life tables by bands of age, and life expectancy from them. */
#ifndef PH_LIFE_TABLE_H
#define PH_LIFE_TABLE_H

#include "core/bands.h"
#include "indicator/quantity.h"

typedef struct LifeBand
{
	double		age;			/* lower bound */
	double		width;			/* infinite in the last band */
	double		lived;			/* share of the band lived by those who die in it */
	double		population;
	double		deaths;
	double		rate;			/* deaths / population */
	double		dying;			/* probability of dying in the band */
	double		survivors;		/* of 100,000 born, at its start */
	double		years;			/* lived in the band by all of them */
	double		years_on;		/* lived from its start on */
	double		expectancy;		/* years still to live at its start */
	double		variance;		/* of the expectancy */
} LifeBand;

typedef struct LifeTable
{
	int			count;
	LifeBand   *band;
	LeftOut		left_out;
	Estimate	why;			/* of a table that cannot be made; its note is NULL otherwise */
} LifeTable;

extern LifeTable life_table(const Tally *tally, const double *ages, int count);
extern const LifeBand *band_at(const LifeTable *table, double age);

/* The expectancy in a band, or why there is none. */
extern Quantity expectancy_quantity(const LifeTable *table, const LifeBand *band, double confidence);

/* England's twenty bands: under 1, 1 to 4, five years each, 90 and over. */
#define ABRIDGED_BANDS 20
extern const double abridged_ages[ABRIDGED_BANDS];

/* The lower bounds of the bands, from an argument: NULL stands for England's twenty. */
extern int	argument_ages(FunctionCallInfo fcinfo, int index, const double **ages);

/* From the question's age on, by England's twenty bands. */
extern Quantity life_expectancy_quantity(const Tally *tally, const Question *question);

#endif
