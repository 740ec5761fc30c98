/*
 * weights.h: what money is shared by, and the partition that shares it.
 *
 * All shares depend on all weights: where one is not known, no row has an answer, and the row that lacks it says which
 * argument it lacks.
 */
#ifndef PH_WEIGHTS_H
#define PH_WEIGHTS_H

#include "budget/amount.h"
#include "core/window.h"

/* A weight is 0, or from 10^-15 to 10^30, so that no product overflows; NAN is one that is not known. */
extern bool weight_in_range(double weight);
extern double window_weight(WindowObject window, int argument, int64 row, const char *name);

/* What rows lack: the names of arguments, NULL for a row that lacks none. */
typedef struct Missing
{
	bool		any;
	char	  **names;
} Missing;

extern void missing_begin(Missing *missing, int rows);
extern void missing_in_row(Missing *missing, int row, const char *name);
extern void missing_in_all(Missing *missing, int rows, const char *name);

/* Weights of all rows. */
extern double *window_weights(WindowPartition *partition, int argument, const char *name);
extern double *window_weights_known(WindowPartition *partition, int argument, const char *name, Missing *missing);
extern double weights_sum(const double *weights, int count);

/* Weights as exact decimals with their sum, and an amount by them: total x weight / sum. */
typedef struct Shares
{
	Amount	   *weights;
	Amount		sum;
} Shares;

extern Shares shares_by(const double *weights, int count);
extern Amount share_of(Amount total, const Shares *shares, int row);

/*
 * A total and its unit, the same in all rows: NULL for a total that is not known; one that is no whole number of units
 * is refused.
 */
extern Amount window_total(WindowPartition *partition, int total, int unit, Amount *unit_of_all);

/* What is shared in whole ones of, the same in all rows. */
extern Amount window_unit(WindowObject window, int argument, int rows);

/* An answer with nothing but its last two fields, the note and what the row lacks. */
extern void put_note(WindowPartition *partition, int row, int fields, const char *note, const char *missing);

/* The same for all rows. */
extern void put_missing(WindowPartition *partition, int fields, const Missing *missing);
extern void put_notes(WindowPartition *partition, int fields, const char *note);

#endif
