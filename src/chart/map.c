/* map.c: places in the colours of their classes, by their boundaries or as tiles. */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "chart/geojson.h"
#include "chart/picture.h"
#include "core/argument.h"
#include "core/sort.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define MOST_CLASSES 7
#define MOST_POINTS_DRAWN 50000
#define MAP_LEFT 10
#define MAP_TOP 36
#define MAP_WIDTH 740
#define MAP_HEIGHT 560

/*
 * Seven steps from few to many, and seven around a middle.  The steps of a row are apart in luminance as a reader of
 * greys sees them, blue and orange differ for every kind of colour blindness, and what lies on the orange side is
 * dotted.  What is written on them is in ink or in paper, whichever is at least 4.5 times lighter or darker, and keeps
 * dots and hatches off itself.
 */
static const char map_style[] =
".ph{--m1:#d3eaff;--m2:#a4d4fd;--m3:#73b9f4;--m4:#559bd3;--m5:#2f76ac;--m6:#05588d;--m7:#01375a;"
"--w1:#245a9b;--w2:#5e95db;--w3:#9dc7fc;--w4:#f1ecea;--w5:#fdb392;--w6:#d27d55;--w7:#914218}"
"@media screen and (prefers-color-scheme:dark){.ph{--m1:#022944;--m2:#063f65;--m3:#01568a;--m4:#20699f;"
"--m5:#4b91c9;--m6:#73b9f4;--m7:#c6e4ff;--w1:#74adf4;--w2:#3065a7;--w3:#0b4584;--w4:#2c2827;--w5:#782f01;"
"--w6:#9e4d25;--w7:#ec946c}}"
".ph .area,.ph .area path{stroke:var(--soft);stroke-width:.8;stroke-linejoin:round}.ph .area path{fill:inherit}"
".ph .m1{fill:var(--m1)}.ph .m2{fill:var(--m2)}.ph .m3{fill:var(--m3)}.ph .m4{fill:var(--m4)}.ph .m5{fill:var(--m5)}"
".ph .m6{fill:var(--m6)}.ph .m7{fill:var(--m7)}.ph .w1{fill:var(--w1)}.ph .w2{fill:var(--w2)}.ph .w3{fill:var(--w3)}"
".ph .w4{fill:var(--w4)}.ph .w5{fill:url(#ph-w5)}.ph .w6{fill:url(#ph-w6)}.ph .w7{fill:url(#ph-w7)}"
".ph .none{fill:url(#ph-none)}.ph .on{fill:var(--paper)}"
".ph .h0,.ph .h5,.ph .h6,.ph .h7{stroke-width:4;paint-order:stroke}.ph .h0{stroke:var(--paper)}"
".ph .h5{stroke:var(--w5)}.ph .h6{stroke:var(--w6)}.ph .h7{stroke:var(--w7)}";

/* How a class is filled, and what is written on it. */
typedef struct Fill
{
	const char *fill;
	const char *text;
} Fill;

static const Fill sequential[] = {
	{"area m1", "middle"}, {"area m2", "middle"}, {"area m3", "middle"}, {"area m4", "middle"},
	{"area m5", "middle on"}, {"area m6", "middle on"}, {"area m7", "middle on"},
};
static const Fill diverging[] = {
	{"area w1", "middle on"}, {"area w2", "middle"}, {"area w3", "middle"}, {"area w4", "middle"},
	{"area w5", "middle h5"}, {"area w6", "middle h6"}, {"area w7", "middle on h7"},
};
static const Fill missing = {"area none", "middle h0"};

static const char *const better_choices[] = {"lower", "higher", "neither", NULL};

typedef enum Better
{
	BETTER_LOWER,
	BETTER_HIGHER,
	BETTER_NEITHER
} Better;

/* A class reaches up to its limit and begins above the one before; the last has none. */
typedef struct Classes
{
	int			count;
	double		limit[MOST_CLASSES - 1];
	double		lowest;
	double		highest;
	double		benchmark;		/* NAN: there is none */
	Better		better;
	int			places[MOST_CLASSES];
} Classes;

