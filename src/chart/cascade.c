/* cascade.c: how far people came along stages, group beside group, and who is lost or still open at each. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define LEFT 190
#define RIGHT 520
#define BAR_HEIGHT 12
#define BAR_STEP 20
#define STAGE_GAP 12

#define REACHED "a"
#define LOST "b s1 band"
#define OPEN "c s2 band"

/* A stage of one group, as ph.cascade_stages tells it; -1 and NAN for what is not known. */
typedef struct Stage
{
	char	   *group;
	char	   *name;
	int			number;
	double		first;			/* people of the group's first stage */
	double		reached;
	double		lost;
	double		open;
	double		of_previous;
	double		share;			/* of the first, with its limits */
	double		lower;
	double		upper;
} Stage;

static Stage
stage_of(Datum composite, bool isnull, char *group)
{
	Stage		stage = {.group = group, .name = text_field(composite, isnull, "stage")};
	HeapTupleHeader tuple;

	if (isnull)
		argument_error("stages", "must not hold a null", NULL);
	tuple = DatumGetHeapTupleHeader(composite);
	stage.number = field_count(tuple, "number", false);
	stage.reached = field_count(tuple, "reached", true);
	stage.lost = Max(0, field_count(tuple, "lost", true));
	stage.open = Max(0, field_count(tuple, "open", true));
	stage.of_previous = number_field(composite, false, "share_of_previous");
	stage.share = number_field(composite, false, "share_of_first");
	stage.lower = number_field(composite, false, "first_lower");
	stage.upper = number_field(composite, false, "first_upper");
	if (stage.number < 1 || stage.reached < 0)
		argument_error("stages", "must be rows of ph.cascade_stages", NULL);
	return stage;
}

/* The stages of all groups, with how many people each group began with. */
static Stage *
stages_of(Datum *elements, bool *nulls, char **groups, int count)
{
	Stage	   *stages = palloc_array(Stage, Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		stages[i] = stage_of(elements[i], nulls[i], groups[i]);
		if (i > 0 && strcmp(stages[i].group, stages[i - 1].group) == 0 && stages[i].number == stages[i - 1].number + 1)
			stages[i].first = stages[i - 1].first;
		else if (stages[i].number == 1 && (i == 0 || strcmp(stages[i].group, stages[i - 1].group) != 0))
			stages[i].first = stages[i].reached;
		else
			argument_error("stages", "must follow each other from the first on in each group",
						   "Order them by group and number, and name the group of each in labels.");
	}
	return stages;
}

/* Reached, lost and open as parts of the first stage, so that together they are who was at the stage before. */
static void
draw_stage(StringInfo svg, const Stage *stage, const Axis *across, double y, char *who)
{
	double		parts[] = {stage->reached, stage->lost, stage->open};
	static const char *const classes[] = {REACHED, LOST, OPEN};
	static const char *const words[] = {"reached", "lost", "still open"};
	double		from = 0;

	for (int i = 0; i < lengthof(parts); i++)
	{
		double		until = from + parts[i] / Max(stage->first, 1);

		if (until > from)
			svg_bar(svg, axis_at(across, from), y, axis_at(across, until) - axis_at(across, from), BAR_HEIGHT,
					classes[i], psprintf("%s: %s %s", who, svg_number(parts[i]), words[i]));
		from = until;
	}
	if (!isnan(stage->lower) && !isnan(stage->upper))
	{
		double		below = y + BAR_HEIGHT + 3;	/* on the paper, where it is seen */
		double		ends[] = {axis_at(across, stage->lower), axis_at(across, stage->upper)};

		svg_line(svg, ends[0], below, ends[1], below, "mark");
		for (int i = 0; i < lengthof(ends); i++)
			svg_line(svg, ends[i], below - 2.5, ends[i], below + 2.5, "mark");
	}
	svg_text(svg, RIGHT + 12, y + 11, "start",
			 isnan(stage->of_previous) ? svg_number(stage->reached)
			 : psprintf("%s: %.0f %%; %s lost, %s open", svg_number(stage->reached), 100 * stage->of_previous,
						svg_number(stage->lost), svg_number(stage->open)), 0);
}

