/*
 * elixhauser.c: the Elixhauser comorbidity scores.
 *
 * Elixhauser et al. 1998 (Med Care 36:8), code lists of Quan et al. 2005 (Med Care 43:1130).  Weights: van
 * Walraven et al. 2009 (Med Care 47:626), Sharma et al. 2021 (BMC Health Serv Res 21:13, Switzerland), Moore
 * et al. 2017 (Med Care 55:698, AHRQ, mortality).  Totals below 0 are meant.
 */
#include "postgres.h"

#include "core/argument.h"
#include "instrument/instrument.h"

static const ListItem elixhauser_items[] = {
	/* name, label, {vanwalraven2009, swiss2021, ahrq2017}, switched off by, ICD-10 prefixes */
	{"chf", "congestive heart failure", {7, 13, 9}, NULL,
		"I099 I110 I130 I132 I255 I420 I425 I426 I427 I428 I429 I43 I50 P290"},
	{"carit", "cardiac arrhythmias", {5, 6, 0}, NULL,
		"I441 I442 I443 I456 I459 I47 I48 I49 R000 R001 R008 T821 Z450 Z950"},
	{"valv", "valvular disease", {-1, -1, 0}, NULL,
		"A520 I05 I06 I07 I08 I091 I098 I34 I35 I36 I37 I38 I39 Q230 Q231 Q232 Q233 Z952 Z953 "
		"Z954"},
	{"pcd", "pulmonary circulation disorders", {4, 6, 6}, NULL,
		"I26 I27 I280 I288 I289"},
	{"pvd", "peripheral vascular disorders", {2, 3, 3}, NULL,
		"I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959"},
	{"hypunc", "hypertension, uncomplicated", {0, -4, -1}, "hypc",
		"I10"},
	{"hypc", "hypertension, complicated", {0, -3, -1}, NULL,
		"I11 I12 I13 I15"},
	{"para", "paralysis", {7, 11, 5}, NULL,
		"G041 G114 G801 G802 G81 G82 G830 G831 G832 G833 G834 G839"},
	{"ond", "other neurological disorders", {6, 10, 5}, NULL,
		"G10 G11 G12 G13 G20 G21 G22 G254 G255 G312 G318 G319 G32 G35 G36 G37 G40 G41 G931 "
		"G934 R470 R56"},
	{"cpd", "chronic pulmonary disease", {3, 3, 3}, NULL,
		"I278 I279 J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J684 J701 "
		"J703"},
	{"diabunc", "diabetes, uncomplicated", {0, 1, 0}, "diabc",
		"E100 E101 E109 E110 E111 E119 E120 E121 E129 E130 E131 E139 E140 E141 E149"},
	{"diabc", "diabetes, complicated", {0, -1, -3}, NULL,
		"E102 E103 E104 E105 E106 E107 E108 E112 E113 E114 E115 E116 E117 E118 E122 E123 E124 "
		"E125 E126 E127 E128 E132 E133 E134 E135 E136 E137 E138 E142 E143 E144 E145 E146 E147 "
		"E148"},
	{"hypothy", "hypothyroidism", {0, -3, 0}, NULL,
		"E00 E01 E02 E03 E890"},
	{"rf", "renal failure", {5, 8, 6}, NULL,
		"I120 I131 N18 N19 N250 Z490 Z491 Z492 Z940 Z992"},
	{"ld", "liver disease", {11, 16, 4}, NULL,
		"B18 I85 I864 I982 K70 K711 K713 K714 K715 K717 K72 K73 K74 K760 K762 K763 K764 K765 "
		"K766 K767 K768 K769 Z944"},
	{"pud", "peptic ulcer disease excluding bleeding", {0, 0, 0}, NULL,
		"K257 K259 K267 K269 K277 K279 K287 K289"},
	{"aids", "HIV / AIDS", {0, 0, 0}, NULL,
		"B20 B21 B22 B24"},
	{"lymph", "lymphoma", {9, 9, 6}, NULL,
		"C81 C82 C83 C84 C85 C88 C900 C902 C96"},
	{"metacanc", "metastatic cancer", {12, 17, 14}, NULL,
		"C77 C78 C79 C80"},
	{"solidtum", "solid tumour without metastasis", {4, 10, 7}, "metacanc",
		"C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 "
		"C21 C22 C23 C24 C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 C47 C48 "
		"C49 C50 C51 C52 C53 C54 C55 C56 C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 C70 "
		"C71 C72 C73 C74 C75 C76 C97"},
	{"rheumd", "rheumatoid arthritis / collagen vascular disease", {0, -1, 0}, NULL,
		"L940 L941 L943 M05 M06 M08 M120 M123 M30 M310 M311 M312 M313 M32 M33 M34 M35 M45 "
		"M461 M468 M469"},
	{"coag", "coagulopathy", {3, 9, 11}, NULL,
		"D65 D66 D67 D68 D691 D693 D694 D695 D696"},
	{"obes", "obesity", {-4, -6, -5}, NULL,
		"E66"},
	{"wloss", "weight loss", {6, 6, 9}, NULL,
		"E40 E41 E42 E43 E44 E45 E46 R634 R64"},
	{"fed", "fluid and electrolyte disorders", {5, 5, 11}, NULL,
		"E222 E86 E87"},
	{"blane", "blood loss anaemia", {-2, -5, -3}, NULL,
		"D500"},
	{"dane", "deficiency anaemia", {-2, -7, -2}, NULL,
		"D508 D509 D51 D52 D53"},
	{"alcohol", "alcohol abuse", {0, -3, -1}, NULL,
		"E52 F10 G621 I426 K292 K700 K703 K709 T51 Z502 Z714 Z721"},
	{"drug", "drug abuse", {-7, -5, -7}, NULL,
		"F11 F12 F13 F14 F15 F16 F18 F19 Z715 Z722"},
	{"psycho", "psychoses", {0, -4, -5}, NULL,
		"F20 F22 F23 F24 F25 F28 F29 F302 F312 F315"},
	{"depre", "depression", {-3, -3, -5}, NULL,
		"F204 F313 F314 F315 F32 F33 F341 F412 F432"},
};

const Instrument elixhauser_instrument = {
	.name = "elixhauser",
	.prefix = "elixhauser.",
	.code_list = "quan2005",
	.weight_sets = {"vanwalraven2009", "swiss2021", "ahrq2017"},
	.scale = 1,
	.items = elixhauser_items,
	.count = lengthof(elixhauser_items)
};

/* In Moore's score the two hypertensions are one condition of weight -1. */
static int
hypertension_counted_twice(const Conditions *conditions)
{
	return conditions_has(conditions, instrument_bit(&elixhauser_instrument, "hypunc")) &&
		conditions_has(conditions, instrument_bit(&elixhauser_instrument, "hypc")) ? -1 : 0;
}

/*
 * ph.elixhauser(ph.conditions, weights text, hierarchy boolean) -> int
 *
 * Sum of the weights of the conditions present.  Errors: unknown weight set.
 */
PG_FUNCTION_INFO_V1(elixhauser);
Datum
elixhauser(PG_FUNCTION_ARGS)
{
	Conditions *conditions = PG_GETARG_CONDITIONS(0);
	int			set = argument_choice(fcinfo, 1, "weights", elixhauser_instrument.weight_sets);
	bool		hierarchy = PG_GETARG_BOOL(2);
	int			score = instrument_score(&elixhauser_instrument, conditions, set, hierarchy);

	if (strcmp(elixhauser_instrument.weight_sets[set], "ahrq2017") == 0 && !hierarchy)
		score -= hypertension_counted_twice(conditions);
	PG_RETURN_INT32(score);
}
