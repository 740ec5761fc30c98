/*
 * tier.c: the risk pyramid.
 *
 * A cut is a share of the people: the top 0.5 %, the top 5 %, the top 20 %.  Real scores have huge ties,
 * and a tied group that straddles a cut goes down, goes up, or is split in the window's own order.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "core/argument.h"
#include "core/compat.h"
#include "core/tally.h"
#include "core/tie.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "windowapi.h"

#define MAX_CUTS 100

static const char *const tie_rules[] = {"down", "up", "split", NULL};

typedef enum TieRule
{
	TIES_DOWN,
	TIES_UP,
	TIES_SPLIT
} TieRule;

/* How far a cut reaches in a ranking of people. */
typedef struct Cut
{
	double		wanted;			/* people above the cut, to the nearest whole one */
	double		score;			/* of the last of them: the lowest of those tied */
	double		greatest;		/* of those tied, who differ by rounding only */
	double		above;			/* people with a greater score */
	double		tied;			/* people with that very score */
} Cut;

static int
read_shares(ArrayType *array, double **list)
{
	int			count = array_numbers(array, "cuts", MAX_CUTS, list);
	const double *shares = *list;

	for (int i = 0; i < count; i++)
		if (!(shares[i] > 0 && shares[i] < 1) || (i > 0 && !(shares[i] > shares[i - 1])))
			argument_error("cuts", "must be shares between 0 and 1 in ascending order",
						   "Write {0.005,0.05,0.20} for the top 0.5, 5 and 20 %.");
	return count;
}

/* The nearest whole person, halves up; 0.29 of 50 is a half although its double is a little less. */
static double
people_wanted(double share, double people)
{
	double		wanted = share * people;

	return floor(wanted + 0.5 + 2 * DBL_EPSILON * wanted);
}

/* Whether somebody with this score, and this rank in the window's order, is above the cut. */
static bool
is_above(const Cut *cut, double score, double rank, TieRule ties)
{
	if (cut->wanted == 0)
		return false;
	if (score > cut->greatest || score < cut->score)
		return score > cut->greatest;
	switch (ties)
	{
		case TIES_UP:
			return true;
		case TIES_DOWN:
			return cut->above + cut->tied <= cut->wanted;
		default:
			return rank <= cut->wanted;
	}
}

/* People whom the tie rule puts above the cut. */
static double
people_placed(const Cut *cut, TieRule ties)
{
	if (cut->wanted == 0 || ties == TIES_SPLIT)
		return cut->wanted;
	return cut->above + (is_above(cut, cut->score, cut->wanted, ties) ? cut->tied : 0);
}

/* People of one score: of the same, but for rounding, from the greatest to the lowest. */
typedef struct ScoreGroup
{
	double		greatest;
	double		lowest;
	double		above;			/* people with a greater score */
	double		tied;
} ScoreGroup;

/* Notes a group, given in descending order of score. */
static void
note_group(Cut *cuts, int count, const ScoreGroup *group)
{
	for (int i = 0; i < count; i++)
		if (cuts[i].wanted > group->above && cuts[i].wanted <= group->above + group->tied)
			cuts[i] = (Cut) {cuts[i].wanted, group->lowest, group->greatest, group->above, group->tied};
}

/* ---- the window function ---- */

typedef struct Pyramid
{
	bool		ready;
	TieRule		ties;
	int			count;
	int64		nulls_first;	/* rows without a score that the window's order puts first */
	Cut			cuts[MAX_CUTS];
	double		places[MAX_CUTS];
	int			found;			/* of the places so far */
} Pyramid;

static double
score_at(WindowObject window, int64 row, bool *isnull)
{
	bool		isout;
	Datum		score = WinGetFuncArgInPartition(window, 0, row, WINDOW_SEEK_HEAD, false, isnull, &isout);

	if (!*isnull && isnan(DatumGetFloat8(score)))
		argument_error("score", "must be a number", "Use NULL for somebody without a score.");
	return *isnull ? 0 : DatumGetFloat8(score);
}

/* People with a score; also checks the order, which decides everything here. */
static int64
count_scores(WindowObject window, Pyramid *pyramid)
{
	int64		rows = WinGetPartitionRowCount(window);
	int64		people = 0;
	bool		null_behind = false;
	double		before = INFINITY;

	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull;
		double		score = score_at(window, row, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
		{
			pyramid->nulls_first += people == 0;
			null_behind = people > 0;
			continue;
		}
		/* rows without a score stand together, before all others or behind them */
		if (score > before || null_behind)
			ereport(ERROR,
					(errcode(ERRCODE_WINDOWING_ERROR),
					 errmsg("the window of a tier must be in descending order of the score"),
					 errhint("Write OVER (ORDER BY score DESC, person_id).")));
		before = score;
		people++;
	}
	return people;
}

