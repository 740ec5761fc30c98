/* fit_variance.h: robust variances, and coefficients of columns as they are. */
#ifndef PH_FIT_VARIANCE_H
#define PH_FIT_VARIANCE_H

#include "model/fit.h"

/* Of the centred columns. */
extern double *fit_robust_covariance(Fit *fit, const double *bread, double n, int64 *clusters);

/* Coefficients and their covariance from those of the centred columns, in place. */
extern void fit_uncentre(const Fit *fit, double *coefficients, double *covariance);

#endif
