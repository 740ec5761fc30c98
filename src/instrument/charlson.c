/*
 * charlson.c: the Charlson comorbidity index.
 *
 * Code lists of Quan et al. 2005 (Med Care 43:1130).  Weights: Charlson et al. 1987 (J Chronic Dis
 * 40:373), Quan et al. 2011 (Am J Epidemiol 173:676), Schneeweiss et al. 2003 (Health Serv Res 38:1103, for
 * LACE) and those of SHMI, NHS England's hospital mortality indicator.  The last column is the graver condition that
 * switches a milder one off.
 */
#include "postgres.h"

#include <math.h>

#include "core/age.h"
#include "core/argument.h"
#include "instrument/instrument.h"

static const ListItem charlson_items[] = {
	/* name, label, {charlson1987, quan2011, schneeweiss2003, shmi}, switched off by, ICD-10 prefixes */
	{"mi", "myocardial infarction", {1, 0, 1, 5}, NULL,
		"I21 I22 I252"},
	{"chf", "congestive heart failure", {1, 2, 2, 13}, NULL,
		"I099 I110 I130 I132 I255 I420 I425 I426 I427 I428 I429 I43 I50 P290"},
	{"pvd", "peripheral vascular disease", {1, 0, 1, 6}, NULL,
		"I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959"},
	{"cevd", "cerebrovascular disease", {1, 0, 1, 11}, NULL,
		"G45 G46 H340 I60 I61 I62 I63 I64 I65 I66 I67 I68 I69"},
	{"dementia", "dementia", {1, 2, 3, 14}, NULL,
		"F00 F01 F02 F03 F051 G30 G311"},
	{"cpd", "chronic pulmonary disease", {1, 1, 2, 4}, NULL,
		"I278 I279 J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J684 "
		"J701 J703"},
	{"rheumd", "rheumatic / connective tissue disease", {1, 1, 0, 4}, NULL,
		"M05 M06 M315 M32 M33 M34 M351 M353 M360"},
	{"pud", "peptic ulcer disease", {1, 0, 0, 9}, NULL,
		"K25 K26 K27 K28"},
	{"mld", "mild liver disease", {1, 2, 2, 8}, "msld",
		"B18 K700 K701 K702 K703 K709 K713 K714 K715 K717 K73 K74 K760 K762 K763 K764 "
		"K768 K769 Z944"},
	{"diab", "diabetes without chronic complication", {1, 0, 1, 3}, "diabwc",
		"E100 E101 E106 E108 E109 E110 E111 E116 E118 E119 E120 E121 E126 E128 E129 E130 "
		"E131 E136 E138 E139 E140 E141 E146 E148 E149"},
	{"diabwc", "diabetes with chronic complication", {2, 1, 2, -1}, NULL,
		"E102 E103 E104 E105 E107 E112 E113 E114 E115 E117 E122 E123 E124 E125 E127 E132 "
		"E133 E134 E135 E137 E142 E143 E144 E145 E147"},
	{"hp", "hemiplegia or paraplegia", {2, 2, 1, 1}, NULL,
		"G041 G114 G801 G802 G81 G82 G830 G831 G832 G833 G834 G839"},
	{"rend", "renal disease", {2, 1, 3, 10}, NULL,
		"I120 I131 N032 N033 N034 N035 N036 N037 N052 N053 N054 N055 N056 N057 N18 N19 "
		"N250 Z490 Z491 Z492 Z940 Z992"},
	{"canc", "any malignancy", {2, 2, 2, 8}, "metacanc",
		"C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 "
		"C20 C21 C22 C23 C24 C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 "
		"C47 C48 C49 C50 C51 C52 C53 C54 C55 C56 C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 "
		"C68 C69 C70 C71 C72 C73 C74 C75 C76 C81 C82 C83 C84 C85 C88 C90 C91 C92 C93 C94 "
		"C95 C96 C97"},
	{"msld", "moderate or severe liver disease", {3, 4, 4, 18}, NULL,
		"I850 I859 I864 I982 K704 K711 K721 K729 K765 K766 K767"},
	{"metacanc", "metastatic solid tumour", {6, 6, 6, 14}, NULL,
		"C77 C78 C79 C80"},
	{"aids", "HIV / AIDS", {6, 4, 4, 2}, NULL,
		"B20 B21 B22 B24"},
};

