/*
 * wobble_baseline.c: what is usual, fitted to a query's contacts and life events, as a composite that is read again.
 */
#include "people/wobble_baseline.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "core/sort.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#define MOST_ROWS 500000		/* that a baseline keeps; of more people than these hold, an even sample */
#define MOST_WORDS 2000
#define SEED 20000101

/* ---- rows ---- */

int
wobble_compare_rows(const void *a, const void *b)
{
	const WobbleRow *x = a,
			   *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->weight < y->weight ? -1 : x->weight > y->weight;
}

int
wobble_checked_day(DateADT day, const char *name, NameError name_error)
{
	if (DATE_NOT_FINITE(day) || day < WOBBLE_FIRST_DAY || day >= WOBBLE_FIRST_DAY + WOBBLE_DAYS - 1)
		name_error(name, "must lie between 1900 and 2199", NULL);
	return day;
}

double
wobble_checked_weight(double weight, NameError name_error)
{
	if (!isfinite(weight) || weight < 0 || weight > 1000)
		name_error("weight", "must lie between 0 and 1000", "NULL counts as 1.");
	return weight;
}

/* Care of which nobody knows whether it was planned is not counted as unplanned. */
WobbleWhat
wobble_what_of(bool life_event, bool crisis, bool planned, double weight)
{
	if (weight == 0)
		return WOBBLE_NOTHING;
	return life_event ? WOBBLE_LIFE_EVENT : crisis ? WOBBLE_CRISIS : planned ? WOBBLE_PLANNED : WOBBLE_UNPLANNED;
}

/* ---- the baseline as a composite ---- */

typedef enum BaselineField
{
	FIELD_RATES,
	FIELD_SHARES,
	FIELD_WEEKDAYS,
	FIELD_WEEKS,
	FIELD_KINDS,
	FIELD_USUAL,
	FIELD_RISE,
	FIELD_FOLLOW,
	FIELD_FACTOR,
	FIELD_STEP,
	FIELD_ONSET,
	FIELD_ENDING,
	FIELD_LIFE,
	FIELD_OWN_KINDS,
	FIELD_LEVELS,
	FIELD_FALSE_ALARMS,
	FIELD_PEOPLE,
	FIELD_YEARS,
	FIELD_BEFORE,
	FIELD_NOTE,
	BASELINE_FIELDS
} BaselineField;

/* A rise is twice as many contacts and one a month more, half of that or twice, for eight weeks. */
static void
state_rise(WobbleModel *model)
{
	model->factor = 2;
	model->step = 12 / WOBBLE_YEAR;
	model->onset = 0.02 / WOBBLE_YEAR;
	model->ending = 1.0 / 56;
	model->life = 0.1 / WOBBLE_LIFE_DAYS;
	model->own_kinds = 10;
}

static double
stated(HeapTupleHeader tuple, const char *field)
{
	double		x = field_number(tuple, field);

	if (!(x > 0) || isinf(x))
		argument_error("baseline", "must be as ph.wobble_baseline fitted it", "A number of it is not above 0.");
	return x;
}

static void
read_numbers(HeapTupleHeader tuple, const char *field, int count, double least, double *numbers)
{
	double	   *given = field_numbers(tuple, "baseline", field, count);

	for (int i = 0; i < count; i++)
		if (given == NULL || !(given[i] >= least) || given[i] > 1e6)
			argument_error("baseline", "must be as ph.wobble_baseline fitted it", "A list of it has changed.");
		else
			numbers[i] = given[i];
}

