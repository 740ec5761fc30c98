/*
 * standardise.c: direct and indirect standardisation.
 *
 * Standards and references are tallies too: a standard's exposure is its weight, a reference's events
 * over exposure its rate.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/distribution.h"
#include "core/interval.h"
#include "core/tally_list.h"
#include "core/bands.h"
#include "indicator/measure.h"

/* Whether rates can be had from a standard or reference; if not, *why says why not.  Negative events are an error. */
static bool
standard_possible(const Tally *standard, const char *argument, Estimate *why)
{
	if (standard && (standard->flags & TALLY_NEGATIVE))
		argument_error(argument, "holds negative events", NULL);
	if (standard && standard->missing > 0)
		*why = estimate_none("%s: missing_input: " INT64_FORMAT " rows", argument, standard->missing);
	else if (standard == NULL || standard->sorted == 0)
		*why = estimate_none(strcmp(argument, "reference") == 0 ? "no_expected" : "no_standard");
	else
		return true;
	return false;
}

bool
measure_standard_possible(const Tally *standard, Estimate *why)
{
	return standard_possible(standard, "standard", why);
}

/* ---- direct ---- */

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

/* Dobson et al. (1991), from Byar's limits of the count; may lie below 0 and is not clipped. */
static Limits
dobson_limits(const WeightedSum *sum, double confidence)
{
	Limits		count = byar_limits(sum->events, confidence);
	double		ratio = sqrt(sum->variance / sum->events);
	Limits		limits;

	limits.lower = sum->rate + ratio * (count.lower - sum->events);
	limits.upper = sum->rate + ratio * (count.upper - sum->events);
	return limits;
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

static Measure
direct_measure(const Tally *tally, const Tally *standard, double confidence, bool renormalise, DirectMethod method, FewEvents few)
{
	Measure		measure = measure_of((Estimate) {NAN, NAN, NAN, NULL}, NAN);
	Bands		bands;
	LeftOut		left_out = {0};
	WeightedSum sum;
	Limits		limits;

	if (!estimate_possible(tally, &measure.estimate) || !standard_possible(standard, "standard", &measure.estimate))
		return measure;
	bands = bands_gather(tally, bands_of(standard), standard->sorted);
	if (bands.below)
		return measure_of(estimate_none("key_below_standard"), NAN);
	if (!weighted_sum(&bands, standard, renormalise, &sum, &measure.estimate))
		return measure;
	if (method == DOBSON && sum.events < 10 && few == FEW_EVENTS_NULL)
		return measure_of(estimate_none("fewer_than_10_events"), NAN);

	limits = method == DOBSON ? dobson_limits(&sum, confidence) : gamma_limits(&sum, method == TIWARI, confidence);
	measure = measure_of((Estimate) {sum.rate, limits.lower, limits.upper, NULL}, sum.variance);
	if (method == DOBSON && sum.events < 10)
		estimate_note(&measure.estimate, "fewer_than_10_events");
	if (sum.empty > 0)
		estimate_note(&measure.estimate, "renormalised: %d bands without exposure, the first at %g",
					  sum.empty, sum.first_empty);
	left_out_add(&left_out, &bands, tally);
	left_out_note(&measure.estimate, &left_out);
	return measure;
}

Measure
dsr_measure(const Tally *tally, const Tally *standard, double confidence)
{
	return direct_measure(tally, standard, confidence, false, DOBSON, FEW_EVENTS_NULL);
}

Measure
dsr_to_compare(const Tally *tally, const Tally *standard, double confidence)
{
	return direct_measure(tally, standard, confidence, false, DOBSON, FEW_EVENTS_NOTED);
}

/*
 * ph.dsr(ph.tally, standard ph.tally, per float8, confidence float8, empty_bands text, method text)
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
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	Tally	   *standard = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	bool		renormalise = argument_choice(fcinfo, 4, "empty_bands", choices) == 1;
	DirectMethod method = argument_choice(fcinfo, 5, "method", methods);
	Measure		measure;

	measure = direct_measure(tally, standard, confidence, renormalise, method, FEW_EVENTS_NULL);
	estimate_scale(&measure.estimate, per);
	return estimate_datum(fcinfo, measure.estimate);
}

/* ---- indirect ---- */

/* Observed and expected events, added up over strata such as the sexes. */
typedef struct Indirect
{
	Sum			observed;
	Sum			squares;
	Sum			expected;
	bool		no_reference;	/* a band with people has no rate to expect */
	double		stray;			/* events where nobody was at risk */
	LeftOut		left_out;
	Sum			reference_events;
	Sum			reference_exposure;
} Indirect;

/* Adds the events to expect if the reference's rates held, sum n x_ref / n_ref, and those observed. */
static void
indirect_add(Indirect *sums, const Tally *tally, const Tally *reference)
{
	Bands		bands = bands_gather(tally, bands_of(reference), reference->sorted);

	if (bands.below && sum_value(bands.below->exposure) > 0)
		sums->no_reference = true;
	for (int i = 0; i < bands.count; i++)
	{
		double		n = sum_value(bands.cell[i].exposure);
		double		n_reference = sum_value(reference->cells[i].exposure);

		if (n > 0 && n_reference == 0)
			sums->no_reference = true;
		else if (n > 0)
			sum_add(&sums->expected, n * sum_value(reference->cells[i].events) / n_reference);
		sum_add_sum(&sums->reference_events, reference->cells[i].events);
		sum_add_sum(&sums->reference_exposure, reference->cells[i].exposure);
	}
	for (int i = 0; i < tally->sorted; i++)
	{
		if (!bands_take(&bands, tally->cells[i].key))
			continue;
		sum_add_sum(&sums->observed, tally->cells[i].events);
		sum_add_sum(&sums->squares, tally->cells[i].squares);
		if (sum_value(tally->cells[i].exposure) == 0)
			sums->stray += sum_value(tally->cells[i].events);
	}
	left_out_add(&sums->left_out, &bands, tally);
}

static Measure
ratio_measure(double observed, double squares, double expected, double confidence)
{
	Limits		limits = repeated_limits(observed, squares, count_limits(observed, confidence));
	Measure		measure = measure_of((Estimate) {observed, limits.lower, limits.upper, NULL}, squares);

	if (expected == 0)
		return measure_of(estimate_none("zero_expected"), NAN);
	measure.poisson_unit = observed > 0 ? squares / observed : 1;
	measure_scale(&measure, 1 / expected);
	return measure;
}

/* The ratio of observed to expected over pairs of a tally and its reference. */
static Measure
indirect_measure(Tally **tallies, Tally **references, int strata, double confidence, Indirect *sums)
{
	Measure		measure;

	memset(sums, 0, sizeof(*sums));
	for (int i = 0; i < strata; i++)
	{
		if (!estimate_possible(tallies[i], &measure.estimate) ||
			!standard_possible(references[i], "reference", &measure.estimate))
			return measure_of(measure.estimate, NAN);
		indirect_add(sums, tallies[i], references[i]);
	}
	if (sums->no_reference || !isfinite(sum_value(sums->expected)))
		return measure_of(estimate_none("no_expected"), NAN);

	measure = ratio_measure(sum_value(sums->observed), sum_value(sums->squares), sum_value(sums->expected), confidence);
	if (sums->stray > 0)
		estimate_note(&measure.estimate, "events_without_exposure: %g events", sums->stray);
	left_out_note(&measure.estimate, &sums->left_out);
	return measure;
}

Measure
smr_measure(const Tally *tally, const Tally *reference, double confidence)
{
	Tally	   *tallies[] = {unconstify(Tally *, tally)};
	Tally	   *references[] = {unconstify(Tally *, reference)};
	Indirect	sums;

	return indirect_measure(tallies, references, 1, confidence, &sums);
}

/*
 * ph.expected(ph.tally, reference ph.tally) -> float8
 *
 * Expected events; adds up over sexes and places.  With a reference of costs this is weighted
 * capitation.  NULL where there is no reference, where input is missing, or where people of unknown key, or of
 * ages that nobody has, would be left out (ph.smr of tallies leaves them out of observed and expected alike).
 */
PG_FUNCTION_INFO_V1(expected);
Datum
expected(PG_FUNCTION_ARGS)
{
	Tally	   *tally,
			   *reference;
	Indirect	sums = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	tally = PG_GETARG_TALLY(0);
	reference = PG_GETARG_TALLY(1);
	if (tally->missing > 0 || reference->missing > 0 || sum_value(tally->unknown.exposure) > 0)
		PG_RETURN_NULL();
	indirect_add(&sums, tally, reference);
	if (sums.no_reference || sums.left_out.no_age || !isfinite(sum_value(sums.expected)))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sum_value(sums.expected));
}

