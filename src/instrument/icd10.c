/* icd10.c: ICD-10 codes as feeds write them, made comparable. */
#include "postgres.h"

#include "core/argument.h"
#include "core/compat.h"
#include "instrument/icd10.h"
#include "mb/pg_wchar.h"
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

/* Of a text in the server's encoding: how many bytes the character at its head has. */
static int
character_length(const char *text, int length)
{
	return Max(1, Min(pg_mblen(text), length));
}

/*
 * Whether a character outside ASCII may stand beside a code as blanks, points and marks do: spaces, hyphens, daggers
 * and the like, known by their numbers, since what is a letter elsewhere hangs on the locale.
 */
static bool
is_foreign_sign(const char *text, int length)
{
	pg_wchar	sign;

	if (GetDatabaseEncoding() != PG_UTF8 || length < 2)
		return false;
	sign = utf8_to_unicode((const unsigned char *) text);
	return sign == 0xA0 || sign == 0xAD || sign == 0xB7 || (sign >= 0x2000 && sign <= 0x206F) ||
		sign == 0x2212 || sign == 0x3000 || sign == 0xFEFF;
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

static bool
has_foreign_letter(const char *raw, int length)
{
	for (int i = 0; i < length;)
	{
		int			bytes = IS_HIGHBIT_SET(raw[i]) ? character_length(raw + i, length - i) : 1;

		if (IS_HIGHBIT_SET(raw[i]) && !is_foreign_sign(raw + i, bytes))
			return true;
		i += bytes;
	}
	return false;
}

/*
 * Copies letters, in capitals, and digits.  *several: what stands between them, or their order, shows more than one
 * code, or a code and something else, such as a letter outside ASCII.
 */
static int
copy_parts(const char *raw, int length, Dialect dialect, char *code, bool *several)
{
	int			n = 0;
	int			part = 0;		/* where the last part begins */
	char		separator = ' ';	/* the strongest before it */

	*several = has_foreign_letter(raw, length);
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
