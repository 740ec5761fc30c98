/* hypothesis_test.h: what a test of a hypothesis returns: statistic, degrees of freedom, p, and a note. */
#ifndef PH_HYPOTHESIS_TEST_H
#define PH_HYPOTHESIS_TEST_H

#include "postgres.h"
#include "fmgr.h"

/* NAN stands for what does not exist and becomes NULL; so does 0 for degrees of freedom. */
typedef struct HypothesisTest
{
	double		statistic;
	int			degrees_of_freedom;
	double		p_value;
	char	   *note;			/* NULL, or words of the vocabulary in docs/estimate.md */
} HypothesisTest;

extern HypothesisTest hypothesis_test_none(char *note);
extern HypothesisTest chi_square_test(double statistic, int degrees_of_freedom);
/* Adds a note behind those that are there. */
extern void hypothesis_test_note(HypothesisTest *test, const char *note);
extern Datum hypothesis_test_datum(FunctionCallInfo fcinfo, HypothesisTest test);

#endif
