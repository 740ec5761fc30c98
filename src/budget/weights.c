/*
 * weights.c: what money is shared by, and the partition that shares it.
 */
#include "budget/weights.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "core/sum.h"
#include "miscadmin.h"

#define MOST_FIELDS 16

/* ---- weights ---- */

bool
weight_in_range(double weight)
{
	return weight == 0 || isnan(weight) || (weight >= 1e-15 && weight <= 1e30);
}

double
window_weight(WindowObject window, int argument, int64 row, const char *name)
{
	double		weight = window_number(window, argument, row, name);

	if (weight < 0)
		argument_error(name, "must not be negative", NULL);
	if (!weight_in_range(weight))
		argument_error(name, "must be 0 or lie between 10^-15 and 10^30", NULL);
	return weight;
}

double *
window_weights(WindowPartition *partition, int argument, const char *name)
{
	double	   *weights = palloc_array(double, partition->rows);

	for (int row = 0; row < partition->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		weights[row] = window_weight(partition->window, argument, row, name);
	}
	return weights;
}

double *
window_weights_known(WindowPartition *partition, int argument, const char *name, Missing *missing)
{
	double	   *weights = window_weights(partition, argument, name);

	for (int row = 0; row < partition->rows; row++)
		if (isnan(weights[row]))
			missing_in_row(missing, row, name);
	return weights;
}

double
weights_sum(const double *weights, int count)
{
	Sum			sum = {0, 0};

	for (int i = 0; i < count; i++)
		sum_add(&sum, weights[i]);
	return sum_value(sum);
}

Shares
shares_by(const double *weights, int count)
{
	Shares		shares = {palloc_array(Amount, count), amount_of_count(0)};

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		shares.weights[i] = amount_of_number(weights[i]);
		shares.sum = amount_sum(shares.sum, shares.weights[i]);
	}
	return shares;
}

Amount
share_of(Amount total, const Shares *shares, int row)
{
	return amount_quotient(amount_product(total, shares->weights[row]), shares->sum);
}

/* ---- the total ---- */

Amount
window_unit(WindowObject window, int argument, int rows)
{
	Amount		unit = window_amount_of_all(window, argument, rows, "unit");

	if (unit == NULL || amount_sign(unit) <= 0 || amount_number(unit) < 1e-10)
		argument_error("unit", "must be at least 10^-10", "Write 0.01 for pence, 1 for pounds.");
	return unit;
}

Amount
window_total(WindowPartition *partition, int total, int unit, Amount *unit_of_all)
{
	Amount		whole = window_amount_of_all(partition->window, total, partition->rows, "total");

	*unit_of_all = window_unit(partition->window, unit, partition->rows);
	if (whole != NULL && !amount_is_whole(whole, *unit_of_all))
		argument_error("total", "must be a whole number of units", "Round it first, or give a smaller unit.");
	return whole;
}

/* ---- what is missing ---- */

void
missing_begin(Missing *missing, int rows)
{
	missing->any = false;
	missing->names = palloc0_array(char *, rows);
}

void
missing_in_row(Missing *missing, int row, const char *name)
{
	char	  **names = &missing->names[row];

	missing->any = true;
	*names = *names ? psprintf("%s, %s", *names, name) : pstrdup(name);
}

void
missing_in_all(Missing *missing, int rows, const char *name)
{
	for (int row = 0; row < rows; row++)
		missing_in_row(missing, row, name);
}

void
put_note(WindowPartition *partition, int row, int fields, const char *note, const char *missing)
{
	Datum		values[MOST_FIELDS] = {0};
	bool		nulls[MOST_FIELDS];

	Assert(fields <= MOST_FIELDS);
	memset(nulls, true, sizeof(nulls));
	record_text(values, nulls, fields - 2, note);
	record_text(values, nulls, fields - 1, missing);
	window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
}

void
put_missing(WindowPartition *partition, int fields, const Missing *missing)
{
	for (int row = 0; row < partition->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		put_note(partition, row, fields, "missing_input", missing->names[row]);
	}
}

void
put_notes(WindowPartition *partition, int fields, const char *note)
{
	for (int row = 0; row < partition->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		put_note(partition, row, fields, note, NULL);
	}
}