static void
add_limit(Classes *classes, double limit)
{
	if (limit >= classes->lowest && limit < classes->highest &&
		(classes->count == 1 || limit > classes->limit[classes->count - 2]))
		classes->limit[classes->count++ - 1] = limit;
}

/* The least of n sorted numbers that a share part / parts of them does not exceed. */
static double
quantile(const double *sorted, int n, int part, int parts)
{
	return sorted[(int) (((int64) part * n + parts - 1) / parts) - 1];
}

/* As many places in each class, as far as ties let; limits are rounded as they are written. */
static void
classes_by_quantile(Classes *classes, const double *sorted, int n, int wanted)
{
	for (int part = 1; part < wanted; part++)
		add_limit(classes, svg_rounded(quantile(sorted, n, part, wanted)));
}

/*
 * As far above the benchmark as below, by quantiles of the distance from it; an odd number has a class in the middle,
 * an even one has the benchmark as a limit.
 */
static void
classes_around(Classes *classes, const double *sorted, int n, int wanted)
{
	double	   *distance = palloc_array(double, n);
	int			parts = (wanted + 1) / 2;

	for (int i = 0; i < n; i++)
		distance[i] = fabs(sorted[i] - classes->benchmark);
	sort_numbers(distance, n);
	for (int part = parts - 1; part >= 1; part--)
		add_limit(classes, svg_rounded(classes->benchmark - quantile(distance, n, part, parts)));
	if (wanted % 2 == 0)
		add_limit(classes, classes->benchmark);
	for (int part = 1; part < parts; part++)
		add_limit(classes, svg_rounded(classes->benchmark + quantile(distance, n, part, parts)));
}

static Classes
classes_of(const double *numbers, int count, int wanted, double benchmark, Better better)
{
	Classes		classes = {1, {0}, NAN, NAN, benchmark, better, {0}};
	double	   *sorted = palloc_array(double, Max(count, 1));
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (!isnan(numbers[i]))
			sorted[n++] = numbers[i];
	if (n == 0)
		return classes;
	sort_numbers(sorted, n);
	classes.lowest = sorted[0];
	classes.highest = sorted[n - 1];
	if (isnan(benchmark))
		classes_by_quantile(&classes, sorted, n, wanted);
	else
		classes_around(&classes, sorted, n, wanted);
	return classes;
}

/* From 0; -1 where there is no value. */
static int
class_of(const Classes *classes, double value)
{
	int			class = 0;

	if (isnan(value))
		return -1;
	while (class < classes->count - 1 && value > classes->limit[class])
		class++;
	return class;
}

static double
class_begins(const Classes *classes, int class)
{
	return class == 0 ? classes->lowest : classes->limit[class - 1];
}

static double
class_ends(const Classes *classes, int class)
{
	return class == classes->count - 1 ? classes->highest : classes->limit[class];
}

/* How many classes from the benchmark a class lies, below 0 on the low side; 0 holds it. */
static int
class_side(const Classes *classes, int class)
{
	int			side = 0;

	for (int c = class; c >= 0 && class_begins(classes, c) >= classes->benchmark; c--)
		side++;
	for (int c = class; side <= 0 && c < classes->count && class_ends(classes, c) <= classes->benchmark; c++)
		side--;
	return side;
}

static int
most_sides(const Classes *classes)
{
	return Max(abs(class_side(classes, 0)), abs(class_side(classes, classes->count - 1)));
}

/* What is worse, or more where neither is, is orange. */
static Fill
class_fill(const Classes *classes, int class)
{
	static const int steps[][4] = {{0}, {0, 2}, {0, 1, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}};
	int			side;

	if (class < 0)
		return missing;
	if (isnan(classes->benchmark))
		return sequential[classes->count == 1 ? 3 : (int) rint(6.0 * class / (classes->count - 1))];
	side = class_side(classes, class);
	if (classes->better == BETTER_HIGHER)
		side = -side;
	return diverging[3 + (side < 0 ? -1 : 1) * steps[Min(most_sides(classes), 3)][Min(abs(side), 3)]];
}

static const char *
class_judged(const Classes *classes, int class)
{
	int			side = isnan(classes->benchmark) ? 0 : class_side(classes, class);

	if (side == 0)
		return isnan(classes->benchmark) ? "" : ", about the benchmark";
	if (classes->better == BETTER_NEITHER)
		return side > 0 ? ", above the benchmark" : ", below the benchmark";
	return (side > 0) == (classes->better == BETTER_HIGHER) ? ", better" : ", worse";
}

