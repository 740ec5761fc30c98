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
#include "core/tally_list.h"
#include "indicator/standard.h"

/*
 * A directly standardised rate is a weighted sum of events: sum w x, w a band's share of the standard
 * over its exposure.  Its variance is sum w^2 s with s the squares, which are the events themselves
 * where every event is another person's.
 */
typedef struct WeightedSum
{
	double		weight;			/* of the bands that have people */
	int			used;			/* such bands */
	double		rate;
	double		variance;
	Sum			events;
	double		greatest_weight;
	double		mean_weight;
	double		mean_square_weight;
	int			empty;			/* bands of the standard without exposure */
	double		first_empty;
} WeightedSum;

/* Adds the bands of a stratum, times their weights.  What stands in the way of an answer is told by *why. */
static bool
weighted_sum_add(WeightedSum *sum, const Bands *bands, const Tally *standard, Estimate *why)
{
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
		sum_add(&sum->events, x);
		if (n == 0)
			continue;
		sum->used++;
		sum->weight += share;
		sum->rate += share * x / n;
		sum->variance += share * share * sum_value(bands->cell[i].squares) / (n * n);
		sum->greatest_weight = fmax(sum->greatest_weight, share / n);
		sum->mean_weight += share / n;
		sum->mean_square_weight += (share / n) * (share / n);
	}
	return true;
}