WobbleModel *
wobble_read_baseline(Datum given, char ***kinds)
{
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(given);
	WobbleModel *model = palloc0(sizeof(WobbleModel));
	double		odds;

	*kinds = field_texts(tuple, "baseline", "kinds", &model->kinds);
	if (*kinds == NULL || model->kinds < 1 || model->kinds > WOBBLE_KINDS)
		argument_error("baseline", "must be as ph.wobble_baseline fitted it", "Its kinds have changed.");
	model->factor = stated(tuple, "rise_factor");
	model->step = stated(tuple, "rise_step") / WOBBLE_YEAR;
	model->onset = stated(tuple, "rises_per_year") / WOBBLE_YEAR;
	model->ending = 1 / stated(tuple, "rise_days");
	model->life = stated(tuple, "life_event_share") / WOBBLE_LIFE_DAYS;
	model->own_kinds = stated(tuple, "own_kinds");
	model->follow = stated(tuple, "follow_ups");
	read_numbers(tuple, "share", WOBBLE_RATES, 0, model->prior);
	read_numbers(tuple, "weekday", 7, 1e-6, model->weekday);
	read_numbers(tuple, "week", WOBBLE_WEEKS, 1e-6, model->week);
	read_numbers(tuple, "usual_kind", model->kinds, 1e-12, model->usual_kind);
	read_numbers(tuple, "rise_kind", model->kinds, 0, model->rise_kind);
	read_numbers(tuple, "strength", WOBBLE_LEVELS, -1e6, model->level);
	read_numbers(tuple, "false_alarms", WOBBLE_LEVELS, 0, model->false_alarms);
	odds = log(model->onset / model->ending);
	for (int i = 0; i < WOBBLE_LEVELS; i++)
	{
		model->level[i] = model->level[i] * M_LN10 + odds;
		model->false_alarms[i] /= 1000;
	}
	wobble_prepare(model);
	return model;
}

/* ---- fitting a baseline ---- */

typedef struct BaselineRow
{
	uint64		person;
	int32		from;
	int32		until;
	WobbleRow	row;
} BaselineRow;

typedef struct BaselineState
{
	MemoryContext context;
	int			count;
	int			room;
	BaselineRow *rows;
	uint64		limit;			/* people whose hash lies above are left out */
	DateADT		before;
	int			words;
	char	   *word[MOST_WORDS];
} BaselineState;

pg_noreturn static void
column_error(const char *column, const char *rule, const char *hint)
{
	argument_error("query", psprintf("has a column \"%s\", which %s", column, rule), hint);
}

static int
word_number(BaselineState *state, text *given)
{
	int			length = VARSIZE_ANY_EXHDR(given);

	for (int i = 0; i < state->words; i++)
		if (strlen(state->word[i]) == length && memcmp(state->word[i], VARDATA_ANY(given), length) == 0)
			return i;
	if (state->words == MOST_WORDS)
		column_error("kind", "must not have more than 2,000 different values", "Give services, not people.");
	state->word[state->words] = MemoryContextStrdup(state->context, text_to_cstring(given));
	return state->words++;
}

pg_noreturn static void
too_many_rows(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("argument \"query\" has a person of more than %d rows", MOST_ROWS)));
}

static void
keep_row(BaselineState *state, const BaselineRow *row)
{
	if (state->count == state->room && state->room < MOST_ROWS)
	{
		state->room = Min(2 * state->room, MOST_ROWS);
		state->rows = repalloc(state->rows, sizeof(BaselineRow) * state->room);
	}
	while (state->count == state->room)
	{
		int			kept = 0;

		state->limit >>= 1;
		for (int i = 0; i < state->count; i++)
			if (state->rows[i].person <= state->limit)
				state->rows[kept++] = state->rows[i];
		state->count = kept;
		if (state->limit == 0)
			too_many_rows();
	}
	if (row->person <= state->limit)
		state->rows[state->count++] = *row;
}

/* What is asked of the query: a column of each name, or what it is where there is none. */
typedef enum BaselineColumn
{
	COLUMN_PERSON,
	COLUMN_FROM,
	COLUMN_DATE,
	COLUMN_WEIGHT,
	COLUMN_KIND,
	COLUMN_PLANNED,
	COLUMN_UNTIL,
	COLUMN_CRISIS,
	COLUMN_LIFE_EVENT,
	BASELINE_COLUMNS
} BaselineColumn;

