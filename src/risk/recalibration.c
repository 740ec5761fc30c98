/* recalibration.c: risks and models moved to a population in which other risks hold. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "model/model.h"
#include "risk/calibration_line.h"
#include "risk/judged.h"

/*
 * ph.recalibrated(risk float8, intercept float8, slope float8) -> float8
 *
 * A risk from anywhere after recalibration: 0 and 1 stay what they are; NULL for what is no risk.
 */
PG_FUNCTION_INFO_V1(recalibrated);
Datum
recalibrated(PG_FUNCTION_ARGS)
{
	double		risk = PG_GETARG_FLOAT8(0);
	double		intercept = argument_number(fcinfo, 1, "intercept");
	double		slope = argument_positive(fcinfo, 2, "slope");

	if (!(risk >= 0 && risk <= 1))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(1 / (1 + exp(-(intercept + slope * logit(risk)))));
}

/* Coefficients times the slope, and the intercept moved; a model without an intercept gets one. */
static void
recalibrate_model(Model *model, double intercept, double slope)
{
	int			at = -1;

	for (int i = 0; i < model->count; i++)
	{
		model->coefficients[i] *= slope;
		if (strcmp(model->terms[i], INTERCEPT) == 0)
			at = i;
	}
	if (at < 0 && model->count >= REGRESSION_MOST_TERMS)
		argument_error("model", "has no room for an intercept", NULL);
	if (at < 0)
	{
		char	  **terms = palloc(sizeof(char *) * (model->count + 1));
		double	   *coefficients = palloc(sizeof(double) * (model->count + 1));
		double	   *centre = palloc(sizeof(double) * (model->count + 1));

		terms[0] = INTERCEPT;
		coefficients[0] = centre[0] = 0;
		memcpy(terms + 1, model->terms, sizeof(char *) * model->count);
		memcpy(coefficients + 1, model->coefficients, sizeof(double) * model->count);
		for (int i = 0; i < model->count; i++)
			centre[i + 1] = model->centre ? model->centre[i] : 0;
		model->terms = terms;
		model->coefficients = coefficients;
		model->centre = model->centre ? centre : NULL;
		model->count++;
		at = 0;
	}
	model->coefficients[at] += intercept;
}

/*
 * ph.recalibrate(ph.model, ph.tally, method text) -> ph.model
 *
 * A logistic model moved to a population in which its risks were tallied: intercept alone, or intercept and
 * slope.  What was known of its fit is left behind; NULL coefficients and a status where there is no line.
 */
PG_FUNCTION_INFO_V1(recalibrate);
Datum
recalibrate(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"intercept", "intercept_and_slope", NULL};
	bool		slope_free = argument_choice(fcinfo, 2, "method", methods) == 1;
	Model		given,
				model;
	Judged		judged;
	CalibrationLine line = no_calibration_line;

	if (PG_ARGISNULL(0))
		argument_error("model", "must not be null", NULL);
	given = model_read(PG_GETARG_DATUM(0));
	if (given.family != FAMILY_LOGISTIC)
		argument_error("model", "must be logistic", "Risks of other models are moved by ph.recalibrated.");
	if (given.coefficients == NULL)
		argument_error("model", "must have coefficients", "Its status says why it has none.");
	model = model_empty(given.family, given.terms, given.count, "recalibrated");
	if (judge_risks(argument_tally(fcinfo, 1), &judged) && judge_both(judged.tally, &judged))
		line = calibration_line(&judged, slope_free);
	if (isnan(line.intercept) || !(line.slope > 0))
	{
		model.status = judged.note ? judged.note : "no_slope";
		return model_datum(fcinfo, &model);
	}
	model.coefficients = given.coefficients;
	model.centre = given.centre;
	recalibrate_model(&model, line.intercept, line.slope);
	model.rows = judged.people;
	model.note = psprintf("recalibrated: intercept %g, slope %g", line.intercept, line.slope);
	return model_datum(fcinfo, &model);
}
