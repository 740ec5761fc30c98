/* published_table.c: reading a table with its totals from the rows of a window partition. */
#include "sharing/published_table.h"

#include "core/argument.h"
#include "core/window.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define MAX_CELLS 2000000
#define MAX_TOTAL (PG_INT64_MAX / 4)	/* of all counts, totals included: no sum of flows overflows */

/* ---- keys ---- */

/* Keys by their bytes, so that no collation has a say in the order. */
typedef struct KeyList
{
	int			count;
	text	  **key;
} KeyList;

static int
compare_keys(const text *a, const text *b)
{
	int			length_a = VARSIZE_ANY_EXHDR(a),
				length_b = VARSIZE_ANY_EXHDR(b),
				order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(length_a, length_b));

	return order != 0 ? order : length_a - length_b;
}

static int
compare_listed(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return compare_keys(*(text *const *) a, *(text *const *) b);
}

static text *
key_at(WindowObject window, int argument, int row)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(window, argument, row, WINDOW_SEEK_HEAD, false, &isnull, &isout);

	return isnull ? NULL : DatumGetTextPCopy(given);
}

static text **
keys_at(WindowObject window, int argument, int rows)
{
	text	  **keys = palloc_array(text *, Max(rows, 1));

	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		keys[i] = key_at(window, argument, i);
	}
	return keys;
}

static KeyList
list_keys(text **keys, int rows)
{
	KeyList		list = {0, palloc_array(text *, Max(rows, 1))};
	int			known = 0;

	for (int i = 0; i < rows; i++)
		if (keys[i] != NULL)
			list.key[known++] = keys[i];
	qsort(list.key, known, sizeof(text *), compare_listed);
	for (int i = 0; i < known; i++)
		if (i == 0 || compare_keys(list.key[i], list.key[list.count - 1]) != 0)
			list.key[list.count++] = list.key[i];
	return list;
}

/* 0 for NULL, which is the total, else from 1 in the order of the keys; -1 where there is none. */
static int
key_position(const KeyList *list, const text *key)
{
	text	  **found;

	if (key == NULL)
		return 0;
	found = bsearch(&key, list->key, list->count, sizeof(text *), compare_listed);
	return found ? (int) (found - list->key) + 1 : -1;
}

/* ---- the tree of rows ---- */

static void
read_parents(PublishedTable *table, const KeyList *list, text **row_keys, text **parents)
{
	bool	   *read = palloc0_array(bool, table->rows);

	table->parent[0] = -1;
	for (int i = 0; i < table->given; i++)
	{
		int			row = key_position(list, row_keys[i]),
					parent = key_position(list, parents[i]);

		CHECK_FOR_INTERRUPTS();
		if (row == 0 && parents[i] != NULL)
			argument_error("row_parent", "must be null for the total, whose row_key is null",
						   "Of GROUPING SETS over levels, row_key is coalesce(lowest level, next level, ...).");
		if (parent < 0)
			argument_error("row_parent", "must be among row_key",
						   "The rows of every parent must be in the table: they are the totals of its children.");
		if (row > 0 && read[row] && table->parent[row] != parent)
			argument_error("row_parent", "must be the same in all rows of a row_key",
						   "Where two levels use the same keys, write the level before the key.");
		if (row > 0)
			table->parent[row] = parent;
		read[row] = true;
	}
}

/* Children in the order of their keys. */
static void
link_children(PublishedTable *table)
{
	for (int row = 0; row < table->rows; row++)
		table->first_child[row] = -1;
	for (int row = table->rows - 1; row > 0; row--)
	{
		table->next_sibling[row] = table->first_child[table->parent[row]];
		table->first_child[table->parent[row]] = row;
	}
}

/* All rows, each after its parent; what is not reached from the total has itself above it. */
static int *
rows_downwards(const PublishedTable *table)
{
	int		   *order = palloc_array(int, table->rows);
	int			count = 1;

	order[0] = 0;
	for (int i = 0; i < count; i++)
		for (int row = table->first_child[order[i]]; row >= 0; row = table->next_sibling[row])
			order[count++] = row;
	if (count < table->rows)
		argument_error("row_parent", "must lead from every row to the total", "A row cannot lie below itself.");
	return order;
}

/*
 * Node 0 is the sum of the totals over all rows.  A row with children is the sum of them in each column; one without is
 * the sum of its columns.  That a row with children is the sum of its columns follows, and needs no node.
 */
static void
number_nodes(PublishedTable *table)
{
	table->nodes = 1;
	for (int row = 0; row < table->rows; row++)
	{
		table->start[row] = table->nodes;
		table->nodes += table->first_child[row] >= 0 ? table->width : table->width > 1 ? 1 : 0;
	}
}

void
table_arc(const PublishedTable *table, int cell, int *from, int *to)
{
	int			row = cell / table->width,
				column = cell % table->width;
	int			below = table->first_child[row] >= 0 ? table->start[row] + column
		: table->width > 1 ? table->start[row] : 0;
	int			above = row == 0 ? 0 : table->start[table->parent[row]] + column;

	*from = column == 0 ? above : below;
	*to = column == 0 ? below : above;
}

bool
table_is_total(const PublishedTable *table, int cell)
{
	return table->first_child[cell / table->width] >= 0 || (table->width > 1 && cell % table->width == 0);
}

/* ---- counts ---- */

