/*
 * timeline.c: the theograph, what all partners know of one person: a lane a partner, contacts as marks, stays as
 * bars, measurements as lines, life events as flags.
 *
 * In the lane of a partner each sort of contact has a row and a shape of its own, so that neither colour alone nor
 * the eye for a shape among hundreds must tell them apart; marks that would lie over each other are one, with their
 * number.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "chart/picture.h"
#include "core/argument.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#define LEFT 180
#define RIGHT 640
#define ROW_HEIGHT 22
#define BAR_HEIGHT 4			/* of a stay, so thin that it is no mark */
#define LINE_HEIGHT 46
#define LANE_GAP 10
#define NEAR 13					/* marks nearer than so many pixels are one */
#define LAST_YEAR 5874890		/* a date has no more */
#define MOST_LANES 16			/* of partners, and of measurements */
#define MOST_ROWS 4				/* of bars over each other in one lane */
#define NAME_LENGTH 25

/* The sorts of contact, each a row of its partner's lane, the gravest on top. */
typedef enum Urgency
{
	CRISIS,
	UNPLANNED,
	NOT_SAID,
	PLANNED,
	URGENCIES
} Urgency;

static const struct
{
	Shape		shape;
	const char *class;
	const char *words;
}			urgencies[URGENCIES] = {
	[CRISIS] = {SHAPE_DIAMOND, "b", "crisis"},
	[UNPLANNED] = {SHAPE_SQUARE, "c", "unplanned"},
	[NOT_SAID] = {SHAPE_TRIANGLE, "d", "not said"},
	[PLANNED] = {SHAPE_DOT, "a", "planned"},
};

/* How a thing is drawn. */
typedef enum Form
{
	FORM_FLAG,					/* life events, birth and death */
	FORM_CONTACT,
	FORM_BAR,					/* what lasts: work, offers, waits, registration, residence */
	FORM_LINE,					/* measurements and scores */
	FORM_TICK					/* codes */
} Form;

typedef struct Thing
{
	int			day;
	int			until;			/* the same day where it has no other; INT_MAX: not over */
	char	   *lane;
	char	   *label;
	Form		form;
	Urgency		urgency;
	double		value;
} Thing;

/* ---- reading ---- */

static bool
date_field(Datum composite, const char *field, DateADT *day)
{
	bool		isnull;
	Datum		value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);

	if (!isnull)
		*day = DatumGetDateADT(value);
	return !isnull && !DATE_NOT_FINITE(*day);
}

/* 1, 0, and -1 for unknown. */
static int
truth_field(Datum composite, const char *field)
{
	bool		isnull;
	Datum		value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);

	return isnull ? -1 : DatumGetBool(value);
}

static Form
form_of(const char *kind, double value)
{
	static const char *const bars[] = {"work", "offer", "wait", "registration", "residence"};

	for (int i = 0; i < lengthof(bars); i++)
		if (strcmp(kind, bars[i]) == 0)
			return FORM_BAR;
	if (strcmp(kind, "life_event") == 0 || strcmp(kind, "life") == 0)
		return FORM_FLAG;
	if (strcmp(kind, "measurement") == 0 || strcmp(kind, "score") == 0)
		return isnan(value) ? FORM_TICK : FORM_LINE;
	return strcmp(kind, "code") == 0 ? FORM_TICK : FORM_CONTACT;
}

static Thing
thing_of(Datum composite, DateADT from, DateADT until)
{
	char	   *kind = text_field(composite, false, "kind");
	char	   *partner = text_field(composite, false, "partner");
	int			crisis = truth_field(composite, "crisis");
	int			planned = truth_field(composite, "planned");
	Thing		thing = {.day = from, .until = until, .label = text_field(composite, false, "label"),
	.value = number_field(composite, false, "value")};

	thing.form = form_of(kind, thing.value);
	thing.urgency = crisis == 1 ? CRISIS : planned == 1 ? PLANNED : planned == 0 ? UNPLANNED : NOT_SAID;
	if (thing.form == FORM_CONTACT)
		thing.lane = partner[0] ? partner : "partner not known";
	else
		thing.lane = thing.form == FORM_LINE ? thing.label : thing.form == FORM_TICK ? "codes" : plain_words(kind);
	return thing;
}

