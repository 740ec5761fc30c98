/*
 * allocation_branches.c: the best allocation where exclusions are no groups (a with b, b with c, but not a with c).
 *
 * Groups alone leave some of them out, and their best allocation may give a person two that exclude each other.  Then
 * either one or the other is barred for that person, and each branch allocated anew, unless it cannot be better than
 * the best that is known.
 */
#include "people/allocation.h"

#include "core/argument.h"
#include "core/query.h"
#include "miscadmin.h"

#define MOST_WORK 2000000		/* pairs of all branches */

typedef struct Branches
{
	Allocation *allocation;
	bool	   *best;			/* pairs given by the best that is known; NULL before the first */
	int64		benefit;
	int64		floor_reached;
	int64		work;
} Branches;

static bool
comes_before(const Allocation *allocation, const bool *given)
{
	for (int i = 0; i < allocation->pairs; i++)
		if (allocation->pair[i].given != given[i])
			return allocation->pair[i].given;
	return false;
}

static bool
can_be_better(const Branches *branches)
{
	const Allocation *allocation = branches->allocation;

	if (branches->best == NULL)
		return true;
	if (allocation->floor_reached != branches->floor_reached)
		return allocation->floor_reached > branches->floor_reached;
	if (allocation->benefit != branches->benefit)
		return allocation->benefit > branches->benefit;
	return comes_before(allocation, branches->best);
}

static void
keep_best(Branches *branches)
{
	Allocation *allocation = branches->allocation;

	if (branches->best == NULL)
		branches->best = palloc_array(bool, Max(allocation->pairs, 1));
	for (int i = 0; i < allocation->pairs; i++)
		branches->best[i] = allocation->pair[i].given;
	branches->benefit = allocation->benefit;
	branches->floor_reached = allocation->floor_reached;
}

/* Two pairs of one person that exclude each other; whether there are any. */
static bool
find_conflict(const Allocation *allocation, AllocationPair **one, AllocationPair **other)
{
	for (int person = 0; person < allocation->people; person++)
	{
		AllocationPair *own = pairs_of(allocation, person);

		for (int i = 0; i < allocation->person[person].pairs; i++)
			for (int j = 0; own[i].given && j < i; j++)
				if (own[j].given &&
					allocation->excludes[own[i].intervention * allocation->interventions + own[j].intervention])
				{
					*one = &own[i];
					*other = &own[j];
					return true;
				}
	}
	return false;
}

static void
follow_branch(Branches *branches)
{
	Allocation *allocation = branches->allocation;
	AllocationPair *one,
			   *other;
	MemoryContext caller;

	branches->work += allocation->pairs + 1;
	if (branches->work > MOST_WORK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("exclusions that are no groups are too many to be solved"),
				 errhint("Let all interventions that share an exclusion exclude each other, or give a person at most "
						 "one place.")));
	check_stack_depth();
	caller = work_memory_open();
	allocate_by_moves(allocation);
	work_memory_close(caller);
	if (!can_be_better(branches))
		return;
	if (!find_conflict(allocation, &one, &other))
	{
		keep_best(branches);
		return;
	}
	one->barred = true;
	follow_branch(branches);
	one->barred = false;
	other->barred = true;
	follow_branch(branches);
	other->barred = false;
}

/* There are no prices: what bounds the branches are as many sets of them. */
void
allocate_by_branches(Allocation *allocation)
{
	Branches	branches = {.allocation = allocation};

	follow_branch(&branches);
	for (int i = 0; i < allocation->interventions; i++)
		allocation->intervention[i].given = 0;
	for (int i = 0; i < allocation->pairs; i++)
	{
		allocation->pair[i].given = branches.best[i];
		allocation->intervention[allocation->pair[i].intervention].given += branches.best[i];
	}
	allocation->bound = allocation->benefit = branches.benefit;
	allocation->floor_reached = branches.floor_reached;
	allocation->has_prices = false;
}
