/* instrument.c: scoring, and the lists as rows. */
#include "instrument/instrument.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/compat.h"
#include "miscadmin.h"
#include "instrument/icd10.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"

/* The item that switches this one off in these conditions, or -1. */
int
instrument_switched_off_by(const Instrument *instrument, int item, const Conditions *conditions)
{
	const char *graver = instrument_base(instrument)->items[item].switched_off_by;
	int			found = graver ? instrument_find(instrument, graver, strlen(graver)) : -1;

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
	const ListItem *items = instrument_base(instrument)->items;
	int			score = 0;

	for (int i = 0; i < instrument->count; i++)
		if (conditions_has(conditions, first + i) &&
			!(hierarchy && instrument_switched_off_by(instrument, i, conditions) >= 0))
			score += items[i].weights[weight_set];
	return score;
}

static Datum
points(const Instrument *instrument, int weight)
{
	int			scale = instrument_base(instrument)->scale;

	return NumericGetDatum(int64_div_fast_to_numeric(weight, scale == 100 ? 2 : scale == 10 ? 1 : 0));
}

static const char *
label_of(const Instrument *instrument, int item)
{
	const char *label = instrument_base(instrument)->items[item].label;

	return label ? label : instrument->items[item].name;
}

/* A row a prefix; a condition that comes by name has one row without. */
static void
put_codes(ReturnSetInfo *result, const Instrument *instrument, int item, int set)
{
	const Instrument *base = instrument_base(instrument);
	const char *prefix = instrument->items[item].prefixes;

	do
	{
		int			length = strcspn(prefix, " ");
		Datum		values[7] = {
			CStringGetTextDatum(instrument->name),
			CStringGetTextDatum(instrument->code_list),
			CStringGetTextDatum(instrument->items[item].name),
			CStringGetTextDatum(label_of(instrument, item)),
			PointerGetDatum(cstring_to_text_with_len(prefix, length)),
			CStringGetTextDatum(base->weight_sets[set]),
			points(instrument, base->items[item].weights[set])
		};
		bool		nulls[7] = {false, false, false, false, length == 0, false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		prefix += length + strspn(prefix + length, " ");
	} while (*prefix);
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
		for (int set = 0; instrument_base(instruments[i])->weight_sets[set] != NULL; set++)
			for (int item = 0; item < instruments[i]->count; item++)
				put_codes((ReturnSetInfo *) fcinfo->resultinfo, instruments[i], item, set);
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
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Instrument *instrument = argument_instrument(fcinfo, 1);
	int			set = PG_ARGISNULL(2) ? 0
		: argument_choice(fcinfo, 2, "weights", instrument_base(instrument)->weight_sets);
	int			first = instrument_first_bit(instrument);
	Conditions *conditions;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	conditions = PG_GETARG_CONDITIONS(0);
	for (int i = 0; i < instrument->count; i++)
	{
		int			graver = instrument_switched_off_by(instrument, i, conditions);
		Datum		values[5] = {
			CStringGetTextDatum(instrument->items[i].name),
			CStringGetTextDatum(label_of(instrument, i)),
			points(instrument, instrument_base(instrument)->items[i].weights[set]),
			BoolGetDatum(graver < 0),
			graver < 0 ? (Datum) 0 : CStringGetTextDatum(instrument->items[graver].name)
		};
		bool		nulls[5] = {false, false, false, false, graver < 0};

		if (conditions_has(conditions, first + i))
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- from codes to points ---- */

/* The longest prefix of an item with which a code begins; its length, 0 for none. */
static int
matching_prefix(const ListItem *item, const char *code, const char **found)
{
	const char *prefix = item->prefixes;
	int			longest = 0;

	while (*prefix)
	{
		int			length = strcspn(prefix, " ");
		int			compared = prefix_compared(prefix, length);

		if (compared > longest && strncmp(code, prefix, compared) == 0)
		{
			longest = compared;
			*found = prefix;
		}
		prefix += length + strspn(prefix + length, " ");
	}
	return longest;
}

typedef struct CodedEvents
{
	int			count;
	Datum	   *codes;
	bool	   *code_nulls;
	Datum	   *dates;			/* NULL: none are given */
	bool	   *date_nulls;
} CodedEvents;

static CodedEvents
argument_events(FunctionCallInfo fcinfo)
{
	CodedEvents events = {0};
	int			dates = 0;

	if (PG_ARGISNULL(0))
		return events;
	events.count = array_elements(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, &events.codes, &events.code_nulls);
	if (PG_ARGISNULL(1))
		return events;
	dates = array_elements(PG_GETARG_ARRAYTYPE_P(1), DATEOID, &events.dates, &events.date_nulls);
	if (dates != events.count)
		argument_error("event_dates", "must have as many elements as codes", NULL);
	return events;
}

static int
normalised(const CodedEvents *events, int i, Dialect dialect, char **code)
{
	text	   *raw;
	int			length;

	if (events->code_nulls[i])
		return 0;
	raw = DatumGetTextPP(events->codes[i]);
	*code = palloc(VARSIZE_ANY_EXHDR(raw) + 1);
	length = icd10_normalise(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), dialect, *code);
	(*code)[length] = '\0';
	return length;
}

/*
 * ph.explain_codes(codes text[], event_dates date[], instrument text, weights text, dialect text) -> rows (code,
 *   event_date, condition, label, code_prefix, points, counted, switched_off_by)
 *
 * A row for each code that matches a condition of the instrument: by which prefix, with what weight, and
 * whether the hierarchy over all the codes lets it count.  Errors: unknown instrument, weights, dialect.
 */
PG_FUNCTION_INFO_V1(explain_codes);
Datum
explain_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	CodedEvents events = argument_events(fcinfo);
	const Instrument *instrument = argument_instrument(fcinfo, 2);
	int			set = PG_ARGISNULL(3) ? 0
		: argument_choice(fcinfo, 3, "weights", instrument_base(instrument)->weight_sets);
	Dialect		dialect = argument_choice(fcinfo, 4, "dialect", icd10_dialects);
	int			first = instrument_first_bit(instrument);
	int			words = registry_size() / 64 + 1;
	Conditions *conditions = palloc0(CONDITIONS_SIZE(words));
	char	  **codes = palloc(sizeof(char *) * Max(events.count, 1));
	const char *prefix;

	SET_VARSIZE(conditions, CONDITIONS_SIZE(words));
	for (int i = 0; i < events.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (normalised(&events, i, dialect, &codes[i]) == 0)
			codes[i] = NULL;
		for (int item = 0; codes[i] && item < instrument->count; item++)
			if (matching_prefix(&instrument->items[item], codes[i], &prefix) > 0)
				conditions->words[(first + item) / 64] |= UINT64CONST(1) << ((first + item) % 64);
	}
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < events.count; i++)
		for (int item = 0; codes[i] && item < instrument->count; item++)
		{
			int			length = matching_prefix(&instrument->items[item], codes[i], &prefix);
			int			graver;
			Datum		values[8];
			bool		nulls[8] = {false};

			CHECK_FOR_INTERRUPTS();
			if (length == 0)
				continue;
			graver = instrument_switched_off_by(instrument, item, conditions);
			values[0] = events.codes[i];
			values[1] = events.dates ? events.dates[i] : (Datum) 0;
			nulls[1] = events.dates == NULL || events.date_nulls[i];
			values[2] = CStringGetTextDatum(instrument->items[item].name);
			values[3] = CStringGetTextDatum(label_of(instrument, item));
			values[4] = PointerGetDatum(cstring_to_text_with_len(prefix, length));
			values[5] = points(instrument, instrument_base(instrument)->items[item].weights[set]);
			values[6] = BoolGetDatum(graver < 0);
			values[7] = graver < 0 ? (Datum) 0 : CStringGetTextDatum(instrument->items[graver].name);
			nulls[7] = graver < 0;
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
