/* network_flow.c: greatest flows by shortest augmenting paths in levels (Dinic 1970), cheapest paths (Dijkstra 1959). */
#include "core/network_flow.h"

#include "miscadmin.h"

#define MAX_ARCS (1 << 26)

NetworkFlow *
network_make(int nodes, int arcs)
{
	NetworkFlow *network = palloc0_object(NetworkFlow);

	if (nodes > MAX_ARCS || arcs > MAX_ARCS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a network cannot have more than %d arcs", MAX_ARCS)));
	network->nodes = nodes;
	network->node = palloc_extended(nodes * sizeof(FlowNode), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	network->side = palloc_extended(2 * (Size) Max(arcs, 1) * sizeof(FlowSide), MCXT_ALLOC_HUGE);
	network->state = palloc_array(ArcState, Max(arcs, 1));
	network->price = palloc_extended(Max(arcs, 1) * sizeof(int64), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	network->barred = palloc0_array(bool, Max(arcs, 1));
	network->path = palloc_array(int, nodes);
	network->queue = palloc_array(int, nodes);
	network->pushes_room = 64;
	network->push = palloc_array(FlowPush, network->pushes_room);
	for (int i = 0; i < nodes; i++)
		for (int list = 0; list < ARC_LISTS; list++)
			network->node[i].first[list] = -1;
	return network;
}

static void
enlist(NetworkFlow *network, int side, ArcState state)
{
	int		   *first = &network->node[side_tail(network, side)].first[state];

	network->side[side].previous = -1;
	network->side[side].next = *first;
	if (*first >= 0)
		network->side[*first].previous = side;
	*first = side;
}

static void
strike_off(NetworkFlow *network, int side, ArcState state)
{
	FlowSide   *struck = &network->side[side];

	if (struck->previous >= 0)
		network->side[struck->previous].next = struck->next;
	else
		network->node[side_tail(network, side)].first[state] = struck->next;
	if (struck->next >= 0)
		network->side[struck->next].previous = struck->previous;
}

void
network_set(NetworkFlow *network, int arc, ArcState state)
{
	for (int side = 2 * arc; side <= 2 * arc + 1; side++)
	{
		if (network->state[arc] != ARC_AWAY)
			strike_off(network, side, network->state[arc]);
		if (state != ARC_AWAY)
			enlist(network, side, state);
	}
	network->state[arc] = state;
}

int
network_lay(NetworkFlow *network, int from, int to, int64 residual, int64 back, ArcState state)
{
	int			arc = network->arcs++;

	network->side[2 * arc].head = to;
	network->side[2 * arc].residual = residual;
	network->side[2 * arc + 1].head = from;
	network->side[2 * arc + 1].residual = back;
	network->state[arc] = ARC_AWAY;
	network_set(network, arc, state);
	return arc;
}

/* ---- sending ---- */

static inline bool
can_take(NetworkFlow *network, int side, int64 amount)
{
	network->work++;
	return network->side[side].residual >= amount && !network->barred[side / 2];
}

/* The steps to each node by sides that can take so much, until the end is reached; whether it is. */
static bool
find_levels(NetworkFlow *network, int from, int to, int64 amount)
{
	int			waiting = 0;

	network->search++;
	network->node[from].search = network->search;
	network->node[from].level = 0;
	network->node[from].current = network->node[from].first[ARC_OPEN];
	network->queue[waiting++] = from;
	for (int i = 0; i < waiting; i++)
	{
		int			tail = network->queue[i];

		CHECK_FOR_INTERRUPTS();
		for (int side = network->node[tail].first[ARC_OPEN]; side >= 0; side = network->side[side].next)
		{
			FlowNode   *head = &network->node[network->side[side].head];

			if (head->search == network->search || !can_take(network, side, amount))
				continue;
			head->search = network->search;
			head->level = network->node[tail].level + 1;
			head->current = head->first[ARC_OPEN];
			head->reached_by = side;
			if (head == &network->node[to])
				return true;
			network->queue[waiting++] = network->side[side].head;
		}
	}
	return false;
}

/* The way by which each node was reached, from its end. */
static void
trace_path(NetworkFlow *network, int from, int to)
{
	network->path_length = 0;
	while (to != from)
	{
		int			side = network->node[to].reached_by;

		network->path[network->path_length++] = side;
		to = side_tail(network, side);
	}
}

bool
network_path(NetworkFlow *network, int from, int to, int64 amount)
{
	network->path_length = 0;
	if (from == to)
		return true;
	if (!find_levels(network, from, to, amount))
		return false;
	trace_path(network, from, to);
	return true;
}

static void
move_residual(NetworkFlow *network, int side, int64 amount)
{
	if (network->side[side].residual < FLOW_UNLIMITED)
		network->side[side].residual -= amount;
	if (network->side[side ^ 1].residual < FLOW_UNLIMITED)
		network->side[side ^ 1].residual += amount;
}

static void
push(NetworkFlow *network, int side, int64 amount)
{
	if (network->pushes == network->pushes_room)
	{
		network->pushes_room *= 2;
		network->push = repalloc_huge(network->push, network->pushes_room * sizeof(FlowPush));
	}
	network->push[network->pushes++] = (FlowPush) {side, amount};
	move_residual(network, side, amount);
}

/* One more path by the levels, of at most so much; what it took, 0 where they have no more. */
static int64
send_by_levels(NetworkFlow *network, int from, int to, int64 most)
{
	int			length = 0;

	for (int at = from; at != to;)
	{
		FlowNode   *node = &network->node[at];

		while (node->current >= 0)
		{
			FlowNode   *head = &network->node[network->side[node->current].head];

			if (head->search == network->search && head->level == node->level + 1 &&
				can_take(network, node->current, 1))
				break;
			node->current = network->side[node->current].next;
		}
		if (node->current >= 0)
		{
			network->path[length++] = node->current;
			at = network->side[node->current].head;
		}
		else if (length == 0)
			return 0;
		else
		{
			node->level = -1;
			at = side_tail(network, network->path[--length]);
		}
	}
	for (int i = 0; i < length; i++)
		most = Min(most, network->side[network->path[i]].residual);
	for (int i = 0; i < length; i++)
		push(network, network->path[i], most);
	return most;
}

int64
network_send(NetworkFlow *network, int from, int to, int64 most)
{
	int64		sent = 0;

	if (from == to || (most >= FLOW_UNLIMITED && network_path(network, from, to, FLOW_UNLIMITED)))
		return most;
	while (sent < most && find_levels(network, from, to, 1))
	{
		int64		more;

		while (sent < most && (more = send_by_levels(network, from, to, most - sent)) > 0)
		{
			CHECK_FOR_INTERRUPTS();
			sent += more;
		}
	}
	return sent;
}

void
network_undo(NetworkFlow *network)
{
	while (network->pushes > 0)
	{
		FlowPush	last = network->push[--network->pushes];

		move_residual(network, last.side ^ 1, last.amount);
	}
}

void
network_keep(NetworkFlow *network)
{
	network->pushes = 0;
}

/* ---- the cheapest path ---- */

static int
compare_costs(const pairingheap_node *a, const pairingheap_node *b, void *arg)
{
	int64		cost_a = pairingheap_const_container(FlowNode, waiting, a)->cost,
				cost_b = pairingheap_const_container(FlowNode, waiting, b)->cost;

	/* the first is the greatest to a pairing heap */
	return cost_a < cost_b ? 1 : cost_a > cost_b ? -1 : 0;
}

static void
reach(NetworkFlow *network, pairingheap *heap, int node, int64 cost, int side)
{
	FlowNode   *reached = &network->node[node];

	if (reached->search == network->search)
	{
		if (reached->settled || reached->cost <= cost)
			return;
		pairingheap_remove(heap, &reached->waiting);
	}
	reached->search = network->search;
	reached->settled = false;
	reached->cost = cost;
	reached->reached_by = side;
	pairingheap_add(heap, &reached->waiting);
}

int64
network_cheapest_path(NetworkFlow *network, int from, int to, int64 along, int64 back)
{
	pairingheap heap = {.ph_compare = compare_costs};

	network->search++;
	reach(network, &heap, from, 0, -1);
	while (!pairingheap_is_empty(&heap))
	{
		FlowNode   *tail = pairingheap_container(FlowNode, waiting, pairingheap_remove_first(&heap));

		CHECK_FOR_INTERRUPTS();
		tail->settled = true;
		if (tail == &network->node[to])
		{
			trace_path(network, from, to);
			return tail->cost;
		}
		for (int list = 0; list < ARC_LISTS; list++)
			for (int side = tail->first[list]; side >= 0; side = network->side[side].next)
				if (can_take(network, side, along) && network->side[side ^ 1].residual >= back)
					reach(network, &heap, network->side[side].head,
						  tail->cost + (list == ARC_SHUT ? network->price[side / 2] : 0), side);
	}
	return -1;
}
