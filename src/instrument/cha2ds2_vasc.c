/*
 * cha2ds2_vasc.c: CHA2DS2-VASc, stroke in atrial fibrillation.
 *
 * Lip et al. 2010 (Chest 137:263).  Yearly rates are left out: they differ by cohort.
 */
#include "postgres.h"

#include <math.h>

#include "core/age.h"
#include "core/score.h"

static const PointStep age_steps[] = {{65, 0}, {75, 1}, {INFINITY, 2}};
static const PointStep one_point[] = {{1, 0}, {INFINITY, 1}};
static const PointStep two_points[] = {{1, 0}, {INFINITY, 2}};

static Score
cha2ds2_vasc_score(FunctionCallInfo fcinfo)
{
	static const InputRange age_range = {.name = "age_years", .low = 0, .high = LARGEST_AGE};
	Score		score = score_start();
	double		age = score_number(&score, fcinfo, 0, &age_range);
	double		male = score_male(&score, fcinfo, 1);

	score_points(&score, "age_years", age, age, age_steps);
	score_points(&score, "female", 1 - male, 1 - male, one_point);
	score_boolean_points(&score, fcinfo, 2, "heart_failure", one_point);
	score_boolean_points(&score, fcinfo, 3, "hypertension", one_point);
	score_boolean_points(&score, fcinfo, 4, "stroke", two_points);
	score_boolean_points(&score, fcinfo, 5, "vascular_disease", one_point);
	score_boolean_points(&score, fcinfo, 6, "diabetes", one_point);
	score.value = score_sum(&score);
	if (score.possible && age < 18)
		score_note(&score, "not_validated", "age_years");
	return score;
}

/*
 * ph.cha2ds2_vasc(age_years float8, sex text, heart_failure boolean, hypertension boolean, stroke boolean,
 *   vascular_disease boolean, diabetes boolean) -> ph.risk_score
 *
 * 0 to 9, of adults with atrial fibrillation; stroke: also transient ischaemic attack and thromboembolism.
 *
 * ph.cha2ds2_vasc_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each component and its points.
 */
SCORE_OF(cha2ds2_vasc);