static int
by_day(const void *a, const void *b)
{
	const Thing *x = a,
			   *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->until != y->until)
		return x->until < y->until ? -1 : 1;
	if (strcmp(x->lane, y->lane) != 0)
		return strcmp(x->lane, y->lane);
	if (x->urgency != y->urgency)
		return x->urgency < y->urgency ? -1 : 1;
	return strcmp(x->label, y->label);
}

/* Those with a day, in order of days; *undated counts the others. */
static int
argument_things(FunctionCallInfo fcinfo, Thing **things, int *undated)
{
	Datum	   *elements;
	bool	   *nulls;
	int			given = argument_marks(fcinfo, 0, "things", &elements, &nulls);
	int			count = 0;

	*things = palloc_array(Thing, Max(2 * given, 1));
	*undated = 0;
	for (int i = 0; i < given; i++)
	{
		DateADT		from = 0,
					until = 0;
		bool		begins = !nulls[i] && date_field(elements[i], "from_date", &from);
		bool		ends = !nulls[i] && date_field(elements[i], "until_date", &until);

		CHECK_FOR_INTERRUPTS();
		*undated += !begins && !ends;
		if (!begins && !ends)
			continue;
		if (strcmp(text_field(elements[i], false, "kind"), "life") == 0)
		{
			/* two flags, and no bar */
			if (begins)
				(*things)[count] = thing_of(elements[i], from, from), (*things)[count++].label = "born";
			if (ends)
				(*things)[count] = thing_of(elements[i], until, until), (*things)[count++].label = "died";
			continue;
		}
		if (!begins)
			from = until;
		(*things)[count] = thing_of(elements[i], from, from);
		if (ends || (*things)[count].form == FORM_BAR)
			(*things)[count].until = ends ? Max(from, until) : PG_INT32_MAX;
		count++;
	}
	qsort(*things, count, sizeof(Thing), by_day);
	return count;
}

/* ---- time ---- */

static char *
day_words(int day)
{
	int			year,
				month,
				of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &of_month);
	return year > 0 ? psprintf("%04d-%02d-%02d", year, month, of_month)
		: psprintf("%04d-%02d-%02d BC", 1 - year, month, of_month);
}

/*
 * From the first contact, event or measurement to the last; what lasts longer is cut, so that birth, homes and jobs
 * from long before do not press all else together.
 */
static Axis
axis_of_days(const Thing *things, int count)
{
	double		low = INFINITY,
				high = -INFINITY;

	for (int pass = 0; pass < 2 && !(high >= low); pass++)
		for (int i = 0; i < count; i++)
		{
			const char *lane = things[i].lane;
			bool		background = strcmp(lane, "work") == 0 || strcmp(lane, "registration") == 0 ||
				strcmp(lane, "residence") == 0 || strcmp(things[i].label, "born") == 0;

			high = fmax(high, things[i].day);
			if (background && pass == 0)
				continue;
			low = fmin(low, things[i].day);
			if (things[i].until != PG_INT32_MAX)
				high = fmax(high, things[i].until);
		}
	if (high - low < 30)
		high = low + 30;
	return axis_of(low, high, LEFT, RIGHT);
}

