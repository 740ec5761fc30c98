/*
 * log_rank.c: whether groups differ in survival.
 *
 * At every time with events, the events are shared out over the groups as those at risk are; what a group
 * has more or less than its share adds up over the times, with the hypergeometric variance (Mantel 1966;
 * Peto and Peto 1972).
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_linalg.h>

#include "core/argument.h"
#include "core/hypothesis_test.h"
#include "core/record.h"
#include "core/tally_list.h"
#include "core/tie.h"
#include "miscadmin.h"
#include "indicator/survival_curve.h"

#define MAX_GROUPS 1000			/* the covariance is a square of them */

typedef struct FollowedGroup
{
	const Tally *tally;			/* NULL: nobody */
	Curve		curve;			/* one step ahead of the pooled time */
	bool		more;			/* whether there is such a step */
	Present		present;		/* before the pooled time */
	double		people;
	double		at_risk;		/* at the pooled time */
	double		observed;
	double		expected;
	double		excess;			/* observed - expected, summed without the rounding of either */
} FollowedGroup;

typedef struct LogRank
{
	int			count;
	FollowedGroup *group;
	double	   *covariance;		/* count x count */
	double		events;			/* of all groups */
	char	   *note;			/* why there is no answer, else NULL */
	int64		unknown_rows;	/* left out */
} LogRank;

/* ---- the sums over the pooled times ---- */

/* What happens at one time in all groups together. */
typedef struct Moment
{
	double		time;
	double		at_risk;
	double		events;
} Moment;

/* The next time at which anybody leaves any group. */
static bool
next_moment(LogRank *test, Moment *moment)
{
	*moment = (Moment) {INFINITY, 0, 0};
	for (int i = 0; i < test->count; i++)
		if (test->group[i].more)
			moment->time = fmin(moment->time, test->group[i].curve.time);
	for (int i = 0; i < test->count; i++)
	{
		FollowedGroup *group = &test->group[i];

		group->at_risk = group->tally ? present_at(&group->present, moment->time) : 0;
		moment->at_risk += group->at_risk;
		if (group->more && group->curve.time == moment->time)
			moment->events += group->curve.events;
	}
	return moment->time < INFINITY;
}

/*
 * Adds a moment with a weight w: to group j, w (d_j - d n_j / n); to the covariance of j and k,
 * w^2 d (n - d) / (n - 1) n_j / n ((j = k) - n_k / n).
 */
static void
add_moment(LogRank *test, const Moment *moment, double weight)
{
	double		n = moment->at_risk,
				d = moment->events;
	double		scale = n > 1 ? weight * weight * d * ((n - d) / (n - 1)) : 0;

	for (int j = 0; j < test->count; j++)
	{
		FollowedGroup *group = &test->group[j];
		double		here = group->more && group->curve.time == moment->time ? group->curve.events : 0;
		double		share = group->at_risk / n;

		CHECK_FOR_INTERRUPTS();
		group->observed += weight * here;
		group->expected += weight * (d * group->at_risk / n);
		group->excess += weight * (here - d * group->at_risk / n);
		for (int k = 0; k <= j; k++)
			test->covariance[j * test->count + k] += scale * share * ((j == k) - test->group[k].at_risk / n);
	}
}

/* Weights are 1 or, Peto and Peto's, the pooled survival just before the time. */
static void
add_moments(LogRank *test, bool by_survival)
{
	double		survival = 1;
	Moment		moment;

	while (next_moment(test, &moment))
	{
		test->events += moment.events;
		if (moment.events > 0)
			add_moment(test, &moment, by_survival ? survival : 1);
		survival *= (moment.at_risk - moment.events) / moment.at_risk;
		for (int i = 0; i < test->count; i++)
		{
			FollowedGroup *group = &test->group[i];

			if (!group->more || group->curve.time != moment.time)
				continue;
			present_leave(&group->present, group->curve.tally->cells[group->curve.next_cell - 1].exposure);
			group->more = curve_next(&group->curve);
		}
	}
}

