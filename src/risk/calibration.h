/* calibration.h: how far outcomes lie above the risks that were predicted, as a quantity. */
#ifndef PH_CALIBRATION_H
#define PH_CALIBRATION_H

#include "indicator/quantity.h"

/* In the large: the intercept on the logit beside the risk itself. */
extern Quantity calibration_quantity(const Tally *tally, const Question *question);

#endif
