/*
 * protection.h: which counts of a published table to hide besides the small ones, so that these stay unknown to whoever
 * knows all that is shown.
 */
#ifndef PH_PROTECTION_H
#define PH_PROTECTION_H

#include "postgres.h"
#include "sharing/published_table.h"

/* What a rule asks of tables. */
typedef struct TableRule
{
	int64		threshold;		/* counts from 1 to so many are hidden */
	bool		zero_shown;
	bool		zeros_too;		/* hidden counts may be 0: some are hidden for another count of their row */
	int64		lower;			/* a hidden count must be possible from here, or the least that it can be */
	int64		upper;			/* to here */
	bool		exact;			/* or only not be known exactly */
} TableRule;

/* Whether a count is small: hidden by itself. */
extern bool rule_hides(const TableRule *rule, int64 n);

/* What is decided of a cell before, and then of all. */
typedef enum Standing
{
	CELL_FREE,
	CELL_HIDDEN,
	CELL_SHOWN
} Standing;

/* Hides free cells of an added-up table until it is protected; whether it can be. */
extern bool protect_table(const PublishedTable *table, const TableRule *rule, Standing *standing);

#endif
