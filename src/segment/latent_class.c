/*
 * latent_class.c: latent class analysis of yes-or-no items, by the EM algorithm over patterns of answers.
 *
 * Lazarsfeld and Henry 1968; Goodman 1974.  Within a class the items are independent: a person of class c has pattern
 * x with probability  prod over known items j of p_cj^x_j (1 - p_cj)^(1 - x_j).  Unknown items are left out of the
 * product (missing at random).  The rows enter as patterns with their number of people, so that a step costs the same
 * for a thousand people and for a million.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "core/sum.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define MOST_ITEMS 60
#define MOST_CLASSES 50
#define MOST_PATTERNS 1000000
#define MOST_STARTS 1000
#define MOST_ITERATIONS 100000
#define SAME_LIKELIHOOD 1e-6	/* relative: starts that end so near are as good */
#define SETTLED_START 1e-9		/* relative change of the log-likelihood after which a start is compared */
#define SETTLED 1e-12			/* and after which the best one is final */

typedef struct Pattern
{
	uint64		yes;			/* bit j: item j */
	uint64		known;
	double		people;
} Pattern;

typedef struct Patterns
{
	int			items;
	char	  **names;
	int			count;
	Pattern    *patterns;
	double		people;
	int64		left_out;		/* people of whom no item is known */
	bool		complete;		/* every item of everybody is known */
} Patterns;

typedef struct Classes
{
	int			count;
	int			items;
	double	   *prevalence;
	double	   *probability;	/* count x items */
	double		log_likelihood; /* of the parameters before the last step, or of these after judging */
} Classes;

typedef struct Question
{
	int			classes;
	int			starts;
	int64		seed;
	int			most_iterations;
	double		smallest;
	Classes    *given;			/* NULL: none */
} Question;

/* ---- patterns ---- */

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
		appendStringInfo(&yes, "%s(case when %s = 1::float8 then 1::bigint << %d when %s = 0::float8 or %s is null then 0::bigint end)", j > 0 ? " | " : "", item, j, item, item);
		appendStringInfo(&known, "%s(case when %s is null then 0::bigint else 1::bigint << %d end)", j > 0 ? " | " : "", item, j);
	}
	appendStringInfo(&sql, "select yes, known, pg_catalog.count(*) from (select %s as yes, %s as known from (%s\n) q) p group by yes, known order by known, yes",
					 yes.data, known.data, query);
	if (SPI_execute(sql.data, true, MOST_PATTERNS + 1) != SPI_OK_SELECT)
		argument_error("query", "must be a SELECT", NULL);
	return patterns;
}

static Patterns
read_patterns(const char *query, ArrayType *terms)
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

/* ---- the model ---- */

static Classes
classes_new(int count, int items)
{
	Classes		classes = {.count = count, .items = items};

	classes.prevalence = palloc0_array(double, count);
	classes.probability = palloc0_array(double, Max(count * items, 1));
	return classes;
}

static void
copy_classes(Classes *to, const Classes *from)
{
	memcpy(to->prevalence, from->prevalence, sizeof(double) * from->count);
	memcpy(to->probability, from->probability, sizeof(double) * from->count * from->items);
	to->log_likelihood = from->log_likelihood;
}

/* Logarithms of the parameters, so that a pattern is a sum. */
typedef struct Logarithms
{
	double		prevalence[MOST_CLASSES];
	double		yes[MOST_CLASSES * MOST_ITEMS];
	double		no[MOST_CLASSES * MOST_ITEMS];
} Logarithms;

static void
take_logarithms(const Classes *classes, Logarithms *logs)
{
	for (int c = 0; c < classes->count; c++)
	{
		logs->prevalence[c] = log(classes->prevalence[c]);
		for (int j = 0; j < classes->items; j++)
		{
			logs->yes[c * classes->items + j] = log(classes->probability[c * classes->items + j]);
			logs->no[c * classes->items + j] = log1p(-classes->probability[c * classes->items + j]);
		}
	}
}

/* The chance of each class for somebody with this pattern; the log-likelihood of the pattern. */
static double
posterior_of(const Classes *classes, const Logarithms *logs, uint64 yes, uint64 known, double *posterior)
{
	double		greatest = -INFINITY,
				sum = 0;

	for (int c = 0; c < classes->count; c++)
	{
		const double *log_yes = logs->yes + c * classes->items;
		const double *log_no = logs->no + c * classes->items;
		double		joint = logs->prevalence[c];

		for (int j = 0; j < classes->items; j++)
			if (known >> j & 1)
				joint += yes >> j & 1 ? log_yes[j] : log_no[j];
		posterior[c] = joint;
		greatest = fmax(greatest, joint);
	}
	if (greatest == -INFINITY)
		return greatest;
	for (int c = 0; c < classes->count; c++)
		sum += posterior[c] = exp(posterior[c] - greatest);
	for (int c = 0; c < classes->count; c++)
		posterior[c] /= sum;
	return greatest + log(sum);
}

