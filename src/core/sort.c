/* sort.c: numbers in order, with a chance to cancel, which the C library's qsort does not give. */
#include "core/sort.h"

#include "miscadmin.h"

#define ST_SORT sort_numbers
#define ST_ELEMENT_TYPE double
#define ST_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#define ST_SCOPE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"
