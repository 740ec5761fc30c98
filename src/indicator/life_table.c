/*
 * life_table.c: life expectancy, healthy life expectancy and years of life lost.
 *
 * Abridged or complete period life tables (Chiang 1968; Newell 1994) with Silcocks's variance for the
 * open last band (Silcocks et al. 2001) and the rules by which England withholds a figure (Eayres and
 * Williams 2004; Toson and Baker 2003).  The bands are the caller's: their lower bounds, the last one
 * open.
 */
#include "postgres.h"

#include <math.h>

#include "core/age.h"
#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/bands.h"
#include "indicator/life_table.h"
#include "indicator/contrast.h"
#include "indicator/standard.h"

#define MAX_AGES 1000
#define SMALLEST_POPULATION 5000	/* person-years, below which chance rules a life table */
#define WIDEST_INTERVAL 20			/* years, of a 95 % interval */

typedef struct LifeBand
{
	double		age;			/* lower bound */
	double		width;			/* infinite in the last band */
	double		lived;			/* share of the band lived by those who die in it */
	double		population;
	double		deaths;
	double		rate;			/* deaths / population */
	double		dying;			/* probability of dying in the band */
	double		survivors;		/* of 100,000 born, at its start */
	double		years;			/* lived in the band by all of them */
	double		years_on;		/* lived from its start on */
	double		expectancy;		/* years still to live at its start */
	double		variance;		/* of the expectancy */
} LifeBand;

typedef struct LifeTable
{
	int			count;
	LifeBand   *band;
	LeftOut		left_out;
	Estimate	why;			/* of a table that cannot be made; its note is NULL otherwise */
} LifeTable;

/* England's twenty bands: under 1, 1 to 4, five years each, 90 and over. */
static const double abridged_ages[] =
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

static LifeTable
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

static const LifeBand *
band_at(const LifeTable *table, double age)
{
	for (int i = 0; i < table->count; i++)
		if (table->band[i].age == age)
			return &table->band[i];
	argument_error("at_age", "must be the lower bound of a band of ages", NULL);
}

/* The expectancy in a band, or why there is none. */
static Quantity
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
	return expectancy_at(tally, question->age, abridged_ages, lengthof(abridged_ages), question->confidence);
}

/* The lower bounds of the bands, from an argument: NULL stands for England's twenty. */
static int
argument_ages(FunctionCallInfo fcinfo, int index, const double **ages)
{
	double	   *given;
	int			count;

	*ages = abridged_ages;
	if (PG_ARGISNULL(index))
		return lengthof(abridged_ages);
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
 * ph.life_expectancy(ph.tally of deaths, at_age float8, ages float8[], confidence float8) -> ph.estimate
 *
 * Years still to live at an age, events of the tally being deaths and exposure people or person-years.
 * Limits normal.  Errors: ages not ascending, at_age not among them.
 */
PG_FUNCTION_INFO_V1(life_expectancy);
Datum
life_expectancy(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		age = argument_number(fcinfo, 1, "at_age");
	const double *ages;
	int			count = argument_ages(fcinfo, 2, &ages);
	double		confidence = argument_confidence(fcinfo, 3);

	return estimate_datum(fcinfo, expectancy_at(tally, age, ages, count, confidence).estimate);
}

/*
 * ph.life_expectancy_difference(ph.tally, comparator ph.tally, at_age, ages, confidence, better text)
 *   -> ph.comparison
 *
 * First minus second, both independent; the test is normal.
 */
PG_FUNCTION_INFO_V1(life_expectancy_difference);
Datum
life_expectancy_difference(PG_FUNCTION_ARGS)
{
	Tally	   *tallies[] = {argument_tally(fcinfo, 0), argument_tally(fcinfo, 1)};
	double		age = argument_number(fcinfo, 2, "at_age");
	const double *ages;
	int			count = argument_ages(fcinfo, 3, &ages);
	double		confidence = argument_confidence(fcinfo, 4);
	Better		better = argument_better(fcinfo, 5);
	Quantity	quantities[2];

	for (int i = 0; i < 2; i++)
		quantities[i] = expectancy_at(tallies[i], age, ages, count, confidence);
	return comparison_datum(fcinfo, quantity_difference(&quantities[0], &quantities[1], 1, confidence, better));
}

/* ---- healthy life expectancy ---- */

/*
 * Sullivan's method: the years of each band count as far as they are healthy.  The variance comes from
 * the survey's shares; with mortality, Chiang's term is added with healthy years in it.
 */
static Quantity
healthy_expectancy(const LifeTable *table, const Bands *survey, const LifeBand *from, bool mortality, double confidence)
{
	double		healthy_years = 0,
				weighted = 0,
				healthy_after = 0;
	double		distance;
	Quantity	quantity;

	for (int i = table->count - 1; &table->band[i] >= from; i--)
	{
		const LifeBand *band = &table->band[i];
		double		asked = sum_value(survey->cell[i].exposure);
		double		ill = sum_value(survey->cell[i].events) / asked;
		double		l = band->survivors;

		if (asked == 0)
			return quantity_of(estimate_none("empty_band: nobody surveyed, the first at %g", band->age), NAN);
		if (ill > 1)
			argument_error("survey", "holds more people not healthy than people asked", NULL);
		if (mortality && isinf(band->width))
			weighted += pow((1 - ill) / band->rate, 2) * l * l / band->deaths;
		else if (mortality && band->deaths > 0)
			weighted += l * l * band->dying * band->dying * (1 - band->dying) / band->deaths *
				pow((1 - band->lived) * band->width * (1 - ill) + healthy_after, 2);
		healthy_years += band->years * (1 - ill);
		weighted += band->years * band->years * ill * (1 - ill) / asked;
		healthy_after = l > 0 ? healthy_years / l : 0;
	}
	distance = two_sided_z(confidence) * sqrt(weighted) / from->survivors;
	quantity = quantity_of((Estimate) {healthy_after, healthy_after - distance, healthy_after + distance, NULL},
						 weighted / (from->survivors * from->survivors));
	return quantity;
}

/* The healthy years from an age on, with the shares of a survey that has the bands of the table. */
static Quantity
healthy_years(const Tally *tally, const Tally *survey, double age, const double *ages, int count, bool mortality, double confidence)
{
	LifeTable	table;
	LeftOut		survey_left_out = {0};
	Bands		bands;
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);

	if (!estimate_possible(survey, &quantity.estimate))
		return quantity;
	table = life_table(tally, ages, count);
	if (table.count == 0)
		return quantity_of(table.why, NAN);
	quantity = expectancy_quantity(&table, band_at(&table, age), confidence);
	if (isnan(quantity.estimate.value) || isnan(quantity.estimate.lower))
		return quantity_none(quantity.estimate.note);
	bands = bands_gather(survey, ages, count);
	if (bands.below)
		return quantity_none("key_below_ages");
	quantity = healthy_expectancy(&table, &bands, band_at(&table, age), mortality, confidence);
	left_out_add(&survey_left_out, &bands, survey);
	left_out_notes(&quantity.estimate, &table.left_out, "survey", &survey_left_out);
	return quantity;
}

