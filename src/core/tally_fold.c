/* tally_fold.c: the aggregates that fold rows into a tally and roll tallies up. */
#include "core/tally.h"

#include <math.h>

#include "core/argument.h"
#include "core/double_double.h"
#include "miscadmin.h"

static Tally *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? tally_new(0) : tally_open(argument_state(fcinfo));
}

static void
check_row(const TallyCell *row, const char *exposure, double squared)
{
	if (unlikely(!isfinite(row->key)))
		argument_error("key", "must be a finite number", "Use NULL for an unknown key.");
	if (unlikely(!(row->exposure.high >= 0 && isfinite(row->exposure.high))))
		argument_error(exposure, "must be finite and not negative", NULL);
	if (unlikely(!(fabs(row->events.high) <= 1e150)))
		argument_error("events", "must be a finite number of at most 1e150 in size", NULL);
	if (unlikely(!(squared >= 0 && isfinite(squared))))
		argument_error("events_squared", "must be finite and not negative", NULL);
}

/* Folds one checked row into the state. */
static Tally *
fold_row(Tally *state, const TallyCell *row, bool key_known, uint8 rows)
{
	state->flags |= rows | (row->events.high < 0 ? TALLY_NEGATIVE : 0);
	if (key_known)
		return tally_add(state, row);
	state->flags &= ~TALLY_CANONICAL;
	tally_add_unknown(state, row, 1);
	return state;
}

static Tally *
leave_out_row(Tally *state, uint8 rows)
{
	state->flags |= rows;
	tally_add_missing(state, 1);
	return state;
}

/* One row a person: argument 2 holds all of that person's events, argument 3 if any the years. */
static Datum
fold_person(FunctionCallInfo fcinfo, double events, bool has_years)
{
	Tally	   *state = state_to_change(fcinfo);
	TallyCell	row = {0};

	if (PG_ARGISNULL(2) || (has_years && PG_ARGISNULL(3)))
		PG_RETURN_POINTER(leave_out_row(state, TALLY_PEOPLE));
	/* adding 0 makes a negative zero an ordinary one: equal keys have equal bytes */
	row.key = PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1) + 0.0;
	row.exposure.high = has_years ? PG_GETARG_FLOAT8(3) : 1;
	row.events.high = events;
	check_row(&row, "years", 0);
	row.squares = dd_product(events, events);
	PG_RETURN_POINTER(fold_row(state, &row, !PG_ARGISNULL(1), TALLY_PEOPLE));
}

/*
 * ph.person_tally(key float8, events float8): transition.  One row a person, who counts as one.
 */
PG_FUNCTION_INFO_V1(tally_fold_person);
Datum
tally_fold_person(PG_FUNCTION_ARGS)
{
	return fold_person(fcinfo, PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2), false);
}

/*
 * ph.person_tally(key float8, events boolean): transition.  One row a person: did it happen?
 */
PG_FUNCTION_INFO_V1(tally_fold_person_boolean);
Datum
tally_fold_person_boolean(PG_FUNCTION_ARGS)
{
	return fold_person(fcinfo, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2) ? 1 : 0, false);
}

/*
 * ph.person_tally(key float8, events float8, years float8): transition.  One row a person and the
 * years at risk.
 */
PG_FUNCTION_INFO_V1(tally_fold_person_years);
Datum
tally_fold_person_years(PG_FUNCTION_ARGS)
{
	return fold_person(fcinfo, PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2), true);
}

/* One row of counts; each of its events is one person's unless events_squared says otherwise. */
static Datum
fold_count(FunctionCallInfo fcinfo, bool has_squares)
{
	Tally	   *state = state_to_change(fcinfo);
	TallyCell	row = {0};

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || (has_squares && PG_ARGISNULL(4)))
		PG_RETURN_POINTER(leave_out_row(state, TALLY_COUNTS));
	row.key = PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1) + 0.0;
	row.events.high = PG_GETARG_FLOAT8(2);
	row.exposure.high = PG_GETARG_FLOAT8(3);
	row.squares.high = has_squares ? PG_GETARG_FLOAT8(4) : row.events.high;
	if (unlikely(row.events.high < 0))
		argument_error("events", "must not be negative in a tally of counts", NULL);
	check_row(&row, "population", row.squares.high);
	if (unlikely(row.events.high != 0 && row.squares.high == 0))
		argument_error("events_squared", "must not be 0 where there are events", NULL);
	PG_RETURN_POINTER(fold_row(state, &row, !PG_ARGISNULL(1), TALLY_COUNTS));
}

/*
 * ph.count_tally(key float8, events float8, population float8): transition.
 */
PG_FUNCTION_INFO_V1(tally_fold_count);
Datum
tally_fold_count(PG_FUNCTION_ARGS)
{
	return fold_count(fcinfo, false);
}

/*
 * ph.count_tally(key, events, population, events_squared): transition.
 */
PG_FUNCTION_INFO_V1(tally_fold_count_squared);
Datum
tally_fold_count_squared(PG_FUNCTION_ARGS)
{
	return fold_count(fcinfo, true);
}

/*
 * The combine function of every aggregate here.  A NULL tally, of a worker that had no rows, adds nothing.
 */
PG_FUNCTION_INFO_V1(tally_combine);
Datum
tally_combine(PG_FUNCTION_ARGS)
{
	Tally	   *state = state_to_change(fcinfo);
	Tally	   *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = tally_open(PG_GETARG_DATUM(1));
	if (state->flags == TALLY_CANONICAL && state->sorted == 0 && state->tail == 0)
		PG_RETURN_POINTER(other);	/* the executor takes a copy */

	state->flags = (state->flags | other->flags) & ~TALLY_CANONICAL;
	tally_add_missing(state, other->missing);
	tally_add_unknown(state, &other->unknown, other->unknown_rows);
	for (int i = 0; i < other->sorted + other->tail; i++)
	{
		CHECK_FOR_INTERRUPTS();
		state = tally_add(state, &other->cells[i]);
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.rollup(ph.tally): transition.  A NULL tally is a part of which nothing is known: a missing row, so that
 * the sum of the others is not taken for the whole.
 */
PG_FUNCTION_INFO_V1(tally_roll_up);
Datum
tally_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(leave_out_row(state_to_change(fcinfo), TALLY_COUNTS));
	return tally_combine(fcinfo);
}

/*
 * The final function of the aggregates: the state as a value to store.  It never changes the state.
 */
PG_FUNCTION_INFO_V1(tally_final);
Datum
tally_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(tally_datum(tally_open(PG_GETARG_DATUM(0))));
}