/* Calls visit for each group of people of one score, in descending order, for as long as it wants more. */
typedef bool (*GroupVisitor) (Pyramid *pyramid, const ScoreGroup *group);

static void
each_group(WindowObject window, Pyramid *pyramid, int64 people, GroupVisitor visit)
{
	ScoreGroup	group = {0};

	for (int64 i = 0; i < people; i++)
	{
		bool		isnull;
		double		score = score_at(window, pyramid->nulls_first + i, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && !tied(score, group.lowest))
		{
			if (!visit(pyramid, &group))
				return;
			group = (ScoreGroup) {score, score, group.above + group.tied, 0};
		}
		else if (i == 0)
			group.greatest = score;
		group.lowest = score;
		group.tied++;
	}
	if (people > 0)
		visit(pyramid, &group);
}

static bool
visit_shares(Pyramid *pyramid, const ScoreGroup *group)
{
	note_group(pyramid->cuts, pyramid->count, group);
	return pyramid->count > 0 && group->above + group->tied < pyramid->cuts[pyramid->count - 1].wanted;
}

/* The room of a tier begins where the tie rule left the tier before it. */
static bool
visit_places(Pyramid *pyramid, const ScoreGroup *group)
{
	for (; pyramid->found < pyramid->count; pyramid->found++)
	{
		int			i = pyramid->found;
		Cut		   *cut = &pyramid->cuts[i];
		double		start = i > 0 ? people_placed(&pyramid->cuts[i - 1], pyramid->ties) : 0;

		if (pyramid->places[i] == 0)
		{
			*cut = i > 0 ? pyramid->cuts[i - 1] : (Cut) {0};
			continue;
		}
		if (start + pyramid->places[i] > group->above + group->tied)
			return true;
		*cut = (Cut) {start + pyramid->places[i], group->lowest, group->greatest, group->above, group->tied};
	}
	return false;
}

static void
find_shares(WindowObject window, Pyramid *pyramid, const double *shares)
{
	int64		people = count_scores(window, pyramid);

	for (int i = 0; i < pyramid->count; i++)
		pyramid->cuts[i].wanted = people_wanted(shares[i], people);
	each_group(window, pyramid, people, visit_shares);
}

/* A tier that has room for all who are left takes them all. */
static void
find_places(WindowObject window, Pyramid *pyramid, const double *places)
{
	int64		people = count_scores(window, pyramid);

	memcpy(pyramid->places, places, sizeof(double) * pyramid->count);
	each_group(window, pyramid, people, visit_places);
	for (int i = pyramid->found; i < pyramid->count; i++)
		pyramid->cuts[i] = (Cut) {people, -INFINITY, -INFINITY, people, 0};
}

static int
read_places(ArrayType *array, double **list)
{
	int			count = array_numbers(array, "places", MAX_CUTS, list);

	for (int i = 0; i < count; i++)
		if (!((*list)[i] >= 0 && (*list)[i] <= 1e15) || (*list)[i] != rint((*list)[i]))
			argument_error("places", "must be whole numbers that are not negative", NULL);
	return count;
}

static void
prepare(FunctionCallInfo fcinfo, WindowObject window, Pyramid *pyramid, bool places)
{
	double	   *sizes;
	bool		isnull;
	Datum		given = WinGetFuncArgCurrent(window, 1, &isnull);

	if (isnull)
		argument_error(places ? "places" : "cuts", "must not be null", NULL);
	pyramid->count = places ? read_places(DatumGetArrayTypeP(given), &sizes)
		: read_shares(DatumGetArrayTypeP(given), &sizes);
	fcinfo->args[2].value = WinGetFuncArgCurrent(window, 2, &fcinfo->args[2].isnull);
	pyramid->ties = argument_choice(fcinfo, 2, "ties", tie_rules);
	if (places)
		find_places(window, pyramid, sizes);
	else
		find_shares(window, pyramid, sizes);
	pyramid->ready = true;
}

