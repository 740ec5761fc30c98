/* triangle_io.c: the outer forms of ph.triangle, text and bytes. */
#include "budget/triangle.h"

#include <ctype.h>

#include "core/read_text.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"

#define BINARY_VERSION 1
#define LONGEST_NUMBER 120		/* characters of an amount; what is longer does not go into a cell */

/* ---- text ---- */

/*
 * ph.triangle output: origin, development period and what was paid in it, in order: {"2024-01" 1: 100.50, "2024-01" 2:
 * 60}.  A backslash stands before " and \ in a name.
 */
PG_FUNCTION_INFO_V1(triangle_out);
Datum
triangle_out(PG_FUNCTION_ARGS)
{
	Triangle   *triangle = PG_GETARG_TRIANGLE(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < triangle->cells; i++)
	{
		const TriangleCell *cell = &triangle->cell[i];

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i > 0 ? ", " : "");
		append_quoted(&out, origin_name(triangle, cell), cell->length);
		appendStringInfo(&out, " %d: %s", cell->development,
						 DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(cell_paid(cell)))));
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

static int
count_digits(const char *at)
{
	int			count = 0;

	while (isdigit((unsigned char) at[count]))
		count++;
	return count;
}

/* A decimal as it is written out: digits, perhaps with a minus before and decimals behind. */
static bool
read_amount(char **at, Amount *amount)
{
	char	   *end = *at + (**at == '-');
	int			digits = count_digits(end);

	if (digits == 0)
		return false;
	end += digits;
	if (*end == '.')
	{
		int			decimals = count_digits(end + 1);

		if (decimals == 0)
			return false;
		end += 1 + decimals;
	}
	if (end - *at > LONGEST_NUMBER)
		return false;
	*amount = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(*at, end - *at)),
												  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	*at = end;
	return true;
}

/*
 * ph.triangle input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(triangle_in);
Datum
triangle_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	Triangle   *triangle = triangle_new();
	StringInfoData name;
	bool		valid = read_word(&at, "{");

	initStringInfo(&name);
	while (valid && *at != '}')
	{
		int64		development;
		Amount		paid;

		CHECK_FOR_INTERRUPTS();
		valid = (triangle->cells == 0 || read_word(&at, ", ")) && read_quoted(&at, &name) && read_word(&at, " ") &&
			read_whole(&at, 1, TRIANGLE_MOST_PERIODS, &development) && read_word(&at, ": ") &&
			read_amount(&at, &paid) && triangle_append(&triangle, name.data, name.len, development, paid);
	}
	if (!valid || strcmp(at, "}") != 0)
		return text_value_error(fcinfo->context, "ph.triangle", at - text + 1,
								"Origin, development period and what was paid in it, in order: "
								"{\"2024-01\" 1: 100.50, \"2024-01\" 2: 60}.");
	PG_RETURN_POINTER(triangle_stored(triangle));
}

/* ---- bytes ---- */

/*
 * ph.triangle binary output: version, cells, each with the length of its origin's name, the name in the client's
 * encoding, the development period and the amount as numeric_send has it.
 */
PG_FUNCTION_INFO_V1(triangle_send);
Datum
triangle_send(PG_FUNCTION_ARGS)
{
	Triangle   *triangle = PG_GETARG_TRIANGLE(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, BINARY_VERSION);
	pq_sendint32(&out, triangle->cells);
	for (int i = 0; i < triangle->cells; i++)
	{
		const TriangleCell *cell = &triangle->cell[i];
		const char *name = origin_name(triangle, cell);
		char	   *sent = pg_server_to_client(name, cell->length);
		int			bytes = sent == name ? cell->length : (int) strlen(sent);
		bytea	   *paid = DatumGetByteaP(DirectFunctionCall1(numeric_send, NumericGetDatum(cell_paid(cell))));

		CHECK_FOR_INTERRUPTS();
		pq_sendint32(&out, bytes);
		appendBinaryStringInfo(&out, sent, bytes);
		pq_sendint32(&out, cell->development);
		appendBinaryStringInfo(&out, VARDATA(paid), VARSIZE(paid) - VARHDRSZ);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static int
bytes_left(StringInfo in)
{
	return in->len - in->cursor;
}

/* The next cell, or false where the bytes are none. */
static bool
receive_cell(StringInfo in, Triangle **triangle)
{
	int			bytes;
	char	   *name;
	int32		development;

	if (bytes_left(in) < 4)
		return false;
	bytes = (int) pq_getmsgint(in, 4);
	if (bytes < 1 || bytes > bytes_left(in) - 4)
		return false;
	name = pq_getmsgtext(in, bytes, &bytes);
	development = (int32) pq_getmsgint(in, 4);
	return triangle_append(triangle, name, bytes, development,
						   DatumGetNumeric(DirectFunctionCall3(numeric_recv, PointerGetDatum(in),
															   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))));
}

/*
 * ph.triangle binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(triangle_recv);
Datum
triangle_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = bytes_left(in) >= 5 && pq_getmsgbyte(in) == BINARY_VERSION;
	uint32		cells = valid ? pq_getmsgint(in, 4) : 0;
	Triangle   *triangle = triangle_new();

	for (uint32 i = 0; valid && i < cells; i++)
	{
		CHECK_FOR_INTERRUPTS();
		valid = receive_cell(in, &triangle);
	}
	if (!valid || bytes_left(in) != 0)
		binary_value_error("ph.triangle", NULL);
	PG_RETURN_POINTER(triangle_stored(triangle));
}
