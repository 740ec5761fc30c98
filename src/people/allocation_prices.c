/*
 * allocation_prices.c: an allocation in the order of benefits over prices, and a bound of all allocations.
 *
 * For whatever prices of places, what all places cost and what everybody would gain over them by the choice that is
 * best for themselves is a bound: no allocation is worth more.  Prices go up where more is chosen than there are places
 * and down where less (subgradient steps of Polyak 1969 towards the best allocation known, deflected by those before as
 * Camerini, Fratta and Maffioli 1975 did); the least bound stands.
 * Places then go to pairs in the order of what they gain over the price of the place.
 */
#include "people/allocation.h"

#include <math.h>

#include "miscadmin.h"

#define ROUNDS 300
#define JITTER 0.003			/* tells people apart who gain the same: prices of a tie serve too many or none */
#define PATIENCE 12				/* rounds without a better bound until steps are half as long */
#define BEGINNING 0.8			/* of what the last place is worth in the order of benefits */
#define DEFLECTION 0.7			/* of the step before that is left in the next */

typedef struct Prices
{
	Allocation *allocation;
	double	   *price;			/* of each intervention; then what a place of the floor is paid */
	double	   *excess;			/* chosen less there is; then places that the floor lacks */
	double	   *step;			/* which way they go */
	double	   *best;			/* prices of the least bound */
	double		bound;
	double		jitter;			/* the share by which benefits are raised at most */
	bool	   *chosen;			/* of a person's pairs */
	int		   *order;
	double	   *over_price;		/* of each pair */
} Prices;

/* A number between 0 and 1 for each pair. */
static double
share_of(uint64 pair)
{
	return ((pair + 1) * UINT64CONST(0x9E3779B97F4A7C15) >> 11) * 0x1p-53;
}

static double
gain_over_price(const Prices *prices, const AllocationPair *pair)
{
	return pair->benefit * (1 + prices->jitter * share_of(pair - prices->allocation->pair)) -
		prices->price[pair->intervention];
}

/* The same with what the floor pays for the person. */
static double
gain_with_pay(const Prices *prices, int person, const AllocationPair *pair)
{
	const Allocation *allocation = prices->allocation;

	return gain_over_price(prices, pair) +
		(allocation->person[person].deprived ? prices->price[allocation->interventions] : 0);
}

static bool
group_is_taken(const Allocation *allocation, const AllocationPair *own, int pairs, const bool *taken, int group)
{
	for (int i = 0; i < pairs; i++)
		if (taken[i] && allocation->intervention[own[i].intervention].group == group)
			return true;
	return false;
}

/* The best pair that a person can still choose, -1 where none gains anything. */
static int
next_choice(const Prices *prices, int person)
{
	const Allocation *allocation = prices->allocation;
	const AllocationPair *own = pairs_of(allocation, person);
	int			pairs = allocation->person[person].pairs,
				next = -1;
	double		most = 0;

	for (int i = 0; i < pairs; i++)
	{
		double		gain = gain_with_pay(prices, person, &own[i]);

		if (gain > most && !prices->chosen[i] &&
			(allocation->most_per_person == 1 ||
			 !group_is_taken(allocation, own, pairs, prices->chosen,
							 allocation->intervention[own[i].intervention].group)))
		{
			most = gain;
			next = i;
		}
	}
	return next;
}

/* What a person gains by the best choice; excess counts it. */
static double
choose(Prices *prices, int person)
{
	const Allocation *allocation = prices->allocation;
	const AllocationPair *own = pairs_of(allocation, person);
	double		gain = 0;
	int			next;

	memset(prices->chosen, 0, allocation->person[person].pairs * sizeof(bool));
	for (int held = 0; held < allocation->most_per_person && (next = next_choice(prices, person)) >= 0; held++)
	{
		prices->chosen[next] = true;
		gain += gain_with_pay(prices, person, &own[next]);
		prices->excess[own[next].intervention]++;
		if (allocation->person[person].deprived)
			prices->excess[allocation->interventions]--;
	}
	return gain;
}

