/* cluster_step.c: one pass of k-means or k-prototypes as an aggregate, and what is asked of it. */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/record.h"
#include "learn/cluster_sums.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Numbers of an array, whatever its dimensions, none null. */
static int
flat_numbers(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	count = array_elements(PG_GETARG_ARRAYTYPE_P(index), FLOAT8OID, &elements, &nulls);
	*numbers = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			argument_error(argument, "must not contain nulls", NULL);
		(*numbers)[i] = DatumGetFloat8(elements[i]);
	}
	return count;
}

static int
whole_numbers(ArrayType *array, const char *argument, double *numbers, int most)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	count = array_elements(array, INT4OID, &elements, &nulls);
	if (count > most)
		argument_error(argument, psprintf("must not have more than %d elements", most), NULL);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			argument_error(argument, "must not contain nulls", NULL);
		numbers[i] = DatumGetInt32(elements[i]);
	}
	return count;
}

/* The rows of a table of centres; a list is a column of numbers. */
static int
table_rows(ArrayType *array, const char *argument)
{
	if (ARR_NDIM(array) < 1 || ARR_NDIM(array) > 2)
		argument_error(argument, "must be a table with a row for each cluster",
					   "Write '{{1, 20}, {3, 40}}' for two clusters of two columns.");
	return ARR_DIMS(array)[0];
}

static int
table_columns(ArrayType *array)
{
	return ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : 1;
}

/*
 * ph.cluster_start(centres float8[], weights float8[], modes integer[], words integer[], gamma float8)
 *   -> ph.cluster_sums
 *
 * A pass that no row has entered.  centres: a row a cluster; weights: of the columns, 1 each if NULL; modes: a row a
 * cluster of codes from 1; words: how many codes each category has.  Errors: tables that do not fit each other.
 */
PG_FUNCTION_INFO_V1(cluster_start);
Datum
cluster_start(PG_FUNCTION_ARGS)
{
	bool		has_centres = !PG_ARGISNULL(0),
				has_modes = !PG_ARGISNULL(2);
	ArrayType  *table = has_centres ? PG_GETARG_ARRAYTYPE_P(0) : has_modes ? PG_GETARG_ARRAYTYPE_P(2) : NULL;
	double	   *centres = NULL,
			   *weights = NULL;
	double		limits[CLUSTER_MOST_CATEGORIES];
	int			clusters,
				columns = 0,
				categories = 0,
				words = 0;
	ClusterSums *sums;

	if (table == NULL)
		argument_error("centres", "must not be null without modes", NULL);
	clusters = table_rows(table, has_centres ? "centres" : "modes");
	if (has_centres)
	{
		columns = table_columns(table);
		flat_numbers(fcinfo, 0, "centres", &centres);
	}
	if (has_modes != !PG_ARGISNULL(3))
		argument_error("words", "must be given with modes, and only with them", NULL);
	if (has_modes)
	{
		ArrayType  *modes = PG_GETARG_ARRAYTYPE_P(2);

		if (table_rows(modes, "modes") != clusters)
			argument_error("modes", "must have a row for each cluster", NULL);
		categories = table_columns(modes);
		if (whole_numbers(PG_GETARG_ARRAYTYPE_P(3), "words", limits, CLUSTER_MOST_CATEGORIES) != categories)
			argument_error("words", "must have one element for each category", NULL);
		for (int j = 0; j < categories; j++)
		{
			if (limits[j] < 1 || limits[j] > CLUSTER_MOST_WORDS)
				argument_error("words", psprintf("must lie between 1 and %d", CLUSTER_MOST_WORDS), NULL);
			words += (int) limits[j];
		}
	}
	if (!PG_ARGISNULL(1) && flat_numbers(fcinfo, 1, "weights", &weights) != columns)
		argument_error("weights", "must have one element for each column of the centres", NULL);
	if (!cluster_shape_is_possible(clusters, columns, categories, words))
		argument_error(has_centres ? "centres" : "modes",
					   psprintf("must not be for more than %d clusters, %d columns, %d categories and %d words",
								CLUSTER_MOST, CLUSTER_MOST_COLUMNS, CLUSTER_MOST_CATEGORIES, CLUSTER_MOST_WORDS),
					   NULL);
	sums = cluster_new(clusters, columns, categories, words);
	sums->gamma = PG_ARGISNULL(4) ? 1 : PG_GETARG_FLOAT8(4);
	for (int j = 0; j < columns; j++)
		cluster_weights(sums)[j] = weights ? weights[j] : 1;
	memcpy(cluster_limits(sums), limits, sizeof(double) * categories);
	if (has_centres)
		memcpy(cluster_centre(sums, 0), centres, sizeof(double) * clusters * columns);
	if (has_modes)
		whole_numbers(PG_GETARG_ARRAYTYPE_P(2), "modes", cluster_modes(sums, 0), clusters * categories);
	if (!cluster_parameters_agree(sums))
		argument_error("centres", psprintf("%s, with weights and gamma that are not negative and modes among the words",
										   column_rule(CLUSTER_LARGEST)), NULL);
	PG_RETURN_POINTER(sums);
}

