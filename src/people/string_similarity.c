/*
 * string_similarity.c: how alike two names are, by characters of the database's encoding.
 *
 * Jaro 1989 (J Am Stat Assoc 84:414), Winkler 1990 (Proc Section on Survey Research Methods, 354): made for names.
 * Damerau 1964 with Levenshtein's edits, unrestricted: what lies between two characters that changed places may be
 * edited too (Lowrance and Wagner 1975), so it is a metric; the restricted kind (optimal string alignment) is not.
 */
#include "postgres.h"

#include "core/argument.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#define MOST_COMPARISONS INT64CONST(1000000000) /* of characters: some seconds */
#define MOST_PREFIX 4

typedef struct Characters
{
	pg_wchar   *at;
	int			count;
} Characters;

static Characters
argument_characters(FunctionCallInfo fcinfo, int index)
{
	text	   *given = PG_GETARG_TEXT_PP(index);
	int			bytes = VARSIZE_ANY_EXHDR(given);
	Characters	characters;

	characters.at = palloc_extended(sizeof(pg_wchar) * ((Size) bytes + 1), MCXT_ALLOC_HUGE);
	characters.count = pg_mb2wchar_with_len(VARDATA_ANY(given), characters.at, bytes);
	return characters;
}

static void
require_few(double comparisons, const char *hint)
{
	if (comparisons > MOST_COMPARISONS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("arguments \"a\" and \"b\" are too long to be compared"),
				 errhint("%s", hint)));
}

/* ---- Jaro and Winkler ---- */

/* The characters of a string that are also in the other one nearby, in their order. */
typedef struct Common
{
	int			count;
	pg_wchar   *of_a;
	pg_wchar   *of_b;
} Common;

