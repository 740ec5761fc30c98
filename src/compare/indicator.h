/* indicator.h: the one door: every indicator by its name, and asking a tally for it. */
#ifndef PH_INDICATOR_H
#define PH_INDICATOR_H

#include "indicator/quantity.h"

/* What an indicator is asked with, beside a tally and perhaps a reference. */
#define NEEDS_UNTIL 0x01
#define TAKES_AGE 0x02
#define OR_ESP2013 0x04			/* the reference, if none is given */

typedef struct Indicator
{
	const char *name;
	double		per;			/* the default */
	int			needs;
	const char *tally;			/* what the tally holds */
	const char *reference;		/* what the reference is; NULL: none is read */
	const char *until;			/* what until is; NULL: it is not read */
	Ask			ask;
	const char *meaning;
} Indicator;

typedef struct Asked
{
	const Indicator *indicator;
	double		per;			/* may be negative where a function says so */
	Question	question;
} Asked;

/*
 * The argument indicator text; three in a row, reference ph.tally, per float8 (NULL: the indicator's own) and
 * confidence float8; and the last two of the function, age float8 and until float8.
 */
extern Asked argument_asked(FunctionCallInfo fcinfo, int indicator, int reference);

/* In units of the indicator's own: per is for the caller to apply, once. */
extern Quantity ask(const Tally *tally, const Asked *asked);

#endif
