/*
 * years_of_life_lost.c: potential years of life lost below an age.
 *
 * A death counts with the years from the middle of its band of ages to the limit.
 */
#include "indicator/years_of_life_lost.h"

#include <math.h>

#include "core/argument.h"
#include "core/bands.h"
#include "core/interval.h"
#include "indicator/life_table.h"
#include "indicator/standard.h"

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
	argument_error("until", "must be the lower bound of a band of ages", NULL);
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
		if (bands->lower[i] < standard->cells[0].key &&
			(sum_value(bands->cell[i].exposure) > 0 || sum_value(bands->cell[i].events) > 0))
			return true;
	return false;
}

/*
 * Crude without a standard, else directly standardised by its bands below the limit.  What stands in the way of an
 * answer is told by *why.
 */
static bool
sum_years_lost(const Bands *bands, double limit, const Tally *standard, YearsLost *lost, Estimate *why)
{
	int			strata = standard ? standard->sorted : 1;
	double		weight = 0;

	*lost = (YearsLost) {0};
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
		years_lost_in(bands, limit, from, until, &years, &squares, &population, &deaths);
		if (population == 0 && share > 0)
		{
			*why = standard ? estimate_none("empty_band: 1 without exposure, the first at %g", from)
				: estimate_none("no_exposure");
			return false;
		}
		if (share == 0)
			continue;
		weight += share;
		lost->deaths += deaths;
		lost->rate += share * years / population;
		lost->variance += share * share * squares / (population * population);
	}
	if (weight == 0)
	{
		*why = estimate_none("no_standard");
		return false;
	}
	lost->rate /= weight;
	lost->variance /= weight * weight;
	return true;
}

static Quantity
years_lost(const Tally *tally, double limit, const Tally *standard, const double *ages, int count, double confidence)
{
	YearsLost	lost;
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
	if (!sum_years_lost(&bands, limit, standard, &lost, &quantity.estimate))
		return quantity;
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
	return years_lost(tally, question->until, question->reference, five_years, lengthof(five_years),
					  question->confidence);
}

/*
 * ph.years_of_life_lost(ph.tally of deaths, until float8, standard ph.tally, ages float8[],
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
	double		limit = argument_positive(fcinfo, 1, "until");
	Tally	   *standard = argument_tally(fcinfo, 2);
	const double *ages = five_years;
	int			count = PG_ARGISNULL(3) ? lengthof(five_years) : argument_ages(fcinfo, 3, &ages);
	double		per = argument_positive(fcinfo, 4, "per");
	Quantity	quantity = years_lost(tally, limit, standard, ages, count, argument_confidence(fcinfo, 5));

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}