static double
bound_at_prices(Prices *prices)
{
	const Allocation *allocation = prices->allocation;
	double		bound = -prices->price[allocation->interventions] * allocation->floor;

	prices->excess[allocation->interventions] = allocation->floor;
	for (int i = 0; i < allocation->interventions; i++)
	{
		double		places = Min(allocation->intervention[i].capacity, allocation->people);

		prices->excess[i] = -places;
		bound += places * prices->price[i];
	}
	for (int person = 0; person < allocation->people; person++)
	{
		CHECK_FOR_INTERRUPTS();
		bound += choose(prices, person);
	}
	return bound;
}

/* ---- places in the order of gains ---- */

static int
compare_gains(const void *a, const void *b, void *over_price)
{
	int			one = *(const int *) a,
				other = *(const int *) b;
	const double *gain = over_price;

	CHECK_FOR_INTERRUPTS();
	if (gain[one] != gain[other])
		return gain[one] > gain[other] ? -1 : 1;
	return (one > other) - (one < other);
}

typedef struct Filling
{
	int		   *held;			/* places of each person */
	int		   *owner;			/* of each pair */
	bool	   *given;
} Filling;

static void
give_in_order(Prices *prices, Filling *filling, bool only_deprived, int64 most)
{
	Allocation *allocation = prices->allocation;

	for (int k = 0; k < allocation->pairs && most > 0; k++)
	{
		AllocationPair *pair = &allocation->pair[prices->order[k]];
		int			person = filling->owner[prices->order[k]];
		const AllocationPerson *of = &allocation->person[person];
		AllocationIntervention *intervention = &allocation->intervention[pair->intervention];

		CHECK_FOR_INTERRUPTS();
		if (pair->given || intervention->given >= intervention->capacity || (only_deprived && !of->deprived) ||
			filling->held[person] >= allocation->most_per_person)
			continue;
		for (int i = 0; i < of->pairs; i++)
			filling->given[i] = pairs_of(allocation, person)[i].given;
		if (group_is_taken(allocation, pairs_of(allocation, person), of->pairs, filling->given, intervention->group))
			continue;
		pair->given = true;
		filling->held[person]++;
		intervention->given++;
		allocation->benefit += pair->benefit;
		most--;
		if (of->deprived)
			allocation->floor_reached++;
	}
}

/* Gives places at these prices: those of the floor first, and the others to whom they serve best, unpaid. */
static void
give_places(Prices *prices)
{
	Allocation *allocation = prices->allocation;
	Filling		filling = {palloc0_array(int, Max(allocation->people, 1)),
		palloc_extended(Max(allocation->pairs, 1) * sizeof(int), MCXT_ALLOC_HUGE),
		palloc_array(bool, Max(allocation->interventions, 1))};

	for (int i = 0; i < allocation->interventions; i++)
		allocation->intervention[i].given = 0;
	for (int person = 0; person < allocation->people; person++)
		for (int i = 0; i < allocation->person[person].pairs; i++)
		{
			int			pair = allocation->person[person].first + i;

			allocation->pair[pair].given = false;
			prices->over_price[pair] = gain_over_price(prices, &allocation->pair[pair]);
			prices->order[pair] = pair;
			filling.owner[pair] = person;
		}
	allocation->benefit = allocation->floor_reached = 0;
	qsort_arg(prices->order, allocation->pairs, sizeof(int), compare_gains, prices->over_price);
	give_in_order(prices, &filling, true, allocation->floor);
	give_in_order(prices, &filling, false, PG_INT64_MAX);
	allocation->floor_reached = Min(allocation->floor_reached, allocation->floor);
	pfree(filling.owner);
	pfree(filling.held);
}

/* ---- prices ---- */

