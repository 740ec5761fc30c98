/*
 * funnel.c: which places differ from all by more than chance?
 *
 * Limits in closed form (Spiegelhalter 2005): a proportion is P -/+ z sqrt(P (1 - P) / n); a ratio or
 * rate at O events holds the baseline where the exact Poisson interval of O does.  Over-dispersion is
 * additive (Spiegelhalter 2012): scores, winsorised or trimmed by a tenth at either end, give the mean
 * square phi and tau^2 = max(0, (k phi - (k - 1)) / (sum w - sum w^2 / sum w)), and limits widen by it.  The
 * k places and their weights w are those that phi is of: all, where scores are winsorised, and those left,
 * where they are trimmed.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/compat.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/record.h"
#include "core/window.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define MOST_POINTS 10000
#define RATE_ROUNDING 0.01		/* share by which a printed rate may differ from its events over people */

typedef enum Statistic
{
	STATISTIC_PROPORTION,
	STATISTIC_RATIO,
	STATISTIC_RATE
} Statistic;

static const char *const statistics[] = {"proportion", "ratio", "rate", NULL};

/* what a rate is of: events over a denominator, or standardised, which has no denominator of its own */
typedef enum RateType
{
	RATE_CRUDE,
	RATE_STANDARDISED,
	RATE_BY_WHAT_IS_GIVEN
} RateType;

static const char *const rate_types[] = {"crude", "dsr", NULL};

typedef struct FunnelLimits
{
	Limits		outer;			/* 99.8 % */
	Limits		inner;			/* 95 % */
} FunnelLimits;

/* ---- limits ---- */

static Limits
proportion_limits(double baseline, double people, double tail)
{
	double		distance = normal_upper_quantile(tail) * sqrt(baseline * (1 - baseline) / people);
	Limits		limits = {fmax(0, baseline - distance), fmin(1, baseline + distance)};

	return limits;
}

/* The ratios O / E whose expected events E have O just inside. */
static Limits
poisson_funnel(double baseline, double events, double tail)
{
	Limits		limits;

	limits.lower = baseline * events / (chi_square_upper_quantile(tail, 2 * events + 2) / 2);
	limits.upper = events > 0 ? baseline * events / (chi_square_lower_quantile(tail, 2 * events) / 2) : NAN;
	return limits;
}

/* On a scale where every place's error is known: arcsine root of proportions, log of ratios and rates. */
static Limits
dispersed_limits(Statistic statistic, double baseline, double size, double between, double tail)
{
	double		z = normal_upper_quantile(tail);
	double		distance;
	Limits		limits;

	if (statistic == STATISTIC_PROPORTION)
	{
		double		centre = asin(sqrt(baseline));

		distance = z * sqrt(1 / (4 * size) + between);
		limits.lower = pow(sin(fmax(0, centre - distance)), 2);
		limits.upper = pow(sin(fmin(M_PI_2, centre + distance)), 2);
		return limits;
	}
	distance = z * sqrt(1 / size + between);
	limits.lower = baseline * exp(-distance);
	limits.upper = baseline * exp(distance);
	return limits;
}

static Limits
limits_at(Statistic statistic, double baseline, double size, double between, double tail)
{
	if (between >= 0)
		return dispersed_limits(statistic, baseline, size, between, tail);
	return statistic == STATISTIC_PROPORTION ? proportion_limits(baseline, size, tail)
		: poisson_funnel(baseline, size, tail);
}

static FunnelLimits
funnel_at(Statistic statistic, double baseline, double size, double between)
{
	FunnelLimits limits = {limits_at(statistic, baseline, size, between, 0.001),
	limits_at(statistic, baseline, size, between, 0.025)};

	return limits;
}

static int
put_limits(Datum *values, bool *nulls, int field, const FunnelLimits *limits, double per)
{
	record_number(values, nulls, field, per * limits->outer.lower);
	record_number(values, nulls, field + 1, per * limits->inner.lower);
	record_number(values, nulls, field + 2, per * limits->inner.upper);
	record_number(values, nulls, field + 3, per * limits->outer.upper);
	return field + 4;
}

/* ---- the curves ---- */

/*
 * ph.funnel_curve(statistic text, baseline float8, smallest float8, largest float8, points int,
 *   per float8, between_variance float8) -> rows (size, lower_998, lower_95, upper_95, upper_998)
 *
 * The curves of a funnel for a plotting tool, sizes evenly spaced: people for proportions, events for
 * ratios and rates; with a between_variance expected events for these.  baseline is in units of per.
 */
