/* indirect.h: indirectly standardised ratios and rates as quantities. */
#ifndef PH_INDIRECT_H
#define PH_INDIRECT_H

#include "indicator/quantity.h"

extern Quantity smr_quantity(const Tally *tally, const Question *question);
extern Quantity indirect_rate_quantity(const Tally *tally, const Question *question);

#endif