static double
log_likelihood(const Classes *classes, const Patterns *patterns)
{
	Logarithms *logs = palloc_object(Logarithms);
	double		posterior[MOST_CLASSES];
	Sum			sum = {0, 0};

	take_logarithms(classes, logs);
	for (int i = 0; i < patterns->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sum_add(&sum, patterns->patterns[i].people * posterior_of(classes, logs, patterns->patterns[i].yes, patterns->patterns[i].known, posterior));
	}
	pfree(logs);
	return sum_value(sum);
}

/* ---- EM ---- */

/* People of each class, those of them with item j known, and with item j. */
typedef struct Expected
{
	double		people[MOST_CLASSES];
	double		known[MOST_CLASSES * MOST_ITEMS];
	double		yes[MOST_CLASSES * MOST_ITEMS];
	Logarithms	logs;
} Expected;

/* One step; classes->log_likelihood becomes that of the parameters before it. */
static void
em_step(Classes *classes, const Patterns *patterns, Expected *expected)
{
	double		posterior[MOST_CLASSES];
	Sum			sum = {0, 0};
	int			items = classes->items;

	take_logarithms(classes, &expected->logs);
	memset(expected, 0, offsetof(Expected, logs));
	for (int i = 0; i < patterns->count; i++)
	{
		const Pattern *pattern = &patterns->patterns[i];

		CHECK_FOR_INTERRUPTS();
		sum_add(&sum, pattern->people * posterior_of(classes, &expected->logs, pattern->yes, pattern->known, posterior));
		for (int c = 0; c < classes->count; c++)
		{
			double		people = pattern->people * posterior[c];

			expected->people[c] += people;
			for (int j = 0; j < items; j++)
			{
				expected->known[c * items + j] += pattern->known >> j & 1 ? people : 0;
				expected->yes[c * items + j] += pattern->yes >> j & 1 ? people : 0;
			}
		}
	}
	classes->log_likelihood = sum_value(sum);
	for (int c = 0; c < classes->count; c++)
	{
		classes->prevalence[c] = expected->people[c] / patterns->people;
		for (int j = 0; j < items; j++)
			if (expected->known[c * items + j] > 0)
				classes->probability[c * items + j] = fmin(expected->yes[c * items + j] / expected->known[c * items + j], 1);
	}
}

/* Steps until the log-likelihood changes by less than a share of itself; how many, -1 where most were not enough. */
static int
em(Classes *classes, const Patterns *patterns, Expected *expected, double settled, int most)
{
	double		before = -INFINITY;

	for (int i = 1; i <= most; i++)
	{
		em_step(classes, patterns, expected);
		if (classes->log_likelihood - before <= settled * fabs(classes->log_likelihood))
			return i;
		before = classes->log_likelihood;
	}
	return -1;
}

static void
draw_start(Classes *classes, pg_prng_state *random)
{
	for (int c = 0; c < classes->count; c++)
	{
		classes->prevalence[c] = 1.0 / classes->count;
		for (int j = 0; j < classes->items; j++)
			classes->probability[c * classes->items + j] = 0.1 + 0.8 * pg_prng_double(random);
	}
}

/* The best of several starts; how many of them ended there. */
static Classes
best_start(const Question *question, const Patterns *patterns, Expected *expected, int *agreeing)
{
	Classes		best = classes_new(question->classes, patterns->items);
	Classes		classes = classes_new(question->classes, patterns->items);
	double	   *reached = palloc_array(double, question->starts);
	pg_prng_state random;

	pg_prng_seed(&random, (uint64) question->seed);
	for (int i = 0; i < question->starts; i++)
	{
		draw_start(&classes, &random);
		em(&classes, patterns, expected, SETTLED_START, question->most_iterations);
		reached[i] = classes.log_likelihood;
		if (i == 0 || classes.log_likelihood > best.log_likelihood)
			copy_classes(&best, &classes);
		ereport(DEBUG1, (errmsg("ph.latent_class: start %d of %d, log-likelihood %.6f", i + 1, question->starts, reached[i])));
	}
	*agreeing = 0;
	for (int i = 0; i < question->starts; i++)
		*agreeing += best.log_likelihood - reached[i] <= SAME_LIKELIHOOD * fabs(best.log_likelihood);
	return best;
}

