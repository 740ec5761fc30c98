/* standard.h: what rates can be standardised by. */
#ifndef PH_STANDARD_H
#define PH_STANDARD_H

#include "core/estimate.h"

/* Whether rates can be had from a standard or reference; if not, *why says why not.  Negative events are an error. */
extern bool standard_possible(const Tally *standard, const char *argument, Estimate *why);

/* The European standard population of 2013 in 19, 20 or 21 bands. */
extern Tally *esp2013_tally(int bands);

#endif
