/* allocation_read.c: what allocations are asked of: queries of benefits, of interventions and of exclusions. */
#include "people/allocation.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define MOST_INTERVENTIONS 1000
#define MOST_PAIRS 20000000
#define FINEST 0x1p36			/* the greatest benefit in units */
#define MOST_DECIMALS 9
#define ROUNDING 1e-12			/* of a whole number: decimals in doubles */

pg_noreturn static void
row_error(const char *argument, const char *rule, const char *hint, const char *row)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" %s", argument, rule),
			 row ? errdetail("The row of %s.", row) : 0,
			 hint ? errhint("%s", hint) : 0));
}

static char *
text_expression(const UserQuery *query, const char *name)
{
	int			column = required_column(query, name);

	return psprintf("q.%s::pg_catalog.text collate pg_catalog.\"C\"", quote_identifier(query->columns.names[column]));
}

/* ---- interventions ---- */

static void
read_intervention(void *state, const Datum *values, const bool *nulls)
{
	Allocation *allocation = state;
	AllocationIntervention *last = allocation->intervention + allocation->interventions - 1;
	double		capacity = nulls[1] ? NAN : DatumGetFloat8(values[1]);
	char	   *name,
			   *row;

	if (nulls[0])
		argument_error("interventions", "must have no intervention that is NULL", NULL);
	name = TextDatumGetCString(values[0]);
	row = psprintf("intervention \"%s\"", name);
	if (nulls[1])
		row_error("interventions", "must have a capacity of each intervention", "Nobody can have a place: 0.", row);
	if (!(capacity >= 0 && capacity <= PG_INT32_MAX) || capacity != floor(capacity))
		row_error("interventions", "must have whole numbers of places from 0 on as capacities", NULL, row);
	if (allocation->interventions > 0 && strcmp(last->name, name) == 0)
		row_error("interventions", "must not have an intervention twice", NULL, row);
	if (allocation->interventions == MOST_INTERVENTIONS)
		argument_error("interventions", psprintf("must not have more than %d rows", MOST_INTERVENTIONS), NULL);
	allocation->intervention[allocation->interventions++] = (AllocationIntervention) {
		.name = MemoryContextStrdup(GetMemoryChunkContext(allocation), name), .capacity = capacity, .group = NO_GROUP};
}

static void
read_interventions(Allocation *allocation, const UserQuery *query)
{
	QueryQuestion question = {.columns = 2, .types = (const Oid[]) {TEXTOID, FLOAT8OID}};

	question.sql = psprintf("select %s, %s from user_query q order by 1", text_expression(query, "intervention"),
							number_expression(&query->columns, required_column(query, "capacity"), query->argument));
	allocation->intervention = palloc_array(AllocationIntervention, MOST_INTERVENTIONS);
	query_ask(query, &question, read_intervention, allocation);
}

