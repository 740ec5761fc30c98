/*
 * cascade.h: people by how far they came along a row of stages, how many were lost on the way, and in how many days.
 *
 * Who is at a stage was at all before it.  Of the people of the stage before some moved on, some are lost, and the
 * others are still open; cells hold the days from that stage until they moved on or were last seen there.
 */
#ifndef PH_CASCADE_H
#define PH_CASCADE_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"

#define MOST_STAGES 12

/* Of the people who were seen so many days after the stage before this one. */
typedef struct CascadeCell
{
	int32		stage;			/* from 1: the first has none before it */
	int32		days;
	int64		moved;			/* on that day */
	int64		stayed;			/* until that day, and were not seen any more */
} CascadeCell;

typedef struct Cascade
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		stages;			/* 0: of nobody, and of any stages */
	uint16		without_days;	/* a bit a stage that is no event of its own: people have it on no day */
	int32		cells;			/* in use, by stage and days; a state has spare room behind them, all zero */
	int32		reserved;		/* always zero */
	int64		reached[MOST_STAGES];
	int64		lost[MOST_STAGES];	/* of those of the stage before, who did not reach this one */
	CascadeCell cell[FLEXIBLE_ARRAY_MEMBER];
} Cascade;

#define PG_GETARG_CASCADE(n) cascade_open(PG_GETARG_DATUM(n))

extern Cascade *cascade_open(Datum datum);

/* What is wrong with the sums of a cascade, or NULL. */
extern const char *cascade_problem(const Cascade *cascade);

extern Cascade *cascade_new(int stages, int capacity);

/* So many people of the stage before; the cascade, or a larger one in its place. */
extern Cascade *cascade_add(Cascade *cascade, CascadeCell cell);

/* The same without spare room, so that equal cascades have equal bytes. */
extern Cascade *cascade_trimmed(Cascade *cascade);

#endif
