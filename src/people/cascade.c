/* cascade.c: people folded into a cascade, cascades added up, and what is asked of one. */
#include "people/cascade.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/interval.h"
#include "core/ordering.h"
#include "core/record.h"
#include "core/tally.h"
#include "core/type_error.h"
#include "indicator/survival_curve.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define CASCADE_VERSION 1
#define MOST_CELLS 1000000
#define FIRST_CELLS 12
#define CASCADE_SIZE(cells_) (offsetof(Cascade, cell) + (Size) (cells_) * sizeof(CascadeCell))
#define CAPACITY(cascade) ((int) ((VARSIZE(cascade) - offsetof(Cascade, cell)) / sizeof(CascadeCell)))

Cascade *
cascade_new(int stages, int capacity)
{
	Cascade    *cascade = palloc0(CASCADE_SIZE(capacity));

	SET_VARSIZE(cascade, CASCADE_SIZE(capacity));
	cascade->version = CASCADE_VERSION;
	cascade->stages = stages;
	return cascade;
}

Cascade *
cascade_open(Datum datum)
{
	Cascade    *cascade = (Cascade *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(cascade) < CASCADE_SIZE(0) || cascade->version != CASCADE_VERSION ||
		cascade->stages > MOST_STAGES || cascade->cells < 0 || cascade->cells > CAPACITY(cascade))
		stored_value_error("ph.cascade");
	return cascade;
}

const char *
cascade_problem(const Cascade *cascade)
{
	int64		dated[MOST_STAGES] = {0},
				moved[MOST_STAGES] = {0};

	for (int i = 0; i < cascade->cells; i++)
	{
		const CascadeCell *cell = &cascade->cell[i];
		const CascadeCell *before = i > 0 ? cell - 1 : NULL;

		if (cell->stage < 1 || cell->stage >= cascade->stages || cascade->without_days & 1 << cell->stage)
			return "days of a stage that has none";
		if (cell->days < 0 || cell->moved < 0 || cell->stayed < 0 || (cell->moved == 0 && cell->stayed == 0))
			return "days below 0, or without people";
		if (before && (before->stage > cell->stage || (before->stage == cell->stage && before->days >= cell->days)))
			return "days out of order";
		if (pg_add_s64_overflow(moved[cell->stage], cell->moved, &moved[cell->stage]) ||
			pg_add_s64_overflow(dated[cell->stage], cell->moved, &dated[cell->stage]) ||
			pg_add_s64_overflow(dated[cell->stage], cell->stayed, &dated[cell->stage]))
			return "too many people";
	}
	for (int stage = 0; stage < cascade->stages; stage++)
	{
		int64		reached = cascade->reached[stage];
		int64		before = stage > 0 ? cascade->reached[stage - 1] : reached;

		if (reached < 0 || reached > before)
			return "a stage that is not within the one before";
		if (cascade->lost[stage] < 0 || cascade->lost[stage] > before - reached)
			return "more people lost than there were";
		if (moved[stage] > reached || dated[stage] - moved[stage] > before - reached)
			return "days of more people than there were";
	}
	return NULL;
}

static void
add_people(int64 *people, int64 more)
{
	if (pg_add_s64_overflow(*people, more, people))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many people in a ph.cascade")));
}

Cascade *
cascade_add(Cascade *cascade, CascadeCell cell)
{
	int			low = 0,
				high = cascade->cells;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		CascadeCell *there = &cascade->cell[middle];

		if (there->stage == cell.stage && there->days == cell.days)
		{
			add_people(&there->moved, cell.moved);
			add_people(&there->stayed, cell.stayed);
			return cascade;
		}
		if (there->stage < cell.stage || (there->stage == cell.stage && there->days < cell.days))
			low = middle + 1;
		else
			high = middle;
	}
	if (cascade->cells >= MOST_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a ph.cascade cannot have more than %d different days", MOST_CELLS)));
	if (cascade->cells == CAPACITY(cascade))
	{
		Cascade    *grown = cascade_new(cascade->stages, Max(FIRST_CELLS, 2 * cascade->cells));
		int32		header = VARSIZE(grown);

		memcpy(grown, cascade, CASCADE_SIZE(cascade->cells));
		SET_VARSIZE(grown, header);
		cascade = grown;
	}
	memmove(&cascade->cell[low + 1], &cascade->cell[low], (cascade->cells - low) * sizeof(CascadeCell));
	cascade->cell[low] = cell;
	cascade->cells++;
	return cascade;
}

