/* picture.c: what every picture reads of its arguments, and says of itself beside its marks. */
#include "chart/picture.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/argument.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

const char *const series_line[MOST_SERIES] = {"s0", "s1", "s2", "s3"};
const char *const series_fill[MOST_SERIES] = {"a", "b", "c", "d"};
const char *const series_band[MOST_SERIES] = {"a s0 band", "b s1 band", "c s2 band", "d s3 band"};

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

/* Where a version of the function from before the argument calls, it is not said. */
static char *
argument_words(FunctionCallInfo fcinfo, int index)
{
	char	   *words = index >= PG_NARGS() || PG_ARGISNULL(index) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(index));

	return words && words[strspn(words, " ")] == '\0' ? NULL : words;
}

/* A picture always has a title, for those who hear it. */
Picture *
picture_start(FunctionCallInfo fcinfo, int title, char *drawn, int unit)
{
	Picture    *picture = palloc0(sizeof(Picture));
	char	   *said = argument_words(fcinfo, title);

	picture->title = said ? said : drawn;
	picture->unit = argument_words(fcinfo, unit);
	picture->source = argument_words(fcinfo, unit + 1);
	initStringInfo(&picture->marks);
	initStringInfo(&picture->says);
	initStringInfo(&picture->table);
	return picture;
}

const char *
picture_axis(const Picture *picture, const char *otherwise)
{
	return picture->unit ? picture->unit : otherwise;
}

void
picture_says(Picture *picture, const char *format,...)
{
	va_list		args;
	int			needed;

	if (picture->says.len > 0)
		appendStringInfoChar(&picture->says, ' ');
	do
	{
		va_start(args, format);
		needed = appendStringInfoVA(&picture->says, format, args);
		va_end(args);
		if (needed > 0)
			enlargeStringInfo(&picture->says, needed);
	} while (needed > 0);
}

void
picture_says_range(Picture *picture, const double *values, char *const *names, int count)
{
	int			highest = -1,
				lowest = -1,
				missing = 0;

	for (int i = 0; i < count; i++)
	{
		missing += isnan(values[i]);
		if (!isnan(values[i]) && (highest < 0 || values[i] > values[highest]))
			highest = i;
		if (!isnan(values[i]) && (lowest < 0 || values[i] < values[lowest]))
			lowest = i;
	}
	if (highest >= 0)
		picture_says(picture, "Highest: %s, %s; lowest: %s, %s.", name_of(names, highest), svg_number(values[highest]),
					 name_of(names, lowest), svg_number(values[lowest]));
	if (missing > 0)
		picture_says(picture, "%d without a value.", missing);
}

/* Text in JSON, of which nothing is read as XML. */
static void
append_json(StringInfo json, const char *text)
{
	appendStringInfoChar(json, '"');
	for (const char *c = svg_clean(text); *c; c++)
		if (strchr("\"\\&<>", *c))
			appendStringInfo(json, "\\u%04x", *c);
		else
			appendStringInfoChar(json, *c);
	appendStringInfoChar(json, '"');
}

void
picture_cells(Picture *picture, const char *const *cells, int count)
{
	appendStringInfoString(&picture->table, picture->table.len > 0 ? ",\n[" : "[");
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&picture->table, ',');
		append_json(&picture->table, cells[i]);
	}
	appendStringInfoChar(&picture->table, ']');
}

#define KEY_LEFT 10
#define KEY_RIGHT 750
#define LINE_HEIGHT 20

/* Room for a key and its words, on the line that is begun or on one below; where its words begin. */
static double
place_key(Picture *picture, const char *words)
{
	double		width = 52 + 6.6 * Min(pg_mbstrlen(words), 96);

	if (picture->along == 0 || picture->along + width > KEY_RIGHT)
	{
		picture->bottom += LINE_HEIGHT;
		picture->along = KEY_LEFT;
	}
	picture->along += width;
	svg_text(&picture->marks, picture->along - width + 32, picture->bottom, "start", words, 96);
	return picture->along - width;
}

void
picture_key_line(Picture *picture, const char *class, const char *words)
{
	double		left = place_key(picture, words);

	svg_line(&picture->marks, left, picture->bottom - 4, left + 26, picture->bottom - 4, class);
}

void
picture_key_bar(Picture *picture, const char *class, const char *words)
{
	double		left = place_key(picture, words);

	svg_bar(&picture->marks, left, picture->bottom - 11, 26, 14, class, words);
}

void
picture_key_point(Picture *picture, Shape shape, const char *class, const char *words)
{
	double		left = place_key(picture, words);

	svg_point(&picture->marks, left + 13, picture->bottom - 4, shape, class, words);
}

void
picture_remark(Picture *picture, const char *words)
{
	picture->along = 0;
	picture->bottom += LINE_HEIGHT;
	svg_text(&picture->marks, KEY_LEFT, picture->bottom, "soft", words, 110);
}

Datum
picture_end(Picture *picture)
{
	StringInfoData svg;

	if (picture->source)
		picture_remark(picture, psprintf("Source: %s", picture->source));
	initStringInfo(&svg);
	appendStringInfo(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ph\" viewBox=\"0 0 %d %.0f\" "
					 "role=\"img\"><title>", SVG_WIDTH, picture->bottom + 12);
	svg_escaped(&svg, picture->title, 0);
	appendStringInfoString(&svg, "</title><desc>");
	svg_escaped(&svg, picture->says.data, 0);
	appendStringInfo(&svg, "</desc><style>%s</style>", svg_style);
	if (picture->table.len > 0)
	{
		appendStringInfoString(&svg, "<metadata>{\"caption\":");
		append_json(&svg, picture->title);
		appendStringInfoString(&svg, ",\"unit\":");
		append_json(&svg, picture->unit ? picture->unit : "");
		appendStringInfo(&svg, ",\"rows\":[%s]}</metadata>", picture->table.data);
	}
	appendStringInfo(&svg, "<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n", SVG_WIDTH,
					 picture->bottom + 12);
	svg_text(&svg, 10, 20, "title", picture->title, 90);
	appendBinaryStringInfo(&svg, picture->marks.data, picture->marks.len);
	appendStringInfoString(&svg, "</svg>");
	return PointerGetDatum(cstring_to_text_with_len(svg.data, svg.len));
}

Datum
picture_of_nothing(Picture *picture, const char *why)
{
	resetStringInfo(&picture->marks);
	resetStringInfo(&picture->table);
	resetStringInfo(&picture->says);
	picture_says(picture, "Nothing to show: %s.", why);
	svg_text(&picture->marks, 10, 45, "soft", psprintf("nothing to show: %s", why), 100);
	picture->bottom = 48;
	picture->along = 0;
	return picture_end(picture);
}

char *
name_of(char *const *labels, int i)
{
	return labels[i][0] ? labels[i] : psprintf("number %d", i + 1);
}

char *
with_limits(double value, double lower, double upper)
{
	return isnan(lower) || isnan(upper) ? svg_number(value)
		: psprintf("%s (%s to %s)", svg_number(value), svg_number(lower), svg_number(upper));
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

char *
plain_words(const char *word)
{
	char	   *words = pstrdup(word);

	for (char *c = words; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	return words;
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
