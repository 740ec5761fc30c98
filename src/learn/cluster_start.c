/*
 * cluster_start.c: centres to start from, sought among rows in memory.
 *
 * Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding": each further centre is a row drawn
 * in proportion to its cost so far, the best of a few such draws.  Each start is then run to its end, by Lloyd's
 * passes and, among numbers, by moving single rows as long as that lowers the cost (Hartigan and Wong 1979); the best
 * of them is kept.
 */
#include "learn/cluster_start.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#define SAME_COST 1e-3			/* relative: starts that end so near the best are as good */

/* Lloyd's passes of a start: after the first ones single moves go further */
#define PASSES_OF_A_START 20

static const double *
row_x(const ClusterRows *rows, int row)
{
	return rows->x + (Size) row * rows->columns;
}

static const double *
row_codes(const ClusterRows *rows, int row)
{
	return rows->codes + (Size) row * rows->categories;
}

/* ---- Lloyd's algorithm ---- */

ClusterSums *
cluster_lloyd(ClusterSums *(*pass) (void *over, ClusterSums *start), void *over, ClusterSums *start, int most,
			  int *iterations)
{
	ClusterSums *last = NULL;	/* what it started from, if that is ours */

	for (*iterations = 1;; ++*iterations)
	{
		ClusterSums *sums = pass(over, start);

		if (last)
			pfree(last);
		if (sums == NULL || cluster_people(sums) == 0 || cluster_settled(sums) || *iterations >= most)
			return sums;
		start = last = cluster_next(sums);
		pfree(sums);
	}
}

static ClusterSums *
memory_pass(void *over, ClusterSums *start)
{
	const ClusterRows *rows = over;
	ClusterSums *sums = cluster_without_rows(start);

	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		cluster_add(sums, row_x(rows, i), row_codes(rows, i));
	}
	return sums;
}

/* ---- single moves ---- */

/* Takes a row out of one mean and into another. */
static void
move_row(ClusterSums *start, double *people, const double *x, int from, int to)
{
	double	   *left = cluster_centre(start, from),
			   *joined = cluster_centre(start, to);

	people[from]--;
	people[to]++;
	for (int j = 0; j < start->columns; j++)
	{
		left[j] -= (x[j] - left[j]) / people[from];
		joined[j] += (x[j] - joined[j]) / people[to];
	}
}

/* The cluster where a row would cost least once the means have followed it. */
static int
better_cluster(ClusterSums *start, const double *people, const double *x, int own)
{
	double		least = people[own] / (people[own] - 1) * cluster_cost(start, x, NULL, cluster_centre(start, own),
		NULL) * (1 - 1e-9);
	int			best = own;

	for (int c = 0; c < start->clusters; c++)
	{
		double		cost = people[c] / (people[c] + 1) * cluster_cost(start, x, NULL, cluster_centre(start, c), NULL);

		if (c != own && cost < least)
		{
			least = cost;
			best = c;
		}
	}
	return best;
}

/* Moves single rows until none gains by it; the last pass about the means that they leave. */
static ClusterSums *
improve_by_moves(ClusterRows *rows, ClusterSums *sums, int most)
{
	ClusterSums *start = cluster_next(sums);
	double	   *people = palloc0_array(double, sums->clusters);
	int		   *cluster = palloc_array(int, rows->count);
	bool		moved = rows->categories == 0;

	for (int i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		cluster[i] = cluster_nearest(start, row_x(rows, i), row_codes(rows, i));
		people[cluster[i]]++;
	}
	for (int pass = 0; moved && pass < most; pass++)
	{
		moved = false;
		for (int i = 0; i < rows->count; i++)
		{
			int			better = people[cluster[i]] > 1
				? better_cluster(start, people, row_x(rows, i), cluster[i]) : cluster[i];

			CHECK_FOR_INTERRUPTS();
			if (better == cluster[i])
				continue;
			move_row(start, people, row_x(rows, i), cluster[i], better);
			cluster[i] = better;
			moved = true;
		}
	}
	return memory_pass(rows, start);
}

/* ---- k-means++ ---- */

/* A row in proportion to its cost. */
static int
draw_row(const double *cost, int count, double total, pg_prng_state *random)
{
	double		left = pg_prng_double(random) * total;
	int			last = 0;

	for (int i = 0; i < count; i++)
	{
		if (cost[i] <= 0)
			continue;
		last = i;
		left -= cost[i];
		if (left < 0)
			break;
	}
	return last;
}

