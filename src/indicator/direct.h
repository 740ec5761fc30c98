/* direct.h: directly standardised rates as quantities; the question's reference is the standard. */
#ifndef PH_DIRECT_H
#define PH_DIRECT_H

#include "indicator/quantity.h"

extern Quantity dsr_quantity(const Tally *tally, const Question *question);
extern Quantity dsr_gamma_quantity(const Tally *tally, const Question *question);	/* limits of Fay and Feuer */

#endif