Cascade *
cascade_trimmed(Cascade *cascade)
{
	Cascade    *trimmed;

	if (cascade->cells == CAPACITY(cascade))
		return cascade;
	trimmed = cascade_new(cascade->stages, cascade->cells);
	memcpy((char *) trimmed + VARHDRSZ, (char *) cascade + VARHDRSZ, CASCADE_SIZE(cascade->cells) - VARHDRSZ);
	return trimmed;
}

/* ---- folding ---- */

/*
 * One person: the day of each stage, DATEVAL_NOBEGIN where it was reached on a day that is not known, DATEVAL_NOEND
 * where it was not, as far as is known; and the day on which the person was lost, DATEVAL_NOEND if not.
 */
typedef struct Course
{
	int			stages;
	uint16		without_days;
	DateADT		reached_on[MOST_STAGES];
	DateADT		lost_on;
} Course;

/* A cascade to add to: the state, given the stages of the course where it is of nobody yet. */
static Cascade *
state_to_change(FunctionCallInfo fcinfo, int stages, uint16 without_days)
{
	Cascade    *cascade = PG_ARGISNULL(0) ? cascade_new(0, FIRST_CELLS) : cascade_open(argument_state(fcinfo));

	if (cascade->stages == 0)
	{
		cascade->stages = stages;
		cascade->without_days = without_days;
	}
	else if (stages != 0 && (cascade->stages != stages || cascade->without_days != without_days))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cascades of different stages cannot be added up"),
				 errhint("Give every person the same number of stages.")));
	return cascade;
}

static DateADT
known_by(DateADT day, DateADT as_of)
{
	return day > as_of ? DATEVAL_NOEND : day;
}

/* The argument as_of; before it all is known, after it nothing. */
static DateADT
argument_as_of(FunctionCallInfo fcinfo, int index)
{
	if (PG_ARGISNULL(index) || DATE_NOT_FINITE(PG_GETARG_DATEADT(index)))
		argument_error("as_of", "must be a day", "Write the day until which the data are complete.");
	return PG_GETARG_DATEADT(index);
}

/*
 * Who is at a stage was at those before it.  From a stage to the next there are days where both have one; who has not
 * moved on is censored when lost, or on the day as of which all is known.  Who started before the answer was written
 * down moved on at once.
 */
static Cascade *
add_course(Cascade *cascade, const Course *course, DateADT as_of)
{
	int			last = course->stages - 1;

	while (last >= 0 && known_by(course->reached_on[last], as_of) == DATEVAL_NOEND)
		last--;
	for (int stage = 0; stage <= last; stage++)
		add_people(&cascade->reached[stage], 1);
	if (last >= 0 && last + 1 < course->stages)
		cascade->lost[last + 1] += course->lost_on <= as_of;
	for (int stage = 1; stage <= Min(last + 1, course->stages - 1); stage++)
	{
		bool		moved = stage <= last;
		DateADT		from = known_by(course->reached_on[stage - 1], as_of);
		DateADT		until = moved ? known_by(course->reached_on[stage], as_of) : Min(course->lost_on, as_of);

		if (!(course->without_days & 1 << stage) && !DATE_NOT_FINITE(from) && !DATE_NOT_FINITE(until))
			cascade = cascade_add(cascade, (CascadeCell) {stage, Max(0, until - from), moved, !moved});
	}
	return cascade;
}

