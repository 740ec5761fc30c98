/*
 * cluster_sums.c: the type ph.cluster_sums, one pass of k-means or k-prototypes over its rows.
 *
 * MacQueen 1967; Lloyd 1982, "Least squares quantization in PCM"; Huang 1998.  Deviations are taken from the centre
 * of the pass, and their sums and squares kept twice as exact as a double, so that values far from 0 lose nothing.
 */
#include "segment/cluster.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/digits.h"
#include "core/double_double.h"
#include "core/record.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

/* products of a weight and two differences stay finite */
#define LARGEST 1e50
#define LARGEST_WEIGHT 1e150

/* ---- layout ---- */

static Size
parameter_count(const ClusterSums *sums)
{
	return (1 + (Size) sums->clusters) * (sums->columns + sums->categories);
}

static Size
number_count(const ClusterSums *sums)
{
	return parameter_count(sums) + sums->clusters * (offsetof(ClusterCell, sums) / sizeof(double) + 4 * (Size) sums->columns + sums->words);
}

static bool
shape_is_possible(int clusters, int columns, int categories, int words)
{
	return clusters >= 1 && clusters <= CLUSTER_MOST && columns >= 0 && columns <= CLUSTER_MOST_COLUMNS &&
		categories >= 0 && categories <= CLUSTER_MOST_CATEGORIES && columns + categories >= 1 &&
		words >= categories && words <= CLUSTER_MOST_WORDS && (words == 0 || categories > 0);
}

ClusterSums *
cluster_new(int clusters, int columns, int categories, int words)
{
	ClusterSums head = {.clusters = clusters, .columns = columns, .categories = categories, .words = words};
	Size		size = offsetof(ClusterSums, numbers) + sizeof(double) * number_count(&head);
	ClusterSums *sums = palloc0(size);

	memcpy(sums, &head, offsetof(ClusterSums, numbers));
	SET_VARSIZE(sums, size);
	sums->version = CLUSTER_VERSION;
	return sums;
}

ClusterSums *
cluster_without_rows(ClusterSums *sums)
{
	ClusterSums *result = cluster_new(sums->clusters, sums->columns, sums->categories, sums->words);

	result->gamma = sums->gamma;
	memcpy(result->numbers, sums->numbers, sizeof(double) * parameter_count(sums));
	return result;
}

static bool
is_count(double x)
{
	return x >= 0 && x <= 9007199254740992.0 && x == rint(x);
}

/* Whether the lists of words and the sizes agree: what indexes into the value. */
static bool
sizes_agree(ClusterSums *sums, Size size)
{
	double		words = 0;

	if (size < offsetof(ClusterSums, numbers) || sums->version != CLUSTER_VERSION || sums->reserved[0] || sums->reserved[1] || sums->reserved[2] ||
		!shape_is_possible(sums->clusters, sums->columns, sums->categories, sums->words) ||
		size != offsetof(ClusterSums, numbers) + sizeof(double) * number_count(sums))
		return false;
	for (int j = 0; j < sums->categories; j++)
	{
		if (!is_count(cluster_limits(sums)[j]) || cluster_limits(sums)[j] < 1)
			return false;
		words += cluster_limits(sums)[j];
	}
	return words == sums->words;
}

bool
cluster_parameters_agree(ClusterSums *sums)
{
	if (!(sums->gamma >= 0 && sums->gamma <= LARGEST_WEIGHT) || sums->left_out < 0)
		return false;
	for (int j = 0; j < sums->columns; j++)
		if (!(cluster_weights(sums)[j] >= 0 && cluster_weights(sums)[j] <= LARGEST_WEIGHT))
			return false;
	for (int c = 0; c < sums->clusters; c++)
	{
		for (int j = 0; j < sums->columns; j++)
			if (!(fabs(cluster_centre(sums, c)[j]) <= LARGEST))
				return false;
		for (int j = 0; j < sums->categories; j++)
			if (!is_count(cluster_modes(sums, c)[j]) || cluster_modes(sums, c)[j] < 1 || cluster_modes(sums, c)[j] > cluster_limits(sums)[j])
				return false;
	}
	return true;
}

/* Everything of a value that came from outside. */
static bool
is_valid(ClusterSums *sums, Size size)
{
	if (!sizes_agree(sums, size) || !cluster_parameters_agree(sums))
		return false;
	for (int c = 0; c < sums->clusters; c++)
	{
		ClusterCell *cell = cluster_cell(sums, c);
		double	   *counts = cluster_counts(sums, c);

		if (!is_count(cell->people))
			return false;
		for (double *number = &cell->cost.high; number < counts; number++)
			if (!isfinite(*number))
				return false;
		for (int word = 0; word < sums->words; word++)
			if (!is_count(counts[word]) || counts[word] > cell->people)
				return false;
	}
	return true;
}

