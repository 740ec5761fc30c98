/* record.h: building the composite that a function is declared to return. */
#ifndef PH_RECORD_H
#define PH_RECORD_H

#include "postgres.h"
#include "access/htup_details.h"
#include "fmgr.h"

extern Datum record_datum(FunctionCallInfo fcinfo, Datum *values, bool *nulls);

/* Puts a number into a field, or NULL where it does not exist. */
extern void record_number(Datum *values, bool *nulls, int field, double x);
extern void record_text(Datum *values, bool *nulls, int field, const char *text);
extern void record_count(Datum *values, bool *nulls, int field, int64 count, bool wide);	/* below 0: NULL */

/* Puts a list or a table by rows into a field; NULL for none; nulls inside for NANs. */
extern void record_numbers(Datum *values, bool *nulls, int field, const double *numbers, int count);
extern void record_table(Datum *values, bool *nulls, int field, const double *numbers, int rows, int columns);
extern void record_texts(Datum *values, bool *nulls, int field, char **texts, int count);
extern void record_text_table(Datum *values, bool *nulls, int field, char **texts, int rows, int columns);

/* Reads a field: NULL, NAN and -1 for a null; a list must have so many finite elements, or nulls, which are NAN. */
extern char *field_text(HeapTupleHeader tuple, const char *field);
extern double field_number(HeapTupleHeader tuple, const char *field);
extern int64 field_count(HeapTupleHeader tuple, const char *field, bool wide);
extern double *field_numbers(HeapTupleHeader tuple, const char *argument, const char *field, int count);
extern double *field_table(HeapTupleHeader tuple, const char *argument, const char *field, int rows, int columns);
extern char **field_texts(HeapTupleHeader tuple, const char *argument, const char *field, int *count);
extern char **field_text_table(HeapTupleHeader tuple, const char *argument, const char *field, int rows, int columns);

/* Takes a record apart that has so many fields, in their order. */
extern void record_fields(HeapTupleHeader tuple, Datum *values, bool *nulls, int count);

/*
 * A composite that a query gives with every row is read once, and again only when it changes.  Begin a struct with
 * this; where record_cache() gives it unread, read the record between record_cache_open(), which gives it, and
 * record_cache_close(): what is allocated there lives as long as it does.
 */
typedef struct RecordCache
{
	MemoryContext context;
	MemoryContext caller;
	Size		size;
	HeapTupleHeader tuple;
	bool		read;
} RecordCache;

extern RecordCache *record_cache(FunctionCallInfo fcinfo, int index, Size size);
extern Datum record_cache_open(RecordCache *cache);
extern void record_cache_close(RecordCache *cache);

#endif
