/*
 * news2.c: the National Early Warning Score 2.
 *
 * Royal College of Physicians 2017, who hold it and ask to be acknowledged.  Vital signs are taken to whole
 * numbers, temperature to a tenth.  Scale 2 of oxygen saturation is for those whose prescribed range is 88 to
 * 92 %.
 */
#include "postgres.h"

#include <math.h>

#include "core/score.h"

static const PointStep respiration_steps[] = {{9, 3}, {12, 1}, {21, 0}, {25, 2}, {INFINITY, 3}};
static const PointStep scale_1_steps[] = {{92, 3}, {94, 2}, {96, 1}, {INFINITY, 0}};
static const PointStep scale_2_air_steps[] = {{84, 3}, {86, 2}, {88, 1}, {INFINITY, 0}};
static const PointStep scale_2_oxygen_steps[] = {{84, 3}, {86, 2}, {88, 1}, {93, 0}, {95, 1}, {97, 2}, {INFINITY, 3}};
static const PointStep oxygen_steps[] = {{1, 0}, {INFINITY, 2}};
static const PointStep pressure_steps[] = {{91, 3}, {101, 2}, {111, 1}, {220, 0}, {INFINITY, 3}};
static const PointStep pulse_steps[] = {{41, 3}, {51, 1}, {91, 0}, {111, 1}, {131, 2}, {INFINITY, 3}};
static const PointStep temperature_steps[] = {{351, 3}, {361, 1}, {381, 0}, {391, 1}, {INFINITY, 2}};	/* tenths */

/* Three points for one of the vital signs raise a low total; supplemental oxygen has two at most. */
static bool
any_single_3(const Score *score)
{
	for (int i = 0; i < score->count; i++)
		if (score->terms[i].contribution == 3)
			return true;
	return false;
}

static Score
news2_score(FunctionCallInfo fcinfo)
{
	static const InputRange respiration_range = {.name = "respiration_rate_per_min", .low = 0, .high = 100};
	static const InputRange saturation_range = {.name = "oxygen_saturation_percent", .low = 20, .high = 100};
	static const InputRange pressure_range = {.name = "systolic_bp_mmhg", .low = 0, .high = 350};
	static const InputRange pulse_range = {.name = "pulse_per_min", .low = 0, .high = 350};
	static const InputRange temperature_range = {.name = "temperature_c", .low = 20, .high = 45,
	.mistaken_unit = "Fahrenheit", .mistaken_low = 68, .mistaken_high = 113};
	static const char *const words[] = {"a", "alert", "c", "confusion", "v", "voice", "p", "pain", "u",
	"unresponsive", NULL};
	static const BandStep bands[] = {{5, "low"}, {7, "medium"}, {INFINITY, "high"}};
	Score		score = score_start();
	double		respiration = score_number(&score, fcinfo, 0, &respiration_range);
	double		saturation = score_number(&score, fcinfo, 1, &saturation_range);
	double		oxygen = score_boolean(&score, fcinfo, 2, "supplemental_oxygen");
	double		pressure = score_number(&score, fcinfo, 3, &pressure_range);
	double		pulse = score_number(&score, fcinfo, 4, &pulse_range);
	int			word = score_choice(&score, fcinfo, 5, "consciousness", words);
	double		temperature = score_number(&score, fcinfo, 6, &temperature_range);
	int			scale = PG_ARGISNULL(7) ? 0 : PG_GETARG_INT32(7);

	if (PG_ARGISNULL(7))
		score_note(&score, "missing_input", "oxygen_scale");
	else if (scale != 1 && scale != 2)
		score_note(&score, "out_of_range", "oxygen_scale");
	score_points(&score, "respiration_rate_per_min", respiration, rint(respiration), respiration_steps);
	score_points(&score, "oxygen_saturation_percent", saturation, rint(saturation),
				 scale == 1 ? scale_1_steps : oxygen > 0 ? scale_2_oxygen_steps : scale_2_air_steps);
	score_points(&score, "supplemental_oxygen", oxygen, oxygen, oxygen_steps);
	score_points(&score, "systolic_bp_mmhg", pressure, rint(pressure), pressure_steps);
	score_points(&score, "pulse_per_min", pulse, rint(pulse), pulse_steps);
	score_term(&score, "consciousness", NAN, word <= 1 ? 0 : 3);
	score_points(&score, "temperature_c", temperature, rint(10 * temperature), temperature_steps);
	score.value = score_sum(&score);
	score.band = score.value < 5 && any_single_3(&score) ? "low_medium" : score_band(score.value, bands);
	score_validated_from(&score, fcinfo, 8, 16);
	return score;
}

/*
 * ph.news2(respiration_rate_per_min float8, oxygen_saturation_percent float8, supplemental_oxygen boolean,
 *   systolic_bp_mmhg float8, pulse_per_min float8, consciousness text, temperature_c float8, oxygen_scale int,
 *   age_years float8) -> ph.risk_score
 *
 * 0 to 20; low, low_medium (below 5 with a single 3), medium from 5, high from 7.  From 16 years, not in
 * pregnancy.
 *
 * ph.news2_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each vital sign and its points.
 */
SCORE_OF(news2);
