/*
 * wobble.c: wobble points as a window function, and the baseline they are told by.
 *
 * A partition is folded in one pass in the order of time, a day at its first row; no answer looks ahead of its day.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "core/argument.h"
#include "core/query.h"
#include "core/record.h"
#include "core/sort.h"
#include "core/window.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "people/wobble_model.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#define MOST_ROWS 500000		/* that a baseline keeps; of more people than these hold, an even sample */
#define MOST_WORDS 2000
#define OTHER "other"
#define SHORT_HISTORY 90		/* days */
#define SEEN_IN 365				/* days in which who is seen has had two days with unplanned contact */
#define TEMPO_DAYS 28			/* a tempo is told over four weeks at least */
#define SEED 20000101

/* ---- rows ---- */

static int
compare_rows(const void *a, const void *b)
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

/* Names an argument or a column of the query that is one. */
typedef void (*NameError) (const char *name, const char *rule, const char *hint);

static int
checked_day(DateADT day, const char *name, NameError name_error)
{
	if (DATE_NOT_FINITE(day) || day < WOBBLE_FIRST_DAY || day >= WOBBLE_FIRST_DAY + WOBBLE_DAYS - 1)
		name_error(name, "must lie between 1900 and 2199", NULL);
	return day;
}

static double
checked_weight(double weight, NameError name_error)
{
	if (!isfinite(weight) || weight < 0 || weight > 1000)
		name_error("weight", "must lie between 0 and 1000", "NULL counts as 1.");
	return weight;
}

/* Care of which nobody knows whether it was planned is not counted as unplanned. */
static WobbleWhat
what_of(bool life_event, bool crisis, bool planned, double weight)
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

