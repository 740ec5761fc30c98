/* draw.h: numbers drawn by chance, the same ones for the same seed, and limits from them. */
#ifndef PH_DRAW_H
#define PH_DRAW_H

#include "postgres.h"
#include "common/pg_prng.h"

extern double draw_normal(pg_prng_state *random);
extern double draw_gamma(pg_prng_state *random, double shape);	/* of scale 1; shape above 0 */

/* Sorts draws and gives those between which they lie with the confidence. */
extern void limits_of_draws(double *draws, int count, double confidence, double *lower, double *upper);

#endif