/* From sums to shares of the whole standard. */
static bool
weighted_sum_close(WeightedSum *sum, bool renormalise, Estimate *why)
{
	if (sum->empty > 0 && !renormalise)
		*why = estimate_none("empty_band: %d without exposure, the first at %g", sum->empty, sum->first_empty);
	else if (sum->weight == 0)
		*why = estimate_none("no_standard");
	else
	{
		sum->rate /= sum->weight;
		sum->variance /= sum->weight * sum->weight;
		sum->greatest_weight /= sum->weight;
		sum->mean_weight /= sum->weight * sum->used;
		sum->mean_square_weight /= sum->weight * sum->weight * sum->used;
		if (isfinite(sum->rate))
			return true;
		*why = estimate_none("out_of_range");
	}
	return false;
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

/*
 * The lower limit of a ratio of two rates, to which the one below comes with one more event of the greatest weight
 * (Fay 1999); of rates of one band the exact limit of a ratio of two Poisson rates.
 */
static double
ratio_lower(const WeightedSum *above, const WeightedSum *below, double tail)
{
	double		y = above->rate,
				v = above->variance;
	double		next = below->rate + below->greatest_weight;
	double		next_variance = below->variance + below->greatest_weight * below->greatest_weight;

	return y > 0 ? y / next * f_lower_quantile(tail, 2 * y * y / v, 2 * next * next / next_variance) : 0;
}

/* The upper one is the lower one of the ratio turned over. */
static Limits
ratio_limits(const WeightedSum *above, const WeightedSum *below, double confidence)
{
	double		tail = (1 - confidence) / 2;

	return (Limits) {ratio_lower(above, below, tail), 1 / ratio_lower(below, above, tail)};
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

/* How a rate is to be had, apart from its tallies and standards. */
typedef struct Manner
{
	double		confidence;
	bool		renormalise;	/* without the bands that have nobody */
	DirectMethod method;
	FewEvents	few;
} Manner;

/* Adds a stratum of a tally and its standard, and what either leaves out. */
static bool
stratum_add(WeightedSum *sum, LeftOut *left_out, LeftOut *standard_left_out, const Tally *tally,
			const Tally *standard, Estimate *why)
{
	Bands		bands;

	if (!estimate_possible(tally, why) || !standard_possible(standard, "standard", why))
		return false;
	bands = bands_gather(tally, bands_of(standard), standard->sorted);
	if (bands.below)
	{
		*why = estimate_none("key_below_standard");
		return false;
	}
	left_out_add(left_out, &bands, tally);
	left_out_add(standard_left_out, &bands, standard);
	return weighted_sum_add(sum, &bands, standard, why);
}

/* The rate over strata, each of a tally and a standard. */
static Quantity
direct_quantity(Tally **tallies, Tally **standards, int strata, const Manner *manner)
{
	Quantity	quantity = quantity_none("no_data");
	LeftOut		left_out = {0},
				standard_left_out = {0};
	WeightedSum sum = {0};
	double		events;
	Limits		limits;

	for (int i = 0; i < strata; i++)
		if (!stratum_add(&sum, &left_out, &standard_left_out, tallies[i], standards[i], &quantity.estimate))
			return quantity;
	if (strata == 0 || !weighted_sum_close(&sum, manner->renormalise, &quantity.estimate))
		return quantity;
	events = sum_value(sum.events);
	if (manner->method == DOBSON && events < 10 && manner->few == FEW_EVENTS_NULL)
		return quantity_none("fewer_than_10_events");

	limits = manner->method == DOBSON ? dobson_limits(sum.rate, sum.variance, events, manner->confidence)
		: gamma_limits(&sum, manner->method == TIWARI, manner->confidence);
	quantity = quantity_of((Estimate) {sum.rate, limits.lower, limits.upper, NULL}, sum.variance);
	if (manner->method == DOBSON && events < 10)
		estimate_note(&quantity.estimate, "fewer_than_10_events");
	if (sum.empty > 0)
		estimate_note(&quantity.estimate, "renormalised: %d bands without exposure, the first at %g",
					  sum.empty, sum.first_empty);
	left_out_notes(&quantity.estimate, &left_out, "standard", &standard_left_out);
	return quantity;
}

static Quantity
direct_asked(const Tally *tally, const Question *question, DirectMethod method)
{
	Tally	   *tallies[] = {unconstify(Tally *, tally)};
	Tally	   *standards[] = {question->reference};
	Manner		manner = {.confidence = question->confidence, .method = method,
	.few = question->compared ? FEW_EVENTS_NOTED : FEW_EVENTS_NULL};

	return direct_quantity(tallies, standards, 1, &manner);
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
 * The rate over that of the reference, both by the European standard of 2013, with limits for few events.  The
 * variance is that of a ratio of two independent values by the delta method.
 */
Quantity
dsr_ratio_quantity(const Tally *tally, const Question *question)
{
	const Tally *standard = tally_canonical(esp2013_tally(19));
	const Tally *reference = question->reference;
	WeightedSum sum = {0},
				reference_sum = {0};
	LeftOut		left_out = {0},
				reference_left_out = {0},
				standard_left_out = {0};
	Estimate	why;
	Limits		limits;
	double		ratio;
	Quantity	quantity;

	if (!stratum_add(&sum, &left_out, &standard_left_out, tally, standard, &why) ||
		!weighted_sum_close(&sum, false, &why) || !standard_possible(reference, "reference", &why))
		return quantity_of(why, NAN);
	if (!stratum_add(&reference_sum, &reference_left_out, &standard_left_out, reference, standard, &why) ||
		!weighted_sum_close(&reference_sum, false, &why))
		return quantity_of(estimate_none("reference: %s", why.note), NAN);
	if (reference_sum.rate == 0)
		return quantity_none("zero_expected");

	ratio = sum.rate / reference_sum.rate;
	limits = ratio_limits(&sum, &reference_sum, question->confidence);
	quantity = quantity_of((Estimate) {ratio, limits.lower, limits.upper, NULL},
						   (sum.variance + ratio * ratio * reference_sum.variance) /
						   (reference_sum.rate * reference_sum.rate));
	left_out_notes(&quantity.estimate, &left_out, "reference", &reference_left_out);
	return quantity;
}

/* The last four arguments: per, confidence, empty_bands and limits. */
static Datum
direct_datum(FunctionCallInfo fcinfo, Tally **tallies, Tally **standards, int strata)
{
	static const char *const choices[] = {"null", "renormalise", NULL};
	static const char *const methods[] = {"dobson", "fay-feuer", "tiwari", NULL};
	double		per = argument_positive(fcinfo, 2, "per");
	Manner		manner = {.confidence = argument_confidence(fcinfo, 3),
		.renormalise = argument_choice(fcinfo, 4, "empty_bands", choices) == 1,
	.method = argument_choice(fcinfo, 5, "limits", methods)};
	Quantity	quantity = direct_quantity(tallies, standards, strata, &manner);

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}

/*
 * ph.dsr(ph.tally, standard ph.tally, per float8, confidence float8, empty_bands text, limits text)
 *   -> ph.estimate
 *
 * The directly age-standardised rate.  Limits: 'dobson' (Dobson et al. 1991 from Byar's),
 * 'fay-feuer' (gamma, 1997) or 'tiwari' (2006).  By Dobson not answered below 10 events (England's rule;
 * Morris et al. 2018).  Not answered where a band of the standard has no exposure unless empty_bands is
 * 'renormalise'.
 */
PG_FUNCTION_INFO_V1(dsr);
Datum
dsr(PG_FUNCTION_ARGS)
{
	Tally	   *tallies[] = {argument_tally(fcinfo, 0)};
	Tally	   *standards[] = {argument_tally(fcinfo, 1)};

	return direct_datum(fcinfo, tallies, standards, 1);
}

/*
 * ph.dsr_of_strata(tallies ph.tally[], standard ph.tally[], per float8, confidence float8, empty_bands text,
 *   limits text) -> ph.estimate
 *
 * The same over strata, one tally and one standard each: by age and sex.  Without standards each stratum has the
 * European one of 2013, and so counts alike.  Lists of different lengths have no answer.
 */
PG_FUNCTION_INFO_V1(dsr_of_strata);
Datum
dsr_of_strata(PG_FUNCTION_ARGS)
{
	Tally	  **tallies,
			  **standards;
	int			strata = argument_tallies(fcinfo, 0, "tallies", &tallies);

	if (PG_ARGISNULL(1) || argument_tallies(fcinfo, 1, "standard", &standards) != strata)
	{
		Tally	   *standard = PG_ARGISNULL(1) ? tally_canonical(esp2013_tally(19)) : NULL;

		standards = palloc_array(Tally *, Max(strata, 1));
		for (int i = 0; i < strata; i++)
			standards[i] = standard;
	}
	return direct_datum(fcinfo, tallies, standards, strata);
}
