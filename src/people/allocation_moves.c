/*
 * allocation_moves.c: the best allocation, by chains of moves.
 *
 * A place more is given at a time, by the chain of moves that gains most: somebody without a place takes one of an
 * intervention, whose holder goes over to another, and so on to one that has room (successive shortest paths, with
 * the people between two interventions in a heap).  Of chains that gain the same the shortest is taken, which keeps
 * moves of one person from getting into each other's way.  Then no chain gains anything, and the longest chains from
 * nowhere to each intervention are the prices that prove it.
 *
 * Nodes are the interventions and where people wait: those that the floor is for, and the others.
 */
#include "people/allocation.h"

#include "miscadmin.h"

#define WAITING 2
#define NOWHERE PG_INT64_MIN
#define FIRST_ROOM 16

/* Takes a person from one node to another. */
typedef struct Move
{
	int64		gain;
	int			person;
	uint32		version;		/* of the person when it was found */
} Move;

typedef struct MoveHeap
{
	int			count;
	int			room;
	Move	   *move;			/* the greatest gain, then the first person, on top */
} MoveHeap;

typedef struct Chains
{
	Allocation *allocation;
	int			nodes;
	MoveHeap   *heap;			/* a row a node from which, a column a node to which */
	uint32	   *version;		/* of each person: older moves of theirs are no more */
	int		   *held;			/* places of each person */
	int		   *settled;		/* how many of their pairs cannot change any more */
	int64		places[WAITING];	/* given to people of each kind */
	int64		least[WAITING];
	/* the chains that were found last */
	int64	   *gain;			/* of the best to each node */
	int		   *length;
	int		   *before;			/* the node before, -1: none */
	Move	   *best;			/* as heap */
	bool	   *has_move;
} Chains;

/* ---- moves ---- */

static bool
is_better(const Move *a, const Move *b)
{
	return a->gain != b->gain ? a->gain > b->gain : a->person < b->person;
}

static bool
is_stale(const Chains *chains, const Move *move)
{
	return move->version != chains->version[move->person];
}

static void
sift_down(MoveHeap *heap, int at)
{
	Move		move = heap->move[at];

	for (int child; (child = 2 * at + 1) < heap->count; at = child)
	{
		if (child + 1 < heap->count && is_better(&heap->move[child + 1], &heap->move[child]))
			child++;
		if (!is_better(&heap->move[child], &move))
			break;
		heap->move[at] = heap->move[child];
	}
	heap->move[at] = move;
}

/* Leaves out what is no more, and makes room where that was little. */
static void
make_room(const Chains *chains, MoveHeap *heap)
{
	int			kept = 0;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < heap->count; i++)
		if (!is_stale(chains, &heap->move[i]))
			heap->move[kept++] = heap->move[i];
	heap->count = kept;
	for (int i = kept / 2 - 1; i >= 0; i--)
		sift_down(heap, i);
	if (heap->room == 0)
		heap->move = palloc_array(Move, heap->room = FIRST_ROOM);
	else if (kept > heap->room / 2)
		heap->move = repalloc_huge(heap->move, (heap->room *= 2) * sizeof(Move));
}

static void
add_move(Chains *chains, int from, int to, int64 gain, int person)
{
	MoveHeap   *heap = &chains->heap[from * chains->nodes + to];
	Move		move = {gain, person, chains->version[person]};
	int			at;

	if (heap->count == heap->room)
		make_room(chains, heap);
	for (at = heap->count++; at > 0 && is_better(&move, &heap->move[(at - 1) / 2]); at = (at - 1) / 2)
		heap->move[at] = heap->move[(at - 1) / 2];
	heap->move[at] = move;
}

static const Move *
best_move(Chains *chains, int from, int to)
{
	MoveHeap   *heap = &chains->heap[from * chains->nodes + to];

	while (heap->count > 0 && is_stale(chains, &heap->move[0]))
	{
		heap->move[0] = heap->move[--heap->count];
		sift_down(heap, 0);
	}
	return heap->count > 0 ? &heap->move[0] : NULL;
}

static int
waiting_node(const Chains *chains, int person)
{
	const Allocation *allocation = chains->allocation;

	return allocation->interventions + (allocation->floor > 0 && allocation->person[person].deprived);
}

