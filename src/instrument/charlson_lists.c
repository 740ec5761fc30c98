/*
 * charlson_lists.c: other lists of codes for the conditions of the Charlson index.
 *
 * Sundararajan et al. 2004 (J Clin Epidemiol 57:1288, ICD-10-AM); Ludvigsson et al. 2021 (Clin Epidemiol
 * 13:21, Sweden), which two packages of one lineage agree on; SHMI, NHS England's hospital mortality
 * indicator.  Prefixes on which sources disagree are left out.  Weights and hierarchy are charlson.c's.
 */
#include "instrument/registry.h"

static const ListItem sundararajan_items[] = {
	{.name = "mi", .prefixes =
		"I21 I22 I252"},
	{.name = "chf", .prefixes =
		"I50"},
	{.name = "pvd", .prefixes =
		"I71 I739 I790 R02 Z958 Z959"},
	{.name = "cevd", .prefixes =
		"G450 G451 G452 G454 G458 G459 G46 I60 I61 I62 I63 I64 I65 I66 I670 I671 I672 I674 "
		"I675 I676 I677 I678 I679 I681 I682 I688 I69"},
	{.name = "dementia", .prefixes =
		"F00 F01 F02 F051"},
	{.name = "cpd", .prefixes =
		"J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67"},
	{.name = "rheumd", .prefixes =
		"M050 M051 M052 M053 M058 M059 M060 M063 M069 M32 M332 M34 M353"},
	{.name = "pud", .prefixes =
		"K25 K26 K27 K28"},
	{.name = "mld", .prefixes =
		"K702 K703 K717 K73 K740 K742 K743 K744 K745 K746"},
	{.name = "diab", .prefixes =
		"E101 E105 E109 E111 E115 E119 E131 E135 E139 E141 E145 E149"},
	{.name = "diabwc", .prefixes =
		"E102 E103 E104 E112 E113 E114 E132 E133 E134 E142 E143 E144"},
	{.name = "hp", .prefixes =
		"G041 G81 G820 G821 G822"},
	{.name = "rend", .prefixes =
		"N01 N03 N052 N053 N054 N055 N056 N072 N073 N074 N18 N19 N25"},
	{.name = "canc", .prefixes =
		"C0 C1 C2 C3 C40 C41 C43 C45 C46 C47 C48 C49 C5 C6 C70 C71 C72 C73 C74 C75 C76 C80 "
		"C81 C82 C83 C84 C85 C883 C887 C889 C900 C901 C91 C92 C93 C940 C941 C942 C943 C9451 "
		"C947 C95 C96"},
	{.name = "msld", .prefixes =
		"K721 K729 K766 K767"},
	{.name = "metacanc", .prefixes =
		"C77 C78 C79 C80"},
	{.name = "aids", .prefixes =
		"B20 B21 B22 B23 B24"},
};

const Instrument charlson_sundararajan_instrument = {
	.name = "charlson_sundararajan2004",
	.prefix = "sundararajan2004.",
	.code_list = "sundararajan2004_am",
	.base = &charlson_instrument,
	.items = sundararajan_items,
	.count = lengthof(sundararajan_items)
};

