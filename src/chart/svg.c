/* svg.c: a picture as text. */
#include "chart/svg.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

static const char style[] =
".ph{--paper:#fff;--ink:#1d2733;--soft:#5b6876;--rule:#d5dbe2;--a:#1f6691;--b:#b8442b;--c:#7a5ea8;--d:#2f7d4f}"
"@media(prefers-color-scheme:dark){.ph{--paper:#14191f;--ink:#e4e9ee;--soft:#9aa7b4;--rule:#35404b;"
"--a:#6db1d6;--b:#ee8a72;--c:#b79ae6;--d:#76c893}}"
".ph{width:100%;height:auto;font:12px system-ui,sans-serif}.ph text{fill:var(--ink)}.ph .soft{fill:var(--soft)}"
".ph .end{text-anchor:end}.ph .middle{text-anchor:middle}.ph .paper{fill:var(--paper)}"
".ph .title{font-size:15px;font-weight:600}"
".ph line,.ph path{stroke:var(--rule);fill:none}.ph .s0{stroke:var(--a);stroke-width:2}"
".ph .s1{stroke:var(--b);stroke-width:2;stroke-dasharray:7 3}"
".ph .s2{stroke:var(--c);stroke-width:2;stroke-dasharray:2 3}"
".ph .s3{stroke:var(--d);stroke-width:2;stroke-dasharray:10 3 2 3}"
".ph .band{opacity:.15}.ph .limit{stroke:var(--soft);stroke-dasharray:4 3}"
".ph .outer{stroke:var(--soft);stroke-dasharray:9 3}"
".ph .mean{stroke:var(--soft)}.ph .mark{stroke:var(--ink);stroke-width:1.5}"
".ph .a{fill:var(--a)}.ph .b{fill:var(--b)}.ph .c{fill:var(--c)}.ph .d{fill:var(--d)}";

/* Escapes what XML takes for its own, and leaves out what it forbids. */
static void
append_escaped(StringInfo svg, const char *text, int longest)
{
	int			length = strlen(text);
	bool		cut = longest > 0 && pg_mbstrlen(text) > longest;

	if (cut)
		length = pg_mbcharcliplen(text, length, longest - 1);
	for (int i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (c == '&')
			appendStringInfoString(svg, "&amp;");
		else if (c == '<')
			appendStringInfoString(svg, "&lt;");
		else if (c == '>')
			appendStringInfoString(svg, "&gt;");
		else if (c == '"')
			appendStringInfoString(svg, "&quot;");
		else if (c == 0xEF && (unsigned char) text[i + 1] == 0xBF &&
				 ((unsigned char) text[i + 2] == 0xBE || (unsigned char) text[i + 2] == 0xBF))
		{
			/* U+FFFE and U+FFFF, which XML forbids */
			appendStringInfoChar(svg, ' ');
			i += 2;
		}
		else if (c >= 0x20)
			appendStringInfoChar(svg, c);
		else
			appendStringInfoChar(svg, ' ');
	}
	if (cut)
		appendStringInfoString(svg, "...");
}

StringInfo
svg_start(double height, const char *title, const char *description)
{
	StringInfo	svg = makeStringInfo();

	appendStringInfo(svg,
					 "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ph\" viewBox=\"0 0 %d %.0f\" role=\"img\">"
					 "<title>",
					 SVG_WIDTH, height);
	append_escaped(svg, title, 0);
	appendStringInfoString(svg, "</title><desc>");
	append_escaped(svg, description, 0);
	appendStringInfo(svg, "</desc><style>%s</style><rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n", style,
					 SVG_WIDTH, height);
	svg_text(svg, 10, 20, "title", title, 90);
	return svg;
}

Datum
svg_end(StringInfo svg)
{
	appendStringInfoString(svg, "</svg>");
	return PointerGetDatum(cstring_to_text_with_len(svg->data, svg->len));
}

static void
append_tooltip(StringInfo svg, const char *tooltip)
{
	appendStringInfoString(svg, "<title>");
	append_escaped(svg, tooltip, 200);
	appendStringInfoString(svg, "</title>");
}

