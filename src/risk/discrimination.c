/*
 * discrimination.c: whether higher scores go to people who have the outcome.
 *
 * A tally keyed by score is sorted already: one walk over its cells answers.  A higher score is a higher
 * risk; a score that runs the other way has an area below a half and is never turned round.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/comparison.h"
#include "core/distribution.h"
#include "core/record.h"
#include "core/tally_list.h"
#include "core/tie.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "risk/discrimination.h"
#include "risk/judged.h"

/* ---- the area under the curve ---- */

typedef struct Area
{
	double		value;
	double		variance;		/* NAN where one outcome has a single person */
} Area;

/* Which share of the others each person outscores, ties counting half. */
typedef struct Placement
{
	double		with;			/* people of this score */
	double		without;
	double		of_with;		/* share of those without that each of them outscores */
	double		of_without;		/* share of those with that outscore each of them */
} Placement;

static Placement
next_placement(const Judged *judged, int cell, double *with_below, double *without_below)
{
	Placement	placement;

	placement.with = sum_value(judged->tally->cells[cell].events);
	placement.without = sum_value(judged->tally->cells[cell].exposure) - placement.with;
	placement.of_with = (*without_below + placement.without / 2) / judged->without;
	placement.of_without = (judged->with - *with_below - placement.with / 2) / judged->with;
	*with_below += placement.with;
	*without_below += placement.without;
	return placement;
}

/* DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837), by placements (Sun and Xu 2014). */
static Area
area_of(const Judged *judged)
{
	Area		area = {0, NAN};
	double		with = 0,
				without = 0;
	Sum			mean = {0, 0},
				spread_with = {0, 0},
				spread_without = {0, 0};

	for (int i = 0; i < judged->tally->sorted; i++)
	{
		Placement	p = next_placement(judged, i, &with, &without);

		CHECK_FOR_INTERRUPTS();
		sum_add(&mean, p.with * p.of_with);
	}
	area.value = sum_value(mean) / judged->with;
	with = without = 0;
	for (int i = 0; i < judged->tally->sorted; i++)
	{
		Placement	p = next_placement(judged, i, &with, &without);

		CHECK_FOR_INTERRUPTS();
		sum_add(&spread_with, p.with * (p.of_with - area.value) * (p.of_with - area.value));
		sum_add(&spread_without, p.without * (p.of_without - area.value) * (p.of_without - area.value));
	}
	if (judged->with > 1 && judged->without > 1)
		area.variance = sum_value(spread_with) / (judged->with - 1) / judged->with +
			sum_value(spread_without) / (judged->without - 1) / judged->without;
	return area;
}

/*
 * Normal limits cut at 0 and 1, or on the scale of the logit; none where the area is 0 or 1, or nothing is known of
 * its variance.
 */
static Estimate
area_estimate(Area area, double z, bool logit)
{
	double		error = sqrt(area.variance);
	double		scale = area.value * (1 - area.value);
	double		centre = log(area.value / (1 - area.value));

	if (scale == 0 || !(area.variance > 0))
		return (Estimate) {area.value, NAN, NAN, NULL};
	if (!logit)
		return (Estimate) {area.value, fmax(0, area.value - z * error), fmin(1, area.value + z * error), NULL};
	return (Estimate) {area.value, fmin(area.value, 1 / (1 + exp(-(centre - z * error / scale)))),
		fmax(area.value, 1 / (1 + exp(-(centre + z * error / scale)))), NULL};
}

static Quantity
area_quantity(const Tally *tally, double confidence, bool logit)
{
	Judged		judged;
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);

	if (judge_both(tally, &judged))
	{
		Area		area = area_of(&judged);

		quantity = quantity_of(area_estimate(area, two_sided_z(confidence), logit), area.variance);
	}
	quantity.estimate.note = judged.note;
	return quantity;
}

Quantity
auroc_quantity(const Tally *tally, const Question *question)
{
	return area_quantity(tally, question->confidence, false);
}

/*
 * ph.auroc(ph.tally, confidence float8, limits text) -> ph.estimate
 *
 * The chance that somebody with the outcome has a higher score than somebody without, ties counting half,
 * with DeLong's limits or limits on the logit.
 */
PG_FUNCTION_INFO_V1(auroc);
Datum
auroc(PG_FUNCTION_ARGS)
{
	static const char *const limits[] = {"delong", "logit", NULL};
	double		confidence = argument_confidence(fcinfo, 1);
	bool		logit = argument_choice(fcinfo, 2, "limits", limits) == 1;

	return estimate_datum(fcinfo, area_quantity(argument_tally(fcinfo, 0), confidence, logit).estimate);
}

static Quantity
precision_quantity(const Tally *tally, double confidence)
{
	Judged		judged;
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);
	double		flagged = 0,
				found = 0;
	Sum			area = {0, 0};

	if (judge_both(tally, &judged))
	{
		double		p;

		for (int i = judged.tally->sorted - 1; i >= 0; i--)
		{
			double		with = sum_value(judged.tally->cells[i].events);

			CHECK_FOR_INTERRUPTS();
			flagged += sum_value(judged.tally->cells[i].exposure);
			found += with;
			if (with > 0)
				sum_add(&area, with / judged.with * (found / flagged));
		}
		p = sum_value(area);
		quantity.variance = p * (1 - p) / judged.with;
		quantity.estimate = area_estimate((Area) {p, quantity.variance}, two_sided_z(confidence), true);
	}
	quantity.estimate.note = judged.note;
	return quantity;
}