PG_FUNCTION_INFO_V1(funnel_curve);
Datum
funnel_curve(PG_FUNCTION_ARGS)
{
	Statistic	statistic = argument_choice(fcinfo, 0, "statistic", statistics);
	double		per = argument_positive(fcinfo, 5, "per");
	double		baseline = argument_number(fcinfo, 1, "baseline") / per;
	double		smallest = argument_positive(fcinfo, 2, "smallest");
	double		largest = argument_positive(fcinfo, 3, "largest");
	int			points = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
	double		between = PG_ARGISNULL(6) ? -1 : argument_number(fcinfo, 6, "between_variance");
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (points < 1 || points > MOST_POINTS)
		argument_error("points", "must lie between 1 and 10,000", NULL);
	if (baseline < 0 || (statistic == STATISTIC_PROPORTION && baseline > 1))
		argument_error("baseline", "must not be negative, nor a proportion above per", NULL);
	if (largest < smallest)
		argument_error("largest", "must not be below smallest", NULL);
	if (!PG_ARGISNULL(6) && between < 0)
		argument_error("between_variance", "must not be negative", NULL);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < points; i++)
	{
		double		size = points == 1 ? smallest : smallest + (largest - smallest) * i / (points - 1);
		FunnelLimits limits = funnel_at(statistic, baseline, size, between);
		Datum		values[5];
		bool		nulls[5];

		CHECK_FOR_INTERRUPTS();
		record_number(values, nulls, 0, size);
		put_limits(values, nulls, 1, &limits, per);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- the places ---- */

typedef enum Overdispersion
{
	OVERDISPERSION_NONE,
	OVERDISPERSION_WINSORISED,
	OVERDISPERSION_TRIMMED
} Overdispersion;

typedef struct Score
{
	double		z;				/* distance from the baseline in the place's own errors */
	double		precision;		/* one over their square */
} Score;

typedef struct Funnel
{
	bool		ready;
	Statistic	statistic;
	RateType	rate_type;
	Overdispersion overdispersion;
	double		per;
	double		years;			/* of data: what the denominator is shown divided by */
	int			places;
	double		baseline;
	double		dispersion;		/* phi */
	double		between;		/* tau^2; below 0 where none was asked for */
	Score		scores[FLEXIBLE_ARRAY_MEMBER];
} Funnel;

typedef struct Place
{
	double		numerator;
	double		denominator;	/* people, or expected events of a ratio */
	bool		standardised;	/* known by a standardised rate only */
	bool		in_doubt;		/* taken for crude, but may be standardised */
	bool		empty;			/* nobody, or nothing expected, to be judged by */
} Place;

/* Unless it is said, a rate is standardised that has no denominator. */
static bool
is_standardised(const Funnel *funnel, const Place *place)
{
	if (funnel->statistic == STATISTIC_RATE && funnel->rate_type == RATE_BY_WHAT_IS_GIVEN)
		return isnan(place->denominator);
	return funnel->rate_type == RATE_STANDARDISED;
}

/* Whether a rate is taken for crude, though nobody said so and its events over people do not make it. */
static bool
is_in_doubt(const Funnel *funnel, const Place *place, double rate)
{
	return funnel->statistic == STATISTIC_RATE && funnel->rate_type == RATE_BY_WHAT_IS_GIVEN &&
		fabs(funnel->per * place->numerator / place->denominator - rate) > RATE_ROUNDING * rate;
}

/* A standardised rate stands for a population that would have the same crude rate. */
static bool
place_at(WindowObject window, const Funnel *funnel, int64 row, Place *place)
{
	double		rate = window_number(window, 4, row, "rate");

	place->numerator = window_number(window, 0, row, "numerator");
	place->denominator = window_number(window, 1, row, "denominator");
	if (place->numerator < 0)
		argument_error("numerator", "must not be negative", NULL);
	if (place->denominator < 0)
		argument_error("denominator", "must not be negative", NULL);
	if (rate < 0)
		argument_error("rate", "must not be negative", NULL);
	place->empty = place->denominator == 0;
	if (funnel->statistic == STATISTIC_PROPORTION && !place->empty && place->numerator > place->denominator)
		argument_error("numerator", "must not be more than the denominator of a proportion", NULL);
	place->standardised = !place->empty && is_standardised(funnel, place);
	place->in_doubt = !place->empty && is_in_doubt(funnel, place, rate);
	if (place->standardised)
		place->denominator = NAN;
	if (funnel->statistic == STATISTIC_RATE && !place->empty && place->numerator > 0 && rate > 0)
		place->denominator = funnel->per * place->numerator / rate;
	return !isnan(place->numerator) && !isnan(place->denominator) && !place->empty;
}

/* A place's distance from the baseline in its own errors; a place without events counts half of one. */
static double
score_of(const Funnel *funnel, const Place *place)
{
	double		expected = place->denominator * funnel->baseline;

	if (funnel->statistic == STATISTIC_PROPORTION)
		return 2 * sqrt(place->denominator) *
			(asin(sqrt(place->numerator / place->denominator)) - asin(sqrt(funnel->baseline)));
	return log(fmax(place->numerator, 0.5) / expected) * sqrt(expected);
}

static double
precision_of(const Funnel *funnel, const Place *place)
{
	return funnel->statistic == STATISTIC_PROPORTION ? 4 * place->denominator : place->denominator * funnel->baseline;
}

static int
compare_scores(const void *a, const void *b)
{
	const Score *left = a,
			   *right = b;

	CHECK_FOR_INTERRUPTS();
	if (left->z != right->z)
		return left->z < right->z ? -1 : 1;
	return (left->precision > right->precision) - (left->precision < right->precision);
}

/* A tenth of the scores at either end is drawn in to the next, or left out: how many remain, from *scores on. */
static int
settle_ends(Score **scores, int count, Overdispersion method)
{
	int			tenth = count / 10;

	qsort(*scores, count, sizeof(Score), compare_scores);
	if (method == OVERDISPERSION_TRIMMED)
	{
		*scores += tenth;
		return count - 2 * tenth;
	}
	for (int i = 0; i < tenth; i++)
	{
		(*scores)[i].z = (*scores)[tenth].z;
		(*scores)[count - 1 - i].z = (*scores)[count - 1 - tenth].z;
	}
	return count;
}

static void
find_dispersion(WindowObject window, Funnel *funnel, int rows)
{
	Score	   *scores = funnel->scores;
	Place		place;
	double		square = 0,
				weight = 0,
				squares = 0;
	int			count = 0;

	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (place_at(window, funnel, i, &place))
			scores[count++] = (Score) {score_of(funnel, &place), precision_of(funnel, &place)};
	}
	count = settle_ends(&scores, count, funnel->overdispersion);
	for (int i = 0; i < count; i++)
	{
		square += scores[i].z * scores[i].z;
		weight += scores[i].precision;
		squares += scores[i].precision * scores[i].precision;
	}
	funnel->dispersion = square / count;
	funnel->between = fmax(0, (count * funnel->dispersion - (count - 1)) / (weight - squares / weight));
}