/* ---- from tallies to the sums ---- */

/* A group of nobody is left out; one whose times or events are not known makes the whole unknown. */
static bool
open_group(FollowedGroup *group, const Tally *tally, const Tally *entered, int number, char **note)
{
	Estimate	why;

	if (curve_possible(tally, entered, &why))
	{
		group->tally = tally;
		group->people = sum_value(tally_known(tally).exposure);
		group->present = present_start(tally, entered);
		group->curve = curve_start(tally, entered);
		group->more = curve_next(&group->curve);
		return true;
	}
	if (strcmp(why.note, "no_data") == 0 || strcmp(why.note, "no_exposure") == 0)
		return true;
	*note = psprintf("group %d: %s", number, why.note);
	return false;
}

/* Times are tied over all groups: one that is near the time of another group is the same moment. */
static void
tie_all(Tally **tallies, Tally **entered, int count)
{
	Tally	  **all = palloc_array(Tally *, 2 * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		all[i] = tallies[i];
		all[count + i] = entered ? entered[i] : NULL;
	}
	tie_keys(all, 2 * count);
	for (int i = 0; i < count; i++)
	{
		tallies[i] = all[i];
		if (entered)
			entered[i] = all[count + i];
	}
}

static LogRank
log_rank_sums(FunctionCallInfo fcinfo)
{
	static const char *const weights[] = {"log-rank", "peto-peto", NULL};
	Tally	  **tallies,
			  **entered;
	LogRank		test = {0};
	bool		by_survival = argument_choice(fcinfo, 1, "weights", weights) == 1;
	double		people = 0;

	test.count = argument_tallies(fcinfo, 0, "tallies", &tallies);
	if (test.count > MAX_GROUPS)
		argument_error("tallies", psprintf("must not have more than %d elements", MAX_GROUPS), NULL);
	if (argument_tallies(fcinfo, 2, "entered", &entered) != test.count && !PG_ARGISNULL(2))
		argument_error("entered", "must have as many elements as tallies", NULL);
	tie_all(tallies, entered, test.count);
	test.group = palloc0(sizeof(FollowedGroup) * (Size) Max(test.count, 1));
	test.covariance = palloc0(sizeof(double) * (Size) Max(test.count * test.count, 1));
	for (int i = 0; i < test.count; i++)
	{
		char	   *note;

		if (!open_group(&test.group[i], tallies[i], PG_ARGISNULL(2) ? NULL : entered[i], i + 1, &note) &&
			test.note == NULL)
			test.note = note;
		people += test.group[i].people;
		test.unknown_rows += tallies[i] ? tallies[i]->unknown_rows : 0;
	}
	if (test.note == NULL && people == 0)
		test.note = "no_data";
	if (test.note == NULL && people > CURVE_MAX_PEOPLE)
		test.note = "out_of_range";
	if (test.note == NULL)
		add_moments(&test, by_survival);
	if (test.note == NULL && test.events == 0)
		test.note = "no_events";
	return test;
}

static double
variance_of(const LogRank *test, int j)
{
	return test->covariance[j * test->count + j];
}

/* ---- the test ---- */

/*
 * The quadratic form u' V^-1 u of the excesses of all compared groups but the last, which follows from the others, by
 * the pivoted decomposition P V P' = L D L'.  Where sets of groups were never at risk together more of them follow:
 * what is left of D is rounding there, and the rank of V is the degrees of freedom.
 */
