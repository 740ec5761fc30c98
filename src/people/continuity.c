/*
 * continuity.c: the type ph.continuity, who was seen how often, and the aggregates that fold contacts into it.
 */
#include "people/continuity.h"

#include "core/argument.h"
#include "core/ordering.h"
#include "core/type_error.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define FORM_GROWING 1
#define FORM_STORED 2
#define FIRST_SIZE 256			/* memory comes in powers of two; the SSPACE of the aggregates */
#define HEADER_SIZE offsetof(Continuity, provider)
#define LONGEST_NUMBER 10		/* bytes of a number below 2^64 in sevens of bits */

/* As it lies in a table: unknown, providers, then of each its contacts and the length of its name, and the name. */
typedef struct StoredContinuity
{
	int32		vl_len_;		/* varlena header (do not touch directly) */
	uint8		form;
	uint8		bytes[FLEXIBLE_ARRAY_MEMBER];
} StoredContinuity;

static Continuity *
continuity_of_size(Size size)
{
	Continuity *continuity = palloc0(size);

	SET_VARSIZE(continuity, size);
	continuity->form = FORM_GROWING;
	return continuity;
}

Continuity *
continuity_new(void)
{
	return continuity_of_size(FIRST_SIZE);
}

/* ---- growing ---- */

int
compare_names(const char *a, int a_length, const char *b, int b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* Whether a provider is there, and its place among the others. */
static bool
find_provider(const Continuity *continuity, const char *name, int length, int *place)
{
	int			low = 0,
				high = continuity->providers;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const Provider *provider = &continuity->provider[middle];
		int			order = compare_names(provider_name(continuity, provider), provider->length, name, length);

		if (order == 0)
		{
			*place = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return false;
}

static Size
size_in_use(const Continuity *continuity)
{
	return HEADER_SIZE + continuity->providers * sizeof(Provider) + continuity->name_bytes;
}

static Continuity *
with_room_for(Continuity *continuity, Size more)
{
	Size		size = VARSIZE(continuity);
	Continuity *grown;

	if (size_in_use(continuity) + more <= size)
		return continuity;
	while (size_in_use(continuity) + more > size)
		size *= 2;
	grown = continuity_of_size(size);
	memcpy((char *) grown + sizeof(int32), (char *) continuity + sizeof(int32),
		   HEADER_SIZE - sizeof(int32) + continuity->providers * sizeof(Provider));
	memcpy((char *) grown + size - continuity->name_bytes,
		   (char *) continuity + VARSIZE(continuity) - continuity->name_bytes, continuity->name_bytes);
	return grown;
}

static void
add_contacts(int64 *count, int64 contacts)
{
	if (contacts > CONTINUITY_MOST_CONTACTS - *count)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many contacts in a ph.continuity")));
	*count += contacts;
}

void
continuity_add_unknown(Continuity *continuity, int64 contacts)
{
	add_contacts(&continuity->unknown, contacts);
}

/* Contacts with a provider; the value may move. */
Continuity *
continuity_add(Continuity *continuity, const char *name, int length, int64 contacts)
{
	int			place;
	Provider   *provider;

	add_contacts(&continuity->contacts, contacts);
	if (find_provider(continuity, name, length, &place))
	{
		continuity->provider[place].contacts += contacts;
		return continuity;
	}
	if (continuity->providers >= CONTINUITY_MOST_PROVIDERS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a ph.continuity cannot have more than %d providers", CONTINUITY_MOST_PROVIDERS),
				 errhint("It is of one person, or of a few: group by who was seen.")));
	continuity = with_room_for(continuity, sizeof(Provider) + length);
	provider = &continuity->provider[place];
	memmove(provider + 1, provider, (continuity->providers - place) * sizeof(Provider));
	continuity->providers++;
	continuity->name_bytes += length;
	*provider = (Provider) {contacts, continuity->name_bytes, length};
	memcpy((char *) provider_name(continuity, provider), name, length);
	return continuity;
}

/* ---- as it is stored ---- */

static uint8 *
write_number(uint8 *at, uint64 number)
{
	for (; number >= 0x80; number >>= 7)
		*at++ = (uint8) (number | 0x80);
	*at++ = (uint8) number;
	return at;
}

/* A number that is at most so large, or an error. */
static int64
read_number(const uint8 **at, const uint8 *end, int64 most)
{
	uint64		number = 0;

	for (int shift = 0; shift < 63 && *at < end; shift += 7)
	{
		uint8		byte = *(*at)++;

		number |= (uint64) (byte & 0x7f) << shift;
		if (byte < 0x80 && number <= most)
			return (int64) number;
		if (byte < 0x80)
			break;
	}
	stored_value_error("ph.continuity");
}

Datum
continuity_stored(const Continuity *continuity)
{
	StoredContinuity *stored = palloc(offsetof(StoredContinuity, bytes) + 2 * LONGEST_NUMBER + continuity->name_bytes +
									  (Size) continuity->providers * 2 * LONGEST_NUMBER);
	uint8	   *at = stored->bytes;

	stored->form = FORM_STORED;
	at = write_number(at, continuity->unknown);
	at = write_number(at, continuity->providers);
	for (int i = 0; i < continuity->providers; i++)
	{
		const Provider *provider = &continuity->provider[i];

		at = write_number(at, provider->contacts);
		at = write_number(at, provider->length);
		memcpy(at, provider_name(continuity, provider), provider->length);
		at += provider->length;
	}
	SET_VARSIZE(stored, at - (uint8 *) stored);
	return PointerGetDatum(stored);
}

static Continuity *
continuity_restore(const StoredContinuity *stored)
{
	const uint8 *at = stored->bytes;
	const uint8 *end = (const uint8 *) stored + VARSIZE(stored);
	Continuity *continuity = continuity_new();
	int64		unknown = read_number(&at, end, CONTINUITY_MOST_CONTACTS);
	int64		providers = read_number(&at, end, CONTINUITY_MOST_PROVIDERS);

	continuity_add_unknown(continuity, unknown);
	for (int64 i = 0; i < providers; i++)
	{
		int64		contacts = read_number(&at, end, CONTINUITY_MOST_CONTACTS);
		int64		length = read_number(&at, end, CONTINUITY_LONGEST_NAME);

		if (length > end - at)
			stored_value_error("ph.continuity");
		continuity = continuity_add(continuity, (const char *) at, (int) length, contacts);
		at += length;
	}
	return continuity;
}

/* Either form as the one that can grow. */
Continuity *
continuity_open(Datum datum)
{
	Continuity *continuity = (Continuity *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(continuity) > offsetof(StoredContinuity, bytes) && continuity->form == FORM_STORED)
		return continuity_restore((StoredContinuity *) continuity);
	if (VARSIZE(continuity) < HEADER_SIZE || continuity->form != FORM_GROWING ||
		continuity->providers < 0 || continuity->providers > CONTINUITY_MOST_PROVIDERS || continuity->name_bytes < 0 ||
		size_in_use(continuity) > VARSIZE(continuity))
		stored_value_error("ph.continuity");
	return continuity;
}

/* ---- the aggregates ---- */

static Continuity *
state_to_change(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? continuity_new() : continuity_open(argument_state(fcinfo));
}

/*
 * ph.continuity(provider text): transition.  NULL and an empty name are a contact with nobody known; names are compared
 * as they are, byte by byte.  Errors: a name longer than 1,000 bytes, more than 10,000 providers.
 */
PG_FUNCTION_INFO_V1(continuity_fold);
Datum
continuity_fold(PG_FUNCTION_ARGS)
{
	Continuity *state = state_to_change(fcinfo);
	text	   *provider = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);

	if (provider == NULL || VARSIZE_ANY_EXHDR(provider) == 0)
	{
		continuity_add_unknown(state, 1);
		PG_RETURN_POINTER(state);
	}
	if (VARSIZE_ANY_EXHDR(provider) > CONTINUITY_LONGEST_NAME)
		argument_error("provider", psprintf("must not have more than %d bytes", CONTINUITY_LONGEST_NAME), NULL);
	PG_RETURN_POINTER(continuity_add(state, VARDATA_ANY(provider), VARSIZE_ANY_EXHDR(provider), 1));
}

