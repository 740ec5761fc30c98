/*
 * calibration_line.c: the calibration model.
 *
 * Rows of risk 0 or 1 have no logit: they are left out.
 */
#include "risk/calibration_line.h"

#include <math.h>

#include "miscadmin.h"

const CalibrationLine no_calibration_line = {NAN, NAN, NAN, NAN};

double
logit(double p)
{
	return log(p) - log1p(-p);
}

/* Gradient and Hessian of the log-likelihood over the cells that have a logit. */
typedef struct Score2
{
	double		g0,
				g1;
	double		h00,
				h01,
				h11;
} Score2;

static Score2
score_at(const Judged *judged, const CalibrationLine *line)
{
	Sum			sums[5] = {{0, 0}};

	for (int i = 0; i < judged->tally->sorted; i++)
	{
		const TallyCell *cell = &judged->tally->cells[i];
		double		people = sum_value(cell->exposure);
		double		x = logit(cell->key);
		double		mean,
					residual,
					weight;

		CHECK_FOR_INTERRUPTS();
		if (!isfinite(x) || people == 0)
			continue;
		mean = 1 / (1 + exp(-(line->intercept + line->slope * x)));
		residual = sum_value(cell->events) - people * mean;
		weight = people * mean * (1 - mean);
		sum_add(&sums[0], residual);
		sum_add(&sums[1], residual * x);
		sum_add(&sums[2], weight);
		sum_add(&sums[3], weight * x);
		sum_add(&sums[4], weight * x * x);
	}
	return (Score2) {sum_value(sums[0]), sum_value(sums[1]), sum_value(sums[2]), sum_value(sums[3]),
					 sum_value(sums[4])};
}

/*
 * Newton's method, each step held to one unit of the linear predictor.  No line where it has no end (all
 * outcomes alike, or separated by the risk) or where all risks are the same.
 */
CalibrationLine
calibration_line(const Judged *judged, bool slope_free)
{
	CalibrationLine line = {0, 1, NAN, NAN};

	for (int i = 0; i < 200; i++)
	{
		Score2		s = score_at(judged, &line);
		double		determinant = slope_free ? s.h00 * s.h11 - s.h01 * s.h01 : s.h00;
		double		step0 = slope_free ? (s.h11 * s.g0 - s.h01 * s.g1) / determinant : s.g0 / s.h00;
		double		step1 = slope_free ? (s.h00 * s.g1 - s.h01 * s.g0) / determinant : 0;
		double		decrement = step0 * s.g0 + step1 * s.g1;
		double		length = fmin(1, 2 / fmax(fabs(step0), fabs(step1)));

		if (!(determinant > (slope_free ? 1e-12 * s.h00 * s.h11 : 0)))
			return no_calibration_line;
		line.intercept += length * step0;
		line.slope += length * step1;
		if (decrement < 1e-16)
		{
			line.intercept_error = sqrt(slope_free ? s.h11 / determinant : 1 / s.h00);
			line.slope_error = slope_free ? sqrt(s.h00 / determinant) : NAN;
			return line;
		}
		if (fabs(line.intercept) > 500 || fabs(line.slope) > 500)
			return no_calibration_line;
	}
	return no_calibration_line;
}
