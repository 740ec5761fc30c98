/*
 * isolating_differences.c: areas whose published counts differ by a few people.
 *
 * Areas are sets of atoms, parts that no area cuts.  Whoever subtracts from a larger area one, two or three areas that
 * lie in it and have nobody in common is left with a count of the rest (Duke-Williams and Rees 1998).  The areas within
 * a larger one are kept from the most people to the fewest, so that what leaves 1 to threshold people is looked for
 * only where it can be.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/query_columns.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define MOST_SMALLER 3
#define MOST_ROWS 10000000
#define MOST_ANSWERS 100000
#define MOST_PEOPLE 1000000000000.0 /* of an area, so that sums are no problem */
#define FIRST_CAPACITY 1024

typedef struct Area
{
	char	   *name;
	int64		people;
	int			first;			/* of its atoms, which are in order */
	int			atoms;
} Area;

typedef struct Areas
{
	MemoryContext memory;
	Area	   *area;			/* in order of their names */
	int			count;
	int			capacity;
	int		   *atom;			/* of an area after the other */
	int			rows;
	int			row_capacity;
	int			atoms;			/* that are different */
} Areas;

/* ---- reading ---- */

/* Areas and atoms by number from 1 on, in order, each pair once. */
static const char *
area_query(const QueryColumns *columns)
{
	if (columns->count != 3)
		argument_error("query", "must have three columns: area, atom and the people of the area", NULL);
	return psprintf("select pg_catalog.dense_rank() over (order by area),"
					" case when atom is not null then pg_catalog.dense_rank() over (order by atom) end, area, people"
					" from (select distinct q.%s::pg_catalog.text collate pg_catalog.\"C\" as area,"
					" q.%s::pg_catalog.text collate pg_catalog.\"C\" as atom, %s as people from user_query q) a"
					" order by 1, 2",
					quote_identifier(columns->names[0]), quote_identifier(columns->names[1]),
					number_expression(columns, 2, "query"));
}

static void
add_area(Areas *areas, const char *name, int64 people)
{
	if (areas->count == areas->capacity)
	{
		areas->capacity *= 2;
		areas->area = repalloc_array(areas->area, Area, areas->capacity);
	}
	areas->area[areas->count++] = (Area) {
		.name = MemoryContextStrdup(areas->memory, name), .people = people, .first = areas->rows};
}

static void
read_row(void *state, const Datum *values, const bool *nulls)
{
	Areas	   *areas = state;
	double		people;
	Area	   *area;
	int			atom;

	if (nulls[0] || nulls[1] || nulls[2] || nulls[3])
		argument_error("query", "must have no NULL", "Leave out what lies in no area, or call it an area of its own.");
	people = DatumGetFloat8(values[3]);
	if (!(people >= 0 && people <= MOST_PEOPLE) || people != floor(people))
		argument_error("query", "must have whole numbers of people from 0 on in its third column", NULL);
	if (areas->rows >= MOST_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("areas cannot have more than %d atoms together", MOST_ROWS),
				 errhint("Ask for a part of the country at a time.")));
	if (DatumGetInt64(values[0]) > areas->count)
		add_area(areas, TextDatumGetCString(values[2]), people);
	area = &areas->area[areas->count - 1];
	if (area->people != people)
		argument_error("query", "must have the same people in each row of an area", NULL);
	if (areas->rows == areas->row_capacity)
	{
		areas->row_capacity *= 2;
		areas->atom = repalloc_array(areas->atom, int, areas->row_capacity);
	}
	atom = DatumGetInt64(values[1]) - 1;
	areas->atoms = Max(areas->atoms, atom + 1);
	areas->atom[areas->rows++] = atom;
	area->atoms++;
}

static Areas
read_areas(const UserQuery *query)
{
	Areas		areas = {.memory = CurrentMemoryContext, .capacity = FIRST_CAPACITY, .row_capacity = FIRST_CAPACITY};
	QueryQuestion question = {.columns = 4, .types = (const Oid[]) {INT8OID, INT8OID, TEXTOID, FLOAT8OID}};

	areas.area = palloc_array(Area, FIRST_CAPACITY);
	areas.atom = palloc_array(int, FIRST_CAPACITY);
	question.sql = area_query(&query->columns);
	query_ask(query, &question, read_row, &areas);
	return areas;
}

/* ---- which areas lie in which ---- */

/* The areas of each atom: those of atom a are area[start[a]] to area[start[a + 1] - 1]. */
typedef struct AreasByAtom
{
	int		   *start;
	int		   *area;
} AreasByAtom;

static AreasByAtom
areas_by_atom(const Areas *areas)
{
	AreasByAtom by = {palloc0_array(int, areas->atoms + 1), palloc_array(int, areas->rows)};
	int		   *next = palloc_array(int, areas->atoms + 1);

	for (int row = 0; row < areas->rows; row++)
		by.start[areas->atom[row] + 1]++;
	for (int atom = 0; atom < areas->atoms; atom++)
		by.start[atom + 1] += by.start[atom];
	memcpy(next, by.start, (areas->atoms + 1) * sizeof(int));
	for (int i = 0; i < areas->count; i++)
		for (int row = areas->area[i].first; row < areas->area[i].first + areas->area[i].atoms; row++)
			by.area[next[areas->atom[row]]++] = i;
	pfree(next);
	return by;
}

static int
compare_people(const void *a, const void *b)
{
	const Area *first = *(const Area *const *) a;
	const Area *second = *(const Area *const *) b;

	if (first->people != second->people)
		return first->people > second->people ? -1 : 1;
	return (first > second) - (first < second);
}