/*
 * ph_support.continuity_combine(a, b): the contacts of both.  NULL adds nothing.
 */
PG_FUNCTION_INFO_V1(continuity_combine);
Datum
continuity_combine(PG_FUNCTION_ARGS)
{
	Continuity *state = state_to_change(fcinfo);
	Continuity *other;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = PG_GETARG_CONTINUITY(1);
	continuity_add_unknown(state, other->unknown);
	for (int i = 0; i < other->providers; i++)
	{
		const Provider *provider = &other->provider[i];

		CHECK_FOR_INTERRUPTS();
		state = continuity_add(state, provider_name(other, provider), provider->length, provider->contacts);
	}
	PG_RETURN_POINTER(state);
}

/*
 * ph.continuity_rollup(ph.continuity): transition and combine function.  NULL is a part of which nothing is known, and
 * so is the sum.
 */
PG_FUNCTION_INFO_V1(continuity_roll_up);
Datum
continuity_roll_up(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return continuity_combine(fcinfo);
}

/*
 * The final function of the aggregates: the state as it is stored, so that equal values have equal bytes.
 */
PG_FUNCTION_INFO_V1(continuity_final);
Datum
continuity_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(continuity_stored(PG_GETARG_CONTINUITY(0)));
}

/* ---- order ---- */

static int
compare_numbers(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

static int
compare_providers(const Continuity *a, const Continuity *b, int place)
{
	const Provider *p = &a->provider[place];
	const Provider *q = &b->provider[place];
	int			order = compare_names(provider_name(a, p), p->length, provider_name(b, q), q->length);

	return order != 0 ? order : compare_numbers(p->contacts, q->contacts);
}

static int
continuity_order(FunctionCallInfo fcinfo)
{
	Continuity *a = PG_GETARG_CONTINUITY(0);
	Continuity *b = PG_GETARG_CONTINUITY(1);

	for (int i = 0; i < Min(a->providers, b->providers); i++)
	{
		int			order = compare_providers(a, b, i);

		if (order != 0)
			return order;
	}
	if (a->providers != b->providers)
		return compare_numbers(a->providers, b->providers);
	return compare_numbers(a->unknown, b->unknown);
}

ORDERING_OF(continuity);