const Instrument charlson_instrument = {
	.name = "charlson",
	.code_list = "quan2005",
	.weight_sets = {"charlson1987", "quan2011", "schneeweiss2003", "shmi"},
	.scale = 1,
	.items = charlson_items,
	.count = lengthof(charlson_items)
};

/* Charlson et al. 1994 (J Clin Epidemiol 47:1245): one point a decade from 50, four at most. */
static int
age_points(int age)
{
	return age < 50 ? 0 : Min(4, (age - 40) / 10);
}

static const Instrument *
argument_code_list(FunctionCallInfo fcinfo, int index)
{
	static const char *const lists[] = {"quan2005", "sundararajan2004", "sweden2021", "shmi", NULL};
	static const Instrument *const found[] = {&charlson_instrument, &charlson_sundararajan_instrument,
	&charlson_sweden_instrument, &charlson_shmi_instrument};

	return found[argument_choice(fcinfo, index, "code_list", lists)];
}

/* The weights of SHMI, of which one is negative, do not go below 0. */
static int
charlson_index(const Instrument *list, const Conditions *conditions, int set, bool hierarchy)
{
	int			score = instrument_score(list, conditions, set, hierarchy);

	return strcmp(charlson_instrument.weight_sets[set], "shmi") == 0 ? Max(score, 0) : score;
}

/*
 * ph.charlson(ph.conditions, weights text, hierarchy boolean, code_list text) -> int
 *
 * Sum of the weights of the conditions present; 0 for nobody's conditions.  Errors: unknown weight set or list.
 */
PG_FUNCTION_INFO_V1(charlson);
Datum
charlson(PG_FUNCTION_ARGS)
{
	Conditions *conditions = PG_GETARG_CONDITIONS(0);
	int			set = argument_choice(fcinfo, 1, "weights", charlson_instrument.weight_sets);

	PG_RETURN_INT32(charlson_index(argument_code_list(fcinfo, 3), conditions, set, PG_GETARG_BOOL(2)));
}

/*
 * ph.charlson_age_adjusted(ph.conditions, age_years int, weights text, code_list text) -> int
 *
 * The index with hierarchy and a point for each decade of age from 50 on, four at most; NULL for an age that nobody
 * has.
 */
PG_FUNCTION_INFO_V1(charlson_age_adjusted);
Datum
charlson_age_adjusted(PG_FUNCTION_ARGS)
{
	Conditions *conditions = PG_GETARG_CONDITIONS(0);
	int			age = PG_GETARG_INT32(1);
	int			set = argument_choice(fcinfo, 2, "weights", charlson_instrument.weight_sets);

	if (!age_is_possible(age))
		PG_RETURN_NULL();
	PG_RETURN_INT32(charlson_index(argument_code_list(fcinfo, 3), conditions, set, true) + age_points(age));
}

/*
 * ph.charlson_survival(ph.conditions, age_years int, code_list text) -> float8
 *
 * Estimated 10-year survival, 0.983 ^ exp(0.9 x age-adjusted index of 1987); NULL for an age that nobody has.
 */
PG_FUNCTION_INFO_V1(charlson_survival);
Datum
charlson_survival(PG_FUNCTION_ARGS)
{
	Conditions *conditions = PG_GETARG_CONDITIONS(0);
	int			age = PG_GETARG_INT32(1);

	if (!age_is_possible(age))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(pow(0.983, exp(0.9 * (charlson_index(argument_code_list(fcinfo, 2), conditions, 0, true) +
										   age_points(age)))));
}
