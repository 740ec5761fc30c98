/* tree_data.c: the rows of a query in memory, column by column, for a tree. */
#include "learn/tree_data.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/query_columns.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define FIRST_CAPACITY 4096

/* Words and their codes by order of arrival, with the codes in order of the words beside. */
typedef struct Dictionary
{
	const char *argument;
	const char *column;
	int			most;
	int			count;
	char	  **words;
	int16	   *sorted;
} Dictionary;

typedef struct Reader
{
	TreeData   *data;
	StringInfoData select;
	Dictionary *dictionaries;	/* of the columns, then of the response */
	int			capacity;
	int			most_rows;
} Reader;

/* ---- words ---- */

static void
dictionary_open(Dictionary *dictionary, const char *argument, const char *column, int most)
{
	dictionary->argument = argument;
	dictionary->column = column;
	dictionary->most = most;
	dictionary->count = 0;
	dictionary->words = palloc_array(char *, most);
	dictionary->sorted = palloc_array(int16, most);
}

/* The code of a word, a new one if it is new. */
static int16
dictionary_code(Dictionary *dictionary, Datum word)
{
	char	   *spelt = TextDatumGetCString(word);
	int			low = 0,
				high = dictionary->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = strcmp(dictionary->words[dictionary->sorted[middle]], spelt);

		if (order == 0)
		{
			pfree(spelt);
			return dictionary->sorted[middle];
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (dictionary->count >= dictionary->most)
		argument_error(dictionary->argument,
					   psprintf("must not have more than %d different words, which column \"%s\" has", dictionary->most,
								dictionary->column),
					   "Name the terms without it, or group its words in the query.");
	memmove(&dictionary->sorted[low + 1], &dictionary->sorted[low], sizeof(int16) * (dictionary->count - low));
	dictionary->sorted[low] = dictionary->count;
	dictionary->words[dictionary->count] = MemoryContextStrdup(GetMemoryChunkContext(dictionary->words), spelt);
	return dictionary->count++;
}

/* The words in order; new_codes is the place of each word of old. */
static char **
dictionary_close(const Dictionary *dictionary, int16 *new_codes)
{
	char	  **words = palloc_array(char *, Max(dictionary->count, 1));

	for (int i = 0; i < dictionary->count; i++)
	{
		words[i] = dictionary->words[dictionary->sorted[i]];
		new_codes[dictionary->sorted[i]] = i;
	}
	return words;
}

/* ---- columns ---- */

static bool
is_word_type(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID || type_is_enum(type);
}

static void
open_column(Reader *reader, TreeColumn *column, Dictionary *dictionary, const QueryColumns *columns, int position)
{
	const char *name = quote_identifier(columns->names[position]);
	Oid			type = columns->types[position];
	Oid			collation = columns->collations[position];

	column->name = pstrdup(name);
	if (type == BOOLOID || is_word_type(type))
	{
		column->kind = type == BOOLOID ? TREE_FLAG : TREE_CATEGORY;
		column->codes = palloc_array(int16, FIRST_CAPACITY);
		appendStringInfo(&reader->select, ", q.%s%s", name, type == BOOLOID ? "" : "::pg_catalog.text");
		dictionary_open(dictionary, "terms", columns->names[position], TREE_MOST_WORDS);
		/* words that are equal in SQL but not byte for byte would fall on two sides */
		if (type != BOOLOID && OidIsValid(collation) && !get_collation_isdeterministic(collation))
			column->name = psprintf("%s COLLATE \"C\"", name);
		return;
	}
	column->kind = TREE_NUMBER;
	column->numbers = palloc_array(double, FIRST_CAPACITY);
	dictionary->column = columns->names[position];
	appendStringInfo(&reader->select, ", %s", number_expression(columns, position, "terms"));
}

static void
open_response(Reader *reader, const QueryColumns *columns, int position)
{
	TreeData   *data = reader->data;
	Oid			type = columns->types[position];

	initStringInfo(&reader->select);
	if (data->method != TREE_GINI)
	{
		appendStringInfo(&reader->select, "select %s", number_expression(columns, position, "response"));
		return;
	}
	data->boolean = type == BOOLOID;
	if (!data->boolean && !is_word_type(type))
		argument_error("response", "must be boolean or text for gini", "Write it as text: outcome::text.");
	appendStringInfo(&reader->select, "select q.%s::pg_catalog.text", quote_identifier(columns->names[position]));
}

/* Says what to read, and makes the arrays for it. */
static void
open_reader(FunctionCallInfo fcinfo, Reader *reader, const UserQuery *query)
{
	TreeData   *data = reader->data;
	const QueryColumns *columns = &query->columns;
	char	   *response = argument_column(fcinfo, 1);
	char	   *exposure = argument_column(fcinfo, 4);
	int		   *terms;
	int			exposure_column = -1;

	if (columns->count == 0)
		argument_error("query", "must have columns", NULL);
	if (response == NULL)
		response = columns->names[0];
	if (exposure && data->method != TREE_POISSON)
		argument_error("exposure", "is for the method poisson", NULL);
	if (exposure)
		exposure_column = find_column(columns, exposure, "exposure");
	open_response(reader, columns, find_column(columns, response, "response"));
	appendStringInfo(&reader->select, ", %s", exposure ? number_expression(columns, exposure_column, "exposure")
					 : "1::pg_catalog.float8");
	data->column_count = query_terms(PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2), columns,
									 (const char *const[]) {response, exposure}, 2, TREE_MOST_TERMS, &terms);
	if (data->column_count == 0)
		argument_error("terms", "must have a column beside the response", NULL);
	data->columns = palloc0_array(TreeColumn, data->column_count);
	reader->dictionaries = palloc0_array(Dictionary, data->column_count + 1);
	for (int i = 0; i < data->column_count; i++)
		open_column(reader, &data->columns[i], &reader->dictionaries[i], columns, terms[i]);
	dictionary_open(&reader->dictionaries[data->column_count], "response", response, TREE_MOST_CLASSES);
	appendStringInfoString(&reader->select, " from user_query q");

	/* values, their order, the order while growing; response, exposure and work space */
	reader->most_rows = TREE_MOST_BYTES / (data->column_count * (sizeof(double) + 2 * sizeof(int)) + 48);
	reader->capacity = FIRST_CAPACITY;
	data->response = palloc_array(double, FIRST_CAPACITY);
	data->exposure = exposure ? palloc_array(double, FIRST_CAPACITY) : NULL;
}

