/*
 * score2.c: SCORE2, SCORE2-OP and SCORE2-Diabetes, cardiovascular disease within ten years.
 *
 * SCORE2 and SCORE2-OP working groups 2021 (Eur Heart J 42:2439 and 42:2455), SCORE2-Diabetes 2023 (Eur Heart J
 * 44:2544).  The United Kingdom is of the low-risk region.  Risk is recalibrated to the region after the linear
 * predictor.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/score.h"

typedef enum Model
{
	MODEL_SCORE2,
	MODEL_OLDER,
	MODEL_DIABETES
} Model;

static const char *const term_names[] = {"age", "smoking", "systolic_bp", "diabetes", "total_cholesterol",
										 "hdl_cholesterol",
	"age x smoking", "age x systolic_bp", "age x total_cholesterol", "age x hdl_cholesterol", "age x diabetes",
"age_at_diabetes_diagnosis", "hba1c", "ln egfr", "ln egfr squared", "hba1c x age", "ln egfr x age"};

#define TERMS lengthof(term_names)

/* by model, then females and males */
static const double betas[3][2][TERMS] = {
	{
		{0.4648, 0.7744, 0.3131, 0.8096, 0.1002, -0.2606, -0.1088, -0.0277, -0.0226, 0.0613, -0.1272, 0, 0, 0, 0, 0, 0},
		{0.3742, 0.6012, 0.2777, 0.6457, 0.1458, -0.2698, -0.0755, -0.0255, -0.0281, 0.0426, -0.0983, 0, 0, 0, 0, 0, 0},
	},
	{
		{0.0789, 0.4921, 0.0102, 0.601, 0.0605, -0.304, -0.0255, -0.0004, -0.0009, 0.0154, -0.0107, 0, 0, 0, 0, 0, 0},
		{0.0634, 0.3524, 0.0094, 0.4245, 0.085, -0.3564, -0.0247, -0.0005, 0.0073, 0.0091, -0.0174, 0, 0, 0, 0, 0, 0},
	},
	{
		{0.6624, 0.6139, 0.1421, 0.8096, 0.1127, -0.1568, -0.1122, -0.0167, -0.02, 0.0186, -0.1272, -0.118, 0.1173,
		 -0.064, 0.0062, -0.0196, 0.0169},
		{0.5368, 0.4774, 0.1322, 0.6457, 0.1102, -0.1087, -0.0672, -0.0268, -0.0181, 0.0095, -0.0983, -0.0998, 0.0955,
		 -0.0591, 0.0058, -0.0134, 0.0115},
	},
};

static const double baseline_survival[3][2] = {{0.9776, 0.9605}, {0.8082, 0.7576}, {0.9776, 0.9605}};
static const double mean_predictor[3][2] = {{0, 0}, {0.2290, 0.0929}, {0, 0}};

/* scale 1 and 2 by model (SCORE2-Diabetes has those of SCORE2), region, and sex */
static const double calibration[2][4][2][2] = {
	{
		{{-0.738, 0.7019}, {-0.5699, 0.7476}},
		{{-0.3143, 0.7701}, {-0.1565, 0.8009}},
		{{0.571, 0.9369}, {0.3207, 0.936}},
		{{0.9412, 0.8329}, {0.5836, 0.8294}},
	},
	{
		{{-0.52, 1.01}, {-0.34, 1.19}},
		{{-0.1, 1.1}, {0.01, 1.25}},
		{{0.38, 1.09}, {0.08, 1.15}},
		{{0.38, 0.69}, {0.05, 0.7}},
	},
};

static const char *const regions[] = {"low", "moderate", "high", "very_high", NULL};

/* ---- bands ---- */

static const BandStep under_50[] = {{0.025, "low_to_moderate"}, {0.075, "high"}, {INFINITY, "very_high"}};
static const BandStep under_70[] = {{0.05, "low_to_moderate"}, {0.10, "high"}, {INFINITY, "very_high"}};
static const BandStep older[] = {{0.075, "low_to_moderate"}, {0.15, "high"}, {INFINITY, "very_high"}};
static const BandStep diabetic[] = {{0.05, "low"}, {0.10, "moderate"}, {0.20, "high"}, {INFINITY, "very_high"}};

static const BandStep *
bands_of(Model model, double age)
{
	return model == MODEL_DIABETES ? diabetic : model == MODEL_OLDER ? older : age < 50 ? under_50 : under_70;
}

/* ---- the predictor ---- */

typedef struct Inputs
{
	double		age;
	double		smoking;
	double		systolic_bp;
	double		diabetes;
	double		total_cholesterol;
	double		hdl;
	double		diagnosis_age;
	double		hba1c;
	double		egfr;
} Inputs;

/* The terms as the papers centre and scale them. */
static void
fill_terms(Model model, const Inputs *in, double *x)
{
	bool		is_older = model == MODEL_OLDER;
	double		age = is_older ? in->age - 73 : (in->age - 60) / 5;
	double		systolic = is_older ? in->systolic_bp - 150 : (in->systolic_bp - 120) / 20;
	double		total = in->total_cholesterol - 6;
	double		hdl = is_older ? in->hdl - 1.4 : (in->hdl - 1.3) / 0.5;
	double		hba1c = (in->hba1c - 31) / 9.34;
	double		ln_egfr = (log(in->egfr) - 4.5) / 0.15;
	double		values[TERMS] = {age, in->smoking, systolic, in->diabetes, total, hdl,
		age * in->smoking, age * systolic, age * total, age * hdl, age * in->diabetes,
	(in->diagnosis_age - 50) / 5, hba1c, ln_egfr, ln_egfr * ln_egfr, hba1c * age, ln_egfr * age};

	memcpy(x, values, sizeof(values));
}

