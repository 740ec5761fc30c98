/*
 * pooled_budget.c: what is left of a pool, or over, partner by partner.
 *
 * What is left goes back by shares.  What is over is charged by shares up to each partner's cap: min(cap, L share),
 * with one level L for all.  Caps bind in the order of cap over share, so that L is found by going through them once.
 */
#include "postgres.h"

#include <math.h>

#include "budget/amount.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"

static const char *const bases[] = {"contribution", "agreed", NULL};

typedef enum Basis
{
	BASIS_CONTRIBUTION,
	BASIS_AGREED
} Basis;

enum
{
	OPENING,
	CONTRIBUTION,
	SPEND,
	AGREED_SHARE,
	OVERSPEND_CAP,
	BASIS,
	UNIT
};

typedef struct Partner
{
	Amount		weight;			/* what its share is in proportion to */
	Amount		cap;			/* the most it is charged; NULL for all */
	Amount		closing;		/* what goes back to it; below 0 what it is charged */
} Partner;

typedef struct Pool
{
	int			count;
	Partner    *partners;
	Amount		weight;			/* of all partners */
	Amount		amount;			/* paid in and carried forward */
	Amount		balance;		/* less what was spent */
	Amount		unfunded;		/* of an overspend, what no cap leaves room for */
} Pool;

/* ---- reading ---- */

static Amount
share_agreed(WindowObject window, int row)
{
	double		share = window_number(window, AGREED_SHARE, row, "agreed_share");

	if (share < 0)
		argument_error("agreed_share", "must not be negative", NULL);
	return isnan(share) ? NULL : amount_of_number(share);
}

static Basis
basis_of_all(WindowObject window, int rows)
{
	int			basis = window_choice(window, BASIS, "basis", bases);

	for (int row = 0; row < rows; row++)
	{
		bool		isnull,
					isout;
		Datum		given = WinGetFuncArgInPartition(window, BASIS, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

		CHECK_FOR_INTERRUPTS();
		if (text_choice(isnull ? NULL : DatumGetTextPP(given), "basis", bases) != basis)
			argument_error("basis", "must be the same in all rows of a partition", NULL);
	}
	return basis;
}

/* The pool before it is shared out; the note says why it cannot be. */
static const char *
read_pool(WindowObject window, Basis basis, Pool *pool)
{
	const char *note = NULL;

	pool->partners = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Partner) * Max(pool->count, 1));
	pool->weight = pool->amount = pool->balance = amount_of_count(0);
	for (int row = 0; row < pool->count; row++)
	{
		Partner    *partner = &pool->partners[row];
		Amount		opening = window_amount(window, OPENING, row, "opening");
		Amount		contribution = window_amount_from_zero(window, CONTRIBUTION, row, "contribution");
		Amount		spend = window_amount(window, SPEND, row, "spend");
		Amount		agreed = share_agreed(window, row);
		Amount		paid_in;

		CHECK_FOR_INTERRUPTS();
		partner->cap = window_amount_from_zero(window, OVERSPEND_CAP, row, "overspend_cap");
		if (opening == NULL || contribution == NULL || spend == NULL || (basis == BASIS_AGREED && agreed == NULL))
		{
			note = "missing_input";
			continue;
		}
		paid_in = amount_sum(opening, contribution);
		partner->weight = basis == BASIS_AGREED ? agreed : paid_in;
		if (note == NULL && amount_sign(partner->weight) < 0)
			note = "negative_weight";
		pool->weight = amount_sum(pool->weight, partner->weight);
		pool->amount = amount_sum(pool->amount, paid_in);
		pool->balance = amount_sum(pool->balance, amount_difference(paid_in, spend));
	}
	return note == NULL && amount_sign(pool->weight) == 0 ? "no_weight" : note;
}

static void
require_whole_units(const Pool *pool, Amount unit)
{
	bool		whole = amount_is_whole(pool->balance, unit);

	for (int i = 0; i < pool->count && whole; i++)
		whole = pool->partners[i].cap == NULL || amount_is_whole(pool->partners[i].cap, unit);
	if (!whole)
		argument_error("unit", "must go without remainder into the balance of the pool and into each cap",
					   "Give amounts in whole units, or a smaller unit.");
}

/* ---- sharing out ---- */

/* The part of an amount for a weight among weights. */
static Amount
part_of(Amount amount, Amount weight, Amount of)
{
	return amount_quotient(amount_product(amount, weight), of);
}

static void
share_underspend(Pool *pool)
{
	for (int i = 0; i < pool->count; i++)
		pool->partners[i].closing = part_of(pool->balance, pool->partners[i].weight, pool->weight);
}

