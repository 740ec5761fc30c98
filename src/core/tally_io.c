/*
 * tally_io.c: a tally as text, bytes, JSON and rows; equality and order.
 *
 *     people; missing 2; unknown 1: 1 0 0; 45: 10 2 2; 46: 12 3 5
 *
 * is a tally of people that left out two rows and holds one person of unknown key; at key 45 ten
 * people had 2 events, whose squares add to 2.  A sum that one double cannot hold is written as its
 * two parts, 0.3-1.1e-17.  All forms are exact and depend on no setting.
 */
#include "core/tally.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "core/argument.h"
#include "core/compat.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

static const char *const row_words[] = {"empty", "people", "counts", "mixed"};

/* ---- text ---- */

static void
append_number(StringInfo out, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	appendStringInfoString(out, digits);
}

static void
append_sum(StringInfo out, Sum sum)
{
	append_number(out, sum.high);
	if (sum.low == 0)
		return;
	if (sum.low > 0)
		appendStringInfoChar(out, '+');
	append_number(out, sum.low);
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
	appendStringInfoString(&out, row_words[tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)]);
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
		append_number(&out, tally->cells[i].key);
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

	while (rows < lengthof(row_words) && !read_word(reader, row_words[rows]))
		rows++;
	if (rows == lengthof(row_words))
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
				 errdetail("Near character %d: %s.", (int) (reader.at - text) + 1, reader.problem)));
	PG_RETURN_POINTER(tally_canonical(tally));
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

static void
binary_error(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", "ph.tally"),
			 errdetail("In short: %s.", problem)));
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
		binary_error("its version is unknown");
	header.flags = pq_getmsgbyte(in);
	if (header.flags & ~(TALLY_PEOPLE | TALLY_COUNTS | TALLY_NEGATIVE))
		binary_error("a reserved flag is set");
	header.missing = pq_getmsgint64(in);
	header.unknown_rows = pq_getmsgint64(in);
	receive_sums(in, &header.unknown);
	header.sorted = pq_getmsgint(in, 4);
	/* the cells must be there before room is made for them */
	if (header.sorted < 0 || header.sorted != (in->len - in->cursor) / (int) (7 * sizeof(double)))
		binary_error("its length does not fit the number of cells");

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
		binary_error(problem);
	PG_RETURN_POINTER(tally_canonical(tally));
}

/* ---- JSON ---- */

static void
append_json_sum(StringInfo out, const char *name, Sum sum)
{
	appendStringInfo(out, "\"%s\": ", name);
	if (sum.low != 0)
	{
		appendStringInfoChar(out, '[');
		append_number(out, sum.high);
		appendStringInfoString(out, ", ");
		append_number(out, sum.low);
		appendStringInfoChar(out, ']');
	}
	else
		append_number(out, sum.high);
}

static void
append_json_sums(StringInfo out, const TallyCell *cell)
{
	append_json_sum(out, "exposure", cell->exposure);
	appendStringInfoString(out, ", ");
	append_json_sum(out, "events", cell->events);
	appendStringInfoString(out, ", ");
	append_json_sum(out, "events_squared", cell->squares);
	appendStringInfoChar(out, '}');
}

/*
 * ph.tally to jsonb: {"rows", "negative", "missing", "unknown": {"rows", sums}, "cells": [{"key", sums}]}.
 * A sum is a number, or an array of two that add up to it.
 */
PG_FUNCTION_INFO_V1(tally_to_jsonb);
Datum
tally_to_jsonb(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_GETARG_TALLY(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"rows\": \"%s\", \"negative\": %s, \"missing\": " INT64_FORMAT
					 ", \"unknown\": {\"rows\": " INT64_FORMAT ", ",
					 row_words[tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)],
					 tally->flags & TALLY_NEGATIVE ? "true" : "false",
					 tally->missing, tally->unknown_rows);
	append_json_sums(&out, &tally->unknown);
	appendStringInfoString(&out, ", \"cells\": [");
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i ? ", {\"key\": " : "{\"key\": ");
		append_number(&out, tally->cells[i].key);
		appendStringInfoString(&out, ", ");
		append_json_sums(&out, &tally->cells[i]);
	}
	appendStringInfoString(&out, "]}");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