/* Rules at the first days of months, or of years, at most a dozen; the year is written with the first of each. */
static void
draw_days(StringInfo svg, const Axis *across, double top, double bottom)
{
	static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200};
	static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec"};
	double		months = (across->high - across->low) / 30.44;
	int			step = 0,
				every;
	int			year,
				month,
				day;
	bool		written = false;

	while (step < lengthof(steps) - 1 && months / steps[step] > 10)
		step++;
	every = steps[step];
	while (months / every > 10)
		every *= 10;
	j2date((int) across->low + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	for (int at = year * 12 / every * every; at / 12 < LAST_YEAR; at += every)
	{
		int			of_year = (at % 12 + 12) % 12;
		int			first = date2j((at - of_year) / 12, of_year + 1, 1) - POSTGRES_EPOCH_JDATE;
		double		x = axis_at(across, first);

		CHECK_FOR_INTERRUPTS();
		if (first > across->high)
			break;
		if (first < across->low)
			continue;
		svg_line(svg, x, top, x, bottom, "rule");
		if (every < 12)
			svg_text(svg, x, bottom + 16, "soft middle", names[of_year], 0);
		if (every >= 12 || of_year == 0 || !written)
			svg_text(svg, x, bottom + (every < 12 ? 30 : 16), "soft middle",
					 psprintf("%d", (at - of_year) / 12), 0);
		written = true;
	}
}

/* ---- lanes ---- */

/* The lanes of one form, in the order in which they begin; *size how many things each has. */
static int
lanes_of(const Thing *things, int count, Form form, char **names, int *size)
{
	int			lanes = 0;

	for (int i = 0; i < count; i++)
	{
		int			lane = 0;

		CHECK_FOR_INTERRUPTS();
		if (things[i].form != form)
			continue;
		while (lane < lanes && strcmp(names[lane], things[i].lane) != 0)
			lane++;
		if (lane == lanes)
		{
			names[lanes] = things[i].lane;
			size[lanes++] = 0;
		}
		size[lane]++;
	}
	return lanes;
}

/* The lanes of partners; where they are too many, all but those with most contacts share one. */
static int
partners_of(Thing *things, int count, char **names, int *size)
{
	static char others[] = "other partners";
	int			lanes = lanes_of(things, count, FORM_CONTACT, names, size);
	char	   *kept[MOST_LANES - 1];

	if (lanes <= MOST_LANES)
		return lanes;
	for (int i = 0; i < lengthof(kept); i++)
	{
		int			largest = 0;

		for (int lane = 1; lane < lanes; lane++)
			if (size[lane] > size[largest])
				largest = lane;
		kept[i] = names[largest];
		size[largest] = 0;
	}
	for (int i = 0; i < count; i++)
	{
		bool		keep = things[i].form != FORM_CONTACT;

		for (int j = 0; j < lengthof(kept) && !keep; j++)
			keep = strcmp(kept[j], things[i].lane) == 0;
		if (!keep)
			things[i].lane = others;
	}
	return lanes_of(things, count, FORM_CONTACT, names, size);
}

static bool
in_lane(const Thing *thing, Form form, const char *lane)
{
	return thing->form == form && strcmp(thing->lane, lane) == 0;
}

static char *
thing_words(const Thing *thing)
{
	return psprintf("%s, %s%s", thing->label, day_words(thing->day),
					thing->until == PG_INT32_MAX ? " on"
					: thing->until > thing->day ? psprintf(" to %s", day_words(thing->until)) : "");
}

static double
x_of(const Axis *across, int day)
{
	return fmin(fmax(axis_at(across, day), across->from), across->to);
}

/*
 * A row of marks of one sort: a bar where one lasts, and those that are near each other as one with their number;
 * whether there were such.
 */
