/* healthy_life_expectancy.h: years still to live in good health, as a quantity. */
#ifndef PH_HEALTHY_LIFE_EXPECTANCY_H
#define PH_HEALTHY_LIFE_EXPECTANCY_H

#include "indicator/quantity.h"

/*
 * From the question's age on, by England's twenty bands; its reference is the survey: people asked, and of them those
 * who are not in good health.
 */
extern Quantity healthy_life_expectancy_quantity(const Tally *tally, const Question *question);

#endif