/* The commonest class first: their numbers are arbitrary otherwise. */
static void
order_classes(Classes *classes)
{
	Classes		ordered = classes_new(classes->count, classes->items);

	for (int c = 0; c < classes->count; c++)
	{
		int			place = 0;

		for (int b = 0; b < classes->count; b++)
			place += classes->prevalence[b] > classes->prevalence[c] || (b < c && classes->prevalence[b] == classes->prevalence[c]);
		ordered.prevalence[place] = classes->prevalence[c];
		memcpy(ordered.probability + place * classes->items, classes->probability + c * classes->items, sizeof(double) * classes->items);
	}
	ordered.log_likelihood = classes->log_likelihood;
	copy_classes(classes, &ordered);
}

/* ---- how good it is ---- */

typedef struct Judgement
{
	double		aic;
	double		bic;
	double		entropy_r2;
	double		g_squared;
	int64	   *people;			/* by most likely class */
	double		smallest_share;
} Judgement;

static int
parameters_of(const Classes *classes)
{
	return classes->count - 1 + classes->count * classes->items;
}

/* Below 0 there are more parameters than patterns to tell them by. */
static double
degrees_of_freedom(const Classes *classes)
{
	return ldexp(1, classes->items) - 1 - parameters_of(classes);
}

/* Twice the sum of n log(n / expected) over patterns (Goodman 1974), where every item is known. */
static double
g_squared(const Classes *classes, const Patterns *patterns)
{
	double		saturated = 0;

	for (int i = 0; i < patterns->count; i++)
		saturated += patterns->patterns[i].people * log(patterns->patterns[i].people / patterns->people);
	return patterns->complete ? fmax(2 * (saturated - classes->log_likelihood), 0) : NAN;
}

static Judgement
judge(const Classes *classes, const Patterns *patterns)
{
	Judgement	judgement = {.smallest_share = 1};
	Logarithms *logs = palloc_object(Logarithms);
	double		posterior[MOST_CLASSES];
	double		entropy = 0;

	judgement.aic = -2 * classes->log_likelihood + 2 * parameters_of(classes);
	judgement.bic = -2 * classes->log_likelihood + log(patterns->people) * parameters_of(classes);
	judgement.g_squared = g_squared(classes, patterns);
	judgement.people = palloc0_array(int64, classes->count);
	take_logarithms(classes, logs);
	for (int i = 0; i < patterns->count; i++)
	{
		int			likeliest = 0;

		CHECK_FOR_INTERRUPTS();
		posterior_of(classes, logs, patterns->patterns[i].yes, patterns->patterns[i].known, posterior);
		for (int c = 0; c < classes->count; c++)
		{
			if (posterior[c] > posterior[likeliest])
				likeliest = c;
			if (posterior[c] > 0)
				entropy -= patterns->patterns[i].people * posterior[c] * log(posterior[c]);
		}
		judgement.people[likeliest] += (int64) patterns->patterns[i].people;
	}
	judgement.entropy_r2 = classes->count > 1 ? 1 - entropy / (patterns->people * log(classes->count)) : NAN;
	for (int c = 0; c < classes->count; c++)
		judgement.smallest_share = fmin(judgement.smallest_share, classes->prevalence[c]);
	return judgement;
}

/* ---- the value ---- */

#define FIELDS 20

typedef struct Found
{
	const char *status;
	Classes		classes;
	int			iterations;
	int			agreeing;		/* -1: no starts were sought */
} Found;

static char *
note_of(const Question *question, const Found *found)
{
	StringInfoData note;

	initStringInfo(&note);
	if (found->agreeing == 1 && question->starts > 1 && question->classes > 1)
		appendStringInfoString(&note, "only one start came to these classes");
	for (int c = 0; c < question->classes; c++)
		if (found->classes.prevalence[c] < question->smallest)
			appendStringInfo(&note, "%sclass %d has less than %g %% of the rows", note.len > 0 ? "; " : "", c + 1, 100 * question->smallest);
	return note.len > 0 ? note.data : NULL;
}

