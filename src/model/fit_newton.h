/* fit_newton.h: Newton's steps to the best coefficients. */
#ifndef PH_FIT_NEWTON_H
#define PH_FIT_NEWTON_H

#include "model/fit.h"

typedef enum FitOutcome
{
	FIT_CONVERGED,
	FIT_SEPARATION,
	FIT_SINGULAR,
	FIT_NOT_CONVERGED
} FitOutcome;

/* From the response alone to the best coefficients of the centred columns; *final is the pass at them. */
extern FitOutcome fit_newton(Fit *fit, Regression **final, int *iterations);

#endif