static void
json_error(const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot read type %s from JSON", "ph.tally"),
			 errdetail("In short: %s.", problem)));
}

static JsonbValue *
json_member(JsonbContainer *object, const char *name)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
}

static double
json_number(const JsonbValue *value)
{
	double		x;

	if (value == NULL || value->type != jbvNumeric)
		json_error("a number is missing");
	x = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
										   NumericGetDatum(value->val.numeric)));
	if (!isfinite(x))
		json_error("a number must be finite");
	return x + 0.0;
}

static int64
json_count(const JsonbValue *value)
{
	double		x = json_number(value);

	if (!(x >= 0 && x <= TALLY_MAX_ROWS && x == floor(x)))
		json_error("a whole number of rows is expected");
	return (int64) x;
}

static Sum
json_sum(JsonbContainer *object, const char *name)
{
	JsonbValue *value = json_member(object, name);
	Sum			sum = {0, 0};

	if (value && value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data))
	{
		sum.high = json_number(getIthJsonbValueFromContainer(value->val.binary.data, 0));
		sum.low = json_number(getIthJsonbValueFromContainer(value->val.binary.data, 1));
	}
	else
		sum.high = json_number(value);
	return sum;
}

static void
json_sums(JsonbContainer *object, TallyCell *cell)
{
	cell->exposure = json_sum(object, "exposure");
	cell->events = json_sum(object, "events");
	cell->squares = json_sum(object, "events_squared");
}

static JsonbContainer *
json_container(const JsonbValue *value, bool array)
{
	if (value == NULL || value->type != jbvBinary ||
		(array ? !JsonContainerIsArray(value->val.binary.data)
		 : !JsonContainerIsObject(value->val.binary.data)))
		json_error(array ? "the array \"cells\" is missing" : "an object is missing");
	return value->val.binary.data;
}

static uint8
json_flags(JsonbContainer *root)
{
	JsonbValue *rows = json_member(root, "rows");
	JsonbValue *negative = json_member(root, "negative");
	uint8		flags = negative && negative->type == jbvBool && negative->val.boolean
		? TALLY_NEGATIVE : 0;

	for (int i = 0; i < lengthof(row_words); i++)
		if (rows && rows->type == jbvString && rows->val.string.len == strlen(row_words[i]) &&
			memcmp(rows->val.string.val, row_words[i], rows->val.string.len) == 0)
			return flags | i;
	json_error("\"rows\" must be empty, people, counts or mixed");
	return 0;
}

/*
 * jsonb to ph.tally.  Errors: invalid_parameter_value.
 */
PG_FUNCTION_INFO_V1(tally_from_jsonb);
Datum
tally_from_jsonb(PG_FUNCTION_ARGS)
{
	JsonbContainer *root = &PG_GETARG_JSONB_P(0)->root;
	JsonbContainer *cells,
			   *unknown;
	Tally	   *tally;
	const char *problem;

	if (!JsonContainerIsObject(root))
		json_error("it must be an object");
	cells = json_container(json_member(root, "cells"), true);
	unknown = json_container(json_member(root, "unknown"), false);
	tally = tally_new(JsonContainerSize(cells));
	tally->flags = json_flags(root);
	tally->missing = json_count(json_member(root, "missing"));
	tally->unknown_rows = json_count(json_member(unknown, "rows"));
	json_sums(unknown, &tally->unknown);
	for (uint32 i = 0; i < JsonContainerSize(cells); i++)
	{
		JsonbContainer *cell = json_container(getIthJsonbValueFromContainer(cells, i), false);

		CHECK_FOR_INTERRUPTS();
		tally->cells[i].key = json_number(json_member(cell, "key"));
		json_sums(cell, &tally->cells[i]);
		tally->sorted++;
	}
	if ((problem = tally_problem(tally)) != NULL)
		json_error(problem);
	PG_RETURN_POINTER(tally_canonical(tally));
}

/* ---- rows and totals ---- */

/*
 * ph.cells(ph.tally): rows (key, exposure, events, events_squared) in key order; the cell of unknown
 * key, if any row had one, comes last with a NULL key.
 */
