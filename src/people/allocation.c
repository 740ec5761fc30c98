/* allocation.c: places of interventions to people: what SQL asks. */
#include "people/allocation.h"

#include <math.h>

#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_EXACT 2000000		/* pairs that are allocated by moves */

typedef enum Method
{
	EXACT,
	BY_PRICES
} Method;

static const char *const methods[] = {"exact", "by_prices", NULL};

/* Exact up to so many pairs, unless one is named. */
static Method
argument_method(FunctionCallInfo fcinfo, const Allocation *allocation)
{
	Method		method;

	if (PG_ARGISNULL(6))
		return allocation->pairs <= MOST_EXACT ? EXACT : BY_PRICES;
	method = argument_choice(fcinfo, 6, "method", methods);
	if (method == EXACT && allocation->pairs > MOST_EXACT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d pairs of a person and an intervention come into question", MOST_EXACT),
				 errhint("Ask by_prices: the answer says how far it can be from the best.")));
	return method;
}

static void
solve(Allocation *allocation, Method method)
{
	MemoryContext caller;

	/* who has one place has no two that exclude each other */
	bool		in_groups = !allocation->beyond_groups || allocation->most_per_person == 1;

	if (method == BY_PRICES && !in_groups)
		argument_error("exclusions", "must be groups, in which all exclude each other, to be allocated by prices",
					   NULL);
	caller = work_memory_open();
	if (method == BY_PRICES)
		allocate_by_prices(allocation);
	else if (in_groups)
		allocate_by_moves(allocation);
	else
	{
		MemoryContextSwitchTo(caller);
		allocate_by_branches(allocation);
		caller = work_memory_open();
	}
	work_memory_close(caller);
}

/*
 * ph.allocate(benefits text, interventions text, exclusions text, most_per_person int, deprived_floor int,
 *   tie_key text, method text) -> rows (person text, intervention text, benefit float8, deprived bool)
 *
 * Queries of (person, intervention, benefit, deprived), (intervention, capacity) and (intervention, excludes).  The
 * places of the allocation of the greatest total benefit.  Errors (22023): a row that is wrong, which its key names;
 * 54000: more than can be solved.
 */
PG_FUNCTION_INFO_V1(allocate);
Datum
allocate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	Allocation *allocation;

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	allocation = read_allocation(fcinfo);
	solve(allocation, argument_method(fcinfo, allocation));
	for (int person = 0; person < allocation->people; person++)
		for (int i = 0; i < allocation->person[person].pairs; i++)
		{
			const AllocationPair *pair = &pairs_of(allocation, person)[i];
			Datum		values[4];
			bool		nulls[4] = {false};

			if (!pair->given)
				continue;
			record_text(values, nulls, 0, allocation->person[person].name);
			record_text(values, nulls, 1, allocation->intervention[pair->intervention].name);
			record_number(values, nulls, 2, pair->value);
			values[3] = BoolGetDatum(allocation->person[person].deprived);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	work_memory_close(caller);
	return (Datum) 0;
}

/* What the pairs that are given are worth, of one intervention or, -1, of all. */
static double
value_given(const Allocation *allocation, int intervention)
{
	double		value = 0;

	for (int i = 0; i < allocation->pairs; i++)
		if (allocation->pair[i].given && (intervention < 0 || allocation->pair[i].intervention == intervention))
			value += allocation->pair[i].value;
	return value;
}

/*
 * ph.allocation_prices(...) -> rows (intervention text, capacity int, places int, benefit float8, price float8)
 *
 * Arguments and errors of ph.allocate.  Each intervention: what is given, what it is worth, and what one more place
 * would be worth; NULL where exclusions are no groups.
 */
PG_FUNCTION_INFO_V1(allocation_prices);
Datum
allocation_prices(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	Allocation *allocation;

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	allocation = read_allocation(fcinfo);
	solve(allocation, argument_method(fcinfo, allocation));
	for (int i = 0; i < allocation->interventions; i++)
	{
		const AllocationIntervention *intervention = &allocation->intervention[i];
		Datum		values[5];
		bool		nulls[5];

		record_text(values, nulls, 0, intervention->name);
		record_count(values, nulls, 1, intervention->capacity, false);
		record_count(values, nulls, 2, intervention->given, false);
		record_number(values, nulls, 3, value_given(allocation, i));
		record_number(values, nulls, 4, allocation->has_prices ? intervention->price * allocation->unit : NAN);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	work_memory_close(caller);
	return (Datum) 0;
}

/* ---- the summary ---- */

typedef struct Places
{
	int64		people;
	int64		places;
	int64		to_deprived;
} Places;

static Places
count_places(const Allocation *allocation)
{
	Places		count = {0};

	for (int person = 0; person < allocation->people; person++)
	{
		int			held = 0;

		for (int i = 0; i < allocation->person[person].pairs; i++)
			held += pairs_of(allocation, person)[i].given;
		count.people += held > 0;
		count.places += held;
		count.to_deprived += allocation->person[person].deprived ? held : 0;
	}
	return count;
}

/* The best without the floor, by the same method. */
static double
value_without_floor(Allocation *allocation, Method method)
{
	allocation->floor = 0;
	solve(allocation, method);
	return value_given(allocation, -1);
}

/*
 * ph.allocation_summary(...) -> ph.allocation_summary
 *
 * Arguments and errors of ph.allocate.  What the places are worth, how near that is to the best, and what the floor
 * takes from it.
 */
PG_FUNCTION_INFO_V1(allocation_summary);
Datum
allocation_summary(PG_FUNCTION_ARGS)
{
	MemoryContext caller = work_memory_open();
	Allocation *allocation = read_allocation(fcinfo);
	Method		method = argument_method(fcinfo, allocation);
	bool		has_floor = allocation->floor > 0;
	double		benefit,
				bound,
				without_floor;
	Places		places;
	Datum		values[15];
	bool		nulls[15];

	solve(allocation, method);
	places = count_places(allocation);
	benefit = value_given(allocation, -1);
	bound = method == EXACT ? benefit : fmax(allocation->bound * allocation->unit, benefit);
	MemoryContextSwitchTo(caller);
	record_text(values, nulls, 0, allocation->floor_reached >= allocation->floor ? "ok"
				: method == EXACT ? "floor_not_reachable" : "floor_not_reached");
	record_text(values, nulls, 1, methods[method]);
	record_number(values, nulls, 2, benefit);
	record_number(values, nulls, 3, bound);
	record_number(values, nulls, 4, bound > 0 ? (bound - benefit) / bound : 0);
	record_count(values, nulls, 5, places.places, true);
	record_count(values, nulls, 6, places.people, true);
	record_count(values, nulls, 7, places.to_deprived, true);
	record_count(values, nulls, 8, has_floor ? allocation->floor_reached : -1, true);
	record_number(values, nulls, 9, has_floor && allocation->has_prices ? allocation->floor_price * allocation->unit
				  : NAN);
	without_floor = has_floor ? value_without_floor(allocation, method) : benefit;
	record_number(values, nulls, 10, without_floor);
	record_number(values, nulls, 11, without_floor - benefit);
	record_count(values, nulls, 12, allocation->rows, true);
	record_count(values, nulls, 13, allocation->unknown, true);
	record_count(values, nulls, 14, allocation->no_benefit, true);
	return record_datum(fcinfo, values, nulls);
}
