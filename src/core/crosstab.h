/*
 * crosstab.h: people by two whole numbers: tier before and after, segment in two schemes.
 *
 * Cells are in order of row and column, each with at least one person.
 */
#ifndef PH_CROSSTAB_H
#define PH_CROSSTAB_H

#include "postgres.h"
#include "fmgr.h"
#include "core/compat.h"

#define CROSSTAB_UNKNOWN PG_INT32_MIN	/* sorts before every number, and is none itself */

typedef struct CrosstabCell
{
	int32		row;
	int32		column;
	int64		people;
} CrosstabCell;

typedef struct Crosstab
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		version;
	uint8		reserved[3];	/* always zero */
	int32		cells;			/* in use; an aggregate's state has spare room behind them, all zero */
	int32		reserved2;
	CrosstabCell cell[FLEXIBLE_ARRAY_MEMBER];
} Crosstab;

#define PG_GETARG_CROSSTAB(n) crosstab_open(PG_GETARG_DATUM(n))

extern Crosstab *crosstab_open(Datum datum);

#endif