static void
record_classes(Datum *values, bool *nulls, const Question *question, const Patterns *patterns, const Found *found)
{
	const Classes *classes = &found->classes;
	Judgement	judgement = judge(classes, patterns);
	Datum	   *people = palloc_array(Datum, classes->count);

	for (int c = 0; c < classes->count; c++)
		people[c] = Int64GetDatum(judgement.people[c]);
	record_numbers(values, nulls, 6, classes->prevalence, classes->count);
	record_table(values, nulls, 7, classes->probability, classes->count, classes->items);
	values[8] = PointerGetDatum(construct_array(people, classes->count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	nulls[8] = false;
	record_number(values, nulls, 9, classes->log_likelihood);
	record_count(values, nulls, 10, parameters_of(classes), false);
	record_number(values, nulls, 11, judgement.aic);
	record_number(values, nulls, 12, judgement.bic);
	record_number(values, nulls, 13, judgement.entropy_r2);
	record_number(values, nulls, 14, judgement.g_squared);
	record_number(values, nulls, 15, degrees_of_freedom(classes));
	record_number(values, nulls, 16, judgement.smallest_share);
	record_count(values, nulls, 17, found->iterations, false);
	record_count(values, nulls, 18, found->agreeing, false);
	record_text(values, nulls, 19, note_of(question, found));
}

static Datum
classes_datum(FunctionCallInfo fcinfo, const Question *question, const Patterns *patterns, const Found *found)
{
	Datum		values[FIELDS];
	bool		nulls[FIELDS];

	memset(nulls, true, sizeof(nulls));
	record_text(values, nulls, 0, found->status);
	record_count(values, nulls, 1, question->classes, false);
	record_count(values, nulls, 2, (int64) patterns->people, true);
	record_count(values, nulls, 3, patterns->left_out, true);
	record_count(values, nulls, 4, patterns->count, false);
	record_texts(values, nulls, 5, patterns->names, patterns->items);
	if (found->classes.count > 0)
		record_classes(values, nulls, question, patterns, found);
	return record_datum(fcinfo, values, nulls);
}

/* ---- the question ---- */

static double *
given_numbers(FunctionCallInfo fcinfo, int index, const char *argument, int rows, int columns)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	double	   *numbers = palloc_array(double, rows * columns);

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(index), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	if (!array_is_table(PG_GETARG_ARRAYTYPE_P(index), rows, columns))
		argument_error(argument, "must have a row for each class, with an element for each term in the probabilities", NULL);
	for (int i = 0; i < count; i++)
	{
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!(numbers[i] > 0 && (numbers[i] < 1 || (strcmp(argument, "prevalence") == 0 && numbers[i] == 1))))
			argument_error(argument, "must lie between 0 and 1, both excluded", "What starts at 0 or 1 stays there.");
	}
	return numbers;
}

static Classes *
given_classes(FunctionCallInfo fcinfo, int classes, int items)
{
	Classes    *given;
	double		sum = 0;

	if (PG_ARGISNULL(7) != PG_ARGISNULL(8))
		argument_error("probabilities", "must be given with prevalence, and only with it", NULL);
	if (PG_ARGISNULL(7))
		return NULL;
	given = palloc_object(Classes);
	*given = (Classes) {.count = classes, .items = items};
	given->prevalence = given_numbers(fcinfo, 7, "prevalence", classes, 1);
	given->probability = given_numbers(fcinfo, 8, "probabilities", classes, items);
	for (int c = 0; c < classes; c++)
		sum += given->prevalence[c];
	if (fabs(sum - 1) > 1e-6)
		argument_error("prevalence", "must add up to 1", NULL);
	return given;
}

static Question
read_question(FunctionCallInfo fcinfo)
{
	Question	question = {0};

	question.classes = argument_whole(fcinfo, 1, "k", 1, MOST_CLASSES);
	question.starts = argument_whole(fcinfo, 3, "starts", 1, MOST_STARTS);
	question.seed = argument_seed(fcinfo, 4);
	question.most_iterations = argument_whole(fcinfo, 5, "max_iterations", 0, MOST_ITERATIONS);
	question.smallest = argument_number(fcinfo, 6, "smallest");
	if (question.smallest < 0 || question.smallest >= 1)
		argument_error("smallest", "must be at least 0 and below 1", "It is a share of the rows.");
	return question;
}

static Found
find_classes(Question *question, const Patterns *patterns)
{
	Found		found = {.status = "no_rows", .agreeing = -1};
	Expected   *expected = palloc_object(Expected);

	if (patterns->count == 0)
		return found;
	if (question->given)
		found.classes = *question->given;
	else
		found.classes = best_start(question, patterns, expected, &found.agreeing);
	found.iterations = em(&found.classes, patterns, expected, SETTLED, question->most_iterations);
	found.status = found.iterations < 0 ? "not_converged" : degrees_of_freedom(&found.classes) < 0 ? "not_identified" : "ok";
	if (found.iterations < 0)
		found.iterations = question->most_iterations;
	found.classes.log_likelihood = log_likelihood(&found.classes, patterns);
	order_classes(&found.classes);
	return found;
}