static bool
draw_contacts(StringInfo svg, const Thing *things, int count, const char *lane, Urgency urgency, const Axis *across,
			  double y)
{
	bool		merged = false;

	for (int i = 0; i < count; i++)
		if (in_lane(&things[i], FORM_CONTACT, lane) && things[i].urgency == urgency && things[i].until > things[i].day)
			svg_bar(svg, x_of(across, things[i].day), y - BAR_HEIGHT / 2,
					fmax(2, x_of(across, things[i].until) - x_of(across, things[i].day)), BAR_HEIGHT,
					urgencies[urgency].class, thing_words(&things[i]));
	for (int i = 0; i < count;)
	{
		double		first = NAN;
		double		last = NAN;
		int			together = 0;
		StringInfoData words;

		initStringInfo(&words);
		for (; i < count; i++)
		{
			double		x = x_of(across, things[i].day);

			CHECK_FOR_INTERRUPTS();
			if (!in_lane(&things[i], FORM_CONTACT, lane) || things[i].urgency != urgency)
				continue;
			if (together > 0 && x - first >= NEAR)
				break;
			if (together++ == 0)
				first = x;
			last = x;
			if (words.len < 200)
				appendStringInfo(&words, "%s%s", words.len > 0 ? "; " : "", thing_words(&things[i]));
		}
		if (together == 0)
			continue;
		svg_point(svg, (first + last) / 2, y, urgencies[urgency].shape, urgencies[urgency].class,
				  together > 1 ? psprintf("%d: %s", together, words.data) : words.data);
		if (together > 1)
			svg_text(svg, (first + last) / 2 + 6, y - 4, "soft", psprintf("%d", together), 0);
		merged |= together > 1;
	}
	return merged;
}

/* The name of a lane beside its rows, and a rule below it; where the next one begins. */
static double
end_lane(StringInfo svg, const char *name, double top, double bottom)
{
	svg_text(svg, 10, (top + bottom) / 2 + 4, "start", name, NAME_LENGTH);
	svg_line(svg, 10, bottom + LANE_GAP / 2, 750, bottom + LANE_GAP / 2, "rule");
	return bottom + LANE_GAP;
}

static double
draw_partner(Picture *picture, const Thing *things, int count, const char *lane, const Axis *across, double top,
			 bool *merged)
{
	StringInfo	svg = &picture->marks;
	int			of_urgency[URGENCIES] = {0};
	int			all = 0;
	double		y = top;

	for (int i = 0; i < count; i++)
		if (in_lane(&things[i], FORM_CONTACT, lane))
		{
			of_urgency[things[i].urgency]++;
			all++;
		}
	for (Urgency urgency = 0; urgency < URGENCIES; urgency++)
		if (of_urgency[urgency] > 0)
		{
			*merged |= draw_contacts(svg, things, count, lane, urgency, across, y + ROW_HEIGHT / 2);
			svg_text(svg, RIGHT + 12, y + ROW_HEIGHT / 2 + 4, "soft",
					 psprintf("%d %s", of_urgency[urgency], urgencies[urgency].words), 0);
			y += ROW_HEIGHT;
		}
	picture_says(picture, "%s: contacts %d, in a crisis %d, planned %d.", lane, all, of_urgency[CRISIS],
				 of_urgency[PLANNED]);
	return end_lane(svg, lane, top, y);
}

/* Flags, each with its words where the next one leaves room for them. */
static double
draw_flags(Picture *picture, const Thing *things, int count, const Axis *across, double top)
{
	StringInfo	svg = &picture->marks;
	double		row_end[MOST_ROWS];
	int			rows = 0;
	int			flags = 0;

	for (int i = 0; i < count; i++)
	{
		double		x = x_of(across, things[i].day);
		double		width = 16 + 6.6 * pg_mbstrlen(things[i].label);
		int			row = 0;

		if (things[i].form != FORM_FLAG || things[i].day < across->low)
			continue;
		while (row < rows && row_end[row] > x)
			row++;
		flags++;
		if (row == rows && rows < MOST_ROWS)
			rows++;
		if (row < MOST_ROWS)
		{
			double		y = top + row * ROW_HEIGHT + ROW_HEIGHT / 2;
			bool		fits = x + width < 750;

			row_end[row] = x + width;
			svg_line(svg, x, y - 8, x, y + 10, "mark");
			svg_text(svg, fits ? x + 12 : x - 4, y + 4, fits ? "start" : "end", things[i].label, 40);
		}
		svg_point(svg, x + 5, top + Min(row, MOST_ROWS - 1) * ROW_HEIGHT + ROW_HEIGHT / 2 - 4, SHAPE_TRIANGLE, "b",
				  thing_words(&things[i]));
	}
	if (flags == 0)
		return top;
	picture_says(picture, "Life events: %d.", flags);
	return end_lane(svg, "life events", top, top + rows * ROW_HEIGHT);
}