static void
make_room(Reader *reader)
{
	TreeData   *data = reader->data;

	if (data->rows < reader->capacity)
		return;
	if (data->rows >= reader->most_rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a tree over %d terms cannot have more than %d rows", data->column_count, reader->most_rows),
				 errdetail("It holds them in %d MB of memory.", TREE_MOST_BYTES / 1024 / 1024),
				 errhint("Take a sample of the rows in the query, or name fewer terms.")));
	reader->capacity = Min(2 * reader->capacity, reader->most_rows);
	data->response = repalloc_array(data->response, double, reader->capacity);
	if (data->exposure)
		data->exposure = repalloc_array(data->exposure, double, reader->capacity);
	for (int i = 0; i < data->column_count; i++)
	{
		if (data->columns[i].kind == TREE_NUMBER)
			data->columns[i].numbers = repalloc_array(data->columns[i].numbers, double, reader->capacity);
		else
			data->columns[i].codes = repalloc_array(data->columns[i].codes, int16, reader->capacity);
	}
}

/* ---- rows ---- */

static void
read_response(Reader *reader, const Datum *values, const bool *nulls)
{
	TreeData   *data = reader->data;
	double	   *response = &data->response[data->rows];

	if (nulls[0])
		argument_error("response", "must not be null in any row",
					   "Leave such rows out in the query, or write coalesce(response, 0).");
	if (data->method == TREE_GINI)
		*response = dictionary_code(&reader->dictionaries[data->column_count], values[0]);
	else
	{
		*response = DatumGetFloat8(values[0]);
		if (!(fabs(*response) <= 1e150))
			argument_error("response", "must be finite numbers of at most 1e150 in size", NULL);
		if (data->method == TREE_POISSON && *response < 0)
			argument_error("response", "must not be negative for poisson", NULL);
	}
	if (data->exposure == NULL)
		return;
	if (nulls[1] || !(DatumGetFloat8(values[1]) > 0 && DatumGetFloat8(values[1]) <= 1e150))
		argument_error("exposure", "must be greater than 0 and at most 1e150 in every row",
					   "Leave rows without exposure out in the query.");
	data->exposure[data->rows] = DatumGetFloat8(values[1]);
}

