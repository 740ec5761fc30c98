/* estimate.c: building the composite ph.estimate. */
#include "core/estimate.h"

#include <math.h>

#include "core/argument.h"
#include "core/interval.h"
#include "core/record.h"

static char *format_note(const char *before, const char *format, va_list arguments) pg_attribute_printf(2, 0);

static char *
format_note(const char *before, const char *format, va_list arguments)
{
	char		note[1000];

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

Estimate
estimate_normal(double value, double error, double confidence)
{
	Limits		limits = normal_limits(value, error, confidence);

	return (Estimate) {value, limits.lower, limits.upper, NULL};
}

void
estimate_note(Estimate *estimate, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	estimate->note = format_note(estimate->note, format, arguments);
	va_end(arguments);
}

char *
unknown_key_note(int64 rows)
{
	return rows > 0 ? psprintf("unknown_key: " INT64_FORMAT " rows left out", rows) : NULL;
}

void
estimate_note_unknown(Estimate *estimate, int64 rows)
{
	if (rows > 0)
		estimate_note(estimate, "%s", unknown_key_note(rows));
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

/* Whether there is anything to answer from; if not, *why is the estimate that says so. */
bool
estimate_answerable(const Tally *tally, Estimate *why)
{
	if (tally == NULL || (tally->flags & (TALLY_PEOPLE | TALLY_COUNTS)) == 0)
	{
		*why = estimate_none("no_data");
		return false;
	}
	if (tally->missing > 0)
	{
		*why = estimate_none("missing_input: " INT64_FORMAT " rows", tally->missing);
		return false;
	}
	return true;
}

/* The same for what needs counts: values below 0 are refused. */
bool
estimate_possible(const Tally *tally, Estimate *why)
{
	if (tally && (tally->flags & TALLY_NEGATIVE))
		argument_error("tally", "holds negative events, which no rate can have",
					   "Ask for a mean, or fold counts that are not negative.");
	return estimate_answerable(tally, why);
}

/* A value that is no number does not exist; a limit that is none does not either, and the note says so. */
void
estimate_settle(Estimate *estimate)
{
	if (isinf(estimate->value) || (isnan(estimate->value) && estimate->note == NULL))
		*estimate = estimate_none("out_of_range");
	else if (!isnan(estimate->value) && (!isfinite(estimate->lower) || !isfinite(estimate->upper)))
		estimate_note(estimate, "limit_undefined");
}

Datum
estimate_datum(FunctionCallInfo fcinfo, Estimate estimate)
{
	Datum		values[4];
	bool		nulls[4];

	estimate_settle(&estimate);
	record_number(values, nulls, 0, estimate.value);
	record_number(values, nulls, 1, estimate.lower);
	record_number(values, nulls, 2, estimate.upper);
	record_text(values, nulls, 3, estimate.note);
	return record_datum(fcinfo, values, nulls);
}
