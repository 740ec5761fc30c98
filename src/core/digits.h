/* digits.h: a number as the fewest digits that give it back, whatever the settings of the session. */
#ifndef PH_DIGITS_H
#define PH_DIGITS_H

#include "postgres.h"
#include "common/shortest_dec.h"
#include "lib/stringinfo.h"

static inline void
append_digits(StringInfo out, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(x, digits);
	appendStringInfoString(out, digits);
}

#endif
