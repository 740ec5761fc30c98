/*
 * indirect.c: indirect standardisation.
 *
 * A reference is a tally too: its events over exposure are the rates.
 */
#include "indicator/indirect.h"

#include <math.h>

#include "core/argument.h"
#include "core/bands.h"
#include "core/interval.h"
#include "core/tally_list.h"
#include "indicator/standard.h"

/* Observed and expected events, added up over strata such as the sexes. */
typedef struct Indirect
{
	Sum			observed;
	Sum			squares;
	Sum			expected;
	bool		no_reference;	/* a band with people has no rate to expect */
	double		stray;			/* events where nobody was at risk */
	LeftOut		left_out;
	LeftOut		reference_left_out;
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
	left_out_add(&sums->reference_left_out, &bands, reference);
}

static Quantity
ratio_quantity(double observed, double squares, double expected, double confidence)
{
	Limits		limits = repeated_limits(observed, squares, count_limits(observed, confidence));
	Quantity	quantity = quantity_of((Estimate) {observed, limits.lower, limits.upper, NULL}, squares);

	if (expected == 0)
		return quantity_of(estimate_none("zero_expected"), NAN);
	quantity.poisson_unit = observed > 0 ? squares / observed : 1;
	quantity_scale(&quantity, 1 / expected);
	return quantity;
}

/* The ratio of observed to expected over pairs of a tally and its reference. */
static Quantity
indirect_quantity(Tally **tallies, Tally **references, int strata, double confidence, Indirect *sums)
{
	Quantity	quantity;

	memset(sums, 0, sizeof(*sums));
	for (int i = 0; i < strata; i++)
	{
		if (!estimate_possible(tallies[i], &quantity.estimate) ||
			!standard_possible(references[i], "reference", &quantity.estimate))
			return quantity_of(quantity.estimate, NAN);
		indirect_add(sums, tallies[i], references[i]);
	}
	if (sums->no_reference || !isfinite(sum_value(sums->expected)))
		return quantity_of(estimate_none("no_expected"), NAN);

	quantity = ratio_quantity(sum_value(sums->observed), sum_value(sums->squares), sum_value(sums->expected),
							  confidence);
	if (sums->stray > 0)
		estimate_note(&quantity.estimate, "events_without_exposure: %g events", sums->stray);
	left_out_notes(&quantity.estimate, &sums->left_out, "reference", &sums->reference_left_out);
	return quantity;
}

/* The same of one tally. */
static Quantity
indirect_asked(const Tally *tally, const Question *question, Indirect *sums)
{
	Tally	   *tallies[] = {unconstify(Tally *, tally)};
	Tally	   *references[] = {question->reference};

	return indirect_quantity(tallies, references, 1, question->confidence, sums);
}

Quantity
smr_quantity(const Tally *tally, const Question *question)
{
	Indirect	sums;

	return indirect_asked(tally, question, &sums);
}

Quantity
indirect_rate_quantity(const Tally *tally, const Question *question)
{
	Indirect	sums;
	Quantity	quantity = indirect_asked(tally, question, &sums);

	quantity_scale(&quantity, sum_value(sums.reference_events) / sum_value(sums.reference_exposure));
	return quantity;
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

/* The ratio of two numbers of events, arguments 0 and 1, every event taken as another person's. */
static Quantity
ratio_of_counts(FunctionCallInfo fcinfo, double confidence)
{
	double		observed,
				expected_count;

	if (PG_ARGISNULL(0))
		return quantity_none("missing_input: observed");
	if (PG_ARGISNULL(1))
		return quantity_none("no_expected");
	observed = argument_number(fcinfo, 0, "observed");
	expected_count = argument_number(fcinfo, 1, "expected");
	if (observed < 0)
		argument_error("observed", "must not be negative", NULL);
	if (expected_count < 0)
		argument_error("expected", "must not be negative", NULL);
	return ratio_quantity(observed, observed, expected_count, confidence);
}

/*
 * ph.smr_of_counts(observed float8, expected float8, per float8, confidence float8) -> ph.estimate
 *
 * The indirectly standardised ratio of two numbers of events.  Limits of the observed count.
 */
PG_FUNCTION_INFO_V1(smr_of_counts);
Datum
smr_of_counts(PG_FUNCTION_ARGS)
{
	double		per = argument_positive(fcinfo, 2, "per");
	Quantity	quantity = ratio_of_counts(fcinfo, argument_confidence(fcinfo, 3));

	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
}

/*
 * ph.indirect_rate_of_counts(observed float8, expected float8, reference ph.tally, per float8, confidence float8)
 *   -> ph.estimate
 *
 * That ratio times the reference's own crude rate: for events that are known as a total only.
 */
PG_FUNCTION_INFO_V1(indirect_rate_of_counts);
Datum
indirect_rate_of_counts(PG_FUNCTION_ARGS)
{
	double		per = argument_positive(fcinfo, 3, "per");
	double		confidence = argument_confidence(fcinfo, 4);
	Tally	   *reference = PG_ARGISNULL(2) ? NULL : PG_GETARG_TALLY(2);
	Quantity	quantity;
	Sum			events = {0},
				exposure = {0};

	if (!standard_possible(reference, "reference", &quantity.estimate))
		return estimate_datum(fcinfo, quantity.estimate);
	for (int i = 0; i < reference->sorted; i++)
	{
		sum_add_sum(&events, reference->cells[i].events);
		sum_add_sum(&exposure, reference->cells[i].exposure);
	}
	if (!(sum_value(exposure) > 0))
		return estimate_datum(fcinfo, estimate_none("no_expected"));
	quantity = ratio_of_counts(fcinfo, confidence);
	estimate_scale(&quantity.estimate, per * sum_value(events) / sum_value(exposure));
	return estimate_datum(fcinfo, quantity.estimate);
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
		(*tallies)[0] = argument_tally(fcinfo, 0);
		(*references)[0] = argument_tally(fcinfo, 1);
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
	Quantity	quantity = indirect_quantity(tallies, references, strata, confidence, &sums);

	if (strata == 0)
		quantity.estimate = estimate_none("no_data");
	if (as_rate)
		per *= sum_value(sums.reference_events) / sum_value(sums.reference_exposure);
	estimate_scale(&quantity.estimate, per);
	return estimate_datum(fcinfo, quantity.estimate);
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
