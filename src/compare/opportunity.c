/*
 * opportunity.c: how many events would have been spared at the rates of a named group?
 *
 * Indirect standardisation with that group as the standard, cell by cell: spared = sum O - N O_r / N_r.  Both sides
 * are counts with their own error; over the other groups together the reference's error comes in once.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/estimate.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/tally_list.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_GROUPS 10000

typedef struct Spared
{
	double		observed;
	double		expected;
	double		variance;
} Spared;

/* Events and those at the reference's rates; false where the reference has nobody in a cell that is asked for. */
static bool
spared_at(const Tally *group, const Tally *reference, Spared *spared)
{
	int			met = 0;

	*spared = (Spared) {0};
	for (int i = 0; i < group->sorted; i++)
	{
		const TallyCell *cell = &group->cells[i];
		double		exposure = sum_value(cell->exposure);
		double		events = sum_value(cell->events);
		double		share;

		CHECK_FOR_INTERRUPTS();
		spared->observed += events;
		spared->variance += sum_value(cell->squares);
		if (exposure == 0 && events == 0)
			continue;
		while (met < reference->sorted && reference->cells[met].key < cell->key)
			met++;
		if (met == reference->sorted || reference->cells[met].key != cell->key ||
			sum_value(reference->cells[met].exposure) == 0)
			return false;
		share = exposure / sum_value(reference->cells[met].exposure);
		spared->expected += share * sum_value(reference->cells[met].events);
		spared->variance += share * share * sum_value(reference->cells[met].squares);
	}
	return true;
}

/* Events of known key; NAN of no tally. */
static double
known_events(const Tally *tally)
{
	return tally ? sum_value(tally_known(tally).events) : NAN;
}

static void
put_spared(ReturnSetInfo *result, const char *name, double observed, double expected, Estimate spared)
{
	Datum		values[7];
	bool		nulls[7];

	record_text(values, nulls, 0, name);
	record_number(values, nulls, 1, observed);
	record_number(values, nulls, 2, expected);
	record_number(values, nulls, 3, spared.value);
	record_number(values, nulls, 4, spared.lower);
	record_number(values, nulls, 5, spared.upper);
	record_text(values, nulls, 6, spared.note);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static Estimate
spared_estimate(const Spared *spared, double confidence, int64 unknown_rows)
{
	Estimate	estimate = estimate_normal(spared->observed - spared->expected, sqrt(spared->variance), confidence);

	estimate_note_unknown(&estimate, unknown_rows);
	return estimate;
}

static void
put_group(ReturnSetInfo *result, const char *name, const Tally *group, const Tally *reference, double confidence)
{
	double		observed = known_events(group);
	Estimate	none;
	Spared		spared;

	if (!estimate_possible(group, &none))
		put_spared(result, name, observed, NAN, none);
	else if (group == reference)
		put_spared(result, name, observed, observed, (Estimate) {0, 0, 0, "reference"});
	else if (spared_at(group, reference, &spared))
		put_spared(result, name, observed, spared.expected,
				   spared_estimate(&spared, confidence, group->unknown_rows));
}

/* ---- arguments ---- */

static char **
argument_group_names(FunctionCallInfo fcinfo, int count)
{
	char	  **names = palloc_array(char *, Max(count, 1));
	Datum	   *elements;
	bool	   *nulls;

	if (count > MOST_GROUPS)
		argument_error("tallies", psprintf("must not have more than %d elements", MOST_GROUPS), NULL);
	if (argument_elements(fcinfo, 1, "groups", &elements, &nulls) != count)
		argument_error("groups", "must name every tally", NULL);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			argument_error("groups", "must not contain nulls", "Give people of unknown group a name, such as unknown.");
		names[i] = TextDatumGetCString(elements[i]);
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				argument_error("groups", "must not have a name twice", NULL);
	}
	return names;
}

static int
argument_reference(FunctionCallInfo fcinfo, char **names, int count)
{
	char	   *reference = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));

	for (int i = 0; reference && i < count; i++)
		if (strcmp(names[i], reference) == 0)
			return i;
	return -1;
}

/* All groups but the reference in one, those left out that cannot be asked: *why then says so of the first. */
static Tally *
other_groups(Tally **tallies, char **names, int count, int reference, char **why)
{
	Tally	   *others = tally_new(0);
	Estimate	none;

	*why = NULL;
	for (int i = 0; i < count; i++)
	{
		if (i == reference)
			continue;
		if (!estimate_possible(tallies[i], &none))
		{
			*why = *why ? *why : psprintf("group %s: %s", names[i], none.note);
			continue;
		}
		for (int j = 0; j < tallies[i]->sorted; j++)
			others = tally_add(others, &tallies[i]->cells[j]);
	}
	return tally_canonical(others);
}

/* Whether the reference can be asked, and has people wherever the others have; if not, *why says so. */
static bool
reference_possible(const Tally *reference, const Tally *others, Spared *spared, Estimate *why)
{
	*why = estimate_none("no_reference");
	return reference && estimate_possible(reference, why) && spared_at(others, reference, spared);
}

/*
 * ph.opportunity(tallies ph.tally[], groups text[], reference text, confidence float8)
 *   -> rows (group_name, observed, expected, spared, lower, upper, note)
 *
 * One tally a group, all keyed alike, by age for one.  The whole first, its group NULL, then each group.  Events are
 * those of known key; a negative number stays.  All NULL: a reference that is not there or has nobody in a cell where
 * another group has somebody (no_reference).  Errors: a tally without a name, a name twice.
 */
PG_FUNCTION_INFO_V1(opportunity);
Datum
opportunity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	char	  **names = argument_group_names(fcinfo, count);
	int			place = argument_reference(fcinfo, names, count);
	Tally	   *reference = place < 0 ? NULL : tallies[place];
	double		confidence = argument_confidence(fcinfo, 3);
	char	   *group_note;
	Tally	   *others = other_groups(tallies, names, count, place, &group_note);
	Spared		spared;
	Estimate	why,
				all;
	bool		possible = reference_possible(reference, others, &spared, &why);
	double		observed = 0;
	int64		unknown = 0;

	for (int i = 0; i < count; i++)
	{
		observed += known_events(tallies[i]);
		unknown += tallies[i] ? tallies[i]->unknown_rows : 0;
	}
	if (!possible)
		all = why;
	else if (group_note)
		all = estimate_none("%s", group_note);
	else
		all = spared_estimate(&spared, confidence, unknown);
	InitMaterializedSRF(fcinfo, 0);
	put_spared(result, NULL, observed, NAN, all);
	for (int i = 0; i < count; i++)
		if (possible)
			put_group(result, names[i], tallies[i], reference, confidence);
		else
			put_spared(result, names[i], known_events(tallies[i]), NAN, why);
	return (Datum) 0;
}