static const ListItem sweden_items[] = {
	{.name = "mi", .prefixes =
		"I21 I22 I252"},
	{.name = "chf", .prefixes =
		"I110 I130 I132 I255 I420 I426 I427 I428 I429 I43 I50"},
	{.name = "pvd", .prefixes =
		"I70 I71 I731 I738 I771 I790 I792 K55"},
	{.name = "cevd", .prefixes =
		"G45 I60 I61 I62 I63 I64 I67 I69"},
	{.name = "dementia", .prefixes =
		"F00 F01 F02 F03 F051 G30 G311 G319"},
	{.name = "cpd", .prefixes =
		"J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J68 J69 J70"},
	{.name = "rheumd", .prefixes =
		"M05 M06 M070 M071 M072 M073 M08 M123 M13 M30 M313 M314 M315 M316 M32 M33 M34 M350 "
		"M351 M353 M45 M46"},
	{.name = "pud", .prefixes =
		"K25 K26 K27 K28"},
	{.name = "mld", .prefixes =
		"B15 B16 B17 B18 B19 K703 K73 K746 K754"},
	{.name = "diab", .prefixes =
		"E100 E101 E110 E111 E120 E121 E130 E131 E140 E141"},
	{.name = "diabwc", .prefixes =
		"E102 E103 E104 E105 E107 E112 E113 E114 E115 E116 E117 E122 E123 E124 E125 E126 E127 "
		"E132 E133 E134 E135 E136 E137 E142 E143 E144 E145 E146 E147"},
	{.name = "hp", .prefixes =
		"G114 G80 G81 G82 G830 G831 G832 G833 G838"},
	{.name = "rend", .prefixes =
		"I120 I131 N032 N033 N034 N035 N036 N037 N052 N053 N054 N055 N056 N057 N11 N18 N19 "
		"N250 Q611 Q612 Q613 Q614 Z49 Z940 Z992"},
	{.name = "canc", .prefixes =
		"C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 "
		"C21 C22 C23 C24 C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 C47 C48 "
		"C49 C50 C51 C52 C53 C54 C55 C56 C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 C70 "
		"C71 C72 C73 C74 C75 C76 C81 C82 C83 C84 C85 C86 C88 C90 C91 C92 C93 C94 C95 C96 C97"},
	{.name = "msld", .prefixes =
		"I850 I859 I982 I983 R18"},
	{.name = "metacanc", .prefixes =
		"C77 C78 C79 C80"},
	{.name = "aids", .prefixes =
		"B20 B21 B22 B24 F024 O987 R75 Z219"},
};

const Instrument charlson_sweden_instrument = {
	.name = "charlson_sweden2021",
	.prefix = "sweden2021.",
	.code_list = "sweden2021",
	.base = &charlson_instrument,
	.items = sweden_items,
	.count = lengthof(sweden_items)
};

static const ListItem shmi_items[] = {
	{.name = "mi", .prefixes =
		"I21 I22 I23 I252 I258"},
	{.name = "chf", .prefixes =
		"I50"},
	{.name = "pvd", .prefixes =
		"I71 I739 I790 R02 Z958 Z959"},
	{.name = "cevd", .prefixes =
		"G450 G451 G452 G454 G458 G459 G46 I60 I61 I62 I63 I64 I65 I66 I67 I68 I69"},
	{.name = "dementia", .prefixes =
		"F00 F01 F02 F03 F051"},
	{.name = "cpd", .prefixes =
		"J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67"},
	{.name = "rheumd", .prefixes =
		"M05 M060 M063 M069 M32 M332 M34 M353"},
	{.name = "pud", .prefixes =
		"K25 K26 K27 K28"},
	{.name = "mld", .prefixes =
		"K702 K703 K717 K73 K74"},
	{.name = "diab", .prefixes =
		"E101 E105 E106 E108 E109 E111 E115 E116 E118 E119 E131 E135 E136 E138 E139 E141 E145 "
		"E146 E148 E149"},
	{.name = "diabwc", .prefixes =
		"E102 E103 E104 E107 E112 E113 E114 E117 E132 E133 E134 E137 E142 E143 E144 E147"},
	{.name = "hp", .prefixes =
		"G041 G81 G820 G821 G822"},
	{.name = "rend", .prefixes =
		"I12 I13 N01 N03 N052 N053 N054 N055 N056 N072 N073 N074 N18 N19 N25"},
	{.name = "canc", .prefixes =
		"C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 "
		"C21 C22 C23 C24 C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C44 C45 C46 C47 "
		"C48 C49 C50 C51 C52 C53 C54 C55 C56 C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 "
		"C70 C71 C72 C73 C74 C75 C76 C81 C82 C83 C84 C85 C86 C88 C90 C91 C92 C93 C94 C95 C96 "
		"C97"},
	{.name = "msld", .prefixes =
		"K721 K729 K766 K767"},
	{.name = "metacanc", .prefixes =
		"C77 C78 C79 C80"},
	{.name = "aids", .prefixes =
		"B20 B21 B22 B23 B24 O987"},
};

const Instrument charlson_shmi_instrument = {
	.name = "charlson_shmi",
	.prefix = "shmi.",
	.code_list = "shmi",
	.base = &charlson_instrument,
	.items = shmi_items,
	.count = lengthof(shmi_items)
};
