/* sort.h: numbers in order, with a chance to cancel. */
#ifndef PH_SORT_H
#define PH_SORT_H

#include "postgres.h"

/* From the lowest; none may be NAN. */
extern void sort_numbers(double *numbers, size_t count);

#endif
