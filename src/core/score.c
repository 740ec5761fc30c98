/* score.c: inputs, terms and status of a score from measurements. */
#include "core/score.h"

#include <math.h>

#include "core/age.h"
#include "core/compat.h"
#include "core/record.h"
#include "funcapi.h"
#include "utils/builtins.h"

Score
score_start(void)
{
	Score		score = {.value = NAN, .possible = true};

	initStringInfo(&score.status);
	return score;
}

/* Words of one kind are listed once: missing_input:age,sex;out_of_range:egfr. */
void
score_note(Score *score, const char *status, const char *name)
{
	StringInfo	text = &score->status;
	char	   *last = strrchr(text->data, ';');
	const char *kind = last ? last + 1 : text->data;
	bool		same = strncmp(kind, status, strlen(status)) == 0 && kind[strlen(status)] == ':';

	if (same)
		appendStringInfo(text, ",%s", name);
	else
		appendStringInfo(text, "%s%s:%s", text->len > 0 ? ";" : "", status, name);
	if (strcmp(status, "not_validated") != 0 && strcmp(status, "not_used") != 0)
		score->possible = false;
}

double
score_number(Score *score, FunctionCallInfo fcinfo, int index, const InputRange *range)
{
	double		x;

	if (PG_ARGISNULL(index))
	{
		score_note(score, "missing_input", range->name);
		return NAN;
	}
	x = PG_GETARG_FLOAT8(index);
	if (x >= range->low && x <= range->high)
		return x;
	if (range->mistaken_unit && x >= range->mistaken_low && x <= range->mistaken_high)
		score_note(score, "out_of_range", psprintf("%s (%s?)", range->name, range->mistaken_unit));
	else
		score_note(score, "out_of_range", range->name);
	return NAN;
}

double
score_boolean(Score *score, FunctionCallInfo fcinfo, int index, const char *name)
{
	if (PG_ARGISNULL(index))
	{
		score_note(score, "missing_input", name);
		return NAN;
	}
	return PG_GETARG_BOOL(index) ? 1 : 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A word of the data as one of ours is written, whatever the locale: "Very high" is very_high. */
static char *
plain_word(const text *given)
{
	const char *from = VARDATA_ANY(given);
	const char *end = from + VARSIZE_ANY_EXHDR(given);
	char	   *word = palloc(end - from + 1);
	char	   *to = word;

	while (from < end && is_blank(*from))
		from++;
	while (from < end && is_blank(end[-1]))
		end--;
	for (; from < end; from++)
		if (!is_blank(*from) && *from != '-' && *from != '_')
			*to++ = pg_ascii_tolower(*from);
		else if (to == word || to[-1] != '_')
			*to++ = '_';
	*to = '\0';
	return word;
}

/* A word of the data, not of the query: an unknown one is out of range and no error. */
int
score_choice(Score *score, FunctionCallInfo fcinfo, int index, const char *name, const char *const *choices)
{
	char	   *word = PG_ARGISNULL(index) ? "" : plain_word(PG_GETARG_TEXT_PP(index));

	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(word, choices[i]) == 0)
			return i;
	score_note(score, word[0] == '\0' ? "missing_input" : "out_of_range", name);
	return 0;
}

void
score_validated_from(Score *score, FunctionCallInfo fcinfo, int index, double age)
{
	double		given = PG_ARGISNULL(index) ? age : PG_GETARG_FLOAT8(index);

	if (!age_is_possible(given))
		score_note(score, "out_of_range", "age_years");
	else if (given < age)
		score_note(score, "not_validated", "age_years");
}

void
score_not_used(Score *score, FunctionCallInfo fcinfo, int index, const char *name)
{
	if (!PG_ARGISNULL(index))
		score_note(score, "not_used", name);
}

void
score_term(Score *score, const char *name, double value, double contribution)
{
	Assert(score->count < SCORE_MOST_TERMS);
	score->terms[score->count++] = (ScoreTerm) {name, value, contribution};
}

double
score_sum(const Score *score)
{
	double		sum = 0;

	for (int i = 0; i < score->count; i++)
		sum += score->terms[i].contribution;
	return sum;
}

double
score_male(Score *score, FunctionCallInfo fcinfo, int index)
{
	static const char *const words[] = {"female", "f", "male", "m", NULL};

	return score_choice(score, fcinfo, index, "sex", words) >= 2;
}

/* Steps end with infinity; a number that is not there has no points. */
void
score_points(Score *score, const char *name, double value, double compared, const PointStep *steps)
{
	while (compared >= steps->below)
		steps++;
	score_term(score, name, value, isnan(compared) ? NAN : steps->points);
}

void
score_number_points(Score *score, FunctionCallInfo fcinfo, int index, const InputRange *range, const PointStep *steps)
{
	double		x = score_number(score, fcinfo, index, range);

	score_points(score, range->name, x, x, steps);
}

void
score_boolean_points(Score *score, FunctionCallInfo fcinfo, int index, const char *name, const PointStep *steps)
{
	double		flag = score_boolean(score, fcinfo, index, name);

	score_points(score, name, flag, flag, steps);
}

const char *
score_band(double value, const BandStep *steps)
{
	while (value >= steps->below)
		steps++;
	return steps->band;
}

static const char *
status_word(const Score *score)
{
	return score->status.len > 0 ? score->status.data : "ok";
}

Datum
score_datum(FunctionCallInfo fcinfo, Score *score)
{
	Datum		values[3];
	bool		nulls[3];

	record_number(values, nulls, 0, score->possible ? score->value : NAN);
	record_text(values, nulls, 1, score->possible ? score->band : NULL);
	record_text(values, nulls, 2, status_word(score));
	return record_datum(fcinfo, values, nulls);
}

Datum
score_rows(FunctionCallInfo fcinfo, Score *score)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (score->possible ? score->count : 1); i++)
	{
		const ScoreTerm *term = score->possible ? &score->terms[i] : &(ScoreTerm) {NULL, NAN, NAN};
		Datum		values[4];
		bool		nulls[4];

		record_text(values, nulls, 0, term->name);
		record_number(values, nulls, 1, term->value);
		record_number(values, nulls, 2, term->contribution);
		record_text(values, nulls, 3, status_word(score));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
