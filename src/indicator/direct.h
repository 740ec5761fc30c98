/*
 * direct.h: directly standardised rates as quantities; the question's reference is the standard, of a ratio of two
 * rates the tally of the other.
 */
#ifndef PH_DIRECT_H
#define PH_DIRECT_H

#include "indicator/quantity.h"

extern Quantity dsr_quantity(const Tally *tally, const Question *question);
extern Quantity dsr_gamma_quantity(const Tally *tally, const Question *question);	/* limits of Fay and Feuer */
extern Quantity dsr_ratio_quantity(const Tally *tally, const Question *question);

#endif
