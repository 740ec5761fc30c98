/*
 * standardise.c: direct and indirect standardisation.
 *
 * Standards and references are tallies too.  A key of the population belongs to the standard's band
 * with the greatest lower bound that is not above it, so that a tally by single years of age can be
 * read with any set of bands.
 */
#include "postgres.h"

#include <math.h>

#include "core/argument.h"
#include "core/estimate.h"
#include "core/interval.h"
#include "miscadmin.h"

/* The cells of a population gathered into the bands of a standard. */
typedef struct Bands
{
	int			count;
	double	   *weight;			/* the standard's exposure */
	double	   *standard_events;
	TallyCell  *cell;			/* the population's cells of the band, added up */
	const TallyCell *below;		/* a cell below the lowest band, one with people if any, or NULL */
} Bands;

static Bands
gather(const Tally *population, const Tally *standard)
{
	Bands		bands = {0};
	int			band = -1;

	bands.count = standard->sorted;
	bands.weight = palloc_array(double, standard->sorted);
	bands.standard_events = palloc_array(double, standard->sorted);
	bands.cell = palloc0(sizeof(TallyCell) * (Size) standard->sorted);
	for (int i = 0; i < standard->sorted; i++)
	{
		bands.weight[i] = sum_value(standard->cells[i].exposure);
		bands.standard_events[i] = sum_value(standard->cells[i].events);
	}
	for (int i = 0; i < population->sorted; i++)
	{
		const TallyCell *cell = &population->cells[i];

		CHECK_FOR_INTERRUPTS();
		while (band + 1 < bands.count && standard->cells[band + 1].key <= cell->key)
			band++;
		if (band < 0)
		{
			if (bands.below == NULL || sum_value(cell->exposure) > 0)
				bands.below = cell;
			continue;
		}
		sum_add_sum(&bands.cell[band].exposure, cell->exposure);
		sum_add_sum(&bands.cell[band].events, cell->events);
		sum_add_sum(&bands.cell[band].squares, cell->squares);
	}
	return bands;
}

static void
check_standard(const Tally *standard, const char *argument)
{
	if (standard->missing > 0)
		argument_error(argument, "has rows with a missing population or missing events", NULL);
	if (standard->flags & TALLY_NEGATIVE)
		argument_error(argument, "holds negative events", NULL);
}

/* What is left out of a standardised answer because its key is not known. */
static void
note_unknown(Estimate *estimate, const Tally *tally)
{
	if (tally->unknown_rows > 0)
		estimate_note(estimate, "unknown_key: " INT64_FORMAT " rows left out", tally->unknown_rows);
}

/* ---- direct ---- */

/*
 * The directly standardised rate: sum w x / n over sum w; variance sum w^2 s / n^2 over (sum w)^2 with
 * s the squares, which are the events themselves where every event is another person's.  Limits by
 * Dobson et al. (1991) from Byar's limits of the count.
 */
static Estimate
direct_rate(const Bands *bands, const double *key, bool renormalise, double confidence)
{
	double		weight = 0,
				rate = 0,
				variance = 0;
	Sum			events = {0, 0};
	double		total;
	int			empty = 0;
	double		first_empty = 0;
	Limits		count;
	Estimate	estimate = {NAN, NAN, NAN, NULL};

	for (int i = 0; i < bands->count; i++)
	{
		double		w = bands->weight[i];
		double		n = sum_value(bands->cell[i].exposure);
		double		x = sum_value(bands->cell[i].events);

		if (n == 0 && x > 0)
			return estimate_none("events_without_exposure: band %g", key[i]);
		if (n == 0 && w > 0 && empty++ == 0)
			first_empty = key[i];
		sum_add(&events, x);
		if (n == 0)
			continue;
		weight += w;
		rate += w * x / n;
		variance += w * w * sum_value(bands->cell[i].squares) / (n * n);
	}
	total = sum_value(events);
	if (empty > 0 && !renormalise)
		return estimate_none("empty_band: %d without exposure, the first at %g", empty, first_empty);
	if (weight == 0)
		return estimate_none("no_standard");
	if (total < 10)
		return estimate_none("fewer_than_10_events");

	rate /= weight;
	variance /= weight * weight;
	if (!isfinite(rate))
		return estimate_none("out_of_range");
	count = byar_limits(total, confidence);
	estimate.value = rate;
	estimate.lower = rate + sqrt(variance / total) * (count.lower - total);
	estimate.upper = rate + sqrt(variance / total) * (count.upper - total);
	if (empty > 0)
		estimate_note(&estimate, "renormalised: %d bands without exposure, the first at %g",
					  empty, first_empty);
	return estimate;
}

/*
 * ph.dsr(ph.tally, standard ph.tally, per float8, confidence float8, empty_bands text) -> ph.estimate
 *
 * The directly age-standardised rate.  Not answered below 10 events (England's rule; Morris et al.
 * 2018), nor where a band of the standard has no exposure unless empty_bands is 'renormalise'.
 */