PG_FUNCTION_INFO_V1(tally_cells);
Datum
tally_cells(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Tally	   *tally;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	tally = PG_GETARG_TALLY(0);
	for (int i = 0; i < tally->sorted + (tally->unknown_rows > 0 ? 1 : 0); i++)
	{
		const TallyCell *cell = i < tally->sorted ? &tally->cells[i] : &tally->unknown;
		Datum		values[4] = {
			Float8GetDatum(cell->key),
			Float8GetDatum(sum_value(cell->exposure)),
			Float8GetDatum(sum_value(cell->events)),
			Float8GetDatum(sum_value(cell->squares))
		};
		bool		nulls[4] = {i == tally->sorted, false, false, false};

		CHECK_FOR_INTERRUPTS();
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * ph.exposure(ph.tally): all people, years or population, the unknown key included.
 */
PG_FUNCTION_INFO_V1(tally_exposure);
Datum
tally_exposure(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sum_value(tally_total(PG_GETARG_TALLY(0)).exposure));
}

/*
 * ph.events(ph.tally): all events, the unknown key included.
 */
PG_FUNCTION_INFO_V1(tally_events);
Datum
tally_events(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(sum_value(tally_total(PG_GETARG_TALLY(0)).events));
}

/*
 * ph.missing_rows(ph.tally): rows left out because their events or exposure were NULL.
 */
PG_FUNCTION_INFO_V1(tally_missing_rows);
Datum
tally_missing_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TALLY(0)->missing);
}

/*
 * ph.unknown_rows(ph.tally): rows whose key was NULL.
 */
PG_FUNCTION_INFO_V1(tally_unknown_rows);
Datum
tally_unknown_rows(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TALLY(0)->unknown_rows);
}

/* ---- equality and order ---- */

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int
compare_cells(const TallyCell *a, const TallyCell *b)
{
	const double left[] = {a->key, a->exposure.high, a->exposure.low, a->events.high,
	a->events.low, a->squares.high, a->squares.low};
	const double right[] = {b->key, b->exposure.high, b->exposure.low, b->events.high,
	b->events.low, b->squares.high, b->squares.low};

	for (int i = 0; i < lengthof(left); i++)
		if (left[i] != right[i])
			return compare_numbers(left[i], right[i]);
	return 0;
}

static int
compare_tallies(FunctionCallInfo fcinfo)
{
	Tally	   *a = PG_GETARG_TALLY(0);
	Tally	   *b = PG_GETARG_TALLY(1);
	int			result;

	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	if (a->missing != b->missing)
		return a->missing < b->missing ? -1 : 1;
	if (a->unknown_rows != b->unknown_rows)
		return a->unknown_rows < b->unknown_rows ? -1 : 1;
	if ((result = compare_cells(&a->unknown, &b->unknown)) != 0)
		return result;
	for (int i = 0; i < Min(a->sorted, b->sorted); i++)
		if ((result = compare_cells(&a->cells[i], &b->cells[i])) != 0)
			return result;
	return (a->sorted > b->sorted) - (a->sorted < b->sorted);
}

/*
 * Comparison of two tallies by all they hold, for DISTINCT, UNION, GROUP BY and indexes; the order
 * itself has no meaning.
 */
PG_FUNCTION_INFO_V1(tally_compare);
Datum
tally_compare(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_tallies(fcinfo));
}

PG_FUNCTION_INFO_V1(tally_equal);
Datum
tally_equal(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) == 0);
}

PG_FUNCTION_INFO_V1(tally_not_equal);
Datum
tally_not_equal(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) != 0);
}

PG_FUNCTION_INFO_V1(tally_less);
Datum
tally_less(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) < 0);
}

PG_FUNCTION_INFO_V1(tally_less_or_equal);
Datum
tally_less_or_equal(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) <= 0);
}

PG_FUNCTION_INFO_V1(tally_greater);
Datum
tally_greater(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) > 0);
}

PG_FUNCTION_INFO_V1(tally_greater_or_equal);
Datum
tally_greater_or_equal(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_tallies(fcinfo) >= 0);
}
