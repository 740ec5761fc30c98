/*
 * variance_bridge.c: from what a population was budgeted to what it cost.
 *
 * What a segment costs is people x its share of them x cost a head x risk x activity x price.  The bridge changes one
 * factor after the other, in this order: people (at the old average), mix, need, activity (at budget prices), price (at
 * actual volumes); its Shapley form is the mean over all orders.  Every line is computed for itself, a segment by
 * itself, so that they add up only where they are right.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"

enum
{
	PEOPLE_BUDGET,
	PEOPLE_ACTUAL,
	COST_BUDGET,
	RISK_BUDGET,
	RISK_ACTUAL,
	PRICE_BUDGET,
	PRICE_ACTUAL,
	ACTUAL,
	SEGMENT_NUMBERS
};

static const char *const argument_name[SEGMENT_NUMBERS] = {"people_budget", "people_actual", "cost_budget",
"risk_budget", "risk_actual", "price_budget", "price_actual", "actual"};

typedef enum Step
{
	POPULATION,
	MIX,
	NEED,
	ACTIVITY,
	PRICE,
	STEPS
} Step;

#define SUBSETS (1 << STEPS)
#define ORDERS 120

/* Orders in which so many of the other steps come before a step: k! (4 - k)!. */
static const int orders_after[STEPS] = {24, 6, 4, 6, 24};

typedef struct Segment
{
	Amount		number[SEGMENT_NUMBERS];
} Segment;

typedef struct Bridge
{
	bool		ready;
	const char *note;			/* why there is no bridge */
	bool		any_order;		/* whether every segment has people now and costs something */
	Amount		people_budget;	/* of all segments */
	Amount		people_actual;
	Segment		segment[FLEXIBLE_ARRAY_MEMBER];
} Bridge;

/* ---- reading ---- */

static Amount
segment_number(WindowObject window, int argument, int64 row)
{
	const char *name = argument_name[argument];
	double		x;

	if (argument == COST_BUDGET)
		return window_amount_from_zero(window, argument, row, name);
	if (argument == ACTUAL)
		return window_amount(window, argument, row, name);
	x = window_weight(window, argument, row, name);
	if (isnan(x))
		return NULL;
	if ((argument == RISK_BUDGET || argument == PRICE_BUDGET || argument == PRICE_ACTUAL) && x == 0)
		argument_error(name, "must be greater than 0", NULL);
	return amount_of_number(x);
}

static void
read_bridge(WindowObject window, int rows, Bridge *bridge)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(bridge));
	Amount		zero = amount_of_count(0);

	bridge->any_order = true;
	bridge->people_budget = bridge->people_actual = zero;
	for (int i = 0; i < rows; i++)
	{
		Amount	   *number = bridge->segment[i].number;
		bool		known = true;

		CHECK_FOR_INTERRUPTS();
		for (int argument = 0; argument < SEGMENT_NUMBERS; argument++)
		{
			number[argument] = segment_number(window, argument, i);
			known = known && number[argument];
		}
		if (!known)
		{
			bridge->note = "missing_input";
			continue;
		}
		bridge->people_budget = amount_sum(bridge->people_budget, number[PEOPLE_BUDGET]);
		bridge->people_actual = amount_sum(bridge->people_actual, number[PEOPLE_ACTUAL]);
		if (amount_sign(number[PEOPLE_ACTUAL]) == 0 || amount_sign(number[COST_BUDGET]) == 0 ||
			amount_sign(number[RISK_ACTUAL]) == 0)
			bridge->any_order = false;
	}
	if (!bridge->note && amount_sign(bridge->people_budget) == 0)
		bridge->note = "no_population";
	bridge->ready = true;
	MemoryContextSwitchTo(caller);
}

/* ---- the lines ---- */

static Amount
product3(Amount a, Amount b, Amount c)
{
	return amount_product(amount_product(a, b), c);
}

static Amount
scaled(Amount a, Amount by, Amount over)
{
	return amount_quotient(amount_product(a, by), over);
}

/* What the segment costs after each step, from the budget to the actual. */
static void
costs_in_order(const Bridge *bridge, const Amount *number, Amount *cost)
{
	Amount		people = amount_product(number[PEOPLE_ACTUAL], number[COST_BUDGET]);

	cost[0] = amount_product(number[PEOPLE_BUDGET], number[COST_BUDGET]);
	cost[1 + POPULATION] = scaled(cost[0], bridge->people_actual, bridge->people_budget);
	cost[1 + MIX] = people;
	cost[1 + NEED] = scaled(people, number[RISK_ACTUAL], number[RISK_BUDGET]);
	cost[1 + ACTIVITY] = scaled(number[ACTUAL], number[PRICE_BUDGET], number[PRICE_ACTUAL]);
	cost[1 + PRICE] = number[ACTUAL];
}

