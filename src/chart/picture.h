/* picture.h: what every picture reads of its arguments. */
#ifndef PH_PICTURE_H
#define PH_PICTURE_H

#include "postgres.h"
#include "fmgr.h"
#include "chart/svg.h"

#define MOST_MARKS 2000
#define MOST_SERIES 4

/* Classes of the style sheet, one a series. */
extern const char *const series_line[MOST_SERIES];
extern const char *const series_fill[MOST_SERIES];
extern const char *const series_band[MOST_SERIES];

/* The elements of a list, no more than there may be marks; NULL has none. */
extern int	argument_marks(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls);
extern char **argument_labels(FunctionCallInfo fcinfo, int index, int count);
extern int	argument_table(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers);
extern char *argument_text(FunctionCallInfo fcinfo, int index, char *otherwise);
extern char *argument_title(FunctionCallInfo fcinfo, int index, char *drawn);
extern double number_field(Datum composite, bool isnull, const char *field);
extern char *text_field(Datum composite, bool isnull, const char *field);
extern void widen(double x, double *low, double *high);
extern Datum nothing_to_show(const char *title, const char *why);

#endif
