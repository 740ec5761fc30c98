/*
 * life_table.c: life tables and life expectancy.
 *
 * Abridged or complete period life tables (Chiang 1968; Newell 1994) with Silcocks's variance for the
 * open last band (Silcocks et al. 2001) and the rules by which England withholds a figure (Eayres and
 * Williams 2004; Toson and Baker 2003).  The bands are the caller's: their lower bounds, the last one
 * open.
 */
#include "indicator/life_table.h"

#include <math.h>

#include "core/age.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"

#define MAX_AGES 1000
#define SMALLEST_POPULATION 5000	/* person-years, below which chance rules a life table */
#define WIDEST_INTERVAL 20			/* years, of a 95 % interval */

const double abridged_ages[ABRIDGED_BANDS] =
{0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90};

static LifeTable
no_table(Estimate why)
{
	return (LifeTable) {.why = why};
}

/*
 * Those who die in a band lived half of it, but in the first year of life a tenth, which holds for a
 * first band of several years too, since most of its deaths are of that year.
 */
static double
share_lived(double age)
{
	return age == 0 ? 0.1 : 0.5;
}

/* The probability of dying in a band of n years; as in England's tool it is 1 from d > p / (n a) on. */
static double
probability_of_dying(const LifeBand *band)
{
	double		n = band->width,
				a = band->lived,
				m = band->rate;

	if (isinf(n) || band->deaths > band->population / (n * a))
		return 1;
	return n * m / (1 + n * m * (1 - a));
}

static void
fill_forwards(LifeTable *table)
{
	double		survivors = 100000;

	for (int i = 0; i < table->count; i++)
	{
		LifeBand   *band = &table->band[i];
		double		next;

		band->dying = probability_of_dying(band);
		band->survivors = survivors;
		next = survivors * (1 - band->dying);
		if (isinf(band->width))
			band->years = band->rate > 0 ? survivors / band->rate : NAN;
		else
			band->years = band->width * (next + band->lived * (survivors - next));
		survivors = next;
	}
}

/*
 * Chiang's variance adds q^2 (1 - q) / d times the years that a death in the band takes; the open band
 * adds Silcocks's l^2 / (d m^2).
 */
static double
variance_term(const LifeBand *band, double expectancy_after)
{
	double		l = band->survivors,
				q = band->dying,
				d = band->deaths;

	if (isinf(band->width))
		return l * l / (d * band->rate * band->rate);
	if (d == 0)
		return 0;
	return q * q * (1 - q) / d * l * l *
		pow((1 - band->lived) * band->width + expectancy_after, 2);
}

static void
fill_backwards(LifeTable *table)
{
	double		years_on = 0,
				weighted = 0,
				expectancy_after = 0;

	for (int i = table->count - 1; i >= 0; i--)
	{
		LifeBand   *band = &table->band[i];
		double		l = band->survivors;

		years_on += band->years;
		weighted += variance_term(band, expectancy_after);
		band->years_on = years_on;
		band->expectancy = l > 0 ? years_on / l : 0;
		band->variance = l > 0 ? weighted / (l * l) : NAN;
		expectancy_after = band->expectancy;
	}
}

LifeTable
life_table(const Tally *tally, const double *ages, int count)
{
	LifeTable	table = {.count = count};
	double		population = 0;
	Bands		bands;
	Estimate	why;

	if (!estimate_possible(tally, &why))
		return no_table(why);
	bands = bands_gather(tally, ages, count);
	if (bands.below)
		return no_table(estimate_none("key_below_ages"));
	left_out_add(&table.left_out, &bands, tally);
	table.band = palloc0(sizeof(LifeBand) * count);
	for (int i = 0; i < count; i++)
	{
		LifeBand   *band = &table.band[i];

		band->age = ages[i];
		band->width = i + 1 < count ? ages[i + 1] - ages[i] : INFINITY;
		band->lived = share_lived(ages[i]);
		band->population = sum_value(bands.cell[i].exposure);
		band->deaths = sum_value(bands.cell[i].events);
		if (band->population == 0)
			return no_table(estimate_none("empty_band: the first at %g", band->age));
		if (band->deaths > band->population)
			return no_table(estimate_none("deaths_exceed_population: band %g", band->age));
		band->rate = band->deaths / band->population;
		population += band->population;
	}
	if (population <= SMALLEST_POPULATION)
		return no_table(estimate_none("population_not_above_5000"));
	fill_forwards(&table);
	fill_backwards(&table);
	return table;
}

