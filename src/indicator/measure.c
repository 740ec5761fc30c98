/* measure.c: asking a tally for the indicator that a text argument names. */
#include "indicator/measure.h"

#include <math.h>

#include "core/argument.h"

Measure
measure_of(Estimate estimate, double variance)
{
	Measure		measure = {estimate, variance, INFINITY, 0, 0};

	return measure;
}

void
measure_scale(Measure *measure, double factor)
{
	estimate_scale(&measure->estimate, factor);
	measure->variance *= factor * factor;
	measure->poisson_unit *= fabs(factor);
}

/*
 * Four arguments in a row: indicator text, standard ph.tally, per float8 (NULL: 100,000 for rates, else
 * 1) and confidence float8.
 */
Question
argument_question(FunctionCallInfo fcinfo, int first)
{
	static const char *const names[] = {"rate", "proportion", "mean", "dsr", "smr", "life_expectancy", NULL};
	Question	question;

	question.indicator = argument_choice(fcinfo, first, "indicator", names);
	question.standard = PG_ARGISNULL(first + 1) ? NULL : PG_GETARG_TALLY(first + 1);
	question.per = question.indicator == INDICATOR_RATE || question.indicator == INDICATOR_DSR ? 100000 : 1;
	if (!PG_ARGISNULL(first + 2))
		question.per = argument_number(fcinfo, first + 2, "per");
	if (question.per == 0)
		argument_error("per", "must not be 0", NULL);
	question.confidence = argument_confidence(fcinfo, first + 3);
	return question;
}

/* The indicator in units of its own: per is for the caller to apply, once. */
Measure
measure_ask(const Tally *tally, const Question *question)
{
	switch (question->indicator)
	{
		case INDICATOR_RATE:
			return rate_measure(tally, question->confidence);
		case INDICATOR_PROPORTION:
			return proportion_measure(tally, question->confidence);
		case INDICATOR_MEAN:
			return mean_measure(tally, question->confidence);
		case INDICATOR_DSR:
			return dsr_measure(tally, question->standard, question->confidence);
		case INDICATOR_SMR:
			return smr_measure(tally, question->standard, question->confidence);
		case INDICATOR_LIFE_EXPECTANCY:
			return life_expectancy_measure(tally, question->confidence);
	}
	pg_unreachable();
}
