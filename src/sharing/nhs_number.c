/*
 * nhs_number.c: NHS numbers, eight bytes by value that order and join as bigint does.
 *
 * A number that is refused may be somebody's but for a slip of the hand: no error repeats it, nor do the lines on the
 * statement and its context that the server would write into its log beside the error.
 */
#include "postgres.h"

#include "core/compat.h"
#include "core/type_error.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#define DIGITS 10
#define SPACED_DIGITS 12		/* 3-3-4 */
#define LARGEST INT64CONST(9999999999)

#define NHS_NUMBER_HINT \
	"Ten digits in one piece, or 3-3-4 with single blanks or hyphens. ph.nhs_number_valid(text) tells what can be read."

/* ---- the form and the check ---- */

/* The digits from left to right times 10, 9 ... 2 and the check digit sum to a multiple of 11 (NHS Data Dictionary). */
static bool
is_checked(int64 number)
{
	int			sum = 0;

	for (int weight = 1; weight <= DIGITS; weight++, number /= 10)
		sum += weight * (number % 10);
	return sum % 11 == 0;
}

static bool
is_end_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Reads so many digits; false where one is none. */
static bool
take_digits(const char *at, int digits, int64 *number)
{
	for (int i = 0; i < digits; i++)
	{
		if (at[i] < '0' || at[i] > '9')
			return false;
		*number = *number * 10 + (at[i] - '0');
	}
	return true;
}

/* What is wrong with a text, or NULL and its number. */
static const char *
read_number(const char *at, const char *end, int64 *number)
{
	bool		readable;

	while (at < end && is_end_blank(at[0]))
		at++;
	while (at < end && is_end_blank(end[-1]))
		end--;
	*number = 0;
	if (end - at == DIGITS)
		readable = take_digits(at, DIGITS, number);
	else
		readable = end - at == SPACED_DIGITS && (at[3] == ' ' || at[3] == '-') && at[7] == at[3] &&
			take_digits(at, 3, number) && take_digits(at + 4, 3, number) && take_digits(at + 8, 4, number);
	if (!readable)
		return "the text does not have the form of one";
	return is_checked(*number) ? NULL : "its check digit is wrong";
}

/* ---- the type ---- */

/* ph_support.nhs_number_in(cstring) -> ph.nhs_number; invalid_text_representation for what is none. */
PG_FUNCTION_INFO_V1(nhs_number_in);
Datum
nhs_number_in(PG_FUNCTION_ARGS)
{
	const char *written = PG_GETARG_CSTRING(0);
	int64		number;
	const char *problem = read_number(written, written + strlen(written), &number);

	if (problem != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type ph.nhs_number: %s", problem),
				 errhint(NHS_NUMBER_HINT),
				 errhidestmt(true),
				 errhidecontext(true)));
	PG_RETURN_INT64(number);
}

/* ph_support.nhs_number_out(ph.nhs_number) -> cstring: ten digits. */
PG_FUNCTION_INFO_V1(nhs_number_out);
Datum
nhs_number_out(PG_FUNCTION_ARGS)
{
	int64		number = PG_GETARG_INT64(0);
	char	   *written = palloc(DIGITS + 1);

	written[DIGITS] = '\0';
	for (int i = DIGITS - 1; i >= 0; i--, number /= 10)
		written[i] = '0' + number % 10;
	PG_RETURN_CSTRING(written);
}

static bool
is_nhs_number(int64 number)
{
	return number >= 0 && number <= LARGEST && is_checked(number);
}

/* ph_support.nhs_number_recv(internal) -> ph.nhs_number: a bigint of eight bytes, as valid as a text must be. */
PG_FUNCTION_INFO_V1(nhs_number_recv);
Datum
nhs_number_recv(PG_FUNCTION_ARGS)
{
	int64		number = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!is_nhs_number(number))
		binary_value_error("ph.nhs_number", "the digits do not check");
	PG_RETURN_INT64(number);
}

/* ph_support.nhs_number_send(ph.nhs_number) -> bytea: a bigint of eight bytes. */
PG_FUNCTION_INFO_V1(nhs_number_send);
Datum
nhs_number_send(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint64(&out, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.nhs_number(stored bigint) -> ph.nhs_number: what was stored as a bigint, its leading zeros lost;
 * numeric_value_out_of_range for what is none.
 */
PG_FUNCTION_INFO_V1(nhs_number_of_bigint);
Datum
nhs_number_of_bigint(PG_FUNCTION_ARGS)
{
	int64		number = PG_GETARG_INT64(0);

	if (!is_nhs_number(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("invalid input for type ph.nhs_number: the bigint is not one"),
				 errhint("Only what was one before it was stored as a bigint can be one again."),
				 errhidestmt(true),
				 errhidecontext(true)));
	PG_RETURN_INT64(number);
}

/* ---- what is asked of it ---- */

/* ph.nhs_number_valid(written text) -> boolean: whether the text can be read as one. */
PG_FUNCTION_INFO_V1(nhs_number_valid);
Datum
nhs_number_valid(PG_FUNCTION_ARGS)
{
	text	   *written = PG_GETARG_TEXT_PP(0);
	const char *at = VARDATA_ANY(written);
	int64		number;

	PG_RETURN_BOOL(read_number(at, at + VARSIZE_ANY_EXHDR(written), &number) == NULL);
}

/* Scotland's begin with the date of birth, DDMMYY; a day that no month has may be one for somebody unknown. */
static bool
begins_with_day_and_month(int64 number)
{
	int			day = number / 100000000;
	int			month = number / 1000000 % 100;

	return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

static const char *
range_of_number(int64 number)
{
	if (begins_with_day_and_month(number))
		return "scotland_chi";
	if (number >= INT64CONST(3200000010) && number <= INT64CONST(3999999999))
		return "northern_ireland_hsc";
	if ((number >= INT64CONST(4000000000) && number <= INT64CONST(4999999999)) ||
		(number >= INT64CONST(6000000000) && number <= INT64CONST(7999999999)))
		return "england_wales_iom";
	if (number >= INT64CONST(9990000000))
		return "test";
	return "unallocated";
}

/* ph.nhs_number_range(number ph.nhs_number) -> text: who issues such numbers. */
PG_FUNCTION_INFO_V1(nhs_number_range);
Datum
nhs_number_range(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(range_of_number(PG_GETARG_INT64(0))));
}
