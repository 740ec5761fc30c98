/*
 * work.c: whether somebody is in work on a day, for how many days of a period, and the share who are.
 *
 * Spells are half open.  Several on one day: off sick wins, then work wins over all else.  A day without a spell is
 * not known, which is not the same as out of work.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/interval.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#define MOST_SPELLS 10000
#define MOST_DAYS 36600

typedef enum Status
{
	EMPLOYED,
	SELF_EMPLOYED,
	OFF_SICK,
	UNEMPLOYED,
	INACTIVE_ILL,
	INACTIVE_OTHER,
	STUDENT,
	RETIRED
} Status;

static const char *const statuses[] = {"employed", "self_employed", "off_sick", "unemployed", "inactive_ill",
"inactive_other", "student", "retired", NULL};

typedef struct Spell
{
	DateADT		start;
	DateADT		end;			/* the first day no longer in it */
	Status		status;
} Spell;

/* What is known of one person. */
typedef struct Worker
{
	Spell	   *spells;
	int			count;
	DateADT		died;
	DateADT		moved;
	DateADT		data_end;		/* the last day of which anything is known */
} Worker;

static DateADT
argument_day_or(FunctionCallInfo fcinfo, int index, DateADT otherwise)
{
	return PG_ARGISNULL(index) ? otherwise : PG_GETARG_DATEADT(index);
}

/* The arguments starts, ends, statuses, died, moved and data_end, which follow each other. */
static Worker
argument_worker(FunctionCallInfo fcinfo, int first)
{
	Worker		worker = {.died = argument_day_or(fcinfo, first + 3, DATEVAL_NOEND),
		.moved = argument_day_or(fcinfo, first + 4, DATEVAL_NOEND),
		.data_end = argument_day_or(fcinfo, first + 5, DATEVAL_NOEND)};
	Datum	   *starts,
			   *ends,
			   *given;
	bool	   *no_start,
			   *no_end,
			   *no_status;

	worker.count = argument_elements(fcinfo, first, "starts", &starts, &no_start);
	if (argument_elements(fcinfo, first + 1, "ends", &ends, &no_end) != worker.count)
		argument_error("ends", "must have as many elements as starts", NULL);
	if (argument_elements(fcinfo, first + 2, "statuses", &given, &no_status) != worker.count)
		argument_error("statuses", "must have as many elements as starts", NULL);
	if (worker.count > MOST_SPELLS)
		argument_error("starts", psprintf("must not have more than %d elements", MOST_SPELLS), NULL);
	worker.spells = palloc_array(Spell, Max(worker.count, 1));
	for (int i = 0; i < worker.count; i++)
	{
		Spell	   *spell = &worker.spells[i];

		if (no_start[i])
			argument_error("starts", "must not hold a null", NULL);
		spell->start = DatumGetDateADT(starts[i]);
		spell->end = no_end[i] ? DATEVAL_NOEND : DatumGetDateADT(ends[i]);
		if (spell->end < spell->start)
			argument_error("ends", "must not be before the start of its spell", NULL);
		spell->status = text_choice(no_status[i] ? NULL : DatumGetTextPP(given[i]), "statuses", statuses);
	}
	return worker;
}

/* What is known of a day. */
typedef struct Answer
{
	bool		known;
	bool		in_work;
	bool		has_job;
	const char *note;			/* NULL, or why it is not known, or that spells overlap */
} Answer;

static Answer
answer_on(const Worker *worker, DateADT day)
{
	int			spells = 0;
	bool		working = false,
				off_sick = false;

	if (worker->died <= day)
		return (Answer) {.note = "died"};
	if (worker->moved <= day)
		return (Answer) {.note = "moved"};
	if (day > worker->data_end)
		return (Answer) {.note = "not_yet"};
	for (int i = 0; i < worker->count; i++)
		if (worker->spells[i].start <= day && day < worker->spells[i].end)
		{
			spells++;
			working |= worker->spells[i].status == EMPLOYED || worker->spells[i].status == SELF_EMPLOYED;
			off_sick |= worker->spells[i].status == OFF_SICK;
		}
	if (spells == 0)
		return (Answer) {.note = "no_spell"};
	return (Answer) {true, working && !off_sick, working || off_sick, spells > 1 ? "overlap" : NULL};
}

