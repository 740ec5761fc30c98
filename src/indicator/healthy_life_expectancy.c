/* healthy_life_expectancy.c: years still to live in good health, by Sullivan's method (1971). */
#include "indicator/healthy_life_expectancy.h"

#include <math.h>

#include "core/argument.h"
#include "core/bands.h"
#include "core/distribution.h"
#include "indicator/life_table.h"

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
healthy_years(const Tally *tally, const Tally *survey, double age, const double *ages, int count, bool mortality,
			  double confidence)
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
	return healthy_years(tally, question->reference, question->age, abridged_ages, ABRIDGED_BANDS, false,
						 question->confidence);
}

/*
 * ph.healthy_life_expectancy(ph.tally of deaths, survey ph.tally, age, ages, confidence, variance text)
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
	double		age = argument_number(fcinfo, 2, "age");
	const double *ages;
	int			count = argument_ages(fcinfo, 3, &ages);
	double		confidence = argument_confidence(fcinfo, 4);
	bool		mortality = argument_choice(fcinfo, 5, "variance", choices) == 1;

	return estimate_datum(fcinfo, healthy_years(tally, survey, age, ages, count, mortality, confidence).estimate);
}
