/*
 * shapley.c: what each partner adds to a common result, over all orders in which they could have joined (Shapley 1953).
 *
 * Exact: every coalition must be there, and weights are whole numbers over n!.
 */
#include "postgres.h"

#include "budget/amount.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/record.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define MOST_PARTNERS 12
#define MOST_COALITIONS (1 << MOST_PARTNERS)
#define PENNY 0.01

/* An element as it came. */
typedef struct Coalition
{
	char	  **names;
	int			count;
	Amount		value;			/* NULL: not known */
} Coalition;

typedef struct Game
{
	int			count;
	Coalition	coalition[MOST_COALITIONS];
} Game;

static char **
coalition_names(Datum coalition, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	char	  **names;

	*count = array_elements(DatumGetArrayTypeP(coalition), TEXTOID, &elements, &nulls);
	if (*count > MOST_PARTNERS)
		argument_error("coalition", psprintf("must not have more than %d partners", MOST_PARTNERS), NULL);
	names = palloc_array(char *, Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			argument_error("coalition", "must not contain nulls", NULL);
		names[i] = TextDatumGetCString(elements[i]);
	}
	return names;
}

static Game *
argument_game(FunctionCallInfo fcinfo)
{
	Game	   *game = palloc0(sizeof(Game));
	Datum	   *elements;
	bool	   *nulls;

	game->count = argument_elements(fcinfo, 0, "worth", &elements, &nulls);
	if (game->count > MOST_COALITIONS)
		argument_error("coalition", psprintf("must be of at most %d partners, each once", MOST_PARTNERS), NULL);
	for (int i = 0; i < game->count; i++)
	{
		Coalition  *coalition = &game->coalition[i];
		Datum		fields[2];
		bool		missing[2] = {true, true};

		if (!nulls[i])
			record_fields(DatumGetHeapTupleHeader(elements[i]), fields, missing, 2);
		if (missing[0])
			argument_error("coalition", "must not be null", "Write {} for nobody.");
		coalition->names = coalition_names(fields[0], &coalition->count);
		coalition->value = missing[1] ? NULL : amount_checked(fields[1], "value");
	}
	return game;
}

/* ---- the partners and the coalitions that they form ---- */

static int
name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Every name once, in byte order. */
static int
find_partners(const Game *game, char **partners)
{
	int			count = 0;

	for (int i = 0; i < game->count; i++)
		for (int j = 0; j < game->coalition[i].count; j++)
		{
			char	   *name = game->coalition[i].names[j];
			bool		known = false;

			CHECK_FOR_INTERRUPTS();
			for (int k = 0; k < count && !known; k++)
				known = strcmp(partners[k], name) == 0;
			if (known)
				continue;
			if (count == MOST_PARTNERS)
				argument_error("coalition", psprintf("must be of at most %d partners in all", MOST_PARTNERS),
							   "Put small partners together.");
			partners[count++] = name;
		}
	qsort(partners, count, sizeof(char *), name_order);
	return count;
}

/* A coalition as a bit a partner. */
static int
coalition_bits(const Coalition *coalition, char **partners, int count)
{
	int			bits = 0;

	for (int j = 0; j < coalition->count; j++)
	{
		char	  **at = bsearch(&coalition->names[j], partners, count, sizeof(char *), name_order);
		int			bit = 1 << (at - partners);

		if (bits & bit)
			argument_error("coalition", "must not name a partner twice", NULL);
		bits |= bit;
	}
	return bits;
}

/* The value of every coalition by its bits; *known is whether all values are. */
static Amount *
coalition_values(const Game *game, char **partners, int count, bool *known)
{
	Amount	   *values = palloc0_array(Amount, 1 << count);
	bool	   *there = palloc0_array(bool, 1 << count);

	*known = true;
	for (int i = 0; i < game->count; i++)
	{
		int			bits = coalition_bits(&game->coalition[i], partners, count);

		if (there[bits])
			argument_error("coalition", "must be there once", "The order of its partners does not matter.");
		there[bits] = true;
		values[bits] = game->coalition[i].value;
		*known &= values[bits] != NULL;
	}
	if (game->count < 1 << count)
		argument_error("coalition", "must be there for every choice of partners, from {} to all of them",
					   psprintf("%d partners have %d coalitions.", count, 1 << count));
	return values;
}

/* ---- their shares ---- */

static int64
factorial(int n)
{
	return n < 2 ? 1 : n * factorial(n - 1);
}

/* sum over coalitions S without i of |S|! (n - |S| - 1)! (v(S + i) - v(S)) / n! */
static Amount
shapley_value(const Amount *values, int count, int i)
{
	Amount		gains[MOST_PARTNERS];	/* of joining a coalition of each size */
	Amount		sum = amount_of_count(0);

	for (int size = 0; size < count; size++)
		gains[size] = amount_of_count(0);
	for (int bits = 0; bits < 1 << count; bits++)
	{
		int			size = __builtin_popcount(bits);

		CHECK_FOR_INTERRUPTS();
		if (!(bits & 1 << i))
			gains[size] = amount_sum(gains[size], amount_difference(values[bits | 1 << i], values[bits]));
	}
	for (int size = 0; size < count; size++)
		sum = amount_sum(sum, amount_product(amount_of_count(factorial(size) * factorial(count - size - 1)),
											 gains[size]));
	return amount_quotient(sum, amount_of_count(factorial(count)));
}

/*
 * ph.shapley(worth ph.coalition_worth[]) -> setof ph.shapley_part
 *
 * An element a coalition, all of them, {} too; a row a partner in the byte order of names.  Pence left over go to the
 * largest fractions, ties to the first name; without rounded parts where the result is no whole number of pence
 * (not_in_pence).  A value that is not known: parts without values, missing_input.  Errors: a coalition that is missing
 * or there twice, more than 12 partners.
 */
PG_FUNCTION_INFO_V1(shapley);
Datum
shapley(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Game	   *game = argument_game(fcinfo);
	char	   *partners[MOST_PARTNERS];
	Amount		parts[MOST_PARTNERS] = {NULL};
	Amount	   *rounded = NULL;
	Amount		penny = amount_of_number(PENNY);
	const char *note = NULL;
	int			count = find_partners(game, partners);

	InitMaterializedSRF(fcinfo, 0);
	if (game->count > 0)
	{
		bool		known;
		Amount	   *values = coalition_values(game, partners, count, &known);
		Amount		total = known ? amount_difference(values[(1 << count) - 1], values[0]) : NULL;

		for (int i = 0; i < count && known; i++)
			parts[i] = shapley_value(values, count, i);
		if (!known)
			note = "missing_input";
		else if (amount_is_whole(total, penny))
			rounded = amounts_in_units(parts, count, total, penny);
		else
			note = "not_in_pence";
	}
	for (int i = 0; i < count; i++)
	{
		Datum		values[4];
		bool		nulls[4];

		record_text(values, nulls, 0, partners[i]);
		record_amount(values, nulls, 1, amount_trimmed(parts[i]));
		record_amount(values, nulls, 2, rounded ? rounded[i] : NULL);
		record_text(values, nulls, 3, note);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
