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

/* A number that must be one and the same in all rows of the partition, NAN for NULL. */
extern double window_number_of_all(WindowObject window, int argument, int rows, const char *name);

/* A text argument of the current row, which must be one of the choices. */
extern int	window_choice(WindowObject window, int argument, const char *name, const char *const *choices);

/*
 * Answers that are found for the whole partition at its first row and given row by row.  What finds them puts one for
 * each row, a composite, a number of numeric or another value with a length of its own; rows without one are NULL.
 * The memory it works in is free again when it has found them.
 */
typedef struct WindowPartition
{
	FunctionCallInfo fcinfo;
	WindowObject window;
	int			rows;
	Datum	   *answers;
	bool	   *answered;
	MemoryContext kept;
} WindowPartition;

extern Datum window_answer(FunctionCallInfo fcinfo, void (*find) (WindowPartition *partition));
extern void window_put(WindowPartition *partition, int row, Datum answer);

#endif
