/* hypothesis_test.c: building the composite ph.test. */
#include "core/hypothesis_test.h"

#include <math.h>

#include "core/distribution.h"
#include "core/record.h"

/* A test that does not exist, and why. */
HypothesisTest
hypothesis_test_none(char *note)
{
	HypothesisTest test = {NAN, 0, NAN, note};

	return test;
}

/* A statistic too large for a number is no answer. */
static HypothesisTest
finite_test(double statistic, int degrees_of_freedom, double p_value)
{
	HypothesisTest test = {statistic, degrees_of_freedom, p_value, NULL};

	return isfinite(statistic) ? test : hypothesis_test_none("out_of_range");
}

/* A statistic that is a chi-square of so many degrees of freedom if the hypothesis holds. */
HypothesisTest
chi_square_test(double statistic, int degrees_of_freedom)
{
	return finite_test(statistic, degrees_of_freedom, chi_square_upper_tail(statistic, degrees_of_freedom));
}

void
hypothesis_test_note(HypothesisTest *test, const char *note)
{
	test->note = test->note ? psprintf("%s; %s", test->note, note) : pstrdup(note);
}

Datum
hypothesis_test_datum(FunctionCallInfo fcinfo, HypothesisTest test)
{
	Datum		values[4];
	bool		nulls[4];

	record_number(values, nulls, 0, test.statistic);
	values[1] = Int32GetDatum(test.degrees_of_freedom);
	nulls[1] = test.degrees_of_freedom == 0;
	record_number(values, nulls, 2, test.p_value);
	record_text(values, nulls, 3, test.note);
	return record_datum(fcinfo, values, nulls);
}
