/*
 * ambulatory_care.c: admissions for conditions that care outside hospital can often prevent.
 *
 * Two UK lists: NHS Outcomes Framework 2.3.i (CCG OIS 2.6, chronic conditions) and the 19 conditions of the NHS
 * Institute (one source: the Strategy Unit).  A rule holds when a diagnosis is included in its position, each
 * further requirement is met, and nothing that excludes it is there.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/argument.h"
#include "core/compat.h"
#include "core/record.h"
#include "instrument/icd10.h"
#include "instrument/registry.h"
#include "parser/scansup.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

/* Prefixes separated by blanks; NULL: no such clause. */
typedef struct AmbulatoryRule
{
	const char *rule;
	const char *condition;
	const char *group;
	const char *include_primary;
	const char *include_any;
	const char *require_any;
	const char *require_secondary;
	const char *exclude_any;
	const char *exclude_secondary;
	const char *exclude_any_procedure;
	const char *exclude_primary_procedure;
} AmbulatoryRule;

static const AmbulatoryRule outcomes_framework[] = {
	{.rule = "a", .condition = "chronic_viral_hepatitis_b", .group = "chronic",
		.include_primary =
		"B180 B181",
		.exclude_any =
		"D57"},
	{.rule = "b", .condition = "asthma", .group = "chronic",
		.include_primary =
		"J45 J46X"},
	{.rule = "c", .condition = "congestive_heart_failure", .group = "chronic",
		.include_primary =
		"I50 I110 J81X I130",
		.exclude_any_procedure =
		"K0 K1 K2 K3 K4 K50 K52 K55 K56 K57 K60 K61 K66 K67 K68 K69 K71 K73 K74"},
	{.rule = "d", .condition = "diabetes", .group = "chronic",
		.include_primary =
		"E10 E11 E12 E13 E14"},
	{.rule = "e", .condition = "copd", .group = "chronic",
		.include_primary =
		"J41 J43 J44 J42X J47X"},
	{.rule = "e", .condition = "copd", .group = "chronic",
		.include_primary =
		"J20",
		.require_any =
		"J41 J42 J43 J44 J47"},
	{.rule = "f", .condition = "angina_ihd", .group = "chronic",
		.include_primary =
		"I20 I25",
		.exclude_any_procedure =
		"A B C D E F G H I J K L M N O P Q R S T V W X0 X1 X2 X4 X5"},
	{.rule = "g", .condition = "deficiency_anaemia", .group = "chronic",
		.include_primary =
		"D51 D52 D501 D508 D509"},
	{.rule = "h", .condition = "hypertension", .group = "chronic",
		.include_primary =
		"I10X I119",
		.exclude_any_procedure =
		"K0 K1 K2 K3 K4 K50 K52 K55 K56 K57 K60 K61 K66 K67 K68 K69 K71 K73 K74"},
	{.rule = "i", .condition = "atrial_fibrillation", .group = "chronic",
		.include_primary =
		"I48"},
	{.rule = "i", .condition = "epilepsy", .group = "chronic",
		.include_primary =
		"G40 G41"},
	{.rule = "i", .condition = "dementia", .group = "chronic",
		.include_primary =
		"F00 F01 F02 F03"},
};

