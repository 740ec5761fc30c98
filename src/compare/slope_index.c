/*
 * slope_index.c: slope and relative index of inequality of an indicator.
 *
 * The line runs through the groups' values, so its limits are exact: no simulation.
 */
#include "compare/slope_index.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/tally_list.h"

/* A negative per turns the direction round: the slope then runs upwards to the most disadvantaged. */
static void
turn_round(Indices *indices)
{
	Estimate	relative = indices->relative;

	indices->relative.value = 1 / relative.value;
	indices->relative.lower = 1 / relative.upper;
	indices->relative.upper = 1 / relative.lower;
	if (relative.lower <= 0)
		indices->relative.lower = indices->relative.upper = NAN;
}

static void
put_in_order(Estimate *estimate)
{
	if (estimate->lower > estimate->upper)
	{
		double		lower = estimate->lower;

		estimate->lower = estimate->upper;
		estimate->upper = lower;
	}
}

/*
 * Fieller's limits (1954) of slope over intercept: the roots u of
 * (slope - u intercept)^2 = z^2 (V22 - 2 u V12 + u^2 V11); none where the intercept may be 0.
 */
static Limits
fieller_limits(const Line *line, double z)
{
	double		a = line->intercept * line->intercept - z * z * line->variance_intercept;
	double		b = line->intercept * line->slope - z * z * line->covariance;
	double		c = line->slope * line->slope - z * z * line->variance_slope;
	double		root = sqrt(fmax(0, b * b - a * c));
	Limits		limits = {NAN, NAN};

	if (a > 0)
		limits = (Limits) {(b - root) / a, (b + root) / a};
	return limits;
}

Indices
indices_of_line(const Line *line, double confidence)
{
	double		z = two_sided_z(confidence);
	Limits		limits = fieller_limits(line, z);
	Indices		indices;

	indices.slope = estimate_normal(line->slope, sqrt(line->variance_slope), confidence);
	indices.intercept = estimate_normal(line->intercept, sqrt(line->variance_intercept), confidence);
	indices.relative = (Estimate) {1 + line->slope / line->intercept, 1 + limits.lower, 1 + limits.upper, NULL};
	if (line->intercept == 0)
		indices.relative = estimate_none("zero_intercept");
	else if (indices.relative.value <= 0)
		indices.relative = estimate_none("line_below_zero");
	return indices;
}

double
argument_direction(FunctionCallInfo fcinfo, int index)
{
	double		per = argument_number(fcinfo, index, "per");

	if (per == 0)
		argument_error("per", "must not be 0", "A negative number turns the direction round.");
	return per;
}

Datum
index_datum(FunctionCallInfo fcinfo, const Groups *groups, Indices *indices, double per, OfLine asked)
{
	if (per < 0)
		turn_round(indices);
	estimate_scale(&indices->slope, per);
	put_in_order(&indices->slope);
	estimate_scale(&indices->intercept, fabs(per));
	return groups_datum(fcinfo, groups, asked == INDEX_SLOPE ? indices->slope
						: asked == INDEX_RELATIVE ? indices->relative : indices->intercept);
}

static Datum
index_of_tallies(FunctionCallInfo fcinfo, OfLine index)
{
	Asked		asked;
	Groups		groups;
	Line		line;
	Estimate	why;
	Indices		indices;

	if (!argument_groups(fcinfo, 5, &asked, &groups, &why) || !line_fit(&groups, &line, &why))
		return estimate_datum(fcinfo, why);
	indices = indices_of_line(&line, asked.question.confidence);
	return index_datum(fcinfo, &groups, &indices, asked.per, index);
}

/*
 * ph.slope_index_of_inequality(tallies ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 *
 * The same of any indicator of one tally a group, from the most disadvantaged to the least.
 */
PG_FUNCTION_INFO_V1(slope_index_of_inequality);
Datum
slope_index_of_inequality(PG_FUNCTION_ARGS)
{
	return index_of_tallies(fcinfo, INDEX_SLOPE);
}

/*
 * ph.relative_index_of_inequality(tallies ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 */
PG_FUNCTION_INFO_V1(relative_index_of_inequality);
Datum
relative_index_of_inequality(PG_FUNCTION_ARGS)
{
	return index_of_tallies(fcinfo, INDEX_RELATIVE);
}

/*
 * ph.slope_intercept(tallies ph.tally[], indicator text, reference ph.tally, per float8,
 *   confidence float8, groups int) -> ph.estimate
 *
 * The line of both indices at the most disadvantaged end, limits normal; a negative per counts as positive.
 */
PG_FUNCTION_INFO_V1(slope_intercept);
Datum
slope_intercept(PG_FUNCTION_ARGS)
{
	return index_of_tallies(fcinfo, INDEX_INTERCEPT);
}

/*
 * ph.inequality_points(tallies ph.tally[], indicator text, reference ph.tally, per float8, confidence
 *   float8, groups int) -> rows (group_number, population, position, value, lower, upper, fitted, note)
 *
 * The groups and the line, for a plotting tool: position from 0 to 1, the group's value with limits of
 * its own, and the line at its position.  A group without an answer has a note, and then there is no line, as
 * where there are more groups or fewer than said.
 */
PG_FUNCTION_INFO_V1(inequality_points);
Datum
inequality_points(PG_FUNCTION_ARGS)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	int			said = argument_group_count(fcinfo, 5);
	Asked		asked = argument_asked(fcinfo, 1, 2);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Groups		groups;
	Line		line;
	Estimate	why;
	bool		fitted = groups_ask(tallies, count, said, &asked, &groups, &why) && line_fit(&groups, &line, &why);
	char	   *note;
	bool		complete = groups_complete(count, said, &note);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Estimate	estimate = ask(tallies[i], &asked).estimate;
		Datum		values[8];
		bool		nulls[8];

		estimate_scale(&estimate, asked.per);
		put_in_order(&estimate);
		estimate_settle(&estimate);
		if (note && (fitted || !complete))
			estimate_note(&estimate, "%s", note);
		values[0] = Int32GetDatum(i + 1);
		nulls[0] = false;
		record_number(values, nulls, 1, tallies[i] ? sum_value(tally_total(tallies[i]).exposure) : NAN);
		record_number(values, nulls, 2, fitted ? groups.position[i] : NAN);
		record_number(values, nulls, 3, estimate.value);
		record_number(values, nulls, 4, estimate.lower);
		record_number(values, nulls, 5, estimate.upper);
		record_number(values, nulls, 6, fitted ? asked.per * (line.intercept + line.slope * groups.position[i]) : NAN);
		record_text(values, nulls, 7, estimate.note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
