/* tally_json.c: a tally as jsonb, exact like its other forms. */
#include "core/tally.h"

#include <math.h>

#include "core/digits.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

static void
append_json_sum(StringInfo out, const char *name, Sum sum)
{
	appendStringInfo(out, "\"%s\": ", name);
	if (sum.low != 0)
	{
		appendStringInfoChar(out, '[');
		append_digits(out, sum.high);
		appendStringInfoString(out, ", ");
		append_digits(out, sum.low);
		appendStringInfoChar(out, ']');
	}
	else
		append_digits(out, sum.high);
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
					 tally_row_words[tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)],
					 tally->flags & TALLY_NEGATIVE ? "true" : "false",
					 tally->missing, tally->unknown_rows);
	append_json_sums(&out, &tally->unknown);
	appendStringInfoString(&out, ", \"cells\": [");
	for (int i = 0; i < tally->sorted; i++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&out, i ? ", {\"key\": " : "{\"key\": ");
		append_digits(&out, tally->cells[i].key);
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

/* What is not understood is an error, not left out. */
static void
expect_members(JsonbContainer *object, int count)
{
	if (JsonContainerSize(object) != count)
		json_error("an object has members that are not known");
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
		if (JsonContainerSize(value->val.binary.data) != 2)
			json_error("a sum must be a number or an array of two");
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

	if (negative && negative->type != jbvBool)
		json_error("\"negative\" must be true or false");
	for (int i = 0; i < TALLY_ROW_WORDS; i++)
		if (rows && rows->type == jbvString && rows->val.string.len == strlen(tally_row_words[i]) &&
			memcmp(rows->val.string.val, tally_row_words[i], rows->val.string.len) == 0)
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
		expect_members(cell, 4);
		tally->sorted++;
	}
	expect_members(unknown, 4);
	expect_members(root, json_member(root, "negative") ? 5 : 4);
	if ((problem = tally_problem(tally)) != NULL)
		json_error(problem);
	PG_RETURN_DATUM(tally_datum(tally));
}
