/*
 * linked_records.c: records that pairs of a query link, straight or through others, and chains that are too long.
 *
 * Sets are trees that point at their root, joined smaller under larger, halved when they are walked (Tarjan 1975).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define MOST_RECORDS 20000000
#define FIRST_RECORDS 1024

typedef struct RecordPlace
{
	const char *id;
	uint32		hash;
	int			place;
	char		status;
} RecordPlace;

#define SH_PREFIX record_places
#define SH_ELEMENT_TYPE RecordPlace
#define SH_KEY_TYPE const char *
#define SH_KEY id
#define SH_HASH_KEY(table, id) hash_bytes((const unsigned char *) (id), strlen(id))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct LinkedRecord
{
	const char *id;
	int			parent;			/* itself: the root of its set */
	int			records;		/* of a root: in its set */
	int64		links;
	int			least;			/* of a root: the place of its least identifier; -1 not yet known */
} LinkedRecord;

typedef struct Linked
{
	MemoryContext memory;
	record_places_hash *places;
	LinkedRecord *records;
	int			count;
	int			capacity;
} Linked;

static int
root_of(Linked *linked, int record)
{
	LinkedRecord *records = linked->records;

	while (records[record].parent != record)
		record = records[record].parent = records[records[record].parent].parent;
	return record;
}

static int
place_of(Linked *linked, Datum id)
{
	char	   *name = TextDatumGetCString(id);
	bool		found;
	RecordPlace *place = record_places_insert(linked->places, name, &found);

	if (found)
		return place->place;
	if (linked->count >= MOST_RECORDS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("argument \"query\" has more than %d records", MOST_RECORDS),
				 errhint("Ask for one block of pairs after the other.")));
	if (linked->count == linked->capacity)
	{
		linked->capacity *= 2;
		linked->records = repalloc_huge(linked->records, sizeof(LinkedRecord) * (Size) linked->capacity);
	}
	place->id = MemoryContextStrdup(linked->memory, name);
	place->place = linked->count;
	linked->records[linked->count] = (LinkedRecord) {
		.id = place->id, .parent = linked->count, .records = 1, .least = -1
	};
	return linked->count++;
}

static void
link_pair(void *state, const Datum *values, const bool *nulls)
{
	Linked	   *linked = state;
	int			a,
				b;

	if (nulls[0] || nulls[1])
		argument_error("query", "must not have nulls", "Each row is a pair of records that are linked.");
	a = root_of(linked, place_of(linked, values[0]));
	b = root_of(linked, place_of(linked, values[1]));
	if (linked->records[a].records < linked->records[b].records)
	{
		int			smaller = a;

		a = b;
		b = smaller;
	}
	linked->records[a].links += !DatumGetBool(values[2]);
	if (a == b)
		return;
	linked->records[b].parent = a;
	linked->records[a].records += linked->records[b].records;
	linked->records[a].links += linked->records[b].links;
}

/* Each pair once, whichever record it names first; whether it is a record beside itself. */
static char *
pair_query(const QueryColumns *columns)
{
	if (columns->count != 2)
		argument_error("query", "must have two columns", "They are the two records of a pair that is linked.");
	return psprintf("select a, b, a operator(pg_catalog.=) b from ("
					"select distinct case when a operator(pg_catalog.<) b or b is null then a else b end as a,"
					" case when a operator(pg_catalog.<) b or b is null then b else a end as b from ("
					"select q.%s::pg_catalog.text collate pg_catalog.\"C\" as a,"
					" q.%s::pg_catalog.text collate pg_catalog.\"C\" as b from user_query q) p) p",
					quote_identifier(columns->names[0]), quote_identifier(columns->names[1]));
}

/* ---- the answer ---- */

#define ST_SORT sort_places
#define ST_ELEMENT_TYPE int
#define ST_COMPARE_ARG_TYPE LinkedRecord
#define ST_COMPARE(a, b, records) strcmp((records)[*(a)].id, (records)[*(b)].id)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

static void
answer(ReturnSetInfo *result, Linked *linked, int most)
{
	int		   *order = palloc_extended(sizeof(int) * ((Size) linked->count + 1), MCXT_ALLOC_HUGE);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "ph linked record", ALLOCSET_SMALL_SIZES);
	MemoryContext own = MemoryContextSwitchTo(row);

	for (int i = 0; i < linked->count; i++)
		order[i] = i;
	sort_places(order, linked->count, linked->records);
	for (int i = 0; i < linked->count; i++)
	{
		LinkedRecord *record = &linked->records[order[i]];
		LinkedRecord *root = &linked->records[root_of(linked, order[i])];
		Datum		values[6];
		bool		nulls[6] = {false};
		const char *least;

		CHECK_FOR_INTERRUPTS();
		if (root->least < 0)
			root->least = order[i];
		least = linked->records[root->least].id;
		record_text(values, nulls, 0, record->id);
		record_text(values, nulls, 1, root->records <= most ? least : NULL);
		record_text(values, nulls, 2, least);
		record_count(values, nulls, 3, root->records, false);
		record_count(values, nulls, 4, root->links, true);
		record_text(values, nulls, 5, root->records <= most ? NULL
					: psprintf("a chain of %d records, more than %d: refused", root->records, most));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(own);
}

/*
 * ph.linked_records(query text, most integer) -> rows (record text, cluster text, component text, records integer,
 *   links bigint, note text)
 *
 * In the order of the records' identifiers, by bytes.  Errors: a query of other than two columns, nulls, too many
 * records.
 */
PG_FUNCTION_INFO_V1(linked_records);
Datum
linked_records(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	QueryQuestion question = {.columns = 3, .types = (const Oid[]) {TEXTOID, TEXTOID, BOOLOID}};
	Linked		linked = {.capacity = FIRST_RECORDS};
	UserQuery  *query;
	MemoryContext caller;
	int			most = argument_whole(fcinfo, 1, "most", 1, MOST_RECORDS);

	InitMaterializedSRF(fcinfo, 0);
	caller = work_memory_open();
	query = argument_query(fcinfo, 0);
	question.sql = pair_query(&query->columns);
	linked.memory = CurrentMemoryContext;
	linked.places = record_places_create(CurrentMemoryContext, FIRST_RECORDS, NULL);
	linked.records = palloc_array(LinkedRecord, FIRST_RECORDS);
	query_ask(query, &question, link_pair, &linked);
	answer(result, &linked, most);
	work_memory_close(caller);
	return (Datum) 0;
}
