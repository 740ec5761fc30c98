/* agreement_patterns.c: the type ph.agreement_patterns, pairs of records by how far each of their fields agrees. */
#include "linkage/agreement_patterns.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/argument.h"
#include "core/ordering.h"
#include "core/record.h"
#include "core/read_text.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define PATTERNS_VERSION 1
#define MOST_PATTERNS 65536
#define FIRST_PATTERNS 15
#define PATTERNS_SIZE(patterns_) (offsetof(AgreementPatterns, pattern) + (Size) (patterns_) * sizeof(AgreementPattern))
#define CAPACITY(patterns) \
	((int) ((VARSIZE(patterns) - offsetof(AgreementPatterns, pattern)) / sizeof(AgreementPattern)))

static AgreementPatterns *
patterns_new(int capacity)
{
	AgreementPatterns *patterns = palloc0(PATTERNS_SIZE(capacity));

	SET_VARSIZE(patterns, PATTERNS_SIZE(capacity));
	patterns->version = PATTERNS_VERSION;
	return patterns;
}

/* The bits behind the last field. */
static uint64
bits_behind(int fields)
{
	return fields == MOST_FIELDS ? 0 : ~UINT64CONST(0) >> 4 * fields;
}

static bool
sizes_valid(const AgreementPatterns *patterns)
{
	return VARSIZE(patterns) >= PATTERNS_SIZE(0) && patterns->version == PATTERNS_VERSION &&
		patterns->fields <= MOST_FIELDS && patterns->patterns >= 0 && patterns->patterns <= CAPACITY(patterns) &&
		(patterns->fields == 0) == (patterns->patterns == 0);
}

static bool
patterns_valid(const AgreementPatterns *patterns)
{
	for (int i = 0; i < patterns->patterns; i++)
		if (patterns->pattern[i].pairs <= 0 || (patterns->pattern[i].key & bits_behind(patterns->fields)) != 0 ||
			(i > 0 && patterns->pattern[i - 1].key >= patterns->pattern[i].key))
			return false;
	return sizes_valid(patterns);
}

AgreementPatterns *
agreement_patterns_open(Datum datum)
{
	AgreementPatterns *patterns = (AgreementPatterns *) PG_DETOAST_DATUM(datum);

	if (!sizes_valid(patterns))
		stored_value_error("ph.agreement_patterns");
	return patterns;
}

static AgreementPatterns *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? patterns_new(FIRST_PATTERNS) : agreement_patterns_open(argument_state(fcinfo));
}

static AgreementPatterns *
with_room(AgreementPatterns *patterns)
{
	AgreementPatterns *grown;

	if (patterns->patterns >= MOST_PATTERNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a ph.agreement_patterns cannot have more than %d patterns", MOST_PATTERNS),
				 errhint("Compare fewer fields, or with fewer levels.")));
	if (patterns->patterns < CAPACITY(patterns))
		return patterns;
	grown = patterns_new(Max(FIRST_PATTERNS, 2 * patterns->patterns + 1));
	grown->fields = patterns->fields;
	grown->patterns = patterns->patterns;
	memcpy(grown->pattern, patterns->pattern, patterns->patterns * sizeof(AgreementPattern));
	return grown;
}

/* As many fields in each pair. */
static void
require_fields(AgreementPatterns *patterns, int fields)
{
	if (patterns->patterns > 0 && patterns->fields != fields)
		argument_error("levels", "must have as many fields in each pair", "-1 or NULL stands for a field unknown.");
	patterns->fields = fields;
}

static AgreementPatterns *
patterns_add(AgreementPatterns *patterns, AgreementPattern pattern)
{
	int			low = 0,
				high = patterns->patterns;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (patterns->pattern[middle].key < pattern.key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < patterns->patterns && patterns->pattern[low].key == pattern.key)
	{
		if (pg_add_s64_overflow(patterns->pattern[low].pairs, pattern.pairs, &patterns->pattern[low].pairs))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("too many pairs in a pattern of ph.agreement_patterns")));
		return patterns;
	}
	patterns = with_room(patterns);
	memmove(&patterns->pattern[low + 1], &patterns->pattern[low],
			(patterns->patterns - low) * sizeof(AgreementPattern));
	patterns->pattern[low] = pattern;
	patterns->patterns++;
	return patterns;
}

