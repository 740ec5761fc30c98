/* linkage.c: the weights of a linkage as a value, what is fragile about them, and the weight of a pair. */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "lib/stringinfo.h"
#include "people/linkage_em.h"
#include "utils/builtins.h"

#define MOST_STARTS 12
#define MOST_ITERATIONS 1000000
#define SETTLED 1e-12			/* greatest change of a parameter after which they are final */
#define SETTLED_START 1e-8		/* and after which starts are compared */
#define SAME_LIKELIHOOD 1e-7	/* relative: starts that end so near are as good */
#define FIRST_LAMBDA 0.3		/* of the first start; each further one has a tenth of it */
#define AGREES_AT_START 0.9		/* m of the highest level of a field */
#define AT_THE_EDGE 1e-6		/* chances below: a weight without limit */
#define RARE 0.01				/* lambda below: u is of the others, and EM may find other groups than matches */
#define FEW_MATCHES 50			/* expected, below which m rests on little */

typedef struct Question
{
	char	  **names;			/* of the fields */
	double		lambda;			/* NAN: not given */
	LinkageFree freedom;
	int			starts;
	int			most_iterations;
} Question;

typedef struct Found
{
	Linkage		linkage;
	int64		pairs;
	int			parameters;
	int			iterations;
	double		change;
	int			agreeing;		/* -1: there was one start */
	const char *status;
} Found;

/* ---- where to begin ---- */

/* A table of chances as given: fields x columns, NAN for NULL; NULL where none is given. */
static double *
given_chances(FunctionCallInfo fcinfo, int index, const char *argument, int fields, int *columns)
{
	double	   *chances = NULL;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	*columns = 0;
	if (PG_ARGISNULL(index))
		return NULL;
	count = array_elements(PG_GETARG_ARRAYTYPE_P(index), FLOAT8OID, &elements, &nulls);
	if (fields > 0 && count % fields == 0)
		*columns = count / fields;
	if (*columns < 1 || *columns > MOST_LEVELS || !array_is_table(PG_GETARG_ARRAYTYPE_P(index), fields, *columns))
		argument_error(argument, "must be a table with a row for each field and a column for each level",
					   "The columns are the levels from 0; NULL behind the last level of a field.");
	chances = palloc_array(double, count);
	for (int i = 0; i < count; i++)
	{
		chances[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(chances[i] >= 0 && chances[i] <= 1))
			argument_error(argument, "must lie between 0 and 1", NULL);
	}
	return chances;
}

/* The levels before the first NULL of a row. */
static int
given_levels(const double *chances, int columns, int field)
{
	int			levels = 0;

	while (chances && levels < columns && !isnan(chances[field * columns + levels]))
		levels++;
	return levels;
}

/* Each row one for each level of its field, and together 1; a field without levels has none. */
static void
require_complete(const char *argument, const double *chances, int columns, const Linkage *linkage, char **names)
{
	for (int field = 0; chances && field < linkage->fields; field++)
	{
		double		sum = 0;

		for (int level = 0; level < columns; level++)
		{
			double		chance = chances[field * columns + level];

			if (isnan(chance) != (level >= linkage->levels[field]))
				argument_error(argument,
							   psprintf("must have a number for each level of field \"%s\", of which there are %d",
										names[field], linkage->levels[field]),
							   "A level that no pair of a sample had needs a small chance, or more pairs.");
			sum += isnan(chance) ? 0 : chance;
		}
		if (linkage->levels[field] > columns)
			argument_error(argument, psprintf("must have a column for each of the %d levels of field \"%s\"",
											  linkage->levels[field], names[field]), NULL);
		if (linkage->levels[field] > 0 && fabs(sum - 1) > 1e-6)
			argument_error(argument, psprintf("must add up to 1 for field \"%s\"", names[field]), NULL);
	}
}

/* Agreement at the highest level that any pair has is likely among matches; the other levels share the rest. */
static void
start_of_matches(const double *shares, int levels, double *m)
{
	int			seen = 0;

	for (int level = 0; level < levels; level++)
		seen += shares[level] > 0;
	for (int level = 0; level < levels; level++)
		m[level] = seen == 1 ? shares[level] : shares[level] > 0 ? (1 - AGREES_AT_START) / (seen - 1) : 0;
	if (seen > 1)
		m[levels - 1] = AGREES_AT_START;
}

