/*
 * amount.c: money and shares as exact decimals.
 */
#include "budget/amount.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "core/argument.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#define QUOTIENT_PLACES 40
#define FRACTION_PLACES 30		/* fractions of a unit that agree to so many places are the same */
#define MOST_DIGITS 30			/* before the point */

/* ---- arithmetic ---- */

static Amount
amount_call(PGFunction function, Amount a, Amount b)
{
	return DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(a), NumericGetDatum(b)));
}

static Amount
amount_at(PGFunction function, Amount a, int places)
{
	return DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(a), Int32GetDatum(places)));
}

Amount
amount_of_count(int64 count)
{
	return int64_to_numeric(count);
}

Amount
amount_of_number(double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

double
amount_number(Amount a)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(a)));
}

Amount
amount_sum(Amount a, Amount b)
{
	return amount_call(numeric_add, a, b);
}

Amount
amount_difference(Amount a, Amount b)
{
	return amount_call(numeric_sub, a, b);
}

Amount
amount_product(Amount a, Amount b)
{
	return amount_call(numeric_mul, a, b);
}

Amount
amount_quotient(Amount a, Amount b)
{
	/* a quotient has at least as many places as what is divided */
	Amount		divided = amount_at(numeric_round, a, QUOTIENT_PLACES),
				quotient = amount_call(numeric_div, divided, b),
				rounded = amount_at(numeric_round, quotient, QUOTIENT_PLACES);

	pfree(divided);
	pfree(quotient);
	return rounded;
}

Amount
amount_negative(Amount a)
{
	return DatumGetNumeric(DirectFunctionCall1(numeric_uminus, NumericGetDatum(a)));
}

Amount
amount_lesser(Amount a, Amount b)
{
	return amount_compare(a, b) <= 0 ? a : b;
}

Amount
amount_greater(Amount a, Amount b)
{
	return amount_compare(a, b) >= 0 ? a : b;
}

Amount
amount_rounded(Amount a, int places)
{
	return amount_at(numeric_round, a, places);
}

Amount
amount_trimmed(Amount a)
{
	return a ? DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(a))) : NULL;
}

int
amount_compare(Amount a, Amount b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

Amount
amount_kept(Amount a, MemoryContext context)
{
	return a == NULL ? NULL : memcpy(MemoryContextAlloc(context, VARSIZE(a)), a, VARSIZE(a));
}

int
amount_sign(Amount a)
{
	Amount		zero = amount_of_count(0);
	int			sign = amount_compare(a, zero);

	pfree(zero);
	return sign;
}

/* ---- arguments and fields ---- */

Amount
amount_checked(Datum given, const char *argument)
{
	Amount		a = DatumGetNumericCopy(given);

	if (numeric_is_nan(a) || numeric_is_inf(a))
		argument_error(argument, "must be a finite number", "Use NULL for a missing value.");
	if (fabs(amount_number(a)) >= pow(10, MOST_DIGITS))
		argument_error(argument, "must be below 10^30 in size", NULL);
	return a;
}

Amount
argument_amount(FunctionCallInfo fcinfo, int index, const char *argument)
{
	return PG_ARGISNULL(index) ? NULL : amount_checked(PG_GETARG_DATUM(index), argument);
}

Amount
window_amount(WindowObject window, int index, int64 row, const char *argument)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, index, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	return isnull ? NULL : amount_checked(given, argument);
}

Amount
amount_from_zero(Amount a, const char *argument)
{
	if (a && amount_sign(a) < 0)
		argument_error(argument, "must not be negative", NULL);
	return a;
}

Amount
argument_amount_from_zero(FunctionCallInfo fcinfo, int index, const char *argument)
{
	return amount_from_zero(argument_amount(fcinfo, index, argument), argument);
}

Amount
window_amount_from_zero(WindowObject window, int index, int64 row, const char *argument)
{
	return amount_from_zero(window_amount(window, index, row, argument), argument);
}

Amount
window_amount_of_all(WindowObject window, int index, int rows, const char *argument)
{
	Amount		first = window_amount(window, index, 0, argument);

	for (int row = 1; row < rows; row++)
	{
		Amount		other = window_amount(window, index, row, argument);

		CHECK_FOR_INTERRUPTS();
		if ((first == NULL) != (other == NULL) || (first != NULL && amount_compare(first, other) != 0))
			argument_error(argument, "must be the same in all rows of a partition", NULL);
		if (other != NULL)
			pfree(other);
	}
	return first;
}

void
record_amount(Datum *values, bool *nulls, int field, Amount a)
{
	nulls[field] = a == NULL;
	values[field] = a == NULL ? (Datum) 0 : NumericGetDatum(a);
}

/* ---- whole units that add up ---- */

bool
amount_is_whole(Amount a, Amount unit)
{
	return amount_sign(amount_call(numeric_mod, a, unit)) == 0;
}

typedef struct Remainder
{
	Amount		fraction;
	int			position;
} Remainder;

static int
remainder_order(const void *left, const void *right, void *arg)
{
	const Remainder *a = left,
			   *b = right;
	int			larger_first = amount_compare(b->fraction, a->fraction);

	return larger_first != 0 ? larger_first : a->position - b->position;
}

/* The whole units of an amount; what is left of it, in units, in fraction. */
static Amount
whole_units(Amount a, Amount unit, Amount *fraction)
{
	Amount		in_units = amount_rounded(amount_quotient(a, unit), FRACTION_PLACES);
	Amount		units = DatumGetNumeric(DirectFunctionCall1(numeric_floor, NumericGetDatum(in_units)));

	*fraction = amount_difference(in_units, units);
	return units;
}

Amount *
amounts_in_units(const Amount *amounts, int count, Amount total, Amount unit)
{
	bool		negative = amount_sign(total) < 0;
	Amount	   *shared = palloc(sizeof(Amount) * Max(count, 1));
	Remainder  *remainder = palloc(sizeof(Remainder) * Max(count, 1));
	Amount		one = amount_of_count(1);
	Amount		left = amount_rounded(amount_quotient(negative ? amount_negative(total) : total, unit), 0);
	int64		units;
	MemoryContext kept = CurrentMemoryContext,
				scratch = AllocSetContextCreate(kept, "amounts in units", ALLOCSET_SMALL_SIZES);

	MemoryContextSwitchTo(scratch);
	for (int i = 0; i < count; i++)
	{
		Amount		whole,
					fraction;

		CHECK_FOR_INTERRUPTS();
		whole = whole_units(negative ? amount_negative(amounts[i]) : amounts[i], unit, &fraction);
		shared[i] = amount_kept(whole, kept);
		remainder[i] = (Remainder) {amount_kept(fraction, kept), i};
		left = amount_kept(amount_difference(left, whole), kept);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(kept);
	MemoryContextDelete(scratch);
	units = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(left)));
	if (units < 0 || units > count)
		elog(ERROR, "amounts do not add up to their total");
	qsort_interruptible(remainder, count, sizeof(Remainder), remainder_order, NULL);
	for (int64 i = 0; i < units; i++)
		shared[remainder[i].position] = amount_sum(shared[remainder[i].position], one);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		shared[i] = amount_product(shared[i], unit);
		if (negative)
			shared[i] = amount_negative(shared[i]);
	}
	return shared;
}
