/*
 * conditions.c: the type ph.conditions and its aggregates.
 *
 * A code finds its conditions through an index by its first three characters, made from the papers'
 * lists when a server process first needs it.
 */
#include "instrument/conditions.h"

#include "core/argument.h"
#include "core/compat.h"
#include "core/ordering.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "instrument/icd10.h"
#include "instrument/icd9cm.h"
#include "instrument/code_index.h"
#include "instrument/registry.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "catalog/pg_type.h"

Conditions *
conditions_open(Datum datum)
{
	Conditions *conditions = (Conditions *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(conditions) < CONDITIONS_SIZE(0) ||
		conditions->version != CONDITIONS_VERSION ||
		(VARSIZE(conditions) - offsetof(Conditions, words)) % sizeof(uint64) != 0)
		stored_value_error("ph.conditions");
	return conditions;
}

static Conditions *
conditions_new(int words)
{
	Conditions *conditions = palloc0(CONDITIONS_SIZE(words));

	SET_VARSIZE(conditions, CONDITIONS_SIZE(words));
	conditions->version = CONDITIONS_VERSION;
	return conditions;
}

/* A copy of a given width, in the caller's context. */
static Conditions *
conditions_copy(const Conditions *conditions, int words)
{
	Conditions *result = conditions_new(words);

	memcpy(result->words, conditions->words,
		   Min(words, CONDITIONS_WORDS(conditions)) * sizeof(uint64));
	return result;
}

/* Without zero words at the end, so that equal sets have equal bytes. */
static Conditions *
conditions_trim(Conditions *conditions)
{
	int			words = CONDITIONS_WORDS(conditions);

	while (words > 0 && conditions->words[words - 1] == 0)
		words--;
	if (words == CONDITIONS_WORDS(conditions))
		return conditions;
	return conditions_copy(conditions, words);
}

/* ---- text and bytes ---- */

/*
 * ph.conditions output: names in registry order, {mi,chf,F00}.
 */
PG_FUNCTION_INFO_V1(conditions_out);
Datum
conditions_out(PG_FUNCTION_ARGS)
{
	Conditions *conditions = PG_GETARG_CONDITIONS(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int bit = 0; bit < registry_size(); bit++)
		if (conditions_has(conditions, bit))
			appendStringInfo(&out, "%s%s", out.len > 1 ? "," : "", registry_name(bit));
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/*
 * ph.conditions input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(conditions_in);
Datum
conditions_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	Conditions *conditions = conditions_new(registry_size() / 64 + 1);
	const char *problem = *at == '{' ? NULL : "it must begin with {";

	if (problem == NULL)
		at++;
	while (problem == NULL && *at != '}')
	{
		int			length = strcspn(at, ",}");
		int			bit = registry_find(at, length);

		if (bit < 0)
			problem = "no condition has this name";
		else
		{
			conditions->words[bit / 64] |= UINT64CONST(1) << (bit % 64);
			at += length;
			if (*at == ',' && at[1] != '}')
				at++;
			else if (*at != '}')
				problem = "} is expected";
		}
	}
	if (problem == NULL && at[1] != '\0')
		problem = "nothing may follow }";
	if (problem)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "ph.conditions"),
				 errdetail("Near character %d: %s.", (int) (at - text) + 1, problem),
				 errhint("Codes of a person become conditions by ph.conditions_of(code).")));
	PG_RETURN_POINTER(conditions_trim(conditions));
}

/*
 * ph.conditions binary output: version, words.
 */
PG_FUNCTION_INFO_V1(conditions_send);
Datum
conditions_send(PG_FUNCTION_ARGS)
{
	Conditions *conditions = conditions_trim(PG_GETARG_CONDITIONS(0));
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CONDITIONS_VERSION);
	for (int i = 0; i < CONDITIONS_WORDS(conditions); i++)
		pq_sendint64(&out, conditions->words[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * ph.conditions binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(conditions_recv);
Datum
conditions_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = pq_getmsgbyte(in) == CONDITIONS_VERSION;
	int			words = (in->len - in->cursor) / sizeof(uint64);
	Conditions *conditions;

	valid = valid && (in->len - in->cursor) % sizeof(uint64) == 0 && words <= registry_size() / 64 + 1;
	conditions = conditions_new(valid ? words : 0);
	for (int i = 0; valid && i < words; i++)
		conditions->words[i] = pq_getmsgint64(in);
	for (int bit = registry_size(); valid && bit < words * 64; bit++)
		valid = !conditions_has(conditions, bit);
	if (!valid)
		binary_value_error("ph.conditions", NULL);
	PG_RETURN_POINTER(conditions_trim(conditions));
}

/* ---- from codes ---- */

static Conditions *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? conditions_new(0) : conditions_open(argument_state(fcinfo));
}

static Conditions *
set_bit(Conditions *state, int bit)
{
	if (bit / 64 >= CONDITIONS_WORDS(state))
		state = conditions_copy(state, (registry_size() + 63) / 64);
	state->words[bit / 64] |= UINT64CONST(1) << (bit % 64);
	return state;
}

static void
add_condition(void *conditions, int bit)
{
	Conditions **state = conditions;

	*state = set_bit(*state, bit);
}

static Datum
fold_code(FunctionCallInfo fcinfo, Dialect dialect)
{
	Conditions *state = state_to_change(fcinfo);
	char		buffer[64];
	char	   *code = buffer;
	text	   *raw;
	int			length;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	raw = PG_GETARG_TEXT_PP(1);
	length = VARSIZE_ANY_EXHDR(raw);
	if (length > sizeof(buffer))
		code = palloc(length);
	length = icd10_normalise(VARDATA_ANY(raw), length, dialect, code);
	if (length > 0)
		code_index_visit(CODING_ICD10, code, length, add_condition, &state);
	PG_RETURN_POINTER(state);
}

static Datum
fold_icd9cm(FunctionCallInfo fcinfo)
{
	Conditions *state = state_to_change(fcinfo);
	char		code[5];
	text	   *raw;
	int			length;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	raw = PG_GETARG_TEXT_PP(1);
	length = icd9cm_normalise(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw), code);
	if (length > 0)
		code_index_visit(CODING_ICD9CM, code, length, add_condition, &state);
	PG_RETURN_POINTER(state);
}

