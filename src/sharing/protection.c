/*
 * protection.c: complementary suppression in a network.
 *
 * A small count is hidden, and is to be possible from the least that it can be to the threshold: so much must be able
 * to flow through its arc, up and down, and back through other hidden arcs (Cox 1995, "Network models for complementary
 * cell suppression").  Where it cannot, the cheapest way back is opened; then what proves needless is shown again, and
 * parts are taken back and found anew, for some work at most, to keep what is better.  What must be able to flow is
 * asked once more, of all, at the end.
 */
#include "sharing/protection.h"

#include "common/pg_prng.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"

#define PRICE_OF_CELL (INT64CONST(1) << 40)	/* the number of cells first, their counts second */
#define MOST_OF_COUNT (INT64CONST(1) << 30)
#define SEARCH_WORK 700000			/* sides looked at while improving: some 10 ms */
#define SEARCH_ATTEMPTS 300

/* What must be able to flow through a small cell. */
typedef struct Need
{
	int			cell;
	int64		rise;
	int64		fall;
	bool		touched;		/* asked anew in this attempt */
	bool		doubtful;		/* met through what was shown in this attempt */
} Need;

/* The needs that were met by a way through an arc, and perhaps no longer are. */
typedef struct Users
{
	int			count;
	int			room;
	int		   *need;
} Users;

typedef struct Protection
{
	const PublishedTable *table;
	const TableRule *rule;
	const Standing *standing;	/* as it was given */
	NetworkFlow *network;
	int		   *arc;			/* of each cell; -1: it is shown, come what may */
	int		   *cell;			/* of each arc */
	int		   *people_parts;	/* the cells without parts, other than 0, that make up a cell */
	int		   *only_part;		/* one of them */
	bool		singles;		/* whether a count of 1 is or may be hidden */
	int			needs;
	Need	   *need;
	Users	   *users;			/* of each arc */
	int		   *way;			/* a path, kept */
	int			extra;			/* cells hidden besides */
	int64		extra_people;
} Protection;

/* ---- what is known of cells ---- */

bool
rule_hides(const TableRule *rule, int64 n)
{
	return n == 0 ? !rule->zero_shown : n <= rule->threshold;
}

static bool
is_small_cell(const Protection *protection, int cell)
{
	return table_is_given(protection->table, cell) && rule_hides(protection->rule, protection->table->n[cell]);
}

/* Below which whoever reads the table knows that a hidden cell does not lie. */
static int64
cell_floor(const Protection *protection, int cell)
{
	if (!table_is_given(protection->table, cell) || !protection->rule->zero_shown || protection->rule->zeros_too)
		return 0;
	return Min(protection->table->n[cell], 1);
}

/* Whether a cell is hidden, or may be. */
static bool
can_be_hidden(const Protection *protection, int cell)
{
	if (!table_is_given(protection->table, cell))
		return table_is_total(protection->table, cell);
	if (protection->standing[cell] != CELL_FREE)
		return protection->standing[cell] == CELL_HIDDEN;
	return is_small_cell(protection, cell) || protection->table->n[cell] > 0;
}

/* Hidden besides: neither small, nor from the start, nor a total that is not in the table. */
static bool
is_extra(const Protection *protection, int arc)
{
	int			cell = protection->cell[arc];

	return table_is_given(protection->table, cell) && protection->standing[cell] == CELL_FREE &&
		!is_small_cell(protection, cell);
}

/* Of which cells without parts each cell is made. */
static void
count_parts(Protection *protection)
{
	const PublishedTable *table = protection->table;

	for (int cell = 0; cell < table->cells; cell++)
	{
		if (table_is_total(table, cell) || table->n[cell] == 0)
			continue;
		for (int row = cell / table->width; row >= 0; row = table->parent[row])
		{
			int			above[] = {row * table->width + cell % table->width, row * table->width};

			for (int i = 0; i < (cell % table->width == 0 ? 1 : 2); i++)
			{
				protection->people_parts[above[i]]++;
				protection->only_part[above[i]] = cell;
			}
		}
	}
}

