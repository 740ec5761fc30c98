/*
 * continuity_indices.c: how continuous care was, of who was seen how often.
 *
 * n contacts with a provider, N with all M of them.
 */
#include "people/continuity.h"

#include <math.h>

#include "core/record.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Share of contacts with the provider who was seen most (Breslau and Reeb 1975). */
static double
usual_provider_continuity(double most, double N)
{
	return most / N;
}

/* Share of pairs of contacts that are with one provider (Bice and Boxerman 1977). */
static double
bice_boxerman(double equal_pairs, double N)
{
	return equal_pairs / (N * (N - 1));
}

/* Magill and Senf 1987; all different is a little above 0. */
static double
modified_modified_continuity(double M, double N)
{
	return (1 - M / (N + 0.1)) / (1 - 1 / (N + 0.1));
}

/* Ejlertsson and Berg 1984. */
static double
ejlertsson_berg(double M, double N)
{
	return (N - M) / (N - 1);
}

/* Of several who were seen as often, the first in byte order; NULL for none. */
static const Provider *
usual_provider(const Continuity *continuity)
{
	const Provider *usual = NULL;

	for (int i = 0; i < continuity->providers; i++)
		if (usual == NULL || continuity->provider[i].contacts > usual->contacts)
			usual = &continuity->provider[i];
	return usual;
}

static double
ordered_equal_pairs(const Continuity *continuity)
{
	double		pairs = 0;

	for (int i = 0; i < continuity->providers; i++)
		pairs += (double) continuity->provider[i].contacts * (continuity->provider[i].contacts - 1);
	return pairs;
}

/*
 * ph.continuity_indices(ph.continuity) -> (contacts, providers, unknown, usual_provider, usual_provider_continuity,
 *   bice_boxerman, modified_modified_continuity, ejlertsson_berg, note)
 */
PG_FUNCTION_INFO_V1(continuity_indices);
Datum
continuity_indices(PG_FUNCTION_ARGS)
{
	Continuity *continuity = PG_GETARG_CONTINUITY(0);
	const Provider *usual = usual_provider(continuity);
	bool		enough = continuity->contacts >= 2;
	double		N = enough ? (double) continuity->contacts : NAN;
	double		M = continuity->providers;
	Datum		values[9];
	bool		nulls[9];

	record_count(values, nulls, 0, continuity->contacts, true);
	record_count(values, nulls, 1, continuity->providers, false);
	record_count(values, nulls, 2, continuity->unknown, true);
	record_text(values, nulls, 3, usual ? pnstrdup(provider_name(continuity, usual), usual->length) : NULL);
	record_number(values, nulls, 4, usual ? usual_provider_continuity(usual->contacts, N) : NAN);
	record_number(values, nulls, 5, bice_boxerman(ordered_equal_pairs(continuity), N));
	record_number(values, nulls, 6, modified_modified_continuity(M, N));
	record_number(values, nulls, 7, ejlertsson_berg(M, N));
	record_text(values, nulls, 8, enough ? NULL : "fewer_than_two");
	return record_datum(fcinfo, values, nulls);
}

/*
 * ph.continuity_contacts(ph.continuity) -> rows (provider, contacts); provider NULL for contacts with nobody known.
 */
PG_FUNCTION_INFO_V1(continuity_contacts);
Datum
continuity_contacts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Continuity *continuity;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	continuity = PG_GETARG_CONTINUITY(0);
	for (int i = 0; i <= continuity->providers; i++)
	{
		const Provider *provider = i < continuity->providers ? &continuity->provider[i] : NULL;
		Datum		values[2];
		bool		nulls[2];

		CHECK_FOR_INTERRUPTS();
		if (provider == NULL && continuity->unknown == 0)
			break;
		record_text(values, nulls, 0,
					provider ? pnstrdup(provider_name(continuity, provider), provider->length) : NULL);
		record_count(values, nulls, 1, provider ? provider->contacts : continuity->unknown, true);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
