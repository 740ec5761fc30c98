/*
 * chain_ladder.c: what will have been paid when all bills have come, from how earlier periods ran off.
 *
 * The factor of a period is what was paid until the next one over what was paid until it, summed over the origins that
 * have both; errors by Mack (1993).  Amounts and factors are exact decimals, the errors are not.
 */
#include "postgres.h"

#include <math.h>

#include "budget/triangle.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define FACTOR_PLACES 40

/* What was paid until the end of each period, from the first on. */
typedef struct Origin
{
	const char *name;
	int			length;
	int			periods;
	Amount	   *paid;
	double	   *number;			/* the same */
} Origin;

/* From one period to the next. */
typedef struct Development
{
	int			origins;		/* that have both */
	Amount		factor;			/* NULL where nothing was paid until the first */
	double		number;			/* the same */
	double		from;			/* what they had paid until the first */
	double		sigma_squared;	/* NAN where there is none */
} Development;

typedef struct RunOff
{
	int			origins;
	int			periods;		/* of the origin that has most */
	Origin	   *origin;
	Development *development;	/* one fewer than periods */
} RunOff;

/* Whether a cell begins an origin; otherwise it goes on with the one before. */
static bool
begins_origin(const Triangle *triangle, int cell)
{
	return cell == 0 || triangle->cell[cell].from_end != triangle->cell[cell - 1].from_end;
}

static void
read_origins(const Triangle *triangle, RunOff *run_off)
{
	Origin	   *origin = run_off->origin = palloc_array(Origin, Max(triangle->cells, 1));

	for (int i = 0; i < triangle->cells; i++)
	{
		const TriangleCell *cell = &triangle->cell[i];
		Amount		paid = cell_paid(cell);

		CHECK_FOR_INTERRUPTS();
		if (begins_origin(triangle, i))
		{
			int			most = 1;

			while (i + most < triangle->cells && !begins_origin(triangle, i + most))
				most++;
			origin = &run_off->origin[run_off->origins++];
			*origin = (Origin) {origin_name(triangle, cell), cell->length, 0, palloc_array(Amount, most),
			palloc_array(double, most)};
		}
		if (cell->development != origin->periods + 1)
			argument_error("triangle", "must have every development period of an origin until its last",
						   "Where nothing was paid in a period, fold a row with paid 0.");
		if (origin->periods > 0)
			paid = amount_sum(origin->paid[origin->periods - 1], paid);
		origin->paid[origin->periods] = paid;
		origin->number[origin->periods++] = amount_number(paid);
		run_off->periods = Max(run_off->periods, origin->periods);
	}
}

static void
find_factor(const RunOff *run_off, int period, Development *development)
{
	Amount		from = amount_of_count(0),
				to = from;

	for (int i = 0; i < run_off->origins; i++)
		if (run_off->origin[i].periods > period + 1)
		{
			from = amount_sum(from, run_off->origin[i].paid[period]);
			to = amount_sum(to, run_off->origin[i].paid[period + 1]);
			development->origins++;
		}
	development->from = amount_number(from);
	development->factor = amount_sign(from) == 0 ? NULL : amount_quotient(to, from);
	development->number = development->factor ? amount_number(development->factor) : NAN;
}

/* How far the factors of single origins lie from that of all, which needs two, all of which had paid. */
static double
sigma_squared(const RunOff *run_off, int period)
{
	const Development *development = &run_off->development[period];
	double		sum = 0;

	if (development->origins < 2 || !development->factor)
		return NAN;
	for (int i = 0; i < run_off->origins; i++)
	{
		const double *paid = run_off->origin[i].number;

		if (run_off->origin[i].periods <= period + 1)
			continue;
		if (!(paid[period] > 0))
			return NAN;
		sum += paid[period] * pow(paid[period + 1] / paid[period] - development->number, 2);
	}
	return sum / (development->origins - 1);
}

/* Mack's continuation, where the last factor is of one origin. */
static double
last_sigma_squared(double before, double before_that)
{
	double		lesser = fmin(before, before_that);

	if (isnan(before) || isnan(before_that))
		return NAN;
	return lesser == 0 ? 0 : fmin(lesser, before * before / before_that);
}

