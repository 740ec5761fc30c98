/* survival_curve.h: walking through the times at which people left, with Kaplan and Meier's curve. */
#ifndef PH_SURVIVAL_CURVE_H
#define PH_SURVIVAL_CURVE_H

#include "core/estimate.h"
#include "core/interval.h"

#define CURVE_MAX_PEOPLE 9007199254740992.0	/* 2^53: up to there people are counted exactly */

/* Who entered and has not left. */
typedef struct Present
{
	const Tally *entered;		/* key = time of entry; NULL: all at once, before any time */
	int			next_entry;
	Sum			people;
} Present;

extern Present present_start(const Tally *tally, const Tally *entered);
extern double present_at(Present *present, double time);	/* times must not go back */
extern void present_leave(Present *present, Sum leaving);

/*
 * A step of the curve is a time at which somebody left.  The walk needs no memory of its own: who is at
 * risk follows from who entered and who left before.
 */
typedef struct Curve
{
	const Tally *tally;			/* key = time of leaving */
	int			next_cell;
	Present		present;		/* before the next step */

	/* the present step */
	int			steps;			/* with events, this one included: how often survival was rounded */
	double		time;
	double		at_risk;
	double		events;
	double		censored;
	double		survival;
	double		log_variance;	/* Greenwood's term of this step, d / (n (n - d)); 0 where survival is 0 */
	Sum			greenwood;		/* their sum: the variance of the logarithm of survival */
	Sum			hazard;			/* Nelson and Aalen's */
} Curve;

/* Whether the tallies hold follow-up that can be answered from; if not, *why says why. */
extern bool curve_possible(const Tally *tally, const Tally *entered, Estimate *why);
extern Curve curve_start(const Tally *tally, const Tally *entered);
extern bool curve_next(Curve *curve);

/* The last time at which anybody left. */
extern double last_leaving_time(const Tally *tally);

/* People by time of leaving and, unless everybody is followed from time 0, by time of entry. */
typedef struct Followed
{
	Tally	   *tally;
	Tally	   *entered;
} Followed;

/* Arguments tally, the first, and entered; -1: there is none. */
extern Followed argument_followed(FunctionCallInfo fcinfo, int tally, int entered);

/* A tally that is followed from time 0, its times tied. */
extern Followed followed_from_start(const Tally *tally);

/* On which scale limits are normal. */
typedef enum Scale
{
	SCALE_LOG_LOG,
	SCALE_LOG,
	SCALE_PLAIN
} Scale;

/* Of the present step. */
extern Limits survival_limits(const Curve *curve, double z, Scale scale);

#endif
