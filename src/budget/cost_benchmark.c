/*
 * cost_benchmark.c: the cost per head that a population is held against.
 *
 * The skeleton of 42 CFR 425.652 to 425.658, for one type of enrolment: history brought to one year, drawn towards the
 * region or raised by what was saved before, the larger of the two, and updated.
 */
#include "postgres.h"

#include <math.h>

#include "budget/amount.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"

#define MOST_YEARS 100

/* A finite number of at least 0 in an argument; NULL for NULL. */
static Amount
argument_factor(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x;

	if (PG_ARGISNULL(index))
		return NULL;
	x = argument_number(fcinfo, index, argument);
	if (x < 0 || x > 1e30)
		argument_error(argument, "must lie between 0 and 10^30", NULL);
	return amount_of_number(x);
}

static Amount
argument_share(FunctionCallInfo fcinfo, int index, const char *argument)
{
	Amount		a = argument_factor(fcinfo, index, argument);

	if (a && amount_compare(a, amount_of_count(1)) > 0)
		argument_error(argument, "must lie between 0 and 1", "Write 0.35 for 35 %.");
	return a;
}

/* A list of factors of so many years; NULL for NULL. */
static Amount *
argument_factors(FunctionCallInfo fcinfo, int index, const char *argument, int years)
{
	double	   *numbers;
	Amount	   *factors;

	if (PG_ARGISNULL(index))
		return NULL;
	if (argument_numbers(fcinfo, index, argument, MOST_YEARS, &numbers) != years)
		argument_error(argument, "must have one number for each year of cost", NULL);
	factors = palloc_array(Amount, Max(years, 1));
	for (int i = 0; i < years; i++)
	{
		if (!(numbers[i] >= 0 && numbers[i] <= 1e30))
			argument_error(argument, "must have finite numbers that are not below 0", NULL);
		factors[i] = amount_of_number(numbers[i]);
	}
	return factors;
}

/* The weighted mean of the years' costs, each brought to the last year by trend and risk. */
static Amount
historical_benchmark(FunctionCallInfo fcinfo)
{
	Datum	   *costs;
	bool	   *nulls;
	int			years = argument_elements(fcinfo, 0, "cost", &costs, &nulls);
	Amount	   *trend = argument_factors(fcinfo, 1, "trend", years);
	Amount	   *risk = argument_factors(fcinfo, 2, "risk", years);
	Amount	   *weight = argument_factors(fcinfo, 3, "weight", years);
	Amount		sum = amount_of_count(0),
				weights = amount_of_count(0);

	if (PG_ARGISNULL(0) || years == 0)
		return NULL;
	if (years > MOST_YEARS)
		argument_error("cost", psprintf("must not have more than %d years", MOST_YEARS), NULL);
	for (int i = 0; i < years; i++)
	{
		Amount		brought;

		if (nulls[i])
			return NULL;
		brought = amount_checked(costs[i], "cost");
		if (amount_sign(brought) < 0)
			argument_error("cost", "must not be below 0", NULL);
		if (trend)
			brought = amount_product(brought, trend[i]);
		if (risk)
			brought = amount_product(brought, risk[i]);
		sum = amount_sum(sum, weight ? amount_product(weight[i], brought) : brought);
		weights = amount_sum(weights, weight ? weight[i] : amount_of_count(1));
	}
	if (amount_sign(weights) == 0)
		argument_error("weight", "must not be 0 for all years", NULL);
	return amount_quotient(sum, weights);
}

/* A part of the gap to the region, within caps of the national cost; the part depends on the side. */
static Amount
regional_adjustment(FunctionCallInfo fcinfo, Amount historical, Amount regional, Amount national)
{
	Amount		below = argument_share(fcinfo, 6, "weight_below");
	Amount		above = argument_share(fcinfo, 7, "weight_above");
	Amount		cap_up = argument_share(fcinfo, 8, "cap_up");
	Amount		cap_down = argument_share(fcinfo, 9, "cap_down");
	Amount		gap,
				drawn;

	if (!historical || !regional || !national || !below || !above || !cap_up || !cap_down)
		return NULL;
	gap = amount_difference(regional, historical);
	drawn = amount_product(amount_sign(gap) >= 0 ? below : above, gap);
	drawn = amount_lesser(drawn, amount_product(cap_up, national));
	return amount_greater(drawn, amount_negative(amount_product(cap_down, national)));
}

