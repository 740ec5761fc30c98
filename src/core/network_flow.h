/*
 * network_flow.h: whole numbers that flow through a network of nodes and arcs, and how much more can.
 *
 * A side is an arc in one of its two directions: 2 arc the way it was laid, 2 arc + 1 against it.  What it still can
 * take is its residual; what flows one way can be taken back the other, so a flow that is there is laid by giving both
 * residuals: what lies between it and its bounds.  An arc is open, shut (a path may open it, at its price) or away.
 */
#ifndef PH_NETWORK_FLOW_H
#define PH_NETWORK_FLOW_H

#include "postgres.h"
#include "lib/pairingheap.h"

#define FLOW_UNLIMITED (PG_INT64_MAX / 2)

typedef enum ArcState
{
	ARC_OPEN,
	ARC_SHUT,
	ARC_AWAY
} ArcState;

#define ARC_LISTS 2

typedef struct FlowNode
{
	int			first[ARC_LISTS];	/* sides that leave it, open and shut; -1: none */
	int			current;		/* the next to be tried */
	int			level;			/* steps from where a search began */
	int			reached_by;		/* the side by which the cheapest way comes */
	bool		settled;
	uint64		search;			/* the search that wrote these */
	int64		cost;
	pairingheap_node waiting;
} FlowNode;

typedef struct FlowSide
{
	int			head;
	int			next;
	int			previous;
	int64		residual;
} FlowSide;

typedef struct FlowPush
{
	int			side;
	int64		amount;
} FlowPush;

typedef struct NetworkFlow
{
	int			nodes;
	int			arcs;
	FlowNode   *node;
	FlowSide   *side;
	ArcState   *state;
	int64	   *price;			/* of opening a shut arc */
	bool	   *barred;			/* arcs that no search may use */
	int			path_length;	/* of the last path that was found, from its end */
	int		   *path;
	int		   *queue;
	int			pushes;			/* since the last undo */
	int			pushes_room;
	FlowPush   *push;
	uint64		search;
	int64		work;			/* sides looked at so far */
} NetworkFlow;

static inline int
side_tail(const NetworkFlow *network, int side)
{
	return network->side[side ^ 1].head;
}

extern NetworkFlow *network_make(int nodes, int arcs);

/* The number of the new arc. */
extern int	network_lay(NetworkFlow *network, int from, int to, int64 residual, int64 back, ArcState state);
extern void network_set(NetworkFlow *network, int arc, ArcState state);

/* Sends so much, or as much as can be, through open arcs; what was sent, FLOW_UNLIMITED where nothing stops it. */
extern int64 network_send(NetworkFlow *network, int from, int to, int64 most);

/* Takes back all that was sent since the last call of it or of network_keep, which lets it stand. */
extern void network_undo(NetworkFlow *network);
extern void network_keep(NetworkFlow *network);

/* Whether one path through open arcs can take so much; it is left in path. */
extern bool network_path(NetworkFlow *network, int from, int to, int64 amount);

/*
 * The cheapest path that takes so much along it and so much back, through open arcs for nothing and shut ones at their
 * price; its price, -1 where there is none.  It is left in path.
 */
extern int64 network_cheapest_path(NetworkFlow *network, int from, int to, int64 along, int64 back);

#endif