/* ---- the aggregates ---- */

static void
require_level(bool known, int64 level)
{
	if (known && (level < LEVEL_UNKNOWN || level >= MOST_LEVELS))
		argument_error("levels", psprintf("must lie between 0 and %d, or be -1 or NULL", MOST_LEVELS - 1),
					   "0 is a field that differs, the highest one that agrees.");
}

uint64
argument_pattern(FunctionCallInfo fcinfo, int index, int *fields)
{
	ArrayType  *levels = PG_ARGISNULL(index) ? NULL : PG_GETARG_ARRAYTYPE_P(index);
	Datum	   *elements;
	bool	   *nulls;
	uint64		key = 0;

	if (levels == NULL)
		argument_error("levels", "must not be null", "A pair of which nothing is known is a list of nulls.");
	*fields = array_elements(levels, INT4OID, &elements, &nulls);
	if (*fields < 1 || *fields > MOST_FIELDS)
		argument_error("levels", psprintf("must be 1 to %d", MOST_FIELDS), "One element a field.");
	for (int i = 0; i < *fields; i++)
	{
		int32		level = nulls[i] ? LEVEL_UNKNOWN : DatumGetInt32(elements[i]);

		require_level(!nulls[i], level);
		key |= (uint64) (level + 1) << LEVEL_SHIFT(i);
	}
	return key;
}

/*
 * ph.agreement_patterns(levels integer[]), ph.agreement_patterns(levels integer[], pairs bigint): transition.
 *
 * A pair of records, or so many of one pattern: for each field the level at which it agrees, -1 or NULL unknown.
 * Errors: another number of fields than in the pairs before, levels outside 0 to 14, pairs below 0.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_fold);
Datum
agreement_patterns_fold(PG_FUNCTION_ARGS)
{
	AgreementPatterns *state = state_to_change(fcinfo);
	AgreementPattern pattern = {.pairs = 1};
	int			fields;

	if (PG_NARGS() > 2)
	{
		if (PG_ARGISNULL(2) || PG_GETARG_INT64(2) < 0)
			argument_error("pairs", "must be at least 0 and not null", NULL);
		pattern.pairs = PG_GETARG_INT64(2);
	}
	pattern.key = argument_pattern(fcinfo, 1, &fields);
	if (pattern.pairs == 0)
		PG_RETURN_POINTER(state);
	require_fields(state, fields);
	PG_RETURN_POINTER(patterns_add(state, pattern));
}

/*
 * ph_support.agreement_patterns_combine(a, b): the pairs of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_combine);
Datum
agreement_patterns_combine(PG_FUNCTION_ARGS)
{
	AgreementPatterns *state = state_to_change(fcinfo);
	AgreementPatterns *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = PG_GETARG_AGREEMENT_PATTERNS(1);
	for (int i = 0; i < other->patterns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		require_fields(state, other->fields);
		state = patterns_add(state, other->pattern[i]);
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.agreement_patterns_rollup(ph.agreement_patterns): transition and combine function.  A NULL is a part of which
 * nothing is known, and so is the sum.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_roll_up);
Datum
agreement_patterns_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return agreement_patterns_combine(fcinfo);
}

/*
 * The final function of the aggregates: the state without spare room, so that equal ones have equal bytes.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_final);
Datum
agreement_patterns_final(PG_FUNCTION_ARGS)
{
	AgreementPatterns *state;
	AgreementPatterns *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = PG_GETARG_AGREEMENT_PATTERNS(0);
	if (state->patterns == CAPACITY(state))
		PG_RETURN_POINTER(state);
	result = patterns_new(state->patterns);
	result->fields = state->fields;
	result->patterns = state->patterns;
	memcpy(result->pattern, state->pattern, state->patterns * sizeof(AgreementPattern));
	PG_RETURN_POINTER(result);
}

/* ---- order ---- */

