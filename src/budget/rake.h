/* rake.h: a table of money that is brought to its margins. */
#ifndef PH_RAKE_H
#define PH_RAKE_H

#include "budget/amount.h"
#include "core/normal_equations.h"

#define RAKE_GAP 1e-12			/* the largest, relative to a margin, at which scaling has met it */
#define RAKE_FIRST_SWEEPS 100

/* A row or a column of the table. */
typedef struct Line
{
	char	   *name;
	int			length;
	int			rank;			/* among its like, in byte order of the names */
	Amount		margin;			/* NULL where it is not known */
	bool		known;			/* so is every cell's of the line */
	double		share;			/* the margin's, of the total */
	double		factor;			/* a, or b */
	Sum			sum;			/* of its cells as they are */
} Line;

typedef struct Lines
{
	int			count;
	int			capacity;
	Line	   *line;
	int		   *of_cell;		/* the line of each row of the window */
	struct line_names_hash *names;
	const char *what;
	int			name_index;
	const char *name_argument;
	int			margin_index;
	const char *margin_argument;
} Lines;

typedef struct Cell
{
	int			row;			/* rank of the line */
	int			column;
	int			position;		/* in the window */
	double		seed;			/* NAN where it is not known; a share of the greatest */
	double		value;			/* a share of the total */
	bool		open;			/* may be above zero */
	int64		units;			/* the value in whole units */
} Cell;

typedef enum RakeStatus
{
	RAKE_OK,
	RAKE_MARGINS_DIFFER,
	RAKE_INFEASIBLE,
	RAKE_BOUNDARY,
	RAKE_NOT_CONVERGED,
	RAKE_MISSING_INPUT
} RakeStatus;

/* Rows are those of which there are more, whichever the caller calls so. */
typedef struct RakeTable
{
	Lines		rows;
	Lines		columns;
	int			cells;
	Cell	   *cell;			/* by row, then column */
	Amount		total;
	Amount		unit;			/* NULL: values are not wanted in whole units */
} RakeTable;

/* Scaling in turn, at most so often; the largest gap that is left, relative to its margin. */
extern double rake_by_sweeps(RakeTable *table, int most);

/* The same from where that stopped, by Newton's method where the table is not too wide. */
extern double rake_to_the_end(RakeTable *table);

/* Whether there are tables with these margins; cells that are zero in all of them are closed. */
extern RakeStatus rake_close_by_flow(RakeTable *table);

/* Values in whole units that meet both margins; false where they cannot. */
extern bool rake_round_by_flow(RakeTable *table);

#endif