PG_FUNCTION_INFO_V1(dsr);
Datum
dsr(PG_FUNCTION_ARGS)
{
	static const char *const choices[] = {"null", "renormalise", NULL};
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	Tally	   *standard = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	bool		renormalise = argument_choice(fcinfo, 4, "empty_bands", choices) == 1;
	double	   *keys;
	Bands		bands;
	Estimate	estimate;

	if (standard == NULL)
		argument_error("standard", "must not be null", "Leave it out for the European standard of 2013.");
	check_standard(standard, "standard");
	if (!estimate_possible(tally, &estimate))
		return estimate_datum(fcinfo, estimate);
	if (standard->sorted == 0)
		return estimate_datum(fcinfo, estimate_none("no_standard"));
	bands = gather(tally, standard);
	if (bands.below)
		return estimate_datum(fcinfo, estimate_none("key_below_standard"));

	keys = palloc_array(double, standard->sorted);
	for (int i = 0; i < standard->sorted; i++)
		keys[i] = standard->cells[i].key;
	estimate = direct_rate(&bands, keys, renormalise, confidence);
	estimate_scale(&estimate, per);
	note_unknown(&estimate, tally);
	return estimate_datum(fcinfo, estimate);
}

/* ---- indirect ---- */

/*
 * Events to expect if the reference's rates held: sum n x_ref / n_ref.  NAN where a band with people
 * has no reference.
 */
static double
expected_events(const Tally *tally, const Tally *reference)
{
	Bands		bands = gather(tally, reference);
	Sum			expected = {0, 0};

	if (bands.below && sum_value(bands.below->exposure) > 0)
		return NAN;
	for (int i = 0; i < bands.count; i++)
	{
		double		n = sum_value(bands.cell[i].exposure);

		if (n > 0 && bands.weight[i] == 0)
			return NAN;
		if (n > 0)
			sum_add(&expected, n * bands.standard_events[i] / bands.weight[i]);
	}
	return sum_value(expected);
}

/*
 * ph.expected(ph.tally, reference ph.tally) -> float8
 *
 * Expected events; adds up over sexes and places.  With a reference of costs this is weighted
 * capitation.  NULL where there is no reference, where input is missing, or where people of unknown key
 * would be left out (ph.smr of tallies leaves them out of observed and expected alike).
 */
PG_FUNCTION_INFO_V1(expected);
Datum
expected(PG_FUNCTION_ARGS)
{
	Tally	   *tally,
			   *reference;
	double		events;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	tally = PG_GETARG_TALLY(0);
	reference = PG_GETARG_TALLY(1);
	if (tally->missing > 0 || reference->missing > 0 || sum_value(tally->unknown.exposure) > 0)
		PG_RETURN_NULL();
	events = expected_events(tally, reference);
	if (!isfinite(events))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(events);
}

static Estimate
ratio(double observed, double squares, double expected, double per, double confidence)
{
	Limits		limits = repeated_limits(observed, squares, count_limits(observed, confidence));
	Estimate	estimate = {observed, limits.lower, limits.upper, NULL};

	if (expected == 0)
		return estimate_none("zero_expected");
	estimate_scale(&estimate, per / expected);
	return estimate;
}

/*
 * ph.smr(observed float8, expected float8, per float8, confidence float8) -> ph.estimate
 *
 * The indirectly standardised ratio of two numbers of events.  Limits of the observed count, every
 * event taken as another person's.
 */
PG_FUNCTION_INFO_V1(smr);
Datum
smr(PG_FUNCTION_ARGS)
{
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	double		observed,
				expected_count;

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
	return estimate_datum(fcinfo, ratio(observed, observed, expected_count, per, confidence));
}

/*
 * ph.smr(ph.tally, reference ph.tally, per float8, confidence float8) -> ph.estimate
 *
 * The same asked of tallies: limits allow for repeated events of one person, and people of unknown key
 * are left out of observed and expected alike, with a note.
 */
PG_FUNCTION_INFO_V1(smr_tally);
Datum
smr_tally(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_ARGISNULL(0) ? NULL : PG_GETARG_TALLY(0);
	Tally	   *reference = PG_ARGISNULL(1) ? NULL : PG_GETARG_TALLY(1);
	double		per = argument_positive(fcinfo, 2, "per");
	double		confidence = argument_confidence(fcinfo, 3);
	double		expected_count;
	TallyCell	known = {0};
	Sum			stray = {0, 0};
	Estimate	estimate;

	if (reference)
		check_standard(reference, "reference");
	if (!estimate_possible(tally, &estimate))
		return estimate_datum(fcinfo, estimate);
	expected_count = reference ? expected_events(tally, reference) : NAN;
	if (!isfinite(expected_count))
		return estimate_datum(fcinfo, estimate_none("no_expected"));
	for (int i = 0; i < tally->sorted; i++)
	{
		sum_add_sum(&known.events, tally->cells[i].events);
		sum_add_sum(&known.squares, tally->cells[i].squares);
		if (sum_value(tally->cells[i].exposure) == 0)
			sum_add_sum(&stray, tally->cells[i].events);
	}
	estimate = ratio(sum_value(known.events), sum_value(known.squares), expected_count, per, confidence);
	if (sum_value(stray) > 0)
		estimate_note(&estimate, "events_without_exposure: %g events", sum_value(stray));
	note_unknown(&estimate, tally);
	return estimate_datum(fcinfo, estimate);
}
