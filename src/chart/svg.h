/* svg.h: a picture as text: marks, labels and axes, readable in light and dark, without scripts. */
#ifndef PH_SVG_H
#define PH_SVG_H

#include "postgres.h"
#include "fmgr.h"
#include "lib/stringinfo.h"

#define SVG_WIDTH 760

/* A range of numbers laid out along pixels. */
typedef struct Axis
{
	double		low;
	double		high;
	double		from;
	double		to;
} Axis;

extern StringInfo svg_start(double height, const char *title, const char *description);
extern Datum svg_end(StringInfo svg);

/* Text is escaped and cut to so many characters; 0 leaves it as long as it is. */
extern void svg_text(StringInfo svg, double x, double y, const char *class, const char *text, int longest);
extern void svg_line(StringInfo svg, double x1, double y1, double x2, double y2, const char *class);
extern void svg_bar(StringInfo svg, double x, double y, double width, double height, const char *class,
					const char *tooltip);

/* A point: a dot where plain, a diamond where it stands out, so that colour alone says nothing. */
extern void svg_point(StringInfo svg, double x, double y, bool stands_out, const char *class, const char *tooltip);

/* A line through points: start it, go on (a NAN lifts the pen), end it. */
extern void svg_path_start(StringInfo svg, const char *class);
extern void svg_path_to(StringInfo svg, double x, double y, bool *down);
extern void svg_path_end(StringInfo svg);

extern Axis axis_of(double low, double high, double from, double to);
extern double axis_at(const Axis *axis, double x);

#define MOST_TICKS 12

/* Round numbers along an axis, about so many; how many they are. */
extern int	axis_ticks(const Axis *axis, int about, double ticks[MOST_TICKS]);

/* Rules and numbers along the bottom, or at the left. */
extern void svg_axis_below(StringInfo svg, const Axis *axis, double top, double bottom);
extern void svg_axis_left(StringInfo svg, const Axis *axis, double left, double right);

extern char *svg_number(double x);

#endif