static void
copy_chances(double *to, int to_columns, const double *from, int from_columns, int levels)
{
	for (int level = 0; level < to_columns; level++)
		to[level] = level < levels && level < from_columns ? from[level] : NAN;
}

/* The parameters that are given, and for the others what is usual; lambda is left to the starts. */
static Linkage
linkage_start(FunctionCallInfo fcinfo, const AgreementPatterns *patterns, const Question *question)
{
	Linkage		linkage = {.fields = patterns->fields, .columns = 1};
	int			m_columns,
				u_columns;
	double	   *m = given_chances(fcinfo, 3, "m", linkage.fields, &m_columns);
	double	   *u = given_chances(fcinfo, 4, "u", linkage.fields, &u_columns);

	for (int field = 0; field < linkage.fields; field++)
	{
		linkage.levels[field] = Max(field_levels(patterns, field), Max(given_levels(m, m_columns, field),
																		given_levels(u, u_columns, field)));
		linkage.columns = Max(linkage.columns, linkage.levels[field]);
	}
	require_complete("m", m, m_columns, &linkage, question->names);
	require_complete("u", u, u_columns, &linkage, question->names);
	for (int field = 0; field < linkage.fields; field++)
	{
		double		shares[MOST_LEVELS] = {0};
		double		usual[MOST_LEVELS] = {0};
		int			levels = linkage.levels[field];
		int			first = field * linkage.columns;

		field_shares(patterns, field, shares);
		start_of_matches(shares, field_levels(patterns, field), usual);
		copy_chances(linkage.m + first, linkage.columns, m ? m + field * m_columns : usual, m ? m_columns : MOST_LEVELS,
					 levels);
		copy_chances(linkage.u + first, linkage.columns, u ? u + field * u_columns : shares,
					 u ? u_columns : MOST_LEVELS, levels);
	}
	return linkage;
}

/* ---- finding ---- */

static int64
count_pairs(const AgreementPatterns *patterns)
{
	int64		pairs = 0;

	for (int i = 0; i < patterns->patterns; i++)
		if (pg_add_s64_overflow(pairs, patterns->pattern[i].pairs, &pairs))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("too many pairs in argument \"patterns\"")));
	return pairs;
}

/* The best of starts with ever fewer matches, and how many of them end as well. */
static void
find_best(Found *found, const Linkage *start, const AgreementPatterns *patterns, const Question *question)
{
	int			starts = isnan(question->lambda) ? question->starts : 1;
	double		reached[MOST_STARTS];

	for (int i = 0; i < starts; i++)
	{
		Linkage		linkage = *start;
		double		change;
		int			iterations;

		linkage.lambda = isnan(question->lambda) ? FIRST_LAMBDA * pow(10, -i) : question->lambda;
		if (linkage_log_likelihood(&linkage, patterns) == -INFINITY)
			argument_error("m", "must, with u, allow every pattern of the pairs",
						   "Chances of 0 stay 0: give a small one.");
		iterations = linkage_em(&linkage, patterns, question->freedom, SETTLED_START, question->most_iterations,
								&change);
		reached[i] = linkage_log_likelihood(&linkage, patterns);
		if (i == 0 || reached[i] > found->linkage.log_likelihood)
		{
			found->linkage = linkage;
			found->linkage.log_likelihood = reached[i];
			found->iterations = iterations;
			found->change = change;
		}
	}
	found->agreeing = starts > 1 ? 0 : -1;
	for (int i = 0; starts > 1 && i < starts; i++)
		found->agreeing += found->linkage.log_likelihood - reached[i] <=
			SAME_LIKELIHOOD * fabs(found->linkage.log_likelihood);
}

/* Parameters, and how many different patterns there can be to tell them by. */
static int
parameters_of(const Linkage *linkage, LinkageFree freedom, double *possible)
{
	int			parameters = freedom.lambda;

	*possible = 1;
	for (int field = 0; field < linkage->fields; field++)
	{
		parameters += Max(linkage->levels[field] - 1, 0) * (1 + freedom.u);
		*possible *= Max(linkage->levels[field], 1);
	}
	return parameters;
}

