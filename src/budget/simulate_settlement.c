/*
 * simulate_settlement.c: what chance does to a settlement where costs are skewed.
 *
 * A year's costs are drawn again and again, each year is settled by the contract as a real one is, and what it pays is
 * counted: caps, corridors and thresholds are in it, which normal theory leaves out.  Stop-loss is applied to each
 * person who is drawn; where only totals are drawn a contract with it is refused, since cover is of the tail of single
 * persons' costs, where a gamma distribution is least like them.
 */
#include "budget/settlement.h"

#include <math.h>

#include "core/argument.h"
#include "core/draw.h"
#include "core/record.h"
#include "core/sort.h"
#include "core/sum.h"
#include "core/tally.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#define MOST_SIMULATIONS 100000
#define MOST_DRAWS 1e9			/* of single persons' costs */

/* Where a year's mean cost comes from. */
typedef struct CostSource
{
	double		people;
	double		mean;			/* of a gamma distribution of persons' costs */
	double		cv;
	const double *costs;		/* or costs to draw from, and how many there are */
	int			count;
	const double *recovered;	/* what stop-loss cover gives back of each; NULL: no cover */
} CostSource;

/* Both of all people. */
typedef struct DrawnYear
{
	Amount		cost;
	Amount		recovered;
} DrawnYear;

/* The mean cost of so many people: the sum of gammas of one scale is a gamma. */
static double
draw_gamma_mean(const CostSource *source, pg_prng_state *random)
{
	double		shape = source->people / (source->cv * source->cv);

	if (source->mean == 0 || !isfinite(shape))
		return source->mean;
	return source->mean * draw_gamma(random, shape) / shape;
}

/* To 15 digits, which costs in pence keep when they are summed: the next would move a saving off its threshold. */
static Amount
amount_of_sum(Sum sum)
{
	return DatumGetNumeric(DirectFunctionCall1(float8_numeric, Float8GetDatum(sum_value(sum))));
}

static DrawnYear
draw_year_of_costs(const CostSource *source, pg_prng_state *random)
{
	Sum			cost = {0},
				recovered = {0};

	for (int64 i = 0; i < (int64) source->people; i++)
	{
		double		place = pg_prng_double(random) * source->count;
		int			person = Min((int) place, source->count - 1);

		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		sum_add(&cost, source->costs[person]);
		if (source->recovered)
			sum_add(&recovered, source->recovered[person]);
	}
	return (DrawnYear) {amount_of_sum(cost), amount_of_sum(recovered)};
}

static DrawnYear
draw_year(const CostSource *source, Amount people, pg_prng_state *random)
{
	if (source->costs)
		return draw_year_of_costs(source, random);
	return (DrawnYear) {amount_product(amount_of_number(draw_gamma_mean(source, random)), people), amount_of_count(0)};
}

/* What cover gives back of each cost: min(share max(cost - attachment, 0), maximum). */
static double *
recovered_of_costs(const StopLoss *cover, const double *costs, int count)
{
	double		attachment = amount_number(cover->attachment),
				share = amount_number(cover->share),
				maximum = cover->maximum ? amount_number(cover->maximum) : INFINITY;
	double	   *recovered = palloc_array(double, count);

	for (int i = 0; i < count; i++)
	{
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
		recovered[i] = fmin(share * fmax(costs[i] - attachment, 0), maximum);
	}
	return recovered;
}

