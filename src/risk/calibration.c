/*
 * calibration.c: whether predicted risks are what happens.
 *
 * Asked of a tally keyed by predicted risk.  Rows of risk 0 or 1 have no logit: the calibration model
 * leaves them out, and they are counted.
 */
#include "risk/calibration.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "miscadmin.h"
#include "risk/calibration_line.h"
#include "risk/judged.h"

typedef struct Sums
{
	double		expected;
	double		squared_error;	/* sum over people of (y - p)^2 */
	double		log_loss;
	double		spiegelhalter;
	double		without_logit;	/* people of risk 0 or 1 */
} Sums;

static Sums
sums_of(const Judged *judged)
{
	Sum			expected = {0, 0},
				squares = {0, 0},
				loss = {0, 0},
				top = {0, 0},
				bottom = {0, 0};
	Sums		sums = {0};

	for (int i = 0; i < judged->tally->sorted; i++)
	{
		const TallyCell *cell = &judged->tally->cells[i];
		double		p = cell->key,
					with = sum_value(cell->events),
					people = sum_value(cell->exposure);
		double		without = people - with;

		CHECK_FOR_INTERRUPTS();
		sum_add(&expected, people * p);
		sum_add(&squares, with * (1 - p) * (1 - p) + without * p * p);
		sum_add(&loss, -(with > 0 ? with * log(p) : 0) - (without > 0 ? without * log1p(-p) : 0));
		sum_add(&top, (with - people * p) * (1 - 2 * p));
		sum_add(&bottom, people * (1 - 2 * p) * (1 - 2 * p) * p * (1 - p));
		if (p == 0 || p == 1)
			sums.without_logit += people;
	}
	sums.expected = sum_value(expected);
	sums.squared_error = sum_value(squares);
	sums.log_loss = sum_value(loss);
	sums.spiegelhalter = sum_value(top) / sqrt(sum_value(bottom));
	return sums;
}

/*
 * ph.calibration(ph.tally, confidence float8) -> ph.calibration
 *
 * Observed against expected with exact Poisson limits, calibration in the large and slope with theirs,
 * Brier score and its share of what the prevalence alone leaves, log loss, Spiegelhalter's test.
 */
PG_FUNCTION_INFO_V1(calibration);
Datum
calibration(PG_FUNCTION_ARGS)
{
	double		confidence = argument_confidence(fcinfo, 1);
	double		z = two_sided_z(confidence);
	Judged		judged;
	Datum		values[20];
	bool		nulls[20];
	double		numbers[19];
	Estimate	note = {NAN, NAN, NAN, NULL};

	for (int i = 0; i < lengthof(numbers); i++)
		numbers[i] = NAN;
	if (judge_risks(argument_tally(fcinfo, 0), &judged))
	{
		Sums		sums = sums_of(&judged);
		double		prevalence = judged.with / judged.people;
		double		brier = sums.squared_error / judged.people;
		Limits		limits = exact_limits(judged.with, confidence);
		bool		both = judged.with > 0 && judged.without > 0;
		CalibrationLine large = both ? calibration_line(&judged, false) : no_calibration_line;
		CalibrationLine line = both ? calibration_line(&judged, true) : no_calibration_line;
		double		answers[] = {judged.people, judged.with, sums.expected, judged.with / sums.expected,
			limits.lower / sums.expected, limits.upper / sums.expected,
			large.intercept, large.intercept - z * large.intercept_error, large.intercept + z * large.intercept_error,
			line.slope, line.slope - z * line.slope_error, line.slope + z * line.slope_error, line.intercept,
			brier, 1 - brier / (prevalence * (1 - prevalence)), sums.log_loss / judged.people,
		sums.spiegelhalter, 2 * normal_upper_tail(fabs(sums.spiegelhalter)), sums.without_logit};

		memcpy(numbers, answers, sizeof(numbers));
		if (judged.note)
			estimate_note(&note, "%s", judged.note);
		if (!both)
			estimate_note(&note, "one_class");
		else if (isnan(line.slope))
			estimate_note(&note, "no_slope");
		if (sums.without_logit > 0)
			estimate_note(&note, "risk_0_or_1: %.0f people not in intercept and slope", sums.without_logit);
	}
	else
		note.note = judged.note;
	for (int i = 0; i < lengthof(numbers); i++)
		record_number(values, nulls, i, numbers[i]);
	record_text(values, nulls, 19, note.note);
	return record_datum(fcinfo, values, nulls);
}

Quantity
calibration_quantity(const Tally *tally, const Question *question)
{
	Judged		judged;
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);
	CalibrationLine line;

	if (!judge_risks(tally, &judged) || !judge_both(judged.tally, &judged))
	{
		quantity.estimate.note = judged.note;
		return quantity;
	}
	line = calibration_line(&judged, false);
	if (isnan(line.intercept))
		return quantity_none("risk_0_or_1");
	quantity = quantity_of(estimate_normal(line.intercept, line.intercept_error, question->confidence),
						   line.intercept_error * line.intercept_error);
	quantity.estimate.note = judged.note;
	return quantity;
}
