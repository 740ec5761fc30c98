/* picture.h: what every picture reads of its arguments, and says of itself beside its marks. */
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

/* A picture while it is drawn: what it says stands before its marks and depends on them, so both are gathered. */
typedef struct Picture
{
	char	   *title;
	char	   *unit;			/* of its numbers; NULL where it is not said */
	char	   *source;			/* NULL where it is not said */
	StringInfoData marks;
	StringInfoData says;		/* what the data show */
	StringInfoData table;		/* the numbers, as rows of JSON */
	double		bottom;			/* how far down it reaches */
	double		along;			/* where the legend goes on; 0 before it begins */
} Picture;

/* The title, or what is drawn, and the arguments unit and source, which follow each other. */
extern Picture *picture_start(FunctionCallInfo fcinfo, int title, char *drawn, int unit);

/* The name of the axis of its numbers: its unit, or what they are where it has none. */
extern const char *picture_axis(const Picture *picture, const char *otherwise);

/* A sentence of the description. */
extern void picture_says(Picture *picture, const char *format,...) pg_attribute_printf(2, 3);

/* Which of them are highest and lowest, and how many are missing (NAN). */
extern void picture_says_range(Picture *picture, const double *values, char *const *names, int count);

/* A row of the table; the first names its columns. */
extern void picture_cells(Picture *picture, const char *const *cells, int count);

#define picture_row(picture, ...) \
	picture_cells(picture, (const char *const[]) {__VA_ARGS__}, lengthof(((const char *const[]) {__VA_ARGS__})))

/* Below the marks: a line, bar or point of the legend with its words, and a remark on a line of its own. */
extern void picture_key_line(Picture *picture, const char *class, const char *words);
extern void picture_key_bar(Picture *picture, const char *class, const char *words);
extern void picture_key_point(Picture *picture, Shape shape, const char *class, const char *words);
extern void picture_remark(Picture *picture, const char *words);

extern Datum picture_end(Picture *picture);
extern Datum picture_of_nothing(Picture *picture, const char *why);

/* The elements of a list, no more than there may be marks; NULL has none. */
extern int	argument_marks(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls);
extern char **argument_labels(FunctionCallInfo fcinfo, int index, int count);
extern int	argument_table(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers);
extern double number_field(Datum composite, bool isnull, const char *field);
extern char *text_field(Datum composite, bool isnull, const char *field);

/* What the code writes in one word, in the words of a reader. */
extern char *plain_words(const char *word);
extern void widen(double x, double *low, double *high);

/* A label, or the number of what has none. */
extern char *name_of(char *const *labels, int i);

/* "value (lower to upper)", with what is known of it. */
extern char *with_limits(double value, double lower, double upper);

#endif
