/*
 * equity_progress.c: did it get better, most of all for the most disadvantaged?
 *
 * Two lines through the groups of a population, before and after, compared: at their middle, in their
 * slope, and at their first and last groups.  The method follows from the slope index of inequality (Low and Low 2004):
 * every figure is a weighted sum of the groups' values, so each change is normal with a known variance.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/tally_list.h"
#include "compare/line.h"
#include "utils/builtins.h"

typedef struct Change
{
	double		value;
	double		lower;
	double		upper;
	double		p_value;
} Change;

static Change
change_between(double before, double variance_before, double after, double variance_after, double confidence)
{
	double		error = sqrt(variance_before + variance_after);
	double		change = after - before;
	Limits		limits = normal_limits(change, error, confidence);
	Change		result = {change, limits.lower, limits.upper, NAN};

	if (error > 0)
		result.p_value = 2 * normal_upper_tail(fabs(change) / error);
	return result;
}

/* -1 clearly below 0, 1 clearly above, 0 neither, once turned so that more is better. */
static int
clearly(const Change *change, bool lower_is_better)
{
	int			direction = change->lower > 0 ? 1 : change->upper < 0 ? -1 : 0;

	return lower_is_better ? -direction : direction;
}

typedef struct Side
{
	Groups		groups;
	Line		line;
	double		mean;
	double		variance_mean;
} Side;

static bool
ask_side(Tally **tallies, int count, int said, const Asked *asked, const char *name, Side *side, char **note)
{
	Estimate	why;

	if (!groups_ask(tallies, count, said, asked, &side->groups, &why) || !line_fit(&side->groups, &side->line, &why))
	{
		*note = psprintf("%s: %s", name, why.note);
		return false;
	}
	side->mean = groups_mean(&side->groups);
	side->variance_mean = 0;
	for (int i = 0; i < count; i++)
		side->variance_mean += pow(side->groups.share[i] * side->groups.error[i], 2);
	return true;
}

/* What is to be said of the groups: of their number, the same on both sides, once. */
static void
note_sides(Estimate *estimate, const Side *before, const Side *after)
{
	if (before->groups.note)
		estimate_note(estimate, "%s", before->groups.note);
	if (before->groups.left_out)
		estimate_note(estimate, "before: %s", before->groups.left_out);
	if (after->groups.left_out)
		estimate_note(estimate, "after: %s", after->groups.left_out);
}

/* The changes that matter, and what they say. */
typedef struct Progress
{
	Change		mean;
	Change		slope;
	Change		first_end;		/* of the line at the most disadvantaged group */
	Change		last_end;		/* of the line at the least */
	const char *verdict;
	const char *how;
} Progress;

/* Which end was worse off: where the line lay higher if lower is better. */
static void
judge(Progress *progress, const Side *before, const Side *after, double confidence, bool lower_is_better)
{
	double		z = two_sided_z(confidence);
	bool		was_clear = fabs(before->line.slope) > z * sqrt(before->line.variance_slope);
	bool		is_clear = fabs(after->line.slope) > z * sqrt(after->line.variance_slope);
	/* where there was no gradient to speak of, the one that came says who is worse off */
	double		slope = was_clear || !is_clear ? before->line.slope : after->line.slope;
	double		sign = slope < 0 ? -1 : 1;
	bool		first_worse = lower_is_better ? slope < 0 : slope > 0;
	int			worse_off = clearly(first_worse ? &progress->first_end : &progress->last_end, lower_is_better);
	int			better_off = clearly(first_worse ? &progress->last_end : &progress->first_end, lower_is_better);
	bool		clear = progress->slope.lower > 0 || progress->slope.upper < 0;
	bool		narrower = sign * progress->slope.value < 0;
	bool		reversed = sign * after->line.slope < 0 && is_clear;

	progress->verdict = !clear ? "no clear change" : !narrower ? "widening" : reversed ? "reversed" : "narrowing";
	progress->how = NULL;
	if (!clear)
		return;
	if (narrower)
		progress->how = worse_off > 0 ? (better_off < 0 ? "levelling up and down" : "levelling up")
			: better_off < 0 ? "levelling down" : "not clear";
	else
		progress->how = worse_off < 0
			? (better_off > 0 ? "worse-off fell behind, better-off pulled ahead" : "worse-off fell behind")
			: better_off > 0 ? "better-off pulled ahead" : "not clear";
}