/*
 * The areas that lie in a larger one and are smaller, from the most people on; inside: room for all areas, shared: how
 * many atoms an area shares with the larger one, all 0 before and after.
 */
static int
areas_inside(const Areas *areas, const AreasByAtom *by, const Area *larger, bool empty_areas, int *shared,
			 const Area **inside)
{
	int			count = 0;

	for (int row = larger->first; row < larger->first + larger->atoms; row++)
		for (int k = by->start[areas->atom[row]]; k < by->start[areas->atom[row] + 1]; k++)
		{
			const Area *area = &areas->area[by->area[k]];

			if (++shared[by->area[k]] == area->atoms && area->atoms < larger->atoms &&
				(area->people > 0 || empty_areas))
				inside[count++] = area;
		}
	for (int row = larger->first; row < larger->first + larger->atoms; row++)
		for (int k = by->start[areas->atom[row]]; k < by->start[areas->atom[row] + 1]; k++)
			shared[by->area[k]] = 0;
	qsort(inside, count, sizeof(Area *), compare_people);
	return count;
}

static bool
disjoint(const Areas *areas, const Area *a, const Area *b)
{
	int			i = a->first,
				j = b->first;

	while (i < a->first + a->atoms && j < b->first + b->atoms)
	{
		if (areas->atom[i] == areas->atom[j])
			return false;
		if (areas->atom[i] < areas->atom[j])
			i++;
		else
			j++;
	}
	return true;
}

/* ---- what is left ---- */

typedef struct Search
{
	ReturnSetInfo *result;
	const Areas *areas;
	const Area *larger;
	const Area **inside;		/* from the most people on */
	int			count;
	int64		threshold;
	const Area *chosen[MOST_SMALLER];
	int64		answers;
} Search;

static int
compare_names(const void *a, const void *b)
{
	const Area *first = *(const Area *const *) a;
	const Area *second = *(const Area *const *) b;

	return (first > second) - (first < second);
}

static void
put_difference(Search *search, int chosen, int64 rest)
{
	const Area *smaller[MOST_SMALLER];
	Datum		names[MOST_SMALLER];
	Datum		values[3];
	bool		nulls[3] = {false};

	for (int i = 0; i < chosen; i++)
		for (int j = 0; j < i; j++)
			if (!disjoint(search->areas, search->chosen[i], search->chosen[j]))
				return;
	if (++search->answers > MOST_ANSWERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d differences that isolate people", MOST_ANSWERS),
				 errhint("Leave out areas, or ask with a smaller threshold.")));
	memcpy(smaller, search->chosen, sizeof(smaller));
	qsort(smaller, chosen, sizeof(Area *), compare_names);
	for (int i = 0; i < chosen; i++)
		names[i] = CStringGetTextDatum(smaller[i]->name);
	values[0] = CStringGetTextDatum(search->larger->name);
	values[1] = PointerGetDatum(construct_array(names, chosen, TEXTOID, -1, false, TYPALIGN_INT));
	values[2] = Int64GetDatum(rest);
	tuplestore_putvalues(search->result->setResult, search->result->setDesc, values, nulls);
}

/* The first from start on that has at most so many people. */
static int
first_of_at_most(const Search *search, int start, int64 people)
{
	int			low = start,
				high = search->count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (search->inside[middle]->people > people)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes one more area, from start on, off what is left of the larger one after those that are chosen. */
static void
take_off(Search *search, int chosen, int start, int64 left)
{
	for (int i = first_of_at_most(search, start, left - 1); i < search->count; i++)
	{
		int64		rest = left - search->inside[i]->people;

		CHECK_FOR_INTERRUPTS();
		/* those that follow have no more people than this one, and cannot bring it down to the threshold */
		if (left - (MOST_SMALLER - chosen) * search->inside[i]->people > search->threshold)
			break;
		search->chosen[chosen] = search->inside[i];
		if (rest <= search->threshold)
			put_difference(search, chosen + 1, rest);
		if (chosen + 1 < MOST_SMALLER)
			take_off(search, chosen + 1, i + 1, rest);
	}
}

/*
 * ph.isolating_differences(query text, threshold int, empty_areas bool) -> rows (larger text, smaller text[],
 *   difference bigint)
 *
 * The query has a row for each area and atom in it: area, atom, people of the area.  Answers each larger area with one
 * to three smaller ones that lie in it and share no atom, where all but 1 to threshold of its people are theirs.
 * Areas without people are taken off only if asked for: they leave what is left without them.  Errors (22023): not
 * three columns, NULL, people that are not whole or differ in an area; 54000: 100,000 answers, 10 million rows.
 * Source: Duke-Williams and Rees 1998, Int J GIS 12:579.
 */
PG_FUNCTION_INFO_V1(isolating_differences);
Datum
isolating_differences(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	UserQuery  *query = argument_query(fcinfo, 0);
	int			threshold = argument_whole(fcinfo, 1, "threshold", 1, PG_INT32_MAX);
	bool		empty_areas = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	Areas		areas;
	AreasByAtom by;
	int		   *shared;
	Search		search = {.result = result, .areas = &areas, .threshold = threshold};
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	areas = read_areas(query);
	by = areas_by_atom(&areas);
	shared = palloc0_array(int, areas.count + 1);
	search.inside = palloc_array(const Area *, areas.count + 1);
	for (int i = 0; i < areas.count; i++)
	{
		search.larger = &areas.area[i];
		search.count = areas_inside(&areas, &by, search.larger, empty_areas, shared, search.inside);
		take_off(&search, 0, 0, search.larger->people);
	}
	work_memory_close(caller);
	return (Datum) 0;
}