ClusterSums *
cluster_open(Datum datum)
{
	ClusterSums *sums = (ClusterSums *) PG_DETOAST_DATUM(datum);

	if (!sizes_agree(sums, VARSIZE(sums)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type %s is not readable by this version", "ph.cluster_sums"),
				 errhint("Update the population_health library.")));
	return sums;
}

/* ---- one row ---- */

int
cluster_nearest(ClusterSums *sums, const double *x, const double *codes)
{
	double		least = INFINITY;
	int			nearest = 0;

	for (int c = 0; c < sums->clusters; c++)
	{
		double		cost = cluster_cost(sums, x, codes, cluster_centre(sums, c), cluster_modes(sums, c));

		if (cost < least)
		{
			least = cost;
			nearest = c;
		}
	}
	return nearest;
}

static void
add_to_cell(ClusterSums *sums, int cluster, const double *x, const double *codes)
{
	const double *centre = cluster_centre(sums, cluster);
	Sum		   *deviations = cluster_deviations(sums, cluster);
	Sum		   *squares = cluster_squares(sums, cluster);
	double	   *counts = cluster_counts(sums, cluster);

	for (int j = 0; j < sums->columns; j++)
	{
		double		deviation = x[j] - centre[j];
		Sum			square = dd_product(deviation, deviation);

		sum_add(&deviations[j], deviation);
		sum_add_sum(&squares[j], square);
	}
	for (int j = 0; j < sums->categories; j++)
	{
		counts[(int) codes[j] - 1]++;
		counts += (int) cluster_limits(sums)[j];
	}
}

/* Adds a row to the cluster whose centre is nearest, the first of those that are as near. */
void
cluster_add(ClusterSums *sums, const double *x, const double *codes)
{
	double		least = INFINITY,
				second = INFINITY;
	int			nearest = 0;
	ClusterCell *cell;

	for (int c = 0; c < sums->clusters; c++)
	{
		double		cost = cluster_cost(sums, x, codes, cluster_centre(sums, c), cluster_modes(sums, c));

		if (cost < least)
		{
			second = least;
			least = cost;
			nearest = c;
		}
		else if (cost < second)
			second = cost;
	}
	cell = cluster_cell(sums, nearest);
	cell->people++;
	sum_add(&cell->cost, least);
	sum_add(&cell->distance, sqrt(least));
	if (second > 0 && second < INFINITY)
		sum_add(&cell->silhouette, 1 - sqrt(least / second));
	add_to_cell(sums, nearest, x, codes);
}

/* ---- what a pass says ---- */

double
cluster_people(ClusterSums *sums)
{
	double		people = 0;

	for (int c = 0; c < sums->clusters; c++)
		people += cluster_cell(sums, c)->people;
	return people;
}

double
cluster_inertia(ClusterSums *sums)
{
	Sum			cost = {0, 0};

	for (int c = 0; c < sums->clusters; c++)
		sum_add_sum(&cost, cluster_cell(sums, c)->cost);
	return sum_value(cost);
}

/* How far the mean of the rows is from the centre of the pass. */
static double
mean_deviation(ClusterSums *sums, int cluster, int column)
{
	double		people = cluster_cell(sums, cluster)->people;

	return people > 0 ? sum_value(cluster_deviations(sums, cluster)[column]) / people : 0;
}

double
cluster_mean(ClusterSums *sums, int cluster, int column)
{
	return cluster_centre(sums, cluster)[column] + mean_deviation(sums, cluster, column);
}

double
cluster_column_squares(ClusterSums *sums, int cluster, int column)
{
	Sum			people = {cluster_cell(sums, cluster)->people, 0};
	Sum			deviation = cluster_deviations(sums, cluster)[column];

	if (people.high == 0)
		return 0;
	return fmax(sum_value(dd_minus(cluster_squares(sums, cluster)[column], dd_over(dd_times(deviation, deviation), people))), 0);
}

/* The word that most rows have, the first in order of those that are as common; as it was without rows. */
static int
mode_of(ClusterSums *sums, int cluster, int category, double *people)
{
	const double *counts = cluster_counts(sums, cluster);
	int			mode = (int) cluster_modes(sums, cluster)[category];

	for (int j = 0; j < category; j++)
		counts += (int) cluster_limits(sums)[j];
	*people = 0;
	for (int word = 0; word < (int) cluster_limits(sums)[category]; word++)
		if (counts[word] > *people)
		{
			*people = counts[word];
			mode = word + 1;
		}
	return mode;
}

