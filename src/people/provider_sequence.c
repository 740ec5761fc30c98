/*
 * provider_sequence.c: who was seen after whom: a small value of contacts in their order, which another can follow.
 *
 * A contact with nobody known is left out, and its neighbours follow each other.
 */
#include "postgres.h"

#include "core/argument.h"
#include "core/estimate.h"
#include "core/record.h"
#include "people/continuity.h"

typedef struct Sequence
{
	text	   *first;			/* NULL without contacts */
	text	   *last;
	int64		contacts;
	int64		same_as_before;
	int64		unknown;		/* contacts of which nobody says with whom */
} Sequence;

typedef enum SequenceField
{
	FIELD_FIRST,
	FIELD_LAST,
	FIELD_CONTACTS,
	FIELD_SAME,
	FIELD_UNKNOWN,
	SEQUENCE_FIELDS
} SequenceField;

static bool
same_provider(const text *a, const text *b)
{
	return compare_names(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)) == 0;
}

static bool
is_count(int64 count)
{
	return count >= 0 && count <= CONTINUITY_MOST_CONTACTS;
}

static bool
is_provider(const text *provider)
{
	return provider != NULL && VARSIZE_ANY_EXHDR(provider) > 0;
}

/* Whether it can have been folded. */
static bool
is_possible(const Sequence *sequence)
{
	if (!is_count(sequence->contacts) || !is_count(sequence->same_as_before) || !is_count(sequence->unknown))
		return false;
	if (sequence->contacts == 0)
		return sequence->first == NULL && sequence->last == NULL && sequence->same_as_before == 0;
	return is_provider(sequence->first) && is_provider(sequence->last) &&
		sequence->same_as_before < sequence->contacts &&
		(sequence->same_as_before < sequence->contacts - 1 || same_provider(sequence->first, sequence->last));
}

/* NULL among its counts is no count. */
static Sequence
read_sequence(Datum given)
{
	Datum		values[SEQUENCE_FIELDS];
	bool		nulls[SEQUENCE_FIELDS];
	Sequence	sequence;

	record_fields(DatumGetHeapTupleHeader(given), values, nulls, SEQUENCE_FIELDS);
	sequence = (Sequence) {
		.first = nulls[FIELD_FIRST] ? NULL : DatumGetTextPP(values[FIELD_FIRST]),
		.last = nulls[FIELD_LAST] ? NULL : DatumGetTextPP(values[FIELD_LAST]),
		.contacts = nulls[FIELD_CONTACTS] ? -1 : DatumGetInt64(values[FIELD_CONTACTS]),
		.same_as_before = nulls[FIELD_SAME] ? -1 : DatumGetInt64(values[FIELD_SAME]),
		.unknown = nulls[FIELD_UNKNOWN] ? -1 : DatumGetInt64(values[FIELD_UNKNOWN])
	};
	if (!is_possible(&sequence))
		argument_error("sequence", "must be as ph.provider_sequence folded it", NULL);
	return sequence;
}

static Datum
sequence_datum(FunctionCallInfo fcinfo, const Sequence *sequence)
{
	Datum		values[] = {
		PointerGetDatum(sequence->first), PointerGetDatum(sequence->last), Int64GetDatum(sequence->contacts),
		Int64GetDatum(sequence->same_as_before), Int64GetDatum(sequence->unknown)
	};
	bool		nulls[] = {sequence->first == NULL, sequence->last == NULL, false, false, false};

	return record_datum(fcinfo, values, nulls);
}

static int64
sum_of_contacts(int64 a, int64 b)
{
	if (a > CONTINUITY_MOST_CONTACTS - b)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many contacts in a ph.provider_sequence")));
	return a + b;
}

/* All of b comes after all of a. */
static Sequence
followed_by(Sequence a, Sequence b)
{
	return (Sequence) {
		.first = a.first ? a.first : b.first,
		.last = b.last ? b.last : a.last,
		.contacts = sum_of_contacts(a.contacts, b.contacts),
		.same_as_before = a.same_as_before + b.same_as_before + (a.last && b.first && same_provider(a.last, b.first)),
		.unknown = sum_of_contacts(a.unknown, b.unknown)
	};
}

/*
 * ph.provider_sequence(provider text ORDER BY ...): transition.  NULL and an empty name are a contact with nobody
 * known.
 */
PG_FUNCTION_INFO_V1(provider_sequence_fold);
Datum
provider_sequence_fold(PG_FUNCTION_ARGS)
{
	text	   *provider = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);
	Sequence	contact = {.unknown = 1};
	Sequence	sequence;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (is_provider(provider))
		contact = (Sequence) {.first = provider, .last = provider, .contacts = 1};
	sequence = followed_by(read_sequence(PG_GETARG_DATUM(0)), contact);
	return sequence_datum(fcinfo, &sequence);
}

/*
 * ph.provider_sequence_rollup(sequence ph.provider_sequence ORDER BY ...): transition.  NULL is a part of which nothing
 * is known, and so is the whole.
 */
PG_FUNCTION_INFO_V1(provider_sequence_roll_up);
Datum
provider_sequence_roll_up(PG_FUNCTION_ARGS)
{
	Sequence	sequence;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	sequence = followed_by(read_sequence(PG_GETARG_DATUM(0)), read_sequence(PG_GETARG_DATUM(1)));
	return sequence_datum(fcinfo, &sequence);
}

/*
 * ph.sequential_continuity(sequence ph.provider_sequence) -> ph.estimate
 *
 * The share of contacts, from the second on, that are with the provider of the contact before (Steinwachs 1979), as an
 * estimate that has no limits: it describes the contacts of one person.  Notes: fewer_than_two; no_data of NULL.
 */
PG_FUNCTION_INFO_V1(sequential_continuity);
Datum
sequential_continuity(PG_FUNCTION_ARGS)
{
	Sequence	sequence;
	Datum		values[4] = {0};
	bool		nulls[4] = {false, true, true, true};

	if (PG_ARGISNULL(0))
		return estimate_datum(fcinfo, estimate_none("no_data"));
	sequence = read_sequence(PG_GETARG_DATUM(0));
	if (sequence.contacts < 2)
		return estimate_datum(fcinfo, estimate_none("fewer_than_two"));
	record_number(values, nulls, 0, sequence.same_as_before / (double) (sequence.contacts - 1));
	return record_datum(fcinfo, values, nulls);
}
