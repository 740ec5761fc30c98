/* fit_pass.h: one query over the rows of a regression. */
#ifndef PH_FIT_PASS_H
#define PH_FIT_PASS_H

#include "model/fit.h"

/* What it summed up; NULL of no rows, which only the first pass may meet. */
extern Regression *fit_pass(Fit *fit, RegressionPass pass, bool by_cluster);

#endif
