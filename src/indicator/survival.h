/* survival.h: the share that survives a time, as a quantity. */
#ifndef PH_SURVIVAL_H
#define PH_SURVIVAL_H

#include "indicator/quantity.h"

/* Followed from time 0, at the question's until. */
extern Quantity survival_quantity(const Tally *tally, const Question *question);
extern Quantity cumulative_incidence_quantity(const Tally *tally, const Question *question);
extern Quantity median_survival_quantity(const Tally *tally, const Question *question);

#endif
