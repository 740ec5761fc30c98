/*
 * credibility.c: how far a place's own experience can be trusted.
 *
 * Limited fluctuation: people that the mean needs to lie within a tolerance of the truth with a probability, and the
 * square root of the share of them that there are.  Buhlmann and Straub (1970), with the unbiased estimators: the
 * variance within places over years against that between places says how much of each mean is the place's own.
 */
#include "postgres.h"

#include <math.h>

#include "budget/weights.h"
#include "core/argument.h"
#include "core/distribution.h"
#include "core/record.h"
#include "core/sum.h"
#include "core/tally.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define GREATEST_VALUE 1e30
#define ROUNDING 1e-12			/* numbers are the same within this share of them */

/* ---- limited fluctuation ---- */

static double
argument_probability(FunctionCallInfo fcinfo, int index)
{
	double		p = argument_from_zero(fcinfo, index, "probability");

	if (p == 0 || p >= 1)
		argument_error("probability", "must lie between 0 and 1, both excluded", "Write 0.9 for 90 %.");
	return p;
}

static double
argument_tolerance(FunctionCallInfo fcinfo, int index)
{
	double		tolerance = argument_from_zero(fcinfo, index, "tolerance");

	if (tolerance == 0 || tolerance >= 1)
		argument_error("tolerance", "must lie between 0 and 1, both excluded", "Write 0.05 for 5 %.");
	return tolerance;
}

/*
 * ph.limited_fluctuation(people float8, cv float8, probability float8, tolerance float8) -> ph.limited_fluctuation
 *
 * full_at = (z / tolerance)^2 cv^2, z two-sided for the probability; credibility = min(1, sqrt(people / full_at)).
 * NULL with a note where an argument is.  Errors: people or cv negative or not finite, probability or tolerance outside
 * 0 to 1.
 */
PG_FUNCTION_INFO_V1(limited_fluctuation);
Datum
limited_fluctuation(PG_FUNCTION_ARGS)
{
	double		people = argument_from_zero(fcinfo, 0, "people"),
				cv = argument_from_zero(fcinfo, 1, "cv"),
				probability = argument_probability(fcinfo, 2),
				tolerance = argument_tolerance(fcinfo, 3),
				full_at = NAN,
				credibility = NAN;
	Datum		values[3];
	bool		nulls[3];
	const char *note = NULL;

	if (!isnan(probability))
		full_at = pow(two_sided_z(probability) / tolerance * cv, 2);
	if (people == 0)
		credibility = 0;
	else if (people >= full_at)
		credibility = 1;
	else
		credibility = sqrt(people / full_at);
	if (isnan(people) || isnan(full_at))
		note = "missing_input";
	else if (isinf(full_at))
		note = "out_of_range";
	record_number(values, nulls, 0, full_at);
	record_number(values, nulls, 1, note ? NAN : credibility);
	record_text(values, nulls, 2, note);
	return record_datum(fcinfo, values, nulls);
}

/* ---- Buhlmann and Straub ---- */

enum
{
	EXPOSURE, MEAN, CREDIBILITY, ESTIMATE, WITHIN, BETWEEN, COLLECTIVE, NOTE, MISSING, CREDIBILITY_FIELDS
};

/* A place in a year. */
typedef struct Period
{
	text	   *place;
	double		value;			/* a unit of exposure */
	double		exposure;		/* 0: nothing was seen */
	int			row;
} Period;

typedef struct Place
{
	const Period *periods;		/* its own, one after the other */
	int			count;
	int			seen;			/* of them with exposure */
	double		exposure;
	double		mean;
	double		credibility;
} Place;

typedef struct Experience
{
	int			places;
	Place	   *place;
	int			seen;			/* places with exposure */
	double		exposure;
	double		mean;			/* by exposure */
	double		freedom;		/* sum of years - 1 of the places that were seen */
	double		within;
	double		between;
	double		collective;
} Experience;

static int
place_order(const void *left, const void *right, void *arg)
{
	const Period *a = left,
			   *b = right;
	int			lengths[] = {VARSIZE_ANY_EXHDR(a->place), VARSIZE_ANY_EXHDR(b->place)};
	int			order = memcmp(VARDATA_ANY(a->place), VARDATA_ANY(b->place), Min(lengths[0], lengths[1]));

	if (order != 0)
		return order;
	return lengths[0] != lengths[1] ? lengths[0] - lengths[1] : a->row - b->row;
}

static bool
same_place(const Period *a, const Period *b)
{
	int			length = VARSIZE_ANY_EXHDR(a->place);

	return length == VARSIZE_ANY_EXHDR(b->place) && memcmp(VARDATA_ANY(a->place), VARDATA_ANY(b->place), length) == 0;
}

/* x - mean, 0 where they differ by rounding only */
static double
deviation(double x, double mean)
{
	return fabs(x - mean) <= ROUNDING * fmax(fabs(x), fabs(mean)) ? 0 : x - mean;
}

