/*
 * wobble_fit.c: the baseline of a population, and the false alarms of each threshold.
 *
 * The spread of own rates, follow-ups and the kinds that come on top in a rise are fitted by expectation and
 * maximisation over the filter; season and weekdays are shares of contacts over days observed.
 */
#include "people/wobble_model.h"

#include <math.h>

#include "common/pg_prng.h"
#include "miscadmin.h"

#define ROUNDS 30
#define CALENDAR_PRIOR 20		/* contacts of a flat calendar */
#define KIND_PRIOR 10			/* contacts of the usual kinds, in a rise */
#define MOST_SIMULATED 20000
#define FEWEST_SIMULATED 2000	/* fewer people are drawn several times */
#define LEAST_SIMULATED 730		/* days of each of them */
#define SAME_ALARM 28			/* days */
#define MARGIN 1.1				/* people vary in more ways than simulated ones */
#define FIRST_WATCHED 90		/* days of history, before alarms count */

typedef struct Totals
{
	double		posterior[WOBBLE_RATES];
	double		kinds[WOBBLE_KINDS];
	double		followed;
	double		contact_days;
} Totals;

/* ---- the fit ---- */

static void
share(const double *contacts, const double *days, double rate, int count, double *answer)
{
	for (int i = 0; i < count; i++)
		answer[i] = (contacts[i] + CALENDAR_PRIOR) / (days[i] * rate + CALENDAR_PRIOR);
}

static void
fit_calendar(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows)
{
	double	   *change = palloc0(sizeof(double) * (WOBBLE_DAYS + 1));
	double		contacts[7] = {0},
				days[7] = {0},
				week_contacts[WOBBLE_WEEKS] = {0},
				week_days[WOBBLE_WEEKS] = {0};
	double		present = 0,
				all_contacts = 0,
				all_days = 0;

	for (int p = 0; p < count; p++)
	{
		change[people[p].from - WOBBLE_FIRST_DAY]++;
		change[people[p].until + 1 - WOBBLE_FIRST_DAY]--;
		for (int i = people[p].first; i < people[p].first + people[p].count; i++)
			if (rows[i].what == WOBBLE_UNPLANNED)
			{
				contacts[wobble_weekday(rows[i].day)]++;
				week_contacts[wobble_week(rows[i].day)]++;
				all_contacts++;
			}
	}
	for (int i = 0; i < WOBBLE_DAYS; i++)
	{
		present += change[i];
		days[wobble_weekday(WOBBLE_FIRST_DAY + i)] += present;
		week_days[wobble_week(WOBBLE_FIRST_DAY + i)] += present;
		all_days += present;
	}
	share(contacts, days, all_contacts / all_days, 7, model->weekday);
	share(week_contacts, week_days, all_contacts / all_days, WOBBLE_WEEKS, model->week);
	pfree(change);
}

static void
fit_usual_kinds(WobbleModel *model, const WobbleRow *rows, int count)
{
	double		all = model->kinds;

	for (int i = 0; i < model->kinds; i++)
		model->usual_kind[i] = 1;
	for (int i = 0; i < count; i++)
		if (rows[i].what == WOBBLE_UNPLANNED)
		{
			model->usual_kind[rows[i].kind]++;
			all++;
		}
	for (int i = 0; i < model->kinds; i++)
		model->rise_kind[i] = model->usual_kind[i] /= all;
}

static void
add_day(Totals *totals, const WobbleState *state, const WobbleRow *rows, int count, int unplanned)
{
	for (int i = 0; i < count; i++)
		if (rows[i].what == WOBBLE_UNPLANNED)
			totals->kinds[rows[i].kind] += state->excess / unplanned;
	if (unplanned > 0)
		totals->followed += state->followed;
	totals->contact_days += state->recent & 1;
}

static void
follow_person(const WobbleModel *model, WobbleState *state, const WobblePerson *person, const WobbleRow *rows,
			  Totals *totals)
{
	const WobbleRow *row = rows + person->first,
			   *end = row + person->count;

	wobble_start(model, state, person->from);
	for (int same; row < end; row += same)
	{
		int			unplanned;

		CHECK_FOR_INTERRUPTS();
		same = wobble_rows_of_day(row, end - row);
		unplanned = wobble_day(model, state, row, same);
		if (totals)
			add_day(totals, state, row, same, unplanned);
	}
	wobble_advance(model, state, person->until + 1);
}

static double
posterior(const WobbleState *state, int g)
{
	double		sum = state->usual[g];

	for (int k = 0; k < WOBBLE_SIZES; k++)
		sum += state->rise[g][k];
	return sum;
}

static void
fit_round(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows)
{
	Totals		totals = {0};
	double		excess = KIND_PRIOR;

	for (int p = 0; p < count; p++)
	{
		WobbleState state;

		follow_person(model, &state, &people[p], rows, &totals);
		for (int g = 0; g < WOBBLE_RATES; g++)
			totals.posterior[g] += posterior(&state, g);
	}
	for (int g = 0; g < WOBBLE_RATES; g++)
		model->prior[g] = (totals.posterior[g] + 1.0 / WOBBLE_RATES) / (count + 1);
	for (int i = 0; i < model->kinds; i++)
		excess += totals.kinds[i];
	for (int i = 0; i < model->kinds; i++)
		model->rise_kind[i] = (totals.kinds[i] + KIND_PRIOR * model->usual_kind[i]) / excess;
	model->follow = (totals.followed + 1) / (totals.contact_days + 20);
}

