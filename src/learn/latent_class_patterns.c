/* latent_class_patterns.c: the rows of a query as patterns of yes, no and unknown. */
#include "learn/latent_class_patterns.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/query_columns.h"
#include "lib/stringinfo.h"

#define MOST_PATTERNS 1000000
#define FIRST_CAPACITY 1024

/* yes, known and people of each pattern; anything but 0, 1 and NULL makes the pattern's yes NULL. */
static char *
pattern_query(const QueryColumns *columns, const int *positions, int items)
{
	StringInfoData yes,
				known;

	initStringInfo(&yes);
	initStringInfo(&known);
	for (int j = 0; j < items; j++)
	{
		char	   *item = number_expression(columns, positions[j], "terms");
		const char *or = j > 0 ? " operator(pg_catalog.|) " : "";

		appendStringInfo(&yes, "%s(case when %s operator(pg_catalog.=) 1::pg_catalog.float8 then %lld::pg_catalog.int8"
						 " when %s operator(pg_catalog.=) 0::pg_catalog.float8 or %s is null then 0::pg_catalog.int8"
						 " end)",
						 or, item, 1LL << j, item, item);
		appendStringInfo(&known, "%s(case when %s is null then 0::pg_catalog.int8 else %lld::pg_catalog.int8 end)", or,
						 item, 1LL << j);
	}
	return psprintf("select yes, known, pg_catalog.count(*) from (select %s as yes, %s as known from user_query q) p"
					" group by yes, known order by known, yes", yes.data, known.data);
}

typedef struct PatternReader
{
	Patterns   *patterns;
	int			capacity;
	uint64		all;			/* every item known */
	uint64		yes;			/* items that somebody has, and that somebody has not */
	uint64		no;
} PatternReader;

static void
read_pattern(void *state, const Datum *values, const bool *nulls)
{
	PatternReader *reader = state;
	Patterns   *patterns = reader->patterns;
	Pattern		pattern;

	if (nulls[0])
		argument_error("terms", "must be booleans, or numbers that are 0 or 1", NULL);
	if (nulls[1] || nulls[2])
		query_changed();
	pattern.yes = DatumGetInt64(values[0]);
	pattern.known = DatumGetInt64(values[1]);
	pattern.people = DatumGetInt64(values[2]);
	if ((pattern.yes & ~pattern.known) != 0 || (pattern.known & ~reader->all) != 0)
		query_changed();
	if (pattern.known == 0)
	{
		patterns->left_out += (int64) pattern.people;
		return;
	}
	if (patterns->count >= MOST_PATTERNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("latent classes cannot have more than %d different patterns of items", MOST_PATTERNS),
				 errhint("Name fewer terms, or take a sample of the rows in the query.")));
	if (patterns->count == reader->capacity)
	{
		reader->capacity *= 2;
		patterns->patterns = repalloc_array(patterns->patterns, Pattern, reader->capacity);
	}
	reader->yes |= pattern.yes;
	reader->no |= pattern.known & ~pattern.yes;
	patterns->people += pattern.people;
	patterns->patterns[patterns->count++] = pattern;
}

Patterns
latent_patterns(const UserQuery *query, ArrayType *terms)
{
	Patterns	patterns = {.complete = true};
	PatternReader reader = {.patterns = &patterns, .capacity = FIRST_CAPACITY};
	QueryQuestion question = {.columns = 3, .types = (const Oid[]) {INT8OID, INT8OID, INT8OID}};
	int		   *positions;

	patterns.items = query_terms(terms, &query->columns, NULL, 0, MOST_ITEMS, &positions);
	if (patterns.items == 0)
		argument_error("terms", "must have a column", NULL);
	patterns.names = palloc_array(char *, patterns.items);
	for (int j = 0; j < patterns.items; j++)
		patterns.names[j] = query->columns.names[positions[j]];
	reader.all = (UINT64CONST(1) << patterns.items) - 1;
	patterns.patterns = palloc_array(Pattern, FIRST_CAPACITY);
	question.sql = pattern_query(&query->columns, positions, patterns.items);
	query_ask(query, &question, read_pattern, &reader);
	patterns.known = reader.yes | reader.no;
	patterns.varying = reader.yes & reader.no;
	for (int i = 0; i < patterns.count; i++)
		patterns.complete = patterns.complete && patterns.patterns[i].known == patterns.known;
	return patterns;
}