static Datum
tier_of_row(FunctionCallInfo fcinfo, bool places)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Pyramid    *pyramid;
	bool		isnull;
	double		score,
				rank;
	int			tier = 1;

	if (!WindowObjectIsValid(window))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("a tier is asked for outside a window")));
	pyramid = WinGetPartitionLocalMemory(window, sizeof(Pyramid));
	if (!pyramid->ready)
		prepare(fcinfo, window, pyramid, places);
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	score = DatumGetFloat8(WinGetFuncArgCurrent(window, 0, &isnull));
	if (isnull)
		PG_RETURN_NULL();
	rank = WinGetCurrentPosition(window) - pyramid->nulls_first + 1;
	while (tier <= pyramid->count && !is_above(&pyramid->cuts[tier - 1], score, rank, pyramid->ties))
		tier++;
	PG_RETURN_INT32(tier);
}

/*
 * ph.risk_tier(score float8, cuts float8[], ties text) OVER (ORDER BY score DESC, ...) -> int
 *
 * 1 for the people above the first cut, 2 above the second, ... ; NULL without a score.  Shares are of
 * the people who have one.  Scores that differ by rounding only are tied (core/tie.h).  The arguments cuts and
 * ties are read from the first row of a partition.
 * Errors: cuts not ascending shares, unknown tie rule, window not in descending order of the score.
 */
PG_FUNCTION_INFO_V1(risk_tier);
Datum
risk_tier(PG_FUNCTION_ARGS)
{
	return tier_of_row(fcinfo, false);
}

/*
 * ph.capacity_tier(score float8, places float8[], ties text) OVER (ORDER BY score DESC, ...) -> int
 *
 * The same by places: 1 for the people that the first has room for, 2 for the next, the rest one more.
 * Errors: places that are no whole numbers, unknown tie rule, window not in descending order of the score.
 */
PG_FUNCTION_INFO_V1(capacity_tier);
Datum
capacity_tier(PG_FUNCTION_ARGS)
{
	return tier_of_row(fcinfo, true);
}

/* ---- the summary ---- */

/*
 * ph.tier_cuts(ph.tally, cuts float8[], ties text) -> rows (tier, cut, score, wanted, placed, tied)
 *
 * Asked of a tally keyed by score: how many people each cut wanted, how many the tie rule placed above
 * it, and how many are tied at the score where it falls.  Errors as ph.risk_tier.
 */
PG_FUNCTION_INFO_V1(tier_cuts);
Datum
tier_cuts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double	   *shares;
	Cut			cuts[MAX_CUTS] = {{0}};
	double		people = 0;
	ScoreGroup	group = {0};
	int			count;
	TieRule		ties;
	Tally	   *tally;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(1))
		argument_error("cuts", "must not be null", NULL);
	count = read_shares(PG_GETARG_ARRAYTYPE_P(1), &shares);
	ties = argument_choice(fcinfo, 2, "ties", tie_rules);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	tally = PG_GETARG_TALLY(0);
	tie_keys(&tally, 1);

	for (int i = 0; i < tally->sorted; i++)
		people += sum_value(tally->cells[i].exposure);
	for (int i = 0; i < count; i++)
		cuts[i].wanted = people_wanted(shares[i], people);
	for (int i = tally->sorted - 1; i >= 0; i--)
	{
		CHECK_FOR_INTERRUPTS();
		group = (ScoreGroup) {tally->cells[i].key, tally->cells[i].key, group.above + group.tied,
		sum_value(tally->cells[i].exposure)};
		note_group(cuts, count, &group);
	}
	for (int i = 0; i < count; i++)
	{
		Datum		values[6] = {
			Int32GetDatum(i + 1), Float8GetDatum(shares[i]), Float8GetDatum(cuts[i].score),
			Float8GetDatum(cuts[i].wanted), Float8GetDatum(people_placed(&cuts[i], ties)),
			Float8GetDatum(cuts[i].tied)
		};
		bool		nulls[6] = {false, false, cuts[i].wanted == 0, false, false, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.risk_band(score float8, edges float8[]) -> int
 *
 * Bands between fixed edges, given in descending order: 1 at or above the first edge, 2 at or above the
 * second, ... ; NULL without a score.  Errors: edges not in descending order.
 */
PG_FUNCTION_INFO_V1(risk_band);
Datum
risk_band(PG_FUNCTION_ARGS)
{
	double	   *edges;
	double		score = PG_GETARG_FLOAT8(0);
	int			count = array_numbers(PG_GETARG_ARRAYTYPE_P(1), "edges", MAX_CUTS, &edges);
	int			band = 1;

	for (int i = 0; i < count; i++)
		if (isnan(edges[i]) || (i > 0 && !(edges[i] < edges[i - 1])))
			argument_error("edges", "must be in descending order", NULL);
	if (isnan(score))
		PG_RETURN_NULL();
	while (band <= count && score < edges[band - 1])
		band++;
	PG_RETURN_INT32(band);
}
