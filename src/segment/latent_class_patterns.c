/* latent_class_patterns.c: the rows of a query as patterns of yes, no and unknown. */
#include "segment/latent_class.h"

#include "core/argument.h"
#include "core/query.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"

#define MOST_PATTERNS 1000000

static Patterns
ask_patterns(const char *query, ArrayType *terms)
{
	QueryColumns columns = query_columns(query);
	Patterns	patterns = {0};
	int		   *positions;
	StringInfoData yes,
				known,
				sql;

	patterns.items = query_terms(terms, &columns, NULL, 0, MOST_ITEMS, &positions);
	if (patterns.items == 0)
		argument_error("terms", "must have a column", NULL);
	patterns.names = palloc_array(char *, patterns.items);
	initStringInfo(&yes);
	initStringInfo(&known);
	initStringInfo(&sql);
	for (int j = 0; j < patterns.items; j++)
	{
		char	   *item = number_expression(&columns, positions[j], "terms");

		patterns.names[j] = columns.names[positions[j]];
		/* anything but 0, 1 and NULL makes the pattern NULL */
		appendStringInfo(&yes, "%s(case when %s = 1::pg_catalog.float8 then 1::pg_catalog.int8 << %d when %s = 0::pg_catalog.float8 or %s is null then 0::pg_catalog.int8 end)", j > 0 ? " | " : "", item, j, item, item);
		appendStringInfo(&known, "%s(case when %s is null then 0::pg_catalog.int8 else 1::pg_catalog.int8 << %d end)", j > 0 ? " | " : "", item, j);
	}
	appendStringInfo(&sql, "select yes, known, pg_catalog.count(*) from (select %s as yes, %s as known from (%s\n) q) p group by yes, known order by known, yes",
					 yes.data, known.data, query);
	if (SPI_execute(sql.data, true, MOST_PATTERNS + 1) != SPI_OK_SELECT)
		argument_error("query", "must be a SELECT", NULL);
	return patterns;
}

Patterns
latent_patterns(const char *query, ArrayType *terms)
{
	Patterns	patterns = ask_patterns(query, terms);
	uint64		all = (UINT64CONST(1) << patterns.items) - 1;
	bool		isnull;

	if (SPI_processed > MOST_PATTERNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("latent classes cannot have more than %d different patterns of items", MOST_PATTERNS),
				 errhint("Name fewer terms, or take a sample of the rows in the query.")));
	patterns.patterns = palloc_array(Pattern, Max(SPI_processed, 1));
	patterns.complete = true;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Pattern		pattern;

		pattern.yes = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		if (isnull)
			argument_error("terms", "must be booleans, or numbers that are 0 or 1", NULL);
		pattern.known = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		pattern.people = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		if (pattern.known == 0)
		{
			patterns.left_out += (int64) pattern.people;
			continue;
		}
		patterns.complete = patterns.complete && pattern.known == all;
		patterns.people += pattern.people;
		patterns.patterns[patterns.count++] = pattern;
	}
	SPI_freetuptable(SPI_tuptable);
	return patterns;
}