/* Numbers of a row; false where one is missing. */
static bool
row_numbers(FunctionCallInfo fcinfo, int index, int columns, const double **x)
{
	ArrayType  *array;

	if (PG_ARGISNULL(index))
		return columns == 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	if (ARR_NDIM(array) > 1 || (ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0]) != columns)
		argument_error("x", "must be a list with one element for each column of the centres", NULL);
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		return false;
	*x = (const double *) ARR_DATA_PTR(array);
	return true;
}

static bool
row_codes(FunctionCallInfo fcinfo, int index, ClusterSums *sums, double *codes)
{
	ArrayType  *array;

	if (PG_NARGS() <= index || PG_ARGISNULL(index))
		return sums->categories == 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	if (ARR_NDIM(array) > 1 || (ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0]) != sums->categories)
		argument_error("codes", "must be a list with one element for each category", NULL);
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		return false;
	for (int j = 0; j < sums->categories; j++)
	{
		codes[j] = ((const int32 *) ARR_DATA_PTR(array))[j];
		if (codes[j] < 1 || codes[j] > cluster_limits(sums)[j])
			argument_error("codes", "must lie between 1 and the number of words of their category", NULL);
	}
	return true;
}

/*
 * ph.cluster_step(start ph.cluster_sums, x float8[], codes integer[]): transition
 *
 * Rows with a NULL are counted and left out.  Errors: rows of another length, numbers that are not finite, codes
 * that no word has, another start in another row.
 */
PG_FUNCTION_INFO_V1(cluster_fold);
Datum
cluster_fold(PG_FUNCTION_ARGS)
{
	ClusterSums *start;
	ClusterSums *state;
	const double *x = NULL;
	double		codes[CLUSTER_MOST_CATEGORIES];

	if (PG_ARGISNULL(1))
		argument_error("start", "must not be null", "ph.cluster_start(centres) makes one.");
	start = PG_GETARG_CLUSTER_SUMS(1);
	if (PG_ARGISNULL(0))
	{
		if (!cluster_parameters_agree(start))
			argument_error("start",
						   psprintf("must have centres that are finite and at most %g in size", CLUSTER_LARGEST), NULL);
		state = cluster_without_rows(start);
	}
	else
	{
		state = cluster_open(argument_state(fcinfo));
		if (!cluster_same_parameters(state, start))
			argument_error("start", "must be the same in every row", NULL);
	}
	if (!row_numbers(fcinfo, 2, state->columns, &x) || !row_codes(fcinfo, 3, state, codes))
	{
		state->left_out++;
		PG_RETURN_POINTER(state);
	}
	for (int j = 0; j < state->columns; j++)
		if (!(fabs(x[j]) <= CLUSTER_LARGEST))
			argument_element_error("x", j, column_rule(CLUSTER_LARGEST), "Use NULL for a missing value.");
	cluster_add(state, x, codes);
	PG_RETURN_POINTER(state);
}

pg_noreturn static void
too_large(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("sums of clusters out of range")));
}

/*
 * ph_support.cluster_combine(a, b): the same pass over the rows of both.  Errors: two different passes,
 *   sums out of range.
 */
PG_FUNCTION_INFO_V1(cluster_combine);
Datum
cluster_combine(PG_FUNCTION_ARGS)
{
	ClusterSums *state,
			   *other;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_CLUSTER_SUMS(PG_ARGISNULL(0) ? 1 : 0));
	}
	other = PG_GETARG_CLUSTER_SUMS(1);
	state = cluster_open(argument_state(fcinfo));
	if (!cluster_same_parameters(state, other))
		argument_error("cluster_sums", "must be the same pass on both sides", NULL);
	if (pg_add_s64_overflow(state->left_out, other->left_out, &state->left_out))
		too_large();
	state->fingerprint += other->fingerprint;
	for (int c = 0; c < state->clusters; c++)
	{
		ClusterCell *cell = cluster_cell(state, c),
				   *more = cluster_cell(other, c);
		double	   *counts = cluster_counts(state, c);

		cell->people += more->people;
		sum_add_sum(&cell->cost, more->cost);
		sum_add_sum(&cell->distance, more->distance);
		sum_add_sum(&cell->silhouette, more->silhouette);
		for (int i = 0; i < 2 * state->columns; i++)
			sum_add_sum(&cell->sums[i], more->sums[i]);
		for (int word = 0; word < state->words; word++)
			counts[word] += cluster_counts(other, c)[word];
	}
	if (!cluster_is_valid(state, VARSIZE(state)))
		too_large();
	PG_RETURN_POINTER(state);
}

/*
 * ph.cluster_next(ph.cluster_sums) -> ph.cluster_sums
 *
 * The next pass, that no row has entered: each centre the mean of its rows, each mode their commonest word, the
 * first in order of those that are as common.  A cluster without rows stays where it is.
 */