static Found
find_linkage(const Linkage *start, const AgreementPatterns *patterns, const Question *question)
{
	Found		found = {.status = "no_rows", .agreeing = -1, .pairs = count_pairs(patterns)};
	double		possible;
	double		change;

	if (patterns->patterns == 0)
		return found;
	find_best(&found, start, patterns, question);
	if (found.iterations < question->most_iterations)
	{
		found.iterations += linkage_em(&found.linkage, patterns, question->freedom, SETTLED,
									   question->most_iterations - found.iterations, &change);
		found.change = change;
	}
	found.linkage.log_likelihood = linkage_log_likelihood(&found.linkage, patterns);
	found.parameters = parameters_of(&found.linkage, question->freedom, &possible);
	found.status = found.parameters > possible - 1 ? "not_identified" :
		found.change < SETTLED || question->most_iterations == 0 ? "ok" : "not_converged";
	return found;
}

/* ---- what is fragile ---- */

pg_attribute_printf(2, 3)
static void
remark(StringInfo note, const char *format,...)
{
	va_list		arguments;
	int			needed;

	appendStringInfoString(note, note->len > 0 ? "; " : "");
	for (;;)
	{
		va_start(arguments, format);
		needed = appendStringInfoVA(note, format, arguments);
		va_end(arguments);
		if (needed == 0)
			return;
		enlargeStringInfo(note, needed);
	}
}

static void
remark_on_field(StringInfo note, const Linkage *linkage, int field, const char *name, const double *shares)
{
	const double *m = linkage->m + field * linkage->columns;
	const double *u = linkage->u + field * linkage->columns;
	int			highest = linkage->levels[field] - 1;

	if (highest < 0)
	{
		remark(note, "%s: known of no pair", name);
		return;
	}
	for (int level = 0; level <= highest; level++)
		if (shares[level] == 1)
		{
			remark(note, "%s: alike in all pairs", name);
			return;
		}
	if (m[highest] <= u[highest])
		remark(note, "%s: agrees no more often among matches than among others", name);
	for (int level = 0; level <= highest; level++)
		if (shares[level] > 0 && (m[level] < AT_THE_EDGE || u[level] < AT_THE_EDGE))
			remark(note, "%s: level %d hardly ever among %s, its weight has no limit", name, level,
				   m[level] < AT_THE_EDGE ? "matches" : "others");
}

static char *
note_of(const Question *question, const AgreementPatterns *patterns, const Found *found)
{
	const Linkage *linkage = &found->linkage;
	StringInfoData note;

	initStringInfo(&note);
	if (strcmp(found->status, "no_rows") == 0)
		return NULL;
	if (strcmp(found->status, "not_identified") == 0)
		remark(&note, "more parameters than patterns to tell them by: fix u or lambda, or compare more fields");
	if (found->agreeing >= 0 && found->agreeing < question->starts)
		remark(&note, "%d of %d starts came to these weights", found->agreeing, question->starts);
	if (question->freedom.u && linkage->lambda < RARE)
		remark(&note, "matches are rare: fix u from pairs drawn at random, or EM may find other groups");
	if (linkage->lambda * found->pairs < FEW_MATCHES)
		remark(&note, "fewer than %d matches are expected", FEW_MATCHES);
	if ((1 - linkage->lambda) * found->pairs < FEW_MATCHES)
		remark(&note, "fewer than %d pairs are expected to be no match", FEW_MATCHES);
	for (int field = 0; field < linkage->fields; field++)
	{
		double		shares[MOST_LEVELS] = {0};

		field_shares(patterns, field, shares);
		remark_on_field(&note, linkage, field, question->names[field], shares);
	}
	return note.len > 0 ? note.data : NULL;
}

/* ---- the value ---- */