static void
read_counts(PublishedTable *table, WindowObject window, int argument)
{
	int64		all = 0;

	for (int i = 0; i < table->given; i++)
	{
		bool		isnull,
					isout;
		Datum		given = WinGetFuncArgInPartition(window, argument, i, WINDOW_SEEK_HEAD, false, &isnull, &isout);
		int			cell = table->cell_of_given[i];

		CHECK_FOR_INTERRUPTS();
		table->n_known[cell] = !isnull;
		if (isnull)
			continue;
		table->n[cell] = DatumGetInt64(given);
		if (table->n[cell] < 0)
			argument_error("n", "must not be negative", "It is a count, such as count(*).");
		if (table->n[cell] > MAX_TOTAL - all)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the counts of a table, totals included, cannot add up to more than %lld",
							(long long) MAX_TOTAL)));
		all += table->n[cell];
	}
}

/* A total that is not given is what its parts add up to, another count that is not given is 0. */
static void
require_sum(PublishedTable *table, int cell, int64 sum)
{
	if (!table_is_given(table, cell))
		table->n[cell] = sum;
	else if (table->n[cell] != sum)
		argument_error("n", "must add up to its totals",
					   "Totals are those of the same rows, as GROUPING SETS gives them, none of them filtered, rounded or "
					   "hidden before; with row_parent each row is the sum of its children.");
}

void
table_add_up(PublishedTable *table)
{
	int		   *order = rows_downwards(table);

	for (int i = 0; i < table->given; i++)
		if (!table->n_known[table->cell_of_given[i]])
			argument_error("n", "must not be null", "A group in which nobody is has a count of 0.");
	for (int i = table->rows - 1; i >= 0; i--)
	{
		int			row = order[i],
					first = row * table->width;

		CHECK_FOR_INTERRUPTS();
		for (int column = 0; column < table->width && table->first_child[row] >= 0; column++)
		{
			int64		sum = 0;

			for (int child = table->first_child[row]; child >= 0; child = table->next_sibling[child])
				sum += table->n[child * table->width + column];
			require_sum(table, first + column, sum);
		}
		if (table->width > 1)
		{
			int64		sum = 0;

			for (int column = 1; column < table->width; column++)
				sum += table->n[first + column];
			require_sum(table, first, sum);
		}
	}
	pfree(order);
}

/* ---- the whole ---- */

static void
place_rows(PublishedTable *table, const KeyList *rows, const KeyList *columns, text **row_keys, text **col_keys)
{
	bool		has_total = false;

	for (int cell = 0; cell < table->cells; cell++)
		table->given_of_cell[cell] = -1;
	for (int i = 0; i < table->given; i++)
	{
		int			cell = key_position(rows, row_keys[i]) * table->width + key_position(columns, col_keys[i]);

		CHECK_FOR_INTERRUPTS();
		if (table->given_of_cell[cell] >= 0)
			argument_error("row_key", "and col_key must not repeat a pair",
						   "NULL is the total; where a key can be unknown, write for example coalesce(area, 'unknown').");
		table->given_of_cell[cell] = i;
		table->cell_of_given[i] = cell;
		has_total |= table_is_total(table, cell);
	}
	if (!has_total && table->given > 1)
		argument_error("row_key", "or col_key must be null in the rows of totals, of which there are none",
					   "Totals come from GROUP BY GROUPING SETS ((area, band), (area), (band), ()): what is published "
					   "with its totals must be protected with them.");
}

PublishedTable *
table_read(WindowObject window, TableArguments arguments)
{
	PublishedTable *table = palloc0_object(PublishedTable);
	text	  **row_keys,
			  **col_keys;
	KeyList		rows,
				columns;

	table->given = window_rows(window);
	row_keys = keys_at(window, arguments.row_key, table->given);
	col_keys = keys_at(window, arguments.col_key, table->given);
	rows = list_keys(row_keys, table->given);
	columns = list_keys(col_keys, table->given);
	table->rows = rows.count + 1;
	table->width = columns.count + 1;
	if ((int64) table->rows * table->width > MAX_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a table cannot have more than %d cells here", MAX_CELLS),
				 errhint("Write PARTITION BY, one published table a partition; one more dimension goes there too.")));
	table->cells = table->rows * table->width;
	table->parent = palloc0_array(int, table->rows);
	table->first_child = palloc_array(int, table->rows);
	table->next_sibling = palloc_array(int, table->rows);
	table->start = palloc_array(int, table->rows);
	table->cell_of_given = palloc_array(int, Max(table->given, 1));
	table->given_of_cell = palloc_array(int, table->cells);
	table->n = palloc0_array(int64, table->cells);
	table->n_known = palloc0_array(bool, table->cells);
	read_parents(table, &rows, row_keys, keys_at(window, arguments.row_parent, table->given));
	link_children(table);
	pfree(rows_downwards(table));	/* refuses a circle */
	number_nodes(table);
	place_rows(table, &rows, &columns, row_keys, col_keys);
	read_counts(table, window, arguments.n);
	return table;
}

char *
table_constant_text(WindowObject window, int argument, const char *name)
{
	int64		rows = WinGetPartitionRowCount(window);
	text	   *first = key_at(window, argument, 0);

	for (int64 i = 1; i < rows; i++)
	{
		text	   *other = key_at(window, argument, i);

		CHECK_FOR_INTERRUPTS();
		if ((first == NULL) != (other == NULL) || (first != NULL && compare_keys(first, other) != 0))
			argument_error(name, "must be the same in every row of a table", NULL);
		if (other != NULL)
			pfree(other);
	}
	return first ? text_to_cstring(first) : NULL;
}
