/* attack.c: what whoever knows the shown counts of a table can tell of the hidden ones. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/window.h"
#include "miscadmin.h"
#include "sharing/published_table.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

typedef struct Bounds
{
	int64		least;
	int64		greatest;		/* FLOW_UNLIMITED: none */
	bool		not_asked;
} Bounds;

typedef struct Attack
{
	bool		reckoned;
	Bounds		bounds[FLEXIBLE_ARRAY_MEMBER];	/* of each row of the partition */
} Attack;

/* What of a table is known before its counts are added up. */
typedef struct Knowledge
{
	PublishedTable *table;
	bool	   *hidden;			/* of each cell */
	int64	   *floor;			/* below which no hidden cell lies */
	int		   *arc;			/* of each hidden cell */
	NetworkFlow *network;
} Knowledge;

static bool
boolean_at(WindowObject window, int argument, int64 row, const char *name)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	if (isnull)
		argument_error(name, "must not be null", NULL);
	return DatumGetBool(given);
}

/* A hidden count is at least 1 where zeros are shown; of a total that is not in the table nothing is known. */
static void
read_knowledge(Knowledge *knowledge, WindowObject window)
{
	PublishedTable *table = knowledge->table;
	bool		zero_shown = boolean_at(window, 5, 0, "zero_shown");

	for (int cell = 0; cell < table->cells; cell++)
		knowledge->hidden[cell] = !table_is_given(table, cell) && table_is_total(table, cell);
	for (int i = 0; i < table->given; i++)
	{
		int			cell = table->cell_of_given[i];

		CHECK_FOR_INTERRUPTS();
		if (boolean_at(window, 5, i, "zero_shown") != zero_shown)
			argument_error("zero_shown", "must be the same in every row of a table", NULL);
		knowledge->hidden[cell] = !boolean_at(window, 1, i, "shown");
		if (knowledge->hidden[cell])
			knowledge->floor[cell] = zero_shown ? 1 : 0;
	}
	table_require_counts(table, knowledge->hidden);
}

/*
 * A network whose arcs are the hidden cells, above their floors, with some table that the shown cells allow as its
 * flow: what the nodes have too much or too little of through shown cells and floors is sent between two more nodes.
 */
static void
find_a_table(Knowledge *knowledge)
{
	PublishedTable *table = knowledge->table;
	int			source = table->nodes,
				sink = table->nodes + 1,
				balanced;
	int64	   *surplus = palloc0_array(int64, table->nodes);
	int64		demand = 0;

	knowledge->network = network_make(table->nodes + 2, table->cells + table->nodes);
	for (int cell = 0; cell < table->cells; cell++)
	{
		int64		known = knowledge->hidden[cell] ? knowledge->floor[cell] : table->n[cell];
		int			from,
					to;

		table_arc(table, cell, &from, &to);
		surplus[from] -= known;
		surplus[to] += known;
		if (knowledge->hidden[cell])
			knowledge->arc[cell] = network_lay(knowledge->network, from, to, FLOW_UNLIMITED, 0, ARC_OPEN);
	}
	balanced = knowledge->network->arcs;
	for (int node = 0; node < table->nodes; node++)
	{
		demand += Max(-surplus[node], 0);
		if (surplus[node] > 0)
			network_lay(knowledge->network, source, node, surplus[node], 0, ARC_OPEN);
		else if (surplus[node] < 0)
			network_lay(knowledge->network, node, sink, -surplus[node], 0, ARC_OPEN);
	}
	if (network_send(knowledge->network, source, sink, demand) < demand)
		argument_error("n", "must be counts of one table: no counts in place of the hidden ones add up",
					   "Rounded counts do not add up either; where a hidden count may be 0, say zero_shown => false.");
	network_keep(knowledge->network);
	for (int arc = balanced; arc < knowledge->network->arcs; arc++)
		network_set(knowledge->network, arc, ARC_AWAY);
}

