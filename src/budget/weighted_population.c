/*
 * weighted_population.c: people counted by what they need and what it costs where they live.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/sum.h"
#include "miscadmin.h"

#define MOST_COMPONENTS 1000

/* a number divided by people, NAN where there are none */
static double
by_people(double x, double people)
{
	return people > 0 ? x / people : NAN;
}

static const char *
note_of_people(double people)
{
	return people > 0 ? NULL : "no_population";
}

/* ---- one component ---- */

enum
{
	RAW, WEIGHTED, NEED, WEIGHTED_NOTE, WEIGHTED_MISSING, WEIGHTED_FIELDS
};

static void
find_weighted_population(WindowPartition *partition)
{
	int			rows = partition->rows;
	Missing		missing;
	double	   *population,
			   *age,
			   *need,
			   *mff,
			   *raw = palloc_array(double, rows);
	double		people,
				sum;

	missing_begin(&missing, rows);
	population = window_weights_known(partition, 0, "population", &missing);
	age = window_weights_known(partition, 1, "age_index", &missing);
	need = window_weights_known(partition, 2, "need_index", &missing);
	mff = window_weights_known(partition, 3, "mff", &missing);
	if (missing.any)
	{
		put_missing(partition, WEIGHTED_FIELDS, &missing);
		return;
	}
	for (int row = 0; row < rows; row++)
		raw[row] = population[row] * age[row] * need[row] * mff[row];
	people = weights_sum(population, rows);
	sum = weights_sum(raw, rows);
	if (sum == 0)
	{
		put_notes(partition, WEIGHTED_FIELDS, "no_weight");
		return;
	}
	for (int row = 0; row < rows; row++)
	{
		Datum		values[WEIGHTED_FIELDS];
		bool		nulls[WEIGHTED_FIELDS];
		double		weighted = people * (raw[row] / sum);

		CHECK_FOR_INTERRUPTS();
		record_number(values, nulls, RAW, raw[row]);
		record_number(values, nulls, WEIGHTED, weighted);
		record_number(values, nulls, NEED, by_people(weighted, population[row]));
		record_text(values, nulls, WEIGHTED_NOTE, note_of_people(population[row]));
		record_text(values, nulls, WEIGHTED_MISSING, NULL);
		window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
	}
}

/*
 * ph.weighted_population(population float8, age_index float8, need_index float8, mff float8) OVER (...)
 *   -> ph.weighted_population
 *
 * population x age index x need index x market forces factor, brought to the sum of the population.  Errors: a number
 * that is negative, not finite, or neither 0 nor between 10^-15 and 10^30.
 */
PG_FUNCTION_INFO_V1(weighted_population);
Datum
weighted_population(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_weighted_population);
}

/* ---- a mix of components ---- */

enum
{
	MIX, PER_HEAD, MIX_NOTE, MIX_MISSING, MIX_FIELDS
};

/* A list of numbers that are not negative, NAN for its nulls; NULL for NULL. */
static double *
window_list(WindowPartition *partition, int argument, int row, const char *name, int *count)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(partition->window, argument, row, WINDOW_SEEK_HEAD, false, &isnull,
												 &isout);
	Datum	   *elements;
	bool	   *nulls;
	double	   *numbers;

	if (isnull)
		return NULL;
	*count = array_elements(DatumGetArrayTypeP(given), FLOAT8OID, &elements, &nulls);
	if (*count < 1 || *count > MOST_COMPONENTS)
		argument_error(name, psprintf("must have from 1 to %d elements", MOST_COMPONENTS), NULL);
	numbers = palloc_array(double, *count);
	for (int i = 0; i < *count; i++)
	{
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(numbers[i] >= 0 && numbers[i] <= 1e30))
			argument_error(name, "must hold numbers from 0 to 10^30", NULL);
	}
	return numbers;
}

/* The policy weights, the same in all rows; NULL where they are not known. */
static double *
weights_of_all(WindowPartition *partition, int *components)
{
	double	   *weights = window_list(partition, 2, 0, "weights", components);

	for (int row = 1; row < partition->rows; row++)
	{
		int			count = 0;
		double	   *other = window_list(partition, 2, row, "weights", &count);

		CHECK_FOR_INTERRUPTS();
		if ((weights == NULL) != (other == NULL) ||
			(weights && (count != *components || memcmp(weights, other, sizeof(double) * count) != 0)))
			argument_error("weights", "must be the same in all rows of a partition", NULL);
	}
	for (int k = 0; weights && k < *components; k++)
		if (isnan(weights[k]))
			return NULL;
	if (weights && fabs(weights_sum(weights, *components) - 1) > 1e-9)
		argument_error("weights", "must sum to 1", NULL);
	return weights;
}