static double
quadratic_form(const LogRank *test, const int *compared, int size, int *rank)
{
	gsl_matrix_view v = gsl_matrix_view_array(palloc_array(double, size * size), size, size);
	size_t	   *order = palloc_array(size_t, size);
	gsl_permutation permutation = {size, order};
	double	   *z = palloc_array(double, size);
	double		length = 0;

	for (int j = 0; j < size; j++)
		for (int k = 0; k < size; k++)
			gsl_matrix_set(&v.matrix, j, k,
						   test->covariance[Max(compared[j], compared[k]) * test->count +
											Min(compared[j], compared[k])]);
	/* a bounded number of steps, size^3 / 3 */
	gsl_linalg_pcholesky_decomp(&v.matrix, &permutation);
	for (*rank = 0; *rank < size; ++*rank)
	{
		int			j = *rank;
		double		left = gsl_matrix_get(&v.matrix, j, j);

		CHECK_FOR_INTERRUPTS();
		if (!(left > 1e-9 * variance_of(test, compared[order[j]])))
			break;
		z[j] = test->group[compared[order[j]]].excess;
		for (int k = 0; k < j; k++)
			z[j] -= gsl_matrix_get(&v.matrix, j, k) * z[k];
		length += z[j] * z[j] / left;
	}
	return length;
}

/*
 * ph.log_rank(ph.tally[], weights text, entered ph.tally[]) -> ph.test
 *
 * entered: of each group a tally of the same people keyed by time of entry, NULL where all enter at 0.
 * Chi-square of one degree less than there are groups with somebody at risk at an event that could have
 * been another's; groups without are left out with a note.
 */
PG_FUNCTION_INFO_V1(log_rank);
Datum
log_rank(PG_FUNCTION_ARGS)
{
	LogRank		sums = log_rank_sums(fcinfo);
	int		   *compared = palloc_array(int, Max(sums.count, 1));
	int			count = 0,
				first_left_out = 0;
	HypothesisTest test;
	double		statistic;
	int			rank;

	if (sums.note)
		return hypothesis_test_datum(fcinfo, hypothesis_test_none(sums.note));
	for (int i = 0; i < sums.count; i++)
	{
		if (variance_of(&sums, i) > 0)
			compared[count++] = i;
		else if (first_left_out == 0)
			first_left_out = i + 1;
	}
	if (count < 2)
		test = hypothesis_test_none("fewer_than_2_groups");
	else
	{
		statistic = quadratic_form(&sums, compared, count - 1, &rank);
		test = rank == 0 ? hypothesis_test_none("singular") : chi_square_test(statistic, rank);
	}
	if (count >= 2 && first_left_out > 0)
		hypothesis_test_note(&test, psprintf("group_left_out: %d without people at risk, the first is %d",
											 sums.count - count, first_left_out));
	if (sums.unknown_rows > 0)
		hypothesis_test_note(&test, unknown_key_note(sums.unknown_rows));
	return hypothesis_test_datum(fcinfo, test);
}

/*
 * ph.log_rank_groups(ph.tally[], weights text, entered ph.tally[]) -> rows
 *
 * A row a group in the order of the array, numbered from 1: people, events observed and expected, each
 * weighted, and the variance of their difference.  NULLs and a note where there is no test.
 */
PG_FUNCTION_INFO_V1(log_rank_groups);
Datum
log_rank_groups(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LogRank		sums = log_rank_sums(fcinfo);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < sums.count; i++)
	{
		const FollowedGroup *group = &sums.group[i];
		Estimate	said = {NAN, NAN, NAN, NULL};
		Datum		values[6];
		bool		nulls[6];

		values[0] = Int32GetDatum(i + 1);
		nulls[0] = false;
		record_number(values, nulls, 1, sums.note ? NAN : group->people);
		record_number(values, nulls, 2, sums.note ? NAN : group->observed);
		record_number(values, nulls, 3, sums.note ? NAN : group->expected);
		record_number(values, nulls, 4, sums.note ? NAN : variance_of(&sums, i));
		if (sums.note || !group->tally)
			said = estimate_none("%s", sums.note ? sums.note : "no_data");
		else
			estimate_note_unknown(&said, group->tally->unknown_rows);
		record_text(values, nulls, 5, said.note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
