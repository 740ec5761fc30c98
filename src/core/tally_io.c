/*
 * tally_io.c: a tally as text and as bytes.
 *
 *     people; missing 2; unknown 1: 1 0 0; 45: 10 2 2; 46: 12 3 5
 *
 * is a tally of people that left out two rows and holds one person of unknown key; at key 45 ten
 * people had 2 events, whose squares add to 2.  A sum that one double cannot hold is written as its
 * two parts, 0.3-1.1e-17.  Both forms are exact and depend on no setting.
 */
#include "core/tally.h"

#include <math.h>

#include "core/compat.h"
#include "core/digits.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

const char *const tally_row_words[] = {"empty", "people", "counts", "mixed"};

/* ---- text ---- */

static void
append_sum(StringInfo out, Sum sum)
{
	append_digits(out, sum.high);
	if (sum.low == 0)
		return;
	if (sum.low > 0)
		appendStringInfoChar(out, '+');
	append_digits(out, sum.low);
}

static void
append_sums(StringInfo out, const TallyCell *cell)
{
	append_sum(out, cell->exposure);
	appendStringInfoChar(out, ' ');
	append_sum(out, cell->events);
	appendStringInfoChar(out, ' ');
	append_sum(out, cell->squares);
}

/*
 * ph.tally output.
 */
PG_FUNCTION_INFO_V1(tally_out);
Datum
tally_out(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_GETARG_TALLY(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, tally_row_words[tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)]);
	if (tally->flags & TALLY_NEGATIVE)
		appendStringInfoString(&out, "; negative");
	if (tally->missing > 0)
		appendStringInfo(&out, "; missing " INT64_FORMAT, tally->missing);
	if (tally->unknown_rows > 0)
	{
		appendStringInfo(&out, "; unknown " INT64_FORMAT ": ", tally->unknown_rows);
		append_sums(&out, &tally->unknown);
	}
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, "; ");
		append_digits(&out, tally->cells[i].key);
		appendStringInfoString(&out, ": ");
		append_sums(&out, &tally->cells[i]);
	}
	PG_RETURN_CSTRING(out.data);
}

/* A reader of text: where it stands, and what was wrong if anything was. */
typedef struct Reader
{
	const char *at;
	const char *problem;
} Reader;