PG_FUNCTION_INFO_V1(cluster_next_pass);
Datum
cluster_next_pass(PG_FUNCTION_ARGS)
{
	ClusterSums *next = cluster_next(PG_GETARG_CLUSTER_SUMS(0));

	if (!cluster_parameters_agree(next))
		argument_error("cluster_sums", "must have finite means", NULL);
	PG_RETURN_POINTER(next);
}

/*
 * ph.inertia(ph.cluster_sums) -> float8
 *
 * The cost of the rows about the centres of the pass; NULL without rows.
 */
PG_FUNCTION_INFO_V1(inertia);
Datum
inertia(PG_FUNCTION_ARGS)
{
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);

	if (cluster_people(sums) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(cluster_inertia(sums));
}

/*
 * ph.cluster_members(ph.cluster_sums) -> rows (cluster, people, share, centre, standard_deviation, modes,
 *   within_ss, mean_distance, simplified_silhouette)
 *
 * centre and standard_deviation (n - 1): of the rows in each column; modes: codes; within_ss: cost about them; the last
 * two about the centres of the pass.
 */
PG_FUNCTION_INFO_V1(cluster_members);
Datum
cluster_members(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);
	double		all = cluster_people(sums);
	double	   *centre = palloc_array(double, Max(sums->columns, 1));
	double	   *spread = palloc_array(double, Max(sums->columns, 1));
	Datum	   *modes = palloc_array(Datum, Max(sums->categories, 1));

	InitMaterializedSRF(fcinfo, 0);
	for (int c = 0; c < sums->clusters; c++)
	{
		ClusterCell *cell = cluster_cell(sums, c);
		double		people = cell->people;
		Datum		values[9];
		bool		nulls[9] = {false};
		double		ignored;

		for (int j = 0; j < sums->columns; j++)
		{
			centre[j] = people > 0 ? cluster_mean(sums, c, j) : NAN;
			spread[j] = people > 1 ? sqrt(cluster_column_squares(sums, c, j) / (people - 1)) : NAN;
		}
		for (int j = 0; j < sums->categories; j++)
			modes[j] = Int32GetDatum(cluster_mode(sums, c, j, &ignored));
		values[0] = Int32GetDatum(c + 1);
		values[1] = Int64GetDatum((int64) people);
		record_number(values, nulls, 2, people / all);
		record_numbers(values, nulls, 3, centre, sums->columns);
		record_numbers(values, nulls, 4, spread, sums->columns);
		values[5] = PointerGetDatum(construct_array(modes, sums->categories, INT4OID, sizeof(int32), true,
													TYPALIGN_INT));
		nulls[5] = people == 0;
		record_number(values, nulls, 6, cluster_within(sums, c));
		record_number(values, nulls, 7, sum_value(cell->distance) / people);
		record_number(values, nulls, 8, sums->clusters > 1 ? sum_value(cell->silhouette) / people : NAN);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.nearest_centre(centres float8[], x float8[], weights float8[]) -> integer
 *
 * The number, from 1, of the nearest row of centres by squared distance, weighted or not; the first of those that are
 * as near; NULL where x has a NULL or a number that is not finite.
 */
PG_FUNCTION_INFO_V1(nearest_centre);
Datum
nearest_centre(PG_FUNCTION_ARGS)
{
	ArrayType  *centres,
			   *weights = NULL;
	const double *x = NULL,
			   *centre,
			   *weight = NULL;
	int			rows,
				columns,
				nearest = 0;
	double		least = INFINITY;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	centres = PG_GETARG_ARRAYTYPE_P(0);
	rows = table_rows(centres, "centres");
	columns = table_columns(centres);
	centre = (const double *) ARR_DATA_PTR(centres);
	if (ARR_HASNULL(centres) && array_contains_nulls(centres))
		argument_error("centres", "must not contain nulls", NULL);
	if (!PG_ARGISNULL(2))
	{
		weights = PG_GETARG_ARRAYTYPE_P(2);
		if (ARR_NDIM(weights) != 1 || ARR_DIMS(weights)[0] != columns ||
			(ARR_HASNULL(weights) && array_contains_nulls(weights)))
			argument_error("weights", "must be a list of numbers with one for each column of the centres", NULL);
		weight = (const double *) ARR_DATA_PTR(weights);
	}
	if (!row_numbers(fcinfo, 1, columns, &x))
		PG_RETURN_NULL();
	for (int j = 0; j < columns; j++)
		if (!isfinite(x[j]))
			PG_RETURN_NULL();
	for (int c = 0; c < rows; c++, centre += columns)
	{
		double		cost = 0;

		for (int j = 0; j < columns; j++)
			cost += (weight ? weight[j] : 1) * (x[j] - centre[j]) * (x[j] - centre[j]);
		if (cost < least)
		{
			least = cost;
			nearest = c + 1;
		}
	}
	if (nearest == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(nearest);
}
