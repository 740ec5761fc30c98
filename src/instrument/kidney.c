/*
 * kidney.c: kidney function and the risk of kidney failure.
 *
 * CKD-EPI: Inker et al. 2021 (N Engl J Med 385:1737) and Levey et al. 2009 (Ann Intern Med 150:604) without its term
 * for ethnicity (NICE NG203).  Kidney failure risk equation: Tangri et al. 2011 (JAMA 305:1553), 2016 (JAMA 315:164).
 */
#include "postgres.h"

#include <math.h>

#include "core/age.h"
#include "core/argument.h"
#include "core/score.h"
#include "utils/builtins.h"

#define UMOL_L_PER_MG_DL 88.4
#define MG_G_PER_MG_MMOL 8.84

/* ---- CKD-EPI ---- */

typedef struct Equation
{
	double		mu;
	double		kappa[2];		/* mg/dl, of females and males */
	double		alpha_below[2];
	double		alpha_above;
	double		age_base;
	double		female;
} Equation;

static const Equation equations[] = {
	{142, {0.7, 0.9}, {-0.241, -0.302}, -1.200, 0.9938, 1.012},
	{141, {0.7, 0.9}, {-0.329, -0.411}, -1.209, 0.993, 1.018},
};

static const BandStep gfr_categories[] = {{15, "G5"}, {30, "G4"}, {45, "G3b"}, {60, "G3a"}, {90, "G2"},
										  {INFINITY, "G1"}};

/* Terms are of the logarithm, so that they add up. */
static Score
egfr_score(FunctionCallInfo fcinfo)
{
	static const InputRange creatinine_range = {.name = "creatinine_umol_l", .low = 8, .high = 5000,
	.mistaken_unit = "mg/dl", .mistaken_low = 0.05, .mistaken_high = 8};
	static const InputRange age_range = {.name = "age_years", .low = 18, .high = LARGEST_AGE};
	static const char *const names[] = {"ckdepi2021", "ckdepi2009", NULL};
	Score		score = score_start();
	double		creatinine = score_number(&score, fcinfo, 0, &creatinine_range);
	double		age = score_number(&score, fcinfo, 1, &age_range);
	int			sex = score_male(&score, fcinfo, 2);
	const Equation *e = &equations[argument_choice(fcinfo, 3, "equation", names)];
	double		ratio = creatinine / UMOL_L_PER_MG_DL / e->kappa[sex];

	score_term(&score, "constant", NAN, log(e->mu));
	score_term(&score, "creatinine_umol_l", creatinine, ratio < 1 ? e->alpha_below[sex] * log(ratio)
			   : e->alpha_above * log(ratio));
	score_term(&score, "age_years", age, age * log(e->age_base));
	score_term(&score, "female", 1 - sex, sex ? 0 : log(e->female));
	score.value = exp(score_sum(&score));
	score.band = score_band(score.value, gfr_categories);
	return score;
}

/*
 * ph.egfr(creatinine_umol_l float8, age_years float8, sex text, equation text) -> ph.risk_score
 *
 * Estimated glomerular filtration rate in ml/min/1.73 m2 with its G category, from 18 years; equation
 * ckdepi2021 or ckdepi2009.  Errors: another equation.
 *
 * ph.egfr_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each term's contribution to the logarithm.
 */
SCORE_OF(egfr);

/*
 * ph.acr_category(acr_mg_mmol float8) -> text
 *
 * A1 below 3, A2 to 30, A3 above, of the albumin-creatinine ratio in mg/mmol; NULL for what is none.
 */
PG_FUNCTION_INFO_V1(acr_category);
Datum
acr_category(PG_FUNCTION_ARGS)
{
	double		acr = PG_GETARG_FLOAT8(0);

	if (!(acr >= 0) || isinf(acr))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(acr < 3 ? "A1" : acr <= 30 ? "A2" : "A3"));
}

/* ---- the kidney failure risk equation ---- */

typedef struct FailureTerm
{
	const char *name;
	double		centre;
	double		beta[3];		/* of 4, 6 and 8 variables; 0: not in it */
} FailureTerm;

static const FailureTerm failure_terms[] = {
	{"age_years", 7.036, {-0.2201, -0.2218, -0.1992}},	/* by 10 years */
	{"male", 0.5642, {0.2467, 0.2553, 0.1602}},
	{"egfr_ml_min", 7.222, {-0.5567, -0.5541, -0.4919}},	/* by 5 ml/min */
	{"acr_mg_mmol", 5.137, {0.4510, 0.4562, 0.3364}},	/* logarithm of mg/g */
	{"diabetes", 0.5106, {0, -0.1475, 0}},
	{"hypertension", 0.8501, {0, 0.1426, 0}},
	{"albumin_g_l", 3.997, {0, 0, -0.3441}},	/* g/dl */
	{"phosphate_mmol_l", 3.916, {0, 0, 0.2604}},	/* mg/dl */
	{"bicarbonate_mmol_l", 25.57, {0, 0, -0.07354}},
	{"calcium_mmol_l", 9.355, {0, 0, -0.2228}},	/* mg/dl */
};

