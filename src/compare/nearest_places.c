/*
 * nearest_places.c: statistical neighbours, the places that are most like one in what is said of them.
 *
 * Euclid's distance between standard scores, weighted: sqrt(sum w (z - z_own)^2), z over all places of which every
 * determinant is known.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/record.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define MOST_VALUES 10000000
#define SAME_DISTANCE 1e-12		/* of two distances that are one but for rounding, as a share */

typedef struct Names
{
	int			count;
	char	  **name;			/* distinct, in byte order */
} Names;

typedef struct Places
{
	Names		places;
	Names		determinants;
	double	   *score;			/* a row a place; NAN where a value is not known */
	double	   *weight;			/* a determinant; 0 where all places have the same value */
	bool	   *known;			/* whether a place has every determinant */
} Places;

typedef struct Neighbour
{
	double		distance;
	int			place;			/* in byte order */
} Neighbour;

/* ---- names ---- */

static int
compare_names(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static Names
distinct_names(char **given, int count)
{
	Names		names = {0, palloc_extended(sizeof(char *) * Max(count, 1), MCXT_ALLOC_HUGE)};
	char	  **sorted = palloc_extended(sizeof(char *) * Max(count, 1), MCXT_ALLOC_HUGE);

	memcpy(sorted, given, sizeof(char *) * count);
	qsort(sorted, count, sizeof(char *), compare_names);
	for (int i = 0; i < count; i++)
		if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0)
			names.name[names.count++] = sorted[i];
	pfree(sorted);
	return names;
}

/* The position of a name, -1 where it is none of them. */
static int
find_name(const Names *names, char *name)
{
	char	  **found = bsearch(&name, names->name, names->count, sizeof(char *), compare_names);

	return found ? found - names->name : -1;
}

static int
argument_words(FunctionCallInfo fcinfo, int index, const char *argument, char ***words)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count = argument_elements(fcinfo, index, argument, &elements, &nulls);

	if (count > MOST_VALUES)
		argument_error(argument, psprintf("must not have more than %d elements", MOST_VALUES), NULL);
	*words = palloc_extended(sizeof(char *) * Max(count, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			argument_error(argument, "must not contain nulls", NULL);
		(*words)[i] = TextDatumGetCString(elements[i]);
	}
	return count;
}

/* ---- values ---- */

/* A number of a list; NAN for a null. */
static double
element_number(Datum element, bool isnull, const char *argument)
{
	double		number = isnull ? NAN : DatumGetFloat8(element);

	if (isinf(number) || (!isnull && isnan(number)))
		argument_error(argument, "must hold finite numbers", "Leave what is not known NULL.");
	return number;
}

static void
put_weight(Places *places, int determinant, double weight)
{
	if (isnan(weight))
		weight = 1;
	if (weight < 0)
		argument_error("weights", "must not hold negative numbers", NULL);
	if (!isnan(places->weight[determinant]) && places->weight[determinant] != weight)
		argument_error("weights", "must be the same in every row of a determinant", NULL);
	places->weight[determinant] = weight;
}

/* Rows of a place, a determinant, its value and its weight, as a table of places by determinants. */
static Places
argument_places(FunctionCallInfo fcinfo)
{
	Places		places;
	char	  **place,
			  **determinant;
	int			rows = argument_words(fcinfo, 0, "places", &place);
	Datum	   *values,
			   *weights;
	bool	   *no_value,
			   *no_weight;
	bool	   *met;
	Size		cells;

	if (argument_words(fcinfo, 1, "determinants", &determinant) != rows)
		argument_error("determinants", "must have as many elements as places", NULL);
	if (argument_elements(fcinfo, 2, "numbers", &values, &no_value) != rows)
		argument_error("numbers", "must have as many elements as places", NULL);
	if (!PG_ARGISNULL(3) && argument_elements(fcinfo, 3, "weights", &weights, &no_weight) != rows)
		argument_error("weights", "must have as many elements as places", NULL);
	places.places = distinct_names(place, rows);
	places.determinants = distinct_names(determinant, rows);
	cells = (Size) places.places.count * places.determinants.count;
	if (cells > MOST_VALUES)
		argument_error("places", "must not have more than 10000000 values of all determinants", NULL);
	places.score = palloc_extended(sizeof(double) * Max(cells, 1), MCXT_ALLOC_HUGE);
	places.weight = palloc_array(double, Max(places.determinants.count, 1));
	places.known = palloc_array(bool, Max(places.places.count, 1));
	met = palloc0(Max(cells, 1));
	for (Size i = 0; i < cells; i++)
		places.score[i] = NAN;
	for (int j = 0; j < places.determinants.count; j++)
		places.weight[j] = NAN;
	for (int i = 0; i < rows; i++)
	{
		int			column = find_name(&places.determinants, determinant[i]);
		Size		cell = (Size) find_name(&places.places, place[i]) * places.determinants.count + column;

		if (met[cell])
			argument_error("determinants", "must not have a determinant of a place twice", NULL);
		met[cell] = true;
		places.score[cell] = element_number(values[i], no_value[i], "numbers");
		put_weight(&places, column, PG_ARGISNULL(3) ? 1 : element_number(weights[i], no_weight[i], "weights"));
	}
	return places;
}

static void
find_known(Places *places)
{
	for (int i = 0; i < places->places.count; i++)
	{
		places->known[i] = true;
		for (int j = 0; j < places->determinants.count; j++)
			if (isnan(places->score[(Size) i * places->determinants.count + j]))
				places->known[i] = false;
	}
}

