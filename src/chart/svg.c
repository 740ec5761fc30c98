/* svg.c: a picture as text. */
#include "chart/svg.h"

#include <math.h>

#include "mb/pg_wchar.h"

#define DIGIT_WIDTH 7.5			/* of the 12 px font, at most */

const char svg_style[] =
".ph{--paper:#fff;--ink:#1d2733;--soft:#5b6876;--rule:#d5dbe2;--a:#1f6691;--b:#b8442b;--c:#7a5ea8;--d:#2f7d4f}"
"@media screen and (prefers-color-scheme:dark){.ph{--paper:#14191f;--ink:#e4e9ee;--soft:#9aa7b4;--rule:#35404b;"
"--a:#6db1d6;--b:#ee8a72;--c:#b79ae6;--d:#76c893}}"
".ph{display:block;width:100%;min-width:640px;height:auto;font:12px system-ui,sans-serif}"
".ph text{fill:var(--ink)}.ph .soft{fill:var(--soft)}"
".ph .end{text-anchor:end}.ph .middle{text-anchor:middle}.ph .paper{fill:var(--paper)}"
".ph .title{font-size:15px;font-weight:600}"
".ph line,.ph path{stroke:var(--rule);fill:none}.ph .s0{stroke:var(--a);stroke-width:2}"
".ph .s1{stroke:var(--b);stroke-width:2;stroke-dasharray:7 3}"
".ph .s2{stroke:var(--c);stroke-width:2;stroke-dasharray:2 3}"
".ph .s3{stroke:var(--d);stroke-width:2;stroke-dasharray:10 3 2 3}"
".ph .band{fill-opacity:.15;stroke-width:.8}.ph .point{stroke:none}.ph .limit{stroke:var(--soft);stroke-dasharray:4 3}"
".ph .outer{stroke:var(--soft);stroke-dasharray:9 3}"
".ph .mean{stroke:var(--soft)}.ph .mark{stroke:var(--ink);stroke-width:1.5}"
".ph .a{fill:var(--a)}.ph .b{fill:var(--b)}.ph .c{fill:var(--c)}.ph .d{fill:var(--d)}";

/* Text with spaces for what XML forbids: control characters, U+FFFE and U+FFFF. */
char *
svg_clean(const char *text)
{
	char	   *clean = pstrdup(text);

	for (unsigned char *c = (unsigned char *) clean; *c; c++)
		if (*c < 0x20)
			*c = ' ';
		else if (c[0] == 0xEF && c[1] == 0xBF && c[2] >= 0xBE)
			memset(c, ' ', 3);
	return clean;
}

void
svg_escaped(StringInfo svg, const char *text, int longest)
{
	char	   *clean = svg_clean(text);
	bool		cut = longest > 0 && pg_mbstrlen(clean) > longest;

	if (cut)
		clean[pg_mbcharcliplen(clean, strlen(clean), longest - 1)] = '\0';
	for (const char *c = clean; *c; c++)
		if (*c == '&')
			appendStringInfoString(svg, "&amp;");
		else if (*c == '<')
			appendStringInfoString(svg, "&lt;");
		else if (*c == '>')
			appendStringInfoString(svg, "&gt;");
		else if (*c == '"')
			appendStringInfoString(svg, "&quot;");
		else
			appendStringInfoChar(svg, *c);
	if (cut)
		appendStringInfoString(svg, "...");
}

static void
append_tooltip(StringInfo svg, const char *tooltip)
{
	appendStringInfoString(svg, "<title>");
	svg_escaped(svg, tooltip, 200);
	appendStringInfoString(svg, "</title>");
}

void
svg_text(StringInfo svg, double x, double y, const char *class, const char *text, int longest)
{
	appendStringInfo(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	svg_escaped(svg, text, longest);
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
svg_point(StringInfo svg, double x, double y, Shape shape, const char *class, const char *tooltip)
{
	static const char *const outlines[] = {
		[SHAPE_DIAMOND] = "M%.1f %.1fm0 -6l6 6l-6 6l-6 -6z",
		[SHAPE_SQUARE] = "M%.1f %.1fm-4.5 -4.5h9v9h-9z",
		[SHAPE_TRIANGLE] = "M%.1f %.1fm0 -6l6 10h-12z",
	};

	if (shape == SHAPE_DOT)
		appendStringInfo(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" class=\"%s\">", x, y, class);
	else
	{
		appendStringInfoString(svg, "<path d=\"");
		appendStringInfo(svg, outlines[shape], x, y);
		appendStringInfo(svg, "\" class=\"%s point\">", class);
	}
	append_tooltip(svg, tooltip);
	appendStringInfoString(svg, shape == SHAPE_DOT ? "</circle>\n" : "</path>\n");
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

static char *
plain_number(double x)
{
	return isnan(x) ? "" : psprintf(fabs(x) >= 1000 && fabs(x) < 1e15 ? "%.0f" : "%.4g", x + 0.0);
}

double
svg_rounded(double x)
{
	return isnan(x) ? x : strtod(plain_number(x), NULL);
}

char *
svg_number(double x)
{
	char	   *plain = plain_number(x);
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

/* Round numbers that have room beside each other. */
static int
ticks_with_room(const Axis *axis, double ticks[MOST_TICKS])
{
	for (int about = 7;; about--)
	{
		int			count = axis_ticks(axis, about, ticks);
		size_t		longest = 0;

		for (int i = 0; i < count; i++)
			longest = Max(longest, strlen(svg_number(ticks[i])));
		if (about == 2 || count < 2 ||
			(longest + 1) * DIGIT_WIDTH <= fabs(axis_at(axis, ticks[1]) - axis_at(axis, ticks[0])))
			return count;
	}
}

void
svg_axis_below(StringInfo svg, const Axis *axis, double top, double bottom, const char *name)
{
	double		ticks[MOST_TICKS];
	int			count = ticks_with_room(axis, ticks);

	for (int i = 0; i < count; i++)
	{
		double		x = axis_at(axis, ticks[i]);

		svg_line(svg, x, top, x, bottom, "rule");
		svg_text(svg, x, bottom + 16, "soft middle", svg_number(ticks[i]), 0);
	}
	svg_text(svg, (axis->from + axis->to) / 2, bottom + 32, "soft middle", name, 70);
}

void
svg_axis_left(StringInfo svg, const Axis *axis, double left, double right, const char *name)
{
	double		ticks[MOST_TICKS];
	int			count = axis_ticks(axis, 6, ticks);

	for (int i = 0; i < count; i++)
	{
		double		y = axis_at(axis, ticks[i]);

		svg_line(svg, left, y, right, y, "rule");
		svg_text(svg, left - 6, y + 4, "soft end", svg_number(ticks[i]), 0);
	}
	svg_text(svg, 10, fmin(axis->from, axis->to) - 12, "soft", name, 100);
}