/* Prices begin near what the last place of each intervention that is full is worth in the order of benefits. */
static void
begin_prices(Prices *prices)
{
	const Allocation *allocation = prices->allocation;

	for (int i = 0; i < allocation->pairs; i++)
	{
		const AllocationPair *pair = &allocation->pair[i];
		const AllocationIntervention *intervention = &allocation->intervention[pair->intervention];
		double	   *price = &prices->price[pair->intervention];

		if (pair->given && intervention->given == intervention->capacity &&
			(*price == 0 || BEGINNING * pair->benefit < *price))
			*price = BEGINNING * pair->benefit;
	}
}

static void
find_bound(Prices *prices, double towards)
{
	int			count = prices->allocation->interventions + 1;
	double		length = 1;
	int			without_better = 0;

	for (int round = 0; round < ROUNDS; round++)
	{
		double		bound = bound_at_prices(prices),
					squares = 0;

		if (bound < prices->bound)
		{
			prices->bound = bound;
			memcpy(prices->best, prices->price, count * sizeof(double));
			without_better = 0;
		}
		else if (++without_better == PATIENCE)
		{
			length /= 2;
			without_better = 0;
			memcpy(prices->price, prices->best, count * sizeof(double));
			continue;
		}
		for (int i = 0; i < count; i++)
		{
			prices->step[i] = prices->excess[i] + DEFLECTION * prices->step[i];
			if (prices->step[i] > 0 || prices->price[i] > 0)
				squares += prices->step[i] * prices->step[i];
		}
		if (squares == 0 || bound <= towards)
			break;
		for (int i = 0; i < count; i++)
			prices->price[i] = fmax(prices->price[i] + length * (bound - towards) / squares * prices->step[i], 0);
	}
	memcpy(prices->price, prices->best, count * sizeof(double));
}

static Prices *
prices_make(Allocation *allocation)
{
	Prices	   *prices = palloc0_object(Prices);
	int			count = allocation->interventions + 1;

	prices->allocation = allocation;
	prices->price = palloc0_array(double, count);
	prices->excess = palloc0_array(double, count);
	prices->step = palloc0_array(double, count);
	prices->best = palloc0_array(double, count);
	prices->bound = INFINITY;
	prices->chosen = palloc_array(bool, count);
	prices->order = palloc_extended(Max(allocation->pairs, 1) * sizeof(int), MCXT_ALLOC_HUGE);
	prices->over_price = palloc_extended(Max(allocation->pairs, 1) * sizeof(double), MCXT_ALLOC_HUGE);
	return prices;
}

/*
 * The better of the order at prices and the order of benefits.  A floor that was not reached may be beyond reach: all
 * allocations that give as many of its places are bounded.
 */
void
allocate_by_prices(Allocation *allocation)
{
	Prices	   *prices = prices_make(allocation);
	int64		floor = allocation->floor,
				reached,
				benefit;

	give_places(prices);
	reached = allocation->floor_reached;
	benefit = allocation->benefit;
	begin_prices(prices);
	prices->jitter = JITTER;
	allocation->floor = reached;
	find_bound(prices, benefit);
	allocation->floor = floor;
	give_places(prices);
	prices->jitter = 0;
	if (allocation->floor_reached < reached || (allocation->floor_reached == reached && allocation->benefit < benefit))
	{
		memset(prices->price, 0, (allocation->interventions + 1) * sizeof(double));
		give_places(prices);
		memcpy(prices->price, prices->best, (allocation->interventions + 1) * sizeof(double));
	}
	allocation->floor = allocation->floor_reached;
	prices->bound = bound_at_prices(prices);
	allocation->floor = floor;
	allocation->bound = fmax(prices->bound * (1 + 1e-12), allocation->benefit);
	for (int i = 0; i < allocation->interventions; i++)
		allocation->intervention[i].price = rint(prices->price[i]);
	allocation->floor_price = rint(prices->price[allocation->interventions]);
	allocation->has_prices = true;
}
