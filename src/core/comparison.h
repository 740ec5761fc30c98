/* comparison.h: what comparing two populations, or one with a benchmark, returns. */
#ifndef PH_COMPARISON_H
#define PH_COMPARISON_H

#include "postgres.h"
#include "core/estimate.h"

typedef struct Comparison
{
	Estimate	estimate;		/* the difference, the ratio, or the indicator beside a benchmark */
	double		p_value;		/* two-sided; NAN where there is no test */
	const char *verdict;		/* NULL where there is no answer */
} Comparison;

/* which way is good: the choices of the argument better */
typedef enum Better
{
	BETTER_LOWER,
	BETTER_HIGHER,
	BETTER_NEITHER
} Better;

extern const char *const better_choices[];

/* NULL: neither */
extern Better argument_better(FunctionCallInfo fcinfo, int index);

/* lower, similar, higher; or better, similar, worse where it is said which way is good */
extern const char *comparison_verdict(double lower, double upper, double against, Better better);

extern Datum comparison_datum(FunctionCallInfo fcinfo, Comparison comparison);

#endif
