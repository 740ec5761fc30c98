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

/* Colours, dashes and sizes of all pictures. */
extern const char svg_style[];

/* Text without what XML forbids, and with what it takes for its own written otherwise. */
extern char *svg_clean(const char *text);
extern void svg_escaped(StringInfo svg, const char *text, int longest);

/* Text is escaped and cut to so many characters; 0 leaves it as long as it is. */
extern void svg_text(StringInfo svg, double x, double y, const char *class, const char *text, int longest);
extern void svg_line(StringInfo svg, double x1, double y1, double x2, double y2, const char *class);
extern void svg_bar(StringInfo svg, double x, double y, double width, double height, const char *class,
					const char *tooltip);

/* The shape of a point, so that colour alone says nothing. */
typedef enum Shape
{
	SHAPE_DOT,
	SHAPE_DIAMOND,
	SHAPE_SQUARE,
	SHAPE_TRIANGLE
} Shape;

extern void svg_point(StringInfo svg, double x, double y, Shape shape, const char *class, const char *tooltip);

/* A line through points: start it, go on (a NAN lifts the pen), end it. */
extern void svg_path_start(StringInfo svg, const char *class);
extern void svg_path_to(StringInfo svg, double x, double y, bool *down);
extern void svg_path_end(StringInfo svg);

extern Axis axis_of(double low, double high, double from, double to);
extern double axis_at(const Axis *axis, double x);

#define MOST_TICKS 12

/* Round numbers along an axis, about so many; how many they are. */
extern int	axis_ticks(const Axis *axis, int about, double ticks[MOST_TICKS]);

/* Rules, numbers and the axis's name along the bottom, or at the left. */
extern void svg_axis_below(StringInfo svg, const Axis *axis, double top, double bottom, const char *name);
extern void svg_axis_left(StringInfo svg, const Axis *axis, double left, double right, const char *name);

/* A number with as many digits as a reader needs; empty for NAN. */
extern char *svg_number(double x);

/* The same rounding, so that what is compared is what is written. */
extern double svg_rounded(double x);

#endif
