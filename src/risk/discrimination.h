/* discrimination.h: how well a score tells who will have the outcome, as quantities. */
#ifndef PH_DISCRIMINATION_H
#define PH_DISCRIMINATION_H

#include "indicator/quantity.h"

extern Quantity auroc_quantity(const Tally *tally, const Question *question);
extern Quantity average_precision_quantity(const Tally *tally, const Question *question);

#endif