/* Each character of a takes the first one like it in b that is no further away than the window and not yet taken. */
static Common
common_characters(Characters a, Characters b)
{
	int			window = Max(Max(a.count, b.count) / 2 - 1, 0);
	bool	   *taken = palloc_extended((Size) b.count + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	Common		common = {0};
	int			placed = 0;

	require_few((double) a.count * Min(2.0 * window + 1, b.count),
				"These are for names: compare left(a, 1000) with left(b, 1000).");
	common.of_a = palloc_extended(sizeof(pg_wchar) * ((Size) a.count + 1), MCXT_ALLOC_HUGE);
	common.of_b = palloc_extended(sizeof(pg_wchar) * ((Size) b.count + 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < a.count; i++)
	{
		int			last = Min(i + window, b.count - 1);

		CHECK_FOR_INTERRUPTS();
		for (int j = Max(i - window, 0); j <= last; j++)
			if (!taken[j] && a.at[i] == b.at[j])
			{
				taken[j] = true;
				common.of_a[common.count++] = a.at[i];
				break;
			}
	}
	for (int j = 0; j < b.count; j++)
		if (taken[j])
			common.of_b[placed++] = b.at[j];
	return common;
}

/*
 * A third each: the share of a that is common, that of b, and the share of the common characters that are in order.
 * Characters out of order are counted in halves; as whole transpositions half a one is none.
 */
static double
jaro(Characters a, Characters b, bool whole_transpositions)
{
	Common		common;
	int			out_of_order = 0;
	double		transpositions;

	if (a.count == 0 && b.count == 0)
		return 1;
	common = common_characters(a, b);
	if (common.count == 0)
		return 0;
	for (int i = 0; i < common.count; i++)
		out_of_order += common.of_a[i] != common.of_b[i];
	transpositions = whole_transpositions ? out_of_order / 2 : out_of_order / 2.0;
	return ((double) common.count / a.count + (double) common.count / b.count +
			(common.count - transpositions) / common.count) / 3;
}

static int
common_prefix(Characters a, Characters b)
{
	int			prefix = 0;

	while (prefix < Min(Min(a.count, b.count), MOST_PREFIX) && a.at[prefix] == b.at[prefix])
		prefix++;
	return prefix;
}

/*
 * ph.jaro_similarity(a text, b text, whole_transpositions boolean) -> float8
 *
 * 0 nothing in common, 1 the same; two empty strings are the same.  The window is half the longer string less 1, at
 * least 0.  Errors: strings that are too long.
 */
PG_FUNCTION_INFO_V1(jaro_similarity);
Datum
jaro_similarity(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(jaro(argument_characters(fcinfo, 0), argument_characters(fcinfo, 1), PG_GETARG_BOOL(2)));
}

/*
 * ph.jaro_winkler_similarity(a text, b text, prefix_weight float8, boost_above float8, whole_transpositions boolean)
 *   -> float8
 *
 * Jaro's similarity, raised by prefix_weight of what it lacks for each of the first four characters that are the
 * same, where it is above boost_above.  Errors: a weight outside 0 to 0.25, a threshold outside 0 to 1, strings that
 * are too long.
 */
PG_FUNCTION_INFO_V1(jaro_winkler_similarity);
Datum
jaro_winkler_similarity(PG_FUNCTION_ARGS)
{
	Characters	a = argument_characters(fcinfo, 0);
	Characters	b = argument_characters(fcinfo, 1);
	double		prefix_weight = argument_number(fcinfo, 2, "prefix_weight");
	double		boost_above = argument_number(fcinfo, 3, "boost_above");
	double		similarity;

	if (prefix_weight < 0 || prefix_weight > 1.0 / MOST_PREFIX)
		argument_error("prefix_weight", "must lie between 0 and 0.25", "Winkler's is 0.1.");
	if (boost_above < 0 || boost_above > 1)
		argument_error("boost_above", "must lie between 0 and 1", "0 raises always, 0.7 as Winkler's own code did.");
	similarity = jaro(a, b, PG_GETARG_BOOL(4));
	if (similarity > boost_above)
		similarity += common_prefix(a, b) * prefix_weight * (1 - similarity);
	PG_RETURN_FLOAT8(similarity);
}

/* ---- Damerau and Levenshtein ---- */

/* For each character of a string, the last row at which a met it: an open hash over the characters of b. */
typedef struct LastRows
{
	uint32		mask;
	pg_wchar   *character;
	int		   *row;			/* -1: the place is free */
} LastRows;

static LastRows
last_rows_new(int characters)
{
	LastRows	last = {.mask = 7};

	while (last.mask < 2 * (uint32) characters)
		last.mask = 2 * last.mask + 1;
	last.character = palloc_extended(sizeof(pg_wchar) * ((Size) last.mask + 1), MCXT_ALLOC_HUGE);
	last.row = palloc_extended(sizeof(int) * ((Size) last.mask + 1), MCXT_ALLOC_HUGE);
	memset(last.row, -1, sizeof(int) * ((Size) last.mask + 1));
	return last;
}

static uint32
last_row_place(const LastRows *last, pg_wchar character)
{
	uint32		place = (character * 0x9E3779B1U) >> 7 & last->mask;

	while (last->row[place] >= 0 && last->character[place] != character)
		place = (place + 1) & last->mask;
	return place;
}

/*
 * The fewest insertions, deletions, substitutions and transpositions, or most + 1 where it is more than most.
 *
 * cost[i][j] turns the first i characters of a into the first j of b.  A transposition takes b's characters l and j
 * for a's k and i, and only two of them next to each other in a or in b can be the cheapest (Zhao and Sahni 2019), so
 * two rows and what they remember are enough: before_match[j] is cost[k - 1][j - 2] of the last row k at which a had
 * b's character j.  Cells further than most from the diagonal cost more than most and are left out.
 */
static int
edits(Characters a, Characters b, int most)
{
	Size		width = sizeof(int) * ((Size) b.count + 2);
	int			beyond = most + 1;
	int		   *row = palloc_extended(width, MCXT_ALLOC_HUGE);
	int		   *above = palloc_extended(width, MCXT_ALLOC_HUGE);
	int		   *before_match = palloc_extended(width, MCXT_ALLOC_HUGE);
	int		   *place = palloc_extended(width, MCXT_ALLOC_HUGE);
	LastRows	last = last_rows_new(Max(b.count, 1));

	for (int j = 1; j <= b.count; j++)
	{
		place[j] = last_row_place(&last, b.at[j - 1]);
		last.character[place[j]] = b.at[j - 1];
		last.row[place[j]] = 0;
		before_match[j] = beyond;
	}
	for (int j = 0; j <= b.count + 1; j++)
		row[j] = above[j] = Min(j, beyond);
	for (int i = 1; i <= a.count; i++)
	{
		int			first = Max(i - most, 1);
		int			end = (int) Min((int64) i + most, b.count);
		int			match = 0;	/* l: the last column at which b has a's character i */
		int			before_last_match = beyond; /* cost[i - 2][l - 1] */
		int			two_above;	/* cost[i - 2][j - 1] */
		int			least;
		int		   *other = above;
		uint32		mine = last_row_place(&last, a.at[i - 1]);

		CHECK_FOR_INTERRUPTS();
		above = row;
		row = other;
		two_above = row[first - 1];
		row[first - 1] = first == 1 ? Min(i, beyond) : beyond;
		least = row[first - 1];
		for (int j = first; j <= end; j++)
		{
			bool		same = a.at[i - 1] == b.at[j - 1];
			int			cost = Min(above[j - 1] + !same, Min(above[j], row[j - 1]) + 1);

			if (same)
			{
				match = j;
				before_match[j] = j > 1 ? above[j - 2] : beyond;
				before_last_match = two_above;
			}
			else if (match > 0 && last.row[place[j]] > 0)
			{
				int			met = last.row[place[j]];	/* k */

				if (match == j - 1 && j - met <= most)
					cost = Min(cost, before_match[j] + (i - met));
				else if (met == i - 1)
					cost = Min(cost, before_last_match + (j - match));
			}
			two_above = row[j];
			row[j] = Min(cost, beyond);
			least = Min(least, row[j]);
		}
		if (end < b.count)
			row[end + 1] = beyond;
		if (least > most)
			return beyond;
		if (last.row[mine] >= 0)
			last.row[mine] = i;
	}
	return row[b.count];
}

/*
 * ph.damerau_levenshtein(a text, b text, most integer) -> integer
 *
 * The unrestricted distance; where it is more than most, most + 1, and long strings that differ are then cheap.
 * Errors: a negative most, strings that are too long.
 */
PG_FUNCTION_INFO_V1(damerau_levenshtein);
Datum
damerau_levenshtein(PG_FUNCTION_ARGS)
{
	Characters	a,
				b;
	int			longest,
				most;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	a = argument_characters(fcinfo, 0);
	b = argument_characters(fcinfo, 1);
	longest = Max(a.count, b.count);
	most = PG_ARGISNULL(2) ? longest : Min(argument_whole(fcinfo, 2, "most", 0, PG_INT32_MAX - 1), longest);
	if (abs(a.count - b.count) > most)
		PG_RETURN_INT32(most + 1);
	require_few((double) a.count * Min(2.0 * most + 1, b.count), "Give argument \"most\" a small number.");
	PG_RETURN_INT32(edits(a, b, most));
}