/* Whether two cells are the same count by their zeros, which are shown. */
static bool
same_people(const Protection *protection, int a, int b)
{
	return protection->rule->zero_shown &&
		protection->people_parts[a] == 1 && protection->people_parts[b] == 1 &&
		protection->only_part[a] == protection->only_part[b];
}

/* ---- asking whether a need is met ---- */

static int
tail_of(const Protection *protection, int cell)
{
	return side_tail(protection->network, 2 * protection->arc[cell]);
}

static int
head_of(const Protection *protection, int cell)
{
	return side_tail(protection->network, 2 * protection->arc[cell] + 1);
}

/* A need that is met through an arc is asked again when the arc is shut. */
static void
use(Protection *protection, const Need *need, int side)
{
	Users	   *users = &protection->users[side / 2];
	int			index = (int) (need - protection->need);

	if (!is_extra(protection, side / 2) || (users->count > 0 && users->need[users->count - 1] == index))
		return;
	if (users->count == users->room)
	{
		users->room = Max(2 * users->room, 8);
		users->need = users->need ? repalloc_array(users->need, int, users->room) : palloc_array(int, users->room);
	}
	users->need[users->count++] = index;
}

static bool
can_flow(Protection *protection, const Need *need, int from, int to, int64 amount)
{
	NetworkFlow *network = protection->network;
	bool		can = amount == 0 || network_send(network, from, to, amount) == amount;

	for (int i = 0; i < network->pushes; i++)
		use(protection, need, network->push[i].side);
	network_undo(network);
	return can;
}

static bool
can_fall(const Protection *protection, int cell)
{
	return protection->network->side[2 * protection->arc[cell] + 1].residual > 0;
}

/* Whether a cell is not known exactly: it can be one more, or one less; the way there is left in the network's path. */
static bool
can_move(Protection *protection, const Need *need)
{
	NetworkFlow *network = protection->network;
	int			tail = tail_of(protection, need->cell),
				head = head_of(protection, need->cell);

	if (!network_path(network, head, tail, 1) &&
		!(can_fall(protection, need->cell) && network_path(network, tail, head, 1)))
		return false;
	for (int i = 0; i < network->path_length; i++)
		use(protection, need, network->path[i]);
	return true;
}

/* Whether an arc is a hidden count of 1, whose one person knows it, and that of the need is another. */
static bool
is_known_single(const Protection *protection, const Need *need, int arc)
{
	int			cell = protection->cell[arc];

	return protection->table->n[cell] == 1 && table_is_given(protection->table, cell) &&
		!same_people(protection, need->cell, cell);
}

/* The single persons on the last path, kept in way; how many. */
static int
singles_on_path(Protection *protection, const Need *need)
{
	int			count = 0;

	for (int i = 0; i < protection->network->path_length; i++)
		if (is_known_single(protection, need, protection->network->path[i] / 2))
			protection->way[count++] = protection->network->path[i] / 2;
	return count;
}

/* Whether a cell is not known exactly to a single person elsewhere: who is not on a way from it cannot tell. */
static bool
is_safe_from_singles(Protection *protection, const Need *need)
{
	bool	   *barred = protection->network->barred;
	int			singles;
	bool		safe = true;

	if (!can_move(protection, need))
		return false;
	singles = singles_on_path(protection, need);
	for (int i = 0; i < singles && safe; i++)
	{
		barred[protection->way[i]] = true;
		safe = can_move(protection, need);
		barred[protection->way[i]] = false;
	}
	return safe;
}

static bool
is_met(Protection *protection, Need *need)
{
	int			tail = tail_of(protection, need->cell),
				head = head_of(protection, need->cell);
	bool		met;

	need->touched = true;
	protection->network->barred[protection->arc[need->cell]] = true;
	met = can_flow(protection, need, head, tail, need->rise) && can_flow(protection, need, tail, head, need->fall) &&
		(protection->singles || need->rise + need->fall == 0 ? is_safe_from_singles(protection, need) : true);
	protection->network->barred[protection->arc[need->cell]] = false;
	return met;
}

/* ---- meeting it ---- */

static void
hide(Protection *protection, int arc)
{
	network_set(protection->network, arc, ARC_OPEN);
	protection->extra++;
	protection->extra_people += protection->table->n[protection->cell[arc]];
}

