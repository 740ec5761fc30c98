/* life_table.h: years of life as quantities. */
#ifndef PH_LIFE_TABLE_H
#define PH_LIFE_TABLE_H

#include "indicator/quantity.h"

/* From the question's age on, by England's twenty bands. */
extern Quantity life_expectancy_quantity(const Tally *tally, const Question *question);

/* The question's reference is the survey: people asked, and of them those who are not in good health. */
extern Quantity healthy_life_expectancy_quantity(const Tally *tally, const Question *question);

/* Below the age that the question's until says; with a reference, standardised by it. */
extern Quantity years_of_life_lost_quantity(const Tally *tally, const Question *question);

#endif
