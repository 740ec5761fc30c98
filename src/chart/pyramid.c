/* pyramid.c: a population by age and sex, or two populations side by side. */
#include "postgres.h"

#include <math.h>

#include "chart/picture.h"
#include "core/age.h"
#include "core/argument.h"
#include "core/bands.h"
#include "core/tally.h"

/* A band without people may have been held back, so nothing is said of it. */
static char *
people_text(const TallyCell *band)
{
	double		people = sum_value(band->exposure);

	return people > 0 ? svg_number(people) : "";
}

/*
 * ph.chart_pyramid(female ph.tally, male ph.tally, title text, band_width float8, unit text, source text) -> text
 *
 * Exposure by age in bands, females to the left and males to the right, to one scale.  A band without
 * people has no bar and no tooltip: it may have been held back.  Ages that are unknown, or that nobody has, are
 * left out and said.
 */
PG_FUNCTION_INFO_V1(chart_pyramid);
Datum
chart_pyramid(PG_FUNCTION_ARGS)
{
	Tally	   *sexes[] = {argument_tally(fcinfo, 0), argument_tally(fcinfo, 1)};
	static const char *const names[] = {"female", "male"};
	Picture    *picture = picture_start(fcinfo, 2, "Population pyramid", 4);
	StringInfo	svg = &picture->marks;
	const char *unit = picture_axis(picture, "people");
	double		width = argument_positive(fcinfo, 3, "band_width");
	double		lower[40];
	int			count = 0;
	double		highest = 0,
				oldest = 0,
				bottom;
	Bands		bands[2];
	LeftOut		left_out = {0};
	Estimate	left = {0};
	Axis		side[2];
	double		all[2] = {0, 0},
				largest = 0;
	char	   *largest_band = "";

	for (int sex = 0; sex < 2; sex++)
		for (int i = 0; sexes[sex] && i < sexes[sex]->sorted; i++)
			if (age_is_possible(sexes[sex]->cells[i].key))
				oldest = fmax(oldest, sexes[sex]->cells[i].key);
	while (count < lengthof(lower) && (count == 0 || count * width <= oldest))
	{
		lower[count] = count * width;
		count++;
	}
	for (int sex = 0; sex < 2; sex++)
	{
		sexes[sex] = sexes[sex] ? sexes[sex] : tally_new(0);
		bands[sex] = bands_gather(sexes[sex], lower, count);
		left_out_add(&left_out, &bands[sex], sexes[sex]);
		for (int i = 0; i < count; i++)
			highest = fmax(highest, sum_value(bands[sex].cell[i].exposure));
	}
	if (highest == 0)
		return picture_of_nothing(picture, "no people");
	bottom = 50 + 17 * count;
	left_out_note(&left, &left_out);
	side[0] = axis_of(0, highest, 350, 30);
	side[1] = axis_of(0, highest, 410, 730);
	svg_text(svg, 190, 42, "soft middle", "female", 0);
	svg_text(svg, 380, 42, "soft middle", "age", 0);
	svg_text(svg, 570, 42, "soft middle", "male", 0);
	picture_row(picture, "age", "female", "male");
	for (int sex = 0; sex < 2; sex++)
		svg_axis_below(svg, &side[sex], 48, bottom, unit);
	for (int i = 0; i < count; i++)
	{
		double		y = bottom - 17 * (i + 1);
		char	   *ages = i + 1 < count ? psprintf("%g-%g", lower[i], lower[i + 1] - 1) : psprintf("%g+", lower[i]);

		svg_text(svg, 380, y + 12, "soft middle", ages, 0);
		picture_row(picture, ages, people_text(&bands[0].cell[i]), people_text(&bands[1].cell[i]));
		for (int sex = 0; sex < 2; sex++)
		{
			double		people = sum_value(bands[sex].cell[i].exposure);
			double		x = axis_at(&side[sex], people);

			all[sex] += people;
			if (people > 0)
				svg_bar(svg, fmin(x, side[sex].from), y, fabs(x - side[sex].from), 15, sex == 0 ? "b" : "a",
						psprintf("%s, age %s: %s", names[sex], ages, svg_number(people)));
			if (people > largest)
			{
				largest = people;
				largest_band = psprintf("%s aged %s", names[sex], ages);
			}
		}
	}
	picture_says(picture, "%s female and %s male; the largest band: %s, %s; the oldest with anybody begins at %s.",
				 svg_number(all[0]), svg_number(all[1]), largest_band, svg_number(largest),
				 svg_number(lower[count - 1]));
	picture->bottom = bottom + 36;
	picture_key_bar(picture, "b", "female");
	picture_key_bar(picture, "a", "male");
	if (left.note)
		picture_remark(picture, left.note);
	return picture_end(picture);
}