static const AmbulatoryRule nhs_institute[] = {
	{.rule = "influenza_pneumonia", .condition = "influenza_pneumonia", .group = "vaccine_preventable",
		.include_any =
		"J10 J11 J13 J14 J153 J154 J157 J159 J168 J181 J188",
		.exclude_secondary =
		"D57"},
	{.rule = "other_vaccine_preventable", .condition = "other_vaccine_preventable", .group = "vaccine_preventable",
		.include_any =
		"A35 A36 A37 A80 B05 B06 B161 B169 B180 B181 B26 G000 M014"},
	{.rule = "asthma", .condition = "asthma", .group = "chronic",
		.include_primary =
		"J45 J46"},
	{.rule = "congestive_heart_failure", .condition = "congestive_heart_failure", .group = "chronic",
		.include_primary =
		"I110 I50 J81",
		.exclude_any_procedure =
		"K0 K1 K2 K3 K4 K50 K52 K55 K56 K57 K60 K61 K66 K67 K68 K69 K71"},
	{.rule = "hypertension", .condition = "hypertension", .group = "chronic",
		.include_primary =
		"I10X I119",
		.exclude_any_procedure =
		"K0 K1 K2 K3 K4 K50 K52 K55 K56 K57 K60 K61 K66 K67 K68 K69 K71"},
	{.rule = "diabetes_complications", .condition = "diabetes_complications", .group = "chronic",
		.include_any =
		"E100 E101 E102 E103 E104 E105 E106 E107 E108 E110 E111 E112 E113 E114 E115 E116 E117 "
		"E118 E120 E121 E122 E123 E124 E125 E126 E127 E128 E130 E131 E132 E133 E134 E135 E136 "
		"E137 E138 E140 E141 E142 E143 E144 E145 E146 E147 E148"},
	{.rule = "copd", .condition = "copd", .group = "chronic",
		.include_primary =
		"J41 J42 J43 J44 J47"},
	{.rule = "copd_with_acute_bronchitis", .condition = "copd", .group = "chronic",
		.include_primary =
		"J20",
		.require_secondary =
		"J41 J42 J43 J44 J47"},
	{.rule = "angina", .condition = "angina", .group = "chronic",
		.include_primary =
		"I20 I240 I248 I249",
		.exclude_primary_procedure =
		"A B C D E F G H J K L M N O P Q R S T V W X01 X02 X04 X05"},
	{.rule = "iron_deficiency_anaemia", .condition = "iron_deficiency_anaemia", .group = "chronic",
		.include_primary =
		"D501 D508 D509"},
	{.rule = "nutritional_deficiencies", .condition = "nutritional_deficiencies", .group = "chronic",
		.include_primary =
		"E40X E41X E42X E43X E550 E643"},
	{.rule = "dehydration_gastroenteritis", .condition = "dehydration_gastroenteritis", .group = "acute",
		.include_primary =
		"E86X K522 K528 K529"},
	{.rule = "pyelonephritis", .condition = "pyelonephritis", .group = "acute",
		.include_primary =
		"N10 N11 N12 N136"},
	{.rule = "perforated_bleeding_ulcer", .condition = "perforated_bleeding_ulcer", .group = "acute",
		.include_primary =
		"K250 K251 K252 K254 K255 K256 K260 K261 K262 K264 K265 K266 K270 K271 K272 K274 K275 "
		"K276 K280 K281 K282 K284 K285 K286"},
	{.rule = "cellulitis", .condition = "cellulitis", .group = "acute",
		.include_primary =
		"L03 L04 L080 L088 L089 L88X L980",
		.exclude_any_procedure =
		"A B C D E F G H J K L M N O P Q R T V W S1 S2 S3 S41 S42 S43 S44 S45 S48 S49 X01 X02 "
		"X04 X05"},
	{.rule = "pelvic_inflammatory_disease", .condition = "pelvic_inflammatory_disease", .group = "acute",
		.include_primary =
		"N70 N73 N74"},
	{.rule = "ent_infections", .condition = "ent_infections", .group = "acute",
		.include_primary =
		"H66 H67 J02 J03 J06 J312"},
	{.rule = "dental_conditions", .condition = "dental_conditions", .group = "acute",
		.include_primary =
		"A690 K02 K03 K04 K05 K06 K08 K098 K099 K12 K13"},
	{.rule = "convulsions_epilepsy", .condition = "convulsions_epilepsy", .group = "acute",
		.include_primary =
		"G40 G41 O15 R56"},
	{.rule = "gangrene", .condition = "gangrene", .group = "acute",
		.include_any =
		"R02X"},
};

static const char *const lists[] = {"nhsof_2_3_i", "nhs_institute_19", NULL};

/* ---- codes ---- */

/* Codes as they are compared, the first one first; empty for what is no code. */
typedef struct Codes
{
	int			count;
	char	  **codes;
} Codes;

/* OPCS-4 codes look like ICD-10 codes and have no marks that could go. */
static char *
normalise(text *raw, bool procedure)
{
	int			length = VARSIZE_ANY_EXHDR(raw);
	char	   *code = palloc(length + 1);

	int			n = 0;

	if (!procedure || !icd10_several(VARDATA_ANY(raw), length, DIALECT_NHS))
		n = icd10_normalise(VARDATA_ANY(raw), length, procedure ? DIALECT_CM : DIALECT_NHS, code);
	code[n] = '\0';
	return code;
}

