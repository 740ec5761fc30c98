/* standard.c: standard populations as tallies: key = lower age of the band, exposure = its weight. */
#include "postgres.h"

#include "core/argument.h"
#include "core/tally.h"

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
	Tally	   *tally = tally_new(lengthof(esp2013_ages));

	if (bands < 19 || bands > 21)
		argument_error("bands", "must be 19, 20 or 21", NULL);
	tally->flags = TALLY_COUNTS;
	for (int i = 0; i < lengthof(esp2013_ages); i++)
	{
		TallyCell	cell = {0};

		cell.key = esp2013_ages[i];
		if (bands == 19 && cell.key == 1)
			cell.key = 0;
		if (bands < 21 && cell.key == 95)
			cell.key = 90;
		cell.exposure.high = esp2013_people[i];
		tally = tally_add(tally, &cell);
	}
	PG_RETURN_POINTER(tally_canonical(tally));
}