static void
tell_stage(Picture *picture, const Stage *stage, bool of_groups)
{
	picture_row(picture, of_groups ? stage->group : "all", plain_words(stage->name), svg_number(stage->reached),
				stage->number > 1 ? svg_number(stage->lost) : "", stage->number > 1 ? svg_number(stage->open) : "",
				svg_number(stage->of_previous), svg_number(stage->share), svg_number(stage->lower),
				svg_number(stage->upper));
}

/* Of each group how many came to the last stage, and before which stage most of them were lost. */
static void
tell_group(Picture *picture, const Stage *stages, int count, bool of_groups)
{
	int			worst = 0;

	for (int i = 1; i < count; i++)
		if (stages[i].lost > stages[worst].lost)
			worst = i;
	picture_says(picture, "%s%s%s of %s reached %s%s.", of_groups ? stages[0].group : "", of_groups ? ": " : "",
				 svg_number(stages[count - 1].reached), svg_number(stages[0].reached),
				 plain_words(stages[count - 1].name),
				 worst == 0 ? "; nobody was lost"
				 : psprintf("; most were lost before %s, %s", plain_words(stages[worst].name),
							svg_number(stages[worst].lost)));
}

/*
 * ph.chart_cascade(stages ph.cascade_stage[], labels text[], title text, unit text, source text) -> text
 *
 * A bar a stage and group, of those who were at the group's first stage: who reached the stage with Wilson's limits,
 * then who of the stage before is lost, and who is still open.  Stages in order, group by group; the group of each in
 * labels, NULL for one.  Errors: invalid_parameter_value for stages out of order.
 */
PG_FUNCTION_INFO_V1(chart_cascade);
Datum
chart_cascade(PG_FUNCTION_ARGS)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count = argument_marks(fcinfo, 0, "stages", &elements, &nulls);
	char	  **groups = argument_labels(fcinfo, 1, count);
	bool		of_groups = !PG_ARGISNULL(1);
	Picture    *picture = picture_start(fcinfo, 2, "How far people came, and where they were lost", 3);
	StringInfo	svg = &picture->marks;
	Stage	   *stages = stages_of(elements, nulls, groups, count);
	Axis		across = axis_of(0, 1, LEFT, RIGHT);
	double		y = 40;
	int			last = 0;
	StringInfoData bars;

	for (int i = 0; i < count; i++)
		last = Max(last, stages[i].number);
	if (count == 0)
		return picture_of_nothing(picture, "no stages");
	picture_row(picture, "group", "stage", "reached", "lost before it", "still open before it",
				"share of the stage before", "share of the first stage", "from", "to");
	for (int number = 1; number <= last; number++)
	{
		bool		headed = !of_groups;

		for (int i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (stages[i].number != number)
				continue;
			if (!headed)
			{
				svg_text(svg, 10, y + 10, "soft", psprintf("%d. %s", number, plain_words(stages[i].name)), 60);
				y += BAR_STEP - 3;
				headed = true;
			}
			svg_text(svg, of_groups ? 22 : 10, y + 11, "start",
					 of_groups ? stages[i].group : plain_words(stages[i].name), 26);
			draw_stage(svg, &stages[i], &across, y,
					   of_groups ? psprintf("%s, %s", stages[i].group, plain_words(stages[i].name))
					   : plain_words(stages[i].name));
			tell_stage(picture, &stages[i], of_groups);
			y += BAR_STEP;
		}
		y += of_groups ? STAGE_GAP / 2 : STAGE_GAP;
	}
	for (int from = 0, i = 1; i <= count; i++)
		if (i == count || stages[i].number == 1)
		{
			tell_group(picture, stages + from, i - from, of_groups);
			from = i;
		}
	/* rules lie below the bars */
	bars = *svg;
	initStringInfo(svg);
	svg_axis_below(svg, &across, 36, y, picture_axis(picture, "share of the first stage"));
	appendBinaryStringInfo(svg, bars.data, bars.len);
	picture->bottom = y + 34;
	picture_key_bar(picture, REACHED, "reached, with its limits below");
	picture_key_bar(picture, LOST, "of the stage before: lost");
	picture_key_bar(picture, OPEN, "of the stage before: still open");
	picture_remark(picture, "At the right: how many reached it, their share of the stage before, and who did not.");
	return picture_end(picture);
}
