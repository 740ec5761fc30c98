/*
 * gain_share.c: a common saving or loss among partners.
 *
 * By weights: of budget, of contribution, of need.  Who is in deficit gets nothing of a saving but bears of a loss;
 * what improves equity weighs more in a saving only.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"
#include "utils/memutils.h"

enum
{
	ARG_GAIN, ARG_WEIGHT, ARG_IN_DEFICIT, ARG_IMPROVEMENT, ARG_FACTOR, ARG_CAP, ARG_UNIT
};

/* A number of a row; NULL for NULL. */
static Amount
window_factor(WindowObject window, int index, int64 row, const char *argument)
{
	double		x = window_number(window, index, row, argument);

	if (fabs(x) >= 1e30)
		argument_error(argument, "must be below 10^30 in size", NULL);
	return isnan(x) ? NULL : amount_of_number(x);
}

static bool
in_deficit(WindowObject window, int64 row, bool *known)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, ARG_IN_DEFICIT, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	*known = !isnull;
	return !isnull && DatumGetBool(given);
}

/* What is asked of all rows together. */
typedef struct Terms
{
	Amount		gain;
	Amount		factor;			/* NULL: equity changes no weight */
	Amount		cap;			/* NULL: none */
	Amount		unit;
} Terms;

static Amount
factor_of_all(WindowObject window, int index, int rows, const char *argument)
{
	Amount		first = window_factor(window, index, 0, argument);

	for (int row = 1; row < rows; row++)
	{
		Amount		other = window_factor(window, index, row, argument);

		CHECK_FOR_INTERRUPTS();
		if ((first == NULL) != (other == NULL) || (first && amount_compare(first, other) != 0))
			argument_error(argument, "must be the same in all rows of a partition", NULL);
	}
	if (first && amount_sign(first) < 0)
		argument_error(argument, "must not be below 0", NULL);
	return first;
}

static Terms
read_terms(WindowObject window, int rows)
{
	Terms		terms = {
		.gain = window_amount_of_all(window, ARG_GAIN, rows, "gain"),
		.factor = factor_of_all(window, ARG_FACTOR, rows, "equity_factor"),
		.cap = factor_of_all(window, ARG_CAP, rows, "equity_cap"),
		.unit = window_unit(window, ARG_UNIT, rows),
	};

	if (terms.cap && amount_compare(terms.cap, amount_of_count(1)) > 0)
		argument_error("equity_cap", "must lie between 0 and 1", "Write 0.2 for 20 %.");
	if (terms.gain && !amount_is_whole(terms.gain, terms.unit))
		argument_error("gain", "must be a whole number of units", "Round it first, or give a smaller unit.");
	return terms;
}

/* clamp(1 + factor x improvement, 1 - cap, 1 + cap), not below 0 */
static Amount
equity_multiplier(const Terms *terms, Amount improvement)
{
	Amount		one = amount_of_count(1);
	Amount		multiplier = one;

	if (terms->factor && improvement)
		multiplier = amount_sum(one, amount_product(terms->factor, improvement));
	if (terms->cap)
		multiplier = amount_lesser(amount_greater(multiplier, amount_difference(one, terms->cap)),
								   amount_sum(one, terms->cap));
	return amount_greater(multiplier, amount_of_count(0));
}

static Amount
weight_of(WindowObject window, int64 row, const Terms *terms)
{
	double		number = window_weight(window, ARG_WEIGHT, row, "weight");
	Amount		improvement = window_factor(window, ARG_IMPROVEMENT, row, "improvement");
	Amount		weight;
	bool		deficit,
				known;

	if (isnan(number))
		return NULL;
	weight = amount_of_number(number);
	if (terms->gain && amount_sign(terms->gain) < 0)
		return weight;
	deficit = in_deficit(window, row, &known);
	if (!known)
		return NULL;
	if (deficit)
		return amount_of_count(0);
	return amount_product(weight, equity_multiplier(terms, improvement));
}

/* The weights of all rows; NULL with the reason where there is no answer. */
static Amount *
read_weights(WindowObject window, int rows, const Terms *terms, Amount *sum, const char **note)
{
	Amount	   *weights = palloc_array(Amount, Max(rows, 1));

	*note = terms->gain ? NULL : "missing_input";
	*sum = amount_of_count(0);
	for (int row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		weights[row] = weight_of(window, row, terms);
		if (weights[row] == NULL)
			*note = "missing_input";
		else
			*sum = amount_sum(*sum, weights[row]);
	}
	if (*note == NULL && amount_sign(*sum) == 0)
		*note = "no_weight";
	return *note ? NULL : weights;
}

#define FIELDS 4

static void
put_part(WindowPartition *partition, int row, double share, Amount amount, Amount rounded, const char *note)
{
	Datum		values[FIELDS];
	bool		nulls[FIELDS];

	record_number(values, nulls, 0, share);
	record_amount(values, nulls, 1, amount);
	record_amount(values, nulls, 2, rounded);
	record_text(values, nulls, 3, note);
	window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
}

static void
find_gain_share(WindowPartition *partition)
{
	int			rows = partition->rows;
	Terms		terms = read_terms(partition->window, rows);
	const char *note;
	Amount		sum;
	Amount	   *weights = read_weights(partition->window, rows, &terms, &sum, &note);
	Amount	   *amounts = palloc_array(Amount, rows),
			   *rounded;

	for (int row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (weights)
			amounts[row] = amount_quotient(amount_product(terms.gain, weights[row]), sum);
		else
			put_part(partition, row, NAN, NULL, NULL, note);
	}
	if (weights == NULL)
		return;
	rounded = amounts_in_units(amounts, rows, terms.gain, terms.unit);
	for (int row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		put_part(partition, row, amount_number(amount_quotient(weights[row], sum)), amount_trimmed(amounts[row]),
				 rounded[row], NULL);
	}
}

/*
 * ph.gain_share(gain numeric, weight float8, in_deficit boolean, improvement float8, equity_factor float8,
 *   equity_cap float8, unit numeric) OVER (ORDER BY partner) -> (share, amount, amount_rounded, note)
 *
 * A row a partner.  gain, equity_factor, equity_cap and unit are the same in all rows.  Units left over go to the
 * largest fractions, ties by the window's order.  All rows NULL with missing_input where the gain, a weight, or of a
 * saving who is in deficit is not known, with no_weight where nobody has any.  Errors: a weight below 0, terms that
 * differ between rows, a gain that is no whole number of units.
 */
PG_FUNCTION_INFO_V1(gain_share);
Datum
gain_share(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_gain_share);
}