const LifeBand *
band_at(const LifeTable *table, double age)
{
	for (int i = 0; i < table->count; i++)
		if (table->band[i].age == age)
			return &table->band[i];
	argument_error("age", "must be the lower bound of a band of ages", NULL);
}

Quantity
expectancy_quantity(const LifeTable *table, const LifeBand *band, double confidence)
{
	Quantity	quantity;

	if (table->band[table->count - 1].deaths == 0)
		return quantity_of(estimate_none("no_deaths_in_last_band"), NAN);
	if (band->survivors == 0)
	{
		quantity = quantity_of((Estimate) {0, NAN, NAN, NULL}, NAN);
		estimate_note(&quantity.estimate, "no_survivors");
		left_out_note(&quantity.estimate, &table->left_out);
		return quantity;
	}
	quantity = quantity_of(estimate_normal(band->expectancy, sqrt(band->variance), confidence), band->variance);
	if (2 * normal_upper_quantile(0.025) * sqrt(band->variance) > WIDEST_INTERVAL)
	{
		quantity.estimate.value = NAN;
		quantity.variance = NAN;
		estimate_note(&quantity.estimate, "interval_wider_than_20_years");
	}
	left_out_note(&quantity.estimate, &table->left_out);
	return quantity;
}

static Quantity
expectancy_at(const Tally *tally, double age, const double *ages, int count, double confidence)
{
	LifeTable	table = life_table(tally, ages, count);

	if (table.count == 0)
		return quantity_of(table.why, NAN);
	return expectancy_quantity(&table, band_at(&table, age), confidence);
}

Quantity
life_expectancy_quantity(const Tally *tally, const Question *question)
{
	return expectancy_at(tally, question->age, abridged_ages, ABRIDGED_BANDS, question->confidence);
}

int
argument_ages(FunctionCallInfo fcinfo, int index, const double **ages)
{
	double	   *given;
	int			count;

	*ages = abridged_ages;
	if (PG_ARGISNULL(index))
		return ABRIDGED_BANDS;
	count = argument_numbers(fcinfo, index, "ages", MAX_AGES, &given);
	if (count < 2)
		argument_error("ages", "must have at least two bounds", NULL);
	for (int i = 0; i < count; i++)
		if (!age_is_possible(given[i]) || (i > 0 && !(given[i] > given[i - 1])))
			argument_error("ages", "must be lower bounds of bands in ascending order, ages that people can have",
						   "Write {0,1,5,10,...,90}, or array(select generate_series(0, 100)) for single years.");
	*ages = given;
	return count;
}

/*
 * ph.life_expectancy(ph.tally of deaths, age float8, ages float8[], confidence float8) -> ph.estimate
 *
 * Years still to live at an age, events of the tally being deaths and exposure people or person-years.
 * Limits normal.  Errors: ages not ascending, age not among them.
 */
PG_FUNCTION_INFO_V1(life_expectancy);
Datum
life_expectancy(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		age = argument_number(fcinfo, 1, "age");
	const double *ages;
	int			count = argument_ages(fcinfo, 2, &ages);
	double		confidence = argument_confidence(fcinfo, 3);

	return estimate_datum(fcinfo, expectancy_at(tally, age, ages, count, confidence).estimate);
}

/*
 * ph.life_table(ph.tally of deaths, ages float8[], confidence float8) -> rows
 *
 * The whole table, a row a band.  No rows where no table can be made: ph.life_expectancy says why.
 */
PG_FUNCTION_INFO_V1(life_table_rows);
Datum
life_table_rows(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	const double *ages;
	int			count = argument_ages(fcinfo, 1, &ages);
	double		confidence = argument_confidence(fcinfo, 2);
	LifeTable	table = life_table(tally, ages, count);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < table.count; i++)
	{
		const LifeBand *band = &table.band[i];
		Estimate	estimate = expectancy_quantity(&table, band, confidence).estimate;
		double		numbers[] = {band->age, band->population, band->deaths, band->rate, band->dying,
			band->survivors, band->years, band->years_on, estimate.value, estimate.lower, estimate.upper};
		Datum		values[lengthof(numbers) + 1];
		bool		nulls[lengthof(numbers) + 1];

		for (int field = 0; field < lengthof(numbers); field++)
			record_number(values, nulls, field, numbers[field]);
		record_text(values, nulls, lengthof(numbers), estimate.note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
