/* rate.h: crude rates, proportions and means as quantities. */
#ifndef PH_RATE_H
#define PH_RATE_H

#include "indicator/quantity.h"

/* Refuses what no proportion can have. */
extern void check_proportion(const TallyCell *cell);

extern Quantity rate_quantity(const Tally *tally, const Question *question);
extern Quantity proportion_quantity(const Tally *tally, const Question *question);
extern Quantity mean_quantity(const Tally *tally, const Question *question);

#endif