static void
append_codes(Codes *codes, FunctionCallInfo fcinfo, int index, const char *argument, bool procedure)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(index))
		return;
	count = array_elements(PG_GETARG_ARRAYTYPE_P(index), TEXTOID, &elements, &nulls);
	if (count > 1000)
		argument_error(argument, "must not have more than 1000 elements", NULL);
	codes->codes = repalloc(codes->codes, sizeof(char *) * (codes->count + count + 1));
	for (int i = 0; i < count; i++)
		codes->codes[codes->count++] = nulls[i] ? "" : normalise(DatumGetTextPP(elements[i]), procedure);
}

/* Whether one of the codes from first to before end begins with one of the prefixes. */
static bool
matches(const Codes *codes, int first, int end, const char *prefixes)
{
	while (*prefixes)
	{
		int			length = strcspn(prefixes, " ");
		int			compared = prefix_compared(prefixes, length);

		for (int i = first; i < end && i < codes->count; i++)
			if (strncmp(codes->codes[i], prefixes, compared) == 0)
				return true;
		prefixes += length + strspn(prefixes + length, " ");
	}
	return false;
}

static bool
rule_holds(const AmbulatoryRule *rule, const Codes *diagnoses, const Codes *procedures)
{
	const int	all = diagnoses->count,
				all_procedures = procedures->count;

	return ((rule->include_primary && matches(diagnoses, 0, 1, rule->include_primary)) ||
			(rule->include_any && matches(diagnoses, 0, all, rule->include_any))) &&
		!(rule->require_any && !matches(diagnoses, 0, all, rule->require_any)) &&
		!(rule->require_secondary && !matches(diagnoses, 1, all, rule->require_secondary)) &&
		!(rule->exclude_any && matches(diagnoses, 0, all, rule->exclude_any)) &&
		!(rule->exclude_secondary && matches(diagnoses, 1, all, rule->exclude_secondary)) &&
		!(rule->exclude_any_procedure && matches(procedures, 0, all_procedures, rule->exclude_any_procedure)) &&
		!(rule->exclude_primary_procedure && matches(procedures, 0, 1, rule->exclude_primary_procedure));
}

/*
 * ph.ambulatory_care_sensitive(primary_diagnosis text, secondary_diagnoses text[], procedures text[], code_list text)
 *   -> rows (condition, condition_group, rule)
 *
 * The conditions of a list for which an admission counts.  Errors: unknown list.
 */
PG_FUNCTION_INFO_V1(ambulatory_care_sensitive);
Datum
ambulatory_care_sensitive(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		framework = argument_choice(fcinfo, 3, "code_list", lists) == 0;
	const AmbulatoryRule *rules = framework ? outcomes_framework : nhs_institute;
	int			count = framework ? lengthof(outcomes_framework) : lengthof(nhs_institute);
	Codes		diagnoses = {1, palloc(sizeof(char *))};
	Codes		procedures = {0, palloc(sizeof(char *))};

	diagnoses.codes[0] = PG_ARGISNULL(0) ? "" : normalise(PG_GETARG_TEXT_PP(0), false);
	append_codes(&diagnoses, fcinfo, 1, "secondary_diagnoses", false);
	append_codes(&procedures, fcinfo, 2, "procedures", true);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[3];
		bool		nulls[3];

		if (!rule_holds(&rules[i], &diagnoses, &procedures))
			continue;
		record_text(values, nulls, 0, rules[i].condition);
		record_text(values, nulls, 1, rules[i].group);
		record_text(values, nulls, 2, rules[i].rule);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* A code as it is compared: in capitals, without the blanks around it. */
static char *
trimmed_code(const text *raw)
{
	const char *code = VARDATA_ANY(raw);
	int			length = VARSIZE_ANY_EXHDR(raw);

	while (length > 0 && scanner_isspace(code[0]))
		code++, length--;
	while (length > 0 && scanner_isspace(code[length - 1]))
		length--;
	return asc_toupper(code, length);
}

/*
 * ph.is_emergency_admission(admission_method text, code_list text) -> boolean
 *
 * By the HES admission method, whatever its case and the blanks around it, as a list has it: the Outcomes
 * Framework names the methods, the NHS Institute
 * takes all that begin with 2.
 */
PG_FUNCTION_INFO_V1(is_emergency_admission);
Datum
is_emergency_admission(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"};
	char	   *method = trimmed_code(PG_GETARG_TEXT_PP(0));

	if (argument_choice(fcinfo, 1, "code_list", lists) == 1)
		PG_RETURN_BOOL(method[0] == '2');
	for (int i = 0; i < lengthof(methods); i++)
		if (strcmp(method, methods[i]) == 0)
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}