static WobbleModel *
read_baseline(Datum given, char ***kinds)
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
		checked_weight(DatumGetFloat8(values[COLUMN_WEIGHT]), column_error);
	int			from,
				until,
				day;
	text	   *person;

	if (nulls[COLUMN_PERSON] || nulls[COLUMN_FROM])
		column_error(nulls[COLUMN_PERSON] ? "person_id" : "observed_from", "must not be null", NULL);
	person = DatumGetTextPP(values[COLUMN_PERSON]);
	from = checked_day(DatumGetDateADT(values[COLUMN_FROM]), "observed_from", column_error);
	until = nulls[COLUMN_UNTIL] ? state->before - 1
		: checked_day(DatumGetDateADT(values[COLUMN_UNTIL]), "observed_until", column_error);
	day = nulls[COLUMN_DATE] ? from : checked_day(DatumGetDateADT(values[COLUMN_DATE]), "event_date", column_error);
	row.person = DatumGetUInt64(hash_any_extended((unsigned char *) VARDATA_ANY(person), VARSIZE_ANY_EXHDR(person), 0));
	row.from = from;
	row.until = Min(until, state->before - 1);
	if (row.person > state->limit || row.from > row.until)
		return;
	row.row = (WobbleRow) {.day = from, .kind = -1, .what = WOBBLE_NOTHING, .weight = weight};
	if (!nulls[COLUMN_DATE] && day >= row.from && day <= row.until)
	{
		row.row.day = day;
		row.row.what = what_of(!nulls[COLUMN_LIFE_EVENT] && DatumGetBool(values[COLUMN_LIFE_EVENT]),
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
	return compare_rows(&x->row, &y->row);
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
		number[words[i].number] = i < own && words[i].count > 0 && strcmp(words[i].word, OTHER) != 0 ? kept : -1,
			kept += number[words[i].number] >= 0;
	for (int i = 0; i < state->words; i++)
		if (number[i] >= 0)
			names[number[i]] = state->word[i];
		else
			number[i] = kept;
	names[kept] = OTHER;
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
		qsort(rows + people[p].first, people[p].count, sizeof(WobbleRow), compare_rows);
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
	state.before = checked_day(PG_GETARG_DATEADT(1), "before", argument_error);
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

/* ---- the window ---- */

typedef struct Answer
{
	bool		alarm;
	bool		seen;
	bool		short_history;
	float		strength;
	float		tempo_before;	/* a year */
	int32		since;
} Answer;

typedef enum PointField
{
	POINT_ALARM,
	POINT_STATUS,
	POINT_STRENGTH,
	POINT_THRESHOLD,
	POINT_BEFORE,
	POINT_NOW,
	POINT_SINCE,
	POINT_DRIVERS,
	POINT_COUNTS,
	POINT_EVENTS,
	POINT_WHY,
	POINT_NOTE,
	POINT_FIELDS
} PointField;

typedef struct Cache
{
	MemoryContext context;
	MemoryContext reasons;		/* of the alarm of a day, told for each of its rows */
	int			told;			/* the day, INT_MIN before there is one */
	Datum		reason[POINT_FIELDS];
	bool		no_reason[POINT_FIELDS];
	TupleDesc	desc;
	Size		size;
	HeapTupleHeader baseline;
	WobbleModel *model;
	char	  **kinds;
} Cache;

typedef struct Partition
{
	bool		ready;
	bool		from_unknown;
	bool		planned_unknown;
	int			count;
	int			done;			/* rows that are answered; those without a date come last */
	int			from;
	double		threshold;		/* logarithm of odds */
	WobbleState state;
	WobbleRow  *rows;
	Answer	   *answers;
} Partition;

static Cache *
read_cache(FunctionCallInfo fcinfo, WindowObject window)
{
	Cache	   *cache = fcinfo->flinfo->fn_extra;
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, 5, &isnull);
	HeapTupleHeader tuple;
	MemoryContext caller;

	if (isnull)
		argument_error("baseline", "must not be null", "ph.wobble_baseline fits one to earlier days.");
	tuple = DatumGetHeapTupleHeader(given);
	if (cache && cache->model && cache->size == HeapTupleHeaderGetDatumLength(tuple) &&
		memcmp(cache->baseline, tuple, cache->size) == 0)
		return cache;
	if (cache == NULL)
	{
		caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		cache = palloc0(sizeof(Cache));
		if (get_call_result_type(fcinfo, NULL, &cache->desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "a composite is asked for where no row can be returned");
		cache->desc = BlessTupleDesc(CreateTupleDescCopy(cache->desc));
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "ph wobble", ALLOCSET_DEFAULT_SIZES);
		cache->reasons = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "ph wobble reasons", ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
		MemoryContextSwitchTo(caller);
	}
	cache->model = NULL;
	MemoryContextReset(cache->context);
	caller = MemoryContextSwitchTo(cache->context);
	cache->size = HeapTupleHeaderGetDatumLength(tuple);
	cache->baseline = palloc(cache->size);
	memcpy(cache->baseline, tuple, cache->size);
	cache->model = read_baseline(HeapTupleHeaderGetDatum(cache->baseline), &cache->kinds);
	MemoryContextSwitchTo(caller);
	return cache;
}

/* The number of a kind; what the baseline does not know is one of the others.  Kinds but the last are in order. */
static int
kind_number(const Cache *cache, text *given)
{
	const char *word = VARDATA_ANY(given);
	int			length = VARSIZE_ANY_EXHDR(given);
	int			low = 0,
				high = cache->model->kinds - 1;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const char *kind = cache->kinds[middle];
		int			order = strncmp(kind, word, length);

		if (order == 0 && kind[length] == '\0')
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return cache->model->kinds - 1;
}

/* The current row is at hand; others must be sought. */
static Datum
value_at(WindowObject window, int argument, int row, bool *isnull)
{
	bool		isout;

	if (row == WinGetCurrentPosition(window))
		return WinGetFuncArgCurrent(window, argument, isnull);
	return WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, isnull, &isout);
}

static bool
flag_at(WindowObject window, int argument, int row, bool otherwise, bool *unknown)
{
	bool		isnull;
	Datum		given = value_at(window, argument, row, &isnull);

	*unknown = isnull;
	return isnull ? otherwise : DatumGetBool(given);
}

/* The day of a row; rows without one must come last. */
static bool
day_at(WindowObject window, int row, int *day)
{
	bool		isnull;
	Datum		given = value_at(window, 0, row, &isnull);

	if (!isnull)
		*day = checked_day(DatumGetDateADT(given), "event_date", argument_error);
	return !isnull;
}

pg_noreturn static void
order_error(void)
{
	argument_error("event_date", "must ascend in the window's order, with nulls last",
				   "Write OVER (PARTITION BY person_id ORDER BY event_date).");
}