static const char *const column_name[] = {
	"person_id", "observed_from", "event_date", "weight", "kind", "planned", "observed_until", "crisis", "life_event"
};
static const char *const column_type[] = {"text", "date", "date", "float8", "text", "bool", "date", "bool", "bool"};
static const Oid column_types[] = {
	TEXTOID, DATEOID, DATEOID, FLOAT8OID, TEXTOID, BOOLOID, DATEOID, BOOLOID, BOOLOID
};
static const char *const column_absent[] = {NULL, NULL, "null", "1", "null", "null", "null", "false", "false"};

static const char *
column_expression(const UserQuery *query, BaselineColumn column)
{
	const char *name = column_name[column];
	int			at = column_absent[column] ? column_of(query, name) : required_column(query, name);
	Oid			function;

	if (at < 0)
		return column_absent[column];
	if (find_coercion_pathway(column_types[column], query->columns.types[at], COERCION_EXPLICIT, &function) ==
		COERCION_PATH_NONE)
		column_error(name, psprintf("must be of type %s, or of one that can be cast to it",
									format_type_be(column_types[column])), NULL);
	return psprintf("q.%s", name);
}

static char *
baseline_query(const UserQuery *query)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < BASELINE_COLUMNS; i++)
		appendStringInfo(&sql, "%s %s::pg_catalog.%s", i ? "," : "select",
						 column_expression(query, i), column_type[i]);
	appendStringInfoString(&sql, " from user_query q");
	return sql.data;
}

/* A row of the query.  What lies outside the days observed only says that this person was observed. */
static void
read_baseline_row(void *baseline, const Datum *values, const bool *nulls)
{
	BaselineState *state = baseline;
	BaselineRow row = {0};
	double		weight = nulls[COLUMN_WEIGHT] ? 1 :
		wobble_checked_weight(DatumGetFloat8(values[COLUMN_WEIGHT]), column_error);
	int			from,
				until,
				day;
	text	   *person;

	if (nulls[COLUMN_PERSON] || nulls[COLUMN_FROM])
		column_error(nulls[COLUMN_PERSON] ? "person_id" : "observed_from", "must not be null", NULL);
	person = DatumGetTextPP(values[COLUMN_PERSON]);
	from = wobble_checked_day(DatumGetDateADT(values[COLUMN_FROM]), "observed_from", column_error);
	until = nulls[COLUMN_UNTIL] ? state->before - 1
		: wobble_checked_day(DatumGetDateADT(values[COLUMN_UNTIL]), "observed_until", column_error);
	day = nulls[COLUMN_DATE] ? from
		: wobble_checked_day(DatumGetDateADT(values[COLUMN_DATE]), "event_date", column_error);
	row.person = DatumGetUInt64(hash_any_extended((unsigned char *) VARDATA_ANY(person), VARSIZE_ANY_EXHDR(person), 0));
	row.from = from;
	row.until = Min(until, state->before - 1);
	if (row.person > state->limit || row.from > row.until)
		return;
	row.row = (WobbleRow) {.day = from, .kind = -1, .what = WOBBLE_NOTHING, .weight = weight};
	if (!nulls[COLUMN_DATE] && day >= row.from && day <= row.until)
	{
		row.row.day = day;
		row.row.what = wobble_what_of(!nulls[COLUMN_LIFE_EVENT] && DatumGetBool(values[COLUMN_LIFE_EVENT]),
							   !nulls[COLUMN_CRISIS] && DatumGetBool(values[COLUMN_CRISIS]),
							   nulls[COLUMN_PLANNED] || DatumGetBool(values[COLUMN_PLANNED]), weight);
	}
	if (row.row.what == WOBBLE_UNPLANNED && !nulls[COLUMN_KIND])
		row.row.kind = word_number(state, DatumGetTextPP(values[COLUMN_KIND]));
	keep_row(state, &row);
}

static int
compare_baseline_rows(const void *a, const void *b)
{
	const BaselineRow *x = a,
			   *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return wobble_compare_rows(&x->row, &y->row);
}

