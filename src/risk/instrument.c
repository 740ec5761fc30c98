/* instrument.c: the registry of conditions, scoring, and the lists as rows. */
#include "risk/instrument.h"

#include "core/argument.h"
#include "core/compat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

const Instrument *const instruments[] = {
	&charlson_instrument,
	&hospital_frailty_instrument,
	NULL
};

int
instrument_first_bit(const Instrument *instrument)
{
	int			bit = 0;

	for (int i = 0; instruments[i] != instrument; i++)
		bit += instruments[i]->count;
	return bit;
}

int
registry_size(void)
{
	int			size = 0;

	for (int i = 0; instruments[i] != NULL; i++)
		size += instruments[i]->count;
	return size;
}

const ListItem *
registry_item(int bit)
{
	for (int i = 0; instruments[i] != NULL; i++)
	{
		if (bit < instruments[i]->count)
			return &instruments[i]->items[bit];
		bit -= instruments[i]->count;
	}
	return NULL;
}

static int
find_item(const Instrument *instrument, const char *name, int length)
{
	for (int i = 0; i < instrument->count; i++)
		if (strlen(instrument->items[i].name) == length &&
			memcmp(instrument->items[i].name, name, length) == 0)
			return i;
	return -1;
}

/* The bit of a condition, or -1. */
int
registry_find(const char *name, int length)
{
	int			first = 0;

	for (int i = 0; instruments[i] != NULL; i++)
	{
		int			item = find_item(instruments[i], name, length);

		if (item >= 0)
			return first + item;
		first += instruments[i]->count;
	}
	return -1;
}

/* The item that switches this one off in these conditions, or -1. */
int
instrument_switched_off_by(const Instrument *instrument, int item, const Conditions *conditions)
{
	const char *graver = instrument->items[item].switched_off_by;
	int			found = graver ? find_item(instrument, graver, strlen(graver)) : -1;

	if (found >= 0 && conditions_has(conditions, instrument_first_bit(instrument) + found))
		return found;
	return -1;
}

/* Sum of the weights of the conditions present, in units of 1 / scale. */
int
instrument_score(const Instrument *instrument, const Conditions *conditions, int weight_set,
				 bool hierarchy)
{
	int			first = instrument_first_bit(instrument);
	int			score = 0;

	for (int i = 0; i < instrument->count; i++)
		if (conditions_has(conditions, first + i) &&
			!(hierarchy && instrument_switched_off_by(instrument, i, conditions) >= 0))
			score += instrument->items[i].weights[weight_set];
	return score;
}

static Datum
points(const Instrument *instrument, int weight)
{
	return NumericGetDatum(int64_div_fast_to_numeric(weight, instrument->scale == 10 ? 1 : 0));
}

static void
put_codes(ReturnSetInfo *result, const Instrument *instrument, const ListItem *item, int set)
{
	const char *prefix = item->prefixes;

	while (*prefix)
	{
		int			length = strcspn(prefix, " ");
		Datum		values[7] = {
			CStringGetTextDatum(instrument->name),
			CStringGetTextDatum(instrument->code_list),
			CStringGetTextDatum(item->name),
			CStringGetTextDatum(item->label ? item->label : item->name),
			PointerGetDatum(cstring_to_text_with_len(prefix, length)),
			CStringGetTextDatum(instrument->weight_sets[set]),
			points(instrument, item->weights[set])
		};
		bool		nulls[7] = {false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		prefix += length + strspn(prefix + length, " ");
	}
}

/*
 * ph.instrument_codes() -> rows (instrument, code_list, condition, label, code_prefix, weight_set, points)
 *
 * Every list and weight that the extension knows, to read beside the papers.
 */
PG_FUNCTION_INFO_V1(instrument_codes);
Datum
instrument_codes(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; instruments[i] != NULL; i++)
		for (int set = 0; instruments[i]->weight_sets[set] != NULL; set++)
			for (int item = 0; item < instruments[i]->count; item++)
				put_codes((ReturnSetInfo *) fcinfo->resultinfo, instruments[i],
						  &instruments[i]->items[item], set);
	return (Datum) 0;
}

/*
 * ph.explain(ph.conditions, instrument text, weights text) -> rows (condition, label, points,
 * counted, switched_off_by)
 *
 * What a score is made of.  weights NULL is the instrument's first set.  Errors: unknown instrument or
 * weight set.
 */
PG_FUNCTION_INFO_V1(explain);
Datum
explain(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"charlson", "hospital_frailty", NULL};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Instrument *instrument = instruments[argument_choice(fcinfo, 1, "instrument", names)];
	int			set = PG_ARGISNULL(2) ? 0 : argument_choice(fcinfo, 2, "weights", instrument->weight_sets);
	int			first = instrument_first_bit(instrument);
	Conditions *conditions;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	conditions = PG_GETARG_CONDITIONS(0);
	for (int i = 0; i < instrument->count; i++)
	{
		const ListItem *item = &instrument->items[i];
		int			graver = instrument_switched_off_by(instrument, i, conditions);
		Datum		values[5] = {
			CStringGetTextDatum(item->name),
			CStringGetTextDatum(item->label ? item->label : item->name),
			points(instrument, item->weights[set]),
			BoolGetDatum(graver < 0),
			graver < 0 ? (Datum) 0 : CStringGetTextDatum(instrument->items[graver].name)
		};
		bool		nulls[5] = {false, false, false, false, graver < 0};

		if (conditions_has(conditions, first + i))
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