static RateType
rate_type_of(WindowObject window, Statistic statistic)
{
	bool		isnull;

	WinGetFuncArgCurrent(window, 6, &isnull);
	if (isnull)
		return RATE_BY_WHAT_IS_GIVEN;
	if (statistic != STATISTIC_RATE)
		argument_error("rate_type", "must be left out unless the statistic is rate", NULL);
	return window_choice(window, 6, "rate_type", rate_types);
}

static void
find_funnel(WindowObject window, Funnel *funnel, int rows)
{
	static const char *const overdispersions[] = {"none", "winsorised", "trimmed", NULL};
	Place		place;
	double		numerators = 0,
				denominators = 0;

	funnel->statistic = window_choice(window, 2, "statistic", statistics);
	funnel->overdispersion = window_choice(window, 5, "overdispersion", overdispersions);
	funnel->rate_type = rate_type_of(window, funnel->statistic);
	funnel->per = window_number(window, 3, 0, "per");
	funnel->dispersion = NAN;
	funnel->between = -1;
	if (!(funnel->per > 0))
		argument_error("per", "must be greater than 0", NULL);
	funnel->years = window_number(window, 7, 0, "years");
	if (!(funnel->years > 0))
		argument_error("years", "must be greater than 0", NULL);
	for (int i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!place_at(window, funnel, i, &place))
			continue;
		funnel->places++;
		numerators += place.numerator;
		denominators += place.denominator;
	}
	funnel->baseline = funnel->statistic == STATISTIC_RATIO ? 1 : numerators / denominators;
	if (funnel->overdispersion != OVERDISPERSION_NONE && funnel->places >= 2 && funnel->baseline > 0)
		find_dispersion(window, funnel, rows);
	funnel->ready = true;
}

