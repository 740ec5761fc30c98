/*
 * wobble.c: wobble points as a window function.
 *
 * A partition is folded in one pass in the order of time, a day at its first row; no answer looks ahead of its day.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "core/sort.h"
#include "core/window.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "people/wobble_baseline.h"
#include "utils/builtins.h"

#define SHORT_HISTORY 90		/* days */
#define SEEN_IN 365				/* days in which who is seen has had two days with unplanned contact */
#define TEMPO_DAYS 28			/* a tempo is told over four weeks at least */

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
	cache->model = wobble_read_baseline(HeapTupleHeaderGetDatum(cache->baseline), &cache->kinds);
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
		*day = wobble_checked_day(DatumGetDateADT(given), "event_date", argument_error);
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
	row->weight = isnull ? 1 : wobble_checked_weight(DatumGetFloat8(given), argument_error);
	row->what = wobble_what_of(life_event, crisis, planned, row->weight);
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
	qsort(sorted, count, sizeof(WobbleRow), wobble_compare_rows);
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

	return isnull ? WOBBLE_OTHER : TextDatumGetCString(given);
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
		partition->from = isnull ? INT_MAX : wobble_checked_day(DatumGetDateADT(from), "observed_from", argument_error);
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