void
svg_text(StringInfo svg, double x, double y, const char *class, const char *text, int longest)
{
	appendStringInfo(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	append_escaped(svg, text, longest);
	appendStringInfoString(svg, "</text>\n");
}

void
svg_line(StringInfo svg, double x1, double y1, double x2, double y2, const char *class)
{
	appendStringInfo(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2,
					 class);
}

void
svg_bar(StringInfo svg, double x, double y, double width, double height, const char *class, const char *tooltip)
{
	appendStringInfo(svg, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\">", x, y, width,
					 height, class);
	append_tooltip(svg, tooltip);
	appendStringInfoString(svg, "</rect>\n");
}

void
svg_point(StringInfo svg, double x, double y, bool stands_out, const char *class, const char *tooltip)
{
	if (stands_out)
		appendStringInfo(svg, "<polygon points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\" class=\"%s\">",
						 x, y - 6, x + 6, y, x, y + 6, x - 6, y, class);
	else
		appendStringInfo(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\">", x, y, class);
	append_tooltip(svg, tooltip);
	appendStringInfoString(svg, stands_out ? "</polygon>\n" : "</circle>\n");
}

void
svg_path_start(StringInfo svg, const char *class)
{
	appendStringInfo(svg, "<path class=\"%s\" d=\"", class);
}

void
svg_path_to(StringInfo svg, double x, double y, bool *down)
{
	if (!isfinite(x) || !isfinite(y))
	{
		*down = false;
		return;
	}
	appendStringInfo(svg, "%c%.1f %.1f", *down ? 'L' : 'M', x, y);
	*down = true;
}

void
svg_path_end(StringInfo svg)
{
	appendStringInfoString(svg, "\"/>\n");
}

/* A range with some width, whatever it is given. */
Axis
axis_of(double low, double high, double from, double to)
{
	Axis		axis = {low, high, from, to};

	if (!(high > low) || !isfinite(high - low))
	{
		axis.low = isfinite(low) ? low : 0;
		axis.high = axis.low + fmax(1, fabs(axis.low) * 0.1);
	}
	return axis;
}

double
axis_at(const Axis *axis, double x)
{
	return axis->from + (x - axis->low) / (axis->high - axis->low) * (axis->to - axis->from);
}

/* The least of 1, 2, 5 times a power of ten that makes at most so many steps. */
static double
axis_step(const Axis *axis, int most)
{
	double		step = pow(10, floor(log10((axis->high - axis->low) / most)));
	const double factors[] = {1, 2, 5, 10};

	for (int i = 0; i < lengthof(factors); i++)
		if ((axis->high - axis->low) / (step * factors[i]) <= most)
			return step * factors[i];
	return step * 10;
}

int
axis_ticks(const Axis *axis, int about, double ticks[MOST_TICKS])
{
	double		step = axis_step(axis, about);
	double		first = ceil(axis->low / step);
	int			count = 0;

	while (count < MOST_TICKS && (first + count) * step <= axis->high + step * 1e-9)
	{
		ticks[count] = (first + count) * step;
		count++;
	}
	return count;
}

char *
svg_number(double x)
{
	char	   *plain = psprintf(fabs(x) >= 1000 && fabs(x) < 1e15 ? "%.0f" : "%.4g", x);
	int			digits = strspn(plain + (plain[0] == '-'), "0123456789");
	StringInfoData grouped;

	if (plain[digits + (plain[0] == '-')] != '\0' || digits < 4)
		return plain;
	initStringInfo(&grouped);
	for (int i = 0; plain[i] != '\0'; i++)
	{
		int			left = strlen(plain) - i;

		appendStringInfoChar(&grouped, plain[i]);
		if (left > 1 && left % 3 == 1 && plain[i] != '-')
			appendStringInfoChar(&grouped, ',');
	}
	return grouped.data;
}

void
svg_axis_below(StringInfo svg, const Axis *axis, double top, double bottom)
{
	double		ticks[MOST_TICKS];
	int			count = axis_ticks(axis, 7, ticks);

	for (int i = 0; i < count; i++)
	{
		double		x = axis_at(axis, ticks[i]);

		svg_line(svg, x, top, x, bottom, "rule");
		svg_text(svg, x, bottom + 16, "soft middle", svg_number(ticks[i]), 0);
	}
}

void
svg_axis_left(StringInfo svg, const Axis *axis, double left, double right)
{
	double		ticks[MOST_TICKS];
	int			count = axis_ticks(axis, 6, ticks);

	for (int i = 0; i < count; i++)
	{
		double		y = axis_at(axis, ticks[i]);

		svg_line(svg, left, y, right, y, "rule");
		svg_text(svg, left - 6, y + 4, "soft end", svg_number(ticks[i]), 0);
	}
}
