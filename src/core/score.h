/*
 * score.h: a score of one person from measurements, with its terms, or the reason why there is none.
 *
 * A score never stops a cohort: what is missing or out of range is said in the status.
 */
#ifndef PH_SCORE_H
#define PH_SCORE_H

#include "postgres.h"
#include "fmgr.h"
#include "lib/stringinfo.h"

#define SCORE_MOST_TERMS 64

typedef struct ScoreTerm
{
	const char *name;
	double		value;			/* as it was given; NAN for words */
	double		contribution;	/* points, or to the linear predictor */
} ScoreTerm;

typedef struct Score
{
	double		value;			/* NAN where there is none */
	const char *band;			/* NULL: none */
	bool		possible;		/* no input so far is missing or out of range */
	StringInfoData status;		/* empty: ok */
	int			count;
	ScoreTerm	terms[SCORE_MOST_TERMS];
} Score;

/* What an input may be, and what it would be in the unit that it is often mistaken for. */
typedef struct InputRange
{
	const char *name;			/* of the argument, its unit in it */
	double		low;
	double		high;			/* both included */
	const char *mistaken_unit;	/* NULL: none */
	double		mistaken_low;
	double		mistaken_high;
} InputRange;

extern Score score_start(void);

/*
 * An argument within its range; NAN, and a word in the status, where it is not there or out of range.
 * A boolean is 1 or 0; a choice is the position among its words, which end with NULL and are written as ours are:
 * in small letters, parts joined by _.  The data may write them in any case, blanks around them, and blanks or
 * hyphens between the parts.
 */
extern double score_number(Score *score, FunctionCallInfo fcinfo, int index, const InputRange *range);
extern double score_boolean(Score *score, FunctionCallInfo fcinfo, int index, const char *name);
extern int	score_choice(Score *score, FunctionCallInfo fcinfo, int index, const char *name,
						 const char *const *choices);

/* An age that may be left out and only says for whom a source validated its score. */
extern void score_validated_from(Score *score, FunctionCallInfo fcinfo, int index, double age);

/* That an input was given which the score, as it was asked for, does not read. */
extern void score_not_used(Score *score, FunctionCallInfo fcinfo, int index, const char *name);

/* status: missing_input, out_of_range, not_validated or not_used; the last two leave the value standing. */
extern void score_note(Score *score, const char *status, const char *name);
extern void score_term(Score *score, const char *name, double value, double contribution);
extern double score_sum(const Score *score);	/* of the contributions */

/* 1 for males, 0 for females: the words female, F, male or M. */
extern double score_male(Score *score, FunctionCallInfo fcinfo, int index);

/* Points of a number: those of the first step that it lies below. */
typedef struct PointStep
{
	double		below;
	double		points;
} PointStep;

extern void score_points(Score *score, const char *name, double value, double compared, const PointStep *steps);

/* The points of an argument as it stands. */
extern void score_number_points(Score *score, FunctionCallInfo fcinfo, int index, const InputRange *range,
								const PointStep *steps);
extern void score_boolean_points(Score *score, FunctionCallInfo fcinfo, int index, const char *name,
								 const PointStep *steps);

/* A sum of points and the band that it lies in: the first whose edge is above it. */
typedef struct BandStep
{
	double		below;
	const char *band;
} BandStep;

extern const char *score_band(double value, const BandStep *steps);

/* As ph.risk_score, or as rows of terms; a score that is not possible has no value and no terms. */
extern Datum score_datum(FunctionCallInfo fcinfo, Score *score);
extern Datum score_rows(FunctionCallInfo fcinfo, Score *score);

/*
 * SCORE_OF(news2) defines ph.news2(...) -> ph.risk_score and ph.news2_terms(the same) -> rows (term, value,
 * contribution, status) over
 *
 *     static Score news2_score(FunctionCallInfo fcinfo)
 */
#define SCORE_FUNCTION(name, of, form) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		Score		score = of(fcinfo); \
	\
		return form(fcinfo, &score); \
	} \
	extern Datum name(PG_FUNCTION_ARGS)

#define SCORE_OF(name) \
	SCORE_FUNCTION(name, name##_score, score_datum); \
	SCORE_FUNCTION(name##_terms, name##_score, score_rows)

#endif