/* Whether a person may have a pair if another one, or NULL, is given up for it. */
static bool
may_have(const Chains *chains, int person, const AllocationPair *pair, const AllocationPair *given_up)
{
	const Allocation *allocation = chains->allocation;
	int			group = allocation->intervention[pair->intervention].group;
	const AllocationPair *own = pairs_of(allocation, person);

	if (pair->given || pair->barred || (!given_up && chains->held[person] >= allocation->most_per_person))
		return false;
	for (int i = 0; group != NO_GROUP && i < allocation->person[person].pairs; i++)
		if (own[i].given && &own[i] != given_up && allocation->intervention[own[i].intervention].group == group)
			return false;
	return true;
}

static void
add_moves_to(Chains *chains, int person, const AllocationPair *pair)
{
	const AllocationPair *own = pairs_of(chains->allocation, person);

	if (may_have(chains, person, pair, NULL))
		add_move(chains, waiting_node(chains, person), pair->intervention, pair->benefit, person);
	for (int i = chains->settled[person]; chains->held[person] > 0 && i < chains->allocation->person[person].pairs; i++)
		if (own[i].given && may_have(chains, person, pair, &own[i]))
			add_move(chains, own[i].intervention, pair->intervention, pair->benefit - own[i].benefit, person);
}

/* What a person can do now, in place of what was so before. */
static void
renew_moves(Chains *chains, int person)
{
	const AllocationPair *own = pairs_of(chains->allocation, person);

	chains->version[person]++;
	for (int i = chains->settled[person]; i < chains->allocation->person[person].pairs; i++)
		if (own[i].given)
			add_move(chains, own[i].intervention, waiting_node(chains, person), -own[i].benefit, person);
		else
			add_moves_to(chains, person, &own[i]);
}

/* ---- chains ---- */

static bool
has_room(const Chains *chains, int intervention)
{
	const AllocationIntervention *of = &chains->allocation->intervention[intervention];

	return of->given < of->capacity;
}

static void
forget_chains(Chains *chains)
{
	for (int i = 0; i < chains->nodes; i++)
	{
		chains->gain[i] = NOWHERE;
		chains->length[i] = 0;
		chains->before[i] = -1;
	}
}

/* Lets chains begin at a node. */
static void
begin_chains(Chains *chains, int node)
{
	chains->gain[node] = 0;
}

static bool
lengthen_chain(Chains *chains, int from, int to)
{
	int64		gain = chains->gain[from] + chains->best[from * chains->nodes + to].gain;
	int			length = chains->length[from] + 1;

	if (gain < chains->gain[to] || (gain == chains->gain[to] && length >= chains->length[to]))
		return false;
	chains->gain[to] = gain;
	chains->length[to] = length;
	chains->before[to] = from;
	return true;
}

/* The chains of the greatest gain, and of these the shortest, from where they may begin to every node. */
static void
find_chains(Chains *chains)
{
	int			nodes = chains->nodes;
	bool		longer = true;

	for (int i = 0; i < nodes * nodes; i++)
	{
		const Move *move = best_move(chains, i / nodes, i % nodes);

		chains->has_move[i] = move != NULL;
		if (move)
			chains->best[i] = *move;
	}
	while (longer)
	{
		CHECK_FOR_INTERRUPTS();
		longer = false;
		for (int from = 0; from < nodes; from++)
			for (int to = 0; chains->gain[from] != NOWHERE && to < nodes; to++)
				if (chains->has_move[from * nodes + to] && lengthen_chain(chains, from, to))
					longer = true;
	}
}

static AllocationPair *
pair_of(const Chains *chains, int person, int intervention)
{
	AllocationPair *own = pairs_of(chains->allocation, person);

	while (own->intervention != intervention)
		own++;
	return own;
}

static void
give_up_or_take(Chains *chains, int person, int node, int change)
{
	Allocation *allocation = chains->allocation;

	if (node >= allocation->interventions)
	{
		chains->places[node - allocation->interventions] -= change;
		return;
	}
	pair_of(chains, person, node)->given = change > 0;
	chains->held[person] += change;
	allocation->intervention[node].given += change;
}

