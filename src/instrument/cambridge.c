/*
 * cambridge.c: the Cambridge Multimorbidity Score.
 *
 * Payne et al. 2020 (CMAJ 192:E107): weights in hundredths for four outcomes, of all 37 conditions and of
 * the 20 that do nearly as well.  Conditions come by name, whatever code system they were found in.
 */
#include "postgres.h"

#include "core/argument.h"
#include "instrument/instrument.h"
#include "utils/numeric.h"

static const ListItem cambridge_items[] = {
	/* name, label, {of 37: general, mortality, unplanned admissions, consultations; of 20: the same; 0: not in it} */
	{"hypertension", "hypertension", {9, -188, 1129, 83, 8, -209, 1076, 66}, NULL, ""},
	{"anxiety_depression", "anxiety depression", {47, 688, 4433, 215, 50, 704, 4661, 212}, NULL, ""},
	{"painful_condition", "painful condition", {87, 1630, 8213, 341, 92, 1646, 8493, 343}, NULL, ""},
	{"hearing_loss", "hearing loss", {7, -372, 773, 96, 9, -394, 893, 104}, NULL, ""},
	{"irritable_bowel_syndrome", "irritable bowel syndrome", {18, -77, 746, 171, 21, -133, 855, 182}, NULL, ""},
	{"asthma", "asthma", {18, -245, 2147, 134, 19, -273, 2278, 132}, NULL, ""},
	{"diabetes", "diabetes", {71, 983, 5395, 384, 75, 1023, 5533, 377}, NULL, ""},
	{"prostate_disorders", "prostate disorders", {1, -1002, 513, 126, 0, 0, 0, 0}, NULL, ""},
	{"thyroid_disorders", "thyroid disorders", {8, -83, 124, 93, 0, 0, 0, 0}, NULL, ""},
	{"coronary_heart_disease", "coronary heart disease", {46, 429, 6805, 149, 49, 422, 7087, 149}, NULL, ""},
	{"chronic_kidney_disease", "chronic kidney disease", {51, 1647, 5124, 97, 53, 1661, 5213, 98}, NULL, ""},
	{"diverticular_disease", "diverticular disease", {-2, -1009, 960, 77, 0, 0, 0, 0}, NULL, ""},
	{"chronic_sinusitis", "chronic sinusitis", {13, -19, 488, 111, 0, 0, 0, 0}, NULL, ""},
	{"atrial_fibrillation", "atrial fibrillation", {130, 2293, 10578, 598, 134, 2214, 10521, 594}, NULL, ""},
	{"constipation", "constipation", {103, 3458, 6491, 316, 112, 3542, 7273, 342}, NULL, ""},
	{"stroke_tia", "stroke tia", {77, 2041, 8815, 153, 80, 2063, 9084, 154}, NULL, ""},
	{"copd", "copd", {141, 4229, 12918, 340, 146, 4250, 13451, 343}, NULL, ""},
	{"connective_tissue_disorder", "connective tissue disorder", {40, 8, 2745, 300, 43, -39, 2887, 310}, NULL, ""},
	{"cancer_5y", "cancer 5y", {150, 6228, 10369, 265, 153, 6200, 10480, 258}, NULL, ""},
	{"peptic_ulcer_disease", "peptic ulcer disease", {20, 569, 1766, 53, 0, 0, 0, 0}, NULL, ""},
	{"alcohol_problems", "alcohol problems", {55, 1142, 8119, 81, 65, 1272, 9359, 97}, NULL, ""},
	{"psychoactive_substance_misuse", "psychoactive substance misuse", {38, 279, 6141, 101, 0, 0, 0, 0}, NULL, ""},
	{"psoriasis_eczema", "psoriasis eczema", {25, -146, 2230, 188, 0, 0, 0, 0}, NULL, ""},
	{"blindness_low_vision", "blindness low vision", {15, 116, 2438, 33, 0, 0, 0, 0}, NULL, ""},
	{"heart_failure", "heart failure", {112, 4226, 7044, 286, 118, 4347, 7320, 290}, NULL, ""},
	{"dementia", "dementia", {246, 12292, 15814, 187, 250, 12442, 15690, 181}, NULL, ""},
	{"psychosis_bipolar", "psychosis bipolar", {58, 664, 7124, 222, 64, 720, 7728, 224}, NULL, ""},
	{"epilepsy", "epilepsy", {85, 1734, 10794, 205, 92, 1826, 11342, 213}, NULL, ""},
	{"inflammatory_bowel_disease", "inflammatory bowel disease", {44, -45, 4930, 263, 0, 0, 0, 0}, NULL, ""},
	{"peripheral_vascular_disease", "peripheral vascular disease", {53, 1521, 6009, 87, 0, 0, 0, 0}, NULL, ""},
	{"anorexia_bulimia", "anorexia bulimia", {34, 854, 3601, 86, 0, 0, 0, 0}, NULL, ""},
	{"chronic_liver_disease", "chronic liver disease", {72, 2222, 7703, 127, 0, 0, 0, 0}, NULL, ""},
	{"migraine", "migraine", {7, -404, 465, 112, 0, 0, 0, 0}, NULL, ""},
	{"learning_disability", "learning disability", {47, 1092, 5575, 115, 0, 0, 0, 0}, NULL, ""},
	{"bronchiectasis", "bronchiectasis", {66, 565, 8415, 269, 0, 0, 0, 0}, NULL, ""},
	{"multiple_sclerosis", "multiple sclerosis", {69, 877, 9429, 218, 0, 0, 0, 0}, NULL, ""},
	{"parkinsons_disease", "parkinsons disease", {129, 4046, 10413, 348, 0, 0, 0, 0}, NULL, ""},
};

const Instrument cambridge_instrument = {
	.name = "cambridge",
	.prefix = "cambridge.",
	.code_list = "named",
	.weight_sets = {"general", "mortality", "unplanned_admissions", "consultations",
	"general_20", "mortality_20", "unplanned_admissions_20", "consultations_20"},
	.scale = 100,
	.items = cambridge_items,
	.count = lengthof(cambridge_items)
};

/*
 * ph.cambridge_multimorbidity(ph.conditions, weights text) -> numeric
 *
 * Sum of the weights, exact to a hundredth; may be negative.  Errors: unknown weights.
 */
PG_FUNCTION_INFO_V1(cambridge_multimorbidity);
Datum
cambridge_multimorbidity(PG_FUNCTION_ARGS)
{
	int			set = argument_choice(fcinfo, 1, "weights", cambridge_instrument.weight_sets);
	int			score = instrument_score(&cambridge_instrument, PG_GETARG_CONDITIONS(0), set, false);

	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(score, 2));
}
