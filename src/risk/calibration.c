/*
 * calibration.c: whether predicted risks are what happens.
 *
 * Asked of a tally keyed by predicted risk.  Rows of risk 0 or 1 have no logit: the calibration model
 * leaves them out and counts them.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/hypothesis_test.h"
#include "core/interval.h"
#include "core/record.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/calibration.h"
#include "risk/judged.h"
#include "model/model.h"

/* ---- the calibration model ---- */

/* logit of the outcome = intercept + slope logit of the risk (Cox 1958). */
typedef struct Line
{
	double		intercept;
	double		slope;
	double		intercept_error;
	double		slope_error;	/* NAN where the slope is fixed at 1 */
} Line;

static const Line no_line = {NAN, NAN, NAN, NAN};

static double
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
score_at(const Judged *judged, const Line *line)
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
	return (Score2) {sum_value(sums[0]), sum_value(sums[1]), sum_value(sums[2]), sum_value(sums[3]), sum_value(sums[4])};
}

/*
 * Newton's method, each step held to one unit of the linear predictor.  No line where it has no end (all
 * outcomes alike, or separated by the risk) or where all risks are the same.
 */
static Line
calibration_line(const Judged *judged, bool slope_free)
{
	Line		line = {0, 1, NAN, NAN};

	for (int i = 0; i < 200; i++)
	{
		Score2		s = score_at(judged, &line);
		double		determinant = slope_free ? s.h00 * s.h11 - s.h01 * s.h01 : s.h00;
		double		step0 = slope_free ? (s.h11 * s.g0 - s.h01 * s.g1) / determinant : s.g0 / s.h00;
		double		step1 = slope_free ? (s.h00 * s.g1 - s.h01 * s.g0) / determinant : 0;
		double		decrement = step0 * s.g0 + step1 * s.g1;
		double		length = fmin(1, 2 / fmax(fabs(step0), fabs(step1)));

		if (!(determinant > (slope_free ? 1e-12 * s.h00 * s.h11 : 0)))
			return no_line;
		line.intercept += length * step0;
		line.slope += length * step1;
		if (decrement < 1e-16)
		{
			line.intercept_error = sqrt(slope_free ? s.h11 / determinant : 1 / s.h00);
			line.slope_error = slope_free ? sqrt(s.h00 / determinant) : NAN;
			return line;
		}
		if (fabs(line.intercept) > 500 || fabs(line.slope) > 500)
			return no_line;
	}
	return no_line;
}

/* ---- all of it ---- */

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
		Line		large = both ? calibration_line(&judged, false) : no_line;
		Line		line = both ? calibration_line(&judged, true) : no_line;
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
	Line		line;

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

/* ---- groups of risk ---- */

typedef struct RiskGroup
{
	double		people;
	double		lowest;
	double		highest;
	double		expected;
	double		observed;
} RiskGroup;

/*
 * Groups of as equal size as ties let them be: the person of rank r of n is in group floor((r - 1) g / n),
 * and people of one risk are in the group of the middle one of them.
 */
static RiskGroup *
risk_groups(const Judged *judged, int count)
{
	RiskGroup  *groups = palloc0(sizeof(RiskGroup) * count);
	double		before = 0;

	for (int i = 0; i < judged->tally->sorted; i++)
	{
		const TallyCell *cell = &judged->tally->cells[i];
		double		people = sum_value(cell->exposure);
		double		middle = before + floor((people - 1) / 2);
		RiskGroup  *group = &groups[Max(0, Min(count - 1, (int) floor(middle * count / judged->people)))];

		CHECK_FOR_INTERRUPTS();
		before += people;
		if (people == 0)
			continue;
		if (group->people == 0)
			group->lowest = cell->key;
		group->highest = cell->key;
		group->people += people;
		group->expected += people * cell->key;
		group->observed += sum_value(cell->events);
	}
	return groups;
}

static int
argument_groups(FunctionCallInfo fcinfo, int index)
{
	if (PG_ARGISNULL(index) || PG_GETARG_INT32(index) < 2 || PG_GETARG_INT32(index) > 1000)
		argument_error("groups", "must lie between 2 and 1000", NULL);
	return PG_GETARG_INT32(index);
}

/*
 * ph.calibration_groups(ph.tally, groups int, confidence float8) -> rows (risk_group, people, lowest, highest, expected,
 *   observed, mean_predicted, observed_share, lower, upper)
 *
 * Expected against observed from the lowest risks to the highest, with Wilson's limits; people of one risk
 * stay together, and a group that ties leave empty has no row.
 */
PG_FUNCTION_INFO_V1(calibration_groups);
Datum
calibration_groups(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count = argument_groups(fcinfo, 1);
	double		confidence = argument_confidence(fcinfo, 2);
	Judged		judged;
	RiskGroup  *groups;

	InitMaterializedSRF(fcinfo, 0);
	if (!judge_risks(argument_tally(fcinfo, 0), &judged))
		return (Datum) 0;
	groups = risk_groups(&judged, count);
	for (int i = 0; i < count; i++)
	{
		RiskGroup  *g = &groups[i];
		Limits		limits = wilson_limits(g->observed, g->people, confidence);
		double		numbers[] = {g->people, g->lowest, g->highest, g->expected, g->observed, g->expected / g->people,
		g->observed / g->people, limits.lower, limits.upper};
		Datum		values[10];
		bool		nulls[10];

		values[0] = Int32GetDatum(i + 1);
		nulls[0] = false;
		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, 1 + field, numbers[field]);
		if (g->people > 0)
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.hosmer_lemeshow(ph.tally, groups int) -> ph.test
 *
 * Of risks that were not fitted to these people: degrees of freedom are the groups.
 */
PG_FUNCTION_INFO_V1(hosmer_lemeshow);
Datum
hosmer_lemeshow(PG_FUNCTION_ARGS)
{
	int			count = argument_groups(fcinfo, 1);
	Judged		judged;
	RiskGroup  *groups;
	double		statistic = 0;
	int			filled = 0;
	HypothesisTest test;

	if (!judge_risks(argument_tally(fcinfo, 0), &judged))
		return hypothesis_test_datum(fcinfo, hypothesis_test_none(judged.note));
	groups = risk_groups(&judged, count);
	for (int i = 0; i < count; i++)
	{
		RiskGroup  *g = &groups[i];

		if (g->people == 0)
			continue;
		filled++;
		statistic += (g->observed - g->expected) * (g->observed - g->expected) / (g->expected * (1 - g->expected / g->people));
	}
	if (!isfinite(statistic))
		return hypothesis_test_datum(fcinfo, hypothesis_test_none("risk_0_or_1"));
	test = chi_square_test(statistic, filled);
	test.note = judged.note;
	return hypothesis_test_datum(fcinfo, test);
}

/* ---- recalibration ---- */

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
	Line		line = no_line;

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
