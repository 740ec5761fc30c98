/* bands.c: the cells of a population gathered into bands. */
#include "core/bands.h"

#include <math.h>

#include "core/age.h"
#include "miscadmin.h"

double *
bands_of(const Tally *tally)
{
	double	   *lower = palloc_array(double, tally->sorted);

	for (int i = 0; i < tally->sorted; i++)
		lower[i] = tally->cells[i].key;
	return lower;
}

bool
bands_take(const Bands *bands, double key)
{
	return !bands->ages || age_is_possible(key);
}

Bands
bands_gather(const Tally *population, const double *lower, int count)
{
	Bands		bands = {.count = count, .lower = lower};
	int			band = -1;
	int			ages = 0;

	for (int i = 0; i < count; i++)
		ages += age_is_possible(lower[i]);
	bands.ages = count > 0 && ages == count;
	bands.some_ages = ages > 0 && ages < count;
	bands.cell = palloc0(sizeof(TallyCell) * (Size) count);
	for (int i = 0; i < population->sorted; i++)
	{
		const TallyCell *cell = &population->cells[i];

		CHECK_FOR_INTERRUPTS();
		if (!bands_take(&bands, cell->key))
			continue;
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

void
left_out_add(LeftOut *left_out, const Bands *bands, const Tally *population)
{
	left_out->unknown_rows += population->unknown_rows;
	for (int i = 0; i < population->sorted; i++)
	{
		const TallyCell *cell = &population->cells[i];

		CHECK_FOR_INTERRUPTS();
		if (age_is_possible(cell->key) || (sum_value(cell->exposure) == 0 && sum_value(cell->events) == 0))
			continue;
		left_out->in_doubt |= bands->some_ages;
		if (bands_take(bands, cell->key))
			continue;
		left_out->no_age = true;
		left_out->no_age_exposure += sum_value(cell->exposure);
	}
}

void
left_out_note(Estimate *estimate, const LeftOut *left_out)
{
	estimate_note_unknown(estimate, left_out->unknown_rows);
	if (left_out->no_age)
		estimate_note(estimate, "impossible_age: exposure of %g left out", left_out->no_age_exposure);
	if (left_out->in_doubt)
		estimate_note(estimate, "impossible_age: taken for a band, since the standard has such bands");
}

void
left_out_notes(Estimate *estimate, const LeftOut *left_out, const char *name, const LeftOut *named)
{
	Estimate	of = {NAN, NAN, NAN, NULL};
	LeftOut		more = *named;

	/* keys that are in on both sides are told once */
	more.in_doubt &= !left_out->in_doubt;
	left_out_note(estimate, left_out);
	left_out_note(&of, &more);
	if (of.note)
		estimate_note(estimate, "%s: %s", name, of.note);
}