/*
 * ph.latent_class(query text, k integer, terms text[], starts integer, seed bigint, max_iterations integer, smallest
 *   float8, prevalence float8[], probabilities float8[]) -> ph.latent_classes
 *
 * From the best of several seeded starts, or from the given one; max_iterations 0 judges what is given.  Errors: terms
 * that are not 0, 1 or NULL, too many patterns.
 */
PG_FUNCTION_INFO_V1(latent_class);
Datum
latent_class(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Question	question = read_question(fcinfo);
	char	   *query = argument_query(fcinfo, 0);
	Patterns	patterns;
	Found		found;
	Datum		datum;

	SPI_connect();
	patterns = read_patterns(query, PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2));
	question.given = given_classes(fcinfo, question.classes, patterns.items);
	if (question.given == NULL && question.most_iterations == 0)
		argument_error("max_iterations", "must be at least 1 without given probabilities", NULL);
	found = find_classes(&question, &patterns);
	MemoryContextSwitchTo(caller);
	datum = classes_datum(fcinfo, &question, &patterns, &found);
	SPI_finish();
	return datum;
}

/* ---- one person ---- */

typedef struct ClassesCache
{
	RecordCache record;
	Classes		classes;		/* count 0: there are none */
	Logarithms	logs;
} ClassesCache;

static Classes
classes_read(Datum datum)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(datum);
	int64		count = field_count(tuple, "k", false);
	Classes		classes = {0};

	if (count < 1 || count > MOST_CLASSES)
		argument_error("classes", psprintf("must be 1 to %d", MOST_CLASSES), "ph.latent_class makes them.");
	if (field_texts(tuple, "classes", "terms", &classes.items) == NULL || classes.items < 1 || classes.items > MOST_ITEMS)
		argument_error("classes", psprintf("must have 1 to %d terms", MOST_ITEMS), NULL);
	classes.prevalence = field_numbers(tuple, "classes", "prevalence", (int) count);
	classes.probability = field_table(tuple, "classes", "probabilities", (int) count, classes.items);
	if (classes.prevalence == NULL || classes.probability == NULL)
		return classes;
	classes.count = (int) count;
	for (int c = 0; c < classes.count; c++)
	{
		bool		valid = classes.prevalence[c] >= 0 && classes.prevalence[c] <= 1;

		for (int j = 0; j < classes.items; j++)
			valid = valid && classes.probability[c * classes.items + j] >= 0 && classes.probability[c * classes.items + j] <= 1;
		if (!valid)
			argument_error("classes", "must have prevalence and probabilities between 0 and 1", NULL);
	}
	return classes;
}

/*
 * ph.class_probabilities(ph.latent_classes, items boolean[]) -> float8[]
 *
 * How likely each class is for a person; unknown items say nothing.  NULL where no item is known, where there are no
 * classes, and where no class allows such a person.  Errors: a list of another length.
 */
PG_FUNCTION_INFO_V1(class_probabilities);
Datum
class_probabilities(PG_FUNCTION_ARGS)
{
	ClassesCache *cache = (ClassesCache *) record_cache(fcinfo, 0, sizeof(ClassesCache));
	Datum	   *items;
	bool	   *nulls;
	int			count;
	uint64		yes = 0,
				known = 0;
	double		posterior[MOST_CLASSES];
	Datum		elements[MOST_CLASSES];

	if (!cache->record.read)
	{
		cache->classes = classes_read(record_cache_open(&cache->record));
		take_logarithms(&cache->classes, &cache->logs);
		record_cache_close(&cache->record);
	}
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), BOOLOID, 1, true, TYPALIGN_CHAR, &items, &nulls, &count);
	if (count != cache->classes.items)
		argument_error("items", "must have one element for each term of the classes", NULL);
	for (int j = 0; j < count; j++)
	{
		known |= (uint64) !nulls[j] << j;
		yes |= (uint64) (!nulls[j] && DatumGetBool(items[j])) << j;
	}
	if (cache->classes.count == 0 || known == 0 || posterior_of(&cache->classes, &cache->logs, yes, known, posterior) == -INFINITY)
		PG_RETURN_NULL();
	for (int c = 0; c < cache->classes.count; c++)
		elements[c] = Float8GetDatum(posterior[c]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, cache->classes.count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
