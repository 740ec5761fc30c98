/* years_of_life_lost.h: potential years of life lost, as a quantity. */
#ifndef PH_YEARS_OF_LIFE_LOST_H
#define PH_YEARS_OF_LIFE_LOST_H

#include "indicator/quantity.h"

/* Below the age that the question's until says; with a reference, standardised by it. */
extern Quantity years_of_life_lost_quantity(const Tally *tally, const Question *question);

#endif
