/*
 * risk_adjusted_budget.c: what groups of members should cost, by their risk.
 *
 * budget = months / 12 base (risk / reference) mff (1 + trend), risk the mean of the group's risk months over its
 * months, in exact decimals: products first, one division last.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/argument.h"
#include "core/record.h"
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

static Amount
weight_at(WindowObject window, int argument, int64 row, const char *name)
{
	double		x = window_weight(window, argument, row, name);

	return isnan(x) ? NULL : amount_of_number(x);
}

static Amount
growth_at(WindowObject window, int argument, int64 row, const char *name)
{
	double		x = window_number(window, argument, row, name);

	if (x < -1 || x > 1e30)
		argument_error(name, "must lie between -1 and 10^30", "Write 0.02 for a growth of 2 %.");
	return isnan(x) ? NULL : amount_of_number(x);
}

/* Keeps an amount that must be one for the whole partition. */
static void
keep_one(Amount *kept, Amount own, int64 row, const char *name)
{
	if (row == 0)
		*kept = own;
	else if ((*kept == NULL) != (own == NULL) || (own && amount_compare(*kept, own) != 0))
		argument_error(name, "must be the same in all rows of a partition", NULL);
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

	group->months = weight_at(window, MEMBER_MONTHS, row, "member_months");
	group->risk = weight_at(window, RISK_MONTHS, row, "risk_months");
	group->mff = weight_at(window, MFF, row, "mff");
	prior = weight_at(window, PRIOR_RISK, row, "prior_risk");
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
		CHECK_FOR_INTERRUPTS();
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
	Amount		trend = NULL,
				reference = NULL,
				cap = NULL;
	bool		known = true;

	budget->groups = rows;
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		keep_one(&budget->base, window_amount(window, BASE, i, "base"), i, "base");
		keep_one(&trend, growth_at(window, TREND, i, "trend"), i, "trend");
		keep_one(&reference, weight_at(window, REFERENCE_RISK, i, "reference_risk"), i, "reference_risk");
		keep_one(&cap, growth_at(window, GROWTH_CAP, i, "growth_cap"), i, "growth_cap");
		keep_one(&budget->total, window_amount(window, TOTAL, i, "total"), i, "total");
		known = read_group(window, i, &budget->group[i], cap) && known;
	}
	if (budget->base && amount_sign(budget->base) < 0)
		argument_error("base", "must not be negative", NULL);
	if (reference && amount_sign(reference) == 0)
		argument_error("reference_risk", "must be greater than 0", "Leave it out for the mean of all groups.");
	if (!known || !trend || !budget->base)
		budget->note = "missing_input";
	else
	{
		budget->growth = amount_sum(amount_of_count(1), trend);
		budget->note = find_reference(budget, reference);
		budget->weight = amount_of_count(0);
		for (int i = 0; i < rows; i++)
		{
			CHECK_FOR_INTERRUPTS();
			budget->weight = amount_sum(budget->weight, weight_of(&budget->group[i]));
		}
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
