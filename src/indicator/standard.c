/* standard.c: standard populations as tallies: key = lower age of the band, exposure = its weight. */
#include "indicator/standard.h"

#include "core/argument.h"

bool
standard_possible(const Tally *standard, const char *argument, Estimate *why)
{
	if (standard && (standard->flags & TALLY_NEGATIVE))
		argument_error(argument, "holds negative events", NULL);
	if (standard && standard->missing > 0)
		*why = estimate_none("%s: missing_input: " INT64_FORMAT " rows", argument, standard->missing);
	else if (standard == NULL || standard->sorted == 0)
		*why = estimate_none(strcmp(argument, "reference") == 0 ? "no_expected" : "no_standard");
	else
		return true;
	return false;
}

/*
 * European standard population 2013 (Eurostat, Revision of the European Standard Population, 2013):
 * people per 100,000 in the bands under 1, 1-4, 5-9, ... 90-94, 95 and over.
 */
static const double esp2013_ages[] =
{0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95};
static const double esp2013_people[] =
{1000, 4000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000,
4000, 2500, 1500, 800, 200};

/*
 * World Health Organization's world standard (Ahmad et al. 2001, GPE Discussion Paper 31): per cent as
 * published in the bands 0-4, 5-9, ... 95-99, 100 and over; they add up to 100.035.
 */
static const double who_world_ages[] =
{0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100};
static const double who_world_percent[] =
{8.86, 8.69, 8.60, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59, 6.04, 5.37, 4.55, 3.72, 2.96, 2.21, 1.52,
0.91, 0.44, 0.15, 0.04, 0.005};

static void
add_band(Tally **tally, double age, double weight)
{
	TallyCell	cell = {0};

	cell.key = age;
	cell.exposure.high = weight;
	*tally = tally_add(*tally, &cell);
}

Tally *
esp2013_tally(int bands)
{
	Tally	   *tally = tally_new(lengthof(esp2013_ages));

	tally->flags = TALLY_COUNTS;
	for (int i = 0; i < lengthof(esp2013_ages); i++)
	{
		double		age = esp2013_ages[i];

		if (bands == 19 && age == 1)
			age = 0;
		if (bands < 21 && age == 95)
			age = 90;
		add_band(&tally, age, esp2013_people[i]);
	}
	return tally;
}

/*
 * ph.esp2013(bands int) -> ph.tally
 *
 * 19 bands (0-4 ... 90 and over), 20 (under 1, 1-4 ... 90 and over) or the 21 published.
 * Errors: any other number of bands.
 */
PG_FUNCTION_INFO_V1(esp2013);
Datum
esp2013(PG_FUNCTION_ARGS)
{
	int			bands = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	if (bands < 19 || bands > 21)
		argument_error("bands", "must be 19, 20 or 21", NULL);
	PG_RETURN_DATUM(tally_datum(esp2013_tally(bands)));
}

/*
 * ph.who_world(bands int) -> ph.tally
 *
 * 18 bands (0-4 ... 85 and over), 19 (0-4 ... 90 and over) or the 21 published; weights are per cent.
 * Errors: any other number of bands.
 */
PG_FUNCTION_INFO_V1(who_world);
Datum
who_world(PG_FUNCTION_ARGS)
{
	int			bands = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	Tally	   *tally = tally_new(lengthof(who_world_ages));

	if (bands != 18 && bands != 19 && bands != 21)
		argument_error("bands", "must be 18, 19 or 21", NULL);
	tally->flags = TALLY_COUNTS;
	for (int i = 0; i < lengthof(who_world_ages); i++)
		add_band(&tally, who_world_ages[Min(i, bands - 1)], who_world_percent[i]);
	PG_RETURN_DATUM(tally_datum(tally));
}