static int
agreement_patterns_order(FunctionCallInfo fcinfo)
{
	AgreementPatterns *a = PG_GETARG_AGREEMENT_PATTERNS(0);
	AgreementPatterns *b = PG_GETARG_AGREEMENT_PATTERNS(1);

	if (a->fields != b->fields)
		return a->fields < b->fields ? -1 : 1;
	for (int i = 0; i < Min(a->patterns, b->patterns); i++)
	{
		AgreementPattern x = a->pattern[i],
					y = b->pattern[i];

		if (x.key != y.key)
			return x.key < y.key ? -1 : 1;
		if (x.pairs != y.pairs)
			return x.pairs < y.pairs ? -1 : 1;
	}
	return (a->patterns > b->patterns) - (a->patterns < b->patterns);
}

ORDERING_OF(agreement_patterns);

/* ---- text and bytes ---- */

/*
 * ph.agreement_patterns output: levels: pairs, in order, ? for unknown: {? 0 1: 558, 1 1 1: 2197}.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_out);
Datum
agreement_patterns_out(PG_FUNCTION_ARGS)
{
	AgreementPatterns *patterns = PG_GETARG_AGREEMENT_PATTERNS(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < patterns->patterns; i++)
	{
		appendStringInfoString(&out, i > 0 ? ", " : "");
		for (int field = 0; field < patterns->fields; field++)
		{
			int			level = pattern_level(patterns->pattern[i].key, field);

			appendStringInfoString(&out, field > 0 ? " " : "");
			if (level == LEVEL_UNKNOWN)
				appendStringInfoChar(&out, '?');
			else
				appendStringInfo(&out, "%d", level);
		}
		appendStringInfo(&out, ": " INT64_FORMAT, patterns->pattern[i].pairs);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

static bool
read_pattern(char **at, AgreementPattern *pattern, int *fields)
{
	*fields = 0;
	do
	{
		int64		level = LEVEL_UNKNOWN;

		if (*fields == MOST_FIELDS || !(read_word(at, "?") || read_whole(at, 0, MOST_LEVELS - 1, &level)))
			return false;
		pattern->key |= (uint64) (level + 1) << LEVEL_SHIFT((*fields)++);
	} while (read_word(at, " "));
	return read_word(at, ": ") && read_whole(at, 1, PG_INT64_MAX, &pattern->pairs);
}

/*
 * ph.agreement_patterns input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_in);
Datum
agreement_patterns_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	AgreementPatterns *patterns = patterns_new(FIRST_PATTERNS);
	bool		valid = read_word(&at, "{");

	while (valid && *at != '}')
	{
		AgreementPattern pattern = {0};
		int			count = patterns->patterns;
		int			fields = 0;

		CHECK_FOR_INTERRUPTS();
		valid = (count == 0 || read_word(&at, ", ")) && read_pattern(&at, &pattern, &fields) &&
			(count == 0 || (fields == patterns->fields && patterns->pattern[count - 1].key < pattern.key));
		if (valid)
		{
			patterns->fields = fields;
			patterns = patterns_add(patterns, pattern);
		}
	}
	if (!valid || strcmp(at, "}") != 0)
		return text_value_error(fcinfo->context, "ph.agreement_patterns", at - text + 1, psprintf(
			"Patterns in order, a level from 0 to %d or ? for each field: {? 0 1: 558, 1 1 1: 2197}.",
			MOST_LEVELS - 1));
	return DirectFunctionCall1(agreement_patterns_final, PointerGetDatum(patterns));
}

/*
 * ph.agreement_patterns binary output: version, fields, patterns, each with its key and its pairs.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_send);
Datum
agreement_patterns_send(PG_FUNCTION_ARGS)
{
	AgreementPatterns *patterns = PG_GETARG_AGREEMENT_PATTERNS(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, PATTERNS_VERSION);
	pq_sendbyte(&out, patterns->fields);
	pq_sendint32(&out, patterns->patterns);
	for (int i = 0; i < patterns->patterns; i++)
	{
		pq_sendint64(&out, patterns->pattern[i].key);
		pq_sendint64(&out, patterns->pattern[i].pairs);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.agreement_patterns binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(agreement_patterns_recv);
Datum
agreement_patterns_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = in->len - in->cursor >= 6 && pq_getmsgbyte(in) == PATTERNS_VERSION;
	int			fields = valid ? pq_getmsgbyte(in) : 0;
	uint32		count = valid ? pq_getmsgint(in, 4) : 0;
	AgreementPatterns *patterns;

	valid = valid && fields <= MOST_FIELDS && count <= MOST_PATTERNS && in->len - in->cursor == (int) (count * 16);
	patterns = patterns_new(valid ? count : 0);
	patterns->fields = valid ? fields : 0;
	for (int i = 0; valid && i < count; i++)
	{
		patterns->pattern[i].key = pq_getmsgint64(in);
		patterns->pattern[i].pairs = pq_getmsgint64(in);
		patterns->patterns++;
	}
	if (!valid || !patterns_valid(patterns))
		binary_value_error("ph.agreement_patterns", NULL);
	PG_RETURN_POINTER(patterns);
}

/* ---- asking ---- */