/* Bars with their words in them where they are long enough, in as many rows as lie over each other. */
static double
draw_bars(Picture *picture, const Thing *things, int count, const char *lane, const Axis *across, double top)
{
	StringInfo	svg = &picture->marks;
	double		row_end[MOST_ROWS];
	int			rows = 0;
	int			bars = 0;

	for (int i = 0; i < count; i++)
	{
		double		from = x_of(across, things[i].day);
		double		until = fmax(from + 3, things[i].until == PG_INT32_MAX ? across->to
								 : x_of(across, things[i].until));
		int			row = 0;
		double		y;

		if (!in_lane(&things[i], FORM_BAR, lane) || things[i].until < across->low)
			continue;
		while (row < rows && row_end[row] > from + 0.5)
			row++;
		if (row == rows && rows < MOST_ROWS)
			rows++;
		row = Min(row, MOST_ROWS - 1);
		row_end[row] = until;
		y = top + row * ROW_HEIGHT + 2;
		svg_bar(svg, from, y, until - from, ROW_HEIGHT - 5, series_band[bars++ % 2 ? 2 : 0], thing_words(&things[i]));
		if (until - from > 20 + 6.6 * pg_mbstrlen(things[i].label))
			svg_text(svg, from + 6, y + 13, "start", things[i].label, 0);
	}
	return bars == 0 ? top : end_lane(svg, lane, top, top + rows * ROW_HEIGHT);
}

static double
draw_line(Picture *picture, const Thing *things, int count, const char *lane, const Axis *across, double top)
{
	StringInfo	svg = &picture->marks;
	double		low = INFINITY,
				high = -INFINITY,
				last = NAN;
	int			points = 0;
	bool		down = false;
	Axis		up;

	for (int i = 0; i < count; i++)
		if (in_lane(&things[i], FORM_LINE, lane))
		{
			widen(things[i].value, &low, &high);
			last = things[i].value;
			points++;
		}
	up = axis_of(low, high, top + LINE_HEIGHT - 8, top + 8);
	svg_path_start(svg, "s0");
	for (int i = 0; i < count; i++)
		if (in_lane(&things[i], FORM_LINE, lane))
			svg_path_to(svg, x_of(across, things[i].day), axis_at(&up, things[i].value), &down);
	svg_path_end(svg);
	for (int i = 0; i < count && points <= 60; i++)
		if (in_lane(&things[i], FORM_LINE, lane))
			svg_point(svg, x_of(across, things[i].day), axis_at(&up, things[i].value), SHAPE_DOT, "a",
					  psprintf("%s: %s", thing_words(&things[i]), svg_number(things[i].value)));
	svg_text(svg, RIGHT + 12, top + 20, "soft", psprintf("last %s", svg_number(last)), 0);
	if (high > low)
		svg_text(svg, RIGHT + 12, top + 36, "soft", psprintf("%s to %s", svg_number(low), svg_number(high)), 0);
	picture_says(picture, "%s: values %d, from %s to %s, the last %s.", lane, points, svg_number(low), svg_number(high),
				 svg_number(last));
	return end_lane(svg, lane, top, top + LINE_HEIGHT);
}

static double
draw_ticks(Picture *picture, const Thing *things, int count, const Axis *across, double top)
{
	int			ticks = 0;

	for (int i = 0; i < count; i++)
		if (things[i].form == FORM_TICK)
		{
			svg_bar(&picture->marks, x_of(across, things[i].day) - 1, top + 3, 2, ROW_HEIGHT - 6, "d",
					thing_words(&things[i]));
			ticks++;
		}
	if (ticks == 0)
		return top;
	svg_text(&picture->marks, RIGHT + 12, top + ROW_HEIGHT / 2 + 4, "soft", psprintf("%d", ticks), 0);
	return end_lane(&picture->marks, "codes", top, top + ROW_HEIGHT);
}

