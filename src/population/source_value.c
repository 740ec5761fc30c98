/*
 * source_value.c: days and numbers as the tables of others write them.
 *
 * A source is read as text at first, millions of rows of it, and what cannot be read must be counted and not stop the
 * load: so nothing here raises an error.
 */
#include "postgres.h"

#include "common/int.h"
#include "core/argument.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

/* What is left of a text. */
typedef struct Rest
{
	const char *at;
	const char *end;
} Rest;

/* Whether the next characters are so many digits, whose number is then taken. */
static bool
take_digits(Rest *rest, int digits, int *number)
{
	if (rest->end - rest->at < digits)
		return false;
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (rest->at[i] < '0' || rest->at[i] > '9')
			return false;
		*number = *number * 10 + (rest->at[i] - '0');
	}
	rest->at += digits;
	return true;
}

/* Whether the next character is one of these, which is then taken. */
static bool
take_one_of(Rest *rest, const char *characters)
{
	if (rest->at == rest->end || *rest->at == '\0' || strchr(characters, *rest->at) == NULL)
		return false;
	rest->at++;
	return true;
}

/* year, month and day in the order that is meant: YMD, with or without hyphens, DMY or MDY. */
static bool
take_day(Rest *rest, char first, int *year, int *month, int *day)
{
	Rest		start = *rest;
	char		separator;

	if (take_digits(rest, 4, year))
	{
		if (take_one_of(rest, "-"))
			return take_digits(rest, 2, month) && take_one_of(rest, "-") && take_digits(rest, 2, day);
		if (take_digits(rest, 2, month) && take_digits(rest, 2, day))
			return true;
	}
	*rest = start;
	if (first == 'Y' || !take_digits(rest, 2, first == 'D' ? day : month) || rest->at == rest->end)
		return false;
	separator = *rest->at;
	return take_one_of(rest, "/.-") && take_digits(rest, 2, first == 'D' ? month : day) &&
		rest->at < rest->end && *rest->at == separator && take_one_of(rest, "/.-") && take_digits(rest, 4, year);
}

/* What may stand behind a day: a time, HH:MM[:SS[.fraction]], and its zone. */
static bool
take_time(Rest *rest)
{
	int			hour,
				minute,
				second;

	if (!take_one_of(rest, "T ") || !take_digits(rest, 2, &hour) || !take_one_of(rest, ":") ||
		!take_digits(rest, 2, &minute) || hour > 24 || minute > 59)
		return false;
	if (take_one_of(rest, ":"))
	{
		if (!take_digits(rest, 2, &second) || second > 60)
			return false;
		if (take_one_of(rest, "."))
			while (take_one_of(rest, "0123456789"))
				;
	}
	take_one_of(rest, " ");
	if (take_one_of(rest, "Z") || !take_one_of(rest, "+-"))
		return true;
	if (!take_digits(rest, 2, &hour))
		return false;
	take_one_of(rest, ":");
	return rest->at == rest->end || take_digits(rest, 2, &minute);
}

/* A text without the blanks around it. */
static Rest
trimmed(text *written)
{
	Rest		rest = {VARDATA_ANY(written), VARDATA_ANY(written) + VARSIZE_ANY_EXHDR(written)};

	while (rest.at < rest.end && rest.at[0] == ' ')
		rest.at++;
	while (rest.at < rest.end && rest.end[-1] == ' ')
		rest.end--;
	return rest;
}

/*
 * ph_support.source_day(written text, day_order text) -> date: the day as it is written, whatever the time behind it;
 * NULL where nothing is written, -infinity for what is no day.  day_order is ISO, DMY or MDY.
 */
PG_FUNCTION_INFO_V1(source_day);
Datum
source_day(PG_FUNCTION_ARGS)
{
	text	   *order = PG_GETARG_TEXT_PP(1);
	char		first = VARSIZE_ANY_EXHDR(order) > 0 ? *VARDATA_ANY(order) : 'I';
	Rest		rest = trimmed(PG_GETARG_TEXT_PP(0));
	int			year,
				month,
				day;
	struct pg_tm date = {0};

	if (rest.at == rest.end)
		PG_RETURN_NULL();
	if (!take_day(&rest, first == 'I' ? 'Y' : first, &year, &month, &day) ||
		(rest.at < rest.end && !take_time(&rest)) || rest.at < rest.end)
		PG_RETURN_DATEADT(DATEVAL_NOBEGIN);
	date.tm_year = year;
	date.tm_mon = month;
	date.tm_mday = day;
	if (year == 0 || ValidateDate(DTK_DATE_M, false, false, false, &date) != 0)
		PG_RETURN_DATEADT(DATEVAL_NOBEGIN);
	PG_RETURN_DATEADT(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
}

/* How many digits stand next, which are then taken. */
static int
take_all_digits(Rest *rest)
{
	int			digits = 0;

	while (take_one_of(rest, "0123456789"))
		digits++;
	return digits;
}

/* ph_support.source_number(written text) -> numeric: NULL for what is no number of at most 30 digits on either side. */
PG_FUNCTION_INFO_V1(source_number);
Datum
source_number(PG_FUNCTION_ARGS)
{
	Rest		written = trimmed(PG_GETARG_TEXT_PP(0)),
				rest = written;
	int			whole,
				fraction = 0;

	take_one_of(&rest, "+-");
	whole = take_all_digits(&rest);
	if (take_one_of(&rest, "."))
		fraction = take_all_digits(&rest);
	if (whole + fraction == 0 || whole > 30 || fraction > 30)
		PG_RETURN_NULL();
	if (take_one_of(&rest, "eE"))
	{
		int			exponent;

		take_one_of(&rest, "+-");
		exponent = take_all_digits(&rest);
		if (exponent < 1 || exponent > 2)
			PG_RETURN_NULL();
	}
	if (rest.at < rest.end)
		PG_RETURN_NULL();
	return DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(written.at, written.end - written.at)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* ph_support.source_whole(written text) -> bigint: 5, or 5.0 as some programs write it; NULL for what is none. */
PG_FUNCTION_INFO_V1(source_whole);
Datum
source_whole(PG_FUNCTION_ARGS)
{
	Rest		rest = trimmed(PG_GETARG_TEXT_PP(0));
	bool		negative = rest.at < rest.end && *rest.at == '-';
	int64		number = 0;	/* below 0, where there is one more */
	int			digits = 0;

	take_one_of(&rest, "+-");
	for (; rest.at < rest.end && *rest.at >= '0' && *rest.at <= '9'; digits++)
		if (pg_mul_s64_overflow(number, 10, &number) ||
			pg_sub_s64_overflow(number, *rest.at++ - '0', &number))
			PG_RETURN_NULL();
	if (take_one_of(&rest, "."))
		while (take_one_of(&rest, "0"))
			;
	if (digits == 0 || rest.at < rest.end || (!negative && number == PG_INT64_MIN))
		PG_RETURN_NULL();
	PG_RETURN_INT64(negative ? number : -number);
}
