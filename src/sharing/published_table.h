/*
 * published_table.h: a table of counts with its totals, one tree of rows by flat columns, as a network.
 *
 * Each count is an arc and each sum a node, so that what whoever knows the shown counts can tell of a hidden one is how
 * much more and how much less could flow through its arc, the others being shown or hidden as they are.
 */
#ifndef PH_PUBLISHED_TABLE_H
#define PH_PUBLISHED_TABLE_H

#include "postgres.h"
#include "windowapi.h"
#include "core/network_flow.h"

typedef struct PublishedTable
{
	int			given;			/* rows of the partition */
	int			rows;			/* of the table; the first holds the totals over all rows */
	int			width;			/* of the table; the first column holds the totals over all columns */
	int			cells;			/* rows * width, row by row */
	int		   *parent;			/* of each row, -1 of the first */
	int		   *first_child;	/* -1: none */
	int		   *next_sibling;
	int		   *start;			/* the first node of a row */
	int			nodes;
	int		   *cell_of_given;
	int		   *given_of_cell;	/* -1: not in the table */
	int64	   *n;				/* of each cell */
	bool	   *n_known;
} PublishedTable;

/* Arguments of the functions over such tables. */
typedef struct TableArguments
{
	int			n;
	int			row_key;
	int			col_key;
	int			row_parent;
} TableArguments;

extern PublishedTable *table_read(WindowObject window, TableArguments arguments);

/* Fills in the totals that are not in the table, and refuses counts that are unknown or do not add up. */
extern void table_add_up(PublishedTable *table);

/* Whether a cell is a total over others. */
extern bool table_is_total(const PublishedTable *table, int cell);

/* A cell without a row in the table: a total is unknown to who reads it, any other is 0. */
static inline bool
table_is_given(const PublishedTable *table, int cell)
{
	return table->given_of_cell[cell] >= 0;
}

/* The nodes between which a cell is an arc. */
extern void table_arc(const PublishedTable *table, int cell, int *from, int *to);

/* The value of an argument that must be the same in every row; NULL where it is NULL. */
extern char *table_constant_text(WindowObject window, int argument, const char *name);

#endif