/* A share of what was saved before, within the cap; none for a loss. */
static Amount
prior_saving_adjustment(FunctionCallInfo fcinfo, Amount national)
{
	Amount		saving = argument_amount(fcinfo, 10, "prior_saving");
	Amount		share = argument_share(fcinfo, 11, "prior_share");
	Amount		cap = argument_share(fcinfo, 8, "cap_up");

	if (!saving || !share || !cap || !national || amount_sign(saving) <= 0)
		return NULL;
	return amount_lesser(amount_product(share, saving), amount_product(cap, national));
}

static Amount
larger_known(Amount a, Amount b)
{
	return a == NULL ? b : b == NULL ? a : amount_greater(a, b);
}

/* Growth of risk counts up to the cap; a fall counts in full. */
static Amount
risk_ratio_used(FunctionCallInfo fcinfo)
{
	Amount		ratio = argument_factor(fcinfo, 12, "risk_ratio");
	Amount		cap = argument_share(fcinfo, 13, "risk_cap");

	return ratio && cap ? amount_lesser(ratio, amount_sum(amount_of_count(1), cap)) : ratio;
}

static Amount
update_factor(FunctionCallInfo fcinfo)
{
	Amount		regional = argument_factor(fcinfo, 14, "regional_growth");
	Amount		prospective = argument_factor(fcinfo, 15, "prospective_growth");
	Amount		blend = argument_share(fcinfo, 16, "update_blend");

	if (!regional || !prospective || !blend)
		return NULL;
	return amount_sum(amount_product(blend, regional),
					  amount_product(amount_difference(amount_of_count(1), blend), prospective));
}

/*
 * ph.cost_benchmark(cost numeric[], trend float8[], risk float8[], weight float8[], regional_cost numeric,
 * national_cost numeric,
 *   weight_below, weight_above, cap_up, cap_down, prior_saving numeric, prior_share, risk_ratio, risk_cap,
 *   regional_growth, prospective_growth, update_blend)
 *   -> (historical, regional_adjustment, prior_saving_adjustment, adjustment, risk_ratio_used, update_factor,
 *   benchmark,
 *   note)
 *
 * Money per head.  Without regional cost there is no regional adjustment, without a prior saving none for it; NULL with
 * missing_input where the history, a factor of the update, or the national cost that caps an adjustment is not known.
 * Errors: lists of different length, negative numbers, shares outside 0 to 1, weights that are all 0.
 */
PG_FUNCTION_INFO_V1(cost_benchmark);
Datum
cost_benchmark(PG_FUNCTION_ARGS)
{
	Amount		historical = historical_benchmark(fcinfo);
	Amount		region = argument_amount(fcinfo, 4, "regional_cost");
	Amount		national = argument_amount(fcinfo, 5, "national_cost");
	Amount		regional = regional_adjustment(fcinfo, historical, region, national);
	Amount		prior = prior_saving_adjustment(fcinfo, national);
	Amount		adjustment = larger_known(regional, prior);
	Amount		risk_ratio = risk_ratio_used(fcinfo);
	Amount		update = update_factor(fcinfo);
	bool		uncapped = national == NULL && (region != NULL || !PG_ARGISNULL(10));
	Amount		answer = NULL;
	Datum		values[8];
	bool		nulls[8];

	if (region && amount_sign(region) < 0)
		argument_error("regional_cost", "must not be below 0", NULL);
	if (national && amount_sign(national) < 0)
		argument_error("national_cost", "must not be below 0", NULL);
	if (historical && risk_ratio && update && !uncapped)
		answer = amount_product(amount_product(adjustment ? amount_sum(historical, adjustment) : historical,
											   risk_ratio), update);
	record_amount(values, nulls, 0, amount_trimmed(historical));
	record_amount(values, nulls, 1, amount_trimmed(regional));
	record_amount(values, nulls, 2, amount_trimmed(prior));
	record_amount(values, nulls, 3, amount_trimmed(adjustment));
	record_number(values, nulls, 4, risk_ratio ? amount_number(risk_ratio) : NAN);
	record_number(values, nulls, 5, update ? amount_number(update) : NAN);
	record_amount(values, nulls, 6, amount_trimmed(answer));
	record_text(values, nulls, 7, answer ? NULL : "missing_input");
	return record_datum(fcinfo, values, nulls);
}