/* A standard has no events: taken for a survey, everybody would be in good health. */
Quantity
healthy_life_expectancy_quantity(const Tally *tally, const Question *question)
{
	if (question->reference == NULL || sum_value(tally_total(question->reference).events) == 0)
		return quantity_none("no_survey");
	return healthy_years(tally, question->reference, question->age, abridged_ages, lengthof(abridged_ages), false, question->confidence);
}

/*
 * ph.healthy_life_expectancy(ph.tally of deaths, survey ph.tally, at_age, ages, confidence, variance text)
 *   -> ph.estimate
 *
 * Sullivan 1971.  The survey is keyed by age: exposure people asked, events those not in good health.
 * variance is 'prevalence' (of the survey alone) or 'prevalence and mortality'.
 */
PG_FUNCTION_INFO_V1(healthy_life_expectancy);
Datum
healthy_life_expectancy(PG_FUNCTION_ARGS)
{
	static const char *const choices[] = {"prevalence", "prevalence and mortality", NULL};
	Tally	   *tally = argument_tally(fcinfo, 0);
	Tally	   *survey = argument_tally(fcinfo, 1);
	double		age = argument_number(fcinfo, 2, "at_age");
	const double *ages;
	int			count = argument_ages(fcinfo, 3, &ages);
	double		confidence = argument_confidence(fcinfo, 4);
	bool		mortality = argument_choice(fcinfo, 5, "variance", choices) == 1;

	return estimate_datum(fcinfo, healthy_years(tally, survey, age, ages, count, mortality, confidence).estimate);
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

/* ---- years of life lost ---- */

typedef struct YearsLost
{
	double		deaths;			/* below the limit */
	double		rate;			/* years lost over population, or the standardised rate */
	double		variance;
} YearsLost;

/* Years lost in one band of the standard: each death counts from the middle of its band of ages. */
static void
years_lost_in(const Bands *bands, double limit, double from, double until, double *years, double *squares,
			  double *population, double *deaths)
{
	*years = *squares = *population = *deaths = 0;
	for (int i = 0; i < bands->count; i++)
	{
		double		start = bands->lower[i];
		double		end = i + 1 < bands->count ? bands->lower[i + 1] : limit;
		double		lost = limit - (start + fmin(end, limit)) / 2;
		double		d = sum_value(bands->cell[i].events);

		if (start < from || start >= until || start >= limit)
			continue;
		*years += lost * d;
		*squares += lost * lost * sum_value(bands->cell[i].squares);
		*population += sum_value(bands->cell[i].exposure);
		*deaths += d;
	}
}

/* A limit inside a band would count people above it as at risk. */
static void
check_age_limit(double limit, const double *ages, int count)
{
	for (int i = 0; i < count; i++)
		if (ages[i] == limit)
			return;
	argument_error("age_limit", "must be the lower bound of a band of ages", NULL);
}

/* A standard has a band that begins at the limit: a band across it would keep its whole weight. */
static void
check_years_standard(const Tally *standard, double limit)
{
	for (int i = 0; i < standard->sorted; i++)
		if (standard->cells[i].key == limit)
			return;
	argument_error("standard", "must have a band that begins at the age limit", NULL);
}

/* Whether anybody is younger than the first band of the standard. */
static bool
people_below(const Bands *bands, const Tally *standard)
{
	for (int i = 0; i < bands->count && standard->sorted > 0; i++)
		if (bands->lower[i] < standard->cells[0].key && (sum_value(bands->cell[i].exposure) > 0 || sum_value(bands->cell[i].events) > 0))
			return true;
	return false;
}

/* Crude without a standard, else directly standardised by its bands below the limit. */
static Quantity
years_lost(const Tally *tally, double limit, const Tally *standard, const double *ages, int count, double confidence)
{
	int			strata = standard ? standard->sorted : 1;
	double		weight = 0;
	YearsLost	lost = {0};
	LeftOut		left_out = {0},
				standard_left_out = {0};
	Bands		bands;
	Limits		limits;
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);

	check_age_limit(limit, ages, count);
	if (!estimate_possible(tally, &quantity.estimate) ||
		(standard && !standard_possible(standard, "standard", &quantity.estimate)))
		return quantity;
	if (standard)
		check_years_standard(standard, limit);
	bands = bands_gather(tally, ages, count);
	if (bands.below)
		return quantity_none("key_below_ages");
	if (standard && people_below(&bands, standard))
		return quantity_none("key_below_standard");
	for (int i = 0; i < strata; i++)
	{
		double		from = standard ? standard->cells[i].key : 0;
		double		until = i + 1 < strata ? standard->cells[i + 1].key : limit;
		double		share = standard ? sum_value(standard->cells[i].exposure) : 1;
		double		years,
					squares,
					population,
					deaths;

		if (from >= limit)
			break;
		years_lost_in(&bands, limit, from, until, &years, &squares, &population, &deaths);
		if (population == 0 && share > 0)
			return quantity_of(standard ? estimate_none("empty_band: 1 without exposure, the first at %g", from)
							   : estimate_none("no_exposure"), NAN);
		if (share == 0)
			continue;
		weight += share;
		lost.deaths += deaths;
		lost.rate += share * years / population;
		lost.variance += share * share * squares / (population * population);
	}
	if (weight == 0)
		return quantity_none("no_standard");
	lost.rate /= weight;
	lost.variance /= weight * weight;
	limits = dobson_limits(lost.rate, lost.variance, lost.deaths, confidence);
	quantity = quantity_of((Estimate) {lost.rate, limits.lower, limits.upper, NULL}, lost.variance);
	if (lost.deaths < 10)
		estimate_note(&quantity.estimate, "fewer_than_10_events");
	left_out_add(&left_out, &bands, tally);
	if (standard)
		left_out_add(&standard_left_out, &bands, standard);
	left_out_notes(&quantity.estimate, &left_out, "standard", &standard_left_out);
	return quantity;
}

static const double five_years[] =
{0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90};

Quantity
years_of_life_lost_quantity(const Tally *tally, const Question *question)
{
	return years_lost(tally, question->until, question->reference, five_years, lengthof(five_years), question->confidence);
}

/*
 * ph.years_of_life_lost(ph.tally of deaths, age_limit float8, standard ph.tally, ages float8[],
 *   per float8, confidence float8) -> ph.estimate
 *
 * Potential years of life lost below an age, as a rate: crude without a standard, else directly
 * standardised, weights taken below the limit.  ages are the bands whose middle a death counts from,
 * {0,5,...,90} if NULL.  Limits of Dobson et al. (1991) with each death weighted by its years.
 */
PG_FUNCTION_INFO_V1(years_of_life_lost);
Datum
years_of_life_lost(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		limit = argument_positive(fcinfo, 1, "age_limit");
	Tally	   *standard = argument_tally(fcinfo, 2);
	const double *ages = five_years;
	int			count = PG_ARGISNULL(3) ? lengthof(five_years) : argument_ages(fcinfo, 3, &ages);
	double		per = argument_positive(fcinfo, 4, "per");
	Quantity	quantity = years_lost(tally, limit, standard, ages, count, argument_confidence(fcinfo, 5));

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}
