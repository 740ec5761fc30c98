/*
 * net_benefit.c: whether acting on a risk does more good than harm.
 *
 * Vickers and Elkin 2006 (Med Decis Making 26:565): at a threshold t somebody helped in vain costs
 * t / (1 - t) of what somebody helped rightly gains.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "core/tie.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/judged.h"

typedef struct Flagged
{
	double		with;
	double		without;
} Flagged;

static bool
reaches(double risk, double threshold)
{
	return risk >= threshold || tied(risk, threshold);
}

/* Who has a risk at or above the threshold. */
static Flagged
flagged_at(const Judged *judged, double threshold)
{
	Flagged		flagged = {0, 0};

	for (int i = judged->tally->sorted - 1; i >= 0 && reaches(judged->tally->cells[i].key, threshold); i--)
	{
		double		with = sum_value(judged->tally->cells[i].events);

		CHECK_FOR_INTERRUPTS();
		flagged.with += with;
		flagged.without += sum_value(judged->tally->cells[i].exposure) - with;
	}
	return flagged;
}

static double
net_benefit_of(Flagged flagged, double people, double odds)
{
	return flagged.with / people - flagged.without / people * odds;
}

/*
 * ph.net_benefit(ph.tally, thresholds float8[]) -> rows (threshold, true_positives, false_positives, net_benefit,
 *   net_benefit_all, net_benefit_none, standardised, avoided_per_100)
 *
 * Of helping those at or above a threshold, beside helping all and helping none; standardised by the
 * prevalence; avoided: how many of 100 need not be helped against helping all, at the same benefit.
 */
PG_FUNCTION_INFO_V1(net_benefit);
Datum
net_benefit(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double	   *thresholds;
	int			count = argument_numbers(fcinfo, 1, "thresholds", 1000, &thresholds);
	Judged		judged;

	for (int i = 0; i < count; i++)
		if (!(thresholds[i] >= 0 && thresholds[i] < 1))
			argument_error("thresholds", "must lie between 0 and 1, 1 excluded", NULL);
	InitMaterializedSRF(fcinfo, 0);
	if (!judge_risks(argument_tally(fcinfo, 0), &judged))
		return (Datum) 0;
	for (int i = 0; i < count; i++)
	{
		double		odds = thresholds[i] / (1 - thresholds[i]);
		Flagged		flagged = flagged_at(&judged, thresholds[i]);
		double		benefit = net_benefit_of(flagged, judged.people, odds);
		double		all = net_benefit_of((Flagged) {judged.with, judged.without}, judged.people, odds);
		double		numbers[] = {thresholds[i], flagged.with, flagged.without, benefit, all, 0,
		benefit / (judged.with / judged.people), odds > 0 ? 100 * (benefit - all) / odds : NAN};
		Datum		values[8];
		bool		nulls[8];

		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, field, numbers[field]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