static char *
class_words(const Classes *classes, int class)
{
	if (class < 0)
		return "no value";
	return psprintf("%d: %s%s to %s%s", class + 1, class == 0 ? "" : "over ", svg_number(class_begins(classes, class)),
					svg_number(class_ends(classes, class)), class_judged(classes, class));
}

/* What the classes are filled with that is more than a colour. */
static void
define_patterns(StringInfo svg)
{
	appendStringInfo(svg, "<style>%s</style><defs><pattern id=\"ph-none\" width=\"6\" height=\"6\" "
					 "patternUnits=\"userSpaceOnUse\"><rect class=\"paper\" width=\"6\" height=\"6\"/>"
					 "<path d=\"M-1 7L7 -1\" class=\"mean\"/></pattern>", map_style);
	for (int step = 5; step <= 7; step++)
		appendStringInfo(svg, "<pattern id=\"ph-w%d\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\">"
						 "<rect width=\"7\" height=\"7\" style=\"fill:var(--w%d)\"/>"
						 "<circle cx=\"3.5\" cy=\"3.5\" r=\"1\" style=\"fill:var(--%s)\"/></pattern>", step, step,
						 step < 7 ? "ink" : "paper");
	appendStringInfoString(svg, "</defs>\n");
}

static void
start_area(StringInfo svg, const char *fill, const char *tooltip)
{
	appendStringInfo(svg, "<g class=\"%s\"><title>", fill);
	svg_escaped(svg, tooltip, 200);
	appendStringInfoString(svg, "</title>");
}

static void
end_area(StringInfo svg)
{
	appendStringInfoString(svg, "</g>\n");
}

/* ---- tiles, where no boundaries are given ---- */

#define WIDE_TILE 90

/* As much of the words as fits into so many characters, up to a space where there is one; the rest is left. */
static char *
take_line(const char **words, int longest)
{
	int			length = strlen(*words);
	int			taken = pg_mbcharcliplen(*words, length, longest);
	char	   *line;

	if (taken < length)
		for (int i = taken; i > 0; i--)
			if ((*words)[i] == ' ')
			{
				taken = i;
				break;
			}
	line = pnstrdup(*words, taken);
	*words += taken + strspn(*words + taken, " ");
	return line;
}

static void
write_tile(StringInfo svg, double x, double y, double tile, const char *text, const char *name, const char *number,
		   const char *class)
{
	int			longest = (tile - 8) / 6.6;
	const char *rest = name;

	if (tile < 12)
		return;
	if (longest < 9)
	{
		svg_text(svg, x + tile / 2, y + tile / 2 + 4, text, class, 0);
		return;
	}
	svg_text(svg, x + tile / 2, y + tile / 2 - 18, text, take_line(&rest, longest), 0);
	svg_text(svg, x + tile / 2, y + tile / 2 - 4, text, take_line(&rest, longest), 0);
	svg_text(svg, x + tile / 2, y + tile / 2 + 22, text, number, longest);
}

/* Squares in rows, in the order given; how far down they reach. */
static double
draw_tiles(StringInfo svg, const Classes *classes, const double *numbers, char *const *names, int count)
{
	int			columns = Max(MAP_WIDTH / WIDE_TILE, (int) ceil(sqrt(1.4 * count)));
	double		tile = (double) MAP_WIDTH / columns;

	for (int i = 0; i < count; i++)
	{
		double		x = MAP_LEFT + tile * (i % columns);
		double		y = MAP_TOP + tile * (i / columns);
		int			class = class_of(classes, numbers[i]);
		Fill		fill = class_fill(classes, class);
		char	   *number = class < 0 ? "no value" : svg_number(numbers[i]);

		CHECK_FOR_INTERRUPTS();
		svg_bar(svg, x + 1, y + 1, tile - 2, tile - 2, fill.fill, psprintf("%s: %s", names[i], number));
		write_tile(svg, x, y, tile, fill.text, names[i], number, class < 0 ? "-" : psprintf("%d", class + 1));
	}
	return MAP_TOP + tile * ((count + columns - 1) / columns);
}