static void
make_move(Chains *chains, int person, int from, int to)
{
	give_up_or_take(chains, person, from, -1);
	give_up_or_take(chains, person, to, 1);
}

/* Makes the moves of the chain that ends at a node. */
static void
follow_chain(Chains *chains, int end)
{
	for (int to = end; chains->before[to] >= 0; to = chains->before[to])
		make_move(chains, chains->best[chains->before[to] * chains->nodes + to].person, chains->before[to], to);
	for (int to = end; chains->before[to] >= 0; to = chains->before[to])
		renew_moves(chains, chains->best[chains->before[to] * chains->nodes + to].person);
}

/* One place more, to whoever may begin a chain; false where none is to be had, or none that gains. */
static bool
give_a_place(Chains *chains, bool floor)
{
	int			end = -1;

	forget_chains(chains);
	for (int waiting = floor ? 1 : 0; waiting < WAITING; waiting++)
		begin_chains(chains, chains->allocation->interventions + waiting);
	find_chains(chains);
	for (int i = 0; i < chains->allocation->interventions; i++)
		if (has_room(chains, i) && chains->gain[i] != NOWHERE &&
			(end < 0 || chains->gain[i] > chains->gain[end] ||
			 (chains->gain[i] == chains->gain[end] && chains->length[i] < chains->length[end])))
			end = i;
	if (end < 0 || (!floor && chains->gain[end] <= 0))
		return false;
	follow_chain(chains, end);
	return true;
}

/* What chains from nowhere gain: the prices of places, and of the floor. */
static void
find_prices(Chains *chains)
{
	Allocation *allocation = chains->allocation;

	forget_chains(chains);
	for (int i = 0; i < chains->nodes; i++)
		begin_chains(chains, i);
	find_chains(chains);
	for (int i = 0; i < allocation->interventions; i++)
		allocation->intervention[i].price = chains->gain[i];
	allocation->floor_price = chains->gain[allocation->interventions + 1];
}

/* ---- ties ---- */

static bool
is_tight(const Chains *chains, int64 gain, int from, int to)
{
	return chains->gain[from] + gain == chains->gain[to];
}

/* Whether a place can be had at a node, or given back there, at no loss. */
static bool
can_end(const Chains *chains, int node)
{
	int			waiting = node - chains->allocation->interventions;

	return waiting < 0 ? has_room(chains, node) : chains->places[waiting] > chains->least[waiting];
}

static bool
can_begin(const Chains *chains, int node)
{
	return chains->gain[node] == 0;
}

/* Where a move of a person to a pair can come from at no loss: from[] of each node; whether from any. */
static bool
find_sources(const Chains *chains, int person, const AllocationPair *pair, bool *from)
{
	const Allocation *allocation = chains->allocation;
	const AllocationPair *own = pairs_of(allocation, person);
	int			waiting = waiting_node(chains, person);
	bool		any;

	memset(from, 0, chains->nodes * sizeof(bool));
	from[waiting] = may_have(chains, person, pair, NULL) &&
		is_tight(chains, pair->benefit, waiting, pair->intervention);
	any = from[waiting];
	for (int i = chains->settled[person]; i < allocation->person[person].pairs; i++)
		if (own[i].given && may_have(chains, person, pair, &own[i]) &&
			is_tight(chains, pair->benefit - own[i].benefit, own[i].intervention, pair->intervention))
			any = from[own[i].intervention] = true;
	return any;
}

/*
 * The shortest chain without loss from a node to one of the sources, by way of nowhere too; its last node, -1 where
 * there is none.  The chain is left in before and best: a step by way of nowhere has no move.
 */
static int
find_even_chain(Chains *chains, int begin, const bool *sources)
{
	int			nodes = chains->nodes;
	int		   *queue = chains->length;
	int			waiting = 0;
	bool		through_nowhere = false;

	for (int i = 0; i < nodes; i++)
		chains->before[i] = -2;
	chains->before[begin] = -1;
	queue[waiting++] = begin;
	for (int i = 0; i < waiting; i++)
	{
		int			from = queue[i];
		bool		ends = !through_nowhere && can_end(chains, from);

		CHECK_FOR_INTERRUPTS();
		if (sources[from])
			return from;
		for (int to = 0; to < nodes; to++)
		{
			const Move *move = chains->before[to] == -2 ? best_move(chains, from, to) : NULL;
			bool		moves = move != NULL && is_tight(chains, move->gain, from, to);

			if (chains->before[to] != -2 || !(moves || (ends && can_begin(chains, to))))
				continue;
			chains->before[to] = from;
			chains->has_move[from * nodes + to] = moves;
			if (moves)
				chains->best[from * nodes + to] = *move;
			queue[waiting++] = to;
		}
		through_nowhere = through_nowhere || ends;
	}
	return -1;
}

