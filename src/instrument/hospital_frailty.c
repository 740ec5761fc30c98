/*
 * hospital_frailty.c: the Hospital Frailty Risk Score.
 *
 * Gilbert et al. 2018 (Lancet 391:1775), table of 109 three-character ICD-10 codes.  Points stand here
 * in tenths, so that sums are exact.
 */
#include "postgres.h"

#include "instrument/instrument.h"
#include "core/score.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

static const ListItem frailty_items[] = {
	/* name, label (the code speaks for itself), {points in tenths}, switched off by, ICD-10 prefix */
	{"A04", NULL, {11}, NULL, "A04"}, {"A09", NULL, {11}, NULL, "A09"},
	{"A41", NULL, {16}, NULL, "A41"}, {"B95", NULL, {17}, NULL, "B95"},
	{"B96", NULL, {29}, NULL, "B96"}, {"D64", NULL, {4}, NULL, "D64"},
	{"E05", NULL, {9}, NULL, "E05"}, {"E16", NULL, {14}, NULL, "E16"},
	{"E53", NULL, {19}, NULL, "E53"}, {"E55", NULL, {10}, NULL, "E55"},
	{"E83", NULL, {4}, NULL, "E83"}, {"E86", NULL, {23}, NULL, "E86"},
	{"E87", NULL, {23}, NULL, "E87"}, {"F00", NULL, {71}, NULL, "F00"},
	{"F01", NULL, {20}, NULL, "F01"}, {"F03", NULL, {21}, NULL, "F03"},
	{"F05", NULL, {32}, NULL, "F05"}, {"F10", NULL, {7}, NULL, "F10"},
	{"F32", NULL, {5}, NULL, "F32"}, {"G20", NULL, {18}, NULL, "G20"},
	{"G30", NULL, {40}, NULL, "G30"}, {"G31", NULL, {12}, NULL, "G31"},
	{"G40", NULL, {15}, NULL, "G40"}, {"G45", NULL, {12}, NULL, "G45"},
	{"G81", NULL, {44}, NULL, "G81"}, {"H54", NULL, {19}, NULL, "H54"},
	{"H91", NULL, {9}, NULL, "H91"}, {"I63", NULL, {8}, NULL, "I63"},
	{"I67", NULL, {26}, NULL, "I67"}, {"I69", NULL, {37}, NULL, "I69"},
	{"I95", NULL, {16}, NULL, "I95"}, {"J18", NULL, {11}, NULL, "J18"},
	{"J22", NULL, {7}, NULL, "J22"}, {"J69", NULL, {10}, NULL, "J69"},
	{"J96", NULL, {15}, NULL, "J96"}, {"K26", NULL, {16}, NULL, "K26"},
	{"K52", NULL, {3}, NULL, "K52"}, {"K59", NULL, {18}, NULL, "K59"},
	{"K92", NULL, {8}, NULL, "K92"}, {"L03", NULL, {20}, NULL, "L03"},
	{"L08", NULL, {4}, NULL, "L08"}, {"L89", NULL, {17}, NULL, "L89"},
	{"L97", NULL, {16}, NULL, "L97"}, {"M15", NULL, {4}, NULL, "M15"},
	{"M19", NULL, {15}, NULL, "M19"}, {"M25", NULL, {23}, NULL, "M25"},
	{"M41", NULL, {9}, NULL, "M41"}, {"M48", NULL, {5}, NULL, "M48"},
	{"M79", NULL, {11}, NULL, "M79"}, {"M80", NULL, {8}, NULL, "M80"},
	{"M81", NULL, {14}, NULL, "M81"}, {"N17", NULL, {18}, NULL, "N17"},
	{"N18", NULL, {14}, NULL, "N18"}, {"N19", NULL, {16}, NULL, "N19"},
	{"N20", NULL, {7}, NULL, "N20"}, {"N28", NULL, {13}, NULL, "N28"},
	{"N39", NULL, {32}, NULL, "N39"}, {"R00", NULL, {7}, NULL, "R00"},
	{"R02", NULL, {10}, NULL, "R02"}, {"R11", NULL, {3}, NULL, "R11"},
	{"R13", NULL, {8}, NULL, "R13"}, {"R26", NULL, {26}, NULL, "R26"},
	{"R29", NULL, {36}, NULL, "R29"}, {"R31", NULL, {30}, NULL, "R31"},
	{"R32", NULL, {12}, NULL, "R32"}, {"R33", NULL, {13}, NULL, "R33"},
	{"R40", NULL, {25}, NULL, "R40"}, {"R41", NULL, {27}, NULL, "R41"},
	{"R44", NULL, {16}, NULL, "R44"}, {"R45", NULL, {12}, NULL, "R45"},
	{"R47", NULL, {10}, NULL, "R47"}, {"R50", NULL, {1}, NULL, "R50"},
	{"R54", NULL, {22}, NULL, "R54"}, {"R55", NULL, {18}, NULL, "R55"},
	{"R56", NULL, {26}, NULL, "R56"}, {"R63", NULL, {9}, NULL, "R63"},
	{"R69", NULL, {13}, NULL, "R69"}, {"R79", NULL, {6}, NULL, "R79"},
	{"R94", NULL, {14}, NULL, "R94"}, {"S00", NULL, {32}, NULL, "S00"},
	{"S01", NULL, {11}, NULL, "S01"}, {"S06", NULL, {24}, NULL, "S06"},
	{"S09", NULL, {12}, NULL, "S09"}, {"S22", NULL, {18}, NULL, "S22"},
	{"S32", NULL, {14}, NULL, "S32"}, {"S42", NULL, {23}, NULL, "S42"},
	{"S51", NULL, {5}, NULL, "S51"}, {"S72", NULL, {14}, NULL, "S72"},
	{"S80", NULL, {20}, NULL, "S80"}, {"T83", NULL, {24}, NULL, "T83"},
	{"U80", NULL, {8}, NULL, "U80"}, {"W01", NULL, {9}, NULL, "W01"},
	{"W06", NULL, {11}, NULL, "W06"}, {"W10", NULL, {9}, NULL, "W10"},
	{"W18", NULL, {21}, NULL, "W18"}, {"W19", NULL, {32}, NULL, "W19"},
	{"X59", NULL, {15}, NULL, "X59"}, {"Y84", NULL, {7}, NULL, "Y84"},
	{"Y95", NULL, {12}, NULL, "Y95"}, {"Z22", NULL, {17}, NULL, "Z22"},
	{"Z50", NULL, {21}, NULL, "Z50"}, {"Z60", NULL, {18}, NULL, "Z60"},
	{"Z73", NULL, {6}, NULL, "Z73"}, {"Z74", NULL, {11}, NULL, "Z74"},
	{"Z75", NULL, {20}, NULL, "Z75"}, {"Z87", NULL, {15}, NULL, "Z87"},
	{"Z91", NULL, {5}, NULL, "Z91"}, {"Z93", NULL, {10}, NULL, "Z93"},
	{"Z99", NULL, {8}, NULL, "Z99"},
};

