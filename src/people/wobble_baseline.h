/* wobble_baseline.h: rows of contacts and life events, and the baseline that people are held against. */
#ifndef PH_WOBBLE_BASELINE_H
#define PH_WOBBLE_BASELINE_H

#include "postgres.h"
#include "people/wobble_model.h"
#include "utils/date.h"

#define WOBBLE_OTHER "other"	/* kinds that are too seldom to stand for themselves */

/* Names an argument, or a column of the query that is one. */
typedef void (*NameError) (const char *name, const char *rule, const char *hint);

extern int	wobble_compare_rows(const void *a, const void *b);
extern int	wobble_checked_day(DateADT day, const char *name, NameError name_error);
extern double wobble_checked_weight(double weight, NameError name_error);
extern WobbleWhat wobble_what_of(bool life_event, bool crisis, bool planned, double weight);

/* A ph.wobble_baseline, its numbers checked; *kinds are their names. */
extern WobbleModel *wobble_read_baseline(Datum given, char ***kinds);

#endif
