/*
 * indicator.c: the one door: an indicator is a row of a table.
 *
 * What is in the table is at once compared, held against a benchmark, ranked for inequality, followed over time and
 * drawn.
 */
#include "compare/indicator.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "funcapi.h"
#include "indicator/direct.h"
#include "indicator/healthy_life_expectancy.h"
#include "indicator/indirect.h"
#include "indicator/life_table.h"
#include "indicator/rate.h"
#include "indicator/restricted_mean.h"
#include "indicator/standard.h"
#include "indicator/survival.h"
#include "indicator/years_of_life_lost.h"
#include "risk/calibration.h"
#include "risk/discrimination.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

static const char by_age[] = "by age: events of people, years or population",
			by_time[] = "by time of leaving: who then had the event",
			by_risk[] = "by predicted risk: people, and who had the outcome";

static const Indicator indicators[] = {
	{"rate", 100000, 0, "events of people, years or population", NULL, NULL, rate_quantity, "events over exposure"},
	{"proportion", 1, 0, "people, and who had the event", NULL, NULL, proportion_quantity,
	 "people with the event over people"},
	{"mean", 1, 0, "people, and a value of each", NULL, NULL, mean_quantity, "the mean of a value over people"},
	{"dsr", 100000, OR_ESP2013, by_age, "standard, ph.esp2013() if NULL", NULL, dsr_quantity,
	"directly standardised rate, limits of Dobson"},
	{"dsr_gamma", 100000, OR_ESP2013, by_age, "standard, ph.esp2013() if NULL", NULL, dsr_gamma_quantity,
	"directly standardised rate, limits of Fay and Feuer"},
	{"dsr_ratio", 1, 0, by_age, "reference", NULL, dsr_ratio_quantity,
	"directly standardised rate over that of the reference, both by ph.esp2013(), limits of Fay"},
	{"smr", 1, 0, by_age, "reference", NULL, smr_quantity, "observed over expected events"},
	{"indirect_rate", 100000, 0, by_age, "reference", NULL, indirect_rate_quantity,
	"indirectly standardised rate"},
	{"life_expectancy", 1, TAKES_AGE, "deaths by age", NULL, NULL, life_expectancy_quantity,
	"years still to live at an age"},
	{"healthy_life_expectancy", 1, TAKES_AGE, "deaths by age", "survey: asked, and not in good health",
	NULL, healthy_life_expectancy_quantity, "years in good health still to live at an age"},
	{"years_of_life_lost", 100000, NEEDS_UNTIL, "deaths by age", "standard, or none for a crude rate",
	 "age below which deaths count",
	years_of_life_lost_quantity, "years of life lost below an age over people"},
	{"survival", 1, NEEDS_UNTIL, by_time, NULL, "time", survival_quantity, "share without the event at a time"},
	{"cumulative_incidence", 1, NEEDS_UNTIL, by_time, NULL, "time", cumulative_incidence_quantity,
	"share with the event by a time"},
	{"median_survival", 1, 0, by_time, NULL, NULL, median_survival_quantity, "time by which half have had the event"},
	{"restricted_mean", 1, NEEDS_UNTIL, by_time, NULL, "time", restricted_mean_quantity,
	"mean time without the event up to a time"},
	{"auroc", 1, 0, by_risk, NULL, NULL, auroc_quantity, "how well a risk tells who will have the outcome"},
	{"average_precision", 1, 0, by_risk, NULL, NULL, average_precision_quantity, "area under precision against recall"},
	{"calibration_in_the_large", 1, 0, by_risk, NULL, NULL, calibration_quantity,
	"how far outcomes lie above the risks, on the logit"},
};

/* ---- asking ---- */

static const Indicator *
argument_indicator(FunctionCallInfo fcinfo, int index)
{
	const char *names[lengthof(indicators) + 1] = {NULL};

	for (int i = 0; i < lengthof(indicators); i++)
		names[i] = indicators[i].name;
	return &indicators[argument_choice(fcinfo, index, "indicator", names)];
}

Asked
argument_asked(FunctionCallInfo fcinfo, int indicator, int reference)
{
	int			age = PG_NARGS() - 2,
				until = PG_NARGS() - 1;
	Asked		asked = {.indicator = argument_indicator(fcinfo, indicator)};

	if (!PG_ARGISNULL(reference))
		asked.question.reference = PG_GETARG_TALLY(reference);
	else if (asked.indicator->needs & OR_ESP2013)
		asked.question.reference = tally_canonical(esp2013_tally(19));
	asked.per = PG_ARGISNULL(reference + 1) ? asked.indicator->per : argument_number(fcinfo, reference + 1, "per");
	if (asked.per == 0)
		argument_error("per", "must not be 0", NULL);
	asked.question.confidence = argument_confidence(fcinfo, reference + 2);
	asked.question.age = PG_ARGISNULL(age) ? 0 : argument_number(fcinfo, age, "age");
	asked.question.until = PG_ARGISNULL(until) ? NAN : argument_positive(fcinfo, until, "until");
	return asked;
}

Quantity
ask(const Tally *tally, const Asked *asked)
{
	if ((asked->indicator->needs & NEEDS_UNTIL) && isnan(asked->question.until))
		return quantity_none("missing_input: until");
	return asked->indicator->ask(tally, &asked->question);
}

/* ---- from SQL ---- */

/*
 * ph.ask(indicator text, ph.tally, reference ph.tally, per float8, confidence float8, age float8, until float8)
 *   -> ph.estimate
 *
 * Any indicator of ph.indicators(), times per (NULL: its own).  What it needs and is not given: NULL with a note.
 * Errors: an indicator that there is not, and those of the indicator.
 */
PG_FUNCTION_INFO_V1(ask_indicator);
Datum
ask_indicator(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 1);
	Asked		asked = argument_asked(fcinfo, 0, 2);
	Quantity	quantity = ask(tally, &asked);

	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	estimate_scale(&quantity.estimate, asked.per);
	return estimate_datum(fcinfo, quantity.estimate);
}

/*
 * ph.indicators() -> rows (indicator, per, tally, reference, until, takes_age, meaning)
 *
 * The table itself; NULL where an indicator does not read a reference or a time.
 */
PG_FUNCTION_INFO_V1(indicator_rows);
Datum
indicator_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < lengthof(indicators); i++)
	{
		const Indicator *indicator = &indicators[i];
		Datum		values[7];
		bool		nulls[7] = {false};

		record_text(values, nulls, 0, indicator->name);
		record_number(values, nulls, 1, indicator->per);
		record_text(values, nulls, 2, indicator->tally);
		record_text(values, nulls, 3, indicator->reference);
		record_text(values, nulls, 4, indicator->until);
		values[5] = BoolGetDatum((indicator->needs & TAKES_AGE) != 0);
		record_text(values, nulls, 6, indicator->meaning);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
