/*
 * wobble_model.h: what is usual for a person, and whether their tempo has left it; mathematics apart from fmgr.
 *
 * Days with unplanned contact come at a rate of one's own, times the calendar.  Own rates are spread over a grid by
 * weights fitted to people like them: a Gamma-Poisson baseline whose prior needs no shape (Laird 1978).  A rise begins
 * at an onset hazard, more often after a life event, and ends at another; while it lasts, contacts come at a factor
 * times the own rate plus a step.  The filter adds up the likelihood ratio of all onsets so far, for every own rate at
 * once (Shiryaev 1963): what Page's cumulative sum is with the greatest onset in place of all.
 */
#ifndef PH_WOBBLE_MODEL_H
#define PH_WOBBLE_MODEL_H

#include "postgres.h"

#define WOBBLE_YEAR 365.25
#define WOBBLE_DRIFT 0.15		/* standard deviation of what a year changes in the logarithm of an own rate */
#define WOBBLE_RATES 32
#define WOBBLE_SIZES 3			/* of the step */
#define WOBBLE_WEEKS 53
#define WOBBLE_KINDS 64			/* at most; the last one of a model stands for all others */
#define WOBBLE_LEVELS 20		/* thresholds whose false alarms are known */
#define WOBBLE_LIFE_DAYS 56		/* after a life event a rise is likelier for eight weeks */
#define WOBBLE_FIRST_DAY (-36525)	/* 1900-01-01; the clock runs to the end of 2199 */
#define WOBBLE_DAYS 109573

typedef enum WobbleWhat
{
	WOBBLE_UNPLANNED,
	WOBBLE_PLANNED,
	WOBBLE_CRISIS,
	WOBBLE_LIFE_EVENT,
	WOBBLE_NOTHING
} WobbleWhat;

typedef struct WobbleRow
{
	int32		day;			/* from 2000-01-01 */
	int16		kind;
	uint16		what;
	float		weight;			/* of a life event */
} WobbleRow;

typedef struct WobblePerson
{
	int32		from;			/* first and last day observed */
	int32		until;
	int32		first;			/* where the rows begin, and how many there are */
	int32		count;
} WobblePerson;

typedef struct WobbleModel
{
	int			kinds;
	double		factor;			/* a rise is factor x own rate + step */
	double		step;			/* a day */
	double		onset;			/* rises that begin, a day */
	double		ending;			/* rises that end, a day */
	double		life;			/* rises that begin a day after a life event of weight 1 */
	double		own_kinds;		/* contacts for which the usual kinds count beside a person's own */
	double		follow;			/* fitted: unplanned contacts that a day with contact brings in four weeks */
	double		prior[WOBBLE_RATES];
	double		weekday[7];		/* from Saturday, as 2000-01-01 was */
	double		week[WOBBLE_WEEKS];
	double		usual_kind[WOBBLE_KINDS];
	double		rise_kind[WOBBLE_KINDS];
	double		level[WOBBLE_LEVELS];	/* logarithms of odds, and how many false alarms a person-year they raise */
	double		false_alarms[WOBBLE_LEVELS];
	double		rate[WOBBLE_RATES];		/* made by wobble_prepare() */
	double	   *clock;			/* days of average tempo before each day */
} WobbleModel;

/* The filter: likelihoods of having no rise and of being in one, for each own rate, in units of their sum. */
typedef struct WobbleState
{
	double		usual[WOBBLE_RATES];
	double		rise[WOBBLE_RATES][WOBBLE_SIZES];
	double		onset[WOBBLE_RATES][WOBBLE_SIZES];	/* rise times the day of its onset */
	int			day;
	uint32		recent;			/* a bit a day: had contact */
	int			life_until;
	double		life_weight;
	double		contacts;
	double		kind_count[WOBBLE_KINDS];
	double		followed;		/* of the last contact, how much of it was a follow-up, and how much a rise */
	double		excess;
} WobbleState;

/* Of what a season is kept: from Saturday, and from New Year. */
extern int	wobble_weekday(int day);
extern int	wobble_week(int day);

/* Unplanned contacts of a day that follow those of the days before, a bit each. */
extern double follow_up_rate(const WobbleModel *model, uint32 recent);

/* The rates and the clock, in the current memory context. */
extern void wobble_prepare(WobbleModel *model);

extern void wobble_start(const WobbleModel *model, WobbleState *state, int day);
extern void wobble_advance(const WobbleModel *model, WobbleState *state, int day);

/* Folds the rows of one day; how many unplanned contacts it had. */
extern int	wobble_day(const WobbleModel *model, WobbleState *state, const WobbleRow *rows, int count);
extern int	wobble_rows_of_day(const WobbleRow *rows, int count);

/* After an alarm: what has been is usual from here on. */
extern void wobble_restart(WobbleState *state);

extern double wobble_log_odds(const WobbleState *state);
extern double wobble_usual_rate(const WobbleState *state, const WobbleModel *model);	/* a day */
extern int	wobble_onset(const WobbleState *state);

/* The logarithm of the odds at which so many false alarms are raised a person-year; NAN outside what was simulated. */
extern double wobble_threshold(const WobbleModel *model, double false_alarms);

/* The fit to what was observed, and the false alarms of people simulated from it in whom nothing ever rises. */
extern void wobble_fit(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows);
extern void wobble_calibrate(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows,
							 uint64 seed);

#endif