typedef struct Word
{
	const char *word;
	int			number;
	int			count;
} Word;

static int
by_count(const void *a, const void *b)
{
	const Word *x = a,
			   *y = b;

	return x->count != y->count ? (x->count > y->count ? -1 : 1) : strcmp(x->word, y->word);
}

static int
by_word(const void *a, const void *b)
{
	return strcmp(((const Word *) a)->word, ((const Word *) b)->word);
}

/* The kinds that stand for themselves, in the order of their bytes, and the number of each word among them. */
static char **
name_kinds(const BaselineState *state, int *kinds, int *number)
{
	Word	   *words = palloc0(sizeof(Word) * (state->words + 1));
	char	  **names = palloc(sizeof(char *) * WOBBLE_KINDS);
	int			kept = 0,
				own;

	for (int i = 0; i < state->words; i++)
		words[i] = (Word) {state->word[i], i, 0};
	for (int i = 0; i < state->count; i++)
		if (state->rows[i].row.kind >= 0)
			words[state->rows[i].row.kind].count++;
	qsort(words, state->words, sizeof(Word), by_count);
	own = Min(state->words, WOBBLE_KINDS - 1);
	qsort(words, own, sizeof(Word), by_word);
	for (int i = 0; i < state->words; i++)
		number[words[i].number] = i < own && words[i].count > 0 && strcmp(words[i].word, WOBBLE_OTHER) != 0 ? kept : -1,
			kept += number[words[i].number] >= 0;
	for (int i = 0; i < state->words; i++)
		if (number[i] >= 0)
			names[number[i]] = state->word[i];
		else
			number[i] = kept;
	names[kept] = WOBBLE_OTHER;
	*kinds = kept + 1;
	return names;
}

static int
gather_people(BaselineState *state, const int *number, int other, WobblePerson *people, WobbleRow *rows)
{
	int			count = 0;

	qsort(state->rows, state->count, sizeof(BaselineRow), compare_baseline_rows);
	for (int i = 0; i < state->count; i++)
	{
		const BaselineRow *row = &state->rows[i];

		rows[i] = row->row;
		rows[i].kind = row->row.kind >= 0 ? number[row->row.kind] : other;
		if (i == 0 || row->person != row[-1].person)
			people[count++] = (WobblePerson) {row->from, row->until, i, 0};
		if (people[count - 1].from != row->from || people[count - 1].until != row->until)
			column_error("observed_from", "must be the same in all rows of a person, and so must observed_until",
						 NULL);
		people[count - 1].count++;
	}
	/* words are numbered as they came: those of a day in the order of their kinds */
	for (int p = 0; p < count; p++)
		qsort(rows + people[p].first, people[p].count, sizeof(WobbleRow), wobble_compare_rows);
	return count;
}