const Instrument hospital_frailty_instrument = {
	.name = "hospital_frailty",
	.code_list = "gilbert2018",
	.weight_sets = {"gilbert2018"},
	.scale = 10,
	.items = frailty_items,
	.count = lengthof(frailty_items)
};

/*
 * ph.hospital_frailty(ph.conditions) -> numeric
 *
 * Sum of the points of the distinct codes, exact to a tenth.  Validated at 75 and over on emergency
 * admissions of the two years up to and including the index admission.
 */
PG_FUNCTION_INFO_V1(hospital_frailty);
Datum
hospital_frailty(PG_FUNCTION_ARGS)
{
	int			tenths = instrument_score(&hospital_frailty_instrument, PG_GETARG_CONDITIONS(0), 0, false);

	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(tenths, 1));
}

/*
 * ph.hospital_frailty_risk(ph.conditions, age_years float8) -> ph.risk_score
 *
 * The same with its band, low below 5, intermediate to 15, high above, and not validated below 75.
 */
PG_FUNCTION_INFO_V1(hospital_frailty_risk);
Datum
hospital_frailty_risk(PG_FUNCTION_ARGS)
{
	Score		score = score_start();

	if (PG_ARGISNULL(0))
		score_note(&score, "missing_input", "conditions");
	else
	{
		int			tenths = instrument_score(&hospital_frailty_instrument, PG_GETARG_CONDITIONS(0), 0, false);

		score.value = tenths / 10.0;
		score.band = tenths < 50 ? "low" : tenths <= 150 ? "intermediate" : "high";
		score_validated_from(&score, fcinfo, 1, 75);
	}
	return score_datum(fcinfo, &score);
}
