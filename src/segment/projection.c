/*
 * projection.c: where people will be after further steps like the one observed, and how sure that is.
 *
 * Rows of the table of moves are independent multinomials.  With P the shares of each row and x the people now, the
 * people after t steps are x P^t.  A row r of P is known from n_r people, so by the delta method
 *   var(x P^t)_j = sum over r of (1/n_r) (sum over k of p_rk g_rk^2 - (sum over k of p_rk g_rk)^2),
 *   g_rk = sum over s < t of (x P^s)_r (P^(t-1-s))_kj,
 * and to that comes the chance of the moves themselves: each person of group i is in j with probability (P^t)_ij.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/crosstab.h"
#include "core/distribution.h"
#include "core/record.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_STATES 200
#define MOST_STEPS 100

typedef struct Chain
{
	int			count;
	int32	   *state;
	double	   *people;			/* from which each row is known */
	double	   *now;			/* people there at the second time */
	double	   *share;			/* count x count */
} Chain;

static int
state_number(Chain *chain, int32 state)
{
	int			low = 0;
	int			high = chain->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (chain->state[middle] < state)
			low = middle + 1;
		else
			high = middle;
	}
	return low < chain->count && chain->state[low] == state ? low : -1;
}

static int
compare_states(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return x < y ? -1 : x > y;
}

/* The chain of a table: pairs known at both times.  A state that nobody was in before keeps its people. */
static void
read_chain(const Crosstab *crosstab, Chain *chain)
{
	int			states = 0;

	chain->state = palloc(sizeof(int32) * (2 * (Size) crosstab->cells + 1));
	for (int i = 0; i < crosstab->cells; i++)
	{
		if (crosstab->cell[i].row != CROSSTAB_UNKNOWN)
			chain->state[states++] = crosstab->cell[i].row;
		if (crosstab->cell[i].column != CROSSTAB_UNKNOWN)
			chain->state[states++] = crosstab->cell[i].column;
	}
	qsort(chain->state, states, sizeof(int32), compare_states);
	chain->count = 0;
	for (int i = 0; i < states; i++)
		if (i == 0 || chain->state[i] != chain->state[i - 1])
			chain->state[chain->count++] = chain->state[i];
	if (chain->count > MOST_STATES)
		argument_error("crosstab", "has too many states to project", "At most 200 segments, tiers or other states.");
	chain->people = palloc0(sizeof(double) * (chain->count + 1));
	chain->now = palloc0(sizeof(double) * (chain->count + 1));
	chain->share = palloc0(sizeof(double) * ((Size) chain->count * chain->count + 1));
	for (int i = 0; i < crosstab->cells; i++)
	{
		const CrosstabCell *cell = &crosstab->cell[i];
		int			row = cell->row == CROSSTAB_UNKNOWN ? -1 : state_number(chain, cell->row);
		int			column = cell->column == CROSSTAB_UNKNOWN ? -1 : state_number(chain, cell->column);

		if (column >= 0)
			chain->now[column] += cell->people;
		if (row >= 0 && column >= 0)
		{
			chain->people[row] += cell->people;
			chain->share[row * chain->count + column] = cell->people;
		}
	}
	for (int i = 0; i < chain->count; i++)
	{
		if (chain->people[i] > 0)
			for (int j = 0; j < chain->count; j++)
				chain->share[i * chain->count + j] /= chain->people[i];
		else
			chain->share[i * chain->count + i] = 1;
	}
}

/* c = a b, of rows x count and count x count */
static void
multiply(const double *a, const double *b, int rows, int count, double *c)
{
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < count; j++)
			c[i * count + j] = 0;
		for (int k = 0; k < count; k++)
			for (int j = 0; j < count; j++)
				c[i * count + j] += a[i * count + k] * b[k * count + j];
	}
}

/* The variance of the people in state j after so many steps that comes of not knowing the shares. */
static double
variance_of_shares(const Chain *chain, double *const *people_after, double *const *power, int steps, int j)
{
	int			count = chain->count;
	double		variance = 0;

	for (int r = 0; r < count; r++)
	{
		double		mean = 0;
		double		square = 0;

		if (chain->people[r] == 0)
			continue;
		for (int k = 0; k < count; k++)
		{
			double		p = chain->share[r * count + k];
			double		g = 0;

			if (p == 0)
				continue;
			for (int s = 0; s < steps; s++)
				g += people_after[s][r] * power[steps - 1 - s][k * count + j];
			mean += p * g;
			square += p * g * g;
		}
		variance += Max(0, square - mean * mean) / chain->people[r];
	}
	return variance;
}

static double
variance_of_moves(const Chain *chain, const double *power, int j)
{
	double		variance = 0;

	for (int i = 0; i < chain->count; i++)
	{
		double		p = power[i * chain->count + j];

		variance += chain->now[i] * p * (1 - p);
	}
	return variance;
}

PG_FUNCTION_INFO_V1(project);

/*
 * ph.project(ph.crosstab, steps integer, confidence float8) -> rows (step, state, people, lower, upper, note)
 *
 * The people of the second time after 0 to steps further periods like the one between the two, if the chances of each
 * move stay as they were and hang on nothing but the present state (Markov).  Limits hold the uncertainty of the
 * observed shares (delta method over independent multinomial rows) and the chance of the moves, normal, not below 0.  A
 * state in which nobody was before keeps its people, and its note says so.  NULL: no rows. Errors (22023): more than
 * 200 states, steps outside 0 to 100, a confidence outside (0, 1).
 */
Datum
project(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Chain		chain;
	double		z;
	int			steps;
	int			count;
	double	  **people_after;
	double	  **power;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	if (PG_ARGISNULL(1) || PG_GETARG_INT32(1) < 0 || PG_GETARG_INT32(1) > MOST_STEPS)
		argument_error("steps", "must be from 0 to 100", NULL);
	steps = PG_GETARG_INT32(1);
	z = two_sided_z(argument_confidence(fcinfo, 2));
	read_chain(PG_GETARG_CROSSTAB(0), &chain);
	count = chain.count;
	people_after = palloc(sizeof(double *) * (steps + 1));
	power = palloc(sizeof(double *) * (steps + 1));
	for (int t = 0; t <= steps; t++)
	{
		people_after[t] = palloc0(sizeof(double) * (count + 1));
		power[t] = palloc0(sizeof(double) * ((Size) count * count + 1));
		if (t == 0)
		{
			memcpy(people_after[0], chain.now, sizeof(double) * count);
			for (int i = 0; i < count; i++)
				power[0][i * count + i] = 1;
		}
		else
		{
			multiply(people_after[t - 1], chain.share, 1, count, people_after[t]);
			multiply(power[t - 1], chain.share, count, count, power[t]);
		}
		for (int j = 0; j < count; j++)
		{
			double		half;
			Datum		values[6];
			bool		nulls[6] = {false, false, false, false, false, false};

			CHECK_FOR_INTERRUPTS();
			half = z * sqrt(variance_of_shares(&chain, people_after, power, t, j) +
							variance_of_moves(&chain, power[t], j));
			values[0] = Int32GetDatum(t);
			values[1] = Int32GetDatum(chain.state[j]);
			record_number(values, nulls, 2, people_after[t][j]);
			record_number(values, nulls, 3, Max(0, people_after[t][j] - half));
			record_number(values, nulls, 4, people_after[t][j] + half);
			record_text(values, nulls, 5, chain.people[j] == 0 ? "nobody_before: its people are kept" : NULL);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}
