/*
 * risk_adjusted_budget.c: what groups of members should cost, by their risk.
 *
 * budget = months / 12 base (risk / reference) mff (1 + trend), risk the mean of the group's risk months over its
 * months, in exact decimals: products first, one division last.
 */
#include "postgres.h"

#include <math.h>

#include "budget/amount.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"

enum
{
	MEMBER_MONTHS,
	RISK_MONTHS,
	BASE,
	MFF,
	TREND,
	REFERENCE_RISK,
	PRIOR_RISK,
	GROWTH_CAP,
	TOTAL
};

typedef struct RiskGroup
{
	Amount		months;
	Amount		risk;			/* risk months as they were */
	Amount		paid_risk;		/* after the cap */
	Amount		mff;
	bool		capped;
} RiskGroup;

/* Of the partition; the reference is a fraction: risk months over months. */
typedef struct Budget
{
	bool		ready;
	int			groups;
	const char *note;			/* why there is no answer for any group */
	Amount		base;
	Amount		growth;			/* 1 + trend */
	Amount		total;			/* NULL: budgets are not scaled */
	Amount		reference_months;
	Amount		reference_risk;
	Amount		weight;			/* of all groups */
	RiskGroup		group[FLEXIBLE_ARRAY_MEMBER];
} Budget;

/* A number as an amount, which must be at least so much; NULL for NULL. */
static Amount
number_at(WindowObject window, int argument, int64 row, const char *name, int least)
{
	double		x = window_number(window, argument, row, name);

	if (isnan(x))
		return NULL;
	if (x < least)
		argument_error(name, least == 0 ? "must not be negative" : "must not be below -1", NULL);
	return amount_of_number(x);
}

/* A number that is one for the whole partition. */
static Amount
number_of_all(WindowObject window, int argument, int rows, const char *name, int least)
{
	Amount		first = number_at(window, argument, 0, name, least);

	for (int row = 1; row < rows; row++)
	{
		Amount		other = number_at(window, argument, row, name, least);

		CHECK_FOR_INTERRUPTS();
		if ((first == NULL) != (other == NULL) || (first && amount_compare(first, other) != 0))
			argument_error(name, "must be the same in all rows of a partition", NULL);
	}
	return first;
}

/* Growth of the mean above prior (1 + cap) is not paid for; compared as risk months. */
static void
cap_growth(RiskGroup *group, Amount prior, Amount cap)
{
	Amount		most;

	group->paid_risk = group->risk;
	if (prior == NULL || cap == NULL)
		return;
	most = amount_product(amount_product(prior, amount_sum(amount_of_count(1), cap)), group->months);
	group->capped = amount_compare(group->risk, most) > 0;
	group->paid_risk = amount_lesser(group->risk, most);
}

static bool
read_group(WindowObject window, int64 row, RiskGroup *group, Amount cap)
{
	Amount		prior;

	group->months = number_at(window, MEMBER_MONTHS, row, "member_months", 0);
	group->risk = number_at(window, RISK_MONTHS, row, "risk_months", 0);
	group->mff = number_at(window, MFF, row, "mff", 0);
	prior = number_at(window, PRIOR_RISK, row, "prior_risk", 0);
	if (!group->months || !group->risk || !group->mff)
		return false;
	cap_growth(group, prior, cap);
	return true;
}

/* In proportion to the budget: months x risk x mff, after the cap. */
static Amount
weight_of(const RiskGroup *group)
{
	return amount_sign(group->months) == 0 ? amount_of_count(0) : amount_product(group->paid_risk, group->mff);
}

/* The mean of all before any cap, or the one that is given; why there is none. */
static const char *
find_reference(Budget *budget, Amount given)
{
	Amount		months = amount_of_count(0),
				risk = amount_of_count(0);

	for (int i = 0; i < budget->groups; i++)
	{
		months = amount_sum(months, budget->group[i].months);
		risk = amount_sum(risk, budget->group[i].risk);
	}
	budget->reference_months = given ? amount_of_count(1) : months;
	budget->reference_risk = given ? given : risk;
	return amount_sign(budget->reference_months) == 0 ? "no_population"
		: amount_sign(budget->reference_risk) == 0 ? "no_weight" : NULL;
}