Quantity
average_precision_quantity(const Tally *tally, const Question *question)
{
	return precision_quantity(tally, question->confidence);
}

/*
 * ph.average_precision(ph.tally, confidence float8) -> ph.estimate
 *
 * The area under precision against recall in steps, tied scores as one block; limits on the logit with
 * the people with the outcome as its size (Boyd, Eng and Page 2013).
 */
PG_FUNCTION_INFO_V1(average_precision);
Datum
average_precision(PG_FUNCTION_ARGS)
{
	return estimate_datum(fcinfo,
						  precision_quantity(argument_tally(fcinfo, 0), argument_confidence(fcinfo, 1)).estimate);
}

/* ---- tables ---- */

static void
put_numbers(FunctionCallInfo fcinfo, const double *numbers, int count)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[12];
	bool		nulls[12];

	Assert(count <= lengthof(values));
	for (int field = 0; field < count; field++)
		record_number(values, nulls, field, numbers[field]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * ph.roc(ph.tally) -> rows (threshold, true_positives, false_positives, false_negatives, true_negatives,
 *   sensitivity, specificity, positive_predictive_value)
 *
 * A row a score, from the highest: flagged are those at or above it.
 */
PG_FUNCTION_INFO_V1(roc);
Datum
roc(PG_FUNCTION_ARGS)
{
	Judged		judged;
	double		tp = 0,
				fp = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!judge(argument_tally(fcinfo, 0), &judged))
		return (Datum) 0;
	for (int i = judged.tally->sorted - 1; i >= 0; i--)
	{
		const TallyCell *cell = &judged.tally->cells[i];
		double		with = sum_value(cell->events);

		CHECK_FOR_INTERRUPTS();
		tp += with;
		fp += sum_value(cell->exposure) - with;
		put_numbers(fcinfo, (double[]) {cell->key, tp, fp, judged.with - tp, judged.without - fp,
						tp / judged.with, 1 - fp / judged.without, tp / (tp + fp)}, 8);
	}
	return (Datum) 0;
}

/*
 * ph.top_shares(ph.tally, shares float8[]) -> rows (share, people, threshold, events, positive_predictive_value,
 *   sensitivity, lift, people_at_threshold, positive_predictive_value_at_threshold, sensitivity_at_threshold)
 *
 * What the top share of the people holds: so many people, rounded up, those tied at the edge counted in
 * proportion; and the same for all at or above the threshold.
 */
PG_FUNCTION_INFO_V1(top_shares);
Datum
top_shares(PG_FUNCTION_ARGS)
{
	double	   *shares;
	int			count = argument_numbers(fcinfo, 1, "shares", 100, &shares);
	Judged		judged;

	for (int i = 0; i < count; i++)
		if (!(shares[i] > 0 && shares[i] <= 1))
			argument_error("shares", "must lie between 0 and 1, 0 excluded", NULL);
	InitMaterializedSRF(fcinfo, 0);
	if (!judge(argument_tally(fcinfo, 0), &judged))
		return (Datum) 0;
	for (int i = 0; i < count; i++)
	{
		/* the last digit of a product such as 0.07 * 100 must not make one person more */
		double		people = ceil(shares[i] * judged.people * (1 - 1e-14));
		double		flagged = 0,
					found = 0,
					expected = 0,
					threshold = NAN;
		double		prevalence = judged.with / judged.people;

		for (int cell = judged.tally->sorted - 1; cell >= 0 && flagged < people; cell--)
		{
			double		here = sum_value(judged.tally->cells[cell].exposure),
						with = sum_value(judged.tally->cells[cell].events);

			CHECK_FOR_INTERRUPTS();
			if (here == 0)
				continue;
			expected = found + with * Min(1, (people - flagged) / here);
			flagged += here;
			found += with;
			threshold = judged.tally->cells[cell].key;
		}
		put_numbers(fcinfo,
					(double[]) {shares[i], people, threshold, expected, expected / people, expected / judged.with,
						expected / people / prevalence, flagged, found / flagged, found / judged.with}, 10);
	}
	return (Datum) 0;
}

/* ---- risk and time ---- */

/* People of one score by time, and what pairs they were in. */
typedef struct ScoreGroup
{
	const Tally *tally;
	int			next;
	double		remaining;		/* not yet left */
	double		higher_before;	/* events so far of higher scores, of lower ones and of their own */
	double		lower_before;
	double		own_before;
} ScoreGroup;

typedef struct Concordance
{
	double		concordant;
	double		discordant;
	double		tied;
	Sum			influence;		/* squared, of each person */
} Concordance;

