/* fit_newton.c: the maximum of a likelihood by Newton's method, each step a pass over the rows. */
#include "model/fit_newton.h"

#include <math.h>

#include "miscadmin.h"
#include "model/fit_pass.h"
#include "utils/memutils.h"

#define CONVERGED 1e-6			/* a Newton step of so many standard errors is the last */
#define MOST_HALVINGS 30
#define FIRST_STEPS 8			/* after which a step points nowhere but to where the likelihood still rises */

/*
 * No row gets less likely along the last step, and some get more so: going on has no end (Albert and
 * Anderson 1984; the step itself is the certificate).
 */
static bool
is_separated(const Regression *step)
{
	return step->reach > 0.5 && step->margin >= -1e-6 * step->reach;
}

static double
norm_of_step(const Fit *fit, Regression *state, const double *step)
{
	double		decrement = 0;

	for (int j = 0; j < fit->count; j++)
		decrement += step[j] * sum_value(regression_gradient(state)[j]);
	return sqrt(fmax(decrement, 0));
}

/* One Newton step into step; false where the Hessian is singular. */
static bool
newton_step(const Fit *fit, Regression *state, double *step)
{
	MemoryContext factors = AllocSetContextCreate(CurrentMemoryContext, "ph.fit factor", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(factors);
	Factor		factor = factor_new(regression_triangle(state), fit->count, false, 0);
	bool		whole = factor.rank == fit->count;

	factor_solve(&factor, regression_gradient(state), step);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(factors);
	return whole;
}

static void
go_along(Fit *fit, const double *from, const double *step, double length)
{
	for (int j = 0; j < fit->count; j++)
		fit->coefficients[j] = from[j] + length * step[j];
}

/*
 * From the response alone to a first step, then steps until one is too short to matter; a step after
 * which the deviance is higher is halved.  *final is the pass at the coefficients.
 */
FitOutcome
fit_newton(Fit *fit, Regression **final, int *iterations)
{
	Regression *state = fit_pass(fit, PASS_START, false);
	double	   *before = palloc(sizeof(double) * Max(fit->count, 1));
	double	   *step = palloc(sizeof(double) * Max(fit->count, 1));

	fit->coefficients = palloc0(sizeof(double) * Max(fit->count, 1));
	fit->direction = NULL;
	*iterations = 1;
	if (!newton_step(fit, state, fit->coefficients))
		return FIT_SINGULAR;
	pfree(state);
	state = fit_pass(fit, PASS_STEP, false);
	while (*iterations < fit->most_iterations)
	{
		Regression *next;
		double		size;
		double		length = 1;

		CHECK_FOR_INTERRUPTS();
		++*iterations;
		if (!newton_step(fit, state, step))
			return FIT_SINGULAR;
		size = norm_of_step(fit, state, step);
		memcpy(before, fit->coefficients, sizeof(double) * fit->count);
		fit->direction = step;
		go_along(fit, before, step, length);
		next = fit_pass(fit, PASS_STEP, false);
		for (int halvings = 0; halvings < MOST_HALVINGS && size >= CONVERGED &&
			 !(sum_value(next->deviance) <= sum_value(state->deviance) * (1 + 1e-10) + 1e-10); halvings++)
		{
			length /= 2;
			go_along(fit, before, step, length);
			pfree(next);
			next = fit_pass(fit, PASS_STEP, false);
		}
		if (!isfinite(sum_value(next->deviance)))
			return FIT_NOT_CONVERGED;
		if (*iterations > FIRST_STEPS && is_separated(next))
			return FIT_SEPARATION;
		pfree(state);
		state = next;
		*final = state;
		if (size < CONVERGED)
			return FIT_CONVERGED;
	}
	return FIT_NOT_CONVERGED;
}
