/* wobble_model.c: the filter of usual and raised tempo, day by day. */
#include "people/wobble_model.h"

#include <math.h>

#include "core/compat.h"
#include "datatype/timestamp.h"
#include "utils/datetime.h"

#define LEAST_RATE 0.1			/* a year, of the grid */
#define GREATEST_RATE 200.0
#define FOLLOW_DAYS 28

/* A rise may be half as large as stated, or twice. */
static const double size[WOBBLE_SIZES] = {0.5, 1, 2};

/* ---- the calendar ---- */

int
wobble_weekday(int day)
{
	return ((day % 7) + 7) % 7;
}

int
wobble_week(int day)
{
	int			year,
				month,
				day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return (day + POSTGRES_EPOCH_JDATE - date2j(year, 1, 1)) / 7;
}

void
wobble_prepare(WobbleModel *model)
{
	double		clock = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
		model->rate[g] = LEAST_RATE * pow(GREATEST_RATE / LEAST_RATE, g / (WOBBLE_RATES - 1.0)) / WOBBLE_YEAR;
	if (model->clock == NULL)
		model->clock = palloc(sizeof(double) * (WOBBLE_DAYS + 1));
	for (int i = 0; i <= WOBBLE_DAYS; i++)
	{
		int			day = WOBBLE_FIRST_DAY + i;

		model->clock[i] = clock;
		clock += model->weekday[wobble_weekday(day)] * model->week[wobble_week(day)];
	}
}

static double
average_days(const WobbleModel *model, int from, int until)
{
	return model->clock[until - WOBBLE_FIRST_DAY] - model->clock[from - WOBBLE_FIRST_DAY];
}

/* ---- the filter ---- */

void
wobble_start(const WobbleModel *model, WobbleState *state, int day)
{
	double		raised = model->onset / (model->onset + model->ending);

	memset(state, 0, sizeof(*state));
	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		state->usual[g] = (1 - raised) * model->prior[g];
		for (int k = 0; k < WOBBLE_SIZES; k++)
		{
			state->rise[g][k] = raised * model->prior[g] / WOBBLE_SIZES;
			state->onset[g][k] = state->rise[g][k] * day;
		}
	}
	state->day = day;
	state->life_until = day;
}

/* What is usual for somebody drifts: a random walk on the grid, at most a step to either side at a time. */
static void
drift(double *usual, double days)
{
	double		spacing = log(GREATEST_RATE / LEAST_RATE) / (WOBBLE_RATES - 1);
	double		move = Min(0.25, 0.5 * WOBBLE_DRIFT * WOBBLE_DRIFT / (spacing * spacing) * days / WOBBLE_YEAR);
	double		below = usual[0];

	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		double		here = usual[g];

		usual[g] += move * (below + usual[Min(g + 1, WOBBLE_RATES - 1)] - 2 * here);
		below = here;
	}
}

/*
 * Days without contact.  Who is usual stays so without contact with probability stay, who is in a rise with keep; in
 * between one changes at most once: the integral over the day of the change is flow.
 */
static void
pass_days(const WobbleModel *model, WobbleState *state, int day, double onset)
{
	double		days = day - state->day;
	double		average = average_days(model, state->day, day);
	double		no_step[WOBBLE_SIZES];

	for (int k = 0; k < WOBBLE_SIZES; k++)
		no_step[k] = exp(-size[k] * model->step * average - model->ending * days);
	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		double		leave = model->rate[g] * average + onset * days;
		double		stay = exp(-leave);
		double		no_multiple = exp(-model->factor * model->rate[g] * average);
		double		ended = 0;

		for (int k = 0; k < WOBBLE_SIZES; k++)
		{
			double		gap = (model->factor * model->rate[g] + size[k] * model->step) * average +
				model->ending * days - leave;
			double		keep = no_multiple * no_step[k];
			bool		apart = fabs(gap) > 1e-4;
			double		flow = days * (apart ? (stay - keep) / gap : stay);
			double		ago = days * (apart ? 1 / gap - keep / (stay - keep) : 0.5);	/* mean day of the change */
			double		began = state->usual[g] * onset / WOBBLE_SIZES * flow;

			ended += state->rise[g][k] * model->ending * flow;
			state->rise[g][k] = state->rise[g][k] * keep + began;
			state->onset[g][k] = state->onset[g][k] * keep + began * (day - ago);
		}
		state->usual[g] = state->usual[g] * stay + ended;
	}
	drift(state->usual, days);
	state->recent = days < 32 ? state->recent << (int) days : 0;
	state->day = day;
}

static void
normalise(WobbleState *state)
{
	double		sum = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		sum += state->usual[g];
		for (int k = 0; k < WOBBLE_SIZES; k++)
			sum += state->rise[g][k];
	}
	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		state->usual[g] /= sum;
		for (int k = 0; k < WOBBLE_SIZES; k++)
		{
			state->rise[g][k] /= sum;
			state->onset[g][k] /= sum;
		}
	}
}

/* Years without contact of somebody who used to have many are more than a double can hold in one step. */
#define LONGEST_STEP 91

void
wobble_advance(const WobbleModel *model, WobbleState *state, int day)
{
	while (day > state->day)
	{
		bool		after_event = state->life_until > state->day;
		int			until = Min(day, state->day + LONGEST_STEP);

		pass_days(model, state, after_event ? Min(until, state->life_until) : until,
				  model->onset + (after_event ? model->life * state->life_weight : 0));
		normalise(state);
	}
}

