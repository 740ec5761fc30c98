/*
 * lace.c: LACE, readmission or death within 30 days of discharge.
 *
 * van Walraven et al. 2010 (CMAJ 182:551): length of stay, acute admission, comorbidity (Charlson with the
 * weights of Schneeweiss 2003), emergency department visits of the six months before.
 */
#include "postgres.h"

#include <math.h>

#include "core/score.h"

static const PointStep stay_steps[] = {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {7, 4}, {14, 5}, {INFINITY, 7}};
static const PointStep acute_steps[] = {{1, 0}, {INFINITY, 3}};
static const PointStep charlson_steps[] = {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {INFINITY, 5}};
static const PointStep visit_steps[] = {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {INFINITY, 4}};

static Score
lace_score(FunctionCallInfo fcinfo)
{
	static const InputRange stay_range = {.name = "length_of_stay_days", .low = 0, .high = 10000};
	static const InputRange charlson_range = {.name = "charlson", .low = 0, .high = 100};
	static const InputRange visit_range = {.name = "emergency_visits_6_months", .low = 0, .high = 1000};
	static const BandStep bands[] = {{5, "low"}, {10, "moderate"}, {INFINITY, "high"}};
	Score		score = score_start();

	score_number_points(&score, fcinfo, 0, &stay_range, stay_steps);
	score_boolean_points(&score, fcinfo, 1, "acute_admission", acute_steps);
	score_number_points(&score, fcinfo, 2, &charlson_range, charlson_steps);
	score_number_points(&score, fcinfo, 3, &visit_range, visit_steps);
	score.value = score_sum(&score);
	score.band = score_band(score.value, bands);
	return score;
}

/*
 * ph.lace(length_of_stay_days float8, acute_admission boolean, charlson float8, emergency_visits_6_months float8)
 *   -> ph.risk_score
 *
 * 0 to 19; low, moderate from 5, high from 10.  A stay within a day is 0 days; the index visit does not count.
 *
 * ph.lace_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each component and its points.
 */
SCORE_OF(lace);
