/*
 * direct.c: direct standardisation.
 *
 * A standard is a tally too: its exposure is the weight.
 */
#include "indicator/direct.h"

#include <math.h>

#include "core/argument.h"
#include "core/bands.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "indicator/standard.h"

/*
 * A directly standardised rate is a weighted sum of events: sum w x, w a band's share of the standard
 * over its exposure.  Its variance is sum w^2 s with s the squares, which are the events themselves
 * where every event is another person's.
 */
typedef struct WeightedSum
{
	double		rate;
	double		variance;
	double		events;
	double		greatest_weight;
	double		mean_weight;
	double		mean_square_weight;
	int			empty;			/* bands of the standard without exposure */
	double		first_empty;
} WeightedSum;

/* What stands in the way of an answer is told by *why. */
static bool
weighted_sum(const Bands *bands, const Tally *standard, bool renormalise, WeightedSum *sum, Estimate *why)
{
	double		weight = 0;
	int			used = 0;
	Sum			events = {0, 0};

	memset(sum, 0, sizeof(*sum));
	for (int i = 0; i < bands->count; i++)
	{
		double		share = sum_value(standard->cells[i].exposure);
		double		n = sum_value(bands->cell[i].exposure);
		double		x = sum_value(bands->cell[i].events);

		if (n == 0 && x > 0)
		{
			*why = estimate_none("events_without_exposure: band %g", bands->lower[i]);
			return false;
		}
		if (n == 0 && share > 0 && sum->empty++ == 0)
			sum->first_empty = bands->lower[i];
		sum_add(&events, x);
		if (n == 0)
			continue;
		used++;
		weight += share;
		sum->rate += share * x / n;
		sum->variance += share * share * sum_value(bands->cell[i].squares) / (n * n);
		sum->greatest_weight = fmax(sum->greatest_weight, share / n);
		sum->mean_weight += share / n;
		sum->mean_square_weight += (share / n) * (share / n);
	}
	sum->events = sum_value(events);
	if (sum->empty > 0 && !renormalise)
	{
		*why = estimate_none("empty_band: %d without exposure, the first at %g", sum->empty, sum->first_empty);
		return false;
	}
	if (weight == 0)
	{
		*why = estimate_none("no_standard");
		return false;
	}
	sum->rate /= weight;
	sum->variance /= weight * weight;
	sum->greatest_weight /= weight;
	sum->mean_weight /= weight * used;
	sum->mean_square_weight /= weight * weight * used;
	if (!isfinite(sum->rate))
	{
		*why = estimate_none("out_of_range");
		return false;
	}
	return true;
}

/* The upper limit of a gamma distribution moved up by one more event of the given weight. */
static double
gamma_upper(const WeightedSum *sum, double weight, double weight_squared, double tail)
{
	double		mean = sum->rate + weight;
	double		variance = sum->variance + weight_squared;

	return variance / (2 * mean) * chi_square_upper_quantile(tail, 2 * mean * mean / variance);
}

/*
 * Gamma limits: Fay and Feuer (1997) let one more event have the greatest weight, Tiwari et al. (2006)
 * the mean one.
 */
static Limits
gamma_limits(const WeightedSum *sum, bool tiwari, double confidence)
{
	double		tail = (1 - confidence) / 2;
	double		y = sum->rate,
				v = sum->variance;
	Limits		limits;

	limits.lower = y > 0 ? v / (2 * y) * chi_square_lower_quantile(tail, 2 * y * y / v) : 0;
	limits.upper = tiwari ? gamma_upper(sum, sum->mean_weight, sum->mean_square_weight, tail)
		: gamma_upper(sum, sum->greatest_weight, sum->greatest_weight * sum->greatest_weight, tail);
	return limits;
}

/* what becomes of a rate by Dobson from fewer than 10 events */
typedef enum FewEvents
{
	FEW_EVENTS_NULL,
	FEW_EVENTS_NOTED
} FewEvents;

typedef enum DirectMethod
{
	DOBSON,
	FAY_FEUER,
	TIWARI
} DirectMethod;

static Quantity
direct_quantity(const Tally *tally, const Tally *standard, double confidence, bool renormalise, DirectMethod method, FewEvents few)
{
	Quantity	quantity = quantity_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);
	Bands		bands;
	LeftOut		left_out = {0},
				standard_left_out = {0};
	WeightedSum sum;
	Limits		limits;

	if (!estimate_possible(tally, &quantity.estimate) || !standard_possible(standard, "standard", &quantity.estimate))
		return quantity;
	bands = bands_gather(tally, bands_of(standard), standard->sorted);
	if (bands.below)
		return quantity_of(estimate_none("key_below_standard"), NAN);
	if (!weighted_sum(&bands, standard, renormalise, &sum, &quantity.estimate))
		return quantity;
	if (method == DOBSON && sum.events < 10 && few == FEW_EVENTS_NULL)
		return quantity_of(estimate_none("fewer_than_10_events"), NAN);

	limits = method == DOBSON ? dobson_limits(sum.rate, sum.variance, sum.events, confidence)
		: gamma_limits(&sum, method == TIWARI, confidence);
	quantity = quantity_of((Estimate) {sum.rate, limits.lower, limits.upper, NULL}, sum.variance);
	if (method == DOBSON && sum.events < 10)
		estimate_note(&quantity.estimate, "fewer_than_10_events");
	if (sum.empty > 0)
		estimate_note(&quantity.estimate, "renormalised: %d bands without exposure, the first at %g",
					  sum.empty, sum.first_empty);
	left_out_add(&left_out, &bands, tally);
	left_out_add(&standard_left_out, &bands, standard);
	left_out_notes(&quantity.estimate, &left_out, "standard", &standard_left_out);
	return quantity;
}

static Quantity
direct_asked(const Tally *tally, const Question *question, DirectMethod method)
{
	return direct_quantity(tally, question->reference, question->confidence, false, method,
						   question->compared ? FEW_EVENTS_NOTED : FEW_EVENTS_NULL);
}

Quantity
dsr_quantity(const Tally *tally, const Question *question)
{
	return direct_asked(tally, question, DOBSON);
}

Quantity
dsr_gamma_quantity(const Tally *tally, const Question *question)
{
	return direct_asked(tally, question, FAY_FEUER);
}

/*
 * ph.dsr(ph.tally, standard ph.tally, per float8, confidence float8, empty_bands text, limits text)
 *   -> ph.estimate
 *
 * The directly age-standardised rate.  Limits by method: 'dobson' (Dobson et al. 1991 from Byar's),
 * 'fay-feuer' (gamma, 1997) or 'tiwari' (2006).  By Dobson not answered below 10 events (England's rule;
 * Morris et al. 2018).  Not answered where a band of the standard has no exposure unless empty_bands is
 * 'renormalise'.
 */
PG_FUNCTION_INFO_V1(dsr);
Datum
dsr(PG_FUNCTION_ARGS)
{
	static const char *const choices[] = {"null", "renormalise", NULL};
	static const char *const methods[] = {"dobson", "fay-feuer", "tiwari", NULL};
	Tally	   *tally = argument_tally(fcinfo, 0);
	Tally	   *standard = argument_tally(fcinfo, 1);
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	bool		renormalise = argument_choice(fcinfo, 4, "empty_bands", choices) == 1;
	DirectMethod method = argument_choice(fcinfo, 5, "limits", methods);
	Quantity	quantity;

	quantity = direct_quantity(tally, standard, confidence, renormalise, method, FEW_EVENTS_NULL);
	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}