double
cluster_within(ClusterSums *sums, int cluster)
{
	double		within = 0;

	for (int j = 0; j < sums->columns; j++)
		within += cluster_weights(sums)[j] * cluster_column_squares(sums, cluster, j);
	for (int j = 0; j < sums->categories; j++)
	{
		double		people;

		mode_of(sums, cluster, j, &people);
		within += sums->gamma * (cluster_cell(sums, cluster)->people - people);
	}
	return within;
}

ClusterSums *
cluster_next(ClusterSums *sums)
{
	ClusterSums *next = cluster_without_rows(sums);
	double		people;

	for (int c = 0; c < sums->clusters; c++)
	{
		for (int j = 0; j < sums->columns; j++)
			cluster_centre(next, c)[j] = cluster_mean(sums, c, j);
		for (int j = 0; j < sums->categories; j++)
			cluster_modes(next, c)[j] = mode_of(sums, c, j, &people);
	}
	return next;
}

/* Whether the centres are where the rows would move them to, as far as rounding lets one see. */
bool
cluster_settled(ClusterSums *sums)
{
	double		people = cluster_people(sums);

	for (int j = 0; j < sums->columns; j++)
	{
		double		squares = 0;

		for (int c = 0; c < sums->clusters; c++)
			squares += sum_value(cluster_squares(sums, c)[j]);
		for (int c = 0; c < sums->clusters; c++)
			if (fabs(mean_deviation(sums, c, j)) > fmax(1e-12 * sqrt(squares / people), 2 * DBL_EPSILON * fabs(cluster_centre(sums, c)[j])))
				return false;
	}
	for (int c = 0; c < sums->clusters; c++)
		for (int j = 0; j < sums->categories; j++)
			if (mode_of(sums, c, j, &people) != cluster_modes(sums, c)[j])
				return false;
	return true;
}

/* ---- from SQL ---- */

/* Numbers of an array, whatever its dimensions, none null. */
static int
flat_numbers(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(index), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
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

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &elements, &nulls, &count);
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
		argument_error(argument, "must be a table with a row for each cluster", "Write '{{1, 20}, {3, 40}}' for two clusters of two columns.");
	return ARR_DIMS(array)[0];
}

static int
table_columns(ArrayType *array)
{
	return ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : 1;
}

/*
 * ph.cluster_start(centres float8[], weights float8[], modes integer[], words integer[], gamma float8) -> ph.cluster_sums
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
	if (!shape_is_possible(clusters, columns, categories, words))
		argument_error(has_centres ? "centres" : "modes", psprintf("must not be for more than %d clusters, %d columns, %d categories and %d words",
																   CLUSTER_MOST, CLUSTER_MOST_COLUMNS, CLUSTER_MOST_CATEGORIES, CLUSTER_MOST_WORDS), NULL);
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
		argument_error("centres", "must be finite, with weights and gamma that are not negative and modes among the words", NULL);
	PG_RETURN_POINTER(sums);
}

/* Whether two passes hold their rows against the same centres. */
static bool
same_parameters(ClusterSums *a, ClusterSums *b)
{
	return a->clusters == b->clusters && a->columns == b->columns && a->categories == b->categories && a->words == b->words &&
		memcmp(&a->gamma, &b->gamma, sizeof(double) * (1 + parameter_count(a))) == 0;
}

static ClusterSums *
state_in_place(FunctionCallInfo fcinfo)
{
	return AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_CLUSTER_SUMS(0)
		: cluster_open(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
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
			argument_error("start", "must have finite centres", NULL);
		state = cluster_without_rows(start);
	}
	else
	{
		state = state_in_place(fcinfo);
		if (!same_parameters(state, start))
			argument_error("start", "must be the same in every row", NULL);
	}
	if (!row_numbers(fcinfo, 2, state->columns, &x) || !row_codes(fcinfo, 3, state, codes))
	{
		state->left_out++;
		PG_RETURN_POINTER(state);
	}
	for (int j = 0; j < state->columns; j++)
		if (!(fabs(x[j]) <= LARGEST))
			argument_error("x", psprintf("must hold finite numbers, which element %d is not", j + 1), "Use NULL for a missing value.");
	cluster_add(state, x, codes);
	PG_RETURN_POINTER(state);
}

pg_noreturn static void
too_large(void)
{
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("sums of clusters out of range")));
}

