/* bridge.c: from one amount to another, step by step. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/argument.h"
#include "miscadmin.h"

#define LEFT 220
#define RIGHT 620
#define BAR_HEIGHT 16
#define BAR_STEP 26

#define END_BAR "a"
#define UP "b s1 band"
#define DOWN "d"

/* The amounts in their order, NAN for NULL. */
static double *
read_amounts(FunctionCallInfo fcinfo, int index, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *amounts;

	*count = argument_marks(fcinfo, index, "amounts", &elements, &nulls);
	amounts = palloc_array(double, Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		amounts[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(fabs(amounts[i]) <= 1e100))
			argument_error("amounts", "must be finite and below 1e100 in size", "Use NULL for what is not known.");
	}
	return amounts;
}

static char *
with_sign(double amount)
{
	return psprintf("%s%s", amount > 0 ? "+" : "", svg_number(amount));
}

/* A bar between two levels, its number behind it, and a line from where the one before ended. */
static void
draw_bar(Picture *picture, const Axis *across, double y, double from, double until, const char *class, char *label,
		 char *number)
{
	double		left = axis_at(across, fmin(from, until)),
				right = axis_at(across, fmax(from, until));

	svg_bar(&picture->marks, left, y, fmax(right - left, 1), BAR_HEIGHT, class, psprintf("%s: %s", label, number));
	svg_text(&picture->marks, right + 6, y + 13, "start", number, 24);
}

/* How wide the levels reach, from 0. */
static Axis
axis_of_levels(const double *amounts, int count)
{
	double		level = 0,
				low = 0,
				high = 0;

	for (int i = 0; i < count; i++)
	{
		if (isnan(amounts[i]))
			continue;
		level = i == 0 || i == count - 1 ? amounts[i] : level + amounts[i];
		widen(level, &low, &high);
	}
	return axis_of(low, high, LEFT, RIGHT);
}

/* Which step moved most each way, and what the steps leave unexplained. */
static void
tell_steps(Picture *picture, const double *amounts, char **labels, int count, double level)
{
	double		gap = amounts[count - 1] - level;
	int			most = 0,
				least = 0;

	for (int i = 1; i < count - 1; i++)
	{
		if (!isnan(amounts[i]) && amounts[i] > (most ? amounts[most] : 0))
			most = i;
		if (!isnan(amounts[i]) && amounts[i] < (least ? amounts[least] : 0))
			least = i;
	}
	picture_says(picture, "From %s, %s, to %s, %s.", name_of(labels, 0), svg_number(amounts[0]),
				 name_of(labels, count - 1), svg_number(amounts[count - 1]));
	if (most)
		picture_says(picture, "Most is added by %s, %s.", name_of(labels, most), with_sign(amounts[most]));
	if (least)
		picture_says(picture, "Most is taken away by %s, %s.", name_of(labels, least), with_sign(amounts[least]));
	if (fabs(gap) > 1e-6 * fmax(fabs(amounts[0]), fabs(amounts[count - 1])))
		picture_remark(picture, psprintf("The steps leave %s unexplained.", with_sign(gap)));
}

/*
 * ph.chart_bridge(labels text[], amounts float8[], title text, unit text, source text) -> text
 *
 * The first amount and the last as bars from 0, what lies between as steps from the one to the other, up and down told
 * apart by sign, fill and outline.  A NULL step is not known and moves nothing; steps that do not lead to the last
 * amount are said.  Errors: amounts that are not finite, a first or last one that is NULL.
 */
PG_FUNCTION_INFO_V1(chart_bridge);
Datum
chart_bridge(PG_FUNCTION_ARGS)
{
	int			count;
	double	   *amounts = read_amounts(fcinfo, 1, &count);
	char	  **labels = argument_labels(fcinfo, 0, count);
	Picture    *picture = picture_start(fcinfo, 2, "From one amount to another", 3);
	Axis		across = axis_of_levels(amounts, count);
	double		bottom = 36 + count * BAR_STEP,
				level = 0;

	if (count < 2)
		return picture_of_nothing(picture, "no steps");
	if (isnan(amounts[0]) || isnan(amounts[count - 1]))
		argument_error("amounts", "must begin and end with an amount that is known", NULL);
	picture->bottom = bottom + 34;
	svg_axis_below(&picture->marks, &across, 32, bottom, picture_axis(picture, "amount"));
	picture_row(picture, "step", "amount");
	for (int i = 0; i < count; i++)
	{
		bool		end = i == 0 || i == count - 1;
		double		y = 40 + i * BAR_STEP;
		char	   *number = isnan(amounts[i]) ? "not known" : end ? svg_number(amounts[i]) : with_sign(amounts[i]);

		CHECK_FOR_INTERRUPTS();
		picture_row(picture, name_of(labels, i), number);
		svg_text(&picture->marks, 10, y + 13, end ? "start" : "soft", labels[i], 30);
		if (isnan(amounts[i]))
		{
			svg_text(&picture->marks, axis_at(&across, level) + 6, y + 13, "soft", number, 0);
			continue;
		}
		if (i > 0)
			svg_line(&picture->marks, axis_at(&across, level), y - (BAR_STEP - BAR_HEIGHT), axis_at(&across, level),
					 y + BAR_HEIGHT, "mean");
		if (i == count - 1)
			tell_steps(picture, amounts, labels, count, level);
		draw_bar(picture, &across, y, end ? 0 : level, end ? amounts[i] : level + amounts[i],
				 end ? END_BAR : amounts[i] < 0 ? DOWN : UP, name_of(labels, i), number);
		level = end ? amounts[i] : level + amounts[i];
	}
	picture_key_bar(picture, UP, "adds");
	picture_key_bar(picture, DOWN, "takes away");
	return picture_end(picture);
}