static double
mean_of(const Period *periods, int count, double exposure)
{
	Sum			sum = {0, 0};

	for (int i = 0; i < count; i++)
		if (periods[i].exposure > 0)
			sum_add(&sum, periods[i].exposure * periods[i].value);
	return sum_value(sum) / exposure;
}

static Place
place_of(const Period *periods, int count)
{
	Place		place = {periods, count, 0, 0, NAN, 0};
	Sum			exposure = {0, 0};

	for (int i = 0; i < count; i++)
	{
		place.seen += periods[i].exposure > 0;
		sum_add(&exposure, periods[i].exposure);
	}
	place.exposure = sum_value(exposure);
	if (place.seen > 0)
		place.mean = mean_of(periods, count, place.exposure);
	return place;
}

static void
find_places(Experience *all, Period *periods, int count)
{
	qsort_interruptible(periods, count, sizeof(Period), place_order, NULL);
	all->place = palloc_array(Place, count);
	for (int i = 0, next; i < count; i = next)
	{
		Place	   *place = &all->place[all->places++];

		CHECK_FOR_INTERRUPTS();
		for (next = i + 1; next < count && same_place(&periods[i], &periods[next]);)
			next++;
		*place = place_of(&periods[i], next - i);
		all->seen += place->seen > 0;
		all->freedom += Max(place->seen - 1, 0);
	}
}

/* v = sum m (x - x_i)^2 / sum (J_i - 1) */
static double
variance_within(const Experience *all)
{
	Sum			squares = {0, 0};

	for (int i = 0; i < all->places; i++)
		for (int j = 0; j < all->place[i].count; j++)
		{
			const Period *period = &all->place[i].periods[j];

			CHECK_FOR_INTERRUPTS();
			if (period->exposure > 0)
				sum_add(&squares, period->exposure * pow(deviation(period->value, all->place[i].mean), 2));
		}
	return sum_value(squares) / all->freedom;
}

/* a = (sum m_i (x_i - xbar)^2 - (I - 1) v) / (m - sum m_i^2 / m), 0 where that is not above 0 */
static double
variance_between(const Experience *all)
{
	Sum			spread = {0, 0},
				squares = {0, 0};
	double		by_chance = (all->seen - 1) * all->within;

	for (int i = 0; i < all->places; i++)
	{
		const Place *place = &all->place[i];

		if (place->seen == 0)
			continue;
		sum_add(&spread, place->exposure * pow(deviation(place->mean, all->mean), 2));
		sum_add(&squares, place->exposure * place->exposure);
	}
	if (sum_value(spread) <= by_chance * (1 + ROUNDING))
		return 0;
	return (sum_value(spread) - by_chance) / (all->exposure - sum_value(squares) / all->exposure);
}

/* sum Z x / sum Z; the mean by exposure where no place is credible */
static double
collective_mean(const Experience *all)
{
	Sum			means = {0, 0},
				weights = {0, 0};

	for (int i = 0; i < all->places; i++)
	{
		if (all->place[i].credibility == 0)
			continue;
		sum_add(&means, all->place[i].credibility * all->place[i].mean);
		sum_add(&weights, all->place[i].credibility);
	}
	return sum_value(weights) > 0 ? sum_value(means) / sum_value(weights) : all->mean;
}

/* The note that says why there are no variances, or what is remarkable of them. */
static const char *
find_credibility(Experience *all, Period *periods, int count)
{
	Sum			exposure = {0, 0},
				total = {0, 0};

	find_places(all, periods, count);
	if (all->seen < 2)
		return "one_group";
	if (all->freedom == 0)
		return "one_period";
	for (int i = 0; i < all->places; i++)
		if (all->place[i].seen > 0)
		{
			sum_add(&exposure, all->place[i].exposure);
			sum_add(&total, all->place[i].exposure * all->place[i].mean);
		}
	all->exposure = sum_value(exposure);
	all->mean = sum_value(total) / all->exposure;
	all->within = variance_within(all);
	all->between = variance_between(all);
	for (int i = 0; i < all->places; i++)
	{
		Place	   *place = &all->place[i];

		if (place->seen > 0 && all->between > 0)
			place->credibility = place->exposure * all->between / (place->exposure * all->between + all->within);
	}
	all->collective = collective_mean(all);
	if (all->between == 0)
		return "no_between_variance";
	return all->within == 0 ? "no_within_variance" : NULL;
}