static int
find_intervention(const Allocation *allocation, const char *name)
{
	int			low = 0,
				high = allocation->interventions;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (strcmp(allocation->intervention[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < allocation->interventions && strcmp(allocation->intervention[low].name, name) == 0 ? low : -1;
}

static int64
all_capacity(const Allocation *allocation)
{
	int64		places = 0;

	for (int i = 0; i < allocation->interventions; i++)
		places += allocation->intervention[i].capacity;
	return places;
}

/* ---- exclusions ---- */

/* Interventions that are not offered now exclude nothing. */
static void
read_exclusion(void *state, const Datum *values, const bool *nulls)
{
	Allocation *allocation = state;
	int			one,
				other;

	if (nulls[0] || nulls[1])
		argument_error("exclusions", "must have no NULL", NULL);
	one = find_intervention(allocation, TextDatumGetCString(values[0]));
	other = find_intervention(allocation, TextDatumGetCString(values[1]));
	if (one < 0 || other < 0)
		return;
	if (one == other)
		row_error("exclusions", "must not have an intervention that excludes itself", NULL,
				  psprintf("intervention \"%s\"", allocation->intervention[one].name));
	allocation->excludes[one * allocation->interventions + other] = true;
	allocation->excludes[other * allocation->interventions + one] = true;
}

static void
read_exclusions(Allocation *allocation, const UserQuery *query)
{
	QueryQuestion question = {.columns = 2, .types = (const Oid[]) {TEXTOID, TEXTOID}};

	question.sql = psprintf("select %s, %s from user_query q", text_expression(query, "intervention"),
							text_expression(query, "excludes"));
	query_ask(query, &question, read_exclusion, allocation);
}

/* Whether an intervention excludes all that are in a group. */
static bool
excludes_group(const Allocation *allocation, int intervention, int group)
{
	for (int i = 0; i < allocation->interventions; i++)
		if (allocation->intervention[i].group == group &&
			!allocation->excludes[intervention * allocation->interventions + i])
			return false;
	return true;
}

/*
 * Parts the interventions into groups whose members all exclude each other, as large as they grow in byte order; what
 * lies between groups is beyond them.
 */
static void
group_exclusions(Allocation *allocation)
{
	int			count = allocation->interventions;

	for (int i = 0; i < count; i++)
	{
		if (allocation->intervention[i].group != NO_GROUP)
			continue;
		allocation->intervention[i].group = allocation->groups;
		for (int j = i + 1; j < count; j++)
			if (allocation->intervention[j].group == NO_GROUP && excludes_group(allocation, j, allocation->groups))
				allocation->intervention[j].group = allocation->groups;
		allocation->groups++;
	}
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			if (allocation->excludes[i * count + j] &&
				allocation->intervention[i].group != allocation->intervention[j].group)
				allocation->beyond_groups = true;
}

/* ---- benefits ---- */

/* Whether a person is one of those that a floor is for; who is not known to be is not. */
static char *
deprived_expression(const UserQuery *query)
{
	int			column = column_of(query, "deprived");

	if (column < 0)
		return "false";
	if (query->columns.types[column] != BOOLOID)
		argument_error(query->argument, "must have a boolean as its column \"deprived\"", NULL);
	return "coalesce(q.deprived::pg_catalog.bool, false)";
}

/* person, intervention, benefit and deprived of each row. */
static char *
pair_query(const UserQuery *query)
{
	return psprintf("select %s as person, %s as intervention, %s as benefit, %s as deprived from user_query q",
					text_expression(query, "person"), text_expression(query, "intervention"),
					number_expression(&query->columns, required_column(query, "benefit"), query->argument),
					deprived_expression(query));
}

static char *
quoted_name(Datum name, bool isnull)
{
	return isnull ? "NULL" : quote_literal_cstr(TextDatumGetCString(name));
}

static void
read_counts(void *state, const Datum *values, const bool *nulls)
{
	Allocation *allocation = state;
	Datum	   *fault;
	bool	   *no_text;
	char	   *what,
			   *row;

	allocation->rows = DatumGetInt64(values[0]);
	allocation->unknown = DatumGetInt64(values[1]);
	allocation->no_benefit = DatumGetInt64(values[2]);
	if (nulls[3])
		return;
	array_elements(DatumGetArrayTypeP(values[3]), TEXTOID, &fault, &no_text);
	what = TextDatumGetCString(fault[2]);
	row = psprintf("person %s, intervention %s", quoted_name(fault[0], no_text[0]),
				   quoted_name(fault[1], no_text[1]));
	row_error("benefits", what, NULL, row);
}

static Datum
names_datum(const Allocation *allocation)
{
	Datum	   *names = palloc_array(Datum, Max(allocation->interventions, 1));

	for (int i = 0; i < allocation->interventions; i++)
		names[i] = CStringGetTextDatum(allocation->intervention[i].name);
	return PointerGetDatum(construct_array(names, allocation->interventions, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Counts the rows, and refuses the first that is wrong, in byte order. */
static void
check_benefits(Allocation *allocation, const UserQuery *query)
{
	QueryQuestion question = {
		.parameters = 1,
		.parameter_types = (const Oid[]) {TEXTARRAYOID},
		.columns = 4,
		.types = (const Oid[]) {INT8OID, INT8OID, INT8OID, TEXTARRAYOID}
	};
	Datum		names = names_datum(allocation);

	question.parameter_values = &names;
	question.sql = psprintf(
		"select coalesce(pg_catalog.sum(n), 0)::pg_catalog.int8, coalesce(pg_catalog.sum(unknown), 0)::pg_catalog.int8,"
		" coalesce(pg_catalog.sum(none), 0)::pg_catalog.int8,"
		" pg_catalog.min(array[person, intervention, fault]) filter (where fault is not null)"
		" from (select *, case when person is null then 'must have no person that is NULL'"
		" when intervention is null then 'must have no intervention that is NULL'"
		" when intervention operator(pg_catalog.<>) all ($1)"
		" then 'must have no intervention that is not in interventions'"
		" when n operator(pg_catalog.>) 1 then 'must not have a person and intervention twice'"
		" when endless then 'must have finite benefits' end as fault"
		" from (select person, intervention, pg_catalog.count(*) as n,"
		" pg_catalog.count(*) filter (where benefit is null) as unknown,"
		" pg_catalog.count(*) filter (where benefit operator(pg_catalog.<=) 0) as none,"
		" pg_catalog.bool_or(benefit operator(pg_catalog.=) any ('{NaN,Infinity,-Infinity}'::pg_catalog.float8[]))"
		" as endless from (%s) p group by person, intervention) g) f", pair_query(query));
	query_ask(query, &question, read_counts, allocation);
}

typedef struct Reading
{
	Allocation *allocation;
	MemoryContext memory;
	int			people_room;
	int			pairs_room;
} Reading;

static void
read_pair(void *state, const Datum *values, const bool *nulls)
{
	Reading    *reading = state;
	Allocation *allocation = reading->allocation;
	AllocationPerson *person = allocation->person + allocation->people - 1;
	char	   *name = TextDatumGetCString(values[0]);
	int			intervention = find_intervention(allocation, TextDatumGetCString(values[1]));

	if (intervention < 0)
		query_changed();
	if (allocation->pairs == MOST_PAIRS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d pairs of a person and an intervention come into question", MOST_PAIRS),
				 errhint("Allocate the places of each area by themselves.")));
	if (allocation->people == 0 || strcmp(person->name, name) != 0)
	{
		if (allocation->people == reading->people_room)
			allocation->person = repalloc_huge(allocation->person,
											   (reading->people_room *= 2) * sizeof(AllocationPerson));
		person = &allocation->person[allocation->people++];
		*person = (AllocationPerson) {.name = MemoryContextStrdup(reading->memory, name),
			.deprived = DatumGetBool(values[3]), .first = allocation->pairs};
	}
	if (person->deprived != DatumGetBool(values[3]))
		row_error("benefits", "must say the same of a person in each row: deprived or not", NULL,
				  psprintf("person %s", quote_literal_cstr(name)));
	if (allocation->pairs == reading->pairs_room)
		allocation->pair = repalloc_huge(allocation->pair, (reading->pairs_room *= 2) * sizeof(AllocationPair));
	allocation->pair[allocation->pairs++] = (AllocationPair) {
		.intervention = intervention, .value = DatumGetFloat8(values[2])};
	person->pairs++;
}

/*
 * People in the order of their ties.  Of each intervention no more come into question than there are places in all, by
 * benefit and then by ties: one of these has no place, and can take that of whoever comes after them.  One more tells
 * what one more place is worth.
 */
static void
read_benefits(Allocation *allocation, const UserQuery *query, Datum key, bool keyed)
{
	Reading		reading = {allocation, CurrentMemoryContext, 1024, 1024};
	Datum		parameters[] = {Int64GetDatum(all_capacity(allocation) + 1), key};
	QueryQuestion question = {
		.parameters = keyed ? 2 : 1,
		.parameter_types = (const Oid[]) {INT8OID, TEXTOID},
		.parameter_values = parameters,
		.columns = 4,
		.types = (const Oid[]) {TEXTOID, TEXTOID, FLOAT8OID, BOOLOID}
	};

	allocation->person = palloc_array(AllocationPerson, reading.people_room);
	allocation->pair = palloc_array(AllocationPair, reading.pairs_room);
	question.sql = psprintf(
		"select person, intervention, benefit, deprived"
		" from (select *, pg_catalog.row_number()"
		" over (partition by intervention%s order by benefit desc, tie, person) as place"
		" from (select *, %s as tie from (%s) p where benefit operator(pg_catalog.>) 0) t) r"
		" where place operator(pg_catalog.<=) $1 order by tie, person, intervention",
		allocation->floor > 0 ? ", deprived" : "",
		keyed ? "pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat($2, pg_catalog.chr(31), person), 'UTF8'))"
		: "0", pair_query(query));
	query_ask(query, &question, read_pair, &reading);
}

/* ---- units ---- */

static bool
all_whole(const Allocation *allocation, double unit)
{
	for (int i = 0; i < allocation->pairs; i++)
	{
		double		value = allocation->pair[i].value * unit;

		if (fabs(value - rint(value)) > ROUNDING * value)
			return false;
	}
	return true;
}

/* Decimals are whole numbers of the last of them; what has too many is rounded to 2^-36 of the greatest. */
static void
put_units(Allocation *allocation)
{
	double		most = 0,
				in_unit = 1;

	for (int i = 0; i < allocation->pairs; i++)
		most = fmax(most, allocation->pair[i].value);
	for (int i = 0; i < MOST_DECIMALS && most * in_unit * 10 <= FINEST && !all_whole(allocation, in_unit); i++)
		in_unit *= 10;
	if (most > 0 && (most * in_unit > FINEST || !all_whole(allocation, in_unit)))
		in_unit = FINEST / most;
	allocation->unit = 1 / in_unit;
	for (int i = 0; i < allocation->pairs; i++)
		allocation->pair[i].benefit = Max((int64) rint(allocation->pair[i].value * in_unit), 1);
}

/* The arguments that all functions of allocations share: three queries, two numbers and the key of ties. */
Allocation *
read_allocation(FunctionCallInfo fcinfo)
{
	Allocation *allocation = palloc0_object(Allocation);
	UserQuery  *benefits = argument_named_query(fcinfo, 0, "benefits");
	UserQuery  *interventions = argument_named_query(fcinfo, 1, "interventions");
	UserQuery  *exclusions = PG_ARGISNULL(2) ? NULL : argument_named_query(fcinfo, 2, "exclusions");

	allocation->most_per_person = argument_whole(fcinfo, 3, "most_per_person", 1, PG_INT32_MAX);
	allocation->floor = argument_whole(fcinfo, 4, "deprived_floor", 0, PG_INT32_MAX);
	if (allocation->floor > 0)
		required_column(benefits, "deprived");
	read_interventions(allocation, interventions);
	allocation->excludes = palloc0_array(bool, allocation->interventions * allocation->interventions + 1);
	if (exclusions)
		read_exclusions(allocation, exclusions);
	group_exclusions(allocation);
	check_benefits(allocation, benefits);
	read_benefits(allocation, benefits, PG_ARGISNULL(5) ? (Datum) 0 : PG_GETARG_DATUM(5), !PG_ARGISNULL(5));
	put_units(allocation);
	return allocation;
}