static void
not_before(DateADT day, DateADT earlier, const char *argument)
{
	if (!DATE_NOT_FINITE(day) && !DATE_NOT_FINITE(earlier) && day < earlier)
		argument_error(argument, "must not be before an earlier stage",
					   "ph.check_shared_tables lists such rows of a schema.");
}

/*
 * ph.cascade(reached_on date[], lost_on date, as_of date): transition, one row a person.
 *
 * Errors: invalid_parameter_value for lists of other than 2 to 12 stages or of different lengths, for days of
 * stages that go back, a loss before the first, and for a day as_of that is NULL or infinite.
 */
PG_FUNCTION_INFO_V1(cascade_fold);
Datum
cascade_fold(PG_FUNCTION_ARGS)
{
	DateADT		as_of = argument_as_of(fcinfo, 3);
	DateADT		first = DATEVAL_NOEND,
				latest = DATEVAL_NOEND;
	Course		course = {.lost_on = PG_ARGISNULL(2) ? DATEVAL_NOEND : PG_GETARG_DATEADT(2)};
	Datum	   *days;
	bool	   *nulls;

	course.stages = argument_elements(fcinfo, 1, "reached_on", &days, &nulls);
	if (course.stages < 2 || course.stages > MOST_STAGES)
		argument_error("reached_on", psprintf("must have from 2 to %d elements", MOST_STAGES),
					   "One day a stage; NULL where it was not reached.");
	for (int stage = 0; stage < course.stages; stage++)
	{
		DateADT		day = nulls[stage] ? DATEVAL_NOEND : DatumGetDateADT(days[stage]);

		not_before(day, latest, "reached_on");
		course.reached_on[stage] = day;
		latest = DATE_NOT_FINITE(day) ? latest : day;
		first = Min(first, latest);
	}
	not_before(course.lost_on, first, "lost_on");
	PG_RETURN_POINTER(add_course(state_to_change(fcinfo, course.stages, 0), &course, as_of));
}

enum
{
	IDENTIFIED,
	OFFERED,
	ACCEPTED,
	STARTED,
	COMPLETED,
	BETTER,
	OFFER_STAGES
};

/*
 * ph.offer_cascade(identified_on, offered_on, answered_on date, answer text, started_on, completed_on date,
 *   better boolean, ended_on date, as_of date): transition, one row an offer.
 *
 * Accepted and declined are answers with a day.  Better is no event of its own but how the end is judged.
 */
PG_FUNCTION_INFO_V1(cascade_fold_offer);
Datum
cascade_fold_offer(PG_FUNCTION_ARGS)
{
	static const char *const answers[] = {"accepted", "declined", "no_answer", NULL};
	static const char *const names[] = {"identified_on", "offered_on", "answered_on", "answer", "started_on",
		"completed_on", "better", "ended_on"};
	DateADT		as_of = argument_as_of(fcinfo, 9);
	DateADT		day[lengthof(names)];
	const char *answer = PG_ARGISNULL(4) ? "" : answers[argument_choice(fcinfo, 4, "answer", answers)];
	bool		declined = strcmp(answer, "declined") == 0;
	bool		completed;
	Course		course = {.stages = OFFER_STAGES, .without_days = 1 << BETTER};

	for (int i = 0; i < lengthof(names); i++)
		day[i] = i == 3 || i == 6 || PG_ARGISNULL(i + 1) ? DATEVAL_NOEND : PG_GETARG_DATEADT(i + 1);
	for (int i = 1; i < lengthof(names); i++)
		not_before(day[i], day[0], names[i]);
	not_before(day[2], day[1], names[2]);
	not_before(day[5], day[4], names[5]);
	if (declined && (day[4] != DATEVAL_NOEND || day[5] != DATEVAL_NOEND))
		argument_error("started_on", "must be NULL where the offer was declined",
					   "Who declined first and started later has two offers.");
	completed = day[5] <= as_of;
	course.reached_on[IDENTIFIED] = day[0];
	course.reached_on[OFFERED] = day[1];
	course.reached_on[ACCEPTED] = strcmp(answer, "accepted") == 0 ? day[2] : DATEVAL_NOEND;
	course.reached_on[STARTED] = day[4];
	course.reached_on[COMPLETED] = day[5];
	course.reached_on[BETTER] = completed && !PG_ARGISNULL(7) && PG_GETARG_BOOL(7) ? DATEVAL_NOBEGIN : DATEVAL_NOEND;
	course.lost_on = declined ? Min(day[2], day[7]) : day[7];
	if (completed && !PG_ARGISNULL(7) && !PG_GETARG_BOOL(7))
		course.lost_on = day[5];
	PG_RETURN_POINTER(add_course(state_to_change(fcinfo, course.stages, course.without_days), &course, as_of));
}