/* Each factor as it was budgeted, and as it came. */
static void
factors_of(const Bridge *bridge, const Amount *number, Amount factor[STEPS][2])
{
	Amount		one = amount_of_count(1);
	Amount		expected = product3(number[PEOPLE_ACTUAL], number[COST_BUDGET], number[RISK_ACTUAL]);

	factor[POPULATION][0] = bridge->people_budget;
	factor[POPULATION][1] = bridge->people_actual;
	factor[MIX][0] = scaled(number[COST_BUDGET], number[PEOPLE_BUDGET], bridge->people_budget);
	factor[MIX][1] = scaled(number[COST_BUDGET], number[PEOPLE_ACTUAL], bridge->people_actual);
	factor[NEED][0] = factor[ACTIVITY][0] = factor[PRICE][0] = one;
	factor[NEED][1] = amount_quotient(number[RISK_ACTUAL], number[RISK_BUDGET]);
	factor[ACTIVITY][1] = amount_quotient(product3(number[ACTUAL], number[PRICE_BUDGET], number[RISK_BUDGET]),
										  amount_product(number[PRICE_ACTUAL], expected));
	factor[PRICE][1] = amount_quotient(number[PRICE_ACTUAL], number[PRICE_BUDGET]);
}

/* What the segment costs when the steps of a subset have been taken. */
static void
costs_of_subsets(Amount factor[STEPS][2], Amount *cost)
{
	int			known = 1;

	cost[0] = amount_of_count(1);
	for (int step = 0; step < STEPS; step++, known *= 2)
		for (int subset = 0; subset < known; subset++)
		{
			cost[subset + known] = amount_rounded(amount_product(cost[subset], factor[step][1]), 40);
			cost[subset] = amount_rounded(amount_product(cost[subset], factor[step][0]), 40);
		}
}

/* A step's mean over all orders in which the steps can be taken. */
static Amount
mean_change(const Amount *cost, Step step)
{
	Amount		sum = amount_of_count(0);

	for (int subset = 0; subset < SUBSETS; subset++)
		if (!(subset & 1 << step))
			sum = amount_sum(sum, amount_product(amount_of_count(orders_after[__builtin_popcount(subset)]),
												 amount_difference(cost[subset | 1 << step], cost[subset])));
	return amount_quotient(sum, amount_of_count(ORDERS));
}

/*
 * ph.variance_bridge(people_budget float8, people_actual float8, cost_budget numeric, risk_budget float8, risk_actual
 *   float8, price_budget float8, price_actual float8, actual numeric) OVER (...) -> ph.bridge
 *
 * A row a segment, or a segment's part of a service in a partition by service; cost_budget is money a head, actual
 * money.  The lines of a segment add to actual - people_budget x cost_budget, their sums over segments are the bridge.
 * The Shapley lines are NULL in all rows where a segment has no people now or costs nothing, note no_shapley.  Errors:
 * negative people, costs and risks; risk_budget and prices not above 0.
 */
PG_FUNCTION_INFO_V1(variance_bridge);
Datum
variance_bridge(PG_FUNCTION_ARGS)
{
	enum
	{
		TOTAL = STEPS, BUDGET, COST, SHAPLEY, NOTE = SHAPLEY + STEPS, FIELDS
	};
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Bridge	   *bridge = WinGetPartitionLocalMemory(window, offsetof(Bridge, segment) + rows * sizeof(Segment));
	Amount		cost[SUBSETS],
				factor[STEPS][2];
	const Amount *number;
	Datum		values[FIELDS];
	bool		nulls[FIELDS];

	if (!bridge->ready)
		read_bridge(window, rows, bridge);
	memset(nulls, true, sizeof(nulls));
	record_text(values, nulls, NOTE, bridge->note ? bridge->note : bridge->any_order ? NULL : "no_shapley");
	if (bridge->note)
		return record_datum(fcinfo, values, nulls);
	number = bridge->segment[WinGetCurrentPosition(window)].number;
	costs_in_order(bridge, number, cost);
	for (int step = 0; step < STEPS; step++)
		record_amount(values, nulls, step, amount_difference(cost[step + 1], cost[step]));
	record_amount(values, nulls, TOTAL, amount_difference(cost[STEPS], cost[0]));
	record_amount(values, nulls, BUDGET, cost[0]);
	record_amount(values, nulls, COST, cost[STEPS]);
	if (!bridge->any_order)
		return record_datum(fcinfo, values, nulls);
	factors_of(bridge, number, factor);
	costs_of_subsets(factor, cost);
	for (int step = 0; step < STEPS; step++)
		record_amount(values, nulls, SHAPLEY + step, mean_change(cost, step));
	return record_datum(fcinfo, values, nulls);
}
