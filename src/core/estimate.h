/* estimate.h: what an indicator returns: value, limits, and a note when there is something to say. */
#ifndef PH_ESTIMATE_H
#define PH_ESTIMATE_H

#include "postgres.h"
#include "fmgr.h"
#include "core/tally.h"

/* NAN stands for what does not exist and becomes NULL. */
typedef struct Estimate
{
	double		value;
	double		lower;
	double		upper;
	char	   *note;			/* NULL, or words of the vocabulary in docs/estimate.md */
} Estimate;

/* A value whose error is normal. */
extern Estimate estimate_normal(double value, double error, double confidence);

extern Estimate estimate_none(const char *format,...) pg_attribute_printf(1, 2);
extern void estimate_note(Estimate *estimate, const char *format,...) pg_attribute_printf(2, 3);
/* That rows of unknown key are not in the answer; NULL, and no note, where there are none. */
extern char *unknown_key_note(int64 rows);
extern void estimate_note_unknown(Estimate *estimate, int64 rows);
extern void estimate_scale(Estimate *estimate, double factor);
extern void estimate_settle(Estimate *estimate);
extern Datum estimate_datum(FunctionCallInfo fcinfo, Estimate estimate);

/* Whether a tally can be asked at all, and for a rate; if not, *why is the estimate that says so. */
extern bool estimate_answerable(const Tally *tally, Estimate *why);
extern bool estimate_possible(const Tally *tally, Estimate *why);

#endif
