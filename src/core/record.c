/* record.c: building the composite that a function is declared to return, and reading one that it is given. */
#include "core/record.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/executor.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

/* The row type is looked up once for each place in the query that calls the function. */
static TupleDesc
record_desc(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (desc)
		return desc;
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "a composite is asked for where no row can be returned");
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = desc;
	return desc;
}

Datum
record_datum(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	return HeapTupleGetDatum(heap_form_tuple(record_desc(fcinfo), values, nulls));
}

void
record_number(Datum *values, bool *nulls, int field, double x)
{
	values[field] = Float8GetDatum(x);
	nulls[field] = !isfinite(x);
}

void
record_text(Datum *values, bool *nulls, int field, const char *text)
{
	values[field] = text ? CStringGetTextDatum(text) : (Datum) 0;
	nulls[field] = text == NULL;
}

void
record_count(Datum *values, bool *nulls, int field, int64 count, bool wide)
{
	nulls[field] = count < 0;
	values[field] = wide ? Int64GetDatum(count) : Int32GetDatum((int32) count);
}

/* ---- lists ---- */

static Datum
numbers_datum(const double *numbers, int dimensions, int rows, int columns)
{
	int			elements = rows * columns;
	Datum	   *datums = palloc_array(Datum, Max(elements, 1));
	bool	   *nulls = palloc_array(bool, Max(elements, 1));
	int			sizes[] = {rows, columns};
	int			bounds[] = {1, 1};

	for (int i = 0; i < elements; i++)
	{
		datums[i] = Float8GetDatum(numbers[i]);
		nulls[i] = isnan(numbers[i]);
	}
	return PointerGetDatum(construct_md_array(datums, nulls, elements == 0 ? 0 : dimensions, sizes, bounds, FLOAT8OID,
											  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

void
record_numbers(Datum *values, bool *nulls, int field, const double *numbers, int count)
{
	nulls[field] = numbers == NULL;
	values[field] = numbers ? numbers_datum(numbers, 1, count, 1) : (Datum) 0;
}

void
record_table(Datum *values, bool *nulls, int field, const double *numbers, int rows, int columns)
{
	nulls[field] = numbers == NULL;
	values[field] = numbers ? numbers_datum(numbers, 2, rows, columns) : (Datum) 0;
}

static Datum
texts_datum(char **texts, int dimensions, int rows, int columns)
{
	int			elements = rows * columns;
	int			sizes[] = {rows, columns};
	int			bounds[] = {1, 1};
	Datum	   *datums = palloc_array(Datum, Max(elements, 1));

	for (int i = 0; i < elements; i++)
		datums[i] = CStringGetTextDatum(texts[i]);
	return PointerGetDatum(construct_md_array(datums, NULL, elements == 0 ? 0 : dimensions, sizes, bounds, TEXTOID, -1,
											  false, TYPALIGN_INT));
}

void
record_texts(Datum *values, bool *nulls, int field, char **texts, int count)
{
	nulls[field] = texts == NULL;
	values[field] = texts ? texts_datum(texts, 1, count, 1) : (Datum) 0;
}

void
record_text_table(Datum *values, bool *nulls, int field, char **texts, int rows, int columns)
{
	nulls[field] = texts == NULL;
	values[field] = texts ? texts_datum(texts, 2, rows, columns) : (Datum) 0;
}

/* ---- reading ---- */

char *
field_text(HeapTupleHeader tuple, const char *field)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

double
field_number(HeapTupleHeader tuple, const char *field)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);

	return isnull ? NAN : DatumGetFloat8(value);
}

int64
field_count(HeapTupleHeader tuple, const char *field, bool wide)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);

	return isnull ? -1 : wide ? DatumGetInt64(value) : DatumGetInt32(value);
}

double *
field_table(HeapTupleHeader tuple, const char *argument, const char *field, int rows, int columns)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	double	   *numbers;

	if (isnull)
		return NULL;
	if (!array_is_table(DatumGetArrayTypeP(value), rows, columns))
		argument_error(argument, psprintf("must have as many %s as its terms ask for", field), NULL);
	count = array_elements(DatumGetArrayTypeP(value), FLOAT8OID, &elements, &nulls);
	numbers = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !isfinite(numbers[i]))
			argument_error(argument, psprintf("must have finite %s", field), NULL);
	}
	return numbers;
}

double *
field_numbers(HeapTupleHeader tuple, const char *argument, const char *field, int count)
{
	return field_table(tuple, argument, field, count, 1);
}

char **
field_texts(HeapTupleHeader tuple, const char *argument, const char *field, int *count)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	char	  **texts;

	*count = 0;
	if (isnull)
		return NULL;
	*count = array_elements(DatumGetArrayTypeP(value), TEXTOID, &elements, &nulls);
	texts = palloc_array(char *, Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			argument_error(argument, psprintf("must have no nulls among its %s", field), NULL);
		texts[i] = TextDatumGetCString(elements[i]);
	}
	return texts;
}

char **
field_text_table(HeapTupleHeader tuple, const char *argument, const char *field, int rows, int columns)
{
	bool		isnull;
	Datum		value = GetAttributeByName(tuple, field, &isnull);
	int			count;

	if (!isnull && !array_is_table(DatumGetArrayTypeP(value), rows, columns))
		argument_error(argument, psprintf("must have as many %s as its terms ask for", field), NULL);
	return field_texts(tuple, argument, field, &count);
}

void
record_fields(HeapTupleHeader tuple, Datum *values, bool *nulls, int count)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(tuple), HeapTupleHeaderGetTypMod(tuple));
	HeapTupleData whole = {.t_len = HeapTupleHeaderGetDatumLength(tuple), .t_data = tuple};

	if (desc->natts != count)
		elog(ERROR, "a record of %d fields has %d", count, desc->natts);
	heap_deform_tuple(&whole, desc, values, nulls);
	ReleaseTupleDesc(desc);
}

/* ---- reading once ---- */

RecordCache *
record_cache(FunctionCallInfo fcinfo, int index, Size size)
{
	RecordCache *cache = fcinfo->flinfo->fn_extra;
	HeapTupleHeader tuple = DatumGetHeapTupleHeader(PG_GETARG_DATUM(index));
	Size		length = HeapTupleHeaderGetDatumLength(tuple);

	if (cache && cache->read && cache->size == length && memcmp(cache->tuple, tuple, length) == 0)
		return cache;
	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, size);
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "ph record", ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
	}
	cache->read = false;
	MemoryContextReset(cache->context);
	cache->tuple = MemoryContextAlloc(cache->context, length);
	memcpy(cache->tuple, tuple, length);
	cache->size = length;
	return cache;
}

Datum
record_cache_open(RecordCache *cache)
{
	cache->caller = MemoryContextSwitchTo(cache->context);
	return HeapTupleHeaderGetDatum(cache->tuple);
}

void
record_cache_close(RecordCache *cache)
{
	MemoryContextSwitchTo(cache->caller);
	cache->read = true;
}