static void
show(Protection *protection, int arc)
{
	network_set(protection->network, arc, ARC_SHUT);
	protection->extra--;
	protection->extra_people -= protection->table->n[protection->cell[arc]];
}

/* Opens what is shut on a way, and remembers it. */
static void
open_way(Protection *protection, const int *way, int length, List **opened)
{
	for (int i = 0; i < length; i++)
		if (protection->network->state[way[i] / 2] == ARC_SHUT)
		{
			hide(protection, way[i] / 2);
			*opened = lappend_int(*opened, way[i] / 2);
		}
}

/* Ways for so much in one direction, the widest first; whether there are. */
static bool
open_flow(Protection *protection, int from, int to, int64 amount, List **opened)
{
	NetworkFlow *network = protection->network;
	int64		sent = amount == 0 ? 0 : network_send(network, from, to, amount);

	for (int64 width = amount - sent; sent < amount && width > 0;)
	{
		if (network_cheapest_path(network, from, to, width, 0) < 0)
			width /= 2;
		else
		{
			open_way(protection, network->path, network->path_length, opened);
			sent += network_send(network, from, to, amount - sent);
			width = Min(width, amount - sent);
		}
	}
	network_undo(network);
	return sent >= amount;
}

/* One way for all of it up and down, or ways for each: what costs less. */
static bool
open_flows(Protection *protection, const Need *need)
{
	NetworkFlow *network = protection->network;
	int			tail = tail_of(protection, need->cell),
				head = head_of(protection, need->cell);
	int64		price,
				price_of_ways = 0;
	int			length;
	List	   *opened = NIL;
	bool		done;
	ListCell   *opened_cell;

	if (need->rise + need->fall == 0)
		return true;
	price = network_cheapest_path(network, head, tail, need->rise, need->fall);
	length = network->path_length;
	memcpy(protection->way, network->path, length * sizeof(int));
	if (price == 0)
		return true;
	done = open_flow(protection, head, tail, need->rise, &opened) &&
		open_flow(protection, tail, head, need->fall, &opened);
	foreach(opened_cell, opened)
		price_of_ways += network->price[lfirst_int(opened_cell)];
	if (price > 0 && (!done || price <= price_of_ways))
	{
		foreach(opened_cell, opened)
			show(protection, lfirst_int(opened_cell));
		opened = NIL;
		open_way(protection, protection->way, length, &opened);
		done = true;
	}
	return done;
}

/* A way to be one more or one less. */
static bool
open_move(Protection *protection, const Need *need)
{
	NetworkFlow *network = protection->network;
	int			tail = tail_of(protection, need->cell),
				head = head_of(protection, need->cell);
	int64		up,
				down;
	List	   *opened = NIL;

	if (can_move(protection, need))
		return true;
	down = can_fall(protection, need->cell) ? network_cheapest_path(network, tail, head, 1, 0) : -1;
	up = network_cheapest_path(network, head, tail, 1, 0);
	if (up < 0 && down < 0)
		return false;
	if (up < 0 || (down >= 0 && down < up))
		network_cheapest_path(network, tail, head, 1, 0);
	open_way(protection, network->path, network->path_length, &opened);
	return can_move(protection, need);
}

static bool
open_moves_past_singles(Protection *protection, const Need *need)
{
	bool	   *barred = protection->network->barred;
	int			singles;
	bool		open = true;

	if (!open_move(protection, need))
		return false;
	singles = singles_on_path(protection, need);
	for (int i = 0; i < singles && open; i++)
	{
		barred[protection->way[i]] = true;
		open = open_move(protection, need);
		barred[protection->way[i]] = false;
	}
	return open;
}

/* Hides what a need lacks; whether there is enough. */
static bool
meet(Protection *protection, Need *need)
{
	bool	   *barred = &protection->network->barred[protection->arc[need->cell]];
	bool		open;

	if (is_met(protection, need))
		return true;
	*barred = true;
	open = open_flows(protection, need) && open_moves_past_singles(protection, need);
	*barred = false;
	return open && is_met(protection, need);
}

/* ---- showing again what is needless ---- */