static Datum
baseline_datum(FunctionCallInfo fcinfo, WobbleModel *model, char **kinds, int people, double years, DateADT before)
{
	Datum		values[BASELINE_FIELDS];
	bool		nulls[BASELINE_FIELDS] = {0};
	double		rates[WOBBLE_RATES],
				odds = log(model->onset / model->ending);

	for (int g = 0; g < WOBBLE_RATES; g++)
		rates[g] = model->rate[g] * WOBBLE_YEAR;
	for (int i = 0; i < WOBBLE_LEVELS; i++)
	{
		model->level[i] = (model->level[i] - odds) / M_LN10;
		model->false_alarms[i] *= 1000;
	}
	record_numbers(values, nulls, FIELD_RATES, rates, WOBBLE_RATES);
	record_numbers(values, nulls, FIELD_SHARES, model->prior, WOBBLE_RATES);
	record_numbers(values, nulls, FIELD_WEEKDAYS, model->weekday, 7);
	record_numbers(values, nulls, FIELD_WEEKS, model->week, WOBBLE_WEEKS);
	record_texts(values, nulls, FIELD_KINDS, kinds, model->kinds);
	record_numbers(values, nulls, FIELD_USUAL, model->usual_kind, model->kinds);
	record_numbers(values, nulls, FIELD_RISE, model->rise_kind, model->kinds);
	record_number(values, nulls, FIELD_FOLLOW, model->follow);
	record_number(values, nulls, FIELD_FACTOR, model->factor);
	record_number(values, nulls, FIELD_STEP, model->step * WOBBLE_YEAR);
	record_number(values, nulls, FIELD_ONSET, model->onset * WOBBLE_YEAR);
	record_number(values, nulls, FIELD_ENDING, 1 / model->ending);
	record_number(values, nulls, FIELD_LIFE, model->life * WOBBLE_LIFE_DAYS);
	record_number(values, nulls, FIELD_OWN_KINDS, model->own_kinds);
	record_numbers(values, nulls, FIELD_LEVELS, model->level, WOBBLE_LEVELS);
	record_numbers(values, nulls, FIELD_FALSE_ALARMS, model->false_alarms, WOBBLE_LEVELS);
	record_count(values, nulls, FIELD_PEOPLE, people, false);
	record_number(values, nulls, FIELD_YEARS, years);
	values[FIELD_BEFORE] = DateADTGetDatum(before);
	record_text(values, nulls, FIELD_NOTE, people < 1000 ? "few_people" : NULL);
	return record_datum(fcinfo, values, nulls);
}

/* The fit in the memory of the call, the answer in that of its caller. */
static Datum
fit_baseline(FunctionCallInfo fcinfo, BaselineState *state, MemoryContext caller)
{
	WobbleModel model = {0};
	WobblePerson *people = palloc_array(WobblePerson, state->count);
	WobbleRow  *rows = palloc_array(WobbleRow, state->count);
	char	  **kinds;
	int			number[MOST_WORDS],
				count;
	double		years = 0;
	MemoryContext own;
	Datum		baseline;

	state_rise(&model);
	kinds = name_kinds(state, &model.kinds, number);
	count = gather_people(state, number, model.kinds - 1, people, rows);
	for (int p = 0; p < count; p++)
		years += (people[p].until - people[p].from + 1) / WOBBLE_YEAR;
	wobble_fit(&model, people, count, rows);
	wobble_calibrate(&model, people, count, rows, SEED);
	own = MemoryContextSwitchTo(caller);
	baseline = baseline_datum(fcinfo, &model, kinds, count, years, state->before);
	MemoryContextSwitchTo(own);
	return baseline;
}

/*
 * ph.wobble_baseline(query text, before date) -> ph.wobble_baseline
 *
 * Fits what is usual to the rows of a query, one an event, in any order; NULL where nobody was observed before that
 * day.  Errors: a query without person_id or observed_from, or with a NULL there; columns that cannot be cast; dates
 * outside 1900 to 2199, weights outside 0 to 1000; a person observed from two days, or until two.
 */
PG_FUNCTION_INFO_V1(wobble_baseline);
Datum
wobble_baseline(PG_FUNCTION_ARGS)
{
	QueryQuestion question = {.columns = BASELINE_COLUMNS, .types = column_types};
	MemoryContext caller = work_memory_open();
	BaselineState state = {.context = CurrentMemoryContext, .room = 1024, .limit = PG_UINT64_MAX};
	UserQuery  *query = argument_query(fcinfo, 0);
	Datum		baseline = (Datum) 0;

	if (PG_ARGISNULL(1))
		argument_error("before", "must not be null", "The baseline is fitted to what was observed before that day.");
	state.before = wobble_checked_day(PG_GETARG_DATEADT(1), "before", argument_error);
	state.rows = palloc_array(BaselineRow, state.room);
	question.sql = baseline_query(query);
	query_ask(query, &question, read_baseline_row, &state);
	if (state.count == 0 && state.limit < PG_UINT64_MAX)
		too_many_rows();
	if (state.count > 0)
		baseline = fit_baseline(fcinfo, &state, caller);
	work_memory_close(caller);
	if (state.count == 0)
		PG_RETURN_NULL();
	return baseline;
}