/* ---- areas, by their boundaries ---- */

/* Onto the paper, north up, in its proportions: degrees at the mean latitude, metres as they are; how far down. */
static double
project(Boundaries *boundaries)
{
	double		west = INFINITY,
				east = -INFINITY,
				south = INFINITY,
				north = -INFINITY,
				narrower = 1,
				scale;

	for (int i = 0; i < boundaries->point_count; i++)
	{
		widen(boundaries->points[i].x, &west, &east);
		widen(boundaries->points[i].y, &south, &north);
	}
	if (west >= -180 && east <= 180 && south >= -90 && north <= 90)
		narrower = fmax(cos((south + north) / 2 * M_PI / 180), 0.01);
	scale = fmin(MAP_WIDTH / fmax((east - west) * narrower, 1e-9), MAP_HEIGHT / fmax(north - south, 1e-9));
	for (int i = 0; i < boundaries->point_count; i++)
	{
		Point	   *point = &boundaries->points[i];

		CHECK_FOR_INTERRUPTS();
		point->x = MAP_LEFT + (MAP_WIDTH - (east - west) * narrower * scale) / 2 + (point->x - west) * narrower * scale;
		point->y = MAP_TOP + (north - point->y) * scale;
	}
	return MAP_TOP + (north - south) * scale;
}

/* A ring moved to a grid, without points that fall together: neighbours keep the line between them.  How many stay. */
static int
thin_ring(const Point *points, int count, double grid, Point *thinned)
{
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		Point		point = {rint(points[i].x / grid) * grid, rint(points[i].y / grid) * grid};

		CHECK_FOR_INTERRUPTS();
		if (n == 0 || point.x != thinned[n - 1].x || point.y != thinned[n - 1].y)
			thinned[n++] = point;
	}
	while (n > 1 && thinned[n - 1].x == thinned[0].x && thinned[n - 1].y == thinned[0].y)
		n--;
	return n;
}

/* In place, on the finest grid that leaves no more points than a picture may have. */
static void
thin(Boundaries *boundaries)
{
	Point	   *thinned = palloc_extended(Max(boundaries->point_count, 1) * sizeof(Point), MCXT_ALLOC_HUGE);

	for (double grid = 0.5;; grid *= 2)
	{
		int64		kept = 0;

		for (int i = 0; i < boundaries->ring_count; i++)
		{
			const Ring *ring = &boundaries->rings[i];
			int			n = thin_ring(boundaries->points + ring->first, ring->count, grid, thinned);

			kept += n < 3 ? 0 : n;
		}
		if (kept > MOST_POINTS_DRAWN)
			continue;
		for (int i = 0; i < boundaries->ring_count; i++)
		{
			Ring	   *ring = &boundaries->rings[i];

			ring->count = thin_ring(boundaries->points + ring->first, ring->count, grid,
									boundaries->points + ring->first);
		}
		pfree(thinned);
		return;
	}
}

/* Where a line at this height goes into a ring or out of it. */
static int
crossings(const Point *points, int count, double y, double *x)
{
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		Point		from = points[i];
		Point		to = points[(i + 1) % count];

		if ((from.y > y) != (to.y > y))
			x[n++] = from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x);
	}
	return n;
}

/* The class of a place, in the middle of its widest part half way down its longest ring, if there is room. */
static void
write_class(StringInfo svg, const Boundaries *boundaries, int first, int last, const char *text, const char *class)
{
	double		top = NAN,
				bottom = NAN,
				y,
			   *x;
	int			largest = 0,
				room = 0,
				n = 0,
				widest = 0;

	for (int i = first; i < last; i++)
	{
		room += boundaries->rings[i].count;
		if (boundaries->rings[i].count > largest)
		{
			largest = boundaries->rings[i].count;
			top = INFINITY;
			bottom = -INFINITY;
			for (int j = 0; j < largest; j++)
				widen(boundaries->points[boundaries->rings[i].first + j].y, &top, &bottom);
		}
	}
	if (!(bottom - top >= 15))
		return;
	y = (top + bottom) / 2 + 0.01;	/* between the points of any grid */
	x = palloc_array(double, room);
	for (int i = first; i < last; i++)
		if (boundaries->rings[i].count >= 3)
			n += crossings(boundaries->points + boundaries->rings[i].first, boundaries->rings[i].count, y, x + n);
	sort_numbers(x, n);
	for (int i = 0; i + 1 < n; i += 2)
		if (x[i + 1] - x[i] > x[widest + 1] - x[widest])
			widest = i;
	if (n >= 2 && x[widest + 1] - x[widest] >= 15)
		svg_text(svg, (x[widest] + x[widest + 1]) / 2, y + 4, text, class, 0);
	pfree(x);
}