/* Whose time is not known, in any of the tallies, is left out. */
static void
note_unknown_times(Tally **tallies, int count, Estimate *estimate)
{
	Tally		all = {0};

	for (int i = 0; i < count; i++)
		all.unknown_rows += tallies[i] ? tallies[i]->unknown_rows : 0;
	estimate_note_unknown(estimate, all.unknown_rows);
}

static bool
open_scores(Tally **tallies, int count, ScoreGroup *groups, Estimate *estimate)
{
	for (int i = 0; i < count; i++)
	{
		Judged		judged;
		bool		possible = judge(tallies[i], &judged);

		groups[i] = (ScoreGroup) {.tally = possible ? tallies[i] : NULL, .remaining = possible ? judged.people : 0};
		if (!possible && strcmp(judged.note, "no_data") != 0)
		{
			*estimate = estimate_none("group %d: %s", i + 1, judged.note);
			return false;
		}
	}
	return true;
}

/*
 * One walk over the times.  Comparable are somebody with an event and somebody followed for longer, or
 * lost at that very time (Harrell et al. 1982).  With value given, the second time, each person's influence
 * on it is squared and summed: the infinitesimal jackknife.
 */
static Concordance
walk_concordance(ScoreGroup *groups, int count, double value, double pairs)
{
	Concordance sums = {0};

	for (;;)
	{
		double		time = INFINITY;
		double		below = 0;
		double		all_after = 0,
					all_events = 0,
					events_below = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
			if (groups[i].tally && groups[i].next < groups[i].tally->sorted)
				time = fmin(time, groups[i].tally->cells[groups[i].next].key);
		if (isinf(time))
			return sums;
		for (int i = 0; i < count; i++)
		{
			bool		here = groups[i].tally && groups[i].next < groups[i].tally->sorted &&
				groups[i].tally->cells[groups[i].next].key == time;
			double		events = here ? sum_value(groups[i].tally->cells[groups[i].next].events) : 0;

			all_events += events;
			all_after += groups[i].remaining - events;
		}
		for (int i = 0; i < count; i++)
		{
			ScoreGroup *group = &groups[i];
			bool		here = group->tally && group->next < group->tally->sorted &&
				group->tally->cells[group->next].key == time;
			double		leaving = here ? sum_value(group->tally->cells[group->next].exposure) : 0;
			double		events = here ? sum_value(group->tally->cells[group->next].events) : 0;
			double		own = group->remaining - events;
			double		above = all_after - below - own;

			/* those with the event, as the one of a pair who has it, and before as the one who has not */
			sums.concordant += events * below;
			sums.discordant += events * above;
			sums.tied += events * own;
			if (!isnan(value))
			{
				double		c = below + group->higher_before,
							t = own + group->own_before,
							n = below + above + own + group->higher_before + group->lower_before + group->own_before;
				double		influence = (c + t / 2 - value * n) / pairs;

				sum_add(&sums.influence, events * influence * influence);
			}
			group->higher_before += all_events - events_below - events;
			group->lower_before += events_below;
			group->own_before += events;
			if (!isnan(value) && leaving > events)
			{
				double		n = group->higher_before + group->lower_before + group->own_before;
				double		influence = (group->higher_before + group->own_before / 2 - value * n) / pairs;

				sum_add(&sums.influence, (leaving - events) * influence * influence);
			}
			below += own;
			events_below += events;
			group->remaining -= leaving;
			group->next += here;
		}
	}
}

/*
 * ph.concordance(ph.tally[], confidence float8) -> ph.estimate
 *
 * Harrell's C: of pairs of people who can be compared, the share in which the one with the higher score has
 * the event first.  A tally a score, in ascending order of the scores, each keyed by follow-up time.
 */
PG_FUNCTION_INFO_V1(concordance);
Datum
concordance(PG_FUNCTION_ARGS)
{
	Tally	  **tallies;
	int			count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	double		z = two_sided_z(argument_confidence(fcinfo, 1));
	ScoreGroup *groups = palloc(sizeof(ScoreGroup) * Max(count, 1));
	Estimate	estimate = {NAN, NAN, NAN, NULL};
	Concordance sums;
	double		pairs;

	if (count > 10000)
		argument_error("tallies", "must not have more than 10000 elements", "Round the scores.");
	tie_keys(tallies, count);
	if (!open_scores(tallies, count, groups, &estimate))
		return estimate_datum(fcinfo, estimate);
	sums = walk_concordance(groups, count, NAN, NAN);
	pairs = sums.concordant + sums.discordant + sums.tied;
	if (pairs == 0)
		return estimate_datum(fcinfo, estimate_none("no_comparable_pairs"));
	estimate.value = (sums.concordant + sums.tied / 2) / pairs;
	open_scores(tallies, count, groups, &estimate);
	sums = walk_concordance(groups, count, estimate.value, pairs);
	estimate.lower = fmax(0, estimate.value - z * sqrt(sum_value(sums.influence)));
	estimate.upper = fmin(1, estimate.value + z * sqrt(sum_value(sums.influence)));
	note_unknown_times(tallies, count, &estimate);
	return estimate_datum(fcinfo, estimate);
}
