/* picture.c: what every picture reads of its arguments. */
#include "chart/picture.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/executor.h"
#include "utils/array.h"
#include "utils/builtins.h"

const char *const series_line[MOST_SERIES] = {"s0", "s1", "s2", "s3"};
const char *const series_fill[MOST_SERIES] = {"a", "b", "c", "d"};
const char *const series_band[MOST_SERIES] = {"a band", "b band", "c band", "d band"};

int
argument_marks(FunctionCallInfo fcinfo, int index, const char *argument, Datum **elements, bool **nulls)
{
	int			count = argument_elements(fcinfo, index, argument, elements, nulls);

	if (count > MOST_MARKS)
		argument_error(argument, "must not have more than 2000 elements", NULL);
	return count;
}

/* Labels, empty for nulls and where no list is given; so many must there be. */
char **
argument_labels(FunctionCallInfo fcinfo, int index, int count)
{
	char	  **labels = palloc_array(char *, Max(count, 1));
	Datum	   *elements;
	bool	   *nulls;
	int			given = argument_marks(fcinfo, index, "labels", &elements, &nulls);

	if (given != count && !PG_ARGISNULL(index))
		argument_error("labels", "must have as many elements as there are marks", NULL);
	for (int i = 0; i < count; i++)
		labels[i] = i < given && !nulls[i] ? TextDatumGetCString(elements[i]) : "";
	return labels;
}

/* A list or a table of numbers, row by row; NAN for nulls. */
int
argument_table(FunctionCallInfo fcinfo, int index, const char *argument, double **numbers)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(index))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(index);
	count = array_elements(array, FLOAT8OID, &elements, &nulls);
	*numbers = palloc_array(double, Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		(*numbers)[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (isinf((*numbers)[i]) || (*numbers)[i] < 0)
			argument_error(argument, "must be finite and not negative", "Use NULL for what must not be shown.");
	}
	return count;
}

char *
argument_text(FunctionCallInfo fcinfo, int index, char *otherwise)
{
	return PG_ARGISNULL(index) ? otherwise : text_to_cstring(PG_GETARG_TEXT_PP(index));
}

/* A picture always has a title, for those who hear it: what is drawn, unless it is said. */
char *
argument_title(FunctionCallInfo fcinfo, int index, char *drawn)
{
	char	   *title = argument_text(fcinfo, index, drawn);

	return title[strspn(title, " ")] == '\0' ? drawn : title;
}

/* A numeric field of a composite; NAN where either is NULL, and where no picture can show it. */
double
number_field(Datum composite, bool isnull, const char *field)
{
	Datum		value;

	if (isnull)
		return NAN;
	value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);
	return isnull || !(fabs(DatumGetFloat8(value)) <= 1e300) ? NAN : DatumGetFloat8(value);
}

char *
text_field(Datum composite, bool isnull, const char *field)
{
	Datum		value;

	if (isnull)
		return "no data";
	value = GetAttributeByName(DatumGetHeapTupleHeader(composite), field, &isnull);
	return isnull ? "" : TextDatumGetCString(value);
}

void
widen(double x, double *low, double *high)
{
	if (isfinite(x))
	{
		*low = fmin(*low, x);
		*high = fmax(*high, x);
	}
}

Datum
nothing_to_show(const char *title, const char *why)
{
	StringInfo	svg = svg_start(60, title, "Nothing to show.");

	svg_text(svg, 10, 45, "soft", psprintf("nothing to show: %s", why), 100);
	return svg_end(svg);
}
