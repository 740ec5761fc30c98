/*
 * day.c: the day of an instant, in the session's time zone.
 *
 * Whatever asks for a day takes timestamptz, to which dates, timestamps and text go by themselves.  What came from a
 * date or a timestamp is that date again before the query is planned: no cost, no time zone, and an index serves.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/fmgroids.h"

/* ph_support.day(at timestamptz) -> date.  What is infinite stays so. */
PG_FUNCTION_INFO_V1(day);
Datum
day(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(day_of_instant(PG_GETARG_TIMESTAMPTZ(0)));
}

/* ph_support.day_support(internal) -> internal: the date that an argument was made of, in place of its day. */
PG_FUNCTION_INFO_V1(day_support);
Datum
day_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	FuncExpr   *cast;

	if (!IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(NULL);
	cast = (FuncExpr *) linitial(((SupportRequestSimplify *) request)->fcall->args);
	if (!IsA(cast, FuncExpr))
		PG_RETURN_POINTER(NULL);
	switch (cast->funcid)
	{
		case F_TIMESTAMPTZ_DATE:
			PG_RETURN_POINTER(linitial(cast->args));
		case F_TIMESTAMPTZ_TIMESTAMP:
			PG_RETURN_POINTER(makeFuncExpr(F_DATE_TIMESTAMP, DATEOID, cast->args, InvalidOid, InvalidOid,
										   COERCE_EXPLICIT_CAST));
		default:
			PG_RETURN_POINTER(NULL);
	}
}
