/* latent_class.c: latent classes of a query as a value, what judges them, and the class of a person. */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "learn/latent_class_em.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

#define MOST_STARTS 1000
#define MOST_ITERATIONS 100000

typedef struct Question
{
	int			classes;
	int			starts;
	int64		seed;
	int			most_iterations;
	double		smallest;
	Classes    *given;			/* NULL: none */
} Question;

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

/* Items that do not vary have nothing to estimate, nor has a class without data on an item. */
static int
parameters_of(const Classes *with_data, uint64 varying)
{
	int			parameters = with_data->count - 1;

	for (int c = 0; c < with_data->count; c++)
		for (int j = 0; j < with_data->items; j++)
			parameters += (varying >> j & 1) && !isnan(with_data->probability[c * with_data->items + j]);
	return parameters;
}

/* Below 0 there are more parameters than patterns to tell them by. */
static double
degrees_of_freedom(int parameters, uint64 varying)
{
	return ldexp(1, pg_popcount64(varying)) - 1 - parameters;
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
judge(const Classes *classes, int parameters, const Patterns *patterns)
{
	Judgement	judgement = {.smallest_share = 1};
	Logarithms *logs = palloc_object(Logarithms);
	double		posterior[MOST_CLASSES];
	double		entropy = 0;

	judgement.aic = -2 * classes->log_likelihood + 2 * parameters;
	judgement.bic = -2 * classes->log_likelihood + log(patterns->people) * parameters;
	judgement.g_squared = g_squared(classes, patterns);
	judgement.people = palloc0_array(int64, classes->count);
	latent_logarithms(classes, logs);
	for (int i = 0; i < patterns->count; i++)
	{
		int			likeliest = 0;

		CHECK_FOR_INTERRUPTS();
		latent_posterior(classes, logs, patterns->patterns[i].yes, patterns->patterns[i].known, posterior);
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
	Classes		with_data;
	int			parameters;
	int			iterations;
	int			agreeing;		/* -1: no starts were sought */
} Found;

/* Begins another remark of the note. */
static void
remark(StringInfo note)
{
	if (note->len > 0)
		appendStringInfoString(note, "; ");
}

static void
remark_on_items(StringInfo note, const char *what, const Patterns *patterns, uint64 items)
{
	const char *separator = "";

	if (items == 0)
		return;
	remark(note);
	appendStringInfo(note, "%s: ", what);
	for (int j = 0; j < patterns->items; j++)
		if (items >> j & 1)
		{
			appendStringInfo(note, "%s%s", separator, patterns->names[j]);
			separator = ", ";
		}
}

/* Items known of somebody, but of nobody in this class. */
static uint64
without_data(const Classes *with_data, int class, uint64 known)
{
	uint64		items = 0;

	for (int j = 0; j < with_data->items; j++)
		if (isnan(with_data->probability[class * with_data->items + j]))
			items |= UINT64CONST(1) << j;
	return items & known;
}

static char *
note_of(const Question *question, const Patterns *patterns, const Found *found)
{
	StringInfoData note;
	uint64		all = (UINT64CONST(1) << patterns->items) - 1;

	initStringInfo(&note);
	if (found->agreeing == 1 && question->starts > 1 && question->classes > 1)
		appendStringInfoString(&note, "only one start came to these classes");
	for (int c = 0; c < question->classes; c++)
		if (found->classes.prevalence[c] < question->smallest)
		{
			remark(&note);
			appendStringInfo(&note, "class %d has less than %g %% of the rows", c + 1, 100 * question->smallest);
		}
	remark_on_items(&note, "no data", patterns, all & ~patterns->known);
	remark_on_items(&note, "alike in all rows", patterns, patterns->known & ~patterns->varying);
	for (int c = 0; c < question->classes; c++)
		remark_on_items(&note, psprintf("no data in class %d", c + 1), patterns,
						without_data(&found->with_data, c, patterns->known));
	return note.len > 0 ? note.data : NULL;
}

static void
record_classes(Datum *values, bool *nulls, const Question *question, const Patterns *patterns, const Found *found)
{
	const Classes *classes = &found->classes;
	Judgement	judgement = judge(classes, found->parameters, patterns);
	Datum	   *people = palloc_array(Datum, classes->count);

	for (int c = 0; c < classes->count; c++)
		people[c] = Int64GetDatum(judgement.people[c]);
	record_numbers(values, nulls, 6, classes->prevalence, classes->count);
	record_table(values, nulls, 7, found->with_data.probability, classes->count, classes->items);
	values[8] = PointerGetDatum(construct_array(people, classes->count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	nulls[8] = false;
	record_number(values, nulls, 9, classes->log_likelihood);
	record_count(values, nulls, 10, found->parameters, false);
	record_number(values, nulls, 11, judgement.aic);
	record_number(values, nulls, 12, judgement.bic);
	record_number(values, nulls, 13, judgement.entropy_r2);
	record_number(values, nulls, 14, judgement.g_squared);
	record_number(values, nulls, 15, degrees_of_freedom(found->parameters, patterns->varying));
	record_number(values, nulls, 16, judgement.smallest_share);
	record_count(values, nulls, 17, found->iterations, false);
	record_count(values, nulls, 18, found->agreeing, false);
	record_text(values, nulls, 19, note_of(question, patterns, found));
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

	count = array_elements(PG_GETARG_ARRAYTYPE_P(index), FLOAT8OID, &elements, &nulls);
	if (!array_is_table(PG_GETARG_ARRAYTYPE_P(index), rows, columns))
		argument_error(argument, "must have a row for each class, with an element for each term in the probabilities",
					   NULL);
	for (int i = 0; i < count; i++)
	{
		bool		prevalence = strcmp(argument, "prevalence") == 0;

		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!(numbers[i] > 0 && (numbers[i] < 1 || (prevalence && numbers[i] == 1))) && (prevalence || !nulls[i]))
			argument_error(argument, "must lie between 0 and 1, both excluded", "What starts at 0 or 1 stays there.");
	}
	return numbers;
}

/* A probability may be null where the class, or all of them, had no data. */
static Classes *
given_classes(FunctionCallInfo fcinfo, int classes, const Patterns *patterns)
{
	int			items = patterns->items;
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
	latent_fill(given);
	for (int i = 0; i < classes * items; i++)
		if (isnan(given->probability[i]))
		{
			if (patterns->known >> i % items & 1)
				argument_error("probabilities", "must not be null in every class of a term that the rows have", NULL);
			given->probability[i] = 0.5;	/* which nothing reads */
		}
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

	if (patterns->count == 0)
		return found;
	if (question->given)
		found.classes = *question->given;
	else
		found.classes = latent_best_start(patterns, question->classes, question->starts, question->seed,
										  question->most_iterations, &found.agreeing);
	found.iterations = latent_em(&found.classes, patterns, question->most_iterations);
	found.classes.log_likelihood = latent_log_likelihood(&found.classes, patterns);
	latent_order(&found.classes);
	found.with_data = latent_with_data(&found.classes, patterns);
	found.parameters = parameters_of(&found.with_data, patterns->varying);
	found.status = found.iterations < 0 ? "not_converged" :
		degrees_of_freedom(found.parameters, patterns->varying) < 0 ? "not_identified" : "ok";
	if (found.iterations < 0)
		found.iterations = question->most_iterations;
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
	MemoryContext caller = work_memory_open();
	MemoryContext own;
	Question	question = read_question(fcinfo);
	Patterns	patterns;
	Found		found;
	Datum		datum;

	patterns = latent_patterns(argument_query(fcinfo, 0), PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2));
	question.given = given_classes(fcinfo, question.classes, &patterns);
	if (question.given == NULL && question.most_iterations == 0)
		argument_error("max_iterations", "must be at least 1 without given probabilities", NULL);
	found = find_classes(&question, &patterns);
	own = MemoryContextSwitchTo(caller);
	datum = classes_datum(fcinfo, &question, &patterns, &found);
	MemoryContextSwitchTo(own);
	work_memory_close(caller);
	return datum;
}

/* ---- one person ---- */

typedef struct ClassesCache
{
	RecordCache record;
	Classes		classes;		/* count 0: there are none */
	uint64		with_data;		/* items that any class has a probability of */
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
	if (field_texts(tuple, "classes", "terms", &classes.items) == NULL || classes.items < 1 ||
		classes.items > MOST_ITEMS)
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
			valid = valid &&
				!(classes.probability[c * classes.items + j] < 0 || classes.probability[c * classes.items + j] > 1);
		if (!valid)
			argument_error("classes", "must have prevalence and probabilities between 0 and 1", NULL);
	}
	return classes;
}

static uint64
items_with_data(const Classes *classes)
{
	uint64		items = 0;

	for (int j = 0; classes->count > 0 && j < classes->items; j++)
		items |= (uint64) !isnan(classes->probability[j]) << j;
	return items;
}

/*
 * ph.class_probabilities(ph.latent_classes, items boolean[]) -> float8[]
 *
 * How likely each class is for a person; unknown items say nothing, nor do items of which no class has a probability.
 * NULL where no item is known, where there are no classes, and where no class allows such a person.  Errors: a list of
 * another length.
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
		latent_fill(&cache->classes);
		cache->with_data = items_with_data(&cache->classes);
		latent_logarithms(&cache->classes, &cache->logs);
		record_cache_close(&cache->record);
	}
	count = array_elements(PG_GETARG_ARRAYTYPE_P(1), BOOLOID, &items, &nulls);
	if (count != cache->classes.items)
		argument_error("items", "must have one element for each term of the classes", NULL);
	for (int j = 0; j < count; j++)
	{
		known |= (uint64) !nulls[j] << j;
		yes |= (uint64) (!nulls[j] && DatumGetBool(items[j])) << j;
	}
	known &= cache->with_data;
	if (cache->classes.count == 0 || known == 0 ||
		latent_posterior(&cache->classes, &cache->logs, yes, known, posterior) == -INFINITY)
		PG_RETURN_NULL();
	for (int c = 0; c < cache->classes.count; c++)
		elements[c] = Float8GetDatum(posterior[c]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, cache->classes.count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}