static Datum
linkage_datum(FunctionCallInfo fcinfo, const Question *question, const AgreementPatterns *patterns, const Found *found)
{
	const Linkage *linkage = &found->linkage;
	bool		any = patterns->patterns > 0;
	Datum		values[13];
	bool		nulls[13];

	record_text(values, nulls, 0, found->status);
	record_texts(values, nulls, 1, question->names, patterns->fields);
	record_count(values, nulls, 2, found->pairs, true);
	record_count(values, nulls, 3, patterns->patterns, false);
	record_number(values, nulls, 4, any ? linkage->lambda : NAN);
	record_table(values, nulls, 5, any ? linkage->m : NULL, linkage->fields, linkage->columns);
	record_table(values, nulls, 6, any ? linkage->u : NULL, linkage->fields, linkage->columns);
	record_number(values, nulls, 7, any ? linkage->log_likelihood : NAN);
	record_count(values, nulls, 8, any ? found->parameters : -1, false);
	record_count(values, nulls, 9, any ? found->iterations : -1, false);
	record_number(values, nulls, 10, any && isfinite(found->change) ? found->change : NAN);
	record_count(values, nulls, 11, found->agreeing, false);
	record_text(values, nulls, 12, note_of(question, patterns, found));
	return record_datum(fcinfo, values, nulls);
}

static char **
field_names(FunctionCallInfo fcinfo, int index, int fields)
{
	char	  **names = palloc_array(char *, Max(fields, 1));
	Datum	   *elements;
	bool	   *nulls;
	int			count = argument_elements(fcinfo, index, "fields", &elements, &nulls);

	if (!PG_ARGISNULL(index) && fields > 0 && count != fields)
		argument_error("fields", psprintf("must name the %d fields of the patterns", fields), NULL);
	for (int field = 0; field < fields; field++)
	{
		if (!PG_ARGISNULL(index) && nulls[field])
			argument_error("fields", "must not be null", NULL);
		names[field] = PG_ARGISNULL(index) ? psprintf("field %d", field + 1) : TextDatumGetCString(elements[field]);
		for (int other = 0; other < field; other++)
			if (strcmp(names[other], names[field]) == 0)
				argument_error("fields", "must not have a name twice", NULL);
	}
	return names;
}

static bool
argument_fixed(FunctionCallInfo fcinfo, int index, const char *argument, int of, const char *of_argument)
{
	if (PG_ARGISNULL(index))
		argument_error(argument, "must not be null", NULL);
	if (PG_GETARG_BOOL(index) && PG_ARGISNULL(of))
		argument_error(of_argument, "must be given where it is fixed", NULL);
	return PG_GETARG_BOOL(index);
}

static Question
read_question(FunctionCallInfo fcinfo, int fields)
{
	Question	question = {.names = field_names(fcinfo, 1, fields), .lambda = NAN};

	if (!PG_ARGISNULL(2))
		question.lambda = argument_number(fcinfo, 2, "lambda");
	if (!PG_ARGISNULL(2) && (question.lambda <= 0 || question.lambda >= 1))
		argument_error("lambda", "must lie between 0 and 1, both excluded", "It is the share of pairs that match.");
	question.freedom.lambda = !argument_fixed(fcinfo, 5, "fix_lambda", 2, "lambda");
	question.freedom.u = !argument_fixed(fcinfo, 6, "fix_u", 4, "u");
	question.starts = argument_whole(fcinfo, 7, "starts", 1, MOST_STARTS);
	question.most_iterations = argument_whole(fcinfo, 8, "max_iterations", 0, MOST_ITERATIONS);
	return question;
}

/*
 * ph.linkage(patterns ph.agreement_patterns, fields text[], lambda float8, m float8[], u float8[], fix_lambda boolean,
 *   fix_u boolean, starts integer, max_iterations integer) -> ph.linkage_model
 *
 * Weights by EM: what is given is where it begins, or stays where it is fixed; max_iterations 0 judges what is given.
 * Errors: chances that do not fit the fields, that do not add up, or under which a pattern cannot be.
 */
PG_FUNCTION_INFO_V1(linkage);
Datum
linkage(PG_FUNCTION_ARGS)
{
	AgreementPatterns *patterns;
	Question	question;
	Linkage		start;
	Found		found;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	patterns = PG_GETARG_AGREEMENT_PATTERNS(0);
	question = read_question(fcinfo, patterns->fields);
	start = patterns->fields > 0 ? linkage_start(fcinfo, patterns, &question) : (Linkage) {0};
	found = find_linkage(&start, patterns, &question);
	return linkage_datum(fcinfo, &question, patterns, &found);
}

/* ---- one pair ---- */

typedef struct LinkageCache
{
	RecordCache record;
	bool		any;			/* a model without rows has no weights */
	Linkage		linkage;
	LinkageLogarithms logs;
} LinkageCache;

static bool
between_0_and_1(double chance)
{
	return chance >= 0 && chance <= 1;
}

