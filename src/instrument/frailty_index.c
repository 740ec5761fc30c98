/*
 * frailty_index.c: the electronic Frailty Index.
 *
 * Clegg et al. 2016 (Age Ageing 45:353): the share of 36 deficits that somebody has.  Its code lists may not
 * be shipped: deficits come by name, from code lists of one's own.  Bands are of the count, so that no edge
 * falls between two doubles.
 */
#include "postgres.h"

#include "instrument/instrument.h"
#include "core/score.h"

static const ListItem deficits[] = {
	{"activity_limitation", "activity limitation", {1}, NULL, ""},
	{"anaemia", "anaemia and haematinic deficiency", {1}, NULL, ""},
	{"arthritis", "arthritis", {1}, NULL, ""},
	{"atrial_fibrillation", "atrial fibrillation", {1}, NULL, ""},
	{"cerebrovascular_disease", "stroke or transient ischaemic attack", {1}, NULL, ""},
	{"chronic_kidney_disease", "chronic kidney disease", {1}, NULL, ""},
	{"diabetes", "diabetes", {1}, NULL, ""},
	{"dizziness", "dizziness", {1}, NULL, ""},
	{"dyspnoea", "breathlessness", {1}, NULL, ""},
	{"falls", "falls", {1}, NULL, ""},
	{"foot_problems", "foot problems", {1}, NULL, ""},
	{"fragility_fracture", "fragility fracture", {1}, NULL, ""},
	{"hearing_impairment", "hearing impairment", {1}, NULL, ""},
	{"heart_failure", "heart failure", {1}, NULL, ""},
	{"heart_valve_disease", "heart valve disease", {1}, NULL, ""},
	{"housebound", "housebound", {1}, NULL, ""},
	{"hypertension", "hypertension", {1}, NULL, ""},
	{"hypotension_syncope", "hypotension or syncope", {1}, NULL, ""},
	{"ischaemic_heart_disease", "ischaemic heart disease", {1}, NULL, ""},
	{"memory_cognitive_problems", "memory and cognitive problems", {1}, NULL, ""},
	{"mobility_transfer_problems", "mobility and transfer problems", {1}, NULL, ""},
	{"osteoporosis", "osteoporosis", {1}, NULL, ""},
	{"parkinsonism_tremor", "parkinsonism and tremor", {1}, NULL, ""},
	{"peptic_ulcer", "peptic ulcer", {1}, NULL, ""},
	{"peripheral_vascular_disease", "peripheral vascular disease", {1}, NULL, ""},
	{"polypharmacy", "five or more medicines", {1}, NULL, ""},
	{"requirement_for_care", "requirement for care", {1}, NULL, ""},
	{"respiratory_disease", "respiratory disease", {1}, NULL, ""},
	{"skin_ulcer", "skin ulcer", {1}, NULL, ""},
	{"sleep_disturbance", "sleep disturbance", {1}, NULL, ""},
	{"social_vulnerability", "social vulnerability", {1}, NULL, ""},
	{"thyroid_disease", "thyroid disease", {1}, NULL, ""},
	{"urinary_incontinence", "urinary incontinence", {1}, NULL, ""},
	{"urinary_system_disease", "urinary system disease", {1}, NULL, ""},
	{"visual_impairment", "visual impairment", {1}, NULL, ""},
	{"weight_loss_anorexia", "weight loss and anorexia", {1}, NULL, ""},
};

const Instrument frailty_index_instrument = {
	.name = "frailty_index",
	.prefix = "efi.",
	.code_list = "named",
	.weight_sets = {"clegg2016"},
	.scale = 1,
	.items = deficits,
	.count = lengthof(deficits)
};

/*
 * ph.frailty_index(ph.conditions, age_years float8) -> ph.risk_score
 *
 * Deficits / 36; fit to 4 deficits, mild to 8, moderate to 12, severe from 13.  Validated from 65 on.
 */
PG_FUNCTION_INFO_V1(frailty_index);
Datum
frailty_index(PG_FUNCTION_ARGS)
{
	Score		score = score_start();
	int			count;

	if (PG_ARGISNULL(0))
		score_note(&score, "missing_input", "conditions");
	else
	{
		count = instrument_score(&frailty_index_instrument, PG_GETARG_CONDITIONS(0), 0, false);
		score.value = count / 36.0;
		score.band = count <= 4 ? "fit" : count <= 8 ? "mild" : count <= 12 ? "moderate" : "severe";
		score_validated_from(&score, fcinfo, 1, 65);
	}
	return score_datum(fcinfo, &score);
}
