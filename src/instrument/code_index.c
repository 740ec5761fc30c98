/*
 * code_index.c: codes of every list by their first three characters, so that ten million codes are found one by one.
 */
#include "postgres.h"

#include "instrument/code_index.h"
#include "instrument/icd9cm.h"
#include "instrument/registry.h"
#include "utils/memutils.h"

#define BUCKETS (26 * 10 * 36)
#define MAX_REST 4

typedef struct CodeEntry
{
	char		rest[MAX_REST + 1]; /* what the code must go on with after its first three characters */
	uint16		bit;
} CodeEntry;

typedef struct CodeIndex
{
	uint16		first[BUCKETS + 1];
	CodeEntry  *entries;
} CodeIndex;

static CodeIndex *code_indexes[CODINGS];

static int
bucket(const char *code)
{
	int			first = code[0] >= 'A' ? code[0] - 'A' : code[0] - '0';
	int			third = code[2] >= 'A' ? code[2] - 'A' + 10 : code[2] - '0';

	/* codes of one coding begin with letters, those of the other with digits or V: no two of one share a bucket */
	return (first * 10 + (code[1] - '0')) * 36 + third;
}

typedef void (*PrefixVisit) (const char *prefix, int length, int bit, void *context);

static void
each_prefix_of(const char *prefix, int bit, PrefixVisit visit, void *context)
{
	while (*prefix)
	{
		int			length = strcspn(prefix, " ");

		visit(prefix, prefix_compared(prefix, length), bit, context);
		prefix += length + strspn(prefix + length, " ");
	}
}

/* Calls visit for every prefix of every list. */
static void
each_prefix(Coding coding, PrefixVisit visit, void *context)
{
	if (coding == CODING_ICD10)
		for (int bit = 0; bit < registry_size(); bit++)
			each_prefix_of(registry_item(bit)->prefixes, bit, visit, context);
	else
		for (int i = 0; i < icd9cm_list_count; i++)
		{
			const char *condition = icd9cm_lists[i].condition;

			each_prefix_of(icd9cm_lists[i].prefixes, registry_find(condition, strlen(condition)), visit, context);
		}
}

/* The buckets of a prefix: one, or where it has two characters all 36 of it. */
static void
buckets_of(const char *prefix, int length, int *first, int *end)
{
	char		code[3] = {prefix[0], prefix[1], length > 2 ? prefix[2] : '0'};

	*first = bucket(code);
	*end = *first + (length > 2 ? 1 : 36);
}

static void
count_prefix(const char *prefix, int length, int bit, void *context)
{
	int			first,
				end;

	buckets_of(prefix, length, &first, &end);
	for (int i = first; i < end; i++)
		((CodeIndex *) context)->first[i + 1]++;
}

static void
enter_prefix(const char *prefix, int length, int bit, void *context)
{
	CodeIndex  *index = context;
	int			first,
				end;

	Assert(length >= 2 && length - 3 <= MAX_REST);
	buckets_of(prefix, length, &first, &end);
	for (int i = first; i < end; i++)
	{
		CodeEntry  *entry = &index->entries[index->first[i]];

		while (entry->bit != PG_UINT16_MAX)
			entry++;
		if (length > 3)
			memcpy(entry->rest, prefix + 3, length - 3);
		entry->bit = bit;
	}
}

static CodeIndex *
get_code_index(Coding coding)
{
	MemoryContext old;
	CodeIndex  *index;

	if (code_indexes[coding])
		return code_indexes[coding];
	old = MemoryContextSwitchTo(TopMemoryContext);
	index = palloc0(sizeof(CodeIndex));
	each_prefix(coding, count_prefix, index);
	for (int i = 0; i < BUCKETS; i++)
		index->first[i + 1] += index->first[i];
	index->entries = palloc0(sizeof(CodeEntry) * (index->first[BUCKETS] + 1));
	for (int i = 0; i <= index->first[BUCKETS]; i++)
		index->entries[i].bit = PG_UINT16_MAX;
	each_prefix(coding, enter_prefix, index);
	MemoryContextSwitchTo(old);
	return code_indexes[coding] = index;
}

void
code_index_visit(Coding coding, const char *code, int length, void (*visit) (void *over, int bit), void *over)
{
	CodeIndex  *index = get_code_index(coding);
	int			at = bucket(code);

	for (int i = index->first[at]; i < index->first[at + 1]; i++)
	{
		const CodeEntry *entry = &index->entries[i];
		int			rest = strlen(entry->rest);

		if (length - 3 >= rest && memcmp(code + 3, entry->rest, rest) == 0)
			visit(over, entry->bit);
	}
}