/* The change of the line where a group lies: the first and the last, not beyond them. */
static Change
change_at(const Side *before, const Side *after, int group, double confidence)
{
	const Side *sides[] = {before, after};
	double		value[2],
				variance[2];

	for (int i = 0; i < 2; i++)
	{
		const Line *line = &sides[i]->line;
		double		position = sides[i]->groups.position[group];

		value[i] = line->intercept + line->slope * position;
		variance[i] = line->variance_intercept + position * position * line->variance_slope +
			2 * position * line->covariance;
	}
	return change_between(value[0], variance[0], value[1], variance[1], confidence);
}

static Progress
progress_between(const Side *before, const Side *after, double confidence, bool lower_is_better)
{
	const Line *b = &before->line,
			   *a = &after->line;
	Progress	progress;

	progress.mean = change_between(before->mean, before->variance_mean, after->mean, after->variance_mean, confidence);
	progress.slope = change_between(b->slope, b->variance_slope, a->slope, a->variance_slope, confidence);
	progress.first_end = change_at(before, after, 0, confidence);
	progress.last_end = change_at(before, after, before->groups.count - 1, confidence);
	judge(&progress, before, after, confidence, lower_is_better);
	return progress;
}

static int
put_change(Datum *values, bool *nulls, int field, const Change *change, double per)
{
	record_number(values, nulls, field, per * change->value);
	record_number(values, nulls, field + 1, per * change->lower);
	record_number(values, nulls, field + 2, per * change->upper);
	return field + 3;
}

/*
 * ph.equity_progress(before ph.tally[], after ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, better text, groups int) -> ph.equity_progress
 *
 * Groups from the most disadvantaged to the least, the same in both periods, one tally each; as many as groups
 * says, if it does.  Before and
 * after are taken as independent: where the same people are in both, the limits are wide rather than
 * narrow.  All NULL, with a note, where a group has no answer.
 */
PG_FUNCTION_INFO_V1(equity_progress);
Datum
equity_progress(PG_FUNCTION_ARGS)
{
	Tally	  **tallies[2];
	int			count = argument_tallies(fcinfo, 0, "before", &tallies[0]);
	int			count_after = argument_tallies(fcinfo, 1, "after", &tallies[1]);
	Asked		asked = argument_asked(fcinfo, 2, 3);
	Better		better = argument_better(fcinfo, 6);
	int			said = argument_group_count(fcinfo, 7);
	Side		before,
				after;
	Progress	progress;
	char	   *note = NULL;
	Estimate	notes = {NAN, NAN, NAN, NULL};
	Datum		values[21];
	bool		nulls[21];
	int			field = 0;

	if (asked.per < 0)
		argument_error("per", "must be greater than 0", NULL);
	if (better == BETTER_NEITHER)
		argument_error("better", "must be lower or higher", NULL);
	memset(nulls, true, sizeof(nulls));
	if (!ask_side(tallies[0], count, said, &asked, "before", &before, &note) ||
		!ask_side(tallies[1], count_after, said > 0 ? said : count, &asked, "after", &after, &note))
	{
		record_text(values, nulls, lengthof(values) - 1, note);
		return record_datum(fcinfo, values, nulls);
	}
	progress = progress_between(&before, &after, asked.question.confidence, better == BETTER_LOWER);
	record_number(values, nulls, field++, asked.per * before.mean);
	record_number(values, nulls, field++, asked.per * after.mean);
	field = put_change(values, nulls, field, &progress.mean, asked.per);
	record_number(values, nulls, field++, progress.mean.p_value);
	record_number(values, nulls, field++, asked.per * before.line.slope);
	record_number(values, nulls, field++, asked.per * after.line.slope);
	field = put_change(values, nulls, field, &progress.slope, asked.per);
	record_number(values, nulls, field++, progress.slope.p_value);
	field = put_change(values, nulls, field, &progress.first_end, asked.per);
	field = put_change(values, nulls, field, &progress.last_end, asked.per);
	record_text(values, nulls, field++, progress.verdict);
	record_text(values, nulls, field++, progress.how);
	note_sides(&notes, &before, &after);
	record_text(values, nulls, field++, notes.note);
	Assert(field == lengthof(values));
	return record_datum(fcinfo, values, nulls);
}