static void
read_column(Reader *reader, int column, Datum value, bool null)
{
	TreeColumn *into = &reader->data->columns[column];
	int			row = reader->data->rows;

	if (into->kind == TREE_CATEGORY)
		into->codes[row] = null ? -1 : dictionary_code(&reader->dictionaries[column], value);
	else if (into->kind == TREE_FLAG)
		into->codes[row] = null ? -1 : DatumGetBool(value);
	else
	{
		into->numbers[row] = null ? NAN : DatumGetFloat8(value);
		if (!null && !isfinite(into->numbers[row]))
			argument_error("terms", psprintf("must be finite numbers, which column \"%s\" is not",
											 reader->dictionaries[column].column),
						   "Make what is not finite NULL in the query.");
	}
}

static void
read_row(void *state, const Datum *values, const bool *nulls)
{
	Reader	   *reader = state;

	make_room(reader);
	read_response(reader, values, nulls);
	for (int column = 0; column < reader->data->column_count; column++)
		read_column(reader, column, values[column + 2], nulls[column + 2]);
	reader->data->rows++;
}

static void
read_rows(Reader *reader, const UserQuery *query)
{
	TreeData   *data = reader->data;
	Oid		   *types = palloc_array(Oid, data->column_count + 2);
	QueryQuestion question = {.sql = reader->select.data, .columns = data->column_count + 2, .types = types};

	types[0] = data->method == TREE_GINI ? TEXTOID : FLOAT8OID;
	types[1] = FLOAT8OID;
	for (int i = 0; i < data->column_count; i++)
		types[i + 2] = data->columns[i].kind == TREE_NUMBER ? FLOAT8OID : data->columns[i].kind == TREE_FLAG ? BOOLOID
			: TEXTOID;
	query_ask(query, &question, read_row, reader);
}

/* ---- order ---- */

typedef struct Place
{
	double		number;
	int			row;
} Place;

static inline int
compare_places(const Place *a, const Place *b)
{
	if (isnan(a->number) || isnan(b->number))
	{
		if (isnan(a->number) != isnan(b->number))
			return isnan(a->number) ? 1 : -1;
	}
	else if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

#define ST_SORT sort_places
#define ST_ELEMENT_TYPE Place
#define ST_COMPARE(a, b) compare_places(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

static void
order_numbers(const TreeData *data, TreeColumn *column, Place *places)
{
	column->order = palloc_array(int, Max(data->rows, 1));
	for (int row = 0; row < data->rows; row++)
		places[row] = (Place) {column->numbers[row], row};
	sort_places(places, data->rows);
	for (int row = 0; row < data->rows; row++)
		column->order[row] = places[row].row;
}

/* Codes in order of the words, so that nothing hangs on which row came first. */
static void
order_words(const TreeData *data, TreeColumn *column, const Dictionary *dictionary)
{
	int16		new_codes[TREE_MOST_WORDS];

	column->words = dictionary_close(dictionary, new_codes);
	column->word_count = dictionary->count;
	for (int row = 0; row < data->rows; row++)
		if (column->codes[row] >= 0)
			column->codes[row] = new_codes[column->codes[row]];
}

static void
order_classes(TreeData *data, const Dictionary *dictionary)
{
	int16		new_codes[TREE_MOST_CLASSES];

	data->classes = dictionary_close(dictionary, new_codes);
	data->class_count = dictionary->count;
	for (int row = 0; row < data->rows; row++)
		data->response[row] = new_codes[(int) data->response[row]];
}

/*
 * Reads the rows of the query of argument 0: response and exposure (arguments 1 and 4), and the terms (argument
 * 2), which are numbers, booleans or words.  data->method is given.  Errors: what is not there, not finite, too
 * many words, and more rows than TREE_MOST_BYTES hold.
 */
void
tree_read(FunctionCallInfo fcinfo, TreeData *data)
{
	UserQuery  *query = argument_query(fcinfo, 0);
	Reader		reader = {.data = data};
	Place	   *places;

	open_reader(fcinfo, &reader, query);
	read_rows(&reader, query);
	places = palloc_extended(sizeof(Place) * Max(data->rows, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < data->column_count; i++)
	{
		TreeColumn *column = &data->columns[i];

		CHECK_FOR_INTERRUPTS();
		if (column->kind == TREE_NUMBER)
			order_numbers(data, column, places);
		else if (column->kind == TREE_CATEGORY)
			order_words(data, column, &reader.dictionaries[i]);
		else
			column->word_count = 2;
	}
	pfree(places);
	if (data->method == TREE_GINI)
		order_classes(data, &reader.dictionaries[data->column_count]);
	data->sum_count = data->method == TREE_GINI ? 1 + data->class_count : data->method == TREE_POISSON ? 3 : 2;
}