static void
read_row(WindowObject window, const Cache *cache, Partition *partition, int at, int day)
{
	WobbleRow  *row = &partition->rows[at];
	bool		isnull,
				unknown,
				ignored;
	Datum		given = value_at(window, 1, at, &isnull);
	bool		planned = flag_at(window, 3, at, true, &unknown);
	bool		crisis = flag_at(window, 7, at, false, &ignored);
	bool		life_event = flag_at(window, 8, at, false, &ignored);

	row->day = day;
	row->weight = isnull ? 1 : checked_weight(DatumGetFloat8(given), argument_error);
	row->what = what_of(life_event, crisis, planned, row->weight);
	partition->planned_unknown |= unknown && row->what == WOBBLE_PLANNED;
	given = value_at(window, 2, at, &isnull);
	row->kind = isnull ? cache->model->kinds - 1 : kind_number(cache, DatumGetTextPP(given));
}

/* Reads the rows of the day that begins at a row; how many they are. */
static int
read_day(WindowObject window, const Cache *cache, Partition *partition, int at, int day)
{
	int			last = at,
				next;

	read_row(window, cache, partition, at, day);
	while (last + 1 < partition->count && day_at(window, last + 1, &next))
	{
		if (next < day)
			order_error();
		if (next > day)
			break;
		read_row(window, cache, partition, ++last, day);
		CHECK_FOR_INTERRUPTS();
	}
	return last - at + 1;
}

/* How much likelier a rise is than it was at first: a power of ten. */
static double
strength_of(const WobbleModel *model, double log_odds)
{
	return (log_odds - log(model->onset / model->ending)) / M_LN10;
}

static bool
seen_lately(const WobbleRow *rows, int last)
{
	int			day = rows[last].day,
				found = 0,
				before = INT_MAX;

	for (int i = last; i >= 0 && rows[i].day > day - SEEN_IN && found < 2; i--)
		if (rows[i].what == WOBBLE_UNPLANNED && rows[i].day != before)
		{
			before = rows[i].day;
			found++;
		}
	return found == 2;
}

/* The first day with unplanned contact from the most likely beginning of the rise on. */
static int
since_day(const WobbleRow *rows, int last, int onset)
{
	int			since = rows[last].day;

	for (int i = last; i >= 0 && rows[i].day >= onset; i--)
		if (rows[i].what == WOBBLE_UNPLANNED)
			since = rows[i].day;
	return since;
}

static int
fold_day(const WobbleModel *model, WobbleState *state, const WobbleRow *rows, int count)
{
	WobbleRow  *sorted;
	int			unplanned;

	if (count == 1)
		return wobble_day(model, state, rows, 1);
	sorted = palloc(sizeof(WobbleRow) * count);
	memcpy(sorted, rows, sizeof(WobbleRow) * count);
	qsort(sorted, count, sizeof(WobbleRow), compare_rows);
	unplanned = wobble_day(model, state, sorted, count);
	pfree(sorted);
	return unplanned;
}

/* Answers all rows of the next day as one. */
static void
answer_day(WindowObject window, const Cache *cache, Partition *partition, int day)
{
	const WobbleModel *model = cache->model;
	WobbleState *state = &partition->state;
	int			at = partition->done,
				count = read_day(window, cache, partition, at, day),
				last = at + count - 1;
	Answer		answer = {.strength = NAN};

	if (at == 0)
	{
		partition->from = Min(partition->from, day);
		wobble_start(model, state, partition->from);
	}
	if (fold_day(model, state, partition->rows + at, count) > 0)
	{
		double		odds = wobble_log_odds(state);

		answer.alarm = odds > partition->threshold;
		answer.strength = strength_of(model, odds);
	}
	answer.tempo_before = wobble_usual_rate(state, model) * WOBBLE_YEAR;
	answer.seen = seen_lately(partition->rows, last);
	answer.short_history = day - partition->from < SHORT_HISTORY;
	if (answer.alarm)
	{
		answer.since = since_day(partition->rows, last, wobble_onset(state));
		wobble_restart(state);
	}
	for (int i = at; i <= last; i++)
		partition->answers[i] = answer;
	partition->done += count;
}

/* ---- in words ---- */

typedef struct Drivers
{
	int			count;
	char	   *name[WOBBLE_KINDS];
	int			times[WOBBLE_KINDS];
	int			days;
	int			events;
	char	   *event[WOBBLE_KINDS];
} Drivers;

static char *
kind_at(WindowObject window, int row)
{
	bool		isnull;
	Datum		given = value_at(window, 2, row, &isnull);

	return isnull ? OTHER : TextDatumGetCString(given);
}

