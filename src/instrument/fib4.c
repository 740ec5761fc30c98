/*
 * fib4.c: FIB-4, liver fibrosis from four routine results.
 *
 * Sterling et al. 2006 (Hepatology 43:1317); bands of McPherson et al. 2017 (Am J Gastroenterol
 * 112:740) with the higher lower edge from 65, or of Sterling.
 */
#include "postgres.h"

#include <math.h>

#include "core/age.h"
#include "core/argument.h"
#include "core/score.h"

static const char *const cutoffs[] = {"nafld", "sterling", NULL};

/* The edges themselves are indeterminate. */
static const char *
fib4_band(double fib4, double low, double high)
{
	return fib4 < low ? "low" : fib4 > high ? "high" : "indeterminate";
}

static Score
fib4_score(FunctionCallInfo fcinfo)
{
	static const InputRange age_range = {.name = "age_years", .low = 0, .high = LARGEST_AGE};
	static const InputRange ast_range = {.name = "ast_u_l", .low = 1, .high = 20000};
	static const InputRange alt_range = {.name = "alt_u_l", .low = 1, .high = 20000};
	static const InputRange platelet_range = {.name = "platelets_10e9_l", .low = 1, .high = 3000,
	.mistaken_unit = "per microlitre", .mistaken_low = 3001, .mistaken_high = 3000000};
	Score		score = score_start();
	double		age = score_number(&score, fcinfo, 0, &age_range);
	double		ast = score_number(&score, fcinfo, 1, &ast_range);
	double		alt = score_number(&score, fcinfo, 2, &alt_range);
	double		platelets = score_number(&score, fcinfo, 3, &platelet_range);
	bool		nafld = argument_choice(fcinfo, 4, "cutoffs", cutoffs) == 0;

	score_term(&score, "age_years", age, log(age));
	score_term(&score, "ast_u_l", ast, log(ast));
	score_term(&score, "alt_u_l", alt, -log(alt) / 2);
	score_term(&score, "platelets_10e9_l", platelets, -log(platelets));
	score.value = age * ast / (platelets * sqrt(alt));
	if (!nafld)
		score.band = fib4_band(score.value, 1.45, 3.25);
	else if (age >= 35)
		score.band = fib4_band(score.value, age < 65 ? 1.3 : 2.0, 2.67);
	else if (score.possible)
		score_note(&score, "not_validated", "age_years");
	return score;
}

/*
 * ph.fib4(age_years float8, ast_u_l float8, alt_u_l float8, platelets_10e9_l float8, cutoffs text) -> ph.risk_score
 *
 * age x AST / (platelets x sqrt ALT); no band under 35 in the cutoffs nafld.
 *
 * ph.fib4_terms(the same) -> rows (term, value, contribution to the logarithm, status)
 */
SCORE_OF(fib4);
