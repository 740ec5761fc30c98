/* window.h: window functions that answer from the whole partition. */
#ifndef PH_WINDOW_H
#define PH_WINDOW_H

#include "postgres.h"
#include "fmgr.h"
#include "windowapi.h"

/* Rows of the partition; more than a million are refused. */
extern int	window_rows(WindowObject window);

/* A number in a row of the partition, NAN for NULL; what is not finite is refused. */
extern double window_number(WindowObject window, int argument, int64 row, const char *name);

/* A text argument of the current row, which must be one of the choices. */
extern int	window_choice(WindowObject window, int argument, const char *name, const char *const *choices);

#endif