static void
draw_ring(StringInfo svg, const Point *points, int count)
{
	bool		down = false;

	for (int i = 0; i < count; i++)
		svg_path_to(svg, points[i].x, points[i].y, &down);
	appendStringInfoChar(svg, 'Z');
}

/* The rings of a place, a path each polygon; a small square where none is large enough to be seen. */
static void
draw_area(StringInfo svg, const Boundaries *boundaries, int first, int last)
{
	bool		open = false;

	for (int i = first; i < last; i++)
	{
		const Ring *ring = &boundaries->rings[i];

		CHECK_FOR_INTERRUPTS();
		if (ring->count < 3)
			continue;
		if (open && ring->outer)
			appendStringInfoString(svg, "\"/>");
		if (!open || ring->outer)
			appendStringInfoString(svg, "<path fill-rule=\"evenodd\" d=\"");
		open = true;
		draw_ring(svg, boundaries->points + ring->first, ring->count);
	}
	if (open)
		appendStringInfoString(svg, "\"/>");
	else
		appendStringInfo(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"4\" height=\"4\"/>",
						 boundaries->points[boundaries->rings[first].first].x - 2,
						 boundaries->points[boundaries->rings[first].first].y - 2);
}

/* Areas in the colours of their classes, then what is written on them; how many places have no boundary. */
static int
draw_areas(StringInfo svg, const Boundaries *boundaries, const Classes *classes, const double *numbers,
		   char *const *names, int count)
{
	int			drawn = 0;

	for (int pass = 0; pass < 2; pass++)
		for (int first = 0, last; first < boundaries->ring_count; first = last)
		{
			int			place = boundaries->rings[first].place;
			int			class = class_of(classes, numbers[place]);
			Fill		fill = class_fill(classes, class);

			last = first;
			while (last < boundaries->ring_count && boundaries->rings[last].place == place)
				last++;
			if (pass == 1)
			{
				write_class(svg, boundaries, first, last, fill.text, class < 0 ? "-" : psprintf("%d", class + 1));
				continue;
			}
			drawn++;
			start_area(svg, fill.fill,
					   psprintf("%s: %s", names[place], class < 0 ? "no value" : svg_number(numbers[place])));
			draw_area(svg, boundaries, first, last);
			end_area(svg);
		}
	return count - drawn;
}

/* ---- the picture ---- */

/* The places by their identifiers, which name one each. */
static PlaceId *
argument_place_ids(FunctionCallInfo fcinfo, int *count, char ***names)
{
	Datum	   *elements;
	bool	   *nulls;
	PlaceId    *ids;

	*count = argument_marks(fcinfo, 0, "ids", &elements, &nulls);
	ids = palloc_array(PlaceId, Max(*count, 1));
	*names = palloc_array(char *, Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			argument_error("ids", "must not contain nulls", NULL);
		ids[i] = (PlaceId) {TextDatumGetCString(elements[i]), i};
		(*names)[i] = ids[i].id;
	}
	qsort(ids, *count, sizeof(PlaceId), place_id_order);
	for (int i = 1; i < *count; i++)
		if (place_id_order(&ids[i - 1], &ids[i]) == 0)
			argument_error("ids", "must not name a place twice", NULL);
	return ids;
}

static double *
argument_values(FunctionCallInfo fcinfo, int index, int count)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *values = palloc_array(double, Max(count, 1));

	if (argument_marks(fcinfo, index, "numbers", &elements, &nulls) != count)
		argument_error("numbers", "must have as many elements as ids", NULL);
	for (int i = 0; i < count; i++)
	{
		values[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(fabs(values[i]) <= 1e300))
			argument_error("numbers", "must be finite and of at most 1e300 in size",
						   "Use NULL for what is not known or must not be shown.");
	}
	return values;
}

