/* agreement.c: how far two schemes put the same people together, over all pairs of people. */
#include "postgres.h"

#include <math.h>

#include "core/crosstab.h"
#include "core/double_double.h"
#include "core/estimate.h"
#include "core/record.h"
#include "miscadmin.h"

#define MOST_PEOPLE (INT64CONST(1) << 53)	/* whose pairs a double-double holds exactly */

/* Pairs of people in one segment of both schemes, of the first, of the second, and all pairs. */
typedef struct Pairs
{
	int64		people;			/* of known segment in both */
	int64		left_out;
	bool		too_many;
	Sum			both;
	Sum			first;
	Sum			second;
	Sum			all;
} Pairs;

static int
compare_columns(const void *a, const void *b)
{
	int32		left = ((const CrosstabCell *) a)->column,
				right = ((const CrosstabCell *) b)->column;

	return (left > right) - (left < right);
}

/* n (n - 1) / 2 without rounding */
static Sum
pairs_among(int64 people)
{
	Sum			product = dd_product(people, people - 1);

	return (Sum) {product.high / 2, product.low / 2};
}

/* Pairs within runs of cells that share a row or, sorted, a column. */
static Sum
pairs_within(const CrosstabCell *cells, int count, bool by_row)
{
	Sum			pairs = {0, 0};
	int64		people = 0;

	for (int i = 0; i < count; i++)
	{
		people += cells[i].people;
		if (i + 1 < count && (by_row ? cells[i + 1].row == cells[i].row : cells[i + 1].column == cells[i].column))
			continue;
		pairs = dd_plus(pairs, pairs_among(people));
		people = 0;
	}
	return pairs;
}

static Pairs
count_pairs(const Crosstab *crosstab)
{
	Pairs		pairs = {0};
	CrosstabCell *cells = palloc_array(CrosstabCell, Max(crosstab->cells, 1));
	int			count = 0;

	for (int i = 0; i < crosstab->cells; i++)
	{
		const CrosstabCell *cell = &crosstab->cell[i];
		bool		known = cell->row != CROSSTAB_UNKNOWN && cell->column != CROSSTAB_UNKNOWN;
		int64	   *people = known ? &pairs.people : &pairs.left_out;

		pairs.too_many = pairs.too_many || cell->people > MOST_PEOPLE - *people;
		if (pairs.too_many)
			return pairs;
		*people += cell->people;
		if (!known)
			continue;
		cells[count++] = *cell;
		pairs.both = dd_plus(pairs.both, pairs_among(cell->people));
	}
	pairs.all = pairs_among(pairs.people);
	pairs.first = pairs_within(cells, count, true);
	CHECK_FOR_INTERRUPTS();
	qsort(cells, count, sizeof(CrosstabCell), compare_columns);
	pairs.second = pairs_within(cells, count, false);
	return pairs;
}

static double
ratio(Sum over, Sum under)
{
	return sum_value(dd_over(over, under));
}

/* (S - A B / C) / ((A + B) / 2 - A B / C): 1 where they agree, 0 by chance (Hubert and Arabie 1985). */
static Estimate
adjusted_rand_of(const Pairs *pairs)
{
	Sum			expected = dd_over(dd_times(pairs->first, pairs->second), pairs->all);
	Sum			most = dd_plus(pairs->first, pairs->second);

	most.high /= 2;
	most.low /= 2;
	/* everybody together in both, or everybody alone in both: there is no chance to correct for */
	if (sum_value(most) == sum_value(pairs->all) || sum_value(most) == 0)
		return estimate_none("no_chance");
	return (Estimate) {ratio(dd_minus(pairs->both, expected), dd_minus(most, expected)), NAN, NAN, NULL};
}

/* (C + 2 S - A - B) / C: pairs that both schemes treat alike (Rand 1971). */
static Estimate
rand_index_of(const Pairs *pairs)
{
	Sum			alike = dd_plus(dd_minus(pairs->all, pairs->first),
								dd_minus(dd_plus(pairs->both, pairs->both), pairs->second));

	return (Estimate) {ratio(alike, pairs->all), NAN, NAN, NULL};
}

/* S / (A + B - S): of the pairs that either puts together, those that both do (Jaccard 1901). */
static Estimate
jaccard_of(const Pairs *pairs)
{
	Sum			either = dd_minus(dd_plus(pairs->first, pairs->second), pairs->both);

	if (sum_value(either) == 0)
		return estimate_none("no_pairs_together");
	return (Estimate) {ratio(pairs->both, either), NAN, NAN, NULL};
}

/*
 * The entry of all three: a ph.crosstab of segment numbers in two schemes -> (value, people, note).  Numbers of
 * pairs are exact up to 2^53 people.  People without a segment in either scheme are left out and noted.
 */
static Datum
agreement(FunctionCallInfo fcinfo, Estimate (*index_of) (const Pairs *))
{
	Pairs		pairs = {0};
	Estimate	estimate;
	Datum		values[3];
	bool		nulls[3];

	if (!PG_ARGISNULL(0))
		pairs = count_pairs(PG_GETARG_CROSSTAB(0));
	if (pairs.too_many)
		estimate = estimate_none("out_of_range");
	else if (pairs.people + pairs.left_out == 0)
		estimate = estimate_none("no_data");
	else if (pairs.people < 2)
		estimate = estimate_none("fewer_than_2_people");
	else
		estimate = index_of(&pairs);
	if (pairs.left_out > 0 && !isnan(estimate.value))
		estimate_note(&estimate, "left_out: " INT64_FORMAT " people of unknown segment", pairs.left_out);
	record_number(values, nulls, 0, estimate.value);
	values[1] = Int64GetDatum(pairs.people);
	nulls[1] = pairs.too_many;
	record_text(values, nulls, 2, estimate.note);
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.adjusted_rand(ph.crosstab): agreement above chance over pairs of people, 1 at most and 0 by chance.
 */
PG_FUNCTION_INFO_V1(adjusted_rand);
Datum
adjusted_rand(PG_FUNCTION_ARGS)
{
	return agreement(fcinfo, adjusted_rand_of);
}

/*
 * ph.rand_index(ph.crosstab): the share of pairs of people that are together in both schemes or apart in both.
 */
PG_FUNCTION_INFO_V1(rand_index);
Datum
rand_index(PG_FUNCTION_ARGS)
{
	return agreement(fcinfo, rand_index_of);
}

/*
 * ph.jaccard(ph.crosstab): of pairs of people together in either scheme, the share that is together in both.
 */
PG_FUNCTION_INFO_V1(jaccard);
Datum
jaccard(PG_FUNCTION_ARGS)
{
	return agreement(fcinfo, jaccard_of);
}