static void
add_driver(Drivers *drivers, char *name)
{
	for (int i = 0; i < drivers->count; i++)
		if (strcmp(drivers->name[i], name) == 0)
		{
			drivers->times[i]++;
			return;
		}
	if (drivers->count == WOBBLE_KINDS)
		return;
	drivers->name[drivers->count] = name;
	drivers->times[drivers->count++] = 1;
}

static void
sort_drivers(Drivers *drivers)
{
	for (int i = 1; i < drivers->count; i++)
		for (int j = i; j > 0; j--)
		{
			int			times = drivers->times[j];
			char	   *name = drivers->name[j];

			if (times < drivers->times[j - 1] ||
				(times == drivers->times[j - 1] && strcmp(name, drivers->name[j - 1]) >= 0))
				break;
			drivers->times[j] = drivers->times[j - 1];
			drivers->name[j] = drivers->name[j - 1];
			drivers->times[j - 1] = times;
			drivers->name[j - 1] = name;
		}
}

static void
find_drivers(WindowObject window, const Partition *partition, int row, Drivers *drivers)
{
	int			day = partition->rows[row].day,
				since = partition->answers[row].since,
				before = INT_MAX;

	while (row + 1 < partition->done && partition->rows[row + 1].day == day)
		row++;
	for (int i = row; i >= 0 && partition->rows[i].day > Min(since, day) - WOBBLE_LIFE_DAYS; i--)
	{
		const WobbleRow *at = &partition->rows[i];

		if (at->what == WOBBLE_UNPLANNED && at->day >= since)
		{
			add_driver(drivers, kind_at(window, i));
			drivers->days += at->day != before;
			before = at->day;
		}
		else if (at->what == WOBBLE_LIFE_EVENT && drivers->events < WOBBLE_KINDS)
			drivers->event[drivers->events++] = kind_at(window, i);
	}
	sort_drivers(drivers);
}

static char *
in_words(const Drivers *drivers, int span, double before)
{
	StringInfoData words;

	initStringInfo(&words);
	appendStringInfo(&words, "%d unplanned contact day%s in %d day%s (", drivers->days, drivers->days == 1 ? "" : "s",
					 span, span == 1 ? "" : "s");
	for (int i = 0; i < drivers->count; i++)
		appendStringInfo(&words, "%s%s %d", i ? ", " : "", drivers->name[i], drivers->times[i]);
	appendStringInfo(&words, ")%s", drivers->events ? " after " : "");
	for (int i = drivers->events - 1; i >= 0; i--)
		appendStringInfo(&words, "%s%s", drivers->event[i], i ? ", " : "");
	appendStringInfo(&words, "; usual are %.1f a year", before);
	return words.data;
}

static const char *
note_of(const Partition *partition, const Answer *answer)
{
	if (partition->from_unknown)
		return "observed_from_unknown";
	if (answer->short_history)
		return "people_like_them";
	return partition->planned_unknown ? "planned_unknown" : NULL;
}

static void
find_reasons(WindowObject window, Cache *cache, const Partition *partition, int row)
{
	const Answer *answer = &partition->answers[row];
	Datum	   *values = cache->reason;
	bool	   *nulls = cache->no_reason;
	int			span = partition->rows[row].day - answer->since + 1;
	Drivers		drivers = {0};
	Datum		times[WOBBLE_KINDS];
	MemoryContext caller;

	find_drivers(window, partition, row, &drivers);
	for (int i = 0; i < drivers.count; i++)
		times[i] = Int32GetDatum(drivers.times[i]);
	MemoryContextReset(cache->reasons);
	caller = MemoryContextSwitchTo(cache->reasons);
	record_number(values, nulls, POINT_NOW, drivers.days * WOBBLE_YEAR / Max(span, TEMPO_DAYS));
	values[POINT_SINCE] = DateADTGetDatum(answer->since);
	nulls[POINT_SINCE] = false;
	record_texts(values, nulls, POINT_DRIVERS, drivers.name, drivers.count);
	values[POINT_COUNTS] = PointerGetDatum(construct_array(times, drivers.count, INT4OID, sizeof(int32), true,
														   TYPALIGN_INT));
	nulls[POINT_COUNTS] = false;
	record_texts(values, nulls, POINT_EVENTS, drivers.event, drivers.events);
	record_text(values, nulls, POINT_WHY, in_words(&drivers, span, answer->tempo_before));
	MemoryContextSwitchTo(caller);
}