/* How much more, up to a reach, and how much less could flow through a hidden cell, back through the others. */
static Bounds
hidden_bounds(Knowledge *knowledge, int cell, int64 reach)
{
	NetworkFlow *network = knowledge->network;
	int			arc = knowledge->arc[cell],
				from = side_tail(network, 2 * arc),
				to = network->side[2 * arc].head;
	int64		above_floor = network->side[2 * arc + 1].residual,
				value = knowledge->floor[cell] + above_floor,
				rise;
	Bounds		bounds = {0};

	network->barred[arc] = true;
	bounds.least = value - network_send(network, from, to, above_floor);
	network_undo(network);
	rise = network_send(network, to, from, reach >= FLOW_UNLIMITED ? FLOW_UNLIMITED : Max(reach - value, 0));
	network_undo(network);
	bounds.greatest = rise >= FLOW_UNLIMITED ? FLOW_UNLIMITED : value + rise;
	network->barred[arc] = false;
	return bounds;
}

/* Up to where the bounds of a row are asked for; -1: not at all. */
static int64
reach_at(WindowObject window, int argument, int64 row)
{
	bool		isnull,
				isout;
	Datum		given;

	if (argument < 0)
		return FLOW_UNLIMITED;
	given = WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);
	return isnull ? -1 : Max(DatumGetInt64(given), 0);
}

static void
attack_table(WindowObject window, int reach_argument, Bounds *bounds)
{
	Knowledge	knowledge = {.table = table_read(window, (TableArguments) {0, 2, 3, 4})};
	PublishedTable *table = knowledge.table;

	knowledge.hidden = palloc0_array(bool, table->cells);
	knowledge.floor = palloc0_array(int64, table->cells);
	knowledge.arc = palloc_array(int, table->cells);
	read_knowledge(&knowledge, window);
	find_a_table(&knowledge);
	for (int i = 0; i < table->given; i++)
	{
		int			cell = table->cell_of_given[i];

		int64		reach = reach_at(window, reach_argument, i);

		CHECK_FOR_INTERRUPTS();
		if (reach < 0)
			bounds[i] = (Bounds) {.not_asked = true};
		else if (knowledge.hidden[cell])
			bounds[i] = hidden_bounds(&knowledge, cell, reach);
		else
			bounds[i] = (Bounds) {.least = table->n[cell], .greatest = table->n[cell]};
	}
}

static Datum
bounds_range(Bounds bounds)
{
	RangeBound	lower = {.val = Int64GetDatum(bounds.least), .inclusive = true, .lower = true};
	RangeBound	upper = {.val = Int64GetDatum(bounds.greatest), .inclusive = true,
	.infinite = bounds.greatest >= FLOW_UNLIMITED};

	return RangeTypePGetDatum(range_of(lookup_type_cache(INT8RANGEOID, TYPECACHE_RANGE_INFO), &lower, &upper));
}

static Datum
attack_of(FunctionCallInfo fcinfo, int reach_argument)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Attack	   *attack = WinGetPartitionLocalMemory(window,
												   offsetof(Attack, bounds) + window_rows(window) * sizeof(Bounds));

	if (!attack->reckoned)
	{
		MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "attacked table", ALLOCSET_DEFAULT_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		attack_table(window, reach_argument, attack->bounds);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(scratch);
		attack->reckoned = true;
	}
	if (attack->bounds[WinGetCurrentPosition(window)].not_asked)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(bounds_range(attack->bounds[WinGetCurrentPosition(window)]));
}

/*
 * ph.attack(n bigint, shown boolean, row_key text, col_key text, row_parent text, zero_shown boolean) OVER (...)
 * -> int8range
 *
 * For a table with its totals (published_table.h): the least and the greatest that each hidden count can be, to whoever
 * knows every shown one; of a shown count itself.  n of a hidden count is not read.  Both ends are reached: the sums
 * are a network, whose greatest flows are whole numbers.  Errors: 22023 where the shown counts contradict each other or
 * the table is none (published_table.c), 22003 and 54000 where it is too large.
 */
PG_FUNCTION_INFO_V1(attack);
Datum
attack(PG_FUNCTION_ARGS)
{
	return attack_of(fcinfo, -1);
}

/*
 * ph_support.attack_up_to(n, shown, row_key, col_key, row_parent, zero_shown, reach bigint) OVER (...) -> int8range
 *
 * The same of the counts whose reach is not NULL, no further up than to it: what a table of which few counts matter
 * takes less time for.
 */
PG_FUNCTION_INFO_V1(attack_up_to);
Datum
attack_up_to(PG_FUNCTION_ARGS)
{
	return attack_of(fcinfo, 6);
}