static Datum
simulate(FunctionCallInfo fcinfo, const Contract *contract, Year year, Amount benchmark, const CostSource *source,
		 int simulations, int64 seed, double confidence)
{
	MemoryContext one_year = AllocSetContextCreate(CurrentMemoryContext, "ph simulated year", ALLOCSET_SMALL_SIZES);
	double	   *provider = palloc_array(double, simulations);
	double		sum = 0,
				lower = NAN,
				upper = NAN;
	int			paying = 0,
				owing = 0;
	Amount		people = amount_of_number(source->people);
	const char *note = NULL;
	pg_prng_state random;
	Datum		values[6];
	bool		nulls[6];

	pg_prng_seed(&random, (uint64) seed);
	year.benchmark = amount_product(benchmark, people);
	for (int i = 0; i < simulations && note == NULL; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(one_year);
		DrawnYear	drawn = draw_year(source, people, &random);
		Settlement	lines;

		CHECK_FOR_INTERRUPTS();
		year.actual = drawn.cost;
		year.recovered = drawn.recovered;
		lines = settle(contract, &year);
		if (lines.gross == NULL)
			note = lines.note;
		else
		{
			provider[i] = amount_number(amount_difference(lines.paid, lines.owed));
			sum += provider[i];
			paying += amount_sign(lines.paid) > 0;
			owing += amount_sign(lines.owed) > 0;
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(one_year);
	}
	if (note == NULL)
		limits_of_draws(provider, simulations, confidence, &lower, &upper);
	record_number(values, nulls, 0, note ? NAN : sum / simulations);
	record_number(values, nulls, 1, lower);
	record_number(values, nulls, 2, upper);
	record_number(values, nulls, 3, note ? NAN : (double) paying / simulations);
	record_number(values, nulls, 4, note ? NAN : (double) owing / simulations);
	record_text(values, nulls, 5, note);
	return record_datum(fcinfo, values, nulls);
}

static Datum
no_simulation(FunctionCallInfo fcinfo, const char *note)
{
	Datum		values[6];
	bool		nulls[6];

	for (int i = 0; i < 5; i++)
		record_number(values, nulls, i, NAN);
	record_text(values, nulls, 5, note);
	return record_datum(fcinfo, values, nulls);
}

/* A number of at least 0 and below 10^15; NAN for NULL. */
static double
argument_size(FunctionCallInfo fcinfo, int index, const char *argument)
{
	double		x = PG_ARGISNULL(index) ? NAN : argument_number(fcinfo, index, argument);

	if (x < 0 || x >= 1e15)
		argument_error(argument, "must lie between 0 and 10^15", NULL);
	return x;
}

/*
 * ph.simulate_settlement(contract, benchmark_per_head numeric, mean float8, cv float8, people float8, quality float8,
 *   revenue numeric, equity_shown boolean, simulations int, seed bigint, confidence float8)
 *   -> (provider, lower, upper, probability_paying, probability_owing, note)
 *
 * Costs of persons are gamma of this mean and coefficient of variation.  The same seed gives the same answer.  NULL
 * with the note of a settlement, or no_population.  Errors: those of ph.settlement, a contract with stop-loss, a mean,
 * cv or people below 0, simulations outside 1 to 100,000.
 */
PG_FUNCTION_INFO_V1(simulate_settlement);
Datum
simulate_settlement(PG_FUNCTION_ARGS)
{
	Contract	contract;
	Amount		benchmark = argument_amount_from_zero(fcinfo, 1, "benchmark_per_head");
	CostSource	source = {
		.mean = argument_size(fcinfo, 2, "mean"), .cv = argument_size(fcinfo, 3, "cv"),
		.people = argument_size(fcinfo, 4, "people")
	};
	Year		year = argument_year(fcinfo, 5);
	int			simulations = argument_whole(fcinfo, 8, "simulations", 1, MOST_SIMULATIONS);
	int64		seed = argument_seed(fcinfo, 9);
	double		confidence = argument_confidence(fcinfo, 10);

	bool		given = argument_contract(fcinfo, 0, &contract);

	if (given && contract.stop_loss.attachment)
		argument_error("contract", "must not have a stop-loss where totals are drawn and not persons",
					   "Use ph.simulate_settlement_of_costs.");
	if (!given || benchmark == NULL || isnan(source.mean) || isnan(source.cv) || isnan(source.people))
		return no_simulation(fcinfo, "missing_input");
	if (source.people == 0)
		return no_simulation(fcinfo, "no_population");
	return simulate(fcinfo, &contract, year, benchmark, &source, simulations, seed, confidence);
}

/*
 * ph.simulate_settlement_of_costs(contract, benchmark_per_head numeric, costs float8[], people integer, quality float8,
 *   revenue numeric, equity_shown boolean, simulations int, seed bigint, confidence float8) -> as
 *   ph.simulate_settlement
 *
 * Each year draws people's costs from the list, with replacement; people is as many as are in it unless given.  The
 * stop-loss of a contract is applied to each cost that is drawn.  Errors: those of ph.settlement, nulls or numbers that
 * are not finite in the list, more than 10^9 draws.
 */
PG_FUNCTION_INFO_V1(simulate_settlement_of_costs);
Datum
simulate_settlement_of_costs(PG_FUNCTION_ARGS)
{
	Contract	contract;
	Amount		benchmark = argument_amount_from_zero(fcinfo, 1, "benchmark_per_head");
	double	   *costs = NULL;
	int			count = PG_ARGISNULL(2) ? 0 : argument_numbers(fcinfo, 2, "costs", (int) (MaxAllocSize / sizeof(Datum)),
															   &costs);
	int			people = PG_ARGISNULL(3) ? count : argument_whole(fcinfo, 3, "people", 0, PG_INT32_MAX);
	CostSource	source = {.people = people, .costs = costs, .count = count};
	Year		year = argument_year(fcinfo, 4);
	int			simulations = argument_whole(fcinfo, 7, "simulations", 1, MOST_SIMULATIONS);
	int64		seed = argument_seed(fcinfo, 8);
	double		confidence = argument_confidence(fcinfo, 9);

	for (int i = 0; i < count; i++)
		if (!(fabs(costs[i]) < 1e15))
			argument_error("costs", "must hold finite numbers below 10^15 in size", NULL);
	if ((double) people * simulations > MOST_DRAWS)
		argument_error("simulations", "must not ask for more than 10^9 costs in all",
					   "Ask for fewer, or use ph.simulate_settlement.");
	if (!argument_contract(fcinfo, 0, &contract) || benchmark == NULL || PG_ARGISNULL(2))
		return no_simulation(fcinfo, "missing_input");
	if (people == 0 || count == 0)
		return no_simulation(fcinfo, "no_population");
	sort_numbers(costs, count);	/* the order of the list must not show in what is drawn */
	if (contract.stop_loss.attachment)
		source.recovered = recovered_of_costs(&contract.stop_loss, costs, count);
	return simulate(fcinfo, &contract, year, benchmark, &source, simulations, seed, confidence);
}

/*
 * ph.cost_spread(ph.tally) -> (people, mean, cv)
 *
 * Of a tally of people whose events are costs: exposure, cost per exposure, and the coefficient of variation between
 * people, which each must have about one unit of exposure.  cv NULL for rows of counts, fewer than two people and a
 * mean that is not above 0.
 */
PG_FUNCTION_INFO_V1(cost_spread);
Datum
cost_spread(PG_FUNCTION_ARGS)
{
	Tally	   *tally = argument_tally(fcinfo, 0);
	double		people = NAN,
				mean = NAN,
				cv = NAN;
	Datum		values[3];
	bool		nulls[3];

	if (tally)
	{
		TallyCell	total = tally_total(tally);

		people = sum_value(total.exposure);
		mean = sum_value(total.events) / people;
		if ((tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)) == TALLY_PEOPLE && people > 1 && mean > 0)
			cv = sqrt(fmax(tally_squares_about_mean(&total), 0) / (people - 1)) / mean;
	}
	record_number(values, nulls, 0, people);
	record_number(values, nulls, 1, mean);
	record_number(values, nulls, 2, cv);
	return record_datum(fcinfo, values, nulls);
}