static void
tell_things(Picture *picture, const Thing *things, int count)
{
	picture_row(picture, "from", "until", "lane", "what", "sort", picture_axis(picture, "value"));
	for (int i = 0; i < count; i++)
		picture_row(picture, day_words(things[i].day),
					things[i].until == PG_INT32_MAX ? "open"
					: things[i].until > things[i].day ? day_words(things[i].until) : "",
					things[i].lane, things[i].label,
					things[i].form == FORM_CONTACT ? urgencies[things[i].urgency].words : "",
					svg_number(things[i].value));
}

/*
 * ph.chart_timeline(things ph.timeline_thing[], title text, unit text, source text) -> text
 *
 * Things as person_timeline of a schema has them, in any order.  kind says how one is drawn: life_event and life as
 * flags; work, offer, wait, registration and residence as bars, open where they do not end; measurement and score as
 * lines; code as ticks; all else is a contact with its partner, a bar where it lasts.  The axis runs from the first
 * contact, event or measurement to the last.  Things without a day are counted.
 */
PG_FUNCTION_INFO_V1(chart_timeline);
Datum
chart_timeline(PG_FUNCTION_ARGS)
{
	int			undated;
	Thing	   *things;
	int			count = argument_things(fcinfo, &things, &undated);
	Picture    *picture = picture_start(fcinfo, 1, "What all partners know of one person", 2);
	char	  **names = palloc_array(char *, Max(count, 1));
	int		   *size = palloc_array(int, Max(count, 1));
	bool		any[URGENCIES] = {false};
	bool		merged = false;
	double		top = 40;
	int			lanes;
	Axis		across;
	StringInfoData marks;

	if (count == 0)
		return picture_of_nothing(picture, "nothing with a day");
	across = axis_of_days(things, count);
	for (int i = 0; i < count; i++)
		if (things[i].form == FORM_CONTACT)
			any[things[i].urgency] = true;
	picture_says(picture, "From %s to %s.", day_words(across.low), day_words(across.high));
	tell_things(picture, things, count);

	top = draw_flags(picture, things, count, &across, top);
	lanes = partners_of(things, count, names, size);
	for (int lane = 0; lane < lanes; lane++)
		top = draw_partner(picture, things, count, names[lane], &across, top, &merged);
	lanes = lanes_of(things, count, FORM_BAR, names, size);
	for (int lane = 0; lane < lanes; lane++)
		top = draw_bars(picture, things, count, names[lane], &across, top);
	top = draw_ticks(picture, things, count, &across, top);
	lanes = lanes_of(things, count, FORM_LINE, names, size);
	for (int lane = 0; lane < Min(lanes, MOST_LANES); lane++)
		top = draw_line(picture, things, count, names[lane], &across, top);

	/* rules lie below the marks */
	marks = picture->marks;
	initStringInfo(&picture->marks);
	draw_days(&picture->marks, &across, 36, top);
	appendBinaryStringInfo(&picture->marks, marks.data, marks.len);
	picture->bottom = top + 32;
	for (Urgency urgency = 0; urgency < URGENCIES; urgency++)
		if (any[urgency])
			picture_key_point(picture, urgencies[urgency].shape, urgencies[urgency].class,
							  urgency == NOT_SAID ? "not said whether planned" : urgencies[urgency].words);
	if (merged)
		picture_remark(picture, "A number beside a mark: so many that lie too near each other to be drawn apart.");
	if (lanes > MOST_LANES)
		picture_remark(picture, psprintf("%d more measurements are only in the table.", lanes - MOST_LANES));
	if (undated > 0)
		picture_remark(picture, psprintf("%d without a day are not shown.", undated));
	return picture_end(picture);
}
