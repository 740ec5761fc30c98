/* icd10.c: ICD-10 codes as feeds write them, made comparable. */
#include "postgres.h"

#include "core/argument.h"
#include "core/compat.h"
#include "risk/icd10.h"
#include "utils/builtins.h"

const char *const icd10_dialects[] = {"nhs", "cm", NULL};

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Writes the normal form of a code, at most length characters, and returns its length; 0 for what is no
 * code.  Punctuation goes, NHS fillers and marks go, everything else stays.
 */
int
icd10_normalise(const char *raw, int length, Dialect dialect, char *code)
{
	int			n = 0;

	for (int i = 0; i < length; i++)
	{
		char		c = raw[i] >= 'a' && raw[i] <= 'z' ? raw[i] - 'a' + 'A' : raw[i];

		if (is_letter(c) || is_digit(c))
			code[n++] = c;
	}
	if (n < 3 || !is_letter(code[0]) || !is_digit(code[1]))
		return 0;
	if (dialect == DIALECT_NHS)
	{
		if (n >= 5 && (code[n - 1] == 'D' || code[n - 1] == 'A'))
			n--;
		if (n >= 4 && code[3] == 'X')
			n = 3;
	}
	return n;
}

/*
 * ph.icd10_normalise(code text, dialect text) -> text
 *
 * The code in capitals without punctuation, NHS fillers and marks; NULL for what is no code.
 */
PG_FUNCTION_INFO_V1(icd10_normalise_text);
Datum
icd10_normalise_text(PG_FUNCTION_ARGS)
{
	int			dialect = argument_choice(fcinfo, 1, "dialect", icd10_dialects);
	text	   *raw;
	char	   *code;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	raw = PG_GETARG_TEXT_PP(0);
	code = palloc(VARSIZE_ANY_EXHDR(raw) + 1);
	n = icd10_normalise(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), dialect, code);
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(code, n));
}