/*
 * ph.work_on_day(day date, starts date[], ends date[], statuses text[], died date, moved date, data_end date)
 *   -> (in_work boolean, has_job boolean, note text)
 *
 * NULL with a note, in this order: missing_input (no day), died or moved on the day or before, not_yet (after
 * data_end), no_spell.  overlap is said of a known answer.
 * Errors: invalid_parameter_value for lists of different lengths, unknown statuses and spells that end before their
 * start.
 */
PG_FUNCTION_INFO_V1(work_on_day);
Datum
work_on_day(PG_FUNCTION_ARGS)
{
	Worker		worker = argument_worker(fcinfo, 1);
	Answer		answer = {.note = "missing_input"};
	Datum		values[3];
	bool		nulls[3];

	if (!PG_ARGISNULL(0))
		answer = answer_on(&worker, PG_GETARG_DATEADT(0));
	values[0] = BoolGetDatum(answer.in_work);
	values[1] = BoolGetDatum(answer.has_job);
	nulls[0] = nulls[1] = !answer.known;
	record_text(values, nulls, 2, answer.note);
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.work_in_period(from_date date, until_date date, starts date[], ends date[], statuses text[], died date,
 *   moved date, data_end date, least_days int)
 *   -> (days int, in_work int, not_in_work int, no_spell int, gone_or_not_yet int, at_least boolean, note text)
 *
 * Each day from from_date on and before until_date, as ph.work_on_day answers it.  at_least: in work on least_days of
 * them or more; false only if the days of which nothing is known could not make it true, else NULL with the note of
 * the first of them.
 */
PG_FUNCTION_INFO_V1(work_in_period);
Datum
work_in_period(PG_FUNCTION_ARGS)
{
	Worker		worker = argument_worker(fcinfo, 2);
	int			least = argument_whole(fcinfo, 8, "least_days", 1, MOST_DAYS);
	int			in_work = 0,
				not_in_work = 0,
				no_spell = 0,
				beyond = 0;
	const char *unknown = NULL;
	bool		may_be;
	Datum		values[7];
	bool		nulls[7] = {false};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		memset(nulls, true, sizeof(nulls));
		record_text(values, nulls, 6, "missing_input");
		return record_datum(fcinfo, values, nulls);
	}
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(0)) || DATE_NOT_FINITE(PG_GETARG_DATEADT(1)) ||
		PG_GETARG_DATEADT(1) <= PG_GETARG_DATEADT(0) ||
		(int64) PG_GETARG_DATEADT(1) - PG_GETARG_DATEADT(0) > MOST_DAYS)
		argument_error("until_date", psprintf("must be from 1 to %d days after from_date", MOST_DAYS), NULL);
	for (DateADT day = PG_GETARG_DATEADT(0); day < PG_GETARG_DATEADT(1); day++)
	{
		Answer		answer = answer_on(&worker, day);

		CHECK_FOR_INTERRUPTS();
		in_work += answer.in_work;
		not_in_work += answer.known && !answer.in_work;
		if (answer.known)
			continue;
		if (strcmp(answer.note, "no_spell") == 0)
			no_spell++;
		else
			beyond++;
		if (unknown == NULL)
			unknown = answer.note;
	}
	may_be = in_work < least && in_work + no_spell + beyond >= least;
	values[0] = Int32GetDatum(PG_GETARG_DATEADT(1) - PG_GETARG_DATEADT(0));
	values[1] = Int32GetDatum(in_work);
	values[2] = Int32GetDatum(not_in_work);
	values[3] = Int32GetDatum(no_spell);
	values[4] = Int32GetDatum(beyond);
	values[5] = BoolGetDatum(in_work >= least);
	nulls[5] = may_be;
	record_text(values, nulls, 6, may_be ? unknown : NULL);
	return record_datum(fcinfo, values, nulls);
}

/* ---- how many ---- */