/* Sought once a day: a day may have very many rows. */
static void
put_reasons(WindowObject window, Cache *cache, const Partition *partition, int row, Datum *values, bool *nulls)
{
	int			day = partition->rows[row].day;

	if (cache->told != day)
	{
		cache->told = INT_MIN;
		find_reasons(window, cache, partition, row);
		cache->told = day;
	}
	for (int i = POINT_NOW; i <= POINT_WHY; i++)
	{
		values[i] = cache->reason[i];
		nulls[i] = cache->no_reason[i];
	}
}

static Datum
point_datum(WindowObject window, Cache *cache, const Partition *partition, int row)
{
	Datum		values[POINT_FIELDS] = {0};
	bool		nulls[POINT_FIELDS];
	const Answer *answer = &partition->answers[row];

	memset(nulls, true, sizeof(nulls));
	record_number(values, nulls, POINT_THRESHOLD, strength_of(cache->model, partition->threshold));
	if (row >= partition->done)
	{
		record_text(values, nulls, POINT_STATUS, partition->done == 0 ? "unseen" : NULL);
		record_text(values, nulls, POINT_NOTE, partition->done == 0 ? "no_contact" : "missing_date");
		return HeapTupleGetDatum(heap_form_tuple(cache->desc, values, nulls));
	}
	values[POINT_ALARM] = BoolGetDatum(answer->alarm);
	nulls[POINT_ALARM] = false;
	record_text(values, nulls, POINT_STATUS, answer->alarm ? "alarm" : answer->seen ? "usual" : "unseen");
	record_number(values, nulls, POINT_STRENGTH, answer->strength);
	record_number(values, nulls, POINT_BEFORE, answer->tempo_before);
	if (answer->alarm)
		put_reasons(window, cache, partition, row, values, nulls);
	record_text(values, nulls, POINT_NOTE, note_of(partition, answer));
	return HeapTupleGetDatum(heap_form_tuple(cache->desc, values, nulls));
}

static double
read_threshold(WindowObject window, const WobbleModel *model)
{
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, 6, &isnull);
	double		threshold = isnull ? NAN : wobble_threshold(model, DatumGetFloat8(given) / 1000);

	if (isnan(threshold))
		argument_error("false_alarms_per_1000", "must lie among those that the baseline has thresholds for",
					   "(baseline).false_alarms lists them, from many to few.");
	return threshold;
}

/*
 * ph.wobble(event_date date, weight float8, kind text, planned boolean, observed_from date, baseline
 *   ph.wobble_baseline, false_alarms_per_1000 float8, crisis boolean, life_event boolean)
 *   OVER (PARTITION BY person ORDER BY event_date) -> ph.wobble_point
 *
 * Whether the tempo of a person's unplanned contacts has left what is usual for them, as far as known by the end of
 * each day.  A crisis, and an alarm, begin anew.  Errors: dates out of order or outside 1900 to 2199, weights outside
 * 0 to 1000, a baseline that is NULL or altered, a rate of false alarms that it has no threshold for.
 */
PG_FUNCTION_INFO_V1(wobble);
Datum
wobble(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			count = window_rows(window),
				row = (int) WinGetCurrentPosition(window),
				day;
	Size		head = MAXALIGN(sizeof(Partition)),
				rows = MAXALIGN(sizeof(WobbleRow) * count);
	Partition  *partition = WinGetPartitionLocalMemory(window, head + rows + sizeof(Answer) * count);
	Cache	   *cache = fcinfo->flinfo->fn_extra;

	if (!partition->ready)
	{
		bool		isnull;
		Datum		from = WinGetFuncArgCurrent(window, 4, &isnull);

		cache = read_cache(fcinfo, window);
		cache->told = INT_MIN;
		partition->count = count;
		partition->rows = (WobbleRow *) ((char *) partition + head);
		partition->answers = (Answer *) ((char *) partition + head + rows);
		partition->threshold = read_threshold(window, cache->model);
		partition->from_unknown = isnull;
		partition->from = isnull ? INT_MAX : checked_day(DatumGetDateADT(from), "observed_from", argument_error);
		partition->ready = true;
	}
	if (row >= partition->done && day_at(window, row, &day))
	{
		if (row > partition->done || (row > 0 && day < partition->rows[row - 1].day))
			order_error();
		answer_day(window, cache, partition, day);
	}
	return point_datum(window, cache, partition, row);
}