static RunOff *
read_run_off(const Triangle *triangle)
{
	RunOff	   *run_off = palloc0_object(RunOff);
	Development *development;
	int			last;

	read_origins(triangle, run_off);
	last = run_off->periods - 2;
	development = run_off->development = palloc0_array(Development, Max(run_off->periods, 1));
	for (int period = 0; period <= last; period++)
	{
		CHECK_FOR_INTERRUPTS();
		find_factor(run_off, period, &development[period]);
		development[period].sigma_squared = sigma_squared(run_off, period);
	}
	if (last >= 2 && development[last].origins == 1 && development[last].factor)
		development[last].sigma_squared = last_sigma_squared(development[last - 1].sigma_squared,
															 development[last - 2].sigma_squared);
	return run_off;
}

/*
 * ph.development_factors(ph.triangle) -> rows (development, origins, factor, sigma_squared)
 */
PG_FUNCTION_INFO_V1(development_factors);
Datum
development_factors(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RunOff	   *run_off;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	run_off = read_run_off(PG_GETARG_TRIANGLE(0));
	for (int period = 0; period < run_off->periods - 1; period++)
	{
		const Development *development = &run_off->development[period];
		Datum		values[4];
		bool		nulls[4];

		record_count(values, nulls, 0, period + 1, false);
		record_count(values, nulls, 1, development->origins, false);
		record_number(values, nulls, 2, development->number);
		record_number(values, nulls, 3, development->sigma_squared);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- to the end ---- */

/* What the paid amount of so many periods is multiplied by; NULL where a factor does not exist. */
static Amount *
factors_to_ultimate(const RunOff *run_off, Amount tail)
{
	Amount	   *to_ultimate = palloc0_array(Amount, run_off->periods + 1);

	to_ultimate[run_off->periods] = tail;
	for (int periods = run_off->periods - 1; periods >= 1; periods--)
	{
		Amount		factor = run_off->development[periods - 1].factor;

		if (to_ultimate[periods + 1] && factor)
			to_ultimate[periods] = amount_rounded(amount_product(to_ultimate[periods + 1], factor), FACTOR_PLACES);
	}
	return to_ultimate;
}

/* Whether Mack's errors exist: four periods, every amount above 0, every sigma known. */
static bool
has_errors(const RunOff *run_off, Amount tail)
{
	if (run_off->periods < 4 || amount_compare(tail, amount_of_count(1)) != 0)
		return false;
	for (int period = 0; period < run_off->periods - 1; period++)
		if (isnan(run_off->development[period].sigma_squared))
			return false;
	for (int i = 0; i < run_off->origins; i++)
		for (int period = 0; period < run_off->origin[i].periods; period++)
			if (!(run_off->origin[i].number[period] > 0))
				return false;
	return true;
}

/*
 * Mack's squared errors.  Of an origin: U^2 sum (sigma / f)^2 (1 / C + 1 / S) over the periods to come, C what it will
 * have paid, S what those had who gave the factor.  The second part is one error for all origins, so that of the total
 * it is (sum U)^2 (sigma / f)^2 / S in each period, over the origins that have it to come.
 */
static double *
squared_errors(const RunOff *run_off, double *total)
{
	double	   *errors = palloc0_array(double, Max(run_off->origins, 1));
	double	   *ultimates = palloc0_array(double, Max(run_off->periods, 1));

	*total = 0;
	for (int i = 0; i < run_off->origins; i++)
	{
		const Origin *origin = &run_off->origin[i];
		double		ultimate = origin->number[origin->periods - 1];
		double		paid = ultimate,
					by_chance = 0,
					by_factors = 0;

		CHECK_FOR_INTERRUPTS();
		for (int period = origin->periods - 1; period < run_off->periods - 1; period++)
		{
			const Development *development = &run_off->development[period];
			double		relative = development->sigma_squared / (development->number * development->number);

			by_chance += relative / paid;
			by_factors += relative / development->from;
			paid *= development->number;
		}
		ultimate = paid;
		errors[i] = ultimate * ultimate * (by_chance + by_factors);
		*total += ultimate * ultimate * by_chance;
		for (int period = origin->periods - 1; period < run_off->periods - 1; period++)
			ultimates[period] += ultimate;
	}
	for (int period = 0; period < run_off->periods - 1; period++)
	{
		const Development *development = &run_off->development[period];

		*total += ultimates[period] * ultimates[period] * development->sigma_squared /
			(development->number * development->number) / development->from;
	}
	return errors;
}

static Amount
amount_or_null(double x)
{
	return isfinite(x) ? amount_of_number(x) : NULL;
}

static void
put_row(ReturnSetInfo *result, text *origin, Amount latest, Amount to_ultimate, Amount ultimate, double squared_error)
{
	Datum		values[8];
	bool		nulls[8];
	double		factor = to_ultimate ? amount_number(to_ultimate) : NAN;

	values[0] = PointerGetDatum(origin);
	nulls[0] = origin == NULL;
	record_amount(values, nulls, 1, latest);
	record_number(values, nulls, 2, factor);
	record_number(values, nulls, 3, 1 / factor);
	record_amount(values, nulls, 4, ultimate);
	record_amount(values, nulls, 5, ultimate ? amount_difference(ultimate, latest) : NULL);
	record_amount(values, nulls, 6, ultimate ? amount_or_null(sqrt(squared_error)) : NULL);
	record_text(values, nulls, 7, ultimate ? NULL : "no_paid");
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * ph.chain_ladder(ph.triangle, tail float8)
 *   -> rows (origin, latest, to_ultimate, completion, ultimate, outstanding, standard_error, note)
 *
 * A row an origin, in byte order, and one of all, whose origin is NULL.  ultimate = latest to_ultimate, to_ultimate the
 * product of the factors to come and of the tail.  note: no_paid where a factor does not exist.  Errors: an origin with
 * a hole, a tail that is not above 0.
 */
PG_FUNCTION_INFO_V1(chain_ladder);
Datum
chain_ladder(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RunOff	   *run_off;
	Amount		tail,
			   *to_ultimate,
				all_latest = amount_of_count(0),
				all_ultimate = all_latest;
	double	   *errors = NULL,
				all_error = NAN;

	InitMaterializedSRF(fcinfo, 0);
	tail = amount_of_number(argument_positive(fcinfo, 1, "tail"));
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	run_off = read_run_off(PG_GETARG_TRIANGLE(0));
	if (run_off->origins == 0)
		return (Datum) 0;
	to_ultimate = factors_to_ultimate(run_off, tail);
	if (has_errors(run_off, tail))
		errors = squared_errors(run_off, &all_error);
	for (int i = 0; i < run_off->origins; i++)
	{
		const Origin *origin = &run_off->origin[i];
		Amount		latest = origin->paid[origin->periods - 1];
		Amount		factor = to_ultimate[origin->periods];
		Amount		ultimate = factor ? amount_product(latest, factor) : NULL;

		CHECK_FOR_INTERRUPTS();
		put_row(result, cstring_to_text_with_len(origin->name, origin->length), latest, factor, ultimate,
				errors ? errors[i] : NAN);
		all_latest = amount_sum(all_latest, latest);
		all_ultimate = all_ultimate && ultimate ? amount_sum(all_ultimate, ultimate) : NULL;
	}
	put_row(result, NULL, all_latest, NULL, all_ultimate, all_error);
	return (Datum) 0;
}

/*
 * ph.triangle_cells(ph.triangle) -> rows (origin, development, paid, cumulative)
 *
 * cumulative is NULL from the first period of an origin on that is not known.
 */
PG_FUNCTION_INFO_V1(triangle_cells);
Datum
triangle_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Triangle   *triangle;
	Amount		cumulative = NULL;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	triangle = PG_GETARG_TRIANGLE(0);
	for (int i = 0; i < triangle->cells; i++)
	{
		const TriangleCell *cell = &triangle->cell[i];
		Datum		values[4];
		bool		nulls[4] = {false, false, false, false};

		CHECK_FOR_INTERRUPTS();
		if (begins_origin(triangle, i))
			cumulative = cell->development == 1 ? cell_paid(cell) : NULL;
		else if (cumulative && cell->development == cell[-1].development + 1)
			cumulative = amount_sum(cumulative, cell_paid(cell));
		else
			cumulative = NULL;
		values[0] = PointerGetDatum(cstring_to_text_with_len(origin_name(triangle, cell), cell->length));
		values[1] = Int32GetDatum(cell->development);
		record_amount(values, nulls, 2, cell_paid(cell));
		record_amount(values, nulls, 3, cumulative);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