/* The order in which caps bind as the level rises: that of cap over weight; whoever has none comes last. */
static int
binding_order(const void *left, const void *right, void *arg)
{
	const Partner *a = *(Partner *const *) left,
			   *b = *(Partner *const *) right;

	if (a->cap == NULL || b->cap == NULL)
		return (a->cap == NULL) - (b->cap == NULL);
	return amount_compare(amount_product(a->cap, b->weight), amount_product(b->cap, a->weight));
}

static void
charge_overspend(Pool *pool)
{
	Partner   **in_order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Partner *) * Max(pool->count, 1));
	int			charged = 0,
				bound = 0;
	Amount		left = amount_negative(pool->balance),
				weight = pool->weight;

	for (int i = 0; i < pool->count; i++)
	{
		pool->partners[i].closing = amount_of_count(0);
		if (amount_sign(pool->partners[i].weight) > 0)
			in_order[charged++] = &pool->partners[i];
	}
	qsort_interruptible(in_order, charged, sizeof(Partner *), binding_order, NULL);
	for (; bound < charged; bound++)
	{
		Partner    *partner = in_order[bound];

		if (partner->cap == NULL
			|| amount_compare(amount_product(partner->cap, weight), amount_product(left, partner->weight)) > 0)
			break;
		partner->closing = amount_negative(partner->cap);
		left = amount_difference(left, partner->cap);
		weight = amount_difference(weight, partner->weight);
	}
	for (int i = bound; i < charged; i++)
		in_order[i]->closing = amount_negative(part_of(left, in_order[i]->weight, weight));
	if (bound == charged)
		pool->unfunded = left;
}

static void
share_pool(Pool *pool)
{
	pool->unfunded = amount_of_count(0);
	if (amount_sign(pool->balance) < 0)
		charge_overspend(pool);
	else
		share_underspend(pool);
}

static Amount *
closing_in_units(const Pool *pool, Amount unit)
{
	Amount	   *closing = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Amount) * Max(pool->count, 1));

	for (int i = 0; i < pool->count; i++)
		closing[i] = pool->partners[i].closing;
	return amounts_in_units(closing, pool->count, amount_sum(pool->balance, pool->unfunded), unit);
}

/* ---- the window function ---- */

#define FIELDS 7

static void
put_closing(WindowPartition *partition, int row, const Pool *pool, const Amount *rounded, const char *note)
{
	Datum		values[FIELDS];
	bool		nulls[FIELDS];

	memset(nulls, true, sizeof(nulls));
	if (rounded)
	{
		const Partner *partner = &pool->partners[row];

		record_number(values, nulls, 0, amount_number(amount_quotient(partner->weight, pool->weight)));
		record_amount(values, nulls, 1, partner->closing);
		record_amount(values, nulls, 2, rounded[row]);
		record_amount(values, nulls, 3, pool->amount);
		record_amount(values, nulls, 4, pool->balance);
		record_amount(values, nulls, 5, pool->unfunded);
	}
	record_text(values, nulls, 6, note);
	window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
}

static void
find_pooled_budget(WindowPartition *partition)
{
	Pool		pool = {.count = partition->rows};
	Basis		basis = basis_of_all(partition->window, pool.count);
	Amount		unit = window_amount_of_all(partition->window, UNIT, pool.count, "unit");
	Amount	   *rounded = NULL;
	const char *note;

	if (unit != NULL && amount_sign(unit) <= 0)
		argument_error("unit", "must be positive", "0.01 is a penny.");
	note = read_pool(partition->window, basis, &pool);
	if (unit == NULL)
		note = "missing_input";
	if (note == NULL)
	{
		require_whole_units(&pool, unit);
		share_pool(&pool);
		rounded = closing_in_units(&pool, unit);
		if (amount_sign(pool.unfunded) > 0)
			note = "unfunded";
	}
	for (int row = 0; row < pool.count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		put_closing(partition, row, &pool, rounded, note);
	}
}

/*
 * ph.pooled_budget(opening numeric, contribution numeric, spend numeric, agreed_share float8, overspend_cap numeric,
 *		basis text, unit numeric) OVER (PARTITION BY pool ORDER BY partner) -> (share, closing, closing_rounded, pool,
 *		balance, unfunded, note)
 *
 * Money in any one currency.  pool = sum of opening + contribution, balance = pool - spend.  A share is of what was
 * paid in (opening + contribution) or of what was agreed.  closing: what goes back to the partner, or, below 0, what
 * it is charged; rounded to whole units by largest remainder, ties to who comes first in the window.  Notes:
 * missing_input (an amount is not known), negative_weight (somebody paid in less than nothing), no_weight: all NULL;
 * unfunded: caps leave some of the overspend to nobody, the host has it.
 * Errors: negative contribution, agreed share or cap; a unit that is not positive or leaves a remainder; basis or
 * unit that differs between rows; amounts that are not finite.
 */
PG_FUNCTION_INFO_V1(pooled_budget);
Datum
pooled_budget(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_pooled_budget);
}
