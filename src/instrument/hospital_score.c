/*
 * hospital_score.c: HOSPITAL, avoidable readmission within 30 days of discharge.
 *
 * Donze et al. 2013 (JAMA Intern Med 173:632), with the counts of admissions of Donze et al. 2016 (JAMA Intern
 * Med 176:496).
 */
#include "postgres.h"

#include <math.h>

#include "core/score.h"

static const PointStep haemoglobin_steps[] = {{12, 1}, {INFINITY, 0}};
static const PointStep oncology_steps[] = {{1, 0}, {INFINITY, 2}};
static const PointStep sodium_steps[] = {{135, 1}, {INFINITY, 0}};
static const PointStep procedure_steps[] = {{1, 0}, {INFINITY, 1}};
static const PointStep urgent_steps[] = {{1, 0}, {INFINITY, 1}};
static const PointStep admission_steps[] = {{2, 0}, {6, 2}, {INFINITY, 5}};
static const PointStep stay_steps[] = {{5, 0}, {INFINITY, 2}};

static Score
hospital_score_score(FunctionCallInfo fcinfo)
{
	static const InputRange haemoglobin_range = {.name = "haemoglobin_g_dl", .low = 1, .high = 28,
	.mistaken_unit = "g/l", .mistaken_low = 29, .mistaken_high = 280};
	static const InputRange sodium_range = {.name = "sodium_mmol_l", .low = 80, .high = 220};
	static const InputRange admission_range = {.name = "admissions_12_months", .low = 0, .high = 1000};
	static const InputRange stay_range = {.name = "length_of_stay_days", .low = 0, .high = 10000};
	static const BandStep bands[] = {{5, "low"}, {7, "intermediate"}, {INFINITY, "high"}};
	Score		score = score_start();

	score_number_points(&score, fcinfo, 0, &haemoglobin_range, haemoglobin_steps);
	score_boolean_points(&score, fcinfo, 1, "oncology_service", oncology_steps);
	score_number_points(&score, fcinfo, 2, &sodium_range, sodium_steps);
	score_boolean_points(&score, fcinfo, 3, "procedure", procedure_steps);
	score_boolean_points(&score, fcinfo, 4, "urgent_admission", urgent_steps);
	score_number_points(&score, fcinfo, 5, &admission_range, admission_steps);
	score_number_points(&score, fcinfo, 6, &stay_range, stay_steps);
	score.value = score_sum(&score);
	score.band = score_band(score.value, bands);
	return score;
}

/*
 * ph.hospital_score(haemoglobin_g_dl float8, oncology_service boolean, sodium_mmol_l float8, procedure boolean,
 *   urgent_admission boolean, admissions_12_months float8, length_of_stay_days float8) -> ph.risk_score
 *
 * 0 to 13; low, intermediate from 5, high from 7.  Results at discharge.
 *
 * ph.hospital_score_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each component and its points.
 */
SCORE_OF(hospital_score);