/* What a place lies at along the funnel: the size that its limits follow from. */
static double
size_of(const Funnel *funnel, const Place *place)
{
	if (funnel->statistic == STATISTIC_PROPORTION)
		return place->denominator;
	return funnel->between >= 0 ? place->denominator * funnel->baseline : place->numerator;
}

/* Where the value, or the baseline within the place's own interval, lies. */
static const char *
significance(const Funnel *funnel, const Place *place, const FunnelLimits *limits)
{
	bool		by_interval = funnel->statistic != STATISTIC_PROPORTION && funnel->between < 0;
	/* on the scale of the logarithm a place without events counts half of one */
	bool		on_logarithm = funnel->statistic != STATISTIC_PROPORTION && funnel->between >= 0;
	double		value = (on_logarithm ? fmax(place->numerator, 0.5) : place->numerator) / place->denominator;
	Limits		outer = count_limits(place->numerator, 0.998);
	Limits		inner = count_limits(place->numerator, 0.95);
	double		expected = funnel->baseline * place->denominator;

	if (by_interval ? expected < outer.lower : value > limits->outer.upper)
		return "high_99.8";
	if (by_interval ? expected > outer.upper : value < limits->outer.lower)
		return "low_99.8";
	if (by_interval ? expected < inner.lower : value > limits->inner.upper)
		return "high_95";
	if (by_interval ? expected > inner.upper : value < limits->inner.lower)
		return "low_95";
	return "not_significant";
}

/*
 * ph.funnel(numerator float8, denominator float8, statistic text, per float8, rate float8,
 *   overdispersion text, rate_type text, years float8) OVER (PARTITION BY ...) -> ph.funnel_point
 *
 * Each place against the baseline of its partition: all events over all people for 'proportion' and
 * 'rate'; 1 for 'ratio', whose denominator is expected events.  rate_type is 'crude' or 'dsr', a directly
 * standardised rate, which is not judged below 10 events; NULL takes a rate for one where the denominator is
 * NULL, and notes where numerator and denominator do not make it within a hundredth.  Where a rate is given the
 * denominator is what would give it.  overdispersion: 'none', 'winsorised' or 'trimmed'.  A place with a
 * denominator of 0 has a note and no part in the rest.  years of data: the denominator is shown as of one.
 * Errors: negative numbers, a proportion above 1.
 */
PG_FUNCTION_INFO_V1(funnel);
Datum
funnel(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	int			rows = window_rows(window);
	Funnel	   *funnel = WinGetPartitionLocalMemory(window, offsetof(Funnel, scores) + rows * sizeof(Score));
	Place		place;
	FunnelLimits limits;
	bool		known;
	Datum		values[12];
	bool		nulls[12];
	const char *note = NULL;

	if (!funnel->ready)
		find_funnel(window, funnel, rows);
	known = place_at(window, funnel, WinGetCurrentPosition(window), &place);
	memset(nulls, true, sizeof(nulls));
	record_number(values, nulls, 3, funnel->per * funnel->baseline);
	if (place.empty)
		note = funnel->statistic == STATISTIC_RATIO ? "zero_expected" : "no_exposure";
	else if (place.standardised && place.numerator < 10)
	{
		record_text(values, nulls, 8, "not_applicable");
		note = "fewer_than_10_events";
	}
	else if (!known)
		note = "missing_input";
	else
	{
		double		size = size_of(funnel, &place);

		limits = funnel_at(funnel->statistic, funnel->baseline, size, funnel->between);
		record_number(values, nulls, 0, funnel->per * place.numerator / place.denominator);
		record_number(values, nulls, 2, size);
		put_limits(values, nulls, 4, &limits, funnel->per);
		record_text(values, nulls, 8, significance(funnel, &place, &limits));
		if (funnel->overdispersion != OVERDISPERSION_NONE && funnel->between < 0)
			note = "no_dispersion";
		else if (place.in_doubt)
			note = "rate_type_not_said";
	}
	record_number(values, nulls, 1, place.denominator / funnel->years);
	record_number(values, nulls, 9, funnel->dispersion);
	record_number(values, nulls, 10, funnel->between >= 0 ? funnel->between : NAN);
	record_text(values, nulls, 11, note);
	return record_datum(fcinfo, values, nulls);
}