/* Whether all needs that went through an arc can do without it; then it is shown. */
static bool
show_if_needless(Protection *protection, int arc)
{
	Users	   *users = &protection->users[arc];

	show(protection, arc);
	for (int i = 0; i < users->count; i++)
		if (!is_met(protection, &protection->need[users->need[i]]))
		{
			hide(protection, arc);
			return false;
		}
	users->count = 0;
	return true;
}

static int
list_extra(const Protection *protection, int *arcs)
{
	int			count = 0;

	for (int arc = 0; arc < protection->network->arcs; arc++)
		if (protection->network->state[arc] == ARC_OPEN && is_extra(protection, arc))
			arcs[count++] = arc;
	return count;
}

/* The dearest first, as arcs are laid; once each, since the more is shown the less is needless. */
static void
show_what_is_needless(Protection *protection, int *arcs)
{
	int			count = list_extra(protection, arcs);

	for (int i = 0; i < count; i++)
		show_if_needless(protection, arcs[i]);
}

/* ---- taking parts back and finding them anew ---- */

static void
shuffle(pg_prng_state *chance, int *items, int count)
{
	for (int i = count - 1; i > 0; i--)
	{
		int			other = (int) pg_prng_uint64_range(chance, 0, i),
					item = items[i];

		items[i] = items[other];
		items[other] = item;
	}
}

static void
show_doubting(Protection *protection, int arc)
{
	Users	   *users = &protection->users[arc];

	show(protection, arc);
	for (int i = 0; i < users->count; i++)
		protection->need[users->need[i]].doubtful = true;
}

/* Shows some of the cells that were hidden besides, one of them for good, and meets the needs in any order. */
static bool
attempt(Protection *protection, pg_prng_state *chance, int *arcs, int *order)
{
	int			count = list_extra(protection, arcs),
				shown,
				banned;
	bool		met = true;

	shuffle(chance, arcs, count);
	shown = (int) pg_prng_uint64_range(chance, 1, Min(count, 8));
	banned = arcs[0];
	for (int i = 0; i < shown; i++)
		show_doubting(protection, arcs[i]);
	protection->network->barred[banned] = true;
	shuffle(chance, order, protection->needs);
	for (int i = 0; i < protection->needs && met; i++)
		met = !protection->need[order[i]].doubtful || meet(protection, &protection->need[order[i]]);
	protection->network->barred[banned] = false;
	if (met)
		show_what_is_needless(protection, arcs);
	return met;
}

static void
restore(Protection *protection, const ArcState *state)
{
	for (int arc = 0; arc < protection->network->arcs; arc++)
		if (protection->network->state[arc] != state[arc])
			(state[arc] == ARC_OPEN ? hide : show) (protection, arc);
	for (int i = 0; i < protection->needs; i++)
		if (protection->need[i].touched)
			is_met(protection, &protection->need[i]);
}

static void
improve(Protection *protection, int *arcs)
{
	NetworkFlow *network = protection->network;
	ArcState   *best = palloc_array(ArcState, network->arcs);
	int		   *order = palloc_array(int, protection->needs);
	pg_prng_state chance;
	int64		enough = network->work + SEARCH_WORK;

	pg_prng_seed(&chance, 1);
	for (int i = 0; i < protection->needs; i++)
		order[i] = i;
	for (int i = 0; i < SEARCH_ATTEMPTS && protection->extra > 0 && network->work < enough; i++)
	{
		int			extra = protection->extra;
		int64		people = protection->extra_people;

		memcpy(best, network->state, network->arcs * sizeof(ArcState));
		for (int j = 0; j < protection->needs; j++)
			protection->need[j].touched = protection->need[j].doubtful = false;
		if (!attempt(protection, &chance, arcs, order) || protection->extra > extra ||
			(protection->extra == extra && protection->extra_people > people))
			restore(protection, best);
	}
}

/* ---- the whole ---- */