/* Reads a row's list of as many numbers as there are components; whether all of them are known. */
static bool
read_components(WindowPartition *partition, int argument, int row, const char *name, int components, double *numbers)
{
	int			count = 0;
	double	   *given = window_list(partition, argument, row, name, &count);

	if (given == NULL)
		return false;
	if (count != components)
		argument_error(name, "must have as many elements as there are weights", NULL);
	for (int k = 0; k < components; k++)
	{
		numbers[k] = given[k];
		if (isnan(given[k]))
			return false;
	}
	pfree(given);
	return true;
}

/* A factor is carried by all rows or by none: then it is 1. */
static bool
has_factors(WindowPartition *partition)
{
	for (int row = 0; row < partition->rows; row++)
	{
		bool		isnull,
					isout;

		CHECK_FOR_INTERRUPTS();
		WinGetFuncArgInPartition(partition->window, 3, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);
		if (!isnull)
			return true;
	}
	return false;
}

/* weighted population x factor, by row and component */
static double *
read_mix(WindowPartition *partition, int components, Missing *missing)
{
	double	   *mix,
			   *factors = palloc_array(double, components);
	bool		carried = has_factors(partition);

	mix = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * components * partition->rows);
	for (int row = 0; row < partition->rows; row++)
	{
		double	   *own = &mix[(Size) row * components];

		CHECK_FOR_INTERRUPTS();
		if (!read_components(partition, 1, row, "weighted_populations", components, own))
			missing_in_row(missing, row, "weighted_populations");
		if (!carried)
			continue;
		if (!read_components(partition, 3, row, "mff", components, factors))
			missing_in_row(missing, row, "mff");
		for (int k = 0; k < components; k++)
			own[k] *= factors[k];
	}
	return mix;
}

/* The sum of each component over the rows; whether all that have a weight have one. */
static bool
sum_components(const double *mix, int rows, const double *weights, int components, double *sums)
{
	for (int k = 0; k < components; k++)
	{
		Sum			sum = {0, 0};

		for (int row = 0; row < rows; row++)
			sum_add(&sum, mix[(Size) row * components + k]);
		sums[k] = sum_value(sum);
		if (weights[k] > 0 && sums[k] == 0)
			return false;
	}
	return true;
}

/* sum over k of w_k WP_ik m_ik / sum_j WP_jk m_jk */
static double
share_of_mix(const double *own, const double *sums, const double *weights, int components)
{
	double		share = 0;

	for (int k = 0; k < components; k++)
		if (weights[k] > 0)
			share += weights[k] * (own[k] / sums[k]);
	return share;
}

static void
find_component_mix(WindowPartition *partition)
{
	int			rows = partition->rows,
				components = 1;
	Missing		missing;
	double	   *population,
			   *weights = weights_of_all(partition, &components),
			   *mix = NULL,
			   *sums = palloc_array(double, components);
	double		people;

	missing_begin(&missing, rows);
	population = window_weights_known(partition, 0, "population", &missing);
	if (weights == NULL)
		missing_in_all(&missing, rows, "weights");
	else
		mix = read_mix(partition, components, &missing);
	if (missing.any)
	{
		put_missing(partition, MIX_FIELDS, &missing);
		return;
	}
	if (!sum_components(mix, rows, weights, components, sums))
	{
		put_notes(partition, MIX_FIELDS, "no_weight");
		return;
	}
	people = weights_sum(population, rows);
	for (int row = 0; row < rows; row++)
	{
		Datum		values[MIX_FIELDS];
		bool		nulls[MIX_FIELDS];
		double		weighted = people * share_of_mix(&mix[(Size) row * components], sums, weights, components);

		CHECK_FOR_INTERRUPTS();
		record_number(values, nulls, MIX, weighted);
		record_number(values, nulls, PER_HEAD, by_people(weighted, population[row]));
		record_text(values, nulls, MIX_NOTE, note_of_people(population[row]));
		record_text(values, nulls, MIX_MISSING, NULL);
		window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
	}
}

/*
 * ph.component_mix(population float8, weighted_populations float8[], weights float8[], mff float8[]) OVER (...)
 *   -> ph.component_mix
 *
 * One row an area, the lists by component.  WP_i = N sum over k of w_k WP_ik m_ik / (sum over j of WP_jk m_jk).
 * Errors: weights that are negative, differ between rows or do not sum to 1, lists of other lengths, numbers that are
 * negative or not finite.
 */
PG_FUNCTION_INFO_V1(component_mix);
Datum
component_mix(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_component_mix);
}
