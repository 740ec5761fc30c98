/* estimate.c: building the composite ph.estimate. */
#include "core/estimate.h"

#include <math.h>

#include "access/htup_details.h"
#include "core/argument.h"
#include "core/compat.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

static char *format_note(const char *before, const char *format, va_list arguments) pg_attribute_printf(2, 0);

static char *
format_note(const char *before, const char *format, va_list arguments)
{
	char		note[200];

	vsnprintf(note, sizeof(note), format, arguments);
	return before ? psprintf("%s; %s", before, note) : pstrdup(note);
}

/* An estimate that does not exist, and why. */
Estimate
estimate_none(const char *format,...)
{
	Estimate	result = {NAN, NAN, NAN, NULL};
	va_list		arguments;

	va_start(arguments, format);
	result.note = format_note(NULL, format, arguments);
	va_end(arguments);
	return result;
}

void
estimate_note(Estimate *estimate, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	estimate->note = format_note(estimate->note, format, arguments);
	va_end(arguments);
}

/* Multiplies value and limits; a value that leaves the range of numbers does not exist. */
void
estimate_scale(Estimate *estimate, double factor)
{
	if (!isnan(estimate->value) && !isfinite(estimate->value * factor))
	{
		*estimate = estimate_none("out_of_range");
		return;
	}
	estimate->value *= factor;
	estimate->lower *= factor;
	estimate->upper *= factor;
}

bool
estimate_possible(const Tally *tally, Estimate *why)
{
	if (tally == NULL || (tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)) == 0)
	{
		*why = estimate_none("no_data");
		return false;
	}
	if (tally->flags & TALLY_NEGATIVE)
		argument_error("tally", "holds negative events, which no rate can have",
					   "Ask for a mean, or fold counts that are not negative.");
	if (tally->missing > 0)
	{
		*why = estimate_none("missing_input: " INT64_FORMAT " rows", tally->missing);
		return false;
	}
	return true;
}

/* The row type is looked up once for each place in the query that calls the function. */
static TupleDesc
estimate_tuple_desc(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (desc)
		return desc;
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "an estimate is asked for where no row can be returned");
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = desc;
	return desc;
}

Datum
estimate_datum(FunctionCallInfo fcinfo, Estimate estimate)
{
	Datum		values[4];
	bool		nulls[4];

	if (isinf(estimate.value))
		estimate = estimate_none("out_of_range");
	else if (!isnan(estimate.value) && (!isfinite(estimate.lower) || !isfinite(estimate.upper)))
		estimate_note(&estimate, "limit_undefined");

	values[0] = Float8GetDatum(estimate.value);
	values[1] = Float8GetDatum(estimate.lower);
	values[2] = Float8GetDatum(estimate.upper);
	values[3] = estimate.note ? CStringGetTextDatum(estimate.note) : (Datum) 0;
	nulls[0] = isnan(estimate.value);
	nulls[1] = !isfinite(estimate.lower);
	nulls[2] = !isfinite(estimate.upper);
	nulls[3] = estimate.note == NULL;
	return HeapTupleGetDatum(heap_form_tuple(estimate_tuple_desc(fcinfo), values, nulls));
}