/*
 * ph.smr_of_counts(observed float8, expected float8, per float8, confidence float8) -> ph.estimate
 *
 * The indirectly standardised ratio of two numbers of events.  Limits of the observed count, every
 * event taken as another person's.
 */
PG_FUNCTION_INFO_V1(smr_of_counts);
Datum
smr_of_counts(PG_FUNCTION_ARGS)
{
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	double		observed,
				expected_count;
	Measure		measure;

	if (PG_ARGISNULL(0))
		return estimate_datum(fcinfo, estimate_none("missing_input: observed"));
	if (PG_ARGISNULL(1))
		return estimate_datum(fcinfo, estimate_none("no_expected"));
	observed = argument_number(fcinfo, 0, "observed");
	expected_count = argument_number(fcinfo, 1, "expected");
	if (observed < 0)
		argument_error("observed", "must not be negative", NULL);
	if (expected_count < 0)
		argument_error("expected", "must not be negative", NULL);
	measure = ratio_measure(observed, observed, expected_count, confidence);
	estimate_scale(&measure.estimate, per);
	return estimate_datum(fcinfo, measure.estimate);
}

/* Reads one tally and one reference, or a list of each, one pair a stratum; a reference that is not there is NULL. */
static int
argument_strata(FunctionCallInfo fcinfo, bool lists, Tally ***tallies, Tally ***references)
{
	int			strata,
				other;

	if (!lists)
	{
		*tallies = palloc_array(Tally *, 1);
		*references = palloc_array(Tally *, 1);
		(*tallies)[0] = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
		(*references)[0] = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
		return 1;
	}
	strata = argument_tallies(fcinfo, 0, "tallies", tallies);
	other = argument_tallies(fcinfo, 1, "reference", references);
	if (strata != other)
		memset(*references = palloc_array(Tally *, Max(strata, 1)), 0, sizeof(Tally *) * strata);
	return strata;
}