/*
 * ph.cluster_combine(a, b): the same pass over the rows of both.  Errors: two different passes, sums out of range.
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
	state = state_in_place(fcinfo);
	if (!same_parameters(state, other))
		argument_error("cluster_sums", "must be the same pass on both sides", NULL);
	if (pg_add_s64_overflow(state->left_out, other->left_out, &state->left_out))
		too_large();
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
	if (!is_valid(state, VARSIZE(state)))
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
 * ph.cluster_members(ph.cluster_sums) -> rows (cluster, people, share, centre, spread, modes, within_ss,
 *   mean_distance, simplified_silhouette)
 *
 * centre and spread: mean and standard deviation (n - 1) of the rows in each column; modes: codes; within_ss: cost
 * about them; the last two about the centres of the pass.
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
			modes[j] = Int32GetDatum(mode_of(sums, c, j, &ignored));
		values[0] = Int32GetDatum(c + 1);
		values[1] = Int64GetDatum((int64) people);
		record_number(values, nulls, 2, people / all);
		record_numbers(values, nulls, 3, centre, sums->columns);
		record_numbers(values, nulls, 4, spread, sums->columns);
		values[5] = PointerGetDatum(construct_array(modes, sums->categories, INT4OID, sizeof(int32), true, TYPALIGN_INT));
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
		if (ARR_NDIM(weights) != 1 || ARR_DIMS(weights)[0] != columns || (ARR_HASNULL(weights) && array_contains_nulls(weights)))
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

/* ---- text and bytes ---- */

/*
 * ph.cluster_sums output: clusters, columns, categories, words, left out, gamma, then every number in order.
 */
PG_FUNCTION_INFO_V1(cluster_sums_out);
Datum
cluster_sums_out(PG_FUNCTION_ARGS)
{
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%d %d %d %d " INT64_FORMAT, sums->clusters, sums->columns, sums->categories, sums->words, sums->left_out);
	for (Size i = 0; i <= number_count(sums); i++)	/* gamma and the numbers behind it */
	{
		appendStringInfoChar(&out, ' ');
		append_digits(&out, (&sums->gamma)[i]);
	}
	PG_RETURN_CSTRING(out.data);
}

/*
 * ph.cluster_sums input.  Errors: invalid_text_representation.
 */
PG_FUNCTION_INFO_V1(cluster_sums_in);
Datum
cluster_sums_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int			clusters,
				columns,
				categories,
				words,
				used = 0;
	long long	left_out;
	ClusterSums *sums = NULL;
	bool		valid = sscanf(text, "%d %d %d %d %lld%n", &clusters, &columns, &categories, &words, &left_out, &used) == 5 &&
		shape_is_possible(clusters, columns, categories, words);

	if (valid)
	{
		Size		count;

		sums = cluster_new(clusters, columns, categories, words);
		sums->left_out = left_out;
		count = number_count(sums);
		text += used;
		for (Size i = 0; valid && i <= count; i++)	/* gamma and the numbers behind it */
		{
			char	   *end;

			(&sums->gamma)[i] = strtod(text, &end);
			valid = *text == ' ' && end > text;
			text = end;
		}
		valid = valid && *text == '\0' && is_valid(sums, VARSIZE(sums));
	}
	if (!valid)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.cluster_sums")));
	PG_RETURN_POINTER(sums);
}

/*
 * ph.cluster_sums binary output: version, clusters, columns, categories, words, left out, gamma, numbers.
 */
PG_FUNCTION_INFO_V1(cluster_sums_send);
Datum
cluster_sums_send(PG_FUNCTION_ARGS)
{
	ClusterSums *sums = PG_GETARG_CLUSTER_SUMS(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CLUSTER_VERSION);
	pq_sendint32(&out, sums->clusters);
	pq_sendint32(&out, sums->columns);
	pq_sendint32(&out, sums->categories);
	pq_sendint32(&out, sums->words);
	pq_sendint64(&out, sums->left_out);
	for (Size i = 0; i <= number_count(sums); i++)
		pq_sendfloat8(&out, (&sums->gamma)[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.cluster_sums binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(cluster_sums_recv);
Datum
cluster_sums_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 33 && pq_getmsgbyte(in) == CLUSTER_VERSION;
	ClusterSums *sums = NULL;

	if (valid)
	{
		int			clusters = pq_getmsgint(in, 4),
					columns = pq_getmsgint(in, 4),
					categories = pq_getmsgint(in, 4),
					words = pq_getmsgint(in, 4);

		valid = shape_is_possible(clusters, columns, categories, words);
		if (valid)
		{
			sums = cluster_new(clusters, columns, categories, words);
			sums->left_out = pq_getmsgint64(in);
			valid = in->len - in->cursor == sizeof(double) * (1 + number_count(sums));
			for (Size i = 0; valid && i <= number_count(sums); i++)
				(&sums->gamma)[i] = pq_getmsgfloat8(in);
			valid = valid && is_valid(sums, VARSIZE(sums));
		}
	}
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", "ph.cluster_sums")));
	PG_RETURN_POINTER(sums);
}
