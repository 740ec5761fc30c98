/*
 * pseudonym.c: who somebody is, told apart without being named.
 *
 * The hash is pgcrypto's, called from here and not by a query, so that a key is a parameter of no statement but the
 * caller's own.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "core/compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

static bool
takes_message_key_and_algorithm(Form_pg_proc function)
{
	return function->pronargs == 3 && function->proargtypes.values[0] == BYTEAOID &&
		function->proargtypes.values[1] == BYTEAOID && function->proargtypes.values[2] == TEXTOID;
}

/* The function of that name and shape which belongs to the extension, in whichever schema; never one of a path. */
static Oid
hmac_of_extension(Oid extension)
{
	CatCList   *named = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum("hmac"));
	Oid			found = InvalidOid;

	for (int i = 0; i < named->n_members && !OidIsValid(found); i++)
	{
		Form_pg_proc function = (Form_pg_proc) GETSTRUCT(&named->members[i]->tuple);

		if (takes_message_key_and_algorithm(function) &&
			getExtensionOfObject(ProcedureRelationId, function->oid) == extension)
			found = function->oid;
	}
	ReleaseSysCacheList(named);
	return found;
}

static Oid
pgcrypto_hmac(void)
{
	Oid			extension = get_extension_oid("pgcrypto", true);
	Oid			hmac = OidIsValid(extension) ? hmac_of_extension(extension) : InvalidOid;

	if (!OidIsValid(hmac))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pseudonyms need the extension pgcrypto"),
				 errhint("CREATE EXTENSION pgcrypto, whose hmac() they are made with.")));
	if (function_aclcheck(hmac) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, "hmac");
	return hmac;
}

/* ph_support.hmac_sha256(message bytea, key bytea) -> bytea; feature_not_supported without pgcrypto. */
PG_FUNCTION_INFO_V1(hmac_sha256);
Datum
hmac_sha256(PG_FUNCTION_ARGS)
{
	FmgrInfo   *hmac = fcinfo->flinfo->fn_extra;

	if (hmac == NULL)
	{
		hmac = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(pgcrypto_hmac(), hmac, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = hmac;
	}
	return FunctionCall3(hmac, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), CStringGetTextDatum("sha256"));
}
