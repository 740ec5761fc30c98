/* bands.c: the cells of a population gathered into bands. */
#include "outcome/bands.h"

#include "miscadmin.h"

double *
bands_of(const Tally *tally)
{
	double	   *lower = palloc_array(double, tally->sorted);

	for (int i = 0; i < tally->sorted; i++)
		lower[i] = tally->cells[i].key;
	return lower;
}

Bands
bands_gather(const Tally *population, const double *lower, int count)
{
	Bands		bands = {count, lower, NULL, NULL};
	int			band = -1;

	bands.cell = palloc0(sizeof(TallyCell) * (Size) count);
	for (int i = 0; i < population->sorted; i++)
	{
		const TallyCell *cell = &population->cells[i];

		CHECK_FOR_INTERRUPTS();
		while (band + 1 < count && lower[band + 1] <= cell->key)
			band++;
		if (band < 0)
		{
			if (bands.below == NULL || sum_value(cell->exposure) > 0)
				bands.below = cell;
			continue;
		}
		sum_add_sum(&bands.cell[band].exposure, cell->exposure);
		sum_add_sum(&bands.cell[band].events, cell->events);
		sum_add_sum(&bands.cell[band].squares, cell->squares);
	}
	return bands;
}
