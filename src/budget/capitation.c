/*
 * capitation.c: a total shared by need.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/record.h"
#include "miscadmin.h"

enum
{
	SHARE, TARGET, TARGET_ROUNDED, TARGET_PER_HEAD, NEED_INDEX, NOTE, MISSING, CAPITATION_FIELDS
};

/* All amounts of a total shared by weights. */
static Amount *
targets_by(Amount total, const double *weights, int rows)
{
	Shares		shares = shares_by(weights, rows);
	Amount	   *targets = palloc_array(Amount, rows);

	for (int row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		targets[row] = share_of(total, &shares, row);
	}
	return targets;
}

/* ---- ph.capitation ---- */

/* The people of all rows, each of them known; NULL where no row has any. */
static double *
read_population(WindowPartition *partition, Missing *missing)
{
	double	   *population = window_weights(partition, 2, "population");
	int			known = 0;

	for (int row = 0; row < partition->rows; row++)
		known += !isnan(population[row]);
	if (known == 0)
		return NULL;
	for (int row = 0; row < partition->rows; row++)
		if (isnan(population[row]))
			missing_in_row(missing, row, "population");
	return population;
}

static void
put_targets(WindowPartition *partition, Amount total, Amount unit, const double *weights, const double *population)
{
	int			rows = partition->rows;
	double		sum = weights_sum(weights, rows),
				people = population ? weights_sum(population, rows) : 0;
	Amount	   *targets = targets_by(total, weights, rows),
			   *rounded = amounts_in_units(targets, rows, total, unit);

	for (int row = 0; row < rows; row++)
	{
		Datum		values[CAPITATION_FIELDS];
		bool		nulls[CAPITATION_FIELDS];
		bool		has_people = population && population[row] > 0;
		double		share = weights[row] / sum;

		CHECK_FOR_INTERRUPTS();
		record_number(values, nulls, SHARE, share);
		record_amount(values, nulls, TARGET, targets[row]);
		record_amount(values, nulls, TARGET_ROUNDED, rounded[row]);
		record_amount(values, nulls, TARGET_PER_HEAD,
					  has_people ? amount_quotient(targets[row], amount_of_number(population[row])) : NULL);
		record_number(values, nulls, NEED_INDEX, has_people ? share / (population[row] / people) : NAN);
		record_text(values, nulls, NOTE, population && !has_people ? "no_population" : NULL);
		record_text(values, nulls, MISSING, NULL);
		window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
	}
}

static void
find_capitation(WindowPartition *partition)
{
	Missing		missing;
	Amount		unit,
				total = window_total(partition, 0, 3, &unit);
	double	   *weights,
			   *population;

	missing_begin(&missing, partition->rows);
	if (total == NULL)
		missing_in_all(&missing, partition->rows, "total");
	weights = window_weights_known(partition, 1, "weighted_population", &missing);
	population = read_population(partition, &missing);
	if (missing.any)
		put_missing(partition, CAPITATION_FIELDS, &missing);
	else if (weights_sum(weights, partition->rows) == 0)
		put_notes(partition, CAPITATION_FIELDS, "no_weight");
	else
		put_targets(partition, total, unit, weights, population);
}

/*
 * ph.capitation(total numeric, weighted_population float8, population float8, unit numeric) OVER (...)
 *   -> ph.capitation
 *
 * share = weight / sum of weights, target = total x share, rounded to whole units that add up to the total by largest
 * remainder (ties to who comes first in the window's order); need index = (weight / people) / (all weight / all
 * people).  Errors: a total or unit that differs between rows, a total of no whole number of units, a number that is
 * negative or not finite.
 */
PG_FUNCTION_INFO_V1(capitation);
Datum
capitation(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_capitation);
}

/* ---- ph.apportion ---- */

static void
find_apportion(WindowPartition *partition)
{
	int			rows = partition->rows;
	Amount		unit,
				total = window_total(partition, 0, 2, &unit);
	double	   *weights = window_weights(partition, 1, "weight");
	double		sum = weights_sum(weights, rows);
	Amount	   *rounded;

	if (total == NULL || isnan(sum) || sum == 0)
		return;
	rounded = amounts_in_units(targets_by(total, weights, rows), rows, total, unit);
	for (int row = 0; row < rows; row++)
		window_put(partition, row, NumericGetDatum(rounded[row]));
}

/*
 * ph.apportion(total numeric, weight float8, unit numeric) OVER (...) -> numeric
 *
 * A total shared by weights in whole units that add up to it, by largest remainder; NULL in all rows where the total
 * or a weight is, or all weights are 0.  Errors as ph.capitation.
 */
PG_FUNCTION_INFO_V1(apportion);
Datum
apportion(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_apportion);
}
