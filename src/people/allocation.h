/*
 * allocation.h: places of interventions to people, so that the expected benefit of all is greatest.
 *
 * People come in the order of their ties, the pairs of a person in byte order of the interventions.  Benefits are whole
 * numbers of a unit, so that sums are exact and ties are ties.
 */
#ifndef PH_ALLOCATION_H
#define PH_ALLOCATION_H

#include "postgres.h"
#include "fmgr.h"

#define NO_GROUP (-1)

typedef struct AllocationPair
{
	int			intervention;
	float8		value;			/* the benefit as it was given, above 0 */
	int64		benefit;		/* in units */
	bool		barred;			/* it may not be given */
	bool		given;
} AllocationPair;

typedef struct AllocationPerson
{
	char	   *name;
	bool		deprived;
	int			first;			/* of the pairs */
	int			pairs;
} AllocationPerson;

typedef struct AllocationIntervention
{
	char	   *name;
	int			capacity;
	int			group;			/* a person has at most one of a group; NO_GROUP: of none */
	int			given;
	int64		price;			/* what one more place is worth */
} AllocationIntervention;

typedef struct Allocation
{
	int			people;
	int			pairs;
	int			interventions;
	int			groups;
	AllocationPerson *person;
	AllocationPair *pair;
	AllocationIntervention *intervention;
	bool	   *excludes;		/* a row an intervention, a column an intervention */
	bool		beyond_groups;	/* some exclusions are in no group */
	int			most_per_person;
	int64		floor;			/* places that deprived people are to have */
	double		unit;			/* of benefits as whole numbers */

	/* the answer */
	int64		benefit;
	double		bound;			/* in units: no allocation is worth more */
	int64		floor_reached;	/* of the floor */
	int64		floor_price;	/* what the last place of the floor costs */
	bool		has_prices;

	/* what was left out of the rows */
	int64		rows;
	int64		unknown;		/* without a benefit */
	int64		no_benefit;		/* of 0 or less */
} Allocation;

static inline AllocationPair *
pairs_of(const Allocation *allocation, int person)
{
	return allocation->pair + allocation->person[person].first;
}

extern Allocation *read_allocation(FunctionCallInfo fcinfo);


/* The answers; what was given before does not count. */
extern void allocate_by_moves(Allocation *allocation);
extern void allocate_by_branches(Allocation *allocation);
extern void allocate_by_prices(Allocation *allocation);

#endif