static void
put_place(WindowPartition *partition, const Experience *all, const Place *place, const char *note,
		  const Missing *missing)
{
	Datum		values[CREDIBILITY_FIELDS];
	bool		nulls[CREDIBILITY_FIELDS];
	bool		known = !isnan(all->collective);
	double		z = place->credibility;

	record_number(values, nulls, EXPOSURE, place->exposure);
	record_number(values, nulls, MEAN, known ? place->mean : NAN);
	record_number(values, nulls, CREDIBILITY, known ? z : NAN);
	record_number(values, nulls, ESTIMATE, z > 0 ? z * place->mean + (1 - z) * all->collective : all->collective);
	record_number(values, nulls, WITHIN, all->within);
	record_number(values, nulls, BETWEEN, all->between);
	record_number(values, nulls, COLLECTIVE, all->collective);
	record_text(values, nulls, NOTE, note);
	for (int i = 0; i < place->count; i++)
	{
		int			row = place->periods[i].row;

		CHECK_FOR_INTERRUPTS();
		record_text(values, nulls, MISSING, missing->names[row]);
		window_put(partition, row, record_datum(partition->fcinfo, values, nulls));
	}
}

/* Reads what a row says of a place in a year; exposure stays 0 where it lacks something. */
typedef void (*ReadPeriod) (WindowPartition *partition, Period *period, Missing *missing);

static void
answer_credibility(WindowPartition *partition, ReadPeriod read)
{
	Experience	all = {.within = NAN,.between = NAN,.collective = NAN};
	Period	   *periods = palloc_array(Period, partition->rows);
	int			count = 0;
	Missing		missing;
	const char *note;

	missing_begin(&missing, partition->rows);
	for (int row = 0; row < partition->rows; row++)
	{
		Period		period = {.row = row};
		bool		isnull,
					isout;
		Datum		place = WinGetFuncArgInPartition(partition->window, 0, row, WINDOW_SEEK_HEAD, false, &isnull,
													 &isout);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			missing_in_row(&missing, row, "place");
		else
			period.place = DatumGetTextPCopy(place);
		read(partition, &period, &missing);
		if (isnull)
			put_note(partition, row, CREDIBILITY_FIELDS, "missing_input", missing.names[row]);
		else
			periods[count++] = period;
	}
	note = find_credibility(&all, periods, count);
	for (int i = 0; i < all.places; i++)
		put_place(partition, &all, &all.place[i], note, &missing);
}

/* ---- from values and exposures ---- */

static double
checked_value(double value, const char *argument)
{
	if (fabs(value) > GREATEST_VALUE)
		argument_error(argument, "must be at most 10^30 in size", NULL);
	return value;
}

static void
read_value(WindowPartition *partition, Period *period, Missing *missing)
{
	double		value = checked_value(window_number(partition->window, 1, period->row, "value"), "value"),
				exposure = window_weight(partition->window, 2, period->row, "exposure");

	if (exposure == 0)
		return;
	if (isnan(value))
		missing_in_row(missing, period->row, "value");
	if (isnan(exposure))
		missing_in_row(missing, period->row, "exposure");
	if (isnan(value) || isnan(exposure))
		return;
	period->value = value;
	period->exposure = exposure;
}

static void
find_credibility_of_values(WindowPartition *partition)
{
	answer_credibility(partition, read_value);
}

/*
 * ph.credibility(place text, value float8, exposure float8) OVER (...) -> ph.credibility
 *
 * A row a place and year: what was seen a unit of exposure, and the exposure.  Rows of a place have one answer; a row
 * that lacks something is left out of it.
 * Errors: a value or exposure that is not finite or above 10^30 in size, a negative exposure.
 */
PG_FUNCTION_INFO_V1(credibility);
Datum
credibility(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_credibility_of_values);
}

/* ---- from tallies ---- */

static void
read_tally(WindowPartition *partition, Period *period, Missing *missing)
{
	bool		isnull,
				isout;
	Datum		given = WinGetFuncArgInPartition(partition->window, 1, period->row, WINDOW_SEEK_HEAD, false, &isnull,
												 &isout);
	TallyCell	total;

	if (isnull)
	{
		missing_in_row(missing, period->row, "tally");
		return;
	}
	total = tally_total(tally_canonical(tally_open(given)));
	period->exposure = sum_value(total.exposure);
	if (!weight_in_range(period->exposure))
		argument_error("tally", "must have an exposure of 0 or between 10^-15 and 10^30", NULL);
	if (period->exposure > 0)
		period->value = checked_value(sum_value(total.events) / period->exposure, "tally");
}

static void
find_credibility_of_tallies(WindowPartition *partition)
{
	answer_credibility(partition, read_tally);
}

/*
 * ph.credibility(place text, tally ph.tally) OVER (...) -> ph.credibility
 *
 * The same over stored tallies of places and years: the value is events, or money, over exposure of all keys, known or
 * not.  An empty tally is a year in which nothing was seen.
 */
PG_FUNCTION_INFO_V1(credibility_of_tallies);
Datum
credibility_of_tallies(PG_FUNCTION_ARGS)
{
	return window_answer(fcinfo, find_credibility_of_tallies);
}