/*
 * ph.conditions_of(code text): transition.  What is no ICD-10 code adds nothing.
 */
PG_FUNCTION_INFO_V1(conditions_fold_code);
Datum
conditions_fold_code(PG_FUNCTION_ARGS)
{
	return fold_code(fcinfo, DIALECT_NHS);
}

/*
 * ph.conditions_of(code text, dialect text): transition.  dialect: nhs or cm of ICD-10, or icd9cm.
 * Errors: unknown dialect.
 */
PG_FUNCTION_INFO_V1(conditions_fold_code_dialect);
Datum
conditions_fold_code_dialect(PG_FUNCTION_ARGS)
{
	static const char *const dialects[] = {"nhs", "cm", "icd9cm", NULL};
	int			dialect = argument_choice(fcinfo, 2, "dialect", dialects);

	return dialect > DIALECT_CM ? fold_icd9cm(fcinfo) : fold_code(fcinfo, dialect);
}

static int
bit_of_name(text *name)
{
	int			bit = registry_find(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (bit < 0)
		argument_error("name", "is not the name of a condition",
					   "ph.instrument_codes() lists them; those of a later instrument are written as in"
					   " elixhauser.chf.");
	return bit;
}

/*
 * ph.conditions_named(name text): transition.  NULL adds nothing.  Errors: unknown name.
 */
PG_FUNCTION_INFO_V1(conditions_fold_name);
Datum
conditions_fold_name(PG_FUNCTION_ARGS)
{
	Conditions *state = state_to_change(fcinfo);

	if (!PG_ARGISNULL(1))
		state = set_bit(state, bit_of_name(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_POINTER(state);
}

/*
 * ph.conditions_named(name text, instrument text): transition, names of one instrument.  Errors: unknown names.
 */
PG_FUNCTION_INFO_V1(conditions_fold_item);
Datum
conditions_fold_item(PG_FUNCTION_ARGS)
{
	Conditions *state = state_to_change(fcinfo);
	const Instrument *instrument = argument_instrument(fcinfo, 2);
	text	   *name;
	int			item;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	name = PG_GETARG_TEXT_PP(1);
	item = instrument_find(instrument, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	if (item < 0)
		argument_error("name", "is not the name of a condition of that instrument",
					   "SELECT DISTINCT condition FROM ph.instrument_codes() WHERE instrument = ... lists them.");
	PG_RETURN_POINTER(set_bit(state, instrument_first_bit(instrument) + item));
}

/*
 * ph.icd10_valid(code text, dialect text) -> boolean
 *
 * Whether something is an ICD-10 code at all; NULL for NULL.
 */
PG_FUNCTION_INFO_V1(icd10_valid);
Datum
icd10_valid(PG_FUNCTION_ARGS)
{
	text	   *raw = PG_GETARG_TEXT_PP(0);
	char	   *code = palloc(VARSIZE_ANY_EXHDR(raw) + 1);

	PG_RETURN_BOOL(icd10_normalise(VARDATA_ANY(raw), VARSIZE_ANY_EXHDR(raw),
								   argument_choice(fcinfo, 1, "dialect", icd10_dialects), code) > 0);
}

/*
 * ph.union(a, b), and the combine function of the aggregates.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(conditions_union);
Datum
conditions_union(PG_FUNCTION_ARGS)
{
	Conditions *state = state_to_change(fcinfo);
	Conditions *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = PG_GETARG_CONDITIONS(1);
	if (CONDITIONS_WORDS(other) > CONDITIONS_WORDS(state))
		state = conditions_copy(state, CONDITIONS_WORDS(other));
	for (int i = 0; i < CONDITIONS_WORDS(other); i++)
		state->words[i] |= other->words[i];
	PG_RETURN_POINTER(state);
}

/*
 * ph.intersection(a, b): the conditions that both hold.
 */
PG_FUNCTION_INFO_V1(conditions_intersection);
Datum
conditions_intersection(PG_FUNCTION_ARGS)
{
	Conditions *a = PG_GETARG_CONDITIONS(0);
	Conditions *b = PG_GETARG_CONDITIONS(1);
	Conditions *result = conditions_new(Min(CONDITIONS_WORDS(a), CONDITIONS_WORDS(b)));

	for (int i = 0; i < CONDITIONS_WORDS(result); i++)
		result->words[i] = a->words[i] & b->words[i];
	PG_RETURN_POINTER(conditions_trim(result));
}

/*
 * The final function of the aggregates: the state without zero words at its end.
 */
PG_FUNCTION_INFO_V1(conditions_final);
Datum
conditions_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(conditions_trim(PG_GETARG_CONDITIONS(0)));
}

/* ---- asking ---- */

/*
 * ph.has(ph.conditions, name text) -> boolean.  Errors: unknown name.
 */
PG_FUNCTION_INFO_V1(conditions_has_name);
Datum
conditions_has_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(conditions_has(PG_GETARG_CONDITIONS(0), bit_of_name(PG_GETARG_TEXT_PP(1))));
}

/*
 * ph.names(ph.conditions, instrument text) -> text[], in the instrument's order; all instruments where
 * it is NULL.  Errors: unknown instrument.
 */
PG_FUNCTION_INFO_V1(conditions_names);
Datum
conditions_names(PG_FUNCTION_ARGS)
{
	const Instrument *only = PG_ARGISNULL(1) ? NULL : argument_instrument(fcinfo, 1);
	int			first = only ? instrument_first_bit(only) : 0;
	int			end = only ? first + only->count : registry_size();
	Conditions *conditions;
	ArrayBuildState *names = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	conditions = PG_GETARG_CONDITIONS(0);
	for (int bit = first; bit < end; bit++)
		if (conditions_has(conditions, bit))
			accumArrayResult(names, CStringGetTextDatum(only ? registry_item(bit)->name : registry_name(bit)), false,
							 TEXTOID, CurrentMemoryContext);
	PG_RETURN_DATUM(makeArrayResult(names, CurrentMemoryContext));
}

/* ---- equality and order ---- */

static int
conditions_order(FunctionCallInfo fcinfo)
{
	Conditions *a = PG_GETARG_CONDITIONS(0);
	Conditions *b = PG_GETARG_CONDITIONS(1);

	for (int i = Max(CONDITIONS_WORDS(a), CONDITIONS_WORDS(b)) - 1; i >= 0; i--)
	{
		uint64		left = i < CONDITIONS_WORDS(a) ? a->words[i] : 0;
		uint64		right = i < CONDITIONS_WORDS(b) ? b->words[i] : 0;

		if (left != right)
			return left < right ? -1 : 1;
	}
	return 0;
}

ORDERING_OF(conditions);