void
wobble_fit(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows)
{
	fit_calendar(model, people, count, rows);
	fit_usual_kinds(model, rows, people[count - 1].first + people[count - 1].count);
	for (int g = 0; g < WOBBLE_RATES; g++)
		model->prior[g] = 1.0 / WOBBLE_RATES;
	model->follow = 0.05;
	wobble_prepare(model);
	for (int i = 0; i < ROUNDS; i++)
		fit_round(model, people, count, rows);
}

/* ---- the threshold ---- */

static int
draw(const double *weight, int count, double all, pg_prng_state *random)
{
	double		at = pg_prng_double(random) * all;

	for (int i = 0; i < count - 1; i++)
		if ((at -= weight[i]) < 0)
			return i;
	return count - 1;
}

/* A kind as this person's own ones and the usual ones have it. */
static int
draw_kind(const WobbleModel *model, const double *own, double contacts, pg_prng_state *random)
{
	double		weight[WOBBLE_KINDS];

	for (int i = 0; i < model->kinds; i++)
		weight[i] = own[i] + model->own_kinds * model->usual_kind[i];
	return draw(weight, model->kinds, contacts + model->own_kinds, random);
}

/*
 * A person again, in whom nothing rises: their life events, planned care and crises, over and over until the days are
 * enough; unplanned contacts drawn by an own rate out of what is known of it, which drifts, by
 * the calendar and follow-ups.
 */
static int
simulate_person(const WobbleModel *model, const WobblePerson *person, const WobbleRow *rows, int days,
				WobbleRow *drawn, pg_prng_state *random)
{
	WobbleState state;
	double		weight[WOBBLE_RATES],
				own[WOBBLE_KINDS] = {0},
				all = 0,
				contacts = 0,
				rate,
				drift;
	int			span = person->until - person->from + 1,
				row = 0,
				count = 0;
	uint32		recent = 0;

	follow_person(model, &state, person, rows, NULL);
	for (int g = 0; g < WOBBLE_RATES; g++)
		all += weight[g] = posterior(&state, g);
	rate = model->rate[draw(weight, WOBBLE_RATES, all, random)];
	drift = exp(WOBBLE_DRIFT / sqrt(WOBBLE_YEAR));
	rows += person->first;
	for (int i = 0; i < days; i++)
	{
		int			day = person->from + i;
		double		calendar = model->clock[day + 1 - WOBBLE_FIRST_DAY] - model->clock[day - WOBBLE_FIRST_DAY];
		bool		contact = pg_prng_double(random) < -expm1(-(rate * calendar + follow_up_rate(model, recent)));

		if (contact)
		{
			int			kind = draw_kind(model, own, contacts++, random);

			own[kind]++;
			drawn[count++] = (WobbleRow) {day, kind, WOBBLE_UNPLANNED, 1};
		}
		rate *= pg_prng_double(random) < 0.5 ? drift : 1 / drift;
		if (i % span == 0)
			row = 0;
		for (; row < person->count && rows[row].day <= person->from + i % span; row++)
			if (rows[row].what != WOBBLE_UNPLANNED)
			{
				drawn[count] = rows[row];
				drawn[count++].day = day;
				contact |= rows[row].what <= WOBBLE_CRISIS;
			}
		recent = (recent | contact) << 1;
	}
	return count;
}

static int
count_alarms(const WobbleModel *model, const WobblePerson *person, const WobbleRow *rows, int count, double level)
{
	WobbleState state;
	int			alarms = 0,
				last = person->from - SAME_ALARM - 1;

	wobble_start(model, &state, person->from);
	for (int at = 0, same; at < count; at += same)
	{
		CHECK_FOR_INTERRUPTS();
		same = wobble_rows_of_day(rows + at, count - at);
		if (wobble_day(model, &state, rows + at, same) == 0 || !(wobble_log_odds(&state) > level))
			continue;
		wobble_restart(&state);
		if (rows[at].day - last > SAME_ALARM && rows[at].day >= person->from + FIRST_WATCHED)
		{
			alarms++;
			last = rows[at].day;
		}
	}
	return alarms;
}

void
wobble_calibrate(WobbleModel *model, const WobblePerson *people, int count, const WobbleRow *rows, uint64 seed)
{
	double		alarms[WOBBLE_LEVELS] = {0},
				years = 0;
	int			every = (count + MOST_SIMULATED - 1) / MOST_SIMULATED,
				times = (FEWEST_SIMULATED + count - 1) / count;
	pg_prng_state random;

	pg_prng_seed(&random, seed);
	for (int i = 0; i < WOBBLE_LEVELS; i++)
		model->level[i] = -5 + 0.5 * i;
	for (int drawing = 0; drawing < count * times; drawing += every)
	{
		int			p = drawing % count;
		int			span = people[p].until - people[p].from + 1;
		int			days = Min(Max(span, LEAST_SIMULATED), WOBBLE_FIRST_DAY + WOBBLE_DAYS - 1 - people[p].from);
		WobbleRow  *drawn = palloc(sizeof(WobbleRow) * (days + people[p].count * (days / span + 1)));
		int			many = simulate_person(model, &people[p], rows, days, drawn, &random);

		years += Max(days - FIRST_WATCHED, 0) / WOBBLE_YEAR;
		for (int i = 0, some = 1; i < WOBBLE_LEVELS && some > 0; i++)
			alarms[i] += some = count_alarms(model, &people[p], drawn, many, model->level[i]);
		pfree(drawn);
	}
	for (int i = 0; i < WOBBLE_LEVELS; i++)
		model->false_alarms[i] = MARGIN * alarms[i] / years;
}