static void
set_centre(ClusterSums *start, int cluster, const ClusterRows *rows, int row)
{
	memcpy(cluster_centre(start, cluster), row_x(rows, row), sizeof(double) * rows->columns);
	memcpy(cluster_modes(start, cluster), row_codes(rows, row), sizeof(double) * rows->categories);
}

/* Costs with one row more as a centre; their sum. */
static double
lower_costs(ClusterSums *shape, const ClusterRows *rows, const double *cost, int centre, double *lower)
{
	double		total = 0;

	for (int i = 0; i < rows->count; i++)
	{
		lower[i] = fmin(cost[i], cluster_cost(shape, row_x(rows, i), row_codes(rows, i), row_x(rows, centre),
											  row_codes(rows, centre)));
		total += lower[i];
	}
	return total;
}

/* False where there are fewer different rows than clusters. */
static bool
draw_start(ClusterSums *start, const ClusterRows *rows, pg_prng_state *random)
{
	int			tries = 2 + (int) log(start->clusters);
	double	   *cost = palloc_array(double, rows->count);
	double	   *lower = palloc_array(double, rows->count);
	double	   *least = palloc_array(double, rows->count);
	int			first = (int) (pg_prng_double(random) * rows->count);
	double		total;

	for (int i = 0; i < rows->count; i++)
		cost[i] = INFINITY;
	set_centre(start, 0, rows, first);
	total = lower_costs(start, rows, cost, first, cost);
	for (int c = 1; c < start->clusters; c++)
	{
		double		best = INFINITY;

		CHECK_FOR_INTERRUPTS();
		if (!(total > 0))
			return false;
		for (int attempt = 0; attempt < tries; attempt++)
		{
			int			row = draw_row(cost, rows->count, total, random);
			double		reached = lower_costs(start, rows, cost, row, lower);

			if (reached < best)
			{
				double	   *spare = least;

				best = reached;
				set_centre(start, c, rows, row);
				least = lower;
				lower = spare;
			}
		}
		memcpy(cost, least, sizeof(double) * rows->count);
		total = best;
	}
	return true;
}

/* ---- several starts ---- */

static int
empty_clusters(ClusterSums *sums)
{
	int			empty = 0;

	for (int c = 0; c < sums->clusters; c++)
		empty += cluster_cell(sums, c)->people == 0;
	return empty;
}

static bool
is_better(ClusterSums *sums, ClusterSums *best)
{
	int			empty = empty_clusters(sums),
				best_empty = empty_clusters(best);

	return empty < best_empty || (empty == best_empty && cluster_inertia(sums) < cluster_inertia(best));
}

static ClusterSums *
copy_sums(ClusterSums *sums)
{
	ClusterSums *copy = palloc(VARSIZE(sums));

	memcpy(copy, sums, VARSIZE(sums));
	return copy;
}

ClusterSums *
cluster_seek(ClusterRows *rows, ClusterSums *shape, int starts, int most, pg_prng_state *random, int *agreeing)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext one_start = AllocSetContextCreate(caller, "ph cluster start", ALLOCSET_DEFAULT_SIZES);
	double	   *reached = palloc_array(double, starts);
	ClusterSums *best = NULL;
	int			count = 0;

	for (int i = 0; i < starts && rows->count > 0; i++)
	{
		ClusterSums *start;
		ClusterSums *sums;
		int			iterations;

		MemoryContextSwitchTo(one_start);
		start = cluster_without_rows(shape);
		if (!draw_start(start, rows, random))
			break;
		sums = improve_by_moves(rows, cluster_lloyd(memory_pass, rows, start, PASSES_OF_A_START, &iterations), most);
		MemoryContextSwitchTo(caller);
		reached[count++] = cluster_inertia(sums);
		if (best == NULL || is_better(sums, best))
			best = copy_sums(sums);
		MemoryContextReset(one_start);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(one_start);
	*agreeing = 0;
	for (int i = 0; i < count; i++)
		*agreeing += reached[i] <= cluster_inertia(best) * (1 + SAME_COST);
	return best ? cluster_next(best) : NULL;
}