/* Values become standard scores; one that all places share tells them not apart and drops out. */
static void
standardise(Places *places, int determinant)
{
	int			columns = places->determinants.count;
	double	   *value = places->score + determinant;
	double		least = INFINITY,
				most = -INFINITY,
				mean = 0,
				squares = 0;
	double		unit;			/* of the range: half, where it is beyond numbers */
	int			count = 0;

	for (int i = 0; i < places->places.count; i++)
		if (places->known[i])
		{
			least = fmin(least, value[(Size) i * columns]);
			most = fmax(most, value[(Size) i * columns]);
			count++;
		}
	if (!(most > least))
	{
		places->weight[determinant] = 0;
		return;
	}
	/* by the range first, which no square takes beyond numbers */
	unit = isinf(most - least) ? 0.5 : 1;
	for (int i = 0; i < places->places.count; i++)
	{
		value[(Size) i * columns] = (unit * value[(Size) i * columns] - unit * least) / (unit * most - unit * least);
		if (places->known[i])
			mean += value[(Size) i * columns] / count;
	}
	for (int i = 0; i < places->places.count; i++)
		if (places->known[i])
			squares += pow(value[(Size) i * columns] - mean, 2) / count;
	for (int i = 0; i < places->places.count; i++)
		value[(Size) i * columns] = (value[(Size) i * columns] - mean) / sqrt(squares);
}

static double
distance(const Places *places, int one, int other)
{
	int			columns = places->determinants.count;
	const double *a = places->score + (Size) one * columns;
	const double *b = places->score + (Size) other * columns;
	double		sum = 0;

	for (int j = 0; j < columns; j++)
		if (places->weight[j] > 0)
			sum += places->weight[j] * (a[j] - b[j]) * (a[j] - b[j]);
	return sqrt(sum);
}

/* ---- neighbours ---- */

static int
compare_distances(const void *a, const void *b)
{
	double		left = ((const Neighbour *) a)->distance,
				right = ((const Neighbour *) b)->distance;

	return (left > right) - (left < right);
}

static int
compare_places(const void *a, const void *b)
{
	return ((const Neighbour *) a)->place - ((const Neighbour *) b)->place;
}

/* All candidates from the nearest; distances that are one but for rounding go by the name. */
static int
rank_neighbours(const Places *places, int own, Neighbour *neighbours)
{
	int			count = 0,
				first = 0;		/* of a run of the same distance */

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < places->places.count; i++)
		if (i != own && places->known[i])
			neighbours[count++] = (Neighbour) {distance(places, own, i), i};
	qsort(neighbours, count, sizeof(Neighbour), compare_distances);
	for (int i = 1; i <= count; i++)
	{
		if (i < count &&
			neighbours[i].distance - neighbours[i - 1].distance <= SAME_DISTANCE * neighbours[i].distance)
			continue;
		qsort(neighbours + first, i - first, sizeof(Neighbour), compare_places);
		first = i;
	}
	return count;
}

static void
put_neighbour(ReturnSetInfo *result, const Places *places, int own, int rank, const Neighbour *neighbour,
			  const char *note)
{
	Datum		values[5];
	bool		nulls[5];

	record_text(values, nulls, 0, places->places.name[own]);
	record_count(values, nulls, 1, rank, false);
	record_text(values, nulls, 2, neighbour ? places->places.name[neighbour->place] : NULL);
	record_number(values, nulls, 3, neighbour ? neighbour->distance : NAN);
	record_text(values, nulls, 4, note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_neighbours(ReturnSetInfo *result, const Places *places, int own, Neighbour *neighbours, int most)
{
	int			count = 0;

	if (places->known[own])
		count = Min(rank_neighbours(places, own, neighbours), most);
	if (count == 0)
		put_neighbour(result, places, own, -1, NULL, places->known[own] ? "no_neighbours" : "missing_input");
	for (int i = 0; i < count; i++)
		put_neighbour(result, places, own, i + 1, &neighbours[i], NULL);
}

/*
 * ph.nearest_places(places text[], determinants text[], numbers float8[], weights float8[], place text,
 *   neighbours integer) -> rows (place, rank, neighbour, distance, note)
 *
 * One element a place and determinant: its value, NULL if not known, and the determinant's weight.  Of one place, or
 * of every place.  Errors: lists of different lengths, a determinant of a place twice, a negative weight or one that
 * differs between rows of a determinant, a place that is not among them.
 */
PG_FUNCTION_INFO_V1(nearest_places);
Datum
nearest_places(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Places		places = argument_places(fcinfo);
	int			most = argument_whole(fcinfo, 5, "neighbours", 1, MOST_VALUES);
	int			own = PG_ARGISNULL(4) ? -1 : find_name(&places.places, text_to_cstring(PG_GETARG_TEXT_PP(4)));
	Neighbour  *neighbours = palloc_extended(sizeof(Neighbour) * Max(places.places.count, 1), MCXT_ALLOC_HUGE);

	if (!PG_ARGISNULL(4) && own < 0)
		argument_error("place", "must be one of the places", NULL);
	find_known(&places);
	for (int j = 0; j < places.determinants.count; j++)
		standardise(&places, j);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < places.places.count; i++)
		if (own < 0 || i == own)
			put_neighbours(result, &places, i, neighbours, most);
	return (Datum) 0;
}