static Model
model_of(int choice, double age)
{
	static const Model models[] = {MODEL_SCORE2, MODEL_SCORE2, MODEL_OLDER, MODEL_DIABETES};

	return choice == 0 && age >= 70 ? MODEL_OLDER : models[choice];
}

static Score
score2_score(FunctionCallInfo fcinfo)
{
	static const char *const choices[] = {"by_age", "score2", "score2_op", "score2_diabetes", NULL};
	static const InputRange by_age_range = {.name = "age_years", .low = 40, .high = 90 - 1e-9};
	static const InputRange age_range = {.name = "age_years", .low = 40, .high = 70 - 1e-9};
	static const InputRange older_range = {.name = "age_years", .low = 70, .high = 90 - 1e-9};
	static const InputRange pressure_range = {.name = "systolic_bp_mmhg", .low = 50, .high = 300};
	static const InputRange total_range = {.name = "total_cholesterol_mmol_l", .low = 0.5, .high = 25,
	.mistaken_unit = "mg/dl", .mistaken_low = 50, .mistaken_high = 1000};
	static const InputRange hdl_range = {.name = "hdl_cholesterol_mmol_l", .low = 0.1, .high = 8,
	.mistaken_unit = "mg/dl", .mistaken_low = 10, .mistaken_high = 300};
	static const InputRange diagnosis_range = {.name = "age_at_diabetes_diagnosis_years", .low = 0, .high = 90};
	static const InputRange hba1c_range = {.name = "hba1c_mmol_mol", .low = 16, .high = 250,
	.mistaken_unit = "percent", .mistaken_low = 3, .mistaken_high = 16};
	static const InputRange egfr_range = {.name = "egfr_ml_min", .low = 1, .high = 250};
	int			choice = argument_choice(fcinfo, 8, "equation", choices);
	Score		score = score_start();
	Inputs		in = {.egfr = 90};
	double		x[TERMS];
	int			male = score_male(&score, fcinfo, 1);
	int			region = score_choice(&score, fcinfo, 2, "region", regions);
	Model		model;
	double		predictor,
				uncalibrated;
	const double *scale;

	in.age = score_number(&score, fcinfo, 0, choice == 0 ? &by_age_range : choice == 2 ? &older_range : &age_range);
	model = model_of(choice, in.age);
	in.smoking = score_boolean(&score, fcinfo, 3, "smoking");
	in.systolic_bp = score_number(&score, fcinfo, 4, &pressure_range);
	in.total_cholesterol = score_number(&score, fcinfo, 5, &total_range);
	in.hdl = score_number(&score, fcinfo, 6, &hdl_range);
	if (in.hdl >= in.total_cholesterol)
		score_note(&score, "out_of_range", hdl_range.name);
	in.diabetes = score_boolean(&score, fcinfo, 7, "diabetes");
	if (model == MODEL_DIABETES)
	{
		if (in.diabetes == 0)
			score_note(&score, "out_of_range", "diabetes");
		in.diagnosis_age = score_number(&score, fcinfo, 9, &diagnosis_range);
		if (in.diagnosis_age > in.age)
			score_note(&score, "out_of_range", diagnosis_range.name);
		in.hba1c = score_number(&score, fcinfo, 10, &hba1c_range);
		in.egfr = score_number(&score, fcinfo, 11, &egfr_range);
	}
	else
	{
		score_not_used(&score, fcinfo, 9, diagnosis_range.name);
		score_not_used(&score, fcinfo, 10, hba1c_range.name);
		score_not_used(&score, fcinfo, 11, egfr_range.name);
	}
	fill_terms(model, &in, x);
	for (int i = 0; i < TERMS; i++)
		if (betas[model][male][i] != 0)
			score_term(&score, term_names[i], x[i], betas[model][male][i] * x[i]);
	predictor = score_sum(&score) - mean_predictor[model][male];
	uncalibrated = 1 - pow(baseline_survival[model][male], exp(predictor));
	scale = calibration[model == MODEL_OLDER][region][male];
	score.value = 1 - exp(-exp(scale[0] + scale[1] * log(-log1p(-uncalibrated))));
	score.band = score_band(score.value, bands_of(model, in.age));
	return score;
}

/*
 * ph.score2(age_years float8, sex text, region text, smoking boolean, systolic_bp_mmhg float8,
 *   total_cholesterol_mmol_l float8, hdl_cholesterol_mmol_l float8, diabetes boolean, equation text,
 *   age_at_diabetes_diagnosis_years float8, hba1c_mmol_mol float8, egfr_ml_min float8) -> ph.risk_score
 *
 * The share expected to have a cardiovascular event within ten years; equation by_age is SCORE2 from 40 and SCORE2-OP
 * from 70 to 89; score2_diabetes alone reads the last three, of people with diabetes.  Errors: another equation.
 *
 * ph.score2_terms(the same) -> rows (term, value, contribution, status)
 *
 * Each term's contribution to the linear predictor, before recalibration to the region.
 */
SCORE_OF(score2);
