/* calibration_groups.c: expected against observed in groups of people by their predicted risk. */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/hypothesis_test.h"
#include "core/interval.h"
#include "core/record.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/judged.h"

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
 * ph.calibration_groups(ph.tally, groups int, confidence float8) -> rows (risk_group, people, lowest, highest,
 *   expected, observed, mean_predicted, observed_share, lower, upper)
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
		statistic += (g->observed - g->expected) * (g->observed - g->expected) /
			(g->expected * (1 - g->expected / g->people));
	}
	if (!isfinite(statistic))
		return hypothesis_test_datum(fcinfo, hypothesis_test_none("risk_0_or_1"));
	test = chi_square_test(statistic, filled);
	test.note = judged.note;
	return hypothesis_test_datum(fcinfo, test);
}