/* The ratio times per, or the ratio times the reference's own crude rate times per. */
static Datum
indirect_datum(FunctionCallInfo fcinfo, bool lists, bool as_rate)
{
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	Tally	  **tallies,
			  **references;
	int			strata = argument_strata(fcinfo, lists, &tallies, &references);
	Indirect	sums;
	Measure		measure = indirect_measure(tallies, references, strata, confidence, &sums);

	if (strata == 0)
		measure.estimate = estimate_none("no_data");
	if (as_rate)
		per *= sum_value(sums.reference_events) / sum_value(sums.reference_exposure);
	estimate_scale(&measure.estimate, per);
	return estimate_datum(fcinfo, measure.estimate);
}

/*
 * ph.smr(ph.tally, reference ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * The same asked of tallies: limits allow for repeated events of one person, and people of unknown key
 * are left out of observed and expected alike, with a note.
 */
PG_FUNCTION_INFO_V1(smr);
Datum
smr(PG_FUNCTION_ARGS)
{
	return indirect_datum(fcinfo, false, false);
}

/*
 * ph.smr_of_strata(tallies ph.tally[], reference ph.tally[], per float8, confidence float8) -> ph.estimate
 *
 * The same over strata, one tally and one reference each: by age and sex.  Lists of different lengths have no
 * answer, so that an area in which nobody of one sex was referred to does not stop a report.
 */
PG_FUNCTION_INFO_V1(smr_of_strata);
Datum
smr_of_strata(PG_FUNCTION_ARGS)
{
	return indirect_datum(fcinfo, true, false);
}

/*
 * ph.indirect_rate(ph.tally, reference ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * The indirectly standardised rate: the ratio times the reference's own crude rate.
 */
PG_FUNCTION_INFO_V1(indirect_rate);
Datum
indirect_rate(PG_FUNCTION_ARGS)
{
	return indirect_datum(fcinfo, false, true);
}

/*
 * ph.indirect_rate_of_strata(tallies ph.tally[], reference ph.tally[], per float8, confidence float8) -> ph.estimate
 */
PG_FUNCTION_INFO_V1(indirect_rate_of_strata);
Datum
indirect_rate_of_strata(PG_FUNCTION_ARGS)
{
	return indirect_datum(fcinfo, true, true);
}