/* The columns of a table of chances; any field of a composite may be what a user put there. */
static int
table_columns(HeapTupleHeader tuple, const char *field)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);
	ArrayType  *table = isnull ? NULL : DatumGetArrayTypeP(value);

	return table && ARR_NDIM(table) == 2 ? ARR_DIMS(table)[1] : 0;
}

static void
linkage_read(LinkageCache *cache, Datum datum)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(datum);
	Linkage    *linkage = &cache->linkage;
	int			fields;
	double	   *m,
			   *u;

	*linkage = (Linkage) {.lambda = field_number(tuple, "lambda"), .columns = table_columns(tuple, "m")};
	cache->any = false;
	field_texts(tuple, "model", "fields", &fields);
	if (isnan(linkage->lambda) || fields == 0)
		return;
	if (fields > MOST_FIELDS || linkage->columns < 1 || linkage->columns > MOST_LEVELS)
		argument_error("model", "must have tables m and u with a row for each of its fields", "ph.linkage makes them.");
	linkage->fields = fields;
	m = field_table(tuple, "model", "m", fields, linkage->columns);
	u = field_table(tuple, "model", "u", fields, linkage->columns);
	if (u == NULL || !between_0_and_1(linkage->lambda))
		argument_error("model", "must have lambda, m and u between 0 and 1", "ph.linkage makes them.");
	for (int i = 0; i < fields * linkage->columns; i++)
	{
		if (isnan(m[i]) != isnan(u[i]) || !(isnan(m[i]) || (between_0_and_1(m[i]) && between_0_and_1(u[i]))))
			argument_error("model", "must have lambda, m and u between 0 and 1", "ph.linkage makes them.");
		linkage->m[i] = m[i];
		linkage->u[i] = u[i];
	}
	linkage_logarithms(linkage, &cache->logs);
	cache->any = true;
}

static LinkageCache *
linkage_cache(FunctionCallInfo fcinfo)
{
	LinkageCache *cache = (LinkageCache *) record_cache(fcinfo, 0, sizeof(LinkageCache));

	if (!cache->record.read)
	{
		linkage_read(cache, record_cache_open(&cache->record));
		record_cache_close(&cache->record);
	}
	return cache;
}

/* The logarithms of the chances of a pair's pattern; false where the model has none. */
static bool
pair_logarithms(FunctionCallInfo fcinfo, double *match, double *other)
{
	LinkageCache *cache = linkage_cache(fcinfo);
	int			fields;
	uint64		key = argument_pattern(fcinfo, 1, &fields);

	if (!cache->any)
		return false;
	if (fields != cache->linkage.fields)
		argument_error("levels", "must have one element for each field of the model", NULL);
	for (int field = 0; field < fields; field++)
		if (pattern_level(key, field) >= cache->linkage.columns ||
			(pattern_level(key, field) >= 0 &&
			 isnan(cache->linkage.m[field * cache->linkage.columns + pattern_level(key, field)])))
			argument_error("levels", "must be levels that the model has", "Train it on pairs that have them.");
	linkage_pattern(&cache->linkage, &cache->logs, key, match, other);
	return true;
}

/*
 * ph.match_weight(model ph.linkage_model, levels integer[]) -> float8
 *
 * log2 of the odds that a pair of this pattern is a match: log2(lambda / (1 - lambda)), and log2(m / u) of each field
 * that is known.  NULL of a model without rows, and of a pattern that can be neither.  Errors: levels that the model
 * has not.
 */
PG_FUNCTION_INFO_V1(match_weight);
Datum
match_weight(PG_FUNCTION_ARGS)
{
	double		match,
				other;

	if (!pair_logarithms(fcinfo, &match, &other) || fmax(match, other) == -INFINITY)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((match - other) / M_LN2);
}

/*
 * ph.match_probability(model ph.linkage_model, levels integer[]) -> float8
 *
 * How likely a pair of this pattern is a match.  NULL and errors as of ph.match_weight.
 */
PG_FUNCTION_INFO_V1(match_probability);
Datum
match_probability(PG_FUNCTION_ARGS)
{
	double		match,
				other;

	if (!pair_logarithms(fcinfo, &match, &other) || fmax(match, other) == -INFINITY)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(1 / (1 + exp(other - match)));
}