int
field_levels(const AgreementPatterns *patterns, int field)
{
	int			highest = LEVEL_UNKNOWN;

	for (int i = 0; i < patterns->patterns; i++)
		highest = Max(highest, pattern_level(patterns->pattern[i].key, field));
	return highest + 1;
}

void
field_shares(const AgreementPatterns *patterns, int field, double *shares)
{
	double		known = 0;
	int			levels = field_levels(patterns, field);

	memset(shares, 0, levels * sizeof(double));
	for (int i = 0; i < patterns->patterns; i++)
	{
		int			level = pattern_level(patterns->pattern[i].key, field);

		if (level == LEVEL_UNKNOWN)
			continue;
		shares[level] += patterns->pattern[i].pairs;
		known += patterns->pattern[i].pairs;
	}
	for (int level = 0; level < levels; level++)
		shares[level] /= known;
}

/*
 * ph.agreement_shares(ph.agreement_patterns) -> float8[]
 *
 * A row a field, a column a level from 0: the share of the pairs with the field known that agree so far; NULL behind
 * the highest level of a field.  NULL of no pairs.
 */
PG_FUNCTION_INFO_V1(agreement_shares);
Datum
agreement_shares(PG_FUNCTION_ARGS)
{
	AgreementPatterns *patterns = PG_GETARG_AGREEMENT_PATTERNS(0);
	int			columns = 0;
	double	   *shares;
	Datum		value;
	bool		isnull;

	for (int field = 0; field < patterns->fields; field++)
		columns = Max(columns, field_levels(patterns, field));
	if (columns == 0)
		PG_RETURN_NULL();
	shares = palloc_array(double, patterns->fields * columns);
	for (int field = 0; field < patterns->fields; field++)
	{
		field_shares(patterns, field, shares + field * columns);
		for (int level = field_levels(patterns, field); level < columns; level++)
			shares[field * columns + level] = NAN;
	}
	record_table(&value, &isnull, 0, shares, patterns->fields, columns);
	return value;
}

/*
 * ph.agreement_counts(ph.agreement_patterns) -> rows (levels integer[], pairs bigint)
 *
 * The patterns in order; NULL among the levels is unknown.
 */
PG_FUNCTION_INFO_V1(agreement_counts);
Datum
agreement_counts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AgreementPatterns *patterns;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	patterns = PG_GETARG_AGREEMENT_PATTERNS(0);
	for (int i = 0; i < patterns->patterns; i++)
	{
		Datum		levels[MOST_FIELDS];
		bool		unknown[MOST_FIELDS];
		int			fields = patterns->fields;
		int			first = 1;
		Datum		values[2];
		bool		nulls[2] = {false, false};

		CHECK_FOR_INTERRUPTS();
		for (int field = 0; field < fields; field++)
		{
			int			level = pattern_level(patterns->pattern[i].key, field);

			levels[field] = Int32GetDatum(level);
			unknown[field] = level == LEVEL_UNKNOWN;
		}
		values[0] = PointerGetDatum(construct_md_array(levels, unknown, 1, &fields, &first, INT4OID, sizeof(int32),
													   true, TYPALIGN_INT));
		values[1] = Int64GetDatum(patterns->pattern[i].pairs);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
