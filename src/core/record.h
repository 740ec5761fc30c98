/* record.h: building the composite that a function is declared to return. */
#ifndef PH_RECORD_H
#define PH_RECORD_H

#include "postgres.h"
#include "fmgr.h"

extern Datum record_datum(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/* Puts a number into a field, or NULL where it does not exist. */
extern void record_number(Datum *values, bool *nulls, int field, double x);
extern void record_text(Datum *values, bool *nulls, int field, const char *text);

#endif