/*
 * ph_support.cascade_combine(a, b): the people of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(cascade_combine);
Datum
cascade_combine(PG_FUNCTION_ARGS)
{
	Cascade    *other = PG_ARGISNULL(1) ? cascade_new(0, 0) : PG_GETARG_CASCADE(1);
	Cascade    *state = state_to_change(fcinfo, other->stages, other->without_days);

	for (int stage = 0; stage < other->stages; stage++)
	{
		add_people(&state->reached[stage], other->reached[stage]);
		add_people(&state->lost[stage], other->lost[stage]);
	}
	for (int i = 0; i < other->cells; i++)
	{
		CHECK_FOR_INTERRUPTS();
		state = cascade_add(state, other->cell[i]);
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.cascade_rollup(ph.cascade): transition and combine function.  A NULL cascade is a part of which nothing is
 * known, and so is the sum.
 */
PG_FUNCTION_INFO_V1(cascade_roll_up);
Datum
cascade_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return cascade_combine(fcinfo);
}

/*
 * The final function of the aggregates.
 */
PG_FUNCTION_INFO_V1(cascade_final);
Datum
cascade_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(cascade_trimmed(PG_GETARG_CASCADE(0)));
}

/* ---- order ---- */

static int
cascade_order(FunctionCallInfo fcinfo)
{
	Cascade    *a = cascade_trimmed(PG_GETARG_CASCADE(0));
	Cascade    *b = cascade_trimmed(PG_GETARG_CASCADE(1));
	int			order = memcmp(VARDATA(a), VARDATA(b), Min(VARSIZE(a), VARSIZE(b)) - VARHDRSZ);

	return order != 0 ? order : (VARSIZE(a) > VARSIZE(b)) - (VARSIZE(a) < VARSIZE(b));
}

ORDERING_OF(cascade);

/* ---- asking ---- */

/* Days from the stage before this one, as survival reads them; *dated how many people have them. */
static Tally *
days_of(const Cascade *cascade, int stage, int64 *dated)
{
	Tally	   *tally = tally_new(cascade->cells);

	tally->flags |= TALLY_PEOPLE;
	*dated = 0;
	for (int i = 0; i < cascade->cells; i++)
	{
		const CascadeCell *cell = &cascade->cell[i];
		TallyCell	people = {.key = cell->days};

		CHECK_FOR_INTERRUPTS();
		if (cell->stage != stage)
			continue;
		sum_add(&people.exposure, (double) cell->moved + (double) cell->stayed);
		sum_add(&people.events, (double) cell->moved);
		people.squares = people.events;
		tally = tally_add(tally, &people);
		*dated += cell->moved + cell->stayed;
	}
	return tally_canonical(tally);
}

/* The share that moved on within 28 and 84 days if nobody were lost, and the first day by which half had. */
static void
record_days(Datum *values, bool *nulls, int field, const Tally *tally)
{
	double		moved_28 = NAN,
				moved_84 = NAN,
				median = NAN;
	Estimate	why;

	if (curve_possible(tally, NULL, &why))
	{
		Curve		curve = curve_start(tally, NULL);

		moved_28 = moved_84 = 0;
		while (curve_next(&curve))
		{
			if (curve.time <= 28)
				moved_28 = 1 - curve.survival;
			if (curve.time <= 84)
				moved_84 = 1 - curve.survival;
			if (isnan(median) && curve.survival <= 0.5 + DBL_EPSILON * curve.steps)
				median = curve.time;
		}
	}
	record_number(values, nulls, field, moved_28);
	record_number(values, nulls, field + 1, moved_84);
	record_number(values, nulls, field + 2, median);
}

