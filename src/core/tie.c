/* tie.c: numbers that are one but for rounding. */
#include "core/tie.h"

#include "core/sort.h"
#include "miscadmin.h"

bool
tie_numbers(double *numbers, size_t count)
{
	bool		changed = false;
	double		before = count > 0 ? numbers[0] : 0;

	for (size_t i = 1; i < count; i++)
	{
		double		number = numbers[i];

		CHECK_FOR_INTERRUPTS();
		if (number != before && tied(number, before))
			changed = true;
		if (tied(number, before))
			numbers[i] = numbers[i - 1];
		before = number;
	}
	return changed;
}

/* The tally with each key drawn down to the greatest of some numbers, ascending, that is not above it. */
static Tally *
draw_keys(const Tally *tally, const double *numbers, size_t count)
{
	Tally	   *result = tally_new(tally->sorted);
	size_t		next = 0;

	result->flags = tally->flags & ~TALLY_CANONICAL;
	result->missing = tally->missing;
	result->unknown_rows = tally->unknown_rows;
	result->unknown = tally->unknown;
	for (int i = 0; i < tally->sorted; i++)
	{
		TallyCell	cell = tally->cells[i];

		CHECK_FOR_INTERRUPTS();
		while (next < count && numbers[next] <= cell.key)
			next++;
		cell.key = numbers[next - 1];
		result = tally_add(result, &cell);
	}
	return tally_canonical(result);
}

void
tie_keys(Tally **tallies, int count)
{
	size_t		keys = 0;
	double	   *key;

	for (int i = 0; i < count; i++)
		keys += tallies[i] ? tallies[i]->sorted : 0;
	key = MemoryContextAllocHuge(CurrentMemoryContext, Max(keys, 1) * sizeof(double));
	keys = 0;
	for (int i = 0; i < count; i++)
		for (int cell = 0; tallies[i] && cell < tallies[i]->sorted; cell++)
			key[keys++] = tallies[i]->cells[cell].key;
	if (count > 1)
		sort_numbers(key, keys);
	if (tie_numbers(key, keys))
		for (int i = 0; i < count; i++)
			if (tallies[i])
				tallies[i] = draw_keys(tallies[i], key, keys);
	pfree(key);
}
