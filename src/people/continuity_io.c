/* continuity_io.c: the outer forms of ph.continuity, text and bytes. */
#include "people/continuity.h"

#include "core/read_text.h"
#include "core/type_error.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#define CONTINUITY_VERSION 1

/* Whether a name may stand behind those that are there. */
static bool
is_next(const Continuity *continuity, const char *name, int length)
{
	const Provider *last;

	if (length < 1 || length > CONTINUITY_LONGEST_NAME || continuity->providers >= CONTINUITY_MOST_PROVIDERS)
		return false;
	if (continuity->providers == 0)
		return true;
	last = &continuity->provider[continuity->providers - 1];
	return compare_names(provider_name(continuity, last), last->length, name, length) < 0;
}

static bool
has_room_for(int64 count, int64 contacts)
{
	return contacts >= 1 && contacts <= CONTINUITY_MOST_CONTACTS - count;
}

/* ---- text ---- */

/*
 * ph.continuity output: contacts by provider, in byte order of the names, ? for contacts with nobody known, last:
 * {"Dr A": 5, "Dr B": 2, ?: 1}.  A backslash stands before " and \ in a name.
 */
PG_FUNCTION_INFO_V1(continuity_out);
Datum
continuity_out(PG_FUNCTION_ARGS)
{
	Continuity *continuity = PG_GETARG_CONTINUITY(0);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < continuity->providers; i++)
	{
		const Provider *provider = &continuity->provider[i];

		appendStringInfoString(&out, i > 0 ? ", " : "");
		append_quoted(&out, provider_name(continuity, provider), provider->length);
		appendStringInfo(&out, ": " INT64_FORMAT, provider->contacts);
	}
	if (continuity->unknown > 0)
		appendStringInfo(&out, "%s?: " INT64_FORMAT, continuity->providers > 0 ? ", " : "", continuity->unknown);
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* A count from 1 on, as it is written: no zero before it. */
static bool
read_count(char **at, int64 *count)
{
	return **at != '0' && read_whole(at, 1, PG_INT64_MAX, count);
}

/*
 * ph.continuity input.  Errors: invalid_text_representation, with the position and never the text.
 */
PG_FUNCTION_INFO_V1(continuity_in);
Datum
continuity_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	char	   *at = text;
	Continuity *continuity = continuity_new();
	StringInfoData name;
	int64		contacts;
	bool		valid = read_word(&at, "{");

	initStringInfo(&name);
	while (valid && *at != '}' && continuity->unknown == 0)
	{
		CHECK_FOR_INTERRUPTS();
		valid = continuity->providers == 0 || read_word(&at, ", ");
		if (valid && read_word(&at, "?: "))
		{
			valid = read_count(&at, &contacts) && has_room_for(0, contacts);
			if (valid)
				continuity_add_unknown(continuity, contacts);
			continue;
		}
		valid = valid && read_quoted(&at, &name) && read_word(&at, ": ") && read_count(&at, &contacts) &&
			is_next(continuity, name.data, name.len) && has_room_for(continuity->contacts, contacts);
		if (valid)
			continuity = continuity_add(continuity, name.data, name.len, contacts);
	}
	if (!valid || strcmp(at, "}") != 0)
		return text_value_error(fcinfo->context, "ph.continuity", at - text + 1,
			"Contacts by provider, in byte order of their names: {\"Dr A\": 5, \"Dr B\": 2, ?: 1}.");
	PG_RETURN_DATUM(continuity_stored(continuity));
}

/* ---- bytes ---- */

static void
send_name(StringInfo out, const char *name, int length)
{
	char	   *sent = pg_server_to_client(name, length);
	int			bytes = sent == name ? length : (int) strlen(sent);

	pq_sendint32(out, bytes);
	appendBinaryStringInfo(out, sent, bytes);
}

/*
 * ph.continuity binary output: version, contacts with nobody known, providers, each with its contacts, the length of
 * its name and the name in the client's encoding.
 */
PG_FUNCTION_INFO_V1(continuity_send);
Datum
continuity_send(PG_FUNCTION_ARGS)
{
	Continuity *continuity = PG_GETARG_CONTINUITY(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, CONTINUITY_VERSION);
	pq_sendint64(&out, continuity->unknown);
	pq_sendint32(&out, continuity->providers);
	for (int i = 0; i < continuity->providers; i++)
	{
		const Provider *provider = &continuity->provider[i];

		pq_sendint64(&out, provider->contacts);
		send_name(&out, provider_name(continuity, provider), provider->length);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static int
bytes_left(StringInfo in)
{
	return in->len - in->cursor;
}

/* The next provider, or false where the bytes are none. */
static bool
receive_provider(StringInfo in, Continuity **continuity)
{
	int64		contacts;
	int			bytes;
	char	   *name;

	if (bytes_left(in) < 12)
		return false;
	contacts = pq_getmsgint64(in);
	bytes = (int) pq_getmsgint(in, 4);
	if (bytes < 1 || bytes > bytes_left(in) || !has_room_for((*continuity)->contacts, contacts))
		return false;
	name = pq_getmsgtext(in, bytes, &bytes);
	if (!is_next(*continuity, name, bytes))
		return false;
	*continuity = continuity_add(*continuity, name, bytes, contacts);
	return true;
}

/*
 * ph.continuity binary input.  Errors: invalid_binary_representation.
 */
PG_FUNCTION_INFO_V1(continuity_recv);
Datum
continuity_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	bool		valid = bytes_left(in) >= 13 && pq_getmsgbyte(in) == CONTINUITY_VERSION;
	int64		unknown = valid ? pq_getmsgint64(in) : 0;
	uint32		providers = valid ? pq_getmsgint(in, 4) : 0;
	Continuity *continuity = continuity_new();

	valid = valid && (unknown == 0 || has_room_for(0, unknown)) && providers <= CONTINUITY_MOST_PROVIDERS;
	if (valid)
		continuity_add_unknown(continuity, unknown);
	for (uint32 i = 0; valid && i < providers; i++)
	{
		CHECK_FOR_INTERRUPTS();
		valid = receive_provider(in, &continuity);
	}
	if (!valid || bytes_left(in) != 0)
		binary_value_error("ph.continuity", NULL);
	PG_RETURN_DATUM(continuity_stored(continuity));
}