/* Gives a person a pair that some best allocation gives, beside all that is settled; whether there is one. */
static bool
give_if_even(Chains *chains, int person, AllocationPair *pair, bool *sources)
{
	int			end;

	if (!find_sources(chains, person, pair, sources))
		return false;
	end = find_even_chain(chains, pair->intervention, sources);
	if (end < 0)
		return false;
	make_move(chains, person, end, pair->intervention);
	for (int to = end; chains->before[to] >= 0; to = chains->before[to])
		if (chains->has_move[chains->before[to] * chains->nodes + to])
			make_move(chains, chains->best[chains->before[to] * chains->nodes + to].person, chains->before[to], to);
	for (int to = end; chains->before[to] >= 0; to = chains->before[to])
		if (chains->has_move[chains->before[to] * chains->nodes + to])
			renew_moves(chains, chains->best[chains->before[to] * chains->nodes + to].person);
	return true;
}

/*
 * Of all best allocations the one that gives the first pair if any does, then the second if any of those does, and so
 * on.  What is settled has no moves any more.
 */
static void
settle_ties(Chains *chains)
{
	Allocation *allocation = chains->allocation;
	bool	   *sources = palloc_array(bool, chains->nodes);

	for (int person = 0; person < allocation->people; person++)
	{
		AllocationPair *own = pairs_of(allocation, person);

		CHECK_FOR_INTERRUPTS();
		chains->version[person]++;
		for (int i = 0; i < allocation->person[person].pairs; i++)
		{
			if (!own[i].given)
				give_if_even(chains, person, &own[i], sources);
			chains->settled[person] = i + 1;
			/* who has one place at most makes no other move in a chain that begins with theirs */
			if (allocation->most_per_person > 1)
				renew_moves(chains, person);
		}
	}
}

/* ---- the best allocation ---- */

static Chains *
chains_make(Allocation *allocation)
{
	Chains	   *chains = palloc0_object(Chains);
	int			nodes = chains->nodes = allocation->interventions + WAITING;

	chains->allocation = allocation;
	chains->heap = palloc0_array(MoveHeap, nodes * nodes);
	chains->best = palloc0_array(Move, nodes * nodes);
	chains->has_move = palloc0_array(bool, nodes * nodes);
	chains->gain = palloc_array(int64, nodes);
	chains->length = palloc_array(int, nodes);
	chains->before = palloc_array(int, nodes);
	chains->version = palloc0_array(uint32, Max(allocation->people, 1));
	chains->held = palloc0_array(int, Max(allocation->people, 1));
	chains->settled = palloc0_array(int, Max(allocation->people, 1));
	for (int i = 0; i < allocation->interventions; i++)
		allocation->intervention[i].given = 0;
	for (int i = 0; i < allocation->pairs; i++)
		allocation->pair[i].given = false;
	for (int person = 0; person < allocation->people; person++)
		renew_moves(chains, person);
	return chains;
}

static int64
benefit_given(const Allocation *allocation)
{
	int64		benefit = 0;

	for (int i = 0; i < allocation->pairs; i++)
		if (allocation->pair[i].given)
			benefit += allocation->pair[i].benefit;
	return benefit;
}

void
allocate_by_moves(Allocation *allocation)
{
	Chains	   *chains = chains_make(allocation);

	while (chains->places[1] < allocation->floor && give_a_place(chains, true))
		;
	chains->least[1] = allocation->floor_reached = chains->places[1];
	while (give_a_place(chains, false))
		;
	allocation->bound = allocation->benefit = benefit_given(allocation);
	find_prices(chains);
	allocation->has_prices = true;
	settle_ties(chains);
}
