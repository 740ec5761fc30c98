/*
 * ordering.h: the comparisons of a type, by which DISTINCT, UNION, GROUP BY, ORDER BY and indexes know its values.
 *
 * ORDERING_OF(tally) defines ph_support.tally_compare(a, b) -> integer and ph.tally_equal, tally_not_equal, tally_less,
 * tally_less_or_equal, tally_greater and tally_greater_or_equal(a, b) -> boolean over
 *
 *     static int tally_order(FunctionCallInfo fcinfo)
 *
 * which compares arguments 0 and 1 by all that they hold.  The order itself has no meaning.
 */
#ifndef PH_ORDERING_H
#define PH_ORDERING_H

#include "postgres.h"
#include "fmgr.h"

#define ORDERING_FUNCTION(name, answer) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return answer; \
	} \
	extern Datum name(PG_FUNCTION_ARGS)

#define ORDERING_OF(type) \
	ORDERING_FUNCTION(type##_compare, Int32GetDatum(type##_order(fcinfo))); \
	ORDERING_FUNCTION(type##_equal, BoolGetDatum(type##_order(fcinfo) == 0)); \
	ORDERING_FUNCTION(type##_not_equal, BoolGetDatum(type##_order(fcinfo) != 0)); \
	ORDERING_FUNCTION(type##_less, BoolGetDatum(type##_order(fcinfo) < 0)); \
	ORDERING_FUNCTION(type##_less_or_equal, BoolGetDatum(type##_order(fcinfo) <= 0)); \
	ORDERING_FUNCTION(type##_greater, BoolGetDatum(type##_order(fcinfo) > 0)); \
	ORDERING_FUNCTION(type##_greater_or_equal, BoolGetDatum(type##_order(fcinfo) >= 0))

#endif
