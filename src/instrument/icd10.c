/* icd10.c: ICD-10 codes as feeds write them, made comparable. */
#include "postgres.h"

#include "core/argument.h"
#include "core/compat.h"
#include "instrument/icd10.h"
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

static bool
is_part(char c)
{
	return is_letter(c) || is_digit(c);
}

/* ---- one code or several ---- */

/* Whether a second code begins here: a letter and two digits where one code has no such thing. */
static bool
begins_another(const char *code, int at, int length, Dialect dialect)
{
	if (at < 3 || at + 2 >= length || !is_letter(code[at]) || !is_digit(code[at + 1]) || !is_digit(code[at + 2]))
		return false;
	/* the clinical modification, which is met among NHS codes too: H54.2X12, and by itself N80.C11 */
	if (code[at] == 'X' && at == 4 && length == 7)
		return false;
	return dialect == DIALECT_NHS || !(code[at] == 'X' || (at == 3 && code[at] <= 'D'));
}

/* How much a sign between two parts says that they are two codes. */
static int
strength(char separator)
{
	return separator == ' ' ? 0 : separator == '.' ? 1 : separator == '-' ? 2 : 3;
}

/*
 * Whether so many characters after a separator, behind so many of the code, go on with that code.  A single one
 * does: the fourth character, or a mark.  More do behind a point, or a blank in its place, after three characters.
 */
static bool
goes_on(const char *part, int length, char separator, int before)
{
	if (before < 3)
		return strength(separator) < 3 && is_digit(part[0]);
	if (length == 1)
		return true;
	return before == 3 && length <= 4 && (separator == '.' || (separator == ' ' && is_digit(part[0])));
}

/*
 * Copies letters, in capitals, and digits.  *several: what stands between them, or their order, shows more than one
 * code, or a code and something else.
 */
static int
copy_parts(const char *raw, int length, Dialect dialect, char *code, bool *several)
{
	int			n = 0;
	int			part = 0;		/* where the last part begins */
	char		separator = ' ';	/* the strongest before it */

	*several = false;
	for (int i = 0; i <= length; i++)
	{
		char		c = i < length ? pg_ascii_toupper(raw[i]) : ' ';

		if (is_part(c))
		{
			code[n++] = c;
			continue;
		}
		if (n > part)
		{
			*several |= part > 0 && !goes_on(code + part, n - part, separator, part);
			part = n;
			separator = ' ';
		}
		if (strength(c) > strength(separator))
			separator = c;
	}
	for (int at = 3; at < n; at++)
		*several |= begins_another(code, at, n, dialect);
	return n;
}

/* Whether a field holds more than one code, or a code and something else, and so reads as none. */
bool
icd10_several(const char *raw, int length, Dialect dialect)
{
	char	   *code = palloc(length + 1);
	bool		several;

	copy_parts(raw, length, dialect, code, &several);
	pfree(code);
	return several && length > 5;
}

/*
 * Writes the normal form of a code, at most length characters, and returns its length; 0 for what is no
 * code, or more than one.  Punctuation goes, NHS fillers and marks go, everything else stays.
 */
int
icd10_normalise(const char *raw, int length, Dialect dialect, char *code)
{
	bool		several;
	int			n = copy_parts(raw, length, dialect, code, &several);

	if (several || n < 3 || !is_letter(code[0]) || !is_digit(code[1]))
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

/* ---- SQL ---- */

/*
 * ph.several_codes(code text, dialect text) -> boolean
 *
 * Whether a field of an ICD-10 or SNOMED code holds more than one; NULL for NULL.
 */
PG_FUNCTION_INFO_V1(several_codes);
Datum
several_codes(PG_FUNCTION_ARGS)
{
	text	   *raw = PG_GETARG_TEXT_PP(0);
	int			dialect = argument_choice(fcinfo, 1, "dialect", icd10_dialects);

	PG_RETURN_BOOL(icd10_several(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), dialect));
}

/*
 * ph.icd10_normalise(code text, dialect text) -> text
 *
 * The code in capitals without punctuation, NHS fillers and marks; NULL for what is no code, or more than one.
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