static void
write_legend(Picture *picture, const Classes *classes, int without)
{
	for (int class = 0; class < classes->count; class++)
		picture_key_bar(picture, class_fill(classes, class).fill,
						psprintf("%s (%d)", class_words(classes, class), classes->places[class]));
	if (without > 0)
		picture_key_bar(picture, missing.fill, psprintf("-: no value (%d)", without));
	if (!isnan(classes->benchmark))
		picture_remark(picture, psprintf("The benchmark is %s; what is %s is dotted.", svg_number(classes->benchmark),
										 classes->better == BETTER_NEITHER ? "above it" : "worse"));
}

/*
 * ph.chart_map(ids text[], numbers float8[], boundaries text[], title text, unit text, source text, labels text[],
 *   classes int, benchmark float8, better text, id_property text) -> text
 *
 * Places in the colours of classes of their numbers: by quantile, or around a benchmark.  boundaries are GeoJSON, one
 * FeatureCollection or a geometry a place; NULL draws tiles.  A place without a number is hatched.
 */
PG_FUNCTION_INFO_V1(chart_map);
Datum
chart_map(PG_FUNCTION_ARGS)
{
	int			count;
	char	  **names,
			  **labels;
	PlaceId    *ids = argument_place_ids(fcinfo, &count, &names);
	double	   *numbers = argument_values(fcinfo, 1, count);
	Picture    *picture = picture_start(fcinfo, 3, "Map of places", 4);
	StringInfo	svg = &picture->marks;
	int			wanted = argument_whole(fcinfo, 7, "classes", 3, MOST_CLASSES);
	double		benchmark = PG_ARGISNULL(8) ? NAN : argument_number(fcinfo, 8, "benchmark");
	Better		better = argument_choice(fcinfo, 9, "better", better_choices);
	char	   *id_property = PG_ARGISNULL(10) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(10));
	Datum	   *texts;
	bool	   *nulls;
	int			text_count = argument_marks(fcinfo, 2, "boundaries", &texts, &nulls);
	int			without = 0,
				sides[3] = {0};
	Classes		classes = classes_of(numbers, count, wanted, benchmark, better);

	labels = argument_labels(fcinfo, 6, count);
	for (int i = 0; i < count; i++)
		if (labels[i][0])
			names[i] = labels[i];
	if (isnan(classes.lowest))
		return picture_of_nothing(picture, "no place has a value");
	define_patterns(svg);
	if (PG_ARGISNULL(2))
		picture->bottom = draw_tiles(svg, &classes, numbers, names, count);
	else
	{
		Boundaries *boundaries = boundaries_read(texts, nulls, text_count, ids, count, id_property);
		int			not_drawn;

		if (boundaries->point_count == 0)
			return picture_of_nothing(picture, "no boundary is of any of the places");
		picture->bottom = project(boundaries);
		thin(boundaries);
		not_drawn = draw_areas(svg, boundaries, &classes, numbers, names, count);
		if (not_drawn > 0)
			picture_remark(picture, psprintf("Without a boundary, so not drawn: %d.", not_drawn));
	}
	picture_row(picture, "place", "value", "class");
	for (int i = 0; i < count; i++)
	{
		int			class = class_of(&classes, numbers[i]);

		picture_row(picture, name_of(names, i), svg_number(numbers[i]), class_words(&classes, class));
		if (class < 0)
			without++;
		else
			classes.places[class]++;
		sides[0] += numbers[i] > benchmark;
		sides[1] += numbers[i] < benchmark;
	}
	picture_says(picture, "%d places in %d classes.", count, classes.count);
	picture_says_range(picture, numbers, names, count);
	if (!isnan(benchmark))
		picture_says(picture, "%d above and %d below the benchmark of %s.", sides[0], sides[1], svg_number(benchmark));
	picture->bottom += 6;
	if (picture->unit)
		picture_remark(picture, picture->unit);
	write_legend(picture, &classes, without);
	return picture_end(picture);
}