/* survival of 2 and 5 years where every term is at its centre, outside North America and in it */
static const double baseline_survival[3][2][2] = {
	{{0.9832, 0.9365}, {0.975, 0.924}},
	{{0.983, 0.937}, {0.975, 0.924}},
	{{0.9827, 0.9245}, {0.978, 0.9301}},
};

static Score
kidney_failure_risk_score(FunctionCallInfo fcinfo)
{
	static const InputRange age_range = {.name = "age_years", .low = 18, .high = LARGEST_AGE};
	static const InputRange egfr_range = {.name = "egfr_ml_min", .low = 1e-9, .high = 60 - 1e-9};
	static const InputRange acr_range = {.name = "acr_mg_mmol", .low = 1e-9, .high = 10000};
	static const InputRange albumin_range = {.name = "albumin_g_l", .low = 8, .high = 80,
	.mistaken_unit = "g/dl", .mistaken_low = 0.8, .mistaken_high = 8};
	static const InputRange phosphate_range = {.name = "phosphate_mmol_l", .low = 0.1, .high = 5,
	.mistaken_unit = "mg/dl", .mistaken_low = 5, .mistaken_high = 16};
	static const InputRange bicarbonate_range = {.name = "bicarbonate_mmol_l", .low = 1, .high = 70};
	static const InputRange calcium_range = {.name = "calcium_mmol_l", .low = 0.5, .high = 5,
	.mistaken_unit = "mg/dl", .mistaken_low = 5, .mistaken_high = 20};
	static const char *const regions[] = {"non_north_america", "north_america", NULL};
	Score		score = score_start();
	int			years = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	int			variables = PG_ARGISNULL(6) ? 0 : PG_GETARG_INT32(6);
	int			model = variables == 4 ? 0 : variables == 6 ? 1 : 2;
	int			region;
	double		given[lengthof(failure_terms)];
	double		x[lengthof(failure_terms)];

	if (years != 2 && years != 5)
		argument_error("years", "must be 2 or 5", NULL);
	if (variables != 4 && variables != 6 && variables != 8)
		argument_error("variables", "must be 4, 6 or 8", NULL);
	given[0] = score_number(&score, fcinfo, 0, &age_range);
	given[1] = score_male(&score, fcinfo, 1);
	given[2] = score_number(&score, fcinfo, 2, &egfr_range);
	given[3] = score_number(&score, fcinfo, 3, &acr_range);
	region = score_choice(&score, fcinfo, 5, "region", regions);
	given[4] = model == 1 ? score_boolean(&score, fcinfo, 7, "diabetes") : 0;
	given[5] = model == 1 ? score_boolean(&score, fcinfo, 8, "hypertension") : 0;
	given[6] = model == 2 ? score_number(&score, fcinfo, 9, &albumin_range) : 0;
	given[7] = model == 2 ? score_number(&score, fcinfo, 10, &phosphate_range) : 0;
	given[8] = model == 2 ? score_number(&score, fcinfo, 11, &bicarbonate_range) : 0;
	given[9] = model == 2 ? score_number(&score, fcinfo, 12, &calcium_range) : 0;
	for (int i = 4; i < lengthof(failure_terms); i++)
		if (failure_terms[i].beta[model] == 0)
			score_not_used(&score, fcinfo, i + 3, failure_terms[i].name);
	memcpy(x, given, sizeof(x));
	x[0] = given[0] / 10;
	x[2] = given[2] / 5;
	x[3] = log(given[3] * MG_G_PER_MG_MMOL);
	x[6] = given[6] / 10;
	x[7] = given[7] * 3.097;
	x[9] = given[9] * 4.008;
	for (int i = 0; i < lengthof(failure_terms); i++)
		if (failure_terms[i].beta[model] != 0)
			score_term(&score, failure_terms[i].name, given[i],
					   failure_terms[i].beta[model] * (x[i] - failure_terms[i].centre));
	score.value = 1 - pow(baseline_survival[model][region][years == 5], exp(score_sum(&score)));
	return score;
}

/*
 * ph.kidney_failure_risk(age_years float8, sex text, egfr_ml_min float8, acr_mg_mmol float8, years int, region text,
 *   variables int, diabetes boolean, hypertension boolean, albumin_g_l float8, phosphate_mmol_l float8,
 *   bicarbonate_mmol_l float8, calcium_mmol_l float8) -> ph.risk_score
 *
 * The share expected to need dialysis or a transplant within 2 or 5 years, of adults with an eGFR below 60.
 * Six and eight variables rest on one source.  Errors: other years or another number of variables.
 *
 * ph.kidney_failure_risk_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each term's contribution to the linear predictor.
 */
SCORE_OF(kidney_failure_risk);