static void
read_budget(WindowObject window, int rows, Budget *budget)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(budget));
	Amount		trend = number_of_all(window, TREND, rows, "trend", -1);
	Amount		reference = number_of_all(window, REFERENCE_RISK, rows, "reference_risk", 0);
	Amount		cap = number_of_all(window, GROWTH_CAP, rows, "growth_cap", -1);
	bool		known = true;

	if (reference && amount_sign(reference) == 0)
		argument_error("reference_risk", "must be greater than 0", "Leave it out for the mean of all groups.");
	budget->groups = rows;
	budget->base = window_amount_of_all(window, BASE, rows, "base");
	budget->total = window_amount_of_all(window, TOTAL, rows, "total");
	if (budget->base && amount_sign(budget->base) < 0)
		argument_error("base", "must not be negative", NULL);
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		known = read_group(window, i, &budget->group[i], cap) && known;
	}
	if (!known || !trend || !budget->base)
		budget->note = "missing_input";
	else
	{
		budget->growth = amount_sum(amount_of_count(1), trend);
		budget->note = find_reference(budget, reference);
		budget->weight = amount_of_count(0);
		for (int i = 0; i < rows; i++)
			budget->weight = amount_sum(budget->weight, weight_of(&budget->group[i]));
		if (!budget->note && budget->total && amount_sign(budget->weight) == 0)
			budget->note = "no_weight";
	}
	budget->ready = true;
	MemoryContextSwitchTo(caller);
}

static Amount
budget_of(const Budget *budget, const RiskGroup *group)
{
	if (budget->total)
		return amount_quotient(amount_product(budget->total, weight_of(group)), budget->weight);
	return amount_quotient(
		amount_product(amount_product(budget->base, weight_of(group)),
					   amount_product(budget->growth, budget->reference_months)),
		amount_product(amount_of_count(12), budget->reference_risk));
}

static double
ratio(Amount part, Amount whole)
{
	return amount_number(amount_quotient(part, whole));
}

/*
 * ph.risk_adjusted_budget(member_months float8, risk_months float8, base numeric, mff float8, trend float8,
 *   reference_risk float8, prior_risk float8, growth_cap float8, total numeric) OVER (...) -> ph.risk_budget
 *
 * A row a group.  risk_months are its members' risk, each month; base is the cost of a year of the reference risk,
 * which is the mean of all groups unless given.  A group's mean may not be above prior_risk (1 + growth_cap); falls
 * pass.  With a total all budgets are scaled to it, after the cap.  Errors: negative arguments, a reference of 0, trend
 * or growth_cap below -1, base, trend, reference, cap or total not the same in all rows.
 */
PG_FUNCTION_INFO_V1(risk_adjusted_budget);
Datum
risk_adjusted_budget(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Budget	   *budget = WinGetPartitionLocalMemory(window, offsetof(Budget, group) + rows * sizeof(RiskGroup));
	RiskGroup	   *group;
	Datum		values[4];
	bool		nulls[4] = {true, true, true, true};

	if (!budget->ready)
		read_budget(window, rows, budget);
	group = &budget->group[WinGetCurrentPosition(window)];
	if (budget->note)
		record_text(values, nulls, 3, budget->note);
	else if (amount_sign(group->months) == 0)
	{
		record_amount(values, nulls, 2, amount_of_count(0));
		record_text(values, nulls, 3, "no_population");
	}
	else
	{
		record_number(values, nulls, 0, ratio(group->risk, group->months));
		record_number(values, nulls, 1, ratio(amount_product(group->paid_risk, budget->reference_months),
											  amount_product(group->months, budget->reference_risk)));
		record_amount(values, nulls, 2, budget_of(budget, group));
		record_text(values, nulls, 3, group->capped ? "risk_growth_capped" : NULL);
	}
	return record_datum(fcinfo, values, nulls);
}
