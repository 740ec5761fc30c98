/* record.c: building the composite that a function is declared to return. */
#include "core/record.h"

#include <math.h>

#include "access/htup_details.h"
#include "core/compat.h"
#include "utils/builtins.h"

/* The row type is looked up once for each place in the query that calls the function. */
static TupleDesc
record_desc(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (desc)
		return desc;
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a composite is asked for where no row can be returned");
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = desc;
	return desc;
}

Datum
record_datum(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	return HeapTupleGetDatum(heap_form_tuple(record_desc(fcinfo), values, nulls));
}

void
record_number(Datum *values, bool *nulls, int field, double x)
{
	values[field] = Float8GetDatum(x);
	nulls[field] = !isfinite(x);
}

void
record_text(Datum *values, bool *nulls, int field, const char *text)
{
	values[field] = text ? CStringGetTextDatum(text) : (Datum) 0;
	nulls[field] = text == NULL;
}
