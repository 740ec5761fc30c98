/* restricted_mean.h: the mean time without the event up to a time, as a quantity. */
#ifndef PH_RESTRICTED_MEAN_H
#define PH_RESTRICTED_MEAN_H

#include "indicator/quantity.h"

/* Followed from time 0, up to the question's until. */
extern Quantity restricted_mean_quantity(const Tally *tally, const Question *question);

#endif
