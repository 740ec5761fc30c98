/*
 * amount.h: money and shares as exact decimals.
 *
 * Thresholds are compared as products of these and never in floating point, where a saving of exactly the least that
 * is paid for falls on either side.  NULL is an amount that is not known; arithmetic takes only known ones.
 */
#ifndef PH_AMOUNT_H
#define PH_AMOUNT_H

#include "postgres.h"
#include "fmgr.h"
#include "utils/numeric.h"
#include "windowapi.h"

typedef Numeric Amount;

extern Amount amount_of_count(int64 count);
extern Amount amount_of_number(double x);	/* the shortest decimal that reads back as it: 0.1 is a tenth */
extern double amount_number(Amount a);	/* infinite where it is too large for a double */

extern Amount amount_sum(Amount a, Amount b);
extern Amount amount_difference(Amount a, Amount b);
extern Amount amount_product(Amount a, Amount b);
extern Amount amount_quotient(Amount a, Amount b);	/* to 40 places: multiply first, divide last */
extern Amount amount_negative(Amount a);
extern Amount amount_lesser(Amount a, Amount b);
extern Amount amount_greater(Amount a, Amount b);
extern Amount amount_rounded(Amount a, int places); /* half away from zero */
extern Amount amount_kept(Amount a, MemoryContext context); /* a copy there; NULL of NULL */
extern Amount amount_trimmed(Amount a); /* without zeros at the end; NULL for NULL */
extern int	amount_compare(Amount a, Amount b);
extern int	amount_sign(Amount a);

/* What is given as numeric: NaN, infinity and more than 10^30 are refused. */
extern Amount amount_checked(Datum given, const char *argument);

/* The amount itself, NULL too; below 0 is refused. */
extern Amount amount_from_zero(Amount a, const char *argument);

/* An argument: NULL for a null; NaN, infinity and more than 10^30 are refused. */
extern Amount argument_amount(FunctionCallInfo fcinfo, int index, const char *argument);
extern Amount window_amount(WindowObject window, int index, int64 row, const char *argument);

/* The same, where below 0 is refused too. */
extern Amount argument_amount_from_zero(FunctionCallInfo fcinfo, int index, const char *argument);
extern Amount window_amount_from_zero(WindowObject window, int index, int64 row, const char *argument);

/* An argument that must be one and the same, and known, in all rows of the partition; NULL where it is not known. */
extern Amount window_amount_of_all(WindowObject window, int index, int rows, const char *argument);

/* Puts an amount into a field of a record, NULL for one that is not known. */
extern void record_amount(Datum *values, bool *nulls, int field, Amount a);

/* Whether an amount is a whole number of units. */
extern bool amount_is_whole(Amount a, Amount unit);

/*
 * Amounts in whole units that add up to their total, which must be a whole number of units: each is cut down, and the
 * units left go to the largest fractions, among equal ones to who comes first (Hamilton's largest remainder).  A
 * negative total is divided as its opposite is.
 */
extern Amount *amounts_in_units(const Amount *amounts, int count, Amount total, Amount unit);

#endif
