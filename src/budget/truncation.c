/*
 * truncation.c: costs of persons cut at a cap, and what stop-loss cover gives back.
 */
#include "postgres.h"

#include "budget/amount.h"
#include "core/argument.h"
#include "core/record.h"

/* ph_support.decimal_of(number float8) -> numeric: the shortest decimal that reads back as it. */
PG_FUNCTION_INFO_V1(decimal_of);
Datum
decimal_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(amount_of_number(argument_number(fcinfo, 0, "number")));
}

/*
 * ph.truncate_cost(cost numeric, cap numeric, years float8) -> numeric
 *
 * min(cost / years, cap) years, without dividing.  NULL where an argument is.  Errors: a negative cap, years not above
 * 0.
 */
PG_FUNCTION_INFO_V1(truncate_cost);
Datum
truncate_cost(PG_FUNCTION_ARGS)
{
	Amount		cost = argument_amount(fcinfo, 0, "cost");
	Amount		cap = argument_amount_from_zero(fcinfo, 1, "cap");

	if (PG_ARGISNULL(2))
		PG_RETURN_NULL();
	argument_positive(fcinfo, 2, "years");
	if (!cost || !cap)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(amount_lesser(cost, amount_product(cap, amount_of_number(PG_GETARG_FLOAT8(2)))));
}

/*
 * ph.stop_loss(cost numeric, attachment numeric, coinsurance float8, maximum numeric)
 *   -> (recovered numeric, retained numeric, note text)
 *
 * recovered = min(coinsurance max(cost - attachment, 0), maximum); retained = cost - recovered.  note: missing_input
 * where cost, attachment or coinsurance is NULL.  Errors: a negative attachment or maximum, coinsurance not a share.
 */
PG_FUNCTION_INFO_V1(stop_loss);
Datum
stop_loss(PG_FUNCTION_ARGS)
{
	Amount		cost = argument_amount(fcinfo, 0, "cost");
	Amount		attachment = argument_amount_from_zero(fcinfo, 1, "attachment");
	double		coinsurance = PG_ARGISNULL(2) ? 0 : argument_number(fcinfo, 2, "coinsurance");
	Amount		maximum = argument_amount_from_zero(fcinfo, 3, "maximum");
	Amount		recovered = NULL;
	Datum		values[3];
	bool		nulls[3];

	if (!(coinsurance >= 0 && coinsurance <= 1))
		argument_error("coinsurance", "must be a share between 0 and 1", "Write 0.8 for 80 % of what is above.");
	if (cost && attachment && !PG_ARGISNULL(2))
	{
		recovered = amount_product(amount_of_number(coinsurance),
								   amount_greater(amount_difference(cost, attachment), amount_of_count(0)));
		if (maximum)
			recovered = amount_lesser(recovered, maximum);
	}
	record_amount(values, nulls, 0, recovered);
	record_amount(values, nulls, 1, recovered ? amount_difference(cost, recovered) : NULL);
	record_text(values, nulls, 2, recovered ? NULL : "missing_input");
	return record_datum(fcinfo, values, nulls);
}