static void
lay_arc(Protection *protection, int cell)
{
	NetworkFlow *network = protection->network;
	int64		n = protection->table->n[cell];
	int			from,
				to,
				arc;

	table_arc(protection->table, cell, &from, &to);
	arc = network_lay(network, from, to, FLOW_UNLIMITED, n - cell_floor(protection, cell), ARC_OPEN);
	network->price[arc] = PRICE_OF_CELL + Min(n, MOST_OF_COUNT);
	protection->arc[cell] = arc;
	protection->cell[arc] = cell;
	protection->singles |= n == 1;
	if (is_extra(protection, arc))
		network_set(network, arc, ARC_SHUT);
}

/* The greatest count first, then the last cell. */
static int
compare_counts(const void *a, const void *b, void *table)
{
	int			cell_a = *(const int *) a,
				cell_b = *(const int *) b;
	int64		n_a = ((const PublishedTable *) table)->n[cell_a],
				n_b = ((const PublishedTable *) table)->n[cell_b];

	CHECK_FOR_INTERRUPTS();
	return n_a != n_b ? (n_a < n_b ? 1 : -1) : cell_b - cell_a;
}

/* The dearest first, so that the sides of each node stand with the cheapest before. */
static void
lay_arcs(Protection *protection)
{
	const PublishedTable *table = protection->table;
	int		   *cells = palloc_array(int, table->cells);
	int			count = 0;

	protection->network = network_make(table->nodes, table->cells);
	protection->way = palloc_array(int, table->nodes);
	for (int cell = 0; cell < table->cells; cell++)
	{
		protection->arc[cell] = -1;
		if (can_be_hidden(protection, cell))
			cells[count++] = cell;
	}
	qsort_arg(cells, count, sizeof(int), compare_counts, (void *) table);
	for (int i = 0; i < count; i++)
		lay_arc(protection, cells[i]);
	protection->users = palloc_extended((count + 1) * sizeof(Users), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	pfree(cells);
}

/* From the least that a cell can be, with all else hidden, to the rule's upper end. */
static void
list_needs(Protection *protection)
{
	const TableRule *rule = protection->rule;

	protection->need = palloc_array(Need, protection->table->cells);
	for (int cell = 0; cell < protection->table->cells; cell++)
	{
		int64		n = protection->table->n[cell],
					least = rule->zero_shown ? protection->people_parts[cell] : 0;

		if (is_small_cell(protection, cell))
			protection->need[protection->needs++] = (Need) {
				cell,
				rule->exact ? 0 : Max(rule->upper - n, 0),
				rule->exact ? 0 : Max(n - Max(rule->lower, least), 0),
				false, false
			};
	}
}

/* A protection as a table stands. */
static Protection *
begin_protection(const PublishedTable *table, const TableRule *rule, const Standing *standing)
{
	Protection *protection = palloc0_object(Protection);

	protection->table = table;
	protection->rule = rule;
	protection->standing = standing;
	protection->arc = palloc_array(int, table->cells);
	protection->cell = palloc_array(int, table->cells);
	protection->people_parts = palloc0_array(int, table->cells);
	protection->only_part = palloc0_array(int, table->cells);
	count_parts(protection);
	lay_arcs(protection);
	list_needs(protection);
	return protection;
}

static bool
all_met(Protection *protection)
{
	for (int i = 0; i < protection->needs; i++)
		if (!is_met(protection, &protection->need[i]))
			return false;
	return true;
}

bool
protect_table(const PublishedTable *table, const TableRule *rule, Standing *standing)
{
	Protection *protection = begin_protection(table, rule, standing);
	int		   *arcs = palloc_array(int, protection->network->arcs + 1);
	Standing   *decided = palloc_array(Standing, table->cells);

	for (int i = 0; i < protection->needs; i++)
		if (!meet(protection, &protection->need[i]))
			return false;
	show_what_is_needless(protection, arcs);
	improve(protection, arcs);
	for (int cell = 0; cell < table->cells; cell++)
	{
		int			arc = protection->arc[cell];

		decided[cell] = arc >= 0 && protection->network->state[arc] == ARC_OPEN ? CELL_HIDDEN : CELL_SHOWN;
	}
	if (!all_met(begin_protection(table, rule, decided)))
		elog(ERROR, "a table is not protected although it should be");
	memcpy(standing, decided, table->cells * sizeof(Standing));
	return true;
}
