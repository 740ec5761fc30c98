/*
 * triangle.h: money paid by origin and development period: sums of increments, in exact decimals.
 *
 * Cells are in byte order of the origins' names, then by period.  A cell without any row is not there: what was paid is
 * not known.  The names lie behind, from the end backwards, so that both can grow; an origin's cells share one.
 */
#ifndef PH_TRIANGLE_H
#define PH_TRIANGLE_H

#include "budget/amount.h"
#include "core/compat.h"

#define TRIANGLE_PAID_ROOM 64	/* bytes of an amount */
#define TRIANGLE_MOST_DECIMALS 60
#define TRIANGLE_GREATEST_PAID 1e50

typedef struct TriangleCell
{
	int32		from_end;		/* where the origin's name begins, in bytes before the end of the value */
	int32		length;
	int32		development;	/* from 1 */
	int32		reserved;		/* always zero */
	char		paid[TRIANGLE_PAID_ROOM];	/* an Amount */
} TriangleCell;

typedef struct Triangle
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		reserved[3];	/* always zero */
	int32		cells;
	int32		name_bytes;
	TriangleCell cell[FLEXIBLE_ARRAY_MEMBER];
} Triangle;

#define TRIANGLE_MOST_CELLS 10000
#define TRIANGLE_MOST_PERIODS 1000
#define TRIANGLE_LONGEST_NAME 200

#define PG_GETARG_TRIANGLE(n) triangle_open(PG_GETARG_DATUM(n))

static inline const char *
origin_name(const Triangle *triangle, const TriangleCell *cell)
{
	return (const char *) triangle + VARSIZE(triangle) - cell->from_end;
}

static inline Amount
cell_paid(const TriangleCell *cell)
{
	return (Amount) cell->paid;
}

extern Triangle *triangle_new(void);
extern Triangle *triangle_open(Datum datum);

/* Adds to a cell, or a cell; the triangle may move.  False where the sum has too many digits. */
extern bool triangle_add(Triangle **triangle, const char *name, int length, int32 development, Amount paid);

/* The same for a value that is read: where it is a cell, and none that is there or should stand before one. */
extern bool triangle_append(Triangle **triangle, const char *name, int length, int64 development, Amount paid);

/* Without spare room, and with the names in order, so that equal triangles have equal bytes. */
extern Triangle *triangle_stored(const Triangle *triangle);

#endif