/* The counts of a summary, in this order. */
enum
{
	IN_WORK,
	NOT_IN_WORK,
	NO_SPELL,
	DIED,
	MOVED,
	NOT_YET,
	MISSING_INPUT,
	COUNTS
};

static int64 *
counts_of(ArrayType *array)
{
	int64	   *counts = (int64 *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != COUNTS || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != INT8OID)
		argument_error("counts", "must be a summary of ph.work_count", NULL);
	for (int i = 0; i < COUNTS; i++)
		if (counts[i] < 0)
			argument_error("counts", "must not hold numbers below 0", NULL);
	return counts;
}

/* The state, to be changed. */
static ArrayType *
state_counts(FunctionCallInfo fcinfo)
{
	Datum		none[COUNTS] = {0};

	if (PG_ARGISNULL(0))
		return construct_array(none, COUNTS, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	return DatumGetArrayTypeP(argument_state(fcinfo));
}

static void
count_more(int64 *count, int64 more)
{
	if (pg_add_s64_overflow(*count, more, count))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many people in a summary of work")));
}

/*
 * ph.work_count(in_work boolean, note text): transition, one row a person, as ph.work_on_day answers.
 *
 * Errors: invalid_parameter_value for an answer that is NULL without one of the notes.
 */
PG_FUNCTION_INFO_V1(work_count);
Datum
work_count(PG_FUNCTION_ARGS)
{
	static const char *const notes[] = {"no_spell", "died", "moved", "not_yet", "missing_input", NULL};
	ArrayType  *state = state_counts(fcinfo);
	int			which = PG_ARGISNULL(1) ? NO_SPELL + argument_choice(fcinfo, 2, "note", notes)
		: PG_GETARG_BOOL(1) ? IN_WORK : NOT_IN_WORK;

	count_more(&counts_of(state)[which], 1);
	PG_RETURN_POINTER(state);
}

/*
 * ph_support.work_count_combine(a, b): the people of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(work_count_combine);
Datum
work_count_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = state_counts(fcinfo);
	int64	   *counts = counts_of(state);
	int64	   *more;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	more = counts_of(PG_GETARG_ARRAYTYPE_P(1));
	for (int i = 0; i < COUNTS; i++)
		count_more(&counts[i], more[i]);
	PG_RETURN_POINTER(state);
}

/*
 * ph.work_count_rollup(bigint[]): transition and combine function.  Of a part of which nothing is known the sum is not
 * known either.
 */
PG_FUNCTION_INFO_V1(work_count_roll_up);
Datum
work_count_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return work_count_combine(fcinfo);
}

/*
 * ph.work_share(counts bigint[], confidence float8)
 *   -> (people, in_work, not_in_work, no_spell, died, moved, not_yet, missing_input bigint,
 *       share, lower, upper, share_if_gaps_out, share_if_gaps_in float8)
 *
 * The share in work of those of whom it is known, with Wilson's limits, and what it would be if everybody without a
 * spell were out of work, or in it.
 */
PG_FUNCTION_INFO_V1(work_share);
Datum
work_share(PG_FUNCTION_ARGS)
{
	double		confidence = argument_confidence(fcinfo, 1);
	Datum		values[13];
	bool		nulls[13];
	int64	   *counts;
	double		in_work,
				known,
				gaps;
	Limits		limits = {NAN, NAN};
	int64		people = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	counts = counts_of(PG_GETARG_ARRAYTYPE_P(0));
	for (int i = 0; i < COUNTS; i++)
	{
		count_more(&people, counts[i]);
		record_count(values, nulls, i + 1, counts[i], true);
	}
	record_count(values, nulls, 0, people, true);
	in_work = counts[IN_WORK];
	known = in_work + counts[NOT_IN_WORK];
	gaps = counts[NO_SPELL];
	if (known > 0)
		limits = wilson_limits(in_work, known, confidence);
	record_number(values, nulls, 8, in_work / known);
	record_number(values, nulls, 9, limits.lower);
	record_number(values, nulls, 10, limits.upper);
	record_number(values, nulls, 11, in_work / (known + gaps));
	record_number(values, nulls, 12, (in_work + gaps) / (known + gaps));
	return record_datum(fcinfo, values, nulls);
}