static bool
read_word(Reader *reader, const char *word)
{
	size_t		length = strlen(word);

	while (*reader->at == ' ')
		reader->at++;
	if (strncmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static void
expect(Reader *reader, const char *word, const char *problem)
{
	if (reader->problem == NULL && !read_word(reader, word))
		reader->problem = problem;
}

/* Only decimal digits: strtod would take hexadecimal, infinities and more. */
static double
read_number(Reader *reader)
{
	size_t		length;
	char	   *end;
	double		x;

	if (reader->problem)
		return 0;
	while (*reader->at == ' ')
		reader->at++;
	length = strspn(reader->at, "0123456789+-.eE");
	x = strtod(reader->at, &end);
	if (end == reader->at || end > reader->at + length)
	{
		reader->problem = "a number is expected";
		return 0;
	}
	reader->at = end;
	return x + 0.0;
}

static int64
read_count(Reader *reader)
{
	double		x = read_number(reader);

	if (reader->problem == NULL && !(x >= 0 && x <= TALLY_MAX_ROWS && x == floor(x)))
		reader->problem = "a whole number of rows is expected";
	return reader->problem ? 0 : (int64) x;
}

static Sum
read_sum(Reader *reader)
{
	Sum			sum = {0, 0};

	sum.high = read_number(reader);
	if (*reader->at == '+' || *reader->at == '-')
		sum.low = read_number(reader);
	return sum;
}

static void
read_sums(Reader *reader, TallyCell *cell)
{
	cell->exposure = read_sum(reader);
	cell->events = read_sum(reader);
	cell->squares = read_sum(reader);
}

static void
read_header(Reader *reader, Tally *tally)
{
	int			rows = 0;

	while (rows < TALLY_ROW_WORDS && !read_word(reader, tally_row_words[rows]))
		rows++;
	if (rows == TALLY_ROW_WORDS)
	{
		reader->problem = "it must begin with empty, people, counts or mixed";
		return;
	}
	tally->flags = rows;
	if (read_word(reader, "; negative"))
		tally->flags |= TALLY_NEGATIVE;
	if (read_word(reader, "; missing "))
		tally->missing = read_count(reader);
	if (read_word(reader, "; unknown "))
	{
		tally->unknown_rows = read_count(reader);
		expect(reader, ":", "a colon is expected");
		read_sums(reader, &tally->unknown);
	}
}

static Tally *
read_tally(Reader *reader)
{
	int			cells = 0;
	Tally	   *tally;

	for (const char *c = reader->at; *c; c++)
		cells += (*c == ';');
	tally = tally_new(cells);
	tally->flags = 0;
	read_header(reader, tally);
	while (reader->problem == NULL && *reader->at != '\0')
	{
		TallyCell  *cell;

		CHECK_FOR_INTERRUPTS();
		expect(reader, ";", "a semicolon is expected");
		if (reader->problem)
			break;				/* there is room for as many cells as semicolons */
		cell = &tally->cells[tally->sorted];
		cell->key = read_number(reader);
		expect(reader, ":", "a colon is expected");
		read_sums(reader, cell);
		tally->sorted++;
	}
	if (reader->problem == NULL)
		reader->problem = tally_problem(tally);
	return tally;
}

/*
 * ph.tally input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(tally_in);
Datum
tally_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Reader		reader = {text, NULL};
	Tally	   *tally;

	tally = read_tally(&reader);
	if (reader.problem)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.tally"),
				 errdetail("Near character %d: %s.", (int) (reader.at - text) + 1, reader.problem),
				 errhint("Rows become a tally by ph.person_tally(key, value), "
						 "counts by ph.count_tally(key, events, population).")));
	PG_RETURN_DATUM(tally_datum(tally));
}

/* ---- bytes ---- */

static void
send_sums(StringInfo out, const TallyCell *cell)
{
	const Sum  *sums[] = {&cell->exposure, &cell->events, &cell->squares};

	for (int i = 0; i < lengthof(sums); i++)
	{
		pq_sendfloat8(out, sums[i]->high);
		pq_sendfloat8(out, sums[i]->low);
	}
}

/*
 * ph.tally binary output: version, flags, missing rows, unknown rows and sums, cells.
 */
PG_FUNCTION_INFO_V1(tally_send);
Datum
tally_send(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_GETARG_TALLY(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, TALLY_VERSION);
	pq_sendbyte(&out, tally->flags & ~TALLY_CANONICAL);
	pq_sendint64(&out, tally->missing);
	pq_sendint64(&out, tally->unknown_rows);
	send_sums(&out, &tally->unknown);
	pq_sendint32(&out, tally->sorted);
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendfloat8(&out, tally->cells[i].key);
		send_sums(&out, &tally->cells[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static void
receive_sums(StringInfo in, TallyCell *cell)
{
	Sum		   *sums[] = {&cell->exposure, &cell->events, &cell->squares};

	for (int i = 0; i < lengthof(sums); i++)
	{
		sums[i]->high = pq_getmsgfloat8(in) + 0.0;
		sums[i]->low = pq_getmsgfloat8(in) + 0.0;
	}
}

/*
 * ph.tally binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(tally_recv);
Datum
tally_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	Tally		header = {0};
	Tally	   *tally;
	const char *problem;

	if (pq_getmsgbyte(in) != TALLY_VERSION)
		binary_value_error("ph.tally", "its version is unknown");
	header.flags = pq_getmsgbyte(in);
	if (header.flags & ~(TALLY_PEOPLE | TALLY_COUNTS | TALLY_NEGATIVE))
		binary_value_error("ph.tally", "a reserved flag is set");
	header.missing = pq_getmsgint64(in);
	header.unknown_rows = pq_getmsgint64(in);
	receive_sums(in, &header.unknown);
	header.sorted = pq_getmsgint(in, 4);
	/* the cells must be there before room is made for them */
	if (header.sorted < 0 || header.sorted != (in->len - in->cursor) / (int) (7 * sizeof(double)))
		binary_value_error("ph.tally", "its length does not fit the number of cells");

	tally = tally_new(header.sorted);
	tally->flags = header.flags;
	tally->missing = header.missing;
	tally->unknown_rows = header.unknown_rows;
	tally->unknown = header.unknown;
	tally->sorted = header.sorted;
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		tally->cells[i].key = pq_getmsgfloat8(in) + 0.0;
		receive_sums(in, &tally->cells[i]);
	}
	if ((problem = tally_problem(tally)) != NULL)
		binary_value_error("ph.tally", problem);
	PG_RETURN_DATUM(tally_datum(tally));
}
