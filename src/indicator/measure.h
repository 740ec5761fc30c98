/*
 * measure.h: an indicator with what comparing it needs.
 *
 * An estimate alone carries no standard error, so whatever compares, ranks or draws a line through
 * indicators asks tallies for measures.
 */
#ifndef PH_MEASURE_H
#define PH_MEASURE_H

#include "core/comparison.h"

typedef struct Measure
{
	Estimate	estimate;
	double		variance;
	double		degrees_of_freedom; /* of the variance: infinite but for means */
	double		poisson_unit;	/* variance of a value of 1, for rates and ratios; else 0 */
	double		binomial_size;	/* people, for proportions; else 0 */
} Measure;

typedef enum Indicator
{
	INDICATOR_RATE,
	INDICATOR_PROPORTION,
	INDICATOR_MEAN,
	INDICATOR_DSR,
	INDICATOR_SMR,
	INDICATOR_LIFE_EXPECTANCY
} Indicator;

/* What to ask tallies for, read from a function's arguments indicator, standard, per and confidence. */
typedef struct Question
{
	Indicator	indicator;
	Tally	   *standard;		/* the standard of a dsr, the reference of an smr */
	double		per;			/* may be negative where a function says so */
	double		confidence;
} Question;

extern Question argument_question(FunctionCallInfo fcinfo, int first);
/* Refuses what no proportion can have. */
extern void measure_check_proportion(const TallyCell *cell);

/* Whether a standard has weights to give; if not, *why says why not.  Negative events are refused. */
extern bool measure_standard_possible(const Tally *standard, Estimate *why);

extern Measure measure_ask(const Tally *tally, const Question *question);
extern Measure measure_of(Estimate estimate, double variance);
extern void measure_scale(Measure *measure, double factor);

/* First minus second, first over second: both independent, in units of per. */
extern Comparison measure_difference(const Measure *first, const Measure *second, double per,
									 double confidence, Better better);
extern Comparison measure_ratio(const Measure *first, const Measure *second, double per,
								double confidence, Better better);

/* the indicators, each in its own room */
extern Measure rate_measure(const Tally *tally, double confidence);
extern Measure proportion_measure(const Tally *tally, double confidence);
extern Measure mean_measure(const Tally *tally, double confidence);
extern Measure dsr_measure(const Tally *tally, const Tally *standard, double confidence);
extern Measure dsr_to_compare(const Tally *tally, const Tally *standard, double confidence); /* few events are only noted */
extern Measure smr_measure(const Tally *tally, const Tally *reference, double confidence);
extern Measure life_expectancy_measure(const Tally *tally, double confidence);

#endif