void
wobble_restart(WobbleState *state)
{
	memset(state->rise, 0, sizeof(state->rise));
	memset(state->onset, 0, sizeof(state->onset));
}

/* How much likelier the kinds of the day's unplanned contacts are in a rise than by what this person usually does. */
static double
kind_ratio(const WobbleModel *model, const WobbleState *state, const WobbleRow *rows, int count, int unplanned)
{
	double		ratio = 0;

	for (int i = 0; i < count; i++)
		if (rows[i].what == WOBBLE_UNPLANNED)
		{
			int			kind = rows[i].kind;
			double		usual = (state->kind_count[kind] + model->own_kinds * model->usual_kind[kind]) /
				(state->contacts + model->own_kinds);

			ratio += model->rise_kind[kind] / usual / unplanned;
		}
	return ratio;
}

double
follow_up_rate(const WobbleModel *model, uint32 recent)
{
	return __builtin_popcount(recent & ((1u << FOLLOW_DAYS) - 1)) * model->follow / FOLLOW_DAYS;
}

static void
fold_contact(const WobbleModel *model, WobbleState *state, const WobbleRow *rows, int count, int unplanned)
{
	double		calendar = average_days(model, state->day, state->day + 1);
	double		follow = follow_up_rate(model, state->recent);
	double		ratio = kind_ratio(model, state, rows, count, unplanned);
	double		all = 0,
				followed = 0,
				excess = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		followed += state->usual[g] * follow;
		state->usual[g] *= model->rate[g] * calendar + follow;
		all += state->usual[g];
		for (int k = 0; k < WOBBLE_SIZES; k++)
		{
			double		own = model->factor * model->rate[g] * calendar;
			double		more = size[k] * model->step * calendar * ratio;

			followed += state->rise[g][k] * follow;
			excess += state->rise[g][k] * more;
			state->rise[g][k] *= own + more + follow;
			state->onset[g][k] *= own + more + follow;
			all += state->rise[g][k];
		}
	}
	state->followed = followed / all;
	state->excess = excess / all;
	for (int i = 0; i < count; i++)
		if (rows[i].what == WOBBLE_UNPLANNED)
		{
			state->kind_count[rows[i].kind]++;
			state->contacts++;
		}
	normalise(state);
}

static void
fold_life_event(WobbleState *state, double weight)
{
	if (state->life_until <= state->day || weight > state->life_weight)
		state->life_weight = weight;
	state->life_until = state->day + WOBBLE_LIFE_DAYS;
}

int
wobble_day(const WobbleModel *model, WobbleState *state, const WobbleRow *rows, int count)
{
	int			of[WOBBLE_NOTHING + 1] = {0};
	double		weight = 0;

	wobble_advance(model, state, rows->day);
	for (int i = 0; i < count; i++)
	{
		of[rows[i].what]++;
		if (rows[i].what == WOBBLE_LIFE_EVENT)
			weight = Max(weight, rows[i].weight);
	}
	if (weight > 0)
		fold_life_event(state, weight);
	if (of[WOBBLE_UNPLANNED] > 0)
		fold_contact(model, state, rows, count, of[WOBBLE_UNPLANNED]);
	if (of[WOBBLE_UNPLANNED] + of[WOBBLE_PLANNED] + of[WOBBLE_CRISIS] > 0)
		state->recent |= 1;
	if (of[WOBBLE_CRISIS] > 0)
		wobble_restart(state);
	return of[WOBBLE_UNPLANNED];
}

int
wobble_rows_of_day(const WobbleRow *rows, int count)
{
	int			same = 1;

	while (same < count && rows[same].day == rows[0].day)
		same++;
	return same;
}

/* ---- what it says ---- */

static double
all_rises(const WobbleState *state, const double (*part)[WOBBLE_SIZES])
{
	double		sum = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
		for (int k = 0; k < WOBBLE_SIZES; k++)
			sum += part[g][k];
	return sum;
}

double
wobble_log_odds(const WobbleState *state)
{
	double		usual = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
		usual += state->usual[g];
	return log(all_rises(state, state->rise) / usual);
}

double
wobble_usual_rate(const WobbleState *state, const WobbleModel *model)
{
	double		all = 0,
				sum = 0;

	for (int g = 0; g < WOBBLE_RATES; g++)
	{
		double		weight = state->usual[g];

		for (int k = 0; k < WOBBLE_SIZES; k++)
			weight += state->rise[g][k];
		all += weight;
		sum += weight * model->rate[g];
	}
	return sum / all;
}

int
wobble_onset(const WobbleState *state)
{
	return (int) floor(all_rises(state, state->onset) / all_rises(state, state->rise));
}

double
wobble_threshold(const WobbleModel *model, double false_alarms)
{
	for (int i = 1; i < WOBBLE_LEVELS; i++)
	{
		double		above = model->false_alarms[i - 1],
					below = model->false_alarms[i];

		if (below > 0 && above >= false_alarms && false_alarms >= below)
			return above > below ? model->level[i] - (model->level[i] - model->level[i - 1]) *
				log(false_alarms / below) / log(above / below) : model->level[i];
	}
	return NAN;
}