static void
record_share(Datum *values, bool *nulls, int field, int64 part, int64 whole, double confidence)
{
	Limits		limits = {NAN, NAN};

	if (whole > 0)
		limits = wilson_limits(part, whole, confidence);
	record_number(values, nulls, field, whole > 0 ? (double) part / whole : NAN);
	record_number(values, nulls, field + 1, limits.lower);
	record_number(values, nulls, field + 2, limits.upper);
}

/* The names of the stages: as many as the cascade has, unless it is of nobody. */
static Datum *
argument_stages(FunctionCallInfo fcinfo, const Cascade *cascade, int *count)
{
	Datum	   *names;
	bool	   *nulls;

	*count = argument_elements(fcinfo, 1, "stages", &names, &nulls);
	if (*count < 1 || *count > MOST_STAGES || (cascade->stages != 0 && *count != cascade->stages))
		argument_error("stages", "must name each stage of the cascade",
					   "The cascade of offers has identified, offered, accepted, started, completed, better.");
	for (int i = 0; i < *count; i++)
		if (nulls[i])
			argument_error("stages", "must not hold a null", NULL);
	return names;
}

/*
 * ph.cascade_stages(ph.cascade, stages text[], confidence float8) -> setof ph.cascade_stage
 *
 * A row a stage.  reached + lost + open is reached of the stage before; shares with Wilson's limits, of the stage
 * before and of the first.  Days from the stage before: 1 - Kaplan and Meier's curve at day 28 and 84, and the first
 * day with the curve at or below one half; lost and open people are censored, undated ones, who lack one of the two
 * days, are left out.  NULL: no rows.
 */
PG_FUNCTION_INFO_V1(cascade_stages);
Datum
cascade_stages(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		confidence = argument_confidence(fcinfo, 2);
	Cascade    *cascade;
	Datum	   *names;
	int			stages;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	cascade = PG_GETARG_CASCADE(0);
	names = argument_stages(fcinfo, cascade, &stages);
	for (int stage = 0; stage < stages; stage++)
	{
		int64		reached = cascade->reached[stage];
		int64		before = stage > 0 ? cascade->reached[stage - 1] : 0;
		int64		dated;
		Tally	   *tally = days_of(cascade, stage, &dated);
		bool		has_days = stage > 0 && !(cascade->without_days & 1 << stage);
		Datum		values[15];
		bool		nulls[15] = {false};

		values[0] = Int32GetDatum(stage + 1);
		values[1] = names[stage];
		values[2] = Int64GetDatum(reached);
		record_count(values, nulls, 3, stage > 0 ? cascade->lost[stage] : -1, true);
		record_count(values, nulls, 4, stage > 0 ? before - reached - cascade->lost[stage] : -1, true);
		record_count(values, nulls, 5, has_days ? before - dated : -1, true);
		record_share(values, nulls, 6, reached, before, confidence);
		record_days(values, nulls, 9, tally);
		record_share(values, nulls, 12, reached, cascade->reached[0], confidence);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.cascade_days(ph.cascade, stage int) -> ph.tally
 *
 * People by days from the stage before this one, the second or later; an event is that they moved on.
 */
PG_FUNCTION_INFO_V1(cascade_days);
Datum
cascade_days(PG_FUNCTION_ARGS)
{
	Cascade    *cascade = PG_GETARG_CASCADE(0);
	int			last = cascade->stages == 0 ? MOST_STAGES : cascade->stages;
	int64		dated;

	return tally_datum(days_of(cascade, argument_whole(fcinfo, 1, "stage", 2, last) - 1, &dated));
}
